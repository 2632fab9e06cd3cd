"""Everything that a library can compose and that differs: each set, each day a layer begins, each province's."""

import datetime as dt
from collections.abc import Iterator

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.model.rulesets import Layer, LayerKind, Ruleset
from ntm_rules.rules.library import Library


@public("check")
@frozen
class Composition:
    """One ruleset to be composed; prints as the id of its tests."""

    ruleset: str
    period: str
    province: str | None
    on: dt.date

    def __str__(self) -> str:
        return "/".join((self.ruleset, self.period, *((self.province,) if self.province else ()), str(self.on)))

    def compose(self, library: Library) -> Ruleset:
        """Compose the ruleset of that day."""
        return library.compose(self.ruleset, on=self.on, period=self.period, province=self.province)


def sets(library: Library) -> Iterator[tuple[str, str, str | None]]:
    """Id, period and province of every set: the national ones, then those of provinces, overlays or their own."""
    yield from ((ruleset, period, None) for ruleset, period in library.rulesets())
    yield from sorted({*library.overlays(), *library.own_rulesets()})


def layers_of_province(library: Library, ruleset: str, period: str, province: str) -> tuple[Layer, ...]:
    """Return a province's overlays on a set, its own set of that id, and amendments to it, in the order they begin."""
    found: dict[Layer, None] = {}
    for on in library.dates(ruleset, period, province):
        layers = library.compose(ruleset, on=on, period=period, province=province).layers
        own = layers[0].kind is LayerKind.OWN
        found |= dict.fromkeys(layer for layer in layers if own or layer.kind is LayerKind.OVERLAY)
    return tuple(found)


def compositions(library: Library) -> Iterator[Composition]:
    """Every set on every day on which a layer begins: nationally, then for each province with one."""
    for ruleset, period, province in sets(library):
        for on in library.dates(ruleset, period, province):
            yield Composition(ruleset, period, province, on)
