"""Rulesets and facts for the property tests: every node type and cell state, and values beside every threshold."""

import datetime as dt
import math
import random
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from attrs import evolve
from hypothesis import strategies as st

from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.citations import Citation, Confidence, Evidence, Instrument
from ntm_rules.model.facts import Consistency, Direction, Fact, FactType, Measure, RatioOf
from ntm_rules.model.lists import UnitList
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Layer, LayerKind, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold, Value
from oracle import contradicted, givable, odd_counts, odd_shares, scored, written
from oracle import derivations as said_of

T = typing.TypeVar("T")
DIGITS = Context(prec=15)
Facts = dict[str, typing.Any]

PERCENT, POINT = Measure("percent", Text("%", "%")), Measure("point", Text("điểm", "points"))
LAW = Instrument("xu-mau", "1/QĐ-XM", "2022-03-08")
PRESS = Instrument("xu-mau", "2/QĐ-XM", "2023-03-08")


def _number(name: str, low: str | None = "0", high: str | None = None, decimals: int = 2, **more: typing.Any) -> Fact:
    bounds = (None if low is None else Decimal(low), None if high is None else Decimal(high))
    return Fact(name, FactType.NUMBER, None, POINT, *bounds, decimals, **more)


def _percent(name: str, **more: typing.Any) -> Fact:
    return Fact(name, FactType.PERCENT, None, PERCENT, Decimal(0), Decimal(100), 2, Direction.MORE, **more)


def _count(name: str, **more: typing.Any) -> Fact:
    return Fact(name, FactType.COUNT, None, POINT, Decimal(0), **more)


CATALOGUE = (
    _percent("share"),
    _percent("other_share"),
    _percent("all_share", consistency=Consistency(mean_of=("share", "other_share"))),
    _percent("rate", ratio=RatioOf("part", "whole"), consistency=Consistency(at_most=("other_share",))),
    _count("part"),
    _count("whole"),
    _number("per_head", decimals=3, ratio=RatioOf("stock", "whole")),
    _number("stock", decimals=1),
    _number("base", decimals=2),
    _number("amount", "-20", "60.5", 1, direction=Direction.LESS),
    _number("free", None, None, 6),
    _count("tally", consistency=Consistency(sum_of=("wells", "group_whole"))),
    Fact("balance", FactType.COUNT, None, POINT, Decimal(-20), Decimal(60)),
    _count("group_part"),
    _count("group_whole"),
    _number("score_plan", high="40", direction=Direction.MORE),
    _number("score_work", high="54.5", decimals=1, direction=Direction.MORE),
    Fact("score_meetings", FactType.COUNT, None, POINT, Decimal(0), Decimal(5), direction=Direction.MORE),
    _number("score_beyond", "-5", "2.5", 1, direction=Direction.MORE),
    _percent("reached", ratio=RatioOf("units_there", "units"), undecided="units_open"),
    _count("units_there", undecided="units_open"),
    _count("units_open"),
    _count("units"),
    _number("density", decimals=3, ratio=RatioOf("wells", "units"), undecided="wells_open"),
    _count("wells"),
    _count("wells_open", consistency=Consistency(part_of=("units_open",))),
    _count("scored", undecided="scores_open"),
    _count("scores_open"),
    Fact("yes", FactType.BOOLEAN),
    Fact("also", FactType.BOOLEAN),
    Fact("act", FactType.BOOLEAN),
    Fact("level", FactType.ORDINAL, values=("c", "b", "a")),
    Fact("kind", FactType.CATEGORY, values=("x", "y", "z")),
    Fact("region", FactType.CATEGORY, values=("N", "S")),
)
BY_ID = {fact.id: fact for fact in CATALOGUE}
OPS = {
    FactType.BOOLEAN: (c.Op.EQUALS,),
    FactType.ORDINAL: (c.Op.EQUALS, c.Op.LEVEL_AT_LEAST, c.Op.ONE_OF),
    FactType.CATEGORY: (c.Op.EQUALS, c.Op.ONE_OF),
}
NUMERIC_OPS = (c.Op.EQUALS, c.Op.AT_LEAST, c.Op.AT_MOST, c.Op.MORE_THAN, c.Op.LESS_THAN)
NUMBERS = tuple(
    Decimal(t) for t in ("0", "0.3", "1", "2.5", "33.33", "33.333", "50", "66.67", "99.9", "100", "-1.5", "0.000001")
)
BY_DIGITS = 2
TWINS = (("share", "other_share"), ("yes", "also"))
SELECTORS = ("region", "year", "yes", "level", "kind", "zone", "group")


# -- rulesets -------------------------------------------------------------------------------------


def _one_in(draw: st.DrawFn, n: int) -> bool:
    return draw(st.integers(0, n - 1)) == n - 1


def _values(draw: st.DrawFn, fact: Fact, op: c.Op) -> Value:
    if fact.type is FactType.BOOLEAN:
        return draw(st.booleans())
    if fact.type.numeric:
        number = draw(st.sampled_from(NUMBERS))
        return number.to_integral_value() if fact.type is FactType.COUNT else number
    if op is c.Op.ONE_OF:
        return tuple(draw(st.lists(st.sampled_from(fact.values), min_size=1, max_size=2, unique=True)))
    return draw(st.sampled_from(fact.values))


@st.composite
def cells(draw: st.DrawFn, fact: Fact | None, op: c.Op, plain: bool = False) -> Cell:
    """A cell in any state; *plain* cells are set. Without a fact only pending and delegated ones."""
    states = (
        [CellState.SET] if plain else [CellState.SET] * 6 + [CellState.NONE, CellState.DELEGATED, CellState.PENDING]
    )
    state = draw(st.sampled_from(states if fact else states[-2:]))
    evidence = None if state is CellState.PENDING else draw(st.sampled_from(Evidence))
    confidence = Confidence.LOW if evidence is Evidence.RECALLED else None
    instrument = draw(st.sampled_from((LAW, PRESS)))
    citation = Citation(instrument, draw(st.sampled_from((None, "I"))), None)
    empty, value, floor = None, None, None
    if state is CellState.SET and fact is not None:
        value = _values(draw, fact, op)
        if fact.ratio is not None or fact.id in ("group_rate", "fold", "score"):
            empty = draw(st.sampled_from((None, Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE)))
    if state is CellState.PENDING and fact is not None and draw(st.booleans()):
        floor = draw(cells(fact, op, plain=True))
    return Cell(state, citation, instrument, value, evidence, confidence, when_empty=empty, floor=floor)


@st.composite
def thresholds(draw: st.DrawFn, fact: Fact | None, op: c.Op, known: Mapping[str, Fact]) -> Threshold:
    """A cell, a table over one or two selectors, or a multiple that was worked out."""
    shape = draw(st.integers(0, 5))
    if shape == 5 and fact is not None and fact.type.numeric:
        factor = draw(cells(BY_ID["free"], c.Op.AT_LEAST, plain=True))
        return Relative(factor, "commune/b#1", draw(st.one_of(cells(fact, op), tables(fact, op, known))))
    if shape >= 3:
        return draw(tables(fact, op, known))
    return draw(cells(fact, op))


@st.composite
def tables(draw: st.DrawFn, fact: Fact | None, op: c.Op, known: Mapping[str, Fact]) -> Table:
    """A table with gaps, ``*`` and the printed general column."""
    names = [s for s in SELECTORS if s in known or s == "year"]
    by = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    columns = [("*", "ALL", *_columns(s, known)) for s in by]
    key = st.tuples(*(st.sampled_from(column) for column in columns))
    keys = draw(st.lists(key, min_size=1, max_size=4, unique=True))
    return Table(tuple(by), tuple((k, draw(cells(fact, op))) for k in keys))


def _columns(selector: str, known: Mapping[str, Fact]) -> tuple[str, ...]:
    if selector == "year":
        return ("2024", "2025")
    return known[selector].values or ("true", "false")


@st.composite
def comparisons(draw: st.DrawFn, known: Mapping[str, Fact]) -> c.Comparison:
    """A comparison of one fact, or of two of one kind."""
    names = (draw(st.sampled_from(TWINS)),) if _one_in(draw, 6) else ((draw(st.sampled_from(sorted(known))),),)
    fact = known[names[0][0]]
    op = draw(st.sampled_from(OPS.get(fact.type, NUMERIC_OPS)))
    total = "all_share" if names[0] == TWINS[0] and op is not c.Op.EQUALS and draw(st.booleans()) else None
    return c.Comparison(tuple(names[0]), op, draw(thresholds(fact, op, known)), total=total)


@st.composite
def conditions(
    draw: st.DrawFn, known: Mapping[str, Fact], others: tuple[Ruleset, ...] = (), depth: int = 2
) -> c.Condition:
    """A condition of any kind, at most *depth* connectives deep."""
    kind = draw(st.integers(0, 9)) if depth else draw(st.integers(0, 5))
    part = draw(st.sampled_from((None, None, "a", "b")))
    if kind <= 3:
        condition: c.Condition = draw(comparisons(known))
    elif kind == 4:
        condition = draw(prerequisites(others)) if others else draw(comparisons(known))
    elif kind == 5:
        open_ = st.one_of(cells(None, c.Op.EQUALS), tables(None, c.Op.EQUALS, known))
        condition = c.Open(draw(open_)) if _one_in(draw, 2) else draw(comparisons(known))
    elif kind == 6:
        condition = c.Not(draw(conditions(known, others, depth - 1)))
    else:
        members = tuple(draw(st.lists(conditions(known, others, depth - 1), min_size=1, max_size=3)))
        if kind == 7:
            condition = c.All(members)
        elif kind == 8:
            condition = c.Any(members)
        else:
            condition = c.AtLeast(draw(st.integers(1, len(members))), members)
    return typing.cast(c.Condition, _with_part(condition, part))


def _with_part(condition: typing.Any, part: str | None) -> object:
    return evolve(condition, part=part)


@st.composite
def prerequisites(draw: st.DrawFn, others: tuple[Ruleset, ...]) -> c.Meets:
    """Another ruleset, by act, by finding or by either."""
    other = draw(st.sampled_from(others))
    by = draw(st.sampled_from(c.By))
    asked = draw(cells(BY_ID["act"], c.Op.EQUALS, plain=True))
    cell = Cell(CellState.SET, asked.citation, asked.blame, True, asked.evidence, asked.confidence)
    if _one_in(draw, 6):
        cell = Cell(CellState.PENDING, asked.citation, asked.blame, floor=draw(st.sampled_from((None, cell))))
    recognised = None if by is c.By.FINDING else "act"
    return c.Meets(other.id, by, cell, None, recognised, None if by is c.By.ACT else other)


@st.composite
def derivations(draw: st.DrawFn) -> tuple[c.Derived, ...]:
    """Facts worked out from others: a column, an exclusive group, extremes, a ratio and a number of times."""
    zone, group = (
        Fact("zone", FactType.CATEGORY, values=("N", "S", "Z")),
        Fact("group", FactType.CATEGORY, values=("g", "h")),
    )
    made: list[c.Derived] = []
    guards = comparisons(BY_ID)
    if draw(st.booleans()):
        then: st.SearchStrategy[str | c.Ref] = st.sampled_from(("N", "Z", c.Ref("region")))
        rows = tuple(c.CaseRow(g, draw(then)) for g in draw(st.lists(guards, min_size=1, max_size=2)))
        made.append(
            c.Derived(zone, c.Case(rows, draw(st.sampled_from((None, "S", "Z", c.Ref("region")))), draw(st.booleans())))
        )
    if draw(st.booleans()):
        guards = comparisons(BY_ID | {d.id: d.fact for d in made})
        rows = tuple(c.CaseRow(g, draw(st.sampled_from("gh"))) for g in draw(st.lists(guards, min_size=1, max_size=3)))
        made.append(c.Derived(group, c.Case(rows, draw(st.sampled_from((None, "g", "h"))), True)))
    choices = [("share", "other_share"), ("share", "rate"), ("rate", "share", "other_share")]
    banded: tuple[Fact, ...] = ()
    if draw(st.booleans()):
        made.append(draw(bands()))
        banded = (made[-1].fact,)
        choices += [("banded", "share")]
    if draw(st.booleans()):
        made.append(c.Derived(_number("score", high="100"), draw(scores(banded))))
        choices += [("score", "share"), ("rate", "score")]
    if draw(st.booleans()):
        names = draw(st.sampled_from(choices))
        made.append(c.Derived(_percent("extreme"), c.MinOf(names) if draw(st.booleans()) else c.MaxOf(names)))
    if draw(st.booleans()):
        made.append(c.Derived(_percent("group_rate"), RatioOf("group_part", "group_whole")))
    if draw(st.booleans()):
        made.append(c.Derived(_number("total", None), draw(sums())))
    if draw(st.booleans()):
        made.append(c.Derived(_number("fold", decimals=2, direction=Direction.MORE), RatioOf("stock", "base")))
    return tuple(made)


@st.composite
def bands(draw: st.DrawFn) -> c.Derived:
    """Points by which of a few rows holds first; some rows give the same, and what is left may give none."""
    some = st.sampled_from(list(map(Decimal, ("0", "3", "5.5", "10", "-2"))))
    guards = draw(st.lists(comparisons(BY_ID), min_size=1, max_size=3))
    rows = tuple(c.CaseRow(guard, draw(some)) for guard in guards)
    rest = draw(st.one_of(st.none(), some))
    given = [value for value in (*(row.then for row in rows), rest) if isinstance(value, Decimal)]
    fact = Fact("banded", FactType.NUMBER, None, POINT, min(given), max(given), 1, Direction.MORE)
    return c.Derived(fact, c.Case(rows, rest))


@st.composite
def scores(draw: st.DrawFn, banded: tuple[Fact, ...] = ()) -> c.PointsOf:
    """Points of a few parts, any of which may not apply; some only add to the total or take from it."""
    found = [("score_plan", "40"), ("score_work", "55"), ("score_meetings", "5.5")][: draw(st.integers(2, 3))]
    found += [(fact.id, "10" if fact.minimum == 0 else "0") for fact in banded]
    found += [("score_beyond", "0")] if draw(st.booleans()) else []
    guards = st.one_of(st.none(), comparisons(BY_ID))
    parts = tuple(c.Scored(name, Decimal(most), draw(guards)) for name, most in found)
    return c.PointsOf(sum((part.out_of for part in parts), Decimal(0)), parts)


@st.composite
def some_must(draw: st.DrawFn, k: int | None, numbers: Sequence[str]) -> tuple[str, ...]:
    """Which of k members have to be met, in printed order: mostly some."""
    if k is None:
        return ()
    chosen = draw(st.sets(st.sampled_from(numbers), min_size=0 if _one_in(draw, 3) else 1, max_size=k))
    return tuple(no for no in numbers if no in chosen)


@st.composite
def sums(draw: st.DrawFn) -> c.SumOf:
    """A sum, a difference or a mean of figures, of shares that follow from their parts, and of both."""
    choices = [("share", "other_share"), ("rate", "share"), ("amount", "free", "balance"), ("rate", "per_head")]
    names = draw(st.sampled_from([*choices, ("group_part", "tally")]))
    addends = tuple(c.Addend(name, draw(st.sampled_from((1, 1, -1)))) for name in names)
    return c.SumOf(addends, draw(st.sampled_from((1, len(names)))))


@st.composite
def rulesets(draw: st.DrawFn, nested: bool = True, lists: tuple[UnitList, ...] = ()) -> Ruleset:
    """A composed ruleset; *lists* are those of its prerequisites too."""
    derived = draw(derivations())
    bindings = [("year", "2024")]
    if nested and draw(st.booleans()):
        bindings.insert(0, ("region", "N"))
    known = BY_ID | {d.id: d.fact for d in derived}
    others: tuple[Ruleset, ...] = ()
    if nested and draw(st.booleans()):
        others = (_bound(draw(rulesets(nested=False, lists=lists)), bindings),)
    criteria = []
    for n in range(1, draw(st.integers(1, 3)) + 1):
        own = []
        for i in range(1, draw(st.integers(1, 3)) + 1):
            applies = draw(conditions(known, (), 1)) if _one_in(draw, 5) else None
            own.append(Indicator(f"{n}.{i}", draw(conditions(known, others)), Citation(LAW), applies_if=applies))
        k = draw(st.integers(1, len(own))) if _one_in(draw, 4) else None
        must = draw(some_must(k, [indicator.no for indicator in own]))
        criteria.append(Criterion(str(n), tuple(own), at_least_n=k, counted=not _one_in(draw, 4), must=must))
    every = all(criterion.counted for criterion in criteria)
    k = draw(st.integers(1, len(criteria))) if every and _one_in(draw, 5) else None
    layers = (Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8), read_whole=not _one_in(draw, 4)),)
    must = draw(some_must(k, [criterion.no for criterion in criteria]))
    on = dt.date(2024, 7, 2)
    name = "commune/a" if nested else "commune/b"
    return Ruleset(
        name,
        "2021-2025",
        on,
        2024,
        tuple(criteria),
        CATALOGUE,
        layers,
        derived,
        tuple(bindings),
        at_least_n=k,
        must=must,
        lists=lists,
    )


@st.composite
def graded_rulesets(draw: st.DrawFn) -> Ruleset:
    """A composed ruleset with one or two grades, each of which asks otherwise for some indicators."""
    ruleset = draw(rulesets())
    known = BY_ID | {d.id: d.fact for d in ruleset.derived}
    return evolve(
        ruleset, grades=tuple(Grade(name, draw(_variants(ruleset, known))) for name in "ab"[: draw(st.integers(1, 2))])
    )


@st.composite
def listed_rulesets(draw: st.DrawFn) -> Ruleset:
    """A composed ruleset with a list that has some of the units 00000 to 00005, and decides their kind."""
    classes = draw(st.lists(st.sampled_from((None, "x", "y", "z")), min_size=6, max_size=6))
    units = tuple((f"{number:05}", name) for number, name in enumerate(classes) if name is not None)
    day = dt.date(2024, 1, 1)
    return draw(rulesets(lists=(UnitList("kind", LAW, day, day, draw(st.sampled_from(Evidence)), units),)))


@st.composite
def _variants(draw: st.DrawFn, ruleset: Ruleset, known: Mapping[str, Fact]) -> Ruleset:
    def changed(indicator: Indicator) -> Indicator:
        return indicator if draw(st.booleans()) else evolve(indicator, require=draw(conditions(known, (), 1)))

    criteria = (evolve(c, indicators=tuple(map(changed, c.indicators))) for c in ruleset.criteria)
    return evolve(ruleset, criteria=tuple(criteria))


def _bound(ruleset: Ruleset, bindings: Iterable[tuple[str, str]]) -> Ruleset:
    return evolve(ruleset, bindings=tuple(bindings))


# -- facts ----------------------------------------------------------------------------------------


def limits(ruleset: Ruleset) -> dict[str, list[Decimal]]:
    """The numbers that each fact is compared with anywhere in the set, prerequisites included."""
    found: dict[str, list[Decimal]] = {}

    def note(names: Iterable[str], threshold: Threshold) -> None:
        if isinstance(threshold, Relative):
            threshold = threshold.resolved or threshold.times
        for _, _, cell in walk.threshold_cells(threshold):
            for value in (cell.value, cell.floor and cell.floor.value, cell.overtaken and cell.overtaken.value):
                if isinstance(value, Decimal):
                    for name in names:
                        found.setdefault(name, []).append(value)

    def read(condition: c.Condition) -> None:
        for _, leaf in walk.leaves(condition):
            if isinstance(leaf, c.Comparison):
                note(leaf.facts, leaf.threshold)

    for _, indicator in walk.indicators(ruleset):
        read(indicator.require)
        if indicator.applies_if is not None:
            read(indicator.applies_if)
    for derived in ruleset.derived:
        for guard in walk.guards_of(derived):
            read(guard)
    for derived in ruleset.derived:
        if isinstance(derived.rule, c.MinOf | c.MaxOf):
            for name in derived.rule.facts:
                found.setdefault(name, []).extend(found.get(derived.id, []))
    for derived in ruleset.derived:
        if isinstance(derived.rule, c.PointsOf):
            for part in derived.rule.members:  # as large a part of it as of the whole
                share = [limit * part.out_of / derived.rule.out_of for limit in found.get(derived.id, [])]
                found.setdefault(part.fact, []).extend(round(s, BY_DIGITS) for s in share)
    for derived in ruleset.derived:
        if isinstance(derived.rule, c.SumOf):
            for each in derived.rule.addends:
                sizes = (1, len(derived.rule.addends))
                found.setdefault(each.fact, []).extend(n * k for n in found.get(derived.id, []) for k in sizes)
    for other in (*walk.prerequisites(ruleset), *(grade.ruleset for grade in ruleset.grades)):
        for name, values in limits(other).items():
            found.setdefault(name, []).extend(values)
    return {name: sorted(set(values)) for name, values in found.items()}


def numbers_near(fact: Fact, around: Iterable[Decimal]) -> list[Decimal | float]:
    """Values beside every limit and bound: one step, one float, and the limit itself."""
    step = Decimal(1).scaleb(-fact.decimals)
    edges = [*around, *(b for b in (fact.minimum, fact.maximum) if b is not None)] or [Decimal(0), Decimal(1)]
    found: list[Decimal | float] = []
    for edge in edges:
        found += [edge, edge - step, edge + step]
        if fact.type is not FactType.COUNT:
            found += [math.nextafter(float(edge), way) for way in (math.inf, -math.inf) if edge]
            found += [edge.next_plus(DIGITS), edge.next_minus(DIGITS)] if edge else []
    return [x for x in dict.fromkeys(found) if _allowed(fact, x)]


def _allowed(fact: Fact, x: Decimal | float) -> bool:
    number = Fraction(written(x))
    if fact.minimum is not None and number < Fraction(fact.minimum):
        return False
    if fact.type is FactType.COUNT and number.denominator != 1:
        return False
    return fact.maximum is None or number <= Fraction(fact.maximum)


def forms(number: Decimal | float) -> list[object]:
    """All ways in which a caller may write a number."""
    if isinstance(number, float):
        return [number]
    found: list[object] = [number, format(number, "f"), float(number)]
    if number == number.to_integral_value():
        found.append(int(number))
    return found


class Pick(typing.Protocol):
    """Chooses one of several values: by hypothesis, or by a seeded random number."""

    def __call__(self, choices: typing.Sequence[T], /) -> T: ...


@st.composite
def facts(draw: st.DrawFn, ruleset: Ruleset, missing: int = 4) -> Facts:
    """Good facts for the set: about one in *missing* is left out. Shrinks; meant for small sets."""
    return made_facts(ruleset, lambda choices: draw(st.sampled_from(choices)), missing)


@st.composite
def seeded_facts(draw: st.DrawFn, ruleset: Ruleset, missing: int = 15) -> Facts:
    """The same from one drawn seed: fast, for sets with hundreds of facts."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    return made_facts(ruleset, chance.choice, missing)


def made_facts(ruleset: Ruleset, pick: Pick, missing: int) -> Facts:
    """Facts at, just below and just above the limits of the set, parts and wholes that tie, and gaps."""
    near = limits(ruleset)
    found: Facts = {}
    ratios = [(f, f.ratio) for f in ruleset.facts if f.ratio]
    ratios += worked_out_ratios(ruleset)
    exact = {name for _, ratio in ratios for name in (ratio.part, ratio.whole)} | scored(ruleset)
    there = [True] * (missing - 1) + [False]
    for fact in ruleset.inputs().values():
        if fact.ratio is None and pick(there):
            found[fact.id] = one(fact, pick, near.get(fact.id, ()), fact.id in exact)
    by_id = {f.id: f for f in ruleset.facts}
    for name in dict.fromkeys(ratio.whole for _, ratio in ratios):
        if name in found and pick((True, False)):
            least = by_id[name].minimum or 0
            found[name] = pick(tuple(n for n in (0, 1, 3, 7, 8, 30, 40, 333, 1000) if n >= least))
    for fact, ratio in ratios:
        if ratio.part in found and ratio.whole in found:
            found[ratio.part] = _part(fact, by_id[ratio.part], found[ratio.whole], near.get(fact.id, ()), pick)
        elif fact.id in by_id and pick(there):
            found[fact.id] = one(fact, pick, near.get(fact.id, ()), fact.id in exact)
    for _ in range(4):  # a part may belong to two wholes, or be a whole itself
        _fit(ruleset, found)
        for fact, ratio in ratios:
            too_much = fact.type is FactType.PERCENT and ratio.part in found and ratio.whole in found
            if too_much and Decimal(str(found[ratio.part])) > Decimal(str(found[ratio.whole])):
                found[ratio.part] = 0
    for fact, ratio in ratios:
        if (
            fact.type is FactType.PERCENT
            and fact.undecided
            and {fact.undecided, ratio.part, ratio.whole} <= found.keys()
        ):
            rest = Decimal(str(found[ratio.whole])) - Decimal(str(found[ratio.part]))
            found[fact.undecided] = pick(forms(min(rest, Decimal(str(found[fact.undecided])))))
    while odd := odd_counts(ruleset, found, set()) | odd_shares(ruleset, found, set()):
        found = {name: value for name, value in found.items() if name not in odd}
    for fact in givable(ruleset).values():
        if pick((True, False)):  # what is worked out where that is known, else any value
            said = said_of(ruleset, found, fact.id)
            if len(said) <= 1:
                found[fact.id] = pick(tuple(said) or fact.values)
    while wrong := contradicted(ruleset, found, set()):  # by a derivation that reads another that is given
        found = {name: value for name, value in found.items() if name not in wrong}
    return found


def _fit(ruleset: Ruleset, found: Facts) -> None:
    """Change facts that contradict others by what they mean: parts to the whole, a whole to their sum."""
    known = {fact.id: fact for fact in ruleset.facts}
    odd = odd_counts(ruleset, found, set()) | odd_shares(ruleset, found, set())
    for fact in (known[name] for name in sorted(odd)):
        says = fact.consistency or Consistency()
        for name in (name for name in (*says.at_most, *says.part_of) if name in odd):
            if fact.type is FactType.PERCENT:
                found[name] = 100
            else:
                found[fact.id] = min(found[fact.id], found[name], key=lambda n: Fraction(written(n)))
        parts = [Fraction(written(found[name])) for name in says.sum_of if name in found and name in odd]
        if parts:
            found[fact.id] = int(sum(parts))


def worked_out_ratios(ruleset: Ruleset) -> list[tuple[Fact, RatioOf]]:
    """Ratios that the set and its prerequisites work out, each once."""
    found = [(d.fact, d.rule) for d in ruleset.derived if isinstance(d.rule, RatioOf)]
    for other in walk.prerequisites(ruleset):
        found += [pair for pair in worked_out_ratios(other) if pair not in found]
    return found


def _part(fact: Fact, part: Fact, whole: object, around: Iterable[Decimal], pick: Pick) -> object:
    """A part whose ratio to the whole lies at, just below or just above a limit."""
    total = Fraction(written(whole))
    scale = 10**part.decimals
    found = {0}
    for limit in (*around, Decimal(0), Decimal(fact.scale)):
        edge = Fraction(limit) * total / fact.scale * scale
        found |= {math.floor(edge) - 1, math.floor(edge), math.ceil(edge), math.ceil(edge) + 1}
    high = total * scale if fact.type is FactType.PERCENT else 10**9
    steps = pick(sorted(x for x in found if 0 <= x <= high))
    return pick(forms(Decimal(steps).scaleb(-part.decimals)))


def one(fact: Fact, pick: Pick, around: Iterable[Decimal] = (), steps: bool = False) -> typing.Any:
    """A good value of one fact; with *steps* a whole number of steps of its last digit, as parts of ratios are."""
    if fact.type is FactType.BOOLEAN:
        return pick((True, False))
    if not fact.type.numeric:
        return pick(fact.values)
    choices = numbers_near(fact, around)
    if steps:
        step = Decimal(1).scaleb(-fact.decimals)
        choices = [x for x in choices if isinstance(x, Decimal) and x % step == 0] or [Decimal(0)]
    return pick(forms(pick(choices)))
