"""Numbers and days as they are printed: decimal comma in Vietnamese, and as many digits as keep the comparison true."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from ntm_rules.model.canonical import decimal_text
from ntm_rules.model.facts import Fact, FactType

_SEPARATORS = {"vi": str.maketrans(",.", ".,"), "en": str.maketrans("", "")}
"""From the signs of Python to those of the language: 1.234.567,5 in Vietnamese."""


def number(value: Decimal | Fraction | int, lang: str, digits: int | None = None) -> str:
    """*value* in full, or with *digits* after the point; a whole number of ten thousands and more is grouped."""
    if isinstance(value, Fraction):
        value = Decimal(round(value * 10 ** (digits or 0))).scaleb(-(digits or 0))
    elif digits is not None and isinstance(value, Decimal):
        value = round(value, digits)
    text = decimal_text(Decimal(value))
    whole, point, rest = text.partition(".")
    if len(whole.lstrip("-")) > 4:
        whole = f"{int(whole):,}"
    return (whole + point + rest).translate(_SEPARATORS[lang])


def day(date: dt.date | str, lang: str) -> str:
    """Return a date, or an ISO text that may lack the day: day first in Vietnamese, ISO in English."""
    text = date if isinstance(date, str) else date.isoformat()
    return "/".join(reversed(text.split("-"))) if lang == "vi" else text


def with_unit(text: str, fact: Fact, lang: str) -> str:
    """Return a printed number with the unit of its fact; a per cent sign has no blank before it."""
    if fact.unit is None:
        return text
    unit = fact.unit.title.text(lang)
    return text + unit if fact.type is FactType.PERCENT else f"{text} {unit}"


def digits_for(actual: Decimal | Fraction, required: Decimal, least: int) -> int | None:
    """How many digits a ratio needs so that its printed form compares with *required* as it does itself."""
    if isinstance(actual, Decimal):
        return None
    # 44.96 against 45 printed with one digit would be 45.0, and nobody would see why that fails
    edge = Fraction(required)
    for digits in range(least, 30):
        step = 10**digits
        printed = Fraction(round(actual * step), step)
        if (printed > edge) == (actual > edge) and (printed < edge) == (actual < edge):
            return digits
    return 30
