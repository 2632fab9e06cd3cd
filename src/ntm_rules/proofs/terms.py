"""Truth as z3 terms: what is known to be true or false before solving never becomes a term."""

import typing
from collections.abc import Iterable
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable

NEEDS_Z3 = Message("proofs.needs_z3")

Term = typing.Any
"""A z3 expression, or True or False; z3 has no types of its own."""


class Logic:
    """Makes terms in a context of its own, so that two proofs in two threads share nothing.

    Raises:
        EngineUnavailable: z3 is not installed.
    """

    def __init__(self) -> None:
        try:
            import z3  # type: ignore[import-untyped, unused-ignore]
        except ImportError as error:
            raise EngineUnavailable(NEEDS_Z3) from error
        self.z3: typing.Any = z3
        self.context: typing.Any = z3.Context()

    def boolean(self, name: str) -> Term:
        """Return a yes/no variable."""
        return self.z3.Bool(name, self.context)

    def number(self, name: str, whole: bool) -> Term:
        """Return a numeric variable; *whole* for an integer."""
        return self.z3.Int(name, self.context) if whole else self.z3.Real(name, self.context)

    def constant(self, value: Decimal | int) -> Term:
        """Return an exact number."""
        if value == int(value):
            return self.z3.IntVal(int(value), self.context)
        return self.z3.RealVal(format(Decimal(value), "f"), self.context)

    def both(self, *terms: Term) -> Term:
        """Return a term that is true where every term is."""
        kept = [t for t in terms if t is not True]
        if any(t is False for t in kept):
            return False
        return kept[0] if len(kept) == 1 else self.z3.And(kept) if kept else True

    def either(self, *terms: Term) -> Term:
        """Return a term that is true where at least one term is."""
        kept = [t for t in terms if t is not False]
        if any(t is True for t in kept):
            return True
        return kept[0] if len(kept) == 1 else self.z3.Or(kept) if kept else False

    def opposite(self, term: Term) -> Term:
        """Return a term that is true where the term is not."""
        if isinstance(term, bool):
            return not term
        return term.arg(0) if self.z3.is_not(term) else self.z3.Not(term)

    def where(self, term: Term, number: Term) -> Term:
        """Return a number where the term is true, else 0."""
        if isinstance(term, bool):
            return number if term else self.constant(0)
        return self.z3.If(term, number, self.constant(0))

    def at_least(self, k: int, terms: Iterable[Term]) -> Term:
        """Return a term that is true where at least *k* terms are."""
        members = list(terms)
        k -= sum(t is True for t in members)
        kept = [t for t in members if not isinstance(t, bool)]
        if k <= 0:
            return True
        if k > len(kept):
            return False
        if k == 1:
            return self.either(*kept)
        return self.both(*kept) if k == len(kept) else self.z3.AtLeast(*kept, k)
