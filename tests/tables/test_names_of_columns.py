"""Names of columns: units in brackets, the column that names the unit, row numbers; and names of provinces."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import invoke
from ntm_rules import NotInForce, TableError, UnknownName
from ntm_rules.model.facts import Fact, FactType, Measure
from ntm_rules.model.measured import Unit
from ntm_rules.model.text import Text
from ntm_rules.tables.header import header_of
from tables.test_cells import FACTS as CELLS
from tables.test_cells import TCVN3, VNI, encoded
from tables.test_files_in import KINDS, written
from vietnamese import english, in_vietnamese

FACTS = {
    **CELLS,
    "men": Fact("men", FactType.PERCENT, Text("Tỷ lệ lao động (nam)", "Men"), Measure("percent", Text("%", "%"))),
}
INCOME = "Thu nhập bình quân đầu người"


def read(path: Path, **options: Any) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The units of a file with their facts, and the notes."""
    with pytest.warns(ntm.tables.TableNote) as caught:  # in none of these files is nothing to note
        units = list(ntm.tables.read(path, FACTS, **options))
    notes = [warning.message.diagnostic for warning in caught if isinstance(warning.message, ntm.tables.TableNote)]
    assert not any(english(note.message_in("vi") + note.hint_in("vi")) for note in notes)
    return {unit.unit: {**unit.facts, **unit.kept} for unit in units}, [note.message for note in notes]


def one(folder: Path, name: str, value: object, kind: str = ".csv", unit: str = "unit") -> dict[str, Any]:
    """The facts of a file with one unit."""
    path = written(folder, kind, [["A", value]], [unit, name])
    (found,) = ntm.tables.read(path, FACTS)
    return dict(found.facts)


def refused(folder: Path, name: str, **options: Any) -> str:
    path = written(folder, ".csv", [["A", "1"]], ["unit", name])
    with pytest.raises(TableError) as caught:
        list(ntm.tables.read(path, FACTS, **options))
    in_vietnamese(caught.value)
    return str(caught.value)


# -- units in brackets -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        (f"{INCOME} (triệu đồng/người/năm)", "income"),
        (f"{INCOME} (Triệu đồng)", "income"),
        (f"{INCOME}(tr.đ/người)", "income"),
        (f"{INCOME.upper()} [ĐVT: triệu đồng]", "income"),
        (f"{INCOME} (đơn vị tính: triệu đồng/năm)", "income"),
        ("income (triệu)", "income"),
        ("Tỷ lệ hộ dùng nước sạch (%)", "water"),
        ("Tỷ lệ hộ dùng nước sạch (phần trăm)", "water"),
        ("Đất cây xanh (m2/người)", "green"),
        ("Số hộ (hộ)", "households"),
        ("Tỷ lệ lao động (nam)", "men"),
        ("Tỷ lệ lao động (nam) (%)", "men"),
    ],
)
def test_a_title_with_its_own_unit_is_that_fact(tmp_path: Path, name: str, fact: str) -> None:
    assert one(tmp_path, name, "43,2") == {fact: Decimal("43.2")}


def test_a_fact_without_a_unit_may_have_its_values_in_brackets(tmp_path: Path) -> None:
    for name in ("Có quy hoạch (đạt/chưa đạt)", "Có quy hoạch (Đ, CĐ)", "Có quy hoạch (có hoặc không)"):
        assert one(tmp_path, name, "Đ") == {"plan": True}
    assert one(tmp_path, "Mức độ (0/1/2/3)", "2") == {"level": "2"}


@pytest.mark.parametrize(
    ("unit", "power"),
    [
        *(("nghìn đồng", -3), ("ngàn đồng/người/năm", -3), ("1.000 đồng", -3), ("1000đ", -3)),
        *(("đồng", -6), ("VNĐ", -6), ("tỷ đồng", 3)),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_figures_in_a_power_of_ten_are_converted_exactly_and_noted(
    tmp_path: Path, unit: str, power: int, kind: str
) -> None:
    name = f"{INCOME} ({unit})"
    path = written(tmp_path, kind, [["A", 43254.5], ["B", 51000.0], ["C", None]], ["unit", name])
    found, notes = read(path)
    tens = Decimal(10) ** power
    assert found == {"A": {"income": Decimal("43254.5") * tens}, "B": {"income": 51000 * tens}, "C": {}}
    factor = f"{'multiplied' if power > 0 else 'divided'} by {10 ** abs(power)}"
    to = "triệu đồng/người/năm"
    assert notes == [f"the column `{name}`: figures were converted from `{unit}` to `{to}` ({factor})"]


def test_annotated_figures_are_converted_and_kept_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "u.json"
    name = f"{INCOME} (nghìn đồng)"
    path.write_text(f'[{{"unit": "A", "{name}": {{"value": 43200, "by": "self"}}}}]', encoding="utf-8")
    found, _ = read(path, keep=[name])
    assert found["A"]["income"] == {"value": Decimal("43.2"), "by": "self"}
    assert "43200" in found["A"][name]


def test_a_cell_may_have_the_unit_of_its_column_and_no_other(tmp_path: Path) -> None:
    name = f"{INCOME} (nghìn đồng)"
    found, _ = read(written(tmp_path, ".csv", [["A", "43.200,5 nghìn"]], ["unit", name]))
    assert found == {"A": {"income": Decimal("43.2005")}}
    path = written(tmp_path, ".csv", [["A", "43,2 triệu"]], ["unit", name])
    with pytest.raises(ntm.FactError, match="expected a number in `nghìn đồng`, not in `triệu`"), pytest.warns():
        list(ntm.tables.read(path, FACTS))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{INCOME} (USD)", "figures in `USD` cannot be converted to `triệu đồng/người/năm`, the unit of the fact"),
        (f"{INCOME} (triệu đồng/tháng)", "figures in `triệu đồng/tháng` cannot be converted"),
        (f"{INCOME} (năm 2024)", "figures in `năm 2024` cannot be converted"),
        ("Nợ (triệu đồng/năm)", "cannot be converted to `triệu đồng`, the unit of the fact `debt`"),
        ("Tỷ lệ hộ dùng nước sạch (hộ)", "figures in `hộ` cannot be converted to `%`"),
        ("Tỷ lệ hộ dùng nước sạch (‰)", "figures in `‰` cannot be converted to `%`"),
        ("Có quy hoạch (ngày)", "the fact `plan` has no unit, and `ngày` is no value of it"),
        ("Số không đơn vị (hộ)", "the fact `bare` has no unit, and `hộ` is no value of it"),
        ("Thu nhập bình quân mỗi người (triệu đồng)", f"did you mean `{INCOME}`?"),
    ],
)
def test_another_unit_is_an_error_that_names_both(tmp_path: Path, name: str, words: str) -> None:
    assert words in refused(tmp_path, name)


def test_a_column_in_another_unit_may_be_kept(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "1"]], ["unit", f"{INCOME} (USD)"])
    (found,) = ntm.tables.read(path, FACTS, keep=[f"{INCOME} (USD)"])
    assert (dict(found.facts), dict(found.kept)) == ({}, {f"{INCOME} (USD)": "1"})


def test_one_fact_in_two_units_is_twice(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "1", "1"]], ["unit", INCOME, f"{INCOME} (đồng)"])
    with pytest.raises(TableError, match="there twice, also as"):
        list(ntm.tables.read(path, FACTS))


def test_a_header_of_units_is_known_and_not_among_the_rest(tmp_path: Path) -> None:
    head = ["Mã xã", f"{INCOME} (nghìn đồng)", f"{INCOME} (USD)", "Ghi chú"]
    path = written(tmp_path, ".csv", [["A", "1", "1", ""]], head)
    assert header_of(path, FACTS).rest == ("Ghi chú",)


UNITS = st.sampled_from(["đồng", "nghìn đồng", "1.000 đồng", "triệu đồng", "tr.đ", "tỷ", "tỷ đồng", "VND"])


@given(UNITS, UNITS, UNITS)
def test_powers_add_up(first: str, second: str, third: str) -> None:
    a, b, c = (Unit.of(text) for text in (first, second, third))
    assert (a.power_to(b) or 0) + (b.power_to(c) or 0) == a.power_to(c)
    assert a.power_to(Unit.of("hộ")) is None


@pytest.mark.parametrize("kind", [".csv", ".parquet", ".xlsx"])
def test_all_ways_of_assessing_convert_alike(tmp_path: Path, kind: str) -> None:
    rows: list[list[Any]] = [["A", 43254.5], ["B", 51000.0], ["C", None]]
    alone = written(tmp_path, ".csv", [["A", "43,2545"], ["B", "51"], ["C", None]], ["unit", "income_per_capita"])
    path = written(tmp_path, kind, rows, ["unit", f"{INCOME} (nghìn đồng)"])
    for reasons in ("--no-reasons", "--reasons"):
        done = invoke("assess", path, *LAW, "--format", "csv", reasons)
        assert done.stdout == invoke("assess", alone, *LAW, "--format", "csv", reasons).stdout
        assert done.stderr.count("table.converted") == 1


# -- the unit ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *(
            "unit",
            "code",
            "mã",
            "Mã xã",
            "MÃ XÃ",
            "ma_xa",
            "Mã đơn vị",
            "Mã \u00d0VHC",
            "xã",
            "Xã/phường",
            "Xã, phường",
        ),
        *("Đơn vị", "Tên xã", "Tên xã, phường", "Tên đơn vị", "Đơn vị hành chính", "ten_don_vi"),
    ],
)
def test_the_column_that_names_the_unit(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, "income", "1", unit=name) == {"income": 1}


def test_codes_go_before_names_and_the_others_are_passed_over(tmp_path: Path) -> None:
    head = ["STT", "Tên xã", "Mã xã", "income"]
    path = written(tmp_path, ".csv", [["1", "Xã Một", "06001", "1"], ["2", "Xã Hai", "06002", "2"]], head)
    found, notes = read(path)
    assert found == {"06001": {"income": 1}, "06002": {"income": 2}}
    assert notes == [
        "the column `STT` numbers the rows and was passed over",
        "the column `Tên xã` was passed over: units are named by the column `Mã xã`",
    ]
    found, notes = read(path, unit_column="Tên xã", keep=["STT"])
    assert found == {"Xã Một": {"income": 1, "STT": "1"}, "Xã Hai": {"income": 2, "STT": "2"}}
    assert notes == ["the column `Mã xã` was passed over: units are named by the column `Tên xã`"]


@pytest.mark.parametrize("name", ["STT", "TT", "Stt", "Số TT", "Số thứ tự"])
def test_row_numbers_are_no_units(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, ".csv", [["1", "1"]], [name, "income"])
    with pytest.raises(TableError, match="no column names the unit"), pytest.warns():
        list(ntm.tables.read(path, FACTS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_is_passed_over_with_one_note(tmp_path: Path, kind: str) -> None:
    found, notes = read(written(tmp_path, kind, [[1, "A", 1], [2, "B", 2]], ["TT", "unit", "income"]))
    assert (list(found), notes) == (["A", "B"], ["the column `TT` numbers the rows and was passed over"])


# -- old fonts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("font", "name"), [(TCVN3, INCOME), (VNI, INCOME), (VNI, "Đơn vị"), (TCVN3, "Tên huyện")])
def test_names_in_old_fonts_are_one_error(tmp_path: Path, font: Any, name: str) -> None:
    title, letters = font
    found = refused(tmp_path, encoded(name, letters))
    assert f"is in {title} and says `{name}`" in found
    assert found.count("error[") == 1


# -- provinces ---------------------------------------------------------------------------------

LIBRARY = ntm.Library.bundled()


@pytest.mark.parametrize(
    ("name", "province"),
    [
        *((name, "lang-son") for name in ("Tỉnh Lạng Sơn", "tinh lang son", "langson", "LẠNG SƠN", "Tỉnh  Lạng Sơn")),
        *((name, "ha-noi") for name in ("Thành phố Hà Nội", "TP. Hà Nội", "TP Hà Nội", "tp.hà nội", "hanoi")),
        *((name, "tp-ho-chi-minh") for name in ("Hồ Chí Minh", "Thành phố Hồ Chí Minh", "TP.Hồ Chí Minh", "hochiminh")),
        *((name, "dak-lak") for name in ("Đắc Lắc", "Đăk Lăk", "Đắk Lắk", "Daklak", "Tỉnh Đắc Lắk")),
        *((name, "bac-kan") for name in ("Bắc Cạn", "Bắc Kạn", "Tỉnh Bắc Kạn")),
        ("Bà Rịa Vũng Tàu", "ba-ria-vung-tau"),
        ("Tỉnh Thừa Thiên - Huế", "thua-thien-hue"),
    ],
)
def test_names_of_provinces(name: str, province: str) -> None:
    assert LIBRARY.registry.resolve(name) == province


def test_every_province_is_found_by_every_form_of_its_name() -> None:
    for found in LIBRARY.registry.provinces:
        for form in ("{}", "Tỉnh {}", "Thành phố {}", "TP. {}"):
            for title in (found.title.vi, found.title.en, found.title.vi.replace(" ", "")):
                assert LIBRARY.registry.resolve(form.format(title.removeprefix("TP."))) == found.id


@pytest.mark.parametrize("name", ["20", "VN-09", "Tỉnh", "TP.", "Lạng", "tỉnh Lạng", "Bắc", ""])
def test_what_is_no_province(name: str) -> None:
    with pytest.raises((UnknownName, ValueError)):
        LIBRARY.registry.resolve(name)


def test_a_province_before_its_time_names_what_there_was() -> None:
    with pytest.raises(NotInForce, match=r"does not exist on 2024-07-02 yet\n.*there is `thua-thien-hue`") as caught:
        LIBRARY.compose("commune/ntm", on=dt.date(2024, 7, 2), province="Huế")
    in_vietnamese(caught.value)
