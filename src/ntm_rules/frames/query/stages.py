"""A query that grows stage by stage, so that each column is computed once, and the facts in it."""

import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, field, frozen

from ntm_rules.frames.query.expressions import (
    Apply,
    Cast,
    Choice,
    Column,
    Expr,
    Kind,
    Literal,
    Node,
    choose,
    col,
    lit,
    some,
)

_NEAR = 5e-16
"""So near to a decimal of 15 digits, relative to its size, there is no other: two or three units off in a float64."""
_MILLION = 1e6
SMALL = 1e15
"""Below it floats are rounded to whole numbers; above it what is left of a fraction is lost in float64 anyway."""
MOST = 9 * 10**11
"""The most that part and whole may be in steps of their unit: products with a threshold then fit in 64 bits."""
_LONGEST = 50
"""Letters of a name: PostgreSQL knows 63, of which a number at its end takes some."""


@define
class Slot:
    """A fact as expressions.

    Attributes:
        value: a float64, a boolean, or the place of a level or category; null where it is not known.
        top, bottom: of a ratio, part and whole as whole numbers in the fact's unit; the whole is null where not both
            are given and fit together, and what the part is does not matter then.
        invalid: true where nothing is known because a bad value was given; None if that cannot be.
        most: no part, whatever its sign, and no whole is greater.
    """

    value: Expr
    top: Expr | None = None
    bottom: Expr | None = None
    invalid: Expr | None = None
    most: int = MOST

    @property
    def unknown(self) -> Expr:
        """True where neither a value nor a pair is known."""
        return self.value.is_null() if self.bottom is None else self.value.is_null() & self.bottom.is_null()


@frozen
class Step:
    """One stage of a query.

    Attributes:
        made: the columns that it adds.
        kept: the columns that it has from the stage before; None for all of them.
    """

    name: str
    made: Mapping[str, Expr]
    kept: tuple[str, ...] | None = None


@frozen(eq=False)
class Query:
    """What is computed of a table.

    Attributes:
        rows: the columns that each row of the table gives, beside those passed through; several: it gives a row for
            each, in any order.
        kinds: what the values of these columns are.
        mark: a name that no column has.
    """

    passed: tuple[str, ...]
    steps: Sequence[Step]
    rows: Sequence[Mapping[str, Expr]]
    kinds: Mapping[str, Kind]
    mark: str


@define
class Stages:
    """A query in the making.

    Attributes:
        schema: the narwhals types of the columns of the table that are read.
        passed: columns that are carried along.
        pairs: as in a ``Slot``, by ratio, part and whole.
        inexact: where numbers are too large to be compared exactly, so that nothing is said of them.
        contradicted: where a derived fact was given otherwise than it is worked out, by its id.
    """

    schema: Mapping[str, typing.Any]
    passed: tuple[str, ...]
    pending: dict[str, Expr] = field(factory=dict)
    steps: list[Step] = field(factory=list)
    pairs: dict[tuple[str, str, str], tuple[Expr, Expr]] = field(factory=dict)
    inexact: list[Expr] = field(factory=list)
    contradicted: dict[str, list[Expr]] = field(factory=dict)
    _taken: set[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        # databases do not tell names apart by case
        self._taken = {name.casefold() for name in self.schema}

    def add(self, expression: Expr, name: str) -> Expr:
        """Return a column with a value, there after the next ``step``; *name* says what it is."""
        if isinstance(expression, Literal | Column):
            return expression
        called = self._free(name[:_LONGEST])
        self.pending[called] = expression
        return col(called)

    def _free(self, name: str) -> str:
        """Return a name that no column has; from now on it is taken."""
        called, number = name, 1
        while called.casefold() in self._taken:
            number += 1
            called = f"{name}_{number}"
        self._taken.add(called.casefold())
        return called

    def step(self, name: str) -> None:
        """Compute the columns added since the last step."""
        if self.pending:
            self.steps.append(Step(name, self.pending))
            self.pending = {}

    def query(self, rows: Sequence[Mapping[str, Expr]], kinds: Mapping[str, Kind]) -> Query:
        """Return the query that gives *rows* of each row of the table; what none of them needs is left out."""
        needed = {*self.passed, *_read_by(e for row in rows for e in row.values())}
        steps: list[Step] = []
        for step in reversed(self.steps):
            made = {name: expression for name, expression in step.made.items() if name in needed}
            kept = needed - made.keys()
            needed = kept | _read_by(made.values())
            if made:
                steps.append(Step(step.name, made, tuple(sorted(kept))))
        return Query(self.passed, list(_shortened(reversed(steps))), rows, kinds, self._free("row"))


def _shortened(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps, each with a name of its own; one that would drop few of the columns before it keeps all.

    The first one names what it keeps: a table may have any columns beside those that are read.
    """
    there = set[str]()
    names = Counter[str]()
    for step in steps:
        names[step.name] += 1
        name = step.name if names[step.name] == 1 else f"{step.name}_{names[step.name]}"
        kept = step.kept or ()
        all_kept = bool(there) and 2 * len(kept) > len(there)
        there = (there if all_kept else set(kept)) | step.made.keys()
        yield Step(name, step.made, None if all_kept else kept)


def _read_by(expressions: Iterable[Expr]) -> set[str]:
    """Return the columns that expressions read."""
    found: set[str] = set()
    seen: set[int] = set()
    left = list(expressions)
    while left:
        node = typing.cast(Node, left.pop())
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Column():
                found.add(node.name)
            case Literal():
                pass
            case Cast():
                left.append(node.operand)
            case Choice():
                left += (node.otherwise, *(e for case in node.cases for e in case))
            case Apply():
                left += node.operands
            case _:
                typing.assert_never(node)
    return found


def any_true(expressions: Iterable[Expr | None]) -> Expr | None:
    """Return a column that is True where any of several is; None without columns."""
    found = [e for e in expressions if e is not None]
    return some(found) if found else None


def small(value: Expr, most: float = SMALL) -> Expr:
    """Return a number of moderate size, 0 for any other: rounding never meets what no whole number can hold."""
    return choose(value.between(-most, most), value, lit(0.0))


def is_near(value: Expr, other: Expr, size: Expr | None = None) -> Expr:
    """Return True where a number is in 15 digits another one, which has no more of them.

    Args:
        size: the number without its sign, where that costs nothing.
    """
    return (value - other).abs() <= (value.abs() if size is None else size) * _NEAR


def few_digits(value: Expr) -> Expr:
    """Return a number without what is not seen of it in 15 digits, where six after the point are all that is seen."""
    nearest = (small(value, SMALL / _MILLION) * _MILLION).round() / _MILLION
    return choose(is_near(value, nearest), nearest, value)


def unsigned_zero(value: Expr) -> Expr:
    """Return a number; 0 for minus zero, which Polars does not lose by adding 0."""
    return choose(value == 0, lit(0.0), value)
