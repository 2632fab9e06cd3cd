"""The facts that decide an outcome, by kind of condition."""

import datetime as dt
from decimal import Decimal

import pytest

from ntm_rules import Library, Outcome, assess
from ntm_rules.model import conditions as c
from ntm_rules.model.thresholds import Table
from ntm_rules.verdict.deciding import deciding
from testing.faults import asks, cell, made

SHARE, AMOUNT, YES = asks("share", c.Op.AT_LEAST, 50), asks("amount", c.Op.AT_LEAST, 5), asks("yes", c.Op.EQUALS, True)
GOOD = {"share": 60, "amount": 6, "yes": True}
BAD = {"share": 40, "amount": 4, "yes": False}


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        (SHARE, {"share": 60, "amount": 1}, ("share",)),
        (c.All((SHARE, AMOUNT, YES)), GOOD, ("share", "amount", "yes")),
        (c.All((SHARE, AMOUNT, YES)), GOOD | {"amount": 4}, ("amount",)),
        (c.All((SHARE, AMOUNT, YES)), BAD | {"amount": 6}, ("share", "yes")),
        (c.Any((SHARE, AMOUNT, YES)), BAD | {"amount": 6}, ("amount",)),
        (c.Any((SHARE, AMOUNT, YES)), BAD, ("share", "amount", "yes")),
        (c.AtLeast(2, (SHARE, AMOUNT, YES)), GOOD | {"yes": False}, ("share", "amount")),
        (c.AtLeast(2, (SHARE, AMOUNT, YES)), BAD | {"yes": True}, ("share", "amount")),
        (c.Not(c.All((SHARE, AMOUNT))), GOOD, ("share", "amount")),
        (c.Not(c.All((SHARE, AMOUNT))), GOOD | {"share": 1}, ("share",)),
        (c.All((SHARE, AMOUNT)), {"share": 60}, ()),
        (asks("rate", c.Op.AT_LEAST, 50), {"rate": 60}, ("rate",)),
        (asks("rate", c.Op.AT_LEAST, 50), {"part": 6, "whole": 10}, ("part", "whole")),
        (asks("rate", c.Op.AT_LEAST, 50), {"rate": 60, "whole": 10}, ("rate",)),
    ],
)
def test_conditions(condition: c.Condition, facts: dict[str, object], expected: tuple[str, ...]) -> None:
    verdict = assess(made(condition), facts)
    assert deciding(verdict, verdict.indicators["1.1"]) == expected
    assert deciding(verdict, verdict.criteria["1"]) == expected
    assert deciding(verdict) == expected


def test_selectors_are_named_where_they_pick_a_cell() -> None:
    table = Table(("region",), ((("N",), cell(Decimal(50))), (("S",), cell(Decimal(80)))))
    verdict = assess(made(c.Comparison(("share",), c.Op.AT_LEAST, table)), {"share": 60, "region": "S"})
    assert set(deciding(verdict)) == {"region", "share"}


def test_what_province_and_year_fix_is_not_named(fiction: Library) -> None:
    ruleset = fiction.compose("commune/ntm", on=dt.date(2024, 7, 2), province="gia-nam")
    verdict = assess(ruleset, {"income": 1, "special_commune": False, "near_town": True})
    assert deciding(verdict, verdict.indicators["10"]) == ("special_commune", "income")


def test_applicability_derived_facts_and_none_cells(fiction: Library) -> None:
    ruleset = fiction.compose("commune/ntm", on=dt.date(2024, 7, 2))
    facts = {"heritage": False, "heritage_kept": True, "schools": 0, "schools_standard": 3}
    facts |= {"speed_fixed": 30, "speed_mobile": 10, "club_members": 3, "adults": 4}
    verdict = assess(ruleset, facts)
    named = {no: deciding(verdict, verdict.indicators[no]) for no in ("6.2", "5.1", "9.1", "14.4")}
    assert named["6.2"] == ("heritage",)
    assert named["5.1"] == ("schools",)
    assert set(named["9.1"]) == {"speed_fixed", "speed_mobile"}
    assert set(named["14.4"]) == {"club_members", "adults"}
    applies = assess(ruleset, facts | {"heritage": True})
    assert set(deciding(applies, applies.indicators["6.2"])) == {"heritage", "heritage_kept"}


def test_a_prerequisite_is_decided_by_its_own_facts(fiction: Library) -> None:
    ruleset = fiction.compose("commune/kieu-mau", on=dt.date(2024, 7, 2))
    verdict = assess(ruleset, {"power_share": 10, "recognised_nang_cao": False})
    assert verdict.indicators["K1"].outcome is Outcome.NOT_MET
    assert set(deciding(verdict, verdict.indicators["K1"])) == {"power_share", "recognised_nang_cao"}
    assert deciding(verdict, verdict.indicators["K2"]) == ("power_share",)


def test_nothing_decides_what_is_undetermined(fiction: Library) -> None:
    verdict = assess(fiction.compose("commune/con-cho", on=dt.date(2024, 7, 2)), {"near_town": True})
    assert deciding(verdict) == ()
    assert deciding(verdict, verdict.indicators["1.5"]) == ("near_town",)
