"""What durable_rules is known to do wrong, met head on: none of it may come through.

Runs in the process that `test_durable.py` starts.
"""

import gc
import locale
import math
import random
import resource
import sys
import threading
import typing
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import durable_rules_engine
import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from live.asking import BY_ID, asking, comparison
from ntm_rules import EngineUnavailable, Evidence, Outcome, Ruleset, assess
from ntm_rules.live import Session
from ntm_rules.live.durable import driver as durable_driver
from ntm_rules.live.durable.driver import hash_of
from ntm_rules.live.durable.engine import _Slot, beside
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import Any, By, Comparison, Meets, Op
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.thresholds import Cell, CellState
from ntm_rules.verdict.compare import ORDER
from ntm_rules.verdict.program import Pass
from property.strategies import LAW, NUMERIC_OPS, made_facts

SHARE = comparison("share", Op.AT_LEAST, Decimal(50))
AMOUNT = comparison("amount", Op.AT_MOST, Decimal(10))
YES = comparison("yes", Op.EQUALS, value=True)
FREE = BY_ID["free"]


def durable(ruleset: Ruleset, facts: typing.Any = None) -> Session:
    return Session(ruleset, facts, engine="durable")


def many_facts(count: int) -> tuple[Fact, ...]:
    return tuple(evolve(FREE, id=f"fact_{n}") for n in range(count))


def memory_mb() -> float:
    """Memory that is held now, in MB."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 2**20


@pytest.fixture
def ruleset() -> Ruleset:
    """A fresh one: no engine is kept with it."""
    return asking(SHARE, AMOUNT, YES)


# -- the process dies --------------------------------------------------------------------------


def test_sessions_in_which_nothing_happened_can_end(ruleset: Ruleset) -> None:
    """Deleting a session in which no rule ever ran frees memory that was never set."""
    for _ in range(3):
        sessions = [durable(ruleset) for _ in range(30)]
        for session in sessions:
            session.close()
    with durable(ruleset, {"share": 60}) as session:
        assert session.verdict == assess(ruleset, {"share": 60})


def test_one_session_more_than_it_can_hold_is_refused(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    """The 1,025th corrupts the ruleset."""
    assert durable_driver.MAX_SESSIONS == 1024
    monkeypatch.setattr(durable_driver, "MAX_SESSIONS", 4)
    sessions = [durable(ruleset, {"share": 60}) for _ in range(4)]
    with pytest.raises(EngineUnavailable, match="at most 4 live sessions of one ruleset\n    help: close some"):
        durable(ruleset)
    sessions.pop().close()
    sessions.append(durable(ruleset))
    for session in sessions:
        session.set("share", 20)
        assert session.verdict == assess(ruleset, {"share": 20})
        session.close()


def test_as_many_sessions_as_it_can_hold() -> None:
    ruleset = asking(YES)
    sessions = [durable(ruleset, {"yes": number % 2 == 0}) for number in range(1024)]
    for number, session in enumerate(sessions):
        session.set("yes", number % 3 == 0)
    for number, session in enumerate(sessions):
        assert session.verdict == assess(ruleset, {"yes": number % 3 == 0})
        session.close()


def test_more_rules_than_end_safely_in_one_place_are_refused() -> None:
    """257 rules that end on one test overflow the heap."""
    rules: dict[str, list[durable_driver.Test]] = {f"r{n}": [("==", "slot", 1)] for n in range(251)}
    with pytest.raises(EngineUnavailable, match="251 rules end in one place"):
        durable_driver.check(rules, [])


def test_a_rule_without_tests_or_with_a_name_it_cannot_read_is_refused() -> None:
    for name, tests in (("a", []), ('"', [("==", "slot", 1)]), ("đ", [("==", "slot", 1)])):
        with pytest.raises(EngineUnavailable, match="cannot be called"):
            durable_driver.check({name: tests}, [])


# -- it never comes back -----------------------------------------------------------------------


def test_more_tests_in_one_place_than_compile_are_refused() -> None:
    """With 513 the compiler never returns, with 512 nothing can be asserted."""
    facts = many_facts(479)
    conditions = [comparison(fact.id, Op.AT_LEAST, Decimal(1)) for fact in facts]
    with pytest.raises(EngineUnavailable, match="tests in one place, at most 480 are safe"):
        durable(asking(*conditions, facts=facts))
    most = asking(*conditions[:158], facts=facts[:158])
    with durable(most) as session:
        session.set("fact_157", 1)
        assert session.verdict == assess(most, {"fact_157": 1})
    with Session(asking(*conditions, facts=facts)) as session:
        assert session.engine == "python"


def test_more_rules_than_compile_are_refused() -> None:
    rules: dict[str, list[durable_driver.Test]] = {f"r{n}": [("==", "slot", n)] for n in range(4097)}
    with pytest.raises(EngineUnavailable, match="makes 4097 rules, `durable_rules` takes 4096"):
        durable_driver.check(rules, [])


def test_a_session_in_which_a_rule_was_interrupted_is_not_waited_for(
    ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package swallows what an action raises, or leaves the session leased for a minute."""

    def interrupted(*_: object) -> int:
        monkeypatch.undo()
        raise KeyboardInterrupt

    with durable(ruleset, {"share": 60}) as session, durable(ruleset, {"yes": True}) as other:
        monkeypatch.setattr(Pass, "criterion", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.set("share", 20)
        assert session.facts == {"share": 60}
        session.set("share", 30)
        assert session.verdict == assess(ruleset, {"share": 30})
        other.set("yes", None)
        assert other.verdict == assess(ruleset, {})
        assert (session.rebuilds, other.rebuilds) == (1, 1)


# -- wrong answers -----------------------------------------------------------------------------


@pytest.mark.parametrize("of", [",", "٫"])
def test_under_a_comma_locale_it_refuses(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch, of: str) -> None:
    """It reads 0 for 0.5 there; the locale may be changed under a session, too."""
    with durable(ruleset, {"share": 60}) as session:
        monkeypatch.setattr(locale, "localeconv", lambda: {"decimal_point": of})
        with pytest.raises(EngineUnavailable, match=f"decimal separator of the process is `{of}`"):
            session.set("share", 20)
        assert session.facts == {"share": 60}
        assert session.verdict == assess(ruleset, {"share": 60})
        with pytest.raises(EngineUnavailable, match="leave `LC_NUMERIC` at `C`"):
            durable(ruleset)
        monkeypatch.undo()
        session.set("share", 20)
        assert session.verdict == assess(ruleset, {"share": 20})
        assert session.rebuilds == 0


def decimals() -> st.SearchStrategy[Decimal]:
    """Numbers a rule file may hold: up to 15 digits, from 10⁻³⁰ to 10³⁰."""
    return st.builds(
        lambda digits, exponent, sign: Decimal(digits).scaleb(exponent) * sign,
        st.integers(0, 10**15 - 1),
        st.integers(-30, 15),
        st.sampled_from((1, -1)),
    )


@settings(max_examples=settings().max_examples * 3)
@given(decimals(), st.data())
@example(Decimal("1E-9"), None)
@example(Decimal("1E+16"), None)
@example(Decimal("5E-5"), None)
def test_numbers_arrive_as_they_are(limit: Decimal, data: st.DataObject | None) -> None:
    """Its parser fails at 1e-09, and drops the rest of a batch there; -0.0, denormals and 2⁵³ are numbers as well."""
    ruleset = asking(*[comparison("free", op, limit) for op in NUMERIC_OPS])
    near = float(limit)
    values = [near, -near, *(math.nextafter(near, way) for way in (math.inf, -math.inf) if near)]
    values += [-0.0, 1e-300, 1e-09, 1e16, 2.0**53, 2.0**53 + 2, 1e300, -1e300]
    if data is not None:
        floats = st.floats(-1e300, 1e300).filter(lambda x: not 0 < abs(x) < 1e-300)
        values += data.draw(st.lists(floats, max_size=4))
        data.draw(st.randoms(use_true_random=False)).shuffle(values)
    with durable(ruleset) as session:
        for value in values:
            session.set("free", value)
            assert session.verdict == assess(ruleset, {"free": value})


@given(st.lists(decimals(), min_size=1, max_size=4), st.integers(1, 10**9), st.data())
def test_an_exact_ratio_lies_to_every_limit_as_its_double_does(
    limits: list[Decimal], whole: int, data: st.DataObject
) -> None:
    """No double is 2/3 of 100; what is asserted may not fall on a limit that the ratio does not reach."""
    limit = data.draw(st.sampled_from(limits))
    part = math.floor(Fraction(limit) * whole) + data.draw(st.integers(-1, 1))
    exact = Fraction(part, whole)
    found = beside(exact, limits)
    for other in limits:
        for op, holds in ORDER.items():
            assert holds(found, float(other)) == holds(exact, Fraction(other)), (op, other)


def test_a_ratio_that_only_just_does_not_tie() -> None:
    rate = [comparison("rate", op, Decimal("66.6666666666667")) for op in NUMERIC_OPS]
    ruleset = asking(*rate)
    with durable(ruleset, {"whole": 3}) as session:
        for part in (2, 3, None, 0, 2):
            session.set("part", part)
            facts = {"whole": 3} | ({} if part is None else {"part": part})
            assert session.verdict == assess(ruleset, facts)
        session.set_many({"part": 0, "whole": 0})
        assert session.verdict == assess(ruleset, {"part": 0, "whole": 0})


def test_the_same_value_again_and_in_several_facts(ruleset: Ruleset) -> None:
    """It takes a fact of the same content, or 5 and "5", for one it has seen already."""
    with durable(ruleset) as session:
        for value in (5, "5", 5.0, Decimal("5.0"), 5):
            session.set_many({"share": value, "amount": value})
            session.set("share", value)
            assert session.verdict == assess(ruleset, {"share": value, "amount": value})


def test_levels_and_categories_are_not_compared_as_texts() -> None:
    """It compares the closing quote of "A" with what follows in "A B", and hashes names without looking at them."""
    values = ("A", "A B", "Đạt", "xcdcgeux", "rghhdprx", "1", "true")
    level = Fact("level_", FactType.ORDINAL, values=values, direction=Direction.MORE)
    kind = Fact("kind_", FactType.CATEGORY, values=values)
    conditions = [comparison("level_", Op.LEVEL_AT_LEAST, value) for value in values]
    conditions += [comparison("kind_", Op.EQUALS, value) for value in values]
    ruleset = asking(*conditions, facts=(level, kind))
    with durable(ruleset) as session:
        for value in (*values, None, *reversed(values)):
            session.set_many({"level_": value, "kind_": value})
            wanted = {} if value is None else {"level_": value, "kind_": value}
            assert session.verdict == assess(ruleset, wanted)


def test_two_names_of_one_hash_are_refused() -> None:
    """Identity is 32 bits: a rule on xcdcgeux fires on rghhdprx."""
    assert hash_of("xcdcgeux") == hash_of("rghhdprx")
    with pytest.raises(EngineUnavailable, match="two properties are one to `durable_rules`"):
        durable_driver.check({"a": [("==", "xcdcgeux", 1)], "b": [("==", "rghhdprx", 1)]}, [])
    with pytest.raises(EngineUnavailable, match="two ids are one to `durable_rules`"):
        durable_driver.check({"a": [("==", "slot", 1)]}, ["xcdcgeux", "rghhdprx"])
    pool = [str(number) for number in range(durable_driver.MAX_SESSIONS)]
    assert len({hash_of(sid) for sid in pool}) == len(pool)


def test_sessions_do_not_see_each_other(ruleset: Ruleset) -> None:
    chance = random.Random(2026)
    facts: list[dict[str, typing.Any]] = [{} for _ in range(20)]
    sessions = [durable(ruleset) for _ in facts]
    for _ in range(400):
        n = chance.randrange(20)
        facts[n] = made_facts(ruleset, chance.choice, 3)
        sessions[n].set_many({name: facts[n].get(name) for name in ruleset.inputs()})
        other = chance.randrange(20)
        assert sessions[other].verdict == assess(ruleset, facts[other])
    for session in sessions:
        session.close()


def test_two_branches_of_one_condition_that_both_hold_are_told_once() -> None:
    """An `$or` fires once for each branch that holds."""
    either = asking(Any((SHARE, AMOUNT)))
    heard: list[object] = []
    with durable(either) as session:
        session.on_change(heard.append)
        session.set_many({"share": 60, "amount": 3})
        assert len(heard) == 3


def test_more_comparisons_of_one_fact_than_may_match_at_once_are_refused() -> None:
    """The 65th match is an error, after the fact has half arrived."""
    many = [comparison("share", Op.AT_LEAST, Decimal(n)) for n in range(55)]
    with pytest.raises(EngineUnavailable, match="may match one fact at once, at most 60 are safe"):
        durable(asking(*many))
    most = asking(*many[:54])
    with durable(most) as session:
        for share in (100, 0, 25, 100):
            session.set("share", share)
            assert session.verdict == assess(most, {"share": share})


def test_a_prerequisite_that_needs_no_facts_is_found_at_the_beginning() -> None:
    """Nothing is asserted that it could follow from."""
    nothing = Cell(CellState.NONE, Citation(LAW), LAW, None, Evidence.OFFICIAL)
    other = asking(Comparison(("share",), Op.AT_LEAST, nothing), facts=[BY_ID["share"]])
    asked = Cell(CellState.SET, Citation(LAW), LAW, value=True, evidence=Evidence.OFFICIAL)
    ruleset = asking(Meets("commune/b", By.FINDING, asked, resolved=other), AMOUNT)
    with durable(ruleset) as session:
        session.set("amount", 3)
        assert session.verdict == assess(ruleset, {"amount": 3})
        assert session.verdict.outcome is Outcome.MET


def test_a_share_of_nothing_is_what_each_cell_says() -> None:
    rate = comparison("rate", Op.AT_LEAST, Decimal(50))
    cell = rate.threshold
    assert isinstance(cell, Cell)
    ruleset = asking(
        *(evolve(rate, threshold=evolve(cell, when_empty=o)) for o in (None, Outcome.MET, Outcome.NOT_MET))
    )
    with durable(ruleset) as session:
        for whole in (0, 3, 0, None, 0):
            session.set_many({"part": 0, "whole": whole})
            facts = {"part": 0} | ({} if whole is None else {"whole": whole})
            assert session.verdict == assess(ruleset, facts)


# -- errors ------------------------------------------------------------------------------------


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """durable_rules fails as often as the list says, then works again."""
    left = [0]
    real = durable_rules_engine.assert_fact

    def assert_fact(*arguments: typing.Any) -> object:
        if left[0]:
            left[0] -= 1
            raise durable_rules_engine.error("Could not assert fact, error code: 303")
        return real(*arguments)

    monkeypatch.setattr(durable_rules_engine, "assert_fact", assert_fact)
    return left


def test_an_engine_that_failed_is_built_anew_from_the_facts(ruleset: Ruleset, failing: list[int]) -> None:
    heard: list[object] = []
    with durable(ruleset, {"share": 60}) as session, durable(ruleset, {"amount": 3}) as other:
        session.on_change(heard.append)
        failing[0] = 1
        session.set("amount", 30)
        assert session.verdict == assess(ruleset, {"share": 60, "amount": 30})
        assert len(heard) == 3
        assert session.rebuilds == 1
        assert other.rebuilds == 0  # it has not been asked since
        other.set("share", 20)
        assert other.verdict == assess(ruleset, {"share": 20, "amount": 3})
        assert other.rebuilds == 1


def test_an_engine_that_fails_again_changes_nothing(ruleset: Ruleset, failing: list[int]) -> None:
    heard: list[object] = []
    with durable(ruleset, {"share": 60}) as session:
        session.on_change(heard.append)
        failing[0] = 2
        with pytest.raises(EngineUnavailable, match="failed twice in one change: `Could not assert fact"):
            session.set("amount", 30)
        assert heard == []
        assert session.verdict == assess(ruleset, {"share": 60})
        session.set("amount", 30)
        assert session.verdict == assess(ruleset, {"share": 60, "amount": 30})
        assert len(heard) == 3


def test_a_change_that_was_interrupted_half_way_has_not_begun(
    ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    with durable(ruleset, {"share": 60, "amount": 3}) as session:
        real = _Slot.message

        def interrupted(slot: _Slot, value: object) -> object:
            if slot.fact.id == "amount":
                monkeypatch.undo()
                raise KeyboardInterrupt
            return real(slot, value)

        monkeypatch.setattr(_Slot, "message", interrupted)
        with pytest.raises(KeyboardInterrupt):
            session.set_many({"share": 20, "amount": 30})
        assert session.facts == {"share": 60, "amount": 3}
        session.set("yes", value=True)
        assert session.verdict == assess(ruleset, {"share": 60, "amount": 3, "yes": True})
        session.set("yes", value=None)
        assert session.verdict == assess(ruleset, {"share": 60, "amount": 3})


def test_a_fact_that_is_not_taken_is_a_failure(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code 1, no rule looks at it, and code 2, seen already: the package raises for one and forgets the fact."""
    with durable(ruleset) as session:
        for code in (1, 2, 3):
            real = durable_rules_engine.assert_fact

            def once(*arguments: typing.Any, code: int = code, real: typing.Any = real) -> object:
                monkeypatch.undo()
                return code, real(*arguments)[1]

            monkeypatch.setattr(durable_rules_engine, "assert_fact", once)
            session.set("share", 60 + code)
            assert session.verdict == assess(ruleset, {"share": 60 + code})
            assert session.rebuilds == code


def test_a_fact_after_which_no_rule_ran_is_a_failure(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is with a session that is leased."""

    def once(*_: object) -> None:
        monkeypatch.undo()

    with durable(ruleset) as session:
        monkeypatch.setattr(durable_rules_engine, "start_action_for_state", once)
        session.set("share", 60)
        assert session.verdict == assess(ruleset, {"share": 60})
        assert session.rebuilds == 1


# -- what it leaves behind ---------------------------------------------------------------------


def test_neither_its_threads_nor_its_tables_are_there(ruleset: Ruleset) -> None:
    before = threading.active_count()
    with durable(ruleset, {"share": 60}) as session:
        session.set("share", 20)
        assert threading.active_count() == before
        assert not {"durable", "durable.lang", "durable.engine"} & set(sys.modules)


def test_a_ruleset_is_not_touched(ruleset: Ruleset) -> None:
    before, text = ruleset.content_hash, repr(ruleset)
    with durable(ruleset, {"share": 60}):
        pass
    fresh = asking(SHARE, AMOUNT, YES)
    assert (fresh.content_hash, repr(fresh)) == (before, text)
    assert ruleset == fresh


def test_sessions_that_nobody_closed_are_ended_with_the_next(ruleset: Ruleset) -> None:
    first = durable(ruleset)
    build = first._engine.rules.driver._build  # type: ignore[attr-defined]
    forgotten = [durable(ruleset, {"share": 60}) for _ in range(5)]
    assert len(build.live) == 6
    del forgotten
    gc.collect()
    with durable(ruleset):
        assert len(build.live) == 2
    first.close()
    assert len(build.live) == 0


def listed(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """The calls of some functions of the engine, as they come."""
    calls: list[str] = []

    def listing(name: str) -> Callable[..., object]:
        real = getattr(durable_rules_engine, name)

        def call(*arguments: object) -> object:
            calls.append(name)
            return real(*arguments)

        return call

    for name in names:
        monkeypatch.setattr(durable_rules_engine, name, listing(name))
    return calls


def test_with_the_last_session_everything_is_freed(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    deleted = listed(monkeypatch, "delete_state", "delete_ruleset")
    first, second = durable(ruleset), durable(ruleset)
    first.close()
    assert deleted == ["delete_state"]
    second.close()
    assert deleted == ["delete_state", "delete_state", "delete_ruleset"]
    deleted.clear()
    third = durable(ruleset)
    del third, ruleset, first, second
    gc.collect()
    assert "delete_ruleset" not in deleted  # the fixture still holds the ruleset


def test_a_ruleset_that_is_gone_takes_its_sessions_along(monkeypatch: pytest.MonkeyPatch) -> None:
    gc.collect()
    deleted = listed(monkeypatch, "delete_ruleset")
    ruleset = asking(SHARE)
    sessions = [durable(ruleset), durable(ruleset)]
    del ruleset, sessions
    gc.collect()
    assert len(deleted) == 1


def test_memory_does_not_grow(ruleset: Ruleset) -> None:
    """Opening and closing, and changing, over and over."""

    def work() -> None:
        for _ in range(40):
            sessions = [durable(ruleset, {"share": 60}) for _ in range(10)]
            for n, session in enumerate(sessions):
                session.set_many({"amount": n, "yes": True})
                session.close()
        with durable(ruleset, {"amount": 3, "yes": True}) as session:
            for n in range(4000):
                session.set("share", n % 100)

    work()
    before = memory_mb()
    work()
    work()
    assert memory_mb() - before < 4
