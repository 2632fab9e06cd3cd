"""Which units a change turns: every outcome that differs, with what was there and asked before and after."""

import typing
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.difference.match import Unlisted, same_criteria, same_indicators
from ntm_rules.model.plain import Json, figure, keys_of, plain_object
from ntm_rules.model.results import CriterionResult, Facts, IndicatorResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.verdict import Verdict, assess

R = typing.TypeVar("R", CriterionResult, IndicatorResult)
Both = tuple[R | None, R | None]


@frozen
class Twins:
    """Numbers of criteria and indicators under the old and the new set; None where a set has none.

    What is in one set only, and of which it is not known whether the other has it, is left out.

    Attributes:
        unlisted: the set that was not copied, 0 for the old one, for want of which something is left out.
    """

    criteria: tuple[tuple[str | None, str | None], ...]
    indicators: tuple[tuple[str | None, str | None], ...]
    unlisted: tuple[int, ...] = ()

    @classmethod
    def of(cls, old: Ruleset, new: Ruleset) -> "Twins":
        """Return the numbers of two sets, in the order of the new one."""
        pairs, kin = same_indicators(old, new)
        criteria = same_criteria(old, new, pairs, kin)
        unlisted = Unlisted.of(old, new, criteria)
        kept = [(a, b) for a, b in criteria if unlisted.side(a, b) is None]
        own = [(a, b) for a, b in pairs if unlisted.side_of(a, b) is None]
        sides = {unlisted.side(a, b) for a, b in criteria} | {unlisted.side_of(a, b) for a, b in pairs}
        return cls(
            tuple((a.no if a else None, b.no if b else None) for a, b in kept),
            tuple((a.indicator.no if a else None, b.indicator.no if b else None) for a, b in own),
            tuple(sorted(side for side in sides if side is not None)),
        )


@public("difference")
@frozen
class UnitDifference:
    """One unit some of whose outcomes differ.

    Attributes:
        before, after: the two verdicts.
        criteria, indicators: those whose outcome differs, before and after; None where a set has none.
    """

    unit: str
    before: Verdict
    after: Verdict
    criteria: tuple[Both[CriterionResult], ...]
    indicators: tuple[Both[IndicatorResult], ...]

    @property
    def set_differs(self) -> bool:
        """True if the outcome of the whole set differs."""
        return self.before.outcome is not self.after.outcome

    def to_dict(self) -> Json:
        """Plain JSON types; exact numbers are texts."""
        before, after = self.before, self.after
        return plain_object(
            {
                "unit": self.unit,
                "outcome": {"before": before.outcome, "after": after.outcome},
                "criteria_met": {"before": before.criteria_met, "after": after.criteria_met},
                "criteria": [_place(old, new) for old, new in self.criteria],
                "indicators": [
                    {**_place(old, new), "comparisons": {"before": leaves_dict(old), "after": leaves_dict(new)}}
                    for old, new in self.indicators
                ],
            }
        )


def differences(
    old: Ruleset, new: Ruleset, twins: Twins, units: Iterable[tuple[str, Facts]]
) -> Iterator[UnitDifference]:
    """Yield the units some of whose outcomes differ, one after the other.

    What only one set has counts where it is not satisfied.
    """
    for unit, facts in units:
        found = difference_of(assess(old, facts, unit), assess(new, facts, unit), twins)
        if found.set_differs or found.criteria or found.indicators:
            yield found


def difference_of(before: Verdict, after: Verdict, twins: Twins) -> UnitDifference:
    """Return what differs between the verdicts on one unit; that may be nothing."""
    criteria = tuple(_differing(before.criteria, after.criteria, twins.criteria))
    indicators = tuple(_differing(before.indicators, after.indicators, twins.indicators))
    return UnitDifference(after.unit or "", before, after, criteria, indicators)


def _differing(
    before: Mapping[str, R], after: Mapping[str, R], twins: Iterable[tuple[str | None, str | None]]
) -> Iterator[Both[R]]:
    for old_no, new_no in twins:
        old, new = before[old_no] if old_no else None, after[new_no] if new_no else None
        outcomes = [side.outcome for side in (old, new) if side is not None]
        if len(set(outcomes)) == 2 or (len(outcomes) == 1 and not outcomes[0].satisfied):
            yield old, new


def _place(old: CriterionResult | IndicatorResult | None, new: CriterionResult | IndicatorResult | None) -> Json:
    return {
        "old_no": old and old.no,
        "new_no": new and new.no,
        "before": old and old.outcome,
        "after": new and new.outcome,
    }


def leaves_dict(result: IndicatorResult | None) -> list[Json]:
    """Return what was there, what was asked and by how much, without the law that a verdict shows."""
    return [
        {
            **keys_of(leaf, "address", "fact", "outcome", "actual", "required"),
            "margin": figure(leaf.margin),
            "unit": leaf.fact and leaf.fact.unit,
            "codes": leaf.codes,
        }
        for leaf in (result.leaves if result is not None else ())
    ]
