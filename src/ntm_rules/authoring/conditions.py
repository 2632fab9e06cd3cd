"""Conditions, thresholds and cells of rule files."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import evolve, frozen

from ntm_rules.authoring.nodes import Entry, Map, Node, Scalar, Sequence_
from ntm_rules.authoring.reader import Reader
from ntm_rules.model.citations import Citation, Confidence, Evidence, Instrument
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    By,
    Case,
    CaseRow,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Op,
    Open,
    Ref,
)
from ntm_rules.model.facts import Fact, FactType, Measure, RatioOf
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import GENERAL, REST, Cell, CellState, Key, Relative, Table, Threshold, Value

YEAR = Fact("year", FactType.CATEGORY)
"""The selector that every ruleset has: the year of the assessment."""

ANNOTATIONS = ("evidence", "confidence", "source", "cite", "point", "note", "free", "when_empty")
_OPS = {op.value: op for op in Op}
_OPEN = {"pending": CellState.PENDING, "delegated": CellState.DELEGATED}
_STATES = {**_OPEN, "none": CellState.NONE}
_EMPTY = {o.code: o for o in (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)}
_NUMERIC_OPS = (Op.EQUALS, Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN)
OPS_OF = {
    FactType.PERCENT: _NUMERIC_OPS,
    FactType.NUMBER: _NUMERIC_OPS,
    FactType.COUNT: _NUMERIC_OPS,
    FactType.BOOLEAN: (Op.EQUALS,),
    FactType.ORDINAL: (Op.EQUALS, Op.LEVEL_AT_LEAST, Op.ONE_OF),
    FactType.CATEGORY: (Op.EQUALS, Op.ONE_OF),
}


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


class ConditionReader:
    """Reads the conditions of one file."""

    def __init__(self, scope: Scope, reader: Reader) -> None:
        self.scope = scope
        self.reader = reader

    # -- conditions --------------------------------------------------------------------------

    def condition(self, node: Node | None) -> Condition | None:
        """A condition; None where it could not be read, which is noted."""
        if isinstance(node, Scalar):
            state = self.reader.choice(node, "condition", _OPEN)
            return None if state is None else Open(self.open_cell(state))
        found = self.reader.map(node, "a condition")
        kinds = [k for k in ("fact", "facts", "all", "any", "at_least_n", "not", "meets", *_OPEN) if k in found.entries]
        if len(kinds) != 1:
            if node is not None and found.entries:
                expected = "expected exactly one of `fact`, `facts`, `all`, `any`, `at_least_n`, `not`, `meets`"
                self.reader.error("condition.kind", node.at, "the condition has no single kind", expected)
            return None
        condition = self._of_kind(kinds[0], found)
        if condition is None:
            return None
        part = self.reader.text(found.get("part"), "the part") or None
        return evolve(condition, part=part, title=self.reader.title(found.get("title")))

    def _of_kind(self, kind: str, found: Map) -> Condition | None:
        common = ("part", "title")
        if kind in ("fact", "facts"):
            return self.comparison(found)
        if kind == "meets":
            return self.meets(found)
        if kind in _OPEN:
            self.reader.map(found, "a condition", (kind, *common, *ANNOTATIONS))
            threshold = self.threshold(found.get(kind), None, found, Op.EQUALS)
            if isinstance(threshold, Cell | Table):
                return Open(threshold)
            return None
        if kind == "not":
            self.reader.map(found, "a condition", (kind, *common))
            member = self.condition(found.get("not"))
            return None if member is None else Not(member)
        self.reader.map(found, "a condition", (kind, *common, *(("of",) if kind == "at_least_n" else ())))
        nodes = found.get("of" if kind == "at_least_n" else kind)
        members = tuple(m for n in self.reader.items(nodes, f"`{kind}`") if (m := self.condition(n)) is not None)
        if not members:
            return None
        if kind == "at_least_n":
            k = self.reader.integer(found.get("at_least_n"), "`at_least_n`") or 1
            if k > len(members):
                self.reader.error("condition.k", found.at, f"at least {k} of {len(members)} members can never hold")
            return AtLeast(k, members)
        return All(members) if kind == "all" else Any(members)

    def meets(self, found: Map) -> Meets | None:
        keys = ("meets", "by", "recognised", "period", "part", "title", *ANNOTATIONS)
        self.reader.map(found, "a prerequisite", keys)
        ruleset = self.reader.text(found.get("meets"), "the ruleset")
        if ruleset not in self.scope.rulesets:
            self.reader.unknown("ruleset.unknown", found.at, "ruleset", ruleset, self.scope.rulesets)
        required = self.reader.required(found, "by", "a prerequisite")
        by = self.reader.choice(required, "by", {b.value: b for b in By})
        recognised = self.reader.text(found.get("recognised"), "`recognised`") or None
        if by in (By.ACT, By.EITHER) and recognised is None:
            self.reader.error("key.missing", found.at, f"a prerequisite by {by.value} needs `recognised`")
        if recognised is not None and (fact := self.fact(recognised, found)) and fact.type is not FactType.BOOLEAN:
            self.reader.error("fact.type", found.at, f"`{recognised}` has to be a yes/no fact")
        cell = self.cell(Scalar("true", found.at), FactType.BOOLEAN, (), found)
        if by is None or cell is None:
            return None
        period = self.reader.text(found.get("period"), "the period") or None
        return Meets(ruleset, by, cell, period, recognised)

    def comparison(self, found: Map) -> Comparison | None:
        ops = [op for name, op in _OPS.items() if name in found.entries]
        self.reader.map(found, "a comparison", ("fact", "facts", "part", "title", *_OPS, *ANNOTATIONS))
        if len(ops) != 1:
            expected = f"expected exactly one of {', '.join(f'`{name}`' for name in _OPS)}"
            self.reader.error("condition.operator", found.at, "the comparison has no single operator", expected)
            return None
        names = self.fact_names(found)
        facts = [fact for name in names if (fact := self.fact(name, found)) is not None]
        if not facts or len(facts) != len(names):
            return None
        return self.comparison_of(tuple(facts), ops[0], found)

    def comparison_of(self, facts: tuple[Fact, ...], op: Op, found: Map) -> Comparison | None:
        """The comparison of *facts* by *op* with the threshold that stands under it in *found*."""
        for fact in facts:
            if op not in OPS_OF[fact.type]:
                allowed = ", ".join(f"`{o.value}`" for o in OPS_OF[fact.type])
                message = f"`{op.value}` does not go with the {fact.type.value} fact `{fact.id}`"
                self.reader.error("condition.operator", found.at, message, f"expected {allowed}")
                return None
            if fact.type is not facts[0].type or fact.unit != facts[0].unit or fact.values != facts[0].values:
                self.reader.error("fact.type", found.at, f"`{fact.id}` and `{facts[0].id}` are not of one kind")
                return None
        threshold = self.threshold(found.get(op.value), facts[0], found, op)
        return None if threshold is None else Comparison(tuple(f.id for f in facts), op, threshold)

    def fact_names(self, found: Map) -> list[str]:
        if "facts" in found.entries:
            return [self.reader.text(n, "a fact") for n in self.reader.items(found.get("facts"), "`facts`")]
        return [self.reader.text(found.get("fact"), "the fact")]

    def fact(self, name: str, at: Node) -> Fact | None:
        """The fact of that id; an unknown one is noted."""
        fact = YEAR if name == "year" else self.scope.facts.get(name)
        if fact is None and name:
            self.reader.unknown("fact.unknown", at.at, "fact", name, self.scope.facts)
        return fact

    # -- thresholds --------------------------------------------------------------------------

    def threshold(self, node: Node | None, fact: Fact | None, around: Map, op: Op) -> Threshold | None:
        """A cell, a table or a relative threshold; *around* holds the annotations its cells inherit."""
        kind = fact.type if fact else None
        values = fact.values if fact else ()
        if op is Op.ONE_OF and isinstance(node, Sequence_):
            node = Map({"value": _entry("value", node)}, node.at)
        if isinstance(node, Map) and "by" in node.entries:
            return self.table(node, kind, values, around, op)
        if isinstance(node, Map) and "times" in node.entries:
            if fact is None or not fact.type.numeric:
                self.reader.error("threshold.relative", node.at, "a relative threshold needs a numeric fact")
                return None
            return self.relative(node, around)
        return self.cell(node, kind, values, around, op)

    def relative(self, node: Map, around: Map) -> Relative | None:
        self.reader.map(node, "a relative threshold", ("times", "of"))
        times = self.cell(node.get("times"), FactType.NUMBER, (), around)
        of = self.reader.text(self.reader.required(node, "of", "a relative threshold"), "`of`")
        ruleset, _, address = of.partition("#")
        if not address or ruleset not in self.scope.rulesets:
            self.reader.error(
                "threshold.relative", node.at, f"`{of}` names no threshold", "write `level/tier#number`, e.g. `commune/nang-cao#10`"
            )
        if times is None or not isinstance(times.value, Decimal):
            return None
        if times.value <= 0:
            self.reader.error("threshold.relative", node.at, "the factor has to be above 0")
        return Relative(times, of)

    def table(self, node: Map, kind: FactType | None, values: tuple[str, ...], around: Map, op: Op) -> Table | None:
        self.reader.map(node, "a table", ("by", "cells"))
        selectors = self.selectors(node)
        cells_node = self.reader.required(node, "cells", "a table")
        if not selectors or cells_node is None:
            return None
        rows: list[tuple[Key, Cell]] = []
        for key, cell_node in self.rows(cells_node, selectors, ()):
            cell = self.cell(cell_node, kind, values, around, op)
            if cell is not None:
                rows.append((key, cell))
        if rows and all(GENERAL in key for key, _ in rows):
            hint = "write it as a single cell, or use `*` for every column"
            self.reader.error("table.general", node.at, "a general column alone binds no unit", hint)
        return Table(tuple(s.id for s in selectors), tuple(rows)) if rows else None

    def selectors(self, node: Map) -> list[Fact]:
        by = node.get("by")
        names = [self.reader.text(n, "a selector") for n in self.reader.items(by, "`by`")]
        facts = [f for name in names if (f := self.fact(name, by or node)) is not None]
        for fact in facts:
            if fact.type.numeric:
                hint = "derive a category from it with `case`"
                self.reader.error("table.selector", node.at, f"the numeric fact `{fact.id}` cannot select", hint)
        return facts if len(facts) == len(names) else []

    def rows(self, node: Node, selectors: list[Fact], key: Key) -> Iterator[tuple[Key, Node]]:
        """The cells below *node*, one selector a level."""
        if not selectors:
            yield key, node
            return
        fact = selectors[0]
        for text, entry in self.reader.map(node, f"the columns of `{fact.id}`").entries.items():
            self.column(fact, text, entry.key)
            yield from self.rows(entry.value, selectors[1:], (*key, text))

    def column(self, fact: Fact, text: str, at: Scalar) -> None:
        known = ("true", "false") if fact.type is FactType.BOOLEAN else fact.values
        if text in (GENERAL, REST) or text in known:
            return
        if fact is YEAR:
            if not (text.isascii() and text.isdigit() and len(text) == 4):
                self.reader.error("table.year", at.at, f"`{text}` is not a year")
        else:
            self.reader.unknown("table.column", at.at, f"column of `{fact.id}`", text, known)

    # -- cells -------------------------------------------------------------------------------

    def open_cell(self, state: CellState) -> Cell:
        """A pending or delegated cell without annotations."""
        return Cell(state, Citation(self.scope.instrument, self.scope.annex), self.scope.instrument)

    def cell(
        self, node: Node | None, kind: FactType | None, values: tuple[str, ...], around: Map, op: Op = Op.EQUALS
    ) -> Cell | None:
        """A cell; *kind* and *values* say what may stand in it, None where only pending or delegated may."""
        own = Map(at=around.at)
        if isinstance(node, Map):
            own = self.reader.map(node, "a cell", ("value", "state", *ANNOTATIONS))
            node = own.get("value") if "value" in own.entries else own.get("state")
            if "value" in own.entries and "state" in own.entries:
                self.reader.error("cell.value", own.at, "a cell has a value or a state, not both")
            if node is None:
                self.reader.error("cell.value", own.at, "a cell needs a value or a state")
        if node is None:
            return None
        stated = "state" in own.entries
        state = CellState.SET
        if stated or (isinstance(node, Scalar) and node.text in _STATES and "value" not in own.entries):
            state = self.reader.choice(node, "state", _STATES) or CellState.PENDING
        if kind is None and state not in _OPEN.values():
            self.reader.error("cell.value", node.at, "only `pending` or `delegated` can stand here")
            return None
        value = self.value(node, kind, values, op) if state is CellState.SET and kind else None
        if state is CellState.SET and value is None:
            return None
        return self.annotated(state, value, node, own, around)

    def annotated(self, state: CellState, value: Value | None, node: Node, own: Map, around: Map) -> Cell:
        def get(key: str) -> Node | None:
            return own.get(key) or around.get(key)

        evidence = self.reader.choice(get("evidence"), "evidence", {e.value: e for e in Evidence})
        if state is CellState.PENDING:
            if own.get("evidence") is not None:
                self.reader.error("cell.evidence", node.at, "a pending cell has no evidence")
            evidence = None
        elif get("evidence") is None:
            hint = "write `evidence: official`, `secondary` or `recalled`"
            self.reader.error("cell.evidence", node.at, "the cell does not say how it was checked", hint)
        confidence = self.reader.choice(get("confidence"), "confidence", {c.value: c for c in Confidence})
        instrument = self.scope.instrument
        if (cite := get("cite")) is not None:
            instrument = self.reader.choice(cite, "instrument", dict(self.scope.instruments)) or instrument
        named = own.get("source") if state is CellState.PENDING else get("source")
        source = self.reader.choice(named, "source", dict(self.scope.sources))
        annex = self.scope.annex if instrument is self.scope.instrument else None
        return Cell(
            state,
            Citation(instrument, annex, self.reader.text(get("point"), "the point") or None),
            self.scope.instrument,
            value,
            evidence,
            confidence if evidence is Evidence.RECALLED else None,
            source,
            self.reader.text(get("note"), "the note") or None,
            self.reader.flag(get("free"), "`free`"),
            self.reader.choice(get("when_empty"), "`when_empty`", _EMPTY),
        )

    def value(self, node: Node, kind: FactType, values: tuple[str, ...], op: Op) -> Value | None:
        if op is Op.ONE_OF:
            texts = tuple(self.reader.text(item, "a value") for item in self.reader.items(node, "`one_of`"))
            for text in texts:
                if text not in values:
                    self.reader.unknown("value.unknown", node.at, "value", text, values)
            return texts or None
        text = self.reader.text(node, "the value")
        if not text:
            return None
        if kind.numeric:
            return self.reader.number(node, text, "the value")
        if kind is FactType.BOOLEAN:
            return self.reader.choice(node, "value", {"true": True, "false": False})
        if text not in values and values:
            self.reader.unknown("value.unknown", node.at, "value", text, values)
            return None
        return text

    # -- derived facts -----------------------------------------------------------------------

    def derived(self, name: str, node: Node) -> Derived | None:
        """A derived fact; its id must be new."""
        keys = ("title", "case", "else", "exclusive", "values", "ratio", "min_of", "max_of")
        found = self.reader.map(node, f"the derived fact `{name}`", keys)
        if name in self.scope.facts or name == "year":
            self.reader.error("fact.duplicate", node.at, f"the fact `{name}` exists already")
        kinds = [k for k in ("case", "ratio", "min_of", "max_of") if k in found.entries]
        if len(kinds) != 1:
            expected = "expected exactly one of `case`, `ratio`, `min_of`, `max_of`"
            self.reader.error("derive.kind", node.at, f"the derived fact `{name}` has no single kind", expected)
            return None
        title = self.reader.title(found.get("title"))
        if kinds[0] == "case":
            rule = self.case(found)
            if rule is None:
                return None
            titles = self.value_titles(found.get("values"), rule)
            return Derived(Fact(name, FactType.CATEGORY, title, values=self.outcomes(rule), value_titles=titles), rule)
        if kinds[0] == "ratio":
            parts = self.reader.map(found.get("ratio"), "a ratio", ("part", "whole"))
            names = [self.reader.text(self.reader.required(parts, k, "a ratio"), k) for k in ("part", "whole")]
        else:
            names = [self.reader.text(n, "a fact") for n in self.reader.items(found.get(kinds[0]), f"`{kinds[0]}`")]
        facts = [f for n in names if (f := self.fact(n, node)) is not None]
        if len(facts) != len(names) or not facts:
            return None
        if not all(f.type.numeric for f in facts):
            self.reader.error("fact.type", node.at, f"the derived fact `{name}` needs numeric facts")
            return None
        if kinds[0] == "ratio":
            fact = Fact(name, FactType.PERCENT, title, Measure("percent", Text("%", "%")), decimals=2)
            return Derived(fact, RatioOf(names[0], names[1]))
        first = facts[0]
        if any(f.unit != first.unit for f in facts):
            self.reader.error("fact.type", node.at, f"the facts of `{name}` have different units")
        fact = evolve(first, id=name, title=title, ratio=None)
        return Derived(fact, (MinOf if kinds[0] == "min_of" else MaxOf)(tuple(names)))

    def value_titles(self, node: Node | None, rule: Case) -> dict[str, Text] | None:
        """How the values of a case are printed."""
        if node is None:
            return None
        entries = self.reader.map(node, "`values`", self.outcomes(rule)).entries
        return {text: t for text, e in entries.items() if (t := self.reader.title(e.value)) is not None}

    def case(self, found: Map) -> Case | None:
        rows: list[CaseRow] = []
        for node in self.reader.items(found.get("case"), "`case`"):
            row = self.reader.map(node, "a row of a case", ("when", "then"))
            when = self.condition(self.reader.required(row, "when", "a row of a case"))
            then = self.case_value(self.reader.required(row, "then", "a row of a case"))
            if when is not None and then is not None:
                rows.append(CaseRow(when, then))
        otherwise = self.case_value(found.get("else"))
        return Case(tuple(rows), otherwise, self.reader.flag(found.get("exclusive"), "`exclusive`")) if rows else None

    def case_value(self, node: Node | None) -> str | Ref | None:
        if isinstance(node, Map):
            found = self.reader.map(node, "a value of a case", ("fact",))
            name = self.reader.text(self.reader.required(found, "fact", "a value of a case"), "the fact")
            fact = self.fact(name, node)
            if fact is not None and fact.type not in (FactType.CATEGORY, FactType.ORDINAL):
                self.reader.error("fact.type", node.at, f"`{name}` has to be a category or an ordinal")
            return Ref(name) if fact is not None else None
        return self.reader.text(node, "a value of a case") or None if node is not None else None

    def outcomes(self, case: Case) -> tuple[str, ...]:
        """The values a case can take, those of the facts it passes on included."""
        found: dict[str, None] = {}
        for then in (*(row.then for row in case.rows), *((case.otherwise,) if case.otherwise else ())):
            if isinstance(then, Ref):
                fact = self.scope.facts.get(then.fact)
                found.update(dict.fromkeys(fact.values if fact else ()))
            else:
                found[then] = None
        return tuple(found)


def _entry(key: str, node: Node) -> Entry:
    return Entry(Scalar(key, node.at), node)
