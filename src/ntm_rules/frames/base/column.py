"""One column of a frame in memory, whatever library it comes from: its values as arrays, and where it is null."""

import math
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from attrs import field, frozen

from ntm_rules.frames.base.vectors import EXACT, Array, Bytes, Mask
from ntm_rules.messages.catalogue import Message

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
    if kind in "UT":
        return Column(name, TEXTS, data, nulls)
    if kind == "O":
        return of_objects(name, data, nulls)
    return Column(name, Message("holds.type", type=str(data.dtype)), data, nulls)


def of_objects(name: str, data: Array, nulls: Nulls | None = None) -> Column:
    """Return a column of Python values: texts, yes/no values, or Decimals; None is null."""
    listed = data.tolist()
    if nulls is not None:
        listed = [None if null else value for value, null in zip(listed, nulls(0, len(listed)), strict=True)]
    kinds = {type(value) for value in listed if value is not None}
    if not kinds:
        return nothing(name, len(listed))
    if kinds == {str}:
        return _of_texts(name, listed)
    if kinds <= {bool, Decimal}:
        return Column(name, FLAGS if kinds == {bool} else NUMBERS, listed)
    row = next(i for i, value in enumerate(listed) if value is not None and type(value) not in (bool, Decimal))
    kind = Message("holds.objects", row=row, value=str(listed[row]), type=type(listed[row]).__name__)
    return Column(name, kind, listed)


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

    kind = array.type
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
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return Column(name, TEXTS, array, nulls)
    if pa.types.is_null(kind):
        return nothing(name, len(array))
    return Column(name, Message("holds.type", type=str(kind)), array, nulls)


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
    labels = array.dictionary.to_pylist()
    if not all(isinstance(label, str) for label in labels):
        return Column(name, Message("holds.type", type=str(array.type)), array, nulls)
    return Column(name, TEXTS, _arrow_values(array.indices), nulls, labels=tuple(labels))


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
