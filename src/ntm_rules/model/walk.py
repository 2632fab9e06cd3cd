"""Every cell and every fact of a ruleset, in printed order."""

import typing
from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from ntm_rules.model.citations import Evidence
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
    Ref,
    SumOf,
)
from ntm_rules.model.facts import RatioOf
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, Key, Relative, Table, Threshold, asked_of, bound_threshold


@frozen
class CellRef:
    """A cell and its place in the set.

    Attributes:
        criterion, indicator: printed numbers; empty for a derived fact.
        address: the number with the part, e.g. ``14.1f``.
        role: ``require``, ``applies_if`` or ``derive``.
        derived: id of the derived fact whose guard this is.
        comparison: the node it belongs to; None for a prerequisite and a placeholder.
        by, key: selectors and their values; empty for a single cell.
        unit: id of the measure, None for a fact without one.
    """

    criterion: str
    indicator: str
    address: str
    role: str
    cell: Cell
    derived: str | None = None
    comparison: Comparison | None = None
    by: tuple[str, ...] = ()
    key: Key = ()
    unit: str | None = None


def leaves(condition: Condition, address: str = "") -> Iterator[tuple[str, Comparison | Meets | Open]]:
    """Yield the comparisons, prerequisites and placeholders of a condition, each with its address."""
    here = address + (condition.part or "")
    match condition:
        case Comparison() | Meets() | Open():
            yield here, condition
        case All() | Any() | AtLeast():
            for member in condition.members:
                yield from leaves(member, here)
        case Not():
            yield from leaves(condition.member, here)
        case _:
            typing.assert_never(condition)


def threshold_cells(threshold: Threshold) -> Iterator[tuple[tuple[str, ...], Key, Cell]]:
    """Selectors, key and cell for each cell of a threshold; of a relative one the factor."""
    match threshold:
        case Cell():
            yield (), (), threshold
        case Table():
            for key, cell in threshold.cells:
                yield threshold.by, key, cell
        case Relative():
            yield (), (), threshold.times
        case _:
            typing.assert_never(threshold)


def cells_of(condition: Condition) -> Iterator[Cell]:
    """Yield the cells of a condition."""
    for _, leaf in leaves(condition):
        for _, _, cell in threshold_cells(leaf.cell if isinstance(leaf, Meets) else leaf.threshold):
            yield cell


def indicators(ruleset: Ruleset) -> Iterator[tuple[Criterion, Indicator]]:
    """Every indicator with its criterion."""
    for criterion in ruleset.criteria:
        for indicator in criterion.indicators:
            yield criterion, indicator


def cells(ruleset: Ruleset) -> Iterator[CellRef]:
    """Every cell of the set once: guards of derived facts first, then the criteria in printed order."""
    units = {f.id: f.unit.id for f in ruleset.fact_by_id.values() if f.unit}

    def of(condition: Condition, place: CellRef) -> Iterator[CellRef]:
        for address, leaf in leaves(condition, place.indicator):
            comparison = leaf if isinstance(leaf, Comparison) else None
            threshold = leaf.cell if isinstance(leaf, Meets) else leaf.threshold
            unit = units.get(comparison.fact) if comparison else None
            for by, key, cell in threshold_cells(threshold):
                yield CellRef(
                    place.criterion,
                    place.indicator,
                    address,
                    place.role,
                    cell,
                    place.derived,
                    comparison,
                    by,
                    key,
                    unit,
                )

    empty = typing.cast(Cell, None)
    for derived in ruleset.derived:
        for guard in guards_of(derived):
            yield from of(guard, CellRef("", "", "", "derive", empty, derived.id))
    for criterion, indicator in indicators(ruleset):
        if indicator.applies_if is not None:
            yield from of(indicator.applies_if, CellRef(criterion.no, indicator.no, "", "applies_if", empty))
        yield from of(indicator.require, CellRef(criterion.no, indicator.no, "", "require", empty))


def grade_changes(ruleset: Ruleset, grade: Grade) -> Iterator[tuple[Indicator, Indicator | None]]:
    """Yield the indicators that a grade does not ask like the set: as the set has it, and as the grade does.

    None for what it does not ask at all; an indicator that it adds is both.
    """
    own, theirs = ({i.no: i for _, i in indicators(r)} for r in (ruleset, grade.ruleset))
    yield from ((i, theirs.get(no)) for no, i in own.items() if theirs.get(no) != i)
    yield from ((i, i) for no, i in theirs.items() if no not in own)


def every_cell(ruleset: Ruleset) -> Iterator[CellRef]:
    """Every cell of the set, then those of what its grades do not ask like the set."""
    yield from cells(ruleset)
    for grade in ruleset.grades:
        changed = {i.no for _, i in grade_changes(ruleset, grade) if i is not None}
        yield from (ref for ref in cells(grade.ruleset) if ref.indicator in changed)


def facts_of(condition: Condition) -> Iterator[str]:
    """Yield the facts a condition reads, selectors included, prerequisites' own sets excluded."""
    for _, leaf in leaves(condition):
        if isinstance(leaf, Comparison):
            yield from leaf.facts
            yield from () if leaf.total is None else (leaf.total,)
        if isinstance(leaf, Meets):
            if leaf.recognised is not None:
                yield leaf.recognised
            continue
        threshold = leaf.threshold
        if isinstance(threshold, Relative):
            threshold = threshold.resolved or threshold.times
        if isinstance(threshold, Table):
            yield from threshold.by


def deciding_facts_of(condition: Condition, floor: Evidence | None) -> Iterator[str]:
    """Yield the facts of the leaves that some facts decide: of the others each cell is open, whatever is given.

    A total beside the facts of groups is left out: no rule asks for it.
    """
    for _, leaf in leaves(condition):
        threshold = leaf.cell if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
        if any(asked_of(cell, floor).code != Outcome.UNDETERMINED for _, _, cell in threshold_cells(threshold)):
            yield from facts_of(evolve(leaf, total=None) if isinstance(leaf, Comparison) else leaf)


def guards_of(derived: Derived) -> Iterator[Condition]:
    """Yield the conditions on which a derived fact rests: the guards of a case, what makes a part of a score apply."""
    match derived.rule:
        case Case():
            yield from (row.when for row in derived.rule.rows)
        case PointsOf():
            yield from (m.applies_if for m in derived.rule.members if m.applies_if is not None)
        case RatioOf() | MinOf() | MaxOf() | SumOf():
            return
        case _:
            typing.assert_never(derived.rule)


def numbers_of(derived: Derived) -> Iterator[str]:
    """Yield the facts from which a derived number is worked out, those of its conditions left out; none of a case."""
    match derived.rule:
        case Case():
            return
        case PointsOf():
            yield from (member.fact for member in derived.rule.members)
        case RatioOf() | MinOf() | MaxOf() | SumOf():
            yield from facts_of_derived(derived)
        case _:
            typing.assert_never(derived.rule)


def facts_of_derived(derived: Derived) -> Iterator[str]:
    """Yield the facts a derived fact reads."""
    match derived.rule:
        case Case():
            for row in derived.rule.rows:
                yield from facts_of(row.when)
                if isinstance(row.then, Ref):
                    yield row.then.fact
            if isinstance(derived.rule.otherwise, Ref):
                yield derived.rule.otherwise.fact
        case RatioOf():
            yield derived.rule.part
            yield derived.rule.whole
        case MinOf() | MaxOf():
            yield from derived.rule.facts
        case SumOf():
            yield from (each.fact for each in derived.rule.addends)
        case PointsOf():
            for member in derived.rule.members:
                if member.applies_if is not None:
                    yield from facts_of(member.applies_if)
                yield member.fact
        case _:
            typing.assert_never(derived.rule)


def given_for(ruleset: Ruleset, name: str) -> tuple[str, ...]:
    """Return the facts that a caller gives for a derived fact to be worked out, through other derived ones."""
    derived = ruleset.derived_by_id.get(name)
    if derived is None:
        return (name,)
    return tuple(dict.fromkeys(fact for inner in facts_of_derived(derived) for fact in given_for(ruleset, inner)))


def compared_by(indicator: Indicator) -> tuple[str, ...]:
    """Return the facts that an indicator compares, each once; what picks a column or makes it apply is left out."""
    found = (leaf for _, leaf in leaves(indicator.require) if isinstance(leaf, Comparison))
    return tuple(dict.fromkeys(name for leaf in found for name in leaf.facts))


def facts_read(criteria: Iterable[Criterion]) -> Iterator[str]:
    """Yield the facts that the conditions of the criteria read, in printed order, with repeats."""
    for criterion in criteria:
        for indicator in criterion.indicators:
            if indicator.applies_if is not None:
                yield from facts_of(indicator.applies_if)
            yield from facts_of(indicator.require)


def conditions(ruleset: Ruleset) -> Iterator[Condition]:
    """Yield the conditions of the indicators in printed order, of each when it applies before what it requires."""
    for _, indicator in indicators(ruleset):
        if indicator.applies_if is not None:
            yield indicator.applies_if
        yield indicator.require


def meets_of(condition: Condition) -> Iterator[Meets]:
    """Yield the prerequisites that a condition names."""
    return (leaf for _, leaf in leaves(condition) if isinstance(leaf, Meets))


def prerequisites_of(condition: Condition) -> Iterator[Ruleset]:
    """Yield the sets that the ``meets`` of a condition evaluate."""
    return (leaf.resolved for leaf in meets_of(condition) if leaf.resolved is not None)


def prerequisites(ruleset: Ruleset) -> Iterator[Ruleset]:
    """Yield the sets that the set's ``meets`` conditions evaluate."""
    for condition in conditions(ruleset):
        yield from prerequisites_of(condition)


def with_prerequisites(ruleset: Ruleset) -> Iterator[Ruleset]:
    """Yield the set and the sets that its prerequisites evaluate, however deep."""
    yield ruleset
    for other in prerequisites(ruleset):
        yield from with_prerequisites(other)
