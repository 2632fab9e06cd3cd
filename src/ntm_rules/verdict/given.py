"""Values as callers have them: those of Python, and what NumPy and pandas have in their place; neither is imported."""

from decimal import Decimal
from enum import Enum
from fractions import Fraction
from numbers import Integral, Real

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import displayed
from ntm_rules.model.numbers import decimal_of_fraction

PLAIN = frozenset((float, int, bool, str, Decimal))
_MISSING = ("nan", "<na>", "nat")


def plain_of(value: object) -> object:
    """Return the value of Python that a scalar of another library is; anything else as it is.

    A float32 is what its shortest text says. A fraction is the decimal that it equals. A member of an enumeration is
    left alone, whatever else it is: an outcome is not a number.
    """
    match value:
        case _ if type(value) in PLAIN or isinstance(value, Enum):
            return value
        case str():
            return str.__str__(value)
        case Decimal():
            return Decimal(value)
        case Fraction():
            found = decimal_of_fraction(value)
            return value if found is None else found
        case Integral():
            return int(value)
        case float():
            return float(value)
        case Real():
            return float(str(value))
        case _:
            is_flag = getattr(value, "dtype", None) == "bool" and getattr(value, "shape", None) == ()
            return bool(value) if is_flag else value


def what_to_give(value: object) -> Sentence:
    """Return what to give in place of a value that no fact can have; empty where nothing can be said."""
    if isinstance(value, Enum):
        return Message("hint.no_member")
    if isinstance(value, Fraction):
        return Message("hint.no_fraction")
    return Message("hint.leave_out") if displayed(value).lower().lstrip("-") in _MISSING else ""
