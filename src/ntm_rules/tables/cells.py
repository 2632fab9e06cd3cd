"""One cell of a table, as people write it in Vietnam, read exactly or refused; nothing is guessed."""

import contextlib
import datetime as dt
import re
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded, meant
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.measured import Unit
from ntm_rules.model.names import one_form
from ntm_rules.tables.amounts import BadCell, amount
from ntm_rules.tables.legacy import readings
from ntm_rules.tables.words import NO, YES, advice, flag, in_place_of, is_missing

TOTALS = frozenset({"tổng", "cộng", "tổng cộng", "tổng số", "bình quân", "trung bình", "total"})
"""What a row is called that is not a unit but sums up others."""

_LONGEST = 100
"""More characters than what a total is called, however it is typed."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|\r(?!\n)")
"""Control characters that are no tabs or line breaks, and halves of characters."""
_LOOK_ALIKES = str.maketrans("ÐðƉ", "ĐđĐ")

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
"""Most numbers: so few digits after a point are no group of three."""
_ROMAN = ("I", "II", "III", "IV", "V")
_LEVEL = re.compile(
    rf"(?:(?:đạt |dat )?(?:mức độ|mức|mđ|muc do|muc|md)[ .:]*)?(?:([0-9])(?:[.,]0+)?|({'|'.join(_ROMAN)}))\.?",
    re.IGNORECASE,
)
_NOTES = ("ghi chú:", "ghi chú ", "nguồn:", "người lập", "(*)", "note:")
_GROUP = re.compile(r"(?:[IVXL]+|[A-Z])[.)]?")
_MEMORY = 1024

Value = Decimal | bool | str | None
Reader = Callable[[str], Value]


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


@frozen
class OwnReader:
    """The reader of the cells of a column that a mapping file describes.

    Attributes:
        words: own words with the texts that are read in their place.
        bare: figures have no unit behind them, since they are multiplied.
    """

    read: Reader
    words: Mapping[str, str]
    bare: bool = False

    def __call__(self, text: str) -> Value:
        """Return the value of a text."""
        return self.read(typing.cast(str, in_place_of(text, self.words)))

    def cell(self, value: object) -> object:
        """Return what is read of a cell that knows its type: a number that is an own word, a bare one without %."""
        return str(value) if self.bare and isinstance(value, Percent) else in_place_of(value, self.words)


def reader_of(fact: Fact, decimal: str | None = None, unit: Unit | None = None, bare: bool = False) -> Reader:
    """Return the reader of the cells of one fact: from a text to a value, None for an empty cell, or ``BadCell``.

    Args:
        decimal: ``"comma"`` or ``"point"`` where the caller knows which one separates the decimals.
        unit: what the figures of the column are in, where that is not the unit of the fact.
        bare: no figure may have a unit behind it.
    """
    choices = _choices(fact)
    in_unit = None if bare else unit or Unit.of_fact(fact)
    plainly = fact.type.numeric and decimal != "comma"

    def value(text: str) -> Value:
        if fact.type is FactType.BOOLEAN:
            return _yes_or_no(text)
        if fact.type.numeric:
            return amount(text, fact, in_unit, decimal)
        return _choice(text, choices, fact)

    def read(text: str) -> Value:
        """Return a value; what is none, but a word for a value that is not known, is None."""
        try:
            return value(text)
        except BadCell as bad:
            if is_missing(text):
                return None
            hint = advice(text, fact.type is FactType.BOOLEAN, fact.type.numeric)
            raise (bad if hint is None else BadCell(bad.expected, hint)) from None

    @lru_cache(maxsize=_MEMORY)
    def cell(text: str) -> Value:
        if plainly and _PLAIN.fullmatch(text):
            return Decimal(text)
        tidy = one_form(text).translate(_LOOK_ALIKES)
        if not tidy:
            return None
        try:
            return read(tidy)
        except BadCell as bad:
            raise _of_old_font(text, read) or bad from None

    return cell


def _of_old_font(text: str, read: Reader) -> BadCell | None:
    """Return what is wrong with a text in an encoding from before Unicode; None where it is in none."""
    said = list(readings(text))
    for encoding, meaning in said:
        with contextlib.suppress(BadCell):
            read(one_form(meaning))
            return BadCell(Message("expected.unicode", encoding=encoding, meaning=meaning))
    return BadCell(Message("expected.unicode", encoding=said[0][0], meaning=said[0][1])) if len(said) == 1 else None


def is_total(text: str) -> bool:
    """Return whether a row is called a total."""
    return len(text) < _LONGEST and one_form(text).rstrip(":").rstrip().casefold() in TOTALS


def is_note(text: str) -> bool:
    """Return whether what stands in the place of a unit is a note below the table."""
    return text.strip().casefold().startswith(_NOTES)


def is_group_number(value: object) -> bool:
    """Return whether a row number is that of a group of units: Roman, or a capital letter."""
    return isinstance(value, str) and _GROUP.fullmatch(one_form(value)) is not None


def unwritable(text: str) -> str | None:
    """Return the first character that no file or terminal should get, as ``U+001B``; None where all are harmless."""
    found = _UNWRITABLE.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def _yes_or_no(text: str) -> bool:
    """Return a yes or no, in any case.

    Raises:
        BadCell: it is neither.
    """
    found = flag(text)
    if found is None:
        raise BadCell(Message("expected.yes_no", yes=YES, no=NO))
    return found


def _choices(fact: Fact) -> dict[str, set[str]]:
    """Return the values of an ordinal or category by every folded name they have."""
    found: dict[str, set[str]] = {}
    titles = fact.value_titles or {}
    for value in fact.values:
        for name in (value, *((titles[value].vi,) if value in titles else ())):
            found.setdefault(_without_and(name), set()).add(value)
    return found


def _without_and(name: str) -> str:
    """Return a folded name without *và*, which names of regions have or have not."""
    return " ".join(word for word in folded(name).split() if word != "va")


def _choice(text: str, choices: dict[str, set[str]], fact: Fact) -> str:
    values = fact.values
    if text in values:
        return text
    found = choices.get(_without_and(text), set())
    if len(found) == 1:
        return next(iter(found))
    level = _level(text) if fact.type is FactType.ORDINAL else None
    if level in values:
        return level
    raise BadCell(Message("expected.one_of", names=values), meant(text, values))


def _level(text: str) -> str | None:
    """Return the number of a level such as ``Mức độ II``; None for anything else."""
    match = _LEVEL.fullmatch(text)
    if match is None:
        return None
    return str(int(match[1])) if match[1] else str(_ROMAN.index(match[2].upper()) + 1)


def own_value(value: object) -> object:
    """Return a value as if its cell were not merged with others."""
    return value.value if isinstance(value, Merged) else value


def is_filled(value: object) -> bool:
    """Return whether a cell holds anything."""
    own = own_value(value)
    return bool(one_form(own)) if isinstance(own, str) else own is not None
