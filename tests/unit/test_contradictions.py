"""Rule files that contradict each other or themselves: each is an error, at the word, in both languages."""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from command_line import invoke
from ntm_rules import Library, RulesetError
from ntm_rules.check.folder import Folder
from ntm_rules.messages import Diagnostic
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library as Rules
from unit.small import BASE, FACTS, FILES, OTHER, amendment, changed, load, overlay, place, problems, put, written

ON = dt.date(2024, 7, 2)
DAY = "2024-01-01"
SET_85 = '{set: "1.1", at_least: "85", evidence: official}'
SET_90 = '{set: "1.1", at_least: "90", evidence: official}'
K_OF_N = changed(BASE, "          all:\n", "          at_least_n: 1\n          of:\n")
SCORE = """\
ruleset: commune/diem
period: 2021-2025
instrument: {issuer: xu-mau, number: 5/QD, date: 2022-03-08}
derive:
  score: {points: {out_of: "100", members: [{fact: brief, out_of: "30"}, {fact: scheme, out_of: "70"}]}}
criteria:
  - no: "1"
    title: {vi: Điểm, en: Points}
    indicators: [{no: "1", title: {vi: Điểm, en: Points}, require: {fact: score, at_least: "80", evidence: official}}]
"""
SCORED = FACTS + "".join(
    f"  {name}: {{title: {{vi: Điểm, en: Points}}, type: number, unit: million, minimum: '0', maximum: '{most}'}}\n"
    for name, most in (("brief", 20), ("scheme", 70))
)
GRADED = """\
grades:
  - grade: gan-dat
    title: {vi: Gần đạt, en: Nearly}
    operations: [{set: '2.2', level_at_least: '0', evidence: official}]
"""
CELLS = [f'{{set: "1.2", cells: {{NUI: {{"2024": "{n}"}}}}, evidence: official}}' for n in (45, 46)]
BOTH = '{set: "1.2", at_least: "50", cells: {NUI: {"2024": "45"}}, evidence: official}'
ROUND = '{replace: "2.1", require: {meets: commune/khac, by: finding, evidence: official}}'
MOST, LEAST = 'at_most: "80", part: b, evidence: secondary', 'at_least: "10", part: b, evidence: secondary'
IN_GRADES = overlay("bac", "3/QD", DAY, SET_85) + GRADED

CASES: dict[str, tuple[dict[str, str], str, str, str, str]] = {
    # files, the code, the file that is named, the word in it, what is said
    "one instrument in two files": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_85), "a - Copy.yaml": overlay("bac", "3/QD", DAY, SET_90)},
        "layer.duplicate", "a.yaml", "3/QD", "`rules/a - Copy.yaml` and `rules/a.yaml`",
    ),
    "one instrument, its number written in another way": (
        {"a.yaml": overlay("bac", "3/QĐ", DAY, SET_85), "b.yaml": overlay("bac", "3/QD", DAY, SET_90)},
        "layer.duplicate", "b.yaml", "3/QD", "`rules/a.yaml` and `rules/b.yaml`",
    ),
    "one amendment in two files": (
        {"a.yaml": amendment("3/QD", DAY, SET_85), "b.yaml": amendment("3/QD", DAY, '{remove: "2.2"}')},
        "layer.duplicate", "b.yaml", "3/QD", "`3/QD`",
    ),
    "a threshold set twice": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_85, SET_90)},
        "operation.twice", "a.yaml", '"1.1", at_least: "90"', "`3/QD` changes `1.1` twice",
    ),
    "a cell set twice": (
        {"a.yaml": overlay("bac", "3/QD", DAY, *CELLS)},
        "operation.twice", "a.yaml", '"1.2", cells: {NUI: {"2024": "46"', "`1.2`",
    ),
    "a number pending twice": (
        {"a.yaml": overlay("bac", "3/QD", DAY, '{set_pending: ["2.3", "2.3a"]}')},
        "operation.twice", "a.yaml", '"2.3a"', "`2.3a`",
    ),
    "set, and in one with pending": (
        {"a.yaml": amendment("3/QD", DAY, SET_85, '{set_pending: "1.1"}')},
        "operation.twice", "a.yaml", '"1.1"}', "`1.1`",
    ),
    "an operator beside cells": (
        {"a.yaml": overlay("bac", "3/QD", DAY, BOTH)},
        "operation.set", "a.yaml", "cells", "not both",
    ),
    "a province's amendment without the province": (
        {"a.yaml": amendment("3/QD", DAY, SET_85, issuer="bac")},
        "layer.issuer", "a.yaml", "bac", "cannot change the national set `commune/ntm`",
    ),
    "a province's set without the province": (
        {"a.yaml": changed(OTHER, "issuer: xu-mau", "issuer: bac").replace("commune/khac", "commune/rieng")},
        "layer.issuer", "a.yaml", "bac", "cannot hold for the whole country",
    ),
    "another province's decision": (
        {"a.yaml": changed(overlay("bac", "3/QD", DAY, SET_85), "issuer: bac", "issuer: nam")},
        "layer.issuer", "a.yaml", "nam", "`nam` is not the province of the file, `bac`",
    ),
    "a layer after its set has ended": (
        {"a.yaml": overlay("bac", "3/QD", "2026-01-01", SET_85)},
        "layer.dates", "a.yaml", "2026-01-01", "holds from 2026-01-01",
    ),
    "a layer that ends before its set begins": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_85, more="in_force: {from: 2021-01-01, to: 2021-12-31}\n")},
        "layer.dates", "a.yaml", "2021-01-01, to", "holds from 2021-01-01",
    ),
    "a weight that nobody can reach": (
        {"facts.yaml": SCORED, "a.yaml": SCORE},
        "points.bounds", "a.yaml", "{fact: brief", "more than 20 of its 30 points",
    ),
    "a member of k of n twice": (
        {"ntm.yaml": changed(K_OF_N, MOST, LEAST)},
        "condition.twice", "ntm.yaml", '{fact: wages, at_least: "10", part: b', "would count twice",
    ),
    "a value of one_of twice": (
        {"ntm.yaml": changed(BASE, 'level_at_least: "1"', 'one_of: ["1", "2", "1"]')},
        "value.twice", "ntm.yaml", '"1"], evidence: recalled', "`1` is twice in `one_of`",
    ),
    "a fact of a comparison twice": (
        {"ntm.yaml": changed(BASE, "{fact: wages, more_than: pending}", "{facts: [wages, wages], more_than: pending}")},
        "value.twice", "ntm.yaml", "wages], more", "`wages` is twice in `facts`",
    ),
    "a selector twice": (
        {"ntm.yaml": changed(BASE, "by: [column, year]", "by: [year, year]")},
        "value.twice", "ntm.yaml", "year], cells", "`year` is twice in `by`",
    ),
    "the year compared": (
        {"ntm.yaml": changed(BASE, '{fact: planned, equals: "true"', '{fact: year, equals: "2024"')},
        "fact.year", "ntm.yaml", "{fact: year", "not a fact of a unit",
    ),
    "the year in a guard": (
        {"ntm.yaml": changed(BASE, 'fact: planned, equals: "false"', 'fact: year, equals: "2024"')},
        "fact.year", "ntm.yaml", "{fact: year", "not a fact of a unit",
    ),
    "a fact called year": (
        {"a.yaml": "level: commune\nfacts:\n  year: {title: {vi: Năm, en: Year}, type: boolean}\n"},
        "fact.duplicate", "a.yaml", "year:", "`year` exists already",
    ),
    "a fact in two files": (
        {"a.yaml": "level: commune\nfacts:\n  income: {title: {vi: Thu nhập, en: Income}, type: boolean}\n"},
        "fact.duplicate", "facts.yaml", "income:", "`rules/a.yaml` and `rules/facts.yaml`",
    ),
    "what an earlier layer has taken out, in a grade": (
        {"a.yaml": IN_GRADES, "b.yaml": overlay("bac", "4/QD", "2023-12-01", '{remove: "2.2"}')},
        "operation.target", "a.yaml", "'2.2'", "`2.2` was taken out by `4/QD` from 2023-12-01",
    ),
    "a circle": (
        {"a.yaml": amendment("3/QD", DAY, ROUND)},
        "ruleset.circle", "khac.yaml", '"commune/ntm#1.2', "commune/ntm -> commune/khac -> commune/ntm",
    ),
    "a set without a period that another one refers to": (
        {"ntm.yaml": changed(BASE, "period: 2021-2025\n", "")},
        "ruleset.unknown", "khac.yaml", '"commune/ntm#1.2', "unknown period `2021-2025`",
    ),
}  # fmt: skip


def told(tmp_path: Path, files: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    return problems(tmp_path / "rules", **{name.replace(".yaml", "_yaml"): text for name, text in files.items()})


@pytest.mark.parametrize(("files", "code", "file", "word", "said"), CASES.values(), ids=CASES.keys())
def test_a_contradiction(tmp_path: Path, files: Mapping[str, str], code: str, file: str, word: str, said: str) -> None:
    found = [d for d in told(tmp_path, files) if d.code == code and said in d.message]
    assert found
    text = files.get(file, FILES.get(file, ""))
    assert (found[0].file, found[0].line, found[0].column) == (f"rules/{file}", *place(text, word))


def test_a_layer_out_of_time_says_when_its_set_is_in_force(tmp_path: Path) -> None:
    (found,) = told(tmp_path, {"a.yaml": overlay("bac", "3/QD", "2026-01-01", SET_85)})
    assert found.hint == "there is 2021-2025 (2022-03-08 to 2025-12-31): correct the dates or the period"


RIGHT: dict[str, dict[str, str]] = {
    "one instrument with two annexes": {
        "a.yaml": changed(overlay("bac", "3/QD", DAY, SET_85), "3/QD,", "3/QD, annex: I,"),
        "b.yaml": changed(overlay("bac", "3/QD", DAY, '{set_pending: "2.2"}'), "3/QD,", "3/QD, annex: II,"),
    },
    "one number of two provinces": {
        "a.yaml": overlay("bac", "3/QD", DAY, SET_85),
        "b.yaml": overlay("nam", "3/QD", DAY, SET_90),
    },
    "the successor decides for the old territory": {
        "a.yaml": changed(overlay("cu", "3/QD", DAY, SET_85), "issuer: cu", "issuer: bac"),
    },
    "members that nobody has copied yet": {
        "ntm.yaml": changed(
            K_OF_N,
            '            - {fact: wages, at_least: "10", part: a, evidence: official}\n',
            "            - {pending: pending, part: c}\n            - {pending: pending, part: d}\n",
        ),
    },
    "two parts of one indicator": {
        "a.yaml": overlay("bac", "3/QD", DAY, '{set_pending: ["2.3a", "2.3b"]}'),
    },
}


@pytest.mark.parametrize("files", RIGHT.values(), ids=RIGHT.keys())
def test_what_looks_like_one_and_is_none(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert told(tmp_path, files) == ()


def test_a_national_amendment_after_a_provincial_overlay(tmp_path: Path) -> None:
    """The stricter of the two holds where the province had set a column; the others are the amendment's."""
    base = changed(
        BASE,
        'at_least: "80", evidence: official',
        'evidence: official, at_least: {by: [area], cells: {I: "80", II: "80", III: "80"}}',
    )
    own = overlay("bac", "2/QD", "2023-01-01", '{set: "1.1", cells: {I: {value: "85", evidence: official}}}')
    later = amendment("3/QD", DAY, '{set: "1.1", evidence: official, cells: {I: "70", II: "70", III: "70"}}')
    ruleset = load(tmp_path / "rules", ntm_yaml=base, a_yaml=own, b_yaml=later).compose(
        "commune/ntm", on=ON, province="bac"
    )
    table = ruleset.criteria[0].indicators[0].require.threshold  # type: ignore[union-attr]
    cells = [(key[0], str(cell.value), cell.blame.number) for key, cell in table.cells]  # type: ignore[union-attr]
    assert cells == [("I", "85", "2/QD"), ("II", "70", "3/QD"), ("III", "70", "3/QD")]


@pytest.mark.parametrize(("factor", "composes"), [("1.00000000000025", True), ("1.000000000000025", False)])
def test_a_product_has_fifteen_digits_at_most(tmp_path: Path, factor: str, composes: bool) -> None:
    base = changed(BASE, 'NUI: {"2024": "40", "2025": "43"}, BIEN: {"2024": "45"}', 'NUI: {"2024": "4"}')
    found = problems(tmp_path / "rules", ntm_yaml=base, khac_yaml=changed(OTHER, "1.1", factor))
    assert [d.code for d in found] == ([] if composes else ["value.digits"])


# -- which files are read -------------------------------------------------------------------------


def composed(folder: Path) -> Ruleset:
    return Library.load(folder, bundled=False).compose("commune/ntm", on=ON, province="bac")


@pytest.mark.parametrize("name", ["a.yaml", "a.YAML", "a.yml", "deep/er/A.Yml"])
def test_a_rule_file_is_known_by_its_suffix_in_any_case(tmp_path: Path, name: str) -> None:
    written(tmp_path / "rules", {name: overlay("bac", "3/QD", DAY, SET_85)})
    assert [layer.instrument and layer.instrument.number for layer in composed(tmp_path / "rules").layers] == [
        "1/QD",
        "3/QD",
    ]


DOORS: dict[str, Callable[[Path], object]] = {
    "Library.load": lambda folder: Library.load(folder),
    "with_layers": lambda folder: Rules((), ()).with_layers(folder),
    "check": lambda folder: invoke("check", folder, "--no-proofs"),
    "test": lambda folder: invoke("test", folder, "--lang", "en"),
    "--rulesets": lambda folder: invoke("list", "--rulesets", folder, "--lang", "en"),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
@pytest.mark.parametrize("names", [(), ("a.yaml.txt", "b.YML.TXT")], ids=["nothing", "hidden suffix"])
def test_a_folder_without_rules_is_an_error_that_names_what_was_left_out(
    tmp_path: Path, door: Callable[[Path], object], names: tuple[str, ...]
) -> None:
    folder = put(
        tmp_path / "rules", {"README.md": "rules", **dict.fromkeys(names, overlay("bac", "3/QD", DAY, SET_85))}
    )
    try:
        done = door(folder)
    except RulesetError as error:
        text = str(error)
    else:
        assert (done.exit_code, done.stdout) == (2, "")  # type: ignore[attr-defined]
        text = done.stderr  # type: ignore[attr-defined]
    assert "error[library.empty]" in text
    assert f"`{folder}` holds no rule file" in text
    assert all(f"`{name}`" in text for name in names)


def test_cases_alone_are_tried_on_the_bundled_rules(tmp_path: Path) -> None:
    case = """\
cases:
  - name: irrigation
    ruleset: commune/ntm
    on: 2024-07-02
    facts: {irrigated_share: 70}
    expect: {indicators: {"3.1": not_met}}
"""
    put(tmp_path, {"x.Tests.YAML": case})
    done = invoke("test", tmp_path, "--lang", "en", "--format", "json")
    assert (done.exit_code, '"cases": 1' in done.stdout) == (0, True), done.stdout + done.stderr


def test_pipes_and_large_files_are_refused_before_they_are_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", {})
    with (folder / "large.yaml").open("wb") as file:
        file.truncate(300_000_000)
    os.mkfifo(folder / "pipe.yaml")
    os.mkfifo(folder / "x.allow.yaml")
    (folder / "folder.yaml").mkdir()
    found = {(d.file, d.code) for d in problems(folder)}
    assert found == {("rules/large.yaml", "yaml.size"), ("rules/pipe.yaml", "yaml.file")}
    for name in ("large.yaml", "pipe.yaml"):
        (folder / name).unlink()
    done = invoke("check", folder, "--alone", "--no-proofs")
    assert (done.exit_code, "rules/x.allow.yaml:1:1: error[yaml.file]" in done.stderr) == (2, True)


def test_alone_needs_a_folder() -> None:
    done = invoke("list", "--alone")
    assert (done.exit_code, "`--rulesets FOLDER`" in done.stderr) == (2, True)


def test_a_folder_with_measures_and_facts_lies_over_the_national_law(tmp_path: Path) -> None:
    files = {
        "measures.yaml": "measures:\n  nam: {vi: năm, en: years}\n",
        "facts.yaml": "level: commune\nfacts:\n  tuoi: {title: {vi: Tuổi, en: Age}, type: number, unit: nam}\n",
        "a.yaml": overlay("thai-nguyen", "1/QĐ-UBND", "2022-10-10", '{set: "3.1", at_least: "85", evidence: official}'),
    }
    folder = put(tmp_path / "rules", files)
    assert [str(each) for each in Folder.read(folder).compositions()] == [
        f"commune/ntm/2021-2025/thai-nguyen/{day}" for day in ("2022-10-10", "2024-03-01", "2024-06-04")
    ]
    alone = invoke("check", folder, "--no-proofs", "--alone")
    assert (alone.exit_code, "unknown ruleset `commune/ntm`" in alone.stderr) == (2, True)
    listed = invoke("list", "--rulesets", written(tmp_path / "country", {}), "--alone", "--lang", "en")
    assert "commune/khac" in listed.stdout
    assert "commune/nang-cao" not in listed.stdout
