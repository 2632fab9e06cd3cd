"""Conditions of rule files."""

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.conditions import All, Any, AtLeast, By, Comparison, Condition, Meets, Not, Op, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rewrite import bare
from ntm_rules.model.thresholds import Cell, CellState, Table
from ntm_rules.model.walk import cells_of
from ntm_rules.rules.keys.conditions import AT_LEAST_N, COMPARISON, JOINED, OPEN, PREREQUISITE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.rules.read.thresholds import OPEN_STATES, Scope, ThresholdReader
from ntm_rules.yaml.nodes import Items, Map, Node, Scalar

_OPS = {op.value: op for op in Op}
_KINDS = ("fact", "facts", "all", "any", "at_least_n", "not", "meets", *OPEN_STATES)
_CONDITION = Message("what.condition")
_NUMERIC_OPS = (Op.EQUALS, Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN)
OPS_OF = {
    FactType.PERCENT: _NUMERIC_OPS,
    FactType.NUMBER: _NUMERIC_OPS,
    FactType.COUNT: _NUMERIC_OPS,
    FactType.BOOLEAN: (Op.EQUALS,),
    FactType.ORDINAL: (Op.EQUALS, Op.LEVEL_AT_LEAST, Op.ONE_OF),
    FactType.CATEGORY: (Op.EQUALS, Op.ONE_OF),
}


class ConditionReader:
    """Reads the conditions of one file."""

    def __init__(self, scope: Scope, reader: Reader) -> None:
        self.scope = scope
        self.reader = reader
        self.thresholds = ThresholdReader(scope, reader)

    def condition(self, node: Node | None) -> Condition | None:
        """Return a condition; None where it could not be read, which is noted."""
        if isinstance(node, Scalar):
            state = self.reader.choice(node, Message("kind.condition"), OPEN_STATES)
            return None if state is None else Open(self.thresholds.open_cell(state))
        found = self.reader.map(node, _CONDITION)
        kinds = [k for k in _KINDS if k in found.entries]
        if len(kinds) != 1:
            if node is not None and found.entries:
                self.reader.error("condition.kind", node.at, hint=Message("hint.exactly_one", names=_KINDS))
            return None
        if "applies_if" in found.entries:
            self.reader.error("key.unknown/applies_if", found.entries["applies_if"].key.at)
            return None
        condition = self._of_kind(kinds[0], found)
        if condition is None:
            return None
        part = self.reader.text(found.get("part"), Message("what.part")) or None
        return evolve(condition, part=part, title=self.reader.title(found.get("title")))

    def _of_kind(self, kind: str, found: Map) -> Condition | None:
        match kind:
            case "fact" | "facts":
                return self.comparison(found)
            case "meets":
                return self.meets(found)
            case "not":
                self.reader.map(found, _CONDITION, JOINED.names_with(kind))
                member = self.condition(found.get("not"))
                return None if member is None else Not(member)
            case "all" | "any":
                self.reader.map(found, _CONDITION, JOINED.names_with(kind))
                members = self.members(found, kind, kind)
                return (All(members) if kind == "all" else Any(members)) if members else None
            case "at_least_n":
                return self.at_least(found)
            case _:
                return self.open(found, kind)

    def members(self, found: Map, key: str, kind: str) -> tuple[Condition, ...]:
        """Return the conditions in the list under *key*; what could not be read is left out."""
        nodes = self.reader.items(self.reader.required(found, key, _CONDITION), f"`{kind}`")
        return tuple(member for node in nodes if (member := self.condition(node)) is not None)

    def at_least(self, found: Map) -> AtLeast | None:
        """Return the condition that some of several have to hold."""
        self.reader.map(found, _CONDITION, AT_LEAST_N.names)
        members = self.members(found, "of", "at_least_n")
        if not members:
            return None
        self.each_once(found.get("of"), members)
        k = self.reader.integer(found.get("at_least_n"), "`at_least_n`") or 1
        if k > len(members):
            self.reader.error("condition.k", found.at, k=k, n=len(members), what=Message("what.members"))
        return AtLeast(k, members)

    def each_once(self, node: Node | None, members: tuple[Condition, ...]) -> None:
        """Note members that ask the same as another one: they would count twice. What is not known may differ."""
        nodes = node.items if isinstance(node, Items) else []
        seen: list[Condition] = []
        for item, member in zip(nodes, members, strict=False):
            asked = bare(member)
            if asked in seen and all(cell.state is CellState.SET for cell in cells_of(asked)):
                self.reader.error("condition.twice", item.at)
            seen.append(asked)

    def open(self, found: Map, kind: str) -> Open | None:
        """Return the condition that nobody has copied yet, or that is left to a lower level."""
        self.reader.map(found, _CONDITION, OPEN.names_with(kind))
        threshold = self.thresholds.threshold(_annotated(kind, found), None, found, Op.EQUALS)
        return Open(threshold) if isinstance(threshold, Cell | Table) else None

    def meets(self, found: Map) -> Meets | None:
        """Return a prerequisite: another ruleset, by act, by finding or by either."""
        what = Message("what.prerequisite")
        self.reader.map(found, what, PREREQUISITE.names)
        ruleset = self.reader.text(found.get("meets"), Message("what.ruleset_id"))
        if ruleset not in self.scope.rulesets:
            self.reader.unknown("ruleset.unknown", found.at, Message("kind.ruleset"), ruleset, self.scope.rulesets)
        required = self.reader.required(found, "by", what)
        by = self.reader.choice(required, "`by`", {b.value: b for b in By})
        recognised = self.reader.text(found.get("recognised"), "`recognised`") or None
        if by is not None and by.act and recognised is None:
            self.reader.error("key.missing/recognised", found.at, by=by.value)
        fact = self.thresholds.fact(recognised, found) if recognised is not None else None
        if fact is not None and fact.type is not FactType.BOOLEAN:
            self.reader.error("fact.type/yes_no", found.at, fact=fact.id)
        cell = self.thresholds.cell(Scalar("true", found.at), FactType.BOOLEAN, (), found)
        if by is None or cell is None:
            return None
        period = self.reader.text(found.get("period"), Message("what.period")) or None
        return Meets(ruleset, by, cell, period, recognised)

    def comparison(self, found: Map) -> Comparison | None:
        """One operator with its threshold, for one fact or for several of one kind."""
        ops = [op for name, op in _OPS.items() if name in found.entries]
        self.reader.map(found, Message("what.comparison"), COMPARISON.names)
        if len(ops) != 1:
            self.reader.error("condition.operator", found.at, hint=Message("hint.exactly_one", names=tuple(_OPS)))
            return None
        names = self.fact_names(found)
        facts = [fact for name in names if (fact := self.thresholds.given(name, found)) is not None]
        if not facts or len(facts) != len(names):
            return None
        return self.comparison_of(tuple(facts), ops[0], found)

    def comparison_of(self, facts: tuple[Fact, ...], op: Op, found: Map) -> Comparison | None:
        """Return the comparison of *facts* by *op* with the threshold under its key in *found*."""
        for fact in facts:
            if op not in OPS_OF[fact.type]:
                allowed = tuple(o.value for o in OPS_OF[fact.type])
                given = {"op": op.value, "fact": fact.id, "type": fact.type.value}
                self.reader.error("condition.operator/type", found.at, allowed=allowed, **given)
                return None
            if fact.type is not facts[0].type or fact.unit != facts[0].unit or fact.values != facts[0].values:
                self.reader.error("fact.type/same", found.at, fact=fact.id, other=facts[0].id)
                return None
        threshold = self.thresholds.threshold(found.get(op.value), facts[0], found, op)
        return None if threshold is None else Comparison(tuple(f.id for f in facts), op, threshold)

    def fact_names(self, found: Map) -> list[str]:
        """Return the ids of the facts that a comparison names."""
        what = Message("what.fact_id")
        if "facts" in found.entries:
            return self.reader.texts(found.get("facts"), "`facts`", what)
        return [self.reader.text(found.get("fact"), what)]


def _annotated(kind: str, found: Map) -> Node | None:
    """Return the value of `pending` or `delegated`; a word alone as a cell that has the source beside it."""
    node, source = found.entries[kind], found.entries.get("source")
    if not isinstance(node.value, Scalar) or source is None:
        return node.value
    return Map({"state": node, "source": source}, node.value.at)
