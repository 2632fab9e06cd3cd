"""Facts of a unit that follow from the units below it, or from the criteria of a finding on it."""

from enum import Enum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.conditions import By

LEVELS = ("village", "commune", "township", "ward", "town", "district", "special-district", "province")
"""The levels of units, and what rulesets judge."""

CRITERIA = "criteria"
"""What is written in place of a level where the criteria of a finding are counted."""


@public("law")
@frozen
class UnitsThat:
    """How many of the units below pass: by a yes/no fact of theirs, or by meeting a set as ``meets`` does.

    Attributes:
        level: of the units counted, wherever below they lie.
        fact: a yes/no fact of these units; None where they have to meet a set.
        ruleset, by, recognised, period: as of ``Meets``.
    """

    level: str
    fact: str | None = None
    ruleset: str | None = None
    by: By | None = None
    recognised: str | None = None
    period: str | None = None


@public("law")
@frozen
class CriteriaNotMet:
    """How many criteria of a finding are not met.

    Attributes:
        among: for each set the numbers of the criteria that count; empty where all do.
    """

    among: tuple[tuple[str, tuple[str, ...]], ...] = ()


@public("law")
@frozen
class Satisfied:
    """Whether the whole set of a finding is satisfied: a yes/no fact, missing where the finding is undetermined."""


@public("law")
@frozen
class TierTested:
    """The tier whose recognition is at stake: a category; missing where the finding alone does not tell it."""


@public("law")
class How(Enum):
    """How the values of the units below become one."""

    LEAST = "min_of"
    GREATEST = "max_of"
    SUM = "sum_of"


@public("law")
@frozen
class ValueOf:
    """The least, the greatest or the sum of numeric facts of the units below; missing where a unit lacks one."""

    level: str
    facts: tuple[str, ...]
    how: How


@public("law")
@frozen
class Aggregate:
    """One fact that a ruleset takes from below.

    Attributes:
        fact: a count, or a percent with part and whole; its ``undecided`` fact takes what is not decided. For
            ``ValueOf`` a numeric fact, for ``Satisfied`` a yes/no fact, for ``TierTested`` a category of tiers.
    """

    fact: str
    rule: UnitsThat | CriteriaNotMet | Satisfied | TierTested | ValueOf
