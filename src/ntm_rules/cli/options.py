"""Options that several commands share: which law, which words, which file."""

import csv
import datetime as dt
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from ntm_rules.cli.errors_file import errors_option
from ntm_rules.cli.language import in_error_lang, remembered
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded
from ntm_rules.model.citations import Evidence
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.facts import Fact
from ntm_rules.model.names import one_form
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library
from ntm_rules.rules.read.mappings import read_mapping
from ntm_rules.tables.header import Header, header_of
from ntm_rules.tables.naming import Numbers, numbers_of
from ntm_rules.yaml.nodes import read_file

_DATES = (
    re.compile("(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    re.compile("(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
)

_ALONE, _TOLD, _MAPPING = "ntm_rules.alone", "ntm_rules.explain_reading", "ntm_rules.mapping"

_ROLES = {
    "number": "cli.reading_number",
    "figure": "cli.reading_figure",
    "measure": "cli.reading_measure",
    "detail": "cli.reading_detail",
    "content": "cli.reading_content",
}

F = typing.TypeVar("F", bound=Callable[..., object])


def date(value: str) -> dt.date:
    """Return a date, ``2024-07-02`` or ``02/07/2024`` (day first).

    Raises:
        click.BadParameter: it is neither.
    """
    for form in _DATES:
        match = form.fullmatch(value.strip())
        if match is not None:
            with suppress(ValueError):
                return dt.date(int(match["y"]), int(match["m"]), int(match["d"]))
    raise click.BadParameter(in_error_lang(Message("usage.date", value=value)))


class Law(typing.TypedDict):
    """The options that pick a ruleset."""

    on: dt.date | None
    year: int | None
    period: str | None
    province: str | None
    territory: str | None
    rulesets: Path | None
    minimum_evidence: str | None


class Source(typing.TypedDict):
    """The options that say how a file of units is read; ``kept_in`` says which columns of it are kept."""

    unit_column: str | None
    keep: tuple[str, ...]
    keep_rest: bool
    decimal: str | None
    sheet: str | None
    unit_width: int | None
    header_row: int | None
    period_column: str | None
    unit_name: str | None


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _kept_alone(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_ALONE] = value


def _reading_told(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_TOLD] = value


def _mapping_kept(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    ctx.meta[_MAPPING] = value


def is_alone() -> bool:
    """Return whether the command that runs leaves the bundled rules out."""
    return bool(click.get_current_context().meta.get(_ALONE))


alone_option = click.option(
    "--alone",
    is_flag=True,
    expose_value=False,  # as the language: what reads the rules asks for it
    callback=_kept_alone,
    help="The rules are a whole library: leave the bundled ones out.",
)
rulesets_option = _together(
    click.option(
        "--rulesets",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Folder of rule files that goes over the bundled ones.",
    ),
    alone_option,
)
form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Form of the output.",
)
lang_option = click.option(
    "--lang",
    type=click.Choice(["vi", "en"]),
    show_default="vi",
    is_eager=True,  # before the others, whose errors are said in it
    callback=remembered,
    help="Language of the output, and of errors if given.",
)
mapping_option = click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    expose_value=False,  # as the rules alone: what reads the columns asks for it
    callback=_mapping_kept,
    help="Mapping file: what the columns of a system with names of its own hold.",
)


def law_options(on_required: bool, otherwise: str = "today") -> Callable[[F], F]:
    """Return the options that pick a ruleset, as keyword arguments of ``Law``.

    Args:
        otherwise: what is taken where no date is given.
    """
    on_help = "Date that picks the law, 2024-07-02 or 02/07/2024."
    return _together(
        click.option(
            "--on",
            type=date,
            metavar="DATE",
            required=on_required,
            help=on_help + ("" if on_required else f" [default: {otherwise}]"),
        ),
        click.option("--year", type=click.IntRange(1900, 2200), help="Year of the figures. [default: that of --on]"),
        click.option("--period", help="Name the set where none is in force on that date, e.g. 2021-2025."),
        click.option("--province", help="Province, by id or name: picks its own criteria and its region."),
        click.option("--territory", help="Old province whose criteria still apply after a merger."),
        click.option(
            "--minimum-evidence",
            type=click.Choice([e.value for e in Evidence]),
            help="Treat numbers that are known less well as missing.",
        ),
        rulesets_option,
    )


def unit_option(flag: str) -> Callable[[F], F]:
    """Return the option that says which column names the unit."""
    return click.option(flag, "unit_column", metavar="COLUMN", help="Column that names the unit.")


sheet_option = click.option(
    "--sheet", metavar="NAME", help="Sheet of an Excel file. [default: the first that is not hidden]"
)
header_row_option = click.option(
    "--header-row",
    type=click.IntRange(min=1),
    metavar="ROW",
    help="Row of a CSV or Excel file that holds the names of the columns. [default: found]",
)


def source_options(unit_flag: str) -> Callable[[F], F]:
    """Return the options that say how a file is read, as keyword arguments of ``Source``."""
    return _together(
        unit_option(unit_flag),
        click.option(
            "--keep",
            multiple=True,
            metavar="COLUMN",
            help="Column to pass through, which need not be a fact; may be given again, or several separated by "
            "commas, in quotes where a name has a comma.",
        ),
        click.option("--keep-rest", is_flag=True, help="Pass through all columns that are neither unit nor fact."),
        click.option(
            "--decimal",
            type=click.Choice(["comma", "point"]),
            help="What separates decimals where a number such as 1.234 can be read in two ways.",
        ),
        sheet_option,
        click.option(
            "--unit-width",
            type=click.IntRange(min=1, max=20),
            metavar="DIGITS",
            help="How many digits codes of units have, where they are numbers or lost their zeros: 5 for communes.",
        ),
        header_row_option,
        click.option(
            "--period-column",
            metavar="NAME",
            help="Group of columns to read, where several periods have the same ones; or the column that says of which "
            "period a row is, for a result for each unit and period.",
        ),
        click.option(
            "--unit-name", metavar="NAME", help="Unit of a table with one row an indicator that does not name it."
        ),
        click.option(
            "--explain-reading",
            is_flag=True,
            expose_value=False,  # as the rules alone: what reads the names of the columns asks for it
            callback=_reading_told,
            help="Say on standard error what each column is read as.",
        ),
        mapping_option,
        errors_option,
    )


def mapped(facts: Mapping[str, Fact], numbers: Numbers | None = None) -> ColumnMapping | None:
    """Return the mapping file of the command that runs; None where it has none.

    Args:
        facts, numbers: what its columns may hold, as for ``tables.read``.

    Raises:
        RulesetError: every problem of the file.
    """
    path: Path | None = click.get_current_context().meta.get(_MAPPING)
    if path is None:
        return None
    return read_mapping(read_file(path, str(path)), facts, None if numbers is None else numbers_of(facts, numbers))


def kept_in(file: Path, facts: Mapping[str, Fact], source: Source, numbers: Numbers | None = None) -> tuple[str, ...]:
    """Return the columns of a file that pass through; *numbers* as for ``tables.read``.

    A value of ``--keep`` that is the name of a column is that column, whatever is in it; any other is a list.

    Raises:
        EngineUnavailable, OSError: as ``tables.read``.
    """
    asked, rest = source["keep"], source["keep_rest"]
    told = bool(click.get_current_context().meta.get(_TOLD))
    mapping = mapped(facts, numbers)
    asked = asked if mapping is None else (*asked, *mapping.keep)
    if not told and not rest and not any("," in value or '"' in value for value in asked):
        return tuple(name for value in asked if (name := one_form(value)))
    where = {"numbers": numbers, "mapping": mapping} | {
        name: source[name] for name in ("sheet", "header_row", "period_column", "unit_name")
    }
    header = header_of(file, facts, unit_column=source["unit_column"], keep=asked, **typing.cast(typing.Any, where))
    present = frozenset(header.names)
    names = [name for value in asked for name in _listed(value, present)]
    taken = {name if name in present else folded(name) for name in names}
    kept = (*names, *(name for name in header.rest if rest and not {name, folded(name)} & taken))
    if told:
        for line in _reading(header, kept, facts):
            click.echo(in_error_lang(line), err=True)
    return kept


def _reading(header: Header, kept: Sequence[str], facts: Mapping[str, Fact]) -> Iterator[Message]:
    """Yield what each column is read as."""
    passing = {*kept, *map(folded, kept)}
    for name in header.names:
        if name == header.unit:
            yield Message("cli.reading_unit", name=name)
        elif name in header.facts:
            fact = facts[header.facts[name]]
            yield Message("cli.reading_fact", name=name, fact=fact.id, title=fact.title or fact.id)
        elif name in header.judged and name not in passing:
            yield Message("cli.reading_judged", name=name)
        elif name in header.roles:
            yield Message(_ROLES[header.roles[name]], name=name)
        elif name in header.said and name not in passing:
            yield Message("cli.reading_said", name=name, fact=header.said[name])
        elif name in passing or folded(name) in passing:
            yield Message("cli.reading_kept", name=name)
        else:
            yield Message("cli.reading_not", name=name)


def _listed(value: str, present: frozenset[str]) -> list[str]:
    for name in (value, one_form(value)):
        if name in present:
            return [name]
    parts = next(csv.reader([one_form(value)], skipinitialspace=True), [])
    return [name for part in parts if (name := one_form(part))]


def library_of(folder: Path | None) -> Library:
    """Return the bundled library, or a folder over it; with `--alone` the folder by itself."""
    if folder is None and is_alone():
        raise click.UsageError(in_error_lang(Message("usage.alone")))
    return Library.bundled() if folder is None else Library.load(folder, bundled=not is_alone())


def composed(library: Library, ruleset: str, law: Law) -> Ruleset:
    """Return the ruleset that the options pick; today's where no date is given."""
    found = library.compose(
        ruleset,
        on=law["on"] or dt.date.today(),
        year=law["year"],
        period=law["period"],
        province=law["province"],
        territory=law["territory"],
    )
    floor = law["minimum_evidence"]
    return found if floor is None else found.with_minimum_evidence(floor)
