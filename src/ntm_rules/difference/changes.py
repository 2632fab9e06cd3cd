"""What a change of a ruleset is: plain values, and the same as JSON."""

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.conditions import Comparison, Meets, Open
from ntm_rules.model.lists import UnitList
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json, figure, form
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState


@public("difference")
class Kind(Enum):
    """What a change is.

    Stricter: all facts that satisfy the new condition satisfy the old one, and some satisfy the old one only.
    Looser: the other way round. Not listed: whether the other set has it is not known, since nobody has copied the
    indicators of the old or the new one. Incomparable: some facts satisfy the old one only, some the new one only.
    """

    ADDED = "added"
    REMOVED = "removed"
    RENUMBERED = "renumbered"
    RETITLED = "retitled"
    EQUAL = "equal"
    STRICTER = "stricter"
    LOOSER = "looser"
    INCOMPARABLE = "incomparable"
    NOT_COMPARED = "not_compared"
    EVIDENCE = "evidence"
    COUNTED = "now_counted"
    UNCOUNTED = "no_longer_counted"
    OLD_UNLISTED = "old_not_listed"
    NEW_UNLISTED = "new_not_listed"

    @property
    def swapped(self) -> "Kind":
        """What the change is when the two sets change places."""
        return _SWAPPED.get(self, self)


_PAIRS = (
    (Kind.ADDED, Kind.REMOVED),
    (Kind.STRICTER, Kind.LOOSER),
    (Kind.COUNTED, Kind.UNCOUNTED),
    (Kind.OLD_UNLISTED, Kind.NEW_UNLISTED),
)
UNLISTED = (Kind.OLD_UNLISTED, Kind.NEW_UNLISTED)
"""What only one set has, while it is not known whether the other has it; which of the two was not copied."""
_ASIDE = (Kind.RENUMBERED, Kind.RETITLED, Kind.EVIDENCE, Kind.COUNTED, Kind.UNCOUNTED)
_SWAPPED = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}


@public("difference")
@frozen
class Asked:
    """What one comparison, prerequisite or placeholder asks in one column.

    Attributes:
        role: ``require`` or ``applies_if``.
        address: the indicator's number with the part.
        cell: the cell that binds in the column; None where the table has none.
        unit: id of the measure, None for a fact without one.
    """

    role: str
    address: str
    leaf: Comparison | Meets | Open
    cell: Cell | None
    unit: str | None = None

    @property
    def about(self) -> tuple[object, ...]:
        """What is asked for, without how much: role and facts, or the other ruleset."""
        if isinstance(self.leaf, Comparison):
            return (self.role, self.leaf.facts)
        return (self.role, self.leaf.ruleset if isinstance(self.leaf, Meets) else None)

    @property
    def meaning(self) -> tuple[object, ...]:
        """What outcomes depend on. An open cell is another one where another instrument left it open."""
        leaf = self.leaf
        if isinstance(leaf, Meets):
            found = leaf.resolved.content_hash if leaf.resolved is not None else None
            return (*self.about, leaf.by, leaf.recognised, found, _bare(self.cell))
        return (*self.about, leaf.op if isinstance(leaf, Comparison) else None, _bare(self.cell))

    @property
    def standing(self) -> tuple[object, ...]:
        """Where it is written and how well it is known."""
        cell = self.cell
        return (cell.citation, cell.evidence, cell.confidence) if cell else ()


def _bare(cell: Cell | None) -> tuple[object, ...] | None:
    if cell is None:
        return None
    value = tuple(sorted(cell.value)) if isinstance(cell.value, tuple) else cell.value
    open_ = cell.blame if cell.state in (CellState.PENDING, CellState.DELEGATED) else None
    return (cell.state, value, cell.when_empty, open_, _bare(cell.floor))


@public("difference")
@frozen
class Column:
    """The value of a selector under the old and under the new set; None where that set does not use it."""

    selector: str
    old: str | None
    new: str | None

    @property
    def swapped(self) -> "Column":
        """The column when the two sets change places."""
        return Column(self.selector, self.new, self.old)


Columns = tuple[Column, ...]


@public("difference")
@frozen
class Witness:
    """A unit whose outcome differs; assessed on both sets before it is shown.

    Attributes:
        given: ids and values of the facts, all others are missing.
        years: the years for which the old and the new set were asked.
        before, after: outcomes of the indicator, criterion or set; None where a set has none.
    """

    given: tuple[tuple[str, FactValue], ...]
    years: tuple[int, int]
    before: Outcome | None
    after: Outcome | None

    @property
    def facts(self) -> dict[str, FactValue]:
        """The facts by id, ready for ``assess``."""
        return dict(self.given)


@public("difference")
@frozen
class Step:
    """What changes in some columns.

    Attributes:
        columns: the columns in which it does; one empty column where there is no table.
        whole: True if these are all columns that some facts can produce.
        asked: what is asked before and after, only what differs; None where one side asks nothing.
        witnesses: of an incomparable change one either way.
        reasons: why the two were not compared, before and after, as codes.
        excluded: of what was not compared the direction that it is not, whatever the open values are.
    """

    kind: Kind
    columns: tuple[Columns, ...]
    whole: bool
    asked: tuple[tuple[Asked | None, Asked | None], ...]
    witnesses: tuple[Witness, ...] = ()
    reasons: tuple[str, ...] = ()
    excluded: Kind | None = None

    @property
    def ranges(self) -> tuple[tuple[str, tuple[tuple[str | None, str | None], ...]], ...] | None:
        """Each selector with its values, where the columns are all combinations of these; None otherwise."""
        found: dict[str, dict[tuple[str | None, str | None], None]] = {}
        for columns in self.columns:
            for column in columns:
                found.setdefault(column.selector, {})[column.old, column.new] = None
        size = 1
        for values in found.values():
            size *= len(values)
        regular = size == len(self.columns) and len({tuple(c.selector for c in cs) for cs in self.columns}) == 1
        return tuple((selector, tuple(values)) for selector, values in found.items()) if regular else None


@public("difference")
@frozen
class Change:
    """One criterion or indicator of the two sets.

    Attributes:
        level: ``ruleset``, ``criterion`` or ``indicator``.
        old, new: None where the set has none.
        kinds: everything that changed; ``(equal,)`` if nothing did.
        asked: how many of the members have to be met, before and after, where that changed.
        must: the numbers of those that have to be met among them, before and after, where that changed.
    """

    level: str
    old: Criterion | Indicator | None
    new: Criterion | Indicator | None
    kinds: tuple[Kind, ...]
    steps: tuple[Step, ...] = ()
    asked: tuple[int, int] | None = None
    must: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    @property
    def no(self) -> str:
        """The number under the new set, else under the old one."""
        side = self.new or self.old
        return side.no if side is not None else ""

    @property
    def numbers(self) -> tuple[str | None, str | None]:
        """The number under the old and under the new set; None where it has none."""
        return (self.old.no if self.old else None, self.new.no if self.new else None)

    @property
    def title(self) -> Text | None:
        """The title under the new set, else under the old one."""
        side = self.new or self.old
        return side.title if side is not None else None

    @property
    def unlisted(self) -> bool:
        """True if only one set has it, and it is not known whether the other has it too."""
        return not set(self.kinds).isdisjoint(UNLISTED)

    @property
    def direction(self) -> Kind:
        """Of all columns together: equal, stricter, looser, incomparable or not compared; else added or removed."""
        found = {kind for kind in self.kinds if kind not in _ASIDE}
        both = {Kind.STRICTER, Kind.LOOSER} <= found
        if Kind.INCOMPARABLE in found or both:
            return Kind.INCOMPARABLE
        if Kind.NOT_COMPARED in found:
            return Kind.NOT_COMPARED
        return next(iter(found), Kind.EQUAL)

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """All witnesses, in the order of the steps."""
        return tuple(witness for step in self.steps for witness in step.witnesses)

    def text(self, old: Ruleset, new: Ruleset, lang: str = "vi") -> str:
        """Return the change in words, a line a step, for the two sets that were compared."""
        from ntm_rules.difference.words import DiffWords

        return "\n".join(DiffWords(old, new, lang).change(self))


@public("difference")
@frozen
class GradeChange:
    """A grade that is not what it was.

    Attributes:
        old, new: None where the set does not declare it.
        kinds: added, removed or retitled; empty where only what it asks has changed.
        changes: what it asks otherwise than before, where the set itself does not change in the same way.
    """

    old: Grade | None
    new: Grade | None
    kinds: tuple[Kind, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def id(self) -> str:
        """The id of the grade."""
        side = self.new or self.old
        return side.id if side is not None else ""


@public("difference")
@frozen
class ListChange:
    """A list of units that does not say what it said.

    Attributes:
        old, new: None where the set has no list that decides the fact.
        moved: code, class before and class now of each unit whose class is another; None where it is in none.
    """

    old: UnitList | None
    new: UnitList | None
    moved: tuple[tuple[str, str | None, str | None], ...]

    @property
    def fact(self) -> str:
        """The category that the list decides."""
        side = self.new or self.old
        return side.fact if side is not None else ""


def kinds_of(steps: Iterable[Step], *more: Kind) -> tuple[Kind, ...]:
    """Return the kinds of the steps and some more, in the order of ``Kind``; equal where there are no others."""
    found = {step.kind for step in steps} | set(more)
    return tuple(kind for kind in Kind if kind in found) or (Kind.EQUAL,)


# -- as JSON -----------------------------------------------------------------------------------


@form
def _change(change: Change) -> Json:
    old, new = change.old, change.new
    return {
        "level": change.level,
        "old_no": change.numbers[0],
        "new_no": change.numbers[1],
        "old_title": old and old.title,
        "new_title": new and new.title,
        "kinds": change.kinds,
        "direction": change.direction,
        "steps": change.steps,
        **({} if change.asked is None else {"at_least_n": change.asked}),
        **({} if change.must is None else {"must": change.must}),
    }


@form
def _grade_change(change: GradeChange) -> Json:
    return {"grade": change.id, "kinds": change.kinds, "changes": change.changes}


@form
def _list_change(change: ListChange) -> Json:
    return {
        "fact": change.fact,
        "old": change.old and change.old.instrument,
        "new": change.new and change.new.instrument,
        "moved": [{"unit": code, "old": old, "new": new} for code, old, new in change.moved],
    }


@form
def _step(step: Step) -> Json:
    return {
        "kind": step.kind,
        "columns": step.columns,
        "all_columns": step.whole,
        "asked": [{"old": old, "new": new} for old, new in step.asked],
        "reasons": step.reasons,
        "excluded": step.excluded,
        "witnesses": step.witnesses,
    }


@form
def _witness(witness: Witness) -> Json:
    return {
        "facts": {name: figure(value) for name, value in witness.given},
        "years": witness.years,
        "before": witness.before,
        "after": witness.after,
    }


@form
def _asked(asked: Asked) -> Json:
    leaf, cell = asked.leaf, asked.cell
    return {
        "role": asked.role,
        "address": asked.address,
        "facts": leaf.facts if isinstance(leaf, Comparison) else (),
        "ruleset": leaf.ruleset if isinstance(leaf, Meets) else None,
        "op": leaf.op if isinstance(leaf, Comparison) else None,
        "state": cell.state if cell else "no_cell",
        "value": cell and cell.value,
        "unit": asked.unit,
        "evidence": cell and cell.level,
        "confidence": cell and cell.confidence,
        "citation": cell and cell.citation,
        "set_by": cell and cell.blame.number,
    }
