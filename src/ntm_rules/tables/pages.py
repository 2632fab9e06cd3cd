"""How much memory a Parquet file asks for, by its own description and headers, before anything is unpacked.

What the footer says of a column need not be so: a page says itself how large it becomes, and Arrow believes it. The
footer is read here too, since Arrow for Python ends the process where a column of it is damaged.
"""

import io
import typing
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

MAX_FOOTER = 2**20
"""The most bytes of the description of a file, where that is more than a sixteenth of it."""
PREFIXED = 7
"""The encoding DELTA_BYTE_ARRAY: each text may repeat the one before it for a byte or two."""

_TEXTS = 6
_OF_TEXTS, _OF_NUMBERS = (3, 32), (1, 8)
"""How often the bytes of a page are held, and what an entry of a dictionary costs beside its bytes."""
_BYTE_OF_FOOTER = 2**8
"""What a byte of a description may become in memory."""
_PADDING = 100
"""Bytes that Arrow reads after a column which certain old writers wrote."""

Fields = dict[int, "int | Fields | list[int | Fields]"]


class Damaged(Exception):  # noqa: N818 - never leaves the room
    """A description or header that cannot be read, or says what cannot be."""


@frozen
class Needs:
    """What a file needs.

    Attributes:
        rows: how many there are; not known where the footer is too long to be read.
        memory: bytes of the pages of a row group that are open at the same time, or of such a footer.
        prefixed: whether a text may repeat the one before it.
    """

    rows: int
    memory: int
    prefixed: bool = False


@frozen
class _Page:
    """Size once unpacked, number of values, encoding; and whether it is a dictionary."""

    size: int
    values: int
    encoding: int
    dictionary: bool


def needs(path: Path) -> Needs:
    """Return what a file needs.

    Raises:
        Damaged: it is not a Parquet file, or a damaged one.
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - 8, 0))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic != b"PAR1" or length > size - 8:
            raise Damaged("no footer")
        if length > max(MAX_FOOTER, size // 16):
            return Needs(0, length * _BYTE_OF_FOOTER)
        file.seek(size - 8 - length)
        footer = _fields(io.BytesIO(file.read(length)))
        most, prefixed = 0, False
        for group in _structures(footer, 4):
            need = 0
            for column in _structures(group, 1):
                chunk = _structure(column, 3)
                copies, entry = _OF_TEXTS if _number(chunk, 1) == _TEXTS else _OF_NUMBERS
                pages = list(_pages(file, chunk, size))
                data = [page.size for page in pages if not page.dictionary]
                need += copies * max(data, default=0)
                need += sum(copies * page.size + entry * page.values for page in pages if page.dictionary)
                prefixed = prefixed or any(page.encoding == PREFIXED for page in pages)
            most = max(most, need)
    return Needs(_number(footer, 3), most, prefixed)


def _pages(file: typing.BinaryIO, chunk: Fields, size: int) -> Iterator[_Page]:
    """Yield the pages of a column of a row group, as Arrow finds them."""
    place, seen = _number(chunk, 9), 0
    dictionary = chunk.get(11)
    if isinstance(dictionary, int) and 0 < dictionary < place:
        place = dictionary
    end = place + _number(chunk, 7)
    while seen < _number(chunk, 5) and place < end + _PADDING:
        file.seek(place)
        try:
            header = _fields(file)
            page = _page(header)
            packed = _number(header, 3)
            if packed > size - file.tell():
                raise Damaged("a page behind the end of the file")
        except Damaged:
            if place >= end:
                return
            raise
        yield page
        seen += 0 if page.dictionary else page.values
        place = file.tell() + packed


def _page(header: Fields) -> _Page:
    kind = next((key for key in (5, 7, 8) if key in header), None)
    if kind is None:  # of an index
        return _Page(_number(header, 2), 0, 0, False)
    inner = _structure(header, kind)
    return _Page(_number(header, 2), _number(inner, 1), _number(inner, 4 if kind == 8 else 2), kind == 7)


def _number(fields: Fields, key: int) -> int:
    value = fields.get(key)
    if not isinstance(value, int) or value < 0:
        raise Damaged(f"field {key}")
    return value


def _structure(fields: Fields, key: int) -> Fields:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise Damaged(f"field {key}")
    return value


def _structures(fields: Fields, key: int) -> list[Fields]:
    value = fields.get(key)
    if not isinstance(value, list):
        raise Damaged(f"field {key}")
    return [each for each in value if isinstance(each, dict)]


# -- Thrift's compact protocol ---------------------------------------------------------------

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LISTS, _STRUCT = 1, 2, 3, 7, 8, (9, 10), 12
_INTEGERS = (4, 5, 6)
_DEPTH = 10


def _fields(file: typing.BinaryIO, depth: int = _DEPTH) -> Fields:
    """Return the fields of a structure by their numbers; texts are left out."""
    found: Fields = {}
    key = 0
    while first := _byte(file):
        step, kind = first >> 4, first & 15
        key = key + step if step else _zigzag(file)
        if kind in (_TRUE, _FALSE):
            found[key] = int(kind == _TRUE)
        else:
            found[key] = _value(file, kind, depth)
    return found


def _value(file: typing.BinaryIO, kind: int, depth: int) -> "int | Fields | list[int | Fields]":
    if kind in _INTEGERS:
        return _zigzag(file)
    if kind == _STRUCT and depth:
        return _fields(file, depth - 1)
    if kind in _LISTS and depth:
        first = _byte(file)
        count, inner = first >> 4, first & 15
        count = _varint(file) if count == 15 else count
        items = (_value(file, _BYTE if inner in (_TRUE, _FALSE) else inner, depth - 1) for _ in range(count))
        return [item for item in items if not isinstance(item, list)]
    if kind not in (_BYTE, _DOUBLE, _BINARY):
        raise Damaged(f"type {kind}")
    file.seek({_BYTE: 1, _DOUBLE: 8}.get(kind) or _varint(file), 1)
    return 0


def _byte(file: typing.BinaryIO) -> int:
    read = file.read(1)
    if not read:
        raise Damaged("the end of the file")
    return read[0]


def _varint(file: typing.BinaryIO) -> int:
    value = 0
    for shift in range(0, 64, 7):
        byte = _byte(file)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
    raise Damaged("a number without an end")


def _zigzag(file: typing.BinaryIO) -> int:
    value = _varint(file)
    return value >> 1 if value % 2 == 0 else -(value >> 1) - 1
