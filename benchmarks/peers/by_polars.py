"""By hand in Polars: one lazy query over an eager frame, a frame out.

A condition is a yes/no expression (null: undetermined, Kleene's logic is Polars' own) that is true where it does not
apply, and beside it, where that can be, an expression that says so.
"""

import typing

import numpy as np
import polars as pl
from attrs import frozen

import ntm_rules as ntm
from ntm_rules.model.conditions import Ref
from ntm_rules.model.facts import FactType
from peers.communes import Columns
from peers.peer import Matrix, Peer
from peers.terms import (
    MET,
    NOT_APPLICABLE,
    UNDETERMINED,
    Chosen,
    Const,
    Enough,
    Extreme,
    Flag,
    Guarded,
    Least,
    Named,
    Number,
    Pick,
    Reverse,
    Share,
    Term,
    Terms,
)

SIGNS: dict[str, typing.Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "==": lambda a, b: a == b,
}


@frozen
class Found:
    """Satisfied or not, and where it does not apply (None: it always does)."""

    holds: pl.Expr
    away: pl.Expr | None = None

    @property
    def code(self) -> pl.Expr:
        """The code of the library."""
        code = self.holds.cast(pl.UInt8).fill_null(2)
        return code if self.away is None else pl.when(self.away).then(pl.lit(3, pl.UInt8)).otherwise(code)

    @property
    def met(self) -> pl.Expr:
        """Met, not counting what does not apply."""
        return self.holds if self.away is None else self.holds & ~self.away


class ByPolars(Peer):
    """The rules as Polars expressions."""

    name = "Polars by hand, 2 threads"
    package = "polars"
    form = "Float64 and Boolean with nulls, categories as Enum"
    environment: typing.ClassVar[dict[str, str]] = {"POLARS_MAX_THREADS": "2"}

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """The steps of the query."""
        self.terms = terms
        self.steps: list[list[pl.Expr]] = []
        for rule in terms.derived:
            self.steps.append([(chosen(rule) if isinstance(rule, Chosen) else extreme(rule)).alias(rule.id)])
        names = [f"i{place}" for place in range(len(terms.indicators))]
        asked = dict(zip(names, map(found, terms.indicators), strict=True))
        official = {
            f"o{place}": found(term)
            for place, term in enumerate(terms.official)
            if term != terms.indicators[place] and not isinstance(term, Const)
        }
        self.steps.append(columns_of(asked | official))
        kept = {name: named(name, each) for name, each in (asked | official).items()}
        criteria, floors = {}, {}
        for place, (span, k) in enumerate(terms.criteria):
            criteria[f"c{place}"] = together(k, [kept[name] for name in names[span]])
            if terms.official[span] != terms.indicators[span]:
                chosen_ = [named_official(p, terms, kept) for p in range(span.start, span.stop)]
                floors[f"f{place}"] = together(k, chosen_)
        self.steps.append(columns_of(criteria | floors))
        groups = {name: named(name, each) for name, each in (criteria | floors).items()}
        whole = together(None, [groups[name] for name in criteria])
        floor = together(None, [groups[f"f{p}" if f"f{p}" in floors else f"c{p}"] for p in range(len(criteria))])
        members = [groups[name] for name in criteria]
        counts = {
            "criteria_met": [each.holds.fill_null(False) for each in members],
            "criteria_not_met": [(~each.holds).fill_null(False) for each in members],
            "criteria_undetermined": [each.holds.is_null() for each in members],
        }
        self.last = [
            whole.code.alias("set"),
            *(groups[name].code.alias(f"criterion {name}") for name in criteria),
            *(kept[name].code.alias(f"indicator {name}") for name in names),
            *(pl.sum_horizontal([e.cast(pl.UInt8) for e in es]).alias(name) for name, es in counts.items()),
            (whole.holds.is_not_null() & floor.holds.is_null()).alias("provisional"),
        ]

    def load(self, columns: Columns) -> None:
        """A frame with nulls."""
        made = {}
        for fact in self.terms.facts.values():
            values = columns[fact.id]
            if fact.type.numeric:
                made[fact.id] = pl.Series(values, nan_to_null=True)
                continue
            here = pl.Series(~np.ma.getmaskarray(values))
            text = pl.Series(np.ma.getdata(values))
            typed = text if fact.type is FactType.BOOLEAN else text.cast(pl.Enum(fact.values))
            made[fact.id] = typed.zip_with(here, pl.Series([None], dtype=typed.dtype))
        self.frame = pl.DataFrame(made)

    def run(self) -> pl.DataFrame:
        """The wide frame."""
        query = self.frame.lazy()
        for step in self.steps:
            query = query.with_columns(step)
        return query.select(self.last).collect()

    def matrix(self, result: pl.DataFrame) -> Matrix:
        """Column by column."""
        return np.vstack([column.cast(pl.UInt8).to_numpy() for column in result.iter_columns()])


class ByPolarsAlone(ByPolars):
    """On one thread."""

    name = "Polars by hand, 1 thread"
    environment: typing.ClassVar[dict[str, str]] = {"POLARS_MAX_THREADS": "1"}


def columns_of(conditions: dict[str, Found]) -> list[pl.Expr]:
    """What conditions are kept as."""
    made = [each.holds.alias(name) for name, each in conditions.items()]
    return made + [each.away.alias(f"{name} away") for name, each in conditions.items() if each.away is not None]


def named(name: str, kept: Found) -> Found:
    """A condition that is kept as columns."""
    return Found(pl.col(name), None if kept.away is None else pl.col(f"{name} away"))


def named_official(place: int, terms: Terms, kept: dict[str, Found]) -> Found:
    """An indicator where only official cells count."""
    if terms.official[place] == terms.indicators[place]:
        return kept[f"i{place}"]
    return kept.get(f"o{place}") or found(terms.official[place])


def together(k: int | None, members: list[Found]) -> Found:
    """All, or at least k."""
    if k is None:
        aways = [member.away for member in members if member.away is not None]
        away = pl.all_horizontal(aways) if len(aways) == len(members) else None
        return Found(pl.all_horizontal([member.holds for member in members]), away)
    if k == 1:
        return Found(pl.any_horizontal([member.met for member in members]))
    met = pl.sum_horizontal([member.met.fill_null(False).cast(pl.UInt8) for member in members])
    maybe = pl.sum_horizontal([member.met.fill_null(True).cast(pl.UInt8) for member in members])
    return Found(pl.when(met >= k).then(True).when(maybe < k).then(False))


def found(term: Term) -> Found:
    """A condition as expressions."""
    match term:
        case Const(rank):
            away = pl.lit(True) if rank == NOT_APPLICABLE else None
            return Found(pl.lit(None if rank == UNDETERMINED else rank >= MET, pl.Boolean), away)
        case Number(fact, sign, limit):
            return Found(SIGNS[sign](pl.col(fact), pl.lit(limit)))
        case Flag(fact, wanted):
            return Found(pl.col(fact) if wanted else ~pl.col(fact))
        case Named(fact, (one,)):
            return Found(pl.col(fact) == one)
        case Named(fact, allowed):
            return Found(pl.any_horizontal([pl.col(fact) == level for level in allowed]))
        case Share(part, whole, sign, left, right, empty):
            compared = SIGNS[sign](pl.col(part) * left, pl.col(whole) * right)
            assert empty == UNDETERMINED
            return Found(pl.when(pl.col(whole) != 0).then(compared))
        case Pick():
            return picked(term)
        case Least(members):
            return together(None, [found(member) for member in members])
        case Enough(k, members):
            return together(k, [found(member) for member in members])
        case Reverse(member):
            inside = found(member)
            return Found(~inside.holds if inside.away is None else ~inside.holds | inside.away, inside.away)
        case Guarded(applies, require):
            guard, inside = found(applies).met, found(require)
            holds = pl.when(guard).then(inside.holds).when(~guard).then(True)
            away = (~guard).fill_null(False)
            return Found(holds, away if inside.away is None else away | (guard & inside.away).fill_null(False))
        case _:
            typing.assert_never(term)


def picked(term: Pick) -> Found:
    """A comparison with a threshold that depends on other columns; else a condition a column."""
    rows = dict(term.rows)
    plain = [row for row in rows.values() if isinstance(row, Number)]
    alike = {(row.fact, row.sign) for row in plain}
    away = [value for value, row in rows.items() if row == Const(NOT_APPLICABLE)]
    if len(alike) == 1 and len(plain) + len(away) + sum(r == Const(UNDETERMINED) for r in rows.values()) == len(rows):
        limit = switch(term.by, {value: pl.lit(row.limit) for value, row in rows.items() if isinstance(row, Number)})
        holds = SIGNS[plain[0].sign](pl.col(plain[0].fact), limit)
        if not away:
            return Found(holds)
        asked_not = pl.col(term.by).is_in(away).fill_null(False)
        return Found(holds | asked_not, asked_not)
    inner = {value: found(row) for value, row in rows.items()}
    aways = {value: each.away for value, each in inner.items() if each.away is not None}
    holds = switch(term.by, {value: each.holds for value, each in inner.items()})
    return Found(holds, switch(term.by, aways).fill_null(False) if aways else None)


def switch(by: str, rows: dict[bool | str, pl.Expr]) -> pl.Expr:
    """The expression of the column's value; null where there is none."""
    chain: typing.Any = pl
    for value, then in rows.items():
        chain = chain.when(pl.col(by) == value).then(then)
    return typing.cast(pl.Expr, chain)


def chosen(rule: Chosen) -> pl.Expr:
    """A derived category."""
    kind = pl.Enum(rule.values)
    guards = [found(when).met for when, _ in rule.rows]
    then = [pl.col(v.fact).cast(kind) if isinstance(v, Ref) else pl.lit(v, kind) for _, v in rule.rows]
    value = rule.otherwise
    other = pl.col(value.fact).cast(kind) if isinstance(value, Ref) else pl.lit(value, kind)
    if not rule.exclusive:
        for guard, here in zip(reversed(guards), reversed(then), strict=True):
            same = pl.when(here == other).then(other)
            other = pl.when(guard).then(here).when(guard.is_null()).then(same).otherwise(other)
        return other
    met = pl.sum_horizontal([guard.fill_null(False).cast(pl.UInt8) for guard in guards])
    open_ = pl.sum_horizontal([guard.is_null().cast(pl.UInt8) for guard in guards])
    chain: typing.Any = pl.when((met == 0) & (open_ == 0)).then(other)
    for guard, here in zip(guards, then, strict=True):
        chain = chain.when(guard & (met == 1) & (open_ == 0)).then(here)
        chain = chain.when(guard.is_null() & (met == 0) & (open_ == 1) & (here == other)).then(other)
    return typing.cast(pl.Expr, chain)


def extreme(rule: Extreme) -> pl.Expr:
    """The least or greatest of some facts, null where one is."""
    columns = [pl.col(name) for name in rule.facts]
    pick = pl.max_horizontal if rule.greatest else pl.min_horizontal
    return pl.when(pl.all_horizontal([column.is_not_null() for column in columns])).then(pick(columns))
