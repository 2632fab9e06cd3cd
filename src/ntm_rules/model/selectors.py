"""What the selector facts of tables can be under a ruleset."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from ntm_rules.model.conditions import Case, Derived, Ref
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.thresholds import GENERAL, REST


@frozen
class Selectors:
    """What the selector facts of a comparison can be."""

    facts: Mapping[str, Fact]
    derived: Mapping[str, Derived]
    bindings: Mapping[str, str]

    def values(self, selector: str, printed: frozenset[str]) -> tuple[str, ...]:
        """Return the values of a selector that some facts can produce."""
        if selector in self.bindings and selector != "year":
            return (self.bindings[selector],)
        if selector in self.derived and isinstance(self.derived[selector].rule, Case):
            return tuple(dict.fromkeys(self._case(self.derived[selector].rule)))
        if selector == "year":
            return tuple(sorted(printed - {GENERAL, REST}))
        fact = self.facts[selector]
        return ("true", "false") if fact.type is FactType.BOOLEAN else fact.values

    def _case(self, rule: object) -> Iterator[str]:
        if isinstance(rule, Case):
            for then in (*(row.then for row in rule.rows), rule.otherwise):
                if isinstance(then, Ref):
                    yield from self.values(then.fact, frozenset())
                elif isinstance(then, str):
                    yield then
