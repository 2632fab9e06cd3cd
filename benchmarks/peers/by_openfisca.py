"""OpenFisca: a variable a fact, indicator and criterion, vectorised formulas, thresholds as parameters.

OpenFisca knows no missing value and keeps numbers as float32: NaN (numbers), -1 (yes/no, counts of a share) and a level
of its own (categories) stand for it, and thresholds are compared as float32 so that ties stay ties.
"""

import typing
from collections.abc import Callable
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

import ntm_rules as ntm
from ntm_rules.model.conditions import Ref
from ntm_rules.model.facts import FactType
from peers.by_numpy import COMPARE, decided, levels_of, sentinel, whole_numbers
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

PERIOD = "2024"
MISSING = "missing"
Array = NDArray[typing.Any]
Facts = Callable[[str], typing.Any]
"""The values of a variable by its name, for the period of the formula."""


class ByOpenFisca(Peer):
    """The rules as OpenFisca variables."""

    name = "openfisca-core, vectorised"
    package = "openfisca-core"
    form = "float32 with NaN, yes/no as int with -1, categories as Enum"

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """A tax and benefit system of one entity."""
        self.terms = terms
        self.commune = Entity("commune", "communes", "", "")
        self.system = TaxBenefitSystem([self.commune])
        self.tables: dict[Pick, str] = {}
        self.levels = levels_of(terms)
        self.enums = {
            name: Enum(name.title(), [(level, level) for level in (*levels, MISSING)])
            for name, levels in self.levels.items()
            if name not in terms.facts or terms.facts[name].values
        }
        shares = {leaf for term in terms.indicators for leaf in leaves_of(term) if isinstance(leaf, Share)}
        self.whole = {name for share in shares for name in (share.part, share.whole)}
        for fact in terms.facts.values():
            if fact.values:
                self.variable(fact.id, Enum)
            elif fact.type is FactType.BOOLEAN or fact.id in self.whole:
                self.variable(fact.id, int, default_value=-1)
            else:
                self.variable(fact.id, float, default_value=float("nan"))
        for rule in terms.derived:
            if isinstance(rule, Chosen):
                self.variable(rule.id, Enum, self.chosen(rule))
            else:
                self.variable(rule.id, float, extreme(rule))
        self.conditions()
        nodes = {name: self.node(term) for term, name in self.tables.items()}
        self.system.parameters = ParameterNode("", data=nodes)

    def conditions(self) -> None:
        """The variables of indicators, criteria and the set."""
        terms = self.terms
        names = [f"i{place}" for place in range(len(terms.indicators))]
        floors = list(names)
        for place, (term, official) in enumerate(zip(terms.indicators, terms.official, strict=True)):
            self.variable(names[place], int, self.ranks(term))
            if official != term:
                floors[place] = f"o{place}"
                self.variable(floors[place], int, self.ranks(official))
        for place, (span, k) in enumerate(terms.criteria):
            self.variable(f"c{place}", int, together(k, names[span]))
            self.variable(f"f{place}", int, together(k, floors[span]))
        groups = [f"c{place}" for place in range(len(terms.criteria))]
        self.variable("whole", int, together(None, groups))
        self.variable("floor", int, together(None, [f"f{place}" for place in range(len(groups))]))
        self.groups, self.outcomes = groups, ["whole", *groups, *names]

    def variable(self, name: str, kind: type, formula: typing.Any = None, **more: object) -> None:
        """Add a variable; a formula is a function of the values of other variables and of the parameters."""
        attributes = {"entity": self.commune, "definition_period": DateUnit.YEAR, "label": name, "value_type": kind}
        if kind is Enum:
            more = {"possible_values": self.enums[name], "default_value": self.enums[name][MISSING]}
        if formula is not None:

            def run(population: typing.Any, period: typing.Any, parameters: typing.Any) -> object:
                return formula(lambda other: population(other, period), parameters(period))

            attributes["formula"] = run
        self.system.add_variable(type(name, (Variable,), attributes | more))

    def load(self, columns: Columns) -> None:
        """Columns in the types of the variables."""
        self.n = len(next(iter(columns.values())))
        self.columns: dict[str, Array] = {}
        for fact in self.terms.facts.values():
            column = columns[fact.id]
            if fact.values:
                places = whole_numbers(column, fact.values).astype(np.int16)
                self.columns[fact.id] = EnumArray(places, self.enums[fact.id])
            elif fact.type is FactType.BOOLEAN:
                self.columns[fact.id] = sentinel(column).astype(np.int32)
            elif fact.id in self.whole:
                self.columns[fact.id] = np.where(np.isnan(column), -1, column).astype(np.int32)
            else:
                self.columns[fact.id] = column.astype(np.float32)

    def fresh(self) -> None:
        """A new simulation: one remembers what it has worked out."""
        self.simulation = SimulationBuilder().build_default_simulation(self.system, self.n)
        for name, column in self.columns.items():
            self.simulation.set_input(name, PERIOD, column)

    def run(self) -> Matrix:
        """All outcomes and counts."""
        out = np.empty((self.terms.size + 4, self.n), np.uint8)
        codes = np.array([0, 2, 1, 3], np.uint8)
        for place, name in enumerate(self.outcomes):
            out[place] = codes[self.simulation.calculate(name, PERIOD)]
        criteria = out[1 : 1 + len(self.groups)]
        for place, counted in enumerate((criteria & 1 == 1, criteria == 0, criteria == 2)):
            out[place - 4] = counted.sum(axis=0)
        floor = self.simulation.calculate("floor", PERIOD)
        out[-1] = (out[0] != 2) & (floor == 1)
        return out

    def matrix(self, result: Matrix) -> Matrix:
        """As it is."""
        return result

    def ranks(self, term: Term) -> Callable[[Facts, typing.Any], Array]:
        """The formula of a term."""
        for table in tables_of(term):
            if numeric(table):
                self.tables.setdefault(table, f"table_{len(self.tables)}")
        return lambda facts, parameters: self.rank(term, facts, parameters)

    def rank(self, term: Term, facts: Facts, parameters: typing.Any) -> Array:
        """The ranks of a term."""
        match term:
            case Const(rank):
                return np.full(self.n, rank)
            case Number(fact, sign, limit):
                value = facts(fact)
                return decided(COMPARE[sign](value, np.float32(limit)), np.isnan(value))
            case Flag(fact, wanted):
                yes = facts(fact)
                return np.where(yes < 0, 1, yes * 2 if wanted else 2 - yes * 2)
            case Named(fact, allowed):
                level, enum = facts(fact), self.enums[fact]
                inside = reduce(np.logical_or, (level == enum[each] for each in allowed))
                return np.where(level == enum[MISSING], 1, np.where(inside, 2, 0))
            case Share(part, whole, sign, left, right, empty):
                top, bottom = facts(part), facts(whole)
                met = COMPARE[sign](top.astype(np.int64) * left, bottom.astype(np.int64) * right)
                known = np.where(bottom == 0, empty, np.where(met, 2, 0))
                return np.where((top < 0) | (bottom < 0), 1, known)
            case Pick():
                return self.pick(term, facts, parameters)
            case Least(members):
                return reduce(np.minimum, (self.rank(member, facts, parameters) for member in members))
            case Enough(k, members):
                return enough(k, [self.rank(member, facts, parameters) for member in members])
            case Reverse(member):
                ranks = self.rank(member, facts, parameters)
                return np.where(ranks == 3, 3, 2 - np.minimum(ranks, 2))
            case Guarded(applies, require):
                guard, inside = self.rank(applies, facts, parameters), self.rank(require, facts, parameters)
                return np.where(guard == 2, inside, np.where(guard == 1, 1, 3))
            case _:
                typing.assert_never(term)

    def pick(self, term: Pick, facts: Facts, parameters: typing.Any) -> Array:
        """A threshold by a parameter's vectorial look-up; other tables column by column."""
        selector = facts(term.by)
        tests = [
            (selector == (int(level) if isinstance(level, bool) else self.enums[term.by][level]), row)
            for level, row in term.rows
        ]
        if term not in self.tables:
            ranks = [self.rank(row, facts, parameters) for _, row in tests]
            return np.select([test for test, _ in tests], ranks, 1)
        leaf = next(row for _, row in tests if isinstance(row, Number))
        value, limit = facts(leaf.fact), parameters[self.tables[term]][selector].astype(np.float32)
        found = decided(COMPARE[leaf.sign](value, limit), np.isnan(value) | np.isnan(limit))
        for test, row in tests:
            if row == Const(3):
                found[test] = 3
        return found

    def node(self, table: Pick) -> dict[str, object]:
        """A table as a parameter a level."""
        limits = {str(level): row.limit for level, row in table.rows if isinstance(row, Number)}
        levels = (*self.levels[table.by], MISSING)
        return {level: {"values": {"2020-01-01": limits.get(level, float("nan"))}} for level in levels}

    def chosen(self, rule: Chosen) -> Callable[[Facts, typing.Any], EnumArray]:
        """The formula of a derived category."""
        missing = len(rule.values)

        def then(value: str | Ref, facts: Facts) -> Array:
            if not isinstance(value, Ref):
                return np.full(self.n, rule.values.index(value))
            places = [*(rule.values.index(level) for level in self.levels[value.fact]), missing]
            return np.array(places).take(np.asarray(facts(value.fact)))

        def formula(facts: Facts, parameters: typing.Any) -> EnumArray:
            guards = [self.rank(when, facts, parameters) for when, _ in rule.rows]
            values = [then(value, facts) for _, value in rule.rows]
            found = other = then(rule.otherwise, facts)
            if not rule.exclusive:
                for guard, value in zip(reversed(guards), reversed(values), strict=True):
                    unclear = np.where(value == found, found, missing)
                    found = np.select([guard == 2, guard == 1], [value, unclear], found)
                return EnumArray(found.astype(np.int16), self.enums[rule.id])
            met, open_ = (sum((guard == rank).astype(int) for guard in guards) for rank in (2, 1))
            found = np.where((met == 0) & (open_ == 0), other, missing)
            for guard, value in zip(guards, values, strict=True):
                found = np.where((guard == 2) & (met == 1) & (open_ == 0), value, found)
                found = np.where((guard == 1) & (met == 0) & (open_ == 1) & (value == other), other, found)
            return EnumArray(found.astype(np.int16), self.enums[rule.id])

        return formula


def tables_of(term: Term) -> "typing.Iterator[Pick]":
    """The tables of a term."""
    match term:
        case Pick():
            yield term
            for _, row in term.rows:
                yield from tables_of(row)
        case Least() | Enough():
            for member in term.members:
                yield from tables_of(member)
        case Reverse():
            yield from tables_of(term.member)
        case Guarded():
            yield from tables_of(term.applies)
            yield from tables_of(term.require)
        case Const() | Number() | Flag() | Named() | Share():
            pass
        case _:
            typing.assert_never(term)


def numeric(table: Pick) -> bool:
    """True if each row is a threshold of one fact, or nothing; and the selector is a category."""
    rows = [row for _, row in table.rows if not isinstance(row, Const)]
    alike = {(row.fact, row.sign) for row in rows if isinstance(row, Number)}
    return len(alike) == 1 and all(isinstance(row, Number) for row in rows) and isinstance(table.rows[0][0], str)


def enough(k: int, members: list[Array]) -> Array:
    """The ranks of at least k."""
    met = sum((ranks == 2).astype(int) for ranks in members)
    maybe = sum(((ranks == 2) | (ranks == 1)).astype(int) for ranks in members)
    return np.where(met >= k, 2, np.where(maybe < k, 0, 1))


def together(k: int | None, names: list[str]) -> Callable[[Facts, typing.Any], Array]:
    """The formula of all, or of at least k."""

    def formula(facts: Facts, parameters: typing.Any) -> Array:
        members = [facts(name) for name in names]
        return reduce(np.minimum, members) if k is None else enough(k, members)

    return formula


def extreme(rule: Extreme) -> Callable[[Facts, typing.Any], Array]:
    """The formula of the least or greatest."""
    pick = np.maximum if rule.greatest else np.minimum
    return lambda facts, parameters: reduce(pick, (facts(name) for name in rule.facts))
