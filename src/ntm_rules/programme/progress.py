"""How far a programme is: units counted by tier and group, against targets and against an earlier day."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import evolve, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import day_of, name_of
from ntm_rules.model.names import look_alike, look_alikes
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plans import Aim, Plan, Target
from ntm_rules.programme.following import Days, Followed, by_name
from ntm_rules.programme.record import UnitRecord
from ntm_rules.programme.tally import Number, Scale, Span, Tally, ends_of, tally
from ntm_rules.units.register import Units as Register
from ntm_rules.words.order import order_of


@public("programme")
@frozen
class Group:
    """The units of one group.

    Attributes:
        path: the value of each column: ``("Lạng Sơn",)``, then ``("Lạng Sơn", "Cao Lộc")``.
        before: the same group in the earlier file; None without one.
    """

    path: tuple[str, ...]
    now: Tally
    before: Tally | None = None


@public("programme")
@frozen
class Change:
    """What differs from an earlier file.

    Attributes:
        gained, lost: units that meet the tier now and did not before, and the other way round, both decided.
        recognised, withdrawn: the same by act.
        added, gone: units that only one of the files has, or came from none of the other and became none.
        merged: units that were called otherwise in the earlier file, or were several there, with their names. What
            those have in common counts as what the unit was; where they differ, that is not known.
        unfollowed: units that the register could not follow, and that are compared as they are called.
        followed: whether a register followed the units; else all are compared as they are called.
        since: the first day that the register knows, where the earlier file is older.
    """

    before: Tally
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    recognised: tuple[str, ...]
    withdrawn: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    merged: Mapping[str, tuple[str, ...]]
    unfollowed: tuple[str, ...]
    followed: bool
    since: dt.date | None


@public("programme")
@frozen
class Reached:
    """How much of a target is reached, in the unit of the target: units, percent or criteria."""

    achieved: Span
    remaining: Span


@public("programme")
@frozen
class Achievement:
    """A target with what is reached of it, by finding and by act; the two are never added up.

    Attributes:
        by_finding, by_act: None where the file does not say enough: no finding or no act, or, for a target of new
            units, no earlier file.
    """

    target: Target
    by_finding: Reached | None
    by_act: Reached | None


@public("programme")
@frozen
class TierProgress:
    """One tier.

    Attributes:
        records: the units in the order in which they were given.
        groups: by every column, the outer groups before what they hold.
        change: None without an earlier file.
    """

    tier: str
    scale: Scale
    records: tuple[UnitRecord, ...]
    now: Tally
    groups: tuple[Group, ...]
    change: Change | None

    @property
    def met_means(self) -> str | None:
        """What it means to meet the tier, where that is not good news."""
        return next((record.met_means for record in self.records), None)

    @property
    def under(self) -> tuple[UnitRecord, ...]:
        """The units that meet fewer criteria than the scale names, surely or possibly; the fewest first."""
        found = [r for r in self.records if r.criteria_met is not None and r.criteria_met < self.scale.under]
        return tuple(sorted(found, key=lambda record: (ends_of(record), order_of(record.unit))))


@public("programme")
@frozen
class Progress:
    """How far a programme is.

    Attributes:
        as_of: the day of the report.
        by: the columns by which units are grouped, from the outer to the inner.
        achievements: every target of the plan, also of tiers that have no units here.
        judged: everything counted again in the second reading, in which judgements fill what figures leave
            undetermined; None where nobody judged any unit.
    """

    as_of: dt.date | None
    by: tuple[str, ...]
    tiers: tuple[TierProgress, ...]
    plan: Plan | None
    achievements: tuple[Achievement, ...]
    judged: "Progress | None" = None

    def tier(self, name: str) -> TierProgress:
        """One tier.

        Raises:
            KeyError: it has no units here.
        """
        return {tier.tier: tier for tier in self.tiers}[name]

    def to_dict(self) -> dict[str, object]:
        """Plain JSON types; exact numbers are texts."""
        from ntm_rules.programme.progress_json import to_dict

        return to_dict(self)


def progress(
    records: Iterable[UnitRecord],
    plan: Plan | None = None,
    *,
    before: Iterable[UnitRecord] | None = None,
    by: Sequence[str] = (),
    under: int | None = None,
    bands: Sequence[int] | None = None,
    as_of: dt.date | str | None = None,
    before_as_of: dt.date | str | None = None,
    register: Register | None = None,
) -> Progress:
    """How far a programme is: the units of each tier counted, and what is reached of the plan.

    Args:
        records: one a unit and tier.
        plan: from ``Library.plan``; its targets are taken to be for the units given.
        before: the units on an earlier day.
        by: names of groups, from the outer to the inner, e.g. ``["province", "district"]``.
        under: list the units that meet fewer criteria; three quarters of all (15 of 19) unless given.
        bands: the least count of each band of criteria; all, three quarters and half of them unless given.
        as_of: the day of the report.
        before_as_of: the day of the earlier figures.
        register: follows units from that day to this, through mergers, new names and codes that were used again;
            without one they are compared as they are called.

    Raises:
        BadArgument: a unit is there twice in a tier, two units or groups only look different, the bands are impossible,
            or a register is given and a day missing.
    """
    names, day = tuple(name_of(name, "by") for name in by), None if as_of is None else day_of(as_of, "as_of")
    now, then = tuple(records), None if before is None else tuple(before)
    days = None if register is None or then is None else Days.of(register, before_as_of, day)

    def counted(now: Sequence[UnitRecord], then: Sequence[UnitRecord] | None) -> Progress:
        return _progress(now, then, plan, names, under, bands, day, days)

    found = counted(now, then)
    if all(record.judged is None for record in (*now, *(then or ()))):
        return found
    return evolve(found, judged=counted(_judged(now), None if then is None else _judged(then)))


def _judged(records: Iterable[UnitRecord]) -> list[UnitRecord]:
    """Return the records of the second reading: of a unit that nobody judged it is the first."""
    return [record if record.judged is None else record.judged for record in records]


def _progress(
    records: Iterable[UnitRecord],
    before: Iterable[UnitRecord] | None,
    plan: Plan | None,
    by: Sequence[str],
    under: int | None,
    bands: Sequence[int] | None,
    day: dt.date | None,
    days: Days | None,
) -> Progress:
    """Return everything counted in one reading."""
    now = _by_tier(records)
    earlier = None if before is None else _by_tier(before)
    tiers, was = [], dict[str, Followed]()
    for tier, units in now.items():
        then = None if earlier is None else earlier.get(tier, {})
        _check_alike(tier, units, then or {})
        if then is not None:
            was[tier] = by_name(units, then) if days is None else days.followed(tier, units, then)
        tiers.append(_tier(tier, units, then, was.get(tier), days, by, under, bands))
    found = {tier.tier: tier for tier in tiers}
    targets = () if plan is None else plan.targets
    achieved = tuple(_achievement(t, found.get(t.tier), was.get(t.tier)) for t in targets)
    return Progress(day, tuple(by), tuple(tiers), plan, achieved)


Units = Mapping[str, UnitRecord]


def _by_tier(records: Iterable[UnitRecord]) -> dict[str, dict[str, UnitRecord]]:
    """Return the records by tier and unit."""
    found: dict[str, dict[str, UnitRecord]] = {}
    for record in records:
        units = found.setdefault(record.tier, {})
        if record.unit in units:
            raise BadArgument(Message("argument.unit_twice", unit=record.unit, tier=record.tier))
        units[record.unit] = record
    return found


def _check_alike(tier: str, units: Units, earlier: Units) -> None:
    """Refuse units that only look different.

    Raises:
        BadArgument: there are two.
    """
    for unit, other in look_alikes([*units, *earlier]):
        raise BadArgument(Message("argument.units_alike", unit=unit, other=other, tier=tier))


def _tier(
    tier: str,
    units: Units,
    earlier: Units | None,
    was: Followed | None,
    days: Days | None,
    by: Sequence[str],
    under: int | None,
    bands: Sequence[int] | None,
) -> TierProgress:
    totals = [r.criteria_total for r in (*units.values(), *(earlier or {}).values()) if r.criteria_total is not None]
    scale = Scale.of(max(totals), bands, under) if totals else Scale(0, (0,), 0)
    now = tally(units.values(), scale)
    change = None if earlier is None or was is None else _change(units, earlier, was, days, scale)
    return TierProgress(tier, scale, tuple(units.values()), now, tuple(_groups(units, earlier, by, scale)), change)


def _groups(units: Units, earlier: Units | None, by: Sequence[str], scale: Scale) -> list[Group]:
    """Return the groups of every depth, in the order of their names.

    Raises:
        BadArgument: two groups only look different.
    """
    found: list[Group] = []
    seen: dict[tuple[object, ...], str] = {}
    for depth in range(1, len(by) + 1):
        here, then = (_split(side, by[:depth]) for side in (units, earlier or {}))
        for path in here | then:
            *above, name = path
            other = seen.setdefault((*above, look_alike(name)), name)
            if other != name:
                raise BadArgument(Message("argument.groups_alike", column=by[depth - 1], name=name, other=other))
            before = None if earlier is None else tally(then.get(path, ()), scale)
            found.append(Group(path, tally(here.get(path, ()), scale), before))
    return sorted(found, key=lambda group: [order_of(name) for name in group.path])


def _split(units: Units, by: Sequence[str]) -> dict[tuple[str, ...], list[UnitRecord]]:
    found: dict[tuple[str, ...], list[UnitRecord]] = {}
    for record in units.values():
        found.setdefault(tuple(record.groups.get(name, "") for name in by), []).append(record)
    return found


# -- change ------------------------------------------------------------------------------------


def _change(now: Units, earlier: Units, was: Followed, days: Days | None, scale: Scale) -> Change:
    before = was.before
    both = [unit for unit in now if unit in before]
    outcomes = {unit: (before[unit].outcome, now[unit].outcome) for unit in both}
    acts = {unit: (before[unit].recognised, now[unit].recognised) for unit in both}
    return Change(
        tally(earlier.values(), scale),
        _that_went(outcomes, Outcome.NOT_MET, Outcome.MET),
        _that_went(outcomes, Outcome.MET, Outcome.NOT_MET),
        _that_went(acts, False, True),
        _that_went(acts, True, False),
        tuple(unit for unit in now if unit not in before),
        was.gone,
        was.merged,
        was.unfollowed,
        days is not None,
        None if days is None else days.since,
    )


def _that_went(pairs: Mapping[str, tuple[object, object]], old: object, new: object) -> tuple[str, ...]:
    """Return the units that went from *old* to *new*."""
    return tuple(unit for unit, pair in pairs.items() if pair == (old, new))


def _new(now: Iterable[bool | None], before: Iterable[bool | None]) -> Span:
    """How many answers turned to yes; None may be either."""
    pairs = list(zip(now, before, strict=True))
    return Span(
        sum(is_ is True and was is False for is_, was in pairs),
        sum(is_ is not False and was is not True for is_, was in pairs),
    )


def _found(record: UnitRecord | None) -> bool | None:
    """Whether a unit meets the tier; a unit that was not there did not."""
    if record is None:
        return False
    return None if record.outcome in (None, Outcome.UNDETERMINED) else record.outcome is Outcome.MET


def _recognised(record: UnitRecord | None) -> bool | None:
    return False if record is None else record.recognised


# -- targets -----------------------------------------------------------------------------------


def _achievement(target: Target, tier: TierProgress | None, was: Followed | None) -> Achievement:
    finding = act = None
    if tier is not None:
        finding, act = _achieved(target, tier, None if was is None else was.before)
    return Achievement(target, _reached(target, finding), _reached(target, act))


def _achieved(target: Target, tier: TierProgress, before: Units | None) -> tuple[Span | None, Span | None]:
    """Return what counts for a target, by finding and by act."""
    now = tier.now
    match target.aim:
        case Aim.TOTAL:
            return now.by_finding, now.by_act
        case Aim.SHARE:
            return _share(now.by_finding, now.units), _share(now.by_act, now.units)
        case Aim.AVERAGE:
            return now.average, None
        case Aim.NEW:
            if before is None:
                return None, None
            pairs = [(record, before.get(record.unit)) for record in tier.records]
            finding = _new((_found(new) for new, _ in pairs), (_found(old) for _, old in pairs))
            act = _new((_recognised(new) for new, _ in pairs), (_recognised(old) for _, old in pairs))
            return (
                None if now.by_finding is None else finding,
                None if now.by_act is None else act,
            )


def _share(part: Span | None, whole: int) -> Span | None:
    return None if part is None else Span(*(Fraction(100 * end, whole) for end in (part.low, part.high)))


def _reached(target: Target, achieved: Span | None) -> Reached | None:
    if achieved is None:
        return None
    wanted = Fraction(target.low)
    least, most = (_whole(max(wanted - end, Fraction(0))) for end in (achieved.high, achieved.low))
    return Reached(achieved, Span(least, most))


def _whole(number: Fraction) -> Number:
    return int(number) if number.denominator == 1 else number
