"""Several tables read as one: a sheet or a file a village, made a commune, with who has not reported."""

import json
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import invoke
from ntm_rules import FactError, Library, TableError
from ntm_rules.tables import TableNote
from vietnamese import in_vietnamese

HEAD = ["Mã CT", "Tên chỉ tiêu", "Đơn vị tính", "Số liệu", "Ghi chú"]
VILLAGES = {"Thôn 1": (120, 90), "Thôn 2": (80, 75)}
MAPPING = """mapping: a village form
ignore: [CT09]
columns: {CT01: households, CT02: clean_water_households}
"""


def form(village: str | None, households: object, water: object) -> list[list[Any]]:
    """A form of a village, with its commune above."""
    named = [] if village is None else [["Thôn", village]]
    rows: list[list[Any]] = [["UBND XÃ A"], ["PHIẾU BÁO CÁO"], *named, HEAD]
    rows += [["CT01", "Tổng số hộ", "Hộ", households], ["CT02", "Số hộ dùng nước sạch", "hộ", water]]
    return [*rows, ["CT09", "Số trâu", "Con", 7]]


def book(path: Path, sheets: dict[str, list[list[Any]]], hidden: str = "") -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    made.save(path)
    return path


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    path = tmp_path / "codes.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def read(path: Path, codes: Path, **options: Any) -> dict[str, dict[str, Any]]:
    library = Library.bundled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableNote)
        found = list(ntm.tables.read_sheets(path, library.facts, mapping=library.mapping(codes), **options))
    return {unit.unit: dict(unit.facts) for unit in found}


READ = {
    "Thôn 1": {"households": 120, "clean_water_households": 90},
    "Thôn 2": {"households": 80, "clean_water_households": 75},
}


def test_a_sheet_a_village(tmp_path: Path, codes: Path) -> None:
    sheets = {f"Phiếu {n}": form(name, *figures) for n, (name, figures) in enumerate(VILLAGES.items())}
    path = book(tmp_path / "a.xlsx", {"Hướng dẫn": [["Cách điền"]], **sheets}, "Hướng dẫn")
    assert read(path, codes) == READ
    assert read(path, codes, sheets="phiếu 1") == {"Thôn 2": READ["Thôn 2"]}


def test_a_form_without_its_village_is_of_that_which_the_sheet_is_called_after(tmp_path: Path, codes: Path) -> None:
    rows = {name: form(None, *figures)[1:] for name, figures in VILLAGES.items()}
    assert read(book(tmp_path / "a.xlsx", rows), codes) == READ


def test_a_file_a_village(tmp_path: Path, codes: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, figures in VILLAGES.items():
        book(folder / f"{name[-1]}.xlsx", {"Phiếu": form(name, *figures), "Khác": [["gì đó"]]})
    (folder / "~$1.xlsx").write_bytes(b"x")
    (folder / "đọc.docx").write_bytes(b"x")
    assert read(folder, codes) == READ
    assert read(folder, codes, sheets="Phiếu") == READ
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always")
        list(ntm.tables.read_sheets(folder, Library.bundled().facts, mapping=Library.bundled().mapping(codes)))
    assert sum("`đọc.docx`" in str(note.message) for note in notes) == 1


def test_a_summary_with_one_row_a_village(tmp_path: Path, codes: Path) -> None:
    rows: list[list[Any]] = [
        ["TỔNG HỢP"],
        ["STT", "Thôn", "CT01", "CT02"],
        [1, "Thôn 1", 120, 90],
        [2, "Thôn 2", 80, 75],
    ]
    assert read(book(tmp_path / "a.xlsx", {"Tổng hợp": rows}), codes, unit_column="Thôn") == READ


def test_all_that_is_wrong_is_told_with_its_sheet(tmp_path: Path, codes: Path) -> None:
    path = book(tmp_path / "a.xlsx", {name: form("Thôn 1", 1, 1) for name in ("một", "hai", "ba")})
    with pytest.raises(TableError) as caught:
        read(path, codes)
    assert [d.message_in("vi") for d in caught.value.diagnostics] == [f"đơn vị `Thôn 1` đã có ở `{path} [một]`"] * 2
    assert [d.file for d in caught.value.diagnostics] == [f"{path} [hai]", f"{path} [ba]"]
    in_vietnamese(caught.value)
    path = book(tmp_path / "b.xlsx", {"a": form("Thôn 1", "nhiều", 1), "b": form("Thôn 2", 1, "ít")})
    with pytest.raises(FactError) as bad:
        read(path, codes)
    assert [(p.unit, p.fact, p.line) for p in bad.value.problems] == [
        ("Thôn 1", "households", 5),
        ("Thôn 2", "clean_water_households", 6),
    ]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [("Ấp*", "không có trang tính nào có tên dạng `Ấp*`"), (None, "không có bảng nào để đọc")],
)
def test_no_table_at_all(tmp_path: Path, codes: Path, pattern: str | None, sentence: str) -> None:
    path = book(tmp_path / "a.xlsx", {"Thôn 1": form("Thôn 1", 1, 1)}) if pattern else tmp_path / "empty"
    path.mkdir(exist_ok=True) if pattern is None else None
    with pytest.raises(TableError) as caught:
        read(path, codes, sheets=pattern)
    assert [d.message_in("vi") for d in caught.value.diagnostics] == [sentence]


def test_a_code_that_no_mapping_file_names(tmp_path: Path, codes: Path) -> None:
    codes.write_text(MAPPING.replace("ignore: [CT09]\n", ""), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read(book(tmp_path / "a.xlsx", {"Thôn 1": form("Thôn 1", 1, 1)}), codes)
    (problem,) = caught.value.diagnostics
    assert problem.message_in("vi") == "dòng 7: bộ tiêu chí không có số hiệu `CT09`"
    assert "--mapping" in problem.hint_in("vi")


def test_a_commune_of_villages_on_the_command_line(tmp_path: Path, codes: Path) -> None:
    rows = {name: form(name, *figures) for name, figures in VILLAGES.items()}
    path, out = book(tmp_path / "a.xlsx", {**rows, "Thôn 3": form("Thôn 3", None, None)}), tmp_path / "xã.json"
    options = ["--mapping", str(codes), "--unit-name", "Xã A", "--out", str(out), "--lang", "vi"]
    done = invoke("merge", path, "--sheet-pattern", "thôn [12]", *options)
    assert json.loads(out.read_text(encoding="utf-8")) == [
        {"unit": "Xã A", "households": 200, "clean_water_households": 165}
    ]
    assert "Ghi chú: đã gộp số liệu của 2 đơn vị thành `Xã A`" in done.stderr
    assert "Xã A" in invoke("assess", out, *LAW, "--format", "csv").stdout
    done = invoke("merge", path, *options)
    assert json.loads(out.read_text(encoding="utf-8")) == [{"unit": "Xã A"}]
    assert "1 đơn vị chưa báo cáo: `Thôn 3`" in done.stderr
    assert "Thôn 3" in done.stderr.splitlines()[-1]
