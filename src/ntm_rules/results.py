"""What an assessment answers below the verdict: criteria, indicators, comparisons, reasons."""

from ntm_rules.model.judgements import Disagreement, Unused, UnusedJudgement
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
)
from ntm_rules.words.reason import Reason

__all__ = [
    "Actual",
    "Annotation",
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
    "Reason",
    "RulesetResult",
    "Unused",
    "UnusedJudgement",
]
