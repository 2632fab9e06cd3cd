"""The verdict on one unit: outcome codes first, objects and texts when somebody asks for them."""

import typing
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from attrs import asdict, evolve, field, fields, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, FactError, FactProblem
from ntm_rules.model.arguments import marks_bad, need
from ntm_rules.model.judgements import (
    VOICES,
    Basis,
    Disagreement,
    Judgement,
    Judgements,
    UnusedJudgement,
    arranged,
    in_order,
    judgements_of,
)
from ntm_rules.model.kept import kept
from ntm_rules.model.lists import Listed
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json, one_line
from ntm_rules.model.results import Annotation, CriterionResult, Facts, FactValue, IndicatorResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.explain import Unit, explained
from ntm_rules.verdict.facts import CheckedFacts, Slot
from ntm_rules.verdict.invalid import criterion_with_invalid
from ntm_rules.verdict.judged_json import judged_dict
from ntm_rules.verdict.judging import First, Second, check, is_of, left_alone, read_again
from ntm_rules.verdict.listed import listed_in
from ntm_rules.verdict.program import mark_facts, places_of, program_of
from ntm_rules.verdict.reading import Reading
from ntm_rules.verdict.verdict_json import verdict_dict


@public()
@frozen(repr=False)
class Verdict(Reading):
    """The finding for one unit, read off figures alone. Immutable; can be pickled and compared.

    Attributes:
        unit: the caller's name or code of the unit.
        ruleset: the set it was assessed against.
        facts: the facts as they were given.
        annotations: what the caller said about facts beside their values; also of facts without a value.
        unread: the facts that were given and that no rule of the set reads, as they were given; they decide nothing.
        bad: what is wrong with facts that were given and of which nothing is known therefore; they are not in these.
        values: the facts as the engine read them, one a slot.
        codes, floors: outcome codes of the set, its criteria and its indicators: as asked for, and with official
            cells only.
        judgements: what bodies decided, by number and body; it changes nothing here, see ``judged``.
        voices: who fills what is undetermined in ``judged``, in order.
        figures: what figures say in ``judged``, where facts from below take the second reading of the units there; None
            where they say the same.
    """

    ruleset: Ruleset
    unit: str | None
    facts: Mapping[str, FactValue]
    annotations: Mapping[str, Annotation]
    codes: bytes
    floors: bytes = field(repr=False)
    values: tuple[object, ...] = field(eq=False, repr=False)
    unread: Mapping[str, FactValue] = MappingProxyType({})
    judgements: tuple[Judgement, ...] = field(default=(), converter=arranged)
    voices: tuple[Basis, ...] = field(default=VOICES, repr=False)
    figures: "Verdict | None" = field(default=None, repr=False)
    bad: tuple[FactProblem, ...] = ()
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

    @property
    def bad_facts(self) -> frozenset[str]:
        """The facts in ``bad``."""
        return frozenset(problem.fact for problem in self.bad)

    @property
    @kept
    def listed(self) -> tuple[Listed, ...]:
        """The facts that lists decided by the code of the unit, where nobody gave them."""
        return listed_in(self)

    # -- the first reading -------------------------------------------------------------------

    @property
    @kept
    def provisional_flags(self) -> tuple[bool, ...]:
        """Whether each outcome of ``codes`` is provisional."""
        unread = not self.ruleset.read_whole
        pairs = zip(self.codes, self.floors, strict=True)
        return tuple([code != 2 and (floor == 2 or (unread and code != 0)) for code, floor in pairs])

    @property
    @kept
    def by_grade(self) -> "Mapping[str, Verdict]":
        """The findings of the same facts against what each declared grade asks, by its id, the highest first."""
        values, found = typing.cast(Sequence[Slot], self.values), dict[str, Verdict]()
        for grade in self.ruleset.grades:
            own = [values[place] for place in places_of(grade.ruleset, program_of(self.ruleset).places)]
            checked = CheckedFacts(self.unit, dict(self.facts), dict(self.annotations), own, bad=self.bad)
            found[grade.id] = verdict_of(grade.ruleset, checked)
        if self.has_judgements:
            found = {name: self._judge_alike(name, verdict) for name, verdict in found.items()}
        return MappingProxyType(found)

    def _judge_alike(self, grade: str, graded: "Verdict") -> "Verdict":
        """Return the finding of a grade with the judgements on what the grade leaves as it is."""
        same = left_alone(self.ruleset, graded.ruleset)
        said = tuple(j for j in self.judgements if j.no in same or not is_of(j, self.ruleset, True))
        figures = None if self.figures is None else self.figures.by_grade[grade]
        return evolve(graded, judgements=said, voices=self.voices, figures=figures)

    @property
    @kept
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision; made when first asked for."""
        unit = Unit(self.values, self.facts, self.unit, assess)
        grades = [(grade, self.by_grade[grade.id].codes) for grade in self.ruleset.grades]
        bases = self.codes.translate(_BY_FIGURES)
        found = explained(self.ruleset, unit, self.codes, self.provisional_flags, bases, {}, grades)
        return self._by_number(found)

    def _by_number(self, found: Iterable[CriterionResult]) -> Mapping[str, CriterionResult]:
        """Return criteria by printed number, with what bad facts leave undetermined."""
        if self.bad:
            lacking = program_of(self.ruleset).checker.lacking(self.bad_facts)
            found = [criterion_with_invalid(self.ruleset, each, lacking) for each in found]
        return MappingProxyType({each.no: each for each in found})

    # -- the second reading ------------------------------------------------------------------

    @property
    def has_judgements(self) -> bool:
        """True if there are judgements on the unit, or on units below that change what figures say in ``judged``."""
        return bool(self.judgements) or self.figures is not None

    @property
    @kept
    def judged(self) -> "Judged":
        """The second reading: what figures leave undetermined, judgements fill. Without any it says what this says."""
        return Judged.of(self)

    @property
    def unused_judgements(self) -> tuple[UnusedJudgement, ...]:
        """The judgements that do not count, each with the reason."""
        return self.judged.unused_judgements

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where judgements and figures differ from the outcomes of the second reading, in printed order."""
        return self.judged.disagreements

    # -- with other facts, and elsewhere -------------------------------------------------------

    def with_facts(self, facts: Facts) -> "Verdict":
        """Return the verdict with some facts changed; None takes a fact away. A bad one stays bad until it is given."""
        need("facts", facts, Mapping)
        given: dict[str, FactValue | Mapping[str, object] | None] = {**self.facts, **self.unread}
        for name, note in self.annotations.items():
            given[name] = {"value": given.get(name), **asdict(note)}
        bad = tuple(problem for problem in self.bad if problem.fact not in facts)
        checked = mark_facts(self.ruleset, given | dict(facts), self.unit, bad)
        if len(checked.bad) > len(bad):
            raise FactError(checked.bad[len(bad) :])
        return judged_too(verdict_of(self.ruleset, checked), self.judgements, self.voices)

    def to_dict(self) -> Json:
        """Plain JSON types after the shipped schema ``verdict-2.json``; exact numbers are texts."""
        found = verdict_dict(self)
        if self.has_judgements:
            found |= judged_dict(self.judged)
        if self.bad:
            found["bad"] = [{"fact": bad.fact, "value": bad.shown, "expected": bad.code} for bad in self.bad]
        return found

    def to_json(self) -> str:
        """``to_dict()`` as one line of JSON."""
        return one_line(self.to_dict())


_FIELDS = tuple(f.name for f in fields(Verdict) if f.init)
_MAPPINGS = ("facts", "annotations", "unread")
_BY_FIGURES = bytes(Basis.OPEN if code == Outcome.UNDETERMINED else Basis.FIGURES for code in range(256))
"""On what the outcomes of the first reading rest, by their codes."""


@public()
@frozen(repr=False)
class Judged(Reading):
    """The second reading of a verdict, in the shape of the first: voices fill in order what is undetermined.

    Attributes:
        verdict: the first reading.
        given_with: False for a prerequisite of the set with which the judgements were given.
    """

    verdict: Verdict
    given_with: bool
    _second: Second
    _kept: dict[object, typing.Any] = field(init=False, factory=dict, eq=False)

    @classmethod
    def of(cls, verdict: Verdict, given_with: bool = True) -> "Judged":
        """Return the second reading of a verdict.

        Raises:
            FactError, UnknownName: as ``assess`` for judgements.
        """
        both = [None if v is None else First(v.values, v.codes, v.floors) for v in (verdict, verdict.figures)]
        first, figures = typing.cast(First, both[0]), both[1]
        said = verdict.judgements, verdict.voices, verdict.unit
        return cls(verdict, given_with, read_again(verdict.ruleset, first, *said, given_with, figures))

    def __repr__(self) -> str:
        return repr(self.verdict).replace("<Verdict", "<Judged", 1)

    def __reduce__(self) -> tuple[object, ...]:
        return Judged.of, (self.verdict, self.given_with)

    def __bool__(self) -> bool:
        """Refuse, as a verdict does.

        Raises:
            BadArgument: always.
        """
        raise BadArgument(Message("argument.truth", what="Judged"))

    @property
    def ruleset(self) -> Ruleset:
        """The set it was assessed against."""
        return self.verdict.ruleset

    @property
    def unit(self) -> str | None:
        """The caller's name or code of the unit."""
        return self.verdict.unit

    @property
    def facts(self) -> Mapping[str, FactValue]:
        """The facts as they were given; those from below as they are in this reading."""
        figures = self.verdict.figures
        return self.verdict.facts if figures is None else figures.facts

    @property
    def annotations(self) -> Mapping[str, Annotation]:
        """Source, date and author of facts, where the caller gave them."""
        return self.verdict.annotations

    @property
    def listed(self) -> tuple[Listed, ...]:
        """The facts that lists decided by the code of the unit, where nobody gave them."""
        return self.verdict.listed

    @property
    def unread(self) -> Mapping[str, FactValue]:
        """The facts that were given and that no rule of the set reads."""
        return self.verdict.unread

    @property
    def values(self) -> tuple[object, ...]:
        """The facts as the engine read them, one a slot."""
        return tuple(self._second.slots)

    @property
    def codes(self) -> bytes:
        """Outcome codes of the set, its criteria and its indicators, in printed order."""
        return self._second.codes

    @property
    def bases(self) -> bytes:
        """On what each of these rests: codes of ``Basis``."""
        return self._second.bases

    @property
    def basis(self) -> Basis:
        """On what the outcome of the set rests."""
        return Basis(self.bases[0])

    @property
    def provisional_flags(self) -> tuple[bool, ...]:
        """Whether each outcome of ``codes`` is provisional; one that a body judged is not."""
        return self._second.provisional

    @property
    def criteria_judged(self) -> int:
        """Criteria decided here and not by figures alone, of those that are counted."""
        pairs = zip(self.verdict.criteria_codes, self.criteria_codes, strict=True)
        return sum(before == Outcome.UNDETERMINED != after for before, after in pairs)

    @property
    def used_judgements(self) -> tuple[Judgement, ...]:
        """The judgements on which outcomes rest: criteria first, then indicators, in printed order."""
        return tuple(judgement for _, judgement in sorted(self._second.used.items(), key=lambda used: used[0]))

    @property
    def unused_judgements(self) -> tuple[UnusedJudgement, ...]:
        """The judgements that do not count, each with the reason."""
        return self._second.unused

    @property
    @kept
    def by_grade(self) -> "Mapping[str, Judged]":
        """The second reading of what each declared grade asks, by its id, the highest first."""
        return MappingProxyType({name: verdict.judged for name, verdict in self.verdict.by_grade.items()})

    @property
    @kept
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision; made when first asked for."""
        second = self._second
        unit = Unit(second.slots, self.facts, self.unit, self._of_prerequisite)
        grades = [(grade, self.by_grade[grade.id].codes) for grade in self.ruleset.grades]
        stands = (second.codes, second.provisional, second.bases, second.used)
        return self.verdict._by_number(explained(self.ruleset, unit, *stands, grades))

    def _of_prerequisite(self, ruleset: Ruleset, facts: Facts, unit: str | None = None) -> "Judged":
        """Return the second reading of a prerequisite, whose judgements are those that name it."""
        verdict = assess(ruleset, facts, unit)
        return Judged.of(evolve(verdict, judgements=self.verdict.judgements, voices=self.verdict.voices), False)

    @property
    @kept
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where judgements that count, or figures, differ from the outcomes here: criteria first, in printed order."""
        said: list[tuple[int, Basis, Outcome, Judgement | None]] = [
            (place, Basis.FIGURES, Outcome(code), None)
            for place, code in enumerate(self._second.figures)
            if place and code != Outcome.UNDETERMINED
        ]
        said += [(place, by, judgement.outcome, judgement) for (place, by), judgement in self._second.spoken.items()]
        said = [each for each in said if each[2] != self.codes[each[0]]]
        return tuple(self._disagreement(*each) for each in sorted(said, key=lambda each: each[:2]))

    def _disagreement(self, place: int, by: Basis, said: Outcome, judgement: Judgement | None) -> Disagreement:
        number = place - 1 - len(self.ruleset.criteria)
        criteria, indicators = self.verdict.criteria, self.verdict.indicators
        result = list(criteria.values())[place - 1] if number < 0 else list(indicators.values())[number]
        margin = result.margin if isinstance(result, IndicatorResult) else None
        stands = Outcome(self.codes[place]), Basis(self.bases[place])
        return Disagreement(result.no, number < 0, *stands, said, by, judgement, margin)


def assess(
    ruleset: Ruleset,
    facts: Facts,
    unit: str | None = None,
    *,
    judgements: Judgements = (),
    voices: Iterable[Basis | str] = VOICES,
    on_bad: str = "raise",
    bad: Iterable[FactProblem] = (),
) -> Verdict:
    """Return the finding for one unit.

    Args:
        ruleset: from ``Library.compose``.
        facts: fact id to value, or to a mapping with ``value`` and the fields of an ``Annotation``, such as
            ``{value, source, as_of, body}``; None and absent facts are missing. Percentages are numbers from 0 to 100.
            Numbers may be integers, floats, Decimals or texts such as ``"43.2"``. Derived facts with ``may_be_given``
            are given likewise.
        unit: name or code of the unit, for messages and the verdict; by its code lists say what they decide of it.
        judgements: what bodies decided, by printed number: ``"met"``, a ``Judgement``, a mapping of its fields, or
            several of these; or ``Judgement`` values in a row. They decide nothing here, see ``Verdict.judged``.
        voices: who fills what is undetermined in ``Verdict.judged``, in order.
        on_bad: ``"raise"``, or ``"mark"``: nothing is known of a bad fact, and what it would decide is undetermined as
            ``fact_invalid``; ``Verdict.bad`` has them.
        bad: what is wrong with facts that could not be read: ``UnitFacts.bad``.

    Raises:
        FactError: every bad fact of the unit, with ``"raise"``; judgements of one body, day and number that differ.
        UnknownName: a judgement on a number that the set never had.
        BadArgument: what is no judgement, or one on the whole set; another word for *on_bad*.
    """
    marks, checked = marks_bad(on_bad), mark_facts(ruleset, facts, unit, tuple(bad))
    if checked.bad and not marks:
        raise FactError(checked.bad)
    verdict = verdict_of(ruleset, checked)
    return judged_too(verdict, judgements_of(judgements), in_order(voices))


def judged_too(verdict: Verdict, judgements: tuple[Judgement, ...], voices: tuple[Basis, ...] = VOICES) -> Verdict:
    """Return a verdict with judgements.

    Raises:
        FactError, UnknownName: as ``assess`` for judgements.
    """
    if not judgements:
        return verdict
    check(verdict.ruleset, judgements, verdict.unit)
    return evolve(verdict, judgements=judgements, voices=voices)


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
    law = ruleset, facts.unit
    return Verdict(*law, MappingProxyType(given), notes, codes, floors, tuple(slots), unread, bad=facts.bad)
