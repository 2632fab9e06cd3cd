"""What is possible and hardly meant: a number in another unit, a ladder that falls, a row that nothing reaches."""

import itertools
from collections.abc import Container, Iterator, Mapping
from decimal import Decimal

from ntm_rules.check.folder import Folder
from ntm_rules.check.problem import Problem, ProblemSubject, problem
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Severity
from ntm_rules.model.aggregates import UnitsThat, ValueOf
from ntm_rules.model.conditions import Case, Comparison, Derived, Not, Op
from ntm_rules.model.facts import FactType
from ntm_rules.model.rewrite import alike, nodes
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Key, Relative, Table, Value
from ntm_rules.model.walk import facts_of_derived, facts_read, indicators, leaves, prerequisites_of, threshold_cells
from ntm_rules.rules.folders import root_of
from ntm_rules.rules.library import Library
from ntm_rules.yaml.nodes import Map, placed

_APART = 3
"""A number is looked at twice where it is more than so many times another one that it should resemble."""
_MORE, _LESS = (Op.AT_LEAST, Op.MORE_THAN), (Op.AT_MOST, Op.LESS_THAN)

Comparisons = Mapping[str, tuple[Indicator, Comparison]]
"""By their addresses."""


def doubts(ruleset: Ruleset, national: Ruleset | None = None) -> tuple[Problem, ...]:
    """Return what is odd in a composed ruleset, each once.

    Args:
        national: the national set, for a province's overlay: its numbers are compared with that.
    """
    compared = dict(_comparisons(ruleset))
    found = [
        *_scale(ruleset, compared, dict(_comparisons(national)) if national else {}),
        *_ladders(ruleset, compared),
        *_written(ruleset, compared),
        *_shadowed(ruleset),
        *_unread(ruleset),
    ]
    return tuple(dict.fromkeys(found))


def _comparisons(ruleset: Ruleset) -> Iterator[tuple[str, tuple[Indicator, Comparison]]]:
    """Yield the comparisons of what is required, each with its address and indicator."""
    for _, indicator in indicators(ruleset):
        for address, leaf in leaves(indicator.require, indicator.no):
            if isinstance(leaf, Comparison):
                yield address, (indicator, leaf)


def _numbers(comparison: Comparison) -> dict[Key, Decimal]:
    """Return the numbers that are set, by their columns; none of a relative threshold, which follow from another."""
    if isinstance(comparison.threshold, Relative):
        return {}
    set_ = ((key, cell) for _, key, cell in threshold_cells(comparison.threshold) if cell.state is CellState.SET)
    return {key: cell.value for key, cell in set_ if isinstance(cell.value, Decimal)}


def _by_year(comparison: Comparison) -> Iterator[tuple[tuple[str, Decimal], tuple[str, Decimal]]]:
    """Yield the numbers of one year and the next, each with its year, where the other columns are the same."""
    table = comparison.threshold
    if not isinstance(table, Table) or "year" not in table.by:
        return
    place = table.by.index("year")
    ladders: dict[Key, list[tuple[str, Decimal]]] = {}
    for key, value in _numbers(comparison).items():
        if key[place].isdigit():
            ladders.setdefault((*key[:place], *key[place + 1 :]), []).append((key[place], value))
    for ladder in ladders.values():
        yield from itertools.pairwise(sorted(ladder))


def _scale(ruleset: Ruleset, compared: Comparisons, national: Comparisons) -> Iterator[Problem]:
    """Find numbers in another unit than their neighbours: thousands beside millions. Shares and counts do vary."""
    facts = ruleset.fact_by_id
    for address, (_, comparison) in compared.items():
        if facts[comparison.fact].type is not FactType.NUMBER:
            continue
        for (before, one), (year, other) in _by_year(comparison):
            if _far(one, other):
                found = Message("cell.scale/year", address=address, value=other, year=year, other=one, before=before)
                yield problem(ruleset, address, found)
        theirs = _numbers(national[address][1]).values() if address in national else ()
        for value in _numbers(comparison).values() if theirs else ():
            if all(_far(value, other) for other in theirs):
                low, high = min(theirs), max(theirs)
                yield problem(ruleset, address, Message("cell.scale", address=address, value=value, low=low, high=high))


def _far(one: Decimal, other: Decimal) -> bool:
    low, high = sorted((abs(one), abs(other)))
    return low > 0 and high > low * _APART


def _ladders(ruleset: Ruleset, compared: Comparisons) -> Iterator[Problem]:
    """Find years for which less is asked than for the year before."""
    for address, (indicator, comparison) in compared.items():
        if any(isinstance(node, Not) for _, node in nodes(indicator.require, "")):
            continue
        for (before, one), (year, other) in _by_year(comparison):
            if (comparison.op in _MORE and other < one) or (comparison.op in _LESS and other > one):
                found = Message("cell.ladder", address=address, value=other, year=year, other=one, before=before)
                yield problem(ruleset, address, found)


def _written(ruleset: Ruleset, compared: Comparisons) -> Iterator[Problem]:
    """Find numbers that may be written in another way than they are read."""
    facts = ruleset.fact_by_id
    for address, (_, comparison) in compared.items():
        fact = facts[comparison.fact]
        for value in _numbers(comparison).values():
            # 0.85 for 85; at most 0.85 per cent may be asked of what is bad
            if fact.type is FactType.PERCENT and comparison.op in _MORE and 0 < value < 1:
                yield problem(ruleset, address, Message("cell.fraction", address=address, value=value))
            # three digits and a zero at their end: a point that separates thousands
            if value.as_tuple().exponent == -3 and value == value.quantize(Decimal("0.01")):
                written, read = f"{value:f}", f"{value.normalize():f}"
                yield problem(ruleset, address, Message("cell.thousands", address=address, text=written, value=read))
        times = comparison.threshold.times.value if isinstance(comparison.threshold, Relative) else None
        easier = isinstance(times, Decimal) and (times < 1 if comparison.op in _MORE else times > 1)
        if easier:
            yield problem(ruleset, address, Message("cell.factor", address=address, value=times))


def _shadowed(ruleset: Ruleset) -> Iterator[Problem]:
    """Find values of a fact that two rows of a case name: the second row never sees them."""
    for derived in ruleset.derived:
        seen: set[tuple[str, Value]] = set()
        for row in derived.rule.rows if isinstance(derived.rule, Case) else ():
            named = list(_named_by(row.when))
            for fact, value in named:
                if (fact, value) in seen:
                    found = Message("derive.shadowed", derived=derived.id, fact=fact, value=value)
                    yield problem(ruleset, derived.id, found)
            seen.update(named)


def _named_by(guard: object) -> Iterator[tuple[str, Value]]:
    """Yield the values that a guard names, where it is one comparison with a fact of fixed values."""
    if isinstance(guard, Comparison) and guard.op in (Op.ONE_OF, Op.EQUALS) and isinstance(guard.threshold, Cell):
        value = guard.threshold.value
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        yield from ((guard.fact, each) for each in values if len(guard.facts) == 1)


def _unread(ruleset: Ruleset) -> Iterator[Problem]:
    """Find derived facts that nothing reads."""
    read = read_by(ruleset)
    for derived in ruleset.derived:
        if derived.id not in read:
            yield problem(ruleset, derived.id, Message("derive.unread", derived=derived.id))


def read_by(ruleset: Ruleset) -> frozenset[str]:
    """Return the facts that decide something in a set, derived ones and what they are worked out from included."""
    derived, facts = ruleset.derived_by_id, ruleset.fact_by_id
    waiting = [*facts_read(ruleset.criteria), *(n for g in ruleset.grades for n in facts_read(g.ruleset.criteria))]
    for aggregate in ruleset.aggregates:
        rule = aggregate.rule
        below = (rule.fact, rule.recognised) if isinstance(rule, UnitsThat) else ()
        waiting += [n for n in (rule.facts if isinstance(rule, ValueOf) else below) if n is not None]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        fact = facts.get(name)
        waiting += facts_of_derived(derived[name]) if name in derived else ()
        waiting += (fact.ratio.part, fact.ratio.whole) if fact is not None and fact.ratio is not None else ()
        waiting += [fact.undecided] if fact is not None and fact.undecided is not None else ()
    for _, indicator in indicators(ruleset):
        for other in prerequisites_of(indicator.require):
            found |= read_by(other)
    return frozenset(found)


# -- files ---------------------------------------------------------------------------------------


def derived_apart(library: Library) -> Iterator[Problem]:
    """Find derived facts that two files of a province define in two ways for one period."""
    seen: dict[tuple[str, str, str], tuple[Derived, str]] = {}
    for listed in library.files:
        if listed.kind not in ("ruleset", "amends", "overlay") or not listed.province:
            continue
        header = library.header(listed)
        node = header.root.get("derive")
        names = node.entries if isinstance(node, Map) else {}
        for name, entry in names.items():
            derived = library.on_its_first_day(listed).derived_by_id[name]
            first, file = seen.setdefault((listed.province, listed.period, name), (derived, listed.shown))
            if not alike(first, derived):
                found = Message("derive.differs", derived=name, first=file)
                subject = ProblemSubject(listed.target, listed.period, name, listed.province)
                yield Problem(subject, placed(entry.key.at, found, Severity.WARNING, name))


def unread_facts(folder: Folder, read: Container[str]) -> Iterator[Problem]:
    """Find facts that a folder adds to the bundled ones and that no set which was looked at reads."""
    adds = len(folder.library.folders) > 1  # a catalogue for a whole country may know more than is asked
    for listed in folder.library.files if adds else ():
        node = root_of(listed).get("facts") if listed.kind == "facts" and folder.holds(listed.path) else None
        for name, entry in node.entries.items() if isinstance(node, Map) else ():
            if name not in read:
                found = placed(entry.key.at, Message("fact.unread", fact=name), Severity.WARNING)
                yield Problem(ProblemSubject("", "", name), found)
