"""What can be seen wrong in rule files without solving anything: gaps, order, bounds, sources, directions."""

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal

from ntm_rules.check.citations import citations
from ntm_rules.check.problem import Problem, ProblemSubject, problem, tables, without_cells
from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model.conditions import Comparison, Not, Op
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import GENERAL, REST, Cell, CellState, Relative, matching
from ntm_rules.model.walk import CellRef, every_cell, indicators, leaves
from ntm_rules.rules.library import Library

_DAY = dt.timedelta(days=1)
_AGAINST = {
    Direction.MORE: (Op.AT_MOST, Op.LESS_THAN),
    Direction.LESS: (Op.AT_LEAST, Op.MORE_THAN),
}


def lint(ruleset: Ruleset) -> tuple[Problem, ...]:
    """Every problem in a composed ruleset, in printed order, each once."""
    found: dict[Problem, None] = {}
    for rule in (_gaps, _bounds, citations, _directions, _order, _aggregates):
        found.update(dict.fromkeys(rule(ruleset)))
    return tuple(found)


def _gaps(ruleset: Ruleset) -> Iterator[Problem]:
    """Years of the period for which a table has no cell at all, and columns that some unit is in without one."""
    facts = ruleset.fact_by_id
    selectors = Selectors(facts, ruleset.derived_by_id, dict(ruleset.bindings))
    years = frozenset(str(year) for year in _years(ruleset.period) or (ruleset.year,))
    for address, table in tables(ruleset):
        choices = [sorted(years) if s == "year" else list(selectors.values(s, years)) for s in table.by]
        blank = without_cells(table, years)
        hint = "write the cell, or `pending` where nobody has copied it yet"
        if blank:
            message = f"the table of `{address}` has no cell for {', '.join(blank)}"
            yield problem(ruleset, "table.years", Severity.WARNING, address, message, hint)
        keys = (key for key in itertools.product(*choices) if not set(key) & set(blank))
        missing = [key for key in keys if matching(table, key) is None]
        if missing:
            shown = "; ".join(", ".join(key) for key in missing[:4]) + ("; ..." if len(missing) > 4 else "")
            message = f"the table of `{address}` has no cell for {len(missing)} of its columns: {shown}"
            yield problem(ruleset, "table.gap", Severity.WARNING, address, message, hint)


def _years(period: str) -> range:
    """The years of a period, as its name says; none where it says something else."""
    first, _, last = period.partition("-")
    return range(int(first), int(last or first) + 1) if (first + last).isdigit() else range(0)


def _bounds(ruleset: Ruleset) -> Iterator[Problem]:
    """Thresholds that no value of the fact can be on either side of."""
    facts = ruleset.fact_by_id
    for ref in every_cell(ruleset):
        fact = facts.get(ref.comparison.fact) if ref.comparison else None
        value = ref.cell.value
        if fact is None or not isinstance(value, Decimal) or _factor(ref):
            continue
        low, high = fact.minimum, fact.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            message = f"the value {value} of `{ref.address}` lies outside the bounds of `{fact.id}`"
            yield problem(ruleset, "cell.bounds", Severity.ERROR, ref.address, message)


def _factor(ref: CellRef) -> bool:
    return ref.comparison is not None and isinstance(ref.comparison.threshold, Relative)


def _directions(ruleset: Ruleset) -> Iterator[Problem]:
    """Comparisons that ask for less of what is better, or more of what is worse."""
    facts = ruleset.fact_by_id
    for _, indicator in indicators(ruleset):
        if _negated(indicator):
            continue
        for address, leaf in leaves(indicator.require, indicator.no):
            if not isinstance(leaf, Comparison):
                continue
            fact = facts[leaf.fact]
            wrong_way = leaf.op in _AGAINST.get(fact.direction, ())
            if wrong_way or _asks_for_the_worse(leaf, fact):
                message = (
                    f"`{address}` asks for {leaf.op.value} of `{leaf.fact}`, where {fact.direction.value} is better"
                )
                yield problem(ruleset, "direction", Severity.WARNING, address, message)


def _negated(indicator: Indicator) -> bool:
    from ntm_rules.model.rewrite import nodes

    return any(isinstance(node, Not) for _, node in nodes(indicator.require, ""))


def _asks_for_the_worse(leaf: Comparison, fact: Fact) -> bool:
    """True for a yes/no fact of which the worse answer is asked."""
    if fact.type is not FactType.BOOLEAN or not isinstance(leaf.threshold, Cell):
        return False
    worse = {Direction.MORE: False, Direction.LESS: True}.get(fact.direction)
    return leaf.threshold.state is CellState.SET and leaf.threshold.value is worse


def _order(ruleset: Ruleset) -> Iterator[Problem]:
    """Tables whose columns do not stand in the order of their selector: columns that changed places."""
    facts = ruleset.fact_by_id
    for address, table in tables(ruleset):
        for place, selector in enumerate(table.by):
            printed = list(dict.fromkeys(key[place] for key, _ in table.cells if key[place] not in (GENERAL, REST)))
            known = sorted(printed) if selector == "year" else _in_order(facts.get(selector), printed)
            if printed != known:
                message = f"the columns of `{address}` by `{selector}` stand as {', '.join(printed)}"
                hint = f"the order is {', '.join(known)}"
                yield problem(ruleset, "table.order", Severity.WARNING, address, message, hint)


def _aggregates(ruleset: Ruleset) -> Iterator[Problem]:
    """Facts taken from below that no condition reads: a condition was taken out, or names another fact."""
    read = {fact.id for fact in ruleset.facts}
    for aggregate in ruleset.aggregates:
        if aggregate.fact not in read:
            message = f"`{aggregate.fact}` is taken from below, and no condition reads it"
            hint = "compare it in a condition, or leave it out of `aggregate`"
            yield problem(ruleset, "aggregate.unread", Severity.WARNING, "", message, hint)


def _in_order(fact: Fact | None, printed: list[str]) -> list[str]:
    if fact is None or fact.type is FactType.BOOLEAN:
        return sorted(printed)
    order = {value: place for place, value in enumerate(fact.value_titles or fact.values)}
    return sorted(printed, key=lambda value: order.get(value, len(order)))


def date_gaps(library: Library) -> tuple[Problem, ...]:
    """Days of a national ruleset's periods on which no set is in force, and days on which two of one id are."""
    return (*_days_without(library), *_days_with_two(library))


def _days_without(library: Library) -> Iterator[Problem]:
    """Of national sets; what a province has of its own may begin on any day of its period, but has to last it out."""
    sets = [*((ruleset, period, "") for ruleset, period in library.rulesets()), *library.own_rulesets()]
    for ruleset, period, province in sets:
        start, end = library.span(ruleset, period, province or None)
        years = list(_years(period)) or [start.year]
        first, last = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
        gaps = [(first, start - _DAY)] if start > first and not province else []
        gaps += [(end + _DAY, last)] if end is not None and end < last else []
        for begins, ends in gaps:
            whose = f"{ruleset} {province}".rstrip()
            message = f"{whose} {period}: no set is in force from {begins} to {ends}"
            subject = ProblemSubject(ruleset, period, f"{begins}..{ends}", province)
            yield Problem(subject, Diagnostic("date.gap", message, Severity.WARNING))


def _days_with_two(library: Library) -> Iterator[Problem]:
    """Of the nation, and of each province that has sets of its own."""
    sets = [*((ruleset, period, "") for ruleset, period in library.rulesets()), *library.own_rulesets()]
    for ruleset, period, province in sets:
        end = library.span(ruleset, period, province or None)[1]
        for other, later, owner in sets:
            begins = library.span(other, later, owner or None)[0]
            if (other, owner) == (ruleset, province) and later > period and (end is None or end >= begins):
                subject = ProblemSubject(ruleset, later, "", owner)
                whose = f"{ruleset} {owner}".rstrip()
                message = f"{whose}: the sets {period} and {later} are both in force from {begins}"
                yield Problem(subject, Diagnostic("date.overlap", message))
