"""YAML as plain nodes that know where they stand; untrusted text, so everything is bounded.

Scalars stay text. Tags are refused, aliases are expanded within a bound, size and depth are limited.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import yaml
from attrs import define, field, frozen

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, RulesetError

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000


@frozen
class Position:
    """Where a node starts; line and column from 1."""

    file: str
    line: int
    column: int


@define
class Scalar:
    """A text."""

    text: str
    at: Position


@define
class Items:
    """A list of nodes."""

    items: "list[Node]"
    at: Position


@define
class Entry:
    """A key of a mapping with its value."""

    key: Scalar
    value: "Node"


@define
class Map:
    """Entries by key, in the order of the file."""

    entries: dict[str, Entry] = field(factory=dict)
    at: Position = Position("", 0, 0)

    def get(self, key: str) -> "Node | None":
        """The value of *key*, None where it is absent."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node = Scalar | Items | Map

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def problem(
    code: str, at: Position, message: Sentence | None = None, hint: Sentence = "", **params: object
) -> Diagnostic:
    """An error at a place.

    Args:
        code: of the sentence, which *params* fill: that of the diagnostic, or a variant, `value.number/finite`.
        message: another sentence than that of the code.
        hint: another one than that of the catalogues.
    """
    if message is None:
        message = Message(code, **params)
    code = code.partition("/")[0]
    return Diagnostic(code, message, file=at.file, line=at.line, column=at.column, hint=hint)


def read_file(path: Path, shown: str) -> Node:
    """The nodes of a file; *shown* is its name in diagnostics.

    Raises:
        RulesetError: it is too large, not UTF-8, or not a YAML file within the bounds.
    """
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        at = Position(shown, 1, 1)
        raise RulesetError([problem("yaml.size", at, f"the file has {len(data)} bytes, at most {MAX_BYTES} are read")])
    try:
        return read_text(data.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        at = Position(shown, data[: error.start].count(b"\n") + 1, 1)
        hint = "save the file as UTF-8"
        raise RulesetError([problem("yaml.encoding", at, "the file is not UTF-8 text", hint)]) from error


def read_text(text: str, shown: str) -> Node:
    """The nodes of a YAML text.

    Raises:
        RulesetError: it is not YAML within the bounds.
    """
    try:
        return _Builder(shown).document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(shown, mark.line + 1, mark.column + 1) if mark else Position(shown, 1, 1)
        found = problem("yaml.syntax", at, f"not valid YAML: {error.problem or error.context}")
        raise RulesetError([found]) from error
    except yaml.YAMLError as error:
        raise RulesetError([problem("yaml.syntax", Position(shown, 1, 1), f"not valid YAML: {error}")]) from error


class _Builder:
    """Builds nodes from parser events, counting what it makes."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.count = 0
        self.anchors: dict[str, tuple[Node, int]] = {}

    def document(self, events: Iterator[yaml.Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.fail("yaml.documents", event, "the file holds more than one document")
                root = self.node(next(events), events, 0)
        if root is None:
            at = Position(self.shown, 1, 1)
            raise RulesetError([problem("yaml.empty", at, "the file is empty")])
        return root

    def at(self, event: yaml.Event) -> Position:
        mark = event.start_mark
        return Position(self.shown, mark.line + 1, mark.column + 1) if mark else Position(self.shown, 1, 1)

    def fail(self, code: str, event: yaml.Event, message: str) -> NoReturn:
        raise RulesetError([problem(code, self.at(event), message)])

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            self.fail("yaml.nodes", event, f"more than {MAX_NODES} nodes, aliases counted as often as they are used")
        if depth > MAX_DEPTH:
            self.fail("yaml.depth", event, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fail("yaml.tag", event, f"the tag `{tag}` is not allowed")
        before = self.count
        node = self.collection(event, events, depth)
        anchor = getattr(event, "anchor", None)
        if isinstance(anchor, str):
            self.anchors[anchor] = node, self.count - before + 1
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            self.fail("yaml.alias", event, f"the alias `{name}` stands before its anchor or inside it")
        node, size = self.anchors[name]
        self.count += size
        return node

    def collection(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, self.at(event))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self.node(inner, events, depth + 1))
            return Items(items, self.at(event))
        found = Map(at=self.at(event))
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            key = self.node(inner, events, depth + 1)
            if not isinstance(key, Scalar):
                self.fail("yaml.key", inner, "a key has to be a text")
            if key.text in found.entries:
                self.fail("yaml.duplicate", inner, f"the key `{key.text}` stands twice")
            found.entries[key.text] = Entry(key, self.node(next(events), events, depth + 1))
        return found


def from_python(value: object, shown: str, depth: int = 0) -> Node:
    """The nodes of plain Python values (mappings, lists, texts, integers, Decimals, booleans).

    Raises:
        RulesetError: a float (write its text), or anything else that a rule file cannot hold.
    """
    at = Position(shown, 0, 0)
    if depth > MAX_DEPTH:
        raise RulesetError([problem("yaml.depth", at, f"nested deeper than {MAX_DEPTH} levels")])
    if isinstance(value, Mapping):
        entries = {str(k): Entry(Scalar(str(k), at), from_python(v, shown, depth + 1)) for k, v in value.items()}
        return Map(entries, at)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", at)
    if isinstance(value, str | int | Decimal):
        return Scalar(str(value), at)
    if isinstance(value, Sequence):
        return Items([from_python(item, shown, depth + 1) for item in value], at)
    if hasattr(value, "isoformat"):
        return Scalar(str(value.isoformat()), at)
    found = problem("python.value", at, f"`{value!r}` cannot stand in a rule file", "write a number as text")
    raise RulesetError([found])
