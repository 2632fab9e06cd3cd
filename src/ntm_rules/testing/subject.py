"""What a law is about, and what is raised when it does not hold."""

import typing
from collections.abc import Iterable

from ntm_rules._public import public
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
        found: what is wrong, in one sentence.
        communes: the concrete facts, each as ``assess`` takes them.
    """

    def __init__(self, law: str, subject: str, place: str, found: str, communes: "Iterable[Commune]" = ()) -> None:
        self.law, self.subject, self.place, self.found = law, subject, place, found
        self.communes = tuple(communes)
        shown = "".join(f"\n    commune: {commune!r}" for commune in self.communes)
        super().__init__(f"{subject}: {law} does not hold{f' at {place}' if place else ''}: {found}{shown}")


@public("testing")
class Subject:
    """A ruleset of which laws are asked; prints short.

    Attributes:
        library: where it was composed; without one, laws about composing and provinces say nothing.
        tiers: pairs of upper and lower ruleset id: who meets the upper one meets what the lower one asks of their
            shared facts. Prerequisites (``meets``) need not be declared.
        excused: pairs of law and place that are known not to hold; an empty place stands for the whole law.
        thorough: take all years and columns, however long it takes.
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
        self._kept: dict[object, object] = {}
        self.tiers, self.excused, self.thorough = tuple(tiers), frozenset(excused), thorough

    def __repr__(self) -> str:
        ruleset = self.ruleset
        where = f" {ruleset.province}" if ruleset.province else ""
        return f"{ruleset.id} {ruleset.period}{where} on {ruleset.on}"

    def excuses(self, law: str, place: str) -> bool:
        """True if the law is known not to hold there."""
        return (law, place) in self.excused or (law, "") in self.excused

    def broken(self, law: str, place: str, found: str, *communes: "Commune") -> None:
        """Raise, unless it is excused.

        Raises:
            LawBroken: always but then.
        """
        if not self.excuses(law, place):
            raise LawBroken(law, repr(self), place, found, communes)


def place_of(ruleset: "Ruleset", number: int) -> str:
    """What stands at a place of the outcome codes: empty for the set, ``criterion 3``, or an indicator's number."""
    if number == 0:
        return ""
    if number <= len(ruleset.criteria):
        return f"criterion {ruleset.criteria[number - 1].no}"
    indicators = [i.no for c in ruleset.criteria for i in c.indicators]
    return indicators[number - 1 - len(ruleset.criteria)]


def named(place: str) -> str:
    """A place in words."""
    return place if place.startswith("criterion") else f"indicator {place}" if place else "the set"
