"""Grades of a set: middle outcomes ("cơ bản đạt chuẩn"), each the composed criteria with some of them changed."""

import re
from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.conditions import Any
from ntm_rules.model.rulesets import Indicator, LayerKind
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.text import Text
from ntm_rules.rules.compose.apply import Tree
from ntm_rules.rules.compose.looser import Looser, compare_indicators
from ntm_rules.rules.compose.operations import apply_operations
from ntm_rules.rules.keys.rulesets import GRADE
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Position, placed

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@frozen
class Variant:
    """The criteria that a unit of some grade meets."""

    id: str
    title: Text | None
    criteria: rw.Criteria
    at: Position
    diagnostics: tuple[Diagnostic, ...]


def read_grades(
    node: Node | None,
    header: Header,
    conditions: ConditionReader,
    tree: Tree,
    reader: Reader,
) -> list[Variant]:
    """Return the grades of a file over the criteria as all layers leave them, the highest first.

    Nothing is a floor for them, and they may be looser: that is what they are for.
    """
    found: list[Variant] = []
    what = Message("what.grade")
    for item in reader.items(node, "`grades`") if node is not None else ():
        entry = reader.map(item, what, GRADE.names)
        name = reader.text(reader.required(entry, "grade", what), Message("what.grade_id"))
        title = reader.title(reader.required(entry, "title", what))
        if name and not _ID.fullmatch(name):
            reader.error("grade.id", item.at, name=name)
        if name in [variant.id for variant in found]:
            reader.error("grade.duplicate", item.at, name=name)
        operations = reader.required(entry, "operations", what)
        own = Tree(tree.composed, tree.composed, tree.selectors, removed=tree.removed)
        amending = evolve(header, kind=LayerKind.AMENDMENT)
        changed = apply_operations(own, amending, operations, conditions, reader)
        at = item.at if isinstance(item, Map) else header.at
        found.append(Variant(name, title, changed.composed, at, changed.diagnostics))
    return found


def stricter(criteria: rw.Criteria, variants: Sequence[Variant], selectors: Selectors) -> Iterator[Diagnostic]:
    """Where a grade asks for more than the grade above it, or than the set itself: whatever meets that has to reach it.

    Args:
        criteria, variants: with what they refer to, in the order of the grades.
    """
    above = criteria
    for variant in variants:
        for no, looser in _asks_more(above, variant.criteria, selectors):
            severity = Severity.NOTE if looser.severity is Severity.NOTE else Severity.WARNING
            message = Message("grade.stricter", grade=variant.id, no=no, what=looser.what)
            yield placed(variant.at, message, severity, no)
        above = variant.criteria


def _asks_more(above: rw.Criteria, below: rw.Criteria, selectors: Selectors) -> Iterator[tuple[str, Looser]]:
    """How what is above asks for less than the indicators of a grade."""
    for criterion in below:
        for indicator in criterion.indicators:
            mine = rw.locate(above, indicator.no)
            ways = _ways(indicator)
            found = (compare_indicators(way, mine.indicator if mine else None, selectors) for way in ways)
            yield from ((indicator.no, looser) for looser in min(found, key=len))


def _ways(indicator: Indicator) -> list[Indicator]:
    """Return the indicator, and each way in which it can be met alone."""
    require = indicator.require
    ways = require.members if isinstance(require, Any) else ()
    return [indicator, *(evolve(indicator, require=way) for way in ways)]
