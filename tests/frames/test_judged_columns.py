"""Columns of judgements: the second reading of a frame is that of ``assess``, row by row, whatever the frame."""

import datetime as dt
import typing
import warnings
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from frames.making import EAGER, SLOWER, Facts, frame, rows, same_row, wide_row
from frames.test_same_answer import FEWEST, spoiled
from ntm_rules import Judgement, Library, Outcome, Ruleset, Verdict
from ntm_rules.frames import MissingColumns
from ntm_rules.frames.base.judged import judged_columns, with_judged
from property.strategies import facts, rulesets
from property.test_judgements import Given, judgements

WORDS = {Outcome.NOT_MET: ("not_met", "0"), Outcome.MET: ("met", "1"), Outcome.NOT_APPLICABLE: ("not_applicable", "3")}


def column_of(judgement: Judgement) -> str:
    end = "" if judgement.body is ntm.Body.OTHER else f"_{judgement.body.value}"
    return f"judged_{judgement.no}{end}"


def second_row(verdict: Verdict) -> dict[str, typing.Any]:
    """What a row says of the second reading."""
    judged = verdict.judged
    found = {"judged_outcome": int(judged.outcome), "judged_criteria_judged": judged.criteria_judged}
    found |= {f"judged_criteria_{n}": getattr(judged, f"criteria_{n}") for n in ("met", "not_met", "undetermined")}
    for no, criterion in judged.criteria.items():
        found |= {f"judged_criterion_{no}": int(criterion.outcome), f"basis_criterion_{no}": int(criterion.basis)}
    for no, indicator in judged.indicators.items():
        found |= {f"judged_indicator_{no}": int(indicator.outcome), f"basis_{no}": int(indicator.basis)}
    return found


def asked(ruleset: Ruleset, table: typing.Any, on_bad: str = "mark", **more: typing.Any) -> typing.Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        return ntm.frames.assess(ruleset, table, unit_column="code", on_bad=on_bad, **more)


def check(kind: str, ruleset: Ruleset, units: Sequence[tuple[Facts, Given]], codes: bool) -> None:
    """Every row against the verdict on its facts and judgements."""
    names = dict.fromkeys(column_of(judgement) for _, said in units for judgement in said)
    if not names:
        return
    read = with_judged(ruleset, judged_columns(ruleset, names))
    table = [{**known, **{column_of(j): WORDS[j.outcome][codes] for j in said}} for known, said in units]
    found = sorted(rows(asked(ruleset, frame(kind, read, table))), key=lambda row: row["code"])
    for mine, (known, said) in zip(found, units, strict=True):
        verdict = ntm.assess(ruleset, typing.cast(typing.Any, known), judgements=said)
        same_row(mine, wide_row(verdict) | second_row(verdict) | {"bad_facts": 0})


@pytest.mark.parametrize("kind", [*EAGER, *SLOWER])
@FEWEST
@given(data=st.data())
def test_the_second_reading_of_a_frame(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    level = data.draw(st.sampled_from((None, None, "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    one = st.tuples(facts(ruleset), judgements(ruleset, plain=True))
    check(kind, ruleset, data.draw(st.lists(one, min_size=1, max_size=4)), data.draw(st.booleans()))


@FEWEST
@given(data=st.data())
def test_beside_bad_figures(data: st.DataObject) -> None:
    """A bad figure leaves open what a judgement then fills, also where the row is looked at by itself."""
    ruleset = data.draw(rulesets(nested=False))
    units = [(data.draw(spoiled(ruleset)), data.draw(judgements(ruleset, plain=True))) for _ in range(3)]
    names = dict.fromkeys(column_of(judgement) for _, said in units for judgement in said)
    if not names:
        return
    read = with_judged(ruleset, judged_columns(ruleset, names))
    table = [{**known, **{column_of(j): j.outcome.code for j in said}} for known, said in units]
    made = frame("polars", read, table)
    eager, lazy = rows(asked(ruleset, made)), rows(asked(ruleset, made.lazy()))
    for mine, theirs, (known, said) in zip(eager, lazy, units, strict=True):
        large = any(isinstance(value, float) and abs(value) > 9e11 for value in known.values())
        if not large:  # a query takes no larger parts and wholes
            same_row(mine, theirs)
        left = [j for j in said if j.outcome is not Outcome.NOT_APPLICABLE and "." in j.no]
        bodies = {no: [j for j in left if j.no == no] for no in {j.no for j in left}}
        for no, several in bodies.items():
            if mine[f"indicator_{no}"] == Outcome.UNDETERMINED and len(several) == len([j for j in said if j.no == no]):
                assert mine[f"judged_indicator_{no}"] == min(several, key=lambda j: j.basis).outcome


ON = dt.date(2024, 7, 2)
FRAME = {
    "code": ["a", "b", "c", "d"],
    "income_per_capita": [43.2, None, 50.0, None],
    "judged_4.2": ["met", "not_met", None, "1"],
    "judged_10_province": [1, 0, 3, None],
    "judged_4": [None, "met", "not_applicable", None],
}


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


@pytest.mark.parametrize("kind", ["polars", "polars-lazy", "numpy"])
def test_words_and_codes(ruleset: Ruleset, kind: str) -> None:
    table: typing.Any = pl.DataFrame(FRAME)
    if kind == "polars-lazy":
        table = table.lazy()
    if kind == "numpy":
        table = {name: np.array(values, object) for name, values in FRAME.items()}
    found = rows(asked(ruleset, table))
    assert [row["judged_indicator_4.2"] for row in found] == [1, 0, 2, 1]
    assert [row["basis_10"] for row in found] == [1, 2, 1, 0]
    assert [row["judged_criterion_4"] for row in found] == [2, 0, 3, 2]
    assert [row["basis_criterion_4"] for row in found] == [0, 6, 5, 0]
    assert [row["judged_criteria_judged"] for row in found] == [0, 2, 1, 0]


def test_without_such_a_column_nothing_is_added(ruleset: Ruleset) -> None:
    found = asked(ruleset, pl.DataFrame({"code": ["a"], "income_per_capita": [43.2]}))
    assert not [name for name in found.columns if name.startswith(("judged", "basis"))]


@pytest.mark.parametrize("kind", ["polars", "polars-lazy", "duckdb"])
def test_asked_for_without_judgements_it_is_the_first_reading(ruleset: Ruleset, kind: str) -> None:
    """Also of a row that is looked at by itself, for it has a bad figure."""
    table = [{"income_per_capita": 50.0}, {"income_per_capita": -1.0}, {"registered_power_share": 90.0}]
    made = frame(kind, ruleset, table)
    found = sorted(rows(asked(ruleset, made, judged=True)), key=lambda row: row["code"])
    for mine in found:
        assert mine["judged_criteria_judged"] == 0
        for name in mine:
            if name.startswith("judged_") and name != "judged_criteria_judged":
                assert mine[name] == mine[name.removeprefix("judged_")]
            if name.startswith("basis_criterion_"):
                assert mine[name] == (mine[name.removeprefix("basis_")] != Outcome.UNDETERMINED)
            elif name.startswith("basis_"):
                assert mine[name] == (mine[name.replace("basis", "indicator")] != Outcome.UNDETERMINED)
    assert {row["basis_10"] for row in found} == {0, 1}
    assert "judged_outcome" in ntm.frames.to_sql(ruleset, "duckdb", judged=True)
    with pytest.raises(ntm.BadArgument, match="second reading"):
        asked(ruleset, made, shape="long", judged=True)


def test_what_is_no_judgement_is_named(ruleset: Ruleset) -> None:
    table = pl.DataFrame({"code": ["a", "b"], "judged_4.2": ["đạt", "met"], "income_per_capita": [-1.0, 2.0]})
    with pytest.raises(ntm.FactError) as caught:
        asked(ruleset, table, on_bad="raise")
    assert [(p.unit, p.fact, p.value) for p in caught.value.problems] == [
        ("a", "income_per_capita", -1.0),
        ("a", "judged_4.2", "đạt"),
    ]
    assert [row["bad_facts"] for row in rows(asked(ruleset, table))] == [2, 0]
    assert [row["judged_indicator_4.2"] for row in rows(asked(ruleset, table))] == [2, 1]


@pytest.mark.parametrize("name", ["judged_4.22", "judged_4.2_ward", "judged_", "judged_outcome"])
def test_a_number_that_the_set_does_not_have(ruleset: Ruleset, name: str) -> None:
    with pytest.raises(ntm.TableError, match="neither the unit nor a fact"):
        asked(ruleset, pl.DataFrame({"code": ["a"], name: ["met"]}))


@pytest.mark.parametrize("lazy", [False, True])
def test_the_long_shape_has_no_second_reading(ruleset: Ruleset, lazy: bool) -> None:
    table = pl.DataFrame({"code": ["a"], "judged_4.2": ["met"]})
    with pytest.raises(ntm.BadArgument, match="wide"):
        asked(ruleset, table.lazy() if lazy else table, shape="long")


def test_groups_of_several_sets(bundled: Library) -> None:
    table = pl.DataFrame({"code": ["a", "b"], "day": ["2024-07-02", "2023-07-02"], "judged_4.2": ["met", "not_met"]})
    for made in (table, table.lazy()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingColumns)
            found = ntm.frames.assess_mixed(bundled, made, tier="commune/ntm", on="day", unit_column="code")
        by_unit = {row["code"]: row for row in rows(found)}
        assert (by_unit["a"]["judged_indicator_4.2"], by_unit["b"]["judged_indicator_4.2"]) == (1, 0)


def test_the_text_of_the_query(ruleset: Ruleset) -> None:
    import duckdb

    columns = [name for name in FRAME if name != "code"]
    text = ntm.frames.to_sql(ruleset, "duckdb", columns=columns)
    communes = pl.DataFrame(FRAME).with_columns(pl.col("judged_10_province").cast(pl.String))
    connection = duckdb.connect()
    connection.register("communes", communes.to_arrow())
    found = sorted(rows(connection.sql(text)), key=lambda row: row["code"])
    for mine, theirs in zip(found, rows(asked(ruleset, communes)), strict=True):
        same_row(mine, theirs)
