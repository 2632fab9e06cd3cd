"""Which facts decide an outcome: keep them, and it stays, whatever becomes of all others.

Read off the evaluated tree. A share that was given as a figure is named itself; where its part and whole were given,
they are named in its place.
"""

import typing
from collections.abc import Iterable, Iterator

from ntm_rules.model.conditions import Case, Ref
from ntm_rules.model.outcomes import Needed, Outcome, that_decide
from ntm_rules.model.results import (
    Column,
    Connective,
    CriterionResult,
    Evaluated,
    IndicatorResult,
    LeafResult,
    RulesetResult,
)
from ntm_rules.model.stated import may_be_given
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import facts_of, facts_of_derived
from ntm_rules.verdict.explain import explainer_of


def deciding(verdict: RulesetResult, of: CriterionResult | IndicatorResult | None = None) -> tuple[str, ...]:
    """Return the given facts that decide an outcome, in the order in which the set reads them.

    Selectors of columns, ``applies_if``, and the inputs of derived facts are among them; what province and year fix
    is not. Where several members decide alike (two of an ``all`` that are not met), the facts of each are named.
    Nothing decides what is undetermined. What is undecided of a fact is named even where it is not given: that it is
    not counts as none.

    Args:
        of: a criterion or indicator of the verdict; the whole set unless given.
    """
    reader = _Reader(verdict)
    if of is None:
        found = set(reader.whole())
    else:
        found = set(reader.criterion(of) if isinstance(of, CriterionResult) else reader.indicator(of))
    given = (*(fact.id for fact in verdict.ruleset.facts), *may_be_given(verdict.ruleset))
    return tuple(name for name in given if name in found)


class _Reader:
    """Reads the facts off one verdict."""

    def __init__(self, verdict: RulesetResult) -> None:
        self.verdict = verdict
        ruleset = verdict.ruleset
        self.bound = {name for name, _ in ruleset.bindings}
        self.derived = ruleset.derived_by_id
        self.explainer = explainer_of(ruleset)
        self.ratios = {f.id: f.ratio for f in ruleset.facts if f.ratio is not None}
        self.undecided = {f.id: f.undecided for f in ruleset.facts if f.undecided is not None}

    # -- levels ------------------------------------------------------------------------------

    def whole(self) -> Iterator[str]:
        """Of the set."""
        criteria = self.verdict.criteria.values()
        for criterion in _that_decide(self.verdict.outcome, criteria, self.verdict.ruleset.needed):
            yield from self.criterion(criterion)

    def criterion(self, result: CriterionResult) -> Iterator[str]:
        """Of a criterion."""
        for indicator in _that_decide(result.outcome, result.indicators.values(), result.criterion.needed):
            yield from self.indicator(indicator)

    def indicator(self, result: IndicatorResult) -> Iterator[str]:
        """Of an indicator: why it applies or does not, then its condition."""
        if result.outcome is Outcome.UNDETERMINED:
            return
        if result.applies is not None:
            yield from self.tree(result.applies)
            if result.applies.outcome is not Outcome.MET:
                return
        yield from self.tree(result.tree)

    def tree(self, node: Evaluated) -> Iterator[str]:
        """Of a node of the evaluated tree."""
        match node:
            case LeafResult():
                if node.outcome is not Outcome.UNDETERMINED:
                    yield from self.leaf(node)
            case Connective():
                for member in _that_decide(node.outcome, node.members, _needed(node)):
                    yield from self.tree(member)
            case _:
                typing.assert_never(node)

    def leaf(self, leaf: LeafResult) -> Iterator[str]:
        """Of a comparison: its columns, then its fact, which a column that asks for nothing does not need."""
        for column in leaf.columns:
            yield from self.column(column)
        if leaf.prerequisite is not None:
            yield from deciding(leaf.prerequisite)
        if leaf.fact is not None and (leaf.cell is None or leaf.cell.state is not CellState.NONE):
            yield from self.inputs(leaf.fact.id)

    # -- facts -------------------------------------------------------------------------------

    def column(self, column: Column) -> Iterator[str]:
        """Yield what picked a column: the guards up to the row that held, and the fact whose value it took."""
        derived = self.derived.get(column.selector)
        if derived is None or not isinstance(derived.rule, Case) or column.why == "given":
            yield from self.inputs(column.selector)
            return
        rule = derived.rule
        last = None if column.row is None else column.row + 1
        read = rule.rows if rule.exclusive else rule.rows[:last]
        for row in read:
            for name in facts_of(row.when):
                yield from self.inputs(name)
        thens = [row.then for row in read] if column.row is not None else [*(row.then for row in read), rule.otherwise]
        for then in thens:
            if isinstance(then, Ref):
                yield from self.inputs(then.fact)

    def inputs(self, name: str) -> Iterator[str]:
        """Yield the given facts that a fact is, or is worked out from."""
        if name in self.bound:
            return
        if self.explainer.rests_on_given(name, self.verdict.values):
            yield name
            return
        if name in self.derived:
            for inner in facts_of_derived(self.derived[name]):
                yield from self.inputs(inner)
            return
        if name in self.undecided:
            yield self.undecided[name]
        given, ratio = self.verdict.facts, self.ratios.get(name)
        if ratio is not None and ratio.part in given and ratio.whole in given:
            yield from (ratio.part, ratio.whole)
        elif name in given:
            yield name


class _Decided(typing.Protocol):
    @property
    def outcome(self) -> Outcome: ...


_D = typing.TypeVar("_D", bound=_Decided)


def _that_decide(outcome: Outcome, members: Iterable[_D], needed: Needed) -> list[_D]:
    """Return the members that decide a connective."""
    found = list(members)
    return [found[place] for place in that_decide(outcome, [member.outcome for member in found], needed)]


def _needed(node: Connective) -> Needed:
    """Return how many members a connective needs."""
    met = sum(member.outcome is Outcome.MET for member in node.members)
    return Needed(None if node.short is None else node.short + met)
