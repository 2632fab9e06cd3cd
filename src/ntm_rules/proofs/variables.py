"""Facts and unknown cells as variables, what they can be, and the way back from a model to facts."""

import itertools
import typing
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import define, field, frozen

from ntm_rules.model.conditions import Op
from ntm_rules.model.consistency import SLACK, How, Relation
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.numbers import MAX_DIGITS
from ntm_rules.model.results import FactValue
from ntm_rules.model.thresholds import Cell, CellState, Value
from ntm_rules.proofs.algebra import SymbolicChoice, SymbolicNumber
from ntm_rules.proofs.assume import UnknownCell
from ntm_rules.proofs.terms import Logic, Term
from ntm_rules.verdict.compare import ORDER, allowed_values

_LOW = (Op.AT_LEAST, Op.MORE_THAN)
_HIGH = (Op.AT_MOST, Op.LESS_THAN)


@frozen
class FoundFacts:
    """Facts that show something.

    Attributes:
        names: the facts that were asked for; all are there, a ratio as a percentage or as part and whole.
        empty: True if a whole is 0.
    """

    facts: Mapping[str, FactValue]
    names: frozenset[str]
    empty: bool = False


class NotShort(Exception):  # noqa: N818 - never leaves the room
    """A model with a number that has more digits than a fact is reported with."""


@define(eq=False)
class _Ratio:
    """The percentage (or quotient) of a part and a whole.

    Attributes:
        direct: a caller may give the percentage itself.
        limits: the numbers it is compared with.
        added: it is added to other facts, so that its size matters everywhere.
    """

    fact: Fact
    rule: RatioOf
    term: Term
    direct: bool
    limits: set[Decimal] = field(factory=set)
    added: bool = False


class Variables:
    """The variables that rulesets share: one for each fact, for each unknown cell, and the year.

    Args:
        complete: every input is given, a ratio as a percentage or as part and whole; else each may be missing.

    Attributes:
        domain: what each fact and each unknown cell can be.
        ratios: by the id of the fact, or by part and whole where only these can be given.
    """

    def __init__(self, logic: Logic, complete: bool = True) -> None:
        self.logic = logic
        self.complete = complete
        self.facts: dict[str, Fact] = {}
        self.year: Term = logic.number("year", whole=True)
        self.domain: dict[object, list[Term]] = {}
        self.ratios: dict[str, _Ratio] = {}
        self._numbers: dict[str, Term] = {}
        self._values: dict[str, SymbolicChoice | SymbolicNumber] = {}
        self._limits: dict[UnknownCell, Term] = {}
        self._admitted: dict[UnknownCell, dict[str, Term]] = {}
        self._unknown_facts: dict[UnknownCell, tuple[Fact, Op]] = {}

    # -- facts -------------------------------------------------------------------------------

    def add(self, facts: Iterable[Fact]) -> None:
        """Make known what facts there are.

        Raises:
            ValueError: a fact means something else in another ruleset.
        """
        for fact in facts:
            if self.facts.setdefault(fact.id, fact) != fact:
                raise ValueError(f"the fact `{fact.id}` is defined in two ways")

    def fact(self, name: str) -> SymbolicChoice | SymbolicNumber:
        """Return the value of a fact that a condition reads."""
        if name not in self._values:
            fact = self.facts[name]
            if not fact.type.numeric:
                self._values[name] = self.choice(name, fact.values)
            elif fact.ratio is None:
                number = self.number(name)
                self._values[name] = SymbolicNumber(self.given(name), False, self._compare(number), number)
            else:
                self._values[name] = self.ratio(fact, fact.ratio, direct=True)
        return self._values[name]

    def given(self, name: str) -> Term:
        """Return a term that is true where a fact is given."""
        return True if self.complete else self.logic.boolean(f"{name}?")

    def choice(self, name: str, values: tuple[str, ...]) -> SymbolicChoice:
        """Return a yes/no (which has no values of its own), a level or a category."""
        logic, given = self.logic, self.given(name)
        if not values:
            term = logic.boolean(name)
            return SymbolicChoice(
                {"true": logic.both(given, term), "false": logic.both(given, logic.opposite(term))}, given
            )
        terms: dict[str, Term] = {v: logic.boolean(f"{name}={v}") for v in values}
        domain = self.domain[name] = [logic.opposite(logic.at_least(2, terms.values()))]
        if self.complete:
            domain.append(logic.either(*terms.values()))
        return SymbolicChoice(terms, True if self.complete else logic.either(*terms.values()))

    def number(self, name: str) -> Term:
        """Return the variable of a number that is not worked out, within its bounds."""
        if name not in self._numbers:
            self._numbers[name] = self._variable(name, name, self.facts[name])
        return self._numbers[name]

    def ratio(self, fact: Fact, rule: RatioOf, direct: bool = False) -> SymbolicNumber:
        """Return part over whole, compared as one number, so that no term multiplies two facts."""
        logic, name = self.logic, fact.id if direct else ratio_name(rule)
        if name not in self.ratios:
            self.ratios[name] = _Ratio(fact, rule, self._variable(name, f"{name}%", fact, whole=False), direct)
        found = self.ratios[name]
        # given by itself, or by its parts; nothing can be divided by a whole of 0
        both = logic.both(self.given(rule.part), self.given(rule.whole))
        own = self.given(fact.id) if direct else False
        empty = logic.both(both, self.number(rule.whole) == 0)
        return SymbolicNumber(logic.either(own, both), empty, self._compare(found.term, found.limits))

    def added(self, name: str) -> Term:
        """Return the variable of a number or of a ratio that is added to others."""
        if name in self.ratios:
            self.ratios[name].added = True
        return self._plain(self.facts[name])

    def _compare(self, term: Term, limits: set[Decimal] | None = None) -> typing.Callable[[Op, Term], Term]:
        def compare(op: Op, limit: Term) -> Term:
            if not isinstance(limit, Decimal):
                return ORDER[op](term, limit)
            if limits is not None:
                limits.add(limit)
            return ORDER[op](term, self.logic.constant(limit))

        return compare

    def _variable(
        self, key: object, name: str, fact: Fact, whole: bool | None = None, floor: Decimal | None = None
    ) -> Term:
        """Return a numeric variable within the bounds of a fact, which a *floor* beyond them widens."""
        term = self.logic.number(name, fact.type is FactType.COUNT if whole is None else whole)
        low, high = self._bounds(fact)
        if floor is not None:
            low, high = None if low is None else min(low, floor), None if high is None else max(high, floor)
        lower = [] if low is None else [term >= self.logic.constant(low)]
        self.domain[key] = lower if high is None else [*lower, term <= self.logic.constant(high)]
        return term

    def _bounds(self, fact: Fact) -> tuple[Decimal | None, Decimal | None]:
        if fact.type is not FactType.PERCENT:
            return fact.minimum, fact.maximum
        low, high = fact.minimum, fact.maximum
        return Decimal(0) if low is None else low, Decimal(100) if high is None else high

    def constraints(
        self, read: frozenset[str], places: Iterable[UnknownCell], parts: Iterable[RatioOf]
    ) -> Iterator[Term]:
        """Yield what facts that are read and some unknown cells can be; *parts* are no greater than their wholes."""
        needed = self.needed(read)
        for rule in parts:
            if rule.part in needed and rule.whole in needed:
                yield self.number(rule.part) <= self.number(rule.whole)
        yield from self.ties(read)
        for key in (*places, *sorted(needed)):
            yield from self.domain.get(key, ())

    def ties(self, read: frozenset[str], more: Collection[Decimal] = ()) -> Iterator[Term]:
        """Yield what ties ratios to parts and wholes that a caller could not leave out.

        They are tied at every number that a ratio is compared with, *more* ones included: all that outcomes depend on.
        A ratio that is added to others is tied everywhere, which is not linear.
        """
        logic = self.logic
        for ratio in self.within(read):
            part, whole = self.number(ratio.rule.part), self.number(ratio.rule.whole)
            if ratio.added and self._tied(ratio, read):
                yield logic.z3.Or(whole == 0, ratio.term * whole == part * ratio.fact.scale)
                continue
            # percentage >= limit exactly where part * scale >= limit * whole: linear, as the limit is a constant
            for limit in sorted({*ratio.limits, *more}) if self._tied(ratio, read) else ():
                top, bottom = limit.as_integer_ratio()
                left, right = part * (ratio.fact.scale * bottom), whole * top
                for op in (Op.AT_LEAST, Op.AT_MOST):
                    holds = ORDER[op](ratio.term, logic.constant(limit))
                    yield logic.z3.Or(whole == 0, ORDER[op](left, right) == holds)

    def consistent(self, read: frozenset[str], relations: Iterable[Relation]) -> Iterator[Term]:
        """Yield what facts that a caller gives are to each other."""
        logic = self.logic
        there = {name for name in read if name in self._numbers or name in self.ratios}
        there |= {n for r in self.within(read) if self._tied(r, read) for n in (r.rule.part, r.rule.whole)}
        for relation in relations:
            parts = [fact for fact in relation.parts if fact.id in there]
            if relation.whole.id not in there or not parts:
                continue
            every = len(parts) == len(relation.parts)
            if relation.how is How.MEAN and not every:
                continue
            numbers, whole = [self._plain(fact) for fact in parts], self._plain(relation.whole)
            slack = logic.constant(Decimal(repr(SLACK))) if relation.of_shares else 0
            if relation.how is How.MEAN:
                reached = logic.either(*(whole - number <= slack for number in numbers))
                holds = logic.both(reached, logic.either(*(number - whole <= slack for number in numbers)))
            else:
                holds = sum(numbers) == whole if relation.adds_up and every else sum(numbers) - whole <= slack
            unknown = (logic.opposite(self._known(fact)) for fact in (*parts, relation.whole))
            yield logic.either(holds, *unknown)

    def _plain(self, fact: Fact) -> Term:
        """Return the variable of a number or of a ratio."""
        return self.ratios[fact.id].term if fact.id in self.ratios else self.number(fact.id)

    def _known(self, fact: Fact) -> Term:
        """Return a term that is true where a fact is given, and not as a share of nothing."""
        if fact.id not in self.ratios:
            return self.given(fact.id)
        found = self.ratios[fact.id]
        number = self.ratio(fact, found.rule, found.direct)
        return self.logic.both(number.given, self.logic.opposite(number.empty))

    def needed(self, read: Iterable[str]) -> set[str]:
        """Return the facts that are read, with the parts and wholes of ratios."""
        found = set(read)
        for name, ratio in self.ratios.items():
            if name in found:
                found |= {ratio.rule.part, ratio.rule.whole}
        return found

    def within(self, read: Iterable[str]) -> list[_Ratio]:
        """Return the ratios that are read."""
        return [self.ratios[name] for name in sorted(read) if name in self.ratios]

    def _tied(self, ratio: _Ratio, read: Iterable[str]) -> bool:
        """Return True if part and whole are read elsewhere, so that the percentage alone would not do for a caller."""
        others = [r.rule for r in self.within(read) if r is not ratio]
        shared = [n in read or any(n in (r.part, r.whole) for r in others) for n in (ratio.rule.part, ratio.rule.whole)]
        return all(shared) if ratio.direct else any(shared)

    def wholes(self, read: Iterable[str]) -> Term:
        """Return a term that is true where no whole is 0."""
        return self.logic.both(*(self.number(ratio.rule.whole) != 0 for ratio in self.within(read)))

    # -- unknown cells -----------------------------------------------------------------------

    def unknown_limit(self, place: UnknownCell, fact: Fact, op: Op, floor: Cell | None) -> Term:
        """Return the number of an unknown cell: within the bounds of the fact, at least as strict as the floor."""
        if place not in self._limits:
            asked = floor.value if floor is not None and isinstance(floor.value, Decimal) else None
            term = self._variable(place, str(place), fact, floor=asked)
            if asked is not None:
                least = self.logic.constant(asked)
                strict = term >= least if op in _LOW else term <= least if op in _HIGH else term == least
                self.domain[place].append(strict)
            self._limits[place], self._unknown_facts[place] = term, (fact, op)
        return self._limits[place]

    def unknown_values(self, place: UnknownCell, fact: Fact, op: Op, floor: Cell | None) -> Mapping[str, Term]:
        """Return for each value of a fact a term that is true where an unknown cell admits it."""
        if place not in self._admitted:
            logic = self.logic
            values = fact.values or ("true", "false")
            terms = {value: logic.boolean(f"{place} admits {value}") for value in values}
            domain = self.domain[place] = [logic.either(*terms.values())]
            if op is Op.EQUALS:
                domain.append(logic.opposite(logic.at_least(2, terms.values())))
            if op is Op.LEVEL_AT_LEAST:
                steps = list(terms.values())  # a threshold that admits a level admits all better ones
                domain += [logic.z3.Implies(low, high) for low, high in itertools.pairwise(steps)]
            if floor is not None:
                kept = admitted(fact, op, floor)
                domain += [logic.opposite(term) for value, term in terms.items() if value not in kept]
            self._admitted[place], self._unknown_facts[place] = terms, (fact, op)
        return self._admitted[place]

    @property
    def unknown(self) -> Container[UnknownCell]:
        """The unknown cells that have a value of their own."""
        return self._unknown_facts.keys()

    def moderate(self, places: Iterable[UnknownCell]) -> Term:
        """Return a term that is true where no unknown number or level is the least or greatest that it can be."""
        logic, terms = self.logic, []
        for place in places:
            fact, op = self._unknown_facts[place]
            if place in self._limits:
                limit = self._limits[place]
                terms += [limit > logic.constant(low) for low in (self._bounds(fact)[0],) if low is not None]
                terms += [limit < logic.constant(high) for high in (self._bounds(fact)[1],) if high is not None]
            elif op is Op.LEVEL_AT_LEAST:
                terms.append(logic.opposite(next(iter(self._admitted[place].values()))))
        return logic.both(*terms)

    def pinned(self, assumed: Mapping[UnknownCell, Value]) -> Term:
        """Return a term that is true where the unknown cells have these values."""
        logic, terms = self.logic, []
        for place, value in assumed.items():
            fact, op = self._unknown_facts[place]
            if isinstance(value, Decimal):
                terms.append(self._limits[place] == logic.constant(value))
                continue
            kept = _texts(fact, op, value)
            terms += [t if v in kept else logic.opposite(t) for v, t in self._admitted[place].items()]
        return logic.both(*terms)

    # -- back --------------------------------------------------------------------------------

    def witness(self, model: typing.Any, read: frozenset[str], names: frozenset[str]) -> FoundFacts:
        """Return the facts of a model that are read, as an answer about all *names*.

        Raises:
            NotShort: a number has too many digits.
        """
        given: dict[str, FactValue] = {}
        for name in sorted(read):
            value = self._values.get(name)
            if isinstance(value, SymbolicChoice):
                given[name] = self._chosen(self.facts[name], value, model)
            elif name in self._numbers:
                given[name] = self._number_of(model, self.facts[name], self._numbers[name])
        empty = False
        for ratio in self.within(read):
            part, whole = self.facts[ratio.rule.part], self.facts[ratio.rule.whole]
            size = self._number_of(model, whole, self.number(whole.id))
            if size == 0 or self._tied(ratio, read):
                given |= {part.id: self._number_of(model, part, self.number(part.id)), whole.id: size}
                empty = empty or size == 0
            elif ratio.direct:
                given[ratio.fact.id] = self._number_of(model, ratio.fact, ratio.term)
            else:
                quotient = self._exact(model, ratio.term) / ratio.fact.scale
                given |= {part.id: quotient.numerator, whole.id: quotient.denominator}
        return FoundFacts(dict(sorted(given.items())), names, empty)

    def assumed(self, model: typing.Any, places: Iterable[UnknownCell]) -> dict[UnknownCell, Value]:
        """Return the values of unknown cells in a model.

        Raises:
            NotShort: a number has too many digits.
        """
        return {place: self._assumed(place, model) for place in places}

    def short(self, read: frozenset[str], places: Iterable[UnknownCell]) -> Iterator[Term]:
        """Yield terms that are true where facts and unknown cells have no more digits than facts are reported with."""
        needed = sorted(self.needed(read))
        numbers = [(self.facts[name], self._numbers[name]) for name in needed if name in self._numbers]
        numbers += [(ratio.fact, ratio.term) for ratio in self.within(read) if not self._tied(ratio, read)]
        numbers += [(self._unknown_facts[p][0], self._limits[p]) for p in places if p in self._limits]
        for fact, term in numbers:
            if not term.is_int():
                yield self.logic.z3.IsInt(term * 10**fact.decimals)

    def _chosen(self, fact: Fact, value: SymbolicChoice, model: typing.Any) -> FactValue:
        text = next(v for v, term in value.terms.items() if self._holds(model, term))
        return text == "true" if fact.type is FactType.BOOLEAN else text

    def _holds(self, model: typing.Any, term: Term) -> bool:
        return term if isinstance(term, bool) else bool(self.logic.z3.is_true(model.eval(term, True)))

    def _number_of(self, model: typing.Any, fact: Fact, term: Term) -> int | Decimal:
        exact = self._exact(model, term)
        if exact.denominator == 1 and abs(exact.numerator) < 10 ** (MAX_DIGITS - fact.decimals):
            return exact.numerator
        steps = exact * 10**fact.decimals
        if steps.denominator != 1 or abs(steps.numerator) >= 10**MAX_DIGITS:
            raise NotShort
        return Decimal(steps.numerator).scaleb(-fact.decimals).normalize()

    def _exact(self, model: typing.Any, term: Term) -> Fraction:
        value = model.eval(term, True)
        return Fraction(self.logic.z3.Z3_get_numeral_string(self.logic.context.ref(), value.as_ast()))

    def _assumed(self, place: UnknownCell, model: typing.Any) -> Value:
        fact, op = self._unknown_facts[place]
        if place in self._limits:
            return Decimal(self._number_of(model, fact, self._limits[place]))
        kept = tuple(v for v, term in self._admitted[place].items() if self._holds(model, term))
        if op is Op.ONE_OF:
            return kept
        return kept[0] == "true" if fact.type is FactType.BOOLEAN else kept[0]


def ratio_name(rule: RatioOf) -> str:
    """Return the name under which a ratio is read whose percentage nobody can give."""
    return f"{rule.part}/{rule.whole}"


def admitted(fact: Fact, op: Op, cell: Cell) -> frozenset[str]:
    """Return the values of a yes/no, level or category that a set cell admits; all of them where nothing is asked."""
    if cell.state is not CellState.SET or cell.value is None:
        return frozenset(fact.values or ("true", "false"))
    if op is Op.EQUALS:
        return _texts(fact, op, cell.value)
    return allowed_values(fact, op, cell)


def _texts(fact: Fact, op: Op, value: Value) -> frozenset[str]:
    if isinstance(value, tuple):
        return frozenset(value)
    if op is Op.LEVEL_AT_LEAST:
        return frozenset(fact.values[fact.values.index(str(value)) :])
    return frozenset([str(value).lower() if isinstance(value, bool) else str(value)])
