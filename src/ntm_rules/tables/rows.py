"""Rows out of files: lines, names of columns, values as they are written."""

import csv
import json
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic, TableError
from ntm_rules.model.numbers import decimal_of
from ntm_rules.tables.cells import tidied

MAX_JSON_BYTES = 64 * 2**20
"""The most a JSON file may hold, since it is read whole; CSV and JSONL are read as streams."""

MAX_LINE = 2**20
"""The most characters of one line of a CSV or JSONL file; a CSV cell holds at most 131,072."""

TYPED = (".xlsx", ".parquet")
"""Suffixes of files whose cells know their types."""

MAX_PROBLEMS = 100
"""After so many problems of its shape a file is read no further."""

_LONG = 400
_TEXTS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")
_DELIMITERS = (",", ";", "\t")
_UTF8_HINT = Message("hint.utf8")

Record = tuple[int, tuple[str, ...], Sequence[object] | None]
"""Line (of a JSON list the place, from 1), names of the columns, values; None for the values of a header."""

Known = Callable[[str], bool]
"""Whether a name is that of a column we look for."""


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

    def _at(self, line: int, message: Message, hint: Sentence = "") -> Diagnostic:
        code = message.code.partition("/")[0]
        return Diagnostic(code, message, file=self.file, line=line, column=1, hint=hint)


def records(path: Path, problems: Problems, known: Known, sheet: str | None = None) -> Iterator[Record]:
    """Yield the rows of a file; blank ones are left out.

    Args:
        path: its suffix says what kind of file it is.
        problems: takes what is wrong with single rows.
        known: tells the delimiter of a CSV file: the one that makes the most names known.
        sheet: the sheet of an Excel file; the first unless given.

    Raises:
        TableError: the file cannot be read any further.
        EngineUnavailable: what reads Excel files is not installed.
        OSError: it cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from ntm_rules.tables.excel import workbook_records

        yield from workbook_records(path, problems, sheet)
    elif sheet is not None:
        problems.fail(Message("table.sheet/kind", name=path.name), 1)
    elif suffix in _TEXTS:
        yield from _text_records(path, problems, known)
    else:
        hint = Message("hint.save_xlsx") if suffix.startswith(".xl") else ""
        problems.fail(Message("table.kind", kind=suffix or path.name), 1, hint)


def _text_records(path: Path, problems: Problems, known: Known) -> Iterator[Record]:
    suffix = path.suffix.lower()
    encoding = _encoding(path, problems)
    try:
        if suffix == ".json":
            yield from _json_records(path, encoding, problems)
        elif suffix in (".jsonl", ".ndjson"):
            yield from _jsonl_records(path, encoding, problems)
        else:
            yield from _csv_records(path, encoding, problems, known)
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


def _csv_records(path: Path, encoding: str, problems: Problems, known: Known) -> Iterator[Record]:
    delimiter = _delimiter(path, encoding, problems, known)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_lines(file, problems), delimiter=delimiter, strict=True)
        header: tuple[str, ...] = ()
        line = 1
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if header:
                        yield line, header, cells
                    else:
                        header = tuple(tidied(cell) for cell in cells)
                        yield line, header, None
                line = reader.line_num + 1
        except csv.Error as error:
            problems.fail(Message("table.csv", line=line, error=str(error)), line)


def _delimiter(path: Path, encoding: str, problems: Problems, known: Known) -> str:
    """Return the delimiter that makes the most columns known, then the one that makes the most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        with path.open(encoding=encoding, newline="") as file, suppress(csv.Error):
            for cells in csv.reader(_lines(file, problems), delimiter=delimiter, strict=True):
                names = [tidied(cell) for cell in cells]
                if any(names):
                    return sum(known(name) for name in names), len(names)
        return 0, 0

    return max(_DELIMITERS, key=score)


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
        yield line, tuple(tidied(name) for name in item), tuple(item.values())
    else:
        problems.note(Message("table.json/object", line=line), line)


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
    return json.loads(
        text, object_pairs_hook=_pairs, parse_constant=_no_number, parse_float=decimal_of, parse_int=_whole
    )


def _whole(text: str) -> int | Decimal | None:
    """Return a whole number; as a decimal where it has more digits than any that is used."""
    return int(text) if len(text) <= _LONG else decimal_of(text)


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
