"""Applying the operations of a layer to criteria, in order of entry into force."""

from collections.abc import Callable

from attrs import define, evolve, field

from ntm_rules.authoring import rewriting as rw
from ntm_rules.authoring.conditions import ConditionReader
from ntm_rules.authoring.files import ContentReader, Header
from ntm_rules.authoring.nodes import Entry, Items, Map, Node, Scalar
from ntm_rules.authoring.overtaking import over_base, overtake, set_by, with_floor
from ntm_rules.authoring.reader import Reader
from ntm_rules.authoring.strictness import Selectors, compare_indicators
from ntm_rules.authoring.thresholds import ANNOTATIONS
from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.conditions import Comparison, Condition, Meets, Op, Open
from ntm_rules.model.errors import Diagnostic, Severity
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Indicator, LayerKind
from ntm_rules.model.thresholds import Cell, CellState, Table, Threshold
from ntm_rules.model.walk import threshold_cells

OPERATIONS = {
    "set": ("cells", *(op.value for op in Op), *ANNOTATIONS),
    "set_pending": ("source", "point", "note"),
    "replace": ("require", "title", "applies_if", "note"),
    "add": (),
    "remove": (),
    "retitle": ("title",),
}


@define
class Layering:
    """The criteria as they stand while layers are applied.

    Attributes:
        national: base and amendments only: what an overlay is compared with.
        composed: with the overlays.
        touched: the place of each cell set, by issuer and in-force date, to find ties.
    """

    national: rw.Criteria
    composed: rw.Criteria
    facts: dict[str, Fact]
    selectors: Selectors
    diagnostics: list[Diagnostic] = field(factory=list)
    touched: dict[tuple[str, object, str], Instrument] = field(factory=dict)
    overlays: set[Instrument] = field(factory=set)

    def apply(self, header: Header, operations: Node | None, conditions: ConditionReader, reader: Reader) -> None:
        """Apply one layer; what cannot be applied is noted in *reader*, the rest is applied all the same."""
        run = _Run(self, header, conditions, reader)
        for node in reader.items(operations, "`operations`") if operations is not None else ():
            run.operation(node)


class _Run:
    """One layer being applied."""

    def __init__(self, state: Layering, header: Header, conditions: ConditionReader, reader: Reader) -> None:
        self.state = state
        self.header = header
        self.conditions = conditions
        self.reader = reader
        self.national = header.kind is LayerKind.AMENDMENT
        if not self.national:
            state.overlays.add(header.instrument)

    def note(self, severity: Severity, code: str, node: Node, message: str, hint: str = "") -> None:
        at = node.at
        self.state.diagnostics.append(Diagnostic(code, message, severity, at.file, at.line, at.column, hint))

    # -- operations --------------------------------------------------------------------------

    def operation(self, node: Node) -> None:
        found = self.reader.map(node, "an operation")
        kinds = [k for k in OPERATIONS if k in found.entries]
        if len(kinds) != 1:
            expected = f"expected exactly one of {', '.join(f'`{k}`' for k in OPERATIONS)}"
            self.reader.error("operation.kind", node.at, "the operation has no single kind", expected)
            return
        kind = kinds[0]
        self.reader.map(found, "an operation", (kind, *OPERATIONS[kind]))
        if kind == "add":
            self.add(found)
        elif kind == "remove" and isinstance(found.get("remove"), Map):
            self.remove_criterion(found)
        else:
            self.on_targets(kind, found)

    def on_targets(self, kind: str, found: Map) -> None:
        named = found.get(kind)
        nodes = named.items if isinstance(named, Items) else [named] if named is not None else []
        for node in nodes:
            address = self.reader.text(node, "the number")
            target = rw.locate(self.state.composed, address)
            if target is None:
                if self.lapsed_target(address, node):
                    continue
                self.reader.unknown(
                    "operation.target", node.at, "indicator", address, rw.addresses(self.state.composed)
                )
                continue
            before = target.indicator
            changed = {
                "set": self.set,
                "set_pending": self.set_pending,
                "replace": self.replace,
                "remove": self.remove,
                "retitle": self.retitle,
            }[kind](found, target)
            if changed is not None and kind != "retitle":
                self.check_loosening(before.no, node)

    def lapsed_target(self, address: str, node: Node) -> bool:
        """True if the province took the indicator out before an amendment changes it."""
        if not self.national or rw.locate(self.state.national, address) is None:
            return False
        target = rw.locate(self.state.national, address)
        self.note(
            Severity.WARNING,
            "layer.lapsed",
            node,
            f"`{address}` was taken out by an overlay before it was amended",
        )
        return target is not None

    def touch(self, address: str, key: tuple[str, ...], node: Node) -> None:
        """Note a tie: two instruments of one issuer with one in-force date that touch one cell."""
        instrument = self.header.instrument
        place = (instrument.issuer, self.header.layer.start, f"{address}|{','.join(key)}")
        other = self.state.touched.setdefault(place, instrument)
        if other != instrument:
            message = f"`{other.number}` and `{instrument.number}` change `{address}` from the same day"
            self.reader.error("layer.tie", node.at, message, "say which one `replaces` the other")

    # -- set ---------------------------------------------------------------------------------

    def set(self, found: Map, target: rw.Target) -> bool | None:
        comparison = self.single(found, target)
        if comparison is None:
            return None
        fact = self.state.facts[comparison.fact]
        ops = [op for op in Op if op.value in found.entries]
        if "cells" in found.entries and not ops:
            threshold = self.some_cells(found, comparison, fact, target)
        elif ops == [comparison.op]:
            facts = tuple(self.state.facts[f] for f in comparison.facts)
            new = self.conditions.comparison_of(facts, comparison.op, found)
            threshold = new.threshold if new else None
            if threshold is not None:
                for _, key, _ in threshold_cells(threshold):
                    self.touch(target.address, key, found)
        else:
            hint = "use `replace` for another operator" if ops else ""
            message = f"`set` needs `{comparison.op.value}` or `cells` for `{target.address}`"
            self.reader.error("operation.set", found.at, message, hint)
            return None
        if threshold is None:
            return None
        self.put(target, comparison, threshold, found)
        return True

    def single(self, found: Map, target: rw.Target) -> Comparison | None:
        """The one comparison at the target."""
        comparisons = [n for _, n in rw.nodes(target.condition, "") if isinstance(n, Comparison)]
        if len(comparisons) == 1:
            return comparisons[0]
        parts = [a for a, n in rw.nodes(target.indicator.require, target.indicator.no) if isinstance(n, Comparison)]
        hint = f"name one of {', '.join(f'`{p}`' for p in parts)}" if len(comparisons) > 1 else "use `replace`"
        count = len(comparisons)
        self.reader.error("operation.set", found.at, f"`{target.address}` has {count} comparisons, not one", hint)
        return None

    def some_cells(self, found: Map, comparison: Comparison, fact: Fact, target: rw.Target) -> Threshold | None:
        table = comparison.threshold
        if not isinstance(table, Table):
            hint = f"write `{comparison.op.value}:` with the whole threshold"
            self.reader.error(
                "operation.set", found.at, f"`{target.address}` has no table whose cells could be set", hint
            )
            return None
        selectors = [self.state.facts[s] if s in self.state.facts else Fact(s, fact.type) for s in table.by]
        by = Items([Scalar(s.id, found.at) for s in selectors], found.at)
        entries = {"by": Entry(Scalar("by", found.at), by), "cells": found.entries["cells"]}
        node = Map(entries, found.at)
        new = self.conditions.thresholds.table(node, fact.type, fact.values, found, comparison.op)
        if new is None:
            return None
        merged = dict(table.cells)
        for key, cell in new.cells:
            self.touch(target.address, key, found)
            merged[key] = cell
        return Table(table.by, tuple(merged.items()))

    def put(self, target: rw.Target, comparison: Comparison, threshold: Threshold, node: Node) -> None:
        """Put a threshold in place of the one that stands at the target."""
        new = evolve(comparison, threshold=threshold)
        if not self.national:
            new = evolve(new, threshold=over_base(threshold, comparison.threshold))
            self.state.composed = self.swapped(self.state.composed, target.address, comparison, new)
            return
        base = rw.locate(self.state.national, target.address)
        if base is not None:
            old = [n for _, n in rw.nodes(base.condition, "") if isinstance(n, Comparison)]
            if len(old) == 1:
                amended = evolve(old[0], threshold=threshold)
                self.state.national = self.swapped(self.state.national, target.address, old[0], amended)
                self.state.composed = self.swapped(
                    self.state.composed, target.address, comparison, self.overtaken(comparison, amended, target, node)
                )
                return
        self.state.composed = self.swapped(self.state.composed, target.address, comparison, new)

    def swapped(self, criteria: rw.Criteria, address: str, old: Condition, new: Condition) -> rw.Criteria:
        target = rw.locate(criteria, address)
        if target is None:
            return criteria

        def change(condition: Condition) -> Condition:
            return rw.map_leaves(condition, lambda leaf: evolve_as(new, leaf) if leaf == old else leaf)

        return rw.change_target(criteria, target, change)

    def overtaken(self, current: Comparison, amended: Comparison, target: rw.Target, node: Node) -> Condition:
        """What holds when an amendment comes after an overlay: the stricter of the two, with a warning."""
        if not self.set_by_overlay(current):
            return amended
        message = f"`{target.address}` was set by an overlay before it was amended; the stricter of the two holds"
        self.note(Severity.WARNING, "layer.overtaken", node, message)
        return overtake(current, amended, self.state.facts[current.fact], self.state.overlays)

    def set_by_overlay(self, condition: Condition) -> bool:
        """True if an overlay applied so far set a cell of the condition."""
        return set_by(condition, self.state.overlays)

    # -- pending, replace, remove, add -------------------------------------------------------

    def set_pending(self, found: Map, target: rw.Target) -> bool:
        source_node, scope = found.get("source"), self.conditions.scope
        source = self.reader.choice(source_node, "source", dict(scope.sources))
        point = self.reader.text(found.get("point"), "the point") or None
        note = self.reader.text(found.get("note"), "the note") or None
        cell = Cell(
            CellState.PENDING,
            Citation(scope.instrument, scope.annex, point),
            scope.instrument,
            source=source,
            note=note,
        )

        def pending(old: Cell) -> Cell:
            keeps = not self.national or old.blame in self.state.overlays
            return with_floor(cell, old) if keeps else cell

        def leaf(old: Comparison | Meets | Open) -> Condition:
            if isinstance(old, Meets):
                return evolve(old, cell=pending(old.cell))
            threshold = rw.map_cells(old.threshold, pending)
            if isinstance(old, Comparison):
                return evolve(old, threshold=threshold)
            return evolve(old, threshold=threshold) if isinstance(threshold, Cell | Table) else old

        self.touch(target.address, (), found)
        if self.national:
            base = rw.locate(self.state.national, target.address)
            if base is not None:
                self.state.national = rw.change_target(self.state.national, base, lambda c: rw.map_leaves(c, leaf))
            if self.set_by_overlay(target.condition):
                message = f"`{target.address}` was set by an overlay before it was amended to an unknown value"
                self.note(Severity.WARNING, "layer.overtaken", found, message)
        self.state.composed = rw.change_target(self.state.composed, target, lambda c: rw.map_leaves(c, leaf))
        return True

    def replace(self, found: Map, target: rw.Target) -> bool | None:
        require = self.conditions.condition(self.reader.required(found, "require", "`replace`"))
        title = self.reader.title(found.get("title"))
        applies_node = found.get("applies_if")
        applies = self.conditions.condition(applies_node) if applies_node is not None else None
        if require is None:
            return None
        self.touch(target.address, (), found)
        self.warn_lapsed(target, found)

        def change(indicator: Indicator, address: str) -> Indicator:
            new = rw.rewrite(
                indicator.require,
                indicator.no,
                address,
                lambda old: evolve(require, part=require.part or old.part),
            )
            whole = address == indicator.no
            citation = Citation(self.header.instrument, self.header.layer.annex)
            return evolve(
                indicator,
                require=new or require,
                title=title or indicator.title,
                applies_if=applies if applies is not None and whole else indicator.applies_if,
                citation=citation if whole else indicator.citation,
            )

        self.on_both(target.address, change)
        return True

    def remove(self, found: Map, target: rw.Target) -> bool:
        self.touch(target.address, (), found)
        self.warn_lapsed(target, found)

        def change(indicator: Indicator, address: str) -> Indicator | None:
            require = (
                None
                if address == indicator.no
                else rw.rewrite(indicator.require, indicator.no, address, lambda _: None)
            )
            return None if require is None else evolve(indicator, require=require)

        self.on_both(target.address, change)
        return True

    def retitle(self, found: Map, target: rw.Target) -> bool:
        title = self.reader.title(self.reader.required(found, "title", "`retitle`"))

        def change(indicator: Indicator, address: str) -> Indicator:
            if address == indicator.no:
                return evolve(indicator, title=title)
            new = rw.rewrite(indicator.require, indicator.no, address, lambda old: evolve(old, title=title))
            return evolve(indicator, require=new or indicator.require)

        self.on_both(target.address, change)
        return True

    def on_both(self, address: str, change: Callable[[Indicator, str], Indicator | None]) -> None:
        """Change the indicator in the composed criteria, and in the national ones where this is an amendment."""
        for name in ("composed", "national") if self.national else ("composed",):
            criteria: rw.Criteria = getattr(self.state, name)
            target = rw.locate(criteria, address)
            if target is not None:
                new = change(target.indicator, address)
                setattr(self.state, name, rw.replace_indicator(criteria, target.indicator.no, new))

    def warn_lapsed(self, target: rw.Target, node: Node) -> None:
        if self.national and self.set_by_overlay(target.condition):
            message = (
                f"what an overlay says about `{target.address}` lapses: the amendment removed it or changed its kind"
            )
            self.note(Severity.WARNING, "layer.lapsed", node, message, "our reading, to be confirmed")

    def add(self, found: Map) -> None:
        node = self.reader.map(found.get("add"), "`add`", ("criterion", "indicator", "after"))
        content = ContentReader(self.conditions, self.reader)
        after = self.reader.text(node.get("after"), "`after`")
        if "indicator" in node.entries:
            number = self.reader.text(self.reader.required(node, "criterion", "`add`"), "the criterion")
            indicator = content.indicator(node.entries["indicator"].value)
            if indicator is None:
                return
            if rw.locate(self.state.composed, indicator.no) is not None:
                self.reader.error("number.duplicate", found.at, f"the indicator `{indicator.no}` exists already")
                return
            self.touch(indicator.no, (), found)
            self.add_indicator(number, indicator, after, found)
            return
        criterion = content.criterion(self.reader.required(node, "criterion", "`add`") or node)
        if criterion is None:
            return
        numbers = [c.no for c in self.state.composed]
        if criterion.no in numbers:
            self.reader.error("number.duplicate", found.at, f"the criterion `{criterion.no}` exists already")
        if after and after not in numbers:
            self.reader.unknown("operation.target", found.at, "criterion", after, numbers)
        for name in ("composed", "national") if self.national else ("composed",):
            criteria: rw.Criteria = getattr(self.state, name)
            place = next((i + 1 for i, c in enumerate(criteria) if c.no == after), len(criteria))
            setattr(self.state, name, (*criteria[:place], criterion, *criteria[place:]))

    def add_indicator(self, number: str, indicator: Indicator, after: str, found: Map) -> None:
        owner = next((c for c in self.state.composed if c.no == number), None)
        if owner is None:
            self.reader.unknown("operation.target", found.at, "criterion", number, [c.no for c in self.state.composed])
            return
        if after and after not in [i.no for i in owner.indicators]:
            self.reader.unknown("operation.target", found.at, "indicator", after, [i.no for i in owner.indicators])
        for name in ("composed", "national") if self.national else ("composed",):
            criteria: rw.Criteria = getattr(self.state, name)
            changed = []
            for criterion in criteria:
                if criterion.no == number:
                    own = criterion.indicators
                    place = next((i + 1 for i, x in enumerate(own) if x.no == after), len(own))
                    criterion = evolve(criterion, indicators=(*own[:place], indicator, *own[place:]))
                changed.append(criterion)
            setattr(self.state, name, tuple(changed))

    def remove_criterion(self, found: Map) -> None:
        node = self.reader.map(found.get("remove"), "`remove`", ("criterion",))
        number = self.reader.text(self.reader.required(node, "criterion", "`remove`"), "the criterion")
        criterion = next((c for c in self.state.composed if c.no == number), None)
        if criterion is None:
            self.reader.unknown("operation.target", found.at, "criterion", number, [c.no for c in self.state.composed])
            return
        for name in ("composed", "national") if self.national else ("composed",):
            criteria: rw.Criteria = getattr(self.state, name)
            setattr(self.state, name, tuple(c for c in criteria if c.no != number))
        for indicator in criterion.indicators:
            self.check_loosening(indicator.no, found)

    # -- looser ------------------------------------------------------------------------------

    def check_loosening(self, no: str, node: Node) -> None:
        """Compare an overlay's indicator with the base of its own in-force date."""
        if self.national:
            return
        base, own = (rw.locate(c, no) for c in (self.state.national, self.state.composed))
        if base is None:
            return
        for looser in compare_indicators(base.indicator, own.indicator if own else None, self.state.selectors):
            message = f"the overlay is looser at `{no}`: {looser.what}"
            if looser.severity is Severity.ERROR:
                hint = "an official cell cannot be loosened unless the base marks it `free`"
                self.reader.error("layer.looser", node.at, message, hint)
            else:
                self.note(looser.severity, "layer.looser", node, message)


def evolve_as(new: Condition, old: Condition) -> Condition:
    """*new* under the part and title of *old*."""
    return evolve(new, part=old.part, title=old.title)
