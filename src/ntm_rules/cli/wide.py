"""Outcomes of many units for other programs, a batch after the other: Parquet, Excel, and CSV without reasons."""

import csv
import typing
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ntm_rules.cli.writers import COUNTS, csv_names, result_names, safe
from ntm_rules.frames.base.columns import GRADE
from ntm_rules.frames.files import Batch
from ntm_rules.messages.printable import printable
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.reports.workbook import check_columns, check_rows, workbook, write_cell
from ntm_rules.tables.units import kept_text

WORDS = np.array([outcome.code for outcome in Outcome], object)

Columns = dict[str, typing.Any]
"""Columns by name: an Arrow array or a list of what passes through, arrays of results; outcomes are their codes."""


def columns_of(ruleset: Ruleset, batch: Batch) -> Columns:
    """Return the columns of a batch in the order in which they are written."""
    codes = batch.codes
    total = np.full(len(batch.units), sum(criterion.counted for criterion in ruleset.criteria), np.int16)
    ids = np.array([*(grade.id for grade in ruleset.grades), None], object)
    grades = [ids[codes.grades].tolist()] if ruleset.grades else []
    first = (codes.codes[0], codes.provisional, *grades, codes.met, codes.not_met, codes.undetermined, total)
    return {
        "unit": batch.units,
        **batch.kept,
        **dict(zip(result_names(ruleset), (*first, *codes.codes[1:]), strict=True)),
    }


def write_wide_csv(file: typing.TextIO, batches: Iterable[Batch], ruleset: Ruleset, keep: Sequence[str]) -> None:
    """Return what ``write_csv`` writes without reasons."""
    names = ("unit", *keep, *csv_names(ruleset))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([safe(name) for name in names])
    for batch in batches:
        columns = columns_of(ruleset, batch)
        kept = {name: [safe(kept_text(value)) for value in _listed(values)] for name, values in batch.kept.items()}
        texts = {"unit": [safe(unit) for unit in batch.units], **kept}
        made = [texts[name] if name in texts else _texts(name, columns[name]) for name in names]
        writer.writerows(zip(*made, strict=True))


def _texts(name: str, values: typing.Any) -> typing.Any:
    if name == GRADE:
        return [value or "" for value in values]
    if name == "provisional":
        return np.where(values, "true", "false").tolist()
    return values.tolist() if name in COUNTS else WORDS[values].tolist()


def _listed(values: typing.Any) -> Iterable[object]:
    from ntm_rules.tables.parquet import values_of

    return values if isinstance(values, list) else values_of(values)


# -- Parquet ---------------------------------------------------------------------------------


def write_parquet(file: typing.IO[bytes], batches: Iterable[Batch], ruleset: Ruleset) -> None:
    """One row a unit: what is kept, counts, and outcomes as texts, each of which is held once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    law = {"ntm_rules.ruleset": ruleset.id, "ntm_rules.content_hash": ruleset.content_hash}
    labels = pa.array([outcome.code for outcome in Outcome], pa.string())
    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches:
            arrays: dict[str, typing.Any] = {}
            for name, values in columns_of(ruleset, batch).items():
                if isinstance(values, list):
                    arrays[name] = pa.array(map(printable, values), pa.string())
                elif isinstance(values, np.ndarray) and values.dtype == np.int8:
                    arrays[name] = pa.DictionaryArray.from_arrays(pa.array(values), labels)
                else:
                    arrays[name] = values if isinstance(values, pa.Array) else pa.array(values)
            made = pa.RecordBatch.from_pydict(arrays)
            if writer is None:
                writer = pq.ParquetWriter(file, made.schema.with_metadata(law))
            writer.write_batch(made.replace_schema_metadata(law), row_group_size=2**20)
    finally:
        if writer is not None:
            writer.close()


# -- Excel -----------------------------------------------------------------------------------


def write_xlsx(file: typing.IO[bytes], batches: Iterable[Batch], ruleset: Ruleset, keep: Sequence[str]) -> None:
    """One row a unit in a sheet; texts are texts there, whatever they begin with.

    Raises:
        TableError: there are more units than a sheet has rows, or columns, or a text is longer than a cell.
        EngineUnavailable: XlsxWriter is not installed.
    """
    names = ("unit", *keep, *result_names(ruleset))
    check_columns(len(names))
    with workbook(file, constant_memory=True) as book:
        book.set_properties({"title": ruleset.id, "comments": ruleset.content_hash})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 1)
        for place, name in enumerate(names):
            write_cell(sheet, 0, place, name)
        for number, row in enumerate(_rows(batches, ruleset), 1):
            check_rows(number)
            for place, value in enumerate(row):
                write_cell(sheet, number, place, value)


def _rows(batches: Iterable[Batch], ruleset: Ruleset) -> Iterator[tuple[typing.Any, ...]]:
    for batch in batches:
        columns = columns_of(ruleset, batch).values()
        yield from zip(*(_plain(values) for values in columns), strict=True)


def _plain(values: typing.Any) -> Iterable[typing.Any]:
    if isinstance(values, np.ndarray):
        values = WORDS[values] if values.dtype == np.int8 else values
        return typing.cast("list[typing.Any]", values.tolist())
    return _listed(values)
