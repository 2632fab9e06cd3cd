"""The rules as text in a C-like expression language, as ZEN and rule-engine have it.

Each value is an expression over facts and over the values before it.
"""

import typing

from ntm_rules.model.conditions import Ref
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
)


class Language:
    """How a language writes what differs.

    Args:
        earlier: before the name of a value worked out earlier.
        least: the function of the least of a list.
    """

    def __init__(self, earlier: str, least: str) -> None:
        self.earlier, self.least = earlier, least
        self.derived: frozenset[str] = frozenset()

    def lines(self, terms: Terms) -> dict[str, str]:
        """Every value by name, in the order in which they are worked out; ``out0`` ... are the results."""
        self.derived = frozenset(rule.id for rule in terms.derived)
        lines: dict[str, str] = {}
        for rule in terms.derived:
            lines |= self.chosen(rule) if isinstance(rule, Chosen) else {rule.id: self.extreme(rule)}
        lines |= {f"i{place}": self.rank(term) for place, term in enumerate(terms.indicators)}
        for place, term in enumerate(terms.official):
            if term != terms.indicators[place]:
                lines[f"o{place}"] = self.rank(term)
        asked = [f"i{place}" for place in range(len(terms.indicators))]
        floors = [f"o{place}" if f"o{place}" in lines else name for place, name in enumerate(asked)]
        for place, (span, k) in enumerate(terms.criteria):
            lines[f"c{place}"] = self.together(k, asked[span])
            lines[f"f{place}"] = self.together(k, floors[span])
        groups = [f"c{place}" for place in range(len(terms.criteria))]
        lines["whole"] = self.together(None, groups)
        lines["floor"] = self.together(None, [f"f{place}" for place in range(len(terms.criteria))])
        results = [self.code(name) for name in ("whole", *groups, *asked)]
        results += [self.count([f"{self.earlier}{g} {test}" for g in groups]) for test in (">= 2", "== 0", "== 1")]
        results.append(f"{self.earlier}whole != 1 and {self.earlier}floor == 1 ? 1 : 0")
        return lines | {f"out{place}": text for place, text in enumerate(results)}

    def code(self, name: str) -> str:
        """A rank as the code of the library."""
        value = self.earlier + name
        return f"{value} == 1 ? 2 : ({value} == 2 ? 1 : {value})"

    def together(self, k: int | None, names: list[str]) -> str:
        """All, or at least k, of values."""
        values = [self.earlier + name for name in names]
        return f"{self.least}([{', '.join(values)}])" if k is None else self.enough(k, values)

    def count(self, tests: list[str]) -> str:
        """How many tests hold."""
        return "(" + " + ".join(f"({test} ? 1 : 0)" for test in tests) + ")"

    def enough(self, k: int, values: list[str]) -> str:
        """At least k of some values."""
        met = self.count([f"{value} == 2" for value in values])
        maybe = self.count([f"({value} == 2 or {value} == 1)" for value in values])
        return f"({met} >= {k} ? 2 : ({maybe} < {k} ? 0 : 1))"

    def fact(self, name: str) -> str:
        """A fact; a derived one is a value worked out before."""
        return self.earlier + name if name in self.derived else name

    def rank(self, term: Term) -> str:
        """The rank of a term."""
        match term:
            case Const(rank):
                return str(rank)
            case Number(fact, sign, limit):
                value = self.fact(fact)
                return f"({value} == null ? 1 : ({value} {sign} {number(limit)} ? 2 : 0))"
            case Flag(fact, wanted):
                value = self.fact(fact)
                return f"({value} == null ? 1 : ({value} == {quoted(wanted)} ? 2 : 0))"
            case Named(fact, allowed):
                value = self.fact(fact)
                tests = " or ".join(f"{value} == {quoted(level)}" for level in allowed)
                return f"({value} == null ? 1 : ({tests} ? 2 : 0))"
            case Share(part, whole, sign, left, right, empty):
                compared = f"{part} * {left} {sign} {whole} * {right} ? 2 : 0"
                return f"(({part} == null or {whole} == null) ? 1 : ({whole} == 0 ? {empty} : ({compared})))"
            case Pick(by, rows):
                text = "1"
                for level, row in reversed(rows):
                    text = f"({self.fact(by)} == {quoted(level)} ? {self.rank(row)} : {text})"
                return text
            case Least(members):
                return f"{self.least}([{', '.join(self.rank(member) for member in members)}])"
            case Enough(k, members):
                return self.enough(k, [self.rank(member) for member in members])
            case Reverse(member):
                value = self.rank(member)
                return f"({value} == 3 ? 3 : 2 - {value})"
            case Guarded(applies, require):
                guard = self.rank(applies)
                return f"({guard} == 2 ? {self.rank(require)} : ({guard} == 1 ? 1 : 3))"
            case _:
                typing.assert_never(term)

    def chosen(self, rule: Chosen) -> dict[str, str]:
        """A derived category, its guards first."""
        names = [f"{rule.id}_{place}" for place in range(len(rule.rows))]
        lines = {name: self.rank(when) for name, (when, _) in zip(names, rule.rows, strict=True)}
        guards = [self.earlier + name for name in names]
        then = [self.then(value) for _, value in rule.rows]
        text = other = self.then(rule.otherwise)
        if not rule.exclusive:
            for guard, value in zip(reversed(guards), reversed(then), strict=True):
                text = f"({guard} == 2 ? {value} : ({guard} == 1 ? ({value} == {text} ? {value} : null) : {text}))"
            return lines | {rule.id: text}
        met = self.count([f"{guard} == 2" for guard in guards])
        open_ = self.count([f"{guard} == 1" for guard in guards])
        text = f"({met} == 0 and {open_} == 0 ? {other} : null)"
        for guard, value in zip(guards, then, strict=True):
            text = f"({guard} == 2 and {met} == 1 and {open_} == 0 ? {value} : {text})"
            same = f"{guard} == 1 and {met} == 0 and {open_} == 1 and {value} == {other}"
            text = f"({same} ? {other} : {text})"
        return lines | {rule.id: text}

    def then(self, value: str | Ref) -> str:
        """A row's value."""
        return self.fact(value.fact) if isinstance(value, Ref) else quoted(value)

    def extreme(self, rule: Extreme) -> str:
        """The least or greatest of two facts."""
        first, second = rule.facts
        sign = ">" if rule.greatest else "<"
        return f"({first} == null or {second} == null) ? null : ({first} {sign} {second} ? {first} : {second})"


def number(limit: float) -> str:
    """A number as it is written."""
    return repr(int(limit) if limit == int(limit) else limit)


def quoted(value: "bool | str") -> str:
    """A yes, a no or a text."""
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"
