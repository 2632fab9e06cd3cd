"""A lazy frame that grows by columns, and the facts in it as expressions."""

import typing
from collections.abc import Iterable, Sequence

import narwhals as nw
from attrs import define, field

_ALL = 2**63 - 1
"""A limit that leaves no row out. Ibis and PostgreSQL do not merge what comes before it with what comes after: both
would write the expressions of one stage into the next wherever they are used, and again in the one after that.
"""

PREFIX = "_ntm_"
_NEAR = 5e-16
"""So near to a decimal of 15 digits, relative to its size, there is no other: two or three units off in a float64."""
_MILLION = 1e6
SMALL = 1e15
"""Below it floats are rounded to whole numbers; above it what is left of a fraction is lost in float64 anyway."""


@define
class Slot:
    """A fact as expressions.

    Attributes:
        value: a float64, a boolean, or the place of a level or category; null where it is not known.
        top, bottom: of a ratio, part and whole as whole numbers in the fact's unit; null where not both are given.
        invalid: true where nothing is known because a bad value was given; None if that cannot be.
    """

    value: nw.Expr
    top: nw.Expr | None = None
    bottom: nw.Expr | None = None
    invalid: nw.Expr | None = None

    @property
    def unknown(self) -> nw.Expr:
        """True where neither a value nor a pair is known."""
        return self.value.is_null() if self.bottom is None else self.value.is_null() & self.bottom.is_null()


@define
class Stages:
    """A lazy frame to which columns are added, stage by stage, so that each is computed once.

    Attributes:
        passed: columns that are carried along.
        pairs: part and whole that fit together, by ratio, part and whole.
    """

    frame: typing.Any
    passed: Sequence[str]
    pending: dict[str, nw.Expr] = field(factory=dict)
    pairs: dict[tuple[str, str, str], tuple[nw.Expr, nw.Expr]] = field(factory=dict)
    count: int = 0

    @property
    def narrow(self) -> bool:
        """Whether truth can become an integer of one byte; PostgreSQL knows none."""
        return not self.frame.implementation.is_ibis()

    def add(self, expression: nw.Expr) -> nw.Expr:
        """Return a new column, there after the next ``step``."""
        return nw.col(self.add_named(expression))

    def add_named(self, expression: nw.Expr) -> str:
        """Return the name of a new column."""
        name = f"{PREFIX}{self.count}"
        self.count += 1
        self.pending[name] = expression
        return name

    def step(self, alone: bool = False) -> None:
        """Compute the columns added since the last step; *alone*, all others but those passed through are dropped."""
        if alone:
            self.frame = self.frame.select(*self.passed, **self.pending)
        elif self.pending:
            self.frame = self.frame.with_columns(**self.pending)
        else:
            return
        self.pending = {}
        if self.frame.implementation.is_ibis():
            self.frame = nw.from_native(self.frame.to_native().limit(_ALL))


def null(kind: typing.Any) -> nw.Expr:
    """Return a typed null."""
    return nw.lit(None, dtype=kind)


def where(condition: nw.Expr, value: nw.Expr, kind: typing.Any) -> nw.Expr:
    """Return a value where a condition holds, null elsewhere."""
    return nw.when(condition).then(value).otherwise(null(kind))


def any_true(expressions: Iterable[nw.Expr | None]) -> nw.Expr | None:
    """Return a column that is True where any of several is; None without columns."""
    found = [e for e in expressions if e is not None]
    if not found:
        return None
    whole = found[0]
    for expression in found[1:]:
        whole = whole | expression
    return whole


def small(value: nw.Expr, most: float = SMALL) -> nw.Expr:
    """Return a number of moderate size, 0 for any other: rounding never meets what no whole number can hold."""
    return nw.when((value >= -most) & (value <= most)).then(value).otherwise(nw.lit(0.0))


def whole_where_small(value: nw.Expr) -> nw.Expr:
    """Return the nearest whole number; beyond ``SMALL`` the number itself."""
    rounded = small(value).round(0)
    return nw.when((value >= -SMALL) & (value <= SMALL)).then(rounded).otherwise(value)


def is_near(value: nw.Expr, other: nw.Expr) -> nw.Expr:
    """Return True where a number is in 15 digits another one, which has no more of them."""
    return (value - other).abs() <= value.abs() * _NEAR


def few_digits(value: nw.Expr) -> nw.Expr:
    """Return a number without what is not seen of it in 15 digits, where six after the point are all that is seen."""
    nearest = divided((small(value, SMALL / _MILLION) * _MILLION).round(0), _MILLION)
    return nw.when(is_near(value, nearest)).then(nearest).otherwise(value)


def unsigned_zero(value: nw.Expr) -> nw.Expr:
    """Return a number; 0 for minus zero, which Polars does not lose by adding 0."""
    return nw.when(value == 0).then(nw.lit(0.0)).otherwise(value)


def divided(value: nw.Expr, by: float) -> nw.Expr:
    """Return a quotient that is rounded once: Polars multiplies by a constant's reciprocal, not by a column's."""
    return value / (value * 0.0 + by)
