"""What to ask next is what brute force finds, and answering it decides."""

import datetime as dt
import random
import typing
from collections.abc import Sequence

import pytest
from hypothesis import assume, event, given, reject
from hypothesis import strategies as st

from ntm_rules import FactError, Judgement, Outcome, Ruleset, UnknownName, Verdict, assess, relevant_facts
from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.citations import Citation, Evidence
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.thresholds import Cell, CellState, bound_threshold
from ntm_rules.results import RelevantFacts
from ntm_rules.verdict.reach import outcomes
from ntm_rules.verdict.relevant import Asking
from oracle_of_relevance import Everything, missing, ratios, values
from oracle_of_relevance import below as of_target
from property.strategies import LAW, Facts, facts, rulesets
from property.test_judgements import judged_rulesets, judgements, orders

MOST_INPUTS, MOST_STATES, MOST_NODES = 8, 1_200, 4
ON = dt.date(2024, 7, 2)
BODIES = ("province", "district", "commune")
ORDERS = (
    ("figures", *BODIES, "other"),
    ("province", "figures", "district", "commune", "other"),
    ("commune", "district", "figures", "province", "other"),
)


class Unit:
    """A set, a unit of it, and what is asked about; prints short, which hypothesis would not do for one of attrs."""

    def __init__(
        self, ruleset: Ruleset, facts: Facts, said: list[Judgement], voices: tuple[str, ...], target: str | None
    ) -> None:
        self.ruleset, self.facts, self.said, self.voices, self.target = ruleset, facts, said, voices, target

    def __repr__(self) -> str:
        lines = [f"{no} {i.applies_if and shown(i.applies_if)} -> {shown(i.require)}" for no, i in self.indicators()]
        levels: list[Criterion | Ruleset] = [*self.ruleset.criteria, self.ruleset]
        ks = [(each.at_least_n, each.must) for each in levels]
        derived = [
            f"{d.id}: {type(d.rule).__name__} {walk.given_for(self.ruleset, d.id)}" for d in self.ruleset.derived
        ]
        lines += [f"{ks} {self.ruleset.bindings} {self.ruleset.minimum_evidence}", *derived, f"{self.facts}"]
        return "\n".join([*lines, *map(str, self.said), f"{self.voices} target {self.target}"])

    def indicators(self) -> list[tuple[str, Indicator]]:
        return [(i.no, i) for cr in self.ruleset.criteria for i in cr.indicators]


def shown(condition: typing.Any) -> str:
    """A condition in one line."""
    match condition:
        case c.Comparison():
            return f"{'+'.join(condition.facts)} {condition.op.value} {_threshold(condition.threshold)}"
        case c.Open():
            return f"open {_threshold(condition.threshold)}"
        case c.Meets():
            inner = (
                []
                if condition.resolved is None
                else [shown(i.require) for cr in condition.resolved.criteria for i in cr.indicators]
            )
            return f"meets {condition.by.value} {condition.recognised} {inner}"
        case c.Not():
            return f"not ({shown(condition.member)})"
        case _:
            k = f" {condition.k}" if isinstance(condition, c.AtLeast) else ""
            return f"{type(condition).__name__}{k}({', '.join(map(shown, condition.members))})"


def _threshold(threshold: typing.Any) -> str:
    cells = [
        f"{'/'.join(key)} {cell.state.value} {cell.value if cell.floor is None else cell.floor.value} {cell.level}"
        for _, key, cell in walk.threshold_cells(bound_threshold(threshold))
    ]
    by = getattr(bound_threshold(threshold), "by", "")
    return f"[{by} {'; '.join(cells)}]"


@st.composite
def units(draw: st.DrawFn) -> Unit:
    """A set and a unit of which a few facts are missing, so few that all that can become of it can be gone through."""
    ruleset = draw(rulesets())
    level = draw(st.sampled_from((None, None, None, "secondary", "official")))
    if level is not None:
        ruleset = ruleset.with_minimum_evidence(level)
    targets: list[str | None] = [None, *(cr.no for cr in ruleset.criteria)]
    targets += [i.no for cr in ruleset.criteria for i in cr.indicators]
    targets = [t for t in targets if len(Everything(ruleset, {}, (), (), t, 0).nodes) <= MOST_NODES]
    target = draw(st.sampled_from(targets[:3] or targets))
    given_facts = draw(facts(ruleset, 40))
    names = draw(st.permutations([n for n in given_facts if n in missing(ruleset, {}, target)]))
    for name in names:
        fewer = {n: v for n, v in given_facts.items() if n != name}
        try:
            assess(ruleset, typing.cast(typing.Any, fewer))
        except FactError:
            continue
        everything = Everything(ruleset, fewer, (), (), target, 0)
        if everything.size <= MOST_STATES and len(everything.inputs) <= MOST_INPUTS:
            given_facts = fewer
    numbers = [cr.no for cr in ruleset.criteria] + [i.no for cr in ruleset.criteria for i in cr.indicators]
    said: dict[tuple[str, str], Judgement] = {}
    for _ in range(draw(st.sampled_from((0, 0, 1, 3)))):
        no, body = draw(st.sampled_from(numbers)), draw(st.sampled_from(BODIES))
        outcome = draw(st.sampled_from(("met", "not_met", "not_applicable")))
        said[no, body] = Judgement(no, typing.cast(Outcome, outcome), typing.cast(typing.Any, body), note="vì không có")
    return Unit(ruleset, given_facts, list(said.values()), draw(st.sampled_from(ORDERS)), target)


YES = tuple(Fact(f"f{n}", FactType.BOOLEAN) for n in range(MOST_INPUTS))


@st.composite
def trees(draw: st.DrawFn, names: Sequence[str]) -> c.Condition:
    """A condition with a leaf for each name, in groups."""
    if len(names) == 1:
        cell = Cell(CellState.SET, Citation(LAW), LAW, draw(st.booleans()), Evidence.OFFICIAL)
        leaf = c.Comparison((names[0],), c.Op.EQUALS, cell)
        return leaf if draw(st.integers(0, 9)) else c.Open(Cell(CellState.PENDING, Citation(LAW), LAW))
    cut = draw(st.integers(1, len(names) - 1))
    more = draw(st.integers(cut, len(names) - 1))
    parts = [part for part in (names[:cut], names[cut:more], names[more:]) if part]
    members = tuple(draw(trees(part)) for part in parts)
    kinds: list[c.Condition] = [c.All(members), c.Any(members), c.AtLeast(min(2, len(members)), members)]
    found = draw(st.sampled_from(kinds))
    return found if draw(st.integers(0, 4)) else c.Not(found)


@st.composite
def interlocked(draw: st.DrawFn) -> Unit:
    """A set of conditions over the same eight facts, none or a few of which are given."""
    criteria = []
    for no in "12":
        names = draw(st.permutations([f.id for f in YES]))[: draw(st.integers(3, MOST_INPUTS))]
        names += draw(st.lists(st.sampled_from(names), max_size=2))
        guard = None if draw(st.integers(0, 2)) else draw(trees(names[:1]))
        one = Indicator(f"{no}.1", draw(trees(names)), Citation(LAW), applies_if=guard)
        criteria.append(Criterion(no, (one,)))
    k = draw(st.sampled_from((None, None, 1)))
    must = ("1",) if k is not None and draw(st.booleans()) else ()
    layers = (Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8)),)
    of = Ruleset("commune/a", "2021-2025", ON, 2024, tuple(criteria), YES, layers, at_least_n=k, must=must)
    given_facts = draw(st.dictionaries(st.sampled_from([f.id for f in YES]), st.booleans(), max_size=2))
    return Unit(of, given_facts, [], ORDERS[0], draw(st.sampled_from((None, None, "1"))))


def read(unit: Unit) -> Verdict:
    given_facts = typing.cast(typing.Any, unit.facts)
    return assess(unit.ruleset, given_facts, judgements=unit.said, voices=unit.voices)


def now(verdict: Verdict, target: str | None) -> Outcome:
    judged = verdict.judged
    if target is None:
        return judged.outcome
    return (judged.indicators.get(target) or judged.criteria[target]).outcome


@pytest.mark.slow
@given(interlocked())
def test_eight_facts_that_hang_together(unit: Unit) -> None:
    everything = Everything(unit.ruleset, unit.facts, unit.said, unit.voices, unit.target, 3**MOST_INPUTS)
    assume(len(everything.inputs) > 1)
    found = relevant_facts(read(unit), unit.target)
    event(f"inputs: {len(everything.inputs)}")
    assert found.complete
    assert (set(found.facts), set(found.judgements)) == everything.relevant()
    in_order(everything, found)


@given(units())
def test_what_is_relevant_is_what_brute_force_finds(unit: Unit) -> None:
    everything = Everything(unit.ruleset, unit.facts, unit.said, unit.voices, unit.target, MOST_STATES)
    assume(everything.states)
    verdict = read(unit)
    found = relevant_facts(verdict, unit.target)
    expected, judged = everything.relevant()
    event(f"complete: {found.complete}")
    event(f"inputs: {len(everything.inputs)}")
    event(f"relevant: {len(expected)} {len(judged)}")
    assert found.outcome is now(verdict, unit.target)
    nothing = everything.states[(None,) * len(everything.inputs)]
    assert found.outcome.code == everything.outcome(nothing, (None,) * len(everything.nodes))
    if found.complete:
        assert set(found.facts) == expected
        assert set(found.judgements) == judged or not everything.full()
    else:
        assert expected <= set(found.facts)
        assert judged <= set(found.judgements)
    assert len({*found.facts}) == len(found.facts)
    assert len({*found.judgements}) == len(found.judgements)
    if found.complete:
        in_order(everything, found)


def in_order(everything: Everything, found: RelevantFacts) -> None:
    """What decides alone first, then as printed; and for which indicators a fact is asked."""
    ruleset = everything.ruleset
    printed = [no for cr in ruleset.criteria for no in (cr.no, *(i.no for i in cr.indicators))]
    relevant = set(found.facts)
    below = [i.no for i in of_target(ruleset, everything.target)]
    own = {no: relevant.intersection(everything.moved(no)) for no in below}
    tied = {n for f, ratio in ratios(ruleset) for n in (f.id, ratio.part, ratio.whole, f.undecided)}
    alone = {no: everything.alone(no, own.get(no, set())) for no in printed}
    for asked in found.asked:
        if asked.fact is not None:
            assert list(asked.indicators) == [no for no in below if asked.fact.id in own[no]]
            assert asked.no in asked.indicators
        if tied.isdisjoint(everything.inputs):
            assert asked.alone is any(alone[no] for no in asked.indicators or [asked.no])
            assert alone[asked.no] is asked.alone
    order = {fact.id: place for place, fact in enumerate(ruleset.facts)}
    keys = [
        (not asked.alone, printed.index(asked.no), len(order) if asked.fact is None else order[asked.fact.id])
        for asked in found.asked
    ]
    assert keys == sorted(keys)


@given(units(), st.randoms(use_true_random=False))
def test_when_all_is_answered_the_target_is_decided(unit: Unit, chance: random.Random) -> None:
    """Whatever else is missing; and where only facts are answered, the judgements say why it is not."""
    found = relevant_facts(read(unit), unit.target)
    answered = Unit(unit.ruleset, dict(unit.facts), list(unit.said), unit.voices, unit.target)
    for name in found.facts:
        for value in chance.sample(choices := values(unit.ruleset, name, answered.facts), len(choices)):
            tried = Unit(unit.ruleset, {**answered.facts, name: value}, unit.said, unit.voices, unit.target)
            try:
                read(tried)
            except FactError:
                continue
            answered = tried
            break
        else:
            reject()  # An answer before it left none: a part of 1, where a sum that is given leaves its whole at 0.
    by_figures = read(answered)
    if now(by_figures, unit.target) is Outcome.UNDETERMINED:
        assert found.judgements
    said = [Judgement(no, typing.cast(Outcome, chance.choice(("met", "not_met")))) for no in found.judgements]
    decided = read(Unit(unit.ruleset, answered.facts, [*unit.said, *said], unit.voices, unit.target))
    assert now(decided, unit.target) is not Outcome.UNDETERMINED


@given(st.data())
def test_the_tree_is_the_second_reading(data: st.DataObject) -> None:
    """With nothing more given each node comes to what the verdict says, judgements on prerequisites included."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset))
    try:
        voices = data.draw(orders)
        verdict = assess(ruleset, typing.cast(typing.Any, given_facts), judgements=said, voices=voices)
    except (FactError, UnknownName):
        return
    asking = Asking(verdict, None, 0)
    nothing = {v: (0, 0) for v, variable in enumerate(asking.variables) if variable.states}
    for code, node in zip(verdict.judged.codes, asking.tree.nodes, strict=True):
        found = outcomes(asking.every.pairs(node, nothing))
        assert found == {code} or (code in found and not asking.every.exact)
