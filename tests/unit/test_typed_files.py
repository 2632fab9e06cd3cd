"""Reading units from Excel and Parquet: what cells hold, what is shown, and every refusal."""

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ntm_rules import FactError, TableError
from ntm_rules.tables import UnitFacts
from ntm_rules.tables import excel as workbooks
from unit.test_tables import read

Cells = list[list[Any]]


def workbook(
    folder: Path, rows: Cells, formats: dict[tuple[int, int], str] | None = None, name: str = "u.xlsx"
) -> Path:
    """A workbook with the rows in a sheet after a sheet that is empty but for one cell."""
    path = folder / name
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("Số liệu"), book.add_worksheet("Khác")
    other.write_string(0, 0, "unit")
    other.write_string(1, 0, "Z")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            form = (formats or {}).get((number, place))
            style = book.add_format({"num_format": form}) if form else None
            if isinstance(value, dt.date):
                sheet.write_datetime(number, place, value, style or book.add_format({"num_format": "dd/mm/yyyy"}))
            elif isinstance(value, str) and not value.startswith("="):
                sheet.write_string(number, place, value, style)
            elif value is not None:
                sheet.write(number, place, value, style)
    book.close()
    return path


def cell(folder: Path, fact: str, value: object, form: str = "", **options: Any) -> object:
    """What one cell is read as; None where it is missing."""
    path = workbook(folder, [["unit", fact], ["A", value]], {(1, 1): form} if form else {})
    return read(path, **options)[0].facts.get(fact)


def patched(path: Path, **parts: Callable[[str], str]) -> Path:
    """The workbook with parts changed, by the name of the part without folder and suffix."""
    with zipfile.ZipFile(path) as old:
        held = {info.filename: old.read(info) for info in old.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in held.items():
            change = parts.get(Path(name).stem)
            new.writestr(name, data if change is None else change(data.decode()))
    return path


def refused(path: Path, **options: Any) -> str:
    with pytest.raises((TableError, FactError)) as caught:
        read(path, **options)
    return str(caught.value)


# -- Excel -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "value", "read_as"),
    [
        ("income", 43.2, 43.2),
        ("income", 43, 43),
        ("income", "43,2", Decimal("43.2")),
        ("water", "99,32%", Decimal("99.32")),
        ("households", 1240, 1240),
        ("plan", True, True),
        ("plan", False, False),
        ("plan", 1, True),
        ("plan", 0, False),
        ("plan", "Chưa đạt", False),
        ("level", 2, "2"),
        ("level", "2", "2"),
        ("region", "miền nam", "S"),
        ("income", None, None),
        ("income", "  ", None),
    ],
)
def test_cells_of_excel(tmp_path: Path, fact: str, value: object, read_as: object) -> None:
    found = cell(tmp_path, fact, value)
    assert found == read_as
    assert isinstance(found, bool) is isinstance(read_as, bool)


@pytest.mark.parametrize(
    ("value", "form", "read_as"),
    [
        (0.825, "0.00%", 82.5),
        (0.9932, "0%", 99.32),
        (0.567, "[Red]0.0%;-0.0%", 56.7),
        (1, "0%", 100),
        (82.5, '0.0"%"', 82.5),
        (82.5, "0.0\\%", 82.5),
        (0.825, "0.00", 0.825),
    ],
)
def test_a_percentage_is_what_excel_shows(tmp_path: Path, value: float, form: str, read_as: float) -> None:
    assert cell(tmp_path, "water", value, form) == read_as


def test_a_percentage_is_no_other_number(tmp_path: Path) -> None:
    for fact in ("income", "households", "plan", "level"):
        with pytest.raises(FactError, match=r"row 2, column `"):
            cell(tmp_path, fact, 0.5, "0%")


@pytest.mark.parametrize("fact", ["income", "plan", "level"])
def test_dates_are_no_facts(tmp_path: Path, fact: str) -> None:
    with pytest.raises(FactError, match="the cell is a date"):
        cell(tmp_path, fact, dt.date(2024, 5, 1))


def test_errors_and_results_of_formulas(tmp_path: Path) -> None:
    path = tmp_path / "u.xlsx"
    for result in (43.2, "#DIV/0!"):
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["unit", "income", "level"])
        sheet.write_string(1, 0, "A")
        sheet.write_formula(1, 1, "=43+0.2", None, result)
        sheet.write_formula(1, 2, '=""', None, "")
        book.close()
        patched(path, sheet1=lambda text: text.replace('<c r="C2">', '<c r="C2" t="str">'))  # as Excel writes it
        if result == 43.2:
            assert read(path)[0].facts == {"income": 43.2}
        else:
            assert "got `#DIV/0!`, expected a number" in refused(path)


def test_formulas_that_nobody_worked_out_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["unit", "income"])
    sheet.append(["A", "=1+1"])
    book.save(tmp_path / "u.xlsx")
    for empty in ("<v />", "<v></v>", ""):  # openpyxl without lxml, with it, and others

        def emptied(text: str, empty: str = empty) -> str:
            return re.sub(r"<v ?/>|<v></v>", empty, text)

        message = refused(patched(tmp_path / "u.xlsx", sheet1=emptied))
        assert ":2:1: error[table.formula]: the workbook holds formulas whose results are not stored" in message
        assert "open it in Excel or LibreOffice and save it" in message


def test_blank_rows_and_columns_around_a_table(tmp_path: Path) -> None:
    rows: Cells = [
        [],
        ["Đơn vị", "Thu nhập bình quân đầu người", " ", None],
        [None, None],
        ["Xã Một", 43.2, "", None],
        [],
        ["Xã Hai"],
    ]
    found = read(workbook(tmp_path, rows, {(3, 3): "0%"}))
    assert [(u.unit, dict(u.facts), u.line) for u in found] == [("Xã Một", {"income": 43.2}, 4), ("Xã Hai", {}, 6)]


def test_the_size_that_a_sheet_says_it_has_is_not_believed(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [["unit", "income"], ["A", 1], ["B", 2]], name="v.xlsx")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(tmp_path / "u.xlsx", "w") as new:
        for part in old.infolist():
            text = old.read(part).replace(b'<dimension ref="A1:B3"/>', b'<dimension ref="A1"/>')
            assert part.filename != "xl/worksheets/sheet1.xml" or text != old.read(part)
            new.writestr(part, text)
    assert [dict(unit.facts) for unit in read(tmp_path / "u.xlsx")] == [{"income": 1}, {"income": 2}]


def test_the_sheet_that_was_named(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["unit", "income"], ["A", 1]])
    assert [u.unit for u in read(path)] == ["A"]
    assert [u.unit for u in read(path, sheet="Khác")] == ["Z"]
    assert "there is no sheet `Số liêu`\n    help: did you mean `Số liệu`?" in refused(path, sheet="Số liêu")
    (tmp_path / "u.csv").write_text("unit\nA\n")
    assert "only an Excel file has sheets" in refused(tmp_path / "u.csv", sheet="Khác")


def test_a_unit_is_a_text_in_excel_too(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["unit", "income"], [6196, 1], ["06197", 1]])
    assert "the codes of units are numbers, such as `6196` (row 2; 1 in all)" in refused(path)


def test_kept_cells_of_excel_are_texts(tmp_path: Path) -> None:
    row = ["A", dt.date(2024, 5, 1), 2024, 43.2, True, 0.5, "=x"]
    path = workbook(tmp_path, [["unit", "a", "b", "c", "d", "e", "f"], row[:-1]], {(1, 5): "0%"})
    kept = read(path, keep=["a", "b", "c", "d", "e", "f"])[0].kept
    assert kept == {"a": "2024-05-01T00:00:00", "b": "2024", "c": "43.2", "d": "true", "e": "50%", "f": ""}


def test_what_is_no_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "u.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 a workbook with a password")
    assert "without a password" in refused(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("xl/workbook.xml", "<a/>")
    assert "the file is not an Excel workbook that can be read" in refused(path)
    whole = workbook(tmp_path, [["unit", "income"], ["A", 1]], name="v.xlsx")
    path.write_bytes(whole.read_bytes()[:-200])
    assert "the file is not an Excel workbook that can be read" in refused(path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.xlsx")
    monkeypatch.setattr(workbooks, "MAX_BYTES", 100)
    assert "too large once it is unpacked" in refused(whole)


# -- Parquet -----------------------------------------------------------------------------------


def table(folder: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "u.parquet")
    return folder / "u.parquet"


@pytest.mark.parametrize(
    ("fact", "column", "values"),
    [
        ("income", pa.array([43.2, None], pa.float32()), [43.2, None]),
        ("income", pa.array([43.2, None], pa.float64()), [43.2, None]),
        ("income", pa.array(np.array([43.5, 1], np.float16)), [43.5, 1]),
        ("income", pa.array([43, None], pa.uint8()), [43, None]),
        ("income", pa.array([Decimal("43.20"), Decimal("100.00")]), [Decimal("43.2"), Decimal(100)]),
        ("income", pa.array(["43,2", " "]), [Decimal("43.2"), None]),
        ("income", pa.array(["43,2", None]).dictionary_encode(), [Decimal("43.2"), None]),
        ("income", pa.nulls(2), [None, None]),
        ("plan", pa.array([True, None]), [True, None]),
        ("plan", pa.array([1, 0], pa.int8()), [True, False]),
        ("plan", pa.array([1.0, None]), [True, None]),
        ("plan", pa.array(["đạt", "Không"], pa.large_string()), [True, False]),
        ("level", pa.array([2, 0]), ["2", "0"]),
        ("level", pa.array(["2", None]), ["2", None]),
        ("region", pa.array(["Miền Bắc", "S"]), ["N", "S"]),
    ],
)
def test_columns_of_parquet(tmp_path: Path, fact: str, column: Any, values: list[object]) -> None:
    found = read(table(tmp_path, unit=["A", "B"], **{fact: column}))
    assert [unit.facts.get(fact) for unit in found] == values
    assert [isinstance(unit.facts.get(fact), bool) for unit in found] == [isinstance(v, bool) for v in values]
    assert [unit.line for unit in found] == [1, 2]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"unit": ["A"], "income": [dt.date(2024, 5, 1)]}, "the type `date32[day]`, expected numbers"),
        ({"unit": ["A"], "income": [True]}, "the type `bool`, expected numbers"),
        ({"unit": ["A"], "plan": [Decimal("1.0")]}, "expected yes/no values"),
        ({"unit": ["A"], "level": [2.0]}, "the type `double`, expected texts"),
        ({"unit": ["A"], "region": [1]}, "the type `int64`, expected texts"),
        ({"unit": ["A"], "income": [[1.0]]}, "expected numbers"),
        ({"unit": [6196], "income": [1.0]}, "the type `int64`, expected texts to name the units"),
        ({"unit": pa.array([], pa.string())}, "the file has no row"),
        ({"unit": ["A"], "plan": [2]}, "got `2`, expected yes"),
    ],
)
def test_columns_of_parquet_that_are_refused(tmp_path: Path, columns: dict[str, Any], words: str) -> None:
    assert words in refused(table(tmp_path, **columns))


def test_all_problems_of_the_columns_at_once(tmp_path: Path) -> None:
    path = table(tmp_path, unit=[1], income=[True], incom=[1.0], plan=[dt.date(2024, 5, 1)])
    with pytest.raises(TableError) as caught:
        read(path, keep=["ghi chú"])
    assert [d.code for d in caught.value.diagnostics] == ["table.column", "table.column", *["table.type"] * 3]


def test_files_of_parquet_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "u.parquet"
    path.write_bytes(b"PAR1 and no more")
    assert "the file is not a Parquet file that can be read" in refused(path)
    whole = table(tmp_path, unit=[str(n) for n in range(5000)], income=[float(n) for n in range(5000)]).read_bytes()
    path.write_bytes(whole[:100] + bytes(20_000) + whole[20_100:])
    assert "the file cannot be read any further" in refused(path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.parquet")


def test_names_with_dots_and_blanks(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"Đơn vị": ["A"], "a.b": [{"c": 1}], "THU NHẬP  bình quân đầu người": [1.5]}), tmp_path / "u.parquet"
    )
    found = read(tmp_path / "u.parquet", keep=["a.b"])
    assert found == [UnitFacts("A", {"income": 1.5}, {"a.b": '{"c": 1}'}, 1)]
