"""Which unit lies in which: the table of units, checked, and what lies below each."""

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, FactError, FactProblem, UnknownName, meant
from ntm_rules.model.aggregates import LEVELS
from ntm_rules.model.arguments import id_of
from ntm_rules.model.names import look_alike, one_form, units_alike
from ntm_rules.rules.read.provinces import Registry
from ntm_rules.tables.units import UnitFacts

_COLUMNS = ("unit", "level", "parent", "name", "province")


@public("levels")
@frozen
class Place:
    """One unit of a hierarchy.

    Attributes:
        unit: its code, as the facts name it.
        level: ``village``, ``commune``, ``township``, ``ward``, ``town``, ``district``, ``special-district`` or
            ``province``.
        parent: code of the unit it lies in; None at the top.
        name: how it is called; None where the table does not say.
        province: id in the registry of provinces; None where no province is named above it.
    """

    unit: str
    level: str
    parent: str | None = None
    name: str | None = None
    province: str | None = None


@frozen
class Nesting:
    """The units of a hierarchy, those below before those above.

    Attributes:
        places: by unit.
        below: for each unit, the units of each level that lie in it, however deep, in the order of the table.
        levels: every level of which the table has a unit.
    """

    places: Mapping[str, Place]
    below: Mapping[str, Mapping[str, tuple[str, ...]]]
    levels: frozenset[str]


def nesting_of(units: object, registry: Registry, width: int | None = None) -> Nesting:
    """Return the units of a table: a data frame, or mappings with unit, level, parent, name and province.

    Args:
        width: how many digits codes have.

    Raises:
        FactError: every problem of the table.
    """
    problems: list[FactProblem] = []
    rows: dict[str, Mapping[str, typing.Any]] = {}
    for row in _rows(units):
        unit = _id(row.get("unit"), "unit", None, width, problems)
        if unit is None:
            continue
        if unit in rows:
            problems.append(FactProblem(unit, "unit", unit, Message("expected.unit_once")))
        else:
            rows[unit] = row
    problems += units_alike(rows)
    parents = {unit: _parent(unit, row, rows, width, problems) for unit, row in rows.items()}
    _check_circles(parents, problems)
    if problems:
        raise FactError(problems)
    places = {unit: _place(unit, row, parents, rows, registry, problems) for unit, row in rows.items()}
    if problems:
        raise FactError(problems)
    return _nested(places)


def _id(value: object, key: str, unit: str | None, width: int | None, problems: list[FactProblem]) -> str | None:
    """Return the id of a unit; None where it is none, which is noted."""
    try:
        return id_of(value, key, width)
    except BadArgument:
        problems.append(FactProblem(unit, key, value, Message("expected.unit_code")))
        return None


def unknown_unit(unit: str, key: str, name: str, known: Iterable[str]) -> FactProblem:
    """Return the problem that a name is not that of a unit of the table, with the one that looks like it or is near."""
    known = tuple(known)
    alike = tuple(other for other in known if look_alike(other) == look_alike(name))
    hint = Message("hint.near", names=alike) if alike else meant(name, known)
    return FactProblem(unit, key, name, Message("expected.unit_of_table"), hint)


def facts_by_unit(facts: object, nesting: Nesting, width: int | None = None) -> Mapping[str, Mapping[str, typing.Any]]:
    """Return the facts of each unit: a mapping of mappings, the rows of ``tables.read``, or a data frame with ``unit``.

    Args:
        width: how many digits codes have.

    Raises:
        FactError: facts of a unit that is not in the table, or twice of one.
    """
    problems, found = list[FactProblem](), dict[str, Mapping[str, typing.Any]]()
    for given, values in _pairs(facts):
        unit = _id(given, "unit", None, width, problems)
        if unit is None:
            continue
        if unit not in nesting.places:
            problems.append(unknown_unit(unit, "unit", unit, nesting.places))
        elif unit in found:
            problems.append(FactProblem(unit, "unit", unit, Message("expected.facts_once")))
        found[unit] = values
    if problems:
        raise FactError(problems)
    return found


def _pairs(facts: object) -> Iterator[tuple[object, Mapping[str, typing.Any]]]:
    if isinstance(facts, Mapping):
        yield from facts.items()
        return
    for row in _rows(facts):
        if isinstance(row, UnitFacts):
            yield row.unit, row.sound()
        else:
            yield row.get("unit"), {name: value for name, value in row.items() if name != "unit"}


def _rows(table: object) -> Iterable[typing.Any]:
    """Return the rows of a data frame or of any iterable; what a frame has no value for is None."""
    if isinstance(table, Sequence | Mapping) or not hasattr(table, "columns"):
        return table.values() if isinstance(table, Mapping) else table  # type: ignore[return-value]
    import narwhals.stable.v2 as nw

    rows = nw.from_native(typing.cast(typing.Any, table), eager_only=True).rows(named=True)
    return ({name: None if value != value else value for name, value in row.items()} for row in rows)


def _text(row: Mapping[str, typing.Any], key: str, problems: list[FactProblem], unit: str | None) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return one_form(value or "") or None
    problems.append(FactProblem(unit, key, value, Message("expected.text")))
    return None


def _parent(
    unit: str,
    row: Mapping[str, typing.Any],
    rows: Mapping[str, object],
    width: int | None,
    problems: list[FactProblem],
) -> str | None:
    for key in row:
        if key not in _COLUMNS:
            problems.append(FactProblem(unit, str(key), row[key], Message("expected.column", names=_COLUMNS)))
    above = row.get("parent")
    parent = None if above in (None, "") else _id(above, "parent", unit, width, problems)
    if parent is not None and parent not in rows:
        problems.append(unknown_unit(unit, "parent", parent, rows))
        return None
    return parent


def _check_circles(parents: Mapping[str, str | None], problems: list[FactProblem]) -> None:
    for unit in parents:
        seen, above = {unit}, parents[unit]
        while above is not None and above not in seen:
            seen.add(above)
            above = parents[above]
        if above == unit:
            problems.append(FactProblem(unit, "parent", parents[unit], Message("expected.outside")))


def _place(
    unit: str,
    row: Mapping[str, typing.Any],
    parents: Mapping[str, str | None],
    rows: Mapping[str, Mapping[str, typing.Any]],
    registry: Registry,
    problems: list[FactProblem],
) -> Place:
    level = _text(row, "level", problems, unit)
    if level not in LEVELS:
        expected = Message("expected.one_of", names=LEVELS)
        problems.append(FactProblem(unit, "level", row.get("level"), expected, meant(level or "", LEVELS)))
    name = _text(row, "name", problems, unit)
    own = _text(row, "province", problems, unit) or _province_above(unit, parents, rows)
    province = None
    if own is not None:
        try:
            province = registry.resolve(own)
        except UnknownName as error:
            hint = Message("hint.near", names=error.suggestions) if error.suggestions else ""
            problems.append(FactProblem(unit, "province", own, Message("expected.province"), hint))
    return Place(unit, level or "", parents[unit], name, province)


def _province_above(
    unit: str, parents: Mapping[str, str | None], rows: Mapping[str, Mapping[str, typing.Any]]
) -> str | None:
    """Return what the table calls the province of a unit: in its row, else in the nearest row above that says it.

    What is not a text is noted where its own row is read.
    """
    above: str | None = unit
    while above is not None:
        row = rows[above]
        province, name = ((found if isinstance(found := row.get(key), str) else "") for key in ("province", "name"))
        if province or row.get("level") == "province":
            return province or name or above
        above = parents[above]
    return None


def _nested(places: Mapping[str, Place]) -> Nesting:
    below: dict[str, dict[str, list[str]]] = {unit: {} for unit in places}
    depth: dict[str, int] = {}
    for unit, place in places.items():
        above, steps = place.parent, 0
        while above is not None:
            below[above].setdefault(place.level, []).append(unit)
            above, steps = places[above].parent, steps + 1
        depth[unit] = steps
    order = sorted(places, key=lambda unit: -depth[unit])
    frozen_below = {u: {level: tuple(found) for level, found in below[u].items()} for u in order}
    levels = frozenset(place.level for place in places.values())
    return Nesting(MappingProxyType({u: places[u] for u in order}), MappingProxyType(frozen_below), levels)
