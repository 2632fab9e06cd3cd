"""`progress` and `rereview`: every form of output, and what is said of bad input."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from cli.test_commands import EXAMPLES
from command_line import STRICT, run

COUNTS = """\
Đơn vị,huyện,Số tiêu chí đạt,criteria_undetermined,Tổng số tiêu chí,recognised_ntm,recognised_nang_cao
Xã Một,Đông,19,,19,có,có
Xã Hai,Đông,18,,19,có,không
Xã Ba,Bắc,12,3,19,không,không
Xã Bốn,Bắc,14,,19,không,không
"""
EARLIER = """\
Đơn vị,huyện,criteria_met,criteria_total,recognised_ntm
Xã Một,Đông,18,19,không
Xã Hai,Đông,18,19,có
Xã Ba,Bắc,10,19,không
Xã Năm,Tây,3,19,không
"""
PLAN = """\
targets: lang-son
year: 2024
title: {vi: Kế hoạch thử, en: Trial plan}
tiers:
  commune/ntm:
    - {total: 3, out_of: 5, evidence: official}
    - {new: 2, evidence: official}
    - {average: {from: "16", to: "17"}, evidence: official}
  commune/nang-cao:
    - {total: 1, evidence: official}
  commune/kieu-mau:
    - {total: 1, evidence: official}
"""
NTM = ("--tier", "commune/ntm", "--on", "2024-07-02")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("now.csv", COUNTS), ("before.csv", EARLIER), ("plan.yaml", PLAN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def table(out: str, title: str) -> Mapping[str, Sequence[str]]:
    """The rows of a table by their first cell."""
    lines = out.splitlines()
    start = next(place for place, line in enumerate(lines) if line == title)
    rows = [*lines[start + 3 :], ""]
    found = rows[: rows.index("")]
    return {cells[0]: cells[1:] for line in found if "│" in line for cells in [[c.strip() for c in line.split("│")]]}


# -- progress ----------------------------------------------------------------------------------


def test_progress_of_published_counts(folder: Path) -> None:
    out = run(
        "progress", folder / "now.csv", *NTM, "--targets", folder / "plan.yaml", "--before", folder / "before.csv",
        "--by", "huyện", "--as-of", "20/6/2024",
    )  # fmt: skip
    lines = out.splitlines()
    assert lines[:4] == [
        "Tiến độ xây dựng nông thôn mới",
        "Số liệu báo cáo đến ngày 20/06/2024",
        "Mục tiêu: Kế hoạch thử, Lạng Sơn",
        "Số liệu là số tiêu chí đã công bố, không đánh giá lại từ số liệu gốc.",
    ]
    name = "Xã đạt chuẩn nông thôn mới (commune/ntm)"
    targets = [
        [c.strip() for c in line.split("│")] for line in lines if line.startswith("Xã đạt chuẩn") and "│" in line
    ]
    assert [row[1:6] for row in targets] == [
        ["3/5 đơn vị", "1", "2", "2", "1"],
        ["thêm 2 đơn vị", "1", "1", "1", "1"],
        ["bình quân 16–17 tiêu chí/đơn vị", "15,75–16,5", "0–0,25", "không xét", ""],
        ["1 đơn vị", "chưa có số liệu", "", "1", "0"],
        ["1 đơn vị", "chưa có số liệu", "", "chưa có số liệu", ""],
    ]
    assert f"Kế hoạch tính trên 5 đơn vị, tệp số liệu có 4 đơn vị ({name})." in lines
    summary = table(out, f"{name}: tổng hợp")
    assert summary["Số đơn vị"] == ["4", "4", "0"]
    assert summary["Đạt theo đánh giá"] == ["1", "0", "1"]
    assert summary["Đã công nhận"] == ["2", "1", "1"]
    assert summary["Số tiêu chí bình quân/đơn vị"] == ["15,75–16,5", "12,25", "3,5–4,25"]
    assert summary["Dưới 15 tiêu chí"] == ["1–2", "2", "-1 – 0"]
    assert table(out, f"{name}: theo số tiêu chí đạt")["15–18 tiêu chí"] == ["1–2", "2", "-1 – 0"]
    groups = table(out, f"{name}: theo huyện")
    assert list(groups) == ["Bắc", "Đông", "Tây"]
    assert groups["Đông"] == ["2", "1", "1", "0", "2", "18,5", "0", "1", "1", "0,5"]
    assert table(out, f"{name}: đơn vị dưới 15 tiêu chí") == {"Xã Ba": ["Bắc", "12–15/19"], "Xã Bốn": ["Bắc", "14/19"]}
    turned = table(out, f"{name}: thay đổi so với kỳ trước")
    assert turned == {"Xã Một": ["mới được công nhận"], "Xã Bốn": ["chỉ có kỳ này"], "Xã Năm": ["chỉ có kỳ trước"]}


def test_progress_of_facts(tmp_path: Path) -> None:
    """What `assess` finds, counted; the law is named as there."""
    file, law = EXAMPLES / "communes-lang-son.csv", ("--on", "2024-07-02", "--province", "lang-son")
    out = json.loads(run("progress", file, "--tier", "commune/ntm", *law, "--by", "ghi_chu", "--format", "json"))
    found = json.loads(run("assess", file, "--tier", "commune/ntm", *law, "--keep", "ghi_chu", "--format", "json"))
    now = out["tiers"][0]["now"]
    counts = [verdict["counts"]["criteria"] for verdict in found]
    assert now["units"] == len(found) == 4
    assert now["criteria"]["met"] == {
        "low": str(sum(c["met"] for c in counts)),
        "high": str(sum(c["met"] + c["undetermined"] for c in counts)),
    }
    assert {unit["unit"]: unit["outcome"] for unit in out["tiers"][0]["units"]} == {
        verdict["unit"]: verdict["outcome"] for verdict in found
    }
    assert now["finding"]["provisional"] == sum(verdict.get("provisional", False) for verdict in found)
    words = run("progress", file, "--tier", "commune/ntm", *law, "--keep", "ghi_chu")
    assert f"Mã nội dung: {found[0]['content_hash']}" in words
    assert out["tiers"][0]["groups"][0]["path"] == ["minh họa"]


def test_progress_takes_province_and_tiers_from_the_plan(tmp_path: Path) -> None:
    file = EXAMPLES / "communes-binh-duong.csv"
    out = run(
        "progress", file, "--targets", "binh-duong@2024", "--as-of", "2024-06-20", "--keep", "ghi_chu", "--lang", "en"
    )
    assert "Targets: Plan for new rural development, 2024, Binh Duong, 1220/KH-UBND (2024)" in out
    assert "In force on 2024-06-20, figures of 2024; province Binh Duong" in out
    assert "commune/nang-cao, 2021-2025" in out
    assert "commune/kieu-mau, 2021-2025" in out
    assert "(commune/ntm" not in out
    assert "38 of 38 units" in out
    assert "from memory; low confidence; the plan is known from the press" in out


def test_each_unit_by_the_criteria_of_its_province(tmp_path: Path) -> None:
    text = "unit,tỉnh,commune_roads_paved_share,irrigated_share\nA,Bình Phước,100,90\nB,lang-son,100,90\nC,,100,90\n"
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02")
    out = run("progress", tmp_path / "u.csv", *law, "--province-by", "tỉnh", "--by", "tỉnh", "--lang", "en")
    assert [line for line in out.splitlines() if line.startswith("In force on")] == [
        "In force on 2024-07-02, figures of 2024; province Binh Phuoc",
        "In force on 2024-07-02, figures of 2024; province Lang Son",
        "In force on 2024-07-02, figures of 2024",
    ]
    made = json.loads(run("progress", tmp_path / "u.csv", *law, "--province-by", "tỉnh", "--format", "json"))
    for unit, province in (("A", "binh-phuoc"), ("B", "lang-son")):
        (tmp_path / "one.csv").write_text(
            "".join(text.splitlines(True)[:: 1 if unit == "A" else 2][:2]), encoding="utf-8"
        )
        (alone,) = json.loads(
            run("assess", tmp_path / "one.csv", *law, "--province", province, "--keep", "tỉnh", "--format", "json")
        )
        (found,) = (each for each in made["tiers"][0]["units"] if each["unit"] == unit)
        assert alone["unit"] == unit
        assert found["criteria_undetermined"] == alone["counts"]["criteria"]["undetermined"]
    (tmp_path / "u.csv").write_text(text.replace("lang-son", "lang-sn"), encoding="utf-8")
    err = run("progress", tmp_path / "u.csv", *law, "--province-by", "tỉnh", code=2)
    assert "unknown province `lang-sn`" in err


def test_list_names_the_plans() -> None:
    assert run("list").splitlines()[-1] == "Kế hoạch có mục tiêu: bac-giang@2024, binh-duong@2024, lang-son@2021"


def test_check_looks_at_targets(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN.replace("commune/ntm", "commune/ntn"), encoding="utf-8")
    err = run("check", tmp_path, "--no-proofs", code=2)
    assert "plan.yaml:5:3: error[ruleset.unknown]: unknown ruleset `commune/ntn`" in err
    assert "did you mean `commune/ntm`" in err


def test_progress_as_workbook_and_page(folder: Path) -> None:
    nasty = '"=HYPERLINK(""http://x"")",<b>Đông</b>,3,,19,có,'
    (folder / "now.csv").write_text(COUNTS + nasty + "\n", encoding="utf-8")
    more = (*NTM, "--by", "huyện", "--all-units")
    assert run("progress", folder / "now.csv", *more, "--out", folder / "o.xlsx") == ""
    book = openpyxl.load_workbook(folder / "o.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in ("s", "n") for cell in cells)
    assert '=HYPERLINK("http://x")' in [cell.value for cell in cells]
    assert run("progress", folder / "now.csv", *more, "--out", folder / "o.html") == ""
    page = (folder / "o.html").read_text(encoding="utf-8")
    assert page == run("progress", folder / "now.csv", *more, "--format", "html")
    assert "<b>" not in page
    assert "&lt;b&gt;Đông&lt;/b&gt;" in page
    assert "Xã đạt chuẩn nông thôn mới (commune/ntm): từng đơn vị" in page
    assert sorted(path.name for path in folder.iterdir()) == ["before.csv", "now.csv", "o.html", "o.xlsx", "plan.yaml"]


def tabs(path: Path) -> list[str]:
    return [sheet.title for sheet in openpyxl.load_workbook(path)]


def test_the_sheets_of_a_workbook_are_told_apart_by_their_names(folder: Path) -> None:
    out = folder / "o.xlsx"
    more = ("--before", folder / "before.csv", "--targets", folder / "plan.yaml", "--by", "huyện", "--all-units")
    run("progress", folder / "now.csv", *NTM, *more[:2], *more[4:], "--out", out)
    assert tabs(out) == [
        "Mục lục",
        "Tổng hợp",
        "Số tiêu chí",
        "Từng số tiêu chí",
        "Theo huyện",
        "Dưới 15 tiêu chí",
        "Thay đổi",
        "Từng đơn vị",
    ]
    run("progress", folder / "now.csv", "--on", "2024-07-02", *more, "--out", out)
    assert tabs(out)[:4] == ["Mục lục", "Kế hoạch", "Tổng hợp, NTM", "Số tiêu chí, NTM"]
    assert "Tổng hợp, nâng cao" in tabs(out)
    contents = openpyxl.load_workbook(out).worksheets[0]
    assert [row[1].value for row in contents.iter_rows() if row[1].value] == tabs(out)[1:]
    run("progress", folder / "now.csv", *NTM, "--keep", "huyện", "--lang", "en", "--out", out)
    assert tabs(out) == ["Contents", "Summary", "Criteria", "Each count", "Under 15 criteria"]


def test_progress_bands_and_under(folder: Path) -> None:
    out = run("progress", folder / "now.csv", *NTM, "--keep", "huyện", "--bands", "18, 13", "--under", "13")
    bands = table(out, "Xã đạt chuẩn nông thôn mới (commune/ntm): theo số tiêu chí đạt")
    assert bands == {"18–19 tiêu chí": ["2"], "13–17 tiêu chí": ["1–2"], "dưới 13 tiêu chí": ["0–1"]}
    assert "đơn vị dưới 13 tiêu chí" in out


def test_the_total_of_criteria_is_that_of_the_set(folder: Path) -> None:
    (folder / "c.csv").write_text("unit,criteria_met\nA,19\nB,18\n", encoding="utf-8")
    found = json.loads(run("progress", folder / "c.csv", *NTM, "--format", "json"))["tiers"][0]["units"]
    assert [(unit["criteria_total"], unit["outcome"]) for unit in found] == [(19, "met"), (19, "not_met")]


def test_an_outcome_may_be_published_without_counts(folder: Path) -> None:
    (folder / "c.csv").write_text("unit,outcome\nA,đạt\nB,chưa đạt\nC,\nD,undetermined\n", encoding="utf-8")
    now = json.loads(run("progress", folder / "c.csv", *NTM, "--format", "json"))["tiers"][0]["now"]
    finding = {name: now["finding"][name] for name in ("met", "not_met", "undetermined", "none")}
    assert finding == {"met": 1, "not_met": 1, "undetermined": 1, "none": 1}
    assert now["criteria"]["average"] is None


def test_acts_alone(folder: Path) -> None:
    (folder / "c.csv").write_text("unit,recognised_ntm\nA,có\nB,không\nC,\n", encoding="utf-8")
    tier = json.loads(run("progress", folder / "c.csv", *NTM, "--format", "json"))["tiers"][0]
    assert tier["now"]["act"] == {"recognised": 1, "not_recognised": 1, "unknown": 1}
    assert tier["now"]["finding"]["none"] == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit,criteria_met,criteria_total\nA,20,19\n", ["`A`", "`criteria_met`", "`20`", "at most 19 of 19"]),
        ("unit,criteria_met,criteria_total\nA,1.5,19\n", ["`criteria_met`", "whole number"]),
        ("unit,criteria_met,criteria_total\nA,-1,19\n", ["`criteria_met`", "a number from 0"]),
        ("unit,criteria_met,criteria_total\nA,mười,19\n", ["`mười`", "line 2, column `criteria_met`"]),
        ("unit,criteria_undetermined\nA,2\n", ["a count beside `criteria_undetermined`"]),
        ("unit,outcome\nA,tốt\n", ["`tốt`", "one of `met`, `not_met`, `undetermined`"]),
        ("unit,criteria_met,income_per_capita\nA,2,43\n", ["[table.mixed]", "`criteria_met`", "`income_per_capita`"]),
        ("unit,criteria_meet\nA,2\n", ["error[table.column]", "`criteria_meet`", "`criteria_met`"]),
        ("unit,criteria_met\nA,2\nA,3\n", ["error[table.unit]", "line 2 and in line 3"]),
        ("unit,criteria_met\n", ["error[table.empty]", "no row"]),
        ("", ["error[table"]),
    ],
)  # fmt: skip
def test_a_bad_file_of_counts(text: str, words: list[str], folder: Path) -> None:
    (folder / "c.csv").write_text(text, encoding="utf-8")
    err = run("progress", folder / "c.csv", *NTM, code=2)
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["say what to count with `--tier` or `--targets`"]),
        (("--tier", "commune/ntn", "--on", "2024-07-02"), ["unknown ruleset `commune/ntn`", "`commune/ntm`"]),
        (("--targets", "lang-sn@2024"), ["unknown province `lang-sn`", "`lang-son`"]),
        (("--targets", "lang-son@1999"), ["unknown plan `lang-son@1999`", "`lang-son@2021`"]),
        (("--targets", "none.yaml"), ["none.yaml:1:1", "cannot be opened"]),
        ((*NTM, "--tier", "district/ntm"), ["units of one level, not of `commune`, `district`"]),
        ((*NTM, "--by", "tỉnh"), ["error[table.column]", "no column `tỉnh` to keep"]),
        ((*NTM, "--bands", "x,3"), ["`x,3` is not a list of counts"]),
        ((*NTM, "--bands", "25"), ["begin between 0 and 19, not at 25"]),
        ((*NTM, "--as-of", "31/02/2024"), ["`31/02/2024` is not a date"]),
        ((*NTM, "--format", "xlsx"), ["say which with `--out`"]),
    ],
)
def test_bad_usage_of_progress(arguments: tuple[str, ...], words: list[str], folder: Path) -> None:
    (folder / "c.csv").write_text("unit,income_per_capita\nA,1\n", encoding="utf-8")
    err = run("progress", folder / "c.csv", *arguments, code=2)
    for word in words:
        assert word in err


def test_a_misspelt_province_in_a_file_of_targets(folder: Path) -> None:
    (folder / "plan.yaml").write_text(PLAN.replace("lang-son", "lang-sơnn"), encoding="utf-8")
    err = run("progress", folder / "now.csv", *NTM, "--targets", folder / "plan.yaml", "--by", "huyện", code=2)
    assert f"{folder / 'plan.yaml'}:1:10: error[province.unknown]: unknown province `lang-sơnn`" in err
    assert "did you mean `lang-son`" in err


# -- re-review ---------------------------------------------------------------------------------


OLD, NEW = "commune/ntm@2024-02-29", "commune/ntm@2024-07-02"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    rows = [
        ["unit", "huyện", "cooperative_effective", "cooperative_or_group_effective", "recognised_ntm"],
        ["Xã Một", "Đông", "đạt", "chưa đạt", "không"],
        ["Xã Hai", "Đông", "đạt", "chưa đạt", "có"],
        ["=1+1", "<b>", "đạt", "đạt", ""],
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_rereview(units: Path) -> None:
    out = run("rereview", units, "--from", OLD, "--to", NEW, "--keep", "huyện")
    lines = out.splitlines()
    assert lines[0] == "Rà soát lại theo bộ tiêu chí mới"
    assert lines[1].startswith("Bộ tiêu chí cũ: Bộ tiêu chí quốc gia về xã nông thôn mới")
    assert lines[2] == "  Áp dụng ngày 29/02/2024, số liệu năm 2024"
    counts = table(out, "Kết quả rà soát")
    assert counts["trước chưa đủ căn cứ, nay chưa đạt"] == ["2", "1"]
    assert counts["vẫn chưa đủ căn cứ"] == ["1", "0"]
    assert sum(int(count[0]) for count in counts.values()) == 3
    assert "Đã công nhận mà theo bộ mới chưa đạt: 1; đã công nhận mà nay chưa đủ căn cứ: 0" in lines
    assert list(table(out, "Đơn vị đã công nhận mà theo bộ mới chưa đạt hoặc chưa đủ căn cứ")) == ["Xã Hai"]
    assert list(table(out, "Từng đơn vị")) == ["Xã Hai", "Xã Một", "=1+1"]
    why = table(out, "Vì sao")["Xã Hai"]
    assert why[0].startswith("Chỉ tiêu 13.1 ")
    assert why[1] == "trước đây đạt, nay chưa đạt"


def test_rereview_as_json_workbook_and_page(units: Path) -> None:
    law = ("--from", OLD, "--to", NEW, "--keep", "huyện")
    made = json.loads(run("rereview", units, *law, "--format", "json"))
    assert [(u["unit"], u["transition"], u["recognised"]) for u in made["units"]] == [
        ("Xã Hai", "undetermined_now_not_met", True),
        ("Xã Một", "undetermined_now_not_met", False),
        ("=1+1", "still_undetermined", None),
    ]
    assert made["units"][0]["kept"] == {"huyện": "Đông"}
    assert made["units"][0]["indicators"][0]["new_no"] == "13.1"
    run("rereview", units, *law, "--out", units.parent / "o.xlsx")
    book = openpyxl.load_workbook(units.parent / "o.xlsx")
    assert book.sheetnames[:3] == ["Mục lục", "Kết quả", "Đã công nhận"]
    assert {"Chỉ tiêu", "Từng đơn vị", "Vì sao"} <= set(book.sheetnames)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in ("s", "n") for cell in cells)
    assert "=1+1" in [cell.value for cell in cells]
    page = run("rereview", units, *law, "--format", "html", "--lang", "en")
    assert page.startswith("<!doctype html>")
    assert "<b>" not in page
    assert "Recognised, not met under the new set: 1" in page


def test_rereview_of_a_set_against_itself(units: Path) -> None:
    found = json.loads(run("rereview", units, "--from", NEW, "--to", NEW, "--keep", "huyện", "--format", "json"))
    assert {unit["transition"] for unit in found["units"]} == {"still_not_met", "still_undetermined"}
    assert all(unit["indicators"] == [] for unit in found["units"])


def test_rereview_with_province_territory_year_and_evidence(units: Path) -> None:
    old = ("--from", "commune/ntm@2024-06-03@lang-son")
    both = (
        *old,
        "--to",
        "commune/nang-cao@2024-07-02",
        "--province",
        "cao-bang",
        "--keep",
        "huyện",
        "--format",
        "json",
    )
    found = json.loads(run("rereview", units, *both, "--year", "2023"))
    assert (found["old"]["province"], found["new"]["province"]) == ("lang-son", "cao-bang")
    assert (found["old"]["year"], found["new"]["year"]) == (2023, 2023)
    after = ("--from", "commune/ntm@2024-12-31", "--to", "commune/ntm@2026-02-15", "--territory", "bac-giang")
    found = json.loads(run("rereview", units, *after, "--keep", "huyện", "--format", "json"))
    assert (found["old"]["territory"], found["new"]["period"]) == ("bac-giang", "2026-2030")
    floor = ("--minimum-evidence", "official", "--keep", "huyện", "--format", "json")
    found = json.loads(run("rereview", units, "--from", OLD, "--to", NEW, *floor))
    assert {unit["transition"] for unit in found["units"]} == {"still_undetermined"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("commune/ntm", NEW, ["`commune/ntm` names no ruleset with a date", "commune/ntm@2024-07-02"]),
        ("commune/ntm@2024-13-01", NEW, ["`2024-13-01` is not a date"]),
        ("commune/ntn@2024-02-29", NEW, ["unknown ruleset `commune/ntn`"]),
        (OLD, "commune/ntm@2026-01-15", ["no set `commune/ntm` is in force on 2026-01-15"]),
        (OLD, f"{NEW}@lang-sn", ["unknown province `lang-sn`", "`lang-son`"]),
        (OLD, f"{NEW}@", ["names no ruleset with a date"]),
    ],
)
def test_bad_sets(old: str, new: str, words: list[str], units: Path) -> None:
    err = run("rereview", units, "--from", old, "--to", new, "--keep", "huyện", code=2)
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit,criteria_met\nA,3\n", ["error[table.facts]", "no facts to assess"]),
        ("unit,income\nA,3\n", ["error[table.column]", "`income`"]),
        ("unit,income_per_capita\nA,-3\nB,nhiều\n", ["`-3`", "`nhiều`"]),
        ("unit,income_per_capita\nA,-3\nB,-4\n", ["unit `A`", "unit `B`", "2 bad facts"]),
        ("", ["error[table"]),
    ],
)
def test_a_bad_file_of_units(text: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    err = run("rereview", tmp_path / "u.csv", "--from", OLD, "--to", NEW, *STRICT, code=2)
    for word in words:
        assert word in err


# -- judgements in the file --------------------------------------------------------------------

JUDGED = """\
unit,huyện,income_per_capita,4.2 [thẩm định],TC10 [thẩm tra],recognised_ntm
Xã Một,Đông,50,đạt,,có
Xã Hai,Đông,,chưa đạt,đạt,không
Xã Ba,Bắc,,,,không
"""


def test_progress_counts_units_with_judgements_too(tmp_path: Path) -> None:
    """Whatever `assess` finds in both readings is what is counted, of the first tier."""
    (tmp_path / "u.csv").write_text(JUDGED, encoding="utf-8")
    law = ("--on", "2024-07-02", "--province", "lang-son")
    both = ("--tier", "commune/ntm", "--tier", "commune/nang-cao")
    out = json.loads(run("progress", tmp_path / "u.csv", *both, *law, "--by", "huyện", "--format", "json"))
    keep = ("--keep", "huyện")
    found = json.loads(run("assess", tmp_path / "u.csv", "--tier", "commune/ntm", *law, *keep, "--format", "json"))
    judged = [verdict.get("judged", verdict) for verdict in found]
    assert [verdict["outcome"] for verdict in found] == ["undetermined"] * 3
    assert [reading["outcome"] for reading in judged] == ["undetermined", "not_met", "undetermined"]
    now, second = out["tiers"][0]["now"], out["judged"]["tiers"][0]["now"]
    assert (now["finding"]["not_met"], second["finding"]["not_met"]) == (0, 1)
    for counted, readings in ((now, found), (second, judged)):
        counts = [reading["counts"]["criteria"] for reading in readings]
        assert counted["criteria"]["met"]["low"] == str(sum(c["met"] for c in counts))
        assert counted["criteria"]["met"]["high"] == str(sum(c["met"] + c["undetermined"] for c in counts))
    assert out["judged"]["tiers"][1] == out["tiers"][1]
    words = run("progress", tmp_path / "u.csv", *both, *law, "--by", "huyện")
    summary = table(words, "Xã đạt chuẩn nông thôn mới (commune/ntm): tổng hợp")
    assert summary["Chưa đạt theo đánh giá"] == ["0", "1"]
    assert (
        "Kết quả tự đánh giá, thẩm tra, thẩm định trong tệp là của commune/ntm; các mức khác chỉ tính theo số liệu."
        in words
    )


def test_a_file_of_judgements_alone_is_no_file_of_published_counts(tmp_path: Path) -> None:
    text = "unit,TC1,TC2\nA,đạt,chưa đạt\n"
    (tmp_path / "u.csv").write_text(text, encoding="utf-8")
    out = json.loads(run("progress", tmp_path / "u.csv", *NTM, "--format", "json"))
    assert out["tiers"][0]["now"]["finding"]["undetermined"] == 1
    assert out["judged"]["tiers"][0]["now"]["finding"]["not_met"] == 1
    (tmp_path / "u.csv").write_text("unit,TC1,criteria_met\nA,đạt,3\n", encoding="utf-8")
    assert "số tiêu chí đã công bố" in run("progress", tmp_path / "u.csv", *NTM, "--lang", "vi", code=2)


def test_rereview_shows_the_judgements_of_the_old_set_beside_it(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(JUDGED, encoding="utf-8")
    out = json.loads(
        run("rereview", tmp_path / "u.csv", "--from", OLD, "--to", NEW, "--keep", "huyện", "--format", "json")
    )
    assert [unit.get("judged") for unit in out["units"]] == [
        {"before": "undetermined"}, {"before": "not_met"}, None
    ]  # fmt: skip
    assert out["counts"]["still_undetermined"] == 3
