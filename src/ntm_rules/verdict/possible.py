"""What missing facts can still be: a few values of each, enough for every outcome that they can bring about."""

import itertools
import math
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from attrs import define, field

from ntm_rules.messages.errors import FactError
from ntm_rules.model.consistency import How, Relation
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.limits import limits_of
from ntm_rules.model.numbers import MAX_DIGITS
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import with_prerequisites
from ntm_rules.verdict.facts import BadValue, Checker
from ntm_rules.verdict.program import program_of
from ntm_rules.verdict.reach import MOST_STATES, State, Variable

_DIGITS = Context(prec=MAX_DIGITS)
_Ratio = tuple[Fact, Fact, Fact]


@define
class _Tied:
    """Facts that have to fit together.

    Attributes:
        facts: those that are missing, in the order of the set.
        touched: the facts whose slots they change.
        given: what was given of the shares that they belong to, and of what they are compared with.
    """

    facts: set[str] = field(factory=set)
    touched: set[str] = field(factory=set)
    given: set[str] = field(factory=set)


class Possible:
    """The variables of the facts that are missing.

    Attributes:
        variables: in the order of the set.
        of: the variable that changes the slot of a fact.
        unsure: facts of which too little is known, for what is undecided of them is an input too, with that.
    """

    def __init__(
        self, ruleset: Ruleset, given: Mapping[str, FactValue], values: Sequence[object], read: Collection[str]
    ) -> None:
        self.ruleset, self.given, self.values = ruleset, given, values
        self.checker: Checker = program_of(ruleset).checker
        self.facts = ruleset.fact_by_id
        inputs = ruleset.inputs()
        self.missing = [n for n in inputs if n in read and values[self.checker.places[n]] is None]
        self.limits: dict[str, set[Decimal]] = {}
        for each in with_prerequisites(ruleset):
            for name, limits in limits_of(each).items():
                self.limits.setdefault(name, set()).update(limits)
        self.ratios: list[_Ratio] = [
            ratio
            for ratio in (*self.checker.ratios, *self.checker.derived)
            if all(fact.id in self.missing or fact.id in given for fact in ratio[1:])
        ]
        self.unsure = {
            f.id: f.undecided for f in ruleset.facts if f.undecided is not None and f.undecided in self.missing
        }
        self._grown = {f.id: f.undecided for f in ruleset.facts if f.undecided is not None and f.undecided in given}
        self.variables: list[Variable] = []
        self.of: dict[str, int] = {}
        for tied in self._tied():
            for name in tied.touched:
                self.of[name] = len(self.variables)
            self.variables.append(Variable(tuple(self._sorted(tied.facts)), tuple(self._states(tied))))

    # -- what belongs together -----------------------------------------------------------------

    def _tied(self) -> Iterator[_Tied]:
        """Yield the facts that have to fit together, each fact that is free of others by itself."""
        of = {name: _Tied({name}, {name}) for name in self.missing}
        for fact, part, whole in self.ratios:
            names = [n for n in (fact.id, part.id, whole.id, fact.undecided) if n is not None]
            here = [n for n in names if n in of]
            if not here:
                continue
            one = of[here[0]]
            for other in (of[n] for n in here[1:] if of[n] is not one):
                one.facts |= other.facts
                one.touched |= other.touched
                one.given |= other.given
                of |= dict.fromkeys(other.facts, one)
            one.touched |= {n for n in names if n in self.checker.places}
            one.given |= {n for n in names if n in self.given}
        for relation in (*self.checker.counts, *self.checker.shares):
            self._compare(relation, of)
        found = {id(tied): tied for tied in of.values()}
        return iter(found.values())

    def _compare(self, relation: Relation, of: Mapping[str, _Tied]) -> None:
        """Have what is missing fit to what is given of facts that have to be something to each other."""
        shares = [ratio for ratio in self.ratios if ratio[0] in relation.facts]
        names = {fact.id for fact in relation.facts}.union(*((part.id, whole.id) for _, part, whole in shares))
        known = {fact: self._known(fact.id) for fact in relation.facts}
        parts, whole = [known[fact] for fact in relation.parts], known[relation.whole]
        there = [number for number in parts if number is not None]
        rest = [sum(there, Decimal(0)) if whole is None else whole - sum(there, Decimal(0))]
        if relation.how is How.MEAN:
            rest = [*there, *([] if whole is None else [whole])]
        near = (-1, 0, 1) if relation.of_shares else (0,)  # by a percentage point shares may differ
        for name in names & of.keys():
            of[name].given |= names & self.given.keys()
        for fact, number in known.items():
            if number is None:
                self.limits.setdefault(fact.id, set()).update(limit + n for limit in rest for n in near)

    def _known(self, name: str) -> Decimal | None:
        """Return the number of a fact that is given, of a share by its parts what follows."""
        slot = self.values[self.checker.places[name]]
        if isinstance(slot, tuple):
            return _decimal(Fraction(*slot)) if slot[1] else None
        return Decimal(repr(slot)) if isinstance(slot, float) else None

    def _sorted(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=self.checker.places.__getitem__)

    def _states(self, tied: _Tied) -> Iterator[State]:
        """Yield the states of facts, nothing given first; none where there are too many."""
        names = self._sorted(tied.facts)
        if tied.touched & self.unsure.keys():
            return
        choices = [self._values(name) for name in names]
        if math.prod(len(values) + 1 for values in choices) > MOST_STATES:
            return
        places = [self.checker.places[name] for name in self._sorted(tied.touched)]
        known = {name: self.given[name] for name in tied.given}
        found: dict[tuple[FactValue | None, ...], list[object]] = {}
        for chosen in itertools.product(*((None, *values) for values in choices)):
            facts = known | {n: v for n, v in zip(names, chosen, strict=True) if v is not None}
            try:
                found[chosen] = typing.cast(list[object], self.checker.check(facts, None).values)
            except FactError:
                continue
        able = [n for n in range(len(names)) if any(chosen[n] is not None for chosen in found)]
        slots_of = [self.checker.places[name] for name in names]
        full = {chosen for chosen, slots in found.items() if all(slots[slots_of[n]] is not None for n in able)}
        full = full or _greatest(found)
        for given, slots in found.items():
            yield State(given, tuple((place, slots[place]) for place in places), given in full)

    # -- values --------------------------------------------------------------------------------

    def _values(self, name: str) -> list[FactValue]:
        """Return the values of a fact that are tried."""
        fact = self.facts[name]
        if fact.type is FactType.BOOLEAN:
            return [True, False]
        if not fact.type.numeric:
            return list(fact.values)
        check = self.checker.checks[name][3]
        found: dict[object, FactValue] = {}
        for value in self._numbers(fact):
            try:
                found.setdefault(check(value), value)
            except BadValue:
                continue
        return list(found.values())

    def _numbers(self, fact: Fact) -> Iterator[Decimal]:
        """Yield numbers at each limit and bound, between and beyond; of counts and parts the steps beside them."""
        bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
        limits = {*self.limits.get(fact.id, ()), *bounds}
        if fact.id in self._grown:
            more = self._number(self._grown[fact.id])
            limits |= {limit - more for limit in limits}
        edges = sorted({Fraction(limit) for limit in limits} | {*self._edges(fact)} or {Fraction(0), Fraction(1)})
        stepped = fact.type is FactType.COUNT or fact.id in self.checker.stepped or self._is_part(fact.id)
        if stepped:
            step = Fraction(1) if fact.type is FactType.COUNT else Fraction(1, 10**fact.decimals)
            for edge in edges:
                low, high = math.floor(edge / step), math.ceil(edge / step)
                yield from (_decimal(n * step) for n in (low, high, low - 1, high + 1))
            return
        yield from map(_decimal, edges)
        yield from (_decimal((one + other) / 2) for one, other in itertools.pairwise(edges))
        yield from (_decimal(edges[0] - 1), _decimal(edges[-1] + 1))

    def _number(self, name: str | None) -> Decimal:
        """Return a number that is given."""
        return Decimal(repr(self.values[self.checker.places[typing.cast(str, name)]]))

    def _is_part(self, name: str) -> bool:
        return any(name in (part.id, whole.id) for _, part, whole in self.ratios)

    def _edges(self, fact: Fact) -> Iterator[Fraction]:
        """Yield the numbers at which a share turns of which the fact is a part or the whole."""
        for share, part, whole in self.ratios:
            limits = self._shares(share)
            more = share.undecided if share.undecided in self.given else None
            grown = {Fraction(0), Fraction(0 if more is None else self._number(more))}
            if fact.id == part.id:
                wholes = self._wholes(share, part, whole)
                yield from (limit * total - n for limit in limits for total in wholes for n in grown)
            if fact.id == whole.id:
                yield from self._wholes(share, part, whole)

    def _shares(self, share: Fact) -> list[Fraction]:
        """Return the parts of one whole at which a share turns, is whole, or is what was given."""
        limits = {*self.limits.get(share.id, ()), Decimal(share.scale)}
        if share.id in self.given and share.id in self.checker.places:
            limits.add(self._number(share.id))
        return [Fraction(limit) / share.scale for limit in limits]

    def _wholes(self, share: Fact, part: Fact, whole: Fact) -> Iterable[Fraction]:
        """Return wholes of which a part can be exactly what a limit asks for."""
        if whole.id in self.given:
            return [Fraction(self._number(whole.id))]
        limits = self._shares(share)
        if part.id in self.given:
            given = Fraction(self._number(part.id))
            more = Fraction(self._number(share.undecided) if share.undecided in self.given else 0)
            return [Fraction(0), *(n / limit for limit in limits if limit > 0 for n in (given, given + more))]
        own = [Fraction(limit) for limit in self.limits.get(whole.id, ()) if limit > 0]
        exact = {Fraction(limit.denominator) for limit in limits}
        return [Fraction(0), *exact, *(n * math.ceil(limit / n) for limit in own for n in exact)]


def _decimal(value: Fraction) -> Decimal:
    """Return a number in at most as many digits as a fact may have."""
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _greatest(found: Collection[tuple[FactValue | None, ...]]) -> set[tuple[FactValue | None, ...]]:
    """Return the states to which nothing can be added: where facts contradict each other not all can be given."""
    more = {(n, c[:n] + c[n + 1 :]) for c in found for n, value in enumerate(c) if value is not None}
    return {c for c in found if not any(c[n] is None and (n, c[:n] + c[n + 1 :]) in more for n in range(len(c)))}
