"""The rule tree as z3 terms: another reader beside the engines, for all facts at once.

A pending or delegated cell is read in one of two ways. Read strictly it is undetermined, as in an assessment; what
then follows holds whatever is written there one day. Read as an unknown it is a constant that nobody knows.
"""

import itertools
import typing
from collections.abc import Iterator, Mapping
from functools import cached_property

from attrs import define, evolve, field, frozen

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
from ntm_rules.model.facts import RatioOf
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import Part, parts_of
from ntm_rules.model.thresholds import REST, Cell, CellState, Key, Table, bound_threshold, matching
from ntm_rules.model.walk import guards_of, leaves
from ntm_rules.proofs.algebra import NOTHING_ASKED, OPEN, Algebra, Code, SymbolicChoice, SymbolicNumber
from ntm_rules.proofs.assume import UnknownCell, asked_by, unknown_cell
from ntm_rules.proofs.terms import Term
from ntm_rules.proofs.variables import Variables, admitted, ratio_name


@define
class Trace:
    """What a part of a ruleset reads.

    Attributes:
        facts: inputs and ratios, through derived facts and prerequisites.
        cells: selectors and column of each cell that these can pick, and its name if it is not known.
    """

    facts: set[str] = field(factory=set)
    cells: list[tuple[tuple[str, ...], Key, UnknownCell | None]] = field(factory=list)

    def add(self, other: "Trace") -> None:
        """Add what something else reads."""
        self.facts |= other.facts
        self.cells += other.cells

    def bound(self, bindings: Mapping[str, str]) -> "Trace":
        """Return the same without the columns that province and year leave out."""

        def stays(by: tuple[str, ...], key: Key) -> bool:
            return all(k in (bindings.get(s, k), REST) for s, k in zip(by, key, strict=True))

        return Trace(self.facts, [cell for cell in self.cells if stays(cell[0], cell[1])])

    @cached_property
    def unknown(self) -> set[UnknownCell]:
        """The cells that are not known; to be asked when nothing more is added."""
        return {place for _, _, place in self.cells if place is not None}


@frozen
class Gap:
    """A table that has no cell for some values of its selectors.

    Attributes:
        term: true where the selectors have such values.
        trace: what these depend on, and the cells that it has.
    """

    address: str
    by: tuple[str, ...]
    term: Term
    trace: Trace


@frozen(eq=False)
class Context:
    """What readings of several rulesets share: the variables, and what was read before."""

    variables: Variables
    algebra: Algebra
    read: dict[object, tuple[Code, Trace]] = field(factory=dict)


class SymbolicRuleset:
    """One ruleset over shared variables, for every year of its validity and every region.

    Args:
        unknowns: read unknown cells as constants; else as undetermined.
        floor: cells of weaker evidence are unknown.

    Attributes:
        codes: of the set, its criteria and its indicators, in printed order.
        traces: what each of these reads.
    """

    def __init__(self, context: Context, ruleset: Ruleset, unknowns: bool, floor: Evidence | None = None) -> None:
        self.context, self.variables, self.logic = context, context.variables, context.variables.logic
        self.algebra = context.algebra
        self.ruleset, self.unknowns = ruleset, unknowns
        self.floor = floor or ruleset.minimum_evidence
        self.variables.add(ruleset.facts)
        self.bindings = dict(ruleset.bindings)
        self.facts = dict(ruleset.fact_by_id)
        years = dict.fromkeys((*validity(ruleset), ruleset.year))
        self.values: dict[str, SymbolicChoice | SymbolicNumber] = {
            "year": SymbolicChoice({str(y): self.variables.year == y for y in years}, True)
        }
        self.owner, self.trace = "", Trace()
        self.derived_traces: dict[str, Trace] = {}
        for derived in ruleset.derived:
            self.owner, self.trace = derived.id, Trace()
            self.values[derived.id] = self.derived(derived)
            self.derived_traces[derived.id] = self.trace
        # what reading an indicator depends on beside the indicator itself: with the same it is read once
        self.shared = (ruleset.id, unknowns, self.floor, tuple(years), ruleset.derived)
        found: list[tuple[Code, Trace]] = []
        criteria: list[tuple[Code, Trace]] = []
        for criterion in ruleset.criteria:
            own = [self.indicator(i) for i in criterion.indicators]
            criteria.append(self.group(criterion.at_least_n, own))
            found += own
        self.codes, self.traces = zip(self.group(ruleset.at_least_n, criteria), *criteria, *found, strict=True)

    def bound(self) -> Iterator[Term]:
        """Yield what the province fixes; the year stays open."""
        for name, value in self.bindings.items():
            if name in self.facts:
                yield typing.cast(SymbolicChoice, self.value(name)).terms.get(value, False)

    def group(self, k: int | None, members: list[tuple[Code, Trace]]) -> tuple[Code, Trace]:
        """Return the code of a criterion from its indicators, or of the set from its criteria."""
        trace = Trace()
        for _, other in members:
            trace.add(other)
        codes = [code for code, _ in members]
        return (self.algebra.all(codes) if k is None else self.algebra.at_least(k, codes)), trace

    def indicator(self, indicator: Indicator) -> tuple[Code, Trace]:
        """Return the code of an indicator, and what it reads."""
        key = (self.shared, indicator.no, indicator.require, indicator.applies_if)
        if key not in self.context.read:
            self.owner, self.trace = indicator.no, Trace()
            code = self.condition(indicator.require)
            if indicator.applies_if is not None:
                code = self.algebra.guarded(self.condition(indicator.applies_if), code)
            self.context.read[key] = code, self.trace
        return self.context.read[key]

    # -- conditions --------------------------------------------------------------------------

    def condition(self, node: Condition) -> Code:
        """Return the code of a condition."""
        match node:
            case Comparison():
                return self.algebra.all([self.comparison(node, fact) for fact in node.facts])
            case All():
                return self.algebra.all([self.condition(m) for m in node.members])
            case Any():
                return self.algebra.at_least(1, [self.condition(m) for m in node.members])
            case AtLeast():
                return self.algebra.at_least(node.k, [self.condition(m) for m in node.members])
            case Not():
                code = self.condition(node.member)
                # met and not met change places; what is undetermined or does not apply stays so
                return Code(self.algebra.met(code), code.undetermined, code.not_applicable)
            case Meets():
                return self.meets(node)
            case Open():
                return self.comparison(node, None)
            case _:
                typing.assert_never(node)

    def meets(self, node: Meets) -> Code:
        """Return the code of a prerequisite: by act, by finding, or by either."""
        ways: list[Code] = []
        if node.recognised is not None and node.by is not By.FINDING:
            act = Comparison((node.recognised,), Op.EQUALS, node.cell, node.part)
            if self.unknowns and not self.known(node.cell):  # it can only ask for the prerequisite
                place = unknown_cell(self.ruleset.id, self.owner, act, (), node.cell)
                self.trace.cells.append(((), (), place))
                asked = evolve(node.cell, state=CellState.SET, value=True)
                ways.append(self.against(act, node.recognised, asked, None))
            else:
                ways.append(self.cell(act, node.recognised, (), (), node.cell))
        if node.resolved is not None and node.by is not By.ACT:
            # with our floor of evidence: a prerequisite is judged as strictly as the set that asks for it
            inner = SymbolicRuleset(self.context, node.resolved, self.unknowns, self.floor)
            self.trace.add(inner.traces[0])
            ways.append(self.found(inner.codes[0], node.cell))
        return ways[0] if len(ways) == 1 else self.algebra.at_least(1, ways)

    def found(self, code: Code, cell: Cell) -> Code:
        """Return the code of a prerequisite by finding; an unknown cell can only ask for it."""
        if self.unknowns or self.known(cell):
            return code
        if cell.floor is None or cell.below(self.floor):
            return OPEN
        inner = self.found(code, cell.floor)
        return Code(inner.not_met, self.logic.opposite(inner.not_met))

    # -- comparisons -------------------------------------------------------------------------

    def comparison(self, node: Comparison | Open, fact: str | None) -> Code:
        """Return the code of a comparison with one fact, or of an open condition, which has none."""
        threshold = bound_threshold(node.threshold)
        if isinstance(threshold, Cell):
            return self.cell(node, fact, (), (), threshold)
        both, either, by = self.logic.both, self.logic.either, threshold.by
        found = [(pick, self.cell(node, fact, by, key, cell)) for key, cell, pick in self.picks(threshold)]
        return Code(
            either(*(both(pick, code.not_met) for pick, code in found)),
            either(self.nothing(threshold), *(both(pick, code.undetermined) for pick, code in found)),
            either(*(both(pick, code.not_applicable) for pick, code in found)),
        )

    def picks(self, table: Table) -> Iterator[tuple[Key, Cell, Term]]:
        """Yield the cells of a table that some selectors pick, each with the term that is true where they do."""
        selectors = [typing.cast(SymbolicChoice, self.value(s)) for s in table.by]
        # every combination is looked up as an assessment does, so that general columns mean the same here
        found: dict[Key, tuple[Cell, list[Term]]] = {}
        for texts in itertools.product(*(selector.terms for selector in selectors)):
            match_ = matching(table, texts)
            if match_ is not None:
                here = self.logic.both(*(s.terms[t] for s, t in zip(selectors, texts, strict=True)))
                found.setdefault(match_[0], (match_[1], []))[1].append(here)
        for key, (cell, terms) in found.items():
            yield key, cell, self.logic.either(*terms)

    def nothing(self, table: Table) -> Term:
        """Return a term that is true where the selectors of a table pick no cell, or one of them has no value."""
        selectors = [typing.cast(SymbolicChoice, self.value(s)) for s in table.by]
        given = self.logic.both(*(s.given for s in selectors))
        return self.logic.either(self.logic.opposite(given), self.gap(table))

    def gap(self, table: Table) -> Term:
        """Return a term that is true where the selectors of a table have values for which it has no cell."""
        selectors = [typing.cast(SymbolicChoice, self.value(s)) for s in table.by]
        return self.logic.either(
            *(
                self.logic.both(*(s.terms[t] for s, t in zip(selectors, texts, strict=True)))
                for texts in itertools.product(*(s.terms for s in selectors))
                if matching(table, texts) is None
            )
        )

    def known(self, cell: Cell) -> bool:
        """Return False where nobody knows what the cell asks, or its evidence is too weak."""
        return cell.state in (CellState.SET, CellState.NONE) and not cell.below(self.floor)

    def cell(self, node: Comparison | Open, fact: str | None, by: tuple[str, ...], key: Key, cell: Cell) -> Code:
        """Return the code of a comparison with one cell."""
        place = None if self.known(cell) else unknown_cell(self.ruleset.id, self.owner, node, key, cell)
        if isinstance(node, Open) or fact == node.fact:  # a cell counts once, though it binds several facts
            self.trace.cells.append((by, key, place))
        if cell.state is CellState.NONE and place is None:
            return NOTHING_ASKED
        if isinstance(node, Open):
            return Code(self.logic.opposite(self.holds(node))) if self.unknowns else OPEN
        if fact is None:
            return OPEN
        return self.against(node, fact, cell, None) if place is None else self.against_unknown(node, fact, cell, place)

    def against_unknown(self, node: Comparison, fact: str, cell: Cell, place: UnknownCell) -> Code:
        """Return the code of a comparison with a cell that is not known."""
        floor = cell.floor if cell.floor is not None and self.known(cell.floor) else None
        if self.unknowns:
            return self.against(node, fact, floor if floor and cell.when_empty is None else cell, (place, floor))
        if floor is None or cell.below(self.floor):
            return OPEN
        # the cell may only ask for more than its floor: what fails the floor fails, and the rest is undetermined
        base = NOTHING_ASKED if floor.state is CellState.NONE else self.against(node, fact, floor, None)
        return Code(base.not_met, self.logic.opposite(base.not_met))

    def against(self, node: Comparison, name: str, cell: Cell, unknown: tuple[UnknownCell, Cell | None] | None) -> Code:
        """Return the code of a fact against the value of a set cell, or against an unknown value."""
        logic = self.logic
        fact, value = self.facts[name], self.value(name)
        if isinstance(value, SymbolicNumber):
            limit = self.variables.unknown_limit(unknown[0], fact, node.op, unknown[1]) if unknown else cell.value
            there = logic.both(value.given, logic.opposite(value.empty))
            no = logic.both(there, logic.opposite(value.compare(node.op, limit)))
            return self.algebra.where_empty(Code(no, logic.opposite(value.given)), value.empty, cell.when_empty)
        terms: Mapping[str, Term]
        if unknown:
            terms = self.variables.unknown_values(unknown[0], fact, node.op, unknown[1])
        else:
            terms = dict.fromkeys(admitted(fact, node.op, cell), True)
        holds = logic.either(*(logic.both(term, terms.get(text, False)) for text, term in value.terms.items()))
        return Code(logic.both(value.given, logic.opposite(holds)), logic.opposite(value.given))

    def holds(self, node: Open) -> Term:
        """Return a term that is true where the unit would meet an open condition."""
        question = asked_by(self.ruleset.id, self.owner, node)
        self.variables.add([question])
        self.trace.facts.add(question.id)
        return typing.cast(SymbolicChoice, self.variables.fact(question.id)).terms["true"]

    # -- facts -------------------------------------------------------------------------------

    def value(self, name: str) -> SymbolicChoice | SymbolicNumber:
        """Return the value of a fact, given or worked out."""
        if name in self.derived_traces:
            self.trace.add(self.derived_traces[name])
        if name in self.values:
            return self.values[name]
        if name not in self.facts:
            return SymbolicChoice({self.bindings[name]: True}, True)
        self.trace.facts.add(name)
        return self.variables.fact(name)

    def derived(self, derived: Derived) -> SymbolicChoice | SymbolicNumber:
        """Return the value of a derived fact."""
        rule = derived.rule
        match rule:
            case Case():
                rows = [(self.condition(row.when), self.then(row.then)) for row in rule.rows]
                put = self.algebra.only if rule.exclusive else self.algebra.first
                return put(derived.fact.values, rows, self.then(rule.otherwise))
            case RatioOf():
                self.trace.facts.add(ratio_name(rule))
                return self.variables.ratio(derived.fact, rule)
            case MinOf() | MaxOf():
                numbers = [typing.cast(SymbolicNumber, self.value(f)) for f in rule.facts]
                return self.algebra.extreme(numbers, isinstance(rule, MinOf))
            case PointsOf():
                return self.points(rule)
            case _:
                typing.assert_never(rule)

    def points(self, rule: PointsOf) -> SymbolicNumber:
        """Return points out of a total."""
        variables = self.variables
        parts: list[tuple[Code, Part, Term, Term]] = []
        for part in parts_of(rule, self.facts):
            applies = Code(False) if part.applies_if is None else self.condition(part.applies_if)
            self.trace.facts.add(part.fact)
            parts.append((applies, part, variables.number(part.fact), variables.given(part.fact)))
        return self.algebra.points(parts)

    def then(self, value: str | Ref | None) -> SymbolicChoice:
        """Return the value of a row of a case."""
        if isinstance(value, Ref):
            return typing.cast(SymbolicChoice, self.value(value.fact))
        return SymbolicChoice({}, False) if value is None else SymbolicChoice({value: True}, True)


def validity(ruleset: Ruleset) -> tuple[int, ...]:
    """Return the years of the set's validity; as far as it is composed for where it has no end."""
    span = ruleset.layers[0]
    last = ruleset.year if span.end is None else span.end.year
    return tuple(range(span.start.year, max(last, span.start.year) + 1))


def gaps(reading: SymbolicRuleset) -> Iterator[Gap]:
    """Yield the tables of a reading that miss a cell for some combination of selectors, reachable or not."""
    ruleset = reading.ruleset
    owned = [(d.id, guard) for d in ruleset.derived for guard in guards_of(d)]
    for criterion in ruleset.criteria:
        for i in criterion.indicators:
            owned += [(i.no, node) for node in (i.applies_if, i.require) if node is not None]
    for owner, condition in owned:
        for address, leaf in leaves(condition, owner):
            table = None if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
            if isinstance(table, Table):
                reading.trace = Trace()
                term = reading.gap(table)
                if term is not False:
                    reading.trace.cells = [(table.by, key, None) for key, _ in table.cells]
                    yield Gap(address, table.by, term, reading.trace)
