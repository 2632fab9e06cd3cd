"""A threshold relative to another fact: how many times as large a fact is as another one."""

# ruff: noqa: E501 - a case a line

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ntm_rules import FactError, Outcome, Ruleset, assess, relevant_facts
from ntm_rules.difference import Kind, diff
from ntm_rules.model.outcomes import ReasonCode
from unit.small import BASE, FACTS, amendment, changed, codes, is_told, load, problems

ON = dt.date(2024, 7, 2)
MORE = """\
  before: {title: {vi: Thu nhập lúc được công nhận, en: Income when recognised}, type: number, unit: million, minimum: "0", decimals: 2}
  heads: {title: {vi: Số người, en: Heads}, type: count, unit: million}
  loose: {title: {vi: Số khác, en: Other number}, type: number, unit: million}
"""
DERIVED = """\
derive:
  since:
    title: {vi: Thu nhập so với lúc được công nhận, en: Income relative to recognition}
    times: {fact: income, of: before}
"""
REQUIRE = (
    'require: {fact: since, at_least: {by: [area], cells: {I: "1.5", "*": pending, III: none}}, evidence: official}'
)
FILES = {
    "facts_yaml": FACTS + MORE,
    "ntm_yaml": changed(
        changed(BASE, "derive:\n", DERIVED),
        'require: {fact: clean_water_share, at_least: "80", evidence: official}',
        REQUIRE,
    ),
}


@pytest.fixture(scope="module")
def relative(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return load(tmp_path_factory.mktemp("times") / "rules", **FILES).compose("commune/ntm", on=ON)


# old text, new text, code, words of the message, words of the hint
WRONG = [
    ("of: before}", "of: income}", "derive.times", "`since` compares `income` with itself", ""),
    ("of: before}", "of: wages}", "derive.times", "`wages` in `since` has to be a number or count with the minimum 0", ""),
    ("of: before}", "of: loose}", "derive.times", "`loose` in `since` has to be a number or count with the minimum 0", ""),
    ("fact: income, of: before}", "fact: clean_water_share, of: before}", "derive.times", "`clean_water_share` in `since` has to be a number or count", ""),
    ("of: before}", "of: heads}", "fact.type", "the facts of `since` have different units", ""),
    ("of: before}", "of: planned}", "fact.type", "`since`", ""),
    ("of: before}", "of: befor}", "fact.unknown", "`befor`", "`before`"),
    (", of: before}", "}", "key.missing", "no `of`", ""),
    ("of: before}", "whole: before}", "key.unknown", "`whole`", "`of`"),
    (REQUIRE, "require: {fact: income, at_least: {fact: before}, evidence: official}", "threshold.fact", "another fact cannot be the threshold", "`times: {fact: FACT, of: BASE}`"),
    (REQUIRE, 'require: {fact: income, at_least: {times: {value: "1.5", evidence: official}, of: before}}', "threshold.relative", "`before` is a fact", "`times: {fact: FACT, of: BASE}`"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "message", "hint"), WRONG, ids=lambda text: text[:40])
def test_what_is_wrong(tmp_path: Path, old: str, new: str, code: str, message: str, hint: str) -> None:
    is_told(tmp_path / "rules", {**FILES, "ntm_yaml": changed(FILES["ntm_yaml"], old, new)}, code, message, hint)


def test_what_is_worked_out_is_not_compared(tmp_path: Path) -> None:
    text = changed(FILES["ntm_yaml"], "derive:\n", "derive:\n  least: {min_of: [income, before]}\n")
    found = problems(tmp_path / "rules", **{**FILES, "ntm_yaml": changed(text, "of: before}", "of: least}")})
    assert codes(found) == ["fact.ratio"]


def test_a_layer_may_derive_it(tmp_path: Path) -> None:
    more = "derive:\n  over: {times: {fact: income, of: before}}\n"
    text = amendment("3/QD", "2024-01-01", '{replace: "1.1", require: {fact: over, more_than: "2", evidence: official}}', more=more)  # fmt: skip
    ruleset = load(tmp_path / "rules", **FILES, a_yaml=text).compose("commune/ntm", on=ON)
    at, above = (assess(ruleset, {"income": n, "before": 30}).indicators["1.1"].outcome for n in (60, "60.1"))
    assert (at, above) == (Outcome.NOT_MET, Outcome.MET)


# -- assessing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("income", "before", "outcome", "margin", "change"),
    [
        ("45", "30", Outcome.MET, Fraction(0), "-0.1"),
        ("44.9", "30", Outcome.NOT_MET, Fraction(-1, 300), "0.1"),
        ("41.5", "30", Outcome.NOT_MET, Fraction(-7, 60), "3.5"),
        ("45", "30.01", Outcome.NOT_MET, Fraction(-3, 6002), "0.1"),  # 1.5 times 30.01 is 45.015
        ("0", "0.01", Outcome.NOT_MET, Fraction(-3, 2), "0.1"),
    ],
)
def test_it_is_compared_exactly(
    relative: Ruleset, income: str, before: str, outcome: Outcome, margin: Fraction, change: str
) -> None:
    (leaf,) = assess(relative, {"area": "I", "income": income, "before": before}).indicators["1.1"].leaves
    assert (leaf.outcome, leaf.margin, leaf.part_change) == (outcome, margin, Decimal(change))
    assert leaf.times is not None
    assert (leaf.times.fact.id, leaf.times.value) == ("income", Decimal(income))
    assert (leaf.times.of.id, leaf.times.base) == ("before", Decimal(before))


@pytest.mark.parametrize(
    ("facts", "codes", "missing"),
    [
        ({"area": "I", "income": 45}, (ReasonCode.FACT_MISSING,), ("before",)),
        ({"area": "I", "before": 30}, (ReasonCode.FACT_MISSING,), ("income",)),
        ({"area": "I", "income": 45, "before": 0}, (ReasonCode.EMPTY_WHOLE,), ()),
        ({"area": "II", "income": 45, "before": 30}, (ReasonCode.PENDING,), ()),
        ({"income": 45, "before": 30}, (ReasonCode.SELECTOR_MISSING,), ("area",)),
    ],
)
def test_what_is_not_known_is_not_guessed(
    relative: Ruleset, facts: dict[str, object], codes: tuple[ReasonCode, ...], missing: tuple[str, ...]
) -> None:
    verdict = assess(relative, facts)
    (leaf,) = verdict.indicators["1.1"].leaves
    assert (leaf.outcome, leaf.codes, leaf.missing) == (Outcome.UNDETERMINED, codes, missing)
    assert {*missing} <= {each.fact.id for each in relevant_facts(verdict, "1.1").asked if each.fact is not None}


def test_a_column_that_asks_nothing(relative: Ruleset) -> None:
    assert assess(relative, {"area": "III"}).indicators["1.1"].outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("name", "value"), [("income", "45.01"), ("before", "30.001")])
def test_figures_have_the_digits_of_the_catalogue_also_alone(relative: Ruleset, name: str, value: str) -> None:
    with pytest.raises(FactError) as error:
        assess(relative, {name: value})
    assert [problem.fact for problem in error.value.problems] == [name]


# -- words ----------------------------------------------------------------------------------------

SAID = [
    ({"income": 41.5, "before": 30},
     "41,5 triệu xu, bằng 1,38 lần thu nhập lúc được công nhận (30 triệu xu), cần từ 1,5 × 30 = 45 triệu xu (thiếu 3,5 triệu xu)",
     "41.5 million xu, 1.38 times income when recognised (30 million xu), at least 1.5 × 30 = 45 million xu needed (short by 3.5 million xu)"),
    # 44.9 is 1.4967 times 30: in two digits that would be 1.50, and nobody would see why it fails
    ({"income": 44.9, "before": 30},
     "44,9 triệu xu, bằng 1,497 lần thu nhập lúc được công nhận (30 triệu xu), cần từ 1,5 × 30 = 45 triệu xu (thiếu 0,1 triệu xu)",
     "44.9 million xu, 1.497 times income when recognised (30 million xu), at least 1.5 × 30 = 45 million xu needed (short by 0.1 million xu)"),
    ({"income": 45},
     "chưa có số liệu về thu nhập lúc được công nhận, cần từ 1,5 lần",
     "no value reported of income when recognised, at least 1.5 times needed"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "vi", "en"), SAID)
def test_words_say_what_the_factor_comes_to(relative: Ruleset, facts: dict[str, object], vi: str, en: str) -> None:
    (reason,) = (r for r in assess(relative, {"area": "I", **facts}).reasons() if r.indicator == "1.1")
    assert reason.why("vi").split("; ")[0] == vi
    assert reason.why("en").split("; ")[0] == en


def test_a_higher_factor_is_stricter_and_shown_by_both_figures(tmp_path: Path) -> None:
    one, two = (
        load(tmp_path / n / "rules", **{**FILES, "ntm_yaml": changed(FILES["ntm_yaml"], '"1.5"', f'"{n}"')}).compose("commune/ntm", on=ON)
        for n in ("1.5", "1.6")
    )  # fmt: skip
    step = diff(one, two).indicator("1.1")
    assert step.kinds == (Kind.STRICTER,)
    facts = step.witnesses[0].facts
    assert [assess(r, facts).indicators["1.1"].outcome for r in (one, two)] == [Outcome.MET, Outcome.NOT_MET]
