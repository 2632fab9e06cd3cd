"""Units of files, a batch after the other, through the query; what is refused is what ``assess`` refuses."""

import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from attrs import define, frozen

from ntm_rules.frames.base.column import Array, listed, of_arrow, plain_text
from ntm_rules.frames.base.columns import ROW, UNIT
from ntm_rules.frames.base.judged import JudgedColumn, columns_by_place
from ntm_rules.frames.memory import as_series, findings
from ntm_rules.frames.one_by_one import Row, marked, replaced, wide_row
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.facts import Fact
from ntm_rules.model.names import look_alike
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import given_facts
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.cells import OwnReader, is_group_number, is_note, is_total
from ntm_rules.tables.naming import Numbers, converted
from ntm_rules.tables.units import Reading, UnitFacts, flaw_of_name, flaw_of_text
from ntm_rules.tables.units import read as read_units
from ntm_rules.verdict.facts import BadValue, Check, check_of
from ntm_rules.verdict.faults import Faults
from ntm_rules.verdict.judging import counting
from ntm_rules.verdict.verdict import judged_too, verdict_of

if typing.TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ntm_rules.model.judgements import Basis
    from ntm_rules.tables.units import Columns

Texts: typing.TypeAlias = "Sequence[str] | pa.Array[typing.Any]"

ROWS = 2**14
"""Rows that are held as Python values at once."""

Mask = np.ndarray[typing.Any, np.dtype[np.bool_]]

_LONGEST_CODE = 20
"""Digits of a code."""

_BARE = (Decimal, bool, int, float, str, type(None))
"""Values without annotations: to ask them whether they are mappings takes longer than all else."""


@frozen(eq=False)
class Batch:
    """Some units of a file.

    Attributes:
        units, kept: their names, and columns that pass through: texts, or an Arrow array of what the file holds.
        found: the wide result.
        given: the facts that they have, those included that the set does not read.
    """

    units: "Texts"
    kept: Mapping[str, "Texts"]
    found: pl.DataFrame
    given: frozenset[str] = frozenset()

    @property
    def outcomes(self) -> set[str]:
        """The outcomes of the set that came up, and ``provisional`` where one is."""
        found = {Outcome(code).code for code in self.found["outcome"].unique()}
        return found | {"provisional"} if self.found["provisional"].any() else found


def assess_file(
    faults: Faults,
    path: Path,
    facts: Mapping[str, Fact],
    *,
    unit: str | None = None,
    keep: Sequence[str] = (),
    decimal: str | None = None,
    sheet: str | None = None,
    unit_width: int | None = None,
    header_row: int | None = None,
    numbers: Numbers | None = None,
    mapping: ColumnMapping | None = None,
    judged: bool = False,
    period_column: str | None = None,
    unit_name: str | None = None,
    look: Callable[[UnitFacts], object] | None = None,
    by_row: bool = False,
) -> Iterator[Batch]:
    """Yield the outcomes of all units of a file, bad values marked; of no use before the last batch has come.

    Args:
        faults: of this ruleset; takes the bad values.
        facts, unit, keep, decimal, sheet, unit_width, header_row, numbers, mapping, period_column, unit_name: as for
            ``tables.read``.
        judged: with the second reading.
        look: sees each row; not those of a Parquet file whose columns are read whole.
        by_row: read row by row also what could be read column by column: columns of judgements, and of what is said
            of figures, are.

    Raises:
        TableError: the file or its columns cannot be read.
        FactError: there are too many bad values to go on.
        EngineUnavailable: what reads the file is not installed.
        OSError: the file cannot be opened.
    """
    if path.suffix.lower() == ".parquet" and sheet is None and not by_row and period_column is None:
        reading = Reading.of(path, facts, unit, keep, decimal, unit_width, header_row, numbers, mapping)
        return _Parquet(faults, reading).batches(path)
    how: dict[str, typing.Any] = {"decimal": decimal, "sheet": sheet, "numbers": numbers, "mapping": mapping}
    how |= {"unit_width": unit_width, "header_row": header_row, "on_bad": "mark"}
    how |= {"period_column": period_column, "unit_name": unit_name}
    rows = read_units(path, facts, unit_column=unit, keep=keep, **how)
    return _of_rows(faults, rows if look is None else _seen(rows, look), keep, judged)


def _seen(rows: Iterator[UnitFacts], look: Callable[[UnitFacts], object]) -> Iterator[UnitFacts]:
    """Yield the rows, each when it has been seen."""
    for row in rows:
        look(row)
        yield row


@define
class _Assessing:
    """A ruleset at work, and the bad facts found on the way.

    Attributes:
        judged: whether the results have the second reading.
    """

    faults: Faults
    judged: bool = False

    @property
    def ruleset(self) -> Ruleset:
        """The ruleset."""
        return self.faults.ruleset

    def found(
        self,
        size: int,
        columns: Sequence[pl.Series],
        odd: Mask,
        row: Callable[[int], UnitFacts | None],
        said: tuple[JudgedColumn, ...] = (),
        *,
        units: "Texts",
    ) -> pl.DataFrame:
        """Return the wide result of some rows; those that look bad are checked one by one.

        Args:
            odd: the rows to be checked in any case.
            row: reads one of them; None where it cannot be read.
            said: which of the columns are judgements.
            units: by which lists have them.
        """
        frame = pl.DataFrame({ROW: pl.int_range(size, eager=True)}).with_columns(columns)
        if self.ruleset.lists:
            frame = frame.with_columns(pl.Series(UNIT, units, pl.String))
        found = findings(self.ruleset, frame, "wide", said, self.judged)
        looked_at = set(marked(found))
        alone: list[Row] = []
        for place in sorted({*looked_at, *np.flatnonzero(odd).tolist()}):
            unit = row(place)
            if unit is None:
                continue
            checked = self.faults.check(unit)
            if checked.bad or place in looked_at:
                bad = len({problem.fact for problem in checked.bad})
                verdict = judged_too(verdict_of(self.ruleset, checked), unit.judgements)
                alone.append(wide_row(verdict, place, bad, self.judged))
        return replaced(found, [pl.DataFrame(alone, schema=found.schema)] if alone else [])


# -- row by row ------------------------------------------------------------------------------


def _of_rows(faults: Faults, rows: Iterator[UnitFacts], keep: Sequence[str], judged: bool) -> Iterator[Batch]:
    """Files that are read row by row."""
    work = _Assessing(faults, judged)
    while batch := list(islice(rows, ROWS)):
        columns, odd = _columns(faults.ruleset, batch)
        said, codes = _judged(faults.ruleset, batch), [row.unit for row in batch]
        found = work.found(len(batch), [*columns, *said.values()], odd, batch.__getitem__, tuple(said), units=codes)
        kept = {name: [row.kept[name] for row in batch] for name in keep}
        given = {name for row in batch for name in row.facts} | {bad.fact for row in batch for bad in row.bad}
        yield Batch([row.label for row in batch], kept, found, frozenset(given))


def _columns(ruleset: Ruleset, batch: Sequence[UnitFacts]) -> tuple[list[pl.Series], Mask]:
    """Return the facts of some units that the set reads, and the rows to be checked one by one."""
    given = dict.fromkeys(name for row in batch for name in row.facts)
    columns: list[pl.Series] = []
    unread = {fact.id for fact in ruleset.unread}
    odd = np.array([bool(row.bad) or not unread.isdisjoint(row.facts) for row in batch], np.bool_)
    for fact in given_facts(ruleset):
        if fact.id in given:
            places, values = _distinct([row.facts.get(fact.id) for row in batch])
            columns.append(_column(fact, places, values))
            odd |= _odd(fact, places, values)
    return columns, odd


def _judged(ruleset: Ruleset, batch: Sequence[UnitFacts]) -> dict[JudgedColumn, pl.Series]:
    """Return the judgements on some units that count, as the columns of a frame."""
    said: dict[tuple[int, Basis], list[str | None]] = {}
    for place, row in enumerate(batch):
        if row.judgements:
            for key, judgement in counting(ruleset, row.judgements, True, row.unit).spoken.items():
                said.setdefault(key, [None] * len(batch))[place] = judgement.outcome.code
    columns = columns_by_place(ruleset)
    return {columns[key]: listed(columns[key].fact, said[key]) for key in sorted(said)}


def _distinct(values: Sequence[object]) -> tuple[Array, list[object]]:
    """Return the different values, and which of them each unit has.

    Values are told apart as objects: 1 is not True, and what was read from the same text is the same object.
    """
    distinct = {id(value): value for value in values}
    place = {key: number for number, key in enumerate(distinct)}
    return np.fromiter(map(place.__getitem__, map(id, values)), np.intp, len(values)), list(distinct.values())


def _column(fact: Fact, places: Array, values: Sequence[object]) -> pl.Series:
    """Return the column of a fact; each value is checked once, however many units have it."""
    return listed(fact, [None if isinstance(v, BadCell) else _bare(v) for v in values]).gather(places)


def _bare(value: object) -> object:
    """Return a value without its annotations."""
    if isinstance(value, _BARE) or not isinstance(value, Mapping):
        return value
    return typing.cast(Mapping[str, object], value).get("value")


def _odd(fact: Fact, places: Array, values: Sequence[object]) -> Mask:
    """Return the rows with annotations, and with shares that have zeros at their end, which a float forgets.

    Part and whole are held to these zeros.
    """
    odd = [
        not isinstance(value, _BARE) or (fact.ratio is not None and isinstance(value, Decimal) and _long(value))
        for value in values
    ]
    return np.array(odd, np.bool_)[places]


def _long(value: Decimal) -> bool:
    """Return whether a number is written with zeros at its end."""
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and exponent < 0 and digits[-1] == 0


# -- Parquet ---------------------------------------------------------------------------------


class _Parquet:
    """A Parquet file, read column by column; texts are read as cells, each once a batch."""

    def __init__(self, faults: Faults, reading: Reading) -> None:
        self.reading, self.work = reading, _Assessing(faults)
        ruleset = faults.ruleset
        self.own = {fact.id: fact for fact in given_facts(ruleset)}
        self.unread = {fact.id: check_of(fact) for fact in ruleset.unread}
        self.hashes: list[Array] = []

    def batches(self, path: Path) -> Iterator[Batch]:
        """Yield the outcomes of the units."""
        from ntm_rules.tables import parquet

        reading = self.reading
        with parquet.opened(path, reading.problems) as file:
            columns = parquet.columns_of(file, reading)
            start = 1
            for batch in parquet.batches(file, reading.problems, columns.names):
                yield self.batch(batch, columns, start)
                start += batch.num_rows
            self.twice(file, columns)
        reading.remark_totals()
        reading.problems.stop()

    def batch(self, batch: "pa.RecordBatch", columns: "Columns", start: int) -> Batch:
        """Return the outcomes of a batch whose first row has the place *start*."""
        from ntm_rules.tables.parquet import is_text, rows, values_of

        units: Texts | None = self.codes(batch, columns)
        if units is not None:
            lines, odd = start + np.arange(len(units)), np.zeros(len(units), np.bool_)
        else:
            batch, lines, names = self.without_totals(batch, columns, start)
            units, odd = names, _flawed(names, flaw_of_name)
        found: list[pl.Series] = []
        for place, name, read in columns.facts:
            array, factor = batch.column(place), columns.factors.get(name)
            texts = is_text(array.type)
            if not texts and factor is None and name in self.own and not isinstance(read, OwnReader):
                found.append(as_series(self.own[name], of_arrow(name, array)))
                continue
            places, values = _read(array, read if texts else partial(self.reading.read_cell, name, read=read), factor)
            odd |= np.array([isinstance(value, BadCell) for value in values])[places]
            if name in self.own:
                found.append(_column(self.own[name], places, values))
                odd |= _odd(self.own[name], places, values)
            elif name in self.unread:
                odd |= np.array([_is_bad(value, self.unread[name]) for value in values])[places]

        def row(place: int) -> UnitFacts | None:
            values = next(iter(rows(batch.slice(place, 1))))
            return self.reading.row(int(lines[place]), columns.names, values)

        kept = {name: batch.column(typing.cast(int, place)) for place, name in columns.kept}
        for array in kept.values():
            if is_text(array.type):
                odd |= _flawed([text or "" for text in values_of(array)], flaw_of_text)
        told = self.work.found(len(units), found, odd, row, units=units)
        return Batch(units, kept, told, frozenset(name for _, name, _ in columns.facts))

    def names(self, batch: "pa.RecordBatch", columns: "Columns") -> list[str]:
        """Return the units of a batch; rows with the same name share it."""
        from ntm_rules.tables.parquet import values_of

        found = values_of(batch.column(columns.unit))
        named = {name: self.reading.named(name) for name in dict.fromkeys(found)}
        return [named[name] for name in found]

    def codes(self, batch: "pa.RecordBatch", columns: "Columns") -> "pa.Array[typing.Any] | None":
        """Return the units of a batch if all are codes of digits, beside no texts that number the rows.

        Such a name is in one form, and no total.
        """
        import pyarrow as pa

        from ntm_rules.tables.parquet import is_text

        array = batch.column(columns.unit)
        numbers = None if columns.number is None else batch.column(columns.number)
        if not is_text(array.type) or (numbers is not None and is_text(numbers.type)):
            return None
        # of a long text that many rows share there is one, and not one a row, until it is known to be a code
        entries = pl.Series(plain_text(array.dictionary if pa.types.is_dictionary(array.type) else array))
        width = self.reading.width or f"1,{_LONGEST_CODE}"
        if array.null_count or entries.has_nulls() or not entries.str.contains(f"^[0-9]{{{width}}}$").all():
            return None
        texts = plain_text(array)
        found = pl.Series(texts)
        self.hashes.append(_hashes(found.str.strip_chars_start("0").replace("", "0")))
        return texts

    def without_totals(
        self, batch: "pa.RecordBatch", columns: "Columns", start: int
    ) -> "tuple[pa.RecordBatch, Array, list[str]]":
        """Return the rows of a batch that are units, with their places in the file and their units."""
        from ntm_rules.tables.parquet import rows, values_of

        units = self.names(batch, columns)
        numbers = [None] * len(units) if columns.number is None else values_of(batch.column(columns.number))
        left = np.ones(len(units), np.bool_)
        for place, unit in enumerate(units):
            if not unit or is_group_number(numbers[place]) or is_total(unit) or is_note(unit):
                values = next(iter(rows(batch.slice(place, 1))))
                left[place] = not self.reading.is_left_out(start + place, values, columns)
        alike = {unit: look_alike(unit) for unit in units}
        hash_of = dict(zip(alike, _hashes(pl.Series(list(alike.values()), dtype=pl.String)).tolist(), strict=True))
        hashes = np.array([hash_of[unit] for unit in units], np.uint64)
        self.hashes.append(np.where(left, hashes, start + np.arange(len(units), dtype=np.uint64)))
        if not left.all():
            batch, units = batch.filter(left), [units[place] for place in np.flatnonzero(left)]
        return batch, start + np.flatnonzero(left), units

    def twice(self, file: "pq.ParquetFile", columns: "Columns") -> None:
        """Note the units that stand there twice; their names are read again only where it looks like it."""
        from ntm_rules.tables import parquet

        hashes = np.concatenate(self.hashes)
        self.hashes.clear()
        ordered = np.sort(hashes)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        if again.size:
            rows = np.flatnonzero(np.isin(hashes, again))
            self.reading.lines.clear()
            start, name = 0, columns.names[typing.cast(int, columns.unit)]
            for batch in parquet.batches(file, self.reading.problems, [name]):
                for row in rows[(rows >= start) & (rows < start + batch.num_rows)]:
                    given = batch.column(0)[int(row) - start].as_py()
                    if (name := self.reading.named(given)) and not is_total(name):
                        self.reading.unit_of(int(row) + 1, given)
                start += batch.num_rows


def _hashes(names: pl.Series) -> Array:
    """Return eight bytes for each name: a file may have more units than memory has room for names."""
    return names.hash().to_numpy()


def _is_bad(value: object, check: Check) -> bool:
    """Return whether the check of a fact refuses a value; a cell that cannot be read is told elsewhere."""
    try:
        if value is not None and not isinstance(value, BadCell):
            check(value)
    except BadValue:
        return True
    return False


def _flawed(texts: Sequence[str], flaw: Callable[[str], Message | None]) -> Mask:
    """Return which texts have a flaw; each is looked at once."""
    found = {text: flaw(text) is not None for text in dict.fromkeys(texts)}
    return np.fromiter((found[text] for text in texts), np.bool_, len(texts))


def _read(
    array: "pa.Array[typing.Any]", read: Callable[[typing.Any], object], factor: Decimal | None
) -> tuple[Array, list[object]]:
    """Return the texts of a column read as cells, or their errors, and which of them each row has.

    Args:
        factor: by what they are multiplied to become figures of their fact.
    """
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    coded = typing.cast("pa.DictionaryArray[typing.Any]", array)
    values: list[object] = []
    for text in coded.dictionary.to_pylist():
        try:
            value = None if text is None else read(text)
            values.append(value if factor is None else converted(value, factor))
        except BadCell as bad:
            values.append(bad)
    places = coded.indices.cast(pa.int64()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    return places, [*values, None]
