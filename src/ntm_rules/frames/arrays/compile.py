"""Many units at once: the rule tree compiled to NumPy, a block of rows after the other.

A block is small enough for the cache, and blocks run on threads: NumPy lets others run while it computes. What
array arithmetic does not decide exactly (counts beyond 2**53, least of several ratios) is left to the scalar engine,
row by row.
"""

import functools
import operator
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from ntm_rules.frames.arrays.ratios import invalid_of
from ntm_rules.frames.base.ranks import (
    MET,
    NOT_APPLICABLE,
    UNDETERMINED,
    all_of,
    any_of,
    at_least_of,
    capped,
    chosen,
    guarded,
    negation_of,
)
from ntm_rules.frames.base.tables import Tabulator, is_lacking, values_of
from ntm_rules.frames.base.vectors import (
    EXACT,
    Array,
    Block,
    Bytes,
    Choices,
    Coded,
    Numbers,
    Pair,
    Vector,
    code_type,
    united,
)
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
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.outcomes import RANK
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import parts_of
from ntm_rules.model.spans import most, one_way
from ntm_rules.model.thresholds import Asked, Cell, Threshold, asked_of, bound_threshold
from ntm_rules.model.walk import facts_of_derived
from ntm_rules.verdict.compare import ORDER, bare_most, end_of
from ntm_rules.verdict.compile import Compiler

Ranks = Callable[[Block], Bytes]
"""The ranks of a condition in a block; never changed by who gets them."""


class ArrayCompiler:
    """Compiles the conditions of one ruleset to arrays, for one floor of evidence.

    Args:
        places: the slot of each fact.
        scalar: the same ruleset, compiled for one unit at a time: asked once for each value of a level or category.
        finding: compiles another ruleset to its outcome over the same slots.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        places: Mapping[str, int],
        floor: Evidence | None,
        finding: Callable[[Ruleset], Ranks],
    ) -> None:
        self.places, self.floor, self.finding = places, floor, finding
        self.tables = Tabulator(Compiler(ruleset, places, floor))
        self.facts = self.tables.facts

    def indicator(self, indicator: Indicator) -> Ranks:
        """Return the ranks of an indicator: its requirement where it applies."""
        require = self.condition(indicator.require)
        if indicator.applies_if is None:
            return require
        applies = self.condition(indicator.applies_if)
        return lambda block: guarded(applies(block), require(block))

    def condition(self, node: Condition) -> Ranks:
        """Return the ranks of a condition; its tree is walked once, here, and not again for a block."""
        match node:
            case Comparison():
                leaves = [self.leaf(fact, node.op, node.threshold) for fact in node.facts]
                return leaves[0] if len(leaves) == 1 else _joined(all_of, leaves)
            case All():
                return _joined(all_of, [self.condition(m) for m in node.members])
            case Any():
                return _joined(any_of, [self.condition(m) for m in node.members])
            case AtLeast():
                k = node.k
                return _joined(lambda ranks: at_least_of(k, ranks), [self.condition(m) for m in node.members])
            case Not():
                member = self.condition(node.member)
                return lambda block: negation_of(member(block))
            case Meets():
                return self.meets(node)
            case Open():
                return self.leaf(None, Op.EQUALS, node.threshold)
            case _:
                typing.assert_never(node)

    def meets(self, node: Meets) -> Ranks:
        """Return a prerequisite: by act, by finding, or by either."""
        ways: list[Ranks] = []
        if node.recognised is not None and node.by is not By.FINDING:
            ways.append(self.leaf(node.recognised, Op.EQUALS, node.cell))
        if node.resolved is not None and node.by is not By.ACT:
            ways.append(self.found(node.resolved, asked_of(node.cell, self.floor)))
        return ways[0] if len(ways) == 1 else _joined(any_of, ways)

    def found(self, other: Ruleset, asked: Asked) -> Ranks:
        """Return a prerequisite by finding."""
        if asked.cell is None:
            return _always(UNDETERMINED)
        ranks = self.finding(other)
        return (lambda block: capped(ranks(block))) if asked.capped else ranks

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, name: str | None, op: Op, threshold: Threshold) -> Ranks:
        """One comparison with one fact; of an open condition where there is no fact."""
        bound = bound_threshold(threshold)
        if isinstance(bound, Cell):
            return self.cell(name, op, bound)
        free = self.tables.free(bound)
        cells = self.tables.cells(bound, free)
        if not free:
            return _always(UNDETERMINED) if cells[0] is None else self.cell(name, op, cells[0])
        if name is None or not self.facts[name].type.numeric:
            return self.named(name, op, cells, self.index(free))
        return self.numbers(name, op, cells, free)

    def cell(self, name: str | None, op: Op, cell: Cell) -> Ranks:
        """Return a comparison with one cell."""
        asked = asked_of(cell, self.floor)
        if asked.code == 3 or asked.cell is None or name is None:
            return _always(NOT_APPLICABLE if asked.code == 3 else UNDETERMINED)
        fact = self.facts[name]
        if fact.type.numeric:
            ranks = self.against(name, op, [asked.cell], None)
            return (lambda block: capped(ranks(block))) if asked.capped else ranks
        return self.named(name, op, [cell], None)

    def numbers(self, name: str, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...]) -> Ranks:
        """Return a comparison of a number with a table: the limit of each row first."""
        asked = self.tables.asked(cells)
        index, open_ = self.index(free), self.open(free)
        if all(a.cell is None for a in asked):
            return self.named(None, op, cells, index)
        compared = self.against(name, op, [a.cell for a in asked], index)
        if all(asked[place].cell is not None and not asked[place].capped for place in self.tables.known(free)):
            # every row with known selectors has a limit; that of the others is NaN, so their comparison is 0, and a 1
            # over it makes it undetermined: less work than below, and enough for nearly every table there is
            def simple(block: Block) -> Bytes:
                found, unknown = compared(block), open_(block)
                return found if unknown is None else found | unknown

            return simple
        least = np.array([RANK[a.code or 0] for a in asked], np.uint8)
        most = np.array([UNDETERMINED if a.capped else NOT_APPLICABLE for a in asked], np.uint8)

        def ranks(block: Block) -> Bytes:
            place = index(block)
            return np.maximum(np.minimum(compared(block), _at(most, place)), _at(least, place))

        return ranks

    def against(
        self, name: str, op: Op, cells: "Sequence[Cell | None]", index: "Callable[[Block], Array] | None"
    ) -> Ranks:
        """Return a number against what cells ask; of a fact that may grow both ends have to agree."""
        if self.facts[name].undecided is None:
            return _against(self.places[name], op, cells, index)
        ends = [self.places[name], self.places[most(name)]]
        found = [_agreed(*(_against(place, o, cells, index) for place in ends)) for o in one_way(op)]
        return found[0] if len(found) == 1 else _joined(all_of, found)

    def named(
        self, name: str | None, op: Op, cells: Sequence[Cell | None], index: Callable[[Block], Array] | None
    ) -> Ranks:
        """Return a comparison of a yes/no, level or category: one rank for each cell and value."""
        # cells and values are few, so every answer is worked out beforehand: a row only looks up its own
        table = np.array(self.tables.ranks(name, op, cells), np.uint8)
        flat, width = table.ravel(), table.shape[1]
        if name is None:
            return _always(int(flat[0])) if index is None else (lambda block: _at(flat, index(block)))
        place = self.places[name]
        if index is None and np.array_equal(flat, (0, 1, 2)):  # a yes/no that is to be true is held as its rank
            return lambda block: block.choices(place).codes
        if index is None:
            return lambda block: _at(flat, block.places(place))
        return lambda block: _at(flat, index(block) * width + block.places(place))

    # -- tables ------------------------------------------------------------------------------

    def index(self, free: tuple[str, ...]) -> "Callable[[Block], Array]":
        """Return the place in ``cells`` of each row."""
        # like the digits of a number: the first selector changes slowest, as in ``itertools.product``
        places = [self.places[s] for s in free]
        sizes = [len(values_of(self.facts[s])) for s in free]

        def make(block: Block) -> Array:
            found = block.places(places[0])
            for place, size in zip(places[1:], sizes[1:], strict=True):
                found = found * size + block.places(place)
            return found

        return lambda block: typing.cast(Array, block.shared(("index", *free), make))

    def open(self, free: tuple[str, ...]) -> "Callable[[Block], Array | None]":
        """Where a selector is not known; None where all are."""
        lacking = [(self.places[s], _lacking(self.facts[s])) for s in free]

        def make(block: Block) -> Array | None:
            found = united(*(_at(table, block.places(place)) for place, table in lacking))
            return None if found is None or not found.any() else found

        return lambda block: typing.cast("Array | None", block.shared(("open", *free), make))

    # -- derived facts -----------------------------------------------------------------------

    def grown(self, fact: Fact) -> Callable[[Block], Vector]:
        """Return the most that a fact may become."""
        place, more = self.places[fact.id], self.places[typing.cast(str, fact.undecided)]

        def vector(block: Block) -> Vector:
            known, count = block.numbers(place), np.nan_to_num(block.numbers(more).filled)
            values, pair = known.filled, known.pair
            block.is_hard(values >= EXACT)
            if fact.ratio is None:
                values = values + count
            else:
                values = np.where((count > 0) & ~np.isnan(values), bare_most(fact), values)
            if pair is not None:
                pair = Pair(pair.top + fact.scale * count, pair.bottom, pair.there)
            return Numbers(values, known.unknown, pair, known.invalid)

        return vector

    def derived(self, derived: Derived) -> Callable[[Block], Vector]:
        """Return a derived fact, worked out from the slots before it."""
        rule = derived.rule
        match rule:
            case Case():
                return self.case(derived, rule)
            case RatioOf():
                return self.quotient(derived.fact, rule)
            case MinOf() | MaxOf():
                return self.extreme(rule)
            case PointsOf():
                return self.points(derived, rule)
            case _:
                typing.assert_never(rule)

    def case(self, derived: Derived, rule: Case) -> Callable[[Block], Vector]:
        """Return the value of the first row whose guard is met, or of the only one."""
        rows = [(self.condition(row.when), self.then(derived.fact, row.then)) for row in rule.rows]
        otherwise = self.then(derived.fact, rule.otherwise)
        unknown = len(derived.fact.values)
        pick = _only if rule.exclusive else _first
        reads = [self.places[name] for name in facts_of_derived(derived) if name in self.facts]

        def vector(block: Block) -> Vector:
            codes = pick(block, rows, otherwise, unknown)
            bad = invalid_of(block, reads)
            return Choices(codes, None if bad is None else bad & (codes == unknown))

        return vector

    def then(self, fact: Fact, value: str | Ref | None) -> Callable[[Block], Coded]:
        """Return the places in ``fact.values`` that a row of a case gives."""
        if not isinstance(value, Ref):
            code = len(fact.values) if value is None else fact.values.index(value)
            return lambda block: block.constant(code)
        other = self.facts[value.fact].values
        table = np.array(
            [*(fact.values.index(v) for v in other), len(fact.values), len(fact.values) + 1],
            code_type(fact.values),
        )
        place = self.places[value.fact]
        return lambda block: _at(table, block.places(place))

    def quotient(self, fact: Fact, rule: RatioOf) -> Callable[[Block], Vector]:
        """Return a ratio that only its parts give; made with the others when the block was read."""
        reads = [self.places[rule.part], self.places[rule.whole]]

        def vector(block: Block) -> Vector:
            pair = block.pairs.get((fact.id, rule.part, rule.whole))
            values = np.full(block.size, np.nan)
            unknown = np.ones(block.size, np.uint8) if pair is None else (~pair.there).view(np.uint8)
            bad = invalid_of(block, reads)
            return Numbers(values, unknown, pair, None if bad is None else bad & (unknown == 1))

        return vector

    def extreme(self, rule: MinOf | MaxOf) -> Callable[[Block], Vector]:
        """Return the least or greatest of several facts; of exact ratios the scalar engine knows it."""
        places = [self.places[name] for name in rule.facts]
        pick = np.minimum if isinstance(rule, MinOf) else np.maximum

        def vector(block: Block) -> Vector:
            numbers = [block.numbers(place) for place in places]
            values = numbers[0].filled
            for other in numbers[1:]:
                values = pick(values, other.filled)
            unknown = np.isnan(values)
            for number in numbers:
                if number.pair is not None:
                    block.is_hard(number.pair.there)
            bad = invalid_of(block, places)
            return Numbers(values, unknown.view(np.uint8), None, None if bad is None else bad & unknown)

        return vector

    def points(self, derived: Derived, rule: PointsOf) -> Callable[[Block], Vector]:
        """Return the points of the parts that apply over what these are out of."""
        parts = [
            (
                _always(MET) if part.applies_if is None else self.condition(part.applies_if),
                self.places[part.fact],
                part,
            )
            for part in parts_of(rule, self.facts)
        ]
        reads = [self.places[name] for name in facts_of_derived(derived) if name in self.facts]

        def vector(block: Block) -> Vector:
            top, bottom = np.zeros(block.size), np.zeros(block.size)
            there = np.ones(block.size, np.bool_)
            for applies, place, part in parts:
                ranks, points = applies(block), block.numbers(place).filled
                counts = ranks == MET
                there &= (ranks != UNDETERMINED) & ~(counts & np.isnan(points))
                top += np.where(counts, np.rint(points * 10.0**part.digits) * part.factor, 0)
                bottom += np.where(counts, float(part.share), 0)
            block.is_hard(there & ((top >= EXACT) | (bottom >= EXACT)))
            bad, unknown = invalid_of(block, reads), ~there
            pair = Pair(np.where(there, top, 0), bottom, there)
            nothing = np.full(block.size, np.nan)
            return Numbers(nothing, unknown.view(np.uint8), pair, None if bad is None else bad & unknown)

        return vector


def _always(rank: int) -> Ranks:
    return lambda block: block.constant(rank)


def _agreed(least: Ranks, most: Ranks) -> Ranks:
    """Return what both ends of a number say; undetermined where they differ."""

    def ranks(block: Block) -> Bytes:
        found = least(block)
        return chosen(found == most(block), found, block.constant(UNDETERMINED))

    return ranks


def _joined(join: Callable[[Sequence[Bytes]], Bytes], members: list[Ranks]) -> Ranks:
    return lambda block: join([member(block) for member in members])


def _at(table: Array, places: Array) -> Array:
    """Return the entries at some places, all of which exist."""
    return table.take(places, mode="clip")


def _lacking(fact: Fact) -> Array:
    """Return which of these values are None."""
    return np.array([is_lacking(value) for value in values_of(fact)])


def _limits(op: Op, cells: "Sequence[Cell | None]") -> tuple[list[tuple[Op, Array]], Array, Array, Array]:
    """Of cells what a float is compared with, their value as numerator and denominator, the rank where a whole is 0."""
    numbers = [None if cell is None else typing.cast(Decimal, cell.value) for cell in cells]
    plain = [(way, np.array([np.nan if n is None else end_of(way, n) for n in numbers])) for way in one_way(op)]
    exact = [(np.nan, np.nan) if n is None else n.as_integer_ratio() for n in numbers]
    top, bottom = (np.array([float(pair[i]) for pair in exact]) for i in (0, 1))
    empty = np.array(
        [UNDETERMINED if c is None or c.when_empty is None else RANK[c.when_empty] for c in cells], np.uint8
    )
    return plain, top, bottom, empty


def _against(place: int, op: Op, cells: "Sequence[Cell | None]", index: "Callable[[Block], Array] | None") -> Ranks:
    """Return a number against what a cell asks, or against what the cell that the index picks asks.

    A float is compared with the ends of the limit; part and whole are multiplied out, never divided.
    """
    plain, top, bottom, empty = _limits(op, cells)
    compare = ORDER[op]
    # a product below 2**53 is exact; the rows in which one may be larger are left to the scalar engine
    largest = max(np.nanmax(np.abs(top)), np.nanmax(bottom))

    def ranks(block: Block) -> Bytes:
        number = block.numbers(place)
        picked = [(way, limits[0] if index is None else _at(limits, index(block))) for way, limits in plain]
        holds: typing.Any = functools.reduce(operator.and_, (ORDER[way](number.values, at) for way, at in picked))
        if number.shown is not None:
            holds &= number.shown
        found = _held(holds)
        found = found + found  # 0 or 2: not met or met
        if number.unknown is not None:
            found |= number.unknown  # NaN compares false, so it is 0 here and becomes 1: undetermined
        return found if number.pair is None else paired(block, number.pair, found)

    def paired(block: Block, pair: Pair, found: Bytes) -> Bytes:
        at = None if index is None else index(block)
        over, under = (bottom[0], top[0]) if at is None else (_at(bottom, at), _at(top, at))
        exact = _held(compare(pair.top * over, pair.bottom * under))
        exact = exact + exact
        none = pair.bottom == 0
        if none.any():
            exact = chosen(none, block.constant(empty[0]) if at is None else _at(empty, at), exact)
        block.is_hard(pair.there & ((pair.top * largest >= EXACT) | (pair.bottom * largest >= EXACT)))
        return chosen(pair.there, exact, found)

    return ranks


Rows = list[tuple[Ranks, Callable[[Block], Coded]]]


def _held(comparison: typing.Any) -> Bytes:
    """Return a mask as 0 and 1."""
    return typing.cast(Bytes, comparison.view(np.uint8))


def _first(block: Block, rows: Rows, otherwise: Callable[[Block], Coded], unknown: int) -> Coded:
    """Return the first row whose guard is met; where one before it is undetermined, the value that all agree on."""
    unset = unknown + 2  # what no code is
    found = block.constant(unset)
    active = block.constant(1).view(np.bool_)
    differ = block.constant(0).view(np.bool_)
    for when, then in (*rows, (_always(MET), otherwise)):
        ranks, value = when(block), then(block)
        met = ranks == MET
        reached = active & (met | (ranks == UNDETERMINED))
        found = chosen(reached & (found == unset), value, found)
        differ = differ | (reached & (found != value))
        active = active & ~met
    return chosen(differ, block.constant(unknown), found)


def _only(block: Block, rows: Rows, otherwise: Callable[[Block], Coded], unknown: int) -> Coded:
    """Return the one row whose guard is met; two are ambiguous, and an undetermined one may still make them two."""
    lacking, ambiguous = block.constant(unknown), block.constant(unknown + 1)
    met = open_ = block.constant(0)
    sure = maybe = lacking
    for when, then in rows:
        ranks, value = when(block), then(block)
        is_met, is_open = ranks == MET, ranks == UNDETERMINED
        met, open_ = met + is_met, open_ + is_open
        sure, maybe = chosen(is_met, value, sure), chosen(is_open, value, maybe)
    rest = otherwise(block)
    none = chosen((open_ == 0) | ((open_ == 1) & (maybe == rest)), rest, lacking)
    one = chosen(open_ == 0, sure, lacking)
    return chosen(met > 1, ambiguous, chosen(met == 1, one, none))
