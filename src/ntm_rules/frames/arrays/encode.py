"""Facts of many units as columns: every value is checked as ``assess`` does, each once however many units have it."""

import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from ntm_rules.frames.base.column import FLAGS, NUMBERS, TEXTS, Column
from ntm_rules.frames.base.vectors import Array, Mask
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.verdict.facts import BadValue, Slot, check_of

_BARE = (Decimal, bool, int, float, str, type(None))
"""Values without annotations: to ask them whether they are mappings takes longer than all else."""


def places_of(values: Sequence[object]) -> tuple[Array, list[object]]:
    """Return the different values, and which of them each unit has.

    Values are told apart as objects: 1 is not True, and what was read from the same text is the same object.
    """
    distinct = {id(value): value for value in values}
    place = {key: number for number, key in enumerate(distinct)}
    return np.fromiter(map(place.__getitem__, map(id, values)), np.intp, len(values)), list(distinct.values())


def column_of(fact: Fact, places: Array, values: Sequence[object]) -> tuple[Column, Mask | None]:
    """Return a column of a fact, and the rows to look at one by one: a bad value, or one with annotations.

    Args:
        places: for each row the place of its value in *values*.
        values: as a caller would give them to ``assess``, bad ones included; None is missing.
    """
    check, slots = check_of(fact), list[Slot]()
    odd = np.zeros(len(values), np.bool_)
    for place, value in enumerate(values):
        annotated = not isinstance(value, _BARE) and isinstance(value, Mapping)
        inner = typing.cast(Mapping[str, object], value).get("value") if annotated else value
        try:
            slots.append(None if inner is None else check(inner))
        except BadValue:
            annotated = True
            slots.append(None)
        odd[place] = annotated or (fact.ratio is not None and _long_written(inner))
    return _column(fact, places, slots), odd[places] if odd.any() else None


def _long_written(value: object) -> bool:
    """Return True where a share is written with zeros at its end, to which part and whole are held: floats forget."""
    if not isinstance(value, Decimal):
        return False
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and exponent < 0 and digits[-1] == 0


def _column(fact: Fact, places: Array, slots: Sequence[Slot]) -> Column:
    if fact.type.numeric:
        numbers = np.array([np.nan if slot is None else slot for slot in slots], np.float64)
        return Column(fact.id, NUMBERS, numbers[places], nan_is_missing=True)
    if fact.type is FactType.BOOLEAN:
        flags = np.array([slot is True for slot in slots], np.bool_)[places]
        missing = np.array([slot is None for slot in slots], np.bool_)[places]
        return Column(fact.id, FLAGS, flags, (lambda a, b: missing[a:b]) if missing.any() else None)
    codes = {value: code for code, value in enumerate(fact.values)}
    coded = np.array([-1 if slot is None else codes[typing.cast(str, slot)] for slot in slots], np.intp)
    return Column(fact.id, TEXTS, coded[places], labels=fact.values)
