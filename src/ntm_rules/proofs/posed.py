"""Rulesets about which something is asked, read over the variables that they share."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import field, frozen

from ntm_rules.model.consistency import Relation, relations
from ntm_rules.model.facts import FactType, RatioOf
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import indicators, with_prerequisites
from ntm_rules.proofs.assume import UnknownCell
from ntm_rules.proofs.read import SymbolicRuleset, Trace
from ntm_rules.proofs.replay import Claim
from ntm_rules.proofs.shared import Shared


@frozen(eq=False, slots=False)
class Posed:
    """One ruleset, or several about the same unit.

    Attributes:
        bindings: what province and year fix, for all of the rulesets.
        unknown: the rulesets with unknown cells as constants.
        strict: the same with these cells as undetermined.
        numbers: for each ruleset the place of each indicator among the outcomes.
    """

    rulesets: tuple[Ruleset, ...]
    shared: Shared
    bindings: Mapping[str, str]
    unknown: tuple[SymbolicRuleset, ...]
    strict: tuple[SymbolicRuleset, ...]
    numbers: tuple[Mapping[str, int], ...]
    _traces: dict[object, Trace] = field(init=False, factory=dict)

    @classmethod
    def of(cls, rulesets: Iterable[Ruleset], shared: Shared) -> "Posed":
        """Read the rulesets.

        Raises:
            ValueError: they cannot be about one unit.
        """
        every = tuple(rulesets)
        bindings = _bindings(every)
        unknown = tuple(shared.reading(ruleset, unknowns=True) for ruleset in every)
        strict = unknown  # the same thing where every cell is known, and read once less
        if any(reading.traces[0].bound(bindings).unknown for reading in unknown):
            strict = tuple(shared.reading(ruleset, unknowns=False) for ruleset in every)
        return cls(every, shared, bindings, unknown, strict, tuple(map(_numbers, every)))

    @cached_property
    def read(self) -> frozenset[str]:
        """The facts and ratios that one of the rulesets reads."""
        return frozenset(name for reading in self.unknown for name in reading.traces[0].facts)

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The facts that one of the rulesets knows; what is read beside these are questions for open conditions."""
        return frozenset(fact.id for ruleset in self.rulesets for fact in ruleset.facts)

    @property
    def names(self) -> frozenset[str]:
        """All facts that a unit can be asked for."""
        return self.read | self.inputs

    @cached_property
    def bound(self) -> Mapping[str, str]:
        """The facts that province and year fix."""
        return {name: value for name, value in self.bindings.items() if name in self.names}

    @cached_property
    def places(self) -> list[UnknownCell]:
        """The unknown cells that have a value of their own, in a fixed order."""
        found = {place for reading in self.unknown for place in reading.traces[0].bound(self.bindings).unknown}
        return sorted((place for place in found if place in self.shared.variables.unknown), key=str)

    @cached_property
    def parts(self) -> tuple[RatioOf, ...]:
        """The ratios whose part an assessment refuses if it is greater than the whole."""
        return tuple(dict.fromkeys(rule for ruleset in self.rulesets for rule in _parts(ruleset)))

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        """What an assessment wants some facts to be to others."""
        return tuple(dict.fromkeys(each for ruleset in self.rulesets for each in relations(ruleset.facts)))

    def trace(self, claim: Claim) -> Trace:
        """Return what the outcomes of a claim rest on."""
        key = frozenset((w.side, w.place) for w in claim.wanted)
        if key not in self._traces:
            found = Trace()
            for side, place in sorted(key):
                found.add(self.unknown[side].traces[place])
            self._traces[key] = found.bound(self.bindings)
        return self._traces[key]

    def key(self, claim: Claim) -> object:
        """Return what the answer depends on, if all of it is read once for all rulesets; else None."""
        if any(w.place <= len(self.rulesets[w.side].criteria) for w in claim.wanted):
            return None
        trace = self.trace(claim)
        by = {selector for selectors, _, _ in trace.cells for selector in selectors}
        bound = tuple((name, value) for name, value in self.bindings.items() if name in trace.facts or name in by)
        codes = ((id(self.unknown[w.side].codes[w.place]), w.outcomes) for w in claim.wanted)
        return (*codes, claim.whole, bound)

    def contradictory(self, claim: Claim) -> bool:
        """Return True if two different outcomes of the same condition are wanted."""
        seen: dict[int, set[object]] = {}
        for w in claim.wanted:
            code = self.unknown[w.side].codes[w.place]  # read once, so that equal conditions are the same object
            seen.setdefault(id(code), set(w.outcomes)).intersection_update(w.outcomes)
        return not all(seen.values())


def _bindings(rulesets: Iterable[Ruleset]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ruleset in rulesets:
        for name, value in ruleset.bindings:
            if found.setdefault(name, value) != value:
                raise ValueError(f"`{name}` is `{found[name]}` for one set and `{value}` for the other")
    return found


def _numbers(ruleset: Ruleset) -> dict[str, int]:
    """Return the printed numbers of the indicators, each with its place among the outcomes."""
    found = [indicator.no for _, indicator in indicators(ruleset)]
    return {no: place for place, no in enumerate(found, 1 + len(ruleset.criteria))}


def _parts(ruleset: Ruleset) -> Iterator[RatioOf]:
    for asked in with_prerequisites(ruleset):
        yield from (f.ratio for f in asked.facts if f.ratio is not None and f.type is FactType.PERCENT)
        rules = ((d.fact, d.rule) for d in asked.derived)
        yield from (rule for fact, rule in rules if isinstance(rule, RatioOf) and fact.type is FactType.PERCENT)
