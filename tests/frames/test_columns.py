"""Which columns are accepted, how each is read, and what is said of those that are not."""

import datetime as dt
import math
import subprocess
import sys
import typing
import warnings
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve

import ntm_rules as ntm
from frames.making import rows
from ntm_rules import Ruleset
from ntm_rules.frames import MissingColumns
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.facts import Direction, Fact, FactType, Measure, RatioOf
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState, Table, Value

LAW = Instrument("xu-mau", "1/QĐ-XM", "2022-03-08")
PERCENT = Measure("percent", Text("%", "%"))
FACTS = (
    Fact("share", FactType.PERCENT, None, PERCENT, Decimal(0), Decimal(100), 2, Direction.MORE),
    Fact("rate", FactType.PERCENT, None, PERCENT, Decimal(0), Decimal(100), 2, ratio=RatioOf("part", "whole")),
    Fact("part", FactType.COUNT, minimum=Decimal(0)),
    Fact("whole", FactType.COUNT, minimum=Decimal(0)),
    Fact("tally", FactType.COUNT, minimum=Decimal(0)),
    Fact("free", FactType.NUMBER, decimals=3),
    Fact("yes", FactType.BOOLEAN),
    Fact("level", FactType.ORDINAL, values=("0", "1", "2")),
    Fact("kind", FactType.CATEGORY, values=("tốt", "khá")),
)


def cell(value: Value) -> Cell:
    return Cell(CellState.SET, Citation(LAW), LAW, value, Evidence.OFFICIAL)


def indicator(no: str, fact: str, op: c.Op, value: Value) -> Indicator:
    return Indicator(no, c.Comparison((fact,), op, cell(value)), Citation(LAW))


ASKED = (
    indicator("share", "share", c.Op.AT_LEAST, Decimal("62.3")),
    indicator("rate", "rate", c.Op.AT_LEAST, Decimal("62.3")),
    indicator("tally", "tally", c.Op.AT_LEAST, Decimal(3)),
    indicator("free", "free", c.Op.AT_LEAST, Decimal("0.001")),
    indicator("yes", "yes", c.Op.EQUALS, True),
    indicator("level", "level", c.Op.LEVEL_AT_LEAST, "1"),
    indicator("kind", "kind", c.Op.EQUALS, "tốt"),
)
LAYER = Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8))
RULESET = Ruleset(
    "commune/mau",
    "2021-2025",
    dt.date(2024, 7, 2),
    2024,
    (Criterion("1", ASKED),),
    FACTS,
    (LAYER,),
    bindings=(("year", "2024"),),
    catalogue=frozenset(("another_fact", *(fact.id for fact in FACTS))),
)
NOT_MET, MET, UNDETERMINED = 0, 1, 2


def outcomes(frame: typing.Any, fact: str, **options: typing.Any) -> list[int]:
    """The outcomes of the indicator that reads one fact."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess(RULESET, frame, **options)
    return [row[f"indicator_{fact}"] for row in rows(found)]


def duck(table: pa.Table) -> typing.Any:
    connection = duckdb.connect()
    connection.register("xa", table)
    return connection.table("xa")


# -- numbers -----------------------------------------------------------------------------------

NEAR = [62.3, math.nextafter(62.3, 0), math.nextafter(62.3, 100), 62.2999999999999, None, 0.0, 100.0]
WANTED = [MET, MET, MET, NOT_MET, UNDETERMINED, NOT_MET, MET]


@pytest.mark.parametrize(
    "frame",
    [
        {"share": np.array([math.nan if v is None else v for v in NEAR])},
        {"share": np.ma.MaskedArray([v or 0.0 for v in NEAR], [v is None for v in NEAR])},
        pd.DataFrame({"share": NEAR}),
        pd.DataFrame({"share": pd.array(NEAR, dtype="Float64")}),
        pd.DataFrame({"share": pd.array(NEAR, dtype="double[pyarrow]")}),
        pl.DataFrame({"share": NEAR}),
        pl.DataFrame({"share": NEAR}).lazy(),
        pa.table({"share": NEAR}),
        pa.table({"share": pa.array([7.0, *NEAR, 7.0]).slice(1, 7)}),
        duck(pa.table({"share": NEAR})),
    ],
    ids=lambda frame: type(frame).__module__,
)
def test_floats_beside_the_threshold(frame: typing.Any) -> None:
    assert outcomes(frame, "share") == WANTED


@pytest.mark.parametrize("limits", [("45000000", "0.001"), ("45000000.125", "45000000.125"), ("99999999999", "0.0001")])
def test_a_ratio_too_large_to_multiply_with_its_limit_is_never_decided_wrongly(limits: tuple[str, str]) -> None:
    """A product beyond 64 bits wraps around in Polars and is an error in a database."""
    facts = (
        Fact("per_head", FactType.NUMBER, decimals=3, minimum=Decimal(0), ratio=RatioOf("part", "whole")),
        *(fact for fact in FACTS if fact.id in ("part", "whole", "yes")),
    )
    cells = tuple(((flag,), cell(Decimal(limit))) for flag, limit in zip(("true", "false"), limits, strict=True))
    asked = Indicator("1.1", c.Comparison(("per_head",), c.Op.AT_LEAST, Table(("yes",), cells)), Citation(LAW))
    ruleset = evolve(RULESET, criteria=(Criterion("1", (asked,)),), facts=facts)
    sizes = [0, 1, 7, 20_000, 899_999_999, 200_000_000_000, 900_000_000_000]
    table = [{"part": part, "whole": whole, "yes": yes} for part in sizes for whole in sizes for yes in (True, False)]
    wanted = [int(ntm.assess(ruleset, row).outcome) for row in table]
    for frame in (pl.DataFrame(table).lazy(), duck(pa.Table.from_pylist(table))):
        found = [row["outcome"] for row in rows(ntm.frames.assess(ruleset, frame, keep=("part", "whole")))]
        pairs = list(zip(found, wanted, strict=True))
        assert all(mine in (theirs, UNDETERMINED) for mine, theirs in pairs)
        assert sum(mine == theirs for mine, theirs in pairs) > len(pairs) / 2
    assert [row["outcome"] for row in rows(ntm.frames.assess(ruleset, pl.DataFrame(table)))] == wanted


def beside_parts(name: str) -> tuple[Fact, Fact, Fact]:
    """A ratio with part and whole of its own."""
    part, whole = (Fact(f"{name}_{what}", FactType.COUNT, minimum=Decimal(0)) for what in ("part", "whole"))
    return Fact(name, FactType.NUMBER, decimals=3, ratio=RatioOf(part.id, whole.id)), part, whole


@pytest.mark.parametrize("op", [c.Op.AT_LEAST, c.Op.MORE_THAN, c.Op.AT_MOST, c.Op.LESS_THAN])
@pytest.mark.parametrize("smaller", [True, False])
def test_of_ratios_that_are_the_same_float_the_right_one_is_found(op: c.Op, smaller: bool) -> None:
    facts = (*beside_parts("one"), *beside_parts("other"))
    rule = c.MinOf(("one", "other")) if smaller else c.MaxOf(("one", "other"))
    top, bottom = 61803, 10**5
    inverse = pow(top, -1, bottom)  # so that a part is off its share of the whole by 1 in 10**5
    large = 800_000_000_000
    below, above = large + inverse, large - inverse
    near = [(top, bottom), (top * below // bottom, below), (top * above // bottom + 1, above), (2, 3), (0, 0)]
    assert len({part / whole for part, whole in near[:3]}) == 1
    names = ("one_part", "one_whole", "other_part", "other_whole")
    table = [dict(zip(names, (*one, *other), strict=True)) for one in near for other in near]
    asked = indicator("1.1", "found", op, Decimal("0.61803"))
    derived = (c.Derived(Fact("found", FactType.NUMBER), rule),)
    ruleset = evolve(RULESET, criteria=(Criterion("1", (asked,)),), facts=facts, derived=derived)
    wanted = [int(ntm.assess(ruleset, row).outcome) for row in table]
    assert {MET, NOT_MET} <= set(wanted)
    assert [row["outcome"] for row in rows(ntm.frames.assess(ruleset, pl.DataFrame(table)))] == wanted
    for frame in (pl.DataFrame(table).lazy(), duck(pa.Table.from_pylist(table))):
        pairs = list(zip([row["outcome"] for row in rows(ntm.frames.assess(ruleset, frame))], wanted, strict=True))
        assert all(mine in (theirs, UNDETERMINED) for mine, theirs in pairs)
        assert sum(mine == theirs for mine, theirs in pairs) > len(pairs) / 2


@pytest.mark.parametrize("name", ["rate", "per_head"])
@pytest.mark.parametrize(("part", "whole"), [(1, 10**13), (10**13, 10**13)])
def test_beside_a_part_or_whole_too_large_for_a_query_nothing_stands_alone(name: str, part: int, whole: int) -> None:
    """It is a bad value in a query; ``assess`` holds the share to it, however large."""
    kind = FactType.PERCENT if name == "rate" else FactType.NUMBER
    fact = Fact(name, kind, None, None, Decimal(0), None, 3, ratio=RatioOf("part", "whole"))
    facts = (fact, *(f for f in FACTS if f.id in ("part", "whole")))
    ruleset = evolve(
        RULESET, criteria=(Criterion("1", (indicator(name, name, c.Op.AT_LEAST, Decimal(7)),)),), facts=facts
    )
    table = pl.DataFrame({"part": [part], "whole": [whole], name: [8.0]})
    with pytest.raises(ntm.FactError):
        ntm.assess(ruleset, table.row(0, named=True))
    with pytest.raises(ntm.FactError, match=f"fact `{name}`"):
        ntm.frames.assess(ruleset, table)
    for frame in (table.lazy(), duck(table.to_arrow())):
        (row,) = rows(ntm.frames.assess(ruleset, frame))
        assert (row["outcome"], row["bad_facts"]) == (UNDETERMINED, 1)


def test_parts_too_large_for_a_query_are_looked_at_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = indicator("rate", "rate", c.Op.AT_LEAST, Decimal(90))
    facts = tuple(fact for fact in FACTS if fact.id in ("rate", "part", "whole"))
    ruleset = evolve(RULESET, criteria=(Criterion("1", (asked,)),), facts=facts)
    whole = 10**13
    frame = pl.DataFrame({"part": [whole * 9 // 10, whole * 9 // 10 - 1, 9, None], "whole": [whole, whole, 10, 10]})
    assert [row["indicator_rate"] for row in rows(ntm.frames.assess(ruleset, frame))] == [1, 0, 1, 2]
    monkeypatch.setattr("ntm_rules.frames.memory.MOST_ALONE", 1)
    with pytest.raises(ntm.TableError, match=r"2 rows hold values .* one by one, expected at most 1\n.*lazy frame"):
        ntm.frames.assess(ruleset, frame)
    with pytest.raises(ntm.TableError, match="expected at most 1"):
        ntm.frames.assess(ruleset, frame, on_bad="mark")
    with pytest.raises(ntm.FactError) as caught:
        ntm.frames.assess(ruleset, pl.DataFrame({"part": [11, 12], "whole": [10, 10]}))
    assert len(caught.value.problems) == 1
    assert not caught.value.complete


def test_float32_is_read_through_its_shortest_text() -> None:
    single = np.array([62.3, 62.29, 62.31], np.float32)
    wanted = [MET, NOT_MET, MET]
    assert float(single[0]) != 62.3
    for frame in ({"share": single}, pd.DataFrame({"share": single}), pl.DataFrame({"share": single})):
        assert outcomes(frame, "share") == wanted
    table = pa.table({"share": single})
    assert outcomes(table, "share") == outcomes(duck(table), "share") == wanted
    assert outcomes(pl.DataFrame(table).lazy(), "share") == wanted


def test_decimals_are_what_they_say() -> None:
    exact = [Decimal("62.300"), Decimal("62.299"), Decimal("62.301"), None]
    wanted = [MET, NOT_MET, MET, UNDETERMINED]
    table = pa.table({"share": pa.array(exact, pa.decimal128(12, 3))})
    wide = pa.table({"share": pa.array(exact, pa.decimal128(38, 18))})
    for frame in (table, wide, pl.DataFrame({"share": exact}), pd.DataFrame({"share": np.array(exact, object)})):
        assert outcomes(frame, "share") == wanted
    for lazy in (duck(table), duck(wide), pl.DataFrame(table).lazy(), pl.DataFrame(wide).lazy()):
        assert outcomes(lazy, "share") == wanted


@pytest.mark.parametrize("scale", range(6))
def test_every_decimal_is_the_float_of_its_text(scale: int) -> None:
    """Also where a float of the whole number times a power of ten is another one."""
    exact = [Decimal(n).scaleb(-scale) for n in range(0, 10 ** min(scale + 2, 6), 7)]
    for frame in (pa.table({"free": exact}), pl.DataFrame({"free": exact}).lazy(), duck(pa.table({"free": exact}))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingColumns)
            told = ntm.frames.assess(
                RULESET,
                frame if not isinstance(frame, pa.Table) else frame.append_column("code", [list(map(str, exact))]),
                unit_column="code" if isinstance(frame, pa.Table) else None,
            )
        assert [row["indicator_free"] for row in rows(told)] == [int(value >= Decimal("0.001")) for value in exact]


def test_more_than_fifteen_digits_are_a_bad_value() -> None:
    exact = [Decimal("1234567890123.456"), Decimal("123456789012.345"), Decimal("1000000000000000")]
    wanted = [UNDETERMINED, MET, MET]
    table = pa.table({"free": pa.array(exact, pa.decimal128(30, 6))})
    for frame in (table, pl.DataFrame(table), pl.DataFrame(table).lazy(), duck(table)):
        assert outcomes(frame, "free", on_bad="mark") == wanted
    whole = pa.table({"free": [1234567890123456, 10**15, 5]})
    for frame in (whole, pl.DataFrame(whole), pl.DataFrame(whole).lazy(), duck(whole)):
        assert outcomes(frame, "free", on_bad="mark") == wanted


def test_nan_is_missing_in_numpy_and_bad_elsewhere() -> None:
    values = [math.nan, 70.0]
    frame: typing.Any
    for frame in ({"share": np.array(values)}, pd.DataFrame({"share": values})):
        assert outcomes(frame, "share") == [UNDETERMINED, MET]
    table = pa.table({"share": pa.array(values, from_pandas=False)})
    for frame in (table, pl.DataFrame(table), table.to_pandas(types_mapper=pd.ArrowDtype)):
        assert outcomes(frame, "share", on_bad="mark") == [UNDETERMINED, MET]
        with pytest.raises(ntm.FactError, match="fact `share`: got `nan`, expected a number from 0 to 100"):
            outcomes(frame, "share")
    for lazy in (duck(table), pl.DataFrame(table).lazy()):
        assert outcomes(lazy, "share") == [UNDETERMINED, MET]


def test_counts_are_whole_in_every_type() -> None:
    for column in (np.array([3, 2]), np.array([3.0, 2.0]), np.array([3, 2], np.uint8), np.array([3, 2], np.int16)):
        assert outcomes({"tally": column}, "tally") == [MET, NOT_MET]
        assert outcomes(pl.DataFrame({"tally": column}).lazy(), "tally") == [MET, NOT_MET]
    assert outcomes({"tally": np.array([2.5, 3.0])}, "tally", on_bad="mark") == [UNDETERMINED, MET]
    assert outcomes({"free": np.array([-0.0, 0.001])}, "free") == [NOT_MET, MET]
    assert outcomes({"share": np.array([-0.0, 62.3])}, "share") == [NOT_MET, MET]


def test_parts_that_tie_with_the_threshold() -> None:
    """623 of 1000 is 62.3 per cent to the last digit, whatever floats say."""
    frame = pl.DataFrame({"part": [623, 622, 6230, 1, 0], "whole": [1000, 1000, 10000, 3, 0]})
    for kind in (frame, frame.to_arrow(), frame.lazy(), duck(frame.to_arrow()), frame.to_pandas()):
        assert outcomes(kind, "rate") == [MET, NOT_MET, MET, NOT_MET, UNDETERMINED]


def test_counts_beyond_what_float64_holds_are_still_exact() -> None:
    most = 9 * 10**14
    parts = {"part": np.array([most * 623 // 1000, most * 623 // 1000 - 1]), "whole": np.array([most, most])}
    assert outcomes(parts, "rate") == [MET, NOT_MET]


# -- yes/no, levels, categories ----------------------------------------------------------------


def test_yes_and_no_as_booleans_or_as_0_and_1() -> None:
    wanted = [MET, NOT_MET, UNDETERMINED]
    for frame in (
        pl.DataFrame({"yes": [True, False, None]}),
        pl.DataFrame({"yes": [1, 0, None]}),
        pl.DataFrame({"yes": [True, False, None]}).lazy(),
        pl.DataFrame({"yes": [1, 0, None]}).lazy(),
        pd.DataFrame({"yes": np.array([True, False, None], object)}),
        pd.DataFrame({"yes": [1.0, 0.0, math.nan]}),
        pd.DataFrame({"yes": pd.array([True, False, None], dtype="boolean")}),
        duck(pa.table({"yes": [True, False, None]})),
        duck(pa.table({"yes": [1, 0, None]})),
    ):
        assert outcomes(frame, "yes") == wanted
    with pytest.raises(ntm.FactError, match="fact `yes`: got `2`, expected true or false"):
        outcomes(pl.DataFrame({"yes": [1, 2]}), "yes")
    assert outcomes(pl.DataFrame({"yes": [1, 2]}), "yes", on_bad="mark") == [MET, UNDETERMINED]
    assert outcomes(duck(pa.table({"yes": [1, 2]})), "yes") == [MET, UNDETERMINED]


def test_texts_and_categories() -> None:
    wanted = [MET, NOT_MET, UNDETERMINED]
    texts = ["tốt", "khá", None]
    for frame in (
        pl.DataFrame({"kind": texts}),
        pl.DataFrame({"kind": texts}, schema={"kind": pl.Categorical}),
        pl.DataFrame({"kind": texts}, schema={"kind": pl.Enum(["khá", "kém", "tốt"])}),
        pl.DataFrame({"kind": texts}, schema={"kind": pl.Categorical}).lazy(),
        pd.DataFrame({"kind": texts}),
        pd.DataFrame({"kind": pd.Categorical(texts)}),
        pd.DataFrame({"kind": np.array(texts, object)}),
        {"kind": np.ma.MaskedArray(np.array(["tốt", "khá", ""]), [False, False, True])},
        {"kind": np.array(texts, object)},
        duck(pa.table({"kind": texts})),
    ):
        assert outcomes(frame, "kind") == wanted
    with pytest.raises(ntm.FactError, match=r"unit `row 1`, fact `kind`: got `tôt`.*did you mean `tốt`"):
        outcomes(pl.DataFrame({"kind": ["khá", "tôt"]}), "kind")
    assert outcomes({"kind": np.array(["tốt", "một giá trị rất dài"])}, "kind", on_bad="mark") == [MET, UNDETERMINED]


def test_levels_that_are_numbers() -> None:
    for frame in (pl.DataFrame({"level": [2, 0]}), pl.DataFrame({"level": ["2", "0"]}), {"level": np.array([2, 0])}):
        assert outcomes(frame, "level") == [MET, NOT_MET]
    assert outcomes(pl.DataFrame({"level": [2, 0]}).lazy(), "level") == [MET, NOT_MET]
    assert outcomes(pl.DataFrame({"level": [2, 7]}), "level", on_bad="mark") == [MET, UNDETERMINED]


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pl.DataFrame({"share": ["62,3"]}), r"`share` holds texts, expected numbers.*\n.*cast\(pl.Float64\)"),
        (pl.DataFrame({"share": ["62,3"]}).lazy(), r"`share` holds texts, expected numbers.*\n.*cast\(pl.Float64\)"),
        (pd.DataFrame({"share": ["62,3"]}), r"`share` holds texts.*\n.*astype\(\"float64\"\)"),
        (pa.table({"share": ["62,3"]}), r"`share` holds texts.*\n.*cast\(\"double\"\)"),
        ({"share": np.array(["62,3"])}, r"`share` holds texts.*\n.*astype\(float\)"),
        (pl.DataFrame({"yes": ["đạt"]}), r"`yes` holds texts, expected yes/no values"),
        (pl.DataFrame({"share": [True]}), r"`share` holds yes/no values, expected numbers"),
        (pl.DataFrame({"kind": [1]}), r"`kind` holds numbers, expected texts"),
        (pl.DataFrame({"share": [dt.date(2024, 7, 2)]}), r"`share` holds values of the type `Date`"),
        (pd.DataFrame({"share": np.array([1.5, {}], object)}), r"in row 1 `\{\}` of the type `dict`"),
        (pd.DataFrame({"share": np.array([None, "x", 1], object)}), r"in row 1 `x` of the type `str`"),
        (pl.DataFrame({"shar": [1.0]}), r"`shar` is neither the unit nor a fact\n.*did you mean `share`.*keep="),
        (duck(pa.table({"shar": [1.0]})), r"`shar` is neither the unit nor a fact"),
        ({"share": [1.0]}, r"`share` is of the type `list`"),
        ({"share": np.ones((2, 2))}, r"`share` has 2 dimensions"),
        ({"share": np.ones(2), "free": np.ones(3)}, r"differ in length"),
        (pd.DataFrame([[1.0, 2.0]], columns=["share", "share"]), r"two columns have the name `share`"),
    ],
)
def test_columns_that_do_not_fit(frame: typing.Any, words: str) -> None:
    with pytest.raises(ntm.TableError, match=words):
        outcomes(frame, "share")


def test_all_columns_that_do_not_fit_are_named_at_once() -> None:
    with pytest.raises(ntm.TableError) as caught:
        outcomes(pl.DataFrame({"share": ["1"], "yes": ["x"], "kind": [1]}), "share")
    assert [d.message.split("`")[1] for d in caught.value.diagnostics] == ["share", "yes", "kind"]
    with pytest.raises(ntm.TableError) as caught:
        outcomes(pl.DataFrame({"a": [1], "b": [2]}), "share", unit_column="c", keep=("d",))
    assert len(caught.value.diagnostics) == 4


def test_a_list_is_no_frame_and_words_of_arguments_are_checked() -> None:
    with pytest.raises(ntm.NtmRulesError, match=r"expected a Polars, pandas or PyArrow frame.*not `list`"):
        ntm.frames.assess(RULESET, [1])
    refused: tuple[tuple[dict[str, typing.Any], str], ...] = (
        ({"shape": "tall"}, "`shape` is one of `wide`, `long`"),
        ({"on_bad": "skip"}, "`on_bad` is one of"),
        ({"on_bad": "raise"}, 'takes `on_bad="mark"` only'),
        ({"shape": "long"}, "needs `unit_column`"),
    )
    for options, words in refused:
        with pytest.raises(ValueError, match=words):
            ntm.frames.assess(RULESET, pl.LazyFrame({"share": [1.0]}), **options)
    with pytest.raises(ntm.NtmRulesError, match="`keep` is the text `name`, expected a sequence"):
        outcomes(pl.DataFrame({"share": [1.0], "name": ["x"]}), "share", keep="name")


# -- what comes back ---------------------------------------------------------------------------


def test_missing_columns_are_told_once_and_facts_of_other_sets_are_left_alone() -> None:
    frame = pl.DataFrame({"share": [70.0] * 9, "another_fact": [1] * 9})
    with pytest.warns(MissingColumns) as caught:
        ntm.frames.assess(RULESET, frame)
    assert len(caught) == 1
    message = typing.cast(MissingColumns, caught[0].message)
    assert message.facts == ("rate", "tally", "free", "yes", "level", "kind")
    assert caught[0].filename == __file__
    with pytest.warns(MissingColumns) as caught:
        ntm.frames.assess(RULESET, frame.with_columns(part=pl.lit(1), whole=pl.lit(2)))
    assert "rate" not in typing.cast(MissingColumns, caught[0].message).facts


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_the_same_kind_of_frame_comes_back(shape: str) -> None:
    columns = {"code": ["b", "a"], "name": ["Xã B", "Xã A"], "share": [70.0, 10.0]}
    pandas = pd.DataFrame(columns, index=[7, 3])
    for frame in (pl.DataFrame(columns), pa.table(columns), pandas, {n: np.array(v) for n, v in columns.items()}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingColumns)
            found = ntm.frames.assess(RULESET, frame, unit_column="code", keep=("name",), shape=shape)
        assert type(found) is type(frame)
        assert list(dict.fromkeys(row["name"] for row in rows(found))) == ["Xã B", "Xã A"]
        if isinstance(found, pd.DataFrame):
            assert list(dict.fromkeys(found.index)) == [7, 3]


def test_an_empty_frame_has_the_same_columns() -> None:
    full, empty = pl.DataFrame({"share": [70.0]}), pl.DataFrame({"share": []}, schema={"share": pl.Float64})
    for shape in ("wide", "long"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MissingColumns)
            assert (
                ntm.frames.assess(RULESET, empty, shape=shape).columns
                == ntm.frames.assess(RULESET, full, shape=shape).columns
            )


def test_outcomes_take_one_byte() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess(RULESET, pl.DataFrame({"share": [70.0]}))
        lazy = ntm.frames.assess(RULESET, pl.LazyFrame({"share": [70.0]}))
    assert found.schema["outcome"] == found.schema["indicator_share"] == pl.Int8
    assert {n: t for n, t in lazy.collect_schema().items() if n != "bad_facts"} == dict(found.schema)


def test_a_row_of_another_ruleset_is_not_worded() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess(RULESET, pl.DataFrame({"share": [60.0]}), shape="long")
    row = found.row(0, named=True)
    assert "60%" in ntm.frames.word(RULESET, row)
    with pytest.raises(ntm.RulesetError, match="content hash"):
        ntm.frames.word(RULESET.with_minimum_evidence("official"), row | {"content_hash": "ntm1:0"})
    with pytest.raises(ntm.TableError, match="cannot be read"):
        ntm.frames.word(RULESET, row | {"detail": "1;2"})
    with pytest.raises(ntm.TableError, match="no column `detail`"):
        ntm.frames.word(RULESET, {name: value for name, value in row.items() if name != "detail"})
    with pytest.raises(ntm.UnknownName, match="unknown indicator"):
        ntm.frames.word(RULESET, row | {"indicator": "9.9"})


def test_a_bad_value_is_worded_as_such() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        found = ntm.frames.assess(RULESET, pl.DataFrame({"share": [101.0]}), shape="long", on_bad="mark")
    row = found.row(0, named=True)
    assert row["reason"] == "fact_invalid"
    assert "số liệu không hợp lệ" in ntm.frames.word(RULESET, row)


def test_without_numpy_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['numpy'] = None\n"
        "import datetime as dt, ntm_rules as ntm\n"
        "ruleset = ntm.Library.bundled().compose('commune/kieu-mau', on=dt.date(2024, 7, 2))\n"
        "try: ntm.frames.assess(ruleset, {})\n"
        "except ntm.EngineUnavailable as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert '`pip install "ntm-rules[frame]"`' in done.stdout


class Counted(str):
    """A name that counts how often it is compared."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str(self) == str(other)


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_the_number_of_kept_columns_costs_linear_time() -> None:
    names = [Counted(f"c{n}") for n in range(400)]
    frame = {"share": np.ones(1)} | {name: np.ones(1) for name in names}
    ntm.frames.assess(RULESET, frame, keep=[str(name) for name in names])
    assert Counted.compared < 20 * len(names)
