"""What a folder of rule files holds to be tested: every ruleset, every province's, from every day a layer begins."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules.authoring.folders import bundled_folder
from ntm_rules.authoring.library import Library
from ntm_rules.consistency.allowed import Allowed, read_allowed
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.testing.breaking import Subject

_OF_LAW = "law."
_LAYERS = ("ruleset", "amends", "overlay")


@frozen
class Folder:
    """A folder of rule files, read.

    Attributes:
        bundled: whether it lies over the bundled ones.
    """

    path: Path
    library: Library
    bundled: bool

    @classmethod
    def read(cls, path: Path) -> "Folder":
        """The folder over the bundled rulesets; alone where it has facts and measures of its own.

        A folder inside the bundled ones is looked at as part of them.

        Raises:
            RulesetError: every problem of every file.
            FileNotFoundError: there is no such folder.
        """
        path = path.resolve()
        home = bundled_folder().resolve()
        if path != home and path.is_relative_to(home):
            return cls(path, Library.bundled(), True)
        bundled = not _has_own_catalogue(path)
        return cls(path, Library.load(path, bundled=bundled), bundled)

    def targets(self) -> "Iterator[Target]":
        """What the files of the folder bear on, in the order of the library."""
        own = [f for f in self.library.files if f.kind in _LAYERS and f.path.resolve().is_relative_to(self.path)]
        national = {(f.target, f.period) for f in own if f.kind != "overlay"}
        provincial = {(f.target, f.period, f.province) for f in own if f.kind == "overlay"}
        for ruleset, period in self.library.rulesets():
            if (ruleset, period) in national:
                for on in self.library.dates(ruleset, period):
                    yield Target(ruleset, period, None, on)
        for ruleset, period, province in self.library.overlays():
            if (ruleset, period) in national or (ruleset, period, province) in provincial:
                for on in self._days(ruleset, period, province):
                    yield Target(ruleset, period, province, on)

    def _days(self, ruleset: str, period: str, province: str) -> Iterator[dt.date]:
        """The days from the province's first overlay on, as long as there is the province."""
        days = self.library.dates(ruleset, period, province)
        national = self.library.dates(ruleset, period)
        begins = min((day for day in days if day not in national), default=days[0])
        for on in days:
            if on >= begins and self.library.registry.latest(province, on).on(on):
                yield on

    def allowed(self) -> tuple[Allowed, ...]:
        """The entries of allow files about laws; their codes begin with ``law.``."""
        return tuple(entry for entry in read_allowed(self.library) if entry.code.startswith(_OF_LAW))


@frozen
class Target:
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

    def excused(self, allowed: tuple[Allowed, ...]) -> Iterator[tuple[str, str]]:
        """The laws and places that allow files list for the ruleset."""
        for entry in allowed:
            if entry.ruleset in ("", self.ruleset) and entry.period in ("", self.period):
                yield entry.code.removeprefix(_OF_LAW), entry.address

    def subject(self, folder: Folder, tiers: tuple[tuple[str, str], ...], thorough: bool) -> Subject:
        """What laws are asked of."""
        ruleset = self.compose(folder.library)
        return Subject(ruleset, folder.library, tiers, self.excused(folder.allowed()), thorough)


def _has_own_catalogue(path: Path) -> bool:
    """True if the folder has a fact catalogue and measures of its own."""
    if not path.is_dir():
        raise FileNotFoundError(f"`{path}` is not a folder of rule files")
    found: set[str] = set()
    for file in (*path.rglob("*.yaml"), *path.rglob("*.yml")):
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            found.update(line.split(":")[0] for line in lines if line.startswith(("facts:", "measures:")))
    return found >= {"facts", "measures"}
