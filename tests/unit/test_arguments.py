"""What callers may hand in and what is refused: in one form before anything is remembered, and never a raw error."""

import contextlib
import datetime as dt
import enum
import threading
import typing
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ntm_rules as ntm
from ntm_rules.messages.catalogue import shown
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import day_of, name_of, year_of

DAY = dt.date(2024, 7, 2)


class Colour(enum.IntEnum):
    """A member is a number to Python, and not to us."""

    RED = 2024


@pytest.fixture(scope="module")
def library() -> ntm.Library:
    return ntm.Library.bundled()


@pytest.fixture(scope="module")
def ruleset(library: ntm.Library) -> ntm.Ruleset:
    return library.compose("commune/ntm", on=DAY, province="lang-son")


# -- days, years, names ---------------------------------------------------------------------------


@pytest.mark.parametrize("day", [DAY, "2024-07-02", " 2024-07-02 "])
def test_a_day_is_a_date_or_its_text(day: dt.date | str) -> None:
    assert day_of(day, "on") == DAY


NO_DAYS = [
    dt.datetime(2024, 7, 2), pd.Timestamp("2024-07-02"), pd.NaT, np.datetime64("2024-07-02"), None, 20240702,
    "02/07/2024", "2024-7-2", "20240702", "2024-02-30", "２０２４-07-02", "2024-07-02T00:00", "",
]  # fmt: skip


@pytest.mark.parametrize("day", NO_DAYS, ids=repr)
def test_nothing_else_is_a_day(day: object) -> None:
    with pytest.raises(BadArgument, match="`on` is"):
        day_of(day, "on")


def test_a_time_is_told_what_to_do() -> None:
    with pytest.raises(ntm.NtmRulesError) as caught:
        day_of(dt.datetime(2024, 7, 1, 23, tzinfo=dt.UTC), "on")
    assert "has a time of day" in str(caught.value)
    assert "`.date()`" in caught.value.hint
    assert "Asia/Ho_Chi_Minh" in caught.value.text("vi")


@pytest.mark.parametrize("year", [2024, np.int64(2024), np.int16(2024), np.uint32(2024)], ids=repr)
def test_a_year_is_a_whole_number(year: int) -> None:
    assert year_of(year, "year") == 2024
    assert type(year_of(year, "year")) is int


NO_YEARS = [2024.0, 2024.7, np.float64(2024), "2024", True, np.True_, Colour.RED, None, float("nan"), -5, 0, 20240]


@pytest.mark.parametrize("year", NO_YEARS, ids=repr)
def test_nothing_else_is_a_year(year: object) -> None:
    with pytest.raises(BadArgument, match="whole number from 1900 to 2200"):
        year_of(year, "year")


@pytest.mark.parametrize(("given", "name"), [(" Xã  Đồng\n", "Xã Đồng"), ("06196\u200b", "06196"), ("a\u0302", "â")])
def test_a_name_has_one_form(given: str, name: str) -> None:
    assert name_of(given, "unit") == name


@pytest.mark.parametrize("given", [6196, 6196.0, None, b"06196", "", " \u200b", "a\ud800"], ids=repr)
def test_nothing_else_is_a_name(given: object) -> None:
    with pytest.raises(BadArgument, match="`unit` is"):
        name_of(given, "unit")


def test_what_is_shown_is_short_and_can_be_printed() -> None:
    for value in (10**5000, "x" * 10**6, "\x1b]0;title\x07", "a\ud800", [10**5000]):
        text = shown(value)
        assert len(text) <= 100
        assert text.isprintable()
        text.encode()


# -- composing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2024.0, np.int64(2024), "2024", True, 2024.7, -5, float("nan"), np.float64(2024)])
def test_no_call_changes_what_the_next_caller_is_given(year: typing.Any) -> None:
    library = ntm.Library.bundled()
    with contextlib.suppress(ntm.NtmRulesError):
        library.compose("commune/ntm", on=DAY, year=year, province="lang-son")
    composed = library.compose("commune/ntm", on=DAY, province="lang-son")
    assert type(composed.year) is int
    assert (
        composed.content_hash == ntm.Library.bundled().compose("commune/ntm", on=DAY, province="lang-son").content_hash
    )
    assert ntm.assess(composed, {"income_per_capita": 50}).indicators["10"].outcome is ntm.Outcome.MET


@pytest.mark.parametrize("province", ["bac-giang", "Bắc Giang", "BAC GIANG", "Bắc  Giang ", "Ba\u0306\u0301c Giang"])
def test_two_spellings_are_one_law(library: ntm.Library, province: str) -> None:
    asked = {"on": dt.date(2025, 8, 1), "province": "bac-ninh", "territory": "bac-giang"}
    once = library.compose("commune/ntm", **asked)  # type: ignore[arg-type]
    spelled = library.compose(" commune/ntm", on="2025-08-01", province="Bắc Ninh", territory=province)
    assert spelled is once  # so has its hash
    assert spelled.territory == "bac-giang"
    assert library.compose("commune/ntm", on=DAY, province=province) is library.compose(
        "commune/ntm", on=DAY, province="bac-giang"
    )


def test_a_territory_is_a_part_of_the_province(library: ntm.Library) -> None:
    with pytest.raises(BadArgument, match="`lang-son` never became a part of `bac-ninh`"):
        library.compose("commune/ntm", on=dt.date(2025, 8, 1), province="bac-ninh", territory="lang-son")


def test_a_year_lies_in_the_period(library: ntm.Library) -> None:
    assert library.compose("commune/ntm", on=DAY, year=2022).year == 2022
    for year in (2020, 2026):
        with pytest.raises(BadArgument, match=r"`year` is .* that of 2021-2025"):
            library.compose("commune/ntm", on=DAY, year=year)
    with pytest.raises(BadArgument, match="that of 2026-2030"):
        library.compose("commune/ntm", on=dt.date(2026, 5, 20), year=2025)
    assert library.compose("commune/ntm", on=dt.date(2026, 5, 20), year=2025, period="2021-2025").year == 2025


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_rules.rules.library._REMEMBERED", 3)
    library = ntm.Library.bundled()
    days = [DAY + dt.timedelta(days=n) for n in range(5)]
    first, *_, last = [library.compose("commune/recognition", on=day) for day in days]
    assert library.compose("commune/recognition", on=days[-1]) is last
    again = library.compose("commune/recognition", on=days[0])
    assert again == first
    assert again is not first


def test_what_is_remembered_is_not_in_the_words_of_a_library() -> None:
    library = ntm.Library.bundled()
    before = repr(library)
    library.compose("commune/recognition", on=DAY)
    assert repr(library) == before
    assert library == ntm.Library.bundled()


# -- every door -----------------------------------------------------------------------------------------

ODD: tuple[object, ...] = (
    5, 2.5, True, float("nan"), "a", "", "\ud800", b"x", [1], {"a": 1}, {1: object()}, object(), Colour.RED,
    dt.datetime(2024, 7, 2), pd.NaT, pd.NA, np.float64(1), np.array([1, 2]), lambda: None, 10**5000, Path("missing"),
)  # fmt: skip

ACT = ("recognised", "a", "commune/ntm", None, DAY)


def doors(library: ntm.Library, ruleset: ntm.Ruleset) -> dict[str, tuple[Callable[..., object], dict[str, object]]]:
    """Return public functions by name, each with arguments that it takes; any of them is then replaced by odd ones."""
    frame = {"code": np.array(["a"]), "income_per_capita": np.array([43.2])}
    verdict = ntm.assess(ruleset, {}, unit="a")
    return {
        "Library.load": (ntm.Library.load, {"path": "missing"}),
        "Library.with_layers": (library.with_layers, {"path": "missing"}),
        "Library.plan": (library.plan, {"name": "lang-son@2021"}),
        "Library.merger_rule": (library.merger_rule, {"province": "lang-son"}),
        "Library.span": (library.span, {"ruleset": "commune/ntm", "period": "2021-2025", "province": "lang-son"}),
        "Library.dates": (library.dates, {"ruleset": "commune/ntm", "period": "2021-2025", "province": "lang-son"}),
        "Library.compose": (
            library.compose,
            {"ruleset": "commune/ntm", "on": DAY, "year": 2024, "period": "2021-2025", "province": "lang-son",
             "territory": "lang-son", "overlay": None, "expect_hash": ruleset.content_hash},
        ),
        "with_minimum_evidence": (ruleset.with_minimum_evidence, {"level": "official"}),
        "assess": (ntm.assess, {"ruleset": ruleset, "facts": {}, "unit": "a"}),
        "with_facts": (verdict.with_facts, {"facts": {}}),
        "Reason.text": (verdict.reasons()[0].text, {"lang": "vi"}),
        "Session": (ntm.live.Session, {"ruleset": ruleset, "facts": {}, "unit": "a", "engine": "python"}),
        "frames.assess": (
            ntm.frames.assess,
            {"ruleset": ruleset, "frame": frame, "shape": "wide", "unit_column": "code", "keep": (), "on_bad": "mark"},
        ),
        "difference.diff": (ntm.difference.diff, {"old": ruleset, "new": ruleset}),
        "proofs.implies": (ntm.proofs.implies, {"first": library.compose("commune/recognition", on=DAY), "second": 1}),
        "levels.reconcile": (ntm.levels.reconcile, {"finding": verdict, "acts": (), "level": "commune"}),
        "levels.assess_finding": (
            ntm.levels.assess_finding,
            {"ruleset": library.compose("commune/withdrawal", on=DAY), "finding": verdict, "facts": {}},
        ),
        "units.merge": (ntm.units.merge, {"library": library, "unit_facts": {"a": {}}}),
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_every_error_of_a_caller_is_one_of_ours(library: ntm.Library, ruleset: ntm.Ruleset) -> None:
    raw = []
    for name, (function, arguments) in doors(library, ruleset).items():
        for argument in arguments:
            for odd in ODD:
                try:
                    function(**arguments | {argument: odd})
                except ntm.NtmRulesError as error:
                    error.text("vi").encode()
                except Exception as error:
                    raw.append(f"{name}({argument}={shown(odd)}): {type(error).__name__}: {error}")
    assert raw == [], "\n".join(raw)


# -- outcomes and sessions ------------------------------------------------------------------------------


def test_nothing_is_taken_for_true(ruleset: ntm.Ruleset) -> None:
    for value in (*ntm.Outcome, ntm.assess(ruleset, {})):
        with pytest.raises(BadArgument, match="is neither true nor false"):
            bool(value)


def test_a_second_thread_is_noticed(ruleset: ntm.Ruleset) -> None:
    inside, errors = threading.Event(), list[Exception]()
    done = threading.Event()

    def wait(_: object) -> None:
        inside.set()
        done.wait()

    def other(change: Callable[[], object]) -> None:
        inside.wait()
        try:
            change()
        except Exception as error:
            errors.append(error)
        done.set()

    with ntm.live.Session(ruleset) as session, ntm.live.Board(ruleset) as board:
        changes: list[tuple[typing.Any, Callable[[], object], Callable[[], object]]] = [
            (session, lambda: session.set("income_per_capita", 50), lambda: session.clear("income_per_capita")),
            (board, lambda: board.set("a", "income_per_capita", 50), lambda: board.verdict("a")),
        ]
        for owner, change, meanwhile in changes:
            inside.clear()
            done.clear()
            thread = threading.Thread(target=other, args=(meanwhile,))
            thread.start()
            end = owner.on_change(wait)
            change()
            end()
            thread.join()
            meanwhile()  # afterwards it may
    assert [type(error) for error in errors] == [ntm.NtmRulesError] * 2
    assert "another thread" in str(errors[0])
