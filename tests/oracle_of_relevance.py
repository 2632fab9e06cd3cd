"""What may still change an outcome, as the semantics tell it, by going through everything that can still be given.

It asks the engine only for what the figures say of a unit; values, states and the second reading are worked out anew.
"""

import itertools
import math
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import define, field

import oracle
from ntm_rules import FactError, Outcome, Ruleset
from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.citations import Evidence
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.judgements import Judgement
from ntm_rules.model.rulesets import Indicator
from ntm_rules.model.thresholds import asked_of, bound_threshold
from ntm_rules.verdict.program import check_facts, program_of
from property.strategies import limits, numbers_near, worked_out_ratios

Facts = Mapping[str, typing.Any]
Said = tuple[str | None, ...]
Figures = tuple[tuple[str, bool], ...]
"""Of each indicator what the figures say, and whether it is computed that it applies."""

OPEN = oracle.UNDETERMINED
ANSWERS = (None, oracle.MET, oracle.NOT_MET, oracle.NOT_APPLICABLE)
WHOLES = (0, 1, 3, 7, 8, 40, 1000, 100_000)


def below(ruleset: Ruleset, target: str | None) -> list[Indicator]:
    """The indicators of a target."""
    found = [indicator for _, indicator in walk.indicators(ruleset)]
    if target is None:
        return found
    alone = [indicator for indicator in found if indicator.no == target]
    return alone or [i for criterion, i in walk.indicators(ruleset) if criterion.no == target]


def read_by(ruleset: Ruleset, target: str | None, floor: Evidence | None) -> list[str]:
    """The facts that the conditions of a target read, through derived ones, prerequisites included.

    Not what is compared with nothing: no cell asks a value of it.
    """
    found: list[str] = []
    for indicator in below(ruleset, target):
        for condition in (indicator.applies_if, indicator.require):
            for _, leaf in () if condition is None else walk.leaves(condition):
                silent = leaf.facts if isinstance(leaf, c.Comparison) and asks_nothing(leaf, floor) else ()
                for name in walk.facts_of(leaf):
                    found += [] if name in silent else walk.given_for(ruleset, name)
            for other in () if condition is None else walk.prerequisites_of(condition):
                found += read_by(other, None, floor)
    return list(dict.fromkeys(found))


def asks_nothing(leaf: c.Comparison, floor: Evidence | None) -> bool:
    """Whether no cell of a comparison asks a value."""
    cells = [cell for _, _, cell in walk.threshold_cells(bound_threshold(leaf.threshold))]
    return all(asked_of(cell, floor).cell is None for cell in cells)


def missing(ruleset: Ruleset, given: Facts, target: str | None) -> list[str]:
    """The facts that are inputs."""
    inputs = ruleset.inputs()
    by_parts = {f.id for f in ruleset.facts if f.ratio and f.ratio.part in given and f.ratio.whole in given}
    return [
        n
        for n in read_by(ruleset, target, ruleset.minimum_evidence)
        if n in inputs and n not in given and n not in by_parts
    ]


def ratios(ruleset: Ruleset) -> list[tuple[Fact, RatioOf]]:
    """Every share with its part and whole."""
    return [(f, f.ratio) for f in ruleset.facts if f.ratio] + worked_out_ratios(ruleset)


def values(ruleset: Ruleset, name: str, given: Facts) -> list[object]:
    """What a fact is tried with."""
    fact, near = ruleset.fact_by_id[name], limits(ruleset)
    if fact.type is FactType.BOOLEAN:
        return [True, False]
    if not fact.type.numeric:
        return list(fact.values)
    edges = sorted({*near.get(name, []), *(b for b in (fact.minimum, fact.maximum) if b is not None)})
    found = [n for n in numbers_near(fact, edges) if isinstance(n, Decimal)]
    found += [(one + other) / 2 for one, other in itertools.pairwise(edges) if fact.type is not FactType.COUNT]
    steps = [Fraction(edge) * 10**fact.decimals for edge in edges]
    found += [Decimal(n).scaleb(-fact.decimals) for s in steps for n in (math.floor(s), math.floor(s) + 1)]
    parts = fact.consistency.sum_of if fact.consistency else ()
    if parts and all(given.get(part) is not None for part in parts):  # nothing else fits beside these
        found.append(Decimal(sum(Fraction(str(given[part])) for part in parts).numerator))
    for share, ratio in ratios(ruleset):
        if name == ratio.whole:
            found += [Decimal(n) for n in WHOLES]
            found += [n for n in found if n > 1]
        if name == ratio.part:
            total = given.get(ratio.whole)
            for whole in WHOLES if total is None else [Fraction(str(total))]:
                near_share = [*near.get(share.id, []), Decimal(0), Decimal(share.scale)]
                near_share += [oracle.written(given[share.id])] if share.id in given else []
                for limit in near_share:
                    edge = Fraction(limit) * whole / share.scale * 10**fact.decimals
                    near_edge = (math.floor(edge) - 1, math.floor(edge), math.ceil(edge), math.ceil(edge) + 1)
                    found += [Decimal(n).scaleb(-fact.decimals) for n in near_edge if n >= 0]
    for fact in ruleset.facts:
        parts = fact.consistency.sum_of if fact.consistency else ()
        if name in parts and given.get(fact.id) is not None:
            rest = oracle.written(given[fact.id]) - sum(oracle.written(given.get(part) or 0) for part in parts)
            found += [rest] if rest >= 0 else []
    return list(dict.fromkeys(found))


@define
class Everything:
    """All that can become of a target.

    Attributes:
        most: so many states are gone through; None of them where there are more.
    """

    ruleset: Ruleset
    given: Facts
    said: Sequence[Judgement]
    voices: Sequence[str]
    target: str | None
    most: int
    inputs: list[str] = field(init=False)
    states: dict[tuple[object, ...], Figures] = field(init=False, factory=dict)
    size: int = field(init=False)
    _known: dict[tuple[Figures, Said], str] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self.inputs = missing(self.ruleset, self.given, self.target)
        choices = [(None, *values(self.ruleset, name, self.given)) for name in self.inputs]
        self.size = math.prod(map(len, choices))
        if self.size > self.most:
            return
        for chosen in itertools.product(*choices):
            figures = self._figures(chosen)
            if figures is not None:
                self.states[chosen] = figures

    def facts(self, chosen: Sequence[object]) -> dict[str, typing.Any]:
        return {**self.given, **{n: v for n, v in zip(self.inputs, chosen, strict=True) if v is not None}}

    def _figures(self, chosen: Sequence[object]) -> Figures | None:
        try:
            checked = check_facts(self.ruleset, self.facts(chosen))
        except FactError:
            return None
        asked = program_of(self.ruleset).asked
        slots = asked.slots(checked.values)
        codes = asked.codes(slots)[1 + len(self.ruleset.criteria) :]
        found = []
        for (_, indicator), code in zip(walk.indicators(self.ruleset), codes, strict=True):
            applies = indicator.applies_if is not None and asked.compiler.condition(indicator.applies_if)(slots) == 1
            found.append((Outcome(code).code, applies))
        return tuple(found)

    # -- the second reading --------------------------------------------------------------------

    @property
    def nodes(self) -> list[str]:
        """The numbers that may be judged, of the target and below it."""
        numbers = [i.no for _, i in walk.indicators(self.ruleset)]
        found = []
        for criterion in self.ruleset.criteria:
            whole = self.target in (None, criterion.no) and self.target not in numbers
            if whole and criterion.no not in numbers:
                found.append(criterion.no)
            found += [i.no for i in criterion.indicators if whole or i.no == self.target]
        return found

    def outcome(self, figures: Figures, answers: Said) -> str:
        key = (figures, answers)
        if key not in self._known:
            self._known[key] = self._read(figures, dict(zip(self.nodes, answers, strict=True)))
        return self._known[key]

    def _read(self, figures: Figures, answers: Mapping[str, str | None]) -> str:
        spoken = {(j.no, j.body.value): j.outcome.code for j in self.said}
        numbers = [i.no for _, i in walk.indicators(self.ruleset)]
        computed = dict(zip(numbers, figures, strict=True))
        indicators, criteria = dict.fromkeys(numbers, OPEN), {cr.no: OPEN for cr in self.ruleset.criteria}
        for voice in (*self.voices, "asked"):
            for no in numbers:
                says = answers.get(no) if voice == "asked" else spoken.get((no, voice))
                if voice == "figures":
                    says = computed[no][0]
                elif says == oracle.NOT_APPLICABLE and computed[no][1]:
                    says = None
                if indicators[no] == OPEN and says is not None:
                    indicators[no] = says
            for criterion in self.ruleset.criteria:
                if criteria[criterion.no] == OPEN:
                    members = [indicators[i.no] for i in criterion.indicators]
                    must = [i.no in criterion.must for i in criterion.indicators]
                    criteria[criterion.no] = oracle.some_of(criterion.at_least_n, members, must)
                own = answers.get(criterion.no) if voice == "asked" else spoken.get((criterion.no, voice))
                if criteria[criterion.no] == OPEN and own is not None and criterion.no not in numbers:
                    criteria[criterion.no] = own
        if self.target is None:
            must = [cr.no in self.ruleset.must for cr in self.ruleset.criteria]
            return oracle.some_of(self.ruleset.at_least_n, list(criteria.values()), must)
        return indicators.get(self.target) or criteria[self.target]

    # -- what is relevant ----------------------------------------------------------------------

    @property
    def answers(self) -> list[Said]:
        return list(itertools.product(*(ANSWERS for _ in self.nodes)))

    def relevant(self) -> tuple[set[str], set[str]]:
        """The facts and the numbers of judgements."""
        facts = {name for place, name in enumerate(self.inputs) if self._turns(self._moves(place))}
        full = self.full()
        judged = {
            no
            for place, no in enumerate(self.nodes)
            for figures in full
            for said in self.answers
            if said[place] is None
            and len({self.outcome(figures, (*said[:place], a, *said[place + 1 :])) for a in ANSWERS}) > 1
        }
        return facts, judged

    def moved(self, no: str) -> list[str]:
        """The facts that may change what figures say of an indicator."""
        at = [i.no for _, i in walk.indicators(self.ruleset)].index(no)
        pairs = [(name, self._moves(place)) for place, name in enumerate(self.inputs)]
        return [name for name, moves in pairs if any(a[at] != b[at] for a, b in moves)]

    def alone(self, no: str, own: set[str]) -> bool:
        """Whether answers to some facts, and the judgement on a number, decide the target."""
        nothing: Said = (None,) * len(self.nodes)
        place = self.nodes.index(no) if no in self.nodes else None
        answers = [nothing] if place is None else [(*nothing[:place], a, *nothing[place + 1 :]) for a in ANSWERS]
        others = [n for n, name in enumerate(self.inputs) if name not in own]
        found = {
            self.outcome(figures, said)
            for chosen, figures in self.states.items()
            if all(chosen[n] is None for n in others)
            for said in answers
        }
        now = self.outcome(self.states[(None,) * len(self.inputs)], nothing)
        return bool(found - {OPEN, now})

    def full(self) -> set[Figures]:
        """The states in which every fact is given that can be."""
        able = {n for place, n in enumerate(self.inputs) if any(chosen[place] is not None for chosen in self.states)}
        states = self.states.items()
        return {f for c, f in states if able.isdisjoint(missing(self.ruleset, self.facts(c), self.target))}

    def _moves(self, place: int) -> set[tuple[Figures, Figures]]:
        rest: dict[tuple[object, ...], set[Figures]] = {}
        for chosen, figures in self.states.items():
            rest.setdefault(chosen[:place] + chosen[place + 1 :], set()).add(figures)
        return {move for same in rest.values() for move in itertools.combinations(sorted(same), 2)}

    def _turns(self, moves: set[tuple[Figures, Figures]]) -> bool:
        answers = self.answers
        return any(self.outcome(a, said) != self.outcome(b, said) for a, b in moves for said in answers)
