"""`ntm-rules check` and lint: what is wrong in a folder is found, with its place; what is right is left alone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from attrs import evolve
from click.testing import Result

import ntm_rules as ntm
from command_line import invoke
from fiction.communes import FOLDER
from ntm_rules.check.check import Report, check
from ntm_rules.check.folder import Folder
from ntm_rules.rules.folders import bundled_folder

ROOT = Path(__file__).parents[2]
NTM = "national/2021-2025/commune-ntm.yaml"
TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
SARIF = {  # what a report uses of the schema of SARIF 2.1.0
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "tool": {"required": ["driver"]},
                    "invocations": {
                        "items": {
                            "required": ["executionSuccessful"],
                            "properties": {
                                "toolExecutionNotifications": {
                                    "items": {"required": ["message"], "properties": {"level": LEVEL, "message": TEXT}}
                                }
                            },
                        }
                    },
                    "results": {
                        "items": {
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "level": LEVEL,
                                "message": TEXT,
                                "suppressions": {
                                    "items": {
                                        "required": ["kind"],
                                        "additionalProperties": False,
                                        "properties": {
                                            "kind": {"enum": ["inSource", "external"]},
                                            "justification": {"type": "string"},
                                        },
                                    }
                                },
                                "locations": {
                                    "items": {
                                        "additionalProperties": False,
                                        "properties": {
                                            "physicalLocation": {
                                                "additionalProperties": False,
                                                "properties": {
                                                    "artifactLocation": {"properties": {"uri": {"type": "string"}}},
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"minimum": 1},
                                                            "startColumn": {"minimum": 1},
                                                        }
                                                    },
                                                },
                                            }
                                        },
                                    }
                                },
                            },
                        }
                    },
                },
            }
        },
    },
}
OLD = "national/2016-2020/commune-ntm.yaml"
AMENDED = "national/2021-2025/amendments/2024-211-commune-nang-cao.yaml"
BINH_PHUOC = "provinces/binh-phuoc/2022-1360-commune-ntm.yaml"
SCORED = "provinces/dak-lak/2017-2687-commune-ntm.yaml"
VILLAGES = "provinces/khanh-hoa/2023-1388-village-ntm.yaml"
OVERLAY = "provinces/lang-son/2024-1062-commune-ntm.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled rule files that a test may spoil."""
    return Path(shutil.copytree(ROOT / "rulesets", tmp_path / "rulesets"))


def change(folder: Path, name: str, edit: Callable[[str], str]) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    changed = edit(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def codes(folder: Path) -> set[str]:
    report = check(Folder.read(folder, alone=True), proofs=False)
    return {f.diagnostic.code for f in report.problems if f.diagnostic.severity.value != "note"}


def run(*words: object) -> Result:
    return invoke("check", *words, "--no-proofs")


@pytest.mark.slow
def test_the_bundled_sets_pass() -> None:
    report = check(Folder.read(bundled_folder()), proofs=True)
    assert [str(f.diagnostic) for f in report.problems if f.diagnostic.severity.value != "note"] == []
    assert report.unused == ()
    assert report.composed == len(report.proved) >= 60
    assert not report.failed
    proved = {f.subject.address for f, _ in report.allowed if f.diagnostic.code.startswith("proof.")}
    assert proved == {"10", "commune_group"}


@pytest.mark.slow
def test_the_made_up_country_passes_with_the_faults_it_was_built_with() -> None:
    report = check(Folder.read(FOLDER, alone=True), proofs=True)
    assert [str(f.diagnostic) for f in report.problems if f.diagnostic.severity.value != "note"] == []
    assert report.unused == ()
    assert {proved.unknown for proved in report.proved if proved.composition.ruleset == "commune/ntm"} == {0}
    shared = check(Folder.read(FOLDER, alone=True), proofs=True, jobs=2)
    assert without_examples(shared) == without_examples(report)
    assert shared.proved == report.proved


def without_examples(report: Report) -> list[object]:
    """What was found; the facts of an example are those that a session happens to find first."""
    found = [*report.problems, *(problem for problem, _ in report.allowed)]
    return [(f.subject, evolve(f.diagnostic, hint="")) for f in found]


@pytest.mark.slow
def test_without_proofs_their_allow_entries_are_not_missed() -> None:
    report = check(Folder.read(bundled_folder()), proofs=False)
    assert (report.proved, report.unproved, report.unused) == ((), "not asked for", ())
    assert not report.failed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "edit", "code"),
    [
        (NTM, lambda t: t.replace(', TN: {value: "95", confidence: low}', "", 1), "table.gap"),
        (NTM, lambda t: t.replace('TDMNPB: "95", DBSH: "99"', 'DBSH: "95", TDMNPB: "99"', 1), "table.order"),
        (NTM, lambda t: t.replace("{from: 2022-03-08", "{from: 2022-03-09", 1), "date.gap"),
        (NTM, lambda t: t.replace("to: 2025-12-31", "to: 2024-12-31", 1), "date.gap"),
        (NTM, lambda t: t.replace("to: 2025-12-31", "to: 2026-12-31", 1), "date.overlap"),
        (OVERLAY, lambda t: t + '  - set: "3.1"\n    at_least: "60"\n    evidence: official\n', "layer.looser"),
        (OVERLAY, lambda t: t.replace("{from: 2024", "{from: 2025"), "date.start"),
        (NTM, lambda t: t.replace(", cite: qd-1491", ""), "cell.cite"),
        (NTM, lambda t: t.replace(", point: Điều 1", ""), "cell.point"),
        (NTM, lambda t: t.replace("  annex: I\n", ""), "ruleset.annex"),
        (OLD, lambda t: t.replace('ALL: {value: "6", evidence: secondary, ', 'ALL: {value: "6", '), "cell.source"),
        (OLD, lambda t: t.replace('              BTB: {"2020": "36"}\n', ""), "table.gap"),
        (AMENDED, lambda t: t.replace("    source: phutho-90561\n    note: Crit", "    note: Crit"), "cell.source"),
        (VILLAGES, lambda t: t.replace("to: 2025-12-31", "to: 2024-12-31"), "date.gap"),
        (SCORED, lambda t: t.replace("{pending: pending, source: vhttdldaklak-1504}", "pending", 1), "cell.source"),
        (BINH_PHUOC, lambda t: t.replace("{state: pending, source: binh-phuoc-sldtbxh}", "pending", 1), "cell.source"),
        (
            OLD,
            lambda t: t.replace('ALL: {"2020": "45"}', 'ALL: {"2020": {value: "45", source: tvpl-14746}}'),
            "cell.sources",
        ),
    ],
)
def test_a_fault_is_found(folder: Path, name: str, edit: Callable[[str], str], code: str) -> None:
    change(folder, name, edit)
    assert code in codes(folder)


@pytest.mark.slow
def test_a_lost_source_an_operator_and_a_value_out_of_bounds_are_found(folder: Path) -> None:
    text = (folder / NTM).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "fact: irrigated_share" in line)
    assert "at_least" in line
    change(folder, NTM, lambda t: t.replace(line, line.replace("at_least", "at_most"), 1))
    assert "direction" in codes(folder)
    change(folder, NTM, lambda t: t.replace(line.replace("at_least", "at_most"), line.replace('"80"', '"180"'), 1))
    assert "cell.bounds" in codes(folder)
    source = line[line.index("source: ") : line.index("}", line.index("source: "))]
    spoiled = line.replace(f", {source}", "")
    change(folder, NTM, lambda t: t.replace(line.replace('"80"', '"180"'), spoiled, 1))
    assert "cell.source" in codes(folder)


def test_a_problem_names_file_and_line(folder: Path) -> None:
    change(folder, NTM, lambda t: t.replace(', TN: {value: "95", confidence: low}', "", 1))
    report = check(Folder.read(folder, alone=True), proofs=False)
    found = next(f.diagnostic for f in report.problems if f.diagnostic.code == "table.gap")
    lines = (folder / NTM).read_text(encoding="utf-8").splitlines()
    assert found.file.endswith(NTM)
    assert 'no: "4.2"' in lines[found.line - 1]


@pytest.mark.slow
def test_the_allow_file_lists_problems_with_reasons(folder: Path) -> None:
    allow = folder / "bundled.allow.yaml"
    text = allow.read_text(encoding="utf-8")
    allow.write_text(text[: text.index("  - code: table.gap")], encoding="utf-8")
    assert "table.gap" in codes(folder)
    allow.write_text(text + "  - {code: no.such, reason: never met}\n", encoding="utf-8")
    report = check(Folder.read(folder, alone=True), proofs=False)
    assert [entry.code for entry in report.unused] == ["no.such"]
    allow.write_text(text.replace("reason:", "raison:", 1), encoding="utf-8")
    with pytest.raises(ntm.RulesetError, match="did you mean `reason`"):
        check(Folder.read(folder, alone=True), proofs=False)


@pytest.mark.slow
def test_the_command() -> None:
    done = run()
    assert done.exit_code == 0, done.stdout + done.stderr
    assert "0 errors, 0 warnings" in done.stdout
    assert "no proofs: not asked for" in done.stdout


@pytest.mark.slow
def test_the_command_on_a_spoiled_folder(folder: Path) -> None:
    change(folder, OVERLAY, lambda t: t + '  - set: "3.1"\n    at_least: "60"\n    evidence: official\n')
    shutil.rmtree(folder / "facts")
    alone = run(folder, "--alone")
    assert alone.exit_code == 2
    province = folder / "provinces" / "lang-son"
    own = folder.parent / "own"
    own.mkdir()
    moved = (province / "2024-1062-commune-ntm.yaml").read_text(encoding="utf-8").replace("1062", "2000")
    (own / "2024-2000.yaml").write_text(moved.replace("2024-06-17", "2024-06-18"), encoding="utf-8")
    done = run(own)
    assert done.exit_code == 1, done.stdout + done.stderr
    assert "own/2024-2000.yaml" in done.stdout
    assert "warning[layer.looser]" in done.stdout
    found = json.loads(run(own, "--format", "json").stdout)
    assert "layer.looser" in {f["code"] for f in found["findings"]}
    sarif = json.loads(run(own, "--format", "sarif").stdout)
    jsonschema.validate(sarif, SARIF)
    levels = {(r["ruleId"], r["level"]) for r in sarif["runs"][0]["results"]}
    assert ("layer.looser", "warning") in levels
