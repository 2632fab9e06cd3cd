"""Findings of many units put together: how far a programme is, and what a new set does to them."""

from ntm_rules.programme.progress import Achievement, Change, Group, Progress, Reached, TierProgress, progress
from ntm_rules.programme.record import UnitRecord
from ntm_rules.programme.rereview import Rereview, ReviewedUnit, Transition, rereview
from ntm_rules.programme.tally import Band, Scale, Span, Tally

__all__ = [
    "Achievement",
    "Band",
    "Change",
    "Group",
    "Progress",
    "Reached",
    "Rereview",
    "ReviewedUnit",
    "Scale",
    "Span",
    "Tally",
    "TierProgress",
    "Transition",
    "UnitRecord",
    "progress",
    "rereview",
]
