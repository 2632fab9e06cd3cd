"""Expressions of queries mean in Polars and in SQL what Kleene's logic and arithmetic with nulls say."""

import itertools
import typing

import duckdb
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ntm_rules.frames.query import by_polars, by_sql
from ntm_rules.frames.query import expressions as ex
from ntm_rules.frames.query.expressions import Expr, Kind, Word
from ntm_rules.frames.query.stages import Query, Stages

TRUTHS, NUMBERS = (True, False, None), (None, -2.5, 0.0, 1.0, 79.99999999999999, 80.0)
ROWS = [
    {"p": p, "q": q, "x": x, "y": y, "n": place % 5 or None}
    for place, (p, q, x, y) in enumerate(itertools.product(TRUTHS, TRUTHS, NUMBERS, NUMBERS))
]

Row = dict[str, typing.Any]
Recipe = tuple[typing.Any, ...]

whole = st.sampled_from([("col", "n"), ("lit", 2, Kind.INT32)])
numbers = st.recursive(
    st.sampled_from([("col", "x"), ("col", "y")]) | st.sampled_from(NUMBERS).map(lambda v: ("lit", v, Kind.FLOAT)),
    lambda inner: (
        st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner)
        | st.tuples(st.just("abs"), inner)
        | st.tuples(st.just("known_or"), inner, inner)
        | st.tuples(st.just("choose"), st.deferred(lambda: truths), inner, inner)
    ),
    max_leaves=4,
)
truths: st.SearchStrategy[Recipe] = st.recursive(
    st.sampled_from([("col", "p"), ("col", "q")])
    | st.sampled_from(TRUTHS).map(lambda v: ("lit", v, Kind.BOOLEAN))
    | st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers, numbers)
    | st.tuples(st.just("between"), numbers)
    | st.tuples(
        st.just("in"),
        st.sampled_from([("col", "n"), ("lit", 2, Kind.INT32)]),
        st.sampled_from([(1,), (2, 3), (0, 1, 2)]),
    )
    | st.tuples(st.just("is_null"), numbers),
    lambda inner: (
        st.tuples(st.sampled_from(["&", "|"]), inner, inner, inner)
        | st.tuples(st.just("~"), inner)
        | st.tuples(st.just("is_null"), inner)
        | st.tuples(st.just("choose"), inner, inner, inner)
        | st.tuples(st.just("known_or"), inner, inner)
    ),
    max_leaves=6,
)

COMPARED: dict[str, typing.Callable[[typing.Any, typing.Any], typing.Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def made(recipe: Recipe) -> Expr:
    """The expression of a recipe."""
    match recipe:
        case ("col", name):
            return ex.col(name)
        case ("lit", value, kind):
            return ex.null(kind) if value is None else ex.lit(value, kind)
        case ("&", *members):
            return ex.every(map(made, members))
        case ("|", *members):
            return ex.some(map(made, members))
        case ("~", member):
            return ~made(member)
        case ("between", member):
            return made(member).between(0.0, 80.0)
        case ("in", member, values):
            return made(member).is_in(values)
        case ("is_null", member):
            return made(member).is_null()
        case ("abs", member):
            return made(member).abs()
        case ("known_or", one, other):
            return made(one).known_or(made(other))
        case ("choose", condition, one, other):
            return ex.choose(*map(made, (condition, one, other)))
        case (word, one, other):
            return typing.cast(Expr, COMPARED[word](made(one), made(other)))
        case _:
            raise AssertionError(recipe)


def meant(recipe: Recipe, row: Row) -> typing.Any:
    """What a recipe is for a row, in plain Python."""
    match recipe:
        case ("col", name):
            return row[name]
        case ("lit", value, _):
            return value
        case ("&", *members):
            found = [meant(member, row) for member in members]
            return False if False in found else None if None in found else True
        case ("|", *members):
            found = [meant(member, row) for member in members]
            return True if True in found else None if None in found else False
        case ("~", member):
            found = meant(member, row)
            return None if found is None else not found
        case ("in", member, values):
            found = meant(member, row)
            return None if found is None else found in values
        case ("is_null", member):
            return meant(member, row) is None
        case ("known_or", one, other):
            found = meant(one, row)
            return meant(other, row) if found is None else found
        case ("choose", condition, one, other):
            return meant(one if meant(condition, row) is True else other, row)
        case ("between", member):
            found = meant(member, row)
            return None if found is None else 0.0 <= found <= 80.0
        case ("abs", member):
            found = meant(member, row)
            return None if found is None else abs(found)
        case (word, one, other):
            left, right = meant(one, row), meant(other, row)
            return None if left is None or right is None else COMPARED[word](left, right)
        case _:
            raise AssertionError(recipe)


FRAME = pl.DataFrame(ROWS, schema={"p": pl.Boolean, "q": pl.Boolean, "x": pl.Float64, "y": pl.Float64, "n": pl.Int16})


def query_of(expression: Expr, kind: Kind) -> Query:
    """The expression as a stage of its own, and once more over its column."""
    stages = Stages(dict.fromkeys(FRAME.columns), ())
    column = stages.add(expression, "x")  # a name that is taken
    stages.step("first")
    return stages.query([{"found": column, "again": expression}], {"found": kind, "again": kind})


@given(truths.map(lambda r: (r, Kind.BOOLEAN)) | numbers.map(lambda r: (r, Kind.FLOAT)))
def test_expressions_mean_the_same_in_polars_and_in_sql(asked: tuple[Recipe, Kind]) -> None:
    recipe, kind = asked
    query = query_of(made(recipe), kind)
    wanted = [meant(recipe, row) for row in ROWS]
    by_frame = by_polars.run(query, FRAME.lazy()).collect()
    frame = FRAME  # noqa: F841  DuckDB finds it by its name
    by_database = typing.cast(duckdb.DuckDBPyRelation, duckdb.query(by_sql.text(query, "duckdb", "frame"))).pl()
    for found in (by_frame, by_database):
        assert found["found"].to_list() == wanted
        assert found["again"].to_list() == wanted


def test_a_choice_among_many_constants_means_the_same_as_one_among_few() -> None:
    """Polars looks them up in a table, of which there are many."""
    frame = pl.DataFrame({"n": [*range(-1, 60), None], "t": [*(f"t{n}" for n in range(61)), None]})
    n, t = ex.col("n"), ex.col("t")
    by_number = [(n.is_in([each, each + 20]), ex.lit(each * 0.5)) for each in range(20)]
    by_text = [(t == f"t{each}", ex.lit(each, Kind.INT16)) for each in range(40)]
    asked = {
        "number": (ex.first_true(by_number, ex.null(Kind.FLOAT)), Kind.FLOAT),
        "other": (ex.first_true(by_number, ex.lit(-1.0)), Kind.FLOAT),
        "text": (ex.first_known(*(ex.first_true([case], ex.null(Kind.INT16)) for case in by_text)), Kind.INT16),
        "mixed": (ex.first_true([*by_number, (t == "t50", ex.lit(7.0))], ex.null(Kind.FLOAT)), Kind.FLOAT),
    }
    columns, kinds = {k: e for k, (e, _) in asked.items()}, {k: kind for k, (_, kind) in asked.items()}
    found = by_polars.run(Stages({}, ()).query([columns], kinds), frame.lazy()).collect()
    numbers = [n % 20 * 0.5 if n is not None and 0 <= n < 40 else None for n in frame["n"]]
    assert found["number"].to_list() == numbers
    assert found["other"].to_list() == [-1.0 if value is None else value for value in numbers]
    assert found["text"].to_list() == [*range(40), *[None] * 22]
    assert found["mixed"].to_list() == [7.0 if t == "t50" else v for v, t in zip(numbers, frame["t"], strict=True)]
    assert ex.looked_up(columns["text"]) is not None
    assert ex.looked_up(columns["mixed"]) is None


@example(-20.00000000000005)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_in_sql_what_it_is(number: float) -> None:
    query = Stages({}, ()).query([{"found": ex.lit(number)}], {"found": Kind.FLOAT})
    frame = FRAME  # noqa: F841  DuckDB finds it by its name
    (found,) = duckdb.execute(by_sql.text(query, "duckdb", "frame")).fetchall()[0]
    assert found == number
    assert isinstance(found, float) or number.is_integer()


def test_every_word_is_in_both_languages() -> None:
    assert set(Word) == {*by_sql.WORDS} == {*by_polars.WORDS, Word.JOIN, Word.ONE_OF}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
def test_names_and_texts_are_quoted(dialect: str) -> None:
    stages = Stages({'a"b`; --': None}, ('a"b`; --',))
    text = stages.add(ex.choose(ex.col('a"b`; --') == "it's", ex.lit("'; DROP"), ex.lit("")), "x")
    stages.step("it's")
    written = by_sql.text(stages.query([{"x": text}], {"x": Kind.TEXT}), dialect, 'c"; --`d', "e")
    assert "'it''s'" in written or r"'it\'s'" in written
    assert "'''; DROP'" in written or r"'\'; DROP'" in written
    name = '"a""b`; --"' if dialect != "spark" else '`a"b``; --`'
    table = '"e"."c""; --`d"' if dialect != "spark" else '`e`.`c"; --``d`'
    assert name in written
    assert f"FROM {table}\n" in written
