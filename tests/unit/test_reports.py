"""Reports as workbook and page: what is written, and that nothing in it runs."""

import io
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntm_rules import TableError
from ntm_rules.programme.tally import Span
from ntm_rules.reports import workbook
from ntm_rules.reports.page import html
from ntm_rules.reports.report import Report, Table, Value, text_of

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x";"y")',
    "+1+2",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "&amp;<!-- -->]]>",
    "Xã “Đoàn Kết” & Hòa",
    "a\x00b\x1bc",
    "\ud800",
)


def report(*rows: tuple[Value, ...], title: str = "Bảng", notes: tuple[str, ...] = ()) -> Report:
    columns = tuple(f"cột {n}" for n in range(len(rows[0]) if rows else 1))
    return Report("vi", title, ("dòng",), (Table(title, columns, rows, notes),))


def sheets(made: Report) -> openpyxl.Workbook:
    file = io.BytesIO()
    workbook.write_report(file, made)
    file.seek(0)
    return openpyxl.load_workbook(file)


class Seen(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


ALLOWED = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "table", "thead", "tbody", "tr", "th", "td", "br"}  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("text", NASTY)
def test_a_page_shows_a_text_and_never_runs_it(text: str) -> None:
    page = html(report((text,), title=text, notes=(text,)))
    seen = Seen(page)
    assert set(seen.tags) <= ALLOWED
    assert {name for name, _ in seen.attributes} <= {"lang", "charset", "name", "content", "class", "scope"}
    assert "http" not in "".join(str(value) for _, value in seen.attributes)
    assert seen.tags.count("td") == 1
    shown = text.replace("\0", r"\u0000").replace("\x1b", r"\u001b").replace("\ud800", r"\ud800")
    assert seen.texts.count(shown) == 5  # title, headings, cell, note
    page.encode("utf-8")


@given(st.text(max_size=30))
def test_any_text_comes_out_of_a_page_as_it_went_in(text: str) -> None:
    page = html(report((text,)))
    body = Seen(page)
    assert set(body.tags) <= ALLOWED
    if text.isprintable() and text.strip():
        assert text in body.texts


def test_a_page_is_whole_and_loads_nothing() -> None:
    page = html(report((1, Fraction(1695, 115), "ba\nbốn"), notes=("ghi chú",)))
    assert page.startswith("<!doctype html>\n")
    assert "url(" not in page
    assert "@import" not in page
    tree = ElementTree.fromstring(
        page.removeprefix("<!doctype html>\n")
        .replace("<br>", "<br/>")
        .replace('utf-8">', 'utf-8"/>')
        .replace('scale=1">', 'scale=1"/>')
    )
    assert [td.text for td in tree.iter("td")] == ["1", "14,74", "ba"]
    assert [td.get("class") for td in tree.iter("td")] == ["number", "number", None]
    assert tree.get("lang") == "vi"


@pytest.mark.parametrize("text", [text for text in NASTY if "\ud800" not in text and "\x00" not in text])
def test_a_text_in_a_workbook_is_no_formula(text: str) -> None:
    book = sheets(report((text,), title=text))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
    assert book.worksheets[1]["A2"].value == text
    assert book.worksheets[0]["A1"].value == text


def test_numbers_in_a_workbook_are_numbers() -> None:
    exact = Fraction(1695, 115)
    book = sheets(report((3, exact, Decimal("99.32"), Span(4, 4), Span(exact, exact), Span(1, 2), None, "")))
    row = [cell.value for cell in book.worksheets[1][2]]
    assert row[:6] == [3, float(exact), 99.32, 4, float(exact), "1–2"]
    assert all(value is None for value in row[6:])
    assert book.worksheets[1]["B2"].number_format == "0.00"


@given(
    st.lists(
        st.text(max_size=40) | st.sampled_from(["A", "a", "History", "'", "A" * 31, "A" * 40, "a (2)"]), max_size=8
    )
)
def test_names_of_sheets_are_different_whatever_the_titles(titles: list[str]) -> None:
    names = workbook.sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(names) == len(titles)
    for name in names:
        assert 1 <= len(name) <= 31
        assert name == name.strip()
        assert not set(name) & set("[]:*?/\\'")
        assert name.casefold() != "history"


def test_a_table_has_a_heading_once() -> None:
    with pytest.raises(TableError, match="columns of its own called `b`"):
        Table("t", ("a", "b", "b"), ())


def test_names_of_sheets_are_short_plain_and_different() -> None:
    titles = [
        "Xã đạt chuẩn [nông thôn mới]: theo huyện/thị xã, rất dài",
        "Xã đạt chuẩn [nông thôn mới]: theo huyện/tỉnh",
        "'",
    ]
    made = Report("vi", "A:B", (), tuple(Table(title, ("a",), ((1,),)) for title in titles))
    names = sheets(made).sheetnames
    assert len(set(names)) == len(names) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_a_text_longer_than_a_cell() -> None:
    with pytest.raises(TableError, match="at most 32767"):
        sheets(report(("x" * 32_768,)))


def test_a_table_longer_than_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    sheets(report((1,), (2,)))
    with pytest.raises(TableError, match=r"(?s)room for 2 rows, the table `Bảng` has more.*write JSON or a page"):
        sheets(report((1,), (2,), (3,)))


def test_what_is_known_to_lie_between_two_numbers() -> None:
    assert text_of(Span(1, 3), "vi") == "1–3"
    assert text_of(Span(2, 2), "vi") == "2"
    assert text_of(Span(Fraction(1, 3), Fraction(1, 2)), "vi") == "0,33–0,5"
    assert text_of(Span(Fraction(10_001, 1000), Fraction(10_002, 1000)), "vi") == "10"
    assert text_of(Span(-1, 0), "vi") == "-1 – 0"
    assert text_of(None, "vi") == ""
