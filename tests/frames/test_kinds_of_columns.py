"""Columns as libraries make them: each is answered as ``assess`` answers its values, or refused by name and type."""

import datetime as dt
import functools
import math
import typing
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve

import ntm_rules as ntm
from command_line import run
from frames.making import rows
from frames.test_columns import LAW, RULESET, cell, duck
from ntm_rules import Ruleset
from ntm_rules.frames import MissingColumns
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Criterion, Indicator
from ntm_rules.model.thresholds import Table

NOW, ZONED = dt.datetime(2024, 7, 2, 8), dt.datetime(2024, 7, 2, tzinfo=dt.UTC)
KINDS = ("share", "tally", "rate", "yes", "level", "kind")


def assessed(ruleset: Ruleset, frame: typing.Any, **options: typing.Any) -> list[dict[str, typing.Any]]:
    """The rows of the result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        return rows(ntm.frames.assess(ruleset, frame, **options))


def wanted(ruleset: Ruleset, fact: str, values: typing.Iterable[typing.Any]) -> list[int]:
    """What ``assess`` says of each value."""
    return [int(ntm.assess(ruleset, {fact: value}).indicators[fact].outcome) for value in values]


# -- no value at all -----------------------------------------------------------------------------

NOTHING: dict[str, typing.Any] = {
    "arrow": pa.nulls(2),
    "arrow-chunked": pa.chunked_array([pa.nulls(1), pa.nulls(1)]),
    "arrow-texts": pa.nulls(2, pa.string()),
    "arrow-numbers": pa.nulls(2, pa.float64()),
    "arrow-times": pa.nulls(2, pa.timestamp("us", "UTC")),
    "arrow-coded": pa.nulls(2, pa.string()).dictionary_encode(),
    "polars": pl.Series([None, None]),
    "polars-texts": pl.Series([None, None], dtype=pl.String),
    "polars-numbers": pl.Series([None, None], dtype=pl.Float64),
    "polars-categorical": pl.Series([None, None], dtype=pl.Categorical),
    "polars-int128": pl.Series([None, None], dtype=pl.Int128),
    "pandas-objects": pd.Series([None, None], dtype=object),
    "pandas-numbers": pd.Series([math.nan, math.nan]),
    "pandas-mixed": pd.Series([pd.NA, pd.NaT], dtype=object),
    "pandas-texts": pd.Series([None, None], dtype="string"),
    "pandas-times": pd.Series([pd.NaT, pd.NaT]),
    "pandas-category": pd.Series(pd.Categorical([None, None])),
    "pandas-arrow": pd.Series([None, None], dtype=pd.ArrowDtype(pa.null())),
    "pandas-sparse": pd.Series(pd.arrays.SparseArray([math.nan, math.nan])),
    "numpy-objects": np.array([None, None], object),
    "numpy-numbers": np.array([math.nan, math.nan]),
    "numpy-masked": np.ma.MaskedArray(["x", "y"], [True, True]),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_a_column_without_values_is_a_missing_fact_whatever_its_type(kind: str) -> None:
    library, columns = kind.partition("-")[0], dict.fromkeys(KINDS, NOTHING[kind])
    make: dict[str, typing.Any] = {"arrow": pa.table, "polars": pl.DataFrame, "pandas": pd.DataFrame, "numpy": dict}
    assert [row["outcome"] for row in assessed(RULESET, make[library](columns))] == [2, 2]


def test_a_column_without_values_is_a_missing_fact_where_nothing_is_computed() -> None:
    table = pa.table(dict.fromkeys(KINDS, pa.nulls(2)))
    for lazy in (pl.DataFrame(table).lazy(), duck(table)):
        assert [row["outcome"] for row in assessed(RULESET, lazy)] == [2, 2]


def test_a_parquet_file_with_columns_without_values_is_assessed(tmp_path: Path) -> None:
    codes = ["06196", "06199"]
    empty = dict.fromkeys(("income_per_capita", "commune_plan_current", "literacy_level"), pa.nulls(2))
    pq.write_table(pa.table({"code": codes, **empty, "makeshift_houses": [3, None]}), tmp_path / "a.parquet")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
    header, *lines = run("assess", tmp_path / "a.parquet", *law, "--format", "csv").splitlines()
    place = header.split(",").index("criterion_9")
    assert [line.split(",")[place] for line in lines] == ["not_met", "undetermined"]
    place = header.split(",").index("criterion_10")
    assert [line.split(",")[place] for line in lines] == ["undetermined", "undetermined"]


# -- types that one library has ------------------------------------------------------------------

Make = typing.Callable[[str, list[typing.Any]], typing.Any]
"""A frame with one column: its name and its values."""


def polars(kind: typing.Any) -> Make:
    return lambda name, values: pl.DataFrame({name: pl.Series(values, dtype=kind)})


def pandas(kind: typing.Any) -> Make:
    return lambda name, values: pd.DataFrame({name: pd.Series(values, dtype=kind)})


def arrow(kind: typing.Any) -> Make:
    return lambda name, values: pa.table({name: pa.array(values, kind)})


def numpy(kind: typing.Any) -> Make:
    return lambda name, values: {name: np.array(values, kind)}


def sparse(name: str, values: list[typing.Any]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.arrays.SparseArray(values)})


def coded(name: str, values: list[typing.Any]) -> pa.Table:
    return pa.table({name: pa.array(values).dictionary_encode()})


def coded_with_null(name: str, values: list[typing.Any]) -> pa.Table:
    """A null that is one of the values, and not of the places."""
    return pa.table({name: pa.array(values).dictionary_encode(null_encoding="encode")})


def coded_in_chunks(name: str, values: list[typing.Any]) -> pa.Table:
    """Each chunk with a list of its own."""
    return pa.table({name: pa.chunked_array([pa.array([value]).dictionary_encode() for value in values])})


def runs(name: str, values: list[typing.Any]) -> pa.Table:
    ends = pa.array(range(1, len(values) + 1), pa.int32())
    return pa.table({name: pa.RunEndEncodedArray.from_arrays(ends, pa.array(values))})


def sliced(name: str, values: list[typing.Any]) -> pa.Table:
    """In three chunks, one of them empty, none from the first place of its buffer on."""
    whole = pa.array([values[0], *values])
    return pa.table({name: pa.chunked_array([whole.slice(1, 1), whole.slice(1, 0), whole.slice(2)])})


def lazily(make: Make) -> Make:
    return lambda name, values: make(name, values).lazy()


TEXTS, SHARES, COUNTS, FLAGS = ["tốt", "khá", None], [80.0, None, 62.3], [4, None, 0], [True, None, False]


@pytest.mark.parametrize(
    ("fact", "make", "values"),
    [
        ("share", sparse, [80.0, 9.0, 62.3]),
        ("tally", sparse, [4, 0, 100]),
        ("yes", sparse, [True, False, False]),
        ("share", polars(pl.Int128), COUNTS),
        ("tally", polars(pl.Int128), COUNTS),
        ("tally", polars(pl.UInt128), COUNTS),
        ("level", polars(pl.Int128), [2, None, 0]),
        ("free", polars(pl.Int128), [10**30, -(10**20), None]),
        ("tally", lazily(polars(pl.Int128)), COUNTS),
        ("share", polars(pl.Float16), [80.0, 9.0, None]),
        ("share", polars(pl.Decimal(38, 3)), [Decimal("62.300"), Decimal("62.299"), None]),
        ("kind", polars(pl.Enum(["khá", "kém", "tốt"])), TEXTS),
        ("kind", coded, TEXTS),
        ("kind", coded_with_null, TEXTS),
        ("kind", coded_in_chunks, ["tốt", "khá", "tốt"]),
        ("share", coded, SHARES),
        ("tally", coded, COUNTS),
        ("level", coded, [2, 0, None]),
        ("share", runs, [80.0, 9.0, 62.3]),
        ("kind", runs, ["tốt", "khá", "khá"]),
        ("kind", sliced, TEXTS),
        ("share", sliced, SHARES),
        ("yes", sliced, FLAGS),
        ("kind", arrow(pa.large_string()), TEXTS),
        ("kind", arrow(pa.string_view()), TEXTS),
        ("share", arrow(pa.decimal256(50, 1)), [Decimal("62.3"), Decimal("62.2"), None]),
        ("share", arrow(pa.decimal32(5, 1)), [Decimal("62.3"), Decimal("62.2"), None]),
        ("tally", arrow(pa.uint64()), COUNTS),
        ("kind", pandas(pd.ArrowDtype(pa.string_view())), TEXTS),
        ("kind", pandas("string"), TEXTS),
        ("kind", pandas("category"), TEXTS),
        ("share", pandas("category"), SHARES),
        ("share", pandas("Float64"), SHARES),
        ("tally", pandas("Int64"), COUNTS),
        ("yes", pandas("boolean"), FLAGS),
        ("yes", pandas(pd.ArrowDtype(pa.bool_())), FLAGS),
        ("share", pandas(pd.ArrowDtype(pa.float64())), SHARES),
        ("share", pandas(object), [80, 80.5, Decimal("62.3"), None]),
        ("share", numpy(object), [80, 80.5, Decimal("62.3"), None]),
        ("tally", numpy(object), [10**30, 3, 2, None]),
        ("level", numpy(object), [2, 0, None]),
        ("kind", numpy(np.dtypes.StringDType()), ["tốt", "khá"]),
    ],
)
def test_types_of_one_library_are_read_as_their_values(fact: str, make: Make, values: list[typing.Any]) -> None:
    told = assessed(RULESET, make(fact, values))
    assert [row[f"indicator_{fact}"] for row in told] == wanted(RULESET, fact, values)


@pytest.mark.parametrize(
    ("fact", "given", "values"),
    [
        ("share", [np.float64(80), np.float32("62.3"), np.float16(9), np.int64(7)], [80.0, 62.3, 9.0, 7]),
        ("share", [Decimal("62.3"), math.nan, np.float32("nan"), pd.NA, pd.NaT], [Decimal("62.3"), *[None] * 4]),
        ("share", [Decimal("NaN"), Decimal("sNaN"), np.float64("nan"), 62.2], [None, None, None, 62.2]),
        ("yes", [np.bool_(True), np.bool_(False), False, None], [True, False, False, None]),
        ("yes", [1, 0, np.int64(1), np.float64(0), None], [True, False, True, False, None]),
        ("kind", [np.str_("tốt"), "khá", None, math.nan], ["tốt", "khá", None, None]),
    ],
)
@pytest.mark.parametrize("make", [pandas(object), numpy(object)], ids=["pandas", "numpy"])
def test_scalars_of_numpy_and_pandas_are_read_like_python_s(
    make: Make, fact: str, given: list[typing.Any], values: list[typing.Any]
) -> None:
    told = assessed(RULESET, make(fact, given))
    assert [row[f"indicator_{fact}"] for row in told] == wanted(RULESET, fact, values)


@pytest.mark.parametrize("make", [numpy(object), numpy("U4"), pandas(object)], ids=["numpy", "numpy-texts", "pandas"])
def test_half_a_character_is_a_bad_value(make: Make) -> None:
    frame = make("kind", ["tốt", "a\ud800"])
    assert [row["indicator_kind"] for row in assessed(RULESET, frame, on_bad="mark")] == [1, 2]
    with pytest.raises(ntm.FactError, match=r"row 1.*`a\\ud800`"):
        assessed(RULESET, frame)


@pytest.mark.parametrize(("fact", "kind", "values"), [("share", ">f8", [80.0, 9.0]), ("tally", ">i4", [4, 0])])
def test_bytes_in_the_other_order_are_the_same_numbers(fact: str, kind: str, values: list[typing.Any]) -> None:
    told = assessed(RULESET, {fact: np.array(values, kind)})
    assert [row[f"indicator_{fact}"] for row in told] == wanted(RULESET, fact, values)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (polars(pl.Datetime("us", "UTC"))("share", [ZONED]), r"`share` .*time_zone='UTC'.*, expected numbers"),
        (lazily(polars(pl.Datetime("us", "UTC")))("share", [ZONED]), r"`share` .*time_zone='UTC'.*, expected numbers"),
        (pandas("datetime64[ns]")("kind", [NOW]), r"`kind` .* `datetime64\[ns\]`, expected texts"),
        (pandas("datetime64[us, UTC]")("yes", [ZONED]), r"`yes` .* `datetime64\[us, UTC\]`, expected yes/no values"),
        (numpy("datetime64[h]")("share", [NOW]), r"`share` .* `datetime64\[h\]`, expected numbers"),
        (duck(arrow(pa.timestamp("us"))("share", [NOW])), r"`share` .*Datetime.*, expected numbers"),
        (pandas("period[D]")("share", ["2024-07-02"]), r"`share` .* `period\[D\]`, expected numbers"),
        (arrow(pa.list_(pa.float64()))("share", [[1.0]]), r"`share` .* `list<item: double>`, expected numbers"),
        (lazily(polars(pl.List(pl.Float64)))("kind", [[1.0]]), r"`kind` .* `List\(Float64\)`, expected texts"),
        (arrow(pa.binary_view())("kind", [b"a"]), r"`kind` .* `large_binary`, expected texts"),
        (polars(pl.Object)("share", [object()]), r"`share` .* `Object`, expected numbers"),
        (numpy(object)("share", [1, Fraction(1, 2)]), r"`share` .* in row 1 .*`Fraction`, expected numbers"),
        (pandas(object)("share", [Decimal(1), NOW]), r"`share` .* in row 1 .*`datetime`, expected numbers"),
        (pandas(object)("share", [np.bool_(True)]), r"`share` holds yes/no values, expected numbers"),
        (numpy(complex)("share", [1]), r"`share` .* `complex128`, expected numbers"),
        (numpy(np.longdouble)("share", [1]), r"`share` .* `longdouble|float128`, expected numbers"),
        (coded("kind", [1.5]), r"`kind` holds numbers, expected texts"),
        (sparse("kind", [1.0, 2.0]), r"`kind` holds numbers, expected texts"),
        (pd.DataFrame([[1.0, 2.0]], columns=["share", "share"]), r"two columns have the name `share`"),
        (pa.table([[1.0], [2.0]], names=["share", "share"]), r"two columns have the name `share`"),
        (
            pd.DataFrame([[1.0]], columns=pd.MultiIndex.from_tuples([("share", "a")])),
            r"\('share', 'a'\)` is not a text",
        ),
    ],
)
def test_what_is_no_fact_is_refused_by_column_and_type(frame: typing.Any, words: str) -> None:
    with pytest.raises(ntm.TableError, match=words):
        assessed(RULESET, frame)


def test_what_arrow_takes_no_rows_of_passes_through() -> None:
    """The long result repeats the rows of what is kept."""
    units = pa.array(["a", "b"], pa.string_view())
    ends = pa.array([1, 2], pa.int32())
    kept = {"u": units, "runs": pa.RunEndEncodedArray.from_arrays(ends, pa.array([1, 2]))}
    table = pa.table({**kept, "share": [80.0, 9.0]})
    told = assessed(RULESET, table, unit_column="u", keep=("runs",), shape="long")
    assert list(dict.fromkeys((row["u"], row["runs"]) for row in told)) == [("a", 1), ("b", 2)]


# -- many values ---------------------------------------------------------------------------------


@functools.cache
def with_values(count: int, alone: bool) -> tuple[Ruleset, tuple[str, ...]]:
    """A set that asks for a category with many values: *alone*, or also as a selector and through derived facts."""
    values = tuple(f"v{number}" for number in range(count))
    first, last = values[0], values[-1]
    fact = Fact("kind", FactType.CATEGORY, values=values)
    yes = c.Comparison(("yes",), c.Op.EQUALS, cell(True))
    rows_ = (c.CaseRow(yes, c.Ref("kind")),)
    derived = [
        c.Derived(Fact(name, FactType.CATEGORY, values=values), c.Case(rows_, first, exclusive))
        for name, exclusive in (("taken", False), ("only", True))
    ]
    limits = Table(("kind",), tuple(((value,), cell(Decimal(place % 100))) for place, value in enumerate(values)))
    asked = [
        Indicator(name, c.Comparison((name,), c.Op.ONE_OF, cell((first, last))), Citation(LAW))
        for name in ("kind", "taken", "only")
    ]
    asked.append(Indicator("share", c.Comparison(("share",), c.Op.AT_LEAST, limits), Citation(LAW)))
    if alone:
        asked, derived = asked[:1], []
    facts = (fact, *(f for f in RULESET.facts if f.id in ("share", "yes")))
    criteria = (Criterion("1", tuple(asked)),)
    return evolve(RULESET, criteria=criteria, facts=facts, derived=tuple(derived)), values


MANY: dict[str, Make] = {
    "numpy": lambda name, v: {name: np.ma.MaskedArray([x or "" for x in v], [x is None for x in v])},
    "numpy-objects": numpy(object),
    "pandas": pandas("str"),
    "pandas-category": pandas("category"),
    "polars": polars(pl.String),
    "polars-categorical": polars(pl.Categorical),
    "pyarrow": arrow(pa.string()),
    "pyarrow-coded": coded,
}


def check_many(count: int, make: Make, alone: bool) -> None:
    """Every outcome against ``assess``; a bad value is a missing one."""
    ruleset, values = with_values(count, alone)
    given = [values[0], values[1], values[-1], values[-2], values[count // 2], None, "lạ"]
    frame = make("kind", given)
    others: dict[str, typing.Any] = {"yes": [True] * len(given), "share": [50.0] * len(given)}
    match frame:
        case pl.DataFrame() | pl.LazyFrame():
            frame = frame.with_columns(**{name: pl.lit(column[0]) for name, column in others.items()})
        case pd.DataFrame():
            frame = frame.assign(**others)
        case pa.Table():
            for name, column in others.items():
                frame = frame.append_column(name, [column])
        case dict():
            frame |= {name: np.array(column) for name, column in others.items()}
        case _:  # a relation of DuckDB, made with them
            pass
    told = assessed(ruleset, frame, on_bad="mark")
    for row, value in zip(told, given, strict=True):
        facts = {"kind": value if value in values else None, "yes": True, "share": 50.0}
        for name, indicator in ntm.assess(ruleset, facts).indicators.items():
            assert row[f"indicator_{name}"] == int(indicator.outcome), (row, name)


@pytest.mark.parametrize("kind", MANY)
@pytest.mark.parametrize("count", [253, 254, 255, 256, 257])
def test_categories_of_many_values(count: int, kind: str) -> None:
    check_many(count, MANY[kind], alone=False)


@pytest.mark.parametrize("kind", MANY)
def test_categories_of_thousands_of_values(kind: str) -> None:
    check_many(5000, MANY[kind], alone=True)


def in_duckdb(name: str, values: list[typing.Any]) -> typing.Any:
    count = len(values)
    return duck(pa.table({name: values, "yes": [True] * count, "share": [50.0] * count}))


@pytest.mark.parametrize(
    "make",
    [lazily(polars(pl.String)), lazily(polars(pl.Categorical)), in_duckdb],
    ids=["polars", "polars-categorical", "duckdb"],
)
@pytest.mark.parametrize(
    ("count", "alone"),
    [
        (256, True),
        pytest.param(256, False, marks=pytest.mark.slow),
        pytest.param(5000, True, marks=pytest.mark.slow),
    ],
)
def test_categories_of_many_values_where_nothing_is_computed(count: int, alone: bool, make: Make) -> None:
    check_many(count, make, alone)


def test_a_category_of_many_values_is_worded_from_its_row() -> None:
    ruleset, values = with_values(300, alone=True)
    (row,) = assessed(ruleset, pl.DataFrame({"kind": [values[280]]}), shape="long")
    assert "v280" in ntm.frames.word(ruleset, row)
