"""Regions and provinces with their validity: what lies in which region, until when, and what comes after it."""

import datetime as dt
import typing
from collections.abc import Callable, Mapping, Sequence

from attrs import evolve, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, NotInForce, UnknownName, folded
from ntm_rules.model.arguments import day_of, name_of
from ntm_rules.model.citations import last_day
from ntm_rules.model.kept import kept
from ntm_rules.model.text import Text
from ntm_rules.rules.keys.registers import PROVINCE_ENTRY, PROVINCES_FILE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node


@public("law")
@frozen
class Province:
    """A province in a span of time; identity is id with validity, ids are used again after a merger.

    Attributes:
        region: None where its parts lie in several regions.
        end: last day, None while it lasts.
        overlay_unknown: it has a set of its own whose instrument was not found.
        unwritten: ids of sets that do not exist nationally and that it is known to have, their instruments not found.
        city: it is a city of the central government, and is called so.
    """

    id: str
    title: Text
    region: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    successor: str | None = None
    merged_from: tuple[str, ...] = ()
    overlay_unknown: bool = False
    unwritten: tuple[str, ...] = ()
    city: bool = False

    def on(self, date: dt.date) -> bool:
        """Return whether the province exists on *date*."""
        return (self.start is None or self.start <= date) and (self.end is None or date <= self.end)


@public("law")
@frozen
class Registry:
    """All provinces of a library."""

    provinces: tuple[Province, ...] = ()
    _kept: dict[object, typing.Any] = field(init=False, factory=dict, eq=False, repr=False)

    def ids(self) -> tuple[str, ...]:
        """Every id once, in the order of the file."""
        return tuple(dict.fromkeys(p.id for p in self.provinces))

    def successors(self, province: str) -> tuple[str, ...]:
        """Return the ids of what came after a province."""
        return tuple(p.successor for p in self.provinces if p.id == province and p.successor is not None)

    def resolve(self, name: str) -> str:
        """Return the id of a province given by id or by name, with or without diacritics and what it is called.

        ``Tỉnh Lạng Sơn``, ``TP. Hà Nội`` and ``langson`` are found, and ``Đắc Lắc`` for Đắk Lắk.

        Raises:
            UnknownName: nothing has the name; with near matches.
            BadArgument: it is not a text.
        """
        name = name_of(name, "province")
        if any(name == p.id for p in self.provinces):
            return name
        for found in (self._ids_by_name.get(folded(name), ()), self._ids_by_sound.get(_sound(name), ())):
            if len(found) == 1:
                return found[0]
        raise UnknownName(Message("kind.province"), name, [*self.ids(), *(p.title.vi for p in self.provinces)])

    @property
    @kept
    def _ids_by_name(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the provinces that have a name, in its folded form."""
        return self._ids_by(folded)

    @property
    @kept
    def _ids_by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the provinces whose names differ in spelling only."""
        return self._ids_by(_sound)

    def _ids_by(self, form: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the provinces that have a name, by a form of it."""
        found: dict[str, dict[str, None]] = {}
        for p in self.provinces:
            for name in (p.id, p.title.vi, p.title.en):
                found.setdefault(form(name), {})[p.id] = None
        return {name: tuple(ids) for name, ids in found.items()}

    def find(self, name: str, date: dt.date | str) -> Province:
        """Return the province that has the name on *date*.

        Raises:
            UnknownName: no province has the name at any time.
            NotInForce: it has ended or not begun; names the successor.
            BadArgument: an argument of another type.
        """
        province_id, date = self.resolve(name), day_of(date, "date")
        versions = [p for p in self.provinces if p.id == province_id]
        for province in versions:
            if province.on(date):
                return province
        last = versions[-1]
        if last.end is not None and date > last.end:
            if last.successor is None:
                raise NotInForce(Message("error.province_ended", province=last.id, date=last.end))
            merged = Message("error.province_merged", province=last.id, date=last.end, successor=last.successor)
            raise NotInForce(merged)
        before = tuple(p.id for p in self.provinces if p.successor == province_id and p.on(date))
        if before:
            raise NotInForce(Message("error.province_future/before", province=last.id, date=date, before=before))
        raise NotInForce(Message("error.province_future", province=last.id, date=date))

    def latest(self, name: str, date: dt.date | str) -> Province:
        """Return the version of *name* that exists on *date*, else the last one before.

        Raises:
            UnknownName: no province has the name.
            BadArgument: an argument of another type.
        """
        province_id, date = self.resolve(name), day_of(date, "date")
        versions = [p for p in self.provinces if p.id == province_id]
        return next((p for p in versions if p.on(date)), versions[-1])

    def territory(self, name: str, province: Province | None, date: dt.date) -> Province:
        """Return the old province whose set is to hold in a part of a new one.

        Raises:
            UnknownName: no province has the name.
            BadArgument: it never became a part of *province*.
        """
        old = self.latest(name, date)
        if province is None or old.successor == province.id:
            return old
        parts = province.merged_from or (province.id,)
        if old.id not in (province.id, *parts):
            told = {"territory": old.id, "province": province.id, "parts": parts}
            raise BadArgument(Message("argument.territory", **told))
        return old


_SPELT = {
    **dict.fromkeys(("daclac", "daclak", "daklac"), "daklak"),
    "dacnong": "daknong",
    "baccan": "backan",
}
"""Names of provinces that are spelt with c as well as with k."""


def _sound(name: str) -> str:
    """Return a name without what a province is called and blanks, and in one of its spellings."""
    plain = folded(name)
    for kind in ("tinh ", "thanh pho ", "tp "):
        plain = plain.removeprefix(kind)
    together = plain.replace(" ", "")
    return _SPELT.get(together, together)


def read_registry(root: Map, reader: Reader, earlier: Sequence[Province] = ()) -> Registry:
    """Return the provinces of a ``provinces:`` file, regions of merged provinces worked out from their parts.

    Args:
        earlier: the provinces of the files before it, whose regions it need not repeat.
    """
    reader.map(root, Message("what.file"), PROVINCES_FILE.names)
    what = Message("what.province")
    named = {key: e.value for key, e in reader.map(root.get("regions"), "`regions`").entries.items()}
    for title in named.values():
        reader.title(title)
    regions = dict.fromkeys((*(p.region for p in earlier if p.region is not None), *named))
    read: list[tuple[Province, Node]] = []
    for node in reader.items(root.get("provinces"), "`provinces`"):
        province = _province(reader.map(node, what, PROVINCE_ENTRY.names), tuple(regions), reader)
        if province is not None:
            read.append((province, node))
    known = {p.id for p in (*earlier, *(p for p, _ in read))}
    for province, node in read:
        for other in (*province.merged_from, *((province.successor,) if province.successor else ())):
            if other not in known:
                reader.unknown("province.unknown", node.at, Message("kind.province"), other, known)
    # an id may be used again after a merger: the parts are the first provinces of their ids
    before = {p.id: p for p in reversed((*earlier, *(p for p, _ in read))) if not p.merged_from}
    return Registry(tuple(_with_region(p, before) for p, _ in read))


def _with_region(province: Province, before: dict[str, Province]) -> Province:
    """Return the province in the region of its parts, where all of these lie in one."""
    regions = {before[other].region for other in province.merged_from if other in before}
    if province.region is not None or len(regions) != 1:
        return province
    return evolve(province, region=regions.pop())


def _province(found: Map, regions: tuple[str, ...], reader: Reader) -> Province | None:
    what = Message("what.province")
    name = reader.text(reader.required(found, "id", what), Message("what.id"))
    title = reader.title(reader.required(found, "title", what))
    region = reader.choice(found.get("region"), Message("kind.region"), {r: r for r in regions})
    start, end = reader.date(found.get("from"), "`from`"), reader.date(found.get("to"), "`to`")
    overlay = reader.choice(found.get("overlay"), "`overlay`", {"unknown": True})
    merged = found.get("merged_from")
    parts = tuple(reader.text(item, Message("what.province_id")) for item in reader.items(merged, "`merged_from`"))
    if not name or title is None:
        return None
    return Province(
        name,
        title,
        region,
        last_day(start) if start else None,
        last_day(end) if end else None,
        reader.text(found.get("successor"), Message("what.successor")) or None,
        parts,
        bool(overlay),
        tuple(
            reader.text(item, Message("what.ruleset_id"))
            for item in reader.items(found.get("unwritten"), "`unwritten`")
        ),
        reader.flag(found.get("city"), "`city`"),
    )
