"""Where words are printed: consoles that never cut a line when they are piped, and plain text without markup."""

import sys
import typing

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from ntm_rules.model.outcomes import Outcome

STYLES = {Outcome.MET: "green", Outcome.NOT_MET: "red", Outcome.UNDETERMINED: "yellow", Outcome.NOT_APPLICABLE: "dim"}
LEVELS = {"official": "green", "secondary": "", "recalled": "yellow", "pending": "red"}

_WIDE = 100_000
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


def console(file: typing.TextIO | None = None) -> Console:
    """A console on *file* (standard output unless given), as wide as it needs to be where it is no terminal."""
    out = file or sys.stdout
    return Console(
        file=out, width=None if out.isatty() else _WIDE, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def text(words: object, style: str = "") -> Text:
    """Words as they are: no markup, no control characters, folded instead of cut."""
    return Text(str(words).translate(_CONTROLS), style=style, overflow="fold")


def table(*columns: str, stretch: str | None = None) -> Table:
    """A table with these headings; the column *stretch* takes the room that is left."""
    made = Table(show_edge=False, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold", ratio=1 if column == stretch else None)
    return made


def progress() -> Progress:
    """A bar on standard error; nothing is shown where that is no terminal."""
    err = console(sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True, disable=not sys.stderr.isatty())
