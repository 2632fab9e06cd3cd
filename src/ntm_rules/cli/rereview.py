"""``ntm-rules rereview``: every unit of a file under an old and a new set."""

import typing
from collections.abc import Iterator
from pathlib import Path

import click

from ntm_rules.cli.columns import columns_known, tell_columns
from ntm_rules.cli.diff import RulesetAt, RulesetOn
from ntm_rules.cli.heading import heading
from ntm_rules.cli.marked import on_bad_option, tell_marked
from ntm_rules.cli.options import Source, kept_in, lang_option, library_of, mapped, rulesets_option, source_options
from ntm_rules.cli.output import form_of, output_options, protect_inputs
from ntm_rules.cli.reports import FORMS, write
from ntm_rules.messages.catalogue import say
from ntm_rules.model.citations import Evidence
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.programme.input import UnitFile
from ntm_rules.programme.record import recognition_fact
from ntm_rules.programme.rereview import rereview as reviewed
from ntm_rules.reports.rereview import rereview_report
from ntm_rules.rules.library import Library


@click.command("rereview")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "old", type=RulesetOn(), required=True, help="The old set, e.g. commune/ntm@2024-06-03.")
@click.option("--to", "new", type=RulesetOn(), required=True, help="The new set; of the same tier or another.")
@click.option("--province", help="Province of both sets, by id or name, unless a set names one itself.")
@click.option("--territory", help="Old province whose criteria still apply after a merger.")
@click.option("--year", type=click.IntRange(1900, 2200), help="Year of the figures. [default: that of each set's date]")
@click.option(
    "--minimum-evidence",
    type=click.Choice([e.value for e in Evidence]),
    help="Treat numbers that are known less well as missing.",
)
@rulesets_option
@source_options("--unit")
@on_bad_option
@lang_option
@output_options(FORMS)
def rereview(
    file: Path,
    old: RulesetAt,
    new: RulesetAt,
    province: str | None,
    territory: str | None,
    year: int | None,
    minimum_evidence: str | None,
    rulesets: Path | None,
    on_bad: str,
    lang: str,
    form: str | None,
    out: str,
    **options: typing.Unpack[Source],
) -> None:
    """Assess every unit of FILE under an old and a new set: kept, lost, gained, now undetermined, and why.

    A column such as recognised_ntm says which units are recognised: those whose recognition is at stake come first.
    Judgements are of the old set and change no outcome of the new one.
    """
    form = form_of(form, out, FORMS)
    library = library_of(rulesets)
    protect_inputs(out, library)

    def compose(named: RulesetAt) -> Ruleset:
        name, on, own = named
        found = library.compose(name, on=on, year=year, province=own or province, territory=territory)
        return found if minimum_evidence is None else found.with_minimum_evidence(minimum_evidence)

    before, after = compose(old), compose(new)
    facts = columns_known(library, before, after)
    units = UnitFile.read(
        file,
        facts,
        (before.id,),
        unit=options["unit_column"],
        keep=kept_in(file, UnitFile.columns(facts, (before.id,)), options, before),
        decimal=options["decimal"],
        sheet=options["sheet"],
        unit_width=options["unit_width"],
        header_row=options["header_row"],
        numbers=before,
        mapping=mapped(UnitFile.columns(facts, (before.id,)), before),
        period_column=options["period_column"],
        unit_name=options["unit_name"],
    )
    found = reviewed(before, after, units.facts(), on_bad=on_bad)
    tell_columns((before, after), units.given(), lang, [recognition_fact(before.id)])
    lines = tuple(_lines(library, before, after, lang))
    write(form, out, lambda: rereview_report(found, lang, lines=lines), found.parts)
    tell_marked(bad for unit in found.units for verdict in (unit.before, unit.after) for bad in verdict.bad)


def _lines(library: Library, before: Ruleset, after: Ruleset, lang: str) -> Iterator[str]:
    for code, ruleset in (("report.old_set", before), ("report.new_set", after)):
        first, *rest = heading(library, ruleset, lang)
        yield f"{say(lang, code)}: {first}"
        yield from (f"  {line}" for line in rest)
