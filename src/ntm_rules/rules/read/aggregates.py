"""The `aggregate` section of rule files: facts that follow from the units below."""

from collections.abc import Mapping

from ntm_rules.messages.catalogue import Message
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

_AGGREGATED = Message("what.aggregated")
_KINDS = ("share_of", "count_of", *(h.value for h in How), "finding")


def read_aggregates(
    node: Node | None, facts: Mapping[str, Fact], rulesets: frozenset[str], reader: Reader
) -> tuple[Aggregate, ...]:
    """Return the aggregated facts of a file, in order."""
    if node is None:
        return ()
    reading = _AggregateReader(facts, rulesets, reader)
    return tuple(reader.each(node, "`aggregate`", reading.aggregate))


class _AggregateReader:
    def __init__(self, facts: Mapping[str, Fact], rulesets: frozenset[str], reader: Reader) -> None:
        self.facts, self.rulesets, self.reader = facts, rulesets, reader

    def aggregate(self, name: str, node: Node) -> Aggregate | None:
        found = self.reader.map(node, Message("what.aggregated_fact", name=name))
        fact = self.fact(name, node)
        kinds = [k for k in _KINDS if k in found.entries]
        if len(kinds) != 1:
            self.reader.error("aggregate.kind", node.at, hint=Message("hint.exactly_one", names=_KINDS), fact=name)
            return None
        if fact is None:
            return None
        match kinds[0]:
            case "finding":
                return self.finding(name, fact, found)
            case "share_of" as kind:
                parted = fact.type is FactType.PERCENT and fact.ratio is not None
                self.expect(fact, parted, Message("what.percent_of_parts"), node)
                return self.counted(name, kind, found)
            case "count_of" as kind:
                self.expect(fact, fact.type is FactType.COUNT, Message("what.count"), node)
                return self.counted(name, kind, found)
            case kind:
                return self.value(name, fact, How(kind), found)

    def finding(self, name: str, fact: Fact, found: Map) -> Aggregate:
        """Return the fact that says whether the unit satisfies the set, or which tier was tested."""
        self.reader.map(found, _AGGREGATED, OF_FINDING.names)
        of = self.reader.choice(found.get("finding"), "`finding`", {"satisfied": True, "tier": False})
        if of is False:
            self.expect(fact, fact.type is FactType.CATEGORY, Message("what.category"), found)
            return Aggregate(name, TierTested())
        self.expect(fact, fact.type is FactType.BOOLEAN, Message("what.yes_no"), found)
        return Aggregate(name, Satisfied())

    def fact(self, name: str, node: Node) -> Fact | None:
        if name not in self.facts:
            self.reader.unknown("fact.unknown", node.at, Message("kind.fact"), name, self.facts)
        return self.facts.get(name)

    def expect(self, fact: Fact, fits: bool, what: Message, node: Node) -> None:
        """Note a fact of another kind than its rule gives; *what* is what it has to be."""
        if not fits:
            self.reader.error("aggregate.fact", node.at, fact=fact.id, what=what)

    def level(self, node: Node | None) -> str:
        return self.reader.choice(node, Message("kind.level"), {level: level for level in (*LEVELS, CRITERIA)}) or ""

    def counted(self, name: str, kind: str, found: Map) -> Aggregate | None:
        """Return a share or count of units that pass a test, or of criteria that are not met."""
        level = self.level(found.get(kind))
        if level == CRITERIA:
            return self.criteria_not_met(name, kind, found)
        self.reader.map(found, _AGGREGATED, UNITS.names_with(kind))
        if ("fact" in found.entries) == ("meets" in found.entries):
            hint = Message("hint.exactly_one", names=("fact", "meets"))
            self.reader.error("aggregate.kind/units", found.at, hint=hint, fact=name)
            return None
        if "fact" in found.entries:
            passing = self.yes_no(found, "fact")
            return Aggregate(name, UnitsThat(level, passing)) if passing and level else None
        return self.units_that_meet(name, level, found)

    def criteria_not_met(self, name: str, kind: str, found: Map) -> Aggregate:
        """Return a share or count of the criteria that the set tested does not meet."""
        reader, what = self.reader, Message("what.number")
        reader.map(found, _AGGREGATED, CRITERIA_NOT_MET.names_with(kind))
        outcome = reader.required(found, "outcome", Message("what.count_of_criteria"))
        reader.choice(outcome, "`outcome`", {"not_met": True})
        among = reader.map(found.get("among"), "`among`", self.rulesets) if found.get("among") else Map()
        numbers = {
            ruleset: tuple(reader.text(n, what) for n in reader.items(entry.value, "`among`"))
            for ruleset, entry in among.entries.items()
        }
        return Aggregate(name, CriteriaNotMet(tuple(numbers.items())))

    def units_that_meet(self, name: str, level: str, found: Map) -> Aggregate | None:
        """Return a share or count of the units that meet a ruleset, by act, by finding or by either."""
        reader = self.reader
        ruleset = reader.text(found.get("meets"), Message("what.ruleset_id"))
        if ruleset not in self.rulesets:
            reader.unknown("ruleset.unknown", found.at, Message("kind.ruleset"), ruleset, self.rulesets)
        by = reader.choice(reader.required(found, "by", _AGGREGATED), "`by`", {b.value: b for b in By})
        recognised = self.yes_no(found, "recognised")
        if by is not None and by.act and recognised is None:
            reader.error("key.missing/recognised", found.at, by=by.value)
        period = reader.text(found.get("period"), Message("what.period")) or None
        return Aggregate(name, UnitsThat(level, None, ruleset, by, recognised, period)) if level else None

    def yes_no(self, found: Map, key: str) -> str | None:
        """Return the id of a yes/no fact of the units below."""
        node = found.get(key)
        if node is None:
            return None
        name = self.reader.text(node, f"`{key}`")
        fact = self.fact(name, node)
        if fact is not None and fact.type is not FactType.BOOLEAN:
            self.reader.error("fact.type/yes_no", node.at, fact=name)
        return name if fact is not None else None

    def value(self, name: str, fact: Fact, how: How, found: Map) -> Aggregate | None:
        """Return the least, the greatest or the sum of a fact of the units below."""
        self.reader.map(found, _AGGREGATED, VALUES.names_with(how.value))
        node = found.get(how.value)
        nodes = self.reader.items(node, f"`{how.value}`") if isinstance(node, Items) else [n for n in (node,) if n]
        if isinstance(node, Items):
            self.reader.texts(node, f"`{how.value}`", Message("what.fact_id"))
        sources = [self.fact(self.reader.text(n, Message("what.fact_id")), n) for n in nodes]
        level = self.level(self.reader.required(found, "over", _AGGREGATED))
        if level == CRITERIA:
            self.reader.error("aggregate.kind/criteria", found.at, fact=name)
        known = tuple(source for source in sources if source is not None)
        if not known or len(known) != len(nodes) or not level:
            return None
        fits = fact.type.numeric and all(fact.unit == source.unit for source in known)
        self.expect(fact, fits, Message("what.in_unit_of", fact=known[0].id), found)
        return Aggregate(name, ValueOf(level, tuple(source.id for source in known), how))
