"""All checks of a library in one go: every ruleset, every day a layer begins, every province with an overlay."""

import datetime as dt
import time
import typing
from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, frozen

from ntm_rules.authoring.library import Library
from ntm_rules.consistency.allowed import Allowed, read_allowed
from ntm_rules.consistency.lint import Finding, Subject, date_gaps, lint
from ntm_rules.consistency.places import places
from ntm_rules.model.errors import Severity
from ntm_rules.model.rulesets import Ruleset

if typing.TYPE_CHECKING:
    from ntm_rules.authoring.nodes import Position

LAWS = "law."
"""How the codes of laws begin; their allow entries are for the pytest plugin."""

Prove = Callable[[Ruleset], tuple[Finding, ...]]


@frozen
class Report:
    """What a check found.

    Attributes:
        findings: those that are not allowed, in the order in which they were met.
        allowed: findings that an allow file lists, each with its reason.
        unused: entries of allow files that no finding needed.
        composed: how many composed rulesets were looked at.
    """

    findings: tuple[Finding, ...]
    allowed: tuple[tuple[Finding, str], ...]
    unused: tuple[Allowed, ...]
    composed: int
    seconds: float

    @property
    def failed(self) -> bool:
        """True if an error or a warning is left."""
        return any(f.diagnostic.severity is not Severity.NOTE for f in self.findings)


def check(library: Library, prove: Prove | None = None) -> Report:
    """Look at everything.

    Args:
        library: its files are read first.
        prove: gives the findings of proofs about one composed ruleset.

    Raises:
        RulesetError: a file that cannot be used; nothing else is looked at then.
    """
    start = time.perf_counter()
    library.read_all()
    found = _Findings()
    found.add(_placed(library, date_gaps(library), None))
    composed = 0
    for ruleset in compositions(library):
        composed += 1
        subject = Subject(ruleset.id, ruleset.period, ruleset.province or "")
        fresh = [*(Finding(subject, d) for d in ruleset.diagnostics), *lint(ruleset)]
        if prove is not None:
            fresh += prove(ruleset)
        found.add(_placed(library, fresh, ruleset.province))
    entries = read_allowed(library)
    used = {finding: entry for finding in found.all for entry in entries if entry.covers(finding)}
    left = tuple(f for f in found.all if f not in used)
    ours = (entry for entry in entries if not entry.code.startswith(LAWS))
    unused = tuple(entry for entry in ours if entry not in used.values())
    allowed = tuple((finding, entry.reason) for finding, entry in used.items())
    return Report(left, allowed, unused, composed, time.perf_counter() - start)


class _Findings:
    """Findings in the order in which they were met; the same thing at the same place counts once.

    What is found nationally is found again in every province, in other columns perhaps.
    """

    def __init__(self) -> None:
        self.all: list[Finding] = []
        self._seen: set[tuple[object, ...]] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            diagnostic = finding.diagnostic
            words = diagnostic.message if diagnostic.code.startswith("layer.") else ""
            key = (finding.subject, diagnostic.code, diagnostic.file, diagnostic.line, words)
            if key not in self._seen:
                self._seen.add(key)
                self.all.append(finding)


def compositions(library: Library) -> Iterator[Ruleset]:
    """Every ruleset on every day a layer begins: nationally, and from its overlay on for each province with one."""
    for ruleset, period in library.rulesets():
        for on in library.dates(ruleset, period):
            yield library.compose(ruleset, on=on, period=period)
    for ruleset, period, province in library.overlays():
        first = set(library.dates(ruleset, period))
        days = library.dates(ruleset, period, province)
        begins = min((day for day in days if day not in first), default=days[0])
        for on in days:
            if on >= begins and _exists(library, province, on):
                yield library.compose(ruleset, on=on, period=period, province=province)


def _exists(library: Library, province: str, on: dt.date) -> bool:
    return library.registry.latest(province, on).on(on)


def _placed(library: Library, findings: Iterable[Finding], province: str | None) -> Iterator[Finding]:
    """The findings with file and line, where what they are about stands in a file."""
    known: dict[tuple[str, str], dict[str, Position]] = {}
    for finding in findings:
        subject, diagnostic = finding.subject, finding.diagnostic
        if not diagnostic.file:
            key = (subject.ruleset, subject.period)
            if key not in known:
                known[key] = places(library, *key, province)
            at = known[key].get(subject.address) or known[key].get("")
            if at is not None:
                diagnostic = evolve(diagnostic, file=at.file, line=at.line, column=at.column)
        yield evolve(finding, diagnostic=diagnostic)
