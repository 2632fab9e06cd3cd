"""Conditions of rule files."""

from attrs import evolve

from ntm_rules.model.conditions import All, Any, AtLeast, By, Comparison, Condition, Meets, Not, Op, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.thresholds import Cell, Table
from ntm_rules.rules.keys.conditions import AT_LEAST_N, COMPARISON, JOINED, OPEN, PREREQUISITE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.rules.read.thresholds import OPEN_STATES, Scope, ThresholdReader
from ntm_rules.yaml.nodes import Map, Node, Scalar

_OPS = {op.value: op for op in Op}
_KINDS = ("fact", "facts", "all", "any", "at_least_n", "not", "meets", *OPEN_STATES)
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
        """A condition; None where it could not be read, which is noted."""
        if isinstance(node, Scalar):
            state = self.reader.choice(node, "condition", OPEN_STATES)
            return None if state is None else Open(self.thresholds.open_cell(state))
        found = self.reader.map(node, "a condition")
        kinds = [
            k for k in ("fact", "facts", "all", "any", "at_least_n", "not", "meets", *OPEN_STATES) if k in found.entries
        ]
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
        if kind in ("fact", "facts"):
            return self.comparison(found)
        if kind == "meets":
            return self.meets(found)
        if kind in OPEN_STATES:
            self.reader.map(found, "a condition", OPEN.names_with(kind))
            threshold = self.thresholds.threshold(_annotated(kind, found), None, found, Op.EQUALS)
            if isinstance(threshold, Cell | Table):
                return Open(threshold)
            return None
        if kind == "not":
            self.reader.map(found, "a condition", JOINED.names_with(kind))
            member = self.condition(found.get("not"))
            return None if member is None else Not(member)
        keys = AT_LEAST_N.names if kind == "at_least_n" else JOINED.names_with(kind)
        self.reader.map(found, "a condition", keys)
        nodes = self.reader.required(found, "of" if kind == "at_least_n" else kind, "a condition")
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
        """A prerequisite: another ruleset, by act, by finding or by either."""
        self.reader.map(found, "a prerequisite", PREREQUISITE.names)
        ruleset = self.reader.text(found.get("meets"), "the ruleset")
        if ruleset not in self.scope.rulesets:
            self.reader.unknown("ruleset.unknown", found.at, "ruleset", ruleset, self.scope.rulesets)
        required = self.reader.required(found, "by", "a prerequisite")
        by = self.reader.choice(required, "by", {b.value: b for b in By})
        recognised = self.reader.text(found.get("recognised"), "`recognised`") or None
        if by in (By.ACT, By.EITHER) and recognised is None:
            self.reader.error("key.missing", found.at, f"a prerequisite by {by.value} needs `recognised`")
        if (
            recognised is not None
            and (fact := self.thresholds.fact(recognised, found))
            and fact.type is not FactType.BOOLEAN
        ):
            self.reader.error("fact.type", found.at, f"`{recognised}` has to be a yes/no fact")
        cell = self.thresholds.cell(Scalar("true", found.at), FactType.BOOLEAN, (), found)
        if by is None or cell is None:
            return None
        period = self.reader.text(found.get("period"), "the period") or None
        return Meets(ruleset, by, cell, period, recognised)

    def comparison(self, found: Map) -> Comparison | None:
        """One operator with its threshold, for one fact or for several of one kind."""
        ops = [op for name, op in _OPS.items() if name in found.entries]
        self.reader.map(found, "a comparison", COMPARISON.names)
        if len(ops) != 1:
            expected = f"expected exactly one of {', '.join(f'`{name}`' for name in _OPS)}"
            self.reader.error("condition.operator", found.at, "the comparison has no single operator", expected)
            return None
        names = self.fact_names(found)
        facts = [fact for name in names if (fact := self.thresholds.fact(name, found)) is not None]
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
        threshold = self.thresholds.threshold(found.get(op.value), facts[0], found, op)
        return None if threshold is None else Comparison(tuple(f.id for f in facts), op, threshold)

    def fact_names(self, found: Map) -> list[str]:
        """The facts that a comparison names."""
        if "facts" in found.entries:
            return [self.reader.text(n, "a fact") for n in self.reader.items(found.get("facts"), "`facts`")]
        return [self.reader.text(found.get("fact"), "the fact")]


def _annotated(kind: str, found: Map) -> Node | None:
    """What stands under `pending` or `delegated`; a word alone as a cell that has the source beside it."""
    node, source = found.entries[kind], found.entries.get("source")
    if not isinstance(node.value, Scalar) or source is None:
        return node.value
    return Map({"state": node, "source": source}, node.value.at)
