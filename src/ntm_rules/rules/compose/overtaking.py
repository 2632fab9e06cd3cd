"""What is left of an overlay's cell beside the base: floors under pending cells, and the stricter of two."""

from collections.abc import Collection

from attrs import evolve

from ntm_rules.model.citations import Instrument
from ntm_rules.model.conditions import All, Comparison, Condition, Meets, Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold
from ntm_rules.model.walk import leaves, threshold_cells
from ntm_rules.rules.compose.looser import stricter


def with_floor(cell: Cell, below: Cell) -> Cell:
    """A pending cell with the set cell under it, below which nothing is met; any other cell as it is."""
    if cell.state is not CellState.PENDING:
        return cell
    return evolve(cell, floor=below if below.state is CellState.SET else below.floor)


def over_base(own: Threshold, base: Threshold) -> Threshold:
    """An overlay's threshold whose pending cells keep the set base cells under them as floors."""
    if isinstance(own, Cell) and isinstance(base, Cell):
        return with_floor(own, base)
    if isinstance(own, Cell) and isinstance(base, Relative) and own.state is CellState.PENDING:
        return evolve(base, times=with_floor(own, base.times))
    if isinstance(own, Table) and isinstance(base, Table) and own.by == base.by:
        below = dict(base.cells)
        return evolve(own, cells=tuple((k, with_floor(c, below[k]) if k in below else c) for k, c in own.cells))
    return own


def set_by(condition: Condition, instruments: Collection[Instrument]) -> bool:
    """True if one of the instruments set a cell of the condition."""
    for _, leaf in leaves(condition):
        threshold = leaf.cell if isinstance(leaf, Meets) else leaf.threshold
        if any(cell.blame in instruments for _, _, cell in threshold_cells(threshold)):
            return True
    return False


def overtake(current: Comparison, amended: Comparison, fact: Fact, overlays: Collection[Instrument]) -> Condition:
    """The stricter of a province's cells and an amendment that came after them.

    Cell by cell where the selectors are the same, else both comparisons have to hold.
    """
    mine, theirs = current.threshold, amended.threshold
    if isinstance(mine, Cell) and isinstance(theirs, Cell):
        cell = _stricter(current.op, mine, theirs, fact, overlays)
        if cell is not None:
            return evolve(current, threshold=cell)
    if isinstance(mine, Table) and isinstance(theirs, Table) and mine.by == theirs.by:
        cells = dict(theirs.cells)
        for key, own in mine.cells:
            cell = _stricter(current.op, own, cells[key], fact, overlays) if key in cells else own
            if cell is None:
                break
            cells[key] = cell
        else:
            return evolve(current, threshold=Table(mine.by, tuple(cells.items())))
    return All((amended, evolve(current, part=None)), part=current.part, title=current.title)


def _stricter(op: Op, own: Cell, amended: Cell, fact: Fact, overlays: Collection[Instrument]) -> Cell | None:
    """The cell that holds; None where neither includes the other."""
    if own.blame not in overlays:
        return amended
    if amended.state is CellState.PENDING:
        return with_floor(amended, own)
    if own.state is CellState.PENDING:
        return with_floor(own, amended)
    if own.state is CellState.SET and amended.state is CellState.SET:
        return stricter(op, own, amended, fact)
    return amended if amended.state is CellState.SET else own
