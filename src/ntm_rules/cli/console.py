"""Where words are printed: consoles that cut no line when they are piped, and text without markup."""

import sys
import typing
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from ntm_rules.messages.printable import printable
from ntm_rules.model.outcomes import Outcome

STYLES = {
    Outcome.MET: "green",
    Outcome.NOT_MET: "red",
    Outcome.UNDETERMINED: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}
LEVELS = {"official": "green", "secondary": "", "recalled": "yellow", "pending": "red"}

_WIDE = 100_000


def console(file: typing.TextIO | None = None) -> Console:
    """Return a console on *file* (standard output unless given), wide enough for every line if it is not a terminal."""
    out = file or sys.stdout
    width = None if out.isatty() else _WIDE
    return Console(file=out, width=width, highlight=False, markup=False, emoji=False)


def text(words: object, style: str = "") -> Text:
    """Words as they are: no markup, nothing that a terminal obeys, folded instead of cut."""
    return Text(printable(str(words)), style=style, overflow="fold")


def table(*columns: str) -> Table:
    """Return a table with these headings, without a frame."""
    made = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(text(column), overflow="fold")
    return made


def print_line(out: Console, words: str = "", style: str = "", indent: int = 0) -> None:
    """Print words on a line of their own, set in on every line they are folded to."""
    if not out.is_terminal and words.isprintable() and len(words) < _WIDE:
        # what is not folded needs no layout, which takes most of the time of a long list
        out.file.write(" " * indent + words + "\n")
    else:
        out.print(Padding(text(words, style), (0, 0, 0, indent), expand=False))


def print_lines(out: Console, lines: Iterable[str], first: str = "bold") -> None:
    """Lines and an empty one; the first in the style *first*."""
    for place, line in enumerate(lines):
        out.print(text(line, "" if place else first))
    out.print()


def progress(wanted: bool) -> Progress:
    """Return a bar on standard error; nothing is shown where that is not a terminal, or it is not wanted."""
    err = console(sys.stderr)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True, disable=not (wanted and err.is_terminal))
