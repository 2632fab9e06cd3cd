"""Numbers as people write them, with or without their unit of measurement; read exactly or refused."""

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.model.facts import Fact
from ntm_rules.model.measured import Unit
from ntm_rules.model.numbers import unsigned_zero

DECIMAL_SEPARATORS = {"comma": ",", "point": "."}

_NUMBER = re.compile(r"(-?)([0-9]+(?:[.,][0-9]+)*)")
_SPACED = re.compile(r"(-?[1-9][0-9]{0,2}(?: [0-9]{3})+)(?:([.,])([0-9]+))?")
"""Groups of three digits with blanks between them."""
_ONE = r"-?[0-9](?:[0-9., ]*[0-9])?"
_WITH_UNIT = re.compile(rf"({_ONE}) ?([^\W\d_].*|%.*)")
_SPAN = re.compile(rf"(?:từ )?{_ONE}[^-–—0-9]*?(?: ?[-–—÷] ?| đến | tới ){_ONE}.*", re.IGNORECASE)
_SHARE = re.compile(rf"{_ONE}(?: ?[/:] ?| trên ){_ONE}[^/0-9]*", re.IGNORECASE)
_ABOUT = re.compile(r"(?:[~≈∼]|(?:khoảng|xấp xỉ|ước|gần|độ|chừng)\b).*|.*[0-9] ?[~≈∼±]", re.IGNORECASE)
_BOUND = re.compile(
    r"(?:[<>≤≥=]|(?:trên|dưới|hơn|quá|ít nhất|nhiều nhất|tối thiểu|tối đa|từ|không dưới|không quá|không ít hơn)\b).*"
    r"|.*[0-9]%? ?(?:\+|trở lên|trở xuống)",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"[eE][+-]?[0-9]+")


class BadCell(Exception):  # noqa: N818 - never leaves the room
    """A cell that cannot be read: what was expected, and how to mend it.

    Attributes:
        hint: the one given, else that of what was expected; empty where nothing can be said.
    """

    def __init__(self, expected: Message, hint: Sentence = "") -> None:
        self.expected = expected
        self.hint: Sentence = hint or expected.hint or ""


def shifted(value: Decimal, power: int) -> Decimal:
    """Return a number times a power of ten, exactly, without an exponent."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):  # no number
        return value
    zeros = max(exponent + power, 0)
    return Decimal((sign, (*digits, *[0] * zeros), exponent + power - zeros))


def times(value: Decimal, factor: Decimal) -> Decimal:
    """Return a product, exactly, without an exponent."""
    digits = len(value.as_tuple().digits) + len(factor.as_tuple().digits)
    exact = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
    return shifted(exact.multiply(value, factor), 0)


def amount(text: str, fact: Fact, unit: Unit | None, decimal: str | None = None) -> Decimal:
    """Return a number that may have its unit behind it.

    Args:
        unit: what the figures of its column are in; None where the fact has no unit.

    Raises:
        BadCell: it is not a number, is one of several, or has another unit.
    """
    if _NUMBER.fullmatch(text) or _SPACED.fullmatch(text):
        return number(text, decimal)
    hint = _not_one(text, fact)
    if hint is not None:
        raise BadCell(Message("expected.cell_number"), hint)
    match = _WITH_UNIT.fullmatch(text)
    if match is None or unit is None or _SCIENTIFIC.fullmatch(match[2]):
        raise BadCell(Message("expected.cell_number"))
    if Unit.of(match[2]).power_to(unit) != 0:
        raise BadCell(Message("expected.cell_unit", unit=unit.text, other=match[2]))
    return number(match[1], decimal)


def _not_one(text: str, fact: Fact) -> Message | None:
    """Return what to do about a text that is no single figure, though it holds some; None for others."""
    if not any(c.isdigit() for c in text):
        return None
    for form, code in ((_SPAN, "hint.range"), (_ABOUT, "hint.about"), (_BOUND, "hint.bound")):
        if form.fullmatch(text):
            return Message(code)
    if _SHARE.fullmatch(text):
        if fact.ratio is not None:
            return Message("hint.share/columns", columns=(fact.ratio.part, fact.ratio.whole))
        return Message("hint.share")
    return None


def number(text: str, decimal: str | None = None) -> Decimal:
    """Return a number with a decimal comma or point, with or without groups of three digits.

    Raises:
        BadCell: it is not a number, or ``1.234`` can be read in two ways and *decimal* does not say which.
    """
    spaced = _SPACED.fullmatch(text)
    if spaced is not None:
        whole, point, fraction = spaced.groups()
        if point and decimal and point != DECIMAL_SEPARATORS[decimal]:
            raise BadCell(
                Message("expected.decimal_comma") if decimal == "comma" else Message("expected.decimal_point")
            )
        whole = whole.replace(" ", "")
        return Decimal(f"{whole}.{fraction}" if fraction else whole)
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
