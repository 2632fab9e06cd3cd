"""Drafts of mapping files: they load, say what is known, and leave the rest to a person."""

import datetime as dt
import re
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import bundled, invoke
from ntm_rules.model.search import facts_with, nearest_facts
from tables.test_files_in import Rows, written

INCOME = "Thu nhập bình quân đầu người"


@pytest.fixture(scope="module")
def ruleset() -> ntm.Ruleset:
    return bundled().compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")


def draft(folder: Path, ruleset: ntm.Ruleset, head: list[str], rows: Rows, kind: str = ".csv", lang: str = "en") -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.tables.TableNote)
        return ntm.tables.draft_mapping(written(folder, kind, rows, head), ruleset, lang=lang)


def loaded(folder: Path, ruleset: ntm.Ruleset, text: str) -> ntm.tables.ColumnMapping:
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return bundled().mapping(path, ruleset)


HEAD = [
    "STT",
    "ma_xa",
    "Tên xã",
    INCOME,
    "irrigated_share (%)",
    "quy_hoach",
    "commune_plan_current",
    "TC4 [thẩm tra]",
    "a: b",
]
ROWS: Rows = [
    ["1", "06001", "A", "43,2", "80", "x", "Đ1", "K1", "?"],
    ["2", "06002", "B", "50", "81", "x", "Đ1", "đạt", "?"],
    ["3", "06003", "C", "khoảng 7", "81", "x", "đạt", "", "?"],
]


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_what_is_known_is_filled_in(tmp_path: Path, ruleset: ntm.Ruleset, kind: str) -> None:
    text = draft(tmp_path, ruleset, HEAD, ROWS, kind)
    own = loaded(tmp_path, ruleset, text)
    assert (own.title, own.unit, own.keep, own.unit_width) == (f"u{kind}", "ma_xa", ("Tên xã",), None)
    assert [(c.name, c.fact, c.figures_in, c.no, c.body.value) for c in own.columns] == [
        (INCOME, "income_per_capita", None, None, "other"),
        ("irrigated_share (%)", "irrigated_share", "%", None, "other"),
        ("commune_plan_current", "commune_plan_current", None, None, "other"),
        ("TC4 [thẩm tra]", None, None, "4", "district"),
    ]


def test_what_is_not_known_is_left_to_a_person(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    lines = draft(tmp_path, ruleset, HEAD, ROWS).splitlines()
    place = lines.index("  commune_plan_current: commune_plan_current")
    assert (
        lines[place + 1]
        == "  # words in the column above that are not understood, 1 in all, for its `values`: `Đ1 (2)`"
    )
    assert "`K1 (1)`" in lines[lines.index('  "TC4 [thẩm tra]": {judgement: "4", body: district}') + 1]
    place = next(place for place, line in enumerate(lines) if line.startswith("  # ? quy_hoach: "))
    assert "commune_plan_current  # Commune master plan" in "".join(lines[place : place + 3])
    assert '  # ? "a: b":' in lines
    assert not any("STT" in line for line in lines)


def test_a_draft_that_is_completed_reads_the_table(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    head = ["ma_xa", "thu_nhap", "tl_tuoi", "nguoi_nhap"]
    rows: Rows = [["6001", "43,2", "82,5", "lan"], ["6004", "50", "70", "lan"]]
    text = draft(tmp_path, ruleset, head, rows)
    assert "# ? thu_nhap: income_per_capita" in text
    assert "# ? tl_tuoi: irrigated_share" in text
    text = (
        text.replace("# unit_width", "unit_width").replace("# ? thu_nhap", "thu_nhap").replace("# ? tl_tuoi", "tl_tuoi")
    )
    text = text.replace("unit: ma_xa", "unit: ma_xa\nignore: nguoi_nhap").replace(
        "# no column", "columns:  # no column"
    )
    own = loaded(tmp_path, ruleset, text)
    units = list(ntm.tables.read(tmp_path / "u.csv", ruleset, mapping=own))
    assert [(u.unit, {n: str(v) for n, v in u.facts.items()}) for u in units] == [
        ("06001", {"income_per_capita": "43.2", "irrigated_share": "82.5"}),
        ("06004", {"income_per_capita": "50", "irrigated_share": "70"}),
    ]


def test_two_columns_of_one_fact_are_not_both_filled_in(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    text = draft(tmp_path, ruleset, ["unit", INCOME, "income_per_capita"], [["A", "1", "2"]])
    assert [c.name for c in loaded(tmp_path, ruleset, text).columns] == [INCOME]
    assert "# ? income_per_capita:" in text


def test_a_table_without_any_name_that_is_known(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    text = draft(tmp_path, ruleset, ["q", "z"], [["10", "11"]])
    assert re.findall(r"# \? (\w+):", text) == ["q", "z"]
    assert "# unit:" in text
    assert loaded(tmp_path, ruleset, text).columns == ()


NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [INCOME, "unit", "xã", "4.2", "4.2 [lý do]", "TC4", "10", "stt", 'a"b', "a\\b", "#", "- x", "? y", "{a"]
    ),
)


@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.sampled_from(["Đ1", "\u2028# x", "đạt", "a\nunit: b"]))
def test_every_draft_loads(ruleset: ntm.Ruleset, names: list[str], cell: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            text = draft(folder, ruleset, names, [[cell for _ in names]], ".jsonl")
        except ntm.TableError:  # the table itself cannot be read
            return
        own = loaded(folder, ruleset, text)
        assert len({column.fact or (column.no, column.body, column.detail) for column in own.columns}) == len(
            own.columns
        )
        assert {column.name for column in own.columns} <= {" ".join(name.split()) for name in names} | set(names)


def test_facts_are_found_by_words_of_a_name(ruleset: ntm.Ruleset) -> None:
    assert nearest_facts(ruleset, "thu_nhap")[0].id == "income_per_capita"
    assert nearest_facts(ruleset, "TL hộ nghèo đa chiều")[0].id == "poverty_rate"
    assert nearest_facts(ruleset, "tỷ lệ xã nghèo")[0].id == "poverty_rate"  # not what says `tỷ lệ` and `xã`
    assert nearest_facts(ruleset, "zzz q 1") == ()
    assert len(nearest_facts(ruleset, "tỷ lệ xã")) == 3
    assert list(facts_with(ruleset, ["thu nhập", "BÌNH QUÂN"])) == ["income_per_capita"]


def test_the_command_writes_it(tmp_path: Path) -> None:
    table, out = tmp_path / "u.csv", tmp_path / "m.yaml"
    table.write_text("ma_xa,income_per_capita,commune_plan_current\nA,43.2,Đ1\n")
    done = invoke("mapping", table, *LAW, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    text = out.read_text(encoding="utf-8")
    assert "chưa hiểu 1 cách ghi" in text
    assert invoke("assess", table, *LAW, "--mapping", out, "--format", "jsonl").exit_code != 0  # `Đ1` is still open
    out.write_text(text.replace(": commune_plan_current", ": {fact: commune_plan_current, values: {yes: Đ1}}"))
    assert invoke("assess", table, *LAW, "--mapping", out, "--format", "jsonl").exit_code == 0


def test_a_mapping_file_is_not_written_over(tmp_path: Path) -> None:
    table, own = tmp_path / "u.csv", tmp_path / "m.jsonl"
    table.write_text("unit,t\nA,43.2\n")
    own.write_text("mapping: x\ncolumns: {t: income_per_capita}")
    done = invoke("assess", table, *LAW, "--mapping", own, "--out", own)
    assert done.exit_code == 2
    assert own.read_text().startswith("mapping: x")


SHEET: Rows = [
    ["CT01", "Tổng số hộ", "Hộ", "120"],
    ["CT02", "Nhân khẩu", "Người", "1850"],
    ["CT11", "Người tham gia BHYT", "Người", "1700"],
]
SHEET_HEAD = ["Mã CT", "Tên chỉ tiêu", "Đơn vị tính", "Số liệu"]


def test_codes_of_rows_are_drafted_by_what_stands_beside_them(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    text = draft(tmp_path, ruleset, SHEET_HEAD, SHEET)
    assert re.findall(r"# \? (\w+):", text) == ["CT01", "CT02", "CT11"]
    assert "  # Tổng số hộ\n  # ? CT01: households  #" in text
    own = loaded(tmp_path, ruleset, text + "columns: {CT01: households}\nignore: [CT02, CT11]")
    with pytest.warns(ntm.tables.TableNote):
        (unit,) = ntm.tables.read(tmp_path / "u.csv", ruleset, mapping=own, unit_name="Thôn 1")
    assert (unit.unit, unit.facts) == ("Thôn 1", {"households": 120})


def test_a_code_beside_others_is_not_a_printed_number(tmp_path: Path, ruleset: ntm.Ruleset) -> None:
    head, rows = ["unit", "CT01", "CT11"], [["A", "120", "9"]]
    text = draft(tmp_path, ruleset, [*head, "CT02"], [[*rows[0], "1"]])
    assert re.findall(r"# \? (\w+):", text) == ["CT01", "CT11", "CT02"]
    path = written(tmp_path, ".csv", rows, head)
    own = loaded(tmp_path, ruleset, "mapping: x\ncolumns: {CT01: households}")
    with pytest.raises(ntm.TableError, match="CT11"):
        list(ntm.tables.read(path, ruleset, mapping=own))
    own = loaded(tmp_path, ruleset, "mapping: x\nignore: CT11\ncolumns: {CT01: households}")
    (unit,) = ntm.tables.read(path, ruleset, mapping=own)
    assert (unit.facts, unit.judgements) == ({"households": 120}, ())
