"""Tables and texts that are read off the package while the documentation is built."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

import click
from docutils import nodes
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import ntm_rules as ntm
from ntm_rules.cli.app import commands
from ntm_rules.model.facts import Fact
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import cells

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
        if fact.undecided is not None:
            ratio += [nodes.Text(" may grow by "), literal(fact.undecided)]
        values = [node for value in fact.values for node in (literal(value), nodes.Text(" "))]
        return (
            [literal(fact.id)],
            [nodes.line_block("", *(nodes.line("", text) for text in title))],
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
            counted = sum(c.counted for c in ruleset.criteria)
            beside = len(ruleset.criteria) - counted
            numbers = [f"{counted} + {beside}" if beside else counted, sum(len(c.indicators) for c in ruleset.criteria)]
            provinces = ", ".join(p for t, own, p in overlays if (t, own) == (target, period))
            yield (
                [literal(target)],
                [nodes.Text(period)],
                *([nodes.Text(str(n))] for n in (*numbers, *(count[state] for state in STATES))),
                [nodes.Text(provinces)],
            )


class CommandHelp(SphinxDirective):
    """What a command of `ntm-rules` prints with `--help`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The text, as it is printed."""
        self.env.note_reread()
        name = self.arguments[0]
        group = click.Context(commands, info_name="ntm-rules", max_content_width=100, terminal_width=100)
        command = commands.get_command(group, name)
        text = command.get_help(click.Context(command, group, info_name=name))
        return [nodes.literal_block(text, text, language="text")]


def low(fact: Fact) -> str:
    """The lower bound as printed."""
    return "" if fact.minimum is None else str(fact.minimum)


def high(fact: Fact) -> str:
    """The upper bound as printed."""
    return "…" if fact.maximum is None else str(fact.maximum)


def literal(text: str) -> nodes.Node:
    """Text in the font of code."""
    return nodes.literal(text, text)


def table(head: Iterable[str], rows: Iterable[tuple[list[nodes.Node], ...]], widths: tuple[int, ...]) -> nodes.table:
    """A table node; each cell is a list of inline nodes, or one block."""
    group = nodes.tgroup(cols=len(widths))
    group += [nodes.colspec(colwidth=width) for width in widths]
    group += nodes.thead("", row([nodes.Text(text)] for text in head))
    group += nodes.tbody("", *(row(cells_) for cells_ in rows))
    return nodes.table("", group)


def row(entries: Iterable[list[nodes.Node]]) -> nodes.row:
    """One row of a table."""
    found = nodes.row()
    for entry in entries:
        block = entry if entry and isinstance(entry[0], nodes.line_block) else [nodes.paragraph("", "", *entry)]
        found += nodes.entry("", *block)
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_lexer("csv", TextLexer)
    app.add_directive("fact-catalogue", FactCatalogue)
    app.add_directive("bundled-rulesets", BundledRulesets)
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
