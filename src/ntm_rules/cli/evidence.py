"""``ntm-rules evidence``: what has to be copied from, or checked against, the official text."""

import typing
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

import click
from rich.console import Console

from ntm_rules.cli.console import LEVELS, console, print_lines, table, text
from ntm_rules.cli.heading import dated, heading, province_name
from ntm_rules.cli.options import Law, composed, lang_option, law_options, library_of
from ntm_rules.messages.catalogue import say
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import CellRef, every_cell
from ntm_rules.rules.library import Library
from ntm_rules.words.sheet import Sheet

_LEVELS = ("official", "secondary", "recalled", "pending")
_TO_DO = ("pending", "recalled", "secondary")


@click.command()
@click.argument("ruleset", required=False)
@law_options(on_required=False)
@lang_option
def evidence(ruleset: str | None, lang: str, **law: typing.Unpack[Law]) -> None:
    """List the numbers of RULESET that nobody has copied yet, are from memory only or in dispute, by instrument.

    Without RULESET: how many there are in each set.
    """
    library = library_of(law["rulesets"])
    out = console()
    if ruleset is None:
        _print_counts(out, library, _all(library, law), lang)
        out.print(text(say(lang, "cli.see_cells")))
    else:
        found = composed(library, ruleset, law)
        print_lines(out, heading(library, found, lang))
        _print_counts(out, library, [found], lang)
        _print_cells(out, found, lang)
    out.print()
    out.print(text(say(lang, "cli.registry")))


def _all(library: Library, law: Law) -> Iterator[Ruleset]:
    """Every set, or those of one period; of the sets that provinces have of their own all, or those of one province."""
    for name, period in library.rulesets():
        if law["period"] in (None, period):
            yield composed(library, name, {**law, "period": period})
    asked = law["territory"] or law["province"]
    for name, period, province in library.own_rulesets():
        mine = asked is None or library.registry.resolve(asked) == province
        if mine and law["period"] in (None, period):
            yield composed(library, name, {**law, "period": period, "territory": province})


def _print_counts(out: Console, library: Library, rulesets: Iterable[Ruleset], lang: str) -> None:
    sheet = table(
        *(say(lang, code) for code in ("cli.ruleset", "cli.period", "cli.province_head")),
        *(say(lang, f"cli.level.{level}") for level in _LEVELS),
    )
    for ruleset in rulesets:
        counts = Counter(ref.cell.level for ref in every_cell(ruleset))
        numbers = (text(counts[level], LEVELS[level]) for level in _LEVELS)
        owner = ruleset.territory or ruleset.province
        province = province_name(library, owner, lang) if owner else ""
        sheet.add_row(text(ruleset.id), text(ruleset.period), text(province), *numbers)
    out.print(sheet)


def _print_cells(out: Console, ruleset: Ruleset, lang: str) -> None:
    """Print the cells to do, by instrument and level, in printed order; of the secondary ones those in dispute."""
    words = Sheet(ruleset, lang)
    todo = [ref for ref in every_cell(ruleset) if ref.cell.disputed or ref.cell.level in ("pending", "recalled")]
    order = {ref.cell.blame: place for place, ref in reversed(list(enumerate(todo)))}
    todo.sort(key=lambda ref: (order[ref.cell.blame], _TO_DO.index(ref.cell.level)))
    for (blame, level), group in groupby(todo, key=lambda ref: (ref.cell.blame, ref.cell.level)):
        refs = list(group)
        count = say(lang, "cli.cells", count=len(refs))
        out.print()
        out.print(text(f"{dated(blame, lang)}: {count} {say(lang, f'cli.todo.{level}')}", "bold"))
        columns = ["cli.no", "cli.title", "cli.where"]
        if any(ref.cell.evidence or ref.cell.disputed for ref in refs):
            columns += ["cli.value", "cli.evidence"]
        sheet = table(*(say(lang, code) for code in columns))
        for ref in refs:
            row = (
                ref.address,
                _title(words, ref),
                _column(words, ref),
                _value(words, ref),
                words.evidence(ref.cell),
            )
            sheet.add_row(*(text(cell) for cell in row[: len(columns)]))
        out.print(sheet)


def _title(words: Sheet, ref: CellRef) -> str:
    """Return the title of the comparison or of its one fact, else that of the indicator."""
    if ref.comparison is not None and ref.comparison.title is not None:
        return ref.comparison.title.text(words.lang)
    if ref.comparison is not None and len(ref.comparison.facts) == 1:
        return words.words.fact_title(ref.comparison.fact)
    for criterion in words.ruleset.criteria:
        for indicator in criterion.indicators:
            if indicator.no == ref.indicator and indicator.title is not None:
                return indicator.title.text(words.lang)
    return ""


def _column(words: Sheet, ref: CellRef) -> str:
    return words.column(ref.by, ref.key, bound=True)


def _value(words: Sheet, ref: CellRef) -> str:
    if ref.comparison is None or ref.cell.evidence is None:
        return ""
    return words.asked(ref.comparison, ref.cell)
