"""What a bad value, not a missing one, leaves undetermined: *not valid* among the reasons."""

from collections.abc import Set

from attrs import evolve

from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import Connective, CriterionResult, Evaluated, IndicatorResult, LeafResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import facts_of_derived


def criterion_with_invalid(ruleset: Ruleset, result: CriterionResult, invalid: Set[str]) -> CriterionResult:
    """Return a criterion with *not valid* among the reasons of its indicators, where that is one."""
    return evolve(result, indicators={no: with_invalid(ruleset, i, invalid) for no, i in result.indicators.items()})


def with_invalid(ruleset: Ruleset, result: IndicatorResult, invalid: Set[str]) -> IndicatorResult:
    """Return the result with *not valid* where a bad value, not a missing one, leaves something undetermined."""
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
    blamed = codes & _blamed(tree, bad)
    if blamed:
        codes = codes - blamed | {ReasonCode.FACT_INVALID}
    return evolve(tree, codes=tuple(code for code in ReasonCode if code in codes))


def _blamed(leaf: LeafResult, bad: set[str]) -> set[ReasonCode]:
    """Return the reasons that bad values account for: a bad value was taken out, so the leaf takes it for missing."""
    found: set[ReasonCode] = set()
    if leaf.fact is not None and leaf.fact.id in bad:
        found.add(ReasonCode.FACT_MISSING)
    if all(column.selector in bad for column in leaf.columns if column.value is None):
        found.add(ReasonCode.SELECTOR_MISSING)
    return found
