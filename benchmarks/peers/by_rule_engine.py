"""rule-engine: a rule a value, each over the facts and the values before it."""

import typing

import rule_engine

import ntm_rules as ntm
from peers.peer import RowPeer
from peers.terms import Terms
from peers.text import Language


class ByRuleEngine(RowPeer):
    """The rules as rule-engine expressions."""

    name = "rule-engine"
    package = "rule-engine"

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """A rule a value."""
        context = rule_engine.Context(default_value=None)
        lines = Language("", "$min").lines(terms)
        self.rules = [(name, rule_engine.Rule(text, context=context)) for name, text in lines.items()]
        self.results = [name for name in lines if name.startswith("out")]

    def run(self) -> bytes:
        """Codes and counts of each commune, one after the other."""
        out = bytearray()
        for row in self.rows:
            facts: dict[str, typing.Any] = dict(row)
            for name, rule in self.rules:
                facts[name] = rule.evaluate(facts)
            out += bytes([int(facts[name]) for name in self.results])
        return bytes(out)
