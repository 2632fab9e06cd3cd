"""What a comparison compares with: a cell, a table of cells, or another tier's threshold times a factor."""

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.citations import Citation, Confidence, Evidence, Instrument
from ntm_rules.model.outcomes import Outcome, ReasonCode

Value = Decimal | bool | str | tuple[str, ...]
"""A number, a yes or no, an ordinal level or category, or the set of ``one_of``."""

Key = tuple[str, ...]
"""The values of a table's selectors; ``*`` is every value without a key of its own."""

GENERAL = "ALL"
"""The printed general column of a table with regional columns: kept for show, it binds no unit."""

REST = "*"


@public("law")
class CellState(Enum):
    """What a cell of a table says."""

    SET = "set"
    NONE = "none"
    DELEGATED = "delegated"
    PENDING = "pending"


@public("law")
@frozen
class Cell:
    """One number (or yes, level, set) of an instrument, with its evidence.

    Attributes:
        state: a value, nothing asked (``none``), left to a lower level, or not known yet (``pending``).
        evidence: None only for a pending cell.
        confidence: of a recalled value.
        citation: the place that fixes the value.
        blame: the instrument of the layer that set the cell.
        source: web address where the value was seen.
        disputed: what another source says against the value, and that source; a note, which changes no outcome.
        free: an overlay may loosen it.
        when_empty: the outcome of a ratio whose whole is 0; None leaves it undetermined.
        floor: under a pending cell of an overlay, the set base cell: below that nothing is met.
        overtaken: a looser cell that another instrument wants here; the stricter of the two holds.
    """

    state: CellState
    citation: Citation
    blame: Instrument
    value: Value | None = None
    evidence: Evidence | None = None
    confidence: Confidence | None = None
    source: str | None = None
    note: str | None = None
    free: bool = False
    when_empty: Outcome | None = None
    floor: "Cell | None" = None
    overtaken: "Cell | None" = None
    disputed: str | None = None

    @property
    def level(self) -> str:
        """The evidence as a text; ``pending`` where there is none."""
        return self.evidence.value if self.evidence else "pending"

    def below(self, floor: Evidence | None) -> bool:
        """Return whether the cell's evidence is weaker than *floor*."""
        return floor is not None and self.evidence is not None and self.evidence.rank < floor.rank


@public("law")
@frozen
class Table:
    """Cells by selector facts, in printed order."""

    by: tuple[str, ...]
    cells: tuple[tuple[Key, Cell], ...]


@public("law")
@frozen
class Relative:
    """A multiple of another tier's threshold; ``resolved`` when composed.

    Attributes:
        times: the factor.
        of: ``ruleset#address`` of the threshold it refers to.
    """

    times: Cell
    of: str
    resolved: "Cell | Table | None" = None


Threshold = Cell | Table | Relative


def matching(table: Table, key: Key) -> tuple[Key, Cell] | None:
    """Return the printed key and cell that bind the selector values *key*; None where the table has none."""
    best: tuple[Key, Cell] | None = None
    for printed, cell in table.cells:
        if printed == key:
            return printed, cell
        fits = REST in printed and all(p in (k, REST) for p, k in zip(printed, key, strict=True))
        if fits and (best is None or [p == REST for p in printed] < [p == REST for p in best[0]]):
            best = printed, cell
    return best


def bound_threshold(threshold: Threshold) -> Cell | Table:
    """Return the cell or table that binds: of a relative threshold what it was resolved to."""
    if isinstance(threshold, Relative):
        return threshold.resolved or threshold.times
    return threshold


def selected(slot: object) -> str:
    """Return the key of a table that a selector's slot picks."""
    return ("true" if slot else "false") if isinstance(slot, bool) else str(slot)


@frozen
class Asked:
    """What a cell asks under a floor of evidence.

    Attributes:
        code: the outcome whatever the facts; None where they are compared.
        cell: the set cell that they are compared with.
        capped: what is not *not met* is undetermined: the cell lies under one that is pending.
    """

    code: int | None = None
    cell: Cell | None = None
    capped: bool = False


def asked_of(cell: Cell, floor: Evidence | None) -> Asked:
    """Return what a cell asks; cells below *floor* are as good as pending."""
    if cell.below(floor):
        return Asked(2)
    if cell.state is CellState.NONE:
        return Asked(3)
    if cell.state is CellState.SET:
        return Asked(None, cell)
    if cell.floor is None or cell.state is not CellState.PENDING:
        return Asked(2)
    base = asked_of(cell.floor, floor)
    return Asked(2) if base.cell is None else Asked(None, base.cell, True)


_UNKNOWN = {CellState.DELEGATED: ReasonCode.DELEGATED, CellState.PENDING: ReasonCode.PENDING}


def why_open(cell: Cell | None, floor: Evidence | None) -> ReasonCode | None:
    """Return why a cell, or the want of one, leaves a comparison open; None where the cell decides it.

    What is not known has no evidence: only of a cell that says something it matters how well it is known.
    """
    if cell is None:
        return ReasonCode.NO_CELL
    return _UNKNOWN.get(cell.state) or (ReasonCode.BELOW_MINIMUM_EVIDENCE if cell.below(floor) else None)


def why_all_open(cells: Iterable[Cell | None], floor: Evidence | None) -> ReasonCode | None:
    """Return the one reason why none of several cells could decide anything, whatever the facts; None otherwise.

    Only reasons that the law itself gives: a floor of evidence is the caller's, who may lower it.
    """

    def reason(cell: Cell | None) -> ReasonCode | None:
        decides = cell is not None and asked_of(cell, floor).code != 2
        return None if decides else why_open(cell, floor)

    reasons = set(map(reason, cells))
    found = reasons.pop() if len(reasons) == 1 else None
    return None if found is ReasonCode.BELOW_MINIMUM_EVIDENCE else found
