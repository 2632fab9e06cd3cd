"""A library of rulesets: the bundled folder, the caller's folder over it, and ``compose``."""

import datetime as dt
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import define, evolve, field

from ntm_rules.authoring.catalogue import check_ratios, check_undecided, read_catalogue, read_measures
from ntm_rules.authoring.composing import Request, compose
from ntm_rules.authoring.files import BaseFile, Header, LayerFile, in_force, read_base, read_header
from ntm_rules.authoring.folders import Listed, bundled_folder, listed_in, root_of
from ntm_rules.authoring.nodes import Map, Node, Position, from_python, problem, read_file
from ntm_rules.authoring.reader import Reader
from ntm_rules.authoring.units import Province, Registry, read_registry
from ntm_rules.model.citations import Instrument
from ntm_rules.model.errors import Diagnostic, NotInForce, RulesetError, Severity, UnknownName
from ntm_rules.model.facts import Fact, Measure
from ntm_rules.model.rulesets import LayerKind, Ruleset


@define
class Library:
    """Rule files, read when they are needed.

    Make one with ``Library.bundled()`` or ``Library.load(path)``; it can be shared between threads.

    Attributes:
        files: what lies in the folders, known by its first keys.
        folders: where the files lie.
    """

    files: tuple[Listed, ...]
    folders: tuple[Path, ...] = ()
    _memo: dict[object, object] = field(init=False, factory=dict, eq=False, repr=False)

    @classmethod
    def bundled(cls) -> "Library":
        """The rulesets that come with the package."""
        return cls(tuple(listed_in(bundled_folder())), (bundled_folder(),))

    @classmethod
    def load(cls, path: str | Path, bundled: bool = True) -> "Library":
        """A folder over the bundled rulesets (or alone, with ``bundled=False``), read and checked whole.

        Raises:
            RulesetError: every problem of every file of the folder.
            FileNotFoundError: there is no such folder.
        """
        folder = Path(path)
        if not folder.is_dir():
            raise FileNotFoundError(f"`{folder}` is not a folder of rule files")
        own = tuple(listed_in(folder))
        below = (bundled_folder(),) if bundled else ()
        library = cls((*(listed for each in below for listed in listed_in(each)), *own), (*below, folder))
        library.read_all(own)
        return library

    def with_layers(self, path: str | Path) -> "Library":
        """The library with a folder of layers over it; what has been read is not read again.

        Raises:
            RulesetError: the folder holds something else than layers.
        """
        own = tuple(listed_in(Path(path)))
        for listed in own:
            if listed.kind not in ("amends", "overlay"):
                raise RulesetError([problem("file.kind", Position(listed.shown, 1, 1), "the file is no layer")])
        library = Library((*self.files, *own), (*self.folders, Path(path)))
        library._memo |= {key: read for key, read in self._memo.items() if not isinstance(read, Ruleset)}
        return library

    # -- what there is -----------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The fact catalogue by id."""
        return self._catalogue()[0]

    @property
    def registry(self) -> Registry:
        """The provinces."""
        return self._catalogue()[1]

    def rulesets(self) -> tuple[tuple[str, str], ...]:
        """Id and period of every ruleset, the oldest period first."""
        found = {(f.target, f.period) for f in self.files if f.kind == "ruleset"}
        return tuple(sorted(found, key=lambda pair: (pair[1], pair[0])))

    def overlays(self) -> tuple[tuple[str, str, str], ...]:
        """Ruleset id, period and province of every overlay."""
        found = ((f.target, f.period, f.province) for f in self.files if f.kind == "overlay")
        return tuple(sorted(set(found)))

    def span(self, ruleset: str, period: str) -> tuple[dt.date, dt.date | None]:
        """First and last day of a set, both inclusive; None where it has no end.

        Raises:
            UnknownName: no such ruleset or period.
        """
        layer = self._base(ruleset, dt.date.min, period).header.layer
        return layer.start, layer.end

    def roots(self, ruleset: str, period: str, province: str | None = None) -> Iterator[Map]:
        """The nodes of the files of a set: its base, then its layers in the order of their names."""
        wanted = {"ruleset", "amends", "overlay"}
        for listed in sorted(self.files, key=lambda f: f.kind != "ruleset"):
            here = listed.kind in wanted and (listed.target, listed.period) == (ruleset, period)
            if here and (listed.kind != "overlay" or listed.province == province):
                yield root_of(listed)

    def instrument(self, listed: Listed) -> Instrument:
        """The instrument of a ruleset or layer file.

        Raises:
            RulesetError: the file cannot be used.
        """
        read = self._read_base(listed) if listed.kind == "ruleset" else self._read_layer(listed)
        return read.header.instrument

    def dates(self, ruleset: str, period: str, province: str | None = None) -> tuple[dt.date, ...]:
        """The days on which a layer of the set begins to hold, the base's first.

        For a province those from its first overlay on, as long as the province exists; none where it has no overlay.

        Raises:
            UnknownName: no such ruleset, period or province.
        """
        base = self._base(ruleset, dt.date.min, period)
        headers = [base.header, *(file.header for file in self._layers(ruleset, base, province))]
        starts = [(_clamped(header.layer.start, base.header), header.province) for header in headers]
        days = sorted({start for start, _ in starts})
        if province is None:
            return tuple(days)
        begins = min((start for start, owner in starts if owner is not None), default=dt.date.max)
        return tuple(on for on in days if on >= begins and self.registry.latest(province, on).on(on))

    def read_all(self, files: Iterable[Listed] | None = None) -> None:
        """Read every file (or *files*), and apply every layer on the day it begins.

        Raises:
            RulesetError: every problem of every file.
        """
        self._catalogue()
        problems: dict[Diagnostic, None] = {}
        for listed in self.files if files is None else files:
            try:
                self._try(listed)
            except RulesetError as error:
                problems.update(dict.fromkeys(error.diagnostics))
        if any(d.severity is Severity.ERROR for d in problems):
            raise RulesetError(tuple(problems))

    def _try(self, listed: Listed) -> None:
        """Read one file, and compose the ruleset on the day on which the file begins to hold."""
        if listed.kind == "ruleset":
            self.compose(listed.target, on=self._read_base(listed).header.layer.start, period=listed.period)
        elif listed.kind in ("amends", "overlay"):
            on = self._read_layer(listed).header.layer.start
            if listed.province:
                end = self.registry.latest(listed.province, on).end
                on = min(on, end) if end else on
            self.compose(listed.target, on=on, period=listed.period, province=listed.province or None)
        elif listed.kind == "":
            root_of(listed)

    # -- composing ---------------------------------------------------------------------------

    def compose(
        self,
        ruleset: str,
        *,
        on: dt.date,
        year: int | None = None,
        period: str | None = None,
        province: str | None = None,
        territory: str | None = None,
        overlay: Mapping[str, object] | str | Path | None = None,
        expect_hash: str | None = None,
    ) -> Ruleset:
        """The ruleset in force.

        Args:
            ruleset: ``level/tier``, e.g. ``commune/ntm``.
            on: the date that picks the law.
            year: the column of yearly thresholds; the year of *on* unless given.
            period: names the set where none is in force on *on*, e.g. ``"2021-2025"``.
            province: id or name; picks the overlay and the region.
            territory: the old province whose overlay and region are to be used after a merger.
            overlay: one more layer, as a mapping or a path, with its own instrument and evidence.
            expect_hash: refuse any other content hash.

        Raises:
            UnknownName: no such ruleset, period or province; with near matches.
            NotInForce: no set is in force on *on*, or the province has ended.
            RulesetError: rule files that cannot be used, or a ruleset with another hash.
        """
        own = None if overlay is None else self._overlay(overlay)
        composed = self._compose(ruleset, on, year or on.year, period, province, territory, own, ())
        if own is not None and own.header.layer not in composed.layers:
            composed = evolve(composed, diagnostics=(*composed.diagnostics, _unused(own.header, composed)))
        if expect_hash is not None and composed.content_hash != expect_hash:
            message = f"the ruleset `{ruleset}` has the content hash `{composed.content_hash}`, not `{expect_hash}`"
            raise RulesetError([Diagnostic("ruleset.hash", message)])
        return composed

    def assess_frame(
        self,
        frame: typing.Any,
        *,
        tier: str,
        on: dt.date | str,
        year: int | str | None = None,
        province: str | None = None,
        shape: str = "wide",
        unit: str | None = None,
        keep: Sequence[str] = (),
        on_bad: str | None = None,
        threads: int | None = None,
    ) -> typing.Any:
        """The findings for rows of several tiers, dates, years or provinces in one frame; see ``assess_frame``.

        A text that names a column of the frame stands for that column, which is passed through: dates, or texts such
        as ``2024-07-02``; years as whole numbers; provinces by id or name, null for none. Rows are grouped by composed
        ruleset; ``content_hash`` says which one. Outcomes of criteria and indicators that a set does not have are null.
        Of a lazy frame the values that tell the groups apart are fetched, nothing else.

        Args:
            frame, shape, unit, keep, on_bad, threads: as for ``assess_frame``.
            tier: ruleset id.
            on, year, province: as for ``compose``.

        Raises:
            UnknownName, NotInForce: as ``compose``.
            TableError, FactError, EngineUnavailable, ValueError: as ``assess_frame``.
        """
        from ntm_rules.engines.bulk import assess_by_ruleset
        from ntm_rules.engines.keys import Keys

        keys = Keys(tier, on, year, province)
        return assess_by_ruleset(self, frame, keys, shape=shape, unit=unit, keep=keep, on_bad=on_bad, threads=threads)

    def _compose(
        self,
        ruleset: str,
        on: dt.date,
        year: int,
        period: str | None,
        province: str | None,
        territory: str | None,
        own: LayerFile | None,
        above: tuple[str, ...],
    ) -> Ruleset:
        if ruleset in above:
            circle = " -> ".join((*above, ruleset))
            raise RulesetError(
                [Diagnostic("ruleset.circle", f"the rulesets refer to each other in a circle: {circle}")]
            )
        base = self._base(ruleset, on, period)
        effective = _clamped(on, base.header)
        place = self._place(province, territory, on)
        key = (ruleset, base.header.period, on, year, place, province, territory)
        if own is None and key in self._memo:
            found = self._memo[key]
            if isinstance(found, Ruleset):
                return found
        owner = territory or province
        layers = self._layers(ruleset, base, self.registry.resolve(owner) if owner else None)
        if own is not None and own.header.target == ruleset:
            layers = [*layers, own]

        def other(name: str, wanted: str | None) -> Ruleset:
            return self._compose(
                name, on, year, wanted or base.header.period, province, territory, own, (*above, ruleset)
            )

        named = self.registry.resolve(province) if province else None
        request = Request(ruleset, on, effective, year, place, named, territory, other)
        composed = compose(request, base, layers, self.facts, self._ids())
        if own is None:
            self._memo[key] = composed
        return composed

    def _base(self, ruleset: str, on: dt.date, period: str | None) -> BaseFile:
        files = [f for f in self.files if f.kind == "ruleset" and f.target == ruleset]
        if not files:
            raise UnknownName("ruleset", ruleset, self._ids())
        if period is not None:
            named = [f for f in files if f.period == period]
            if not named:
                raise UnknownName("period", period, [f.period for f in files])
            return self._read_base(named[0])
        bases = [self._read_base(f) for f in files]
        for base in bases:
            if in_force(base.header.layer, on):
                return base
        spans = ", ".join(f"{b.header.period} ({b.header.layer.start} to {b.header.layer.end or 'now'})" for b in bases)
        hint = f"there is {spans}; name one with period="
        raise NotInForce(f"no set `{ruleset}` is in force on {on}", hint)

    def _place(self, province: str | None, territory: str | None, on: dt.date) -> Province | None:
        if territory is not None:
            if province is not None:
                self.registry.find(province, on)
            return self.registry.latest(territory, on)
        return None if province is None else self.registry.find(province, on)

    def _layers(self, ruleset: str, base: BaseFile, province: str | None) -> list[LayerFile]:
        wanted = [
            f
            for f in self.files
            if f.target == ruleset
            and f.period == base.header.period
            and (f.kind == "amends" or (f.kind == "overlay" and f.province == province))
        ]
        return [self._read_layer(f) for f in wanted]

    # -- reading -----------------------------------------------------------------------------

    def _ids(self) -> frozenset[str]:
        return frozenset(f.target for f in self.files if f.kind == "ruleset")

    def _catalogue(self) -> tuple[Mapping[str, Fact], Registry]:
        found = self._memo.get("catalogue")
        if found is None:
            found = self._memo["catalogue"] = self._read_catalogue()
        return found  # type: ignore[return-value]

    def _read_catalogue(self) -> tuple[Mapping[str, Fact], Registry]:
        reader = Reader()
        measures: dict[str, Measure] = {}
        for root in self._roots("measures"):
            measures.update(read_measures(root, reader))
        facts: dict[str, Fact] = {}
        nodes: dict[str, Node] = {}
        for root in self._roots("facts"):
            found = read_catalogue(root, measures, reader)
            entries = root.get("facts")
            for name, fact in found.items():
                node = entries.entries[name].key if isinstance(entries, Map) else root
                if name in facts:
                    reader.error("fact.duplicate", node.at, f"the fact `{name}` stands in two files")
                facts[name], nodes[name] = fact, node
        check_ratios(facts, nodes, reader)
        check_undecided(facts, nodes, reader)
        provinces: list[Province] = []
        for root in self._roots("provinces"):
            provinces += read_registry(root, reader).provinces
        reader.raise_errors()
        return facts, Registry(tuple(provinces))

    def _roots(self, kind: str) -> Iterator[Map]:
        for listed in self.files:
            if listed.kind == kind:
                yield root_of(listed)

    def _read_base(self, listed: Listed) -> BaseFile:
        found = self._memo.get(listed.path)
        if isinstance(found, BaseFile):
            return found
        twins = [
            f for f in self.files if f.kind == "ruleset" and (f.target, f.period) == (listed.target, listed.period)
        ]
        if len(twins) > 1:
            message = f"`{listed.target}` of {listed.period} stands in `{twins[0].shown}` and in `{twins[1].shown}`"
            raise RulesetError([problem("ruleset.duplicate", Position(twins[1].shown, 1, 1), message)])
        reader = Reader()
        root = root_of(listed)
        header = read_header(root, reader)
        base = read_base(root, header, self.facts, self._ids(), reader) if header else None
        reader.raise_errors()
        if base is None:
            raise RulesetError([problem("file.kind", Position(listed.shown, 1, 1), "the file is no ruleset")])
        self._memo[listed.path] = base
        return base

    def _read_layer(self, listed: Listed) -> LayerFile:
        found = self._memo.get(listed.path)
        if isinstance(found, LayerFile):
            return found
        layer = self._layer_of(root_of(listed), None)
        self._memo[listed.path] = layer
        return layer

    def _layer_of(self, root: Map, kind: LayerKind | None) -> LayerFile:
        reader = Reader()
        header = read_header(root, reader, kind)
        if header is not None and header.target not in self._ids():
            reader.unknown("ruleset.unknown", root.at, "ruleset", header.target, self._ids())
        if header is not None and header.province is not None and header.province not in self.registry.ids():
            reader.unknown("province.unknown", root.at, "province", header.province, self.registry.ids())
        if header is not None:
            periods = [f.period for f in self.files if f.kind == "ruleset" and f.target == header.target]
            if periods and header.period not in periods:
                reader.unknown("period.unknown", root.at, f"period of `{header.target}`", header.period, periods)
        reader.raise_errors()
        if header is None:
            raise RulesetError([problem("file.kind", root.at, "the file is no layer")])
        if header.layer.read_whole and root.get("operations") is None:
            hint = "say `read: partly` where only the instrument is known"
            raise RulesetError([problem("key.missing", root.at, "the layer has no operations", hint)])
        return LayerFile(header, root.get("derive"), root.get("operations"), root.get("aggregate"))

    def _overlay(self, overlay: Mapping[str, object] | str | Path) -> LayerFile:
        if isinstance(overlay, Mapping):
            node = from_python(overlay, "<overlay>")
        else:
            node = read_file(Path(overlay), str(overlay))
        if not isinstance(node, Map):
            raise RulesetError([problem("shape.mapping", node.at, "an overlay has to be a mapping")])
        return self._layer_of(node, LayerKind.CALLER)


def _unused(header: Header, composed: Ruleset) -> Diagnostic:
    """That an overlay handed in is no layer of the set itself."""
    number, start = header.instrument.number, header.layer.start
    message = f"the overlay `{number}` is no layer of `{composed.id}` on {composed.on}"
    hint = f"it is for `{header.target}` and holds from {start}"
    return Diagnostic("layer.unused", message, Severity.WARNING, hint=hint)


def _clamped(on: dt.date, header: Header) -> dt.date:
    """*on*, or the nearest day of the set's span."""
    start, end = header.layer.start, header.layer.end
    return max(start, min(on, end) if end else on)
