"""One side of a comparison: an indicator of a ruleset, in one year, ready to be asked."""

import typing
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve, frozen

from ntm_rules.difference.changes import Asked
from ntm_rules.difference.match import Placed
from ntm_rules.difference.trials import Given
from ntm_rules.messages.errors import FactError
from ntm_rules.model.conditions import All, Any, AtLeast, Comparison, Condition, Meets, Not, Open
from ntm_rules.model.rewrite import map_leaves, members
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import GENERAL, Table, bound_threshold, matching, selected
from ntm_rules.model.walk import leaves
from ntm_rules.verdict.compare import Unclear
from ntm_rules.verdict.facts import BadValue
from ntm_rules.verdict.program import Program, program_of

Slots = tuple[tuple[int, typing.Any], ...]
Judged = tuple[int | None, dict[str, str]]
"""An outcome code, and the values of the selectors; None where the set has no such indicator."""


def in_year(ruleset: Ruleset, year: int) -> Ruleset:
    """Return the same law with another column of yearly thresholds; prerequisites too."""
    if ruleset.year == year:
        return ruleset

    def leaf(node: Comparison | Meets | Open) -> Condition:
        if isinstance(node, Meets) and node.resolved is not None:
            return evolve(node, resolved=in_year(node.resolved, year))
        return node

    def moved(i: Indicator) -> Indicator:
        applies = None if i.applies_if is None else map_leaves(i.applies_if, leaf)
        return evolve(i, require=map_leaves(i.require, leaf), applies_if=applies)

    criteria = tuple(evolve(c, indicators=tuple(map(moved, c.indicators))) for c in ruleset.criteria)
    bindings = tuple((name, str(year) if name == "year" else value) for name, value in ruleset.bindings)
    return evolve(ruleset, year=year, bindings=bindings, criteria=criteria)


@frozen(eq=False)
class AskedIndicator:
    """One indicator of one set, ready to be asked.

    Attributes:
        place: where its code is among those of the indicators.
    """

    ruleset: Ruleset
    program: Program
    place: int
    indicator: Indicator

    @classmethod
    def of(cls, ruleset: Ruleset, placed: Placed) -> "AskedIndicator":
        """Return the side for an indicator of a ruleset."""
        return cls(ruleset, program_of(ruleset), placed.place, placed.indicator)

    @property
    def conditions(self) -> dict[str, Condition]:
        """The condition and, where there is one, ``applies_if``, by role."""
        applies = self.indicator.applies_if
        return {"require": self.indicator.require} | ({} if applies is None else {"applies_if": applies})

    def asked(self) -> Iterator[tuple[str, str, Comparison | Meets | Open]]:
        """Role, address and node of all that is asked."""
        for role, condition in self.conditions.items():
            for address, leaf in leaves(condition, self.indicator.no):
                yield role, address, leaf

    def tables(self) -> Iterator[Table]:
        """Yield the tables that its comparisons read."""
        for _, _, leaf in self.asked():
            threshold = None if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
            if isinstance(threshold, Table):
                yield threshold

    def selectors(self) -> tuple[str, ...]:
        """Return the selectors of its tables, each once."""
        return tuple(dict.fromkeys(name for table in self.tables() for name in table.by))

    def slots_of(self, given: Given) -> Slots | None:
        """Return the places and values of some facts; None where the set cannot take them."""
        try:
            values = self.program.checker.check(given, None).values
        except FactError:
            return None
        return tuple((place, value) for place, value in enumerate(values) if value is not None)

    def in_column(self, values: Mapping[str, str]) -> tuple[Asked, ...]:
        """Return what is asked where the selectors have these values."""
        found: list[Asked] = []
        units = {f.id: f.unit.id for f in self.ruleset.fact_by_id.values() if f.unit}
        for role, address, leaf in self.asked():
            unit = units.get(leaf.fact) if isinstance(leaf, Comparison) else None
            threshold = leaf.cell if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
            if isinstance(threshold, Table):
                match = matching(threshold, tuple(values[name] for name in threshold.by))
                found.append(Asked(role, address, leaf, match[1] if match else None, unit))
            else:
                found.append(Asked(role, address, leaf, threshold, unit))
        return tuple(found)

    @property
    def form(self) -> tuple[object, ...]:
        """The conditions without their thresholds, how compared facts are worked out, and which cells count."""
        compared = {name for _, _, leaf in self.asked() if isinstance(leaf, Comparison) for name in leaf.facts}
        rules = tuple(d.rule for d in self.ruleset.derived if d.id in compared)
        floor = self.ruleset.minimum_evidence
        return (tuple((role, _form(condition)) for role, condition in self.conditions.items()), rules, floor)

    @property
    def years(self) -> set[str]:
        """The years that its tables print, and ``*`` for all others; empty where no table is by year."""
        return {key[t.by.index("year")] for t in self.tables() if "year" in t.by for key, _ in t.cells} - {GENERAL}

    def asker(self) -> Callable[[Iterable[Slots]], Judged | None]:
        """Answers for facts in slots; None where no unit has them, or they put it in no column."""
        program, selectors = self.program, self.selectors()
        empty = program.checker.check({}, None).values
        indicator = program.asked.indicators[self.place]
        places = [(name, program.places[name]) for name in selectors]

        def answer(parts: Iterable[Slots]) -> Judged | None:
            values = [*empty]
            for part in parts:
                for place, value in part:
                    values[place] = value
            try:
                slots = program.asked.slots(values)
            except BadValue:  # a part above its whole
                return None
            columns = {name: slots[place] for name, place in places}
            if any(value is None or value is Unclear.AMBIGUOUS for value in columns.values()):
                return None
            return indicator(slots), {name: selected(value) for name, value in columns.items()}

        return answer


def _form(condition: Condition) -> tuple[object, ...]:
    """Return what a condition is, without its thresholds."""
    match condition:
        case Comparison():
            return (condition.facts, condition.op)
        case Meets():
            return (condition.ruleset, condition.by, condition.recognised)
        case AtLeast():
            return (AtLeast, condition.k, *map(_form, condition.members))
        case All() | Any() | Not() | Open():
            return (type(condition), *map(_form, members(condition)))
        case _:
            typing.assert_never(condition)
