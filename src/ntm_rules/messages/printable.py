"""What may not reach a terminal, a file or a log as it is: control characters and halves of characters."""

import re

# breaks of lines and tabs are left; U+FFFE and U+FFFF are characters that no page and no workbook can hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\r(?!\n)")


def printable(text: str) -> str:
    r"""Return *text* with such characters written as in JSON, ``\u001b``; JSON stays the same JSON."""
    if text.isprintable():  # nearly always, and much faster than a search
        return text
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
