"""From files to the ruleset in force: which base, which layers, in which order, and what they refer to."""

import datetime as dt
import typing
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Context, Decimal

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, RulesetError, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import (
    AtLeast,
    Case,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Op,
    Open,
    PointsOf,
    SumOf,
)
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.lists import UnitList
from ntm_rules.model.numbers import MAX_DIGITS, unfit
from ntm_rules.model.rewrite import alike
from ntm_rules.model.rulesets import Criterion, Grade, Layer, LayerKind, Ruleset, TextChange
from ntm_rules.model.selectors import Selectors
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold
from ntm_rules.model.walk import facts_of_derived, facts_read, numbers_of, prerequisites_of
from ntm_rules.rules.compose.apply import Tree
from ntm_rules.rules.compose.grades import Grader, Variant, declare, stricter
from ntm_rules.rules.compose.looser import Looser
from ntm_rules.rules.compose.needed import Needing, fewer, told
from ntm_rules.rules.compose.operations import apply_operations
from ntm_rules.rules.compose.rederived import circles, in_order, left_behind, named_again, readers
from ntm_rules.rules.read.aggregates import read_aggregates
from ntm_rules.rules.read.derived import read_derived
from ntm_rules.rules.read.files import BaseFile, Header, LayerFile, in_force, uncounted
from ntm_rules.rules.read.needs import Needs, check_names, misfits
from ntm_rules.rules.read.provinces import Province
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import placed

_EXACT = Context(prec=2 * MAX_DIGITS)
_ONE_WAY = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN)


@frozen
class Request:
    """What a caller asked for, with the province resolved.

    Attributes:
        effective: the date that picks the layers: ``on``, or the nearest day of the set where the caller named one
            that is not in force on ``on``.
        province: None where none was named, or where it lies in several regions and only its overlay counts.
        other: composes another ruleset for the same province, date and year.
        lists: lists of units in force, of whatever facts.
    """

    id: str
    on: dt.date
    effective: dt.date
    year: int
    province: Province | None
    province_name: str | None
    territory: str | None
    other: Callable[[str, str | None], Ruleset]
    lists: tuple[UnitList, ...] = ()


def compose(
    request: Request,
    base: BaseFile,
    layers: Iterable[LayerFile],
    facts: Mapping[str, Fact],
    rulesets: frozenset[str],
    catalogue: frozenset[str],
) -> Ruleset:
    """Return the ruleset in force.

    Args:
        facts: those that the set may read.
        catalogue: the ids of all facts of the library.

    Raises:
        RulesetError: an operation cannot be applied, two instruments tie, or an overlay loosens an official cell.
    """
    bindings = _bindings(request)
    chosen = _in_order(layers, request.effective)
    derived = {d.id: d for d in base.derived}
    aggregates = {a.fact: a for a in base.aggregates}
    needing = Needing(base.needs)
    borrowed = dict(derived)  # with those of the thresholds that the base refers to, which a layer may replace
    criteria = _resolve(base.criteria, request, borrowed)  # so that overlays can be compared with what it comes to
    tree = Tree(criteria, criteria, _selectors(facts, borrowed, bindings))
    tree = _declared(tree, base)
    national = dict.fromkeys(derived, True)  # which of the derived facts national files derive
    changes: dict[tuple[str, bool], TextChange] = {}
    for layer in chosen:
        before, known = tree.composed, _fewer(tree, needing, base)
        reader = Reader()
        mine = layer.header.kind is LayerKind.AMENDMENT
        again = named_again(layer.derive, [name for name in derived if national[name] is mine], reader)
        old, kept = derived, {name: rule for name, rule in derived.items() if name not in again}
        own, conditions = read_derived(layer.derive, layer.header.scope(_known(facts, kept), rulesets), reader)
        derived = {**kept, **{d.id: d for d in own}}
        reader.diagnostics += circles(derived, again)
        derived = in_order(derived) if again else derived
        national |= {d.id: mine for d in own}
        tree = evolve(tree, selectors=_selectors(facts, {**borrowed, **derived}, bindings))
        for name, at in again.items():
            code = "derive.amended" if name in derived else "derive.amended/removed"
            tree = tree.told(Severity.NOTE, at, Message(code, fact=name), "")
        tree = declare(tree, layer.grades, layer.header, reader)
        tree = apply_operations(tree, layer.header, layer.operations, conditions, reader)
        fresh = {d.id for d in own}
        for name, at in again.items():
            reader.diagnostics += left_behind(at, old[name], derived, fresh, tree.composed)
        numbers = [criterion.no for criterion in tree.composed]
        check_names(layer.header.root, layer.needs, Message("kind.criterion"), numbers, reader)
        needing = needing.after(layer.needs, layer.header.kind is LayerKind.AMENDMENT)
        new = {each: None for each in _fewer(tree, needing, base) if each not in known}
        more = list(told(new, layer.header))
        tree = evolve(tree, diagnostics=(*tree.diagnostics, *more))
        reader.diagnostics += [diagnostic for diagnostic in more if diagnostic.severity is Severity.ERROR]
        changes |= {
            (no, is_criterion): TextChange(no, is_criterion, layer.header.layer.start)
            for no, is_criterion in (*_changed(before, tree.composed), *_read_again(again, derived, tree.composed))
        }
        aggregates |= {a.fact: a for a in read_aggregates(layer.aggregate, facts, rulesets, reader)}
        reader.raise_errors()
    # only now, since one layer may take out what the next one puts back
    needs = needing.composed
    _refuse(_misshapen(tree.composed, needs))
    _refuse(_no_plain_parts(derived.values(), facts))
    _refuse(_no_plain_sums(derived.values(), facts))
    _refuse(_from_undecided(derived.values(), facts))
    variants = _variants(base, chosen, tree, needs, _known(facts, derived), rulesets)
    totals = {frozenset(f.consistency.mean_of): f.id for f in facts.values() if f.consistency and f.consistency.mean_of}
    criteria = _with_totals(_resolve(tree.composed, request, derived), totals)
    variants = [evolve(v, criteria=_with_totals(_resolve(v.criteria, request, derived), totals)) for v in variants]
    every = (*criteria, *(criterion for variant in variants for criterion in variant.criteria))
    applied = _applied(base, chosen, request)
    notes = (
        *tree.diagnostics,
        *(diagnostic for variant in variants for diagnostic in variant.diagnostics),
        *stricter(request.id, criteria, needs, variants, _selectors(facts, {**borrowed, **derived}, bindings)),
        *_notes((base.header, *(layer.header for layer in chosen)), request),
    )
    used = _facts_used(every, derived, facts)
    names = {fact.id for fact in used}
    composed = Ruleset(
        request.id,
        base.header.period,
        request.on,
        request.year,
        criteria,
        used,
        applied,
        tuple(derived.values()),
        tuple(sorted(bindings.items())),
        request.province_name,
        request.territory,
        needs.at_least_n,
        aggregates=tuple(aggregates.values()),
        level=base.level,
        tested_against=base.tested_against,
        lists=tuple(each for each in request.lists if each.fact in names),
        title=base.header.title,
        met_means=base.met_means,
        must=needs.among([criterion.no for criterion in criteria]),
        diagnostics=notes,
        catalogue=catalogue.union(facts),
        unread=tuple(fact for fact in facts.values() if fact not in used),
        changes=tuple(changes.values()),
    )
    return evolve(composed, grades=tuple(_grade(composed, variant) for variant in variants))


def _grade(composed: Ruleset, variant: Variant) -> Grade:
    """Return a grade of a composed set."""
    needs, criteria = variant.needs, variant.criteria
    must = needs.among([criterion.no for criterion in criteria])
    asked = evolve(composed, criteria=criteria, at_least_n=needs.at_least_n, must=must, diagnostics=())
    return Grade(variant.id, asked, variant.title)


def _fewer(tree: Tree, needing: Needing, base: BaseFile) -> dict[tuple[str, Looser], None]:
    """Return where fewer members are enough than nationally."""
    return fewer(tree.national, tree.composed, (needing.national, needing.composed), base.header.target)


def _changed(before: rw.Criteria, after: rw.Criteria) -> Iterator[tuple[str, bool]]:
    """Yield the numbers under which something else stands after a layer, or nothing more; True for criteria."""
    if before == after:
        return
    for is_criterion in (False, True):
        old, new = (
            {node.no: node for c in criteria for node in ((c,) if is_criterion else c.indicators)}
            for criteria in (before, after)
        )
        yield from ((no, is_criterion) for no in old | new if old.get(no) != new.get(no))


def _bindings(request: Request) -> dict[str, str]:
    """Return the selectors that the year and the province decide."""
    region = request.province.region if request.province is not None else None
    return {"year": str(request.year)} | ({"region": region} if region is not None else {})


def _known(facts: Mapping[str, Fact], derived: Mapping[str, Derived]) -> dict[str, Fact]:
    """Return the catalogue with the derived facts."""
    return {**facts, **{name: rule.fact for name, rule in derived.items()}}


def _selectors(facts: Mapping[str, Fact], derived: Mapping[str, Derived], bindings: Mapping[str, str]) -> Selectors:
    return Selectors(_known(facts, derived), derived, bindings)


def _applied(base: BaseFile, layers: Iterable[LayerFile], request: Request) -> tuple[Layer, ...]:
    """Return the layers on which the set rests, with one for an overlay whose instrument nobody has found."""
    applied = (base.header.layer, *(layer.header.layer for layer in layers))
    national = base.header.layer.kind is not LayerKind.OWN
    if national and request.province is not None and request.province.overlay_unknown:
        return (*applied, Layer(LayerKind.UNKNOWN, None, base.header.layer.start, read_whole=False))
    return applied


def _declared(tree: Tree, base: BaseFile) -> Tree:
    """Return the tree with the grades that the base declares.

    Raises:
        RulesetError: they cannot be read.
    """
    reader = Reader()
    tree = declare(tree, base.grades, base.header, reader)
    reader.raise_errors()
    return tree


def _read_again(
    again: Iterable[str], derived: Mapping[str, Derived], criteria: tuple[Criterion, ...]
) -> Iterator[tuple[str, bool]]:
    """Yield the indicators and criteria whose text says something else, for a derived fact that they read does."""
    changed = set(again)
    for rule in derived.values():  # each behind those that it reads
        if changed & set(facts_of_derived(rule)):
            changed.add(rule.id)
    read = {indicator.no for name in changed for indicator in readers(name, criteria)}
    for criterion in criteria:
        mine = [(i.no, False) for i in criterion.indicators if i.no in read]
        yield from (*mine, *([(criterion.no, True)] if mine else ()))


def _variants(
    base: BaseFile,
    layers: list[LayerFile],
    tree: Tree,
    needs: Needs,
    known: Mapping[str, Fact],
    rulesets: frozenset[str],
) -> list[Variant]:
    """Return the grades over the criteria as all layers leave them, the highest first.

    Raises:
        RulesetError: an operation cannot be applied, or leaves a shape that no set may have.
    """
    reader = Reader()
    order = [base.header.instrument, *(layer.header.instrument for layer in layers)]
    grader = Grader(tree, needs, order, known, rulesets, reader)
    found = [grader.variant(grade) for grade in tree.grades]
    reader.raise_errors()
    for variant in found:
        _refuse(_misshapen(variant.criteria, variant.needs))
    return found


def _refuse(problems: Iterable[Diagnostic]) -> None:
    """Raise what is wrong with the layers together.

    Raises:
        RulesetError: there is a problem.
    """
    found = list(problems)
    if found:
        raise RulesetError(found)


def _misshapen(criteria: tuple[Criterion, ...], needs: Needs) -> Iterator[Diagnostic]:
    """Yield what is wrong with the shape that layers left: fewer members than are asked for, a number given twice.

    Where some of the criteria are asked for, none may be left out of the count.
    """
    for what, k, must, n in _asked(criteria, needs):
        yield from (Diagnostic(message.code, message) for message in misfits(k, must, n, what))
    for no in uncounted(criteria, needs.at_least_n):
        yield Diagnostic.of("criterion.counted", no=no, k=needs.at_least_n)
    for no in _twice(c.no for c in criteria):
        yield Diagnostic.of("number.duplicate", kind=Message("kind.criterion"), no=no)
    for no in _twice(i.no for c in criteria for i in c.indicators):
        yield Diagnostic.of("number.duplicate", kind=Message("kind.indicator"), no=no)


def _twice(numbers: Iterable[str]) -> list[str]:
    """Return the numbers that are there more than once."""
    return [no for no, times in Counter(numbers).items() if times > 1]


def _asked(criteria: tuple[Criterion, ...], needs: Needs) -> Iterator[tuple[Message, int | None, tuple[str, ...], int]]:
    """Yield of what how many are asked for, which of them have to be met, and how many there are."""
    must = needs.among([criterion.no for criterion in criteria])
    yield Message("what.criteria"), needs.at_least_n, must, len(criteria)
    for criterion in criteria:
        what = Message("what.indicators_of", no=criterion.no)
        yield what, criterion.at_least_n, criterion.must, len(criterion.indicators)
        for indicator in criterion.indicators:
            for address, node in rw.nodes(indicator.require, indicator.no):
                if isinstance(node, AtLeast):
                    yield Message("what.members_of", address=address), node.k, (), len(node.members)


def _no_plain_parts(derived: Iterable[Derived], facts: Mapping[str, Fact]) -> Iterator[Diagnostic]:
    """Yield what is not a plain number of the catalogue in ratios and scores, which are scaled to whole steps.

    A score may also have a part that is points by band: its rows have only so many digits.
    """
    listed = list(derived)
    banded = {d.id for d in listed if isinstance(d.rule, Case)}
    for each in listed:
        code = "fact.ratio/catalogue" if isinstance(each.rule, RatioOf) else "points.fact/catalogue"
        for name in numbers_of(each) if isinstance(each.rule, RatioOf | PointsOf) else ():
            if isinstance(each.rule, PointsOf) and name in banded:
                continue
            if name not in facts or facts[name].ratio is not None:
                yield Diagnostic.of(code, part=name, fact=each.id)


def _no_plain_sums(derived: Collection[Derived], facts: Mapping[str, Fact]) -> Iterator[Diagnostic]:
    """Yield what is no figure of the catalogue in sums, and the sums of which there is a least or a greatest."""
    sums = {each.id for each in derived if isinstance(each.rule, SumOf)}
    for each in derived:
        for name in numbers_of(each):
            if isinstance(each.rule, SumOf) and name not in facts:
                yield Diagnostic.of("derive.sum/catalogue", part=name, fact=each.id)
            if isinstance(each.rule, MinOf | MaxOf) and name in sums:
                yield Diagnostic.of("derive.sum/extreme", part=name, fact=each.id)


def _from_undecided(derived: Iterable[Derived], facts: Mapping[str, Fact]) -> Iterator[Diagnostic]:
    """Yield the facts that may still grow and of which a number is worked out: they are compared as they are only."""
    for each in derived:
        for name in numbers_of(each):
            if name in facts and facts[name].undecided is not None:
                yield Diagnostic.of("fact.undecided/derived", part=name, fact=each.id)


def _in_order(layers: Iterable[LayerFile], on: dt.date) -> list[LayerFile]:
    """Return the layers in force, those that another one replaces left out; national ones first on the same day."""
    held = [layer for layer in layers if in_force(layer.header.layer, on)]
    replaced = {instrument for layer in held for instrument in layer.header.replaces}
    order = [LayerKind.AMENDMENT, LayerKind.OVERLAY, LayerKind.CALLER]
    kept = [layer for layer in held if layer.header.instrument not in replaced]
    return sorted(kept, key=lambda layer: (layer.header.layer.start, order.index(layer.header.kind)))


def _notes(headers: Iterable[Header], request: Request) -> Iterable[Diagnostic]:
    """Yield what a caller should know about dates: those guessed, those of the caller's word, those out of force."""
    for header in headers:
        if not header.layer.date_known:
            dates = {"date": header.instrument.date, "start": header.layer.start}
            message = Message("layer.date", number=header.instrument.number, **dates)
            yield placed(header.starts_at, message, Severity.NOTE)
    ended = request.province is not None and not request.province.on(request.on)
    if request.territory is not None and (request.province_name is not None or ended):
        held = {"territory": request.territory, "date": request.on}
        if request.province_name:
            yield Diagnostic.of("layer.territory", Severity.NOTE, province=request.province_name, **held)
        else:
            yield Diagnostic.of("layer.territory/there", Severity.NOTE, **held)
    if request.effective != request.on:
        yield Diagnostic.of("ruleset.named", Severity.NOTE, on=request.on, effective=request.effective)


def _facts_used(
    criteria: tuple[Criterion, ...], derived: Mapping[str, Derived], facts: Mapping[str, Fact]
) -> tuple[Fact, ...]:
    """Every fact read, in reading order: parts of ratios, what is undecided, what derived facts need included."""
    found: dict[str, Fact] = {}

    def add(name: str) -> None:
        if name in found or name == "year":
            return
        if name in derived:
            for inner in facts_of_derived(derived[name]):
                add(inner)
            return
        fact = found[name] = facts[name]
        for inner in (fact.ratio.part, fact.ratio.whole) if fact.ratio is not None else ():
            add(inner)
        if fact.undecided is not None:
            add(fact.undecided)

    for name in (*facts_read(criteria), *derived):
        add(name)
    for condition in (c for criterion in criteria for i in criterion.indicators for c in (i.require, i.applies_if)):
        for other in prerequisites_of(condition) if condition is not None else ():
            found.update({fact.id: fact for fact in other.facts if fact.id not in found})
    return tuple(found.values())


# -- prerequisites and relative thresholds ---------------------------------------------------


def _resolve(criteria: tuple[Criterion, ...], request: Request, derived: dict[str, Derived]) -> tuple[Criterion, ...]:
    """Return the criteria with what they refer to; derived selectors of other sets' tables are added to *derived*."""

    def leaf(node: Comparison | Meets | Open) -> Condition:
        if isinstance(node, Meets) and node.by.finding:
            return evolve(node, resolved=request.other(node.ruleset, node.period))
        if isinstance(node, Comparison) and isinstance(node.threshold, Relative):
            return evolve(node, threshold=_relative(node.threshold, node, request, derived))
        return node

    return _mapped(criteria, leaf)


def _with_totals(criteria: tuple[Criterion, ...], totals: Mapping[frozenset[str], str]) -> tuple[Criterion, ...]:
    """Return the criteria with the share of all people beside what compares exactly the shares it is the mean of."""

    def leaf(node: Comparison | Meets | Open) -> Condition:
        if isinstance(node, Comparison) and node.op in _ONE_WAY:
            return evolve(node, total=totals.get(frozenset(node.facts)))
        return node

    return _mapped(criteria, leaf) if totals else criteria


def _mapped(
    criteria: tuple[Criterion, ...], leaf: Callable[[Comparison | Meets | Open], Condition]
) -> tuple[Criterion, ...]:
    """Return the criteria with every leaf of their conditions changed."""
    return tuple(
        evolve(
            criterion,
            indicators=tuple(
                evolve(
                    i,
                    require=rw.map_leaves(i.require, leaf),
                    applies_if=None if i.applies_if is None else rw.map_leaves(i.applies_if, leaf),
                )
                for i in criterion.indicators
            ),
        )
        for criterion in criteria
    )


def _relative(threshold: Relative, node: Comparison, request: Request, derived: dict[str, Derived]) -> Relative:
    """Return the threshold multiplied once, in decimals, with the weaker of the two evidences."""
    ruleset, _, address = threshold.of.partition("#")
    other = request.other(ruleset, None)
    target = rw.locate(other.criteria, address)
    found = [n for _, n in rw.nodes(target.condition, "") if isinstance(n, Comparison)] if target else []
    if len(found) != 1 or found[0].op is not node.op or found[0].facts != node.facts:
        wanted = {"of": threshold.of, "fact": node.fact, "op": node.op.value}
        raise RulesetError([Diagnostic.of("threshold.relative/comparison", **wanted)])
    inner = found[0].threshold
    base: Threshold | None = inner.resolved if isinstance(inner, Relative) else inner
    if isinstance(base, Table):
        _borrow(base.by, other, derived)

    def times(cell: Cell) -> Cell:
        return _multiplied(cell, threshold.times, threshold.of)

    resolved = rw.map_cells(base, times) if base is not None else None
    return evolve(threshold, resolved=typing.cast(Cell | Table | None, resolved))


def _borrow(selectors: Iterable[str], other: Ruleset, derived: dict[str, Derived]) -> None:
    """Add the derived facts of another set that its table selects by."""
    rules = other.derived_by_id
    for name in selectors:
        rule = rules.get(name)
        if rule is None:
            continue
        if not alike(derived.setdefault(name, rule), rule):
            raise RulesetError([Diagnostic.of("fact.duplicate/derived", fact=name, ruleset=other.id)])
        _borrow(facts_of_derived(rule), other, derived)


def _multiplied(cell: Cell, times: Cell, of: str) -> Cell:
    """Return the cell times the factor, cited as the factor is; a pending factor leaves it pending."""
    floor = None if cell.floor is None else _multiplied(cell.floor, times, of)
    mixed = evolve(
        cell,
        citation=times.citation,
        blame=times.blame,
        source=times.source,
        note=None,
        free=False,
        floor=floor,
        overtaken=None,
    )
    if times.state is CellState.PENDING and cell.state is CellState.SET:
        floor = None if times.floor is None else _multiplied(cell, times.floor, of)
        return evolve(mixed, state=CellState.PENDING, value=None, evidence=None, confidence=None, floor=floor)
    if cell.state is not CellState.SET or cell.evidence is None or times.evidence is None:
        return mixed
    weaker = cell if cell.evidence.rank <= times.evidence.rank else times
    confidence = weaker.confidence if weaker.evidence is Evidence.RECALLED else None
    return evolve(mixed, value=_product(cell, times, of), evidence=weaker.evidence, confidence=confidence)


def _product(cell: Cell, times: Cell, of: str) -> Decimal:
    if not isinstance(cell.value, Decimal) or not isinstance(times.value, Decimal):
        raise RulesetError([Diagnostic.of("threshold.relative/number", of=of)])
    value = _EXACT.multiply(cell.value, times.value)
    if unfit(value) is not None:
        raise RulesetError([Diagnostic.of("value.digits/product", value=value, digits=MAX_DIGITS)])
    return value
