"""A text in the two languages of the project."""

from attrs import frozen

from ntm_rules._public import public


@public("law")
@frozen
class Text:
    """A text in Vietnamese and in English; the same twice where nobody has put it into English."""

    vi: str
    en: str

    def text(self, lang: str) -> str:
        """Return the text in *lang*, ``"vi"`` or ``"en"``."""
        return self.vi if lang == "vi" else self.en
