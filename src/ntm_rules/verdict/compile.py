"""Conditions and derived facts to closures over slots, for one floor of evidence."""

import itertools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import evolve

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    By,
    Case,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Op,
    Open,
    PointsOf,
    Ref,
)
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.numbers import rounded
from ntm_rules.model.outcomes import ALL, ANY, at_least_of, guarded, negation_of
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import parts_of
from ntm_rules.model.thresholds import Cell, Table, Threshold, asked_of, bound_threshold, matching, selected
from ntm_rules.verdict.compare import (
    Code,
    Slots,
    Unclear,
    bare_most,
    exact,
    growing,
    leaf_of,
    most,
    not_applicable,
    one_way,
    undetermined,
)
from ntm_rules.verdict.facts import Slot, ratio_of, scaled

Value = Callable[[Slots], Slot | Unclear]
Finding = Callable[[Ruleset], Callable[[Slots], int]]


class Compiler:
    """Compiles the conditions of one ruleset.

    Args:
        places: the slot of each fact.
        floor: cells below it are undetermined.
        finding: compiles another ruleset to its outcome over the same slots.
    """

    def __init__(self, ruleset: Ruleset, places: Mapping[str, int], floor: Evidence | None, finding: Finding) -> None:
        self.places = places
        self.floor = floor
        self.finding = finding
        self.bindings = dict(ruleset.bindings)
        self.facts = {**ruleset.fact_by_id} | {
            most(f.id): evolve(f, id=most(f.id), undecided=None) for f in growing(ruleset)
        }
        self.ratios = {f.id for f in self.facts.values() if f.ratio is not None}
        for derived in ruleset.derived:
            rule = derived.rule
            if isinstance(rule, RatioOf | PointsOf) or (
                isinstance(rule, MinOf | MaxOf) and self.ratios & set(rule.facts)
            ):
                self.ratios.add(derived.id)

    def indicator(self, indicator: Indicator) -> Code:
        """Return the code of an indicator."""
        require = self.condition(indicator.require)
        if indicator.applies_if is None:
            return require
        applies = self.condition(indicator.applies_if)
        return lambda slots: guarded(applies(slots), require(slots))

    def condition(self, node: Condition) -> Code:
        """Return the code of a condition."""
        match node:
            case Comparison():
                leaves = [self.leaf(fact, node.op, node.threshold) for fact in node.facts]
                return leaves[0] if len(leaves) == 1 else _all(leaves)
            case All():
                return _all([self.condition(m) for m in node.members])
            case Any():
                return _at_least(1, [self.condition(m) for m in node.members])
            case AtLeast():
                return _at_least(node.k, [self.condition(m) for m in node.members])
            case Not():
                member = self.condition(node.member)
                return lambda slots: negation_of(member(slots))
            case Meets():
                return self.meets(node)
            case Open():
                return self.leaf(None, Op.EQUALS, node.threshold)
            case _:
                typing.assert_never(node)

    def meets(self, node: Meets) -> Code:
        """Return the code of a prerequisite: by act, by finding, or by either."""
        ways: list[Code] = []
        if node.recognised is not None and node.by is not By.FINDING:
            ways.append(self.leaf(node.recognised, Op.EQUALS, node.cell))
        if node.resolved is not None and node.by is not By.ACT:
            ways.append(self.found(node.resolved, node.cell))
        return ways[0] if len(ways) == 1 else _at_least(1, ways)

    def found(self, other: Ruleset, cell: Cell) -> Code:
        """Return the code of a prerequisite by finding; under a pending cell only *not met* is decided."""
        asked = asked_of(cell, self.floor)
        if asked.cell is None:
            return undetermined
        code = self.finding(other)
        return (lambda slots: 2 if code(slots) else 0) if asked.capped else code

    def leaf(self, fact: str | None, op: Op, threshold: Threshold) -> Code:
        """Return the code of one comparison with one fact; of an open condition where there is no fact."""
        bound = bound_threshold(threshold)
        return self.cell(fact, op, bound) if isinstance(bound, Cell) else self.table(fact, op, bound)

    def table(self, fact: str | None, op: Op, table: Table) -> Code:
        """Return the code of a comparison with a table: one closure a cell, found by the slots of the selectors."""
        free = [s for s in dict.fromkeys(table.by) if s not in self.bindings]
        made: dict[int, Code] = {}
        rows: dict[tuple[typing.Any, ...], Code] = {}
        for values, cell in self.columns(table, free):
            rows[values] = made[id(cell)] = made.get(id(cell)) or self.cell(fact, op, cell)
        if not free:
            return rows.get((), undetermined)
        places = [self.places[s] for s in free]
        if len(places) == 1:
            place, get_one = places[0], {value: code for (value,), code in rows.items()}.get
            return lambda slots: get_one(slots[place], undetermined)(slots)
        get = rows.get
        return lambda slots: get(tuple([slots[p] for p in places]), undetermined)(slots)

    def columns(self, table: Table, free: Sequence[str]) -> Iterator[tuple[tuple[typing.Any, ...], Cell]]:
        """Yield the values that the free selectors may have, each with the cell that binds, where one does."""
        for values in itertools.product(*(self.facts[s].values or (True, False) for s in free)):
            texts = {s: selected(value) for s, value in zip(free, values, strict=True)} | self.bindings
            found = matching(table, tuple(texts[s] for s in table.by))
            if found is not None:
                yield values, found[1]

    def cell(self, fact: str | None, op: Op, cell: Cell) -> Code:
        """Return the code of a comparison with one cell."""
        asked = asked_of(cell, self.floor)
        if asked.code == 3:
            return not_applicable
        if fact is None or asked.cell is None:
            return undetermined
        code = self.set_cell(fact, op, asked.cell)
        return (lambda slots: 2 if code(slots) else 0) if asked.capped else code

    def set_cell(self, fact: str, op: Op, cell: Cell) -> Code:
        """Return the code of a comparison with a set cell; of a fact that may grow, both ends have to agree."""
        if self.facts[fact].undecided is None:
            return self.compared(fact, op, cell)
        ends = [_agreed(self.compared(fact, o, cell), self.compared(most(fact), o, cell)) for o in one_way(op)]
        return ends[0] if len(ends) == 1 else _all(ends)

    def compared(self, fact: str, op: Op, cell: Cell) -> Code:
        """Return the code of a slot against a cell that is set: the one place where a fact meets a number."""
        return leaf_of(self.facts[fact], self.places[fact], op, cell, fact in self.ratios)

    def grown(self, fact: Fact) -> Value:
        """Return the most that a fact may become; what is not known to be undecided is decided."""
        place, more = self.places[fact.id], self.places[typing.cast(str, fact.undecided)]
        bare = None if fact.ratio is None else bare_most(fact)

        def value(slots: Slots) -> Slot | Unclear:
            known: Slot = slots[place]
            count: float | None = slots[more]
            if known is None or not count:
                return known
            if isinstance(known, tuple):
                return known[0] + fact.scale * int(count), known[1]
            return rounded(typing.cast(float, known) + count) if bare is None else bare

        return value

    def derived(self, derived: Derived) -> Value:
        """Return the value of a derived fact from the slots before it."""
        rule = derived.rule
        match rule:
            case Case():
                rows = [(self.condition(row.when), self.then(row.then)) for row in rule.rows]
                return (_only if rule.exclusive else _first)(rows, self.then(rule.otherwise))
            case RatioOf():
                return _quotient(derived.fact, rule, self.facts, self.places)
            case MinOf() | MaxOf():
                return _extreme([self.places[f] for f in rule.facts], min if isinstance(rule, MinOf) else max)
            case PointsOf():
                return self.points(rule)
            case _:
                typing.assert_never(rule)

    def points(self, rule: PointsOf) -> Value:
        """Return the points of the parts that apply, and what these are out of, as numerator and denominator."""
        parts = [
            (
                None if part.applies_if is None else self.condition(part.applies_if),
                self.places[part.fact],
                self.facts[part.fact],
                part,
            )
            for part in parts_of(rule, self.facts)
        ]

        def value(slots: Slots) -> Slot | Unclear:
            numerator = denominator = 0
            for applies, place, fact, part in parts:
                code = 1 if applies is None else applies(slots)
                if code == 2 or (code == 1 and slots[place] is None):
                    return None
                if code == 1:
                    numerator += scaled(slots[place], fact) * part.factor
                    denominator += part.share
            return numerator, denominator

        return value

    def then(self, value: str | Ref | None) -> Value:
        """Return the value of a row of a case."""
        if isinstance(value, Ref):
            place = self.places[value.fact]
            return lambda slots: slots[place]
        return lambda slots: value


def _agreed(least: Code, most: Code) -> Code:
    """Return what both ends of a number say; undetermined where they differ."""
    return lambda slots: code if (code := least(slots)) == most(slots) else 2


def _all(members: list[Code]) -> Code:
    def code(slots: Slots) -> int:
        seen = 3
        for member in members:
            seen = ALL[seen][member(slots)]
            if not seen:
                return 0
        return seen

    return code


def _at_least(k: int, members: list[Code]) -> Code:
    if k > 1:
        return lambda slots: at_least_of(k, [member(slots) for member in members])

    def code(slots: Slots) -> int:
        seen = 0
        for member in members:
            seen = ANY[seen][member(slots)]
            if seen == 1:
                return 1
        return seen

    return code


def _first(rows: list[tuple[Code, Value]], otherwise: Value) -> Value:
    """Return the first row whose guard is met; where one before it is undetermined, the value that all agree on."""

    def value(slots: Slots) -> Slot | Unclear:
        reachable: list[Slot | Unclear] = []
        for when, then in rows:
            code = when(slots)
            if code in (1, 2):
                reachable.append(then(slots))
            if code == 1:
                break
        else:
            reachable.append(otherwise(slots))
        return reachable[0] if reachable.count(reachable[0]) == len(reachable) else None

    return value


def _only(rows: list[tuple[Code, Value]], otherwise: Value) -> Value:
    """Return the one row whose guard is met; two are ambiguous, and an undetermined one may still make them two."""

    def value(slots: Slots) -> Slot | Unclear:
        codes = [when(slots) for when, _ in rows]
        met, open_ = codes.count(1), codes.count(2)
        if met > 1:
            return Unclear.AMBIGUOUS
        if met == 1:
            return None if open_ else rows[codes.index(1)][1](slots)
        other = otherwise(slots)
        if open_ == 0 or (open_ == 1 and rows[codes.index(2)][1](slots) == other):
            return other
        return None

    return value


def _quotient(fact: Fact, rule: RatioOf, facts: Mapping[str, Fact], places: Mapping[str, int]) -> Value:
    part, whole = facts[rule.part], facts[rule.whole]
    p, w = places[rule.part], places[rule.whole]

    def value(slots: Slots) -> Slot | Unclear:
        if slots[p] is None or slots[w] is None:
            return None
        return ratio_of(fact, part, slots[p], whole, slots[w])

    return value


def _extreme(places: list[int], pick: Callable[..., typing.Any]) -> Value:
    def value(slots: Slots) -> Slot | Unclear:
        found = [slots[p] for p in places]
        if None in found:
            return None
        if tuple not in map(type, found):
            return typing.cast(Slot, pick(found))
        empty = next((f for f in found if type(f) is tuple and f[1] == 0), None)
        return empty if empty is not None else typing.cast(Slot, pick(found, key=exact))

    return value
