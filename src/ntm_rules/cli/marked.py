"""``--on-bad`` and ``--marked``: what becomes of the cells of a file that cannot be used."""

import typing
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ntm_rules.cli.language import in_error_lang
from ntm_rules.cli.output import protect_inputs, replaced
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import FactError, FactProblem
from ntm_rules.model.arguments import ON_BAD

if typing.TYPE_CHECKING:
    from ntm_rules.reports.marked import Table
    from ntm_rules.rules.library import Library

on_bad_option = click.option(
    "--on-bad",
    type=click.Choice(ON_BAD[::-1]),
    default="mark",
    show_default=True,
    help="What cells that cannot be used lead to: nothing is known of them and they are listed, with exit code 3; or "
    "there is no result, with exit code 2.",
)
marked_option = click.option(
    "--marked",
    type=click.Path(dir_okay=False),
    metavar="FILE.xlsx",
    help="Write a copy of an Excel or CSV file in which the cells that cannot be used are red and say what is wrong.",
)


class MarkedError(FactError):
    """Facts that could not be used and were left out; everything else was written."""


def tell_marked(problems: Iterable[FactProblem]) -> None:
    """Raise what was wrong with cells, if anything, when everything else is written.

    Args:
        problems: one may come again, where a unit is assessed under several sets.

    Raises:
        MarkedError: every cell that was left out, once.
    """
    found = {(bad.unit, bad.fact, bad.line, bad.code, bad.shown): bad for bad in problems}
    if found:
        raise MarkedError(tuple(found.values()))


def check_marked(marked: str | None, file: Path, out: str, library: "Library") -> None:
    """Refuse what a marked copy cannot be.

    Raises:
        click.UsageError: it is not an Excel file, the file is of a kind that is not copied, or it would be lost.
    """
    if marked is None:
        return
    from ntm_rules.reports.marked import SUFFIXES

    if Path(marked).suffix.lower() != ".xlsx":
        raise click.UsageError(in_error_lang(Message("usage.marked", file=marked)))
    if file.suffix.lower() not in SUFFIXES:
        raise click.UsageError(in_error_lang(Message("usage.marked_of", file=str(file), suffixes=SUFFIXES)))
    if out != "-" and Path(out).resolve() == Path(marked).resolve():
        raise click.UsageError(in_error_lang(Message("usage.marked_out", file=marked)))
    protect_inputs(marked, library)


@contextmanager
def marked_copy(marked: str | None, table: "Callable[[], Table]", lang: str) -> Iterator[None]:
    """Write the copy of ``--marked``, if there is to be one, with the cells that cannot be used; there may be none.

    Raises:
        NtmRulesError: it cannot be written.
    """
    try:
        yield
    except FactError as error:
        _write(marked, table, error.problems, lang)
        raise
    _write(marked, table, (), lang)


def _write(marked: str | None, table: "Callable[[], Table]", problems: Sequence[FactProblem], lang: str) -> None:
    if marked is None:
        return
    from ntm_rules.reports.marked import write_marked

    with replaced(marked) as file:
        write_marked(file, table(), problems, lang)
