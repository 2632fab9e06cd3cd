"""Operations on the numbers of an indicator: ``set`` and ``set_pending``."""

from attrs import evolve

from ntm_rules.messages.errors import Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import All, Comparison, Condition, Meets, Op, Open
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold
from ntm_rules.model.walk import threshold_cells
from ntm_rules.rules.compose.layer import Layering
from ntm_rules.rules.compose.overtaking import over_base, overtake, with_floor
from ntm_rules.yaml.nodes import Entry, Items, Map, Node, Scalar

SET_KEYS = ("cells", *(op.value for op in Op))


def set_threshold(run: Layering, found: Map, target: rw.Target) -> None:
    """``set``: another threshold for the same fact and operator, or some cells of the table that stands there."""
    comparison = _single(run, found, target)
    if comparison is None:
        return
    threshold = _threshold(run, found, comparison, target)
    if threshold is None:
        return
    for _, key, _ in threshold_cells(threshold if "cells" not in found.entries else _named(run, found, comparison)):
        run.touch(target, key, found)
    if not run.national:
        if comparison not in rw.negated(target.indicator.require):
            threshold = over_base(threshold, comparison.threshold)
        run.tree.composed = _swapped(
            run.tree.composed, target.address, comparison, evolve(comparison, threshold=threshold)
        )
        return
    amended = evolve(comparison, threshold=threshold)
    run.tree.national = _swapped(run.tree.national, target.address, comparison, amended)
    _reconcile(run, found, target.address, comparison, amended)


def _single(run: Layering, found: Map, target: rw.Target) -> Comparison | None:
    """The one comparison at the target."""
    comparisons = [n for _, n in rw.nodes(target.condition, "") if isinstance(n, Comparison)]
    if len(comparisons) == 1:
        return comparisons[0]
    parts = [a for a, n in rw.nodes(target.indicator.require, target.indicator.no) if isinstance(n, Comparison)]
    hint = f"name one of {', '.join(f'`{p}`' for p in parts)}" if comparisons else "use `replace`"
    message = f"`{target.address}` has {len(comparisons)} comparisons, not one"
    run.reader.error("operation.set", found.at, message, hint)
    return None


def _threshold(run: Layering, found: Map, comparison: Comparison, target: rw.Target) -> Threshold | None:
    """What the operation puts in place of the comparison's threshold."""
    ops = [op for op in Op if op.value in found.entries]
    if "cells" in found.entries and not ops:
        table = comparison.threshold
        if not isinstance(table, Table):
            hint = f"write `{comparison.op.value}:` with the whole threshold"
            message = f"`{target.address}` has no table whose cells could be set"
            run.reader.error("operation.set", found.at, message, hint)
            return None
        new = _named(run, found, comparison)
        return Table(table.by, tuple({**dict(table.cells), **dict(new.cells)}.items())) if new.cells else None
    if ops == [comparison.op]:
        facts = tuple(run.tree.facts[name] for name in comparison.facts)
        read = run.conditions.comparison_of(facts, comparison.op, found)
        return read.threshold if read else None
    message = f"`set` needs `{comparison.op.value}` or `cells` for `{target.address}`"
    run.reader.error("operation.set", found.at, message, "use `replace` for another operator" if ops else "")
    return None


def _named(run: Layering, found: Map, comparison: Comparison) -> Table:
    """The cells that the operation names, as a table by the selectors that stand there."""
    table = comparison.threshold
    fact = run.tree.facts[comparison.fact]
    if not isinstance(table, Table):
        return Table((), ())
    by = Items([Scalar(name, found.at) for name in table.by], found.at)
    node = Map({"by": Entry(Scalar("by", found.at), by), "cells": found.entries["cells"]}, found.at)
    new = run.conditions.thresholds.table(node, fact.type, fact.values, found, comparison.op)
    return new or Table(table.by, ())


def _swapped(criteria: rw.Criteria, address: str, old: Condition, new: Condition) -> rw.Criteria:
    """The criteria with one leaf at the address put in place of another."""
    target = rw.locate(criteria, address)
    if target is None:
        return criteria

    def leaf(node: Comparison | Meets | Open) -> Condition:
        return evolve(new, part=node.part, title=node.title) if node == old else node

    return rw.change_target(criteria, target, lambda condition: rw.map_leaves(condition, leaf))


def _reconcile(run: Layering, node: Node, address: str, before: Comparison, amended: Comparison) -> None:
    """Bring an amendment into the composed criteria, where an overlay may have been before it."""
    target = rw.locate(run.tree.composed, address)
    if target is None:
        message = f"`{address}` was taken out by an overlay before it was amended"
        run.note(Severity.WARNING, "layer.lapsed", node, message)
        return
    current = [n for _, n in rw.nodes(target.condition, "") if isinstance(n, Comparison)]
    if before in current:
        run.tree.composed = _swapped(run.tree.composed, address, before, amended)
        return
    message = f"`{address}` was set by an overlay before it was amended; the stricter of the two holds"
    run.note(Severity.WARNING, "layer.overtaken", node, message)
    twins = [c for c in current if (c.facts, c.op) == (amended.facts, amended.op)]
    if len(twins) == 1:
        both = overtake(twins[0], amended, run.tree.facts[amended.fact], run.tree.overlays)
        run.tree.composed = _swapped(run.tree.composed, address, twins[0], both)
        return

    def stricter(condition: Condition) -> Condition:
        return All((amended, evolve(condition, part=None)), part=condition.part, title=condition.title)

    run.tree.composed = rw.change_target(run.tree.composed, target, stricter)


def set_pending(run: Layering, found: Map, target: rw.Target) -> None:
    """``set_pending``: the instrument fixes the values, nobody has copied them yet."""
    scope, reader = run.conditions.scope, run.reader
    cell = Cell(
        CellState.PENDING,
        Citation(scope.instrument, scope.annex, reader.text(found.get("point"), "the point") or None),
        scope.instrument,
        source=reader.choice(found.get("source"), "source", dict(scope.sources)),
        note=reader.text(found.get("note"), "the note") or None,
    )

    reversed_ = rw.negated(target.indicator.require)

    def pending(old: Cell) -> Cell:
        """An overlay tightens, so the base stays as a floor; an amendment may loosen what is not an overlay's."""
        return with_floor(cell, old) if not run.national or old.blame in run.tree.overlays else cell

    def leaf(old: Comparison | Meets | Open) -> Condition:
        if isinstance(old, Meets):
            return evolve(old, cell=cell if old in reversed_ else pending(old.cell))
        threshold = rw.map_cells(old.threshold, (lambda _: cell) if old in reversed_ else pending)
        if isinstance(old, Comparison) and isinstance(old.threshold, Relative):
            threshold = evolve(old.threshold, times=pending(old.threshold.times))
        if isinstance(old, Comparison):
            return evolve(old, threshold=threshold)
        return evolve(old, threshold=threshold) if isinstance(threshold, Cell | Table) else old

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        place = rw.locate(criteria, target.address)
        return criteria if place is None else rw.change_target(criteria, place, lambda c: rw.map_leaves(c, leaf))

    run.touch(target, (), found)
    composed = rw.locate(run.tree.composed, target.address)
    if run.national and composed is not None and run.set_by_overlay(composed.condition):
        message = f"`{target.address}` was set by an overlay before it was amended to an unknown value"
        run.note(Severity.WARNING, "layer.overtaken", found, message)
    run.change(changed)
