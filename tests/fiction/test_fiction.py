"""The made-up country is what it says."""

import datetime as dt

import pytest

from fiction.build import SIZES_57, SIZES_75, texts
from fiction.communes import FOLDER
from ntm_rules import Library, Ruleset
from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.facts import FactType
from ntm_rules.model.thresholds import GENERAL, REST, CellState, Table

ON = {"2021-2025": dt.date(2024, 7, 2), "2026-2030": dt.date(2026, 7, 2)}


@pytest.fixture(scope="module")
def sets(fiction: Library) -> list[Ruleset]:
    return [
        fiction.compose(name, on=ON[period], province=p)
        for name, period in fiction.rulesets()
        for p in (None, "gia-bac")
    ]


def test_the_files_are_what_the_script_writes() -> None:
    """Run ``python tests/fiction/build.py`` after a change of it."""
    files = (path for path in FOLDER.rglob("*.yaml") if not path.name.endswith(".allow.yaml"))
    there = {p.relative_to(FOLDER).as_posix(): p.read_text(encoding="utf-8") for p in files}
    assert there == texts()
    assert all(text.startswith("# FICTION") for text in there.values())


@pytest.mark.parametrize("period", ON)
def test_the_large_sets(fiction: Library, period: str) -> None:
    for name, sizes in (("commune/ntm", SIZES_57), ("commune/nang-cao", SIZES_75)):
        ruleset = fiction.compose(name, on=ON[period])
        assert len(ruleset.criteria) == 19
        assert sum(len(x.indicators) for x in ruleset.criteria) == sum(sizes)
        cells = [ref.cell for ref in walk.cells(ruleset)]
        assert {cell.state for cell in cells} == {CellState.SET, CellState.NONE}
        assert {cell.level for cell in cells} == {"official", "secondary", "recalled"}


def test_every_part_of_the_rule_language_occurs(sets: list[Ruleset]) -> None:
    nodes: set[type] = set()
    ops: set[c.Op] = set()
    ways: set[c.By] = set()
    types: set[FactType] = set()
    selectors: list[tuple[str, ...]] = []
    marks: set[str] = set()

    def read(condition: c.Condition) -> None:
        nodes.add(type(condition))
        for member in getattr(condition, "members", ()) or ([condition.member] if isinstance(condition, c.Not) else ()):
            read(member)
        if isinstance(condition, c.Meets):
            ways.add(condition.by)
        if isinstance(condition, c.Comparison):
            ops.add(condition.op)
            threshold = getattr(condition.threshold, "resolved", None) or condition.threshold
            marks.add(type(condition.threshold).__name__)
            if len(condition.facts) > 1:
                marks.add("facts")
            if isinstance(threshold, Table):
                selectors.append(threshold.by)
                marks.update(k for key, _ in threshold.cells for k in key if k in (GENERAL, REST))
            for _, _, cell in walk.threshold_cells(threshold):
                marks.add(cell.state.value)
                marks.update(
                    name for name in ("free", "when_empty", "overtaken") if getattr(cell, name) not in (None, False)
                )

    for ruleset in sets:
        types |= {fact.type for fact in ruleset.facts}
        marks |= {type(d.rule).__name__ for d in ruleset.derived}
        marks |= {"exclusive" for d in ruleset.derived if isinstance(d.rule, c.Case) and d.rule.exclusive}
        marks |= {"k of criteria" for _ in [0] if ruleset.at_least_n}
        for criterion, indicator in walk.indicators(ruleset):
            marks |= {"k of indicators" for _ in [0] if criterion.at_least_n}
            read(indicator.require)
            if indicator.applies_if is not None:
                marks.add("applies_if")
                read(indicator.applies_if)
    assert nodes == {c.Comparison, c.All, c.Any, c.AtLeast, c.Not, c.Meets, c.Open}
    assert (ops, ways, types) == (set(c.Op), set(c.By), set(FactType))
    assert {len(by) for by in selectors} == {1, 2}
    assert {name for by in selectors for name in by} >= {
        "region_column",
        "year",
        "near_town",
        "area_class",
        "school_case",
        "commune_group",
    }
    assert marks >= {
        "Cell", "Table", "Relative", "facts", GENERAL, REST, "set", "none", "delegated", "pending", "free",
        "when_empty", "Case", "MinOf", "MaxOf", "RatioOf", "PointsOf", "exclusive", "k of criteria", "k of indicators",
        "applies_if",
    }  # fmt: skip


def test_layers_and_warnings(fiction: Library) -> None:
    def said(name: str, province: str) -> list[tuple[str, str]]:
        ruleset = fiction.compose(name, on=ON["2021-2025"], province=province)
        return [(d.severity.value, d.code) for d in ruleset.diagnostics]

    assert said("commune/ntm", "gia-bac") == [("warning", "layer.looser")]
    assert said("commune/kieu-mau", "gia-bac") == []
    assert said("commune/ntm", "gia-trung").count(("warning", "layer.overtaken")) == 2
    assert ("note", "layer.date") in said("commune/nang-cao", "gia-nam")
    assert not fiction.compose("commune/nang-cao", on=ON["2021-2025"], province="gia-nam").read_whole
    assert not fiction.compose("commune/ntm", on=ON["2021-2025"], province="gia-an").read_whole
