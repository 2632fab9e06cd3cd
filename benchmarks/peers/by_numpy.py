"""By hand in NumPy: whole columns, one thread, a byte an outcome."""

import typing
from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

import ntm_rules as ntm
from ntm_rules.model.conditions import Ref
from ntm_rules.model.facts import Fact, FactType
from peers.communes import Columns
from peers.peer import Matrix, Peer
from peers.terms import (
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
    leaves_of,
)

Ranks = NDArray[np.uint8]
Column = NDArray[typing.Any]
COMPARE: dict[str, np.ufunc] = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
    "==": np.equal,
}


def whole_numbers(values: Column, levels: Sequence[str]) -> NDArray[np.intp]:
    """Levels as their places; the one after the last is a missing value."""
    codes = np.full(len(values), len(levels), np.intp)
    for place, level in enumerate(levels):
        codes[np.ma.getdata(values) == level] = place
    codes[np.ma.getmaskarray(values)] = len(levels)
    return codes


def sentinel(values: Column) -> NDArray[np.int8]:
    """Yes and no as 1 and 0, missing as -1."""
    return np.where(np.ma.getmaskarray(values), -1, np.ma.getdata(values)).astype(np.int8)


class ByNumpy(Peer):
    """The rules as array expressions."""

    name = "NumPy by hand"
    package = "numpy"
    form = "float64 with NaN, yes/no as int8 with -1, categories as their places (intp)"

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """Look-up tables for what tables pick."""
        self.terms = terms
        self.levels = levels_of(terms)
        self.tables: dict[Pick, tuple[list[str], NDArray[typing.Any]]] = {}

    def load(self, columns: Columns) -> None:
        """Numbers as they are; the rest as small integers."""
        self.columns = {f.id: encoded(f, columns[f.id]) for f in self.terms.facts.values()}
        self.n = len(next(iter(self.columns.values())))

    def run(self) -> Matrix:
        """All outcomes and counts."""
        terms, columns = self.terms, dict(self.columns)
        for rule in terms.derived:
            columns[rule.id] = self.chosen(rule, columns) if isinstance(rule, Chosen) else extreme(rule, columns)
        out = np.empty((terms.size + 4, self.n), np.uint8)
        first = 1 + len(terms.criteria)
        whole = floor = np.full(self.n, 3, np.uint8)
        out[-4:-1] = 0
        for place, (span, k) in enumerate(terms.criteria):
            asked = [self.ranks(term, columns) for term in terms.indicators[span]]
            for number, ranks in enumerate(asked, first + span.start):
                codes(ranks, out[number])
            ranks = self.together(k, asked)
            codes(ranks, out[1 + place])
            out[-4] += ranks >= 2
            out[-3] += ranks == 0
            out[-2] += ranks == 1
            whole = np.minimum(whole, ranks)
            if terms.official[span] != terms.indicators[span]:
                pairs = zip(terms.official[span], terms.indicators[span], asked, strict=True)
                ranks = self.together(k, [same if a == b else self.ranks(a, columns) for a, b, same in pairs])
            floor = np.minimum(floor, ranks)
        codes(whole, out[0])
        np.logical_and(whole != 1, floor == 1, out=out[-1].view(np.bool_))
        return out

    def matrix(self, result: Matrix) -> Matrix:
        """As it is."""
        return result

    def together(self, k: int | None, members: list[Ranks]) -> Ranks:
        """The rank of all, or of at least k."""
        if k is None:
            return reduce(np.minimum, members)
        met = np.zeros(self.n, np.uint8)
        open_ = np.zeros(self.n, np.uint8)
        for ranks in members:
            met += ranks == 2
            open_ += ranks == 1
        enough = met >= k
        return decided(enough, (met + open_ >= k) & ~enough)

    def ranks(self, term: Term, columns: dict[str, Column]) -> Ranks:
        """The ranks of a term."""
        match term:
            case Const(rank):
                return np.full(self.n, rank, np.uint8)
            case Number(fact, sign, limit):
                value = columns[fact]
                return decided(COMPARE[sign](value, limit), np.isnan(value))
            case Flag(fact, wanted):
                yes = columns[fact]
                return np.where(yes < 0, 1, yes * 2 if wanted else 2 - yes * 2).astype(np.uint8)
            case Named(fact, allowed):
                table = [2 if level in allowed else 0 for level in self.levels[fact]]
                return np.array([*table, 1], np.uint8).take(columns[fact], mode="clip")
            case Share(part, whole, sign, left, right, empty):
                top, bottom = columns[part], columns[whole]
                found = decided(COMPARE[sign](top * left, bottom * right), np.isnan(top) | np.isnan(bottom))
                found[(bottom == 0) & ~np.isnan(top)] = empty
                return found
            case Pick():
                return self.pick(term, columns)
            case Least(members):
                return reduce(np.minimum, (self.ranks(member, columns) for member in members))
            case Enough(1, members) if not any(may_not_apply(member) for member in members):
                return reduce(np.maximum, (self.ranks(member, columns) for member in members))
            case Enough(k, members):
                return self.together(k, [self.ranks(member, columns) for member in members])
            case Reverse(member):
                ranks = self.ranks(member, columns)
                return np.where(ranks == 3, 3, 2 - ranks).astype(np.uint8) if may_not_apply(member) else 2 - ranks
            case Guarded(applies, require):
                guard, inside = self.ranks(applies, columns), self.ranks(require, columns)
                return np.where(guard == 2, inside, np.where(guard == 1, np.uint8(1), np.uint8(3)))
            case _:
                typing.assert_never(term)

    def pick(self, term: Pick, columns: dict[str, Column]) -> Ranks:
        """A threshold a row, or a rank a row and level, looked up by the places of the selectors."""
        if term not in self.tables:
            self.tables[term] = self.table(term)
        by, table = self.tables[term]
        leaf = next(leaf for leaf in leaves_of(term) if isinstance(leaf, Number | Named))
        if isinstance(leaf, Named):
            by = [*by, leaf.fact]
        place = self.place(by[0], columns)
        for name in by[1:]:
            place = place * (len(self.levels[name]) + 1) + self.place(name, columns)
        found = table.ravel().take(place, mode="clip")
        if isinstance(leaf, Named):
            return found
        value = columns[leaf.fact]
        ranks = decided(COMPARE[leaf.sign](value, found), np.isnan(value) | np.isnan(found))
        if np.isinf(table).any():  # nothing is asked in that column
            ranks[np.isinf(found)] = 3
        return ranks

    def place(self, name: str, columns: dict[str, Column]) -> NDArray[np.intp]:
        """The places of a selector; of yes and no as of a category."""
        column = columns[name]
        return np.where(column < 0, np.int8(2), column).astype(np.intp) if column.dtype == np.int8 else column

    def table(self, term: Pick) -> tuple[list[str], NDArray[typing.Any]]:
        """The selectors and the table: NaN undetermined, infinity not applicable."""
        rows = dict(term.rows)
        parts = [self.part(rows[level]) for level in (*self.levels_or_bool(term.by),)]
        inner = [part[0] for part in parts if part[0]]
        shape = next(part[1] for part in parts if part[1].ndim == max(p[1].ndim for p in parts))
        missing = np.full_like(shape, 1 if shape.dtype == np.uint8 else np.nan)
        arrays = [np.broadcast_to(part[1], shape.shape) for part in parts]
        return [term.by, *(inner[0] if inner else [])], np.stack([*arrays, missing])

    def part(self, row: Term) -> tuple[list[str], NDArray[typing.Any]]:
        """One row of a table."""
        match row:
            case Pick():
                return self.table(row)
            case Number():
                return [], np.array(row.limit)
            case Const():
                return [], np.array(np.inf if row.rank == 3 else np.nan)
            case Named():
                ranks = [2 if level in row.allowed else 0 for level in self.levels[row.fact]]
                return [], np.array([*ranks, 1], np.uint8)
            case _:
                raise NotImplementedError(f"a table of {row}")

    def levels_or_bool(self, name: str) -> tuple[bool, bool] | Sequence[str]:
        """The values of a selector in the order of their places."""
        return self.levels[name] if self.levels[name][0] != "false" else (False, True)

    def chosen(self, rule: Chosen, columns: dict[str, Column]) -> NDArray[np.intp]:
        """The places of a derived category."""
        guards = [self.ranks(when, columns) for when, _ in rule.rows]
        then = [self.then(rule, value, columns) for _, value in rule.rows]
        found: Column = self.then(rule, rule.otherwise, columns)
        missing = np.uint8(len(rule.values))
        if not rule.exclusive:
            for guard, value in zip(reversed(guards), reversed(then), strict=True):
                unclear = np.where(value == found, found, missing)
                found = np.where(guard == 2, value, np.where(guard == 1, unclear, found))
            return found.astype(np.intp)
        met = sum((guard == 2).astype(np.uint8) for guard in guards)
        open_ = sum((guard == 1).astype(np.uint8) for guard in guards)
        other = found
        found = np.where((met == 0) & (open_ == 0), other, missing)
        for guard, value in zip(guards, then, strict=True):
            found = np.where((guard == 2) & (met == 1) & (open_ == 0), value, found)
            found = np.where((guard == 1) & (met == 0) & (open_ == 1) & (value == other), other, found)
        return found.astype(np.intp)

    def then(self, rule: Chosen, value: str | Ref, columns: dict[str, Column]) -> Column:
        """The places of a row's value."""
        if not isinstance(value, Ref):
            return np.array(rule.values.index(value), np.uint8)
        places = [*(rule.values.index(level) for level in self.levels[value.fact]), len(rule.values)]
        return np.array(places, np.uint8).take(columns[value.fact], mode="clip")


def decided(met: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> Ranks:
    """2 where it is met, 1 where a value is missing (no comparison with NaN is met), else 0."""
    return met.view(np.uint8) * 2 + unknown.view(np.uint8)


def codes(ranks: Ranks, out: NDArray[np.uint8]) -> None:
    """Ranks as the codes of the library: 1 and 2 change places, that is the two bits do."""
    np.bitwise_or(ranks >> 1, (ranks & 1) << 1, out=out)


def extreme(rule: Extreme, columns: dict[str, Column]) -> Column:
    """The least or greatest of some columns; NaN where one is."""
    pick: Callable[..., Column] = np.maximum if rule.greatest else np.minimum
    return reduce(pick, (columns[name] for name in rule.facts))


def may_not_apply(term: Term) -> bool:
    """True if the term can be not applicable."""
    return isinstance(term, Guarded) or any(isinstance(leaf, Const) and leaf.rank == 3 for leaf in leaves_of(term))


def levels_of(terms: Terms) -> dict[str, Sequence[str]]:
    """The levels of categories and ordinals, those of derived ones among them; of yes and no too."""
    derived: dict[str, Sequence[str]] = {rule.id: rule.values for rule in terms.derived if isinstance(rule, Chosen)}
    return derived | {f.id: f.values or ("false", "true") for f in terms.facts.values() if not f.type.numeric}


def encoded(fact: Fact, column: Column) -> Column:
    """A column in the form of this engine."""
    if fact.type.numeric:
        return column
    return sentinel(column) if fact.type is FactType.BOOLEAN else whole_numbers(column, fact.values)
