"""Small made-up rulesets, and overlays over any ruleset that tighten, leave open and add."""

import datetime as dt
import typing
from collections.abc import Iterator
from decimal import Decimal

from attrs import evolve, frozen
from hypothesis import strategies as st

from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation, Confidence, Evidence, Instrument
from ntm_rules.model.facts import Direction, Fact, FactType, Measure, RatioOf
from ntm_rules.model.rewrite import nodes
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import GENERAL, Cell, CellState, Table, Threshold
from ntm_rules.model.walk import indicators, leaves

LAW = Instrument("xu-mau", "1/QĐ-XM", "2022-03-08")
ON = dt.date(2024, 7, 2)
_PERCENT, _POINT = Measure("percent", Text("%", "%")), Measure("point", Text("điểm", "points"))
_BETTER, _WORSE = Direction.MORE, Direction.LESS


def _share(name: str, ratio: RatioOf | None = None) -> Fact:
    bounds = Decimal(0), Decimal(100)
    return Fact(name, FactType.PERCENT, None, _PERCENT, *bounds, decimals=2, direction=_BETTER, ratio=ratio)


FACTS = (
    _share("share"),
    _share("rate", RatioOf("part", "whole")),
    Fact("part", FactType.COUNT, None, _POINT, Decimal(0)),
    Fact("whole", FactType.COUNT, None, _POINT, Decimal(0)),
    evolve(_share("reached", RatioOf("units_there", "units")), undecided="units_open"),
    Fact("units_there", FactType.COUNT, None, _POINT, Decimal(0)),
    Fact("units", FactType.COUNT, None, _POINT, Decimal(0)),
    Fact("units_open", FactType.COUNT, None, _POINT, Decimal(0)),
    Fact("scored", FactType.COUNT, None, _POINT, Decimal(0), direction=_BETTER, undecided="scores_open"),
    Fact("scores_open", FactType.COUNT, None, _POINT, Decimal(0)),
    Fact("amount", FactType.NUMBER, None, _POINT, Decimal(0), decimals=1, direction=_BETTER),
    Fact("losses", FactType.NUMBER, None, _POINT, Decimal(-20), Decimal("60.5"), 1, _WORSE),
    Fact("yes", FactType.BOOLEAN, direction=_BETTER),
    Fact("level", FactType.ORDINAL, values=("c", "b", "a"), direction=_BETTER),
    Fact("region", FactType.CATEGORY, values=("N", "S")),
)
_BY_ID = {fact.id: fact for fact in FACTS}
_COMPARED = ("share", "rate", "reached", "scored", "amount", "losses", "yes", "level")
_NUMBERS = tuple(Decimal(t) for t in ("50", "0", "0.3", "33.33", "66.67", "80", "100"))


@st.composite
def _cells(draw: st.DrawFn, fact: Fact) -> Cell:
    state = draw(st.sampled_from([CellState.SET] * 5 + [CellState.PENDING, CellState.NONE]))
    evidence = None if state is CellState.PENDING else draw(st.sampled_from(Evidence))
    confidence = Confidence.LOW if evidence is Evidence.RECALLED else None
    value: Decimal | bool | str | None = None
    if state is CellState.SET:
        value = draw(st.sampled_from(fact.values)) if fact.values else draw(st.sampled_from(_NUMBERS))
        value = True if fact.type is FactType.BOOLEAN else value
    return Cell(state, Citation(LAW), LAW, value, evidence, confidence)


@st.composite
def _thresholds(draw: st.DrawFn, fact: Fact) -> Threshold:
    by = draw(st.sampled_from((None, "region", "year")))
    if by is None:
        return draw(_cells(fact))
    columns = {"region": ("N", "S"), "year": ("2024", "2025")}[by]
    return Table((by,), tuple(((column,), draw(_cells(fact))) for column in columns))


@st.composite
def _comparisons(draw: st.DrawFn) -> c.Condition:
    """Return a comparison that goes the way of its fact."""
    fact = _BY_ID[draw(st.sampled_from(_COMPARED))]
    op = {FactType.BOOLEAN: c.Op.EQUALS, FactType.ORDINAL: c.Op.LEVEL_AT_LEAST}.get(fact.type)
    if op is None:
        choices = (c.Op.AT_LEAST, c.Op.MORE_THAN) if fact.direction is _BETTER else (c.Op.AT_MOST, c.Op.LESS_THAN)
        op = draw(st.sampled_from(choices))
    return c.Comparison((fact.id,), op, draw(_thresholds(fact)))


@st.composite
def _conditions(draw: st.DrawFn) -> c.Condition:
    kind = draw(st.sampled_from(("leaf", "leaf", "all", "any", "two")))
    if kind == "leaf":
        return draw(_comparisons())
    members = tuple(evolve(draw(_comparisons()), part=part) for part in "abc"[: draw(st.integers(2, 3))])
    return c.All(members) if kind == "all" else c.Any(members) if kind == "any" else c.AtLeast(2, members)


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    """Return a small composed ruleset for which every law holds."""
    criteria: list[Criterion] = []
    for n in range(1, draw(st.integers(1, 3)) + 1):
        conditions = draw(st.lists(_conditions(), min_size=1, max_size=3))
        own = tuple(Indicator(f"{n}.{i}", condition, Citation(LAW)) for i, condition in enumerate(conditions, 1))
        k = draw(st.sampled_from((None, None, 1)))
        must = (draw(st.sampled_from(own)).no,) if k is not None and draw(st.booleans()) else ()
        counted = draw(st.sampled_from((True, True, False)))
        criteria.append(Criterion(str(n), own, at_least_n=k, counted=counted, must=must))
    layer = Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8))
    bindings = (("year", "2024"),)
    return Ruleset("commune/mau", "2021-2025", ON, ON.year, tuple(criteria), FACTS, (layer,), bindings=bindings)


# -- overlays -------------------------------------------------------------------------------------

Operation = dict[str, typing.Any]


@frozen
class _SettableCell:
    """A cell that an overlay may set."""

    address: str
    comparison: c.Comparison
    fact: Fact
    key: tuple[str, ...]
    cell: Cell


def _settable(ruleset: Ruleset) -> Iterator[_SettableCell]:
    """Yield the cells of numeric comparisons that an address names alone, none of them under a ``not``."""
    facts = ruleset.fact_by_id
    for _, indicator in indicators(ruleset):
        if any(isinstance(node, c.Not) for _, node in nodes(indicator.require, "")):
            continue
        found = list(leaves(indicator.require, indicator.no))
        for address, leaf in found:
            alone = sum(other == address for other, _ in found) == 1
            if not alone or not isinstance(leaf, c.Comparison) or not facts[leaf.fact].type.numeric:
                continue
            if leaf.op is c.Op.EQUALS:
                continue
            threshold = leaf.threshold
            cells = threshold.cells if isinstance(threshold, Table) else (((), threshold),)
            for key, cell in cells:
                if isinstance(cell, Cell) and cell.state in (CellState.SET, CellState.PENDING) and GENERAL not in key:
                    yield _SettableCell(address, leaf, facts[leaf.fact], key, cell)


def _tightened(place: _SettableCell, by: int) -> str:
    """Return a value that asks for more than the cell, within the bounds of the fact."""
    more = place.comparison.op in (c.Op.AT_LEAST, c.Op.MORE_THAN)
    fact, value = place.fact, place.cell.value
    start = value if isinstance(value, Decimal) else Decimal(50)
    wanted = start + by if more else start - by
    low = fact.minimum if fact.minimum is not None else wanted
    high = fact.maximum if fact.maximum is not None else wanted
    return format(min(max(wanted, low), high), "f")


def _operation(place: _SettableCell, by: int | None) -> Operation:
    """Set the cell to something stricter; leave it pending where *by* is None."""
    cell: object = "pending" if by is None else {"value": _tightened(place, by), "evidence": "official"}
    if not place.key:
        return {"set": place.address, place.comparison.op.value: cell}
    for part in reversed(place.key):
        cell = {part: cell}
    return {"set": place.address, "cells": cell}


def overlays(base: Ruleset) -> st.SearchStrategy[Operation]:
    """Overlays for ``Library.compose(overlay=...)``: each operation on a cell of its own, none of them looser."""
    return _overlays(_Base(base))


class _Base:
    """A ruleset with the cells that may be set; prints short."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.places = tuple(_settable(ruleset))

    def __repr__(self) -> str:
        return f"{self.ruleset.id} {self.ruleset.period}"


@st.composite
def _overlays(draw: st.DrawFn, base: _Base) -> Operation:
    places = base.places
    chosen: list[_SettableCell] = []
    if places:
        chosen = draw(st.lists(st.sampled_from(places), max_size=4, unique_by=lambda place: (place.address, place.key)))
    operations = [_operation(place, draw(st.sampled_from((1, 5, None)))) for place in chosen]
    # where some of the indicators are enough, one more of them could be met in the place of another
    criteria = [criterion for criterion in base.ruleset.criteria if criterion.at_least_n is None]
    title = {"vi": "Thêm", "en": "Added"}
    if bool(criteria) and (draw(st.booleans()) or not operations):
        indicator = {"no": f"{criteria[-1].no}.them", "title": title, "require": "pending"}
        operations.append({"add": {"criterion": criteria[-1].no, "indicator": indicator}})
    elif not operations:
        operations.append({"retitle": base.ruleset.criteria[-1].indicators[-1].no, "title": title})
    return {
        "overlay": base.ruleset.id,
        "period": base.ruleset.period,
        "instrument": {"issuer": "nguoi-dung", "number": "1/QĐ-THU", "date": base.ruleset.on.isoformat()},
        "operations": operations,
    }
