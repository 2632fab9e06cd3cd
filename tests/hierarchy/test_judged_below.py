"""Judgements on units below: every count stands twice, by figures and with judgements."""

import datetime as dt
import typing

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import ntm_rules as ntm
from hierarchy.country import ON, Facts, Units, country, units
from hierarchy.test_against_oracle import STATES, A, Commune, M, N, U, both, communes, passes, share

LIBRARIES: dict[str, ntm.Library] = {}
SAID = {M: "met", N: "not_met"}


def district(here: list[Commune], by: str, found: list[str]) -> str:
    """What the district comes to where its communes are found so; its township is civil."""
    known = [o for _, _, o in here if o is not None]
    orchards = (M if sum(known) >= 3 else N) if here and len(known) == len(here) else U
    ways = [(now, act, o) for (_, act, o), now in zip(here, found, strict=True)]
    great = [both([passes(way, "either", False), c[0]]) for way, c in zip(ways, here, strict=True)]
    count = M if M in great else U if U in great else N
    return both([share([passes(way, by, False) for way in ways], 50), count, M if here else U, orchards])


@given(
    province=st.lists(st.lists(st.tuples(communes, st.sampled_from([None, M, N])), max_size=4), min_size=1, max_size=3),
    by=st.sampled_from(["act", "finding", "either"]),
)
def test_every_count_stands_twice(
    tmp_path_factory: pytest.TempPathFactory, province: list[list[tuple[Commune, str | None]]], by: str
) -> None:
    """The plain count, once over what figures find and once over what judgements fill."""
    assume(any(province))
    if by not in LIBRARIES:
        LIBRARIES[by] = country(tmp_path_factory.mktemp("country"), share="50", by=by)
    table: Units = [{"unit": "bac", "level": "province"}]
    facts: Facts = {"bac": {"scheme": True}}
    said: dict[str, dict[str, typing.Any]] = {}
    for d, here in enumerate(province):
        table.append({"unit": f"d{d}", "level": "district", "parent": "bac"})
        table.append({"unit": f"d{d}t", "level": "township", "parent": f"d{d}"})
        facts[f"d{d}t"] = {"civil": True}
        for c, ((found, recognised, orchards), judged) in enumerate(here):
            unit = f"d{d}c{c}"
            table.append({"unit": unit, "level": "commune", "parent": f"d{d}"})
            facts[unit] = STATES[found] | {"happy": 80} | ({} if orchards is None else {"orchards": orchards})
            if recognised is not None:
                facts[unit]["recognised_one"] = recognised
            if judged is not None:
                said[unit] = {"1": {"outcome": SAID[judged], "body": "district", "tier": "commune/one"}}
    hierarchy = ntm.levels.assess(LIBRARIES[by], table, facts, on=ON, judgements=said)
    first = [[commune[0] for commune, _ in here] for here in province]
    second = [[(judged or U) if commune[0] == U else commune[0] for commune, judged in here] for here in province]
    verdicts = [hierarchy.verdicts[f"d{d}"]["district/one"] for d in range(len(province))]
    plain = [[commune for commune, _ in here] for here in province]
    by_figures = [district(here, by, found) for here, found in zip(plain, first, strict=True)]
    with_judgements = [district(here, by, found) for here, found in zip(plain, second, strict=True)]
    assert [verdict.outcome.code for verdict in verdicts] == by_figures
    assert [verdict.judged.outcome.code for verdict in verdicts] == with_judgements
    top = hierarchy.verdicts["bac"]["province/one"]
    for reading, districts, states in ((top, by_figures, first), (top.judged, with_judgements, second)):
        assert {no: i.outcome.code for no, i in reading.indicators.items()} == {
            "1": share(districts, 100),
            "2": share([one for some in states for one in some], 50),
            "3": M,
        }
        for indicator in reading.indicators.values():
            assert indicator.tree.outcome is indicator.outcome


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> ntm.Library:
    return country(tmp_path_factory.mktemp("country"), share="50")


TABLE = units({"a1": "a", "a2": "a"})
KNOWN = {"planned": True, "income": 45, "happy": 90, "orchards": 2}
OPEN = {"planned": True, "happy": 90, "orchards": 2}


def assessed(library: ntm.Library, facts: Facts, said: object, **more: typing.Any) -> ntm.levels.Hierarchy:
    return ntm.levels.assess(library, TABLE, facts, on=ON, judgements=typing.cast(typing.Any, said), **more)


def test_the_members_say_both(library: ntm.Library) -> None:
    said = {"a2": [ntm.Judgement("1.2", "met", "province", tier="commune/one")]}
    found = assessed(library, {"a1": KNOWN, "a2": OPEN}, said)
    members = found.members["a", "district/one", "good_share"]
    assert [(m.unit, m.outcome.code, m.in_second.code) for m in members] == [("a1", M, M), ("a2", U, M)]
    district_ = found.verdicts["a"]["district/one"]
    assert (district_.facts["good"], district_.judged.facts["good"]) == (1, 2)
    assert (district_.facts["good_open"], district_.judged.facts["good_open"]) == (1, 0)


def test_a_judgement_says_of_which_set_it_is(library: ntm.Library) -> None:
    with pytest.raises(ntm.FactError, match=r"unit `a2`, fact `1.2`: got `met`, expected one that says of which"):
        assessed(library, {"a1": KNOWN, "a2": OPEN}, {"a2": {"1.2": "met"}})
    found = assessed(library, {"a1": KNOWN, "a2": OPEN}, {"a2": {"1.2": "met"}}, rulesets=["commune/one"])
    assert found.verdicts["a2"]["commune/one"].judged.outcome.code == M


def test_one_of_no_set_of_the_unit_is_not_lost(library: ntm.Library) -> None:
    said = {"a2": [ntm.Judgement("1", "met", tier="commune/khac")], "a": {"1": "not_met", "DK.1": "met"}}
    found = assessed(library, {"a1": KNOWN, "a2": OPEN}, said)
    assert [u.why.value for u in found.verdicts["a2"]["commune/one"].unused_judgements] == ["other_set"]
    district_ = found.verdicts["a"]["district/one"]
    assert district_.judged.criteria["1"].outcome.code == M  # four orchards: figures first
    assert [d.no for d in district_.disagreements] == ["1"]


def test_a_unit_that_is_not_in_the_table(library: ntm.Library) -> None:
    with pytest.raises(ntm.FactError, match="a9"):
        assessed(library, {"a1": KNOWN, "a2": OPEN}, {"a9": {"1": "met"}})


def test_what_is_given_by_hand_is_a_figure_in_both_readings(library: ntm.Library) -> None:
    said = {"a2": [ntm.Judgement("1.2", "met", tier="commune/one")]}
    facts: Facts = {"a1": KNOWN, "a2": OPEN, "a": {"good_open": 1}}
    verdict = assessed(library, facts, said).verdicts["a"]["district/one"]
    assert (verdict.judged.facts["good"], verdict.judged.facts["good_open"]) == (1, 1)


def test_acts_are_compared_with_figures_and_judgements_shown_beside() -> None:
    library = ntm.Library.bundled()
    ruleset = library.compose("commune/ntm", on=dt.date(2026, 10, 1))
    said = [ntm.Judgement(criterion.no, "met", "province") for criterion in ruleset.criteria]
    finding = ntm.assess(ruleset, {}, "Cao Lâu", judgements=said)
    found = ntm.levels.reconcile(finding, [])
    assert found.agreement is ntm.levels.Agreement.UNDETERMINED
    assert "theo đánh giá của các cấp: đạt (10/10 tiêu chí)" in found.text()
    assert "theo đánh giá" not in ntm.levels.reconcile(ntm.assess(ruleset, {}, "Cao Lâu"), []).text()


def test_a_test_of_a_finding_reads_its_judgements_in_the_second_reading(bundled: ntm.Library) -> None:
    on = dt.date(2024, 7, 2)
    ruleset = bundled.compose("commune/ntm", on=on)
    said = {criterion.no: "not_met" for criterion in ruleset.criteria}
    finding = ntm.assess(ruleset, {}, "Cao Lâu", judgements=said)
    tested = ntm.levels.assess_finding(bundled.compose("commune/withdrawal", on=on), finding)
    assert tested.outcome is ntm.Outcome.UNDETERMINED
    assert tested.judged.outcome is not ntm.Outcome.UNDETERMINED
    assert A not in {indicator.outcome.code for indicator in tested.judged.indicators.values()}
