"""Units in time: which there are on a day, what became of them, and the facts and recognitions of merged ones."""

from ntm_rules.model.acts import MergerPolicy, MergerRule
from ntm_rules.units.merger import Merged, NotMerged, WhyNot, merge
from ntm_rules.units.recognition import AfterMerger, recognition_after_merger
from ntm_rules.units.register import NotKnown, Units
from ntm_rules.units.unit import Level, Part, Succession, Unit

__all__ = [
    "AfterMerger",
    "Level",
    "Merged",
    "MergerPolicy",
    "MergerRule",
    "NotKnown",
    "NotMerged",
    "Part",
    "Succession",
    "Unit",
    "Units",
    "WhyNot",
    "merge",
    "recognition_after_merger",
]
