"""What a query computes of a row, as a tree: for Polars and for databases the same one.

Truth is nullable and its logic Kleene's, as in SQL. What is the same for every row is worked out when the tree is made,
so that what has no column and what no cell asks leaves nothing in the query.
"""

import enum
import typing
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

Value = bool | int | float | str | None

_T = typing.TypeVar("_T")


class Kind(enum.Enum):
    """What the values of a column are."""

    BOOLEAN = "boolean"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT = "float64"
    TEXT = "string"


class Word(enum.Enum):
    """What is done with operands."""

    AND = enum.auto()
    OR = enum.auto()
    NOT = enum.auto()
    EQUAL = enum.auto()
    NOT_EQUAL = enum.auto()
    LESS = enum.auto()
    AT_MOST = enum.auto()
    MORE = enum.auto()
    AT_LEAST = enum.auto()
    IS_NULL = enum.auto()
    ONE_OF = enum.auto()
    """Whether the first operand is one of the others."""
    ADD = enum.auto()
    SUBTRACT = enum.auto()
    MULTIPLY = enum.auto()
    DIVIDE = enum.auto()
    """A quotient of floats."""
    REMAINDER = enum.auto()
    """Of whole numbers."""
    SIZE = enum.auto()
    """A number without its sign."""
    ROUND = enum.auto()
    """To a whole number; a half to either side."""
    LEAST = enum.auto()
    GREATEST = enum.auto()
    FIRST_KNOWN = enum.auto()
    """The first operand that is not null."""
    BETWEEN = enum.auto()
    """Whether the first operand is neither less than the second nor more than the third."""
    JOIN = enum.auto()
    """Texts one after the other, the first one between them; those that are null are left out."""
    DIGITS = enum.auto()
    """How many significant digits the text of a decimal number has, zeros at its end not counted."""


_TRUTHS = frozenset(
    {
        Word.NOT,
        Word.EQUAL,
        Word.NOT_EQUAL,
        Word.LESS,
        Word.AT_MOST,
        Word.MORE,
        Word.AT_LEAST,
        Word.BETWEEN,
        Word.ONE_OF,
    }
)
"""Words that say whether something is so, and nothing where an operand is null."""
_STRICT = _TRUTHS | {Word.ADD, Word.SUBTRACT, Word.MULTIPLY, Word.DIVIDE, Word.REMAINDER, Word.SIZE, Word.ROUND}
"""All words that say nothing where an operand is null."""


class Expr:
    """A value for each row."""

    def __and__(self, other: "Expr") -> "Expr":
        return every((self, other))

    def __or__(self, other: "Expr") -> "Expr":
        return some((self, other))

    def __invert__(self) -> "Expr":
        if isinstance(self, Literal) and self.value is not None:
            return lit(not self.value)
        if isinstance(self, Apply) and self.word is Word.NOT:
            return self.operands[0]
        return _applied(Word.NOT, self)

    def __eq__(self, other: object) -> "Expr":  # type: ignore[override]
        return self._one_of(Word.EQUAL, _of(other))

    def __ne__(self, other: object) -> "Expr":  # type: ignore[override]
        same = self == other
        return ~same if isinstance(same, Literal) else _applied(Word.NOT_EQUAL, self, _of(other))

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        """Refuse: what an expression is depends on the row.

        Raises:
            TypeError: always.
        """
        raise TypeError("an expression is neither true nor false")

    def __lt__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.LESS, self, _of(other))

    def __le__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.AT_MOST, self, _of(other))

    def __gt__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.MORE, self, _of(other))

    def __ge__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.AT_LEAST, self, _of(other))

    def __add__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.ADD, self, _of(other))

    def __sub__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.SUBTRACT, self, _of(other))

    def __mul__(self, other: "Expr | Value") -> "Expr":
        if isinstance(other, Literal | int | float) and (other.value if isinstance(other, Literal) else other) == 1:
            return self
        return _applied(Word.MULTIPLY, self, _of(other))

    def __truediv__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.DIVIDE, self, _of(other))

    def __mod__(self, other: "Expr | Value") -> "Expr":
        return _applied(Word.REMAINDER, self, _of(other))

    def abs(self) -> "Expr":
        """Return a number without its sign."""
        return _applied(Word.SIZE, self)

    def round(self) -> "Expr":
        """Return the nearest whole number, as a float."""
        return _applied(Word.ROUND, self)

    def digits(self) -> "Expr":
        """Return how many significant digits the text of a decimal number has."""
        return _applied(Word.DIGITS, self)

    def is_null(self) -> "Expr":
        """Return whether nothing is known."""
        return lit(self.value is None) if isinstance(self, Literal) else _applied(Word.IS_NULL, self)

    def between(self, low: float, high: float) -> "Expr":
        """Return whether a number is neither less than one number nor more than another one."""
        return _applied(Word.BETWEEN, self, lit(low), lit(high))

    def is_in(self, values: Sequence[int] | Sequence[str]) -> "Expr":
        """Return whether a whole number or a text is one of some."""
        return self._one_of(Word.EQUAL if len(values) == 1 else Word.ONE_OF, *map(lit, values))

    def _one_of(self, word: Word, *others: "Expr") -> "Expr":
        constants = [each.value for each in (self, *others) if isinstance(each, Literal)]
        if None in constants or len(constants) <= len(others):
            return _applied(word, self, *others)
        return lit(constants[0] in constants[1:])

    def known_or(self, other: "Expr | Value") -> "Expr":
        """Return the value; another one where it is null."""
        return first_known(self, _of(other))

    def cast(self, kind: Kind) -> "Expr":
        """Return the value as another kind."""
        return Literal(None, kind) if is_null(self) else Cast(self, kind)


@frozen(eq=False)
class Column(Expr):
    """A column of the rows."""

    name: str


@frozen(eq=False)
class Literal(Expr):
    """The same for every row; what is null has a kind too."""

    value: Value
    kind: Kind


@frozen(eq=False)
class Cast(Expr):
    """A value as another kind."""

    operand: Expr
    kind: Kind


@frozen(eq=False)
class Choice(Expr):
    """The value of the first condition that is true."""

    cases: Sequence[tuple[Expr, Expr]]
    otherwise: Expr


@frozen(eq=False)
class Apply(Expr):
    """A word with its operands."""

    word: Word
    operands: tuple[Expr, ...]


Node = Column | Literal | Cast | Choice | Apply
"""Every expression is one of these."""

_KINDS = {bool: Kind.BOOLEAN, int: Kind.INT32, float: Kind.FLOAT, str: Kind.TEXT}
TRUE, FALSE = Literal(True, Kind.BOOLEAN), Literal(False, Kind.BOOLEAN)


def col(name: str) -> Expr:
    """Return a column."""
    return Column(name)


def lit(value: bool | int | float | str, kind: Kind | None = None) -> Expr:
    """Return a constant."""
    return Literal(value, kind or _KINDS[type(value)])


def null(kind: Kind) -> Expr:
    """Return that nothing is known."""
    return Literal(None, kind)


def is_null(expression: Expr) -> bool:
    """Return whether nothing is known of any row."""
    return isinstance(expression, Literal) and expression.value is None


def first_true(cases: Iterable[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """Return the value of the first condition that is true."""
    left: list[tuple[Expr, Expr]] = []
    for condition, value in cases:
        if isinstance(condition, Literal):
            if not condition.value:
                continue
            otherwise = value
            break
        left.append((condition, value))
    while left and _alike(left[-1][1], otherwise):
        left.pop()
    return Choice(left, otherwise) if left else otherwise


def choose(condition: Expr, value: Expr, otherwise: Expr) -> Expr:
    """Return a value where a condition is true, another one elsewhere."""
    return first_true([(condition, value)], otherwise)


def where(condition: Expr, value: Expr, kind: Kind) -> Expr:
    """Return a value where a condition is true, null elsewhere."""
    return choose(condition, value, null(kind))


def first_known(*operands: Expr) -> Expr:
    """Return the first that is not null."""
    known = [operand for operand in operands if not is_null(operand)] or [operands[-1]]
    first = next((n for n, operand in enumerate(known) if isinstance(operand, Literal)), len(known))
    known = known[: first + 1]
    return known[0] if len(known) == 1 else _applied(Word.FIRST_KNOWN, *known)


def least(*operands: Expr) -> Expr:
    """Return the least of several numbers."""
    return _applied(Word.LEAST, *operands)


def greatest(*operands: Expr) -> Expr:
    """Return the greatest of several numbers."""
    return _applied(Word.GREATEST, *operands)


def join(separator: str, texts: Sequence[Expr]) -> Expr:
    """Return texts one after the other; those that are null are left out."""
    return _applied(Word.JOIN, lit(separator), *texts)


def every(truths: Iterable[Expr]) -> Expr:
    """Return whether all are true."""
    return _connected(Word.AND, False, truths)


def some(truths: Iterable[Expr]) -> Expr:
    """Return whether one is true."""
    return _connected(Word.OR, True, truths)


def total(numbers: Sequence[Expr]) -> Expr:
    """Return the sum of several numbers; null where one is."""
    found, known = list[Expr](), 0
    for number in numbers:
        if isinstance(number, Literal) and isinstance(number.value, int):
            known += number.value
        else:
            found.append(number)
    if known or not found:
        found.append(lit(known))
    return found[0] if len(found) == 1 else _applied(Word.ADD, *found)


@frozen(eq=False)
class LookUp:
    """What a choice is that asks of one thing which of many constants it is.

    Attributes:
        values: the value of each constant.
        otherwise: the value where it is none of them.
    """

    operand: Expr
    values: Mapping[Value, Value]
    otherwise: Value
    kind: Kind


def looked_up(expression: Expr) -> LookUp | None:
    """Return an expression as a look-up; None where it is none."""
    if isinstance(expression, Choice) and isinstance(expression.otherwise, Literal):
        return _of_cases(expression.cases, expression.otherwise)
    if isinstance(expression, Apply) and expression.word is Word.FIRST_KNOWN:
        parts = [looked_up(operand) for operand in expression.operands]
        found = [part for part in parts if part is not None and part.otherwise is None]
        if len(found) == len(parts) and all(_same(part.operand, found[0].operand) for part in found):
            values = {key: value for part in reversed(found) for key, value in part.values.items()}
            return LookUp(found[0].operand, values, None, found[0].kind)
    return None


def _of_cases(cases: Sequence[tuple[Expr, Expr]], otherwise: Literal) -> LookUp | None:
    values: dict[Value, Value] = {}
    operand: Expr | None = None
    for condition, value in cases:
        if not (isinstance(condition, Apply) and condition.word in (Word.EQUAL, Word.ONE_OF)):
            return None
        asked, *keys = condition.operands
        operand = asked if operand is None else operand
        if not (_same(asked, operand) and isinstance(value, Literal)):
            return None
        for key in keys:
            if not isinstance(key, Literal):
                return None
            values.setdefault(key.value, value.value)
    return None if operand is None else LookUp(operand, values, otherwise.value, otherwise.kind)


def _same(one: Expr, other: Expr) -> bool:
    """Return whether two are surely the same thing."""
    return one is other or (isinstance(one, Column) and isinstance(other, Column) and one.name == other.name)


class Language(ABC, typing.Generic[_T]):
    """Where expressions have words: each is made of those in it."""

    def of(self, expression: Expr) -> _T:
        """Return what an expression is here."""
        node = typing.cast(Node, expression)
        match node:
            case Column():
                return self.column(node.name)
            case Literal():
                return self.constant(node.value, node.kind)
            case Cast():
                return self.cast(self.of(node.operand), node.kind)
            case Choice():
                return self.choice([(self.of(c), self.of(v)) for c, v in node.cases], self.of(node.otherwise))
            case Apply():
                return self.apply(node, [self.of(operand) for operand in node.operands])
            case _:
                typing.assert_never(node)

    @abstractmethod
    def column(self, name: str) -> _T:
        """Return a column."""

    @abstractmethod
    def constant(self, value: Value, kind: Kind) -> _T:
        """Return the same for every row."""

    @abstractmethod
    def cast(self, operand: _T, kind: Kind) -> _T:
        """Return a value as another kind."""

    @abstractmethod
    def choice(self, cases: Sequence[tuple[_T, _T]], otherwise: _T) -> _T:
        """Return the value of the first condition that is true."""

    @abstractmethod
    def apply(self, node: Apply, operands: Sequence[_T]) -> _T:
        """Return a word with its operands."""


def _of(value: object) -> Expr:
    return value if isinstance(value, Expr) else lit(typing.cast("int", value))


def _applied(word: Word, *operands: Expr) -> Expr:
    """Return a word with its operands; null where one of them is null for every row and the word says no more then."""
    unknown = next((o for o in operands if isinstance(o, Literal) and o.value is None), None)
    if unknown is not None and word in _STRICT:
        return null(Kind.BOOLEAN if word in _TRUTHS else unknown.kind)
    return Apply(word, operands)


def _connected(word: Word, decides: bool, truths: Iterable[Expr]) -> Expr:
    """Return truths joined; *decides* is the truth that decides whatever the other ones are."""
    found: list[Expr] = []
    for truth in truths:
        if isinstance(truth, Literal) and truth.value is decides:
            return truth
        if isinstance(truth, Apply) and truth.word is word:
            found += truth.operands
        elif not (isinstance(truth, Literal) and truth.value is not None):
            found.append(truth)
    unknown = [truth for truth in found if is_null(truth)]
    if len(unknown) == len(found):
        return unknown[0] if unknown else lit(not decides)
    found = [truth for truth in found if not is_null(truth)] + unknown[:1]
    return found[0] if len(found) == 1 else Apply(word, tuple(found))


def _alike(one: Expr, other: Expr) -> bool:
    """Return whether two are surely the same for every row."""
    if isinstance(one, Literal) and isinstance(other, Literal):
        return (type(one.value), one.value) == (type(other.value), other.value)
    return one is other
