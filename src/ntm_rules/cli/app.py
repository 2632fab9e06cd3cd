"""The group of commands, and what becomes of errors."""

import errno
import sys
import tempfile
import typing
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ntm_rules._version import __version__
from ntm_rules.cli.assess import assess
from ntm_rules.cli.check import check_command
from ntm_rules.cli.diff import diff
from ntm_rules.cli.evidence import evidence
from ntm_rules.cli.exit_codes import ALWAYS, BAD_INPUT, INTERRUPTED
from ntm_rules.cli.explain import explain
from ntm_rules.cli.listing import list_rulesets
from ntm_rules.cli.live import live
from ntm_rules.cli.options import error_lang
from ntm_rules.cli.output import open_standard_streams, why
from ntm_rules.cli.progress import progress
from ntm_rules.cli.rereview import rereview
from ntm_rules.cli.show import show
from ntm_rules.cli.test import test
from ntm_rules.messages.catalogue import say
from ntm_rules.messages.errors import FactError, NtmRulesError
from ntm_rules.tables.rows import TableNote

SHOWN_PROBLEMS = 50
EXIT_CODES = f"Exit codes: 0 done; 1 an outcome named with --fail-on occurred; {ALWAYS}"


class Commands(click.Group):
    """A group that prints the errors of the package and exits with 2."""

    def invoke(self, ctx: click.Context) -> None:
        """Run a command."""
        try:
            with _notes_shown():
                super().invoke(ctx)
            return
        except FactError as error:
            for problem in error.problems[:SHOWN_PROBLEMS]:
                click.echo(problem.text(error_lang(ctx)), err=True)
            click.echo(_counted(error, error_lang(ctx)), err=True)
        except NtmRulesError as error:
            click.echo(error.text(error_lang(ctx)), err=True)
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
                click.echo(text, err=True)

        warnings.simplefilter("always", TableNote)
        warnings.showwarning = show
        yield


def _counted(error: FactError, lang: str) -> str:
    """How many facts are bad, how many of them were not shown, and whether there may be more."""
    count = len(error.problems)
    found = say(lang, "cli.bad_fact") if count == 1 else say(lang, "cli.bad_facts", count=count)
    if count > SHOWN_PROBLEMS:
        found += ", " + say(lang, "cli.not_shown", count=count - SHOWN_PROBLEMS)
    return found if error.complete else f"{found}; {say(lang, 'cli.stopped')}"


@click.group(cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ntm-rules")
def commands() -> None:
    """Return the criteria of Vietnam's New Rural Development programme: list, show, assess, explain."""


for command in (list_rulesets, show, assess, explain, live, progress, diff, rereview, evidence, check_command, test):
    command.epilog = command.epilog or EXIT_CODES
    commands.add_command(command)


def run() -> None:
    """Run the command line, with output through the one door."""
    open_standard_streams()
    try:
        commands(prog_name="ntm-rules")
    except NtmRulesError as error:  # the help itself cannot be written
        click.echo(error.text(), err=True)
        sys.exit(BAD_INPUT)
