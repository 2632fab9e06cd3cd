"""Made-up communes of one ruleset: which values of its facts are worth trying, and facts that fit together."""

import math
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import say
from ntm_rules.model.conditions import Comparison, Open
from ntm_rules.model.consistency import How, Relation, relations
from ntm_rules.model.facts import Direction, Fact, FactType, RatioOf
from ntm_rules.model.limits import conditions_of, limits_of
from ntm_rules.model.numbers import MAX_DIGITS, written
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Table, bound_threshold
from ntm_rules.model.walk import leaves, with_prerequisites
from ntm_rules.verdict.program import program_of

Facts = Mapping[str, FactValue]
_WHOLES = (1000, 7)
_ROUNDS = 6
_DIGITS = Context(prec=MAX_DIGITS)


@public("testing")
class Commune(dict[str, FactValue]):
    """Facts that print as what sets them apart: ``everything met but income_per_capita 44.9``.

    Attributes:
        usual: the facts it is compared with.
        met: False where those leave something unmet.
    """

    def __init__(self, facts: Facts, usual: Facts, met: bool = True) -> None:
        super().__init__(facts)
        self.usual, self.met = usual, met

    def text(self, lang: str = "en") -> str:
        """Return what sets the facts apart, in one line."""
        changed = {n: self.get(n) for n in (*self.usual, *self) if self.get(n) != self.usual.get(n)}
        if not changed:
            return say(lang, "law.everything" if self.met else "law.possible")
        changes = ", ".join(_changed(lang, name, value) for name, value in changed.items())
        return say(lang, "law.everything_but" if self.met else "law.possible_but", changes=changes)

    def __repr__(self) -> str:
        return self.text()


def _changed(lang: str, name: str, value: FactValue | None) -> str:
    return say(lang, "law.missing", name=name) if value is None else f"{name} {value}"


@public("testing")
@frozen
class Setting:
    """One thing that can be changed about a commune: some facts with new values; None takes a fact away."""

    facts: tuple[tuple[str, FactValue | None], ...]

    def on(self, facts: Mapping[str, FactValue | None]) -> dict[str, FactValue | None]:
        """Return the facts with the change made."""
        return {**facts, **dict(self.facts)}


def changed_by(facts: Facts, settings: Iterable[Setting]) -> dict[str, FactValue | None]:
    """Return the facts after one change after another."""
    found: dict[str, FactValue | None] = dict(facts)
    for setting in settings:
        found = setting.on(found)
    return found


@frozen
class Repertoire:
    """The settings of a ruleset's facts: beside every threshold, every level, yes and no, and missing.

    Attributes:
        ratios: every share with its parts, those of prerequisites included.
        undecided: the facts by which others may still grow.
        relations: what facts have to be to others.
        limits: the numbers each fact is compared with.
        by_fact: the settings of each input, the plain ones first.
    """

    ruleset: Ruleset
    inputs: Mapping[str, Fact] = field(init=False)
    ratios: tuple[tuple[Fact, RatioOf], ...] = field(init=False)
    undecided: frozenset[str] = field(init=False)
    limits: Mapping[str, tuple[Decimal, ...]] = field(init=False)
    by_fact: Mapping[str, tuple[Setting, ...]] = field(init=False)
    every: tuple[Setting, ...] = field(init=False)
    relations: tuple[Relation, ...] = field(init=False)

    @inputs.default
    def _inputs(self) -> Mapping[str, Fact]:
        return self.ruleset.inputs()

    @ratios.default
    def _ratios(self) -> tuple[tuple[Fact, RatioOf], ...]:
        return tuple(dict.fromkeys(ratios_of(self.ruleset)))

    @relations.default
    def _relations(self) -> tuple[Relation, ...]:
        return relations(self.inputs.values())

    @undecided.default
    def _undecided(self) -> frozenset[str]:
        return frozenset(fact.undecided for fact in self.ruleset.facts if fact.undecided is not None)

    @limits.default
    def _limits(self) -> Mapping[str, tuple[Decimal, ...]]:
        return limits_of(self.ruleset)

    @by_fact.default
    def _by_fact(self) -> Mapping[str, tuple[Setting, ...]]:
        exact = exact_facts(self.ruleset)
        shares = {fact.id: (fact, ratio) for fact, ratio in self.ratios}
        made = {name: list(self._plain(fact, name in exact)) for name, fact in self.inputs.items()}
        for fact, ratio in shares.values():
            home = fact.id if fact.id in made else ratio.part
            made[home] += self._parts(fact, ratio)
        return {name: tuple(dict.fromkeys(found)) for name, found in made.items()}

    @every.default
    def _every(self) -> tuple[Setting, ...]:
        return tuple(setting for found in self.by_fact.values() for setting in found)

    def values(self, name: str) -> tuple[FactValue, ...]:
        """Return the values of a fact that are worth trying."""
        found = (dict(s.facts).get(name) for s in self.by_fact[name])
        return tuple(dict.fromkeys(v for v in found if v is not None))

    def _plain(self, fact: Fact, steps: bool) -> Iterator[Setting]:
        """Yield the fact alone; a share given as a figure takes its part away."""
        gone = ((fact.ratio.part, None),) if fact.ratio is not None else ()
        for value in (*values_near(fact, self.limits.get(fact.id, ()), steps), None):
            yield Setting(((fact.id, value), *gone) if value is not None else ((fact.id, None),))

    def _parts(self, fact: Fact, ratio: RatioOf) -> Iterator[Setting]:
        """Part and whole whose ratio lies at, just below and just above each limit, and a share of nothing."""
        part, whole = self.inputs.get(ratio.part), self.inputs.get(ratio.whole)
        if part is None or whole is None:
            return
        unit = 10**part.decimals
        edges = (*self.limits.get(fact.id, ()), Decimal(0), Decimal(fact.scale))
        for total in _WHOLES:
            found: dict[int, None] = {}
            for limit in edges:
                edge = limit * total * unit / fact.scale
                found |= dict.fromkeys((math.ceil(edge), math.ceil(edge) - 1, math.floor(edge) + 1))
            for steps in found:
                if steps >= 0 and (fact.type is not FactType.PERCENT or steps <= total * unit):
                    here = ((ratio.part, plain(Decimal(steps) / unit)), (ratio.whole, total))
                    yield Setting(here)
                    if fact.undecided is not None and steps < total:
                        yield Setting((*here, (fact.undecided, 1)))
        if allowed(part, Decimal(0)) and allowed(whole, Decimal(0)):
            yield Setting(((ratio.part, 0), (ratio.whole, 0)))

    def settled(self, facts: Mapping[str, FactValue | None]) -> dict[str, FactValue]:
        """Return the facts that are given, none of which contradicts others.

        Of two that do the better one changes, so that what fails goes on failing; where that does not do, both go.
        """
        found = self._within(facts)
        for rest in reversed(range(_ROUNDS)) if self.relations else ():
            odd = {name: value for each in self.relations for name, value in self._mended(each, found).items()}
            if not odd:
                break
            found = self._within({**found, **(odd if rest else dict.fromkeys(odd))})
        return found

    def _mended(self, relation: Relation, facts: Facts) -> Facts:
        """Return other values for facts that contradict each other: for those that are better, or for the whole."""
        whole, total = relation.whole, self._number(relation.whole, facts)
        numbers = {f: n for f in relation.parts if (n := self._number(f, facts)) is not None}
        if total is None or not numbers or not relation.contradicted(list(map(float, numbers.values())), float(total)):
            return {}
        if relation.how is How.MEAN:
            known = {whole: min(numbers.values())} if whole.id in facts else dict.fromkeys(numbers, total)
            return {fact.id: plain(round(n, fact.decimals)) for fact, n in known.items() if fact.id in facts}
        part = next(iter(numbers))
        lower = len(numbers) == 1 and part.direction is not Direction.LESS and not relation.adds_up
        if relation.of_shares and (part.id if lower else whole.id) not in facts:  # it follows from its own parts
            lower = not lower
        if lower:
            return {part.id: plain(round(total, part.decimals))}
        return {whole.id: plain(round(sum(numbers.values(), Decimal(0)), whole.decimals))}

    def _number(self, fact: Fact, facts: Facts) -> Decimal | None:
        """Return a number that is given, of a share without a figure what follows from its parts."""
        if fact.id in facts:
            return number(facts[fact.id])
        if fact.ratio is None or not {fact.ratio.part, fact.ratio.whole} <= facts.keys():
            return None
        whole = number(facts[fact.ratio.whole])
        return fact.scale * number(facts[fact.ratio.part]) / whole if whole else None

    def _within(self, facts: Mapping[str, FactValue | None]) -> dict[str, FactValue]:
        """Return the facts that are given, no part (with what is undecided) above its whole, no share beside parts."""
        found = {name: value for name, value in facts.items() if value is not None and name in self.inputs}
        changed = True
        while changed:
            changed = False
            for fact, ratio in self.ratios:
                part, whole = found.get(ratio.part), found.get(ratio.whole)
                if part is None or whole is None:
                    continue
                found.pop(fact.id, None)
                if fact.type is FactType.PERCENT and number(part) > number(whole):
                    unit = 10 ** self.inputs[ratio.part].decimals
                    found[ratio.part] = plain(Decimal(math.floor(number(whole) * unit)) / unit)
                    changed = True
        for fact, ratio in self.ratios:
            if fact.type is FactType.PERCENT and {fact.undecided, ratio.part, ratio.whole} <= found.keys():
                undecided = typing.cast(str, fact.undecided)
                rest = number(found[ratio.whole]) - number(found[ratio.part])
                found[undecided] = plain(min(rest, number(found[undecided])))
        return found


def ratios_of(ruleset: Ruleset) -> Iterator[tuple[Fact, RatioOf]]:
    """Every share with its part and whole, given or worked out, those of prerequisites included."""
    for asked in with_prerequisites(ruleset):
        yield from ((fact, fact.ratio) for fact in asked.facts if fact.ratio is not None)
        yield from ((d.fact, d.rule) for d in asked.derived if isinstance(d.rule, RatioOf))


def exact_facts(ruleset: Ruleset) -> frozenset[str]:
    """Return the facts that are whole steps of their last digit: parts and wholes of shares, parts of scores."""
    return frozenset(
        (*(n for _, r in ratios_of(ruleset) for n in (r.part, r.whole)), *program_of(ruleset).checker.stepped)
    )


def values_near(fact: Fact, limits: Iterable[Decimal], steps: bool = False) -> tuple[FactValue, ...]:
    """Values worth trying: at each limit, one step beside it, the floats next to it, the bounds.

    Args:
        steps: whole steps of the fact's last digit only, as parts and wholes of ratios need.
    """
    if fact.type is FactType.BOOLEAN:
        return (True, False)
    if not fact.type.numeric:
        return fact.values
    step = Decimal(1).scaleb(-fact.decimals)
    bounds = [bound for bound in (fact.minimum, fact.maximum) if bound is not None]
    edges = dict.fromkeys([*limits, *bounds]) or dict.fromkeys([Decimal(0), Decimal(1)])
    near = [plain(n) for edge in edges for n in (edge, edge - step, edge + step)]
    if steps:
        near = [n for n in near if number(n) % step == 0] or [0]
    elif fact.type is not FactType.COUNT:
        # one unit off in a float is the number itself, one in the last of 15 digits is another one
        near += [math.nextafter(float(edge), way) for edge in edges for way in (-math.inf, math.inf) if edge]
        near += [float(n) for edge in edges if edge for n in (edge.next_minus(_DIGITS), edge.next_plus(_DIGITS))]
    return tuple(dict.fromkeys(n for n in near if allowed(fact, number(n))))


def allowed(fact: Fact, value: Decimal) -> bool:
    """Return True if a number lies within the bounds of a fact."""
    whole = fact.type is not FactType.COUNT or value == value.to_integral_value()
    return whole and (fact.minimum is None or value >= fact.minimum) and (fact.maximum is None or value <= fact.maximum)


def plain(value: Decimal) -> int | float:
    """Return a number as a caller would write it."""
    return int(value) if value == value.to_integral_value() else float(value)


def number(value: object) -> Decimal:
    """Return a numeric value, exact."""
    return typing.cast(Decimal, written(value))


def tables_of(ruleset: Ruleset) -> Iterator[Table]:
    """Every table of the set."""
    for condition in conditions_of(ruleset):
        for _, leaf in leaves(condition):
            if isinstance(leaf, Comparison | Open):
                threshold = bound_threshold(leaf.threshold)
                if isinstance(threshold, Table):
                    yield threshold
