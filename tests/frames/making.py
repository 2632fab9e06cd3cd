"""Frames of every kind with the same communes in them, and what ``assess`` says of each commune."""

import math
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve

import ntm_rules as ntm
from ntm_rules import FactError, Ruleset, Verdict
from ntm_rules.model.facts import Fact, FactType
from oracle import givable

Facts = Mapping[str, typing.Any]
Row = dict[str, typing.Any]

EAGER = ("numpy", "pandas", "pandas-nullable", "pandas-arrow", "polars", "pyarrow")
LAZY = ("polars-lazy", "duckdb")
SLOWER = tuple(pytest.param(kind, marks=pytest.mark.slow) for kind in LAZY)
"""The lazy kinds for many small rulesets: each is a query of its own, which takes longest to plan."""


def plain(fact: Fact, value: typing.Any) -> typing.Any:
    """A value as a column of its type holds it."""
    if value is None or not fact.type.numeric:
        return value
    return float(value)


def columns_of(ruleset: Ruleset) -> dict[str, Fact]:
    """The facts that may have a column, derived ones that may be given among them."""
    return {**ruleset.inputs(), **givable(ruleset)}


def values(ruleset: Ruleset, communes: Sequence[Facts]) -> dict[str, list[typing.Any]]:
    """The columns of the facts that some commune has."""
    facts = columns_of(ruleset)
    given = [name for name in facts if any(name in commune for commune in communes)]
    return {name: [plain(facts[name], commune.get(name)) for commune in communes] for name in given}


def arrow(ruleset: Ruleset, communes: Sequence[Facts]) -> pa.Table:
    """A table of doubles, booleans and texts, in two chunks, with null where a fact is missing."""
    facts = columns_of(ruleset)
    kinds = {name: _arrow_type(facts[name]) for name in values(ruleset, communes)}
    columns = {name: pa.array(column, kinds[name]) for name, column in values(ruleset, communes).items()}
    whole = pa.table({"code": codes(len(communes)), **columns})
    half = len(communes) // 2
    return pa.concat_tables([whole.slice(0, half), whole.slice(half)])


def codes(count: int) -> list[str]:
    return [f"{number:05}" for number in range(count)]


def _arrow_type(fact: Fact) -> typing.Any:
    if fact.type.numeric:
        return pa.float64()
    return pa.bool_() if fact.type is FactType.BOOLEAN else pa.string()


def frame(kind: str, ruleset: Ruleset, communes: Sequence[Facts]) -> typing.Any:
    """The communes in a frame of a kind."""
    table = arrow(ruleset, communes)
    match kind:
        case "pyarrow":
            return table
        case "polars":
            return pl.DataFrame(table)
        case "polars-lazy":
            return pl.DataFrame(table).lazy()
        case "pandas-arrow":
            return table.to_pandas(types_mapper=pd.ArrowDtype)
        case "pandas-nullable":
            return pd.DataFrame({n: pd.array(c, dtype=_nullable(ruleset, n)) for n, c in table.to_pydict().items()})
        case "pandas":
            return pd.DataFrame({n: _numpy(ruleset, n, c, masked=False) for n, c in table.to_pydict().items()})
        case "numpy":
            return {n: _numpy(ruleset, n, c, masked=True) for n, c in table.to_pydict().items()}
        case "duckdb":
            connection = duckdb.connect()
            connection.register("communes", table)
            return connection.table("communes")
        case _:
            raise ValueError(kind)


def _nullable(ruleset: Ruleset, name: str) -> typing.Any:
    fact = columns_of(ruleset).get(name)
    if fact is None or fact.values:
        return "string"
    return "Float64" if fact.type.numeric else "boolean"


def _numpy(ruleset: Ruleset, name: str, column: list[typing.Any], masked: bool) -> typing.Any:
    """Numbers with NaN; yes/no and texts as Python values, or masked."""
    fact = columns_of(ruleset).get(name)
    if fact is not None and fact.type.numeric:
        return np.array([math.nan if value is None else value for value in column], float)
    if not masked or fact is None:
        return np.array(column, object)
    lacking = [value is None for value in column]
    filler: typing.Any = False if fact.type is FactType.BOOLEAN else ""
    return np.ma.MaskedArray(np.array([filler if v is None else v for v in column]), lacking)


def rows(found: typing.Any) -> list[Row]:
    """The rows of a frame of any kind, in the order of the unit and, of a long result, as it has them."""
    if isinstance(found, pl.LazyFrame):
        found = found.collect()
    if isinstance(found, pl.DataFrame):
        return found.rows(named=True)
    if isinstance(found, duckdb.DuckDBPyRelation):
        found = found.to_arrow_table()
    if isinstance(found, pa.Table):
        return list(found.to_pylist())
    if isinstance(found, dict):
        names = list(found)
        return [dict(zip(names, map(_scalar, row), strict=True)) for row in zip(*found.values(), strict=True)]
    if isinstance(found, pd.DataFrame):
        return [{str(n): _scalar(v) for n, v in row.items()} for row in found.to_dict("records")]
    return list(found.to_pyarrow().to_pylist())


def _scalar(value: typing.Any) -> typing.Any:
    value = value.item() if isinstance(value, np.generic) else value
    if value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return value


# -- what assess says ------------------------------------------------------------------------


def assessed(ruleset: Ruleset, facts: Facts) -> tuple[Verdict, set[str], int]:
    """The verdict in which nothing is known of bad facts and of ratios read from them; these; how many are bad."""
    inputs = columns_of(ruleset)
    given = {name: plain(inputs[name], value) for name, value in facts.items() if name in inputs}
    named: set[str] = set()
    try:
        ntm.assess(ruleset, given)
    except FactError as error:
        named = {problem.fact for problem in error.problems}
    bad = named | {f.id for f in ruleset.facts if f.ratio and {f.ratio.part, f.ratio.whole} & named}
    bad |= {f.id for f in ruleset.facts if f.undecided in named}
    # nothing is known of a bad ratio, whatever its parts say
    facts_ = tuple(evolve(fact, ratio=None) if fact.id in bad else fact for fact in ruleset.facts)
    known = {n: v for n, v in given.items() if n not in bad}
    return ntm.assess(evolve(ruleset, facts=facts_), known), bad, len(named)


def wide_row(verdict: Verdict) -> Row:
    """The wide row of a verdict."""
    found: Row = {
        "outcome": int(verdict.outcome),
        "provisional": verdict.provisional,
        "criteria_met": verdict.criteria_met,
        "criteria_not_met": verdict.criteria_not_met,
        "criteria_undetermined": verdict.criteria_undetermined,
    }
    if verdict.ruleset.grades:
        found["grade"] = verdict.grade.id if verdict.grade else None
    found |= {f"criterion_{no}": int(criterion.outcome) for no, criterion in verdict.criteria.items()}
    return found | {f"indicator_{no}": int(indicator.outcome) for no, indicator in verdict.indicators.items()}


def long_rows(verdict: Verdict) -> list[Row]:
    """The long rows of a verdict, but for details and hash."""
    found: list[Row] = []
    for criterion in verdict.criteria.values():
        for no, indicator in criterion.indicators.items():
            fact = indicator.single.fact if indicator.single else None
            columns = [column.value for column in indicator.columns if column.value is not None]
            found.append(
                {
                    "criterion": criterion.no,
                    "indicator": no,
                    "outcome": int(indicator.outcome),
                    "provisional": indicator.provisional,
                    "actual": number(indicator.actual, fact),
                    "required": number(indicator.required, fact),
                    "margin": number(indicator.margin, fact),
                    "column": ", ".join(columns) or None,
                    "evidence": indicator.evidence,
                    "reason": indicator.codes[0].value if indicator.codes else None,
                }
            )
    return found


def number(value: typing.Any, fact: Fact | None) -> float | None:
    """A value as a column of numbers has it."""
    if value is None or isinstance(value, tuple):
        return None
    if isinstance(value, str):
        levels = fact is not None and fact.type is FactType.ORDINAL
        return float(fact.values.index(value)) if fact is not None and levels else None
    return float(value)


def same_row(mine: Row, theirs: Row) -> None:
    """Equal, numbers to 1e-9 of their size."""
    for name, value in theirs.items():
        if isinstance(value, float) and mine[name] is not None:
            assert math.isclose(mine[name], value, rel_tol=1e-9, abs_tol=1e-9), (name, mine, theirs)
        else:
            assert mine[name] == value, (name, mine[name], value, mine)


def decimals(column: Sequence[float | None], scale: int) -> list[Decimal | None]:
    """A column as decimals."""
    return [None if value is None else round(Decimal(repr(value)), scale) for value in column]
