"""Re-review: every unit under an old and a new set, what became of its finding, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from attrs import evolve, field, frozen

from ntm_rules._public import public
from ntm_rules._version import __version__
from ntm_rules.difference.flips import Twins, UnitDifference, difference_of, leaves_dict
from ntm_rules.messages.errors import FactError
from ntm_rules.model.arguments import name_of
from ntm_rules.model.names import units_alike
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json, keys_of, plain_form, plain_object
from ntm_rules.model.results import Facts
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.programme.input import assessed, yes_no
from ntm_rules.programme.record import recognition_fact
from ntm_rules.tables.units import UnitFacts
from ntm_rules.verdict.verdict import Verdict
from ntm_rules.words.reason import Reason

SCHEMA = "ntm-rules/rereview/1"


@public("programme")
class Transition(Enum):
    """What became of a finding, in the order in which reports list it. Not applicable counts as met."""

    LOST = "lost"
    NOW_UNDETERMINED = "now_undetermined"
    KEPT = "kept"
    GAINED = "gained"
    STILL_NOT_MET = "still_not_met"
    NOT_MET_NOW_UNDETERMINED = "not_met_now_undetermined"
    UNDETERMINED_NOW_MET = "undetermined_now_met"
    UNDETERMINED_NOW_NOT_MET = "undetermined_now_not_met"
    STILL_UNDETERMINED = "still_undetermined"

    @classmethod
    def of(cls, before: Outcome, after: Outcome) -> "Transition":
        """Return what leads from one outcome to the other."""
        return _TRANSITIONS[_plain(before), _plain(after)]


def _plain(outcome: Outcome) -> Outcome:
    return Outcome.MET if outcome.satisfied else outcome


_M, _N, _U = Outcome.MET, Outcome.NOT_MET, Outcome.UNDETERMINED
_TRANSITIONS = {
    (_M, _N): Transition.LOST,
    (_M, _U): Transition.NOW_UNDETERMINED,
    (_M, _M): Transition.KEPT,
    (_N, _M): Transition.GAINED,
    (_N, _N): Transition.STILL_NOT_MET,
    (_N, _U): Transition.NOT_MET_NOW_UNDETERMINED,
    (_U, _M): Transition.UNDETERMINED_NOW_MET,
    (_U, _N): Transition.UNDETERMINED_NOW_NOT_MET,
    (_U, _U): Transition.STILL_UNDETERMINED,
}


@public("programme")
@frozen
class ReviewedUnit:
    """One unit under both sets.

    Attributes:
        before: on the old set; with the judgements of the unit, which are of that set and never of the new one.
        recognised: whether it is recognised as what the old set asks for; None where the file does not say.
        kept: columns that pass through.
    """

    unit: str
    before: Verdict
    after: Verdict
    recognised: bool | None
    kept: Mapping[str, str]
    _twins: Twins = field(repr=False)

    @property
    def transition(self) -> Transition:
        """What became of its finding."""
        return Transition.of(self.before.outcome, self.after.outcome)

    @property
    def at_stake(self) -> bool:
        """True if it is recognised and the finding does not support that any more."""
        return self.recognised is True and not self.after.outcome.satisfied

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it does not satisfy the new set, indicator by indicator, turned or not."""
        return self.after.reasons()

    @property
    def difference(self) -> UnitDifference:
        """The criteria and indicators whose outcomes differ; worked out when it is asked for."""
        return difference_of(self.before, self.after, self._twins)

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which the new finding is undetermined, in the order of the decision."""
        if self.after.outcome is not Outcome.UNDETERMINED:
            return ()
        return tuple(dict.fromkeys(name for i in self.after.indicators.values() for name in i.missing))


@public("programme")
@frozen
class Rereview:
    """All units under an old and a new set.

    Attributes:
        units: those whose recognition is at stake first, not met before undetermined; then in the order given.
    """

    old: Ruleset
    new: Ruleset
    units: tuple[ReviewedUnit, ...]

    @property
    def counts(self) -> Mapping[Transition, int]:
        """How many units went which way; every transition is there, together they are all units."""
        return self._counted(self.units)

    @property
    def recognised(self) -> Mapping[Transition, int]:
        """The same of the units that are recognised."""
        return self._counted(unit for unit in self.units if unit.recognised)

    def of(self, transition: Transition) -> tuple[ReviewedUnit, ...]:
        """Return the units that went one way."""
        return tuple(unit for unit in self.units if unit.transition is transition)

    @property
    def turned(self) -> Mapping[str, Mapping[Transition, int]]:
        """For each indicator of the new set whose outcome differs somewhere, how many units went which way."""
        found: dict[str, Counter[Transition]] = {}
        for unit in self.units:
            for old, new in unit.difference.indicators:
                if old is not None and new is not None:
                    found.setdefault(new.no, Counter())[Transition.of(old.outcome, new.outcome)] += 1
        return MappingProxyType(found)

    @staticmethod
    def _counted(units: Iterable[ReviewedUnit]) -> Mapping[Transition, int]:
        found = Counter(unit.transition for unit in units)
        return MappingProxyType({transition: found[transition] for transition in Transition})

    def to_dict(self) -> Json:
        """Plain JSON types; exact numbers are texts."""
        return {name: list(value) if isinstance(value, Iterator) else value for name, value in self.parts().items()}

    def parts(self) -> Json:
        """Return the same with the units made as they are asked for: all of them together are long.

        :meta private:
        """
        head = plain_object(
            {
                "schema": SCHEMA,
                "library_version": __version__,
                **keys_of(self, "old", "new", "counts", "recognised"),
            }
        )
        return {**head, "units": map(_unit, self.units)}


def rereview(
    old: Ruleset, new: Ruleset, unit_facts: Iterable[UnitFacts | tuple[str, Facts]], *, on_bad: str = "raise"
) -> Rereview:
    """Each unit under two sets side by side.

    Args:
        old, new: from ``Library.compose``; of any tier, period and province.
        unit_facts: names or codes with facts, or what ``tables.read`` gives. The yes/no fact of the old tier
            (``recognised_ntm``, ``recognised_nang_cao`` ...) says which units are recognised. Judgements are of the old
            set, and change nothing but the second reading of ``before``.
        on_bad: as for ``assess``.

    Raises:
        FactError: every bad fact of all units, unless these are marked; judgements that contradict each other, units
            that only look different.
        UnknownName: a judgement on a number that the old set never had.
    """
    rows = [u if isinstance(u, UnitFacts) else UnitFacts(name_of(u[0], "unit"), u[1], {}, 0) for u in unit_facts]
    alike = units_alike(row.unit for row in rows)
    if alike:
        raise FactError(alike)
    twins = Twins.of(old, new)
    act = recognition_fact(old.id)
    read = {fact.id for ruleset in (old, new) for fact in ruleset.facts}
    were = assessed([(row, old) for row in rows], {act} - read, on_bad=on_bad)
    are = assessed([(row, new) for row in rows], {act} - read, judged=False, on_bad=on_bad)
    reviewed = [
        ReviewedUnit(row.unit, before, after, yes_no(row.facts.get(act)), row.kept, twins)
        for (row, before), (_, after) in zip(were, are, strict=True)
    ]
    return Rereview(old, new, tuple(sorted(reviewed, key=_urgency)))


def _urgency(unit: ReviewedUnit) -> int:
    """Which units are shown first: recognised and not met, recognised and undetermined, all others."""
    if not unit.at_stake:
        return 2
    return 0 if unit.after.outcome is Outcome.NOT_MET else 1


def _why(reason: Reason) -> Json:
    return {"no": reason.indicator, "outcome": reason.outcome, "comparisons": leaves_dict(reason.result)}


@plain_form
def _unit(unit: ReviewedUnit) -> Json:
    # a copy, so that what is explained here is forgotten: it is many times what is known of a unit
    unit = evolve(unit, before=evolve(unit.before), after=evolve(unit.after))
    more = {
        "transition": unit.transition,
        "provisional": {"before": unit.before.provisional, "after": unit.after.provisional},
        **keys_of(unit, "recognised", "missing", "kept"),
        **({"judged": {"before": unit.before.judged.outcome.code}} if unit.before.has_judgements else {}),
        **({"not_satisfied": list(map(_why, unit.reasons))} if unit.at_stake else {}),
    }
    return {**unit.difference.to_dict(), **plain_object(more)}
