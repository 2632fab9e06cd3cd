"""Facts as a caller gives them: nothing is guessed, nothing dropped, everything wrong is said at once."""

import datetime as dt
import json
import math
import pickle
import typing
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import ntm_rules as ntm
from ntm_rules import FactError, Outcome, Ruleset, assess
from ntm_rules.results import Annotation
from unit.small import FACTS, changed, load

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 7, 2)


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    folder: Path = tmp_path_factory.mktemp("facts")
    return load(folder / "rules").compose("commune/ntm", on=ON)


BAD = [
    ("clean_water_share", "trên 99", "a number"),
    ("clean_water_share", "99,5", "a number"),
    ("clean_water_share", "99%", "a number"),
    ("clean_water_share", "9_9", "a number"),
    ("clean_water_share", " 99", "a number"),
    ("clean_water_share", "９９", "a number"),
    ("clean_water_share", "", "a number"),
    ("clean_water_share", "nan", "a number"),
    ("clean_water_share", "Infinity", "a number"),
    ("clean_water_share", math.nan, "a number"),
    ("clean_water_share", math.inf, "a number"),
    ("clean_water_share", -math.inf, "a number"),
    ("clean_water_share", Decimal("NaN"), "a number"),
    ("clean_water_share", True, "a number"),
    ("clean_water_share", [99], "a number"),
    ("clean_water_share", 100.01, "from 0 to 100"),
    ("clean_water_share", -0.01, "from 0 to 100"),
    ("clean_water_share", "100.00000000001", "from 0 to 100"),
    ("clean_water_share", "12.34567890123456", "15 significant digits"),
    ("clean_water_share", Decimal("12.34567890123456"), "15 significant digits"),
    ("income", 1234567890123456, "15 significant digits"),
    ("income", "-1", "from 0"),
    ("wages", 90.5, "from 0 to 90"),
    ("households", 1.5, "a whole number"),
    ("households", "1.5", "a whole number"),
    ("households", -1, "from 0"),
    ("planned", 1, "true or false"),
    ("planned", "true", "true or false"),
    ("planned", "đạt", "true or false"),
    ("literacy", "3", "`0`, `1`, `2`"),
    ("literacy", 3, "`0`, `1`, `2`"),
    ("literacy", 1.0, "`0`, `1`, `2`"),
    ("literacy", True, "`0`, `1`, `2`"),
    ("region", "NÚI", "`NUI`, `BIEN`"),
    ("region", 1, "`NUI`, `BIEN`"),
    ("region", "nui", "`NUI`, `BIEN`"),
    ("clean_water_shar", 3, "the id of a fact"),
    ("year", "2024", "the id of a fact"),
    ("column", "DONG", "`NUI`, `BIEN`"),
    ("column", "BIEN", "`NUI`, which is worked out from `planned = False`"),
]


@pytest.mark.parametrize(("fact", "value", "expected"), BAD, ids=[f"{b[0]}-{b[1]!r}" for b in BAD])
def test_a_bad_fact_names_unit_fact_value_and_what_was_expected(
    ruleset: Ruleset, fact: str, value: object, expected: str
) -> None:
    with pytest.raises(FactError) as caught:
        assess(ruleset, {"planned": False, fact: value}, unit="Xã Mẫu")
    error = caught.value
    assert (error.unit, error.fact) == ("Xã Mẫu", fact)
    assert error.value is value
    assert expected in error.expected
    assert f"unit `Xã Mẫu`, fact `{fact}`: got `{value}`, expected " in str(error)
    (problem,) = error.problems
    assert problem.hint == "" or problem.hint in str(error)


def test_near_matches_for_names(ruleset: Ruleset) -> None:
    for fact, value, hint in (("clean_water_shar", 3, "`clean_water_share`"), ("region", "NÚI", "`NUI`")):
        with pytest.raises(FactError) as caught:
            assess(ruleset, {fact: value})
        assert hint in caught.value.problems[0].hint


def test_all_bad_facts_of_a_unit_at_once(ruleset: Ruleset) -> None:
    bad: dict[str, typing.Any] = {
        "income": "nhiều",
        "planned": "có",
        "wages": 91,
        "region": "X",
        "unknown_thing": 1,
        "households": 2.5,
    }
    with pytest.raises(FactError) as caught:
        assess(ruleset, bad, unit="06196")
    assert {p.fact for p in caught.value.problems} == set(bad)
    assert {p.unit for p in caught.value.problems} == {"06196"}
    assert str(caught.value).count("\n") >= 5
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)


def test_facts_of_other_sets_are_left_alone(bundled: object, fiction: object) -> None:
    """The catalogue is shared: a fact that this set does not read is no mistake."""
    from ntm_rules import Library

    assert isinstance(fiction, Library)
    small = fiction.compose("commune/lua-chon", on=ON)
    verdict = assess(small, {"income": 40, "near_town": True})
    assert dict(verdict.facts) == {"near_town": True}


GOOD = [
    (99, Decimal(99)), (99.0, Decimal(99)), ("99", Decimal(99)), ("99.00", Decimal(99)), (Decimal("99"), Decimal(99)),
    ("9.9e1", Decimal(99)), ("+99", Decimal(99)), (0.1 + 0.2, Decimal("0.3")), ("0.3", Decimal("0.3")),
    (100, Decimal(100)), (0, Decimal(0)), ("99.9999999999999", Decimal("99.9999999999999")),
]  # fmt: skip


@pytest.mark.parametrize(("value", "exact"), GOOD, ids=[repr(g[0]) for g in GOOD])
def test_numbers_in_every_form(ruleset: Ruleset, value: object, exact: Decimal) -> None:
    found = assess(ruleset, {"clean_water_share": value}).indicators["1.1"]
    assert found.actual == exact
    assert found.margin == exact - 80


def test_numbers_of_other_libraries(ruleset: Ruleset) -> None:
    class Float(float):
        pass

    assert assess(ruleset, {"clean_water_share": Float(79.5)}).indicators["1.1"].margin == Decimal("-0.5")


def test_an_ordinal_may_be_a_whole_number(ruleset: Ruleset) -> None:
    assert assess(ruleset, {"literacy": 1}).indicators["2.2"].outcome is Outcome.MET


# -- part and whole -------------------------------------------------------------------------------


def test_a_ratio_follows_exactly_from_its_parts(ruleset: Ruleset) -> None:
    found = assess(ruleset, {"water_households": 799, "households": 1000}).indicators["1.1"]
    assert found.actual == Fraction(799, 10)
    assert found.margin == Fraction(-1, 10)
    assert found.leaves[0].part_change == 1


@pytest.mark.parametrize("written", ["66.67", "66.7", 67, 67.0, "67", Decimal("66.667"), "66.66667"])
def test_a_percentage_may_stand_beside_its_parts(ruleset: Ruleset, written: object) -> None:
    facts = {"clean_water_share": written, "water_households": 2, "households": 3}
    assert assess(ruleset, facts).indicators["1.1"].actual == Fraction(200, 3)


@pytest.mark.parametrize("written", ["66.66", "66.6", 66, "66.665", 66.5, "67.0"])
def test_a_percentage_that_contradicts_its_parts(ruleset: Ruleset, written: object) -> None:
    facts = {"clean_water_share": written, "water_households": 2, "households": 3}
    with pytest.raises(FactError) as caught:
        assess(ruleset, facts)
    assert caught.value.fact == "clean_water_share"
    assert "2 of 3" in caught.value.expected


def test_either_way_of_rounding_a_half_agrees(ruleset: Ruleset) -> None:
    for written in ("0.1", "0.2"):  # 3 of 2000 is 0.15
        found = assess(ruleset, {"clean_water_share": written, "water_households": 3, "households": 2000})
        assert found.indicators["1.1"].actual == Fraction(3, 20)


def test_part_above_whole_and_empty_whole(ruleset: Ruleset) -> None:
    with pytest.raises(FactError) as caught:
        assess(ruleset, {"water_households": 4, "households": 3})
    assert caught.value.fact == "water_households"
    assert "`households`" in caught.value.expected
    found = assess(ruleset, {"water_households": 0, "households": 0}).indicators["1.1"]
    assert [c.value for c in found.codes] == ["empty_whole"]
    with pytest.raises(FactError):
        assess(ruleset, {"water_households": 1, "households": 0})


def test_derived_ratios_of_the_set_and_of_its_prerequisites_are_checked(fiction: object) -> None:
    from ntm_rules import Library

    assert isinstance(fiction, Library)
    for name in ("commune/ntm", "commune/kieu-mau"):
        with pytest.raises(FactError) as caught:
            assess(fiction.compose(name, on=ON), {"club_members": 3, "adults": 2})
        assert caught.value.fact == "club_members"


# -- annotations ----------------------------------------------------------------------------------


def test_an_annotation_is_carried_and_says_nothing(ruleset: Ruleset) -> None:
    noted = {"value": 79.5, "source": "báo cáo 12", "as_of": dt.date(2024, 6, 30), "by": "appraised"}
    plain, with_note = assess(ruleset, {"clean_water_share": 79.5}), assess(ruleset, {"clean_water_share": noted})
    assert with_note.codes == plain.codes
    assert with_note.facts == plain.facts
    note = with_note.annotations["clean_water_share"]
    assert (note.source, note.as_of, note.by) == ("báo cáo 12", "2024-06-30", "appraised")
    assert with_note.with_facts({"planned": True}).annotations == with_note.annotations
    assert "clean_water_share" not in with_note.with_facts({"clean_water_share": 80}).annotations


SAID = {
    "body": "province",
    "name": "Sở Nông nghiệp",
    "date": "2024-06-18",
    "document": "12/BC-SNN",
    "note": "theo sổ bộ",
}


def test_whose_figure_it_is_and_where_it_stands(ruleset: Ruleset) -> None:
    """As of a judgement; also of a figure that is missing."""
    for value in (79.5, None):
        verdict = assess(ruleset, {"clean_water_share": {"value": value, "source": "báo cáo 12", **SAID}})
        note = verdict.annotations["clean_water_share"]
        assert note == Annotation(
            "báo cáo 12", body="province", name=SAID["name"], date=SAID["date"], document=SAID["document"],
            note=SAID["note"],
        )  # fmt: skip
        assert (note.body, note.date) == (ntm.Body.PROVINCE, dt.date(2024, 6, 18))
        assert verdict.codes == assess(ruleset, {"clean_water_share": value}).codes
        assert verdict.with_facts({"planned": True}).annotations == verdict.annotations
        written = json.loads(verdict.to_json())
        assert written["facts"]["clean_water_share"] == {
            **({} if value is None else {"value": "79.5"}), "source": "báo cáo 12", **SAID
        }  # fmt: skip
        again = {"clean_water_share": {"value": None, **written["facts"]["clean_water_share"]}}
        assert assess(ruleset, again).annotations == verdict.annotations
        with ntm.live.Session(ruleset, {"clean_water_share": {"value": value, **SAID}}) as session:
            kept = json.loads(json.dumps(session.snapshot()))
            session.set("clean_water_share", 3)
            session.restore(kept)
            assert session.verdict.annotations["clean_water_share"].document == "12/BC-SNN"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (SAID, "[số liệu thẩm định của Sở Nông nghiệp; ngày 18/06/2024; văn bản 12/BC-SNN; ghi chú: theo sổ bộ]"),
        ({"body": "district"}, "[số liệu thẩm tra của cấp huyện]"),
        ({"body": "commune", "source": "sổ"}, "[số liệu tự đánh giá của xã; nguồn: sổ]"),
        ({"name": "Chi cục Thống kê"}, "[Chi cục Thống kê]"),
    ],
)
def test_whose_figure_it_is_in_words(ruleset: Ruleset, said: dict[str, str], words: str) -> None:
    for value in (3, None):
        verdict = assess(ruleset, {"clean_water_share": {"value": value, **said}})
        assert words in next(r for r in verdict.reasons() if r.indicator == "1.1").text()


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"source": "x"},
        {"value": 3, "body": "ward"},
        {"value": 3, "date": "18.6."},
        {"value": 3, "note": 12},
        {"value": 3, "document": " "},
        {"value": 3, "sorce": "x"},
        {"value": 3, "by": "me"},
        {"value": 3, "source": 12},
        {"value": {"value": 3}},
    ],
)
def test_a_wrong_annotation(ruleset: Ruleset, value: dict[str, object]) -> None:
    with pytest.raises(FactError) as caught:
        assess(ruleset, {"clean_water_share": value})
    assert caught.value.fact == "clean_water_share"


def test_an_annotated_missing_value_is_missing(ruleset: Ruleset) -> None:
    verdict = assess(ruleset, {"clean_water_share": {"value": None, "source": "x"}})
    assert [c.value for c in verdict.indicators["1.1"].codes] == ["fact_missing"]
    assert "clean_water_share" not in verdict.facts


def test_a_part_above_a_whole_with_decimals_names_the_whole_as_it_is(tmp_path: "Path") -> None:
    facts = FACTS
    for title in ("With water}", "Households}"):
        facts = changed(facts, f"{title}, type: count", f"{title}, type: number, decimals: 1")
    scaled = load(tmp_path / "rules", facts_yaml=facts).compose("commune/ntm", on=ON)
    with pytest.raises(FactError, match=r"at most the whole `households`, 2\.5$"):
        assess(scaled, {"water_households": 2.6, "households": 2.5})
    with pytest.raises(FactError, match=r"at most the whole `households`, 2$"):
        assess(scaled, {"water_households": 2.6, "households": 2})
