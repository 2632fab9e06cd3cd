"""All checks of a library in one go: every ruleset, every day a layer begins, every province with an overlay."""

import functools
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from attrs import evolve, frozen

from ntm_rules._public import public
from ntm_rules.check.allowed import LAWS, PROOFS, Allowed, read_allowed
from ntm_rules.check.citations import oddities
from ntm_rules.check.compositions import Composition
from ntm_rules.check.folder import Folder
from ntm_rules.check.judge import judged
from ntm_rules.check.lint import date_gaps, lint
from ntm_rules.check.lists import odd_lists
from ntm_rules.check.places import Places
from ntm_rules.check.problem import Problem, ProblemSubject
from ntm_rules.check.sense import derived_apart, doubts, read_by, unread_facts
from ntm_rules.messages.catalogue import Message, Sentence, said
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, Severity
from ntm_rules.model.rulesets import LayerKind, Ruleset
from ntm_rules.proofs.prove import Proof, Status, prove_in
from ntm_rules.proofs.shared import Shared
from ntm_rules.proofs.terms import NEEDS_Z3, Logic
from ntm_rules.rules.folders import left_out
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import Position, placed


@public("check")
@frozen
class Proved:
    """How the proofs about one composed ruleset ended.

    Attributes:
        counts: how many, by status.
        cells, unknown: how many cells the ruleset has, and how many of these are not known.
    """

    composition: Composition
    counts: Mapping[Status, int]
    cells: int
    unknown: int


@public("check")
@frozen
class Report:
    """What a check found.

    Attributes:
        problems: those that are not allowed, in the order in which they were met.
        allowed: problems that an allow file lists, each with its reason.
        unused: entries of allow files that no problem needed.
        composed: how many composed rulesets were looked at.
        proved: the proofs about each of these; empty where nothing was proved.
    """

    problems: tuple[Problem, ...]
    allowed: tuple[tuple[Problem, str], ...]
    unused: tuple[Allowed, ...]
    composed: int
    proved: tuple[Proved, ...]
    _unproved: Sentence
    seconds: float

    @property
    def unproved(self) -> str:
        """Why nothing was proved, in English; empty where something was."""
        return self.unproved_in("en")

    def unproved_in(self, lang: str) -> str:
        """Say why nothing was proved; empty where something was."""
        return said(lang, self._unproved)

    @property
    def failed(self) -> bool:
        """True if an error or a warning is left."""
        return any(f.diagnostic.severity is not Severity.NOTE for f in self.problems)


def check(folder: Folder, proofs: bool | None = None, jobs: int = 1) -> Report:
    """Look at everything that the files of a folder have a part in.

    Args:
        proofs: whether to prove; None: if z3 is installed.
        jobs: how many processes to share the work, a ruleset each; what is found is the same.

    Raises:
        RulesetError: a file that cannot be used; nothing else is looked at then.
        EngineUnavailable: proofs are asked for and z3 is not installed.
    """
    start = time.perf_counter()
    library = folder.library
    library.read_all()
    proving, unproved = _proving(proofs)
    found = _Problems(library)
    looked_at = tuple(folder.compositions())
    found.add(_of_files(library, looked_at), None)
    proved: list[Proved] = []
    read: set[str] = set()
    for seen in _each(folder, looked_at, proving, jobs):
        found.add(seen.problems, seen.composition.province)
        proved += [seen.proved] if seen.proved else []
        read |= seen.read
    found.add(unread_facts(folder, read), None)
    found.add(odd_lists(folder), None)
    found.add(_left_out(folder), None)
    entries = read_allowed(library)
    used = {problem: entry for problem in found.all for entry in entries if entry.covers(problem)}
    left = _without_proofs_of(tuple(problem for problem in found.all if problem not in used))
    mine = (e for e in entries if folder.holds(e.path) and e not in used.values())
    unused = tuple(entry for entry in mine if _looked_for(entry, proving))
    allowed = tuple((problem, entry.reason) for problem, entry in used.items())
    return Report(left, allowed, unused, len(looked_at), tuple(proved), unproved, time.perf_counter() - start)


def _of_files(library: Library, looked_at: Iterable[Composition]) -> Iterator[Problem]:
    """Find what is wrong with the files of the sets that are looked at, or between these sets."""
    sets = {(each.ruleset, each.period, owner) for each in looked_at for owner in ("", each.province)}
    for problem in (*date_gaps(library), *oddities(library), *derived_apart(library)):
        subject = problem.subject
        if (subject.ruleset, subject.period, subject.province) in sets:
            yield problem


def _without_proofs_of(shown: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Leave out proofs that an indicator is looser where composing has shown the same: they say nothing new."""
    looser = {problem.subject for problem in shown if problem.diagnostic.code == "layer.looser"}
    return tuple(p for p in shown if p.diagnostic.code != "proof.looser" or p.subject not in looser)


@frozen
class _Seen:
    """What was found in one composed ruleset.

    Attributes:
        read: the facts that it reads.
    """

    composition: Composition
    problems: tuple[Problem, ...]
    proved: Proved | None
    read: frozenset[str]


def _each(folder: Folder, looked_at: tuple[Composition, ...], proving: bool, jobs: int) -> Iterator[_Seen]:
    """Yield what is found in each, in order; the largest rulesets are begun first."""
    sets: dict[tuple[str, str], list[Composition]] = {}
    for each in looked_at:
        sets.setdefault((each.ruleset, each.period), []).append(each)
    shares = sorted(sets.values(), key=len, reverse=True)
    if jobs == 1 or len(shares) == 1 or not proving:
        found = [seen for share in shares for seen in _look(folder, share, proving)]
    else:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            tasks = [pool.submit(_look_apart, folder.path, not folder.bundled, share) for share in shares]
            found = [seen for task in tasks for seen in task.result()]
    by_composition = {seen.composition: seen for seen in found}
    yield from (by_composition[each] for each in looked_at)


def _look_apart(path: Path, alone: bool, compositions: Sequence[Composition]) -> list[_Seen]:
    """Look at compositions in another process, which reads the files itself, once: a library is not sent there."""
    return list(_look(_read_apart(path, alone), compositions, proving=True))


_read_apart = functools.cache(Folder.read)


def _look(folder: Folder, compositions: Sequence[Composition], proving: bool) -> Iterator[_Seen]:
    """Yield what is found in the compositions of one ruleset; their proofs share what is worked out."""
    shared = Shared() if proving else None  # between provinces and days most questions are the same
    for composition in compositions:
        ruleset = composition.compose(folder.library)
        problems, proved = (*read_off(ruleset), *doubts(ruleset, _national(folder.library, ruleset))), None
        if shared is not None:
            ended = prove_in(folder.library, ruleset, shared=shared)
            problems += judged(ruleset, ended)
            proved = _counted(composition, ended)
        yield _Seen(composition, problems, proved, read_by(ruleset))


def _national(library: Library, ruleset: Ruleset) -> Ruleset | None:
    """Return the national set over which a province's overlay lies; None where there is no overlay."""
    if ruleset.province is None or ruleset.layers[0].kind is LayerKind.OWN:
        return None
    return library.compose(ruleset.id, on=ruleset.on, year=ruleset.year, period=ruleset.period)


def _left_out(folder: Folder) -> Iterator[Problem]:
    """Find files that look like rules and are not read."""
    for path in left_out(folder.path):
        shown = path.relative_to(folder.path.parent).as_posix()
        found = placed(Position(shown, 1, 1), Message("library.left_out", name=path.name), Severity.WARNING)
        yield Problem(ProblemSubject("", "", path.name), found)


def read_off(ruleset: Ruleset) -> tuple[Problem, ...]:
    """Return what composing and lint say about a composed ruleset."""
    return (*(Problem(_told_of(ruleset, d), d) for d in ruleset.diagnostics), *lint(ruleset))


def _told_of(ruleset: Ruleset, diagnostic: Diagnostic) -> ProblemSubject:
    """Return what composing told of: what layers do at an address is about the province, in whatever file it is."""
    subject = ProblemSubject.of(ruleset, diagnostic.address)
    of_layers = diagnostic.address and diagnostic.code.startswith("layer.")
    return evolve(subject, province=ruleset.province or "") if of_layers else subject


def _proving(proofs: bool | None) -> tuple[bool, Sentence]:
    """Return whether to prove, or why not."""
    if proofs is False:
        return False, Message("check.not_asked")
    try:
        Logic()
    except EngineUnavailable:
        if proofs:
            raise
        return False, NEEDS_Z3
    return True, ""


def _counted(composition: Composition, proofs: tuple[Proof, ...]) -> Proved:
    """Count the proofs by status; the first one is about the whole set, and so are its cells."""
    counts = Counter(proof.status for proof in proofs)
    return Proved(composition, counts, proofs[0].cells, proofs[0].unknown)


def _looked_for(entry: Allowed, proofs: bool) -> bool:
    """Return False for what this check cannot find: laws, and proofs where there were none."""
    return not entry.code.startswith(LAWS) and (proofs or not entry.code.startswith(PROOFS))


class _Problems:
    """Findings with their places, in the order in which they were met; the same thing at the same place counts once.

    What is found nationally is found again in every province, in other columns perhaps.
    """

    def __init__(self, library: Library) -> None:
        self.all: list[Problem] = []
        self._places = Places(library)
        self._seen: set[tuple[object, ...]] = set()

    def add(self, problems: Iterable[Problem], province: str | None) -> None:
        for problem in problems:
            subject, diagnostic = problem.subject, problem.diagnostic
            if not diagnostic.file:
                at = self._places.find(subject, province)
                if at is not None:
                    diagnostic = evolve(diagnostic, file=at.file, line=at.line, column=at.column)
            subject = evolve(subject, province=subject.province or self._places.owner(diagnostic.file))
            words = diagnostic.message if diagnostic.code.startswith("layer.") else ""
            place = (diagnostic.file, diagnostic.line)
            key = (subject, diagnostic.code, *place, words)
            if key not in self._seen:
                self._seen.add(key)
                self.all.append(Problem(subject, diagnostic))
