"""What rests on what in a ruleset: from the slots of facts to derived facts and indicators."""

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import is_not

from ntm_rules.model.conditions import Derived, Meets
from ntm_rules.model.kept import kept
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.spans import ends_of, growing, worked_out
from ntm_rules.model.stated import given_slots, stated
from ntm_rules.model.walk import facts_of, facts_of_derived, indicators, leaves
from ntm_rules.verdict.compare import Slots
from ntm_rules.verdict.compile import Value
from ntm_rules.verdict.program import program_of

Places = frozenset[int]


@kept
def dependencies_of(ruleset: Ruleset) -> "Dependencies":
    """Return the dependencies of a ruleset, kept with it."""
    return Dependencies(ruleset)


class Dependencies:
    """Which slots a derived fact and an indicator read.

    Attributes:
        given: for each slot of what a caller gives the id of its fact.
        derived: the place and what is read, of what is worked out, in its order.
        readers: for each slot the numbers of the indicators that read it.
        inputs: for each indicator the slots of given facts on which it rests, through ratios and derived facts.
        criterion: for each indicator the number of its criterion.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.program = program_of(ruleset)
        places = self.program.places
        self.given = tuple(self.program.checker.places)
        ends = {places[name]: _places(pair, places) for name, pair in ends_of(ruleset).items()}
        from_ = {f.id: _places((f.id, f.undecided), places) for f in growing(ruleset) if f.undecided is not None}
        from_ |= {d.id: _with_ends(_places(_rests_on(d), places), ends) for d in ruleset.derived}
        self.derived = [(places[slot], from_[name]) for slot, name in worked_out(ruleset).items()]
        reads = [_with_ends(_places(_read(i), places), ends) for _, i in indicators(ruleset)]
        self.readers = _turned(reads, len(places))
        rests = _of_ratios(ruleset, places)
        for place, read in self.derived:
            rests[place] = _through(read, rests)
        self.inputs = [_through(read, rests) for read in reads]
        self.criterion = [n for n, criterion in enumerate(ruleset.criteria) for _ in criterion.indicators]

    def indicators(self, changed: Iterable[int]) -> list[int]:
        """Return the numbers of the indicators that read one of the slots, in printed order."""
        readers = self.readers
        return sorted({number for place in changed for number in readers[place]})

    def slots(
        self, rules: Sequence[Value], before: Slots, values: Sequence[typing.Any], changed: Iterable[int]
    ) -> tuple[list[typing.Any], set[int]]:
        """Return the slots after some facts have changed, and which slots differ.

        Args:
            rules: what works out each derived fact.
            before: the slots before.
            values: the facts now, one a slot.
            changed: the slots whose facts differ.
        """
        slots, differ = list(before), set(changed)
        for place in differ:
            slots[place] = values[place]
        for (place, read), rule in zip(self.derived, rules, strict=True):
            if not read.isdisjoint(differ):
                slots[place] = rule(slots)
                differ.add(place)
        return slots, differ


def differing(before: Sequence[object], after: Sequence[object]) -> list[int]:
    """Return the places where two sequences of one length do not hold the same object: -0.0 is not 0.0 in words."""
    return list(compress(count(), map(is_not, before, after)))


def _places(names: Iterable[str], places: Mapping[str, int]) -> Places:
    return frozenset(places[name] for name in names)


def _read(indicator: Indicator) -> Iterator[str]:
    """Yield the facts that an indicator reads, those of the prerequisites it evaluates included."""
    guard = () if indicator.applies_if is None else (indicator.applies_if,)
    for condition in (*guard, indicator.require):
        yield from facts_of(condition)
        for _, leaf in leaves(condition):
            if isinstance(leaf, Meets) and leaf.resolved is not None:
                yield from given_slots(leaf.resolved)


def _rests_on(derived: Derived) -> Iterator[str]:
    """Yield the slots on which a derived fact rests."""
    yield from facts_of_derived(derived)
    if derived.may_be_given:
        yield stated(derived.id)


def _with_ends(read: Places, ends: Mapping[int, Places]) -> Places:
    """Slots, with the numbers between which the facts among them lie."""
    return read.union(*(ends[place] for place in read if place in ends))


def _turned(reads: Sequence[Places], size: int) -> Sequence[Sequence[int]]:
    """For each slot the numbers of those that read it."""
    readers: list[list[int]] = [[] for _ in range(size)]
    for number, read in enumerate(reads):
        for place in read:
            readers[place].append(number)
    return readers


def _of_ratios(ruleset: Ruleset, places: Mapping[str, int]) -> dict[int, Places]:
    """For the slot of each ratio itself and the slots of part and whole."""
    ratios = ((f.id, f.ratio) for f in ruleset.facts if f.ratio is not None)
    return {places[name]: _places((name, ratio.part, ratio.whole), places) for name, ratio in ratios}


def _through(read: Places, rests: Mapping[int, Places]) -> Places:
    """Return the slots on which some slots rest."""
    return frozenset(place for one in read for place in rests.get(one, (one,)))
