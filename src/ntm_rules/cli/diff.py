"""``ntm-rules diff``: what changes from one ruleset to another, and which units it turns."""

import datetime as dt
import typing
from pathlib import Path

import click
from rich.console import Console

from ntm_rules.cli.assess import check_all, units
from ntm_rules.cli.columns import columns_known, tell_columns
from ntm_rules.cli.console import console, print_lines, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.language import in_error_lang
from ntm_rules.cli.options import (
    Source,
    date,
    form_option,
    kept_in,
    lang_option,
    library_of,
    rulesets_option,
    source_options,
)
from ntm_rules.cli.output import json_text
from ntm_rules.difference.changes import UNLISTED
from ntm_rules.difference.difference import Difference
from ntm_rules.difference.difference import diff as difference
from ntm_rules.difference.flips import UnitDifference
from ntm_rules.difference.words import DiffWords
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.rules.library import Library

RulesetAt = tuple[str, dt.date, str | None]
"""Ruleset, date and province."""


class RulesetOn(click.ParamType[RulesetAt]):
    """``RULESET@DATE`` or ``RULESET@DATE@PROVINCE``."""

    name = "RULESET@DATE[@PROVINCE]"

    def convert(self, value: typing.Any, param: click.Parameter | None, ctx: click.Context | None) -> RulesetAt:
        """Ruleset, date and province."""
        parts = str(value).split("@")
        if len(parts) not in (2, 3) or not all(parts):
            self.fail(in_error_lang(Message("usage.ruleset_at", value=str(value))), param, ctx)
        return parts[0], date(parts[1]), parts[2] if len(parts) == 3 else None


@click.command()
@click.argument("old", type=RulesetOn(), metavar="A")
@click.argument("new", type=RulesetOn(), metavar="B")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of units, as `assess` reads them: also say which of them turn.",
)
@source_options("--unit")
@rulesets_option
@lang_option
@form_option
def diff(
    old: RulesetAt,
    new: RulesetAt,
    data: Path | None,
    rulesets: Path | None,
    lang: str,
    form: str,
    **source: typing.Unpack[Source],
) -> None:
    """Show what changes from A to B: what is stricter, looser or new, with an example for each change.

    A and B are written RULESET@DATE or RULESET@DATE@PROVINCE, e.g. commune/ntm@2024-07-02@lang-son.
    """
    library = library_of(rulesets)
    before, after = (library.compose(name, on=on, province=province) for name, on, province in (old, new))
    found = difference(before, after)
    total, turned = 0, list[UnitDifference]()
    if data is not None:
        facts = columns_known(library, before, after)
        source["keep"] = kept_in(data, facts, source)
        for ruleset in (before, after):
            total = check_all(units(data, facts, source, on_bad="mark"), ruleset)
        turned = list(found.on_units(units(data, facts, source)))
        given = {name for unit in units(data, facts, source) for name in unit.facts}
        tell_columns((before, after), given, lang)
    if form == "json":
        made = found.to_dict()
        if data is not None:
            made |= {"units_total": total, "units": [unit.to_dict() for unit in turned]}
        click.echo(json_text(made))
        return
    out, words = console(), DiffWords(before, after, lang)
    _print_changes(out, library, found, words)
    if data is not None:
        _print_units(out, turned, total, words)


def _print_changes(out: Console, library: Library, found: Difference, words: DiffWords) -> None:
    for code, ruleset in (("diff.old_set", found.old), ("diff.new_set", found.new)):
        print_lines(out, (say(words.lang, code), *(f"  {line}" for line in heading(library, ruleset, words.lang))))
    if found.old.year != found.new.year:
        print_lines(out, [say(words.lang, "diff.other_years", old=found.old.year, new=found.new.year)], first="")
    lines = [say(words.lang, f"diff.kind.{kind.value}") for kind in UNLISTED if kind in found.counts]
    known = [change for change in found.changes if not change.unlisted]
    lines += [words.counts(found.counts)] if known else []
    same = not (lines or found.grades or found.lists)
    print_lines(out, [say(words.lang, "diff.none")] if same else lines)
    for change in known:
        head, *steps = words.change(change)
        out.print(text(head, "bold"))
        for line in steps:
            out.print(text(line))
    for grade in found.grades:
        head, *lines = words.grade(grade)
        out.print(text(head, "bold"))
        for line in lines:
            out.print(text(line))
    for listed in found.lists:
        out.print(text(words.unit_list(listed), "bold"))


def _print_units(out: Console, turned: list[UnitDifference], total: int, words: DiffWords) -> None:
    out.print()
    out.print(text(say(words.lang, "diff.units", count=len(turned), total=total), "bold"))
    for unit in turned:
        head, *lines = words.unit(unit)
        out.print()
        out.print(text(head, "bold"))
        for line in lines:
            out.print(text(line))
