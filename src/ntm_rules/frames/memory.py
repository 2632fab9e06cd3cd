"""Frames in memory: their columns to the array kernel, its arrays to columns of the same kind of frame."""

import os
import typing
from collections.abc import Mapping

import numpy as np
from attrs import frozen

from ntm_rules.frames.arrays.kernel import Codes, Kernel, Segment, kernel_of
from ntm_rules.frames.arrays.long import long_of
from ntm_rules.frames.arrays.readers import unfit
from ntm_rules.frames.base.column import nothing
from ntm_rules.frames.base.columns import BAD_FACTS, Layout, wide_names
from ntm_rules.frames.base.libraries import Frame, Labels, Source
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.base.vectors import Array
from ntm_rules.messages.errors import Diagnostic, FactError, TableError
from ntm_rules.model.rulesets import Ruleset


def assess_source(ruleset: Ruleset, source: Source, layout: Layout, question: Question) -> Frame:
    """Return the findings for a frame in memory whose columns are known."""
    made, rows = answers(ruleset, source, layout, question)
    return source.back(layout.passed, rows, made)


def answers(
    ruleset: Ruleset, source: Source, layout: Layout, question: Question
) -> tuple[Mapping[str, typing.Any], Array | None]:
    """Return the columns of the result, and the frame's row that each of its rows is about; None if the same row.

    Raises:
        TableError: columns of another type than their facts.
        FactError: every bad value, unless they are marked.
    """
    kernel, workers = kernel_of(ruleset), question.threads or os.cpu_count() or 1
    segments = _segments(kernel, source, layout)
    if question.shape == "wide":
        codes = kernel.run(segments, workers)
        made: Mapping[str, typing.Any] = _wide(ruleset, codes)
        bad, rows = codes.bad_facts, None
    else:
        long = long_of(kernel, segments, workers)
        each = sum(len(c.indicators) for c in ruleset.criteria)
        made, bad = long.columns, long.bad
        rows = np.repeat(np.arange(source.size), each)
    if question.on_bad == "mark":
        made = {**made, BAD_FACTS: bad if rows is None else bad[rows]}
    elif bad.any():
        raise FactError(list(kernel.problems(segments, np.flatnonzero(bad).tolist(), Units(source, layout.unit))))
    return made, rows


def _segments(kernel: Kernel, source: Source, layout: Layout) -> list[Segment]:
    """Return the columns of the facts; what has another type than its fact and no value at all is a missing fact.

    Raises:
        TableError: columns of another type than their facts.
    """
    facts = {fact.id: fact for fact in kernel.ruleset.facts}
    parts = source.parts(layout.facts) if layout.facts else [(source.size, {})]  # Arrow has no rows without columns
    segments: list[Segment] = []
    wrong: dict[str, Diagnostic] = {}
    for size, columns in parts:
        for name, column in columns.items():
            found = unfit(facts[name], column, source.cast)
            if found is None:
                continue
            if column.without_values(size):  # what an empty column is read as says nothing: pandas reads numbers
                columns[name] = nothing(name, size)
            else:
                wrong[name] = found
        segments.append(Segment(size, columns))
    if wrong:
        raise TableError(list(wrong.values()))
    return segments


@frozen(eq=False)
class Units:
    """The name of the unit of a row, for messages."""

    source: Source
    column: str | None

    def __call__(self, row: int) -> str:
        """Return it; the row where no column names the units."""
        return f"row {row}" if self.column is None else str(self.source.at(self.column, row))


def _wide(ruleset: Ruleset, found: Codes) -> dict[str, typing.Any]:
    """Return the columns of the wide result."""
    grades = [Labels(found.grades, tuple(grade.id for grade in ruleset.grades))] if ruleset.grades else []
    first = (found.codes[0], found.provisional, *grades, found.met, found.not_met, found.undetermined)
    return dict(zip(wide_names(ruleset), (*first, *found.codes[1:]), strict=True))
