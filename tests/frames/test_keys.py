"""What picks the ruleset of a row: which values are read, how one that is not is told, and how little is composed."""

import contextlib
import datetime as dt
import math
import typing
import warnings
from collections import Counter
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ntm_rules as ntm
from frames.making import rows
from frames.test_columns import duck
from ntm_rules import Library, Ruleset
from ntm_rules.frames import MissingColumns
from ntm_rules.frames.query.lazy import assess_frame
from ntm_rules.rules.compose.compose import compose

DAY = dt.date(2024, 7, 2)
MIDNIGHT, MORNING = dt.datetime(2024, 7, 2), dt.datetime(2024, 7, 2, 8)
ZONED = dt.datetime(2024, 7, 2, tzinfo=dt.UTC)
SMALL = "commune/lua-chon"
"""A tier with few indicators, for what takes a second to plan as a query."""
HANOI = dt.timezone(dt.timedelta(hours=7))
LACKING: typing.Any = [None, math.nan, pd.NA, pd.NaT]


def mixed(library: Library, frame: typing.Any, **options: typing.Any) -> typing.Any:
    asked: dict[str, typing.Any] = {"tier": "commune/ntm", "on": DAY, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        return ntm.frames.assess_mixed(library, frame, **asked)


def hashes(library: Library, frame: typing.Any, **options: typing.Any) -> list[str]:
    """The ruleset of each row, in the order of the units."""
    frame = with_units(frame)
    told = rows(mixed(library, frame, unit_column="u", **options))
    return [row["content_hash"] for row in sorted(told, key=lambda row: row["u"])]


def with_units(frame: typing.Any) -> typing.Any:
    """The frame with units ``a``, ``b`` and so on, which the messages name."""
    if isinstance(frame, dict):
        return {"u": np.array(list("abcdefgh")[: len(frame["key"])]), **frame}
    if isinstance(frame, pa.Table):
        return frame.append_column("u", [list("abcdefgh")[: frame.num_rows]])
    if isinstance(frame, pd.DataFrame):
        return frame.assign(u=list("abcdefgh")[: len(frame)])
    return frame.with_columns(u=pl.Series(list("abcdefgh")[: frame.height]))


def objects(values: list[typing.Any]) -> typing.Any:
    """An array of Python values, which NumPy makes nothing else of."""
    made = np.empty(len(values), object)
    made[:] = values
    return made


def frames(values: list[typing.Any]) -> dict[str, typing.Any]:
    """The values as the key of frames of several libraries."""
    return {
        "pandas": pd.DataFrame({"key": values}),
        "pandas-objects": pd.DataFrame({"key": objects(values)}),
        "numpy": {"key": objects(values)},
        "polars": pl.DataFrame({"key": values}),
        "pyarrow": pa.table({"key": values}),
    }


LIBRARIES = tuple(frames([DAY]))


def lazily(values: list[typing.Any]) -> dict[str, typing.Any]:
    table = pa.table({"key": values, "u": list("abcdefgh")[: len(values)]})
    return {"polars": pl.DataFrame({"key": values, "u": table["u"]}).lazy(), "duckdb": duck(table)}


# -- what is read --------------------------------------------------------------------------------

READ: list[tuple[str, list[typing.Any], list[typing.Any]]] = [
    ("on", [DAY, dt.date(2023, 3, 1)], [DAY, dt.date(2023, 3, 1)]),
    ("on", [MIDNIGHT, dt.datetime(2023, 3, 1)], [DAY, dt.date(2023, 3, 1)]),
    ("on", ["2024-07-02", "2023-03-01"], [DAY, dt.date(2023, 3, 1)]),
    ("year", [2024, 2023], [2024, 2023]),
    ("year", [2024.0, 2023.0], [2024, 2023]),
    ("tier", ["commune/ntm", "commune/lua-chon"], ["commune/ntm", "commune/lua-chon"]),
    ("province", ["gia-bac", None], ["gia-bac", None]),
    ("province", ["Gia  Bắc ", "gia-nam"], ["gia-bac", "gia-nam"]),
]


def composed(library: Library, argument: str, value: typing.Any, tier: str = "commune/ntm") -> str:
    asked: dict[str, typing.Any] = {"ruleset": tier, "on": DAY}
    asked["ruleset" if argument == "tier" else argument] = value
    return library.compose(**asked).content_hash


@pytest.mark.parametrize("kind", LIBRARIES)
@pytest.mark.parametrize(("argument", "values", "meant"), READ)
def test_values_that_are_read(
    fiction: Library, argument: str, values: list[typing.Any], meant: list[typing.Any], kind: str
) -> None:
    wanted = [composed(fiction, argument, value) for value in meant]
    assert hashes(fiction, frames(values)[kind], **{argument: "key"}) == wanted


@pytest.mark.parametrize(
    ("argument", "column", "meant"),
    [
        ("on", np.array(["2024-07-02"], "datetime64[D]"), DAY),
        ("on", np.array(["2024-07-02"], "datetime64[h]"), DAY),
        ("on", pd.Series([DAY], dtype=pd.ArrowDtype(pa.date32())), DAY),
        ("on", pa.array([DAY], pa.date64()), DAY),
        ("year", np.ma.MaskedArray([2023, 1], [False, False])[:1], 2023),
        ("year", pd.Series(pd.arrays.SparseArray([2023])), 2023),
        ("year", pd.Series([2023], dtype="Int64"), 2023),
        ("year", pl.Series([2023], dtype=pl.Int128), 2023),
        ("year", pa.array([Decimal(2023)]), 2023),
        ("tier", pd.Series(["commune/ntm"], dtype="category"), "commune/ntm"),
        ("tier", pl.Series(["commune/ntm"], dtype=pl.Categorical), "commune/ntm"),
        ("tier", pl.Series(["commune/ntm"], dtype=pl.Enum(["x", "commune/ntm"])), "commune/ntm"),
        ("tier", pa.array(["commune/ntm"]).dictionary_encode(), "commune/ntm"),
        ("tier", pa.array(["commune/ntm"], pa.string_view()), "commune/ntm"),
        ("tier", pa.chunked_array([pa.array(["commune/ntm"]).dictionary_encode()]), "commune/ntm"),
        ("province", pa.nulls(1), None),
        ("province", pd.Series([math.nan]), None),
        ("province", np.array([None], object), None),
        ("province", pd.Series(pd.Categorical([None], ["gia-bac"])), None),
    ],
)
def test_columns_as_libraries_have_them(fiction: Library, argument: str, column: typing.Any, meant: typing.Any) -> None:
    makers: dict[str, typing.Any] = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table, "numpy": dict}
    frame = makers[type(column).__module__.partition(".")[0]]({"key": column})
    assert hashes(fiction, frame, **{argument: "key"}) == [composed(fiction, argument, meant)]


@pytest.mark.parametrize("values", [["commune/ntm", "commune/lua-chon", "commune/ntm"]])
def test_coded_texts_in_chunks_keep_their_rows(fiction: Library, values: list[str]) -> None:
    chunks = pa.chunked_array([pa.array([value]).dictionary_encode() for value in values])
    wanted = [composed(fiction, "tier", value) for value in values]
    assert hashes(fiction, pa.table({"key": chunks}), tier="key") == wanted


@pytest.mark.parametrize(("argument", "values", "meant"), [READ[1], READ[3], READ[6]])
def test_values_that_are_read_where_little_is_fetched(
    fiction: Library, argument: str, values: list[typing.Any], meant: list[typing.Any]
) -> None:
    wanted = [composed(fiction, argument, value, SMALL) for value in meant]
    for frame in lazily(values).values():
        told = rows(mixed(fiction, frame, **{"tier": SMALL, "unit_column": "u", argument: "key"}))
        assert [row["content_hash"] for row in sorted(told, key=lambda row: row["u"])] == wanted


# -- what is refused -----------------------------------------------------------------------------

WRONG: list[tuple[str, list[typing.Any], str]] = [
    ("on", [DAY, None], r"unit `b`: no value in the column `key`"),
    ("on", [MIDNIGHT, MORNING], r"unit `b`: the column `key` holds the time `2024-07-02 08:00:00`.*\n.*`.dt.date`"),
    ("on", [ZONED, ZONED], r"unit `a`: .*`key` holds the time `2024-07-02 00:00:00\+00:00`.*\n.*Asia/Ho_Chi_Minh"),
    ("on", ["2024-07-02", "02/07/2024"], r"unit `b`: `key` is `02/07/2024`, expected a day"),
    ("on", ["2024-07-02T08:00:00", "2024-07-02"], r"unit `a`: `key` is `2024-07-02T08:00:00`, expected a day"),
    ("on", [20240702, 20240702], r"unit `a`: `key` is `20240702`, expected a day"),
    ("on", [DAY, dt.date(1990, 1, 1)], r"unit `b`: .*1990-01-01"),
    ("year", [2024, None], r"unit `b`: no value in the column `key`"),
    ("year", [2024.0, 2023.5], r"unit `b`: `key` is `2023.5`, expected a whole number"),
    ("year", [2024.0, math.inf], r"unit `b`: `key` is `inf`, expected a whole number"),
    ("year", ["2024", "2024"], r"unit `a`: `key` is `2024`, expected a whole number"),
    ("year", [True, True], r"unit `a`: `key` is `True`, expected a whole number"),
    ("year", [2024, 1999], r"unit `b`: `year` is 1999, but the set `commune/ntm`"),
    ("tier", ["commune/ntm", None], r"unit `b`: no value in the column `key`"),
    ("tier", ["commune/ntm", "commune/ntmm"], r"unit `b`: unknown ruleset `commune/ntmm`\n.*`commune/ntm`"),
    ("tier", [["commune/ntm"], ["x"]], r"unit `a`: `key` is `\['commune/ntm'\]` \(`list`\), expected a text"),
    ("province", ["gia-bac", "gia-bak"], r"unit `b`: unknown province `gia-bak`\n.*`gia-bac`"),
    ("province", [20, 20], r"unit `a`: `key` is the number `20`, expected a text"),
]


@pytest.mark.parametrize("kind", LIBRARIES)
@pytest.mark.parametrize(("argument", "values", "words"), WRONG)
def test_values_that_are_refused(
    fiction: Library, argument: str, values: list[typing.Any], words: str, kind: str
) -> None:
    with pytest.raises(ntm.TableError, match=words):
        hashes(fiction, frames(values)[kind], **{argument: "key"})


@pytest.mark.parametrize(
    ("argument", "values", "words"), [WRONG[0], WRONG[1], WRONG[2], WRONG[8], WRONG[15], WRONG[16]]
)
def test_values_that_are_refused_where_little_is_fetched(
    fiction: Library, argument: str, values: list[typing.Any], words: str
) -> None:
    for frame in lazily(values).values():
        with pytest.raises(ntm.TableError, match=words):
            mixed(fiction, frame, unit_column="u", **{argument: "key"})
        with pytest.raises(ntm.TableError, match=words.replace("unit `a`: ", "").replace("unit `b`: ", "")):
            mixed(fiction, frame, keep=("u",), **{argument: "key"})


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pd.Series([MIDNIGHT, ZONED], dtype=object), r"unit `b`: .*`2024-07-02 00:00:00\+00:00`"),
        (pd.Series([DAY, MORNING], dtype=object), r"unit `b`: .*`2024-07-02 08:00:00`"),
        (pd.Series([MORNING, DAY], dtype=object), r"unit `a`: .*`2024-07-02 08:00:00`"),
        (pd.Series([dt.datetime(2024, 7, 2, tzinfo=HANOI)] * 2), r"unit `a`: .*`2024-07-02 00:00:00\+07:00`"),
        (
            pd.Series(np.array(["2024-07-02", "2024-07-02T00:00:00.000000001"], "datetime64[ns]")),
            r"unit `b`: .*000000001`",
        ),
        (pd.Series(pd.period_range("2024-07-02", periods=2)), r"unit `a`: `key` is `Period.*expected a day"),
        (pd.Series([pd.Timestamp("2024-07-02"), pd.NaT]), r"unit `b`: no value in the column `key`"),
        (np.array(["2024-07-02", "NaT"], "datetime64[s]"), r"unit `b`: no value in the column `key`"),
        (np.array(["2024-07-02", "2024-07-02T08"], "datetime64[h]"), r"unit `b`: .*`2024-07-02 08:00:00`"),
    ],
)
def test_times_are_told_from_days_in_every_column(fiction: Library, column: typing.Any, words: str) -> None:
    frame: typing.Any = {"key": column} if isinstance(column, np.ndarray) else pd.DataFrame({"key": column})
    with pytest.raises(ntm.TableError, match=words):
        hashes(fiction, frame, on="key")


@pytest.mark.parametrize("lacking", LACKING, ids=repr)
def test_a_year_that_is_missing_in_pandas_is_told_by_its_row(fiction: Library, lacking: typing.Any) -> None:
    frame = pd.DataFrame({"key": pd.Series([2024, lacking], dtype=object)})
    with pytest.raises(ntm.TableError, match="unit `row 1`: no value in the column `key`"):
        mixed(fiction, frame, year="key")


def test_every_bad_value_is_told_once(fiction: Library) -> None:
    frame = pd.DataFrame({"key": ["gia-bak", "gia-bac", "gia-bak", "xứ lạ"]})
    with pytest.raises(ntm.TableError) as caught:
        hashes(fiction, frame, province="key")
    assert [d.message for d in caught.value.diagnostics] == [
        "unit `a`: unknown province `gia-bak`",
        "unit `d`: unknown province `xứ lạ`",
    ]
    many = pd.DataFrame({"key": [dt.datetime(2024, 1, 1, 1) + dt.timedelta(hours=n) for n in range(20)]})
    with pytest.raises(ntm.TableError) as caught:
        mixed(fiction, many, on="key")
    assert len(caught.value.diagnostics) == 10


def test_an_argument_is_to_blame_for_itself(fiction: Library) -> None:
    frame = pd.DataFrame({"key": ["gia-bac"]})
    with pytest.raises(ntm.UnknownName, match="unknown ruleset `commune/ntmm`"):
        mixed(fiction, frame, tier="commune/ntmm", province="key")
    with pytest.raises(ntm.UnknownName, match="unknown province `kei`"):
        mixed(fiction, frame, province="kei", keep=("key",))
    refused: tuple[tuple[str, typing.Any, str], ...] = (
        ("on", "ngày", "`ngày` is not a date"),
        ("on", "2024-07-02T08:00", "is not a date"),
        ("year", "năm", "`năm` is not a year"),
        ("year", "2024", "`2024` is not a year"),
        ("on", MORNING, "has a time of day"),
        ("year", 2024.0, "expected a whole number"),
    )
    for argument, value, words in refused:
        with pytest.raises(ntm.NtmRulesError, match=words):
            mixed(fiction, frame, province="key", **{argument: value})


# -- no row --------------------------------------------------------------------------------------


def columns_of(frame: typing.Any) -> dict[str, typing.Any]:
    """The names and types of the columns but the key, whose type tells nothing where it has no value."""
    if isinstance(frame, pa.Table):
        kinds = dict(zip(frame.schema.names, map(str, frame.schema.types), strict=True))
    elif isinstance(frame, pd.DataFrame):
        kinds = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    elif isinstance(frame, pl.LazyFrame):
        kinds = {name: str(kind) for name, kind in frame.collect_schema().items()}
    else:
        kinds = dict(zip(frame.columns, map(str, frame.types), strict=True))
    return {name: kind for name, kind in kinds.items() if name != "key"}


KEYS = {"on": DAY, "tier": SMALL, "year": 2024, "province": "gia-nam"}


@pytest.mark.parametrize("shape", ["wide", "long"])
@pytest.mark.parametrize("argument", KEYS)
def test_a_frame_without_rows_has_the_columns_of_one_with_rows(fiction: Library, argument: str, shape: str) -> None:
    full = pa.table({"code": ["a"], "key": pa.array([KEYS[argument]])})
    asked: dict[str, typing.Any] = {"tier": SMALL, argument: "key", "unit_column": "code", "shape": shape}
    makers: list[typing.Any] = [lambda table: table, lambda table: table.to_pandas()]
    if argument == "province":
        makers += [lambda table: pl.DataFrame(table).lazy(), duck]
    for make in makers:
        one, none = mixed(fiction, make(full), **asked), mixed(fiction, make(full.slice(0, 0)), **asked)
        assert columns_of(one).items() <= columns_of(none).items()
        assert argument == "tier" or list(columns_of(none)) == list(columns_of(one))
        assert not rows(none)


def test_a_frame_without_rows_of_a_tier_that_nobody_knows_is_refused(fiction: Library) -> None:
    empty = pd.DataFrame({"key": pd.Series([], dtype=object)})
    with pytest.raises(ntm.UnknownName, match="unknown ruleset"):
        mixed(fiction, empty, tier="commune/ntmm", on="key")
    with pytest.raises(ntm.NotInForce):
        mixed(fiction, empty, on=dt.date(1990, 1, 1), province="key")
    with pytest.raises(ntm.NotInForce):
        mixed(fiction, empty, tier="key", on=dt.date(1990, 1, 1))


# -- many days -----------------------------------------------------------------------------------


def days_around(library: Library, province: str) -> list[dt.date]:
    """The days on which one of the sets changes with those beside them, and some between."""
    changes = {day for each in library.rulesets() for day in library.dates(*each, province)}
    between = (dt.date(2022, 3, 8) + dt.timedelta(days) for days in range(0, 5 * 365, 120))
    return sorted({*between, *(day + dt.timedelta(days) for day in changes for days in (-1, 0, 1))})


def test_days_under_one_law_are_composed_once(fiction: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where what changes is a set that the one asked for refers to."""
    tier, province = "commune/kieu-mau", "gia-nam"
    wanted: dict[dt.date, str] = {}
    for day in days_around(fiction, province):
        with contextlib.suppress(ntm.NotInForce):
            wanted[day] = fiction.compose(tier, on=day, province=province).content_hash
    made = Counter[str]()

    def counting(request: typing.Any, *rest: typing.Any) -> Ruleset:
        made[request.id] += 1
        return compose(request, *rest)

    monkeypatch.setattr("ntm_rules.rules.library.compose", counting)
    fresh = Library(fiction.files, fiction.folders)
    told = mixed(fresh, pl.DataFrame({"key": list(wanted)}), tier=tier, on="key", province=province)
    assert told["content_hash"].to_list() == list(wanted.values())
    laws = len(set(wanted.values()))
    assert 1 < laws <= made[tier] <= 2 * laws < len(wanted)


def test_a_law_lasts_no_longer_than_its_set(fiction: Library) -> None:
    for ruleset, period in fiction.rulesets():
        first, end = fiction.span(ruleset, period)
        assert fiction.lasting(ruleset, on=first).first == first
        if end is not None:
            assert fiction.lasting(ruleset, on=end).last == end
    ended = next(p for p in fiction.registry.provinces if p.end is not None and p.end < dt.date(2025, 12, 31))
    assert ended.end is not None
    assert fiction.lasting("commune/ntm", on=ended.end, province=ended.id).last == ended.end


def test_days_under_one_law_are_one_query(fiction: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [dt.date(2023, 1, 1) + dt.timedelta(days) for days in range(90)]
    queries: list[Ruleset] = []

    def counting(ruleset: Ruleset, *rest: typing.Any) -> typing.Any:
        queries.append(ruleset)
        return assess_frame(ruleset, *rest)

    monkeypatch.setattr("ntm_rules.frames.groups.assess_frame", counting)
    frame = pl.DataFrame({"u": range(90), "key": days, "p": ["gia-bac", "gia-nam", None] * 30})
    told = mixed(fiction, frame.lazy(), tier=SMALL, on="key", province="p", unit_column="u", shape="wide").collect()
    assert len(queries) == 3
    wanted = {p: fiction.compose(SMALL, on=days[0], province=p).content_hash for p in ("gia-bac", "gia-nam", None)}
    assert told.sort("u")["content_hash"].to_list() == [wanted[p] for p in frame["p"]]
