"""Names and codes as callers write them, brought to one form; nothing that tells two of them apart is lost."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import FactProblem

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_LOOK_ALIKE = str.maketrans(
    "\u00d0\u00f0\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0410\u0415\u041e\u0420\u0421\u0425\u0422\u041c\u041d\u0412\u041a\u0406",
    "\u0110\u0111aeopcxyiAEOPCXTMHBKI",
)
"""Letters of other alphabets that nobody tells from Vietnamese ones: eth, and the Cyrillic ones."""
_ZEROS = re.compile(r"(?<![0-9.,])0+(?=[0-9])")


def one_form(text: str) -> str:
    """Return a name or code in the form in which it is kept and compared.

    That is NFC without invisible characters, without outer blanks and with single inner ones. Upper and lower case and
    zeros in front stay: ``06196`` keeps its zero.
    """
    if text.isascii():
        return " ".join(text.split())
    # composed last: an invisible character may keep a letter and its mark apart
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def as_vietnamese(text: str) -> str:
    """Return a text in one form, with letters of other alphabets that look like Vietnamese ones replaced by these."""
    return one_form(text).translate(_LOOK_ALIKE)


def look_alike(name: str) -> str:
    """Return what names have in common that a reader takes for the same: case, zeros in front and letters left aside.

    The name is in one form. Two names of one table with the same look-alike are a slip of somebody's.
    """
    if name.isascii() and name.isdigit():  # codes: most names, and a file may have millions
        return name.lstrip("0") or "0"
    return _look_alike(name)


@lru_cache(2**16)
def _look_alike(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).translate(_LOOK_ALIKE).casefold()
    return _ZEROS.sub("", plain) if "0" in plain else plain


def look_alikes(names: Iterable[str], known: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield each name, in one form, that is not among those known or before it and looks like one, with that one."""
    seen = {look_alike(name): name for name in known}
    for name in names:
        other = seen.setdefault(look_alike(name), name)
        if other != name:
            yield name, other


def units_alike(units: Iterable[str], known: Iterable[str] = ()) -> list[FactProblem]:
    """Return a problem for each unit that only looks different from one that is known or before it."""
    found = look_alikes(units, known)
    return [FactProblem(unit, "unit", unit, Message("expected.not_alike", other=other)) for unit, other in found]
