"""Whether some facts show something: asked of z3, answered by facts that an assessment confirms."""

import time
import typing
from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from ntm_rules.consistency.filling import ASKED, Assumed, Place, filled
from ntm_rules.consistency.logic import Logic, Term
from ntm_rules.consistency.smt import Context, Reading, Trace
from ntm_rules.consistency.variables import NotShort, Variables, Witness
from ntm_rules.engines.scalar import assess
from ntm_rules.model.errors import FactError
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Value
from ntm_rules.model.verdicts import FactValue

_LONG = "only numbers with too many digits show it"
NOT_CONFIRMED = "what z3 found is not confirmed by an assessment"


@frozen
class Limits:
    """How long to look.

    Attributes:
        query: seconds for one question to z3.
        total: seconds for all questions about one composed ruleset.
    """

    query: float = 2.0
    total: float = 60.0


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


class Shown(Enum):
    """The answer to whether some facts show a claim."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    UNDECIDED = "undecided"


@frozen
class Answer:
    """Whether some facts show a claim.

    ``YES`` and ``NO`` hold whatever stands in the unknown cells; ``DEPENDS``: for some values of these.

    Attributes:
        facts: confirmed by an assessment, with *assumed* in the unknown cells; None where there are none.
        reason: why it is undecided.
        rulesets: those that were assessed, with *assumed* in their unknown cells.
    """

    shown: Shown
    facts: Mapping[str, FactValue] | None = None
    assumed: Assumed = field(factory=dict)
    reason: str = ""
    rulesets: tuple[Ruleset, ...] = ()


class Undecided(Exception):  # noqa: N818 - never leaves the room
    """A question without an answer, and why."""


class Session:
    """What searches share: what was read of the rulesets, values chosen for unknown cells, and facts found.

    Raises:
        EngineUnavailable: z3 is not installed.
    """

    def __init__(self) -> None:
        self.logic = Logic()
        self.variables = Variables(self.logic)
        self.context = Context(self.variables)
        self.chosen: dict[Place, Value] = {}
        self.found: dict[tuple[object, ...], list[Witness]] = {}


class Side:
    """Rulesets that are assessed to confirm facts, with the outcomes of the facts found so far.

    Args:
        bound: facts that one of the rulesets fixes, and that hold for all of them.
    """

    def __init__(self, rulesets: tuple[Ruleset, ...], bound: Mapping[str, str], found: list[Witness]) -> None:
        self.rulesets, self.bound, self.found = rulesets, bound, found
        self._codes: list[tuple[bytes, ...] | None] = []

    def shows(self, claim: Claim) -> Witness | None:
        """Facts found before that show the claim."""
        self._codes += [self.codes(witness.facts) for witness in self.found[len(self._codes) :]]
        for witness, codes in zip(self.found, self._codes, strict=True):
            complete = claim.decided or all(witness.names.issuperset(r.inputs()) for r in self.rulesets)
            if codes is not None and shown_by(claim, codes) and complete and not (claim.whole and witness.empty):
                return witness
        return None

    def codes(self, facts: Mapping[str, FactValue]) -> tuple[bytes, ...] | None:
        """The outcomes of the facts; None if a ruleset refuses them."""
        try:
            return tuple(assess(ruleset, given(ruleset, {**facts, **self.bound})).codes for ruleset in self.rulesets)
        except FactError:
            return None


def shown_by(claim: Claim, codes: tuple[bytes, ...]) -> bool:
    """True if the outcomes are as wanted."""
    return all(codes[w.side][w.place] in w.outcomes for w in claim.wanted)


def given(ruleset: Ruleset, facts: Mapping[str, FactValue]) -> dict[str, typing.Any]:
    """Of some facts, those that a ruleset takes."""
    inputs = ruleset.inputs()
    found: dict[str, typing.Any] = {name: value for name, value in facts.items() if name in inputs}
    return found | {ASKED.id: True} if ASKED.id in inputs else found


class Search:
    """Questions about one ruleset, or about several over the same facts.

    Raises:
        EngineUnavailable: z3 is not installed.
        ValueError: the rulesets cannot be about one unit.
    """

    def __init__(
        self, rulesets: Iterable[Ruleset], limits: Limits | None = None, session: Session | None = None
    ) -> None:
        self.rulesets = tuple(rulesets)
        self.limits = limits or Limits()
        self.session = session or Session()
        self.logic, self.variables = self.session.logic, self.session.variables
        self.bindings: dict[str, str] = {}
        for ruleset in self.rulesets:
            for name, value in ruleset.bindings:
                if self.bindings.setdefault(name, value) != value:
                    raise ValueError(f"`{name}` is `{self.bindings[name]}` for one set and `{value}` for the other")
        self.unknown = [Reading(self.session.context, r, unknowns=True) for r in self.rulesets]
        self.names = frozenset(f.id for r in self.rulesets for f in r.facts)
        places = [self.unknown[n].traces[0].bound(self.bindings).unknown for n in range(len(self.rulesets))]
        self.places = {place for some in places for place in some}
        self.strict = self.unknown
        if self.places:
            self.strict = [Reading(self.session.context, r, unknowns=False) for r in self.rulesets]
        self.solver = self.logic.z3.Solver(ctx=self.logic.context)
        self.solver.set("timeout", int(self.limits.query * 1000))
        self.solver.add(*self.variables.constraints(), *(t for reading in self.unknown for t in reading.bound()))
        self.deadline = time.monotonic() + self.limits.total
        self._literals: dict[object, tuple[Term, object]] = {}
        self.bound = {name: value for name, value in self.bindings.items() if name in self.names}
        self.as_it_is = Side(self.rulesets, self.bound, self._found(strict=True))
        self._with_values: Side | None = None
        self._chosen: Term = None

    def _found(self, strict: bool) -> list[Witness]:
        key = (self.rulesets[0].id, self.rulesets[0].period, strict)
        return self.session.found.setdefault(key, [])

    def trace(self, claim: Claim) -> Trace:
        """What the outcomes of a claim rest on."""
        found = Trace()
        for side, place in dict.fromkeys((w.side, w.place) for w in claim.wanted):
            found.add(self.unknown[side].traces[place])
        return found.bound(self.bindings)

    def exists(self, claim: Claim) -> Answer:
        """Whether some facts show the claim."""
        try:
            return self._exists(claim)
        except Undecided as why:
            return Answer(Shown.UNDECIDED, reason=str(why))

    def _exists(self, claim: Claim) -> Answer:
        if claim.decided or not self.places:
            witness = self.as_it_is.shows(claim) or self._witness(self._terms(claim, self.strict), self.as_it_is)
            if witness is not None:
                return self._answer(Shown.YES, claim, witness, self.as_it_is, {})
            if not self.places:
                return Answer(Shown.NO)
        shown = Shown.DEPENDS if claim.decided else Shown.YES
        asked = self._terms(claim, self.unknown)
        if any(term is False for term in asked):
            return Answer(Shown.NO)
        side = self._filled()
        witness = side.shows(claim) or self._witness([*asked, self._chosen], side)
        if witness is not None:
            return self._answer(shown, claim, witness, side, self.session.chosen)
        model = self._model(asked)
        if model is None:
            return Answer(Shown.NO)
        witness, assumed = model
        rulesets = tuple(filled(r, assumed) for r in self.rulesets)
        return self._answer(shown, claim, witness, Side(rulesets, self.bound, []), assumed)

    def _filled(self) -> Side:
        """The rulesets with values in their unknown cells: the same for all questions, where that will do."""
        if self._with_values is None:
            chosen, variables = self.session.chosen, self.variables
            new = [place for place in self.places if place not in chosen]
            old = variables.pinned({place: chosen[place] for place in self.places if place in chosen})
            asked = [self._literal("old", None, lambda: old)]
            asked.append(self._literal("new", None, lambda: variables.moderate(new)))
            model = self._model(asked) or self._model(asked[:1])
            if model is None:
                raise Undecided("no values of the unknown cells are possible together")
            chosen |= {place: model[1][place] for place in new}
            self._chosen = self.logic.boolean("chosen")
            term = variables.pinned({place: chosen[place] for place in self.places})
            self.solver.add(self.logic.z3.Implies(self._chosen, term))
            rulesets = tuple(filled(r, chosen) for r in self.rulesets)
            self._with_values = Side(rulesets, self.bound, self._found(strict=False))
        return self._with_values

    def _terms(self, claim: Claim, readings: list[Reading]) -> list[Term]:
        found = [self._wanted(readings[w.side], w) for w in claim.wanted]
        return [*found, self._literal("wholes", None, self.variables.wholes)] if claim.whole else found

    def _wanted(self, reading: Reading, wanted: Wanted) -> Term:
        code = reading.codes[wanted.place]
        return self._literal((id(code), wanted.outcomes), code, lambda: reading.is_one_of(code, wanted.outcomes))

    def _literal(self, key: object, kept: object, term: typing.Callable[[], Term]) -> Term:
        """A variable that implies a term, so that the solver keeps what it learns; *kept* lives as long as the key."""
        if key not in self._literals:
            made = term()
            if not isinstance(made, bool):
                literal = self.logic.boolean(f"literal {len(self._literals)}")
                self.solver.add(self.logic.z3.Implies(literal, made))
                made = literal
            self._literals[key] = made, kept
        return self._literals[key][0]

    def find(self, term: Term, year: int) -> Witness | None:
        """Facts for which a term is true in a year, not confirmed by anything; None if there are none.

        Raises:
            Undecided: nobody knows.
        """
        model = self._model([self._literal(("term", term.get_id()), term, lambda: term)], year, values=False)
        return None if model is None else model[0]

    def _witness(self, terms: list[Term], side: Side) -> Witness | None:
        """Facts for which all terms are true, to be tried on the next questions too."""
        model = self._model(terms, values=False)
        if model is None:
            return None
        side.found.append(model[0])
        return model[0]

    def _model(
        self, terms: list[Term], year: int | None = None, values: bool = True
    ) -> tuple[Witness, dict[Place, Value]] | None:
        """Facts, and values of the unknown cells, for which all terms are true; None if there are none."""
        if any(term is False for term in terms):
            return None
        if time.monotonic() > self.deadline:
            raise Undecided(f"the limit of {self.limits.total:g} s for a ruleset has passed")
        z3, solver, variables = self.logic.z3, self.solver, self.variables
        year = year or self.rulesets[0].year
        asked = [self._literal(year, None, lambda: variables.year == year), *(t for t in terms if t is not True)]
        solver.push()
        try:
            for short in (False, True):
                if short:
                    solver.add(*variables.short(self.names, self.places))
                result = solver.check(*asked)
                if result == z3.unsat and not short:
                    return None
                if result != z3.sat:
                    raise Undecided(_LONG if result == z3.unsat else f"z3: {solver.reason_unknown()}")
                model = solver.model()
                try:
                    witness = variables.witness(model, self.names)
                    return witness, variables.assumed(model, self.places) if values else {}
                except NotShort:
                    continue
            raise Undecided(_LONG)
        finally:
            solver.pop()

    def _answer(self, shown: Shown, claim: Claim, witness: Witness, side: Side, assumed: Assumed) -> Answer:
        """The answer with the facts that matter, if an assessment of these confirms it."""
        trace = self.trace(claim)
        needed, every = set(trace.facts), {**witness.facts, **self.bound}
        for ratio in self.variables.ratios.values():
            if ratio.fact.id in needed:
                needed |= {ratio.rule.part, ratio.rule.whole}
        for facts in ({k: v for k, v in every.items() if k in needed}, every):
            codes = side.codes(facts)
            if codes is not None and shown_by(claim, codes):
                return Answer(shown, facts, {k: assumed[k] for k in trace.unknown if k in assumed}, "", side.rulesets)
        raise Undecided(NOT_CONFIRMED)
