"""A share of all people where a rule asks men and women apart."""

import pytest

import ntm_rules as ntm
from ntm_rules import Library, Outcome

TOTAL = "health_insurance_share"
MEN, WOMEN = f"{TOTAL}_men", f"{TOTAL}_women"
ASKED = "15.1"


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> ntm.Ruleset:
    return bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")


def outcome(ruleset: ntm.Ruleset, **facts: object) -> Outcome:
    return ntm.assess(ruleset, facts).indicators[ASKED].outcome


def test_the_share_of_all_denies_or_says_nothing(ruleset: ntm.Ruleset) -> None:
    assert outcome(ruleset, **{TOTAL: 80}) is Outcome.NOT_MET
    assert outcome(ruleset, **{TOTAL: 80, MEN: 95}) is Outcome.NOT_MET
    assert outcome(ruleset, **{TOTAL: 99}) is Outcome.UNDETERMINED
    assert outcome(ruleset, **{TOTAL: 99, MEN: 99, WOMEN: 99}) is Outcome.MET
    assert outcome(ruleset, insured_people=80, population=100) is Outcome.NOT_MET


def test_the_reason_says_so_and_asks_for_no_share_of_all(ruleset: ntm.Ruleset) -> None:
    verdict = ntm.assess(ruleset, {TOTAL: 80})
    (reason,) = (reason for reason in verdict.reasons() if reason.indicator == ASKED)
    assert "80%" in reason.text("vi")
    assert "tỷ lệ chung dưới mức nên ít nhất một nhóm chưa đạt" in reason.text("vi")
    assert "so it fails for one group at least" in reason.text("en")
    missing = ntm.assess(ruleset, {}).indicators[ASKED]
    assert set(missing.missing) == {MEN, WOMEN}
    assert [leaf.fact and leaf.fact.id for leaf in missing.leaves] == [MEN, WOMEN]
    assert TOTAL in ntm.relevant_facts(ntm.assess(ruleset, {}), ASKED).facts
    assert TOTAL not in ntm.relevant_facts(ntm.assess(ruleset, {MEN: 99, WOMEN: 99}), ASKED).facts


@pytest.mark.parametrize(
    ("men", "women", "share", "fits"), [(80, 90, 85, True), (80, 90, 79.5, True), (80, 90, 78, False)]
)
def test_it_lies_between_them(ruleset: ntm.Ruleset, men: float, women: float, share: float, fits: bool) -> None:
    facts = {MEN: men, WOMEN: women, TOTAL: share}
    if fits:
        ntm.assess(ruleset, facts)
        return
    with pytest.raises(ntm.FactError) as raised:
        ntm.assess(ruleset, facts)
    assert {problem.fact for problem in raised.value.problems} == set(facts)
    assert f"`{TOTAL} = 78` nằm giữa `{MEN} = 80`, `{WOMEN} = 90`" in raised.value.problems[0].text("vi")
