"""The rule tree as z3 terms: another reader beside the engines, for all facts at once.

A pending or delegated cell is read in one of two ways. Read strictly it is undetermined, as in an assessment; what
then follows holds whatever is written there one day. Read as an unknown it is a constant that nobody knows.
"""

import itertools
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from attrs import define, evolve, field, frozen

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Addend, Case, Comparison, Meets, Op, Open
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.fold import Compared, Engine
from ntm_rules.model.outcomes import Needed, Outcome
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.scoring import Part
from ntm_rules.model.spans import ends_of, worked_out
from ntm_rules.model.thresholds import REST, Cell, CellState, Key, Table, bound_threshold, matching
from ntm_rules.model.walk import guards_of, leaves
from ntm_rules.proofs.algebra import Algebra, Code, SymbolicChoice, SymbolicNumber
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


Known = SymbolicChoice | SymbolicNumber
"""What is known of a fact."""

_NOTHING = SymbolicChoice({}, False)


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


@typing.final
class SymbolicRuleset(Engine[Code, Known]):
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
        self.values: dict[str, Known] = {
            "year": SymbolicChoice({str(y): self.variables.year == y for y in years}, True)
        }
        self.owner, self.trace = "", Trace()
        self.derived_traces: dict[str, Trace] = {}
        # whatever may still grow is taken as decided
        self.ends = {name: ends for name, ends in ends_of(ruleset).items() if name in ruleset.derived_by_id}
        self.facts |= {end: evolve(self.facts[name], id=end) for name, ends in self.ends.items() for end in ends}
        owners = iter(worked_out(ruleset).values())
        self.owner, self.trace = next(owners, ""), Trace()
        for name, value in self.worked_out(ruleset):
            self.values[name], self.derived_traces[name] = value, self.trace
            self.owner, self.trace = next(owners, ""), Trace()
        # what reading an indicator depends on beside the indicator itself: with the same it is read once
        self.shared = (ruleset.id, unknowns, self.floor, tuple(years), ruleset.derived)
        found: list[tuple[Code, Trace]] = []
        criteria: list[tuple[Code, Trace]] = []
        for criterion in ruleset.criteria:
            own = [self.traced(i) for i in criterion.indicators]
            criteria.append(self.group(criterion.needed, own))
            found += own
        every = [self.group(ruleset.needed, criteria), *criteria, *found]
        self.codes, self.traces = [code for code, _ in every], [trace for _, trace in every]

    def bound(self) -> Iterator[Term]:
        """Yield what the province fixes; the year stays open."""
        for name, value in self.bindings.items():
            if name in self.facts:
                yield self.choice(name).terms.get(value, False)

    def group(self, needed: Needed, members: list[tuple[Code, Trace]]) -> tuple[Code, Trace]:
        """Return the code of a criterion from its indicators, or of the set from its criteria."""
        trace = Trace()
        for _, other in members:
            trace.add(other)
        return self.joined(needed, [code for code, _ in members]), trace

    def traced(self, indicator: Indicator) -> tuple[Code, Trace]:
        """Return the code of an indicator, and what it reads."""
        key = (self.shared, indicator.no, indicator.require, indicator.applies_if)
        if key not in self.context.read:
            self.owner, self.trace = indicator.no, Trace()
            self.context.read[key] = self.indicator(indicator), self.trace
        return self.context.read[key]

    # -- outcomes ------------------------------------------------------------------------------

    def constant(self, outcome: Outcome) -> Code:
        """Return an outcome whatever the facts."""
        return Code(*(outcome is each for each in (Outcome.NOT_MET, Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE)))

    def all(self, members: Sequence[Code]) -> Code:
        """Return the code of all members that apply."""
        return self.algebra.all(members)

    def at_least(self, k: int, members: Sequence[Code]) -> Code:
        """Return the code of at least *k* members."""
        return self.algebra.at_least(k, members)

    def negated(self, member: Code) -> Code:
        """Return the code with met and not met in each other's place; the others stay."""
        return Code(self.algebra.met(member), member.undetermined, member.not_applicable)

    def guarded(self, applies: Code, condition: Code) -> Code:
        """Return the code of an indicator with ``applies_if``."""
        return self.algebra.guarded(applies, condition)

    def capped(self, member: Code) -> Code:
        """Return undetermined in place of what is not *not met*."""
        return self.algebra.capped(member)

    def denying(self, member: Code) -> Code:
        """Return not applicable in place of what is not *not met*."""
        return self.algebra.denying(member)

    def agreed(self, one: Code, other: Code) -> Code:
        """Return what both codes are; undetermined where they differ."""
        return self.algebra.agreed(one, other)

    # -- comparisons -------------------------------------------------------------------------

    def table(self, leaf: Compared, table: Table) -> Code:
        """Return a comparison with a table: each of its cells where the selectors pick it."""
        both, either, by = self.logic.both, self.logic.either, table.by
        found = [(pick, self.of_table(leaf, by, key, cell)) for key, cell, pick in self.picks(table)]
        return Code(
            either(*(both(pick, code.not_met) for pick, code in found)),
            either(self.nothing(table), *(both(pick, code.undetermined) for pick, code in found)),
            either(*(both(pick, code.not_applicable) for pick, code in found)),
        )

    def picks(self, table: Table) -> Iterator[tuple[Key, Cell, Term]]:
        """Yield the cells of a table that some selectors pick, each with the term that is true where they do."""
        selectors = [self.choice(s) for s in table.by]
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
        selectors = [self.choice(s) for s in table.by]
        given = self.logic.both(*(s.given for s in selectors))
        return self.logic.either(self.logic.opposite(given), self.gap(table))

    def gap(self, table: Table) -> Term:
        """Return a term that is true where the selectors of a table have values for which it has no cell."""
        selectors = [self.choice(s) for s in table.by]
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

    def cell(self, leaf: Compared, cell: Cell) -> Code:
        """Return a comparison with a cell of its own."""
        return self.of_table(leaf, (), (), cell)

    def of_table(self, leaf: Compared, by: tuple[str, ...], key: Key, cell: Cell) -> Code:
        """Return a comparison with one cell of a table."""
        node = _compared(leaf)
        place = None if self.known(cell) else unknown_cell(self.ruleset.id, self.owner, node, key, cell)
        if isinstance(node, Open) or leaf.fact == node.fact:  # a cell counts once, though it binds several facts
            self.trace.cells.append((by, key, place))
        if not self.unknowns or (place is None and (isinstance(node, Comparison) or cell.state is CellState.NONE)):
            return self.decided(leaf.fact, leaf.op, cell, leaf.slack)
        if isinstance(node, Open):
            return Code(self.logic.opposite(self.holds(node)))
        if isinstance(leaf.node, Meets):  # an unknown cell can only ask for the prerequisite
            return self.against(node.fact, node.op, evolve(cell, state=CellState.SET, value=True))
        floor = cell.floor if cell.floor is not None and self.known(cell.floor) else None
        asked = floor if floor and cell.when_empty is None else cell
        unknown = typing.cast(UnknownCell, place), floor
        return self.against(typing.cast(str, leaf.fact), node.op, asked, unknown, leaf.slack)

    def against(
        self,
        fact: str,
        op: Op,
        cell: Cell,
        unknown: tuple[UnknownCell, Cell | None] | None = None,
        slack: Decimal = Decimal(0),
    ) -> Code:
        """Return the code of a fact against the value of a set cell, or against an unknown value less some slack."""
        logic = self.logic
        known, value = self.facts[fact], self.fact(fact)
        if isinstance(value, SymbolicNumber):
            limit = cell.value
            if unknown:
                limit = self.variables.unknown_limit(unknown[0], known, op, unknown[1])
                room = self.logic.constant(slack)
                limit = limit - room if op in (Op.AT_LEAST, Op.MORE_THAN) else limit + room
            there = logic.both(value.given, logic.opposite(value.empty))
            no = logic.both(there, logic.opposite(value.compare(op, limit)))
            return self.algebra.where_empty(Code(no, logic.opposite(value.given)), value.empty, cell.when_empty)
        terms: Mapping[str, Term]
        if unknown:
            terms = self.variables.unknown_values(unknown[0], known, op, unknown[1])
        else:
            terms = dict.fromkeys(admitted(known, op, cell), True)
        holds = logic.either(*(logic.both(term, terms.get(text, False)) for text, term in value.terms.items()))
        return Code(logic.both(value.given, logic.opposite(holds)), logic.opposite(value.given))

    def found(self, node: Meets, other: Ruleset, address: str) -> Code:
        """Return a prerequisite by finding; an unknown cell can only ask for it."""
        return self.finding(other) if self.unknowns else super().found(node, other, address)

    def finding(self, other: Ruleset) -> Code:
        """Return the code of another ruleset, judged as strictly as the set that asks for it."""
        inner = SymbolicRuleset(self.context, other, self.unknowns, self.floor)
        self.trace.add(inner.traces[0])
        return inner.codes[0]

    def holds(self, node: Open) -> Term:
        """Return a term that is true where the unit would meet an open condition."""
        question = asked_by(self.ruleset.id, self.owner, node)
        self.variables.add([question])
        self.trace.facts.add(question.id)
        return typing.cast(SymbolicChoice, self.variables.fact(question.id)).terms["true"]

    # -- facts -------------------------------------------------------------------------------

    def fact(self, name: str) -> Known:
        """Return the value of a fact, given or worked out."""
        if name in self.derived_traces:
            self.trace.add(self.derived_traces[name])
        if name in self.values:
            return self.values[name]
        if name not in self.facts:
            return SymbolicChoice({self.bindings[name]: True}, True)
        self.trace.facts.add(name)
        return self.variables.fact(name)

    def choice(self, name: str) -> SymbolicChoice:
        """Return the value of a yes/no, a level or a category."""
        return typing.cast(SymbolicChoice, self.fact(name))

    def or_given(self, fact: Fact, found: Known) -> Known:
        """Return what is worked out: nothing is given of it."""
        return found

    def picked(self, fact: Fact, guard: Code, value: Known, other: Known) -> Known:
        """Return a value where its guard is met, the other one elsewhere; where that is open, what both are."""
        return self.algebra.picked(guard, typing.cast(SymbolicChoice, value), typing.cast(SymbolicChoice, other))

    def case(self, fact: Fact, rule: Case) -> Known:
        """Return the choice between the values of the rows; between numbers as a number."""
        found = typing.cast(SymbolicChoice, super().case(fact, rule))
        return self.algebra.number(found) if fact.type.numeric else found

    def literal(self, fact: Fact, value: str | Decimal | None) -> Known:
        """Return one of the values of a fact; a number as a text, which is one of those to choose from."""
        return _NOTHING if value is None else SymbolicChoice({_key(value): True}, True)

    def ambiguous(self, fact: Fact) -> Known:
        """Return no value: two rows hold."""
        return _NOTHING

    def value(self, fact: Fact, name: str) -> Known:
        """Return the value of another fact."""
        return self.fact(name)

    def quotient(self, fact: Fact, rule: RatioOf) -> Known:
        """Return a share as a variable of its own, tied to its part and whole."""
        self.trace.facts.add(ratio_name(rule))
        return self.variables.ratio(fact, rule)

    def extreme(self, facts: Sequence[str], least: bool) -> Known:
        """Return the least or the greatest of several facts."""
        return self.algebra.extreme([typing.cast(SymbolicNumber, self.fact(name)) for name in facts], least)

    def points(self, parts: Sequence[tuple[Code | None, Part]], instead: Mapping[str, Decimal]) -> Known:
        """Return points out of a total."""
        found: list[tuple[Code, Part, Term, Term]] = []
        for applies, part in parts:
            value = typing.cast(SymbolicNumber, self.fact(part.fact))
            points, there = value.plain, value.given
            if part.fact in instead:
                counted = self.logic.constant(instead[part.fact])
                points, there = counted + self.logic.where(there, points - counted), True
            found.append((applies or Code(False), part, points, there))
        return self.algebra.points(found)

    def total(self, addends: Sequence[Addend], over: int) -> Known:
        """Return the sum of several facts, times their factors."""
        numbers = [typing.cast(SymbolicNumber, self.fact(each.fact)) for each in addends]
        added = sum(self.variables.added(each.fact) * each.factor for each in addends)
        return self.algebra.total(numbers, added, over)

    def grown(self, fact: Fact) -> Known:
        """Return the fact itself: whatever may be undecided is taken as decided."""
        return self.fact(fact.id)


def _key(value: str | Decimal) -> str:
    """Return a value of a row as a text, equal numbers alike."""
    return str(value.normalize()) if isinstance(value, Decimal) else value


def _compared(leaf: Compared) -> Comparison | Open:
    """Return the node by which a cell is named; a prerequisite is compared by its act."""
    node = leaf.node
    return Comparison((str(leaf.fact),), leaf.op, node.cell, node.part) if isinstance(node, Meets) else node


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
