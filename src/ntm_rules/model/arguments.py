"""What callers hand in, brought to the one form that the package works with before anything is remembered of it."""

import contextlib
import datetime as dt
import numbers
import re
import types
from collections.abc import Sequence
from enum import Enum

from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.names import one_form

YEARS = range(1900, 2201)
ON_BAD = ("raise", "mark")
"""What becomes of bad facts."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_TIER = re.compile(r"[^/\s]+/[^/\s]+")
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
        with contextlib.suppress(ValueError):  # of a day that no month has
            return dt.date.fromisoformat(value.strip())
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
    return int(value) if isinstance(value, numbers.Integral) else None


def name_of(value: object, argument: str, may_be_empty: bool = False) -> str:
    """Return a name or code in its one form, see ``one_form``.

    Raises:
        BadArgument: it is not a text, has no visible character, or has a lone surrogate, which no file can hold.
    """
    if not isinstance(value, str):
        code = "argument.text/number" if isinstance(value, numbers.Number) else "argument.text"
        raise BadArgument(Message(code, argument=argument, value=shown(value), type=type(value).__name__))
    name = one_form(str(value))
    if not name and not may_be_empty:
        raise BadArgument(Message("argument.text/empty", argument=argument))
    if not name.isascii() and _SURROGATE.search(name):
        raise BadArgument(Message("argument.text/surrogate", argument=argument, value=shown(value)))
    return name


def width_of(value: object, argument: str = "unit_width") -> int | None:
    """Return how many digits codes have, at least one; None where that is not declared.

    Raises:
        BadArgument: it is anything else.
    """
    width = whole_of(value)
    if value is not None and (width is None or width < 1):
        raise BadArgument(Message("argument.count", argument=argument, value=shown(value), least=1))
    return width


def id_of(value: object, argument: str, width: int | None = None) -> str:
    """Return the id of a unit in its one form.

    Args:
        width: how many digits codes have; then a code of digits alone, also one given as a number, gets back the zeros
            in front that it lost.

    Raises:
        BadArgument: it is not a text, or a number and no width is declared, or it has more digits than that.
    """
    if width is None:
        return name_of(value, argument)
    number = int(value) if isinstance(value, float) and value.is_integer() else whole_of(value)
    name = name_of(value if number is None else str(number), argument)
    if not (name.isascii() and name.isdigit()):
        return name
    if len(name) > width:
        raise BadArgument(Message("argument.width", argument=argument, value=shown(name), width=width))
    return name.zfill(width)


def tier_of(value: object, argument: str = "tier") -> str:
    """Return the id of a set, level and tier such as ``commune/ntm``, in its one form.

    Raises:
        BadArgument: it has another shape.
    """
    tier = name_of(value, argument)
    if not _TIER.fullmatch(tier):
        raise BadArgument(Message("argument.tier", argument=argument, value=shown(tier)))
    return tier


def need(argument: str, value: object, kind: type | types.UnionType) -> None:
    """Raise unless an argument is of a kind, for what a type checker would have found and an untyped caller has not.

    Raises:
        BadArgument: it is of another type.
    """
    if not isinstance(value, kind):
        told = {"value": shown(value), "type": type(value).__name__, "expected": getattr(kind, "__name__", kind)}
        raise BadArgument(Message("argument.type", argument=argument, **told))


def named(what: str, value: str, known: Sequence[str]) -> None:
    """Check the value of an argument.

    Raises:
        BadArgument: it is not among those known.
    """
    need(what, value, str)
    if value not in known:
        raise BadArgument(Message("argument.one_of", argument=what, names=tuple(known), value=value))


def marks_bad(on_bad: str) -> bool:
    """Return whether bad facts are marked, rather than raised.

    Raises:
        BadArgument: it is another word.
    """
    named("on_bad", on_bad, ON_BAD)
    return on_bad == "mark"
