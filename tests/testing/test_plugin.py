"""The pytest plugin, run as a province would run it."""

import shutil
from pathlib import Path

import numpy  # noqa: F401 - a process can load it once only, and pytester forgets what its runs have loaded
import pytest

from fiction.communes import FOLDER
from ntm_rules.testing.laws import LAWS

pytest_plugins = ["pytester"]

NAMES = ("facts/measures.yaml", "facts/commune.yaml", "units/provinces.yaml")
SMALL = ("national/2021-2025/commune-lua-chon.yaml", "national/2021-2025/commune-con-cho.yaml")
OVERLAY = """\
overlay: commune/ntm
province: ca-mau
period: 2021-2025
instrument: {issuer: ca-mau, number: 9/QD-UBND, date: 2024-01-10}
operations:
  - set_pending: "10"
"""
CASES = """\
cases:
  - name: no heritage site
    ruleset: commune/lua-chon
    on: 2024-07-02
    facts: {heritage: "false", near_town: "true"}
    expect: {indicators: {C.1: met}}
"""
ALLOWED = """\
allow:
  - {code: law.monotonicity, ruleset: commune/lua-chon, address: C.1, reason: fiction}
  - {code: law.monotonicity, ruleset: commune/lua-chon, address: C.2, reason: fiction}
"""
ARGS = ("-p", "no:randomly", "-p", "no:cacheprovider")


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """Two small rulesets with a catalogue of their own."""
    for name in (*NAMES, *SMALL):
        target = pytester.path / "rules" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / name, target)
    return pytester.path / "rules"


def test_all_laws_are_tried_on_every_ruleset(pytester: pytest.Pytester, folder: Path) -> None:
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", "-v", *ARGS)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "rules::commune/con-cho/2021-2025/2022-05-31::boundaries PASSED*",
            "rules::commune/lua-chon/2021-2025/2022-04-01::monotonicity FAILED*",
            "rules::rewriting PASSED*",
            "*commune/lua-chon 2021-2025 on 2022-04-01: monotonicity does not hold at C.1*",
            "*commune: everything met but heritage True",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*arning*")
    counts = result.parseoutcomes()
    assert counts["failed"] == 1
    assert sum(counts.values()) == 2 * len(LAWS) + 1


def test_an_allow_file_excuses_a_law(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "known.allow.yaml").write_text(ALLOWED, encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", *ARGS)
    assert result.ret == 0


@pytest.mark.slow
def test_a_province_over_the_bundled_sets(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("ca-mau")
    (folder / "2024-9.yaml").write_text(OVERLAY, encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", str(folder), "-v", *ARGS)
    assert result.ret == 0
    ids = {line.split(" ")[0] for line in result.outlines if "PASSED" in line and "::commune" in line}
    assert any("commune/ntm/2021-2025/ca-mau/2024-01-10::province-implies-nation" in name for name in ids)
    assert all("/ca-mau/" in name for name in ids)


def test_broken_files_are_told_in_words(pytester: pytest.Pytester, folder: Path) -> None:
    path = folder / SMALL[0]
    path.write_text(path.read_text(encoding="utf-8").replace("fact: score", "fact: skore"), encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", *ARGS)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*commune-lua-chon.yaml:*error*skore*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_folder_that_is_not_there(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--ntm-rulesets", "nowhere", *ARGS)
    result.stderr.fnmatch_lines(["*nowhere` is not a folder of rule files*"])


def test_cases_beside_rules_are_collected(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "lua-chon.tests.yaml").write_text(CASES, encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", "-k", "tests.yaml", "-v", *ARGS)
    result.stdout.fnmatch_lines(["rules*lua-chon.tests.yaml::no heritage site PASSED*"])
    (folder / "lua-chon.tests.yaml").write_text(CASES.replace("C.1: met", "C.1: not_met"), encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", "-k", "tests.yaml", *ARGS)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*C.1*"])


def test_declared_tiers_come_from_the_settings(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makeini("[pytest]\nntm_tiers =\n    commune/lua-chon > commune/con-cho\n")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", "-k", "tier-ladder and lua-chon", *ARGS)
    result.assert_outcomes(passed=1, deselected=2 * len(LAWS))  # without the setting it is skipped


def test_broken_cases_are_told_in_words(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "lua-chon.tests.yaml").write_text(CASES.replace("facts:", "fax:"), encoding="utf-8")
    result = pytester.runpytest("--ntm-rulesets", "rules", "--ntm-alone", "-k", "tests.yaml", *ARGS)
    result.stdout.fnmatch_lines(["*lua-chon.tests.yaml:*error*fax*"])
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_tests_named_on_the_command_line_run_too(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makepyfile(test_own="def test_one(): pass")
    result = pytester.runpytest(
        "test_own.py", "--ntm-rulesets", "rules", "--ntm-alone", "-k", "test_one or rewriting", *ARGS
    )
    result.assert_outcomes(passed=2, deselected=2 * len(LAWS))


def test_without_the_option_nothing_happens(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makepyfile(
        test_own="""
        import sys

        def test_one():
            loaded = [n for n in sys.modules if n.startswith("ntm_rules.")]
            assert set(loaded) <= {"ntm_rules._public", "ntm_rules._version", "ntm_rules.pytest_plugin"}
        """
    )
    result = pytester.runpytest_subprocess("-W", "error", *ARGS)
    result.assert_outcomes(passed=1)
