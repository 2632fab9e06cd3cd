"""Criteria that stand beside the count: the outcome of the set rests on them, "x/9 criteria" does not."""

import datetime as dt
import typing
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import ntm_rules as ntm
from ntm_rules import Ruleset, assess
from ntm_rules.model.canonical import to_canonical
from ntm_rules.words import sheet
from oracle import judge
from unit.small import BASE, changed, load, overlay, problems

ON = dt.date(2024, 7, 2)
BESIDE = changed(BASE, '  - no: "2"\n', '  - no: "2"\n    counted: false\n')
NOT_MET: dict[str, typing.Any] = {
    "clean_water_share": 90,
    "income": 50,
    "region": "NUI",
    "planned": False,
    "literacy": "2",
    "wages": 20,
}


@pytest.fixture
def ruleset(tmp_path: Path) -> Ruleset:
    return load(tmp_path, ntm_yaml=BESIDE).compose("commune/ntm", on=ON)


def test_the_outcome_rests_on_it_and_the_counts_do_not(ruleset: Ruleset) -> None:
    verdict = assess(ruleset, NOT_MET)
    assert verdict.outcome.code == "not_met"
    assert verdict.criteria["2"].outcome.code == "not_met"
    assert (verdict.criteria_met, verdict.criteria_not_met, verdict.criteria_undetermined) == (1, 0, 0)
    assert verdict.criteria_total == 1
    assert sum(verdict.indicator_counts.values()) == 6
    assert judge(ruleset, NOT_MET).counts["criteria_total"] == 1


def test_frames_count_alike(ruleset: Ruleset) -> None:
    columns = {name: np.array([value]) for name, value in NOT_MET.items()}
    found = ntm.frames.assess(ruleset, columns)
    counts = [int(found[name][0]) for name in ("outcome", "criteria_met", "criteria_not_met", "criteria_undetermined")]
    assert counts == [0, 1, 0, 0]
    lazy = ntm.frames.assess(
        ruleset, pl.LazyFrame({k: v.astype(float) if k == "income" else v for k, v in columns.items()})
    )
    row = lazy.collect().row(0, named=True)
    assert [row[name] for name in ("outcome", "criteria_met", "criteria_not_met", "criteria_undetermined")] == counts


def test_it_is_said_in_json_sheet_and_events(ruleset: Ruleset) -> None:
    first, second = assess(ruleset, NOT_MET).to_dict()["criteria"]
    assert "counted" not in first
    assert second["counted"] is False
    rows = {row.no: row.asked for row in sheet.rows(ruleset, "vi")}
    assert rows["2"] == "phải đạt, không tính vào số tiêu chí"
    with ntm.live.Session(ruleset, {**NOT_MET, "planned": None}) as session:
        session.set("planned", False)
        told = session.history()[-1].reason.text("vi")
    assert "1/1 tiêu chí đạt" in told
    assert "chưa đạt: 2" in told.lower()


def test_only_what_is_not_counted_is_in_the_hash(tmp_path: Path, ruleset: Ruleset) -> None:
    plain = load(tmp_path / "plain").compose("commune/ntm", on=ON)
    said = changed(BASE, '  - no: "2"\n', '  - no: "2"\n    counted: true\n')
    assert load(tmp_path / "said", ntm_yaml=said).compose("commune/ntm", on=ON).content_hash == plain.content_hash
    assert plain.content_hash != ruleset.content_hash
    assert [c.get("counted", True) for c in to_canonical(ruleset)["criteria"]] == [True, False]


def test_the_difference_is_one_of_counting(tmp_path: Path, ruleset: Ruleset) -> None:
    plain = load(tmp_path / "plain").compose("commune/ntm", on=ON)
    for old, new, kind, words in (
        (plain, ruleset, "no_longer_counted", "no longer among the criteria counted"),
        (ruleset, plain, "now_counted", "now among the criteria counted"),
    ):
        found = ntm.difference.diff(old, new)
        assert [(c.level, [k.value for k in c.kinds]) for c in found.changes] == [("criterion", [kind])]
        assert words in found.text("en")


ADDED = (
    "{add: {after: '2', criterion: {no: ĐK, title: {vi: Điều kiện chung, en: Conditions}, counted: false, "
    "indicators: [{no: ĐK.1, title: {vi: Đ, en: C}, require: {fact: recognised, equals: true, evidence: official}}]}}}"
)


def test_an_overlay_adds_one(tmp_path: Path) -> None:
    library = load(tmp_path, bac_yaml=overlay("bac", "1/QD", "2024-01-01", ADDED))
    verdict = assess(library.compose("commune/ntm", on=ON, province="bac"), {"recognised": False})
    assert verdict.criteria_total == 2
    assert verdict.outcome.code == "not_met"
    assert verdict.criteria_not_met == 0


def test_an_overlay_cannot_add_one_to_a_set_that_asks_for_some(tmp_path: Path) -> None:
    some = changed(BASE, "criteria:\n", "at_least_n: 1\ncriteria:\n")
    (found,) = problems(tmp_path, ntm_yaml=some, bac_yaml=overlay("bac", "1/QD", "2024-01-01", ADDED))
    assert found.code == "criterion.counted"
    assert "`ĐK`" in found.message
