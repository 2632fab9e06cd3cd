"""Whether some facts show something: asked of z3, answered by facts that an assessment confirms."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.arguments import need
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.proofs.assume import Assumed, UnknownCell, filled
from ntm_rules.proofs.posed import Posed
from ntm_rules.proofs.read import SymbolicRuleset
from ntm_rules.proofs.replay import SATISFIED, Claim, Replay, Wanted, improved
from ntm_rules.proofs.shared import Answered, Shared, Shown
from ntm_rules.proofs.solver import Limits, Solving, Undecided
from ntm_rules.proofs.terms import Term
from ntm_rules.proofs.variables import FoundFacts

NOT_CONFIRMED = Message("proofs.not_confirmed")

Readings = Sequence[SymbolicRuleset]
"""The rulesets as terms, in the order in which they are asked about."""


class Search:
    """Questions about one ruleset, or about several over the same facts.

    The cheap ways come first: an answer given before, facts found before, good facts put together with those that show
    one thing; z3 is asked last. The ruleset is asked as it is, where an unknown cell is undetermined; then with values
    chosen once for its unknown cells; then for any values of these.

    Raises:
        EngineUnavailable: z3 is not installed.
        ValueError: the rulesets cannot be about one unit.
    """

    def __init__(self, rulesets: Iterable[Ruleset], limits: Limits | None = None, shared: Shared | None = None) -> None:
        rulesets = tuple(rulesets)
        for ruleset in rulesets:
            need("ruleset", ruleset, Ruleset)
        self.shared = shared or Shared()
        self.variables = self.shared.variables
        self.posed = Posed.of(rulesets, self.shared)
        self.rulesets, self.numbers = self.posed.rulesets, self.posed.numbers
        self.solving = Solving(self.posed, limits or Limits())
        found = self.shared.found(self.rulesets, strict=True)
        self.as_it_is = Replay(lambda side: self.rulesets[side], self.posed.bound, found)
        self._with_values: Replay | None = None
        self._chosen: Term = True
        self._best: dict[int, FoundFacts | None] = {}

    def exists(self, claim: Claim) -> Answered:
        """Return whether some facts show the claim."""
        key = self.posed.key(claim)
        if key is not None and key in self.shared.answers:
            return self.shared.answers[key]
        try:
            answer = self._exists(claim)
        except Undecided as undecided:
            return Answered(Shown.UNDECIDED, why=undecided.why)
        if key is not None:
            self.shared.answers[key] = answer
        return answer

    def _exists(self, claim: Claim) -> Answered:
        if self.posed.contradictory(claim):
            return Answered(Shown.NO)
        unknown = self.posed.trace(claim).unknown
        if claim.decided or not unknown:  # a decided outcome stays when unknown cells become known
            found = self._shown(claim, self.as_it_is, self.posed.strict, True)
            if found is not None:
                return self._answer(Shown.YES, claim, found, self.as_it_is, {})
            if not unknown:
                return Answered(Shown.NO)
        asked = self.solving.terms(claim, self.posed.unknown)
        if asked[0] is False:
            return Answered(Shown.NO)
        shown = Shown.DEPENDS if claim.decided else Shown.YES
        replay = self._filled()
        found = self._shown(claim, replay, self.posed.unknown, self._chosen)
        if found is not None:
            return self._answer(shown, claim, found, replay, self.shared.chosen)
        model = self.solving.model(asked)
        if model is None:
            return Answered(Shown.NO)
        found, assumed = model
        replay = Replay(lambda side: filled(self.rulesets[side], assumed), self.posed.bound)
        return self._answer(shown, claim, found, replay, assumed)

    def _shown(
        self, claim: Claim, replay: Replay, readings: Sequence[SymbolicRuleset], more: Term
    ) -> FoundFacts | None:
        """Return facts that show a claim: found before, put together from what is known, or found by z3."""
        terms = [*self.solving.terms(claim, readings), more]
        if terms[0] is False:
            return None
        known = replay.shows(claim)
        if known is not None:
            return known
        spliced = self._spliced(claim, replay, readings, more) if claim.decided else None
        if spliced is not None:
            return spliced
        model = self.solving.model(terms, values=False)
        if model is None:
            return None
        replay.found.append(model[0])
        return model[0]

    def _spliced(
        self, claim: Claim, replay: Replay, readings: Sequence[SymbolicRuleset], more: Term
    ) -> FoundFacts | None:
        """Return facts that are as good as can be, but for those that show the first thing wanted."""
        if len(claim.wanted) == 1:
            return None
        best, first = self._good(replay, readings, more), self.exists(Claim(claim.wanted[:1]))
        if best is None or first.facts is None:
            return None
        spliced = FoundFacts({**best.facts, **first.facts}, frozenset(), claim.whole)
        return spliced if replay.holds(claim, spliced.facts) else None

    def _good(self, replay: Replay, readings: Readings, more: Term) -> FoundFacts | None:
        """Return facts that meet the first set, as well as they can."""
        if id(replay) not in self._best:
            claim = Claim((Wanted(0, 0, SATISFIED),))
            found = self._shown(claim, replay, readings, more)
            if found is not None:
                parts = [n for r in self.variables.within(self.posed.read) for n in (r.rule.part, r.rule.whole)]
                better = improved(found.facts, self.variables.facts, parts)
                if not replay.holds(claim, better):
                    better = _one_by_one(replay, claim, found.facts, better)
                found = FoundFacts(better, found.names, found.empty)
                replay.found.append(found)
            self._best[id(replay)] = found
        return self._best[id(replay)]

    def _filled(self) -> Replay:
        """Return the rulesets with values in their unknown cells: the same for all questions, where that will do."""
        if self._with_values is None:
            places, variables = self.posed.places, self.variables
            self._choose([place for place in places if place not in self.shared.chosen])
            here = {place: self.shared.chosen[place] for place in places}
            # a ratio is tied to its parts only where it is compared, so also at the numbers just chosen
            ties = variables.ties(self.posed.read, [value for value in here.values() if isinstance(value, Decimal)])
            term = self.solving.logic.both(variables.pinned(here), *ties)
            self._chosen = self.solving.implying("chosen", term)
            found = self.shared.found(self.rulesets, strict=False)
            self._with_values = Replay(self._filled_side, self.posed.bound, found)
        return self._with_values

    def _choose(self, new: list[UnknownCell]) -> None:
        """Choose values of unknown cells that go with those chosen before; moderate ones if there are such."""
        if not new:
            return
        chosen, variables = self.shared.chosen, self.variables
        old = variables.pinned({place: chosen[place] for place in self.posed.places if place in chosen})
        asked = [self.solving.literal("old", None, lambda: old)]
        asked.append(self.solving.literal("new", None, lambda: variables.moderate(new)))
        model = self.solving.model(asked) or self.solving.model(asked[:1])
        if model is None:
            raise Undecided(Message("proofs.no_values"))
        chosen |= {place: model[1][place] for place in new}

    def _filled_side(self, side: int) -> Ruleset:
        return self.shared.filled(self.rulesets[side], self.posed.bindings)

    def find(self, term: Term, year: int) -> FoundFacts | None:
        """Return facts for which a term is true in a year, not confirmed by anything; None if there are none.

        Raises:
            Undecided: nobody knows.
        """
        literal = self.solving.literal(("term", term.get_id()), term, lambda: term)
        model = self.solving.model([literal], year, values=False)
        return None if model is None else model[0]

    def _answer(self, shown: Shown, claim: Claim, witness: FoundFacts, replay: Replay, assumed: Assumed) -> Answered:
        """Return the answer with the facts that matter, if an assessment of these confirms it."""
        trace = self.posed.trace(claim)
        needed, every = self.variables.needed(trace.facts), {**witness.facts, **self.posed.bound}
        for facts in ({k: v for k, v in every.items() if k in needed}, every):
            if replay.confirms(claim, facts):
                codes = () if claim.decided else self._codes(claim, replay, facts)
                inputs = self.posed.inputs
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


def _one_by_one(
    replay: Replay, claim: Claim, facts: Mapping[str, FactValue], better: Mapping[str, FactValue]
) -> dict[str, FactValue]:
    """Return the facts with each better value that keeps the claim."""
    found = dict(facts)
    for name, value in better.items():
        if value != found[name] and replay.holds(claim, found | {name: value}):
            found[name] = value
    return found
