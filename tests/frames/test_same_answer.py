"""``frames.assess`` answers what ``assess`` answers, row by row, whatever the frame."""

import datetime as dt
import math
import typing
import warnings
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from fiction.communes import commune
from frames.making import EAGER, LAZY, SLOWER, Facts, assessed, columns_of, frame, long_rows, rows, same_row, wide_row
from ntm_rules import Library, Ruleset
from ntm_rules.frames import MissingColumns
from oracle import givable
from property.strategies import facts, graded_rulesets, limits, made_facts, rulesets

SETS = (
    "commune/ntm",
    "commune/nang-cao",
    "commune/kieu-mau",
    "commune/lua-chon",
    "commune/con-cho",
    "commune/cham-diem",
)
FEW = settings(max_examples=max(4, settings().max_examples // 4))
FEWEST = settings(max_examples=4) if settings().max_examples <= 40 else FEW
"""For what takes a second an example: few only where the run is to be quick."""


def check(kind: str, ruleset: Ruleset, communes: Sequence[Facts], long: bool = True) -> None:
    """Every row of both shapes against the verdict on its commune."""
    table = frame(kind, ruleset, communes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        wide = ntm.frames.assess(ruleset, table, unit_column="code", on_bad="mark")
        tall = ntm.frames.assess(ruleset, table, unit_column="code", on_bad="mark", shape="long") if long else None
    found = sorted(rows(wide), key=lambda row: row["code"])
    told: dict[str, dict[str, dict[str, typing.Any]]] = {row["code"]: {} for row in found}
    for row in [] if tall is None else rows(tall):
        told[row["code"]][row["indicator"]] = row
    for mine, given_facts in zip(found, communes, strict=True):
        verdict, bad, count = assessed(ruleset, given_facts)
        same_row(mine, wide_row(verdict) | {"bad_facts": count})
        if tall is not None:
            check_long(ruleset, told[mine["code"]], verdict, bad)


def check_long(ruleset: Ruleset, mine: dict[str, dict[str, typing.Any]], verdict: ntm.Verdict, bad: set[str]) -> None:
    """The rows of one commune; what is missing for a bad value has a reason of its own."""
    worded = {reason.indicator: reason for reason in verdict.reasons()}
    assert list(mine) == list(verdict.indicators) or set(mine) == set(verdict.indicators)
    for theirs in long_rows(verdict):
        row = mine[theirs["indicator"]]
        if bad and row["reason"] == "fact_invalid":
            assert theirs["reason"] in ("fact_missing", "selector_missing")
            theirs["reason"] = "fact_invalid"
        if bad and (row["reason"], theirs["reason"]) == ("ambiguous_case", "selector_missing"):
            # a selector is missing for a bad value, which is said after that another one is ambiguous
            assert "ambiguous_case" in {code.value for code in verdict.indicators[theirs["indicator"]].codes}
            theirs["reason"] = "ambiguous_case"
        same_row(row, theirs | {"content_hash": ruleset.content_hash})
        reason = worded.get(theirs["indicator"])
        if reason is not None and not bad:
            assert ntm.frames.word(ruleset, row, "en") == reason.text("en")
            assert ntm.frames.word(ruleset, row) == reason.text("vi")


# -- generated rulesets ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", EAGER)
@FEWEST
@given(data=st.data())
def test_on_generated_rulesets(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    level = data.draw(st.sampled_from((None, None, "recalled", "secondary", "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    check(kind, ruleset, data.draw(st.lists(facts(ruleset), min_size=1, max_size=4)))


@pytest.mark.parametrize("kind", ["polars-lazy", SLOWER[1]])
@FEWEST
@given(data=st.data())
def test_lazily_on_generated_rulesets(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    level = data.draw(st.sampled_from((None, None, "recalled", "secondary", "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    check(kind, ruleset, data.draw(st.lists(facts(ruleset), min_size=1, max_size=6)))


@pytest.mark.parametrize("kind", [*EAGER, *SLOWER])
@FEWEST
@given(data=st.data())
def test_grades(kind: str, data: st.DataObject) -> None:
    """The grade of each row is a column of the wide result; bad values leave it open."""
    ruleset = data.draw(graded_rulesets())
    level = data.draw(st.sampled_from((None, None, "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    units = facts(ruleset) if data.draw(st.booleans()) else spoiled(ruleset, 1e8)
    check(kind, ruleset, data.draw(st.lists(units, min_size=1, max_size=6)), long=False)


# -- bad values ------------------------------------------------------------------------------


@st.composite
def spoiled(draw: st.DrawFn, ruleset: Ruleset, large: float = 1e17) -> Facts:
    """Facts some of which are out of bounds, infinite, no whole number, or contradict each other."""
    found = dict(draw(facts(ruleset)))
    inputs = [fact for fact in columns_of(ruleset).values() if fact.type.numeric or fact.values]
    inputs += [*givable(ruleset).values()] * 4  # contradicted, where the derivation is decided
    for fact in draw(st.lists(st.sampled_from(inputs), min_size=1, max_size=4)) if inputs else ():
        if fact.values:
            found[fact.id] = draw(st.sampled_from((*fact.values, "không rõ", "")))
        else:
            found[fact.id] = draw(st.sampled_from((-1.0, 0.5, 7.0, 55.0, 101.0, large, math.inf, -math.inf)))
    return found


@pytest.mark.parametrize("kind", [*EAGER, *SLOWER])
@FEWEST
@given(data=st.data())
def test_bad_values_are_marked(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(rulesets(nested=False))
    large = 1e8 if kind in LAZY else 1e17  # a database takes no larger parts and wholes, see below
    check(kind, ruleset, data.draw(st.lists(spoiled(ruleset, large), min_size=1, max_size=4)))


@pytest.mark.parametrize("kind", EAGER)
@FEWEST
@given(data=st.data())
def test_bad_values_are_all_named(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    communes = data.draw(st.lists(spoiled(ruleset), min_size=1, max_size=4))
    expected = {
        (f"{number:05}", name) for number, given_facts in enumerate(communes) for name in _named(ruleset, given_facts)
    }
    table = frame(kind, ruleset, communes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        if not expected:
            ntm.frames.assess(ruleset, table, unit_column="code")
            return
        with pytest.raises(ntm.FactError) as caught:
            ntm.frames.assess(ruleset, table, unit_column="code")
    assert {(str(problem.unit), problem.fact) for problem in caught.value.problems} == expected


def _named(ruleset: Ruleset, given_facts: Facts) -> set[str]:
    inputs = columns_of(ruleset)
    numbers = {n: float(v) if inputs[n].type.numeric else v for n, v in given_facts.items() if n in inputs}
    try:
        ntm.assess(ruleset, numbers)
    except ntm.FactError as error:
        return {problem.fact for problem in error.problems}
    return set()


@pytest.mark.parametrize("kind", ["polars", "pandas", "polars-lazy", SLOWER[1]])
@FEW
@given(data=st.data())
def test_a_derived_fact_that_is_given(kind: str, data: st.DataObject) -> None:
    """It counts where the derivation is open; where that says otherwise, in a prerequisite too, it is a bad value."""
    ruleset = data.draw(graded_rulesets().filter(givable))
    level = data.draw(st.sampled_from((None, None, "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    communes = [dict(one) for one in data.draw(st.lists(facts(ruleset, missing=8), min_size=1, max_size=6))]
    for one in communes:
        for fact in givable(ruleset).values():
            one[fact.id] = data.draw(st.sampled_from((*fact.values, one.get(fact.id), "không rõ")))
    check(kind, ruleset, communes)


# -- large sets ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *((kind, name) for kind in ("polars", *LAZY) for name in SETS),
        *((kind, SETS[0]) for kind in EAGER if kind != "polars"),
    ],
)
def test_on_the_made_up_country(fiction: Library, kind: str, name: str) -> None:
    lazily = kind in LAZY and name != "commune/lua-chon"
    for province in (None, "gia-bac") if kind == "polars" else (None,):
        ruleset = fiction.compose(name, on=dt.date(2024, 7, 2), province=province)
        communes = [commune(ruleset, seed, missing=0.3 * (seed % 2)) for seed in range(30)]
        check(kind, ruleset, communes, long=not lazily)


@pytest.mark.slow
def test_on_the_bundled_sets(bundled: Library) -> None:
    for name, on, province in (
        ("commune/ntm", dt.date(2024, 7, 2), "lang-son"),
        ("commune/nang-cao", dt.date(2024, 7, 2), "thanh-hoa"),
        ("commune/kieu-mau", dt.date(2023, 7, 2), "nam-dinh"),
        ("commune/ntm", dt.date(2019, 6, 1), None),
        ("commune/ntm", dt.date(2026, 3, 1), None),
    ):
        ruleset = bundled.compose(name, on=on, province=province)
        check("polars", ruleset, [commune(ruleset, seed, missing=0.2 * (seed % 3)) for seed in range(12)])


@pytest.mark.slow
@FEWEST
@given(seed=st.integers(0, 2**32))
def test_beside_every_threshold_of_the_made_up_country(fiction: Library, seed: int) -> None:
    import random

    ruleset = fiction.compose("commune/ntm", on=dt.date(2024, 7, 2))
    assert limits(ruleset)
    chance = random.Random(seed)
    check("numpy", ruleset, [made_facts(ruleset, chance.choice, 12) for _ in range(20)])
