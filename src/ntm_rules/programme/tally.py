"""Counting units: exact, and as a span where something is undetermined. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade
from ntm_rules.programme.record import UnitRecord

Number = int | Fraction


@public("programme")
@frozen
class Span:
    """A number that is not known better than from *low* to *high*; both ends are possible."""

    low: Number
    high: Number

    @property
    def known(self) -> bool:
        """True if it is one number."""
        return self.low == self.high


@public("programme")
@frozen
class Band:
    """How many units meet between *low* and *high* criteria, both inclusive."""

    low: int
    high: int
    units: Span


@public("programme")
@frozen
class Scale:
    """How criteria are grouped.

    Attributes:
        total: the most criteria that a unit can meet.
        starts: the least count of each band, the highest band first; what is below the last is a band too.
        under: units below this count are listed.
    """

    total: int
    starts: tuple[int, ...]
    under: int

    @classmethod
    def of(cls, total: int, starts: Sequence[int] | None = None, under: int | None = None) -> "Scale":
        """Return the scale of a set: all criteria, three quarters and half of them unless *starts* is given.

        Raises:
            ValueError: bands that are not between 0 and *total*.
        """
        usual = (total, -(-total * 3 // 4), -(-total // 2))
        chosen = tuple(sorted(set(usual if starts is None else starts), reverse=True))
        if not chosen or chosen[0] > total or chosen[-1] < 0:
            raise BadArgument(Message("argument.bands", total=total, starts=", ".join(map(str, chosen))))
        return cls(total, chosen, usual[1] if under is None else under)

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """First and last count of every band, the highest first; together they hold every count once."""
        starts = (*self.starts, 0) if self.starts[-1] > 0 else self.starts
        return tuple(zip(starts, (self.total, *(start - 1 for start in starts)), strict=False))


@public("programme")
@frozen
class Tally:
    """Some units of one tier, counted.

    Attributes:
        met, not_met, undetermined, not_applicable: by finding; ``no_finding`` has none.
        provisional: of the findings that are decided, how many rest on values that were not checked.
        grades: of those not met, how many have each declared grade.
        recognised, not_recognised: by act; of ``recognition_unknown`` nothing is said.
        counted: units whose criteria are known; all that follows is about them.
        criteria: criteria met, in all.
        counts, bands: units by how many criteria they meet, from the most to the fewest.
        under: units below the count that the scale names.
    """

    units: int
    met: int
    not_met: int
    undetermined: int
    not_applicable: int
    no_finding: int
    provisional: int
    grades: tuple[tuple[Grade, int], ...]
    recognised: int
    not_recognised: int
    recognition_unknown: int
    counted: int
    criteria: Span
    counts: tuple[Band, ...]
    bands: tuple[Band, ...]
    under: Span

    @property
    def average(self) -> Span | None:
        """Criteria met per unit, exact; None where nothing was counted."""
        if not self.counted:
            return None
        return Span(*(Fraction(end) / self.counted for end in (self.criteria.low, self.criteria.high)))

    @property
    def by_finding(self) -> Span | None:
        """Units that meet the tier; None where there is no finding at all."""
        if self.no_finding == self.units:
            return None
        return Span(self.met, self.met + self.undetermined + self.no_finding)

    @property
    def by_act(self) -> Span | None:
        """Units that are recognised; None where nothing is said of any."""
        if self.recognition_unknown == self.units:
            return None
        return Span(self.recognised, self.recognised + self.recognition_unknown)


def tally(records: Iterable[UnitRecord], scale: Scale) -> Tally:
    """Return the units of one tier counted."""
    units = tuple(records)
    outcomes = Counter(record.outcome for record in units)
    acts = Counter(record.recognised for record in units)
    ends = [end for record in units if (end := ends_of(record)) is not None]
    counts = (_band(ends, count, count) for count in range(scale.total, -1, -1))
    return Tally(
        len(units),
        outcomes[Outcome.MET],
        outcomes[Outcome.NOT_MET],
        outcomes[Outcome.UNDETERMINED],
        outcomes[Outcome.NOT_APPLICABLE],
        outcomes[None],
        sum(record.provisional for record in units),
        _grades(units),
        acts[True],
        acts[False],
        acts[None],
        len(ends),
        Span(sum(low for low, _ in ends), sum(high for _, high in ends)),
        tuple(band for band in counts if band.units.high),
        tuple(_band(ends, low, high) for low, high in scale.bands),
        _band(ends, 0, scale.under - 1).units,
    )


def _grades(units: Sequence[UnitRecord]) -> tuple[tuple[Grade, int], ...]:
    grades = {record.grade.id: record.grade for record in units if record.grade is not None}
    counts = Counter(record.grade.id for record in units if record.grade is not None)
    return tuple((grades[name], counts[name]) for name in sorted(grades))


def ends_of(record: UnitRecord) -> tuple[int, int] | None:
    """Return the fewest and the most criteria that a unit meets; None where that is not known."""
    if record.criteria_met is None:
        return None
    return record.criteria_met, record.criteria_met + record.criteria_undetermined


def _band(ends: Sequence[tuple[int, int]], low: int, high: int) -> Band:
    """Return the units that are surely, and those that are possibly, within the band."""
    sure = sum(low <= least and most <= high for least, most in ends)
    possible = sum(least <= high and low <= most for least, most in ends)
    return Band(low, high, Span(sure, possible))
