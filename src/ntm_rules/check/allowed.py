"""Problems that an allow file beside a ruleset lists as right, each with its reason."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.check.compositions import Composition
from ntm_rules.check.problem import Problem
from ntm_rules.messages.catalogue import Message
from ntm_rules.rules.folders import files_beside
from ntm_rules.rules.keys.beside import ALLOW_FILE, ALLOWED
from ntm_rules.rules.library import Library
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Position, read_file

LAWS, PROOFS = "law.", "proof."
"""How the codes of laws, for the pytest plugin, and those of proofs begin."""


@public("check")
@frozen
class Allowed:
    """One entry of an allow file.

    Attributes:
        code: of the problem, e.g. ``table.gap``.
        ruleset, period, province, address: of its subject; an empty one means any.
        reason: why it is right as it is.
        path: of the file.
    """

    code: str
    ruleset: str
    period: str
    province: str
    address: str
    reason: str
    at: Position
    path: Path

    def covers(self, problem: Problem) -> bool:
        """Return True if the entry is about the problem."""
        subject = problem.subject
        pairs = (
            (self.ruleset, subject.ruleset),
            (self.period, subject.period),
            (self.province, subject.province),
            (self.address, subject.address),
        )
        return self.code == problem.diagnostic.code and all(own in ("", other) for own, other in pairs)


def read_allowed(library: Library) -> tuple[Allowed, ...]:
    """Read the entries of every ``*.allow.yaml`` in the folders of a library.

    Raises:
        RulesetError: a file that is not a list of entries.
    """
    reader = Reader()
    found: list[Allowed] = []
    for folder in library.folders:
        for path in files_beside(folder, ".allow.yaml"):
            found += _entries(path, path.relative_to(folder.parent).as_posix(), reader)
    reader.raise_errors()
    return tuple(found)


def excused_by(entries: Iterable[Allowed], composition: Composition) -> Iterator[tuple[str, str]]:
    """Yield the laws and places that entries list for a ruleset."""
    for entry in entries:
        of = entry.ruleset in ("", composition.ruleset) and entry.period in ("", composition.period)
        where = entry.province in ("", composition.province)
        if of and where and entry.code.startswith(LAWS):
            yield entry.code.removeprefix(LAWS), entry.address


def _entries(path: Path, shown: str, reader: Reader) -> list[Allowed]:
    root = read_file(path, shown)
    nodes = reader.items(reader.map(root, Message("allowed.file"), ALLOW_FILE.names).get("allow"), "`allow`")
    found: list[Allowed] = []
    what = Message("allowed.entry")
    for node in nodes:
        entry = reader.map(node, what, ALLOWED.names)
        code = reader.text(reader.required(entry, "code", what), Message("allowed.code"))
        reason = reader.text(reader.required(entry, "reason", what), Message("allowed.reason"))
        about = ("ruleset", "period", "province", "address")
        ruleset, period, province, address = (reader.text(entry.get(key), f"`{key}`") for key in about)
        at = node.at if isinstance(node, Map) else root.at
        found.append(Allowed(code, ruleset, period, province, address, reason, at, path))
    return found
