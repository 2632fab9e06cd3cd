"""Names and codes as callers write them, brought to one form; nothing that tells two of them apart is lost."""

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")
_LOOK_ALIKE = str.maketrans(
    "\u00d0\u00f0\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0410\u0415\u041e\u0420\u0421\u0425\u0422\u041c\u041d\u0412\u041a\u0406",
    "\u0110\u0111aeopcxyiAEOPCXTMHBKI",
)
"""Letters of other alphabets that nobody tells from Vietnamese ones: eth, and the Cyrillic ones."""


def one_form(text: str) -> str:
    """Return a name or code in the form in which it is kept and compared.

    That is NFC without invisible characters, without outer blanks and with single inner ones. Upper and lower case and
    zeros in front stay: ``06196`` keeps its zero.
    """
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def look_alike(name: str) -> str:
    """Return what names have in common that a reader takes for the same: case, zeros in front and letters left aside.

    Two names of one table with the same look-alike are a slip of somebody's.
    """
    plain = unicodedata.normalize("NFKC", one_form(name)).translate(_LOOK_ALIKE).casefold()
    return re.sub(r"\b0+(?=\d)", "", plain)
