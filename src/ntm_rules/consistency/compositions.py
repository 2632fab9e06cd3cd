"""Everything that a library can compose and that differs: each set, each day a layer begins, each province's."""

import datetime as dt
from collections.abc import Iterator

from attrs import frozen

from ntm_rules.authoring.library import Library
from ntm_rules.model.rulesets import Ruleset


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
        """The ruleset, from the day on."""
        return library.compose(self.ruleset, on=self.on, period=self.period, province=self.province)


def compositions(library: Library) -> Iterator[Composition]:
    """Every set on every day on which a layer begins: nationally, then for each province with an overlay."""
    national = [(ruleset, period, None) for ruleset, period in library.rulesets()]
    for ruleset, period, province in (*national, *library.overlays()):
        for on in library.dates(ruleset, period, province):
            yield Composition(ruleset, period, province, on)
