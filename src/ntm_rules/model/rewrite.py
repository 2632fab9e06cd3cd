"""Finding and replacing an indicator, or a part of one, in a tuple of criteria."""

import typing
from collections.abc import Callable, Iterator, Sequence

from attrs import evolve, frozen

from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.conditions import (
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
    Open,
    PointsOf,
    SumOf,
)
from ntm_rules.model.facts import RatioOf
from ntm_rules.model.rulesets import Criterion, Indicator
from ntm_rules.model.thresholds import Cell, Relative, Table, Threshold

Criteria = tuple[Criterion, ...]
Rewrite = Callable[[Condition], Condition | None]


@frozen
class Target:
    """An indicator, and the address of the part that is meant (its number where the whole is)."""

    criterion: Criterion
    indicator: Indicator
    address: str

    @property
    def whole(self) -> bool:
        """True if the whole indicator is meant, whose condition may have a part of its own."""
        return self.address == self.indicator.no

    @property
    def condition(self) -> Condition:
        """The condition at the address."""
        if self.whole:
            return self.indicator.require
        return next(n for a, n in nodes(self.indicator.require, self.indicator.no) if a == self.address)


def nodes(condition: Condition, address: str) -> Iterator[tuple[str, Condition]]:
    """Every node with its address, outermost first."""
    here = address + (condition.part or "")
    yield here, condition
    for member in members(condition):
        yield from nodes(member, here)


def members(condition: Condition) -> tuple[Condition, ...]:
    """Return the members of a connective; empty for a leaf."""
    match condition:
        case All() | Any() | AtLeast():
            return condition.members
        case Not():
            return (condition.member,)
        case Comparison() | Meets() | Open():
            return ()
        case _:
            typing.assert_never(condition)


def with_members(condition: Condition, new: Sequence[Condition]) -> Condition:
    """Return a connective with other members; a leaf, which has none, as it is."""
    match condition:
        case All() | Any() | AtLeast():
            return evolve(condition, members=tuple(new))
        case Not():
            (member,) = new
            return evolve(condition, member=member)
        case Comparison() | Meets() | Open():
            return condition
        case _:
            typing.assert_never(condition)


def addresses(criteria: Criteria) -> list[str]:
    """Every number and every number with a part, in printed order."""
    found = (a for c in criteria for i in c.indicators for a in (i.no, *(a for a, _ in nodes(i.require, i.no))))
    return list(dict.fromkeys(found))


def locate(criteria: Criteria, address: str) -> Target | None:
    """Return the indicator with the number, else the one that has such a part."""
    for criterion in criteria:
        for indicator in criterion.indicators:
            if indicator.no == address:
                return Target(criterion, indicator, address)
    for criterion in criteria:
        for indicator in criterion.indicators:
            if address.startswith(indicator.no) and address in dict(nodes(indicator.require, indicator.no)):
                return Target(criterion, indicator, address)
    return None


def rewrite(condition: Condition, address: str, wanted: str, change: Rewrite) -> Condition | None:
    """Return the condition with the outermost node at *wanted* changed; None where nothing is left of it."""
    here = address + (condition.part or "")
    if here == wanted:
        return change(condition)
    old = members(condition)
    kept = [m for member in old if (m := rewrite(member, here, wanted, change)) is not None]
    return with_members(condition, kept) if kept or not old else None


def replace_indicator(criteria: Criteria, no: str, new: Indicator | None) -> Criteria:
    """Return the criteria with the indicator replaced, or taken out; a criterion left empty goes too."""
    changed: list[Criterion] = []
    for criterion in criteria:
        if all(i.no != no for i in criterion.indicators):
            changed.append(criterion)
            continue
        kept = tuple(k for i in criterion.indicators if (k := new if i.no == no else i) is not None)
        if kept:
            must = tuple(n for n in criterion.must if new is not None or n != no)
            changed.append(evolve(criterion, indicators=kept, must=must))
    return tuple(changed)


def change_target(criteria: Criteria, target: Target, change: Rewrite) -> Criteria:
    """Return the criteria with the condition at the target changed, or taken out."""
    indicator = target.indicator
    old = indicator.require
    require = change(old) if target.whole else rewrite(old, indicator.no, target.address, change)
    new = None if require is None else evolve(indicator, require=require)
    return replace_indicator(criteria, indicator.no, new)


def negated(condition: Condition) -> list[Condition]:
    """Return the leaves below a ``not``: what asks for more there makes the whole ask for less."""
    below = (n for _, n in nodes(condition, "") if isinstance(n, Not))
    return [leaf for outer in below for _, leaf in nodes(outer, "") if not members(leaf)]


def map_leaves(condition: Condition, change: Callable[[Comparison | Meets | Open], Condition]) -> Condition:
    """Return the condition with every leaf changed."""
    if isinstance(condition, Comparison | Meets | Open):
        return change(condition)
    return with_members(condition, [map_leaves(member, change) for member in members(condition)])


def map_guards(derived: Derived, change: Callable[[Condition], Condition]) -> Derived:
    """Return the derived fact with every condition on which it rests changed."""
    rule = derived.rule
    match rule:
        case Case():
            return evolve(derived, rule=evolve(rule, rows=tuple(evolve(r, when=change(r.when)) for r in rule.rows)))
        case PointsOf():
            parts = (m if m.applies_if is None else evolve(m, applies_if=change(m.applies_if)) for m in rule.members)
            return evolve(derived, rule=evolve(rule, members=tuple(parts)))
        case RatioOf() | MinOf() | MaxOf() | SumOf():
            return derived
        case _:
            typing.assert_never(rule)


def map_cells(threshold: Threshold, change: Callable[[Cell], Cell]) -> Threshold:
    """Return the threshold with every cell changed; of a relative one the factor, and what it was resolved to goes."""
    match threshold:
        case Cell():
            return change(threshold)
        case Table():
            return evolve(threshold, cells=tuple((key, change(cell)) for key, cell in threshold.cells))
        case Relative():
            return change(threshold.times)
        case _:
            typing.assert_never(threshold)


def bare(condition: Condition) -> Condition:
    """Return what a condition asks: the condition without evidence, citations, parts and titles, to tell two alike."""

    def leaf(node: Comparison | Meets | Open) -> Condition:
        node = evolve(node, part=None, title=None)
        if isinstance(node, Meets):
            return evolve(node, cell=_bare_cell(node.cell))
        if isinstance(node, Comparison):
            if isinstance(node.threshold, Relative):
                times = _bare_cell(node.threshold.times)
                return evolve(node, threshold=evolve(node.threshold, times=times, resolved=None))
            return evolve(node, threshold=map_cells(node.threshold, _bare_cell))
        return evolve(node, threshold=typing.cast(Cell | Table, map_cells(node.threshold, _bare_cell)))

    return evolve(map_leaves(condition, leaf), part=None, title=None)


def alike(one: Derived, other: Derived) -> bool:
    """Return whether two derived facts are worked out alike, whatever their evidence and titles."""
    first, second = (
        evolve(map_guards(d, bare), fact=evolve(d.fact, title=None, value_titles=None)) for d in (one, other)
    )
    return first == second


def _bare_cell(cell: Cell) -> Cell:
    nobody = Instrument("", "", "")
    return Cell(cell.state, Citation(nobody), nobody, cell.value)
