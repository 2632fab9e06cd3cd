"""How far a programme is: what is counted, what stays open, what a target has."""

import datetime as dt
import json
import typing
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from attrs import evolve

import ntm_rules as ntm
from ntm_rules.model.citations import Evidence, Instrument
from ntm_rules.model.plans import Aim, Known, Plan, Target
from ntm_rules.model.text import Text
from ntm_rules.programme.record import recognition_fact
from ntm_rules.programme.tally import Scale, Span
from ntm_rules.reports.progress import progress_report
from ntm_rules.reports.report import text_of
from unit.small import load
from unit.test_grades import GOOD, GRADED

TIER = "commune/ntm"


def record(
    unit: str, met: int, undetermined: int = 0, *, act: bool | None = None, **groups: str
) -> ntm.programme.UnitRecord:
    return ntm.programme.UnitRecord.of_counts(
        unit, TIER, met, 19, criteria_undetermined=undetermined, groups=groups, recognised=act
    )


def target(aim: Aim, low: str, high: str | None = None, out_of: int | None = None) -> Target:
    return Target(TIER, aim, Decimal(low), Decimal(high or low), Known(Evidence.OFFICIAL), out_of)


def plan(*targets: Target) -> Plan:
    return Plan("lang-son", 2024, Text("Kế hoạch", "Plan"), targets)


COMMUNES = (
    record("A", 19, act=True, district="Đông"),
    record("B", 18, act=True, district="Đông"),
    record("C", 14, district="Bắc"),
    record("D", 12, 3, act=False, district="Bắc"),
    record("E", 17, 2, act=False, district="Bắc"),
)


def test_a_finding_is_counted_apart_from_an_act() -> None:
    """B is recognised with 18 of 19, which is no finding; A is both, and counts once in each."""
    now = ntm.programme.progress(COMMUNES).tier(TIER).now
    assert (now.units, now.met, now.not_met, now.undetermined, now.no_finding) == (5, 1, 3, 1, 0)
    assert (now.recognised, now.not_recognised, now.recognition_unknown) == (2, 2, 1)
    assert now.by_finding == Span(1, 2)
    assert now.by_act == Span(2, 3)


def test_the_average_has_both_ends_where_criteria_are_undetermined() -> None:
    now = ntm.programme.progress(COMMUNES).tier(TIER).now
    assert now.average == Span(Fraction(80, 5), Fraction(85, 5))
    assert text_of(now.average, "vi") == "16–17"
    exact = ntm.programme.progress(COMMUNES[:3]).tier(TIER).now.average
    assert exact == Span(Fraction(51, 3), Fraction(51, 3))
    assert text_of(Span(Fraction(1695, 115), Fraction(1695, 115)), "vi") == "14,74"
    assert text_of(Span(Fraction(1695, 115), Fraction(1695, 115)), "en") == "14.74"


def test_bands_of_criteria_with_what_is_sure_and_what_is_possible() -> None:
    now = ntm.programme.progress(COMMUNES).tier(TIER).now
    assert [(b.low, b.high, b.units) for b in now.bands] == [
        (19, 19, Span(1, 2)),
        (15, 18, Span(1, 3)),
        (10, 14, Span(1, 2)),
        (0, 9, Span(0, 0)),
    ]
    assert now.under == Span(1, 2)
    assert [(b.low, b.units) for b in ntm.programme.progress(COMMUNES[:3]).tier(TIER).now.counts] == [
        (19, Span(1, 1)),
        (18, Span(1, 1)),
        (14, Span(1, 1)),
    ]


@pytest.mark.parametrize(
    ("total", "starts"),
    [(19, (19, 15, 10)), (20, (20, 15, 10)), (9, (9, 7, 5)), (10, (10, 8, 5)), (4, (4, 3, 2)), (1, (1,))],
)
def test_the_usual_bands_follow_from_the_number_of_criteria(total: int, starts: tuple[int, ...]) -> None:
    assert Scale.of(total).starts == starts
    assert Scale.of(total).under == Scale.of(total).starts[min(1, len(starts) - 1)]


def test_bands_and_the_count_to_list_below_are_parameters() -> None:
    found = ntm.programme.progress(COMMUNES, bands=[12, 19], under=13).tier(TIER)
    assert [(b.low, b.high) for b in found.now.bands] == [(19, 19), (12, 18), (0, 11)]
    assert [r.unit for r in found.under] == ["D"]
    assert [r.unit for r in ntm.programme.progress(COMMUNES).tier(TIER).under] == ["D", "C"]
    with pytest.raises(ValueError, match="begin between 0 and 19, not at 20"):
        ntm.programme.progress(COMMUNES, bands=[20, 10])


def test_groups_within_groups() -> None:
    """The same name of a district in two provinces is two districts."""
    records = [
        record("A", 19, province="X", district="Đông"),
        record("B", 10, province="Y", district="Đông"),
        record("C", 16, province="X", district="An"),
    ]
    groups = ntm.programme.progress(records, by=["province", "district"]).tier(TIER).groups
    assert [(g.path, g.now.units, g.now.average) for g in groups] == [
        (("X",), 2, Span(Fraction(35, 2), Fraction(35, 2))),
        (("X", "An"), 1, Span(Fraction(16), Fraction(16))),
        (("X", "Đông"), 1, Span(Fraction(19), Fraction(19))),
        (("Y",), 1, Span(Fraction(10), Fraction(10))),
        (("Y", "Đông"), 1, Span(Fraction(10), Fraction(10))),
    ]


# -- targets -----------------------------------------------------------------------------------


def achieved(
    records: Sequence[ntm.programme.UnitRecord],
    wanted: Target,
    before: Sequence[ntm.programme.UnitRecord] | None = None,
) -> tuple[typing.Any, typing.Any]:
    (found,) = ntm.programme.progress(records, plan(wanted), before=before).achievements
    finding, act = (side and (side.achieved, side.remaining) for side in (found.by_finding, found.by_act))
    return finding, act


def test_a_total() -> None:
    assert achieved(COMMUNES, target(Aim.TOTAL, "3")) == ((Span(1, 2), Span(1, 2)), (Span(2, 3), Span(0, 1)))
    assert achieved(COMMUNES, target(Aim.TOTAL, "1")) == ((Span(1, 2), Span(0, 0)), (Span(2, 3), Span(0, 0)))


def test_a_share_is_exact() -> None:
    finding, act = achieved(COMMUNES[:3], target(Aim.SHARE, "66.7"))
    assert finding[0] == Span(Fraction(100, 3), Fraction(100, 3))
    assert finding[1] == Span(Fraction(667, 10) - Fraction(100, 3), Fraction(667, 10) - Fraction(100, 3))
    assert act[0] == Span(Fraction(200, 3), Fraction(100))


def test_an_average_is_held_against_the_lower_end_and_knows_no_act() -> None:
    finding, act = achieved(COMMUNES[2:4], target(Aim.AVERAGE, "13.5", "14"))
    assert finding == (Span(13, Fraction(29, 2)), Span(0, Fraction(1, 2)))
    assert act is None


def test_new_units_need_an_earlier_file() -> None:
    assert achieved(COMMUNES, target(Aim.NEW, "2")) == (None, None)
    before = [record("A", 18, act=False), record("B", 18, act=True), record("C", 3), record("D", 1), record("E", 1)]
    finding, act = achieved(COMMUNES, target(Aim.NEW, "2"), before)
    assert finding == (Span(1, 2), Span(0, 1))
    assert act == (Span(1, 2), Span(0, 1))


def test_no_act_is_said_of_any_unit() -> None:
    units = [record("A", 19), record("B", 1)]
    assert achieved(units, target(Aim.NEW, "2"), units)[1] is None
    assert achieved(units, target(Aim.TOTAL, "2"))[1] is None


def test_a_unit_without_a_finding_may_meet_the_tier() -> None:
    units = [record("A", 19), ntm.programme.UnitRecord("B", TIER), record("C", 3)]
    assert achieved(units, target(Aim.TOTAL, "2"))[0] == (Span(1, 2), Span(0, 1))
    now = ntm.programme.progress(units).tier(TIER).now
    assert (now.no_finding, now.counted, now.average) == (1, 2, Span(11, 11))


def test_a_target_of_a_tier_without_units_says_nothing() -> None:
    wanted = Target("commune/kieu-mau", Aim.TOTAL, Decimal(6), Decimal(6), Known(Evidence.OFFICIAL))
    (found,) = ntm.programme.progress(COMMUNES, plan(wanted)).achievements
    assert (found.by_finding, found.by_act) == (None, None)
    table = progress_report(ntm.programme.progress(COMMUNES, plan(wanted)), "vi").tables[0]
    assert table.rows[0][:4] == (
        "Xã đạt chuẩn nông thôn mới kiểu mẫu (commune/kieu-mau)",
        "6 đơn vị",
        "chưa có số liệu",
        None,
    )


def test_only_acts_are_known() -> None:
    """Nothing is read off an act: no finding, no count."""
    units = [ntm.programme.UnitRecord(str(n), TIER, recognised=n < 37) for n in range(89)]
    found = ntm.programme.progress(units, plan(target(Aim.TOTAL, "40")))
    now = found.tier(TIER).now
    assert (now.by_finding, now.by_act, now.average, now.counted) == (None, Span(37, 37), None, 0)
    (total,) = found.achievements
    assert total.by_finding is None
    assert total.by_act is not None
    assert total.by_act.remaining == Span(3, 3)
    progress_report(found, "vi")


# -- change ------------------------------------------------------------------------------------


def test_change_against_an_earlier_day() -> None:
    before = [
        record("A", 19, act=False, district="Đông"),
        record("B", 19, act=True, district="Đông"),
        record("C", 10, district="Bắc"),
        record("Z", 3, district="Tây"),
    ]
    change = ntm.programme.progress(COMMUNES, before=before, by=["district"]).tier(TIER).change
    assert change is not None
    assert (change.gained, change.lost) == ((), ("B",))
    assert (change.recognised, change.withdrawn) == (("A",), ())
    assert (change.added, change.gone) == (("D", "E"), ("Z",))
    assert change.before.average == Span(Fraction(51, 4), Fraction(51, 4))
    groups = {
        g.path[0]: (g.now.units, g.before and g.before.units)
        for g in ntm.programme.progress(COMMUNES, before=before, by=["district"]).tier(TIER).groups
    }
    assert groups == {"Đông": (2, 2), "Bắc": (3, 1), "Tây": (0, 1)}


def test_the_report_says_how_much_more_there_is() -> None:
    found = ntm.programme.progress(COMMUNES[:3], before=[record("A", 18), record("B", 18), record("C", 10)])
    rows = {row[0]: row[1:] for row in progress_report(found, "vi").tables[0].rows}
    assert rows["Đạt theo đánh giá"] == (1, 0, Span(1, 1))
    average = rows["Số tiêu chí bình quân/đơn vị"]
    assert [text_of(value, "vi") for value in average] == ["17", "15,33", "1,67"]


def test_the_difference_of_two_spans_has_the_ends_that_are_possible() -> None:
    """Between 12 and 15 now, between 10 and 11 before: at least 1 more, at most 5."""
    found = ntm.programme.progress([record("A", 12, 3)], before=[record("A", 10, 1)])
    rows = {row[0]: row[1:] for row in progress_report(found, "en").tables[0].rows}
    assert rows["Criteria met per unit on average"] == (Span(12, 15), Span(10, 11), Span(1, 5))


# -- records and results ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "open_", "total", "words"),
    [
        (20, 0, 19, "20 met"),
        (18, 2, 19, "18 met and 2"),
        (-1, 0, 19, "-1 met"),
        (0, 0, 0, "of 0"),
        (1, -1, 19, "-1 und"),
    ],
)
def test_counts_that_do_not_fit(met: int, open_: int, total: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ntm.programme.UnitRecord("A", TIER, criteria_met=met, criteria_undetermined=open_, criteria_total=total)


def test_counts_come_together() -> None:
    with pytest.raises(ValueError, match="go together"):
        ntm.programme.UnitRecord("A", TIER, criteria_met=3)
    with pytest.raises(ValueError, match="go together"):
        ntm.programme.UnitRecord("A", TIER, criteria_undetermined=3)


@pytest.mark.parametrize(
    ("met", "open_", "outcome"),
    [(19, 0, "met"), (18, 0, "not_met"), (18, 1, "undetermined"), (17, 1, "not_met"), (0, 19, "undetermined")],
)
def test_the_finding_of_a_published_count(met: int, open_: int, outcome: str) -> None:
    found = record("A", met, open_).outcome
    assert found is not None
    assert found.code == outcome


def test_a_unit_twice() -> None:
    with pytest.raises(ValueError, match="`A` is in `commune/ntm` twice"):
        ntm.programme.progress([record("A", 1), record("A", 2)])


@pytest.mark.parametrize(
    ("tier", "fact"),
    [
        ("commune/ntm", "recognised_ntm"),
        ("commune/nang-cao", "recognised_nang_cao"),
        ("district/ntm", "recognised_district_ntm"),
        ("town/completed", "recognised_town_completed"),
        ("special-district/ntm", "recognised_special_district_ntm"),
    ],
)
def test_the_fact_of_recognition(tier: str, fact: str) -> None:
    assert recognition_fact(tier) == fact


def test_the_facts_of_recognition_are_those_that_the_bundled_sets_read(bundled: ntm.Library) -> None:
    known = {name for name in bundled.facts if name.startswith("recognised_")}
    made = {recognition_fact(tier) for tier, _ in bundled.rulesets()}
    assert {"recognised_ntm", "recognised_nang_cao"} <= known & made


def test_a_record_of_a_verdict(bundled: ntm.Library) -> None:
    ruleset = bundled.compose(TIER, on=dt.date(2024, 7, 2), province="lang-son")
    verdict = ntm.assess(ruleset, {"income_per_capita": 3}, unit="A")
    found = ntm.programme.UnitRecord.of_verdict(verdict, {"district": "Đông"}, recognised=True)
    assert found == ntm.programme.UnitRecord(
        "A",
        TIER,
        {"district": "Đông"},
        verdict.outcome,
        verdict.criteria_met,
        verdict.criteria_undetermined,
        verdict.criteria_total,
        True,
        verdict.provisional,
    )


def test_progress_as_json_is_plain_and_exact() -> None:
    found = ntm.programme.progress(COMMUNES, plan(target(Aim.TOTAL, "3")), by=["district"], as_of=dt.date(2024, 6, 20))
    made = found.to_dict()
    assert json.loads(json.dumps(made, ensure_ascii=False)) == made
    assert made["schema"] == "ntm-rules/progress/1"
    assert made["as_of"] == "2024-06-20"
    tier = made["tiers"][0]  # type: ignore[index]
    assert tier["now"]["criteria"]["average"] == {"low": "16", "high": "17"}
    assert ntm.programme.progress(COMMUNES[1:4]).to_dict()["tiers"][0]["now"]["criteria"]["average"] == {  # type: ignore[index]
        "low": "44/3",
        "high": "47/3",
    }
    assert [group["path"] for group in tier["groups"]] == [["Bắc"], ["Đông"]]
    assert made["targets"][0]["by_act"]["remaining"] == {"low": "0", "high": "1"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("date", "lang", "printed"), [("2024-02-05", "vi", "05/02/2024"), ("2024-02-05", "en", "2024-02-05")]
)
def test_the_day_of_a_plan_is_written_as_in_the_language(date: str, lang: str, printed: str) -> None:
    signed = evolve(plan(), instrument=Instrument("lang-son", "12/KH-UBND", date))
    assert progress_report(ntm.programme.progress(COMMUNES, signed), lang).lines[0].endswith(f"12/KH-UBND ({printed})")


def test_a_language_that_is_not_there() -> None:
    with pytest.raises(ntm.UnknownName, match="unknown language `fr`"):
        progress_report(ntm.programme.progress(COMMUNES), "fr")


def test_declared_grades_are_counted_among_those_not_met(tmp_path: Path) -> None:
    ruleset = load(tmp_path / "rules", ntm_yaml=GRADED).compose(TIER, on=dt.date(2024, 7, 2))
    shares = {"A": 80, "B": 79, "C": 75, "D": 60, "E": 59}
    records = [
        ntm.programme.UnitRecord.of_verdict(ntm.assess(ruleset, {**GOOD, "clean_water_share": share}, unit=unit))
        for unit, share in shares.items()
    ]
    found = ntm.programme.progress(records, before=records[:2])
    now = found.tier(TIER).now
    assert [(grade.id, count) for grade, count in now.grades] == [("can-dat", 1), ("co-ban-dat", 2)]
    assert (now.met, now.not_met) == (1, 4)
    rows = {row[0]: row[1:] for row in progress_report(found, "vi").tables[0].rows}
    assert rows["Trong đó Cơ bản đạt chuẩn"] == (2, 1, Span(1, 1))
    assert rows["Trong đó Cận đạt"] == (1, 0, Span(1, 1))
    made = found.to_dict()["tiers"][0]  # type: ignore[index]
    assert made["now"]["finding"]["grades"] == {"can-dat": 1, "co-ban-dat": 2}
    assert [unit["grade"] for unit in made["units"]] == [None, "co-ban-dat", "co-ban-dat", "can-dat", None]
    every = progress_report(found, "en", every_unit=True).tables[-1]
    assert [row[1] for row in every.rows][1] == "not met, Basically meets"


# -- with judgements ---------------------------------------------------------------------------


def read_twice(first: ntm.programme.UnitRecord, met: int, undetermined: int = 0) -> ntm.programme.UnitRecord:
    """Return a unit with so many criteria in the second reading."""
    second = record(first.unit, met, undetermined, act=first.recognised, **first.groups)
    return evolve(first, judged=second)


def test_every_count_stands_twice_where_somebody_judged() -> None:
    """D has 12 to 15 criteria by figures, 15 with judgements; E is open by figures and meets all with judgements."""
    judged = [*COMMUNES[:3], read_twice(COMMUNES[3], 15), read_twice(COMMUNES[4], 19)]
    then = [record("D", 12, act=False, district="Bắc"), record("E", 17, act=False, district="Bắc")]
    aims = plan(target(Aim.TOTAL, "3"), target(Aim.AVERAGE, "17"), target(Aim.NEW, "2"))
    found = ntm.programme.progress(judged, aims, before=then, by=["district"])
    by_figures = ntm.programme.progress(COMMUNES, aims, before=then, by=["district"])
    assert found.judged is not None
    assert found.judged.judged is None
    first, second = (reading.tier(TIER) for reading in (found, found.judged))
    assert (first.now, first.groups) == (by_figures.tier(TIER).now, by_figures.tier(TIER).groups)
    assert (first.now.by_finding, second.now.by_finding) == (Span(1, 2), Span(2, 2))
    assert (first.now.average, second.now.average) == (
        Span(Fraction(16), Fraction(17)),
        Span(Fraction(17), Fraction(17)),
    )
    assert second.now.by_act == first.now.by_act == Span(2, 3)
    assert [(g.path, g.now.met, g.now.under) for g in second.groups] == [
        (("Bắc",), 1, Span(1, 1)),
        (("Đông",), 1, Span(0, 0)),
    ]
    assert [r.unit for r in second.under] == ["C"]
    assert second.change is not None
    assert second.change.gained == ("E",)
    remaining = [[a.by_finding and a.by_finding.remaining for a in r.achievements] for r in (found, found.judged)]
    assert remaining == [[Span(1, 2), Span(0, 1), Span(0, 1)], [Span(1, 1), Span(0, 0), Span(0, 0)]]


def test_nobody_judged() -> None:
    assert ntm.programme.progress(COMMUNES).judged is None
    assert "judged" not in ntm.programme.progress(COMMUNES).to_dict()


def test_judgements_of_the_earlier_file_alone_are_counted_too() -> None:
    then = read_twice(record("C", 12, 7, district="Bắc"), 19)
    found = ntm.programme.progress(COMMUNES, before=[then])
    assert found.judged is not None
    first, second = (reading.tier(TIER).change for reading in (found, found.judged))
    assert first is not None
    assert second is not None
    assert (first.lost, second.lost) == ((), ("C",))
    rows = {t.tab: t.rows for t in progress_report(found, "en").tables}
    assert ("C", "not met now (met before), with judgements") in rows["Changes"]


def test_the_report_has_both_counts_side_by_side() -> None:
    judged = [*COMMUNES[:3], read_twice(COMMUNES[3], 15), read_twice(COMMUNES[4], 19)]
    aims = plan(target(Aim.TOTAL, "3"))
    then = [record("D", 12, act=False, district="Bắc")]
    made = progress_report(ntm.programme.progress(judged, aims, before=then, by=["district"]), "en", every_unit=True)
    assert "“With judgements”: what figures leave undetermined is counted as the bodies judged it." in made.lines
    tables = {table.tab: table for table in made.tables}
    named = "Now, with judgements", "Before, with judgements", "Change, with judgements"
    assert tables["Summary"].columns == ("What", "Now", "Before", "Change", *named)
    rows = {row[0]: row[1:] for row in tables["Summary"].rows}
    assert rows["Met by finding"] == (1, 0, Span(1, 1), 2, 0, Span(2, 2))
    assert rows["Undetermined"] == (1, 0, Span(1, 1), 0, 0, Span(0, 0))
    assert tables["Plan"].rows[0][2:6] == (Span(1, 2), Span(1, 2), Span(2, 2), Span(1, 1))
    counts = {row[0]: row[1:] for row in tables["Each count"].rows}
    assert counts["15 criteria"] == (Span(0, 1), Span(1, 1))
    assert counts["13 criteria"] == (Span(0, 1), 0)
    units = {row[0]: row[1:] for row in tables["Units"].rows}
    assert units["D"][:5] == ("Bắc", "not met", "12–15/19", "not met", "15/19")
    assert units["E"][:5] == ("Bắc", "undetermined", "17–19/19", "met", "19/19")
    assert units["C"][:5] == ("Bắc", "not met", "14/19", "not met", "14/19")
    groups = tables["By district"]
    assert groups.columns.count("Recognised") == 1
    assert "Recognised, with judgements" not in groups.columns
    north = dict(zip(groups.columns, groups.rows[0], strict=True))
    assert (north["Met by finding"], north["Met by finding, with judgements"]) == (0, 1)


@pytest.mark.parametrize(
    "changes", [{"unit": "B"}, {"tier": "commune/nang-cao"}, {"recognised": False}, {"groups": {}}]
)
def test_a_second_reading_is_of_the_same_unit(changes: typing.Any) -> None:
    with pytest.raises(ntm.BadArgument, match="unit `A`: the second reading differs"):
        evolve(COMMUNES[0], judged=evolve(COMMUNES[0], **changes))


def test_the_record_of_a_verdict_has_its_second_reading(bundled: ntm.Library) -> None:
    ruleset = bundled.compose(TIER, on=dt.date(2026, 10, 1))
    said = {criterion.no: "met" for criterion in ruleset.criteria}
    verdict = ntm.assess(ruleset, {}, "A", judgements=said)
    made = ntm.programme.UnitRecord.of_verdict(verdict, {"d": "X"}, recognised=True)
    assert (made.outcome, made.criteria_met) == (ntm.Outcome.UNDETERMINED, 0)
    assert made.judged is not None
    assert (made.judged.outcome, made.judged.criteria_met, made.judged.groups) == (ntm.Outcome.MET, 10, {"d": "X"})
    assert ntm.programme.UnitRecord.of_verdict(ntm.assess(ruleset, {}, "A")).judged is None
