"""What to ask next: the missing facts and judgements that may still change an outcome, and no others."""

import functools
import itertools
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import UnknownName
from ntm_rules.model.arguments import name_of, need
from ntm_rules.model.asking import Asked, RelevantFacts
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import Case, Meets, PointsOf, SumOf
from ntm_rules.model.facts import Fact
from ntm_rules.model.fold import Compared, Conditions, singles
from ntm_rules.model.judgements import Basis
from ntm_rules.model.outcomes import Needed, Outcome, guarded, negation_of
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.second_reading import Logic, Step, Steps, second_reading
from ntm_rules.model.stated import given_slots, may_be_given
from ntm_rules.model.thresholds import Cell, Table, asked_of, bound_threshold, matching, selected
from ntm_rules.model.walk import facts_of_derived, given_for, indicators, leaves, threshold_cells
from ntm_rules.verdict.compare import Code
from ntm_rules.verdict.judging import counting, numbered
from ntm_rules.verdict.possible import Possible
from ntm_rules.verdict.program import Pass, program_of
from ntm_rules.verdict.reach import (
    Codes,
    Leaf,
    Mapped,
    Node,
    Reach,
    State,
    Values,
    Variable,
    constant,
    joined,
    outcomes,
)
from ntm_rules.verdict.verdict import Verdict

_OPEN = int(Outcome.UNDETERMINED)
_JUDGED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)


def relevant_facts(verdict: Verdict, target: str | None = None) -> RelevantFacts:
    """Return what to ask next: the missing facts and judgements that may still change the outcome of a target.

    What may decide it alone comes first, then the order is the printed one. The outcome is that of the second reading;
    a judgement is asked for only where figures can leave an indicator open. With an answer to all that is asked the
    target is decided. Work and memory are bounded; where that leaves out what is exact, ``complete`` is False.

    Args:
        target: a printed number, of the indicator that has it, else of the criterion; the set unless given.

    Raises:
        UnknownName: a number that the set does not have.
    """
    need("verdict", verdict, Verdict)
    ruleset = verdict.ruleset
    places = numbered(ruleset)
    no = None if target is None else name_of(target, "target")
    if no is not None and no not in places:
        raise UnknownName(Message("kind.number_of", ruleset=ruleset.id), no, places)
    return Asking(verdict, no, 0 if no is None else places[no]).found()


# -- the tree of a target --------------------------------------------------------------------------


@frozen
class _Home:
    """A set as it is computed: the one that was asked for, or a prerequisite.

    Attributes:
        sources: where the facts of the set are among the values.
    """

    ruleset: Ruleset
    run: Pass
    sources: Sequence[int]

    def over(self, code: Code) -> Callable[[Values], int]:
        """Return a code of the slots of the set as one of the values."""
        run, sources = self.run, self.sources
        return lambda values: code(run.slots([values[place] for place in sources]))


def _names(ruleset: Ruleset, leaf: Compared, floor: Evidence | None) -> tuple[str, ...]:
    """Return the facts that a caller gives for a comparison; none where nobody could decide it."""
    threshold = bound_threshold(leaf.threshold)
    asked = [asked_of(cell, floor) for _, _, cell in threshold_cells(threshold)]
    if all(each.code == _OPEN for each in asked):
        return ()
    compared = [leaf.fact] if leaf.fact is not None and any(each.cell is not None for each in asked) else []
    by = () if isinstance(threshold, Cell) else threshold.by
    return tuple(dict.fromkeys(given for name in (*compared, *by) for given in given_for(ruleset, name)))


def _read(ruleset: Ruleset, read: Iterable[Indicator], floor: Evidence | None) -> Iterator[str]:
    """Yield the facts that the comparisons of indicators rest on, those of prerequisites by finding included."""
    for indicator in read:
        for condition in (indicator.applies_if, indicator.require):
            for leaf in () if condition is None else singles(condition):
                if isinstance(leaf, Compared):
                    yield from _names(ruleset, leaf, floor)
                elif leaf.resolved is not None:
                    yield from _read(leaf.resolved, (i for _, i in indicators(leaf.resolved)), floor)


def _added_up(ruleset: Ruleset, name: str) -> bool:
    """Return whether a fact is points by band, or worked out from what is added up, through whatever else."""
    derived = ruleset.derived_by_id.get(name)
    if derived is None:
        return False
    rule, read = derived.rule, facts_of_derived(derived)
    if isinstance(rule, PointsOf | SumOf) or (isinstance(rule, Case) and derived.fact.type.numeric):
        return True
    return any(_added_up(ruleset, name) for name in read)


@typing.final
class _Conditions(Conditions[Node]):
    """What a condition is to what it can come to: connectives over comparisons."""

    def __init__(self, home: _Home, possible: Possible, whole: Callable[[Ruleset], Node]) -> None:
        self.home, self.possible, self.whole = home, possible, whole

    def all(self, members: Sequence[Node]) -> Node:
        return joined(Needed(), members)

    def any(self, members: Sequence[Node]) -> Node:
        return joined(Needed(1), members)

    def at_least(self, k: int, members: Sequence[Node]) -> Node:
        return joined(Needed(k), members)

    def negated(self, member: Node) -> Node:
        return Mapped(negation_of, [member])

    def leaf(self, leaf: Compared) -> Node:
        ruleset, possible = self.home.ruleset, self.possible
        code = self.home.over(self.home.run.compiler.leaf(leaf))
        names = _names(ruleset, leaf, self.home.run.compiler.floor)
        growing = [possible.unsure[name] for name in names if name in possible.unsure]
        variables = frozenset(possible.of[name] for name in (*names, *growing) if name in possible.of)
        by = bound_threshold(leaf.threshold)
        read = [] if leaf.fact is None else [leaf.fact]
        read += [] if isinstance(by, Cell) else by.by
        added_up = any(_added_up(ruleset, name) for name in read)
        unknown = variables and (added_up or growing)
        return Leaf(None if unknown else code, variables)

    def denial(self, leaf: Compared) -> Node:
        return Mapped(_denying, [self.leaf(leaf)])

    def found(self, node: Meets, other: Ruleset, address: str) -> Node:
        asked = asked_of(node.cell, self.home.run.compiler.floor)
        if asked.cell is None:
            return constant(_OPEN)
        whole = self.whole(other)
        return Mapped(_capped, [whole]) if asked.capped else whole


@typing.final
class _Nodes(Logic[Node]):
    """The logic of nodes."""

    undetermined: Node = constant(_OPEN)

    def joined(self, needed: Needed, members: Sequence[Node]) -> Node:
        return joined(needed, members)

    def filled(self, one: Node, other: Node) -> Node:
        if one is self.undetermined:
            return other
        return Mapped(_filled, [one, other])


@frozen
class _Tree:
    """A set, and what of it the figures alone say.

    Attributes:
        nodes: of the set, its criteria and its indicators.
        figures: of each indicator its outcome, and whether it applies where that is asked.
    """

    nodes: Sequence[Node]
    figures: Sequence[Sequence[Node]]


Ask = Callable[[int], Node | None]
"""The judgement that may still be made on the node at a place; None where nobody is asked."""


class _Planter:
    """Makes trees of sets in the second reading."""

    def __init__(self, verdict: Verdict, possible: Possible) -> None:
        self.verdict, self.possible = verdict, possible
        self.floor = verdict.ruleset.minimum_evidence

    def tree(self, home: _Home, given_with: bool, ask: Ask) -> _Tree:
        """Return the tree of a set."""
        ruleset, verdict, logic = home.ruleset, self.verdict, _Nodes()
        conditions = _Conditions(home, self.possible, functools.partial(self._prerequisite, home))
        below = [indicator for _, indicator in indicators(ruleset)]
        applies = [None if i.applies_if is None else conditions.condition(i.applies_if, i.no) for i in below]
        require = [conditions.condition(indicator.require, indicator.no) for indicator in below]
        figures = [r if a is None else Mapped(guarded, [a, r]) for a, r in zip(applies, require, strict=True)]
        parts = [(f,) if a is None else (f, Mapped(_is_met, [a])) for a, f in zip(applies, figures, strict=True)]
        spoken = counting(ruleset, verdict.judgements, given_with, verdict.unit).spoken
        first = 1 + len(ruleset.criteria)

        def said(voice: Basis, place: int) -> Node | None:
            if voice is Basis.FIGURES:
                return figures[place - first]
            if voice is Basis.OPEN:
                judged = ask(place)
            else:
                judgement = spoken.get((place, voice))
                judged = None if judgement is None else constant(judgement.outcome)
            guard = applies[place - first] if place >= first else None
            return judged if judged is None or guard is None else Mapped(_unless_it_applies, [judged, guard])

        criteria, own = second_reading(ruleset, (*verdict.voices, Basis.OPEN), said, logic)
        nodes = [self._filled(_shortened(steps), logic) for steps in criteria]
        whole = joined(ruleset.needed, nodes)
        return _Tree([whole, *nodes, *(self._filled(steps, logic) for steps in own)], parts)

    def _prerequisite(self, home: _Home, other: Ruleset) -> Node:
        """Return a prerequisite by finding, in which nobody is asked to judge."""
        places = dict(zip(given_slots(home.ruleset), home.sources, strict=True))
        inner = _Home(other, program_of(other).under(self.floor), [places[name] for name in given_slots(other)])
        return self.tree(inner, False, lambda _: None).nodes[0]

    def _filled(self, steps: Iterable[Step[Node]], logic: _Nodes) -> Node:
        return functools.reduce(logic.filled, (step.outcome for step in steps), logic.undetermined)


def _capped(code: int) -> int:
    """Return undetermined in place of what is not *not met*."""
    return _OPEN if code else code


def _denying(code: int) -> int:
    """Return not applicable in place of what is not *not met*."""
    return int(Outcome.NOT_APPLICABLE) if code else code


def _filled(code: int, other: int) -> int:
    """Return the code where it is decided, the other elsewhere."""
    return other if code == _OPEN else code


def _is_met(code: int) -> int:
    """Return met where the code is that, not met elsewhere."""
    return int(code == Outcome.MET)


def _unless_it_applies(judged: int, applies: int) -> int:
    """Return what is judged; not applicable does not count where it is computed that the indicator applies."""
    return _OPEN if judged == Outcome.NOT_APPLICABLE and applies == Outcome.MET else judged


def _shortened(steps: Steps[Node]) -> Steps[Node]:
    """Return the steps of a criterion without those that decide nothing beside the others.

    A judgement decides, so nothing comes after it; what follows at a later voice says all that followed before.
    """
    judged = (number for number, step in enumerate(steps, 1) if step.basis not in (Basis.FOLLOWS, Basis.OPEN))
    kept = steps[: next(judged, len(steps))]
    pairs = itertools.zip_longest(kept, kept[1:])
    return [s for s, after in pairs if not (s.basis is Basis.FOLLOWS and after and after.basis is Basis.FOLLOWS)]


# -- asking ----------------------------------------------------------------------------------------


@frozen
class _Place:
    """An indicator or criterion, in printed order.

    Attributes:
        number: in that order, a criterion before its indicators.
        place: among the outcome codes.
        indicator: None for a criterion.
        judgement: the variable of the judgement that may be made on it; None where there is none.
    """

    number: int
    place: int
    criterion: Criterion
    indicator: Indicator | None
    judgement: int | None = None

    @property
    def no(self) -> str:
        """The printed number."""
        return self.criterion.no if self.indicator is None else self.indicator.no


class Asking:
    """Asks for one target of one verdict."""

    def __init__(self, verdict: Verdict, no: str | None, place: int) -> None:
        self.verdict, self.no, self.place = verdict, no, place
        ruleset = self.ruleset = verdict.ruleset
        size = len(given_slots(ruleset))
        values: Values = list(verdict.values[:size])
        below = [each for each in _printed(ruleset) if self._is_below(each)]
        asked = [each.indicator for each in below if each.indicator is not None]
        read = frozenset(_read(ruleset, asked, ruleset.minimum_evidence))
        possible = Possible(ruleset, verdict.facts, values, read)
        self.variables = list(possible.variables)
        self.below = [self._judged(each, size) for each in below]
        values += [_OPEN] * len(verdict.codes)
        by_place = {each.place: each.judgement for each in self.below}

        def ask(at: int) -> Node | None:
            variable = by_place.get(at)
            if variable is None:
                return None
            return Leaf(lambda values: typing.cast(int, values[size + at]), frozenset((variable,)))

        home = _Home(ruleset, program_of(ruleset).asked, range(size))
        self.tree = _Planter(verdict, possible).tree(home, True, ask)
        self.root = self.tree.nodes[place]
        codes = Codes(self.variables, values)
        codes.merge([self.root, *itertools.chain.from_iterable(map(self._figures, self.below))])
        self.some, self.every = Reach(codes), Reach(codes, full=True)

    def _judged(self, printed: _Place, size: int) -> _Place:
        """Return an indicator or criterion with the variable of a judgement on it."""
        if numbered(self.ruleset)[printed.no] != printed.place:
            return printed
        slot = size + printed.place
        said = (State((int(outcome),), ((slot, int(outcome)),), full=True) for outcome in _JUDGED)
        nothing = State((None,), ((slot, _OPEN),), full=True)  # for nobody has to judge
        self.variables.append(Variable((printed.no,), (nothing, *said), is_judgement=True))
        return evolve(printed, judgement=len(self.variables) - 1)

    def found(self) -> RelevantFacts:
        """Return what is relevant."""
        below = self.below
        relevant = [
            (number, name)
            for number, variable in enumerate(self.variables)
            if number in self.root.variables
            for name in variable.inputs
            if (self.every if variable.is_judgement else self.some).turns(self.root, number, name)
        ]
        facts = [(number, name) for number, name in relevant if not self.variables[number].is_judgement]
        judged = {number for number, _ in relevant if self.variables[number].is_judgement}
        moves = {each.place: self._moved_by(each, facts) for each in below}
        alone = {each.place: self._decides(each, {n for n, _ in moves[each.place]}) for each in below}
        found: list[tuple[tuple[bool, int, int], Asked]] = []
        for number, name in facts:
            own = [each for each in below if (number, name) in moves[each.place]]
            # where more is taken to be possible than is, it may be for an indicator that it does not move
            own = own or [each for each in below if any(number in node.variables for node in self._figures(each))]
            first = min(own, key=lambda each: (not alone[each.place], each.number))
            fact, order = self.ruleset.fact_by_id[name], program_of(self.ruleset).places[name]
            asked = Asked(first.no, fact, False, alone[first.place], tuple(each.no for each in own))
            found.append(((not asked.alone, first.number, order), asked))
        for each in below:
            if each.judgement in judged:
                asked = Asked(each.no, None, each.indicator is None, alone[each.place], ())
                found.append(((not asked.alone, each.number, len(self.ruleset.facts)), asked))
        cells = [cell for each in below if each.judgement in judged for cell in self._open_cells(each)]
        # figures that contradict what was given of a derived fact are refused, which is not looked at here
        stated = any(name in self.verdict.facts for name in may_be_given(self.ruleset))
        return RelevantFacts(
            self.no,
            Outcome(self.verdict.judged.codes[self.place]),
            tuple(asked for _, asked in sorted(found, key=lambda each: each[0])),
            tuple(dict.fromkeys(cells)),
            self.some.exact and self.every.exact and not stated,
        )

    def _is_below(self, each: _Place) -> bool:
        """Return whether an indicator or criterion is of the target."""
        if self.place in (0, each.place):
            return True
        chosen = self.ruleset.criteria[self.place - 1 : self.place]  # none for an indicator
        return each.indicator is not None and any(each.criterion is criterion for criterion in chosen)

    def _moved_by(self, each: _Place, facts: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
        """Return the facts by which what the figures say of an indicator may change; none of a criterion."""
        own = ((node, n, name) for node in self._figures(each) for n, name in facts if n in node.variables)
        return {(n, name) for node, n, name in own if self.some.turns(node, n, name)}

    def _figures(self, each: _Place) -> Sequence[Node]:
        """Return what the figures say of an indicator; nothing of a criterion."""
        return () if each.indicator is None else self.tree.figures[each.place - 1 - len(self.ruleset.criteria)]

    def _decides(self, each: _Place, facts: set[int]) -> bool:
        """Return whether answers to what one indicator rests on, or a judgement on it, may decide the target."""
        free = facts | ({each.judgement} if each.judgement is not None else set())
        rest = {v: (0, 0) for v in self.root.variables if v not in free and self.variables[v].states}
        reached = outcomes(self.some.pairs(self.root, rest))
        return bool(reached - {_OPEN, self.verdict.judged.codes[self.place]})

    def _open_cells(self, each: _Place) -> Iterator[tuple[str, Cell]]:
        """Yield the cells that may bind the unit and leave an indicator open, with their addresses."""
        indicator, floor = each.indicator, self.ruleset.minimum_evidence
        for condition in () if indicator is None else (indicator.applies_if, indicator.require):
            for address, leaf in () if condition is None else leaves(condition, each.no):
                threshold = leaf.cell if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
                for cell in self._binding(threshold):
                    asked = asked_of(cell, floor)
                    if asked.code == _OPEN or asked.capped:
                        yield address, cell

    def _binding(self, threshold: Cell | Table) -> Iterator[Cell]:
        """Yield the cells of a threshold that bind the unit, whatever becomes of the selectors that are missing."""
        if isinstance(threshold, Cell):
            yield threshold
            return
        bound, facts, places = dict(self.ruleset.bindings), self._named, program_of(self.ruleset).places
        ways = []
        for name in threshold.by:
            slot = bound.get(name, self.verdict.values[places[name]])
            known = isinstance(slot, bool | str)
            ways.append([selected(slot)] if known else list(map(selected, facts[name].values or (True, False))))
        for key in itertools.product(*ways):
            match = matching(threshold, key)
            if match is not None:
                yield match[1]

    @functools.cached_property
    def _named(self) -> Mapping[str, Fact]:
        return {**self.ruleset.fact_by_id, **{d.id: d.fact for d in self.ruleset.derived}}


def _printed(ruleset: Ruleset) -> Iterator[_Place]:
    """Yield the criteria, each before its indicators."""
    place, number = 1 + len(ruleset.criteria), itertools.count()
    for at, criterion in enumerate(ruleset.criteria, 1):
        yield _Place(next(number), at, criterion, None)
        for indicator in criterion.indicators:
            yield _Place(next(number), place, criterion, indicator)
            place += 1
