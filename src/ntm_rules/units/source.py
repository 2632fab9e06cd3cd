"""The data of the package ``vietnamadminunits``, read without running it: it imports much that is not needed here."""

import csv
import datetime as dt
import importlib.util
import json
import sqlite3
import typing
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.rules.folders import bundled_folder
from ntm_rules.units.names import KINDS
from ntm_rules.units.unit import Level, Succession, Unit

CHANGE = dt.date(2025, 7, 1)
"""The day on which the two-tier units began."""

BEFORE = CHANGE - dt.timedelta(days=1)
"""The first day of which the package knows anything, and the last of the three-tier units."""

HINT = Message("hint.extra", extra="units")
_LEVELS = {
    "Huyện": Level.DISTRICT,
    "Quận": Level.URBAN_DISTRICT,
    "Thị xã": Level.TOWN,
    "Thành phố": Level.TOWN,
    "Xã": Level.COMMUNE,
    "Thị trấn": Level.TOWNSHIP,
    "Phường": Level.WARD,
    "Đặc khu": Level.SPECIAL_ZONE,
}
_OLD = """
    SELECT province, district, ward, provinceCode, districtCode, wardCode,
           provinceKey, provinceKey || '_' || districtKey || '_' || coalesce(wardKey, '')
    FROM admin_units_legacy"""
_NEW = "SELECT province, ward, provinceCode, wardCode, provinceKey, provinceKey || '_' || wardKey FROM admin_units"

_Converter = Mapping[str, Mapping[str, typing.Any]]
_ByKey = dict[str, Unit]
_Pair = tuple[str, str]


@frozen
class _State:
    """The units of one state: all of them, and by the keys of the package."""

    units: dict[str, Unit]
    provinces: _ByKey
    lowest: _ByKey


def read_package() -> tuple[tuple[Unit, ...], tuple[Succession, ...]]:
    """Return the units of the package and which took over which, known errors of the package mended.

    Raises:
        EngineUnavailable: the package is not installed, or its data cannot be read.
    """
    data = _data_folder()
    try:
        converter: _Converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
        with closing(sqlite3.connect(f"{(data / 'dataset.db').as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            merged = frozenset(new for new, old in converter["DICT_PROVINCE"].items() if len(old) > 1)
            gone = frozenset(key for new in merged for key in converter["DICT_PROVINCE"][new])
            old, new = _old_state(database, gone), _new_state(database, merged)
        links = [*_provinces(converter, old, new), *_lowest(converter, old, new)]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, sqlite3.Error) as error:
        found = f"{type(error).__name__}: {error}"
        raise EngineUnavailable(Message("engine.units_data", error=found), HINT) from error
    return tuple(dict.fromkeys([*old.units.values(), *new.units.values()])), tuple(links)


def _data_folder() -> Path:
    spec = importlib.util.find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailable(Message("engine.units"), HINT)
    return Path(spec.submodule_search_locations[0]).resolve() / "data"


# -- units -----------------------------------------------------------------------------------


def _old_state(database: sqlite3.Connection, gone: frozenset[str]) -> _State:
    state = _State({}, {}, {})
    rows = database.execute(_OLD).fetchall()
    with_communes = {district for _, _, ward, _, district, *_ in rows if ward is not None}
    for province, district, ward, province_code, district_code, code, province_key, key in rows:
        end = BEFORE if province_key in gone else None
        _add_province(state, province, province_code, province_key, None, end)
        if district_code not in state.units:
            unit = _unit(district, district_code, province_code, None, BEFORE)
            if district_code not in with_communes:
                unit = Unit(unit.code, unit.name, unit.kind, Level.SPECIAL_DISTRICT, province_code, None, BEFORE)
            state.units[district_code] = unit
        if ward is not None:
            state.units[code] = _unit(ward, code, district_code, None, BEFORE)
        state.lowest[key] = state.units[code if ward is not None else district_code]
    return state


def _new_state(database: sqlite3.Connection, merged: frozenset[str]) -> _State:
    state = _State({}, {}, {})
    for province, ward, province_code, code, province_key, key in database.execute(_NEW):
        _add_province(state, province, province_code, province_key, CHANGE if province_key in merged else None, None)
        state.lowest[key] = state.units[code] = _unit(ward, code, province_code, CHANGE, None)
    return state


def _add_province(state: _State, title: str, code: str, key: str, start: dt.date | None, end: dt.date | None) -> None:
    if key not in state.provinces:
        kind, name = _apart(title)
        state.provinces[key] = state.units[code] = Unit(code, name, kind, Level.PROVINCE, None, start, end)


def _unit(title: str, code: str, parent: str, start: dt.date | None, end: dt.date | None) -> Unit:
    kind, name = _apart(title)
    return Unit(code, name, kind, _LEVELS[kind], parent, start, end)


def _apart(title: str) -> tuple[str, str]:
    """Kind and name of a title such as ``Thị Xã Việt Yên``."""
    for kind in KINDS:
        if title.casefold().startswith(f"{kind.casefold()} "):
            return kind, title[len(kind) + 1 :]
    raise ValueError(f"`{title}` begins with no kind of unit")


# -- successions -------------------------------------------------------------------------------


def _provinces(converter: _Converter, old: _State, new: _State) -> Iterator[Succession]:
    for key, parts in converter["DICT_PROVINCE"].items():
        for part in parts if len(parts) > 1 else ():
            yield Succession(old.provinces[part], new.provinces[key])


def _lowest(converter: _Converter, old: _State, new: _State) -> Iterator[Succession]:
    """Successions of communes, townships, wards and of districts without communes."""
    wrong, partly = _corrections()
    pairs: dict[str, list[str]] = {}
    for province, found in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for key, parts in found.items():
            for part in parts:
                pairs.setdefault(part, []).append(f"{province}_{key}")
    for province, found in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for part, successors in found.items():
            pairs.setdefault(part, []).extend(f"{province}_{each['newWardKey']}" for each in successors)
    for part, keys in pairs.items():
        before = old.lowest[part]
        after = [u for u in (new.lowest[key] for key in keys) if (before.code, u.code) not in wrong]
        for unit in after:
            yield Succession(before, unit, len(after) == 1 and (before.code, unit.code) not in partly)


def _corrections() -> tuple[frozenset[_Pair], frozenset[_Pair]]:
    """Pairs of codes of the package that are not a succession, and those that concern a part only."""
    found: dict[str, set[_Pair]] = {"no": set(), "part": set()}
    with (bundled_folder() / "units" / "successions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["correction"]].add((row["old_code"], row["new_code"]))
    return frozenset(found["no"]), frozenset(found["part"])
