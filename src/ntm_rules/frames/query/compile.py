"""The rule tree as narwhals expressions: one implementation for Polars, DuckDB, Ibis and Spark."""

import functools
import operator
import typing
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from decimal import Decimal

import narwhals as nw
from attrs import define, field

from ntm_rules.frames.base.ranks import MET, NOT_APPLICABLE, NOT_MET, UNDETERMINED
from ntm_rules.frames.base.tables import Tabulator, is_lacking, values_of
from ntm_rules.frames.query.ranks import Expr, at_least, capped, first_of, fold, greatest, least_of, rank, when_any
from ntm_rules.frames.query.stages import Slot, Stages, any_true, null, small, where
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Case, Derived, Meets, Op
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.fold import Compared, Engine
from ntm_rules.model.outcomes import RANK, Outcome
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import Part
from ntm_rules.model.spans import growing, most, one_way
from ntm_rules.model.thresholds import Asked, Cell, Table, Threshold, bound_threshold
from ntm_rules.model.walk import facts_of_derived, indicators, leaves
from ntm_rules.verdict.compare import ORDER, end_of
from ntm_rules.verdict.compile import Compiler


@typing.final
@define
class FrameCompiler(Engine[Expr, Slot]):
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
                stages.step()
                fresh = set()
            made.slots |= made.with_ends(derived)
            fresh.add(derived.id)
        stages.step()
        made.places = {free: stages.add(made.place(free)) for free in made.selectors()}
        stages.step()
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

    def whole(self) -> tuple[Expr, list[Expr], list[Expr]]:
        """Return the ranks of the set, of its criteria and of its indicators, each a column."""
        own = [self.stages.add(self.indicator(i)) for c in self.ruleset.criteria for i in c.indicators]
        self.stages.step()
        criteria = [self.stages.add(rank) for rank in self.criteria(own)]
        self.stages.step()
        found = self.stages.add(fold(self.ruleset.at_least_n, criteria))
        self.stages.step()
        return found, criteria, own

    def criteria(self, own: Sequence[Expr]) -> list[Expr]:
        """Return the ranks of the criteria, from those of all indicators."""
        left = iter(own)
        return [fold(c.at_least_n, [next(left) for _ in c.indicators]) for c in self.ruleset.criteria]

    def folded(self, own: Sequence[Expr]) -> Expr:
        """Return the rank of the set, from those of all indicators."""
        return fold(self.ruleset.at_least_n, self.criteria(own))

    def indicator(self, indicator: Indicator) -> Expr:
        """Return the rank of an indicator: its requirement where it applies."""
        return super().indicator(indicator).cast(nw.Int8)

    def constant(self, outcome: Outcome) -> Expr:
        """Return the rank of an outcome."""
        return rank(RANK[outcome])

    def all(self, members: Sequence[Expr]) -> Expr:
        """Return the least of the members' ranks."""
        return least_of(members)

    def any(self, members: Sequence[Expr]) -> Expr:
        """Return the greatest of the members' ranks."""
        return greatest(members)

    def at_least(self, k: int, members: Sequence[Expr]) -> Expr:
        """Return the rank of at least *k* members."""
        return at_least(k, members)

    def negated(self, member: Expr) -> Expr:
        """Return the rank of what is met when the member is not."""
        return nw.when(member == NOT_APPLICABLE).then(member).otherwise(rank(MET) - member)

    def guarded(self, applies: Expr, condition: Expr) -> Expr:
        """Return the rank of an indicator with ``applies_if``."""
        open_ = (applies == UNDETERMINED, rank(UNDETERMINED))
        return when_any([(applies == MET, condition), open_], rank(NOT_APPLICABLE))

    def capped(self, member: Expr) -> Expr:
        """Return undetermined in place of what is not *not met*."""
        return capped(member)

    def agreed(self, one: Expr, other: Expr) -> Expr:
        """Return what both say; undetermined where they differ."""
        return nw.when(one == other).then(one).otherwise(rank(UNDETERMINED))

    def finding(self, other: Ruleset) -> Expr:
        """Another ruleset over the same facts."""
        # the other set takes steps of its own; what is pending here is kept out of them, for the step that works out
        # the indicators may drop every column that is not pending then
        pending, self.stages.pending = self.stages.pending, {}
        found = self.inner(other).whole()[0]
        self.stages.pending = pending
        return capped(found) if self.settled and not other.read_whole else found

    def inner(self, other: Ruleset) -> "FrameCompiler":
        """Return the compiler of another ruleset over the same facts."""
        names = [*(fact.id for fact in other.facts), *(most(fact.id) for fact in growing(other))]
        slots = {name: self.slots[name] for name in names if name in self.slots}
        return FrameCompiler.of(other, slots, self.stages, self.floor, self.settled)

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, leaf: Compared) -> Expr:
        """One comparison with one fact; of an open condition where there is no fact."""
        free, cells = self.cells(leaf.threshold)
        if leaf.fact is None or not self.facts[leaf.fact].type.numeric:
            return self.named(leaf.fact, leaf.op, cells, free)
        return self.numbers(leaf.fact, leaf.op, cells, free)

    def table(self, leaf: Compared, table: Table) -> Expr:
        """Return a comparison with a table; a cell alone is a table without selectors."""
        return self.leaf(leaf)

    def against(self, fact: str, op: Op, cell: Cell) -> Expr:
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
            fact, value = self.facts[name], self.slots[name].value
            if fact.type is FactType.BOOLEAN:
                value = nw.when(value).then(rank(2)).when(~value).then(rank(0)).otherwise(null(nw.Int8))
            code = value.cast(nw.Int32)
            if lacking:
                code = code.fill_null(values_of(fact).index(None))
            found = code if found is None else found * len(values_of(fact)) + code
        return nw.lit(0, dtype=nw.Int32) if found is None else found

    def by_place(
        self,
        free: Sequence[str],
        values: Sequence[typing.Any],
        make: Callable[[typing.Any], Expr],
        kind: typing.Any,
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
        chain = [
            (place.is_in(places) if len(places) > 1 else place == places[0], make(v)) for v, places in groups.items()
        ]
        return when_any(chain, null(kind))

    def numbers(self, name: str, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...]) -> Expr:
        """Return a comparison of a number; of a fact that may grow both ends have to agree."""
        asked = self.tables.asked(cells)
        if all(limit is None for limit in limits_of(asked)):
            return self.named(None, op, cells, free)
        ends = [self.slots[end] for end in self.ends.get(name, ()) if end in self.slots]
        if len(ends) < 2:
            found = self.limited(self.slots[name], op, asked, free)
        else:
            ways = [[self.limited(end, way, asked, free) for end in ends] for way in one_way(op)]
            found = least_of([self.agreed(low, high) for low, high in ways])
        return self.held(found, asked, free)

    def held(self, found: Expr, asked: Sequence[Asked], free: tuple[str, ...]) -> Expr:
        """Return a comparison where cells let it decide: at most undetermined, or not applicable, where they say so."""
        cap = [UNDETERMINED if a.capped else None for a in asked]
        if any(limit is not None for limit in cap):
            found = nw.min_horizontal(found, self.by_place(free, cap, rank, nw.Int8).fill_null(NOT_APPLICABLE))
        none_asked = [NOT_APPLICABLE if a.code == Outcome.NOT_APPLICABLE else None for a in asked]
        if any(limit is not None for limit in none_asked):
            found = nw.max_horizontal(found, self.by_place(free, none_asked, rank, nw.Int8).fill_null(NOT_MET))
        return found

    def limited(self, slot: Slot, op: Op, asked: Sequence[Asked], free: tuple[str, ...]) -> Expr:
        """Return a slot against the limits that cells ask: a ratio by its pair where that is given."""
        limits = limits_of(asked)

        def holds(way: Op) -> Expr:
            limit = self.by_place(free, limits, lambda v: nw.lit(end_of(way, v)), nw.Float64)
            return typing.cast(Expr, ORDER[way](slot.value, limit))

        found = self.as_rank(functools.reduce(operator.and_, map(holds, one_way(op))))
        if slot.top is None or slot.bottom is None:
            return found
        # multiplied out in whole numbers: a quotient is rounded, and may miss a limit that the ratio just meets
        pairs = [None if v is None else v.as_integer_ratio() for v in limits]
        under, over = (
            self.by_place(free, [p and p[n] for p in pairs], lambda v: nw.lit(v, dtype=nw.Int64), nw.Int64)
            for n in (0, 1)
        )
        exact = self._compared(op, slot.top * over, slot.bottom * under)
        empty = [None if a.cell is None or a.cell.when_empty is None else RANK[a.cell.when_empty] for a in asked]
        none = self.by_place(free, empty, rank, nw.Int8).fill_null(UNDETERMINED)
        return when_any([(slot.bottom == 0, none), (~slot.bottom.is_null(), exact)], found)

    def as_rank(self, holds: Expr) -> Expr:
        """Met where it holds, not met where it does not, undetermined where it is null."""
        wide = self.stages.frame.implementation.is_ibis()  # PostgreSQL turns truth into no smaller integer
        return (holds.cast(nw.Int32 if wide else nw.Int8) * MET).fill_null(UNDETERMINED)

    def _compared(self, op: Op, left: Expr, right: Expr) -> Expr:
        if op is Op.EQUALS:  # Ibis takes a comparison with a constant null for "is null"
            return self.as_rank((left >= right) & (left <= right))
        return self.as_rank(typing.cast(Expr, ORDER[op](left, right)))

    def named(self, name: str | None, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...]) -> Expr:
        """Return a comparison of a yes/no, level or category: one rank for each cell and value."""
        ranks = [tuple(row) for row in self.tables.ranks(name, op, cells)]
        lookup = [None if cell is None else row for cell, row in zip(cells, ranks, strict=True)]
        return self.by_place(free, lookup, lambda row: self._of_values(name, row), nw.Int8).fill_null(UNDETERMINED)

    def _of_values(self, name: str | None, row: Sequence[int]) -> Expr:
        if len(set(row)) == 1:
            return rank(row[0])
        value = self.slots[typing.cast(str, name)].value
        fact = self.facts[typing.cast(str, name)]
        if fact.type is FactType.BOOLEAN:
            if tuple(row) == (NOT_MET, UNDETERMINED, MET):
                return self.as_rank(value)
            return when_any([(value, rank(row[2])), (~value, rank(row[0]))], rank(row[1]))
        groups: dict[int, list[int]] = {}
        for number, (held, found) in enumerate(zip(values_of(fact), row, strict=True)):
            if not is_lacking(held):
                groups.setdefault(found, []).append(number)
        return when_any([(value.is_in(places), rank(found)) for found, places in groups.items()], rank(row[-2]))

    # -- derived facts -----------------------------------------------------------------------

    def with_ends(self, derived: Derived) -> Mapping[str, Slot]:
        """Return a derived fact and its ends, from those before it, in columns of their own."""
        reads = [self.slots[name] for name in facts_of_derived(derived) if name in self.slots]
        bad = any_true(read.invalid for read in reads)
        found: dict[str, Slot] = {}
        for name, slot in self.derived_slots(derived):
            top, bottom = (None if e is None else self.stages.add(e) for e in (slot.top, slot.bottom))
            invalid = None if bad is None else self.stages.add(bad & slot.unknown)
            found[name] = Slot(self.stages.add(slot.value), top, bottom, invalid)
        return found

    def picked(self, fact: Fact, guard: Expr, value: Slot, other: Slot) -> Slot:
        """Return a value where its guard is met, the other one elsewhere; none where that is open and matters."""
        # unknown has a place here, so that two unknown values are the same
        unknown = nw.lit(len(fact.values), dtype=nw.Int16)
        agreed = nw.when(value.value == other.value).then(other.value).otherwise(unknown)
        return Slot(when_any([(guard == MET, value.value), (guard == UNDETERMINED, agreed)], other.value))

    def case(self, fact: Fact, rule: Case) -> Slot:
        """Return the place of the value in those of the fact; null where there is none."""
        found = super().case(fact, rule).value
        return Slot(where(found != len(fact.values), found, nw.Int16))

    def text(self, fact: Fact, value: str | None) -> Slot:
        """Return one of the values of a fact, by its place; the place behind them where it has none."""
        return Slot(nw.lit(len(fact.values) if value is None else fact.values.index(value), dtype=nw.Int16))

    def ambiguous(self, fact: Fact) -> Slot:
        """Return that two rows of an exclusive case hold."""
        return Slot(nw.lit(len(fact.values) + 1, dtype=nw.Int16))

    def value(self, fact: Fact, name: str) -> Slot:
        """Return the value of another fact as one of *fact*."""
        other, place = self.facts[name], self.slots[name].value
        chain = [(place == n, nw.lit(fact.values.index(v), dtype=nw.Int16)) for n, v in enumerate(other.values)]
        chain.append((place == len(other.values) + 1, nw.lit(len(fact.values) + 1, dtype=nw.Int16)))
        return Slot(first_of(chain, nw.Int16).fill_null(len(fact.values)))

    def quotient(self, fact: Fact, rule: RatioOf) -> Slot:
        """Return a ratio that only its parts give."""
        made = self.stages.pairs.get((fact.id, rule.part, rule.whole))
        if made is None:
            return Slot(null(nw.Float64))
        bad = any_true((self.slots[rule.part].invalid, self.slots[rule.whole].invalid))
        if bad is not None:
            made = where(~bad, made[0], nw.Int64), where(~bad, made[1], nw.Int64)
        return Slot(null(nw.Float64), *made)

    def points(self, parts: Sequence[tuple[Expr | None, Part]], instead: Mapping[str, Decimal]) -> Slot:
        """Return the points of the parts that apply over what these are out of."""
        tops, bottoms = list[Expr](), list[Expr]()
        for applies, part in parts:
            points, nothing = self.slots[part.fact].value, nw.lit(0, dtype=nw.Int64)
            steps = (small(points) * 10.0**part.digits).round(0).cast(nw.Int64) * part.factor
            missing = null(nw.Int64)
            if part.fact in instead:
                missing = nw.lit(int(instead[part.fact].scaleb(part.digits)) * part.factor, dtype=nw.Int64)
            known = nw.when(points.is_null()).then(missing).otherwise(steps)
            share = nw.lit(part.share, dtype=nw.Int64)
            if applies is not None:
                known = when_any([(applies == UNDETERMINED, null(nw.Int64)), (applies == MET, known)], nothing)
                share = when_any([(applies == MET, share)], nothing)
            tops.append(known)
            bottoms.append(share)
        top, bottom = functools.reduce(operator.add, tops), functools.reduce(operator.add, bottoms)
        return Slot(null(nw.Float64), top, where(~top.is_null(), bottom, nw.Int64))

    def extreme(self, facts: Sequence[str], smaller: bool) -> Slot:
        """Return the least or greatest of several facts; of ratios the one that is so when multiplied out."""
        reads = [self.slots[name] for name in facts]
        known = nw.lit(True)
        for slot in reads:
            known = known & ~slot.unknown
        if all(slot.bottom is None for slot in reads):
            pick = nw.min_horizontal if smaller else nw.max_horizontal
            return Slot(where(known, pick(*(slot.value for slot in reads)), nw.Float64))
        return _extreme_of_ratios(self.stages, reads, known, smaller)

    def grown(self, fact: Fact) -> Slot:
        """Return the most that a fact may become; it was worked out with the other facts."""
        return self.slots[most(fact.id)]


def limits_of(asked: Sequence[Asked]) -> list[Decimal | None]:
    """Return the number that each cell asks; None where it asks none."""
    return [None if a.cell is None else typing.cast(Decimal, a.cell.value) for a in asked]


def _extreme_of_ratios(stages: Stages, reads: Sequence[Slot], known: Expr, smaller: bool) -> Slot:
    """Return the fact of the least or greatest size; a share of nothing, where one is that."""
    none = null(nw.Int64)
    sizes: list[Expr] = []
    for slot in reads:
        size = slot.value
        if slot.top is not None and slot.bottom is not None:
            quotient = slot.top.cast(nw.Float64) / where(slot.bottom != 0, slot.bottom, nw.Int64).cast(nw.Float64)
            size = nw.when(slot.bottom.is_null()).then(slot.value).otherwise(quotient)
        sizes.append(stages.add(size))
    best = (nw.min_horizontal if smaller else nw.max_horizontal)(*sizes)
    stages.step()
    tops: list[tuple[Expr, Expr]] = []
    bottoms: list[tuple[Expr, Expr]] = []
    values: list[tuple[Expr, Expr]] = []
    for slot, size in zip(reads, sizes, strict=True):
        top, bottom = (none, none) if slot.top is None or slot.bottom is None else (slot.top, slot.bottom)
        void = [(known & (bottom == 0), nw.lit(0, dtype=nw.Int64))]
        here = known & (size == best)
        tops, bottoms = [*void, *tops, (here, top)], [*void, *bottoms, (here, bottom)]
        values = [(known & (bottom == 0), null(nw.Float64)), *values]
        values.append((here, where(bottom.is_null(), slot.value, nw.Float64)))
    return Slot(when_any(values, null(nw.Float64)), when_any(tops, none), when_any(bottoms, none))
