"""The evaluated tree: which cell bound the unit, what was asked, what was there, by how much."""

import math
import typing
from decimal import Context, Decimal
from fractions import Fraction

from ntm_rules.engines.compiling import Compiler, bound_threshold, text_of
from ntm_rules.engines.leaves import Slots, Unclear
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    By,
    Case,
    Comparison,
    Condition,
    Meets,
    Not,
    Op,
    Open,
)
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.outcomes import Outcome, ReasonCode, all_of, at_least_of, negation_of
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Key, Table, Threshold, matching
from ntm_rules.model.verdicts import (
    Actual,
    Column,
    CriterionResult,
    Evaluated,
    IndicatorResult,
    LeafResult,
    Verdict,
)

_EXACT = Context(prec=800)
_OPEN_CODE = {CellState.DELEGATED: ReasonCode.DELEGATED, CellState.PENDING: ReasonCode.PENDING}


def criteria_results(verdict: Verdict) -> tuple[CriterionResult, ...]:
    """The criteria of a verdict with their indicators, read off its slots."""
    explainer = explainer_of(verdict.ruleset)
    place = 1 + verdict.criteria_total
    found: list[CriterionResult] = []
    for number, criterion in enumerate(verdict.ruleset.criteria, 1):
        indicators: dict[str, IndicatorResult] = {}
        for indicator in criterion.indicators:
            indicators[indicator.no] = explainer.indicator(
                indicator,
                verdict.values,
                Outcome(verdict.codes[place]),
                verdict.is_provisional(place),
                verdict,
            )
            place += 1
        outcome = Outcome(verdict.codes[number])
        found.append(CriterionResult(criterion, outcome, verdict.is_provisional(number), indicators))
    return tuple(found)


def explainer_of(ruleset: Ruleset) -> "Explainer":
    """The explainer of a ruleset, kept with it."""
    memo = ruleset._memo
    if "explainer" not in memo:
        memo["explainer"] = Explainer(ruleset)
    return typing.cast(Explainer, memo["explainer"])


class Explainer:
    """Evaluates conditions again, this time keeping everything."""

    def __init__(self, ruleset: Ruleset) -> None:
        from ntm_rules.engines.scalar import program_of

        self.ruleset = ruleset
        self.places = program_of(ruleset).places
        self.bindings = dict(ruleset.bindings)
        self.derived = {d.id: d for d in ruleset.derived}
        self.compiler = Compiler(ruleset, self.places, ruleset.minimum_evidence, lambda _: lambda _: 2)
        self.facts = self.compiler.facts
        self.guards = {
            d.id: [self.compiler.condition(row.when) for row in d.rule.rows]
            for d in ruleset.derived
            if isinstance(d.rule, Case)
        }

    def indicator(
        self, indicator: Indicator, slots: Slots, outcome: Outcome, provisional: bool, verdict: Verdict
    ) -> IndicatorResult:
        """One indicator, explained."""
        tree = self.node(indicator.require, slots, indicator.no, verdict)
        applies = None
        if indicator.applies_if is not None:
            applies = self.node(indicator.applies_if, slots, indicator.no, verdict)
        if outcome is Outcome.UNDETERMINED:
            undecided = applies is not None and applies.outcome is Outcome.UNDETERMINED
            codes = applies.codes() if applies is not None and undecided else tree.codes()
        elif provisional and not self.ruleset.read_whole and outcome.satisfied:
            codes = (ReasonCode.LAYER_NOT_READ,)
        else:
            codes = ()
        return IndicatorResult(indicator, outcome, provisional, codes, tree, applies)

    def node(self, node: Condition, slots: Slots, address: str, verdict: Verdict) -> Evaluated:
        """A condition, evaluated."""
        here = address + node.part if node.part else address
        match node:
            case Comparison():
                leaves = tuple(self.leaf(f, node.op, node.threshold, slots, here) for f in node.facts)
                return leaves[0] if len(leaves) == 1 else _connective("all", leaves)
            case All():
                return _connective("all", self._members(node.members, slots, here, verdict))
            case Any():
                return _connective("any", self._members(node.members, slots, here, verdict), 1)
            case AtLeast():
                return _connective("at_least_n", self._members(node.members, slots, here, verdict), node.k)
            case Not():
                member = self.node(node.member, slots, here, verdict)
                return Evaluated("not", Outcome(negation_of(member.outcome)), members=(member,))
            case Meets():
                return self.meets(node, slots, here, verdict)
            case Open():
                return self.leaf(None, Op.EQUALS, node.threshold, slots, here)
            case _:
                typing.assert_never(node)

    def _members(
        self, members: tuple[Condition, ...], slots: Slots, address: str, verdict: Verdict
    ) -> tuple[Evaluated, ...]:
        return tuple(self.node(member, slots, address, verdict) for member in members)

    def meets(self, node: Meets, slots: Slots, address: str, verdict: Verdict) -> Evaluated:
        """A prerequisite: its act, its finding, or both ways."""
        codes = _cell_codes(node.cell, self.ruleset)
        if codes:
            leaf = LeafResult(address, None, Op.EQUALS, Outcome.UNDETERMINED, None, None, None, node.cell, codes)
            return Evaluated("leaf", Outcome.UNDETERMINED, leaf)
        ways: list[Evaluated] = []
        if node.recognised is not None and node.by is not By.FINDING:
            ways.append(self.leaf(node.recognised, Op.EQUALS, node.cell, slots, address))
        if node.resolved is not None and node.by is not By.ACT:
            ways.append(self.finding(node, node.resolved, slots, address, verdict))
        return ways[0] if len(ways) == 1 else _connective("any", tuple(ways), 1)

    def finding(self, node: Meets, other: Ruleset, slots: Slots, address: str, verdict: Verdict) -> Evaluated:
        """The other ruleset, assessed with the same facts."""
        from ntm_rules.engines.scalar import assess

        if self.ruleset.minimum_evidence is not None:
            other = other.with_minimum_evidence(self.ruleset.minimum_evidence.value)
        names = {fact.id for fact in other.facts}
        inner = assess(other, {k: v for k, v in verdict.facts.items() if k in names}, verdict.unit)
        undetermined = (c for c in inner.criteria.values() if c.outcome is Outcome.UNDETERMINED)
        open_ = inner.outcome is Outcome.UNDETERMINED
        codes = tuple(dict.fromkeys(code for c in undetermined for code in c.codes)) if open_ else ()
        leaf = LeafResult(
            address, None, Op.EQUALS, inner.outcome, None, None, None, node.cell, codes, prerequisite=inner
        )
        return Evaluated("leaf", inner.outcome, leaf)

    # -- leaves ------------------------------------------------------------------------------

    def leaf(self, name: str | None, op: Op, threshold: Threshold, slots: Slots, address: str) -> Evaluated:
        """One comparison with one fact: outcome, value, threshold, margin, and every reason why not."""
        bound = bound_threshold(threshold)
        by: tuple[str, ...] = ()
        key: Key = ()
        cell: Cell | None
        if isinstance(bound, Table):
            by = bound.by
            cell, key, codes = self.column(bound, slots)
        else:
            cell, codes = bound, ()
        fact = None if name is None else self.facts[name]
        slot = None if name is None else slots[self.places[name]]
        outcome = 2
        if cell is not None:
            codes = (*codes, *_cell_codes(cell, self.ruleset))
            outcome = self.compiler.cell(name, op, cell)(slots)
        if fact is not None and (slot is None or slot is Unclear.AMBIGUOUS):
            slot = None
            codes = (*codes, ReasonCode.FACT_MISSING)
        elif type(slot) is tuple and slot[1] == 0:
            codes = (*codes, ReasonCode.EMPTY_WHOLE)
        actual = None if slot is None or fact is None else _actual(slot)
        asked = cell
        if cell is not None and cell.state is CellState.PENDING and outcome == 0:
            asked = cell.floor
        required = asked.value if asked is not None else None
        margin: Decimal | Fraction | int | None = None
        change: Decimal | None = None
        if outcome < 2 and actual is not None and required is not None and fact is not None:
            margin = _margin(fact, op, actual, required)
            if type(slot) is tuple and isinstance(required, Decimal):
                change = self.part_change(fact, op, slot, required)
        leaf = LeafResult(
            address,
            fact,
            op,
            Outcome(outcome),
            actual,
            required,
            margin,
            asked,
            codes if outcome == 2 else (),
            change,
            by,
            key,
            tuple([self.selector(s, slots) for s in by]),
        )
        return Evaluated("leaf", leaf.outcome, leaf)

    def column(self, table: Table, slots: Slots) -> tuple[Cell | None, Key, tuple[ReasonCode, ...]]:
        """The cell that binds the unit, its printed key, and why there is none."""
        codes: list[ReasonCode] = []
        values: list[str] = []
        for selector in table.by:
            value = self.bindings.get(selector) or slots[self.places[selector]]
            if value is None:
                codes.append(ReasonCode.SELECTOR_MISSING)
            elif value is Unclear.AMBIGUOUS:
                codes.append(ReasonCode.AMBIGUOUS_CASE)
            values.append(text_of(value))
        if codes:
            order = (ReasonCode.SELECTOR_MISSING, ReasonCode.AMBIGUOUS_CASE)
            return None, (), tuple(c for c in order if c in codes)
        found = matching(table, tuple(values))
        return (found[1], found[0], ()) if found else (None, (), (ReasonCode.NO_CELL,))

    def selector(self, name: str, slots: Slots) -> Column:
        """The value of a selector and where it comes from."""
        if name in self.bindings:
            return Column(name, self.bindings[name], "bound")
        slot = slots[self.places[name]]
        value = None if slot is None or slot is Unclear.AMBIGUOUS else text_of(slot)
        guards = self.guards.get(name)
        if guards is None:
            return Column(name, value, "given")
        row = next((n for n, guard in enumerate(guards) if guard(slots) == 1), None)
        return Column(name, value, "else" if row is None else "case", row)

    def part_change(self, fact: Fact, op: Op, slot: tuple[int, int], required: Decimal) -> Decimal | None:
        """The smallest change of the part, in steps of its last digit, that turns the outcome; None if none can."""
        ratio = self._ratio_of(fact.id)
        if ratio is None or slot[1] == 0:
            return None
        part = self.facts[ratio.part]
        factor = fact.scale * 10 ** self.facts[ratio.whole].decimals
        now = slot[0] // factor
        edge = Fraction(required) * slot[1] / factor
        low, high = math.floor(edge), math.ceil(edge)
        first_met = {Op.AT_LEAST: high, Op.MORE_THAN: low + 1}
        last_met = {Op.AT_MOST: low, Op.LESS_THAN: high - 1}
        if op in first_met:
            target = first_met[op] if now < first_met[op] else first_met[op] - 1
        elif op in last_met:
            target = last_met[op] if now > last_met[op] else last_met[op] + 1
        elif now != edge:
            if low != high:
                return None
            target = low
        else:
            target = now - 1 if now else now + 1
        if target < 0 or (fact.scale == 100 and target * factor > 100 * slot[1]):
            return None
        return Decimal(target - now).scaleb(-part.decimals)

    def _ratio_of(self, name: str) -> RatioOf | None:
        derived = self.derived.get(name)
        if derived is not None:
            return derived.rule if isinstance(derived.rule, RatioOf) else None
        return self.facts[name].ratio


def _connective(kind: str, members: tuple[Evaluated, ...], k: int | None = None) -> Evaluated:
    codes = [m.outcome for m in members]
    if k is None:
        return Evaluated(kind, Outcome(all_of(codes)), members=members)
    short = k - codes.count(Outcome.MET)
    return Evaluated(kind, Outcome(at_least_of(k, codes)), members=members, short=short)


def _cell_codes(cell: Cell, ruleset: Ruleset) -> tuple[ReasonCode, ...]:
    """Why a cell decides nothing."""
    code = _OPEN_CODE.get(cell.state)
    found = () if code is None else (code,)
    if cell.below(ruleset.minimum_evidence) or (cell.floor and cell.floor.below(ruleset.minimum_evidence)):
        return (*found, ReasonCode.BELOW_MINIMUM_EVIDENCE)
    return found


def _actual(slot: typing.Any) -> Actual | None:
    if type(slot) is float:
        return Decimal(repr(slot))
    if type(slot) is tuple:
        return Fraction(*slot) if slot[1] else None
    return typing.cast(Actual, slot)


def _margin(
    fact: Fact, op: Op, actual: Actual, required: Decimal | bool | str | tuple[str, ...]
) -> Decimal | Fraction | int | None:
    """Slack in the fact's unit; steps for an ordinal; None for yes/no, categories and sets."""
    if isinstance(actual, str) and isinstance(required, str):
        if not fact.values or op is Op.ONE_OF or fact.type.value != "ordinal":
            return None
        steps = fact.values.index(actual) - fact.values.index(required)
        return -abs(steps) if op is Op.EQUALS else steps
    if isinstance(actual, bool) or not isinstance(actual, Decimal | Fraction) or not isinstance(required, Decimal):
        return None
    slack = actual - Fraction(required) if isinstance(actual, Fraction) else _EXACT.subtract(actual, required)
    if op is Op.EQUALS:
        return slack if slack < 0 else -slack
    return -slack if op in (Op.AT_MOST, Op.LESS_THAN) else slack
