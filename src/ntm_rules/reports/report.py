"""A report as a value: lines and tables of plain values, whatever it is written to later."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from ntm_rules.messages.errors import Diagnostic, TableError
from ntm_rules.programme.tally import Span
from ntm_rules.words.numbers import number

Value = str | int | Fraction | Decimal | Span | None
DIGITS = 2
"""Digits after the point of a fraction, which is exact until it is printed."""


@frozen
class Table:
    """A table of a report.

    Attributes:
        notes: lines below it.
        tab: a short name that tells it from the other tables; its title unless given.

    Raises:
        TableError: two columns have the same heading, as a column of a file may have that of a result.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    tab: str = ""

    def __attrs_post_init__(self) -> None:
        check_different(self.columns)


@frozen
class Report:
    """A report in one language: its heading, then its tables."""

    lang: str
    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]


def check_different(columns: Iterable[str]) -> None:
    """Refuse columns of a result that have the same name.

    Raises:
        TableError: all of them.
    """
    twice = tuple(name for name, count in Counter(columns).items() if count > 1)
    if twice:
        raise TableError([Diagnostic.of("table.column/own", names=twice)])


def text_of(value: Value, lang: str) -> str:
    """Return a value as it is printed; both ends of what is not known better."""
    if value is None:
        return ""
    if isinstance(value, Span):
        ends = dict.fromkeys(text_of(end, lang) for end in (value.low, value.high))
        return (" – " if value.low < 0 else "–").join(ends)
    if isinstance(value, str):
        return value
    return number(value, lang, DIGITS if isinstance(value, Fraction) else None)


def is_number(value: Value) -> bool:
    """Return True for what is written to the right of its cell."""
    return value is not None and not isinstance(value, str)
