"""Made-up communes: facts for any ruleset, the same for the same seed. Used by tests and benchmarks."""

import random
from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import prerequisites

FOLDER = Path(__file__).parent / "rulesets"


def commune(ruleset: Ruleset, seed: int, missing: float = 0.0) -> dict[str, Any]:
    """Facts of one commune; *missing* is the share of facts that are left out.

    A percentage that follows from a part and a whole is not given, its parts are.
    """
    chance = random.Random(seed)
    found: dict[str, Any] = {}
    inputs = ruleset.inputs()
    for fact in inputs.values():
        if fact.ratio is not None or chance.random() < missing:
            continue
        found[fact.id] = value(fact, chance)
    for _ in range(4):  # a part may be the whole of another ratio
        for ratio in ratios(ruleset):
            if ratio.part in found and ratio.whole in found and found[ratio.part] > found[ratio.whole]:
                low = Decimal(str(found[ratio.whole])) * chance.randint(60, 100) / 100
                part = inputs[ratio.part]
                steps = low.scaleb(part.decimals).to_integral_value(ROUND_FLOOR).scaleb(-part.decimals)
                found[ratio.part] = int(steps) if part.type is FactType.COUNT else float(steps)
        for fact in inputs.values():
            _fit(fact, found)
    for fact in inputs.values():
        ratio_, more = fact.ratio, fact.undecided
        if ratio_ is not None and more is not None and {more, ratio_.part, ratio_.whole} <= found.keys():
            found[more] = min(found[more], found[ratio_.whole] - found[ratio_.part])
    for ratio in ratios(ruleset):  # a sum that nothing lowers: one of its parts is of something that is not known
        if found.get(ratio.part, 0) > found.get(ratio.whole, found.get(ratio.part, 0)):
            del found[ratio.part]
    for fact in inputs.values():
        parts = fact.consistency.mean_of if fact.consistency is not None else ()
        shares = [share for name in parts if name in inputs and (share := _share(inputs[name], found)) is not None]
        if shares and fact.id in found:
            found[fact.id] = round(sum(shares) / len(shares), fact.decimals)
    return found


def _share(fact: Fact, found: dict[str, Any]) -> float | None:
    """Return a share as it follows from its parts, else as it is given."""
    ratio = fact.ratio
    if ratio is None or not {ratio.part, ratio.whole} <= found.keys():
        return found.get(fact.id)
    return fact.scale * found[ratio.part] / found[ratio.whole] if found[ratio.whole] else None


def _fit(fact: Fact, found: dict[str, Any]) -> None:
    """Lower a fact to what it is at most, and make it the sum that it is."""
    says = fact.consistency
    if says is None or fact.id not in found:
        return
    for name in (*says.at_most, *says.part_of):
        found[fact.id] = min(found[fact.id], found.get(name, found[fact.id]))
    given = [found[name] for name in says.sum_of if name in found]
    if given and (len(given) == len(says.sum_of) or sum(given) > found[fact.id]):
        found[fact.id] = sum(given)


def ratios(ruleset: Ruleset) -> Iterator[RatioOf]:
    """Every part and whole, those of the prerequisites included."""
    yield from (fact.ratio for fact in ruleset.facts if fact.ratio is not None)
    yield from (d.rule for d in ruleset.derived if isinstance(d.rule, RatioOf))
    for other in prerequisites(ruleset):
        yield from ratios(other)


def value(fact: Fact, chance: random.Random) -> Any:
    if fact.type is FactType.BOOLEAN:
        return chance.random() < 0.8
    if not fact.type.numeric:
        return chance.choice(fact.values)
    low = int(fact.minimum or 0)
    high = int(fact.maximum) if fact.maximum is not None else 60
    if fact.type is FactType.COUNT:
        return chance.choice((chance.randint(low, high), chance.randint(low, low + 4)))
    scale = 10**fact.decimals
    steps = chance.randint(low * scale + scale, high * scale - scale)
    return steps / scale
