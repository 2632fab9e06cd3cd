"""The bad facts of many units, kept until all are known, or too many."""

from attrs import define, evolve, field

from ntm_rules.messages.errors import MAX_PROBLEMS, FactError, FactProblem
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.tables.units import UnitFacts
from ntm_rules.verdict.facts import CheckedFacts
from ntm_rules.verdict.program import mark_facts


@define
class Faults:
    """What is wrong with the facts of the units of a file: cells that cannot be read, and what a ruleset refuses."""

    ruleset: Ruleset
    problems: list[FactProblem] = field(init=False, factory=list)

    def check(self, unit: UnitFacts) -> CheckedFacts:
        """Return the facts of a unit, checked; of bad ones nothing, and what is wrong with them is kept.

        Raises:
            FactError: there are too many bad facts to go on.
        """
        checked = mark_facts(self.ruleset, unit.facts, unit.label, unit.bad, unit.unit)
        if checked.bad:
            checked = evolve(checked, bad=tuple(map(unit.placed, checked.bad)))
            self.problems.extend(checked.bad)
        if len(self.problems) >= MAX_PROBLEMS:
            raise FactError(self.problems, complete=False)
        return checked

    def stop(self) -> None:
        """Raise what was found, if anything."""
        if self.problems:
            raise FactError(self.problems)
