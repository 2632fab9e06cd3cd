"""What both readings of a unit say alike, read off their outcome codes: counts, grades, reasons."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType

from ntm_rules.model.lists import Listed
from ntm_rules.model.outcomes import Outcome, grade_of, possible_grades
from ntm_rules.model.results import Annotation, CriterionResult, IndicatorResult, RulesetResult
from ntm_rules.model.rulesets import Grade, Ruleset
from ntm_rules.model.thresholds import Cell
from ntm_rules.words.reason import Reason, reason_of


class Reading(ABC):
    """The finding for one unit: by figures alone, or with judgements."""

    __slots__ = ()

    @property
    @abstractmethod
    def ruleset(self) -> Ruleset:
        """The set it was assessed against."""

    @property
    @abstractmethod
    def annotations(self) -> Mapping[str, Annotation]:
        """Source, date and author of facts, where the caller gave them."""

    @property
    @abstractmethod
    def listed(self) -> tuple[Listed, ...]:
        """The facts that lists decided by the code of the unit, where nobody gave them."""

    @property
    @abstractmethod
    def codes(self) -> bytes:
        """Outcome codes of the set, its criteria and its indicators, in printed order."""

    @property
    @abstractmethod
    def provisional_flags(self) -> tuple[bool, ...]:
        """Whether each outcome of ``codes`` is provisional."""

    @property
    @abstractmethod
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision."""

    @property
    @abstractmethod
    def by_grade(self) -> Mapping[str, RulesetResult]:
        """The same reading of what each declared grade asks, by its id, the highest first."""

    # -- the set -----------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome:
        """Of the whole set."""
        return Outcome(self.codes[0])

    @property
    def provisional(self) -> bool:
        """Decided, but it rests on a number that was not checked against the official text, or on an unread layer."""
        return self.provisional_flags[0]

    @property
    def criteria_total(self) -> int:
        """Criteria of the composed set that are counted, the same for every unit."""
        return sum(criterion.counted for criterion in self.ruleset.criteria)

    @property
    def criteria_met(self) -> int:
        """Criteria met or not applicable, of those that are counted."""
        codes = self.criteria_codes
        return codes.count(Outcome.MET) + codes.count(Outcome.NOT_APPLICABLE)

    @property
    def criteria_not_met(self) -> int:
        """Criteria not met, of those that are counted."""
        return self.criteria_codes.count(Outcome.NOT_MET)

    @property
    def criteria_undetermined(self) -> int:
        """Criteria undetermined, of those that are counted."""
        return self.criteria_codes.count(Outcome.UNDETERMINED)

    @property
    def criteria_not_applicable(self) -> int:
        """Criteria not applicable, of those that are counted; they are among those met."""
        return self.criteria_codes.count(Outcome.NOT_APPLICABLE)

    @property
    def must_not_met(self) -> tuple[str, ...]:
        """The criteria that have to be met among ``at_least_n`` and are not met, by printed number."""
        must, pairs = self.ruleset.must, zip(self.ruleset.criteria, self.codes[1:], strict=False)
        return tuple(c.no for c, code in pairs if c.no in must and code == Outcome.NOT_MET)

    @property
    def indicator_counts(self) -> Mapping[Outcome, int]:
        """How many indicators have each outcome."""
        codes = self.codes[1 + len(self.ruleset.criteria) :]
        return MappingProxyType({outcome: codes.count(outcome) for outcome in Outcome})

    @property
    def criteria_codes(self) -> bytes:
        """Outcome codes of the criteria that are counted."""
        criteria = self.ruleset.criteria
        pairs = zip(criteria, self.codes[1 : 1 + len(criteria)], strict=True)
        return bytes([code for criterion, code in pairs if criterion.counted])

    # -- grades ------------------------------------------------------------------------------

    @property
    def grade(self) -> Grade | None:
        """The declared grade of a unit that does not meet the whole set: the highest that it reaches.

        None where the set is met, where no grade is reached, and where that is not certain; see ``possible_grades``.
        """
        return grade_of(self.outcome, self._reached)

    @property
    def possible_grades(self) -> tuple[Grade, ...]:
        """The grades that the unit may have while something is open, the highest first; ``grade`` alone if certain.

        Where the outcome of the set is undetermined the unit may meet the whole set as well; where it is not met and
        the last of these grades is not reached for certain, it may have none.
        """
        return possible_grades(self.outcome, self._reached)

    @property
    def grade_counts(self) -> Mapping[str, int]:
        """How many of the criteria that are not met have each grade, by its id; only those that are counted."""
        found = dict.fromkeys((g.id for g in self.ruleset.grades), 0)
        for result in self.criteria.values() if found else ():
            if result.criterion.counted and result.grade is not None:
                found[result.grade.id] += 1
        return MappingProxyType(found)

    @property
    def _reached(self) -> list[tuple[Grade, Outcome]]:
        return [(grade, self.by_grade[grade.id].outcome) for grade in self.ruleset.grades]

    # -- below -------------------------------------------------------------------------------

    @property
    def indicators(self) -> Mapping[str, IndicatorResult]:
        """All indicators by printed number, in the order of the decision."""
        return MappingProxyType({no: i for c in self.criteria.values() for no, i in c.indicators.items()})

    @property
    def provisional_cells(self) -> tuple[tuple[str, Cell], ...]:
        """The cells below official evidence on which provisional outcomes rest, each with its address."""
        found = (
            (leaf.address, leaf.cell)
            for indicator in self.indicators.values()
            if indicator.provisional
            for tree in (indicator.applies, indicator.tree)
            if tree is not None
            for leaf in tree.leaves()
            if leaf.cell is not None and leaf.cell.level != "official"
        )
        return tuple(dict.fromkeys(found))

    def reasons(self) -> tuple[Reason, ...]:
        """Why the indicators that are not satisfied are not, in the order of the decision.

        What figures leave open of a criterion that a body judged is not among them: nobody waits for it.
        """
        return tuple(
            reason_of(criterion.no, indicator, self.ruleset, self.annotations, self.listed)
            for criterion in self.criteria.values()
            for indicator in criterion.indicators.values()
            if not indicator.outcome.satisfied
            and not (criterion.judgement is not None and indicator.outcome is Outcome.UNDETERMINED)
        )
