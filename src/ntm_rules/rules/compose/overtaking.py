"""What is left of an overlay's cell beside the base: floors under pending cells, and the stricter of two."""

from collections.abc import Callable, Collection

from attrs import evolve

from ntm_rules.model.citations import Instrument
from ntm_rules.model.conditions import All, Comparison, Condition, Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold
from ntm_rules.model.walk import cells_of
from ntm_rules.rules.compose.looser import stricter


def with_floor(cell: Cell, below: Cell) -> Cell:
    """Return a pending cell with the set cell under it, below which nothing is met; any other cell as it is."""
    if cell.state is not CellState.PENDING:
        return cell
    return evolve(cell, floor=below if below.state is CellState.SET else below.floor)


def over_base(own: Threshold, base: Threshold) -> Threshold:
    """Return an overlay's threshold whose pending cells keep the set base cells under them as floors."""
    match own, base:
        case Cell(), Cell():
            return with_floor(own, base)
        case Cell(state=CellState.PENDING), Relative():
            return evolve(base, times=with_floor(own, base.times))
        case Table(), Table() if own.by == base.by:
            below = dict(base.cells)
            return evolve(own, cells=tuple((k, with_floor(c, below[k]) if k in below else c) for k, c in own.cells))
    return own


def set_by(condition: Condition, instruments: Collection[Instrument]) -> bool:
    """Return whether one of the instruments set a cell of the condition."""
    return any(cell.blame in instruments for cell in cells_of(condition))


def overtake(current: Comparison, amended: Comparison, fact: Fact, overlays: Collection[Instrument]) -> Condition:
    """Return the stricter of a province's cells and an amendment that came after them.

    Cell by cell where the selectors are the same, else both comparisons have to hold.
    """

    def stricter_cell(own: Cell, other: Cell) -> Cell | None:
        return _stricter(current.op, own, other, fact, overlays)

    threshold = _cell_by_cell(current.threshold, amended.threshold, stricter_cell)
    return both_hold(current, amended) if threshold is None else evolve(current, threshold=threshold)


def _cell_by_cell(mine: Threshold, theirs: Threshold, choose: Callable[[Cell, Cell], Cell | None]) -> Threshold | None:
    """Return the threshold of the chosen cells; None where one cannot be chosen."""
    match mine, theirs:
        case Cell(), Cell():
            return choose(mine, theirs)
        case Table(), Table() if mine.by == theirs.by:
            cells = dict(theirs.cells)
            for key, own in mine.cells:
                cell = choose(own, cells[key]) if key in cells else own
                if cell is None:
                    return None
                cells[key] = cell
            return Table(mine.by, tuple(cells.items()))
    return None


def both_hold(current: Condition, amended: Condition) -> Condition:
    """Return the condition that asks for both, in the place of the first."""
    return All((amended, evolve(current, part=None)), part=current.part, title=current.title)


def _stricter(op: Op, own: Cell, amended: Cell, fact: Fact, overlays: Collection[Instrument]) -> Cell | None:
    """Return the cell that holds; None where neither includes the other."""
    if own.blame not in overlays:
        return amended
    if amended.state is CellState.PENDING:
        return with_floor(amended, own)
    if own.state is CellState.PENDING:
        return with_floor(own, amended)
    if own.state is CellState.SET and amended.state is CellState.SET:
        return stricter(op, own, amended, fact)
    return amended if amended.state is CellState.SET else own
