"""One cell of a table, as people write it in Vietnam, read exactly or refused; nothing is guessed."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from attrs import frozen

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import folded, meant
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.names import as_vietnamese, one_form
from ntm_rules.model.numbers import unsigned_zero

YES = ("đạt", "có", "x", "true", "1")
NO = ("chưa đạt", "không đạt", "không", "false", "0")
DECIMAL_SEPARATORS = {"comma": ",", "point": "."}

TOTALS = frozenset({"tổng", "cộng", "tổng cộng", "tổng số", "bình quân", "trung bình", "total"})
"""What a row is called that is not a unit but sums up others."""

_LONGEST = 100
"""More characters than what a total is called, however it is typed."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|\r(?!\n)")
"""Control characters that are no tabs or line breaks, and halves of characters."""
_LOOK_ALIKES = str.maketrans("ÐðƉ", "ĐđĐ")

_NUMBER = re.compile(r"(-?)([0-9]+(?:[.,][0-9]+)*)")
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
"""Most numbers: so few digits after a point are no group of three."""
_MEMORY = 1024

Value = Decimal | bool | str | None
Reader = Callable[[str], Value]


class BadCell(Exception):  # noqa: N818 - never leaves the room
    """A cell that cannot be read: what was expected, and how to mend it.

    Attributes:
        hint: the one given, else that of what was expected; empty where nothing can be said.
    """

    def __init__(self, expected: Message, hint: Sentence = "") -> None:
        self.expected = expected
        self.hint: Sentence = hint or expected.hint or ""


@frozen
class Percent:
    """A number that a spreadsheet shows with a percent sign, ``82.5`` for 82,5%, which it holds as 0.825."""

    value: int | float

    def __str__(self) -> str:
        return f"{self.value}%"


@frozen
class Merged:
    """A value that a spreadsheet shows once for several cells.

    Attributes:
        cells: which, as ``B2:B3``.
    """

    value: object
    cells: str

    def __str__(self) -> str:
        return str(self.value)


def typed_value(value: object, fact: Fact, read: Reader) -> object:
    """Return a cell that knows its type, as spreadsheets and Parquet have them, for ``assess``.

    Texts are read as people write them. A number is one; where a yes/no, level or category is looked for, its digits
    are read as in a text, so that 1 and 0 are yes and no.

    Raises:
        BadCell: it cannot be read.
    """
    if isinstance(value, str):
        return read(value)
    if isinstance(value, Merged):
        if value.value is None:
            return None
        raise BadCell(Message("expected.own_cell", cells=value.cells))
    if isinstance(value, Percent):
        return value.value if fact.type is FactType.PERCENT else read(str(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        raise BadCell(Message("expected.text_or_number"))
    if fact.type.numeric or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) or (fact.type is FactType.BOOLEAN and value in (0, 1)):
        return read(str(int(value)))
    return value


def reader_of(fact: Fact, decimal: str | None = None) -> Reader:
    """Return the reader of the cells of one fact: from a text to a value, None for an empty cell, or ``BadCell``.

    Args:
        decimal: ``"comma"`` or ``"point"`` where the caller knows which one separates the decimals.
    """
    percent, choices = fact.type is FactType.PERCENT, _choices(fact)
    plainly = fact.type.numeric and decimal != "comma"

    def read(text: str) -> Value:
        if fact.type is FactType.BOOLEAN:
            return _yes_or_no(text)
        if fact.type.numeric:
            return number(text.removesuffix("%").rstrip() if percent else text, decimal)
        return _choice(text, choices, fact.values)

    @lru_cache(maxsize=_MEMORY)
    def cell(text: str) -> Value:
        if plainly and _PLAIN.fullmatch(text):
            return Decimal(text)
        tidy = one_form(text).translate(_LOOK_ALIKES)
        return read(tidy) if tidy else None

    return cell


def is_total(text: str) -> bool:
    """Return whether a row is called a total."""
    return len(text) < _LONGEST and one_form(text).rstrip(":").rstrip().casefold() in TOTALS


def unwritable(text: str) -> str | None:
    """Return the first character that no file or terminal should get, as ``U+001B``; None where all are harmless."""
    found = _UNWRITABLE.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def _yes_or_no(text: str) -> bool:
    """Return a yes or no, in any case.

    Raises:
        BadCell: it is neither.
    """
    word = as_vietnamese(text).casefold()
    if word in YES or word in NO:
        return word in YES
    raise BadCell(Message("expected.yes_no", yes=YES, no=NO))


def number(text: str, decimal: str | None = None) -> Decimal:
    """Return a number with a decimal comma or point, with or without groups of three digits.

    Raises:
        BadCell: it is not a number, or ``1.234`` can be read in two ways and *decimal* does not say which.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise BadCell(Message("expected.cell_number"))
    sign, digits = match[1], match[2]
    separators = [c for c in digits if c in ".,"]
    if not separators:
        return unsigned_zero(Decimal(sign + digits))
    point = DECIMAL_SEPARATORS[decimal] if decimal else _point_of(digits, separators)
    whole, _, fraction = digits.partition(point)
    group = "," if point == "." else "."
    if "." in fraction or "," in fraction or (group in whole and not _grouped(whole, group)):
        raise BadCell(Message("expected.decimal_comma") if point == "," else Message("expected.decimal_point"))
    whole = sign + whole.replace(group, "")
    return unsigned_zero(Decimal(f"{whole}.{fraction}" if fraction else whole))


def _point_of(digits: str, separators: list[str]) -> str:
    """Which of ``,`` and ``.`` separates the decimals, by the form of the number alone."""
    last = separators[-1]
    other = "," if last == "." else "."
    if other in separators:
        return last
    if len(separators) > 1:
        return other
    if _grouped(digits, last):
        whole, fraction = digits.split(last)
        comma, dot = (f"{whole}.{fraction}", whole + fraction)[:: 1 if last == "," else -1]
        raise BadCell(Message("expected.one_reading"), Message("hint.which_number", comma=comma, point=dot))
    return last


def _grouped(digits: str, group: str) -> bool:
    """Return whether *digits* are groups of three, as in ``1.234.567``; a group never begins with 0."""
    first, *rest = digits.split(group)
    return 1 <= len(first) <= 3 and first[0] != "0" and all(len(r) == 3 and r.isdigit() for r in rest)


def _choices(fact: Fact) -> dict[str, set[str]]:
    """Return the values of an ordinal or category by every folded name they have."""
    found: dict[str, set[str]] = {}
    titles = fact.value_titles or {}
    for value in fact.values:
        for name in (value, *((titles[value].vi,) if value in titles else ())):
            found.setdefault(folded(name), set()).add(value)
    return found


def _choice(text: str, choices: dict[str, set[str]], values: tuple[str, ...]) -> str:
    if text in values:
        return text
    found = choices.get(folded(text), set())
    if len(found) == 1:
        return next(iter(found))
    raise BadCell(Message("expected.one_of", names=values), meant(text, values))
