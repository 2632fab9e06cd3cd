"""Which of two conditions asks for less: overlays may tighten a base, never loosen an official cell."""

import itertools
import math
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Severity
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import All, Any, AtLeast, Comparison, Condition, Meets, Not, Op, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rewrite import members
from ntm_rules.model.rulesets import Indicator
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import Cell, CellState, Key, Relative, Table, Threshold, Value, matching
from ntm_rules.model.walk import cells_of

MAX_PAIRS = 20_000
_STEP = Decimal("0.000001")


@frozen
class Looser:
    """One way in which a layer asks for less than the base, or a comparison that could not be made.

    Attributes:
        fills: True where a value takes the place of an unknown one, which is what an overlay is for.
    """

    severity: Severity
    what: Message
    fills: bool = False


def compare_indicators(base: Indicator | None, own: Indicator | None, selectors: Selectors) -> list[Looser]:
    """How *own* asks for less than *base*; an added indicator never does, a removed one always."""
    if base is None or base == own:
        return []
    if own is None:
        return _found(base.require, Message("looser.removed"))
    found: list[Looser] = []
    if own.applies_if is not None and own.applies_if != base.applies_if:
        found += _found(base.require, Message("looser.fewer_units"))
    return found + list(compare(base.require, own.require, selectors))


def compare(base: Condition, own: Condition, selectors: Selectors) -> Iterator[Looser]:
    """How the condition *own* asks for less than *base*."""
    if base == own:
        return
    match base, own:
        case Open(), _:
            return
        case Comparison(), Comparison() if base.facts == own.facts:
            yield from _cells(base, own, selectors)
        case Any() | AtLeast(), Any() | AtLeast():
            yield from _counts(base, own, selectors)
        case All(), _:  # before the next one: each member of the base needs one that is as strict
            mine = own.members if isinstance(own, All) else (own,)
            for member in base.members:
                yield from _closest(member, mine, selectors)
        case _, All() if _twins(base, own.members):
            yield from _closest(base, own.members, selectors)
        # only what the layer has not copied yet changed: it may be as strict as the base
        case Meets() | Not(), _ if _signature(base) == _signature(own) and _pending(own):
            return
        case _:
            yield from _found(base, Message("looser.condition"))


def _closest(wanted: Condition, among: tuple[Condition, ...], selectors: Selectors) -> list[Looser]:
    """How the nearest of several members that all have to hold asks for less than *wanted*."""
    found = [list(compare(wanted, twin, selectors)) for twin in _twins(wanted, among)]
    return min(found, key=len, default=_found(wanted, Message("looser.member")))


def _pending(condition: Condition) -> bool:
    """Return whether nothing but pending cells is asked."""
    return all(cell.state is CellState.PENDING for cell in cells_of(condition))


def _counts(base: Any | AtLeast, own: Any | AtLeast, selectors: Selectors) -> Iterator[Looser]:
    """Yield how fewer or easier members are enough; members of the base that are gone make nothing looser."""
    if _k(own) < _k(base):
        yield from _found(base, Message("looser.count", own=_k(own), base=_k(base)))
    left = list(base.members)
    for member in own.members:
        twin = _twin(member, tuple(left))
        if twin is None:
            yield from _found(base, Message("looser.other_member"))
        else:
            left.remove(twin)  # a member of the base counts once
            yield from compare(twin, member, selectors)


@frozen
class Counted:
    """Members of which some are needed: the indicators of a criterion, the criteria of a set.

    Attributes:
        k: None where all are needed.
        must: those that have to be met among the *k*.
        members: what each asks, by its printed number.
    """

    k: int | None
    must: tuple[str, ...]
    members: Mapping[str, tuple[Condition, ...]]

    def asked(self) -> All:
        """Return what all of them ask."""
        return All(tuple(condition for conditions in self.members.values() for condition in conditions))


def compare_counted(base: Counted, own: Counted) -> Iterator[tuple[str, Looser]]:
    """Yield how fewer members of the base are enough, then those that do not have to be met any more, by number.

    Members that were added may be met in the place of those of the base.
    """
    if own.k is None:
        return
    wanted = len(base.members) if base.k is None else base.k
    enough = own.k - sum(no not in base.members for no in own.members)
    if enough < wanted:
        yield from (("", looser) for looser in _found(base.asked(), Message("looser.fewer", own=enough, base=wanted)))
    for no in base.must if own.k < len(own.members) else ():
        if no in own.members and no not in own.must:
            yield from ((no, looser) for looser in _found(All(base.members[no]), Message("looser.no_must")))


def _k(condition: Any | AtLeast) -> int:
    return condition.k if isinstance(condition, AtLeast) else 1


def _twins(wanted: Condition, among: tuple[Condition, ...]) -> list[Condition]:
    """Return the members with the same part or, where it has none, about the same facts."""
    if wanted.part is not None:
        return [m for m in among if m.part == wanted.part]
    return [m for m in among if _signature(m) == _signature(wanted)]


def _twin(wanted: Condition, among: tuple[Condition, ...]) -> Condition | None:
    return next(iter(_twins(wanted, among)), None)


def _signature(condition: Condition) -> tuple[object, ...]:
    """Return what a condition is about, without its thresholds: conditions of one signature can be compared."""
    match condition:
        case Comparison():
            return condition.facts
        case Meets():
            return (condition.ruleset,)
        case All() | Any() | AtLeast() | Not() | Open():
            return (type(condition), *map(_signature, members(condition)))
        case _:
            typing.assert_never(condition)


def _found(base: Condition, what: Message) -> list[Looser]:
    """Return one finding about the whole of *base*, as grave as its best checked cell."""
    graves = [g for cell in cells_of(base) if (g := gravity(cell)) is not None]
    order = [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    return [Looser(min(graves, key=order.index), what)] if graves else []


def gravity(base: Cell) -> Severity | None:
    """How grave it is to ask for less than *base*; None where nothing is looser."""
    if base.state is CellState.PENDING:
        return Severity.NOTE
    if base.state in (CellState.DELEGATED, CellState.NONE) or base.free:
        return None
    return Severity.ERROR if base.evidence is Evidence.OFFICIAL else Severity.WARNING


def _cells(base: Comparison, own: Comparison, selectors: Selectors) -> Iterator[Looser]:
    """Yield how the thresholds of two comparisons of the same facts differ, column by column."""
    if base.threshold == own.threshold:
        return
    mine, theirs = _resolved(base.threshold), _resolved(own.threshold)
    if mine is None or theirs is None:
        yield Looser(Severity.NOTE, Message("looser.relative"))
        return
    choices = {s: selectors.values(s, _printed(mine, s) | _printed(theirs, s)) for s in (*_by(mine), *_by(theirs))}
    count = math.prod(len(values) for values in choices.values())
    if count > MAX_PAIRS:
        yield Looser(Severity.NOTE, Message("looser.pairs", count=count))
        return
    fact = selectors.facts[base.fact]
    for (old, new), values in _pairs(mine, theirs, choices).items():
        grave = gravity(old)
        if grave is not None and _asks_less(base.op, old, own.op, new, fact):
            fills = old.state is CellState.PENDING and new.state is CellState.SET
            yield Looser(grave, _less(old, new, values), fills)


def _less(old: Cell, new: Cell, columns: tuple[str, ...]) -> Message:
    """Return how *new* asks for less than *old*, or may do so where *old* is not known; with the column, if any."""
    cells = {"own": _show(new), "base": _show(old)}
    if old.state is CellState.PENDING:
        return Message("looser.open_in", columns=columns, **cells) if columns else Message("looser.open", **cells)
    return Message("looser.less_in", columns=columns, **cells) if columns else Message("looser.less", **cells)


def _pairs(
    mine: Cell | Table, theirs: Cell | Table, choices: Mapping[str, tuple[str, ...]]
) -> dict[tuple[Cell, Cell], tuple[str, ...]]:
    """Return the pairs of cells that differ for some unit, with the first column in which they do.

    Once a pair: a row that is looser in all its columns is one thing to say, not sixty.
    """
    found: dict[tuple[Cell, Cell], tuple[str, ...]] = {}
    for values in itertools.product(*choices.values()):
        context = dict(zip(choices, values, strict=True))
        old, new = _cell(mine, context), _cell(theirs, context)
        if old is not None and new is not None and old != new:
            found.setdefault((old, new), values)
    return found


def _resolved(threshold: Threshold) -> Cell | Table | None:
    """Return the cell or table; of a relative threshold what it comes to, None where that is not known yet."""
    return threshold.resolved if isinstance(threshold, Relative) else threshold


def _by(threshold: Cell | Table) -> tuple[str, ...]:
    return threshold.by if isinstance(threshold, Table) else ()


def _printed(threshold: Cell | Table, selector: str) -> frozenset[str]:
    if not isinstance(threshold, Table) or selector not in threshold.by:
        return frozenset()
    place = threshold.by.index(selector)
    return frozenset(key[place] for key, _ in threshold.cells)


def _cell(threshold: Cell | Table, context: Mapping[str, str]) -> Cell | None:
    if isinstance(threshold, Cell):
        return threshold
    key: Key = tuple(context[s] for s in threshold.by)
    found = matching(threshold, key)
    return found[1] if found else None


def _show(cell: Cell) -> str:
    if isinstance(cell.value, Decimal):
        return f"{cell.value.normalize():f}"
    if isinstance(cell.value, bool):
        return str(cell.value).lower()  # as it is written in the file
    return cell.state.value if cell.value is None else str(cell.value)


def _asks_less(base_op: Op, base: Cell, own_op: Op, own: Cell, fact: Fact) -> bool:
    """Return whether some value of the fact satisfies *own* and not *base*; an open own cell never does."""
    if base.state is CellState.PENDING:
        return own.state in (CellState.SET, CellState.NONE)
    if own.state is CellState.NONE:
        return True
    if own.state is not CellState.SET:
        return False
    return any(
        holds(own_op, own.value, x, fact) and not holds(base_op, base.value, x, fact)
        for x in _candidates(fact, base.value, own.value)
    )


def _candidates(fact: Fact, *values: Value | None) -> Iterator[Value]:
    """Values of the fact that tell two cells apart: of a number those at the values and just beside them."""
    if fact.type is FactType.BOOLEAN:
        yield from (True, False)
    elif not fact.type.numeric:
        yield from fact.values
    else:
        numbers = [v for v in (*values, fact.minimum, fact.maximum) if isinstance(v, Decimal)]
        yield from (near for n in numbers for near in (n - _STEP, n, n + _STEP) if _possible(fact, near))
        if fact.type is FactType.COUNT:
            yield from (n for v in numbers for n in (v - 1, v + 1) if fact.minimum is None or n >= fact.minimum)


def _possible(fact: Fact, number: Decimal) -> bool:
    """Return whether the fact can have the value."""
    if fact.type is FactType.COUNT and number != number.to_integral_value():
        return False
    above = fact.minimum is None or number >= fact.minimum
    return above and (fact.maximum is None or number <= fact.maximum)


def holds(op: Op, required: Value | None, actual: Value, fact: Fact) -> bool:
    """Whether a value satisfies a set cell; exact, for comparing cells with each other."""
    if op is Op.ONE_OF:
        return isinstance(required, tuple) and actual in required
    if op is Op.EQUALS:
        return actual == required
    if op is Op.LEVEL_AT_LEAST:
        return fact.values.index(str(actual)) >= fact.values.index(str(required))
    if not (isinstance(actual, Decimal) and isinstance(required, Decimal)):
        return False
    if op is Op.AT_LEAST:
        return actual >= required
    if op is Op.AT_MOST:
        return actual <= required
    return actual > required if op is Op.MORE_THAN else actual < required


def stricter(op: Op, first: Cell, second: Cell, fact: Fact) -> Cell | None:
    """Return the stricter of two set cells with the other one under it; None where neither includes the other."""
    first_less = _asks_less(op, second, op, first, fact)
    second_less = _asks_less(op, first, op, second, fact)
    if first_less and second_less:
        return None
    strict, loose = (second, first) if first_less else (first, second)
    return evolve(strict, overtaken=loose)
