"""Units of an earlier file beside those of now: as they are called, or followed through changes by a register."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import day_of
from ntm_rules.programme.record import UnitRecord
from ntm_rules.units.register import Units
from ntm_rules.units.unit import Level, Unit

T = typing.TypeVar("T")

Records = Mapping[str, UnitRecord]
"""The records of a tier by unit."""


@frozen
class Followed:
    """What the units of now were in the earlier file.

    Attributes:
        before: by unit of now. Of one that several became, what they have in common: a finding or an act in which they
            differ is not known.
        merged: the units that were called otherwise, or were several, each with their names in the earlier file.
        gone: units of the earlier file that became none of those of now.
        unfollowed: units of either file of which the register does not say what they are, or what they came from; they
            are compared as they are called.
    """

    before: Records
    merged: Mapping[str, tuple[str, ...]]
    gone: tuple[str, ...]
    unfollowed: tuple[str, ...]


def by_name(now: Records, before: Records) -> Followed:
    """Return the units as they are called."""
    return Followed(before, {}, tuple(unit for unit in before if unit not in now), ())


@frozen
class Days:
    """A register, and the days of two files.

    Attributes:
        since: the first day that the register knows, where the earlier file is older: its units are taken as they were
            then.
    """

    register: Units
    then: dt.date
    now: dt.date
    since: dt.date | None

    @classmethod
    def of(cls, register: Units, then: object, now: object) -> "Days":
        """Return the days between which units are followed.

        Raises:
            BadArgument: one is missing, or they are in the wrong order.
        """
        if then is None or now is None:
            raise BadArgument(Message("argument.followed"))
        first, last = day_of(then, "before_as_of"), day_of(now, "as_of")
        if first > last:
            raise BadArgument(Message("argument.followed/order", then=first, now=last))
        known = register.known_from
        since = known if known is not None and first < known else None
        return cls(register, since or first, max(last, since or first), since)

    def followed(self, tier: str, now: Records, before: Records) -> Followed:
        """Return what the units of a tier were in the earlier file."""
        are, were = (self._meant(tier, side, on) for side, on in ((now, self.now), (before, self.then)))
        called = {unit: name for name, unit in were.items()}
        unfollowed = [*(name for name in now if name not in are), *(name for name in before if name not in were)]
        names: dict[str, tuple[str, ...]] = {name: (name,) for name in now if name not in are and name in before}
        found = {name: before[name] for name in names}
        for name, unit in are.items():
            old = [called.get(each) for each in self.register.origins(unit, self.then)]
            known = tuple(each for each in old if each is not None)
            if len(known) < len(old) or not old:
                unfollowed.append(name)
                known = known or ((name,) if name in before and name not in were else ())
            if known:
                names[name] = known
                found[name] = _common(name, tier, [before[each] for each in known], len(known) == len(old))
        used = {old for each in names.values() for old in each}
        merged = {name: old for name, old in names.items() if old != (name,)}
        gone = tuple(unit for unit in before if unit not in used)
        return Followed(found, merged, gone, tuple(dict.fromkeys(unfollowed)))

    def _meant(self, tier: str, records: Records, on: dt.date) -> dict[str, Unit]:
        """Return the units that the register knows by the names or codes of a file, each once."""
        level = next((each for each in Level if each.value == tier.partition("/")[0]), None)
        found: dict[Unit, str] = {}
        for name, record in records.items():
            unit = self.register.meant(name, on, level, record.groups.values())
            if unit is not None:
                found.setdefault(unit, name)
        return {name: unit for unit, name in found.items()}


def _common(unit: str, tier: str, old: Sequence[UnitRecord], whole: bool) -> UnitRecord:
    """Return what the units have in common of which one was made; nothing where some of them are not in the file."""
    if not whole:
        return UnitRecord(unit, tier)
    outcome, act = _only(record.outcome for record in old), _only(record.recognised for record in old)
    return UnitRecord(unit, tier, outcome=outcome, recognised=act)


def _only(values: Iterable[T]) -> T | None:
    """Return the value that all of them are; None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
