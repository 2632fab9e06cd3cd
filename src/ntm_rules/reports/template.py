"""Forms to fill in, as a workbook: one sheet for one unit in the order of the decision, one with a row a unit."""

import textwrap
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.catalogue import say
from ntm_rules.messages.printable import printable
from ntm_rules.model.arguments import id_of, need
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.reports.questions import LANG, Part, Question, parts_of
from ntm_rules.reports.workbook import check_columns, check_rows, workbook, write_cell
from ntm_rules.verdict.facts import expected_number
from ntm_rules.words.sentences import outcome_word

BLANK_ROWS = 30
"""The rows for units where none are named."""

_A4 = 9
_FONT = {"font_name": "Times New Roman", "font_size": 12}
_LOOKS: Mapping[str, Mapping[str, typing.Any]] = {
    "title": {"bold": True, "font_size": 14},
    "line": {"italic": True},
    "head": {"bold": True, "border": 1, "bg_color": "#D9E2EF", "align": "center"},
    "group": {"bold": True, "border": 1, "bg_color": "#F2F2F2"},
    "text": {"border": 1},
    "inner": {"border": 1, "indent": 1, "italic": True},
    "help": {"border": 1, "font_size": 10, "italic": True},
    "id": {"border": 1, "font_size": 8, "font_color": "#7F7F7F"},
    # a figure has no format of its own: 82,5% stays a percentage then, as the reader expects it
    "figure": {"border": 1, "bg_color": "#FFF9E5", "locked": False},
    "words": {"border": 1, "bg_color": "#FFF9E5", "locked": False, "num_format": "@"},
}
_ALLOWED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}
"""What a protected sheet leaves to whoever fills it in."""
_MOST = 10**15
_WIDE, _NARROW = 22, 14
_LINE = 16
"""The height of a line in points: rows have one, as LibreOffice fits none that a program wrote."""
_HIGHEST = 409
"""The height that a row of Excel may have, in points."""
_WIDTHS = {
    "template.no": 6,
    "template.indicator": 28,
    "template.asked": 24,
    "template.fact": 34,
    "template.measure": 9,
    "template.result": 11,
}
"""The columns of a form, with how many characters wide they are."""
_JUDGED = {"template.judged": 13, "template.reason": 16}
_ABOVE = 140
"""The characters of a line above the columns."""
_SCALE = 65
"""Percent of its size in which a table is printed: with ten columns or so on a page."""
_HELP = {"template.note": 28, "template.id": 20}


def write_template(
    target: str | Path | typing.IO[bytes],
    ruleset: Ruleset,
    *,
    names: Sequence[str] | Mapping[str, str] = (),
    judgements: bool = False,
    about: Sequence[str] = (),
) -> None:
    """Write a workbook to fill in for a set; ``tables.read`` and ``ntm-rules assess`` read it back.

    Two sheets take the facts that may be given: one unit in the order of the decision (``Biểu nhập``), and many, a row
    each (``Các đơn vị``). The one for many comes first, and is read unless another is asked for, if there are several
    *names*. All words are Vietnamese, as the reader expects them. Only the cells to fill in can be changed, until
    somebody takes the protection off, which has no password.

    Args:
        names: names or codes of the units; a mapping has the name of each code, which is printed beside it.
        judgements: also ask for what bodies decided, with the reason.
        about: lines below the title.

    Raises:
        BadArgument: a unit without a name.
        EngineUnavailable: XlsxWriter is not installed.
        TableError: more units than a sheet has rows.
        OSError: the file cannot be written.
    """
    need("ruleset", ruleset, Ruleset)
    named = {id_of(unit, "unit"): name for unit, name in _pairs(names)}
    check_rows(len(named), _title(ruleset))
    with _opened(target) as file, workbook(file, default_format_properties=_FONT) as book:
        book.set_properties({"title": printable(_title(ruleset)), "comments": ruleset.content_hash})
        codes = ("template.sheet_form", "template.sheet_units", "template.sheet_lists")
        form, table, lists = (say(LANG, code) for code in codes)
        sheets = {name: book.add_worksheet(name) for name in ((table, form) if len(named) > 1 else (form, table))}
        made = _Template.of(book, ruleset, book.add_worksheet(lists), judgements)
        made.form(sheets[form], about, tuple(named), table)
        made.units(sheets[table], named)


def _pairs(names: Sequence[str] | Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from names.items() if isinstance(names, Mapping) else ((name, "") for name in names)


@contextmanager
def _opened(target: str | Path | typing.IO[bytes]) -> Iterator[typing.IO[bytes]]:
    if isinstance(target, str | Path):
        with Path(target).open("wb") as file:
            yield file
    else:
        yield target


def _title(ruleset: Ruleset) -> str:
    return ruleset.title.text(LANG) if ruleset.title else ruleset.id


@frozen
class _Template:
    """A workbook in the making.

    Attributes:
        lists: the hidden sheet with the answers there may be: in a cell itself a list has room for 255 characters.
        columns: the places of the lists that were written.
    """

    ruleset: Ruleset
    parts: tuple[Part, ...]
    looks: Mapping[str, typing.Any]
    lists: typing.Any
    judgements: bool
    columns: dict[tuple[str, ...], str] = field(factory=dict)

    @classmethod
    def of(cls, book: typing.Any, ruleset: Ruleset, lists: typing.Any, judgements: bool) -> "_Template":
        lists.hide()
        looks = {
            name: book.add_format({"text_wrap": "border" in look, "valign": "top", **look})
            for name, look in _LOOKS.items()  # what stands above the table goes on over the next cells
        }
        return cls(ruleset, parts_of(ruleset), looks, lists, judgements)

    # -- one unit ------------------------------------------------------------------------------

    def form(self, sheet: typing.Any, about: Sequence[str], units: tuple[str, ...], table: str) -> None:
        """Write the sheet for one unit; its unit is one of those of the other sheet, if there are any."""
        row = 0
        lines = (line for text in about for line in textwrap.wrap(text, _ABOVE))
        for row, line in enumerate((_title(self.ruleset), *lines)):
            write_cell(sheet, row, 0, line, self.looks["line" if row else "title"])
        row += 1
        write_cell(sheet, row, 0, say(LANG, "template.unit"), self.looks["head"])
        sheet.write_blank(row, 1, None, self.looks["words"])
        if len(units) == 1:
            write_cell(sheet, row, 1, units[0], self.looks["words"])
        elif units:
            source = f"='{table}'!$A$2:$A${len(units) + 1}"
            sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": source})
        head = row + 2
        widths = {**_WIDTHS, **(_JUDGED if self.judgements else {}), **_HELP}
        for place, (code, width) in enumerate(widths.items()):
            sheet.set_column(place, place, width)
            write_cell(sheet, head, place, say(LANG, code), self.looks["head"])
        row = head
        for part in self.parts:
            for below, question in enumerate(part.questions or (None,)):
                row += 1
                self.form_row(sheet, row, tuple(widths.values()), part, question, first=below == 0)
        sheet.freeze_panes(head + 1, 2)
        sheet.repeat_rows(head)
        sheet.print_area(0, 0, row, len(widths) - 2)
        sheet.fit_to_pages(1, 0)
        self.page(sheet)

    def form_row(
        self, sheet: typing.Any, row: int, widths: Sequence[int], part: Part, question: Question | None, first: bool
    ) -> None:
        """Write a row: a fact to fill in, with its number; its indicator and the judgement in the first one of it."""
        plain = "group" if part.heads else "text"
        of_part = (part.title, part.asked) if first else ("", "")
        texts = (part.no, *of_part, *((question.title, question.unit) if question else ("", "")))
        for place, text in enumerate(texts):
            inner = question is not None and question.inner and place == len(texts) - 2
            sheet.write_string(row, place, printable(text), self.looks["inner" if inner else plain])
        result, judged = len(texts), part.no and first and self.judgements
        notes = (question.note, question.fact.id) if question else ("", "")
        for place in range(result, len(widths)):
            sheet.write_blank(row, place, None, self.looks["words" if judged and place > result else plain])
        if question is not None:
            self.entry(sheet, (row, result, row, result), question)
        if judged:
            self.choice(sheet, (row, result + 1, row, result + 1), self.outcomes)
        for place, (note, look) in enumerate(zip(notes, ("help", "id"), strict=True), len(widths) - len(notes)):
            sheet.write_string(row, place, printable(note), self.looks[look])
        heights = (*map(_lines, texts, widths), _lines(notes[0], round(1.2 * widths[-2])))  # which are in small letters
        sheet.set_row(row, min(_LINE * max(heights), _HIGHEST))

    # -- many units ----------------------------------------------------------------------------

    def units(self, sheet: typing.Any, units: Mapping[str, str]) -> None:
        """Write the sheet with a row a unit."""
        names = any(units.values())
        heads = [say(LANG, "template.unit"), *([say(LANG, "template.name")] if names else [])]
        first, last = 1, len(units) or BLANK_ROWS
        fixed = self.looks["text" if units else "words"]
        for place, head in enumerate(heads):
            write_cell(sheet, 0, place, head, self.looks["head"])
        for row in range(first, last + 1):
            sheet.write_blank(row, 0, None, fixed)
        for row, (unit, name) in enumerate(units.items(), first):
            for place, text in enumerate((unit, name)[: len(heads)]):
                sheet.write_string(row, place, printable(text), fixed)
        sheet.set_column(0, len(heads) - 1, _WIDE)
        place, highest = len(heads), 1
        for part in self.parts:
            for question in part.questions:
                width = _WIDE if question.answers else _NARROW
                highest = max(highest, _lines(question.name, width))
                write_cell(sheet, 0, place, question.name, self.looks["head"])
                sheet.write_comment(0, place, printable(_about(part, question)), {"x_scale": 2, "y_scale": 2})
                self.entry(sheet, (first, place, last, place), question)
                sheet.set_column(place, place, width)
                place += 1
            if self.judgements and part.no:
                code = "template.judged_criterion" if part.heads else "template.judged_indicator"
                judged = say(LANG, code, no=part.no)
                self.choice(sheet, (first, place, last, place), self.outcomes)
                for head, width in ((judged, _NARROW), (say(LANG, "template.reason_of", judged=judged), _WIDE)):
                    write_cell(sheet, 0, place, head, self.looks["head"])
                    self.blank(sheet, (first, place, last, place), "words")
                    sheet.set_column(place, place, width)
                    place += 1
        check_columns(place)
        sheet.set_row(0, min(_LINE * highest, _HIGHEST))
        sheet.freeze_panes(1, len(heads))
        sheet.set_print_scale(_SCALE)
        sheet.repeat_rows(0)
        sheet.repeat_columns(0, len(heads) - 1)
        sheet.print_area(0, 0, last, place - 1)
        self.page(sheet)

    # -- cells ---------------------------------------------------------------------------------

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The words for judgements."""
        decided = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
        return tuple(outcome_word(LANG, outcome).capitalize() for outcome in decided)

    def entry(self, sheet: typing.Any, cells: tuple[int, int, int, int], question: Question) -> None:
        """Leave cells to be filled in, with what is allowed in them."""
        self.blank(sheet, cells, "words" if question.answers else "figure")
        if question.answers:
            self.choice(sheet, cells, question.answers)
        else:
            sheet.data_validation(*cells, _figure(question.fact))

    def blank(self, sheet: typing.Any, cells: tuple[int, int, int, int], look: str) -> None:
        """Leave cells of a column to be filled in."""
        top, place, bottom, _ = cells
        for row in range(top, bottom + 1):
            sheet.write_blank(row, place, None, self.looks[look])

    def choice(self, sheet: typing.Any, cells: tuple[int, int, int, int], answers: tuple[str, ...]) -> None:
        """Allow in cells only some answers, to be picked from a list."""
        if answers not in self.columns:
            place = len(self.columns)
            for row, answer in enumerate(answers):
                self.lists.write_string(row, place, printable(answer))
            from xlsxwriter.utility import xl_range_abs

            self.columns[answers] = f"='{self.lists.name}'!{xl_range_abs(0, place, len(answers) - 1, place)}"
        error = say(LANG, "template.error_choice")
        told = {"error_title": say(LANG, "template.error"), "error_message": error}
        sheet.data_validation(*cells, {"validate": "list", "source": self.columns[answers], **told})

    def page(self, sheet: typing.Any) -> None:
        """Set up the page, and protect all but the cells to be filled in."""
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        title = printable(_title(self.ruleset)).replace("&", "&&")[:120]
        sheet.set_header(f'&L&"Times New Roman"&9{title}')
        sheet.set_footer('&R&"Times New Roman"&9&P/&N')
        sheet.protect("", _ALLOWED)


def _figure(fact: Fact) -> dict[str, typing.Any]:
    """Return the rule for a figure: between its bounds, and whole if it is a count."""
    whole = fact.type is FactType.COUNT
    low, high = (_plain(bound) for bound in (fact.minimum, fact.maximum))
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": -_MOST if low is None else low,
        "maximum": _MOST if high is None else high,
        "error_title": say(LANG, "template.error"),
        "error_message": say(LANG, "template.error_figure", expected=expected_number(fact, whole)),
    }


def _plain(bound: Decimal | None) -> int | float | None:
    return None if bound is None else int(bound) if bound == bound.to_integral_value() else float(bound)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column, rather one too many."""
    return sum(1 + len(line) // width for line in text.split("\n"))


def _about(part: Part, question: Question) -> str:
    """Return what is said of a column: its indicator, what is asked, and the note on the fact."""
    indicator = " ".join(filter(None, (part.no, part.title)))
    return "\n".join(filter(None, (indicator, part.asked, question.note)))
