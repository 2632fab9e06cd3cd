"""Figures of one unit that contradict each other: what the catalogue says of it, as relations of a whole and parts."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from attrs import frozen

from ntm_rules.model.facts import Consistency, Fact, FactType

SLACK = 1 + 1e-9
"""By more percentage points one share is certainly greater than another one, however both are rounded."""


class How(Enum):
    """How a whole goes together with its parts."""

    AT_MOST = "at_most"
    """The parts together are no more than it."""
    SUM = "sum"
    """They add up to it."""
    MEAN = "mean"
    """It lies between the least and the greatest of them."""


@frozen
class Relation:
    """What parts and a whole are to each other."""

    whole: Fact
    parts: tuple[Fact, ...]
    how: How = How.AT_MOST

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The parts, then the whole."""
        return (*self.parts, self.whole)

    @property
    def adds_up(self) -> bool:
        """True if there is nothing of the whole that is in none of the parts."""
        return self.how is How.SUM

    @property
    def of_shares(self) -> bool:
        """True if percentages are compared, else counts."""
        return self.whole.type is FactType.PERCENT

    def contradicted(self, parts: Sequence[float], whole: float) -> bool:
        """Return whether the whole cannot be beside these parts, those that are given in their order."""
        if self.how is How.MEAN:
            return len(parts) == len(self.parts) and (min(parts) - whole > SLACK or whole - max(parts) > SLACK)
        total = sum(parts)
        if self.adds_up and len(parts) == len(self.parts):
            return total != whole
        return total - whole > (SLACK if self.of_shares else 0)


def relations(facts: Iterable[Fact]) -> tuple[Relation, ...]:
    """Return what some facts of the catalogue have to be to each other; of those that are not there nothing is said."""
    known = {fact.id: fact for fact in facts}
    return tuple(found for fact in known.values() for found in _relations(fact, known))


def _relations(fact: Fact, known: dict[str, Fact]) -> Iterator[Relation]:
    says = fact.consistency or Consistency()
    for name in (*says.at_most, *says.part_of):
        if name in known:
            yield Relation(known[name], (fact,))
    parts = tuple(known[name] for name in says.sum_of if name in known)
    if parts:
        yield Relation(fact, parts, How.SUM if len(parts) == len(says.sum_of) else How.AT_MOST)
    parts = tuple(known[name] for name in says.mean_of if name in known)
    if parts and len(parts) == len(says.mean_of):
        yield Relation(fact, parts, How.MEAN)
