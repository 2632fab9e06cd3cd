"""``--errors``: every problem of the units of a file in a table, for those who mend it."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ntm_rules.cli.language import error_lang
from ntm_rules.cli.output import text_target
from ntm_rules.cli.standard_input import named
from ntm_rules.cli.writers import safe
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import FactError, TableError

COLUMNS = ("file", "line", "column", "unit", "fact", "value", "code", "problem", "hint")
_FILE = "ntm_rules.errors"


def _remembered(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[_FILE] = (value, ctx)


errors_option = click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    expose_value=False,  # no command asks for it
    callback=_remembered,
    help="Write every problem of the input to a CSV file, one a row; the messages show them in groups.",
)


@contextmanager
def errors_listed(ctx: click.Context) -> Iterator[None]:
    """Write the problems that a command raises into the file of ``--errors``, if it has that option; none are no rows.

    Raises:
        click.UsageError: the file is one that the command reads, or writes.
        NtmRulesError: it cannot be written.
    """
    try:
        yield
    except (FactError, TableError) as error:
        _write(ctx, list(_rows(error, error_lang(ctx))))
        raise
    _write(ctx, [])


def _write(ctx: click.Context, rows: list[tuple[object, ...]]) -> None:
    path, command = ctx.meta.get(_FILE, (None, None))
    if path is None or command is None:
        return
    for other in command.params.values():
        if isinstance(other, Path | str) and path.exists() and Path(other).is_file() and path.samefile(other):
            told = Message("usage.out_is_input", file=str(path), input=str(other))
            raise click.UsageError(told.text(error_lang(ctx)))
    with text_target(str(path), "csv") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([safe(str(cell)) for cell in row] for row in rows)


def _rows(error: FactError | TableError, lang: str) -> Iterator[tuple[object, ...]]:
    if isinstance(error, TableError):
        for found in error.diagnostics:
            words = found.message_in(lang), found.hint_in(lang)
            yield (named(found.file), found.line or "", "", "", "", "", found.code, *words)
        return
    for bad in error.problems:
        words = bad.expected_in(lang), bad.advice_in(lang)
        yield ("", bad.line or "", bad.column, bad.unit or "", bad.fact, bad.shown, bad.code, *words)
