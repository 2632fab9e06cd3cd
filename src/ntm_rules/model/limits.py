"""The numbers that the facts of a ruleset are compared with: beside them an outcome may turn, elsewhere it does not."""

import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ntm_rules.model.conditions import Comparison, Condition, Derived, MaxOf, MinOf, PointsOf, SumOf
from ntm_rules.model.fold import ROUNDING, loosened
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import bound_threshold
from ntm_rules.model.walk import (
    conditions,
    facts_of_derived,
    guards_of,
    leaves,
    threshold_cells,
    with_prerequisites,
)


def conditions_of(ruleset: Ruleset) -> Iterator[Condition]:
    """Every condition of the set, guards of derived facts first, prerequisites last."""
    for asked in with_prerequisites(ruleset):
        for derived in asked.derived:
            yield from guards_of(derived)
        yield from conditions(asked)


def limits_of(ruleset: Ruleset) -> Mapping[str, tuple[Decimal, ...]]:
    """Return the numbers that each fact is compared with anywhere in the set, the parts of derived facts included."""
    found: dict[str, dict[Decimal, None]] = {}
    for name, limit in _compared(ruleset):
        found.setdefault(name, {})[limit] = None
    for derived in reversed(ruleset.derived):  # a fact is worked out from earlier ones, so the last comes first
        for name, limit in _passed_on(derived, tuple(found.get(derived.id, ()))):
            found.setdefault(name, {})[limit] = None
    return {name: tuple(sorted(values)) for name, values in found.items()}


def _compared(ruleset: Ruleset) -> Iterator[tuple[str, Decimal]]:
    """Yield each fact with each number that it is compared with."""
    for condition in conditions_of(ruleset):
        for _, leaf in leaves(condition):
            if not isinstance(leaf, Comparison):
                continue
            for _, _, cell in threshold_cells(bound_threshold(leaf.threshold)):
                for asked in (cell, *([] if cell.floor is None else [cell.floor])):
                    if isinstance(asked.value, Decimal):
                        yield from ((name, asked.value) for name in leaf.facts)
                        if leaf.total is not None:
                            yield leaf.total, typing.cast(Decimal, loosened(asked, leaf.op, ROUNDING).value)


def _passed_on(derived: Derived, limits: Iterable[Decimal]) -> Iterator[tuple[str, Decimal]]:
    """Yield the facts that a derived fact is made of, each with the numbers that matter where it has these limits."""
    rule = derived.rule
    if isinstance(rule, MinOf | MaxOf):
        yield from ((name, limit) for limit in limits for name in facts_of_derived(derived))
    if isinstance(rule, PointsOf):
        yield from ((part.fact, limit * part.out_of / rule.out_of) for limit in limits for part in rule.members)
    if isinstance(rule, SumOf):
        # with all facts alike, and with one alone
        sizes = (limit * factor for limit in limits for factor in dict.fromkeys((1, rule.over)))
        yield from ((addend.fact, size) for size in sizes for addend in rule.addends)
