"""The columns of a lazy frame as expressions: numbers as float64, levels as places, bad values taken out."""

import typing
from collections.abc import Sequence

import narwhals as nw
from attrs import define

from ntm_rules.frames.arrays.readers import AS_FLAGS
from ntm_rules.frames.base.column import FLAGS, NUMBERS, TEXTS
from ntm_rules.frames.query.ratios import join_growing, join_ratios
from ntm_rules.frames.query.stages import Slot, Stages, divided, is_near, null, small, where, whole_where_small
from ntm_rules.frames.query.truth import first_of, when_any
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
    for fact in given:
        value = _value(fact, schema[fact.id], fact.id in checker.stepped)
        bound = checker.bound.get(fact.id)
        if bound is not None:  # another value than that of province or year is a bad one
            value = where(value == fact.values.index(bound), value, nw.Int16)
        slots[fact.id] = Slot(stages.add(value))
    stages.step()
    bad = {
        fact.id: stages.add(slots[fact.id].value.is_null() & ~nw.col(fact.id).is_null())
        for fact in given
        if fact.id in checker.bound or _may_be_bad(fact, schema[fact.id])
    }
    for fact in given:
        value, wrong = slots[fact.id].value, bad.get(fact.id)
        if fact.id in checker.bound and wrong is not None:
            value = where(~wrong, _fixed(fact, checker.bound[fact.id]), nw.Int16)
        slots[fact.id] = Slot(stages.add(value), invalid=wrong)
    stages.step(alone=True)  # from here on a fact is its checked column, whatever the caller's was
    join_ratios(stages, slots, bad, set(names), checker.ratios, checker.derived)
    join_growing(stages, slots, bad, set(names), growing(ruleset))
    return FrameFacts(slots, bad)


def _fixed(fact: Fact, bound: str | None) -> nw.Expr:
    """Return the value that province or year fixes; a null without one."""
    if bound is not None:
        return nw.lit(fact.values.index(bound), dtype=nw.Int16)
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


def _value(fact: Fact, kind: typing.Any, stepped: bool) -> nw.Expr:
    """Return a column in the type of its slot, null where it is missing or bad; *stepped* as for ``check_of``."""
    column = nw.col(fact.id)
    if fact.type.numeric:
        return _good(fact, kind, stepped)
    if fact.type is FactType.BOOLEAN:
        return (
            column
            if kind == nw.Boolean
            else when_any([(column == 1, nw.lit(True)), (column == 0, nw.lit(False))], null(nw.Boolean))
        )
    known = [value for value in fact.values if kind != nw.Enum or value in kind.categories]
    texts = column if kind in (nw.String, nw.Enum) else column.cast(nw.String)
    places = [(texts == value, nw.lit(fact.values.index(value), dtype=nw.Int16)) for value in known]
    return first_of(places, nw.Int16) if places else null(nw.Int16)


def _may_be_bad(fact: Fact, kind: typing.Any) -> bool:
    """Return whether a column can hold a bad value."""
    if fact.type is FactType.BOOLEAN:
        return bool(kind != nw.Boolean)
    return fact.type.numeric or kind != nw.Enum or not set(kind.categories) <= set(fact.values)


def _good(fact: Fact, kind: typing.Any, stepped: bool) -> nw.Expr:
    """Return a column of numbers as float64, null where it is missing or no number of the fact's."""
    found, whole = where(_inside(fact, kind), _number(fact, kind), nw.Float64), kind.is_integer()
    if fact.type is FactType.COUNT and not whole:
        nearest = whole_where_small(found)
        found = where(is_near(found, nearest), nearest, nw.Float64)
    if stepped and not whole:
        power = float(10**fact.decimals)
        found = where(is_near(found, divided((small(found) * power).round(0), power)), found, nw.Float64)
    many = _many_digits(fact, kind)
    return found if many is None else where(~many, found, nw.Float64)


def _number(fact: Fact, kind: typing.Any) -> nw.Expr:
    """Return a column of numbers as float64; a float32 is read through its shortest text, as it is printed."""
    column = nw.col(fact.id)
    if kind == nw.Float64:
        return column
    return (column.cast(nw.String) if kind == nw.Float32 else column).cast(nw.Float64)


def _inside(fact: Fact, kind: typing.Any) -> nw.Expr:
    """Return True where a number is within the bounds of a fact and not too small: NaN never is."""
    value, (low, high) = _number(fact, kind), bounds(fact)
    if fact.type is FactType.COUNT or not (kind.is_float() or kind == nw.Unknown) or low >= SMALLEST:
        return (value >= low) & (value <= high)
    if low < 0:
        return (value >= low) & (value <= high) & ((value.abs() >= SMALLEST) | (value == 0))
    return (value == 0) | ((value >= SMALLEST) & (value <= high))


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
