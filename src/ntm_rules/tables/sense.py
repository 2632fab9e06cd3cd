"""Figures that are hardly meant as they stand: fractions for percentages, đồng for million đồng, jumps.

Nothing is refused or changed for it; people look, and say.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from attrs import define, field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.names import one_form
from ntm_rules.model.numbers import unfit, written
from ntm_rules.model.plausible import Plausible
from ntm_rules.tables.unit import UnitFacts

_SHOWN = 3
_JUMP = 10
_SCALES = {"sense.thousand": 1_000, "sense.dong": 1_000_000}
"""By how much figures in thousand đồng and in đồng are greater than in million đồng."""
_MONEY = "million-vnd"
"""How the measures of money begin."""


@public("tables")
@frozen
class Implausible:
    """Figures of one fact that are hardly meant as they stand.

    Attributes:
        code: ``sense.range``, ``sense.thousand``, ``sense.dong``, ``sense.fractions``, ``sense.per`` or ``sense.jump``.
        units: of which the figures are, in the order in which they came.
    """

    fact: str
    units: tuple[str, ...]
    _message: Message

    @property
    def code(self) -> str:
        """What is odd about them."""
        return self._message.code

    def text(self, lang: str = "en") -> str:
        """Return what is odd about them, with the first few.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return self._message.text(lang)


def implausible(
    rows: Iterable[UnitFacts],
    facts: Mapping[str, Fact],
    plausible: Mapping[str, Plausible],
    before: Iterable[UnitFacts] = (),
) -> tuple[Implausible, ...]:
    """Return which figures of units are hardly meant as they stand, by fact.

    Figures outside of what is usual, percentages all at most 1 (not of a fact of which less is better, where that may
    well be so), money in đồng or thousand đồng, and figures ten times as large, or small, as before. It only warns: the
    figures are assessed as they are.

    Args:
        rows: units, as ``tables.read`` yields them.
        facts: the catalogue, ``library.facts``.
        plausible: what is usual, ``library.plausible``.
        before: the units of an earlier file; they are found again by name.
    """
    sense = Sense(facts, plausible, before)
    for unit in rows:
        sense.look(unit)
    return sense.found()


@define
class _Seen:
    """What was odd in one way, of one fact."""

    units: list[str] = field(factory=list)
    values: list[Decimal] = field(factory=list)

    def note(self, unit: str, value: Decimal) -> None:
        self.units.append(unit)
        if len(self.values) < _SHOWN:
            self.values.append(value)

    @property
    def shown(self) -> tuple[str, ...]:
        pairs = zip(self.units, self.values, strict=False)
        rest = ("…",) if len(self.units) > len(self.values) else ()
        return (*(f"{unit}: {value:f}" for unit, value in pairs), *rest)


class Sense:
    """Looks at units one after the other; holds only what is odd, and the units of an earlier file."""

    def __init__(
        self, facts: Mapping[str, Fact], plausible: Mapping[str, Plausible], before: Iterable[UnitFacts] = ()
    ) -> None:
        self.facts, self.plausible = facts, plausible
        self.before = {one_form(unit.unit): _numbers(unit, facts) for unit in before}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._small: dict[str, int] = {}
        self._large: set[str] = set()

    def look(self, unit: UnitFacts) -> None:
        """Look at the figures of a unit."""
        numbers = _numbers(unit, self.facts)
        before = self.before.get(one_form(unit.unit), {})
        for name, value in numbers.items():
            if self.facts[name].type is FactType.PERCENT and value > 0:
                if value > 1:
                    self._large.add(name)
                else:
                    self._small[name] = self._small.get(name, 0) + 1
                    self._note("sense.fractions", name, unit.unit, value)
            usual = self.plausible.get(name)
            if usual is not None:
                self._compare(usual, unit.unit, value, numbers)
            old = before.get(name)
            if old and value and not _JUMP * min(old, value) / max(old, value) > 1:
                self._note("sense.jump", name, unit.unit, value)

    def _compare(self, usual: Plausible, unit: str, value: Decimal, numbers: Mapping[str, Decimal]) -> None:
        """Note a figure that is not what is usual."""
        if usual.per is not None:
            many = numbers.get(usual.per)
            if many and not usual.low <= value / many <= usual.high:
                self._note("sense.per", usual.fact, unit, value)
            return
        if usual.low <= value <= usual.high:
            return
        measure = self.facts[usual.fact].unit
        scales = _SCALES if measure is not None and measure.id.startswith(_MONEY) else {}
        meant = (code for code, scale in scales.items() if usual.low <= value / scale <= usual.high)
        self._note(next(meant, "sense.range"), usual.fact, unit, value)

    def _note(self, code: str, fact: str, unit: str, value: Decimal) -> None:
        self._seen.setdefault((fact, code), _Seen()).note(unit, value)

    def found(self) -> tuple[Implausible, ...]:
        """Return what was odd, in the order in which it came up."""
        return tuple(self._found())

    def _found(self) -> Iterator[Implausible]:
        for (name, code), seen in self._seen.items():
            if code == "sense.fractions" and not self._fractions(name):
                continue
            usual = self.plausible.get(name)
            ends = {} if usual is None else {"low": usual.low, "high": usual.high, "per": usual.per}
            told = {**ends, "fact": name, "count": len(seen.units), "shown": seen.shown}
            yield Implausible(name, tuple(seen.units), Message(code, **told))

    def _fractions(self, name: str) -> bool:
        """Return whether all of several percentages are at most 1, of a fact of which less is not better."""
        several = self._small[name] > 1 and name not in self._large
        return several and self.facts[name].direction is not Direction.LESS


def _numbers(unit: UnitFacts, facts: Mapping[str, Fact]) -> dict[str, Decimal]:
    """Return the figures of a unit that are numbers; of those that no rule takes only the rules tell."""
    found: dict[str, Decimal] = {}
    for name, given in unit.facts.items():
        if name in facts and facts[name].type.numeric:
            value = written(given.get("value") if isinstance(given, Mapping) else given)
            if value is not None and unfit(value) is None:
                found[name] = value
    return found
