"""Who decided a number, where it is written, and how well it was checked."""

import datetime as dt
import re
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.model.text import Text

_DATE = re.compile("([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@public()
class Evidence(Enum):
    """How a cell was checked against the official text."""

    OFFICIAL = "official"
    SECONDARY = "secondary"
    RECALLED = "recalled"

    @property
    def rank(self) -> int:
        """2 for official, 1 for secondary, 0 for recalled."""
        return _RANK[self]


_RANK = {Evidence.OFFICIAL: 2, Evidence.SECONDARY: 1, Evidence.RECALLED: 0}


@public("law")
class Confidence(Enum):
    """How sure a recalled value is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def last_day(date: str) -> dt.date:
    """Return the last day of a date known to the day (``2024-06-17``), the month or the year.

    Raises:
        ValueError: the text is not such a date.
    """
    match = _DATE.fullmatch(date)
    if match is None:
        raise ValueError(date)
    year, month, day = int(match[1]), int(match[2] or 12), match[3]
    if day:
        return dt.date(year, month, int(day))
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - dt.timedelta(days=1)


@public("law")
@frozen
class Instrument:
    """A legal instrument. Numbers repeat between issuers: identity is issuer, number and date.

    Attributes:
        issuer: ``thu-tuong`` (Prime Minister), a ministry (``bo-gddt``) or a province id.
        number: as printed, e.g. ``318/QĐ-TTg``.
        date: date of signing, ISO; year or month only where no more is known.
        title: what it is called; not part of its identity.
    """

    issuer: str
    number: str
    date: str
    title: Text | None = field(default=None, eq=False)


@public("law")
@frozen
class Citation:
    """The place in an instrument that fixes a value."""

    instrument: Instrument
    annex: str | None = None
    point: str | None = None
