"""A folder of rule files as its author sees it: over the bundled rulesets, or a country of its own."""

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.check.compositions import Composition, compositions
from ntm_rules.rules.folders import bundled_folder
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import MAX_BYTES, check_regular

_LAYERS = ("ruleset", "amends", "overlay")


@public("check")
@frozen
class Folder:
    """A folder of rule files, read.

    Attributes:
        bundled: whether it lies over the bundled ones, or inside them.
    """

    path: Path
    library: Library
    bundled: bool

    @classmethod
    def read(cls, path: Path) -> "Folder":
        """Read the folder over the bundled rulesets; alone where it has facts and measures of its own.

        A folder inside the bundled ones is looked at as part of them.

        Raises:
            RulesetError: every problem of every file.
            FileNotFoundError: the folder does not exist.
        """
        path = path.resolve()
        home = bundled_folder().resolve()
        if path != home and path.is_relative_to(home):
            return cls(path, Library.bundled(), True)
        bundled = not _has_own_catalogue(path)
        return cls(path, Library.load(path, bundled=bundled), bundled)

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


def _has_own_catalogue(path: Path) -> bool:
    """Return True if the folder has a fact catalogue and measures of its own."""
    if not path.is_dir():
        raise FileNotFoundError(f"`{path}` is not a folder of rule files")
    found: set[str] = set()
    for file in (*path.rglob("*.yaml"), *path.rglob("*.yml")):
        check_regular(file, str(file))
        with file.open(encoding="utf-8-sig", errors="replace") as text:
            lines = text.read(MAX_BYTES).splitlines()
            found.update(line.split(":")[0] for line in lines if line.startswith(("facts:", "measures:")))
    return found >= {"facts", "measures"}
