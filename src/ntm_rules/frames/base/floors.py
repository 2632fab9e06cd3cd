"""Where a floor of evidence can make a difference."""

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Condition, Meets
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import asked_of, bound_threshold
from ntm_rules.model.walk import facts_of, facts_of_derived, guards_of, indicators, leaves, threshold_cells


def differing(ruleset: Ruleset, one: Evidence | None, other: Evidence | None) -> tuple[set[str], set[str]]:
    """Return the indicators and the derived facts that may be otherwise under the other floor of evidence."""
    names = {each.fact for each in ruleset.lists if each.settles(one) != each.settles(other)}

    def differs(condition: Condition) -> bool:
        for _, leaf in leaves(condition):
            if isinstance(leaf, Meets):
                return True
            bound = bound_threshold(leaf.threshold)
            if any(asked_of(cell, one) != asked_of(cell, other) for _, _, cell in threshold_cells(bound)):
                return True
        return not names.isdisjoint(facts_of(condition))

    for derived in ruleset.derived:  # each may read those before it
        if any(map(differs, guards_of(derived))) or not names.isdisjoint(facts_of_derived(derived)):
            names.add(derived.id)
    own = {
        indicator.no
        for _, indicator in indicators(ruleset)
        if any(c is not None and differs(c) for c in (indicator.require, indicator.applies_if))
    }
    return own, names
