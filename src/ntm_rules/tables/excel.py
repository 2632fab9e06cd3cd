"""Rows out of Excel files (.xlsx): values as the cells hold them, percentages as they are shown."""

import re
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from xml.parsers.expat import ExpatError

from attrs import define, field, frozen
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel, from_ISO8601
from openpyxl.utils.escape import unescape

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import meant
from ntm_rules.tables.cells import Merged, Percent
from ntm_rules.tables.parts import MAX_BYTES, MAX_PART, MAX_TEXTS, Attributes, Damaged, Parts
from ntm_rules.tables.rows import MAX_LINE, Problems, Record, rows_listed
from ntm_rules.tables.shape import Head, Search, below

MAX_ROWS, MAX_COLUMNS = 2**20, 2**14
"""The size of a sheet in Excel."""
MAX_MERGED = 2**16
"""The most merged ranges of a sheet; they are all known before its first row is read."""

MAX_HELD = 2**26
"""The most bytes of a workbook, unpacked, that is held in memory as a whole."""

MAX_HELD_MERGED = 2**20
"""The most cells in the merged ranges of such a workbook."""

NOT_EXCEL = (
    Damaged,
    EOFError,
    ExpatError,
    KeyError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    UnicodeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the parts of a file that is not a workbook, or is a damaged one, end in."""
_AS_TEXT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""The parts of a number format that stand for themselves."""
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

Row = tuple[int, list[object]]


def workbook_records(path: Path, problems: Problems, search: Search, sheet: str | None) -> Iterator[Record]:
    """Yield the rows of a sheet, from that with the names of the columns on.

    A cell that is shown as a percentage is ``Percent``, one that is merged with others ``Merged``. Results of
    formulas are those that were stored.

    Args:
        sheet: its name; the first that is not hidden unless given.

    Raises:
        TableError: the file is not a workbook, is too large, has no such sheet, or holds formulas without results.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                book = _Book.of(Parts(archive, problems), problems)
                found = book.sheet(sheet)
                marks = book.marks(found)
                head = search.head(book.spread(found, marks), problems)
                if head is not None:
                    yield from below(book.rows(found, head, marks), head, problems)
        except NOT_EXCEL as error:
            problems.fail(Message("table.excel", error=str(error)), 1)


def check_held(path: Path, problems: Problems) -> None:
    """Check that a workbook can be held in memory as a whole, as a library does that copies it.

    Raises:
        TableError: it is too large, or no workbook.
        OSError: the file cannot be opened.
    """
    merged = 0
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                parts = Parts(archive, problems)
                if sum(part.file_size for part in parts.sizes.values()) > MAX_HELD:
                    problems.fail(Message("table.held", most=MAX_HELD // 2**20), 1)
                for name in filter(parts.is_xml, parts.sizes):
                    for tag, attributes, _ in parts.elements(name, MAX_HELD):
                        if tag == "mergeCell" and attributes:
                            left, top, right, bottom = range_boundaries(attributes["ref"])
                            merged += (right - left + 1) * (bottom - top + 1)
                        if merged > MAX_HELD_MERGED:
                            problems.fail(Message("table.held/merged", most=MAX_HELD_MERGED), 1)
        except NOT_EXCEL as error:
            problems.fail(Message("table.excel", error=str(error)), 1)


def sheet_names(path: Path, problems: Problems) -> tuple[str, ...]:
    """Return the names of the sheets that are not hidden.

    Raises:
        TableError: the file is not a workbook.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                book = _Book.of(Parts(archive, problems), problems)
        except NOT_EXCEL as error:
            problems.fail(Message("table.excel", error=str(error)), 1)
    return tuple(sheet.name for sheet in book.sheets if not sheet.hidden)


@frozen
class _Merge:
    """A merged range: rows and columns from 1, as in ``B2:C3``."""

    top: int
    bottom: int
    left: int
    right: int
    cells: str


@frozen
class _Sheet:
    name: str
    part: str
    hidden: bool


@define
class _Book:
    """A workbook: its sheets, and what the cells of all sheets refer to."""

    parts: Parts
    problems: Problems
    sheets: list[_Sheet] = field(factory=list)
    texts: list[str] = field(factory=list)
    formats: list[int] = field(factory=list)
    codes: dict[int, str] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    from_1904: bool = False

    @classmethod
    def of(cls, parts: Parts, problems: Problems) -> "_Book":
        """Return a workbook; its sheets are not read yet."""
        book = cls(parts, problems)
        name = next((target for _, kind, target in parts.targets("") if kind == "officeDocument"), "")
        found = {id_: (kind, target) for id_, kind, target in parts.targets(name)}
        for tag, attributes, _ in parts.elements(name, MAX_PART):
            if tag == "workbookPr" and attributes:
                book.from_1904 = attributes.get("date1904") in ("1", "true")
            if tag == "sheet" and attributes:
                kind, target = found[next((v for k, v in attributes.items() if k.endswith(" id")), "")]
                if kind == "worksheet":
                    hidden = attributes.get("state", "visible") != "visible"
                    book.sheets.append(_Sheet(attributes["name"], target, hidden))
        for kind, target in found.values():
            if kind == "sharedStrings" and target in parts:
                book.texts.extend(_texts(parts, target))
            if kind == "styles" and target in parts:
                book._read_formats(target)
        return book

    def _read_formats(self, part: str) -> None:
        inside = False
        for tag, attributes, _ in self.parts.elements(part, MAX_PART):
            if tag == "cellXfs":
                inside = attributes is not None
            if tag == "xf" and inside and attributes is not None:
                self.formats.append(int(attributes.get("numFmtId", "0")))
            if tag == "numFmt" and attributes is not None:
                self.codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")

    def sheet(self, wanted: str | None) -> _Sheet:
        """Return the sheet of a name, or the first that is not hidden.

        Raises:
            TableError: there is none.
        """
        names = tuple(sheet.name for sheet in self.sheets)
        if wanted is None:
            seen = next((sheet for sheet in self.sheets if not sheet.hidden), None)
            if seen is None:
                self.problems.fail(Message("table.sheet/none"), 1)
            skipped = names[: self.sheets.index(seen)]
            if skipped:
                self.problems.remark(Message("table.hidden/sheets", names=skipped, read=seen.name), 1)
            return seen
        if wanted not in names:
            hint = meant(wanted, names) or Message("hint.there_is", names=names)
            self.problems.fail(Message("table.sheet", name=wanted), 1, hint)
        return self.sheets[names.index(wanted)]

    # -- rows --------------------------------------------------------------------------------

    def spread(self, sheet: _Sheet, marks: "_Marks") -> Iterator[Row]:
        """Yield the rows that are not blank, with the values of merged ranges in all their cells."""
        spread = _Spread(marks.merges, MAX_COLUMNS)
        for number, values in self.filled_rows(sheet):
            yield number, spread.row(number, values)

    def rows(self, sheet: _Sheet, head: Head, marks: "_Marks") -> Iterator[Row]:
        """Yield the rows below the names that are not blank; what is hidden is read too, with a note at the end.

        Raises:
            TableError: a cell is merged with the names of the columns.
        """
        width = len(head.names)
        hidden = tuple(name for place, name in enumerate(head.names, 1) if marks.columns(place) and name)
        if hidden:
            self.problems.remark(Message("table.hidden/columns", names=hidden), head.last)
        for merge in marks.merges:
            if merge.top <= head.last < merge.bottom:
                self.problems.fail(Message("table.merged", cells=merge.cells), head.last)
        spread = _Spread([merge for merge in marks.merges if merge.top > head.last], width)
        seen: list[int] = []
        for number, values in self.filled_rows(sheet):
            if number > head.last:
                if marks.rows(number):
                    seen.append(number)
                yield number, spread.row(number, values)
        if seen:
            self.problems.remark(Message("table.hidden/rows", count=len(seen), rows=rows_listed(seen)), seen[0])

    def marks(self, sheet: _Sheet) -> "_Marks":
        """Return merged ranges, and which rows and columns are hidden."""
        merges: list[_Merge] = []
        rows, columns = _Ranges(), _Ranges()
        row = 0
        for tag, attributes, _ in self.parts.elements(sheet.part, MAX_BYTES):
            if attributes is None:
                continue
            if tag == "row":
                row = int(attributes.get("r", row + 1))
                if attributes.get("hidden") in ("1", "true"):
                    rows.add(row, row)
            elif tag == "col" and attributes.get("hidden") in ("1", "true"):
                columns.add(int(attributes["min"]), int(attributes["max"]))
            elif tag == "mergeCell":
                left, top, right, bottom = range_boundaries(attributes["ref"])
                if (left, top) != (right, bottom):
                    merges.append(_Merge(top, bottom, left, right, attributes["ref"]))
                if len(merges) > MAX_MERGED:
                    self.problems.fail(Message("table.merged/many", most=MAX_MERGED), 1)
        return _Marks(merges, rows, columns)

    def filled_rows(self, sheet: _Sheet) -> Iterator[Row]:
        """Yield the rows that hold something, without the blank cells at their ends."""
        row, column, size = 0, 0, 0
        cells: dict[int, object] = {}
        cell: Attributes = {}
        text: list[str] = []
        formula, phonetic = False, False
        for tag, attributes, inner in self.parts.elements(sheet.part, MAX_BYTES):
            if attributes is not None:
                if tag == "c":
                    cell, formula = attributes, False
                    column = _column(attributes["r"]) if "r" in attributes else column + 1
                    text.clear()
                elif tag == "row":
                    number = int(attributes.get("r", row + 1))
                    if not row < number <= MAX_ROWS:
                        raise Damaged(f"row {number}")
                    row, column, size = number, 0, 0
                    cells = {}
                elif tag == "rPh":
                    phonetic = True
            elif tag == "v" or (tag == "t" and not phonetic):
                text.append(inner)
                size += len(inner)
                if size > MAX_LINE:
                    self.problems.fail(Message("table.line", most=MAX_LINE), row)
            elif tag == "f":
                formula = True
            elif tag == "rPh":
                phonetic = False
            elif tag == "c":
                if formula and not any(text) and cell.get("t") != "str":
                    self.problems.fail(Message("table.formula"), row)
                value = self._value(cell, "".join(text))
                if value is not None and str(value).strip():
                    if not 0 < column <= MAX_COLUMNS:
                        raise Damaged(f"column {column}")
                    cells[column] = value
                    size += len(value) if isinstance(value, str) else 0
                    if size > MAX_LINE:
                        self.problems.fail(Message("table.line", most=MAX_LINE), row)
            elif tag == "row" and cells:
                yield row, [cells.get(place) for place in range(1, max(cells) + 1)]

    # -- cells -------------------------------------------------------------------------------

    def _value(self, cell: Attributes, text: str) -> object:
        """Return the value of a cell; as ``Percent`` where that is how it is shown."""
        kind = cell.get("t", "n")
        if kind in ("inlineStr", "str"):
            return _unescaped(text)
        if not text:
            return None
        if kind == "s":
            return self.texts[int(text)]
        if kind == "b":
            return bool(int(text))
        if kind == "d":
            return from_ISO8601(text)
        return self._number(text, int(cell.get("s", "0"))) if kind == "n" else text

    def _number(self, text: str, style: int) -> object:
        if not _NUMBER.fullmatch(text):
            raise Damaged(f"the number {text[:20]}")
        value = float(text) if set(text) & set(".eE") else int(text)
        shown_as = self._shown_as(style)
        if shown_as == "percent":
            exact = Decimal(repr(value)) * 100
            return Percent(int(exact) if exact == exact.to_integral_value() else float(exact))
        if shown_as:
            epoch = CALENDAR_MAC_1904 if self.from_1904 else CALENDAR_WINDOWS_1900
            try:
                return from_excel(value, epoch, timedelta=shown_as == "timedelta")
            except (OverflowError, ValueError):
                return "#VALUE!"  # as Excel shows a day that it does not know
        return value

    def _shown_as(self, style: int) -> str:
        """Return whether numbers of a style are shown as ``percent``, ``date`` or ``timedelta``; empty for others."""
        number = self.formats[style] if style < len(self.formats) else 0
        code = self.codes.get(number) or BUILTIN_FORMATS.get(number, "")
        if code not in self.kinds:
            kinds = (
                ("percent", "%" in _AS_TEXT.sub("", code)),
                ("timedelta", is_timedelta_format(code)),
                ("date", is_date_format(code)),
            )
            self.kinds[code] = next((kind for kind, holds in kinds if holds), "")
        return self.kinds[code]


def _texts(parts: Parts, name: str) -> Iterator[str]:
    """Yield the texts that cells refer to by number, without the readings of East Asian ones."""
    found: list[str] = []
    size, phonetic = 0, False
    for tag, attributes, inner in parts.elements(name, MAX_TEXTS):
        if tag == "rPh":
            phonetic = attributes is not None
        elif attributes is None and tag == "t" and not phonetic:
            found.append(inner)
            size += len(inner)
            if size > MAX_LINE:
                parts.problems.fail(Message("table.line", most=MAX_LINE), 1)
        elif attributes is None and tag == "si":
            yield _unescaped("".join(found))
            found.clear()
            size = 0


def _unescaped(text: str) -> str:
    """Return a text with its characters for their codes, as ``_x000D_``; most have none."""
    return unescape(text) if "_x" in text else text


def _column(place: str) -> int:
    """Return the number of the column of a cell such as ``AB12``."""
    number = 0
    for letter in place.rstrip("0123456789"):
        if not "A" <= letter <= "Z" or number > MAX_COLUMNS:
            raise Damaged(place[:20])
        number = 26 * number + ord(letter) - 64
    return number


@define
class _Ranges:
    """Numbers of rows or columns, in the order of the file; they are many where a table is filtered."""

    ends: list[int] = field(factory=list)
    starts: list[int] = field(factory=list)

    def add(self, start: int, end: int) -> None:
        if self.ends and self.ends[-1] == start - 1:
            self.ends[-1] = end
        else:
            self.starts.append(start)
            self.ends.append(end)

    def __call__(self, number: int) -> bool:
        place = bisect_left(self.ends, number)
        return place < len(self.ends) and self.starts[place] <= number


@frozen
class _Marks:
    """Merged ranges of a sheet, and its hidden rows and columns."""

    merges: list[_Merge]
    rows: _Ranges
    columns: _Ranges


class _Spread:
    """Gives the cells of merged ranges the value that is written in the first of them."""

    def __init__(self, merges: Iterable[_Merge], width: int) -> None:
        self.waiting = sorted((m for m in merges if m.left <= width), key=lambda m: m.top, reverse=True)
        self.width = width
        self.open: list[tuple[_Merge, object]] = []

    def row(self, number: int, values: Sequence[object]) -> list[object]:
        """Return the values of a row."""
        made = list(values)
        self.open = [(merge, value) for merge, value in self.open if merge.bottom >= number]
        while self.waiting and self.waiting[-1].top <= number:
            merge = self.waiting.pop()
            if merge.bottom >= number:
                written = merge.top == number and merge.left <= len(values)
                self.open.append((merge, values[merge.left - 1] if written else None))
        for merge, value in self.open:
            right = min(merge.right, self.width)
            made.extend([None] * (right - len(made)))
            made[merge.left - 1 : right] = [Merged(value, merge.cells)] * (right - merge.left + 1)
        return made
