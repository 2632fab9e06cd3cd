"""``ntm-rules list``: the rulesets there are, and the sets of provinces."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.table import Table

from ntm_rules.check.compositions import layers_of_province, sets
from ntm_rules.cli.console import console, table, text
from ntm_rules.cli.heading import layer_words, span_words
from ntm_rules.cli.options import lang_option, library_of, rulesets_option
from ntm_rules.messages.catalogue import say
from ntm_rules.rules.library import Library

_COLUMNS = ("cli.ruleset", "cli.period", "cli.in_force", "cli.instrument")


@click.command("list")
@rulesets_option
@lang_option
def list_rulesets(rulesets: Path | None, lang: str) -> None:
    """List the rulesets with their period and instruments, the sets of provinces, and the plans with targets."""
    library = library_of(rulesets)
    out = console()
    out.print(_table((*_COLUMNS, "cli.name"), _national(library, lang), lang))
    out.print()
    out.print(text(say(lang, "cli.own_sets"), "bold"))
    out.print(_table(("cli.province_head", *_COLUMNS), _of_provinces(library, lang), lang))
    unknown = [p.title.text(lang) for p in library.registry.provinces if p.overlay_unknown]
    if unknown:
        out.print()
        out.print(text(say(lang, "cli.no_overlay", provinces=", ".join(unknown))))
    unwritten = [f"{p.title.text(lang)} ({', '.join(p.unwritten)})" for p in library.registry.provinces if p.unwritten]
    if unwritten:
        out.print(text(say(lang, "cli.unwritten", provinces=", ".join(unwritten))))
    if library.plans():
        out.print(text(say(lang, "cli.plans", plans=", ".join(library.plans()))))


def _table(columns: Iterable[str], rows: Iterable[tuple[str, ...]], lang: str) -> Table:
    made = table(*(say(lang, code) for code in columns))
    for row in rows:
        made.add_row(*(text(cell) for cell in row))
    return made


def _national(library: Library, lang: str) -> Iterator[tuple[str, ...]]:
    """One row a ruleset and period."""
    for ruleset, period in library.rulesets():
        found = library.compose(ruleset, on=dt.date.today(), period=period)
        base = found.layers[0]
        title = found.title.text(lang) if found.title else ""
        yield ruleset, period, span_words(base, lang), layer_words(base, lang), title


def _of_provinces(library: Library, lang: str) -> Iterator[tuple[str, ...]]:
    """One row an overlay, a set of a province's own or an amendment to it, by province."""
    titles = {p.id: p.title.text(lang) for p in library.registry.provinces}
    found = ((ruleset, period, province) for ruleset, period, province in sets(library) if province)
    for ruleset, period, province in sorted(found, key=lambda of: (of[2], of[1], of[0])):
        for layer in layers_of_province(library, ruleset, period, province):
            yield titles[province], ruleset, period, span_words(layer, lang), layer_words(layer, lang)
