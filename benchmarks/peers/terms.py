"""A composed set in the few plain terms from which each peer's own form is written.

Here tables keep the cells of this year, evidence is decided, ratios are percentages (but where two facts are compared
as part and whole). Outcomes are ranked: 0 not met, 1 undetermined, 2 met, 3 not applicable. Ranked so, ``all`` is the
least of its members; ``RANKS`` is the way to the codes of the library, and back.
"""

import typing
from decimal import Decimal

from attrs import evolve, frozen

from ntm_rules.model.citations import Evidence
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    Case,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Op,
    Open,
    PointsOf,
    Ref,
    SumOf,
    Then,
)
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Key, Table, Threshold, bound_threshold, matching, selected
from ntm_rules.verdict.compare import allowed_values

RANKS = bytes((0, 2, 1, 3))
NOT_MET, UNDETERMINED, MET, NOT_APPLICABLE = range(4)
SIGNS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE_THAN: ">", Op.LESS_THAN: "<", Op.EQUALS: "=="}
OFFICIAL = "official_"
"""Before the name of a derived fact that is another where only official cells count."""


@frozen
class Const:
    """The same for every commune."""

    rank: int


@frozen
class Number:
    """A numeric fact and a number."""

    fact: str
    sign: str
    limit: float


@frozen
class Flag:
    """A yes or no, and what is asked."""

    fact: str
    wanted: bool


@frozen
class Named:
    """A level or a category, and what is allowed."""

    fact: str
    allowed: tuple[str, ...]


@frozen
class Share:
    """Part times ``left`` against whole times ``right``, all of them whole numbers."""

    part: str
    whole: str
    sign: str
    left: int
    right: int
    empty: int


@frozen
class Pick:
    """What stands in the column of one fact; undetermined where it is missing or has no column."""

    by: str
    rows: "tuple[tuple[bool | str, Term], ...]"


@frozen
class Least:
    """All of them."""

    members: "tuple[Term, ...]"


@frozen
class Enough:
    """At least k of them."""

    k: int
    members: "tuple[Term, ...]"


@frozen
class Reverse:
    """Not."""

    member: "Term"


@frozen
class Guarded:
    """A condition where another one applies."""

    applies: "Term"
    require: "Term"


Term = Const | Number | Flag | Named | Share | Pick | Least | Enough | Reverse | Guarded


@frozen
class Chosen:
    """A derived category: the first row whose guard is met, or the only one (``exclusive``)."""

    id: str
    values: tuple[str, ...]
    rows: tuple[tuple[Term, str | Ref], ...]
    otherwise: str | Ref
    exclusive: bool


@frozen
class Extreme:
    """The least or the greatest of some facts; missing where one is."""

    id: str
    greatest: bool
    facts: tuple[str, ...]


@frozen
class Terms:
    """A set, ready to be written in another engine's form.

    Attributes:
        derived: in the order in which they are worked out.
        indicators, official: by all cells, and where only official ones count.
        criteria: the indicators of each, and how many of them are needed (None: all).
    """

    facts: dict[str, Fact]
    derived: tuple[Chosen | Extreme, ...]
    indicators: tuple[Term, ...]
    official: tuple[Term, ...]
    criteria: tuple[tuple[slice, int | None], ...]

    @property
    def size(self) -> int:
        """How many outcomes a commune has: the set, its criteria, its indicators."""
        return 1 + len(self.criteria) + len(self.indicators)


def terms_of(ruleset: Ruleset) -> Terms:
    """A set in plain terms."""
    asked, official = _Lowering(ruleset, None), _Lowering(ruleset, Evidence.OFFICIAL)
    derived: list[Chosen | Extreme] = []
    for each in ruleset.derived:
        if isinstance(each.rule, RatioOf):
            continue
        first = asked.derived(each)
        derived.append(first)
        second = official.derived(each)
        if second != first:
            derived.append(evolve(second, id=OFFICIAL + each.id))
            official.names[each.id] = OFFICIAL + each.id
    criteria, start = [], 0
    for criterion in ruleset.criteria:
        criteria.append((slice(start, start + len(criterion.indicators)), criterion.at_least_n))
        start += len(criterion.indicators)
    both = [
        tuple(
            lowering.condition(i.require)
            if i.applies_if is None
            else Guarded(lowering.condition(i.applies_if), lowering.condition(i.require))
            for criterion in ruleset.criteria
            for i in criterion.indicators
        )
        for lowering in (asked, official)
    ]
    return Terms(columns_of(ruleset), tuple(derived), both[0], both[1], tuple(criteria))


def columns_of(ruleset: Ruleset) -> dict[str, Fact]:
    """The facts of the benchmark's communes: a ratio fact as a percentage, without its parts."""
    facts = dict(ruleset.inputs())
    compared = {p for d in ruleset.derived if isinstance(d.rule, RatioOf) for p in (d.rule.part, d.rule.whole)}
    parts = {p for f in facts.values() if f.ratio is not None for p in (f.ratio.part, f.ratio.whole)}
    return {name: fact for name, fact in facts.items() if name not in parts - compared}


def _category(then: Then | None) -> str | Ref:
    if then is None or isinstance(then, Decimal):
        raise NotImplementedError("every case of the benchmark gives a category, whatever the facts")
    return then


class _Lowering:
    """Writes the conditions of a set in plain terms, for one floor of evidence."""

    def __init__(self, ruleset: Ruleset, floor: Evidence | None) -> None:
        self.floor = floor
        self.bindings = dict(ruleset.bindings)
        self.facts = {f.id: f for f in ruleset.facts} | {d.id: d.fact for d in ruleset.derived}
        self.shares = {d.id: d.rule for d in ruleset.derived if isinstance(d.rule, RatioOf)}
        self.names: dict[str, str] = {}

    def derived(self, derived: Derived) -> Chosen | Extreme:
        match derived.rule:
            case Case():
                rows = tuple((self.condition(row.when), _category(row.then)) for row in derived.rule.rows)
                values = self.values_of(derived)
                return Chosen(derived.id, values, rows, _category(derived.rule.otherwise), derived.rule.exclusive)
            case MinOf() | MaxOf():
                return Extreme(derived.id, isinstance(derived.rule, MaxOf), derived.rule.facts)
            case PointsOf() | SumOf():
                raise NotImplementedError("no set of the benchmark adds anything up")
            case RatioOf():
                raise NotImplementedError("a ratio is compared as part and whole")
            case _:
                typing.assert_never(derived.rule)

    def values_of(self, derived: Derived) -> tuple[str, ...]:
        assert isinstance(derived.rule, Case)
        found: list[str] = []
        for then in (*(row.then for row in derived.rule.rows), derived.rule.otherwise):
            found += self.facts[then.fact].values if isinstance(then, Ref) else [str(then)]
        return tuple(dict.fromkeys(found))

    def condition(self, node: Condition) -> Term:
        match node:
            case Comparison():
                leaves = tuple(self.leaf(fact, node.op, node.threshold) for fact in node.facts)
                return leaves[0] if len(leaves) == 1 else Least(leaves)
            case All():
                return Least(tuple(self.condition(m) for m in node.members))
            case Any():
                return Enough(1, tuple(self.condition(m) for m in node.members))
            case AtLeast():
                return Enough(node.k, tuple(self.condition(m) for m in node.members))
            case Not():
                return Reverse(self.condition(node.member))
            case Meets():
                assert node.recognised is not None
                assert node.resolved is None, "the sets of the benchmark ask for an act"
                return self.leaf(node.recognised, Op.EQUALS, node.cell)
            case Open():
                raise NotImplementedError("every cell of the benchmark's sets is set")
            case _:
                typing.assert_never(node)

    def leaf(self, fact: str, op: Op, threshold: Threshold) -> Term:
        bound = bound_threshold(threshold)
        return self.cell(fact, op, bound) if isinstance(bound, Cell) else self.table(fact, op, bound, ())

    def table(self, fact: str, op: Op, table: Table, key: Key) -> Term:
        """What is left of a table when its first selectors have the values of *key*."""
        if len(key) == len(table.by):
            found = matching(table, key)
            return self.cell(fact, op, found[1]) if found else Const(UNDETERMINED)
        selector = table.by[len(key)]
        if selector in self.bindings:
            return self.table(fact, op, table, (*key, self.bindings[selector]))
        values = self.facts[selector].values or (True, False)
        rows = tuple((value, self.table(fact, op, table, (*key, selected(value)))) for value in values)
        if all(row == Const(UNDETERMINED) for _, row in rows):
            return Const(UNDETERMINED)
        return Pick(self.names.get(selector, selector), rows)

    def cell(self, fact: str, op: Op, cell: Cell) -> Term:
        if cell.below(self.floor):
            return Const(UNDETERMINED)
        if cell.state is CellState.NONE:
            return Const(NOT_APPLICABLE)
        assert cell.state is CellState.SET
        if fact in self.shares:
            return self.share(self.shares[fact], op, cell)
        name = self.names.get(fact, fact)
        if self.facts[fact].type.numeric:
            return Number(name, SIGNS[op], float(typing.cast(Decimal, cell.value)))
        if op is Op.EQUALS and self.facts[fact].type is FactType.BOOLEAN:
            return Flag(name, bool(cell.value))
        allowed = (str(cell.value),) if op is Op.EQUALS else allowed_values(self.facts[fact], op, cell)
        return Named(name, tuple(v for v in self.facts[fact].values if v in allowed))

    def share(self, rule: RatioOf, op: Op, cell: Cell) -> Term:
        assert self.facts[rule.part].decimals == self.facts[rule.whole].decimals == 0
        top, bottom = typing.cast(Decimal, cell.value).as_integer_ratio()
        empty = UNDETERMINED if cell.when_empty is None else RANKS[cell.when_empty]
        return Share(rule.part, rule.whole, SIGNS[op], 100 * bottom, top, empty)


def leaves_of(term: Term) -> "typing.Iterator[Term]":
    """The comparisons of a term."""
    match term:
        case Const() | Number() | Flag() | Named() | Share():
            yield term
        case Pick():
            for _, row in term.rows:
                yield from leaves_of(row)
        case Least() | Enough():
            for member in term.members:
                yield from leaves_of(member)
        case Reverse():
            yield from leaves_of(term.member)
        case Guarded():
            yield from leaves_of(term.applies)
            yield from leaves_of(term.require)
        case _:
            typing.assert_never(term)
