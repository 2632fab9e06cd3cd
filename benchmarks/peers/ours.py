"""This library's bulk engine, from what callers have: NumPy columns, Arrow with nulls, a lazy Polars frame."""

import typing

import numpy as np
import polars as pl
import pyarrow as pa

import ntm_rules as ntm
from ntm_rules.model.facts import Fact
from peers.communes import Columns
from peers.peer import Matrix, Peer
from peers.terms import Terms

TAIL = ("criteria_met", "criteria_not_met", "criteria_undetermined", "provisional")


def wide_columns(ruleset: ntm.Ruleset) -> tuple[str, ...]:
    """The outcome columns of the wide frame: the set, its criteria, its indicators; then the counts."""
    criteria = tuple(f"criterion_{c.no}" for c in ruleset.criteria)
    indicators = tuple(f"indicator_{i.no}" for c in ruleset.criteria for i in c.indicators)
    return ("outcome", *criteria, *indicators, *TAIL)


class Ours(Peer):
    """From NumPy columns."""

    name = "ours, NumPy columns, 1 thread"
    package = "polars"
    form = "float64 with NaN, masked bool, masked text"
    largest = 10_000_000
    environment: typing.ClassVar[dict[str, str]] = {"POLARS_MAX_THREADS": "1"}

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """Nothing: the compiled form is kept with the ruleset."""
        self.ruleset, self.facts = ruleset, terms.facts

    def load(self, columns: Columns) -> None:
        """As they are."""
        self.frame: typing.Any = columns

    def run(self) -> typing.Any:
        """The wide frame."""
        return ntm.frames.assess(self.ruleset, self.frame)

    def matrix(self, result: typing.Any) -> Matrix:
        """Column by column."""
        return np.vstack([np.asarray(result[name]).astype(np.uint8) for name in wide_columns(self.ruleset)])

    @property
    def input_bytes(self) -> int:
        """The size of the columns, masks included."""
        masks = (np.ma.getmask(c) for c in self.frame.values() if isinstance(c, np.ma.MaskedArray))
        return int(sum(c.nbytes for c in self.frame.values()) + sum(mask.nbytes for mask in masks))


class OursTwo(Ours):
    """On two threads."""

    name = "ours, NumPy columns, 2 threads"
    environment: typing.ClassVar[dict[str, str]] = {"POLARS_MAX_THREADS": "2"}


class OursArrow(Ours):
    """From an Arrow table."""

    name = "ours, Arrow with nulls, 1 thread"
    package = "pyarrow"
    form = "double and bool with nulls, dictionaries of text"

    def load(self, columns: Columns) -> None:
        """A table with nulls."""
        self.frame = pa.table({name: arrow(self.facts[name], columns[name]) for name in self.facts})

    def matrix(self, result: typing.Any) -> Matrix:
        """Column by column."""
        names = wide_columns(self.ruleset)
        return np.vstack([result[name].to_numpy().astype(np.uint8) for name in names])

    @property
    def input_bytes(self) -> int:
        """The size of the table's buffers."""
        return int(self.frame.nbytes)


class OursArrowTwo(OursArrow):
    """On two threads."""

    name = "ours, Arrow with nulls, 2 threads"
    environment: typing.ClassVar[dict[str, str]] = {"POLARS_MAX_THREADS": "2"}


class OursLazy(OursArrowTwo):
    """The query on a lazy Polars frame, collected."""

    name = "ours, the query on a Polars LazyFrame"
    package = "polars"
    form = "Float64 and Boolean with nulls, Categorical text"

    def load(self, columns: Columns) -> None:
        """A Polars frame of the Arrow table's columns."""
        super().load(columns)
        self.eager = pl.DataFrame(self.frame)

    def run(self) -> pl.DataFrame:
        """The wide frame, collected."""
        return typing.cast(pl.DataFrame, ntm.frames.assess(self.ruleset, self.eager.lazy()).collect())

    @property
    def input_bytes(self) -> int:
        """The size of the frame."""
        return int(self.eager.estimated_size())


def arrow(fact: Fact, column: typing.Any) -> typing.Any:
    """A column with nulls; text as a dictionary."""
    if fact.type.numeric:
        return pa.array(column, mask=np.isnan(column))
    made = pa.array(np.ma.getdata(column), mask=np.ma.getmaskarray(column))
    return made.dictionary_encode() if fact.values else made
