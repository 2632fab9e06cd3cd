"""Decision 51/2025: nobody has its numbers, so nobody passes and nobody fails."""

import datetime as dt

import pytest

from fiction.communes import commune
from ntm_rules import Library, Outcome, assess

ON = dt.date(2026, 3, 1)
GROUPS = {
    "NHOM1": {"oriented_new_urban_area": True, "area_class": "I", "agriculture_share": 5},
    "NHOM2": {"oriented_new_urban_area": False, "area_class": "I", "agriculture_share": 40},
    "NHOM3": {"oriented_new_urban_area": False, "area_class": "III", "agriculture_share": 40},
}


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("province", [None, "lang-son"])
def test_a_commune_given_every_fact_we_know_is_undetermined(bundled: Library, group: str, province: str | None) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON, province=province)
    assert ruleset.period == "2026-2030"
    inputs = ruleset.inputs()
    away = {"adjacent_to_urban_area": False, "oriented_to_become_urban": False}
    chosen = {name: value for name, value in {**GROUPS[group], **away}.items() if name in inputs}
    for seed in range(5):
        facts = {**commune(ruleset, seed), **chosen}
        assert set(facts) == {name for name, fact in inputs.items() if fact.ratio is None}
        verdict = assess(ruleset, facts)
        assert verdict.outcome is Outcome.UNDETERMINED
        assert verdict.criteria_undetermined == verdict.criteria_total == 10
        assert not verdict.provisional
        for indicator in verdict.indicators.values():
            assert [c.value for c in indicator.codes] == ["pending"]
            assert [(c.selector, c.value) for c in indicator.columns] == [("commune_group", group)]


def test_two_groups_at_once_are_ambiguous(bundled: Library) -> None:
    facts = {"oriented_new_urban_area": True, "area_class": "III", "agriculture_share": 40}
    verdict = assess(bundled.compose("commune/ntm", on=ON), facts)
    assert {c.value for i in verdict.indicators.values() for c in i.codes} == {"ambiguous_case"}
