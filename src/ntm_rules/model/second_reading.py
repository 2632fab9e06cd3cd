"""The second reading: voices fill in order what figures leave undetermined, said once for whatever an outcome is.

An engine says what a connective is to it and what it is to be filled; the order in which figures and bodies speak,
and on what an indicator or criterion then rests, is here.
"""

import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from attrs import frozen

from ntm_rules.model.judgements import Basis
from ntm_rules.model.outcomes import Needed
from ntm_rules.model.rulesets import Ruleset

V = typing.TypeVar("V")


class Logic(ABC, typing.Generic[V]):
    """What outcomes are to an engine."""

    @property
    @abstractmethod
    def undetermined(self) -> V:
        """The outcome of what nobody has spoken of."""

    @abstractmethod
    def joined(self, needed: Needed, members: Sequence[V]) -> V:
        """Return the outcome of a criterion over its indicators, or of a set over its criteria."""

    @abstractmethod
    def filled(self, one: V, other: V) -> V:
        """Return the one where it is decided, the other elsewhere."""


@frozen
class Step(typing.Generic[V]):
    """What is said of an indicator or criterion at a voice; ``FOLLOWS`` where its members say it."""

    basis: Basis
    outcome: V


Steps = list[Step[V]]
"""What is said one after the other: the first that is decided holds, and the outcome rests on its basis."""


Said = Callable[[Basis, int], V | None]
"""What a voice says of the node at a place of the outcome codes; None where it says nothing."""


def second_reading(
    ruleset: Ruleset, voices: Sequence[Basis], said: Said[V], logic: Logic[V]
) -> tuple[list[Steps[V]], list[Steps[V]]]:
    """Return what is said of each criterion and of each indicator, in printed order.

    Args:
        said: what is computed is what the figures say, of a body what it judged.
    """
    first = 1 + len(ruleset.criteria)
    count = sum(len(criterion.indicators) for criterion in ruleset.criteria)
    indicators: list[Steps[V]] = [[] for _ in range(count)]
    criteria: list[Steps[V]] = [[] for _ in ruleset.criteria]
    so_far = [logic.undetermined] * count
    for voice in voices:
        start = 0
        for number, criterion in enumerate(ruleset.criteria):
            end = start + len(criterion.indicators)
            heard = False
            for place in range(start, end):
                spoken = said(voice, first + place)
                if spoken is not None:
                    indicators[place].append(Step(voice, spoken))
                    so_far[place] = logic.filled(so_far[place], spoken)
                    heard = True
            if heard:
                joined = logic.joined(criterion.needed, so_far[start:end])
                criteria[number].append(Step(Basis.FOLLOWS, joined))
            own = None if voice is Basis.FIGURES else said(voice, 1 + number)
            if own is not None:
                criteria[number].append(Step(voice, own))
            start = end
    return criteria, indicators
