"""The `aggregate` section of rule files: facts that follow from the units below."""

from collections.abc import Mapping

from ntm_rules.model.aggregates import (
    CRITERIA,
    LEVELS,
    Aggregate,
    CriteriaNotMet,
    How,
    Satisfied,
    TierTested,
    UnitsThat,
    ValueOf,
)
from ntm_rules.model.conditions import By
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.rules.keys.conditions import CRITERIA_NOT_MET, OF_FINDING, UNITS, VALUES
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Items, Map, Node

_KINDS = ("share_of", "count_of", *(h.value for h in How), "finding")


def read_aggregates(
    node: Node | None, facts: Mapping[str, Fact], rulesets: frozenset[str], reader: Reader
) -> tuple[Aggregate, ...]:
    """The aggregated facts of a file, in order."""
    if node is None:
        return ()
    reading = _AggregateReader(facts, rulesets, reader)
    return tuple(reader.each(node, "`aggregate`", reading.aggregate))


class _AggregateReader:
    def __init__(self, facts: Mapping[str, Fact], rulesets: frozenset[str], reader: Reader) -> None:
        self.facts, self.rulesets, self.reader = facts, rulesets, reader

    def aggregate(self, name: str, node: Node) -> Aggregate | None:
        found = self.reader.map(node, f"the aggregated fact `{name}`")
        fact = self.fact(name, node)
        kinds = [k for k in _KINDS if k in found.entries]
        if len(kinds) != 1:
            expected = f"expected exactly one of {', '.join(f'`{k}`' for k in _KINDS)}"
            self.reader.error("aggregate.kind", node.at, f"the aggregated fact `{name}` has no single kind", expected)
            return None
        if fact is None:
            return None
        kind = kinds[0]
        if kind == "finding":
            self.reader.map(found, "an aggregated fact", OF_FINDING.names)
            of = self.reader.choice(found.get("finding"), "`finding`", {"satisfied": True, "tier": False})
            if of is False:
                self.expect(fact, fact.type is FactType.CATEGORY, "a category", node)
                return Aggregate(name, TierTested())
            self.expect(fact, fact.type is FactType.BOOLEAN, "a yes/no fact", node)
            return Aggregate(name, Satisfied())
        if kind in ("share_of", "count_of"):
            if kind == "share_of":
                self.expect(
                    fact, fact.type is FactType.PERCENT and fact.ratio is not None, "a percent with parts", node
                )
            else:
                self.expect(fact, fact.type is FactType.COUNT, "a count", node)
            return self.counted(name, kind, found)
        return self.value(name, fact, How(kind), found)

    def fact(self, name: str, node: Node) -> Fact | None:
        if name not in self.facts:
            self.reader.unknown("fact.unknown", node.at, "fact", name, self.facts)
        return self.facts.get(name)

    def expect(self, fact: Fact, fits: bool, expected: str, node: Node) -> None:
        if not fits:
            self.reader.error("aggregate.fact", node.at, f"the aggregated fact `{fact.id}` has to be {expected}")

    def level(self, node: Node | None) -> str:
        return self.reader.choice(node, "level", {level: level for level in (*LEVELS, CRITERIA)}) or ""

    def counted(self, name: str, kind: str, found: Map) -> Aggregate | None:
        """A share or count of units that pass a test, or of criteria that are not met."""
        reader = self.reader
        level = self.level(found.get(kind))
        if level == CRITERIA:
            reader.map(found, "an aggregated fact", CRITERIA_NOT_MET.names_with(kind))
            reader.choice(reader.required(found, "outcome", "a count of criteria"), "`outcome`", {"not_met": True})
            among = reader.map(found.get("among"), "`among`", self.rulesets) if found.get("among") else Map()
            numbers = {
                ruleset: tuple(reader.text(n, "the number") for n in reader.items(entry.value, "`among`"))
                for ruleset, entry in among.entries.items()
            }
            return Aggregate(name, CriteriaNotMet(tuple(numbers.items())))
        reader.map(found, "an aggregated fact", UNITS.names_with(kind))
        if ("fact" in found.entries) == ("meets" in found.entries):
            hint = "expected exactly one of `fact`, `meets`"
            reader.error("aggregate.kind", found.at, f"what units count for `{name}` is not said", hint)
            return None
        if "fact" in found.entries:
            passing = self.yes_no(found, "fact")
            return Aggregate(name, UnitsThat(level, passing)) if passing and level else None
        ruleset = reader.text(found.get("meets"), "the ruleset")
        if ruleset not in self.rulesets:
            reader.unknown("ruleset.unknown", found.at, "ruleset", ruleset, self.rulesets)
        by = reader.choice(reader.required(found, "by", "an aggregated fact"), "by", {b.value: b for b in By})
        recognised = self.yes_no(found, "recognised")
        if by in (By.ACT, By.EITHER) and recognised is None:
            reader.error("key.missing", found.at, f"a prerequisite by {by.value} needs `recognised`")
        period = reader.text(found.get("period"), "the period") or None
        return Aggregate(name, UnitsThat(level, None, ruleset, by, recognised, period)) if level else None

    def yes_no(self, found: Map, key: str) -> str | None:
        """The id of a yes/no fact of the units below."""
        node = found.get(key)
        if node is None:
            return None
        name = self.reader.text(node, f"`{key}`")
        fact = self.fact(name, node)
        if fact is not None and fact.type is not FactType.BOOLEAN:
            self.reader.error("fact.type", node.at, f"`{name}` has to be a yes/no fact")
        return name if fact is not None else None

    def value(self, name: str, fact: Fact, how: How, found: Map) -> Aggregate | None:
        """The least, the greatest or the sum of a fact of the units below."""
        self.reader.map(found, "an aggregated fact", VALUES.names_with(how.value))
        node = found.get(how.value)
        nodes = self.reader.items(node, f"`{how.value}`") if isinstance(node, Items) else [n for n in (node,) if n]
        sources = [self.fact(self.reader.text(n, "the fact"), n) for n in nodes]
        level = self.level(self.reader.required(found, "over", "an aggregated fact"))
        if level == CRITERIA:
            self.reader.error("aggregate.kind", found.at, f"`{name}` cannot be taken over criteria")
        known = tuple(source for source in sources if source is not None)
        if not known or len(known) != len(nodes) or not level:
            return None
        fits = fact.type.numeric and all(fact.unit == source.unit for source in known)
        self.expect(fact, fits, f"a number in the unit of `{known[0].id}`", found)
        return Aggregate(name, ValueOf(level, tuple(source.id for source in known), how))
