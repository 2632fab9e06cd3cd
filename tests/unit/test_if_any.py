"""A part of an indicator that is asked only of those who have it ("nếu có"): a table with `none`."""

import datetime as dt
import typing
from pathlib import Path

import polars as pl
import pytest

import ntm_rules as ntm
from ntm_rules import assess
from oracle import judge
from unit.small import BASE, changed, load, problems

PLAIN = '{fact: clean_water_share, at_least: "80", evidence: official}'
PART = (
    '{all: [{part: a, fact: clean_water_share, at_least: "80", evidence: official}, '
    '{part: b, fact: planned, equals: {by: [recognised], cells: {"true": "true", "false": none}}, evidence: official}]}'
)
CASES: list[tuple[dict[str, typing.Any], str, str]] = [
    ({"recognised": False}, "met", "not_applicable"),
    ({"recognised": False, "planned": False}, "met", "not_applicable"),
    ({"recognised": True, "planned": True}, "met", "met"),
    ({"recognised": True, "planned": False}, "not_met", "not_met"),
    ({"recognised": True}, "undetermined", "undetermined"),
    ({"planned": True}, "undetermined", "undetermined"),
    ({}, "undetermined", "undetermined"),
]


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_a_part_that_not_everybody_has(tmp_path: Path) -> None:
    ruleset = load(tmp_path / "rules", ntm_yaml=changed(BASE, PLAIN, PART)).compose(
        "commune/ntm", on=dt.date(2024, 7, 2)
    )
    units = [{"clean_water_share": 90, **facts} for facts, *_ in CASES]
    for facts, (_, outcome, part) in zip(units, CASES, strict=True):
        found = assess(ruleset, facts).indicators["1.1"]
        assert isinstance(found.tree, ntm.results.Connective)
        assert (found.outcome.code, found.tree.members[1].outcome.code) == (outcome, part)
        assert judge(ruleset, facts).indicators["1.1"].outcome == outcome
    frame = pl.DataFrame(
        units, schema={"clean_water_share": pl.Float64, "recognised": pl.Boolean, "planned": pl.Boolean}
    )
    codes = ntm.frames.assess(ruleset, frame, on_bad="mark")["indicator_1.1"].to_list()
    assert [ntm.Outcome(code).code for code in codes] == [outcome for _, outcome, _ in CASES]


@pytest.mark.parametrize("inside", ["{all: [%s, {fact: planned, equals: 'true', evidence: official}]}", "%s"])
def test_applies_if_on_a_part_says_what_to_write(tmp_path: Path, inside: str) -> None:
    part = changed(PLAIN, "{fact", "{applies_if: {fact: planned, equals: 'true', evidence: official}, fact")
    (found,) = problems(tmp_path / "rules", ntm_yaml=changed(BASE, PLAIN, inside % part))
    assert found.code == "key.unknown"
    assert "by: [F]" in found.hint_in("vi")
    assert '"false": none' in found.hint_in("en")
