"""The servers of the tests answer what narwhals and ibis ask of them."""

import typing
from urllib.parse import urlsplit

import narwhals as nw
import pytest

from frames.servers import absent

if typing.TYPE_CHECKING:
    from pyspark.sql import SparkSession

ROWS = [("06196", 62.3), ("06199", 62.2), ("06202", None)]
WANTED = [("06196", 1), ("06199", 0), ("06202", 2)]


def outcomes(frame: typing.Any) -> typing.Any:
    """The native frame with a code a row: met from 62.3, undetermined where the value is missing."""
    share = nw.col("share")
    met = nw.when(share >= 62.3).then(nw.lit(1)).otherwise(nw.lit(0))
    code = nw.when(share.is_null()).then(nw.lit(2)).otherwise(met)
    return nw.from_native(frame).select("code", code.alias("outcome")).sort("code").to_native()


def test_postgresql_answers_ibis_and_narwhals(postgres: str) -> None:
    import ibis
    import psycopg

    with psycopg.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE smoke (code text, share double precision)")
        cursor.executemany("INSERT INTO smoke VALUES (%s, %s)", ROWS)
    backend = ibis.connect(postgres)
    try:
        asked = outcomes(backend.table("smoke"))
        assert isinstance(asked, ibis.Table)
        assert [tuple(row.values()) for row in asked.to_pyarrow().to_pylist()] == WANTED
    finally:
        backend.disconnect()
        with psycopg.connect(postgres) as connection:
            connection.execute("DROP TABLE smoke")


def test_postgresql_listens_on_the_loopback_interface_and_asks_for_a_password(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.replace(str(urlsplit(postgres).password), "guessed"))


def test_spark_answers_narwhals(spark: "SparkSession") -> None:
    asked = outcomes(spark.createDataFrame(ROWS, "code string, share double"))
    assert [tuple(row) for row in asked.collect()] == WANTED


def test_a_server_that_is_absent_fails_in_ci_and_skips_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Spark is not on this machine; install it"):
        absent("Spark", "install it")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="Spark is not on this machine; install it"):
        absent("Spark", "install it")
