"""The second reading: the engine agrees with the naive interpreter, and the laws of judgements hold."""

import datetime as dt
import json
import pickle
import typing

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_rules import Basis, Body, FactError, Judgement, Outcome, Ruleset, UnknownName, Verdict, assess
from ntm_rules.model.judgements import arranged
from ntm_rules.model.rulesets import TextChange
from ntm_rules.model.walk import with_prerequisites
from ntm_rules.verdict.verdict import Judged
from oracle_of_judgements import VOICES, Again, Refused, read_again
from property.comparing import check
from property.strategies import Facts, facts, graded_rulesets, rulesets
from unit.test_schemas import validator

if typing.TYPE_CHECKING:
    from ntm_rules.model.results import CriterionResult, IndicatorResult

SCHEMA = validator("verdict-2.json")
MANY = settings(max_examples=settings().max_examples * 2)
Given = tuple[Judgement, ...]


@st.composite
def judged_rulesets(draw: st.DrawFn, graded: bool = False) -> Ruleset:
    """Rulesets some of whose numbers were changed by layers, or taken out."""
    ruleset = draw(graded_rulesets() if graded else rulesets())
    level = draw(st.sampled_from((None, None, None, "secondary", "official")))
    if level is not None:
        ruleset = ruleset.with_minimum_evidence(level)
    first = ruleset.layers[0].start
    kinds = [(i.no, False) for c in ruleset.criteria for i in c.indicators]
    kinds += [(c.no, True) for c in ruleset.criteria] + [("gone", False)]
    changes = draw(st.lists(st.sampled_from(kinds), max_size=3, unique=True))
    days = st.integers(1, 400).map(lambda n: first + dt.timedelta(n))
    return evolve(ruleset, changes=tuple(TextChange(no, kind, draw(days)) for no, kind in changes))


@st.composite
def judgements(draw: st.DrawFn, ruleset: Ruleset, plain: bool = False) -> Given:
    """Judgements on a set and its prerequisites; *plain* ones all count, one of each body on each number."""
    sets = list(with_prerequisites(ruleset))
    found: list[Judgement] = []
    for _ in range(draw(st.integers(0, 12))):
        of = sets[0] if plain else draw(st.sampled_from([sets[0], sets[0], *sets]))
        numbers = [c.no for c in of.criteria] + [i.no for c in of.criteria for i in c.indicators]
        if not plain and of is sets[0]:
            numbers += [change.no for change in of.changes]
        says = {
            "no": draw(st.sampled_from(numbers)),
            "outcome": draw(st.sampled_from(("met", "met", "not_met", "not_applicable"))),
            "body": draw(st.sampled_from(Body)),
            "note": "vì không có",
        }
        if not plain:
            says["date"] = draw(st.sampled_from([None, None, *days(of)]))
            says["tier"] = of.id if of is not sets[0] else draw(st.sampled_from((None, None, of.id, "commune/khac")))
            says["period"] = draw(st.sampled_from((None, None, None, of.period, "1999-2000")))
        found.append(Judgement(**says))
    if plain:
        found = list({(j.no, j.body): j for j in found}.values())
    return tuple(found)


def days(ruleset: Ruleset) -> list[dt.date]:
    """Days beside those that matter."""
    ends = [ruleset.on, ruleset.layers[0].start, *(change.since for change in ruleset.changes)]
    return [day + dt.timedelta(n) for day in ends for n in (-1, 0, 1)]


orders = st.just(VOICES) | st.permutations(VOICES).map(tuple)


def same(mine: Judged, theirs: Again) -> None:
    """Outcomes, bases, provisional at every level, what does not count, and where it differs."""
    keys = [("", ""), *(("criterion", no) for no in mine.criteria), *(("indicator", no) for no in mine.indicators)]
    assert dict(zip(keys, (Outcome(code).code for code in mine.codes), strict=True)) == theirs.outcomes
    assert dict(zip(keys, (Basis(basis).code for basis in mine.bases), strict=True)) == theirs.bases
    assert dict(zip(keys, mine.provisional_flags, strict=True)) == theirs.provisional
    ours = [(unused.judgement, unused.why.value) for unused in mine.unused_judgements]
    assert sorted(map(repr, ours)) == sorted(map(repr, theirs.unused))
    kinds = ("indicator", "criterion")
    apart = [((kinds[d.is_criterion], d.no), d.by.code, d.said.code) for d in mine.disagreements]
    assert sorted(apart) == sorted(theirs.disagreements)


def explained(mine: Judged) -> None:
    """What is explained says what the codes say, and names the judgement on which it rests."""
    results: list[CriterionResult | IndicatorResult] = [*mine.criteria.values(), *mine.indicators.values()]
    places = zip(results, mine.codes[1:], mine.bases[1:], mine.provisional_flags[1:], strict=True)
    for result, code, basis, provisional in places:
        assert (result.outcome, result.basis, result.provisional) == (Outcome(code), Basis(basis), provisional)
        body = result.basis.body
        assert (result.judgement.body if result.judgement else None) is body
        assert result.judgement is None or result.judgement in mine.used_judgements
    for indicator in mine.indicators.values():
        if indicator.judgement is None and indicator.outcome is not Outcome.UNDETERMINED and indicator.applies is None:
            assert indicator.tree.outcome is indicator.outcome
        if indicator.judgement is not None:
            assert all(leaf.margin is None for leaf in indicator.leaves)


def read(ruleset: Ruleset, given_facts: Facts, said: Given, voices: tuple[str, ...] = VOICES) -> Verdict:
    return assess(ruleset, typing.cast(typing.Any, given_facts), "Xã Mẫu", judgements=said, voices=voices)


@MANY
@given(st.data())
def test_the_engine_is_the_oracle(data: st.DataObject) -> None:
    ruleset = data.draw(judged_rulesets())
    given_facts, said, voices = data.draw(facts(ruleset)), data.draw(judgements(ruleset)), data.draw(orders)
    try:
        expected = read_again(ruleset, given_facts, arranged(said), voices)
    except Refused:
        try:
            read(ruleset, given_facts, said, voices)
        except (FactError, UnknownName):
            return
        raise AssertionError("judgements that contradict each other were taken") from None
    verdict = read(ruleset, given_facts, said, voices)
    same(verdict.judged, expected)
    explained(verdict.judged)


@given(st.data())
def test_grades_take_judgements_on_what_they_leave(data: st.DataObject) -> None:
    ruleset = data.draw(judged_rulesets(graded=True))
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset, plain=True))
    verdict = read(ruleset, given_facts, said)
    for grade in ruleset.grades:
        changed = {node.no for pairs in (nodes(ruleset, grade.ruleset),) for node, other in pairs if node != other}
        left = [judgement for judgement in said if judgement.no not in changed]
        same(verdict.judged.by_grade[grade.id], read_again(grade.ruleset, given_facts, left))


def nodes(ruleset: Ruleset, other: Ruleset) -> list[tuple[typing.Any, typing.Any]]:
    """What each number means in one set, and in another; an indicator before a criterion."""
    meant = [
        {**{c.no: c for c in of.criteria}, **{i.no: i for c in of.criteria for i in c.indicators}}
        for of in (ruleset, other)
    ]
    return [(node, meant[1].get(no)) for no, node in meant[0].items()]


@given(st.data())
def test_without_judgements_both_readings_are_equal(data: st.DataObject) -> None:
    """Law 1, in whatever order the voices would speak."""
    ruleset = data.draw(judged_rulesets())
    verdict = read(ruleset, data.draw(facts(ruleset)), (), data.draw(orders))
    judged = verdict.judged
    assert (judged.codes, judged.provisional_flags) == (verdict.codes, verdict.provisional_flags)
    assert shown(judged) == shown(verdict)
    assert (judged.criteria_judged, judged.disagreements, judged.unused_judgements) == (0, (), ())


def shown(reading: Verdict | Judged) -> list[object]:
    """What is explained of a reading, but for prerequisites, which are read as the reading is."""
    found: list[object] = [(c.outcome, c.provisional, c.codes, c.basis, c.judgement) for c in reading.criteria.values()]
    for i in reading.indicators.values():
        leaves = [(x.address, x.outcome, x.actual, x.margin, x.cell, x.codes, x.columns) for x in i.leaves]
        found.append((i.outcome, i.provisional, i.codes, i.basis, i.judgement, leaves))
    return found


@given(st.data())
def test_the_first_reading_does_not_depend_on_judgements(data: st.DataObject) -> None:
    """Law 2; and what is read is the same after a pickle."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset, plain=True))
    verdict, bare = read(ruleset, given_facts, said), check(ruleset, given_facts)
    assert evolve(verdict, judgements=()) == bare
    assert list(verdict.criteria.values()) == list(bare.criteria.values())
    again = pickle.loads(pickle.dumps(verdict))
    assert again == verdict
    assert (again.judged.codes, again.judged.bases) == (verdict.judged.codes, verdict.judged.bases)


@given(st.data())
def test_figures_first(data: st.DataObject) -> None:
    """Law 3: what the first reading decides, the second decides alike, at every level."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset))
    try:
        verdict = read(ruleset, given_facts, said)
    except (FactError, UnknownName):
        return
    for first, second, basis in zip(verdict.codes, verdict.judged.codes, verdict.judged.bases, strict=True):
        assert first in (Outcome.UNDETERMINED, second)
        assert first == Outcome.UNDETERMINED or basis == Basis.FIGURES


@given(st.data())
def test_a_judgement_changes_nothing_that_a_voice_before_it_decided(data: st.DataObject) -> None:
    """Law 4."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset)), list(data.draw(judgements(ruleset, plain=True)))
    if not said:
        return
    one = said.pop(data.draw(st.integers(0, len(said) - 1)))
    said = [j for j in said if (j.no, j.body) != (one.no, one.body)]
    before, after = (read(ruleset, given_facts, tuple(some)).judged for some in (said, [*said, one]))
    order = [Basis.FIGURES, Basis.PROVINCE, Basis.DISTRICT, Basis.COMMUNE, Basis.OTHER]
    earlier = set(order[: order.index(one.basis)])
    for old, new, basis in zip(before.codes[1:], after.codes[1:], before.bases[1:], strict=True):
        assert basis not in earlier or old == new


@given(st.data())
def test_a_new_figure_contradicts_only_with_a_disagreement(data: st.DataObject) -> None:
    """Law 5, of the facts of a unit learnt one after the other."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset, 1)), data.draw(judgements(ruleset, plain=True))
    undecided = {fact.undecided for fact in ruleset.facts}
    learnt = [name for name in given_facts if name not in undecided]
    known = {name: value for name, value in given_facts.items() if name in undecided}
    before = None
    for name in data.draw(st.permutations(learnt)):
        known[name] = given_facts[name]
        try:
            now = read(ruleset, known, said)
        except FactError:
            return
        if before is not None:
            changed = [
                place
                for place, (old, new) in enumerate(zip(before.judged.codes, now.judged.codes, strict=True))
                if old not in (Outcome.UNDETERMINED, new)
            ]
            assert all(before.codes[place] == Outcome.UNDETERMINED for place in changed)
            assert not changed or now.disagreements
        before = now


@given(st.data())
def test_a_floor_leaves_open_and_turns_nothing(data: st.DataObject) -> None:
    """Law 6, with the judgements that were used."""
    ruleset = data.draw(judged_rulesets())
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset, plain=True))
    judged = read(ruleset, given_facts, said).judged
    floored = ruleset.with_minimum_evidence(data.draw(st.sampled_from(("recalled", "secondary", "official"))))
    under = read(floored, given_facts, judged.used_judgements).judged
    assert all(new in (Outcome.UNDETERMINED, old) for old, new in zip(judged.codes, under.codes, strict=True))


@given(st.data())
def test_the_json_says_all_of_the_second_reading(data: st.DataObject) -> None:
    """Read back beside the first reading, it gives outcome and basis of every node, and what does not count."""
    ruleset = data.draw(judged_rulesets(graded=data.draw(st.booleans())))
    given_facts, said = data.draw(facts(ruleset)), data.draw(judgements(ruleset, plain=data.draw(st.booleans())))
    try:
        verdict = read(ruleset, given_facts, said)
    except (FactError, UnknownName):
        return
    found = json.loads(verdict.to_json())
    SCHEMA.validate(found)
    if not said:
        assert not {"judged", "judgements"} & found.keys()
        return
    judged, second = verdict.judged, found["judged"]
    assert [Judgement(**one) for one in found["judgements"]] == list(verdict.judgements)
    assert (second["outcome"], second["basis"]) == (judged.outcome.code, judged.basis.code)
    assert second.get("possible_grades", []) == [grade.id for grade in judged.possible_grades]
    assert second["counts"]["criteria"]["judged"] == judged.criteria_judged
    levels = ("criteria", verdict.criteria, judged.criteria), ("indicators", verdict.indicators, judged.indicators)
    for name, first, again in levels:
        others = {node["no"]: node for node in second.get(name, ())}
        for no, result in again.items():
            by_figures = {"outcome": first[no].outcome.code, "basis": first[no].basis.code}
            node = others.get(no, by_figures | ({"provisional": True} if first[no].provisional else {}))
            assert (node["outcome"], node["basis"]) == (result.outcome.code, result.basis.code)
            assert node.get("provisional", False) == result.provisional
            assert (verdict.judgements[node["judgement"]] if "judgement" in node else None) == result.judgement
    assert len(second.get("disagreements", ())) == len(judged.disagreements)
    unused = [(verdict.judgements[each["judgement"]], each["why"]) for each in second.get("unused", ())]
    assert unused == [(each.judgement, each.why.value) for each in judged.unused_judgements]
