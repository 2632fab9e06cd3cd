"""Operations on the shape of a ruleset: ``replace``, ``remove``, ``retitle`` and ``add``."""

from attrs import evolve

from ntm_rules.messages.errors import Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import All
from ntm_rules.model.rulesets import Criterion, Indicator
from ntm_rules.rules.compose.layer import Layering
from ntm_rules.rules.read.files import ContentReader
from ntm_rules.yaml.nodes import Map, Node


def replace(run: Layering, found: Map, target: rw.Target) -> None:
    """``replace``: another condition, for an indicator or for a part of one."""
    require = run.conditions.condition(run.reader.required(found, "require", "`replace`"))
    title = run.reader.title(found.get("title"))
    applies_node = found.get("applies_if")
    applies = run.conditions.condition(applies_node) if applies_node is not None else None
    note = run.reader.text(found.get("note"), "the note") or None
    if require is None:
        return
    run.touch(target, (), found)
    _warn_lapsed(run, target, found)

    def change(indicator: Indicator, address: str) -> Indicator:
        if address != indicator.no:
            new = rw.rewrite(
                indicator.require,
                indicator.no,
                address,
                lambda old: evolve(require, part=require.part or old.part, title=title or require.title or old.title),
            )
            return evolve(indicator, require=new or require)
        return evolve(
            indicator,
            require=require,
            title=title or indicator.title,
            applies_if=applies or indicator.applies_if,
            citation=Citation(run.header.instrument, run.header.layer.annex),
            note=note or indicator.note,
        )

    run.change_indicator(target.address, change)


def remove(run: Layering, found: Map, target: rw.Target) -> None:
    """``remove``: an indicator, or a part of one."""
    run.touch(target, (), found)
    _warn_lapsed(run, target, found)

    def change(indicator: Indicator, address: str) -> Indicator | None:
        if address == indicator.no:
            return None
        require = rw.rewrite(indicator.require, indicator.no, address, lambda _: None)
        return None if require is None else evolve(indicator, require=require)

    run.change_indicator(target.address, change)


def retitle(run: Layering, found: Map, target: rw.Target) -> None:
    """``retitle``: another title, for an indicator or for a part of one."""
    title = run.reader.title(run.reader.required(found, "title", "`retitle`"))

    def change(indicator: Indicator, address: str) -> Indicator:
        if address == indicator.no:
            return evolve(indicator, title=title)
        new = rw.rewrite(indicator.require, indicator.no, address, lambda old: evolve(old, title=title))
        return evolve(indicator, require=new or indicator.require)

    run.change_indicator(target.address, change)


def _warn_lapsed(run: Layering, target: rw.Target, node: Node) -> None:
    composed = rw.locate(run.tree.composed, target.address)
    if run.national and composed is not None and run.set_by_overlay(composed.condition):
        message = f"what an overlay says about `{target.address}` lapses: the amendment removed it or changed its kind"
        run.note(Severity.WARNING, "layer.lapsed", node, message, "our reading, to be confirmed")


def add(run: Layering, found: Map) -> None:
    """``add``: an indicator to a criterion, or a criterion."""
    node = run.reader.map(found.get("add"), "`add`", ("criterion", "indicator", "after"))
    after = run.reader.text(node.get("after"), "`after`")
    content = ContentReader(run.conditions, run.reader)
    if "indicator" in node.entries:
        number = run.reader.text(run.reader.required(node, "criterion", "`add`"), "the criterion")
        indicator = content.indicator(node.entries["indicator"].value)
        if indicator is not None:
            _add_indicator(run, number, indicator, after, found)
        return
    inner = run.reader.required(node, "criterion", "`add`")
    criterion = content.criterion(inner) if inner is not None else None
    if criterion is not None:
        _add_criterion(run, criterion, after, found)


def _add_criterion(run: Layering, criterion: Criterion, after: str, found: Map) -> None:
    numbers = [c.no for c in run.own]
    if criterion.no in numbers:
        run.reader.error("number.duplicate", found.at, f"the criterion `{criterion.no}` exists already")
    if after and after not in numbers:
        run.reader.unknown("operation.target", found.at, "criterion", after, numbers)

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        place = next((n for n, c in enumerate(criteria, 1) if c.no == after), len(criteria))
        return (*criteria[:place], criterion, *criteria[place:])

    run.change(changed)


def _add_indicator(run: Layering, number: str, indicator: Indicator, after: str, found: Map) -> None:
    owner = next((c for c in run.own if c.no == number), None)
    if owner is None:
        run.reader.unknown("operation.target", found.at, "criterion", number, [c.no for c in run.own])
        return
    others = [i.no for i in owner.indicators]
    if rw.locate(run.own, indicator.no) is not None:
        run.reader.error("number.duplicate", found.at, f"the indicator `{indicator.no}` exists already")
    if after and after not in others:
        run.reader.unknown("operation.target", found.at, "indicator", after, others)
    run.touch(rw.Target(owner, indicator, indicator.no), (), found)

    def grown(criterion: Criterion) -> Criterion:
        own = criterion.indicators
        place = next((n for n, i in enumerate(own, 1) if i.no == after), len(own))
        return evolve(criterion, indicators=(*own[:place], indicator, *own[place:]))

    def changed(criteria: rw.Criteria) -> rw.Criteria:
        twin = rw.locate(criteria, indicator.no)
        if twin is None:
            return tuple(grown(c) if c.no == number else c for c in criteria)
        message = f"`{indicator.no}` was added by an overlay before it was added nationally; both have to hold"
        run.note(Severity.WARNING, "layer.overtaken", found, message)
        both = All((indicator.require, twin.indicator.require))
        return rw.replace_indicator(criteria, indicator.no, evolve(twin.indicator, require=both))

    run.change(changed)


def remove_criterion(run: Layering, found: Map) -> None:
    """``remove: {criterion: ...}``: a criterion with all its indicators."""
    node = run.reader.map(found.get("remove"), "`remove`", ("criterion",))
    number = run.reader.text(run.reader.required(node, "criterion", "`remove`"), "the criterion")
    criterion = next((c for c in run.own if c.no == number), None)
    if criterion is None:
        run.reader.unknown("operation.target", found.at, "criterion", number, [c.no for c in run.own])
        return
    for indicator in criterion.indicators:
        run.touch(rw.Target(criterion, indicator, indicator.no), (), found)
    run.change(lambda criteria: tuple(c for c in criteria if c.no != number))
    for indicator in criterion.indicators:
        run.check_loosening(indicator.no, found)
