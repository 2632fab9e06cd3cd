"""Sums, differences and means in frames: every conformance case of them, and wholes that 64 bits do not hold."""

import warnings

import pytest

import ntm_rules as ntm
from conformance.cases import cases
from frames.making import EAGER, LAZY, SLOWER, frame, rows
from frames.test_same_answer import check
from ntm_rules import Outcome, Ruleset, assess
from ntm_rules.model.canonical import from_canonical

CASES = cases("sum")


def falls() -> Ruleset:
    """Return the set that asks for a fall by one percentage point."""
    return from_canonical(CASES["sum/a-fall-of-a-share"]["ruleset"])


@pytest.mark.parametrize("kind", ["polars", *SLOWER])
def test_conformance_of_sums(kind: str) -> None:
    """Among them shares that follow from their parts, shares of nothing, and figures with too many digits."""
    assert len(CASES) > 20
    for case in CASES.values():
        facts = {n: float(value) if isinstance(value, str) else value for n, value in case["facts"].items()}
        check(kind, from_canonical(case["ruleset"]), [facts])


@pytest.mark.parametrize("kind", EAGER)
@pytest.mark.parametrize("whole", [10**6, 10**10, 8 * 10**11])
def test_wholes_too_large_for_64_bits_are_compared_exactly_in_memory(kind: str, whole: int) -> None:
    part = whole // 100 * 3
    units = [{"share": 4.0, "part": part + more, "whole": whole} for more in (-1, 0, 1)]
    found = [assess(falls(), unit).indicators["1"].outcome for unit in units]
    assert found == [Outcome.MET, Outcome.MET, Outcome.NOT_MET]
    check(kind, falls(), units)


@pytest.mark.parametrize("kind", LAZY)
def test_of_sums_too_large_nothing_is_said_in_a_database(kind: str) -> None:
    units = [{"share": 4.0, "part": 3 * hundredth, "whole": 100 * hundredth} for hundredth in (1, 8 * 10**9)]
    table = frame(kind, falls(), units)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.frames.MissingColumns)
        found = rows(ntm.frames.assess(falls(), table, unit_column="code"))
    assert [row["indicator_1"] for row in sorted(found, key=lambda row: row["code"])] == [1, 2]
