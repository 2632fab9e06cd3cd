"""What the values of the model answer by themselves, where no verdict shows it."""

import datetime as dt
from decimal import Decimal

import pytest

import ntm_rules as ntm
from ntm_rules.model import conditions as c
from ntm_rules.model.acts import Act, ActKind, act_in_force
from ntm_rules.model.canonical import from_canonical
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.outcomes import ALL, ANY, all_of, at_least_of
from ntm_rules.model.rewrite import bare
from ntm_rules.model.thresholds import Cell, CellState, Relative, why_all_open

CODES = range(4)
LAW = Instrument("xu-mau", "1/QD", "2024-01-01")


def cell(value: str, evidence: Evidence = Evidence.OFFICIAL) -> Cell:
    return Cell(CellState.SET, Citation(LAW), LAW, Decimal(value), evidence)


@pytest.mark.parametrize("one", CODES)
@pytest.mark.parametrize("other", CODES)
def test_the_truth_tables_say_what_counting_does(one: int, other: int) -> None:
    assert ALL[one][other] == all_of((one, other))
    assert ANY[one][other] == at_least_of(1, (one, other))


def test_multiples_of_other_thresholds_are_not_alike() -> None:
    def times(of: str, evidence: Evidence) -> c.Comparison:
        return c.Comparison(("income",), c.Op.AT_LEAST, Relative(cell("1.5", evidence), of))

    one = times("commune/ntm#10", Evidence.OFFICIAL)
    assert bare(one) == bare(times("commune/ntm#10", Evidence.RECALLED))
    assert bare(one) != bare(times("commune/ntm#11", Evidence.OFFICIAL))


def test_of_two_acts_of_one_day_the_one_given_last_stands() -> None:
    day = dt.date(2024, 5, 1)
    first, second = (
        Act(ActKind.RECOGNISED, "xa-a", "commune/ntm", None, day, period) for period in (None, "2021-2025")
    )
    assert act_in_force([first, second], "xa-a", "commune/ntm", day) is second


def test_nothing_is_open_for_all_of_no_cells() -> None:
    assert why_all_open([], None) is None


@pytest.mark.parametrize("data", [{}, {"id": "commune/ntm", "criteria": [{}]}])
def test_a_text_that_is_no_ruleset_is_refused_in_our_words(data: dict[str, object]) -> None:
    with pytest.raises(ntm.RulesetError) as caught:
        from_canonical(data)
    assert {found.code for found in caught.value.diagnostics} == {"canonical"}
