"""Workbooks to fill in: what they ask, what they allow, and that they are read back without loss."""

import datetime as dt
import io
import json
import random
import typing
import warnings
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from attrs import evolve
from hypothesis import given

import libreoffice
import ntm_rules as ntm
from command_line import run
from forms import FORM, TABLE, Filled, answers, fill, form_cells, givable, names, table_cells
from ntm_rules import Judgement, Library, Outcome, Ruleset
from ntm_rules.check.compositions import sets
from ntm_rules.cli.columns import columns_known
from ntm_rules.reports.questions import parts_of
from property.strategies import made_facts, rulesets

ON = dt.date(2024, 7, 2)
LAW = ("--on", "2024-07-02", "--province", "lang-son")
DECIDED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def drawn(ruleset: Ruleset, seed: int, unit: str) -> Filled:
    """A made-up unit with gaps, and judgements on some numbers."""
    chance = random.Random(seed)
    facts = made_facts(ruleset, chance.choice, 4)
    judgements = tuple(
        Judgement(no, outcome, note="không có làng nghề" if outcome is Outcome.NOT_APPLICABLE else None)
        for no in ruleset.facts_by_number
        if chance.random() < 0.3
        for outcome in [chance.choice(DECIDED)]
    )
    return Filled(unit, facts, judgements)


def plain(ruleset: Ruleset, facts: Mapping[str, typing.Any]) -> dict[str, object]:
    """Facts with their figures in the 15 digits that a workbook holds."""
    kinds = givable(ruleset)
    return {n: float(format(float(v), ".15g")) if kinds[n].type.numeric else v for n, v in facts.items()}


def read_back(library: Library, ruleset: Ruleset, path: Path, units: list[Filled], sheet: str | None) -> None:
    """The file gives the same units, facts, judgements and verdicts."""
    known, numbers = columns_known(library, ruleset), ruleset.facts_by_number
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.tables.TableNote)  # it is told which rows stand above
        found = list(ntm.tables.read(path, known, numbers=numbers, sheet=sheet))
    assert [row.unit for row in found] == [unit.unit for unit in units]
    for row, unit in zip(found, units, strict=True):
        assert plain(ruleset, row.facts) == plain(ruleset, unit.facts)
        assert set(row.judgements) == set(unit.judgements)
        before = ntm.assess(ruleset, plain(ruleset, unit.facts), unit=unit.unit, judgements=unit.judgements)
        after = ntm.assess(ruleset, row.facts, unit=row.unit, judgements=row.judgements)
        assert json.loads(after.to_json()) == json.loads(before.to_json())


def are_read_back(library: Library, ruleset: Ruleset, path: Path, fill: typing.Callable[..., None] = fill) -> None:
    """Both sheets are filled in, and read."""
    units = [drawn(ruleset, seed, f"0{seed}") for seed in range(2)]
    ntm.reports.write_template(path, ruleset, names=[unit.unit for unit in units], judgements=True, about=["Xã"])
    book = openpyxl.load_workbook(path)
    cells = {TABLE: table_cells(book, ruleset, units), FORM: form_cells(book, ruleset, units[0])}
    fill(path, {sheet: dict(found) for sheet, found in cells.items()})
    read_back(library, ruleset, path, units, None)
    read_back(library, ruleset, path, units[:1], FORM)


SETS = [("commune/ntm", ON), ("commune/kieu-mau", ON), ("commune/ntm", dt.date(2026, 10, 1))]


@pytest.mark.parametrize(("name", "on"), SETS)
def test_forms_are_read_back(bundled: Library, tmp_path: Path, name: str, on: dt.date) -> None:
    are_read_back(bundled, bundled.compose(name, on=on, province="lang-son"), tmp_path / "biểu.xlsx")


def test_the_form_is_read_where_no_units_are_named(bundled: Library, tmp_path: Path) -> None:
    ruleset, path = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1)), tmp_path / "biểu.xlsx"
    ntm.reports.write_template(path, ruleset)
    with pytest.raises(ntm.TableError, match="--unit-name"):
        read_back(bundled, ruleset, path, [], None)
    unit = Filled("Xã Cao Lâu", {"commune_group": "NHOM2"})
    fill(path, {FORM: dict(form_cells(openpyxl.load_workbook(path), ruleset, unit))})
    read_back(bundled, ruleset, path, [unit], None)


def test_rows_of_a_form_that_say_nothing_known(bundled: Library, tmp_path: Path) -> None:
    ruleset, path = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1)), tmp_path / "biểu.xlsx"
    ntm.reports.write_template(path, ruleset, names=["Xã A"], judgements=True)
    made = openpyxl.load_workbook(path)
    sheet = made[FORM]
    head = next(row for row in sheet.iter_rows() if row[0].value == "TT")[0].row
    sheet.cell(head + 2, 6).value, sheet.cell(head + 2, 10).value = "Có", "no_such_fact"
    sheet.cell(head + 3, 7).value = "Đạt"
    made.save(path)
    with pytest.raises(ntm.TableError) as caught:
        read_back(bundled, ruleset, path, [], None)
    told = [str(diagnostic.message) for diagnostic in caught.value.diagnostics]
    assert told == [
        f"row {head + 2}: no fact has the id `no_such_fact`",
        f"row {head + 3} has a result and no number of a criterion or indicator",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bundled", "fiction"])
def test_every_set_is_read_back(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    library = request.getfixturevalue(name)
    for tier, period, province in sets(library):
        ruleset = library.compose(tier, on=ON, period=period, territory=province)
        are_read_back(library, ruleset, tmp_path / "biểu.xlsx")


@pytest.mark.slow
def test_filled_in_libreoffice(bundled: Library, ruleset: Ruleset, tmp_path: Path) -> None:
    """A script fills in the sheets there; they are saved as LibreOffice saves them, and read back."""
    path = tmp_path / "biểu.xlsx"
    are_read_back(bundled, ruleset, path, libreoffice.fill)
    kept = openpyxl.load_workbook(path)
    assert kept.properties.creator != "openpyxl"
    assert kept[TABLE].protection.sheet
    assert kept["Danh mục"].sheet_state == "hidden"


# -- what the sheets look like -----------------------------------------------------------------


@pytest.fixture(scope="module")
def book(ruleset: Ruleset) -> typing.Any:
    return written(ruleset, names={"06196": "Cao Lâu", "06199": "=1+1"}, judgements=True)


def written(ruleset: Ruleset, **options: typing.Any) -> typing.Any:
    file = io.BytesIO()
    ntm.reports.write_template(file, ruleset, **options)
    return openpyxl.load_workbook(file)


def column(book: typing.Any, sheet: str, head: str) -> str:
    """The letter of the column of a name, in whichever row the names are."""
    cells = (cell for row in book[sheet].iter_rows() for cell in row)
    return str(next(cell.column_letter for cell in cells if cell.value == head))


def rule_of(book: typing.Any, sheet: str, cell: str) -> typing.Any:
    return next(rule for rule in book[sheet].data_validations.dataValidation if cell in rule.sqref)


def test_every_fact_is_asked_for_once_in_each_sheet(bundled: Library, book: typing.Any, ruleset: Ruleset) -> None:
    heads = [cell.value for cell in book[TABLE][1]]
    ids = [cell.value for cell in book[FORM][column(book, FORM, "Mã số liệu")]]
    for name, fact in givable(ruleset).items():
        assert sum(head in names(fact) for head in heads) == 1, name
        assert ids.count(name) == 1, name


@given(rulesets())
def test_every_fact_of_a_generated_set_is_asked_for_once(ruleset: Ruleset) -> None:
    asked = [question.fact.id for part in parts_of(ruleset) for question in part.questions]
    assert sorted(asked) == sorted(givable(ruleset))


def test_facts_come_in_the_order_of_the_decision(book: typing.Any, ruleset: Ruleset) -> None:
    """Parts and wholes stand behind their share, what picks a column before all criteria."""
    ids = [cell.value for cell in book[FORM][column(book, FORM, "Mã số liệu")] if cell.value]
    first = ["registered_power_share", "registered_power_households", "households"]
    assert ids[(place := ids.index(first[0])) : place + 3] == first
    assert ids.index("special_commune") < ids.index("commune_roads_paved_share") < ids.index("income_per_capita")
    assert ids.index("craft_village") + 1 == ids.index("craft_village_plan")
    compared = [name for name in ids if name in ruleset.numbers_by_fact]
    printed = [indicator.no for criterion in ruleset.criteria for indicator in criterion.indicators]
    assert compared == sorted(compared, key=lambda name: printed.index(ruleset.numbers_by_fact[name][0]))


def test_what_a_row_of_the_form_says(book: typing.Any) -> None:
    sheet = book[FORM]
    row = next(cell.row for cell in sheet[column(book, FORM, "Mã số liệu")] if cell.value == "registered_power_share")
    found = [cell.value for cell in sheet[row]]
    assert found[0] == "4.2"
    assert found[2] == "cần từ 95% (Trung du miền núi phía Bắc)"
    assert found[4] == "%"
    assert "Số hộ đăng ký trực tiếp" in found[8]
    assert "Cơ quan cung cấp: Ngành công thương" in found[8]
    assert sheet.row_dimensions[row].height >= 3 * 15
    assert (sheet.cell(row + 1, 4).alignment.indent, sheet.cell(row, 4).alignment.indent) == (1, 0)


def test_only_what_is_to_be_filled_in_can_be_changed(book: typing.Any) -> None:
    for sheet in (book[TABLE], book[FORM]):
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.value is None or cell.protection.locked
    judged = [row[6].protection.locked for row in book[FORM].iter_rows(min_row=5) if row[0].value == "4.2"]
    assert judged == [False, True, True], "a judgement is asked for once"
    general = next(row for row in book[FORM].iter_rows() if row[1].value == "Thông tin chung")
    assert all(cell.protection.locked for cell in general)
    assert book.sheetnames == [TABLE, FORM, "Danh mục"]
    assert book["Danh mục"].sheet_state == "hidden"


def test_what_is_allowed_in_a_cell(book: typing.Any) -> None:
    share = rule_of(book, TABLE, f"{column(book, TABLE, 'Tỷ lệ hộ có nhà ở kiên cố hoặc bán kiên cố (%)')}3")
    assert (share.type, share.formula1, share.formula2) == ("decimal", "0", "100")
    assert share.error == "Ô này ghi một số từ 0 đến 100; để trống nếu chưa có số liệu."
    count = rule_of(book, TABLE, f"{column(book, TABLE, 'Tổng số hộ (hộ)')}3")
    assert (count.type, count.formula1) == ("whole", "0")
    listed = answers(book, TABLE)
    assert listed[f"{column(book, TABLE, 'Mức độ xóa mù chữ')}3"] == ["0", "1", "2", "3"]
    assert listed[f"{column(book, TABLE, 'Xã thuộc huyện đảo')}2"] == ["Có", "Không"]
    assert listed[f"{column(book, TABLE, 'Chỉ tiêu 17.10')}2"] == ["Đạt", "Chưa đạt", "Không áp dụng"]


def test_the_unit_of_the_form_is_one_of_those_named(book: typing.Any) -> None:
    assert answers(book, FORM)["B2"] == ["06196", "06199"]


def test_texts_are_texts_whatever_they_begin_with(ruleset: Ruleset, book: typing.Any) -> None:
    assert (book[TABLE]["A2"].value, book[TABLE]["A2"].data_type) == ("06196", "s")
    assert (book[TABLE]["B3"].value, book[TABLE]["B3"].data_type) == ("=1+1", "s")


def test_it_is_printed_on_landscape_pages_with_its_names_on_each(book: typing.Any) -> None:
    for sheet in (book[TABLE], book[FORM]):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows is not None
        assert sheet.freeze_panes is not None
    assert book[TABLE].print_title_cols == "$A:$B"
    assert book[FORM].page_setup.fitToHeight == 0


def test_without_units_or_judgements(ruleset: Ruleset) -> None:
    made = written(ruleset)
    assert made.sheetnames[0] == FORM
    assert not made[FORM]["B2"].protection.locked
    assert not made[TABLE]["A2"].protection.locked
    assert made[TABLE]["B1"].value != "Tên đơn vị"
    assert not any("tiêu 4.2" in str(cell.value) for cell in made[TABLE][1])
    assert "Đánh giá" not in [cell.value for row in made[FORM].iter_rows() for cell in row]


def test_a_criterion_that_is_one_indicator_has_one_row(bundled: Library) -> None:
    made = written(bundled.compose("commune/ntm", on=dt.date(2026, 10, 1)), judgements=True)
    rows = {row[0].value: row for row in made[FORM].iter_rows(min_row=4) if row[0].value}
    numbered = [cell.value for cell in made[FORM]["A"] if cell.value in rows and str(cell.value).isdigit()]
    assert numbered == [str(number) for number in range(1, 11)]
    assert rows["1"][1].value == "Quy hoạch: (chưa có danh mục chỉ tiêu)"
    assert "Quy hoạch" not in [cell.value for cell in made[FORM]["B"]]


def test_a_number_of_a_criterion_and_an_indicator_is_the_indicator(bundled: Library) -> None:
    made = written(bundled.compose("commune/ntm", on=dt.date(2017, 10, 1), territory="dak-lak"), judgements=True)
    heads = [cell.value for cell in made[TABLE][1]]
    assert "Chỉ tiêu 5" in heads
    assert "Tiêu chí 5" not in heads


def test_what_is_known_of_a_fact_is_its_help(bundled: Library, ruleset: Ruleset, book: typing.Any) -> None:
    help_of = {row[-1].value: row[-2].value for row in book[FORM].iter_rows() if row[-1].value}
    known = [fact for fact in ruleset.inputs().values() if fact.told]
    assert known
    for fact in known:
        assert all(told.text.vi in help_of[fact.id] for told in fact.told.values())


def test_a_group_that_may_be_stated(bundled: Library) -> None:
    made = written(bundled.compose("commune/ntm", on=dt.date(2026, 10, 1)))
    assert answers(made, TABLE)[f"{column(made, TABLE, 'Nhóm xã')}2"] == ["Nhóm 1", "Nhóm 2", "Nhóm 3"]
    row = next(row for row in made[FORM].iter_rows() if row[-1].value == "commune_group")
    assert row[-2].value.startswith("Để trống nếu chưa có kết quả phân loại")


def test_what_sets_beside_ask_comes_behind(fiction: Library) -> None:
    """An exemplary commune has to meet the advanced set, which asks for the basic one; numbers are those of the set."""
    ruleset = fiction.compose("commune/kieu-mau", on=ON)
    made = written(ruleset, judgements=True)
    titles = [cell.value for cell in made[FORM]["B"]]
    headings = ("Bộ tiêu chí mẫu nâng cao (hư cấu)", "Bộ tiêu chí mẫu (hư cấu)")
    assert titles.index(headings[0]) < titles.index(headings[1])
    below = list(made[FORM].iter_rows(min_row=titles.index(headings[0]) + 1))
    assert all(not row[0].value for row in below)
    assert any(str(row[1].value).startswith("7. ") for row in below)


def test_a_grade_adds_no_lines_to_what_the_set_asks(fiction: Library) -> None:
    ruleset = fiction.compose("commune/cham-diem", on=ON)
    assert ruleset.grades
    with_grade, without = (written(r)[FORM]["C"] for r in (ruleset, evolve(ruleset, grades=())))
    assert [cell.value for cell in with_grade] == [cell.value for cell in without]


def test_answers_that_look_alike_are_named_by_what_they_mean(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1))
    title = ntm.law.Text("như nhau", "alike")
    alike = [evolve(f, value_titles=dict.fromkeys(f.values, title)) if f.values else f for f in ruleset.facts]
    made = written(evolve(ruleset, facts=tuple(alike)))
    place = f"{column(made, TABLE, 'Khu vực thuộc vùng đồng bào dân tộc thiểu số và miền núi')}2"
    assert answers(made, TABLE)[place] == list(ruleset.fact_by_id["area_class"].values)


def test_a_title_is_no_code_of_a_header(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1))
    made = written(evolve(ruleset, title=ntm.law.Text("=A1 & B&P", "")))
    assert made[FORM]["A1"].value == "=A1 & B&P"
    assert made[FORM]["A1"].data_type == "s"
    assert "A1 && B&&P" in made[FORM].oddHeader.left.text


def test_a_row_is_no_higher_than_excel_has_it(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2026, 10, 1))
    long = ntm.law.Text("dài " * 300, "long")
    made = written(evolve(ruleset, criteria=tuple(evolve(criterion, title=long) for criterion in ruleset.criteria)))
    assert max(row.height or 0 for row in made[FORM].row_dimensions.values()) <= 409


def test_more_than_a_sheet_holds(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_rules.reports.workbook.MAX_ROWS", 3)
    written(ruleset, names=["A", "B"])
    with pytest.raises(ntm.TableError, match="2 rows"):
        written(ruleset, names=["A", "B", "C"])
    monkeypatch.setattr("ntm_rules.reports.workbook.MAX_COLUMNS", 100)
    with pytest.raises(ntm.TableError, match="100"):
        written(ruleset)


def test_little_is_told_of_a_form_that_says_everything_itself(ruleset: Ruleset, tmp_path: Path) -> None:
    path = tmp_path / "biểu.xlsx"
    ntm.reports.write_template(path, ruleset, names=["Xã A"], judgements=True)
    with pytest.warns(ntm.tables.TableNote) as told:
        list(ntm.tables.read(path, {**ruleset.inputs()}, numbers=ruleset.facts_by_number))
    assert len(told) == 2, "what stands above the columns, and whose form it is"


def test_a_unit_without_a_name(ruleset: Ruleset) -> None:
    with pytest.raises(ntm.BadArgument, match="unit"):
        ntm.reports.write_template(io.BytesIO(), ruleset, names=[" "])


# -- the command ---------------------------------------------------------------------------------


def test_the_units_of_a_file(tmp_path: Path) -> None:
    units = tmp_path / "xa.csv"
    units.write_text(
        "STT;Mã xã;Tên xã;Huyện;Dân số\n1;06196;Cao Lâu;Cao Lộc;3 nghìn\n2;06199;Thanh Lòa;Cao Lộc;\n", "utf-8"
    )
    out = tmp_path / "biểu.xlsx"
    run("template", "commune/ntm", *LAW, "--units", units, "--judgements", "--out", out)
    made = openpyxl.load_workbook(out)
    assert [[cell.value for cell in row[:2]] for row in made[TABLE].iter_rows(min_row=2)] == [
        ["06196", "Cao Lâu"],
        ["06199", "Thanh Lòa"],
    ]
    assert "Lạng Sơn" in made[FORM]["A2"].value
    assert {row.unit for row in ntm.tables.read(out, {}, keep=[c.value for c in made[TABLE][1]])} == {"06196", "06199"}


def test_a_form_is_an_excel_file(tmp_path: Path) -> None:
    for out in ("-", tmp_path / "biểu.csv"):
        assert ".xlsx" in run("template", "commune/ntm", *LAW, "--out", out, code=2)
    units = tmp_path / "xa.xlsx"
    units.write_bytes(b"")
    assert "it would be lost" in run("template", "commune/ntm", *LAW, "--units", units, "--out", units, code=2)


def test_codes_that_are_numbers_of_a_sheet(tmp_path: Path) -> None:
    units, out = tmp_path / "xa.xlsx", tmp_path / "biểu.xlsx"
    kept = openpyxl.Workbook()
    kept.active["A1"] = "Bìa"
    sheet = kept.create_sheet("Xã")
    for row in (("Mã xã",), (6196,), (6199,)):
        sheet.append(row)
    kept.save(units)
    run("template", "commune/ntm", *LAW, "--units", units, "--sheet", "Xã", "--unit-width", 5, "--out", out)
    assert [cell.value for cell in openpyxl.load_workbook(out)[TABLE]["A"]] == ["Đơn vị", "06196", "06199"]
