"""The composed ruleset as plain JSON, its hash, and the way back.

What affects outcomes, margins, reasons and evidence is in; titles, wording, notes, web addresses, file
positions and the library's version are out. The same JSON is what another engine needs to run the set.
"""

import datetime as dt
import functools
import hashlib
import json
import typing
import unicodedata
from decimal import Decimal

import attrs
from cattrs import Converter, transform_error
from cattrs.errors import ClassValidationError, IterableValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ntm_rules.messages.errors import Diagnostic, RulesetError
from ntm_rules.model import aggregates as a
from ntm_rules.model import conditions as c
from ntm_rules.model.facts import Measure
from ntm_rules.model.numbers import unsigned_zero
from ntm_rules.model.rulesets import Grade, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, Relative, Table, Threshold, Value

_PREFIX = "ntm1:"
_WORDS = {
    "title",
    "value_titles",
    "note",
    "source",
    "agency",
    "consistency",
    "told",
    "earlier",
    "disputed",
    "diagnostics",
    "catalogue",
    "unread",
    "changes",
    "met_means",
    "_kept",
}
_NODES = {n.__name__: n for n in typing.get_args(c.Condition)}
_RULES = {n.__name__: n for n in typing.get_args(c.Rule)}
_BELOW = {n.__name__: n for n in (a.UnitsThat, a.CriteriaNotMet, a.Satisfied, a.TierTested, a.ValueOf)}
_AGGREGATE = a.UnitsThat | a.CriteriaNotMet | a.Satisfied | a.TierTested | a.ValueOf
_TAGGED = (*_NODES.values(), *_RULES.values(), *_BELOW.values())


def decimal_text(number: Decimal) -> str:
    """Return *number* in plain digits without superfluous zeros: ``80``, ``62.3``, never ``8E+1`` or ``-0``."""
    text = format(unsigned_zero(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_canonical(ruleset: Ruleset) -> dict[str, typing.Any]:
    """Return the ruleset as plain JSON types, without words."""
    return typing.cast(dict[str, typing.Any], _converter().unstructure(ruleset, Ruleset))


def from_canonical(data: typing.Mapping[str, typing.Any]) -> Ruleset:
    """Return the ruleset of a canonical JSON object.

    Raises:
        RulesetError: the object is not one; every problem with its path.
    """
    try:
        return _converter().structure(data, Ruleset)
    except (ClassValidationError, IterableValidationError) as error:
        found = [Diagnostic.of("canonical", problem=text) for text in transform_error(error)]
        raise RulesetError(found) from error


def canonical_text(ruleset: Ruleset) -> str:
    """Return the text that is hashed: keys sorted by code point, no blanks, strings in NFC.

    The date that picked the law is left out: the layers say which law it is.
    """
    text = json.dumps(_undated(to_canonical(ruleset)), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text)


def _undated(data: typing.Any) -> typing.Any:
    """Return *data* without the ``on`` of the ruleset and of its prerequisites."""
    if isinstance(data, dict):
        return {key: _undated(value) for key, value in data.items() if key != "on"}
    return [_undated(item) for item in data] if isinstance(data, list | tuple) else data


def content_hash(ruleset: Ruleset) -> str:
    """``ntm1:`` and the SHA-256 of the canonical text in UTF-8."""
    return _PREFIX + hashlib.sha256(canonical_text(ruleset).encode()).hexdigest()


def _value_out(value: Value | None) -> typing.Any:
    if isinstance(value, Decimal):
        return {"number": decimal_text(value)}
    return sorted(value) if isinstance(value, tuple) else value


def _value_in(value: typing.Any) -> Value | None:
    if isinstance(value, dict):
        return Decimal(value["number"])
    return tuple(value) if isinstance(value, list) else typing.cast(Value | None, value)


def _then_out(value: c.Then | None, converter: Converter) -> typing.Any:
    return converter.unstructure(value, c.Ref) if isinstance(value, c.Ref) else _value_out(value)


def _then_in(data: typing.Any, converter: Converter) -> c.Then | None:
    if isinstance(data, dict) and "fact" in data:
        return converter.structure(data, c.Ref)
    return typing.cast("c.Then | None", _value_in(data))


def _table_out(table: Table, converter: Converter) -> typing.Any:
    cells = [{"key": list(key), "cell": converter.unstructure(cell, Cell)} for key, cell in sorted_cells(table)]
    return {"by": list(table.by), "cells": cells}


def _table_in(data: typing.Any, converter: Converter) -> Table:
    cells = tuple((tuple(entry["key"]), converter.structure(entry["cell"], Cell)) for entry in data["cells"])
    return Table(tuple(data["by"]), cells)


def sorted_cells(table: Table) -> list[tuple[tuple[str, ...], Cell]]:
    """Return the cells of a table sorted by selector values."""
    return sorted(table.cells, key=lambda entry: entry[0])


def _threshold_in(data: typing.Any, converter: Converter) -> Threshold:
    target: typing.Any = Table if "by" in data else Relative if "of" in data else Cell
    return typing.cast(Threshold, converter.structure(data, target))


def _tagged_in(data: typing.Any, converter: Converter, classes: typing.Mapping[str, type]) -> typing.Any:
    tag = data["node"]
    if tag not in classes:
        raise ValueError(f"unknown node `{tag}`")
    return converter.structure(data, classes[tag])


def _build() -> Converter:
    """One converter for both directions; words are left out by name, unions told apart by ``node`` or shape."""
    converter = Converter(forbid_extra_keys=True)
    names = vars(c) | {"Ruleset": Ruleset, "Cell": Cell, "Table": Table, "dt": dt, "typing": typing}
    for cls in (c.All, c.Any, c.AtLeast, c.Not, c.Meets, c.CaseRow, c.Scored, Grade, Cell, Relative):
        attrs.resolve_types(cls, names)

    def hook(kind: typing.Any, structure: typing.Callable[[typing.Any], typing.Any]) -> None:
        converter.register_structure_hook_func(lambda t: t == kind, lambda data, _: structure(data))

    converter.register_unstructure_hook(dt.date, lambda date: date.isoformat())
    hook(dt.date, dt.date.fromisoformat)
    converter.register_unstructure_hook(Decimal, decimal_text)
    hook(Decimal, Decimal)
    hook(Value | None, _value_in)
    for then in (c.Then, c.Then | None):
        hook(then, lambda data: _then_in(data, converter))
    converter.register_unstructure_hook_func(
        lambda t: t in (c.Then, c.Then | None), lambda value: _then_out(value, converter)
    )
    hook(c.Condition, lambda data: _tagged_in(data, converter, _NODES))
    hook(c.Condition | None, lambda data: data and _tagged_in(data, converter, _NODES))
    hook(c.Rule, lambda data: _tagged_in(data, converter, _RULES))
    hook(_AGGREGATE, lambda data: _tagged_in(data, converter, _BELOW))
    for threshold in (Cell | Table, Threshold):
        hook(threshold, lambda data: _threshold_in(data, converter))
    hook(Cell | Table | None, lambda data: data and _threshold_in(data, converter))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _structure_of(cls, converter))
    converter.register_unstructure_hook_factory(attrs.has, lambda cls: _unstructure_of(cls, converter))
    # Measures and tables come after the hooks for every class: the last that fits is taken.
    converter.register_unstructure_hook(Table, lambda table: _table_out(table, converter))
    converter.register_structure_hook(Table, lambda data, _: _table_in(data, converter))
    converter.register_unstructure_hook(Measure, lambda measure: measure.id)
    hook(Measure, lambda text: Measure(text, Text(text, text)))
    return converter


def _overrides(cls: type) -> dict[str, typing.Any]:
    found: dict[str, typing.Any] = {f.name: override(omit=True) for f in attrs.fields(cls) if f.name in _WORDS}
    if cls is Cell:
        found["value"] = override(unstruct_hook=_value_out)
    return found


def _structure_of(cls: type, converter: Converter) -> typing.Any:
    plain: typing.Any = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True, **_overrides(cls))
    if cls in _TAGGED:
        return lambda data, _: plain({k: v for k, v in data.items() if k != "node"}, cls)
    return plain


def _unstructure_of(cls: type, converter: Converter) -> typing.Any:
    plain: typing.Any = make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **_overrides(cls))
    if cls in _TAGGED:
        return lambda node: {"node": cls.__name__} | plain(node)
    return plain


@functools.cache
def _converter() -> Converter:
    return _build()
