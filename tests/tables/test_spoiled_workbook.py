"""A province's workbook as it comes: gaps, typing errors, 200 communes, one command."""

import csv
import io
import random
from collections import Counter
from pathlib import Path

import openpyxl

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import invoke
from fiction.communes import commune
from ntm_rules.model.facts import FactType
from vietnamese import english

LIBRARY = ntm.Library.bundled()
RULESET = LIBRARY.compose("commune/ntm", on="2024-07-02", province="lang-son")
COMMUNES = 200
SPOILED = 0.012
"""The share of cells that are gaps, and that of typing errors."""
SLIPS = {
    FactType.BOOLEAN: ("cơ bản đạt", "?", "đang làm", "K"),
    FactType.PERCENT: ("trên 80", "82-85", "180", "12/15", "82,,5"),
    FactType.NUMBER: ("khoảng 43", "~43", "-3", ">= 2"),
    FactType.COUNT: ("hai", "3,5", "-1"),
    FactType.ORDINAL: ("Mức 9", "đạt"),
}

Planted = dict[tuple[str, str], str]


def spoiled(path: Path, seed: int) -> Planted:
    """Write a workbook with Vietnamese titles; return unit, title and text of each cell that is wrong."""
    chance = random.Random(seed)
    inputs = (f for f in RULESET.inputs().values() if f.type in SLIPS and f.ratio is None and f.id not in PARTS)
    facts = [(fact, fact.title.vi) for fact in inputs if fact.title is not None]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Xã", *(title for _, title in facts)])
    planted: Planted = {}
    for number in range(COMMUNES):
        unit, row = f"Xã {number + 1}", list[object]()
        given = commune(RULESET, seed * COMMUNES + number)
        for fact, title in facts:
            value = given.get(fact.id)
            drawn = chance.random()
            if drawn < SPOILED:
                value = None
            elif drawn < 2 * SPOILED:
                value = planted[unit, title] = chance.choice(SLIPS[fact.type])
            elif isinstance(value, bool):
                value = chance.choice(("Đạt", "x", "đ") if value else ("Chưa đạt", "CĐ", "không"))
            row.append(value)
        sheet.append([unit, *row])
    book.save(path)
    return planted


PARTS = {name for fact in RULESET.facts if fact.ratio for name in (fact.ratio.part, fact.ratio.whole)}


def test_200_communes_with_gaps_and_typing_errors_in_one_command(tmp_path: Path) -> None:
    path, errors, copy = tmp_path / "u.xlsx", tmp_path / "errors.csv", tmp_path / "marked.xlsx"
    planted = spoiled(path, 2024)
    assert 80 < len(planted) < 200
    done = invoke("assess", path, *LAW, "--format", "csv", "--errors", errors, "--marked", copy, "--lang", "vi")
    assert done.exit_code == 3
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["unit"] for row in rows] == [f"Xã {n + 1}" for n in range(COMMUNES)]
    assert Counter({row["unit"]: int(row["bad_facts"]) for row in rows}) == Counter(unit for unit, _ in planted)
    with errors.open(encoding="utf-8-sig", newline="") as file:
        listed = [(row["unit"], row["column"], row["value"].removeprefix("'")) for row in csv.DictReader(file)]
    as_numbers = {"3,5": "3.5"}  # what could be read as a number is told as one
    assert sorted(listed) == sorted((*place, as_numbers.get(text, text)) for place, text in planted.items())
    sheet = openpyxl.load_workbook(copy).worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    red = {
        (str(row[0].value), str(heads[place])): str(cell.value)
        for row in sheet.iter_rows(min_row=2)
        for place, cell in enumerate(row)
        if cell.comment is not None
    }
    assert red == planted
    assert done.stderr.splitlines()[-1].startswith(f"{len(planted)} số liệu không hợp lệ")
    assert english(done.stderr) == []


INCOME = "Thu nhập bình quân đầu người"
PLAN = "Quy hoạch chung xã còn hiệu lực hoặc đã được rà soát theo quy định"
FIGURE = "một số, ví dụ `43,2` hoặc `43.2`"
YES_NO = "có (`đạt`, `có`, `x`, `true`, `1`) hoặc không (`chưa đạt`, `không đạt`, `không`, `false`, `0`)"
REACHED = (
    "ghi con số đã thực hiện được, không ghi mức cần đạt hay `trên`, `dưới`, `>`, `<`; chưa biết con số thì để trống ô"
)
SENTENCES = [
    (
        INCOME,
        "khoảng 43",
        FIGURE,
        "ghi đúng con số đã thống kê, không ghi `~` hay `khoảng`; chưa có số chính xác thì để trống ô",
    ),
    (
        INCOME,
        "1.234",
        "một số chỉ đọc được theo một cách",
        "với `--decimal comma` (`decimal=`) là 1234, với `--decimal point` là 1.234",
    ),
    (INCOME, "-3", "một số từ 0 trở lên", None),
    (INCOME, "trên 45", FIGURE, REACHED),
    (
        INCOME,
        "43,2 nghìn đồng",
        "số tính theo `triệu đồng/người/năm`, không phải theo `nghìn đồng`",
        "đổi ra `triệu đồng/người/năm` rồi chỉ ghi số",
    ),
    (INCOME, "Đạt", FIGURE, "chỉ ghi số, hoặc để trống ô"),
    (
        PLAN,
        "cơ bản đạt",
        YES_NO,
        "`cơ bản đạt` chưa cho biết đạt hay chưa: ghi `đạt` nếu đã đáp ứng đủ yêu cầu, `chưa đạt` nếu còn thiếu",
    ),
    (PLAN, "?", YES_NO, "để trống ô nếu chưa biết"),
    (PLAN, "K", YES_NO, "`K` có thể là `không`, `không áp dụng`: ghi đủ chữ"),
    ("irrigated_share", "180", "một số từ 0 đến 100", None),
    (
        "irrigated_share",
        "12/15",
        FIGURE,
        "ghi kết quả đã tính, hoặc ghi tử số và mẫu số vào hai cột `irrigated_farmland`, `farmland`",
    ),
    (
        "irrigated_share",
        "82-85",
        FIGURE,
        "ghi một con số, không ghi khoảng từ số này đến số kia; chưa biết con số thì để trống ô",
    ),
    ("irrigated_share", "≥ 80%", FIGURE, REACHED),
    ("4.2", "tàm tạm", "kết quả đánh giá (`đạt`, `chưa đạt` hoặc `không áp dụng`), hoặc số liệu của chỉ tiêu", None),
    ("schools", "3,5", "một số nguyên từ 0 trở lên", None),
]
"""Column, what the clerk wrote, what is expected, and what to do."""


def test_what_a_clerk_is_told(tmp_path: Path) -> None:
    """One wrong cell a row; the sentences are those of the copy's list."""
    path, copy = tmp_path / "u.xlsx", tmp_path / "marked.xlsx"
    columns = list(dict.fromkeys(column for column, *_ in SENTENCES))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Xã", *columns])
    for number, (column, text, *_) in enumerate(SENTENCES):
        sheet.append([f"Xã {number}", *(text if each == column else None for each in columns)])
    book.save(path)
    done = invoke("assess", path, *LAW, "--format", "csv", "--marked", copy, "--lang", "vi")
    assert done.exit_code == 3, done.stderr
    told = [[cell.value for cell in row[2:7]] for row in openpyxl.load_workbook(copy)["Lỗi"].iter_rows(min_row=2)]
    assert told == [[f"Xã {number}", *case] for number, case in enumerate(SENTENCES)]
