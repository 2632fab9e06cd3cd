"""Facts that may still grow by what is undecided: beside its own slot each has one for the most that it may become.

A comparison of such a fact is decided where it comes out the same at both ends.
"""

from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Ruleset

_UNBOUNDED = 1e300


def growing(ruleset: Ruleset) -> tuple[Fact, ...]:
    """The facts of a ruleset that may still grow."""
    return tuple(fact for fact in ruleset.facts if fact.undecided is not None)


def most(name: str) -> str:
    """The name of the slot for the most that a fact may become."""
    return f"{name} + undecided"


def bare_most(fact: Fact) -> float:
    """The most that a share given as a figure may become: without its whole nobody knows how much one unit adds."""
    return _UNBOUNDED if fact.maximum is None else float(fact.maximum)


def one_way(op: Op) -> tuple[Op, ...]:
    """The comparisons that together are *op*, each of which turns at most once while a number grows."""
    return (Op.AT_LEAST, Op.AT_MOST) if op is Op.EQUALS else (op,)
