"""Reading units from files: encodings, delimiters, columns, cells, and every refusal."""

import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ntm_rules import FactError, NtmRulesError
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.text import Text
from ntm_rules.tables import UnitFacts
from ntm_rules.tables import read as read_units
from ntm_rules.tables import rows as records
from ntm_rules.tables.units import TableError
from vietnamese import in_vietnamese

FACTS = {
    fact.id: fact
    for fact in (
        Fact("income", FactType.NUMBER, Text("Thu nhập bình quân đầu người", "Income"), minimum=Decimal(0)),
        Fact("water", FactType.PERCENT, Text("Tỷ lệ hộ dùng nước sạch", "Clean water")),
        Fact("households", FactType.COUNT, Text("Tổng số hộ", "Households")),
        Fact("plan", FactType.BOOLEAN, Text("Có quy hoạch, kế hoạch", "Plan")),
        Fact("level", FactType.ORDINAL, Text("Mức độ", "Level"), values=("0", "1", "2")),
        Fact(
            "region",
            FactType.CATEGORY,
            Text("Vùng", "Region"),
            values=("N", "S"),
            value_titles={"N": Text("Miền Bắc", "North"), "S": Text("Miền Nam", "South")},
        ),
        Fact("twin_a", FactType.NUMBER, Text("Sinh đôi", "Twin")),
        Fact("twin_b", FactType.NUMBER, Text("Sinh đôi", "Twin")),
    )
}


def write(folder: Path, text: str | bytes, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path, **options: Any) -> list[UnitFacts]:
    """The units of a file; what is wrong with it is said in both languages."""
    try:
        return list(read_units(path, FACTS, **options))
    except NtmRulesError as error:
        in_vietnamese(error)
        raise


def cell(folder: Path, fact: str, text: str, **options: Any) -> object:
    """What one cell is read as; None where it is missing."""
    path = write(folder, json.dumps([{"unit": "A", fact: text}]), "cell.json")
    return read(path, **options)[0].facts.get(fact)


def refused(folder: Path, text: str | bytes, name: str = "units.csv", **options: Any) -> str:
    with pytest.raises(TableError) as caught:
        read(write(folder, text, name), **options)
    return str(caught.value)


# -- cells -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("43,2", "43.2"),
        ("43.2", "43.2"),
        (" 43,20 ", "43.20"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,891", "1234567.891"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1234.567", "1234.567"),
        ("1234", "1234"),
        ("012.345", "12.345"),
        ("-5,5", "-5.5"),
        ("0", "0"),
    ],
)
def test_numbers_are_read_exactly(tmp_path: Path, text: str, value: str) -> None:
    found = cell(tmp_path, "income", text)
    assert str(found) == value


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "999,999"])
def test_a_number_with_two_readings_is_refused_until_decimal_settles_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(FactError, match="can be read in one way only"):
        cell(tmp_path, "income", text)
    readings = {cell(tmp_path, "income", text, decimal=kind) for kind in ("comma", "point")}
    assert readings == {Decimal(text.replace(",", ".")), Decimal(text.replace(",", "").replace(".", ""))}


def test_the_hint_names_both_readings(tmp_path: Path) -> None:
    with pytest.raises(FactError, match=r"`--decimal comma` \(`decimal=`\) it is 12.345, with `--decimal point` 12345"):
        cell(tmp_path, "income", "12,345")


@pytest.mark.parametrize(
    "text",
    [
        "trên 99",
        "đang làm",
        "1e5",
        "1 23",
        "4 3",
        "1.23.4",
        "12.34,5",
        ",5",
        "5,",
        "--5",
        "+5",
        "43.2%",
        "NaN",
        "١٢",
    ],
)
def test_what_is_no_number_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FactError):
        cell(tmp_path, "income", text)


@pytest.mark.parametrize(("text", "decimal"), [("43.2", "comma"), ("43,2", "point"), ("1.234.567", "point")])
def test_the_separator_that_was_named_is_the_only_one(tmp_path: Path, text: str, decimal: str) -> None:
    with pytest.raises(FactError):
        cell(tmp_path, "income", text, decimal=decimal)


def test_percent_signs_are_for_percentages(tmp_path: Path) -> None:
    assert cell(tmp_path, "water", "99,32%") == Decimal("99.32")
    assert cell(tmp_path, "water", "99,32 %") == Decimal("99.32")
    assert cell(tmp_path, "water", "99,32") == Decimal("99.32")
    with pytest.raises(FactError):
        cell(tmp_path, "water", "99,32%%")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (["đạt", "Đạt", "ĐẠT", " có ", "X", "x", "TRUE", "1"], True),
        (["chưa đạt", "Không  đạt", "không", "KHÔNG", "False", "0"], False),
        (["", "   ", "\u00a0"], None),
    ],
)
def test_yes_and_no(tmp_path: Path, texts: list[str], value: bool | None, form: Any) -> None:
    assert {cell(tmp_path, "plan", unicodedata.normalize(form, text)) for text in texts} == {value}


@pytest.mark.parametrize("text", ["dát", "y", "2", "đang làm", "d", "?"])
def test_what_is_neither_yes_nor_no_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FactError, match="yes"):
        cell(tmp_path, "plan", text)


def test_levels_and_categories_by_id_or_title(tmp_path: Path) -> None:
    assert cell(tmp_path, "level", "2") == "2"
    assert cell(tmp_path, "region", "N") == "N"
    assert cell(tmp_path, "region", "miền nam") == "S"
    with pytest.raises(FactError, match="one of `0`, `1`, `2`"):
        cell(tmp_path, "level", "3")


def test_all_bad_cells_come_together_and_good_rows_before(tmp_path: Path) -> None:
    path = write(tmp_path, "unit,income,plan\nA,trên 9,đang làm\nB,5,có\nC,?,\n")
    rows = read_units(path, FACTS)
    assert [next(rows).unit] == ["B"]
    with pytest.raises(FactError) as caught:
        next(rows)
    assert [(p.unit, p.fact, p.value) for p in caught.value.problems] == [
        ("A", "income", "trên 9"),
        ("A", "plan", "đang làm"),
        ("C", "income", "?"),
    ]
    assert "line 2, column `income`" in str(caught.value)


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"Đơn vị{delimiter}Tổng số hộ{delimiter}Vùng\r\nXã Một{delimiter}1240{delimiter}Miền Bắc\r\n"
    if encoding == "utf-16-be":
        text = f"\ufeff{text}"
    found = read(write(tmp_path, text.encode(encoding)))
    assert [(u.unit, dict(u.facts), u.line) for u in found] == [("Xã Một", {"households": 1240, "region": "N"}, 2)]


def test_titles_with_commas_between_semicolons(tmp_path: Path) -> None:
    found = read(write(tmp_path, "xã;Có quy hoạch, kế hoạch;Thu nhập bình quân đầu người\nA;có;43,2\n"))
    assert dict(found[0].facts) == {"plan": True, "income": Decimal("43.2")}


@pytest.mark.parametrize("encoding", ["cp1258", "utf-16-le"])
def test_other_encodings_are_refused_with_the_fix(tmp_path: Path, encoding: str) -> None:
    message = refused(tmp_path, "Đơn,income\nĐông,1\n".encode(encoding))
    assert "UTF-8" in message
    assert "save it as UTF-8 (in Excel: Save As, `CSV UTF-8`)" in message


def test_rows_keep_their_line_where_cells_have_several(tmp_path: Path) -> None:
    found = read(write(tmp_path, '\nunit,ghi chú,income\n\n"A","hai\ndòng",1\n,,\nB,,2\n'), keep=["ghi chú"])
    assert [(u.unit, u.line, u.kept["ghi chú"]) for u in found] == [("A", 4, "hai\ndòng"), ("B", 7, "")]


def test_short_and_long_rows_are_an_error(tmp_path: Path) -> None:
    assert "line 2 has 2 cells, the header 3" in refused(tmp_path, "unit,income,plan\nA,1\n")
    assert "line 3 has 2 cells, the header 3" in refused(tmp_path, "unit,income,plan\nA,43.2,x\nB,4")  # cut off
    message = refused(tmp_path, "unit,income\nA,1\nB,1,2\nC,43,2\n")
    assert "line 3 has 3 cells, the header 2" in message
    assert "line 4 has 3 cells" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file has no row"),
        ("unit,income\n", "the file has no row"),
        ('unit,income\nA,"1\nB,2\n', "the row that begins in line 2 cannot be read"),
        ("unit,income\n" + "A" * 200_000 + ",1\n", "field limit"),
        ("unit,income\nA,1\nA,2\n", "the unit `A` is in line 2 and in line 3"),
        ("unit,income\n ,1\n", "line 2 names no unit"),
        ("income,plan\n1,có\n", "say which with `--unit`"),
        ("unit,income,income\nA,1,1\n", "the column `income` is there twice"),
        ("unit,income,Thu nhập bình quân đầu người\nA,1,1\n", "twice, also as `income`"),
        ("unit,income,\nA,1,2\n", "column 3 has no name"),
        ("unit,Sinh đôi\nA,1\n", "use one of the ids `twin_a`, `twin_b`"),
        ("unit,incom\nA,1\n", "did you mean `income`?"),
        ("unit,hộ\nA,1\n", "neither the unit nor a fact"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_all_problems_of_a_header_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        read(write(tmp_path, "unit,incom,Huyện,Sinh đôi,\nA,1,H,2,\n"), keep=["ghi chú"])
    assert [d.line for d in caught.value.diagnostics] == [1] * 5
    assert {d.code for d in caught.value.diagnostics} == {"table.column"}


def test_the_unit_column(tmp_path: Path) -> None:
    path = write(tmp_path, "mã,TÊN XÃ,income\n06196,Cao Lâu,1\n")
    assert read(path, unit_column="tên xã", keep=["mã"])[0].unit == "Cao Lâu"
    assert read(path, keep=["Tên xã"])[0] == UnitFacts("06196", {"income": 1}, {"Tên xã": "Cao Lâu"}, 2)
    assert "keep it" not in refused(tmp_path, "mã,huyện\nA,1\n")
    assert "did you mean `TÊN XÃ`?" in refused(tmp_path, "TÊN XÃ,income\nA,1\n", unit_column="tên xa xôi")


def test_a_column_to_keep_may_be_a_fact_and_has_to_be_there(tmp_path: Path) -> None:
    found = read(write(tmp_path, "unit,income\nA,1.50\n"), keep=["income"])[0]
    assert (found.facts["income"], found.kept["income"]) == (Decimal("1.50"), "1.50")
    assert "there is no column `ghi chu` to keep" in refused(tmp_path, "unit,ghi\nA,1\n", keep=["ghi", "ghi chu"])


def test_other_kinds_of_files(tmp_path: Path) -> None:
    assert "in Excel: Save As" in refused(tmp_path, b"PK", "units.xls")
    assert "CSV, JSON, JSONL, Excel (`.xlsx`) or Parquet" in refused(tmp_path, "x", "units")
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="decimal"):
        read(write(tmp_path, "unit\nA\n"), decimal="dot")


# -- JSON --------------------------------------------------------------------------------------

ROWS: list[dict[str, Any]] = [
    {"unit": "A", "income": 43.2, "plan": True, "water": "99,3%", "level": None},
    {"unit": "B", "income": {"value": "43,2", "source": "báo cáo", "by": "self"}, "ghi chú": {"x": 1}},
]


@pytest.mark.parametrize("name", ["units.json", "units.jsonl"])
def test_json_values_go_through_and_texts_are_cells(tmp_path: Path, name: str) -> None:
    lines = (json.dumps(row) for row in ROWS)
    text = json.dumps(ROWS) if name == "units.json" else "\n\n".join(lines)
    first, second = read(write(tmp_path, text, name), keep=["ghi chú"])
    assert dict(first.facts) == {"income": Decimal("43.2"), "plan": True, "water": Decimal("99.3")}
    assert second.facts["income"] == {"value": Decimal("43.2"), "source": "báo cáo", "by": "self"}
    assert (first.kept["ghi chú"], second.kept["ghi chú"]) == ("", '{"x": 1}')
    assert (first.line, second.line) == ((1, 2) if name == "units.json" else (1, 3))


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("{", "u.json", "not valid JSON: `expecting"),
        ('{"unit": "A"}', "u.json", "not a list of objects"),
        ("[1]", "u.json", "row 1 is not an object"),
        ("[]", "u.json", "the file has no row"),
        ('[{"unit": 6196}]', "u.json", "or put them in quotes"),
        ('[{"unit": "A", "unit": "B"}]', "u.json", "duplicate key `unit`"),
        ('[{"unit": "A", "income": NaN}]', "u.json", "`NaN` is not a number"),
        ("[" * 100_000, "u.json", "nested too deeply"),
        ('{"unit": "A"}\n{"unit": "B", "incom": 1}\n', "u.jsonl", ":2:1: error[table.column]"),
        ('{"unit": "A"}\n{\n', "u.jsonl", ":2:1: error[table.json]"),
    ],
)
def test_json_that_is_refused(tmp_path: Path, text: str, name: str, words: str) -> None:
    assert words in refused(tmp_path, text, name)


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_JSON_BYTES", 2**20)
    assert "call it `.jsonl`" in refused(tmp_path, "[" + " " * 2**20 + "]", "u.json")
    monkeypatch.setattr(records, "MAX_LINE", 100)
    assert "more than 100 characters" in refused(tmp_path, "unit,income\n" + "A" * 200)
