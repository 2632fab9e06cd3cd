"""What proofs say about a ruleset as problems: which results are faults, which are worth knowing, which are usual."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from ntm_rules.check.problem import Problem, ProblemSubject, diagnosed, tables, without_cells
from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Severity
from ntm_rules.model.conditions import Meets
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import cells, indicators, leaves
from ntm_rules.proofs.prove import Kind, Proof, Status

_REFUTED: Mapping[Kind, tuple[str, Severity]] = {
    Kind.SATISFIABLE: ("proof.unsatisfiable", Severity.ERROR),
    Kind.REST_SATISFIABLE: ("proof.unsatisfiable/rest", Severity.ERROR),
    Kind.CAN_PASS: ("proof.cannot_pass", Severity.ERROR),
    Kind.CAN_FAIL: ("proof.cannot_fail", Severity.WARNING),
    Kind.INDEPENDENT: ("proof.redundant", Severity.NOTE),
    Kind.COVERED: ("table.gap/proved", Severity.WARNING),
    Kind.OVERLAY: ("proof.looser", Severity.WARNING),
    Kind.GRADE: ("proof.grade", Severity.WARNING),
    Kind.LADDER: ("proof.ladder", Severity.WARNING),
}
"""What is said of a proof that is refuted. Kinds that are not here are not faults, or are looked at one by one."""
_SHOWN = 6


def judged(ruleset: Ruleset, proofs: Sequence[Proof]) -> tuple[Problem, ...]:
    """Return the problems that proofs about a composed ruleset show, without those that follow from another."""
    return (*_refuted(ruleset, proofs), *_ambiguous(ruleset, proofs), *_empty(ruleset, proofs), *_open(ruleset, proofs))


def _problem(ruleset: Ruleset, severity: Severity, address: str, message: Message, hint: Sentence = "") -> Problem:
    composed = " ".join((ruleset.id, ruleset.period, *((ruleset.province,) if ruleset.province else ())))
    where = Message("check.on", set=composed, date=ruleset.on)
    return Problem(ProblemSubject.of(ruleset, address), diagnosed(where, message, severity, hint))


def _refuted(ruleset: Ruleset, proofs: Sequence[Proof]) -> Iterator[Problem]:
    """Find what is refuted; but for indicators that are never decided, which is the fault of a table."""
    refuted = [proof for proof in proofs if proof.status is Status.REFUTED and proof.kind in _REFUTED]
    passes, fails = ({p.subject for p in refuted if p.kind is kind} for kind in (Kind.CAN_PASS, Kind.CAN_FAIL))
    without_them = any(proof.kind is Kind.REST_SATISFIABLE for proof in proofs)
    for proof in refuted:
        never = proof.kind in (Kind.CAN_PASS, Kind.CAN_FAIL) and proof.subject in passes & fails
        if never or (proof.kind is Kind.SATISFIABLE and without_them):
            continue
        code, severity = _REFUTED[proof.kind]
        if proof.kind is Kind.CAN_FAIL and ruleset.province:  # a region of which nothing is asked
            severity = Severity.NOTE
        if proof.kind is Kind.COVERED and _blank(ruleset, proof):
            code = "table.years/proved"
        among, address = str(proof.data.get("contradicting", "")), proof.subject
        if among:
            code, address = "proof.unsatisfiable/among", _newest(ruleset, among.split(", "))
        more = {"address": address, "lower": proof.ruleset[-1], "year": proof.data.get("year", ""), "among": among}
        message = Message(code, **_sizes(proof), **more, others=proof.data.get("implied by", ""))
        found = _problem(ruleset, severity, address, message, _example(proof))
        if proof.kind is Kind.OVERLAY:  # what a province loosens is about the province, wherever it is written
            found = evolve(found, subject=evolve(found.subject, province=ruleset.province or ""))
        yield found


def _newest(ruleset: Ruleset, numbers: Iterable[str]) -> str:
    """Return the indicator that a layer set last: there the contradiction came in."""
    order = {layer.instrument: place for place, layer in enumerate(ruleset.layers)}
    last: dict[str, int] = {}
    for ref in cells(ruleset):
        last[ref.indicator] = max(last.get(ref.indicator, 0), order.get(ref.cell.blame, 0))
    return max(numbers, key=lambda no: last.get(no, 0))


def _blank(ruleset: Ruleset, proof: Proof) -> bool:
    """Return True if the table has no cell in any column of the year."""
    mine = (table for address, table in tables(ruleset) if address == proof.subject)
    return any(without_cells(table, [str(proof.data["year"])]) for table in mine)


def _sizes(proof: Proof) -> dict[str, int]:
    return {"cells": proof.cells, "unknown": proof.unknown}


def _example(proof: Proof) -> Sentence:
    """Say the facts that show it, the first few of them; nothing where there are none."""
    if not proof.facts:
        return ""
    facts = [f"{name} = {value}" for name, value in proof.facts.items()]
    return Message("check.example", facts=", ".join(facts[:_SHOWN]) + (", ..." if len(facts) > _SHOWN else ""))


def _ambiguous(ruleset: Ruleset, proofs: Iterable[Proof]) -> Iterator[Problem]:
    """Find indicators that are undetermined though all is known, a problem for each selector that is to blame.

    A missing cell is a problem of its table, what a prerequisite leaves open one of the other set.
    """
    derived = {d.id for d in ruleset.derived}
    selectors: dict[str, set[str]] = {}
    for ref in cells(ruleset):
        selectors.setdefault(ref.indicator, set()).update(derived & set(ref.by))
    resting = {i.no for _, i in indicators(ruleset) if any(isinstance(x, Meets) for _, x in leaves(i.require))}
    found: dict[tuple[str, str], list[Proof]] = {}
    for proof in proofs:
        because, no = str(proof.data.get("because", "")), proof.subject
        if proof.kind is Kind.DECIDED and proof.status is Status.REFUTED and because != "no_cell":
            for address in sorted(selectors[no]) or [no] * (no not in resting):
                found.setdefault((address, because), []).append(proof)
    for (address, because), same in found.items():
        numbers = tuple(proof.subject for proof in same)
        message = Message("proof.undetermined", numbers=numbers, because=because, **_sizes(same[0]))
        yield _problem(ruleset, Severity.WARNING, address, message, _example(same[0]))


def _empty(ruleset: Ruleset, proofs: Iterable[Proof]) -> Iterator[Problem]:
    """Find indicators that are undetermined where there is nothing of which a share could be taken."""
    numbers = tuple(p.subject for p in proofs if p.kind is Kind.DECIDED_WHEN_EMPTY and p.status is Status.REFUTED)
    if numbers:
        yield _problem(ruleset, Severity.NOTE, "", Message("proof.empty_whole", numbers=numbers))


def _open(ruleset: Ruleset, proofs: Sequence[Proof]) -> Iterator[Problem]:
    """Find what was not decided: for want of cells in one note, anything else one by one."""
    undecided = [proof for proof in proofs if proof.status is Status.UNDECIDED]
    depending = sum(proof.depends for proof in undecided)
    if depending:
        message = Message("proof.depends", count=depending, total=len(proofs), **_sizes(proofs[0]))
        yield _problem(ruleset, Severity.NOTE, "", message)
    for proof in undecided:
        if not proof.depends:
            if proof.subject:
                message = Message("proof.undecided/at", claim=proof.kind, address=proof.subject)
            else:
                message = Message("proof.undecided", claim=proof.kind)
            yield _problem(ruleset, Severity.NOTE, proof.subject, message, proof.why)
