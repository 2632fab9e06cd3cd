"""One row a unit and indicator: outcome, value, threshold, margin, column, evidence and reason, as arrays."""

import itertools
import typing
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
from attrs import define, frozen

from ntm_rules.frames.arrays.one_pass import ArrayPass
from ntm_rules.frames.base.long import LEVELS, NO_REASON, ORDER, as_float, cell_reason, says_empty, tables_of
from ntm_rules.frames.base.ranks import (
    MET,
    NOT_APPLICABLE,
    UNDETERMINED,
    all_of,
    any_of,
    at_least_of,
    chosen,
    negation_of,
)
from ntm_rules.frames.base.tables import is_lacking, values_of
from ntm_rules.frames.base.vectors import Array, Block, Bytes, Floats, Mask, Numbers, rounded_all
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Condition, Meets, Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.fold import Compared, Conditions, singles
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, asked_of, bound_threshold, selected


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


@typing.final
class Describer(Conditions[Describe]):
    """Compiles conditions to what is said of them."""

    def __init__(self, pass_: ArrayPass) -> None:
        self.pass_, self.compiler = pass_, pass_.compiler
        self.facts = self.compiler.facts

    def indicator(self, indicator: Indicator) -> Describe:
        """Return what is said of an indicator; numbers only where it has one comparison, which they then belong to."""
        require = self.condition(indicator.require)
        applies = None if indicator.applies_if is None else self.condition(indicator.applies_if)
        single = len(singles(indicator.require)) == 1

        def describe(block: Block) -> Found:
            found = require(block)
            if applies is not None:
                guard = applies(block)
                found.reason = chosen(guard.ranks == UNDETERMINED, guard.reason, found.reason)
                if found.margin is not None:
                    found.margin = np.where(guard.ranks == MET, found.margin, np.nan)
            if not single:
                found.actual = found.required = found.margin = None
            return found

        return describe

    def all(self, members: Sequence[Describe]) -> Describe:
        """Return all members."""
        return _joined(all_of, members)

    def any(self, members: Sequence[Describe]) -> Describe:
        """Return one of the members."""
        return _joined(any_of, members)

    def at_least(self, k: int, members: Sequence[Describe]) -> Describe:
        """Return *k* of the members."""
        return _joined(lambda ranks: at_least_of(k, ranks), members)

    def negated(self, member: Describe) -> Describe:
        """Return a ``not``, which has no margin: that of its member would say the opposite."""

        def describe(block: Block) -> Found:
            found = member(block)
            return Found(negation_of(found.ranks), found.reason, found.level, found.actual, found.required)

        return describe

    def found(self, node: Meets, other: Ruleset, address: str) -> Describe:
        """Another ruleset."""
        floor, cell = self.compiler.floor, node.cell
        ranks = self.compiler.found(node, other, address)
        own = cell_reason(cell, self.pass_.floor)
        inner = ArrayPass(other, floor)
        describer = Describer(inner)
        whole = [[describer.indicator(i) for i in c.indicators] for c in other.criteria]
        places = [self.compiler.places[fact.id] for fact in other.facts]
        level = LEVELS.index(cell.level)
        required = 1.0 if cell.value is True else np.nan

        def reason(block: Block) -> Bytes:
            # from the last indicator to the first, so that what is left in the end is the first reason of all
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

    def leaf(self, leaf: Compared) -> Describe:
        """One comparison with one fact."""
        compiler, name, op = self.compiler, leaf.fact, leaf.op
        bound = bound_threshold(leaf.threshold)
        ranks = compiler.leaf(leaf)
        free = () if isinstance(bound, Cell) else compiler.tables.free(bound)
        cells = [bound] if isinstance(bound, Cell) else compiler.tables.cells(bound, free)
        index = compiler.index(free) if free else None
        fact = None if name is None else self.facts[name]
        said = _Cells.of(cells, compiler.tables.reasons(cells, free), fact, compiler.floor)
        lacking = self.selectors(free)

        def describe(block: Block) -> Found:
            here = ranks(block)
            at: Array = np.zeros(block.size, np.intp) if index is None else index(block)
            open_ = here == UNDETERMINED
            reason = said.reason[at]
            reason = chosen(reason == NO_REASON, self.slot_reason(block, fact, said.says_empty[at]), reason)
            if said.gone.any():
                reason = chosen(said.gone[at], lacking(block), reason)
            reason = self.ambiguous_first(block, fact, reason)
            level = chosen(open_, said.printed_level[at], said.level[at])
            actual = self.actual(block, fact)
            required = np.where(open_, said.printed[at], said.value[at])
            margin = self.margin(block, fact, op, said, at, actual)
            margin[open_ | (here == NOT_APPLICABLE)] = np.nan
            return Found(here, reason, level, actual, required, margin)

        return describe

    def selectors(self, free: Sequence[str]) -> Callable[[Block], Bytes]:
        """Why a table has no cell for a row."""
        places = [(self.compiler.places[s], self.facts[s]) for s in free]

        def reason(block: Block) -> Bytes:
            found = block.constant(NO_REASON)
            # the first reason in the order of ``ReasonCode`` wins, so it is written last
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

    def slot_reason(self, block: Block, fact: Fact | None, says_empty: Mask) -> Bytes:
        """Why a fact decides nothing."""
        if fact is None:
            return block.constant(NO_REASON)
        vector = block.at(self.compiler.places[fact.id])
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

    def ambiguous_first(self, block: Block, fact: Fact | None, reason: Bytes) -> Bytes:
        """Return the reasons where a fact is not ambiguous; that it is comes before what the law leaves open."""
        if fact is None or not fact.values:
            return reason
        ambiguous = block.choices(self.compiler.places[fact.id]).codes == len(fact.values) + 1
        return chosen(ambiguous, np.minimum(reason, np.uint8(ORDER[ReasonCode.AMBIGUOUS_CASE])), reason)

    def actual(self, block: Block, fact: Fact | None) -> Floats:
        """Return the value of a fact: a number, 1 or 0 for yes or no, the rank of a level from 0."""
        if fact is None or fact.type is FactType.CATEGORY:
            return np.full(block.size, np.nan)
        place = self.compiler.places[fact.id]
        vector = block.at(place)
        if isinstance(vector, Numbers):
            known = rounded_all(vector.filled)
            if vector.pair is None:
                return known
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = vector.pair.top / vector.pair.bottom
            ratio = np.where(vector.pair.bottom == 0, np.nan, ratio)
            return np.where(vector.pair.there, ratio, known)
        if fact.type is FactType.BOOLEAN:
            table = np.array([0.0, np.nan, 1.0])
        else:
            table = np.array([*range(len(fact.values)), np.nan, np.nan], float)
        return typing.cast(Floats, table.take(block.places(place), mode="clip"))

    def margin(self, block: Block, fact: Fact | None, op: Op, said: "_Cells", at: Array, actual: Floats) -> Floats:
        """Slack in the fact's unit; steps for a level."""
        if fact is None or op is Op.ONE_OF or fact.type in (FactType.BOOLEAN, FactType.CATEGORY):
            return np.full(block.size, np.nan)
        slack = actual - said.value[at]
        vector = block.at(self.compiler.places[fact.id])
        if isinstance(vector, Numbers) and vector.pair is not None:
            pair, top, bottom = vector.pair, said.top[at], said.bottom[at]
            # one division at the very end, so that a unit that just satisfies has a margin of 0 and not of 1e-15
            with np.errstate(divide="ignore", invalid="ignore"):
                exact = (pair.top * bottom - top * pair.bottom) / (pair.bottom * bottom)
            exact[pair.bottom == 0] = np.nan
            slack = np.where(pair.there, exact, slack)
        if op is Op.EQUALS:
            return 0.0 - np.abs(slack)
        return 0.0 - slack if op in (Op.AT_MOST, Op.LESS_THAN) else slack

    # -- columns -----------------------------------------------------------------------------

    def columns(self, require: Condition) -> tuple[tuple[str, ...], Callable[[Block], Array]]:
        """Return the values of an indicator's selectors as texts, and which of these a row has; -1 for none."""
        bindings = self.compiler.tables.bindings
        used = tuple(dict.fromkeys(s for table in tables_of(require) for s in table.by))
        free = [self.facts[s] for s in used if s not in bindings]
        labels = _labels(used, free, bindings)
        known = tuple(dict.fromkeys(label for label in labels if label))
        places = np.array([known.index(label) if label else -1 for label in labels], np.int16)
        if not free:
            return known, lambda block: places[np.zeros(block.size, np.intp)]
        index = self.compiler.index(tuple(fact.id for fact in free))
        return known, lambda block: places[index(block)]


@frozen(eq=False)
class _Cells:
    """What is said of the cells of a threshold, in arrays with a place for each cell.

    All that depends on the rules alone is worked out here, once; a block only picks from it by the place of the cell
    that each of its rows has.

    Attributes:
        gone: there is no cell, and which selector is missing or ambiguous says why.
        reason: why the cell decides nothing, a place in ``REASONS``.
        printed, printed_level: value and evidence of the cell as it is printed, for rows that are undetermined.
        value, level: the same of the cell that decides: under a pending cell it may be another one.
        top, bottom: ``value`` as numerator and denominator.
        says_empty: the cell says what an empty whole means.
    """

    gone: Mask
    reason: Bytes
    printed: Floats
    printed_level: Bytes
    value: Floats
    level: Bytes
    top: Floats
    bottom: Floats
    says_empty: Mask

    @classmethod
    def of(
        cls,
        cells: Sequence[Cell | None],
        lacking: Sequence[ReasonCode | None],
        fact: Fact | None,
        floor: Evidence | None,
    ) -> "_Cells":
        """Return what is said of cells with which a fact is compared, under a floor of evidence.

        Args:
            lacking: for each cell that is not there why none that may still bind could decide anything.
        """
        asked = [None if cell is None else asked_of(cell, floor).cell for cell in cells]
        shown = [cell if cell is not None and cell.state is CellState.SET else None for cell in cells]
        used = [decides or printed for decides, printed in zip(asked, cells, strict=True)]

        def each(found: Sequence[Cell | None], read: Callable[[Cell], float], lacking: float, kind: type) -> Array:
            return np.array([lacking if cell is None else read(cell) for cell in found], kind)

        def value(cell: Cell) -> float:
            return as_float(cell.value, fact)

        def level(cell: Cell) -> int:
            return LEVELS.index(cell.level)

        reasons = [
            (NO_REASON if why is None else ORDER[why]) if cell is None else cell_reason(cell, floor)
            for cell, why in zip(cells, lacking, strict=True)
        ]
        return cls(
            gone=np.array([cell is None and why is None for cell, why in zip(cells, lacking, strict=True)], np.bool_),
            reason=np.array(reasons, np.uint8),
            printed=each(shown, value, np.nan, np.float64),
            printed_level=each(cells, level, NO_REASON, np.uint8),
            value=each(asked, value, np.nan, np.float64),
            level=each(used, level, NO_REASON, np.uint8),
            top=each(asked, lambda cell: _exactly(cell)[0], np.nan, np.float64),
            bottom=each(asked, lambda cell: _exactly(cell)[1], np.nan, np.float64),
            says_empty=each(cells, says_empty, False, np.bool_),
        )


def _exactly(cell: Cell) -> tuple[float, float]:
    """Return the value of a cell as numerator and denominator; NaN where it is not a number."""
    if not isinstance(cell.value, Decimal):
        return np.nan, np.nan
    top, bottom = cell.value.as_integer_ratio()
    return float(top), float(bottom)


def _labels(used: Sequence[str], free: Sequence[Fact], bindings: Mapping[str, str]) -> list[str]:
    """Return the words of the column for each combination of the values that free selectors may have."""
    values = [[None if is_lacking(value) else selected(value) for value in values_of(fact)] for fact in free]
    found: list[str] = []
    for combination in itertools.product(*values):
        texts = {**bindings, **{fact.id: text for fact, text in zip(free, combination, strict=True)}}
        found.append(", ".join(text for selector in used if (text := texts[selector]) is not None))
    return found


def _joined(join: Callable[[Sequence[Bytes]], Bytes], members: Sequence[Describe]) -> Describe:
    """Return a connective: the reason of its first undetermined member, the weakest evidence of all."""

    def describe(block: Block) -> Found:
        found = [member(block) for member in members]
        reason, level = block.constant(NO_REASON), block.constant(NO_REASON)
        for member in reversed(found):
            reason = chosen(member.ranks == UNDETERMINED, member.reason, reason)
            level = np.minimum(level, member.level)
        ranks, first = join([member.ranks for member in found]), found[0]
        return Found(ranks, reason, level, first.actual, first.required, first.margin)

    return describe
