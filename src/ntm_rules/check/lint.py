"""What can be seen wrong in rule files without solving anything: gaps, order, bounds, sources, directions."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import evolve

from ntm_rules.check.citations import citations
from ntm_rules.check.problem import Problem, ProblemSubject, diagnosed, problem, tables, without_cells
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Severity
from ntm_rules.model.conditions import Comparison, Not, Op
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import GENERAL, REST, Cell, CellState, Relative, matching
from ntm_rules.model.walk import CellRef, every_cell, indicators, leaves
from ntm_rules.rules.library import Library
from ntm_rules.rules.read.files import Header
from ntm_rules.yaml.nodes import Position

_DAY = dt.timedelta(days=1)
_AGAINST = {
    Direction.MORE: (Op.AT_MOST, Op.LESS_THAN),
    Direction.LESS: (Op.AT_LEAST, Op.MORE_THAN),
}


def lint(ruleset: Ruleset) -> tuple[Problem, ...]:
    """Return every problem in a composed ruleset, in printed order, each once."""
    found: dict[Problem, None] = {}
    for rule in (_gaps, _bounds, citations, _directions, _order, _aggregates):
        found.update(dict.fromkeys(rule(ruleset)))
    return tuple(found)


def _gaps(ruleset: Ruleset) -> Iterator[Problem]:
    """Find years of the period for which a table has no cell, and columns that some unit is in without one."""
    facts = ruleset.fact_by_id
    selectors = Selectors(facts, ruleset.derived_by_id, dict(ruleset.bindings))
    years = frozenset(str(year) for year in _years(ruleset.period) or (ruleset.year,))
    for address, table in tables(ruleset):
        choices = [sorted(years) if s == "year" else list(selectors.values(s, years)) for s in table.by]
        blank = without_cells(table, years)
        if blank:
            yield problem(ruleset, address, Message("table.years", address=address, years=", ".join(blank)))
        keys = (key for key in itertools.product(*choices) if not set(key) & set(blank))
        missing = [key for key in keys if matching(table, key) is None]
        if missing:
            shown = "; ".join(", ".join(key) for key in missing[:4]) + ("; ..." if len(missing) > 4 else "")
            found = Message("table.gap", address=address, count=len(missing), columns=shown)
            yield problem(ruleset, address, found)


def _years(period: str) -> range:
    """Return the years of a period, as its name says; none where it says something else."""
    first, _, last = period.partition("-")
    named = first + last
    return range(int(first), int(last or first) + 1) if named.isascii() and named.isdigit() else range(0)


def _bounds(ruleset: Ruleset) -> Iterator[Problem]:
    """Find thresholds that no value of the fact can be on either side of."""
    facts = ruleset.fact_by_id
    for ref in every_cell(ruleset):
        fact = facts.get(ref.comparison.fact) if ref.comparison else None
        value = ref.cell.value
        if fact is None or not isinstance(value, Decimal) or _factor(ref):
            continue
        low, high = fact.minimum, fact.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            found = Message("cell.bounds", value=value, address=ref.address, fact=fact.id)
            yield problem(ruleset, ref.address, found, Severity.ERROR)


def _factor(ref: CellRef) -> bool:
    return ref.comparison is not None and isinstance(ref.comparison.threshold, Relative)


def _directions(ruleset: Ruleset) -> Iterator[Problem]:
    """Find comparisons that ask for less of what is better, or more of what is worse."""
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
                code = "direction/more" if fact.direction is Direction.MORE else "direction/less"
                found = Message(code, address=address, op=leaf.op.value, fact=leaf.fact)
                yield problem(ruleset, address, found)


def _negated(indicator: Indicator) -> bool:
    from ntm_rules.model.rewrite import nodes

    return any(isinstance(node, Not) for _, node in nodes(indicator.require, ""))


def _asks_for_the_worse(leaf: Comparison, fact: Fact) -> bool:
    """Return True for a yes/no fact of which the worse answer is asked."""
    if fact.type is not FactType.BOOLEAN or not isinstance(leaf.threshold, Cell):
        return False
    worse = {Direction.MORE: False, Direction.LESS: True}.get(fact.direction)
    return leaf.threshold.state is CellState.SET and leaf.threshold.value is worse


def _order(ruleset: Ruleset) -> Iterator[Problem]:
    """Find tables whose columns are not in the order of their selector: perhaps two changed places."""
    facts = ruleset.fact_by_id
    for address, table in tables(ruleset):
        for place, selector in enumerate(table.by):
            printed = list(dict.fromkeys(key[place] for key, _ in table.cells if key[place] not in (GENERAL, REST)))
            known = sorted(printed) if selector == "year" else _in_order(facts.get(selector), printed)
            if printed != known:
                shown, order = ", ".join(printed), ", ".join(known)
                found = Message("table.order", address=address, selector=selector, printed=shown, known=order)
                yield problem(ruleset, address, found)


def _aggregates(ruleset: Ruleset) -> Iterator[Problem]:
    """Find facts taken from below that no condition reads: a condition was taken out, or names another fact."""
    read = {fact.id for fact in ruleset.facts}
    for aggregate in ruleset.aggregates:
        if aggregate.fact not in read:
            yield problem(ruleset, "", Message("aggregate.unread", fact=aggregate.fact))


def _in_order(fact: Fact | None, printed: list[str]) -> list[str]:
    if fact is None or fact.type is FactType.BOOLEAN:
        return sorted(printed)
    order = {value: place for place, value in enumerate(fact.value_titles or fact.values)}
    return sorted(printed, key=lambda value: order.get(value, len(order)))


def date_gaps(library: Library) -> tuple[Problem, ...]:
    """Find days of a ruleset's periods on which no set is in force, and days on which two of one id are."""
    return (*_days_without(library), *_days_with_two(library), *_days_between(library))


def _days_without(library: Library) -> Iterator[Problem]:
    """Find days without a set; a set of a province's own may begin on any day of its period, but has to last it out."""
    sets = [*((ruleset, period, "") for ruleset, period in library.rulesets()), *library.own_rulesets()]
    for ruleset, period, province in sets:
        start, end = library.span(ruleset, period, province or None)
        years = list(_years(period)) or [start.year]
        first, last = dt.date(years[0], 1, 1), dt.date(years[-1], 12, 31)
        gaps = [(first, start - _DAY)] if start > first and not province else []
        gaps += [(end + _DAY, last)] if end is not None and end < last else []
        for begins, ends in gaps:
            subject = ProblemSubject(ruleset, period, f"{begins}..{ends}", province)
            yield Problem(subject, diagnosed(str(subject), Message("date.gap", first=begins, last=ends)))


def _days_between(library: Library) -> Iterator[Problem]:
    """Find days between a province's own sets, and those on which its overlay has ended and its set goes on."""
    for ruleset, period, province in library.own_rulesets():
        for _, first, last, after in _pauses(library.headers("ruleset", ruleset, period, province)):
            if after is not None:
                subject = ProblemSubject(ruleset, period, f"{first}..{last}", province)
                found = Message("date.gap/between", province=province, first=first, last=last)
                yield _at(after.starts_at, subject, found, Severity.ERROR)
    for ruleset, period, province in library.overlays():
        whole = library.span(ruleset, period)[1]
        over = [day for p in library.registry.provinces if p.id == province and (day := p.end)]
        for ended, first, last, _ in _pauses(library.headers("overlay", ruleset, period, province)):
            until = min([day for day in (last, whole, *over) if day is not None], default=None)
            if until is None or first <= until:
                found = Message("date.ends", province=province, last=first - _DAY, first=first)
                yield _at(ended.place("in_force", "to"), ProblemSubject(ruleset, period, "", province), found)


def _pauses(headers: Iterable[Header]) -> Iterator[tuple[Header, dt.date, dt.date | None, Header | None]]:
    """Yield the days between files and after the last: which one ended, first and last day, which one follows."""
    latest: Header | None = None
    for header in headers:
        end = latest.layer.end if latest else None
        if latest and end and header.layer.start > end + _DAY:
            yield latest, end + _DAY, header.layer.start - _DAY, header
        if latest is None or (end and (header.layer.end is None or header.layer.end > end)):
            latest = header
    if latest and latest.layer.end:
        yield latest, latest.layer.end + _DAY, None, None


def _at(at: Position, subject: ProblemSubject, message: Message, severity: Severity = Severity.WARNING) -> Problem:
    diagnostic = diagnosed(str(subject), message, severity)
    return Problem(subject, evolve(diagnostic, file=at.file, line=at.line, column=at.column))


def _days_with_two(library: Library) -> Iterator[Problem]:
    """Find days with two sets of one id: of the nation, and of each province that has sets of its own."""
    sets = [*((ruleset, period, "") for ruleset, period in library.rulesets()), *library.own_rulesets()]
    for ruleset, period, province in sets:
        end = library.span(ruleset, period, province or None)[1]
        for other, later, owner in sets:
            begins = library.span(other, later, owner or None)[0]
            if (other, owner) == (ruleset, province) and later > period and (end is None or end >= begins):
                subject = ProblemSubject(ruleset, later, "", owner)
                found = Message("date.overlap", earlier=period, later=later, date=begins)
                yield Problem(subject, diagnosed(" ".join((ruleset, owner)).rstrip(), found, Severity.ERROR))
