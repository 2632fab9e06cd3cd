"""A library of rulesets: the bundled folder, the caller's folder over it, and ``compose``."""

import datetime as dt
import itertools
import marshal
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import define, evolve, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, Diagnostic, RulesetError, Severity, UnknownName
from ntm_rules.model.acts import MergerRule
from ntm_rules.model.arguments import day_of, name_of, need, tier_of, year_of, years_of
from ntm_rules.model.citations import Instrument
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.facts import Fact
from ntm_rules.model.kept import Recent
from ntm_rules.model.lists import UnitList
from ntm_rules.model.names import one_form
from ntm_rules.model.owned import owner_of, qualified
from ntm_rules.model.plans import Plan
from ntm_rules.model.plausible import Plausible
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.model.stated import may_be_given
from ntm_rules.rules.catalogues import Catalogue, read_catalogues
from ntm_rules.rules.compose.bases import (
    changes,
    check_instruments,
    check_twins,
    clamped,
    for_province,
    known_base,
    known_province,
    mention,
    nearest,
    not_in_force,
    nowhere,
    own_issuer,
    unwritten,
)
from ntm_rules.rules.compose.compose import Request, compose
from ntm_rules.rules.folders import Listed, bundled_folder, listed_in, root_of
from ntm_rules.rules.read.files import BaseFile, Header, LayerFile, in_force, read_base, read_header
from ntm_rules.rules.read.lists import read_list
from ntm_rules.rules.read.mappings import read_mapping
from ntm_rules.rules.read.needs import read_needs
from ntm_rules.rules.read.plans import plan_of, read_merger_rule
from ntm_rules.rules.read.plausible import read_plausible
from ntm_rules.rules.read.provinces import Province, Registry
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Position, from_python, placed, problem, read_file

_REMEMBERED = 1_000
"""So many composed rulesets a library remembers; those of all provinces on one day are fewer."""
_OVERLAID = 100
"""So many of those with a layer of a caller's own."""
_LONG = 2**16
"""A layer of a caller's own with more bytes is read anew each time."""


@frozen
class _Asked:
    """What picks a ruleset, in one form.

    Attributes:
        province, territory: ids.
    """

    ruleset: str
    on: dt.date
    year: int
    period: str | None
    province: str | None
    territory: str | None

    @property
    def owner(self) -> str | None:
        """The id of the province whose overlays and own sets count."""
        return self.territory or self.province


@frozen
class Lasting:
    """A composed ruleset, and the days around it on which nothing that it rests on begins or ends.

    Attributes:
        first, last: on each day between them ``compose`` gives the same set for the same year, but for its ``on``.
    """

    ruleset: Ruleset
    first: dt.date
    last: dt.date


@public()
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
    _composed: Recent["_Asked", Lasting] = field(init=False, factory=lambda: Recent(_REMEMBERED), eq=False, repr=False)
    _overlaid: Recent[object, Ruleset] = field(init=False, factory=lambda: Recent(_OVERLAID), eq=False, repr=False)

    @classmethod
    def bundled(cls) -> "Library":
        """Return the rulesets that come with the package."""
        return cls(tuple(listed_in(bundled_folder())), (bundled_folder(),))

    @classmethod
    def load(cls, path: str | Path, bundled: bool = True) -> "Library":
        """Return a folder over the bundled rulesets (or alone, with ``bundled=False``), read and checked whole.

        Raises:
            RulesetError: every problem of every file of the folder, or there is no such folder.
        """
        need("path", path, str | Path)
        folder = Path(path)
        own = tuple(listed_in(folder))
        below = (bundled_folder(),) if bundled else ()
        library = cls((*(listed for each in below for listed in listed_in(each)), *own), (*below, folder))
        library.read_all(own)
        return library

    def with_layers(self, path: str | Path) -> "Library":
        """Return the library with a folder of layers over it; what has been read is not read again.

        Raises:
            RulesetError: the folder holds something else than layers.
        """
        need("path", path, str | Path)
        own = tuple(listed_in(Path(path)))
        for listed in own:
            if listed.kind not in ("amends", "overlay"):
                raise RulesetError([problem("file.kind/layer", Position(listed.shown, 1, 1))])
        library = Library((*self.files, *own), (*self.folders, Path(path)))
        library._memo |= self._memo
        return library

    # -- what there is -----------------------------------------------------------------------

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The fact catalogue by id; facts of a single province have its id in front, ``bac-giang.zone``."""
        return self._catalogue().every

    def facts_of(self, province: str | None) -> Mapping[str, Fact]:
        """Return the facts that the sets of a province may read: the national ones and its own, these by short ids.

        Args:
            province: id or name; the national ones alone where it is None.

        Raises:
            UnknownName: no such province.
        """
        return self._catalogue().of(self._id_of(province))

    def facts_for(self, *rulesets: Ruleset) -> Mapping[str, Fact]:
        """Return the facts that data for some sets may have, by every id that they may have there.

        A short id of which two provinces of the sets mean another fact is left out.

        :meta private:
        """
        owners = dict.fromkeys(owner for ruleset in rulesets if (owner := owner_of(ruleset)) is not None)
        own = {owner: self._catalogue().own.get(owner, {}) for owner in owners}
        short: dict[str, Fact] = {}
        for name in dict.fromkeys(name for facts in own.values() for name in facts):
            meant = [facts[name] for facts in own.values() if name in facts]
            if all(fact == meant[0] for fact in meant):
                short[name] = meant[0]
        # a title means a fact of the nation or of these provinces, and where it has a short id that one
        titled = {qualified(owner, name) for owner, facts in own.items() for name in facts if name not in short}
        titled |= self._catalogue().national.keys()
        every = {name: fact if name in titled else evolve(fact, title=None) for name, fact in self.facts.items()}
        return {**every, **short}

    @property
    def plausible(self) -> Mapping[str, Plausible]:
        """What figures usually are, by fact: no law, only for warnings. Of two files the later one counts.

        Raises:
            RulesetError: every problem of these files.
        """
        found = self._memo.get("plausible")
        if found is None:
            reader, read = Reader(), dict[str, Plausible]()
            for root in self._roots("plausible"):
                read |= read_plausible(root, self.facts, reader)
            reader.raise_errors()
            found = self._memo["plausible"] = read
        return found  # type: ignore[return-value]

    @property
    def registry(self) -> Registry:
        """The provinces."""
        return self._catalogue().registry

    def rulesets(self) -> tuple[tuple[str, str], ...]:
        """Id and period of every national ruleset, the oldest period first."""
        found = {(f.target, f.period) for f in self.files if f.kind == "ruleset" and not f.province}
        return tuple(sorted(found, key=lambda pair: (pair[1], pair[0])))

    def own_rulesets(self) -> tuple[tuple[str, str, str], ...]:
        """Ruleset id, period and province of every ruleset that a single province has of its own."""
        found = ((f.target, f.period, f.province) for f in self.files if f.kind == "ruleset" and f.province)
        return tuple(sorted(set(found)))

    def known_tier(self, tier: str) -> str:
        """Return the id of a set that there is, at whatever time and in whatever province, in its one form.

        Raises:
            UnknownName: there is no such set; with near matches.
        """
        name, ids = tier_of(tier), self._ids()
        if name not in ids and not unwritten(name, self.registry):
            raise UnknownName(Message("kind.ruleset"), name, ids)
        return name

    def overlays(self) -> tuple[tuple[str, str, str], ...]:
        """Ruleset id, period and province of every overlay."""
        found = ((f.target, f.period, f.province) for f in self.files if f.kind == "overlay")
        return tuple(sorted(set(found)))

    def plans(self) -> tuple[str, ...]:
        """Return the plans with targets that there are, as ``province@year``."""
        return tuple(sorted(f"{f.target}@{f.year}" for f in self.files if f.kind == "targets"))

    def plan(self, name: str | Path) -> Plan:
        """Return the targets of a province for a year.

        Args:
            name: ``province@year``, e.g. ``lang-son@2021``, or the path of a file of targets (``.yaml``).

        Raises:
            UnknownName: no such plan or province; with near matches.
            RulesetError: every problem of the file.
            OSError: it cannot be opened.
        """
        need("name", name, str | Path)
        path = Path(name)
        if path.suffix in (".yaml", ".yml"):
            return self._plan(read_file(path, str(path)))
        province, _, year = one_form(str(name)).partition("@")
        known = self.registry.resolve(province) if year else province
        for listed in self.files:
            if listed.kind == "targets" and (listed.target, listed.year) == (known, year):
                return self._plan(root_of(listed))
        raise UnknownName(Message("kind.plan"), str(name), self.plans())

    def mapping(self, path: str | Path, *rulesets: Ruleset) -> ColumnMapping:
        """Return a mapping file: what the columns of a system with names of its own hold.

        Args:
            path: of the file.
            rulesets: the sets that are to be assessed: their derived facts that may be given are known beside those of
                the library, and their numbers may be judged; without any set numbers are not checked.

        Raises:
            RulesetError: every problem of the file.
        """
        need("path", path, str | Path)
        given = {name: fact for ruleset in rulesets for name, fact in may_be_given(ruleset).items()}
        numbers = {no: None for ruleset in rulesets for no in ruleset.facts_by_number}
        root = read_file(Path(path), str(path))
        return read_mapping(root, {**self.facts_for(*rulesets), **given}, numbers if rulesets else None)

    def merger_rule(self, province: str) -> MergerRule | None:
        """Return what the province has declared about recognitions after a merger; None where it has declared nothing.

        Raises:
            UnknownName: no such province.
            RulesetError: the file cannot be used, or the province has two.
        """
        return self._merger_rule(self.registry.resolve(province))

    def lists(self, province: str | None = None) -> tuple[UnitList, ...]:
        """Return the lists of units of a province, those for the whole country among them; of no province these alone.

        Raises:
            UnknownName: no such province.
            RulesetError: every problem of these files, or two of them are in force on one day for one fact.
        """
        return self._lists(self._id_of(province))

    def span(self, ruleset: str, period: str, province: str | None = None) -> tuple[dt.date, dt.date | None]:
        """First and last day of a national set, or of a province's own; None where it has no end.

        Raises:
            UnknownName: no such ruleset or period.
            NotInForce: there is no national set, nor one of the province's own.
        """
        ruleset, period = name_of(ruleset, "ruleset"), name_of(period, "period")
        bases = self._bases(ruleset, period, self._id_of(province))
        own = [base for base in bases if base.header.province is not None]
        layers = [base.header.layer for base in own or bases]
        ends = [layer.end for layer in layers if layer.end is not None]
        return min(layer.start for layer in layers), max(ends) if len(ends) == len(layers) else None

    def headers(self, kind: str, ruleset: str, period: str, province: str = "") -> list[Header]:
        """Return the headers of the files of a set, a province's or the national ones, in the order they begin.

        Args:
            kind: ``ruleset``, ``amends`` or ``overlay``.

        Raises:
            RulesetError: a file cannot be used.

        :meta private:
        """
        of = (kind, ruleset, period, province)
        mine = (f for f in self.files if (f.kind, f.target, f.period, f.province) == of)
        return sorted(map(self.header, mine), key=lambda header: header.layer.start)

    def roots(self, ruleset: str, period: str, province: str | None = None, own: bool = False) -> Iterator[Map]:
        """Yield the nodes of the files of a set: its base, then its layers in the order of their names.

        Args:
            own: the province's own set, and not the national one with the province's overlays.
        """
        province = self._id_of(province)
        owner = province if own else ""
        owners = {"ruleset": owner, "amends": owner} | ({} if own else {"overlay": province})
        for listed in sorted(self.files, key=lambda f: f.kind != "ruleset"):
            here = listed.kind in owners and (listed.target, listed.period) == (ruleset, period)
            if here and listed.province == owners[listed.kind]:
                yield root_of(listed)

    def instrument(self, listed: Listed) -> Instrument:
        """Return the instrument of a ruleset or layer file.

        Raises:
            RulesetError: the file cannot be used.
        """
        return self.header(listed).instrument

    def dates(self, ruleset: str, period: str, province: str | None = None) -> tuple[dt.date, ...]:
        """Return the days on which a layer of the set begins to hold, the base's first.

        For a province those of its own set, and those of the national one from its first overlay on, as long as the
        province exists; none where it has neither.

        Raises:
            UnknownName: no such ruleset, period or province.
            NotInForce: there is no national set, nor one of the province's own.
        """
        ruleset, period, province = name_of(ruleset, "ruleset"), name_of(period, "period"), self._id_of(province)
        bases = self._bases(ruleset, period, province)
        ends = [base.header.layer.end for base in bases if base.header.province is not None]
        again = {end + dt.timedelta(1) for end in ends if end is not None}
        days: set[dt.date] = set()
        for base in bases:
            found = self._begins(base, again, province)
            days |= {on for on in found if nearest(bases, on) is base}
        return tuple(on for on in sorted(days) if province is None or self.registry.latest(province, on).on(on))

    def _id_of(self, province: str | None) -> str | None:
        return None if province is None else self.registry.resolve(province)

    def _begins(self, base: BaseFile, again: set[dt.date], province: str | None) -> set[dt.date]:
        """Return the days of ``dates`` for one base: a layer begins to hold, or the national base holds *again*."""
        headers = [base.header, *(file.header for file in self._layers(base, province))]
        starts = [(clamped(header.layer.start, base.header.layer), header.province) for header in headers]
        found = {start for start, _ in starts} | (again if base.header.province is None else set())
        if province is None:
            return found
        first = min((start for start, owner in starts if owner is not None), default=dt.date.max)
        return {on for on in found if on >= first}

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
        if listed.kind in ("ruleset", "amends", "overlay"):
            self.on_its_first_day(listed)
        elif listed.kind == "targets":
            self._plan(root_of(listed))
        elif listed.kind == "mergers":
            self._merger_rule(listed.target)
        elif listed.kind == "list":
            self._lists(listed.province)
        elif listed.kind == "plausible":
            self.plausible  # noqa: B018 - read for its problems
        elif listed.kind == "":
            root_of(listed)

    def on_its_first_day(self, listed: Listed) -> Ruleset:
        """Return the set of a ruleset or layer file on the day on which the file begins to hold.

        Raises:
            RulesetError: the file cannot be used.

        :meta private:
        """
        on = self.header(listed).layer.start
        if listed.province:
            end = self.registry.latest(listed.province, on).end
            on = min(on, end) if end else on
        return self.compose(listed.target, on=on, period=listed.period, province=listed.province or None)

    # -- composing ---------------------------------------------------------------------------

    def compose(
        self,
        ruleset: str,
        *,
        on: dt.date | str,
        year: int | None = None,
        period: str | None = None,
        province: str | None = None,
        territory: str | None = None,
        overlay: Mapping[str, object] | str | Path | None = None,
        expect_hash: str | None = None,
    ) -> Ruleset:
        """Return the ruleset in force.

        Args:
            ruleset: ``level/tier``, e.g. ``commune/ntm``.
            on: the date that picks the law, or its text such as ``2024-07-02``; never a time.
            year: the column of yearly thresholds, a year of the set's period; the year of *on* unless given.
            period: names the set where none is in force on *on*, e.g. ``"2021-2025"``.
            province: id or name; picks the overlay and the region, and the set where the province has one of its own.
            territory: the old province whose overlay, own set and region are to be used after a merger.
            overlay: one more layer, as a mapping or a path, with its own instrument and evidence.
            expect_hash: refuse any other content hash.

        Raises:
            UnknownName: no such ruleset, period or province; with near matches.
            NotInForce: no set is in force on *on*, only single provinces have one, or the province has ended.
            RulesetError: rule files that cannot be used, or a ruleset with another hash.
            BadArgument: an argument of another type, or a year outside the period.
        """
        asked = self._asked(ruleset, on, year, period, province, territory)
        composed = self._compose(asked, None, ()).ruleset if overlay is None else self._with_overlay(asked, overlay)
        expected = None if expect_hash is None else name_of(expect_hash, "expect_hash")
        if expected not in (None, composed.content_hash):
            hashes = {"actual": composed.content_hash, "expected": expected}
            raise RulesetError([Diagnostic.of("ruleset.hash", ruleset=ruleset, **hashes)])
        return composed

    def _with_overlay(self, asked: "_Asked", overlay: Mapping[str, object] | str | Path) -> Ruleset:
        """Return the ruleset with a layer of the caller's own, which is known again by what it says."""
        need("overlay", overlay, Mapping | str | Path)
        told = _told(overlay)
        found = None if told is None else self._overlaid.get((asked, told))
        if found is not None:
            return found
        # it may be for a set that this one only refers to: then it changes that one
        own = self._overlay(overlay)
        composed = self._compose(asked, own, ()).ruleset
        if own.header.layer not in composed.layers:
            composed = evolve(composed, diagnostics=(*composed.diagnostics, _unused(own.header, composed)))
        if told is not None:
            self._overlaid.put((asked, told), composed)
        return composed

    def lasting(
        self, ruleset: str, *, on: dt.date | str, year: int | None = None, province: str | None = None
    ) -> Lasting:
        """Return the ruleset in force with the days around *on* on which it is the same, for those who ask for many.

        Raises:
            UnknownName, NotInForce, RulesetError, BadArgument: as ``compose``.

        :meta private:
        """
        return self._compose(self._asked(ruleset, on, year, None, province, None), None, ())

    def _asked(
        self,
        ruleset: str,
        on: dt.date | str,
        year: int | None,
        period: str | None,
        province: str | None,
        territory: str | None,
    ) -> "_Asked":
        """Return what a caller asks for in one form, so that no spelling of it gives another ruleset."""
        day = day_of(on, "on")
        found = _Asked(
            name_of(ruleset, "ruleset"),
            day,
            day.year if year is None else year_of(year, "year"),
            None if period is None else name_of(period, "period"),
            self._id_of(province),
            self._id_of(territory),
        )
        if found.year != day.year:
            held = self._base(found).header.period
            if found.year not in years_of(held):
                told = {"argument": "year", "value": found.year, "ruleset": found.ruleset, "period": held}
                raise BadArgument(Message("argument.year/period", **told))
        return found

    def _compose(self, asked: "_Asked", own: LayerFile | None, above: tuple[str, ...]) -> Lasting:
        found = self._composed.get(asked) if own is None else None
        if found is not None:
            return found
        base = self._base(asked)
        place = self._place(asked)
        key = evolve(asked, period=base.header.period)
        found = self._composed.get(key) if own is None else None
        if found is not None:
            self._composed.put(asked, found)
            return found
        layers = self._layers(base, asked.owner)
        if own is not None and own.header.target == asked.ruleset:
            layers = [*layers, own]

        first, last = self._unchanged(asked, base, layers)

        def other(name: str, wanted: str | None) -> Ruleset:
            nonlocal first, last
            files = (base.header.root, *(layer.header.root for layer in layers))
            if name in (*above, asked.ruleset):
                circle = " -> ".join((*above, asked.ruleset, name))
                raise RulesetError([placed(mention(files, name), Message("ruleset.circle", circle=circle))])
            named = evolve(asked, ruleset=name, period=wanted or base.header.period)
            try:
                found = self._compose(named, own, (*above, asked.ruleset))
            except UnknownName as error:  # the caller named none of it, the files did
                raise RulesetError([problem("ruleset.unknown", mention(files, name), *error.sentences)]) from error
            first, last = max(first, found.first), min(last, found.last)
            return found.ruleset

        effective = clamped(asked.on, base.header.layer)
        lists = tuple(each for each in self._lists(asked.owner) if each.in_force(asked.on))
        names = (asked.province, asked.territory)
        request = Request(asked.ruleset, asked.on, effective, asked.year, place, *names, other, lists)
        known = frozenset(self.facts)
        ruleset = compose(request, base, layers, self.facts_of(asked.owner), self._ids(), known)
        composed = Lasting(ruleset, first, last)
        if own is None:
            self._composed.put(key, composed)
            self._composed.put(asked, composed)
        return composed

    def _unchanged(self, asked: "_Asked", base: BaseFile, layers: Iterable[LayerFile]) -> tuple[dt.date, dt.date]:
        """Return the first and last day around the one asked for on which no base, layer or province comes or goes."""
        bases = self._bases(asked.ruleset, asked.period, asked.owner)
        if len(bases) > 1 and not in_force(base.header.layer, asked.on):  # which is the nearest may change any day
            return asked.on, asked.on
        headers = [*(file.header for file in bases), *(file.header for file in layers)]
        spans = [(header.layer.start, header.layer.end) for header in headers]
        places = (asked.province, asked.territory)
        spans += [(each.start, each.end) for each in self._lists(asked.owner)]
        spans += [(p.start or dt.date.min, p.end) for p in self.registry.provinces if p.id in places]
        ends = (end + dt.timedelta(1) for _, end in spans if end is not None)
        days = {*(start for start, _ in spans), *ends}
        first = max((day for day in days if day <= asked.on), default=dt.date.min)
        later = min((day for day in days if day > asked.on), default=None)
        return first, dt.date.max if later is None else later - dt.timedelta(1)

    def _base(self, asked: "_Asked") -> BaseFile:
        bases = self._bases(asked.ruleset, asked.period, asked.owner)
        if asked.period is None:
            held = [base for base in bases if in_force(base.header.layer, asked.on)]
            if not held:
                raise not_in_force(asked.ruleset, asked.on, bases)
            bases = held
        return nearest(bases, asked.on)

    def _bases(self, ruleset: str, period: str | None, province: str | None) -> list[BaseFile]:
        """Return the national bases and the province's own, of all periods or of one."""
        files = [f for f in self.files if f.kind == "ruleset" and f.target == ruleset]
        if not files and not unwritten(ruleset, self.registry):
            raise UnknownName(Message("kind.ruleset"), ruleset, self._ids())
        found = for_province(files, province)
        if not found:
            raise nowhere(ruleset, province, files, self.registry)
        if period is not None and period not in (f.period for f in found):
            raise UnknownName(Message("kind.period"), period, [f.period for f in found])
        return [self._read_base(f) for f in found if period in (None, f.period)]

    def _place(self, asked: "_Asked") -> Province | None:
        """Return the province whose region and overlay count: the old one, where a territory is named."""
        now = None if asked.province is None else self.registry.find(asked.province, asked.on)
        return now if asked.territory is None else self.registry.territory(asked.territory, now, asked.on)

    def _layers(self, base: BaseFile, province: str | None) -> list[LayerFile]:
        """Return the amendments of a base, and the province's overlays over a national one."""
        header = base.header
        owners = {"amends": header.province or ""} | ({} if header.province else {"overlay": province})
        wanted = [
            f
            for f in self.files
            if f.kind in owners and (f.target, f.period, f.province) == (header.target, header.period, owners[f.kind])
        ]
        layers = [layer for layer in map(self._read_layer, wanted) if changes(layer.header.layer, header.layer)]
        check_instruments(layer.header for layer in layers)
        return layers

    # -- reading -----------------------------------------------------------------------------

    def _ids(self) -> frozenset[str]:
        return frozenset(f.target for f in self.files if f.kind == "ruleset")

    def _catalogue(self) -> Catalogue:
        found = self._memo.get("catalogue")
        if found is None:
            kinds = {kind: [f for f in self.files if f.kind == kind] for kind in ("provinces", "measures", "facts")}
            found = self._memo["catalogue"] = read_catalogues(**kinds)
        return found  # type: ignore[return-value]

    def _roots(self, kind: str) -> Iterator[Map]:
        for listed in self.files:
            if listed.kind == kind:
                yield root_of(listed)

    def header(self, listed: Listed) -> Header:
        """Return the header of a ruleset or layer file.

        Raises:
            RulesetError: the file cannot be used.

        :meta private:
        """
        read = self._read_base(listed) if listed.kind == "ruleset" else self._read_layer(listed)
        return read.header

    def _read_base(self, listed: Listed) -> BaseFile:
        found = self._memo.get(listed.path)
        if isinstance(found, BaseFile):
            return found
        check_twins(listed, self.files)
        reader = Reader()
        root = root_of(listed)
        header = read_header(root, reader)
        facts = self._catalogue().of(header.province) if header else {}
        base = read_base(root, header, facts, self._ids(), reader) if header else None
        if header is not None:
            known_province(header, self.registry, reader)
            own_issuer(header, self.registry, reader)
        reader.raise_errors()
        if base is None:
            raise RulesetError([problem("file.kind/ruleset", Position(listed.shown, 1, 1))])
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
            reader.unknown("ruleset.unknown", header.target_at, Message("kind.ruleset"), header.target, self._ids())
        if header is not None:
            known_province(header, self.registry, reader)
            own_issuer(header, self.registry, reader)
            known_base(header, self.files, reader)
        reader.raise_errors()
        if header is None:
            raise RulesetError([problem("file.kind/layer", root.at)])
        needs = read_needs(root, reader)
        reader.raise_errors()
        changes = any(root.get(key) is not None for key in ("operations", "grades", "at_least_n", "must"))
        if header.layer.read_whole and not changes:
            raise RulesetError([problem("key.missing/operations", root.at)])
        derive, operations, aggregate, grades = map(root.get, ("derive", "operations", "aggregate", "grades"))
        return LayerFile(header, derive, operations, aggregate, grades, needs)

    def _lists(self, province: str | None) -> tuple[UnitList, ...]:
        """Return the lists of a province and those for the whole country, in the order of the library."""
        files = [each for each in self.files if each.kind == "list" and each.province in ("", province)]
        found = [(self.list_in(each), each.shown) for each in files]
        for (one, first), (other, second) in itertools.combinations(found, 2):
            if one.fact == other.fact and (one.in_force(other.start) or other.in_force(one.start)):
                both = Message(
                    "list.overlap", fact=one.fact, first=first, second=second, date=max(one.start, other.start)
                )
                raise RulesetError([problem("list.overlap", Position(second, 1, 1), both)])
        return tuple(each for each, _ in found)

    def list_in(self, listed: Listed) -> UnitList:
        """Return the list of units of a file.

        Raises:
            RulesetError: the file cannot be used.

        :meta private:
        """
        found = self._memo.get(listed.path)
        if isinstance(found, UnitList):
            return found
        reader = Reader()
        provinces = self.registry.ids()
        facts = self.facts_of(listed.province) if listed.province in provinces else self.facts
        read = read_list(root_of(listed), facts, provinces, reader)
        reader.raise_errors()
        if read is None:
            raise RulesetError([problem("file.kind", Position(listed.shown, 1, 1), names=("list",))])
        self._memo[listed.path] = read
        return read

    def _merger_rule(self, province: str) -> MergerRule | None:
        roots = [root_of(listed) for listed in self.files if listed.kind == "mergers" and listed.target == province]
        reader = Reader()
        if len(roots) > 1:
            reader.error("mergers.duplicate", roots[1].at, province=province)
        rule = read_merger_rule(roots[0], self.registry.ids(), reader) if roots else None
        reader.raise_errors()
        return rule

    def _plan(self, root: Node) -> Plan:
        return plan_of(root, sorted(self._ids()), self.registry.ids(), self.facts, self.files)

    def _overlay(self, overlay: Mapping[str, object] | str | Path) -> LayerFile:
        if isinstance(overlay, Mapping):
            node = from_python(overlay, "<overlay>")
        else:
            node = read_file(Path(overlay), str(overlay))
        if not isinstance(node, Map):
            raise RulesetError([problem("shape.mapping", node.at, what=Message("what.overlay"))])
        return self._layer_of(node, LayerKind.CALLER)


def _told(overlay: Mapping[str, object] | str | Path) -> tuple[str, bytes] | None:
    """Return what a layer says, where that can be told and is not long."""
    if isinstance(overlay, Mapping):
        try:
            # without references: the same values are the same bytes
            told = "", marshal.dumps(typing.cast(typing.Any, overlay), 2)
        except ValueError:  # another class than those of JSON, which may say anything of itself
            return None
    else:
        path = Path(overlay)
        if not path.is_file() or path.stat().st_size > _LONG:
            return None
        told = str(overlay), path.read_bytes()
    return told if len(told[1]) <= _LONG else None


def _unused(header: Header, composed: Ruleset) -> Diagnostic:
    """Return the warning that an overlay handed in is not a layer of the set itself."""
    return Diagnostic.of(
        "layer.unused",
        Severity.WARNING,
        number=header.instrument.number,
        ruleset=composed.id,
        date=composed.on,
        target=header.target,
        start=header.layer.start,
    )
