"""The columns of a lazy frame as expressions: numbers as float64, levels as places, bad values taken out."""

import typing
from collections.abc import Sequence

import narwhals as nw
from attrs import define

from ntm_rules.frames.arrays.readers import AS_FLAGS
from ntm_rules.frames.base.column import FLAGS, NUMBERS, TEXTS
from ntm_rules.frames.query.ranks import first_of
from ntm_rules.frames.query.ratios import join_growing, join_ratios
from ntm_rules.frames.query.stages import Slot, Stages, divided, is_near, null, small, whole_where_small
from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, TableError
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.numbers import MAX_DIGITS, SMALLEST
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.spans import growing
from ntm_rules.verdict.facts import bounds
from ntm_rules.verdict.program import program_of


@define
class FrameFacts:
    """The facts of a ruleset in a frame.

    Attributes:
        slots: by id, with those for the most that facts may become.
        bad: true where a fact has a bad value, by id; only of facts that can have one.
    """

    slots: dict[str, Slot]
    bad: dict[str, nw.Expr]


def read_facts(ruleset: Ruleset, stages: Stages, names: Sequence[str], cast: str) -> FrameFacts:
    """Put the facts of the columns *names* in slots.

    Args:
        cast: how a column of texts is turned into numbers, with ``{name}`` for its name.

    Raises:
        TableError: columns of another type than their facts.
    """
    schema = stages.frame.collect_schema()
    given = [fact for fact in ruleset.facts if fact.id in names]
    problems = [found for f in given if (found := _unfit(f, schema[f.id], cast)) is not None]
    if problems:
        raise TableError(problems)
    checker = program_of(ruleset).checker
    slots = {fact.id: Slot(_fixed(fact, checker.bound.get(fact.id))) for fact in ruleset.facts}
    bad: dict[str, nw.Expr] = {}
    for fact in given:
        value, wrong = _read(fact, schema[fact.id], checker.bound.get(fact.id), fact.id in checker.stepped)
        if wrong is not None:
            bad[fact.id] = stages.add(wrong)
        slots[fact.id] = Slot(stages.add(value), invalid=bad.get(fact.id))
    stages.step(alone=True)  # from here on a fact is its checked column, whatever the caller's was
    join_ratios(stages, slots, bad, set(names), checker.ratios, checker.derived)
    join_growing(stages, slots, bad, set(names), growing(ruleset))
    return FrameFacts(slots, bad)


def _fixed(fact: Fact, bound: str | None) -> nw.Expr:
    """Return the value that province or year fixes; a null without one."""
    return _nothing(fact) if bound is None else nw.lit(fact.values.index(bound), dtype=nw.Int16)


def _read(fact: Fact, kind: typing.Any, bound: str | None, stepped: bool) -> tuple[nw.Expr, nw.Expr | None]:
    """Return the value of a column, null where it is bad; and where it is, None where it can never be."""
    value, wrong = _value(fact, kind), _wrong(fact, kind, stepped)
    if wrong is None:
        return value, None
    if bound is not None:
        value = _fixed(fact, bound)
        wrong = wrong | (nw.col(fact.id).cast(nw.String) != bound).fill_null(False)
    return nw.when(~wrong).then(value).otherwise(_nothing(fact)), wrong


def _nothing(fact: Fact) -> nw.Expr:
    if fact.type.numeric:
        return null(nw.Float64)
    return null(nw.Boolean if fact.type is FactType.BOOLEAN else nw.Int16)


def _unfit(fact: Fact, kind: typing.Any, cast: str) -> Diagnostic | None:
    """Return what is wrong with the type of a column."""
    wanted = NUMBERS if fact.type.numeric else FLAGS if fact.type is FactType.BOOLEAN else TEXTS
    is_text = kind in (nw.String, nw.Categorical, nw.Enum)
    fits = {NUMBERS: kind.is_numeric(), FLAGS: kind == nw.Boolean or kind.is_numeric()}.get(wanted, is_text)
    if fits or kind == nw.Unknown or (fact.type is FactType.ORDINAL and kind.is_integer()):
        return None
    held = TEXTS if is_text else Message("holds.type", type=str(kind))
    message = Message("table.type", name=fact.id, held=held, wanted=wanted)
    hint: Sentence = ""
    if is_text:
        hint = AS_FLAGS if wanted == FLAGS else Message("hint.cast", how=cast.format(name=fact.id))
    return Diagnostic("table.type", message, hint=hint)


def _value(fact: Fact, kind: typing.Any) -> nw.Expr:
    """Return a column in the type of its slot."""
    column = nw.col(fact.id)
    if fact.type is FactType.COUNT and not kind.is_integer():
        return whole_where_small(_number(fact, kind))
    if fact.type.numeric:
        return _number(fact, kind)
    if fact.type is FactType.BOOLEAN:
        return column if kind == nw.Boolean else column == 1
    texts = _texts(column, kind)
    return first_of(
        [(texts == value, nw.lit(place, dtype=nw.Int16)) for place, value in enumerate(fact.values)], nw.Int16
    )


def _number(fact: Fact, kind: typing.Any) -> nw.Expr:
    """Return a column of numbers as float64; a float32 is read through its shortest text, as it is printed."""
    column = nw.col(fact.id)
    if kind == nw.Float64:
        return column
    return (column.cast(nw.String) if kind == nw.Float32 else column).cast(nw.Float64)


def _texts(column: nw.Expr, kind: typing.Any) -> nw.Expr:
    return column if kind == nw.String else column.cast(nw.String)


def _wrong(fact: Fact, kind: typing.Any, stepped: bool) -> nw.Expr | None:
    """Return True where a column has a bad value; None where it can have none; *stepped* as for ``check_of``."""
    column = nw.col(fact.id)
    if fact.type is FactType.BOOLEAN:
        return None if kind == nw.Boolean else ((column != 0) & (column != 1)).fill_null(False)
    if not fact.type.numeric:
        return (~_texts(column, kind).is_in(list(fact.values))).fill_null(False)
    found, value = _out_of_bounds(fact, kind), _number(fact, kind)
    if fact.type is FactType.COUNT and not kind.is_integer():
        found = found | ~is_near(value, whole_where_small(value))
    if stepped and not kind.is_integer():
        power, moderate = float(10**fact.decimals), small(value)
        found = found | ~is_near(value, divided((moderate * power).round(0), power))
    many = _many_digits(fact, kind)
    return (found if many is None else found | many).fill_null(False)


def _out_of_bounds(fact: Fact, kind: typing.Any) -> nw.Expr:
    value, (low, high) = _number(fact, kind), bounds(fact)
    found = (value < low) | (value > high)
    if kind.is_float() or kind == nw.Unknown:  # NaN is on no side of a bound
        found = found | ~value.is_finite()
        if fact.type is not FactType.COUNT:
            found = found | ((value.abs() < SMALLEST) & (value != 0))
    return found


def _many_digits(fact: Fact, kind: typing.Any) -> nw.Expr | None:
    """Return True where a number has more significant digits than a float64 holds; None where none can."""
    column = nw.col(fact.id)
    if kind.is_integer() and bounds(fact)[1] >= 10.0**MAX_DIGITS:
        return _many_digits_of_integer(column)
    if kind.is_decimal() and (getattr(kind, "precision", None) or 38) > MAX_DIGITS:
        digits = column.cast(nw.String).str.replace_all(r"[-.]", "").str.replace_all("^0+|0+$", "")
        return digits.str.len_chars() > MAX_DIGITS
    return None


def _many_digits_of_integer(column: nw.Expr) -> nw.Expr:
    """Return True where an integer has more than ``MAX_DIGITS`` significant digits."""
    size = column.abs()
    found = nw.lit(False)
    for extra in range(1, 5):
        found = found | ((size >= 10 ** (MAX_DIGITS + extra - 1)) & (column % 10**extra != 0))
    return found
