"""The evaluated tree: which cell bound the unit, what was asked, what was there, by how much.

Compiled once a ruleset, like the outcomes, and from the same closures: an explanation cannot differ from them.
"""

import functools
import itertools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import define, evolve, field

from ntm_rules.model.conditions import (
    Case,
    Comparison,
    Meets,
    Op,
)
from ntm_rules.model.facts import FactType, RatioOf
from ntm_rules.model.fold import Compared, Conditions
from ntm_rules.model.judgements import Basis, Judgement
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome, ReasonCode, all_of, at_least_of, grade_of, negation_of, possible_grades
from ntm_rules.model.results import (
    Column,
    Connective,
    CriterionResult,
    Evaluated,
    FactValue,
    IndicatorResult,
    Joins,
    Leaf,
    LeafResult,
    RulesetResult,
    Times,
)
from ntm_rules.model.rulesets import Grade, Indicator, Ruleset
from ntm_rules.model.stated import may_be_given, stated
from ntm_rules.model.thresholds import (
    Cell,
    CellState,
    Table,
    asked_of,
    bound_threshold,
    matching,
    selected,
    why_all_open,
    why_open,
)
from ntm_rules.model.walk import facts_of_derived, leaves, numbers_of
from ntm_rules.verdict.compare import Code, Slots, Unclear, is_open
from ntm_rules.verdict.compile import Compiler
from ntm_rules.verdict.margins import actual_of, margin_of, slot_codes, turning
from ntm_rules.verdict.program import program_of

_OUTCOMES = tuple(Outcome)
_BASES = tuple(Basis)
_UNREAD = (ReasonCode.LAYER_NOT_READ,)
_SILENT = LeafResult(Leaf("", None, Op.EQUALS), Outcome.NOT_APPLICABLE)
"""What is left out of a tree: a comparison that would only deny."""

Columns = tuple[Column, ...]


class Assess(typing.Protocol):
    """Assesses the facts of a unit against another set: a prerequisite is explained by its own result."""

    def __call__(self, ruleset: Ruleset, facts: Mapping[str, FactValue], unit: str | None = None) -> RulesetResult:
        """Return the result of the other set."""


@define
class Unit:
    """One unit while it is explained.

    Attributes:
        facts: as they were given.
        columns: those of each combination of selectors, worked out once.
    """

    slots: Slots
    facts: Mapping[str, FactValue]
    name: str | None
    assess: Assess
    columns: dict[tuple[str, ...], tuple[Columns, tuple[str | None, ...]]] = field(factory=dict)


class ExplainCell(typing.Protocol):
    """Explains a comparison with one cell, given the columns that picked it."""

    def __call__(self, unit: Unit, columns: Columns = ()) -> LeafResult:
        """Return the comparison, evaluated."""


Explain = Callable[[Unit], Evaluated]


class Stands(typing.NamedTuple):
    """How an indicator stands: its outcome, whether that is provisional, and on what it rests."""

    outcome: Outcome
    provisional: bool
    basis: Basis
    judgement: Judgement | None

    @classmethod
    def by_figures(cls, outcome: Outcome, provisional: bool) -> typing.Self:
        """Return how it stands in the first reading."""
        basis = Basis.OPEN if outcome is Outcome.UNDETERMINED else Basis.FIGURES
        return cls(outcome, provisional, basis, None)


def explained(
    ruleset: Ruleset,
    unit: Unit,
    codes: Sequence[int],
    provisional: Sequence[bool],
    bases: Sequence[int],
    judgements: Mapping[int, Judgement],
    grades: Sequence[tuple[Grade, Sequence[int]]],
) -> tuple[CriterionResult, ...]:
    """Return the criteria of a unit with their indicators, read off its slots.

    Args:
        codes, provisional, bases: of the set, its criteria and its indicators.
        judgements: on which an outcome rests, by its place among these.
        grades: what the set declares, each with the outcome codes against what it asks.
    """
    explainer = explainer_of(ruleset)
    place = 1 + len(ruleset.criteria)
    graded = [(grade, _by_criterion(grade.ruleset, found)) for grade, found in grades]
    results: list[CriterionResult] = []
    for number, (criterion, indicators) in enumerate(explainer.criteria, 1):
        below: dict[str, IndicatorResult] = {}
        for explain in indicators:
            stands = Stands(_OUTCOMES[codes[place]], provisional[place], _BASES[bases[place]], judgements.get(place))
            result = explain(unit, stands)
            below[result.no] = result
            place += 1
        outcome = _OUTCOMES[codes[number]]
        reached = [(grade, at.get(criterion.no, Outcome.MET)) for grade, at in graded]
        graded_as = grade_of(outcome, reached), possible_grades(outcome, reached)
        rests = _BASES[bases[number]], judgements.get(number)
        results.append(CriterionResult(criterion, outcome, provisional[number], below, *rests, *graded_as))
    return tuple(results)


def _by_criterion(ruleset: Ruleset, codes: Sequence[int]) -> dict[str, Outcome]:
    """Return the outcomes of the criteria by printed number."""
    return {criterion.no: Outcome(code) for criterion, code in zip(ruleset.criteria, codes[1:], strict=False)}


@kept
def explainer_of(ruleset: Ruleset) -> "Explainer":
    """Return the explainer of a ruleset, kept with it."""
    return Explainer(ruleset)


@typing.final
class Explainer(Conditions[Explain]):
    """Compiles the conditions of one ruleset to closures that keep everything they see."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.read_whole = ruleset.read_whole
        self.places = program_of(ruleset).places
        self.bindings = dict(ruleset.bindings)
        self.compiler = Compiler(ruleset, self.places, ruleset.minimum_evidence)
        self.facts = self.compiler.facts
        self.ratios = {f.id: f.ratio for f in ruleset.facts if f.ratio is not None}
        self.ratios |= {d.id: d.rule for d in ruleset.derived if isinstance(d.rule, RatioOf)}
        self.derived = ruleset.derived_by_id
        cases = [(d, d.rule) for d in ruleset.derived if isinstance(d.rule, Case)]
        self.guards = {d.id: [self.compiler.condition(row.when) for row in rule.rows] for d, rule in cases}
        self.alone = {d.id: self.compiler.case(d.fact, rule) for d, rule in cases if d.may_be_given}
        self.criteria = [(c, [self.indicator(i) for i in c.indicators]) for c in ruleset.criteria]

    def indicator(self, indicator: Indicator) -> Callable[[Unit, Stands], IndicatorResult]:
        """Return an indicator, explained, given how it stands."""
        require = self.condition(indicator.require, indicator.no)
        applies_if = None if indicator.applies_if is None else self.condition(indicator.applies_if, indicator.no)
        conditions = [c for c in (indicator.require, indicator.applies_if) if c is not None]
        others = [leaf.resolved for c in conditions for _, leaf in leaves(c) if isinstance(leaf, Meets)]
        read_whole = self.read_whole and all(other is None or other.read_whole for other in others)
        unread = () if read_whole else _UNREAD

        def explain(unit: Unit, stands: Stands) -> IndicatorResult:
            outcome, provisional, basis, judgement = stands
            tree = require(unit)
            applies = None if applies_if is None else applies_if(unit)
            codes: tuple[ReasonCode, ...] = ()
            if outcome is Outcome.UNDETERMINED:
                hidden = applies is not None and applies.outcome is Outcome.UNDETERMINED
                codes = applies.codes if applies is not None and hidden else tree.codes
            elif provisional and outcome is not Outcome.NOT_MET:
                codes = unread
            if judgement is not None or (applies is not None and applies.outcome is not Outcome.MET):
                tree = _without_margins(tree)
            return IndicatorResult(indicator, outcome, provisional, codes, tree, applies, basis, judgement)

        return explain

    def all(self, members: Sequence[Explain]) -> Explain:
        """Return all members, evaluated."""
        return _connective("all", members)

    def any(self, members: Sequence[Explain]) -> Explain:
        """Return all members, evaluated, and how many more would have to be met: one or none."""
        return _connective("any", members, 1)

    def at_least(self, k: int, members: Sequence[Explain]) -> Explain:
        """Return all members, evaluated, and how many more would have to be met."""
        return _connective("at_least_n", members, k)

    def negated(self, member: Explain) -> Explain:
        """Return the member, evaluated, without margins: by how much it holds would say the wrong thing."""

        def explain(unit: Unit) -> Connective:
            found = _without_margins(member(unit))
            return Connective("not", _OUTCOMES[negation_of(found.outcome)], (found,))

        return explain

    def found(self, node: Meets, other: Ruleset, address: str) -> Explain:
        """Return the other ruleset, assessed with the same facts."""
        cell = node.cell
        floor = self.ruleset.minimum_evidence
        if floor is not None:
            other = other.with_minimum_evidence(floor.value)
        names = {*(fact.id for fact in other.facts), *may_be_given(other)}
        spec = Leaf(address, None, Op.EQUALS)
        why = self.cell_codes(cell)
        if why and (cell.floor is None or cell.floor.below(floor)):
            result = LeafResult(spec, Outcome.UNDETERMINED, cell=cell, codes=why)
            return lambda unit: result

        def explain(unit: Unit) -> LeafResult:
            facts = {k: v for k, v in unit.facts.items() if k in names}
            inner = unit.assess(other, facts, unit.name)
            if why and inner.outcome is not Outcome.NOT_MET:
                return LeafResult(spec, Outcome.UNDETERMINED, cell=cell, codes=why, prerequisite=inner)
            codes: tuple[ReasonCode, ...] = ()
            if inner.outcome is Outcome.UNDETERMINED:
                open_ = (c for c in inner.criteria.values() if c.outcome is Outcome.UNDETERMINED)
                codes = tuple(dict.fromkeys(code for c in open_ for code in c.codes))
            return LeafResult(spec, inner.outcome, cell=cell, codes=codes, prerequisite=inner)

        return explain

    # -- leaves ------------------------------------------------------------------------------

    def leaf(self, leaf: Compared) -> Explain:
        """One comparison with one fact: outcome, value, threshold, margin, and every reason why not."""
        name = leaf.fact
        denies = leaf.node.facts if leaf.slack and isinstance(leaf.node, Comparison) else ()
        spec = Leaf(leaf.address, None if name is None else self.facts[name], leaf.op, denies)
        bound = bound_threshold(leaf.threshold)
        return self.cell(name, spec, bound) if isinstance(bound, Cell) else self.table(name, spec, bound)

    def denial(self, leaf: Compared) -> Explain:
        """Return a comparison that is told where it denies; else nothing is said of it."""
        shown, code = self.leaf(leaf), self.compiler.denial(leaf)
        return lambda unit: _SILENT if code(unit.slots) else shown(unit)

    def table(self, name: str | None, spec: Leaf, table: Table) -> Explain:
        """Return a comparison with a table: the selectors first, then the cell they pick."""
        by = table.by
        made: dict[int, ExplainCell] = {}
        rows: dict[tuple[str | None, ...], ExplainCell] = {}
        choices = [
            (self.bindings[s],) if s in self.bindings else tuple(map(selected, self.facts[s].values or (True, False)))
            for s in by
        ]
        for key in itertools.product(*choices):
            found = matching(table, key)
            if found is not None:
                rows[key] = made.setdefault(id(found[1]), self.cell(name, spec, found[1]))
        reached = functools.cache(lambda key: self.reached(table, choices, key))
        nothing = self.no_cell(name, spec, reached)

        def explain(unit: Unit) -> LeafResult:
            if by not in unit.columns:
                found = tuple(self.selector(s, unit.slots) for s in by)
                unit.columns[by] = found, tuple(c.value for c in found)
            columns, key = unit.columns[by]
            return rows.get(key, nothing)(unit, columns)

        return explain

    def reached(self, table: Table, choices: Sequence[Sequence[str]], key: tuple[str | None, ...]) -> ReasonCode | None:
        """Return why no cell that may still bind could decide anything, where a missing selector may have any value."""
        ways = [some if value is None else (value,) for value, some in zip(key, choices, strict=True)]
        found = (matching(table, way) for way in itertools.product(*ways))
        return why_all_open((None if match is None else match[1] for match in found), self.ruleset.minimum_evidence)

    def selector(self, name: str, slots: Slots) -> Column:
        """Return the value of a selector and where it comes from."""
        if name in self.bindings:
            return Column(name, self.bindings[name], "bound")
        slot = slots[self.places[name]]
        value = None if slot is None or slot is Unclear.AMBIGUOUS else selected(slot)
        missing = () if slot is not None else tuple(dict.fromkeys(self.missing(name, slots)))
        guards = self.guards.get(name)
        if guards is None or self.rests_on_given(name, slots):
            return Column(name, value, "given", None, missing)
        row = next((n for n, guard in enumerate(guards) if guard(slots) == 1), None)
        return Column(name, value, "else" if row is None else "case", row, missing)

    def bands(self, name: str, slots: Slots) -> Iterator[Column]:
        """Yield of each fact of points by band that is known, of which a fact is worked out, the row that gave it."""
        derived = self.derived.get(name)
        if derived is None:
            return
        if derived.fact.type.numeric and name in self.guards and slots[self.places[name]] is not None:
            yield self.selector(name, slots)
        for inner in numbers_of(derived):
            yield from self.bands(inner, slots)

    def rests_on_given(self, name: str, slots: Slots) -> bool:
        """Return whether a derived fact is what was given of it: the derivation leaves it open."""
        return name in self.alone and slots[self.places[stated(name)]] is not None and is_open(self.alone[name](slots))

    def missing(self, name: str, slots: Slots) -> Iterator[str]:
        """Yield the facts that are not given and on which a fact rests."""
        derived = self.derived.get(name)
        if self.rests_on_given(name, slots):
            return
        if derived is not None:
            for inner in facts_of_derived(derived):
                yield from self.missing(inner, slots)
        elif name in self.places and slots[self.places[name]] is None:
            yield name

    def no_cell(
        self, name: str | None, spec: Leaf, reached: Callable[[tuple[str | None, ...]], ReasonCode | None]
    ) -> ExplainCell:
        """Return the answer where the selectors pick no cell."""
        place = None if name is None else self.places[name]

        def explain(unit: Unit, columns: Columns = ()) -> LeafResult:
            slots = [unit.slots[self.places[c.selector]] for c in columns if c.value is None]
            ambiguous = any(slot is Unclear.AMBIGUOUS for slot in slots)
            whatever = None if ambiguous else reached(tuple(c.value for c in columns))
            codes: tuple[ReasonCode, ...]
            if whatever is not None:
                codes, columns = (whatever,), tuple(evolve(c, missing=()) for c in columns)
            else:
                codes = (ReasonCode.SELECTOR_MISSING,) if any(slot is None for slot in slots) else ()
                codes += (ReasonCode.AMBIGUOUS_CASE,) if ambiguous else ()
            slot = None if place is None else unit.slots[place]
            codes = _in_order(codes, slot_codes(spec.fact, slot))
            lacking = () if whatever is not None else self.lacking(name, unit.slots, codes, columns)
            return LeafResult(
                spec, Outcome.UNDETERMINED, actual_of(slot), codes=codes, columns=columns, missing=lacking
            )

        return explain

    def lacking(
        self, name: str | None, slots: Slots, codes: Sequence[ReasonCode], columns: Columns = ()
    ) -> tuple[str, ...]:
        """Return the facts for want of which a comparison is open: of its columns, then of what it compares."""
        found = [fact for column in columns for fact in column.missing]
        if name is not None and ReasonCode.FACT_MISSING in codes:
            absent = self.missing(name, slots) if slots[self.places[name]] is None else ()
            found += [*absent] or [name]
        return tuple(dict.fromkeys(found))

    def cell(self, name: str | None, spec: Leaf, cell: Cell) -> ExplainCell:
        """Return a comparison with one cell."""
        open_codes = self.cell_codes(cell)
        code: Code = self.compiler.decided(name, spec.op, cell)
        fact = spec.fact
        place = None if name is None else self.places[name]
        asked = cell if cell.state is not CellState.PENDING or cell.floor is None else cell.floor
        more = None if fact is None or fact.undecided is None else self.places[fact.undecided]
        measure = None if fact is None or asked.value is None else margin_of(fact, spec.op, asked)
        decides = asked_of(cell, self.ruleset.minimum_evidence).cell is not None
        part_change = None if name is None else self.part_change(name, spec.op, asked)
        between = self.between(name)
        times = self.times(name)

        def explain(unit: Unit, columns: Columns = ()) -> LeafResult:
            slots = unit.slots
            slot = None if place is None else slots[place]
            outcome = code(slots)
            actual = Decimal(repr(slot)) if type(slot) is float else actual_of(slot)
            undecided = None if more is None or not slots[more] else Decimal(repr(slots[more]))
            if outcome > 1:
                if outcome == 3:
                    return LeafResult(spec, Outcome.NOT_APPLICABLE, actual, None, cell, (), None, columns)
                codes = _in_order(open_codes, slot_codes(fact, slot, asked.when_empty is not None))
                codes = codes or (ReasonCode.FACT_MISSING,)  # what is undecided, and nothing else, leaves it open
                lacking = self.lacking(name, slots, codes, columns) if decides else ()
                return LeafResult(
                    spec,
                    Outcome.UNDETERMINED,
                    actual,
                    cell=cell,
                    codes=codes,
                    columns=columns,
                    undecided=undecided,
                    between=between(slots),
                    missing=lacking,
                    times=times(slots),
                )
            margin = None if measure is None or actual is None else measure(actual)
            change = part_change(slot) if part_change is not None and type(slot) is tuple else None
            found = between(slots)
            return LeafResult(
                spec,
                _OUTCOMES[outcome],
                actual,
                margin,
                asked,
                part_change=change,
                columns=columns,
                undecided=undecided,
                between=found,
                times=times(slots),
            )

        return explain

    def between(self, name: str | None) -> Callable[[Slots], tuple[Fraction, Fraction] | None]:
        """Return the ends of a score of which points are missing; None of any other fact."""
        if name is None or name not in self.derived or name not in self.compiler.ends:
            return lambda _: None
        place, (low, high) = self.places[name], (self.places[end] for end in self.compiler.ends[name])

        def ends(slots: Slots) -> tuple[Fraction, Fraction] | None:
            if slots[place] is not None or slots[low] is None or not slots[low][1]:
                return None
            return Fraction(*slots[low]), Fraction(*slots[high])

        return ends

    def times(self, name: str | None) -> Callable[[Slots], Times | None]:
        """Return the two figures of a number of times; None of any other fact, and where one of them is missing."""
        ratio = None if name is None else self.ratios.get(name)
        if name is None or ratio is None or self.facts[name].type is FactType.PERCENT:
            return lambda _: None
        part, whole = self.facts[ratio.part], self.facts[ratio.whole]
        if part.unit != whole.unit:
            return lambda _: None
        p, w = self.places[ratio.part], self.places[ratio.whole]

        def found(slots: Slots) -> Times | None:
            if slots[p] is None or slots[w] is None:
                return None
            return Times(part, Decimal(repr(slots[p])), whole, Decimal(repr(slots[w])))

        return found

    def cell_codes(self, cell: Cell) -> tuple[ReasonCode, ...]:
        """Why a cell decides nothing, or not everything."""
        code = why_open(cell, self.ruleset.minimum_evidence)
        return () if code is None else (code,)

    def part_change(self, name: str, op: Op, cell: Cell) -> Callable[[tuple[int, int]], Decimal | None] | None:
        """Return the smallest change of the part, in steps of its last digit, that turns the outcome, or None."""
        ratio, required = self.ratios.get(name), cell.value
        if ratio is None or not isinstance(required, Decimal):
            return None
        digits = self.facts[ratio.part].decimals
        fact = self.facts[name]
        factor = fact.scale * 10 ** self.facts[ratio.whole].decimals
        limit = Fraction(required)
        percent = fact.type is FactType.PERCENT

        def change(slot: tuple[int, int]) -> Decimal | None:
            if slot[1] == 0:
                return None
            now = slot[0] // factor
            target = turning(op, now, limit * slot[1] / factor)
            if target is None or target < 0 or (percent and target * factor > 100 * slot[1]):
                return None
            return Decimal(target - now).scaleb(-digits)

        return change


def _in_order(first: tuple[ReasonCode, ...], second: tuple[ReasonCode, ...]) -> tuple[ReasonCode, ...]:
    """Return codes in the order in which codes are listed."""
    if not first or not second:
        return first or second
    return tuple(code for code in ReasonCode if code in first or code in second)


def _connective(kind: Joins, members: Sequence[Explain], k: int | None = None) -> Explain:
    def explain(unit: Unit) -> Connective:
        found = tuple([told for member in members if (told := member(unit)) is not _SILENT])
        codes = [m.outcome for m in found]
        if k is None:
            return Connective(kind, _OUTCOMES[all_of(codes)], found)
        return Connective(kind, _OUTCOMES[at_least_of(k, codes)], found, k - codes.count(Outcome.MET))

    return explain


def _without_margins(tree: Evaluated) -> Evaluated:
    """Return a tree whose outcome is not the one that counts: by how much it holds would say the wrong thing."""
    if isinstance(tree, Connective):
        return evolve(tree, members=tuple(map(_without_margins, tree.members)))
    return evolve(tree, margin=None, part_change=None)
