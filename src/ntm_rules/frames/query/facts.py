"""The columns of a lazy frame as expressions: numbers as float64, levels as places, bad values taken out."""

import typing
from collections.abc import Sequence

import narwhals as nw
from attrs import define

from ntm_rules.frames.base.holds import FLAGS, NOTHING, NUMBERS, TEXTS, unfit
from ntm_rules.frames.query.consistency import join_counts
from ntm_rules.frames.query.expressions import (
    FALSE,
    TRUE,
    Expr,
    Kind,
    col,
    first_true,
    lit,
    null,
    some,
    where,
)
from ntm_rules.frames.query.ratios import join_growing, join_ratios
from ntm_rules.frames.query.stages import Slot, Stages, is_near, small
from ntm_rules.frames.query.truth import first_of, unknown
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import TableError
from ntm_rules.model.citations import Evidence
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.numbers import MAX_DIGITS, SMALLEST
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.spans import growing
from ntm_rules.model.stated import given_facts, may_be_given, stated
from ntm_rules.verdict.facts import bounds
from ntm_rules.verdict.program import program_of


@define
class FrameFacts:
    """The facts of a ruleset in a frame.

    Attributes:
        slots: by id, with those for the most that facts may become and for what is given of derived facts.
        bad: true where a fact has a bad value, by id; only of facts that can have one.
        checked: the slots without what only a list says that was not held against its decision, of such facts.
    """

    slots: dict[str, Slot]
    bad: dict[str, Expr]
    checked: dict[str, Slot]


def read_facts(
    ruleset: Ruleset, stages: Stages, names: Sequence[str], cast: str, unit: str | None = None
) -> FrameFacts:
    """Put the facts of the columns *names* in slots.

    Args:
        cast: how a column of texts is turned into numbers, with ``{name}`` for its name.
        unit: the column that names the unit, by whose code lists have it.

    Raises:
        TableError: columns of another type than their facts.
    """
    schema = stages.schema
    given = [fact for fact in given_facts(ruleset) if fact.id in names]
    kinds = [(fact, schema[fact.id]) for fact in given]
    problems = [unfit(fact, held(kind), kind.is_integer(), cast) for fact, kind in kinds]
    if any(problems):
        raise TableError([problem for problem in problems if problem is not None])
    checker = program_of(ruleset).checker
    slots = {fact.id: Slot(_fixed(fact, checker.bound.get(fact.id))) for fact in ruleset.facts}
    read = {fact.id: stages.add(_read(fact, schema[fact.id]), fact.id) for fact in given}
    listed = _listed(ruleset, stages, unit)
    stages.step("read")
    for fact in given:
        value = read[fact.id]
        if fact.type.numeric:
            value = _good(fact, schema[fact.id], value, fact.id in checker.stepped)
        bound = checker.bound.get(fact.id)
        if bound is not None:  # another value than that of province or year is a bad one
            value = where(value == fact.values.index(bound), value, Kind.INT16)
        if fact.id in listed:
            value = where((value == listed[fact.id]).known_or(True), value, Kind.INT16)
        slots[fact.id] = Slot(stages.add(value, fact.id))
    stages.step("checked")
    bad = {
        fact.id: stages.add(slots[fact.id].value.is_null() & ~col(fact.id).is_null(), f"{fact.id}_bad")
        for fact in given
        if fact.id in {*checker.bound, *listed} or _may_be_bad(fact, schema[fact.id])
    }
    for fact in given:
        value, wrong = slots[fact.id].value, bad.get(fact.id)
        if fact.id in checker.bound and wrong is not None:
            value = where(~wrong, _fixed(fact, checker.bound[fact.id]), Kind.INT16)
        slots[fact.id] = Slot(stages.add(value, fact.id), invalid=wrong)
    stages.step("known")
    checked = {name: slots[name] for name in listed if not checker.lists[name][0].settles(Evidence.OFFICIAL)}
    for name, value in listed.items():
        own, wrong = slots[name].value, bad.get(name)
        found = own.known_or(value) if wrong is None else where(~wrong, own.known_or(value), Kind.INT16)
        slots[name] = Slot(stages.add(found, f"{name} by list"), invalid=wrong)
    stages.step("listed")
    join_counts(stages, slots, bad, set(names), checker.counts)
    join_ratios(stages, slots, bad, set(names), checker.ratios, checker.derived, checker.shares)
    join_growing(stages, slots, bad, set(names), growing(ruleset))
    for name in may_be_given(ruleset).keys() & slots.keys():
        slots[stated(name)] = slots.pop(name)
    return FrameFacts(slots, bad, checked)


def _listed(ruleset: Ruleset, stages: Stages, unit: str | None) -> dict[str, Expr]:
    """Return what lists decide of each unit by its code, by fact: one look-up of the codes, whatever reads it."""
    if unit is None:
        return {}
    kind = stages.schema[unit]
    code = col(unit) if kind == nw.String else col(unit).cast(Kind.TEXT)
    facts, found = {fact.id: fact for fact in ruleset.facts}, dict[str, Expr]()
    for name, (each, _) in program_of(ruleset).checker.lists.items():
        classes = each.codes_by_class().items()
        cases = [(code.is_in(codes), lit(facts[name].values.index(value), Kind.INT16)) for value, codes in classes]
        found[name] = stages.add(first_of(cases, Kind.INT16), f"{name} by code")
    return found


def _fixed(fact: Fact, bound: str | None) -> Expr:
    """Return the value that province or year fixes; a null without one."""
    if bound is not None:
        return lit(fact.values.index(bound), Kind.INT16)
    if fact.type.numeric:
        return null(Kind.FLOAT)
    return null(Kind.BOOLEAN if fact.type is FactType.BOOLEAN else Kind.INT16)


def held(kind: typing.Any) -> Message:
    """Return what a column of a type holds; of a type that is not known it may be anything."""
    if kind == nw.Unknown:
        return NOTHING
    if kind.is_numeric():
        return NUMBERS
    if kind in (nw.String, nw.Categorical, nw.Enum):
        return TEXTS
    return FLAGS if kind == nw.Boolean else Message("holds.type", type=str(kind))


def _read(fact: Fact, kind: typing.Any) -> Expr:
    """Return a column in the type of its slot, null where it is missing or out of bounds."""
    column = col(fact.id)
    if fact.type.numeric:
        return where(_inside(fact, kind), _number(fact, kind), Kind.FLOAT)
    if fact.type is FactType.BOOLEAN:
        return column if kind == nw.Boolean else first_true([(column == 1, TRUE), (column == 0, FALSE)], unknown())
    known = [value for value in fact.values if kind != nw.Enum or value in kind.categories]
    if not known:
        return null(Kind.INT16)
    texts = column if kind in (nw.String, nw.Enum, nw.Categorical) else column.cast(Kind.TEXT)
    return first_of([(texts == value, lit(fact.values.index(value), Kind.INT16)) for value in known], Kind.INT16)


def _may_be_bad(fact: Fact, kind: typing.Any) -> bool:
    """Return whether a column can hold a bad value."""
    if fact.type is FactType.BOOLEAN:
        return bool(kind != nw.Boolean)
    return fact.type.numeric or kind != nw.Enum or not set(kind.categories) <= set(fact.values)


def _good(fact: Fact, kind: typing.Any, found: Expr, stepped: bool) -> Expr:
    """Return a number within bounds, null where it is none of the fact's; *stepped* as for ``check_of``."""
    whole = kind.is_integer()
    if fact.type is FactType.COUNT and not whole:
        nearest = found.round()
        size = found if bounds(fact)[0] >= 0 else None
        found = where(is_near(found, nearest, size), nearest, Kind.FLOAT)
    if stepped and not whole:
        power = float(10**fact.decimals)
        found = where(is_near(found, (small(found) * power).round() / power), found, Kind.FLOAT)
    many = _many_digits(fact, kind)
    return found if many is None else where(~many, found, Kind.FLOAT)


def _number(fact: Fact, kind: typing.Any) -> Expr:
    """Return a column of numbers as float64; a float32 is read through its shortest text, as it is printed."""
    column = col(fact.id)
    if kind == nw.Float64:
        return column
    return (column.cast(Kind.TEXT) if kind == nw.Float32 else column).cast(Kind.FLOAT)


def _inside(fact: Fact, kind: typing.Any) -> Expr:
    """Return True where a number is within the bounds of a fact and not too small: NaN never is."""
    value, (low, high) = _number(fact, kind), bounds(fact)
    if fact.type is FactType.COUNT or not (kind.is_float() or kind == nw.Unknown) or low >= SMALLEST:
        return value.between(low, high)
    if low < 0:
        return value.between(low, high) & ((value.abs() >= SMALLEST) | (value == 0))
    return value.between(SMALLEST, high) | (value == 0)


def _many_digits(fact: Fact, kind: typing.Any) -> Expr | None:
    """Return True where a number has more significant digits than a float64 holds; None where none can."""
    column = col(fact.id)
    if kind.is_integer() and bounds(fact)[1] >= 10.0**MAX_DIGITS:
        sizes = [(10 ** (MAX_DIGITS + extra), 10**extra) for extra in range(1, 5)]
        return some([(column.abs() >= size // 10) & (column % power != 0) for size, power in sizes])
    if kind.is_decimal() and (getattr(kind, "precision", None) or 38) > MAX_DIGITS:
        return column.cast(Kind.TEXT).digits() > MAX_DIGITS
    return None
