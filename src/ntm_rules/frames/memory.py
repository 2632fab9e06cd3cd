"""Frames in memory: their columns as Polars has them, the query over these, and a frame of the same kind back."""

import typing
from collections.abc import Iterator, Mapping

import narwhals as nw
import polars as pl
from attrs import evolve, frozen

from ntm_rules.frames.base.column import Column, given_in, is_empty, listed, nothing
from ntm_rules.frames.base.columns import BAD_FACTS, INEXACT, ROW, UNIT, Layout
from ntm_rules.frames.base.holds import NUMBERS, unfit
from ntm_rules.frames.base.judged import JudgedColumn, with_judged
from ntm_rules.frames.base.libraries import Frame, Source
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.one_by_one import Alone, alone, marked, replaced
from ntm_rules.frames.query.by_polars import run
from ntm_rules.frames.query.facts import held
from ntm_rules.frames.query.query import query_of
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import MAX_PROBLEMS, Diagnostic, FactError, FactProblem, TableError
from ntm_rules.model.facts import Fact
from ntm_rules.model.names import one_form
from ntm_rules.model.results import Facts
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import given_facts
from ntm_rules.verdict.program import program_of

MOST_ALONE = 100_000
"""The most rows of a frame that are looked at one by one."""
_TOGETHER = 4096
"""So many of them are held as Python values at once."""

LABELS = ("criterion", "indicator", "column", "evidence", "reason", "content_hash")
"""The texts of a long result that many rows share."""


def assess_source(ruleset: Ruleset, source: Source, layout: Layout, question: Question) -> Frame:
    """Return the findings for a frame in memory whose columns are known."""
    found = answers(ruleset, source, layout, question)
    rows = None if question.shape == "wide" else found[ROW].to_numpy()
    return source.back(layout.passed, rows, found.drop(ROW))


def answers(ruleset: Ruleset, source: Source, layout: Layout, question: Question) -> pl.DataFrame:
    """Return the columns of the result, and the frame's row that each of its rows is about.

    Raises:
        TableError: columns of another type than their facts; more rows to look at one by one than there may be.
        FactError: every bad value, unless they are marked.
    """
    given = Given.of(ruleset, source, layout)
    found = findings(ruleset, given.frame, question.shape, layout.judged, layout.second)
    rows, marks = marked(found).to_list(), question.on_bad == "mark"
    if marks and len(rows) > MOST_ALONE:
        raise _too_many(len(rows))
    problems: list[FactProblem] = []
    parts: list[pl.DataFrame] = []
    few = rows[:MOST_ALONE]
    for start in range(0, len(few), _TOGETHER):
        looked = list(given.alone(few[start : start + _TOGETHER]))
        problems += [problem for _, one in looked for problem in one.problems]
        if not marks and len(problems) >= MAX_PROBLEMS:
            raise FactError(problems, complete=start + len(looked) == len(rows))
        told = [row for place, one in looked for row in one.rows(place, question.shape)]
        parts.append(pl.DataFrame(told, schema=found.schema))
    if problems and not marks:
        raise FactError(problems, complete=len(rows) <= MOST_ALONE)
    if len(rows) > MOST_ALONE:
        raise _too_many(len(rows))
    found = replaced(found, parts).drop(INEXACT)
    return found if marks else found.drop(BAD_FACTS)


def _too_many(count: int) -> TableError:
    """Return the error that so many rows are not looked at one by one."""
    message = Message("table.rows/alone", count=count, most=MOST_ALONE)
    return TableError([Diagnostic("table.rows", message, hint=Message("hint.alone"))])


def findings(
    ruleset: Ruleset, frame: pl.DataFrame, shape: str, judged: tuple[JudgedColumn, ...] = (), second: bool = False
) -> pl.DataFrame:
    """Return what the query finds in a frame of facts, judgements and ``ROW``, in the order of its rows.

    Args:
        second: with the second reading.
    """
    lazy = frame.lazy()
    beside = {ROW, UNIT, *(column.name for column in judged)}
    names = tuple(name for name in frame.columns if name not in beside)
    schema = nw.from_native(lazy).collect_schema()
    layout = Layout(UNIT if UNIT in frame.columns else None, (ROW,), names, (), judged, second)
    found = run(query_of(ruleset, schema, layout, shape, "", told=True), lazy)
    if shape == "wide":
        return found.collect()
    return found.with_columns(pl.col(LABELS).cast(pl.Categorical)).sort(ROW, maintain_order=True).collect()


@frozen(eq=False)
class Given:
    """The facts and judgements of a frame.

    Attributes:
        read: the ruleset with the columns of judgements among its facts.
        second: whether the result has the second reading.
        columns: as they are in the frame, by fact.
        frame: as the query reads them, with ``ROW``.
    """

    ruleset: Ruleset
    read: Ruleset
    judged: tuple[JudgedColumn, ...]
    columns: Mapping[str, Column]
    frame: pl.DataFrame
    source: Source
    unit: str | None
    second: bool

    @classmethod
    def of(cls, ruleset: Ruleset, source: Source, layout: Layout) -> "Given":
        """Read the columns of the facts.

        Raises:
            TableError: columns of another type than their facts.
        """
        read = with_judged(ruleset, layout.judged)
        known = {fact.id: fact for fact in given_facts(read)}
        facts = [known[name] for name in layout.read]
        columns = {fact.id: source.column(fact.id) for fact in facts}
        problems = [
            unfit(fact, *_kind(columns[fact.id]), source.cast) for fact in facts if not is_empty(columns[fact.id])
        ]
        if any(problems):
            raise TableError([problem for problem in problems if problem is not None])
        stepped = program_of(ruleset).checker.stepped
        frame = pl.DataFrame({ROW: pl.int_range(source.size, eager=True)}).with_columns(
            as_series(fact, column, fact.id in stepped) for fact, column in zip(facts, columns.values(), strict=True)
        )
        if layout.unit is not None and ruleset.lists:
            places, units = source.coded(layout.unit)
            names = pl.Series(UNIT, [None if unit is None else one_form(str(unit)) for unit in units], pl.String)
            frame = frame.with_columns(names.gather(pl.Series(places)))
        return cls(ruleset, read, layout.judged, columns, frame, source, layout.unit, layout.second)

    def alone(self, rows: list[int]) -> Iterator[tuple[int, Alone]]:
        """Look at some rows one by one."""
        for row, facts in zip(rows, self.facts(rows), strict=True):
            found = alone(self.ruleset, facts, unit_of(self.source, self.unit, row), self.judged)
            yield row, evolve(found, judged=self.second)

    def facts(self, rows: list[int]) -> Iterator[Facts]:
        """Yield the facts of some rows as a caller would give them to ``assess``."""
        facts = {fact.id: fact for fact in given_facts(self.read)}
        columns = [given_in(facts[name], column, rows) for name, column in self.columns.items()]
        for values in zip(*columns, strict=True):
            yield {name: value for name, value in zip(self.columns, values, strict=True) if value is not None}


def as_series(fact: Fact, column: Column, stepped: bool = False) -> pl.Series:
    """Return a column that fits its fact, or holds nothing, as the query reads it; *stepped* as for ``check_of``."""
    if not isinstance(column, pl.Series):
        return listed(fact, typing.cast(list[object], column), stepped)
    # of an empty one the type says nothing: pandas reads numbers there
    return nothing(fact.id, len(column)) if is_empty(column) and unfit(fact, *_kind(column), "") else column


def _kind(column: Column) -> tuple[typing.Any, bool]:
    """Return what a column holds, and whether these are whole numbers that may name levels."""
    if isinstance(column, pl.Series):
        kind = nw.from_native(column, series_only=True).dtype
        return held(kind), kind.is_integer()
    return (NUMBERS, True) if isinstance(column, list) else (column, False)


def unit_of(source: Source, column: str | None, row: int) -> str:
    """Return the name of the unit of a row, for messages; the row where no column names the units."""
    return f"row {row}" if column is None else str(source.at(column, row))
