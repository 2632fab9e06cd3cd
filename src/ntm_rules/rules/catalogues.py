"""The facts of all files: one catalogue of the nation, and one beside it for each province with facts of its own."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.facts import Fact, Measure
from ntm_rules.model.owned import apart
from ntm_rules.rules.folders import Listed, root_of
from ntm_rules.rules.read.catalogue import (
    check_consistency,
    check_earlier,
    check_ratios,
    check_undecided,
    read_catalogue,
    read_measures,
)
from ntm_rules.rules.read.provinces import Province, Registry, read_registry
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node


@frozen
class Catalogue:
    """What is known of facts and provinces.

    Attributes:
        national: the facts of all provinces, by id.
        own: for each province the facts that it alone has, by short id.
        every: all of them; those of a province by the ids that no other province has.
    """

    national: Mapping[str, Fact]
    own: Mapping[str, Mapping[str, Fact]]
    registry: Registry
    every: Mapping[str, Fact] = field(init=False)

    @every.default
    def _every(self) -> Mapping[str, Fact]:
        own = {name: fact for province, facts in self.own.items() for name, fact in apart(province, facts).items()}
        return {**self.national, **own}

    def of(self, province: str | None) -> Mapping[str, Fact]:
        """Return the facts that the sets of a province may read; the national ones alone for None."""
        own = self.own.get(province or "", {})
        return {**self.national, **own} if own else self.national


def read_catalogues(provinces: Sequence[Listed], measures: Sequence[Listed], facts: Sequence[Listed]) -> Catalogue:
    """Return what the files say.

    Raises:
        RulesetError: every problem of the files.
    """
    reader = Reader()
    registry: list[Province] = []
    for listed in provinces:
        registry += read_registry(root_of(listed), reader, registry).provinces
    found = Registry(tuple(registry))
    for listed in (*measures, *facts):
        root = root_of(listed)
        if listed.province and listed.province not in found.ids():
            at = root.entries["province"].value.at
            reader.unknown("province.unknown", at, Message("kind.province"), listed.province, found.ids())
    national = _Facts(reader)
    national.read(measures, facts, "")
    reader.raise_errors()  # so that nothing of it is said again for each province
    own: dict[str, Mapping[str, Fact]] = {}
    for province in sorted({listed.province for listed in (*measures, *facts)} - {""}):
        beside = _Facts(reader, national)
        beside.read(measures, facts, province)
        own[province] = {name: fact for name, fact in beside.facts.items() if name not in national.facts}
    reader.raise_errors()
    return Catalogue(national.facts, own, found)


class _Facts:
    """Reads the measures and facts of the nation, or those of one province over these."""

    def __init__(self, reader: Reader, below: "_Facts | None" = None) -> None:
        self.reader = reader
        self.measures: dict[str, Measure] = {} if below is None else dict(below.measures)
        self.facts: dict[str, Fact] = {} if below is None else dict(below.facts)
        self.nodes: dict[str, Node] = {} if below is None else dict(below.nodes)
        self.national = frozenset(self.nodes)

    def read(self, measures: Sequence[Listed], facts: Sequence[Listed], province: str) -> None:
        """Read the files of a province, or the national ones where it is empty."""
        for root in (root_of(listed) for listed in measures if listed.province == province):
            for name, measure in read_measures(root, self.reader).items():
                if self.measures.setdefault(name, measure) != measure:
                    self.reader.error("unit.duplicate", _place(root, "measures", name).at, unit=name)
        for root in (root_of(listed) for listed in facts if listed.province == province):
            for name, fact in read_catalogue(root, self.measures, self.reader).items():
                self._put(name, fact, _place(root, "facts", name))
        check_ratios(self.facts, self.nodes, self.reader)
        check_undecided(self.facts, self.nodes, self.reader)
        check_earlier(self.facts, self.nodes, self.reader)
        check_consistency(self.facts, self.nodes, self.reader)

    def _put(self, name: str, fact: Fact, node: Node) -> None:
        """Keep a fact under its id, which no other one may have."""
        first = self.nodes.get(name)
        if first is not None:
            code = "fact.duplicate/national" if name in self.national else "fact.duplicate/files"
            self.reader.error(code, node.at, fact=name, first=first.at.file, second=node.at.file)
        self.facts[name], self.nodes[name] = fact, node


def _place(root: Map, key: str, name: str) -> Node:
    """Return the node with the name of an entry."""
    entries = root.get(key)
    return entries.entries[name].key if isinstance(entries, Map) else root
