"""``ntm-rules merge``: the units of several tables, such as one a village, made one unit."""

from decimal import Decimal
from pathlib import Path

import click

from ntm_rules.cli.errors_file import errors_option
from ntm_rules.cli.options import lang_option, library_of, mapped, mapping_option, rulesets_option
from ntm_rules.cli.output import json_text, protect_inputs, text_target
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.tables.sheets import read_sheets
from ntm_rules.units.merger import merge as merged_facts


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--unit-name", required=True, metavar="NAME", help="Name of the unit that they make.")
@click.option(
    "--sheet-pattern",
    metavar="PATTERN",
    help="Sheets to read, such as 'Thôn*'. [default: all that are not hidden; in a folder the first of each file]",
)
@click.option("--unit", "unit_column", metavar="COLUMN", help="Column that names the units, of tables that have one.")
@click.option(
    "--decimal",
    type=click.Choice(["comma", "point"]),
    help="What separates decimals where a number such as 1.234 can be read in two ways.",
)
@click.option(
    "--period-column", metavar="NAME", help="Group of columns to read, where several periods have the same ones."
)
@mapping_option
@errors_option
@rulesets_option
@click.option("--out", type=click.Path(dir_okay=False), default="-", help="File to write instead of standard output.")
@lang_option
def merge(
    path: Path,
    unit_name: str,
    sheet_pattern: str | None,
    unit_column: str | None,
    decimal: str | None,
    period_column: str | None,
    rulesets: Path | None,
    out: str,
    lang: str,
) -> None:
    """Make one unit of the units in PATH, a workbook or a folder of tables, such as one sheet a village.

    What does not follow for the whole is left out and said, with the units that have not reported. The result is a JSON
    file that `ntm-rules assess` reads.
    """
    library = library_of(rulesets)
    protect_inputs(out, library)
    units = tuple(
        read_sheets(
            path,
            library.facts,
            sheets=sheet_pattern,
            unit_column=unit_column,
            decimal=decimal,
            mapping=mapped(library.facts),
            period_column=period_column,
        )
    )
    found = merged_facts(library, {unit.unit: unit.facts for unit in units})
    silent = tuple(unit.unit for unit in units if not unit.facts)
    notes = [Message("cli.merged", count=len(units), name=unit_name)]
    notes += [Message("cli.merged_silent", count=len(silent), names=silent)] if silent else []
    for sentence in (*(note.text(lang) for note in notes), *(gap.text(lang) for gap in found.missing)):
        click.echo(say(lang, "cli.note", message=sentence), err=True)
    with text_target(out, "json") as file:
        file.write(
            json_text([{"unit": unit_name, **{name: _plain(value) for name, value in found.facts.items()}}]) + "\n"
        )


def _plain(value: object) -> object:
    """Return a value of a fact, annotated or not, as JSON has it; a figure has no more digits than a float holds."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return float(value) if isinstance(value, Decimal) else value
