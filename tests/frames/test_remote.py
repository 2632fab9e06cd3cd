"""PostgreSQL and Spark answer what ``assess`` answers, on fixed communes; nothing is computed before it is asked."""

import datetime as dt
import typing
import warnings
from collections.abc import Callable, Iterator, Sequence

import duckdb
import polars as pl
import pytest

import ntm_rules as ntm
from fiction.communes import commune
from frames.making import Facts, arrow, assessed, long_rows, rows, same_row, wide_row
from frames.test_judged_columns import second_row
from ntm_rules import Library, Ruleset
from ntm_rules.frames import MissingColumns
from ntm_rules.frames.base.judged import judged_columns, with_judged
from ntm_rules.model.facts import FactType

if typing.TYPE_CHECKING:
    from pyspark.sql import SparkSession

ON = dt.date(2024, 7, 2)


def communes_of(ruleset: Ruleset, count: int) -> Sequence[Facts]:
    """Good communes, and some with a value out of bounds, a part above its whole, an unknown level."""
    found: list[dict[str, typing.Any]] = [dict(commune(ruleset, s, missing=0.2 * (s % 3))) for s in range(count)]
    inputs = ruleset.inputs()
    percents = [f.id for f in inputs.values() if f.type is FactType.PERCENT and f.ratio is None]
    levels = [f.id for f in inputs.values() if f.values]
    ratios = [f.ratio for f in inputs.values() if f.ratio is not None]
    if percents:
        found[0][percents[0]] = 100.5
        found[1][percents[-1]] = float("inf")
    if levels:
        found[2][levels[0]] = "không rõ"
    if ratios:
        found[3] |= {ratios[0].part: 9.0, ratios[0].whole: 4.0}
    return found


def check_wide(found: typing.Any, ruleset: Ruleset, communes: Sequence[Facts]) -> None:
    told = sorted(rows(found), key=lambda row: row["code"])
    for mine, facts in zip(told, communes, strict=True):
        verdict, _, count = assessed(ruleset, facts)
        same_row(mine, wide_row(verdict) | {"bad_facts": count})


def check_long(found: typing.Any, ruleset: Ruleset, communes: Sequence[Facts]) -> None:
    told = {(row["code"], row["indicator"]): row for row in rows(found)}
    for number, facts in enumerate(communes):
        verdict, bad, _ = assessed(ruleset, facts)
        worded = {reason.indicator: reason for reason in verdict.reasons()}
        for theirs in long_rows(verdict):
            mine = told[f"{number:05}", theirs["indicator"]]
            if mine["reason"] == "fact_invalid":
                assert bad
                theirs["reason"] = "fact_invalid"
            same_row(mine, theirs | {"content_hash": ruleset.content_hash})
            reason = worded.get(theirs["indicator"])
            if reason is not None and not bad:
                assert ntm.frames.word(ruleset, mine) == reason.text("vi")


def assess(ruleset: Ruleset, table: typing.Any, shape: str = "wide") -> typing.Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        return ntm.frames.assess(ruleset, table, unit_column="code", shape=shape)


# -- PostgreSQL --------------------------------------------------------------------------------


@pytest.fixture
def into_postgres(postgres: str) -> Iterator[Callable[[str, Ruleset, Sequence[Facts]], typing.Any]]:
    """Writes communes to a table of the server, and gives it as an Ibis table."""
    import ibis
    import psycopg

    made: list[str] = []
    backend = ibis.connect(postgres)

    def write(name: str, ruleset: Ruleset, communes: Sequence[Facts]) -> typing.Any:
        table = arrow(ruleset, communes)
        kinds = {"double": "double precision", "bool": "boolean", "string": "text"}
        columns = ", ".join(f'"{field.name}" {kinds[str(field.type)]}' for field in table.schema)
        with psycopg.connect(postgres) as connection, connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "{name}" ({columns})')
            places = ", ".join(["%s"] * table.num_columns)
            cursor.executemany(
                f'INSERT INTO "{name}" VALUES ({places})', [tuple(r.values()) for r in table.to_pylist()]
            )
        made.append(name)
        return backend.table(name)

    yield write
    backend.disconnect()
    with psycopg.connect(postgres) as connection, connection.cursor() as cursor:
        for name in made:
            cursor.execute(f'DROP TABLE "{name}"')


@pytest.mark.parametrize("name", ["commune/ntm", "commune/nang-cao", "commune/lua-chon"])
def test_postgresql(fiction: Library, into_postgres: typing.Any, name: str) -> None:
    ruleset = fiction.compose(name, on=ON)
    communes = communes_of(ruleset, 12)
    table = into_postgres(f"wide {name}", ruleset, communes)
    check_wide(assess(ruleset, table), ruleset, communes)


def test_postgresql_says_why(fiction: Library, into_postgres: typing.Any) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON, province="gia-bac")
    communes = communes_of(ruleset, 12)
    check_long(assess(ruleset, into_postgres("long", ruleset, communes), "long"), ruleset, communes)


def test_the_text_of_the_query_runs_in_postgresql(fiction: Library, postgres: str, into_postgres: typing.Any) -> None:
    import psycopg

    ruleset = fiction.compose("commune/lua-chon", on=ON)
    communes = communes_of(ruleset, 12)
    into_postgres("xã", ruleset, communes)
    text = ntm.frames.to_sql(
        ruleset,
        "postgres",
        table="xã",
        schema="public",
        columns=[n for n in ruleset.inputs() if n in arrow(ruleset, communes).column_names],
    )
    with psycopg.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY VIEW "kết quả" AS {text}')
        cursor.execute('SELECT * FROM "kết quả"')
        names = [column.name for column in cursor.description or ()]
        found = pl.DataFrame(cursor.fetchall(), schema=names, orient="row")
    check_wide(found, ruleset, communes)


# -- DuckDB ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_the_text_of_the_query_runs_in_duckdb(fiction: Library, shape: str) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON)
    communes = communes_of(ruleset, 12)
    connection = duckdb.connect()
    table = arrow(ruleset, communes)
    connection.execute('CREATE SCHEMA "báo cáo"')
    connection.execute('CREATE TABLE "báo cáo"."xã" AS FROM "table"')
    given = [name for name in ruleset.inputs() if name in table.column_names]
    text = ntm.frames.to_sql(ruleset, "duckdb", table="xã", schema="báo cáo", columns=given, shape=shape)
    (check_wide if shape == "wide" else check_long)(connection.sql(text), ruleset, communes)


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_ibis_on_duckdb(fiction: Library, shape: str) -> None:
    import ibis

    ruleset = fiction.compose("commune/lua-chon", on=ON, province="gia-bac")
    communes = communes_of(ruleset, 8)
    found = assess(ruleset, ibis.memtable(arrow(ruleset, communes)), shape)
    (check_wide if shape == "wide" else check_long)(found, ruleset, communes)


@pytest.mark.slow
def test_what_has_no_column_is_missing_in_a_query_too(fiction: Library, bundled: Library) -> None:
    """Ibis takes ``NULL = x`` for a question whether x is null."""
    import ibis

    table = pl.DataFrame({"code": ["1"]}).to_arrow()
    for ruleset in (
        bundled.compose("commune/ntm", on=ON, province="lang-son"),
        bundled.compose("commune/nang-cao", on=ON),
        fiction.compose("commune/nang-cao", on=ON),
    ):
        theirs = rows(assess(ruleset, table))
        for kind in (ibis.memtable(table), pl.DataFrame(table).lazy()):
            assert [{n: v for n, v in row.items() if n != "bad_facts"} for row in rows(assess(ruleset, kind))] == theirs


@pytest.mark.parametrize("tier", ["commune/ntm", "commune/nang-cao"])
def test_the_text_is_short_enough_to_be_read(bundled: Library, tier: str) -> None:
    text = ntm.frames.to_sql(bundled.compose(tier, on=ON), "postgres")
    assert len(text.encode()) < 150_000
    assert text.count("OFFSET 0") == text.count(" AS (\n")


def test_what_no_column_decides_is_said_of_every_row() -> None:
    """Of constants alone a selection in Polars has one row."""
    ruleset = ntm.Library.bundled().compose("commune/ntm", on="2027-01-01")
    frame = pl.LazyFrame({"other": [1, 2, 3]}, schema={"other": pl.Int64})
    with pytest.raises(ntm.TableError):
        assess(ruleset, frame)
    found = ntm.frames.assess(ruleset, pl.LazyFrame({"code": ["1", "2", "3"]}), unit_column="code")
    assert found.select("outcome").collect()["outcome"].to_list() == [2, 2, 2]


def test_a_query_of_what_nobody_knows_is_refused(fiction: Library) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON)
    with pytest.raises(ntm.UnknownName, match=r"unknown dialect of SQL `postgresql`\n.*did you mean `postgres`"):
        ntm.frames.to_sql(ruleset, "postgresql")
    with pytest.raises(ntm.UnknownName, match="unknown fact `thu_nhap`"):
        ntm.frames.to_sql(ruleset, "duckdb", columns=["thu_nhap"])


# -- Spark -------------------------------------------------------------------------------------


def spark_frame(spark: "SparkSession", ruleset: Ruleset, communes: Sequence[Facts]) -> typing.Any:
    table = arrow(ruleset, communes)
    kinds = {"double": "double", "bool": "boolean", "string": "string"}
    schema = ", ".join(f"`{field.name}` {kinds[str(field.type)]}" for field in table.schema)
    return spark.createDataFrame([tuple(row.values()) for row in table.to_pylist()], schema)


@pytest.mark.parametrize("name", ["commune/ntm", "commune/lua-chon"])
def test_spark(fiction: Library, spark: "SparkSession", name: str) -> None:
    ruleset = fiction.compose(name, on=ON)
    communes = communes_of(ruleset, 12)
    found = assess(ruleset, spark_frame(spark, ruleset, communes))
    check_wide(pl.DataFrame([row.asDict() for row in found.collect()]), ruleset, communes)


def test_spark_says_why(fiction: Library, spark: "SparkSession") -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON, province="gia-bac")
    communes = communes_of(ruleset, 12)
    found = assess(ruleset, spark_frame(spark, ruleset, communes), "long")
    check_long(pl.DataFrame([row.asDict() for row in found.collect()]), ruleset, communes)


# -- judgements --------------------------------------------------------------------------------


def judged_communes(ruleset: Ruleset) -> tuple[Ruleset, Sequence[Facts]]:
    """Communes with judgements of two bodies on every indicator and of one on every criterion, some of them missing."""
    communes = [dict(commune(ruleset, seed, missing=0.3 * (seed % 3))) for seed in range(9)]
    said = ("met", "not_met", None, "1", "0", "not_applicable", None, "3")
    names = [f"judged_{c.no}_district" for c in ruleset.criteria]
    names += [f"judged_{i.no}{end}" for c in ruleset.criteria for i in c.indicators for end in ("", "_province")]
    for row, each in enumerate(communes):
        for place, name in enumerate(names):
            if (word := said[(3 * row + place) % len(said)]) is not None:
                each[name] = word
    return with_judged(ruleset, judged_columns(ruleset, names)), communes


def check_judged(found: typing.Any, ruleset: Ruleset, communes: Sequence[Facts]) -> None:
    columns = judged_columns(ruleset, dict.fromkeys(name for each in communes for name in each))
    told = sorted(rows(found), key=lambda row: row["code"])
    for mine, each in zip(told, communes, strict=True):
        said = [column.said(each[column.name]) for column in columns if column.name in each]
        facts = {name: value for name, value in each.items() if not name.startswith("judged_")}
        verdict = ntm.assess(ruleset, facts, judgements=said)
        same_row(mine, wide_row(verdict) | second_row(verdict) | {"bad_facts": 0})


def test_judgements_in_duckdb(fiction: Library) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON)
    read, communes = judged_communes(ruleset)
    table = arrow(read, communes)
    connection = duckdb.connect()
    connection.register("communes", table)
    check_judged(assess(ruleset, connection.table("communes")), ruleset, communes)


@pytest.mark.parametrize("name", ["commune/ntm", "commune/lua-chon"])
def test_judgements_in_postgresql(fiction: Library, postgres: str, into_postgres: typing.Any, name: str) -> None:
    """Through Ibis, and as the text of the query."""
    import psycopg

    ruleset = fiction.compose(name, on=ON)
    read, communes = judged_communes(ruleset)
    table = into_postgres(f"judged {name}", read, communes)
    check_judged(assess(ruleset, table), ruleset, communes)
    given = [column for column in arrow(read, communes).column_names if column != "code"]
    text = ntm.frames.to_sql(ruleset, "postgres", table=f"judged {name}", columns=given)
    with psycopg.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute(text)
        names = [column.name for column in cursor.description or ()]
        check_judged(pl.DataFrame(cursor.fetchall(), schema=names, orient="row"), ruleset, communes)


@pytest.mark.parametrize("name", ["commune/ntm", "commune/lua-chon"])
def test_judgements_in_spark(fiction: Library, spark: "SparkSession", name: str) -> None:
    ruleset = fiction.compose(name, on=ON)
    read, communes = judged_communes(ruleset)
    found = assess(ruleset, spark_frame(spark, read, communes))
    check_judged(pl.DataFrame([row.asDict() for row in found.collect()]), ruleset, communes)


# -- pushed down -------------------------------------------------------------------------------


@pytest.mark.slow
def test_nothing_is_read_in_duckdb_before_it_is_asked(fiction: Library) -> None:
    """The plan goes down to a scan of the table; a table that fails when read is not read."""
    ruleset = fiction.compose("commune/lua-chon", on=ON)
    connection = duckdb.connect()
    columns = ", ".join(
        f"CASE WHEN i = 1 THEN error('read') ELSE NULL END::{_duckdb(f.type)} AS {f.id}"
        for f in ruleset.inputs().values()
    )
    connection.sql(f"CREATE VIEW communes AS SELECT i::VARCHAR AS code, {columns} FROM range(3) t(i)")
    for shape in ("wide", "long"):
        found = assess(ruleset, connection.table("communes"), shape)
        assert isinstance(found, duckdb.DuckDBPyRelation)
        assert "RANGE" in found.explain().upper()
        with pytest.raises(duckdb.Error, match="read"):
            found.fetchall()


def _duckdb(kind: FactType) -> str:
    return "DOUBLE" if kind.numeric else "BOOLEAN" if kind is FactType.BOOLEAN else "VARCHAR"


def test_a_polars_lazy_frame_stays_lazy(fiction: Library) -> None:
    ruleset = fiction.compose("commune/lua-chon", on=ON)

    def never(_: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError("computed too early")

    kinds = {
        f.id: pl.Float64 if f.type.numeric else pl.Boolean if f.type is FactType.BOOLEAN else pl.String
        for f in ruleset.inputs().values()
    }
    schema = {"code": pl.String, **kinds}
    lazy = pl.LazyFrame(schema=schema).map_batches(never, schema=schema)
    found = assess(ruleset, lazy)
    assert isinstance(found, pl.LazyFrame)
    with pytest.raises(Exception, match="computed too early"):
        found.collect()


def test_spark_and_ibis_plans_end_in_the_table(fiction: Library, spark: "SparkSession") -> None:
    import ibis

    ruleset = fiction.compose("commune/lua-chon", on=ON)
    found = assess(ruleset, spark_frame(spark, ruleset, communes_of(ruleset, 4)))
    plan = found._jdf.queryExecution().optimizedPlan().toString()
    assert "LogicalRDD" in plan or "LocalRelation" in plan
    table = ibis.table({"code": "string", **dict.fromkeys(ruleset.inputs(), "float64")}, name="communes")
    with pytest.raises(ntm.TableError):
        assess(ruleset, table)
    fine = ibis.table({"code": "string"}, name="communes")
    assert 'FROM "communes"' in str(ibis.to_sql(assess(ruleset, fine), dialect="postgres"))
