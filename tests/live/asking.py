"""Small rulesets that ask for what a test wants asked."""

import datetime as dt
import typing
from collections.abc import Iterable

from ntm_rules import Evidence, Ruleset
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import Comparison, Condition, Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.thresholds import Cell, CellState
from property.strategies import BY_ID, CATALOGUE, LAW

ON = dt.date(2024, 7, 2)


def comparison(fact: str, op: Op, value: typing.Any) -> Comparison:
    """A comparison with a number, level or answer seen in the instrument."""
    return Comparison((fact,), op, Cell(CellState.SET, Citation(LAW), LAW, value, Evidence.OFFICIAL))


def asking(*conditions: Condition, facts: Iterable[Fact] = CATALOGUE, in_one: bool = False) -> Ruleset:
    """A set with a criterion for each condition, or with one criterion for all."""
    indicators = [Indicator(f"{n}.1", condition, Citation(LAW)) for n, condition in enumerate(conditions, 1)]
    criteria = [Criterion(str(n), (indicator,)) for n, indicator in enumerate(indicators, 1)]
    if in_one:
        criteria = [Criterion("1", tuple(indicators))]
    layers = (Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8)),)
    return Ruleset(
        "commune/a", "2021-2025", ON, 2024, tuple(criteria), tuple(facts), layers, bindings=(("year", "2024"),)
    )


__all__ = ["BY_ID", "CATALOGUE", "asking", "comparison"]
