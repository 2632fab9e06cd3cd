"""The long result: one row a unit and indicator, unit after unit."""

import typing
from collections.abc import Sequence

import numpy as np
from attrs import frozen

from ntm_rules.frames.arrays.describe import Describer
from ntm_rules.frames.arrays.kernel import Answer, Job, Kernel, Segment, spread
from ntm_rules.frames.base.details import BAD, SEPARATOR, facts_behind
from ntm_rules.frames.base.libraries import Labels
from ntm_rules.frames.base.long import LEVELS, REASONS, as_float, reads_unread
from ntm_rules.frames.base.vectors import TRUE, UNKNOWN_FLAG, Array, Block, Numbers
from ntm_rules.frames.words import with_invalid
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.results import IndicatorResult
from ntm_rules.model.walk import indicators

_UNREAD = REASONS.index(ReasonCode.LAYER_NOT_READ.value)
_NUMBERS = ("actual", "required", "margin")


@frozen(eq=False)
class Long:
    """The columns of the long result, and how many facts of each unit are bad."""

    columns: dict[str, typing.Any]
    bad: Array


def long_of(kernel: Kernel, segments: Sequence[Segment], threads: int) -> Long:
    """One row for each unit and indicator."""
    writer = _Writer(kernel)
    # threads are done in any order, so each block is kept under its first row
    blocks: dict[int, dict[str, typing.Any]] = {}

    def work(job: Job) -> None:
        blocks[job.offset + job.start] = writer.block(kernel.answer(job))

    spread(work, kernel.jobs(segments, threads), threads)
    ordered = [blocks[start] for start in sorted(blocks)]
    return Long(writer.joined(ordered), np.concatenate([b["bad"] for b in ordered] or [np.zeros(0, np.int16)]))


class _Writer:
    """Writes the rows of blocks."""

    def __init__(self, kernel: Kernel) -> None:
        ruleset = self.ruleset = kernel.ruleset
        self.first = kernel.asked.first
        describer = Describer(kernel.asked)
        self.places = kernel.checker.places
        self.own = [(criterion.no, i) for criterion, i in indicators(ruleset)]
        self.describe = [describer.indicator(i) for _, i in self.own]
        used = [describer.columns(i.require) for _, i in self.own]
        self.labels = tuple(dict.fromkeys(label for labels, _ in used for label in labels))
        places = {label: place for place, label in enumerate(self.labels)}
        self.columns = [(np.array([*(places[text] for text in labels), -1], np.int16), codes) for labels, codes in used]
        self.unread = [not ruleset.read_whole or reads_unread(i) for _, i in self.own]
        self.facts = [facts_behind(ruleset, i) for _, i in self.own]

    def block(self, answer: Answer) -> dict[str, typing.Any]:
        """Return the rows of one block, in arrays with a row a unit and a column an indicator."""
        block, size = answer.block, answer.block.size
        texts = _Texts(block, self.places)
        # unit after unit is how the rows are to come out, so ``ravel`` is all it takes in the end
        shape = (size, len(self.own))
        found: dict[str, typing.Any] = {name: np.full(shape, np.nan) for name in _NUMBERS}
        found |= {name: np.empty(shape, np.int16) for name in ("column", "evidence", "reason")}
        found["outcome"] = answer.codes[self.first :].T.astype(np.int8)
        found["provisional"] = np.empty(shape, np.bool_)
        found["bad"] = answer.bad
        details = []
        for place, (describe, (labels, columns)) in enumerate(zip(self.describe, self.columns, strict=True)):
            said, codes = describe(block), answer.codes[self.first + place]
            provisional = answer.provisional(self.first + place)
            found["provisional"][:, place] = provisional
            for name in _NUMBERS:
                values = getattr(said, name)
                if values is not None:
                    found[name][:, place] = values
            unread = provisional & (codes != 0) & self.unread[place]
            reason = np.where(codes == 2, said.reason.astype(np.int16), -1)
            found["reason"][:, place] = np.where(unread, _UNREAD, reason)
            found["evidence"][:, place] = np.where(said.level == 255, 0, said.level)
            found["column"][:, place] = labels[columns(block)]
            details.append(texts.joined(self.facts[place]))
        for row, verdict in answer.verdicts.items():
            for place, result in enumerate(verdict.indicators.values()):
                _answered(found, row, place, with_invalid(self.ruleset, result, answer.invalid[row]))
        found["detail"] = _interleaved(details, size)
        return found

    def joined(self, blocks: Sequence[dict[str, typing.Any]]) -> dict[str, typing.Any]:
        """Return the columns of all blocks."""
        import pyarrow as pa

        def flat(name: str, kind: typing.Any) -> Array:
            return np.concatenate([block[name].ravel() for block in blocks] or [np.zeros(0, kind)])

        units = sum(len(block["bad"]) for block in blocks)
        criteria = tuple(dict.fromkeys(no for no, _ in self.own))
        each = np.array([criteria.index(no) for no, _ in self.own], np.int16)
        numbers = tuple(i.no for _, i in self.own)
        return {
            "criterion": Labels(np.tile(each, units), criteria),
            "indicator": Labels(np.tile(np.arange(len(numbers), dtype=np.int16), units), numbers),
            "outcome": flat("outcome", np.int8),
            "provisional": flat("provisional", np.bool_),
            **{name: flat(name, np.float64) for name in _NUMBERS},
            "column": Labels(flat("column", np.int16), self.labels),
            "evidence": Labels(flat("evidence", np.int16), LEVELS),
            "reason": Labels(flat("reason", np.int16), REASONS),
            "detail": pa.concat_arrays([b["detail"] for b in blocks]) if blocks else pa.array([], pa.string()),
            "content_hash": Labels(np.zeros(units * len(numbers), np.int16), (self.ruleset.content_hash,)),
        }


def _answered(found: dict[str, typing.Any], row: int, place: int, result: IndicatorResult) -> None:
    """Write what the scalar engine says of an indicator over what the arrays said."""
    fact = result.single.fact if result.single else None
    found["outcome"][row, place] = result.outcome
    found["provisional"][row, place] = result.provisional
    for name in _NUMBERS:
        found[name][row, place] = as_float(getattr(result, name), fact)
    found["reason"][row, place] = REASONS.index(result.codes[0].value) if result.codes else -1
    found["evidence"][row, place] = LEVELS.index(result.evidence)


def _interleaved(columns: Sequence[typing.Any], size: int) -> typing.Any:
    """Columns of equal length, row after row."""
    import pyarrow as pa

    order = np.arange(len(columns) * size).reshape(len(columns), size).T.ravel()
    return pa.concat_arrays(columns).take(pa.array(order))


class _Texts:
    """The facts of a block as texts, each made once."""

    def __init__(self, block: Block, places: dict[str, int]) -> None:
        self.block, self.places = block, places
        self.made: dict[str, typing.Any] = {}

    def joined(self, facts: Sequence[Fact]) -> typing.Any:
        """Return the detail of each row, see ``details``."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not facts:
            return pa.array([""] * self.block.size)
        texts = [self.of(fact) for fact in facts]
        return pc.binary_join_element_wise(*texts, SEPARATOR, null_handling="replace", null_replacement="")

    def of(self, fact: Fact) -> typing.Any:
        """One fact as it was given."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if fact.id not in self.made:
            vector = self.block.at(self.places[fact.id])
            if isinstance(vector, Numbers):
                texts = pc.cast(pa.array(vector.filled, from_pandas=True), pa.string())
            else:
                unknown = UNKNOWN_FLAG if fact.type is FactType.BOOLEAN else len(fact.values)
                codes = vector.codes if fact.values else np.where(vector.codes == TRUE, 1, vector.codes * 0)
                mask = vector.codes == unknown if not fact.values else vector.codes >= unknown
                texts = pc.cast(pa.array(codes.astype(np.int32), mask=mask), pa.string())
            if vector.invalid is not None and vector.invalid.any():
                texts = pc.if_else(pa.array(vector.invalid), BAD, texts)
            self.made[fact.id] = texts
        return self.made[fact.id]
