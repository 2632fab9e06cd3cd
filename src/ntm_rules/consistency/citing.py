"""Whether every number says which instrument fixes it, and where it was seen."""

import datetime as dt
from collections.abc import Iterator

from ntm_rules.authoring.folders import Listed, root_of
from ntm_rules.authoring.library import Library
from ntm_rules.authoring.nodes import Items, Map, Node, Scalar
from ntm_rules.consistency.finding import Finding, Subject, tables
from ntm_rules.model.citations import Evidence, Instrument, last_day
from ntm_rules.model.errors import Diagnostic, Severity
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import CellRef, cells

_USUAL = 183


def citations(ruleset: Ruleset) -> Iterator[Finding]:
    """Cells of a composed ruleset whose citation or source is lost, as far as the others tell."""
    cited: dict[str, set[Instrument]] = {}
    for ref in cells(ruleset):
        if ref.cell.source is not None:
            cited.setdefault(ref.cell.source, set()).add(ref.cell.citation.instrument)
    for ref in cells(ruleset):
        cell, address = ref.cell, ref.address or str(ref.derived)
        for code, what, hint in _faults(ref):
            yield _finding(ruleset, code, address, f"a cell of `{address}` {what}", hint)
        own = cell.citation.instrument == cell.blame
        if own and cell.source is not None and len(others := cited[cell.source] - {cell.blame}) > 0:
            numbers = ", ".join(sorted(other.number for other in others))
            what = f"a cell of `{address}` cites no instrument, and its source is cited for {numbers} elsewhere"
            yield _finding(ruleset, "cell.cite", address, what, "say `cite`")
    for address, table in tables(ruleset):
        seen = {cell.blame for _, cell in table.cells if cell.source is not None} - {ruleset.layers[0].instrument}
        if any(cell.blame in seen and cell.source is None for _, cell in table.cells):
            what = f"a cell of `{address}` does not say where it was seen, unlike others of its layer"
            yield _finding(ruleset, "cell.source", address, what, "name a `source`")


def _faults(ref: CellRef) -> Iterator[tuple[str, str, str]]:
    """Code, what is wrong and what to do, of one cell."""
    cell = ref.cell
    if cell.evidence in (Evidence.OFFICIAL, Evidence.SECONDARY) and cell.source is None:
        yield "cell.source", f"is {cell.level} and does not say where it was seen", "name a `source`"
    if cell.evidence is Evidence.RECALLED and cell.source is not None:
        yield "cell.source", "is recalled and says where it was seen", "say `evidence: secondary` or `official`"
    if ref.role == "derive" and cell.evidence is Evidence.OFFICIAL and cell.citation.point is None:
        yield "cell.point", "is official and does not say at which point it stands", "say `point`"


def _finding(ruleset: Ruleset, code: str, address: str, message: str, hint: str) -> Finding:
    subject = Subject(ruleset.id, ruleset.period, address)
    return Finding(subject, Diagnostic(code, f"{ruleset.id} {ruleset.period}: {message}", Severity.WARNING, hint=hint))


# -- files -----------------------------------------------------------------------------------


def oddities(library: Library) -> Iterator[Finding]:
    """What is odd in files: two sources of a table, one instrument of two sets, a date far from the instrument's."""
    bases: dict[Instrument, list[Listed]] = {}
    for listed in library.files:
        if listed.kind not in ("ruleset", "amends", "overlay"):
            continue
        root = root_of(listed)
        subject = Subject(listed.target, listed.period, listed.province)
        for node in _maps(root):
            if "source" in node.entries and any(_named(entry.value) for entry in node.entries.values()):
                message = "a table names one source for all its cells, and a cell another: a lost one would go unseen"
                yield _in_file("cell.sources", subject, node, message, "name the source in each cell")
        begins = root.get("in_force")
        first = begins.get("from") if isinstance(begins, Map) else None
        if isinstance(first, Scalar):
            signed = last_day(library.instrument(listed).date)
            days = (dt.date.fromisoformat(first.text) - signed).days
            if not 0 <= days <= _USUAL:
                message = f"the set or layer begins {days} days after its instrument of {signed}"
                yield _in_file("date.start", subject, first, message, "look at the years of both dates")
        if listed.kind == "ruleset":
            bases.setdefault(library.instrument(listed), []).append(listed)
    for instrument, several in bases.items():
        for listed in several if len(several) > 1 else ():
            header = root_of(listed).get("instrument")
            if isinstance(header, Map) and "annex" not in header.entries:
                message = f"`{instrument.number}` fixes {len(several)} sets, and the file does not say its annex"
                subject = Subject(listed.target, listed.period, "")
                yield _in_file("ruleset.annex", subject, header, message, "say `annex` in `instrument`")


def _in_file(code: str, subject: Subject, node: Map | Scalar, message: str, hint: str) -> Finding:
    at = node.at
    return Finding(subject, Diagnostic(code, message, Severity.WARNING, at.file, at.line, at.column, hint))


def _named(node: Node) -> bool:
    """True for a table of which a cell names a source."""
    return isinstance(node, Map) and "cells" in node.entries and any("source" in m.entries for m in _maps(node))


def _maps(node: Node) -> Iterator[Map]:
    if isinstance(node, Map):
        yield node
    inner = (
        node.items
        if isinstance(node, Items)
        else [e.value for e in node.entries.values()]
        if isinstance(node, Map)
        else []
    )
    for each in inner:
        yield from _maps(each)
