"""Points and grades in frames: every conformance case of points, every way in which a grade is open, bad points."""

import typing
import warnings
from pathlib import Path

import pytest

import ntm_rules as ntm
from conformance.cases import cases
from frames.making import EAGER, LAZY, SLOWER, frame
from frames.test_same_answer import check
from ntm_rules import Library, Ruleset
from ntm_rules.frames import MissingColumns
from ntm_rules.model.canonical import from_canonical
from unit.small import FACTS, changed, load
from unit.test_grades import FOUND, GOOD, GRADED, ON

Facts = dict[str, typing.Any]

CASES = cases("points")


def numbers(facts: Facts) -> Facts:
    """Facts as a column of numbers has them: texts of decimals are read before."""
    return {name: float(value) if isinstance(value, str) else value for name, value in facts.items()}


def by_ruleset() -> dict[str, tuple[Ruleset, list[Facts]]]:
    """The facts of all cases by ruleset."""
    found: dict[str, tuple[Ruleset, list[Facts]]] = {}
    for case in CASES.values():
        ruleset = from_canonical(case["ruleset"])
        found.setdefault(ruleset.content_hash, (ruleset, []))[1].append(numbers(case["facts"]))
    return found


@pytest.mark.parametrize("kind", [*EAGER, *SLOWER])
def test_conformance_of_points(kind: str) -> None:
    """Among them parts that do not apply, are not known to apply, or hold what no part can."""
    assert len(CASES) > 20
    for ruleset, units in by_ruleset().values():
        check(kind, ruleset, units)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return load(tmp_path_factory.mktemp("grades") / "rules", ntm_yaml=GRADED).compose("commune/ntm", on=ON)


@pytest.mark.parametrize("kind", [*EAGER, *LAZY])
def test_every_way_in_which_a_grade_is_open(kind: str, graded: Ruleset) -> None:
    check(kind, graded, [GOOD | facts for facts, *_ in FOUND], long=False)


def test_a_fact_that_only_a_grade_reads_is_told_missing(tmp_path: Path) -> None:
    facts = FACTS + "  spare: {title: {vi: Khác, en: Spare}, type: boolean}\n"
    wanted = '{replace: "1.1", require: {fact: spare, equals: "true", evidence: official}}'
    text = changed(GRADED, '{set: "1.1", at_least: "75", evidence: official}', wanted)
    ruleset = load(tmp_path / "rules", ntm_yaml=text, facts_yaml=facts).compose("commune/ntm", on=ON)
    table = frame("polars", ruleset, [{name: value for name, value in GOOD.items() if name != "spare"}])
    with pytest.warns(MissingColumns) as told:
        ntm.frames.assess(ruleset, table, unit_column="code")
    assert "spare" in typing.cast(MissingColumns, told[0].message).facts


@pytest.mark.parametrize("kind", EAGER)
def test_points_finer_than_the_catalogue_are_named(kind: str, fiction: Library) -> None:
    ruleset = fiction.compose("commune/cham-diem", on=ON)
    table = frame(kind, ruleset, [{"points_work": 30.5}, {"points_work": 30.55}, {"points_work": 60}])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        with pytest.raises(ntm.FactError) as caught:
            ntm.frames.assess(ruleset, table, unit_column="code")
    assert [(p.unit, p.fact) for p in caught.value.problems] == [("00001", "points_work"), ("00002", "points_work")]
