"""Frames find the units in lists by the column that names them, and say what ``assess`` says of each."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from frames.making import LAZY, Facts, frame, long_rows, rows, same_row, wide_row
from ntm_rules import Ruleset
from ntm_rules.frames import MissingColumns
from property.strategies import facts, listed_rulesets

KINDS = ["polars", "pandas", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("numpy", "pyarrow", *LAZY))]
FEWEST = settings(max_examples=4) if settings().max_examples <= 60 else settings()


def check(kind: str, ruleset: Ruleset, communes: list[Facts]) -> None:
    """Every row of both shapes against the verdict on its commune, whose code is that of the row."""
    table = frame(kind, ruleset, communes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        wide = ntm.frames.assess(ruleset, table, unit_column="code", on_bad="mark")
        tall = ntm.frames.assess(ruleset, table, unit_column="code", on_bad="mark", shape="long")
    long: dict[str, list[dict[str, object]]] = {}
    for row in rows(tall):
        long.setdefault(row["code"], []).append(row)
    for row in rows(wide):
        verdict = ntm.assess(ruleset, communes[int(row["code"])], row["code"], on_bad="mark")
        same_row(row, wide_row(verdict) | {"bad_facts": len(verdict.bad_facts)})
        found = {each["indicator"]: each for each in long[row["code"]]}
        for theirs in [] if verdict.bad else long_rows(verdict):
            mine = found[theirs["indicator"]]
            assert {name: mine[name] for name in ("outcome", "provisional", "reason", "column")} == {
                name: theirs[name] for name in ("outcome", "provisional", "reason", "column")
            }


@pytest.mark.parametrize("kind", KINDS)
@FEWEST
@given(data=st.data())
def test_a_list_says_the_same_in_a_frame(kind: str, data: st.DataObject) -> None:
    ruleset = data.draw(listed_rulesets())
    check(kind, ruleset, [data.draw(facts(ruleset)) for _ in range(8)])
