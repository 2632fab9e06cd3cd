"""A unit of administration in a span of time."""

import datetime as dt
from enum import Enum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.arguments import day_of

PART = "(một phần)"
"""What is put after the name of a unit of which only a part is meant."""


@public("units")
class Level(Enum):
    """The level of a unit."""

    PROVINCE = "province"
    DISTRICT = "district"
    URBAN_DISTRICT = "urban-district"
    TOWN = "town"
    SPECIAL_DISTRICT = "special-district"
    COMMUNE = "commune"
    TOWNSHIP = "township"
    WARD = "ward"
    SPECIAL_ZONE = "special-zone"


@public("units")
@frozen
class Unit:
    """A unit; identity is code with validity, since codes were used again after 01/07/2025.

    A change of name, level or superior unit makes another unit of it.

    Attributes:
        code: of the Statistics Office, as text: ``06196``.
        name: without its kind, as the register writes it: ``Cao Lâu``.
        kind: in Vietnamese: ``Xã``, ``Thị trấn``, ``Phường``, ``Huyện``, ...
        level: what it is here: a ``Thị xã`` is a town, a ``Huyện`` without communes a special district.
        parent_code: of the superior unit at that time; None for a province.
        start, end: first and last day; None where the register does not know it, or the unit lasts.
    """

    code: str
    name: str
    kind: str
    level: Level
    parent_code: str | None
    start: dt.date | None = None
    end: dt.date | None = None

    @property
    def title(self) -> str:
        """Kind and name: ``Xã Cao Lâu``."""
        return f"{self.kind} {self.name}"

    def on(self, date: dt.date | str) -> bool:
        """Return whether the unit exists on *date*, as far as the register knows.

        Raises:
            BadArgument: it is not a day.
        """
        date = day_of(date, "date")
        return (self.start is None or self.start <= date) and (self.end is None or date <= self.end)


@public("units")
@frozen
class Part:
    """What one unit has to do with another: the whole of it went over, or a part.

    Attributes:
        unit: the other unit.
        whole: True if the old unit went over whole.
    """

    unit: Unit
    whole: bool

    @property
    def label(self) -> str:
        """The name, with ``(một phần)`` where only a part went over."""
        return self.unit.name if self.whole else f"{self.unit.name} {PART}"


@public("units")
@frozen
class Succession:
    """That the new unit took over the old one, or a part of it."""

    old: Unit
    new: Unit
    whole: bool = True
