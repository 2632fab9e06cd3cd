"""Applying the operations of one layer; what cannot be applied is noted, the rest is applied all the same."""

from collections.abc import Callable

from ntm_rules.model import rewrite as rw
from ntm_rules.rules.compose.layer import Layering
from ntm_rules.rules.compose.set_ops import SET_KEYS, set_pending, set_threshold
from ntm_rules.rules.compose.shape_ops import add, remove, remove_criterion, replace, retitle
from ntm_rules.rules.read.thresholds import ANNOTATIONS
from ntm_rules.yaml.nodes import Items, Map, Node

_ON_TARGETS: dict[str, tuple[Callable[[Layering, Map, rw.Target], None], tuple[str, ...]]] = {
    "set": (set_threshold, (*SET_KEYS, *ANNOTATIONS)),
    "set_pending": (set_pending, ("source", "point", "note")),
    "replace": (replace, ("require", "title", "applies_if", "note")),
    "remove": (remove, ()),
    "retitle": (retitle, ("title",)),
}
_KINDS = (*_ON_TARGETS, "add")


def apply_operations(run: Layering, operations: Node | None) -> None:
    """Apply the operations of a layer in the order of the file."""
    for node in run.reader.items(operations, "`operations`") if operations is not None else ():
        _operation(run, node)


def _operation(run: Layering, node: Node) -> None:
    found = run.reader.map(node, "an operation")
    kinds = [k for k in _KINDS if k in found.entries]
    if len(kinds) != 1:
        expected = f"expected exactly one of {', '.join(f'`{k}`' for k in _KINDS)}"
        run.reader.error("operation.kind", node.at, "the operation has no single kind", expected)
    elif kinds[0] == "add":
        run.reader.map(found, "an operation", ("add",))
        add(run, found)
    elif isinstance(found.get("remove"), Map):
        run.reader.map(found, "an operation", ("remove",))
        remove_criterion(run, found)
    else:
        _on_targets(run, kinds[0], found)


def _on_targets(run: Layering, kind: str, found: Map) -> None:
    """Apply an operation to every number it names."""
    apply, keys = _ON_TARGETS[kind]
    run.reader.map(found, "an operation", (kind, *keys))
    named = found.get(kind)
    for node in run.reader.items(named, f"`{kind}`") if isinstance(named, Items) else [named]:
        address = run.reader.text(node, "the number")
        target = rw.locate(run.own, address) if address else None
        if target is not None:
            apply(run, found, target)
            if kind != "retitle":
                run.check_loosening(target.indicator.no, found)
        elif address and node is not None:
            run.reader.unknown("operation.target", node.at, "indicator", address, rw.addresses(run.own))
