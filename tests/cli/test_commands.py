"""The command line: every command, every form of output, every exit code."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import STRICT, run, run_process

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
LANG_SON = EXAMPLES / "communes-lang-son.csv"
LAW = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
KEEP = ("--keep", "ghi_chu")


def file(folder: Path, text: str | bytes, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# -- what is there -----------------------------------------------------------------------------


def test_list() -> None:
    out = run("list", "--lang", "en")
    assert "commune/ntm" in out
    assert "2021-2025" in out
    assert "318/QĐ-TTg of 2022-03-08 (not read whole)" in out
    assert "Lang Son" in out
    assert "1062/QĐ-UBND" in out
    assert "instrument was not found: " in out
    assert "Binh Duong" in out.splitlines()[-2]


def test_show_has_the_columns_of_the_province_blame_and_evidence() -> None:
    out = run("show", "commune/ntm", "--on", "02/07/2024", "--province", "Bình Dương")
    lines = out.splitlines()
    assert lines[0] == "Bộ tiêu chí quốc gia về xã nông thôn mới giai đoạn 2021-2025 (commune/ntm, 2021-2025)"
    assert lines[1] == "Áp dụng ngày 02/07/2024, số liệu năm 2024; tỉnh Bình Dương"
    assert "bộ tiêu chí riêng của tỉnh (chưa tìm được văn bản)" in lines[2]
    assert lines[3].startswith("Mã nội dung: ntm1:")
    income = next(place for place, line in enumerate(lines) if line.startswith("10 ") and "bình quân" in line)
    columns = [[cell.strip() for cell in line.split("│")] for line in lines[income + 1 : income + 3]]
    disputed = ", có nguồn khác ghi khác: 59 (2022, 1360/QĐ-UBND, Bình Phước, sldtbxh.binhphuoc.gov.vn)"
    assert columns == [
        ["", place, f"cần từ {value} triệu đồng/người/năm", f"ghi theo trí nhớ, độ tin cậy thấp{dispute}", "318/QĐ-TTg"]
        for place, value, dispute in (("Trung du miền núi phía Bắc", 45, ""), ("Đông Nam Bộ", 68, disputed))
    ]
    assert "Bắc Trung Bộ" not in out


def test_show_in_english_with_a_floor_of_evidence_and_a_caller_folder(tmp_path: Path) -> None:
    overlay = (EXAMPLES.parent / "rulesets/provinces/lang-son/2024-1062-commune-ntm.yaml").read_text()
    text = overlay.replace("lang-son", "cao-bang").replace("1062/QĐ-UBND", "1/QĐ-UBND")
    (tmp_path / "cao-bang.yaml").write_text(text)
    law = (
        "--on",
        "2024-07-02",
        "--province",
        "cao-bang",
        "--year",
        "2023",
        "--minimum-evidence",
        "secondary",
    )
    out = run("show", "commune/ntm", *law, "--rulesets", tmp_path, "--lang", "en")
    assert "figures of 2023; province Cao Bang; only values with evidence of at least: secondary" in out
    assert "1/QĐ-UBND of 2024-06-17 (not read whole)" in out
    assert "at least 42 million VND/person/year needed" in out


def test_show_says_how_to_name_a_set_that_is_not_in_force() -> None:
    err = run("show", "commune/ntm", "--on", "2026-01-10", code=2)
    assert err.startswith("no set `commune/ntm` is in force on 2026-01-10\n    help: ")
    assert "không có bộ tiêu chí nào có hiệu lực" in run(
        "show", "commune/ntm", "--on", "2026-01-10", "--period", "2021-2025"
    )


def test_evidence_counts_all_sets_and_lists_the_cells_of_one() -> None:
    counts = run("evidence", "--lang", "en")
    sets = [line.split(" ")[0] for line in counts.splitlines() if "/" in line.split(" ")[0]]
    assert sets.count("commune/ntm") == 3
    assert {"district/ntm", "town/completed", "province/completed"} < set(sets)
    assert "province registry" in counts
    cells = run("evidence", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
    assert "1062/QĐ-UBND ngày 17/06/2024: " in cells
    assert "chưa có, cần chép từ văn bản" in cells
    assert "ghi theo trí nhớ, cần đối chiếu với văn bản" in cells
    assert "Danh mục tỉnh" in cells
    row = next(line for line in cells.splitlines() if "Trung du miền núi phía Bắc, 2024" in line)
    assert [cell.strip() for cell in row.split("│")] == [
        "10",
        "Thu nhập bình quân đầu người",
        "Trung du miền núi phía Bắc, 2024",
        "cần từ 45 triệu đồng/người/năm",
        "ghi theo trí nhớ, độ tin cậy thấp",
    ]


# -- assess ------------------------------------------------------------------------------------


def test_the_table_gives_outcome_counts_and_reasons() -> None:
    out = run("assess", LANG_SON, *LAW, *KEEP)
    row = next(line for line in out.splitlines() if line.startswith("Xã A "))
    assert [cell.strip() for cell in row.split("│")] == ["Xã A", "chưa đạt (*)", "9/19", "2", "8", "minh họa"]
    reasons = out[out.index("\nXã A: chưa đạt (*)\nChưa đạt:\n") : out.index("\nXã B: chưa đủ căn cứ\n")]
    assert "  10 Thu nhập bình quân đầu người: 43,2 triệu đồng/người/năm, cần từ 45 (thiếu 1,8); 318" in reasons
    assert "cần bớt 11 hộ" in reasons
    assert "Chưa có mức quy định để so sánh (xem cuối danh sách): 2.1, 2.2, " in reasons
    assert out.count("  2.1 Tỷ lệ đường xã được nhựa hóa hoặc bê tông hóa: mức quy định chưa được chép") == 1
    assert out.splitlines()[-1].startswith("(*) Kết quả tạm thời")
    assert "…" not in out
    assert "\x1b" not in out


@pytest.mark.parametrize("province", ["bac-giang", "binh-duong"])
def test_the_other_examples(province: str) -> None:
    law = (*LAW[:-1], province)
    out = run("assess", EXAMPLES / f"communes-{province}.csv", *law, *KEEP, "--lang", "en")
    assert out.count("undetermined") + out.count("not met (*)") >= 4
    assert "Not met:\n  10 Income per head: " in out or "  10 Income per head: no value reported" in out


def test_json_and_jsonl_hold_whole_verdicts() -> None:
    listed = json.loads(run("assess", LANG_SON, *LAW, *KEEP, "--format", "json"))
    lines = run("assess", LANG_SON, *LAW, *KEEP, "--format", "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == listed
    assert [verdict["unit"] for verdict in listed] == ["Xã A", "Xã B", "Xã C", "Xã D"]
    first = listed[0]
    assert first["schema"] == "ntm-rules/verdict/2"
    assert first["kept"] == {"ghi_chu": "minh họa"}
    assert first["counts"]["criteria"] == {"total": 19, "met": 9, "not_met": 2, "undetermined": 8}
    assert first["facts"]["income_per_capita"] == "43.2"


def test_json_without_kept_columns_is_the_shipped_form(tmp_path: Path) -> None:
    path = file(tmp_path, "unit,income_per_capita\n")
    assert "no row" in run("assess", path, *LAW, "--format", "json", code=2)
    path = file(tmp_path, "unit,income_per_capita\nA,45\n")
    assert "kept" not in json.loads(run("assess", path, *LAW, "--format", "json"))[0]


def test_csv_has_a_column_a_criterion_and_no_formulas(tmp_path: Path) -> None:
    text = 'unit,income_per_capita,note\n=1+1,44,"@x"\n-B,45,-5\n+C,,"a,b"\n'
    out = run("assess", file(tmp_path, text), *LAW, "--keep", "note", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["unit"] for row in rows] == ["'=1+1", "'-B", "'+C"]
    assert [row["note"] for row in rows] == ["'@x", "'-5", "a,b"]
    assert [row["criterion_10"] for row in rows] == ["not_met", "met", "undetermined"]
    assert [row["outcome"] for row in rows] == ["not_met", "undetermined", "undetermined"]
    assert rows[0]["provisional"] == "true"
    assert [rows[0][f"criteria_{name}"] for name in ("met", "not_met", "undetermined", "total")] == [
        "0",
        "1",
        "18",
        "19",
    ]
    assert "10 Thu nhập bình quân đầu người: 44 triệu đồng/người/năm, cần từ 45 (thiếu 1); " in rows[0]["reasons"]


def test_out_writes_a_whole_file_or_none(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert run("assess", LANG_SON, *LAW, *KEEP, "--format", "csv", "--out", target) == ""
    assert target.read_bytes().startswith("\ufeffunit,ghi_chu,".encode())
    assert len(list(csv.reader(io.StringIO(target.read_text("utf-8-sig"))))) == 5
    before = target.read_bytes()
    bad = file(tmp_path, "unit,income_per_capita\nA,45\nB,trên 99\n")
    run("assess", bad, *LAW, "--format", "csv", "--out", target, *STRICT, code=2)
    assert target.read_bytes() == before
    err = run("assess", LANG_SON, *LAW, *KEEP, "--out", tmp_path / "no" / "out.csv", code=2)
    assert "no/out.csv` cannot be written: there is no such file or folder" in err


def test_year_and_date_are_two_things(tmp_path: Path) -> None:
    path = file(tmp_path, "unit,income_per_capita\nA,42\n")
    of_2024 = run("assess", path, *LAW, "--format", "csv")
    of_2023 = run("assess", path, *LAW, "--format", "csv", "--year", "2023")
    assert "not_met" in of_2024.splitlines()[1]
    assert "not_met" not in of_2023.splitlines()[1]


def test_fail_on_gives_one_after_the_output(tmp_path: Path) -> None:
    path = file(tmp_path, "unit,income_per_capita\nA,42\nB,\n")
    out = run("assess", path, *LAW, "--format", "csv", "--fail-on", "not_met", code=1)
    assert [line.split(",")[0] for line in out.splitlines()] == ["unit", "A", "B"]
    run("assess", path, *LAW, "--fail-on", "undetermined", "--fail-on", "provisional", code=1)
    only_missing = file(tmp_path, "unit,income_per_capita\nB,\n", "b.csv")
    run("assess", only_missing, *LAW, "--fail-on", "not_met", "--fail-on", "provisional")


def test_minimum_evidence_leaves_out_what_is_from_memory(tmp_path: Path) -> None:
    path = file(tmp_path, "unit,income_per_capita\nA,42\n")
    out = run("assess", path, *LAW, "--minimum-evidence", "secondary", "--lang", "en")
    assert "undetermined" in out
    assert "not checked well enough for the minimum asked for" in out


def test_utf_16_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = "Đơn vị;Thu nhập bình quân đầu người;Tổng số hộ\nXã Một;43,2;1.240\n"
    path = file(tmp_path, text.encode("utf-16"))
    assert "can be read in one way only" in run("assess", path, *LAW, *STRICT, code=2)
    verdict = json.loads(run("assess", path, *LAW, "--format", "jsonl", "--decimal", "comma"))
    assert verdict["facts"] == {"income_per_capita": "43.2", "households": "1240"}


def test_output_is_utf_8_wherever_it_goes() -> None:
    assert "chưa đạt" in run_process("assess", LANG_SON, *LAW, *KEEP, PYTHONIOENCODING="ascii", LC_ALL="C")


def test_control_characters_of_a_file_are_refused_and_markup_is_text(tmp_path: Path) -> None:
    found = run("assess", file(tmp_path, "unit,income_per_capita\nA\x1b[31mB,42\n"), *LAW, code=2)
    assert r"the unit `A\u001b[31mB` of line 2 has the character U+001B" in found
    assert "A[bold]B:smile:" in run("assess", file(tmp_path, "unit,income_per_capita\nA[bold]B:smile:,42\n"), *LAW)


# -- explain -----------------------------------------------------------------------------------


def test_explain_shows_the_tree_of_one_unit() -> None:
    out = run("explain", LANG_SON, "--unit", "Xã C", *LAW, *KEEP)
    assert "[chưa đạt, tạm thời] Xã C (7/19 tiêu chí)" in out
    income = next(line for line in out.splitlines() if "47,8 triệu" in line)
    assert income.endswith("mức 45 chưa đối chiếu văn bản gốc")
    assert "[đạt] Thu nhập bình quân đầu người: 47,8 triệu đồng/người/năm, cần từ 45; cột Trung du" in income
    assert "(do xã thuộc diện áp dụng cột" in income
    assert "Điều kiện áp dụng: không thuộc diện áp dụng" in out
    assert "[chưa đạt] tất cả các nội dung" not in out
    assert "[chưa đủ căn cứ] tất cả các nội dung" in out


def test_explain_names_near_units() -> None:
    err = run("explain", LANG_SON, "--unit", "Xa D", *LAW, *KEEP, code=2)
    assert "unknown unit `Xa D`\n    help: did you mean `Xã D`" in err


@pytest.mark.parametrize(
    ("unit", "law", "words"),
    [
        (
            "Hữu Sản, Hà Giang, 2022",
            ("--on", "2022-12-31", "--province", "ha-giang"),
            ["36 triệu đồng/người/năm", "cần từ 39 (thiếu 3)", "33,5%", "vượt 20,5 điểm phần trăm"],
        ),
        (
            "Hữu Sản, Hà Giang, 2024",
            ("--on", "2024-05-20", "--year", "2023", "--province", "ha-giang"),
            ["42 triệu đồng/người/năm", "cần từ 42"],
        ),
    ],
)
def test_real_communes(unit: str, law: tuple[str, ...], words: list[str]) -> None:
    path = EXAMPLES / "real-communes.json"
    out = run("explain", path, "--unit", unit, "--tier", "commune/ntm", *law, "--keep", "ho_so,cong_bo")
    income = next(line for line in out.splitlines() if " triệu đồng/người/năm" in line)
    assert words[0] in income
    assert "nguồn: https://en.baohagiang.vn/" in income
    assert all(word in out for word in words)


def test_annotated_facts_show_who_said_so() -> None:
    out = run("assess", EXAMPLES / "communes-annotated.json", *LAW, *KEEP)
    assert "43,2 triệu đồng/người/năm [đã thẩm định; nguồn: Chi cục Thống kê (minh họa)" in out


# -- what is refused ---------------------------------------------------------------------------


def test_all_bad_facts_come_together_with_those_out_of_bounds(tmp_path: Path) -> None:
    path = file(tmp_path, "unit,income_per_capita,poverty_rate\nA,trên 99,5\nB,-5,\nC,50,101\n")
    err = run("assess", path, *LAW, *STRICT, code=2)
    assert "unit `A`, fact `income_per_capita`: got `trên 99`, expected a number such as `43,2`" in err
    assert "(line 2, column `income_per_capita`)" in err
    assert "unit `B`, fact `income_per_capita`: got `-5`, expected a number from 0" in err
    assert "unit `C`, fact `poverty_rate`: got `101`, expected a number from 0 to 100" in err
    assert err.endswith("3 bad facts\n")


def test_fifty_bad_facts_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    facts = list(ntm.Library.bundled().facts)[:60]
    path = file(tmp_path, f"unit,{','.join(facts)}\nA{',?' * 60}\n")
    err = run("assess", path, *LAW, *STRICT, code=2)
    assert err.count("unit `A`") == 50
    assert err.endswith("60 bad facts, 10 of them not shown\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*LAW[:-1], "lang-so"), "unknown province `lang-so`\n    help: did you mean `lang-son`"),
        (
            ("--tier", "commune/ntn", "--on", "2024-07-02"),
            "unknown ruleset `commune/ntn`\n    help: did you mean",
        ),
        (("--tier", "commune/ntm", "--on", "2021-06-01"), "no set `commune/ntm` is in force on 2021-06-01"),
        (
            ("--tier", "commune/ntm", "--on", "2025-07-01", "--province", "bac-giang"),
            "the province `bac-giang` ended on 2025-06-30\n    help: it is part of `bac-ninh` now",
        ),
        (
            ("--tier", "commune/ntm", "--on", "2024-02-30"),
            "`2024-02-30` is not a date; write 2024-07-02 or 02/07/2024",
        ),
        (("--tier", "commune/ntm"), "Missing option '--on'"),
        ((*LAW, "--rulesets", "no-such-folder"), "does not exist"),
        (
            LAW,
            "the column `ghi_chu` is neither the unit nor a fact\n    help: to pass it through, say `--keep",
        ),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], words: str) -> None:
    assert words in run("assess", LANG_SON, *arguments, code=2)


def test_rule_files_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("overlay: commune/ntn\nprovince: lang-son\nperiod: 2021-2025\n")
    err = run("show", "commune/ntm", "--on", "2024-07-02", "--rulesets", tmp_path, code=2)
    assert "bad.yaml:" in err
    assert "error[" in err


def test_help_documents_the_exit_codes() -> None:
    for command in ((), ("assess",), ("evidence",)):
        assert "Exit codes: 0 done; 1 an outcome named with --fail-on" in " ".join(run(*command, "--help").split())
    assert run("--version").startswith("ntm-rules, version ")


def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    blocked = "import sys; sys.modules['rich'] = None; from ntm_rules.cli import main; main()"
    err = run_process("list", code=2, start=("-c", blocked))
    assert err == 'the command line needs click and rich: pip install "ntm-rules[cli]"\n'


def test_the_installed_command() -> None:
    command = Path(sys.executable).with_name("ntm-rules")
    done = subprocess.run([command, "--version"], capture_output=True, check=True)
    assert done.stdout.startswith(b"ntm-rules, version ")


# -- the language of what goes wrong -----------------------------------------------------------


def test_errors_are_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    """Results are in Vietnamese unless told otherwise, errors in English."""
    path = file(tmp_path, "unit,income_per_capita\nA,trên 99\n")
    assert run("assess", path, *LAW, *STRICT, code=2) == run("assess", path, *LAW, *STRICT, "--lang", "en", code=2)
    assert run("assess", path, *LAW, *STRICT, "--lang", "vi", code=2) == (
        "đơn vị `A`, số liệu `income_per_capita`: nhận được `trên 99`, yêu cầu một số, ví dụ `43,2` hoặc `43.2`; "
        "ghi con số đã thực hiện được, không ghi mức cần đạt hay `trên`, `dưới`, `>`, `<`; chưa biết con số thì để "
        "trống ô (dòng 2, cột `income_per_capita`)\n"
        "1 số liệu không hợp lệ\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("assess", LANG_SON, *LAW), "cột `ghi_chu` không phải là đơn vị, cũng không phải là số liệu\n    gợi ý: "),
        (("assess", LANG_SON, *LAW[:-1], "lang-so"), "không nhận ra tỉnh `lang-so`\n    gợi ý: có phải là `lang-son`"),
        (("assess", LANG_SON, *LAW[:2], "--on", "31/02/2024"), "`31/02/2024` không phải là ngày tháng"),
        (("assess", LANG_SON, *LAW, "--format", "xlsx"), "`--format xlsx` chỉ dùng để ghi ra tệp"),
        (("assess", LANG_SON, *LAW, "--no-reasons"), "`--no-reasons` chỉ dùng với `--format csv`"),
        (("explain", LANG_SON, *LAW, *KEEP, "--unit", "Xã Không"), "không nhận ra đơn vị `Xã Không`"),
        (("progress", LANG_SON), "nêu bộ tiêu chí cần tổng hợp bằng `--tier`"),
        (("progress", LANG_SON, "--tier", "commune/ntm", *KEEP, "--bands", "x"), "không phải là danh sách số tiêu chí"),
        (("progress", LANG_SON, "--tier", "commune/ntm", *KEEP, "--bands", "20"), "từ 0 đến 10, không phải 20"),
        (("diff", "commune/ntm", "commune/ntm"), "`commune/ntm` không ghi bộ tiêu chí kèm ngày"),
    ],
)
def test_bad_arguments_in_vietnamese(arguments: tuple[object, ...], words: str) -> None:
    first, *rest = arguments
    for place in ((first, "--lang", "vi", *rest), (*arguments, "--lang", "vi")):
        assert words in run(*place, code=2)


def test_files_that_cannot_be_used_in_vietnamese(tmp_path: Path) -> None:
    out = tmp_path / "no" / "out.csv"
    err = run("assess", LANG_SON, *LAW, *KEEP, "--out", out, "--lang", "vi", code=2)
    assert err == f"không ghi được `{out}`: không có tệp hoặc thư mục này\n"


def test_many_bad_facts_in_vietnamese(tmp_path: Path) -> None:
    rows = "".join(f"U{n},-1\n" for n in range(60))
    err = run("assess", file(tmp_path, "unit,income_per_capita\n" + rows), *LAW, *STRICT, "--lang", "vi", code=2)
    assert err.startswith("cột `income_per_capita`: 60 ô không dùng được, `-1` (60 ô, dòng 2, 3, 4, 5, 6 …); yêu cầu ")
    assert err.endswith("\n60 số liệu không hợp lệ\n")
