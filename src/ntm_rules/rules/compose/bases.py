"""Which base a ruleset has on a day: the national set, or one that a single province has of its own."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import NotInForce, RulesetError, folded
from ntm_rules.model.rulesets import Layer, LayerKind
from ntm_rules.rules.folders import Listed, root_of
from ntm_rules.rules.read.files import BaseFile, Header, in_force, read_header
from ntm_rules.rules.read.provinces import Registry
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Items, Map, Node, Position, Scalar, placed


def for_province(bases: Iterable[Listed], province: str | None) -> list[Listed]:
    """Return the bases that can hold for a province: the national ones and its own."""
    return [base for base in bases if base.province in ("", province)]


def clamped(on: dt.date, layer: Layer) -> dt.date:
    """*on*, or the nearest day of the layer's span."""
    return max(layer.start, min(on, layer.end) if layer.end else on)


def nearest(bases: Sequence[BaseFile], on: dt.date) -> BaseFile:
    """Return the base in force on the day, else the one nearest to it; a province's own before the national one."""

    def days_off(base: BaseFile) -> tuple[int, bool]:
        layer = base.header.layer
        return abs((on - clamped(on, layer)).days), layer.kind is not LayerKind.OWN

    return min(bases, key=days_off)


def changes(layer: Layer, base: Layer) -> bool:
    """Return whether a layer changes a base: a province's own has to be in force on the layer's first day."""
    return base.kind is not LayerKind.OWN or in_force(base, layer.start)


def unwritten(ruleset: str, registry: Registry) -> list[str]:
    """Return the provinces that are known to have a set of which no instrument was found."""
    return list(dict.fromkeys(p.id for p in registry.provinces if ruleset in p.unwritten))


def nowhere(ruleset: str, province: str | None, bases: Iterable[Listed], registry: Registry) -> NotInForce:
    """Return the error that there is no national set, nor one of the province's own."""
    lost = unwritten(ruleset, registry)
    if province is None:
        message = Message("error.no_national_set", ruleset=ruleset)
    elif province in lost:
        message = Message("error.lost_own_set", ruleset=ruleset, province=province)
    else:
        message = Message("error.no_own_set", ruleset=ruleset, province=province)
    having = tuple(sorted({base.province for base in bases}))
    others = tuple(each for each in lost if each != province)
    elsewhere, somewhere = Message("hint.own_sets", names=having), Message("hint.lost_sets", names=others)
    if having and others:
        return NotInForce(message, Message("hint.both", first=elsewhere, second=somewhere))
    return NotInForce(message, elsewhere if having else somewhere if others else "")


def not_in_force(ruleset: str, on: dt.date, bases: Iterable[BaseFile]) -> NotInForce:
    """Return the error that no base is in force on a day, with the spans of those there are."""
    spans = tuple(_span(base.header.period, base.header.layer) for base in bases)
    return NotInForce(Message("error.not_in_force", ruleset=ruleset, date=on, spans=spans))


def _span(period: str, layer: Layer) -> Message:
    """Return a period with its first and last day in words."""
    if layer.end is None:
        return Message("hint.span_open", period=period, start=layer.start)
    return Message("hint.span", period=period, start=layer.start, end=layer.end)


# -- reading -------------------------------------------------------------------------------------


def check_twins(listed: Listed, files: Iterable[Listed]) -> None:
    """Two files are of one set only where they are a province's own and hold on other days.

    Raises:
        RulesetError: naming both files.
    """
    of = (listed.kind, listed.target, listed.period, listed.province)
    same = [f for f in files if (f.kind, f.target, f.period, f.province) == of]
    for one, other in itertools.combinations(same, 2):
        first, second = _header(one), _header(other)
        if not listed.province or (first and second and _overlap(first.layer, second.layer)):
            names = Message(
                "ruleset.duplicate",
                ruleset=listed.target,
                period=listed.period,
                first=one.shown,
                second=other.shown,
            )
            raise RulesetError([placed(Position(other.shown, 1, 1), names)])
        if first and second:
            check_instruments((first, second))


def check_instruments(headers: Iterable[Header]) -> None:
    """Refuse two files of one instrument: of a set, period and province it has one, or one for each annex.

    Raises:
        RulesetError: naming both files.
    """
    seen: dict[tuple[str | None, ...], Header] = {}
    for header in headers:
        of = header.instrument
        key = (header.kind.value, folded(of.issuer), folded(of.number), of.date, header.layer.annex)
        twin = seen.setdefault(key, header)
        if twin is not header:
            files = {"number": of.number, "first": twin.at.file, "second": header.at.file}
            at = header.place("instrument", "number")
            raise RulesetError([placed(at, Message("layer.duplicate", ruleset=header.target, **files))])


def _header(listed: Listed) -> Header | None:
    """Return the header of a base; None where it cannot be used, which is told where it is read."""
    return read_header(root_of(listed), Reader())


def _overlap(one: Layer, other: Layer) -> bool:
    return one.start <= (other.end or dt.date.max) and other.start <= (one.end or dt.date.max)


def known_province(header: Header, registry: Registry, reader: Reader) -> None:
    """Note a province that nobody knows."""
    if header.province is not None and header.province not in registry.ids():
        reader.unknown(
            "province.unknown", header.place("province"), Message("kind.province"), header.province, registry.ids()
        )


def mention(files: Sequence[Map], ruleset: str) -> Position:
    """Return where files refer to a ruleset, in the last place there is; else where the first of them begins."""
    found = [at for root in files for at in _references(root, ruleset)]
    return found[-1] if found else files[0].at


def _references(node: Node, ruleset: str) -> Iterator[Position]:
    if isinstance(node, Items):
        for item in node.items:
            yield from _references(item, ruleset)
    for key, entry in node.entries.items() if isinstance(node, Map) else ():
        value = entry.value
        if isinstance(value, Scalar) and key in ("meets", "of") and value.text.partition("#")[0] == ruleset:
            yield value.at
        yield from _references(value, ruleset)


def own_issuer(header: Header, registry: Registry, reader: Reader) -> None:
    """Note a decision of a province in a file that is not that province's: its rules would hold for others.

    A caller may lay what they like over a set; what a province decides for its own territory after a merger is signed
    by its successor.
    """
    issuer, province = header.instrument.issuer, header.province
    if header.kind is LayerKind.CALLER:
        return
    if province is None:
        if issuer in registry.ids():
            code = "layer.issuer/national" if header.kind is LayerKind.AMENDMENT else "layer.issuer/base"
            reader.error(code, header.place("instrument", "issuer"), issuer=issuer, ruleset=header.target)
    elif province in registry.ids() and issuer not in (province, *registry.successors(province)):
        reader.error("layer.issuer", header.place("instrument", "issuer"), issuer=issuer, province=province)


def known_base(header: Header, files: Iterable[Listed], reader: Reader) -> None:
    """Note a layer that has nothing to change; a ruleset that nobody knows is noted elsewhere."""
    every = [f for f in files if f.kind == "ruleset" and f.target == header.target]
    owner = header.province if header.kind is LayerKind.AMENDMENT else None
    bases = every if header.kind is LayerKind.CALLER else [f for f in every if f.province == (owner or "")]
    if every and not bases:
        if owner:
            reader.error("layer.base/own", header.place("province"), province=owner, ruleset=header.target)
        else:
            reader.error("layer.base/national", header.target_at, ruleset=header.target)
    elif bases:
        _known_period(header, owner, bases, reader)


def _known_period(header: Header, owner: str | None, bases: Iterable[Listed], reader: Reader) -> None:
    """Note a layer of another period, and one from days on which the set is not in force."""
    periods = [f.period for f in bases]
    if header.period not in periods:
        kind = Message("kind.period_of", ruleset=header.target)
        reader.unknown("period.unknown", header.place("period"), kind, header.period, periods)
        return
    # a span that cannot be read is told where its file is read
    found = [_header(f) for f in bases if f.period == header.period]
    spans = [None if base is None else base.layer for base in found]
    start, own = header.layer.start, header.layer
    where = header.starts_at
    if owner and not any(span is None or changes(own, span) for span in spans):
        reader.error("layer.base/date", where, ruleset=header.target, province=owner, date=start)
    elif not owner and not any(span is None or _overlap(own, span) for span in spans):
        held = tuple(_span(header.period, span) for span in spans if span is not None)
        reader.error("layer.dates", where, ruleset=header.target, date=start, spans=held)
