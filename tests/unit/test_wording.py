"""What is said about a verdict, read off the evaluated tree, and about a set, in both languages."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules.words.numbers import digits_for, number
from ntm_rules.words.sheet import rows
from unit.small import BASE, changed, load

LIBRARY = ntm.Library.bundled()


def text(facts: dict[str, object], indicator: str, lang: str = "vi", **asked: object) -> str:
    options: dict[str, object] = {"on": dt.date(2024, 7, 2), "province": "lang-son"} | asked
    tier = str(options.pop("tier", "commune/ntm"))
    ruleset = LIBRARY.compose(tier, **options)  # type: ignore[arg-type]
    verdict = ntm.assess(ruleset, facts)
    return next(r.text(lang) for r in verdict.reasons() if r.indicator == indicator)


def test_the_example_of_the_issue() -> None:
    assert text({"income_per_capita": 43.2}, "10") == (
        "10 Thu nhập bình quân đầu người: 43,2 triệu đồng/người/năm, cần từ 45 (thiếu 1,8); "
        "318/QĐ-TTg, Phụ lục I; mức 45 chưa đối chiếu văn bản gốc"
    )
    assert text({"income_per_capita": 43.2}, "10", "en") == (
        "10 Income per head: 43.2 million VND/person/year, at least 45 needed (short by 1.8); "
        "318/QĐ-TTg, Annex I; the value 45 not checked against the official text"
    )


@pytest.mark.parametrize(
    ("facts", "indicator", "expected"),
    [
        ({}, "10", "chưa có số liệu, cần từ 45 triệu đồng/người/năm"),
        ({"income_per_capita": "44.999"}, "10", "44,999 triệu đồng/người/năm, cần từ 45 (thiếu 0,001)"),
        ({"commune_plan_current": False}, "1.1", "chưa đạt"),
        ({}, "1.1", "chưa có kết quả đánh giá"),
        ({"makeshift_houses": 3}, "9.1", "3 nhà, cần bằng 0 (lệch 3)"),
    ],
)
def test_one_comparison(facts: dict[str, object], indicator: str, expected: str) -> None:
    known = LIBRARY.facts
    found = {name: value for name, value in facts.items() if name in known}
    if len(found) != len(facts):
        pytest.fail(f"the catalogue has no {sorted(set(facts) - set(found))}")
    assert f": {expected}; " in text(facts, indicator)


def test_a_fact_on_a_bound_that_is_not_included_is_short_by_nothing(tmp_path: Path) -> None:
    """No "short by 0", which would say that it is enough."""
    base = changed(BASE, "more_than: pending", 'more_than: "10", evidence: official')
    ruleset = load(tmp_path / "rules", ntm_yaml=base).compose("commune/ntm", on=dt.date(2024, 7, 2))

    def said(wages: object, lang: str) -> str:
        reasons = ntm.assess(ruleset, {"wages": wages}).reasons()
        return next(r.text(lang) for r in reasons if r.indicator == "2.4")

    assert said("9.5", "vi") == "2.4 Khác: 9,5 triệu xu, cần trên 10 (thiếu 0,5); 1/QD"
    assert said(10, "vi") == "2.4 Khác: 10 triệu xu, cần trên 10; 1/QD"
    assert said(10, "en") == "2.4 Other: 10 million xu, more than 10 needed; 1/QD"


def test_what_the_caller_said_about_a_fact_is_carried_into_the_words() -> None:
    fact = {"value": 43.2, "source": "Chi cục Thống kê", "as_of": "2024-06-30", "by": "self"}
    assert "[tự đánh giá; nguồn: Chi cục Thống kê; số liệu đến 30/06/2024], cần từ 45" in text(
        {"income_per_capita": fact}, "10"
    )


def test_a_column_that_a_case_picked_is_named() -> None:
    facts: dict[str, object] = {"income_per_capita": 40, "special_commune": True}
    said = text(facts, "10", province="nghe-an")
    assert "; áp dụng cột Trung du miền núi phía Bắc; " in said
    assert "áp dụng cột" not in text(facts | {"special_commune": False}, "10", province="nghe-an")


def test_a_pending_value_says_so_and_shows_what_is_there() -> None:
    said = text({"commune_roads_paved_share": 62}, "2.1")
    assert ": 62%; mức quy định chưa được chép từ văn bản; 1062/QĐ-UBND" in said


def test_a_prerequisite_names_the_other_set() -> None:
    said = text({"recognised_nang_cao": False, "income_per_capita": 1}, "K1", tier="commune/kieu-mau")
    assert "nâng cao" in said
    assert "/19 tiêu chí" in said


def test_a_ratio_says_how_much_of_the_part_is_missing() -> None:
    said = text({"households": 1001, "registered_power_households": 900}, "4.2")
    assert ": 89,91%, cần từ 95% (thiếu 5,09 điểm phần trăm; cần thêm 51 hộ); " in said


@pytest.mark.parametrize(
    ("actual", "required", "digits"),
    [
        (Fraction(2, 3) * 100, Decimal("66.67"), 3),
        (Fraction(44999, 1000), Decimal(45), 2),
        (Fraction(4499999, 100000), Decimal(45), 5),
        (Fraction(45), Decimal(45), 2),
    ],
)
def test_as_many_digits_as_make_the_printed_comparison_true(actual: Fraction, required: Decimal, digits: int) -> None:
    found = digits_for(actual, required, 2)
    assert found is not None
    printed = Decimal(number(actual, "en", found))
    assert (printed > required, printed < required) == (actual > required, actual < required)
    assert found <= max(digits, 2) + 1


def test_numbers_in_both_languages() -> None:
    assert number(Decimal("43.20"), "vi") == "43,2"
    assert number(Decimal("1234567.5"), "vi") == "1.234.567,5"
    assert number(Decimal("1234567.5"), "en") == "1,234,567.5"
    assert number(Decimal("8E+1"), "vi") == "80"
    assert number(Decimal("-1.8"), "vi") == "-1,8"


def test_another_language_is_an_unknown_name() -> None:
    verdict = ntm.assess(LIBRARY.compose("commune/ntm", on=dt.date(2024, 7, 2)), {})
    with pytest.raises(ntm.UnknownName, match="language `fr`"):
        verdict.reasons()[0].text("fr")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_of_every_bundled_set_can_be_said(lang: str) -> None:
    for ruleset, period in LIBRARY.rulesets():
        on = {"2016-2020": dt.date(2019, 5, 1), "2021-2025": dt.date(2024, 7, 2), "2026-2030": dt.date(2026, 3, 1)}
        composed = LIBRARY.compose(ruleset, on=on[period])
        for facts in ({}, {name: False for name, f in composed.inputs().items() if f.type.value == "boolean"}):
            for reason in ntm.assess(composed, facts).reasons():
                said = reason.text(lang)
                assert said.startswith(f"{reason.indicator} ")
                assert "{" not in said
                assert "None" not in said


@pytest.mark.parametrize(
    ("outer", "inner", "vi", "en"),
    [
        ("all", "any", "quy hoạch và (công nhận hoặc khu vực là III)", "planned and (recognised or area is III)"),
        ("any", "all", "quy hoạch hoặc (công nhận và khu vực là III)", "planned or (recognised and area is III)"),
    ],
)
def test_and_and_or_in_one_line_are_told_apart_by_brackets(
    tmp_path: Path, outer: str, inner: str, vi: str, en: str
) -> None:
    yes = 'equals: "true", evidence: official'
    within = f"{{{inner}: [{{fact: recognised, {yes}}}, {{fact: area, equals: III, evidence: official}}]}}"
    water = "title: {vi: Nước, en: Water}\n"
    base = changed(BASE, water, f"{water}        applies_if: {{{outer}: [{{fact: planned, {yes}}}, {within}]}}\n")
    ruleset = load(tmp_path / "rules", ntm_yaml=base).compose("commune/ntm", on=dt.date(2024, 7, 2))
    assert f"chỉ áp dụng nếu: {vi}" in [row.title for row in rows(ruleset, "vi")]
    assert f"applies only if: {en}" in [row.title for row in rows(ruleset, "en")]
