"""How the rules of a ruleset go together, said once: every engine and every reader of conditions is an algebra of it.

An algebra says what the words of the rule language are to it (a truth, a text, an expression of a database) and leaves
to the classes here in which order they are put together. A word that is new has to be a method here, and the type
checker then names every algebra that does not know it.
"""

import itertools
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import evolve, frozen

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import (
    Addend,
    All,
    Any,
    AtLeast,
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
    SumOf,
    Then,
)
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.outcomes import Needed, Outcome
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import Part, parts_of
from ntm_rules.model.spans import growing, least, most, one_way
from ntm_rules.model.thresholds import Cell, Table, Threshold, asked_of, bound_threshold

ROUNDING = Decimal(1)
"""By so many percentage points a share may miss a threshold though none of those it is the mean of, as written, do."""

V = typing.TypeVar("V")
"""What a condition is to an algebra."""

N = typing.TypeVar("N")
"""What the value of a fact is to it."""


@frozen
class Compared:
    """One fact against a threshold, as a leaf of a condition asks it.

    Attributes:
        node: the leaf; a prerequisite is compared by the fact that records its act.
        address: its number and parts.
        fact: None where nothing is compared yet, in an open condition.
        slack: a number that misses the threshold by no more than this is let pass.
    """

    node: Comparison | Meets | Open
    address: str
    fact: str | None
    op: Op
    threshold: Threshold
    slack: Decimal = Decimal(0)


class Conditions(ABC, typing.Generic[V]):
    """The walk over a condition."""

    def condition(self, node: Condition, address: str = "") -> V:
        """Return what a condition is: its leaves first, then what joins them."""
        here = address + node.part if node.part else address
        match node:
            case Comparison():
                found = [self.leaf(Compared(node, here, fact, node.op, node.threshold)) for fact in node.facts]
                if node.total is not None:
                    found.append(self.denial(Compared(node, here, node.total, node.op, node.threshold, ROUNDING)))
                return found[0] if len(found) == 1 else self.all(found)
            case All():
                return self.all([self.condition(member, here) for member in node.members])
            case Any():
                return self.any([self.condition(member, here) for member in node.members])
            case AtLeast():
                return self.at_least(node.k, [self.condition(member, here) for member in node.members])
            case Not():
                return self.negated(self.condition(node.member, here))
            case Meets():
                ways: list[V] = []
                if node.recognised is not None and node.by.act:
                    ways.append(self.leaf(Compared(node, here, node.recognised, Op.EQUALS, node.cell)))
                if node.resolved is not None and node.by.finding:
                    ways.append(self.found(node, node.resolved, here))
                return ways[0] if len(ways) == 1 else self.any(ways)
            case Open():
                return self.leaf(Compared(node, here, None, Op.EQUALS, node.threshold))
            case _:
                typing.assert_never(node)

    @abstractmethod
    def all(self, members: Sequence[V]) -> V:
        """Return what is met when every member that applies is."""

    @abstractmethod
    def any(self, members: Sequence[V]) -> V:
        """Return what is met when one member is."""

    @abstractmethod
    def at_least(self, k: int, members: Sequence[V]) -> V:
        """Return what is met when *k* members are."""

    @abstractmethod
    def negated(self, member: V) -> V:
        """Return what is met when the member is not."""

    @abstractmethod
    def leaf(self, leaf: Compared) -> V:
        """Return a comparison with one fact, or an open condition."""

    @abstractmethod
    def denial(self, leaf: Compared) -> V:
        """Return *not met* where a comparison is that, and not applicable elsewhere: it denies, or says nothing."""

    @abstractmethod
    def found(self, node: Meets, other: Ruleset, address: str) -> V:
        """Return a prerequisite by finding: whether the same facts meet another ruleset."""


def loosened(cell: Cell, op: Op, slack: Decimal) -> Cell:
    """Return a cell that lets numbers pass which miss it by no more than *slack*."""
    if not slack or not isinstance(cell.value, Decimal):
        return cell
    return evolve(cell, value=cell.value - slack if op in (Op.AT_LEAST, Op.MORE_THAN) else cell.value + slack)


Single = tuple[Compared | Meets, ...]
"""Comparisons with one fact each, and prerequisites by finding."""


@typing.final
class _Singles(Conditions[Single]):
    """Takes a condition apart."""

    def all(self, members: Sequence[Single]) -> Single:
        return tuple(itertools.chain.from_iterable(members))

    any = all

    def at_least(self, k: int, members: Sequence[Single]) -> Single:
        return self.all(members)

    def negated(self, member: Single) -> Single:
        return member

    def leaf(self, leaf: Compared) -> Single:
        return (leaf,)

    denial = leaf

    def found(self, node: Meets, other: Ruleset, address: str) -> Single:
        return (node,)


def singles(condition: Condition, address: str = "") -> Single:
    """Return the comparisons of a condition, one for each fact, and its prerequisites by finding, in printed order.

    They are what the evaluated tree has as leaves.
    """
    return _Singles().condition(condition, address)


class Outcomes(Conditions[V]):
    """An engine: what a condition is to it has one of the four outcomes.

    Attributes:
        facts: of the ruleset, by id, derived ones included.
        floor: cells of weaker evidence are as good as pending.
        ends: of what lies between two numbers, the names of these, by the name of the fact; see ``model.spans``.
    """

    facts: Mapping[str, Fact]
    floor: Evidence | None
    ends: Mapping[str, tuple[str, str]]

    # -- the tables of the semantics -----------------------------------------------------------

    def any(self, members: Sequence[V]) -> V:
        """Return the outcome of one of the members."""
        return self.at_least(1, members)

    @abstractmethod
    def constant(self, outcome: Outcome) -> V:
        """Return an outcome whatever the facts."""

    @abstractmethod
    def guarded(self, applies: V, condition: V) -> V:
        """Return the outcome of an indicator with ``applies_if``, as ``model.outcomes.guarded`` has it."""

    @abstractmethod
    def capped(self, member: V) -> V:
        """Return undetermined in place of what is not *not met*."""

    @abstractmethod
    def agreed(self, one: V, other: V) -> V:
        """Return what both say; undetermined where they differ."""

    @abstractmethod
    def denying(self, member: V) -> V:
        """Return not applicable in place of what is not *not met*."""

    # -- indicators ----------------------------------------------------------------------------

    def indicator(self, indicator: Indicator) -> V:
        """Return the outcome of an indicator."""
        require = self.condition(indicator.require, indicator.no)
        if indicator.applies_if is None:
            return require
        return self.guarded(self.condition(indicator.applies_if, indicator.no), require)

    def joined(self, needed: Needed, members: Sequence[V]) -> V:
        """Return the outcome of a criterion over its indicators, or of a set over its criteria."""
        if needed.k is None:
            return self.all(members)
        some = self.at_least(needed.k, members)
        return self.all([some, *(members[place] for place in needed.must)]) if needed.must else some

    # -- cells ---------------------------------------------------------------------------------

    def leaf(self, leaf: Compared) -> V:
        """Return a comparison with the cell that binds."""
        bound = bound_threshold(leaf.threshold)
        return self.cell(leaf, bound) if isinstance(bound, Cell) else self.table(leaf, bound)

    def denial(self, leaf: Compared) -> V:
        """Return a comparison that denies or says nothing."""
        return self.denying(self.leaf(leaf))

    def cell(self, leaf: Compared, cell: Cell) -> V:
        """Return a comparison with one cell."""
        return self.decided(leaf.fact, leaf.op, cell, leaf.slack)

    def decided(self, fact: str | None, op: Op, cell: Cell, slack: Decimal = Decimal(0)) -> V:
        """Return what a cell says of a fact: nothing, not yet, or whether the fact is what it asks."""
        asked = asked_of(cell, self.floor)
        if asked.code == Outcome.NOT_APPLICABLE:
            return self.constant(Outcome.NOT_APPLICABLE)
        if fact is None or asked.cell is None:
            return self.constant(Outcome.UNDETERMINED)
        found = self.at_both_ends(fact, op, loosened(asked.cell, op, slack))
        return self.capped(found) if asked.capped else found

    def at_both_ends(self, fact: str, op: Op, cell: Cell) -> V:
        """Return a comparison with a set cell; of what lies between two numbers, both have to agree."""
        if fact not in self.ends:
            return self.against(fact, op, cell)
        low, high = self.ends[fact]
        found = [self.agreed(self.against(low, way, cell), self.against(high, way, cell)) for way in one_way(op)]
        return found[0] if len(found) == 1 else self.all(found)

    def found(self, node: Meets, other: Ruleset, address: str) -> V:
        """Return a prerequisite by finding; under a pending cell only *not met* is decided."""
        asked = asked_of(node.cell, self.floor)
        if asked.cell is None:
            return self.constant(Outcome.UNDETERMINED)
        found = self.finding(other)
        return self.capped(found) if asked.capped else found

    @abstractmethod
    def table(self, leaf: Compared, table: Table) -> V:
        """Return a comparison with the cell that the selectors pick; undetermined where they pick none."""

    @abstractmethod
    def against(self, fact: str, op: Op, cell: Cell) -> V:
        """Return a fact, or one of its ends, against a set cell."""

    @abstractmethod
    def finding(self, other: Ruleset) -> V:
        """Return the outcome of another ruleset over the same facts."""


class Engine(Outcomes[V], typing.Generic[V, N]):
    """An engine that works out the derived facts too."""

    def worked_out(self, ruleset: Ruleset) -> Iterator[tuple[str, N]]:
        """Yield the name and the value of what is worked out, each from those before it; see ``spans.worked_out``."""
        for fact in growing(ruleset):
            yield most(fact.id), self.grown(fact)
        for derived in ruleset.derived:
            yield from self.derived_slots(derived)

    def derived_slots(self, derived: Derived) -> Iterator[tuple[str, N]]:
        """Yield the name and the value of a derived fact; of a score those of its ends too."""
        yield derived.id, self.derived(derived)
        if isinstance(derived.rule, PointsOf):
            facts = [self.facts[member.fact] for member in derived.rule.members]
            low = {fact.id: fact.minimum for fact in facts if fact.minimum is not None}
            high = {fact.id: fact.maximum for fact in facts if fact.maximum is not None}
            yield least(derived.id), self.score(derived.rule, low)
            yield most(derived.id), self.score(derived.rule, high)

    def derived(self, derived: Derived) -> N:
        """Return the value of a derived fact."""
        rule = derived.rule
        match rule:
            case Case():
                found = self.case(derived.fact, rule)
                return self.or_given(derived.fact, found) if derived.may_be_given else found
            case RatioOf():
                return self.quotient(derived.fact, rule)
            case MinOf():
                return self.extreme(rule.facts, True)
            case MaxOf():
                return self.extreme(rule.facts, False)
            case PointsOf():
                return self.score(rule, {})
            case SumOf():
                return self.total(rule.addends, rule.over)
            case _:
                typing.assert_never(rule)

    def score(self, rule: PointsOf, instead: Mapping[str, Decimal]) -> N:
        """Return a total of points; *instead* as for ``points``."""
        parts = parts_of(rule, self.facts)
        applies = [None if part.applies_if is None else self.condition(part.applies_if) for part in parts]
        return self.points(list(zip(applies, parts, strict=True)), instead)

    def case(self, fact: Fact, rule: Case) -> N:
        """Return the value of the first row whose guard is met; of the only one where the rows exclude each other."""
        rows = [(self.condition(row.when), self.then(fact, row.then)) for row in rule.rows]
        found = self.then(fact, rule.otherwise)
        for guard, value in reversed(rows):
            found = self.picked(fact, guard, value, found)
        if rule.exclusive and len(rows) > 1:
            several = self.at_least(2, [guard for guard, _ in rows])
            found = self.picked(fact, several, self.ambiguous(fact), found)
        return found

    def then(self, fact: Fact, value: Then | None) -> N:
        """Return the value of a row of a case."""
        return self.value(fact, value.fact) if isinstance(value, Ref) else self.literal(fact, value)

    @abstractmethod
    def or_given(self, fact: Fact, found: N) -> N:
        """Return what is worked out of a fact; what was given of it where that is missing or ambiguous."""

    @abstractmethod
    def picked(self, fact: Fact, guard: V, value: N, other: N) -> N:
        """Return a value where its guard is met, and the other one elsewhere.

        Where the guard is undetermined: the value if both are equal, else none.
        """

    @abstractmethod
    def literal(self, fact: Fact, value: str | Decimal | None) -> N:
        """Return one of a fact's values, or a number that its rows give; that it has none for None."""

    @abstractmethod
    def ambiguous(self, fact: Fact) -> N:
        """Return that two rows of an exclusive case hold."""

    @abstractmethod
    def value(self, fact: Fact, name: str) -> N:
        """Return the value of another fact as one of *fact*."""

    @abstractmethod
    def quotient(self, fact: Fact, rule: RatioOf) -> N:
        """Return a share that only its part and whole give; missing when one of these is."""

    @abstractmethod
    def extreme(self, facts: Sequence[str], smaller: bool) -> N:
        """Return the least or the greatest of several facts; missing when one is, of nothing when one is that."""

    @abstractmethod
    def points(self, parts: Sequence[tuple[V | None, Part]], instead: Mapping[str, Decimal]) -> N:
        """Return the points of the parts that apply over what these are out of, see ``model.scoring``.

        Missing where it is not known whether a part applies, or how many points one has that does.

        Args:
            parts: each with when it applies, None where it always does.
            instead: by fact what counts for points that are missing; for those that are not named nothing does.
        """

    @abstractmethod
    def total(self, addends: Sequence[Addend], over: int) -> N:
        """Return the sum of several facts times their factors, over a whole number.

        Missing when one is; of nothing when one is that.
        """

    @abstractmethod
    def grown(self, fact: Fact) -> N:
        """Return the most that a fact may become; what is not known to be undecided is decided."""
