"""Whether every number says which instrument fixes it, and where it was seen."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping

from ntm_rules.check.problem import Problem, ProblemSubject, problem, tables
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model.citations import Evidence, Instrument, last_day
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import CellRef, every_cell
from ntm_rules.rules.folders import root_of
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import Items, Map, Node, Scalar

_USUAL = 183
"""Days after its instrument until which a set usually takes effect: half a year."""


def citations(ruleset: Ruleset) -> Iterator[Problem]:
    """Find cells of a composed ruleset whose citation or source is lost, as far as the others tell."""
    yield from _of_cells(ruleset)
    yield from _of_open_conditions(ruleset)
    yield from _of_tables(ruleset)


def _of_cells(ruleset: Ruleset) -> Iterator[Problem]:
    cited: dict[str, set[Instrument]] = {}
    sourced: set[Instrument] = set()
    for ref in every_cell(ruleset):
        if ref.cell.source is not None:
            cited.setdefault(ref.cell.source, set()).add(ref.cell.citation.instrument)
            sourced |= {ref.cell.blame} if ref.cell.evidence is Evidence.OFFICIAL else set()
    for ref in every_cell(ruleset):
        address = ref.address or str(ref.derived)
        yield from (problem(ruleset, address, found) for found in _faults(ref, address, cited, sourced))


def _of_open_conditions(ruleset: Ruleset) -> Iterator[Problem]:
    """Find open conditions without a source, in layers that name one for others."""
    open_ = [ref for ref in every_cell(ruleset) if ref.comparison is None and ref.cell.state is CellState.PENDING]
    named = {ref.cell.blame for ref in open_ if ref.cell.source is not None}
    for ref in open_:
        if ref.cell.blame in named and ref.cell.source is None:
            address = ref.address or str(ref.derived)
            yield problem(ruleset, address, Message("cell.source/open", address=address))


def _of_tables(ruleset: Ruleset) -> Iterator[Problem]:
    """Find tables of which a layer changed some cells with a source and others without."""
    for address, table in tables(ruleset):
        seen = {cell.blame for _, cell in table.cells if cell.source is not None} - {ruleset.layers[0].instrument}
        if any(cell.blame in seen and cell.source is None for _, cell in table.cells):
            yield problem(ruleset, address, Message("cell.source/table", address=address))


def _faults(
    ref: CellRef, address: str, cited: Mapping[str, set[Instrument]], sourced: Container[Instrument]
) -> Iterator[Message]:
    """Say what is wrong with one cell.

    Args:
        cited: the instruments for which each source is cited.
        sourced: the instruments whose official cells say where they were seen; who holds the paper has no address.
    """
    cell = ref.cell
    own = cell.citation.instrument == cell.blame
    on_paper = cell.evidence is Evidence.OFFICIAL and own and cell.blame not in sourced
    if cell.evidence in (Evidence.OFFICIAL, Evidence.SECONDARY) and cell.source is None and not on_paper:
        yield Message("cell.source/level", address=address, level=cell.level)
    if cell.evidence is Evidence.RECALLED and cell.source is not None:
        yield Message("cell.source/recalled", address=address)
    if ref.role == "derive" and cell.evidence is Evidence.OFFICIAL and cell.citation.point is None:
        yield Message("cell.point", address=address)
    others = cited.get(cell.source or "", set()) - {cell.blame}
    if others and cell.citation.instrument == cell.blame:
        numbers = ", ".join(sorted(other.number for other in others))
        yield Message("cell.cite", address=address, numbers=numbers)


# -- files -----------------------------------------------------------------------------------


def oddities(library: Library) -> Iterator[Problem]:
    """Find what is odd in files: lost sources, one instrument of two sets without an annex, a date far from it."""
    layers = [listed for listed in library.files if listed.kind in ("ruleset", "amends", "overlay")]
    bases = Counter(library.instrument(listed) for listed in layers if listed.kind == "ruleset")
    for listed in layers:
        root, instrument = root_of(listed), library.instrument(listed)
        found = [*_lost_sources(root), *_far_from(instrument, root)]
        header = root.get("instrument")
        if bases[instrument] > 1 and isinstance(header, Map) and "annex" not in header.entries:
            annex = Message("ruleset.annex", number=instrument.number, count=bases[instrument])
            found.append(_warning(header, annex))
        subject = ProblemSubject(listed.target, listed.period, "", listed.province)
        yield from (Problem(subject, diagnostic) for diagnostic in found)


def _lost_sources(root: Map) -> Iterator[Diagnostic]:
    """Find tables of which a source could be lost unseen, and operations that lost theirs."""
    for node in _maps(root):
        if "source" in node.entries and any(_named(entry.value) for entry in node.entries.values()):
            yield _warning(node, Message("cell.sources"))
        if "sources" in root.entries and "set_pending" in node.entries and "source" not in node.entries:
            yield _warning(node, Message("cell.source/operation"))


def _far_from(instrument: Instrument, root: Map) -> Iterator[Diagnostic]:
    """Find a day of entry into force that is far from the day of the instrument."""
    span = root.get("in_force")
    first = span.get("from") if isinstance(span, Map) else None
    if isinstance(first, Scalar):
        days = (last_day(first.text) - last_day(instrument.date)).days
        if days < 0:
            yield _warning(first, Message("date.start/before", days=-days, date=instrument.date))
        if days > _USUAL:
            yield _warning(first, Message("date.start", days=days, date=instrument.date))


def _warning(node: Map | Scalar, message: Message) -> Diagnostic:
    at = node.at
    return Diagnostic(message.code.partition("/")[0], message, Severity.WARNING, at.file, at.line, at.column)


def _named(node: Node) -> bool:
    """Return True for a table of which a cell names a source."""
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
