"""Outcomes, reason codes, and the three-valued logic that every engine shares."""

import typing
from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument


@public()
class Outcome(IntEnum):
    """What an engine answers for a comparison, a connective, an indicator, a criterion or a ruleset."""

    NOT_MET = 0
    MET = 1
    UNDETERMINED = 2
    NOT_APPLICABLE = 3

    @property
    def code(self) -> str:
        """The name used in JSON and SQL: ``not_met``, ``met``, ``undetermined``, ``not_applicable``."""
        return self.name.lower()

    @property
    def satisfied(self) -> bool:
        """True for met and for not applicable."""
        return self is Outcome.MET or self is Outcome.NOT_APPLICABLE

    def __bool__(self) -> bool:
        """Refuse: *undetermined* and *not applicable* would count as true.

        Raises:
            BadArgument: always.
        """
        raise BadArgument(Message("argument.truth", what=f"Outcome.{self.name}"))


@public()
class ReasonCode(Enum):
    """Why something is undetermined, in the order in which codes are listed; and why it is provisional."""

    SELECTOR_MISSING = "selector_missing"
    AMBIGUOUS_CASE = "ambiguous_case"
    NO_CELL = "no_cell"
    DELEGATED = "delegated"
    PENDING = "pending"
    BELOW_MINIMUM_EVIDENCE = "below_minimum_evidence"
    FACT_INVALID = "fact_invalid"
    FACT_MISSING = "fact_missing"
    EMPTY_WHOLE = "empty_whole"
    LAYER_NOT_READ = "layer_not_read"


ALL = ((0, 0, 0, 0), (0, 1, 2, 1), (0, 2, 2, 2), (0, 1, 2, 3))
"""The truth table of ``all`` by codes; folding it from 3 gives the outcome of any number of members."""

ANY = ((0, 1, 2, 0), (1, 1, 1, 1), (2, 1, 2, 2), (0, 1, 2, 0))
"""The truth table of ``any`` by codes; folding it from 0."""


RANK = (0, 2, 1, 3)
"""The rank of each code: ``all`` is the member of the least rank; ``any`` that of the greatest, where what is not
applicable ranks as not met. The rank of a rank is the code again."""


def all_of(codes: Sequence[int]) -> int:
    """Return the outcome of ``all`` over its members' codes: ``ALL``, folded."""
    if 0 in codes:
        return 0
    if 2 in codes:
        return 2
    return 1 if 1 in codes else 3


def at_least_of(k: int, codes: Sequence[int]) -> int:
    """Return the outcome of ``at_least_n`` over its members' codes; ``any`` is k = 1. k never shrinks."""
    met = codes.count(1)
    if met >= k:
        return 1
    return 0 if met + codes.count(2) < k else 2


@public("law")
@frozen
class Needed:
    """Which of its members a criterion or a set needs.

    Attributes:
        k: at least so many of them; None for all.
        must: the places of those that have to be met among the *k*; one that does not apply does not have to.
    """

    k: int | None = None
    must: tuple[int, ...] = ()


def joined(needed: Needed, codes: Sequence[int]) -> int:
    """Return the outcome of a criterion over its indicators, or of a set over its criteria."""
    if needed.k is None:
        return all_of(codes)
    found = at_least_of(needed.k, codes)
    return all_of([found, *[codes[place] for place in needed.must]]) if needed.must else found


def that_decide(outcome: int, codes: Sequence[int], needed: Needed) -> list[int]:
    """Return the places of the members that decide a connective; ``all`` and ``not`` need all members.

    An ``all`` fails by those that are not met and holds by every member; k of n holds by those that are met and
    fails by every member that is not. Members that must be met are in an ``all`` with the k of n. What is undetermined
    nothing decides.
    """
    if outcome == 2:
        return []
    k, must = needed.k, needed.must
    if k is None:
        deciding = {0} if outcome == 0 and 0 in codes else {0, 1, 2, 3}
        return [place for place, code in enumerate(codes) if code in deciding]
    if outcome == 1:
        return [place for place, code in enumerate(codes) if code == 1 or place in must]
    short = at_least_of(k, codes) == 0
    return [place for place, code in enumerate(codes) if (short and code in (0, 3)) or (place in must and code == 0)]


def negation_of(code: int) -> int:
    """Return the outcome of ``not``: met and not met change places, the others stay."""
    return 1 - code if code < 2 else code


def guarded(applies: int, condition: int) -> int:
    """Return the outcome of an indicator with ``applies_if``: undetermined applicability hides the condition."""
    if applies == 1:
        return condition
    return 2 if applies == 2 else 3


Grade = typing.TypeVar("Grade")

Reached = Iterable[tuple[Grade, Outcome]]
"""The grades of a set, the highest first, each with the outcome of what it asks."""


def possible_grades(outcome: Outcome, reached: Reached[Grade]) -> tuple[Grade, ...]:
    """Return the grades that a unit may have, the highest first: up to the first one that it surely reaches.

    Args:
        outcome: of the whole set (or criterion); where that is met it has no grade.
    """
    found: list[Grade] = []
    for grade, at in () if outcome.satisfied else reached:
        if at is not Outcome.NOT_MET:
            found.append(grade)
        if at.satisfied:
            break
    return tuple(found)


def grade_of(outcome: Outcome, reached: Reached[Grade]) -> Grade | None:
    """Return the highest grade reached where the whole is not met; None where that, or a higher one, is open."""
    for grade, at in reached if outcome is Outcome.NOT_MET else ():
        if at is not Outcome.NOT_MET:
            return grade if at.satisfied else None
    return None
