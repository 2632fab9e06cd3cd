"""Rows of several tiers, dates, years and provinces in one frame: each as if it were assessed with its own ruleset."""

import datetime as dt
import typing
import warnings

import duckdb
import pandas as pd
import polars as pl
import pytest

import ntm_rules as ntm
from fiction.communes import commune
from frames.making import rows, same_row, wide_row
from ntm_rules import Library
from ntm_rules.frames import MissingColumns

SETS = [
    ("commune/ntm", dt.date(2024, 7, 2), 2024, "gia-bac"),
    ("commune/ntm", dt.date(2024, 7, 2), 2023, "gia-bac"),
    ("commune/lua-chon", dt.date(2024, 7, 2), 2024, None),
    ("commune/ntm", dt.date(2025, 12, 31), 2025, "gia-nam"),
]


def table(fiction: Library) -> tuple[pl.DataFrame, list[tuple[ntm.Ruleset, dict[str, typing.Any]]]]:
    """Communes of all sets, mixed, and what each has to be assessed with."""
    wanted, records = [], []
    for number in range(24):
        tier, on, year, province = SETS[(number * 7) % len(SETS)]
        ruleset = fiction.compose(tier, on=on, year=year, province=province)
        facts = {
            name: float(value) if ruleset.inputs()[name].type.numeric else value
            for name, value in commune(ruleset, number, missing=0.1).items()
            if name != "region"
        }
        wanted.append((ruleset, facts))
        records.append({"code": f"{number:05}", "hạng": tier, "ngày": on, "năm": year, "tỉnh": province, **facts})
    return pl.DataFrame(records, infer_schema_length=None), wanted


def as_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    return frame.to_pandas(use_pyarrow_extension_array=True)


def as_numpy(frame: pl.DataFrame) -> dict[str, typing.Any]:
    found = {}
    for name in frame.columns:
        column = frame.get_column(name)
        found[name] = column.to_numpy() if column.dtype.is_numeric() else column.to_pandas().to_numpy(object)
    return found


def as_duckdb(frame: pl.DataFrame) -> typing.Any:
    connection = duckdb.connect()
    connection.register("xa", frame.to_arrow())
    return connection.table("xa")


KINDS: dict[str, typing.Any] = {
    "polars": lambda frame: frame,
    "pyarrow": lambda frame: frame.to_arrow(),
    "pandas": as_pandas,
    "polars-lazy": lambda frame: frame.lazy(),
    "duckdb": as_duckdb,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_assessed_with_its_own_ruleset(fiction: Library, kind: str) -> None:
    frame, wanted = table(fiction)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess_mixed(
            fiction, KINDS[kind](frame), tier="hạng", on="ngày", year="năm", province="tỉnh", unit_column="code"
        )
    told = sorted(rows(found), key=lambda row: row["code"])
    columns = {name for ruleset, _ in wanted for name in wide_row(ntm.assess(ruleset, {}))}
    assert len(told) == len(wanted)
    for row, (ruleset, facts) in zip(told, wanted, strict=True):
        own = wide_row(ntm.assess(ruleset, facts))
        same_row(row, own | {"content_hash": ruleset.content_hash, "năm": ruleset.year})
        assert all(row[name] is None for name in columns if name not in own)


def test_values_instead_of_columns(fiction: Library) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=dt.date(2024, 7, 2))
    frame = pl.DataFrame([{"code": f"{n}", **commune(ruleset, n)} for n in range(5)], infer_schema_length=None)
    mine = ntm.frames.assess_mixed(fiction, frame, tier="commune/lua-chon", on=dt.date(2024, 7, 2), unit_column="code")
    assert mine.drop("content_hash").equals(ntm.frames.assess(ruleset, frame, unit_column="code"))


def test_the_long_shape_keeps_the_order_of_the_units(fiction: Library) -> None:
    frame, wanted = table(fiction)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess_mixed(
            fiction, frame, tier="hạng", on="ngày", year="năm", province="tỉnh", unit_column="code", shape="long"
        )
    assert found.get_column("code").unique(maintain_order=True).to_list() == frame.get_column("code").to_list()
    by_hash = {ruleset.content_hash: ruleset for ruleset, _ in wanted}
    assert all(ntm.frames.word(by_hash[row["content_hash"]], row) for row in found.sample(40, seed=1).rows(named=True))


def test_bad_keys_and_facts_are_named(fiction: Library) -> None:
    frame = pl.DataFrame({"code": ["1", "2"], "tỉnh": ["gia-bac", "gia-bắk"], "năm": [2024, 2024]})
    with pytest.raises(ntm.TableError, match=r"unit `2`: unknown province `gia-bắk`\n.*did you mean `gia-bac`"):
        ntm.frames.assess_mixed(
            fiction, frame, tier="commune/ntm", on=dt.date(2024, 7, 2), province="tỉnh", year="năm", unit_column="code"
        )
    wrong = (
        ("2024,5", "unit `2`: `năm` is `2024,5`, expected a whole number"),
        (None, "unit `2`: no value in the col"),
    )
    for value, words in wrong:
        broken = frame.with_columns(pl.Series("năm", [2024, value], dtype=pl.Object))
        with pytest.raises(ntm.TableError, match=words):
            ntm.frames.assess_mixed(
                fiction,
                broken,
                tier="commune/ntm",
                on=dt.date(2024, 7, 2),
                year="năm",
                unit_column="code",
                keep=("tỉnh",),
            )
    spoiled = frame.with_columns(pl.lit("gia-bac").alias("tỉnh"), pl.Series("paved_share", [101.0, 50.0]))
    with pytest.warns(MissingColumns), pytest.raises(ntm.FactError) as caught:
        ntm.frames.assess_mixed(
            fiction, spoiled, tier="commune/ntm", on="2024-07-02", province="tỉnh", keep=("năm",), unit_column="code"
        )
    assert [(p.unit, p.fact) for p in caught.value.problems] == [("1", "paved_share")]


@pytest.mark.parametrize("shape", ["wide", "long"])
@pytest.mark.parametrize("kind", KINDS)
def test_sets_that_no_fact_bears_on_have_a_row_a_unit(bundled: Library, kind: str, shape: str) -> None:
    """Village sets of provinces of which only titles and names of criteria are known."""
    frame = pl.DataFrame({"code": ["a", "b", "c"], "tỉnh": ["khanh-hoa", "yen-bai", "khanh-hoa"]})
    asked: dict[str, typing.Any] = {
        "tier": "village/ntm",
        "on": dt.date(2024, 7, 2),
        "province": "tỉnh",
        "unit_column": "code",
        "shape": shape,
    }
    told = rows(ntm.frames.assess_mixed(bundled, KINDS[kind](frame), **asked))
    assert {row["outcome"] for row in told} == {2}
    assert len(told) == (3 if shape == "wide" else 1 + 15 + 1)
    assert [row["code"] for row in sorted(told, key=lambda row: row["code"])][:2] == ["a", "b"]
