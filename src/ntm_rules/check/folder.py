"""A folder of rule files as its author sees it: over the bundled rulesets, or a country of its own."""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.check.compositions import Composition, compositions
from ntm_rules.rules.folders import bundled_folder
from ntm_rules.rules.library import Library

_LAYERS = ("ruleset", "amends", "overlay")


@public("check")
@frozen
class Folder:
    """A folder of rule files, read.

    Attributes:
        bundled: whether it lies over the bundled ones, or inside them; else it is a country of its own.
    """

    path: Path
    library: Library
    bundled: bool

    @classmethod
    def read(cls, path: Path, alone: bool = False) -> "Folder":
        """Read the folder over the bundled rulesets; a folder inside these is looked at as part of them.

        Args:
            alone: without the bundled ones, for rules of a country of their own.

        Raises:
            RulesetError: every problem of every file, or there is no such folder.
        """
        path = path.resolve()
        home = bundled_folder().resolve()
        if path != home and path.is_relative_to(home) and not alone:
            return cls(path, Library.bundled(), True)
        alone = alone or path == home  # which cannot lie over itself
        return cls(path, Library.load(path, bundled=not alone), not alone)

    def holds(self, path: Path) -> bool:
        """Return True if a file lies in the folder."""
        return path.resolve().is_relative_to(self.path)

    def compositions(self) -> Iterator[Composition]:
        """Yield what the files of the folder have a part in, in the order of the library."""
        own = [f for f in self.library.files if f.kind in _LAYERS and self.holds(f.path)]
        national = {(f.target, f.period) for f in own if not f.province}
        provincial = {(f.target, f.period, f.province) for f in own if f.province}
        for found in compositions(self.library):
            of = (found.ruleset, found.period)
            if of in national or (*of, found.province) in provincial:
                yield found
