"""What lists say of a unit by its code, read off a finding."""

from ntm_rules.model.lists import Listed
from ntm_rules.model.results import RulesetResult
from ntm_rules.model.stated import given_slots


def listed_in(result: RulesetResult) -> tuple[Listed, ...]:
    """Return the facts that a list decided and nobody gave."""
    lists = {each.fact: each for each in result.ruleset.lists}
    slots = zip(given_slots(result.ruleset), result.values, strict=False) if lists else ()
    return tuple(
        Listed(name, str(value), lists[name])
        for name, value in slots
        if name in lists and value is not None and name not in result.facts
    )
