"""Rows of several years, provinces and tiers in one frame: each group against the ruleset that is in force for it."""

import typing
import warnings
from collections.abc import Iterator, Sequence

import narwhals as nw
import numpy as np
import polars as pl
from attrs import frozen

from ntm_rules.frames.base.column import Array
from ntm_rules.frames.base.columns import BAD_FACTS, GRADE, LONG, ROW, Layout, MissingColumns, layout_of, wide_names
from ntm_rules.frames.base.libraries import Frame, Source, source_of
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.keys import Keys, Values, possible, rulesets_of
from ntm_rules.frames.memory import answers, unit_of
from ntm_rules.frames.query.lazy import assess_frame, lazy_of
from ntm_rules.messages.errors import FactError, FactProblem
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library

HASH = "content_hash"

Lazy: typing.TypeAlias = "nw.LazyFrame[typing.Any]"


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
        return _lazily(library, lazy_of(frame), keys, question)
    return _in_memory(library, source, keys, question)


def _in_memory(library: Library, source: Source, keys: Keys, question: Question) -> Frame:
    """Assess the groups one after the other, and put their rows back into the order of the frame."""
    columns = keys.columns(source.names)
    kept = tuple(dict.fromkeys((*question.keep, *columns)))
    found, firsts, places = distinct(source, columns)
    unit = question.unit_column if question.unit_column in source.names else None
    rulesets = rulesets_of(library, keys, found, lambda place: unit_of(source, unit, int(firsts[place])))
    groups = [
        Group(ruleset, layout_of(ruleset, source.names, question.unit_column, kept, second=question.judged), rows)
        for ruleset, rows in _rows_of(rulesets or possible(library, keys, columns), places)
    ]
    if found:
        _warn([group.layout for group in groups])
    made = _answers(source, groups, question)
    return source.back(groups[0].layout.passed, made[ROW].to_numpy(), made.drop(ROW))


def _rows_of(rulesets: Sequence[Ruleset], places: Array) -> Iterator[tuple[Ruleset, Array]]:
    """Yield each ruleset once with the places of its rows.

    Args:
        places: for each row the place of its ruleset.
    """
    numbers: dict[int, int] = {}
    of_place = [numbers.setdefault(id(ruleset), len(numbers)) for ruleset in rulesets]
    of_row = np.array(of_place, np.intp)[places]
    for number, place in enumerate(of_place.index(n) for n in range(len(numbers))):
        yield rulesets[place], np.flatnonzero(of_row == number)


def _answers(source: Source, groups: Sequence[Group], question: Question) -> pl.DataFrame:
    """Return the results of all groups in the order of the frame; null where a group does not have a column.

    Raises:
        FactError: the bad values of all groups, so that a caller need not mend one year to hear of the next.
    """
    parts: list[pl.DataFrame] = []
    problems: list[FactProblem] = []
    complete = True
    for group in groups:
        try:
            found = answers(group.ruleset, source.taken(group.rows), group.layout, question)
        except FactError as error:
            problems += error.problems
            complete = complete and error.complete
            continue
        rows = pl.Series(ROW, group.rows).gather(found[ROW])
        law = pl.lit(group.ruleset.content_hash).cast(pl.Categorical).alias(HASH)
        parts.append(found.with_columns(rows, law))
    if problems:
        raise FactError(problems, complete)
    return pl.concat(parts, how="diagonal").sort(ROW, maintain_order=True)  # indicators stay in printed order


def distinct(source: Source, columns: Sequence[str]) -> tuple[list[dict[str, object]], Array, Array]:
    """Return the combinations of values in some columns, the first row of each, and for each row the place of its own.

    Raises:
        TableError: a column that holds no values of its own, such as lists.
    """
    # one number for each combination, made anew with each column so that it never grows beyond what a number holds:
    # NumPy tells numbers apart, not tuples
    whole = np.zeros(source.size, np.intp)
    coded = {name: source.coded(name) for name in columns}
    for places, values in coded.values():
        whole = np.unique(whole * (len(values) + 1) + places, return_inverse=True)[1]
    _, firsts, whole = np.unique(whole, return_index=True, return_inverse=True)
    found = [{name: values[places[row]] for name, (places, values) in coded.items()} for row in firsts]
    return found, firsts, whole


def _warn(layouts: Sequence[Layout]) -> None:
    missing = tuple(dict.fromkeys(name for layout in layouts for name in layout.missing))
    if missing:
        warnings.warn(MissingColumns(missing), stacklevel=5)


def _lazily(library: Library, lazy: Lazy, keys: Keys, question: Question) -> typing.Any:
    """Return the groups of a lazy frame: only the values that tell them apart are fetched; the rest is one query."""
    question.check_lazy()
    names = lazy.collect_schema().names()
    columns = keys.columns(names)
    kept = tuple(dict.fromkeys((*question.keep, *columns)))
    found: Sequence[Values] = [{}]
    if columns:
        found = lazy.select(*columns).unique().collect().rows(named=True)
    unit = question.unit_column if question.unit_column in names else None
    rulesets = rulesets_of(library, keys, found, lambda place: _unit_with(lazy, unit, found[place]))
    groups = {id(ruleset): (ruleset, list[Values]()) for ruleset in rulesets or possible(library, keys, columns)}
    for ruleset, values in zip(rulesets, found, strict=True):
        groups[id(ruleset)][1].append(values)
    layouts = [
        layout_of(ruleset, names, question.unit_column, kept, second=question.judged) for ruleset, _ in groups.values()
    ]
    if found:
        _warn(layouts)
    judged = any(layout.second for layout in layouts)
    wide = tuple(dict.fromkeys(name for ruleset, _ in groups.values() for name in wide_names(ruleset, judged)))
    wanted = (*(LONG if question.shape == "long" else (*wide, HASH)), BAD_FACTS)
    parts = []
    for (ruleset, several), layout in zip(groups.values(), layouts, strict=True):
        made = assess_frame(ruleset, _having(lazy, several), layout, question.shape)
        if question.shape == "wide":
            made = _widened(made, ruleset, wide, layout.second)
        parts.append(made.select(*layout.passed, *wanted))
    return (parts[0] if len(parts) == 1 else nw.concat(parts, how="vertical")).to_native()


def _having(lazy: Lazy, several: Sequence[Values]) -> Lazy:
    """Return the rows that have one of several combinations of values in some columns."""
    if not several or not several[0]:
        return lazy
    ways = [
        nw.all_horizontal(
            *(nw.col(name).is_null() if value is None else nw.col(name) == value for name, value in values.items()),
            ignore_nulls=False,
        )
        for values in several
    ]
    return lazy.filter(nw.any_horizontal(*ways, ignore_nulls=True))


def _unit_with(lazy: Lazy, unit: str | None, values: Values) -> str | None:
    """Return the name of a unit that has some values; compared here, for a bad value may be of any type."""
    if unit is None:
        return None
    rows = lazy.select(unit, *(name for name in values if name != unit)).unique(list(values), keep="any").collect()
    text = repr(values)
    return next((str(row[unit]) for row in rows.rows(named=True) if repr({n: row[n] for n in values}) == text), None)


def _widened(made: Lazy, ruleset: Ruleset, names: Sequence[str], judged: bool) -> Lazy:
    """Add the columns that only other groups have, as nulls of their type: a union takes frames of one schema."""
    own = wide_names(ruleset, judged)
    kinds = {name: nw.String if name == GRADE else nw.Int8 for name in names if name not in own}
    lacking = {name: nw.lit(None, dtype=kind) for name, kind in kinds.items()}
    return made.with_columns(**lacking, **{HASH: nw.lit(ruleset.content_hash)})
