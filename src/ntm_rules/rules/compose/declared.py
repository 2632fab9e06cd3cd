"""Grades as files declare them: what each asks otherwise than the set, not applied yet.

They are applied once all layers are. So a later decision that changes a grade adds to what is said of it, or takes
something out of that.
"""

from attrs import frozen

from ntm_rules.model.text import Text
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.needs import AS_BEFORE, Needs
from ntm_rules.yaml.nodes import Map, Node, Position, Scalar


@frozen
class Said:
    """One operation of a grade, at one of the places that it names.

    Attributes:
        header: the file that says it.
        kind: ``set``, ``replace`` and so on.
        found: the operation as it is written.
        place: what it names: a number, or a mapping with what is added or taken out.
    """

    header: Header
    kind: str
    found: Map
    place: Node

    @property
    def address(self) -> str:
        """The number that is changed, taken out or added."""
        if not isinstance(self.place, Map):
            return _text(self.place)
        if "part" in self.place.entries:
            return _text(self.place.get("to")) + _number(self.place.get("part"), "part")
        return _number(self.place.get("indicator") or self.place.get("criterion"), "no")


@frozen
class Declared:
    """A grade: its id and title, what the files so far say of it, in order, and how many criteria it needs."""

    id: str
    title: Text | None
    at: Position
    said: tuple[Said, ...]
    needs: Needs = AS_BEFORE


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _number(node: Node | None, key: str) -> str:
    return _text(node.get(key) if isinstance(node, Map) else node)
