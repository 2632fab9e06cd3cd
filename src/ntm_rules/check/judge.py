"""What proofs say about a ruleset as problems: which results are faults, which are worth knowing, which are usual."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ntm_rules.check.problem import Problem, ProblemSubject, tables, without_cells
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model.conditions import Meets
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import cells, indicators, leaves
from ntm_rules.proofs.prove import DEPENDS, Kind, Proof, Status

_REFUTED: Mapping[Kind, tuple[str, Severity, str, str]] = {
    Kind.SATISFIABLE: ("proof.unsatisfiable", Severity.ERROR, "no facts meet the set", "two indicators contradict"),
    Kind.REST_SATISFIABLE: ("proof.unsatisfiable", Severity.ERROR, "no facts meet the others", "two contradict"),
    Kind.CAN_PASS: ("proof.cannot_pass", Severity.ERROR, "no facts satisfy `{subject}`", ""),
    Kind.CAN_FAIL: ("proof.cannot_fail", Severity.WARNING, "no facts fail `{subject}`", "it asks nothing"),
    Kind.INDEPENDENT: ("proof.redundant", Severity.NOTE, "`{subject}` is implied by {implied by}", ""),
    Kind.COVERED: ("table.gap", Severity.WARNING, "the table of `{subject}` has no cell for some facts in {year}", ""),
    Kind.OVERLAY: ("proof.looser", Severity.WARNING, "facts satisfy `{subject}` that fail it in the national set", ""),
    Kind.GRADE: ("proof.grade", Severity.WARNING, "facts meet what is above the grade `{subject}` and fail it", ""),
    Kind.LADDER: ("proof.ladder", Severity.WARNING, "facts meet the set that fail `{subject}` of `{lower}`", ""),
}
_SHOWN = 6


def judged(ruleset: Ruleset, proofs: Sequence[Proof]) -> tuple[Problem, ...]:
    """The problems of the proofs about a composed ruleset, what follows from another problem left out."""
    return (*_refuted(ruleset, proofs), *_ambiguous(ruleset, proofs), *_empty(ruleset, proofs), *_open(ruleset, proofs))


def _problem(ruleset: Ruleset, code: str, severity: Severity, address: str, message: str, hint: str = "") -> Problem:
    where = f" {ruleset.province}" if ruleset.province else ""
    text = f"{ruleset.id} {ruleset.period}{where} on {ruleset.on}: {message}"
    return Problem(ProblemSubject.of(ruleset, address), Diagnostic(code, text, severity, hint=hint))


def _refuted(ruleset: Ruleset, proofs: Sequence[Proof]) -> Iterator[Problem]:
    """What is refuted; but for indicators that are never decided, which is the fault of a table."""
    refuted = [proof for proof in proofs if proof.status is Status.REFUTED and proof.kind in _REFUTED]
    passes, fails = ({p.subject for p in refuted if p.kind is kind} for kind in (Kind.CAN_PASS, Kind.CAN_FAIL))
    without_them = any(proof.kind is Kind.REST_SATISFIABLE for proof in proofs)
    for proof in refuted:
        never = proof.kind in (Kind.CAN_PASS, Kind.CAN_FAIL) and proof.subject in passes & fails
        if never or (proof.kind is Kind.SATISFIABLE and without_them):
            continue
        code, severity, words, hint = _REFUTED[proof.kind]
        if proof.kind is Kind.CAN_FAIL and ruleset.province:  # a region of which nothing is asked
            severity = Severity.NOTE
        if proof.kind is Kind.COVERED and _blank(ruleset, proof):
            code = "table.years"
        data = {"subject": proof.subject, "lower": proof.ruleset[-1], **proof.data}
        message = words.format_map(data) + _cells(proof)
        yield _problem(ruleset, code, severity, proof.subject, message, _witness(proof) or hint)


def _blank(ruleset: Ruleset, proof: Proof) -> bool:
    """True if the table has no cell in any column of the year."""
    mine = (table for address, table in tables(ruleset) if address == proof.subject)
    return any(without_cells(table, [proof.data["year"]]) for table in mine)


def _cells(proof: Proof) -> str:
    return f" ({proof.cells} cells, {proof.unknown} unknown)"


def _witness(proof: Proof) -> str:
    """The facts that show it, if they are few enough to be read."""
    if not proof.facts:
        return ""
    facts = [f"{name} = {value}" for name, value in proof.facts.items()]
    return "for example " + ", ".join(facts[:_SHOWN]) + (", ..." if len(facts) > _SHOWN else "")


def _ambiguous(ruleset: Ruleset, proofs: Iterable[Proof]) -> Iterator[Problem]:
    """Indicators that are undetermined though all is known, a problem for each selector that is to blame.

    A missing cell is the problem of its table, what a prerequisite leaves open that of the other set.
    """
    derived = {d.id for d in ruleset.derived}
    selectors: dict[str, set[str]] = {}
    for ref in cells(ruleset):
        selectors.setdefault(ref.indicator, set()).update(derived & set(ref.by))
    resting = {i.no for _, i in indicators(ruleset) if any(isinstance(x, Meets) for _, x in leaves(i.require))}
    found: dict[tuple[str, str], list[Proof]] = {}
    for proof in proofs:
        because, no = proof.data.get("because", ""), proof.subject
        if proof.kind is Kind.DECIDED and proof.status is Status.REFUTED and because != "no_cell":
            for address in sorted(selectors[no]) or [no] * (no not in resting):
                found.setdefault((address, because), []).append(proof)
    for (address, because), same in found.items():
        numbers = _listed([proof.subject for proof in same])
        message = f"{numbers} undetermined ({because}) though every fact and cell is known{_cells(same[0])}"
        yield _problem(ruleset, "proof.undetermined", Severity.WARNING, address, message, _witness(same[0]))


def _empty(ruleset: Ruleset, proofs: Iterable[Proof]) -> Iterator[Problem]:
    """Indicators that are undetermined where there is nothing of which a share could be taken."""
    numbers = [p.subject for p in proofs if p.kind is Kind.DECIDED_WHEN_EMPTY and p.status is Status.REFUTED]
    if numbers:
        hint = "`when_empty` says what the decision means there"
        message = f"{_listed(numbers)} undetermined where a whole is 0"
        yield _problem(ruleset, "proof.empty_whole", Severity.NOTE, "", message, hint)


def _open(ruleset: Ruleset, proofs: Sequence[Proof]) -> Iterator[Problem]:
    """What was not decided: for want of cells in one note, anything else one by one."""
    undecided = [proof for proof in proofs if proof.status is Status.UNDECIDED]
    depending = sum(proof.reason == DEPENDS for proof in undecided)
    if depending:
        message = f"{depending} of {len(proofs)} proofs depend on unknown cells{_cells(proofs[0])}"
        yield _problem(ruleset, "proof.depends", Severity.NOTE, "", message, "`ntm-rules evidence` lists these cells")
    for proof in undecided:
        if proof.reason != DEPENDS:
            message = f"not decided whether {proof.kind.value}{f' (`{proof.subject}`)' if proof.subject else ''}"
            yield _problem(ruleset, "proof.undecided", Severity.WARNING, proof.subject, message, proof.reason)


def _listed(numbers: Sequence[str]) -> str:
    return f"`{numbers[0]}` is" if len(numbers) == 1 else f"{', '.join(f'`{no}`' for no in numbers)} are"
