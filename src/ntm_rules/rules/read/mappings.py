"""Mapping files (``mapping:``): what the columns of a system with names of its own hold."""

from collections.abc import Mapping
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded
from ntm_rules.model.column_mapping import (
    MEANINGS,
    MISSING,
    NOT_APPLICABLE,
    ColumnMapping,
    MappedColumn,
    key_of,
    word_of,
)
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.judgements import Body
from ntm_rules.model.measured import Unit
from ntm_rules.model.names import one_form
from ntm_rules.rules.keys.mappings import DETAILS, MAPPED_COLUMN, MAPPING_FILE, OWN_WORDS
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Entry, Items, Map, Node, Position

_FILE = Message("what.mapping_file")
_SEPARATORS = {"comma": "comma", "point": "point"}
_MOST_DIGITS = 20
"""The most digits of a code."""


def read_mapping(root: Node, facts: Mapping[str, Fact], numbers: Mapping[str, object] | None) -> ColumnMapping:
    """Return what a mapping file says.

    Args:
        facts: that its columns may hold.
        numbers: the printed numbers that may be judged; None where any may.

    Raises:
        RulesetError: every problem of the file.
    """
    reader = Reader()
    found = _MappingReader(reader, facts, numbers).mapping(reader.map(root, _FILE, MAPPING_FILE.names))
    reader.diagnostics.sort(key=lambda problem: (problem.line, problem.column))
    reader.raise_errors()
    return found


class _MappingReader:
    """Reads one file; what is there twice is told at the second place."""

    def __init__(self, reader: Reader, facts: Mapping[str, Fact], numbers: Mapping[str, object] | None) -> None:
        self.reader, self.facts, self.numbers = reader, facts, numbers
        self.named: dict[str, str] = {}
        self.held: dict[object, str] = {}
        self.by_title: dict[str, list[str]] = {}
        for fact in facts.values():
            if fact.title is not None:
                self.by_title.setdefault(folded(fact.title.vi), []).append(fact.id)

    def mapping(self, root: Map) -> ColumnMapping:
        """Return the whole file."""
        reader = self.reader
        title = reader.text(reader.required(root, "mapping", _FILE), "`mapping`")
        unit = one_form(reader.text(root.get("unit"), "`unit`")) or None
        if unit is not None:
            self.once(unit, root.entries["unit"].value.at)
        width = reader.integer(root.get("unit_width"), "`unit_width`")
        if width is not None and width > _MOST_DIGITS:
            reader.error("mapping.width", root.entries["unit_width"].value.at, width=width, most=_MOST_DIGITS)
        columns = reader.map(root.get("columns"), "`columns`").entries.values()
        return ColumnMapping(
            title,
            tuple(column for entry in columns if (column := self.column(entry)) is not None),
            unit,
            width,
            reader.choice(root.get("decimal"), Message("kind.decimal_sign"), _SEPARATORS),
            tuple(name for name, _ in self.texts(root.get("keep"), "`keep`")),
            tuple(self.once(name, at) for name, at in self.texts(root.get("ignore"), "`ignore`")),
            self.words(root, OWN_WORDS.names),
        )

    def once(self, name: str, at: Position) -> str:
        """Return the name of a column that has only one meaning; another one of it is noted."""
        key = key_of(name)
        if key in self.named:
            self.reader.error("mapping.twice", at, name=name, other=self.named[key])
        self.named.setdefault(key, name)
        return name

    def column(self, entry: Entry) -> MappedColumn | None:
        """Return what one column holds; None where that is not to be told, which is noted."""
        reader, node = self.reader, entry.value
        name = self.once(one_form(entry.key.text), entry.key.at)
        if not isinstance(node, Map):
            text = reader.text(node, Message("what.column", name=name))
            return self.of_fact(name, Map(at=node.at), text, node) if text else None
        found = reader.map(node, Message("what.column", name=name), MAPPED_COLUMN.names)
        held, judged = found.get("fact"), found.get("judgement")
        if (held is None) == (judged is None):
            reader.error("mapping.column", node.at, name=name)
            return None
        if held is not None:
            self.only_with(found, "judgement", ("body", "detail"))
            return self.of_fact(name, found, reader.text(held, "`fact`"), held)
        self.only_with(found, "fact", ("figures_in", "factor"))
        return None if judged is None else self.of_judgement(name, found, reader.text(judged, "`judgement`"), judged)

    def only_with(self, found: Map, key: str, others: tuple[str, ...]) -> None:
        """Note keys that mean nothing without another one."""
        for other in others:
            if other in found.entries:
                self.reader.error("mapping.beside", found.entries[other].key.at, key=other, beside=key)

    def of_fact(self, name: str, found: Map, text: str, node: Node) -> MappedColumn | None:
        """Return a column that holds a fact, named by its id or title."""
        ids = [text] if text in self.facts else self.by_title.get(folded(text), [])
        if len(ids) != 1:
            if ids:
                self.reader.error("mapping.title", node.at, title=text, ids=tuple(ids))
            elif text:
                self.reader.unknown("fact.unknown", node.at, Message("kind.fact"), text, self._names())
            return None
        fact = self.facts[ids[0]]
        self.one_column(fact.id, name, node.at, Message("what.fact", name=fact.id))
        figures_in, factor = self.figures(fact, found)
        words = self.words(found, _meanings(fact))
        return MappedColumn(name, fact.id, figures_in=figures_in, factor=factor, words=words)

    def _names(self) -> list[str]:
        return [*self.facts, *(fact.title.vi for fact in self.facts.values() if fact.title is not None)]

    def figures(self, fact: Fact, found: Map) -> tuple[str | None, Decimal | None]:
        """Return the unit of a column's figures and their factor; what does not fit the fact is noted."""
        reader, nodes = self.reader, [found.entries[key] for key in ("figures_in", "factor") if key in found.entries]
        if nodes and not fact.type.numeric:
            reader.error("mapping.figures", nodes[0].key.at, key=nodes[0].key.text, fact=fact.id)
            return None, None
        if len(nodes) > 1:
            reader.error("mapping.figures/both", nodes[1].key.at)
        unit, own = reader.text(found.get("figures_in"), "`figures_in`"), Unit.of_fact(fact)
        if unit and (own is None or Unit.of(unit).power_to(own) is None):
            told = {"unit": unit, "fact": fact.id, "own": own.text if own else ""}
            reader.error("mapping.figures/unit", found.entries["figures_in"].value.at, **told)
        node = found.get("factor")
        factor = None if node is None else reader.number(node, reader.text(node, "`factor`"), "`factor`")
        if node is not None and factor is not None and factor <= 0:
            reader.error("mapping.figures/factor", node.at, factor=factor)
        return unit or None, None if factor is None else factor.normalize()

    def of_judgement(self, name: str, found: Map, no: str, node: Node) -> MappedColumn:
        """Return a column that holds judgements on a number, or what is said of them."""
        reader = self.reader
        if no and self.numbers is not None and no not in self.numbers:
            reader.unknown("mapping.number", node.at, Message("kind.number"), no, self.numbers)
        body = reader.choice(found.get("body"), "`body`", {body.value: body for body in Body}) or Body.OTHER
        detail = reader.choice(found.get("detail"), "`detail`", {name: name for name in DETAILS}) or ""
        self.one_column((no, body, detail), name, node.at, Message("what.judgement", no=no))
        words = self.words(found, () if detail else MEANINGS)
        return MappedColumn(name, no=no, body=body, detail=detail, words=words)

    def one_column(self, what: object, name: str, at: Position, said: Message) -> None:
        """Note a second column that holds the same."""
        other = self.held.setdefault(what, name)
        if other != name:  # the same name twice has been noted
            self.reader.error("mapping.twice/held", at, name=name, other=other, what=said)

    def words(self, found: Map, meanings: tuple[str, ...]) -> Mapping[str, str]:
        """Return the own words of a column or of all, with what they stand for."""
        words: dict[str, str] = {}
        for meaning, entry in self.reader.map(found.get("values"), "`values`").entries.items():
            if meaning not in meanings:
                self.reader.unknown("value.unknown", entry.key.at, Message("kind.value"), meaning, meanings)
            for text, at in self.texts(entry.value, f"`{meaning}`"):
                other = words.setdefault(word_of(text), meaning)
                if other != meaning:
                    self.reader.error("mapping.word", at, word=text, one=other, other=meaning)
        return words

    def texts(self, node: Node | None, what: str) -> list[tuple[str, Position]]:
        """Return one text or a list of texts, in one form, with their places."""
        nodes = self.reader.items(node, what) if isinstance(node, Items) else [] if node is None else [node]
        found = ((one_form(self.reader.text(each, what)), each.at) for each in nodes)
        return [(text, at) for text, at in found if text]


def _meanings(fact: Fact) -> tuple[str, ...]:
    """Return what own words in a column of a fact may stand for."""
    if fact.type is FactType.BOOLEAN:
        return MEANINGS
    return (*fact.values, MISSING, NOT_APPLICABLE)
