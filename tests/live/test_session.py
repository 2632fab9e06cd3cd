"""What a live session promises."""

import datetime as dt
import gc
import json
import logging
import sys
import typing
import weakref
from decimal import Decimal

import pytest
from attrs import evolve

from live.asking import CATALOGUE, asking, comparison
from ntm_rules import EngineUnavailable, FactError, Library, NtmRulesError, Outcome, Ruleset, UnknownName, assess
from ntm_rules.live import Event, Session
from ntm_rules.live.events import Level
from ntm_rules.model.conditions import Case, CaseRow, Derived, Op
from ntm_rules.model.facts import Fact, FactType

MET, NOT_MET, UNDETERMINED = Outcome.MET, Outcome.NOT_MET, Outcome.UNDETERMINED
SHARE = comparison("share", Op.AT_LEAST, Decimal(50))
AMOUNT = comparison("amount", Op.AT_MOST, Decimal(10))
RATE = comparison("rate", Op.AT_LEAST, Decimal("66.67"))
RULESET = asking(SHARE, AMOUNT, RATE)


@pytest.fixture(scope="module")
def lang_son(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")


def told(events: list[Event]) -> list[tuple[str, str, Outcome, Outcome, tuple[str, ...]]]:
    """What events say, and forget them."""
    found = [(e.level.value, e.no, e.old, e.new, e.facts) for e in events]
    events.clear()
    return found


# -- events ------------------------------------------------------------------------------------


def test_what_is_undecided_reaches_a_category_that_rests_on_it(engine: str) -> None:
    """A column that is chosen by a count of units is open as long as a unit is undecided."""
    rows = (CaseRow(comparison("scored", Op.EQUALS, Decimal(0)), "N"),)
    zone = Derived(Fact("zone", FactType.CATEGORY, values=("N", "S")), Case(rows, "S"))
    ruleset = evolve(asking(comparison("zone", Op.EQUALS, "N"), facts=CATALOGUE), derived=(zone,))
    events: list[Event] = []
    with Session(ruleset, {"scored": 0}, engine=engine) as session:
        session.on_change(events.append)
        assert session.verdict.outcome is MET
        session.set("scores_open", 1)
        assert session.verdict == assess(ruleset, {"scored": 0, "scores_open": 1})
        assert told(events)[0] == ("indicator", "1.1", MET, UNDETERMINED, ("scores_open",))


def test_a_change_is_told_from_indicator_to_criterion_to_tier(engine: str) -> None:
    events: list[Event] = []
    with Session(RULESET, {"amount": 3, "part": 2, "whole": 3}, engine=engine) as session:
        session.on_change(events.append)
        session.set("share", 49)
        assert told(events) == [
            ("indicator", "1.1", UNDETERMINED, NOT_MET, ("share",)),
            ("criterion", "1", UNDETERMINED, NOT_MET, ("share",)),
        ]  # the set was not met before: 2 of 3 is less than 66.67%
        session.set_many({"share": 50, "part": 3})
        assert told(events) == [
            ("indicator", "1.1", NOT_MET, MET, ("share",)),
            ("indicator", "3.1", NOT_MET, MET, ("part",)),
            ("criterion", "1", NOT_MET, MET, ("share",)),
            ("criterion", "3", NOT_MET, MET, ("part",)),
            ("tier", "commune/a", NOT_MET, MET, ("share", "part")),
        ]
        session.set("share", 51)
        assert events == []
        session.clear("amount")
        assert told(events) == [
            ("indicator", "2.1", MET, UNDETERMINED, ("amount",)),
            ("criterion", "2", MET, UNDETERMINED, ("amount",)),
            ("tier", "commune/a", MET, UNDETERMINED, ("amount",)),
        ]
        assert [event.number for event in session.history()] == list(range(1, 11))


def test_several_facts_are_one_change(engine: str) -> None:
    """Each of the two alone would change the tier, together they do not."""
    either = asking(comparison("share", Op.AT_LEAST, Decimal(50)), comparison("share", Op.LESS_THAN, Decimal(50)))
    events: list[Event] = []
    with Session(either, {"share": 10}, engine=engine) as session:
        session.on_change(lambda event: events.append(event))
        session.set_many({"share": 90, "yes": True})
        assert [e.level for e in events] == [Level.INDICATOR] * 2 + [Level.CRITERION] * 2


def test_a_tier_names_the_facts_that_brought_it_about(engine: str) -> None:
    """Not those of a criterion that changed beside; all of them where each could be spared but not all."""
    events: list[Event] = []
    with Session(RULESET, {"rate": 70}, engine=engine) as session:
        session.on_change(events.append)
        session.set_many({"share": 60, "amount": 30})
        assert told(events)[-1] == ("tier", "commune/a", UNDETERMINED, NOT_MET, ("amount",))
        session.set_many({"share": 20, "amount": None, "rate": 10})
        assert "commune/a" not in [no for _, no, *_ in told(events)]
        session.set_many({"share": 60, "amount": 5, "rate": 70})
        assert told(events)[-1] == ("tier", "commune/a", NOT_MET, MET, ("share", "rate", "amount"))
    two_of_four = evolve(
        asking(*(comparison("share", Op.AT_LEAST, Decimal(50)) for _ in "abcd"), in_one=True), at_least_n=1
    )
    criterion = evolve(two_of_four.criteria[0], at_least_n=2)
    with Session(evolve(two_of_four, criteria=(criterion,)), {"share": 10}, engine=engine) as session:
        session.on_change(events.append)
        session.set("share", 60)
        assert told(events)[-1] == ("tier", "commune/a", NOT_MET, MET, ("share",))


def test_a_criterion_names_what_did_it_alone_and_what_was_needed(engine: str) -> None:
    names = ("share", "other_share", "tally", "amount")
    ruleset = asking(*(comparison(name, Op.AT_LEAST, Decimal(5)) for name in names), in_one=True)
    events: list[Event] = []
    with Session(ruleset, engine=engine) as session:
        session.on_change(events.append)
        session.set_many({"share": 1, "other_share": 1, "tally": 9})
        assert told(events)[-1] == ("tier", "commune/a", UNDETERMINED, NOT_MET, ("share", "other_share"))
        session.set_many({"share": 9, "other_share": 9, "tally": 1})
        assert [no for _, no, *_ in told(events)] == ["1.1", "2.1", "3.1"]
        session.clear("tally")
        session.set_many({"share": 1, "other_share": 1})
        events.clear()
        session.set_many({"share": 9, "other_share": 9, "tally": 9})
        assert told(events)[-1] == ("tier", "commune/a", NOT_MET, UNDETERMINED, ("share", "other_share"))


def test_every_callback_sees_the_whole_change(engine: str) -> None:
    seen: list[bytes] = []
    with Session(RULESET, engine=engine) as session:
        session.on_change(lambda event: seen.append(session.verdict.codes))
        session.on_change(lambda event: seen.append(event.verdict.codes))
        facts = {"share": 60, "amount": 4, "rate": 70}
        session.set_many(facts)
        assert set(seen) == {assess(RULESET, facts).codes}
        assert len(seen) == 2 * 7


def test_an_event_says_why(lang_son: Ruleset, engine: str) -> None:
    events: list[Event] = []
    with Session(lang_son, {"income_per_capita": 43.2}, "Cao Lâu", engine=engine) as session:
        session.on_change(events.append)
        session.set("income_per_capita", Decimal("45.5"))
    indicator, criterion, tier = events
    assert indicator.unit == "Cao Lâu"
    assert indicator.title is not None
    assert indicator.title.en == "Income per head"
    assert indicator.provisional
    assert indicator.reason.text("vi") == (
        "10 Thu nhập bình quân đầu người: chưa đạt → đạt (tạm thời); 45,5 triệu đồng/người/năm, cần từ 45; "
        "318/QĐ-TTg, Phụ lục I; mức 45 chưa đối chiếu văn bản gốc; do thay đổi số liệu: Thu nhập bình quân đầu người"
    )
    assert [code.value for code in indicator.reason.codes] == ["layer_not_read"]
    assert criterion.reason.text("en") == (
        "Criterion 10 Income: not met → met (provisional); 1 of 1 indicators met; changed: Income per head"
    )
    assert tier.reason.text("vi").startswith(
        "Bộ tiêu chí quốc gia về xã nông thôn mới giai đoạn 2021-2025: chưa đạt → chưa đủ căn cứ; "
        "1/19 tiêu chí đạt; chưa đủ căn cứ: 1, 2, 3, 4, 5, 6, 7, 8, 9, 11,"
    )
    assert tier.reason.codes == ()
    assert not tier.provisional
    with pytest.raises(UnknownName, match="language"):
        tier.reason.text("fr")


def test_an_event_says_that_it_does_not_apply(lang_son: Ruleset, engine: str) -> None:
    events: list[Event] = []
    with Session(lang_son, {"craft_village": True, "craft_village_plan": False}, engine=engine) as session:
        session.on_change(events.append)
        session.set("craft_village", value=False)
    assert events[0].new is Outcome.NOT_APPLICABLE
    text = events[0].reason.text("en")
    assert text.startswith("13.4 Craft-village preservation plan (if any): not met → not applicable (provisional); ")
    assert "; does not apply (is not the case); 318/QĐ-TTg, Annex I; " in text


def test_what_does_not_apply_counts_as_met_in_words(lang_son: Ruleset, engine: str) -> None:
    events: list[Event] = []
    applied = {"craft_village": False, "cooperative_or_group_effective": True, "linkage_model": True}
    with Session(lang_son, applied, engine=engine) as session:
        session.on_change(events.append)
        session.set("extension_team_effective", value=False)
    assert events[1].no == "13"
    assert "; 3/5 chỉ tiêu đạt; chưa đạt: 13.5; chưa đủ căn cứ: 13.3; " in events[1].reason.text("vi")


# -- callbacks ---------------------------------------------------------------------------------


def test_what_a_callback_sets_comes_after_everything_told_before(engine: str) -> None:
    order: list[str] = []
    with Session(RULESET, engine=engine) as session:

        def follows(event: Event) -> None:
            order.append(f"first hears {event.no} {event.new.code}")
            if event.no == "1.1" and event.new is NOT_MET:
                session.set("amount", 4)
                session.set_many({"share": 80})
                order.append(f"amount is {session.facts.get('amount')}")

        session.on_change(follows)
        session.on_change(lambda event: order.append(f"second hears {event.no} {event.new.code}"))
        session.set("share", 20)
        assert session.facts == {"share": 80, "amount": 4}
        assert session.verdict == assess(RULESET, {"share": 80, "amount": 4})
    assert order == [
        "first hears 1.1 not_met",
        "amount is None",
        *("second hears 1.1 not_met", "first hears 1 not_met", "second hears 1 not_met"),
        *("first hears commune/a not_met", "second hears commune/a not_met"),
        *("first hears 2.1 met", "second hears 2.1 met", "first hears 2 met", "second hears 2 met"),
        *("first hears 1.1 met", "second hears 1.1 met", "first hears 1 met", "second hears 1 met"),
        *("first hears commune/a undetermined", "second hears commune/a undetermined"),
    ]


def test_a_bad_fact_in_a_callback_is_refused_there(engine: str) -> None:
    refused: list[str] = []
    with Session(RULESET, {"whole": 3}, engine=engine) as session:

        def sets(event: Event) -> None:
            if event.level is Level.INDICATOR:
                session.set("part", 3)
                try:
                    session.set("whole", 2)
                except FactError as error:
                    refused.append(str(error))

        session.on_change(sets)
        session.set("share", 20)
        assert session.facts == {"whole": 3, "share": 20, "part": 3}
        assert session.callback_errors == ()
    assert refused[0] == "fact `part`: got `3`, expected at most the whole `whole`, 2"


def test_a_callback_that_raises_stops_nobody_and_is_reported(engine: str, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    def raises(event: Event) -> None:
        raise RuntimeError(f"no room for {event.no}")

    with Session(RULESET, engine=engine) as session:
        session.on_change(raises)
        session.on_change(lambda event: heard.append(event.no))
        session.set("share", 20)
        assert heard == ["1.1", "1", "commune/a"]
        assert [(e.callback, e.event.no, str(e.error)) for e in session.callback_errors] == [
            (raises, no, f"no room for {no}") for no in heard
        ]
        for _ in range(60):
            session.set("share", 80)
            session.set("share", 20)
        assert len(session.callback_errors) == 100
    assert caplog.records[0].levelno == logging.ERROR
    assert "no room for 1.1" in caplog.text


def test_an_interrupt_in_a_callback_is_not_held_up_and_loses_nothing_told_later(engine: str) -> None:
    heard: list[str] = []

    def interrupts(event: Event) -> None:
        heard.append(event.no)
        if heard == ["1.1"]:
            raise KeyboardInterrupt

    with Session(RULESET, engine=engine) as session:
        session.on_change(interrupts)
        with pytest.raises(KeyboardInterrupt):
            session.set("share", 20)
        session.set("amount", 3)
        assert heard == ["1.1", "1", "commune/a", "2.1", "2"]
        assert session.verdict == assess(RULESET, {"share": 20, "amount": 3})


def test_a_change_that_cannot_be_made_takes_along_those_that_wait_for_it(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(RULESET, engine=engine) as session:

        def fails(*_: object) -> bytes:
            monkeypatch.undo()
            raise EngineUnavailable("for once")

        def sets(event: Event) -> None:
            if event.no == "1.1":
                monkeypatch.setattr(session._engine, "follow", fails)
                session.set("whole", 3)
                session.set("part", 2)

        ends = session.on_change(sets)
        with pytest.raises(EngineUnavailable, match="for once"):
            session.set("share", 20)
        ends()
        assert session.facts == {"share": 20}
        session.set("part", 7)
        assert session.verdict == assess(RULESET, {"share": 20, "part": 7})


def test_callbacks_come_and_go(engine: str) -> None:
    heard: list[str] = []
    with Session(RULESET, engine=engine) as session:

        def once(event: Event) -> None:
            heard.append("once")
            ends()
            ends()
            other_ends()

        ends = session.on_change(once)
        other_ends = session.on_change(lambda event: heard.append("other"))
        session.set("share", 20)
        assert heard == ["once"]


def test_callbacks_that_set_facts_for_ever_are_stopped(engine: str) -> None:
    with Session(RULESET, engine=engine) as session:
        session.on_change(lambda event: session.set("share", 80 if event.new is NOT_MET else 20))
        with pytest.raises(NtmRulesError, match="1000 changes in a row, and go on\n    help: "):
            session.set("share", 20)
        assert session.verdict == assess(RULESET, session.facts)


# -- facts -------------------------------------------------------------------------------------


def test_a_bad_fact_among_many_changes_nothing(engine: str) -> None:
    events: list[Event] = []
    first = {"share": 50, "part": 2, "whole": 3}
    with Session(RULESET, first, "Xã Một", engine=engine) as session:
        session.on_change(events.append)
        before = session.verdict
        for bad in ({"amount": "nhiều"}, {"part": 4}, {"rate": 70}, {"thu_nhap": None}, {"yes": 1}):
            with pytest.raises(FactError) as error:
                session.set_many({"share": 10, **bad})
            assert error.value.unit == "Xã Một"
            assert session.verdict is before
            assert session.facts == first
        assert events == []
        session.set_many({"part": 7, "whole": 9})
        assert session.verdict == assess(RULESET, {"share": 50, "part": 7, "whole": 9}, "Xã Một")


def test_a_share_gives_way_to_its_parts_and_comes_back(engine: str) -> None:
    with Session(RULESET, {"rate": 66.7}, engine=engine) as session:
        assert session.verdict.indicators["3.1"].outcome is MET
        session.set_many({"part": 2, "whole": 3})
        assert session.verdict.indicators["3.1"].outcome is NOT_MET
        session.clear("part")
        assert session.verdict.indicators["3.1"].outcome is MET
        assert session.facts == {"rate": 66.7, "whole": 3}


def test_a_zero_that_loses_its_sign_is_the_one_given(engine: str) -> None:
    free = asking(comparison("free", Op.AT_LEAST, Decimal(0)))
    with Session(free, {"free": 0.0}, engine=engine) as session:
        for value in (-0.0, 0.0):
            session.set("free", value)
            assert str(session.verdict.indicators["1.1"].actual) == str(
                assess(free, {"free": value}).indicators["1.1"].actual
            )


def test_annotations_are_part_of_the_verdict(engine: str) -> None:
    noted = {"value": "60.5", "source": "Chi cục Thống kê", "as_of": "2023-12-31", "by": "appraised"}
    with Session(RULESET, engine=engine) as session:
        session.set("share", noted)
        assert session.verdict == assess(RULESET, {"share": noted})
        assert session.verdict.annotations["share"].source == "Chi cục Thống kê"
        session.set("share", "60.5")
        assert session.verdict == assess(RULESET, {"share": "60.5"})


def test_what_the_province_fixes_stays(lang_son: Ruleset, engine: str) -> None:
    with Session(lang_son, engine=engine) as session:
        session.set_many({"region": "TDMNPB", "registered_power_share": 96})
        assert session.verdict == assess(lang_son, {"region": "TDMNPB", "registered_power_share": 96})
        with pytest.raises(FactError, match="expected `TDMNPB`, the region of `lang-son`; leave `region` out"):
            session.set("region", "DBSH")
        session.clear("region")
        assert session.verdict == assess(lang_son, {"registered_power_share": 96})
        assert session.verdict.indicators["4.2"].outcome is MET


def test_a_fact_of_the_catalogue_that_is_not_read_is_left_out(bundled: Library, engine: str) -> None:
    ruleset = bundled.compose("commune/hien-dai", on=dt.date(2026, 3, 1))
    with Session(ruleset, engine=engine) as session:
        session.set("income_per_capita", 3)
        session.clear("poverty_rate")
        assert session.facts == {}


# -- history, snapshots, the end ---------------------------------------------------------------


def test_history_is_bounded(engine: str) -> None:
    with Session(RULESET, engine=engine, history=4) as session:
        for share in (20, 60, 20):
            session.set("share", share)
        assert [(e.number, e.no) for e in session.history()] == [
            (6, "commune/a"),
            (7, "1.1"),
            (8, "1"),
            (9, "commune/a"),
        ]


def test_a_snapshot_is_plain_json_and_brings_everything_back(lang_son: Ruleset, engine: str) -> None:
    facts: dict[str, typing.Any] = {
        "income_per_capita": Decimal("43.20"),
        "irrigated_share": 1e-09,
        "commune_plan_current": True,
        "literacy_level": "2",
        "makeshift_houses": {"value": 0, "source": "Xã", "as_of": None, "by": "self"},
    }
    with Session(lang_son, facts, "Cao Lâu", engine=engine) as session:
        verdict = session.verdict
        text = json.dumps(session.snapshot())
    with Session(lang_son, {"poverty_rate": 3}, engine=engine) as other:
        events: list[Event] = []
        other.on_change(events.append)
        assert other.restore(json.loads(text)) == ()
        assert other.verdict == verdict
        assert repr(other.facts["income_per_capita"]) == "Decimal('43.20')"
        assert {"poverty_rate", "income_per_capita"} <= {name for event in events for name in event.facts}


def test_under_other_rules_a_snapshot_is_assessed_anew_and_the_differences_are_reported(engine: str) -> None:
    later = asking(SHARE, comparison("amount", Op.AT_MOST, Decimal(2)))
    with Session(RULESET, {"share": 60, "amount": 4, "rate": 70}, "x", engine=engine) as session:
        snapshot = session.snapshot()
    with Session(later, engine=engine) as session:
        found = session.restore(snapshot)
        assert session.verdict == assess(later, {"share": 60, "amount": 4, "rate": 70}, "x")
    assert snapshot["content_hash"] == RULESET.content_hash != later.content_hash
    assert [(d.level.value, d.no, d.old, d.new) for d in found] == [
        ("indicator", "2.1", MET, NOT_MET),
        ("criterion", "2", MET, NOT_MET),
        ("tier", "commune/a", MET, NOT_MET),
        ("indicator", "3.1", MET, None),
        ("criterion", "3", MET, None),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "ntm-rules/verdict/2"},
        {"facts": [1]},
        {"unit": 6},
        {"outcomes": {"indicator": {}, "criterion": {}}},
        {"outcomes": {"indicator": {}, "criterion": {"1": "đạt"}, "tier": {}}},
    ],
    ids=str,
)
def test_what_is_no_snapshot_is_refused(engine: str, change: dict[str, object]) -> None:
    with Session(RULESET, {"share": 60}, engine=engine) as session:
        before = session.verdict
        with pytest.raises(NtmRulesError, match="snapshot"):
            session.restore(session.snapshot() | change)
        with pytest.raises(NtmRulesError, match="snapshot"):
            session.restore([])  # type: ignore[arg-type]
        with pytest.raises(FactError, match="share"):
            session.restore(session.snapshot() | {"facts": {"share": {"decimal": "6O"}}})
        assert session.verdict is before


def test_a_closed_session_keeps_its_verdict_and_takes_nothing(engine: str) -> None:
    with Session(RULESET, {"share": 60}, engine=engine) as session:
        pass
    session.close()
    assert session.verdict == assess(RULESET, {"share": 60})
    for change in (lambda: session.set("share", 1), lambda: session.restore(session.snapshot())):
        with pytest.raises(NtmRulesError, match="the session is closed"):
            change()


def test_a_session_that_a_callback_closes_takes_nothing_more(engine: str) -> None:
    with Session(RULESET, engine=engine) as session:

        def closes(event: Event) -> None:
            session.set("share", 60)
            session.close()

        session.on_change(closes)
        with pytest.raises(NtmRulesError, match="the session is closed"):
            session.set("share", 1)
        assert session.facts == {"share": 1}


def test_a_session_nobody_holds_is_gone(engine: str) -> None:
    session = Session(RULESET, {"share": 60}, engine=engine)
    session.on_change(lambda event: None)
    session.set("share", 20)
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None


# -- engines -----------------------------------------------------------------------------------


def test_it_says_which_engine_it_uses(engine: str) -> None:
    with Session(RULESET, engine=engine) as session:
        assert session.engine == engine
        assert session.rebuilds == 0
    with Session(RULESET) as session:
        assert session.engine == "python"
    with pytest.raises(UnknownName, match=r"unknown engine `durabel`\n    help: did you mean `durable`\?"):
        Session(RULESET, engine="durabel")


def test_without_the_package_the_engine_is_unavailable_and_plain_python_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    with pytest.raises(EngineUnavailable, match=r"needs `durable_rules` .*\n    help: `pip install \"ntm"):
        Session(asking(SHARE), engine="durable")
    with Session(asking(SHARE)) as session:
        session.set("share", 60)
        assert session.verdict.outcome is MET


def test_a_judgement_is_told_in_the_second_reading() -> None:
    """A figure that comes later is told in both; the judgement stays, and disagrees."""
    heard: list[Event] = []
    with Session(RULESET, {}, "Xã Mẫu", judgements={"2": "met"}) as session:
        session.on_change(heard.append)
        number = next(iter(session.verdict.indicators))
        session.judge({number: {"outcome": "met", "body": "district", "name": "UBND huyện"}})
        assert session.verdict.codes == bytes([2]) * len(session.verdict.codes)
        assert {event.reading.value for event in heard} == {"judged"}
        assert heard[0].no == number
        assert heard[0].facts == ()
        assert "do có đánh giá" in heard[0].reason.text()
        assert session.judgements == session.verdict.judgements
        again = Session(RULESET)
        again.restore(session.snapshot())
        assert again.verdict.judged.codes == session.verdict.judged.codes
        again.close()
        heard.clear()
        session.judge({number: [], "2": []})
        assert session.judgements == ()
        assert session.verdict.judged.codes == session.verdict.codes
        with pytest.raises(UnknownName):
            session.set_many({}, {"99": "met"})
        assert session.judgements == ()
