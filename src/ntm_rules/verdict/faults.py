"""The bad facts of many units, kept until all are known, or too many."""

from collections.abc import Iterable, Iterator

from attrs import define, field

from ntm_rules.messages.errors import MAX_PROBLEMS, FactError, FactProblem
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.tables.units import UnitFacts
from ntm_rules.verdict.facts import CheckedFacts
from ntm_rules.verdict.program import check_facts


@define
class Faults:
    """What is wrong with the facts of the units of a file."""

    ruleset: Ruleset
    problems: list[FactProblem] = field(init=False, factory=list)
    unreadable: list[FactProblem] = field(init=False, factory=list)
    complete: bool = field(init=False, default=True)

    def readable(self, rows: Iterable[UnitFacts]) -> Iterator[UnitFacts]:
        """Yield the rows that can be read; the cells that cannot are kept for the end."""
        try:
            yield from rows
        except FactError as error:
            self.unreadable.extend(error.problems)
            self.complete = error.complete

    def check(self, unit: UnitFacts) -> CheckedFacts | None:
        """Return the facts of a unit, checked; None where a ruleset cannot take them, and what is wrong is kept.

        Raises:
            FactError: there are too many bad facts to go on.
        """
        try:
            return check_facts(self.ruleset, unit.facts, unit.unit)
        except FactError as error:
            self.problems.extend(error.problems)
            if len(self.problems) >= MAX_PROBLEMS:
                raise FactError(self.problems, complete=False) from None
            return None

    def stop(self) -> None:
        """Raise what was found, if anything; cells that cannot be read come last."""
        found = self.problems + self.unreadable
        if found:
            raise FactError(found, self.complete)
