"""Shapes of tables, in CSV and Excel alike: names in two rows, periods, one row an indicator, groups."""

import csv
import datetime as dt
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from attrs import field, frozen
from hypothesis import example, given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import invoke
from ntm_rules import FactError, Library, Ruleset, TableError
from ntm_rules.tables import TableNote
from vietnamese import in_vietnamese

ON = dt.date(2024, 7, 2)
Rows = list[list[Any]]
KINDS = (".csv", ".xlsx")

INCOME = "Thu nhập bình quân đầu người"
BEFORE, NOW = "Đến 31/12 năm trước", "TH 6 tháng năm 2024"
FORM: Rows = [
    ["Biểu số 10", None, None, None, None, None, None, None],
    ["UBND XÃ MỘT", None, None, None, None, None, None, None],
    ["TT", "Nội dung", "ĐVT", BEFORE, None, NOW, None, "Ghi chú"],
    [None, None, None, "Kết quả", "Đánh giá", "Kết quả", "Đánh giá", None],
    ["I", "Nhóm hạ tầng", None, None, None, None, None, None],
    ["1", "Quy hoạch", None, None, "Đạt", None, "Chưa đạt", None],
    ["4.2", "Điện", "%", 98, "Chưa đạt", 99, "Đạt", "đã nghiệm thu"],
    ["10", "Thu nhập", "nghìn đồng", 42000, None, "43200,5", "không áp dụng", "xã mới"],
]
FORM_MERGED = ("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:G3", "H3:H4")
POWER: Rows = [
    ["Báo cáo tiêu chí điện", None, None, None, None, None],
    ["TT", "Tên xã", "Năm 2023", None, "Năm 2024", None],
    [None, None, "Nội dung 4.1", "Nội dung 4.2", "Nội dung 4.1", "Nội dung 4.2"],
    ["I", "Huyện H1", None, None, None, None],
    ["1", "Xã Một", "x", "x", None, "x"],
    ["II", "Huyện H2", None, None, None, None],
    ["1", "Xã Hai", "x", None, "x", None],
]
PERIODS: Rows = [["Mã xã", "Năm", INCOME], ["06001", 2023, 40], ["06001", 2024, 43], ["06004", 2024, 46]]
LONG: Rows = [
    ["Xã", "TT", "Nội dung", "Kết quả", "Đánh giá"],
    ["Xã Một", "4.2", "Điện", "99,5", "đạt"],
    ["Xã Hai", "10", "Thu nhập", 46, None],
    ["Xã Một", "10", "Thu nhập", "43,2", "chưa đạt"],
]


@frozen
class Case:
    """A table, how it is read, and what comes out: facts and judgements of each unit."""

    rows: Rows
    units: dict[str, tuple[dict[str, Any], dict[str, str]]]
    merged: tuple[str, ...] = ()
    options: dict[str, Any] = field(factory=dict)
    notes: tuple[str, ...] = ()


CASES = {
    "figure and judgement under a number": Case(
        [["Xã", "4.2", None, INCOME], [None, "Kết quả", "Đánh giá", None], ["Xã Một", 97, "chưa đạt", 43]],
        {"Xã Một": ({"registered_power_share": 97, "income_per_capita": 43}, {"4.2": "not_met"})},
        ("A1:A2", "B1:C1", "D1:D2"),
        notes=("table.two_rows",),
    ),
    "several bodies under a number": Case(
        [["Xã", "4.2", None, None], [None, "Kết quả", "Tự đánh giá", "Thẩm tra"], ["Xã Một", 97, "đạt", "chưa đạt"]],
        {"Xã Một": ({"registered_power_share": 97}, {"4.2 commune": "met", "4.2 district": "not_met"})},
        ("B1:D1",),
        notes=("table.two_rows",),
    ),
    "judgement beside a number": Case(
        [["Xã", "4.2", "Đánh giá", "TC10", "Đánh giá"], ["Xã Một", 97, "chưa đạt", 43, "đạt"]],
        {
            "Xã Một": (
                {"registered_power_share": 97, "income_per_capita": 43},
                {"4.2": "not_met", "10": "met"},
            )
        },
    ),
    "a name below that stands in no group": Case(
        [["Xã", None, "4.2", None], [None, "TC10", "Kết quả", "Đánh giá"], ["Xã Một", "đạt", 97, "chưa đạt"]],
        {"Xã Một": ({"registered_power_share": 97}, {"10": "met", "4.2": "not_met"})},
        ("C1:D1",),
        notes=("table.two_rows",),
    ),
    "facts in groups": Case(
        [["Xã", "Kinh tế", None], [None, INCOME, "TC4"], ["Xã Một", 43, "đạt"]],
        {"Xã Một": ({"income_per_capita": 43}, {"4": "met"})},
        ("A1:A2", "B1:C1"),
        notes=("table.two_rows",),
    ),
    "the figure of a fact by its title": Case(
        [["Xã", INCOME + " (nghìn đồng)", "4.2"], [None, "Kết quả", "Đánh giá"], ["Xã Một", 43000, "đạt"]],
        {"Xã Một": ({"income_per_capita": 43}, {"4.2": "met"})},
        notes=("table.two_rows", "table.converted"),
    ),
    "units in the lower row": Case(
        [[None, None, "Năm 2023", "Năm 2024"], ["TT", "Xã", INCOME, INCOME], [1, "Xã Một", 40, 43]],
        {"Xã Một": ({"income_per_capita": 43}, {})},
        options={"period_column": "nam 2024"},
        notes=("table.two_rows", "table.period", "table.passed"),
    ),
    "one of two periods": Case(
        POWER,
        {"Xã Một": ({}, {"4.2": "met"}), "Xã Hai": ({}, {"4.1": "met"})},
        ("C2:D2", "E2:F2"),
        {"period_column": "NĂM 2024"},
        ("table.above", "table.two_rows", "table.period", "table.passed", "table.group"),
    ),
    "a form of one commune": Case(
        FORM,
        {
            "XÃ MỘT": (
                {"registered_power_share": 99, "income_per_capita": Decimal("43.2005")},
                {"1": "not_met", "4.2": "met", "10": "not_applicable"},
            )
        },
        FORM_MERGED,
        {"period_column": "th 6 thang nam 2024"},
        ("table.above", "table.two_rows", "table.period", "table.unit_name", "table.long", "table.aside"),
    ),
    "the other period of it, for a unit by hand": Case(
        FORM,
        {"Xã 1": ({"registered_power_share": 98, "income_per_capita": 42}, {"1": "met", "4.2": "not_met"})},
        FORM_MERGED,
        {"period_column": BEFORE, "unit_name": "Xã 1"},
        ("table.above", "table.two_rows", "table.period", "table.long", "table.aside"),
    ),
    "one row an indicator": Case(
        LONG,
        {
            "Xã Một": (
                {"registered_power_share": Decimal("99.5"), "income_per_capita": Decimal("43.2")},
                {"4.2": "met", "10": "not_met"},
            ),
            "Xã Hai": ({"income_per_capita": 46}, {}),
        },
        notes=("table.long",),
    ),
    "the first indicator without a result": Case(
        [["TT", "Nội dung", "Kết quả"], ["4.2", "Điện", None], ["10", "Thu nhập", 43]],
        {"Xã 1": ({"income_per_capita": 43}, {})},
        options={"unit_name": "Xã 1"},
        notes=("table.long",),
    ),
    "numbers under their own name": Case(
        [
            ["STT", "Mã tiêu chí", "Phân nhóm", "Hiện trạng", "Trạng thái đạt"],
            [1, "TC10", "Kinh tế", "43,2 triệu", "Chưa đạt"],
            [2, "TC17", "Môi trường", None, "Đạt"],
        ],
        {"Xã 1": ({"income_per_capita": Decimal("43.2")}, {"10": "not_met", "17": "met"})},
        options={"unit_name": "Xã 1"},
        notes=("table.long", "table.long"),
    ),
    "a unit and year": Case(
        PERIODS,
        {
            "06001 (2023)": ({"income_per_capita": 40}, {}),
            "06001 (2024)": ({"income_per_capita": 43}, {}),
            "06004 (2024)": ({"income_per_capita": 46}, {}),
        },
        options={"period_column": "nam"},
    ),
}


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def file_of(folder: Path, kind: str, rows: Rows, merged: tuple[str, ...] = ()) -> Path:
    path = folder / f"u{kind}"
    if kind == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        return path
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def read(path: Path, ruleset: Ruleset, **options: Any) -> tuple[list[ntm.tables.UnitFacts], list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        units = list(ntm.tables.read(path, Library.bundled().facts, numbers=ruleset.facts_by_number, **options))
    return units, [w.message.diagnostic.code for w in caught if isinstance(w.message, TableNote)]


def judged(unit: ntm.tables.UnitFacts) -> dict[str, str]:
    return {j.no if j.body is ntm.Body.OTHER else f"{j.no} {j.body.value}": j.outcome.code for j in unit.judgements}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_read(tmp_path: Path, ruleset: Ruleset, case: Case, kind: str) -> None:
    units, notes = read(file_of(tmp_path, kind, case.rows, case.merged), ruleset, **case.options)
    assert {unit.unit: (dict(unit.facts), judged(unit)) for unit in units} == case.units
    assert tuple(notes) == case.notes


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_cells_that_are_not_merged_are_read_alike(tmp_path: Path, ruleset: Ruleset, case: Case) -> None:
    units, _ = read(file_of(tmp_path, ".xlsx", case.rows), ruleset, **case.options)
    assert {unit.unit: (dict(unit.facts), judged(unit)) for unit in units} == case.units


@pytest.mark.parametrize("name", ["a form of one commune", "one of two periods", "one row an indicator"])
def test_the_command_line_reads_them(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    options = [f"--{key.replace('_', '-')}={value}" for key, value in case.options.items()]
    done = invoke("assess", file_of(tmp_path, ".xlsx", case.rows, case.merged), *LAW, "--format", "csv", *options)
    assert [line.partition(",")[0] for line in done.stdout.splitlines()] == ["unit", *case.units]


def test_what_stands_beside_a_judgement_is_its_note(tmp_path: Path, ruleset: Ruleset) -> None:
    units, _ = read(file_of(tmp_path, ".csv", FORM), ruleset, period_column=NOW)
    assert {j.no: j.note for j in units[0].judgements} == {"1": None, "4.2": "đã nghiệm thu", "10": "xã mới"}


def test_groups_are_a_column_of_the_units_below(tmp_path: Path, ruleset: Ruleset) -> None:
    path = file_of(tmp_path, ".xlsx", POWER)
    units, _ = read(path, ruleset, period_column="Năm 2023", keep=["Huyện"])
    assert [(unit.unit, unit.group, dict(unit.kept)) for unit in units] == [
        ("Xã Một", "Huyện H1", {"Huyện": "Huyện H1"}),
        ("Xã Hai", "Huyện H2", {"Huyện": "Huyện H2"}),
    ]
    options = ["--period-column", "Năm 2023", "--keep", "Huyện", "--format", "csv"]
    done = invoke("assess", path, *LAW, *options)
    assert done.stdout.splitlines()[2].startswith("Xã Hai,Huyện H2,")


def test_a_column_that_is_kept_goes_before_groups(tmp_path: Path, ruleset: Ruleset) -> None:
    rows: Rows = [["TT", "Xã", "Huyện", INCOME], ["I", "Huyện H1", None, None], [1, "Xã Một", "H9", 43]]
    units, _ = read(file_of(tmp_path, ".csv", rows), ruleset, keep=["Huyện"])
    assert dict(units[0].kept) == {"Huyện": "H9"}


def test_codes_of_rows_are_what_a_mapping_file_says(tmp_path: Path, bundled: Library, ruleset: Ruleset) -> None:
    rows: Rows = [
        ["Thôn", "Thôn 1", None, None],
        ["Mã CT", "Tên chỉ tiêu", "Đơn vị tính", "Số liệu"],
        ["CT01", "Thu nhập", "nghìn đồng", 43200],
        ["4.2", "Điện", "%", 99],
    ]
    path = tmp_path / "m.yaml"
    path.write_text("mapping: a village\ncolumns:\n  CT01: {fact: income_per_capita}\n", encoding="utf-8")
    units, _ = read(file_of(tmp_path, ".xlsx", rows), ruleset, mapping=bundled.mapping(path))
    assert [(unit.unit, dict(unit.facts)) for unit in units] == [
        ("Thôn 1", {"income_per_capita": Decimal("43.2"), "registered_power_share": 99})
    ]


# -- refused --------------------------------------------------------------------------------------

FORM_ROWS = ["TT", "Nội dung", "Kết quả", "Đánh giá"]
REFUSED: dict[str, tuple[Rows, dict[str, Any], str, str]] = {
    "periods without a choice": (POWER, {}, "table.period", "các cột lặp lại theo nhiều kỳ: `Năm 2023`, `Năm 2024`"),
    "a period that is not there": (
        POWER,
        {"period_column": "Năm 2025"},
        "table.period/unknown",
        "không có cột hay nhóm cột nào tên là `Năm 2025`",
    ),
    "a column of periods without a choice": (
        PERIODS,
        {},
        "table.period/column",
        "cột `Năm` ghi kỳ số liệu, nên một đơn vị có thể có nhiều dòng",
    ),
    "a unit twice, with its period kept": (
        PERIODS,
        {"keep": ["Năm"]},
        "table.unit/twice_by_period",
        "đơn vị `06001` có ở cả dòng 2 và dòng 3",
    ),
    "a row without its period": (
        [PERIODS[0], ["06001", None, 40]],
        {"period_column": "Năm"},
        "table.period/none",
        "dòng 2 chưa ghi kỳ số liệu",
    ),
    "counts of communes in two rows": (
        [
            ["TT", "Tiêu chí", "Đến 31/12", None, "6 tháng", None],
            [None, None, "Nhóm 1", "Nhóm 2", "Nhóm 1", "Nhóm 2"],
            ["1", "Tiêu chí 1", 3, 4, 4, 5],
        ],
        {},
        "table.counts",
        "bảng ghi số xã theo nhóm (`Nhóm 1`, `Nhóm 2`), không có dòng nào cho từng xã",
    ),
    "counts of communes": (
        [["TT", "Nội dung", "Nhóm 1", "Nhóm 2", "Tổng"], ["1", "Đạt 10 tiêu chí", 1, 0, 1]],
        {},
        "table.counts",
        "bảng ghi số xã theo nhóm (`Nhóm 1`, `Nhóm 2`), không có dòng nào cho từng xã",
    ),
    "columns of codes of one's own": (
        [["Tổng hợp", None, None, None], ["STT", "Thôn", "CT01", "CT02"], [1, "Thôn 1", 120, 480]],
        {},
        "table.codes",
        "2 cột mang mã riêng, chưa rõ là số liệu nào: `CT01`, `CT02`",
    ),
    "rows of codes of one's own": (
        [["Mã CT", "Tên chỉ tiêu", "Số liệu"], ["CT01", "Tổng số hộ", 120], ["CT02", "Nhân khẩu", 480]],
        {},
        "table.codes/rows",
        "cột `Mã CT` mang mã riêng, chưa rõ là số liệu nào: `CT01`, `CT02`",
    ),
    "a form that does not say whose it is": (
        [FORM_ROWS, ["10", "Thu nhập", 43, "đạt"]],
        {},
        "table.unit_name",
        "bảng không ghi là của đơn vị nào",
    ),
    "a form of two units": (
        [["UBND xã Một", None, "UBND xã Hai", None], FORM_ROWS, ["10", "Thu nhập", 43, "đạt"]],
        {},
        "table.unit_name/several",
        "phía trên bảng ghi nhiều đơn vị: `xã Một`, `xã Hai`",
    ),
    "a unit by hand beside a column of units": (
        LONG,
        {"unit_name": "Xã Ba"},
        "table.unit_name/column",
        "cột `Xã` đã ghi đơn vị, nên không dùng được tên đơn vị `Xã Ba`",
    ),
    "a unit by hand of a table with one row a unit": (
        [["Xã", INCOME], ["Xã Một", 43]],
        {"unit_name": "Xã Ba"},
        "table.unit_name/wide",
        "bảng mỗi đơn vị một dòng, nên không dùng được tên đơn vị `Xã Ba`",
    ),
    "a number that the set has not": (
        [*LONG, ["Xã Ba", "99.9", "Khác", 1, "đạt"]],
        {},
        "table.long/number",
        "dòng 5: bộ tiêu chí không có số hiệu `99.9`",
    ),
    "a result without a number": (
        [*LONG, ["Xã Ba", None, "Khác", 1, None]],
        {},
        "table.long/no_number",
        "dòng 5 có kết quả nhưng chưa ghi số hiệu tiêu chí, chỉ tiêu",
    ),
    "a number twice": (
        [*LONG, ["Xã Hai", "10", "Thu nhập", 47, None]],
        {},
        "table.long/twice",
        "số hiệu `10` của đơn vị `Xã Hai` có ở cả dòng 3 và dòng 5",
    ),
    "what is to be kept is not there": (
        LONG,
        {"keep": ["Thôn"]},
        "table.column/keep",
        "không có cột `Thôn` để giữ lại",
    ),
    "what is kept differs": (
        LONG,
        {"keep": ["Nội dung"]},
        "table.long/keep",
        "cột `Nội dung` cần giữ lại ghi khác nhau trong các dòng của đơn vị `Xã Một`, chẳng hạn ở dòng 4",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_one_sentence(
    tmp_path: Path, ruleset: Ruleset, case: tuple[Rows, dict[str, Any], str, str]
) -> None:
    rows, options, code, sentence = case
    with pytest.raises(TableError) as caught:
        read(file_of(tmp_path, ".csv", rows), ruleset, **options)
    assert [d.code for d in caught.value.diagnostics] == [code.partition("/")[0]]
    told = caught.value.diagnostics[0].told
    assert isinstance(told, ntm.messages.Message)
    assert (told.code, told.text("vi")) == (code, sentence)
    in_vietnamese(caught.value)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (["Xã Ba", "3.2", "Thiên tai", 5, None], "each figure of indicator `3.2` in a column of its own"),
        (["Xã Ba", "17", "Môi trường", 92, "đạt"], "the set compares no figure under this number"),
        (["Xã Ba", "10", "Thu nhập", "khoảng 43", None], "a number such as `43,2`"),
        (["Xã Ba", "10", "Thu nhập", 43, "cơ bản đạt"], "a judgement"),
        (["Xã Ba", "10", "Thu nhập", "không áp dụng", None], "into the column of judgements"),
        (["Xã Ba", "10", "Thu nhập", None, "không áp dụng"], "put it into a column `Ghi chú`"),
    ],
)
def test_cells_that_are_refused(tmp_path: Path, ruleset: Ruleset, row: list[Any], line: str) -> None:
    with pytest.raises(FactError) as caught:
        read(file_of(tmp_path, ".csv", [*LONG, row]), ruleset)
    problem = caught.value.problems[0]
    assert (problem.unit, problem.line) == ("Xã Ba", 5)
    assert line in str(caught.value)


@pytest.mark.parametrize(("unit", "line"), [("hộ", "a figure in `%`"), ("triệu đồng", "a figure in `%`")])
def test_a_unit_of_measurement_that_is_not_that_of_the_fact(
    tmp_path: Path, ruleset: Ruleset, unit: str, line: str
) -> None:
    rows: Rows = [["Xã", "TT", "Nội dung", "ĐVT", "Kết quả"], ["Xã Một", "4.2", "Điện", unit, 99]]
    with pytest.raises(FactError, match=line):
        read(file_of(tmp_path, ".csv", rows), ruleset)


def test_a_number_that_a_spreadsheet_may_have_shortened(tmp_path: Path) -> None:
    numbers = {"17.1": ("income_per_capita",), "17.10": ("registered_power_share",)}
    head = ["Xã", "TT", "Nội dung", "Kết quả"]
    alone = file_of(tmp_path, ".csv", [head, ["Xã Một", "17.1", "", 5]])
    with pytest.raises(TableError, match=r"17\.10"), pytest.warns(TableNote):
        list(ntm.tables.read(alone, Library.bundled().facts, numbers=numbers))
    both = file_of(tmp_path, ".csv", [head, ["Xã Một", "17.1", "", 5], ["Xã Một", "17.10", "", 6]])
    with pytest.warns(TableNote):
        found = list(ntm.tables.read(both, Library.bundled().facts, numbers=numbers))
    assert dict(found[0].facts) == {"income_per_capita": 5, "registered_power_share": 6}


# -- what a table with one row of names is, it stays ----------------------------------------------

CELLS = st.sampled_from([None, "đạt", "x", "Xã A", "4.2", 1, 4.2, "43,2", "I", "Huyện H1", "Kinh tế"])


@example(rows=[[None, None, "4.2"], ["Xã A", 1, "x"]])
@given(rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_row_of_figures_is_never_taken_for_names(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, ruleset: Ruleset
) -> None:
    path = file_of(tmp_path_factory.mktemp("t"), ".csv", [["Xã", INCOME, "4.2"], *rows])
    try:
        _, notes = read(path, ruleset)
    except (TableError, FactError):
        return
    assert "table.two_rows" not in notes


def test_a_wide_table_whose_rows_are_numbered_is_not_one_of_indicators(tmp_path: Path, ruleset: Ruleset) -> None:
    rows: Rows = [["TT", "Xã", "Kết quả", "Đánh giá"], [1, "Xã Một", 43, "đạt"], [2, "Xã Hai", 44, "đạt"]]
    with pytest.raises(TableError, match="Kết quả"):
        read(file_of(tmp_path, ".csv", rows), ruleset)


def test_what_each_column_of_an_indicator_a_row_is_read_as(tmp_path: Path) -> None:
    rows: Rows = [
        ["Xã", "TT", "Nội dung", "ĐVT", "Kết quả", "Đánh giá", "Ghi chú"],
        ["Xã Một", "4.2", "", "%", 99, "đạt", ""],
    ]
    done = invoke("assess", file_of(tmp_path, ".csv", rows), *LAW, "--explain-reading", "--lang", "vi")
    for line in (
        "cột `Xã`: tên hoặc mã đơn vị",
        "cột `TT`: số hiệu tiêu chí, chỉ tiêu",
        "cột `Nội dung`: nội dung tiêu chí, chỉ tiêu, không đọc",
        "cột `ĐVT`: đơn vị tính của số liệu",
        "cột `Kết quả`: số liệu của tiêu chí, chỉ tiêu ghi cùng dòng",
        "cột `Đánh giá`: kết quả đánh giá",
        "cột `Ghi chú`: nội dung kèm theo kết quả đánh giá",
    ):
        assert line in done.stderr.splitlines()


def test_a_name_beside_merged_groups_is_of_none(tmp_path: Path, ruleset: Ruleset) -> None:
    rows: Rows = [["Xã", "Năm 2023", None, "Năm 2024", None, None], [None, "4.1", "4.2", "4.1", "4.2", "TC10"]]
    rows.append(["Xã Một", "x", None, None, "x", "đạt"])
    path = file_of(tmp_path, ".xlsx", rows, ("B1:C1", "D1:E1"))
    units, _ = read(path, ruleset, period_column="Năm 2023")
    assert [judged(unit) for unit in units] == [{"4.1": "met", "10": "met"}]


def test_names_in_rows_by_hand(tmp_path: Path, ruleset: Ruleset) -> None:
    path = file_of(tmp_path, ".xlsx", POWER, ("C2:D2", "E2:F2"))
    for row in (2, 3):
        units, _ = read(path, ruleset, header_row=row, period_column="Năm 2023")
        assert [judged(unit) for unit in units] == [{"4.1": "met", "4.2": "met"}, {"4.1": "met"}]
