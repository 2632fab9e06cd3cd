"""Sums, differences and means of facts: what a rule file may say, and what an assessment makes of it."""

# ruff: noqa: E501 - a case a line

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ntm_rules import FactError, Outcome, Ruleset, assess
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.model.conditions import Addend, SumOf
from ntm_rules.model.facts import Direction, Earlier, FactType
from ntm_rules.model.input_schema import about
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.words.sheet import rows
from unit.small import BASE, FACTS, MEASURES, changed, codes, is_told, load, problems

ON = dt.date(2024, 7, 2)
MORE = """\
  poor: {title: {vi: Hộ nghèo, en: Poor}, type: count, unit: household, direction: less}
  near_poor: {title: {vi: Hộ cận nghèo, en: Near-poor}, type: count, unit: household, direction: less}
  total: {title: {vi: Tổng số hộ, en: All households}, type: count, unit: household}
  rate: {title: {vi: Tỷ lệ nghèo, en: Poverty}, type: percent, direction: less, ratio: {part: poor, whole: total}}
  rate_before: {title: {vi: Tỷ lệ nghèo (năm trước), en: Poverty (the year before)}, type: percent, direction: less}
  rate_first: {title: {vi: Tỷ lệ nghèo (hai năm trước), en: Poverty (two years before)}, type: percent, direction: less}
  debts: {title: {vi: Nợ, en: Debts}, type: number, unit: household, minimum: "-5"}
  open: {title: {vi: Đang xét, en: Open}, type: count, unit: household}
  growing: {title: {vi: Còn tăng, en: Growing}, type: count, unit: household, undecided: open}
"""
DERIVED = """\
derive:
  both:
    title: {vi: Hộ nghèo và cận nghèo, en: Poor and near-poor}
    sum: [poor, near_poor]
  fall:
    title: {vi: Mức giảm tỷ lệ nghèo, en: Fall of poverty}
    difference: [rate_before, rate]
  mean:
    title: {vi: Tỷ lệ nghèo bình quân, en: Mean poverty}
    mean: [rate, rate_before, rate_first]
"""
ASKED = """{all: [
          {part: a, fact: both, at_most: "30", evidence: official},
          {part: b, fact: fall, at_least: "1", evidence: official},
          {part: c, fact: mean, at_most: "5", evidence: official}]}"""
FILES = {
    "measures_yaml": MEASURES + "  household: {vi: hộ, en: households}\n",
    "facts_yaml": FACTS + MORE,
    "ntm_yaml": changed(
        changed(BASE, "derive:\n", DERIVED),
        'require: {fact: clean_water_share, at_least: "80", evidence: official}',
        f"require: {ASKED}",
    ),
}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return load(tmp_path_factory.mktemp("sums") / "rules", **FILES).compose("commune/ntm", on=ON)


# old text, new text, code, words of the message, words of the hint
WRONG = [
    ("sum: [poor, near_poor]", "sum: [poor]", "derive.sum", "`both` has to be worked out from at least two", ""),
    ("difference: [rate_before, rate]", "difference: [rate]", "derive.sum", "`fall` has to be that of exactly two", "a less b"),
    ("difference: [rate_before, rate]", "difference: [rate, rate_before, rate_first]", "derive.sum", "exactly two facts", ""),
    ("difference: [rate_before, rate]", "difference: [rate, rate]", "derive.sum", "`rate` is twice among the facts of `fall`", ""),
    ("sum: [poor, near_poor]", "sum: [poor, rate]", "fact.type", "of one type and one unit", ""),
    ("sum: [poor, near_poor]", "sum: [poor, debts]", "fact.type", "of one type and one unit", ""),
    ("sum: [poor, near_poor]", "sum: [planned, poor]", "fact.type", "", ""),
    ("sum: [poor, near_poor]", "sum: [poor, near_por]", "fact.unknown", "`near_por`", "`near_poor`"),
    ("sum: [poor, near_poor]", "sum_of: [poor, near_poor]", "key.unknown", "`sum_of`", "`sum`"),
    ("sum: [poor, near_poor]", "sum: [poor, near_poor]\n    mean: [poor, near_poor]", "derive.kind", "no single kind", "`difference`"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "message", "hint"), WRONG, ids=lambda text: text[:30])
def test_what_is_wrong(tmp_path: Path, old: str, new: str, code: str, message: str, hint: str) -> None:
    is_told(tmp_path / "rules", {**FILES, "ntm_yaml": changed(FILES["ntm_yaml"], old, new)}, code, message, hint)


# what is derived beside, what that is found to be
BESIDE = [
    ("more: {sum: [both, poor]}", "derive.sum", "`both`, from which `more` is worked out, has to be a fact of the catalogue"),
    ("least: {min_of: [both, poor]}", "derive.sum", "`both` is a sum, a difference or a mean, so `least` cannot"),
    ("share: {ratio: {part: both, whole: total}}", "fact.ratio", "`both`"),
    ("grows: {sum: [poor, growing]}", "fact.undecided", "`growing` may still grow"),
]  # fmt: skip


@pytest.mark.parametrize(("derived", "code", "message"), BESIDE, ids=lambda text: text[:20])
def test_what_cannot_be_added(tmp_path: Path, derived: str, code: str, message: str) -> None:
    text = changed(FILES["ntm_yaml"], "  fall:\n", f"  {derived}\n  fall:\n")
    text = changed(text, "{part: a, fact: both,", f"{{part: a, fact: {derived.split(':')[0]},")
    found = problems(tmp_path / "rules", **{**FILES, "ntm_yaml": text})
    assert codes(found) == [code]
    assert message in found[0].message


def test_what_they_are(ruleset: Ruleset) -> None:
    both, fall, mean = (ruleset.derived_by_id[name] for name in ("both", "fall", "mean"))
    assert both.rule == SumOf((Addend("poor"), Addend("near_poor")))
    assert (both.fact.type, both.fact.minimum, both.fact.maximum) == (FactType.COUNT, 0, None)
    assert both.fact.direction is Direction.LESS
    assert fall.rule == SumOf((Addend("rate_before"), Addend("rate", -1)))
    assert fall.fact.type is FactType.NUMBER
    assert fall.fact.unit is not None
    assert fall.fact.unit.title.vi == "điểm phần trăm"
    assert (fall.fact.minimum, fall.fact.maximum, fall.fact.direction) == (-100, 100, Direction.NEITHER)
    assert mean.rule == SumOf((Addend("rate"), Addend("rate_before"), Addend("rate_first")), 3)
    assert (mean.fact.type, mean.fact.minimum, mean.fact.maximum) == (FactType.PERCENT, 0, 100)


def test_a_difference_of_counts_may_be_negative_and_a_mean_has_decimals(tmp_path: Path) -> None:
    text = changed(FILES["ntm_yaml"], "sum: [poor, near_poor]", "difference: [poor, near_poor]")
    text = changed(text, "mean: [rate, rate_before, rate_first]", "mean: [poor, near_poor]")
    made = load(tmp_path / "rules", **{**FILES, "ntm_yaml": text}).compose("commune/ntm", on=ON)
    less, mean = (made.derived_by_id[name].fact for name in ("both", "mean"))
    assert (less.type, less.minimum, less.maximum) == (FactType.COUNT, None, None)
    assert (mean.type, mean.minimum, mean.decimals) == (FactType.NUMBER, 0, 2)
    found = assess(made, {"poor": 3, "near_poor": 8}).indicators["1.1"].leaves
    assert (found[0].actual, found[2].actual) == (-5, Fraction(11, 2))


def test_it_is_written_and_read(ruleset: Ruleset) -> None:
    again = from_canonical(to_canonical(ruleset))
    assert again.derived_by_id["fall"].rule == ruleset.derived_by_id["fall"].rule
    assert again.content_hash == ruleset.content_hash


# -- assessing ------------------------------------------------------------------------------------

GOOD = {"poor": 12, "total": 400, "near_poor": 18, "rate_before": 4, "rate_first": 8}


# changed, which part, its outcome, its margin
FOUND = [
    ({}, "a", Outcome.MET, 0),
    ({"near_poor": 19}, "a", Outcome.NOT_MET, -1),
    ({"near_poor": None}, "a", Outcome.UNDETERMINED, None),
    ({}, "b", Outcome.MET, 0),
    ({"rate_before": Decimal("3.99")}, "b", Outcome.NOT_MET, Fraction(-1, 100)),
    ({"rate_before": 2}, "b", Outcome.NOT_MET, -2),
    ({"poor": 1, "total": 3, "rate_before": Decimal("34.34")}, "b", Outcome.MET, Fraction(1, 150)),
    ({"poor": 1, "total": 3, "rate_before": Decimal("34.33")}, "b", Outcome.NOT_MET, Fraction(-1, 300)),
    ({}, "c", Outcome.MET, 0),
    ({"rate_first": Decimal("8.01")}, "c", Outcome.NOT_MET, Fraction(-1, 300)),
    ({"rate_first": None}, "c", Outcome.UNDETERMINED, None),
]


@pytest.mark.parametrize(("more", "part", "outcome", "margin"), FOUND)
def test_they_are_compared_exactly(
    ruleset: Ruleset, more: dict[str, object], part: str, outcome: Outcome, margin: object
) -> None:
    facts = {name: value for name, value in (GOOD | more).items() if value is not None}
    found = {leaf.address[-1]: leaf for leaf in assess(ruleset, facts).indicators["1.1"].leaves}[part]
    assert (found.outcome, found.margin) == (outcome, margin)


def test_what_is_missing_is_named(ruleset: Ruleset) -> None:
    found = assess(ruleset, {"rate": 4, "near_poor": 3}).indicators["1.1"].leaves
    assert [leaf.codes for leaf in found] == [(ReasonCode.FACT_MISSING,)] * 3
    assert [leaf.missing for leaf in found] == [("poor",), ("rate_before",), ("rate_before", "rate_first")]


def test_a_share_of_nothing_is_no_number_to_add(ruleset: Ruleset) -> None:
    found = assess(ruleset, {**GOOD, "poor": 0, "total": 0}).indicators["1.1"].leaves
    assert [leaf.outcome for leaf in found] == [Outcome.MET, Outcome.UNDETERMINED, Outcome.UNDETERMINED]
    assert found[1].codes == (ReasonCode.EMPTY_WHOLE,)


def test_figures_that_are_added_have_the_digits_of_the_catalogue(ruleset: Ruleset) -> None:
    with pytest.raises(FactError, match="rate_before"):
        assess(ruleset, {**GOOD, "rate_before": 4.001})


# -- words ----------------------------------------------------------------------------------------


def test_words(ruleset: Ruleset) -> None:
    (reason,) = [r for r in assess(ruleset, {**GOOD, "rate_before": 2}).reasons() if r.indicator == "1.1"]
    assert "mức giảm tỷ lệ nghèo: -1 điểm phần trăm, cần từ 1 (thiếu 2)" in reason.text("vi")
    assert "fall of poverty: -1 percentage points, at least 1 needed (short by 2)" in reason.text("en")


def test_the_sheet_says_how_they_are_worked_out(ruleset: Ruleset) -> None:
    asked = {row.title: row.asked for row in rows(ruleset, "vi") if row.kind == "derived"}
    assert asked["Hộ nghèo và cận nghèo"] == "tổng của: Hộ nghèo, Hộ cận nghèo"
    assert asked["Mức giảm tỷ lệ nghèo"] == "hiệu: Tỷ lệ nghèo (năm trước) trừ đi Tỷ lệ nghèo"
    assert asked["Tỷ lệ nghèo bình quân"].startswith("trung bình cộng của: Tỷ lệ nghèo, ")


# -- earlier years --------------------------------------------------------------------------------

YEAR = "type: percent, direction: less}\n  rate_first"
EARLIER = [
    ("earlier: {fact: rate, years: 1}", "", "", ""),
    ("earlier: {fact: rates, years: 1}", "fact.unknown", "fact of an earlier year in `rate_before`", "`rate`"),
    ("earlier: {fact: rate_before, years: 1}", "fact.earlier", "a fact of the year itself, which `rate_before` is not", ""),
    ("earlier: {fact: poor, years: 1}", "fact.earlier", "`rate_before` is `poor` of an earlier year", ""),
    ("earlier: {fact: rate, years: 0}", "value.integer", "`0`", ""),
    ("earlier: {fact: rate}", "key.missing", "no `years`", ""),
    ("earlier: {fact: rate, months: 1, years: 1}", "key.unknown", "`months`", "`years`"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code", "message", "hint"), EARLIER, ids=lambda text: text[:40])
def test_of_which_year_a_figure_is(tmp_path: Path, said: str, code: str, message: str, hint: str) -> None:
    facts = changed(FILES["facts_yaml"], YEAR, YEAR.replace("}\n", f", {said}}}\n"))
    found = problems(tmp_path / "rules", **{**FILES, "facts_yaml": facts}) if code else []
    assert codes(found) == [code] * bool(code)
    for each in found:
        assert message in each.message
        assert hint in each.hint


def test_that_a_figure_is_of_an_earlier_year_is_told_and_changes_no_hash(tmp_path: Path, ruleset: Ruleset) -> None:
    facts = changed(FILES["facts_yaml"], YEAR, YEAR.replace("}\n", ", earlier: {fact: rate, years: 1}}\n"))
    made = load(tmp_path / "rules", **{**FILES, "facts_yaml": facts}).compose("commune/ntm", on=ON)
    assert made.content_hash == ruleset.content_hash
    fact = made.fact_by_id["rate_before"]
    assert fact.earlier == Earlier("rate", 1)
    assert about(fact, "vi") == ["Năm số liệu: 1 năm trước năm đánh giá, của số liệu `rate`"]
    assert about(ruleset.fact_by_id["rate_before"], "vi") == []
