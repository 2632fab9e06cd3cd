"""Re-review: what became of each unit, and why."""

import datetime as dt
import json
import typing
from collections.abc import Mapping
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules.programme.rereview import Transition
from ntm_rules.reports.rereview import rereview_report
from unit.small import BASE, amendment, changed, load

COOPERATIVE = {"cooperative_effective": True, "cooperative_or_group_effective": False}


@pytest.fixture(scope="module")
def sets(bundled: ntm.Library) -> tuple[ntm.Ruleset, ntm.Ruleset]:
    return tuple(bundled.compose("commune/ntm", on=on) for on in (dt.date(2024, 2, 29), dt.date(2024, 7, 2)))  # type: ignore[return-value]


@pytest.fixture
def country(tmp_path: Path) -> tuple[ntm.Ruleset, ntm.Ruleset]:
    """A tiny set without open cells, before and after an amendment that asks for more water, and for recognition."""
    base = changed(BASE, "more_than: pending", 'more_than: "5", evidence: official')
    water = '{set: "1.1", at_least: "90", evidence: official}'
    asked = '{replace: "2.4", require: {fact: recognised, equals: "true", evidence: official}}'
    later = amendment("3/QD", "2024-06-01", water, asked)
    library = load(tmp_path, ntm_yaml=base, later_yaml=later)
    on = (dt.date(2024, 5, 1), dt.date(2024, 7, 1))
    old, new = (library.compose("commune/ntm", on=day, province="bac") for day in on)
    return old, new


MEETS: dict[str, typing.Any] = {
    "clean_water_share": 95,
    "income": 45,
    "planned": True,
    "literacy": "2",
    "wages": 20,
    "recognised": True,
}


@pytest.mark.parametrize(
    ("changes", "transition", "back"),
    [
        ({}, Transition.KEPT, Transition.KEPT),
        ({"clean_water_share": 85}, Transition.LOST, Transition.GAINED),
        ({"recognised": None}, Transition.NOW_UNDETERMINED, Transition.UNDETERMINED_NOW_MET),
        ({"clean_water_share": 70}, Transition.STILL_NOT_MET, Transition.STILL_NOT_MET),
        ({"income": None}, Transition.STILL_UNDETERMINED, Transition.STILL_UNDETERMINED),
        (
            {"income": None, "clean_water_share": 85},
            Transition.UNDETERMINED_NOW_NOT_MET,
            Transition.NOT_MET_NOW_UNDETERMINED,
        ),
    ],
)
def test_what_became_of_a_unit(
    changes: Mapping[str, typing.Any],
    transition: Transition,
    back: Transition,
    country: tuple[ntm.Ruleset, ntm.Ruleset],
) -> None:
    old, new = country
    facts = {name: value for name, value in {**MEETS, **changes}.items() if value is not None}
    found = ntm.programme.rereview(old, new, [("A", facts)])
    assert found.counts == {each: int(each is transition) for each in Transition}
    assert ntm.programme.rereview(new, old, [("A", facts)]).units[0].transition is back
    missing = ("income",) if "income" in changes else ("recognised",) if "recognised" in changes else ()
    assert found.units[0].missing == (missing if "undetermined" in transition.value.split("now_")[-1] else ())


def test_a_fact_that_only_the_new_set_asks_for_is_marked(country: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    old, new = country
    facts = {name: value for name, value in MEETS.items() if name not in ("recognised", "income")}
    report = rereview_report(ntm.programme.rereview(old, new, [("A", facts)]), "en")
    tables = {table.title: table.rows for table in report.tables}
    assert tables["Every unit"][0][-2:] == ("still undetermined", 2)
    assert tables["Figures to collect for the new set"] == (
        ("Income", 1),
        ("Recognised (asked by the new set only)", 1),
    )


def test_what_a_unit_lacks_that_was_decided_before(country: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    units = [
        (str(n), {k: v for k, v in MEETS.items() if k != lacks}) for n, lacks in enumerate(("recognised", "income"))
    ]
    report = rereview_report(ntm.programme.rereview(*country, units), "en")
    assert report.tables[-2].title == "Figures to collect of units that were decided before and are undetermined now"
    assert report.tables[-2].rows == (("0", "Recognised (asked by the new set only)"),)


def test_the_indicator_that_turned_is_named(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    found = ntm.programme.rereview(*sets, [("Xã Một", COOPERATIVE)])
    (unit,) = found.units
    assert [(a and a.no, b and b.no) for a, b in unit.difference.indicators] == [("13.1", "13.1")]
    assert unit.before.indicators["13.1"].outcome is ntm.Outcome.MET
    assert unit.after.indicators["13.1"].outcome is ntm.Outcome.NOT_MET
    assert found.turned["13.1"] == {Transition.LOST: 1}
    assert unit.transition is Transition.UNDETERMINED_NOW_NOT_MET


def test_recognised_units_at_stake_come_first(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    units = [
        ("A", COOPERATIVE),
        ("B", {**COOPERATIVE, "recognised_ntm": False}),
        ("D", {"recognised_ntm": True}),
        ("C", {**COOPERATIVE, "recognised_ntm": True}),
    ]
    found = ntm.programme.rereview(*sets, units)
    assert [(unit.unit, unit.recognised, unit.at_stake) for unit in found.units] == [
        ("C", True, True),
        ("D", True, True),
        ("A", None, False),
        ("B", False, False),
    ]
    assert found.recognised[Transition.UNDETERMINED_NOW_NOT_MET] == 1
    assert found.recognised[Transition.STILL_UNDETERMINED] == 1
    assert sum(found.recognised.values()) == 2
    assert [unit.unit for unit in found.of(Transition.UNDETERMINED_NOW_NOT_MET)] == ["C", "A", "B"]
    report = rereview_report(found, "vi")
    assert report.tables[0].notes == ("Đã công nhận mà theo bộ mới chưa đạt: 1; đã công nhận mà nay chưa đủ căn cứ: 1",)
    assert report.tables[1].title == "Đơn vị đã công nhận mà theo bộ mới chưa đạt hoặc chưa đủ căn cứ"
    assert [row[0] for row in report.tables[1].rows] == ["C", "D"]


def test_the_reasons_are_in_words(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    table = rereview_report(ntm.programme.rereview(*sets, [("Xã Một", COOPERATIVE)]), "vi").tables[-1]
    ((unit, place, outcomes, was, is_),) = table.rows
    assert unit == "Xã Một"
    assert str(place).startswith("Chỉ tiêu 13.1 ")
    assert outcomes == "trước đây đạt, nay chưa đạt"
    assert was
    assert is_
    assert was != is_


def test_the_recognition_is_that_of_the_old_tier(bundled: ntm.Library) -> None:
    old = bundled.compose("commune/nang-cao", on=dt.date(2024, 7, 2))
    new = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2))
    units = [("A", {"recognised_ntm": True}), ("B", {"recognised_nang_cao": True})]
    assert [unit.unit for unit in ntm.programme.rereview(old, new, units).units if unit.at_stake] == ["B"]


def test_every_bad_fact_of_all_units(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    with pytest.raises(ntm.FactError) as caught:
        ntm.programme.rereview(
            *sets, [("A", {"income_per_capita": "nhiều"}), ("B", {"income_per_capita": -1}), ("C", {})]
        )
    assert [(p.unit, p.fact) for p in caught.value.problems] == [
        ("A", "income_per_capita"),
        ("B", "income_per_capita"),
    ]


def test_a_fact_that_is_none(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    with pytest.raises(ntm.FactError, match=r"unit `A`, fact `income_per_capitaa`.*`income_per_capita`"):
        ntm.programme.rereview(*sets, [("A", {"income_per_capitaa": 3})])


def test_as_json(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    made: dict[str, typing.Any] = ntm.programme.rereview(
        *sets, [("A", {**COOPERATIVE, "recognised_ntm": True})]
    ).to_dict()
    assert json.loads(json.dumps(made, ensure_ascii=False)) == made
    assert made["schema"] == "ntm-rules/rereview/1"
    (unit,) = made["units"]
    assert (unit["unit"], unit["transition"], unit["recognised"]) == ("A", "undetermined_now_not_met", True)
    assert sum(made["counts"].values()) == 1
    assert set(made["counts"]) == {transition.value for transition in Transition}


def test_a_language_that_is_not_there(sets: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    with pytest.raises(ntm.UnknownName, match="unknown language `fr`"):
        rereview_report(ntm.programme.rereview(*sets, []), "fr")


def test_no_judgement_is_carried_to_another_set(country: tuple[ntm.Ruleset, ntm.Ruleset]) -> None:
    """The old set is met where the province judged the income; the new one stays open, whatever it asks there."""
    facts = {name: value for name, value in MEETS.items() if name != "income"}
    no = next(no for no, compared in country[0].facts_by_number.items() if "income" in compared)
    said = (ntm.Judgement(no, "met", "province"),)
    found = ntm.programme.rereview(*country, [ntm.tables.UnitFacts("A", facts, {}, 1, said)])
    (unit,) = found.units
    assert unit.transition is Transition.STILL_UNDETERMINED
    assert unit.before.judged.indicators[no].outcome is ntm.Outcome.MET
    assert unit.before.judged.outcome is ntm.Outcome.MET
    assert not unit.after.has_judgements
    assert json.loads(json.dumps(found.to_dict()))["units"][0]["judged"] == {"before": "met"}
    rows = rereview_report(found, "en").tables[-2].rows
    assert "undetermined (1/2 criteria); with judgements met (2/2 criteria)" in {t for row in rows for t in row}, rows
