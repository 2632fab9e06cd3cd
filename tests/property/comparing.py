"""Engine against oracle, on every level of a verdict."""

import typing
from collections.abc import Mapping
from fractions import Fraction

from ntm_rules import Ruleset, Verdict, assess
from ntm_rules.model.results import IndicatorResult, LeafResult
from oracle import Finding, IndicatorFinding, Leaf, judge

T = typing.TypeVar("T")


class Quiet(tuple[T, ...]):
    """Values whose repr hypothesis need not print."""

    def __repr__(self) -> str:
        return f"<{len(self)} values>"


def texts(codes: typing.Iterable[typing.Any]) -> tuple[str, ...]:
    return tuple(code.value for code in codes)


def same_leaf(mine: LeafResult, theirs: Leaf) -> None:
    assert mine.address == theirs.address
    assert (mine.fact.id if mine.fact else None) == theirs.fact
    assert mine.outcome.code == theirs.outcome, mine
    assert texts(mine.codes) == theirs.codes, mine
    assert (None if mine.margin is None else Fraction(mine.margin)) == theirs.margin, mine
    assert tuple((column.selector, column.value) for column in mine.columns) == theirs.columns


def same_indicator(mine: IndicatorResult, theirs: IndicatorFinding) -> None:
    assert mine.outcome.code == theirs.outcome, mine.no
    assert mine.provisional == theirs.provisional, mine.no
    assert texts(mine.codes) == theirs.codes, mine.no
    assert len(mine.leaves) == len(theirs.leaves), mine.no
    for leaf, other in zip(mine.leaves, theirs.leaves, strict=True):
        same_leaf(leaf, other)
    assert (None if mine.margin is None else Fraction(mine.margin)) == theirs.margin


def same(verdict: Verdict, finding: Finding) -> None:
    """Outcomes of every level, codes, margins, provisional and columns."""
    assert verdict.outcome.code == finding.outcome
    assert verdict.provisional == finding.provisional
    assert {name: getattr(verdict, name) for name in finding.counts} == finding.counts
    assert {o.code: n for o, n in verdict.indicator_counts.items()} == finding.indicator_counts
    assert list(verdict.criteria) == list(finding.criteria)
    for no, criterion in verdict.criteria.items():
        assert (criterion.outcome.code, criterion.provisional) == finding.criteria[no], no
        assert texts(criterion.codes) == finding.criterion_codes[no], no
    assert list(verdict.indicators) == list(finding.indicators)
    for no, indicator in verdict.indicators.items():
        same_indicator(indicator, finding.indicators[no])


def check(ruleset: Ruleset, facts: Mapping[str, object]) -> Verdict:
    """The engine's verdict, compared with the oracle's."""
    verdict = assess(ruleset, typing.cast(typing.Any, facts), "Xã Mẫu")
    same(verdict, judge(ruleset, facts))
    return verdict


def outcomes(verdict: Verdict) -> dict[str, str]:
    """Every outcome of a verdict by place: the set, criteria, indicators."""
    found = {"set": verdict.outcome.code}
    found |= {f"criterion {no}": c.outcome.code for no, c in verdict.criteria.items()}
    return found | {f"indicator {no}": i.outcome.code for no, i in verdict.indicators.items()}


def everything(verdict: Verdict) -> tuple[object, ...]:
    """What two equal verdicts have in common: outcomes, codes, margins, provisional."""
    rows = [
        (no, i.outcome, i.provisional, i.codes, tuple((x.outcome, x.margin, x.codes) for x in i.leaves))
        for no, i in verdict.indicators.items()
    ]
    return (verdict.outcome, verdict.provisional, outcomes(verdict), rows)
