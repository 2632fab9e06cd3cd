"""`disputed`: what another source says against a value is shown, and decides nothing."""

import datetime as dt
from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import run
from unit.small import BASE, amendment, changed, load

OTHER_VALUE = "2 (báo Xứ Mẫu, 05/2022)"
ONE = changed(BASE, 'level_at_least: "1"', f'level_at_least: "1", disputed: "{OTHER_VALUE}"')


def ruleset(folder: Path, text: str, **files: str) -> ntm.Ruleset:
    return load(folder, ntm_yaml=text, **files).compose("commune/ntm", on=dt.date(2024, 7, 2), province="bac")


@pytest.mark.parametrize("literacy", [None, "0", "1", "2"])
def test_it_is_in_no_hash_and_changes_no_outcome(tmp_path: Path, literacy: str | None) -> None:
    plain, disputed = ruleset(tmp_path / "a", BASE), ruleset(tmp_path / "b", ONE)
    assert disputed.content_hash == plain.content_hash
    facts = {} if literacy is None else {"literacy": literacy}
    one, other = ntm.assess(plain, facts).indicators["2.2"], ntm.assess(disputed, facts).indicators["2.2"]
    assert (other.outcome, other.margin, other.codes) == (one.outcome, one.margin, one.codes)
    assert other.evidence == one.evidence == "recalled"
    assert ntm.assess(disputed, facts).outcome is ntm.assess(plain, facts).outcome


@pytest.mark.parametrize(
    ("lang", "words"),
    [("vi", f"có nguồn khác ghi khác: {OTHER_VALUE}"), ("en", f"another source says otherwise: {OTHER_VALUE}")],
)
def test_a_reason_says_it_in_both_languages(tmp_path: Path, lang: str, words: str) -> None:
    reasons = ntm.assess(ruleset(tmp_path, ONE), {"literacy": "0", "wages": "5"}).reasons()
    found = {reason.indicator: reason.text(lang) for reason in reasons}
    assert found["2.2"].endswith(words)
    assert words not in found["2.3"]


def test_a_verdict_as_json_has_it_where_there_is_one(tmp_path: Path) -> None:
    data = ntm.assess(ruleset(tmp_path, ONE), {"literacy": "0"}).to_dict()
    leaves = {i["no"]: i for criterion in data["criteria"] for i in criterion["indicators"]}
    assert leaves["2.2"]["disputed"] == OTHER_VALUE
    assert "disputed" not in leaves["2.1"]


OVERLAY = """\
overlay: commune/ntm
province: lang-son
period: 2021-2025
instrument: {issuer: lang-son, number: 9/QĐ-UBND, date: 2023-01-01}
read: partly
sources: {bao: "https://example.org/bao"}
operations:
  - {set: "4.2", at_least: "97", evidence: secondary, source: bao, disputed: "96 (báo Lạng Sơn)"}
  - {set: "9.2", at_least: {state: pending, disputed: "80 (báo Lạng Sơn)"}}
"""


def test_the_work_list_and_the_sheet_show_it_whatever_the_evidence(tmp_path: Path) -> None:
    (tmp_path / "overlay.yaml").write_text(OVERLAY, encoding="utf-8")
    law = ("commune/ntm", "--on", "2024-07-02", "--lang", "en", "--rulesets", tmp_path, "--province", "lang-son")
    for command in ("evidence", "show"):
        out = run(command, *law, COLUMNS="300")
        assert "secondary source, another source says otherwise: 96 (báo Lạng Sơn)" in out
        assert "another source says otherwise: 80 (báo Lạng Sơn)" in out
    out = run("evidence", *law, COLUMNS="300")
    assert "1 cells from a source that another one contradicts" in out
    national = ("commune/ntm", "--period", "2016-2020", "--on", "2018-01-01", "--lang", "vi")
    assert 'độ tin cậy thấp, có nguồn khác ghi khác: "đạt loại khá trở lên"' in run(
        "evidence", *national, COLUMNS="300"
    )


def test_what_stands_beside_the_operator_holds_for_every_cell(tmp_path: Path) -> None:
    table = 'at_least: {by: [column, year], cells: {NUI: {"2024": "40", "2025": "43"}, BIEN: {"2024": "45"}}}'
    text = changed(
        BASE, f"{table}\n          evidence: official", f"{table}\n          evidence: recalled\n          disputed: x"
    )
    found = ruleset(tmp_path, text)
    assert ntm.assess(found, {"income": "1", "planned": True}).indicators["1.2"].cells[0].disputed == "x"


def test_the_number_of_a_later_layer_is_not_in_dispute(tmp_path: Path) -> None:
    later = amendment("9/QD", "2024-01-01", '{set: "2.2", level_at_least: "2", evidence: official}')
    found = ntm.assess(ruleset(tmp_path, ONE, later_yaml=later), {"literacy": "1"}).indicators["2.2"]
    assert found.outcome is ntm.Outcome.NOT_MET
    assert found.cells[0].disputed is None
