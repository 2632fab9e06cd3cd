"""Which base a ruleset has on a day: the national set, or one that a single province has of its own."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

from ntm_rules.messages.errors import NotInForce, RulesetError, quoted
from ntm_rules.model.rulesets import Layer, LayerKind
from ntm_rules.rules.folders import Listed, root_of
from ntm_rules.rules.read.files import BaseFile, Header, in_force, read_header
from ntm_rules.rules.read.provinces import Registry
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Position, problem


def for_province(bases: Iterable[Listed], province: str | None) -> list[Listed]:
    """The bases that can hold for a province: the national ones and its own."""
    return [base for base in bases if base.province in ("", province)]


def clamped(on: dt.date, layer: Layer) -> dt.date:
    """*on*, or the nearest day of the layer's span."""
    return max(layer.start, min(on, layer.end) if layer.end else on)


def nearest(bases: Sequence[BaseFile], on: dt.date) -> BaseFile:
    """The base in force on the day, else the one nearest to it; a province's own before the national one."""

    def days_off(base: BaseFile) -> tuple[int, bool]:
        layer = base.header.layer
        return abs((on - clamped(on, layer)).days), layer.kind is not LayerKind.OWN

    return min(bases, key=days_off)


def changes(layer: Layer, base: Layer) -> bool:
    """True if a layer changes a base: a province's own has to be in force on the layer's first day."""
    return base.kind is not LayerKind.OWN or in_force(base, layer.start)


def unwritten(ruleset: str, registry: Registry) -> list[str]:
    """The provinces that are known to have a set of which no instrument was found."""
    return list(dict.fromkeys(p.id for p in registry.provinces if ruleset in p.unwritten))


def nowhere(ruleset: str, province: str | None, bases: Iterable[Listed], registry: Registry) -> NotInForce:
    """That there is no national set, nor one of the province's own."""
    having, lost = sorted({base.province for base in bases}), unwritten(ruleset, registry)
    message = f"there is no national set `{ruleset}`"
    if province is not None:
        message += ", and that of `{}` was not found" if province in lost else ", and `{}` has none of its own"
    hints = [f"it is a set of single provinces: say province=, one of {quoted(having)}"] if having else []
    others = [each for each in lost if each != province]
    hints += [f"known to exist and not found: that of {quoted(others)}"] if others else []
    return NotInForce(message.format(province), "; ".join(hints))


def not_in_force(ruleset: str, on: dt.date, bases: Iterable[BaseFile]) -> NotInForce:
    """That no base is in force on a day, with the spans of those there are."""
    spans = ", ".join(
        f"{base.header.period} ({base.header.layer.start} to {base.header.layer.end or 'now'})" for base in bases
    )
    return NotInForce(f"no set `{ruleset}` is in force on {on}", f"there is {spans}; name one with period=")


# -- reading -------------------------------------------------------------------------------------


def check_twins(listed: Listed, files: Iterable[Listed]) -> None:
    """Two files are of one set only where they are a province's own and hold on other days.

    Raises:
        RulesetError: naming both files.
    """
    of = (listed.kind, listed.target, listed.period, listed.province)
    same = [f for f in files if (f.kind, f.target, f.period, f.province) == of]
    for one, other in itertools.combinations(same, 2):
        if not listed.province or _overlap(_layer(one), _layer(other)):
            message = f"`{listed.target}` of {listed.period} stands in `{one.shown}` and in `{other.shown}`"
            raise RulesetError([problem("ruleset.duplicate", Position(other.shown, 1, 1), message)])


def _layer(listed: Listed) -> Layer | None:
    """The span of a base; None where its header cannot be used, which is told where it is read."""
    header = read_header(root_of(listed), Reader())
    return None if header is None else header.layer


def _overlap(one: Layer | None, other: Layer | None) -> bool:
    if one is None or other is None:
        return False
    return one.start <= (other.end or dt.date.max) and other.start <= (one.end or dt.date.max)


def known_province(header: Header, registry: Registry, reader: Reader) -> None:
    """Note a province that nobody knows."""
    if header.province is not None and header.province not in registry.ids():
        reader.unknown("province.unknown", header.at, "province", header.province, registry.ids())


def known_base(header: Header, files: Iterable[Listed], reader: Reader) -> None:
    """Note a layer that has nothing to change; a ruleset that nobody knows is noted elsewhere."""
    every = [f for f in files if f.kind == "ruleset" and f.target == header.target]
    owner = header.province if header.kind is LayerKind.AMENDMENT else None
    bases = every if header.kind is LayerKind.CALLER else [f for f in every if f.province == (owner or "")]
    if every and not bases:
        whose = f"`{owner}` has no set of its own" if owner else "there is no national set"
        hint = "an overlay changes a national set, `amends` with a `province` the province's own"
        reader.error("layer.base", header.at, f"{whose} `{header.target}`", hint)
    elif bases:
        _known_period(header, owner, bases, reader)


def _known_period(header: Header, owner: str | None, bases: Iterable[Listed], reader: Reader) -> None:
    """Note a layer of another period, and an amendment from a day on which the province's own set is not in force."""
    periods = [f.period for f in bases]
    if header.period not in periods:
        reader.unknown("period.unknown", header.at, f"period of `{header.target}`", header.period, periods)
    elif owner:
        spans = [_layer(f) for f in bases if f.period == header.period]
        if not any(span is None or changes(header.layer, span) for span in spans):
            message = f"no set `{header.target}` of `{owner}` is in force on {header.layer.start}"
            reader.error("layer.base", header.at, message, "an amendment changes the set in force on its first day")
