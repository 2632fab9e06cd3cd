"""Where in the rule files an indicator, a part or a derived fact is written."""

from collections.abc import Iterator
from string import ascii_letters

from ntm_rules.check.problem import ProblemSubject
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import Items, Map, Node, Position, Scalar

_OPERATIONS = ("set", "set_pending", "replace", "retitle", "remove")


class Places:
    """The places of addresses; the files of a set are read once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._own = frozenset(library.own_rulesets())
        self._owners = {listed.shown: listed.province for listed in library.files}
        self._known: dict[tuple[str, str, str | None, bool], dict[str, Position]] = {}

    def owner(self, file: str) -> str:
        """Return the province whose file it is; empty for a national file."""
        return self._owners.get(file, "")

    def find(self, subject: ProblemSubject, province: str | None) -> Position | None:
        """Find where the subject is written, by the last layer that touches it; else the first line of the base."""
        owned = (subject.ruleset, subject.period, subject.province) in self._own
        key = (subject.ruleset, subject.period, subject.province or province, owned)
        if key not in self._known:
            found: dict[str, Position] = {}
            for root in self._library.roots(*key):
                here = dict(_addresses(root, ""))
                # who changes a part changes the indicator, though its number is not in the file
                wholes = {address.rstrip(ascii_letters): at for address, at in reversed(here.items())}
                found |= {no: at for no, at in wholes.items() if no in found} | here
                found.setdefault("", root.at)
            self._known[key] = found
        return self._known[key].get(subject.address) or self._known[key].get("")


def _addresses(node: Node, address: str) -> Iterator[tuple[str, Position]]:
    if isinstance(node, Items):
        for item in node.items:
            yield from _addresses(item, address)
    if not isinstance(node, Map):
        return
    for named in (_text(node, "no") if "require" in node.entries else "", _part(node, address)):
        if named:
            address = named
            yield address, node.at
    for operation in _OPERATIONS:
        value = node.get(operation)
        for target in value.items if isinstance(value, Items) else [value]:
            if isinstance(target, Scalar):
                address = target.text
                yield address, target.at
    for key, entry in node.entries.items():
        if key == "grades" and isinstance(entry.value, Items):  # what a grade changes of an indicator, it alone does
            ids = (grade.get("grade") for grade in entry.value.items if isinstance(grade, Map))
            yield from ((name.text, name.at) for name in ids if isinstance(name, Scalar))
            continue
        if key == "derive" and isinstance(entry.value, Map):
            yield from ((name, inner.key.at) for name, inner in entry.value.entries.items())
        yield from _addresses(entry.value, address)


def _text(node: Map, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""


def _part(node: Map, address: str) -> str:
    part = _text(node, "part")
    return address + part if part and address else ""
