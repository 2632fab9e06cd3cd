"""What facts are to show, and assessments that confirm it."""

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from ntm_rules.messages.errors import FactError
from ntm_rules.model.facts import Direction, Fact, FactType, RatioOf
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.proofs.variables import FoundFacts
from ntm_rules.verdict.program import check_facts, outcome_codes
from ntm_rules.verdict.verdict import Verdict, assess

SATISFIED = (Outcome.MET, Outcome.NOT_APPLICABLE)
FAILED = (Outcome.NOT_MET,)
_MUCH = Decimal(1_000_000)


@frozen
class Wanted:
    """That an outcome is one of some.

    Attributes:
        side: which of the rulesets.
        place: 0 for the set, then its criteria and its indicators in printed order.
    """

    side: int
    place: int
    outcomes: tuple[Outcome, ...]


@frozen
class Claim:
    """What some facts are to show: all of *wanted*; with *whole*, where no whole is 0."""

    wanted: tuple[Wanted, ...]
    whole: bool = False

    @property
    def decided(self) -> bool:
        """True if it speaks of decided outcomes only: then it stays true when more becomes known."""
        return all(Outcome.UNDETERMINED not in w.outcomes for w in self.wanted)


class Replay:
    """Rulesets that are assessed to confirm facts, with the outcomes of the facts found so far.

    Args:
        ruleset: makes the ruleset of a side when it is needed.
        bound: facts that one of the rulesets fixes, and that hold for all of them.
        found: facts found for one question are tried on the next ones.
    """

    def __init__(
        self, ruleset: Callable[[int], Ruleset], bound: Mapping[str, str], found: list[FoundFacts] | None = None
    ) -> None:
        self.bound, self.found = bound, [] if found is None else found
        self._make = ruleset
        self._sides: dict[int, tuple[Ruleset, frozenset[str]]] = {}
        self._codes: list[dict[int, bytes]] = []

    def _side(self, side: int) -> tuple[Ruleset, frozenset[str]]:
        """Return a ruleset and the facts that it takes."""
        if side not in self._sides:
            ruleset = self._make(side)
            self._sides[side] = ruleset, frozenset(ruleset.inputs())
        return self._sides[side]

    def shows(self, claim: Claim) -> FoundFacts | None:
        """Facts found before that show the claim."""
        self._codes += [{} for _ in self.found[len(self._codes) :]]
        decided = claim.decided
        for witness, codes in zip(self.found, self._codes, strict=True):
            if claim.whole and witness.empty:
                continue
            if not decided and not all(witness.names >= self._side(w.side)[1] for w in claim.wanted):
                continue
            for w in claim.wanted:
                if w.side not in codes:
                    codes[w.side] = self._outcomes(w.side, witness.facts)
                if not codes[w.side] or codes[w.side][w.place] not in w.outcomes:
                    break
            else:
                return witness
        return None

    def _outcomes(self, side: int, facts: Mapping[str, FactValue]) -> bytes:
        """Return the outcomes of the facts; empty where the ruleset refuses them."""
        ruleset, _ = self._side(side)
        try:
            return outcome_codes(ruleset, check_facts(ruleset, self.given(side, facts)))
        except FactError:
            return b""

    def holds(self, claim: Claim, facts: Mapping[str, FactValue]) -> bool:
        """Return True if the outcomes of the facts are those claimed."""
        codes = {side: self._outcomes(side, facts) for side in {w.side for w in claim.wanted}}
        return all(codes.values()) and all(codes[w.side][w.place] in w.outcomes for w in claim.wanted)

    def confirms(self, claim: Claim, facts: Mapping[str, FactValue]) -> bool:
        """Return True if assessments of the facts show the claim."""
        try:
            verdicts = {side: self.verdict(side, facts) for side in {w.side for w in claim.wanted}}
        except FactError:
            return False
        return all(verdicts[w.side].codes[w.place] in w.outcomes for w in claim.wanted)

    def verdict(self, side: int, facts: Mapping[str, FactValue]) -> Verdict:
        """Return the assessment of the facts."""
        return assess(self._side(side)[0], self.given(side, facts))

    def given(self, side: int, facts: Mapping[str, FactValue]) -> dict[str, typing.Any]:
        """Of some facts, those that a ruleset takes."""
        _, inputs = self._side(side)
        return {name: value for name, value in (*facts.items(), *self.bound.items()) if name in inputs}


def improved(facts: Mapping[str, FactValue], known: Mapping[str, Fact], fixed: Sequence[str]) -> dict[str, FactValue]:
    """Return the facts with everything as good as it can be, but for the *fixed* ones."""
    return {name: value if name in fixed else _best(known[name], value) for name, value in facts.items()}


def extremes(rulesets: Iterable[Ruleset]) -> Iterator[FoundFacts]:
    """All facts as good as can be, all as bad, and good ones with nothing of which a share could be taken."""
    facts = {fact.id: fact for ruleset in rulesets for fact in ruleset.facts}
    for undecided in [fact.undecided for fact in facts.values() if fact.undecided is not None]:
        facts.pop(undecided, None)  # all of it is decided
    ratios = [(fact, fact.ratio) for fact in facts.values() if fact.ratio is not None]
    worked_out = [(d.fact, d.rule) for r in rulesets for d in r.derived if isinstance(d.rule, RatioOf)]
    parts = {name for _, ratio in (*ratios, *worked_out) for name in (ratio.part, ratio.whole)}
    for good in (True, False):
        found = {fact.id: _extreme(fact, good) for fact in facts.values() if fact.id not in parts}
        for fact, ratio in worked_out:
            full = (fact.direction is Direction.MORE) is good
            found |= {ratio.part: int(full), ratio.whole: 1}
        yield FoundFacts(found, frozenset())
    nothing = {fact.id: _extreme(fact, True) for fact in facts.values() if fact.ratio is None}
    yield FoundFacts(nothing | dict.fromkeys(parts, 0), frozenset(facts), empty=True)


def _extreme(fact: Fact, good: bool) -> FactValue:
    """Return the best or the worst value; any where no value is better."""
    high = (fact.direction is Direction.MORE) is good
    if fact.type is FactType.BOOLEAN:
        return high
    if not fact.type.numeric:
        return fact.values[-1 if high else 0]
    if high:
        return _MUCH if fact.maximum is None else fact.maximum
    return Decimal(0) if fact.minimum is None else fact.minimum


def _best(fact: Fact, value: FactValue) -> FactValue:
    neither = fact.direction is Direction.NEITHER or fact.type is FactType.CATEGORY
    return value if neither else _extreme(fact, good=True)
