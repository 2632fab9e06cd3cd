"""Thresholds and cells of rule files."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.citations import Citation, Confidence, Evidence, Instrument
from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.thresholds import GENERAL, REST, Cell, CellState, Key, Relative, Table, Threshold, Value
from ntm_rules.rules.keys import conditions as keys
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Entry, Items, Map, Node, Scalar

YEAR = Fact("year", FactType.CATEGORY)
"""The selector that every ruleset has: the year of the assessment."""

OPEN_STATES = {"pending": CellState.PENDING, "delegated": CellState.DELEGATED}
_STATES = {**OPEN_STATES, "none": CellState.NONE}
_EMPTY = {o.code: o for o in (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)}


@frozen
class Scope:
    """What the conditions of a file can refer to.

    Attributes:
        facts: the catalogue and the facts derived so far.
        instrument, annex: what its cells cite unless they say otherwise.
        sources, instruments: the names that cells may use.
        rulesets: ids that prerequisites and relative thresholds may name.
    """

    facts: Mapping[str, Fact]
    instrument: Instrument
    annex: str | None
    sources: Mapping[str, str]
    instruments: Mapping[str, Instrument]
    rulesets: frozenset[str]


class ThresholdReader:
    """Reads the thresholds of one file."""

    def __init__(self, scope: Scope, reader: Reader) -> None:
        self.scope = scope
        self.reader = reader

    def fact(self, name: str, at: Node) -> Fact | None:
        """Return the fact of that id; an unknown one is noted."""
        fact = YEAR if name == "year" else self.scope.facts.get(name)
        if fact is None and name:
            self.reader.unknown("fact.unknown", at.at, Message("kind.fact"), name, self.scope.facts)
        return fact

    def given(self, name: str, at: Node) -> Fact | None:
        """Return the fact of that id, which somebody knows of a unit; the year is the same for all and only selects."""
        if name == "year":
            self.reader.error("fact.year", at.at)
            return None
        return self.fact(name, at)

    def threshold(self, node: Node | None, fact: Fact | None, around: Map, op: Op) -> Threshold | None:
        """Return a cell, a table or a relative threshold; *around* holds the annotations its cells inherit."""
        kind = fact.type if fact else None
        values = fact.values if fact else ()
        if op is Op.ONE_OF and isinstance(node, Items):
            node = Map({"value": _entry("value", node)}, node.at)
        if isinstance(node, Map) and "by" in node.entries:
            return self.table(node, kind, values, around, op)
        if isinstance(node, Map) and "fact" in node.entries:
            self.reader.error("threshold.fact", node.at)
            return None
        if isinstance(node, Map) and "times" in node.entries:
            if fact is None or not fact.type.numeric:
                self.reader.error("threshold.relative/numeric", node.at)
                return None
            return self.relative(node, around)
        return self.cell(node, kind, values, around, op)

    def relative(self, node: Map, around: Map) -> Relative | None:
        """Return a multiple of another tier's threshold."""
        what = Message("what.relative")
        self.reader.map(node, what, keys.RELATIVE.names)
        times = self.cell(node.get("times"), FactType.NUMBER, (), around)
        of = self.reader.text(self.reader.required(node, "of", what), "`of`")
        ruleset, _, address = of.partition("#")
        if not address or ruleset not in self.scope.rulesets:
            code = "threshold.relative/of_fact" if of in self.scope.facts else "threshold.relative/of"
            self.reader.error(code, node.at, of=of)
        if times is None or not isinstance(times.value, Decimal):
            return None
        if times.value <= 0:
            self.reader.error("threshold.relative/factor", node.at)
        return Relative(times, of)

    def table(self, node: Map, kind: FactType | None, values: tuple[str, ...], around: Map, op: Op) -> Table | None:
        """Return a table: one cell below each combination of columns."""
        self.reader.map(node, Message("what.table"), keys.TABLE.names)
        selectors = self.selectors(node)
        cells_node = self.reader.required(node, "cells", Message("what.table"))
        if not selectors or cells_node is None:
            return None
        rows: list[tuple[Key, Cell]] = []
        for key, cell_node in self.rows(cells_node, selectors, ()):
            cell = self.cell(cell_node, kind, values, around, op)
            if cell is not None:
                rows.append((key, cell))
        if rows and all(GENERAL in key for key, _ in rows):
            self.reader.error("table.general", node.at)
        return Table(tuple(s.id for s in selectors), tuple(rows)) if rows else None

    def selectors(self, node: Map) -> list[Fact]:
        """Return the facts by which a table selects; empty where one cannot."""
        by = node.get("by")
        names = self.reader.texts(by, "`by`", Message("what.selector"))
        facts = [f for name in names if (f := self.fact(name, by or node)) is not None]
        for fact in facts:
            if fact.type.numeric:
                self.reader.error("table.selector", node.at, fact=fact.id)
        return facts if len(facts) == len(names) else []

    def rows(self, node: Node, selectors: list[Fact], key: Key) -> Iterator[tuple[Key, Node]]:
        """Yield the cells below *node*, one selector a level."""
        if not selectors:
            yield key, node
            return
        fact = selectors[0]
        for text, entry in self.reader.map(node, Message("what.columns_of", fact=fact.id)).entries.items():
            self.column(fact, text, entry.key)
            yield from self.rows(entry.value, selectors[1:], (*key, text))

    def column(self, fact: Fact, text: str, at: Scalar) -> None:
        """Note a column that no unit can be in."""
        known = ("true", "false") if fact.type is FactType.BOOLEAN else fact.values
        if text in (GENERAL, REST) or text in known:
            return
        if fact is YEAR:
            if not (text.isascii() and text.isdigit() and len(text) == 4):
                self.reader.error("table.year", at.at, text=text)
        else:
            self.reader.unknown("table.column", at.at, Message("kind.column_of", fact=fact.id), text, known)

    def open_cell(self, state: CellState) -> Cell:
        """Return a pending or delegated cell without annotations."""
        return Cell(state, Citation(self.scope.instrument, self.scope.annex), self.scope.instrument)

    def cell(
        self,
        node: Node | None,
        kind: FactType | None,
        values: tuple[str, ...],
        around: Map,
        op: Op = Op.EQUALS,
    ) -> Cell | None:
        """Return a cell; *kind* and *values* are those of its fact, None where it can only be pending or delegated."""
        own = Map(at=around.at)
        if isinstance(node, Map):
            own = self.reader.map(node, Message("what.cell"), keys.CELL.names)
            node = self.content(own)
        if node is None:
            return None
        state = self.state(node, own)
        if kind is None and state not in OPEN_STATES.values():
            self.reader.error("cell.value/open", node.at)
            return None
        value = self.value(node, kind, values, op) if state is CellState.SET and kind else None
        if state is CellState.SET and value is None:
            return None
        return self.annotated(state, value, node, own, around)

    def content(self, own: Map) -> Node | None:
        """Return what the mapping of a cell holds: its value, else its state."""
        value, state = own.get("value"), own.get("state")
        if value is not None and state is not None:
            self.reader.error("cell.value/both", own.at)
        if value is None and state is None:
            self.reader.error("cell.value/neither", own.at)
        return state if value is None else value

    def state(self, node: Node, own: Map) -> CellState:
        """Return the state of a cell: that under `state`, else a word alone that means one; else it is set."""
        alone = isinstance(node, Scalar) and node.text in _STATES and "value" not in own.entries
        if "state" not in own.entries and not alone:
            return CellState.SET
        return self.reader.choice(node, Message("kind.state"), _STATES) or CellState.PENDING

    def annotated(self, state: CellState, value: Value | None, node: Node, own: Map, around: Map) -> Cell:
        """Return the cell with evidence, source and citation: its own, else those beside the operator."""

        def get(key: str) -> Node | None:
            return own.get(key) or around.get(key)

        # a word beside the operator holds for all cells, so a pending one may be under an evidence that is not its own
        evidence = self.reader.choice(get("evidence"), Message("kind.evidence"), {e.value: e for e in Evidence})
        if state is CellState.PENDING:
            if own.get("evidence") is not None:
                self.reader.error("cell.evidence/pending", node.at)
            evidence = None
        elif get("evidence") is None:
            self.reader.error("cell.evidence", node.at)
        disputed = get("disputed")
        if disputed is not None and evidence is Evidence.OFFICIAL:
            self.reader.error("cell.disputed", disputed.at)
        confidence = self.reader.choice(get("confidence"), Message("kind.confidence"), {c.value: c for c in Confidence})
        instrument = self.scope.instrument
        if (cite := get("cite")) is not None:
            instrument = (
                self.reader.choice(cite, Message("kind.instrument"), dict(self.scope.instruments)) or instrument
            )
        named = own.get("source") if state is CellState.PENDING else get("source")
        source = self.reader.choice(named, Message("kind.source"), dict(self.scope.sources))
        # the annex is one of the file's instrument, not of another one that is cited
        annex = self.scope.annex if instrument is self.scope.instrument else None
        return Cell(
            state,
            Citation(instrument, annex, self.reader.text(get("point"), Message("what.point")) or None),
            self.scope.instrument,
            value,
            evidence,
            confidence if evidence is Evidence.RECALLED else None,
            source,
            self.reader.text(get("note"), Message("what.note")) or None,
            self.reader.flag(get("free"), "`free`"),
            self.reader.choice(get("when_empty"), "`when_empty`", _EMPTY),
            disputed=self.reader.text(disputed, "`disputed`") or None,
        )

    def value(self, node: Node, kind: FactType, values: tuple[str, ...], op: Op) -> Value | None:
        """Return the value of a set cell, in the type of its fact."""
        if op is Op.ONE_OF:
            texts = tuple(self.reader.texts(node, "`one_of`", Message("what.value")))
            for text in texts:
                if text not in values:
                    self.reader.unknown("value.unknown", node.at, Message("kind.value"), text, values)
            return texts or None
        text = self.reader.text(node, Message("what.amount"))
        if not text:
            return None
        if kind.numeric:
            return self.reader.number(node, text, Message("what.amount"))
        if kind is FactType.BOOLEAN:
            return self.reader.choice(node, Message("kind.value"), {"true": True, "false": False})
        if text not in values and values:
            self.reader.unknown("value.unknown", node.at, Message("kind.value"), text, values)
            return None
        return text


def _entry(key: str, node: Node) -> Entry:
    return Entry(Scalar(key, node.at), node)
