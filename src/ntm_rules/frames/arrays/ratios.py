"""Parts and wholes in a block of rows: exact ratios as pairs of whole numbers, and what contradicts itself."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from ntm_rules.frames.base.vectors import EXACT, Block, Mask, Numbers, Pair, rounded_all, united
from ntm_rules.model.facts import Fact, FactType

Ratio = tuple[Fact, Fact, Fact]
"""A ratio with its part and its whole."""

_MANY_DIGITS = 7
"""A percentage with as many digits after the point was computed, not written; the scalar engine looks at it."""


def join_ratios(block: Block, at: Mapping[str, int], pairs: Iterable[Ratio], ratios: Iterable[Ratio]) -> None:
    """Put parts and wholes together in a block, and take out what contradicts itself.

    Args:
        at: the slot of each fact.
        pairs: the ratios of which both part and whole have a column.
        ratios: those that have a slot of their own to hold the pair.
    """
    bad: dict[str, Mask] = {}

    def note(name: str | None, rows: Mask | None) -> None:
        if name is not None and rows is not None:
            bad[name] = bad[name] | rows if name in bad else rows

    for fact, part, whole in pairs:
        pair, unfit = pair_of(fact, part, whole, block, at)
        block.pairs[fact.id, part.id, whole.id] = pair
        note(part.id, unfit)
        if pair is not None:
            note(fact.undecided, crowded(fact, pair, block, at))
    for fact, part, whole in ratios:
        pair = block.pairs.get((fact.id, part.id, whole.id))
        if pair is not None:
            note(fact.id, disagreeing(block.numbers(at[fact.id]), pair, block))
    spoil(block, at, bad)
    block.bad += bad.values()
    for fact, part, whole in ratios:
        join(block, at, fact, part, whole)


def pair_of(
    fact: Fact, part: Fact, whole: Fact, block: Block, at: Mapping[str, int]
) -> tuple[Pair | None, Mask | None]:
    """Return the ratio where part and whole are given; and the rows in which they do not fit together."""
    top, bottom = block.numbers(at[part.id]), block.numbers(at[whole.id])
    there = ~np.isnan(top.filled) & ~np.isnan(bottom.filled)
    if not there.any():
        return None, None
    steps_top, off_top = _steps(top.filled, part)
    steps_bottom, off_bottom = _steps(bottom.filled, whole)
    # part and whole may be counted in different steps, e.g. km to one digit over km to two: both are brought to the
    # finest, with factors as small as can be, so that products stay exact
    scale, unscale = fact.scale * 10**whole.decimals, 10**part.decimals
    common = math.gcd(scale, unscale)
    over = steps_top * float(scale // common)
    under = steps_bottom * float(unscale // common)
    bad = there & (off_top | off_bottom | (over < 0) | (under < 0))
    if fact.type is FactType.PERCENT:
        bad |= there & (over > 100 * under)
    there &= ~bad
    block.is_hard(there & ((over >= EXACT) | (100 * under >= EXACT)))
    return Pair(over, under, there), bad if bad.any() else None


def _steps(values: np.ndarray[tuple[int], np.dtype[np.float64]], fact: Fact) -> tuple[np.ndarray, Mask]:
    """Values as whole numbers of steps of the fact's last digit; true where they have more digits."""
    if fact.type is FactType.COUNT:
        return values, np.rint(values) != values
    power = float(10**fact.decimals)
    steps = np.rint(values * power)
    off = steps / power != values
    rows = np.flatnonzero(off & ~np.isnan(values))
    if rows.size:  # what has more digits may have as many in 15
        exact = rounded_all(values[rows])
        steps[rows] = np.rint(exact * power)
        off[rows] = steps[rows] / power != exact
    return steps, off


def disagreeing(numbers: Numbers, pair: Pair, block: Block) -> Mask | None:
    """Where a percentage is not its part over its whole, rounded to the digits in which it is written."""
    both = pair.there & ~np.isnan(numbers.filled) & (pair.bottom != 0)
    if not both.any():
        return None
    rows = np.flatnonzero(both)
    value, top, bottom = numbers.values[rows], pair.top[rows], pair.bottom[rows]
    power, steps = np.full(rows.size, np.nan), np.full(rows.size, np.nan)
    for digits in range(_MANY_DIGITS):
        left = np.isnan(power)
        if not left.any():
            break
        whole = np.rint(value[left] * 10.0**digits)
        fits = whole / 10.0**digits == value[left]
        places = np.flatnonzero(left)[fits]
        power[places], steps[places] = 10.0**digits, whole[fits]
    # |steps / power - top / bottom| is more than half a step, multiplied out; products of a quarter of what is exact
    # leave room for their difference and its double
    large = np.isnan(power) | (np.abs(steps) * bottom * 4 >= EXACT) | (top * power * 4 >= EXACT)
    wrong = np.abs(steps * bottom - top * power) * 2 > bottom
    found, hard = np.zeros(block.size, np.bool_), np.zeros(block.size, np.bool_)
    found[rows] = wrong & ~large
    hard[rows] = large
    block.is_hard(hard)
    return found if found.any() else None


def crowded(fact: Fact, pair: Pair, block: Block, at: Mapping[str, int]) -> Mask | None:
    """Where what is undecided of a share has no room in the whole beside the part."""
    if fact.undecided is None or fact.type is not FactType.PERCENT:
        return None
    count = block.numbers(at[fact.undecided]).filled
    found = pair.there & (pair.top + 100 * count > 100 * pair.bottom)
    return found if found.any() else None


def spoil(block: Block, at: Mapping[str, int], bad: Mapping[str, Mask]) -> None:
    """Take out values that contradict others; nothing is known of them then."""
    for name, rows in bad.items():
        numbers = block.numbers(at[name])
        values = np.where(rows, np.nan, numbers.filled)
        unknown = rows.view(np.uint8) if numbers.unknown is None else numbers.unknown | rows
        block.slots[at[name]] = Numbers(values, unknown, numbers.pair, united(numbers.invalid, rows))


def join(block: Block, at: Mapping[str, int], fact: Fact, part: Fact, whole: Fact) -> None:
    """Put the pair of a ratio into the fact's vector; nothing is known of it where what it follows from is bad."""
    pair, numbers = block.pairs.get((fact.id, part.id, whole.id)), block.numbers(at[fact.id])
    invalid = invalid_of(block, [at[name] for name in (fact.id, part.id, whole.id, fact.undecided) if name is not None])
    values = numbers.filled
    if invalid is not None:
        values = np.where(invalid, np.nan, values)
        if pair is not None:
            pair.there &= ~invalid
    unknown = np.isnan(values)
    if pair is not None:
        unknown &= ~pair.there
    block.slots[at[fact.id]] = Numbers(values, unknown.view(np.uint8) if unknown.any() else None, pair, invalid)


def invalid_of(block: Block, places: Iterable[int]) -> Mask | None:
    """Where one of several facts has a bad value."""
    return united(*(block.at(place).invalid for place in places))
