"""What every engine of the benchmark offers, and the one form in which results are compared."""

import typing
from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

import ntm_rules as ntm
from peers.communes import Columns, rows
from peers.terms import Terms

Matrix = NDArray[np.uint8]
"""A row an outcome (the set, its criteria, its indicators), then criteria met, not met, undetermined, and whether the
set is provisional; a column a commune."""


class Peer(ABC):
    """One engine.

    Attributes:
        name: as it stands in the table.
        package: the distribution whose version is printed; None for the standard library.
        form: the form of facts it reads.
        largest: the most communes it is run with.
        environment: what its process needs to be told before it starts.
    """

    name: typing.ClassVar[str]
    package: typing.ClassVar[str | None] = None
    form: typing.ClassVar[str]
    largest: typing.ClassVar[int] = 1_000_000
    environment: typing.ClassVar[dict[str, str]] = {}

    @abstractmethod
    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """Bring the rules into the engine's form."""

    @abstractmethod
    def load(self, columns: Columns) -> None:
        """Bring facts into the engine's form."""

    @abstractmethod
    def run(self) -> object:
        """Evaluate everything; what is timed."""

    @abstractmethod
    def matrix(self, result: typing.Any) -> Matrix:
        """A result in the form in which all are compared."""

    def fresh(self) -> None:  # noqa: B027 - most engines keep nothing
        """Forget what a run has worked out."""


class RowPeer(Peer):
    """An engine that takes a commune at a time, as a mapping with None where a value is missing."""

    form = "dicts"
    largest = 10_000

    def load(self, columns: Columns) -> None:
        """Keep the communes as mappings."""
        self.rows = rows(columns)

    def matrix(self, result: bytes) -> Matrix:
        """Bytes, a commune after the other."""
        return np.frombuffer(result, np.uint8).reshape(len(self.rows), -1).T


def tail_of(criteria: Iterable[int], whole: int, official: int) -> bytes:
    """Criteria met, not met and undetermined, and whether the set is provisional, from codes."""
    codes = bytes(criteria)
    met = codes.count(1) + codes.count(3)
    return bytes((met, codes.count(0), codes.count(2), whole != 2 and official == 2))


def expected(ruleset: ntm.Ruleset, columns: Columns, count: int) -> Matrix:
    """What ``assess`` says of the first communes."""
    found = bytearray()
    for facts in rows(columns, count):
        verdict = ntm.assess(ruleset, facts)
        counts = (verdict.criteria_met, verdict.criteria_not_met, verdict.criteria_undetermined, verdict.provisional)
        found += verdict.codes + bytes(counts)
    return np.frombuffer(found, np.uint8).reshape(count, -1).T
