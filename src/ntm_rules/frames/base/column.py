"""A column of a frame in memory as Polars has it, whatever library it comes from, or what it holds instead."""

import math
import typing
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import polars as pl

from ntm_rules.frames.base.holds import FLAGS, NUMBERS, TEXTS
from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.tables.parquet import short
from ntm_rules.verdict.facts import BadValue, check_of

Array = np.ndarray[typing.Any, typing.Any]
Column = pl.Series | list[typing.Any] | Message
"""A column of Polars; Python values, which are checked one by one; or what the column holds, where no fact is that."""

_BAD = {NUMBERS: (math.nan, pl.Float64), FLAGS: (2, pl.Int8), TEXTS: ("\0", pl.String)}
"""What no fact of a type can be: how a value that is refused gets into a column, and into which."""
_PYTHON = frozenset((bool, int, float, Decimal))


def column_of(series: pl.Series) -> Column:
    """Return a column of Polars as one that a fact may have."""
    kind = series.dtype
    if str(kind) == "Float16":  # by its shortest text, as it is printed, for which Polars has no digits
        return pl.Series(series.name, [None if v is None else float(str(np.float16(v))) for v in series.to_list()])
    if isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Boolean | pl.Null) or kind.is_numeric():
        return series
    return nothing(series.name, len(series)) if is_empty(series) else Message("holds.type", type=str(kind))


def is_empty(column: Column) -> bool:
    """Return whether every row is null."""
    return isinstance(column, pl.Series) and column.null_count() == len(column)


def of_numpy(name: str, values: Array) -> Column:
    """Return an array; what is masked is null, and so is NaN."""
    import pyarrow as pa

    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    data = np.ma.getdata(values) if mask is not None else np.asarray(values)
    data = data if data.dtype.isnative else data.astype(data.dtype.newbyteorder("="))
    kind = data.dtype.kind
    if kind in "OT":
        listed = python_values(np.asarray(data, object))
        return of_objects(
            name, listed if mask is None else [None if m else v for v, m in zip(listed, mask, strict=True)]
        )
    if kind == "f" and mask is None and data.dtype.itemsize in (4, 8):
        return column_of(pl.Series(name, data, nan_to_null=True))
    if kind == "U":
        return column_of(pl.Series(name, _coded_texts(data, mask)))
    if kind in "biu" or (kind == "f" and data.dtype.itemsize <= 8):
        return column_of(pl.Series(name, pa.array(data, mask=mask, from_pandas=True)))
    null = np.zeros(len(data), np.bool_) if mask is None else mask
    if (null | np.isnat(data) if kind in "mM" else null).all():
        return nothing(name, len(data))
    return Message("holds.type", type=str(data.dtype))


def _coded_texts(data: Array, mask: Array | None) -> typing.Any:
    """Return texts of a fixed width as Arrow's dictionary: told apart as bytes, each made a text once."""
    import pyarrow as pa

    data = np.ascontiguousarray(data)
    if not data.dtype.itemsize:
        return pa.array(data, mask=mask)
    buffers = [None, pa.py_buffer(data)]
    coded = pa.Array.from_buffers(pa.binary(data.dtype.itemsize), len(data), buffers).dictionary_encode()
    texts = np.frombuffer(b"".join(coded.dictionary.to_pylist()), data.dtype).tolist()
    places = pa.array(coded.indices.to_numpy(), mask=mask)
    return pa.DictionaryArray.from_arrays(places, pa.array(_whole(texts), pa.string()))


def _whole(texts: Sequence[str | None]) -> Sequence[str | None]:
    """Return texts that can be written: of half a character, which no value of a fact has, its code is told."""
    try:
        "".join(text for text in texts if text is not None).encode()
    except UnicodeEncodeError:
        return [None if text is None else text.encode(errors="backslashreplace").decode() for text in texts]
    return texts


def of_objects(name: str, values: Sequence[typing.Any]) -> Column:
    """Return Python values: texts, or numbers and yes/no values, which stay what they are."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return nothing(name, len(values))
    if kinds == {str}:
        return pl.Series(name, _whole(values), pl.String)
    if kinds == {bool}:
        return pl.Series(name, values, pl.Boolean)
    if kinds <= _PYTHON:
        return list(values)
    row = next(i for i, value in enumerate(values) if value is not None and type(value) not in _PYTHON)
    return Message("holds.objects", row=row, value=shown(values[row]), type=type(values[row]).__name__)


def of_arrow(name: str, array: typing.Any) -> Column:
    """Return an Arrow array, also one in chunks."""
    import pyarrow as pa

    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    plain = [plain_arrow(chunk) for chunk in chunks]
    kind = plain[0].type if plain else array.type
    size = sum(map(len, plain))
    if not plain:
        return nothing(name, size)
    if pa.types.is_decimal256(kind):
        return [value for chunk in plain for value in chunk.to_pylist()]
    if pa.types.is_decimal(kind):
        plain = [chunk.cast(pa.decimal128(38, kind.scale)) for chunk in plain]
    elif not _is_known(kind):
        empty = sum(chunk.null_count for chunk in plain) == size
        return nothing(name, size) if empty else Message("holds.type", type=str(kind))
    return column_of(pl.Series(name, plain[0] if len(plain) == 1 else pa.chunked_array(plain)))


def _is_known(kind: typing.Any) -> bool:
    import pyarrow as pa

    known = ("boolean", "integer", "floating", "string", "large_string", "dictionary")
    return any(getattr(pa.types, f"is_{name}")(kind) for name in known)


def plain_arrow(array: typing.Any) -> typing.Any:
    """Return an Arrow array in a layout that other libraries take: views, runs and coded numbers are not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_run_end_encoded(kind):
        return plain_arrow(pc.run_end_decode(array))
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        return array.cast(pa.large_string() if pa.types.is_string_view(kind) else pa.large_binary())
    if pa.types.is_dictionary(kind) and not _is_coded_text(array):
        return plain_arrow(array.dictionary_decode())
    return array


def plain_text(array: typing.Any) -> typing.Any:
    """Return an Arrow array of texts, each with its own."""
    import pyarrow as pa

    found = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    return found.cast(pa.string())


def _is_coded_text(array: typing.Any) -> bool:
    """Return whether a dictionary holds texts, each a text; one may hold null, or anything else."""
    import pyarrow as pa

    kind = array.type.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return is_text and int(array.dictionary.null_count) == 0


def nothing(name: str, size: int) -> pl.Series:
    """Return a column in which every row is null."""
    return pl.Series(name, [None] * size, pl.Null)


def python_values(data: Array) -> list[typing.Any]:
    """Return an array of Python objects as a list: NumPy's scalars as Python's; NaN, NaT and pandas' NA as None."""
    listed: list[typing.Any] = data.tolist()
    if set(map(type, listed)) <= {str, bool, int, type(None)}:
        return listed
    return [_python_value(value) for value in listed]


def _python_value(value: typing.Any) -> typing.Any:
    if isinstance(value, np.float32 | np.float16):
        value = float(str(value))
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Decimal):
        return None if value.is_nan() else value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    return None if type(value).__name__ in ("NAType", "NaTType") else value


# -- Python values ---------------------------------------------------------------------------


def listed(fact: Fact, values: Sequence[object], stepped: bool = False) -> pl.Series:
    """Return values as a column of a fact, each checked as ``assess`` does; what it refuses is a bad value there too.

    Args:
        stepped: as for ``check_of``.
    """
    check = check_of(fact, stepped)
    flag = fact.type is FactType.BOOLEAN
    bad, kind = _BAD[NUMBERS if fact.type.numeric else FLAGS if flag else TEXTS]
    found: list[typing.Any] = []
    for value in values:
        try:
            found.append(None if value is None else check(as_flag(value) if flag else value))
        except BadValue:
            found.append(bad)
    return pl.Series(fact.id, found, kind)


def as_flag(value: object) -> object:
    """Return a value as ``assess`` takes it for a yes/no: frames may have numbers there."""
    return bool(value) if isinstance(value, int | float) and value in (0, 1) else value


def given_in(fact: Fact, column: Column, rows: list[int]) -> list[typing.Any]:
    """Return the values of some rows as a caller would give them to ``assess``; None where they are missing."""
    if isinstance(column, pl.Series):
        taken = column.gather(rows)
        if taken.dtype == pl.Float32:
            taken = taken.cast(pl.String).cast(pl.Float64)
        values = taken.to_list()
        if taken.dtype.is_decimal():  # without the zeros that only the type adds
            values = [None if value is None else short(value) for value in values]
    else:
        values = [typing.cast(list[typing.Any], column)[row] for row in rows]
    return [as_flag(value) for value in values] if fact.type is FactType.BOOLEAN else values
