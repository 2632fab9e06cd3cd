"""The order of Vietnamese names: by letter, then by tone, and numbers inside them by value."""

import re
import unicodedata

from ntm_rules.model.names import one_form

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = "\N{COMBINING GRAVE ACCENT}\N{COMBINING HOOK ABOVE}\N{COMBINING TILDE}"
_TONES += "\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}"

Key = tuple[tuple[tuple[object, ...], ...], tuple[int, ...], str]


def order_of(name: str) -> Key:
    """Return what a name is sorted by: ``Ân Thi`` after ``Ăn Hòa``, ``Đại Từ`` after ``Dương``, ``Quận 10`` after 2."""
    apart = unicodedata.normalize("NFD", one_form(name).casefold())
    plain = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))
    parts = tuple(map(_part, re.findall(r"[0-9]+|[^\W0-9_]+", plain)))
    tones = tuple(max(_TONES.find(c) + 1 for c in word) for word in apart.split())
    return parts, tones, name


def _part(text: str) -> tuple[object, ...]:
    """Return a number, which comes first, or a word, of which other letters come last."""
    if text[0] in "0123456789":
        value = text.lstrip("0")
        return 0, len(value), value
    return 1, *((_LETTERS.find(c) if c in _LETTERS else len(_LETTERS), c) for c in text)
