"""Plain Python: a closure a comparison, over a mapping of facts."""

import operator
import typing
from collections.abc import Callable

import ntm_rules as ntm
from ntm_rules.model.conditions import Ref
from peers.peer import RowPeer, tail_of
from peers.terms import (
    RANKS,
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

Facts = dict[str, typing.Any]
Rank = Callable[[Facts], int]
SIGN = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq}


class Closures(RowPeer):
    """By hand in Python."""

    name = "Python closures"

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """A closure an indicator."""
        self.derived = [(d.id, chosen(d) if isinstance(d, Chosen) else extreme(d)) for d in terms.derived]
        self.indicators = [rank_of(term) for term in terms.indicators]
        self.official = [
            (place, rank_of(term)) for place, term in enumerate(terms.official) if term != terms.indicators[place]
        ]
        self.criteria = terms.criteria

    def run(self) -> bytes:
        """Codes and counts of each commune, one after the other."""
        out = bytearray()
        indicators, official, criteria = self.indicators, self.official, self.criteria
        for row in self.rows:
            facts = dict(row)
            for name, value in self.derived:
                facts[name] = value(facts)
            ranks = [indicator(facts) for indicator in indicators]
            groups = [min(ranks[s]) if k is None else enough(k, ranks[s]) for s, k in criteria]
            floors = list(ranks)
            for place, indicator in official:
                floors[place] = indicator(facts)
            whole, floor = min(groups), min(min(floors[s]) if k is None else enough(k, floors[s]) for s, k in criteria)
            codes = bytes((whole, *groups, *ranks)).translate(TO_CODES)
            out += codes + tail_of(codes[1 : 1 + len(groups)], codes[0], RANKS[floor])
        return bytes(out)


TO_CODES = bytes.maketrans(bytes(range(4)), RANKS)


def enough(k: int, ranks: list[int]) -> int:
    """The rank of at least k of some."""
    met = ranks.count(2)
    return 2 if met >= k else 0 if met + ranks.count(1) < k else 1


def rank_of(term: Term) -> Rank:
    """The closure of a term."""
    match term:
        case Const(rank):
            return lambda facts: rank
        case Number(fact, sign, limit):
            holds = SIGN[sign]
            return lambda facts: 1 if (value := facts[fact]) is None else 2 if holds(value, limit) else 0
        case Flag(fact, wanted):
            return lambda facts: 1 if (value := facts[fact]) is None else 2 if value is wanted else 0
        case Named(fact, allowed):
            return lambda facts: 1 if (value := facts[fact]) is None else 2 if value in allowed else 0
        case Share(part, whole, sign, left, right, empty):
            holds = SIGN[sign]

            def share(facts: Facts) -> int:
                top, bottom = facts[part], facts[whole]
                if top is None or bottom is None:
                    return 1
                return empty if bottom == 0 else 2 if holds(top * left, bottom * right) else 0

            return share
        case Pick(by, rows):
            found = {value: rank_of(row) for value, row in rows}
            return lambda facts: 1 if (value := facts[by]) is None else found[value](facts)
        case Least(members):
            inner = [rank_of(member) for member in members]
            return lambda facts: min([rank(facts) for rank in inner])
        case Enough(k, members):
            inner = [rank_of(member) for member in members]
            return lambda facts: enough(k, [rank(facts) for rank in inner])
        case Reverse(member):
            of_member = rank_of(member)
            return lambda facts: 3 if (value := of_member(facts)) == 3 else 2 - value
        case Guarded(applies, require):
            guard, inside = rank_of(applies), rank_of(require)

            def guarded(facts: Facts) -> int:
                applied = guard(facts)
                return inside(facts) if applied == 2 else 1 if applied == 1 else 3

            return guarded
        case _:
            typing.assert_never(term)


def chosen(rule: Chosen) -> Callable[[Facts], str | None]:
    """The closure of a derived category."""
    rows = [(rank_of(when), then_of(then)) for when, then in rule.rows]
    otherwise = then_of(rule.otherwise)

    def only(facts: Facts) -> str | None:
        ranks = [when(facts) for when, _ in rows]
        met, open_ = ranks.count(2), ranks.count(1)
        if met:
            return rows[ranks.index(2)][1](facts) if met == 1 and not open_ else None
        other = otherwise(facts)
        same = open_ == 0 or (open_ == 1 and rows[ranks.index(1)][1](facts) == other)
        return other if same else None

    def first(facts: Facts) -> str | None:
        reachable = []
        for when, then in rows:
            rank = when(facts)
            if rank in (1, 2):
                reachable.append(then(facts))
            if rank == 2:
                break
        else:
            reachable.append(otherwise(facts))
        return reachable[0] if reachable.count(reachable[0]) == len(reachable) else None

    return only if rule.exclusive else first


def then_of(then: str | Ref) -> Callable[[Facts], str | None]:
    """The closure of a row's value."""
    if isinstance(then, Ref):
        fact = then.fact
        return lambda facts: typing.cast("str | None", facts[fact])
    return lambda facts: then


def extreme(rule: Extreme) -> Callable[[Facts], float | None]:
    """The closure of the least or greatest of some facts."""
    names, pick = rule.facts, max if rule.greatest else min

    def value(facts: Facts) -> float | None:
        found = [facts[name] for name in names]
        return None if None in found else pick(found)

    return value
