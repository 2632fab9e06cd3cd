"""Any order of changes to a session and to a board, compared with assessing anew after each."""

import json
import os
import random
import typing
from collections.abc import Callable
from unittest import TestCase

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ntm_rules import FactError, Ruleset, Verdict, assess
from ntm_rules.live import Board, Event, ReadBy, Session
from ntm_rules.live.events import outcomes_by_place
from oracle import givable
from property.strategies import made_facts

ENGINE = os.environ.get("NTM_LIVE_ENGINE", "python")
"""The engine of this run; see conftest.py."""

Facts = dict[str, typing.Any]
Said = dict[str, typing.Any]
ONE = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(("met", "not_met", "not_applicable")),
        "body": st.sampled_from(("province", "district", "commune")),
        "note": st.just("vì không có"),
    }
)
ALONE = "alone"
UNITS = ("a", "b", "c", "d")
BAD: tuple[typing.Any, ...] = ("không", float("nan"), -1, 10**400, 1e301, True, [], {"value": 1, "nguồn": "?"}, "1_0")
ANY_UNIT = st.sampled_from((ALONE, *UNITS))


def body_of(judgement: typing.Any) -> str:
    return str(judgement["body"])


class Live(RuleBasedStateMachine):
    """A session called ``alone``, and a board of four units of which two are open at a time."""

    draw_ruleset: Callable[[typing.Any], Ruleset]

    @initialize(data=st.data(), seed=st.integers(0, 2**32))
    def begin(self, data: st.DataObject, seed: int) -> None:
        self.ruleset = type(self).draw_ruleset(data)
        self.names = [*self.ruleset.inputs(), *givable(self.ruleset)]
        self.chance = random.Random(seed)
        first = made_facts(self.ruleset, self.chance.choice, 4)
        self.facts: dict[str, Facts] = {ALONE: first} | {unit: {} for unit in UNITS}
        self.verdicts = {unit: assess(self.ruleset, facts, unit) for unit, facts in self.facts.items()}
        self.heard: list[Event] = []
        self.numbers = {True: 0, False: 0}
        self.snapshots: list[tuple[str, Facts, Said]] = []
        self.said: dict[str, Said] = {unit: {} for unit in self.facts}
        self.session = Session(self.ruleset, dict(first), ALONE, engine=ENGINE)
        self.board = Board(self.ruleset, capacity=2, engine=ENGINE)
        self.session.on_change(self.heard.append)
        self.board.on_change(self.heard.append)

    def teardown(self) -> None:
        if hasattr(self, "board"):
            self.board.close()
            self.session.close()

    # -- what may happen -------------------------------------------------------------------------

    @rule(unit=ANY_UNIT, count=st.integers(1, 4), missing=st.sampled_from((2, 4, 20)))
    def set_some(self, unit: str, count: int, missing: int) -> None:
        self.change(unit, self.drawn(count, missing))

    @rule(unit=ANY_UNIT, missing=st.sampled_from((4, 20)))
    def set_all(self, unit: str, missing: int) -> None:
        made = made_facts(self.ruleset, self.chance.choice, missing)
        self.change(unit, {name: made.get(name) for name in self.names})

    @rule(unit=ANY_UNIT)
    def clear_one(self, unit: str) -> None:
        names = list(self.facts[unit]) or self.names
        name = self.chance.choice(names)
        if unit == ALONE:
            self.session.clear(name)
        else:
            self.board.clear(unit, name)
        self.seen(unit, {name: None})

    @rule(unit=ANY_UNIT, bad=st.sampled_from(BAD), unknown=st.booleans())
    def a_bad_fact_changes_nothing(self, unit: str, bad: object, unknown: bool) -> None:
        name = "thu_nhap" if unknown else self.chance.choice(self.names)
        self.change(unit, self.drawn(2, 20) | {name: bad})

    @rule(unit=ANY_UNIT, count=st.integers(1, 3), data=st.data())
    def judge(self, unit: str, count: int, data: st.DataObject) -> None:
        """Bodies decide on some numbers, or take back what they decided."""
        numbers = [c.no for c in self.ruleset.criteria] + [i.no for c in self.ruleset.criteria for i in c.indicators]
        said = {no: data.draw(st.lists(ONE, max_size=2, unique_by=body_of)) for no in self.some(numbers, count)}
        if unit == ALONE:
            self.session.judge(said)
        else:
            self.board.judge(unit, said)
        self.seen(unit, {}, said)

    def some(self, numbers: list[str], count: int) -> list[str]:
        return self.chance.sample(numbers, min(count, len(numbers)))

    @rule(unit=ANY_UNIT)
    def an_annotation_is_carried(self, unit: str) -> None:
        changes = {n: {"value": v, "source": "Chi cục"} for n, v in self.drawn(1, 20).items() if v is not None}
        self.change(unit, changes)

    @rule(unit=ANY_UNIT)
    def snapshot(self, unit: str) -> None:
        found = self.session.snapshot() if unit == ALONE else self.board.snapshot(unit)
        assert found["content_hash"] == self.ruleset.content_hash
        self.snapshots.append((json.dumps(found), dict(self.facts[unit]), dict(self.said[unit])))

    @rule(unit=ANY_UNIT)
    def restore(self, unit: str) -> None:
        if not self.snapshots:
            return
        text, facts, said = self.chance.choice(self.snapshots)
        found = json.loads(text) | {"unit": unit}
        differences = self.session.restore(found) if unit == ALONE else self.board.restore(found)
        assert differences == ()
        self.seen(unit, dict.fromkeys(self.facts[unit]) | facts, dict.fromkeys(self.said[unit], ()) | said)

    @rule(unit=st.sampled_from(UNITS))
    def look(self, unit: str) -> None:
        """Another unit is put away."""
        assert self.board.verdict(unit) == self.verdicts[unit]

    @rule(unit=st.sampled_from(UNITS))
    def forget(self, unit: str) -> None:
        self.board.forget(unit)
        self.facts[unit], self.said[unit] = {}, {}
        self.verdicts[unit] = assess(self.ruleset, {}, unit)

    @rule()
    def open_anew(self) -> None:
        """A session that begins with the facts is the one that got them one by one."""
        self.session.close()
        said = self.said[ALONE]
        self.session = Session(self.ruleset, self.facts[ALONE], ALONE, engine=ENGINE, judgements=said)
        self.session.on_change(self.heard.append)
        self.numbers[True] = 0

    # -- what has to hold --------------------------------------------------------------------------

    @invariant()
    def few_are_open(self) -> None:
        assert self.board.open_sessions <= 2
        assert self.board.callback_errors == self.session.callback_errors == ()
        assert self.session.rebuilds == 0

    def drawn(self, count: int, missing: int) -> Facts:
        made = made_facts(self.ruleset, self.chance.choice, missing)
        names = self.chance.sample(self.names, count)
        return {name: made.get(name) for name in names}

    def change(self, unit: str, changes: Facts) -> None:
        """Make a change; what is refused is what ``assess`` refuses, and changes nothing."""
        target: typing.Any = self.session if unit == ALONE else self.board
        arguments = (changes,) if unit == ALONE else (unit, changes)
        problems = refused(lambda: assess(self.ruleset, self.facts[unit] | changes, unit))
        assert refused(lambda: target.set_many(*arguments)) == problems
        if problems:
            assert self.heard == []
            assert self.verdict_of(unit) == self.verdicts[unit]
        else:
            self.seen(unit, changes)

    def verdict_of(self, unit: str) -> Verdict:
        return self.session.verdict if unit == ALONE else self.board.verdict(unit)

    def seen(self, unit: str, changes: Facts, said: Said | None = None) -> None:
        """The verdict is that of ``assess``, and every outcome that changed was told once, in order."""
        before, facts = self.verdicts[unit], self.facts[unit]
        after = self.facts[unit] | changes
        self.facts[unit] = {name: value for name, value in after.items() if value is not None}
        self.said[unit] = self.said[unit] | (said or {})
        now = self.verdicts[unit] = assess(self.ruleset, self.facts[unit], unit, judgements=self.said[unit])
        found = self.verdict_of(unit)
        assert found == now
        assert found.judged == now.judged
        assert found.values == now.values
        assert repr(found.values) == repr(now.values)  # -0.0 is not 0.0 in words
        places = zip(
            outcomes_by_place(self.ruleset, before.codes), outcomes_by_place(self.ruleset, now.codes), strict=True
        )
        wanted = [(level, no, old, new, "figures") for (level, no, old), (_, _, new) in places if old is not new]
        if before.judgements or now.judgements:
            both = (outcomes_by_place(self.ruleset, verdict.judged.codes) for verdict in (before, now))
            again = zip(*both, strict=True)
            wanted += [(level, no, old, new, "judged") for (level, no, old), (_, _, new) in again if old is not new]
        assert [(e.level, e.no, e.old, e.new, e.reading.value) for e in self.heard] == wanted
        for event in self.heard:
            self.numbers[unit == ALONE] += 1
            assert event.number == self.numbers[unit == ALONE]
            assert event.verdict is found
            if event.reading is ReadBy.FIGURES:
                self.did_it(event, facts, changes)
            else:
                assert event.facts or {j.no for j in event.judgements} <= set(said or ())
                assert event.reason.text("vi")
        self.heard.clear()

    def did_it(self, event: Event, facts: Facts, changes: Facts) -> None:
        """The facts named do it without the others that were changed."""
        assert event.facts
        assert set(event.facts) <= set(changes)
        try:
            alone = assess(self.ruleset, facts | {name: changes[name] for name in event.facts})
        except FactError:  # a part and its whole that only fit together with a fact that does not bear on this
            return
        if event.level.value == "indicator":
            assert alone.indicators[event.no].outcome is event.new
        else:
            assert set(event.facts) <= {name for e in self.heard if e.level.value == "indicator" for name in e.facts}


def refused(call: Callable[[], object]) -> list[str]:
    """What is wrong with the facts of a call."""
    try:
        call()
    except FactError as error:
        return sorted(map(str, error.problems))
    return []


def machine(draw: Callable[[typing.Any], Ruleset], examples: int, steps: int = 12) -> type[TestCase]:
    """A test of the machine over some rulesets."""
    made: type[Live] = type("Live", (Live,), {"draw_ruleset": staticmethod(draw)})
    made.TestCase.settings = settings(max_examples=examples, stateful_step_count=steps)
    return made.TestCase
