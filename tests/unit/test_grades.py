"""Grades: middle outcomes that a set declares, of a unit and of its criteria."""

# ruff: noqa: E501 - a case a line

import datetime as dt
import json
import pickle
import typing
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules import Outcome, Ruleset, assess
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.model.walk import cells, every_cell
from ntm_rules.words.sheet import rows
from unit.small import BASE, FACTS, amendment, changed, codes, load, overlay, problems

ON = dt.date(2024, 7, 2)
GRADES = """\
grades:
  - grade: co-ban-dat
    title: {vi: Cơ bản đạt chuẩn, en: Basically meets}
    operations:
      - {set: "1.1", at_least: "75", evidence: official}
      - {replace: "2.4", require: {any: [{fact: wages, more_than: "18", evidence: official}, {fact: recognised, equals: "true", evidence: official}]}}
  - grade: can-dat
    title: {vi: Cận đạt, en: Nearly meets}
    operations:
      - {set: "1.1", at_least: "60", evidence: official}
      - {remove: "2.4"}
"""
DECIDED = changed(BASE, "more_than: pending", 'more_than: "20", evidence: official')
GRADED = changed(DECIDED, "criteria:\n", f"{GRADES}criteria:\n")
GOOD: dict[str, typing.Any] = {
    "clean_water_share": 80, "income": 50, "region": "NUI", "planned": True, "literacy": "1", "wages": 50,
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return load(tmp_path_factory.mktemp("grades") / "rules", ntm_yaml=GRADED).compose("commune/ntm", on=ON)


def names(grades: tuple[object, ...]) -> list[str]:
    return [grade.id for grade in grades]  # type: ignore[attr-defined]


# -- which grade ----------------------------------------------------------------------------------

# facts changed, outcome, grade, possible grades
FOUND: list[tuple[dict[str, typing.Any], Outcome, str | None, list[str]]] = [
    ({}, Outcome.MET, None, []),
    ({"clean_water_share": 79}, Outcome.NOT_MET, "co-ban-dat", ["co-ban-dat"]),
    ({"clean_water_share": 75, "wages": 20}, Outcome.NOT_MET, "co-ban-dat", ["co-ban-dat"]),
    ({"clean_water_share": 74}, Outcome.NOT_MET, "can-dat", ["can-dat"]),
    ({"clean_water_share": 59}, Outcome.NOT_MET, None, []),
    ({"clean_water_share": None}, Outcome.UNDETERMINED, None, ["co-ban-dat", "can-dat"]),
    ({"clean_water_share": None, "income": 1}, Outcome.NOT_MET, None, []),
    ({"income": None}, Outcome.UNDETERMINED, None, ["co-ban-dat", "can-dat"]),
    ({"clean_water_share": 79, "income": None}, Outcome.NOT_MET, None, ["co-ban-dat", "can-dat"]),
    ({"clean_water_share": 74, "income": None}, Outcome.NOT_MET, None, ["can-dat"]),
    ({"clean_water_share": 79, "wages": None}, Outcome.NOT_MET, None, ["co-ban-dat", "can-dat"]),
    ({"wages": 15}, Outcome.NOT_MET, None, ["co-ban-dat", "can-dat"]),  # the second is reached, the first is open
    ({"wages": 15, "recognised": True}, Outcome.NOT_MET, "co-ban-dat", ["co-ban-dat"]),
    ({"wages": 15, "recognised": False}, Outcome.NOT_MET, "can-dat", ["can-dat"]),
    ({"wages": None}, Outcome.UNDETERMINED, None, ["co-ban-dat", "can-dat"]),
]


@pytest.mark.parametrize(("facts", "outcome", "grade", "possible"), FOUND, ids=lambda x: str(x)[:40])
def test_the_grade_of_a_unit(
    graded: Ruleset, facts: dict[str, typing.Any], outcome: Outcome, grade: str | None, possible: list[str]
) -> None:
    verdict = assess(graded, GOOD | facts)
    assert verdict.outcome is outcome
    assert (verdict.grade.id if verdict.grade else None) == grade
    assert names(verdict.possible_grades) == possible


def test_a_grade_reached_for_certain_ends_what_is_possible(graded: Ruleset) -> None:
    """2.4 is open for the set and for the first grade; the second one does not ask for it."""
    verdict = assess(graded, {**GOOD, "clean_water_share": 70, "wages": None})
    assert names(verdict.possible_grades) == ["can-dat"]
    part = verdict.criteria["1"]
    assert (part.outcome, part.grade and part.grade.id) == (Outcome.NOT_MET, "can-dat")


def test_the_criteria_have_grades_of_their_own(graded: Ruleset) -> None:
    verdict = assess(graded, {**GOOD, "clean_water_share": 79, "wages": 8})
    grades = {no: c.grade.id if c.grade else None for no, c in verdict.criteria.items()}
    assert grades == {"1": "co-ban-dat", "2": None}
    assert verdict.grade is None
    assert verdict.grade_counts == {"co-ban-dat": 1, "can-dat": 0}
    assert (verdict.criteria_met, verdict.criteria_not_met, verdict.criteria_total) == (0, 2, 2)


def test_what_a_grade_asks_is_a_finding_of_its_own(graded: Ruleset) -> None:
    verdict = assess(graded, {**GOOD, "clean_water_share": 74}, unit="Bình An")
    nearest = verdict.by_grade["co-ban-dat"]
    assert nearest == assess(graded.grades[0].ruleset, verdict.facts, unit="Bình An")
    assert [r.indicator for r in nearest.reasons()] == ["1.1"]
    assert nearest.indicators["1.1"].margin == -1
    assert list(verdict.by_grade) == ["co-ban-dat", "can-dat"]


def test_a_criterion_that_is_not_counted_is_in_no_count(tmp_path: Path) -> None:
    text = changed(GRADED, "    title: {vi: Một, en: One}\n", "    title: {vi: Một, en: One}\n    counted: false\n")
    ruleset = load(tmp_path / "rules", ntm_yaml=text).compose("commune/ntm", on=ON)
    verdict = assess(ruleset, {**GOOD, "clean_water_share": 79})
    assert verdict.grade is not None
    assert verdict.grade_counts == {"co-ban-dat": 0, "can-dat": 0}


def test_a_set_without_grades(tmp_path: Path) -> None:
    ruleset = load(tmp_path / "rules").compose("commune/ntm", on=ON)
    verdict = assess(ruleset, {"clean_water_share": 79})
    assert (ruleset.grades, verdict.grade, verdict.possible_grades, dict(verdict.grade_counts)) == ((), None, (), {})
    data = verdict.to_dict()
    assert not {"grade", "grades", "possible_grades"} & {*data, *data["criteria"][0]}


# -- composing ------------------------------------------------------------------------------------


def test_a_grade_is_looser_and_says_nothing(graded: Ruleset) -> None:
    assert graded.diagnostics == ()
    assert all(g.ruleset.grades == () for g in graded.grades)
    assert all(g.ruleset.facts == graded.facts for g in graded.grades)


def test_an_overlay_declares_its_own_grades(tmp_path: Path) -> None:
    more = GRADES.split("  - grade: can-dat")[0].replace('"75"', '"70"')
    mine = overlay("bac", "3/QD", "2023-01-01", '{set: "1.1", at_least: "85", evidence: official}', more=more)
    library = load(tmp_path / "rules", ntm_yaml=GRADED, a_yaml=mine)
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    assert names(ruleset.grades) == ["co-ban-dat"]
    assert assess(ruleset, {**GOOD, "clean_water_share": 84}).grade == ruleset.grades[0]
    assert assess(ruleset, {**GOOD, "clean_water_share": 69}).grade is None
    assert names(library.compose("commune/ntm", on=ON, province="nam").grades) == ["co-ban-dat", "can-dat"]


def test_an_overlay_of_grades_alone(tmp_path: Path) -> None:
    head = "province: bac\ninstrument: {issuer: bac, number: 3/QD, date: 2023-01-01}\n"
    library = load(
        tmp_path / "rules", ntm_yaml=DECIDED, a_yaml=f"overlay: commune/ntm\nperiod: 2021-2025\n{head}{GRADES}"
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    assert names(ruleset.grades) == ["co-ban-dat", "can-dat"]
    assert {str(ref.cell.blame.number) for ref in list(every_cell(ruleset))[len(list(cells(ruleset))) :]} == {"3/QD"}


def test_a_grade_stands_on_all_layers(tmp_path: Path) -> None:
    """An amendment after the set that declares the grade counts for the grade too."""
    later = amendment("9/QD", "2024-01-01", '{set: "2.2", level_at_least: "2", evidence: official}')
    ruleset = load(tmp_path / "rules", ntm_yaml=GRADED, a_yaml=later).compose("commune/ntm", on=ON)
    assert assess(ruleset, {**GOOD, "clean_water_share": 79}).grade is None
    assert assess(ruleset, {**GOOD, "clean_water_share": 79, "literacy": "2"}).grade is not None


def test_a_pending_value_of_a_grade_has_no_floor(tmp_path: Path) -> None:
    text = changed(GRADED, '{set: "1.1", at_least: "75", evidence: official}', '{set_pending: "1.1"}')
    ruleset = load(tmp_path / "rules", ntm_yaml=text).compose("commune/ntm", on=ON)
    verdict = assess(ruleset, {**GOOD, "clean_water_share": 10})
    assert verdict.by_grade["co-ban-dat"].indicators["1.1"].outcome is Outcome.UNDETERMINED
    assert (verdict.grade, names(verdict.possible_grades)) == (None, ["co-ban-dat"])


def test_facts_that_only_a_grade_reads_are_inputs(tmp_path: Path) -> None:
    facts = FACTS + "  spare: {title: {vi: Khác, en: Spare}, type: boolean}\n"
    text = changed(
        GRADED,
        '{set: "1.1", at_least: "75", evidence: official}',
        '{replace: "1.1", require: {fact: spare, equals: "true", evidence: official}}',
    )
    ruleset = load(tmp_path / "rules", ntm_yaml=text, facts_yaml=facts).compose("commune/ntm", on=ON)
    assert "spare" in ruleset.inputs()
    verdict = assess(ruleset, {**GOOD, "clean_water_share": 10, "spare": True})
    assert verdict.grade == ruleset.grades[0]


# old text, new text, code, words of the message
WRONG = [
    ("grade: can-dat", "grade: co-ban-dat", "grade.duplicate", "duplicate grade `co-ban-dat`"),
    ("grade: can-dat", "grade: Cận đạt", "grade.id", "`Cận đạt` is not an id"),
    ("    title: {vi: Cận đạt, en: Nearly meets}\n", "", "key.missing", "a grade has no `title`"),
    ('{remove: "2.4"}', '{remove: "2.9"}', "operation.target", "`2.9`"),
    (
        '      - {set: "1.1", at_least: "60", evidence: official}\n      - {remove: "2.4"}\n',
        "      []\n",
        "shape.empty",
        "`operations` is empty",
    ),
    ("  - grade: can-dat", "  - grades: can-dat", "key.unknown", "`grades`"),
]


@pytest.mark.parametrize(("old", "new", "code", "message"), WRONG, ids=lambda text: text[:30])
def test_what_is_wrong(tmp_path: Path, old: str, new: str, code: str, message: str) -> None:
    found = problems(tmp_path / "rules", ntm_yaml=changed(GRADED, old, new))
    assert any(d.code == code and message in d.message and d.line for d in found), found


def test_grades_that_leave_too_few_members(tmp_path: Path) -> None:
    text = changed(GRADED, "title: {vi: Hai, en: Two}\n", "title: {vi: Hai, en: Two}\n    at_least_n: 4\n")
    assert codes(problems(tmp_path / "rules", ntm_yaml=text)) == ["condition.k"]


# old text, new text, how many warnings and notes
STRICTER = [
    ('at_least: "75"', 'at_least: "81"', ["warning"]),
    ('at_least: "60"', 'at_least: "76"', ["warning"]),  # the lower grade is stricter than the higher one
    ('at_least: "75"', 'at_least: "80"', []),
    ('{set: "1.1", at_least: "75", evidence: official}', '{add: {criterion: "1", after: "1.1", indicator: {no: "1.9", title: {vi: a, en: a}, require: {fact: planned, equals: "true", evidence: official}}}}', ["warning"]),
    ('{set: "1.1", at_least: "75", evidence: official}', '{set_pending: "1.1"}', ["note"]),
    ('{set: "1.1", at_least: "75", evidence: official}', '{replace: "1.1", require: {any: [{fact: planned, equals: "true", evidence: official}, {fact: clean_water_share, at_least: "75", evidence: official}]}}', ["warning"]),  # only the next grade, which asks for water again
    ('{set: "1.1", at_least: "75", evidence: official}', '{replace: "1.1", require: {fact: planned, equals: "true", evidence: official}}', ["warning", "warning"]),  # that grade, and the next one
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "severities"), STRICTER, ids=lambda text: str(text)[:30])
def test_a_grade_that_asks_for_more_is_told(tmp_path: Path, old: str, new: str, severities: list[str]) -> None:
    ruleset = load(tmp_path / "rules", ntm_yaml=changed(GRADED, old, new)).compose("commune/ntm", on=ON)
    found = [d for d in ruleset.diagnostics if d.code == "grade.stricter"]
    assert [d.severity.value for d in found] == severities
    assert all(d.line and "stricter" in d.message for d in found)


# -- hash, evidence, copies -----------------------------------------------------------------------


def test_grades_are_in_the_hash(graded: Ruleset, tmp_path: Path) -> None:
    plain = load(tmp_path / "a", ntm_yaml=DECIDED).compose("commune/ntm", on=ON)
    other = load(tmp_path / "b", ntm_yaml=changed(GRADED, '"60"', '"61"')).compose("commune/ntm", on=ON)
    titled = load(tmp_path / "c", ntm_yaml=changed(GRADED, "Cận đạt", "Gần đạt")).compose("commune/ntm", on=ON)
    assert len({r.content_hash for r in (plain, graded, other)}) == 3
    assert titled.content_hash == graded.content_hash
    assert "grades" not in to_canonical(plain)


def test_canonical_json_carries_them(graded: Ruleset) -> None:
    again = from_canonical(json.loads(json.dumps(to_canonical(graded))))
    assert again.content_hash == graded.content_hash
    assert names(again.grades) == ["co-ban-dat", "can-dat"]


def test_a_floor_of_evidence_holds_for_grades(tmp_path: Path) -> None:
    text = (
        changed(GRADED, 'at_least: "75", evidence: official', 'at_least: "75", evidence: secondary')
        .replace("evidence: recalled, confidence: low", "evidence: official")
        .replace("evidence: secondary, source: bao", "evidence: official")
    )
    ruleset = load(tmp_path / "rules", ntm_yaml=text).compose("commune/ntm", on=ON)
    facts = GOOD | {"clean_water_share": 79}
    assert assess(ruleset, facts).by_grade["co-ban-dat"].provisional
    strict = assess(ruleset.with_minimum_evidence("official"), facts)
    assert (strict.outcome, strict.grade, names(strict.possible_grades)) == (
        Outcome.NOT_MET,
        None,
        ["co-ban-dat", "can-dat"],
    )


def test_verdicts_with_grades_can_be_sent_about(graded: Ruleset) -> None:
    verdict = assess(graded, {**GOOD, "clean_water_share": 79})
    again = pickle.loads(pickle.dumps(verdict))
    assert again == verdict
    assert again.grade == verdict.grade
    assert again.with_facts({"clean_water_share": 70}).grade == graded.grades[1]


def test_a_live_session_has_them(graded: Ruleset) -> None:
    session = ntm.live.Session(graded, GOOD)
    session.set("clean_water_share", 79)
    assert session.verdict.grade == graded.grades[0]


# -- words ----------------------------------------------------------------------------------------


def test_as_json(graded: Ruleset) -> None:
    from unit.test_schemas import validator

    data = json.loads(assess(graded, {**GOOD, "clean_water_share": 79}).to_json())
    assert [e.message for e in validator("verdict-2.json").iter_errors(data)] == []
    assert data["grade"] == "co-ban-dat"
    assert data["possible_grades"] == ["co-ban-dat"]
    title = {"vi": "Cơ bản đạt chuẩn", "en": "Basically meets"}
    assert data["grades"][0] == {
        "id": "co-ban-dat",
        "title": title,
        "outcome": "met",
        "provisional": True,
        "criteria": 1,
    }
    assert [c.get("grade") for c in data["criteria"]] == ["co-ban-dat", None]


def test_the_sheet_lists_what_a_grade_asks_otherwise(graded: Ruleset) -> None:
    found = [(row.kind, row.no, row.title, row.asked) for row in rows(graded, "vi")]
    start = next(n for n, row in enumerate(found) if row[0] == "grade")
    assert found[start:] == [
        ("grade", "", "Cơ bản đạt chuẩn", "như trên, riêng các nội dung sau:"),
        ("indicator", "1.1", "Nước", "cần từ 75%"),
        ("indicator", "2.4", "Khác", ""),
        ("part", "", "", "một trong các nội dung sau"),
        ("part", "", "Lương", "cần trên 18 triệu xu"),
        ("part", "", "Công nhận", "yêu cầu đạt"),
        ("grade", "", "Cận đạt", "như trên, riêng các nội dung sau:"),
        ("indicator", "1.1", "Nước", "cần từ 60%"),
        ("indicator", "2.4", "Khác", "không quy định"),
    ]
