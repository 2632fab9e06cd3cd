"""The rule language: comparisons, connectives, prerequisites, and facts worked out from other facts."""

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, Table, Threshold

if TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset


@public("law")
class Op(Enum):
    """How a fact is compared with its threshold."""

    EQUALS = "equals"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    LEVEL_AT_LEAST = "level_at_least"


@public("law")
@frozen
class Comparison:
    """A fact against a threshold. With several facts (men, women) it has to hold for each of them.

    Attributes:
        total: the fact that is the mean of these over all people, as the catalogue says: where even that fails, one of
            them does. It decides where they are not given, and is asked for by no decision.
    """

    facts: tuple[str, ...]
    op: Op
    threshold: Threshold
    part: str | None = None
    title: Text | None = None
    total: str | None = None

    @property
    def fact(self) -> str:
        """The fact compared; the first where there are several."""
        return self.facts[0]


@public("law")
@frozen
class All:
    """Met when every member that applies is met."""

    members: "tuple[Condition, ...]"
    part: str | None = None
    title: Text | None = None


@public("law")
@frozen
class Any:
    """Met when one member is met."""

    members: "tuple[Condition, ...]"
    part: str | None = None
    title: Text | None = None


@public("law")
@frozen
class AtLeast:
    """Met when at least k members are met."""

    k: int
    members: "tuple[Condition, ...]"
    part: str | None = None
    title: Text | None = None


@public("law")
@frozen
class Not:
    """Met when its member is not met."""

    member: "Condition"
    part: str | None = None
    title: Text | None = None


@public("law")
class By(Enum):
    """How a prerequisite is shown: by a recorded act, by evaluating the other set, or by either."""

    ACT = "act"
    FINDING = "finding"
    EITHER = "either"

    @property
    def act(self) -> bool:
        """Whether a recorded act shows it."""
        return self is not By.FINDING

    @property
    def finding(self) -> bool:
        """Whether evaluating the other set shows it."""
        return self is not By.ACT


@public("law")
@frozen
class Meets:
    """Another ruleset as a prerequisite.

    Attributes:
        ruleset: its id; composed for the same province, date and year.
        recognised: the yes/no fact that records the act; None where only a finding counts.
        cell: that the prerequisite is asked (true), with its evidence.
        resolved: the other set, when composed; None where only the act counts.
    """

    ruleset: str
    by: By
    cell: Cell
    period: str | None = None
    recognised: str | None = None
    resolved: "Ruleset | None" = None
    part: str | None = None
    title: Text | None = None


@public("law")
@frozen
class Open:
    """A condition that nobody has copied yet (pending) or that is left to a lower level (delegated)."""

    threshold: Cell | Table
    part: str | None = None
    title: Text | None = None


Condition = Comparison | All | Any | AtLeast | Not | Meets | Open


@public("law")
@frozen
class Ref:
    """The value of another fact."""

    fact: str


Then = str | Decimal | Ref
"""What a row of a case gives: one of the values of a category, a number of points, or what another fact is."""


@public("law")
@frozen
class CaseRow:
    """One row of a case: its value where its guard is met."""

    when: Condition
    then: "Then"


@public("law")
@frozen
class Case:
    """The value of the first row whose guard is met: texts and other facts of a category, or numbers (bands).

    Attributes:
        otherwise: the value where no guard is met; None leaves the fact missing.
        exclusive: two guards that are both met are an ambiguity, not a matter of order.
    """

    rows: tuple[CaseRow, ...]
    otherwise: Then | None = None
    exclusive: bool = False


@public("law")
@frozen
class MinOf:
    """The least of several facts; missing when one is."""

    facts: tuple[str, ...]


@public("law")
@frozen
class MaxOf:
    """The greatest of several facts; missing when one is."""

    facts: tuple[str, ...]


@public("law")
@frozen
class Scored:
    """One part of a score.

    Attributes:
        fact: the points given, a plain number of the catalogue.
        out_of: the most points of this part; 0 where it only adds to the total (bonus) or takes from it (deduction).
        applies_if: None where it always applies; a part that does not apply is left out of both sums.
    """

    fact: str
    out_of: Decimal
    applies_if: Condition | None = None


@public("law")
@frozen
class PointsOf:
    """The points of the parts that apply, scaled up to what they would be out of *out_of*.

    Exactly points / (sum of ``out_of`` of these parts) * ``out_of``: the plain sum where all apply. Missing when it is
    not known whether a part applies, or when the points of one that does are missing; where no part that has an
    ``out_of`` applies it is a share of nothing.
    """

    out_of: Decimal
    members: tuple[Scored, ...]


@public("law")
@frozen
class Addend:
    """One fact of a sum.

    Attributes:
        factor: how often it counts; -1 where it is taken away.
    """

    fact: str
    factor: int = 1


@public("law")
@frozen
class SumOf:
    """The sum of several facts, each times a factor, over a whole number: a sum, a difference or a mean.

    Exact, and compared without division. Missing when a fact is; of a share of nothing it is one of nothing.
    """

    addends: tuple[Addend, ...]
    over: int = 1


Rule = Case | RatioOf | MinOf | MaxOf | PointsOf | SumOf
"""How a derived fact is worked out."""


@public("law")
@frozen
class Derived:
    """A fact that a ruleset works out from other facts."""

    fact: Fact
    rule: Rule

    @property
    def id(self) -> str:
        """The id of the fact."""
        return self.fact.id

    @property
    def may_be_given(self) -> bool:
        """Whether a caller may give it like any fact: a category or a level, not a number.

        What is given counts where the derivation is open, and has to agree with it where that is decided.
        """
        return isinstance(self.rule, Case) and not self.fact.type.numeric
