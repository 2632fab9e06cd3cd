"""What an assessment answers below the verdict: criteria, indicators, comparisons, reasons."""

from ntm_rules.model.asking import Asked, RelevantFacts
from ntm_rules.model.judgements import Disagreement, Unused, UnusedJudgement
from ntm_rules.model.lists import Listed
from ntm_rules.model.results import (
    Actual,
    Annotation,
    Column,
    Connective,
    CriterionResult,
    Evaluated,
    Facts,
    FactValue,
    IndicatorResult,
    Leaf,
    LeafResult,
    RulesetResult,
    Times,
)
from ntm_rules.words.reason import Reason

__all__ = [
    "Actual",
    "Annotation",
    "Asked",
    "Column",
    "Connective",
    "CriterionResult",
    "Disagreement",
    "Evaluated",
    "FactValue",
    "Facts",
    "IndicatorResult",
    "Leaf",
    "LeafResult",
    "Listed",
    "Reason",
    "RelevantFacts",
    "RulesetResult",
    "Times",
    "Unused",
    "UnusedJudgement",
]
