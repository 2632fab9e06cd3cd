"""Values as plain JSON types: the one converter for all JSON that the library writes.

Exact numbers are texts, dates ISO, enums their public codes; a fact, a measure and a grade are their ids, a title is
in both languages. Values whose fields are the keys need no more. Where a key has another name, or follows from
something, the room that writes it says so: with ``form_of_fields``, or with a function decorated with ``form``.
"""

import datetime as dt
import functools
import json
import typing
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from operator import attrgetter

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from ntm_rules.model.canonical import decimal_text
from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.facts import Fact, Measure
from ntm_rules.model.kept import by_identity
from ntm_rules.model.numbers import MAX_DIGITS, written
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade, Ruleset

Json = dict[str, typing.Any]
Value = typing.TypeVar("Value")

# what is plain holds nothing twice, so there are no circles to look for
_LINE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))

_CONVERTER = Converter(unstruct_collection_overrides={tuple: list})


class _Hooks(dict[type, Callable[[typing.Any], typing.Any]]):
    """How each class is written: the converter is asked once, a look-up of ours costs a tenth of one of its calls."""

    def __missing__(self, cls: type) -> Callable[[typing.Any], typing.Any]:
        self[cls] = _CONVERTER.get_unstructure_hook(cls)
        return self[cls]


_HOOKS = _Hooks()
_AS_THEY_ARE = frozenset((str, int, bool, type(None)))


def plain(value: object) -> typing.Any:
    """*value* and all that is in it as plain JSON types."""
    return value if value.__class__ in _AS_THEY_ARE else _HOOKS[value.__class__](value)


def plain_object(keys: Json) -> Json:
    """*keys*, a new mapping, with its values made plain in place; most are what JSON has and cost no call."""
    for key, value in keys.items():
        if value.__class__ not in _AS_THEY_ARE:
            keys[key] = _HOOKS[value.__class__](value)
    return keys


def keys_of(value: object, *names: str) -> Json:
    """Return the keys that are named like attributes of *value*."""
    return {name: getattr(value, name) for name in names}


def figure(value: object) -> typing.Any:
    """Return a figure that is exact whatever reads it: integers and floats are texts too."""
    if isinstance(value, float):
        text = f"{float(value):.{MAX_DIGITS}g}"  # the text of `written`, but for a zero with a sign and for powers
        return text if value and "e" not in text else decimal_text(typing.cast(Decimal, written(float(value))))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else plain(value)


def form(keys: Callable[[Value], Json]) -> Callable[[Value], Json]:
    """Decorate the function that says how a class is written: its keys, with values that are made plain in turn.

    The class is that of the argument; its subclasses are written so too.
    """

    @functools.wraps(keys)
    def written(value: Value) -> Json:
        return plain_object(keys(value))

    return plain_form(written)


def plain_form(write: Callable[[Value], Json]) -> Callable[[Value], Json]:
    """Decorate the function that writes a class as ``form`` does, and whose values are plain already."""
    cls = next(of for name, of in typing.get_type_hints(write).items() if name != "return")
    _write(cls, write)
    return write


def form_of_fields(cls: type, **other: typing.Any) -> None:
    """Say how a class is written whose fields are the keys, but for some: cattrs' ``override`` by field."""
    _write(cls, make_dict_unstructure_fn(cls, _CONVERTER, **other))


def one_line(data: object) -> str:
    """Plain JSON types as one line of JSON."""
    return _LINE.encode(data)


def _write(cls: type, hook: Callable[[typing.Any], object]) -> None:
    # by a predicate, since a class itself would have to resolve names of classes that its module does not know
    _CONVERTER.register_unstructure_hook_func(lambda found: isinstance(found, type) and issubclass(found, cls), hook)
    _HOOKS.clear()


def _items(values: Iterable[object]) -> list[typing.Any]:
    return [v if v.__class__ in _AS_THEY_ARE else _HOOKS[v.__class__](v) for v in values]


def _ratio(number: Fraction) -> str:
    return f"{number.numerator}/{number.denominator}" if number.denominator != 1 else str(number.numerator)


_HOW: dict[type, Callable[[typing.Any], object]] = {
    Mapping: lambda values: plain_object({plain(key): value for key, value in values.items()}),
    list: _items,
    tuple: _items,
    Decimal: decimal_text,
    Fraction: _ratio,
    dt.date: dt.date.isoformat,
    Enum: attrgetter("_value_"),
    Outcome: tuple(outcome.code for outcome in Outcome).__getitem__,
    Fact: attrgetter("id"),
    Measure: attrgetter("id"),
    Grade: attrgetter("id"),
}
for _class, _way in _HOW.items():
    _write(_class, _way)

# which instrument it is: a title is not part of that
form_of_fields(Instrument, title=override(omit=True))


@plain_form
def _citation(citation: Citation) -> Json:
    return _cited(citation).copy()


@by_identity(5_000)  # many values cite the same place
def _cited(citation: Citation) -> Json:
    of = citation.instrument
    keys = {"issuer": of.issuer, "number": of.number, "date": of.date}
    return plain_object({**keys, "annex": citation.annex, "point": citation.point})


@form
def which_set(ruleset: Ruleset) -> Json:
    """Which set it is."""
    names = ("period", "on", "year", "province", "territory", "content_hash")
    return {"ruleset": ruleset.id, **keys_of(ruleset, *names)}
