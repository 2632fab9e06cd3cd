"""Lists of units: a decision names the communes of each zone, so that the code of a unit decides a category."""

import datetime as dt
import re
from collections.abc import Mapping

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.model.citations import Confidence, Evidence, Instrument

CODE = re.compile("[0-9]{5}")
"""The code of a commune in the register of the Statistics Office."""


@public("law")
@frozen
class UnitList:
    """A list of units by which a decision says of which class each of them is.

    Attributes:
        fact: the category that it decides, such as ``area_class``.
        instrument: the decision that the list belongs to.
        start, end: the first and the last day on which it is in force; None while no end is known.
        units_of: the day whose register has the codes: codes were used again after mergers.
        units: code and class of each unit, sorted by code; none where nobody has copied the list yet.
        complete: whether it is said that each unit of the province is in a class.
        evidence: how it was checked.
        province: the id of the province whose units it has; None for the whole country.
    """

    fact: str
    instrument: Instrument
    start: dt.date
    units_of: dt.date
    evidence: Evidence
    units: tuple[tuple[str, str], ...] = ()
    end: dt.date | None = None
    complete: bool = False
    confidence: Confidence | None = None
    province: str | None = None
    source: str | None = field(default=None, eq=False)
    note: str | None = field(default=None, eq=False)

    def codes_by_class(self) -> Mapping[str, tuple[str, ...]]:
        """Return the codes of each class that has units."""
        found: dict[str, list[str]] = {}
        for code, name in self.units:
            found.setdefault(name, []).append(code)
        return {name: tuple(codes) for name, codes in found.items()}

    def in_force(self, on: dt.date) -> bool:
        """Return whether it holds on a day; both ends are inclusive."""
        return self.start <= on and (self.end is None or on <= self.end)

    def settles(self, floor: Evidence | None) -> bool:
        """Return whether it was checked well enough to decide anything under a floor of evidence."""
        return floor is None or self.evidence.rank >= floor.rank


@public("results")
@frozen
class Listed:
    """A fact of one unit that a list decided by the code of the unit.

    Attributes:
        value: the class of the unit, a value of the fact.
        by: the list.
    """

    fact: str
    value: str
    by: UnitList
