"""One row a unit and indicator: outcome, value, threshold, margin, column, evidence and reason, as arrays."""

import itertools
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from attrs import define

from ntm_rules.frames.arrays.compile import Ranks
from ntm_rules.frames.arrays.one_pass import ArrayPass
from ntm_rules.frames.base.long import LEVELS, NO_REASON, ORDER, cell_reason, comparisons_of, says_empty, tables_of
from ntm_rules.frames.base.ranks import NOT_APPLICABLE, UNDETERMINED, chosen
from ntm_rules.frames.base.tables import values_of
from ntm_rules.frames.base.vectors import Array, Block, Bytes, Floats, Mask, Numbers
from ntm_rules.model.conditions import All, Any, AtLeast, By, Comparison, Condition, Meets, Not, Op, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Threshold, asked_of, bound_threshold, selected
from ntm_rules.verdict.margins import as_float


@define(eq=False)
class Found:
    """A condition in a block of rows.

    Attributes:
        reason: place in ``REASONS`` where it is undetermined.
        level: place in ``LEVELS`` of the weakest cell used; 255 where there is none.
        actual, required, margin: of a comparison; NaN where there is none.
    """

    ranks: Bytes
    reason: Bytes
    level: Bytes
    actual: Floats | None = None
    required: Floats | None = None
    margin: Floats | None = None


Describe = Callable[[Block], Found]


class Describer:
    """Compiles conditions to what is said of them."""

    def __init__(self, pass_: ArrayPass) -> None:
        self.pass_, self.compiler = pass_, pass_.compiler
        self.facts = self.compiler.facts

    def indicator(self, indicator: Indicator) -> Describe:
        """Return an indicator."""
        require = self.condition(indicator.require)
        applies = None if indicator.applies_if is None else self.condition(indicator.applies_if)
        single = comparisons_of(indicator.require) == 1

        def describe(block: Block) -> Found:
            found = require(block)
            if applies is not None:
                guard = applies(block)
                found.reason = chosen(guard.ranks == UNDETERMINED, guard.reason, found.reason)
            if not single:
                found.actual = found.required = found.margin = None
            return found

        return describe

    def condition(self, node: Condition) -> Describe:
        """Return a condition."""
        ranks = self.compiler.condition(node)
        match node:
            case Comparison():
                found = [self.leaf(fact, node.op, node.threshold) for fact in node.facts]
                return found[0] if len(found) == 1 else _joined(ranks, found)
            case All() | Any() | AtLeast():
                return _joined(ranks, [self.condition(m) for m in node.members])
            case Not():
                return _joined(ranks, [self.condition(node.member)])
            case Meets():
                return _joined(ranks, self.ways(node))
            case Open():
                return self.leaf(None, Op.EQUALS, node.threshold)
            case _:
                typing.assert_never(node)

    def ways(self, node: Meets) -> list[Describe]:
        """Return the ways in which a prerequisite may be shown."""
        found: list[Describe] = []
        if node.recognised is not None and node.by is not By.FINDING:
            found.append(self.leaf(node.recognised, Op.EQUALS, node.cell))
        if node.resolved is not None and node.by is not By.ACT:
            found.append(self.finding(node.resolved, node.cell))
        return found

    def finding(self, other: Ruleset, cell: Cell) -> Describe:
        """Another ruleset."""
        floor = self.compiler.floor
        ranks = self.compiler.found(other, asked_of(cell, floor))
        own = cell_reason(cell, self.pass_.floor)
        inner = ArrayPass(other, floor)
        describer = Describer(inner)
        whole = [[describer.indicator(i) for i in c.indicators] for c in other.criteria]
        places = [self.compiler.places[fact.id] for fact in other.facts]
        level = LEVELS.index(cell.level)
        required = 1.0 if cell.value is True else np.nan

        def reason(block: Block) -> Bytes:
            there = inner.worked_out(block.seen_from(places))
            codes = inner.ranks(there)
            found = block.constant(NO_REASON)
            row = codes.shape[0]
            for number, criterion in reversed(list(enumerate(whole, 1))):
                below = block.constant(NO_REASON)
                for describe in reversed(criterion):
                    row -= 1
                    below = chosen(codes[row] == UNDETERMINED, describe(there).reason, below)
                found = chosen(codes[number] == UNDETERMINED, below, found)
            return found

        def describe(block: Block) -> Found:
            here = ranks(block)
            reasons = block.constant(own) if own != NO_REASON else reason(block)
            nothing = np.full(block.size, np.nan)
            return Found(here, reasons, block.constant(level), nothing, np.full(block.size, required), nothing)

        return describe

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, name: str | None, op: Op, threshold: Threshold) -> Describe:
        """One comparison with one fact."""
        compiler = self.compiler
        bound = bound_threshold(threshold)
        ranks = compiler.leaf(name, op, threshold)
        free = () if isinstance(bound, Cell) else compiler.tables.free(bound)
        cells = [bound] if isinstance(bound, Cell) else compiler.tables.cells(bound, free)
        index = compiler.index(free) if free else None
        fact = None if name is None else self.facts[name]
        asked = [None if c is None else asked_of(c, compiler.floor).cell for c in cells]
        shown = [c if c is None or c.state is CellState.SET else None for c in cells]
        reasons = np.array([NO_REASON if c is None else cell_reason(c, compiler.floor) for c in cells], np.uint8)
        printed = np.array([NO_REASON if c is None else LEVELS.index(c.level) for c in cells], np.uint8)
        decided = np.array([p if a is None else LEVELS.index(a.level) for p, a in zip(printed, asked, strict=True)])
        open_value = np.array([np.nan if c is None else as_float(c.value, fact) for c in shown])
        value = np.array([np.nan if c is None else as_float(c.value, fact) for c in asked])
        exact = [None if a is None or not isinstance(a.value, Decimal) else a.value.as_integer_ratio() for a in asked]
        top, bottom = (np.array([np.nan if e is None else float(e[i]) for e in exact]) for i in (0, 1))
        gone = np.array([c is None for c in cells])
        selectors = [compiler.places[s] for s in free]
        why = self.selectors(free)
        empties = np.array([c is not None and says_empty(c) for c in cells])

        def describe(block: Block) -> Found:
            here = ranks(block)
            at: Array = np.zeros(block.size, np.intp) if index is None else index(block)
            open_ = here == UNDETERMINED
            reason = reasons[at]
            reason = chosen(reason == NO_REASON, self.slot_reason(block, name, fact, empties[at]), reason)
            if gone.any():
                lacking = why(block) if selectors else block.constant(ORDER[ReasonCode.NO_CELL])
                reason = chosen(gone[at], lacking, reason)
            level = chosen(open_, printed[at], decided.astype(np.uint8)[at])
            actual = self.actual(block, name, fact)
            required = np.where(open_, open_value[at], value[at])
            margin = self.margin(block, name, fact, op, value[at], top[at], bottom[at], actual)
            margin[open_ | (here == NOT_APPLICABLE)] = np.nan
            return Found(here, reason, level, actual, required, margin)

        return describe

    def selectors(self, free: Sequence[str]) -> Callable[[Block], Bytes]:
        """Why a table has no cell for a row."""
        places = [(self.compiler.places[s], self.facts[s]) for s in free]

        def reason(block: Block) -> Bytes:
            found = block.constant(ORDER[ReasonCode.NO_CELL])
            for code in (ReasonCode.FACT_INVALID, ReasonCode.AMBIGUOUS_CASE, ReasonCode.SELECTOR_MISSING):
                for place, fact in places:
                    found = chosen(self.lacks(block, place, fact, code), block.constant(ORDER[code]), found)
            return found

        return reason

    def lacks(self, block: Block, place: int, fact: Fact, code: ReasonCode) -> Mask:
        """Where a selector has no value for a reason."""
        vector = block.choices(place)
        unknown = 1 if fact.type is FactType.BOOLEAN else len(fact.values)
        if code is ReasonCode.AMBIGUOUS_CASE:
            return (vector.codes == unknown + 1) & (fact.type is not FactType.BOOLEAN)
        missing = vector.codes == unknown
        if code is ReasonCode.FACT_INVALID:
            return missing & (False if vector.invalid is None else vector.invalid)
        return missing if vector.invalid is None else missing & ~vector.invalid

    def slot_reason(self, block: Block, name: str | None, fact: Fact | None, says_empty: Mask) -> Bytes:
        """Why a fact decides nothing."""
        if name is None or fact is None:
            return block.constant(NO_REASON)
        vector = block.at(self.compiler.places[name])
        found = block.constant(ORDER[ReasonCode.FACT_MISSING])
        if isinstance(vector, Numbers):
            if vector.pair is not None:
                empty = vector.pair.there & (vector.pair.bottom == 0) & ~says_empty
                found = chosen(empty, block.constant(ORDER[ReasonCode.EMPTY_WHOLE]), found)
        elif fact.values:
            ambiguous = vector.codes == len(fact.values) + 1
            found = chosen(ambiguous, block.constant(ORDER[ReasonCode.AMBIGUOUS_CASE]), found)
        if vector.invalid is not None:
            found = chosen(vector.invalid, block.constant(ORDER[ReasonCode.FACT_INVALID]), found)
        return found

    def actual(self, block: Block, name: str | None, fact: Fact | None) -> Floats:
        """Return the value of a fact: a number, 1 or 0 for yes or no, the rank of a level from 0."""
        if name is None or fact is None or fact.type is FactType.CATEGORY:
            return np.full(block.size, np.nan)
        place = self.compiler.places[name]
        vector = block.at(place)
        if isinstance(vector, Numbers):
            if vector.pair is None:
                return vector.filled
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = vector.pair.top / vector.pair.bottom
            ratio = np.where(vector.pair.bottom == 0, np.nan, ratio)
            return np.where(vector.pair.there, ratio, vector.filled)
        if fact.type is FactType.BOOLEAN:
            table = np.array([0.0, np.nan, 1.0])
        else:
            table = np.array([*range(len(fact.values)), np.nan, np.nan], float)
        return typing.cast(Floats, table.take(block.places(place), mode="clip"))

    def margin(
        self,
        block: Block,
        name: str | None,
        fact: Fact | None,
        op: Op,
        value: Floats,
        top: Floats,
        bottom: Floats,
        actual: Floats,
    ) -> Floats:
        """Slack in the fact's unit; steps for a level."""
        if fact is None or name is None or op is Op.ONE_OF or fact.type in (FactType.BOOLEAN, FactType.CATEGORY):
            return np.full(block.size, np.nan)
        slack = actual - value
        vector = block.at(self.compiler.places[name])
        if isinstance(vector, Numbers) and vector.pair is not None:
            pair = vector.pair
            with np.errstate(divide="ignore", invalid="ignore"):
                exact = (pair.top * bottom - top * pair.bottom) / (pair.bottom * bottom)
            exact[pair.bottom == 0] = np.nan
            slack = np.where(pair.there, exact, slack)
        if op is Op.EQUALS:
            return -np.abs(slack)
        return -slack if op in (Op.AT_MOST, Op.LESS_THAN) else slack

    # -- columns -----------------------------------------------------------------------------

    def columns(self, require: Condition) -> tuple[tuple[str, ...], Callable[[Block], Array]]:
        """Return the values of an indicator's selectors as texts, and which of these a row has; -1 for none."""
        bindings = self.compiler.tables.bindings
        used = tuple(dict.fromkeys(s for table in tables_of(require) for s in table.by))
        free = tuple(s for s in used if s not in bindings)
        values = [[selected(v) if isinstance(v, bool | str) else None for v in values_of(self.facts[s])] for s in free]
        labels: list[str] = []
        for combination in itertools.product(*values):
            texts = dict(zip(free, combination, strict=True)) | bindings
            labels.append(", ".join(t for s in used if (t := texts[s]) is not None))
        known = tuple(dict.fromkeys(label for label in labels if label))
        places = np.array([known.index(label) if label else -1 for label in labels], np.int16)
        index = self.compiler.index(free) if free else None

        return known, lambda block: places[np.zeros(block.size, np.intp) if index is None else index(block)]


def _joined(ranks: Ranks, members: Sequence[Describe]) -> Describe:
    """Return a connective: the reason of its first undetermined member, the weakest evidence of all."""

    def describe(block: Block) -> Found:
        found = [member(block) for member in members]
        reason, level = block.constant(NO_REASON), block.constant(NO_REASON)
        for member in reversed(found):
            reason = chosen(member.ranks == UNDETERMINED, member.reason, reason)
            level = np.minimum(level, member.level)
        first = found[0]
        return Found(ranks(block), reason, level, first.actual, first.required, first.margin)

    return describe
