"""Numbers of which only both ends may be known: facts that may still grow, and scores with a part that is missing."""

import typing
from collections.abc import Mapping

from ntm_rules.model.conditions import Op, PointsOf
from ntm_rules.model.facts import Fact

if typing.TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset


def growing(ruleset: "Ruleset") -> tuple[Fact, ...]:
    """Return the facts of a ruleset that may still grow."""
    return tuple(fact for fact in ruleset.facts if fact.undecided is not None)


def most(name: str) -> str:
    """Return the name of the slot for the most that a fact may be."""
    return f"{name} at most"


def least(name: str) -> str:
    """Return the name of the slot for the least that a score may be; of a fact that may grow it is the fact itself."""
    return f"{name} at least"


def ends_of(ruleset: "Ruleset") -> Mapping[str, tuple[str, str]]:
    """Return the names of the slots between which a number lies, by its id; of the facts that have two such ends."""
    scores = (derived.id for derived in ruleset.derived if isinstance(derived.rule, PointsOf))
    grown = {fact.id: (fact.id, most(fact.id)) for fact in growing(ruleset)}
    return grown | {name: (least(name), most(name)) for name in scores}


def worked_out(ruleset: "Ruleset") -> Mapping[str, str]:
    """Return the slots that are worked out, in their order, each with the id of its fact.

    First the most of what may grow, then the derived facts; a score is followed by its ends.
    """
    found = {most(fact.id): fact.id for fact in growing(ruleset)}
    for derived in ruleset.derived:
        ends = (least(derived.id), most(derived.id)) if isinstance(derived.rule, PointsOf) else ()
        found |= dict.fromkeys((derived.id, *ends), derived.id)
    return found


def one_way(op: Op) -> tuple[Op, ...]:
    """Return the comparisons that together are *op*, each of which turns at most once while a number grows."""
    return (Op.AT_LEAST, Op.AT_MOST) if op is Op.EQUALS else (op,)
