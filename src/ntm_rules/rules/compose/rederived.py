"""Derived facts that a later decision works out otherwise or takes out, and what still rests on them as they were."""

from collections.abc import Collection, Iterator, Mapping

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic
from ntm_rules.model.conditions import Case, Comparison, Condition, Derived, Ref
from ntm_rules.model.facts import Fact
from ntm_rules.model.rewrite import Criteria
from ntm_rules.model.rulesets import Indicator
from ntm_rules.model.thresholds import Relative, Table, Threshold
from ntm_rules.model.walk import (
    facts_of,
    facts_of_derived,
    guards_of,
    leaves,
    numbers_of,
    threshold_cells,
)
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Position, placed


def named_again(node: Node | None, earlier: Collection[str], reader: Reader) -> dict[str, Position]:
    """Return the derived facts of *earlier* files that a ``derive`` replaces or removes, each with its place."""
    found: dict[str, Position] = {}
    for name, entry in node.entries.items() if isinstance(node, Map) else ():
        keys = entry.value.entries if isinstance(entry.value, Map) else {}
        for key in ("replace", "remove"):
            if key not in keys or not reader.flag(keys[key].value, f"`{key}`"):
                continue
            if name in earlier:
                found[name] = entry.key.at
            else:
                reader.unknown("derive.again", entry.key.at, Message("kind.derived_before"), name, earlier)
    return found


def in_order(derived: Mapping[str, Derived]) -> dict[str, Derived]:
    """Return derived facts, each behind those that it reads, else in their order; a circle stays as it is."""
    found: dict[str, Derived] = {}

    def put(name: str, above: tuple[str, ...]) -> None:
        if name in found or name not in derived or name in above:
            return
        for inner in facts_of_derived(derived[name]):
            put(inner, (*above, name))
        found[name] = derived[name]

    for name in derived:
        put(name, ())
    return found


def circles(derived: Mapping[str, Derived], again: Mapping[str, Position]) -> Iterator[Diagnostic]:
    """Yield the facts that now follow from themselves."""
    for name, at in again.items():
        seen: set[str] = set()
        todo = [name] if name in derived else []
        while todo:
            here = todo.pop()
            inner = set(facts_of_derived(derived[here])) if here in derived else set()
            if name in inner:
                yield placed(at, Message("derive.again/circle", fact=name))
                break
            todo += inner - seen
            seen |= inner


def left_behind(
    at: Position, old: Derived, derived: Mapping[str, Derived], fresh: Collection[str], criteria: Criteria
) -> Iterator[Diagnostic]:
    """Yield what still rests on a derived fact as it was before.

    Args:
        at: where the later file replaces or removes the fact.
        old: the fact as the earlier file has it.
        derived: the facts as they are derived now.
        fresh: those that the later file itself derives.
    """
    new = derived.get(old.id)
    if new is not None and (new.fact.type, new.fact.unit) != (old.fact.type, old.fact.unit):
        yield placed(at, Message("derive.again/type", fact=old.id, type=old.fact.type.value))
        return
    lost = set(old.fact.values) - set(new.fact.values) if new is not None else set()
    for indicator in readers(old.id, criteria):
        for condition in _conditions(indicator):
            yield from _stale(at, old.id, condition, indicator.no, lost, gone=new is None)
    for other in (d for d in derived.values() if d.id not in fresh and old.id in facts_of_derived(d)):
        if new is not None and _passed_on(old.id, other) and not _same(new.fact, old.fact):
            yield placed(at, Message("derive.again/derived", fact=old.id, other=other.id))
        elif new is None and _passed_on(old.id, other):
            yield placed(at, Message("derive.again/read", fact=old.id, address=other.id), address=other.id)
        for guard in guards_of(other):
            yield from _stale(at, old.id, guard, other.id, lost, gone=new is None)


def readers(name: str, criteria: Criteria) -> list[Indicator]:
    """Return the indicators that read a fact."""
    indicators = (indicator for criterion in criteria for indicator in criterion.indicators)
    return [i for i in indicators if any(name in facts_of(condition) for condition in _conditions(i))]


def _conditions(indicator: Indicator) -> list[Condition]:
    return [indicator.require, *(() if indicator.applies_if is None else (indicator.applies_if,))]


def _passed_on(name: str, derived: Derived) -> bool:
    """Return whether the value of a fact becomes that of a derived one, or a part of it."""
    rule = derived.rule
    thens = (*(row.then for row in rule.rows), rule.otherwise) if isinstance(rule, Case) else ()
    return Ref(name) in thens or name in numbers_of(derived)


def _same(new: Fact, old: Fact) -> bool:
    def shape(fact: Fact) -> tuple[object, ...]:
        return (fact.values, fact.minimum, fact.maximum, fact.decimals)

    return shape(new) == shape(old)


def _stale(
    at: Position, name: str, condition: Condition, address: str, lost: Collection[str], *, gone: bool
) -> Iterator[Diagnostic]:
    """Yield where a condition reads a fact that is gone, or names a value that it has lost."""
    if gone:
        if name in facts_of(condition):
            yield placed(at, Message("derive.again/read", fact=name, address=address), address=address)
        return
    named: dict[str, None] = {}
    for _, leaf in leaves(condition):
        if not isinstance(leaf, Comparison):
            continue
        if name in leaf.facts:
            for _, _, cell in threshold_cells(leaf.threshold):
                named |= dict.fromkeys(cell.value if isinstance(cell.value, tuple) else (str(cell.value),))
        table = _bound(leaf.threshold)
        if isinstance(table, Table) and name in table.by:
            named |= dict.fromkeys(key[table.by.index(name)] for key, _ in table.cells)
    for value in named:
        if value in lost:
            told = Message("derive.again/value", fact=name, address=address, value=value)
            yield placed(at, told, address=address)


def _bound(threshold: Threshold) -> Threshold | None:
    return threshold.resolved if isinstance(threshold, Relative) else threshold
