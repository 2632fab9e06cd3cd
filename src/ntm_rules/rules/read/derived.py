"""Facts that a rule file works out from other facts."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.conditions import (
    Addend,
    Case,
    CaseRow,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Op,
    PointsOf,
    Ref,
    Scored,
    SumOf,
)
from ntm_rules.model.facts import Direction, Fact, FactType, Measure, RatioOf
from ntm_rules.model.scoring import parts_of
from ntm_rules.model.text import Text
from ntm_rules.model.walk import leaves
from ntm_rules.rules.keys.conditions import (
    BANDS,
    CASE_ROW,
    DERIVED,
    PART_OF_POINTS,
    POINTS,
    RATIO,
    TIMES,
    VALUE_OF_FACT,
)
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.reader import Reader
from ntm_rules.rules.read.thresholds import Scope
from ntm_rules.yaml.nodes import Entry, Map, Node

_KINDS = ("case", "bands", "ratio", "times", "min_of", "max_of", "points", "sum", "difference", "mean")
_PERCENTAGE_POINTS = Measure("percentage-points", Text("điểm phần trăm", "percentage points"))
_FINEST = 9 * 10**11
"""The most whole steps that a total of points may have: products with a threshold then fit in 64 bits."""
_FALLING = (Op.AT_LEAST.value, Op.MORE_THAN.value)
_BANDED = (*_FALLING, Op.AT_MOST.value, Op.LESS_THAN.value)
"""How the thresholds of bands may be compared; of the first two the highest comes first."""
MAX_ROWS = 200
"""The most rows of a case: engines nest each row in the one before it."""


def read_derived(node: Node | None, scope: Scope, reader: Reader) -> tuple[tuple[Derived, ...], ConditionReader]:
    """Return the derived facts of a file in order, and a reader of conditions that knows them."""
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
        """Return a derived fact; its id must be new."""
        found = self.reader.map(node, Message("what.derived_fact", name=name), DERIVED.names)
        if name in self.conditions.scope.facts or name == "year":
            self.reader.error("fact.duplicate/exists", node.at, fact=name)
        kinds = [k for k in (*_KINDS, "remove") if k in found.entries]
        if len(kinds) != 1:
            self.reader.error("derive.kind", node.at, hint=Message("hint.exactly_one", names=_KINDS), fact=name)
            return None
        title = self.reader.title(found.get("title"))
        match kinds[0]:
            case "remove":  # what an earlier file derives is taken out before this one is read
                return None
            case "case" | "bands" if "bands" in found.entries or "unit" in found.entries:
                return self.number(name, title, found)
            case "case":
                return self.category(name, title, found)
            case "points":
                return self.points(name, title, found.get("points"))
            case "ratio":
                return self.ratio(name, title, found, node)
            case "sum" | "difference" | "mean" as kind:
                return self.total(name, title, kind, found, node)
            case "times":
                return self.times(name, title, found, node)
            case extreme:
                return self.extreme(name, title, extreme, found, node)

    def ratio(self, name: str, title: Text | None, found: Map, node: Node) -> Derived | None:
        """Return a percentage of one fact of another."""
        what = Message("what.ratio")
        parts = self.reader.map(found.get("ratio"), what, RATIO.names)
        names = [self.reader.text(self.reader.required(parts, key, what), f"`{key}`") for key in ("part", "whole")]
        if self.numeric(name, names, node) is None:
            return None
        fact = Fact(name, FactType.PERCENT, title, Measure("percent", Text("%", "%")), decimals=2)
        return Derived(fact, RatioOf(names[0], names[1]))

    def times(self, name: str, title: Text | None, found: Map, node: Node) -> Derived | None:
        """Return how many times as large a fact is as another one: a ratio, in times."""
        what = Message("what.times")
        parts = self.reader.map(found.get("times"), what, TIMES.names)
        names = [self.reader.text(self.reader.required(parts, key, what), f"`{key}`") for key in ("fact", "of")]
        facts = self.numeric(name, names, node)
        if facts is None:
            return None
        part, whole = facts
        if part.id == whole.id:
            self.reader.error("derive.times/same", node.at, fact=name, part=part.id)
        if (part.type, part.unit) != (whole.type, whole.unit):
            self.reader.error("fact.type/units", node.at, fact=name)
        for fact in facts:
            # a percentage has a greatest value, which no fact here may: see "How many times" in the semantics
            if fact.type is FactType.PERCENT or fact.minimum != 0 or fact.maximum is not None:
                self.reader.error("derive.times/bounds", node.at, part=fact.id, fact=name)
        unit = Measure("times", Text("lần", "times"))
        fact = Fact(name, FactType.NUMBER, title, unit, Decimal(0), decimals=2, direction=part.direction)
        return Derived(fact, RatioOf(part.id, whole.id))

    def extreme(self, name: str, title: Text | None, kind: str, found: Map, node: Node) -> Derived | None:
        """Return the least or the greatest of some facts; it has the type, unit and bounds of the first."""
        names = self.reader.texts(found.get(kind), f"`{kind}`", Message("what.fact_id"))
        facts = self.numeric(name, names, node)
        if facts is None:
            return None
        if any(fact.unit != facts[0].unit for fact in facts):
            self.reader.error("fact.type/units", node.at, fact=name)
        fact = evolve(facts[0], id=name, title=title, ratio=None, undecided=None)  # a plain number, not a share
        return Derived(fact, (MinOf if kind == "min_of" else MaxOf)(tuple(names)))

    def numeric(self, name: str, names: list[str], node: Node) -> list[Fact] | None:
        """Return the facts of which a number is worked out; None where one is unknown or not a number."""
        facts = [f for n in names if (f := self.conditions.thresholds.fact(n, node)) is not None]
        if len(facts) != len(names) or not facts:
            return None
        if not all(fact.type.numeric for fact in facts):
            self.reader.error("fact.type/numeric", node.at, fact=name)
            return None
        return facts

    # -- sums --------------------------------------------------------------------------------

    def total(self, name: str, title: Text | None, kind: str, found: Map, node: Node) -> Derived | None:
        """Return the sum, the difference or the mean of some facts of one type and unit."""
        names = self.reader.texts(found.get(kind), f"`{kind}`", Message("what.fact_id"))
        facts = self.numeric(name, names, node)
        if facts is None:
            return None
        if len(names) < 2 or (kind == "difference" and len(names) > 2):
            self.reader.error("derive.sum/two" if kind == "difference" else "derive.sum/several", node.at, fact=name)
            return None
        for twice in dict.fromkeys(n for n in names if names.count(n) > 1):
            self.reader.error("derive.sum/twice", node.at, part=twice, fact=name)
        if any((fact.type, fact.unit) != (facts[0].type, facts[0].unit) for fact in facts):
            self.reader.error("fact.type/sum", node.at, fact=name)
        factors = (1, -1) if kind == "difference" else (1,) * len(names)
        rule = SumOf(tuple(map(Addend, names, factors)), len(names) if kind == "mean" else 1)
        return Derived(_total(name, title, facts, rule), rule)

    # -- points ------------------------------------------------------------------------------

    def points(self, name: str, title: Text | None, node: Node | None) -> Derived | None:
        """Points out of a total: parts whose greatest points add up to it."""
        what = Message("what.points")
        found = self.reader.map(node, what, POINTS.names)
        out_of = self.out_of(found, what)
        nodes = self.reader.items(self.reader.required(found, "members", what), "`members`")
        members = [m for n in nodes if (m := self.scored(n)) is not None]
        if out_of is None or not members or len(members) != len(nodes) or node is None:
            return None
        rule, facts = PointsOf(out_of, tuple(members)), self.conditions.scope.facts
        self.check_points(name, rule, node)
        # the sum has as many decimals as its finest part, so that it is exact
        first, fine = facts[members[0].fact], max(facts[m.fact].decimals for m in members)
        low, high = _bounds(rule, facts)
        fact = Fact(name, FactType.NUMBER, title, first.unit, low, high, fine, Direction.MORE)
        return Derived(fact, rule)

    def check_points(self, name: str, rule: PointsOf, node: Node) -> None:
        """Note what keeps the parts from adding up."""
        facts, names = self.conditions.scope.facts, [m.fact for m in rule.members]
        total = sum(m.out_of for m in rule.members)
        if total != rule.out_of:
            self.reader.error("points.sum", node.at, fact=name, total=f"{total:f}", out_of=f"{rule.out_of:f}")
        for fact in dict.fromkeys(n for n in names if names.count(n) > 1):
            self.reader.error("points.fact/twice", node.at, part=fact, fact=name)
        if any(facts[n].unit != facts[names[0]].unit for n in names):
            self.reader.error("fact.type/points_units", node.at, fact=name)
        parts = parts_of(rule, facts)
        steps = (part.factor * _size(facts[part.fact]).scaleb(part.digits) for part in parts)
        if max(sum(part.share for part in parts) * rule.out_of, sum(steps)) > _FINEST:
            self.reader.error("points.size", node.at, fact=name)

    def scored(self, node: Node) -> Scored | None:
        """One part of a score."""
        what = Message("what.points_part")
        found = self.reader.map(node, what, PART_OF_POINTS.names)
        name = self.reader.text(self.reader.required(found, "fact", what), Message("what.fact_id"))
        fact = self.conditions.thresholds.fact(name, node)
        out_of = self.out_of(found, what, beyond=True)
        applies_node = found.get("applies_if")
        applies = self.conditions.condition(applies_node) if applies_node is not None else None
        if fact is None or out_of is None or (applies is None) is not (applies_node is None):
            return None
        return Scored(name, out_of, applies) if self.holds_points(fact, out_of, applies, node) else None

    def holds_points(self, fact: Fact, out_of: Decimal, applies: Condition | None, node: Node) -> bool:
        """Return whether the fact can be a part of a score; the first thing that is against it is noted."""
        if applies is not None and any(isinstance(leaf, Meets) for _, leaf in leaves(applies)):
            self.reader.error("points.applies_if", node.at, fact=fact.id)
        elif not fact.type.numeric:
            self.reader.error("fact.type/points", node.at, fact=fact.id, type=fact.type.value)
        elif out_of == 0 and fact.minimum is not None and fact.maximum is not None:
            return True
        elif out_of == 0:
            self.reader.error("points.bounds/beyond", node.at, fact=fact.id)
        elif fact.minimum is None or fact.minimum < 0 or fact.maximum is None or fact.maximum > out_of:
            self.reader.error("points.bounds", node.at, fact=fact.id, out_of=f"{out_of:f}")
        else:
            if fact.maximum < out_of:  # which does not keep the parts from being added up
                most = f"{fact.maximum:f}"
                self.reader.error("points.bounds/weight", node.at, fact=fact.id, out_of=f"{out_of:f}", most=most)
            return True
        return False

    def out_of(self, found: Map, what: Message, beyond: bool = False) -> Decimal | None:
        """Return the most points of a whole or a part, above 0; 0 of a part that is *beyond* the total."""
        node = self.reader.required(found, "out_of", what)
        if node is None:
            return None
        number = self.reader.number(node, self.reader.text(node, "`out_of`"), "`out_of`")
        if number is not None and (number < 0 or (number == 0 and not beyond)):
            self.reader.error("points.out_of/part" if beyond else "points.out_of", node.at)
            return None
        return number

    # -- cases -------------------------------------------------------------------------------

    def category(self, name: str, title: Text | None, found: Map) -> Derived | None:
        """Return a category that a case decides; its values are those that the case can take."""
        rule = self.case(found)
        if rule is None:
            return None
        titles = self.value_titles(found.get("values"), rule)
        return Derived(Fact(name, FactType.CATEGORY, title, values=self.outcomes(rule), value_titles=titles), rule)

    def number(self, name: str, title: Text | None, found: Map) -> Derived | None:
        """Return a number that a case or bands decide; its bounds are the least and greatest that its rows give."""
        rule = self.bands(name, found.get("bands")) if "bands" in found.entries else self.case(found, numbers=True)
        unit = self.unit(name, found)
        for key in ("exclusive", "values"):
            if key in found.entries:
                self.reader.error("derive.number", found.entries[key].key.at, fact=name, key=key)
        if rule is None or unit is None:
            return None
        given = [v for v in (*(row.then for row in rule.rows), rule.otherwise) if isinstance(v, Decimal)]
        fine = max(max(-int(v.as_tuple().exponent), 0) for v in given)
        fact = Fact(name, FactType.NUMBER, title, unit, min(given), max(given), fine, Direction.MORE)
        return Derived(fact, rule)

    def unit(self, name: str, found: Map) -> Measure | None:
        """Return the unit of a number that rows give: one in which facts of the catalogue are."""
        node = self.reader.required(found, "unit", Message("what.derived_fact", name=name))
        if node is None:
            return None
        units = {f.unit.id: f.unit for f in self.conditions.scope.facts.values() if f.unit is not None}
        text = self.reader.text(node, Message("what.unit"))
        if text and text not in units:
            self.reader.unknown("unit.unknown", node.at, Message("kind.measure"), text, units)
        return units.get(text)

    def bands(self, name: str, node: Node | None) -> Case | None:
        """Return the bands of a fact as the rows of a case, in the order in which they are reached."""
        what = Message("what.bands")
        found = self.reader.map(node, what, BANDS.names)
        ops = [key for key in _BANDED if key in found.entries]
        if len(ops) != 1 or node is None:
            self.reader.error("derive.bands", found.at, hint=Message("hint.exactly_one", names=_BANDED), fact=name)
            return None
        beside = {key: e for key, e in found.entries.items() if key not in (*_BANDED, "else")}
        rows: list[CaseRow] = []
        limits: list[Decimal] = []
        entries = self.reader.map(found.get(ops[0]), f"`{ops[0]}`").entries
        for text, entry in entries.items():
            guard = Map({**beside, ops[0]: Entry(found.entries[ops[0]].key, entry.key)}, entry.key.at)
            when, then = self.conditions.condition(guard), self.points_of_row(entry.value)
            limit = self.reader.number(entry.key, text, Message("what.band"))
            if when is None or then is None or limit is None:
                return None
            if limits and (limit >= limits[-1] if ops[0] in _FALLING else limit <= limits[-1]):
                code = "derive.bands/falling" if ops[0] in _FALLING else "derive.bands/rising"
                self.reader.error(code, entry.key.at, fact=name, limit=text, before=f"{limits[-1]:f}")
            limits.append(limit)
            rows.append(CaseRow(when, then))
        self.not_too_many(rows, found)
        return Case(tuple(rows), self.points_of_row(found.get("else"))) if rows else None

    def points_of_row(self, node: Node | None) -> Decimal | None:
        """Return the number that a row gives."""
        what = Message("what.case_number")
        return None if node is None else self.reader.number(node, self.reader.text(node, what), what)

    def value_titles(self, node: Node | None, rule: Case) -> dict[str, Text] | None:
        """How the values of a case are printed."""
        if node is None:
            return None
        entries = self.reader.map(node, "`values`", self.outcomes(rule)).entries
        return {text: t for text, e in entries.items() if (t := self.reader.title(e.value)) is not None}

    def case(self, found: Map, numbers: bool = False) -> Case | None:
        """Return the rows of a case with their guards."""
        value_of = self.points_of_row if numbers else self.case_value
        rows: list[CaseRow] = []
        what = Message("what.case_row")
        for node in self.reader.items(found.get("case"), "`case`"):
            row = self.reader.map(node, what, CASE_ROW.names)
            when = self.conditions.condition(self.reader.required(row, "when", what))
            then = value_of(self.reader.required(row, "then", what))
            if when is not None and any(isinstance(leaf, Meets) and leaf.by.finding for _, leaf in leaves(when)):
                self.reader.error("derive.meets", row.at)
            if when is not None and then is not None:
                rows.append(CaseRow(when, then))
        self.not_too_many(rows, found)
        otherwise = value_of(found.get("else"))
        return Case(tuple(rows), otherwise, self.reader.flag(found.get("exclusive"), "`exclusive`")) if rows else None

    def not_too_many(self, rows: list[CaseRow], found: Map) -> None:
        """Note that a case has more rows than engines can nest."""
        if len(rows) > MAX_ROWS:
            self.reader.error("derive.rows", found.at, most=MAX_ROWS, rows=len(rows))

    def case_value(self, node: Node | None) -> str | Ref | None:
        """Return a text, or the value of another fact."""
        what = Message("what.case_value")
        if isinstance(node, Map):
            found = self.reader.map(node, what, VALUE_OF_FACT.names)
            name = self.reader.text(self.reader.required(found, "fact", what), Message("what.fact_id"))
            fact = self.conditions.thresholds.given(name, node)
            if fact is not None and fact.type not in (FactType.CATEGORY, FactType.ORDINAL):
                self.reader.error("fact.type/category", node.at, fact=name)
            return Ref(name) if fact is not None else None
        return self.reader.text(node, what) or None if node is not None else None

    def outcomes(self, case: Case) -> tuple[str, ...]:
        """Return the values a case can take, those of the facts it passes on included."""
        found: dict[str, None] = {}
        for then in (*(row.then for row in case.rows), *((case.otherwise,) if case.otherwise else ())):
            if isinstance(then, Ref):
                fact = self.conditions.scope.facts.get(then.fact)
                found.update(dict.fromkeys(fact.values if fact else ()))
            elif isinstance(then, str):
                found[then] = None
        return tuple(found)


def _total(name: str, title: Text | None, facts: Sequence[Fact], rule: SumOf) -> Fact:
    """Return what a sum, a difference or a mean is: within the bounds that follow from those of its facts."""
    first, digits = facts[0], max(fact.decimals for fact in facts)
    if any(each.factor < 0 for each in rule.addends):
        # more of the one is less of the other, and what one percentage is above another is no percentage
        one, other = facts
        low, high = _less(one.minimum, other.maximum), _less(one.maximum, other.minimum)
        if first.type is FactType.PERCENT:
            return Fact(name, FactType.NUMBER, title, _PERCENTAGE_POINTS, low, high, digits)
        return Fact(name, first.type, title, first.unit, low, high, digits)
    ways = {fact.direction for fact in facts}
    direction = first.direction if len(ways) == 1 else Direction.NEITHER
    lows, highs = [fact.minimum for fact in facts], [fact.maximum for fact in facts]
    if rule.over == 1:
        return Fact(name, first.type, title, first.unit, _all(sum, lows), _all(sum, highs), digits, direction)
    kind = FactType.NUMBER if first.type is FactType.COUNT else first.type
    return Fact(name, kind, title, first.unit, _all(min, lows), _all(max, highs), max(digits, 2), direction)


def _less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def _all(join: Callable[[list[Decimal]], Decimal | int], bounds: Sequence[Decimal | None]) -> Decimal | None:
    """Return what some bounds come to together; None where one is open."""
    known = [bound for bound in bounds if bound is not None]
    return Decimal(join(known)) if len(known) == len(bounds) else None


def _bounds(rule: PointsOf, facts: Mapping[str, Fact]) -> tuple[Decimal | None, Decimal | None]:
    """Return the least and the most that a total can be: from 0 to the whole, and what is added and deducted beyond it.

    There are none where that is scaled, because a part may not apply: the fewer parts apply, the more it counts.
    """
    beyond = [facts[member.fact] for member in rule.members if member.out_of == 0]
    if beyond and any(member.applies_if is not None for member in rule.members):
        return None, None
    less = sum((fact.minimum for fact in beyond if fact.minimum is not None and fact.minimum < 0), Decimal(0))
    more = sum((fact.maximum for fact in beyond if fact.maximum is not None and fact.maximum > 0), Decimal(0))
    return less, rule.out_of + more


def _size(fact: Fact) -> Decimal:
    """Return the greatest absolute value that the points of a part can have."""
    return max(abs(end) for end in (fact.minimum or Decimal(0), fact.maximum or Decimal(0)))
