"""Columns of what is said of figures, and of figures of several bodies side by side."""

import datetime as dt
import json
import typing
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules.tables.said import Behind
from vietnamese import in_vietnamese

INCOME = "Thu nhập bình quân đầu người"
LAW = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")


def rows(folder: Path, library: ntm.Library, *lines: str, **how: typing.Any) -> Sequence[ntm.tables.UnitFacts]:
    path = folder / "xã.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(ntm.tables.read(path, library.facts, **how))


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Thu nhập [nguồn]", ("Thu nhập", None, "source")),
        ("Thu nhập [Số liệu đến]", ("Thu nhập", None, "as_of")),
        ("Thu nhập [cơ quan]", ("Thu nhập", None, "name")),
        ("Thu nhập (triệu đồng) [ghi chú]", ("Thu nhập (triệu đồng)", None, "note")),
        ("x [thẩm định]", ("x", ntm.Body.PROVINCE, "")),
        ("x [thẩm tra] [ngày]", ("x", ntm.Body.DISTRICT, "date")),
        ("x [văn bản][tự đánh giá]", ("x", ntm.Body.COMMUNE, "document")),
        ("x [triệu đồng]", ("x [triệu đồng]", None, "")),
        ("x [ngày] [ngày]", ("x [ngày]", None, "date")),
        ("[nguồn]", ("[nguồn]", None, "")),
    ],
)
def test_what_stands_behind_a_name(name: str, meaning: tuple[object, ...]) -> None:
    assert Behind.of(name) == Behind(*typing.cast(typing.Any, meaning))


def test_what_is_said_of_figures_also_of_those_that_are_missing(tmp_path: Path, bundled: ntm.Library) -> None:
    head = f"Mã xã;{INCOME} (nghìn đồng/người/năm);{INCOME} [nguồn];{INCOME} [ngày];income_per_capita [văn bản]"
    with pytest.warns(ntm.tables.TableNote, match="divided by 1000"):
        one, two = rows(tmp_path, bundled, head, "06001;43200;Chi cục Thống kê;20/05/2024;", "06002;;;;12/BC")
    said = {"source": "Chi cục Thống kê", "date": "2024-05-20"}
    assert one.facts == {"income_per_capita": {"value": Decimal("43.2"), **said}}
    assert two.facts == {"income_per_capita": {"value": None, "document": "12/BC"}}
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    note = ntm.assess(ruleset, two.facts).annotations["income_per_capita"]
    assert note.document == "12/BC"
    assert ntm.assess(ruleset, one.facts).annotations["income_per_capita"].date == dt.date(2024, 5, 20)


def test_a_day_in_a_workbook(tmp_path: Path, bundled: ntm.Library) -> None:
    book = openpyxl.Workbook()
    sheet = typing.cast(typing.Any, book.active)
    for row in (["Mã xã", INCOME, f"{INCOME} [ngày]"], ["06001", 43.2, dt.date(2024, 5, 20)]):
        sheet.append(row)
    book.save(tmp_path / "xã.xlsx")
    (found,) = ntm.tables.read(tmp_path / "xã.xlsx", bundled.facts)
    assert found.facts["income_per_capita"]["date"] == "2024-05-20"


def test_what_cannot_be_read_is_named_with_its_column(tmp_path: Path, bundled: ntm.Library) -> None:
    with pytest.raises(ntm.FactError) as caught:
        rows(tmp_path, bundled, f"Mã xã;{INCOME};{INCOME} [ngày]", "06001;43,2;hôm qua")
    (problem,) = caught.value.problems
    assert (problem.unit, problem.fact, problem.column, problem.line) == (
        "06001", "income_per_capita", f"{INCOME} [ngày]", 2
    )  # fmt: skip
    assert "hôm qua" in problem.text("vi")
    in_vietnamese(problem)


SIDE_BY_SIDE = (
    f"Mã xã;{INCOME} [tự đánh giá];{INCOME} [thẩm định];{INCOME} [thẩm định] [nguồn];{INCOME} [số liệu đến];"
    "irrigated_share;4.2",
    "06001;45,2;42,1;Chi cục Thống kê;2024;90;đạt",
    "06002;;50;;;91;",
    "06003;;;;2024;92;",
)


def test_figures_of_several_bodies_give_a_row_each(tmp_path: Path, bundled: ntm.Library) -> None:
    numbers = bundled.compose("commune/ntm", on="2024-07-02").facts_by_number
    found = rows(tmp_path, bundled, *SIDE_BY_SIDE, numbers=numbers)
    assert [(row.label, row.unit, row.body) for row in found] == [
        ("06001 [tự đánh giá]", "06001", ntm.Body.COMMUNE),
        ("06001 [thẩm định]", "06001", ntm.Body.PROVINCE),
        ("06002 [thẩm định]", "06002", ntm.Body.PROVINCE),
        ("06003", "06003", None),
    ]
    assert [row.facts.get("income_per_capita") for row in found] == [
        {"value": Decimal("45.2"), "as_of": "2024", "body": "commune"},
        {"value": Decimal("42.1"), "as_of": "2024", "source": "Chi cục Thống kê", "body": "province"},
        {"value": Decimal(50), "body": "province"},
        {"value": None, "as_of": "2024"},
    ]
    assert [row.facts["irrigated_share"] for row in found] == [90, 90, 91, 92]
    assert [len(row.judgements) for row in found] == [1, 1, 0, 0]


def test_figures_of_one_body_alone_leave_the_unit_as_it_is_called(tmp_path: Path, bundled: ntm.Library) -> None:
    (found,) = rows(tmp_path, bundled, f"Mã xã;{INCOME} [thẩm tra]", "06001;43,2")
    assert (found.label, found.body) == ("06001", None)
    assert found.facts == {"income_per_capita": {"value": Decimal("43.2"), "body": "district"}}


def test_each_column_has_its_own_unit(tmp_path: Path, bundled: ntm.Library) -> None:
    head = f"Mã xã;{INCOME} (nghìn đồng/người/năm) [tự đánh giá];{INCOME} [thẩm định]"
    with pytest.warns(ntm.tables.TableNote, match="divided by 1000"):
        found = rows(tmp_path, bundled, head, "06001;45200;42,1")
    assert [row.facts["income_per_capita"]["value"] for row in found] == [Decimal("45.2"), Decimal("42.1")]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (f"Mã xã;{INCOME};{INCOME} [thẩm định]", "twice"),
        (f"Mã xã;{INCOME} [thẩm định];income_per_capita [thẩm định]", "twice"),
        (f"Mã xã;{INCOME} [nguồn];income_per_capita [nguồn]", "twice"),
        (f"Mã xã;{INCOME};{INCOME} [thẩm định] [nguồn]", "has no column of figures"),
        (f"Mã xã;{INCOME} [chủ tịch]", "chủ tịch"),
    ],
)
def test_columns_that_do_not_go_together(tmp_path: Path, bundled: ntm.Library, head: str, message: str) -> None:
    with pytest.raises(ntm.TableError, match=message):
        rows(tmp_path, bundled, head, ";".join(["06001", *["1"] * head.count(";")]))


def test_a_bad_cell_of_one_body_leaves_the_other_alone(tmp_path: Path, bundled: ntm.Library) -> None:
    found = rows(
        tmp_path, bundled, f"Mã xã;{INCOME} [tự đánh giá];{INCOME} [thẩm định]", "06001;nhiều;42,1", on_bad="mark"
    )
    assert [[(p.fact, p.column) for p in row.bad] for row in found] == [
        [("income_per_capita", f"{INCOME} [tự đánh giá]")], []
    ]  # fmt: skip
    assert [bool(row.facts) for row in found] == [False, True]


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("form", ["csv", "no-reasons", "jsonl", "parquet"])
def test_results_call_the_unit_with_the_body(tmp_path: Path, form: str, source: str) -> None:
    path, out = tmp_path / f"in.{source}", tmp_path / f"out.{form.replace('no-reasons', 'csv')}"
    text = "\n".join(line.rpartition(";")[0] for line in SIDE_BY_SIDE)
    if source == "csv":
        path.write_text(text, encoding="utf-8")
    else:
        pl.read_csv(text.encode(), separator=";", infer_schema=False).write_parquet(path)
    run("assess", path, *LAW, *(("--no-reasons",) if form == "no-reasons" else ()), "--out", out)
    if form == "parquet":
        found = [(row["unit"], row["indicator_10"]) for row in pl.read_parquet(out).to_dicts()]
    elif form == "jsonl":
        data = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        assert data[1]["facts"]["income_per_capita"]["body"] == "province"
        ten = [next(c["outcome"] for c in each["criteria"] if c["no"] == "10") for each in data]
        found = list(zip([each["unit"] for each in data], ten, strict=True))
    else:
        table = pl.read_csv(out, infer_schema=False)
        found = list(zip(table["unit"], table["criterion_10"], strict=True))
    assert found == [
        ("06001 [tự đánh giá]", "met"),
        ("06001 [thẩm định]", "not_met"),
        ("06002 [thẩm định]", "met"),
        ("06003", "undetermined"),
    ]


def test_where_a_unit_is_counted_once_such_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("\n".join(SIDE_BY_SIDE), encoding="utf-8")
    old, new = "commune/ntm@2024-02-29", "commune/ntm@2024-07-02"
    for command in (("progress", path, *LAW), ("rereview", path, "--from", old, "--to", new)):
        assert "đơn vị `06001` có số liệu của nhiều cấp" in run(*command, "--lang", "vi", code=2)


def test_a_unit_is_explained_by_either_name(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("\n".join(line.rpartition(";")[0] for line in SIDE_BY_SIDE), encoding="utf-8")
    assert "06001 [thẩm định]" in run("explain", path, "--unit", "06001 [thẩm định]", *LAW)
    assert "06001 [tự đánh giá]" in run("explain", path, "--unit", "06001", *LAW)


def objects(*rows: tuple[str, object]) -> str:
    return json.dumps([{"unit": unit, "income_per_capita": value} for unit, value in rows])


BY_SELF = {"value": 45.2, "by": "self", "source": "UBND xã"}
APPRAISED = {"value": 42.1, "by": "appraised"}


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_a_unit_once_for_each_body_in_objects(tmp_path: Path, bundled: ntm.Library, suffix: str) -> None:
    path = tmp_path / f"xã.{suffix}"
    text = objects(("06001", BY_SELF), ("06002", {"value": 50, "by": "self"}), ("06001", APPRAISED), ("06003", 44))
    path.write_text(text if suffix == "json" else "\n".join(map(json.dumps, json.loads(text))), encoding="utf-8")
    found = list(ntm.tables.read(path, bundled.facts))
    assert [(row.label, row.unit) for row in found] == [
        ("06001 [tự đánh giá]", "06001"), ("06002", "06002"), ("06001 [thẩm định]", "06001"), ("06003", "06003")
    ]  # fmt: skip
    assert "income_per_capita" in found[0].facts
    out = [json.loads(line) for line in run("assess", path, *LAW, "--format", "jsonl").splitlines()]
    assert [(each["unit"], each["facts"]["income_per_capita"]) for each in out][2] == (
        "06001 [thẩm định]", {"value": "42.1", "by": "appraised"}
    )  # fmt: skip


@pytest.mark.parametrize(
    "second",
    [
        BY_SELF,
        42.1,
        {"value": 42.1},
        {"value": 42.1, "body": "commune"},
        {"value": 42.1, "source": "x"},
        {"value": 42.1, "body": ["province"]},
        {"value": 42.1, "by": {}},
    ],
)
def test_a_unit_twice_without_two_bodies_stays_an_error(tmp_path: Path, bundled: ntm.Library, second: object) -> None:
    path = tmp_path / "xã.json"
    path.write_text(objects(("06001", BY_SELF), ("06001", second)), encoding="utf-8")
    with pytest.raises(ntm.TableError, match="06001"):
        list(ntm.tables.read(path, bundled.facts))


def test_by_and_body_are_told_apart_where_they_differ(tmp_path: Path, bundled: ntm.Library) -> None:
    path = tmp_path / "xã.json"
    bodies = [{"value": 1, "body": body} for body in ("province", "district", "commune", "other")]
    path.write_text(objects(*(("06001", each) for each in bodies)), encoding="utf-8")
    found = [row.label for row in ntm.tables.read(path, bundled.facts)]
    assert found == [f"06001 [{name}]" for name in ("thẩm định", "thẩm tra", "tự đánh giá", "cơ quan khác")]
