"""``ntm-rules show``: a composed ruleset as a table."""

import typing

import click

from ntm_rules.cli.console import LEVELS, console, print_lines, table, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.options import Law, composed, lang_option, law_options, library_of
from ntm_rules.messages.catalogue import say
from ntm_rules.words.sheet import Row, rows


@click.command()
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
    print_lines(out, heading(library, found, lang))
    sheet = table(*(say(lang, code) for code in ("cli.no", "cli.title", "cli.asked", "cli.evidence", "cli.blame")))
    found_rows = list(rows(found, lang))
    derived = [_rule(row) for row in found_rows if row.kind == "derived"]
    if derived:
        print_lines(out, derived, first="")
    for row in found_rows:
        if row.kind != "derived":
            style = "bold" if row.kind in ("set", "criterion", "grade") else ""
            evidence = text(row.evidence, LEVELS.get(row.level, ""))
            sheet.add_row(text(row.no, style), text(_title(row), style), text(row.asked), evidence, text(row.blame))
    out.print(sheet)


def _rule(row: Row) -> str:
    """How a fact is worked out, in one line."""
    known = f" ({row.blame}, {row.evidence})" if row.blame else ""
    return f"{row.title}: {row.asked}{known}"


def _title(row: Row) -> str:
    return f"  {row.title}" if row.kind == "part" else row.title
