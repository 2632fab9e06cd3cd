"""What the long result says of a condition, as far as it is the same for every unit."""

import math
from decimal import Decimal
from fractions import Fraction

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Condition, Meets
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator
from ntm_rules.model.thresholds import Cell, CellState, Table, bound_threshold, why_open
from ntm_rules.model.walk import leaves, prerequisites_of

LEVELS = ("pending", "recalled", "secondary", "official")
"""Evidence from the weakest on."""

REASONS = tuple(code.value for code in ReasonCode)
ORDER = {code: place for place, code in enumerate(ReasonCode)}
NO_REASON = 255


def tables_of(condition: Condition) -> list[Table]:
    """Return the tables of a condition."""
    found: list[Table] = []
    for _, leaf in leaves(condition):
        if not isinstance(leaf, Meets):
            bound = bound_threshold(leaf.threshold)
            found += [bound] if isinstance(bound, Table) else []
    return found


def says_empty(cell: Cell) -> bool:
    """Return whether a cell, or the base cell under a pending one, says what an empty whole means."""
    base = cell.floor if cell.state is CellState.PENDING and cell.floor is not None else cell
    return base.when_empty is not None


def cell_reason(cell: Cell, floor: Evidence | None) -> int:
    """Return the reason why a cell leaves a comparison open; ``NO_REASON`` where it decides."""
    reason = why_open(cell, floor)
    return NO_REASON if reason is None else ORDER[reason]


def reads_unread(indicator: Indicator) -> bool:
    """Return whether an indicator rests on another set that was not read whole."""
    conditions = [c for c in (indicator.require, indicator.applies_if) if c is not None]
    return any(not other.read_whole for c in conditions for other in prerequisites_of(c))


def as_float(value: object, fact: Fact | None) -> float:
    """Return a value, threshold or margin as a number: 1 or 0 for yes or no, the rank of a level, else NaN."""
    if isinstance(value, bool | int | float | Decimal | Fraction):
        return float(value)
    if isinstance(value, str) and fact is not None and fact.type is FactType.ORDINAL:
        return float(fact.values.index(value))
    return math.nan
