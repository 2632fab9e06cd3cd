"""The facts that an indicator rests on, in one short text a row: enough to word a reason later.

``43.2;;1;!;2``: the facts of ``facts_behind`` in order; a number as it is, a yes/no as 1 or 0, a level or category by
its place in ``Fact.values``, nothing where it is missing, ``!`` where it is a bad value. Of derived facts, which come
last, it has what was given.
"""

import typing
from collections.abc import Iterable, Mapping, Set

from ntm_rules.model.conditions import Condition
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.stated import given_facts, may_be_given
from ntm_rules.model.walk import facts_of, facts_of_derived, prerequisites_of

SEPARATOR = ";"
BAD = "!"


def facts_behind(ruleset: Ruleset, indicator: Indicator) -> tuple[Fact, ...]:
    """Return the facts that an indicator reads, also through ratios, derived facts and other rulesets."""
    facts = {fact.id: fact for fact in ruleset.facts}
    derived, may = ruleset.derived_by_id, may_be_given(ruleset)
    found: dict[str, None] = {}
    last: dict[str, None] = {}

    def note(names: Iterable[str]) -> None:
        for name in names:
            if name in may:
                last[name] = None
            if name in derived:
                note(facts_of_derived(derived[name]))
            elif name in facts and name not in found:
                found[name] = None
                ratio, undecided = facts[name].ratio, facts[name].undecided
                note((ratio.part, ratio.whole) if ratio is not None else ())
                note((undecided,) if undecided is not None else ())

    def read(condition: Condition) -> None:
        note(facts_of(condition))
        for other in prerequisites_of(condition):
            note(fact.id for fact in given_facts(other))

    for condition in (indicator.applies_if, indicator.require):
        if condition is not None:
            read(condition)
    return (*(facts[name] for name in found), *(may[name] for name in last))


def detail_of(facts: Iterable[Fact], given: Mapping[str, typing.Any], bad: Set[str]) -> str:
    """Return the detail of some facts; as a query writes it, but for how many digits a number has."""
    return SEPARATOR.join(BAD if fact.id in bad else _text(fact, given.get(fact.id)) for fact in facts)


def _text(fact: Fact, value: typing.Any) -> str:
    if value is None:
        return ""
    if fact.type.numeric:
        return repr(float(value))
    return str(int(value) if fact.type is FactType.BOOLEAN else fact.values.index(str(value)))


def facts_in(facts: Iterable[Fact], detail: str) -> tuple[Mapping[str, typing.Any], frozenset[str]]:
    """Return the facts of a detail, as ``assess`` takes them, and the names of those with bad values.

    Raises:
        ValueError: it is not a detail of these facts.
    """
    known = tuple(facts)
    texts = detail.split(SEPARATOR) if known else []
    if len(texts) != len(known):
        raise ValueError(f"expected {len(known)} values, got {len(texts)}")
    pairs = list(zip(known, texts, strict=True))
    good = {fact.id: _value(fact, text) for fact, text in pairs if text not in ("", BAD)}
    return good, frozenset(fact.id for fact, text in pairs if text == BAD)


def _value(fact: Fact, text: str) -> typing.Any:
    if fact.type.numeric:
        return float(text)
    return text == "1" if fact.type is FactType.BOOLEAN else fact.values[int(text)]
