"""What is read off a slot for an explanation: its exact value, its margin, and what would turn the outcome."""

import math
import typing
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction

from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.results import Actual
from ntm_rules.model.thresholds import Cell
from ntm_rules.verdict.compare import Unclear

_EXACT = Context(prec=800)

Margin = Decimal | Fraction | int | None


def turning(op: Op, now: int, edge: Fraction) -> int | None:
    """Return the part nearest to *now* with which the outcome is the other one."""
    low, high = math.floor(edge), math.ceil(edge)
    if op is Op.EQUALS:
        if now == edge:
            return now - 1 if now else now + 1
        return low if low == high else None
    if op in (Op.AT_LEAST, Op.MORE_THAN):
        first = high if op is Op.AT_LEAST else low + 1
        return first if now < first else first - 1
    last = low if op is Op.AT_MOST else high - 1
    return last if now > last else last + 1


def slot_codes(fact: Fact | None, slot: typing.Any, says_empty: bool = False) -> tuple[ReasonCode, ...]:
    """Why a fact decides nothing; *says_empty* where the cell says what an empty whole means."""
    if fact is None:
        return ()
    if slot is Unclear.AMBIGUOUS:
        return (ReasonCode.AMBIGUOUS_CASE,)
    if slot is None:
        return (ReasonCode.FACT_MISSING,)
    return (ReasonCode.EMPTY_WHOLE,) if type(slot) is tuple and slot[1] == 0 and not says_empty else ()


def actual_of(slot: typing.Any) -> Actual | None:
    """Return a slot as an exact value: a float is what its shortest text says."""
    kind = type(slot)
    if kind is float:
        return Decimal(repr(slot))
    if kind is tuple:
        return Fraction(*slot) if slot[1] else None
    return None if slot is Unclear.AMBIGUOUS else typing.cast(Actual | None, slot)


def margin_of(fact: Fact, op: Op, cell: Cell) -> Callable[[typing.Any], Margin] | None:
    """Slack in the fact's unit; steps for an ordinal; None for yes/no, categories and sets."""
    required = cell.value
    if fact.type is FactType.ORDINAL and isinstance(required, str):
        values, goal = fact.values, fact.values.index(required)
        if op is Op.EQUALS:
            return lambda actual: -abs(values.index(actual) - goal)
        return lambda actual: values.index(actual) - goal
    if not isinstance(required, Decimal):
        return None
    limit, fraction = required, Fraction(required)

    def slack(actual: typing.Any) -> Decimal | Fraction:
        return actual - fraction if type(actual) is Fraction else _EXACT.subtract(actual, limit)

    if op is Op.EQUALS:
        return lambda actual: min(found := slack(actual), found.copy_negate() if isinstance(found, Decimal) else -found)
    if op in (Op.AT_MOST, Op.LESS_THAN):

        def reverse(actual: typing.Any) -> Decimal | Fraction:
            return fraction - actual if type(actual) is Fraction else _EXACT.subtract(limit, actual)

        return reverse
    return slack
