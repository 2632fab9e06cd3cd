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
from ntm_rules.frames.query.ranks import Expr, at_least, capped, first_of, fold, greatest, least, rank, when_any
from ntm_rules.frames.query.stages import Slot, Stages, any_true, null, small, where
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    By,
    Case,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Op,
    Open,
    PointsOf,
    Ref,
)
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.outcomes import RANK, Outcome
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import parts_of
from ntm_rules.model.spans import growing, most, one_way
from ntm_rules.model.thresholds import Asked, Cell, Threshold, asked_of, bound_threshold
from ntm_rules.model.walk import facts_of_derived, indicators, leaves
from ntm_rules.verdict.compare import ORDER, end_of
from ntm_rules.verdict.compile import Compiler


@define
class FrameCompiler:
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
        tables = Tabulator(Compiler(ruleset, places, floor))
        made = cls(ruleset, dict(slots), stages, floor, settled, tables, tables.facts)
        fresh: set[str] = set()
        for derived in ruleset.derived:
            if derived.id in taken:
                continue
            if not fresh.isdisjoint(facts_of_derived(derived)):
                stages.step()
                fresh = set()
            made.slots[derived.id] = made.derived(derived)
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
        found = self.condition(indicator.require)
        if indicator.applies_if is not None:
            applies = self.condition(indicator.applies_if)
            open_ = (applies == UNDETERMINED, rank(UNDETERMINED))
            found = when_any([(applies == MET, found), open_], rank(NOT_APPLICABLE))
        return found.cast(nw.Int8)

    def condition(self, node: Condition) -> Expr:
        """Return the rank of a condition."""
        match node:
            case Comparison():
                return least([self.leaf(fact, node.op, node.threshold) for fact in node.facts])
            case All():
                return least([self.condition(m) for m in node.members])
            case Any():
                return greatest([self.condition(m) for m in node.members])
            case AtLeast():
                return at_least(node.k, [self.condition(m) for m in node.members])
            case Not():
                member = self.condition(node.member)
                return nw.when(member == NOT_APPLICABLE).then(member).otherwise(rank(MET) - member)
            case Meets():
                ways = self.ways(node)
                return ways[0] if len(ways) == 1 else greatest(ways)
            case Open():
                return self.leaf(None, Op.EQUALS, node.threshold)
            case _:
                typing.assert_never(node)

    def ways(self, node: Meets) -> list[Expr]:
        """Return the ways in which a prerequisite may be shown: by act, by finding."""
        found: list[Expr] = []
        if node.recognised is not None and node.by is not By.FINDING:
            found.append(self.leaf(node.recognised, Op.EQUALS, node.cell))
        if node.resolved is not None and node.by is not By.ACT:
            found.append(self.finding(node.resolved, asked_of(node.cell, self.floor)))
        return found

    def finding(self, other: Ruleset, asked: Asked) -> Expr:
        """Another ruleset over the same facts."""
        if asked.cell is None:
            return rank(UNDETERMINED)
        # the other set takes steps of its own; what is pending here is kept out of them, for the step that works out
        # the indicators may drop every column that is not pending then
        pending, self.stages.pending = self.stages.pending, {}
        found = self.inner(other).whole()[0]
        self.stages.pending = pending
        if asked.capped or (self.settled and not other.read_whole):
            found = capped(found)
        return found

    def inner(self, other: Ruleset) -> "FrameCompiler":
        """Return the compiler of another ruleset over the same facts."""
        names = [*(fact.id for fact in other.facts), *(most(fact.id) for fact in growing(other))]
        slots = {name: self.slots[name] for name in names if name in self.slots}
        return FrameCompiler.of(other, slots, self.stages, self.floor, self.settled)

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, name: str | None, op: Op, threshold: Threshold) -> Expr:
        """One comparison with one fact; of an open condition where there is no fact."""
        free, cells = self.cells(threshold)
        if name is None or not self.facts[name].type.numeric:
            return self.named(name, op, cells, free)
        return self.numbers(name, op, cells, free)

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
        slot, most_ = self.slots[name], self.slots.get(most(name))
        if most_ is None:
            found = self.against(slot, op, asked, free)
        else:
            ends = [[self.against(end, way, asked, free) for end in (slot, most_)] for way in one_way(op)]
            found = least([nw.when(one == other).then(one).otherwise(rank(UNDETERMINED)) for one, other in ends])
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

    def against(self, slot: Slot, op: Op, asked: Sequence[Asked], free: tuple[str, ...]) -> Expr:
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

    def derived(self, derived: Derived) -> Slot:
        """Return a derived fact, from those before it, in columns of its own."""
        reads = [self.slots[name] for name in facts_of_derived(derived) if name in self.slots]
        slot = self.worked_out(derived, reads)
        bad = any_true(read.invalid for read in reads)
        if bad is not None:
            slot.invalid = self.stages.add(bad & slot.unknown)
        top, bottom = (None if e is None else self.stages.add(e) for e in (slot.top, slot.bottom))
        return Slot(self.stages.add(slot.value), top, bottom, slot.invalid)

    def worked_out(self, derived: Derived, reads: Sequence[Slot]) -> Slot:
        """Return a derived fact as its rule says."""
        rule = derived.rule
        match rule:
            case Case():
                return Slot(self.case(derived.fact, rule))
            case RatioOf():
                return self.quotient(derived.fact, rule)
            case MinOf() | MaxOf():
                return self.extreme(rule, reads)
            case PointsOf():
                return self.points(rule)
            case _:
                typing.assert_never(rule)

    def case(self, fact: Fact, rule: Case) -> Expr:
        """Return the value of the first row whose guard is met, or of the only one."""
        # unknown has a place here, so that two unknown values are the same
        unknown, ambiguous = len(fact.values), len(fact.values) + 1
        rows = [(self.condition(row.when), self.then(fact, row.then).fill_null(unknown)) for row in rule.rows]
        other = self.then(fact, rule.otherwise).fill_null(unknown)
        found = _only(rows, other, unknown, ambiguous) if rule.exclusive else _first(rows, other, unknown)
        return where(found != unknown, found, nw.Int16)

    def then(self, fact: Fact, value: str | Ref | None) -> Expr:
        """Return the place in ``fact.values`` that a row of a case gives."""
        if not isinstance(value, Ref):
            return null(nw.Int16) if value is None else nw.lit(fact.values.index(value), dtype=nw.Int16)
        other, place = self.facts[value.fact], self.slots[value.fact].value
        chain = [(place == n, nw.lit(fact.values.index(v), dtype=nw.Int16)) for n, v in enumerate(other.values)]
        chain.append((place == len(other.values) + 1, nw.lit(len(fact.values) + 1, dtype=nw.Int16)))
        return first_of(chain, nw.Int16)

    def quotient(self, fact: Fact, rule: RatioOf) -> Slot:
        """Return a ratio that only its parts give."""
        made = self.stages.pairs.get((fact.id, rule.part, rule.whole))
        if made is None:
            return Slot(null(nw.Float64))
        bad = any_true((self.slots[rule.part].invalid, self.slots[rule.whole].invalid))
        if bad is not None:
            made = where(~bad, made[0], nw.Int64), where(~bad, made[1], nw.Int64)
        return Slot(null(nw.Float64), *made)

    def points(self, rule: PointsOf) -> Slot:
        """Return the points of the parts that apply over what these are out of."""
        tops, bottoms = list[Expr](), list[Expr]()
        for part in parts_of(rule, self.facts):
            points, nothing = self.slots[part.fact].value, nw.lit(0, dtype=nw.Int64)
            steps = (small(points) * 10.0**part.digits).round(0).cast(nw.Int64) * part.factor
            known = where(~points.is_null(), steps, nw.Int64)
            share = nw.lit(part.share, dtype=nw.Int64)
            if part.applies_if is not None:
                applies = self.condition(part.applies_if)
                known = when_any([(applies == UNDETERMINED, null(nw.Int64)), (applies == MET, known)], nothing)
                share = when_any([(applies == MET, share)], nothing)
            tops.append(known)
            bottoms.append(share)
        top, bottom = functools.reduce(operator.add, tops), functools.reduce(operator.add, bottoms)
        return Slot(null(nw.Float64), top, where(~top.is_null(), bottom, nw.Int64))

    def extreme(self, rule: MinOf | MaxOf, reads: Sequence[Slot]) -> Slot:
        """Return the least or greatest of several facts; of ratios the one that is so when multiplied out."""
        smaller = isinstance(rule, MinOf)
        known = nw.lit(True)
        for slot in reads:
            known = known & ~slot.unknown
        if all(slot.bottom is None for slot in reads):
            pick = nw.min_horizontal if smaller else nw.max_horizontal
            return Slot(where(known, pick(*(slot.value for slot in reads)), nw.Float64))
        return _extreme_of_ratios(self.stages, reads, known, smaller)


def limits_of(asked: Sequence[Asked]) -> list[Decimal | None]:
    """Return the number that each cell asks; None where it asks none."""
    return [None if a.cell is None else typing.cast(Decimal, a.cell.value) for a in asked]


def _first(rows: Sequence[tuple[Expr, Expr]], otherwise: Expr, unknown: int) -> Expr:
    """Return the first row whose guard is met; where one before it is undetermined, the value that all agree on."""
    found = otherwise
    for guard, value in reversed(rows):
        agreed = nw.when(value == found).then(found).otherwise(nw.lit(unknown, dtype=nw.Int16))
        found = when_any([(guard == MET, value), (guard == UNDETERMINED, agreed)], found)
    return found


def _only(rows: Sequence[tuple[Expr, Expr]], otherwise: Expr, unknown: int, ambiguous: int) -> Expr:
    """Return the one row whose guard is met; two are ambiguous, and an undetermined one may still make them two."""
    met = nw.sum_horizontal(*((guard == MET).cast(nw.Int32) for guard, _ in rows))
    open_ = nw.sum_horizontal(*((guard == UNDETERMINED).cast(nw.Int32) for guard, _ in rows))
    lacking = nw.lit(unknown, dtype=nw.Int16)
    sure = when_any([(guard == MET, value) for guard, value in rows], lacking)
    maybe = when_any([(guard == UNDETERMINED, value) for guard, value in rows], lacking)
    return when_any(
        [
            (met > 1, nw.lit(ambiguous, dtype=nw.Int16)),
            ((met == 1) & (open_ == 0), sure),
            ((met == 0) & (open_ == 0), otherwise),
            ((met == 0) & (open_ == 1) & (maybe == otherwise), otherwise),
        ],
        lacking,
    )


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
