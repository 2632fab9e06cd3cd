"""Numbers as every door reads them: the grammar of texts, how many digits and what size, float64 as decimals."""

import math
import re
import typing
from decimal import Context, Decimal, Inexact
from enum import Enum
from fractions import Fraction
from functools import lru_cache

MAX_DIGITS = 15
"""Two decimals of so many significant digits never share a float64."""

LEAST, MOST = Decimal("1e-300"), Decimal("1e300")
"""Between these a fact lies in size, unless it is 0: there float64 has all its digits."""

SMALLEST = float(LEAST)
_BEYOND = 10**301

_TEXT = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?)0*([0-9]+))?")
_LONGEST = 9
"""An exponent of more digits is as far out of bounds as one of so many nines."""

_EXACT = Context(prec=MAX_DIGITS, traps=[Inexact])


class Unfit(Enum):
    """Why a number cannot be used: more significant digits than are told apart, or its size."""

    DIGITS = "digits"
    LARGE = "large"
    SMALL = "small"


def decimal_of(text: str) -> Decimal | None:
    """Return the number that a text writes, with a decimal point or an exponent; None where it writes none."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    digits, sign, exponent = match.groups(default="")
    power = exponent if len(exponent) <= _LONGEST else "9" * _LONGEST
    return unsigned_zero(Decimal(f"{digits}e{sign}{power or 0}"))


def unsigned_zero(number: Decimal) -> Decimal:
    """Return the number, without the sign that a zero may have."""
    return number if number else number.copy_abs()


def unfit(number: Decimal, least: Decimal = LEAST, most: Decimal = MOST) -> Unfit | None:
    """Return why a number cannot be used; None where it can."""
    size = number.copy_abs()
    if size > most:
        return Unfit.LARGE
    if number and size < least:
        return Unfit.SMALL
    # not by `normalize`, which rounds to the digits of the context first
    digits = bytes(number.as_tuple().digits).rstrip(b"\0")
    return Unfit.DIGITS if len(digits) > MAX_DIGITS else None


def rounded(number: float) -> float:
    """Return the float64 of the decimal of 15 significant digits nearest to a float; 0.0 for minus zero."""
    millionths = number * 1e6
    # of a few digits, as nearly all are: a whole number below 2**53 over a power of ten is rounded once, so it is the
    # float64 of that decimal
    if millionths.is_integer() and -1e15 < millionths < 1e15 and millionths / 1e6 == number:
        return number + 0.0
    return float(f"{number:.{MAX_DIGITS}g}") + 0.0


@lru_cache(maxsize=4096)
def ends(number: Decimal) -> tuple[float, float]:
    """Return the least and the greatest float64 whose decimal of 15 digits is *number*."""
    low = high = exact = float(number)
    while rounded(lower := math.nextafter(low, -math.inf)) == exact:
        low = lower
    while rounded(higher := math.nextafter(high, math.inf)) == exact:
        high = higher
    return low, high


def written(value: object) -> Decimal | None:
    """Return a number as the decimal that it is written as; None for what is not a finite number.

    A float is that of 15 significant digits, a text what it says, and a whole number far beyond ``MOST`` one just
    beyond: to turn it into a decimal costs the square of its length.
    """
    kind = type(value)
    if kind is str:
        return decimal_of(typing.cast(str, value))
    if kind is int:
        found = Decimal(max(-_BEYOND, min(_BEYOND, typing.cast(int, value))))
    elif kind is float:
        found = Decimal(f"{value:.{MAX_DIGITS}g}")
    elif kind is Decimal:
        found = typing.cast(Decimal, value)
    else:
        return None
    return unsigned_zero(found) if found.is_finite() else None


def decimal_of_fraction(value: Fraction) -> Decimal | None:
    """Return the decimal of at most 15 significant digits that a fraction is; None where it is none."""
    try:
        return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    except ArithmeticError:
        return None
