"""YAML as plain nodes that know their place in the file; untrusted text, so everything is bounded.

Scalars stay text. Tags are refused, aliases are expanded within a bound, size and depth are limited.
"""

import stat
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from numbers import Integral
from pathlib import Path
from typing import NoReturn

import yaml
from attrs import define, field, frozen

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, RulesetError, Severity, displayed
from ntm_rules.messages.printable import printable

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
        """Return the value of *key*, None where it is absent."""
        entry = self.entries.get(key)
        return None if entry is None else entry.value


Node = Scalar | Items | Map

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def placed(at: Position, message: Message, severity: Severity = Severity.ERROR, address: str = "") -> Diagnostic:
    """Return a diagnostic at a place; it has the code of its message, and a variant that of its family."""
    code = message.code.partition("/")[0]
    return Diagnostic(code, message, severity, at.file, at.line, at.column, address=address)


def problem(
    code: str, at: Position, /, message: Sentence | None = None, hint: Sentence = "", **params: object
) -> Diagnostic:
    """Return an error at a place.

    Args:
        code: of the sentence, which *params* fill: that of the diagnostic, or a variant, `value.number/finite`.
        message: another sentence than that of the code.
        hint: another one than that of the catalogues.
    """
    if message is None:
        message = Message(code, **params)
    return Diagnostic(code.partition("/")[0], message, file=at.file, line=at.line, column=at.column, hint=hint)


def read_file(path: Path, shown: str) -> Node:
    """Return the nodes of a file; *shown* is its name in diagnostics.

    Raises:
        RulesetError: it cannot be opened, is no regular file, too large, not UTF-8, or not YAML within the bounds.
    """
    data = _read_bytes(path, Position(shown, 1, 1))
    try:
        return read_text(data.decode("utf-8-sig"), shown)
    except UnicodeDecodeError as error:
        at = Position(shown, data[: error.start].count(b"\n") + 1, 1)
        raise RulesetError([problem("yaml.encoding", at)]) from error


def _read_bytes(path: Path, start: Position) -> bytes:
    """Return what a file holds; it is looked at before it is opened, since a pipe would be waited for for ever.

    Raises:
        RulesetError: it cannot be opened, is no regular file, or too large.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise RulesetError([problem("yaml.file", start)])
        if found.st_size > MAX_BYTES:
            raise RulesetError([problem("yaml.size", start, size=found.st_size, limit=MAX_BYTES)])
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise RulesetError([problem("yaml.open", start, reason=reason)]) from None


def read_text(text: str, shown: str) -> Node:
    """Return the nodes of a YAML text.

    Raises:
        RulesetError: it is not YAML within the bounds.
    """
    try:
        return _Builder(shown).document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(shown, mark.line + 1, mark.column + 1) if mark else Position(shown, 1, 1)
        raise RulesetError([problem("yaml.syntax", at, problem=error.problem or error.context)]) from error
    except yaml.YAMLError as error:  # a character that no YAML text may hold
        raise RulesetError(
            [problem("yaml.syntax", Position(shown, 1, 1), problem=str(error).partition("\n")[0])]
        ) from error


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
                    self.fail(event, Message("yaml.documents"))
                root = self.node(next(events), events, 0)
        if root is None:
            raise RulesetError([problem("yaml.empty", Position(self.shown, 1, 1))])
        return root

    def at(self, event: yaml.Event) -> Position:
        mark = event.start_mark
        return Position(self.shown, mark.line + 1, mark.column + 1) if mark else Position(self.shown, 1, 1)

    def fail(self, event: yaml.Event, message: Message) -> NoReturn:
        raise RulesetError([placed(self.at(event), message)])

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            self.fail(event, Message("yaml.nodes", limit=MAX_NODES))
        if depth > MAX_DEPTH:
            self.fail(event, Message("yaml.depth", limit=MAX_DEPTH))
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fail(event, Message("yaml.tag", tag=tag))
        before = self.count  # an alias counts as many nodes as its anchor
        node = self.collection(event, events, depth)
        anchor = getattr(event, "anchor", None)
        if isinstance(anchor, str):
            self.anchors[anchor] = node, self.count - before + 1
        return node

    def alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            self.fail(event, Message("yaml.alias", name=name))
        node, size = self.anchors[name]
        self.count += size  # what reads the nodes meets those of the anchor once more
        return node

    def collection(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return _text(event.value, self.at(event))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            while not isinstance(inner := next(events), yaml.SequenceEndEvent):
                items.append(self.node(inner, events, depth + 1))
            return Items(items, self.at(event))
        found = Map(at=self.at(event))
        while not isinstance(inner := next(events), yaml.MappingEndEvent):
            key = self.node(inner, events, depth + 1)
            if not isinstance(key, Scalar):
                self.fail(inner, Message("yaml.key"))
            if key.text in found.entries:
                self.fail(inner, Message("yaml.duplicate", key=key.text))
            found.entries[key.text] = Entry(key, self.node(next(events), events, depth + 1))
        return found


def from_python(value: object, shown: str, depth: int = 0) -> Node:
    """Return the nodes of plain Python values: mappings, lists, texts, integers, Decimals, booleans.

    Raises:
        RulesetError: a float (write its text), a control character, or anything else that a rule file cannot hold.
    """
    at = Position(shown, 0, 0)
    if depth > MAX_DEPTH:
        raise RulesetError([problem("yaml.depth", at, limit=MAX_DEPTH)])
    if isinstance(value, Mapping):
        entries = {str(k): Entry(_text(str(k), at), from_python(v, shown, depth + 1)) for k, v in value.items()}
        return Map(entries, at)
    if isinstance(value, bool):
        return Scalar("true" if value else "false", at)
    if isinstance(value, Enum):
        raise RulesetError([problem("python.value", at, value=displayed(value))])
    if isinstance(value, str | Decimal | Integral):
        return _text(displayed(value), at)
    if isinstance(value, Sequence):
        return Items([from_python(item, shown, depth + 1) for item in value], at)
    if hasattr(value, "isoformat"):
        return Scalar(str(value.isoformat()), at)
    raise RulesetError([problem("python.value", at, value=repr(value))])


def _text(text: str, at: Position) -> Scalar:
    """Return a text as a node; what YAML refuses in a file is refused here too."""
    if printable(text) != text:
        raise RulesetError([problem("yaml.text", at, value=text)])
    return Scalar(text, at)
