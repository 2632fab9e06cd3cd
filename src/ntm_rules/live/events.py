"""What a live session tells: which outcome changed, from what to what, and which facts did it."""

import functools
import typing
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from attrs import field, frozen

from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Verdict
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.walk import indicators
from ntm_rules.verdict.dependencies import Dependencies

if typing.TYPE_CHECKING:
    from ntm_rules.live.words import EventReason


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
        facts: the facts that did it, in the order in which the set reads them: those that changed and on which an
            indicator rests; for a criterion or tier those of the members that brought it about.
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
        from ntm_rules.live.words import EventReason

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


Place = tuple[int, Level, str]
"""The place of an outcome among the codes of a verdict, what it belongs to, and its number."""


@kept
def places_of(ruleset: Ruleset) -> Sequence[Place]:
    """The places of the indicators, the criteria and the set: from what causes to what is caused."""
    first = 1 + len(ruleset.criteria)
    of_indicators = [(n, Level.INDICATOR, i.no) for n, (_, i) in enumerate(indicators(ruleset), first)]
    of_criteria = [(n, Level.CRITERION, criterion.no) for n, criterion in enumerate(ruleset.criteria, 1)]
    return (*of_indicators, *of_criteria, (0, Level.TIER, ruleset.id))


def outcomes_by_place(ruleset: Ruleset, codes: bytes) -> Iterator[tuple[Level, str, Outcome]]:
    """Level, number and outcome of the indicators, the criteria and the set."""
    for place, level, no in places_of(ruleset):
        yield level, no, Outcome(codes[place])


def events_between(
    before: Verdict, after: Verdict, changed: Sequence[int], dependencies: Dependencies, last: int
) -> list[LiveEvent]:
    """The events of one change: indicators in printed order, then criteria, then the set.

    Args:
        changed: the slots of the given facts that changed.
        last: the number of the last event before.
    """
    old, new = before.codes, after.codes
    if old == new:
        return []
    causes = _causes(old, new, changed, dependencies)
    facts = after.ruleset.facts
    found: list[LiveEvent] = []
    for place, level, no in places_of(after.ruleset):
        if old[place] != new[place]:
            names = tuple(facts[p].id for p in sorted(causes[place]))
            number = last + len(found) + 1
            found.append(LiveEvent(number, level, no, Outcome(old[place]), Outcome(new[place]), names, after, place))
    return found


def _causes(old: bytes, new: bytes, changed: Sequence[int], dependencies: Dependencies) -> dict[int, frozenset[int]]:
    """For each place that changed the slots that did it."""
    rules = dependencies.program.asked
    first = 1 + len(rules.spans)
    causes: dict[int, frozenset[int]] = {}
    moved: dict[int, list[int]] = {}
    for number, criterion in enumerate(dependencies.criterion):
        if old[first + number] != new[first + number]:
            causes[first + number] = dependencies.inputs[number].intersection(changed)
            moved.setdefault(criterion, []).append(number)
    for criterion, members in moved.items():
        if old[1 + criterion] != new[1 + criterion]:
            join = functools.partial(rules.criterion, criterion)
            did = _decisive(members, join, old[first:], new[first:])
            causes[1 + criterion] = frozenset().union(*(causes[first + member] for member in did))
    if old[0] != new[0]:
        members = [criterion for criterion in moved if 1 + criterion in causes]
        did = _decisive(members, rules.whole, old[1:first], new[1:first])
        causes[0] = frozenset().union(*(causes[1 + member] for member in did))
    return causes


def _decisive(moved: Sequence[int], join: Callable[[bytes], int], old: bytes, new: bytes) -> Sequence[int]:
    """Those of the members that moved which bring the new outcome about alone, or without which it would be another.

    All of them, where they do it only together and some could be spared.
    """
    if len(moved) == 1:
        return moved
    after = join(new)
    found = [
        n
        for n in moved
        if join(old[:n] + new[n : n + 1] + old[n + 1 :]) == after
        or join(new[:n] + old[n : n + 1] + new[n + 1 :]) != after
    ]
    return found or moved
