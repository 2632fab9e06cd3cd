"""A ruleset compiled to arrays for one floor of evidence: from the vectors of a block to the ranks of all outcomes."""

import itertools
import typing

import numpy as np

from ntm_rules.frames.arrays.compile import ArrayCompiler, Ranks
from ntm_rules.frames.base.floors import differing
from ntm_rules.frames.base.ranks import at_least_of, capped
from ntm_rules.frames.base.vectors import Block, Bytes, Vector
from ntm_rules.model.citations import Evidence
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.spans import worked_out
from ntm_rules.verdict.program import program_of


class ArrayPass:
    """A ruleset compiled to arrays for one floor of evidence.

    Args:
        settled: a prerequisite that is met under layers not read whole is undetermined.
        like: a pass whose indicators are taken over where the other floor makes no difference.
    """

    def __init__(
        self, ruleset: Ruleset, floor: Evidence | None, settled: bool = False, like: "ArrayPass | None" = None
    ) -> None:
        places = program_of(ruleset).places

        def finding(other: Ruleset) -> Ranks:
            inner = ArrayPass(other, floor, settled)
            sources = [places[fact.id] for fact in other.facts]
            unread = settled and not other.read_whole

            def ranks(block: Block) -> Bytes:
                whole = inner.ranks(inner.worked_out(block.seen_from(sources)))[0]
                return capped(whole) if unread else whole

            return ranks

        compiler = self.compiler = ArrayCompiler(ruleset, places, floor, finding)
        self.ruleset, self.floor = ruleset, floor
        own = [i for c in ruleset.criteria for i in c.indicators]
        # None is what the other pass has already, so that both have the same places
        names = worked_out(ruleset)
        mine, derived = {i.no for i in own}, set(names.values())
        if like is not None:
            mine, derived = differing(ruleset, like.floor, floor)
        self.indicators = [compiler.indicator(i) if i.no in mine else None for i in own]
        self.derived = [value if names[slot] in derived else None for slot, value in compiler.worked_out(ruleset)]
        self.given = len(ruleset.facts)
        self.first = 1 + len(ruleset.criteria)
        self.spans = _spans(ruleset, self.first)
        self.height = self.first + len(own)
        self.k = ruleset.at_least_n

    def worked_out(self, block: Block, like: Block | None = None) -> Block:
        """Return the block with the derived facts behind the others, made when they are needed.

        Args:
            like: what the other pass made, from which derived facts are taken over.
        """

        def read(place: int) -> Vector:
            if place < self.given:
                return block.at(place)
            rule = self.derived[place - self.given]
            if rule is None:
                return typing.cast(Block, like).at(place)
            return rule(whole)

        whole = Block(block.size, read, [None] * (self.given + len(self.derived)), block.pairs, hard=block.hard)
        return whole

    def ranks(self, block: Block, like: Bytes | None = None) -> Bytes:
        """Return the ranks of the set, its criteria and its indicators: a row each.

        Args:
            block: with the derived facts.
            like: what the other pass answered, from which indicators are taken over.
        """
        found = np.empty((self.height, block.size), np.uint8) if like is None else like.copy()
        for row, ranks in enumerate(self.indicators, self.first):
            if ranks is not None:
                found[row] = ranks(block)
        for number, (start, end, k) in enumerate(self.spans, 1):
            _fold(found[start:end], k, found[number])
        _fold(found[1 : self.first], self.k, found[0])
        return found


def _spans(ruleset: Ruleset, first: int) -> list[tuple[int, int, int | None]]:
    """Return from which row to which the indicators of each criterion are, and how many of them it asks."""
    ends = itertools.accumulate((len(criterion.indicators) for criterion in ruleset.criteria), initial=first)
    asked = [criterion.at_least_n for criterion in ruleset.criteria]
    return [(start, end, k) for (start, end), k in zip(itertools.pairwise(ends), asked, strict=True)]


def _fold(members: Bytes, k: int | None, out: Bytes) -> None:
    """``all`` or ``at_least_n`` of some rows."""
    if k is None:
        np.minimum.reduce(members, axis=0, out=out)
    else:
        out[:] = at_least_of(k, list(members))
