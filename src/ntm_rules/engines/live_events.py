"""What a live session tells: which outcome changed, from what to what, and which facts did it."""

import typing
from collections.abc import Iterator, Sequence
from enum import Enum

from attrs import field, frozen

from ntm_rules.engines.dependencies import Dependencies
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.verdicts import Verdict
from ntm_rules.model.walk import indicators

if typing.TYPE_CHECKING:
    from ntm_rules.explain.live_words import EventReason


class Level(Enum):
    """What an outcome belongs to."""

    INDICATOR = "indicator"
    CRITERION = "criterion"
    TIER = "tier"


@frozen
class LiveEvent:
    """One outcome that changed.

    Attributes:
        number: counts the events of a session, or of a board, from 1.
        no: the printed number of the indicator or criterion; the id of the ruleset for a tier.
        facts: the facts whose change did it, in the order in which the set reads them.
        verdict: the finding after the whole change that this is part of.
    """

    number: int
    level: Level
    no: str
    old: Outcome
    new: Outcome
    facts: tuple[str, ...]
    verdict: Verdict = field(repr=False)
    _place: int = field(repr=False)

    @property
    def unit(self) -> str | None:
        """Name or code of the unit."""
        return self.verdict.unit

    @property
    def title(self) -> Text | None:
        """The title of the indicator, criterion or ruleset."""
        ruleset = self.verdict.ruleset
        if self.level is Level.TIER:
            return ruleset.title
        if self.level is Level.CRITERION:
            return next(criterion.title for criterion in ruleset.criteria if criterion.no == self.no)
        return next(indicator.title for _, indicator in indicators(ruleset) if indicator.no == self.no)

    @property
    def provisional(self) -> bool:
        """Whether the new outcome is provisional."""
        return self.verdict.provisional_flags[self._place]

    @property
    def reason(self) -> "EventReason":
        """Why the outcome is what it is now; ``reason.text("vi")`` says it in one line."""
        from ntm_rules.explain.live_words import EventReason

        return EventReason(self)


@frozen
class OutcomeDifference:
    """An outcome that is not what a snapshot says.

    Attributes:
        no: the printed number of the indicator or criterion; the id of the ruleset for a tier.
        old: in the snapshot; None where it has no such indicator or criterion.
        new: now; None where the ruleset has no such indicator or criterion.
    """

    level: Level
    no: str
    old: Outcome | None
    new: Outcome | None


def outcomes_by_place(ruleset: Ruleset, codes: bytes) -> Iterator[tuple[Level, str, Outcome]]:
    """Level, number and outcome of the indicators, the criteria and the set: from what causes to what is caused."""
    first = 1 + len(ruleset.criteria)
    for (_, indicator), code in zip(indicators(ruleset), codes[first:], strict=True):
        yield Level.INDICATOR, indicator.no, Outcome(code)
    for criterion, code in zip(ruleset.criteria, codes[1:first], strict=True):
        yield Level.CRITERION, criterion.no, Outcome(code)
    yield Level.TIER, ruleset.id, Outcome(codes[0])


def events_between(
    before: Verdict, after: Verdict, changed: Sequence[int], dependencies: Dependencies, last: int
) -> list[LiveEvent]:
    """The events of one change: indicators in printed order, then criteria, then the set.

    Args:
        changed: the slots of the given facts that changed.
        last: the number of the last event before.
    """
    if before.codes == after.codes:
        return []
    ruleset, first = after.ruleset, 1 + after.criteria_total
    causes: list[frozenset[int]] = [frozenset()] * len(after.codes)
    for number, criterion in enumerate(dependencies.criterion):
        if before.codes[first + number] != after.codes[first + number]:
            own = dependencies.inputs[number].intersection(changed)
            causes[first + number] = own
            causes[1 + criterion] |= own
            causes[0] |= own
    places = [*range(first, len(after.codes)), *range(1, first), 0]
    found: list[LiveEvent] = []
    for place, (level, no, new) in zip(places, outcomes_by_place(ruleset, after.codes), strict=True):
        old = Outcome(before.codes[place])
        if old is not new:
            names = tuple(ruleset.facts[p].id for p in sorted(causes[place]))
            found.append(LiveEvent(last + len(found) + 1, level, no, old, new, names, after, place))
    return found
