"""A ruleset compiled for one unit at a time: facts in, outcome codes out."""

import functools
import typing
from collections.abc import Iterator, Mapping, Sequence

from ntm_rules.messages.errors import FactProblem
from ntm_rules.model.arguments import name_of, need
from ntm_rules.model.citations import Evidence
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Needed, joined
from ntm_rules.model.results import Facts
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.spans import worked_out
from ntm_rules.model.stated import evaluated_beside, given_slots, may_be_given, stated
from ntm_rules.verdict.compare import Code, Slots
from ntm_rules.verdict.compile import Compiler, Finding, Value
from ntm_rules.verdict.facts import CheckedFacts, Checker, Contradicted, Unchecked


def check_facts(ruleset: Ruleset, facts: Facts, unit: str | None = None) -> CheckedFacts:
    """Return the facts checked and in slots, for ``outcome_codes``.

    Raises:
        FactError: every bad fact of the unit.
        BadArgument: an argument of another type.
    """
    need("ruleset", ruleset, Ruleset)
    need("facts", facts, Mapping)
    return program_of(ruleset).checker.check(facts, None if unit is None else name_of(unit, "unit"))


def mark_facts(
    ruleset: Ruleset,
    facts: Facts,
    unit: str | None = None,
    bad: Sequence[FactProblem] = (),
    code: str | None = None,
) -> CheckedFacts:
    """Return the facts checked and in slots; of bad ones nothing, and what is wrong with them.

    Args:
        bad: what is wrong with facts that could not be read.
        code: by which lists have the unit, where that is not what it is called.

    Raises:
        BadArgument: an argument of another type.
    """
    need("ruleset", ruleset, Ruleset)
    need("facts", facts, Mapping)
    return program_of(ruleset).checker.mark(facts, None if unit is None else name_of(unit, "unit"), bad, code)


def outcome_codes(ruleset: Ruleset, facts: CheckedFacts) -> bytes:
    """Return the codes of the set, its criteria and its indicators, in printed order, without making a verdict."""
    return program_of(ruleset).run(facts.values)


@kept
def program_of(ruleset: Ruleset) -> "Program":
    """Return the compiled form of a ruleset, kept with it."""
    return Program(ruleset)


class Program:
    """A ruleset compiled for one unit at a time."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.checker = Checker(ruleset, self.contradicted)
        self.places = {name: place for place, name in enumerate(given_slots(ruleset))}
        for name in (*worked_out(ruleset), *dict(ruleset.bindings)):
            self.places.setdefault(name, len(self.places))
        self.asked = self.under(ruleset.minimum_evidence)
        self.official = self.under(Evidence.OFFICIAL, settled=True)

    def under(self, floor: Evidence | None, settled: bool = False) -> "Pass":
        """Return the ruleset compiled for a floor; *settled* as for ``finding_of``."""
        return Pass(self.ruleset, self.places, floor, lambda other: finding_of(other, self.places, floor, settled))

    def run(self, values: list[typing.Any]) -> bytes:
        """Return the codes of the set, its criteria and its indicators."""
        return self.asked.codes(self.asked.slots(values))

    def contradicted(self, values: Sequence[typing.Any]) -> Iterator[Contradicted]:
        """Yield the derived facts that are decided and were given otherwise, also where a set beside it derives them.

        Args:
            values: one for each slot of ``given_slots``.
        """
        slots = self.asked.slots(list(values))
        for derived in self.ruleset.derived:
            place = self.places.get(stated(derived.id))
            if place is None or slots[place] is None:
                continue
            value = slots[self.places[derived.id]]  # where it is open, what was given
            if value != slots[place]:
                yield Contradicted(derived.id, value, self.ruleset)
        for program, places in self.beside:
            yield from program.contradicted([slots[place] for place in places])

    @functools.cached_property
    def beside(self) -> "Sequence[tuple[Program, Sequence[int]]]":
        """The sets that are evaluated over the same facts and derive what may be given, with the slots they read."""
        floor = self.ruleset.minimum_evidence
        found = [other for other in evaluated_beside(self.ruleset) if may_be_given(other)]
        asked = [other if floor is None else other.with_minimum_evidence(floor) for other in found]
        return [(program_of(other), places_of(other, self.places)) for other in asked]


class Pass:
    """A ruleset compiled for one floor of evidence.

    Args:
        finding: compiles a prerequisite to its outcome over the slots.
    """

    def __init__(self, ruleset: Ruleset, places: Mapping[str, int], floor: Evidence | None, finding: Finding) -> None:
        self.compiler = compiler = Compiler(ruleset, places, floor, finding)
        self.derived: list[Value] = [value for _, value in compiler.worked_out(ruleset)]
        self.first = len(given_slots(ruleset))
        constants = [value for name, value in ruleset.bindings if places[name] >= self.first]
        self.tail = [*[None] * len(self.derived), *constants]
        self.indicators = [compiler.indicator(i) for c in ruleset.criteria for i in c.indicators]
        self.spans: list[tuple[slice, Needed]] = []
        start = 0
        for criterion in ruleset.criteria:
            end = start + len(criterion.indicators)
            self.spans.append((slice(start, end), criterion.needed))
            start = end
        self.needed = ruleset.needed
        self.only_checked = any(not each.settles(floor) for each in ruleset.lists)

    def known(self, values: Sequence[typing.Any]) -> list[typing.Any]:
        """Return the facts without those that only a list says which was not checked well enough."""
        return [None if self.only_checked and type(value) is Unchecked else value for value in values]

    def slots(self, values: list[typing.Any], more: Sequence[object] = ()) -> list[typing.Any]:
        """Return the slots of a unit: facts, what is worked out in its order, what is bound, and *more* behind them."""
        slots = [*(self.known(values) if self.only_checked else values), *self.tail, *more]
        place = self.first
        for rule in self.derived:
            slots[place] = rule(slots)
            place += 1
        return slots

    def codes(self, slots: Slots) -> bytes:
        """Return the codes of the set, its criteria and its indicators, in printed order."""
        codes = bytes([indicator(slots) for indicator in self.indicators])
        criteria = bytes([joined(needed, codes[span]) for span, needed in self.spans])
        return bytes((self.whole(criteria),)) + criteria + codes

    def criterion(self, number: int, indicators: Sequence[int]) -> int:
        """Return the code of one criterion over the codes of all indicators."""
        span, needed = self.spans[number]
        return joined(needed, indicators[span])

    def whole(self, criteria: Sequence[int]) -> int:
        """Return the code of the set over those of its criteria."""
        return joined(self.needed, criteria)


def places_of(other: Ruleset, places: Mapping[str, int]) -> Sequence[int]:
    """Return the slots, among those of a set that evaluates another one, of what is given to that one."""
    return [places[name] for name in given_slots(other)]


def finding_of(other: Ruleset, places: Mapping[str, int], floor: Evidence | None, settled: bool = False) -> Code:
    """Return the outcome of a prerequisite over the slots of the set that asks for it.

    Args:
        settled: one that is met under layers not read whole is undetermined: its outcome is not settled.
    """
    inner = program_of(other).under(floor, settled)
    sources = places_of(other, places)
    unread = settled and not other.read_whole

    def code(slots: Slots) -> int:
        outcome = inner.codes(inner.slots([slots[p] for p in sources]))[0]
        return 2 if unread and outcome else outcome

    return code
