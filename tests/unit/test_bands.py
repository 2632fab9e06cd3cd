"""Points by band of a figure, bonus points and deductions, through the front door."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules.difference import diff
from ntm_rules.frames import assess
from ntm_rules.messages.errors import RulesetError
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.words.sheet import rows

ON = dt.date(2024, 7, 2)
FACTS = """
level: commune
facts:
  work: {title: {vi: Điểm vận hành, en: Work}, type: number, unit: points, minimum: "0", maximum: "5", direction: more}
  bonus: {title: {vi: Điểm thưởng, en: Bonus}, type: number, unit: points, minimum: "0", maximum: "2", direction: more}
  less: {title: {vi: Điểm phạt, en: Less}, type: number, unit: points, minimum: "-3", maximum: "0", direction: more}
"""
SET = """
ruleset: commune/thu
period: 2021-2025
instrument: {issuer: xu-mau, number: 0000, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
derive:
  irrigation:
    title: {vi: Điểm thủy lợi, en: Irrigation points}
    RULE
  total:
    title: {vi: Tổng điểm, en: Total}
    points:
      out_of: "10"
      members:
        - {fact: irrigation, out_of: "5"}
        - {fact: work, out_of: "5"}
        - {fact: bonus, out_of: "0"}
        - {fact: less, out_of: "0"}
criteria:
  - no: "1"
    title: {vi: Thủy lợi, en: Irrigation}
    indicators:
      - {no: "1", title: {vi: Điểm, en: Points}, require: {fact: total, at_least: "8", evidence: official}}
"""
BANDS = """unit: points
    bands: {fact: irrigated_share, at_least: {"90": "5", "80": "3"}, else: "0", evidence: official}"""
CASE = """unit: points
    case:
      - {when: {fact: irrigated_share, at_least: "90", evidence: official}, then: "5"}
      - {when: {fact: irrigated_share, at_least: "80", evidence: official}, then: "3"}
    else: "0\""""
REST: Mapping[str, object] = {"work": 4, "bonus": 1, "less": -1}


def composed(folder: Path, rule: str = BANDS, facts: str = FACTS, rules: str = SET) -> ntm.Ruleset:
    folder.mkdir(exist_ok=True)
    (folder / "a.yaml").write_text(rules.replace("RULE", rule), encoding="utf-8")
    (folder / "f.yaml").write_text(facts, encoding="utf-8")
    return ntm.Library.load(folder).compose("commune/thu", on=ON)


def test_bands_are_a_case(tmp_path: Path) -> None:
    bands, case = composed(tmp_path / "bands"), composed(tmp_path / "case", CASE)
    assert bands.content_hash == case.content_hash
    assert from_canonical(to_canonical(bands)).content_hash == bands.content_hash
    assert diff(bands, case).changes == ()


@pytest.mark.parametrize(("share", "total"), [("100", 9), ("90", 9), ("89.99", 7), ("80", 7), ("79.99", 4), ("0", 4)])
def test_every_band_in_every_engine(tmp_path: Path, share: str, total: int) -> None:
    ruleset, facts = composed(tmp_path), {**REST, "irrigated_share": share}
    (leaf,) = ntm.assess(ruleset, facts).indicators["1"].leaves
    assert leaf.actual == total
    frame = pl.DataFrame({name: [float(str(value))] for name, value in facts.items()})
    assert assess(ruleset, frame)["outcome"].to_list() == [int(total >= 8)]


def test_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    verdict = ntm.assess(composed(tmp_path), REST)
    (leaf,) = verdict.indicators["1"].leaves
    assert (leaf.outcome.code, leaf.between, leaf.missing[0]) == ("undetermined", (4, 9), "irrigated_share")
    asked = [each.fact.id for each in ntm.relevant_facts(verdict).asked if each.fact is not None]
    assert "irrigated_share" in asked
    few = verdict.with_facts({"work": 0, "bonus": 0})
    assert few.outcome.code == "not_met"  # five points more would not do


def test_in_words(tmp_path: Path) -> None:
    ruleset = composed(tmp_path)
    shown_as = {row.title: row.asked for row in rows(ruleset, "vi")}
    assert "từ 90% → 5 điểm" in shown_as["Điểm thủy lợi"]
    assert shown_as["Điểm thủy lợi"].endswith("còn lại → 0 điểm")
    assert "Điểm thưởng (điểm cộng ngoài thang điểm)" in shown_as["Tổng điểm"]
    assert "Điểm phạt (điểm trừ)" in shown_as["Tổng điểm"]
    file = tmp_path / "x.csv"
    file.write_text("unit,irrigated_share,work,bonus,less\nX,85,4,1,-1\nY,10,4,1,-1\n", encoding="utf-8")
    shown = {}
    for unit in "XY":
        asked = ["explain", str(file), "--unit", unit, "--tier", "commune/thu", "--on", str(ON), "--lang", "vi"]
        found = run(*asked, "--rulesets", tmp_path, COLUMNS="500")
        shown[unit] = " ".join(found.replace("│", " ").split())
    assert "Điểm thủy lợi: 3 điểm (do" in shown["X"]
    assert "từ 80%)" in shown["X"]
    assert "Điểm thủy lợi: 0 điểm (không thuộc mức nào)" in shown["Y"]


RISING = BANDS.replace('at_least: {"90": "5", "80": "3"}', 'at_most: {"10": "5", "20": "3"}')


def test_bands_that_rise(tmp_path: Path) -> None:
    ruleset = composed(tmp_path, RISING)
    found = [ntm.assess(ruleset, {**REST, "irrigated_share": n}).indicators["1"].actual for n in (10, 10.5, 20, 21)]
    assert found == [9, 7, 7, 4]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (BANDS.replace('"90": "5", "80": "3"', '"80": "3", "90": "5"'), "derive.bands"),
        (BANDS.replace('"80": "3"', '"90.0": "3"'), "derive.bands"),
        (RISING.replace('"10": "5", "20": "3"', '"20": "3", "10": "5"'), "derive.bands"),
        (BANDS.replace("at_least: {", 'at_most: {"10": "5"}, at_least: {'), "derive.bands"),
        (BANDS.replace("unit: points", "unit: poin"), "unit.unknown"),
        (BANDS.replace("unit: points\n    ", ""), "key.missing"),
        (BANDS.replace('"3"', "three"), "value.number"),
        (CASE.replace('then: "3"', "then: {fact: work}"), "shape.text"),
        (CASE + "\n    exclusive: true", "derive.number"),
        (CASE.replace("unit: points\n    ", ""), "fact.type"),
        (BANDS.replace('"5"', '"6"'), "points.bounds"),
    ],
)
def test_what_is_refused(tmp_path: Path, rule: str, code: str) -> None:
    with pytest.raises(RulesetError) as error:
        composed(tmp_path, rule)
    assert code in {problem.code for problem in error.value.diagnostics}


def test_what_is_beyond_the_total_has_bounds(tmp_path: Path) -> None:
    with pytest.raises(RulesetError) as error:
        composed(tmp_path, facts=FACTS.replace('minimum: "-3", ', ""))
    assert "points.bounds" in {problem.code for problem in error.value.diagnostics}
    with pytest.raises(RulesetError) as error:
        composed(tmp_path, rules=SET.replace('{fact: less, out_of: "0"}', '{fact: less, out_of: "-3"}'))
    assert "points.out_of" in {problem.code for problem in error.value.diagnostics}
