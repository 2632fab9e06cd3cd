"""Facts that a rule file works out from other facts."""

from collections.abc import Iterator
from decimal import Decimal

from attrs import evolve

from ntm_rules.model.conditions import By, Case, CaseRow, Derived, MaxOf, Meets, MinOf, PointsOf, Ref, Scored
from ntm_rules.model.facts import Direction, Fact, FactType, Measure, RatioOf
from ntm_rules.model.scoring import parts_of
from ntm_rules.model.text import Text
from ntm_rules.model.walk import leaves
from ntm_rules.rules.keys.conditions import CASE_ROW, DERIVED, PART_OF_POINTS, POINTS, RATIO, VALUE_OF_FACT
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.reader import Reader
from ntm_rules.rules.read.thresholds import Scope
from ntm_rules.yaml.nodes import Map, Node

_FINEST = 9 * 10**11
"""What points come to in whole steps: products with a threshold then fit in 64 bits."""


def read_derived(node: Node | None, scope: Scope, reader: Reader) -> tuple[tuple[Derived, ...], ConditionReader]:
    """The derived facts of a file in order, and a reader of conditions that knows them."""
    conditions = ConditionReader(scope, reader)
    found: list[Derived] = []
    for name, entry in reader.map(node, "`derive`").entries.items() if node is not None else ():
        derived = DerivedReader(conditions, reader).derived(name, entry.value)
        if derived is not None:
            found.append(derived)
            scope = evolve(scope, facts={**scope.facts, name: derived.fact})
            conditions = ConditionReader(scope, reader)
    return tuple(found), conditions


class DerivedReader:
    """Reads one derived fact after the other."""

    def __init__(self, conditions: ConditionReader, reader: Reader) -> None:
        self.conditions = conditions
        self.reader = reader

    def derived(self, name: str, node: Node) -> Derived | None:
        """A derived fact; its id must be new."""
        found = self.reader.map(node, f"the derived fact `{name}`", DERIVED.names)
        if name in self.conditions.scope.facts or name == "year":
            self.reader.error("fact.duplicate", node.at, f"the fact `{name}` exists already")
        kinds = [k for k in ("case", "ratio", "min_of", "max_of", "points") if k in found.entries]
        if len(kinds) != 1:
            expected = "expected exactly one of `case`, `ratio`, `min_of`, `max_of`, `points`"
            self.reader.error("derive.kind", node.at, f"the derived fact `{name}` has no single kind", expected)
            return None
        title = self.reader.title(found.get("title"))
        if kinds[0] == "case":
            rule = self.case(found)
            if rule is None:
                return None
            titles = self.value_titles(found.get("values"), rule)
            return Derived(Fact(name, FactType.CATEGORY, title, values=self.outcomes(rule), value_titles=titles), rule)
        if kinds[0] == "points":
            return self.points(name, title, found.get("points"))
        if kinds[0] == "ratio":
            parts = self.reader.map(found.get("ratio"), "a ratio", RATIO.names)
            names = [self.reader.text(self.reader.required(parts, k, "a ratio"), k) for k in ("part", "whole")]
        else:
            names = [self.reader.text(n, "a fact") for n in self.reader.items(found.get(kinds[0]), f"`{kinds[0]}`")]
        facts = [f for n in names if (f := self.conditions.thresholds.fact(n, node)) is not None]
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
        fact = evolve(first, id=name, title=title, ratio=None, undecided=None)
        return Derived(fact, (MinOf if kinds[0] == "min_of" else MaxOf)(tuple(names)))

    # -- points ------------------------------------------------------------------------------

    def points(self, name: str, title: Text | None, node: Node | None) -> Derived | None:
        """Points out of a total: parts whose greatest points add up to it."""
        found = self.reader.map(node, "points", POINTS.names)
        out_of = self.out_of(found, "points")
        nodes = self.reader.items(self.reader.required(found, "members", "points"), "`members`")
        members = [m for n in nodes if (m := self.scored(n)) is not None]
        if out_of is None or not members or len(members) != len(nodes) or node is None:
            return None
        rule, facts = PointsOf(out_of, tuple(members)), self.conditions.scope.facts
        for code, message, hint in self.wrong(name, rule):
            self.reader.error(code, node.at, message, hint)
        first, fine = facts[members[0].fact], max(facts[m.fact].decimals for m in members)
        fact = Fact(name, FactType.NUMBER, title, first.unit, Decimal(0), out_of, fine, Direction.MORE)
        return Derived(fact, rule)

    def wrong(self, name: str, rule: PointsOf) -> Iterator[tuple[str, str, str]]:
        """What keeps parts from adding up: code, message and hint."""
        facts, names = self.conditions.scope.facts, [m.fact for m in rule.members]
        total = sum(m.out_of for m in rule.members)
        if total != rule.out_of:
            message = f"the parts of `{name}` add up to {total:f} points, out of {rule.out_of:f}"
            yield "points.sum", message, "correct `out_of` of the whole or of a part"
        for fact in dict.fromkeys(n for n in names if names.count(n) > 1):
            yield "points.fact", f"`{fact}` is two parts of `{name}`", ""
        if any(facts[n].unit != facts[names[0]].unit for n in names):
            yield "fact.type", f"the points of `{name}` have different units", ""
        if sum(part.share for part in parts_of(rule, facts)) * rule.out_of > _FINEST:
            yield "points.size", f"the points of `{name}` are too many or too fine to be compared exactly", ""

    def scored(self, node: Node) -> Scored | None:
        """One part of a score."""
        found = self.reader.map(node, "a part of points", PART_OF_POINTS.names)
        name = self.reader.text(self.reader.required(found, "fact", "a part of points"), "the fact")
        fact = self.conditions.thresholds.fact(name, node)
        out_of = self.out_of(found, "a part of points")
        applies_node = found.get("applies_if")
        applies = self.conditions.condition(applies_node) if applies_node is not None else None
        if fact is None or out_of is None or (applies is None) is not (applies_node is None):
            return None
        if applies is not None and any(isinstance(leaf, Meets) for _, leaf in leaves(applies)):
            self.reader.error("points.applies_if", node.at, f"what makes `{name}` apply cannot rest on another ruleset")
            return None
        if not fact.type.numeric:
            self.reader.error("fact.type", node.at, f"`{name}` is {fact.type.value} and holds no points")
            return None
        if fact.minimum is None or fact.minimum < 0 or fact.maximum is None or fact.maximum > out_of:
            hint = f"give `{name}` a minimum from 0 and a maximum up to {out_of:f} in the catalogue"
            self.reader.error(
                "points.bounds", node.at, f"`{name}` may have more or less than its {out_of:f} points", hint
            )
            return None
        return Scored(name, out_of, applies)

    def out_of(self, found: Map, what: str) -> Decimal | None:
        """The most points of a whole or a part, above 0."""
        node = self.reader.required(found, "out_of", what)
        if node is None:
            return None
        number = self.reader.number(node, self.reader.text(node, "`out_of`"), "`out_of`")
        if number is not None and number <= 0:
            self.reader.error("points.out_of", node.at, "`out_of` has to be above 0")
            return None
        return number

    # -- cases -------------------------------------------------------------------------------

    def value_titles(self, node: Node | None, rule: Case) -> dict[str, Text] | None:
        """How the values of a case are printed."""
        if node is None:
            return None
        entries = self.reader.map(node, "`values`", self.outcomes(rule)).entries
        return {text: t for text, e in entries.items() if (t := self.reader.title(e.value)) is not None}

    def case(self, found: Map) -> Case | None:
        """The rows of a case with their guards."""
        rows: list[CaseRow] = []
        for node in self.reader.items(found.get("case"), "`case`"):
            row = self.reader.map(node, "a row of a case", CASE_ROW.names)
            when = self.conditions.condition(self.reader.required(row, "when", "a row of a case"))
            then = self.case_value(self.reader.required(row, "then", "a row of a case"))
            if when is not None and any(isinstance(leaf, Meets) and leaf.by is not By.ACT for _, leaf in leaves(when)):
                hint = "a guard may read an act (`by: act`)"
                self.reader.error(
                    "derive.meets", row.at, "a guard of a case cannot rest on a finding of another set", hint
                )
            if when is not None and then is not None:
                rows.append(CaseRow(when, then))
        otherwise = self.case_value(found.get("else"))
        return Case(tuple(rows), otherwise, self.reader.flag(found.get("exclusive"), "`exclusive`")) if rows else None

    def case_value(self, node: Node | None) -> str | Ref | None:
        """A text, or the value of another fact."""
        if isinstance(node, Map):
            found = self.reader.map(node, "a value of a case", VALUE_OF_FACT.names)
            name = self.reader.text(self.reader.required(found, "fact", "a value of a case"), "the fact")
            fact = self.conditions.thresholds.fact(name, node)
            if fact is not None and fact.type not in (FactType.CATEGORY, FactType.ORDINAL):
                self.reader.error("fact.type", node.at, f"`{name}` has to be a category or an ordinal")
            return Ref(name) if fact is not None else None
        return self.reader.text(node, "a value of a case") or None if node is not None else None

    def outcomes(self, case: Case) -> tuple[str, ...]:
        """The values a case can take, those of the facts it passes on included."""
        found: dict[str, None] = {}
        for then in (*(row.then for row in case.rows), *((case.otherwise,) if case.otherwise else ())):
            if isinstance(then, Ref):
                fact = self.conditions.scope.facts.get(then.fact)
                found.update(dict.fromkeys(fact.values if fact else ()))
            else:
                found[then] = None
        return tuple(found)
