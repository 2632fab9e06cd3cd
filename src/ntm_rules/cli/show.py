"""``ntm-rules show``: a composed ruleset as a table."""

import typing

import click

from ntm_rules.cli.console import LEVELS, console, table, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.options import Law, composed, lang_option, law_options, library_of
from ntm_rules.cli.phrases import say
from ntm_rules.explain.sheet import Row, rows


@click.command(short_help="Show a ruleset as a table.")
@click.argument("ruleset")
@law_options(on_required=False)
@lang_option
def show(ruleset: str, lang: str, **law: typing.Unpack[Law]) -> None:
    """Show RULESET (such as commune/ntm): what is asked, how well each number is known, who decided it.

    With a province, only the columns that its communes can fall in are shown.
    """
    library = library_of(law["rulesets"])
    found = composed(library, ruleset, law)
    out = console()
    for place, line in enumerate(heading(library, found, lang)):
        out.print(text(line, "" if place else "bold"))
    out.print()
    sheet = table(*(say(lang, name) for name in ("no", "title", "asked", "evidence", "blame")))
    for row in rows(found, lang):
        style = "bold" if row.kind == "criterion" else ""
        sheet.add_row(
            text(row.no, style),
            text(_indented(row), style),
            text(row.asked),
            text(row.evidence, LEVELS.get(row.level, "")),
            text(row.blame),
        )
    out.print(sheet)


def _indented(row: Row) -> str:
    return f"  {row.title}" if row.kind == "part" else row.title
