"""Boundary coverage: which sides of which threshold, which branches of which rule, a number of verdicts has seen."""

import typing
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.model.citations import Instrument
from ntm_rules.model.conditions import Comparison, Condition, Meets, Open
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import Connective, Evaluated, LeafResult
from ntm_rules.model.rewrite import members
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import REST, Cell, CellState, Key, Table, bound_threshold, matching
from ntm_rules.model.walk import guards_of, indicators, leaves
from ntm_rules.verdict.explain import Unit, explainer_of
from ntm_rules.verdict.verdict import Verdict, assess

Origin = tuple[str, str, Instrument]
"""Ruleset id, period, and the instrument that put something there."""


@public("testing")
class Side(Enum):
    """Where a verdict met a threshold or a branch.

    For a yes or no, a category and a set, every other value is below. A cell without a value is only seen.
    """

    BELOW = "below"
    AT = "at"
    ABOVE = "above"
    MISSING = "missing"
    SEEN = "seen"
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


BOUNDARY = (Side.BELOW, Side.AT, Side.ABOVE)
_BRANCH = (Side.MET, Side.NOT_MET, Side.UNDETERMINED)


@public("testing")
class PointKind(Enum):
    """What a point is: a cell that a fact is compared with, an ``applies_if``, or a prerequisite."""

    CELL = "cell"
    APPLIES_IF = "applies_if"
    MEETS = "meets"


@public("testing")
@frozen
class CoveragePoint:
    """One thing that cases can exercise. The same cell in two compositions of a set is the same point.

    Attributes:
        ruleset, period: of the set.
        root: the number of the indicator, or the id of the derived fact.
        role: ``require``, ``applies_if`` or ``derive``.
        address: the number with the part.
        instrument: the layer that put it here.
        fact: what is compared; empty for a placeholder and a branch.
        by, key: the column.
        wanted: the sides that some fact within its bounds can be on.
    """

    ruleset: str
    period: str
    root: str
    role: str
    kind: PointKind
    address: str
    instrument: Instrument
    fact: str = ""
    by: tuple[str, ...] = ()
    key: Key = ()
    cell: Cell | None = None
    wanted: tuple[Side, ...] = field(default=_BRANCH, eq=False)

    @property
    def origin(self) -> Origin:
        """The set and the instrument that put the point there."""
        return self.ruleset, self.period, self.instrument

    @property
    def boundary(self) -> tuple[Side, ...]:
        """The sides of a set cell that can be tested: below, at, above."""
        return tuple(side for side in self.wanted if side in BOUNDARY)


@public("testing")
@frozen
class Coverage:
    """The points of some rulesets in printed order, each with the sides seen.

    Attributes:
        overlaid: instruments that are layers over a base.
    """

    seen: Mapping[CoveragePoint, frozenset[Side]]
    overlaid: frozenset[Instrument] = frozenset()

    def only(self, origins: Container[Origin]) -> "Coverage":
        """Return the coverage of what some instruments put into some sets."""
        return Coverage({p: s for p, s in self.seen.items() if p.origin in origins}, self.overlaid)

    def side(self, side: Side) -> tuple[int, int]:
        """How many points have seen a side, and how many want it."""
        return sum(side in s for s in self.seen.values()), sum(side in p.wanted for p in self.seen)

    @property
    def cells(self) -> tuple[int, int]:
        """How many cells with a value have seen every side of their boundary, and how many there are."""
        found = [set(p.boundary) <= sides for p, sides in self.seen.items() if p.boundary]
        return sum(found), len(found)

    @property
    def branches(self) -> tuple[int, int]:
        """How many numbers that a layer changed some verdict came through with a figure, and how many there are."""
        found: dict[tuple[object, ...], bool] = {}
        for p, sides in self.seen.items():
            if p.instrument in self.overlaid:
                branch = (p.origin, p.address)
                found[branch] = found.get(branch, False) or bool(sides - {Side.MISSING})
        return sum(found.values()), len(found)

    @property
    def total(self) -> tuple[int, int]:
        """How many sides were seen, and how many there are."""
        return sum(len(s) for s in self.seen.values()), sum(len(p.wanted) for p in self.seen)

    def gaps(self) -> Iterator[tuple[CoveragePoint, Side]]:
        """Every side that was not seen."""
        for point, sides in self.seen.items():
            yield from ((point, side) for side in point.wanted if side not in sides)


def coverage(rulesets: Iterable[Ruleset], verdicts: Iterable[Verdict]) -> Coverage:
    """Return what the verdicts have seen of the rulesets; a verdict on another composition of a set counts as well."""
    found: dict[CoveragePoint, set[Side]] = {}
    overlaid: set[Instrument] = set()
    for ruleset in rulesets:
        found.update((point, set()) for point in points(ruleset) if point not in found)
        layers = (layer for layer in ruleset.layers if layer.kind not in (LayerKind.BASE, LayerKind.OWN))
        overlaid.update(layer.instrument for layer in layers if layer.instrument is not None)
    for verdict in verdicts:
        for point, side in exercised(verdict):
            if point in found and side in point.wanted:
                found[point].add(side)
    return Coverage({point: frozenset(sides) for point, sides in found.items()}, frozenset(overlaid))


# -- the points of a ruleset -------------------------------------------------------------------


@frozen
class _Root:
    """A condition of the tree, and whose it is."""

    name: str
    role: str
    condition: Condition
    instrument: Instrument


@frozen
class _Map:
    """The points of a ruleset by where they are in its tree, made once."""

    ruleset: Ruleset
    roots: tuple[_Root, ...] = field(init=False)
    facts: Mapping[str, Fact] = field(init=False)
    _made: dict[object, CoveragePoint] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        ruleset = self.ruleset
        facts = ruleset.fact_by_id
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "roots", tuple(_roots(ruleset)))

    def cell(
        self, root: _Root, leaf: Comparison | Open, address: str, fact: str, key: Key, cell: Cell
    ) -> CoveragePoint:
        """Return the point of a cell; the same object whenever it is asked for again."""
        name = (root.name, root.role, id(leaf), fact, key)
        if name not in self._made:
            bound = bound_threshold(leaf.threshold)
            by = bound.by if isinstance(bound, Table) else ()
            wanted = self.wanted(fact, cell)
            self._made[name] = self.point(root, PointKind.CELL, address, cell.blame, fact, by, key, cell, wanted)
        return self._made[name]

    def branch(self, root: _Root, kind: PointKind, address: str) -> CoveragePoint:
        """Return the point of an ``applies_if`` or a prerequisite."""
        return self.point(root, kind, address, root.instrument)

    def point(self, root: _Root, *rest: typing.Any) -> CoveragePoint:
        return CoveragePoint(self.ruleset.id, self.ruleset.period, root.name, root.role, *rest)

    def reachable(self, bound: Cell | Table) -> Iterator[tuple[Key, Cell]]:
        """Yield the cells that bind some unit: not the general column, not the columns of other provinces."""
        if isinstance(bound, Cell):
            yield (), bound
            return
        derived = self.ruleset.derived_by_id
        selectors = Selectors(self.facts, derived, dict(self.ruleset.bindings))
        columns = [frozenset(key[n] for key, _ in bound.cells) for n in range(len(bound.by))]
        known = [{REST, *selectors.values(s, texts)} for s, texts in zip(bound.by, columns, strict=True)]
        yield from ((k, c) for k, c in bound.cells if all(p in ks for p, ks in zip(k, known, strict=True)))

    def wanted(self, name: str, cell: Cell) -> tuple[Side, ...]:
        """Return the sides of a cell on which the fact can be."""
        asked, fact = _asked(cell), self.facts.get(name)
        if fact is None or asked.state is not CellState.SET:
            return (Side.SEEN,)
        value, found = asked.value, [Side.BELOW, Side.AT, Side.ABOVE, Side.MISSING]
        ranked = _ranked(fact, value)
        if ranked and value == _first(fact):
            found.remove(Side.BELOW)
        if not ranked or value == _last(fact):
            found.remove(Side.ABOVE)
        if name in dict(self.ruleset.bindings):
            found.remove(Side.MISSING)
        return tuple(found)


@kept
def _map_of(ruleset: Ruleset) -> _Map:
    return _Map(ruleset)


def _roots(ruleset: Ruleset) -> Iterator[_Root]:
    base = ruleset.layers[0].instrument
    for derived in ruleset.derived:
        for guard in guards_of(derived):
            if base is not None:
                yield _Root(derived.id, "derive", guard, base)
    for _, indicator in indicators(ruleset):
        instrument = indicator.citation.instrument
        if indicator.applies_if is not None:
            yield _Root(indicator.no, "applies_if", indicator.applies_if, instrument)
        yield _Root(indicator.no, "require", indicator.require, instrument)


def points(ruleset: Ruleset) -> Iterator[CoveragePoint]:
    """Every point of a ruleset in printed order; columns that bind no unit are left out."""
    made = _map_of(ruleset)
    for root in made.roots:
        if root.role == "applies_if":
            yield made.branch(root, PointKind.APPLIES_IF, root.name)
        for address, leaf in leaves(root.condition, root.name):
            if isinstance(leaf, Meets):
                yield made.branch(root, PointKind.MEETS, address)
                continue
            cells = list(made.reachable(bound_threshold(leaf.threshold)))
            for fact in leaf.facts if isinstance(leaf, Comparison) else ("",):
                yield from (made.cell(root, leaf, address, fact, key, cell) for key, cell in cells)


# -- what one verdict has seen -----------------------------------------------------------------


def exercised(verdict: Verdict) -> Iterator[tuple[CoveragePoint, Side]]:
    """Every point that a verdict came through, and on which side."""
    ruleset = verdict.ruleset
    made, found = _map_of(ruleset), verdict.indicators
    unit, explainer = Unit(verdict.values, verdict.facts, verdict.unit, assess), explainer_of(ruleset)
    for root in made.roots:
        if root.role == "derive":
            yield from _in_tree(made, root, explainer.condition(root.condition, root.name)(unit))
            continue
        result = found[root.name]
        if root.role == "require":
            if result.applies is None or result.applies.outcome is Outcome.MET:
                yield from _in_tree(made, root, result.tree)
        elif result.applies is not None:
            side = _branch_side(result.applies.outcome)
            if side is not None:
                yield made.branch(root, PointKind.APPLIES_IF, root.name), side
            yield from _in_tree(made, root, result.applies)


def _in_tree(made: _Map, root: _Root, tree: Evaluated) -> Iterator[tuple[CoveragePoint, Side]]:
    for address, leaf, node in _paired(root.condition, tree, root.name):
        if isinstance(leaf, Meets):
            side = _branch_side(node.outcome)
            if side is not None:
                yield made.branch(root, PointKind.MEETS, address), side
            continue
        bound = bound_threshold(leaf.threshold)
        for result in (leaf for leaf in node.leaves() if not leaf.spec.denies):
            key = tuple(column.value for column in result.columns)
            cell = ((), bound) if isinstance(bound, Cell) else _picked(bound, key)
            fact = result.fact.id if result.fact is not None else ""
            side = None if cell is None else _side(result, _asked(cell[1]))
            if cell is not None and side is not None:
                yield made.cell(root, leaf, address, fact, *cell), side


def _picked(table: Table, key: tuple[str | None, ...]) -> tuple[Key, Cell] | None:
    known = tuple(value for value in key if value is not None)
    return matching(table, known) if len(known) == len(key) else None


def _side(result: LeafResult, asked: Cell) -> Side | None:
    """On which side of a cell a comparison was; None where a whole of 0, or what is undecided, left it open."""
    fact, actual, value = result.fact, result.actual, asked.value
    if fact is None or asked.state is not CellState.SET:
        return Side.SEEN
    if actual is None:
        return Side.MISSING if ReasonCode.FACT_MISSING in result.codes else None
    if ReasonCode.FACT_MISSING in result.codes:
        return None
    if not _ranked(fact, value):
        same = actual in value if isinstance(value, tuple) else actual == value
        return Side.AT if same else Side.BELOW
    ahead = _rank(fact, actual) - _rank(fact, value)
    return Side.AT if ahead == 0 else Side.ABOVE if ahead > 0 else Side.BELOW


def _branch_side(outcome: Outcome) -> Side | None:
    return Side(outcome.code) if outcome is not Outcome.NOT_APPLICABLE else None


def _asked(cell: Cell) -> Cell:
    """Return the cell, or under a pending one of an overlay the cell of the base: below that nothing is met."""
    return cell.floor if cell.state is CellState.PENDING and cell.floor is not None else cell


# -- values in order ---------------------------------------------------------------------------


def _ranked(fact: Fact, value: object) -> bool:
    """Return True where a value has others below and above it: numbers and levels."""
    return fact.type.numeric or (fact.type is FactType.ORDINAL and not isinstance(value, tuple))


def _rank(fact: Fact, value: object) -> Fraction:
    if fact.type.numeric:
        return Fraction(typing.cast(Decimal | Fraction, value))
    return Fraction(fact.values.index(str(value)))


def _first(fact: Fact) -> object:
    return fact.minimum if fact.type.numeric else fact.values[0]


def _last(fact: Fact) -> object:
    return fact.maximum if fact.type.numeric else fact.values[-1]


# -- trees -------------------------------------------------------------------------------------


def _paired(
    condition: Condition, tree: Evaluated, address: str
) -> Iterator[tuple[str, Comparison | Meets | Open, Evaluated]]:
    """Every leaf of a condition with what became of it."""
    here = address + (condition.part or "")
    if isinstance(condition, Comparison | Meets | Open):
        yield here, condition, tree
    elif isinstance(tree, Connective):
        for member, inner in zip(members(condition), tree.members, strict=True):
            yield from _paired(member, inner, here)
