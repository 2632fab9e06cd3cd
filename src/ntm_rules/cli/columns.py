"""What the columns of a file are to a ruleset: facts that it lacks, facts that no rule reads, facts worked out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from attrs import evolve

from ntm_rules.frames.base.columns import missing_columns
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import Diagnostic, TableError, folded
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import may_be_given
from ntm_rules.model.walk import given_for
from ntm_rules.rules.library import Library

_SHOWN = 10


def tell_columns(rulesets: Sequence[Ruleset], given: Collection[str], lang: str, acts: Iterable[str] = ()) -> None:
    """Tell on standard error which facts of a file no rule of the sets reads, and which facts of a set it lacks.

    Args:
        given: the facts that the file has.
        acts: facts that record acts, which are read beside the rules.
    """
    for message in dict.fromkeys((*_unread(rulesets, set(given) - set(acts), lang), *_missing(rulesets, set(given)))):
        click.echo(say(lang, "cli.note", message=message.text(lang)), err=True)


def columns_known(library: Library, *rulesets: Ruleset) -> Mapping[str, Fact]:
    """Return what a column of a file may hold: a fact of the library, or a derived one that every set may be given."""
    first, *others = (may_be_given(ruleset) for ruleset in rulesets)
    common = {name: fact for name, fact in first.items() if all(name in other for other in others)}
    return {**library.facts_for(*rulesets), **common}


@contextmanager
def derived_told(*rulesets: Ruleset) -> Iterator[None]:
    """Say of a column that holds what a set works out itself from which facts it does so.

    Raises:
        TableError: what was raised, with these hints.
    """
    try:
        yield
    except TableError as error:
        raise TableError([_with_hint(diagnostic, rulesets) for diagnostic in error.diagnostics]) from None


def _with_hint(diagnostic: Diagnostic, rulesets: Iterable[Ruleset]) -> Diagnostic:
    told = diagnostic.told
    if not isinstance(told, Message) or told.code != "table.column/unknown":
        return diagnostic
    name = str(told.params["name"])
    for ruleset in rulesets:
        if name in ruleset.derived_by_id:
            return evolve(diagnostic, hint=Message("hint.derived", name=name, names=given_for(ruleset, name)))
    return diagnostic


def _unread(rulesets: Sequence[Ruleset], given: set[str], lang: str) -> Iterator[Message]:
    for fact in rulesets[0].unread if rulesets else ():
        if fact.id in given and all(fact in ruleset.unread for ruleset in rulesets):
            name = f"{fact.id}" if fact.title is None else f"{fact.id} ({fact.title.text(lang)})"
            instead = dict.fromkeys(other for ruleset in rulesets for other in _in_its_place(fact, ruleset))
            code = "cli.unread_instead" if instead else "cli.unread"
            yield Message(code, name=name, **({"names": tuple(instead)} if instead else {}))


def _in_its_place(fact: Fact, ruleset: Ruleset) -> Iterator[str]:
    """Yield the facts read that say of some (men, women) what the fact says of all: their titles begin like its own."""
    if fact.title is not None:
        start = folded(fact.title.vi)
        for other in ruleset.facts:
            if other.type is fact.type and other.title is not None and folded(other.title.vi).startswith(start):
                yield other.id


def _missing(rulesets: Sequence[Ruleset], given: set[str]) -> Iterator[Message]:
    for ruleset in rulesets:
        lacking, total = missing_columns(ruleset, given), len(missing_columns(ruleset, set()))
        if lacking:
            shown = tuple(lacking[:_SHOWN])
            code = "cli.no_columns_more" if len(lacking) > _SHOWN else "cli.no_columns"
            more = {"more": len(lacking) - _SHOWN} if len(lacking) > _SHOWN else {}
            yield Message(code, ruleset=ruleset.id, count=len(lacking), total=total, facts=shown, **more)
