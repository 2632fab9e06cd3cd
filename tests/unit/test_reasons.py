"""What reasons say and ask for where no figure could help, and margins where there is none."""

import datetime as dt
import json
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules import Library, assess
from ntm_rules.results import LeafResult
from ntm_rules.tables import UnitFacts
from unit.small import BASE, changed, load

ON = dt.date(2024, 7, 2)
IN_2026 = dt.date(2026, 6, 20)
"""The annex of the set of 2026-2030 has not been copied."""

# -- where the law itself is open --------------------------------------------------------------


def test_what_the_law_leaves_open_in_every_column_asks_for_no_figure(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=IN_2026, province="lang-son")
    verdict = assess(ruleset, {"income_per_capita": 60})
    reasons = verdict.reasons()
    assert len(reasons) == 10
    for reason in reasons:
        assert [code.value for code in reason.codes] == ["pending"]
        assert "mức quy định chưa được chép từ văn bản; 51/2025/QĐ-TTg" in reason.text("vi")
        assert "thiếu thông tin" not in reason.text("vi")
        assert all(column.missing == () for column in reason.result.columns)
    (unit,) = ntm.programme.rereview(ruleset, ruleset, [("A", {})]).units
    assert unit.missing == ()


@pytest.mark.parametrize(
    ("cell", "asked"),
    [
        ("pending", ()),
        ("{state: delegated, evidence: official}", ()),
        ('"10"', ("wages",)),
        ("{by: [area], cells: {I: pending, II: pending, III: pending}}", ()),
        ('{by: [area], cells: {I: "10", II: pending, III: pending}}', ("area", "wages")),
    ],
)
def test_a_comparison_asks_for_a_fact_only_where_one_could_decide_it(
    tmp_path: Path, cell: str, asked: tuple[str, ...]
) -> None:
    evidence = ", evidence: official" if '"' in cell else ""
    text = changed(BASE, "{fact: wages, more_than: pending}", f"{{fact: wages, more_than: {cell}{evidence}}}")
    verdict = assess(load(tmp_path, ntm_yaml=text).compose("commune/ntm", on=ON), {})
    leaf = verdict.indicators["2.4"].tree
    assert isinstance(leaf, LeafResult)
    assert leaf.missing == asked
    (reason,) = (reason for reason in verdict.reasons() if reason.indicator == "2.4")
    assert ("chưa có số liệu" in reason.text("vi")) == bool(asked)


# -- margins -----------------------------------------------------------------------------------

GUARDED = '{fact: wages, at_least: "80", evidence: official}\n        applies_if: {fact: planned, equals: "true", evidence: official}'
BELOW_NOT = '{not: {fact: wages, at_least: "70", evidence: official}}'


@pytest.mark.parametrize(
    ("condition", "planned", "outcome", "margin"),
    [
        (GUARDED, True, "not_met", "-5"),
        (GUARDED, False, "not_applicable", None),
        (GUARDED, None, "undetermined", None),
        (BELOW_NOT, None, "not_met", None),
    ],
)
def test_there_is_a_margin_only_beside_the_outcome_that_it_is_of(
    tmp_path: Path, condition: str, planned: bool | None, outcome: str, margin: str | None
) -> None:
    text = changed(BASE, "{fact: wages, more_than: pending}", condition)
    verdict = assess(load(tmp_path, ntm_yaml=text).compose("commune/ntm", on=ON), {"wages": 75, "planned": planned})
    found = verdict.indicators["2.4"]
    assert (found.outcome.code, found.margin and f"{found.margin:.0f}") == (outcome, margin)
    (shown,) = (i for c in verdict.to_dict()["criteria"] for i in c["indicators"] if i["no"] == "2.4")
    assert [leaf["margin"] for leaf in shown["condition"].get("members", [shown["condition"]])] == [margin]
    texts = [reason.text("vi") for reason in verdict.reasons() if reason.indicator == "2.4"]
    assert any("thiếu" in text for text in texts) == (margin is not None)
