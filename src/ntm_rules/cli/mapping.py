"""``ntm-rules mapping``: the draft of a mapping file for a table."""

import typing
from pathlib import Path

import click

from ntm_rules.cli.options import (
    Law,
    composed,
    header_row_option,
    lang_option,
    law_options,
    library_of,
    sheet_option,
    unit_option,
)
from ntm_rules.cli.output import protect_inputs, text_target
from ntm_rules.messages.printable import printable
from ntm_rules.tables.draft import draft_mapping


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tier", required=True, metavar="RULESET", help="Ruleset, e.g. commune/ntm.")
@law_options(on_required=False)
@unit_option("--unit")
@sheet_option
@header_row_option
@lang_option
@click.option("--out", type=click.Path(dir_okay=False), default="-", help="File to write instead of standard output.")
def mapping(
    file: Path,
    tier: str,
    unit_column: str | None,
    sheet: str | None,
    header_row: int | None,
    lang: str,
    out: str,
    **law: typing.Unpack[Law],
) -> None:
    """Draft a mapping file for the table FILE: what its columns hold, as far as that is known.

    Columns that are not known stand in comments with the facts that their names resemble, and so do words in columns of
    yes and no that are not understood. Fill them in or put them under `ignore`, then give the file as --mapping.
    """
    library = library_of(law["rulesets"])
    protect_inputs(out, library)
    ruleset = composed(library, tier, law)
    text = draft_mapping(file, ruleset, unit_column=unit_column, sheet=sheet, header_row=header_row, lang=lang)
    with text_target(out, "yaml") as target:
        target.write(printable(text))
