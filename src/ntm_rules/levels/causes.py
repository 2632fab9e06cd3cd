"""From a reason at the top of a hierarchy down to the units and indicators that caused it."""

import typing
from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import say
from ntm_rules.model.facts import Direction, Fact
from ntm_rules.model.numbers import written
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import LeafResult
from ntm_rules.verdict.verdict import Verdict
from ntm_rules.words.numbers import number, with_unit
from ntm_rules.words.reason import Reason
from ntm_rules.words.sentences import of_criteria, outcome_word

if typing.TYPE_CHECKING:
    from ntm_rules.levels.hierarchy import Hierarchy, Member
    from ntm_rules.levels.nesting import Place


@public("levels")
@frozen
class Cause:
    """One reason of a unit, and what below it is to blame.

    Attributes:
        place: the unit.
        reason: of an indicator of its set; None where the unit is one that a fact above was taken from.
        member: what the unit adds to that fact; None where the cause is a reason.
        fact: that fact.
    """

    place: "Place"
    reason: Reason | None
    member: "Member | None" = None
    fact: Fact | None = None
    _hierarchy: "Hierarchy | None" = field(default=None, repr=False, eq=False)
    _verdict: Verdict | None = field(default=None, repr=False, eq=False)

    def below(self) -> "tuple[Cause, ...]":
        """Of a reason, the units below that are to blame; of such a unit, its own reasons; worked out when asked."""
        hierarchy = self._hierarchy
        if hierarchy is None:
            return ()
        if self.reason is None:
            verdict = self.member.verdict if self.member is not None else None
            return () if verdict is None or verdict.outcome.satisfied else causes(hierarchy, verdict)
        return tuple(self._units(hierarchy, self.reason))

    def _units(self, hierarchy: "Hierarchy", reason: Reason) -> Iterator["Cause"]:
        verdict = self._verdict
        if verdict is None:
            return
        done: dict[str, None] = {}
        for leaf in _deciding(reason):
            fact = leaf.fact
            if fact is None or fact.id in done:
                continue
            done[fact.id] = None
            members = hierarchy.members.get((self.place.unit, verdict.ruleset.id, fact.id), ())
            for member in _to_blame(members, fact, leaf):
                yield Cause(hierarchy.places[member.unit], None, member, fact, hierarchy)

    def text(self, lang: str = "vi") -> str:
        """Return the cause in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        if self.reason is not None:
            return self.reason.text(lang)
        member, unit = self.member, _place_text(self.place, lang)
        if member is None:
            return unit
        if member.value is not None and self.fact is not None:
            return say(
                lang, "levels.below_value", unit=unit, value=with_unit(_printed(member.value, lang), self.fact, lang)
            )
        verdict = member.verdict
        if verdict is None:
            if member.outcome is Outcome.UNDETERMINED:
                return say(lang, "levels.below_missing", unit=unit)
            return say(lang, "levels.below", unit=unit, outcome=outcome_word(lang, member.outcome))
        title = verdict.ruleset.title.text(lang) if verdict.ruleset.title else verdict.ruleset.id
        outcome = outcome_word(lang, verdict.outcome, verdict.ruleset.met_means)
        counts = of_criteria(lang, verdict)
        return say(lang, "levels.below_set", unit=unit, title=title, outcome=outcome, counts=counts)

    def lines(self, lang: str = "vi", depth: int | None = None) -> Iterator[str]:
        """Yield the cause and everything below it, two blanks a level; no deeper than *depth* levels below it.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        yield self.text(lang)
        if depth != 0:
            for cause in self.below():
                yield from (f"  {line}" for line in cause.lines(lang, None if depth is None else depth - 1))


def causes(hierarchy: "Hierarchy", verdict: Verdict) -> tuple[Cause, ...]:
    """Why the verdict is what it is: the reasons that have its outcome, in the order of the decision."""
    place = hierarchy.places[verdict.unit or ""]
    deciding = (reason for reason in verdict.reasons() if reason.outcome is verdict.outcome)
    return tuple(Cause(place, reason, None, None, hierarchy, verdict) for reason in deciding)


def _place_text(place: "Place", lang: str) -> str:
    """Return the name of a unit with its level, e.g. ``Xã Cao Lâu``, once; its code where the table has no name."""
    name = place.name or place.unit
    if name.casefold().startswith(say("vi", f"levels.level.{place.level}").casefold() + " "):
        return name
    return say(lang, f"levels.named.{place.level}", name=name)


def _deciding(reason: Reason) -> Iterator[LeafResult]:
    """Yield the comparisons that have the outcome of the reason."""
    result = reason.result
    for tree in (result.applies, result.tree):
        for leaf in tree.leaves() if tree is not None else ():
            if leaf.outcome is reason.outcome:
                yield leaf


def _to_blame(members: Iterable["Member"], fact: Fact, leaf: LeafResult) -> Iterator["Member"]:
    """Yield the units that keep an aggregated fact from where it has to be."""
    found = tuple(members)
    if any(m.value is not None for m in found):
        lacking = [m for m in found if m.value is None]
        yield from lacking or (m for m in found if _equal(m, leaf))
        return
    blamed = {Outcome.UNDETERMINED}
    if leaf.outcome is Outcome.NOT_MET:
        blamed.add(Outcome.MET if fact.direction is Direction.LESS else Outcome.NOT_MET)
    yield from (m for m in found if m.outcome in blamed)


def _equal(member: "Member", leaf: LeafResult) -> bool:
    """Return whether the unit has the value that was compared; a sum is nobody's."""
    return leaf.actual is not None and written(member.value) == leaf.actual


def _printed(value: object, lang: str) -> str:
    return number(typing.cast(Decimal, written(value)), lang)
