"""Many units at once, a block of rows after the other: columns in, outcome codes out.

A block is small enough for the cache, and blocks run on threads: NumPy lets others run while it computes. What
array arithmetic does not decide exactly (counts beyond 2**53, the least of several ratios) is left to the scalar
engine, row by row.
"""

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import define, field, frozen

from ntm_rules.frames.arrays.one_pass import ArrayPass
from ntm_rules.frames.arrays.ratios import Ratio, invalid_of, join_ratios, spoil
from ntm_rules.frames.arrays.readers import Reader, bound_reader, missing_reader, reader_of
from ntm_rules.frames.base.column import Column
from ntm_rules.frames.base.ranks import MET, NOT_MET, UNDETERMINED, swap
from ntm_rules.frames.base.vectors import Block, Bytes, Mask, Vector
from ntm_rules.messages.errors import FactError, FactProblem
from ntm_rules.model.citations import Evidence
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import RANK
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.spans import growing
from ntm_rules.verdict.program import program_of
from ntm_rules.verdict.verdict import Verdict, verdict_of

ALONE, SHARED = 2**16, 2**17
"""Rows of a block on one thread, and on several: there an operation has to last, or threads wait for each other."""

Counts = np.ndarray[typing.Any, np.dtype[np.int16]]


@frozen(eq=False)
class Segment:
    """Rows of a table that lie together.

    Attributes:
        columns: the facts that have one, by id.
    """

    size: int
    columns: Mapping[str, Column]


@frozen(eq=False)
class Codes:
    """What the kernel answers for every row.

    Attributes:
        codes: outcome codes, a row each for the set, its criteria and its indicators.
        provisional: of the set.
        met, not_met, undetermined: criteria, of those that are counted.
        bad_facts: how many facts of the row have a bad value.
        grades: the place of the grade among those of the set, -1 where there is none for certain.
    """

    codes: np.ndarray[typing.Any, np.dtype[np.int8]]
    provisional: Mask
    met: Counts
    not_met: Counts
    undetermined: Counts
    bad_facts: Counts
    grades: Counts


@kept
def kernel_of(ruleset: Ruleset) -> "Kernel":
    """Return the compiled form of a ruleset for arrays, kept with it."""
    return Kernel(ruleset)


def _places_counted(ruleset: Ruleset) -> slice | list[int]:
    """Return the rows of the codes of criteria that are counted: as a rule all, which need no copy."""
    found = [place for place, criterion in enumerate(ruleset.criteria, 1) if criterion.counted]
    return slice(1, 1 + len(found)) if len(found) == len(ruleset.criteria) else found


class Kernel:
    """A ruleset compiled for blocks of rows."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.program = program_of(ruleset)
        self.checker = self.program.checker
        self.counted = _places_counted(ruleset)
        self.flags = {fact.id for fact in ruleset.facts if fact.type is FactType.BOOLEAN}
        self.asked = ArrayPass(ruleset, ruleset.minimum_evidence)
        self.official = ArrayPass(ruleset, Evidence.OFFICIAL, settled=True, like=self.asked)
        self.grades = [ArrayPass(grade.ruleset, ruleset.minimum_evidence) for grade in ruleset.grades]

    def block(self, segment: "_Opened", start: int, end: int) -> Block:
        """Return some rows, with parts and wholes put together; other facts are read when they are needed.

        Contradictions are looked for before anything is compared, for they take away values that look good alone.
        """

        def read(place: int) -> Vector:
            vector = segment.readers[place](start, end)
            if vector.invalid is not None:
                found.bad.append(vector.invalid)
            return vector

        found = Block(end - start, read, [None] * len(segment.readers))
        at = self.checker.places
        join_ratios(found, at, segment.pairs, segment.ratios)
        for fact, undecided in segment.growing:
            unknown = invalid_of(found, [at[undecided]])
            if unknown is not None:
                spoil(found, at, {fact.id: unknown})
        return found

    def opened(self, segment: Segment) -> "_Opened":
        """Return a segment with the readers of its columns."""
        facts, columns = self.ruleset.facts, segment.columns
        readers = [self.reader(fact, columns.get(fact.id)) for fact in facts]
        ratios = [ratio for ratio in self.checker.ratios if _parts(ratio) & columns.keys()]
        pairs = [ratio for ratio in (*ratios, *self.checker.derived) if _parts(ratio) <= columns.keys()]
        grown = [(f, f.undecided) for f in growing(self.ruleset) if f.undecided is not None and f.undecided in columns]
        given = [place for place, fact in enumerate(facts) if fact.id in columns]
        return _Opened(segment, readers, ratios, pairs, grown, given)

    def reader(self, fact: Fact, column: Column | None) -> Reader:
        """Return the reader of a fact, whose value province or year may fix."""
        bound = self.checker.bound.get(fact.id)
        if bound is not None:
            return bound_reader(fact, bound, column)
        return missing_reader(fact) if column is None else reader_of(fact, column, fact.id in self.checker.stepped)

    # -- running -----------------------------------------------------------------------------

    def run(self, segments: Sequence[Segment], threads: int) -> Codes:
        """Return the outcomes of all rows; what a bad value decides is undetermined."""
        total = sum(segment.size for segment in segments)
        codes = np.empty((self.asked.height, total), np.uint8)
        provisional = np.empty(total, np.bool_)
        counts, grades = np.zeros((4, total), np.int16), np.full(total, -1, np.int16)
        kind = np.uint8 if self.asked.first <= 256 else np.uint16  # the least that holds a count of all criteria

        def work(job: Job) -> None:  # each writes to places of its own, so threads need no lock
            here = slice(job.offset + job.start, job.offset + job.end)
            answer = self.answer(job, codes[:, here])
            provisional[here] = answer.provisional(0)
            criteria = answer.codes[self.counted]
            counts[1, here] = np.add.reduce((criteria == 0).view(np.uint8), axis=0, dtype=kind)
            counts[2, here] = np.add.reduce((criteria == 2).view(np.uint8), axis=0, dtype=kind)
            counts[0, here] = len(criteria) - counts[1, here] - counts[2, here]
            counts[3, here] = answer.bad
            grades[here] = answer.grades

        spread(work, self.jobs(segments, threads), threads)
        met, not_met, undetermined, bad = counts
        return Codes(codes.view(np.int8), provisional, met, not_met, undetermined, bad, grades)

    def jobs(self, segments: Sequence[Segment], threads: int) -> "Iterator[Job]":
        """Yield the blocks of all segments."""
        offset, size = 0, ALONE if threads == 1 else SHARED
        for segment in segments:
            opened = self.opened(segment)
            for start in range(0, segment.size, size):
                yield Job(opened, offset, start, min(start + size, segment.size))
            offset += segment.size

    def answer(self, job: "Job", out: Bytes | None = None) -> "Answer":
        """Assess a block; the codes go to *out* where that is given."""
        block = self.block(job.segment, job.start, job.end)
        whole = self.asked.worked_out(block)
        ranks = self.asked.ranks(whole)
        # indicators whose cells are as good under both floors, as a rule most, are taken over and not done again
        floors = self.official.ranks(self.official.worked_out(block, whole), ranks)
        codes = np.empty_like(ranks) if out is None else out
        swap(ranks, codes)
        for place in job.segment.given:  # a bad value counts, also in a fact that nothing has asked for
            block.at(place)
        for place in range(len(block.slots), len(whole.slots)):  # may leave rows to the scalar engine
            whole.at(place)
        bad = np.zeros(block.size, np.int16)
        for mask in block.bad:
            bad += mask
        found = Answer(whole, codes, floors, bad, not self.ruleset.read_whole, self.graded(whole, ranks[0]))
        for row in np.flatnonzero(block.hard):
            found.verdicts[int(row)] = self._verdict(job, found, int(row))
        return found

    def graded(self, whole: Block, ranks: Bytes) -> Counts:
        """Return the place of the grade of each row; -1 unless the set is surely failed and a grade surely reached."""
        found, open_ = np.full(whole.size, -1, np.int16), ranks == NOT_MET
        for place, grade in enumerate(self.grades):
            reached = grade.ranks(whole)[0]
            found[open_ & (reached >= MET)] = place
            open_ = open_ & (reached == NOT_MET)
        return found

    def _verdict(self, job: "Job", answer: "Answer", row: int) -> Verdict:
        """Let the scalar engine answer for a hard row."""
        facts = self.given(job.segment.segment, job.start + row)
        named = self.bad_among(facts)
        lacking = self.unreadable(named)
        checked = self.checker.check({n: v for n, v in facts.items() if n not in lacking}, None)
        for name in lacking:
            checked.values[self.checker.places[name]] = None
        verdict = verdict_of(self.ruleset, checked)
        answer.bad[row] = len(named)
        answer.invalid[row] = lacking
        answer.codes[:, row] = np.frombuffer(verdict.codes, np.uint8)
        answer.grades[row] = -1 if verdict.grade is None else self.ruleset.grades.index(verdict.grade)
        answer.floors[:, row] = [RANK[code] for code in verdict.floors]
        return verdict

    def given(self, segment: Segment, row: int) -> dict[str, typing.Any]:
        """Return the facts of one row as a caller would give them to ``assess``."""
        found = {name: column.at(row) for name, column in segment.columns.items()}
        for name in self.flags & found.keys():
            if found[name] in (0, 1):  # a frame may have numbers there
                found[name] = bool(found[name])
        return {name: value for name, value in found.items() if value is not None}

    def bad_among(self, facts: Mapping[str, typing.Any]) -> dict[str, FactProblem]:
        """Return the bad facts of a row, by id."""
        try:
            self.checker.check(facts, None)
        except FactError as error:
            return {problem.fact: problem for problem in error.problems}
        return {}

    def unreadable(self, bad: Mapping[str, object]) -> set[str]:
        """Return the bad facts, the ratios that are read from them, and what may grow by them."""
        ratios = {fact.id for fact, part, whole in self.checker.ratios if part.id in bad or whole.id in bad}
        return {*bad, *ratios, *(fact.id for fact in growing(self.ruleset) if fact.undecided in bad)}

    def problems(
        self, segments: Sequence[Segment], rows: Sequence[int], unit_of: Callable[[int], str | None]
    ) -> Iterator[FactProblem]:
        """Yield what is wrong with the facts of some rows, in words."""
        starts = np.cumsum([0, *(segment.size for segment in segments)])
        for row in rows:
            place = int(np.searchsorted(starts, row, "right")) - 1
            try:
                self.checker.check(self.given(segments[place], int(row - starts[place])), unit_of(int(row)))
            except FactError as error:
                yield from error.problems


def _parts(ratio: Ratio) -> set[str]:
    """Return the ids of part and whole."""
    _, part, whole = ratio
    return {part.id, whole.id}


@frozen(eq=False)
class _Opened:
    """A segment with what it takes to read its rows.

    Attributes:
        readers: one a fact of the ruleset.
        ratios: fact, part and whole of the ratios of which a part has a column.
        pairs: of those of which both have, the ones that only the set works out too.
        growing: the facts that may still grow, with that by which, where it has a column.
        given: the places of the facts that have a column.
    """

    segment: Segment
    readers: Sequence[Reader]
    ratios: Sequence[Ratio]
    pairs: Sequence[Ratio]
    growing: Sequence[tuple[Fact, str]]
    given: Sequence[int]


@frozen(eq=False)
class Job:
    """A block to be read and assessed.

    Attributes:
        offset: how many rows of the result come before the segment.
        start, end: the rows of the segment.
    """

    segment: _Opened
    offset: int
    start: int
    end: int


@define(eq=False)
class Answer:
    """What is known of a block.

    Attributes:
        codes, floors: of the set, its criteria and its indicators: outcome codes, and ranks with official cells only.
        bad: how many facts of each row are bad.
        unread: a layer of the set was not read whole.
        grades: as of ``Codes``.
        verdicts, invalid: of the rows that the scalar engine answered for, and which facts are bad there.
    """

    block: Block
    codes: Bytes
    floors: Bytes
    bad: Counts
    unread: bool
    grades: Counts
    verdicts: dict[int, Verdict] = field(factory=dict)
    invalid: dict[int, set[str]] = field(factory=dict)

    def provisional(self, row: int) -> Mask:
        """Where an outcome is provisional, as ``Verdict.provisional_flags`` has it."""
        codes = self.codes[row]
        found = (codes != 2) & (self.floors[row] == UNDETERMINED)
        return found | (codes == 1) | (codes == 3) if self.unread else found


def spread(work: Callable[[Job], None], jobs: Iterable[Job], threads: int) -> None:
    """Do the work on threads."""
    if threads == 1:
        for job in jobs:
            work(job)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, jobs))
