"""The scalar engine and the naive interpreter agree on everything."""

import datetime as dt
import typing

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fiction.communes import commune
from ntm_rules import FactError, Library, Ruleset, Verdict, assess
from oracle import bad_facts, givable, grades, judge
from property.comparing import Quiet, check, same
from property.strategies import Facts, facts, graded_rulesets, one, rulesets, seeded_facts

if typing.TYPE_CHECKING:
    from ntm_rules.model.results import CriterionResult

FICTION_CASES = [
    (name, on, province)
    for name in (
        "commune/ntm",
        "commune/nang-cao",
        "commune/kieu-mau",
        "commune/lua-chon",
        "commune/con-cho",
        "commune/cham-diem",
    )
    for on in (dt.date(2023, 5, 1), dt.date(2024, 7, 2), dt.date(2025, 12, 31), dt.date(2026, 3, 1))
    for province in (None, "gia-bac", "gia-trung", "gia-nam", "gia-an")
    if on.year < 2026 or name in ("commune/ntm", "commune/nang-cao")
]
BUNDLED_DATES = (
    dt.date(2019, 6, 1),
    dt.date(2020, 12, 31),
    dt.date(2022, 3, 8),
    dt.date(2024, 7, 2),
    dt.date(2025, 6, 30),
    dt.date(2025, 12, 31),
    dt.date(2026, 3, 1),
)
PROVINCES = (None, "lang-son", "bac-giang", "binh-duong", "binh-phuoc", "nam-dinh", "thanh-hoa", "ha-noi")


def composed(library: Library, cases: list[tuple[str, dt.date, str | None]]) -> Quiet[Ruleset]:
    return Quiet(library.compose(name, on=on, province=province) for name, on, province in cases)


def bundled_cases(library: Library) -> list[tuple[str, dt.date, str | None]]:
    """Every bundled set on several dates of its period, without and with provinces that have a set of their own."""
    found = []
    for name, period in library.rulesets():
        first, last = min(library.dates(name, period, None)), int(period[5:])
        for on in BUNDLED_DATES:
            if on < first or on.year > last:
                continue
            for province in PROVINCES:
                own = (name, period, province) in library.overlays() or province == "binh-duong"
                if province is None or (own and library.registry.latest(province, on).on(on)):
                    found.append((name, on, province))
    return found


@pytest.fixture(scope="module")
def fiction_sets(fiction: Library) -> Quiet[Ruleset]:
    return composed(fiction, FICTION_CASES)


@pytest.fixture(scope="module")
def bundled_sets(bundled: Library) -> Quiet[Ruleset]:
    return composed(bundled, bundled_cases(bundled))


@settings(max_examples=settings().max_examples * 4)
@given(st.data())
def test_on_generated_rulesets(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    level = data.draw(st.sampled_from((None, None, "recalled", "secondary", "official")))
    if level is not None:
        ruleset = ruleset.with_minimum_evidence(level)
    check(ruleset, data.draw(facts(ruleset)))


@given(st.data())
def test_grades_of_units_and_criteria(data: st.DataObject) -> None:
    ruleset = data.draw(graded_rulesets())
    level = data.draw(st.sampled_from((None, None, "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    given_facts = data.draw(facts(ruleset))
    verdict = check(ruleset, given_facts)
    for grade in ruleset.grades:
        same(verdict.by_grade[grade.id], judge(grade.ruleset, given_facts))
    everywhere: list[tuple[str | None, Verdict | CriterionResult]] = [(None, verdict), *verdict.criteria.items()]
    for no, found in everywhere:
        reached = found.grade.id if found.grade else None
        assert (reached, [g.id for g in found.possible_grades]) == grades(ruleset, given_facts, no), no


@given(data=st.data())
def test_on_the_made_up_country(fiction_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    ruleset = data.draw(st.sampled_from(fiction_sets))
    if data.draw(st.booleans()):
        ruleset = ruleset.with_minimum_evidence(data.draw(st.sampled_from(("secondary", "official"))))
    check(ruleset, data.draw(seeded_facts(ruleset, missing=20)))


@given(data=st.data())
def test_on_the_bundled_sets(bundled_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    ruleset = data.draw(st.sampled_from(bundled_sets))
    check(ruleset, data.draw(seeded_facts(ruleset)))


def test_every_bundled_set_and_every_made_up_one_at_least_once(
    fiction_sets: Quiet[Ruleset], bundled_sets: Quiet[Ruleset]
) -> None:
    for seed, ruleset in enumerate([*fiction_sets, *bundled_sets]):
        check(ruleset, commune(ruleset, seed, missing=0.3 * (seed % 2)))


def test_a_made_up_commune_can_meet_every_large_set(fiction_sets: Quiet[Ruleset]) -> None:
    """A set full of numbers that nobody can meet, or that cannot fail, would prove nothing."""
    ruleset = next(r for r in fiction_sets if r.id == "commune/ntm" and r.province is None)
    seen = {
        (no, i.outcome.code)
        for seed in range(150)
        for no, i in assess(ruleset, commune(ruleset, seed)).indicators.items()
    }
    for criterion in ruleset.criteria:
        for indicator in criterion.indicators:
            assert (indicator.no, "met") in seen
            assert (indicator.no, "not_met") in seen


@given(data=st.data())
def test_bad_facts_are_refused_by_both(fiction_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    """Out of bounds, a part above its whole, a percentage that contradicts its parts: the same facts are named."""
    ruleset = data.draw(st.sampled_from(fiction_sets))
    given_facts = data.draw(seeded_facts(ruleset, missing=6))
    inputs = ruleset.inputs()
    parts = [f.ratio for f in inputs.values() if f.ratio]
    names = [f.id for f in inputs.values() if f.type.numeric]
    likely = [n for n in names if inputs[n].ratio] + [r.part for r in parts] + [r.whole for r in parts]
    assume(names)
    for name in data.draw(st.lists(st.sampled_from(likely or names) | st.sampled_from(names), min_size=1, max_size=3)):
        near = one(inputs[name], lambda choices: data.draw(st.sampled_from(choices)), (), steps=True)
        given_facts[name] = data.draw(st.just(near) | st.integers(-2, 120))
    answered_alike(ruleset, given_facts)


@settings(max_examples=settings().max_examples * 2)
@given(st.data())
def test_a_derived_fact_that_is_given_agrees_or_is_refused_by_both(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets().filter(givable))
    level = data.draw(st.sampled_from((None, None, "official")))
    ruleset = ruleset if level is None else ruleset.with_minimum_evidence(level)
    given_facts = data.draw(facts(ruleset, missing=12))
    for fact in givable(ruleset).values():
        given_facts[fact.id] = data.draw(st.sampled_from((*fact.values, None, given_facts.get(fact.id))))
    numbers = [f.id for f in ruleset.inputs().values() if f.type.numeric]
    for name in data.draw(st.lists(st.sampled_from(numbers), max_size=2)):  # what is bad says nothing of a group
        given_facts[name] = data.draw(st.integers(-30, 120))
    answered_alike(ruleset, given_facts)


def answered_alike(ruleset: Ruleset, given_facts: Facts) -> None:
    """Engine and oracle refuse the same facts, or answer the same."""
    expected = bad_facts(ruleset, given_facts)
    answer = attempt(ruleset, given_facts)
    if isinstance(answer, set):
        assert answer == expected
    else:
        assert not expected
        same(answer, judge(ruleset, given_facts))


def attempt(ruleset: Ruleset, given_facts: Facts) -> Verdict | set[str]:
    """The verdict, or the facts that are refused."""
    try:
        return assess(ruleset, typing.cast(typing.Any, given_facts))
    except FactError as error:
        return {problem.fact for problem in error.problems}
