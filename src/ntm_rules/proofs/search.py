"""Whether some facts show something: asked of z3, answered by facts that an assessment confirms."""

import time
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.facts import FactType, RatioOf
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Value
from ntm_rules.model.walk import indicators, with_prerequisites
from ntm_rules.proofs.assume import Assumed, UnknownCell, filled
from ntm_rules.proofs.read import SymbolicRuleset, Trace
from ntm_rules.proofs.replay import SATISFIED, Claim, Replay, Wanted, improved
from ntm_rules.proofs.shared import Answered, Shared, Shown
from ntm_rules.proofs.terms import Term
from ntm_rules.proofs.variables import FoundFacts, NotShort

_LONG = Message("proofs.long")
NOT_CONFIRMED = Message("proofs.not_confirmed")


@public("proofs")
@frozen
class Limits:
    """How long to look.

    Attributes:
        query: seconds for one question to z3.
        total: seconds for all questions about one composed ruleset.
    """

    query: float = 2.0
    total: float = 60.0


class Undecided(Exception):  # noqa: N818 - never leaves the room
    """A question without an answer, and why."""

    def __init__(self, why: Message) -> None:
        self.why = why
        super().__init__(str(why))


class Search:
    """Questions about one ruleset, or about several over the same facts.

    Raises:
        EngineUnavailable: z3 is not installed.
        ValueError: the rulesets cannot be about one unit.
    """

    def __init__(self, rulesets: Iterable[Ruleset], limits: Limits | None = None, shared: Shared | None = None) -> None:
        self.rulesets = tuple(rulesets)
        self.limits = limits or Limits()
        self.shared = shared or Shared()
        self.logic, self.variables = self.shared.logic, self.shared.variables
        self.bindings: dict[str, str] = {}
        for ruleset in self.rulesets:
            for name, value in ruleset.bindings:
                if self.bindings.setdefault(name, value) != value:
                    raise ValueError(f"`{name}` is `{self.bindings[name]}` for one set and `{value}` for the other")
        self.unknown = [self.shared.reading(r, unknowns=True) for r in self.rulesets]
        self.numbers = [_numbers(ruleset) for ruleset in self.rulesets]
        self.read = frozenset(name for reading in self.unknown for name in reading.traces[0].facts)
        unknown = {p for reading in self.unknown for p in reading.traces[0].bound(self.bindings).unknown}
        self.places = sorted((place for place in unknown if place in self.variables.unknown), key=str)
        self.strict = self.unknown
        if unknown:
            self.strict = [self.shared.reading(r, unknowns=False) for r in self.rulesets]
        self.solver = self.logic.z3.Solver(ctx=self.logic.context)
        self.solver.set("timeout", int(self.limits.query * 1000))
        parts = dict.fromkeys(rule for ruleset in self.rulesets for rule in _parts(ruleset))
        self.solver.add(*self.variables.constraints(self.read, self.places, parts))
        self.solver.add(*(term for reading in self.unknown for term in reading.bound()))
        self.inputs = frozenset(f.id for r in self.rulesets for f in r.facts)
        self.names = self.read | self.inputs
        self.deadline = time.monotonic() + self.limits.total
        self.bound = {name: value for name, value in self.bindings.items() if name in self.names}
        found = self.shared.found(self.rulesets, strict=True)
        self.as_it_is = Replay(lambda side: self.rulesets[side], self.bound, found)
        self._with_values: Replay | None = None
        self._chosen: Term = True
        self._literals: dict[object, tuple[Term, object]] = {}
        self._traces: dict[object, Trace] = {}
        self._best: dict[int, FoundFacts | None] = {}

    @cached_property
    def _possible(self) -> bool:
        """False if the bounds of facts contradict each other: then everything and nothing could be proved."""
        return bool(self.solver.check() != self.logic.z3.unsat)

    def trace(self, claim: Claim) -> Trace:
        """Return what the outcomes of a claim rest on."""
        key = frozenset((w.side, w.place) for w in claim.wanted)
        if key not in self._traces:
            found = Trace()
            for side, place in sorted(key):
                found.add(self.unknown[side].traces[place])
            self._traces[key] = found.bound(self.bindings)
        return self._traces[key]

    def exists(self, claim: Claim) -> Answered:
        """Return whether some facts show the claim."""
        key = self._key(claim)
        if key is not None and key in self.shared.answers:
            return self.shared.answers[key]
        try:
            answer = self._exists(claim)
        except Undecided as undecided:
            return Answered(Shown.UNDECIDED, why=undecided.why)
        if key is not None:
            self.shared.answers[key] = answer
        return answer

    def _key(self, claim: Claim) -> object:
        """Return what the answer depends on, if all of it is read once for all rulesets; else None."""
        if any(w.place <= len(self.rulesets[w.side].criteria) for w in claim.wanted):
            return None
        trace = self.trace(claim)
        by = {selector for selectors, _, _ in trace.cells for selector in selectors}
        bound = tuple((name, value) for name, value in self.bindings.items() if name in trace.facts or name in by)
        codes = ((id(self.unknown[w.side].codes[w.place]), w.outcomes) for w in claim.wanted)
        return (*codes, claim.whole, bound)

    def _exists(self, claim: Claim) -> Answered:
        if self._contradictory(claim):
            return Answered(Shown.NO)
        unknown = self.trace(claim).unknown
        if claim.decided or not unknown:
            found = self._shown(claim, self.as_it_is, self.strict, True)
            if found is not None:
                return self._answer(Shown.YES, claim, found, self.as_it_is, {})
            if not unknown:
                return Answered(Shown.NO)
        asked = self._terms(claim, self.unknown)
        if asked[0] is False:
            return Answered(Shown.NO)
        shown = Shown.DEPENDS if claim.decided else Shown.YES
        replay = self._filled()
        found = self._shown(claim, replay, self.unknown, self._chosen)
        if found is not None:
            return self._answer(shown, claim, found, replay, self.shared.chosen)
        model = self._model(asked)
        if model is None:
            return Answered(Shown.NO)
        found, assumed = model
        replay = Replay(lambda side: filled(self.rulesets[side], assumed), self.bound)
        return self._answer(shown, claim, found, replay, assumed)

    def _contradictory(self, claim: Claim) -> bool:
        """Return True if two different outcomes of the same condition are wanted."""
        seen: dict[int, set[Outcome]] = {}
        for w in claim.wanted:
            outcomes = seen.setdefault(id(self.unknown[w.side].codes[w.place]), set(w.outcomes))
            outcomes &= set(w.outcomes)
        return not all(seen.values())

    def _shown(self, claim: Claim, replay: Replay, readings: list[SymbolicRuleset], more: Term) -> FoundFacts | None:
        """Return facts that show a claim: found before, put together from what is known, or found by z3."""
        terms = [*self._terms(claim, readings), more]
        if terms[0] is False:
            return None
        known = replay.shows(claim)
        if known is not None:
            return known
        spliced = self._spliced(claim, replay, readings, more) if claim.decided else None
        if spliced is not None:
            return spliced
        model = self._model(terms, values=False)
        if model is None:
            return None
        replay.found.append(model[0])
        return model[0]

    def _spliced(self, claim: Claim, replay: Replay, readings: list[SymbolicRuleset], more: Term) -> FoundFacts | None:
        """Return facts that are as good as can be, but for those that show the first thing wanted."""
        if len(claim.wanted) == 1:
            return None
        best, first = self._good(replay, readings, more), self.exists(Claim(claim.wanted[:1]))
        if best is None or first.facts is None:
            return None
        spliced = FoundFacts({**best.facts, **first.facts}, frozenset(), claim.whole)
        return spliced if replay.holds(claim, spliced.facts) else None

    def _good(self, replay: Replay, readings: list[SymbolicRuleset], more: Term) -> FoundFacts | None:
        """Return facts that meet the first set, as well as they can."""
        if id(replay) not in self._best:
            claim = Claim((Wanted(0, 0, SATISFIED),))
            found = self._shown(claim, replay, readings, more)
            if found is not None:
                parts = [n for r in self.variables.within(self.read) for n in (r.rule.part, r.rule.whole)]
                better = improved(found.facts, self.variables.facts, parts)
                if not replay.holds(claim, better):  # not all at once
                    facts = dict(found.facts)
                    for name, value in better.items():
                        if value != facts[name] and replay.holds(claim, facts | {name: value}):
                            facts[name] = value
                    better = facts
                found = FoundFacts(better, found.names, found.empty)
                replay.found.append(found)
            self._best[id(replay)] = found
        return self._best[id(replay)]

    def _filled(self) -> Replay:
        """Return the rulesets with values in their unknown cells: the same for all questions, where that will do."""
        if self._with_values is None:
            chosen, variables = self.shared.chosen, self.variables
            new = [place for place in self.places if place not in chosen]
            if new:
                old = variables.pinned({place: chosen[place] for place in self.places if place in chosen})
                asked = [self._literal("old", None, lambda: old)]
                asked.append(self._literal("new", None, lambda: variables.moderate(new)))
                model = self._model(asked) or self._model(asked[:1])
                if model is None:
                    raise Undecided(Message("proofs.no_values"))
                chosen |= {place: model[1][place] for place in new}
            self._chosen = self.logic.boolean("chosen")
            here = {place: chosen[place] for place in self.places}
            ties = variables.ties(self.read, [value for value in here.values() if isinstance(value, Decimal)])
            self.solver.add(self.logic.z3.Implies(self._chosen, self.logic.both(variables.pinned(here), *ties)))
            found = self.shared.found(self.rulesets, strict=False)
            self._with_values = Replay(self._filled_side, self.bound, found)
        return self._with_values

    def _filled_side(self, side: int) -> Ruleset:
        return self.shared.filled(self.rulesets[side], self.bindings)

    def _terms(self, claim: Claim, readings: list[SymbolicRuleset]) -> list[Term]:
        """Return what has to be true for a claim; only False where a part of it never is."""
        found: list[Term] = []
        for w in claim.wanted:
            term = self._wanted(readings[w.side], w)
            if term is False:
                return [False]
            found.append(term)
        if claim.whole:
            found.append(self._literal("wholes", None, lambda: self.variables.wholes(self.read)))
        return found

    def _wanted(self, reading: SymbolicRuleset, wanted: Wanted) -> Term:
        code, outcomes = reading.codes[wanted.place], wanted.outcomes
        key = (id(code), id(outcomes))
        return self._literal(key, (code, outcomes), lambda: reading.algebra.is_one_of(code, outcomes))

    def _literal(self, key: object, kept: object, term: typing.Callable[[], Term]) -> Term:
        """Return a variable that implies a term, so that the solver keeps what it learns.

        Args:
            kept: lives as long as the key, which may be made of its identity.
        """
        if key not in self._literals:
            made = term()
            if not isinstance(made, bool):
                literal = self.logic.boolean(f"literal {len(self._literals)}")
                self.solver.add(self.logic.z3.Implies(literal, made))
                made = literal
            self._literals[key] = made, kept
        return self._literals[key][0]

    def find(self, term: Term, year: int) -> FoundFacts | None:
        """Return facts for which a term is true in a year, not confirmed by anything; None if there are none.

        Raises:
            Undecided: nobody knows.
        """
        model = self._model([self._literal(("term", term.get_id()), term, lambda: term)], year, values=False)
        return None if model is None else model[0]

    def _model(
        self, terms: list[Term], year: int | None = None, values: bool = True
    ) -> tuple[FoundFacts, dict[UnknownCell, Value]] | None:
        """Return facts, and values of the unknown cells, for which all terms are true; None if there are none."""
        if any(term is False for term in terms):
            return None
        if not self._possible:
            raise Undecided(Message("proofs.impossible"))
        if time.monotonic() > self.deadline:
            raise Undecided(Message("proofs.time", seconds=f"{self.limits.total:g}"))
        z3, solver, variables = self.logic.z3, self.solver, self.variables
        year = year or self.rulesets[0].year
        asked = [self._literal(year, None, lambda: variables.year == year), *(t for t in terms if t is not True)]
        for short in (False, True):
            if short:
                asked.append(self._literal("short", None, self._short))
            result = solver.check(*asked)
            if result == z3.unsat and not short:
                return None
            if result != z3.sat:
                raise Undecided(_LONG if result == z3.unsat else Message("proofs.z3", reason=solver.reason_unknown()))
            model = solver.model()
            try:
                witness = variables.witness(model, self.read, self.names)
                return witness, variables.assumed(model, self.places) if values else {}
            except NotShort:
                continue
        raise Undecided(_LONG)

    def _short(self) -> Term:
        return self.logic.both(*self.variables.short(self.read, self.places))

    def _answer(self, shown: Shown, claim: Claim, witness: FoundFacts, replay: Replay, assumed: Assumed) -> Answered:
        """Return the answer with the facts that matter, if an assessment of these confirms it."""
        trace = self.trace(claim)
        needed, every = self.variables.needed(trace.facts), {**witness.facts, **self.bound}
        for facts in ({k: v for k, v in every.items() if k in needed}, every):
            if replay.confirms(claim, facts):
                codes = () if claim.decided else self._codes(claim, replay, facts)
                inputs = self.inputs
                values = {str(place): assumed[place] for place in trace.unknown if place in assumed}
                if replay is not self.as_it_is:
                    values |= {name: bool(value) for name, value in facts.items() if name not in inputs}
                stated = {name: value for name, value in facts.items() if name in inputs}
                return Answered(shown, stated, dict(sorted(values.items())), "", codes)
        raise Undecided(NOT_CONFIRMED)

    def _codes(self, claim: Claim, replay: Replay, facts: Mapping[str, FactValue]) -> tuple[ReasonCode, ...]:
        """Return why the first thing wanted is undetermined."""
        wanted = claim.wanted[0]
        found = replay.verdict(wanted.side, facts).indicators
        return next((found[no].codes for no, place in self.numbers[wanted.side].items() if place == wanted.place), ())


def _numbers(ruleset: Ruleset) -> dict[str, int]:
    """Return the printed numbers of the indicators, each with its place among the outcomes."""
    found = [indicator.no for _, indicator in indicators(ruleset)]
    return {no: place for place, no in enumerate(found, 1 + len(ruleset.criteria))}


def _parts(ruleset: Ruleset) -> Iterator[RatioOf]:
    """Yield the parts that an assessment refuses if they are greater than their wholes."""
    for asked in with_prerequisites(ruleset):
        yield from (f.ratio for f in asked.facts if f.ratio is not None and f.type is FactType.PERCENT)
        rules = ((d.fact, d.rule) for d in asked.derived)
        yield from (rule for fact, rule in rules if isinstance(rule, RatioOf) and fact.type is FactType.PERCENT)
