"""``ntm-rules progress``: how far a programme is, against its targets and an earlier day."""

import datetime as dt
import typing
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from ntm_rules.cli.assess import split
from ntm_rules.cli.columns import tell_columns
from ntm_rules.cli.heading import heading, province_name
from ntm_rules.cli.language import error_lang, in_error_lang
from ntm_rules.cli.marked import on_bad_option, tell_marked
from ntm_rules.cli.options import (
    Law,
    Source,
    composed,
    date,
    kept_in,
    lang_option,
    law_options,
    library_of,
    mapped,
    source_options,
)
from ntm_rules.cli.output import form_of, output_options, protect_inputs
from ntm_rules.cli.reports import FORMS, write
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import BadArgument, FactProblem, NotInForce
from ntm_rules.model.arguments import marks_bad
from ntm_rules.model.names import one_form
from ntm_rules.model.plans import Plan
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.programme.input import UnitFile
from ntm_rules.programme.progress import progress as counted
from ntm_rules.programme.record import recognition_fact
from ntm_rules.reports.progress import progress_report
from ntm_rules.rules.library import Library
from ntm_rules.tables.naming import Numbers
from ntm_rules.tables.units import UnitFacts
from ntm_rules.units.register import Units


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(one_form, value))


def _bands(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    parts = [part.strip() for part in (value or "").split(",") if part.strip()]
    if any(not (part.isascii() and part.isdigit()) for part in parts):
        raise click.BadParameter(in_error_lang(Message("usage.bands", value=value)))
    return tuple(map(int, parts)) or None


def _plan(ctx: click.Context, param: click.Parameter, value: str | None) -> str | Path | None:
    """Return the name of a plan, or the path of a file of targets."""
    return Path(value) if value is not None and value.endswith((".yaml", ".yml")) else value


@click.command("progress")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--targets",
    metavar="PLAN",
    callback=_plan,
    help="Targets: PROVINCE@YEAR of a plan in the library, or a file (.yaml); its province is taken for --province.",
)
@click.option("--tier", "tiers", multiple=True, metavar="RULESET", help="Tier to count; may be given again.")
@click.option(
    "--before",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The same units on an earlier day; read and assessed like FILE.",
)
@click.option(
    "--before-as-of",
    type=date,
    metavar="DATE",
    help="Day of --before: units are followed from it to --as-of through mergers and codes used again (extra `units`).",
)
@click.option(
    "--by", multiple=True, callback=_names, metavar="COLUMN", help="Group by this column; give the outer one first."
)
@click.option(
    "--province-by",
    metavar="COLUMN",
    help="Column with the province of each unit, by id or name: picks its own criteria, in place of --province.",
)
@click.option("--as-of", type=date, metavar="DATE", help="Day of the report, usually 20/6 or 20/12.")
@click.option(
    "--under",
    type=click.IntRange(min=0),
    metavar="COUNT",
    help="List units that meet fewer criteria. [default: three quarters of all, 15 of 19]",
)
@click.option(
    "--bands",
    callback=_bands,
    metavar="COUNTS",
    help="Least counts of the bands of criteria, e.g. 19,15,10. [default: all, three quarters and half of them]",
)
@click.option("--all-units", is_flag=True, help="With a table of every unit.")
@law_options(on_required=False, otherwise="that of --as-of, else today")
@source_options("--unit")
@on_bad_option
@lang_option
@output_options(FORMS)
def progress(
    file: Path,
    targets: str | Path | None,
    tiers: tuple[str, ...],
    before: Path | None,
    before_as_of: dt.date | None,
    by: tuple[str, ...],
    province_by: str | None,
    as_of: dt.date | None,
    under: int | None,
    bands: tuple[int, ...] | None,
    all_units: bool,
    on_bad: str,
    lang: str,
    form: str | None,
    out: str,
    **options: typing.Any,
) -> None:
    """Count the units of FILE by tier: met and recognised, criteria per unit, targets reached and remaining.

    FILE holds facts, one row a unit, as for `assess`; or published counts: the columns criteria_met,
    criteria_undetermined, criteria_total, outcome, and acts such as recognised_ntm.
    """
    law, source = split(options)
    form = form_of(form, out, FORMS)
    library = library_of(law["rulesets"])
    protect_inputs(out, library)
    plan = None if targets is None else library.plan(targets)
    law["on"] = law["on"] or as_of
    if plan is not None and not (law["province"] or law["territory"] or province_by):
        law["province"] = plan.province
    if before_as_of is not None and (before is None or as_of is None):
        raise click.UsageError(in_error_lang(Message("usage.before_as_of")))
    wanted = _tiers(tuple(map(library.known_tier, tiers)), plan)
    rulesets: dict[tuple[str, str], Ruleset] = {}

    def compose(tier: str, unit: UnitFacts) -> Ruleset:
        province = "" if province_by is None else one_form(unit.kept[province_by])
        if (tier, province) not in rulesets:
            chosen = Law(**(law | {"province": province})) if province else law
            rulesets[tier, province] = composed(library, tier, chosen)
        return rulesets[tier, province]

    kept = (*by, *([] if province_by is None else [province_by]))
    numbers = _numbers(library, wanted[0], law)
    now = _read(file, library, wanted, kept, source, numbers)
    earlier = None if before is None else _read(before, library, wanted, kept, source, numbers)
    bad = list[FactProblem]() if marks_bad(on_bad) else None
    try:
        found = counted(
            now.records(wanted, compose, by, bad),
            plan,
            before=None if earlier is None else earlier.records(wanted, compose, by, bad),
            by=by,
            under=under,
            bands=bands,
            as_of=as_of,
            before_as_of=before_as_of,
            register=None if before_as_of is None else Units.load(),
        )
    except BadArgument as error:
        raise click.UsageError(error.text(error_lang())) from None

    warnings = tuple(_other_year(plan, law, lang))
    for warning in warnings:
        click.echo(warning, err=True)
    if not now.published:
        tell_columns(tuple(rulesets.values()), now.given(), lang, map(recognition_fact, wanted))

    def lines() -> Iterator[str]:
        if now.published:
            yield say(lang, "report.published")
        if found.judged is not None and len(wanted) > 1:
            yield say(lang, "report.judged_tier", tier=wanted[0])
        yield from warnings
        for ruleset in rulesets.values():
            yield from heading(library, ruleset, lang)

    name = "" if plan is None else province_name(library, plan.province, lang)
    write(
        form,
        out,
        lambda: progress_report(
            found, lang, lines=tuple(lines()), province=name, every_unit=all_units, published=now.published
        ),
        found.to_dict,
    )
    tell_marked(bad or ())


def _other_year(plan: Plan | None, law: Law, lang: str) -> Iterator[str]:
    """Yield that the targets are of another year than the figures, where they are."""
    year = law["year"] or (law["on"] or dt.date.today()).year
    if plan is not None and plan.year != year:
        yield say(lang, "cli.warning", message=say(lang, "report.other_year", planned=plan.year, year=year))


def _numbers(library: Library, tier: str, law: Law) -> Numbers:
    """Return the set of a tier, whose numbers may be judged; none of these where no set is in force."""
    with suppress(NotInForce):  # a file of published counts needs no set, of any other it is said then
        return composed(library, tier, law)
    return {}


def _read(
    path: Path,
    library: Library,
    tiers: tuple[str, ...],
    kept: tuple[str, ...],
    source: Source,
    numbers: Numbers,
) -> UnitFile:
    known = UnitFile.columns(library.facts, tiers)
    return UnitFile.read(
        path,
        library.facts,
        tiers,
        unit=source["unit_column"],
        keep=tuple(dict.fromkeys((*kept, *kept_in(path, known, source, numbers)))),
        decimal=source["decimal"],
        sheet=source["sheet"],
        unit_width=source["unit_width"],
        header_row=source["header_row"],
        numbers=numbers,
        mapping=mapped(UnitFile.columns(library.facts, tiers), numbers),
        period_column=source["period_column"],
        unit_name=source["unit_name"],
    )


def _tiers(asked: tuple[str, ...], plan: Plan | None) -> tuple[str, ...]:
    """Return the tiers to count: those asked for, and those of the plan of the same level.

    Raises:
        click.UsageError: no tier is named, or the tiers are of several levels.
    """
    planned = () if plan is None else plan.tiers
    tiers = dict.fromkeys((*asked, *planned))
    if not tiers:
        raise click.UsageError(in_error_lang(Message("usage.tiers")))
    levels = list(dict.fromkeys(tier.partition("/")[0] for tier in asked or planned))
    if asked and len(levels) > 1:
        raise click.UsageError(in_error_lang(Message("usage.one_level", levels=tuple(levels))))
    return tuple(tier for tier in tiers if tier.partition("/")[0] == levels[0])
