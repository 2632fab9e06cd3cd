"""The second reading as columns of a query: figures first, then what columns of judgements say."""

import functools
import typing
from collections.abc import Mapping, Sequence

from attrs import define

from ntm_rules.frames.base.judged import JudgedColumn, places_said
from ntm_rules.frames.query.compile import FrameCompiler
from ntm_rules.frames.query.expressions import Expr, Kind, first_true, lit, where
from ntm_rules.frames.query.stages import Slot
from ntm_rules.frames.query.truth import Truth, count, filled
from ntm_rules.model.conditions import Condition
from ntm_rules.model.judgements import VOICES, Basis
from ntm_rules.model.outcomes import Needed, Outcome
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.second_reading import Logic, Step, Steps, second_reading
from ntm_rules.model.walk import indicators


def counts_of(ruleset: Ruleset, criteria: Sequence[Truth]) -> list[Expr]:
    """Return how many criteria are met, not met and undetermined, of those that are counted."""
    counted = [found.holds for found, criterion in zip(criteria, ruleset.criteria, strict=True) if criterion.counted]
    return [
        count(counted),
        count(~holds for holds in counted),
        count(holds.is_null() for holds in counted),
    ]


def judging(asked: FrameCompiler, judged: Sequence[JudgedColumn], slots: Mapping[str, Slot]) -> "Judging":
    """Return what makes the second reading; without columns of judgements it says what the first does."""
    return Judging(asked, {(c.place, c.basis): _said(slots[c.name].value) for c in judged})


def _said(place: Expr) -> Truth:
    """Return what a column of judgements says."""
    away = place.is_in(places_said(Outcome.NOT_APPLICABLE)).known_or(False)
    met = place.is_in([*places_said(Outcome.MET), *places_said(Outcome.NOT_APPLICABLE)])
    return Truth(met, away)


@define
class Judging(Logic[Truth]):
    """The second reading of a row.

    Attributes:
        spoken: what bodies say, by the place of the node among the outcome codes.
    """

    asked: FrameCompiler
    spoken: Mapping[tuple[int, Basis], Truth]

    @property
    def undetermined(self) -> Truth:
        """What is not known."""
        return self.asked.constant(Outcome.UNDETERMINED)

    def joined(self, needed: Needed, members: Sequence[Truth]) -> Truth:
        """Return the outcome of a criterion over its indicators, or of the set over its criteria."""
        return self.asked.joined(needed, members)

    def filled(self, one: Truth, other: Truth) -> Truth:
        """Return the one where it is decided, the other elsewhere."""
        return filled(one, other)

    def columns(self, criteria: Sequence[Truth], own: Sequence[Truth]) -> list[Expr]:
        """Return the columns of the second reading, from the outcomes of the first, which are columns already."""
        ruleset, stages = self.asked.ruleset, self.asked.stages
        first = 1 + len(criteria)
        every = [indicator for _, indicator in indicators(ruleset)]

        def said(voice: Basis, place: int) -> Truth | None:
            if voice is Basis.FIGURES:
                return own[place - first]
            found = self.spoken.get((place, voice))
            if found is None or place < first or every[place - first].applies_if is None:
                return found
            return self._unless_it_applies(every[place - first], found)

        by_criterion, by_indicator = second_reading(ruleset, VOICES, said, self)
        # what follows from figures alone is the first reading
        by_criterion = [
            [Step(Basis.FIGURES, found), *steps[1:]] for found, steps in zip(criteria, by_criterion, strict=True)
        ]
        numbers = [*(f"criterion {c.no}" for c in ruleset.criteria), *(i.no for i in every)]
        every_steps = [*by_criterion, *by_indicator]
        ended = [self._ended(steps, f"judged {no}") for no, steps in zip(numbers, every_steps, strict=True)]
        stages.step("judged")
        outcomes, bases = [outcome for outcome, _ in ended], [basis for _, basis in ended]
        second = outcomes[: len(criteria)]
        whole = self.asked.joined(ruleset.needed, second)
        changed = [
            before.open & ~after.open
            for before, after, criterion in zip(criteria, second, ruleset.criteria, strict=True)
            if criterion.counted
        ]
        counts = [*counts_of(ruleset, second), count(changed)]
        return [whole.code, *counts, *(outcome.code for outcome in outcomes), *bases]

    def _unless_it_applies(self, indicator: Indicator, found: Truth) -> Truth:
        """Return what a body says; nothing where it says that an indicator does not apply which does."""
        guard = self.asked.condition(typing.cast(Condition, indicator.applies_if), indicator.no).met.known_or(False)
        away = typing.cast(Expr, found.away)
        return Truth(where(~(away & guard), found.holds, Kind.BOOLEAN), away & ~guard)

    def _ended(self, steps: Steps[Truth], name: str) -> tuple[Truth, Expr]:
        """Return the outcome that holds in the end, as columns, and on what it rests."""
        outcome = functools.reduce(filled, (step.outcome for step in steps))
        cases = [(~step.outcome.open, lit(int(step.basis))) for step in steps]
        basis = first_true(cases, lit(int(Basis.OPEN)))
        return self.asked.kept(outcome, name), self.asked.stages.add(basis, f"{name} basis")
