"""Comparisons of one slot with one set cell: the only place where a fact meets a number."""

import operator
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.numbers import ends
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.thresholds import Cell

Slots = Sequence[typing.Any]
Code = Callable[[Slots], int]

ORDER: dict[Op, Callable[[typing.Any, typing.Any], bool]] = {
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.MORE_THAN: operator.gt,
    Op.LESS_THAN: operator.lt,
    Op.EQUALS: operator.eq,
}


class Unclear(Enum):
    """The slot of a derived fact two of whose exclusive guards are met."""

    AMBIGUOUS = "ambiguous"


def is_open(slot: object) -> bool:
    """Return whether a derived fact is missing or ambiguous."""
    return slot is None or slot is Unclear.AMBIGUOUS


def always(outcome: Outcome) -> Code:
    """Return an outcome whatever the facts."""
    code = int(outcome)
    return lambda _: code


def exact(slot: typing.Any) -> Fraction:
    """Return a numeric slot as an exact number: a float is what its shortest text says."""
    return Fraction(*slot) if type(slot) is tuple else Fraction(repr(slot))


def allowed_values(fact: Fact, op: Op, cell: Cell) -> frozenset[str]:
    """Return the levels or categories that satisfy ``one_of`` or ``level_at_least``."""
    if isinstance(cell.value, tuple):
        return frozenset(cell.value)
    return frozenset(fact.values[fact.values.index(str(cell.value)) :])


def leaf_of(fact: Fact, place: int, op: Op, cell: Cell, may_be_ratio: bool) -> Code:
    """Return the code of a slot against a set cell."""
    if not fact.type.numeric:
        return _named(fact, place, op, cell)
    limit = typing.cast(Decimal, cell.value)
    return _ratio(place, op, limit, cell.when_empty) if may_be_ratio else _plain(place, op, float(limit))


def _named(fact: Fact, i: int, op: Op, cell: Cell) -> Code:
    if op is Op.EQUALS:
        required = cell.value
        return lambda v: 2 if (x := v[i]) is None or x is Unclear.AMBIGUOUS else x == required
    allowed = allowed_values(fact, op, cell)
    return lambda v: 2 if (x := v[i]) is None or x is Unclear.AMBIGUOUS else x in allowed


def _plain(i: int, op: Op, limit: float) -> Code:
    """float64 against float64, both of 15 digits: the comparison of the decimal texts, see the semantics."""
    if op is Op.AT_LEAST:
        return lambda v: 2 if (x := v[i]) is None else x >= limit
    if op is Op.AT_MOST:
        return lambda v: 2 if (x := v[i]) is None else x <= limit
    holds = ORDER[op]
    return lambda v: 2 if (x := v[i]) is None else holds(x, limit)


def _ratio(i: int, op: Op, limit: Decimal, when_empty: Outcome | None) -> Code:
    """Return a float, or part and whole multiplied out; never a division."""
    holds, number = ORDER[op], float(limit)
    top, bottom = limit.as_integer_ratio()
    empty = 2 if when_empty is None else int(when_empty)

    def code(slots: Slots) -> int:
        x = slots[i]
        if x is None:
            return 2
        if type(x) is not tuple:
            return holds(x, number)
        numerator, denominator = x
        return holds(numerator * bottom, top * denominator) if denominator else empty

    return code


_UNBOUNDED = 1e300


def bare_most(fact: Fact) -> float:
    """Return the most that a share given as a figure may become: without its whole one unit may add anything."""
    return _UNBOUNDED if fact.maximum is None else float(fact.maximum)


def end_of(op: Op, limit: Decimal) -> float:
    """Return the float64 that a raw one is compared with, as if it were first rounded to 15 digits.

    *op* is one that turns once while a number grows, see ``model.spans.one_way``.
    """
    least, greatest = ends(limit)
    return least if op in (Op.AT_LEAST, Op.LESS_THAN) else greatest
