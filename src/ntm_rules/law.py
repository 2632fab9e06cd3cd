"""The law as values: facts, conditions, thresholds, citations, layers, acts, plans.

A ruleset is a tree of these; ``Library.compose`` makes it, and nothing else needs to.
"""

from ntm_rules.model.acts import Act, ActKind, MergerPolicy, MergerRule
from ntm_rules.model.aggregates import Aggregate, CriteriaNotMet, How, Satisfied, TierTested, UnitsThat, ValueOf
from ntm_rules.model.citations import Citation, Confidence, Instrument
from ntm_rules.model.conditions import (
    Addend,
    All,
    Any,
    AtLeast,
    By,
    Case,
    CaseRow,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Op,
    Open,
    PointsOf,
    Ref,
    Rule,
    Scored,
    SumOf,
)
from ntm_rules.model.facts import About, Consistency, Direction, Earlier, Fact, FactType, Measure, Merge, RatioOf, Told
from ntm_rules.model.lists import UnitList
from ntm_rules.model.outcomes import Needed
from ntm_rules.model.plans import Aim, Figure, Known, Plan, Target
from ntm_rules.model.plausible import Plausible
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Layer, LayerKind, TextChange
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold, Value
from ntm_rules.rules.read.provinces import Province, Registry

__all__ = [
    "About",
    "Act",
    "ActKind",
    "Addend",
    "Aggregate",
    "Aim",
    "All",
    "Any",
    "AtLeast",
    "By",
    "Case",
    "CaseRow",
    "Cell",
    "CellState",
    "Citation",
    "Comparison",
    "Condition",
    "Confidence",
    "Consistency",
    "CriteriaNotMet",
    "Criterion",
    "Derived",
    "Direction",
    "Earlier",
    "Fact",
    "FactType",
    "Figure",
    "Grade",
    "How",
    "Indicator",
    "Instrument",
    "Known",
    "Layer",
    "LayerKind",
    "MaxOf",
    "Measure",
    "Meets",
    "Merge",
    "MergerPolicy",
    "MergerRule",
    "MinOf",
    "Needed",
    "Not",
    "Op",
    "Open",
    "Plan",
    "Plausible",
    "PointsOf",
    "Province",
    "RatioOf",
    "Ref",
    "Registry",
    "Relative",
    "Rule",
    "Satisfied",
    "Scored",
    "SumOf",
    "Table",
    "Target",
    "Text",
    "TextChange",
    "Threshold",
    "TierTested",
    "Told",
    "UnitList",
    "UnitsThat",
    "Value",
    "ValueOf",
]
