"""Cells as people fill them in: each is read in the one way it can be meant, is missing, or is refused with advice."""

import datetime as dt
import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules import FactError
from ntm_rules.model.facts import Fact, FactType, Measure, RatioOf
from ntm_rules.model.text import Text
from ntm_rules.tables.amounts import BadCell, shifted
from ntm_rules.tables.cells import reader_of
from ntm_rules.tables.legacy import _TCVN3, _vni, readings
from ntm_rules.tables.words import _FLAGS, _HALFWAY, _NONE, _UNKNOWN
from vietnamese import in_vietnamese

INCOME = Measure("million-vnd-per-person-year", Text("triệu đồng/người/năm", "million VND/person/year"))
FACTS = {
    fact.id: fact
    for fact in (
        Fact("plan", FactType.BOOLEAN, Text("Có quy hoạch", "Plan")),
        Fact("income", FactType.NUMBER, Text("Thu nhập bình quân đầu người", "Income"), INCOME),
        Fact("debt", FactType.NUMBER, Text("Nợ", "Debt"), Measure("million-vnd", Text("triệu đồng", "million VND"))),
        Fact("water", FactType.PERCENT, Text("Tỷ lệ hộ dùng nước sạch", "Water"), ratio=RatioOf("hộ_nước", "hộ")),
        Fact("share", FactType.PERCENT, Text("Tỷ lệ", "Share"), Measure("percent", Text("%", "%"))),
        Fact("green", FactType.NUMBER, Text("Đất cây xanh", "Green"), Measure("m2", Text("m²/người", "m²/person"))),
        Fact(
            "households", FactType.COUNT, Text("Số hộ", "Households"), Measure("households", Text("hộ", "households"))
        ),
        Fact("bare", FactType.NUMBER, Text("Số không đơn vị", "Bare")),
        Fact("level", FactType.ORDINAL, Text("Mức độ", "Level"), values=("0", "1", "2", "3")),
        Fact("class", FactType.ORDINAL, Text("Bến xe", "Station"), values=("chua-dat", "II", "I")),
        Fact(
            "region",
            FactType.CATEGORY,
            Text("Vùng", "Region"),
            values=("N", "S"),
            value_titles={"N": Text("Trung du miền núi phía Bắc", "North"), "S": Text("Tây Nguyên", "Highlands")},
        ),
    )
}


def cell(folder: Path, fact: str, text: object, **options: Any) -> object:
    """What a cell of a file is read as; None where it is missing. Errors are said in both languages."""
    path = folder / "cell.json"
    path.write_text(json.dumps([{"unit": "A", fact: text}]))
    try:
        return next(ntm.tables.read(path, FACTS, **options)).facts.get(fact)
    except FactError as error:
        in_vietnamese(error)
        raise


def refused(folder: Path, fact: str, text: object, **options: Any) -> str:
    with pytest.raises(FactError) as caught:
        cell(folder, fact, text, **options)
    return str(caught.value)


# -- yes and no --------------------------------------------------------------------------------

YES = (
    *("đạt", "Đạt ", "ĐẠT", "Đạt.", "đ", "Đ", "\u00d0", "\u00d0ạt", "\u00f0ạt", "Đạt chuẩn", "dat", "DAT", "dat chuan"),
    *("có", "Có", "co", "CO", "x", "X", "v", "V", "✓", "✔", "√", "☑", "1", "1.0", "1,0", "true", "TRUE", "yes"),
)
NO = (
    *("chưa đạt", "Chưa  đạt", "CHƯA ĐẠT.", "không đạt", "cđ", "CĐ", "C\u00d0", "chua dat", "khong dat", "Chưa"),
    *("chưa đạt chuẩn", "không đạt chuẩn", "không", "khong", "Không có", "chưa có", "0", "0.0", "0,0", "false", "no"),
)
MISSING = (
    *("", " ", "\u00a0", "-", "–", "—", "−", "…", "...", "N/A", "n/a", "chưa có số liệu", "Chưa có số liệu."),
    *("không có số liệu", "KHÔNG CÓ SỐ LIỆU", "chua co so lieu", "chưa có dữ liệu", "Chưa đánh giá", "chưa xác định"),
)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("texts", "value"), [(YES, True), (NO, False), (MISSING, None)])
def test_yes_no_and_missing(tmp_path: Path, texts: tuple[str, ...], value: bool | None, form: Any) -> None:
    read = {text: cell(tmp_path, "plan", unicodedata.normalize(form, text)) for text in texts}
    assert read == dict.fromkeys(texts, value)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Không áp dụng", "leave the cell empty, the set itself says what does not apply"),
        ("khong ap dung", "leave the cell empty, the set itself says what does not apply"),
        ("cơ bản đạt", "`cơ bản đạt` does not say whether it is met: write `đạt` if all that is required is there"),
        ("Hoàn thành", "`Hoàn thành` does not say whether it is met"),
        ("đang hoàn thiện", "`đang hoàn thiện` does not say whether it is met"),
        ("K", "`K` may be `không`, `không áp dụng`: write it in full"),
        ("KĐ", "`KĐ` may be `không đạt`, `không đánh giá`: write it in full"),
        ("×", "`×` may be a mark for yes, or a cross for no"),
        ("☒", "`☒` may be a mark for yes, or a cross for no"),
    ],
)
def test_what_is_neither_yes_nor_no_comes_with_advice(tmp_path: Path, text: str, advice: str) -> None:
    found = refused(tmp_path, "plan", text)
    assert "expected yes (`đạt`" in found
    assert advice in found


@pytest.mark.parametrize(
    "text", ["d", "cd", "dát", "đat", "chưa dat", "y", "n", "2", "10", "o", "đạt 90%", "?", "x x", "."]
)
def test_other_words_are_neither(tmp_path: Path, text: str) -> None:
    assert "leave the cell empty where it is not known" in refused(tmp_path, "plan", text)


def test_no_word_has_two_meanings() -> None:
    words = [*_FLAGS, *_UNKNOWN, *_NONE, *_HALFWAY]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("text", MISSING)
def test_what_is_missing_is_missing_in_every_column(tmp_path: Path, fact: str, text: str) -> None:
    assert cell(tmp_path, fact, text) is None


@pytest.mark.parametrize("fact", FACTS)
def test_what_does_not_apply_is_an_error_in_every_column(tmp_path: Path, fact: str) -> None:
    assert "what a body decided is a judgement, not a fact" in refused(tmp_path, fact, "Không áp dụng")


# -- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("income", "43 200", "43200"),
        ("income", "1\u00a0234\u202f567", "1234567"),
        ("income", "1 234 567,8", "1234567.8"),
        ("income", "-43 200", "-43200"),
        ("income", "43,2 triệu", "43.2"),
        ("income", "43,2triệu", "43.2"),
        ("income", "43,2 tr.đ", "43.2"),
        ("income", "43,2 TRIỆU ĐỒNG", "43.2"),
        ("income", "43,2 trđ/người", "43.2"),
        ("income", "43,2 triệu đồng/người/năm", "43.2"),
        ("income", "43,2 triệu/ng/năm", "43.2"),
        ("income", "1 200 triệu", "1200"),
        ("debt", "43 triệu đồng", "43"),
        ("green", "8,5 m2/người", "8.5"),
        ("green", "8,5 m²", "8.5"),
        ("households", "1 240 hộ", "1240"),
        ("share", "82,5 %", "82.5"),
        ("share", "82,5 phần trăm", "82.5"),
        # as the groups of three say, though it is much: what is plausible is not for the reader to say
        ("income", "43.200.000", "43200000"),
        ("share", "0,825", "0.825"),
    ],
)
def test_a_number_with_its_own_unit_or_blanks_between_groups(tmp_path: Path, fact: str, text: str, value: str) -> None:
    assert str(cell(tmp_path, fact, text)) == value


@pytest.mark.parametrize(
    ("fact", "text", "unit", "other"),
    [
        ("income", "43200 nghìn", "triệu đồng/người/năm", "nghìn"),
        ("income", "43.200.000 đồng", "triệu đồng/người/năm", "đồng"),
        ("income", "3,6 triệu/tháng", "triệu đồng/người/năm", "triệu/tháng"),
        ("income", "43,2%", "triệu đồng/người/năm", "%"),
        ("debt", "43 triệu/năm", "triệu đồng", "triệu/năm"),
        ("debt", "1,2 tỷ", "triệu đồng", "tỷ"),
        ("green", "8,5 ha", "m²/người", "ha"),
        ("share", "12 hộ", "%", "hộ"),
        ("share", "82%%", "%", "%%"),
    ],
)
def test_a_number_in_another_unit_is_refused_and_both_are_named(
    tmp_path: Path, fact: str, text: str, unit: str, other: str
) -> None:
    found = refused(tmp_path, fact, text)
    assert f"expected a number in `{unit}`, not in `{other}`; convert it to `{unit}`" in found


@pytest.mark.parametrize(
    ("texts", "advice"),
    [
        (["~43", "≈ 43", "Khoảng 43", "gần 43", "43 ±"], "write the figure as it was counted"),
        (
            [*(">43", ">=43", "≥ 80%", "<5", "trên 80", "Dưới 5", "ít nhất 3"), *("80 trở lên", "80%+")],
            "write the figure that was reached",
        ),
        (["82-85", "82 – 85", "82% - 85%", "từ 82 đến 85", "82,5 đến 85 %"], "write one figure, not two ends"),
    ],
)
@pytest.mark.parametrize("fact", ["income", "share", "households"])
def test_what_is_no_single_figure_comes_with_advice(tmp_path: Path, fact: str, texts: list[str], advice: str) -> None:
    for text in texts:
        assert advice in refused(tmp_path, fact, text), text


def test_a_division_is_not_worked_out(tmp_path: Path) -> None:
    for text in ("12/15", "12 / 15", "12 trên 15", "12:15"):
        assert "or part and whole in the columns `hộ_nước`, `hộ`" in refused(tmp_path, "water", text)
        assert "write what the division makes, not the division" in refused(tmp_path, "share", text)


@pytest.mark.parametrize("text", ["không", "Không có", "chưa có"])
def test_a_word_that_may_be_nought_or_unknown_shows_both(tmp_path: Path, text: str) -> None:
    assert f"`{text}` may be `0`, `chưa có số liệu`" in refused(tmp_path, "income", text)


@pytest.mark.parametrize(
    "text", ["12 34", "0 123", "1 2345", "43,2(*)", "5.82E+01", "1e5", "1/7/2024", "43 200 triệu rưỡi", "#N/A", "đạt"]
)
def test_other_texts_are_no_numbers(tmp_path: Path, text: str) -> None:
    assert "expected a number" in refused(tmp_path, "income", text)


@pytest.mark.parametrize(("text", "decimal"), [("1 234.5", "comma"), ("1 234,5", "point"), ("43.2 triệu", "comma")])
def test_the_separator_that_was_named_holds_beside_blanks_and_units(tmp_path: Path, text: str, decimal: str) -> None:
    refused(tmp_path, "income", text, decimal=decimal)


@pytest.mark.parametrize("text", ["hoàn thành", "cơ bản đạt", "K", "×", "✓"])
def test_advice_for_yes_and_no_is_not_given_to_numbers_and_levels(tmp_path: Path, text: str) -> None:
    assert "write the number alone" in refused(tmp_path, "income", text)
    assert "đạt" not in refused(tmp_path, "level", text).replace(text, "")


@pytest.mark.parametrize("text", ["58.200", "1.234", "1.234 triệu"])
def test_a_number_with_two_readings_stays_refused(tmp_path: Path, text: str) -> None:
    assert "can be read in one way only; with `--decimal comma`" in refused(tmp_path, "income", text)


def test_a_fact_without_a_unit_takes_the_number_alone(tmp_path: Path) -> None:
    assert "write the number alone" in refused(tmp_path, "bare", "43,2 triệu")


@given(st.decimals("-1e9", "1e9", places=3), st.sampled_from(["triệu", "tr.đ", "triệu đồng/người"]))
def test_a_unit_that_agrees_changes_nothing(number: Decimal, unit: str) -> None:
    read = reader_of(FACTS["income"], "point")
    assert read(f"{number} {unit}") == read(f"{number}") == number


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    st.integers(-9, 9),
)
def test_a_power_of_ten_is_exact_and_goes_back(number: Decimal, power: int) -> None:
    there = shifted(number, power)
    assert "E" not in str(there) or number == 0 or abs(there) < Decimal("1e-6")
    assert shifted(there, -power) == number
    assert there == number.scaleb(power)


# -- levels and categories ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("2", "Mức 2", "mức độ 2", "MỨC ĐỘ 2", "MĐ2", "MĐ 2", "M\u00d0 2", "Mức độ II", "II", "ii", "Đạt mức độ 2"),
        *("muc do 2", "2.0", "2,0", "Mức: 2", "Mức 2."),
    ],
)
def test_levels_by_number(tmp_path: Path, text: str) -> None:
    assert cell(tmp_path, "level", text) == "2"


@pytest.mark.parametrize(
    "text", ["4", "mức 4", "IV", "không đạt mức độ 2", "mục 2", "cấp 2", "đạt 2", "2.5", "22", "đạt", "VX"]
)
def test_what_is_no_level(tmp_path: Path, text: str) -> None:
    assert "one of `0`, `1`, `2`, `3`" in refused(tmp_path, "level", text)


def test_levels_with_names_of_their_own_are_known_by_these(tmp_path: Path) -> None:
    assert [cell(tmp_path, "class", text) for text in ("II", "ii", "chưa đạt")] == ["II", "II", "chua-dat"]
    refused(tmp_path, "class", "2")


def test_a_region_with_and_without_and(tmp_path: Path) -> None:
    texts = ("Trung du và miền núi phía Bắc", "Trung du miền núi phía Bắc", "trung du, miền núi phía bắc", "N")
    assert {cell(tmp_path, "region", text) for text in texts} == {"N"}


# -- encodings of old fonts --------------------------------------------------------------------


def encoded(text: str, letters: dict[str, str]) -> str:
    signs = {letter: sign for sign, letter in letters.items()}
    return "".join(signs.get(letter, letter) for letter in unicodedata.normalize("NFC", text))


TCVN3, VNI = ("TCVN3 (ABC)", _TCVN3), ("VNI", _vni())


@pytest.mark.parametrize("font", [TCVN3, VNI])
@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("plan", "Đạt"),
        ("plan", "chưa đạt"),
        ("plan", "Không đạt"),
        ("plan", "không áp dụng"),
        ("plan", "Chưa đánh giá"),
        ("region", "Tây Nguyên"),
        ("level", "Mức độ 2"),
        ("income", "trên 43 triệu"),
    ],
)
def test_texts_of_old_fonts_are_named_and_not_read(tmp_path: Path, font: Any, fact: str, text: str) -> None:
    name, letters = font
    found = refused(tmp_path, fact, encoded(text, letters))
    assert f"expected a text in Unicode; this one is in {name} and says `{text}`; convert the whole file" in found


def test_known_spellings_of_old_fonts() -> None:
    assert dict(readings("Thu nhËp b×nh qu©n ®Çu ng\u00adêi")) == {"TCVN3 (ABC)": "Thu nhập bình quân đầu người"}
    assert dict(readings("Thu nhaäp bình quaân ñaàu ngöôøi")) == {"VNI": "Thu nhập bình quân đầu người"}


@pytest.mark.parametrize(
    "text", ["hoà", "khoẻ", "Đạt", "café", "43½", "×", "12×15", "m²/người", "✓", "–", "§ 5", "û", ""]
)
def test_texts_of_unicode_are_in_no_old_font(text: str) -> None:
    assert list(readings(text)) == []


# -- all texts, all kinds of files -------------------------------------------------------------

WRITTEN = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.,-–/%~<>≥ đạtcư×II§¹\u00ad", max_size=9),
)


@given(WRITTEN, st.sampled_from(sorted(FACTS)), st.sampled_from([None, "comma", "point"]))
def test_every_text_is_a_value_missing_or_a_bad_cell_and_always_the_same(text: str, fact: str, decimal: Any) -> None:
    def read() -> object:
        try:
            return reader_of(FACTS[fact], decimal)(text)
        except BadCell as bad:
            return str(bad.expected), str(bad.hint)

    first = read()
    assert first == read()
    kinds = {FactType.BOOLEAN: bool, FactType.ORDINAL: str, FactType.CATEGORY: str}
    assert first is None or isinstance(first, tuple | kinds.get(FACTS[fact].type, Decimal))


def test_cells_of_excel_are_read_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["unit", "plan", "income", "level", "share"])
    book.active.append(["A", "Đ", "43,2 triệu", "Mức 2", "–"])
    book.active.append(["B", "CĐ", 43.2, 2, 0.5])
    book.save(tmp_path / "u.xlsx")
    found = {unit.unit: dict(unit.facts) for unit in ntm.tables.read(tmp_path / "u.xlsx", FACTS)}
    assert found == {
        "A": {"plan": True, "income": Decimal("43.2"), "level": "2"},
        "B": {"plan": False, "income": 43.2, "level": "2", "share": 0.5},
    }


def test_what_is_said_of_a_value_that_is_missing_is_kept(tmp_path: Path) -> None:
    assert cell(tmp_path, "income", {"value": "-", "by": "self"}) == {"value": None, "by": "self"}
    assert cell(tmp_path, "income", {"value": "43,2 triệu", "by": "self"}) == {"value": Decimal("43.2"), "by": "self"}


def test_the_official_name_of_the_region_is_known_to_the_bundled_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,region\nA,Trung du và miền núi phía Bắc\n", encoding="utf-8")
    library = ntm.Library.bundled()
    assert next(ntm.tables.read(path, library.facts)).facts == {"region": "TDMNPB"}
    assert library.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son").facts
