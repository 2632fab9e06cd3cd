"""The register of units: by name, by code, by day; what came before and after."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from attrs import define, field

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import AmbiguousName, BadArgument, NtmRulesError, UnknownName
from ntm_rules.model.arguments import day_of, name_of
from ntm_rules.units.names import MAX_NAME, Words, bare, without_kind, words, written_as
from ntm_rules.units.unit import Level, Part, Succession, Unit

_Named = tuple[Unit, Words]


@public("units")
class NotKnown(NtmRulesError):  # noqa: N818 - the name says what is the case
    """A day before the first of which a register knows anything.

    Attributes:
        date: that day.
        known_from: the first day that it knows.
    """

    def __init__(self, date: dt.date, known_from: dt.date) -> None:
        self.date, self.known_from = date, known_from
        super().__init__(Message("units.not_known", date=date, known_from=known_from))


@public("units")
@define
class Units:
    """Units with their validity; make one with ``Units.load()``, or from a list of one's own.

    Attributes:
        units: all of them, each once; of one code at most one on a day.
        successions: which unit took over which.
        known_from: the first day of which the register knows anything; None where its units have all their days.
    """

    units: tuple[Unit, ...]
    successions: tuple[Succession, ...] = ()
    known_from: dt.date | None = None
    _names: dict[str, list[_Named]] = field(init=False, repr=False, eq=False)
    _codes: dict[str, list[Unit]] = field(init=False, repr=False, eq=False)
    _after: dict[Unit, list[Part]] = field(init=False, repr=False, eq=False)
    _before: dict[Unit, list[Part]] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        self._names, self._codes, self._after, self._before = {}, {}, {}, {}
        for unit in self.units:
            name = words(unit.name)
            self._names.setdefault(bare(name), []).append((unit, name))
            self._codes.setdefault(unit.code, []).append(unit)
        for link in self.successions:
            self._after.setdefault(link.old, []).append(Part(link.new, link.whole))
            self._before.setdefault(link.new, []).append(Part(link.old, link.whole))

    @classmethod
    def load(cls) -> "Units":
        """Return the units of Vietnam just before 01/07/2025 and since, from the package ``vietnamadminunits``.

        The state before is that of 30/06/2025: what ended or changed earlier is not in it, and the first days of
        its units are not known.

        Raises:
            EngineUnavailable: the package is not installed, or its data cannot be read.
        """
        from ntm_rules.units.source import BEFORE, read_package

        units, successions = read_package()
        return cls(units, successions, BEFORE)

    # -- which there are -----------------------------------------------------------------------

    def on(self, date: dt.date | str) -> "Units":
        """Return the register of one day: its units, without what was before or came after.

        Raises:
            NotKnown: the register knows nothing of that day.
            BadArgument: it is not a day.
        """
        day = self._day(date, "date")
        return Units(tuple(unit for unit in self.units if unit.on(day)), (), self.known_from)

    def by_code(self, code: str, on: dt.date | str | None = None) -> Unit:
        """Return the unit with *code*, on the day *on* if that is given.

        Raises:
            UnknownName: no unit has it (then).
            AmbiguousName: no day is given and the code was used again.
            NotKnown: the register knows nothing of that day.
            BadArgument: the code is not a text, or *on* not a day.
        """
        code, on = name_of(code, "code"), None if on is None else self._day(on, "on")
        found = [u for u in self._codes.get(code[:MAX_NAME], ()) if on is None or u.on(on)]
        return self._only(found, _kind("kind.unit_code", "kind.unit_code_on", on), code, lambda: self._codes)

    def find(
        self,
        name: str,
        *,
        level: Level | str | None = None,
        parent: Unit | str | None = None,
        on: dt.date | str | None = None,
    ) -> Unit:
        """Return the unit called *name*.

        Upper and lower case, the place of a tone mark (``Hoà``, ``Hòa``) and of composed letters do not matter; marks
        may be left out, but a written one has to be right; a name written in full goes before others. The kind may
        stand before the name (``Xã``, ``TT.``), and counts then.

        Args:
            level: the level it has to have, e.g. ``"commune"``.
            parent: a unit above it, by name or as a unit; need not be the next one.
            on: the day on which it exists; without it units of all days are looked at.

        Raises:
            UnknownName: no unit has the name there; with near matches.
            AmbiguousName: several do; names them with code, superior unit and span.
            NotKnown: the register knows nothing of that day.
            BadArgument: an argument of another type, or there is no such level.
        """
        name, day = name_of(name, "name"), None if on is None else self._day(on, "on")
        wanted = _level(level)
        above = None if parent is None else self._above(parent, day)

        def fits(unit: Unit) -> bool:
            there = (wanted is None or unit.level is wanted) and (day is None or unit.on(day))
            return there and (above is None or any(u in above for u in self._ancestors(unit)))

        return self._only(
            self._called(name, fits), _kind("kind.unit", "kind.unit_on", day), name, lambda: self._known(fits)
        )

    def meant(self, name: str, on: dt.date, level: Level | None = None, within: Iterable[str] = ()) -> Unit | None:
        """Return the one unit that a code or name means on a day; None where it means none, or several.

        Args:
            within: names under which it is listed, such as those of its district; those that are names of units above
                it tell homonyms apart.
        """
        found = [u for u in self._codes.get(name, ()) if u.on(on)]
        if not found:
            found = self._called(name, lambda unit: unit.on(on) and level in (None, unit.level))
        for above in map(words, within):
            inside = [u for u in found if any(written_as(words(a.name), above) for a in self._ancestors(u))]
            found = inside or found
        return found[0] if len(found) == 1 else None

    def parent(self, of: Unit) -> Unit | None:
        """Return the superior unit, None for a province or where the register has none."""
        return next(iter(self._ancestors(of)), None)

    # -- what came before and after ----------------------------------------------------------------

    def successors(self, of: Unit) -> tuple[Part, ...]:
        """Return the units that took over *of*, each with whether it took it over whole; none while it lasts."""
        return tuple(self._after.get(of, ()))

    def predecessors(self, of: Unit) -> tuple[Part, ...]:
        """Return the units that *of* was made of, each with whether it went over whole."""
        return tuple(self._before.get(of, ()))

    def out_of_scope(self, of: Unit) -> tuple[Part, ...]:
        """Return the wards into which a commune went, whole or in part: there it is not a rural commune any longer."""
        if of.level is not Level.COMMUNE:
            return ()
        return tuple(part for part in self.successors(of) if part.unit.level is Level.WARD)

    def origins(self, of: Unit, date: dt.date) -> tuple[Unit, ...]:
        """Return the units of an earlier day out of which *of* came, through any number of changes."""
        if of.on(date):
            return (of,)
        return tuple(dict.fromkeys(old for part in self.predecessors(of) for old in self.origins(part.unit, date)))

    # -- inside ----------------------------------------------------------------------------------------

    def _called(self, name: str, fits: Callable[[Unit], bool]) -> list[Unit]:
        """Return the units that *name* may mean: those so called in full, else those of which marks were left out."""
        given = words(name) if len(name) <= MAX_NAME else ()
        readings: list[tuple[str | None, Words]] = [(None, given), *without_kind(given)]
        found = [
            (unit, own == said)
            for kind, said in readings
            for unit, own in self._names.get(bare(said), ())
            if kind in (None, unit.kind) and written_as(own, said) and fits(unit)
        ]
        exact = [unit for unit, full in found if full]
        return list(dict.fromkeys(exact or [unit for unit, _ in found]))

    def _above(self, parent: Unit | str, on: dt.date | None) -> frozenset[Unit]:
        """Return the units that *parent* may mean; homonyms stay apart by what lies in them."""
        if isinstance(parent, Unit):
            return frozenset((parent,))
        parent = name_of(parent, "parent")

        def fits(unit: Unit) -> bool:
            return len(unit.code) < 5 and (on is None or unit.on(on))

        found = self._called(parent, fits)
        if not found:
            raise UnknownName(
                _kind("kind.superior_unit", "kind.superior_unit_on", on), parent[:MAX_NAME], self._known(fits)
            )
        return frozenset(found)

    def _ancestors(self, unit: Unit) -> Iterator[Unit]:
        """Yield the units above, the next one first."""
        day = unit.end or unit.start or dt.date.max
        code = unit.parent_code
        for _ in range(3):
            above = [u for u in self._codes.get(code or "", ()) if u.on(day)]
            if not above:
                return
            yield above[0]
            code = above[0].parent_code

    def _known(self, fits: Callable[[Unit], bool]) -> Iterator[str]:
        return (unit.name for unit in self.units if fits(unit))

    def _day(self, value: object, argument: str) -> dt.date:
        """Return a day of which the register knows something."""
        day = day_of(value, argument)
        if self.known_from is not None and day < self.known_from:
            raise NotKnown(day, self.known_from)
        return day

    def _only(self, found: Sequence[Unit], kind: Message, name: str, known: Callable[[], Iterable[str]]) -> Unit:
        if len(found) == 1:
            return found[0]
        if not found:
            raise UnknownName(kind, name[:MAX_NAME], known() if len(name) <= MAX_NAME else ())
        raise AmbiguousName(Message("kind.unit"), name, [self._described(unit) for unit in found])

    def _described(self, unit: Unit) -> Message:
        titles = ", ".join(each.title for each in (unit, *self._ancestors(unit)))
        if unit.start and unit.end:
            return Message("units.described_between", unit=titles, code=unit.code, start=unit.start, end=unit.end)
        if unit.start:
            return Message("units.described_from", unit=titles, code=unit.code, start=unit.start)
        if unit.end:
            return Message("units.described_until", unit=titles, code=unit.code, end=unit.end)
        return Message("units.described", unit=titles, code=unit.code)


def _level(value: Level | str | None) -> Level | None:
    try:
        return None if value is None else Level(value)
    except ValueError:
        known = tuple(level.value for level in Level)
        told = {"argument": "level", "names": known, "value": shown(value)}
        raise BadArgument(Message("argument.one_of", **told)) from None


def _kind(code: str, code_on: str, on: dt.date | None) -> Message:
    """Return what was looked for, and on which day."""
    return Message(code) if on is None else Message(code_on, date=on)
