"""What is known of one unit and one tier: a finding with its counts, and whether the unit is recognised."""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import name_of, need, tier_of, whole_of
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade
from ntm_rules.verdict.verdict import Judged, Verdict


def recognition_fact(tier: str) -> str:
    """Return the yes/no fact that records the recognition of a tier, e.g. ``recognised_ntm``."""
    level, _, name = tier.replace("-", "_").partition("/")
    return f"recognised_{name}" if level == "commune" else f"recognised_{level}_{name}"


def _unit(value: str) -> str:
    return name_of(value, "unit")


def _tier(value: str) -> str:
    return tier_of(value)


def _groups(value: Mapping[str, str]) -> Mapping[str, str]:
    return {name_of(name, "groups"): name_of(group, name, may_be_empty=True) for name, group in value.items()}


@public("programme")
@frozen
class UnitRecord:
    """One unit and one tier.

    A finding and an act are two things, and neither is ever read off the other.

    Attributes:
        groups: what the unit is counted under, by the name of the column: its district, its province.
        outcome: the finding; None where there is none.
        criteria_met, criteria_undetermined, criteria_total: None where they are not known; met counts what is met or
            not applicable.
        recognised: whether the unit is recognised, by an act; None where that is not said.
        provisional: the finding is decided, but rests on values that were not checked.
        met_means: what it means to meet the tier, where that is not good news; see ``Ruleset.met_means``.
        grade: the declared grade of a unit that does not meet the whole set, such as "cơ bản đạt chuẩn".
        judged: the same unit in the second reading, in which judgements fill what figures leave undetermined; None
            where nobody judged.

    Raises:
        BadArgument: a value of another type, counts that do not fit together, or a second reading that differs in more
            than the finding.
    """

    unit: str = field(converter=_unit)
    tier: str = field(converter=_tier)
    groups: Mapping[str, str] = field(factory=dict, converter=_groups)
    outcome: Outcome | None = None
    criteria_met: int | None = None
    criteria_undetermined: int = 0
    criteria_total: int | None = None
    recognised: bool | None = None
    provisional: bool = False
    grade: Grade | None = field(default=None, repr=False)
    met_means: str | None = None
    judged: "UnitRecord | None" = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("criteria_met", "criteria_undetermined", "criteria_total"):
            given = getattr(self, name)
            count = whole_of(given)
            if given is not None and count is None:
                told = {"unit": self.unit, "argument": name, "value": shown(given)}
                raise BadArgument(Message("argument.criteria/count", **told))
            object.__setattr__(self, name, count)  # a number of NumPy's becomes one of Python's
        need("recognised", self.recognised, bool | None)
        met, open_, total = self.criteria_met, self.criteria_undetermined, self.criteria_total
        if (met is None) != (total is None) or (met is None and open_):
            raise BadArgument(Message("argument.criteria_together", unit=self.unit))
        if met is not None and total is not None and (min(met, open_) < 0 or met + open_ > total or total < 1):
            counts = {"met": met, "undetermined": open_, "total": total}
            raise BadArgument(Message("argument.criteria", unit=self.unit, **counts))
        need("judged", self.judged, UnitRecord | None)
        if self.judged is not None and self.judged._unit_and_act != self._unit_and_act:
            raise BadArgument(Message("argument.judged_record", unit=self.unit))

    @property
    def _unit_and_act(self) -> tuple[object, ...]:
        return self.unit, self.tier, self.groups, self.recognised

    @classmethod
    def of_verdict(
        cls, verdict: Verdict, groups: Mapping[str, str] | None = None, recognised: bool | None = None
    ) -> "UnitRecord":
        """Return the record of a finding, with its second reading where there are judgements.

        Raises:
            BadArgument: the verdict names no unit, or a value of another type.
        """
        second = cls._of(verdict.judged, groups or {}, recognised) if verdict.has_judgements else None
        return evolve(cls._of(verdict, groups or {}, recognised), judged=second)

    @classmethod
    def _of(cls, reading: Verdict | Judged, groups: Mapping[str, str], recognised: bool | None) -> "UnitRecord":
        return cls(
            reading.unit,  # type: ignore[arg-type]  # a verdict without a unit is refused
            reading.ruleset.id,
            groups,
            reading.outcome,
            reading.criteria_met,
            reading.criteria_undetermined,
            reading.criteria_total,
            recognised,
            reading.provisional,
            reading.grade,
            reading.ruleset.met_means,
        )

    @classmethod
    def of_counts(
        cls,
        unit: str,
        tier: str,
        criteria_met: int,
        criteria_total: int,
        *,
        criteria_undetermined: int = 0,
        groups: Mapping[str, str] | None = None,
        recognised: bool | None = None,
    ) -> "UnitRecord":
        """Return the record of a published count, with the finding that follows from it: all criteria have to be met.

        Raises:
            BadArgument: a value of another type, or counts that do not fit together.
        """
        counts = criteria_met, criteria_undetermined, criteria_total
        checked = cls(unit, tier, groups or {}, None, *counts, recognised)
        return evolve(checked, outcome=outcome_of(*counts))


def outcome_of(met: int, undetermined: int, total: int) -> Outcome:
    """Return the finding of a set that asks for all its criteria."""
    if met + undetermined < total:
        return Outcome.NOT_MET
    return Outcome.UNDETERMINED if undetermined else Outcome.MET
