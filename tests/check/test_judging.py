"""Which results of proofs become problems of `ntm-rules check`, how grave, and where."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import Result

from command_line import invoke
from ntm_rules import Ruleset
from ntm_rules.check.check import check
from ntm_rules.check.folder import Folder
from ntm_rules.check.judge import judged
from ntm_rules.proofs.prove import prove, prove_in
from ntm_rules.proofs.solver import Limits
from proofs.test_proofs import ON, small
from unit.small import BASE, changed, load, overlay, written

PENDING = ('more_than: "5"', "more_than: pending")  # after `small` has filled it


def found(ruleset: Ruleset, limits: Limits | None = None) -> set[tuple[str, str, str]]:
    problems = judged(ruleset, prove(ruleset, limits=limits))
    return {(f.diagnostic.code, f.diagnostic.severity.value, f.subject.address) for f in problems}


USUAL = {("proof.empty_whole", "note", "")}
REDUNDANT = ("proof.redundant", "note", "2.4")
ROW = "      - {when: {fact: region, equals: BIEN, evidence: official}, then: BIEN}\n"
IN_NUI = "      - when: {fact: area, one_of: [I, II], evidence: official}\n        then: NUI\n"
GUARD = "    exclusive: 'true'\n    case:\n" + IN_NUI


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], {REDUNDANT}),
        ([('at_least: "10"', 'at_least: "81"')], {("proof.cannot_pass", "error", "2.3")}),
        ([('more_than: "5"', 'more_than: "80"')], {("proof.unsatisfiable", "error", "2.3")}),
        (
            [('at_least: "80"', 'at_least: "0"')],
            {REDUNDANT, ("proof.cannot_fail", "warning", "1.1")},
        ),
        ([(', "2025": "48"}', "}")], {REDUNDANT, ("table.gap", "warning", "1.2")}),
        ([("    case:\n", GUARD)], {REDUNDANT, ("proof.undetermined", "warning", "column")}),
        ([("    else: {fact: region}\n", ROW)], {REDUNDANT, ("proof.undetermined", "warning", "column")}),
        ([('more_than: "5", evidence: official', "more_than: pending")], {("proof.depends", "note", "")}),
    ],
)
def test_each_fault_is_one_problem(
    tmp_path: Path, changes: list[tuple[str, str]], expected: set[tuple[str, str, str]]
) -> None:
    assert found(small(tmp_path, *changes)) - USUAL == expected


def test_a_column_without_a_cell_hides_no_contradiction(tmp_path: Path) -> None:
    """Without a figure for the year nobody meets 1.2, and that 2.3 and 2.4 contradict each other is found."""
    no_cell = ('BIEN: {"2022": "31", "2023": "36", "2024": "45", "2025": "48"}', 'BIEN: {"2022": "31"}')
    none = ('NUI: {"2022": "30", "2023": "35", "2024": "40", "2025": "43"}', 'NUI: {"2022": "30"}')
    gap = {("table.years", "warning", "1.2")}
    assert found(small(tmp_path, no_cell, none)) - USUAL == gap
    both = small(tmp_path, no_cell, none, ('more_than: "5"', 'more_than: "80"'))
    assert found(both) - USUAL == {*gap, ("proof.unsatisfiable", "error", "2.3")}


def test_a_looser_overlay_and_an_indicator_that_its_region_cannot_fail(tmp_path: Path) -> None:
    base = changed(BASE, "more_than: pending}", 'more_than: "5", evidence: official}')
    base = changed(base, 'at_least: "10", part: a', 'at_least: {by: [region], cells: {NUI: "0", BIEN: "1"}}, part: a')
    base = changed(base, '            - {fact: wages, at_most: "80", part: b, evidence: secondary, source: bao}\n', "")
    base = changed(base, 'level_at_least: "1"', 'level_at_least: "2"')
    own = overlay("bac", "1/QD", "2023-01-01", '{set: "2.2", level_at_least: "1", evidence: official, source: bao}')
    library = load(tmp_path, ntm_yaml=base, own_yaml=own + "sources: {bao: 'https://example.org'}\n")
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    problems = judged(ruleset, prove_in(library, ruleset))
    graded = {(f.diagnostic.code, f.diagnostic.severity.value, f.subject.address) for f in problems}
    assert ("proof.looser", "warning", "2.2") in graded
    assert ("proof.cannot_fail", "note", "2.3") in graded
    looser = next(f.diagnostic for f in problems if f.diagnostic.code == "proof.looser")
    assert looser.message.startswith("commune/ntm 2021-2025 bac on 2024-07-02: facts satisfy `2.2`")
    assert looser.hint == "for example literacy = 1"
    assert looser.hint_in("vi") == "ví dụ literacy = 1"
    assert looser.message_in("vi").startswith("commune/ntm 2021-2025 bac vào ngày 02/07/2024: có số liệu làm `2.2` đạt")


def test_what_was_not_decided_within_the_limit_is_a_note_of_its_own(tmp_path: Path) -> None:
    ruleset = small(tmp_path, ("{fact: wages, at_most", "{fact: wages, at_most"))
    left = found(ruleset, Limits(total=0))
    assert {(code, severity) for code, severity, _ in left} == {("proof.undecided", "note")}


def run(*words: object) -> Result:
    return invoke("check", "--alone", *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The tiny country with a contradiction in it, over nothing."""
    text = changed(BASE, "more_than: pending}", 'more_than: "80", evidence: official, source: bao}')
    return written(tmp_path / "rules", {"ntm.yaml": text})


def test_the_command_shows_and_counts_proofs(folder: Path) -> None:
    report = check(Folder.read(folder, alone=True))
    wrong = next(f.diagnostic for f in report.problems if f.diagnostic.code == "proof.unsatisfiable")
    place = "rules/ntm.yaml:35:9: error[proof.unsatisfiable]: commune/ntm 2021-2025 on 2022-03-08: "
    assert str(wrong).startswith(place + "no facts meet 2.3, 2.4 together")
    counts = {str(each.composition): each for each in report.proved}
    assert counts["commune/ntm/2021-2025/2022-03-08"].cells == 9
    done = run(folder, "--format", "json")
    assert done.exit_code == 1
    entry = next(e for e in json.loads(done.stdout)["proofs"] if e["ruleset"] == "commune/ntm")
    assert (entry["cells"], entry["unknown"], entry["on"], entry["province"]) == (9, 0, "2022-03-08", None)
    assert min(entry["proved"], entry["refuted"]) > 0


def test_the_command_says_that_nothing_was_proved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    done = run(folder)
    assert 'no proofs: proofs need z3: pip install "ntm-rules[verify]"' in done.stdout
    assert "proof.unsatisfiable" not in done.stdout
    notices = json.loads(run(folder, "--format", "sarif").stdout)["runs"][0]["invocations"][0]
    assert "need z3" in notices["toolExecutionNotifications"][0]["message"]["text"]
    asked = run(folder, "--proofs")
    assert (asked.exit_code, asked.stdout) == (2, "")
    assert "need z3" in asked.stderr
