"""The facts that decide how two conditions compare: one value for every region that their numbers cut out.

An outcome depends on a number only through the comparisons it enters, so a value at each threshold and one in every
gap represent all values. Trying all combinations on the engine is then a proof, and what is found is a witness.
"""

import itertools
import math
import random
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from attrs import frozen

from ntm_rules.model.conditions import Comparison, Condition, Derived, MaxOf, Meets, MinOf, PointsOf, Scored, SumOf
from ntm_rules.model.consistency import How, Relation, relations
from ntm_rules.model.facts import Direction, Fact, FactType, RatioOf
from ntm_rules.model.fold import ROUNDING, loosened
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Cell, bound_threshold
from ntm_rules.model.walk import facts_of, facts_of_derived, guards_of, leaves, threshold_cells

T = typing.TypeVar("T")
Given = Mapping[str, FactValue]

MAX_COMBINATIONS = 20_000
PREREQUISITE, PARTS, POINTS, TOO_MANY = "prerequisite", "parts", "points", "combinations"


@frozen
class Trials:
    """The facts to try: an axis is one fact (or a part with its whole) with all values that matter.

    Attributes:
        unproved: why all combinations of the axes do not represent all facts, as codes; empty where they do.
    """

    axes: tuple[tuple[Given, ...], ...]
    unproved: tuple[str, ...]


def combinations(axes: Sequence[Sequence[T]], every: bool) -> Iterator[tuple[T, ...]]:
    """All combinations, the last axis changing fastest; or a fixed sample of them."""
    if every or not all(axes):  # an axis without values leaves nothing to combine
        yield from itertools.product(*axes)
        return
    chance = random.Random(0)  # noqa: S311 - the same sample every time
    for _ in range(MAX_COMBINATIONS // 10):
        yield tuple(chance.choice(axis) for axis in axes)


def trials(sides: Sequence[tuple[Ruleset, Sequence[Condition]]]) -> Trials:
    """Return what to try for the conditions of each ruleset."""
    reading = _Collector()
    for ruleset, conditions in sides:
        reading.read(ruleset, conditions)
    return reading.trials()


class _Collector:
    """Collects the facts that conditions read, and the numbers these are compared with."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.limits: dict[str, set[Decimal]] = {}
        self.ratios: dict[str, tuple[Fact, RatioOf]] = {}
        self.bound: dict[str, set[str]] = {}
        self.empty: set[str] = set()
        self.known_ratios: set[RatioOf] = set()
        self.relations: set[Relation] = set()
        self.findings = self.scores = False

    def read(self, ruleset: Ruleset, conditions: Iterable[Condition]) -> None:
        """Add what the conditions of a ruleset read."""
        known = {f.id: f for f in ruleset.facts}
        rules = ruleset.derived_by_id
        bound = dict(ruleset.bindings)
        self.relations.update(relations(ruleset.facts))
        self.known_ratios.update(fact.ratio for fact in ruleset.facts if fact.ratio is not None)
        self.known_ratios.update(d.rule for d in ruleset.derived if isinstance(d.rule, RatioOf))
        for condition in conditions:
            self._condition(condition, known, rules, bound)

    def _condition(
        self, condition: Condition, known: Mapping[str, Fact], rules: Mapping[str, Derived], bound: Mapping[str, str]
    ) -> None:
        for _, leaf in leaves(condition):
            if isinstance(leaf, Meets):
                self.findings = self.findings or leaf.resolved is not None
            if isinstance(leaf, Comparison):
                cells = [cell for _, _, cell in threshold_cells(bound_threshold(leaf.threshold))]
                for name in leaf.facts:
                    self._limit(name, cells, known, rules)
                if leaf.total is not None:
                    self._limit(leaf.total, [loosened(cell, leaf.op, ROUNDING) for cell in cells], known, rules)
        for name in facts_of(condition):
            self._fact(name, known, rules, bound)

    def _limit(self, name: str, cells: Sequence[Cell], known: Mapping[str, Fact], rules: Mapping[str, Derived]) -> None:
        """Note the numbers; of the least or greatest of several facts for each of these, of points for their parts."""
        rule = rules[name].rule if name in rules else None
        if isinstance(rule, MinOf | MaxOf):
            for inner in rule.facts:
                self._limit(inner, cells, known, rules)
            return
        if isinstance(rule, PointsOf):
            self.scores = True  # points add up, so that values of single parts do not represent all totals
            for member in (m for m in rule.members if m.fact in known):  # points by band have limits of their own
                near = _shares(member, rule, cells, known[member.fact])
                self.limits.setdefault(member.fact, set()).update(near)
            return
        if isinstance(rule, SumOf):
            self.scores = True  # as do sums
            for each in rule.addends:
                self._limit(each.fact, cells, known, rules)
            return
        for cell in cells:
            for found in (cell, cell.floor):
                if found is not None and isinstance(found.value, Decimal):
                    self.limits.setdefault(name, set()).add(found.value)
                if found is not None and found.when_empty is not None:
                    self.empty.add(name)

    def _fact(
        self, name: str, known: Mapping[str, Fact], rules: Mapping[str, Derived], bound: Mapping[str, str]
    ) -> None:
        rule = rules.get(name)
        if rule is None:
            if name in bound:
                self.bound.setdefault(name, set()).add(bound[name])
            if name in known:
                self.facts[name] = known[name]
            return
        if isinstance(rule.rule, RatioOf):
            self.ratios[name] = rule.fact, rule.rule
            return
        for guard in guards_of(rule):
            self._condition(guard, known, rules, bound)
        for inner in facts_of_derived(rule):
            self._fact(inner, known, rules, bound)

    def trials(self) -> Trials:
        """Return the axes, circumstances first: what is measured changes fastest, whichever set was read first."""
        for relation in self.relations:
            self._turn_together(self._read_of(relation), relation.of_shares)
        chosen = sorted(self.facts.values(), key=lambda fact: (fact.direction is not Direction.NEITHER, fact.id))
        axes = [self._values(fact) for fact in chosen]
        axes += [self._parts(fact, rule) for _, (fact, rule) in sorted(self.ratios.items())]
        size = math.prod(map(len, axes))
        unproved = {  # each may hide facts that no combination of the values tried represents
            PREREQUISITE: self.findings,
            PARTS: not self._apart(),
            POINTS: self.scores,
            TOO_MANY: size > MAX_COMBINATIONS,
        }
        return Trials(tuple(axes), tuple(why for why, holds in unproved.items() if holds))

    def _read_of(self, relation: Relation) -> list[str]:
        """Return the facts of a relation that are given; none of one that holds only among all of them."""
        found = [fact.id for fact in relation.facts if fact.id in self.facts]
        return [] if relation.how is How.MEAN and len(found) < len(relation.facts) else found

    def _turn_together(self, names: Sequence[str], shares: bool) -> None:
        """Have facts that bound each other turn at the same numbers; shares bound each other but for a point."""
        near = (-1, 0, 1) if shares else (0,)
        limits = {limit + n for name in names for limit in self.limits.get(name, ()) for n in near}
        for name in names if len(names) > 1 else ():
            self.limits.setdefault(name, set()).update(limits)

    def _apart(self) -> bool:
        """Return False if a fact is given beside one that bounds it, or two given ratios share a part or whole."""
        if any(ratio.part in self.facts and ratio.whole in self.facts for ratio in self.known_ratios):
            return False
        if any(len(each.parts) > 1 and len(self._read_of(each)) > 1 for each in self.relations):
            return False
        given = [f.ratio for f in self.facts.values() if f.ratio is not None and f.id in self.empty]
        parts = [p for r in (*given, *(rule for _, rule in self.ratios.values())) for p in (r.part, r.whole)]
        return len(parts) == len(set(parts)) and self.facts.keys().isdisjoint(parts)

    def _values(self, fact: Fact) -> tuple[Given, ...]:
        bound = self.bound.get(fact.id, set())
        values: Sequence[FactValue]
        if len(bound) > 1:
            return ({},)  # each set fixes its own
        if bound:
            values = tuple(bound)
        elif fact.type is FactType.BOOLEAN:
            values = (False, True) if fact.direction is Direction.NEITHER else (True, False)
        elif not fact.type.numeric:
            values = fact.values
        else:
            values = points(fact, self.limits.get(fact.id, set()))
        found: list[Given] = [{fact.id: value} for value in values]
        if fact.ratio is not None and fact.id in self.empty:
            found.append({fact.ratio.part: 0, fact.ratio.whole: 0})
        return tuple(found)

    def _parts(self, fact: Fact, rule: RatioOf) -> tuple[Given, ...]:
        """Return a part and a whole for every value that matters of a ratio worked out from them."""
        values = points(fact, self.limits.get(fact.id, set()))
        digits = max([0, *(-typing.cast(int, v.as_tuple().exponent) for v in values)])
        whole = fact.scale * 10**digits  # so large that every value is a whole part of it
        # counts are not negative: where every limit is, the ratio 0 represents all there are
        shares = [v for v in values if v >= 0] or [Decimal(0)]
        found: list[Given] = [{rule.part: int(v.scaleb(digits)), rule.whole: whole} for v in shares]
        return (*found, {rule.part: 0, rule.whole: 0}) if fact.id in self.empty else tuple(found)


def points(fact: Fact, limits: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """Every limit and one value below, between and above them, within the bounds of the fact."""
    low, high = fact.minimum, fact.maximum
    edges = {e for limit in limits for e in _near(fact, limit) if (low is None or e >= low)}
    inner = sorted(e for e in edges if high is None or e <= high)
    if not inner:
        return (low if low is not None else high if high is not None else Decimal(0),)
    # just beside the outermost limits, and between neighbours: no fact is reported with more digits than its own
    step = Decimal(1).scaleb(-fact.decimals)
    below, above = inner[0] - step, inner[-1] + step
    found = {below if low is None else max(low, below), *inner, above if high is None else min(high, above)}
    for left, right in itertools.pairwise(inner):
        if left + step < right:
            found.add(left + step)
        elif fact.type is not FactType.COUNT:
            found.add((left + right) / 2)
    return tuple(sorted(found))


def _shares(member: Scored, rule: PointsOf, cells: Iterable[Cell], fact: Fact) -> Iterator[Decimal]:
    """Yield the points of one part with which, all parts alike, the total is just below and just above a limit."""
    step = Decimal(1).scaleb(-fact.decimals)
    for cell in cells:
        for found in (cell, cell.floor):
            if found is not None and isinstance(found.value, Decimal):
                share = found.value * member.out_of / rule.out_of
                yield share.quantize(step, ROUND_FLOOR)
                yield share.quantize(step, ROUND_CEILING)


def _near(fact: Fact, limit: Decimal) -> tuple[Decimal, ...]:
    """Return the limit; of a count the whole numbers on both sides."""
    if fact.type is not FactType.COUNT:
        return (limit,)
    return (limit.to_integral_value(ROUND_FLOOR), limit.to_integral_value(ROUND_CEILING))
