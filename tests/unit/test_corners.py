"""Corners where layers, prerequisites and evidence meet, each a minimal example."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from ntm_rules import Library, Outcome, RulesetError, assess
from unit.small import BASE, OTHER, amendment, changed, load, overlay

ON = dt.date(2024, 7, 2)
OWN = {
    "overlay": "commune/ntm",
    "period": "2021-2025",
    "instrument": {"issuer": "toi", "number": "1/TOI", "date": "2024-01-01"},
    "operations": [{"set": "1.1", "at_least": "85", "evidence": "official"}],
}


@pytest.fixture
def country(tmp_path: Path) -> Callable[..., Library]:
    return lambda **files: load(tmp_path / "rules", **files)


def test_a_finding_that_rests_on_a_partly_read_layer_is_provisional(country: Callable[..., Library]) -> None:
    inner = "ruleset: commune/nen\nperiod: 2021-2025\n" + BASE[BASE.index("title") : BASE.index("criteria:")].replace(
        "derive:", "read: partly\nderive:"
    ).replace("1/QD", "5/QD")
    inner += BASE[BASE.index("criteria:") : BASE.index('      - no: "1.2"')]
    outer = changed(OTHER, "meets: commune/ntm, by: act, recognised: recognised", "meets: commune/nen, by: finding")
    ruleset = country(nen_yaml=inner, khac_yaml=outer).compose("commune/khac", on=ON)
    found = assess(ruleset, {"clean_water_share": 90}).indicators["1"]
    assert found.outcome is Outcome.MET
    assert found.provisional


def test_a_pending_overlay_under_not_never_meets(country: Callable[..., Library]) -> None:
    """The base asks for at most 50; under `not` it is no floor, so nothing is decided."""
    base = changed(
        BASE, "{fact: wages, more_than: pending}", '{not: {fact: wages, more_than: "50", evidence: official}}'
    )
    library = country(ntm_yaml=base, a_yaml=overlay("bac", "3/QD", "2024-01-01", '{set_pending: "2.4"}'))
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    found = {wages: assess(ruleset, {"wages": wages}).indicators["2.4"].outcome.code for wages in (49, 51)}
    assert found == {49: "undetermined", 51: "undetermined"}


@pytest.mark.parametrize("change", [{"overlay": "commune/khac", "operations": [{"set_pending": "1"}]}, {}])
def test_a_callers_overlay_that_does_not_apply_is_said(
    country: Callable[..., Library], change: dict[str, object]
) -> None:
    ruleset = country().compose("commune/ntm", on=dt.date(2023, 1, 1), overlay={**OWN, **change})
    assert len(ruleset.layers) == 2 or ruleset.diagnostics


def test_a_territory_alone_after_its_end_is_the_callers_statement(country: Callable[..., Library]) -> None:
    ruleset = country().compose("commune/ntm", on=dt.date(2025, 7, 1), territory="cu")
    assert [d.code for d in ruleset.diagnostics] == ["layer.territory"]


def test_a_relative_threshold_between_two_decisions_with_one_column_scheme(country: Callable[..., Library]) -> None:
    scheme = BASE[BASE.index("derive:") : BASE.index("criteria:")]
    ruleset = country(khac_yaml=changed(OTHER, "criteria:", scheme + "criteria:")).compose("commune/khac", on=ON)
    assert assess(ruleset, {"income": 44, "region": "NUI", "planned": True}).indicators["2"].outcome is Outcome.MET


def test_a_comparison_of_an_ambiguous_case_says_so(country: Callable[..., Library]) -> None:
    group = """\
  group:
    exclusive: "true"
    case:
      - {when: {fact: planned, equals: "true", evidence: official}, then: A}
      - {when: {fact: recognised, equals: "true", evidence: official}, then: B}
    else: C
criteria:
"""
    base = changed(BASE, "criteria:\n", group)
    base = changed(base, "{fact: wages, more_than: pending}", "{fact: group, equals: A, evidence: official}")
    ruleset = country(ntm_yaml=base).compose("commune/ntm", on=ON)
    found = assess(ruleset, {"planned": True, "recognised": True}).indicators["2.4"]
    assert [c.value for c in found.codes] == ["ambiguous_case"]


def test_a_floor_is_never_lowered(country: Callable[..., Library]) -> None:
    ruleset = country().compose("commune/ntm", on=ON).with_minimum_evidence("official")
    again = ruleset.with_minimum_evidence("recalled")
    assert assess(again, {"literacy": "2"}).indicators["2.2"].outcome is Outcome.UNDETERMINED


def test_a_relative_threshold_may_not_be_loosened(country: Callable[..., Library]) -> None:
    text = overlay("bac", "3/QD", "2024-01-01", '{set: "2", at_least: "1", evidence: official}')
    with pytest.raises(RulesetError, match="`1` asks for less than `44` in column `NUI`, `2024`"):
        country(a_yaml=text.replace("commune/ntm", "commune/khac"))


def test_an_amendment_may_add_what_an_overlay_added_before(country: Callable[..., Library]) -> None:
    require = '{fact: wages, at_least: "%s", evidence: official}'
    added = '{add: {criterion: "2", indicator: {no: "2.5", title: {vi: a, en: b}, require: ' + require + "}}}"
    library = country(
        a_yaml=overlay("bac", "3/QD", "2023-01-01", added % 20), b_yaml=amendment("4/QD", "2024-01-01", added % 10)
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    assert assess(ruleset, {"wages": 15}).indicators["2.5"].outcome is Outcome.NOT_MET
