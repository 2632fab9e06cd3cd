"""What holds of a ruleset for all facts, proved with z3; every counterexample is confirmed by an assessment.

    for proof in prove(ruleset):
        print(proof)

``PROVED`` and ``REFUTED`` hold whatever is written in the pending and delegated cells one day. Where that makes the
difference the status is ``UNDECIDED``, with facts and values of these cells that show it.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial

from attrs import evolve, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, Sentence, said, say
from ntm_rules.model.conditions import Comparison, Meets
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.model.walk import indicators, leaves
from ntm_rules.proofs.read import Gap, Trace, gaps, validity
from ntm_rules.proofs.replay import FAILED, SATISFIED, Claim, Replay, Wanted
from ntm_rules.proofs.search import NOT_CONFIRMED, Search
from ntm_rules.proofs.shared import Answered, Shared, Shown
from ntm_rules.proofs.solver import Limits, Undecided
from ntm_rules.rules.library import Library


@public("proofs")
class Kind(Enum):
    """What is proved; ``str()`` and ``text`` say what holds where it is."""

    SATISFIABLE = "satisfiable"
    REST_SATISFIABLE = "rest_satisfiable"
    CAN_PASS = "can_pass"  # noqa: S105 - no password
    CAN_FAIL = "can_fail"
    INDEPENDENT = "independent"
    COVERED = "covered"
    DECIDED = "decided"
    DECIDED_WHEN_EMPTY = "decided_when_empty"
    LADDER = "ladder"
    OVERLAY = "overlay"
    GRADE = "grade"
    IMPLIES = "implies"
    DISJOINT = "disjoint"
    EQUIVALENT = "equivalent"

    def text(self, lang: str = "en") -> str:
        """Return what holds where this is proved, in one sentence."""
        return say(lang, f"proofs.kind.{self.value}")

    def __str__(self) -> str:
        return self.text()


@public("proofs")
class Status(Enum):
    """How a proof ended."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"

    def text(self, lang: str = "en") -> str:
        """Return the status in words."""
        return say(lang, f"proofs.status.{self.value}")


_BY_FACTS = {Shown.YES: Status.PROVED, Shown.NO: Status.REFUTED}
_FOR_ALL = {Shown.YES: Status.REFUTED, Shown.NO: Status.PROVED}
_DEPENDS = Message("proofs.depends")


@public("proofs")
@frozen
class Proof:
    """One statement about a ruleset, and how its proof ended.

    Attributes:
        ruleset: id of the set, and of the one it is compared with.
        subject: printed number or address; empty for the whole set.
        data: what else a message needs, e.g. the year, or the indicators that imply this one.
        facts: that show it (or, of what is refuted, a counterexample), confirmed by an assessment; None if there are
            none.
        assumed: the values of unknown cells under which they do, and whether open conditions hold.
        why: the reason of what is undecided, a message; else empty.
        cells, unknown: how many cells it covers, and how many of these are not known.
    """

    kind: Kind
    status: Status
    ruleset: tuple[str, ...]
    subject: str
    data: Mapping[str, Sentence]
    facts: Mapping[str, FactValue] | None
    assumed: Mapping[str, object]
    why: Sentence
    cells: int
    unknown: int
    seconds: float = field(eq=False)

    @property
    def reason(self) -> str:
        """Why it is undecided, in English; else empty."""
        return said("en", self.why)

    @property
    def depends(self) -> bool:
        """True if it is undecided for want of cells, not of work."""
        return self.why == _DEPENDS

    def text(self, lang: str = "en") -> str:
        """Return the statement with its status, why it is undecided, and the facts that show it, in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        place = " ".join((*self.ruleset, *([self.subject] if self.subject else [])))
        sizes = {"cells": self.cells, "unknown": self.unknown}
        parts = [say(lang, "proofs.proof", status=self.status, place=place, claim=self.kind, **sizes)]
        parts += [say(lang, f"proofs.data.{key.replace(' ', '_')}", value=value) for key, value in self.data.items()]
        parts += [said(lang, self.why)] if self.why else []
        parts += [say(lang, "proofs.facts", values=_listed(self.facts))] if self.facts is not None else []
        parts += [say(lang, "proofs.assumed", values=_listed(self.assumed))] if self.assumed else []
        return "; ".join(parts)

    def __str__(self) -> str:
        return self.text()


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


# -- everything about one ruleset ------------------------------------------------------------


def prove(
    ruleset: Ruleset,
    *,
    base: Ruleset | None = None,
    lower: Iterable[Ruleset] = (),
    limits: Limits | None = None,
    shared: Shared | None = None,
) -> tuple[Proof, ...]:
    """Return every proof about a ruleset.

    Args:
        base: the national set that the province's own must not loosen.
        lower: the tiers below.
        shared: shared by the proofs of several rulesets, which then go faster.

    Raises:
        EngineUnavailable: z3 is not installed.
    """
    shared = shared or Shared()
    rulesets = (ruleset, *((base,) if base else ()), *lower, *(grade.ruleset for grade in ruleset.grades))
    key = (base is not None, limits, *map(_asked_of, rulesets))
    if key not in shared.proofs:
        search = Search(rulesets, limits, shared)
        shared.proofs[key] = tuple(_all(search, base is not None, len(rulesets) - len(ruleset.grades)))
    return shared.proofs[key]


def _asked_of(ruleset: Ruleset) -> tuple[object, ...]:
    """All that proofs rest on: provinces of one region without numbers of their own ask for the same."""
    years = validity(ruleset)
    conditions = (ruleset.criteria, ruleset.needed, ruleset.derived, ruleset.facts)
    return (ruleset.id, ruleset.period, years, ruleset.bindings, ruleset.minimum_evidence, *conditions)


def prove_in(
    library: Library, ruleset: Ruleset, limits: Limits | None = None, shared: Shared | None = None
) -> tuple[Proof, ...]:
    """Return every proof about a ruleset, compared with its national set and with the tiers that it names."""

    def other(name: str, period: str | None, province: str | None, territory: str | None) -> Ruleset:
        period = period or ruleset.period
        return library.compose(
            name, on=ruleset.on, year=ruleset.year, period=period, province=province, territory=territory
        )

    own = any(layer.kind in (LayerKind.OVERLAY, LayerKind.CALLER) for layer in ruleset.layers)
    named = dict.fromkeys(
        (leaf.ruleset, leaf.period)
        for _, indicator in indicators(ruleset)
        for _, leaf in leaves(indicator.require)
        if isinstance(leaf, Meets)
    )
    whose = (ruleset.province, ruleset.territory) if ruleset.layers[0].kind is LayerKind.OWN else (None, None)
    base = other(ruleset.id, None, *whose) if own else None
    lower = [other(*name, ruleset.province, ruleset.territory) for name in named]
    return prove(ruleset, base=base, lower=lower, limits=limits, shared=shared)


def _all(search: Search, based: bool, grades: int) -> Iterator[Proof]:
    """Yield every proof; the sides from *grades* on are what the grades of the set ask."""
    whole = satisfiable(search)
    whole = evolve(whole, data=_contradicting(search)) if whole.status is Status.REFUTED else whole
    yield whole
    yield from covered(search)
    stuck: list[str] = []
    for no in search.numbers[0]:
        passes, fails = can_pass(search, no), can_fail(search, no)
        yield from (passes, fails)
        stuck += [no] if passes.status is Status.REFUTED else []
        if Status.REFUTED not in (whole.status, fails.status):
            yield independent(search, no)
        yield from decided(search, no)
    if stuck and whole.status is Status.REFUTED and _asks_for_all(search.rulesets[0]):
        yield the_rest(search, stuck)
    if based:
        yield from overlay(search, 1)
    if whole.status is not Status.REFUTED:
        for side in range(1 + based, grades):
            yield from ladder(search, side)
    for side, name in enumerate((grade.id for grade in search.rulesets[0].grades), grades):
        yield graded(search, 0 if side == grades else side - 1, side, name)


# -- what some facts show --------------------------------------------------------------------


def satisfiable(search: Search) -> Proof:
    """Whether some facts meet the set."""
    return _proof(search, Kind.SATISFIABLE, "", Claim((Wanted(0, 0, SATISFIED),)))


def the_rest(search: Search, stuck: Sequence[str]) -> Proof:
    """Whether some facts satisfy every indicator but the *stuck* ones, which nothing satisfies."""
    wanted = (Wanted(0, place, SATISFIED) for no, place in search.numbers[0].items() if no not in stuck)
    proof = _proof(search, Kind.REST_SATISFIABLE, "", Claim(tuple(wanted)))
    return evolve(proof, data=_contradicting(search, stuck)) if proof.status is Status.REFUTED else proof


def _contradicting(search: Search, stuck: Sequence[str] = ()) -> dict[str, Sentence]:
    """Return a few indicators that contradict each other; nothing where not all are asked for, or nobody knows."""
    if not _asks_for_all(search.rulesets[0]):
        return {}
    wanted = {no: Wanted(0, place, SATISFIED) for no, place in search.numbers[0].items() if no not in stuck}
    try:
        found = search.solving.contradiction(wanted)
    except Undecided:
        return {}
    return {"contradicting": ", ".join(found)} if found else {}


def _asks_for_all(ruleset: Ruleset) -> bool:
    return ruleset.at_least_n is None and all(c.at_least_n is None for c in ruleset.criteria)


def can_pass(search: Search, no: str) -> Proof:
    """Whether some facts satisfy an indicator."""
    return _proof(search, Kind.CAN_PASS, no, Claim((Wanted(0, search.numbers[0][no], SATISFIED),)))


def can_fail(search: Search, no: str) -> Proof:
    """Whether some facts fail an indicator."""
    return _proof(search, Kind.CAN_FAIL, no, Claim((Wanted(0, search.numbers[0][no], FAILED),)))


def independent(search: Search, no: str) -> Proof:
    """Whether some facts fail an indicator and no other; where none do, it is implied by the others."""
    failed = Wanted(0, search.numbers[0][no], FAILED)
    others = {n: Wanted(0, search.numbers[0][n], SATISFIED) for n in search.numbers[0] if n != no}
    proof = _proof(search, Kind.INDEPENDENT, no, Claim((failed, *others.values())))
    if proof.status is not Status.REFUTED:
        return proof
    alone = (n for n, other in others.items() if search.exists(Claim((failed, other))).shown is Shown.NO)
    return evolve(proof, data={"implied by": next(alone, Message("proofs.others"))})


# -- what holds for all facts ----------------------------------------------------------------


def decided(search: Search, no: str) -> Iterator[Proof]:
    """Whether an indicator is decided when everything is known; then, also where a whole is 0."""
    claim = Claim((Wanted(0, search.numbers[0][no], (Outcome.UNDETERMINED,)),), whole=True)
    proof = _with_codes(*_asked(search, Kind.DECIDED, no, claim))
    yield proof
    if proof.status is Status.PROVED:
        yield _with_codes(*_asked(search, Kind.DECIDED_WHEN_EMPTY, no, evolve(claim, whole=False)))


def _with_codes(proof: Proof, answer: Answered) -> Proof:
    """Return the proof with the reason codes of its counterexample."""
    data = {"because": ", ".join(code.value for code in answer.codes)} if answer.codes else {}
    return evolve(proof, data=data)


def ladder(search: Search, side: int) -> Iterator[Proof]:
    """Whether who meets the first set does not fail what another one asks of the same facts."""
    upper, lower = (dict(_compared(search.rulesets[n])) for n in (0, side))
    shared = {name for names in upper.values() for name in names}
    for no, place in search.numbers[side].items():
        if lower[no] and lower[no] <= shared:
            claim = Claim((Wanted(side, place, FAILED), Wanted(0, 0, SATISFIED)))
            yield _proof(search, Kind.LADDER, no, claim, (0, side))


def _compared(ruleset: Ruleset) -> Iterator[tuple[str, set[str]]]:
    """Yield the facts that each indicator compares, selectors and prerequisites left out."""
    for _, indicator in indicators(ruleset):
        found = (leaf for _, leaf in leaves(indicator.require) if isinstance(leaf, Comparison))
        yield indicator.no, {name for leaf in found for name in leaf.facts}


def overlay(search: Search, side: int) -> Iterator[Proof]:
    """Whether each indicator of the first set asks for what the other set's indicator of that number asks."""
    for no in search.numbers[0]:
        if no in search.numbers[side]:
            own, other = Wanted(0, search.numbers[0][no], SATISFIED), Wanted(side, search.numbers[side][no], FAILED)
            yield _proof(search, Kind.OVERLAY, no, Claim((other, own)), (0, side))


def graded(search: Search, above: int, side: int, name: str) -> Proof:
    """Whether who meets the set, or the grade above, does not fail what a grade asks."""
    claim = Claim((Wanted(side, 0, FAILED), Wanted(above, 0, SATISFIED)))
    return _proof(search, Kind.GRADE, name, claim, (above, side))


def implies(first: Ruleset, second: Ruleset, limits: Limits | None = None) -> Proof:
    """Whether who meets the first set does not fail the second."""
    claim = Claim((Wanted(1, 0, FAILED), Wanted(0, 0, SATISFIED)))
    return _proof(Search((first, second), limits), Kind.IMPLIES, "", claim, (0, 1))


def disjoint(first: Ruleset, second: Ruleset, limits: Limits | None = None) -> Proof:
    """Whether nobody meets both sets."""
    claim = Claim((Wanted(0, 0, SATISFIED), Wanted(1, 0, SATISFIED)))
    return _proof(Search((first, second), limits), Kind.DISJOINT, "", claim, (0, 1))


def equivalent(first: Ruleset, second: Ruleset, limits: Limits | None = None) -> Proof:
    """Whether both sets have the same outcome for all facts."""
    search = Search((first, second), limits)
    pairs = [(SATISFIED, FAILED), (FAILED, SATISFIED)]
    pairs += [((one,), tuple(o for o in Outcome if o is not one)) for one in Outcome]
    claims = [Claim((Wanted(0, 0, own), Wanted(1, 0, other))) for own, other in pairs]
    proofs = [_proof(search, Kind.EQUIVALENT, "", claim, (0, 1)) for claim in claims]
    worst = (Status.REFUTED, Status.UNDECIDED, Status.PROVED)
    found = min(proofs, key=lambda proof: worst.index(proof.status))
    return evolve(found, seconds=sum(proof.seconds for proof in proofs))


# -- tables ----------------------------------------------------------------------------------


def covered(search: Search) -> tuple[Proof, ...]:
    """Whether every combination of selectors that facts produce has a cell, in every year of the set.

    One proof for each table that misses one; one for the whole set where none does.
    """
    start = time.perf_counter()
    reading = search.posed.unknown[0]
    missing = [found for gap in gaps(reading) if (found := _gap(search, gap, start)) is not None]
    whole = _ended(Kind.COVERED, (reading.ruleset,), "", Status.PROVED, reading.traces[0], start)
    return tuple(missing) or (whole,)


def _gap(search: Search, gap: Gap, start: float) -> Proof | None:
    """Prove that a table misses a cell which facts ask for, in the first year in which they do; None if none do."""
    ruleset = search.rulesets[0]
    proof = _ended(Kind.COVERED, (ruleset,), gap.address, Status.REFUTED, gap.trace, start)
    for year in validity(ruleset) if "year" in gap.by else (ruleset.year,):
        data = {"selectors": ", ".join(gap.by), "year": str(year)}
        try:
            witness = search.find(gap.term, year)
        except Undecided as undecided:
            return evolve(proof, status=Status.UNDECIDED, data=data, why=undecided.why)
        if witness is None:
            continue
        needed = search.variables.needed(gap.trace.facts)
        facts = {name: value for name, value in witness.facts.items() if name in needed}
        found = Replay(partial(_at, ruleset, year), {}).verdict(0, facts).indicators.values()
        leaves = [leaf for i in found for tree in (i.tree, i.applies) if tree for leaf in tree.leaves()]
        lacking = (column.value is None for leaf in leaves for column in leaf.columns)  # the table of a guard
        if any(ReasonCode.NO_CELL in leaf.codes for leaf in leaves) or any(lacking):
            return evolve(proof, data=data, facts=facts)
        return evolve(proof, status=Status.UNDECIDED, data=data, why=NOT_CONFIRMED)
    return None


def _at(ruleset: Ruleset, year: int, _: int) -> Ruleset:
    """Return the ruleset for another year of the assessment."""
    bindings = tuple((name, str(year) if name == "year" else value) for name, value in ruleset.bindings)
    return evolve(ruleset, year=year, bindings=bindings)


# -- one proof -------------------------------------------------------------------------------


def _proof(search: Search, kind: Kind, subject: str, claim: Claim, sides: tuple[int, ...] = (0,)) -> Proof:
    return _asked(search, kind, subject, claim, sides)[0]


def _asked(
    search: Search, kind: Kind, subject: str, claim: Claim, sides: tuple[int, ...] = (0,)
) -> tuple[Proof, Answered]:
    start = time.perf_counter()
    answer = search.exists(claim)
    by_facts = kind in (Kind.SATISFIABLE, Kind.REST_SATISFIABLE, Kind.CAN_PASS, Kind.CAN_FAIL, Kind.INDEPENDENT)
    status = (_BY_FACTS if by_facts else _FOR_ALL).get(answer.shown, Status.UNDECIDED)
    rulesets = tuple(search.rulesets[side] for side in sides)
    proof = _ended(kind, rulesets, subject, status, search.posed.trace(claim), start)
    why = _DEPENDS if answer.shown is Shown.DEPENDS else answer.why
    return evolve(proof, facts=answer.facts, assumed=answer.assumed, why=why), answer


def _ended(kind: Kind, rulesets: Iterable[Ruleset], subject: str, status: Status, trace: Trace, start: float) -> Proof:
    names = tuple(ruleset.id for ruleset in rulesets)
    seconds = time.perf_counter() - start
    return Proof(kind, status, names, subject, {}, None, {}, "", len(trace.cells), len(trace.unknown), seconds)
