"""Outcomes and refusals of files are the same row by row and through the query."""

import csv
import datetime as dt
import json
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from fiction.communes import commune
from ntm_rules import FactError, Library, NtmRulesError, Ruleset
from ntm_rules.cli.columns import columns_known
from ntm_rules.frames import assess as assess_frame
from ntm_rules.frames import files as filed
from ntm_rules.frames.base.columns import outcome_names
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.tables import read as read_units
from ntm_rules.verdict.faults import Faults
from ntm_rules.verdict.program import outcome_codes
from ntm_rules.verdict.verdict import assess, verdict_of
from oracle import derivations, givable

ON = dt.date(2024, 7, 2)
KINDS = ("csv", "jsonl", "parquet")
TIERS = ("commune/ntm", "commune/nang-cao")
Rows = list[dict[str, Any]]
BAD = {"numbers": ("trên 9", "1e5", "-3"), "yes": ("đang làm", "2"), "texts": ("không rõ",)}


def written(fact: Fact, value: object, chance: random.Random, faulty: bool) -> object:
    """A value as somebody may write it: with zeros at its end, as a word, in a faulty file one that is refused."""
    if faulty and chance.random() < 0.001:
        kind = "numbers" if fact.type.numeric else "yes" if fact.type is FactType.BOOLEAN else "texts"
        return chance.choice(BAD[kind])
    if isinstance(value, bool):
        return chance.choice(("x", "đạt", "1") if value else ("không", "0"))
    if fact.type.numeric:
        text = f"{Decimal(str(value)).normalize():f}"
        zeros = "0" * chance.choice((0, 0, 1, 2))
        return text + zeros if "." in text and (faulty or fact.ratio is None) else text
    return value


def rows_of(ruleset: Ruleset, seed: int, count: int, texts: bool) -> Rows:
    chance = random.Random(seed)
    faulty = chance.random() < 0.5
    rows: Rows = []
    inputs = ruleset.inputs()
    for place in range(count):
        facts = commune(ruleset, seed * 1000 + place, missing=0.2)
        for fact in inputs.values():  # a share beside its parts, right or nearly
            if fact.ratio and {fact.ratio.part, fact.ratio.whole} <= facts.keys() and chance.random() < 0.2:
                part, whole = (Decimal(str(facts[name])) for name in (fact.ratio.part, fact.ratio.whole))
                if whole:
                    share = part * fact.scale / whole
                    facts[fact.id] = float(round(share, chance.choice((0, 1, 2, 3))))
        known = {**inputs, **givable(ruleset)}
        for name in givable(ruleset):  # what is worked out, or any value; in a faulty file rarely another
            values = tuple(derivations(ruleset, facts, name))
            if not values or (faulty and chance.random() < 0.001):
                values = known[name].values
            if chance.random() < 0.5:
                facts[name] = chance.choice(values)
        if texts:
            facts = {name: written(known[name], value, chance, faulty) for name, value in facts.items()}
        unit = "0001" if faulty and chance.random() < 0.002 else f"{place:04d}"
        rows.append({"unit": unit, "note": f"n{place % 3}", **facts})
    return rows


def write(folder: Path, rows: Rows, kind: str) -> Path:
    path = folder / f"u.{kind}"
    names = list(dict.fromkeys(name for row in rows for name in row))
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path, row_group_size=50)
    return path


@frozen(eq=False)
class Found:
    """What is found of a file: of each unit the codes, whether it is provisional, how many facts are bad, and which."""

    units: list[str]
    rows: Any
    bad: tuple[str, ...] = ()
    refused: str = ""

    def __eq__(self, other: object) -> bool:
        assert isinstance(other, Found)
        same = (self.units, self.bad, self.refused) == (other.units, other.bad, other.refused)
        return same and np.array_equal(self.rows, other.rows)


def by_rows(library: Library, ruleset: Ruleset, path: Path) -> Found:
    options: dict[str, Any] = {"keep": ["note"], "decimal": "point", "on_bad": "mark"}
    faults, units, rows = Faults(ruleset), list[str](), list[list[int]]()
    try:
        for unit in read_units(path, columns_known(library, ruleset), **options):
            checked = faults.check(unit)
            verdict = verdict_of(ruleset, checked)
            units.append(unit.unit)
            rows.append([*outcome_codes(ruleset, checked), verdict.provisional, len(verdict.bad_facts)])
            one_by_one = assess(ruleset, unit.facts, unit.unit, on_bad="mark", bad=unit.bad)
            assert (one_by_one.codes, one_by_one.bad_facts) == (verdict.codes, verdict.bad_facts)
    except NtmRulesError as error:
        return Found([], (), refused=str(error))
    return Found(units, np.array(rows), tuple(map(str, faults.problems)))


def by_batches(library: Library, ruleset: Ruleset, path: Path) -> Found:
    known, faults = columns_known(library, ruleset), Faults(ruleset)
    try:
        found = list(filed.assess_file(faults, path, known, keep=["note"], decimal="point"))
    except NtmRulesError as error:
        return Found([], (), refused=str(error))
    units = [str(unit) for batch in found for unit in batch.units]
    names = ("outcome", *outcome_names(ruleset), "provisional", "bad_facts")
    rows = np.concatenate([batch.found.select(names).cast(pl.Int16).to_numpy() for batch in found])
    return Found(units, rows, tuple(map(str, faults.problems)))


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), tier=st.sampled_from(TIERS), kind=st.sampled_from(KINDS), texts=st.booleans())
def test_batches_find_what_rows_find(fiction: Library, seed: int, tier: str, kind: str, texts: bool) -> None:
    ruleset = fiction.compose(tier, on=ON)
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), rows_of(ruleset, seed, 60, texts or kind == "csv"), kind)
        assert by_batches(fiction, ruleset, path) == by_rows(fiction, ruleset, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_share_agrees_with_its_parts_to_the_digits_in_which_it_is_written(
    fiction: Library, tmp_path: Path, kind: str
) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON)
    for share, fits in (("66.7", True), ("66.67", True), ("66.70", False), ("66.670", False)):
        path = write(tmp_path, [{"unit": "A", "note": "", "paved_share": share, "paved_km": "2", "road_km": "3"}], kind)
        found = by_batches(fiction, ruleset, path)
        assert bool(found.bad) is not fits
        assert found == by_rows(fiction, ruleset, path)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_of_facts_that_the_set_does_not_read_are_read_too(fiction: Library, tmp_path: Path, kind: str) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON)
    other = next(f.id for f in fiction.facts.values() if f.type.numeric and f not in ruleset.facts)
    for cell, fits in (("5", True), ("trên 5", False)):
        path = write(tmp_path, [{"unit": "A", "note": "", "income": "57", other: cell}], kind)
        found = by_batches(fiction, ruleset, path)
        assert bool(found.bad) is not fits
        assert found == by_rows(fiction, ruleset, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_derived_category_has_a_column(fiction: Library, tmp_path: Path, kind: str) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON)
    group, known = givable(ruleset)["commune_group"], commune(ruleset, 3)
    (said,) = derivations(ruleset, known, group.id)
    rows = [{"unit": value, "note": "", group.id: value} for value in group.values]
    found, wanted = (way(fiction, ruleset, write(tmp_path, rows, kind)) for way in (by_batches, by_rows))
    assert found == wanted
    assert (found.units, found.bad) == ([*group.values], ())
    for value in (*group.values, "không rõ"):
        path = write(tmp_path, [{"unit": "A", "note": "", **known, group.id: value}], kind)
        found = by_batches(fiction, ruleset, path)
        assert bool(found.bad) is (value != said)
        assert found == by_rows(fiction, ruleset, path)


def test_annotated_facts_are_checked_and_read(fiction: Library, tmp_path: Path) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON)
    for by, fits in (("self", True), ("nobody", False)):
        path = tmp_path / "u.jsonl"
        path.write_text(json.dumps({"unit": "A", "note": "", "income": {"value": "57.5", "by": by}}))
        found = by_batches(fiction, ruleset, path)
        assert bool(found.bad) is not fits
        assert found == by_rows(fiction, ruleset, path)


def test_batches_are_put_together(fiction: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filed, "ROWS", 7)
    monkeypatch.setattr("ntm_rules.tables.parquet.BATCH", 7)
    ruleset = fiction.compose("commune/ntm", on=ON)
    rows = rows_of(ruleset, 1, 40, texts=False)
    for place, row in enumerate(rows):
        row["unit"] = f"{place}"
        for fact in ruleset.inputs().values():
            if fact.ratio:
                row.pop(fact.id, None)
    for kind in ("csv", "parquet"):
        found, wanted = (way(fiction, ruleset, write(tmp_path, rows, kind)) for way in (by_batches, by_rows))
        assert found == wanted
        assert found.units == [str(n) for n in range(40)]
    rows[30]["unit"] = "2"
    for kind, at in (("csv", ("line 4", "line 32")), ("parquet", ("row 3", "row 31"))):
        refused = by_batches(fiction, ruleset, write(tmp_path, rows, kind)).refused
        assert f"the unit `2` is in {at[0]} and in {at[1]}" in refused


def test_whole_numbers_for_yes_and_no_are_not_bad_beside_a_bad_value(fiction: Library) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON)
    frame = {"special_commune": np.array([1, 0]), "paved_share": np.array([200.0, 50.0])}
    with pytest.warns(UserWarning, match="no column"), pytest.raises(FactError) as caught:
        assess_frame(ruleset, frame)
    assert [problem.fact for problem in caught.value.problems] == ["paved_share"]
