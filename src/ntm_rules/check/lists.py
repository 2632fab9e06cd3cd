"""Lists of units held against the register: codes that no unit has, units that are left out, days of other units."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ntm_rules.check.folder import Folder
from ntm_rules.check.problem import Problem, ProblemSubject
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import AmbiguousName, EngineUnavailable, Severity, UnknownName
from ntm_rules.model.lists import UnitList
from ntm_rules.rules.folders import Listed, root_of
from ntm_rules.units.register import Units
from ntm_rules.units.unit import Level, Unit
from ntm_rules.yaml.nodes import Items, Map, Node, Position, Scalar, placed

_LOWEST = (Level.COMMUNE, Level.TOWNSHIP, Level.WARD, Level.SPECIAL_ZONE, Level.SPECIAL_DISTRICT)
_SHOWN = 5


def odd_lists(folder: Folder, register: Units | None = None) -> Iterator[Problem]:
    """Find what is wrong with the lists of units of a folder, as far as a register can tell.

    Args:
        register: the one that is installed unless given.
    """
    found = [each for each in folder.library.files if each.kind == "list" and folder.holds(each.path)]
    lists = [(listed, folder.library.list_in(listed)) for listed in found]
    if not any(units.units for _, units in lists):
        return
    try:
        register = Units.load() if register is None else register
    except EngineUnavailable:
        for listed, units in lists:
            yield _problem(listed, units, root_of(listed).at, Message("list.no_register"), Severity.NOTE)
        return
    for listed, units in lists:
        yield from _List(folder, register, listed, units).problems()


class _List:
    """One list beside the register of its day."""

    def __init__(self, folder: Folder, register: Units, listed: Listed, units: UnitList) -> None:
        self.folder, self.register, self.listed, self.units = folder, register, listed, units
        self.root = root_of(listed)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with it."""
        day, known = self.units.units_of, self.register.known_from
        if known is not None and day < known:
            yield self.problem(self.root.at, Message("list.day", date=day, known_from=known))
            return
        yield from self.codes()
        yield from self.other_units()
        if self.units.complete:
            left = [
                unit for code, unit in self.of_province.items() if unit.level is Level.COMMUNE and code not in self.own
            ]
            if left:
                names = tuple(f"{unit.code} {unit.title}" for unit in left[:_SHOWN])
                yield self.problem(self.root.at, Message("list.left_out", count=len(left), names=names))

    def codes(self) -> Iterator[Problem]:
        """Find codes that no unit of the province has on that day."""
        places, day = dict(_codes(self.root.get("classes"))), self.units.units_of
        for code in self.own:
            at = places.get(code, self.root.at)
            if code not in self.there:
                yield self.problem(at, Message("list.unknown_code", code=code, date=day))
            elif code not in self.of_province:
                told = {"code": code, "unit": self.there[code].title, "province": self.units.province}
                yield self.problem(at, Message("list.elsewhere", **told))

    def other_units(self) -> Iterator[Problem]:
        """Find codes that mean other units, or none, on some day on which the list holds."""
        start, end = self.units.start, self.units.end or dt.date.max
        lasting = (self.there[code] for code in self.own if code in self.there)
        odd = [u for u in lasting if (u.start or dt.date.min) > start or (u.end or dt.date.max) < end]
        if odd:
            names = tuple(f"{unit.code} {unit.title}" for unit in odd[:_SHOWN])
            told = {"count": len(odd), "names": names, "start": self.units.start}
            yield self.problem(self.root.at, Message("list.days", **told))

    @cached_property
    def own(self) -> Mapping[str, str]:
        """The class of each code of the list."""
        return dict(self.units.units)

    @cached_property
    def there(self) -> Mapping[str, Unit]:
        """The units of the lowest level on the day of the list, by code."""
        day = self.units.units_of
        return {unit.code: unit for unit in self.register.units if unit.level in _LOWEST and unit.on(day)}

    @cached_property
    def of_province(self) -> Mapping[str, Unit]:
        """Those that lie in the province of the list; all of them where it is for the whole country."""
        day, province = self.units.units_of, self.units.province
        if province is None:
            return self.there
        title = self.folder.library.registry.latest(province, day).title.vi
        try:
            home = self.register.find(title, level=Level.PROVINCE, on=day)
        except (UnknownName, AmbiguousName):  # a country of its own, of which the register knows nothing
            return self.there
        return {code: unit for code, unit in self.there.items() if home in self.above(unit)}

    def above(self, unit: Unit) -> Iterable[Unit]:
        """Yield the units above one."""
        parent = self.register.parent(unit)
        while parent is not None:
            yield parent
            parent = self.register.parent(parent)

    def problem(self, at: Position, message: Message) -> Problem:
        """Return a warning at a place of the file."""
        return _problem(self.listed, self.units, at, message, Severity.WARNING)


def _problem(listed: Listed, units: UnitList, at: Position, message: Message, severity: Severity) -> Problem:
    subject = ProblemSubject("", "", units.fact, listed.province)
    return Problem(subject, placed(at, message, severity, units.fact))


def _codes(classes: Node | None) -> Iterator[tuple[str, Position]]:
    """Yield the codes of a file, each with its place."""
    for entry in classes.entries.values() if isinstance(classes, Map) else ():
        for item in entry.value.items if isinstance(entry.value, Items) else ():
            if isinstance(item, Scalar):
                yield item.text, item.at
