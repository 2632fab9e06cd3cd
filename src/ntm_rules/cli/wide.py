"""Outcomes of many units for other programs, a batch after the other: Parquet, Excel, and CSV without reasons."""

import csv
import typing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import polars as pl

from ntm_rules.cli.writers import TOTAL, csv_names, result_names, safe
from ntm_rules.frames.base.libraries import arrow_of
from ntm_rules.frames.files import Batch
from ntm_rules.messages.printable import printable
from ntm_rules.model.judgements import Basis
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.reports.workbook import check_columns, check_rows, workbook, write_cell
from ntm_rules.tables.units import kept_text

WORDS = np.array([outcome.code for outcome in Outcome], object)
BASES = np.array([basis.code for basis in Basis], object)

Columns = dict[str, typing.Any]
"""Columns by name: an Arrow array or a list of what passes through, columns of results; outcomes are their codes."""


def columns_of(ruleset: Ruleset, batch: Batch, marks: bool, judged: bool) -> Columns:
    """Return the columns of a batch in the order in which they are written."""
    total = sum(criterion.counted for criterion in ruleset.criteria)
    found = batch.found.with_columns(pl.lit(total, pl.Int16).alias(TOTAL))
    return {"unit": batch.units, **batch.kept, **{name: found[name] for name in result_names(ruleset, marks, judged)}}


def write_wide_csv(
    file: typing.TextIO, batches: Iterable[Batch], ruleset: Ruleset, keep: Sequence[str], marks: bool, judged: bool
) -> None:
    """Return what ``write_csv`` writes without reasons."""
    names = ("unit", *keep, *csv_names(ruleset, marks, judged))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([safe(name) for name in names])
    for batch in batches:
        columns = columns_of(ruleset, batch, marks, judged)
        kept = {name: [safe(kept_text(value)) for value in _listed(values)] for name, values in batch.kept.items()}
        texts = {"unit": [safe(unit) for unit in _listed(batch.units)], **kept}
        made = [texts[name] if name in texts else _texts(name, columns[name]) for name in names]
        writer.writerows(zip(*made, strict=True))


def _texts(name: str, values: pl.Series) -> list[typing.Any]:
    if values.dtype == pl.Int8:
        return _words(name, values)
    return values.cast(pl.String).fill_null("").to_list()


def _words(name: str, codes: pl.Series) -> list[str]:
    """Return outcomes, or on what they rest, as texts."""
    return typing.cast(list[str], _labels(name)[codes.to_numpy()].tolist())


def _labels(name: str) -> "np.ndarray[typing.Any, np.dtype[np.object_]]":
    """Return the texts of the codes in a column of results."""
    return BASES if name.startswith("basis_") else WORDS


def _listed(values: typing.Any) -> list[typing.Any]:
    from ntm_rules.tables.parquet import values_of

    return values if isinstance(values, list) else values_of(values)


# -- Parquet ---------------------------------------------------------------------------------


def write_parquet(
    file: typing.IO[bytes], batches: Iterable[Batch], ruleset: Ruleset, marks: bool, judged: bool
) -> None:
    """One row a unit: what is kept, counts, and outcomes as texts, each of which is held once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    law = {"ntm_rules.ruleset": ruleset.id, "ntm_rules.content_hash": ruleset.content_hash}
    writer: pq.ParquetWriter | None = None
    written: Future[None] | None = None
    try:
        with ThreadPoolExecutor(1) as worker:  # a batch is written while the next one is assessed
            for batch in batches:
                made = pa.RecordBatch.from_pydict(
                    {name: _arrow(name, values) for name, values in columns_of(ruleset, batch, marks, judged).items()}
                )
                if writer is None:
                    measured = [field.name for field in made.schema if not pa.types.is_dictionary(field.type)]
                    writer = pq.ParquetWriter(file, made.schema.with_metadata(law), write_statistics=measured)
                if written is not None:
                    written.result()
                written = worker.submit(writer.write_batch, made.replace_schema_metadata(law), 2**20)
            if written is not None:
                written.result()
    finally:
        if writer is not None:
            writer.close()


def _arrow(name: str, values: typing.Any) -> typing.Any:
    """Return a column for Arrow; of outcomes their words."""
    import pyarrow as pa

    if isinstance(values, list):
        return pa.array(map(printable, values), pa.string())
    if not isinstance(values, pl.Series):
        return values
    found = arrow_of(values)
    if values.dtype != pl.Int8:
        return found
    return pa.DictionaryArray.from_arrays(found, pa.array(_labels(name).tolist(), pa.string()))


# -- Excel -----------------------------------------------------------------------------------


def write_xlsx(
    file: typing.IO[bytes], batches: Iterable[Batch], ruleset: Ruleset, keep: Sequence[str], marks: bool, judged: bool
) -> None:
    """One row a unit in a sheet; texts are texts there, whatever they begin with.

    Raises:
        TableError: there are more units than a sheet has rows, or columns, or a text is longer than a cell.
        EngineUnavailable: XlsxWriter is not installed.
    """
    names = ("unit", *keep, *result_names(ruleset, marks, judged))
    check_columns(len(names))
    with workbook(file, constant_memory=True) as book:
        book.set_properties({"title": ruleset.id, "comments": ruleset.content_hash})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(names):
            write_cell(sheet, 0, place, name)
        for number, row in enumerate(_rows(batches, ruleset, marks, judged), 1):
            check_rows(number)
            for place, value in enumerate(row):
                write_cell(sheet, number, place, value)


def _rows(batches: Iterable[Batch], ruleset: Ruleset, marks: bool, judged: bool) -> Iterator[tuple[typing.Any, ...]]:
    for batch in batches:
        columns = columns_of(ruleset, batch, marks, judged)
        yield from zip(*(_plain(name, values) for name, values in columns.items()), strict=True)


def _plain(name: str, values: typing.Any) -> Iterable[typing.Any]:
    if isinstance(values, pl.Series):
        return _words(name, values) if values.dtype == pl.Int8 else values.to_list()
    return _listed(values)
