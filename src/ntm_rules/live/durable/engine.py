"""Live outcomes on durable_rules: every comparison, indicator and criterion of a ruleset is a forward-chaining rule.

A fact of the unit is asserted as a fact of durable_rules. It matches the rules of the comparisons that read it, one for
holds and one for does not hold; a comparison that turns out otherwise triggers its indicators, an indicator its
criterion, a criterion the set. How outcomes are joined is not written again: the rules of indicators and criteria do
what the scalar engine's closures do, over the outcomes of comparisons that durable_rules found.
"""

import json
import math
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

from ntm_rules.live.durable.driver import (
    EXCLUSIVE,
    Action,
    Broken,
    Driver,
    Memory,
    Number,
    Test,
    engine_module,
)
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.fold import Compared
from ntm_rules.model.kept import kept
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Cell, Table
from ntm_rules.verdict.compare import Code, Slots, Unclear, leaf_of
from ntm_rules.verdict.compile import Compiler
from ntm_rules.verdict.dependencies import Dependencies, dependencies_of
from ntm_rules.verdict.program import Pass, finding_of, places_of, program_of

_OPS = {Op.AT_LEAST: "$gte", Op.AT_MOST: "$lte", Op.MORE_THAN: "$gt", Op.LESS_THAN: "$lt", Op.EQUALS: "=="}
_EMPTY = (0, 0)

Rule = tuple[str, list[Test], Action]

# The properties of facts: the slot with its number, the place of its value, or a state in which it has neither; the
# outcome of a prerequisite; what is to be worked out again.
SLOT, FIGURE, VALUE, MISSING, EMPTY = "slot", "figure", "value", "missing", "empty"
FOUND, OUTCOME, INDICATOR, CRITERION, SET = "found", "outcome", "indicator", "criterion", "set"


@kept
def rules_of(ruleset: Ruleset) -> "DurableRules":
    """Return the rules of a ruleset for durable_rules, kept with it.

    Raises:
        EngineUnavailable: the ruleset is outside the safe subset.
    """
    return DurableRules(ruleset, program_of(ruleset).asked, dependencies_of(ruleset))


class DurableEngine:
    """Keeps the outcomes of one unit up to date by a session of durable_rules; built again when that has failed.

    Args:
        slots: those at the beginning.

    Raises:
        EngineUnavailable: durable_rules cannot be used here.
    """

    name = "durable"

    def __init__(self, rules: "DurableRules", slots: Slots) -> None:
        self.rules = rules
        self._opened = 0
        self._unit: Unit | None = None
        self._memory: Memory | None = None
        self.follow(b"", slots, ())

    @property
    def rebuilds(self) -> int:
        """How often it was built again."""
        return self._opened - 1

    def follow(self, codes: bytes, slots: Slots, differ: Collection[int]) -> bytes:
        """Return the codes after a change; what was before is in the session."""
        with suppress(Broken):
            return self._follow(slots, differ)
        try:
            return self._follow(slots, differ)  # by a new one
        except Broken as error:
            raise EngineUnavailable(Message("durable.broken", error=str(error))) from error

    def _follow(self, slots: Slots, differ: Collection[int]) -> bytes:
        engine_module()  # the locale of the process may have been changed
        driver, unit, memory = self.rules.driver, self._unit, self._memory
        if memory is None or not driver.holds(memory):
            unit, memory = None, driver.open()
            self._memory = memory
            self._opened += 1
        self._unit = None  # until everything went through
        if unit is None:
            unit = Unit(self.rules, memory)
            differ = [place for place, slot in enumerate(slots) if slot is not None]
        codes = unit.follow(slots, differ)
        self._unit = unit
        return codes

    def close(self) -> None:
        """End the session and free its memory."""
        if self._memory is not None:
            self.rules.driver.close(self._memory)
        self._memory = self._unit = None

    def __del__(self) -> None:
        memory = getattr(self, "_memory", None)
        if memory is not None:
            self.rules.driver.abandoned.append(memory)  # ended later: this may run in the middle of anything


class Unit:
    """One unit in a session: the slots, after them the outcomes of comparisons, and the codes above.

    Begins with everything missing.
    """

    def __init__(self, rules: "DurableRules", memory: Memory) -> None:
        self.rules, self.memory = rules, memory
        self.work: list[typing.Any] = list(rules.start)
        self.codes = bytearray(rules.start_codes)
        self.fresh = True
        memory.owner = self

    def follow(self, slots: Slots, differ: Collection[int]) -> bytes:
        """Assert what differs; the rules do the rest."""
        rules, work = self.rules, self.work
        work[: rules.size] = slots
        for place in differ:
            if place in rules.slots:
                self.memory.put(f"slot{place}", rules.slots[place].message(slots[place]))
        for number, finding, reads in rules.findings:
            if self.fresh or not reads.isdisjoint(differ):
                outcome = finding(slots)
                if outcome != work[rules.size + number]:
                    self.memory.put(f"found{number}", {FOUND: number, OUTCOME: outcome})
        self.fresh = False
        return bytes(self.codes)

    # -- what the rules do -------------------------------------------------------------------

    def decide(self, number: int, code: int) -> None:
        """Return a comparison or prerequisite has an outcome."""
        place = self.rules.size + number
        if self.work[place] != code:
            self.work[place] = code
            self.touch(self.rules.readers[number])

    def touch(self, indicators: Collection[int]) -> None:
        """Return indicators rest on something that has changed."""
        for number in indicators:
            self.memory.put(f"i{number}", {INDICATOR: number})

    def indicator(self, number: int) -> None:
        """Work out an indicator again."""
        place = self.rules.first + number
        code = self.rules.indicators[number](self.work)
        if self.codes[place] != code:
            self.codes[place] = code
            criterion = self.rules.criterion_of[number]
            self.memory.put(f"c{criterion}", {CRITERION: criterion})

    def criterion(self, number: int) -> None:
        """Work out a criterion again."""
        code = self.rules.joined.criterion(number, self.codes[self.rules.first :])
        if self.codes[1 + number] != code:
            self.codes[1 + number] = code
            self.memory.put(SET, {SET: 1})

    def whole(self) -> None:
        """Work out the set again."""
        self.codes[0] = self.rules.joined.whole(self.codes[1 : self.rules.first])


class _Slot:
    """What durable_rules decides about one slot.

    Attributes:
        tests: number, operator and cell of each comparison.
        selects: the indicators one of whose tables it picks a column of.
    """

    def __init__(self, place: int, fact: Fact, exact: bool) -> None:
        self.place, self.fact, self.exact = place, fact, exact
        self.tests: dict[tuple[Op, object, object], tuple[int, Cell]] = {}
        self.selects: dict[int, None] = {}
        self.values = fact.values or (False, True)

    def outcomes(self, slot: object) -> list[tuple[int, int]]:
        """Return the outcome of each comparison for a value, by the closures of the scalar engine."""
        return [(n, leaf_of(self.fact, 0, op, cell, self.exact)([slot])) for (op, *_), (n, cell) in self.tests.items()]

    def message(self, slot: typing.Any) -> Mapping[str, Number]:
        """Return the slot as a fact of durable_rules."""
        if slot is None or slot is Unclear.AMBIGUOUS:
            return {MISSING: self.place}
        if not self.fact.type.numeric:
            return {SLOT: self.place, VALUE: self.values.index(slot)}
        if type(slot) is not tuple:
            return {SLOT: self.place, FIGURE: slot}
        if not slot[1]:
            return {EMPTY: self.place}
        limits = (typing.cast(Decimal, cell.value) for _, cell in self.tests.values())
        return {SLOT: self.place, FIGURE: beside(Fraction(*slot), limits)}

    def rules(self) -> Iterator[Rule]:
        """Yield the rules that the value of the slot can match."""
        here: Test = ("==", SLOT, self.place)
        if self.fact.type.numeric:
            for (op, *_), (number, cell) in self.tests.items():
                limit = float(typing.cast(Decimal, cell.value))
                yield f"t{number}.holds", [here, (_OPS[op], FIGURE, limit)], _deciding([(number, 1)])
                yield f"t{number}.fails", [here, (EXCLUSIVE[_OPS[op]], FIGURE, limit)], _deciding([(number, 0)])
            return
        for index, value in enumerate(self.values):
            yield f"v{self.place}.{index}", [here, ("==", VALUE, index)], _deciding(self.outcomes(value), self.selects)


def beside(exact: Fraction, limits: Iterable[Decimal]) -> float:
    """Return the double that lies to every limit as an exact ratio does.

    The nearest one; where that falls on a limit the ratio does not reach, or exceeds, the one next to it. Two limits of
    15 digits are never that near to each other.
    """
    nearest = float(exact)
    for limit in limits:
        if nearest == float(limit) and exact != Fraction(limit):
            return math.nextafter(nearest, math.inf if exact > Fraction(limit) else -math.inf)
    return nearest


class DurableRules:
    """A ruleset as rules of durable_rules.

    Attributes:
        size: how many slots there are; the outcomes of comparisons and prerequisites follow.
        indicators: the code of each indicator over slots and outcomes.
        readers: the indicators that read each comparison or prerequisite.
        findings: number, outcome and slots read of each prerequisite, which the scalar engine works out.
    """

    def __init__(self, ruleset: Ruleset, joined: Pass, dependencies: Dependencies) -> None:
        places = dependencies.program.places
        self.joined = joined
        self.criterion_of = dependencies.criterion
        self.size, self.first = len(places), 1 + len(ruleset.criteria)
        self.slots: dict[int, _Slot] = {}
        self.readers: list[dict[int, None]] = []
        self.findings: list[tuple[int, Code, frozenset[int]]] = []
        compiler = _Compiler(ruleset, places, self)
        self.indicators: list[Code] = []
        for criterion in ruleset.criteria:
            for indicator in criterion.indicators:
                compiler.number = len(self.indicators)
                self.indicators.append(compiler.indicator(indicator))
        self.start = [*[None] * self.size, *[2] * len(self.readers)]
        codes = bytes([code(self.start) for code in self.indicators])
        criteria = bytes([joined.criterion(n, codes) for n in range(len(ruleset.criteria))])
        self.start_codes = bytes([joined.whole(criteria)]) + criteria + codes
        self.driver = self._driver()

    def _driver(self) -> Driver:
        made = list(self._rules())
        facts = [f"slot{place}" for place in self.slots] + [f"found{number}" for number, *_ in self.findings]
        chained = [name for name, *_ in self._chained()]
        return Driver({n: tests for n, tests, _ in made}, {n: action for n, _, action in made}, facts + chained)

    def _rules(self) -> Iterator[Rule]:
        for slot in self.slots.values():
            yield from slot.rules()
        yield MISSING, [("$ex", MISSING, 1)], self._missing
        yield EMPTY, [("$ex", EMPTY, 1)], self._empty
        for number, *_ in self.findings:
            for code in range(4):
                tests: list[Test] = [("==", FOUND, number), ("==", OUTCOME, code)]
                yield f"f{number}.{code}", tests, _deciding([(number, code)])
        yield from self._chained()

    def _chained(self) -> Iterator[Rule]:
        """Yield the rules that others trigger; each is called as the fact that triggers it."""
        for number in range(len(self.indicators)):
            yield f"i{number}", [("==", INDICATOR, number)], _calling(Unit.indicator, number)
        for number in range(self.first - 1):
            yield f"c{number}", [("==", CRITERION, number)], _calling(Unit.criterion, number)
        yield SET, [("==", SET, 1)], lambda unit, _: unit.whole()

    def _missing(self, unit: Unit, match: str) -> None:
        slot = self.slots[_matched(match, MISSING)]
        _deciding([(number, 2) for number, _ in slot.tests.values()], slot.selects)(unit, match)

    def _empty(self, unit: Unit, match: str) -> None:
        _deciding(self.slots[_matched(match, EMPTY)].outcomes(_EMPTY))(unit, match)


@typing.final
class _Compiler(Compiler):
    """Compiles conditions to closures that read the outcomes of comparisons instead of comparing."""

    def __init__(self, ruleset: Ruleset, places: Mapping[str, int], into: DurableRules) -> None:
        super().__init__(ruleset, places, ruleset.minimum_evidence)
        self.into = into
        self.number = 0

    def against(self, fact: str, op: Op, cell: Cell) -> Code:
        """Return the outcome of a comparison; the same comparison is made once."""
        slot = self.slot(fact)
        key = (op, cell.value, cell.when_empty)
        if key not in slot.tests:
            slot.tests[key] = len(self.into.readers), cell
            self.into.readers.append({})
        return self.outcome(slot.tests[key][0])

    def table(self, leaf: Compared, table: Table) -> Code:
        """Return a comparison with a table: its selectors have to trigger the indicator too."""
        for selector in table.by:
            if selector not in self.bindings:
                self.slot(selector).selects[self.number] = None
        return super().table(leaf, table)

    def finding(self, other: Ruleset) -> Code:
        """Return the outcome of a prerequisite."""
        reads = frozenset(places_of(other, self.places))
        self.into.findings.append((len(self.into.readers), finding_of(other, self.places, self.floor), reads))
        self.into.readers.append({})
        return self.outcome(self.into.findings[-1][0])

    def slot(self, fact: str) -> _Slot:
        """Return what is decided about a fact."""
        place = self.places[fact]
        return self.into.slots.setdefault(place, _Slot(place, self.facts[fact], fact in self.ratios))

    def outcome(self, number: int) -> Code:
        """Read the outcome of a comparison or prerequisite, for the indicator that is being compiled."""
        self.into.readers[number][self.number] = None
        place = self.into.size + number
        return lambda slots: typing.cast(int, slots[place])


def _deciding(outcomes: list[tuple[int, int]], selects: Collection[int] = ()) -> Action:
    def action(unit: Unit, _match: str) -> None:
        unit.touch(selects)
        for number, code in outcomes:
            unit.decide(number, code)

    return action


def _calling(method: Callable[[Unit, int], None], number: int) -> Action:
    return lambda unit, _: method(unit, number)


def _matched(match: str, name: str) -> int:
    """Return the value of a property of the fact that a rule matched."""
    return int(json.loads(match)[name]["m"][name])
