"""z3 asked for facts that make some terms true, within limits of work."""

import typing
from collections.abc import Mapping
from functools import cached_property

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.thresholds import Value
from ntm_rules.proofs.assume import UnknownCell
from ntm_rules.proofs.posed import Posed
from ntm_rules.proofs.read import SymbolicRuleset
from ntm_rules.proofs.replay import Claim, Wanted
from ntm_rules.proofs.terms import Term
from ntm_rules.proofs.variables import FoundFacts, NotShort

_LONG = Message("proofs.long")

Found = tuple[FoundFacts, dict[UnknownCell, Value]]
"""Facts, and the values of the unknown cells that go with them."""


@public("proofs")
@frozen
class Limits:
    """How much work to do, in the units in which z3 counts its own: the same on every machine, loaded or idle.

    A second of an idle machine of 2025 is about two million.

    Attributes:
        query: for one question to z3.
        total: for all questions about one composed ruleset.
    """

    query: int = 10_000_000
    total: int = 150_000_000


class Undecided(Exception):  # noqa: N818 - never leaves the room
    """A question without an answer, and why."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(str(why))


class Solving:
    """A solver that knows what facts and unknown cells can be.

    Terms are asked for by literals, variables that imply them: the solver then keeps what it has learned about a term
    from one question to the next, where it would forget it with a term that is pushed and popped.
    """

    def __init__(self, posed: Posed, limits: Limits) -> None:
        self.posed, self.limits = posed, limits
        self.logic, self.variables = posed.shared.logic, posed.shared.variables
        self.spent = 0
        self._literals: dict[object, tuple[Term, object]] = {}
        self._solver = self.logic.z3.Solver(ctx=self.logic.context)
        self._solver.set("rlimit", limits.query)
        self._solver.add(*self.variables.constraints(posed.read, posed.places, posed.parts))
        self._solver.add(*self.variables.consistent(posed.read, posed.relations))
        self._solver.add(*(term for reading in posed.unknown for term in reading.bound()))

    @cached_property
    def _possible(self) -> bool:
        """False if the bounds of facts contradict each other: then everything and nothing could be proved."""
        return bool(self._solver.check() != self.logic.z3.unsat)

    # -- terms -------------------------------------------------------------------------------

    def literal(self, key: object, kept: object, term: typing.Callable[[], Term]) -> Term:
        """Return the variable that implies a term.

        Args:
            kept: lives as long as the key, which may be made of its identity.
        """
        if key not in self._literals:
            made = term()
            if not isinstance(made, bool):
                made = self.implying(f"literal {len(self._literals)}", made)
            self._literals[key] = made, kept
        return self._literals[key][0]

    def implying(self, name: str, term: Term) -> Term:
        """Return a new variable that implies a term."""
        literal = self.logic.boolean(name)
        self._solver.add(self.logic.z3.Implies(literal, term))
        return literal

    def terms(self, claim: Claim, readings: typing.Sequence[SymbolicRuleset]) -> list[Term]:
        """Return what has to be true for a claim; only False where a part of it never is."""
        found: list[Term] = []
        for w in claim.wanted:
            term = self._wanted(readings[w.side], w)
            if term is False:
                return [False]
            found.append(term)
        if claim.whole:
            found.append(self.literal("wholes", None, lambda: self.variables.wholes(self.posed.read)))
        return found

    def _wanted(self, reading: SymbolicRuleset, wanted: Wanted) -> Term:
        code, outcomes = reading.codes[wanted.place], wanted.outcomes
        key = (id(code), id(outcomes))
        return self.literal(key, (code, outcomes), lambda: reading.algebra.is_one_of(code, outcomes))

    # -- questions ---------------------------------------------------------------------------

    def model(self, terms: list[Term], year: int | None = None, values: bool = True) -> Found | None:
        """Return facts, and values of the unknown cells, for which all terms are true; None if there are none.

        Numbers may be as long as they like at first. Where a long one comes out, the same is asked again for short ones
        only, which is slower.

        Raises:
            Undecided: nobody knows.
        """
        if any(term is False for term in terms):
            return None
        if not self._possible:
            raise Undecided(Message("proofs.impossible"))
        if self.spent >= self.limits.total:
            raise Undecided(Message("proofs.work/total"))
        year = year or self.posed.rulesets[0].year
        asked = [self.literal(year, None, lambda: self.variables.year == year), *(t for t in terms if t is not True)]
        if not self._satisfied(asked):
            return None
        try:
            return self._read_off(values)
        except NotShort:
            asked.append(self.literal("short", None, self._short))
        if not self._satisfied(asked):
            raise Undecided(_LONG)
        try:
            return self._read_off(values)
        except NotShort:
            raise Undecided(_LONG) from None

    def contradiction(self, wanted: Mapping[str, Wanted]) -> tuple[str, ...]:
        """Return the names of a few outcomes that no facts have together, none of which can be left out.

        Raises:
            Undecided: nobody knows.
        """
        terms = {name: self._wanted(self.posed.unknown[w.side], w) for name, w in wanted.items()}
        kept = {name: term for name, term in terms.items() if term is not True}
        if any(term is False for term in kept.values()) or self._satisfied(list(kept.values())):
            return ()
        for name in tuple(kept):
            fewer = {other: term for other, term in kept.items() if other != name}
            if not self._satisfied(list(fewer.values())):
                kept = fewer
        return tuple(kept)

    def _satisfied(self, asked: list[Term]) -> bool:
        """Return whether there is a model.

        Raises:
            Undecided: z3 gave up.
        """
        before = self._work()
        result = self._solver.check(*asked)
        used = self._work() - before
        self.spent += used
        if result == self.logic.z3.unknown:
            # z3 says "canceled" for the limit and for Ctrl-C alike, so the work done tells
            code = "proofs.work" if used >= self.limits.query else "proofs.z3"
            raise Undecided(Message(code, reason=self._solver.reason_unknown()))
        return bool(result == self.logic.z3.sat)

    def _work(self) -> int:
        """Return how much z3 has done so far, over all solvers of the context."""
        counted = self._solver.statistics()
        return int(counted.get_key_value("rlimit count")) if "rlimit count" in counted.keys() else 0  # noqa: SIM118

    def _read_off(self, values: bool) -> Found:
        """Return the facts of the model just found.

        Raises:
            NotShort: a number has too many digits.
        """
        model, posed = self._solver.model(), self.posed
        witness = self.variables.witness(model, posed.read, posed.names)
        return witness, self.variables.assumed(model, posed.places) if values else {}

    def _short(self) -> Term:
        return self.logic.both(*self.variables.short(self.posed.read, self.posed.places))
