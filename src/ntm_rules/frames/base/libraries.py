"""Frames in memory, each library's the same way: columns out, and a frame of the same kind back."""

import typing
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from attrs import frozen

from ntm_rules.frames.base.column import NUMBERS, TEXTS, Column, of_arrow, of_numpy, of_objects, of_plain
from ntm_rules.frames.base.vectors import Array
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, TableError

if typing.TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Frame = typing.Any
"""A frame of any library."""


@frozen(eq=False)
class Labels:
    """Texts as places in a list; -1 is null."""

    codes: Array
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


class Source(typing.Protocol):
    """A frame in memory; what the rest of the room knows of the library that it comes from.

    Attributes:
        names: of its columns.
        size: how many rows.
    """

    names: list[str]
    size: int

    def parts(self, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Column]]]:
        """Yield some columns, in parts that lie together: how many rows, and the columns by name."""

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""

    def cast(self, name: str, kind: Message) -> str:
        """How to turn a column of texts into numbers or yes/no values."""

    def arrow(self, name: str) -> typing.Any:
        """Return a column as an Arrow array."""

    def taken(self, rows: Array) -> "Source":
        """Return some of the rows."""

    def back(self, kept: Sequence[str], rows: "Array | None", made: Mapping[str, typing.Any]) -> Frame:
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

    def __init__(self, frame: Mapping[str, typing.Any]) -> None:
        self.columns = {name: _one_dimension(name, values) for name, values in frame.items()}
        self.names = list(self.columns)
        sizes = {len(values) for values in self.columns.values()}
        if len(sizes) > 1:
            lengths = ", ".join(f"`{name}` {len(values)}" for name, values in self.columns.items())
            raise TableError([Diagnostic.of("table.rows", lengths=lengths)])
        self.size = sizes.pop() if sizes else 0

    def parts(self, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Column]]]:
        """All rows in one part."""
        yield self.size, {name: of_numpy(name, self.columns[name]) for name in names}

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.columns[name][row]

    def arrow(self, name: str) -> typing.Any:
        """Return a column as an Arrow array."""
        import pyarrow as pa

        return pa.array(self.columns[name])

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return NumpySource({name: values[rows] for name, values in self.columns.items()})

    def cast(self, name: str, kind: Message) -> str:
        """How to turn a column into another type."""
        return f'`frame["{name}"].astype({"float" if kind == NUMBERS else "bool"})`'

    def back(self, kept: Sequence[str], rows: "Array | None", made: Mapping[str, typing.Any]) -> Frame:
        """Return a dictionary of arrays; texts as Python objects."""
        found = {name: self.columns[name] if rows is None else self.columns[name][rows] for name in kept}
        for name, values in made.items():
            if isinstance(values, Labels):
                texts = np.array([*values.labels, None], object)
                found[name] = texts[values.codes]
            else:
                found[name] = values if isinstance(values, np.ndarray) else np.array(values.to_pylist(), object)
        return found


def _one_dimension(name: str, values: typing.Any) -> Array:
    if isinstance(values, np.ndarray) and values.ndim == 1:
        return values
    if isinstance(values, np.ndarray):
        raise TableError([Diagnostic.of("table.type/dimensions", name=name, count=values.ndim)])
    raise TableError([Diagnostic.of("table.type/array", name=name, type=type(values).__name__)])


class PandasSource:
    """A pandas data frame, whose columns may be NumPy arrays, Arrow arrays or pandas' own nullable ones."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        self.frame = frame
        self.names = list(frame.columns)
        self.size = len(frame)

    def parts(self, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Column]]]:
        """All rows in one part."""
        yield self.size, {name: _of_series(name, self.frame[name]) for name in names}

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame[name].iloc[row]

    def arrow(self, name: str) -> typing.Any:
        """Return a column as an Arrow array."""
        import pyarrow as pa

        return pa.array(self.frame[name], from_pandas=True)

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return PandasSource(self.frame.iloc[rows])

    def cast(self, name: str, kind: Message) -> str:
        """How to turn a column into another type."""
        return f'`frame["{name}"].astype("{"float64" if kind == NUMBERS else "boolean"}")`'

    def back(self, kept: Sequence[str], rows: "Array | None", made: Mapping[str, typing.Any]) -> Frame:
        """Return a data frame with the same index; labels are categorical."""
        import pandas as pd

        index = self.frame.index if rows is None else self.frame.index[rows]
        found: dict[str, typing.Any] = {}
        for name in kept:
            values = self.frame[name].array
            found[name] = values if rows is None else values.take(rows)
        for name, values in made.items():
            if isinstance(values, Labels):
                kind = pd.CategoricalDtype(list(values.labels))
                found[name] = pd.Categorical.from_codes(typing.cast(typing.Any, values.codes), dtype=kind)
            else:
                found[name] = _pandas_of(values)
        return pd.DataFrame(found, index=index, copy=False)


def _pandas_of(values: typing.Any) -> typing.Any:
    """Return a column of results for pandas; integers with nulls are nullable ones."""
    import pandas as pd

    if isinstance(values, np.ma.MaskedArray):
        kind = "boolean" if values.dtype.kind == "b" else f"Int{8 * values.dtype.itemsize}"
        plain = pd.array(values.data, dtype=typing.cast(typing.Any, kind))
        plain[np.ma.getmaskarray(values)] = pd.NA
        return plain
    return values if isinstance(values, np.ndarray) else values.to_pandas().array


def _of_series(name: str, series: "pd.Series[typing.Any]") -> Column:
    """Return a column of a data frame; NaN is null in those that are NumPy arrays only."""
    import pandas as pd
    import pyarrow as pa

    kind = series.dtype
    if isinstance(kind, np.dtype):
        values = series.to_numpy()
        return (
            of_objects(name, values, _nan_objects(values)) if kind.kind == "O" else of_plain(name, values, None, True)
        )
    if isinstance(kind, pd.CategoricalDtype):
        labels = kind.categories.tolist()
        if all(isinstance(label, str) for label in labels):
            return Column(name, TEXTS, series.cat.codes.to_numpy(), labels=tuple(labels))
        return of_objects(name, series.astype(object).to_numpy(), None)
    if isinstance(kind, pd.ArrowDtype | pd.StringDtype):
        array = pa.array(series.array)
        return of_arrow(name, array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    if pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        null = series.isna().to_numpy()
        width: typing.Any = typing.cast(typing.Any, kind).numpy_dtype
        plain = series.to_numpy(width, na_value=0)
        return of_plain(name, plain, (lambda a, b: null[a:b]) if null.any() else None, False)
    return Column(name, Message("holds.type", type=str(kind)), series.to_numpy())


def _nan_objects(values: Array) -> typing.Any:
    """Where Python values are what pandas takes for null."""
    import pandas as pd

    null = pd.isna(values)
    return (lambda a, b: null[a:b]) if null.any() else None


class ArrowSource:
    """A pyarrow table, read chunk by chunk: to put the chunks together would copy all of it."""

    def __init__(self, frame: typing.Any) -> None:
        self.frame = frame
        self.names: list[str] = frame.column_names
        self.size: int = frame.num_rows

    def parts(self, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Column]]]:
        """Yield the record batches of the table."""
        return _batches(self.frame.select(names))

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame.column(name)[row].as_py()

    def arrow(self, name: str) -> typing.Any:
        """Return a column as an Arrow array."""
        return self.frame.column(name).combine_chunks()

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        import pyarrow as pa

        return ArrowSource(self.frame.take(pa.array(rows)))

    def cast(self, name: str, kind: Message) -> str:
        """How to turn a column into another type."""
        return f'`frame["{name}"].cast("{"double" if kind == NUMBERS else "bool"}")`'

    def back(self, kept: Sequence[str], rows: "Array | None", made: Mapping[str, typing.Any]) -> Frame:
        """Return a table; labels are dictionaries."""
        import pyarrow as pa

        taken = self.frame.select(list(kept))
        if rows is not None:
            taken = taken.take(pa.array(rows))
        columns = {name: taken.column(name) for name in kept}
        return pa.table(columns | {name: arrow_of(values) for name, values in made.items()})


class PolarsSource:
    """A Polars data frame; it holds its columns as Arrow does, and hands them out without a copy."""

    def __init__(self, frame: "pl.DataFrame") -> None:
        self.frame = frame
        self.names = frame.columns
        self.size = frame.height

    def parts(self, names: Sequence[str]) -> Iterator[tuple[int, dict[str, Column]]]:
        """Yield the chunks of the frame, as Arrow has them."""
        import polars as pl

        return _batches(self.frame.select(names).to_arrow(compat_level=pl.CompatLevel.oldest()))

    def at(self, name: str, row: int) -> object:
        """Return the value of one row as the library has it, to name a unit."""
        return self.frame.get_column(name)[row]

    def arrow(self, name: str) -> typing.Any:
        """Return a column as an Arrow array."""
        return self.frame.get_column(name).to_arrow()

    def taken(self, rows: Array) -> Source:
        """Return some of the rows."""
        return PolarsSource(self.frame[rows])

    def cast(self, name: str, kind: Message) -> str:
        """How to turn a column into another type."""
        return f'`frame.with_columns(pl.col("{name}").cast(pl.{"Float64" if kind == NUMBERS else "Boolean"}))`'

    def back(self, kept: Sequence[str], rows: "Array | None", made: Mapping[str, typing.Any]) -> Frame:
        """Return a data frame; labels are categorical."""
        import polars as pl

        taken = self.frame.select(kept)
        if rows is not None and kept:
            taken = taken[rows]
        columns = [
            pl.Series(name, values, nan_to_null=True)
            if isinstance(values, np.ndarray) and not isinstance(values, np.ma.MaskedArray)
            else pl.Series(name, pl.from_arrow(arrow_of(values)))
            for name, values in made.items()
        ]
        return taken.with_columns(columns) if kept else pl.DataFrame(columns)


def _batches(table: typing.Any) -> Iterator[tuple[int, dict[str, Column]]]:
    if not table.num_columns:
        yield table.num_rows, {}
        return
    for batch in table.to_batches():
        yield batch.num_rows, {n: of_arrow(n, batch.column(i)) for i, n in enumerate(batch.schema.names)}


def arrow_of(values: typing.Any) -> typing.Any:
    """Return a column of results for Arrow: NaN and -1 are null."""
    import pyarrow as pa

    if isinstance(values, Labels):
        codes = pa.array(values.codes, mask=values.codes < 0)
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.labels, pa.string()))
    if isinstance(values, np.ma.MaskedArray):
        return pa.array(values.data, mask=np.ma.getmaskarray(values))
    if isinstance(values, np.ndarray):
        return pa.array(values, from_pandas=values.dtype.kind == "f")
    return values
