"""The smallest whole change of a part that turns a ratio's outcome, against a search."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ntm_rules import Evidence, Ruleset, assess
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import Comparison, Op
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.thresholds import Cell, CellState
from property.strategies import CATALOGUE, LAW, NUMBERS, NUMERIC_OPS


def ruleset(op: Op, limit: Decimal) -> Ruleset:
    cell = Cell(CellState.SET, Citation(LAW), LAW, limit, Evidence.OFFICIAL)
    indicator = Indicator("1", Comparison(("rate",), op, cell), Citation(LAW))
    layers = (Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8)),)
    return Ruleset(
        "commune/a", "2021-2025", dt.date(2024, 1, 1), 2024, (Criterion("1", (indicator,)),), CATALOGUE, layers
    )


def holds(op: Op, part: int, whole: int, limit: Decimal) -> bool:
    left, right = Decimal(part * 100), limit * whole
    return {
        Op.AT_LEAST: left >= right,
        Op.AT_MOST: left <= right,
        Op.MORE_THAN: left > right,
        Op.LESS_THAN: left < right,
        Op.EQUALS: left == right,
    }[op]


@given(st.sampled_from(NUMERIC_OPS), st.sampled_from(NUMBERS), st.integers(1, 90), st.data())
def test_smallest_change_of_the_part(op: Op, limit: Decimal, whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    leaf = assess(ruleset(op, limit), {"part": part, "whole": whole}).indicators["1"].leaves[0]
    now = holds(op, part, whole, limit)
    assert (leaf.outcome.code == "met") == now
    turning = [p for p in range(whole + 1) if holds(op, p, whole, limit) != now]
    if not turning:
        assert leaf.part_change is None
        return
    nearest = min(abs(p - part) for p in turning)
    assert leaf.part_change is not None
    assert abs(leaf.part_change) == nearest
    assert part + int(leaf.part_change) in turning
