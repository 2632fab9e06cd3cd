"""Rows out of files: lines, names of columns, values as they are written."""

import csv
import json
import re
import stat
import typing
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, Severity, TableError
from ntm_rules.model.judgements import DECIDED
from ntm_rules.model.names import one_form
from ntm_rules.model.numbers import decimal_of

if typing.TYPE_CHECKING:
    from ntm_rules.tables.shape import Head, Search

MAX_JSON_BYTES = 64 * 2**20
"""The most a JSON file may hold, since it is read whole; CSV and JSONL are read as streams."""

MAX_LINE = 2**20
"""The most characters of one line of a CSV or JSONL file, of a row of Excel, of a cell of JSON or Parquet.

A CSV cell holds at most 131,072.
"""

MAX_DEPTH = 32
"""The most levels of a JSON text."""

TYPED = (".xlsx", ".parquet")
"""Suffixes of files whose cells know their types."""

MAX_PROBLEMS = 100
"""After so many problems of its shape a file is read no further."""

_LONG = 400
_TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
_DELIMITERS = (",", ";", "\t")
_DECLARED = re.compile(r"""("?)sep=([^\w\s"]|\t)\1""", re.IGNORECASE)
"""The first line of a CSV file that tells Excel its delimiter."""
_LISTED = 5
_LOOKED_AT = 31
"""Rows of a CSV file by which its delimiter is told."""
_UTF8_HINT = Message("hint.utf8")

Record = tuple[int, tuple[str, ...], "Sequence[object] | Head"]
"""Line (of a JSON list the place, from 1), names of the columns, values; of a sheet first the names and their shape."""


@public("tables")
class TableNote(UserWarning):
    """Something worth knowing about a file that was read all the same, such as rows that were left out.

    Attributes:
        diagnostic: what, with file and line.
    """

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic
        super().__init__(diagnostic.text())

    def text(self, lang: str = "en") -> str:
        """Return file, line and what there is to know.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return self.diagnostic.text(lang)


@frozen
class Problems:
    """What is wrong with the shape of a file, each thing once."""

    file: str
    found: dict[Message, Diagnostic] = field(init=False, factory=dict)

    def note(self, message: Message, line: int, hint: Sentence = "") -> None:
        """Keep a problem, to be raised with the others.

        Args:
            message: its code is that of the diagnostic, or a variant of it.

        Raises:
            TableError: so many problems have come together that the file is read no further.
        """
        self.found.setdefault(message, self._at(line, message, hint))
        if len(self.found) == MAX_PROBLEMS:
            raise TableError((*self.found.values(), self._at(line, Message("table.more"))))

    def stop(self) -> None:
        """Raise what was found, if anything."""
        if self.found:
            raise TableError(tuple(self.found.values()))

    def fail(self, message: Message, line: int, hint: Sentence = "") -> typing.NoReturn:
        """Raise a problem after which nothing can be read, with those found before."""
        self.note(message, line, hint)
        raise TableError(tuple(self.found.values()))

    def remark(self, message: Message, line: int) -> None:
        """Warn of what is no error, and may be a surprise."""
        warnings.warn(TableNote(self._at(line, message, severity=Severity.NOTE)), stacklevel=2)

    def _at(self, line: int, message: Message, hint: Sentence = "", severity: Severity = Severity.ERROR) -> Diagnostic:
        code = message.code.partition("/")[0]
        place = (line, 1) if self.file else (0, 0)
        return Diagnostic(code, message, severity, self.file, *place, hint)


def check_regular(path: Path, problems: Problems) -> None:
    """Raise unless a path is a plain file: a pipe would be waited for, and a device may never end.

    Raises:
        TableError: it is a folder, a pipe or a device.
        OSError: there is nothing, or nothing that may be looked at.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        problems.fail(Message("table.file"), 1)


Rows = Iterator[tuple[int, Sequence[object]]]
"""Line and cells of each row that is not blank."""


def rows_listed(rows: Sequence[int]) -> str:
    """Return the first of some rows, as a note names them."""
    return ", ".join(map(str, rows[:_LISTED])) + (" …" if len(rows) > _LISTED else "")


def records(path: Path, problems: Problems, search: "Search", sheet: str | None = None) -> Iterator[Record]:
    """Yield the rows of a file; blank ones are left out.

    Args:
        path: its suffix says what kind of file it is.
        problems: takes what is wrong with single rows.
        search: finds the names of the columns; the delimiter of a CSV file is the one that makes the most known.
        sheet: the sheet of an Excel file; the first unless given.

    Raises:
        TableError: the file cannot be read any further.
        EngineUnavailable: what reads Excel files is not installed.
        OSError: it cannot be opened.
    """
    check_regular(path, problems)
    suffix = path.suffix.lower()
    if search.row is not None and suffix in _TEXTS[3:]:
        problems.fail(Message("table.header/kind", name=path.name), 1)
    if suffix == ".xlsx":
        try:
            from ntm_rules.tables.excel import workbook_records
        except ImportError as error:  # of openpyxl
            raise EngineUnavailable(Message("engine.excel"), Message("hint.extra", extra="excel")) from error
        yield from workbook_records(path, problems, search, sheet)
    elif sheet is not None:
        problems.fail(Message("table.sheet/kind", name=path.name), 1)
    elif suffix in _TEXTS:
        yield from _text_records(path, problems, search)
    else:
        hint = Message("hint.save_xlsx") if suffix.startswith(".xl") else ""
        problems.fail(Message("table.kind", kind=suffix or path.name), 1, hint)


def _text_records(path: Path, problems: Problems, search: "Search") -> Iterator[Record]:
    suffix = path.suffix.lower()
    encoding = _encoding(path, problems)
    try:
        if suffix == ".json":
            yield from _json_records(path, encoding, problems)
        elif suffix in (".jsonl", ".ndjson"):
            yield from _jsonl_records(path, encoding, problems)
        else:
            yield from _csv_records(path, encoding, problems, search)
    except UnicodeError:
        problems.fail(Message("table.encoding", encoding=encoding.removesuffix("-sig").upper()), 1, _UTF8_HINT)


def _encoding(path: Path, problems: Problems) -> str:
    """UTF-8 or UTF-16 by the byte order mark; UTF-8 without one."""
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and not head.startswith(b"\xff\xfe\0\0"):
        return "utf-16"
    if b"\0" in head:
        problems.fail(Message("table.encoding/mark"), 1, _UTF8_HINT)
    return "utf-8-sig"


def _lines(file: typing.TextIO, problems: Problems) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith("\n"):
            problems.fail(Message("table.line", most=MAX_LINE), number)
        yield line


# -- CSV ---------------------------------------------------------------------------------------


def csv_rows(path: Path, problems: Problems, search: "Search") -> Rows:
    """Yield all rows of a CSV file that are not blank, with the line in which each begins.

    Raises:
        TableError: the file cannot be read any further.
        OSError: it cannot be opened.
    """
    encoding = _encoding(path, problems)
    try:
        yield from _csv_table(path, encoding, problems, search)()
    except UnicodeError:
        problems.fail(Message("table.encoding", encoding=encoding.removesuffix("-sig").upper()), 1, _UTF8_HINT)


def _csv_records(path: Path, encoding: str, problems: Problems, search: "Search") -> Iterator[Record]:
    yield from search.records(_csv_table(path, encoding, problems, search), problems)


def _csv_table(path: Path, encoding: str, problems: Problems, search: "Search") -> Callable[[], Rows]:
    """Return what gives the rows of a CSV file, its delimiter found."""
    with path.open(encoding=encoding, newline="") as file:
        declared = _DECLARED.fullmatch(next(_lines(file, problems), "").rstrip("\r\n"))

    def rows(delimiter: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
        with path.open(encoding=encoding, newline="") as file:
            lines = _lines(file, problems)
            above = len(list(islice(lines, 1))) if declared else 0
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            line = above + 1
            try:
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield line, cells
                    line = above + reader.line_num + 1
            except csv.Error as error:
                problems.fail(Message("table.csv", line=line, error=str(error)), line)

    def fit(delimiter: str) -> tuple[int, int, int]:
        return _fit(rows(delimiter, Problems(problems.file)), search)

    delimiter = declared[2] if declared else max(_DELIMITERS, key=fit)
    return lambda: rows(delimiter, problems)


def _fit(rows: Iterator[tuple[int, list[str]]], search: "Search") -> tuple[int, int, int]:
    """Return how well a delimiter fits: columns that the first row makes known, those of the rows below, columns."""
    found: list[list[str]] = []
    with suppress(TableError):
        found.extend(cells for _, cells in islice(rows, _LOOKED_AT))
    scores = [search.score(cells) for cells in found]
    return (scores[0], max(scores), len(found[0])) if found else (0, 0, 0)


# -- JSON --------------------------------------------------------------------------------------


def _json_records(path: Path, encoding: str, problems: Problems) -> Iterator[Record]:
    if path.stat().st_size > MAX_JSON_BYTES:
        problems.fail(Message("table.size", most=MAX_JSON_BYTES // 2**20), 1)
    found = _parsed(path.read_text(encoding=encoding), None, problems)
    if not isinstance(found, list):
        problems.fail(Message("table.json"), 1)
    for place, item in enumerate(found, 1):
        yield from _object(item, place, problems)


def _jsonl_records(path: Path, encoding: str, problems: Problems) -> Iterator[Record]:
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(_lines(file, problems), 1):
            if line.strip():
                yield from _object(_parsed(line, number, problems), number, problems)


def _object(item: object, line: int, problems: Problems) -> Iterator[Record]:
    if isinstance(item, dict):
        flat = list(opened(item))
        yield line, tuple(one_form(name) for name, _ in flat), tuple(value for _, value in flat)
    else:
        problems.note(Message("table.json/object", line=line), line)


def opened(item: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield names and values of an object, in the place of ``facts`` and ``judgements`` what is in them.

    So the inputs of ``ntm.input_schema`` have them, which a web form fills.
    """
    for name, value in item.items():
        if name == "facts" and isinstance(value, Mapping):
            yield from value.items()
        elif name == "judgements" and isinstance(value, Mapping):
            for no, said in value.items():
                yield f"Chỉ tiêu {no}", {"outcome": said} if isinstance(said, str) and said in DECIDED else said
        else:
            yield name, value


def _parsed(text: str, line: int | None, problems: Problems) -> object:
    try:
        return json_value(text)
    except json.JSONDecodeError as error:
        problems.fail(json_problem(error), line or error.lineno)
    except (ValueError, RecursionError) as error:
        problems.fail(json_problem(error), line or 1)


def json_value(text: str) -> object:
    """Return the value of a JSON text; numbers are what their digits say, not the nearest float.

    Raises:
        ValueError: it is not JSON, or has a duplicate key or a number that JSON does not have.
        RecursionError: it is nested too deeply.
    """
    value = json.loads(
        text, object_pairs_hook=_pairs, parse_constant=_no_number, parse_float=decimal_of, parse_int=_whole
    )
    if _deep(value, MAX_DEPTH):
        raise RecursionError
    return value


def _whole(text: str) -> int | Decimal | None:
    """Return a whole number; as a decimal where it has more digits than any that is used."""
    return int(text) if len(text) <= _LONG else decimal_of(text)


def _deep(value: object, levels: int) -> bool:
    """Return whether a value is nested in more levels."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels == 0 or any(isinstance(each, dict | list) and _deep(each, levels - 1) for each in inner)


class _JsonError(ValueError):
    """A JSON text that is well formed and cannot be used; the message says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


def json_problem(error: Exception) -> Message:
    """Return what is wrong with a text that ``json_value`` refuses, in one sentence."""
    if isinstance(error, _JsonError):
        return error.message
    if isinstance(error, json.JSONDecodeError):
        problem = f"{error.msg[:1].lower()}{error.msg[1:]}"
        return Message("table.json/syntax", problem=problem, character=error.colno)
    if isinstance(error, RecursionError):
        return Message("table.json/depth")
    return Message("table.json/value", problem=str(error))


def _pairs(found: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in found:
        if name in made:
            raise _JsonError(Message("table.json/key", key=name))
        made[name] = value
    return made


def _no_number(name: str) -> typing.NoReturn:
    raise _JsonError(Message("table.json/number", text=name))
