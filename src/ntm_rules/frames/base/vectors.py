"""The facts of a block of rows as arrays: what the array kernel compares.

What is unknown is part of the values wherever that saves a pass through memory: a comparison with NaN is false, and
an unknown yes/no is the middle one of three codes. Masks are None where they would be false throughout, which is the
rule, so that most blocks never touch one.
"""

import typing

import numpy as np
from attrs import define, field

from ntm_rules.model.numbers import MAX_DIGITS, rounded

Array = np.ndarray[typing.Any, typing.Any]
Floats = np.ndarray[typing.Any, np.dtype[np.float64]]
Bytes = np.ndarray[typing.Any, np.dtype[np.uint8]]
Mask = np.ndarray[typing.Any, np.dtype[np.bool_]]
Coded = np.ndarray[typing.Any, np.dtype[np.unsignedinteger[typing.Any]]]
"""What ``Choices`` hold: a byte each, or more where a fact has more values than a byte counts; see ``code_type``."""

EXACT = 10.0**MAX_DIGITS
"""Below it float64 holds every whole number, which is its own decimal: sums and products of such numbers are exact."""

FALSE, UNKNOWN_FLAG, TRUE = 0, 1, 2
"""How a yes/no is held: the rank of the outcome of "is it so?"."""


@define(eq=False)
class Pair:
    """Part and whole of a ratio in the fact's unit, both whole numbers below ``EXACT``.

    A share is never divided: 2 of 3 is compared with 66.67 per cent as 2 * 100 * 100 with 6667 * 3, which has no
    rounding. Floats hold these numbers, for NumPy multiplies them as fast as integers and they never wrap around.

    Attributes:
        there: the rows in which both are given; these go before a percentage.
    """

    top: Floats
    bottom: Floats
    there: Mask


@define(eq=False)
class Numbers:
    """A numeric fact.

    Attributes:
        values: NaN where no number is known, or anything, which ``shown`` then hides.
        unknown: 1 where neither a number nor a pair is known; None if there is no such row.
        pair: of a ratio, where parts are given.
        invalid: where nothing is known because a bad value was given; None if there is no such row.
        shown: the rows whose value counts; None if it is NaN in all others. A column of Arrow has anything under its
            nulls, and it costs less to hide that after a comparison than to copy the column first.
    """

    values: Floats
    unknown: Bytes | None = None
    pair: Pair | None = None
    invalid: Mask | None = None
    shown: Mask | None = None

    def lacking(self, _: int) -> Mask:
        """Where neither a number nor a pair is known."""
        return np.zeros(len(self.values), np.bool_) if self.unknown is None else self.unknown == 1

    @property
    def filled(self) -> Floats:
        """The values, NaN where no number is known."""
        return self.values if self.shown is None else np.where(self.shown, self.values, np.nan)


@define(eq=False)
class Choices:
    """A yes/no, a level or a category.

    Attributes:
        codes: ``FALSE``, ``UNKNOWN_FLAG`` or ``TRUE``; or the place in ``Fact.values``, with two places more: unknown,
            and ambiguous (two exclusive guards are met).
        invalid: where nothing is known because a bad value was given; None if there is no such row.
    """

    codes: Coded
    invalid: Mask | None = None

    def lacking(self, unknown: int) -> Mask:
        """Where the value is not known, which is held as the place *unknown*."""
        return typing.cast(Mask, self.codes == unknown)


def code_type(values: "typing.Sequence[str]") -> "np.dtype[np.unsignedinteger[typing.Any]]":
    """Return the least type for the codes of a fact with these values, of which there are two more."""
    return typing.cast("np.dtype[np.unsignedinteger[typing.Any]]", np.min_scalar_type(len(values) + 1))


Vector = Numbers | Choices


@define(eq=False)
class Block:
    """Some rows of a table while they are assessed.

    Attributes:
        size: how many rows.
        read: reads the fact of a slot; done when it is first asked for, so that it is compared while in the cache.
        slots: the facts in the order of the kernel's places, then the derived ones.
        pairs: parts and wholes that fit together, by ratio, part and whole; None where neither is given.
        bad: where facts that were read have bad values, a mask for each of them.
        hard: rows that the arithmetic of arrays does not decide exactly; the scalar engine answers for them.
    """

    size: int
    read: "typing.Callable[[int], Vector]"
    slots: list[Vector | None]
    pairs: dict[tuple[str, str, str], Pair | None] = field(factory=dict)
    bad: list[Mask] = field(factory=list)
    hard: Mask = field()
    _memo: dict[object, typing.Any] = field(init=False, factory=dict)

    @hard.default
    def _no_row(self) -> Mask:
        return np.zeros(self.size, np.bool_)

    def at(self, place: int) -> Vector:
        """Return the fact of a slot."""
        found = self.slots[place]
        if found is None:
            found = self.slots[place] = self.read(place)
        return found

    def numbers(self, place: int) -> Numbers:
        """Return the fact of a slot that holds numbers."""
        return typing.cast(Numbers, self.at(place))

    def choices(self, place: int) -> Choices:
        """Return the fact of a slot that holds a yes/no, a level or a category."""
        return typing.cast(Choices, self.at(place))

    def places(self, place: int) -> "Places":
        """Return the codes of a choice as places of a table, which NumPy looks up much faster than bytes."""
        # a selector is looked up by every table that it picks a column of, so it is converted once a block
        return typing.cast(
            "Places", self.shared(("places", place), lambda _: self.choices(place).codes.astype(np.intp))
        )

    def seen_from(self, places: "typing.Sequence[int]") -> "Block":
        """Return the same rows with the slots of another ruleset, each of which is at one of *places* here."""
        return Block(self.size, lambda place: self.at(places[place]), [None] * len(places), self.pairs, hard=self.hard)

    def constant(self, rank: int) -> Bytes:
        """Return an array of one rank; of one code, which may take more than a byte."""
        kind = np.min_scalar_type(rank)
        return typing.cast(Bytes, self.shared(("constant", rank), lambda _: np.full(self.size, rank, kind)))

    def shared(self, key: object, make: "typing.Callable[[Block], typing.Any]") -> typing.Any:
        """Return what several comparisons need, made once a block."""
        if key not in self._memo:
            self._memo[key] = make(self)
        return self._memo[key]

    def is_hard(self, rows: Mask) -> None:
        """Leave rows to the scalar engine."""
        self.hard |= rows


def rounded_all(values: Floats) -> Floats:
    """Return floats as float64 of the nearest decimals of 15 digits, as ``rounded`` does one."""
    with np.errstate(over="ignore", invalid="ignore"):
        few = (np.abs(values) < 1e9) & (np.rint(values * 1e6) / 1e6 == values)
    found = values + 0.0
    rows = np.flatnonzero(~few & ~np.isnan(values))
    found[rows] = [rounded(number) for number in values[rows].tolist()]
    return found


Places = np.ndarray[typing.Any, np.dtype[np.intp]]


def united(*masks: Mask | None) -> Mask | None:
    """Where one of the masks is true; None if all are None."""
    found = [mask for mask in masks if mask is not None]
    if not found:
        return None
    whole = found[0]
    for mask in found[1:]:
        whole = whole | mask
    return whole
