"""The scalar engine: conditions and derived facts as closures over slots, for one floor of evidence."""

import itertools
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import evolve

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Addend, MaxOf, MinOf, Op, PointsOf, SumOf
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.fold import Compared, Engine
from ntm_rules.model.numbers import rounded
from ntm_rules.model.outcomes import ALL, ANY, Outcome, at_least_of, guarded, negation_of
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.scoring import Part
from ntm_rules.model.spans import ends_of
from ntm_rules.model.stated import stated
from ntm_rules.model.thresholds import Cell, Table, matching, selected
from ntm_rules.verdict.compare import Code, Slots, Unclear, always, bare_most, exact, is_open, leaf_of
from ntm_rules.verdict.facts import Slot, ratio_of, scaled

Value = Callable[[Slots], Slot | Unclear]
Finding = Callable[[Ruleset], Code]

_OPEN = always(Outcome.UNDETERMINED)


class Compiler(Engine[Code, Value]):
    """Compiles the conditions of one ruleset.

    Args:
        places: the slot of each fact.
        floor: cells below it are undetermined.
        finding: compiles another ruleset to its outcome over the same slots; undetermined unless given.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        places: Mapping[str, int],
        floor: Evidence | None,
        finding: Finding = lambda _: _OPEN,
    ) -> None:
        self.places = places
        self.floor = floor
        self._finding = finding
        self.bindings = dict(ruleset.bindings)
        self.ends = ends_of(ruleset)
        ends = [(end, ruleset.fact_by_id[name]) for name, pair in self.ends.items() for end in pair if end != name]
        self.facts: dict[str, Fact] = {**ruleset.fact_by_id} | {end: evolve(f, id=end) for end, f in ends}
        self.ratios = {f.id for f in self.facts.values() if f.ratio is not None}
        for derived in ruleset.derived:
            rule = derived.rule
            if isinstance(rule, RatioOf | PointsOf | SumOf) or (
                isinstance(rule, MinOf | MaxOf) and self.ratios & set(rule.facts)
            ):
                self.ratios.add(derived.id)
        self.ratios |= {end for end, fact in ends if fact.id in self.ratios}

    # -- outcomes ------------------------------------------------------------------------------

    def constant(self, outcome: Outcome) -> Code:
        """Return a code whatever the facts."""
        return always(outcome)

    def all(self, members: Sequence[Code]) -> Code:
        """Return the least of the members' codes: ``ALL``, folded until nothing can change it."""

        def code(slots: Slots) -> int:
            seen = 3
            for member in members:
                seen = ALL[seen][member(slots)]
                if not seen:
                    return 0
            return seen

        return code

    def any(self, members: Sequence[Code]) -> Code:
        """``ANY``, folded until nothing can change it."""

        def code(slots: Slots) -> int:
            seen = 0
            for member in members:
                seen = ANY[seen][member(slots)]
                if seen == 1:
                    return 1
            return seen

        return code

    def at_least(self, k: int, members: Sequence[Code]) -> Code:
        """Return the code of at least *k* members."""
        return lambda slots: at_least_of(k, [member(slots) for member in members])

    def negated(self, member: Code) -> Code:
        """Return the code of what is met when the member is not."""
        return lambda slots: negation_of(member(slots))

    def guarded(self, applies: Code, condition: Code) -> Code:
        """Return the code of an indicator with ``applies_if``."""
        return lambda slots: guarded(applies(slots), condition(slots))

    def capped(self, member: Code) -> Code:
        """Return undetermined in place of what is not *not met*."""
        return lambda slots: 2 if member(slots) else 0

    def denying(self, member: Code) -> Code:
        """Return not applicable in place of what is not *not met*."""
        return lambda slots: 3 if member(slots) else 0

    def agreed(self, one: Code, other: Code) -> Code:
        """Return what both say; undetermined where they differ."""
        return lambda slots: code if (code := one(slots)) == other(slots) else 2

    # -- comparisons ---------------------------------------------------------------------------

    def table(self, leaf: Compared, table: Table) -> Code:
        """Return the code of a comparison with a table: one closure a cell, found by the slots of the selectors."""
        free = [s for s in dict.fromkeys(table.by) if s not in self.bindings]
        made: dict[int, Code] = {}
        rows: dict[tuple[typing.Any, ...], Code] = {}
        for values, cell in self.columns(table, free):
            rows[values] = made[id(cell)] = made.get(id(cell)) or self.cell(leaf, cell)
        if not free:
            return rows.get((), _OPEN)
        places = [self.places[s] for s in free]
        if len(places) == 1:
            place, get_one = places[0], {value: code for (value,), code in rows.items()}.get
            return lambda slots: get_one(slots[place], _OPEN)(slots)
        get = rows.get
        return lambda slots: get(tuple([slots[p] for p in places]), _OPEN)(slots)

    def columns(self, table: Table, free: Sequence[str]) -> Iterator[tuple[tuple[typing.Any, ...], Cell]]:
        """Yield the values that the free selectors may have, each with the cell that binds, where one does."""
        for values in itertools.product(*(self.facts[s].values or (True, False) for s in free)):
            texts = {s: selected(value) for s, value in zip(free, values, strict=True)} | self.bindings
            found = matching(table, tuple(texts[s] for s in table.by))
            if found is not None:
                yield values, found[1]

    def against(self, fact: str, op: Op, cell: Cell) -> Code:
        """Return the code of a slot against a cell that is set: the one place where a fact meets a number."""
        return leaf_of(self.facts[fact], self.places[fact], op, cell, fact in self.ratios)

    def finding(self, other: Ruleset) -> Code:
        """Return the outcome of another ruleset over the same slots."""
        return self._finding(other)

    # -- derived facts -------------------------------------------------------------------------

    def or_given(self, fact: Fact, found: Value) -> Value:
        """Return what is worked out; what is in the slot beside where that is open and something was given."""
        place = self.places[stated(fact.id)]

        def value(slots: Slots) -> Slot | Unclear:
            own, given = found(slots), slots[place]
            return own if given is None or not is_open(own) else given

        return value

    def picked(self, fact: Fact, guard: Code, value: Value, other: Value) -> Value:
        """Return a value where its guard is met, the other one elsewhere; none where that is open and matters."""

        def found(slots: Slots) -> Slot | Unclear:
            code = guard(slots)
            if code == 1:
                return value(slots)
            rest = other(slots)
            return rest if code != 2 or value(slots) == rest else None

        return found

    def literal(self, fact: Fact, value: str | Decimal | None) -> Value:
        """Return one of the values of a fact; a number as slots hold it."""
        slot = float(value) if isinstance(value, Decimal) else value
        return lambda _: slot

    def ambiguous(self, fact: Fact) -> Value:
        """Return that two rows of an exclusive case hold."""
        return lambda _: Unclear.AMBIGUOUS

    def value(self, fact: Fact, name: str) -> Value:
        """Return what is in the slot of another fact."""
        place = self.places[name]
        return lambda slots: slots[place]

    def quotient(self, fact: Fact, rule: RatioOf) -> Value:
        """Return part and whole in the fact's unit."""
        part, whole = self.facts[rule.part], self.facts[rule.whole]
        p, w = self.places[rule.part], self.places[rule.whole]

        def value(slots: Slots) -> Slot | Unclear:
            if slots[p] is None or slots[w] is None:
                return None
            return ratio_of(fact, part, slots[p], whole, slots[w])

        return value

    def extreme(self, facts: Sequence[str], smaller: bool) -> Value:
        """Return the least or the greatest of several facts; a share of nothing, where one is that."""
        places = [self.places[name] for name in facts]
        pick: Callable[..., typing.Any] = min if smaller else max

        def value(slots: Slots) -> Slot | Unclear:
            found = [slots[p] for p in places]
            if None in found:
                return None
            if tuple not in map(type, found):
                return typing.cast(Slot, pick(found))
            empty = next((f for f in found if type(f) is tuple and f[1] == 0), None)
            return empty if empty is not None else typing.cast(Slot, pick(found, key=exact))

        return value

    def points(self, parts: Sequence[tuple[Code | None, Part]], instead: Mapping[str, Decimal]) -> Value:
        """Return the points of the parts that apply, and what these are out of, as numerator and denominator."""
        steps = {part.fact: int(instead[part.fact].scaleb(part.digits)) for _, part in parts if part.fact in instead}
        made = [(applies, self.places[part.fact], self.facts[part.fact], part) for applies, part in parts]

        def value(slots: Slots) -> Slot | Unclear:
            numerator = denominator = 0
            for applies, place, fact, part in made:
                code = 1 if applies is None else applies(slots)
                if code == 2:
                    return None
                if code == 1:
                    given = steps.get(fact.id) if slots[place] is None else scaled(slots[place], fact)
                    if given is None:
                        return None
                    numerator += given * part.factor
                    denominator += part.share
            return numerator, denominator

        return value

    def total(self, addends: Sequence[Addend], over: int) -> Value:
        """Return the sum as numerator and denominator; the denominator is 0 where one of a fact is."""
        made = [(each.factor, self.places[each.fact], self.facts[each.fact]) for each in addends]

        def value(slots: Slots) -> Slot | Unclear:
            top, bottom = 0, 1
            for factor, place, fact in made:
                slot = slots[place]
                if slot is None:
                    return None
                up, down = slot if type(slot) is tuple else (scaled(slot, fact), 10**fact.decimals)
                top, bottom = top * down + factor * up * bottom, bottom * down
            return top, bottom * over

        return value

    def grown(self, fact: Fact) -> Value:
        """Return the most that a fact may become; what is not known to be undecided is decided."""
        place, more = self.places[fact.id], self.places[typing.cast(str, fact.undecided)]
        bare = None if fact.ratio is None else bare_most(fact)

        def value(slots: Slots) -> Slot | Unclear:
            known: Slot = slots[place]
            count: float | None = slots[more]
            if known is None or not count:
                return known
            if isinstance(known, tuple):
                return known[0] + fact.scale * int(count), known[1]
            return rounded(typing.cast(float, known) + count) if bare is None else bare

        return value
