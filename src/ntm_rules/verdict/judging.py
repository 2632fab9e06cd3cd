"""The second reading of one unit by codes: which judgements count, what they fill, and on what it all rests then."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping, Sequence

from attrs import define, field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import FactError, FactProblem, UnknownName
from ntm_rules.model.citations import Evidence
from ntm_rules.model.judgements import Basis, Judgement, Unused, UnusedJudgement
from ntm_rules.model.kept import by_identity, kept
from ntm_rules.model.outcomes import Needed, Outcome, joined, that_decide
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.second_reading import Logic, Steps, second_reading
from ntm_rules.model.stated import given_slots
from ntm_rules.model.walk import indicators, prerequisites, with_prerequisites
from ntm_rules.verdict.compare import Code, Slots
from ntm_rules.verdict.program import Pass, places_of, program_of

_OPEN = int(Outcome.UNDETERMINED)
_BODIES = frozenset(basis for basis in Basis if basis.body is not None)
_JUDGED = _BODIES | {Basis.FOLLOWS}
_COMPUTED = frozenset((Basis.FIGURES, Basis.FOLLOWS))
Spoken = Mapping[tuple[int, Basis], Judgement]
"""The judgements that count, by the place of their node among the outcome codes and by who judged."""


# -- which count -----------------------------------------------------------------------------------


@frozen
class Counting:
    """The judgements on one set."""

    spoken: Spoken
    unused: tuple[UnusedJudgement, ...]


def counting(ruleset: Ruleset, judgements: Iterable[Judgement], given_with: bool, unit: str | None) -> Counting:
    """Return which judgements count for a set.

    Args:
        given_with: True for the set with which they were given; a prerequisite takes those that name it.

    Raises:
        UnknownName: a number that the set never had.
        FactError: two of one node, body and date that differ.
    """
    unused: list[UnusedJudgement] = []
    about: dict[tuple[int, Basis], list[Judgement]] = {}
    elsewhere = list(with_prerequisites(ruleset))[1:] if given_with else []
    for judgement in judgements:
        if not is_of(judgement, ruleset, given_with):
            if given_with and not any(is_of(judgement, other, False) for other in elsewhere):
                unused.append(UnusedJudgement(judgement, Unused.OTHER_SET))
            continue
        place = numbered(ruleset).get(judgement.no)
        why = _in_time(ruleset, judgement, place)
        if why is not None or place is None:
            unused.append(UnusedJudgement(judgement, why or Unused.REMOVED))
        else:
            about.setdefault((place, judgement.basis), []).append(judgement)
    spoken = {key: _last(same, ruleset.on, unit) for key, same in about.items()}
    passed = (j for key, same in about.items() for j in same if j is not spoken[key])
    unused += [UnusedJudgement(judgement, Unused.SUPERSEDED) for judgement in passed]
    return Counting(spoken, tuple(unused))


def check(ruleset: Ruleset, judgements: Sequence[Judgement], unit: str | None) -> None:
    """Check judgements before they are kept with a unit.

    Raises:
        UnknownName, FactError: as ``counting``, of the set or of a prerequisite that one of them names.
    """
    for number, each in enumerate(with_prerequisites(ruleset) if judgements else ()):
        counting(each, judgements, number == 0, unit)


def is_of(judgement: Judgement, ruleset: Ruleset, given_with: bool) -> bool:
    """Return whether a judgement is of a set; *given_with* as for ``counting``."""
    tier = judgement.tier or (ruleset.id if given_with else None)
    return tier == ruleset.id and judgement.period in (None, ruleset.period)


@kept
def numbered(ruleset: Ruleset) -> Mapping[str, int]:
    """Return the place of each number among the outcome codes: of the indicator that has it, else of the criterion."""
    first = 1 + len(ruleset.criteria)
    criteria = {criterion.no: place for place, criterion in enumerate(ruleset.criteria, 1)}
    return criteria | {i.no: place for place, (_, i) in enumerate(indicators(ruleset), first)}


@by_identity(100)
def left_alone(ruleset: Ruleset, graded: Ruleset) -> frozenset[str]:
    """Return the numbers whose node a grade leaves as it is: it takes judgements on these alone."""
    own, theirs = _nodes(ruleset), _nodes(graded)
    return frozenset(no for no, node in own.items() if theirs.get(no) == node)


def _nodes(ruleset: Ruleset) -> Mapping[str, Criterion | Indicator]:
    """Return what each number is of: as in ``numbered`` the indicator that has it, else the criterion."""
    return {criterion.no: criterion for criterion in ruleset.criteria} | {i.no: i for _, i in indicators(ruleset)}


@kept
def _changed_since(ruleset: Ruleset) -> Mapping[tuple[str, bool], dt.date]:
    """Return since when the text of each changed node stands, by its number and whether it is a criterion."""
    return {(change.no, change.is_criterion): change.since for change in ruleset.changes}


def _in_time(ruleset: Ruleset, judgement: Judgement, place: int | None) -> Unused | None:
    """Return why a judgement is of another text, or too late; None where it is neither."""
    changes = _changed_since(ruleset)
    if place is None:
        if not any((judgement.no, is_criterion) in changes for is_criterion in (False, True)):
            raise UnknownName(Message("kind.number_of", ruleset=ruleset.id), judgement.no, numbered(ruleset))
        return Unused.REMOVED
    if judgement.date is None:
        return None
    if judgement.date > ruleset.on:
        return Unused.LATER
    began = ruleset.layers[0].start if ruleset.layers else dt.date.min
    since = changes.get((judgement.no, place <= len(ruleset.criteria)), began)
    return Unused.OTHER_TEXT if judgement.date < since else None


def _last(judgements: Sequence[Judgement], on: dt.date, unit: str | None) -> Judgement:
    """Return the latest judgement of one body on one node, of several of one day the first.

    Raises:
        FactError: two of one day differ.
    """
    by_day: dict[dt.date, Judgement] = {}
    problems: list[FactProblem] = []
    for judgement in judgements:
        first = by_day.setdefault(judgement.date or on, judgement)
        if first.outcome is not judgement.outcome:
            day = {"date": judgement.date or on, "other": first.outcome.code}
            expected = Message("expected.one_judgement", who=Message(f"judgement.body.{judgement.body.value}"), **day)
            problems.append(FactProblem(unit, judgement.no, judgement.outcome.code, expected))
    if problems:
        raise FactError(problems)
    return by_day[max(by_day)]


# -- what they fill --------------------------------------------------------------------------------


@frozen
class First:
    """The first reading of a unit.

    Attributes:
        codes, floors: as of a verdict.
    """

    slots: Slots
    codes: bytes
    floors: bytes


@frozen
class Second:
    """The second reading of a unit.

    Attributes:
        codes, bases, provisional: of the set, its criteria and its indicators.
        used: the judgements on which outcomes rest, by their place among these.
        spoken: those that count.
        unused: those that do not.
        figures: what the voice of the figures says.
        slots: what it says it of.
    """

    codes: bytes
    bases: bytes
    provisional: tuple[bool, ...]
    used: Mapping[int, Judgement]
    spoken: Spoken
    unused: tuple[UnusedJudgement, ...]
    figures: bytes
    slots: Slots

    @property
    def settled(self) -> int:
        """The outcome as it holds with official cells and whole layers alone."""
        return _OPEN if self.provisional[0] else self.codes[0]


def first_of(ruleset: Ruleset, values: list[typing.Any]) -> First:
    """Return the first reading of checked facts in slots."""
    program = program_of(ruleset)
    slots = program.asked.slots(values)
    return First(slots, program.asked.codes(slots), program.official.codes(program.official.slots(values)))


def read_again(
    ruleset: Ruleset,
    first: First,
    judgements: Sequence[Judgement],
    voices: Sequence[Basis],
    unit: str | None = None,
    given_with: bool = True,
    figures: First | None = None,
) -> Second:
    """Return the second reading of a unit; arguments as for ``counting``.

    Args:
        figures: what figures say where facts from below take the second reading; as in the first unless given.

    Raises:
        UnknownName, FactError: as ``counting``.
    """
    count = counting(ruleset, judgements, given_with, unit)
    figures, unused = figures or first, list(count.unused)
    if any(judgement.tier is not None for judgement in judgements):
        over, slots = prerequisites_of(ruleset), figures.slots
        firsts = [(other, first_of(other, [slots[place] for place in places])) for other, places in over.others]
        others = [read_again(other, its, judgements, voices, unit, given_with=False) for other, its in firsts]
        figures = over.put_in(figures, others)
        unused += [u for other in others for u in other.unused if u not in unused]
    spoken, out_of_place = _applicable(ruleset, count.spoken, figures.slots)
    steps = _steps(ruleset, voices, figures.codes, spoken)
    codes, bases = _decided(ruleset, steps, first.codes)
    used = {place: spoken[place, Basis(basis)] for place, basis in enumerate(bases) if basis in _BODIES}
    of_used = {(place, judgement.basis): judgement for place, judgement in used.items()}
    floors, _ = _decided(ruleset, _steps(ruleset, voices, figures.floors, of_used), first.codes)
    provisional = _provisional(ruleset, codes, bases, floors)
    return Second(codes, bases, provisional, used, spoken, (*unused, *out_of_place), figures.codes, figures.slots)


def _applicable(ruleset: Ruleset, spoken: Spoken, slots: Slots) -> tuple[Spoken, list[UnusedJudgement]]:
    """Return the judgements without those of not applicable where it is computed that the indicator applies."""
    first, every = 1 + len(ruleset.criteria), [indicator for _, indicator in indicators(ruleset)]
    applies = [
        key
        for key, judgement in spoken.items()
        if judgement.outcome is Outcome.NOT_APPLICABLE
        and key[0] >= first
        and _is_met(ruleset, every[key[0] - first], slots)
    ]
    left = {key: judgement for key, judgement in spoken.items() if key not in applies}
    return left, [UnusedJudgement(spoken[key], Unused.APPLIES) for key in applies]


def _is_met(ruleset: Ruleset, indicator: Indicator, slots: Slots) -> bool:
    """Return whether the ``applies_if`` of an indicator is met."""
    if indicator.applies_if is None:
        return False
    applies = prerequisites_of(ruleset).asked.compiler.condition(indicator.applies_if, indicator.no)
    return applies(slots) == Outcome.MET


@typing.final
class _Codes(Logic[int]):
    """The logic of outcome codes."""

    undetermined = _OPEN

    def joined(self, needed: Needed, members: Sequence[int]) -> int:
        return joined(needed, members)

    def filled(self, one: int, other: int) -> int:
        return other if one == _OPEN else one


def _steps(ruleset: Ruleset, voices: Sequence[Basis], figures: bytes, spoken: Spoken) -> list[Steps[int]]:
    """Return what is said of each criterion, then of each indicator."""

    def said(voice: Basis, place: int) -> int | None:
        if voice is Basis.FIGURES:
            return figures[place]
        judgement = spoken.get((place, voice))
        return None if judgement is None else int(judgement.outcome)

    criteria, below = second_reading(ruleset, voices, said, _Codes())
    return [*criteria, *below]


def _decided(ruleset: Ruleset, steps: list[Steps[int]], first: bytes) -> tuple[bytes, bytes]:
    """Return the codes of the set, its criteria and its indicators, and on what each rests."""
    ends = [next((step for step in each if step.outcome != _OPEN), None) for each in steps]
    codes = [_OPEN if end is None else end.outcome for end in ends]
    bases = [int(Basis.OPEN if end is None else end.basis) for end in ends]
    whole = joined(ruleset.needed, codes[: len(ruleset.criteria)])
    codes = [whole, *codes]
    bases = [int(Basis.OPEN if whole == _OPEN else Basis.FOLLOWS), *bases]
    for place, deciding in _members_that_decide(ruleset, codes):
        if bases[place] == Basis.FOLLOWS:
            judged = any(bases[member] in _JUDGED for member in deciding)
            if first[place] == codes[place] or not judged:
                bases[place] = int(Basis.FIGURES)
    return bytes(codes), bytes(bases)


def _members_that_decide(ruleset: Ruleset, codes: Sequence[int]) -> Iterable[tuple[int, list[int]]]:
    """Yield the places of the criteria, and last that of the set, each with the places of the members that decide."""
    start = 1 + len(ruleset.criteria)
    for place, criterion in enumerate(ruleset.criteria, 1):
        end = start + len(criterion.indicators)
        yield place, [start + n for n in that_decide(codes[place], codes[start:end], criterion.needed)]
        start = end
    yield 0, [1 + n for n in that_decide(codes[0], codes[1 : 1 + len(ruleset.criteria)], ruleset.needed)]


def _provisional(ruleset: Ruleset, codes: bytes, bases: bytes, floors: bytes) -> tuple[bool, ...]:
    """Return what is decided and would not be by what was read and checked alone."""
    partly = not ruleset.read_whole
    unread = [partly and basis == Basis.FIGURES and code != 0 for code, basis in zip(codes, bases, strict=True)]
    for place, deciding in _members_that_decide(ruleset, codes):
        if bases[place] == Basis.FOLLOWS and codes[place] != 0:
            unread[place] = any(unread[member] for member in deciding)
    unsure = [floor == _OPEN or not_read for floor, not_read in zip(floors, unread, strict=True)]
    return tuple([basis in _COMPUTED and doubt for basis, doubt in zip(bases, unsure, strict=True)])


# -- prerequisites ---------------------------------------------------------------------------------


@kept
def prerequisites_of(ruleset: Ruleset) -> "Prerequisites":
    """Return the ruleset compiled over the findings of its prerequisites, kept with it."""
    return Prerequisites(ruleset)


@define(eq=False)
class Prerequisites:
    """A ruleset compiled so that the outcomes of its prerequisites are put in, rather than worked out.

    Attributes:
        others: each prerequisite, at the floor of the set, with the slots of its facts.
    """

    ruleset: Ruleset
    others: list[tuple[Ruleset, Sequence[int]]] = field(init=False, factory=list)
    asked: Pass = field(init=False)
    official: Pass = field(init=False)
    _known: list[Ruleset] = field(init=False, factory=list)

    def __attrs_post_init__(self) -> None:
        places = program_of(self.ruleset).places
        self.asked = Pass(self.ruleset, places, self.ruleset.minimum_evidence, self._finding)
        self.official = Pass(self.ruleset, places, Evidence.OFFICIAL, self._finding)
        for other in prerequisites(self.ruleset):
            self._finding(other)  # also where a pending cell asks nothing yet: what is said of it is not dropped

    def _finding(self, other: Ruleset) -> Code:
        """Return the outcome that is put in for a prerequisite."""
        places, floor = program_of(self.ruleset).places, self.ruleset.minimum_evidence
        number = next((n for n, known in enumerate(self._known) if known is other), len(self._known))
        if number == len(self._known):
            self._known.append(other)
            floored = other if floor is None else other.with_minimum_evidence(floor)
            self.others.append((floored, places_of(floored, places)))
        place = len(places) + number
        return lambda slots: typing.cast(int, slots[place])

    def put_in(self, first: First, others: Sequence[Second]) -> First:
        """Return what the figures say where each prerequisite is what its second reading says."""
        values = list(first.slots[: len(given_slots(self.ruleset))])
        slots = self.asked.slots(values, [other.codes[0] for other in others])
        settled = self.official.slots(values, [other.settled for other in others])
        return First(slots, self.asked.codes(slots), self.official.codes(settled))
