"""A query run by Polars."""

import functools
import operator
import typing
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from ntm_rules.frames.query.expressions import Apply, Expr, Kind, Language, Literal, Value, Word, looked_up
from ntm_rules.frames.query.stages import Query

_FEW = 16
_TYPES = {
    Kind.BOOLEAN: pl.Boolean,
    Kind.INT8: pl.Int8,
    Kind.INT16: pl.Int16,
    Kind.INT32: pl.Int32,
    Kind.INT64: pl.Int64,
    Kind.FLOAT: pl.Float64,
    Kind.TEXT: pl.String,
}


WORDS: Mapping[Word, Callable[..., pl.Expr]] = {
    Word.NOT: operator.invert,
    Word.EQUAL: operator.eq,
    Word.NOT_EQUAL: operator.ne,
    Word.LESS: operator.lt,
    Word.AT_MOST: operator.le,
    Word.MORE: operator.gt,
    Word.AT_LEAST: operator.ge,
    Word.IS_NULL: pl.Expr.is_null,
    Word.BETWEEN: pl.Expr.is_between,
    Word.AND: lambda *truths: pl.all_horizontal(truths),
    Word.OR: lambda *truths: pl.any_horizontal(truths),
    Word.ADD: lambda *numbers: functools.reduce(operator.add, numbers),
    Word.SUBTRACT: operator.sub,
    Word.MULTIPLY: operator.mul,
    Word.DIVIDE: operator.truediv,
    Word.REMAINDER: operator.mod,
    Word.SIZE: pl.Expr.abs,
    Word.ROUND: pl.Expr.round,
    Word.LEAST: lambda *numbers: pl.min_horizontal(numbers),
    Word.GREATEST: lambda *numbers: pl.max_horizontal(numbers),
    Word.FIRST_KNOWN: lambda *values: values[0].fill_null(values[1]) if len(values) == 2 else pl.coalesce(values),
    Word.DIGITS: lambda text: text.str.replace_all("[-.]", "").str.strip_chars("0").str.len_chars(),
}


@functools.lru_cache(maxsize=4096, typed=True)  # of a column of one row, which Polars makes for each
def _constant(value: Value, kind: Kind) -> pl.Expr:
    return pl.lit(value) if kind is Kind.INT32 and value is not None else pl.lit(value, _TYPES[kind])


def run(query: Query, frame: pl.LazyFrame) -> pl.LazyFrame:
    """Return the findings for a lazy frame."""
    steps, rows = _columns(query)
    for step, columns in zip(query.steps, steps, strict=True):
        # not by a selection, which of constants alone would have one row
        frame = frame.with_columns(columns)
        frame = frame if step.kept is None else frame.select(*step.kept, *step.made)
    # Polars works out every branch of a choice for all rows, so a row for each indicator is a union, not a choice
    parts = [frame.with_columns(columns).select(*query.passed, *query.kinds) for columns in rows]
    return parts[0] if len(parts) == 1 else pl.concat(parts)


@functools.lru_cache(maxsize=8)  # a query is kept with its ruleset, and Polars takes longer to make these than to plan
def _columns(query: Query) -> tuple[list[list[pl.Expr]], list[list[pl.Expr]]]:
    """Return the columns of each step and of each row."""

    def made(columns: Mapping[str, Expr]) -> list[pl.Expr]:
        return [language.of(expression).alias(name) for name, expression in columns.items()]

    language = Polars()
    return [made(step.made) for step in query.steps], [made(row) for row in query.rows]


@typing.final
class Polars(Language[pl.Expr]):
    """Expressions as Polars has them."""

    def of(self, expression: Expr) -> pl.Expr:
        """Return what an expression is here; of many cases of one thing a table, which takes as long as sixteen do."""
        found = looked_up(expression)
        if found is None or len(found.values) <= _FEW:
            return super().of(expression)
        keys, values = list(found.values), list(found.values.values())
        kind = _TYPES[found.kind]
        default = pl.lit(found.otherwise, kind)
        return self.of(found.operand).replace_strict(keys, values, default=default, return_dtype=kind)

    def column(self, name: str) -> pl.Expr:
        """Return a column."""
        return pl.col(name)

    def constant(self, value: Value, kind: Kind) -> pl.Expr:
        """Return a constant; a whole number without a kind of its own has that of what it is put together with."""
        return _constant(value, kind)

    def cast(self, operand: pl.Expr, kind: Kind) -> pl.Expr:
        """Return a value as another kind; null where it does not fit, for what is not chosen is worked out too."""
        return operand.cast(_TYPES[kind], strict=False)

    def choice(self, cases: Sequence[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
        """Return the value of the first condition that is true."""
        chain: typing.Any = pl
        for condition, value in cases:
            chain = chain.when(condition).then(value)
        return typing.cast(pl.Expr, chain.otherwise(otherwise))

    def apply(self, node: Apply, operands: Sequence[pl.Expr]) -> pl.Expr:
        """Return a word with its operands."""
        if node.word is Word.JOIN:
            separator = typing.cast(Literal, node.operands[0]).value
            return pl.concat_str(operands[1:], separator=str(separator), ignore_nulls=True)
        if node.word is Word.DIVIDE and isinstance(node.operands[1], Literal):
            # Polars multiplies by a constant's reciprocal, which is rounded twice; by a column it divides
            value, by = operands
            return value / (value * 0.0 + by)
        if node.word is Word.ONE_OF:
            return operands[0].is_in([typing.cast(Literal, other).value for other in node.operands[1:]])
        return WORDS[node.word](*operands)
