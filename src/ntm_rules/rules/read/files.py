"""Ruleset files and layer files, read as far as one file alone allows."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from attrs import field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.aggregates import LEVELS, Aggregate
from ntm_rules.model.citations import Citation, Instrument, last_day
from ntm_rules.model.conditions import Derived
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import MEANINGS, Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.text import Text
from ntm_rules.rules.keys.files import RULES
from ntm_rules.rules.keys.rulesets import CRITERION, INDICATOR
from ntm_rules.rules.keys.shared import IN_FORCE, INSTRUMENT_OF_FILE
from ntm_rules.rules.read.aggregates import read_aggregates
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.derived import read_derived
from ntm_rules.rules.read.needs import AS_BEFORE, Needs, check_names, misfits, read_needs
from ntm_rules.rules.read.reader import Reader
from ntm_rules.rules.read.thresholds import Scope
from ntm_rules.yaml.nodes import Entry, Map, Node, Position, placed

_FILE = Message("what.file")
_FILES = {own: RULES.files[own] for own in ("ruleset", "amends", "overlay")}


@frozen
class Header:
    """What base and layer files have in common.

    Attributes:
        kind: base, own, amendment, overlay or caller.
        target: the ruleset id.
        province: of an overlay, of a province's own set, or of an amendment to one.
        layer: the instrument with its span and how it was read.
        replaces: instruments whose layers end with this one.
    """

    kind: LayerKind
    target: str
    period: str
    layer: Layer
    title: Text | None
    province: str | None
    replaces: tuple[Instrument, ...]
    sources: Mapping[str, str]
    instruments: Mapping[str, Instrument]
    root: Map = field(repr=False)

    @property
    def at(self) -> Position:
        """Where the file begins."""
        return self.root.at

    @property
    def target_at(self) -> Position:
        """Where the file names the set."""
        return self.place(*(key for key in _FILES if key in self.root.entries))

    @property
    def starts_at(self) -> Position:
        """Where the file says from which day it holds: that of the instrument where it says no other."""
        span = self.root.get("in_force")
        if isinstance(span, Map) and "from" in span.entries:
            return self.place("in_force", "from")
        return self.place("instrument", "date")

    def place(self, *keys: str) -> Position:
        """Return where the value under some keys is, each in that of the one before, as far as there are any."""
        node: Node = self.root
        for key in keys:
            inner = node.get(key) if isinstance(node, Map) else None
            if inner is None:
                break
            node = inner
        return node.at

    @property
    def instrument(self) -> Instrument:
        """The instrument of the file."""
        if self.layer.instrument is None:
            raise ValueError(self.target)
        return self.layer.instrument

    def scope(self, facts: Mapping[str, Fact], rulesets: frozenset[str]) -> Scope:
        """Return what the conditions of the file can refer to."""
        return Scope(facts, self.instrument, self.layer.annex, self.sources, self.instruments, rulesets)


@frozen
class BaseFile:
    """A ruleset file, read."""

    header: Header
    criteria: tuple[Criterion, ...]
    derived: tuple[Derived, ...]
    needs: Needs
    aggregates: tuple[Aggregate, ...] = ()
    level: str | None = None
    tested_against: tuple[tuple[str, str], ...] = ()
    grades: Node | None = None
    met_means: str | None = None


@frozen
class LayerFile:
    """A layer file: its header, and its operations as nodes, since what they mean depends on what they change."""

    header: Header
    derive: Node | None
    operations: Node | None
    aggregate: Node | None = None
    grades: Node | None = None
    needs: Needs = AS_BEFORE


def read_header(root: Map, reader: Reader, kind: LayerKind | None = None) -> Header | None:
    """Return the header of a ruleset or layer file; None where it is unusable, which is noted.

    Args:
        kind: ``CALLER`` for an overlay that a caller hands in.
    """
    own = next((key for key in _FILES if key in root.entries), None)
    if own is None:
        reader.error("file.kind/header", root.at, names=tuple(_FILES))
        return None
    reader.map(root, _FILE, _FILES[own].names)
    kind = kind or _kind(root, own)
    target = reader.text(root.get(own), f"`{own}`")
    period = reader.text(reader.required(root, "period", _FILE), Message("what.period"))
    instrument_node = reader.required(root, "instrument", _FILE)
    instrument = reader.instrument(instrument_node, INSTRUMENT_OF_FILE)
    province = reader.text(root.get("province"), Message("what.province_id")) or None
    if kind is LayerKind.OVERLAY:
        reader.required(root, "province", Message("what.overlay"))
    if not target or not period or instrument is None:
        return None
    annex = reader.text(instrument_node.get("annex"), Message("what.annex")) if isinstance(instrument_node, Map) else ""
    layer = _layer(root, kind, instrument, annex or None, reader)
    replaces = _replaced(root, reader)
    sources = {k: reader.text(e.value, Message("what.source")) for k, e in _entries(root, "sources", reader)}
    instruments = _instruments(root, reader)
    title = reader.title(root.get("title"))
    return Header(kind, target, period, layer, title, province, replaces, sources, instruments, root)


def _kind(root: Map, own: str) -> LayerKind:
    """Return what a file is, by the key that tells it; a ruleset with a province is that province's own."""
    base = LayerKind.OWN if "province" in root.entries else LayerKind.BASE
    return {"ruleset": base, "amends": LayerKind.AMENDMENT, "overlay": LayerKind.OVERLAY}[own]


def _replaced(root: Map, reader: Reader) -> tuple[Instrument, ...]:
    """Return the instruments that end with that of the file."""
    nodes = reader.items(root.get("replaces"), "`replaces`")
    return tuple(instrument for node in nodes if (instrument := reader.instrument(node)) is not None)


def _instruments(root: Map, reader: Reader) -> dict[str, Instrument]:
    """Return the instruments that cells may cite, by the names that the file gives them."""
    named = {key: reader.instrument(entry.value) for key, entry in _entries(root, "instruments", reader)}
    return {key: instrument for key, instrument in named.items() if instrument is not None}


def _entries(root: Map, key: str, reader: Reader) -> list[tuple[str, Entry]]:
    node = root.get(key)
    return [] if node is None else list(reader.map(node, f"`{key}`").entries.items())


def _layer(root: Map, kind: LayerKind, instrument: Instrument, annex: str | None, reader: Reader) -> Layer:
    """Return the instrument with its span; a date known to the month or year counts from the last day of these."""
    span = reader.map(root.get("in_force"), "`in_force`", IN_FORCE.names)
    start = reader.date(span.get("from"), "`from`") or instrument.date
    end = reader.date(span.get("to"), "`to`")
    read = reader.choice(root.get("read"), "`read`", {"whole": True, "partly": False})
    first, last = last_day(start), last_day(end) if end else None
    if last is not None and last < first:
        reader.error("file.span", root.at, first=first, last=last)
    return Layer(kind, instrument, first, last, read is not False, annex, len(start) == len("2024-06-17"))


def read_base(
    root: Map, header: Header, facts: Mapping[str, Fact], rulesets: frozenset[str], reader: Reader
) -> BaseFile:
    """Return the criteria and derived facts of a ruleset file."""
    derived, conditions = read_derived(root.get("derive"), header.scope(facts, rulesets), reader)
    content = ContentReader(conditions, reader)
    nodes = reader.items(reader.required(root, "criteria", _FILE), "`criteria`")
    criteria = tuple(c for node in nodes if (c := content.criterion(node)) is not None)
    _unique([c.no for c in criteria], Message("kind.criterion"), root, reader)
    _unique([i.no for c in criteria for i in c.indicators], Message("kind.indicator"), root, reader)
    needs = read_needs(root, reader)
    check_names(root, needs, Message("kind.criterion"), [c.no for c in criteria], reader)
    must = needs.among([c.no for c in criteria])
    reader.diagnostics += [
        placed(root.at, m) for m in misfits(needs.at_least_n, must, len(criteria), Message("what.criteria"))
    ]
    for no in uncounted(criteria, needs.at_least_n):
        reader.error("criterion.counted", root.at, no=no, k=needs.at_least_n)
    level = reader.choice(root.get("level"), Message("kind.level"), {level: level for level in LEVELS})
    aggregates = read_aggregates(root.get("aggregate"), facts, rulesets, reader)
    means = reader.choice(root.get("met_means"), "`met_means`", {means: means for means in MEANINGS})
    tested = _tested(root, rulesets, reader)
    return BaseFile(header, criteria, derived, needs, aggregates, level, tested, root.get("grades"), means)


def _tested(root: Map, rulesets: frozenset[str], reader: Reader) -> tuple[tuple[str, str], ...]:
    """For each tier the set whose finding is tested."""
    what = Message("what.ruleset_id")
    found = {tier: reader.text(e.value, what) for tier, e in _entries(root, "tested_against", reader)}
    for ruleset in found.values():
        if ruleset not in rulesets:
            reader.unknown("ruleset.unknown", root.at, Message("kind.ruleset"), ruleset, rulesets)
    return tuple(found.items())


class ContentReader:
    """Reads criteria and indicators."""

    def __init__(self, conditions: ConditionReader, reader: Reader) -> None:
        self.conditions = conditions
        self.reader = reader

    def criterion(self, node: Node) -> Criterion | None:
        """Return a criterion with its indicators."""
        reader, what = self.reader, Message("what.criterion")
        found = reader.map(node, what, CRITERION.names)
        no = reader.text(reader.required(found, "no", what), Message("what.number"))
        title = reader.title(reader.required(found, "title", what))
        nodes = reader.items(reader.required(found, "indicators", what), "`indicators`")
        indicators = tuple(i for n in nodes if (i := self.indicator(n)) is not None)
        numbers = [indicator.no for indicator in indicators]
        needs = read_needs(found, reader)
        if len(indicators) == len(nodes):
            check_names(found, needs, Message("kind.indicator"), numbers, reader)
        k, must = needs.at_least_n, needs.among(numbers)
        reader.diagnostics += [placed(found.at, m) for m in misfits(k, must, len(nodes), Message("what.indicators"))]
        if not no or not indicators:
            return None
        counted = reader.flag(found.get("counted"), "`counted`", default=True)
        note = reader.text(found.get("note"), Message("what.note")) or None
        return Criterion(no, indicators, title, k, note, counted, must)

    def indicator(self, node: Node) -> Indicator | None:
        """Return an indicator with its condition."""
        reader, what = self.reader, Message("what.indicator")
        found = reader.map(node, what, INDICATOR.names)
        no = reader.text(reader.required(found, "no", what), Message("what.number"))
        title = reader.title(reader.required(found, "title", what))
        require = self.conditions.condition(reader.required(found, "require", what))
        applies_node = found.get("applies_if")
        applies = self.conditions.condition(applies_node) if applies_node is not None else None
        if not no or require is None:
            return None
        scope = self.conditions.scope
        point = reader.text(found.get("point"), Message("what.point")) or None
        citation = Citation(scope.instrument, scope.annex, point)
        note = reader.text(found.get("note"), Message("what.note")) or None
        return Indicator(no, require, citation, title, applies, note)


def _unique(numbers: list[str], kind: Message, root: Map, reader: Reader) -> None:
    for number in dict.fromkeys(n for n in numbers if numbers.count(n) > 1):
        reader.error("number.duplicate", root.at, kind=kind, no=number)


def uncounted(criteria: Iterable[Criterion], at_least_n: int | None) -> Iterator[str]:
    """Yield the numbers of criteria that are not counted though the set asks for some of its criteria."""
    for criterion in criteria if at_least_n is not None else ():
        if not criterion.counted:
            yield criterion.no


def in_force(layer: Layer, on: dt.date) -> bool:
    """Return whether the layer holds on that day; both ends are inclusive."""
    return layer.start <= on and (layer.end is None or on <= layer.end)
