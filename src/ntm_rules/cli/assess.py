"""``ntm-rules assess``: the units of a file against a ruleset."""

import contextlib
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import click

from ntm_rules.authoring.library import Library
from ntm_rules.authoring.tables import UnitFacts, read_units
from ntm_rules.cli.console import progress
from ntm_rules.cli.options import Law, Source, composed, lang_option, law_options, library_of, source_options
from ntm_rules.cli.report import write_table
from ntm_rules.cli.writers import Assessed, write_csv, write_json, write_jsonl
from ntm_rules.engines.scalar import assess as assess_unit
from ntm_rules.engines.scalar import check_facts
from ntm_rules.model.errors import FactError, FactProblem
from ntm_rules.model.rulesets import Ruleset

FAIL_ON = ("not_met", "undetermined", "provisional")
_LONG_FILE = 2**18


@click.command(short_help="Assess the units of a file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tier", required=True, metavar="RULESET", help="Ruleset, e.g. commune/ntm.")
@law_options(on_required=True)
@source_options("--unit")
@lang_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="Form of the output.",
)
@click.option("--out", type=click.Path(dir_okay=False), default="-", help="File to write instead of standard output.")
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    multiple=True,
    help="Exit with 1 if a unit has this outcome; may be given again.",
)
def assess(
    file: Path, tier: str, lang: str, form: str, out: str, fail_on: tuple[str, ...], **options: typing.Any
) -> None:
    """Assess the units of FILE (CSV, JSON or JSONL, one row a unit) and say why they fail.

    Columns are fact ids or their Vietnamese titles. Nothing is written unless every row can be read.
    """
    law, source = split(options)
    library = library_of(law["rulesets"])
    ruleset = composed(library, tier, law)
    outcomes: set[str] = set()
    quiet = out == "-" and form != "table" and sys.stdout.isatty()
    with progress(file.stat().st_size > _LONG_FILE and not quiet) as bar:
        task = bar.add_task(str(file.name), total=None)
        count = 0
        for count in checked(units(file, library, source), ruleset):
            bar.update(task, completed=count)
        bar.update(task, total=count, completed=0)

        def results() -> Iterator[Assessed]:
            for unit in units(file, library, source):
                verdict = assess_unit(ruleset, unit.facts, unit.unit)
                outcomes.add(verdict.outcome.code)
                if verdict.provisional:
                    outcomes.add("provisional")
                yield verdict, unit.kept
                bar.advance(task)
            bar.stop()

        with target(out, form) as text:
            if form == "json":
                write_json(text, results())
            elif form == "jsonl":
                write_jsonl(text, results())
            elif form == "csv":
                write_csv(text, results(), ruleset, source["keep"], lang)
            else:
                write_table(text, results(), library, ruleset, lang)
    if outcomes & set(fail_on):
        click.get_current_context().exit(1)


def target(out: str, form: str) -> contextlib.AbstractContextManager[typing.TextIO]:
    """Standard output for ``-``; else a file that appears when it is whole; a CSV as Excel reads it."""
    if out == "-":
        return contextlib.nullcontext(sys.stdout)
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    try:
        opened: typing.Any = click.open_file(out, "w", encoding=encoding, atomic=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, out) from None
    return typing.cast(contextlib.AbstractContextManager[typing.TextIO], opened)


def split(options: dict[str, typing.Any]) -> tuple[Law, Source]:
    """The options of the command line, by what they are for."""
    source = {name: options.pop(name) for name in Source.__annotations__}
    return typing.cast(Law, options), typing.cast(Source, source)


def units(file: Path, library: Library, source: Source) -> Iterator[UnitFacts]:
    """The units of a file."""
    return read_units(file, library.facts, unit=source["unit_column"], keep=source["keep"], decimal=source["decimal"])


def checked(rows: Iterator[UnitFacts], ruleset: Ruleset) -> Iterator[int]:
    """Read all rows and check their facts, counting.

    Raises:
        TableError: the file is out of shape.
        FactError: every cell that cannot be read and every fact that a ruleset cannot take, together.
    """
    problems: list[FactProblem] = []
    count = 0
    try:
        for unit in rows:
            count += 1
            try:
                check_facts(ruleset, unit.facts, unit.unit)
            except FactError as error:
                problems.extend(error.problems)
            yield count
    except FactError as error:
        problems.extend(error.problems)
    if problems:
        raise FactError(problems)
