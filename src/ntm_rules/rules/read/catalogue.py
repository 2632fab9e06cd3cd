"""The fact catalogue and the measures: what may be known about a unit."""

from collections.abc import Mapping
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.citations import Evidence
from ntm_rules.model.facts import About, Consistency, Direction, Earlier, Fact, FactType, Measure, Merge, RatioOf, Told
from ntm_rules.model.text import Text
from ntm_rules.rules.keys.conditions import RATIO
from ntm_rules.rules.keys.registers import (
    CONSISTENCY,
    EARLIER,
    FACT_ENTRY,
    FACTS_FILE,
    MAX_DECIMALS,
    MEASURES_FILE,
    TOLD,
)
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Position

_NO_BOUNDS: tuple[None, None] = (None, None)


def read_measures(root: Map, reader: Reader) -> dict[str, Measure]:
    """Return the units of measurement of a ``measures:`` file."""
    reader.map(root, Message("what.file"), MEASURES_FILE.names)

    def measure(key: str, node: Node) -> Measure | None:
        title = reader.title(node)
        return Measure(key, title) if title else None

    return {m.id: m for m in reader.each(root.get("measures"), "`measures`", measure)}


def read_catalogue(root: Map, measures: Mapping[str, Measure], reader: Reader) -> dict[str, Fact]:
    """Return the facts of a ``facts:`` file.

    What refers to other facts is checked by ``check_ratios``, ``check_undecided``, ``check_earlier`` and
    ``check_consistency`` once all files are read.
    """
    reader.map(root, Message("what.file"), FACTS_FILE.names)
    read, node = _FactReader(measures, reader), root.get("facts")
    if isinstance(node, Map) and "year" in node.entries:
        reader.error("fact.duplicate/exists", node.entries["year"].key.at, fact="year")
    return {fact.id: fact for fact in reader.each(root.get("facts"), "`facts`", read.fact)}


def check_ratios(facts: Mapping[str, Fact], nodes: Mapping[str, Node], reader: Reader) -> None:
    """Note ratios whose parts are not plain numbers of the catalogue."""
    for fact in facts.values():
        for part in (fact.ratio.part, fact.ratio.whole) if fact.ratio else ():
            at = nodes[fact.id].at
            if part not in facts:
                reader.unknown("fact.unknown", at, Message("kind.fact_in_ratio", fact=fact.id), part, facts)
            elif not facts[part].type.numeric or facts[part].ratio:
                reader.error("fact.ratio/plain", at, part=part, fact=fact.id)


def check_undecided(facts: Mapping[str, Fact], nodes: Mapping[str, Node], reader: Reader) -> None:
    """Note facts that cannot grow by a count, and shares of a growing part that do not say by what it grows."""
    for fact in facts.values():
        at = nodes[fact.id].at
        part, whole = (facts.get(fact.ratio.part), facts.get(fact.ratio.whole)) if fact.ratio else (None, None)
        if part is not None and part.undecided not in (None, fact.undecided):
            reader.error("fact.undecided/share", at, part=part.id, growth=part.undecided, fact=fact.id)
        if whole is not None and whole.undecided is not None:
            reader.error("fact.undecided/whole", at, whole=whole.id, growth=whole.undecided, fact=fact.id)
        if fact.undecided is not None:
            _check_growth(fact, fact.undecided, [each for each in (part, whole) if each is not None], facts, at, reader)


def _check_growth(
    fact: Fact, by: str, parts: list[Fact], facts: Mapping[str, Fact], at: Position, reader: Reader
) -> None:
    """Note a fact that cannot grow by the one that it names: both are counts, from 0, or it is a ratio of such."""
    growth = facts.get(by)
    if growth is None:
        reader.unknown("fact.unknown", at, Message("kind.fact_undecided", fact=fact.id), by, facts)
    elif not _plain_count(growth) or growth.undecided is not None or growth in (fact, *parts):
        reader.error("fact.undecided/growth", at, growth=by, fact=fact.id)
    if not all(map(_plain_count, parts or [fact])):
        reader.error("fact.undecided/neither", at, fact=fact.id)


def _plain_count(fact: Fact) -> bool:
    return fact.type is FactType.COUNT and fact.minimum is not None and fact.minimum >= 0


def check_earlier(facts: Mapping[str, Fact], nodes: Mapping[str, Node], reader: Reader) -> None:
    """Note facts of an earlier year that are not what the fact of the year itself is: of its type, unit and values."""
    for fact in facts.values():
        if fact.earlier is None:
            continue
        at, other = nodes[fact.id].at, facts.get(fact.earlier.fact)
        if other is None:
            reader.unknown("fact.unknown", at, Message("kind.fact_earlier", fact=fact.id), fact.earlier.fact, facts)
        elif other.earlier is not None or other is fact:
            reader.error("fact.earlier/year", at, fact=fact.id, other=other.id)
        elif (fact.type, fact.unit, fact.values) != (other.type, other.unit, other.values):
            reader.error("fact.earlier/kind", at, fact=fact.id, other=other.id)


def check_consistency(facts: Mapping[str, Fact], nodes: Mapping[str, Node], reader: Reader) -> None:
    """Note facts that cannot be compared as the catalogue says, and relations that go round in a circle."""
    wholes: dict[str, set[str]] = {name: set() for name in facts}
    for fact in facts.values():
        at, says = nodes[fact.id].at, fact.consistency or Consistency()
        for name in (*says.at_most, *says.part_of, *says.sum_of, *says.mean_of):
            other = facts.get(name)
            if other is None:
                reader.unknown("fact.unknown", at, Message("kind.fact_consistency", fact=fact.id), name, facts)
            elif name in says.mean_of:
                if not fact.type is other.type is FactType.PERCENT:
                    reader.error("fact.consistency/mean", at, fact=fact.id, other=name)
            elif not _comparable(fact, other, shares=name in says.at_most):
                reader.error("fact.consistency/kind", at, fact=fact.id, other=name)
            elif not _parts_too(fact, other, facts):
                reader.error("fact.consistency/parts", at, fact=fact.id, other=name)
            else:
                part, whole = (other, fact) if name in says.sum_of else (fact, other)
                wholes[part.id].add(whole.id)
        if 1 in (len(says.sum_of), len(says.mean_of)) or fact.id in says.mean_of:
            reader.error("fact.consistency/sum", at, fact=fact.id)
    for name in wholes:
        if name in _above(name, wholes):
            reader.error("fact.consistency/circle", nodes[name].at, fact=name)


def _comparable(fact: Fact, other: Fact, shares: bool) -> bool:
    """Return whether one of two facts can be part of the other: counts of one unit; *shares*, or percentages."""
    percents = fact.type is FactType.PERCENT and other.type is FactType.PERCENT
    return (shares and percents) or (_plain_count(fact) and _plain_count(other) and fact.unit == other.unit)


def _parts_too(fact: Fact, other: Fact, facts: Mapping[str, Fact]) -> bool:
    """Return whether two shares that follow from counts are compared by these: parts of one whole, compared too."""
    if fact.ratio is None or other.ratio is None:
        return True
    part = facts.get(fact.ratio.part)
    says = Consistency() if part is None or part.consistency is None else part.consistency
    return fact.ratio.whole == other.ratio.whole and other.ratio.part in (*says.at_most, *says.part_of)


def _above(name: str, wholes: Mapping[str, set[str]]) -> set[str]:
    """Return all that a fact is no greater than, through whatever else."""
    found: set[str] = set()
    left = set(wholes[name])
    while left:
        found |= left
        left = {whole for part in left for whole in wholes[part]} - found
    return found


class _FactReader:
    def __init__(self, measures: Mapping[str, Measure], reader: Reader) -> None:
        self.measures = measures
        self.reader = reader

    def fact(self, key: str, node: Node) -> Fact | None:
        reader = self.reader
        what = Message("what.fact", name=key)
        found = reader.map(node, what, FACT_ENTRY.names)
        kind = reader.choice(reader.required(found, "type", what), Message("kind.type"), {t.value: t for t in FactType})
        title = reader.title(reader.required(found, "title", what))
        if kind is None:
            return None
        direction = reader.choice(found.get("direction"), Message("kind.direction"), {d.value: d for d in Direction})
        values, titles = self.values(found, kind, key)
        low, high = self.bounds(found, kind, key) if kind.numeric else _NO_BOUNDS
        return Fact(
            key,
            kind,
            title,
            self.unit(found, kind, key),
            low,
            high,
            self.decimals(found, kind),
            direction or Direction.NEITHER,
            values,
            titles,
            self.ratio(found, kind, key),
            reader.title(found.get("agency")),
            reader.text(found.get("undecided"), "`undecided`") or None,
            self.merge(found, kind, key),
            self.consistency(found),
            self.told(found),
            self.earlier(found),
        )

    def unit(self, found: Map, kind: FactType, key: str) -> Measure | None:
        node = found.get("unit")
        if kind is FactType.PERCENT:
            return self.measures.get("percent")
        if not kind.numeric:
            if node is not None:
                self.reader.error("fact.unit", node.at, fact=key, type=kind.value)
            return None
        name = self.reader.text(
            self.reader.required(found, "unit", Message("what.fact", name=key)), Message("what.unit")
        )
        if name and name not in self.measures and node is not None:
            self.reader.unknown("unit.unknown", node.at, Message("kind.measure"), name, self.measures)
        return self.measures.get(name)

    def bounds(self, found: Map, kind: FactType, key: str) -> tuple[Decimal | None, Decimal | None]:
        low = Decimal(0) if kind in (FactType.PERCENT, FactType.COUNT) else None
        high = Decimal(100) if kind is FactType.PERCENT else None
        if (node := found.get("minimum")) is not None:
            low = self.bound(node, Message("what.minimum"))
        if (node := found.get("maximum")) is not None:
            high = self.bound(node, Message("what.maximum"))
        if low is not None and high is not None and low > high:
            self.reader.error("fact.bounds", found.at, fact=key)
        return low, high

    def bound(self, node: Node, what: Message) -> Decimal | None:
        return self.reader.number(node, self.reader.text(node, what), what)

    def decimals(self, found: Map, kind: FactType) -> int:
        node = found.get("decimals")
        if node is None:
            return 0 if kind is FactType.COUNT else 2
        choices = {str(n): n for n in range(MAX_DECIMALS + 1)}
        number = self.reader.choice(node, Message("kind.decimals"), choices) or 0
        if number and kind is FactType.COUNT:
            self.reader.error("fact.decimals", node.at)
        return number

    def values(self, found: Map, kind: FactType, key: str) -> tuple[tuple[str, ...], Mapping[str, Text] | None]:
        name = {FactType.ORDINAL: "levels", FactType.CATEGORY: "values"}.get(kind)
        for other in ("levels", "values"):
            node = found.get(other)
            if node is not None and other != name:
                self.reader.error("fact.values", node.at, fact=key, type=kind.value, key=other)
        if name is None:
            return (), None
        node = self.reader.required(found, name, Message("what.fact", name=key))
        if isinstance(node, Map):
            titles = {k: t for k, e in node.entries.items() if (t := self.reader.title(e.value)) is not None}
            return tuple(node.entries), titles
        texts = tuple(self.reader.text(item, Message("what.value")) for item in self.reader.items(node, f"`{name}`"))
        if len(set(texts)) != len(texts) and node is not None:
            self.reader.error("fact.values/twice", node.at, fact=key)
        return texts, None

    def ratio(self, found: Map, kind: FactType, key: str) -> RatioOf | None:
        node = found.get("ratio")
        if node is None:
            return None
        if kind not in (FactType.PERCENT, FactType.NUMBER):
            self.reader.error("fact.ratio/type", node.at, fact=key, type=kind.value)
        what = Message("what.ratio")
        parts = self.reader.map(node, what, RATIO.names)
        part = self.reader.text(self.reader.required(parts, "part", what), "`part`")
        whole = self.reader.text(self.reader.required(parts, "whole", what), "`whole`")
        return RatioOf(part, whole) if part and whole else None

    def consistency(self, found: Map) -> Consistency | None:
        node = found.get("consistency")
        if node is None:
            return None
        says = self.reader.map(node, "`consistency`", CONSISTENCY.names)
        names = {
            key: tuple(self.reader.texts(says.get(key), f"`{key}`", Message("what.fact_id")))
            for key in CONSISTENCY.names
        }
        return Consistency(**names)

    def earlier(self, found: Map) -> Earlier | None:
        node, what = found.get("earlier"), "`earlier`"
        if node is None:
            return None
        says = self.reader.map(node, what, EARLIER.names)
        fact = self.reader.text(self.reader.required(says, "fact", what), Message("what.fact_id"))
        years = self.reader.integer(self.reader.required(says, "years", what), "`years`")
        return Earlier(fact, years) if fact and years else None

    def told(self, found: Map) -> dict[About, Told]:
        known = {about: self.one_told(found, about) for about in About if about is not About.AGENCY}
        return {about: told for about, told in known.items() if told is not None}

    def one_told(self, found: Map, about: About) -> Told | None:
        node, what, reader = found.get(about.value), f"`{about.value}`", self.reader
        if node is None:
            return None
        says = reader.map(node, what, TOLD.names)
        vi = reader.text(reader.required(says, "vi", what), "`vi`")
        en = reader.text(says.get("en"), "`en`", vi)
        evidence = reader.choice(
            reader.required(says, "evidence", what), Message("kind.evidence"), {e.value: e for e in Evidence}
        )
        source = reader.text(reader.required(says, "source", what), "`source`")
        return Told(Text(vi, en), evidence, source) if vi and en and evidence and source else None

    def merge(self, found: Map, kind: FactType, key: str) -> Merge | None:
        node = found.get("merge")
        way = self.reader.choice(node, Message("kind.merge"), {m.value: m for m in Merge})
        wrong = {Merge.ANY: kind is not FactType.BOOLEAN, Merge.SUM: not kind.numeric, Merge.LEAST: not kind.numeric}
        if node is not None and way is not None and wrong.get(way):
            self.reader.error("fact.merge", node.at, fact=key, type=kind.value, way=way.value)
        return way
