"""What questions to z3 share: answers, facts found, values of unknown cells."""

import typing
from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Sentence
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Value
from ntm_rules.proofs.algebra import Algebra
from ntm_rules.proofs.assume import UnknownCell, filled
from ntm_rules.proofs.read import Context, SymbolicRuleset
from ntm_rules.proofs.replay import extremes
from ntm_rules.proofs.terms import Logic
from ntm_rules.proofs.variables import FoundFacts, Variables


class Shown(Enum):
    """The answer to whether some facts show a claim."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"
    UNDECIDED = "undecided"


@frozen
class Answered:
    """Whether some facts show a claim.

    ``YES`` and ``NO`` hold whatever is written in the unknown cells; ``DEPENDS``: for some values of these.

    Attributes:
        facts: confirmed by an assessment; None where there are none.
        assumed: the values of unknown cells with which it was assessed, and whether open conditions hold.
        why: the reason of what is undecided.
        codes: why the assessment is undetermined, where that was to be shown.
    """

    shown: Shown
    facts: Mapping[str, FactValue] | None = None
    assumed: Mapping[str, Value] = field(factory=dict)
    why: Sentence = ""
    codes: tuple[ReasonCode, ...] = ()


@public("proofs")
class Shared:
    """What searches share: what was read, values chosen for unknown cells, facts found, answers, and proofs.

    Raises:
        EngineUnavailable: z3 is not installed.
    """

    def __init__(self) -> None:
        self.logic = Logic()
        self.variables = Variables(self.logic)
        self.context = Context(self.variables, Algebra(self.logic))
        self.chosen: dict[UnknownCell, Value] = {}
        self.answers: dict[object, Answered] = {}
        self.proofs: dict[object, tuple[typing.Any, ...]] = {}
        self._found: dict[object, list[FoundFacts]] = {}
        self._readings: dict[tuple[int, bool], SymbolicRuleset] = {}
        self._filled: dict[object, tuple[Ruleset, Ruleset]] = {}

    def reading(self, ruleset: Ruleset, unknowns: bool) -> SymbolicRuleset:
        """Return a ruleset read once; the reading keeps the ruleset alive, so that its identity stays its own."""
        key = (id(ruleset), unknowns)
        if key not in self._readings:
            self._readings[key] = SymbolicRuleset(self.context, ruleset, unknowns)
        return self._readings[key]

    def filled(self, ruleset: Ruleset, bindings: Mapping[str, str]) -> Ruleset:
        """Return a ruleset with the values chosen for its unknown cells."""
        key = (id(ruleset), *bindings.items())
        if key not in self._filled:
            self._filled[key] = ruleset, filled(ruleset, self.chosen)
        return self._filled[key][1]

    def found(self, rulesets: tuple[Ruleset, ...], strict: bool) -> list[FoundFacts]:
        """Return facts worth trying: the extremes, and what was found for the first set on any day in any province."""
        found = self._found.setdefault((rulesets[0].id, rulesets[0].period, strict), [])
        found += [witness for witness in extremes(rulesets) if witness not in found]
        return found
