"""``assess_frame``: every unit of a frame at once, whatever library the frame is of."""

import os
import typing
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from attrs import frozen

from ntm_rules.engines.array import Codes, Kernel, Segment, kernel_of
from ntm_rules.engines.array_long import long_of
from ntm_rules.engines.layout import BAD_FACTS, Layout, MissingColumns, layout_of, named, wide_names
from ntm_rules.engines.readers import unfit
from ntm_rules.engines.sources import Frame, Source, source_of
from ntm_rules.model.errors import FactError, TableError
from ntm_rules.model.rulesets import Ruleset

SHAPES = ("wide", "long")
ON_BAD = ("raise", "mark")


def assess_frame(
    ruleset: Ruleset,
    frame: Frame,
    *,
    shape: str = "wide",
    unit: str | None = None,
    keep: Sequence[str] = (),
    on_bad: str | None = None,
    threads: int | None = None,
) -> Frame:
    """The findings for every unit of a frame, as a frame of the same kind.

    In memory: a Polars or pandas data frame, a PyArrow table, or a mapping from names to NumPy arrays. Lazy or remote:
    a Polars LazyFrame, a DuckDB relation, an Ibis table, a PySpark data frame; nothing is computed then.

    Columns are named like the facts of ``ruleset.inputs()``; facts of the catalogue that the set does not read are
    left alone. Percentages are numbers from 0 to 100. Null is missing, and so is NaN in NumPy arrays and in pandas
    columns that are such; elsewhere NaN is a bad value.

    Args:
        ruleset: from ``Library.compose``.
        frame: one row a unit.
        shape: ``"wide"``: one row a unit, with the columns ``outcome``, ``provisional``, ``criteria_met``,
            ``criteria_not_met``, ``criteria_undetermined``, then ``criterion_<no>`` and ``indicator_<no>`` in printed
            order. ``"long"``: one row a unit and indicator, with ``criterion``, ``indicator``, ``outcome``,
            ``provisional``, ``actual``, ``required``, ``margin``, ``column``, ``evidence``, ``reason``, ``detail`` and
            ``content_hash``; see ``word``. Outcomes are the codes of ``Outcome``, as integers of one byte.
        unit: the column that names the unit; passed through, and named in messages.
        keep: columns that pass through; they need not be facts.
        on_bad: ``"raise"`` (in memory, and there the default), or ``"mark"``: what a bad value decides is undetermined
            with the reason ``fact_invalid``, and ``bad_facts`` says how many each row has.
        threads: in memory; as many as there are processors unless given.

    Raises:
        TableError: columns that are no facts, or hold another type: all of them.
        FactError: every bad value, with ``"raise"``.
        EngineUnavailable: a library is not installed.
        ValueError: an argument that is none of those above.

    Warns:
        MissingColumns: facts that have no column, once for the frame; they are missing for every unit.
    """
    named("shape", shape, SHAPES)
    if on_bad is not None:
        named("on_bad", on_bad, ON_BAD)
    source = source_of(frame)
    if source is None:
        from ntm_rules.engines.frame import assess_lazily

        return assess_lazily(ruleset, frame, shape=shape, unit=unit, keep=keep, on_bad=on_bad)
    layout = layout_of(ruleset, source.names, unit, keep)
    if layout.missing:
        warnings.warn(MissingColumns(layout.missing), stacklevel=2)
    return assess_source(ruleset, source, layout, shape, on_bad or "raise", threads)


def assess_source(
    ruleset: Ruleset, source: Source, layout: Layout, shape: str, on_bad: str, threads: int | None
) -> Frame:
    """The findings for a frame in memory whose columns are known."""
    kernel, workers = kernel_of(ruleset), threads or os.cpu_count() or 1
    segments = _segments(kernel, source, layout)
    if shape == "wide":
        codes = kernel.run(segments, workers)
        made: Mapping[str, typing.Any] = _wide(ruleset, codes)
        bad, rows = codes.bad_facts, None
    else:
        long = long_of(kernel, segments, workers)
        each = sum(len(c.indicators) for c in ruleset.criteria)
        made, bad = long.columns, long.bad
        rows = np.repeat(np.arange(source.size), each)
    if on_bad == "mark":
        made = {**made, BAD_FACTS: bad if rows is None else bad[rows]}
    elif bad.any():
        raise FactError(list(kernel.problems(segments, np.flatnonzero(bad).tolist(), _Units(source, layout.unit))))
    return source.back(layout.passed, rows, made)


def _segments(kernel: Kernel, source: Source, layout: Layout) -> list[Segment]:
    """The columns of the facts.

    Raises:
        TableError: columns of another type than their facts.
    """
    facts = {fact.id: fact for fact in kernel.ruleset.facts}
    segments = [Segment(size, columns) for size, columns in source.parts(layout.facts)]
    wrong = {
        name: found
        for segment in segments
        for name, column in segment.columns.items()
        if (found := unfit(facts[name], column, source.cast)) is not None
    }
    if wrong:
        raise TableError(list(wrong.values()))
    return segments


@frozen(eq=False)
class _Units:
    """The name of the unit of a row, for messages."""

    source: Source
    column: str | None

    def __call__(self, row: int) -> str:
        return f"row {row}" if self.column is None else str(self.source.at(self.column, row))


def _wide(ruleset: Ruleset, found: Codes) -> dict[str, typing.Any]:
    """The columns of the wide result."""
    first = (found.codes[0], found.provisional, found.met, found.not_met, found.undetermined)
    return dict(zip(wide_names(ruleset), (*first, *found.codes[1:]), strict=True))
