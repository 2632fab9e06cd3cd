"""What a live session tells: which outcome changed, from what to what, and which facts did it."""

import functools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import say
from ntm_rules.model.judgements import Judgement
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import CriterionResult, IndicatorResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.walk import indicators
from ntm_rules.verdict.dependencies import Dependencies
from ntm_rules.verdict.verdict import Judged, Verdict
from ntm_rules.words.reason import reason_of, words_in
from ntm_rules.words.sentences import Words


@public("live")
class Level(Enum):
    """What an outcome belongs to."""

    INDICATOR = "indicator"
    CRITERION = "criterion"
    TIER = "tier"


@public("live")
class ReadBy(Enum):
    """Of which reading an outcome is: figures alone, or with judgements."""

    FIGURES = "figures"
    JUDGED = "judged"


@public("live")
@frozen
class Event:
    """One outcome that changed.

    Attributes:
        number: counts the events of a session, or of a board, from 1.
        no: the printed number of the indicator or criterion; the id of the ruleset for a tier.
        facts: the facts that did it, in the order in which the set reads them: those that changed and on which an
            indicator rests; for a criterion or tier those of the members that brought it about.
        verdict: the finding after the whole change that this is part of.
        reading: of which reading the outcomes are.
        judgements: of the second reading, the judgements on this number or below it that were not there before.
    """

    number: int
    level: Level
    no: str
    old: Outcome
    new: Outcome
    facts: tuple[str, ...]
    verdict: Verdict = field(repr=False)
    _place: int = field(repr=False)
    reading: ReadBy = ReadBy.FIGURES
    judgements: tuple[Judgement, ...] = field(default=(), repr=False)

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
        return self.read.provisional_flags[self._place]

    @property
    def read(self) -> Verdict | Judged:
        """The reading that it is of."""
        return self.verdict if self.reading is ReadBy.FIGURES else self.verdict.judged

    @property
    def reason(self) -> "EventReason":
        """Why the outcome is what it is now; ``reason.text("vi")`` says it in one line."""
        return EventReason(self)


@public("live")
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
    """Return the places of the indicators, the criteria and the set: from what causes to what is caused."""
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
) -> list[Event]:
    """Return the events of one change: indicators in printed order, then criteria, then the set.

    Those of the second reading come after them, where there are judgements before or after.

    Args:
        changed: the slots of the given facts that changed.
        last: the number of the last event before.
    """
    found = _events(before, after, ReadBy.FIGURES, changed, dependencies, last)
    if before.has_judgements or after.has_judgements:
        found += _events(before, after, ReadBy.JUDGED, changed, dependencies, last + len(found))
    return found


def _events(
    before: Verdict, after: Verdict, reading: ReadBy, changed: Sequence[int], dependencies: Dependencies, last: int
) -> list[Event]:
    """Return the events of one reading."""
    judged = reading is ReadBy.JUDGED
    old, new = (before.judged.codes, after.judged.codes) if judged else (before.codes, after.codes)
    if old == new:
        return []
    fresh = [judgement for judgement in after.judgements if judged and judgement not in before.judgements]
    causes = _causes(old, new, changed, dependencies)
    found: list[Event] = []
    for place, level, no in places_of(after.ruleset):
        if old[place] != new[place]:
            # a criterion that was judged itself has changed without its members
            names = tuple(dependencies.given[p] for p in sorted(causes.get(place, ())))
            number = last + len(found) + 1
            both, said = (Outcome(old[place]), Outcome(new[place])), _below(after.ruleset, level, no, fresh)
            found.append(Event(number, level, no, *both, names, after, place, reading, said))
    return found


def _below(ruleset: Ruleset, level: Level, no: str, judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Return the judgements on a node or on what is below it."""
    if level is Level.TIER:
        return tuple(judgements)
    numbers = {no}
    if level is Level.CRITERION:
        criterion = next(c for c in ruleset.criteria if c.no == no)
        numbers |= {indicator.no for indicator in criterion.indicators}
    return tuple(judgement for judgement in judgements if judgement.no in numbers)


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


@public("live")
@frozen
class EventReason:
    """Why an outcome is what it has become.

    Attributes:
        event: what it is about.
    """

    event: Event

    @property
    def result(self) -> IndicatorResult | CriterionResult | Verdict | Judged:
        """The evaluated indicator or criterion, or the reading of the set; what the words are read off."""
        reading, no = self.event.read, self.event.no
        if self.event.level is Level.INDICATOR:
            return reading.indicators[no]
        return reading.criteria[no] if self.event.level is Level.CRITERION else reading

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        """Why it is undetermined, or ``layer_not_read``; none for a tier."""
        return self.result.codes if isinstance(self.result, IndicatorResult | CriterionResult) else ()

    def text(self, lang: str = "vi") -> str:
        """Return the event in one line: number, title, old and new outcome, why, and the facts that did it.

        Args:
            lang: ``vi`` or ``en``.

        Raises:
            UnknownName: another language.
        """
        event, verdict = self.event, self.event.verdict
        words = words_in(lang, verdict.ruleset.fact_by_id, verdict.annotations, verdict.ruleset.met_means)
        code = "live.changed_provisional" if event.provisional else "live.changed"
        change = say(words.lang, code, old=words.outcome(event.old), new=words.outcome(event.new))
        if event.reading is ReadBy.JUDGED:
            change = say(words.lang, "live.judged", change=change)
        return "; ".join((f"{self._head(words)}: {change}", *self._why(words), *self._causes(words)))

    def _causes(self, words: Words) -> Iterator[str]:
        """Yield which facts did it, and what was judged anew."""
        if self.event.facts:
            yield say(words.lang, "live.because", facts=", ".join(map(words.fact_title, self.event.facts)))
        for judgement in self.event.judgements:
            yield say(words.lang, "live.because_judged", no=judgement.no, judgement=judgement)

    def _head(self, words: Words) -> str:
        result = self.result
        title = self.event.title.text(words.lang) if self.event.title else ""
        if isinstance(result, Verdict | Judged):
            return title or result.ruleset.id
        no = say(words.lang, "live.criterion", no=result.no) if isinstance(result, CriterionResult) else result.no
        return f"{no} {title}".rstrip()

    def _why(self, words: Words) -> Iterator[str]:
        result, verdict = self.result, self.event.verdict
        if isinstance(result, IndicatorResult):
            criterion = next(c.no for c in verdict.criteria.values() if result.no in c.indicators)
            yield reason_of(criterion, result, verdict.ruleset, verdict.annotations, verdict.listed).why(words.lang)
        elif isinstance(result, CriterionResult):
            if result.judgement is not None:
                yield result.judgement.text(words.lang)
            yield from _counts(words, "live.of_indicators", {no: i.outcome for no, i in result.indicators.items()})
        else:
            beside = {c.no for c in result.ruleset.criteria if not c.counted}
            yield from _counts(words, "live.of_criteria", {no: c.outcome for no, c in result.criteria.items()}, beside)
            if result.must_not_met:
                yield say(words.lang, "words.must_not_met", numbers=", ".join(result.must_not_met))


def _counts(words: Words, code: str, outcomes: Mapping[str, Outcome], beside: Container[str] = ()) -> Iterator[str]:
    """How many are satisfied, but for those beside the count, and the numbers of all that are not."""
    counted = [outcome for no, outcome in outcomes.items() if no not in beside]
    yield say(words.lang, code, satisfied=sum(o.satisfied for o in counted), total=len(counted))
    for outcome in (Outcome.NOT_MET, Outcome.UNDETERMINED):
        numbers = [no for no, found in outcomes.items() if found is outcome]
        if numbers:
            yield say(words.lang, "live.those", outcome=words.outcome(outcome), numbers=", ".join(numbers))
