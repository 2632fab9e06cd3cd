"""How the operations of a layer are read, each over the criteria as the one before it left them."""

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import All, Any, AtLeast, Comparison, Op
from ntm_rules.model.rulesets import Criterion, LayerKind
from ntm_rules.model.thresholds import Cell, CellState, Key, Table
from ntm_rules.model.walk import threshold_cells
from ntm_rules.rules.compose.apply import (
    AddCriterion,
    AddIndicator,
    AddPart,
    Author,
    Operation,
    Remove,
    RemoveCriterion,
    Replace,
    Retitle,
    SetPending,
    SetThreshold,
    Tree,
    apply,
    comparisons,
)
from ntm_rules.rules.compose.grade_operations import GradeReader, places
from ntm_rules.rules.keys.rulesets import (
    ADD_INDICATOR,
    ADD_PART,
    REMOVED_CRITERION,
)
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.files import ContentReader, Header
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Entry, Items, Map, Node, Scalar


def apply_operations(
    tree: Tree, header: Header, operations: Node | None, conditions: ConditionReader, reader: Reader
) -> Tree:
    """Return the tree with the operations of a layer applied in the order of the file.

    What cannot be read or applied is noted, the rest is applied all the same.
    """
    author = Author(header.instrument, header.layer.start, header.kind is LayerKind.AMENDMENT)
    if not author.national:
        tree = evolve(tree, overlays=tree.overlays | {author.instrument})
    operation_reader = OperationReader(conditions, reader, header)
    for node in reader.items(operations, "`operations`"):
        for kind, found, place in places(node, reader):
            operation = operation_reader.operation(kind, found, place, tree, author)
            if operation is not None:
                told = len(tree.diagnostics)
                # what there is to say of it is said at the number that it names
                tree = apply(tree, evolve(operation, at=place.at), author)
                reader.diagnostics += [d for d in tree.diagnostics[told:] if d.severity is Severity.ERROR]
    return tree


class OperationReader:
    """Reads the operations of one layer."""

    def __init__(self, conditions: ConditionReader, reader: Reader, header: Header) -> None:
        self.conditions = conditions
        self.reader = reader
        self.header = header

    def operation(self, kind: str, found: Map, place: Node, tree: Tree, author: Author) -> Operation | None:
        """Return the operation at a place in the author's criteria; None where it could not be read, which is noted."""
        grades = GradeReader(tree.grades, self.header, self.reader)
        criteria = tree.own(author)
        match kind, place:
            case "grade", _:
                return grades.changed(found, place)
            case "add", Map() if "grade" in place.entries:
                return grades.added(found, place)
            case "remove", Map() if "grade" in place.entries:
                return grades.removed(found, place)
            case "add", Map() if "part" in place.entries:
                return self._add_part(found, place, tree, author)
            case "add", _:
                return self._add(found, place, criteria)
            case "remove", Map():
                return self._remove_criterion(found, place, criteria)
            case _:
                return self._of_indicator(kind, found, place, tree, author)

    def _of_indicator(self, kind: str, found: Map, place: Node, tree: Tree, author: Author) -> Operation | None:
        """Return an operation on an indicator or a part of one."""
        target = self._target(place, tree, author)
        if target is None:
            return None
        match kind:
            case "set":
                return self._set_threshold(found, target)
            case "set_pending":
                return self._set_pending(found, target)
            case "replace":
                return self._replace(found, target)
            case "retitle":
                title = self.reader.title(self.reader.required(found, "title", "`retitle`"))
                return None if title is None else Retitle(found.at, target, title)
            case _:
                whole = "cells" not in found.entries
                return Remove(found.at, target) if whole else self._remove_cells(found, target, tree, author)

    def _target(self, place: Node | None, tree: Tree, author: Author) -> rw.Target | None:
        criteria, removed = tree.own(author), tree.removed
        if place is None:
            return None
        address = self.reader.text(place, Message("what.number"))
        target = rw.locate(criteria, address) if address else None
        if address and target is None and address in removed:
            by = removed[address]
            code, number = "operation.target/removed", by.instrument.number
            self.reader.error(code, place.at, address=address, number=number, start=by.start)
        elif address and target is None:
            known = rw.addresses(criteria)
            self.reader.unknown("operation.target", place.at, Message("kind.indicator"), address, known)
        return target

    # -- set and set_pending ---------------------------------------------------------------------

    def _set_threshold(self, found: Map, target: rw.Target) -> SetThreshold | None:
        """Return the comparison at the target says of which fact the threshold is, and by which operator."""
        before = self._comparison(found, target)
        if before is None:
            return None
        ops = [op for op in Op if op.value in found.entries]
        if ops == [before.op] and "cells" not in found.entries:
            return self._set_whole(found, target, before)
        if "cells" in found.entries and not ops:
            return self._set_cells(found, target, before)
        if ops == [before.op]:
            self.reader.error("operation.set/both", found.entries["cells"].key.at, op=before.op.value)
            return None
        code = "operation.set/operator" if ops else "operation.set"
        self.reader.error(code, found.at, op=before.op.value, address=target.address)
        return None

    def _set_whole(self, found: Map, target: rw.Target, before: Comparison) -> SetThreshold | None:
        """Another threshold, whose cells are all named."""
        facts = tuple(self.conditions.scope.facts[name] for name in before.facts)
        read = self.conditions.comparison_of(facts, before.op, found)
        if read is None:
            return None
        keys = tuple(key for _, key, _ in threshold_cells(read.threshold))
        return SetThreshold(found.at, target, before, read.threshold, keys)

    def _comparison(self, found: Map, target: rw.Target) -> Comparison | None:
        """Return the one comparison at the target."""
        there = comparisons(target.condition)
        if len(there) == 1:
            return there[0]
        if not there:
            self.reader.error("operation.set/none", found.at, address=target.address)
            return None
        inside = rw.nodes(target.indicator.require, target.indicator.no)
        parts = tuple(address for address, node in inside if isinstance(node, Comparison))
        self.reader.error("operation.set/several", found.at, address=target.address, count=len(there), parts=parts)
        return None

    def _set_cells(self, found: Map, target: rw.Target, before: Comparison) -> SetThreshold | None:
        """Return some cells of the table at the target, read as a table by the same selectors."""
        table = before.threshold
        if not isinstance(table, Table):
            self.reader.error("operation.set/table", found.at, address=target.address, op=before.op.value)
            return None
        by = Items([Scalar(name, found.at) for name in table.by], found.at)
        node = Map({"by": Entry(Scalar("by", found.at), by), "cells": found.entries["cells"]}, found.at)
        fact = self.conditions.scope.facts[before.fact]
        new = self.conditions.thresholds.table(node, fact.type, fact.values, found, before.op)
        if new is None:
            return None
        cells = {**dict(table.cells), **dict(new.cells)}
        keys = tuple(key for key, _ in new.cells)
        return SetThreshold(found.at, target, before, Table(table.by, tuple(cells.items())), keys)

    def _remove_cells(self, found: Map, target: rw.Target, tree: Tree, author: Author) -> SetThreshold | None:
        """Return the table at the target without some cells; an outer column alone takes all below it along."""
        before = self._comparison(found, target)
        if before is None:
            return None
        table = before.threshold
        if not isinstance(table, Table):
            self.reader.error("operation.remove/table", found.at, address=target.address)
            return None
        national = () if author.national else self._national(tree, target, before, table)
        gone: list[Key] = []
        for node in self.reader.items(found.get("cells"), "`cells`"):
            names = node if isinstance(node, Items) else Items([node], node.at)
            column = tuple(
                self.reader.text(name, Message("what.value")) for name in self.reader.items(names, "`cells`")
            )
            keys = [key for key, _ in table.cells if key[: len(column)] == column]
            if not keys:
                kind, known = (
                    Message("kind.cell_of", address=target.address),
                    [" / ".join(key) for key, _ in table.cells],
                )
                self.reader.unknown("table.column", node.at, kind, " / ".join(column), known)
            for key in (key for key in keys if key in national):
                self.reader.error("operation.remove/national", node.at, address=target.address, column=" / ".join(key))
            gone += keys
        kept = tuple((key, cell) for key, cell in table.cells if key not in gone)
        if not kept:
            self.reader.error("operation.remove/all", found.at, address=target.address)
            return None
        return SetThreshold(found.at, target, before, evolve(table, cells=kept), tuple(dict.fromkeys(gone)))

    def _national(self, tree: Tree, target: rw.Target, before: Comparison, table: Table) -> list[Key]:
        """Return the cells that the national table has there, which a province may change and not take out."""
        national = rw.locate(tree.national, target.address)
        found = comparisons(national.condition) if national is not None else []
        tables = [c.threshold for c in found if (c.facts, c.op) == (before.facts, before.op)]
        return [key for t in tables if isinstance(t, Table) and t.by == table.by for key, _ in t.cells]

    def _set_pending(self, found: Map, target: rw.Target) -> SetPending:
        scope, reader = self.conditions.scope, self.reader
        cell = Cell(
            CellState.PENDING,
            Citation(scope.instrument, scope.annex, reader.text(found.get("point"), Message("what.point")) or None),
            scope.instrument,
            source=reader.choice(found.get("source"), Message("kind.source"), dict(scope.sources)),
            note=reader.text(found.get("note"), Message("what.note")) or None,
        )
        return SetPending(found.at, target, cell)

    # -- the shape of the set --------------------------------------------------------------------

    def _replace(self, found: Map, target: rw.Target) -> Replace | None:
        require = self.conditions.condition(self.reader.required(found, "require", "`replace`"))
        title = self.reader.title(found.get("title"))
        applies_node = found.get("applies_if")
        applies = self.conditions.condition(applies_node) if applies_node is not None else None
        note = self.reader.text(found.get("note"), Message("what.note")) or None
        scope = self.conditions.scope
        if require is None:
            return None
        return Replace(found.at, target, require, Citation(scope.instrument, scope.annex), title, applies, note)

    def _remove_criterion(self, found: Map, place: Node, criteria: rw.Criteria) -> RemoveCriterion | None:
        node = self.reader.map(place, "`remove`", REMOVED_CRITERION.names)
        number = self.reader.text(self.reader.required(node, "criterion", "`remove`"), Message("what.criterion_number"))
        criterion = self._criterion(found, number, criteria)
        return None if criterion is None else RemoveCriterion(found.at, criterion)

    def _criterion(self, found: Map, number: str, criteria: rw.Criteria) -> Criterion | None:
        """Return the criterion of that number; an unknown one is noted."""
        criterion = next((c for c in criteria if c.no == number), None)
        if criterion is None:
            known = [c.no for c in criteria]
            self.reader.unknown("operation.target", found.at, Message("kind.criterion"), number, known)
        return criterion

    def _add_part(self, found: Map, place: Map, tree: Tree, author: Author) -> AddPart | None:
        """Return a member for the connective at an address; its part is what it is called by."""
        reader = self.reader
        node = reader.map(place, "`add`", ADD_PART.names)
        inner = reader.required(node, "part", "`add`")
        target = self._target(reader.required(node, "to", "`add`"), tree, author)
        condition = self.conditions.condition(inner) if inner is not None else None
        if target is None or condition is None:
            return None
        if not isinstance(target.condition, All | Any | AtLeast):
            reader.error("operation.part/single", found.at, address=target.address)
            return None
        after = reader.text(node.get("after"), "`after`")
        new = AddPart(found.at, target, condition, after)
        if condition.part is None:
            reader.error("operation.part/name", place.at, address=target.address)
        elif new.address in rw.addresses(tree.own(author)):
            reader.error("number.duplicate/exists", found.at, kind=Message("kind.part"), no=new.address)
        beside = [member.part for member in target.condition.members if member.part is not None]
        if after and after not in beside:
            reader.unknown("operation.target", found.at, Message("kind.part"), after, beside)
        return new

    def _add(self, found: Map, place: Node, criteria: rw.Criteria) -> AddIndicator | AddCriterion | None:
        node = self.reader.map(place, "`add`", ADD_INDICATOR.names)
        after = self.reader.text(node.get("after"), "`after`")
        if "indicator" in node.entries:
            return self._add_indicator(found, node, after, criteria)
        inner = self.reader.required(node, "criterion", "`add`")
        new = ContentReader(self.conditions, self.reader).criterion(inner) if inner is not None else None
        if new is None:
            return None
        beside = [c.no for c in criteria]
        self._check_new(found, Message("kind.criterion"), new.no, after, beside, beside)
        return AddCriterion(found.at, new, after)

    def _add_indicator(self, found: Map, node: Map, after: str, criteria: rw.Criteria) -> AddIndicator | None:
        number = self.reader.text(self.reader.required(node, "criterion", "`add`"), Message("what.criterion_number"))
        new = ContentReader(self.conditions, self.reader).indicator(node.entries["indicator"].value)
        owner = None if new is None else self._criterion(found, number, criteria)
        if new is None or owner is None:
            return None
        beside = [i.no for i in owner.indicators]
        self._check_new(found, Message("kind.indicator"), new.no, after, rw.addresses(criteria), beside)
        return AddIndicator(found.at, owner, new, after)

    def _check_new(self, found: Map, kind: Message, no: str, after: str, taken: list[str], beside: list[str]) -> None:
        """Note a number that is taken, and a number behind which nothing can be put."""
        if no in taken:
            self.reader.error("number.duplicate/exists", found.at, kind=kind, no=no)
        if after and after not in beside:
            self.reader.unknown("operation.target", found.at, kind, after, beside)
