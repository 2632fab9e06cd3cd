"""Folders of rule files: which files there are, told apart by their first keys without reading them whole."""

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, RulesetError
from ntm_rules.rules.keys.files import RULES
from ntm_rules.yaml.nodes import MAX_BYTES, Map, check_regular, problem, read_file

_KINDS = tuple(RULES.files)
_TOP = re.compile(rf"^({'|'.join(_KINDS)}|period|province|level|year)\s*:[ \t]*(.*?)[ \t]*(?:#.*)?$", re.MULTILINE)
_SUFFIXES = (".yaml", ".yml")
_BESIDE = (".tests.yaml", ".allow.yaml")
MAX_FILES = 5_000


@frozen
class Listed:
    """A file of the library, known by its first keys only.

    Attributes:
        kind: ``measures``, ``facts``, ``provinces``, ``ruleset``, ``amends``, ``overlay``, ``targets`` or ``mergers``.
        target: the ruleset id, of targets and mergers the province; empty for other kinds.
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


def listed_in(folder: Path) -> Iterator[Listed]:
    """Yield the rule files below *folder*, by their first keys; files beside rules are left out."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix in _SUFFIXES and not p.name.endswith(_BESIDE))
    if len(paths) > MAX_FILES:
        raise RulesetError([Diagnostic.of("library.files", folder=folder, limit=MAX_FILES)])
    for path in paths:
        shown = path.relative_to(folder.parent).as_posix()
        check_regular(path, shown)
        # only to tell what the file is: where it is read whole, what is not UTF-8 is an error
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            keys = {m[1]: m[2].strip("\"'") for m in _TOP.finditer(file.read(MAX_BYTES))}
        kind = next((k for k in _KINDS if k in keys), "")
        more = (keys.get(key, "") for key in ("period", "province", "year"))
        yield Listed(path, shown, kind, keys.get(kind, ""), *more)


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
