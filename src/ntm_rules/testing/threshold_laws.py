"""Boundary exactness: every cell decides just below, at and just above its value as written."""

import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext

from attrs import evolve

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.conditions import Case, Derived, MaxOf, MinOf, Op, PointsOf, SumOf
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.fold import Compared, singles
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import FactValue, LeafResult
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Table, Threshold, bound_threshold, matching, selected
from ntm_rules.model.walk import guards_of, indicators
from ntm_rules.rules.compose.looser import holds
from ntm_rules.testing.bench import bench_of
from ntm_rules.testing.communes import Commune, allowed, exact_facts, number, plain, tables_of, values_near
from ntm_rules.testing.subject import Subject
from ntm_rules.verdict.verdict import Verdict, assess

_WHOLES = (1000, 7)

Bound = tuple[str, str, int]
"""A cell that binds: the address, the fact, which cell."""

ExactValue = Decimal | tuple[Decimal, Decimal] | bool | str | None
"""A fact's value, exact; numerator and denominator of a share that follows from its parts."""


def boundaries(subject: Subject) -> None:
    """Check that every cell that binds decides exactly at its value, in every column and year.

    At the value, one step and one float beside it, as a figure and as part and whole; guards of derived facts too.

    Raises:
        LawBroken: with the facts.
    """
    years = _years(subject.ruleset) if subject.thorough or subject.ruleset.province is None else ()
    seen: set[Bound] = set()
    guarded = with_guards(subject.ruleset)
    for ruleset in (guarded, *(_in_year(guarded, year) for year in years)):
        _Boundaries(subject, ruleset, seen).check()


def _years(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the other years that tables of the set print."""
    printed = {key[t.by.index("year")] for t in tables_of(ruleset) if "year" in t.by for key, _ in t.cells}
    return tuple(sorted(y for y in printed if y.isdigit() and int(y) != ruleset.year))


def _in_year(ruleset: Ruleset, year: str) -> Ruleset:
    bindings = tuple((name, year if name == "year" else value) for name, value in ruleset.bindings)
    return evolve(ruleset, year=int(year), bindings=bindings)


def with_guards(ruleset: Ruleset) -> Ruleset:
    """Return the set with every guard of a derived fact as one more indicator, so that it is explained too."""
    made: list[Indicator] = []
    for derived in ruleset.derived:
        citation = ruleset.criteria[0].indicators[0].citation
        guards = enumerate(guards_of(derived), 1)
        made += [Indicator(f"{derived.id} row {n}", guard, citation) for n, guard in guards]
    if not made:
        return ruleset
    return evolve(ruleset, criteria=(*ruleset.criteria, Criterion("guards", tuple(made))))


class _Boundaries:
    """The check of one ruleset in one year."""

    def __init__(self, subject: Subject, ruleset: Ruleset, seen: set[Bound]) -> None:
        self.subject, self.ruleset, self.seen = subject, ruleset, seen
        self.bench = bench_of(subject.ruleset)
        self.inputs = self.bench.choices.inputs
        self.facts = ruleset.fact_by_id
        self.derived = ruleset.derived_by_id
        self.bindings = dict(ruleset.bindings)
        self.nodes = {
            indicator.no: [
                # what only denies is not always in the tree
                [one for one in singles(condition, indicator.no) if not isinstance(one, Compared) or not one.slack]
                for condition in (indicator.applies_if, indicator.require)
                if condition is not None
            ]
            for _, indicator in indicators(ruleset)
        }

    def check(self) -> None:
        """Check every column once; what adds no new cell is passed by."""
        for column in self.bench.columns():
            commune = self.bench.passing(column)
            verdict = assess(self.ruleset, commune)
            fresh = [leaf for leaf in _leaves(verdict) if (key := _bound(leaf)) is not None and key not in self.seen]
            if fresh:
                self.seen.update(key for leaf in fresh if (key := _bound(leaf)) is not None)
                for tried in self._communes(commune, fresh):
                    self._judge(tried)

    def _communes(self, commune: Commune, fresh: list[LeafResult]) -> Iterator[Commune]:
        """All facts of the new cells at once beside their own thresholds: as figures, then as parts of wholes."""
        limits = self._limits(fresh)
        ratios = [(f, r) for f, r in self.bench.choices.ratios if f.id in limits and r.part in self.inputs]
        tried = [*self._as_figures(limits)]
        if ratios:
            tried += self._as_parts(ratios, limits)
            parts_of = dict.fromkeys(name for _, r in ratios for name in (r.part, r.whole) if name in self.inputs)
            tried.append({n: 0 for n in parts_of if allowed(self.inputs[n], Decimal(0))})
        for facts in tried:
            yield self.bench.commune({**commune, **facts}, commune)

    def _as_figures(self, limits: Mapping[str, list[Decimal]]) -> Iterator[dict[str, FactValue]]:
        """Yield each fact that a caller gives near its thresholds; who has fewer values begins again."""
        exact = exact_facts(self.ruleset)
        near = {name: values_near(self.facts[name], found, name in exact) for name, found in limits.items()}
        for n in range(max(map(len, near.values()), default=0)):
            yield {name: values[n % len(values)] for name, values in near.items() if name in self.inputs}

    def _as_parts(
        self, ratios: list[tuple[Fact, RatioOf]], limits: Mapping[str, list[Decimal]]
    ) -> Iterator[dict[str, FactValue]]:
        """Yield each share near its thresholds, as a part of one of two wholes."""
        for total in _WHOLES:
            wholes: dict[str, FactValue] = {ratio.whole: total for _, ratio in ratios}
            parts = {r.part: self._parts(f, r, total, limits[f.id]) for f, r in ratios if r.part not in wholes}
            for n in range(max(map(len, parts.values()), default=0)):
                yield {**wholes, **{name: values[n % len(values)] for name, values in parts.items()}}

    def _limits(self, fresh: list[LeafResult]) -> dict[str, list[Decimal]]:
        """Return the thresholds of the new cells by fact, derived ones and their parts included."""
        limits: dict[str, list[Decimal]] = {}
        for leaf in fresh:
            for cell in (leaf.cell, leaf.cell.floor if leaf.cell else None):
                if leaf.fact is not None and cell is not None:
                    value = [cell.value] if isinstance(cell.value, Decimal) else []
                    for name in self._compared(leaf.fact.id):
                        limits.setdefault(name, []).extend(value)
        return limits

    def _compared(self, name: str) -> Iterator[str]:
        """Yield the fact itself, and the facts it is the least, greatest or sum of."""
        yield name
        rule = self.derived[name].rule if name in self.derived else None
        if isinstance(rule, MinOf | MaxOf):
            for inner in rule.facts:
                yield from self._compared(inner)
        if isinstance(rule, SumOf):
            yield from (each.fact for each in rule.addends)

    def _parts(self, fact: Fact, ratio: RatioOf, total: int, limits: list[Decimal]) -> list[FactValue]:
        """Parts of a whole whose share lies at, just below and just above what binds."""
        unit = 10 ** self.inputs[ratio.part].decimals
        steps = {int(limit * total * unit / fact.scale) + more for limit in limits for more in (-1, 0, 1)}
        most = total * unit if fact.type is FactType.PERCENT else max(steps, default=0)
        return [plain(Decimal(step) / unit) for step in sorted(steps | {0}) if 0 <= step <= most]

    # -- judging -----------------------------------------------------------------------------

    def _judge(self, commune: Commune) -> None:
        verdict = assess(self.ruleset, commune)
        for no, result in verdict.indicators.items():
            trees = [tree for tree in (result.applies, result.tree) if tree is not None]
            for tree, nodes in zip(trees, self.nodes[no], strict=True):
                own = (leaf for leaf in tree.leaves() if not leaf.spec.denies)
                for leaf, node in zip(own, nodes, strict=True):
                    if isinstance(node, Compared):
                        self._judge_leaf(leaf, node.threshold, node.op, commune)

    def _judge_leaf(self, leaf: LeafResult, threshold: Threshold, op: Op, commune: Commune) -> None:
        for column in leaf.columns:
            if column.selector in self.bindings or column.why == "given":
                known = self.bindings.get(column.selector, commune.get(column.selector))
                if column.value != (None if known is None else selected(known)):
                    found = Message("law.column", selector=column.selector, found=column.value, known=known)
                    self.subject.broken("boundaries", leaf.address, found, commune)
        cell = self._cell(leaf, bound_threshold(threshold))
        expected = self._expected(leaf, cell, op, commune)
        if expected is not None and leaf.outcome is not expected:
            fact = leaf.fact.id if leaf.fact else leaf.address
            found = Message(
                "law.boundary",
                fact=fact,
                value=commune.get(fact, ""),
                asked=f"{op.value} {cell.value}" if cell else Message("law.no_cell"),
                outcome=leaf.outcome.code,
                expected=expected.code,
            )
            self.subject.broken("boundaries", leaf.address, found, commune)

    def _cell(self, leaf: LeafResult, threshold: Cell | Table) -> Cell | None:
        if isinstance(threshold, Cell):
            return threshold
        values = {column.selector: column.value for column in leaf.columns}
        key = tuple(values[selector] or "" for selector in threshold.by)
        found = matching(threshold, key) if all(key) else None
        return found[1] if found else None

    def _expected(self, leaf: LeafResult, cell: Cell | None, op: Op, commune: Commune) -> Outcome | None:
        """Return the outcome by the cell and the value as written; None where this law does not know the value."""
        if cell is None or cell.below(self.ruleset.minimum_evidence):
            return Outcome.UNDETERMINED
        if cell.state is CellState.NONE:
            return Outcome.NOT_APPLICABLE
        asked = cell if cell.state is CellState.SET else cell.floor
        if asked is None or leaf.fact is None:
            return Outcome.UNDETERMINED
        if leaf.undecided is not None or self._chosen(leaf.fact.id):
            return None
        value = self._value(leaf.fact.id, commune)
        if value is None:
            return Outcome.UNDETERMINED
        if isinstance(value, tuple) and not value[1]:
            met = asked.when_empty
        else:
            met = Outcome(_satisfies(value, asked, op, leaf.fact))
        if cell is asked or met is None:
            return Outcome.UNDETERMINED if met is None else met
        return Outcome.NOT_MET if met is Outcome.NOT_MET else Outcome.UNDETERMINED

    def _chosen(self, name: str) -> bool:
        """Return True for a fact that depends on guards, through the least or greatest of several facts too."""
        rule = self.derived[name].rule if name in self.derived else None
        if isinstance(rule, MinOf | MaxOf):
            return any(map(self._chosen, rule.facts))
        return isinstance(rule, Case | PointsOf)

    def _value(self, name: str, commune: Commune) -> ExactValue:
        """Return the value of a fact as the caller wrote it."""
        if name in self.bindings:
            return self.bindings[name]
        derived: Derived | None = self.derived.get(name)
        fact = self.facts[name]
        if derived is not None and isinstance(derived.rule, MinOf | MaxOf):
            values = [self._value(inner, commune) for inner in derived.rule.facts]
            return _extreme(values, isinstance(derived.rule, MinOf))
        if derived is not None and isinstance(derived.rule, SumOf):
            added = [(each.factor, self._value(each.fact, commune)) for each in derived.rule.addends]
            return _sum(added, derived.rule.over)
        ratio = derived.rule if derived is not None and isinstance(derived.rule, RatioOf) else fact.ratio
        if ratio is not None and ratio.part in commune and ratio.whole in commune:
            return number(commune[ratio.part]) * fact.scale, number(commune[ratio.whole])
        value = commune.get(name)
        if value is None or isinstance(value, bool):
            return value
        return number(value) if fact.type.numeric else str(value)


def _satisfies(value: ExactValue, cell: Cell, op: Op, fact: Fact) -> bool:
    """Exact: a share is multiplied out, never divided."""
    if value is None:
        return False
    with localcontext() as context:
        context.prec = 100
        if isinstance(value, tuple):
            return holds(op, typing.cast(Decimal, cell.value) * value[1], value[0], fact)
        return holds(op, cell.value, value, fact)


def _sum(added: list[tuple[int, ExactValue]], over: int) -> ExactValue:
    """Return a sum of values times factors, shares that follow from parts among them."""
    top, bottom = Decimal(0), Decimal(1)
    with localcontext() as context:
        context.prec = 100
        for factor, value in added:
            if value is None:
                return None
            up, down = value if isinstance(value, tuple) else (typing.cast(Decimal, value), Decimal(1))
            top, bottom = top * down + factor * up * bottom, bottom * down
        return top, bottom * over


def _extreme(values: list[ExactValue], least: bool) -> ExactValue:
    """Return the least or greatest of several values, shares that follow from parts among them."""
    if any(v is None for v in values):
        return None
    pairs = [v if isinstance(v, tuple) else (typing.cast(Decimal, v), Decimal(1)) for v in values]
    empty = next((pair for pair in pairs if not pair[1]), None)
    if empty is not None:
        return empty
    best = pairs[0]
    for top, bottom in pairs[1:]:
        if (top * best[1] < best[0] * bottom) is least and top * best[1] != best[0] * bottom:
            best = top, bottom
    return best


def _bound(leaf: LeafResult) -> Bound | None:
    if leaf.fact is None or leaf.cell is None:
        return None
    return leaf.address, leaf.fact.id, id(leaf.cell)


def _leaves(verdict: Verdict) -> Iterator[LeafResult]:
    for result in verdict.indicators.values():
        for tree in (result.applies, result.tree):
            if tree is not None:
                yield from tree.leaves()
