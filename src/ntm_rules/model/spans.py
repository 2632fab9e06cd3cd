"""Numbers of which only both ends are known: facts that may still grow."""

import typing

from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact

if typing.TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset


def growing(ruleset: "Ruleset") -> tuple[Fact, ...]:
    """Return the facts of a ruleset that may still grow."""
    return tuple(fact for fact in ruleset.facts if fact.undecided is not None)


def most(name: str) -> str:
    """Return the name of the slot for the most that a fact may become."""
    return f"{name} + undecided"


def one_way(op: Op) -> tuple[Op, ...]:
    """Return the comparisons that together are *op*, each of which turns at most once while a number grows."""
    return (Op.AT_LEAST, Op.AT_MOST) if op is Op.EQUALS else (op,)
