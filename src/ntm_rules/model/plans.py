"""What a province plans for its programme: how many units are to meet which tier, in which year."""

from decimal import Decimal
from enum import Enum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.citations import Confidence, Evidence, Instrument
from ntm_rules.model.text import Text


@public("law")
class Aim(Enum):
    """What a target counts."""

    TOTAL = "total"
    NEW = "new"
    SHARE = "share"
    AVERAGE = "average"


@public("law")
@frozen
class Known:
    """How a number of a plan is known.

    Attributes:
        confidence: of a recalled number.
        source: web address, or what the page is called where it has none.
    """

    evidence: Evidence
    confidence: Confidence | None = None
    source: str | None = None
    note: str | None = None


@public("law")
@frozen
class Target:
    """One target of a plan.

    Attributes:
        tier: ruleset id, e.g. ``commune/ntm``.
        aim: units in all (``total``), units added in the year (``new``), percent of the units (``share``), or criteria
            met per unit on the average (``average``).
        low, high: what is to be reached; they differ only where the plan names a span.
        out_of: of a total, how many units there were when the plan was made, where it says so.
    """

    tier: str
    aim: Aim
    low: Decimal
    high: Decimal
    known: Known
    out_of: int | None = None


@public("law")
@frozen
class Figure:
    """Another number of a plan, for the whole province: no criterion, and never a threshold.

    Attributes:
        op: ``at_least``, ``more_than``, ``at_most`` or ``less_than``.
        unit: how the number is measured, as it is printed.
    """

    title: Text
    op: str
    value: Decimal
    unit: Text
    known: Known


@public("law")
@frozen
class Plan:
    """The targets of a province for a year.

    Attributes:
        instrument: None where its number or date was not found.
    """

    province: str
    year: int
    title: Text
    targets: tuple[Target, ...]
    figures: tuple[Figure, ...] = ()
    instrument: Instrument | None = None
    note: str | None = None

    @property
    def name(self) -> str:
        """The name by which a library knows it, e.g. ``lang-son@2021``."""
        return f"{self.province}@{self.year}"

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that have targets, each once, in the order of the plan."""
        return tuple(dict.fromkeys(target.tier for target in self.targets))
