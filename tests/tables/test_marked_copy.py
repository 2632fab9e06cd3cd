"""The copy of a table in which bad cells are marked: nothing else is changed, and the cells can be mended there."""

import csv
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from cli.test_commands import LAW
from command_line import STRICT, invoke, run
from vietnamese import english

INCOME = "Thu nhập bình quân đầu người"
RED = "FFFF9999"


def workbook(path: Path) -> Path:
    """A title above the table, formulas, a format, notes, merged cells, another sheet, a hidden one."""
    with xlsxwriter.Workbook(path) as book:
        hidden, sheet, other = (book.add_worksheet(name) for name in ("Nháp", "Biểu 'một' A", "Ghi chú"))
        hidden.hide()
        sheet.activate()
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00", "italic": True})
        sheet.merge_range("A1:F1", "UBND TỈNH", bold)
        for place, name in enumerate(("Xã", "STT", INCOME, "irrigated_share", "4.2", "Người lập")):
            sheet.write(2, place, name, bold)
        rows = (
            ("Xã Một", "~43", 82.5, "đạt", "=HYPERLINK"),
            ("Xã Hai", 51.75, 180, "tàm tạm", "@ai"),
            ("Xã Ba", 43.2, "-1", "", "+1"),
            ("Xã Tư", 43.2, 82, "đạt", ""),
        )
        for row, (unit, income, share, judged, by) in enumerate(rows, 3):
            sheet.write_string(row, 0, unit)
            sheet.write(row, 2, income, money)
            sheet.write(row, 3, share)
            sheet.write(row, 4, judged)
            if by:
                sheet.write_string(row, 5, by)
        sheet.write_formula("C5", "=50+1.75", money, 51.75)
        sheet.write_comment("D5", "hỏi lại", {"author": "An"})
        sheet.set_column("C:C", 33)
        other.write("A1", "giữ nguyên")
        other.write_formula("A2", "='Biểu ''một'' A'!C5*2", None, 103.5)
    return path


def cells(sheet: Any) -> dict[str, Any]:
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}


def red(sheet: Any) -> dict[str, str]:
    found = [cell for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED]
    return {cell.coordinate: cell.comment.text for cell in found}


def marked(path: Path, *options: object, code: int = 3) -> Any:
    out = path.with_name("marked.xlsx")
    done = invoke("assess", path, *LAW, "--keep", "Người lập", "--format", "csv", "--marked", out, *options)
    assert done.exit_code == code, done.output
    return openpyxl.load_workbook(out)


def test_bad_cells_of_a_workbook_are_red_and_say_what_is_wrong(tmp_path: Path) -> None:
    path = workbook(tmp_path / "u.xlsx")
    before = path.read_bytes()
    book, given = marked(path), openpyxl.load_workbook(path)
    assert path.read_bytes() == before
    assert book.sheetnames == [*given.sheetnames, "Lỗi"]
    notes = red(book["Biểu 'một' A"])
    assert list(notes) == ["C4", "D5", "E5", "D6"]
    assert notes["C4"] == (
        "đang ghi `~43`, yêu cầu một số, ví dụ `43,2` hoặc `43.2`\nghi đúng con số đã thống kê, không ghi `~` hay "
        "`khoảng`; chưa có số chính xác thì để trống ô"
    )
    assert notes["D5"] == "hỏi lại\nđang ghi `180`, yêu cầu một số từ 0 đến 100"
    assert all(english(note) == [] for note in notes.values())
    for name in given.sheetnames:
        assert cells(book[name]) == cells(given[name])
        assert book[name].sheet_state == given[name].sheet_state
    assert book["Biểu 'một' A"]["C5"].value == "=50+1.75"
    assert book["Biểu 'một' A"]["C4"].number_format == "#,##0.00"
    assert book["Biểu 'một' A"]["C4"].font.italic
    assert book["Biểu 'một' A"].column_dimensions["C"].width == pytest.approx(33, abs=1)
    assert [str(merged) for merged in book["Biểu 'một' A"].merged_cells.ranges] == ["A1:F1"]


def test_the_last_sheet_lists_them_with_links_and_is_shown_first(tmp_path: Path) -> None:
    book = marked(workbook(tmp_path / "u.xlsx"))
    head, *rows = book["Lỗi"].iter_rows()
    assert [cell.value for cell in head] == ["Trang tính", "Ô", "Đơn vị", "Cột", "Đang ghi", "Yêu cầu", "Cách sửa"]
    assert [[cell.value for cell in row[:5]] for row in rows] == [
        ["Biểu 'một' A", "C4", "Xã Một", INCOME, "~43"],
        ["Biểu 'một' A", "E5", "Xã Hai", "4.2", "tàm tạm"],
        ["Biểu 'một' A", "D5", "Xã Hai", "irrigated_share", "180"],
        ["Biểu 'một' A", "D6", "Xã Ba", "irrigated_share", "-1"],
    ]
    assert [row[1].hyperlink.location for row in rows] == [
        f"'Biểu ''một'' A'!{cell}" for cell in ("C4", "E5", "D5", "D6")
    ]
    assert book.active.title == "Lỗi"
    assert [sheet.title for sheet in book if sheet.sheet_view.tabSelected] == ["Lỗi"]


def test_what_is_mended_in_the_copy_is_read_from_it(tmp_path: Path) -> None:
    book = marked(workbook(tmp_path / "u.xlsx"))
    sheet = book["Biểu 'một' A"]
    sheet["C4"], sheet["D5"], sheet["E5"], sheet["D6"] = 43, 80, "đạt", 1
    sheet["C5"] = 51.75  # a spreadsheet stores the result beside the formula
    book.save(tmp_path / "mended.xlsx")
    done = invoke("assess", tmp_path / "mended.xlsx", *LAW, "--keep", "Người lập", "--format", "csv")
    assert done.exit_code == 0, done.stderr
    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == [
        "unit",
        "Xã Một",
        "Xã Hai",
        "Xã Ba",
        "Xã Tư",
    ]


@pytest.mark.parametrize("name", ["Lỗi", "lỗi"])
def test_a_sheet_of_that_name_stays(tmp_path: Path, name: str) -> None:
    path = tmp_path / "u.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Số liệu").write_column("A1", ["unit", "A"])
        book.worksheets()[0].write_column("B1", ["income_per_capita", "?"])
        book.add_worksheet(name).write("A1", "của tôi")
    out = tmp_path / "m.xlsx"
    assert invoke("assess", path, *LAW, "--format", "csv", "--marked", out).exit_code == 3
    found = openpyxl.load_workbook(out)
    assert found[name]["A1"].value == "của tôi"
    assert len(found.sheetnames) == 3
    assert found.worksheets[-1]["C2"].value == "A"


def test_a_csv_file_becomes_a_workbook_with_the_same_marks(tmp_path: Path) -> None:
    path = tmp_path / "Năm 2024: [xã].csv"
    rows = 'Xã Một;~43;=1+1\nXã Hai;51,75;@SUM(A1)\nXã Ba;-3;"hai\ndòng"\nXã Tư;?;-1\n'
    path.write_text(f"UBND TỈNH;;\n\nXã;{INCOME};Người lập\n{rows}", encoding="utf-8")
    book = marked(path)
    sheet = book.worksheets[0]
    assert sheet.title == "Năm 2024   xã"
    assert list(red(sheet)) == ["B4", "B6", "B8"]  # in the rows of their lines
    assert [sheet[f"C{row}"].value for row in (4, 5, 6, 8)] == ["=1+1", "@SUM(A1)", "hai\ndòng", "-1"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert "<f>" not in zipfile.ZipFile(tmp_path / "marked.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in zipfile.ZipFile(tmp_path / "marked.xlsx").read("xl/worksheets/sheet2.xml").decode()
    assert [cell.value for cell in book["Lỗi"]["B"]] == ["Ô", "B4", "B6", "B8"]


def test_the_cell_of_the_period_that_was_read_is_marked(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["UBND XÃ A"],
        ["TT", "Nội dung", "ĐVT", "Năm 2023", None, "Năm 2024", None],
        [None, None, None, "Kết quả", "Đánh giá", "Kết quả", "Đánh giá"],
        ["10", "Thu nhập", "triệu đồng", "không rõ", "Đạt", "bốn mươi", "Đạt"],
        ["3.1", "Tưới tiêu", "%", 75, "Đạt", 80, "Đạt"],
    ):
        book.active.append(row)
    book.active.merge_cells("D2:E2")
    book.active.merge_cells("F2:G2")
    book.save(tmp_path / "u.xlsx")
    out = tmp_path / "marked.xlsx"
    options = ("--period-column", "Năm 2024", "--format", "csv", "--marked", out)
    assert invoke("assess", tmp_path / "u.xlsx", *LAW, *options).exit_code == 3
    assert list(red(openpyxl.load_workbook(out)["Sheet"])) == ["F4"]


def test_values_that_look_like_formulas_are_texts_in_the_list(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita\n=A,=1+1\n", encoding="utf-8")
    out = tmp_path / "m.xlsx"
    assert invoke("assess", path, *LAW, "--format", "csv", "--marked", out).exit_code == 3
    row = openpyxl.load_workbook(out)["Lỗi"][2]
    assert [(cell.value, cell.data_type) for cell in row[2:5:2]] == [("=A", "s"), ("=1+1", "s")]


def test_the_notes_are_in_the_language_of_the_output(tmp_path: Path) -> None:
    book = marked(workbook(tmp_path / "u.xlsx"), "--lang", "en")
    assert red(book["Biểu 'một' A"])["D6"] == "it says `-1`, expected a number from 0 to 100"
    assert book.sheetnames[-1] == "Errors"


def test_a_copy_comes_with_every_form_and_where_nothing_else_is_written(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita\nA,?\nB,-1\n", encoding="utf-8")
    for form in (("--out", tmp_path / "o.parquet"), ("--format", "csv", "--no-reasons"), ("--format", "json"), STRICT):
        out = tmp_path / "m.xlsx"
        assert invoke("assess", path, *LAW, *form, "--marked", out).exit_code == (2 if form == STRICT else 3)
        assert list(red(openpyxl.load_workbook(out).worksheets[0])) == ["B2", "B3"]
        out.unlink()


def test_a_file_without_bad_cells_has_an_empty_list(tmp_path: Path) -> None:
    path, out = tmp_path / "u.csv", tmp_path / "m.xlsx"
    path.write_text("unit,income_per_capita\nA,43\n", encoding="utf-8")
    assert invoke("assess", path, *LAW, "--format", "csv", "--marked", out, "--fail-on", "not_met").exit_code == 1
    assert openpyxl.load_workbook(out)["Lỗi"].max_row == 1


def test_the_input_and_the_result_are_never_lost(tmp_path: Path) -> None:
    path = workbook(tmp_path / "u.xlsx")
    before = path.read_bytes()
    other = tmp_path / "link.xlsx"
    other.symlink_to(path)
    for out in (path, other):
        assert "u.xlsx" in run("assess", path, *LAW, "--format", "csv", "--marked", out, "--lang", "vi", code=2)
    assert "chọn hai tên" in run(
        "assess", path, *LAW, "--out", tmp_path / "o.xlsx", "--marked", tmp_path / "o.xlsx", "--lang", "vi", code=2
    )
    assert path.read_bytes() == before
    assert not (tmp_path / "o.xlsx").exists()


def test_only_workbooks_of_tables_are_made(tmp_path: Path) -> None:
    path = tmp_path / "u.jsonl"
    path.write_text('{"unit": "A", "income_per_capita": "?"}\n')
    told = run("assess", path, *LAW, "--format", "csv", "--marked", tmp_path / "m.xlsx", "--lang", "vi", code=2)
    assert "`--errors`" in told
    told = run("assess", path, *LAW, "--format", "csv", "--marked", tmp_path / "m.csv", "--lang", "vi", code=2)
    assert "kết thúc bằng `.xlsx`" in told


# -- what could fill the memory ------------------------------------------------------------------


def rewritten(source: Path, target: Path, part: str, old: bytes, new: bytes) -> None:
    """Write a workbook again, with something else in one of its parts."""
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            text = given.read(name)
            assert name != part or old in text
            made.writestr(name, text.replace(old, new, 1) if name == part else text)


def test_a_workbook_that_cannot_be_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, path = tmp_path / "small.xlsx", tmp_path / "u.xlsx"
    with xlsxwriter.Workbook(small) as book:
        book.add_worksheet().write_column("A1", ["unit", "A"])
        book.worksheets()[0].write_column("B1", ["income_per_capita", "?"])
        book.add_worksheet("rộng").merge_range("A1:B2", "")
    rewritten(small, path, "xl/worksheets/sheet2.xml", b'mergeCell ref="A1:B2"', b'mergeCell ref="A1:XFD1000"')
    out = tmp_path / "m.xlsx"
    told = run("assess", path, *LAW, "--out", tmp_path / "o", "--marked", out, code=2)
    assert "1048576 cells in merged ranges" in told
    assert not out.exists()
    monkeypatch.setattr("ntm_rules.tables.excel.MAX_HELD", 10)
    told = run("assess", path, *LAW, "--out", tmp_path / "o", "--marked", out, code=2)
    assert "too large to be copied" in told


def test_a_doctype_in_any_part_is_refused(tmp_path: Path) -> None:
    good, path, out = workbook(tmp_path / "good.xlsx"), tmp_path / "u.xlsx", tmp_path / "m.xlsx"
    rewritten(good, path, "xl/worksheets/sheet3.xml", b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>')
    told = run(
        "assess", path, *LAW, "--keep", "Người lập", "--format", "csv", "--out", tmp_path / "o", "--marked", out, code=2
    )
    assert "DOCTYPE" in told


def test_a_csv_file_with_more_cells_than_are_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_rules.reports.marked.MAX_CELLS", 5)
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita\nA,?\nB,2\n", encoding="utf-8")
    told = run("assess", path, *LAW, "--out", tmp_path / "o", "--marked", tmp_path / "m.xlsx", code=2)
    assert "more than 5 cells" in told


# -- another program -----------------------------------------------------------------------------


@pytest.mark.slow
def test_libreoffice_opens_the_copy(tmp_path: Path) -> None:
    """It works the formulas out, keeps the notes, and shows the list."""
    marked(workbook(tmp_path / "u.xlsx"))
    folder = tmp_path / "again"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    for form in ("xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"):
        done = [*command, form, "--outdir", str(folder), str(tmp_path / "marked.xlsx")]
        subprocess.run(done, check=True, capture_output=True, timeout=300)
    book = openpyxl.load_workbook(folder / "marked.xlsx", data_only=True)
    assert book["Ghi chú"]["A2"].value == 103.5
    assert list(red(book["Biểu 'một' A"])) == ["C4", "D5", "E5", "D6"]
    assert "yêu cầu một số từ 0 đến 100" in red(book["Biểu 'một' A"])["D6"]
    assert book["Lỗi"]["B2"].hyperlink.location
    with (folder / "marked-Lỗi.csv").open(encoding="utf-8", newline="") as file:
        assert [row[1] for row in csv.reader(file)] == ["Ô", "C4", "E5", "D5", "D6"]
