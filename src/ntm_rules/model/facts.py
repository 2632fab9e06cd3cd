"""What is known about a unit: the kinds of facts, not their values."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.model.citations import Evidence
from ntm_rules.model.text import Text


@public("law")
class FactType(Enum):
    """The type of a fact's value."""

    PERCENT = "percent"
    NUMBER = "number"
    COUNT = "count"
    BOOLEAN = "boolean"
    ORDINAL = "ordinal"
    CATEGORY = "category"

    @property
    def numeric(self) -> bool:
        """True for percent, number and count."""
        return self in (FactType.PERCENT, FactType.NUMBER, FactType.COUNT)


@public("law")
class Direction(Enum):
    """Which way a fact is better."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


@public("law")
class Merge(Enum):
    """How a fact of a merged unit follows from those of the old units."""

    SUM = "sum"
    LEAST = "least"
    ANY = "any"
    SAME = "same"
    NONE = "none"


@public("law")
@frozen
class Measure:
    """A unit of measurement and how it is printed."""

    id: str
    title: Text


@public("law")
@frozen
class RatioOf:
    """A fact that is exactly part over whole (times 100 for a percent)."""

    part: str
    whole: str


@public("law")
class About(Enum):
    """What may be known about a fact beside its title."""

    DEFINITION = "definition"
    COUNTING = "counting"
    AGENCY = "agency"
    GUIDANCE = "guidance"
    PERIOD = "period"


@public("law")
@frozen
class Told:
    """Something that is known about a fact, and from where.

    Attributes:
        source: a web address, or what the document is called where it has none.
    """

    text: Text
    evidence: Evidence
    source: str


@public("law")
@frozen
class Consistency:
    """What a fact has to be to others of the same unit, because of what they mean.

    Attributes:
        at_most: counts or shares that it is never greater than.
        part_of: counts in which all that it counts is counted too.
        sum_of: counts that it is the sum of; each thing is counted in exactly one of them.
        mean_of: shares of which it is the weighted mean: of all people, where these are of men and of women.
    """

    at_most: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    mean_of: tuple[str, ...] = ()


@public("law")
@frozen
class Earlier:
    """What another fact was some years before the year of the assessment.

    Attributes:
        years: how many years before, from 1.
    """

    fact: str
    years: int


@public("law")
@frozen
class Fact:
    """One entry of the fact catalogue.

    Attributes:
        values: the levels of an ordinal from the worst to the best, or the values of a category.
        decimals: the most digits after the point the fact is reported with.
        minimum, maximum: inclusive bounds of a numeric fact, None where there is none.
        ratio: the facts from which it follows exactly, where there are such.
        agency: who reports it, where known.
        merge: how it follows for a merged unit, where that does not go without saying: parts and wholes of percentages
            are added up, other counts and numbers do not follow, the rest where all old units agree.
        undecided: the count of units of which it is not decided yet whether they belong to the part, or to the count:
            the fact may still grow by them. Of a ratio of counts or a count; None where nothing can be open.
        consistency: what it has to be to other facts, None where it may be anything beside them.
        told: what is known about it: definition, way of counting, guiding document and period, as far as somebody has
            read it.
        earlier: the fact of which it is the value of an earlier year, None where it is of the year itself.
    """

    id: str
    type: FactType
    title: Text | None = None
    unit: Measure | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = 0
    direction: Direction = Direction.NEITHER
    values: tuple[str, ...] = ()
    value_titles: Mapping[str, Text] | None = field(default=None, eq=False)
    ratio: RatioOf | None = None
    agency: Text | None = None
    undecided: str | None = None
    merge: Merge | None = None
    consistency: Consistency | None = None
    told: Mapping[About, Told] = field(factory=dict, eq=False)
    earlier: Earlier | None = None

    @property
    def unknown(self) -> tuple[About, ...]:
        """What is not known about it."""
        known = {*self.told, *([] if self.agency is None else [About.AGENCY])}
        return tuple(each for each in About if each not in known)

    @property
    def scale(self) -> int:
        """What a ratio is multiplied by to be in the fact's unit: 100 for a percent, else 1."""
        return 100 if self.type is FactType.PERCENT else 1
