"""Derived facts that may be given: where the derivation leaves open what a fact is, it is what was given of it."""

from collections.abc import Iterator, Mapping

from attrs import evolve

from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import facts_of_derived, prerequisites


def evaluated_beside(ruleset: Ruleset) -> Iterator[Ruleset]:
    """Yield the sets that are evaluated over the facts of a set: its prerequisites, and what its grades ask."""
    yield from prerequisites(ruleset)
    yield from (grade.ruleset for grade in ruleset.grades)


def may_be_given(ruleset: Ruleset) -> Mapping[str, Fact]:
    """Return the derived facts that may be given, by id: those of the set, then those of the sets beside it.

    A fact of which two of these sets know other values has none that can be given.
    """
    found = {derived.id: derived.fact for derived in ruleset.derived if derived.may_be_given}
    for other in evaluated_beside(ruleset):
        for name, fact in may_be_given(other).items():
            known = found.setdefault(name, fact)
            if known.values != fact.values:
                found[name] = evolve(known, values=())
    return found


def read_for(ruleset: Ruleset, name: str) -> Iterator[str]:
    """Yield the facts from which a derived fact is worked out, those included through which others bear on it."""
    facts = ruleset.fact_by_id
    for inner in facts_of_derived(ruleset.derived_by_id[name]):
        yield inner
        if inner in ruleset.derived_by_id:
            yield from read_for(ruleset, inner)
        elif inner in facts:
            ratio, undecided = facts[inner].ratio, facts[inner].undecided
            yield from () if ratio is None else (ratio.part, ratio.whole)
            yield from () if undecided is None else (undecided,)


def stated(name: str) -> str:
    """Return the name of the slot for what was given of a derived fact."""
    return f"{name} as given"


def given_facts(ruleset: Ruleset) -> tuple[Fact, ...]:
    """Return all that a caller may give, in the order of the slots: facts, then derived ones."""
    return (*ruleset.facts, *may_be_given(ruleset).values())


def given_slots(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the slots for what a caller gives, in their order."""
    return (*(fact.id for fact in ruleset.facts), *map(stated, may_be_given(ruleset)))
