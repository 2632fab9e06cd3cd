"""Vietnamese texts of the fonts before Unicode, TCVN3 (ABC) and VNI: what they say, so that an error can name them."""

import re
import unicodedata
from collections.abc import Iterator

_TCVN3 = dict(
    zip(
        "¡¢§£¤¥¦µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ",
        "ĂÂĐÊÔƠƯàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ",
        strict=True,
    )
)
"""One sign a letter; capitals with a tone are those of another font."""

_VNI_SINGLE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_TONES_ON_HATS = {
    "\u0302": {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"},
    "\u0306": {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"},
}
_HATS = {"a": "\u0302\u0306", "e": "\u0302", "o": "\u0302"}


def _vni() -> dict[str, str]:
    """Return the letters that stand as a vowel and a sign after it, and the single ones."""
    found = dict(_VNI_SINGLE)
    for base in "aeouyöô":
        found.update({base + sign: _VNI_SINGLE.get(base, base) + tone for tone, sign in _TONES.items()})
    for base, hats in _HATS.items():
        for hat in hats:
            found.update({base + sign: base + hat + tone for tone, sign in _TONES_ON_HATS[hat].items()})
    found |= {signs.upper(): letter.upper() for signs, letter in found.items()}
    found |= {signs.capitalize(): letter.capitalize() for signs, letter in found.items() if len(signs) > 1}
    return {signs: unicodedata.normalize("NFC", letter) for signs, letter in found.items()}


_ENCODINGS = {"TCVN3 (ABC)": _TCVN3, "VNI": _vni()}
_PATTERNS = {
    name: re.compile("|".join(map(re.escape, sorted(letters, key=len, reverse=True))))
    for name, letters in _ENCODINGS.items()
}
_CORES = frozenset(
    [
        *("a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"),
        *("ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia", "iê", "iêu", "iu", "oa", "oai", "oao", "oay", "oă"),
        *("oe", "oeo", "oi", "ôi", "ơi", "ua", "uâ", "uây", "uê", "ui", "uô", "uôi", "uơ", "uy", "uya", "uyê", "uyu"),
        *("ưa", "ưi", "ươ", "ươi", "ươu", "ưu", "yê", "yêu"),
    ]
)
"""The vowels that come together in a syllable."""
_SYLLABLE = re.compile("(?:qu|gi(?=[aăâeêioôơuưy])|[bcdđghklmnpqrstvx]*)([aăâeêioôơuưy]+)[cghkmnpt]*")
_TONE = re.compile(f"(?<=[aeiouy\u0302\u0306\u031b])[{''.join(_TONES)}]")
_INITIALS = re.compile("[bcdđghklmnpqrstvxfjwz]+")
_BETWEEN = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f–—…“”‘’]+")
"""What stands between words."""


def readings(text: str) -> Iterator[tuple[str, str]]:
    """Yield each encoding in which a text makes Vietnamese words, with what it says; nothing for a text of Unicode."""
    if text.isascii() or _is_vietnamese(text):
        return
    for name, letters in _ENCODINGS.items():
        said = _PATTERNS[name].sub(lambda found, letters=letters: letters[found[0]], text)  # type: ignore[misc]
        if said != text and _is_vietnamese(said) and any(len(word) > 1 for word in _words(said)):
            yield name, said


def _is_vietnamese(text: str) -> bool:
    """Return whether every word that has more than the letters of ASCII is a syllable with one tone, or initials."""
    return all(word.isascii() or _is_word(word) for word in _words(text))


def _words(text: str) -> list[str]:
    return [word for word in _BETWEEN.split(text) if word]


def _is_word(word: str) -> bool:
    marks = unicodedata.normalize("NFD", word.casefold())
    plain = unicodedata.normalize("NFC", _TONE.sub("", marks))
    syllable = _SYLLABLE.fullmatch(plain)
    if syllable is None:
        return _INITIALS.fullmatch(plain) is not None
    return syllable[1] in _CORES and sum(c in _TONES for c in marks) <= 1
