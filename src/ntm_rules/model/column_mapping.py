"""What the columns of a system with names of its own hold; read from a mapping file, used by what reads tables."""

from collections.abc import Mapping
from decimal import Decimal

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.errors import folded
from ntm_rules.model.judgements import Body
from ntm_rules.model.names import as_vietnamese, one_form

YES, NO, MISSING, NOT_APPLICABLE = "yes", "no", "missing", "not_applicable"
MEANINGS = (YES, NO, MISSING, NOT_APPLICABLE)
"""What own words may stand for in all columns."""


@public("tables")
@frozen
class MappedColumn:
    """What a column holds.

    Attributes:
        name: of the column.
        fact: the id of the fact whose values it holds; None where it holds judgements.
        no: the printed number that it judges; None where it holds a fact.
        body: who judged.
        detail: the field of a judgement that it holds (``date``, ``name``, ``document``, ``note``); empty for outcomes.
        figures_in: the unit of its figures, as people write it; None for that of the fact.
        factor: by what its figures are multiplied, exactly; None where they are in that unit.
        words: own words in lower case, with what they stand for: ``yes``, ``no``, ``missing``, ``not_applicable``, or a
            value of the fact.
    """

    name: str
    fact: str | None = None
    no: str | None = None
    body: Body = Body.OTHER
    detail: str = ""
    figures_in: str | None = None
    factor: Decimal | None = None
    words: Mapping[str, str] = field(factory=dict)


@public("tables")
@frozen
class ColumnMapping:
    """A mapping file: what the columns of a system with names of its own hold, and its words for values.

    Made by ``Library.mapping``. A column that it does not name is read by its id or title, as without it.

    Attributes:
        title: what it is for.
        columns: those with facts or judgements.
        unit: the column that names the unit; None where it has one of the usual names.
        unit_width: how many digits codes of units have.
        decimal: ``"comma"`` or ``"point"``, where a number can be read in two ways.
        keep: columns that pass through.
        ignore: columns that are not read.
        words: as in ``MappedColumn``, for all columns; those of a column come first.
    """

    title: str
    columns: tuple[MappedColumn, ...] = ()
    unit: str | None = None
    unit_width: int | None = None
    decimal: str | None = None
    keep: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    words: Mapping[str, str] = field(factory=dict)
    _by_key: Mapping[str, MappedColumn] = field(init=False, eq=False, repr=False)
    _ignored: frozenset[str] = field(init=False, eq=False, repr=False)

    @_by_key.default
    def _keyed(self) -> Mapping[str, MappedColumn]:
        return {key_of(column.name): column for column in self.columns}

    @_ignored.default
    def _left_out(self) -> frozenset[str]:
        return frozenset(map(key_of, self.ignore))

    def column(self, name: str) -> MappedColumn | None:
        """Return what a column holds; None where the mapping does not say it."""
        return self._by_key.get(key_of(name)) if self._by_key else None

    def ignores(self, name: str) -> bool:
        """Return whether a column is not to be read."""
        return bool(self._ignored) and key_of(name) in self._ignored


def key_of(name: str) -> str:
    """Return what names of one column have in common: case, diacritics and punctuation do not matter."""
    return folded(name) or one_form(name)


def word_of(text: str) -> str:
    """Return a word of a cell in the form in which own words are compared: case does not matter."""
    return as_vietnamese(text).casefold()


UNMAPPED = ColumnMapping("")
"""What is read where there is no mapping file."""
