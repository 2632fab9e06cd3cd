"""The law that engines agree, asked of live sessions on the engine of this run."""

import datetime as dt
import functools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.machine import ENGINE
from ntm_rules import FactError, Library, Ruleset, assess
from ntm_rules.live import Session
from ntm_rules.testing.engines import ENGINES, agreement, live
from ntm_rules.testing.laws import Subject
from ntm_rules.testing.strategies import facts, rulesets
from property.strategies import made_facts
from property.strategies import rulesets as any_rulesets


def test_live_sessions_are_under_the_law() -> None:
    assert ENGINES["live"] is live


@given(st.data())
def test_on_generated_rulesets(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    agree(Subject(ruleset), data)


@given(any_rulesets(), st.integers(0, 2**32))
def test_each_fact_alone_reaches_all_that_rests_on_it(ruleset: Ruleset, seed: int) -> None:
    """What a derived fact reads has to be known for every fact, those of what is undecided included."""
    pick = random.Random(seed).choice
    known = made_facts(ruleset, pick, 20)
    with Session(ruleset, known, engine=ENGINE) as session:
        for name, value in made_facts(ruleset, pick, 20).items():
            before = session.verdict
            try:
                now = assess(ruleset, known | {name: value})
            except FactError:  # a part that is more than its whole
                continue
            known[name] = value
            session.set(name, value)
            assert session.verdict == now
            assert session.verdict.values == now.values
            if before.codes != now.codes:
                assert session.history()[-1].facts == (name,)


@pytest.mark.parametrize(
    ("name", "on", "province"), [("commune/ntm", "2024-07-02", "lang-son"), ("commune/kieu-mau", "2024-07-02", None)]
)
def test_on_bundled_sets(bundled: Library, name: str, on: str, province: str | None) -> None:
    subject = Subject(bundled.compose(name, on=dt.date.fromisoformat(on), province=province), bundled)

    @settings(max_examples=10, database=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        agree(subject, data)

    check()


def agree(subject: Subject, data: st.DataObject) -> None:
    communes = data.draw(st.lists(facts(subject.ruleset), min_size=1, max_size=3))
    agreement(subject, communes, {ENGINE: functools.partial(live, engine=ENGINE)})
