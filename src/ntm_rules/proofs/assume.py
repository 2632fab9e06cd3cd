"""Unknown cells named, and a ruleset with values in them: how a proof about unknown cells is replayed."""

import typing
from collections.abc import Mapping
from functools import cached_property

from attrs import evolve, frozen

from ntm_rules.model.citations import Citation, Evidence
from ntm_rules.model.conditions import Comparison, Condition, Derived, Meets, Op, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rewrite import map_guards, map_leaves
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Key, Table, Threshold, Value, bound_threshold


@frozen(cache_hash=True)
class UnknownCell:
    """An unknown cell: where it is written and who left it open.

    Two sets that share a cell share its unknown value.

    Attributes:
        owner: number of the indicator, or id of the derived fact whose guard it is.
        part: of the indicator; empty where there is none.
        key: the column.
        floor: what it asks at least.
    """

    ruleset: str
    owner: str
    part: str
    facts: tuple[str, ...]
    op: Op
    key: Key
    citation: Citation
    floor: Value | None = None

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        column = f" [{', '.join(self.key)}]" if self.key else ""
        facts = f" {' '.join(self.facts)} {self.op.value}" if self.facts else ""
        return f"{self.ruleset} {self.owner}{self.part}{facts}{column} ({self.citation.instrument.number})"


Assumed = Mapping[UnknownCell, Value]


def unknown_cell(ruleset: str, owner: str, leaf: Comparison | Open, key: Key, cell: Cell) -> UnknownCell:
    """Return the name of a cell of a comparison or of an open condition."""
    facts, op = (leaf.facts, leaf.op) if isinstance(leaf, Comparison) else ((), Op.EQUALS)
    floor = cell.floor.value if cell.floor is not None else None
    return UnknownCell(ruleset, owner, leaf.part or "", facts, op, key, cell.citation, floor)


def asked_by(ruleset: str, owner: str, leaf: Open) -> Fact:
    """Return the yes/no fact for an open condition: whether a unit would meet what nobody has written down."""
    cell = leaf.threshold if isinstance(leaf.threshold, Cell) else leaf.threshold.cells[0][1]
    return Fact(str(unknown_cell(ruleset, owner, leaf, (), cell)), FactType.BOOLEAN)


def filled(ruleset: Ruleset, assumed: Assumed) -> Ruleset:
    """Return the ruleset with the assumed values in unknown cells, and open conditions as questions to the unit."""
    questions: dict[Fact, None] = {}

    def condition(owner: str, node: Condition) -> Condition:
        return map_leaves(node, lambda leaf: _leaf(ruleset, owner, leaf, assumed, questions))

    def derived(rule: Derived) -> Derived:
        return map_guards(rule, lambda guard: condition(rule.id, guard))

    rules = tuple(map(derived, ruleset.derived))
    criteria = tuple(
        evolve(
            criterion,
            indicators=tuple(
                evolve(
                    i,
                    require=condition(i.no, i.require),
                    applies_if=None if i.applies_if is None else condition(i.no, i.applies_if),
                )
                for i in criterion.indicators
            ),
        )
        for criterion in ruleset.criteria
    )
    facts = tuple(dict.fromkeys((*ruleset.facts, *questions)))
    return evolve(ruleset, criteria=criteria, facts=facts, derived=rules)


def _leaf(
    ruleset: Ruleset,
    owner: str,
    leaf: Comparison | Meets | Open,
    assumed: Assumed,
    questions: dict[Fact, None],
) -> Condition:
    match leaf:
        case Meets():
            other = None if leaf.resolved is None else filled(leaf.resolved, assumed)
            questions.update(dict.fromkeys(other.facts if other else ()))
            asked = leaf.cell if leaf.cell.state is CellState.NONE else _with(leaf.cell, True)
            return evolve(leaf, resolved=other, cell=asked)
        case Comparison():
            return evolve(leaf, threshold=_threshold(ruleset, owner, leaf, bound_threshold(leaf.threshold), assumed))
        case Open():
            fact = asked_by(ruleset.id, owner, leaf)
            questions[fact] = None
            threshold = _threshold(ruleset, owner, leaf, leaf.threshold, assumed)
            return Comparison((fact.id,), Op.EQUALS, threshold, leaf.part, leaf.title)
        case _:
            typing.assert_never(leaf)


def _threshold(
    ruleset: Ruleset, owner: str, leaf: Comparison | Open, threshold: Cell | Table, assumed: Assumed
) -> Threshold:
    def cell(key: Key, old: Cell) -> Cell:
        value = True if isinstance(leaf, Open) else assumed.get(unknown_cell(ruleset.id, owner, leaf, key, old))
        return old if value is None else _with(old, value)

    if isinstance(threshold, Cell):
        return cell((), threshold)
    return evolve(threshold, cells=tuple((key, cell(key, old)) for key, old in threshold.cells))


def _with(cell: Cell, value: Value) -> Cell:
    """Return the cell, set; a cell that is known keeps its own value."""
    empty = cell.when_empty if cell.when_empty is not None or cell.floor is None else cell.floor.when_empty
    known = evolve(cell, state=CellState.SET, value=value, evidence=Evidence.OFFICIAL, confidence=None)
    return evolve(known, floor=None, when_empty=empty)
