"""Tests beside rules: what is read, what a failing case says, and the command."""

import json
from functools import partial
from pathlib import Path

import pytest

import command_line
from ntm_rules import Library, RulesetError
from ntm_rules.testing.cases import find_files, load_cases, run_case

HEAD = "given: {ruleset: commune/ntm, on: 2024-07-02, facts: {region: TDMNPB, special_commune: false}}\ncases:\n"
INCOME = """\
  - name: income of 2024
    facts: {income_per_capita: "44.9"}
    expect:
      indicators: {"10": EXPECTED}
"""


def file(folder: Path, text: str, name: str = "a.tests.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def income(expected: str) -> str:
    return HEAD + INCOME.replace("EXPECTED", expected)


def failures(folder: Path, text: str, library: Library) -> list[str]:
    path = file(folder, text)
    return [f.text("en") for case in load_cases(path, "a.tests.yaml") for f in run_case(library, case)]


def problems(folder: Path, text: str, library: Library) -> list[tuple[int, int, str, str]]:
    path = file(folder, text)
    with pytest.raises(RulesetError) as caught:
        [run_case(library, case) for case in load_cases(path, "a.tests.yaml")]
    assert all(d.file == "a.tests.yaml" for d in caught.value.diagnostics)
    return [(d.line, d.column, d.message, d.hint) for d in caught.value.diagnostics]


# -- comparing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        "not_met",
        "{outcome: not_met}",
        '{outcome: not_met, margin: "-0.1", provisional: true}',
        '{margin: "-0.10"}',
        "{margin: -1/10}",
        "{provisional: true}",
    ],
)
def test_a_case_passes(expected: str, tmp_path: Path, bundled: Library) -> None:
    assert failures(tmp_path, income(expected), bundled) == []


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("met", "expected met, got not_met"),
        ("{reason: pending}", "expected undetermined, reason pending, got not_met, reason none"),
        ('{margin: "-0.2"}', "expected margin -0.2, got margin -0.1"),
        ('{outcome: not_met, margin: "0"}', "expected not_met, margin 0, got not_met, margin -0.1"),
        ("{provisional: false}", "expected not provisional, got provisional"),
    ],
)
def test_a_failure_says_where_what_and_why(expected: str, said: str, tmp_path: Path, bundled: Library) -> None:
    (text,) = failures(tmp_path, income(expected), bundled)
    first, second = text.splitlines()
    assert first == f"a.tests.yaml:6:20: income of 2024: indicator `10`: {said}"
    assert second.startswith("    10 Income per head: 44.9 million VND/person/year, at least 45 needed (short by")


def test_the_set_the_counts_and_the_criteria(tmp_path: Path, bundled: Library) -> None:
    text = HEAD + (
        "  - name: counted\n"
        '    facts: {income_per_capita: "45", irrigated_share: "79"}\n'
        "    expect:\n"
        "      set: met\n"
        "      counts: {met: 2, not_met: 1, undetermined: 17, total: 19}\n"
        '      criteria: {"10": met, "3": met, "2": {reason: pending}}\n'
    )
    found = failures(tmp_path, text, bundled)
    heads = [line.splitlines()[0].partition(": counted: ")[2] for line in found]
    assert heads == [
        "the set: expected met, got not_met",
        "criteria, met: expected 2, got 1",
        "criterion `3`: expected met, got not_met",
        "criterion `2`: expected undetermined, reason pending, got undetermined, reason delegated",
    ]
    assert "3.1" in found[2].splitlines()[1]
    assert found[0].count("\n") == 0


def test_facts_are_given_taken_away_and_changed(tmp_path: Path, bundled: Library) -> None:
    text = HEAD + (
        "  - {name: as given, facts: {stunting_share: 24.5}, expect: {indicators: {15.3: not_met}}}\n"
        "  - {name: less, without: [special_commune], facts: {stunting_share: 24}, expect: {indicators: {15.3: met}}}\n"
        "  - {name: other, facts: {region: TN, stunting_share: 24.5}, expect: {indicators: {15.3: met}}}\n"
        "  - {name: on, on: 2022-03-08, year: 2022, expect: {indicators: {14.1: {reason: fact_missing}}}}\n"
        "  - {name: place, province: lang-son, expect: {indicators: {2.1: {reason: pending}}}}\n"
    )
    assert failures(tmp_path, text, bundled) == []


# -- what cannot be read -----------------------------------------------------------------------


def test_names_that_nothing_bears_have_near_matches(tmp_path: Path, bundled: Library) -> None:
    fact = income("met").replace("income_per_capita:", "income_per_capital:")
    ((line, column, message, hint),) = problems(tmp_path, fact, bundled)
    assert (line, column) == (4, 13)
    assert "`income_per_capital`" in message
    assert hint == "did you mean `income_per_capita`?"
    ((line, column, message, hint),) = problems(tmp_path, income("met").replace('"10"', '"17.100"'), bundled)
    assert (line, column, message) == (6, 20, "unknown indicator `17.100`")
    assert "`17.10`" in hint
    ((line, _, message, hint),) = problems(tmp_path, income("met").replace("commune/ntm", "commune/nmt"), bundled)
    assert (line, message) == (3, "unknown ruleset `commune/nmt`")
    assert "`commune/ntm`" in hint
    assert "in force" in problems(tmp_path, income("met").replace("2024-07-02", "2021-07-02"), bundled)[0][2]


def test_all_problems_of_a_file_are_said_at_once(tmp_path: Path, bundled: Library) -> None:
    text = (
        "given: {on: yesterday, rulset: commune/ntm, facts: {}}\n"
        "cases:\n"
        "  - {name: a, expect: {}}\n"
        "  - {name: b, ruleset: commune/ntm, on: 2024-07-02, without: [men], expect: {set: mett, counts: {met: x}}}\n"
        "  - {ruleset: commune/ntm, on: 2024-07-02, expect: {indicators: {10: {reason: pendin, margin: 1/0}}}}\n"
    )
    found = problems(tmp_path, text, bundled)
    said = {(line, message) for line, _, message, _ in found}
    assert len(said) == len(found)
    assert said >= {
        (1, "`on` `yesterday` is not a date"),
        (1, "unknown key in `given` `rulset`"),
        (3, "a case has no `ruleset`"),
        (3, "`expect` is empty"),
        (4, "unknown given fact `men`"),
        (4, "unknown outcome `mett`"),
        (4, "a count `x` is not a number"),
        (5, "a case has no `name`"),
        (5, "unknown reason `pendin`"),
        (5, "the margin `1/0` divides by zero"),
    }


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("income_per_capita: 44,9", "expected a number"),
        ("commune_plan_current: yes", "expected true or false"),
        ("literacy_level: third", "expected one of"),
        ("stunting_share: 100.1", "expected a number from 0 to 100"),
        ("households: 3, solid_housing_households: 4", "expected at most the whole"),
    ],
)
def test_facts_that_cannot_be_have_a_place(facts: str, said: str, tmp_path: Path, bundled: Library) -> None:
    text = HEAD + f"  - name: bad\n    facts: {{{facts}}}\n    expect: {{set: met}}\n".replace("44,9", '"44,9"')
    ((line, _, message, _),) = problems(tmp_path, text, bundled)
    assert line == 4
    assert said in message


# -- the bundled files -------------------------------------------------------------------------


@pytest.mark.parametrize("path", find_files(Path(__file__).parents[2] / "rulesets"), ids=lambda p: p.name)
def test_the_bundled_files_pass(path: Path, bundled: Library) -> None:
    found = [failure.text("en") for case in load_cases(path) for failure in run_case(bundled, case)]
    assert not found, "\n".join(found)


# -- the command -------------------------------------------------------------------------------


run = partial(command_line.run, "test")


def test_the_command_counts_and_fails(tmp_path: Path) -> None:
    file(tmp_path, income("not_met"))
    assert run(tmp_path, "--lang", "en") == "cases: 1, files: 1, failed: 0\n"
    assert run(tmp_path) == "trường hợp: 1, tệp: 1, không đạt: 0\n"
    (tmp_path / "deeper").mkdir()
    wrong = file(tmp_path / "deeper", income("met"), "b.tests.yaml")
    out = run(tmp_path, "--lang", "en", code=1)
    name = tmp_path.name
    assert f"{name}/deeper/b.tests.yaml:6:20: income of 2024: indicator `10`: expected met, got not_met\n" in out
    assert "at least 45 needed" in out
    assert out.endswith("cases: 2, files: 2, failed: 1\n")
    in_vietnamese = run(wrong, code=1)
    assert "income of 2024: chỉ tiêu `10`: mong đợi met, nhận được not_met" in in_vietnamese
    assert "cần từ 45" in in_vietnamese


def test_the_command_as_json(tmp_path: Path) -> None:
    file(tmp_path, income("met"))
    found = json.loads(run(tmp_path, "--format", "json", "--lang", "en", code=1))
    assert (found["cases"], found["files"], found["failed"]) == (1, 1, 1)
    (failure,) = found["failures"]
    reasons = failure.pop("reasons")
    assert failure == {
        "file": f"{tmp_path.name}/a.tests.yaml",
        "line": 6,
        "column": 20,
        "case": "income of 2024",
        "what": "indicator `10`",
        "expected": "met",
        "actual": "not_met",
    }
    assert "44.9" in reasons[0]
    assert "coverage" not in found


def test_the_command_says_every_problem_of_every_file(tmp_path: Path) -> None:
    file(tmp_path, income("met").replace("income_per_capita:", "income_per_capital:"))
    file(tmp_path, income("mett"), "b.tests.yaml")
    err = run(tmp_path, code=2)
    assert f"{tmp_path.name}/a.tests.yaml:4:13: error[fact.unknown]" in err
    assert "help: did you mean `income_per_capita`?" in err
    assert f"{tmp_path.name}/b.tests.yaml:6:26: error[value.unknown]: unknown outcome `mett`" in err


def test_the_bundled_rulesets_are_the_default() -> None:
    assert run("--lang", "en").endswith(", failed: 0\n")
