"""Figures of a lazy frame that contradict each other by what they mean; see ``model/consistency.py``."""

import functools
import operator
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from ntm_rules.frames.query.expressions import Expr, Kind, every, some, where
from ntm_rules.frames.query.stages import Slot, Stages
from ntm_rules.model.consistency import SLACK, How, Relation


def join_counts(
    stages: Stages, slots: dict[str, Slot], bad: dict[str, Expr], names: set[str], relations: Sequence[Relation]
) -> None:
    """Take counts out that contradict each other.

    Args:
        names: the facts that have a column.
    """
    masks = defaultdict[str, list[Expr]](list)
    for relation in relations:
        parts = [fact.id for fact in relation.parts if fact.id in names]
        if relation.whole.id not in names or not parts:
            continue
        wrong = stages.add(_counts(relation, parts, slots), f"{relation.whole.id}_odd")
        for name in parts:
            masks[name].append(wrong & ~slots[name].value.is_null())
        masks[relation.whole.id].append(wrong)
    stages.step("odd")
    take_out(stages, slots, bad, masks)


def take_out(stages: Stages, slots: dict[str, Slot], bad: dict[str, Expr], masks: Mapping[str, Sequence[Expr]]) -> None:
    """Have nothing known of facts where they contradict others."""
    for name, found in masks.items():
        before = [bad[name]] if name in bad else []
        bad[name] = stages.add(some([*before, *found]), f"{name}_bad")
    stages.step("contradicted")
    for name in masks:
        slots[name] = Slot(stages.add(where(~bad[name], slots[name].value, Kind.FLOAT), name), invalid=bad[name])
    if masks:
        stages.step("uncontradicted")


def _counts(relation: Relation, parts: Sequence[str], slots: Mapping[str, Slot]) -> Expr:
    """Return where counts contradict each other: the given ones together, above the whole or not all of it."""
    whole, values = slots[relation.whole.id].value, [slots[name].value for name in parts]
    wrong = functools.reduce(operator.add, [value.known_or(0.0) for value in values]) > whole
    if relation.adds_up and len(parts) == len(relation.parts):
        wrong = wrong | (functools.reduce(operator.add, values) != whole).known_or(False)
    return wrong.known_or(False)


def odd_shares(relation: Relation, value: Callable[[str], Expr]) -> Expr:
    """Return where shares contradict each other, each by its number."""
    *parts, whole = (value(fact.id) for fact in relation.facts)
    if relation.how is How.MEAN:
        sides = [part - whole > SLACK for part in parts], [whole - part > SLACK for part in parts]
        return some([every(side) for side in sides]).known_or(False)
    return (functools.reduce(operator.add, parts) - whole > SLACK).known_or(False)
