"""A float is the decimal of 15 digits nearest to it, for every engine, some units in the last place off a limit too."""

import datetime as dt
import math
import typing
import warnings
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules import Ruleset, assess
from ntm_rules.frames import MissingColumns
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.numbers import decimal_of, ends, rounded
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.thresholds import Cell, CellState

LAW = Instrument("xu-mau", "1/QĐ-XM", "2022-03-08")
SHARE = Fact("share", FactType.PERCENT, None, None, Decimal(0), Decimal(100), 2)
FREE = Fact("free", FactType.NUMBER, None, None, Decimal(-1000), None, 6)
RATE = Fact("rate", FactType.PERCENT, None, None, Decimal(0), Decimal(100), 2, ratio=RatioOf("part", "whole"))
PARTS = (Fact("part", FactType.NUMBER, None, None, Decimal(0), None, 1), Fact("whole", FactType.COUNT))
OPS = (c.Op.AT_LEAST, c.Op.MORE_THAN, c.Op.AT_MOST, c.Op.LESS_THAN, c.Op.EQUALS)


def asking(fact: Fact, limit: Decimal) -> Ruleset:
    """A set that compares one fact with a limit in every way."""
    cell = Cell(CellState.SET, Citation(LAW), LAW, limit, Evidence.OFFICIAL)
    asked = tuple(Indicator(op.value, c.Comparison((fact.id,), op, cell), Citation(LAW)) for op in OPS)
    facts = (fact,) if fact.ratio is None else (fact, *PARTS)
    layer = Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8))
    on = dt.date(2024, 7, 2)
    return Ruleset("commune/mau", "2021-2025", on, 2024, (Criterion("1", asked),), facts, (layer,))


def found(ruleset: Ruleset, frame: typing.Any) -> list[tuple[int, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        told = ntm.frames.assess(ruleset, frame, on_bad="mark")
    columns = told.collect().to_dict() if isinstance(told, pl.LazyFrame) else told
    names = [f"indicator_{op.value}" for op in OPS] + ["bad_facts"]
    return list(zip(*([int(x) for x in columns[name]] for name in names), strict=True))


def by_all(ruleset: Ruleset, units: list[dict[str, float]]) -> list[tuple[int, ...]]:
    """What every engine answers: outcomes, and how many facts are bad."""
    answers = []
    for unit in units:
        try:
            answers.append((*(i.outcome for i in assess(ruleset, unit).indicators.values()), 0))
        except ntm.FactError as error:
            answers.append((2, 2, 2, 2, 2, len(error.problems)))
    columns = {name: [unit[name] for unit in units] for name in units[0]}
    assert found(ruleset, {name: np.array(values) for name, values in columns.items()}) == answers
    assert found(ruleset, pl.DataFrame(columns).lazy()) == answers
    return answers


def beside(number: float, units: int) -> list[float]:
    """A float and those so many units in the last place off."""
    below, above = [number], [number]
    for _ in range(units):
        below.append(math.nextafter(below[-1], -math.inf))
        above.append(math.nextafter(above[-1], math.inf))
    return [*below, *above[1:]]


limits = st.one_of(
    st.sampled_from(["0.1", "1", "10", "80", "62.3", "0.001", "99.9999999999999", "1e-6", "0", "123456789.012345"]),
    st.decimals(-1000, 10**6, places=6).map(str),
).map(Decimal)


@settings(max_examples=12)
@given(limits)
def test_every_engine_compares_the_decimal_of_fifteen_digits(limit: Decimal) -> None:
    ruleset = asking(FREE, limit)
    near = beside(float(limit), 26)
    near = [x for x in near if x == 0 or abs(x) > 1e-300]
    answers = by_all(ruleset, [{"free": x} for x in near])
    for x, answer in zip(near, answers, strict=True):
        written = decimal_of(f"{x:.15g}")
        indicators = assess(ruleset, {"free": written}).indicators
        assert answer == (*(i.outcome for i in indicators.values()), 0)
        low, high = ends(limit)
        assert (low <= x <= high) == (written == limit) == (indicators["equals"].margin == 0)


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_of_fifteen_digits_keeps_its_value(x: float) -> None:
    short = float(f"{x:.15g}")
    if math.isfinite(short):
        assert rounded(short) == short == rounded(x)
        assert math.copysign(1, rounded(x)) == (1 if x == 0 else math.copysign(1, x))
        assert rounded(float(f"{x:.6g}")) == float(f"{x:.6g}")


@pytest.mark.parametrize(("low", "high"), [("0", "100"), ("62.3", "1234.5")])
def test_bounds_are_met_in_fifteen_digits(low: str, high: str) -> None:
    fact = evolve(FREE, minimum=Decimal(low), maximum=Decimal(high))
    inside = [*beside(float(high), 2), *(beside(float(low), 2) if float(low) else [0.0, -0.0])]
    outside = [float(high) * (1 + 1e-13), float(low) - 1e-12, 1e301, -1e-301, 5e-324]
    answers = by_all(asking(fact, Decimal(high)), [{"free": x} for x in inside + outside])
    assert [answer[-1] for answer in answers] == [0] * len(inside) + [1] * len(outside)


def test_parts_and_counts_are_whole_in_fifteen_digits() -> None:
    """A percentage is the one that its parts give, however many digits it was worked out with."""
    units = [
        {"part": part, "whole": whole, "rate": rate}
        for part in beside(0.1 + 0.1 + 0.2, 1)
        for whole in (0.6, *beside(3.0, 1))
        for rate in (100 * 0.4 / 3, 13.3, math.nextafter(13.3, 0), 13.34, 13.4)
    ]
    answers = by_all(asking(RATE, Decimal("13.3")), units)
    good = [unit["whole"] != 0.6 and unit["rate"] < 13.34 for unit in units]
    assert [answer[-1] == 0 for answer in answers] == good


@pytest.mark.parametrize("lazy", [False, True])
def test_the_long_shape_shows_the_decimal_and_no_minus_zero(lazy: bool) -> None:
    values = [0.1 + 0.7, 80 - 2e-14, 79.3 + 1e-14, -0.0]
    frame = pl.DataFrame({"code": list("abcd"), "free": [100 * values[0], *values[1:]]})
    found = {}
    for limit in ("80", "0"):
        told = ntm.frames.assess(
            asking(FREE, Decimal(limit)), frame.lazy() if lazy else frame, unit_column="code", shape="long"
        )
        rows = (told.collect() if isinstance(told, pl.LazyFrame) else told).to_dicts()
        found[limit] = {(row["code"], row["indicator"]): row for row in rows}
        assert all(math.copysign(1, row[name]) == 1 for row in rows for name in ("actual", "margin") if row[name] == 0)
    assert [found["80"][code, "at_least"]["actual"] for code in "abcd"] == [80, 80, 79.3, 0]
    assert [found["80"][code, "equals"]["margin"] for code in "ab"] == [0, 0]
    assert found["0"]["d", "at_most"]["margin"] == 0
