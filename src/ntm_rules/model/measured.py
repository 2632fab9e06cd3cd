"""Units of measurement as people write them, and which power of ten lies between two of them."""

import re
import typing
import unicodedata

from attrs import frozen

from ntm_rules.messages.errors import folded
from ntm_rules.model.facts import Fact, FactType

_POWERS = {
    **dict.fromkeys(("nghin", "ngan", "1000", "1 000"), 3),
    **dict.fromkeys(("trieu", "tr", "1000000", "1 000 000"), 6),
    **dict.fromkeys(("ty", "ti"), 9),
}
"""What a unit may be counted in, as in *nghìn đồng*, and which power of ten that is."""
_TIMES = re.compile(rf"(?:({'|'.join(sorted(_POWERS, key=len, reverse=True))})(?: |$))?(.*)")
_MONEY = ("", "d", "vnd")
"""What amounts of money are in beside đồng; where there is only a power, it is đồng."""
_WORDS = {"ng": "nguoi", "phan tram": "%", "trd": "tr d", "1000d": "1000 d"}


@frozen
class Unit:
    """A unit of measurement as it is written.

    Attributes:
        what: what is counted, without the power of ten.
        per: what it is divided by, one after the other.
        power: of ten; 6 for million đồng.
    """

    text: str
    what: str
    per: tuple[str, ...]
    power: int

    @classmethod
    def of(cls, text: str) -> "Unit":
        """Return the unit that a text names."""
        first, *rest = (_folded(part) for part in text.split("/"))
        times, what = typing.cast(re.Match[str], _TIMES.fullmatch(first)).groups()
        return cls(text, "dong" if what in _MONEY else what, tuple(rest), _POWERS.get(times, 0))

    @classmethod
    def of_fact(cls, fact: Fact) -> "Unit | None":
        """Return the unit of a fact; None where it has none."""
        if fact.type is FactType.PERCENT:
            return cls.of("%")
        return None if fact.unit is None else cls.of(fact.unit.title.vi)

    def power_to(self, own: "Unit") -> int | None:
        """Return by which power of ten a figure in this unit becomes one in another; None where none does.

        What it is divided by may be left out, in whole or in part: the title of the fact says it too.
        """
        left = iter(own.per)
        same = self.what == own.what and all(part in left for part in self.per)
        return self.power - own.power if same else None


def _folded(part: str) -> str:
    plain = folded(unicodedata.normalize("NFKC", part)) or part.strip()
    return _WORDS.get(plain, plain)
