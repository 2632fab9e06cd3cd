"""Boundary coverage of a set small enough to count by hand, and the cases that are suggested."""

import datetime as dt
import json
from functools import partial
from pathlib import Path

import pytest

import command_line
from ntm_rules import Library, Ruleset, Verdict, assess
from ntm_rules.check.compositions import compositions
from ntm_rules.testing.cases import assess_case, find_files, load_cases, run_case
from ntm_rules.testing.coverage import Coverage, PointKind, Side, coverage, points
from ntm_rules.testing.next_case import next_case
from unit.small import MEASURES, PROVINCES, head, put

FACTS = """\
level: commune
facts:
  water: {title: {vi: Nước, en: Water}, type: percent, decimals: 1}
  income: {title: {vi: Thu nhập, en: Income}, type: number, unit: million, minimum: "0", decimals: 1}
  men: {title: {vi: Nam, en: Men}, type: percent}
  women: {title: {vi: Nữ, en: Women}, type: percent}
  planned: {title: {vi: Quy hoạch, en: Planned}, type: boolean}
  letters: {title: {vi: Chữ, en: Letters}, type: ordinal, levels: ["0", "1", "2"]}
  craft: {title: {vi: Nghề, en: Craft}, type: boolean}
  special: {title: {vi: Đặc biệt, en: Special}, type: boolean}
  recognised: {title: {vi: Công nhận, en: Recognised}, type: boolean}
  region: {title: {vi: Vùng, en: Region}, type: category, values: [NUI, BIEN]}
"""

BASE = (
    head("commune/ntm", 1)
    + """\
derive:
  column:
    case:
      - {when: {fact: special, equals: "true", evidence: official}, then: NUI}
    else: {fact: region}
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1.1"
        title: {vi: Nước, en: Water}
        require: {fact: water, at_least: "100", evidence: official}
      - no: "1.2"
        title: {vi: Thu nhập, en: Income}
        require:
          fact: income
          at_least: {by: [column, year], cells: {ALL: {"2024": "9"}, NUI: {"2024": "40"}, BIEN: {"2024": pending}}}
          evidence: official
      - no: "1.3"
        title: {vi: Giới, en: Both}
        require: {facts: [men, women], at_least: "50", evidence: official}
  - no: "2"
    title: {vi: Hai, en: Two}
    indicators:
      - no: "2.1"
        title: {vi: Nghề, en: Craft}
        applies_if: {fact: craft, equals: "true", evidence: official}
        require: {fact: planned, equals: "true", evidence: official}
      - no: "2.2"
        title: {vi: Chữ, en: Letters}
        require: {fact: letters, level_at_least: "1", evidence: official}
"""
)

OVERLAY = """\
overlay: commune/ntm
province: bac
period: 2021-2025
instrument: {issuer: bac, number: 2/QD, date: 2024-01-01}
operations:
  - {set: "1.2", cells: {NUI: {"2024": {value: "45", evidence: official}}}}
  - set_pending: "2.1"
"""

MODEL = (
    head("commune/mau", 3)
    + """\
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1"
        title: {vi: Trước, en: Before}
        require: {meets: commune/ntm, by: either, recognised: recognised, evidence: official}
"""
)

# What the set wants, counted by hand: sides by the address, the fact and the column.
ALL = ["below", "at", "above", "missing"]
WANTED = {
    ("column", "special", ""): ["below", "at", "missing"],
    ("1.1", "water", ""): ["below", "at", "missing"],  # nothing is above 100 %
    ("1.2", "income", "NUI"): ALL,
    ("1.2", "income", "BIEN"): ["seen"],
    ("1.3", "men", ""): ALL,
    ("1.3", "women", ""): ALL,
    ("2.1", "", ""): ["met", "not_met", "undetermined"],
    ("2.1", "craft", ""): ["below", "at", "missing"],
    ("2.1", "planned", ""): ["below", "at", "missing"],
    ("2.2", "letters", ""): ALL,
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.load(written(tmp_path / "rules"), bundled=False)


def written(folder: Path) -> Path:
    texts = {"measures": MEASURES, "facts": FACTS, "provinces": PROVINCES, "ntm": BASE, "bac": OVERLAY, "mau": MODEL}
    return put(folder, {f"{name}.yaml": text for name, text in texts.items()})


def measured(library: Library, *communes: dict[str, object], province: str | None = None, year: int = 2024) -> Coverage:
    ruleset = library.compose("commune/ntm", on=dt.date(2024, 7, 2), year=year, province=province)
    return coverage([ruleset], [assess(ruleset, facts) for facts in communes])


def seen(found: Coverage) -> dict[tuple[str, str, str], list[str]]:
    return {
        (p.address, p.fact, p.key[0] if p.key else ""): sorted(s.value for s in sides)
        for p, sides in found.seen.items()
        if sides
    }


def test_every_side_that_a_fact_can_be_on_is_wanted_once(library: Library) -> None:
    found = measured(library)
    wanted = {(p.address, p.fact, p.key[0] if p.key else ""): [s.value for s in p.wanted] for p in found.seen}
    assert wanted == WANTED
    assert list(wanted) == list(WANTED)
    assert found.total == (0, sum(map(len, WANTED.values())))
    assert found.cells == (0, 8)
    assert found.branches == (0, 0)


def test_nothing_given_is_missing_everywhere_but_where_no_column_is_picked(library: Library) -> None:
    found = measured(library, {})
    assert seen(found) == {
        ("column", "special", ""): ["missing"],
        ("1.1", "water", ""): ["missing"],
        ("1.3", "men", ""): ["missing"],
        ("1.3", "women", ""): ["missing"],
        ("2.1", "", ""): ["undetermined"],
        ("2.1", "craft", ""): ["missing"],
        ("2.2", "letters", ""): ["missing"],
    }


def test_each_side_is_told_and_what_does_not_apply_is_not_seen(library: Library) -> None:
    one = {"special": True, "income": 39.9, "water": 99.9, "men": 50, "women": "50.01", "letters": "0", "craft": False}
    two = {"special": False, "region": "BIEN", "income": 99, "water": 100, "men": 49, "letters": "2", "planned": True}
    assert seen(measured(library, one | {"planned": True}, two)) == {
        ("column", "special", ""): ["at", "below"],
        ("1.1", "water", ""): ["at", "below"],
        ("1.2", "income", "NUI"): ["below"],
        ("1.2", "income", "BIEN"): ["seen"],
        ("1.3", "men", ""): ["at", "below"],
        ("1.3", "women", ""): ["above", "missing"],
        ("2.1", "", ""): ["not_met", "undetermined"],
        ("2.1", "craft", ""): ["below", "missing"],
        ("2.2", "letters", ""): ["above", "below"],
    }
    found = measured(library, {"craft": True, "planned": False})
    assert seen(found)["2.1", "planned", ""] == ["below"]
    assert seen(found)["2.1", "", ""] == ["met"]


def test_the_numbers_add_up(library: Library) -> None:
    communes: list[dict[str, object]] = [
        {},
        {"water": 99.9},
        {"water": 100},
        {"men": 49.99},
        {"men": 50.01},
        {"men": 50},
    ]
    found = measured(library, *communes)
    assert found.cells == (2, 8)  # water and men: every side of the boundary
    assert found.side(Side.BELOW) == (2, 8)
    assert found.side(Side.AT) == (2, 8)
    assert found.side(Side.ABOVE) == (1, 4)
    assert found.side(Side.MISSING) == (6, 8)
    # below, at, above 5; missing 6; the guard of 2.1 undetermined
    assert found.total == (12, sum(map(len, WANTED.values())))
    gaps = [(p.address, p.fact, side) for p, side in found.gaps()]
    assert len(gaps) == found.total[1] - 12
    assert ("1.1", "water", Side.BELOW) not in gaps


def test_other_years_and_provinces_count_for_the_same_cells(library: Library) -> None:
    on = dt.date(2024, 7, 2)
    base = library.compose("commune/ntm", on=on, year=2023)
    bac = library.compose("commune/ntm", on=on, province="bac")
    verdicts = [assess(bac, {"income": 45, "water": 50})]
    assert seen(coverage([base], verdicts))["1.1", "water", ""] == ["below"]
    assert ("1.2", "income", "NUI") not in seen(coverage([base], verdicts))
    both = coverage([base, bac], verdicts)
    (own,) = [p for p in both.seen if p.instrument.number == "2/QD" and p.fact == "income"]
    assert both.seen[own] == {Side.AT}


def test_branches_of_an_overlay(library: Library) -> None:
    """Two numbers are changed; 2.1 keeps the national value as its floor, the coast is no column of the province."""
    found = measured(library, {"craft": True, "planned": False}, province="bac")
    assert found.branches == (1, 2)  # the column of 1.2 was picked, but there was no figure
    origins = {p.origin for p in found.seen}
    (overlay,) = [o for o in origins if o[2].number == "2/QD"]
    own = found.only([overlay])
    assert seen(own) == {("1.2", "income", "NUI"): ["missing"], ("2.1", "planned", ""): ["below"]}
    assert {(p.address, p.key) for p in own.seen} == {("1.2", ("NUI", "2024")), ("2.1", ())}
    assert measured(library, {"craft": True, "planned": True, "income": 1}, province="bac").branches == (2, 2)


def test_a_prerequisite_has_three_ways(library: Library) -> None:
    model = library.compose("commune/mau", on=dt.date(2024, 7, 2))
    (point,) = points(model)
    assert point.kind is PointKind.MEETS
    verdicts = [assess(model, facts) for facts in ({}, {"recognised": True}, {"recognised": False, "water": 1})]
    assert [coverage([model], [v]).seen[point] for v in verdicts] == [
        {Side.UNDETERMINED},
        {Side.MET},
        {Side.NOT_MET},
    ]


def composed(library: Library) -> list[Ruleset]:
    return [each.compose(library) for each in compositions(library)]


# -- the case to write next --------------------------------------------------------------------


def test_suggested_cases_pass_and_fill_every_gap_that_facts_can_fill(library: Library, tmp_path: Path) -> None:
    sets = composed(library)
    verdicts: list[Verdict] = []
    found = coverage(sets, verdicts)
    for number in range(100):
        text = next_case(library, sets, found)
        if not text:
            break
        path = tmp_path / f"{number}.tests.yaml"
        path.write_text(text, encoding="utf-8")
        (case,) = load_cases(path)
        assert run_case(library, case) == ()
        verdicts.append(assess_case(library, case))
        better = coverage(sets, verdicts)
        assert better.total[0] > found.total[0]
        found = better
    # Only a finding that the other set fails needs facts of that set.
    assert [(p.ruleset, side) for p, side in found.gaps()] == [("commune/mau", Side.NOT_MET)]


def test_the_command_measures_and_the_pasted_case_raises_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "rules")
    run = partial(command_line.run, "test", folder, "--alone", "--coverage")
    first = json.loads(run("--format", "json"))
    rows = {(row["ruleset"], row["instrument"]["number"]): row["total"] for row in first["coverage"]}
    assert rows == {
        ("commune/ntm", "1/QD"): {"seen": 0, "wanted": sum(map(len, WANTED.values()))},
        ("commune/ntm", "2/QD"): {"seen": 0, "wanted": 7},
        ("commune/mau", "3/QD"): {"seen": 0, "wanted": 3},
    }
    (folder / "next.tests.yaml").write_text(first["next"], encoding="utf-8")
    second = json.loads(run("--format", "json"))
    assert (second["cases"], second["failed"]) == (1, 0)
    assert sum(row["total"]["seen"] for row in second["coverage"]) > 0
    table = run("--lang", "en")
    assert "commune/ntm" in table
    assert "Total: " in table
    assert "The case to write next:" in table


@pytest.mark.slow
def test_the_bundled_cases_reach_what_they_should(bundled: Library) -> None:
    """At least nine of ten cells with a value of each bundled set, on every side of their boundary."""
    cases = [c for path in find_files(Path(__file__).parents[2] / "rulesets") for c in load_cases(path)]
    found = coverage(composed(bundled), [assess_case(bundled, case) for case in cases])
    for origin in dict.fromkeys(point.origin for point in found.seen):
        reached, wanted = found.only([origin]).cells
        assert 10 * reached >= 9 * wanted, origin
