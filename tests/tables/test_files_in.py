"""Files in: what is not a plain figure in a plain row is read as it is meant, noted, or refused; never guessed."""

import contextlib
import datetime as dt
import json
import os
import random
import signal
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import STRICT, invoke, run
from ntm_rules import FactError, NtmRulesError, RulesetError, TableError
from ntm_rules.messages.errors import Severity
from ntm_rules.messages.printable import printable
from ntm_rules.tables import TableNote
from ntm_rules.tables.shape import numbers_columns
from unit.test_tables import read, refused, write
from unit.test_typed_files import patched
from vietnamese import english, in_vietnamese

Rows = list[list[Any]]
HEAD = ["unit", "income", "plan", "huyện"]
KINDS = (".csv", ".json", ".jsonl", ".xlsx", ".parquet")


def book(folder: Path, rows: Rows, change: Callable[[Any, Any], object] = lambda *_: None) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Số liệu"
    for row in rows:
        sheet.append(row)
    change(made, sheet)
    made.save(folder / "u.xlsx")
    return folder / "u.xlsx"


def written(folder: Path, kind: str, rows: Rows, head: list[str] = HEAD) -> Path:
    """The rows in a file of a kind."""
    path = folder / f"u{kind}"
    if kind == ".xlsx":
        return book(folder, [head, *rows])
    if kind == ".parquet":
        pq.write_table(pa.table({name: [row[n] for row in rows] for n, name in enumerate(head)}), path)
    elif kind == ".csv":
        lines = [",".join("" if value is None else f'"{value}"' for value in row) for row in [head, *rows]]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        objects = [json.dumps(dict(zip(head, row, strict=True))) for row in rows]
        path.write_text(f"[{','.join(objects)}]" if kind == ".json" else "\n".join(objects))
    return path


def noted(path: Path, **options: Any) -> tuple[list[tuple[str, dict[str, Any]]], list[str]]:
    """The units of a file with their facts and what was kept, and what was noted."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        units = read(path, **options)
    notes = [warning.message for warning in caught]
    for note in notes:
        assert isinstance(note, TableNote)
        assert note.diagnostic.severity is Severity.NOTE
        assert not english(note.diagnostic.message_in("vi"))
    return [(unit.unit, {**unit.facts, **unit.kept}) for unit in units], [str(note) for note in notes]


# -- totals ------------------------------------------------------------------------------------

TOTALS = ("Tổng", "CỘNG", "Tổng cộng", "Tổng  cộng:", "Tổng số", "Bình quân", "Total", "Tô\u0309ng")


@pytest.mark.parametrize("kind", KINDS)
def test_total_rows_are_left_out_with_one_note(tmp_path: Path, kind: str) -> None:
    totals: Rows = [*([None, name, 90, None] for name in TOTALS), ["Cộng", None, 90, None]]
    rows = [["H", "A", 1, True], *totals, ["H", "B", 2, False]]
    path = written(tmp_path, kind, rows, ["huyện", "unit", "income", "plan"])
    units, notes = noted(path, keep=["huyện"])
    assert [name for name, _ in units] == ["A", "B"]
    assert len(notes) == 1
    assert "note[table.total]: rows that are called a total were left out: 9 in all" in notes[0]


@pytest.mark.parametrize("name", ["Xã Cộng Hòa", "Tống Phan", "Tổng Cọt", "Tong", "Công"])
def test_names_that_only_resemble_a_total_are_units(tmp_path: Path, name: str) -> None:
    assert noted(write(tmp_path, f"unit,income\n{name},1\n")) == ([(name, {"income": 1})], [])


@pytest.mark.parametrize("kind", [".csv", ".parquet"])
def test_the_command_line_leaves_totals_out_and_says_so_once(tmp_path: Path, kind: str) -> None:
    rows: Rows = [["A", 43.2], ["Tổng cộng", 99.0], ["B", 50.0], ["Tổng cộng", 99.0]]
    path = written(tmp_path, kind, rows, ["unit", "income_per_capita"])
    for form in (["--format", "csv", "--no-reasons"], ["--format", "jsonl"], ["--out", tmp_path / "o.parquet"]):
        done = invoke("assess", path, *LAW, *form)
        assert done.stderr.count("table.total") == 1
        assert "Tổng" not in done.stdout
    assert pq.read_table(tmp_path / "o.parquet")["unit"].to_pylist() == ["A", "B"]
    vietnamese = invoke("assess", path, *LAW, "--lang", "vi")
    assert "ghi chú[table.total]: đã bỏ qua 2 dòng cộng hoặc bình quân" in vietnamese.stderr


def test_a_unit_twice_in_parquet_is_found_beside_totals(tmp_path: Path) -> None:
    rows: Rows = [["A", 1.0], ["Cộng", 1.0], ["B", 1.0], ["A", 1.0], ["Cộng", 1.0]]
    path = written(tmp_path, ".parquet", rows, ["unit", "income_per_capita"])
    assert "the unit `A` is in row 1 and in row 4" in run("assess", path, *LAW, "--out", tmp_path / "o.csv", code=2)


# -- Excel: what is hidden or merged -----------------------------------------------------------


def test_hidden_sheets_are_skipped_hidden_rows_and_columns_are_read(tmp_path: Path) -> None:
    def hide(made: Any, sheet: Any) -> None:
        for name, state in (("Cũ", "hidden"), ("Rất cũ", "veryHidden")):
            other = made.create_sheet(name, 0)
            other.append(["unit", "income"])
            other.append(["HIDDEN", 1])
            other.sheet_state = state
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["C"].hidden = sheet.column_dimensions["F"].hidden = True

    path = book(tmp_path, [HEAD, ["A", 1, True, ""], ["B", 2, True, ""]], hide)
    units, notes = noted(path, keep=["huyện"])
    assert [name for name, _ in units] == ["A", "B"]
    assert [note.partition(": note")[2] for note in notes] == [
        "[table.hidden]: the hidden sheets `Rất cũ`, `Cũ` were not read, but `Số liệu`",
        "[table.hidden]: the hidden columns `plan` were read too",
        "[table.hidden]: hidden rows were read too: 1 in all, 3",
    ]
    assert noted(path, sheet="Cũ") == ([("HIDDEN", {"income": 1})], [])


def merged(folder: Path, rows: Rows, *cells: str) -> Path:
    return book(folder, [HEAD, *rows], lambda _, sheet: [sheet.merge_cells(each) for each in cells])


def test_merged_names_are_filled_down(tmp_path: Path) -> None:
    rows: Rows = [["A", 1, True, "H1"], ["B", 2, True, None], ["C", 3, False, "H2"], ["Tổng cộng", 9, None, None]]
    units, _ = noted(merged(tmp_path, rows, "D2:D3", "D4:D5"), keep=["huyện"])
    assert [found["huyện"] for _, found in units] == ["H1", "H1", "H2"]


@pytest.mark.parametrize(
    ("rows", "cells", "unit"),
    [
        ([["A", 1, True, ""], ["B", None, True, ""]], "B2:B3", "B"),
        ([["A", 1, None, ""]], "B2:C2", "A"),
        ([["I. Huyện Một", None, None, None], ["A", 1, True, ""]], "A2:D2", "I. Huyện Một"),
    ],
)
def test_merged_figures_are_refused(tmp_path: Path, rows: Rows, cells: str, unit: str) -> None:
    with pytest.raises(FactError) as caught:
        read(merged(tmp_path, rows, cells), keep=["huyện"])
    assert unit in {problem.unit for problem in caught.value.problems}
    assert f"expected a cell of its own, not the merged cells {cells}; unmerge them" in str(caught.value)


def test_merged_cells_that_say_nothing_or_sum_up_are_no_problem(tmp_path: Path) -> None:
    rows: Rows = [["A", None, True, ""], ["B", None, True, ""], ["Tổng", 3, None, None]]
    units, _ = noted(merged(tmp_path, rows, "B2:B3", "A4:D4"), keep=["huyện"])
    assert units == [("A", {"plan": True, "huyện": ""}), ("B", {"plan": True, "huyện": ""})]


def test_a_unit_merged_over_two_rows_is_there_twice(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="the unit `A` is in row 2 and in row 3"):
        read(merged(tmp_path, [["A", 1, True, ""], [None, 2, True, ""]], "A2:A3"), keep=["huyện"])


def test_names_of_columns_merged_with_the_row_below_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"\[table.merged\]: the cells A1:A2 merge"):
        read(merged(tmp_path, [[None, 1, True, ""]], "A1:A2"), keep=["huyện"])


# -- rows above the names of the columns -------------------------------------------------------

TITLE: Rows = [["BIỂU TỔNG HỢP TIÊU CHÍ"], ["Kèm theo Báo cáo số 1, ngày 2/7"], []]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_title_above_what_may_be_the_header_is_one_error_that_names_it(tmp_path: Path, delimiter: str) -> None:
    lines = ["BIỂU TỔNG HỢP TIÊU CHÍ", "", delimiter.join(["mã", "wat"]), delimiter.join(["06196", "82"])]
    found = refused(tmp_path, "\n".join(lines))
    assert found.splitlines() == [
        f"{tmp_path / 'units.csv'}:1:1: error[table.header]: the names of the columns are not in row 1, "
        "they seem to be in row 3",
        "    help: if they are, say `--header-row 3` (`header_row=`), or take out the rows above it",
    ]


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
def test_rows_above_the_names_of_columns_are_left_out_and_told(tmp_path: Path, kind: str) -> None:
    path = sheet(tmp_path, kind, [*TITLE, ["mã", "water"], ["06196", 82.5]])
    units, notes = noted(path)
    assert units == [("06196", {"water": Decimal("82.5")})]
    (note,) = notes
    assert note.endswith(
        ":1:1: note[table.above]: the names of the columns are in row 4; rows above it were left out: 1, 2"
    )
    assert noted(path, header_row=4) == (units, notes)


def sheet(folder: Path, kind: str, rows: Rows) -> Path:
    """The rows in a file that is no table yet; blank ones stay blank."""
    if kind == ".xlsx":
        return book(folder, rows)
    text = "\n".join(";".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return write(folder, text)


EXPORT: Rows = [
    ["UBND TỈNH X", None, None, None, None],
    ["TỔNG HỢP KẾT QUẢ 6 THÁNG", None, None, None, None],
    ["TT", "Mã xã", "Tên xã", "plan", "Thu nhập bình quân đầu người"],
    ["A", "B", "C", 1, 2],
    ["I", None, "Huyện H1", None, None],
    [1, "06001", "Xã A", "Đ", "43,2"],
    [2, "06004", "Xã B", "CĐ", "chưa có số liệu"],
    ["II", None, "Huyện H2", None, None],
    [1, "06007", "Xã C", "Chưa", 45],
    [None, None, "Tổng cộng", None, 88],
    [None, None, "Ghi chú: số liệu do các xã tự đánh giá", None, None],
]


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
def test_an_export_with_title_numbering_groups_total_and_note(tmp_path: Path, kind: str) -> None:
    units, notes = noted(sheet(tmp_path, kind, EXPORT))
    assert units == [
        ("06001", {"plan": True, "income": Decimal("43.2")}),
        ("06004", {"plan": False}),
        ("06007", {"plan": False, "income": 45}),
    ]
    assert [note.partition("note[")[2].partition("\n")[0] for note in notes] == [
        "table.above]: the names of the columns are in row 3; rows above it were left out: 1, 2",
        "table.passed]: the column `TT` numbers the rows and was passed over",
        "table.passed]: the column `Tên xã` was passed over: units are named by the column `Mã xã`",
        "table.numbering]: row 4 numbers the columns and was left out",
        "table.total]: rows that are called a total were left out: 1 in all, 10",
        "table.aside]: rows without figures, of groups or notes, were left out: 1 in all, 11",
        "table.group]: 2 group rows (rows 5, 8), such as `Huyện H1`, are kept as the column `Huyện` of the units "
        'below; say `--keep "Huyện"` to pass it through',
    ]
    by_name, _ = noted(sheet(tmp_path, kind, EXPORT), unit_column="Tên xã")
    assert [name for name, _ in by_name] == ["Xã A", "Xã B", "Xã C"]


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".parquet"])
def test_all_ways_of_assessing_leave_out_the_same_rows(tmp_path: Path, kind: str) -> None:
    head = ["TT", "Mã xã", "Tên xã", "income_per_capita"]
    rows: Rows = [
        ["I", "06", "Huyện H1", None],
        ["II", "07", "Huyện H2", None],
        ["1", "06001", "Xã A", 43.2],
        ["", "06009", "Xã B", None],
        ["2", "06004", "", 50],
    ]
    path = written(tmp_path, kind, rows, head)
    for form in (["--format", "csv", "--no-reasons"], ["--format", "csv"]):
        done = invoke("assess", path, *LAW, *form)
        assert [line.partition(",")[0] for line in done.stdout.splitlines()] == ["unit", "06001", "06009", "06004"]
        assert done.stderr.count("table.group") == 1


@pytest.mark.parametrize("row", [["I", "06001", "Huyện", "Đ", None], [1, "Ghi chú: x", "Xã", None, 45]])
def test_rows_with_figures_are_never_left_out(tmp_path: Path, row: list[Any]) -> None:
    units, notes = noted(sheet(tmp_path, ".xlsx", [EXPORT[2], row]))
    assert ([name for name, _ in units], len(notes)) == ([row[1]], 2)


def test_figures_without_a_unit_are_an_error(tmp_path: Path) -> None:
    path = sheet(
        tmp_path, ".xlsx", [EXPORT[2], ["I", None, "Huyện H1", None, 45], ["II", None, "Huyện H2", None, None]]
    )
    with pytest.raises(TableError, match="row 2 names no unit"), pytest.warns(TableNote):
        read(path)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["A", "B", "C", 1, 2], True),
        (["(1)", "(2)", "(3)", "(4)", "(5)"], True),
        ([1, 2, 3, 4, 5], True),
        (["A", "B", 1, 2, 4], False),
        ([1, 2, 3, 4], False),
        ([1, "06001", "Xã", 1, 2], False),
        ([2, 3, 4, 5, 6], False),
        ([None, 1, 2, 3, 4], False),
    ],
)
def test_what_numbers_the_columns(cells: list[Any], numbers: bool) -> None:
    assert numbers_columns(cells, 5) is numbers


def test_a_first_row_of_a_plain_table_is_no_numbering(tmp_path: Path) -> None:
    units, notes = noted(write(tmp_path, "unit,income,water\n1,2,3\n2,3,4\n"))
    assert (units, notes) == ([("1", {"income": 2, "water": 3}), ("2", {"income": 3, "water": 4})], [])


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    "title",
    ["# Thu nhập (1.000 đồng)", "ĐVT: triệu đồng", "Đơn vị tính: %", "don vi tinh: nghin dong", "Đơn vị: 1000đ"],
)
def test_a_unit_above_the_names_of_columns_is_never_left_out_unseen(tmp_path: Path, kind: str, title: str) -> None:
    path = sheet(tmp_path, kind, [[title], ["mã", "income"], ["06196", 43200]])
    with pytest.raises(
        TableError, match="row 1, above the names of the columns, gives a unit of measurement"
    ) as caught:
        read(path)
    assert "say `--header-row 2`" in str(caught.value)
    assert noted(path, header_row=2)[0] == [("06196", {"income": 43200})]


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
def test_the_row_of_names_by_hand(tmp_path: Path, kind: str) -> None:
    path = sheet(tmp_path, kind, [["mã", "income"], [], ["xã", "water"], ["A", 5]])
    assert noted(path, header_row=3)[0] == [("A", {"water": 5})]
    for row in (2, 9):
        with pytest.raises(TableError, match=f"row {row} holds nothing"):
            read(path, header_row=row)
    with pytest.raises(TableError, match="neither the unit nor a fact"), pytest.warns(TableNote):
        read(path, header_row=4)
    with pytest.raises(ValueError, match="header_row"):
        read(path, header_row=0)


@pytest.mark.parametrize("kind", [".json", ".jsonl", ".parquet"])
def test_files_without_a_row_of_names(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind, [["A", 1]], ["unit", "income"])
    with pytest.raises(TableError, match="only CSV and Excel files have a row with the names of the columns"):
        read(path, header_row=1)


def test_the_row_of_names_on_the_command_line(tmp_path: Path) -> None:
    path = sheet(tmp_path, ".csv", [["ĐVT: triệu đồng"], ["mã", "income_per_capita", "Ghi chú"], ["A", "43,2", "x"]])
    for extra in (["--keep-rest"], ["--keep", "Ghi chú"]):
        done = invoke("assess", path, *LAW, "--format", "csv", "--header-row", "2", *extra)
        assert (done.exit_code, done.stdout.splitlines()[1].split(",")[:2]) == (0, ["A", "x"])
        assert done.stderr.count("table.above") == 1


@pytest.mark.parametrize(
    ("first", "delimiter"), [("sep=;", ";"), ('"sep=;"', ";"), ("SEP=,", ","), ("sep=\t", "\t"), ("sep=|", "|")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_delimiter_that_a_file_declares(tmp_path: Path, first: str, delimiter: str, encoding: str) -> None:
    rows = ["", delimiter.join(["xã", "income"]), delimiter.join(["A", "1"]), delimiter.join(["B", "x"])]
    path = write(tmp_path, "\r\n".join([first, *rows]).encode(encoding))
    with pytest.raises(FactError, match="line 5"):
        read(path)
    units, notes = noted(write(tmp_path, "\r\n".join([first, *rows[:-1]]).encode(encoding)))
    assert (units, notes) == ([("A", {"income": 1})], [])


def test_what_each_column_is_read_as_is_said_on_request(tmp_path: Path) -> None:
    head = ["TT", "Mã xã", "Thu nhập bình quân đầu người (nghìn đồng)", "Ghi chú"]
    path = sheet(tmp_path, ".csv", [["BÁO CÁO"], head, [1, "A", 43200, ""]])
    done = invoke("assess", path, *LAW, "--format", "csv", "--keep", "Ghi chú", "--explain-reading")
    assert [line for line in done.stderr.splitlines() if line.startswith("the column")] == [
        "the column `TT`: not read",
        "the column `Mã xã`: the unit",
        f"the column `{head[2]}`: the fact `income_per_capita` (Income per head)",
        "the column `Ghi chú`: kept as it is, not read",
    ]
    done = invoke("assess", path, *LAW, "--format", "csv", "--keep", "Ghi chú", "--explain-reading", "--lang", "vi")
    assert "cột `Mã xã`: tên hoặc mã đơn vị\n" in done.stderr


# -- letters that look alike, or like nothing --------------------------------------------------


@pytest.mark.parametrize("mark", ["", "\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u202a"])
@pytest.mark.parametrize("d", ["Đ", "Ð", "Ɖ"])
def test_letters_without_a_shape_and_other_letters_like_d(tmp_path: Path, mark: str, d: str) -> None:
    lower = {"Đ": "đ", "Ð": "ð", "Ɖ": "Ɖ"}[d]
    head = f"{d}ơn{mark} vị,inc{mark}ome,Mức {lower}ộ{mark},plan,region,water"
    facts = read(write(tmp_path, f"{head}\nA,{mark}43.2{mark},2,{d}ạ{mark}t,Miền{mark} Bắc,99%\n"))[0].facts
    assert {name: str(value) for name, value in facts.items()} == {
        "income": "43.2", "level": "2", "plan": "True", "region": "N", "water": "99"
    }  # fmt: skip
    assert read(write(tmp_path, f"unit,plan\nA,chưa {lower}ạt{mark}\n"))[0].facts == {"plan": False}


# -- control characters and halves of characters -----------------------------------------------

BAD = {"ESC": "a\x1b[2J", "BEL": "a\x07", "C1": "a\x9b2J", "CR": "a\rb", "NUL": "a\0", "DEL": "a\x7f"}


@pytest.mark.parametrize("name", [*BAD, "half"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["unit", "huyện"])
def test_what_cannot_be_written_is_refused(tmp_path: Path, kind: str, name: str, place: str) -> None:
    if (name == "half" and "json" not in kind) or (name == "NUL" and kind in (".csv", ".xlsx")):
        return  # files that cannot hold it, or are taken for another encoding
    if name == "CR" and (place == "unit" or kind == ".xlsx"):
        return  # a blank in a name, a line break in a sheet
    text = BAD.get(name, "a\ud800")
    held = "a" + "".join(f"_x{ord(c):04X}_" if ord(c) < 32 else c for c in text[1:]) if kind == ".xlsx" else text
    row = [held if column == place else "b" for column in ("unit", "huyện")]
    path = written(tmp_path, kind, [["A", "H"], row], ["unit", "huyện"])
    with pytest.raises(TableError) as caught:
        read(path, keep=["huyện"])
    assert [d.code for d in caught.value.diagnostics] == ["table.text"]
    assert str(caught.value).replace("\n", "").isprintable()
    assert f"U+{ord(text[1]):04X}" in str(caught.value)


def test_line_breaks_and_tabs_in_what_is_kept_are_texts(tmp_path: Path) -> None:
    path = write(tmp_path, 'unit,huyện\nA,"a\tb\nc\r\nd"\n')
    assert noted(path, keep=["huyện"]) == ([("A", {"huyện": "a\tb\nc\r\nd"})], [])


def test_a_source_with_half_a_character_is_refused(tmp_path: Path) -> None:
    rows = [{"unit": "A", "income": {"value": 1, "source": "\ud800"}}]
    assert "the column `income` of line 1 holds the character U+D800" in refused(tmp_path, json.dumps(rows), "u.json")


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_no_command_prints_control_characters_of_a_file(tmp_path: Path, form: str) -> None:
    bad = [
        'unit,income_per_capita\n"\x1b]0;TITLE\x07A",1\n',
        'unit,income_per_capita\nA,"\x1b[2J\x9b"\n',
        'unit,"\x1b[2J"\nA,1\n',
        '"\x1b[2J",income_per_capita\nA,1\n',
        'unit,income_per_capita\n"A\u202eB",?\n',
    ]
    for text in bad:
        found = run("assess", write(tmp_path, text), *LAW, *STRICT, "--format", form, code=2)
        assert found.replace("\n", "").isprintable()
    half = write(tmp_path, '[{"unit": "\\ud800"}]', "u.json")
    for out in (["--format", form], ["--out", tmp_path / "o.xlsx"]):
        assert "U+D800" in run("assess", half, *LAW, *out, code=2)


@given(st.text())
def test_a_message_shows_what_cannot_be_seen(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    shown.encode()
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown if c not in "\n\r\t")


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    with pytest.raises(FactError) as caught:
        read(write(tmp_path, f"unit,income\nA,{'?' * 100_000}\n"))
    assert len(str(caught.value)) < 1000


def test_a_name_of_a_unit_is_bounded(tmp_path: Path) -> None:
    assert read(write(tmp_path, f"unit\n{'A' * 200}\n"))[0].unit == "A" * 200
    assert "has more than 200 characters" in refused(tmp_path, f"unit\n{'A' * 201}\n")


def test_half_a_character_in_an_overlay_is_a_ruleset_error(bundled: ntm.Library) -> None:
    with pytest.raises(RulesetError, match=r"yaml.text.*`\\ud800`.*half a character") as caught:
        bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), overlay={"overlay": "\ud800"})
    in_vietnamese(caught.value)


# -- what is no plain file ---------------------------------------------------------------------


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise where something is waited for."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize("make", [pipe, device, folder])
@pytest.mark.parametrize("kind", KINDS)
def test_units_are_read_from_plain_files_only(tmp_path: Path, kind: str, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / f"u{kind}")
    with within(10), pytest.raises(TableError, match=r"table.file\]: the file is a folder, a pipe or a device"):
        read(path)
    if make is not folder:
        with within(20):
            assert "[table.file]" in run("assess", path, *LAW, "--format", "csv", "--no-reasons", code=2)


@pytest.mark.parametrize("make", [pipe, device, folder])
def test_rules_are_read_from_plain_files_only(
    tmp_path: Path, bundled: ntm.Library, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path / "x.yaml")
    doors: list[Callable[[], object]] = [
        lambda: bundled.plan(path),
        lambda: bundled.compose("commune/ntm", on=dt.date(2024, 7, 2), overlay=path),
        lambda: ntm.Library.load(tmp_path),
        lambda: ntm.check.Folder.read(tmp_path),
    ]
    for door in doors:
        with within(10), pytest.raises(RulesetError, match=r"yaml.file|library.empty") as caught:
            door()
        in_vietnamese(caught.value)


def test_a_large_rule_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "x.yaml").open("wb") as file:
        file.truncate(50 * 2**30)
    with within(10), pytest.raises(RulesetError, match=r"the file has 53687091200 bytes, at most 4000000 are read"):
        ntm.Library.bundled().plan(tmp_path / "x.yaml")


# -- damage ------------------------------------------------------------------------------------


def test_a_workbook_with_changed_bytes_is_read_or_refused(tmp_path: Path) -> None:
    whole = book(tmp_path, [HEAD, *([f"A{n}", n / 7, True, dt.date(2024, 1, 2)] for n in range(5))])
    with zipfile.ZipFile(whole) as held:
        names = [name for name in held.namelist() if "theme" not in name and "docProps" not in name]
    chance = random.Random(7)
    ended = {"read": 0, "refused": 0}
    for _ in range(50):
        name = chance.choice(names)

        def change(text: str) -> str:
            place = chance.randrange(len(text))
            signs = ["<", ">", '"', "9" * 30, "-", "", "&", "x", "\x01"]
            return text[:place] + chance.choice(signs) + text[place + 1 :]

        path = tmp_path / "changed.xlsx"
        path.write_bytes(whole.read_bytes())
        patched(path, **{Path(name).stem: change})
        try:
            read(path, keep=["huyện"])
            ended["read"] += 1
        except NtmRulesError:
            ended["refused"] += 1
    assert min(ended.values()) > 5


def test_a_parquet_file_with_changed_bytes_is_read_or_refused(tmp_path: Path) -> None:
    whole = written(tmp_path, ".parquet", [[f"A{n}", n / 7, True, "H"] for n in range(50)]).read_bytes()
    chance = random.Random(7)
    path = tmp_path / "changed.parquet"
    for _ in range(120):
        place = chance.randrange(4, len(whole))
        path.write_bytes(whole[:place] + bytes([chance.randrange(256)]) + whole[place + 1 :])
        with contextlib.suppress(NtmRulesError):
            read(path, keep=["huyện"])
