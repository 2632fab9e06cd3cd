"""Official acts on a unit: recognition and withdrawal. An act is recorded; a finding is computed."""

import datetime as dt
from collections.abc import Iterable
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import BadArgument, FactError, FactProblem
from ntm_rules.model.arguments import day_of, name_of, tier_of
from ntm_rules.model.citations import Evidence, Instrument
from ntm_rules.model.names import units_alike


@public("law")
class ActKind(Enum):
    """What was decided: recognition (công nhận) or its withdrawal (thu hồi)."""

    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


def _kind(value: ActKind | str) -> ActKind:
    try:
        return ActKind(value)
    except ValueError:
        known = tuple(kind.value for kind in ActKind)
        told = {"argument": "kind", "names": known, "value": shown(value)}
        raise BadArgument(Message("argument.one_of", **told)) from None


def _unit(value: str) -> str:
    return name_of(value, "unit")


def _tier(value: str) -> str:
    return tier_of(value)


def _date(value: dt.date | str) -> dt.date:
    return day_of(value, "date")


def _period(value: str | None) -> str | None:
    return None if value is None else name_of(value, "period")


@public("law")
@frozen
class Act:
    """A decision on one unit.

    Attributes:
        kind: an ``ActKind``, or its text ``recognised`` or ``withdrawn``.
        unit: as the facts name the unit.
        tier: the ruleset id of what was recognised, e.g. ``commune/nang-cao``.
        instrument: the decision; None where its number is not known.
        date: of the decision, not of the year that was appraised.
        period: of the set it rests on, e.g. ``2021-2025``; None where the caller does not tell periods apart.

    Raises:
        BadArgument: a value of another type, or a tier without a level.
    """

    kind: ActKind = field(converter=_kind)
    unit: str = field(converter=_unit)
    tier: str = field(converter=_tier)
    instrument: Instrument | None
    date: dt.date = field(converter=_date)
    period: str | None = field(default=None, converter=_period)


def check_alike(acts: Iterable[Act], units: Iterable[str] = ()) -> None:
    """Refuse acts on what only looks like a unit: they would be taken for acts on another one.

    Raises:
        FactError: every unit of an act whose name differs from another by case, zeros in front or look-alikes only.
    """
    problems = units_alike(dict.fromkeys(act.unit for act in acts), units)
    if problems:
        raise FactError(problems)


def act_in_force(acts: Iterable[Act], unit: str, tier: str, on: dt.date, period: str | None = None) -> Act | None:
    """Return the last act on a unit and tier up to a day; None where there is none.

    Args:
        period: acts that name another period do not count.

    Raises:
        FactError: a recognition and a withdrawal have the same date.
    """
    unit, tier, on = name_of(unit, "unit"), tier_of(tier), day_of(on, "on")
    own = [a for a in acts if (a.unit, a.tier) == (unit, tier) and a.date <= on]
    about = [a for a in own if period is None or a.period in (None, period)]
    if not about:
        return None
    last = max(a.date for a in about)
    found = [a for a in about if a.date == last]
    if len({a.kind for a in found}) > 1:
        raise FactError([FactProblem(unit, tier, last.isoformat(), Message("expected.one_act"))])
    return found[-1]


def recognised(acts: Iterable[Act], unit: str, tier: str, on: dt.date, period: str | None = None) -> bool:
    """Return whether the last act on a unit and tier up to a day is a recognition.

    Raises:
        FactError: as ``act_in_force``.
    """
    act = act_in_force(acts, unit, tier, on, period)
    return act is not None and act.kind is ActKind.RECOGNISED


@public("law")
class MergerPolicy(Enum):
    """What a merged unit is recognised as: what its weakest predecessor was, nothing, or what they were."""

    WEAKEST = "weakest"
    RESTART = "restart"
    CARRY_ON = "carry-on"


@public("law")
@frozen
class MergerRule:
    """The policy of one province.

    Attributes:
        start: the day of the mergers it is about.
        source: where it was read.
    """

    province: str
    policy: MergerPolicy
    start: dt.date
    evidence: Evidence
    source: str
    note: str | None = None
