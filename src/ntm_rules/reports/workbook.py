"""Workbooks: cells that are written as what they are, and a report as one sheet a table."""

import itertools
import math
import re
import tempfile
import traceback
import typing
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction

from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, TableError
from ntm_rules.messages.printable import printable
from ntm_rules.programme.tally import Span
from ntm_rules.reports.report import Report, Table, Value, text_of
from ntm_rules.tables.units import kept_text

MAX_ROWS = 2**20
"""The rows of a sheet of Excel, the names of the columns among them."""
MAX_COLUMNS = 2**14
"""The columns of a sheet of Excel."""
MAX_TEXT = 32_767
"""The characters of a cell of Excel."""

_EXACT = 10**15
_NAME = 31
"""The characters of the name of a sheet."""
_RESERVED = ("history",)
"""Names that Excel keeps for itself."""
_WIDTH = 48


@contextmanager
def workbook(file: typing.IO[bytes], **options: object) -> Iterator[typing.Any]:
    """Yield a new workbook that goes to *file* at the end; its temporary files go in any case.

    Raises:
        EngineUnavailable: XlsxWriter is not installed.
        OSError: there is no room for temporary files.
    """
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import FileCreateError
    except ImportError as error:
        raise EngineUnavailable(Message("engine.workbook"), Message("hint.extra", extra="excel")) from error
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(file, {"tmpdir": folder, **options})
        try:
            yield book
            book.close()
        except BaseException as error:
            for sheet in book.worksheets():
                if sheet.row_data_fh is not None:
                    sheet.row_data_fh.close()
            # a half-written archive in the frames closes itself when it goes: here, while *file* is still open
            cause: BaseException | None = error
            while cause is not None:
                traceback.clear_frames(cause.__traceback__)
                cause = cause.__context__
            if isinstance(error, FileCreateError):
                raise error.args[0] from error
            raise


def check_rows(count: int, table: str | None = None) -> None:
    """Refuse more rows than a sheet has room for.

    Args:
        table: the title of the table whose rows they are; the units of a file unless given.

    Raises:
        TableError: there are more.
    """
    if count >= MAX_ROWS:
        most = MAX_ROWS - 1
        if table is None:
            raise TableError([Diagnostic.of("table.size/units", most=most)])
        raise TableError([Diagnostic.of("table.size/rows", most=most, table=table)])


def check_columns(count: int) -> None:
    """Refuse more columns than a sheet has room for.

    Raises:
        TableError: there are more.
    """
    if count > MAX_COLUMNS:
        raise TableError([Diagnostic.of("table.size/columns", most=MAX_COLUMNS, count=count)])


def write_cell(sheet: typing.Any, row: int, place: int, value: object, form: typing.Any = None) -> None:
    """Return a cell: numbers as numbers, everything else as a text, whatever it begins with; nothing for an empty one.

    Raises:
        TableError: a text is longer than a cell.
    """
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value, form)
    elif isinstance(value, int | float) and math.isfinite(value) and abs(value) < _EXACT:
        sheet.write_number(row, place, value, form)
    else:
        text = printable(kept_text(value))
        if len(text) > MAX_TEXT:
            raise TableError([Diagnostic.of("table.size/text", row=row, length=len(text), most=MAX_TEXT)])
        sheet.write_string(row, place, text, form)


# -- reports -----------------------------------------------------------------------------------


def write_report(file: typing.IO[bytes], report: Report) -> None:
    """Return a report as a workbook: the heading in the first sheet, then a sheet for each table.

    Raises:
        EngineUnavailable: XlsxWriter is not installed.
        TableError: a table or a text is too long for a sheet.
    """
    with workbook(file) as book:
        book.set_properties({"title": printable(report.title)})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        decimal = book.add_format({"num_format": "0.00", "valign": "top"})
        first, *tabs = sheet_names(
            (say(report.lang, "report.tab.contents"), *(t.tab or t.title for t in report.tables))
        )
        contents = book.add_worksheet(first)
        contents.set_column(0, 0, 2 * _WIDTH)
        contents.set_column(1, 1, _NAME)
        write_cell(contents, 0, 0, report.title, bold)
        for row, line in enumerate(report.lines, 1):
            write_cell(contents, row, 0, line, wrapped)
        for row, (tab, table) in enumerate(zip(tabs, report.tables, strict=True), len(report.lines) + 2):
            write_cell(contents, row, 0, table.title, wrapped)
            write_cell(contents, row, 1, tab, wrapped)
            check_rows(len(table.rows), table.title)
            check_columns(len(table.columns))
            _write_table(book.add_worksheet(tab), table, report.lang, bold, wrapped, decimal)


def _write_table(
    sheet: typing.Any, table: Table, lang: str, bold: typing.Any, wrapped: typing.Any, decimal: typing.Any
) -> None:
    sheet.freeze_panes(1, 0)
    widths = [len(column) for column in table.columns]
    for place, column in enumerate(table.columns):
        write_cell(sheet, 0, place, column, bold)
    for row, values in enumerate(table.rows, 1):
        for place, value in enumerate(values):
            widths[place] = max(widths[place], len(text_of(value, lang)))
            plain = _plain(value, lang)
            write_cell(sheet, row, place, plain, decimal if isinstance(plain, float) else wrapped)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width + 2, _WIDTH))
    for row, note in enumerate(table.notes, len(table.rows) + 2):
        write_cell(sheet, row, 0, note)


def _plain(value: Value, lang: str) -> object:
    """Return a number for a cell of numbers; a text where it is not a number, or two."""
    if isinstance(value, Span):
        return _plain(value.low, lang) if value.known else text_of(value, lang)
    return float(value) if isinstance(value, Fraction | Decimal) else value


def sheet_names(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return names that Excel takes: without its forbidden characters, short, and all different, in any case."""
    found: dict[str, str] = {}
    for name in wanted:
        plain = re.sub(r"[\[\]:*?/\\']", " ", printable(name))
        ends = itertools.chain([""], (f" ({number})" for number in itertools.count(2)))
        names = ((plain[: _NAME - len(end)].strip() or "-") + end for end in ends)
        free = next(name for name in names if name.casefold() not in (*found, *_RESERVED))
        found[free.casefold()] = free
    return tuple(found.values())
