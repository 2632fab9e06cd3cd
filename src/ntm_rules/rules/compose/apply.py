"""What an operation of a layer does to the criteria: values in, values out."""

import datetime as dt
import typing
from collections.abc import Callable, Mapping

from attrs import evolve, field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.conditions import All, Any, AtLeast, Comparison, Condition, Meets, Open
from ntm_rules.model.rulesets import Criterion, Indicator
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, Key, Relative, Table, Threshold
from ntm_rules.model.walk import cells_of, threshold_cells
from ntm_rules.rules.compose.declared import Declared
from ntm_rules.rules.compose.looser import compare_indicators
from ntm_rules.rules.compose.overtaking import both_hold, over_base, overtake, set_by, with_floor
from ntm_rules.yaml.nodes import Position, placed

# -- operations ----------------------------------------------------------------------------------


@frozen
class Targeted:
    """An operation on an indicator or a part of one: its place in the file, and what it finds there to change."""

    at: Position
    target: rw.Target


@frozen
class SetThreshold(Targeted):
    """``set``: another threshold for the fact and operator of a comparison; *keys* are the cells that are named."""

    before: Comparison
    threshold: Threshold
    keys: tuple[Key, ...]


@frozen
class SetPending(Targeted):
    """``set_pending``: the instrument fixes the values, nobody has copied them yet."""

    cell: Cell


@frozen
class Replace(Targeted):
    """``replace``: another condition; for an indicator also its title, guard and note where they are given."""

    require: Condition
    citation: Citation
    title: Text | None = None
    applies_if: Condition | None = None
    note: str | None = None

    def whole(self, old: Indicator) -> Indicator:
        """Return what the indicator becomes."""
        return evolve(
            old,
            require=self.require,
            title=self.title or old.title,
            applies_if=self.applies_if or old.applies_if,
            citation=self.citation,
            note=self.note or old.note,
        )

    def part(self, old: Condition) -> Condition:
        """Return what a part of an indicator becomes."""
        title = self.title or self.require.title or old.title
        return evolve(self.require, part=self.require.part or old.part, title=title)


@frozen
class Remove(Targeted):
    """``remove``: an indicator, or a part of one, is taken out."""

    def whole(self, old: Indicator) -> None:
        """Nothing is left of the indicator."""

    def part(self, old: Condition) -> None:
        """Nothing is left of the part."""


@frozen
class Retitle(Targeted):
    """``retitle``: another title."""

    title: Text

    def whole(self, old: Indicator) -> Indicator:
        """Return the indicator with the title."""
        return evolve(old, title=self.title)

    def part(self, old: Condition) -> Condition:
        """Return the part with the title."""
        return evolve(old, title=self.title)


@frozen
class AddPart(Targeted):
    """``add``: a member of a connective, behind another one or at the end."""

    condition: Condition
    after: str

    @property
    def address(self) -> str:
        """The address of what is added."""
        return self.target.address + (self.condition.part or "")

    def whole(self, old: Indicator) -> Indicator:
        """Return the indicator with the part."""
        return evolve(old, require=self.part(old.require))

    def part(self, old: Condition) -> Condition:
        """Return the condition with one more member; what an overlay made a single condition has to hold beside it."""
        if not isinstance(old, All | Any | AtLeast):
            return both_hold(old, self.condition)
        place = _behind([member.part or "" for member in old.members], self.after)
        return evolve(old, members=(*old.members[:place], self.condition, *old.members[place:]))


@frozen
class RemoveCriterion:
    """``remove``: a criterion is taken out with all its indicators."""

    at: Position
    criterion: Criterion


@frozen
class AddCriterion:
    """``add``: a criterion, behind another one or at the end."""

    at: Position
    criterion: Criterion
    after: str


@frozen
class AddIndicator:
    """``add``: an indicator in a criterion, behind another one or at the end."""

    at: Position
    criterion: Criterion
    indicator: Indicator
    after: str


@frozen
class ChangeGrades:
    """``grade``, and ``add`` or ``remove`` of one: the grades as they are declared from then on."""

    at: Position
    grades: tuple[Declared, ...]


Operation = (
    SetThreshold
    | SetPending
    | Replace
    | Remove
    | Retitle
    | AddPart
    | RemoveCriterion
    | AddCriterion
    | AddIndicator
    | ChangeGrades
)

# -- the criteria between two operations ---------------------------------------------------------


@frozen
class Author:
    """Whose operations are applied.

    An amendment changes the national criteria and, with them, the composed ones; an overlay only the composed ones.

    Attributes:
        start: the first day of the layer.
        national: True for an amendment.
    """

    instrument: Instrument
    start: dt.date
    national: bool


@frozen
class Touch:
    """A cell that an instrument changed by an operation; an empty key is the whole of the address."""

    instrument: Instrument
    start: dt.date
    indicator: str
    address: str
    key: Key
    operation: Operation = field(eq=False)

    @property
    def reshapes(self) -> bool:
        """Whether something else stands there from then on, or nothing."""
        return isinstance(self.operation, Replace | Remove | RemoveCriterion)

    def ties(self, other: "Touch") -> bool:
        """Return whether the same issuer changed the same cell from the same day, in one instrument or in two."""
        return (
            self.instrument.issuer == other.instrument.issuer
            and (self.start, self.indicator) == (other.start, other.indicator)
            and (self.address == other.address or self.indicator in (self.address, other.address))
            and (self.key == other.key or not self.key or not other.key)
        )


@frozen
class Tree:
    """The criteria as the operations so far left them, and what there is to tell about these.

    Attributes:
        national: base and amendments only: what an overlay is compared with.
        composed: with the overlays.
        selectors: the facts known so far, and what tables can select by.
        overlays: the instruments of the overlays.
        touched: what was changed, and by whom.
        removed: the indicators and parts that were taken out, with the instrument that did it last.
        grades: the grades as the files so far declare them.
        diagnostics: errors, warnings and notes in the order of the operations.
    """

    national: rw.Criteria
    composed: rw.Criteria
    selectors: Selectors
    overlays: frozenset[Instrument] = frozenset()
    touched: tuple[Touch, ...] = ()
    removed: Mapping[str, Touch] = field(factory=dict)
    grades: tuple[Declared, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def own(self, author: Author) -> rw.Criteria:
        """Return the criteria to which the numbers in the author's operations refer."""
        return self.national if author.national else self.composed

    def changed(self, author: Author, change: Callable[[rw.Criteria], rw.Criteria]) -> "Tree":
        """Return the tree with the criteria changed that the author can change."""
        national = change(self.national) if author.national else self.national
        return evolve(self, national=national, composed=change(self.composed))

    def told(self, severity: Severity, at: Position, message: Message, address: str) -> "Tree":
        """Return the tree with one more diagnostic, about an indicator or part."""
        return evolve(self, diagnostics=(*self.diagnostics, placed(at, message, severity, address)))


def apply(tree: Tree, operation: Operation, author: Author) -> Tree:
    """Return the tree with an operation applied: what it changed is touched, what it made looser is told."""
    touches = [Touch(author.instrument, author.start, *place, operation) for place in _places(operation)]
    tied = [(touch, other) for touch in touches for other in tree.touched if touch.ties(other)]
    if not author.national:
        tree = _amended(tree, operation, touches, author)
    if isinstance(operation, AddIndicator | AddPart):  # a file may put back otherwise what it has taken out
        tied = [(mine, other) for mine, other in tied if mine.instrument != other.instrument]
    tree = evolve(tree, touched=(*tree.touched, *touches))
    if isinstance(operation, Remove | RemoveCriterion):
        tree = evolve(tree, removed={**tree.removed, **{touch.address: touch for touch in touches}})
    if tied:
        tree = tree.told(Severity.ERROR, operation.at, _tie(*tied[0]), tied[0][0].address)
    match operation:
        case SetThreshold():
            tree = _set_threshold(tree, operation, author)
        case SetPending():
            tree = _set_pending(tree, operation, author)
        case Replace() | Remove() | Retitle() | AddPart():
            tree = _reshape(tree, operation, author)
        case RemoveCriterion() | AddCriterion():
            tree = tree.changed(author, lambda criteria: _with_criterion(criteria, operation))
        case AddIndicator():
            return _add_indicator(tree, operation, author)  # what is added cannot make anything looser
        case ChangeGrades():
            tree = evolve(tree, grades=operation.grades)
        case _:
            typing.assert_never(operation)
    for no in () if author.national else dict.fromkeys(touch.indicator for touch in touches):
        tree = _compared(tree, no, operation.at)
    return tree


# -- who changed what, and what asks for less ----------------------------------------------------


def _places(operation: Operation) -> list[tuple[str, str, Key]]:
    """Return indicator, address and key of what changes; about a title two instruments cannot disagree."""
    match operation:
        case SetThreshold():
            return [(operation.target.indicator.no, operation.target.address, key) for key in operation.keys]
        case SetPending() | Replace() | Remove():
            return [(operation.target.indicator.no, operation.target.address, ())]
        case AddPart():
            return [(operation.target.indicator.no, operation.address, ())]
        case RemoveCriterion():
            return [(i.no, i.no, ()) for i in operation.criterion.indicators]
        case AddIndicator():
            return [(operation.indicator.no, operation.indicator.no, ())]
        case Retitle() | AddCriterion() | ChangeGrades():
            return []
        case _:
            typing.assert_never(operation)


def _tie(mine: Touch, other: Touch) -> Message:
    """Say that one cell is changed twice, in one file or by two instruments; nothing says which change holds."""
    if mine.instrument == other.instrument:
        return Message("operation.twice", number=mine.instrument.number, address=mine.address)
    return Message("layer.tie", first=other.instrument.number, second=mine.instrument.number, address=mine.address)


def _amended(tree: Tree, operation: Operation, touches: list[Touch], author: Author) -> Tree:
    """Tell where a decision of a province changes what an earlier one of it has set: that lapses from then on."""
    if isinstance(operation, AddIndicator | AddPart):
        return tree
    for touch in touches:
        target = rw.locate(tree.composed, touch.address)
        found = [] if target is None else list(cells_of(target.condition))
        if target is not None and touch.key:
            each = (cell for c in comparisons(target.condition) for cell in threshold_cells(c.threshold))
            found = [cell for _, key, cell in each if key == touch.key]
        earlier = dict.fromkeys(cell.blame for cell in found if cell.blame in tree.overlays - {author.instrument})
        for instrument in earlier:
            amended = Message("layer.amended", address=touch.address, number=instrument.number)
            tree = tree.told(Severity.NOTE, operation.at, amended, touch.address)
    return tree


def _compared(tree: Tree, no: str, at: Position) -> Tree:
    """Tell where an overlay's indicator asks for less than the base of the overlay's first day."""
    base, own = (rw.locate(criteria, no) for criteria in (tree.national, tree.composed))
    mine = own.indicator if own else None
    found = compare_indicators(base.indicator if base else None, mine, tree.selectors)
    for looser in (each for each in found if not each.fills):
        code = "layer.looser/official" if looser.severity is Severity.ERROR else "layer.looser"
        tree = tree.told(looser.severity, at, Message(code, no=no, what=looser.what), no)
    return tree


# -- set and set_pending -------------------------------------------------------------------------


def _set_threshold(tree: Tree, operation: SetThreshold, author: Author) -> Tree:
    """Return the tree with another threshold in the place of the one named.

    Under a `not` a floor would be a ceiling, so an overlay's pending cells keep none there.
    """
    target, before = operation.target, operation.before
    new = evolve(before, threshold=operation.threshold)
    if author.national:
        national = _swapped(tree.national, target, before, new)
        return _brought_in(evolve(tree, national=national), operation, new)
    base = _base_of(tree, target, before)
    if base is not None and before not in rw.negated(target.indicator.require):
        new = evolve(before, threshold=over_base(operation.threshold, base))
    return evolve(tree, composed=_swapped(tree.composed, target, before, new))


def _base_of(tree: Tree, target: rw.Target, before: Comparison) -> Threshold | None:
    """Return the threshold that stays below an overlay's pending cells; None where there is none.

    It is the national one, also where an earlier decision of the province asks for more: that decision may be eased.
    """
    if all(cell.blame not in tree.overlays for _, _, cell in threshold_cells(before.threshold)):
        return before.threshold
    national = rw.locate(tree.national, target.address)
    found = comparisons(national.condition) if national is not None else []
    twins = [c.threshold for c in found if (c.facts, c.op) == (before.facts, before.op)]
    return twins[0] if len(twins) == 1 else None


def comparisons(condition: Condition) -> list[Comparison]:
    """Return the comparisons of a condition, the outermost first."""
    return [node for _, node in rw.nodes(condition, "") if isinstance(node, Comparison)]


def _swapped(criteria: rw.Criteria, target: rw.Target, old: Condition, new: Condition) -> rw.Criteria:
    """Return the criteria with one leaf at the target put in place of another."""

    def leaf(node: Comparison | Meets | Open) -> Condition:
        return evolve(new, part=node.part, title=node.title) if node == old else node

    return rw.change_target(criteria, target, lambda condition: rw.map_leaves(condition, leaf))


def _brought_in(tree: Tree, operation: SetThreshold, amended: Comparison) -> Tree:
    """Return the tree with an amendment in the composed criteria too, where an overlay may have been before it."""
    at, address = operation.at, operation.target.address
    target = rw.locate(tree.composed, address)
    if target is None:
        return tree.told(Severity.WARNING, at, Message("layer.lapsed/removed", address=address), address)
    current = comparisons(target.condition)
    if operation.before in current:  # no overlay changed it, so the amendment simply takes its place
        return evolve(tree, composed=_swapped(tree.composed, target, operation.before, amended))
    tree = tree.told(Severity.WARNING, at, Message("layer.overtaken", address=address), address)
    twins = [c for c in current if (c.facts, c.op) == (amended.facts, amended.op)]
    if len(twins) != 1:  # an overlay gave it another shape: which number is the stricter cannot be told
        return evolve(tree, composed=rw.change_target(tree.composed, target, lambda c: both_hold(c, amended)))
    stricter = overtake(twins[0], amended, tree.selectors.facts[amended.fact], tree.overlays)
    return evolve(tree, composed=_swapped(tree.composed, target, twins[0], stricter))


def _set_pending(tree: Tree, operation: SetPending, author: Author) -> Tree:
    """Return the tree with the cells at the target pending: of an overlay over the base as a floor."""
    cell, reversed_ = operation.cell, rw.negated(operation.target.indicator.require)
    if _of_overlay(tree, operation.target, author):
        address = operation.target.address
        overtaken = Message("layer.overtaken/pending", address=address)
        tree = tree.told(Severity.WARNING, operation.at, overtaken, address)
    overlays = tree.overlays

    def pending(old: Cell) -> Cell:
        """Keep the base as a floor under an overlay, which tightens; an amendment may loosen all but an overlay's."""
        return with_floor(cell, old) if not author.national or old.blame in overlays else cell

    def leaf(old: Comparison | Meets | Open) -> Condition:
        change = (lambda _: cell) if old in reversed_ else pending  # under a `not` a floor would be a ceiling
        if isinstance(old, Meets):
            return evolve(old, cell=change(old.cell))
        if isinstance(old, Comparison) and not author.national and old not in reversed_:
            own, base = rw.map_cells(old.threshold, lambda _: cell), _base_of(tree, operation.target, old)
            if not isinstance(old.threshold, Relative):
                return evolve(old, threshold=own if base is None else over_base(own, base))
        if isinstance(old, Comparison) and isinstance(old.threshold, Relative):
            return evolve(old, threshold=evolve(old.threshold, times=pending(old.threshold.times)))
        return evolve(old, threshold=typing.cast(Cell | Table, rw.map_cells(old.threshold, change)))

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        target = rw.locate(criteria, operation.target.address)
        return criteria if target is None else rw.change_target(criteria, target, lambda c: rw.map_leaves(c, leaf))

    return tree.changed(author, changed)


def _of_overlay(tree: Tree, target: rw.Target, author: Author) -> bool:
    """Return whether an amendment changes what an overlay has set."""
    composed = rw.locate(tree.composed, target.address) if author.national else None
    return composed is not None and set_by(composed.condition, tree.overlays)


# -- the shape of the set ------------------------------------------------------------------------


def _reshape(tree: Tree, operation: Replace | Remove | Retitle | AddPart, author: Author) -> Tree:
    """Return the tree with an indicator or a part changed as a whole, taken out, renamed or grown."""
    address = operation.target.address
    if not isinstance(operation, Retitle | AddPart) and _of_overlay(tree, operation.target, author):
        tree = tree.told(Severity.WARNING, operation.at, Message("layer.lapsed", address=address), address)

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        target = rw.locate(criteria, address)
        if target is None:
            return criteria
        if target.whole:
            return rw.replace_indicator(criteria, target.indicator.no, operation.whole(target.indicator))
        return rw.change_target(criteria, target, operation.part)

    return tree.changed(author, changed)


def _with_criterion(criteria: rw.Criteria, operation: AddCriterion | RemoveCriterion) -> rw.Criteria:
    if isinstance(operation, AddCriterion):
        place = _behind([c.no for c in criteria], operation.after)
        return (*criteria[:place], operation.criterion, *criteria[place:])
    return tuple(c for c in criteria if c.no != operation.criterion.no)


def _add_indicator(tree: Tree, operation: AddIndicator, author: Author) -> Tree:
    """Return the tree with one more indicator; where an overlay had added one of its number, both have to hold."""
    new, owner = operation.indicator, operation.criterion.no
    if rw.locate(tree.composed, new.no) is not None:
        tree = tree.told(Severity.WARNING, operation.at, Message("layer.overtaken/added", address=new.no), new.no)

    def grown(criterion: Criterion) -> Criterion:
        own = criterion.indicators
        place = _behind([i.no for i in own], operation.after)
        return evolve(criterion, indicators=(*own[:place], new, *own[place:]))

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        twin = rw.locate(criteria, new.no)
        if twin is None:
            return tuple(grown(c) if c.no == owner else c for c in criteria)
        both = All((new.require, twin.indicator.require))
        return rw.replace_indicator(criteria, new.no, evolve(twin.indicator, require=both))

    return tree.changed(author, changed)


def _behind(numbers: list[str], after: str) -> int:
    """Return the index behind a number, else the end."""
    return numbers.index(after) + 1 if after in numbers else len(numbers)
