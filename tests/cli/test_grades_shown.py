"""Grades on the command line: a unit that is not met but reaches a grade says so."""

import json
from pathlib import Path

import pytest

from command_line import run

RULES = """\
ruleset: commune/thu
period: 2021-2025
title: {vi: Bộ thử, en: Sample set}
instrument: {issuer: xu-mau, number: 1/QĐ-XM, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
grades:
  - grade: co-ban-dat
    title: {vi: Cơ bản đạt chuẩn, en: Basically meets}
    operations:
      - {set: "1", at_least: "75", evidence: recalled, confidence: low}
      - {remove: "2.2"}
criteria:
  - no: "1"
    title: {vi: Nước, en: Water}
    indicators:
      - {no: "1", title: {vi: Nước sạch, en: Clean water}, require: {fact: clean_water_share, at_least: "80", evidence: recalled, confidence: low}}
  - no: "2"
    title: {vi: Thu nhập, en: Income}
    indicators:
      - {no: "2.1", title: {vi: Thu nhập, en: Income}, require: {fact: income_per_capita, at_least: "45", evidence: official}}
      - {no: "2.2", title: {vi: Trường, en: Schools}, require: {fact: schools, at_least: "3", evidence: official}}
"""  # noqa: E501 - a line an indicator
UNITS = """\
unit,clean_water_share,income_per_capita,schools
A,79,50,3
B,79,44,3
C,59,50,3
D,79,,3
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A file of units, and the options for a set with one grade."""
    folder = tmp_path_factory.mktemp("grades")
    (folder / "rules").mkdir()
    (folder / "rules" / "thu.yaml").write_text(RULES, encoding="utf-8")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    return folder / "units.csv", ["--on", "2024-07-02", "--rulesets", str(folder / "rules")]


def test_the_table_of_units(work: tuple[Path, list[str]]) -> None:
    table, law = work
    out = run("assess", table, "--tier", "commune/thu", *law, COLUMNS="160")
    assert "A: chưa đạt; cơ bản đạt chuẩn (*)" in out
    assert "B: chưa đạt\n" in out
    assert "C: chưa đạt (*)\n" in out
    assert "D: chưa đạt; chưa rõ có cơ bản đạt chuẩn hay không" in out
    assert "trong đó cơ bản đạt chuẩn" in out


def test_json_lines(work: tuple[Path, list[str]]) -> None:
    table, law = work
    out = run("assess", table, "--tier", "commune/thu", *law, "--format", "jsonl")
    found = [json.loads(line) for line in out.splitlines()]
    assert [verdict.get("grade") for verdict in found] == ["co-ban-dat", None, None, None]
    assert [verdict.get("possible_grades") for verdict in found] == [["co-ban-dat"], None, None, ["co-ban-dat"]]


def test_explain(work: tuple[Path, list[str]]) -> None:
    table, law = work
    out = run("explain", table, "--unit", "A", "--tier", "commune/thu", *law, "--lang", "en", COLUMNS="160")
    assert "[not met; basically meets, provisional] A (1/2 criteria; 1 criteria basically meets)" in out
    assert "[not met; basically meets, provisional] 1 Water" in out


def test_show_and_evidence(work: tuple[Path, list[str]]) -> None:
    _, law = work
    out = run("show", "commune/thu", *law, COLUMNS="160")
    start = out.index("Cơ bản đạt chuẩn")
    assert "cần từ 75%" in out[start:]
    assert "không quy định" in out[start:]
    assert "Trường" in out[start:]
    assert "75" in run("evidence", "commune/thu", *law, COLUMNS="160")
