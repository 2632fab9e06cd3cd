"""What callers hand in, brought to the one form that the package works with before anything is remembered of it."""

import datetime as dt
import operator
import re
import types
import typing
from enum import Enum

from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.names import one_form

YEARS = range(1900, 2201)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_of(value: object, argument: str) -> dt.date:
    """Return a day that was given as a date or as a text such as ``2024-07-02``.

    Raises:
        BadArgument: it is anything else. What has a time of day is refused, for which day it is depends on the zone.
    """
    if type(value) is dt.date:
        return value
    if isinstance(value, dt.datetime):
        raise BadArgument(Message("argument.day/time", argument=argument, value=shown(value)))
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            pass  # a day that no month has: said below
    raise BadArgument(Message("argument.day", argument=argument, value=shown(value)))


def year_of(value: object, argument: str) -> int:
    """Return a year that was given as a whole number, also as one of NumPy's.

    Raises:
        BadArgument: it is anything else, or no year of this age.
    """
    year = whole_of(value)
    if year is None or year not in YEARS:
        bounds = {"first": YEARS[0], "last": YEARS[-1]}
        raise BadArgument(Message("argument.year", argument=argument, value=shown(value), **bounds))
    return year


def years_of(period: str) -> range:
    """Return the years of a period such as ``2021-2025``; all years where it is called otherwise."""
    span = re.fullmatch(r"([0-9]{4})-([0-9]{4})", period)
    return range(int(span[1]), int(span[2]) + 1) if span else YEARS


def whole_of(value: object) -> int | None:
    """Return a whole number, also one of NumPy's; None for anything else, truth values and members of enums too."""
    if isinstance(value, bool | Enum):
        return None
    try:
        return operator.index(typing.cast(typing.SupportsIndex, value))
    except TypeError:
        return None


def name_of(value: object, argument: str) -> str:
    """Return a name or code in its one form, see ``one_form``.

    Raises:
        BadArgument: it is not a text, has no visible character, or has a lone surrogate, which no file can hold.
    """
    if not isinstance(value, str):
        raise BadArgument(Message("argument.text", argument=argument, value=shown(value), type=type(value).__name__))
    name = one_form(str(value))
    if not name:
        raise BadArgument(Message("argument.text/empty", argument=argument))
    if not name.isascii() and _SURROGATE.search(name):
        raise BadArgument(Message("argument.text/surrogate", argument=argument, value=shown(value)))
    return name


def need(argument: str, value: object, kind: type | types.UnionType) -> None:
    """Raise unless an argument is of a kind, for what a type checker would have found and an untyped caller has not.

    Raises:
        BadArgument: it is of another type.
    """
    if not isinstance(value, kind):
        told = {"value": shown(value), "type": type(value).__name__, "expected": getattr(kind, "__name__", kind)}
        raise BadArgument(Message("argument.type", argument=argument, **told))
