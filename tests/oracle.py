"""A naive interpreter of composed rulesets, written from the semantics and from nothing else.

It shares no code with the engines: exact fractions, one recursive function, every answer worked out anew. It is
slow on purpose. Only ``ntm_rules.model`` is imported.
"""

import itertools
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from attrs import define, evolve, frozen

from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.citations import Evidence
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold

MET, NOT_MET, UNDETERMINED, NOT_APPLICABLE = "met", "not_met", "undetermined", "not_applicable"
CODES = (
    "selector_missing",
    "ambiguous_case",
    "no_cell",
    "delegated",
    "pending",
    "below_minimum_evidence",
    "fact_invalid",
    "fact_missing",
    "empty_whole",
)
RANK = {Evidence.OFFICIAL: 2, Evidence.SECONDARY: 1, Evidence.RECALLED: 0}


class Special:
    """A value that is no value."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


EMPTY = Special("EMPTY")
AMBIGUOUS = Special("AMBIGUOUS")

Value = Fraction | bool | str | Special | None


@frozen
class Leaf:
    """One comparison with one fact."""

    address: str
    fact: str | None
    outcome: str
    codes: tuple[str, ...] = ()
    margin: Fraction | None = None
    columns: tuple[tuple[str, str | None], ...] = ()


@frozen
class Node:
    """A node of the tree with its outcome and its codes."""

    outcome: str
    codes: tuple[str, ...]
    leaves: tuple[Leaf, ...]


@frozen
class IndicatorFinding:
    """An indicator."""

    outcome: str
    provisional: bool
    codes: tuple[str, ...]
    leaves: tuple[Leaf, ...]

    @property
    def margin(self) -> Fraction | None:
        """Of a single comparison."""
        return self.leaves[0].margin if len(self.leaves) == 1 else None


@define
class Finding:
    """What the oracle answers for one unit."""

    outcome: str
    provisional: bool
    criteria: dict[str, tuple[str, bool]]
    criterion_codes: dict[str, tuple[str, ...]]
    indicators: dict[str, IndicatorFinding]
    beside: frozenset[str] = frozenset()

    @property
    def counts(self) -> dict[str, int]:
        """``criteria_met`` counts what is met or not applicable; what stands beside the count is left out."""
        codes = [code for no, (code, _) in self.criteria.items() if no not in self.beside]
        return {
            "criteria_total": len(codes),
            "criteria_met": sum(code in (MET, NOT_APPLICABLE) for code in codes),
            "criteria_not_met": codes.count(NOT_MET),
            "criteria_undetermined": codes.count(UNDETERMINED),
        }

    @property
    def indicator_counts(self) -> dict[str, int]:
        """How many indicators have each outcome."""
        codes = [i.outcome for i in self.indicators.values()]
        return {code: codes.count(code) for code in (NOT_MET, MET, UNDETERMINED, NOT_APPLICABLE)}


def with_listed(
    ruleset: Ruleset, facts: Mapping[str, object], unit: str | None, floor: Evidence | None
) -> Mapping[str, object]:
    """The facts of a unit with what lists say of its code that are known well enough; what was given stays."""
    known = [each for each in ruleset.lists if floor is None or each.evidence.rank >= floor.rank]
    said = {each.fact: name for each in known for code, name in each.units if code == unit}
    return {**said, **{name: value for name, value in facts.items() if value is not None}}


def judge(ruleset: Ruleset, facts: Mapping[str, object], unit: str | None = None) -> Finding:
    """The finding for one unit; the facts have to be good ones (see ``bad_facts``)."""
    least = ruleset.minimum_evidence
    asked = _Unit(ruleset, with_listed(ruleset, facts, unit, least), least)
    official = _Unit(ruleset, with_listed(ruleset, facts, unit, Evidence.OFFICIAL), Evidence.OFFICIAL, settled=True)
    partly = not all(layer.read_whole for layer in ruleset.layers)

    def provisional(code: str, floor: str) -> bool:
        if code == UNDETERMINED:
            return False
        return floor == UNDETERMINED or (partly and code != NOT_MET)

    criteria: dict[str, tuple[str, bool]] = {}
    criterion_codes: dict[str, tuple[str, ...]] = {}
    indicators: dict[str, IndicatorFinding] = {}
    for criterion in ruleset.criteria:
        whole = asked.criterion(criterion)
        criteria[criterion.no] = whole.outcome, provisional(whole.outcome, official.criterion(criterion).outcome)
        for indicator in criterion.indicators:
            node, floor = asked.indicator(indicator), official.indicator(indicator)
            unsure = provisional(node.outcome, floor.outcome)
            codes = node.codes
            others = [n.resolved for n in below_meets(indicator) if n.resolved is not None]
            if unsure and (partly or any(map(unread, others))) and node.outcome != NOT_MET:
                codes = ("layer_not_read",)
            indicators[indicator.no] = IndicatorFinding(node.outcome, unsure, codes, node.leaves)
        mine = [indicators[i.no] for i in criterion.indicators]
        doubtful = whole.outcome in (MET, NOT_APPLICABLE) and any(i.codes == ("layer_not_read",) for i in mine)
        criterion_codes[criterion.no] = ("layer_not_read",) if doubtful else whole.codes
    outcome = asked.whole().outcome
    beside = frozenset(criterion.no for criterion in ruleset.criteria if not criterion.counted)
    unsure = provisional(outcome, official.whole().outcome)
    return Finding(outcome, unsure, criteria, criterion_codes, indicators, beside)


def grades(ruleset: Ruleset, facts: Mapping[str, object], criterion: str | None = None) -> tuple[str | None, list[str]]:
    """The grade of a unit (or of one of its criteria) if it is certain, and all that it may have.

    Every way in which what is undetermined may turn out is tried.
    """

    def outcome(of: Ruleset) -> str:
        finding = judge(of, facts)
        return finding.outcome if criterion is None else finding.criteria[criterion][0]

    steps = [("", outcome(ruleset)), *((g.id, outcome(g.ruleset)) for g in ruleset.grades)]
    open_ = [name for name, code in steps if code == UNDETERMINED]
    found: set[str | None] = set()
    for way in range(2 ** len(open_)):
        reached = [
            name
            for name, code in steps
            if code in (MET, NOT_APPLICABLE) or (code == UNDETERMINED and way >> open_.index(name) & 1)
        ]
        found.add(reached[0] if reached else None)
    possible = [g.id for g in ruleset.grades if g.id in found]
    return (possible[0] if found == {*possible[:1]} else None), possible


def unread(ruleset: Ruleset) -> bool:
    return not all(layer.read_whole for layer in ruleset.layers)


def below_meets(indicator: Indicator) -> Iterator[c.Meets]:
    """The prerequisites of an indicator."""
    left = [indicator.require, *([indicator.applies_if] if indicator.applies_if is not None else [])]
    while left:
        node = left.pop()
        if isinstance(node, c.Meets):
            yield node
        left += [*getattr(node, "members", ()), *([node.member] if isinstance(node, c.Not) else [])]


# -- three-valued logic ---------------------------------------------------------------------------


def all_of(codes: Iterable[str]) -> str:
    present = list(codes)
    n, m, u = present.count(NOT_MET), present.count(MET), present.count(UNDETERMINED)
    if n >= 1:
        return NOT_MET
    if u >= 1:
        return UNDETERMINED
    return MET if m >= 1 else NOT_APPLICABLE


def at_least(k: int, codes: Iterable[str]) -> str:
    present = list(codes)
    m, u = present.count(MET), present.count(UNDETERMINED)
    if m + u < k:
        return NOT_MET
    return MET if m >= k else UNDETERMINED


def some_of(k: int | None, codes: Sequence[str], must: Sequence[bool]) -> str:
    """A criterion or a set: all, or k of them, of which some must be met (or not apply)."""
    if k is None:
        return all_of(codes)
    wanted = [code for code, it in zip(codes, must, strict=True) if it]
    if NOT_MET in wanted:
        return NOT_MET
    found = at_least(k, codes)
    return UNDETERMINED if found == MET and UNDETERMINED in wanted else found


def joined(nodes: Iterable[Node], k: int | None, must: Sequence[bool] = ()) -> Node:
    """A connective: its codes are those of its undetermined members, in order."""
    members = list(nodes)
    codes = [m.outcome for m in members]
    outcome = some_of(k, codes, must or [False] * len(codes))
    why: dict[str, None] = {}
    if outcome == UNDETERMINED:
        for member in members:
            if member.outcome == UNDETERMINED:
                why.update(dict.fromkeys(member.codes))
    return Node(outcome, tuple(why), tuple(leaf for m in members for leaf in m.leaves))


# -- one unit -------------------------------------------------------------------------------------


class _Unit:
    def __init__(
        self, ruleset: Ruleset, facts: Mapping[str, object], floor: Evidence | None, settled: bool = False
    ) -> None:
        self.ruleset = ruleset
        self.settled = settled
        self.given = facts
        self.floor = floor
        self.facts = {f.id: f for f in ruleset.facts} | {d.id: d.fact for d in ruleset.derived}
        self.rules = {d.id: d.rule for d in ruleset.derived}
        self.bindings = dict(ruleset.bindings)

    # -- levels ------------------------------------------------------------------------------

    def whole(self) -> Node:
        must = [x.no in self.ruleset.must for x in self.ruleset.criteria]
        return joined([self.criterion(x) for x in self.ruleset.criteria], self.ruleset.at_least_n, must)

    def criterion(self, criterion: typing.Any) -> Node:
        must = [i.no in criterion.must for i in criterion.indicators]
        return joined([self.indicator(i) for i in criterion.indicators], criterion.at_least_n, must)

    def indicator(self, indicator: Indicator) -> Node:
        require = self.node(indicator.require, indicator.no)
        if indicator.applies_if is None:
            return require
        applies = self.node(indicator.applies_if, indicator.no)
        if applies.outcome == MET:
            return require
        if applies.outcome == UNDETERMINED:
            return Node(UNDETERMINED, applies.codes, without_margins(require.leaves))
        return Node(NOT_APPLICABLE, (), without_margins(require.leaves))

    # -- values ------------------------------------------------------------------------------

    def value(self, name: str) -> Value:
        """The value of a fact, exact; a float is what its shortest text says."""
        if name in self.bindings:
            return self.bindings[name]
        rule = self.rules.get(name)
        if rule is not None:
            return self.worked_out(name, rule)
        fact = self.facts[name]
        if fact.ratio is not None:
            pair = self.quotient(fact, fact.ratio)
            if pair is not None:
                return pair
        return exact(fact, self.given.get(name))

    def quotient(self, fact: Fact, ratio: RatioOf) -> Value:
        part, whole = self.value(ratio.part), self.value(ratio.whole)
        if not isinstance(part, Fraction) or not isinstance(whole, Fraction):
            return None
        if whole == 0:
            return EMPTY
        return part / whole * (100 if fact.type is FactType.PERCENT else 1)

    def worked_out(self, name: str, rule: object) -> Value:
        if isinstance(rule, RatioOf):
            return self.quotient(self.facts[name], rule)
        if isinstance(rule, c.MinOf | c.MaxOf):
            values = [self.value(f) for f in rule.facts]
            if any(v is None or v is AMBIGUOUS for v in values):
                return None
            if any(v is EMPTY for v in values):
                return EMPTY
            numbers = typing.cast(list[Fraction], values)
            return min(numbers) if isinstance(rule, c.MinOf) else max(numbers)
        if isinstance(rule, c.PointsOf):
            return self.points(rule)
        if isinstance(rule, c.SumOf):
            values = [self.value(each.fact) for each in rule.addends]
            if None in values:
                return None
            if EMPTY in values:
                return EMPTY
            shares = [typing.cast(Fraction, value) / rule.over for value in values]
            return sum((each.factor * share for each, share in zip(rule.addends, shares, strict=True)), Fraction(0))
        found = self.case(typing.cast(c.Case, rule))
        return found if self.facts[name].type is FactType.NUMBER else self.decided_or_given(name, found)

    def decided_or_given(self, name: str, found: Value) -> Value:
        """What the rows of a case say, and only where they do not say it what somebody wrote down."""
        given = self.given.get(name)
        return str(given) if isinstance(found, Special | None) and given is not None else found

    def points(self, rule: c.PointsOf, instead: Mapping[str, Fraction | None] = MappingProxyType({})) -> Value:
        """The mean share of the parts that apply, weighted by their points, of the whole."""
        parts = [(m, MET if m.applies_if is None else self.node(m.applies_if, "").outcome) for m in rule.members]
        if any(code == UNDETERMINED for _, code in parts):
            return None
        values = {m.fact: self.value(m.fact) for m in rule.members}
        values = {name: instead.get(name) if value is None else value for name, value in values.items()}
        counted = [(values[m.fact], Fraction(m.out_of)) for m, code in parts if code == MET]
        if any(value is None for value, _ in counted):
            return None
        if not any(most for _, most in counted):
            return EMPTY
        given = sum((typing.cast(Fraction, value) for value, _ in counted), Fraction(0))
        return given / sum(most for _, most in counted) * Fraction(rule.out_of)

    def totals(self, fact: Fact) -> set[Value]:
        """What a score is, however the points that are missing turn out: a straight line is greatest at a corner."""
        rule = self.rules.get(fact.id)
        if not isinstance(rule, c.PointsOf):
            return set()
        corners = [
            [Fraction(end) for end in (self.facts[m.fact].minimum, self.facts[m.fact].maximum) if end is not None]
            for m in rule.members
        ]
        names = [m.fact for m in rule.members]
        return {self.points(rule, dict(zip(names, corner, strict=True))) for corner in itertools.product(*corners)}

    def case(self, rule: c.Case) -> Value:
        """Every way in which the undetermined guards may turn out; the value is known if all ways agree."""
        guards = [self.node(row.when, "").outcome for row in rule.rows]
        open_rows = [place for place, code in enumerate(guards) if code == UNDETERMINED]
        if rule.exclusive and guards.count(MET) > 1:
            return AMBIGUOUS
        reachable: list[Value] = []
        for way in range(2 ** len(open_rows)):
            held = [
                place
                for place, code in enumerate(guards)
                if code == MET or (code == UNDETERMINED and way >> open_rows.index(place) & 1)
            ]
            if rule.exclusive and len(held) > 1:
                reachable.append(AMBIGUOUS)
            elif held:
                reachable.append(self.then(rule.rows[held[0]].then))
            else:
                reachable.append(self.then(rule.otherwise))
        return reachable[0] if all(v == reachable[0] for v in reachable) else None

    def then(self, value: object) -> Value:
        if isinstance(value, c.Ref):
            return self.value(value.fact)
        return Fraction(value) if isinstance(value, Decimal) else typing.cast("str | None", value)

    # -- conditions --------------------------------------------------------------------------

    def node(self, node: object, address: str) -> Node:
        here = address + (getattr(node, "part", None) or "")
        if isinstance(node, c.Comparison):
            leaves = [self.leaf(f, node.op, node.threshold, here) for f in node.facts]
            if node.total is not None and self.denied(node, here):
                leaves.append(self.leaf(node.total, node.op, node.threshold, here))
            return leaves[0] if len(leaves) == 1 else joined(leaves, None)
        if isinstance(node, c.All):
            return joined([self.node(m, here) for m in node.members], None)
        if isinstance(node, c.Any):
            return joined([self.node(m, here) for m in node.members], 1)
        if isinstance(node, c.AtLeast):
            return joined([self.node(m, here) for m in node.members], node.k)
        if isinstance(node, c.Not):
            inner = self.node(node.member, here)
            turned = {MET: NOT_MET, NOT_MET: MET}.get(inner.outcome, inner.outcome)
            return Node(turned, inner.codes, without_margins(inner.leaves))
        if isinstance(node, c.Open):
            return self.leaf(None, c.Op.EQUALS, node.threshold, here)
        return self.meets(typing.cast(c.Meets, node), here)

    def denied(self, node: c.Comparison, here: str) -> bool:
        """Whether even the share of all fails, by more than a point, so that rounding does not explain it."""
        spared = 1 if node.op in (c.Op.AT_LEAST, c.Op.MORE_THAN) else -1
        return self.leaf(node.total, node.op, node.threshold, here, spared).outcome == NOT_MET

    def meets(self, node: c.Meets, here: str) -> Node:
        """By act: a comparison with the recognition fact. By finding: the other set. By either: their ``any``."""
        ways: list[Node] = []
        if node.by in (c.By.ACT, c.By.EITHER) and node.recognised is not None:
            ways.append(self.leaf(node.recognised, c.Op.EQUALS, node.cell, here))
        if node.by in (c.By.FINDING, c.By.EITHER) and node.resolved is not None:
            ways.append(self.found(node, node.resolved, here))
        return ways[0] if len(ways) == 1 else joined(ways, 1)

    def found(self, node: c.Meets, other: Ruleset, here: str) -> Node:
        inner = self.finding(other)
        why = self.cell_codes(node.cell)
        outcome, codes = inner.outcome, inner.codes
        if why:
            base = node.cell.floor if node.cell.state is CellState.PENDING else None
            stands = base is not None and not below(base, self.floor) and inner.outcome == NOT_MET
            outcome, codes = (NOT_MET, ()) if stands else (UNDETERMINED, tuple(x for x in CODES if x in why))
        return Node(outcome, codes, (Leaf(here, None, outcome, codes),))

    def finding(self, other: Ruleset) -> Node:
        """What the figures say of another set; where only what is settled counts, not under layers read partly."""
        inner = _Unit(other, self.given, self.floor, self.settled).whole()
        if self.settled and unread(other) and inner.outcome != NOT_MET:
            return evolve(inner, outcome=UNDETERMINED)
        return inner

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, name: str | None, op: c.Op, threshold: Threshold, here: str, spared: int = 0) -> Node:
        bound = threshold.resolved if isinstance(threshold, Relative) else threshold
        codes: set[str] = set()
        columns: tuple[tuple[str, str | None], ...] = ()
        cell: Cell | None = None
        if isinstance(bound, Table):
            values = [self.value(s) for s in bound.by]
            columns = tuple(
                (s, None if isinstance(v, Special) else key_text(v)) for s, v in zip(bound.by, values, strict=True)
            )
            whatever = None if AMBIGUOUS in values else self.whatever(bound, values)
            if whatever is not None:
                codes.add(whatever)
            elif None in values:
                codes.add("selector_missing")
            if AMBIGUOUS in values:
                codes.add("ambiguous_case")
            if not codes:
                # every selector is known
                cell = column(bound, [key_text(v) or "" for v in values])
                if cell is None:
                    codes.add("no_cell")
        else:
            cell = bound
        value = None if name is None else self.value(name)
        value = value + spared if isinstance(value, Fraction) else value
        fact = None if name is None else self.facts[name]
        asked = cell
        if cell is not None:
            codes |= self.cell_codes(cell)
            if cell.state is CellState.PENDING and cell.floor is not None:
                asked = cell.floor
        if name is not None and value is AMBIGUOUS:
            codes.add("ambiguous_case")
        if name is not None and value is None:
            codes.add("fact_missing")
        if value is EMPTY and (asked is None or asked.when_empty is None):
            codes.add("empty_whole")
        outcome = self.decided(fact, value, op, cell)
        if outcome == UNDETERMINED:
            codes = codes or {"fact_missing"}  # what is undecided, and nothing else, leaves it open
            return _leaf(here, name, outcome, tuple(x for x in CODES if x in codes), None, columns)
        margin = None
        if outcome in (MET, NOT_MET) and asked is not None and fact is not None and value not in (EMPTY, None):
            margin = margin_of(fact, value, op, asked)
        return _leaf(here, name, outcome, (), margin, columns)

    def whatever(self, table: Table, values: list[Value]) -> str | None:
        """The code of every cell that some values of the missing selectors pick, if it is one and decides nothing."""
        if None not in values:
            return None
        found: set[str] = set()
        for key in itertools.product(*(self.texts(s, v) for s, v in zip(table.by, values, strict=True))):
            cell = column(table, list(key))
            if cell is None:
                found.add("no_cell")
                continue
            known = cell if cell.state is not CellState.PENDING or cell.floor is None else cell.floor
            useless = known.state in (CellState.PENDING, CellState.DELEGATED) or below(known, self.floor)
            found |= self.cell_codes(cell) if useless else {"decides"}
        (code, *others) = found
        return code if not others and code in ("no_cell", "delegated", "pending") else None

    def texts(self, selector: str, value: Value) -> list[str]:
        """The value of a selector; all that it may have where it is missing."""
        fact = self.facts.get(selector)
        if value is not None or fact is None:
            return [key_text(value) or ""]
        return ["true", "false"] if fact.type is FactType.BOOLEAN else list(fact.values)

    def cell_codes(self, cell: Cell) -> set[str]:
        if cell.state is CellState.DELEGATED:
            return {"delegated"}
        if cell.state is CellState.PENDING:
            return {"pending"}
        return {"below_minimum_evidence"} if below(cell, self.floor) else set()

    def decided(self, fact: Fact | None, value: Value, op: c.Op, cell: Cell | None) -> str:
        if cell is None or below(cell, self.floor):
            return UNDETERMINED
        if cell.state is CellState.NONE:
            return NOT_APPLICABLE
        if cell.state is CellState.DELEGATED or fact is None:
            return UNDETERMINED
        if cell.state is CellState.PENDING:
            if cell.floor is None:
                return UNDETERMINED
            return NOT_MET if self.decided(fact, value, op, cell.floor) == NOT_MET else UNDETERMINED
        totals = self.totals(fact) if value is None else set()
        if totals == {EMPTY}:  # a bonus is missing, and no part of the total itself applies
            value = EMPTY
        elif totals and None not in totals:
            numbers = typing.cast(set[Fraction], totals)
            return self.within(fact, min(numbers), max(numbers), op, cell.value)
        if value is None or value is AMBIGUOUS:
            return UNDETERMINED
        if value is EMPTY:
            return UNDETERMINED if cell.when_empty is None else cell.when_empty.code
        if isinstance(value, Fraction):
            return self.within(fact, value, self.most(fact, value), op, cell.value)
        return MET if compare(fact, value, op, cell.value) else NOT_MET

    def most(self, fact: Fact, value: Fraction) -> Fraction | None:
        """What a number may grow to; None where nothing bounds it."""
        more = self.value(fact.undecided) if fact.undecided is not None else None
        if not isinstance(more, Fraction) or more == 0:
            return value
        if fact.ratio is None:
            return value + more
        whole = self.value(fact.ratio.whole)
        if isinstance(whole, Fraction) and isinstance(self.value(fact.ratio.part), Fraction):
            return value + more / whole * (100 if fact.type is FactType.PERCENT else 1)
        return None if fact.maximum is None else Fraction(fact.maximum)

    def within(self, fact: Fact, least: Fraction, most: Fraction | None, op: c.Op, required: object) -> str:
        """A comparison with a number of which only the bounds are known."""
        limit = Fraction(typing.cast(Decimal, required))
        far = max(least, limit) + 1 if most is None else most
        if op is c.Op.EQUALS and least < far:
            return UNDETERMINED if least <= limit <= far else NOT_MET
        ends = {compare(fact, end, op, required) for end in (least, far)}
        return UNDETERMINED if len(ends) == 2 else MET if ends == {True} else NOT_MET


def _leaf(
    here: str,
    name: str | None,
    outcome: str,
    codes: tuple[str, ...],
    margin: Fraction | None,
    columns: tuple[tuple[str, str | None], ...],
) -> Node:
    return Node(outcome, codes, (Leaf(here, name, outcome, codes, margin, columns),))


def without_margins(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """Comparisons whose outcome is not the one that counts."""
    return tuple(evolve(leaf, margin=None) for leaf in leaves)


# -- helpers --------------------------------------------------------------------------------------


def below(cell: Cell, floor: Evidence | None) -> bool:
    return floor is not None and cell.evidence is not None and RANK[cell.evidence] < RANK[floor]


def exact(fact: Fact, given: object) -> Value:
    """A fact as given, exact."""
    if given is None or isinstance(given, bool):
        return given
    if not fact.type.numeric:
        return str(given)
    return Fraction(written(given))


def written(given: object) -> Decimal:
    """A number as it is written; a float is the decimal of 15 digits nearest to it."""
    return Decimal(f"{given:.15g}") if isinstance(given, float) else Decimal(str(given))


def key_text(value: Value) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def column(table: Table, values: list[str]) -> Cell | None:
    """The cell of the most particular key: an own key before ``*``, decided by the first selector that differs."""
    fits = [(key, cell) for key, cell in table.cells if all(p in (v, "*") for p, v in zip(key, values, strict=True))]
    for place, value in enumerate(values):
        if any(key[place] == value for key, _ in fits):
            fits = [(key, cell) for key, cell in fits if key[place] == value]
    return fits[0][1] if fits else None


def compare(fact: Fact, value: Value, op: c.Op, required: object) -> bool:
    if op is c.Op.ONE_OF:
        return value in typing.cast(tuple[str, ...], required)
    if op is c.Op.EQUALS:
        return value == (Fraction(required) if isinstance(required, Decimal) else required)
    if op is c.Op.LEVEL_AT_LEAST:
        return fact.values.index(str(value)) >= fact.values.index(str(required))
    number, limit = typing.cast(Fraction, value), Fraction(typing.cast(Decimal, required))
    if op is c.Op.AT_LEAST:
        return number >= limit
    if op is c.Op.AT_MOST:
        return number <= limit
    return number > limit if op is c.Op.MORE_THAN else number < limit


def margin_of(fact: Fact, value: Value, op: c.Op, cell: Cell) -> Fraction | None:
    """Slack in the fact's unit, steps for ordinals; none for yes/no, categories and ``one_of``."""
    if op is c.Op.ONE_OF or fact.type in (FactType.BOOLEAN, FactType.CATEGORY):
        return None
    if fact.type is FactType.ORDINAL:
        slack = Fraction(fact.values.index(str(value)) - fact.values.index(str(cell.value)))
    else:
        slack = typing.cast(Fraction, value) - Fraction(typing.cast(Decimal, cell.value))
    if op is c.Op.EQUALS:
        return -abs(slack)
    return -slack if op in (c.Op.AT_MOST, c.Op.LESS_THAN) else slack


# -- facts that cannot be -------------------------------------------------------------------------


def bad_facts(ruleset: Ruleset, facts: Mapping[str, object]) -> set[str]:
    """The facts that an engine has to refuse (values of the right kind are taken for granted)."""
    known = {f.id: f for f in ruleset.facts}
    found: set[str] = set()
    for name, given in facts.items():
        fact = known.get(name)
        if fact is None or given is None or not fact.type.numeric:
            continue
        number = exact(fact, given)
        assert isinstance(number, Fraction)
        if fact.minimum is not None and number < Fraction(fact.minimum):
            found.add(name)
        if fact.maximum is not None and number > Fraction(fact.maximum):
            found.add(name)
        if fact.type is FactType.COUNT and number.denominator != 1:
            found.add(name)
        if name in scored(ruleset) and (number * 10**fact.decimals).denominator != 1:
            found.add(name)
    found |= odd_counts(ruleset, facts, found)
    unit, refused = _Unit(ruleset, facts, None), set(found)
    for fact, ratio in [*((f, f.ratio) for f in ruleset.facts if f.ratio), *_derived_ratios(ruleset)]:
        if refused & {ratio.part, ratio.whole}:  # nothing is known of the ratio
            continue
        part, whole = unit.value(ratio.part), unit.value(ratio.whole)
        if not isinstance(part, Fraction) or not isinstance(whole, Fraction):
            continue
        if fact.type is FactType.PERCENT and part > whole:
            found.add(ratio.part)
            continue
        open_ = None if fact.undecided is None or fact.undecided in found else unit.value(fact.undecided)
        if fact.type is FactType.PERCENT and isinstance(open_, Fraction) and part + open_ > whole:
            found.add(typing.cast(str, fact.undecided))
        if (
            whole
            and facts.get(fact.id) is not None
            and not agrees(facts[fact.id], _Unit(ruleset, facts, None).quotient(fact, ratio))
        ):
            found.add(fact.id)
    found |= odd_shares(ruleset, facts, found)
    return found | contradicted(ruleset, facts, found)


def odd_counts(ruleset: Ruleset, facts: Mapping[str, object], bad: set[str]) -> set[str]:
    """The counts that contradict each other by what they mean."""
    known = {f.id: f for f in ruleset.facts}

    def amount(name: str) -> Fraction | None:
        given = facts.get(name)
        return None if name in bad or given is None else typing.cast(Fraction, exact(known[name], given))

    found: set[str] = set()
    for fact in known.values():
        says, here = fact.consistency, amount(fact.id)
        if says is None or here is None or fact.type is not FactType.COUNT:
            continue
        for name in (*says.at_most, *says.part_of):
            other = amount(name) if name in known else None
            found |= {fact.id, name} if other is not None and here > other else set()
        parts = {name: amount(name) if name in known else None for name in says.sum_of}
        given = {name: number for name, number in parts.items() if number is not None}
        short = len(given) < len(parts)
        if given and (sum(given.values()) > here if short else sum(given.values()) != here):
            found |= {fact.id, *given}
    return found


def odd_shares(ruleset: Ruleset, facts: Mapping[str, object], bad: set[str]) -> set[str]:
    """The shares that contradict each other, of those that do not follow from part and whole."""
    known = {f.id: f for f in ruleset.facts}
    lacking = {f.id for f in known.values() if (f.ratio and {f.ratio.part, f.ratio.whole} & bad) or f.undecided in bad}

    def follows(fact: Fact) -> bool:
        return fact.ratio is not None and all(facts.get(n) is not None for n in (fact.ratio.part, fact.ratio.whole))

    def share(fact: Fact) -> Fraction | None:
        if fact.id in bad | lacking:
            return None
        if follows(fact):
            ratio = _Unit(ruleset, facts, None).quotient(fact, typing.cast(RatioOf, fact.ratio))
            return ratio if isinstance(ratio, Fraction) else None
        given = facts.get(fact.id)
        return None if given is None else typing.cast(Fraction, exact(fact, given))

    found: set[str] = set()
    for fact in known.values():
        for name in fact.consistency.at_most if fact.consistency and fact.type is FactType.PERCENT else ():
            if name not in known:
                continue
            one, other = share(fact), share(known[name])
            if one is not None and other is not None and one > other + 1:
                found |= {each.id for each in (fact, known[name]) if not follows(each)}
        names = fact.consistency.mean_of if fact.consistency else ()
        parts = [known[name] for name in names if name in known]
        shares = [each for each in map(share, parts) if each is not None]
        mean = share(fact) if names and len(shares) == len(names) else None
        if mean is not None and not min(shares) - 1 <= mean <= max(shares) + 1:
            found |= {each.id for each in (fact, *parts) if not follows(each)}
    return found


def sets_within(ruleset: Ruleset) -> Iterator[Ruleset]:
    """The set, and every set that is evaluated with the same facts."""
    yield ruleset
    for other in (*walk.prerequisites(ruleset), *(grade.ruleset for grade in ruleset.grades)):
        yield from sets_within(other)


def givable(ruleset: Ruleset) -> dict[str, Fact]:
    """The derived facts that may be given."""
    cases = [d for s in sets_within(ruleset) for d in s.derived if isinstance(d.rule, c.Case)]
    return {d.id: d.fact for d in cases if d.fact.type is FactType.CATEGORY}


def derivations(ruleset: Ruleset, facts: Mapping[str, object], name: str, bad: Iterable[str] = ()) -> set[str]:
    """What the sets say of a derived fact that nobody has given, where they say anything."""
    bad = {*bad}
    bad |= {f.id for f in ruleset.facts if (f.ratio and {f.ratio.part, f.ratio.whole} & bad) or f.undecided in bad}
    left = {n: value for n, value in facts.items() if n != name and n not in bad}
    found: set[str] = set()
    for one in sets_within(ruleset):
        known = tuple(evolve(fact, ratio=None) if fact.id in bad else fact for fact in one.facts)
        unit = _Unit(evolve(one, facts=known), left, ruleset.minimum_evidence)
        value = unit.value(name) if name in unit.rules else None
        found |= {value} if isinstance(value, str) else set()
    return found


def contradicted(ruleset: Ruleset, facts: Mapping[str, object], bad: set[str]) -> set[str]:
    """The derived facts that were given, and are no value of theirs or not what a set says of them."""
    names = [name for name in givable(ruleset) if facts.get(name) is not None]
    odd = {name for name in names if facts[name] not in givable(ruleset)[name].values}
    return odd | {name for name in names if derivations(ruleset, facts, name, bad | odd) - {facts[name]}}


def scored(ruleset: Ruleset) -> set[str]:
    """The facts that are added up, or compared as a number of times, those of the prerequisites included."""
    found = {m.fact for d in ruleset.derived if isinstance(d.rule, c.PointsOf) for m in d.rule.members}
    found |= {a.fact for d in ruleset.derived if isinstance(d.rule, c.SumOf) for a in d.rule.addends}
    ratios = [(d.fact, d.rule) for d in ruleset.derived if isinstance(d.rule, RatioOf)]
    found |= {n for fact, rule in ratios if fact.type is FactType.NUMBER for n in (rule.part, rule.whole)}
    return found.union(*(scored(other) for other in walk.prerequisites(ruleset)))


def _derived_ratios(ruleset: Ruleset) -> typing.Iterator[tuple[Fact, RatioOf]]:
    """Those of the prerequisites included."""
    yield from ((d.fact, d.rule) for d in ruleset.derived if isinstance(d.rule, RatioOf))
    for other in walk.prerequisites(ruleset):
        yield from _derived_ratios(other)


def agrees(given: object, ratio: Value) -> bool:
    """A percentage agrees with its parts to the digits in which it is written."""
    text = written(given)
    digits = max(0, -int(text.as_tuple().exponent))
    return bool(abs(Fraction(text) - typing.cast(Fraction, ratio)) * 2 * 10**digits <= 1)
