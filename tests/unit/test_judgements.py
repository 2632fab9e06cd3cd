"""Judgements through the front door: what may be given, what counts, and how it is said."""

import datetime as dt
import typing

import pytest

import ntm_rules as ntm
from ntm_rules import Basis, Body, Judgement, Library, Outcome, Ruleset
from vietnamese import english, in_vietnamese

ON = dt.date(2024, 7, 2)
Bad = typing.Any


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


TITLE = {"vi": "Chỉ tiêu thêm", "en": "One more indicator"}
OVERLAY = {
    "overlay": "commune/ntm",
    "period": "2021-2025",
    "instrument": {"issuer": "nguoi-dung", "number": "0000/QĐ-UBND", "date": "2024-01-15"},
    "operations": [
        {"remove": "4.1"},
        {"add": {"criterion": "4", "indicator": {"no": "4.3", "title": TITLE, "require": "pending"}}},
    ],
}


def test_an_outcome_alone_is_a_judgement(ruleset: Ruleset) -> None:
    verdict = ntm.assess(ruleset, {}, judgements={"4.2": "met", "10": Outcome.NOT_MET})
    assert verdict.judgements == (Judgement("4.2", "met"), Judgement("10", "not_met"))
    assert verdict.judged.indicators["4.2"].basis is Basis.OTHER
    assert verdict.judged.indicators["10"].outcome is Outcome.NOT_MET
    assert verdict.indicators["4.2"].outcome is Outcome.UNDETERMINED
    assert verdict.judged.criteria["10"].basis is Basis.FOLLOWS


def test_several_bodies_on_one_number(ruleset: Ruleset) -> None:
    said = {"4.2": ["met", {"outcome": "not_met", "body": "district", "date": "2024-05-02"}]}
    verdict = ntm.assess(ruleset, {}, judgements=said)
    assert verdict.judged.indicators["4.2"].outcome is Outcome.NOT_MET
    assert [d.by for d in verdict.disagreements] == [Basis.OTHER]
    assert verdict.with_facts({"income_per_capita": 1}).judgements == verdict.judgements


def test_the_set_in_force_whose_annex_nobody_read(bundled: Library) -> None:
    """Ten criteria judged are 10/10 in the second reading, each by somebody."""
    ruleset = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1))
    name = "UBND xã Cao Lâu"
    said = [Judgement(c.no, "met", "commune", name=name, date="2026-09-15") for c in ruleset.criteria]
    verdict = ntm.assess(ruleset, {}, judgements=said)
    assert (verdict.criteria_met, verdict.outcome) == (0, Outcome.UNDETERMINED)
    judged = verdict.judged
    assert (judged.criteria_met, judged.criteria_total, judged.criteria_judged) == (10, 10, 10)
    assert (judged.outcome, judged.provisional, judged.reasons()) == (Outcome.MET, False, ())
    assert {j.text() for j in judged.used_judgements} == {"đạt theo tự đánh giá của UBND xã Cao Lâu, ngày 15/09/2026"}


def test_what_is_said_in_both_languages(ruleset: Ruleset) -> None:
    district = {"outcome": "not_met", "body": "district", "name": "UBND huyện Cao Lộc", "document": "12/BC-UBND"}
    no_children = {"outcome": "not_applicable", "body": "province", "note": "xã không có trường"}
    said = {
        "10": {**district, "outcome": "met"},
        "4.2": district,
        "5": no_children,
        "1.1": {**district, "tier": "commune/nang-cao"},
    }
    verdict = ntm.assess(ruleset, {"income_per_capita": 30}, judgements=typing.cast(Bad, said))
    (apart,) = verdict.disagreements
    assert apart.margin is not None
    assert apart.text() == (
        "10: đạt theo thẩm tra của UBND huyện Cao Lộc, văn bản 12/BC-UBND, nhưng kết quả chung là chưa đạt theo số liệu"
    )
    (unused,) = verdict.unused_judgements
    assert unused.text("en") == (
        "1.1: not met by the examination of UBND huyện Cao Lộc, document 12/BC-UBND; "
        "does not count: it is of another tier or period"
    )
    why = {reason.indicator: reason.text() for reason in verdict.judged.reasons()}
    assert (
        why["4.2"].split(": ", 1)[1].startswith("chưa đạt theo thẩm tra của UBND huyện Cao Lộc, văn bản 12/BC-UBND; ")
    )
    assert "5" not in why
    for text in (apart.text(), unused.text(), *why.values(), *(j.text() for j in verdict.judgements)):
        assert not english(text), text


def test_the_order_in_which_judgements_are_given_does_not_matter(ruleset: Ruleset) -> None:
    said = [Judgement(no, "met", body) for no in ("17.10", "4.2", "17.2") for body in ("commune", "province")]
    verdict = ntm.assess(ruleset, {}, judgements=said)
    again = ntm.assess(ruleset, {}, judgements=said[::-1])
    assert verdict == again
    assert verdict.judgements == again.judgements
    assert [(one.no, one.body.value) for one in verdict.judgements][2:] == [
        ("17.2", "province"),
        ("17.2", "commune"),
        ("17.10", "province"),
        ("17.10", "commune"),
    ]


@pytest.mark.parametrize(
    ("no", "day", "why"),
    [
        ("4.1", None, "removed"),
        ("4.3", "2024-01-14", "other_text"),
        ("4.3", "2024-01-15", None),
        ("4", "2024-01-14", "other_text"),
        ("4", "2024-01-15", None),
        ("4.2", "2024-01-14", None),
        ("4.2", "2022-03-07", "other_text"),
        ("4.2", "2024-07-02", None),
        ("4.2", "2024-07-03", "later"),
    ],
)
def test_of_another_text(bundled: Library, no: str, day: str | None, why: str | None) -> None:
    """What a layer set, changed or took out was not what was judged before."""
    ruleset = bundled.compose("commune/ntm", on=ON, province="lang-son", overlay=typing.cast(Bad, OVERLAY))
    verdict = ntm.assess(ruleset, {}, judgements=[Judgement(no, "met", date=day)])
    assert [unused.why.value for unused in verdict.unused_judgements] == ([] if why is None else [why])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"4.2": "undetermined"}, "`outcome` is one of"),
        ({"4.2": "đạt"}, "`outcome` is one of"),
        ({"4.2": 1}, "`outcome` is one of"),
        ({"4.2": {"body": "district"}}, "the judgement of `4.2` is a mapping with `outcome`"),
        ({"4.2": {"outcome": "met", "who": "x"}}, "the judgement of `4.2` is a mapping with `outcome`"),
        ({"4.2": {"outcome": "met", "body": "ward"}}, "`body` is one of"),
        ({"4.2": {"outcome": "met", "date": "2/7/2024"}}, "`date`"),
        ({"4.2": {"outcome": "met", "tier": "ntm"}}, "`tier`"),
        ({"4.2": "not_applicable"}, "needs the reason in `note`"),
        ({"": "met"}, "what is decided on a whole set is an act"),
        ({"4.2": Judgement("4.1", "met")}, "the judgement given for `4.2` is of `4.1`"),
        ("met", "`judgements`"),
        (["met"], "`judgements`"),
        (5, "`judgements`"),
    ],
)
def test_what_is_no_judgement(ruleset: Ruleset, given: Bad, said: str) -> None:
    with pytest.raises(ntm.BadArgument) as caught:
        ntm.assess(ruleset, {}, judgements=given)
    assert said in caught.value.text("en")
    in_vietnamese(caught.value)


def test_a_number_that_the_set_never_had(ruleset: Ruleset) -> None:
    with pytest.raises(ntm.UnknownName) as caught:
        ntm.assess(ruleset, {}, judgements={"4.22": "met"})
    assert "4.2" in caught.value.suggestions
    in_vietnamese(caught.value)


def test_two_of_one_day_that_differ(ruleset: Ruleset) -> None:
    said = [Judgement("4.2", "met", Body.DISTRICT, date=ON), Judgement("4.2", "not_met", Body.DISTRICT)]
    with pytest.raises(ntm.FactError) as caught:
        ntm.assess(ruleset, {}, "Cao Lâu", judgements=said)
    assert (caught.value.fact, caught.value.unit) == ("4.2", "Cao Lâu")
    in_vietnamese(caught.value)


@pytest.mark.parametrize(
    "voices", [("figures",), ("figures",) * 5, ("figures", "province", "district", "commune", "tỉnh"), "x"]
)
def test_voices_are_each_named_once(ruleset: Ruleset, voices: Bad) -> None:
    with pytest.raises(ntm.BadArgument, match="`voices` names each of"):
        ntm.assess(ruleset, {}, judgements={"4.2": "met"}, voices=voices)


def test_a_second_reading_is_no_truth_value(ruleset: Ruleset) -> None:
    judged = ntm.assess(ruleset, {}, "Cao Lâu", judgements={"4.2": "met"}).judged
    with pytest.raises(ntm.BadArgument):
        bool(judged)
    assert repr(judged).startswith("<Judged on 'Cao Lâu': not_met") or "undetermined" in repr(judged)
