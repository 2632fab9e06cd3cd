"""What the strategies promise: valid facts, every threshold, communes that pass or nearly do, readable examples."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import oracle
from ntm_rules import Library, Outcome, Ruleset, assess
from ntm_rules.model.conditions import Comparison
from ntm_rules.model.facts import FactType
from ntm_rules.model.thresholds import GENERAL, CellState
from ntm_rules.model.walk import cells
from ntm_rules.testing.bench import bench_of
from ntm_rules.testing.communes import number
from ntm_rules.testing.strategies import facts, nearly_passing, overlays, passing_facts, rulesets

ON = dt.date(2024, 7, 2)
FICTION = ("commune/ntm", "commune/nang-cao", "commune/lua-chon", "commune/kieu-mau", "commune/con-cho")
BUNDLED = ("commune/ntm", "commune/nang-cao", "commune/kieu-mau")
FEW = settings(max_examples=15, database=None)


@pytest.fixture(params=[*((True, name) for name in FICTION), *((False, name) for name in BUNDLED)], ids=str)
def ruleset(request: pytest.FixtureRequest, fiction: Library, bundled: Library) -> Ruleset:
    made_up, name = request.param
    return (fiction if made_up else bundled).compose(name, on=ON)


def test_facts_are_valid_and_sometimes_missing(ruleset: Ruleset) -> None:
    gone = set()

    @FEW
    @given(facts(ruleset))
    def check(commune: dict[str, object]) -> None:
        assess(ruleset, commune)
        gone.update(set(ruleset.inputs()) - set(commune))

    check()
    assert gone


def test_every_threshold_has_a_value_at_it_and_on_both_sides(ruleset: Ruleset) -> None:
    choices = bench_of(ruleset).choices
    derived = {d.id for d in ruleset.derived}
    for ref in cells(ruleset):
        limit, comparison = ref.cell.value, ref.comparison
        if ref.cell.state is not CellState.SET or not isinstance(limit, Decimal) or GENERAL in ref.key:
            continue
        if not isinstance(comparison, Comparison) or comparison.fact in derived or ref.cell.citation is None:
            continue
        fact = choices.inputs[comparison.fact]
        if comparison.threshold.__class__.__name__ == "Relative":
            continue
        values = [number(v) for v in choices.values(comparison.fact)]
        assert limit in values, (ref.address, limit)
        assert fact.minimum == limit or any(v < limit for v in values)
        assert fact.maximum == limit or any(v > limit for v in values)


def test_none_and_all_of_a_whole_are_tried(ruleset: Ruleset) -> None:
    choices = bench_of(ruleset).choices
    tried = [dict(setting.facts) for setting in choices.every]
    for fact, ratio in choices.ratios:
        if not {ratio.part, ratio.whole} <= choices.inputs.keys():
            continue
        pairs = [(s[ratio.part], s[ratio.whole]) for s in tried if {ratio.part, ratio.whole} <= s.keys()]
        assert any(part == 0 and whole for part, whole in pairs), fact.id
        assert fact.type is not FactType.PERCENT or any(part == whole != 0 for part, whole in pairs), fact.id


def test_passing_facts_leave_nothing_unmet(ruleset: Ruleset) -> None:
    @FEW
    @given(passing_facts(ruleset))
    def check(commune: object) -> None:
        verdict = assess(ruleset, commune)  # type: ignore[arg-type]
        assert verdict.indicator_counts[Outcome.NOT_MET] == 0

    check()


def test_the_large_made_up_sets_can_be_passed(fiction: Library) -> None:
    for name in FICTION[:3]:
        ruleset = fiction.compose(name, on=ON)
        assert assess(ruleset, bench_of(ruleset).passing()).outcome is Outcome.MET


@pytest.mark.parametrize("k", [1, 2])
def test_nearly_passing_fails_as_many_as_asked(country: Ruleset, k: int) -> None:
    @FEW
    @given(nearly_passing(country, k))
    def check(commune: object) -> None:
        verdict = assess(country, commune)  # type: ignore[arg-type]
        assert verdict.indicator_counts[Outcome.NOT_MET] == k

    check()


def test_more_than_can_be_missed_is_refused(fiction: Library) -> None:
    with pytest.raises(ValueError, match="can be missed"):
        nearly_passing(fiction.compose("commune/con-cho", on=ON), 3)


@pytest.mark.slow
def test_a_failing_example_shrinks_to_what_matters(country: Ruleset) -> None:
    def poor(commune: object) -> bool:
        return assess(country, commune).indicators["10"].outcome is Outcome.NOT_MET  # type: ignore[arg-type]

    found = find(facts(country), poor, settings=settings(max_examples=2000, database=None))
    assert repr(found).startswith("everything met but ")
    changed = {name for name in found if found[name] != found.usual.get(name)}
    assert "income" in changed
    assert len(changed) <= 2
    assert "missing" not in repr(found)


def test_communes_print_what_sets_them_apart(country: Ruleset) -> None:
    bench = bench_of(country)
    usual = bench.passing()
    assert repr(usual) == "everything met"
    assert repr(bench.commune({**usual, "income": 40.9, "power_share": None})) == (
        "everything met but power_share missing, income 40.9"
    )


@FEW
@given(st.data())
def test_generated_rulesets_are_assessed(data: st.DataObject) -> None:
    ruleset = data.draw(rulesets())
    commune = data.draw(facts(ruleset))
    found, expected = assess(ruleset, commune), oracle.judge(ruleset, commune)
    assert found.outcome.code == expected.outcome
    assert {no: i.outcome.code for no, i in found.indicators.items()} == {
        no: i.outcome for no, i in expected.indicators.items()
    }


@pytest.mark.parametrize("name", FICTION)
def test_generated_overlays_compose(fiction: Library, name: str) -> None:
    base = fiction.compose(name, on=ON)

    @FEW
    @given(overlays(base))
    def check(overlay: dict[str, object]) -> None:
        composed = fiction.compose(name, on=ON, overlay=overlay)
        assert composed != base
        assert "layer.looser" not in {d.code for d in composed.diagnostics if d.severity.value == "warning"}

    check()
