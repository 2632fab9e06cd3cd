"""Reasons and margins in frames: what the law leaves open in every column, what does not apply, what is below a not."""

import typing
from pathlib import Path

import pytest

from conformance.cases import cases
from frames.making import SLOWER, Facts, frame, rows
from frames.test_same_answer import check
from ntm_rules import Ruleset
from ntm_rules import frames as ntm_frames
from ntm_rules.model.canonical import from_canonical
from unit.small import BASE, load
from unit.test_undecided import ON

FILES = ("table", "open", "case", "not", "applies_if")
LAZILY = ("every column", "no cell in any", "what is left", "one column pending")
UNMARKED = """\
        require: {fact: income, at_least: "40", evidence: official}
        applies_if: {fact: planned, equals: "true", evidence: official}
      - no: "1.3"
        title: {vi: Không, en: "No"}
        require: {not: {fact: income, at_least: "40", evidence: official}}
"""


def by_ruleset(wanted: typing.Callable[[str], bool]) -> list[tuple[Ruleset, list[Facts]]]:
    """The facts of the wanted cases by ruleset; the refused ones are left out."""
    found: dict[str, tuple[Ruleset, list[Facts]]] = {}
    for file in FILES:
        for data in cases(file).values():
            if wanted(data["case"]) and "fact_error" not in data["expected"]:
                ruleset = from_canonical(data["ruleset"])
                found.setdefault(ruleset.content_hash, (ruleset, []))[1].append(data["facts"])
    return list(found.values())


def test_in_memory() -> None:
    for ruleset, units in by_ruleset(lambda title: True):
        check("polars", ruleset, units)


@pytest.mark.parametrize("kind", ["polars-lazy", SLOWER[1]])
def test_lazily(kind: str) -> None:
    found = by_ruleset(lambda title: any(text in title for text in LAZILY))
    assert len(found) > 6
    for ruleset, units in found:
        check(kind, ruleset, units)


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
@pytest.mark.parametrize("kind", ["polars", "polars-lazy"])
def test_no_margin_beside_what_does_not_apply_is_open_or_below_a_not(kind: str, tmp_path: Path) -> None:
    start = BASE.index("        require:\n          fact: income")
    text = BASE[:start] + UNMARKED + BASE[BASE.index('  - no: "2"') :]
    ruleset = load(tmp_path, ntm_yaml=text).compose("commune/ntm", on=ON)
    units: list[Facts] = [{"income": 35.0, "planned": planned} for planned in (False, None, True)]
    found = ntm_frames.assess(ruleset, frame(kind, ruleset, units), unit_column="code", shape="long")
    said = [(r["indicator"], r["outcome"], r["margin"]) for r in rows(found) if r["indicator"] in ("1.2", "1.3")]
    assert sorted(said, key=lambda row: (row[0], row[1])) == [
        ("1.2", 0, -5.0),
        ("1.2", 2, None),
        ("1.2", 3, None),
        *[("1.3", 1, None)] * 3,
    ]
