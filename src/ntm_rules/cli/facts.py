"""``ntm-rules facts``: the facts that a ruleset reads, found by their words."""

import json
import typing
from collections.abc import Mapping

import click
from rich.table import Table

from ntm_rules.cli.console import console, print_lines, table, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.options import Law, composed, lang_option, law_options, library_of
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import UnknownName
from ntm_rules.messages.printable import printable
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.input_schema import about, input_schema
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.search import facts_with
from ntm_rules.words.numbers import number

FORMS = ("table", "schema")


@click.command()
@click.argument("ruleset")
@click.argument("words", nargs=-1)
@law_options(on_required=False)
@lang_option
@click.option(
    "--format", "form", type=click.Choice(FORMS), default="table", show_default=True, help="Table or JSON Schema."
)
@click.option(
    "--unknown", is_flag=True, help="List what is not known about each fact, and only facts of which that is so."
)
def facts(ruleset: str, words: tuple[str, ...], lang: str, form: str, unknown: bool, **law: typing.Unpack[Law]) -> None:
    """List the facts that RULESET reads; with WORDS those whose title, id or number has all of them.

    Below the table is what is known about them: definition, way of counting, agency, guiding document, period, with its
    source. Case and diacritics do not matter. The JSON Schema is of all facts and judgements that may be given.
    """
    library = library_of(law["rulesets"])
    found = composed(library, ruleset, law)
    if form == "schema":
        click.echo(printable(json.dumps(input_schema(found, lang), ensure_ascii=False, indent=1)))
        return
    numbers = found.numbers_by_fact
    shown = facts_with(found, words)
    if not shown:
        raise UnknownName(Message("kind.fact"), " ".join(words), _titles(found))
    out = console()
    print_lines(out, heading(library, found, lang))
    if unknown:
        out.print(_unknown(shown, lang))
        return
    heads = ("cli.no", "cli.fact", "cli.fact_id", "cli.fact_values", "cli.fact_agency")
    made = table(*(say(lang, code) for code in heads))
    for name, fact in shown.items():
        agency = fact.agency.text(lang) if fact.agency else ""
        row = (", ".join(numbers.get(name, ())), _title(fact, lang), name, _values(fact, lang), agency)
        made.add_row(*map(text, row))
    out.print(made)
    print_lines(out, [line for fact in shown.values() if fact.told or fact.earlier for line in _told(fact, lang)])


def _told(fact: Fact, lang: str) -> list[str]:
    """Return what is known about a fact, below its title."""
    return ["", f"{_title(fact, lang)} ({fact.id})", *(f"  {line}" for line in about(fact, lang))]


def _unknown(facts: Mapping[str, Fact], lang: str) -> Table:
    """Return a table of what is not known about facts."""
    made = table(*(say(lang, code) for code in ("cli.fact", "cli.fact_id", "cli.fact_unknown")))
    for name, fact in facts.items():
        if fact.unknown:
            lacking = ", ".join(say(lang, f"cli.about.{each.value}") for each in fact.unknown)
            made.add_row(*map(text, (_title(fact, lang), name, lacking)))
    return made


def _titles(ruleset: Ruleset) -> list[str]:
    return [fact.title.vi if fact.title else name for name, fact in ruleset.inputs().items()]


def _title(fact: Fact, lang: str) -> str:
    return fact.title.text(lang) if fact.title else fact.id


def _values(fact: Fact, lang: str) -> str:
    """Return what a fact may be: its unit and bounds, or its values."""
    if fact.type is FactType.BOOLEAN:
        return " / ".join(say(lang, code) for code in ("words.is_yes", "words.is_no"))
    if fact.values:
        titles = fact.value_titles or {}
        return ", ".join(titles[value].text(lang) if value in titles else value for value in fact.values)
    unit = fact.unit.title.text(lang) if fact.unit else ""
    if fact.minimum is None or fact.maximum is None:
        return unit
    return f"{unit} ({number(fact.minimum, lang)}-{number(fact.maximum, lang)})".lstrip()
