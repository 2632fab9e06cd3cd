"""What a law is about, and what is raised when it does not hold."""

import typing
from collections.abc import Iterable

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, Sentence, say
from ntm_rules.messages.errors import NtmRulesError

if typing.TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset
    from ntm_rules.rules.library import Library
    from ntm_rules.testing.communes import Commune


@public("testing")
class LawBroken(NtmRulesError, AssertionError):  # noqa: N818 - the name says what is the case
    """A law that does not hold for a ruleset.

    Attributes:
        law: its name, e.g. ``monotonicity``.
        subject: id, period and province of the ruleset.
        place: number of the indicator, criterion or part; empty for the whole set.
        found: what is wrong, in one English sentence.
        communes: the concrete facts, each as ``assess`` takes them.
    """

    def __init__(self, law: str, subject: str, place: str, found: Sentence, communes: "Iterable[Commune]" = ()) -> None:
        self.law, self.subject, self.place, self.found = law, subject, place, str(found)
        self.communes = tuple(communes)
        if place:
            message = Message("law.broken/at", subject=subject, law=law, place=place, found=found)
        else:
            message = Message("law.broken", subject=subject, law=law, found=found)
        super().__init__(message)

    def text(self, lang: str = "en") -> str:
        """Return what is wrong, then the communes that show it, a line each.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        shown = (say(lang, "law.commune", commune=commune.text(lang)) for commune in self.communes)
        return "\n    ".join([super().text(lang), *shown])


@public("testing")
class Subject:
    """A ruleset of which laws are asked; prints short.

    Attributes:
        library: where it was composed; without one, laws about composing and provinces say nothing.
        tiers: pairs of upper and lower ruleset id: who meets the upper one meets what the lower one asks of their
            shared facts. Prerequisites (``meets``) need not be declared.
        excused: pairs of law and place that are known not to hold; an empty place means the whole law.
        thorough: take all years and columns, however long it takes.
        undecided: pairs of law and place that were tried as often as is done, and neither shown to hold nor to fail.
    """

    def __init__(
        self,
        ruleset: "Ruleset",
        library: "Library | None" = None,
        tiers: Iterable[tuple[str, str]] = (),
        excused: Iterable[tuple[str, str]] = (),
        thorough: bool = False,
    ) -> None:
        self.ruleset, self.library = ruleset, library
        self.undecided: list[tuple[str, str]] = []
        self._kept: dict[object, object] = {}
        self.tiers, self.excused, self.thorough = tuple(tiers), frozenset(excused), thorough

    def __repr__(self) -> str:
        ruleset = self.ruleset
        where = f" {ruleset.province}" if ruleset.province else ""
        return f"{ruleset.id} {ruleset.period}{where} on {ruleset.on}"

    def excuses(self, law: str, place: str) -> bool:
        """Return True if the law is known not to hold there."""
        return (law, place) in self.excused or (law, "") in self.excused

    def broken(self, law: str, place: str, found: Message, *communes: "Commune") -> None:
        """Raise, unless it is excused.

        Raises:
            LawBroken: always but then.
        """
        if not self.excuses(law, place):
            raise LawBroken(law, repr(self), place, found, communes)


def place_of(ruleset: "Ruleset", number: int) -> str:
    """Return whose outcome is at a place of the codes: empty for the set, ``criterion 3``, or an indicator's number."""
    if number == 0:
        return ""
    if number <= len(ruleset.criteria):
        return f"criterion {ruleset.criteria[number - 1].no}"
    indicators = [i.no for c in ruleset.criteria for i in c.indicators]
    return indicators[number - 1 - len(ruleset.criteria)]


def named(place: str) -> Message:
    """Return a place in words."""
    if not place:
        return Message("law.set")
    criterion = place.removeprefix("criterion ")
    return Message("law.indicator", no=place) if criterion == place else Message("law.criterion", no=criterion)
