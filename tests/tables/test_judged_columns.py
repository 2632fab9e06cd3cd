"""Columns of judgements in files: which they are by their name, what their cells say, and what is wrong with them."""

import csv
import datetime as dt
import re
import typing
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import ntm_rules as ntm
from command_line import invoke, run
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
NUMBERS |= {"DK": (), "DK.1": (), "K1": ()}


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
        ("Tiêu chí DK", "DK", Body.OTHER, ""),
        ("Chỉ tiêu DK.1 [thẩm định] [lý do]", "DK.1", Body.PROVINCE, "note"),
        ("chi tieu K1", "K1", Body.OTHER, ""),
    ],
)
def test_names_of_judgements(name: str, no: str, body: Body, detail: str) -> None:
    found = judged_name(name, NUMBERS)
    assert found is not None
    assert (found.no, found.body, found.detail) == (no, body, detail)


NONE = (
    "4.3",
    "CT01",
    "Năm 4",
    "4.2 triệu",
    "4.2 [khác]",
    "4.2 [ngày] [lý do]",
    "",
    "Thu nhập",
    "K1",
    "DK",
    "Tiêu chí K2",
    "Nhóm DK",
)


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


TOGETHER = """\
Mã xã;10;4.2 [thẩm định];4.2 [thẩm tra];4.2 [thẩm tra] [ngày];TC1;17.2;17.2 [lý do];Tỷ lệ hộ nghèo đa chiều
06001;43,2;;đạt;20/05/2024;đạt;không áp dụng;không có làng nghề;3
06002;50;;chưa đạt;20/08/2024;;;;4
06003;;chưa đạt;đạt;20/05/2024;chưa đạt;;;nhiều
06004;;;;;;;;
"""
"""The second row has a judgement of after the day, the third a bad figure and two bodies, the last nobody judged."""


def second_reading(verdict: ntm.Verdict) -> dict[str, str]:
    """The columns of the second reading of a unit, as texts."""
    judged = verdict.judged
    found = {"judged_outcome": judged.outcome.code, "judged_criteria_judged": str(judged.criteria_judged)}
    for name in ("met", "not_met", "undetermined"):
        found[f"judged_criteria_{name}"] = str(getattr(judged, f"criteria_{name}"))
    for no, each in judged.criteria.items():
        found |= {f"judged_criterion_{no}": each.outcome.code, f"basis_criterion_{no}": each.basis.code}
    for no, indicator in judged.indicators.items():
        found |= {f"judged_indicator_{no}": indicator.outcome.code, f"basis_{no}": indicator.basis.code}
    return found


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("form", ["csv", "no-reasons", "parquet", "xlsx"])
def test_every_form_has_the_second_reading(tmp_path: Path, bundled: Library, form: str, source: str) -> None:
    path, out = tmp_path / f"in.{source}", tmp_path / f"out.{form.replace('no-reasons', 'csv')}"
    table = list(csv.DictReader(TOGETHER.splitlines(), delimiter=";"))
    if source == "csv":
        path.write_text(TOGETHER, encoding="utf-8")
    else:
        pl.DataFrame(table).write_parquet(path)
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
    more = ("--no-reasons",) if form == "no-reasons" else ()
    assert invoke("assess", path, *law, *more, "--out", out).exit_code == 3
    if form == "parquet":
        found = [{n: str(v) for n, v in row.items()} for row in pl.read_parquet(out).to_dicts()]
    elif form == "xlsx":
        head, *cells = typing.cast(typing.Any, openpyxl.load_workbook(out).active).iter_rows(values_only=True)
        found = [dict(zip(head, map(str, row), strict=True)) for row in cells]
    else:
        found = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    read = ntm.tables.read(path, bundled.facts, numbers=ruleset.facts_by_number, on_bad="mark")
    verdicts = [ntm.assess(ruleset, row.facts, row.unit, judgements=row.judgements) for row in read]
    assert [row["unit"] for row in found] == [verdict.unit for verdict in verdicts]
    for mine, verdict in zip(found, verdicts, strict=True):
        wanted = second_reading(verdict)
        if "csv" in out.name:
            wanted = {n: v for n, v in wanted.items() if not re.fullmatch(r"judged_indicator_.*|basis_[0-9.]+", n)}
        assert {n: v for n, v in mine.items() if n.startswith(("judged_", "basis_"))} == wanted
    bases = [verdict.judged.indicators["4.2"].basis.code for verdict in verdicts]
    assert bases == ["district", "open", "province", "open"]
    assert verdicts[0].judged.indicators["17.2"].outcome is Outcome.NOT_APPLICABLE


def test_what_says_nothing_of_a_body_is_said_of_the_one_that_judged(
    tmp_path: Path, bundled: Library, ruleset: Ruleset
) -> None:
    (found,) = rows(
        tmp_path, bundled, ruleset, "Mã xã;4.2 [thẩm tra];4.2 [ngày];4.2 [văn bản]", "06001;đạt;20/05/2024;12/BC"
    )
    assert found.judgements == (Judgement("4.2", "met", "district", date="2024-05-20", document="12/BC"),)
    with pytest.raises(ntm.TableError, match=r"`4.2 \[ngày\]` does not say of whose"):
        rows(tmp_path, bundled, ruleset, "Mã xã;4.2 [thẩm tra];4.2 [thẩm định];4.2 [ngày]", "06001;đạt;đạt;20/05/2024")


def test_without_columns_of_judgements_there_is_one_reading(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("Mã xã;income_per_capita\n06001;50\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--format", "csv")
    assert "judged" not in run("assess", path, *law)
    assert "judged" not in run("assess", path, *law, "--no-reasons")


def test_a_number_that_the_set_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "xã.csv"
    path.write_text("Mã xã;4.9\n06001;đạt\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02")
    for more in ((), ("--format", "csv", "--no-reasons")):
        assert "the set has no number `4.9`" in run("assess", str(path), *law, *more, code=2)


def test_the_rest_that_is_kept_leaves_judgements_out(tmp_path: Path) -> None:
    path = tmp_path / "xã.csv"
    path.write_text("Mã xã;4.2;ghi chú\n06001;đạt;a\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--format", "jsonl")
    found = run("assess", str(path), *law, "--keep-rest")
    assert '"judgements":[{"no":"4.2"' in found
    assert '"kept":{"ghi chú":"a"}' in found
