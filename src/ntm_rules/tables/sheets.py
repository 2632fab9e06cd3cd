"""Units out of several tables: the sheets of a workbook, or the files of a folder, such as one a village."""

import typing
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, EngineUnavailable, FactError, FactProblem, TableError
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.names import look_alike, one_form
from ntm_rules.tables.naming import Catalogue
from ntm_rules.tables.rows import Problems, check_regular
from ntm_rules.tables.unit import UnitFacts
from ntm_rules.tables.units import read

MAX_TABLES = 1_000
"""The most sheets and files that are read as one."""

_KINDS = (".csv", ".tsv", ".xlsx")


@frozen
class _Table:
    """A file, or a sheet of one; and what it is called."""

    file: Path
    sheet: str | None

    @property
    def called(self) -> str:
        return str(self.file) if self.sheet is None else f"{self.file} [{self.sheet}]"

    @property
    def unit(self) -> str:
        """The name of the unit where the table does not say it."""
        return one_form(self.file.stem if self.sheet is None else self.sheet)


def read_sheets(
    path: str | Path,
    catalogue: Catalogue,
    *,
    sheets: str | None = None,
    unit_column: str | None = None,
    decimal: str | None = None,
    unit_width: int | None = None,
    header_row: int | None = None,
    numbers: Mapping[str, Sequence[str]] | None = None,
    mapping: ColumnMapping | None = None,
    period_column: str | None = None,
) -> Iterator[UnitFacts]:
    """Yield the units of the sheets of a workbook, or of the CSV and Excel files of a folder.

    A form of one unit that does not name it is of that which its sheet, or else its file, is called after. Nothing
    is yielded before all tables are read.

    Args:
        path: an Excel file, or a folder.
        sheets: which sheets by their names, such as ``Thôn*``; those that are not hidden unless given, in a folder the
            first of each file.
        catalogue, unit_column, decimal, unit_width, header_row, numbers, mapping, period_column: as for ``read``.

    Raises:
        TableError: a table cannot be read, there is none, or two have the same unit: all problems of all tables.
        FactError: every cell that cannot be read.
        EngineUnavailable: what reads Excel files is not installed.
        OSError: a file cannot be opened.
    """
    how: dict[str, typing.Any] = {"unit_column": unit_column, "decimal": decimal, "unit_width": unit_width}
    how |= {"header_row": header_row, "numbers": numbers, "mapping": mapping, "period_column": period_column}
    wrong: list[Diagnostic] = []
    bad: list[FactProblem] = []
    found: dict[str, tuple[UnitFacts, str]] = {}
    for table in _tables(Path(path), sheets):
        try:
            units = _units(table, catalogue, how)
        except TableError as error:
            wrong += [evolve(diagnostic, file=table.called) for diagnostic in error.diagnostics]
            continue
        except FactError as error:
            bad += error.problems
            continue
        for unit in units:
            _, first = found.setdefault(look_alike(unit.unit), (unit, table.called))
            if first != table.called:
                message = Message("table.unit/tables", unit=unit.unit, first=first)
                wrong.append(Diagnostic("table.unit", message, file=table.called, line=unit.line, column=1))
    if wrong:
        raise TableError(wrong)
    if bad:
        raise FactError(bad)
    yield from (unit for unit, _ in found.values())


def _units(table: _Table, catalogue: Catalogue, how: Mapping[str, typing.Any]) -> list[UnitFacts]:
    """Return the units of a table; a form that does not name its unit is of that which the table is called after."""
    try:
        return list(read(table.file, catalogue, sheet=table.sheet, **how))
    except TableError as error:
        said = [d.told.code for d in error.diagnostics if isinstance(d.told, Message)]
        if said != ["table.unit_name"]:
            raise
    return list(read(table.file, catalogue, sheet=table.sheet, unit_name=table.unit, **how))


def _tables(path: Path, sheets: str | None) -> Sequence[_Table]:
    """Return the tables to read.

    Raises:
        TableError: there is none, or very many.
    """
    problems = Problems(str(path))
    if not path.is_dir():
        check_regular(path, problems)
        found = [_Table(path, name) for name in _sheets(path, sheets or "*", problems)]
    else:
        files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith(("~$", ".")))
        others = tuple(file.name for file in files if file.suffix.lower() not in _KINDS)
        if others:
            problems.remark(Message("table.files/passed", names=others[:MAX_TABLES]), 1)
        found = []
        for file in files[:MAX_TABLES]:
            if sheets is not None and file.suffix.lower() == ".xlsx":
                found += [_Table(file, name) for name in _sheets(file, sheets, Problems(str(file)))]
            elif file.suffix.lower() in _KINDS:
                found.append(_Table(file, None))
    if not found:
        message = Message("table.files/none") if sheets is None else Message("table.files/no_sheet", pattern=sheets)
        problems.fail(message, 1)
    if len(found) > MAX_TABLES:
        problems.fail(Message("table.size/tables", most=MAX_TABLES), 1)
    return found


def _sheets(path: Path, pattern: str, problems: Problems) -> list[str]:
    """Return the sheets of a workbook whose names fit a pattern, in any case, without hidden ones."""
    try:
        from ntm_rules.tables.excel import sheet_names
    except ImportError as error:  # of openpyxl
        raise EngineUnavailable(Message("engine.excel"), Message("hint.extra", extra="excel")) from error
    wanted = one_form(pattern).casefold()
    names = sheet_names(path, problems)
    return [name for name in names if fnmatchcase(one_form(name).casefold(), wanted)]
