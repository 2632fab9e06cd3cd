"""Where reports go: the console, JSON, a workbook or a page."""

import typing
from collections.abc import Callable, Iterable, Iterator

from ntm_rules.cli.console import console, print_lines, table, text
from ntm_rules.cli.output import replaced, text_target
from ntm_rules.messages.printable import printable
from ntm_rules.model.plain import one_line
from ntm_rules.reports.report import Report, is_number, text_of

FORMS = ("table", "json", "xlsx", "html")
_MANY = 1000


def write(form: str, out: str, report: Callable[[], Report], data: Callable[[], dict[str, object]]) -> None:
    """Write a report in the form asked for; what goes to a file is whole before it takes the file's place.

    Args:
        data: plain JSON types; a list may be an iterator of its items, each of which takes one line.
    """
    if form == "xlsx":
        from ntm_rules.reports.workbook import write_report

        with replaced(out) as file:
            write_report(file, report())
        return
    with text_target(out, form) as target:
        if form == "json":
            for piece in _pieces(data()):
                target.write(printable(piece))  # piece by piece: a report of all units is long
            target.write("\n")
        elif form == "html":
            from ntm_rules.reports.page import html

            target.write(html(report()))
        else:
            _print(report(), target)


def _pieces(value: object) -> Iterator[str]:
    """Yield JSON: what holds many things with each of them on a line of its own, so that never all are held at once."""
    if not _long(value):
        yield one_line(value)
        return
    named = isinstance(value, dict)
    items = value.items() if isinstance(value, dict) else (("", item) for item in typing.cast(Iterable[object], value))
    begin, end = "{}" if named else "[]"
    yield begin
    comma = "\n"
    for name, item in items:
        yield f"{comma}{one_line(name)}: " if named else comma
        yield from (one_line(item),) if isinstance(value, Iterator) else _pieces(item)
        comma = ",\n"
    yield f"\n{end}"


def _long(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_long, value.values()))
    return isinstance(value, Iterator) or (isinstance(value, list) and (len(value) > _MANY or any(map(_long, value))))


def _print(report: Report, file: typing.TextIO) -> None:
    out = console(file)
    print_lines(out, (report.title, *report.lines))
    for each in report.tables:
        out.print(text(each.title, "bold"))
        made = table(*each.columns)
        for place, column in enumerate(made.columns):
            column.justify = "right" if any(is_number(row[place]) for row in each.rows) else "left"
        for row in each.rows:
            made.add_row(*(text(text_of(value, report.lang)) for value in row))
        out.print(made)
        for note in each.notes:
            out.print(text(note))
        out.print()
