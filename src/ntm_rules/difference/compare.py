"""Two indicators compared by what the engine answers for all facts that matter, column by column."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence, Set

from attrs import evolve, frozen

from ntm_rules.difference.changes import Asked, Column, Columns, Kind, Step, Witness
from ntm_rules.difference.match import Placed
from ntm_rules.difference.sides import AskedIndicator, Judged, Slots, in_year
from ntm_rules.difference.trials import PREREQUISITE, Given, Trials, combinations, trials
from ntm_rules.messages.errors import FactError
from ntm_rules.model.conditions import Comparison
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import REST, CellState
from ntm_rules.verdict.verdict import assess

Codes = tuple[int | None, int | None]
Tried = dict[Codes, tuple[Given, ...]]
"""The first facts tried that gave each pair of outcomes, before and after."""

_MetAndNot = tuple[dict[str, FactValue], dict[str, FactValue]]

Asks = tuple[tuple[Asked | None, Asked | None], ...]

# Pairs of outcome codes before and after: 0 is not met, 1 met, 2 undetermined, 3 not applicable, which satisfies as met
# does. What is lost is satisfied before and not met after; where one of the two is undetermined it may be lost.
_LOST: tuple[Codes, ...] = ((1, 0), (3, 0))
_GAINED: tuple[Codes, ...] = ((0, 1), (0, 3))
_OPEN: tuple[Codes, ...] = ((1, 2), (2, 1), (0, 2), (2, 0), (3, 2), (2, 3))
_MAY_LOSE = {*_LOST, (1, 2), (3, 2), (2, 0)}
_MAY_GAIN = {*_GAINED, (2, 1), (2, 3), (0, 2)}
_ONE_SIDED: tuple[Codes, ...] = tuple(pair for code in (0, 2, 1, 3) for pair in ((code, None), (None, code)))

_UNKNOWN = (CellState.PENDING, CellState.DELEGATED)

NOT_REPLAYED, NO_FACTS = "not_replayed", "no_facts"


@frozen
class CountedMembers:
    """A criterion or the whole set, for what is asked of its members.

    Attributes:
        members: the indicators of each member, under the new set.
        places: where its code is among the codes of the old and of the new set.
        must: the places, among them, of those that have to be met in the old and in the new set.
    """

    members: tuple[tuple[Placed, ...], ...]
    places: tuple[int, int]
    must: tuple[frozenset[int], frozenset[int]]

    @property
    def must_differ(self) -> bool:
        """Whether others of them have to be met."""
        return self.must[0] != self.must[1]


class Comparing:
    """Compares indicators of two rulesets; keeps the sets of other years."""

    def __init__(self, old: Ruleset, new: Ruleset) -> None:
        self.old, self.new = old, new
        self._years: dict[tuple[int, int], Ruleset] = {}

    def steps(self, old: Placed | None, new: Placed | None) -> tuple[Step, ...]:
        """Return what changes from one indicator to the other, column by column; one of them may be absent."""
        found: list[Step] = []
        for years in self._pairs_of_years(old, new):
            sides = (self._side(0, old, years[0]), self._side(1, new, years[1]))
            found += _Pair(sides, years).steps()
        return tuple(_merged(found))

    def _side(self, number: int, placed: Placed | None, year: int) -> AskedIndicator | None:
        if placed is None:
            return None
        key = (number, year)
        if key not in self._years:
            self._years[key] = in_year((self.old, self.new)[number], year)
        return AskedIndicator.of(self._years[key], placed)

    def _pairs_of_years(self, old: Placed | None, new: Placed | None) -> list[tuple[int, int]]:
        """Return the same year of both wherever both have it; else the years for which the sets were composed."""
        composed = (self.old.year, self.new.year)
        sides = (self._side(0, old, self.old.year), self._side(1, new, self.new.year))
        printed = [side.years for side in sides if side is not None and side.years]
        if not printed:
            return [composed]
        named = {*(int(year) for years in printed for year in years if year != REST), *composed}
        shared = sorted(year for year in named if all({str(year), REST} & years for years in printed))
        return [(year, year) for year in shared] or [composed]

    def count_witnesses(self, level: CountedMembers, asked: tuple[int, int]) -> tuple[Witness, ...]:
        """Return a unit for each way in which the outcome changes.

        One has as many members met as only the less demanding of two counts asks for, those first that have to be;
        one each lacks a single member that has to be met on one side only.
        """
        tried = [self._met_and_not(member) for member in level.members]
        if not all(met for met, _ in tried):
            return ()
        must, every = level.must[0] | level.must[1], range(len(tried))
        ways = [set(sorted(every, key=lambda place: place not in must)[: min(asked)])]
        ways += [{*every} - {place} for place in sorted(level.must[0] ^ level.must[1])]
        found = (self._with_met(level, tried, way) for way in ways)
        by_outcome = {(w.before, w.after): w for w in found if w is not None}
        return tuple(by_outcome.values())

    def _with_met(self, level: CountedMembers, tried: Sequence[_MetAndNot], way: Set[int]) -> Witness | None:
        """Return a unit with the members at some places met and no others, where the two outcomes differ."""
        facts: dict[str, FactValue] = {}
        for place, (met, not_met) in enumerate(tried):
            facts |= met if place in way else not_met
        try:
            codes = [assess(ruleset, facts).codes for ruleset in (self.old, self.new)]
        except FactError:
            return None
        before, after = (Outcome(code[place]) for code, place in zip(codes, level.places, strict=True))
        return None if before == after else Witness(tuple(facts.items()), (self.old.year, self.new.year), before, after)

    def _met_and_not(self, member: Iterable[Placed]) -> _MetAndNot:
        """Facts that meet all indicators of a member, and facts of which one fails; empty where there are none."""
        met: dict[str, FactValue] = {}
        not_met: dict[str, FactValue] = {}
        for placed in member:
            side = AskedIndicator.of(self.new, placed)
            tried: Tried = {}
            for found in _Pair((None, side), (self.new.year, self.new.year)).outcomes().values():
                tried = found | tried
            met |= _together(tried.get((None, 1), ()))
            not_met |= _together(tried.get((None, 1 if not_met else 0), ()))
        return met, not_met


# -- one pair of years -------------------------------------------------------------------------

Sides = tuple[AskedIndicator | None, AskedIndicator | None]


@frozen(eq=False)
class _Pair:
    """Two indicators in one pair of years; one side may be absent."""

    sides: Sides
    years: tuple[int, int]

    def steps(self) -> Iterator[Step]:
        """Yield what is found in each column that some facts can produce."""
        to_try = self._to_try()
        found = self._columns(to_try)
        if not found:
            yield Step(Kind.NOT_COMPARED, ((),), True, (), (), (NO_FACTS,))
        for columns, tried in found.items():
            yield self._step(columns, tried, to_try)

    def outcomes(self) -> dict[Columns, Tried]:
        """Return what the engine answered, by column."""
        return self._columns(self._to_try())

    def _to_try(self) -> Trials:
        present = [side for side in self.sides if side is not None]
        return trials([(side.ruleset, tuple(side.conditions.values())) for side in present])

    def _columns(self, to_try: Trials) -> dict[Columns, Tried]:
        """Return the outcomes of all facts tried, by column."""
        axes = [tuple(r for given in axis if (r := self._ready(given)) is not None) for axis in to_try.axes]
        before, after = (_absent if side is None else side.asker() for side in self.sides)
        found: dict[Columns, Tried] = {}
        for chosen in combinations(axes, not to_try.unproved):
            of_old, of_new = before(r.slots[0] for r in chosen), after(r.slots[1] for r in chosen)
            if of_old is None or of_new is None:
                continue
            names = dict.fromkeys((*of_old[1], *of_new[1]))
            columns = tuple(Column(name, of_old[1].get(name), of_new[1].get(name)) for name in names)
            found.setdefault(columns, {}).setdefault((of_old[0], of_new[0]), tuple(r.given for r in chosen))
        return found

    def _ready(self, given: Given) -> "_Ready | None":
        """Return some facts in the slots of both sets; None where one of them cannot take them."""
        slots = [() if side is None else side.slots_of(given) for side in self.sides]
        return None if slots[0] is None or slots[1] is None else _Ready(given, (slots[0], slots[1]))

    def _step(self, columns: Columns, tried: Tried, to_try: Trials) -> Step:
        """Return what changes in one column."""
        old, new = self.sides
        before = old.in_column({c.selector: c.old for c in columns if c.old is not None}) if old else ()
        after = new.in_column({c.selector: c.new for c in columns if c.new is not None}) if new else ()
        same_form = self._same_form()
        asks = _paired(before, after, same_form)
        if old is None or new is None:
            kind = Kind.REMOVED if new is None else Kind.ADDED
            return Step(kind, (columns,), False, asks, self._witnesses(_ONE_SIDED, tried))
        differing = tuple(pair for pair in asks if _differs(*pair))
        step = Step(Kind.EQUAL, (columns,), False, differing)
        if differing or not same_form:
            step = self._judged(step, tried, to_try, same_form and _one_unknown(before, after))
        moved = tuple((a, b) for a, b in asks if a and b and a.standing != b.standing)
        return evolve(step, kind=Kind.EVIDENCE, asked=moved) if moved and step.kind is Kind.EQUAL else step

    def _judged(self, step: Step, tried: Tried, to_try: Trials, one_unknown: bool) -> Step:
        """Return the step with its direction, where an undetermined outcome may be met and may be not met.

        Args:
            one_unknown: all that is open is the same on both sides, so that two undetermined outcomes turn together.
        """
        lost, gained = self._witnesses(_LOST, tried), self._witnesses(_GAINED, tried)
        if lost and gained:
            return evolve(step, kind=Kind.INCOMPARABLE, witnesses=lost + gained)
        unproved = to_try.unproved
        if (not lost and tried.keys() & set(_LOST)) or (not gained and tried.keys() & set(_GAINED)):
            unproved += (NOT_REPLAYED,)
        may_lose, may_gain = _may_turn(tried, one_unknown)
        one_way = not unproved and not (may_lose and may_gain)
        if one_way and (lost or gained):
            return evolve(step, kind=Kind.STRICTER if lost else Kind.LOOSER, witnesses=lost + gained)
        if one_way and not (may_lose or may_gain):
            return evolve(step, kind=Kind.EQUAL)
        return evolve(
            step,
            kind=Kind.NOT_COMPARED,
            witnesses=lost or gained or self._witnesses(_OPEN, tried),
            reasons=unproved if PREREQUISITE in unproved else (*self._why(tried), *unproved),
            excluded=(Kind.LOOSER if may_lose else Kind.STRICTER) if one_way else None,
        )

    def _witnesses(self, wanted: Iterable[Codes], tried: Tried) -> tuple[Witness, ...]:
        """Return the first of the wanted pairs of outcomes that was found and replays; empty where none does."""
        made = (self._replayed(codes, tried[codes]) for codes in wanted if codes in tried)
        return tuple(itertools.islice((witness for witness in made if witness is not None), 1))

    def _replayed(self, codes: Codes, given: Iterable[Given]) -> Witness | None:
        """Return the facts as a witness, if ``assess`` on both whole sets says the same."""
        facts = _together(given)
        try:
            before, after = (None if side is None else _outcome(side, facts) for side in self.sides)
        except FactError:
            return None
        return Witness(tuple(facts.items()), self.years, before, after) if (before, after) == codes else None

    def _same_form(self) -> bool:
        """Return True if both conditions have the same form and compare facts worked out in the same way."""
        old, new = self.sides
        return old is not None and new is not None and old.form == new.form

    def _why(self, tried: Tried) -> tuple[str, ...]:
        """Return the codes for which one side is undetermined."""
        found: set[ReasonCode] = set()
        for number, side in enumerate(self.sides):
            given = next((given for codes, given in tried.items() if codes[number] == 2), None)
            if side is not None and given is not None:
                with contextlib.suppress(FactError):
                    found.update(assess(side.ruleset, _together(given)).indicators[side.indicator.no].codes)
        return tuple(code.value for code in ReasonCode if code in found)


@frozen
class _Ready:
    """Some facts, and their slots in both sets."""

    given: Given
    slots: tuple[Slots, Slots]


def _absent(_: Iterable[Slots]) -> Judged | None:
    """Return what a set without the indicator answers."""
    return None, {}


def _together(given: Iterable[Given]) -> dict[str, FactValue]:
    return {name: value for part in given for name, value in part.items()}


def _outcome(side: AskedIndicator, facts: Given) -> Outcome:
    """Return the indicator's outcome in an assessment by the whole set."""
    verdict = assess(side.ruleset, facts)
    return Outcome(verdict.codes[1 + len(side.ruleset.criteria) + side.place])


def _paired(before: Sequence[Asked], after: Sequence[Asked], same_form: bool) -> Asks:
    """Return what is asked before and after: in order where the form is the same, else by what it is about."""
    if same_form:
        return tuple(zip(before, after, strict=True))
    left = list(after)
    found: list[tuple[Asked | None, Asked | None]] = []
    for asked in before:
        twin = next((other for other in left if other.about == asked.about), None)
        if twin is not None:
            left.remove(twin)
        found.append((asked, twin))
    return (*found, *((None, other) for other in left))


def _differs(old: Asked | None, new: Asked | None) -> bool:
    """Return True if outcomes may depend on which of the two is asked."""
    return old is None or new is None or old.meaning != new.meaning


def _may_turn(tried: Tried, one_unknown: bool) -> tuple[bool, bool]:
    """Return whether some unit may lose what it satisfied, and whether one may gain, for some open values."""
    found = tried.keys()
    both_ways = (2, 2) in found and not one_unknown
    return both_ways or bool(found & _MAY_LOSE), both_ways or bool(found & _MAY_GAIN)


def _one_unknown(before: Iterable[Asked], after: Iterable[Asked]) -> bool:
    """Return True if all that is open is one comparison with one fact, and the same on both sides."""
    open_ = [[a for a in side if a.cell is None or a.cell.state in _UNKNOWN] for side in (before, after)]
    if [len(side) for side in open_] != [1, 1] or open_[0][0].meaning != open_[1][0].meaning:
        return False
    leaf = open_[0][0].leaf
    return isinstance(leaf, Comparison) and len(leaf.facts) == 1


def _merged(pieces: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps that change something, each with all the columns in which the same changes."""
    groups: dict[object, list[Step]] = {}
    total: set[Columns] = set()
    for step in pieces:
        total.update(step.columns)
        if step.kind is not Kind.EQUAL:
            asks = tuple(tuple(a and (a.address, a.meaning, a.standing) for a in pair) for pair in step.asked)
            groups.setdefault((step.kind, step.reasons, step.excluded, asks), []).append(step)
    for steps in groups.values():
        columns = tuple(dict.fromkeys(column for step in steps for column in step.columns))
        yield evolve(steps[0], columns=columns, whole=len(columns) == len(total))
