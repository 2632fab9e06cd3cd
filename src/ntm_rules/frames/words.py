"""Rows of a long result in words: the same as ``Verdict.reasons`` has, from nothing but the row."""

import typing
from collections.abc import Callable, Mapping

from ntm_rules.frames.base.details import facts_behind, facts_in
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, RulesetError, TableError, UnknownName
from ntm_rules.model.arguments import need
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import IndicatorResult
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.walk import indicators
from ntm_rules.verdict.explain import Stands, Unit, explainer_of
from ntm_rules.verdict.invalid import with_invalid
from ntm_rules.verdict.program import program_of
from ntm_rules.verdict.verdict import assess
from ntm_rules.words.reason import reason_of

Explain = Callable[[Unit, Stands], IndicatorResult]


def word(ruleset: Ruleset, row: Mapping[str, typing.Any], lang: str = "vi") -> str:
    """One row of ``assess_frame(..., shape="long")`` as one line: value against threshold, citation, evidence.

    Args:
        ruleset: the set the row was assessed with.
        row: its columns by name; ``indicator``, ``outcome``, ``provisional``, ``detail`` and ``content_hash`` are read.
        lang: ``vi`` or ``en``.

    Raises:
        RulesetError: the row comes from a ruleset with another content hash.
        TableError: it is not a row of a long result.
        UnknownName: another language.
    """
    need("ruleset", ruleset, Ruleset)
    need("row", row, Mapping)
    missing = [name for name in ("indicator", "outcome", "provisional", "detail", "content_hash") if name not in row]
    if missing:
        raise TableError([Diagnostic.of("table.column/row", name=name) for name in missing])
    if row["content_hash"] != ruleset.content_hash:
        own = {"ruleset": ruleset.id, "own": ruleset.content_hash}
        raise RulesetError([Diagnostic.of("ruleset.hash/row", hash=row["content_hash"], **own)])
    number = str(row["indicator"])
    criterion, indicator, explain = _found(ruleset, number)
    try:
        facts, invalid = facts_in(facts_behind(ruleset, indicator), str(row["detail"]))
        outcome = Outcome(int(row["outcome"]))
    except (ValueError, IndexError) as error:
        raise TableError([Diagnostic.of("table.row/detail", indicator=number, error=str(error))]) from None
    unit = _unit(ruleset, facts, invalid)
    result = explain(unit, Stands.by_figures(outcome, bool(row["provisional"])))
    if invalid:
        result = with_invalid(ruleset, result, invalid)
    return reason_of(criterion, result, ruleset, {}).text(lang)


def _found(ruleset: Ruleset, number: str) -> tuple[str, Indicator, Explain]:
    """Return an indicator, and what explains it."""
    explainer = explainer_of(ruleset)
    compiled = (each for _, found in explainer.criteria for each in found)
    for (criterion, indicator), explain in zip(indicators(ruleset), compiled, strict=True):
        if indicator.no == number:
            return criterion.no, indicator, explain
    raise UnknownName(Message("kind.indicator"), number, [i.no for _, i in indicators(ruleset)])


def _unit(ruleset: Ruleset, facts: Mapping[str, typing.Any], invalid: frozenset[str]) -> Unit:
    """Return the facts of one row, ready to be explained."""
    program = program_of(ruleset)
    checked = program.checker.check(facts, None)
    for name in invalid & set(program.checker.bound):
        checked.values[program.places[name]] = None
    slots = program.asked.slots(checked.values)
    return Unit(slots, facts, None, assess)
