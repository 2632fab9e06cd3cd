"""Whether every number says which instrument fixes it, and where it was seen."""

from collections import Counter
from collections.abc import Iterator, Mapping

from ntm_rules.check.problem import Problem, ProblemSubject, problem, tables
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model.citations import Evidence, Instrument, last_day
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import CellRef, every_cell
from ntm_rules.rules.folders import root_of
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import Items, Map, Node, Scalar

_USUAL = 183


def citations(ruleset: Ruleset) -> Iterator[Problem]:
    """Cells of a composed ruleset whose citation or source is lost, as far as the others tell."""
    cited: dict[str, set[Instrument]] = {}
    for ref in every_cell(ruleset):
        if ref.cell.source is not None:
            cited.setdefault(ref.cell.source, set()).add(ref.cell.citation.instrument)
    for ref in every_cell(ruleset):
        address = ref.address or str(ref.derived)
        for code, what, hint in _faults(ref, cited):
            yield problem(ruleset, code, Severity.WARNING, address, f"a cell of `{address}` {what}", hint)
    open_ = [ref for ref in every_cell(ruleset) if ref.comparison is None and ref.cell.state is CellState.PENDING]
    named = {ref.cell.blame for ref in open_ if ref.cell.source is not None}
    for ref in open_:
        if ref.cell.blame in named and ref.cell.source is None:
            address = ref.address or str(ref.derived)
            message = f"`{address}` is open and does not say where it was seen, unlike others of its layer"
            yield problem(ruleset, "cell.source", Severity.WARNING, address, message, "name a `source`")
    for address, table in tables(ruleset):
        seen = {cell.blame for _, cell in table.cells if cell.source is not None} - {ruleset.layers[0].instrument}
        if any(cell.blame in seen and cell.source is None for _, cell in table.cells):
            message = f"a cell of `{address}` does not say where it was seen, unlike others of its layer"
            yield problem(ruleset, "cell.source", Severity.WARNING, address, message, "name a `source`")


def _faults(ref: CellRef, cited: Mapping[str, set[Instrument]]) -> Iterator[tuple[str, str, str]]:
    """Code, what is wrong and what to do, of one cell.

    Args:
        cited: the instruments for which each source is cited.
    """
    cell = ref.cell
    if cell.evidence in (Evidence.OFFICIAL, Evidence.SECONDARY) and cell.source is None:
        yield "cell.source", f"is {cell.level} and does not say where it was seen", "name a `source`"
    if cell.evidence is Evidence.RECALLED and cell.source is not None:
        yield "cell.source", "is recalled and says where it was seen", "say `evidence: secondary` or `official`"
    if ref.role == "derive" and cell.evidence is Evidence.OFFICIAL and cell.citation.point is None:
        yield "cell.point", "is official and does not say at which point it stands", "say `point`"
    others = cited.get(cell.source or "", set()) - {cell.blame}
    if others and cell.citation.instrument == cell.blame:
        numbers = ", ".join(sorted(other.number for other in others))
        yield "cell.cite", f"cites no instrument, and its source is cited for {numbers} elsewhere", "say `cite`"


# -- files -----------------------------------------------------------------------------------


def oddities(library: Library) -> Iterator[Problem]:
    """What is odd in files: lost sources of tables and operations, one instrument of two sets, a date far from it."""
    layers = [listed for listed in library.files if listed.kind in ("ruleset", "amends", "overlay")]
    bases = Counter(library.instrument(listed) for listed in layers if listed.kind == "ruleset")
    for listed in layers:
        root, instrument = root_of(listed), library.instrument(listed)
        found = [*_lost_sources(root), *_far_from(instrument, root)]
        header = root.get("instrument")
        if bases[instrument] > 1 and isinstance(header, Map) and "annex" not in header.entries:
            message = f"`{instrument.number}` fixes {bases[instrument]} sets, and the file does not say its annex"
            found.append(_at(header, "ruleset.annex", message, "say `annex` in `instrument`"))
        own = "" if listed.kind == "overlay" else listed.province
        subject = ProblemSubject(listed.target, listed.period, listed.province, own)
        yield from (Problem(subject, diagnostic) for diagnostic in found)


def _lost_sources(root: Map) -> Iterator[Diagnostic]:
    """Tables of which a source could be lost unseen, and operations that lost theirs."""
    for node in _maps(root):
        if "source" in node.entries and any(_named(entry.value) for entry in node.entries.values()):
            message = "a table names one source for all its cells, and a cell another: a lost one would go unseen"
            yield _at(node, "cell.sources", message, "name the source in each cell")
        if "sources" in root.entries and "set_pending" in node.entries and "source" not in node.entries:
            message = "the operation does not say where it was seen, unlike others of the file"
            yield _at(node, "cell.source", message, "name a `source`")


def _far_from(instrument: Instrument, root: Map) -> Iterator[Diagnostic]:
    """A day of entry into force that is far from the day of the instrument."""
    span = root.get("in_force")
    first = span.get("from") if isinstance(span, Map) else None
    if isinstance(first, Scalar):
        days = (last_day(first.text) - last_day(instrument.date)).days
        if not 0 <= days <= _USUAL:
            message = f"what the file holds begins {days} days after its instrument of {instrument.date}"
            yield _at(first, "date.start", message, "look at the years of both dates")


def _at(node: Map | Scalar, code: str, message: str, hint: str) -> Diagnostic:
    at = node.at
    return Diagnostic(code, message, Severity.WARNING, at.file, at.line, at.column, hint)


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
