"""Parquet, Excel and CSV through the command line, with frames and without."""

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from cli.test_commands import LAW
from command_line import PLAIN, STRICT, run, run_process
from fiction.communes import commune, ratios
from ntm_rules import Library, Ruleset, assess
from ntm_rules.cli import assess as assess_command
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.reports import workbook

WITHOUT = "import sys; sys.modules.update(numpy=None, pyarrow=None); from ntm_rules.cli import main; main()"
LACKING = ("-c", WITHOUT)
ON = dt.date(2024, 7, 2)
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def rows_of(ruleset: Ruleset, count: int) -> Rows:
    """Made-up communes with values as Python has them; some are missing."""
    found: Rows = []
    for seed in range(count):
        facts = commune(ruleset, seed, missing=0.3)
        facts.pop("region", None)
        found.append({"mã": f"{seed:05d}", "Ghi chú": f"ghi chú số {seed % 3}", **facts})
    return found


def shown(value: object) -> str:
    """A value as it is written in Vietnam."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "đạt" if value else "chưa đạt"
    return str(value).replace(".", ",")


def names_of(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def titles(names: Iterable[str], facts: dict[str, Fact], every: int = 2) -> list[str]:
    """The names with some of them as Vietnamese titles, where these are the title of one fact."""
    known = [fact.title.vi for fact in facts.values() if fact.title]
    found = []
    for place, name in enumerate(names):
        title = facts[name].title if name in facts else None
        use = title is not None and known.count(title.vi) == 1 and place % every == 0
        found.append(title.vi if use and title is not None else name)
    return found


def to_csv(path: Path, rows: Rows, header: Sequence[str] | None = None) -> Path:
    names = names_of(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header or names)
        writer.writerows([shown(row.get(name)) for name in names] for row in rows)
    return path


def to_parquet(path: Path, rows: Rows, header: Sequence[str] | None = None) -> Path:
    names = names_of(rows)
    columns = [pa.array([row.get(name) for row in rows]) for name in names]
    pq.write_table(pa.Table.from_arrays(columns, header or names), path, row_group_size=7)
    return path


def to_xlsx(path: Path, rows: Rows, header: Sequence[str] | None = None) -> Path:
    names = names_of(rows)
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Số liệu")
    for place, name in enumerate(header or names):
        sheet.write_string(0, place, name)
    for number, row in enumerate(rows, 1):
        for place, name in enumerate(names):
            value = row.get(name)
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif value is not None:
                sheet.write(number, place, value)
    book.close()
    return path


WRITERS = {"csv": to_csv, "parquet": to_parquet, "xlsx": to_xlsx}


def sheet_of(path: Path) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))


# -- the same result -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "json", "csv", "table"])
def test_words_are_the_same_with_and_without_frames(tmp_path: Path, ruleset: Ruleset, form: str) -> None:
    rows = rows_of(ruleset, 12)
    path = to_csv(tmp_path / "u.csv", rows, titles(names_of(rows), dict(ruleset.inputs())))
    arguments = ("assess", path, *LAW, "--keep", "Ghi chú", "--decimal", "comma", "--format", form)
    assert run(*arguments) == run_process(*arguments, start=LACKING)


@pytest.mark.slow
def test_csv_without_reasons_is_the_same_with_and_without_frames(tmp_path: Path, ruleset: Ruleset) -> None:
    path = to_csv(tmp_path / "u.csv", rows_of(ruleset, 300))
    arguments = ("assess", path, *LAW, "--keep", "Ghi chú", "--decimal", "comma", "--format", "csv")
    found = run(*arguments, "--no-reasons")
    assert found == run_process(*arguments, "--no-reasons", start=LACKING)
    whole = list(csv.reader(io.StringIO(run(*arguments))))
    assert list(csv.reader(io.StringIO(found))) == [row[:-1] for row in whole]
    assert whole[0][-1] == "reasons"
    for go in (run, partial(run_process, start=LACKING)):
        go(*arguments, "--no-reasons", "--out", tmp_path / "o.csv")
        assert (tmp_path / "o.csv").read_bytes() == ("\ufeff" + found).encode()


def test_every_kind_of_file_gives_the_same_verdicts(tmp_path: Path, ruleset: Ruleset) -> None:
    rows = rows_of(ruleset, 20)
    header = titles(names_of(rows), dict(ruleset.inputs()))
    options = (*LAW, "--keep", "Ghi chú", "--decimal", "comma", "--format", "jsonl")
    found = {
        kind: run("assess", write(tmp_path / f"u.{kind}", rows, header), *options) for kind, write in WRITERS.items()
    }
    assert found["csv"] == found["parquet"] == found["xlsx"]
    verdicts = [json.loads(line) for line in found["csv"].splitlines()]
    assert [verdict["unit"] for verdict in verdicts] == [row["mã"] for row in rows]
    assert verdicts[4]["kept"] == {"Ghi chú": "ghi chú số 1"}


@pytest.mark.parametrize("kind", WRITERS)
def test_wide_results_hold_what_assess_finds(tmp_path: Path, ruleset: Ruleset, kind: str) -> None:
    rows = rows_of(ruleset, 40)
    path = WRITERS[kind](tmp_path / f"u.{kind}", rows)
    options = (*LAW, "--keep", "Ghi chú", "--decimal", "comma")
    for form in ("parquet", "xlsx"):
        assert run("assess", path, *options, "--out", tmp_path / f"o.{form}") == ""
    table = pq.read_table(tmp_path / "o.parquet")
    header, *cells = sheet_of(tmp_path / "o.xlsx")
    assert table.column_names == list(header)
    assert [tuple(row.values()) for row in table.to_pylist()] == cells
    assert table.schema.metadata[b"ntm_rules.content_hash"].decode() == ruleset.content_hash
    for given, row in zip(rows, table.to_pylist(), strict=True):
        facts = {name: value for name, value in given.items() if name not in ("mã", "Ghi chú")}
        verdict = assess(ruleset, facts, given["mã"])
        assert row == {
            "unit": given["mã"],
            "Ghi chú": given["Ghi chú"],
            "outcome": verdict.outcome.code,
            "provisional": verdict.provisional,
            "criteria_met": verdict.criteria_met,
            "criteria_not_met": verdict.criteria_not_met,
            "criteria_undetermined": verdict.criteria_undetermined,
            "criteria_total": verdict.criteria_total,
            **{f"criterion_{no}": found.outcome.code for no, found in verdict.criteria.items()},
            **{f"indicator_{no}": found.outcome.code for no, found in verdict.indicators.items()},
            "bad_facts": 0,
        }


def test_fail_on_looks_at_wide_results_too(tmp_path: Path) -> None:
    path = to_parquet(tmp_path / "u.parquet", [{"unit": "A", "income_per_capita": 42.0}])
    options = ("assess", path, *LAW, "--out", tmp_path / "o.parquet")
    run(*options, "--fail-on", "not_met", code=1)
    run(*options, "--fail-on", "provisional", code=1)
    run(*options, "--fail-on", "undetermined")
    assert pq.read_table(tmp_path / "o.parquet").num_rows == 1


# -- what is refused -------------------------------------------------------------------------

BAD: Rows = [
    {"unit": "A", "income_per_capita": 43.5, "households": 100, "commune_plan_current": "đạt"},
    {"unit": "B", "income_per_capita": -5.0, "households": 100, "commune_plan_current": "đang làm"},
    {"unit": "C", "income_per_capita": 1.5, "households": -1, "commune_plan_current": "x"},
    {"unit": "D", "income_per_capita": 43.5, "households": None, "commune_plan_current": "không"},
]


@pytest.mark.parametrize("kind", WRITERS)
def test_all_bad_values_are_reported_and_nothing_is_written(tmp_path: Path, kind: str) -> None:
    path = WRITERS[kind](tmp_path / f"u.{kind}", BAD)
    options = ("assess", path, *LAW, *STRICT, "--decimal", "comma")
    err = run(*options, code=2)
    at = {"csv": "line 3", "xlsx": "row 3", "parquet": "row 2"}[kind]
    assert f"({at}, column `commune_plan_current`)" in err
    assert "unit `B`, fact `commune_plan_current`: got `đang làm`, expected yes" in err
    assert "unit `C`, fact `households`: got `-1`, expected a number from 0" in err
    assert err.endswith("\n3 bad facts\n")
    for form in ("parquet", "xlsx", "csv"):
        out = tmp_path / f"o.{form}"
        bare = ("--no-reasons",) if form == "csv" else ()
        assert run(*options, *bare, "--out", out, code=2) == err
        assert not out.exists()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([{"unit": "A", "incom_per_capita": 1.0}], (), "did you mean `income_per_capita`"),
        ([{"unit": "A"}, {"unit": "B"}, {"unit": "A"}], (), "the unit `A` is in "),
        ([{"unit": "A", "households": 1}, {"unit": " ", "households": 1}], (), " names no unit"),
        ([{"tên": "A", "households": 1}], (), "no column names the unit"),
        ([{"unit": "A", "households": 1}], ("--keep", "ghi"), "there is no column `ghi` to keep"),
        ([{"unit": "A", "Thu nhập bình quân đầu người": 1.0, "income_per_capita": 2.0}], (), "is there twice"),
    ],
)
def test_the_same_problems_of_shape(
    tmp_path: Path, kind: str, rows: Rows, options: tuple[str, ...], words: str
) -> None:
    path = WRITERS[kind](tmp_path / f"u.{kind}", rows)
    err = run("assess", path, *LAW, *options, code=2)
    assert words in err
    assert run("assess", path, *LAW, *options, "--out", tmp_path / "o.parquet", code=2) == err
    assert not (tmp_path / "o.parquet").exists()


@pytest.mark.slow
def test_a_bad_column_of_a_long_file_stops_soon(tmp_path: Path) -> None:
    table = pa.table({"unit": [str(n) for n in range(30_000)], "income_per_capita": [-1.0] * 30_000})
    pq.write_table(table, tmp_path / "u.parquet")
    for out in ((), ("--out", tmp_path / "o.parquet")):
        err = run("assess", tmp_path / "u.parquet", *LAW, *out, code=2)
        assert err.endswith("\n10000 bad facts; the file was read no further\n")


def test_a_column_that_does_not_name_units_stops_soon(tmp_path: Path) -> None:
    table = pa.table({"unit": ["Lạng Sơn"] * 30_000, "income_per_capita": [1.0] * 30_000})
    pq.write_table(table, tmp_path / "u.parquet")
    for out in ((), ("--out", tmp_path / "o.parquet")):
        err = run("assess", tmp_path / "u.parquet", *LAW, *out, code=2)
        assert err.count("error[table.unit]: the unit `Lạng Sơn` is in row 1 and in row ") == 1
        assert "\n    the same in 99 other rows: 3, 4, 5, 6, 7 …\n" in err
        assert err.endswith("error[table.more]: the file is read no further\n")


def test_forms_that_need_a_file(tmp_path: Path) -> None:
    path = to_csv(tmp_path / "u.csv", [{"unit": "A", "households": 1}])
    assert "`--no-reasons` is for `--format csv`, not for `table`" in run("assess", path, *LAW, "--no-reasons", code=2)
    for form in ("parquet", "xlsx"):
        assert f"`--format {form}` is for a file: say which with `--out`" in run(
            "assess", path, *LAW, "--format", form, code=2
        )


@pytest.mark.parametrize("kept", [["outcome"], ["unit"], ["n", "n"]])
def test_columns_to_keep_that_bear_the_name_of_a_result(tmp_path: Path, kept: list[str]) -> None:
    path = to_csv(tmp_path / "u.csv", [{"mã": "A", "unit": "a", "outcome": "b", "n": "c"}])
    options = ("--unit", "mã", "--keep", ",".join([*kept, "outcome", "unit", "n"]), "--out", tmp_path / "o.parquet")
    assert f"the result has columns of its own called `{kept[0]}`" in run("assess", path, *LAW, *options, code=2)


@pytest.mark.parametrize(
    ("blocked", "name", "out", "words", "extra"),
    [
        ("pyarrow", "u.parquet", "-", "Parquet files need `pyarrow`", "frame"),
        ("openpyxl", "u.xlsx", "-", "Excel files need `openpyxl`", "excel"),
        ("numpy", "u.csv", "o.parquet", "Parquet files need `numpy` and `pyarrow`", "frame"),
        ("pyarrow", "u.csv", "o.xlsx", "Excel files need `numpy` and `pyarrow`", "excel"),
        ("xlsxwriter", "u.csv", "o.xlsx", "Excel files need `XlsxWriter`", "excel"),
    ],
)
def test_without_a_library_one_sentence_says_what_to_install(
    tmp_path: Path, blocked: str, name: str, out: str, words: str, extra: str
) -> None:
    path = WRITERS[name[2:]](tmp_path / name, [{"unit": "A", "households": 1}])
    code = f"import sys; sys.modules[{blocked!r}] = None; from ntm_rules.cli import main; main()"
    to = out if out == "-" else str(tmp_path / out)
    said = f'{words}\n    help: install it: `pip install "ntm-rules[{extra}]"`\n'
    assert run_process("assess", path, *LAW, "--out", to, code=2, start=("-c", code)) == said
    assert [file.name for file in tmp_path.iterdir()] == [name]


# -- results ---------------------------------------------------------------------------------


def test_texts_are_texts_in_excel_whatever_they_begin_with(tmp_path: Path) -> None:
    rows: Rows = [{"unit": "=1+1", "n": "=HYPERLINK(1)"}, {"unit": "@A", "n": "+5"}, {"unit": "{=1}", "n": "ab"}]
    path = to_csv(tmp_path / "u.csv", rows)
    run("assess", path, *LAW, "--keep", "n", "--out", tmp_path / "o.xlsx")
    cells = list(openpyxl.load_workbook(tmp_path / "o.xlsx").worksheets[0].iter_rows(min_row=2, max_col=2))
    assert [(cell.value, cell.data_type) for row in cells for cell in row][:5] == [
        ("=1+1", "s"),
        ("=HYPERLINK(1)", "s"),
        ("@A", "s"),
        ("+5", "s"),
        ("{=1}", "s"),
    ]


def test_kept_columns_of_a_parquet_file_keep_their_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "unit": ["A", "B"],
            "n": pa.array([1, None], pa.int32()),
            "day": pa.array([dt.date(2024, 5, 1), None]),
            "text": pa.array(["=x", None]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "u.parquet")
    keep = ("--keep", "n,day,text")
    run("assess", tmp_path / "u.parquet", *LAW, *keep, "--out", tmp_path / "o.parquet")
    made = pq.read_table(tmp_path / "o.parquet").select(["unit", "n", "day", "text"])
    assert made.to_pylist() == table.to_pylist()
    assert made.schema.field("n").type == pa.int32()
    run("assess", tmp_path / "u.parquet", *LAW, *keep, "--out", tmp_path / "o.xlsx")
    assert [row[:4] for row in sheet_of(tmp_path / "o.xlsx")[1:]] == [("A", 1, "2024-05-01", "=x"), ("B", *[None] * 3)]
    for more in ((), ("--no-reasons",)):
        out = run("assess", tmp_path / "u.parquet", *LAW, *keep, "--format", "csv", *more)
        assert [line.split(",")[:4] for line in out.splitlines()[1:]] == [
            ["A", "1", "2024-05-01", "'=x"],
            ["B", *[""] * 3],
        ]


def test_more_units_than_a_sheet_has_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    for kind in ("csv", "parquet"):
        path = WRITERS[kind](tmp_path / f"u.{kind}", [{"unit": str(n), "households": 1} for n in range(4)])
        err = run("assess", path, *LAW, "--out", tmp_path / "o.xlsx", code=2)
        assert err.startswith("error[table.size]: a sheet of Excel has room for 3 units, the file has more\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["u.csv", "u.parquet"]


def test_the_name_of_the_result_says_its_form(tmp_path: Path) -> None:
    path = to_csv(tmp_path / "u.csv", [{"unit": "A", "households": 1}])
    for name in ("o.jsonl", "o.ndjson", "o.json", "o.csv", "o.txt"):
        run("assess", path, *LAW, "--out", tmp_path / name)
    assert json.loads((tmp_path / "o.jsonl").read_text())["unit"] == "A"
    assert (tmp_path / "o.jsonl").read_bytes() == (tmp_path / "o.ndjson").read_bytes()
    assert json.loads((tmp_path / "o.json").read_text())[0]["unit"] == "A"
    assert (tmp_path / "o.csv").read_text("utf-8-sig").startswith("unit,outcome,")
    assert "Đơn vị" in (tmp_path / "o.txt").read_text()


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(file: IO[Any], *_: object) -> None:
        file.write("half")
        raise OSError(5, "Input/output error", "u.csv")

    monkeypatch.setattr(assess_command, "write_csv", broken)
    out = tmp_path / "o.csv"
    out.write_text("old")
    path = to_csv(tmp_path / "u.csv", [{"unit": "A", "households": 1}])
    assert "`u.csv` cannot be used: `Input/output error`" in run("assess", path, *LAW, "--out", out, code=2)
    assert out.read_text() == "old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["o.csv", "u.csv"]


# -- long files ------------------------------------------------------------------------------

LIMITED = """if True:
    import resource, sys
    from ntm_rules.cli import main
    try:
        main()
    finally:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path, ruleset: Ruleset) -> None:
    """Four times as many units in one row group take hardly more memory."""
    parts = {name for ratio in ratios(ruleset) for name in (ratio.part, ratio.whole)}
    parts |= {fact.id for fact in ruleset.facts if fact.consistency is not None}  # it is not made up to fit others
    columns = [f for f in ruleset.inputs().values() if f.ratio is None and f.id not in {"region", *parts}]
    peaks = []
    for count in (100_000, 400_000):
        path = tmp_path / f"{count}.parquet"
        filled: dict[str, Any] = {"unit": [f"{n:07d}" for n in range(count)]}
        filled |= {fact.id: drawn(fact, place, count) for place, fact in enumerate(columns)}
        pq.write_table(pa.table(filled), path, row_group_size=count)
        del filled
        command = [sys.executable, "-c", LIMITED, "assess", str(path), *LAW, "--out", str(tmp_path / "o.parquet")]
        done = subprocess.run(command, env=PLAIN, capture_output=True, check=True)
        peaks.append(int(done.stderr.split()[-1]))
        assert pq.ParquetFile(tmp_path / "o.parquet").metadata.num_rows == count
    assert peaks[1] < peaks[0] * 1.6, peaks


def drawn(fact: Fact, place: int, count: int) -> Any:
    if fact.type is FactType.BOOLEAN:
        return pa.array([True, None, False, True] * (count // 4))
    if not fact.type.numeric:
        return pa.array([fact.values[0], fact.values[-1]] * (count // 2))
    top = 3 + place % 5
    return pa.array([float(n % top) for n in range(count)])
