"""The logic of outcomes as expressions of a query.

Truth in a database is nullable, and its logic is Kleene's: so is ours. Null is *undetermined*. What does not apply
counts as true, so that it fails nothing, and has a second column that says so, where it can be at all.
"""

from collections.abc import Iterable, Sequence

from attrs import frozen

from ntm_rules.frames.query.expressions import (
    FALSE,
    TRUE,
    Expr,
    Kind,
    choose,
    every,
    first_known,
    first_true,
    lit,
    null,
    some,
    total,
)
from ntm_rules.model.outcomes import Outcome


@frozen
class Truth:
    """The outcome of a condition.

    Attributes:
        holds: true where it is met or does not apply, false where it is not met, null where that is not known.
        away: true where it does not apply, false elsewhere, never null; None where it always applies.
    """

    holds: Expr
    away: Expr | None = None

    @property
    def met(self) -> Expr:
        """True where it is met, false where it is not or does not apply, null where that is not known."""
        return self.holds if self.away is None else self.holds & ~self.away

    @property
    def open(self) -> Expr:
        """True where it is undetermined."""
        return self.holds.is_null()

    @property
    def code(self) -> Expr:
        """The code of the outcome."""
        cases = [(self.holds, Outcome.MET), (self.open, Outcome.UNDETERMINED)]
        if self.away is not None:
            cases.insert(0, (self.away, Outcome.NOT_APPLICABLE))
        return first_true([(truth, _small(int(outcome))) for truth, outcome in cases], _small(int(Outcome.NOT_MET)))


def unknown() -> Expr:
    """Return what is not known."""
    return null(Kind.BOOLEAN)


def constant(outcome: Outcome) -> Truth:
    """Return an outcome whatever the facts."""
    if outcome is Outcome.UNDETERMINED:
        return Truth(unknown())
    return Truth(lit(bool(outcome.satisfied)), TRUE if outcome is Outcome.NOT_APPLICABLE else None)


def all_of(members: Sequence[Truth]) -> Truth:
    """``all``; it does not apply where no member does."""
    away = [member.away for member in members if member.away is not None]
    both = every(away) if len(away) == len(members) else None
    return Truth(every([member.holds for member in members]), both)


def any_of(members: Sequence[Truth]) -> Truth:
    """``any``; what does not apply counts as not met."""
    return Truth(some([member.met for member in members]))


def at_least_of(k: int, members: Sequence[Truth]) -> Truth:
    """``at_least_n``."""
    if k == 1:
        return any_of(members)
    met, failed = count(member.met for member in members), count(~member.met for member in members)
    return Truth(first_true([(met >= k, TRUE), (failed > len(members) - k, FALSE)], unknown()))


def negation_of(member: Truth) -> Truth:
    """``not``; what does not apply stays so."""
    holds = ~member.holds
    return Truth(holds if member.away is None else holds | member.away, member.away)


def guarded(applies: Truth, condition: Truth) -> Truth:
    """Return an indicator with ``applies_if``."""
    guard = applies.met
    holds = first_true([(guard, condition.holds), (~guard, TRUE)], unknown())
    away = (~guard).known_or(False)
    if condition.away is not None:
        away = away | (guard & condition.away).known_or(False)
    return Truth(holds, away)


def capped(member: Truth) -> Truth:
    """Return undetermined in place of what is not *not met*: with null only what is false keeps its truth."""
    return Truth(member.holds & unknown())


def denying(member: Truth) -> Truth:
    """Return not applicable in place of what is not *not met*."""
    silent = member.holds.known_or(True)
    return Truth(silent, silent)


def agreed(one: Truth, other: Truth) -> Truth:
    """Return what both say; undetermined where they differ."""
    same = one.holds == other.holds
    if one.away is None or other.away is None:
        return Truth(choose(same, one.holds, unknown()))
    away = one.away & other.away
    return Truth(choose(same & (one.away == other.away), one.holds, unknown()), away)


def filled(one: Truth, other: Truth) -> Truth:
    """Return the one where it is decided, the other elsewhere."""
    away = [each for each in (one.away, None if other.away is None else one.open & other.away) if each is not None]
    return Truth(first_known(one.holds, other.holds), some(away) if away else None)


def count(truths: Iterable[Expr]) -> Expr:
    """Return how many of some truths are true."""
    # Polars casts a truth to a number three times as slowly as it chooses one
    found = [choose(truth, _small(1), _small(0)) for truth in truths]
    if len(found) > _MOST:
        found = [each.cast(Kind.INT16) for each in found]
    return total(found) if found else lit(0)


def _small(value: int) -> Expr:
    return lit(value, Kind.INT8)


_MOST = 127
"""The most that a truth as a number counts up to in Polars, where it takes one byte."""
_LONGEST = 50
"""Conditions of one chain: each is nested in the one before it, and no engine nests without end."""


def first_of(cases: Sequence[tuple[Expr, Expr]], kind: Kind) -> Expr:
    """Return the value of the condition that is true, of many of which at most one is; null where none is."""
    nothing = null(kind)
    chains = [first_true(cases[start : start + _LONGEST], nothing) for start in range(0, len(cases), _LONGEST)]
    return first_known(*chains)
