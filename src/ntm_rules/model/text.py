"""A text in the two languages of the project."""

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.errors import UnknownName

LANGUAGES = ("vi", "en")


def check_language(lang: str) -> None:
    """Nothing, for a language of the project.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownName("language", lang, LANGUAGES)


@public("law")
@frozen
class Text:
    """A text in Vietnamese and in English."""

    vi: str
    en: str

    def of(self, lang: str) -> str:
        """The text in *lang*, ``"vi"`` or ``"en"``."""
        return self.vi if lang == "vi" else self.en
