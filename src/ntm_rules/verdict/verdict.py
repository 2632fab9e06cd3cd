"""The verdict on one unit: outcome codes first, objects and texts when somebody asks for them."""

import typing
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from attrs import field, fields, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import need
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome, grade_of, possible_grades
from ntm_rules.model.plain import Json, one_line
from ntm_rules.model.results import Annotation, CriterionResult, Facts, FactValue, IndicatorResult
from ntm_rules.model.rulesets import Grade, Ruleset
from ntm_rules.model.thresholds import Cell
from ntm_rules.verdict.explain import Unit, explained
from ntm_rules.verdict.facts import CheckedFacts, Slot
from ntm_rules.verdict.program import check_facts, places_of, program_of
from ntm_rules.verdict.verdict_json import verdict_dict
from ntm_rules.words.reason import Reason, reason_of


@public()
@frozen(repr=False)
class Verdict:
    """The finding for one unit. Immutable; can be pickled and compared.

    Attributes:
        unit: the caller's name or code of the unit.
        ruleset: the set it was assessed against.
        facts: the facts as they were given.
        annotations: source, date and author of facts, where the caller gave them; also of facts without a value.
        unread: the facts that were given and that no rule of the set reads, as they were given; they decide nothing.
        values: the facts as the engine read them, one a slot.
        codes, floors: outcome codes of the set, its criteria and its indicators: as asked for, and with official
            cells only.
    """

    ruleset: Ruleset
    unit: str | None
    facts: Mapping[str, FactValue]
    annotations: Mapping[str, Annotation]
    codes: bytes
    floors: bytes = field(repr=False)
    values: tuple[object, ...] = field(eq=False, repr=False)
    unread: Mapping[str, FactValue] = MappingProxyType({})
    _kept: dict[object, typing.Any] = field(init=False, factory=dict, eq=False, repr=False)

    def __repr__(self) -> str:
        unit = "" if self.unit is None else f" on {self.unit!r}"
        counts = f"{self.criteria_met}/{self.criteria_total} criteria met"
        provisional = ", provisional" if self.provisional else ""
        return f"<Verdict{unit}: {self.outcome.code}, {counts}{provisional}; {self.ruleset.id} {self.ruleset.period}>"

    def __getstate__(self) -> dict[str, object]:
        plain = {name: dict(getattr(self, name)) for name in _MAPPINGS}
        return {name: plain.get(name, getattr(self, name)) for name in _FIELDS}

    def __setstate__(self, state: dict[str, object]) -> None:
        frozen_ = {name: MappingProxyType(typing.cast(dict[str, object], state[name])) for name in _MAPPINGS}
        for name, value in (state | frozen_ | {"_kept": {}}).items():
            object.__setattr__(self, name, value)

    def __bool__(self) -> bool:
        """Refuse: a verdict of *not met* would count as true.

        Raises:
            BadArgument: always.
        """
        raise BadArgument(Message("argument.truth", what="Verdict"))

    def __hash__(self) -> int:
        return hash((self.ruleset.id, self.unit, self.codes))

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
    @kept
    def provisional_flags(self) -> tuple[bool, ...]:
        """Whether each outcome of ``codes`` is provisional."""
        unread = not self.ruleset.read_whole
        pairs = zip(self.codes, self.floors, strict=True)
        return tuple([code != 2 and (floor == 2 or (unread and code != 0)) for code, floor in pairs])

    @property
    def criteria_total(self) -> int:
        """Criteria of the composed set that are counted, the same for every unit."""
        return sum(criterion.counted for criterion in self.ruleset.criteria)

    @property
    def criteria_met(self) -> int:
        """Criteria met or not applicable, of those that are counted."""
        codes = self._criteria_codes
        return codes.count(Outcome.MET) + codes.count(Outcome.NOT_APPLICABLE)

    @property
    def criteria_not_met(self) -> int:
        """Criteria not met, of those that are counted."""
        return self._criteria_codes.count(Outcome.NOT_MET)

    @property
    def criteria_undetermined(self) -> int:
        """Criteria undetermined, of those that are counted."""
        return self._criteria_codes.count(Outcome.UNDETERMINED)

    @property
    def indicator_counts(self) -> Mapping[Outcome, int]:
        """How many indicators have each outcome."""
        codes = self.codes[1 + len(self.ruleset.criteria) :]
        return MappingProxyType({outcome: codes.count(outcome) for outcome in Outcome})

    @property
    def _criteria_codes(self) -> bytes:
        """Of the criteria that are counted."""
        criteria = self.ruleset.criteria
        pairs = zip(criteria, self.codes[1 : 1 + len(criteria)], strict=True)
        return bytes([code for criterion, code in pairs if criterion.counted])

    # -- grades ------------------------------------------------------------------------------

    @property
    @kept
    def by_grade(self) -> "Mapping[str, Verdict]":
        """The findings of the same facts against what each declared grade asks, by its id, the highest first."""
        values, found = typing.cast(Sequence[Slot], self.values), {}
        for grade in self.ruleset.grades:
            own = [values[place] for place in places_of(grade.ruleset, program_of(self.ruleset).places)]
            checked = CheckedFacts(self.unit, dict(self.facts), dict(self.annotations), own)
            found[grade.id] = verdict_of(grade.ruleset, checked)
        return MappingProxyType(found)

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
    @kept
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision; made when first asked for."""
        unit = Unit(self.values, self.facts, self.unit, assess)
        grades = [(grade, self.by_grade[grade.id].codes) for grade in self.ruleset.grades]
        found = explained(self.ruleset, unit, self.codes, self.provisional_flags, grades)
        return MappingProxyType({c.no: c for c in found})

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
        """Why the indicators that are not satisfied are not, in the order of the decision."""
        return tuple(
            reason_of(criterion.no, indicator, self.ruleset, self.annotations)
            for criterion in self.criteria.values()
            for indicator in criterion.indicators.values()
            if not indicator.outcome.satisfied
        )

    def with_facts(self, facts: Facts) -> "Verdict":
        """Return the verdict with some facts changed; None takes a fact away."""
        need("facts", facts, Mapping)
        given: dict[str, FactValue | Mapping[str, object] | None] = {**self.facts, **self.unread}
        for name, note in self.annotations.items():
            given[name] = {"value": given.get(name), "source": note.source, "as_of": note.as_of, "by": note.by}
        return assess(self.ruleset, given | dict(facts), self.unit)

    def to_dict(self) -> Json:
        """Plain JSON types after the shipped schema ``verdict-1.json``; exact numbers are texts."""
        return verdict_dict(self)

    def to_json(self) -> str:
        """``to_dict()`` as one line of JSON."""
        return one_line(self.to_dict())


_FIELDS = tuple(f.name for f in fields(Verdict) if f.init)
_MAPPINGS = ("facts", "annotations", "unread")


def assess(ruleset: Ruleset, facts: Facts, unit: str | None = None) -> Verdict:
    """Return the finding for one unit.

    Args:
        ruleset: from ``Library.compose``.
        facts: fact id to value, or to ``{value, source, as_of, by}``; None and absent facts are missing. Percentages
            are numbers from 0 to 100. Numbers may be integers, floats, Decimals or texts such as ``"43.2"``. Derived
            facts with ``may_be_given`` are given likewise.
        unit: name or code of the unit, for messages and the verdict.

    Raises:
        FactError: every bad fact of the unit.
    """
    return verdict_of(ruleset, check_facts(ruleset, facts, unit))


def verdict_of(ruleset: Ruleset, facts: CheckedFacts) -> Verdict:
    """Return the verdict on checked facts."""
    program = program_of(ruleset)
    slots = program.asked.slots(facts.values)
    floors = program.official.codes(program.official.slots(facts.values))
    return verdict_from(ruleset, facts, slots, program.asked.codes(slots), floors)


def verdict_from(
    ruleset: Ruleset, facts: CheckedFacts, slots: Sequence[object], codes: bytes, floors: bytes
) -> Verdict:
    """Return the verdict on checked facts of which everything is worked out."""
    given, notes, unread = facts.given, MappingProxyType(facts.annotations), MappingProxyType(facts.unread)
    return Verdict(ruleset, facts.unit, MappingProxyType(given), notes, codes, floors, tuple(slots), unread)
