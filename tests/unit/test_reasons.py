"""What reasons say and ask for where no figure could help, and margins where there is none."""

import datetime as dt
import json
import pickle
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import ntm_rules as ntm
from ntm_rules import Library, assess
from ntm_rules.results import LeafResult
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

PLANNED = '{fact: planned, equals: "true", evidence: official}'
GUARDED = f'{{fact: wages, at_least: "80", evidence: official}}\n        applies_if: {PLANNED}'
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
    below = shown.get("condition", shown)
    assert [leaf.get("margin") for leaf in below.get("members", [below])] == [margin]
    texts = [reason.text("vi") for reason in verdict.reasons() if reason.indicator == "2.4"]
    assert any("thiếu" in text for text in texts) == (margin is not None)


# -- facts that no rule reads, facts without a value -------------------------------------------


def test_a_fact_that_no_rule_reads_is_listed_and_decides_nothing(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son")
    facts = {"income_per_capita": 43.2, "cremation_rate": {"value": 80, "source": "BHXH"}}
    verdict = assess(ruleset, facts)
    assert verdict.unread == {"cremation_rate": 80}
    assert dict(verdict.facts) == {"income_per_capita": 43.2}
    assert verdict.codes == assess(ruleset, {"income_per_capita": 43.2}).codes
    data = json.loads(verdict.to_json())
    assert data["unread"] == {"cremation_rate": {"value": "80", "source": "BHXH"}}
    assert list(data["facts"]) == ["income_per_capita"]
    assert verdict.with_facts({"income_per_capita": 46}).unread == verdict.unread
    assert "unread" not in assess(ruleset, {"income_per_capita": 43.2}).to_dict()
    assert pickle.loads(pickle.dumps(verdict)) == verdict


BAD = [
    ({"cremation_rate": 500}, "cremation_rate"),
    ({"cremation_rate": "tám mươi"}, "cremation_rate"),
    ({"deaths": 1800, "cremations": 1900}, "cremations"),
    ({"deaths": "2.450"}, "deaths"),
    ({"deaths": 1000, "cremations": 400, "cremation_rate": 80}, "cremation_rate"),
]


@pytest.mark.parametrize(("facts", "bad"), BAD)
def test_a_fact_that_no_rule_reads_is_checked(bundled: Library, facts: dict[str, object], bad: str) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son")
    assert not set(facts) & set(ruleset.inputs())
    with pytest.raises(ntm.FactError) as caught:
        assess(ruleset, facts, "A")
    assert [(p.unit, p.fact) for p in caught.value.problems] == [("A", bad)]
    with ntm.live.Session(ruleset) as session, pytest.raises(ntm.FactError):
        session.set_many(facts)
    reads = bundled.compose("commune/nang-cao", on=ON, province="lang-son")
    if set(facts) <= set(reads.inputs()):  # what reads them finds the same
        with pytest.raises(ntm.FactError) as also:
            assess(reads, facts, "A")
        assert also.value.problems == caught.value.problems


def test_a_live_session_keeps_what_no_rule_reads(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son")
    with ntm.live.Session(ruleset, {"cremation_rate": 80}) as session:
        session.set("income_per_capita", 46)
        assert session.verdict == assess(ruleset, {"cremation_rate": 80, "income_per_capita": 46})
        snapshot = session.snapshot()
        session.clear("cremation_rate")
        assert session.verdict.unread == {}
        session.restore(snapshot)
        assert session.verdict.unread == {"cremation_rate": 80}


def test_who_was_asked_for_a_missing_figure_is_kept(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son")
    asked = {"source": "Chi cục Thống kê", "as_of": "2024-06"}
    verdict = assess(ruleset, {"income_per_capita": {"value": None, **asked}})
    data = json.loads(verdict.to_json())["facts"]
    assert data == {"income_per_capita": asked}
    assert dict(verdict.facts) == {}
    (reason,) = (r for r in verdict.reasons() if r.indicator == "10")
    assert "chưa có số liệu [nguồn: Chi cục Thống kê" in reason.text("vi")
    assert verdict.with_facts({}) == verdict


def test_a_verdict_with_keys_of_a_later_release_fits_its_schema(bundled: Library) -> None:
    text = resources.files("ntm_rules").joinpath("schemas", "verdict-2.json").read_text(encoding="utf-8")
    schema = jsonschema.Draft202012Validator(json.loads(text))
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son")
    data = assess(ruleset, {"income_per_capita": 43.2, "cremation_rate": 80}).to_dict()

    def more(node: object) -> object:
        if isinstance(node, dict):
            return {name: more(value) for name, value in node.items()} | {"later": {"and": ["more"]}}
        return [more(each) for each in node] if isinstance(node, list) else node

    assert schema.is_valid(data)
    by_name = ("facts", "unread", "columns")  # there every key is a fact
    assert schema.is_valid(
        {name: value if name in by_name else more(value) for name, value in data.items()} | {"later": 1}
    )
