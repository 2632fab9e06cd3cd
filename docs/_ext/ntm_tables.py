"""Tables that are read off the package while the documentation is built, and links to its public names."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

import ntm_rules as ntm
from ntm_rules.model.facts import Fact
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import cells

OUTSIDE = ("datetime.", "decimal.", "fractions.", "pathlib.", "collections.abc.", "enum.", "typing.")
STATES = ("official", "secondary", "recalled", "pending", "delegated")


class FactCatalogue(SphinxDirective):
    """Every fact of the bundled catalogue, in the order of its files."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        self.env.note_reread()
        head = ("id", "title", "type", "bounds", "digits", "better", "follows from")
        facts = ntm.Library.bundled().facts.values()
        return [table(head, (self._row(fact) for fact in facts), (22, 34, 12, 14, 6, 6, 18))]

    def _row(self, fact: Fact) -> tuple[list[nodes.Node], ...]:
        title = [fact.title.vi, fact.title.en] if fact.title else []
        kind = fact.type.value
        if fact.unit is not None and fact.unit.id != "percent":
            kind += f", {fact.unit.title.en}"
        bounds = "" if fact.minimum is fact.maximum is None else f"{low(fact)} to {high(fact)}"
        ratio = [literal(fact.ratio.part), nodes.Text(" / "), literal(fact.ratio.whole)] if fact.ratio else []
        values = [node for value in fact.values for node in (literal(value), nodes.Text(" "))]
        return (
            [literal(fact.id)],
            [line for text in title for line in (nodes.Text(text), raw_break())][:-1],
            [nodes.Text(kind)],
            values or [nodes.Text(bounds)],
            [nodes.Text(str(fact.decimals) if fact.type.numeric else "")],
            [nodes.Text(fact.direction.value if fact.direction.value != "neither" else "")],
            ratio,
        )


class BundledRulesets(SphinxDirective):
    """Every bundled ruleset with its size and the evidence of its cells, and the provinces that have an overlay."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        self.env.note_reread()
        head = ("id", "period", "criteria", "indicators", *STATES, "provinces with an overlay")
        return [table(head, self._rows(), (16, 10, 8, 10, 8, 9, 8, 8, 9, 30))]

    def _rows(self) -> Iterator[tuple[list[nodes.Node], ...]]:
        library = ntm.Library.bundled()
        overlays = library.overlays()
        for target, period in library.rulesets():
            ruleset = library.compose(target, on=dt.date(int(period[-4:]), 12, 31), period=period)
            count = Counter(
                "delegated" if ref.cell.state is CellState.DELEGATED else ref.cell.level for ref in cells(ruleset)
            )
            numbers = [len(ruleset.criteria), sum(len(c.indicators) for c in ruleset.criteria)]
            provinces = ", ".join(p for t, own, p in overlays if (t, own) == (target, period))
            yield (
                [literal(target)],
                [nodes.Text(period)],
                *([nodes.Text(str(n))] for n in (*numbers, *(count[state] for state in STATES))),
                [nodes.Text(provinces)],
            )


def low(fact: Fact) -> str:
    """The lower bound as printed."""
    return "" if fact.minimum is None else str(fact.minimum)


def high(fact: Fact) -> str:
    """The upper bound as printed."""
    return "…" if fact.maximum is None else str(fact.maximum)


def literal(text: str) -> nodes.Node:
    """Text in the font of code."""
    return nodes.literal(text, text)


def raw_break() -> nodes.Node:
    """A line break inside a cell."""
    return nodes.raw("", "<br>", format="html")


def table(
    head: Iterable[str], rows: Iterable[tuple[list[nodes.Node], ...]], widths: tuple[int, ...]
) -> nodes.table:
    """A table node; each cell is a list of inline nodes."""
    group = nodes.tgroup(cols=len(widths))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", row([nodes.Text(text)] for text in head))
    group += nodes.tbody("", *(row(cells_) for cells_ in rows))
    return nodes.table("", group)


def row(entries: Iterable[list[nodes.Node]]) -> nodes.row:
    """One row of a table."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *entry)) for entry in entries))


def resolve(app: Sphinx, env: BuildEnvironment, node: Any, contnode: nodes.Node) -> nodes.Node | None:
    """A type named by its module, or by its bare name in a signature, as the documented name it is."""
    target = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py":
        return None
    objects = env.get_domain("py").objects  # type: ignore[attr-defined]
    last = target.rpartition(".")[2]
    found = [name for name in objects if name.startswith("ntm_rules.") and name.rpartition(".")[2] == last]
    public = [name for name in found if name.count(".") == 1] or found
    if len(public) == 1 and app.builder is not None:
        entry = objects[public[0]]
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, public[0])
    return contnode if target.startswith(OUTSIDE) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("fact-catalogue", FactCatalogue)
    app.add_directive("bundled-rulesets", BundledRulesets)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
