"""What a verdict answers, and that it is a value."""

import copy
import datetime as dt
import pickle
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from attrs.exceptions import FrozenInstanceError

from fiction.communes import commune
from ntm_rules import Library, Outcome, Ruleset, Verdict, assess
from unit.small import load

if TYPE_CHECKING:
    from pathlib import Path

ON = dt.date(2024, 7, 2)
FACTS = {"clean_water_share": 79.5, "income": 41, "region": "NUI", "planned": True, "literacy": "2", "wages": 85}


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    folder: Path = tmp_path_factory.mktemp("verdict")
    return load(folder / "rules").compose("commune/ntm", on=ON)


@pytest.fixture(scope="module")
def verdict(ruleset: Ruleset) -> Verdict:
    return assess(ruleset, FACTS, unit="Xã Mẫu")


def test_outcomes_and_counts(verdict: Verdict) -> None:
    assert verdict.unit == "Xã Mẫu"
    assert {no: c.outcome.code for no, c in verdict.criteria.items()} == {"1": "not_met", "2": "not_met"}
    assert verdict.outcome is Outcome.NOT_MET
    assert (verdict.criteria_met, verdict.criteria_not_met, verdict.criteria_undetermined, verdict.criteria_total) == (
        0,
        2,
        0,
        2,
    )
    assert {o.code: n for o, n in verdict.indicator_counts.items()} == {
        "not_met": 2,
        "met": 3,
        "undetermined": 1,
        "not_applicable": 0,
    }
    assert list(verdict.indicators) == ["1.1", "1.2", "2.1", "2.2", "2.3", "2.4"]
    assert list(verdict.criteria["2"].indicators) == ["2.1", "2.2", "2.3", "2.4"]


def test_an_indicator_says_everything(verdict: Verdict) -> None:
    water, income, wages = (verdict.indicators[no] for no in ("1.1", "1.2", "2.3"))
    assert (water.actual, water.required, water.margin, water.unit) == (
        Decimal("79.5"),
        Decimal(80),
        Decimal("-0.5"),
        "percent",
    )
    assert (water.evidence, water.citation.instrument.number, water.provisional) == ("official", "1/QD", False)
    assert [(c.selector, c.value, c.why, c.row) for c in income.columns] == [
        ("column", "NUI", "else", None),
        ("year", "2024", "bound", None),
    ]
    assert income.margin == 1
    assert wages.margin is None
    assert [(x.address, x.outcome.code, x.margin) for x in wages.leaves] == [
        ("2.3a", "met", 75),
        ("2.3b", "not_met", -5),
    ]
    assert wages.provisional
    assert wages.evidence == "secondary"
    assert [c.value for c in verdict.indicators["2.4"].codes] == ["pending"]


def test_the_row_of_a_case_is_named(ruleset: Ruleset) -> None:
    found = assess(ruleset, {**FACTS, "region": "BIEN", "planned": False}).indicators["1.2"]
    assert next((c.value, c.why, c.row) for c in found.columns) == ("NUI", "case", 0)


def test_provisional_cells(verdict: Verdict) -> None:
    assert [(address, cell.level) for address, cell in verdict.provisional_cells] == [
        ("2.2", "recalled"),
        ("2.3b", "secondary"),
    ]
    assert verdict.indicators["2.2"].provisional
    assert not verdict.criteria["1"].provisional
    assert verdict.criteria["2"].provisional
    assert not verdict.provisional


def test_a_floor_of_evidence_is_another_ruleset(ruleset: Ruleset) -> None:
    official = ruleset.with_minimum_evidence("official")
    assert official.content_hash != ruleset.content_hash
    found = assess(official, FACTS)
    assert found.indicators["2.2"].outcome is Outcome.UNDETERMINED
    assert [c.value for c in found.indicators["2.2"].codes] == ["below_minimum_evidence"]
    assert not any(i.provisional for i in found.indicators.values())
    assert ruleset.with_minimum_evidence("recalled").minimum_evidence is not None


def test_with_facts(verdict: Verdict) -> None:
    better = verdict.with_facts({"clean_water_share": "80"})
    assert better.indicators["1.1"].outcome is Outcome.MET
    assert verdict.indicators["1.1"].outcome is Outcome.NOT_MET
    assert better.unit == "Xã Mẫu"
    gone = verdict.with_facts({"clean_water_share": None})
    assert gone.indicators["1.1"].outcome is Outcome.UNDETERMINED
    assert verdict.with_facts({}) == verdict


def test_verdicts_are_immutable_values(verdict: Verdict, ruleset: Ruleset) -> None:
    twin = assess(ruleset, FACTS, unit="Xã Mẫu")
    assert twin == verdict
    assert hash(twin) == hash(verdict)
    assert assess(ruleset, FACTS, unit="Xã Khác") != verdict
    assert assess(ruleset, {**FACTS, "income": 42}, unit="Xã Mẫu") != verdict
    for name in ("unit", "codes", "ruleset"):
        with pytest.raises(FrozenInstanceError):
            setattr(verdict, name, None)
    for mapping in (verdict.facts, verdict.annotations, verdict.criteria, verdict.indicators, verdict.indicator_counts):
        with pytest.raises(TypeError):
            mapping["x"] = 1  # type: ignore[index]


def test_the_facts_of_a_caller_are_copied(ruleset: Ruleset) -> None:
    facts = dict(FACTS)
    verdict = assess(ruleset, facts)
    facts["income"] = 1
    assert verdict.facts["income"] == 41


def test_pickle_and_copy(verdict: Verdict) -> None:
    fresh = pickle.loads(pickle.dumps(verdict))
    for other in (fresh, copy.copy(verdict), copy.deepcopy(verdict)):
        assert other == verdict
        assert {no: i.margin for no, i in other.indicators.items()} == {
            no: i.margin for no, i in verdict.indicators.items()
        }
        with pytest.raises(TypeError):
            other.facts["x"] = 1  # type: ignore[index]
        assert other.with_facts({"income": 39}).indicators["1.2"].outcome is Outcome.NOT_MET


def test_rulesets_are_values(ruleset: Ruleset) -> None:
    assess(ruleset, {})
    again = pickle.loads(pickle.dumps(ruleset))
    assert again == ruleset
    assert hash(again) == hash(ruleset)
    assert again._kept == {}
    with pytest.raises(FrozenInstanceError):
        ruleset.year = 2023  # type: ignore[misc]
    with pytest.raises(TypeError):
        ruleset.inputs()["x"] = None  # type: ignore[index]
    assert list(ruleset.inputs()) == [
        "clean_water_share", "water_households", "households", "income", "planned", "region", "literacy", "wages",
    ]  # fmt: skip


def test_one_library_serves_many_threads(fiction: Library) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(seed: int) -> tuple[str, bytes]:
        ruleset = fiction.compose(
            "commune/ntm", on=dt.date(2024, 7, 1 + seed % 5), province=("gia-bac", None)[seed % 2]
        )
        return ruleset.content_hash, assess(ruleset, commune(ruleset, seed)).codes

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(40)))
    assert found == [work(seed) for seed in range(40)]


def test_nothing_is_known_without_facts(fiction: Library, bundled: Library) -> None:
    for library, name in ((fiction, "commune/ntm"), (bundled, "commune/ntm"), (bundled, "commune/nang-cao")):
        verdict = assess(library.compose(name, on=ON), {})
        assert verdict.outcome is Outcome.UNDETERMINED
        assert verdict.criteria_undetermined == verdict.criteria_total == 19
