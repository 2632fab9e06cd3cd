"""Lists of units by random: a unit that a list has is as one of which the fact was given, in every engine."""

import typing

import pytest
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules import FactError, Ruleset, assess
from ntm_rules.model.citations import Evidence
from oracle import bad_facts, judge, with_listed
from property.comparing import everything, same
from property.strategies import Facts, facts, listed_rulesets

FEW = settings(max_examples=max(4, settings().max_examples // 4))
UNITS = st.sampled_from(("00000", "00001", "00002", "00003", " 00004 ", "00009", "Xã Mẫu", None))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Ruleset, Facts, str | None]:
    """A ruleset with a list, a unit and facts that contradict neither each other nor the list."""
    ruleset, unit = draw(listed_rulesets()), draw(UNITS)
    level = draw(st.sampled_from((None, None, "secondary", "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    found = dict(draw(facts(ruleset)))
    if draw(st.booleans()):
        found.pop("kind", None)
    said = with_listed(ruleset, {}, unit and unit.strip(), ruleset.minimum_evidence)
    assume(found.get("kind") in (None, said.get("kind", found.get("kind"))))
    assume(not bad_facts(ruleset, {**said, **found}))
    return ruleset, found, unit


@given(st.data())
def test_the_engine_is_the_oracle(data: st.DataObject) -> None:
    ruleset, found, unit = data.draw(cases())
    same(assess(ruleset, found, unit), judge(ruleset, found, unit and unit.strip()))


@FEW
@given(st.data())
def test_what_an_official_list_says_is_as_if_it_was_given(data: st.DataObject) -> None:
    ruleset, found, unit = data.draw(cases())
    ruleset = evolve(ruleset, lists=tuple(evolve(each, evidence=Evidence.OFFICIAL) for each in ruleset.lists))
    said = dict(ruleset.lists[0].units).get((unit or "").strip())
    if said is not None and found.get("kind") in (None, said):
        own = evolve(ruleset, lists=())
        try:
            stated = assess(own, {**found, "kind": said}, unit)
        except FactError:
            with pytest.raises(FactError):
                assess(ruleset, found, unit)
            return
        assert everything(assess(ruleset, found, unit)) == everything(stated)


@FEW
@given(st.data(), UNITS, st.sampled_from("xyz"))
def test_what_is_given_has_to_agree(data: st.DataObject, unit: str | None, kind: str) -> None:
    ruleset = data.draw(listed_rulesets())
    said = dict(ruleset.lists[0].units).get((unit or "").strip())
    if said in (None, kind):
        assert assess(ruleset, {"kind": kind}, unit).facts["kind"] == kind
        return
    with pytest.raises(FactError) as error:
        assess(ruleset, {"kind": kind}, unit)
    assert [problem.fact for problem in error.value.problems] == ["kind"]
    marked = assess(ruleset, {"kind": kind}, unit, on_bad="mark")
    assert marked.bad_facts == {"kind"}
    assert marked.listed == ()


@FEW
@given(st.data())
def test_a_session_follows_the_list_too(data: st.DataObject) -> None:
    ruleset, found, unit = data.draw(cases())
    session = ntm.live.Session(ruleset, {}, unit)
    for name in data.draw(st.permutations(sorted(found))):
        session_facts: dict[str, typing.Any] = {name: found[name]}
        try:
            session.set_many(session_facts)
        except FactError:  # half of what goes together
            assume(False)
    assert everything(session.verdict) == everything(assess(ruleset, found, unit))
    session.clear("kind")
    without = {name: value for name, value in found.items() if name != "kind"}
    assert everything(session.verdict) == everything(assess(ruleset, without, unit))
