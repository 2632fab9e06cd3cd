"""Units of files, a batch after the other, through the array kernel; what is refused is what ``assess`` refuses."""

import os
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from attrs import define, field, frozen

from ntm_rules.frames.arrays.encode import column_of, places_of
from ntm_rules.frames.arrays.kernel import Codes, Segment, kernel_of
from ntm_rules.frames.base.column import Column, of_arrow
from ntm_rules.frames.base.vectors import Array, Mask
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.facts import Fact
from ntm_rules.model.names import look_alike
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.tables.cells import BadCell, Reader, is_total
from ntm_rules.tables.units import Reading, UnitFacts, flaw_of_name, flaw_of_text
from ntm_rules.tables.units import read as read_units
from ntm_rules.verdict.facts import BadValue, Check, check_of
from ntm_rules.verdict.faults import Faults

if typing.TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ntm_rules.tables.units import Columns

ROWS = 2**14
"""Rows that are held as Python values at once."""


@frozen(eq=False)
class Batch:
    """Some units of a file.

    Attributes:
        kept: columns that pass through, by name: texts, or an Arrow array of what the file holds.
        given: the facts that they have, those included that the set does not read.
    """

    units: Sequence[str]
    kept: Mapping[str, "Sequence[str] | pa.Array[typing.Any]"]
    codes: Codes
    given: frozenset[str] = frozenset()

    @property
    def outcomes(self) -> set[str]:
        """The outcomes of the set that came up, and ``provisional`` where one is."""
        found = {Outcome(int(code)).code for code in np.unique(self.codes.codes[0])}
        return found | {"provisional"} if self.codes.provisional.any() else found


def assess_file(
    ruleset: Ruleset,
    path: Path,
    facts: Mapping[str, Fact],
    *,
    unit: str | None = None,
    keep: Sequence[str] = (),
    decimal: str | None = None,
    sheet: str | None = None,
    unit_width: int | None = None,
) -> Iterator[Batch]:
    """Yield the outcomes of all units of a file; of no use before the last batch has come, for errors come then.

    Args:
        facts, unit, keep, decimal, sheet, unit_width: as ``tables.read`` takes them.

    Raises:
        TableError: the file or its columns cannot be read.
        FactError: every bad value, after the last batch.
        EngineUnavailable: what reads the file is not installed.
        OSError: the file cannot be opened.
    """
    if path.suffix.lower() == ".parquet" and sheet is None:
        return _Parquet(ruleset, Reading.of(path, facts, unit, keep, decimal, unit_width)).batches(path)
    rows = read_units(path, facts, unit_column=unit, keep=keep, decimal=decimal, sheet=sheet, unit_width=unit_width)
    return _of_rows(ruleset, rows, keep)


@define
class _Assessing:
    """A ruleset at work, and the bad facts found on the way."""

    ruleset: Ruleset
    faults: Faults
    workers: int = field(init=False, factory=lambda: os.cpu_count() or 1)

    def codes(self, columns: Mapping[str, Column], odd: Mask, row: Callable[[int], UnitFacts | None]) -> Codes:
        """Return the outcomes of some rows; those that look bad are checked one by one.

        Args:
            odd: the rows to be checked in any case.
            row: reads one of them; None where it cannot be read.
        """
        found = kernel_of(self.ruleset).run([Segment(len(odd), columns)], self.workers)
        for place in np.flatnonzero(odd | (found.bad_facts > 0)):
            unit = row(int(place))
            if unit is not None and self.faults.check(unit) and found.bad_facts[place]:
                raise RuntimeError(f"the engines disagree about the facts of the unit `{unit.unit}`")
        return found


# -- row by row ------------------------------------------------------------------------------


def _of_rows(ruleset: Ruleset, rows: Iterator[UnitFacts], keep: Sequence[str]) -> Iterator[Batch]:
    """Files that are read row by row."""
    work = _Assessing(ruleset, Faults(ruleset))
    left = work.faults.readable(rows)
    while batch := list(islice(left, ROWS)):
        codes = work.codes(*_columns(ruleset, batch), batch.__getitem__)
        kept = {name: [row.kept[name] for row in batch] for name in keep}
        yield Batch([row.unit for row in batch], kept, codes, frozenset(name for row in batch for name in row.facts))
    work.faults.stop()


def _columns(ruleset: Ruleset, batch: Sequence[UnitFacts]) -> tuple[dict[str, Column], Mask]:
    """Return the facts of some units that the set reads, and the rows to be checked one by one."""
    given = dict.fromkeys(name for row in batch for name in row.facts)
    columns: dict[str, Column] = {}
    unread = {fact.id for fact in ruleset.unread}
    odd = np.array([not unread.isdisjoint(row.facts) for row in batch], np.bool_)
    for fact in ruleset.facts:
        if fact.id in given:
            places, values = places_of([row.facts.get(fact.id) for row in batch])
            columns[fact.id], here = column_of(fact, places, values)
            if here is not None:
                odd |= here
    return columns, odd


# -- Parquet ---------------------------------------------------------------------------------


class _Parquet:
    """A Parquet file, read column by column; texts are read as cells, each once a batch."""

    def __init__(self, ruleset: Ruleset, reading: Reading) -> None:
        self.reading, self.work = reading, _Assessing(ruleset, Faults(ruleset))
        self.own = {fact.id: fact for fact in ruleset.facts}
        self.unread = {fact.id: check_of(fact) for fact in ruleset.unread}
        self.hashes: list[Array] = []

    def batches(self, path: Path) -> Iterator[Batch]:
        """Yield the outcomes of the units."""
        from ntm_rules.tables import parquet

        reading, faults = self.reading, self.work.faults
        with parquet.opened(path, reading.problems) as file:
            columns = parquet.columns_of(file, reading)
            start = 1
            for batch in parquet.batches(file, reading.problems, columns.names):
                yield self.batch(batch, columns, start)
                start += batch.num_rows
            self.twice(file, columns)
        reading.remark_totals()
        reading.problems.stop()
        faults.unreadable.extend(reading.bad)
        faults.stop()

    def batch(self, batch: "pa.RecordBatch", columns: "Columns", start: int) -> Batch:
        """Return the outcomes of a batch whose first row has the place *start*."""
        from ntm_rules.tables.parquet import is_text, rows, values_of

        batch, lines, units = self.without_totals(batch, columns, start)
        found: dict[str, Column] = {}
        odd = _flawed(units, flaw_of_name)
        for place, name, read in columns.facts:
            array = batch.column(place)
            if is_text(array.type):
                places, values = _read(array, read)
                odd |= np.array([isinstance(value, BadCell) for value in values])[places]
                if name in self.own:
                    found[name], here = column_of(self.own[name], places, values)
                    odd = odd if here is None else odd | here
                elif name in self.unread:
                    odd |= np.array([_is_bad(value, self.unread[name]) for value in values])[places]
            elif name in self.own:
                found[name] = of_arrow(name, array)
            elif name in self.unread:
                places, values = _read(array, lambda value: value)
                odd |= np.array([_is_bad(value, self.unread[name]) for value in values])[places]

        def row(place: int) -> UnitFacts | None:
            values = next(iter(rows(batch.slice(place, 1))))
            return self.reading.row(int(lines[place]), columns.names, values)

        kept = {name: batch.column(typing.cast(int, place)) for place, name in columns.kept}
        for array in kept.values():
            if is_text(array.type):
                odd |= _flawed([text or "" for text in values_of(array)], flaw_of_text)
        codes = self.work.codes(found, odd, row)
        return Batch(units, kept, codes, frozenset(name for _, name, _ in columns.facts))

    def names(self, batch: "pa.RecordBatch", columns: "Columns") -> list[str]:
        """Return the units of a batch; rows with the same name share it."""
        from ntm_rules.tables.parquet import values_of

        found = values_of(batch.column(columns.unit))
        named = {name: self.reading.named(name) for name in dict.fromkeys(found)}
        return [named[name] for name in found]

    def without_totals(
        self, batch: "pa.RecordBatch", columns: "Columns", start: int
    ) -> "tuple[pa.RecordBatch, Array, list[str]]":
        """Return the rows of a batch that are not called a total, with their places in the file and their units."""
        from ntm_rules.tables.parquet import rows

        place_of_unit = typing.cast(int, columns.unit)
        units = self.names(batch, columns)
        left = np.ones(len(units), np.bool_)
        for place, unit in enumerate(units):
            if not unit or is_total(unit):
                values = next(iter(rows(batch.slice(place, 1))))
                left[place] = not self.reading.is_total(start + place, values, place_of_unit)
        # eight bytes a unit, not its name: a file may have more units than memory has room for names
        hashes = np.fromiter((hash(look_alike(unit)) for unit in units), np.int64, len(units))
        self.hashes.append(np.where(left, hashes, start + np.arange(len(units))))
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


def _read(array: "pa.Array[typing.Any]", read: Reader) -> tuple[Array, list[object]]:
    """Return the texts of a column read as cells, or their errors, and which of them each row has."""
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    coded = typing.cast("pa.DictionaryArray[typing.Any]", array)
    values: list[object] = []
    for text in coded.dictionary.to_pylist():
        try:
            values.append(None if text is None else read(text))
        except BadCell as bad:
            values.append(bad)
    places = coded.indices.cast(pa.int64()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    return places, [*values, None]
