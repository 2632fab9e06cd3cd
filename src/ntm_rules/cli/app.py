"""The group of commands, and what becomes of errors."""

import errno
import importlib
import sys
import tempfile
import typing
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ntm_rules._version import __version__
from ntm_rules.cli.errors_file import errors_listed
from ntm_rules.cli.exit_codes import ALWAYS, BAD_CELLS, BAD_INPUT, INTERRUPTED
from ntm_rules.cli.language import error_lang
from ntm_rules.cli.marked import MarkedError
from ntm_rules.cli.output import open_standard_streams, why
from ntm_rules.cli.standard_input import named
from ntm_rules.messages.catalogue import say
from ntm_rules.messages.errors import FactError, NtmRulesError
from ntm_rules.messages.grouping import grouped
from ntm_rules.tables.rows import TableNote

SHOWN_PROBLEMS = 50
EXIT_CODES = (
    "Exit codes: 0 done; 1 an outcome named with --fail-on occurred; "
    f"{BAD_CELLS} all was written but cells that cannot be used; {ALWAYS}"
)


COMMANDS = {
    "assess": ("assess:assess", "Assess the units of a file."),
    "check": ("check:check_command", "Check the rule files in PATH (the bundled ones without PATH)."),
    "diff": ("diff:diff", "Show what changes from one ruleset to another."),
    "evidence": ("evidence:evidence", "List what has to be checked against the official text."),
    "explain": ("explain:explain", "Explain the outcome of one unit."),
    "facts": ("facts:facts", "List the facts that a ruleset reads, or those with some words."),
    "list": ("listing:list_rulesets", "List the rulesets and the sets of provinces."),
    "live": ("live:live", "Follow the facts of units as they change."),
    "mapping": ("mapping:mapping", "Draft a mapping file for a table with names of its own."),
    "merge": ("merge:merge", "Make one unit of several, such as a commune of one sheet a village."),
    "progress": ("progress:progress", "Count how far a programme is, against its targets."),
    "rereview": ("rereview:rereview", "Assess units under an old and a new set, side by side."),
    "show": ("show:show", "Show a ruleset as a table."),
    "template": ("template:template", "Write a workbook to fill in."),
    "test": ("test:test", "Run the tests beside the rules."),
}
"""Module and function of each command, and what it does: a command is imported when it is asked for."""


class Commands(click.Group):
    """A group that prints the errors of the package and exits with 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None where no command has that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"ntm_rules.cli.{module}"), function)
        command.epilog = command.epilog or EXIT_CODES
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> None:
        """Run a command."""
        try:
            with _notes_shown(), errors_listed(ctx):
                super().invoke(ctx)
            return
        except FactError as error:
            groups = grouped(error.problems)
            for group in groups[:SHOWN_PROBLEMS]:
                click.echo(group.text(error_lang(ctx)), err=True)
            hidden = sum(len(group.problems) for group in groups[SHOWN_PROBLEMS:])
            click.echo(_counted(error, hidden, error_lang(ctx)), err=True)
            ctx.exit(BAD_CELLS if isinstance(error, MarkedError) else BAD_INPUT)
        except NtmRulesError as error:
            click.echo(named(error.text(error_lang(ctx))), err=True)
        except OSError as error:
            click.echo(_unusable(error, error_lang(ctx)), err=True)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        ctx.exit(BAD_INPUT)


def _unusable(error: OSError, lang: str) -> str:
    """Return what the system refused; it does not always say for which file."""
    file = error.filename
    if file is None and error.errno in (errno.ENOSPC, errno.EDQUOT):
        file = tempfile.gettempdir()  # results name their file themselves, which leaves temporary files
    return say(lang, "cli.unusable", file=file, why=why(error)) if file else say(lang, "cli.unnamed", why=why(error))


@contextmanager
def _notes_shown() -> Iterator[None]:
    """Print each note on a file that is read, once, on standard error; other warnings go where they went."""
    shown: set[str] = set()
    with warnings.catch_warnings():
        otherwise = warnings.showwarning

        def show(message: Warning | str, *place: typing.Any, **more: typing.Any) -> None:
            if not isinstance(message, TableNote):
                otherwise(message, *place, **more)
            elif (text := message.text(click.get_current_context().params.get("lang") or "vi")) not in shown:
                shown.add(text)
                click.echo(named(text), err=True)

        warnings.simplefilter("always", TableNote)
        warnings.showwarning = show
        yield


def _counted(error: FactError, hidden: int, lang: str) -> str:
    """How many facts are bad, how many of them were not shown, and whether there may be more."""
    count = len(error.problems)
    found = say(lang, "cli.bad_fact") if count == 1 else say(lang, "cli.bad_facts", count=count)
    if hidden:
        found += ", " + say(lang, "cli.not_shown", count=hidden)
    if isinstance(error, MarkedError):
        return f"{found}; {say(lang, 'cli.marked')}"
    return found if error.complete else f"{found}; {say(lang, 'cli.stopped')}"


@click.group(cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ntm-rules")
def commands() -> None:
    """Return the criteria of Vietnam's New Rural Development programme: list, show, assess, explain."""


def run() -> None:
    """Run the command line, with output through the one door."""
    open_standard_streams()
    try:
        commands(prog_name="ntm-rules")
    except NtmRulesError as error:  # the help itself cannot be written
        click.echo(error.text(), err=True)
        sys.exit(BAD_INPUT)
