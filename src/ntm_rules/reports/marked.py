"""A copy of somebody's table with the cells marked that cannot be used, for whoever mends them."""

import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from ntm_rules.messages.catalogue import Message, say, shown
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, FactProblem, NtmRulesError, TableError
from ntm_rules.messages.printable import printable
from ntm_rules.reports.workbook import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, sheet_names
from ntm_rules.tables.rows import Problems, csv_rows
from ntm_rules.tables.shape import Search

MAX_CELLS = 2_000_000
"""The most cells of a CSV file of which a marked copy is made: all are held in memory."""

SUFFIXES = (".xlsx", ".csv", ".tsv", ".txt")

_RED = "FFFF9999"
_AUTHOR = "ntm-rules"
_HEADS = {
    "marked.head.sheet": 16,
    "marked.head.cell": 8,
    "marked.head.unit": 24,
    "marked.head.column": 32,
    "marked.head.value": 24,
    "marked.head.expected": 64,
    "marked.head.advice": 64,
}
"""The columns of the list, with their widths."""

Book = typing.Any
Sheet = typing.Any
Cell = typing.Any


@frozen
class Table:
    """A table that was read.

    Attributes:
        sheet: the name of its sheet in a workbook; the first that is not hidden unless given.
        search: how the names of its columns were found.
        columns: these names, in the order of the columns, blank ones too.
    """

    path: Path
    sheet: str | None
    search: Search
    columns: Sequence[str]


def write_marked(file: typing.IO[bytes], table: Table, problems: Sequence[FactProblem], lang: str) -> None:
    """Write a copy of a table as a workbook: bad cells are red, with a note of what is wrong; a sheet lists them.

    Formulas, formats and other sheets of a workbook stay; rows of a CSV file are in the rows of their lines. No text
    becomes a formula.

    Raises:
        EngineUnavailable: openpyxl is not installed.
        TableError: the table is too large to be copied.
        NtmRulesError: it is a workbook that openpyxl cannot copy.
        OSError: it cannot be opened.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise EngineUnavailable(Message("engine.excel"), Message("hint.extra", extra="excel")) from error
    if table.path.suffix.lower() == ".xlsx":
        book = _copied(table.path)
        shown = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet = shown if table.sheet is None else book[table.sheet]
    else:
        book = openpyxl.Workbook()
        sheet = book.active
        (sheet.title,) = sheet_names((table.path.stem,))
        _fill(sheet, table)
    _list(book, sheet, _mark(sheet, table.columns, problems, lang), problems, lang)
    book.save(file)


def _copied(path: Path) -> Book:
    """Return a workbook, held as a whole."""
    import openpyxl

    from ntm_rules.tables.excel import NOT_EXCEL, check_held

    check_held(path, Problems(str(path)))
    try:
        return openpyxl.load_workbook(path)
    except (*NOT_EXCEL, AttributeError, IndexError) as error:
        raise NtmRulesError(Message("marked.copy", file=path.name, error=str(error))) from error


def _fill(sheet: Sheet, table: Table) -> None:
    """Write the rows of a CSV file as texts."""
    problems, count = Problems(str(table.path)), 0
    for line, cells in csv_rows(table.path, problems, table.search):
        count += len(cells)
        if count > MAX_CELLS or line > MAX_ROWS or len(cells) > MAX_COLUMNS:
            problems.fail(Message("table.held/cells", most=MAX_CELLS), line)
        for column, value in enumerate(cells, 1):
            if value:
                _write(sheet, line, column, str(value))


def _write(sheet: Sheet, row: int, column: int, text: str) -> Cell:
    """Write a text as a text, whatever it begins with."""
    shown = printable(text)
    if len(shown) > MAX_TEXT:
        raise TableError([Diagnostic.of("table.size/text", row=row, length=len(shown), most=MAX_TEXT)])
    cell = sheet.cell(row, column, shown)
    cell.data_type = "s"
    return cell


def _mark(sheet: Sheet, columns: Sequence[str], problems: Sequence[FactProblem], lang: str) -> Mapping[int, Cell]:
    """Mark the cells that problems are about; return each cell by the place of its problem."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    places = {name: column for column, name in reversed([*enumerate(columns, 1)])}
    found: dict[int, Cell] = {}
    for number, problem in enumerate(problems):
        if not problem.line or problem.column not in places:
            continue
        cell = found[number] = _written(sheet, problem.line, places[problem.column])
        cell.fill = PatternFill("solid", fgColor=_RED)
        before = f"{cell.comment.text}\n" if cell.comment is not None else ""
        cell.comment = Comment(before + _note(cell, problem, lang), _AUTHOR, height=140, width=320)
    return found


def _written(sheet: Sheet, row: int, column: int) -> Cell:
    """Return a cell; of cells that are merged the first, which alone is written."""
    from openpyxl.cell.cell import MergedCell

    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        merged = next(each for each in sheet.merged_cells.ranges if cell.coordinate in each)
        return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _said(cell: Cell | None, problem: FactProblem) -> str:
    """Return what the clerk wrote; the problem may have it as it was read."""
    return shown(cell.value) if cell is not None and isinstance(cell.value, str) else problem.shown


def _note(cell: Cell, problem: FactProblem, lang: str) -> str:
    told = say(lang, "marked.cell", value=_said(cell, problem), expected=problem.expectation)
    return printable("\n".join(filter(None, (told, problem.advice_in(lang)))))


def _list(book: Book, marked: Sheet, cells: Mapping[int, Cell], problems: Sequence[FactProblem], lang: str) -> None:
    """Add the last sheet, which is shown first: every problem, with a link to its cell."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter, quote_sheetname
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet = book.create_sheet(say(lang, "marked.sheet"))  # another name is found where there is one
    for column, (head, width) in enumerate(_HEADS.items(), 1):
        _write(sheet, 1, column, say(lang, head)).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    for number, problem in enumerate(problems):
        cell = cells.get(number)
        for column, text in enumerate(_texts(marked, cell, problem, lang), 1):
            _write(sheet, number + 2, column, text).alignment = Alignment(wrap_text=True, vertical="top")
        if cell is not None:
            link = sheet.cell(number + 2, 2)
            where = f"{quote_sheetname(marked.title)}!{cell.coordinate}"
            link.hyperlink, link.font = Hyperlink(ref=link.coordinate, location=where), Font(underline="single")
    book.active = book.index(sheet)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _texts(sheet: Sheet, cell: Cell | None, problem: FactProblem, lang: str) -> Iterator[str]:
    yield sheet.title if cell is not None else ""
    yield cell.coordinate if cell is not None else ""
    yield problem.unit or ""
    yield problem.column or problem.fact
    yield _said(cell, problem)
    yield problem.expected_in(lang)
    yield problem.advice_in(lang)
