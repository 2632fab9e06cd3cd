"""Two rulesets by meaning: what changes, and which units it turns."""

from ntm_rules.difference.changes import Asked, Change, Column, GradeChange, Kind, ListChange, Step, Witness
from ntm_rules.difference.difference import Difference, diff
from ntm_rules.difference.flips import UnitDifference

__all__ = [
    "Asked",
    "Change",
    "Column",
    "Difference",
    "GradeChange",
    "Kind",
    "ListChange",
    "Step",
    "UnitDifference",
    "Witness",
    "diff",
]
