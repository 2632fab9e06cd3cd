"""Workbooks: cells that are written as what they are, and a report as one sheet a table."""

import math
import re
import typing
from decimal import Decimal
from fractions import Fraction

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, TableError
from ntm_rules.programme.tally import Span
from ntm_rules.reports.report import Report, Table, Value, text_of
from ntm_rules.tables.units import kept_text

MAX_ROWS = 2**20
"""The rows of a sheet of Excel, the names of the columns among them."""
MAX_TEXT = 32_767
"""The characters of a cell of Excel."""

_EXACT = 10**15
_NAME = 31
"""The characters of the name of a sheet."""
_WIDTH = 48


def workbook(file: typing.IO[bytes], options: dict[str, typing.Any] | None = None) -> typing.Any:
    """Return a new workbook that goes to *file* when it is closed.

    Raises:
        EngineUnavailable: XlsxWriter is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise EngineUnavailable(Message("engine.workbook"), Message("hint.extra", extra="excel")) from error
    return xlsxwriter.Workbook(file, options or {})


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
        text = kept_text(value)
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
    book = workbook(file)
    try:
        book.set_properties({"title": report.title})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        decimal = book.add_format({"num_format": "0.00", "valign": "top"})
        first = book.add_worksheet(_sheet_name(0, report.title))
        first.set_column(0, 0, 2 * _WIDTH)
        write_cell(first, 0, 0, report.title, bold)
        for row, line in enumerate((*report.lines, "", *(t.title for t in report.tables)), 1):
            write_cell(first, row, 0, line, wrapped)
        for number, table in enumerate(report.tables, 1):
            check_rows(len(table.rows), table.title)
            _write_table(
                book.add_worksheet(_sheet_name(number, table.title)), table, report.lang, bold, wrapped, decimal
            )
    finally:
        book.close()


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


def _sheet_name(number: int, title: str) -> str:
    """Return a name that Excel takes: without its forbidden characters, short, and like no other."""
    return re.sub(r"[\[\]:*?/\\']", " ", f"{number} {title}")[:_NAME].strip()
