"""Many units at once: sessions come and go, what is known of a unit stays."""

import datetime as dt
import json
import typing
from decimal import Decimal

import pytest

from live.asking import asking, comparison
from ntm_rules import FactError, Library, NtmRulesError, Outcome, UnknownName, assess
from ntm_rules.live import Board, Event
from ntm_rules.live.events import Level
from ntm_rules.model.conditions import Op

RULESET = asking(comparison("share", Op.AT_LEAST, Decimal(50)), comparison("amount", Op.AT_MOST, Decimal(10)))


def test_a_unit_that_was_put_away_is_as_it_was(engine: str) -> None:
    facts: dict[str, typing.Any] = {
        "share": Decimal("50.0"),
        "amount": {"value": 9.5, "source": "Xã", "as_of": None, "by": "self"},
    }
    with Board(RULESET, capacity=1, engine=engine) as board:
        events: list[Event] = []
        board.on_change(events.append)
        board.set_many("06196", facts)
        before = board.verdict("06196")
        board.set("06197", "share", 3)
        assert board.open_sessions == 1
        assert board.verdict("06196") == before == assess(RULESET, facts, "06196")
        board.set("06196", "share", 49)
        assert [(e.unit, e.no, e.new) for e in events if e.level is Level.TIER] == [
            ("06196", "commune/a", Outcome.MET),
            ("06197", "commune/a", Outcome.NOT_MET),
            ("06196", "commune/a", Outcome.NOT_MET),
        ]
        assert [e.number for e in events] == list(range(1, len(events) + 1))
        assert board.history() == tuple(events)
        assert sorted(board) == ["06196", "06197"]
        assert "06196" in board
        assert "06198" not in board


def test_looking_at_units_does_not_fill_the_store(engine: str) -> None:
    store: dict[str, str] = {}
    with Board(RULESET, capacity=2, engine=engine, store=store) as board:
        for number in range(20):
            assert board.verdict(f"xã {number}").outcome is Outcome.UNDETERMINED
        assert board.open_sessions == 2
        board.set("xã 3", "share", 3)
        board.clear("xã 3", "share")
    assert store == {}


def test_a_unit_whose_facts_were_all_taken_away_stays_so(engine: str) -> None:
    with Board(RULESET, capacity=1, engine=engine) as board:
        board.set("a", "share", 20)
        board.verdict("b")
        board.clear("a", "share")
        board.verdict("b")
        assert board.verdict("a") == assess(RULESET, {}, "a")


def test_the_unit_used_longest_ago_is_put_away(engine: str) -> None:
    store: dict[str, str] = {}
    with Board(RULESET, capacity=2, engine=engine, store=store) as board:
        board.set("a", "share", 1)
        board.set("b", "share", 2)
        board.verdict("a")
        board.set("c", "share", 3)
        assert list(store) == ["b"]


def test_a_store_keeps_units_from_one_board_to_the_next(engine: str) -> None:
    store: dict[str, str] = {}
    with Board(RULESET, engine=engine, store=store) as board:
        board.set_many("Xã Một", {"share": 60, "amount": 1})
        verdict = board.verdict("Xã Một")
        board.verdict("Xã Hai")
    assert list(store) == ["Xã Một"]
    assert json.loads(store["Xã Một"])["facts"] == {"share": 60, "amount": 1}
    with Board(RULESET, engine=engine, store=store) as board:
        assert board.verdict("Xã Một") == verdict
        board.forget("Xã Một")
        board.forget("Xã Ba")
        assert list(board) == []
    assert store == {}


def test_what_a_callback_does_to_another_unit_waits_its_turn(engine: str) -> None:
    order: list[str] = []
    with Board(RULESET, capacity=1, engine=engine) as board:

        def passes_on(event: Event) -> None:
            order.append(f"{event.unit} {event.no}")
            if event.unit == "a" and event.level is Level.INDICATOR:
                board.set("b", "share", 20)
                board.set("c", "share", 20)
                with pytest.raises(FactError):
                    board.set("d", "share", 200)
                with pytest.raises(NtmRulesError, match="while a change is being told"):
                    board.forget("a")

        board.on_change(passes_on)
        board.set("a", "share", 20)
        assert order == [f"{unit} {no}" for unit in "abc" for no in ("1.1", "1", "commune/a")]
        assert board.callback_errors == ()
        assert board.open_sessions == 1
        assert board.verdict("c") == assess(RULESET, {"share": 20}, "c")


def test_a_snapshot_goes_to_its_unit(engine: str) -> None:
    with Board(RULESET, engine=engine) as board:
        board.set("a", "share", 20)
        snapshot = board.snapshot("a")
        board.forget("a")
        assert board.restore(snapshot) == ()
        assert board.verdict("a") == assess(RULESET, {"share": 20}, "a")
        with pytest.raises(NtmRulesError, match="names no unit"):
            board.restore(snapshot | {"unit": None})


def test_a_board_that_cannot_be(engine: str) -> None:
    with pytest.raises(NtmRulesError, match="room for `0` sessions"):
        Board(RULESET, capacity=0, engine=engine)
    with pytest.raises(UnknownName, match="engine"):
        Board(RULESET, engine="rete")
    board = Board(RULESET, engine=engine)
    assert board.engine == engine
    board.close()
    with pytest.raises(NtmRulesError, match="the board is closed"):
        board.set("a", "share", 1)


def test_the_communes_of_the_country_stay_within_the_bound(bundled: Library, engine: str) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    count = 3321 if engine == "python" else 100
    with Board(ruleset, capacity=5, engine=engine) as board:
        for number in range(count):
            board.set_many(f"{number:05}", {"income_per_capita": 30 + number % 30, "poverty_rate": number % 1000 / 10})
            assert board.open_sessions <= 5
        for number in (0, 50, count - 1):
            facts = {"income_per_capita": 30 + number % 30, "poverty_rate": number % 1000 / 10}
            assert board.verdict(f"{number:05}") == assess(ruleset, facts, f"{number:05}")
