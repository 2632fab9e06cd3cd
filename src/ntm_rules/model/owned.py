"""Facts that a province has of its own: one short id in its own sets, and one that tells it from those of others.

A set is of one province, so there the short id is enough: in its conditions, results, hash and columns. Where facts of
several provinces stand side by side, ``bac-giang.zone`` is the fact ``zone`` of Bắc Giang.
"""

from collections.abc import Collection, Mapping

from attrs import asdict, evolve

from ntm_rules.model.facts import Consistency, Fact, RatioOf
from ntm_rules.model.rulesets import Ruleset


def owner_of(ruleset: Ruleset) -> str | None:
    """Return the province whose own facts a set may read: that of the territory, where one is named."""
    return ruleset.territory or ruleset.province


def qualified(province: str, name: str) -> str:
    """Return the id of a province's fact that no other province has."""
    return f"{province}.{name}"


def short_id(name: str, owner: str | None, known: Collection[str]) -> str:
    """Return the short id of a fact that is named with its province; any other name as it is."""
    short = name.removeprefix(f"{owner}.") if owner else name
    return short if short in known else name


def apart(province: str, own: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts of a province by the ids that no other province has, with what they name of each other."""

    def name(fact: str) -> str:
        return qualified(province, fact) if fact in own else fact

    def renamed(fact: Fact) -> Fact:
        says = fact.consistency
        relations = {} if says is None else {key: tuple(map(name, to)) for key, to in asdict(says).items()}
        return evolve(
            fact,
            id=name(fact.id),
            ratio=None if fact.ratio is None else RatioOf(name(fact.ratio.part), name(fact.ratio.whole)),
            undecided=None if fact.undecided is None else name(fact.undecided),
            earlier=None if fact.earlier is None else evolve(fact.earlier, fact=name(fact.earlier.fact)),
            consistency=Consistency(**relations) if relations else None,
        )

    return {name(fact): renamed(own[fact]) for fact in own}
