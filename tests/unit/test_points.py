"""Points out of a total: what a rule file may say, and what an assessment makes of it."""

# ruff: noqa: E501 - a case a line

import datetime as dt
from fractions import Fraction
from pathlib import Path

import pytest

from ntm_rules import FactError, Outcome, Ruleset, assess
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.words.sheet import rows
from unit.small import BASE, FACTS, MEASURES, amendment, changed, codes, is_told, load, problems

ON = dt.date(2024, 7, 2)
POINTS = """\
  plan: {title: {vi: Điểm quy hoạch, en: Points for the plan}, type: number, unit: point, minimum: "0", maximum: "15"}
  work: {title: {vi: Điểm thực hiện, en: Points for the work}, type: number, unit: point, minimum: "0", maximum: "85"}
  loose: {title: {vi: Điểm khác, en: Other points}, type: number, unit: point, minimum: "0"}
  debts: {title: {vi: Điểm trừ, en: Penalty points}, type: number, unit: point, minimum: "-5", maximum: "5"}
"""
DERIVED = """\
derive:
  score:
    title: {vi: Điểm tiêu chí 1, en: Points of criterion 1}
    points:
      out_of: "100"
      members:
        - {fact: plan, out_of: "15", applies_if: {fact: planned, equals: "true", evidence: official}}
        - {fact: work, out_of: "85"}
"""
FILES = {
    "measures_yaml": MEASURES + "  point: {vi: điểm, en: points}\n",
    "facts_yaml": FACTS + POINTS,
    "ntm_yaml": changed(
        changed(BASE, "derive:\n", DERIVED),
        'require: {fact: clean_water_share, at_least: "80", evidence: official}',
        'require: {fact: score, at_least: "85", evidence: official}',
    ),
}


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return load(tmp_path_factory.mktemp("points") / "rules", **FILES).compose("commune/ntm", on=ON)


# old text, new text, code, words of the message, words of the hint
WRONG = [
    ('out_of: "100"', 'out_of: "90"', "points.sum", "`score` add up to 100 points, out of 90", "correct `out_of`"),
    ('work, out_of: "85"', 'work, out_of: "85.1"', "points.sum", "add up to 100.1 points, out of 100", ""),
    ('work, out_of: "85"', 'work, out_of: "80"', "points.bounds", "`work` may have more or less than its 80 points", "up to 80"),
    ("fact: work,", "fact: loose,", "points.bounds", "`loose` may have", "a maximum up to 85"),
    ("fact: work,", "fact: debts,", "points.bounds", "`debts` may have", "a minimum from 0"),
    ("fact: work,", "fact: planned,", "fact.type", "`planned` is boolean and holds no points", ""),
    ("fact: work,", "fact: works,", "fact.unknown", "`works`", "`work`"),
    ("fact: work,", "fact: clean_water_share,", "points.bounds", "`clean_water_share` may have", ""),
    ('work, out_of: "85"', 'plan, out_of: "85"', "points.fact", "`plan` is two parts of `score`", ""),
    ('work, out_of: "85"', 'work, out_of: "0"', "points.sum", "add up to 15 points, out of 100", ""),
    ('work, out_of: "85"', 'work, out_of: "-85"', "points.out_of", "cannot be below 0", ""),
    ('work, out_of: "85"', 'loose, out_of: "0"', "points.bounds", "how many points `loose` may add or deduct", "a minimum and a maximum"),
    ('work, out_of: "85"', "work", "key.missing", "no `out_of`", ""),
    ('work, out_of: "85"', 'work, out_of: "many"', "value.number", "`many`", ""),
    ('work, out_of: "85"', 'work, points: "85"', "key.unknown", "`points`", "`out_of`"),
    ("{fact: planned, equals", "{meets: commune/khac, by: finding, equals", "key.unknown", "prerequisite", ""),
    ('{fact: planned, equals: "true",', "{meets: commune/khac, by: finding,", "points.applies_if", "another ruleset", ""),
    ("points:\n", "min_of: [plan, work]\n    points:\n", "derive.kind", "no single kind", "`points`"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "message", "hint"), WRONG, ids=lambda text: text[:30])
def test_what_is_wrong(tmp_path: Path, old: str, new: str, code: str, message: str, hint: str) -> None:
    is_told(tmp_path / "rules", {**FILES, "ntm_yaml": changed(FILES["ntm_yaml"], old, new)}, code, message, hint)


def test_points_of_different_units_do_not_add_up(tmp_path: Path) -> None:
    facts = changed(
        FILES["facts_yaml"], 'unit: point, minimum: "0", maximum: "15"', 'unit: million, minimum: "0", maximum: "15"'
    )
    found = problems(tmp_path / "rules", **{**FILES, "facts_yaml": facts})
    assert codes(found) == ["fact.type"]


def test_points_too_fine_for_64_bits_are_refused(tmp_path: Path) -> None:
    text = FILES["ntm_yaml"].replace('"15"', '"15.0000001"').replace('out_of: "100"', 'out_of: "100.0000001"')
    facts = FILES["facts_yaml"].replace('maximum: "15"', 'maximum: "15.0000001"')
    (found,) = problems(tmp_path / "rules", **{**FILES, "facts_yaml": facts, "ntm_yaml": text})
    assert found.code == "points.size"


@pytest.mark.parametrize("name", ["least", "share"])
def test_a_part_is_a_plain_number_of_the_catalogue(tmp_path: Path, name: str) -> None:
    facts = FILES["facts_yaml"] + (
        '  share: {title: {vi: a, en: a}, type: number, unit: point, minimum: "0", maximum: "85",'
        " ratio: {part: plan, whole: work}}\n"
    )
    text = changed(FILES["ntm_yaml"], "derive:\n", "derive:\n  least: {min_of: [work, plan]}\n")
    text = changed(text, "{fact: work,", f"{{fact: {name},")
    (found,) = problems(tmp_path / "rules", **{**FILES, "facts_yaml": facts, "ntm_yaml": text})
    assert (found.code, f"`{name}`" in found.message) == ("points.fact", True)


def test_a_layer_may_derive_points(tmp_path: Path) -> None:
    more = "derive:\n  half: {points: {out_of: '15', members: [{fact: plan, out_of: '15'}]}}\n"
    text = amendment(
        "3/QD", "2024-01-01", '{replace: "1.1", require: {fact: half, at_least: "7.5", evidence: official}}', more=more
    )
    ruleset = load(tmp_path / "rules", **FILES, a_yaml=text).compose("commune/ntm", on=ON)
    assert assess(ruleset, {"plan": 7.5}).indicators["1.1"].outcome is Outcome.MET


# -- assessing ------------------------------------------------------------------------------------


def test_points_are_added_and_compared_exactly(scored: Ruleset) -> None:
    met = assess(scored, {"planned": True, "plan": 12.1, "work": 72.9}).indicators["1.1"]
    assert (met.outcome, met.actual, met.margin) == (Outcome.MET, Fraction(85), Fraction(0))
    left = assess(scored, {"planned": False, "work": 72}).indicators["1.1"]
    assert (left.outcome, left.actual) == (Outcome.NOT_MET, Fraction(7200, 85))
    assert left.margin == Fraction(7200, 85) - 85


@pytest.mark.parametrize(
    "facts",
    [{"plan": 15, "work": 85}, {"planned": True, "work": 84}, {"planned": False}, {"planned": True, "plan": 15}],
)
def test_what_is_not_known_is_not_guessed(scored: Ruleset, facts: dict[str, float | bool]) -> None:
    found = assess(scored, facts).indicators["1.1"]
    assert (found.outcome, found.codes) == (Outcome.UNDETERMINED, (ReasonCode.FACT_MISSING,))


@pytest.mark.parametrize(
    ("facts", "outcome", "between"),
    [
        ({"planned": True, "work": 85}, Outcome.MET, (85, 100)),
        ({"planned": True, "plan": 15}, Outcome.UNDETERMINED, (15, 100)),
        ({"planned": True, "work": 69.99}, Outcome.NOT_MET, (69.99, 84.99)),
        ({"planned": True, "work": 70}, Outcome.UNDETERMINED, (70, 85)),
        ({"planned": False}, Outcome.UNDETERMINED, (0, 100)),
    ],
)
def test_missing_points_leave_a_total_between_two_ends(
    scored: Ruleset, facts: dict[str, object], outcome: Outcome, between: tuple[float, float]
) -> None:
    verdict = assess(scored, facts)
    (leaf,) = verdict.indicators["1.1"].leaves
    assert (leaf.outcome, leaf.actual, leaf.margin) == (outcome, None, None)
    assert leaf.between == tuple(Fraction(str(end)) for end in between)
    (shown,) = [i for i in verdict.to_dict()["criteria"][0]["indicators"] if i["no"] == "1.1"]
    assert [float(Fraction(end)) for end in shown["between"]] == list(between)


def test_nothing_is_between_where_the_total_is_known(scored: Ruleset) -> None:
    assert assess(scored, {"planned": True, "plan": 15, "work": 85}).indicators["1.1"].leaves[0].between is None
    assert assess(scored, {"plan": 15, "work": 85}).indicators["1.1"].leaves[0].between is None


@pytest.mark.parametrize("value", [12.255, "12.255", 15.01, -1])
def test_points_are_whole_hundredths_within_their_bounds(scored: Ruleset, value: float | str) -> None:
    with pytest.raises(FactError) as caught:
        assess(scored, {"plan": value})
    assert [p.fact for p in caught.value.problems] == ["plan"]


def test_self_score_and_appraisal_are_two_annotated_values(scored: Ruleset) -> None:
    def given(value: object, by: str) -> dict[str, object]:
        return {"value": value, "by": by}

    own = assess(scored, {"planned": True, "plan": given(15, "self"), "work": given(80, "self")})
    checked = own.with_facts({"work": given("60.5", "appraised")})
    assert own.indicators["1.1"].outcome is Outcome.MET
    assert checked.indicators["1.1"].outcome is Outcome.NOT_MET
    assert checked.annotations["work"].by == "appraised"
    assert checked.annotations["plan"].by == "self"


# -- words ----------------------------------------------------------------------------------------


def test_words(scored: Ruleset) -> None:
    (reason,) = [r for r in assess(scored, {"planned": False, "work": 72}).reasons() if r.indicator == "1.1"]
    assert "84,71 điểm, cần từ 85 (thiếu 0,29)" in reason.text("vi")
    assert "84.71 points" in reason.text("en")


@pytest.mark.parametrize(
    ("work", "vietnamese", "english"),
    [
        (50, "từ 50 đến 65 điểm (chưa đủ số liệu), cần từ 85;", "50 to 65 points (figures are missing)"),
        (80, "từ 80 đến 95 điểm (chưa đủ số liệu), cần từ 85;", "80 to 95 points (figures are missing)"),
    ],
)
def test_words_of_missing_points(scored: Ruleset, work: float, vietnamese: str, english: str) -> None:
    (reason,) = [r for r in assess(scored, {"planned": True, "work": work}).reasons() if r.indicator == "1.1"]
    assert vietnamese in reason.text("vi")
    assert english in reason.text("en")


def test_the_sheet_shows_the_weights(scored: Ruleset) -> None:
    asked = {row.title: row.asked for row in rows(scored, "vi") if row.kind == "derived"}
    assert asked["Điểm tiêu chí 1"] == (
        "tổng điểm, tối đa 100, quy đổi theo các nội dung áp dụng: "
        "Điểm quy hoạch (tối đa 15; chỉ áp dụng nếu: quy hoạch); Điểm thực hiện (tối đa 85)"
    )
