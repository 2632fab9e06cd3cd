"""Where reports go: the console, JSON, a workbook or a page."""

import json
import typing
from collections.abc import Callable
from pathlib import Path

import click

from ntm_rules.cli.console import console, print_lines, table, text
from ntm_rules.cli.options import in_error_lang
from ntm_rules.cli.output import replaced, text_target
from ntm_rules.messages.catalogue import Message
from ntm_rules.reports.report import Report, is_number, text_of

FORMS = ("table", "json", "xlsx", "html")
_SUFFIXES = {".htm": "html", **{f".{form}": form for form in FORMS}}

F = typing.TypeVar("F", bound=Callable[..., object])


def output_options(command: F) -> F:
    """``--format`` and ``--out``, as the keyword arguments *form* and *out*."""
    form = click.option(
        "--format",
        "form",
        type=click.Choice(FORMS),
        help="Form of the output. [default: what the name of --out says, else table]",
    )
    out = click.option(
        "--out", type=click.Path(dir_okay=False), default="-", help="File to write instead of standard output."
    )
    return form(out(command))


def chosen(form: str | None, out: str) -> str:
    """Return the form asked for.

    Raises:
        click.UsageError: a workbook on standard output.
    """
    found = form or _SUFFIXES.get(Path(out).suffix.lower(), "table")
    if found == "xlsx" and out == "-":
        raise click.UsageError(in_error_lang(Message("usage.for_file", form=found)))
    return found


def write(form: str, out: str, report: Callable[[], Report], data: Callable[[], dict[str, object]]) -> None:
    """Return a report in the form asked for; what goes to a file is whole before it takes the file's place."""
    if form == "xlsx":
        from ntm_rules.reports.workbook import write_report

        with replaced(out) as file:
            write_report(file, report())
        return
    with text_target(out, form) as target:
        if form == "json":
            json.dump(data(), target, ensure_ascii=False, indent=2)  # piece by piece: a report of all units is long
            target.write("\n")
        elif form == "html":
            from ntm_rules.reports.page import html

            target.write(html(report()))
        else:
            _print(report(), target)


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
