"""One row a unit and indicator, as expressions: value, threshold, margin, column, evidence, reason, detail."""

import typing
from collections.abc import Callable, Sequence

from attrs import define

from ntm_rules.frames.base.details import BAD, SEPARATOR
from ntm_rules.frames.base.long import LEVELS, NO_REASON, ORDER, as_float, cell_reason, says_empty, tables_of
from ntm_rules.frames.base.tables import is_lacking, values_of
from ntm_rules.frames.query.compile import FrameCompiler, limits_of
from ntm_rules.frames.query.expressions import Expr, Kind, choose, first_true, join, least, lit, null
from ntm_rules.frames.query.stages import Slot, few_digits, unsigned_zero
from ntm_rules.frames.query.truth import Truth
from ntm_rules.model.conditions import Condition, Meets, Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.fold import Compared, Conditions, singles
from ntm_rules.model.numbers import ends
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.stated import may_be_given, stated
from ntm_rules.model.thresholds import Asked, Cell, CellState, selected


def number(value: int) -> Expr:
    """Return a constant place."""
    return lit(value, Kind.INT16)


@define
class Said:
    """A condition as expressions.

    Attributes:
        reason: place in ``REASONS`` where it is undetermined.
        level: place in ``LEVELS`` of the weakest cell used; ``NO_REASON`` where there is none.
    """

    found: Truth
    reason: Expr
    level: Expr
    actual: Expr
    required: Expr
    margin: Expr


@typing.final
@define
class FrameDescriber(Conditions[Said]):
    """Says of conditions what the long result has."""

    compiler: FrameCompiler

    def indicator(self, indicator: Indicator) -> Said:
        """Return what is said of an indicator; numbers only where it has one comparison, which they then belong to."""
        found = self.condition(indicator.require)
        if indicator.applies_if is not None:
            guard = self.condition(indicator.applies_if)
            found.reason = choose(guard.found.open, guard.reason, found.reason)
            found.margin = choose(guard.found.met, found.margin, null(Kind.FLOAT))
        if len(singles(indicator.require)) != 1:
            found.actual = found.required = found.margin = null(Kind.FLOAT)
        return found

    def all(self, members: Sequence[Said]) -> Said:
        """Return all members."""
        return _joined(self.compiler.all([m.found for m in members]), members)

    def any(self, members: Sequence[Said]) -> Said:
        """Return one of the members."""
        return _joined(self.compiler.any([m.found for m in members]), members)

    def at_least(self, k: int, members: Sequence[Said]) -> Said:
        """Return *k* of the members."""
        return _joined(self.compiler.at_least(k, [m.found for m in members]), members)

    def negated(self, member: Said) -> Said:
        """Return a ``not``, which has no margin: that of its member would say the opposite."""
        found = self.compiler.negated(member.found)
        return Said(found, member.reason, member.level, member.actual, member.required, null(Kind.FLOAT))

    def found(self, node: Meets, other: Ruleset, address: str) -> Said:
        """Another ruleset: the reason of its first undetermined indicator."""
        cell, found = node.cell, self.compiler.found(node, other, address)
        own = cell_reason(cell, self.compiler.floor)
        reason = number(own)
        if own == NO_REASON:
            inner = self.compiler.inner(other)
            _, criteria, outcomes = inner.whole()
            describer, left = FrameDescriber(inner), iter(outcomes)
            chain: list[tuple[Expr, Expr]] = []
            for criterion, here in zip(other.criteria, criteria, strict=True):
                below = [(next(left), describer.indicator(i).reason) for i in criterion.indicators]
                chain += [(here.open & outcome.open, why) for outcome, why in below]
            reason = first_true(chain, reason)
        required = lit(1.0) if cell.value is True else null(Kind.FLOAT)
        level = number(LEVELS.index(cell.level))
        return Said(found, reason, level, null(Kind.FLOAT), required, null(Kind.FLOAT))

    # -- comparisons -------------------------------------------------------------------------

    def leaf(self, leaf: Compared) -> Said:
        """One comparison with one fact."""
        compiler, name, op = self.compiler, leaf.fact, leaf.op
        free, cells = compiler.cells(leaf.threshold)
        found = compiler.leaf(leaf)
        asked = compiler.tables.asked(cells)
        fact, slot = (None, None) if name is None else (compiler.facts[name], compiler.slots[name])
        shown = [c if c is not None and c.state is CellState.SET else None for c in cells]

        def of(values: Sequence[typing.Any], make: Callable[[typing.Any], Expr], kind: typing.Any) -> Expr:
            return compiler.by_place(free, values, make, kind)

        def limits(found: Sequence[Cell | None]) -> Expr:
            numbers = [as_float(c.value, fact) if c is not None else None for c in found]
            return of([None if n != n else n for n in numbers], lit, Kind.FLOAT)

        value = limits([a.cell for a in asked])
        open_ = found.open
        printed = of([None if c is None else LEVELS.index(c.level) for c in cells], number, Kind.INT16)
        weakest = of([_level(c, a) for c, a in zip(cells, asked, strict=True)], number, Kind.INT16)
        level = choose(open_, printed, weakest).known_or(NO_REASON)
        decided = ~open_ if found.away is None else ~open_ & ~found.away
        actual = self.actual(slot, fact, free, asked, value)
        slack = self.margin(slot, fact, op, free, asked, value, actual)
        margin = choose(decided, slack, null(Kind.FLOAT))
        required = choose(open_, limits(shown), value)
        return Said(found, self.reason(slot, fact, free, cells), level, actual, required, margin)

    def denial(self, leaf: Compared) -> Said:
        """Return a comparison that only denies: it leaves nothing open."""
        found, said = self.compiler.denial(leaf), self.leaf(leaf)
        level = choose(found.holds, number(NO_REASON), said.level)
        return Said(found, number(NO_REASON), level, said.actual, said.required, said.margin)

    def reason(self, slot: Slot | None, fact: Fact | None, free: tuple[str, ...], cells: Sequence[Cell | None]) -> Expr:
        """Return the first reason why a comparison decides nothing."""
        compiler = self.compiler
        own = [None if c is None else cell_reason(c, compiler.floor) for c in cells]
        cell = compiler.by_place(free, own, number, Kind.INT16)
        empties = [c is not None and says_empty(c) for c in cells]
        found = cell
        if slot is not None and fact is not None:
            silent = compiler.by_place(free, empties, lit, Kind.BOOLEAN)
            found = choose(cell == NO_REASON, _slot_reason(slot, fact, silent), cell)
        if None in own:
            found = choose(cell.is_null(), self.no_cell(free, cells), found)
        if slot is None or fact is None or not fact.values:
            return found
        # that a fact is ambiguous comes before what the law leaves open
        ambiguous = (slot.value == len(fact.values) + 1) & (found != ORDER[ReasonCode.SELECTOR_MISSING])
        return choose(ambiguous, number(ORDER[ReasonCode.AMBIGUOUS_CASE]), found)

    def no_cell(self, free: tuple[str, ...], cells: Sequence[Cell | None]) -> Expr:
        """Why a table has no cell for a row."""
        tables = self.compiler.tables
        reasons = zip(cells, tables.reasons(cells, free), strict=True)
        whatever = [None if cell is not None or why is None else ORDER[why] for cell, why in reasons]
        if all(why is None for why in whatever):
            return self.selectors(free)
        found = self.compiler.by_place(free, whatever, number, Kind.INT16, lacking=True)
        return choose(found.is_null(), self.selectors(free), found)

    def selectors(self, free: Sequence[str]) -> Expr:
        """Return which selector is missing, not valid or ambiguous."""
        chain: list[tuple[Expr, Expr]] = []
        slots = [(self.compiler.slots[s], self.compiler.facts[s]) for s in free]
        for code in (ReasonCode.SELECTOR_MISSING, ReasonCode.AMBIGUOUS_CASE, ReasonCode.FACT_INVALID):
            for slot, fact in slots:
                lacks = _lacks(slot, fact, code)
                chain += [] if lacks is None else [(lacks, number(ORDER[code]))]
        return first_true(chain, number(ORDER[ReasonCode.NO_CELL]))

    def actual(
        self, slot: Slot | None, fact: Fact | None, free: Sequence[str], asked: Sequence[Asked], value: Expr
    ) -> Expr:
        """Return the value of a fact: a number, 1 or 0 for yes or no, the rank of a level from 0.

        A number that is in 15 digits the threshold *value* is shown as that.
        """
        if slot is None or fact is None or fact.type is FactType.CATEGORY:
            return null(Kind.FLOAT)
        if fact.type is FactType.BOOLEAN:
            chain = [(slot.value, lit(1.0)), (~slot.value, lit(0.0))]
            return first_true(chain, null(Kind.FLOAT))
        if fact.type is FactType.ORDINAL:
            return choose(slot.value < len(fact.values), slot.value.cast(Kind.FLOAT), null(Kind.FLOAT))
        by_place, spans = self.compiler.by_place, [None if d is None else ends(d) for d in limits_of(asked)]
        low, high = (by_place(free, [span and span[n] for span in spans], lit, Kind.FLOAT) for n in (0, 1))
        same = (slot.value >= low) & (slot.value <= high)
        known = choose(same, value, unsigned_zero(few_digits(slot.value)))
        if slot.top is None or slot.bottom is None:
            return known
        divisor = _divisor(slot.bottom)
        return choose(slot.bottom.is_null(), known, slot.top.cast(Kind.FLOAT) / divisor)

    def margin(
        self,
        slot: Slot | None,
        fact: Fact | None,
        op: Op,
        free: Sequence[str],
        asked: Sequence[Asked],
        value: Expr,
        actual: Expr,
    ) -> Expr:
        """Slack in the fact's unit; steps for a level."""
        kinds = (FactType.BOOLEAN, FactType.CATEGORY)
        if slot is None or fact is None or op is Op.ONE_OF or fact.type in kinds:
            return null(Kind.FLOAT)
        slack = actual - value
        if slot.top is not None and slot.bottom is not None:
            limits = [None if d is None else d.as_integer_ratio() for d in limits_of(asked)]
            top, bottom = (
                self.compiler.by_place(free, [p and float(p[n]) for p in limits], lit, Kind.FLOAT) for n in (0, 1)
            )
            part, whole = slot.top.cast(Kind.FLOAT), slot.bottom.cast(Kind.FLOAT)
            exact = (part * bottom - top * whole) / (_divisor(slot.bottom) * bottom)
            slack = choose(slot.bottom.is_null(), slack, exact)
        if op is Op.EQUALS:
            return unsigned_zero(slack.abs() * -1.0)
        return unsigned_zero(slack * -1.0) if op in (Op.AT_MOST, Op.LESS_THAN) else slack

    # -- columns and details -----------------------------------------------------------------

    def columns(self, require: Condition) -> Expr:
        """Return the values of the selectors of an indicator's tables, in the order in which they are used."""
        compiler = self.compiler
        bindings = compiler.tables.bindings
        used = tuple(dict.fromkeys(s for table in tables_of(require) for s in table.by))
        free = tuple(s for s in used if s not in bindings)
        texts: dict[str, Expr] = {name: lit(text) for name, text in bindings.items()}
        for name in free:
            held = enumerate(values_of(compiler.facts[name]))
            place = compiler.place((name,))
            chain = [(place == n, lit(selected(v))) for n, v in held if not is_lacking(v)]
            texts[name] = first_true(chain, null(Kind.TEXT))
        if not used:
            return null(Kind.TEXT)
        joined = join(", ", [texts[name] for name in used])
        return choose(joined != "", joined, null(Kind.TEXT))

    def detail(self, facts: Sequence[Fact]) -> Expr:
        """Return the facts of a row, see ``details``."""
        slots, derived, nothing = self.compiler.slots, may_be_given(self.compiler.ruleset), Slot(null(Kind.INT16))
        read = [slots.get(stated(f.id), nothing) if f.id in derived else slots[f.id] for f in facts]
        texts = [_text(slot, fact) for slot, fact in zip(read, facts, strict=True)]
        return join(SEPARATOR, texts) if texts else lit("")


def _divisor(bottom: Expr) -> Expr:
    return choose(bottom != 0, bottom, null(Kind.INT64)).cast(Kind.FLOAT)


def _level(cell: Cell | None, asked: Asked) -> int | None:
    used = asked.cell or cell
    return None if used is None else LEVELS.index(used.level)


def _lacks(slot: Slot, fact: Fact, code: ReasonCode) -> Expr | None:
    """Where a selector has no value for a reason."""
    if code is ReasonCode.AMBIGUOUS_CASE:
        return None if fact.type is FactType.BOOLEAN else slot.value == len(fact.values) + 1
    if code is ReasonCode.FACT_INVALID:
        return slot.invalid
    return slot.value.is_null() if slot.invalid is None else slot.value.is_null() & ~slot.invalid


def _slot_reason(slot: Slot, fact: Fact, says_empty_: Expr) -> Expr:
    """Why a fact decides nothing."""
    chain: list[tuple[Expr, Expr]] = []
    if slot.invalid is not None:
        chain.append((slot.invalid, number(ORDER[ReasonCode.FACT_INVALID])))
    if slot.bottom is not None:
        chain.append(((slot.bottom == 0) & ~says_empty_, number(ORDER[ReasonCode.EMPTY_WHOLE])))
    if fact.values:
        chain.append((slot.value == len(fact.values) + 1, number(ORDER[ReasonCode.AMBIGUOUS_CASE])))
    return first_true(chain, number(ORDER[ReasonCode.FACT_MISSING]))


def _text(slot: Slot, fact: Fact) -> Expr:
    if fact.type.numeric:
        text = slot.value.cast(Kind.TEXT)
    elif fact.type is FactType.BOOLEAN:
        text = first_true([(slot.value, lit("1")), (~slot.value, lit("0"))], null(Kind.TEXT))
    else:
        text = slot.value.cast(Kind.TEXT)
    text = text.known_or("")
    return text if slot.invalid is None else choose(slot.invalid, lit(BAD), text)


def _joined(found: Truth, members: Sequence[Said]) -> Said:
    """Return a connective: the reason of its first undetermined member, the weakest evidence of all."""
    first = members[0]
    if len(members) == 1:
        return Said(found, first.reason, first.level, first.actual, first.required, first.margin)
    reason = first_true([(m.found.open, m.reason) for m in members], number(NO_REASON))
    level = least(*(m.level for m in members))
    return Said(found, reason, level, first.actual, first.required, first.margin)
