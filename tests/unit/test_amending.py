"""A later decision of a province that amends its own overlay, without repeating it."""

# ruff: noqa: E501 - an operation a line

import datetime as dt
import typing
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ntm_rules import Library, Outcome, Ruleset, assess
from ntm_rules.difference import diff
from ntm_rules.model.conditions import All, Comparison
from ntm_rules.model.thresholds import Cell, CellState, Table
from unit.small import OTHER, amendment, changed, codes, load, overlay, place, problems

FIRST_DAY, LATER_DAY = dt.date(2023, 1, 1), dt.date(2024, 1, 1)

ZONE = """\
derive:
  zone:
    title: {vi: Khu vực của tỉnh, en: Zone}
    case:
      - {when: {fact: area, equals: III, evidence: official}, then: high}
      - {when: {fact: area, equals: II, evidence: official}, then: middle}
    else: low
"""
GRADES = """\
grades:
  - grade: co-ban-dat
    title: {vi: Cơ bản đạt, en: Basically meets}
    operations:
      - {set: ["1.1", "2.5"], at_least: "70", evidence: official}
      - {remove: "2.2"}
  - grade: can-dat
    title: {vi: Cận đạt, en: Nearly meets}
    operations:
      - {set: "1.1", at_least: "60", evidence: official}
"""
BY_ZONE = '{fact: wages, at_least: {by: [zone], cells: {high: "20", middle: "30", low: "40"}}, evidence: official}'
FIRST = overlay(
    "bac", "3/QD", "2023-01-01",
    '{set: "1.1", at_least: "85", evidence: official}',
    '{replace: "2.4", require: ' + BY_ZONE + "}",
    '{add: {criterion: "2", indicator: {no: "2.5", title: {vi: Thêm, en: More}, require: {fact: clean_water_share, at_least: "90", evidence: official}}}}',
    '{add: {criterion: {no: "3", title: {vi: Ba, en: Three}, indicators: [{no: "3.1", title: {vi: Riêng, en: Own}, require: {fact: recognised, equals: "true", evidence: official}}]}}}',
    more=ZONE + GRADES,
)  # fmt: skip

Amended = Callable[..., Ruleset]


def second(*operations: str, more: str = "") -> str:
    return overlay("bac", "9/QD", "2024-01-01", *operations, more=more)


@pytest.fixture
def library(tmp_path: Path) -> Callable[..., Library]:
    return lambda *operations, more="", first=FIRST: load(
        tmp_path / "rules", a_yaml=first, b_yaml=second(*operations, more=more)
    )


@pytest.fixture
def amended(library: Callable[..., Library]) -> Amended:
    return lambda *operations, **more: on(library(*operations, **more), LATER_DAY)


def on(library: Library, day: dt.date) -> Ruleset:
    return library.compose("commune/ntm", on=day, year=2024, province="bac")


def told(ruleset: Ruleset) -> list[tuple[str, str, int, str]]:
    return [(d.severity.value, d.code, d.line, Path(d.file).name) for d in ruleset.diagnostics]


def comparison(ruleset: Ruleset, no: str) -> Comparison:
    require = next(i.require for c in ruleset.criteria for i in c.indicators if i.no == no)
    assert isinstance(require, Comparison)
    return require


def cell(ruleset: Ruleset, no: str) -> Cell:
    threshold = comparison(ruleset, no).threshold
    assert isinstance(threshold, Cell)
    return threshold


def columns(ruleset: Ruleset, no: str) -> dict[str, tuple[object, str]]:
    threshold = comparison(ruleset, no).threshold
    assert isinstance(threshold, Table)
    return {" ".join(key): (c.value, c.blame.number) for key, c in threshold.cells}


def numbers(ruleset: Ruleset) -> list[str]:
    return [i.no for c in ruleset.criteria for i in c.indicators]


# -- criteria, indicators, parts ------------------------------------------------------------------


def test_each_day_has_what_the_decisions_of_that_day_say(library: Callable[..., Library]) -> None:
    """Before the later decision the first alone, from then on both; each cell names the decision that set it."""
    rules = library('{set: "1.1", at_least: "82", evidence: official}', '{remove: "2.5"}')
    before, after = on(rules, LATER_DAY - dt.timedelta(1)), on(rules, LATER_DAY)
    assert (cell(before, "1.1").value, cell(before, "1.1").blame.number) == (Decimal(85), "3/QD")
    assert (cell(after, "1.1").value, cell(after, "1.1").blame.number) == (Decimal(82), "9/QD")
    assert set(numbers(before)) - set(numbers(after)) == {"2.5"}
    assert columns(after, "2.4") == columns(before, "2.4")  # nothing is repeated
    found = assess(after, {"clean_water_share": 81}).indicators["1.1"]
    assert (found.outcome, found.citation.instrument.number) == (Outcome.NOT_MET, "9/QD")
    assert [d for d in before.diagnostics if d.code == "layer.amended"] == []


def test_what_lapses_is_told_at_the_later_file(library: Callable[..., Library], tmp_path: Path) -> None:
    operations = (
        '{set: "1.1", at_least: "82", evidence: official}',
        '{replace: "2.4", require: {fact: wages, more_than: "25", evidence: official}}',
        '{remove: "2.5"}',
        '{remove: {criterion: "3"}}',
        '{set: "2.2", level_at_least: "2", evidence: official}',  # the first decision says nothing of it
    )
    text = second(*operations)
    found = told(on(library(*operations), LATER_DAY))
    lines = {mark: place(text, mark)[0] for mark in ('"1.1"', '"2.4"', '"2.5"', 'criterion: "3"')}
    amended = [(line, file) for severity, code, line, file in found if (severity, code) == ("note", "layer.amended")]
    assert amended == [(line, "b.yaml") for line in lines.values()]


def test_the_floor_is_the_national_set(tmp_path: Path) -> None:
    """What the province asked for more it may take back, below the national number it may not go."""
    for number, expected in (("80", []), ("79", ["layer.looser"])):
        later = second(f'{{set: "1.1", at_least: "{number}", evidence: official}}')
        assert codes(problems(tmp_path / number, a_yaml=FIRST, b_yaml=later)) == expected, number


@pytest.mark.parametrize("operation", ['{set: "1.1", at_least: pending, evidence: official}', '{set_pending: "1.1"}'])
def test_a_number_that_is_not_copied_yet_stands_over_the_national_one(amended: Amended, operation: str) -> None:
    """Not over that of the first decision: the second one may ask for less."""
    own = cell(amended(operation), "1.1")
    assert (own.state, own.blame.number) == (CellState.PENDING, "9/QD")
    assert own.floor is not None
    assert (own.floor.value, own.floor.blame.number) == (Decimal(80), "1/QD")
    below = cell(amended('{set_pending: "2.5"}'), "2.5")
    assert below.floor is None  # the national set has none


def test_what_the_first_decision_took_out_is_said(tmp_path: Path) -> None:
    first = overlay("bac", "3/QD", "2023-01-01", '{remove: "2.2"}')
    later = second('{set: "2.2", level_at_least: "2", evidence: official}')
    (found,) = problems(tmp_path / "rules", a_yaml=first, b_yaml=later)
    assert (found.code, Path(found.file).name) == ("operation.target", "b.yaml")
    assert "`3/QD`" in found.message


def test_a_part_is_added(amended: Amended, tmp_path: Path) -> None:
    add = '{add: {to: "2.3", after: a, part: {fact: income, at_least: "30", part: c, evidence: official}}}'
    ruleset = amended(add)
    (require,) = (i.require for c in ruleset.criteria for i in c.indicators if i.no == "2.3")
    assert isinstance(require, All)
    assert [member.part for member in require.members] == ["a", "c", "b"]
    outcomes = {n: assess(ruleset, {"wages": 50, "income": n}).indicators["2.3"].outcome for n in (29, 30)}
    assert outcomes == {29: Outcome.NOT_MET, 30: Outcome.MET}
    for old, new, code in (
        ("part: c", "part: b", "number.duplicate"),
        (", part: c", "", "operation.part"),
        ('to: "2.3"', 'to: "2.2"', "operation.part"),
        ("after: a", "after: z", "operation.target"),
    ):
        found = problems(tmp_path / code, a_yaml=FIRST, b_yaml=second(changed(add, old, new)))
        assert code in codes(found), (new, found)


def test_a_part_that_makes_it_easier_is_told(tmp_path: Path) -> None:
    national = amendment(
        "2/QD", "2022-06-01",
        '{replace: "2.2", require: {any: [{fact: planned, equals: "true", part: a, evidence: official}, {fact: recognised, equals: "true", part: b, evidence: official}]}}',
    )  # fmt: skip
    add = '{add: {to: "2.2", part: {fact: income, at_least: "30", part: c, evidence: official}}}'
    assert codes(problems(tmp_path / "rules", n_yaml=national, a_yaml=FIRST, b_yaml=second(add))) == ["layer.looser"]


# -- cells ----------------------------------------------------------------------------------------


def test_cells_are_changed_added_and_removed(amended: Amended) -> None:
    wide = changed(
        FIRST,
        'by: [zone], cells: {high: "20", middle: "30", low: "40"}',
        'by: [zone, year], cells: {high: {"2024": "20", "2025": "21"}, low: {"2024": "40", "2025": "41"}}',
    )
    ruleset = amended(
        '{set: "2.4", cells: {high: {"2024": "22"}, middle: {"2024": "33"}}, evidence: official}', first=wide
    )
    assert columns(ruleset, "2.4") == {
        "high 2024": (Decimal(22), "9/QD"),
        "high 2025": (Decimal(21), "3/QD"),
        "low 2024": (Decimal(40), "3/QD"),
        "low 2025": (Decimal(41), "3/QD"),
        "middle 2024": (Decimal(33), "9/QD"),
    }
    fewer = amended('{remove: "2.4", cells: [high, [low, "2025"]]}', first=wide)
    assert columns(fewer, "2.4") == {"low 2024": (Decimal(40), "3/QD")}
    assert {(code, line) for _, code, line, file in told(fewer) if file == "b.yaml"} == {("layer.amended", 7)}
    found = assess(fewer, {"area": "III", "wages": 90}).indicators["2.4"]
    assert [code.value for code in found.codes] == ["no_cell"]


@pytest.mark.parametrize(
    ("operation", "code", "words"),
    [
        ('{remove: "2.4", cells: [hihg]}', "table.column", "`hihg`"),
        ('{remove: "2.4", cells: [high, middle, low]}', "operation.remove", "no cell"),
        ('{remove: "1.1", cells: [high]}', "operation.remove", "no table"),
        ('{remove: "1.2", cells: [NUI]}', "operation.remove", "national table"),
    ],
)
def test_cells_that_cannot_be_removed(tmp_path: Path, operation: str, code: str, words: str) -> None:
    found = problems(tmp_path / "rules", a_yaml=FIRST, b_yaml=second(operation))
    assert any((d.code, Path(d.file).name) == (code, "b.yaml") and words in d.message for d in found), found


# -- derived facts --------------------------------------------------------------------------------

TWO_ZONES = """\
derive:
  zone:
    replace: true
    case:
      - {when: {fact: area, one_of: [II, III], evidence: official}, then: high}
    else: low
"""


def test_a_derived_fact_is_replaced(library: Callable[..., Library]) -> None:
    rules = library('{remove: "2.4", cells: [middle]}', more=TWO_ZONES)
    facts = {"area": "II", "wages": 25}
    outcomes = {day: assess(on(rules, day), facts).indicators["2.4"].outcome for day in (FIRST_DAY, LATER_DAY)}
    assert outcomes == {FIRST_DAY: Outcome.NOT_MET, LATER_DAY: Outcome.MET}
    after = on(rules, LATER_DAY)
    text = second('{remove: "2.4", cells: [middle]}', more=TWO_ZONES)
    assert ("note", "derive.amended", place(text, "zone")[0], "b.yaml") in told(after)
    assert on(rules, FIRST_DAY).content_hash != after.content_hash


def test_an_indicator_that_reads_a_replaced_fact_is_of_another_text(amended: Amended) -> None:
    """Nothing in it is changed, so what was judged before counts no longer for that reason alone."""
    again = changed(ZONE, "    title:", "    replace: true\n    title:").replace("equals: II,", "equals: I,")
    ruleset = amended('{remove: "2.5"}', more=again)
    texts = {(change.no, change.is_criterion): change.since for change in ruleset.changes}
    assert (texts["2.4", False], texts["2", True]) == (LATER_DAY, LATER_DAY)
    assert columns(ruleset, "2.4").keys() == {"high", "middle", "low"}


def test_a_new_value_has_a_column(amended: Amended) -> None:
    four = changed(TWO_ZONES, "one_of: [II, III]", "equals: III").replace(
        "    else: low\n",
        '      - {when: {fact: planned, equals: "true", evidence: official}, then: coast}\n      - {when: {fact: area, equals: II, evidence: official}, then: middle}\n    else: low\n',
    )
    ruleset = amended('{set: "2.4", cells: {coast: "50"}, evidence: official}', more=four)
    found = assess(ruleset, {"area": "I", "planned": True, "wages": 49}).indicators["2.4"]
    assert (found.outcome, found.margin) == (Outcome.NOT_MET, Decimal(-1))


def test_a_derived_fact_is_removed(amended: Amended) -> None:
    gone = "derive: {zone: {remove: true}}\n"
    ruleset = amended('{replace: "2.4", require: {fact: wages, at_least: "30", evidence: official}}', more=gone)
    assert "zone" not in {d.id for d in ruleset.derived}
    assert "area" not in ruleset.inputs()


SPREAD = """\
  wide_zone:
    case:
      - {when: {fact: planned, equals: "true", evidence: official}, then: planned}
    else: {fact: zone}
"""


@pytest.mark.parametrize(
    ("first", "derive", "operations", "code", "words"),
    [
        (FIRST, TWO_ZONES, ['{remove: "2.5"}'], "derive.again", "`2.4` still names `middle`"),
        (FIRST, "derive: {zone: {remove: true}}\n", ['{remove: "2.5"}'], "derive.again", "`2.4` still reads `zone`"),
        (FIRST, changed(TWO_ZONES, "zone", "zoen"), ['{remove: "2.5"}'], "derive.again", "`zoen`"),
        (FIRST, changed(TWO_ZONES, "  zone:", "  column:"), ['{remove: "2.5"}'], "derive.again", "`column`"),  # a national one
        (FIRST, changed(TWO_ZONES, "    replace: true\n", ""), ['{remove: "2.5"}'], "fact.duplicate", "`zone`"),
        (FIRST, "derive: {zone: {replace: true, max_of: [wages]}}\n", ['{remove: "2.4"}'], "derive.again", "`category`"),
        (changed(FIRST, "grades:", SPREAD + "grades:"), TWO_ZONES, ['{remove: "2.4", cells: [middle]}'], "derive.again", "`wide_zone` takes its values"),
        (changed(FIRST, "grades:", SPREAD + "grades:"), "derive: {zone: {replace: true, case: [{when: {fact: planned, equals: \"true\", evidence: official}, then: low}], else: {fact: wide_zone}}}\n", ['{remove: "2.4"}'], "derive.again", "follows from itself"),
    ],
)  # fmt: skip
def test_what_still_rests_on_the_old_fact(
    tmp_path: Path, first: str, derive: str, operations: list[str], code: str, words: str
) -> None:
    found = problems(tmp_path / "rules", a_yaml=first, b_yaml=second(*operations, more=derive))
    assert any((d.code, Path(d.file).name) == (code, "b.yaml") and words in d.message and d.line for d in found), found


def test_what_rests_on_a_replaced_fact_comes_behind_it(amended: Amended) -> None:
    """The first decision's other derived fact reads the new one."""
    first = changed(
        FIRST,
        "grades:",
        changed(SPREAD, "else: {fact: zone}", "else: other").replace(
            'fact: planned, equals: "true"', "fact: zone, equals: high"
        )
        + "grades:",
    )
    ruleset = amended('{remove: "2.4", cells: [middle]}', more=TWO_ZONES, first=first)
    assert [d.id for d in ruleset.derived] == ["column", "zone", "wide_zone"]


# -- grades ---------------------------------------------------------------------------------------

FACTS: dict[str, typing.Any] = {
    "clean_water_share": 95, "income": 50, "planned": True, "literacy": "1", "wages": 50, "area": "I", "recognised": True,
}  # fmt: skip


def grades(ruleset: Ruleset) -> list[str]:
    return [grade.id for grade in ruleset.grades]


def grade_of(ruleset: Ruleset, **facts: object) -> str | None:
    found = assess(ruleset, FACTS | facts).grade
    return None if found is None else found.id


def test_a_grade_is_amended(library: Callable[..., Library]) -> None:
    rules = library(
        '{grade: co-ban-dat, title: {vi: Đạt cơ bản, en: Basic}, lapse: ["2.5", "2.2"], operations: [{set: "1.1", at_least: "75", evidence: official}]}'
    )
    before, after = on(rules, FIRST_DAY), on(rules, LATER_DAY)
    assert grades(before) == grades(after) == ["co-ban-dat", "can-dat"]
    assert [g.title.vi for g in after.grades if g.title] == ["Đạt cơ bản", "Cận đạt"]
    by_id = {g.id: g.ruleset for g in after.grades}
    assert (cell(by_id["co-ban-dat"], "1.1").value, cell(by_id["co-ban-dat"], "1.1").blame.number) == (75, "9/QD")
    assert (cell(by_id["co-ban-dat"], "2.5").value, cell(by_id["co-ban-dat"], "2.5").blame.number) == (90, "3/QD")
    assert "2.2" in numbers(by_id["co-ban-dat"])
    assert cell(by_id["can-dat"], "1.1").blame.number == "3/QD"
    assert (grade_of(before, clean_water_share=72), grade_of(after, clean_water_share=72)) == ("co-ban-dat", None)
    found = diff(before, after)
    assert found.changes == ()  # the set itself is as it was
    (change,) = found.grades
    assert (change.id, [kind.value for kind in change.kinds]) == ("co-ban-dat", ["retitled"])
    assert {c.no: c.direction.value for c in change.changes} == {"1.1": "stricter", "2.2": "added", "2.5": "stricter"}
    assert found.text("vi").startswith("Mức co-ban-dat Đạt cơ bản: đổi tên, trước là “Cơ bản đạt”")
    assert "9/QD" in found.text("en")
    assert [g["grade"] for g in found.to_dict()["grades"]] == ["co-ban-dat"]
    gone = diff(before, on(library("{remove: {grade: can-dat}}"), LATER_DAY))
    assert gone.text("en") == "Grade can-dat Nearly meets: no longer there"


def test_grades_are_added_and_removed(amended: Amended) -> None:
    new = '{add: {grade: kha, after: co-ban-dat, title: {vi: Khá, en: Fair}, operations: [{set: "1.1", at_least: "65", evidence: official}]}}'
    assert grades(amended(new)) == ["co-ban-dat", "kha", "can-dat"]
    assert grades(amended(changed(new, "after: co-ban-dat, ", ""))) == ["co-ban-dat", "can-dat", "kha"]
    assert grades(amended("{remove: {grade: co-ban-dat}}")) == ["can-dat"]
    assert grades(amended("{remove: {grade: can-dat}}", new, "{remove: {grade: co-ban-dat}}")) == ["kha"]


def test_grades_of_its_own_take_the_place_of_all(amended: Amended) -> None:
    ruleset = amended('{remove: "2.5"}', more=GRADES.split("  - grade: can-dat")[0].replace(', "2.5"', ""))
    assert grades(ruleset) == ["co-ban-dat"]
    assert ("note", "grade.replaced") in {(severity, code) for severity, code, *_ in told(ruleset)}


@pytest.mark.parametrize(
    "operation",
    ['{remove: "2.5"}', '{replace: "2.5", require: {fact: wages, at_least: "60", evidence: official}}'],
)
def test_what_a_grade_says_of_what_is_gone_lapses(amended: Amended, operation: str) -> None:
    """At the line that takes it out or replaces it; the grade asks there what the set asks."""
    ruleset = amended(operation)
    line = place(second(operation), '"2.5"')[0]
    assert ("warning", "grade.lapsed", line, "b.yaml") in told(ruleset)
    by_id = {g.id: g.ruleset for g in ruleset.grades}
    shown = [i for c in by_id["co-ban-dat"].criteria for i in c.indicators if i.no == "2.5"]
    assert shown == [i for c in ruleset.criteria for i in c.indicators if i.no == "2.5"]
    assert cell(by_id["co-ban-dat"], "1.1").value == 70  # the rest of the operation holds
    silent = amended(operation, '{grade: co-ban-dat, lapse: ["2.5"]}')
    assert "grade.lapsed" not in [code for _, code, *_ in told(silent)]


def test_a_national_amendment_lets_what_a_grade_says_lapse(tmp_path: Path) -> None:
    later = amendment("9/QD", "2024-01-01", '{remove: "1.1"}')
    ruleset = on(load(tmp_path / "rules", a_yaml=FIRST, b_yaml=later), LATER_DAY)
    assert ("warning", "grade.lapsed", place(later, '"1.1"')[0], "b.yaml") in told(ruleset)


def test_a_grade_that_can_no_longer_be_applied_is_told_at_the_later_line(tmp_path: Path) -> None:
    first = changed(
        FIRST, '      - {remove: "2.2"}\n', '      - {set: "2.4", cells: {low: "35"}, evidence: official}\n'
    )
    later = second(
        '{replace: "2.5", require: {fact: wages, at_least: "60", evidence: official}}',
        '{set: "2.4", at_least: "50", evidence: official}',
    )
    found = problems(tmp_path / "rules", a_yaml=first, b_yaml=later)
    assert [(d.code, Path(d.file).name, d.line) for d in found] == [
        ("operation.set", "b.yaml", place(later, '"2.4"')[0])
    ]


@pytest.mark.parametrize(
    ("operation", "code", "words"),
    [
        ("{grade: co-ban-dta, lapse: [\"2.5\"]}", "grade.unknown", "`co-ban-dta`"),
        ("{grade: co-ban-dat, lapse: [\"2.6\"]}", "operation.target", "`2.6`"),
        ("{grade: co-ban-dat}", "grade.nothing", "`co-ban-dat`"),
        ("{grade: co-ban-dat, operations: [{remove: {grade: can-dat}}]}", "grade.inside", "no grades"),
        ("{remove: {grade: kha}}", "grade.unknown", "`kha`"),
        ("{add: {grade: can-dat, title: {vi: a, en: a}, operations: [{remove: \"2.2\"}]}}", "grade.duplicate", "`can-dat`"),
        ("{add: {grade: kha, after: gioi, title: {vi: a, en: a}, operations: [{remove: \"2.2\"}]}}", "grade.unknown", "`gioi`"),
        ("{grade: co-ban-dat, operations: [{remove: \"9.9\"}]}", "operation.target", "`9.9`"),
    ],
)  # fmt: skip
def test_wrong_changes_of_grades(tmp_path: Path, operation: str, code: str, words: str) -> None:
    found = problems(tmp_path / "rules", a_yaml=FIRST, b_yaml=second(operation))
    assert any((d.code, Path(d.file).name) == (code, "b.yaml") and words in d.message and d.line for d in found), found


def test_a_set_of_its_own_is_amended_alike(tmp_path: Path) -> None:
    own = changed(OTHER, "ruleset: commune/khac\n", "ruleset: village/rieng\nprovince: bac\nlevel: village\n")
    own = changed(own, "issuer: xu-mau", "issuer: bac")
    own = changed(
        own,
        "criteria:\n",
        GRADES.replace('["1.1", "2.5"]', '"3"').replace('"1.1"', '"3"').replace('"2.2"', '"1"') + "criteria:\n",
    )
    own += '      - no: "3"\n        title: {vi: Nước, en: Water}\n        require: {fact: clean_water_share, at_least: "80", evidence: official}\n'
    later = changed(
        amendment("9/QD", "2024-01-01", "{remove: {grade: can-dat}}", '{remove: "1"}', issuer="bac"),
        "commune/ntm",
        "village/rieng\nprovince: bac",
    )
    library = load(tmp_path / "rules", own_yaml=own, later_yaml=later)
    found = [library.compose("village/rieng", on=day, province="bac") for day in (FIRST_DAY, LATER_DAY)]
    assert [grades(ruleset) for ruleset in found] == [["co-ban-dat", "can-dat"], ["co-ban-dat"]]
