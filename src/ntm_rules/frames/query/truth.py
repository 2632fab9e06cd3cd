"""The logic of outcomes as narwhals expressions.

Truth in a database is nullable, and its logic is Kleene's: so is ours. Null is *undetermined*. What does not apply
counts as true, so that it fails nothing, and has a second column that says so, where it can be at all.
"""

import functools
import operator
import typing
from collections.abc import Iterable, Sequence

import narwhals as nw
from attrs import frozen

from ntm_rules.model.outcomes import Outcome

Expr = nw.Expr


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

    def code(self, narrow: bool) -> Expr:
        """Return the code of the outcome; *narrow* where truth can become an integer of one byte."""
        kind = nw.Int8 if narrow else nw.Int32
        code = self.holds.cast(kind).fill_null(nw.lit(int(Outcome.UNDETERMINED), dtype=kind))
        if self.away is not None:
            code = nw.when(self.away).then(nw.lit(int(Outcome.NOT_APPLICABLE), dtype=kind)).otherwise(code)
        return code if narrow else code.cast(nw.Int8)


def unknown() -> Expr:
    """Return what is not known."""
    return nw.lit(None, dtype=nw.Boolean)


def constant(outcome: Outcome) -> Truth:
    """Return an outcome whatever the facts."""
    if outcome is Outcome.UNDETERMINED:
        return Truth(unknown())
    return Truth(nw.lit(outcome.satisfied), nw.lit(True) if outcome is Outcome.NOT_APPLICABLE else None)


def all_of(members: Sequence[Truth]) -> Truth:
    """``all``; it does not apply where no member does."""
    away = [member.away for member in members if member.away is not None]
    both = _both(away) if len(away) == len(members) else None
    return Truth(_both([member.holds for member in members]), both)


def any_of(members: Sequence[Truth]) -> Truth:
    """``any``; what does not apply counts as not met."""
    return Truth(functools.reduce(operator.or_, (member.met for member in members)))


def at_least_of(k: int, members: Sequence[Truth]) -> Truth:
    """``at_least_n``."""
    if k == 1:
        return any_of(members)
    met = count(member.met.fill_null(False) for member in members)
    may = count(member.met.fill_null(True) for member in members)
    return Truth(nw.when(met >= k).then(nw.lit(True)).when(may < k).then(nw.lit(False)).otherwise(unknown()))


def negation_of(member: Truth) -> Truth:
    """``not``; what does not apply stays so."""
    holds = ~member.holds
    return Truth(holds if member.away is None else holds | member.away, member.away)


def guarded(applies: Truth, condition: Truth) -> Truth:
    """Return an indicator with ``applies_if``."""
    guard = applies.met
    holds = nw.when(guard).then(condition.holds).when(~guard).then(nw.lit(True)).otherwise(unknown())
    away = (~guard).fill_null(False)
    if condition.away is not None:
        away = away | (guard & condition.away).fill_null(False)
    return Truth(holds, away)


def capped(member: Truth) -> Truth:
    """Return undetermined in place of what is not *not met*: with null only what is false keeps its truth."""
    return Truth(member.holds & unknown())


def agreed(one: Truth, other: Truth) -> Truth:
    """Return what both say; undetermined where they differ."""
    same = one.holds == other.holds
    if one.away is None or other.away is None:
        return Truth(nw.when(same).then(one.holds).otherwise(unknown()))
    away = one.away & other.away
    return Truth(nw.when(same & (one.away == other.away)).then(one.holds).otherwise(unknown()), away)


def count(truths: Iterable[Expr], narrow: bool = False) -> Expr:
    """Return how many of some truths are true, none of which is null; *narrow* as for ``Truth.code``."""
    found = list(truths)
    kind = nw.Int8 if narrow and len(found) < 128 else nw.Int32  # PostgreSQL turns truth into no smaller integer
    return functools.reduce(operator.add, (truth.cast(kind) for truth in found)) if found else nw.lit(0)


def when_any(groups: Sequence[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """Return the value of the first condition that is true."""
    chain: typing.Any = None
    for condition, value in groups:
        chain = nw.when(condition).then(value) if chain is None else chain.when(condition).then(value)
    return otherwise if chain is None else typing.cast(Expr, chain.otherwise(otherwise))


_LONGEST = 50
"""Conditions of one chain: each is nested in the one before it, and no engine nests without end."""


def first_of(groups: Sequence[tuple[Expr, Expr]], kind: typing.Any) -> Expr:
    """Return the value of the condition that is true, of many of which at most one is; null where none is."""
    nothing = nw.lit(None, dtype=kind)
    chains = [when_any(groups[start : start + _LONGEST], nothing) for start in range(0, len(groups), _LONGEST)]
    return chains[0] if len(chains) == 1 else nw.coalesce(*chains)


def _both(truths: Sequence[Expr]) -> Expr:
    return functools.reduce(operator.and_, truths)
