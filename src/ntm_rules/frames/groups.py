"""Rows of several years, provinces and tiers in one frame: each group against the ruleset that is in force for it."""

import typing
import warnings
from collections.abc import Iterator, Mapping, Sequence

import narwhals as nw
import numpy as np
from attrs import frozen

from ntm_rules.frames.base.columns import BAD_FACTS, COUNTS, GRADE, LONG, Layout, MissingColumns, layout_of, wide_names
from ntm_rules.frames.base.libraries import Labels, Source, source_of
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.base.vectors import Array
from ntm_rules.frames.keys import Keys
from ntm_rules.frames.memory import answers
from ntm_rules.frames.query.query import assess_narwhals, lazy_of
from ntm_rules.messages.errors import FactError, FactProblem
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library

HASH = "content_hash"


@frozen(eq=False)
class Group:
    """Rows with one ruleset.

    Attributes:
        rows: their places.
    """

    ruleset: Ruleset
    layout: Layout
    rows: Array


def assess_groups(library: Library, frame: typing.Any, keys: Keys, question: Question) -> typing.Any:
    """Each group of rows against its ruleset, in the order of the frame; see ``assess_mixed``."""
    source = source_of(frame)
    if source is None:
        return _lazily(library, frame, keys, question)
    columns = keys.columns(source.names)
    kept = tuple(dict.fromkeys((*question.keep, *columns)))
    groups = []
    for values, rows in distinct(source, columns):
        ruleset = keys.compose(library, values)
        groups.append(Group(ruleset, layout_of(ruleset, source.names, question.unit_column, kept), rows))
    _warn([group.layout for group in groups])
    found: list[tuple[Mapping[str, typing.Any], Array]] = []
    problems: list[FactProblem] = []
    for group in groups:
        own = source.taken(group.rows)
        try:
            made, rows_of = answers(group.ruleset, own, group.layout, question)
        except FactError as error:
            problems += error.problems
            continue
        count = len(next(iter(made.values())))
        hashes = Labels(np.zeros(count, np.int16), (group.ruleset.content_hash,))
        found.append(({**made, HASH: hashes}, group.rows if rows_of is None else group.rows[rows_of]))
    if problems:
        raise FactError(problems)
    passed = tuple(dict.fromkeys((*((question.unit_column,) if question.unit_column else ()), *kept)))
    rows = np.concatenate([rows for _, rows in found] or [np.zeros(0, np.intp)])
    order = np.argsort(rows, kind="stable")
    if not found:  # no row, so no ruleset: what every wide result has
        empty = np.zeros(0, np.int8)
        return source.back(passed, rows, dict.fromkeys(("outcome", "provisional", *COUNTS), empty))
    names = tuple(dict.fromkeys(name for made, _ in found for name in made))
    merged = {name: _merged([(made.get(name), len(rows)) for made, rows in found], order) for name in names}
    return source.back(passed, rows[order], merged)


def distinct(source: Source, columns: Sequence[str]) -> Iterator[tuple[dict[str, object], Array]]:
    """Yield the combinations of values in some columns, each with the places of its rows."""
    if not columns:
        yield {}, np.arange(source.size)
        return
    whole = np.zeros(source.size, np.int64)
    known: list[list[object]] = []
    for name in columns:
        coded = source.arrow(name).dictionary_encode(null_encoding="encode")
        coded = coded.combine_chunks() if hasattr(coded, "combine_chunks") else coded
        known.append(coded.dictionary.to_pylist())
        whole = whole * max(len(known[-1]), 1) + coded.indices.to_numpy()
    found, places = np.unique(whole, return_inverse=True)
    for number, code in enumerate(found.tolist()):
        values: dict[str, object] = {}
        for name, texts in zip(reversed(columns), reversed(known), strict=True):
            code, place = divmod(code, max(len(texts), 1))
            values[name] = texts[place]
        yield values, np.flatnonzero(places == number)


def _merged(parts: Sequence[tuple[typing.Any, int]], order: Array) -> typing.Any:
    """Return a column of all groups in the order of the rows; null for groups that do not have it."""
    sample = next(part for part, _ in parts if part is not None)
    if isinstance(sample, Labels):
        labels = tuple(dict.fromkeys(label for part, _ in parts if part is not None for label in part.labels))
        places = {label: place for place, label in enumerate(labels)}
        codes = [
            np.full(count, -1, np.int16)
            if part is None
            else np.array([*(places[label] for label in part.labels), -1], np.int16)[part.codes]
            for part, count in parts
        ]
        return Labels(np.concatenate(codes)[order], labels)
    if isinstance(sample, np.ndarray):
        lacking = np.concatenate([np.full(count, part is None) for part, count in parts])[order]
        filled = [np.zeros(count, sample.dtype) if part is None else part for part, count in parts]
        values = np.concatenate(filled)[order]
        return np.ma.MaskedArray(values, lacking) if lacking.any() else values

    import pyarrow as pa

    return pa.concat_arrays([pa.nulls(count, pa.string()) if part is None else part for part, count in parts]).take(
        pa.array(order)
    )


def _warn(layouts: Sequence[Layout]) -> None:
    missing = tuple(dict.fromkeys(name for layout in layouts for name in layout.missing))
    if missing:
        warnings.warn(MissingColumns(missing), stacklevel=5)


def _lazily(library: Library, frame: typing.Any, keys: Keys, question: Question) -> typing.Any:
    """Return the groups of a lazy frame: only the values that tell them apart are fetched; the rest is one query."""
    lazy = lazy_of(frame)
    question.check_lazy()
    names = lazy.collect_schema().names()
    columns = keys.columns(names)
    kept = tuple(dict.fromkeys((*question.keep, *columns)))
    found = [dict[str, object]()]
    if columns:
        found = lazy.select(*columns).unique().collect("pyarrow").rows(named=True)
    groups = [(values, keys.compose(library, values)) for values in found]
    layouts = [layout_of(ruleset, names, question.unit_column, kept) for _, ruleset in groups]
    _warn(layouts)
    wide = dict.fromkeys(name for _, ruleset in groups for name in wide_names(ruleset))
    wanted = (*(LONG if question.shape == "long" else (*wide, HASH)), BAD_FACTS)
    parts = []
    for (values, ruleset), layout in zip(groups, layouts, strict=True):
        rows = lazy
        for name, value in values.items():
            rows = rows.filter(nw.col(name).is_null() if value is None else nw.col(name) == value)
        made = assess_narwhals(ruleset, rows, layout, question.shape)
        if question.shape == "wide":
            own = wide_names(ruleset)
            kinds = {name: nw.String if name == GRADE else nw.Int8 for name in wide if name not in own}
            lacking = {name: nw.lit(None, dtype=kind) for name, kind in kinds.items()}
            made = made.with_columns(**lacking, **{HASH: nw.lit(ruleset.content_hash)})
        parts.append(made.select(*layout.passed, *wanted))
    return (parts[0] if len(parts) == 1 else nw.concat(parts, how="vertical")).to_native()
