"""Every unit of a lazy or remote frame: nothing is computed here, the library that owns the data runs the query."""

import types
import typing
import warnings
from collections.abc import Callable, Mapping

import narwhals as nw

from ntm_rules.frames.base.columns import Layout, MissingColumns, layout_of
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.query.query import query_of
from ntm_rules.frames.query.stages import Query
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, EngineUnavailable
from ntm_rules.model.rulesets import Ruleset

_CASTS = {
    "polars": '`frame.with_columns(pl.col("{name}").cast(pl.Float64))`',
    "pyspark": '`frame.withColumn("{name}", F.col("{name}").cast("double"))`',
    "ibis": '`frame.mutate({name}=frame["{name}"].cast("float64"))`',
}
_SQL_CAST = '`CAST("{name}" AS DOUBLE PRECISION)`'


def assess_lazily(ruleset: Ruleset, frame: typing.Any, question: Question) -> typing.Any:
    """Return the findings as a frame of the same kind; nothing is computed, bad values are marked.

    Raises:
        BadArgument: no frame that can be read.
        ValueError: ``on_bad="raise"``, or the long shape without a unit.
        TableError: columns that are not facts, or hold another type.
    """
    lazy = lazy_of(frame)
    question.check_lazy()
    names = lazy.collect_schema().names()
    layout = layout_of(ruleset, names, question.unit_column, question.keep, second=question.judged)
    if layout.missing:
        warnings.warn(MissingColumns(layout.missing), stacklevel=3)
    return assess_frame(ruleset, lazy, layout, question.shape).to_native()


def lazy_of(frame: typing.Any) -> "nw.LazyFrame[typing.Any]":
    """Return a lazy or remote frame for narwhals.

    Raises:
        BadArgument: no frame that can be read.
    """
    try:
        lazy = nw.from_native(frame)
    except TypeError:
        raise BadArgument(Message("argument.frame", type=type(frame).__name__)) from None
    if not isinstance(lazy, nw.LazyFrame) or lazy.implementation.value not in _RUNNERS:
        raise BadArgument(Message("argument.frame", type=type(frame).__name__))
    return lazy


def assess_frame(ruleset: Ruleset, lazy: "nw.LazyFrame[typing.Any]", layout: Layout, shape: str) -> typing.Any:
    """Return the findings for a frame whose columns are known, as one of narwhals."""
    library = lazy.implementation.value
    query = query_of(ruleset, lazy.collect_schema(), layout, shape, _CASTS.get(library, _SQL_CAST))
    return nw.from_native(_RUNNERS[library](query, lazy.to_native()))


def sql() -> types.ModuleType:
    """Return what writes SQL.

    Raises:
        EngineUnavailable: sqlglot is not installed.
    """
    try:
        from ntm_rules.frames.query import by_sql
    except ModuleNotFoundError as error:
        raise EngineUnavailable(Message("engine.sql"), Message("hint.extra", extra="sql")) from error
    return by_sql


def _polars(query: Query, frame: typing.Any) -> typing.Any:
    from ntm_rules.frames.query.by_polars import run

    return run(query, frame)


def _duckdb(query: Query, relation: typing.Any) -> typing.Any:
    for _, columns in sql().selects(query, "duckdb", "UNNEST(RANGE({}))"):
        relation = relation.project(", ".join(columns))
    return relation


def _spark(query: Query, frame: typing.Any) -> typing.Any:
    for _, columns in sql().selects(query, "spark", "EXPLODE(SEQUENCE(0, {} - 1))"):
        frame = frame.selectExpr(*columns)
    return frame


def _ibis(query: Query, table: typing.Any) -> typing.Any:
    import ibis
    from ibis.expr.operations import SQLStringView

    source = ibis.util.gen_name("communes")
    # a table of no database may be asked of any; the text for PostgreSQL is one that others understand
    try:
        dialect = _DIALECTS.get(table.get_backend().name, "postgres")
    except ibis.common.exceptions.IbisError:
        dialect = "postgres"
    schema = {name: table[name].type() for name in query.passed} | {n: kind.value for n, kind in query.kinds.items()}
    text = sql().text(query, dialect, source)
    return SQLStringView(parent=table.alias(source).op(), query=text, schema=ibis.schema(schema)).to_expr()


_DIALECTS = {"duckdb": "duckdb", "pyspark": "spark"}

_RUNNERS: Mapping[str, Callable[[Query, typing.Any], typing.Any]] = {
    "polars": _polars,
    "duckdb": _duckdb,
    "pyspark": _spark,
    "pyspark[connect]": _spark,
    "ibis": _ibis,
}
