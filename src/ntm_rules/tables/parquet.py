"""Rows out of Parquet files, and what the types of their columns have to be."""

import typing
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.tables.rows import Problems, Record

if typing.TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ntm_rules.tables.units import Columns, Reading

BATCH = 2**16
"""Rows that are read at once."""
_BUFFER = 2**18
"""Bytes of a column that are read at once, so that memory does not grow with the row groups of a file."""


def opened(path: Path, problems: Problems) -> "pq.ParquetFile":
    """Return a Parquet file.

    Raises:
        TableError: it is not a Parquet file.
        EngineUnavailable: pyarrow is not installed.
        OSError: it cannot be opened.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise EngineUnavailable(Message("engine.parquet"), Message("hint.extra", extra="frame")) from error
    path.open("rb").close()  # so that a file that is not there is an error of the system
    try:
        return pq.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        problems.fail(Message("table.parquet", error=_first(error)), 1)


def columns_of(file: "pq.ParquetFile", reading: "Reading") -> "Columns":
    """Return what the columns of a file are.

    Raises:
        TableError: columns that are nothing or of another type than their facts, and those missing: all of them.
    """
    schema, problems = file.schema_arrow, reading.problems
    names = tuple(schema.names)
    columns = reading.columns(1, names)
    reading.last[:] = [columns]
    reading.kept()
    if columns.unit is not None and not _names_units(schema.types[columns.unit], reading.width):
        held = Message("holds.type", type=str(schema.types[columns.unit]))
        problems.note(Message("table.type/unit", name=names[columns.unit], held=held), 1)
    for place, fact, _ in columns.facts:
        wanted = _wanted(reading.facts[fact], schema.types[place])
        if wanted is not None:
            held = Message("holds.type", type=str(schema.types[place]))
            problems.note(Message("table.type", name=names[place], held=held, wanted=wanted), 1)
    if not file.metadata.num_rows:
        problems.note(Message("table.empty"), 1)
    problems.stop()
    return columns


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
        yield from file.iter_batches(BATCH, columns=list(names))
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
    return zip(*(_values(column) for column in batch.columns), strict=True)


def _values(column: "pa.Array[typing.Any]") -> Sequence[object]:
    import numpy as np
    import pyarrow as pa

    values: list[typing.Any] = column.to_pylist()
    if pa.types.is_float32(column.type):
        return [None if value is None else float(str(np.float32(value))) for value in values]
    if pa.types.is_float16(column.type):
        return [None if value is None else float(str(np.float16(value))) for value in values]
    if pa.types.is_decimal(column.type):
        return [None if value is None else _short(value) for value in values]
    return values


def _short(value: Decimal) -> Decimal:
    """Return a decimal without the zeros that only the type of its column adds."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _first(error: Exception) -> str:
    """Return the first line of what another library says."""
    return str(error).partition("\n")[0]
