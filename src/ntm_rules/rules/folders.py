"""Folders of rule files: which files there are, told apart by their first keys without reading them whole."""

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, RulesetError
from ntm_rules.rules.keys.files import RULES
from ntm_rules.yaml.nodes import MAX_BYTES, Map, problem, read_file

_KINDS = tuple(RULES.files)
_TOP = re.compile(rf"^({'|'.join(_KINDS)}|period|province|level|year)\s*:[ \t]*(.*?)[ \t]*(?:#.*)?$", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml")
_BESIDE = (".tests.yaml", ".allow.yaml")
_LEFT_OUT = re.compile(r"\.ya?ml\.txt", re.IGNORECASE)
"""How a name ends to which an editor added a suffix that a file manager hides."""
MAX_FILES = 5_000


@frozen
class Listed:
    """A file of the library, known by its first keys only.

    Attributes:
        kind: ``measures``, ``facts``, ``provinces``, ``ruleset``, ``amends``, ``overlay``, ``targets``, ``mergers``,
            ``plausible`` or ``list``.
        target: the ruleset id, of targets and mergers the province, of a list the fact; empty for other kinds.
        year: of targets, else empty.
    """

    path: Path
    shown: str
    kind: str
    target: str
    period: str
    province: str
    year: str = ""


def bundled_folder() -> Path:
    """Where the bundled rulesets lie: inside the installed package, or beside ``src`` in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "rulesets"
    return inside if inside.is_dir() else package.parent.parent / "rulesets"


def rule_paths(folder: Path) -> list[Path]:
    """Return the paths of the rule files below *folder*; files beside rules are left out."""
    names = ((path, path.name.lower()) for path in folder.rglob("*"))
    rules = (p for p, name in names if name.endswith(_SUFFIXES) and not name.endswith(_BESIDE))
    return sorted(path for path in rules if not path.is_dir())


def files_beside(folder: Path, suffix: str) -> list[Path]:
    """Return the files below *folder* that lie beside rules and whose names end so, in any case of letters."""
    return sorted(path for path in folder.rglob("*") if path.name.lower().endswith(suffix))


def left_out(folder: Path) -> list[Path]:
    """Return the files below *folder* that look like rule files and are not read, such as ``a.yaml.txt``."""
    return sorted(path for path in folder.rglob("*") if _LEFT_OUT.fullmatch("".join(path.suffixes[-2:])))


def nothing_in(folder: Path) -> RulesetError:
    """Return the error that a folder holds no rule file, with the files that were left out."""
    names = tuple(path.relative_to(folder).as_posix() for path in left_out(folder))
    if names:
        return RulesetError([Diagnostic.of("library.empty/left_out", folder=folder, names=names)])
    return RulesetError([Diagnostic.of("library.empty", folder=folder)])


def listed_in(folder: Path) -> Iterator[Listed]:
    """Yield the rule files below *folder*, by their first keys.

    Raises:
        RulesetError: it is no folder, there are none, or too many.
    """
    if not folder.is_dir():
        raise RulesetError([Diagnostic.of("library.folder", folder=folder)])
    paths = rule_paths(folder)
    if not paths:
        raise nothing_in(folder)
    if len(paths) > MAX_FILES:
        raise RulesetError([Diagnostic.of("library.files", folder=folder, limit=MAX_FILES)])
    for path in paths:
        keys = _first_keys(path)
        kind = next((k for k in _KINDS if k in keys), "")
        more = (keys.get(key, "") for key in ("period", "province", "year"))
        yield Listed(path, path.relative_to(folder.parent).as_posix(), kind, keys.get(kind, ""), *more)


def _first_keys(path: Path) -> dict[str, str]:
    """Return what the first keys of a file say; nothing of a file that cannot be read, which reading it tells."""
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        return {}
    # only to tell what the file is: where it is read whole, what is not UTF-8 is an error
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return {m[1]: m[2].strip("\"'") for m in _TOP.finditer(file.read())}


def root_of(listed: Listed) -> Map:
    """Return the nodes of a listed file.

    Raises:
        RulesetError: it cannot be read, or does not say what it holds.
    """
    node = read_file(listed.path, listed.shown)
    if not isinstance(node, Map):
        raise RulesetError([problem("shape.mapping", node.at, what=Message("what.rule_file"))])
    if listed.kind == "":
        raise RulesetError([problem("file.kind", node.at, names=_KINDS)])
    return node
