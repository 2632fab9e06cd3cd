"""A unit of a file."""

import typing
from collections.abc import Mapping

from attrs import evolve, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Sentence
from ntm_rules.messages.errors import FactError, FactProblem
from ntm_rules.model.judgements import Body, Judgement
from ntm_rules.tables.said import of_body


@public("tables")
@frozen
class UnitFacts:
    """One row of a file.

    Attributes:
        unit: name or code of the unit, as it is written.
        facts: fact id to value, ready for ``assess``; what is missing is left out.
        kept: the columns asked for with ``keep``, as they are written; empty where the row has none.
        line: where the row begins; in a JSON or Parquet file its place, from 1; in Excel the number of the row.
        judgements: what bodies decided, of the columns that are headed by a printed number.
        bad: the cells that cannot be read; they are in none of these.
        columns: fact id to the name of its column.
        group: the row of a group above it, such as ``Huyện H1``; empty where none is.
        body: whose figures these are, where the file has those of several bodies side by side.
    """

    unit: str
    facts: Mapping[str, typing.Any]
    kept: Mapping[str, str]
    line: int
    judgements: tuple[Judgement, ...] = ()
    bad: tuple[FactProblem, ...] = ()
    columns: Mapping[str, str] = field(factory=dict, eq=False, repr=False)
    _row_word: Sentence = field(default="", eq=False, repr=False)
    group: str = ""
    _lines: Mapping[str, int] = field(factory=dict, eq=False, repr=False)
    body: Body | None = None

    @property
    def label(self) -> str:
        """What results call the unit: with the body, where there are figures of several."""
        return self.unit if self.body is None else of_body(self.unit, self.body)

    def sound(self) -> Mapping[str, typing.Any]:
        """Return the facts, for a reader that marks none.

        Raises:
            FactError: there are cells that cannot be read.
        """
        if self.bad:
            raise FactError(self.bad)
        return self.facts

    def placed(self, problem: FactProblem) -> FactProblem:
        """Return what is wrong with a fact of this row, with its place in the file where that is known."""
        if problem.line or problem.fact not in self.columns:
            return problem
        line = self._lines.get(problem.fact, self.line)
        return evolve(problem, line=line, column=self.columns[problem.fact], row_word=self._row_word)
