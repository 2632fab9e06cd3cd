"""Rows out of Excel files (.xlsx): values as the cells hold them, percentages as they are shown."""

import re
import typing
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable, meant
from ntm_rules.tables.cells import Percent, tidied
from ntm_rules.tables.rows import Problems, Record

if typing.TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_BYTES = 2**32
"""The most that the parts of a workbook may hold once they are unpacked; sheets are read as a stream."""
MAX_TEXTS = 2**28
"""The most of the parts that are read whole: the texts of the cells, the formats."""

_ROWS = 1000
_NOT_EXCEL = (zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, TypeError, AttributeError, EOFError)
_AS_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""The parts of a number format that stand for themselves."""
_NO_RESULT = re.compile(rb"(</(\w+:)?f>|<(\w+:)?f\b[^>]*/>)\s*(<(\w+:)?v\s*/>\s*)?</(\w+:)?c>")
"""A formula whose cell ends without a value."""
_CHUNK, _OVERLAP = 2**20, 2**8


def workbook_records(path: Path, problems: Problems, sheet: str | None) -> Iterator[Record]:
    """Yield the rows of a sheet; the first that is not blank holds the names of the columns.

    A cell that is shown as a percentage is ``Percent``. Results of formulas are those that were stored.

    Args:
        sheet: its name; the first unless given.

    Raises:
        TableError: the file is not a workbook, has no such sheet, or holds formulas without results.
        EngineUnavailable: openpyxl is not installed.
        OSError: the file cannot be opened.
    """
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise EngineUnavailable(Message("engine.excel"), Message("hint.extra", extra="excel")) from error
    with path.open("rb") as file:
        try:
            _look(file, problems)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl warns of what it does not keep; we only read
                book = load_workbook(file, read_only=True, data_only=True)
            chosen = typing.cast("ReadOnlyWorksheet", _sheet(book.worksheets, sheet, problems))
            yield from _rows(chosen)
        except _NOT_EXCEL as error:
            problems.fail(Message("table.excel", error=str(error)), 1)


def _look(file: typing.IO[bytes], problems: Problems) -> None:
    """Refuse what would not fit, and formulas that nobody has worked out."""
    with zipfile.ZipFile(file) as parts:
        sizes = {part.filename: part.file_size for part in parts.infolist()}
        whole = sum(size for name, size in sizes.items() if not name.startswith("xl/worksheets/"))
        if sum(sizes.values()) > MAX_BYTES or whole > MAX_TEXTS:
            problems.fail(Message("table.size/workbook"), 1)
        for name in sizes:
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name) and _unfinished(parts, name):
                problems.fail(Message("table.formula"), 1)


def _unfinished(parts: zipfile.ZipFile, name: str) -> bool:
    """Return whether a sheet holds a formula without a result."""
    with parts.open(name) as part:
        text = b""
        while chunk := part.read(_CHUNK):
            text = text[-_OVERLAP:] + chunk
            if any(b't="str"' not in _opening(text, found.start()) for found in _NO_RESULT.finditer(text)):
                return True
    return False


def _opening(text: bytes, place: int) -> bytes:
    """Return the tag that opens the cell around a place; an empty text is a result too."""
    start = max(text.rfind(b"<c ", 0, place), text.rfind(b":c ", 0, place))
    return text[start : text.find(b">", start)]


def _sheet(sheets: Sequence[typing.Any], wanted: str | None, problems: Problems) -> object:
    """Return the sheet of a name, or the first."""
    names = [sheet.title for sheet in sheets]
    if not sheets:
        problems.fail(Message("table.sheet/none"), 1)
    if wanted is None:
        return sheets[0]
    if wanted not in names:
        hint = meant(wanted, names) or Message("hint.there_is", names=tuple(names))
        problems.fail(Message("table.sheet", name=wanted), 1, hint)
    return sheets[names.index(wanted)]


def _rows(sheet: "ReadOnlyWorksheet") -> Iterator[Record]:
    sheet.reset_dimensions()  # what the file says of its size need not be so
    percents: dict[str, bool] = {}
    header: tuple[str, ...] = ()
    rows = enumerate(sheet.iter_rows(), 1)
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chunk = list(islice(rows, _ROWS))
        if not chunk:
            return
        for number, cells in chunk:
            values = [_value(cell, percents) for cell in cells]
            while values and (values[-1] is None or not str(values[-1]).strip()):
                values.pop()
            if values and header:
                yield number, header, values
            elif values:
                header = tuple("" if value is None else tidied(str(value)) for value in values)
                yield number, header, None


def _value(cell: typing.Any, percents: dict[str, bool]) -> object:
    """Return the value of a cell; as ``Percent`` where that is how it is shown."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        form = cell.number_format
        if form not in percents:
            percents[form] = "%" in _AS_TEXT.sub("", form)
        if percents[form]:
            exact = Decimal(repr(value)) * 100
            return Percent(int(exact) if exact == exact.to_integral_value() else float(exact))
    return value
