"""Grades of a set: middle outcomes ("cơ bản đạt chuẩn"), each the composed criteria with some of them changed."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Instrument
from ntm_rules.model.conditions import Any
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Indicator
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.text import Text
from ntm_rules.rules.compose.apply import Author, RemoveCriterion, Touch, Tree, apply
from ntm_rules.rules.compose.declared import Declared, Said
from ntm_rules.rules.compose.grade_operations import read_grade
from ntm_rules.rules.compose.looser import Looser, compare_indicators
from ntm_rules.rules.compose.needed import fewer
from ntm_rules.rules.compose.operations import OperationReader
from ntm_rules.rules.keys.rulesets import GRADE
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.needs import Needs
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Node, Position, placed

_WHOLE = ("replace", "remove", "add")
"""Operations that mean the same whatever stood there before."""


@frozen
class Variant:
    """The criteria that a unit of some grade meets."""

    id: str
    title: Text | None
    criteria: rw.Criteria
    at: Position
    diagnostics: tuple[Diagnostic, ...]
    needs: Needs


def declare(tree: Tree, node: Node | None, header: Header, reader: Reader) -> Tree:
    """Return the tree with the grades of a file in the place of those that were declared before it."""
    if node is None:
        return tree
    found: list[Declared] = []
    for item in reader.items(node, "`grades`"):
        entry = reader.map(item, Message("what.grade"), GRADE.names)
        found.append(read_grade(entry, item.at, header, found, reader))
    for number in dict.fromkeys(said.header.instrument.number for grade in tree.grades for said in grade.said):
        tree = tree.told(Severity.NOTE, node.at, Message("grade.replaced", number=number), "")
    return evolve(tree, grades=tuple(found))


@frozen
class Grader:
    """Applies what is said of grades to the criteria as all layers leave them.

    Nothing is a floor for a grade, and it may be looser: that is what it is for.

    Attributes:
        needs: how many criteria the set needs, and so a grade that does not say it.
        order: the instruments of the set in the order in which they apply.
        facts: the catalogue with the derived facts.
    """

    tree: Tree
    needs: Needs
    order: Sequence[Instrument]
    facts: Mapping[str, Fact]
    rulesets: frozenset[str]
    reader: Reader

    def variant(self, grade: Declared) -> Variant:
        """Return the criteria of a grade; what cannot be read is noted."""
        own = Tree(self.tree.composed, self.tree.composed, self.tree.selectors, removed=self.tree.removed)
        for said in grade.said:
            later = self.later(said)
            reshaped = [touch.operation for touch in later if touch.reshapes]
            gone = said.kind != "add" and rw.locate(self.tree.composed, said.address) is None
            if reshaped and (gone or said.kind not in _WHOLE):
                number = said.header.instrument.number
                lapsed = Message("grade.lapsed", grade=grade.id, address=said.address, number=number)
                own = own.told(Severity.WARNING, reshaped[-1].at, lapsed, said.address)
            else:
                own = self.applied(own, said, later)
        self.check_must(grade, own)
        needs = grade.needs.over(self.needs)
        return Variant(grade.id, grade.title, own.composed, grade.at, own.diagnostics, needs)

    def check_must(self, grade: Declared, own: Tree) -> None:
        """Note what has to be met by a grade and no file ever had."""
        numbers = [criterion.no for criterion in own.composed]
        operations = [touch.operation for touch in (*self.tree.touched, *own.touched)]
        taken_out = {each.criterion.no for each in operations if isinstance(each, RemoveCriterion)}
        for no in grade.needs.must or ():
            if no and no not in numbers and no not in taken_out:
                self.reader.unknown("must.unknown", grade.at, Message("kind.criterion"), no, numbers)

    def later(self, said: Said) -> list[Touch]:
        """Return what later decisions than that of an operation change at its address, or around it."""
        address, since = said.address, self.order.index(said.header.instrument)
        later = [touch for touch in self.tree.touched if self.order.index(touch.instrument) > since]
        numbers = {touch.indicator for touch in later} | {i.no for c in self.tree.composed for i in c.indicators}
        part = address not in numbers
        return [t for t in later if address in (t.address, t.indicator) or (part and address.startswith(t.address))]

    def applied(self, own: Tree, said: Said, later: Sequence[Touch]) -> Tree:
        """Return the grade's criteria with one operation applied.

        What keeps it from being applied is told where a later decision brought it about.
        """
        reader, header, told = Reader(), said.header, len(own.diagnostics)
        conditions = ConditionReader(header.scope(self.facts, self.rulesets), reader)
        author = Author(header.instrument, header.layer.start, national=True)
        operation = OperationReader(conditions, reader, header).operation(
            said.kind, said.found, said.place, own, author
        )
        if operation is not None:
            own = apply(own, evolve(operation, at=said.place.at), author)
        for error in (*reader.diagnostics, *own.diagnostics[told:]):
            if error.severity is Severity.ERROR:
                self.reader.diagnostics.append(_moved(error, later[-1].operation.at) if later else error)
        return own


def _moved(error: Diagnostic, at: Position) -> Diagnostic:
    """Return an error as one of another place."""
    return evolve(error, file=at.file, line=at.line, column=at.column)


def stricter(
    ruleset: str, criteria: rw.Criteria, needs: Needs, variants: Sequence[Variant], selectors: Selectors
) -> Iterator[Diagnostic]:
    """Where a grade asks for more than the grade above it, or than the set itself: whatever meets that has to reach it.

    Args:
        ruleset: the id of the set.
        criteria, variants: with what they refer to, in the order of the grades.
        needs: how many criteria the set needs.
    """
    above = criteria
    for variant in variants:
        more = fewer(variant.criteria, above, (variant.needs, needs), ruleset)
        for no, looser in (*_asks_more(above, variant.criteria, selectors), *more):
            severity = Severity.NOTE if looser.severity is Severity.NOTE else Severity.WARNING
            message = Message("grade.stricter", grade=variant.id, no=no, what=looser.what)
            yield placed(variant.at, message, severity, no)
        above, needs = variant.criteria, variant.needs


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
