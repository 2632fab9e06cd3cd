"""A query as the text of SQL: one SELECT a stage."""

import functools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlglot import Dialect, exp

from ntm_rules.frames.query.expressions import (
    Apply,
    Expr,
    Kind,
    Language,
    Literal,
    Value,
    Word,
    col,
    first_true,
)
from ntm_rules.frames.query.stages import Query

_TYPES = {
    kind: exp.DataType.build(name)
    for kind, name in {
        Kind.BOOLEAN: "boolean",
        Kind.INT8: "tinyint",
        Kind.INT16: "smallint",
        Kind.INT32: "int",
        Kind.INT64: "bigint",
        Kind.FLOAT: "double",
        Kind.TEXT: "text",
    }.items()
}
_EXACT = 1e15
"""Below it a float without a fraction is written as a whole number."""
_LONG = 1e6
"""From it on a float that is a digit and zeros is written with an exponent."""


def selects(query: Query, dialect: str, counted: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the stages, each with its name and what it selects from the one before it; the last one is the result.

    Args:
        counted: what gives the numbers from 0 on for the several rows that a row becomes, with ``{}`` for how many; of
            no text the numbers are there.
    """
    write, language = _writer(dialect), Sql()

    def kept(names: Sequence[str]) -> list[str]:
        return [write(exp.column(name, quoted=True)) for name in names]

    def made(columns: Mapping[str, Expr]) -> list[str]:
        return [write(exp.alias_(language.typed(e), name, quoted=True)) for name, e in columns.items()]

    for step in query.steps:
        yield step.name, [*(["*"] if step.kept is None else kept(step.kept)), *made(step.made)]
    rows = query.rows[0]
    if len(query.rows) > 1:
        numbers = f"{counted.format(len(query.rows))} AS {kept([query.mark])[0]}"
        yield ROWS, ["*", *([numbers] if counted else [])]
        chains = {name: [(col(query.mark) == n, row[name]) for n, row in enumerate(query.rows)] for name in rows}
        rows = {name: first_true(chain, chain[-1][1]) for name, chain in chains.items()}
    yield "result", [*kept(query.passed), *made(rows)]


def text(query: Query, dialect: str, table: str, schema: str | None = None) -> str:
    """Return the query over a table: its stages one after the other, the result last."""

    def named(name: str) -> str:
        return write(exp.to_identifier(name, quoted=True))

    write = _writer(dialect)
    source, parts = write(exp.table_(table, db=schema, quoted=True)), list[str]()
    *stages, (_, result) = selects(query, dialect, counted="")
    fence = _FENCE if dialect == "postgres" else ""
    for name, columns in stages:
        if name == ROWS:
            numbers = ", ".join(f"({number})" for number in range(len(query.rows)))
            source += f" CROSS JOIN (VALUES {numbers}) AS {named('numbers')}({named(query.mark)})"
        parts.append(f"{named(name)} AS (\n  {_select(columns, source, '  ')}{fence}\n)")
        source = named(name)
    return (f"WITH {', '.join(parts)}\n" if parts else "") + _select(result, source)


ROWS = "rows"
"""The stage in which a row becomes several."""

_FENCE = "\n  OFFSET 0"
"""Keeps PostgreSQL from writing a stage into the next one, once for each use of its columns, and that again in the one
after it; rows flow through all the same."""


def _select(columns: Sequence[str], source: str, indent: str = "") -> str:
    lines = f",\n{indent}  ".join(columns)
    return f"SELECT\n{indent}  {lines}\n{indent}FROM {source}"


@functools.cache
def _writer(dialect: str) -> Callable[[typing.Any], str]:
    return functools.partial(Dialect.get_or_raise(dialect).generator().generate, copy=False)


def _chained(kind: type[exp.Binary], *firmer: type) -> Callable[..., exp.Expression]:
    """Return what puts an operator between operands; those of a *firmer* kind stand there without brackets."""

    def chained(*operands: exp.Expression) -> exp.Expression:
        found, *others = (_alone(operand, *firmer) for operand in operands)
        for other in others:
            found = typing.cast(exp.Expression, kind(this=found, expression=other))
        return found

    return chained


def _called(name: str) -> Callable[..., exp.Expression]:
    return lambda *operands: exp.Anonymous(this=name, expressions=list(operands))


def _alone(operand: exp.Expression, *firmer: type) -> exp.Expression:
    """Return an operand as it stands beside an operator."""
    joined = isinstance(operand, exp.Binary | exp.Predicate | exp.Not)
    return exp.Paren(this=operand) if joined and not isinstance(operand, firmer) else operand


_FIRM = (exp.Predicate, exp.Not)
"""What binds more firmly than AND and OR."""


def _digits(text: exp.Expression) -> exp.Expression:
    replaced, bare = _called("REPLACE"), text
    for sign in "-.":
        bare = replaced(bare, exp.Literal.string(sign), exp.Literal.string(""))
    return exp.Length(this=exp.Trim(this=bare, expression=exp.Literal.string("0"), position="BOTH"))


WORDS: Mapping[Word, Callable[..., exp.Expression]] = {
    Word.AND: _chained(exp.And, *_FIRM),
    Word.OR: _chained(exp.Or, *_FIRM, exp.And),
    Word.NOT: lambda truth: exp.Not(this=_alone(truth, exp.Is)),
    Word.EQUAL: _chained(exp.EQ),
    Word.NOT_EQUAL: _chained(exp.NEQ),
    Word.LESS: _chained(exp.LT),
    Word.AT_MOST: _chained(exp.LTE),
    Word.MORE: _chained(exp.GT),
    Word.AT_LEAST: _chained(exp.GTE),
    Word.IS_NULL: lambda value: exp.Is(this=_alone(value), expression=exp.Null()),
    Word.BETWEEN: lambda value, low, high: exp.Between(this=value, low=low, high=high),
    Word.ONE_OF: lambda value, *others: exp.In(this=_alone(value), expressions=list(others)),
    Word.ADD: _chained(exp.Add),
    Word.SUBTRACT: _chained(exp.Sub),
    Word.MULTIPLY: _chained(exp.Mul),
    Word.DIVIDE: lambda one, other: exp.Div(this=_alone(one), expression=_alone(other), typed=True, safe=False),
    Word.REMAINDER: _chained(exp.Mod),
    Word.SIZE: lambda number: exp.Abs(this=number),
    Word.ROUND: lambda number: exp.Round(this=number),
    Word.LEAST: _called("LEAST"),
    Word.GREATEST: _called("GREATEST"),
    Word.FIRST_KNOWN: _called("COALESCE"),
    Word.JOIN: _called("CONCAT_WS"),
    Word.DIGITS: _digits,
}


@typing.final
class Sql(Language[exp.Expression]):
    """Expressions as SQL has them."""

    def typed(self, expression: Expr) -> exp.Expression:
        """Return a value that says its type by itself."""
        if isinstance(expression, Literal) and expression.value is None:
            return self.cast(exp.Null(), expression.kind)
        return self.of(expression)

    def column(self, name: str) -> exp.Expression:
        """Return a column."""
        return exp.column(name, quoted=True)

    def constant(self, value: Value, kind: Kind) -> exp.Expression:
        """Return a constant; a fraction has an exponent, by which databases know a float."""
        if value is None:
            return exp.Null()
        if isinstance(value, str):
            return exp.Literal.string(value)
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        if isinstance(value, float) and value >= _LONG and float(power := f"{value:.0e}") == value:
            return exp.Literal.number(power.replace("+", ""))
        if isinstance(value, int) or (value.is_integer() and abs(value) < _EXACT):
            return exp.Literal.number(int(value))
        written = repr(abs(value))  # of a text with a sign sqlglot makes a decimal, which has no exponent
        size = exp.Literal.number(written if "e" in written else f"{written}e0")
        return size if value > 0 else exp.Neg(this=size)

    def cast(self, operand: exp.Expression, kind: Kind) -> exp.Expression:
        """Return a value as another kind."""
        return exp.Cast(this=operand, to=_TYPES[kind].copy())

    def choice(
        self, cases: Sequence[tuple[exp.Expression, exp.Expression]], otherwise: exp.Expression
    ) -> exp.Expression:
        """Return the value of the first condition that is true."""
        ifs = [exp.If(this=condition, true=value) for condition, value in cases]
        return exp.Case(ifs=ifs, default=None if isinstance(otherwise, exp.Null) else otherwise)

    def apply(self, node: Apply, operands: Sequence[exp.Expression]) -> exp.Expression:
        """Return a word with its operands."""
        return WORDS[node.word](*operands)
