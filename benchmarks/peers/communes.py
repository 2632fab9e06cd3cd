"""Seeded communes as NumPy columns: three in a hundred values missing, numbers close to the thresholds, ties common.

One commune in four does well wherever a value is not missing, so that all outcomes of a set occur.
"""

import typing

import numpy as np
from numpy.typing import NDArray

from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.results import FactValue
from peers.terms import Chosen, Flag, Named, Number, Share, Terms, leaves_of

MISSING = 0.03
Columns = dict[str, NDArray[typing.Any]]
"""Numbers as float64 with NaN; yes and no as masked booleans, levels and categories as masked text."""


def columns(terms: Terms, n: int, seed: int = 2026) -> Columns:
    """*n* communes."""
    rng = np.random.default_rng(seed)
    limits = limits_of(terms)
    best = rng.random(n) < 0.25
    nobody = np.zeros(n, bool)
    free = deciding(terms)
    made: Columns = {}
    for fact in terms.facts.values():
        well = nobody if fact.id in free else best
        if fact.type.numeric:
            made[fact.id] = numbers(fact, limits.get(fact.id, []), well, rng)
        elif fact.type is FactType.BOOLEAN:
            made[fact.id] = np.ma.MaskedArray(well | (rng.random(n) < 0.85), rng.random(n) < MISSING)
        else:
            values = np.array(fact.values)
            levels = rng.integers(0, len(values), n)
            if fact.type is FactType.ORDINAL:  # most are well off
                levels = np.where(well, len(values) - 1, np.maximum(levels, rng.integers(0, len(values), n)))
            made[fact.id] = np.ma.MaskedArray(values[levels], rng.random(n) < MISSING)
    for share in {s.part: s for term in terms.indicators for s in leaves_of(term) if isinstance(s, Share)}.values():
        whole = rng.integers(0, 40, n) * 10.0
        made[share.part] = np.floor(whole * rng.integers(2, 11, n) / 10)
        made[share.whole] = whole
        for name in (share.part, share.whole):
            made[name][rng.random(n) < MISSING] = np.nan
    return made


def deciding(terms: Terms) -> set[str]:
    """The facts that decide which column of a table counts: no value of theirs is better than another."""
    guards = [when for d in terms.derived if isinstance(d, Chosen) for when, _ in d.rows]
    leaves = (leaf for term in guards for leaf in leaves_of(term))
    return {leaf.fact for leaf in leaves if isinstance(leaf, Number | Flag | Named)} | {"region"}


def limits_of(terms: Terms) -> dict[str, list[tuple[float, str]]]:
    """The numbers that each fact is compared with, those of derived facts for their facts too."""
    sources = {d.id: d.facts for d in terms.derived if not isinstance(d, Chosen)}
    guards = [when for d in terms.derived if isinstance(d, Chosen) for when, _ in d.rows]
    found: dict[str, list[tuple[float, str]]] = {}
    for term in (*terms.indicators, *guards):
        for leaf in leaves_of(term):
            if isinstance(leaf, Number):
                for fact in sources.get(leaf.fact, (leaf.fact,)):
                    found.setdefault(fact, []).append((leaf.limit, leaf.sign))
    return found


def numbers(
    fact: Fact, limits: list[tuple[float, str]], well: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """From 2 last digits on the wrong side of a threshold to 12 on the right one."""
    n, scale = len(well), 10**fact.decimals
    low = -(10.0**9) if fact.minimum is None else float(fact.minimum)
    high = 10.0**9 if fact.maximum is None else float(fact.maximum)
    limits = limits or [(min(high, 50.0), ">=")]
    at = np.array([round(limit * scale) for limit, _ in limits])
    way = np.array([{">": 1, "<": -1, "=": 0}[sign[0]] for _, sign in limits])
    if fact.direction is Direction.LESS:
        way = -np.abs(way)
    chosen = np.where(well, int(np.argmax(at * way)), rng.integers(0, len(limits), n))
    steps = rng.integers(-2, 13, n)
    away = np.where(way[chosen] == 0, np.maximum(steps - 8, 0), way[chosen] * steps)
    away = np.where(well, way[chosen] * (np.abs(steps) + 1), away)
    made = np.clip((at[chosen] + away) / scale, low, high)
    made[rng.random(n) < MISSING] = np.nan
    return typing.cast(NDArray[np.float64], made)


def rows(made: Columns, count: int | None = None) -> list[dict[str, FactValue | None]]:
    """The first communes as mappings with None where a value is missing."""
    lists = [column[:count].tolist() for column in made.values()]
    plain = [[None if v != v else v for v in values] for values in lists]
    return [dict(zip(made, values, strict=True)) for values in zip(*plain, strict=True)]
