"""One column of a frame in memory, whatever library it comes from: its values as arrays, and where it is null."""

import math
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from attrs import field, frozen

from ntm_rules.frames.base.vectors import EXACT, Array, Bytes, Mask
from ntm_rules.messages.catalogue import Message, shown

Nulls = Callable[[int, int], Mask]
"""Where the rows from one place to another are null."""

NUMBERS = Message("holds.numbers")
FLAGS = Message("holds.flags")
TEXTS = Message("holds.texts")
NOTHING = Message("holds.nothing")


@frozen(eq=False)
class Column:
    """A column of a frame.

    Attributes:
        name: as the frame has it.
        kind: ``NUMBERS``, ``FLAGS``, ``TEXTS`` or ``NOTHING``; for messages what else it holds.
        values: numbers as integers or float64, yes/no as 0 and 1, of texts the place in ``labels`` (-1 where null);
            a pyarrow array of texts; or a list of Python values, checked one by one.
        nulls: None where no row is null.
        nan_is_missing: NaN means null here, and is a bad value elsewhere.
        labels: the texts of a column that is coded: a text is looked at once, however many rows have it.
        bits: first bit and number of bits, where *values* is what Arrow has for yes/no, eight rows a byte.
    """

    name: str
    kind: Message
    values: typing.Any
    nulls: Nulls | None = None
    nan_is_missing: bool = False
    labels: tuple[str, ...] | None = None
    bits: tuple[int, int] | None = field(default=None)

    def at(self, row: int) -> typing.Any:
        """Return the value of one row as a caller would give it to ``assess``; None where it is missing."""
        if self.nulls is not None and self.nulls(row, row + 1)[0]:
            return None
        if self.bits is not None:
            return bool(unpacked(self.values, self.bits[0] + row, 1)[0])
        value = self.values[row]
        if self.labels is not None:
            return None if value < 0 else self.labels[value]
        value = value.item() if isinstance(value, np.generic) else value
        if not isinstance(self.values, np.ndarray | list):
            value = value.as_py()
        if isinstance(value, float) and math.isnan(value) and self.nan_is_missing:
            return None
        return value

    def without_values(self, size: int) -> bool:
        """Return whether every one of *size* rows is null, whatever the column might hold by its type."""
        if self.kind == NOTHING:
            return True
        if isinstance(self.values, list):
            return all(value is None for value in self.values)
        missing = np.zeros(size, np.bool_) if self.nulls is None else self.nulls(0, size)
        if self.labels is not None:
            missing = missing | (self.values < 0)
        if self.nan_is_missing and self.values.dtype.kind == "f":
            missing = missing | np.isnan(self.values)
        return bool(missing.all())

    def flags(self, start: int, end: int) -> Bytes:
        """Yes/no values as 0 and 1."""
        if self.bits is None:
            return typing.cast(Bytes, self.values[start:end].view(np.uint8))
        return unpacked(self.values, self.bits[0] + start, end - start)


def unpacked(data: Bytes, start: int, count: int) -> Bytes:
    """*count* bits from bit *start* on, one a byte."""
    first = start // 8
    bits = np.unpackbits(data[first : (start + count + 7) // 8], bitorder="little")
    return bits[start - first * 8 : start - first * 8 + count]


def of_numpy(name: str, values: Array) -> Column:
    """Return a column of a mapping of NumPy arrays; masked arrays are null where they are masked."""
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    data = np.ma.getdata(values) if mask is not None else np.asarray(values)
    nulls = None if mask is None or not mask.any() else (lambda a, b: mask[a:b])
    return of_plain(name, data, nulls, nan_is_missing=True)


def of_plain(name: str, data: Array, nulls: Nulls | None, nan_is_missing: bool) -> Column:
    """Return a column of a NumPy array and what is null in it."""
    kind = data.dtype.kind
    if kind == "b":
        return Column(name, FLAGS, data, nulls)
    if kind in "iu":
        return Column(name, NUMBERS, data, nulls)
    if kind == "f" and data.dtype.itemsize <= 8:
        return Column(name, NUMBERS, shortest(data), nulls, nan_is_missing)
    if kind == "U":
        return Column(name, TEXTS, data, nulls)
    if kind in "OT":
        return of_objects(name, np.asarray(data, object), nulls)
    if kind in "mM":
        return Column(name, Message("holds.type", type=str(data.dtype)), data, lambda a, b: np.isnat(data[a:b]))
    return Column(name, Message("holds.type", type=str(data.dtype)), data, nulls)


_NUMBERS = frozenset((bool, int, float, Decimal))


def of_objects(name: str, data: Array, nulls: Nulls | None = None) -> Column:
    """Return a column of Python values: texts, yes/no values, or numbers; what ``python_values`` makes None is null."""
    listed = python_values(data)
    if nulls is not None:
        listed = [None if null else value for value, null in zip(listed, nulls(0, len(listed)), strict=True)]
    kinds = {type(value) for value in listed if value is not None}
    if not kinds:
        return nothing(name, len(listed))
    if kinds == {str}:
        return _of_texts(name, listed)
    if kinds <= _NUMBERS:
        return Column(name, FLAGS if kinds == {bool} else NUMBERS, listed)
    row = next(i for i, value in enumerate(listed) if value is not None and type(value) not in _NUMBERS)
    kind = Message("holds.objects", row=row, value=shown(listed[row]), type=type(listed[row]).__name__)
    return Column(name, kind, listed)


def python_values(data: Array) -> list[typing.Any]:
    """Return an array of Python objects as a list: NumPy's scalars as Python's; NaN, NaT and pandas' NA as None."""
    listed: list[typing.Any] = data.tolist()
    if {type(value) for value in listed} <= {str, type(None)}:
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


def _of_texts(name: str, texts: Sequence[str | None]) -> Column:
    """Return a column of Python texts, coded once, so that blocks look up numbers and not texts."""
    places: dict[str | None, int] = {None: -1}
    for text in texts:
        places.setdefault(text, len(places) - 1)
    labels = tuple(text for text in places if text is not None)
    return Column(name, TEXTS, np.array([places[text] for text in texts], np.int64), labels=labels)


def nothing(name: str, size: int) -> Column:
    """Return a column in which every row is null."""
    return Column(name, NOTHING, np.zeros(size), lambda a, b: np.ones(b - a, np.bool_))


def shortest(values: Array) -> Array:
    """Floats as float64; float32 is read through its shortest decimal text, as it is printed."""
    if values.dtype == np.float64:
        return values
    # 43.2 in float32 is 43.2000008 when it is widened, which is no longer *at most 43.2*
    found, places = np.unique(values, return_inverse=True)
    return np.array([float(str(value)) for value in found], np.float64)[places.reshape(values.shape)]


# -- Arrow -----------------------------------------------------------------------------------


def of_arrow(name: str, array: typing.Any) -> Column:
    """Return a column of one Arrow array; nothing is copied but decimals, float32 and dictionaries."""
    import pyarrow as pa

    array = plain_arrow(array)
    kind = array.type
    if pa.types.is_null(kind):  # before all others: it has no buffer that says where it is null
        return nothing(name, len(array))
    nulls = _arrow_nulls(array)
    if pa.types.is_dictionary(kind):
        return _of_dictionary(name, array, nulls)
    if pa.types.is_boolean(kind):
        buffer = array.buffers()[1]
        data = np.frombuffer(buffer, np.uint8) if buffer is not None else np.zeros(len(array) // 8 + 1, np.uint8)
        return Column(name, FLAGS, data, nulls, bits=(array.offset, len(array)))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values = _arrow_values(array)
        return Column(name, NUMBERS, shortest(values) if pa.types.is_floating(kind) else values, nulls)
    if pa.types.is_decimal(kind):
        return _of_decimals(name, array, nulls)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Column(name, TEXTS, array, nulls)
    return Column(name, Message("holds.type", type=str(kind)), array, nulls)


def plain_arrow(array: typing.Any) -> typing.Any:
    """Return an Arrow array in a layout that Arrow can look up and take rows of: views, runs, coded numbers are not."""
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


def _is_coded_text(array: typing.Any) -> bool:
    """Return whether a dictionary holds texts, each a text; one may hold null, or anything else."""
    import pyarrow as pa

    kind = array.type.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return is_text and int(array.dictionary.null_count) == 0


def _arrow_values(array: typing.Any) -> Array:
    """Return the values of an Arrow array of numbers, as they lie there; what is under a null may be anything."""
    width = np.dtype(array.type.to_pandas_dtype())
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), width)
    return np.frombuffer(buffer, width, len(array), array.offset * width.itemsize)


def _arrow_nulls(array: typing.Any) -> Nulls | None:
    if array.null_count == 0:
        return None
    bitmap, offset = np.frombuffer(array.buffers()[0], np.uint8), array.offset
    return lambda a, b: unpacked(bitmap, offset + a, b - a) == 0


def _of_dictionary(name: str, array: typing.Any, nulls: Nulls | None) -> Column:
    labels = tuple(array.dictionary.to_pylist())
    return Column(name, TEXTS, _arrow_values(array.indices), nulls, labels=labels)


def _of_decimals(name: str, array: typing.Any, nulls: Nulls | None) -> Column:
    """Decimals as float64: a whole number below 2**53 over a power of ten is rounded once, so correctly."""
    kind = array.type
    if kind.bit_width == 128 and 0 <= kind.scale <= 22 and array.buffers()[1] is not None:
        # a 128-bit integer as two halves: the lower one is the number where the upper one only repeats its sign
        words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset : 2 * (array.offset + len(array))]
        low, high = words[0::2], words[1::2]
        fits = (high == low >> 63) & (np.abs(low) < 10**15)
        if nulls is not None:
            fits |= nulls(0, len(array))
        if fits.all():
            values = np.where(np.abs(low) < EXACT, low, 0) / float(10**kind.scale)
            return Column(name, NUMBERS, values, nulls)
    return Column(name, NUMBERS, array.to_pylist())
