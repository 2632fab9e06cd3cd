"""Which declared grade a unit has that does not meet the whole set; nothing is guessed."""

from collections.abc import Iterable

from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade

Reached = Iterable[tuple[Grade, Outcome]]
"""The grades, the highest first, each with the outcome of what it asks."""


def possible_grades(outcome: Outcome, reached: Reached) -> tuple[Grade, ...]:
    """The grades that a unit may have, the highest first: up to the first one that it surely reaches.

    Args:
        outcome: of the whole set (or criterion); where that is met there is no grade beside it.
    """
    found: list[Grade] = []
    for grade, at in () if outcome.satisfied else reached:
        if at is not Outcome.NOT_MET:
            found.append(grade)
        if at.satisfied:
            break
    return tuple(found)


def grade_of(outcome: Outcome, reached: Reached) -> Grade | None:
    """The highest grade that is reached where the whole is not met; None where that, or a higher one, is open."""
    for grade, at in reached if outcome is Outcome.NOT_MET else ():
        if at is not Outcome.NOT_MET:
            return grade if at.satisfied else None
    return None
