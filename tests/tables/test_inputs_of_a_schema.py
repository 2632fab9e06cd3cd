"""Objects with ``facts`` and ``judgements``, as the schema of inputs has them and a web form sends them."""

import json
from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules import Judgement, Library, Ruleset
from vietnamese import in_vietnamese

SAID = {
    "4.2": {"outcome": "met", "body": "district", "date": "2024-06-18", "document": "12/BC-HĐTĐ"},
    "15.1": "not_met",
    "17.1": [{"outcome": "met", "body": "commune"}, {"outcome": "not_met", "body": "province"}],
    "17.2": {"outcome": "not_applicable", "note": "xã không có khu dân cư tập trung"},
}
FOUND = (
    Judgement("4.2", "met", "district", date="2024-06-18", document="12/BC-HĐTĐ"),
    Judgement("15.1", "not_met"),
    Judgement("17.1", "met", "commune"),
    Judgement("17.1", "not_met", "province"),
    Judgement("17.2", "not_applicable", note="xã không có khu dân cư tập trung"),
)


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")


def test_an_object_and_a_file_give_what_is_in_them(tmp_path: Path, ruleset: Ruleset) -> None:
    given = {"unit": "06001", "facts": {"income_per_capita": "43,2"}, "judgements": SAID}
    path = tmp_path / "xã.json"
    path.write_text(json.dumps([given]), encoding="utf-8")
    (filed,) = ntm.tables.read(path, ruleset)
    held = ntm.tables.read_facts(given, ruleset)
    for row in (filed, held):
        assert row.unit == "06001"
        assert {name: float(value) for name, value in row.facts.items()} == {"income_per_capita": 43.2}
        assert row.judgements == FOUND
    verdict = ntm.assess(ruleset, {"income_per_capita": 43.2}, "06001", judgements=FOUND)
    how = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son", "--format", "json")
    shown = json.loads(run("assess", path, *how))
    assert shown[0]["judged"] == verdict.to_dict()["judged"]


def test_what_is_no_judgement_is_named(ruleset: Ruleset) -> None:
    bad = {"facts": {"income_per_capita": "x"}, "judgements": {"4.2": {"outcome": "met", "body": "ward"}, "15.1": [3]}}
    with pytest.raises(ntm.FactError) as caught:
        ntm.tables.read_facts(bad, ruleset)
    assert [problem.fact for problem in caught.value.problems] == ["income_per_capita", "4.2", "15.1"]
    in_vietnamese(caught.value)


def test_data_on_several_levels_is_one_problem(tmp_path: Path, ruleset: Ruleset) -> None:
    path = tmp_path / "xã.json"
    path.write_text('[{"id": "x1", "data": {"CT2.3": {"value": {"total": 20, "completed": 19}}}}]', encoding="utf-8")
    with pytest.raises(ntm.TableError) as caught:
        list(ntm.tables.read(path, ruleset))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.line) == ("table.json", 1)
    assert "`data`" in problem.message_in("vi")
    assert "`facts`" in problem.hint_in("vi")
    in_vietnamese(caught.value)
    (kept,) = ntm.tables.read(path, ruleset, unit_column="id", keep=["data"])
    assert kept.kept["data"].startswith('{"CT2.3"')


def test_a_fact_stands_once(ruleset: Ruleset) -> None:
    with pytest.raises(ntm.TableError, match="income_per_capita"):
        ntm.tables.read_facts({"income_per_capita": 1, "facts": {"income_per_capita": 2}}, ruleset)
