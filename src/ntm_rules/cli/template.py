"""``ntm-rules template``: a workbook to fill in."""

import typing
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import click

from ntm_rules.cli.heading import heading
from ntm_rules.cli.language import in_error_lang
from ntm_rules.cli.options import Law, composed, lang_option, law_options, library_of
from ntm_rules.cli.output import protect_inputs, replaced
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded
from ntm_rules.reports.questions import LANG
from ntm_rules.reports.template import write_template
from ntm_rules.tables.header import header_of
from ntm_rules.tables.naming import is_unit
from ntm_rules.tables.units import read as read_units


@click.command()
@click.argument("ruleset")
@law_options(on_required=True)
@lang_option
@click.option("--out", type=click.Path(dir_okay=False), required=True, help="Excel file (.xlsx) to write.")
@click.option(
    "--units",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that names the units, of any kind that `assess` reads; nothing else of it is taken.",
)
@click.option("--unit", "unit_column", metavar="COLUMN", help="Column of --units that names the unit.")
@click.option("--sheet", metavar="NAME", help="Sheet of --units. [default: the first that is not hidden]")
@click.option(
    "--unit-width",
    type=click.IntRange(min=1, max=20),
    metavar="DIGITS",
    help="How many digits the codes of --units have, where they are numbers or lost their zeros.",
)
@click.option("--judgements", is_flag=True, help="Also ask for what bodies decided, with the reason.")
def template(
    ruleset: str,
    lang: str,
    out: str,
    units: Path | None,
    judgements: bool,
    unit_column: str | None,
    sheet: str | None,
    unit_width: int | None,
    **law: typing.Unpack[Law],
) -> None:
    """Write a workbook to fill in for RULESET: a form for one unit, and a table for many.

    The forms are in Vietnamese, and `assess` reads them back.
    """
    if Path(out).suffix.lower() != ".xlsx":
        raise click.UsageError(in_error_lang(Message("usage.workbook", file=out)))
    library = library_of(law["rulesets"])
    protect_inputs(out, library)
    found = composed(library, ruleset, law)
    named = {} if units is None else _named(units, unit_column, sheet, unit_width)
    about = list(islice(heading(library, found, LANG), 1, 3))
    with replaced(out) as file:
        write_template(file, found, names=named, judgements=judgements, about=about)


def _named(file: Path, unit_column: str | None, sheet: str | None, unit_width: int | None) -> Mapping[str, str]:
    """Return the units of a file, each with its name where a second column has one."""
    header = header_of(file, {}, unit_column=unit_column, sheet=sheet)
    name = next((name for name in header.rest if is_unit(folded(name))), "")
    rows = read_units(file, {}, unit_column=unit_column, keep=header.rest, sheet=sheet, unit_width=unit_width)
    return {row.unit: row.kept.get(name, "") for row in rows}
