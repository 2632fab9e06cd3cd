"""Every law holds for the made-up country, for generated rulesets, and for some bundled ones.

All bundled sets are tried by `pytest --ntm-rulesets rulesets`.
"""

import datetime as dt
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_rules import Library, Ruleset
from ntm_rules.check.allowed import excused_by, read_allowed
from ntm_rules.check.compositions import Composition
from ntm_rules.model.conditions import Addend, Derived, Op, SumOf
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.testing.laws import LAWS, Law, Subject, prove
from ntm_rules.testing.strategies import rulesets
from testing.faults import asks, made

FICTION = [
    ("commune/ntm", "2024-07-02", None),
    ("commune/ntm", "2024-07-02", "gia-bac"),
    ("commune/ntm", "2025-07-02", "gia-trung"),
    ("commune/nang-cao", "2024-07-02", "gia-nam"),
    ("commune/kieu-mau", "2024-07-02", "gia-bac"),
    ("commune/lua-chon", "2024-07-02", None),
    ("commune/con-cho", "2024-07-02", None),
    ("commune/cham-diem", "2024-07-02", None),
]
BUNDLED = [("commune/ntm", "2024-07-02", "lang-son"), ("commune/kieu-mau", "2024-07-02", None)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("case", FICTION, ids=lambda case: "-".join(map(str, case)))
def test_in_the_made_up_country(fiction: Library, law: Law, case: tuple[str, str, str | None]) -> None:
    name, on, province = case
    composition = Composition(name, "2021-2025", province, dt.date.fromisoformat(on))
    excused = excused_by(read_allowed(fiction), composition)
    prove(law, Subject(composition.compose(fiction), fiction, excused=excused))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("case", BUNDLED, ids=lambda case: "-".join(map(str, case)))
def test_in_bundled_sets(bundled: Library, law: Law, case: tuple[str, str, str | None]) -> None:
    name, on, province = case
    prove(law, Subject(bundled.compose(name, on=dt.date.fromisoformat(on), province=province), bundled))


@pytest.mark.parametrize("law", [law for law in LAWS if law.name != "turning"], ids=lambda law: law.name)
def test_in_generated_rulesets(law: Law) -> None:
    @settings(max_examples=8, database=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        ruleset: Ruleset = data.draw(rulesets())
        if law.about(Subject(ruleset)):
            drawn = law.draws(Subject(ruleset))
            law.check(Subject(ruleset), *(data.draw(strategy) for strategy in drawn))

    check()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_where_units_are_undecided_and_a_whole_cannot_be_empty(law: Law) -> None:
    ruleset = made(asks("reached", Op.AT_LEAST, 80), asks("scored", Op.AT_LEAST, 3), asks("rate", Op.AT_LEAST, 50))
    facts = tuple(evolve(f, minimum=Decimal(1)) if f.id == "units" else f for f in ruleset.facts)
    ruleset = evolve(ruleset, facts=facts)
    if law.about(Subject(ruleset)):
        prove(law, Subject(ruleset))


def test_a_declared_ladder_holds(fiction: Library) -> None:
    """A tier is its own lower tier; the two tiers of the made-up country are no ladder."""
    ruleset = fiction.compose("commune/ntm", on=dt.date(2024, 7, 2))
    law = next(law for law in LAWS if law.name == "tier-ladder")
    subject = Subject(ruleset, fiction, tiers=[("commune/ntm", "commune/ntm")])
    assert law.about(subject)
    prove(law, subject)


def test_what_enters_a_fall_has_no_better_way() -> None:
    """The worse the year before was, the greater the fall: that is no breach."""
    fall = Derived(Fact("fall", FactType.NUMBER), SumOf((Addend("share"), Addend("rate", -1))))
    ruleset = evolve(made(asks("fall", Op.AT_LEAST, 1)), derived=(fall,))
    for law in LAWS:
        if law.name in ("monotonicity", "boundaries"):
            prove(law, Subject(ruleset))
