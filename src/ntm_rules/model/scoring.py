"""Points out of a total in whole numbers: what every reader multiplies by, so that none divides."""

import math
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from ntm_rules.model.conditions import Condition, Derived, PointsOf, SumOf
from ntm_rules.model.facts import Fact, FactType, RatioOf


@frozen
class Part:
    """One part of a score.

    Attributes:
        digits: the points are whole numbers of steps of so many digits after the point.
        factor: what the numerator grows by with each step.
        share: what the denominator grows by where the part applies.
    """

    fact: str
    applies_if: Condition | None
    digits: int
    factor: int
    share: int


def parts_of(rule: PointsOf, facts: Mapping[str, Fact]) -> tuple[Part, ...]:
    """Return the parts of a score, which is the sum of steps times factor over the sum of the parts' shares."""
    digits = [facts[m.fact].decimals for m in rule.members]
    fine = max(digits)
    printed = max(-int(n.as_tuple().exponent) for n in (rule.out_of, *(m.out_of for m in rule.members)))
    total, *mosts = (int(n.scaleb(max(printed, 0))) for n in (rule.out_of, *(m.out_of for m in rule.members)))
    factors = [total * 10 ** (fine - d) for d in digits]
    shares = [most * 10**fine for most in mosts]
    common = math.gcd(*factors, *shares)
    made = zip(rule.members, digits, factors, shares, strict=True)
    return tuple(Part(m.fact, m.applies_if, d, factor // common, share // common) for m, d, factor, share in made)


def stepped_in(derived: Iterable[Derived]) -> Iterator[str]:
    """Yield the facts that have no more digits than the catalogue says: what is added up, and both sides of "times"."""
    for each in derived:
        if isinstance(each.rule, PointsOf):
            yield from (member.fact for member in each.rule.members)
        if isinstance(each.rule, SumOf):
            yield from (addend.fact for addend in each.rule.addends)
        if isinstance(each.rule, RatioOf) and each.fact.type is not FactType.PERCENT:
            yield from (each.rule.part, each.rule.whole)
