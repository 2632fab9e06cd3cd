"""Tables of thresholds and comparisons of levels laid out as lists, for engines that look places up.

The scalar engine is asked once for each combination of values, of which there are few, and says which cell counts and
what a comparison with it is: so neither engine for frames has rules of its own about levels and columns.
"""

import itertools
from collections.abc import Sequence

from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import RANK, ReasonCode
from ntm_rules.model.thresholds import Asked, Cell, Table, asked_of, matching, selected, why_all_open
from ntm_rules.verdict.compare import Unclear
from ntm_rules.verdict.compile import Compiler

NOT_MET, UNDETERMINED, MET, NOT_APPLICABLE = range(4)
"""The ranks by the names of their outcomes."""

OPEN = Asked(2)
"""What is asked where there is no cell."""


class Tabulator:
    """Lays out the tables of one ruleset.

    Args:
        scalar: the ruleset, compiled for one unit at a time: it is asked once for each value of a level or category.
    """

    def __init__(self, scalar: Compiler) -> None:
        self.scalar = scalar
        self.facts, self.bindings, self.floor = scalar.facts, scalar.bindings, scalar.floor

    def free(self, table: Table) -> tuple[str, ...]:
        """Return the selectors of a table that province and year do not fix."""
        return tuple(s for s in dict.fromkeys(table.by) if s not in self.bindings)

    def cells(self, table: Table, free: tuple[str, ...]) -> list[Cell | None]:
        """Return the cell for each combination of selector values, in the order of ``values_of``; None for no cell."""
        found: list[Cell | None] = []
        for values in itertools.product(*(values_of(self.facts[s]) for s in free)):
            if any(map(is_lacking, values)):
                found.append(None)
                continue
            texts = {s: selected(value) for s, value in zip(free, values, strict=True)} | self.bindings
            match_ = matching(table, tuple(texts[s] for s in table.by))
            found.append(None if match_ is None else match_[1])
        return found

    def known(self, free: tuple[str, ...]) -> list[int]:
        """Return the places of ``cells`` at which all selectors are known."""
        products = enumerate(itertools.product(*(values_of(self.facts[s]) for s in free)))
        return [place for place, values in products if not any(map(is_lacking, values))]

    def reasons(self, cells: Sequence[Cell | None], free: tuple[str, ...]) -> list[ReasonCode | None]:
        """Return for each combination why no cell that may still bind could decide anything; None where one could.

        A selector that is missing may have any value; nothing is said where one is ambiguous.
        """
        values = [values_of(self.facts[s]) for s in free]
        known = [[value for value in some if not is_lacking(value)] for some in values]
        at = dict(zip(itertools.product(*values), cells, strict=True))
        found: list[ReasonCode | None] = []
        for key in at:
            ways = [some if value is None else [value] for value, some in zip(key, known, strict=True)]
            reached = (at[way] for way in itertools.product(*ways))
            found.append(None if Unclear.AMBIGUOUS in key else why_all_open(reached, self.floor))
        return found

    def asked(self, cells: Sequence[Cell | None]) -> list[Asked]:
        """Return what each cell asks."""
        return [OPEN if cell is None else asked_of(cell, self.floor) for cell in cells]

    def ranks(self, name: str | None, op: Op, cells: Sequence[Cell | None]) -> list[list[int]]:
        """Return the rank of a comparison for each cell and each value of a yes/no, level or category."""
        values = [None] if name is None else values_of(self.facts[name])
        slots: list[object] = [None] * len(self.scalar.places)
        found: list[list[int]] = []
        for cell in cells:
            code = (lambda _: 2) if cell is None else self.scalar.decided(name, op, cell)
            row: list[int] = []
            for value in values:
                if name is not None:
                    slots[self.scalar.places[name]] = value
                row.append(RANK[int(code(slots))])
            found.append(row)
        return found


def values_of(fact: Fact) -> list[object]:
    """Return the values a selector may have: false, unknown, true; or its values, unknown, ambiguous."""
    if fact.type is FactType.BOOLEAN:
        return [False, None, True]
    return [*fact.values, None, Unclear.AMBIGUOUS]


def is_lacking(value: object) -> bool:
    """Return True for unknown and for ambiguous."""
    return value is None or value is Unclear.AMBIGUOUS
