"""Vietnamese names as people write them: either place of the tone mark, marks left out, the kind before the name."""

import unicodedata
from functools import lru_cache

from attrs import frozen

MAX_NAME = 200
"""No name of a unit has more characters."""

KINDS = {
    "Tỉnh": ("tỉnh", "t"),
    "Thành phố": ("thành phố", "tp"),
    "Thị xã": ("thị xã", "tx"),
    "Quận": ("quận", "q"),
    "Huyện": ("huyện", "h"),
    "Thị trấn": ("thị trấn", "tt"),
    "Phường": ("phường", "p"),
    "Xã": ("xã", "x"),
    "Đặc khu": ("đặc khu",),
}
"""The kinds of units, and what may stand for them before a name."""

_TONES = "\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{COMBINING TILDE}"
_TONES += "\N{COMBINING HOOK ABOVE}\N{COMBINING DOT BELOW}"


@frozen
class Word:
    """A syllable: its letters, and its tone apart, so that it does not matter over which letter it is written.

    Attributes:
        letters: in lower case without the tone; the marks that make another letter (``ê``, ``ơ``, ``đ``) stay.
        bare: the letters without any mark.
    """

    letters: str
    tone: str
    bare: str

    def written_as(self, given: "Word") -> bool:
        """Return whether *given* is this word, with marks left out perhaps, but none changed."""
        if given.bare != self.bare or given.tone not in ("", self.tone):
            return False
        return all(g in (letter, b) for g, letter, b in zip(given.letters, self.letters, self.bare, strict=True))


Words = tuple[Word, ...]


def words(name: str) -> Words:
    """Return the words of a name; punctuation parts words, apostrophes do not."""
    plain = unicodedata.normalize("NFC", name).casefold().replace("'", "").replace("’", "")
    texts = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in plain).split()
    return tuple(_word(text) for text in texts)


def bare(name: Words) -> str:
    """Return the name without marks, by which names are looked up."""
    return " ".join(word.bare for word in name)


def written_as(name: Words, given: Words) -> bool:
    """Return whether *given* is *name*, with marks left out perhaps."""
    return len(name) == len(given) and all(word.written_as(g) for word, g in zip(name, given, strict=True))


def without_kind(given: Words) -> tuple[tuple[str, Words], ...]:
    """Return what a name says if its first words name the kind: the kind and the rest; nothing where they do not."""
    found = []
    for kind, forms in _KIND_WORDS.items():
        for form in forms:
            if len(given) > len(form) and written_as(form, given[: len(form)]):
                found.append((kind, given[len(form) :]))
    return tuple(found)


@lru_cache(4_096)  # there are few syllables, and many names
def _word(text: str) -> Word:
    apart = unicodedata.normalize("NFD", text)
    letters = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))
    plain = "".join(c for c in unicodedata.normalize("NFD", letters) if not unicodedata.combining(c))
    return Word(letters, "".join(c for c in apart if c in _TONES), plain.replace("đ", "d"))


_KIND_WORDS = {kind: tuple(words(form) for form in forms) for kind, forms in KINDS.items()}
