"""What a bad value, rather than a missing one, leaves undetermined."""

from collections.abc import Set

from attrs import evolve

from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import Connective, Evaluated, IndicatorResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import facts_of_derived


def with_invalid(ruleset: Ruleset, result: IndicatorResult, invalid: Set[str]) -> IndicatorResult:
    """The result with *not valid* where a bad value, not a missing one, leaves something undetermined."""
    bad = set(invalid)
    for derived in ruleset.derived:
        if bad & set(facts_of_derived(derived)):
            bad.add(derived.id)
    tree = _marked(result.tree, bad)
    applies = None if result.applies is None else _marked(result.applies, bad)
    codes = result.codes
    if result.outcome is Outcome.UNDETERMINED:
        hidden = applies is not None and applies.outcome is Outcome.UNDETERMINED
        codes = applies.codes if applies is not None and hidden else tree.codes
    return evolve(result, tree=tree, applies=applies, codes=codes)


def _marked(tree: Evaluated, bad: set[str]) -> Evaluated:
    if isinstance(tree, Connective):
        return evolve(tree, members=tuple(_marked(member, bad) for member in tree.members))
    if tree.prerequisite is not None:  # the reasons of another set, in an order of their own
        return tree
    codes = set(tree.codes)
    if ReasonCode.FACT_MISSING in codes and tree.fact is not None and tree.fact.id in bad:
        codes = codes - {ReasonCode.FACT_MISSING} | {ReasonCode.FACT_INVALID}
    missing = [column for column in tree.columns if column.value is None]
    if ReasonCode.SELECTOR_MISSING in codes and all(column.selector in bad for column in missing):
        codes = codes - {ReasonCode.SELECTOR_MISSING} | {ReasonCode.FACT_INVALID}
    return evolve(tree, codes=tuple(code for code in ReasonCode if code in codes))
