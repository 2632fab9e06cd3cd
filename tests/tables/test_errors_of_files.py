"""What is wrong with a file, as a clerk is told: in groups, with a few places each, and all of it in a file."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import invoke
from ntm_rules import FactError, TableError
from ntm_rules.messages import FactProblem
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.grouping import grouped
from tables.test_cells import FACTS
from tables.test_files_in import KINDS, written
from vietnamese import english, in_vietnamese

LIBRARY = ntm.Library.bundled()
TITLE = "Thu nhập bình quân đầu người"


def errors(path: Path, **options: Any) -> FactError:
    with pytest.raises(FactError) as caught:
        list(ntm.tables.read(path, FACTS, **options))
    in_vietnamese(caught.value)
    assert english(caught.value.text("vi")) == []
    return caught.value


def table(folder: Path, columns: dict[str, list[Any]], kind: str = ".csv") -> Path:
    """A file with these columns; rows are counted by their units."""
    count = len(next(iter(columns.values())))
    rows = [[f"U{n}", *(cells[n] for cells in columns.values())] for n in range(count)]
    return written(folder, kind, rows, ["unit", *columns])


# -- groups ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_one_slip_in_a_whole_column_is_one_line(tmp_path: Path, kind: str) -> None:
    path = table(tmp_path, {TITLE: ["trên 40"] * 23, "plan": ["đạt"] * 23}, kind)
    found = errors(path)
    first = 2 if kind in (".csv", ".xlsx") else 1
    place = "row" if kind in (".xlsx", ".parquet") else "line"
    rows = ", ".join(str(first + n) for n in range(5))
    assert found.text() == (
        f"column `{TITLE}`: 23 cells cannot be used, `trên 40` (23 cells, {place}s {rows} …); "
        "expected a number such as `43,2` or `43.2`; write the figure that was reached, without `>`, `<`, `trên` or "
        "`dưới`; leave the cell empty where it is not known"
    )
    assert f"cột `{TITLE}`: 23 ô không dùng được, `trên 40` (23 ô, dòng {rows} …); yêu cầu một số" in found.text("vi")
    assert len(found.problems) == 23
    assert {(p.unit, p.fact, p.value, p.line, p.column) for p in found.problems} == {
        (f"U{n}", "income", "trên 40", first + n, TITLE) for n in range(23)
    }


def test_values_are_listed_by_how_often_they_come(tmp_path: Path) -> None:
    cells = ["?", "k?", "?", "sắp đạt", "gì", "k?", "?"]
    line = errors(table(tmp_path, {"plan": cells})).text()
    assert "7 cells cannot be used, `?` (3 cells, lines 2, 4, 8), `k?` (2 cells, lines 3, 7)," in line
    assert "`sắp đạt` (line 5), and 1 more; expected yes" in line


def test_columns_and_kinds_are_told_apart_in_their_order(tmp_path: Path) -> None:
    path = table(
        tmp_path, {"income": ["~1", "1.234", "~2", "~3"], "debt": ["~1", "~1", "~1", "82-85"], "plan": ["?"] * 4}
    )
    lines = errors(path).text().splitlines()
    assert [line.partition(":")[0].partition(",")[0] for line in lines] == [
        "column `income`", "column `debt`", "column `plan`", "unit `U1`", "unit `U3`"
    ]  # fmt: skip
    assert "`~1` (line 2), `~2` (line 4), `~3` (line 5)" in lines[0]


def test_advice_for_one_value_goes_with_that_value(tmp_path: Path) -> None:
    line = errors(table(tmp_path, {"income": ["1.234", "58.200", "58.200"]})).text()
    assert (
        "`58.200` (2 cells, lines 3, 4), `1.234` (line 2); expected a number that can be read in one way only; " in line
    )
    assert line.endswith("with `--decimal comma` (`decimal=`) it is 58200, with `--decimal point` 58.200")


def test_two_of_a_kind_stay_apart(tmp_path: Path) -> None:
    found = errors(table(tmp_path, {"plan": ["?", "?"]}))
    assert found.text().splitlines() == [str(problem) for problem in found.problems]
    assert "(line 2, column `plan`)" in found.text()


def test_figures_out_of_bounds_are_grouped_by_their_columns(tmp_path: Path) -> None:
    path = table(tmp_path, {"irrigated_share": ["101", "102", "101", "5"]})
    done = invoke("assess", path, *LAW, "--format", "csv")
    lines = done.stderr.splitlines()
    assert done.exit_code == 3
    assert lines[-2].startswith(
        "column `irrigated_share`: 3 cells cannot be used, `101` (2 cells, lines 2, 4), `102` (line 3); expected "
    )
    assert lines[-1] == "3 bad facts; these count as not known, all else was written"


def test_problems_of_no_unit_and_no_file_stay_apart() -> None:
    problems = [FactProblem(None, "income", value, Message("expected.number")) for value in "abc"]
    assert len(FactError(problems).text().splitlines()) == 3


PROBLEM = st.builds(
    FactProblem,
    st.sampled_from(["A", "B", None]),
    st.sampled_from(["income", "plan"]),
    st.sampled_from(["a", "b", 1]),
    st.sampled_from([Message("expected.number"), Message("expected.text_or_number")]),
    st.just(""),
    st.integers(0, 3),
    st.just("c"),
    st.just(Message("place.row")),
)


@given(st.lists(PROBLEM, max_size=12))
def test_no_problem_is_lost_or_said_twice(problems: list[FactProblem]) -> None:
    groups = grouped(problems)
    said = [id(problem) for group in groups for problem in group.problems]
    assert sorted(said) == sorted(map(id, problems))
    firsts = [next(n for n, p in enumerate(problems) if p is group.problems[0]) for group in groups]
    assert firsts == sorted(firsts)
    assert all(len({problem.kind for problem in group.problems}) == 1 for group in groups)
    assert all(group.text(lang) for group in groups for lang in ("vi", "en"))


def test_the_command_line_counts_cells_and_not_lines(tmp_path: Path) -> None:
    path = table(tmp_path, {"income_per_capita": ["trên 40"] * 200, "commune_plan_current": ["?"] * 200})
    lines = invoke("assess", path, *LAW, "--format", "csv", "--lang", "vi").stderr.splitlines()
    assert [line[:3] for line in lines] == ["Ghi", "cột", "cột", "400"]
    assert lines[-1] == "400 số liệu không hợp lệ; những số liệu này tính là chưa biết, phần còn lại đã ghi đủ"


def test_rows_out_of_shape_are_one_problem_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income,odd\n" + "".join(f"U{n},1\n" for n in range(9)) + "U1,1,1\n", encoding="utf-8")
    with pytest.raises(TableError) as caught:
        list(ntm.tables.read(path, FACTS))
    assert len(caught.value.diagnostics) == 10
    lines = caught.value.text().splitlines()
    assert sum("error[" in line for line in lines) == 2
    assert "    the same in 8 other rows: 3, 4, 5, 6, 7 …" in lines
    assert "    8 dòng khác cũng bị như vậy: 3, 4, 5, 6, 7 …" in caught.value.text("vi").splitlines()


def test_names_of_columns_that_are_not_known_are_told_one_by_one(tmp_path: Path) -> None:
    path = table(tmp_path, {name: ["1"] for name in ("một", "hai", "ba", "bốn")})
    with pytest.raises(TableError) as caught:
        list(ntm.tables.read(path, FACTS))
    assert [caught.value.text().count(f"the column `{name}`") for name in ("một", "hai", "ba", "bốn")] == [1] * 4


# -- codes that are numbers --------------------------------------------------------------------


def numbers(folder: Path, kind: str, count: int = 200) -> Path:
    rows: list[list[Any]] = [[6001 + n, 43.2] for n in range(count)]
    if kind == ".json":
        path = folder / "u.json"
        path.write_text(json.dumps([dict(zip(("unit", "income"), row, strict=True)) for row in rows]))
        return path
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [["Mã xã", "income"], *rows]:
        book.active.append(row)
    book.save(folder / "u.xlsx")
    return folder / "u.xlsx"


@pytest.mark.parametrize(("kind", "where"), [(".xlsx", "row 2, 3, 4, 5, 6"), (".json", "line 1, 2, 3, 4, 5")])
def test_codes_that_are_numbers_are_one_error_that_says_what_to_give(tmp_path: Path, kind: str, where: str) -> None:
    path = numbers(tmp_path, kind)
    with pytest.raises(TableError) as caught:
        list(ntm.tables.read(path, FACTS))
    in_vietnamese(caught.value)
    (found,) = caught.value.diagnostics
    assert f"the codes of units are numbers, such as `6001` ({where} …; 200 in all)" in found.message
    assert "`--unit-width 5` (`unit_width=5`) for communes" in found.hint
    units = list(ntm.tables.read(path, FACTS, unit_width=5))
    assert [unit.unit for unit in units[:2]] == ["06001", "06002"]
    assert len(units) == 200


def test_bad_cells_beside_codes_that_are_numbers_wait_for_the_codes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["mã", "income"], [6001, "?"], [6002.5, 1], [True, 1]):
        book.active.append(row)
    book.save(tmp_path / "u.xlsx")
    with pytest.raises(TableError) as caught:
        list(ntm.tables.read(tmp_path / "u.xlsx", FACTS))
    assert [d.line for d in caught.value.diagnostics] == [3, 4, 2]


# -- all of them in a file ---------------------------------------------------------------------


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_problem_goes_to_a_file_on_request(tmp_path: Path) -> None:
    path = table(tmp_path, {"income_per_capita": ["trên 40"] * 120, "irrigated_share": ["101"] * 120})
    out = tmp_path / "errors.csv"
    done = invoke("assess", path, *LAW, "--format", "csv", "--errors", out, "--lang", "vi")
    assert done.exit_code == 3
    found = listed(out)
    assert len(found) == 240
    assert found[2] == {
        "file": "",
        "line": "3",
        "column": "income_per_capita",
        "unit": "U1",
        "fact": "income_per_capita",
        "value": "trên 40",
        "code": "expected.cell_number",
        "problem": "một số, ví dụ `43,2` hoặc `43.2`",
        "hint": found[0]["hint"],
    }
    assert found[0]["hint"].startswith("ghi con số đã thực hiện được")


@pytest.mark.parametrize("command", ["assess", "progress", "rereview", "diff", "explain"])
def test_the_commands_that_read_units_have_the_option(command: str) -> None:
    assert "--errors FILE" in invoke(command, "--help").stdout


def test_problems_of_the_shape_go_there_too_and_none_are_no_rows(tmp_path: Path) -> None:
    out = tmp_path / "errors.csv"
    bad = table(tmp_path, {"incom": ["1"]})
    assert invoke("assess", bad, *LAW, "--errors", out).exit_code == 2
    (row,) = listed(out)
    assert (row["file"], row["line"], row["code"]) == (str(bad), "1", "table.column")
    good = table(tmp_path, {"income_per_capita": ["43.2"]})
    assert invoke("assess", good, *LAW, "--errors", out).exit_code == 0
    assert listed(out) == []
    assert out.read_text(encoding="utf-8-sig").startswith("file,line,column,unit,fact,value,code,problem,hint")


def test_a_cell_that_looks_like_a_formula_is_harmless_there(tmp_path: Path) -> None:
    out = tmp_path / "errors.csv"
    path = table(tmp_path, {"income_per_capita": ["=1+1"]})
    invoke("assess", path, *LAW, "--errors", out)
    assert listed(out)[0]["value"] == "'=1+1"


def test_what_a_command_reads_is_never_written_over(tmp_path: Path) -> None:
    path = table(tmp_path, {"income_per_capita": ["?"]})
    before = path.read_bytes()
    done = invoke("assess", path, *LAW, "--errors", path)
    assert (done.exit_code, path.read_bytes()) == (2, before)
    assert "would be written over" in done.stderr or str(path) in done.stderr
