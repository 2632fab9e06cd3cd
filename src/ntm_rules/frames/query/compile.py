"""The rule tree as expressions of a query: one implementation for Polars and for every database."""

import math
import typing
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import define, evolve, field

from ntm_rules.frames.base.tables import MET, NOT_APPLICABLE, NOT_MET, UNDETERMINED, Tabulator, is_lacking, values_of
from ntm_rules.frames.query import truth
from ntm_rules.frames.query.expressions import (
    TRUE,
    Expr,
    Kind,
    choose,
    every,
    first_true,
    greatest,
    least,
    lit,
    null,
    some,
    total,
    where,
)
from ntm_rules.frames.query.stages import MOST, Slot, Stages, any_true, is_near, small
from ntm_rules.frames.query.truth import Truth, first_of
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Addend, Case, Derived, Meets, Op
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.fold import Compared, Engine, loosened
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.scoring import Part
from ntm_rules.model.spans import growing, most, one_way
from ntm_rules.model.stated import given_slots, stated
from ntm_rules.model.thresholds import Asked, Cell, Table, Threshold, bound_threshold
from ntm_rules.model.walk import facts_of_derived, indicators, leaves
from ntm_rules.verdict.compare import ORDER, end_of
from ntm_rules.verdict.compile import Compiler


@typing.final
@define
class FrameCompiler(Engine[Truth, Slot]):
    """Compiles the conditions of one ruleset for one floor of evidence.

    Attributes:
        slots: the facts by id, with those for the most that some may become; derived ones are added by ``work_out``.
        settled: a prerequisite that is met under layers not read whole is undetermined.
    """

    ruleset: Ruleset
    slots: dict[str, Slot]
    stages: Stages
    floor: Evidence | None
    settled: bool
    tables: Tabulator
    facts: Mapping[str, Fact]
    ends: Mapping[str, tuple[str, str]]
    places: dict[tuple[str, ...], Expr] = field(factory=dict)

    @classmethod
    def of(
        cls,
        ruleset: Ruleset,
        slots: Mapping[str, Slot],
        stages: Stages,
        floor: Evidence | None,
        settled: bool = False,
        taken: Container[str] = (),
    ) -> "FrameCompiler":
        """Return a compiler with the derived facts worked out.

        Args:
            taken: derived facts that are in *slots* already.
        """
        names = (*(f.id for f in ruleset.facts), *(d.id for d in ruleset.derived))
        places = {name: place for place, name in enumerate(names)}
        scalar = Compiler(ruleset, places, floor)
        made = cls(ruleset, dict(slots), stages, floor, settled, Tabulator(scalar), scalar.facts, scalar.ends)
        fresh: set[str] = set()
        for derived in ruleset.derived:
            if derived.id in taken:
                continue
            if not fresh.isdisjoint(facts_of_derived(derived)):
                stages.step("derived")
                fresh = set()
            made.slots |= made.with_ends(derived)
            fresh.add(derived.id)
        stages.step("derived")
        made.places = {free: stages.add(made.place(free), " ".join((*free, "place"))) for free in made.selectors()}
        stages.step("places")
        return made

    def selectors(self) -> Iterator[tuple[str, ...]]:
        """Yield the selectors of every table, each combination once."""
        found: dict[tuple[str, ...], None] = {}
        for _, indicator in indicators(self.ruleset):
            for condition in (indicator.require, indicator.applies_if):
                for _, leaf in leaves(condition) if condition is not None else ():
                    if not isinstance(leaf, Meets):
                        found[self.cells(leaf.threshold)[0]] = None
        return (free for free in found if free)

    # -- the tree ----------------------------------------------------------------------------

    def whole(self) -> tuple[Truth, list[Truth], list[Truth]]:
        """Return the outcomes of the set, of its criteria and of its indicators, each in columns of its own."""
        own = [self.kept(self.indicator(i), i.no) for c in self.ruleset.criteria for i in c.indicators]
        self.stages.step("indicators")
        criteria = self.kept_criteria(own)
        self.stages.step("criteria")
        found = self.kept(self.joined(self.ruleset.needed, criteria), self.ruleset.id)
        self.stages.step("whole")
        return found, criteria, own

    def kept(self, found: Truth, name: str) -> Truth:
        """Return an outcome as columns, there after the next step."""
        away = None if found.away is None else self.stages.add(found.away, f"{name} away")
        return Truth(self.stages.add(found.holds, name), away)

    def kept_criteria(self, own: Sequence[Truth], what: str = "criterion") -> list[Truth]:
        """Return the outcomes of the criteria as columns, from those of all indicators."""
        found = zip(self.ruleset.criteria, self.criteria(own), strict=True)
        return [self.kept(outcome, f"{what} {criterion.no}") for criterion, outcome in found]

    def criteria(self, own: Sequence[Truth]) -> list[Truth]:
        """Return the outcomes of the criteria, from those of all indicators."""
        left = iter(own)
        return [self.joined(c.needed, [next(left) for _ in c.indicators]) for c in self.ruleset.criteria]

    def folded(self, own: Sequence[Truth]) -> Truth:
        """Return the outcome of the set, from those of all indicators."""
        return self.joined(self.ruleset.needed, self.criteria(own))

    def constant(self, outcome: Outcome) -> Truth:
        """Return an outcome whatever the facts."""
        return truth.constant(outcome)

    def all(self, members: Sequence[Truth]) -> Truth:
        """Return what is true where every member is."""
        return truth.all_of(members)

    def at_least(self, k: int, members: Sequence[Truth]) -> Truth:
        """Return what is true where *k* members are met."""
        return truth.at_least_of(k, members)

    def negated(self, member: Truth) -> Truth:
        """Return what is true where the member is not."""
        return truth.negation_of(member)

    def guarded(self, applies: Truth, condition: Truth) -> Truth:
        """Return the outcome of an indicator with ``applies_if``."""
        return truth.guarded(applies, condition)

    def capped(self, member: Truth) -> Truth:
        """Return undetermined in place of what is not *not met*."""
        return truth.capped(member)

    def denying(self, member: Truth) -> Truth:
        """Return not applicable in place of what is not *not met*."""
        return truth.denying(member)

    def agreed(self, one: Truth, other: Truth) -> Truth:
        """Return what both say; undetermined where they differ."""
        return truth.agreed(one, other)

    def finding(self, other: Ruleset) -> Truth:
        """Another ruleset over the same facts."""
        # the other set takes steps of its own; what is pending here is kept out of them, for the step that works out
        # the indicators may drop every column that is not pending then
        pending, self.stages.pending = self.stages.pending, {}
        found = self.inner(other).whole()[0]
        self.stages.pending = pending
        return self.capped(found) if self.settled and not other.read_whole else found

    def inner(self, other: Ruleset) -> "FrameCompiler":
        """Return the compiler of another ruleset over the same facts."""
        names = [*given_slots(other), *(most(fact.id) for fact in growing(other))]
        slots = {name: self.slots[name] for name in names if name in self.slots}
        return FrameCompiler.of(other, slots, self.stages, self.floor, self.settled)

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, leaf: Compared) -> Truth:
        """One comparison with one fact; of an open condition where there is no fact."""
        free, cells = self.cells(leaf.threshold)
        if leaf.fact is None or not self.facts[leaf.fact].type.numeric:
            return self.named(leaf.fact, leaf.op, cells, free)
        return self.numbers(leaf.fact, leaf.op, cells, free, leaf.slack)

    def table(self, leaf: Compared, table: Table) -> Truth:
        """Return a comparison with a table; a cell alone is a table without selectors."""
        return self.leaf(leaf)

    def against(self, fact: str, op: Op, cell: Cell) -> Truth:
        """Return a number, or one of its ends, against a set cell."""
        return self.limited(self.slots[fact], op, [Asked(None, cell)], ())

    def cells(self, threshold: Threshold) -> tuple[tuple[str, ...], Sequence[Cell | None]]:
        """Return the selectors of a threshold that are not bound, and the cell for each combination of their values."""
        bound = bound_threshold(threshold)
        if isinstance(bound, Cell):
            return (), [bound]
        free = self.tables.free(bound)
        return free, self.tables.cells(bound, free)

    def place(self, free: Sequence[str], lacking: bool = False) -> Expr:
        """Return the place of a row in the list of cells; null where a selector is not known.

        Args:
            lacking: a selector that is not known has the place that is for this, so that nothing is null.
        """
        known = self.places.get(tuple(free))
        if known is not None and not lacking:
            return known
        found: Expr | None = None
        for name in free:
            fact, code = self.facts[name], self.slots[name].value
            if fact.type is FactType.BOOLEAN:
                code = first_true([(code, lit(2)), (~code, lit(0))], null(Kind.INT32))
            if lacking:
                code = code.known_or(values_of(fact).index(None))
            # places are kept in numbers of two bytes, their product need not fit there
            found = code if found is None else found.cast(Kind.INT32) * len(values_of(fact)) + code
        return lit(0) if found is None else found

    def by_place(
        self,
        free: Sequence[str],
        values: Sequence[typing.Any],
        make: Callable[[typing.Any], Expr],
        kind: Kind,
        lacking: bool = False,
    ) -> Expr:
        """Return a value for each cell: equal ones together; null where there is no cell and for None."""
        if not free:
            return null(kind) if values[0] is None else make(values[0])
        # SQL has no arrays to look up, so a table becomes a chain of cases: the fewer of them, the shorter the query
        groups: dict[typing.Any, list[int]] = {}
        for number, value in enumerate(values):
            if value is not None:
                groups.setdefault(value, []).append(number)
        place = self.place(free, lacking)
        return first_true([(place.is_in(places), make(v)) for v, places in groups.items()], null(kind))

    def at_places(self, free: Sequence[str], places: Sequence[bool]) -> Expr | None:
        """Return a column that is true at some places of the cells and false elsewhere; None where there is none."""
        true = [number for number, here in enumerate(places) if here]
        if not true:
            return None
        return self.place(free).is_in(true).known_or(False) if free else TRUE

    def numbers(
        self, name: str, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...], slack: Decimal = Decimal(0)
    ) -> Truth:
        """Return a comparison of a number; of what lies between two both have to agree."""
        asked = [a if a.cell is None else evolve(a, cell=loosened(a.cell, op, slack)) for a in self.tables.asked(cells)]
        if all(limit is None for limit in limits_of(asked)):
            return self.named(None, op, cells, free)
        ends = [self.slots[end] for end in self.ends.get(name, ()) if end in self.slots]
        if len(ends) < 2:
            found = self.limited(self.slots[name], op, asked, free)
        else:
            ways = [[self.limited(end, way, asked, free) for end in ends] for way in one_way(op)]
            found = self.all([self.agreed(low, high) for low, high in ways])
        return self.held(found, asked, free)

    def held(self, found: Truth, asked: Sequence[Asked], free: tuple[str, ...]) -> Truth:
        """Return a comparison where cells let it decide: at most undetermined, or not applicable, where they say so."""
        holds, away = found.holds, found.away
        cap = self.at_places(free, [a.capped for a in asked])
        if cap is not None:
            holds = choose(cap, self.capped(found).holds, holds)
            away = None if away is None else away & ~cap
        nothing = self.at_places(free, [a.code == Outcome.NOT_APPLICABLE for a in asked])
        if nothing is not None:
            holds, away = holds | nothing, nothing if away is None else away | nothing
        return Truth(holds, away)

    def limited(self, slot: Slot, op: Op, asked: Sequence[Asked], free: tuple[str, ...]) -> Truth:
        """Return a slot against the limits that cells ask: a ratio by its pair where that is given."""
        limits = limits_of(asked)

        def holds(way: Op) -> Expr:
            limit = self.by_place(free, limits, lambda v: lit(end_of(way, v)), Kind.FLOAT)
            return typing.cast(Expr, ORDER[way](slot.value, limit))

        found = every(map(holds, one_way(op)))
        if slot.top is None or slot.bottom is None:
            return Truth(found)
        # multiplied out in whole numbers: a quotient is rounded, and may miss a limit that the ratio just meets
        pairs = [None if v is None else v.as_integer_ratio() for v in limits]
        over = math.lcm(*(pair[1] for pair in pairs if pair is not None))
        scaled = [None if pair is None else pair[0] * (over // pair[1]) for pair in pairs]
        under = self.by_place(free, scaled, lambda v: lit(v, Kind.INT64), Kind.INT64)
        exact = typing.cast(Expr, ORDER[op](slot.top * lit(over, Kind.INT64), slot.bottom * under))
        empty = [None if a.cell is None else a.cell.when_empty for a in asked]
        said = [None if outcome is None else outcome.satisfied for outcome in empty]
        none = self.by_place(free, said, lit, Kind.BOOLEAN)
        away = self.at_places(free, [outcome is Outcome.NOT_APPLICABLE for outcome in empty])
        cases = [(slot.bottom == 0, none), (~slot.bottom.is_null(), exact)]
        if slot.most * max(over, *(abs(n) for n in scaled if n is not None)) > _MOST_WHOLE:
            # of parts and wholes too large to be multiplied with such a limit nothing is said
            rooms = [None if n is None else _MOST_WHOLE // max(abs(n), 1) for n in scaled]
            room = self.by_place(free, rooms, lambda v: lit(v, Kind.INT64), Kind.INT64)
            fits = (slot.top.abs() <= lit(_MOST_WHOLE // over, Kind.INT64)) & (slot.bottom <= room)
            cases.insert(1, (~fits, truth.unknown()))
            self.stages.inexact.append((~fits).known_or(False))
        there = first_true(cases, found)
        return Truth(there, None if away is None else ((slot.bottom == 0) & away).known_or(False))

    def named(self, name: str | None, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...]) -> Truth:
        """Return a comparison of a yes/no, level or category: one outcome for each cell and value."""
        ranks = [tuple(row) for row in self.tables.ranks(name, op, cells)]
        lookup = [None if cell is None else row for cell, row in zip(cells, ranks, strict=True)]
        holds = self.by_place(free, lookup, lambda row: self._of_values(name, row), Kind.BOOLEAN)
        return Truth(holds, self.at_places(free, [NOT_APPLICABLE in row for row in ranks]))

    def _of_values(self, name: str | None, row: Sequence[int]) -> Expr:
        """Return the truth for each value; a cell that asks for nothing asks for it whatever the value."""
        if len(set(row)) == 1:
            return truth.unknown() if row[0] == UNDETERMINED else lit(row[0] != NOT_MET)
        value = self.slots[typing.cast(str, name)].value
        fact = self.facts[typing.cast(str, name)]
        if fact.type is FactType.BOOLEAN:
            no, _, yes = (None if rank == UNDETERMINED else rank == MET for rank in row)
            if yes is not None and no is not None:
                return value if yes else ~value
            return (value if no is False else ~value) & truth.unknown()  # only what fails is decided
        known = [
            (n, rank) for n, (held, rank) in enumerate(zip(values_of(fact), row, strict=True)) if not is_lacking(held)
        ]
        groups = [([n for n, rank in known if rank == wanted], wanted == MET) for wanted in (MET, NOT_MET)]
        return first_true([(value.is_in(ns), lit(met)) for ns, met in groups if ns], truth.unknown())

    # -- derived facts -----------------------------------------------------------------------

    def with_ends(self, derived: Derived) -> Mapping[str, Slot]:
        """Return a derived fact and its ends, from those before it, in columns of their own."""
        names = (*facts_of_derived(derived), stated(derived.id))
        reads = [self.slots[name] for name in names if name in self.slots]
        bad = any_true(read.invalid for read in reads)
        found: dict[str, Slot] = {}
        for name, slot in self.derived_slots(derived):
            top, bottom = (
                None if e is None else self.stages.add(e, f"{name}_{what}")
                for e, what in ((slot.top, "part"), (slot.bottom, "whole"))
            )
            invalid = None if bad is None else self.stages.add(bad & slot.unknown, f"{name}_invalid")
            found[name] = evolve(slot, value=self.stages.add(slot.value, name), top=top, bottom=bottom, invalid=invalid)
        return found

    def picked(self, fact: Fact, guard: Truth, value: Slot, other: Slot) -> Slot:
        """Return a value where its guard is met, the other one elsewhere; none where that is open and matters."""
        # unknown has a place here, so that two unknown values are the same
        agreed = choose(value.value == other.value, value.value, _nothing(fact))
        return Slot(first_true([(guard.met, value.value), (guard.open, agreed)], other.value))

    def case(self, fact: Fact, rule: Case) -> Slot:
        """Return the place of the value in those of the fact, or the number; null where there is none."""
        found = super().case(fact, rule).value
        return Slot(where(found != _nothing(fact), found, Kind.FLOAT if fact.type.numeric else Kind.INT16))

    def or_given(self, fact: Fact, found: Slot) -> Slot:
        """Return what is worked out; what was given of it where that is open and there is such a column."""
        given = self.slots.get(stated(fact.id))
        if given is None:
            return found
        own = self.stages.add(found.value, f"{fact.id} worked out")
        self.stages.step("worked out")
        decided = own < len(fact.values)
        self.stages.contradicted.setdefault(fact.id, []).append((decided & (own != given.value)).known_or(False))
        return Slot(first_true([(decided, own), (~given.value.is_null(), given.value)], own))

    def literal(self, fact: Fact, value: str | Decimal | None) -> Slot:
        """Return one of the values of a fact, by its place, or a number; what stands for nothing where it has none."""
        if value is None:
            return Slot(_nothing(fact))
        if isinstance(value, Decimal):
            return Slot(lit(float(value), Kind.FLOAT))
        return Slot(lit(fact.values.index(value), Kind.INT16))

    def ambiguous(self, fact: Fact) -> Slot:
        """Return that two rows of an exclusive case hold."""
        return Slot(lit(len(fact.values) + 1, Kind.INT16))

    def value(self, fact: Fact, name: str) -> Slot:
        """Return the value of another fact as one of *fact*."""
        other, place = self.facts[name], self.slots[name].value
        if other.values != fact.values:
            chain = [(place == n, lit(fact.values.index(v), Kind.INT16)) for n, v in enumerate(other.values)]
            chain.append((place == len(other.values) + 1, lit(len(fact.values) + 1, Kind.INT16)))
            place = first_of(chain, Kind.INT16)
        return Slot(place.known_or(lit(len(fact.values), Kind.INT16)))

    def quotient(self, fact: Fact, rule: RatioOf) -> Slot:
        """Return a ratio that only its parts give."""
        made = self.stages.pairs.get((fact.id, rule.part, rule.whole))
        if made is None:
            return Slot(null(Kind.FLOAT))
        bad = any_true((self.slots[rule.part].invalid, self.slots[rule.whole].invalid))
        top, bottom = made
        return Slot(null(Kind.FLOAT), top, bottom if bad is None else where(~bad, bottom, Kind.INT64))

    def points(self, parts: Sequence[tuple[Truth | None, Part]], instead: Mapping[str, Decimal]) -> Slot:
        """Return the points of the parts that apply over what these are out of."""
        tops, bottoms = list[Expr](), list[Expr]()
        for applies, part in parts:
            points, nothing = self.slots[part.fact].value, lit(0, Kind.INT64)
            steps = (small(points) * 10.0**part.digits).round().cast(Kind.INT64) * part.factor
            missing = null(Kind.INT64)
            if part.fact in instead:
                missing = lit(int(instead[part.fact].scaleb(part.digits)) * part.factor, Kind.INT64)
            known = choose(points.is_null(), missing, steps)
            share = lit(part.share, Kind.INT64)
            if applies is not None:
                known = first_true([(applies.open, null(Kind.INT64)), (applies.met, known)], nothing)
                share = first_true([(applies.met, share)], nothing)
            tops.append(known)
            bottoms.append(share)
        top, bottom = total(tops), total(bottoms)
        # small constants are numbers of four bytes in a database, and would overflow when multiplied with a limit
        return Slot(null(Kind.FLOAT), top, where(~top.is_null(), bottom.cast(Kind.INT64), Kind.INT64))

    def extreme(self, facts: Sequence[str], smaller: bool) -> Slot:
        """Return the least or greatest of several facts; of ratios the one that is so when multiplied out."""
        reads = [self.slots[name] for name in facts]
        known: Expr = TRUE
        for slot in reads:
            known = known & ~slot.unknown
        if all(slot.bottom is None for slot in reads):
            pick = least if smaller else greatest
            return Slot(where(known, pick(*(slot.value for slot in reads)), Kind.FLOAT))
        return _extreme_of_ratios(self.stages, reads, known, smaller)

    def total(self, addends: Sequence[Addend], over: int) -> Slot:
        """Return the sum of several facts as a pair, brought to one whole; of numbers too large nothing is said."""
        numbers = [each for each in addends if self.slots[each.fact].bottom is None]
        shares = [each for each in addends if self.slots[each.fact].bottom is not None]
        fine = max((self.facts[each.fact].decimals for each in numbers), default=0)
        top: Expr = lit(0, Kind.INT64)
        bottom: Expr = lit(10**fine, Kind.INT64)
        size: Expr = lit(0.0)
        weight: Expr = lit(10.0**fine)
        fits: Expr = TRUE
        for each in numbers:
            steps, room = self._steps(each.fact)
            factor = each.factor * 10 ** (fine - self.facts[each.fact].decimals)
            top, fits = top + steps * factor, fits & room
            size = size + steps.abs().cast(Kind.FLOAT) * float(abs(factor))
        for each in shares:
            up, down, room = self._pair(each.fact)
            top, bottom = top * down + up * bottom * each.factor, bottom * down
            # a whole of 0 makes nothing smaller that is multiplied on the way
            wide = greatest(down.cast(Kind.FLOAT), lit(1.0))
            part = up.abs().cast(Kind.FLOAT) * float(abs(each.factor))
            size, weight, fits = size * wide + part * weight, weight * wide, fits & room
        fits = fits & (size <= float(_MOST_OF_SUM)) & (weight <= float(_MOST_OF_SUM // over))
        fits = self.stages.add(fits, "fits")
        self.stages.step("sums")
        self.stages.inexact.append((~fits).known_or(False))
        top, bottom = (where(fits, whole, Kind.INT64) for whole in (top, bottom * over))
        return Slot(null(Kind.FLOAT), top, bottom, most=_MOST_OF_SUM)

    def _steps(self, name: str) -> tuple[Expr, Expr]:
        """Return a figure in steps of its last digit, and whether it is not too large."""
        value, power = self.slots[name].value, 10 ** self.facts[name].decimals
        most = float(MOST // power)
        return (small(value, most) * float(power)).round().cast(Kind.INT64), value.between(-most, most)

    def _pair(self, name: str) -> tuple[Expr, Expr, Expr]:
        """Return a share as part and whole, a figure among its steps, and whether it is not too large."""
        slot, (steps, room) = self.slots[name], self._steps(name)
        top, bottom = typing.cast(Expr, slot.top), typing.cast(Expr, slot.bottom)
        paired, whole = ~bottom.is_null(), lit(10 ** self.facts[name].decimals, Kind.INT64)
        known = first_true([(paired, bottom), (~slot.value.is_null(), whole)], null(Kind.INT64))
        return choose(paired, top, steps), known, paired | room

    def grown(self, fact: Fact) -> Slot:
        """Return the most that a fact may become; it was worked out with the other facts."""
        return self.slots[most(fact.id)]


_MOST_WHOLE = 2**63 - 1
"""The greatest whole number of 64 bits."""
_MOST_OF_SUM = 9 * 10**17
"""The most that a sum may be in its steps, and the whole of these."""
_TOLD_APART = 5_000_000
"""Percentages of wholes up to it that differ are different floats; so are shares that are whole numbers."""


def _nothing(fact: Fact) -> Expr:
    """Return what stands for no value while a case is worked out: the place, or the number, behind all there are."""
    if not fact.type.numeric:
        return lit(len(fact.values), Kind.INT16)
    return lit(2 * abs(float(typing.cast(Decimal, fact.maximum))) + 1, Kind.FLOAT)


def limits_of(asked: Sequence[Asked]) -> list[Decimal | None]:
    """Return the number that each cell asks; None where it asks none."""
    return [None if a.cell is None else typing.cast(Decimal, a.cell.value) for a in asked]


def _extreme_of_ratios(stages: Stages, reads: Sequence[Slot], known: Expr, smaller: bool) -> Slot:
    """Return the fact of the least or greatest size; a share of nothing, where one is that."""
    none = null(Kind.INT64)
    pairs = [(none, none) if slot.top is None or slot.bottom is None else (slot.top, slot.bottom) for slot in reads]
    divisors = [where(bottom != 0, bottom, Kind.INT64) for _, bottom in pairs]
    sizes: list[Expr] = []
    for slot, (top, bottom), divisor in zip(reads, pairs, divisors, strict=True):
        quotient = top.cast(Kind.FLOAT) / divisor.cast(Kind.FLOAT)
        sizes.append(stages.add(choose(bottom.is_null(), slot.value, quotient), "size"))
    best = (least if smaller else greatest)(*sizes)
    stages.step("sizes")
    near = [is_near(size, best) for size in sizes]
    large = some([divisor > _TOLD_APART for divisor in divisors])
    broken = some([here & (top % divisor != 0) for here, (top, _), divisor in zip(near, pairs, divisors, strict=True)])
    alike = stages.add((large & broken & (truth.count(near) > 1)).known_or(False), "alike")
    stages.step("alike")
    stages.inexact.append(alike)
    # of a share of nothing there is no size; of sizes that cannot be told apart nothing is said
    void = [(known & (bottom == 0), lit(0, Kind.INT64)) for _, bottom in pairs]
    found = [known & (size == best) for size in sizes]
    tops = [*void, (alike, none), *((here, top) for here, (top, _) in zip(found, pairs, strict=True))]
    bottoms = [*void, (alike, none), *((here, bottom) for here, (_, bottom) in zip(found, pairs, strict=True))]
    nothing = null(Kind.FLOAT)
    values = [*((here, nothing) for here, _ in void), (alike, nothing)]
    values += [
        (here, where(bottom.is_null(), slot.value, Kind.FLOAT))
        for here, slot, (_, bottom) in zip(found, reads, pairs, strict=True)
    ]
    return Slot(first_true(values, nothing), first_true(tops, none), first_true(bottoms, none))
