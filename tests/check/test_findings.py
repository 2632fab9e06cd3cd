"""What `check` finds in rules that can be read: each doubt at its word, allowed one by one, the same on any machine."""

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ntm_rules.check.check import Report, check
from ntm_rules.check.folder import Folder
from ntm_rules.proofs.prove import Status, prove
from ntm_rules.proofs.solver import Limits
from unit.small import BASE, FACTS, amendment, changed, load, overlay, place, written
from unit.test_own_sets import own

ON = dt.date(2024, 7, 2)
DAY = "2024-01-01"
BAD = '{replace: "2.4", require: {fact: clean_water_share, at_most: "0.5", evidence: official}}'
FACTOR = '{set: "2", at_least: {times: {value: "0.9", evidence: official}, of: "commune/ntm#1.2"}}'
AGAIN = "      - {when: {fact: area, one_of: [II, I], evidence: official, point: b}, then: B}\n    else: B"
OPEN = changed(BASE, 'at_least: "80", evidence: official', "at_least: {state: delegated, evidence: official}")
HALF_A_YEAR = "in_force: {from: 2024-01-01, to: 2024-06-30}\n"
SET_90 = '{set: "1.1", at_least: "90", evidence: official}'
KHAC = '{set: "2", at_least: {by: [zone], cells: {A: "80", B: "81"}}, evidence: official}'
ZONES = """\
derive:
  zone:
    case:
      - {when: {fact: area, equals: I, evidence: official, point: a}, then: A}
    else: B
"""
SET_1_2 = '{set: "1.2", at_least: {by: [zone], cells: {A: "70", B: "71"}}, evidence: official}'


def yearly(values: str) -> dict[str, str]:
    operation = f'{{set: "1.2", at_least: {{by: [year], cells: {values}}}, evidence: official}}'
    return {"a.yaml": overlay("bac", "3/QD", DAY, operation)}


def zoned(number: str, of: str, then: str, operation: str) -> str:
    more = changed(ZONES, "then: A", f"then: {then}")
    return overlay("bac", number, DAY, operation, more=more).replace("commune/ntm", of)


DOUBTS: dict[str, tuple[dict[str, str], str, str, str]] = {
    # files, the code and severity, the word in `a.yaml`, what is said
    "another unit than the year before": (
        yearly('{"2023": "44", "2024": "45000", "2025": "46000"}'),
        "warning[cell.scale]", '"1.2"', "45000 in 2024, and for 44 in 2023",
    ),
    "another unit than the nation": (
        {"a.yaml": overlay("bac", "3/QD", DAY, '{set: "1.2", at_least: "45000", evidence: official}')},
        "warning[cell.scale]", '"1.2"', "45000, the national set for 40 to 45",
    ),
    "a ladder that falls": (
        yearly('{"2023": "50", "2024": "47", "2025": "55"}'),
        "warning[cell.ladder]", '"1.2"', "47 in 2024, which is less than 50 in 2023",
    ),
    "a fraction": (
        {"ntm.yaml": OPEN,
         "a.yaml": overlay("bac", "3/QD", DAY, '{set: "1.1", at_least: "0.85", evidence: official}')},
        "warning[cell.fraction]", '"1.1"', "0.85 per cent",
    ),
    "a point between thousands": (
        {"a.yaml": overlay("bac", "3/QD", DAY, '{set: "1.2", at_least: "60.000", evidence: official}')},
        "warning[cell.thousands]", '"1.2"', "`60.000` at `1.2` is read as 60",
    ),
    "an easier multiple": (
        {"a.yaml": changed(overlay("bac", "3/QD", DAY, FACTOR), "commune/ntm\n", "commune/khac\n")},
        "warning[cell.factor]", '"2"', "0.9 times",
    ),
    "a value in two rows": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_1_2, more=changed(ZONES, "    else: B", AGAIN))},
        "warning[derive.shadowed]", "zone:", "names `I` of `area`",
    ),
    "a zone that nothing reads": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_90, more=ZONES)},
        "warning[derive.unread]", "zone:", "`zone`",
    ),
    "a zone in two ways": (
        {"a.yaml": zoned("4/QD", "commune/khac", "B", changed(KHAC, 'A: "80", ', "")),
         "A.yaml": zoned("3/QD", "commune/ntm", "A", SET_1_2)},
        "warning[derive.differs]", "zone:", "in another way in `rules/A.yaml`",
    ),
    "days between own sets": (
        {"A.yaml": own("bac", span="{from: 2022-08-01, to: 2023-12-31}"),
         "a.yaml": own("bac", number="8/QD", span="{from: 2024-03-01, to: 2025-12-31}")},
        "error[date.gap]", "2024-03-01", "from 2024-01-01 to 2024-02-29",
    ),
    "an overlay that ends": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_90, more=HALF_A_YEAR)},
        "warning[date.ends]", "2024-06-30", "ends on 2024-06-30",
    ),
    "an overlay that ends before the next begins": (
        {"a.yaml": overlay("bac", "3/QD", DAY, SET_90, more=HALF_A_YEAR),
         "b.yaml": overlay("bac", "4/QD", "2025-01-01", '{set: "1.1", at_least: "91", evidence: official}')},
        "warning[date.ends]", "2024-06-30", "no other one follows on 2024-07-01",
    ),
}  # fmt: skip


def found(folder: Path, files: Mapping[str, str]) -> list[str]:
    report = check(Folder.read(written(folder / "rules", files), alone=True), proofs=False)
    return [str(problem.diagnostic) for problem in report.problems]


@pytest.mark.parametrize(("files", "code", "word", "said"), DOUBTS.values(), ids=DOUBTS.keys())
def test_a_doubt(tmp_path: Path, files: Mapping[str, str], code: str, word: str, said: str) -> None:
    line, column = place(files["a.yaml"], word)
    here = f"rules/a.yaml:{line}:{column}: {code}: "
    assert [text for text in found(tmp_path, files) if text.startswith(here) and said in text]


NO_DOUBTS: dict[str, dict[str, str]] = {
    "a year that asks for more, by less than three times": yearly('{"2023": "44", "2024": "46", "2025": "60"}'),
    "less than 1 per cent of what is bad": {
        "a.yaml": overlay("bac", "3/QD", DAY, BAD),
    },
    "the zone again": {
        "a.yaml": zoned("3/QD", "commune/ntm", "A", SET_1_2),
        "b.yaml": zoned("4/QD", "commune/khac", "A", KHAC),
    },
    "own sets that follow each other": {
        "a.yaml": own("bac", span="{from: 2022-08-01, to: 2023-12-31}"),
        "b.yaml": own("bac", number="8/QD", span="{from: 2024-01-01, to: 2025-12-31}"),
    },
    "one overlay after the other": {
        "a.yaml": overlay("bac", "3/QD", DAY, SET_90, more=HALF_A_YEAR),
        "b.yaml": overlay("bac", "4/QD", "2024-07-01", '{set: "1.1", at_least: "91", evidence: official}'),
    },
    "an overlay that ends with its province": {
        "a.yaml": overlay("cu", "3/QD", DAY, SET_90, more="in_force: {from: 2024-01-01, to: 2025-06-30}\n"),
    },
}  # fmt: skip
CODES = re.compile(r"\[(cell\.(?!source|point)\w+|derive\.\w+|date\.ends|date\.gap/between)\]")


@pytest.mark.parametrize("files", NO_DOUBTS.values(), ids=NO_DOUBTS.keys())
def test_no_doubt(tmp_path: Path, files: Mapping[str, str]) -> None:
    assert [text for text in found(tmp_path, files) if CODES.search(text) and "/ntm.yaml" not in text] == []


def test_a_file_that_is_not_read_is_told(tmp_path: Path) -> None:
    told = found(tmp_path, {"a.yaml.txt": amendment("3/QD", DAY, '{remove: "2.2"}')})
    assert [text for text in told if text.startswith("rules/a.yaml.txt:1:1: warning[library.left_out]")]


def test_an_own_fact_that_nothing_reads_is_told(tmp_path: Path) -> None:
    """Of facts that a folder adds to the bundled ones; a catalogue for a whole country may know more."""
    fact = "  spare: {title: {vi: Dư, en: Spare}, type: boolean}\n"
    assert not [text for text in found(tmp_path, {"facts.yaml": FACTS + fact}) if "fact.unread" in text]


# -- allowed one by one ---------------------------------------------------------------------------

LOWER = overlay(
    "bac", "3/QD", DAY,
    '{set: "2.2", level_at_least: "0", evidence: official}',
    '{set: "2.3b", at_most: "85", evidence: official}',
)  # fmt: skip


def allowed(folder: Path, entries: str, proofs: bool) -> Report:
    files = {"a.yaml": LOWER, "x.allow.yaml": f"allow:\n{entries}"}
    return check(Folder.read(written(folder / "rules", files), alone=True), proofs=proofs)


def looser(report: Report) -> set[tuple[str, str, str]]:
    problems = [(p.diagnostic.code, p.subject.province, p.subject.address) for p in report.problems]
    return {problem for problem in problems if problem[0].endswith(".looser")}


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ('{code: layer.looser, address: "2.2", reason: so}', {"2.3"}),
        ('{code: layer.looser, province: bac, address: "2.3", reason: so}', {"2.2"}),
        ("{code: layer.looser, province: bac, reason: so}", set()),
        ("{code: layer.looser, address: bac, reason: so}", {"2.2", "2.3"}),
        ('{code: layer.looser, province: nam, address: "2.2", reason: so}', {"2.2", "2.3"}),
    ],
)
def test_one_indicator_is_allowed_without_the_others(tmp_path: Path, entry: str, left: set[str]) -> None:
    report = allowed(tmp_path, f"  - {entry}\n", proofs=False)
    assert looser(report) == {("layer.looser", "bac", no) for no in left}
    assert len(report.unused) == (len(left) == 2)


def test_a_proof_is_silent_only_where_the_same_was_shown(tmp_path: Path) -> None:
    report = allowed(tmp_path, '  - {code: layer.looser, address: "2.2", reason: so}\n', proofs=True)
    assert looser(report) == {("proof.looser", "bac", "2.2"), ("layer.looser", "bac", "2.3")}
    proof = next(p.diagnostic for p in report.problems if p.diagnostic.code == "proof.looser")
    assert (proof.file, proof.line, proof.column) == ("rules/a.yaml", *place(LOWER, '"2.2"'))
    both = (
        '  - {code: layer.looser, address: "2.2", reason: so}\n  - {code: proof.looser, address: "2.2", reason: so}\n'
    )
    assert looser(allowed(tmp_path, both, proofs=True)) == {("layer.looser", "bac", "2.3")}


def test_what_a_grade_loosens_is_not_where_a_proof_points(tmp_path: Path) -> None:
    grade = """\
grades:
  - grade: gan-dat
    title: {vi: Gần đạt, en: Nearly}
    operations: [{set: '2.2', level_at_least: '0', evidence: official}]
"""
    files = {"a.yaml": LOWER + grade, "x.allow.yaml": "allow: [{code: layer.looser, reason: so}]\n"}
    report = check(Folder.read(written(tmp_path / "rules", files), alone=True), proofs=True)
    proof = next(p for p in report.problems if (p.diagnostic.code, p.subject.address) == ("proof.looser", "2.2"))
    assert (proof.diagnostic.line, proof.diagnostic.column) == place(LOWER, '"2.2"')


# -- what is not looser, what needs no source -----------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "told"),
    [('{value: "50", evidence: official}', False), ("{state: none, evidence: official}", True), ("pending", False)],
)
def test_a_value_fills_a_pending_cell(tmp_path: Path, cell: str, told: bool) -> None:
    layer = overlay("bac", "3/QD", DAY, f'{{set: "2.4", more_than: {cell}}}')
    assert any("layer.looser" in text for text in found(tmp_path, {"a.yaml": layer})) is told


def test_yes_and_no_are_said_as_they_are_written(tmp_path: Path) -> None:
    base = changed(
        BASE,
        '{fact: planned, equals: "true", evidence: official}',
        '{fact: planned, equals: "true", evidence: recalled, confidence: low}',
    )
    layer = overlay("bac", "3/QD", DAY, '{set: "2.1", equals: "false", evidence: official}')
    assert any(
        "`false` asks for less than `true`" in text for text in found(tmp_path, {"ntm.yaml": base, "a.yaml": layer})
    )


@pytest.mark.parametrize(
    ("operations", "told"),
    [
        (('{set: "1.1", at_least: "90", evidence: official}',), False),
        (('{set: "1.1", at_least: "90", evidence: secondary}',), True),
        (('{set: "1.1", at_least: "90", evidence: official, cite: other}',), True),
        (
            (
                '{set: "1.1", at_least: "90", evidence: official}',
                '{set: "2.1", equals: "true", evidence: official, source: web}',
            ),
            True,
        ),
    ],
)
def test_an_official_cell_of_the_own_instrument_needs_no_address(
    tmp_path: Path, operations: tuple[str, ...], told: bool
) -> None:
    """But where the file gives one for another official cell, one may have been lost."""
    more = "sources: {web: 'https://example.org'}\ninstruments: {other: {issuer: bo-mau, number: 9/QD, date: 2020}}\n"
    texts = found(tmp_path, {"a.yaml": overlay("bac", "3/QD", DAY, *operations, more=more)})
    assert any("a.yaml" in text and "cell.source" in text for text in texts) is told


# -- bounded by work ------------------------------------------------------------------------------


def test_the_limit_is_one_of_work_and_said_in_words(tmp_path: Path) -> None:
    ruleset = load(tmp_path / "rules").compose("commune/ntm", on=ON)
    for limits, words in ((Limits(query=1), "limit of work for one question"), (Limits(total=0), "one set is used up")):
        proofs = prove(ruleset, limits=limits)
        left = [proof for proof in proofs if proof.status is Status.UNDECIDED and not proof.depends]
        assert left
        assert all(words in proof.reason for proof in left)
        assert "giới hạn tính toán" in left[0].text("vi")


WORK = """\
import datetime as dt, sys
from ntm_rules import Library
from ntm_rules.proofs.prove import can_fail
from ntm_rules.proofs.search import Search
ruleset = Library.load(sys.argv[1], bundled=False).compose("commune/ntm", on=dt.date(2024, 7, 2), province="bac")
search = Search((ruleset,))
print([can_fail(search, no).status.value for no in search.numbers[0]], search.solving.spent)
"""


@pytest.mark.slow
def test_the_same_folder_takes_the_same_work_in_every_process(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules", {"a.yaml": LOWER})
    said = set()
    for seed in "12":
        done = [sys.executable, "-c", WORK, str(folder)]
        said.add(
            subprocess.run(done, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        )
    assert len(said) == 1
    assert b"] 0" not in said.pop()


# -- the pages ------------------------------------------------------------------------------------

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def from_the_pages(folder: Path) -> list[str]:
    """Write the overlay of the one page into a folder; the commands of the other one's workflow for that folder."""
    page = (HOW_TO / "province-overlay.md").read_text(encoding="utf-8")
    name, text = re.search(r"`my-rulesets/(\S+)`:\n\n```yaml\n(.*?)```", page, re.DOTALL).groups()  # type: ignore[union-attr]
    written_there = folder / name
    written_there.parent.mkdir()
    written_there.write_text(text, encoding="utf-8")
    workflow = (HOW_TO / "ruleset-under-ci.md").read_text(encoding="utf-8")
    lines = re.findall(r"- run: ((?:ntm-rules|pytest) .*) ca-mau\n", workflow)
    assert [line.split()[0] for line in lines] == ["ntm-rules", "pytest"]
    return lines


def test_the_overlay_of_the_how_to_passes_the_check_of_the_how_to(tmp_path: Path) -> None:
    from_the_pages(tmp_path / "ca-mau")
    report = check(Folder.read(tmp_path / "ca-mau"), proofs=False)
    assert [str(problem.diagnostic) for problem in report.problems if problem.diagnostic.severity.value != "note"] == []
    assert report.composed == 3


@pytest.mark.slow
def test_the_overlay_of_the_how_to_passes_the_workflow_of_the_how_to(tmp_path: Path) -> None:
    for line in from_the_pages(tmp_path / "ca-mau"):
        command, *options = line.split()
        module = {"ntm-rules": "ntm_rules.cli"}.get(command, command)
        words = [sys.executable, "-m", module, *options, "ca-mau"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
