"""Rows that the query leaves to ``assess``: those with bad values, and with numbers too large for a query."""

import typing
from collections.abc import Collection, Sequence

import polars as pl
from attrs import evolve, frozen

from ntm_rules.frames.base.columns import BAD_FACTS, INEXACT, ROW, wide_names
from ntm_rules.frames.base.details import detail_of, facts_behind
from ntm_rules.frames.base.judged import JudgedColumn, with_judged
from ntm_rules.frames.base.long import as_float
from ntm_rules.messages.errors import FactProblem
from ntm_rules.model.results import Facts
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.program import program_of
from ntm_rules.verdict.verdict import Judged, Verdict, verdict_of

if typing.TYPE_CHECKING:
    from ntm_rules.model.judgements import Judgement

Row = dict[str, typing.Any]
"""A row of a result, by the names of its columns."""


@frozen(eq=False)
class Alone:
    """A unit that was looked at by itself.

    Attributes:
        facts: as they were given, and as lists have them.
        problems: what is wrong with them.
        verdict: without what is bad.
        judged: whether the result has its second reading too.
    """

    facts: Facts
    problems: Sequence[FactProblem]
    verdict: Verdict
    judged: bool = False

    @property
    def bad(self) -> set[str]:
        """The facts that something is wrong with."""
        return {problem.fact for problem in self.problems}

    def rows(self, row: int, shape: str) -> list[Row]:
        """Return what is found of it, in one of the shapes of a result, as of some row of the frame."""
        if shape == "wide":
            return [wide_row(self.verdict, row, len(self.bad), self.judged)]
        beside = _beside(row, len(self.bad))
        criteria = self.verdict.criteria.values()
        return [self._long_row(each.criterion.no, no) | beside for each in criteria for no in each.indicators]

    def _long_row(self, criterion: str, no: str) -> Row:
        ruleset = self.verdict.ruleset
        result = self.verdict.indicators[no]
        fact = result.single.fact if result.single else None
        numbers = {name: as_float(getattr(result, name), fact) for name in ("actual", "required", "margin")}
        known = [column.value for column in result.columns if column.value is not None]
        return {
            "criterion": criterion,
            "indicator": no,
            "outcome": int(result.outcome),
            "provisional": result.provisional,
            **{name: None if value != value else value for name, value in numbers.items()},
            "column": ", ".join(known) or None,
            "evidence": result.evidence,
            "reason": result.codes[0].value if result.codes else None,
            "detail": detail_of(facts_behind(ruleset, result.indicator), self.facts, self.bad),
            "content_hash": ruleset.content_hash,
        }


def alone(ruleset: Ruleset, facts: Facts, unit: str | None, judged: Collection[JudgedColumn] = ()) -> Alone:
    """Look at one unit by itself; *judged* are the columns of judgements among its facts."""
    if judged:
        return _judged_alone(ruleset, facts, unit, judged)
    checker = program_of(ruleset).checker
    checked = checker.mark(facts, unit)
    listed = {name: str(value) for name, value in checker.listed(unit).items()}
    return Alone({**listed, **facts}, checked.bad, verdict_of(ruleset, checked))


def _judged_alone(ruleset: Ruleset, facts: Facts, unit: str | None, judged: Collection[JudgedColumn]) -> Alone:
    """Look at the facts of a unit, and give its verdict the judgements that can be read."""
    names = {column.name for column in judged}
    found = alone(ruleset, {name: value for name, value in facts.items() if name not in names}, unit)
    said: list[Judgement] = []
    problems: list[FactProblem] = []
    for column in judged:
        if column.name in facts:
            checked = alone(with_judged(ruleset, judged), {column.name: facts[column.name]}, unit)
            problems += checked.problems
            said += [] if checked.problems else [column.said(facts[column.name])]
    verdict = evolve(found.verdict, judgements=tuple(said))
    return evolve(found, problems=(*found.problems, *problems), verdict=verdict)


def _beside(row: int, bad: int) -> Row:
    return {ROW: row, BAD_FACTS: bad, INEXACT: False}


def wide_row(verdict: Verdict, row: int, bad: int = 0, judged: bool = False) -> Row:
    """Return the columns of the wide result for some row of the frame, of which so many facts are bad.

    Args:
        judged: with the second reading.
    """
    whole, *below = verdict.codes
    grade = [verdict.grade.id if verdict.grade else None] if verdict.ruleset.grades else []
    counts = (verdict.criteria_met, verdict.criteria_not_met, verdict.criteria_undetermined)
    found = (whole, verdict.provisional, *grade, *counts, *below, *(_second(verdict.judged) if judged else ()))
    return dict(zip(wide_names(verdict.ruleset, judged), found, strict=True)) | _beside(row, bad)


def _second(judged: Judged) -> tuple[int, ...]:
    """Return the columns of the second reading."""
    counts = (judged.criteria_met, judged.criteria_not_met, judged.criteria_undetermined, judged.criteria_judged)
    return (judged.codes[0], *counts, *judged.codes[1:], *judged.bases[1:])


def marked(found: pl.DataFrame) -> pl.Series:
    """Return the rows of the frame that are to be looked at one by one, in their order."""
    return found.lazy().filter((pl.col(BAD_FACTS) > 0) | pl.col(INEXACT)).select(ROW).unique().sort(ROW).collect()[ROW]


def replaced(found: pl.DataFrame, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return a result with other rows for some rows of the frame, in the order of the frame."""
    if not parts:
        return found
    made = pl.concat(parts)
    return pl.concat([found.join(made, on=ROW, how="anti"), made]).sort(ROW, maintain_order=True)
