"""Laws of assessing that hold for every ruleset and all facts."""

import copy
import itertools
import pickle
import random

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import assume, given
from hypothesis import strategies as st

from ntm_rules import Library, Outcome, Ruleset, assess
from ntm_rules.model.canonical import canonical_text, from_canonical, to_canonical
from oracle import givable, written
from property.comparing import Quiet, check, everything, outcomes
from property.strategies import Facts, facts, forms, one, rulesets, seeded_facts
from property.test_engine_is_oracle import FICTION_CASES, bundled_cases, composed

LEVELS = ("recalled", "secondary", "official")


@pytest.fixture(scope="module")
def real_sets(fiction: Library, bundled: Library) -> Quiet[Ruleset]:
    return Quiet((*composed(fiction, FICTION_CASES[::3]), *composed(bundled, bundled_cases(bundled)[::5])))


@pytest.fixture(scope="module")
def levelled_sets(real_sets: Quiet[Ruleset]) -> Quiet[list[Ruleset]]:
    return Quiet(with_levels(ruleset) for ruleset in real_sets[::4])


@st.composite
def assessed(draw: st.DrawFn) -> tuple[Ruleset, Facts]:
    """A generated ruleset with facts."""
    ruleset = draw(rulesets())
    return ruleset, draw(facts(ruleset))


# -- evidence -------------------------------------------------------------------------------------


def with_levels(ruleset: Ruleset) -> list[Ruleset]:
    """The set as it is, then with more and more evidence asked."""
    return [ruleset, *(ruleset.with_minimum_evidence(level) for level in LEVELS)]


def never_decides_more(sets: list[Ruleset], given_facts: Facts) -> None:
    seen = [outcomes(assess(r, given_facts)) for r in sets]
    for weaker, stronger in itertools.pairwise(seen):
        for place, outcome in stronger.items():
            assert outcome in ("undetermined", weaker[place]), place


@given(assessed())
def test_more_evidence_asked_never_decides_more(case: tuple[Ruleset, Facts]) -> None:
    never_decides_more(with_levels(case[0]), case[1])


@given(data=st.data())
def test_more_evidence_asked_never_decides_more_in_real_sets(
    levelled_sets: Quiet[list[Ruleset]], data: st.DataObject
) -> None:
    sets = data.draw(st.sampled_from(levelled_sets))
    never_decides_more(sets, data.draw(seeded_facts(sets[0])))


@given(assessed())
def test_provisional_says_what_official_evidence_alone_leaves_open(case: tuple[Ruleset, Facts]) -> None:
    ruleset, given_facts = case
    ruleset = evolve(ruleset, layers=tuple(evolve(layer, read_whole=True) for layer in ruleset.layers))
    verdict = assess(ruleset, given_facts)
    official = assess(ruleset.with_minimum_evidence("official"), given_facts)
    for no, indicator in verdict.indicators.items():
        opened = official.indicators[no].outcome is Outcome.UNDETERMINED
        assert indicator.provisional == (indicator.outcome is not Outcome.UNDETERMINED and opened)
    assert not official.provisional
    assert bool(verdict.provisional_cells) <= any(i.provisional for i in verdict.indicators.values())


# -- knowing more ---------------------------------------------------------------------------------


def never_contradicts(ruleset: Ruleset, less: Facts, more: Facts) -> None:
    before, after = (outcomes(assess(ruleset, f)) for f in (less, more))
    for place, outcome in before.items():
        assert outcome in ("undetermined", after[place]), place


def fewer(ruleset: Ruleset, more: Facts, keep: list[bool]) -> Facts:
    """Some of the facts; a ratio given in figures stays away, since its parts replace it when they come.

    What is undecided stays: without it everything is decided.
    """
    undecided = {fact.undecided for fact in ruleset.facts}
    pairs = zip(more.items(), keep, strict=False)
    less = {name: value for (name, value), kept in pairs if kept or name in undecided}
    for fact in ruleset.facts:
        if fact.ratio is not None and fact.id not in less:
            more.pop(fact.id, None)
    return less


@given(assessed(), st.lists(st.booleans(), min_size=30, max_size=30))
def test_knowing_more_never_contradicts(case: tuple[Ruleset, Facts], keep: list[bool]) -> None:
    ruleset, more = case
    less = fewer(ruleset, more, keep)
    never_contradicts(ruleset, less, {**more, **less})


@given(data=st.data())
def test_knowing_more_never_contradicts_in_real_sets(real_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    ruleset = data.draw(st.sampled_from(real_sets))
    more = data.draw(seeded_facts(ruleset))
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    less = fewer(ruleset, more, [chance.random() < 0.7 for _ in more])
    never_contradicts(ruleset, less, {**more, **less})


# -- counts, order, forms -------------------------------------------------------------------------


@given(assessed())
def test_counts_add_up(case: tuple[Ruleset, Facts]) -> None:
    ruleset, given_facts = case
    verdict = check(ruleset, given_facts)
    assert verdict.criteria_total == sum(criterion.counted for criterion in ruleset.criteria)
    assert verdict.criteria_met + verdict.criteria_not_met + verdict.criteria_undetermined == verdict.criteria_total
    assert sum(verdict.indicator_counts.values()) == sum(len(c.indicators) for c in ruleset.criteria)
    assert list(verdict.indicators) == [i.no for c in ruleset.criteria for i in c.indicators]


@given(assessed(), st.randoms(use_true_random=False))
def test_the_order_of_facts_is_irrelevant(case: tuple[Ruleset, Facts], chance: random.Random) -> None:
    ruleset, given_facts = case
    names = list(given_facts)
    chance.shuffle(names)
    shuffled = {name: given_facts[name] for name in names}
    assert everything(assess(ruleset, given_facts)) == everything(assess(ruleset, shuffled))


@given(assessed(), st.data())
def test_the_form_of_a_number_is_irrelevant(case: tuple[Ruleset, Facts], data: st.DataObject) -> None:
    """Text, Decimal, int and float of one number give one verdict."""
    ruleset, given_facts = case
    other: Facts = {}
    for name, value in given_facts.items():
        if isinstance(value, bool) or name in givable(ruleset) or not ruleset.inputs()[name].type.numeric:
            other[name] = value
            continue
        exact = written(value)
        plain = len(exact.normalize().as_tuple().digits) <= 15 and abs(exact.adjusted()) < 300
        other[name] = data.draw(st.sampled_from(forms(exact))) if plain else value
    assert everything(assess(ruleset, given_facts)) == everything(assess(ruleset, other))


@given(assessed())
def test_missing_facts_are_none_or_absent(case: tuple[Ruleset, Facts]) -> None:
    ruleset, given_facts = case
    padded = {name: given_facts.get(name) for name in (*ruleset.inputs(), *givable(ruleset))}
    assert assess(ruleset, given_facts) == assess(ruleset, padded)


# -- values ---------------------------------------------------------------------------------------


@given(assessed())
def test_verdicts_and_rulesets_are_values(case: tuple[Ruleset, Facts]) -> None:
    ruleset, given_facts = case
    verdict = assess(ruleset, given_facts, "Xã Mẫu")
    for other in (pickle.loads(pickle.dumps(ruleset)), copy.copy(ruleset), copy.deepcopy(ruleset), evolve(ruleset)):
        assert other == ruleset
        assert hash(other) == hash(ruleset)
        assert other.content_hash == ruleset.content_hash
        assert assess(other, given_facts, "Xã Mẫu") == verdict
    for twin in (pickle.loads(pickle.dumps(verdict)), copy.copy(verdict), copy.deepcopy(verdict)):
        assert twin == verdict
        assert hash(twin) == hash(verdict)
        assert everything(twin) == everything(verdict)
    with pytest.raises((FrozenInstanceError, AttributeError)):
        verdict.unit = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        verdict.facts["share"] = 1  # type: ignore[index]


@given(assessed(), st.data())
def test_with_facts_is_assessing_anew(case: tuple[Ruleset, Facts], data: st.DataObject) -> None:
    ruleset, drawn = case
    # another figure may contradict what is given of a derived fact, and is refused then
    given_facts = {name: value for name, value in drawn.items() if name in ruleset.inputs()}
    simple = [f for f in ruleset.inputs().values() if f.id in ("share", "amount", "yes", "kind", "level", "balance")]
    fact = data.draw(st.sampled_from(simple))
    near = one(fact, lambda choices: data.draw(st.sampled_from(choices)))
    changed = data.draw(st.none() | st.just(near))
    verdict = assess(ruleset, given_facts).with_facts({fact.id: changed})
    assert verdict == assess(ruleset, {**given_facts, fact.id: changed})


# -- canonical JSON -------------------------------------------------------------------------------


@given(assessed())
def test_canonical_json_keeps_hash_and_outcomes(case: tuple[Ruleset, Facts]) -> None:
    import json

    ruleset, given_facts = case
    back = from_canonical(json.loads(json.dumps(to_canonical(ruleset))))
    assert back.content_hash == ruleset.content_hash
    assert canonical_text(back) == canonical_text(ruleset)
    assume(given_facts is not None)
    assert everything(assess(back, given_facts)) == everything(assess(ruleset, given_facts))


@given(data=st.data())
def test_canonical_json_of_real_sets(real_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    ruleset = data.draw(st.sampled_from(real_sets))
    back = from_canonical(to_canonical(ruleset))
    assert back.content_hash == ruleset.content_hash
    given_facts = data.draw(seeded_facts(ruleset))
    assert everything(assess(back, given_facts)) == everything(assess(ruleset, given_facts))
