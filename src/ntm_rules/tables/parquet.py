"""Rows out of Parquet files, and what the types of their columns have to be."""

import typing
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.tables import pages
from ntm_rules.tables.cells import OwnReader
from ntm_rules.tables.rows import Problems, Record, check_regular

if typing.TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ntm_rules.tables.units import Columns, Reading

BATCH = 2**16
"""Rows that are read at once."""
_BUFFER = 2**18
"""Bytes of a column that are read at once, so that memory does not grow with the row groups of a file."""


MAX_ROWS = 2**24
"""The most rows of a file: a few bytes can stand for any number of rows, of each of which something is remembered."""
MAX_MEMORY = 2**28
"""The most bytes that the pages of a row group may need that are open at the same time."""
_MAX_LISTED = 10**5
"""The most columns, row groups and so on that the description may list."""
_MAX_FIXED = 64
"""The most bytes of values that are all of one length."""


def opened(path: Path, problems: Problems) -> "pq.ParquetFile":
    """Return a Parquet file that can be read within bounds; each of its texts is held once a batch.

    Raises:
        TableError: it is not a Parquet file, or one that would need too much memory.
        EngineUnavailable: pyarrow is not installed.
        OSError: it cannot be opened.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise EngineUnavailable(Message("engine.parquet"), Message("hint.extra", extra="frame")) from error
    check_regular(path, problems)
    try:
        _check_size(pages.needs(path), problems)
        options = {"thrift_container_size_limit": _MAX_LISTED, "buffer_size": _BUFFER, "pre_buffer": False}
        with pq.ParquetFile(path, **options) as found:
            metadata = found.metadata
        columns = [metadata.schema.column(place) for place in range(metadata.num_columns)]
        if any(column.physical_type == "FIXED_LEN_BYTE_ARRAY" and column.length > _MAX_FIXED for column in columns):
            problems.fail(Message("table.size/parquet"), 1)
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY" and _is_text(column)]
        return pq.ParquetFile(path, metadata=metadata, read_dictionary=texts, **options)
    except (pa.ArrowException, OSError, UnicodeError, pages.Damaged) as error:
        problems.fail(Message("table.parquet", error=_first(error)), 1)


def _check_size(needs: pages.Needs, problems: Problems) -> None:
    """Raise if reading a file would need too much memory.

    Raises:
        TableError: it would.
    """
    if needs.rows > MAX_ROWS:
        problems.fail(Message("table.size/many", most=MAX_ROWS), 1)
    if needs.memory > MAX_MEMORY:
        problems.fail(Message("table.size/parquet"), 1)
    if needs.prefixed:
        problems.fail(Message("table.parquet/encoding"), 1)


def _is_text(column: "pq.ColumnSchema") -> bool:
    return column.max_repetition_level == 0 and column.logical_type.type in ("STRING", "NONE", "ENUM", "JSON", "BSON")


def columns_of(file: "pq.ParquetFile", reading: "Reading") -> "Columns":
    """Return what the columns of a file are.

    Raises:
        TableError: columns that are nothing or of another type than their facts, and those missing: all of them.
    """
    import pyarrow as pa

    schema, problems = file.schema_arrow, reading.problems
    names = tuple(schema.names)
    columns = reading.columns(1, names)
    reading.last[:] = [columns]
    reading.kept()
    if columns.unit is not None and not _names_units(schema.types[columns.unit], reading.width):
        held = Message("holds.type", type=str(schema.types[columns.unit]))
        problems.note(Message("table.type/unit", name=names[columns.unit], held=held), 1)
    for place, fact, read in columns.facts:
        wanted = _wanted(reading.facts[fact], schema.types[place])
        if wanted is not None and not (isinstance(read, OwnReader) and pa.types.is_integer(schema.types[place])):
            held = Message("holds.type", type=str(schema.types[place]))
            problems.note(Message("table.type", name=names[place], held=held, wanted=wanted), 1)
    for found, name in columns.kept:
        if found is not None and not _may_be_kept(schema.types[found]):
            held = Message("holds.type", type=str(schema.types[found]))
            problems.note(Message("table.type/kept", name=name, held=held), 1)
    if not file.metadata.num_rows:
        problems.note(Message("table.empty"), 1)
    problems.stop()
    return columns


def _may_be_kept(kind: "pa.DataType", inside: bool = False) -> bool:
    """Return whether the values of a column are small: no lists, and no texts inside structures."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return all(_may_be_kept(kind.field(place).type, True) for place in range(kind.num_fields))
    return not pa.types.is_nested(kind) and not (inside and (is_text(kind) or pa.types.is_binary(kind)))


def is_text(kind: "pa.DataType") -> bool:
    """Return True for a type of texts, categorical ones included."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _names_units(kind: "pa.DataType", width: int | None) -> bool:
    """Return whether a column can name units: texts, or numbers where it is declared how many digits codes have."""
    import pyarrow as pa

    return is_text(kind) or (width is not None and bool(pa.types.is_integer(kind)))


def _wanted(fact: Fact, kind: "pa.DataType") -> Message | None:
    """Return what a column of a fact has to hold; None where it does."""
    import pyarrow as pa

    whole, number = pa.types.is_integer(kind), pa.types.is_floating(kind)
    if is_text(kind) or pa.types.is_null(kind):
        return None
    if fact.type.numeric:
        return None if whole or number or pa.types.is_decimal(kind) else Message("holds.numbers")
    if fact.type is FactType.BOOLEAN:
        return None if whole or number or pa.types.is_boolean(kind) else Message("holds.flags")
    return None if whole and fact.type is FactType.ORDINAL else Message("holds.texts")


def batches(file: "pq.ParquetFile", problems: Problems, names: Sequence[str]) -> Iterator["pa.RecordBatch"]:
    """Yield the rows of some columns.

    Raises:
        TableError: the file is damaged.
    """
    import pyarrow as pa

    try:
        for batch in file.iter_batches(BATCH, columns=list(names)):
            batch.validate(full=True)  # Arrow does not look whether texts are UTF-8
            yield batch
    except (pa.ArrowException, OSError) as error:
        problems.fail(Message("table.parquet/damaged", error=_first(error)), 1)


def parquet_records(path: Path, reading: "Reading") -> Iterator[Record]:
    """Yield the rows of a file; their places count from 1.

    Raises:
        TableError: the file or its columns cannot be read.
        EngineUnavailable: pyarrow is not installed.
        OSError: the file cannot be opened.
    """
    with opened(path, reading.problems) as file:
        names = columns_of(file, reading).names
        place = 1
        for batch in batches(file, reading.problems, names):
            for values in rows(batch):
                yield place, names, values
                place += 1


def rows(batch: "pa.RecordBatch") -> Iterator[tuple[object, ...]]:
    """Yield the rows of a batch as Python values; float32 by its shortest text, decimals without superfluous zeros."""
    return zip(*(values_of(column) for column in batch.columns), strict=True)


def values_of(column: "pa.Array[typing.Any]") -> list[typing.Any]:
    """Return the values of a column; rows with the same entry of a dictionary share it."""
    import numpy as np
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        entries = values_of(column.dictionary)
        return [None if place is None else entries[place] for place in column.indices.to_pylist()]
    values: list[typing.Any] = column.to_pylist()
    if pa.types.is_float32(column.type):
        return [None if value is None else float(str(np.float32(value))) for value in values]
    if pa.types.is_float16(column.type):
        return [None if value is None else float(str(np.float16(value))) for value in values]
    if pa.types.is_decimal(column.type):
        return [None if value is None else short(value) for value in values]
    return values


def short(value: Decimal) -> Decimal:
    """Return a decimal without the zeros that only the type of its column adds."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _first(error: Exception) -> str:
    """Return the first line of what another library says."""
    return str(error).partition("\n")[0]
