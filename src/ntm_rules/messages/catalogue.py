"""What the package says, in Vietnamese and in English: a code and its parameters become a sentence.

The sentences are in ``locale/<language>/LC_MESSAGES/ntm_rules.po``, under their codes. What is read are the ``.mo``
files that `tools/catalogues.py` makes of them.
"""

import datetime as dt
import functools
import gettext
import re
import typing
from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from ntm_rules._public import public

LANGUAGES = ("vi", "en")
_LOCALE = Path(__file__).with_name("locale")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""What does something to a terminal instead of being seen, cannot be seen, or is half a character."""


@typing.runtime_checkable
class Sayable(typing.Protocol):
    """What can be said in both languages."""

    def text(self, lang: str, /) -> str:
        """Return the words in *lang*."""


@public("messages")
@frozen(init=False)
class Message:
    """A code of the catalogues with its parameters; ``str()`` is the English sentence.

    Attributes:
        params: what fills the places of the sentence, by name.
    """

    code: str
    params: Mapping[str, object] = field(hash=False)

    def __init__(self, code: str, /, **params: object) -> None:
        self.__attrs_init__(code, params)

    @property
    def hint(self) -> "Message | None":
        """What to do, where the catalogues say it: the sentence under ``<code>.hint``, of the same parameters."""
        code = f"{self.code}.hint"
        return Message(code, **self.params) if is_known(code) else None

    def text(self, lang: str = "en") -> str:
        """Return the message in one sentence.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return say(lang, self.code, **self.params)

    def __str__(self) -> str:
        return self.text()


Sentence = str | Message
"""What is said: a text that is the same in every language, or a message."""


def say(lang: str, code: str, /, **params: object) -> str:
    """Return the sentence of a code, its places filled with *params*.

    A parameter that can be said in both languages is said in *lang*, a date is written as there, the names of a tuple
    are put in backticks, and everything else is shown as it is: what a parameter holds is never read as a sentence
    with places of its own.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
        LookupError: a code without a sentence, or a place of the sentence that no parameter fills.
    """
    sentence = _catalogue(lang).gettext(code)
    if sentence == code:
        raise LookupError(f"no sentence for the code `{code}` in the catalogue `{lang}`")
    return sentence.format_map({name: said(lang, value) for name, value in params.items()})


def is_known(code: str) -> bool:
    """Return whether there is a sentence for the code."""
    return _catalogue("en").gettext(code) != code


def check_language(lang: str) -> None:
    """Nothing, for a language of the project.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
    """
    if lang not in LANGUAGES:
        from ntm_rules.messages.errors import UnknownName  # which is said with the words of this module

        raise UnknownName(Message("kind.language"), lang, LANGUAGES)


def said(lang: str, value: object) -> str:
    """Return a parameter, or a whole sentence, as it is said in *lang*."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(said(lang, item) if isinstance(item, Sayable) else f"`{visible(item)}`" for item in value)
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y") if lang == "vi" else value.isoformat()
    return value.text(lang) if isinstance(value, Sayable) else visible(str(value))


def visible(text: str) -> str:
    r"""*text* with the codes of characters that cannot be seen in their place, as ``\u200b``."""
    if text.isprintable():
        return text
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


@functools.cache
def _catalogue(lang: str) -> gettext.GNUTranslations:
    check_language(lang)
    path = _LOCALE / lang / "LC_MESSAGES" / "ntm_rules.mo"
    try:
        with path.open("rb") as file:
            return gettext.GNUTranslations(file)
    except FileNotFoundError:
        raise RuntimeError(f"`{path}` was not built: run `nox -s messages`, or install the package again") from None
