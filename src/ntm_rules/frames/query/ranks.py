"""The logic of outcomes as narwhals expressions.

Outcomes are held as ranks (``model.outcomes.RANK``), so that ``all`` is the least and ``any`` the greatest.
"""

import typing
from collections.abc import Sequence

import narwhals as nw

from ntm_rules.frames.base.ranks import MET, NOT_APPLICABLE, NOT_MET, UNDETERMINED

Expr = nw.Expr


def rank(value: int) -> Expr:
    """Return a constant rank."""
    return nw.lit(value, dtype=nw.Int8)


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


def least_of(members: Sequence[Expr]) -> Expr:
    """``all``."""
    return members[0] if len(members) == 1 else nw.min_horizontal(*members)


def greatest(members: Sequence[Expr]) -> Expr:
    """``any``; what is not applicable counts as not met."""
    found = [nw.when(m == NOT_APPLICABLE).then(rank(NOT_MET)).otherwise(m) for m in members]
    return found[0] if len(found) == 1 else nw.max_horizontal(*found)


def at_least(k: int, members: Sequence[Expr]) -> Expr:
    """``at_least_n``."""
    met = nw.sum_horizontal(*((m == MET).cast(nw.Int32) for m in members))
    may = nw.sum_horizontal(*(((m == MET) | (m == UNDETERMINED)).cast(nw.Int32) for m in members))
    return when_any([(met >= k, rank(MET)), (may < k, rank(NOT_MET))], rank(UNDETERMINED))


def fold(k: int | None, members: Sequence[Expr]) -> Expr:
    """Return a criterion over its indicators, or a set over its criteria."""
    return least_of(members) if k is None else at_least(k, members)


def capped(member: Expr) -> Expr:
    """Return what is not *not met* is undetermined."""
    return nw.min_horizontal(member, rank(UNDETERMINED))
