"""Columns of judgements in files: which they are by their name, what their cells say, and what is wrong with them."""

import datetime as dt
import typing
from pathlib import Path

import openpyxl
import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules import Body, Judgement, Library, Outcome, Ruleset
from ntm_rules.tables.judged import judged_name, outcome_in
from vietnamese import in_vietnamese

ON = dt.date(2024, 7, 2)


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def rows(tmp_path: Path, library: Library, ruleset: Ruleset, *lines: str) -> list[ntm.tables.UnitFacts]:
    path = tmp_path / "xã.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(ntm.tables.read(path, library.facts, numbers=ruleset.facts_by_number))


NUMBERS = {"4": (), "4.2": ("registered_power_share",), "10": ("income_per_capita",), "17.1": (), "17.10": ()}


@pytest.mark.parametrize(
    ("name", "no", "body", "detail"),
    [
        ("4.2", "4.2", Body.OTHER, ""),
        (" 4.2 ", "4.2", Body.OTHER, ""),
        ("TC4", "4", Body.OTHER, ""),
        ("tc 4", "4", Body.OTHER, ""),
        ("Tiêu chí 4", "4", Body.OTHER, ""),
        ("Tiêu chí số 10", "10", Body.OTHER, ""),
        ("Chỉ tiêu 4.2", "4.2", Body.OTHER, ""),
        ("Chi tieu 4.2", "4.2", Body.OTHER, ""),
        ("Đánh giá 4.2", "4.2", Body.OTHER, ""),
        ("4.2 [tự đánh giá]", "4.2", Body.COMMUNE, ""),
        ("4.2 [Thẩm tra]", "4.2", Body.DISTRICT, ""),
        ("TC4 [thẩm định]", "4", Body.PROVINCE, ""),
        ("4.2 [thẩm tra] [lý do]", "4.2", Body.DISTRICT, "note"),
        ("4.2 [lý do][thẩm tra]", "4.2", Body.DISTRICT, "note"),
        ("4.2 [văn bản]", "4.2", Body.OTHER, "document"),
        ("4.2 [ngày]", "4.2", Body.OTHER, "date"),
        ("4.2 [cơ quan]", "4.2", Body.OTHER, "name"),
    ],
)
def test_names_of_judgements(name: str, no: str, body: Body, detail: str) -> None:
    found = judged_name(name, NUMBERS)
    assert found is not None
    assert (found.no, found.body, found.detail) == (no, body, detail)


NONE = ("4.3", "CT01", "Năm 4", "4.2 triệu", "4.2 [khác]", "4.2 [ngày] [lý do]", "", "Thu nhập")


@pytest.mark.parametrize("name", NONE)
def test_names_that_are_none(name: str) -> None:
    assert judged_name(name, NUMBERS) is None


@pytest.mark.parametrize(
    ("cell", "outcome"),
    [
        *((text, Outcome.MET) for text in ("đạt", "Đ", "x", "✓", "Đạt chuẩn", "dat", True)),
        *((text, Outcome.NOT_MET) for text in ("chưa đạt", "CĐ", "không đạt", "chua dat", False)),
        *((text, Outcome.NOT_APPLICABLE) for text in ("không áp dụng", "Không áp dụng.")),
        *((text, None) for text in ("", "  ", "-", "chưa đánh giá", "N/A", None)),
    ],
)
def test_cells(cell: object, outcome: Outcome | None) -> None:
    assert outcome_in(cell) is outcome


def test_a_row_has_judgements_beside_facts(tmp_path: Path, bundled: Library, ruleset: Ruleset) -> None:
    found = rows(
        tmp_path, bundled, ruleset,
        "Mã xã;Thu nhập bình quân đầu người;4.1;4.2 [thẩm tra];4.2 [thẩm tra] [văn bản];4.2 [thẩm tra] [ngày];TC1",
        "06001;43,2;đạt;chưa đạt;12/BC;20/5/2024;",
        "06004;;CĐ;;;;không có số liệu",
    )  # fmt: skip
    assert found[0].judgements == (
        Judgement("4.1", "met"),
        Judgement("4.2", "not_met", "district", document="12/BC", date="2024-05-20"),
    )
    assert list(found[0].facts) == ["income_per_capita"]
    assert found[1].judgements == (Judgement("4.1", "not_met"),)


def test_figures_under_a_number_are_those_of_its_one_fact(tmp_path: Path, bundled: Library, ruleset: Ruleset) -> None:
    found = rows(tmp_path, bundled, ruleset, "Mã xã;10;4.2", "06001;43,2;đạt", "06004;50;", "06007;;chưa đạt")
    assert [str(row.facts.get("income_per_capita")) for row in found] == ["43.2", "50", "None"]
    assert [len(row.judgements) for row in found] == [1, 0, 1]


def wrong(tmp_path: Path, bundled: Library, ruleset: Ruleset, *lines: str) -> ntm.FactError | ntm.TableError:
    with pytest.raises((ntm.FactError, ntm.TableError)) as caught:
        rows(tmp_path, bundled, ruleset, *lines)
    in_vietnamese(typing.cast(typing.Any, caught.value))
    return typing.cast(ntm.FactError, caught.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("Mã xã;10", "06001;43,2", "06004;đạt"), "or figures alone in this column; line 2 has `43,2`"),
        (("Mã xã;10", "06001;đạt", "06004;43,2"), "line 2 has `đạt`"),
        (("Mã xã;3.2", "06001;5"), "`3.2` compares several facts"),
        (("Mã xã;income_per_capita;10", "06001;5;6"), "the figure of `10` stands in the column of `income_per_capita`"),
        (("Mã xã;4.2", "06001;tốt"), "a judgement: met, not met or not applicable"),
        (("Mã xã;4.2", "06001;cơ bản đạt"), "a judgement: met, not met or not applicable"),
        (("Mã xã;17.2", "06001;không áp dụng"), "put it into a column `17.2 [lý do]`"),
        (("Mã xã;4.2;4.2 [ngày]", "06001;đạt;hôm qua"), "what a judgement takes"),
        (("Mã xã;4.2;Chỉ tiêu 4.2", "06001;đạt;đạt"), "Chỉ tiêu 4.2"),
        (("Mã xã;17.1", "06001;đạt"), "may be the number `17.10` as well"),
        (("Mã xã;4.22", "06001;đạt"), "`4.22` is neither the unit nor a fact"),
    ],
)  # fmt: skip
def test_what_is_wrong(tmp_path: Path, bundled: Library, ruleset: Ruleset, lines: tuple[str, ...], said: str) -> None:
    assert said in wrong(tmp_path, bundled, ruleset, *lines).text("en")


def test_both_twins_stand_beside_each_other(tmp_path: Path, bundled: Library, ruleset: Ruleset) -> None:
    (found,) = rows(tmp_path, bundled, ruleset, "Mã xã;17.1;17.10", "06001;đạt;chưa đạt")
    assert [(j.no, j.outcome.code) for j in found.judgements] == [("17.1", "met"), ("17.10", "not_met")]


def test_without_numbers_such_a_column_is_none(tmp_path: Path, bundled: Library) -> None:
    path = tmp_path / "xã.csv"
    path.write_text("Mã xã;4.2\n06001;đạt\n", encoding="utf-8")
    with pytest.raises(ntm.TableError, match=r"`4.2` is neither the unit nor a fact"):
        list(ntm.tables.read(path, bundled.facts))


def test_a_workbook(tmp_path: Path, bundled: Library, ruleset: Ruleset) -> None:
    book = openpyxl.Workbook()
    sheet = typing.cast(typing.Any, book.active)
    for row in (["Mã xã", 4.2, "TC 10"], ["06001", "đạt", 43.2], ["06004", None, 50]):
        sheet.append(row)
    book.save(tmp_path / "xã.xlsx")
    found = list(ntm.tables.read(tmp_path / "xã.xlsx", bundled.facts, numbers=ruleset.facts_by_number))
    assert found[0].judgements == (Judgement("4.2", "met"),)
    assert [float(row.facts["income_per_capita"]) for row in found] == [43.2, 50]


def test_the_command_line_shows_the_second_reading(tmp_path: Path) -> None:
    path = tmp_path / "xã.csv"
    lines = [";".join(["Mã xã", *(f"TC{n}" for n in range(1, 11))]), ";".join(["06001", *["đạt"] * 9, "chưa đạt"])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2026-10-01")
    shown = run("assess", str(path), *law)
    assert "Theo đánh giá của các cấp: chưa đạt (9/10 tiêu chí)" in shown
    assert "  10: chưa đạt theo đánh giá của cơ quan khác" in shown
    table = run("assess", str(path), *law, "--format", "csv").splitlines()
    assert dict(zip(table[0].split(","), table[1].split(","), strict=False))["judged_criteria_met"] == "9"
    assert '"judged":{"outcome":"not_met"' in run("assess", str(path), *law, "--format", "jsonl")


def test_forms_without_a_second_reading_say_so(tmp_path: Path) -> None:
    path, other = tmp_path / "xã.csv", tmp_path / "xã khác.csv"
    path.write_text("Mã xã;4.2\n06001;đạt\n", encoding="utf-8")
    other.write_text("Mã xã;4.9\n06001;đạt\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02")
    said = run("assess", str(path), *law, "--no-reasons", "--format", "csv", code=2)
    assert "a column headed by a number holds judgements" in said
    assert "the set has no number `4.9`" in run("assess", str(other), *law, code=2)


def test_the_rest_that_is_kept_leaves_judgements_out(tmp_path: Path) -> None:
    path = tmp_path / "xã.csv"
    path.write_text("Mã xã;4.2;ghi chú\n06001;đạt;a\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--format", "jsonl")
    found = run("assess", str(path), *law, "--keep-rest")
    assert '"judgements":[{"no":"4.2"' in found
    assert '"kept":{"ghi chú":"a"}' in found
