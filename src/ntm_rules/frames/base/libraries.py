"""Frames in memory, each library's the same way: columns out, and a frame of the same kind back."""

import typing
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from ntm_rules.frames.base.coded import Coded, coded_arrow, coded_objects
from ntm_rules.frames.base.column import (
    Array,
    Column,
    column_of,
    nothing,
    of_arrow,
    of_numpy,
    of_objects,
    plain_arrow,
    python_values,
)
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, TableError

if typing.TYPE_CHECKING:
    import pandas as pd

Frame = typing.Any
"""A frame of any library."""


class Source(typing.Protocol):
    """A frame in memory; what the rest of the room knows of the library that it comes from.

    Attributes:
        names: of its columns.
        size: how many rows.
        cast: how a column of texts is turned into numbers, with ``{name}`` for its name.
    """

    names: list[str]
    size: int
    cast: typing.ClassVar[str]

    def column(self, name: str) -> Column:
        """Return a column as one that a fact may have."""

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""

    def coded(self, name: str) -> Coded:
        """Return a column as its different values, and which of them each row has."""

    def taken(self, rows: Array) -> "Source":
        """Return some of the rows."""

    def back(self, kept: Sequence[str], rows: Array | None, made: pl.DataFrame) -> Frame:
        """Return a frame of the same kind: columns passed through (of some rows only), then those made."""


def source_of(frame: Frame) -> Source | None:
    """Return the frame, if it is one in memory.

    Raises:
        TableError: a mapping whose columns do not fit together, or names of columns that are twice there or no texts.
    """
    kind = type(frame).__module__.partition(".")[0]
    name = type(frame).__name__
    found: Source | None = None
    if kind == "pandas" and name == "DataFrame":
        found = PandasSource(frame)
    elif kind == "polars" and name == "DataFrame":
        found = PolarsSource(frame)
    elif kind == "pyarrow" and name == "Table":
        found = ArrowSource(frame)
    elif isinstance(frame, Mapping):
        found = NumpySource(frame)
    if found is not None:
        _check_names(found.names)
    return found


def _check_names(names: Sequence[object]) -> None:
    wrong = [name for name in names if not isinstance(name, str)]
    twice = [name for name, count in Counter(names).items() if count > 1]
    problems = [Diagnostic.of("table.column/text", name=str(name)) for name in wrong]
    problems += [Diagnostic.of("table.column/same", name=str(name)) for name in twice]
    if problems:
        raise TableError(problems)


class NumpySource:
    """A mapping from names to NumPy arrays, masked ones included."""

    cast: typing.ClassVar[str] = '`frame["{name}"].astype(float)`'

    def __init__(self, frame: Mapping[str, typing.Any]) -> None:
        self.columns = {name: _one_dimension(name, values) for name, values in frame.items()}
        self.names = list(self.columns)
        sizes = {len(values) for values in self.columns.values()}
        if len(sizes) > 1:
            lengths = ", ".join(f"`{name}` {len(values)}" for name, values in self.columns.items())
            raise TableError([Diagnostic.of("table.rows", lengths=lengths)])
        self.size = sizes.pop() if sizes else 0

    def column(self, name: str) -> Column:
        """Return a column as one that a fact may have."""
        return of_numpy(name, self.columns[name])

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.columns[name][row]

    def coded(self, name: str) -> Coded:
        """Return a column as its different values, and which of them each row has."""
        import pyarrow as pa

        data, mask = np.ma.getdata(self.columns[name]), np.ma.getmaskarray(self.columns[name])
        if data.dtype.kind not in "OT":
            try:
                gaps = (
                    np.isnat(data) if data.dtype.kind in "mM" else np.isnan(data) if data.dtype.kind == "f" else False
                )
                return coded_arrow(pa.array(data, mask=mask | gaps))
            except pa.ArrowException:  # a type of NumPy alone
                pass
        values = python_values(np.asarray(data, object))
        return coded_objects([None if null else value for value, null in zip(values, mask, strict=True)])

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return NumpySource({name: values[rows] for name, values in self.columns.items()})

    def back(self, kept: Sequence[str], rows: Array | None, made: pl.DataFrame) -> Frame:
        """Return a dictionary of arrays; texts as Python objects, whole numbers and yes/no with nulls masked."""
        found = {name: self.columns[name] if rows is None else self.columns[name][rows] for name in kept}
        return found | {series.name: _array_of(series) for series in made}


def _one_dimension(name: str, values: typing.Any) -> Array:
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return values
    if isinstance(values, np.ndarray):
        raise TableError([Diagnostic.of("table.type/dimensions", name=name, count=values.ndim)])
    raise TableError([Diagnostic.of("table.type/array", name=name, type=type(values).__name__)])


def _array_of(series: pl.Series) -> Array:
    """Return a column of results for NumPy; of numbers NaN is null."""
    if series.has_nulls() and (series.dtype.is_integer() or series.dtype == pl.Boolean):
        filled = series.fill_null(False if series.dtype == pl.Boolean else 0)
        return np.ma.MaskedArray(filled.to_numpy(writable=True), series.is_null().to_numpy())
    return series.to_numpy(writable=True)


class PandasSource:
    """A pandas data frame, whose columns may be NumPy arrays, Arrow arrays or pandas' own nullable ones."""

    cast: typing.ClassVar[str] = '`frame["{name}"].astype("float64")`'

    def __init__(self, frame: "pd.DataFrame") -> None:
        self.frame = frame
        self.names = list(frame.columns)
        self.size = len(frame)

    def column(self, name: str) -> Column:
        """Return a column as one that a fact may have."""
        return _of_series(name, self.frame[name])

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame[name].iloc[row]

    def coded(self, name: str) -> Coded:
        """Return a column as its different values, and which of them each row has."""
        import pyarrow as pa

        series = _dense(self.frame[name])
        if series.dtype.kind != "O":  # of objects Arrow would make values of one type, and dates of times
            try:
                return coded_arrow(pa.array(series, from_pandas=True))
            except pa.ArrowException:  # a type of pandas alone
                pass
        return coded_objects(python_values(series.to_numpy(object)))

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return PandasSource(self.frame.iloc[rows])

    def back(self, kept: Sequence[str], rows: Array | None, made: pl.DataFrame) -> Frame:
        """Return a data frame with the same index; labels are categorical, whole numbers with nulls nullable."""
        import pandas as pd

        index = self.frame.index if rows is None else self.frame.index[rows]
        found: dict[str, typing.Any] = {}
        for name in kept:
            values = self.frame[name].array
            found[name] = values if rows is None else values.take(rows)
        for series in made:
            found[series.name] = _pandas_of(series)
        return pd.DataFrame(found, index=index, copy=False)


def _pandas_of(series: pl.Series) -> typing.Any:
    """Return a column of results for pandas."""
    import pandas as pd

    kind = series.dtype
    if not kind.is_numeric() and kind != pl.Boolean:
        return arrow_of(series).to_pandas().array
    if kind.is_float() or not series.has_nulls():
        return series.to_numpy(writable=True)
    array: typing.Any = pd.arrays.BooleanArray if kind == pl.Boolean else pd.arrays.IntegerArray
    masked = _array_of(series)
    return array(np.ma.getdata(masked), np.ma.getmaskarray(masked))


def _of_series(name: str, series: "pd.Series[typing.Any]") -> Column:
    """Return a column of a data frame; NaN is null in those that are NumPy arrays only."""
    import pandas as pd
    import pyarrow as pa

    series = _dense(series)
    kind = series.dtype
    if isinstance(kind, np.dtype):
        return of_numpy(name, series.to_numpy())
    if series.isna().all():
        return nothing(name, len(series))
    if isinstance(kind, pd.CategoricalDtype) and not all(isinstance(label, str) for label in kind.categories):
        return of_objects(name, python_values(series.astype(object).to_numpy()))
    nullable = getattr(kind, "numpy_dtype", None) is not None  # pandas' own types of numbers and yes/no
    if nullable or isinstance(kind, pd.ArrowDtype | pd.StringDtype | pd.CategoricalDtype):
        return of_arrow(name, pa.array(series.array))
    return Message("holds.type", type=str(kind))


def _dense(series: "pd.Series[typing.Any]") -> "pd.Series[typing.Any]":
    """Return a column with every value, also of a sparse one."""
    import pandas as pd

    return typing.cast(typing.Any, series).sparse.to_dense() if isinstance(series.dtype, pd.SparseDtype) else series


class ArrowSource:
    """A pyarrow table."""

    cast: typing.ClassVar[str] = '`frame["{name}"].cast("double")`'

    def __init__(self, frame: typing.Any) -> None:
        self.frame = frame
        self.names: list[str] = frame.column_names
        self.size: int = frame.num_rows

    def column(self, name: str) -> Column:
        """Return a column as one that a fact may have."""
        return of_arrow(name, self.frame.column(name))

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame.column(name)[row].as_py()

    def coded(self, name: str) -> Coded:
        """Return a column as its different values, and which of them each row has."""
        return coded_arrow(self.frame.column(name))

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return ArrowSource(_taken(self.frame, rows))

    def back(self, kept: Sequence[str], rows: Array | None, made: pl.DataFrame) -> Frame:
        """Return a table; labels are dictionaries."""
        import pyarrow as pa

        taken = self.frame.select(list(kept))
        if rows is not None:
            taken = _taken(taken, rows)
        columns = {name: taken.column(name) for name in kept}
        return pa.table(columns | {series.name: arrow_of(series) for series in made})


def _taken(table: typing.Any, rows: Array) -> typing.Any:
    """Return some rows of an Arrow table: it takes none of views and runs, which become what they show."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind) or pa.types.is_run_end_encoded(kind):
            chunks = [plain_arrow(chunk) for chunk in table.column(place).chunks]
            table = table.set_column(place, field.name, pa.chunked_array(chunks, chunks[0].type if chunks else None))
    return table.take(pa.array(rows))


class PolarsSource:
    """A Polars data frame."""

    cast: typing.ClassVar[str] = '`frame.with_columns(pl.col("{name}").cast(pl.Float64))`'

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame
        self.names = frame.columns
        self.size = frame.height

    def column(self, name: str) -> Column:
        """Return a column as one that a fact may have."""
        return column_of(self.frame.get_column(name))

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame.get_column(name)[row]

    def coded(self, name: str) -> Coded:
        """Return a column as its different values, and which of them each row has."""
        series = self.frame.get_column(name)
        if series.dtype == pl.Object or _beyond_arrow(series.dtype):
            return coded_objects(series.to_list())
        return coded_arrow(series.to_arrow())

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return PolarsSource(self.frame[rows])

    def back(self, kept: Sequence[str], rows: Array | None, made: pl.DataFrame) -> Frame:
        """Return a data frame; labels are categorical."""
        taken = self.frame.select(kept)
        if rows is not None and kept:
            taken = taken[rows]
        return taken.with_columns(made) if kept else made


def _beyond_arrow(kind: pl.DataType) -> bool:
    """Return whether a type of Polars is one of integers that Arrow does not have."""
    return kind.is_integer() and str(kind).endswith("128")


def arrow_of(series: pl.Series) -> typing.Any:
    """Return a column of results for Arrow, in the layouts that every version takes."""
    import pyarrow as pa

    found = series.to_arrow(compat_level=pl.CompatLevel.oldest())
    # pandas knows no dictionaries with unsigned places
    return found.cast(pa.dictionary(pa.int32(), pa.string())) if pa.types.is_dictionary(found.type) else found
