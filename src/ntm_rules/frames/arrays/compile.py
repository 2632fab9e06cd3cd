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
from ntm_rules.model.conditions import Derived, Op
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.fold import Compared, Engine
from ntm_rules.model.outcomes import RANK, Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.scoring import Part
from ntm_rules.model.spans import one_way
from ntm_rules.model.thresholds import Cell, Table
from ntm_rules.model.walk import facts_of_derived
from ntm_rules.verdict.compare import ORDER, bare_most, end_of
from ntm_rules.verdict.compile import Compiler

Ranks = Callable[[Block], Bytes]
"""The ranks of a condition in a block; never changed by who gets them."""

Made = Callable[[Block], Vector]
"""What is worked out in a block."""

Given = Callable[[Block], Coded]
"""The places in the values of a fact that a row of a case gives."""


@typing.final
class ArrayCompiler(Engine[Ranks, Made]):
    """Compiles the conditions of one ruleset to arrays, for one floor of evidence.

    Args:
        places: the slot of each fact.
        finding: compiles another ruleset to its outcome over the same slots.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        places: Mapping[str, int],
        floor: Evidence | None,
        finding: Callable[[Ruleset], Ranks],
    ) -> None:
        self.places, self.floor, self._finding = places, floor, finding
        # the scalar engine is asked once for each value of a level or category
        scalar = Compiler(ruleset, places, floor)
        self.tables = Tabulator(scalar)
        self.facts, self.ends = scalar.facts, scalar.ends

    # -- outcomes ------------------------------------------------------------------------------

    def constant(self, outcome: Outcome) -> Ranks:
        """Return an outcome whatever the facts."""
        rank = RANK[outcome]
        return lambda block: block.constant(rank)

    def all(self, members: Sequence[Ranks]) -> Ranks:
        """Return the least of the members' ranks."""
        return _joined(all_of, members)

    def any(self, members: Sequence[Ranks]) -> Ranks:
        """Return the greatest of the members' ranks."""
        return _joined(any_of, members)

    def at_least(self, k: int, members: Sequence[Ranks]) -> Ranks:
        """Return the ranks of at least *k* members."""
        return _joined(lambda ranks: at_least_of(k, ranks), members)

    def negated(self, member: Ranks) -> Ranks:
        """Return the ranks of what is met when the member is not."""
        return lambda block: negation_of(member(block))

    def guarded(self, applies: Ranks, condition: Ranks) -> Ranks:
        """Return the ranks of an indicator with ``applies_if``."""
        return lambda block: guarded(applies(block), condition(block))

    def capped(self, member: Ranks) -> Ranks:
        """Return undetermined in place of what is not *not met*."""
        return lambda block: capped(member(block))

    def agreed(self, one: Ranks, other: Ranks) -> Ranks:
        """Return what both say; undetermined where they differ."""

        def ranks(block: Block) -> Bytes:
            found = one(block)
            return chosen(found == other(block), found, block.constant(UNDETERMINED))

        return ranks

    # -- comparisons -------------------------------------------------------------------------

    def decided(self, fact: str | None, op: Op, cell: Cell) -> Ranks:
        """Return what a cell says of a fact; of a level or category it is looked up."""
        if fact is None or self.facts[fact].type.numeric:
            return super().decided(fact, op, cell)
        return self.named(fact, op, [cell], None)

    def table(self, leaf: Compared, table: Table) -> Ranks:
        """Return a comparison with a table: the limit of each row first, or its rank."""
        free = self.tables.free(table)
        cells = self.tables.cells(table, free)
        if not free:
            return (
                self.constant(Outcome.UNDETERMINED) if cells[0] is None else self.decided(leaf.fact, leaf.op, cells[0])
            )
        if leaf.fact is None or not self.facts[leaf.fact].type.numeric:
            return self.named(leaf.fact, leaf.op, cells, self.index(free))
        return self.numbers(leaf.fact, leaf.op, cells, free)

    def against(self, fact: str, op: Op, cell: Cell) -> Ranks:
        """Return a number, or one of its ends, against a set cell."""
        return _against(self.places[fact], op, [cell], None)

    def finding(self, other: Ruleset) -> Ranks:
        """Return the outcome of another ruleset over the same slots."""
        return self._finding(other)

    def numbers(self, name: str, op: Op, cells: Sequence[Cell | None], free: tuple[str, ...]) -> Ranks:
        """Return a comparison of a number with a table: the limit of each row first."""
        asked = self.tables.asked(cells)
        index, open_ = self.index(free), self.open(free)
        if all(a.cell is None for a in asked):
            return self.named(None, op, cells, index)
        compared = self.limited(name, op, [a.cell for a in asked], index)
        if all(asked[place].cell is not None and not asked[place].capped for place in self.tables.known(free)):
            # every row with known selectors has a limit; that of the others is NaN, so their comparison is 0, and a 1
            # over it makes it undetermined: less work than below, and enough for nearly every table there is
            def simple(block: Block) -> Bytes:
                found, unknown = compared(block), open_(block)
                return found if unknown is None else found | unknown

            return simple
        low = np.array([RANK[a.code or 0] for a in asked], np.uint8)
        high = np.array([UNDETERMINED if a.capped else NOT_APPLICABLE for a in asked], np.uint8)

        def ranks(block: Block) -> Bytes:
            place = index(block)
            return np.maximum(np.minimum(compared(block), _at(high, place)), _at(low, place))

        return ranks

    def limited(self, name: str, op: Op, cells: "Sequence[Cell | None]", index: "Callable[[Block], Array]") -> Ranks:
        """Return a number against what the cell of each row asks; of what lies between two, both have to agree."""
        if name not in self.ends:
            return _against(self.places[name], op, cells, index)
        ends = [self.places[end] for end in self.ends[name]]
        found = [self.agreed(*(_against(place, o, cells, index) for place in ends)) for o in one_way(op)]
        return found[0] if len(found) == 1 else self.all(found)

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

    def grown(self, fact: Fact) -> Made:
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

    def derived(self, derived: Derived) -> Made:
        """Return a derived fact; nothing is known of it where what it needs is a bad value."""
        made = super().derived(derived)
        reads = [self.places[name] for name in facts_of_derived(derived) if name in self.facts]

        def vector(block: Block) -> Vector:
            found = made(block)
            bad = invalid_of(block, reads)
            if bad is not None:
                found.invalid = bad & found.lacking(len(derived.fact.values))
            return found

        return vector

    def picked(self, fact: Fact, guard: Ranks, value: Made, other: Made) -> Made:
        """Return a value where its guard is met, the other one elsewhere; none where that is open and matters."""
        unknown = len(fact.values)

        def vector(block: Block) -> Vector:
            ranks, here, rest = guard(block), _codes(value, block), _codes(other, block)
            open_ = chosen((ranks == UNDETERMINED) & (here != rest), block.constant(unknown), rest)
            return Choices(chosen(ranks == MET, here, open_))

        return vector

    def text(self, fact: Fact, value: str | None) -> Made:
        """Return one of the values of a fact."""
        code = len(fact.values) if value is None else fact.values.index(value)
        return lambda block: Choices(block.constant(code))

    def ambiguous(self, fact: Fact) -> Made:
        """Return that two rows of an exclusive case hold."""
        return lambda block: Choices(block.constant(len(fact.values) + 1))

    def value(self, fact: Fact, name: str) -> Made:
        """Return the value of another fact as one of *fact*."""
        other = self.facts[name].values
        table = np.array(
            [*(fact.values.index(v) for v in other), len(fact.values), len(fact.values) + 1], code_type(fact.values)
        )
        place = self.places[name]
        return lambda block: Choices(_at(table, block.places(place)))

    def quotient(self, fact: Fact, rule: RatioOf) -> Made:
        """Return a ratio that only its parts give; made with the others when the block was read."""

        def vector(block: Block) -> Vector:
            pair = block.pairs.get((fact.id, rule.part, rule.whole))
            unknown = np.ones(block.size, np.uint8) if pair is None else (~pair.there).view(np.uint8)
            return Numbers(np.full(block.size, np.nan), unknown, pair)

        return vector

    def extreme(self, facts: Sequence[str], smaller: bool) -> Made:
        """Return the least or greatest of several facts; of exact ratios the scalar engine knows it."""
        places = [self.places[name] for name in facts]
        pick = np.minimum if smaller else np.maximum

        def vector(block: Block) -> Vector:
            numbers = [block.numbers(place) for place in places]
            values = numbers[0].filled
            for other in numbers[1:]:
                values = pick(values, other.filled)
            for number in numbers:
                if number.pair is not None:
                    block.is_hard(number.pair.there)
            return Numbers(values, np.isnan(values).view(np.uint8))

        return vector

    def points(self, parts: Sequence[tuple[Ranks | None, Part]], instead: Mapping[str, Decimal]) -> Made:
        """Return the points of the parts that apply over what these are out of."""
        made = [
            (applies or _always(MET), self.places[part.fact], part, float(instead.get(part.fact, "nan")))
            for applies, part in parts
        ]

        def vector(block: Block) -> Vector:
            top, bottom = np.zeros(block.size), np.zeros(block.size)
            there = np.ones(block.size, np.bool_)
            for applies, place, part, missing in made:
                ranks, points = applies(block), block.numbers(place).filled
                points = np.where(np.isnan(points), missing, points)
                counts = ranks == MET
                there &= (ranks != UNDETERMINED) & ~(counts & np.isnan(points))
                top += np.where(counts, np.rint(points * 10.0**part.digits) * part.factor, 0)
                bottom += np.where(counts, float(part.share), 0)
            block.is_hard(there & ((top >= EXACT) | (bottom >= EXACT)))
            pair = Pair(np.where(there, top, 0), bottom, there)
            return Numbers(np.full(block.size, np.nan), (~there).view(np.uint8), pair)

        return vector


def _always(rank: int) -> Ranks:
    return lambda block: block.constant(rank)


def _joined(join: Callable[[Sequence[Bytes]], Bytes], members: Sequence[Ranks]) -> Ranks:
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


def _held(comparison: typing.Any) -> Bytes:
    """Return a mask as 0 and 1."""
    return typing.cast(Bytes, comparison.view(np.uint8))


def _codes(made: Made, block: Block) -> Coded:
    """Return the codes of a choice."""
    return typing.cast(Choices, made(block)).codes
