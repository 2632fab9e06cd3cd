"""How operations are taken apart, and those that change the grades that earlier files declare."""

from collections.abc import Iterator, Sequence

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.rules.compose.apply import ChangeGrades
from ntm_rules.rules.compose.declared import Declared, Said
from ntm_rules.rules.keys.rulesets import ADD_GRADE, GRADE_ID, OPERATIONS, REMOVED_GRADE
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.needs import AS_BEFORE, read_needs
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Items, Map, Node, Position


def places(node: Node, reader: Reader) -> Iterator[tuple[str, Map, Node]]:
    """Yield the kind of an operation, its mapping, and each place that it names: there it is one operation."""
    what = Message("what.operation")
    found = reader.map(node, what)
    kinds = [kind for kind in OPERATIONS if kind in found.entries]
    if len(kinds) != 1:
        reader.error("operation.kind", node.at, hint=Message("hint.exactly_one", names=tuple(OPERATIONS)))
        return
    kind = kinds[0]
    reader.map(found, what, OPERATIONS[kind].names)
    named = found.entries[kind].value
    several = isinstance(named, Items) and kind not in ("add", "grade")
    for place in reader.items(named, f"`{kind}`") if several else [named]:
        yield kind, found, place


# -- grades ---------------------------------------------------------------------------------------


def read_grade(entry: Map, at: Position, header: Header, others: Sequence[Declared], reader: Reader) -> Declared:
    """Return a grade that a file declares; its id is another one than those of *others*."""
    what = Message("what.grade")
    name = reader.text(reader.required(entry, "grade", what), Message("what.grade_id"))
    title = reader.title(reader.required(entry, "title", what))
    if name and not GRADE_ID.fullmatch(name):
        reader.error("grade.id", at, name=name)
    if name in [grade.id for grade in others]:
        reader.error("grade.duplicate", at, name=name)
    needs = read_needs(entry, reader)
    operations = entry.get("operations") if needs != AS_BEFORE else reader.required(entry, "operations", what)
    return Declared(name, title, at, _said(operations, header, reader), needs)


def _said(operations: Node | None, header: Header, reader: Reader) -> tuple[Said, ...]:
    """Return what a file says of a grade; a grade has no grades of its own."""
    found: list[Said] = []
    for node in reader.items(operations, "`operations`"):
        for kind, operation, place in places(node, reader):
            if kind == "grade" or (isinstance(place, Map) and "grade" in place.entries):
                reader.error("grade.inside", node.at)
            else:
                found.append(Said(header, kind, operation, place))
    return tuple(found)


class GradeReader:
    """Reads the operations of a layer that change which grades there are, or what is said of them."""

    def __init__(self, grades: tuple[Declared, ...], header: Header, reader: Reader) -> None:
        self.grades = grades
        self.header = header
        self.reader = reader

    def changed(self, found: Map, place: Node) -> ChangeGrades | None:
        """``grade``: what earlier files say of it may lapse at some numbers, what this one says comes after it."""
        grade = self.known(place)
        if grade is None:
            return None
        reader = self.reader
        said = list(grade.said)
        for node in reader.items(found.get("lapse"), "`lapse`") if "lapse" in found.entries else ():
            address = reader.text(node, Message("what.number"))
            if address and address not in [one.address for one in said]:
                kind = Message("kind.said_of_grade", grade=grade.id)
                reader.unknown("operation.target", node.at, kind, address, [one.address for one in said])
            said = [one for one in said if one.address != address]
        if not {"lapse", "operations", "title", "at_least_n", "must"} & found.entries.keys():
            reader.error("grade.nothing", found.at, grade=grade.id)
        own = _said(found.get("operations"), self.header, reader) if "operations" in found.entries else ()
        title, needs = reader.title(found.get("title")) or grade.title, read_needs(found, reader).over(grade.needs)
        new = evolve(grade, title=title, said=(*said, *own), needs=needs)
        return self.in_place(found, grade, (new,))

    def removed(self, found: Map, place: Map) -> ChangeGrades | None:
        """``remove`` of a grade."""
        node = self.reader.map(place, "`remove`", REMOVED_GRADE.names)
        grade = self.known(self.reader.required(node, "grade", "`remove`"))
        return None if grade is None else self.in_place(found, grade, ())

    def added(self, found: Map, place: Map) -> ChangeGrades | None:
        """``add`` of a grade, below another one or at the end."""
        node = self.reader.map(place, "`add`", ADD_GRADE.names)
        below = node.get("after")
        grade = self.known(below) if below is not None else None
        if below is not None and grade is None:
            return None
        new = read_grade(node, place.at, self.header, self.grades, self.reader)
        if grade is not None:
            return self.in_place(found, grade, (grade, new))
        return ChangeGrades(found.at, (*self.grades, new))

    def known(self, node: Node | None) -> Declared | None:
        """Return the grade that is named; an unknown one is noted."""
        name = self.reader.text(node, Message("what.grade_id"))
        found = next((grade for grade in self.grades if grade.id == name), None)
        if name and node is not None and found is None:
            known = [grade.id for grade in self.grades]
            self.reader.unknown("grade.unknown", node.at, Message("kind.grade"), name, known)
        return found

    def in_place(self, found: Map, old: Declared, new: tuple[Declared, ...]) -> ChangeGrades:
        """Return the grades with others in the place of one."""
        place = self.grades.index(old)
        return ChangeGrades(found.at, (*self.grades[:place], *new, *self.grades[place + 1 :]))
