"""ZEN: one decision with one expression node, evaluated in batches."""

import typing

import zen

import ntm_rules as ntm
from peers.peer import RowPeer
from peers.terms import Terms
from peers.text import Language

BATCH = 5000


class ByZen(RowPeer):
    """The rules as ZEN expressions."""

    name = "zen-engine, evaluate_batch"
    package = "zen-engine"

    def compile(self, ruleset: ntm.Ruleset, terms: Terms) -> None:
        """A decision model of an input, an expression node and an output."""
        lines = Language("$.", "min").lines(terms)
        self.results = [name for name in lines if name.startswith("out")]
        expressions = [{"id": name, "key": name, "value": text} for name, text in lines.items()]
        nodes: list[dict[str, typing.Any]] = [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "set", "type": "expressionNode", "name": "set", "content": {"expressions": expressions}},
            {"id": "out", "type": "outputNode", "name": "out"},
        ]
        edges = [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in (("in", "set"), ("set", "out"))
        ]
        for node in nodes:
            node["position"] = {"x": 0, "y": 0}
        content = {"set": {"nodes": nodes, "edges": edges}}
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def run(self) -> bytes:
        """Codes and counts of each commune, one after the other."""
        out = bytearray()
        for start in range(0, len(self.rows), BATCH):
            requests: list[typing.Any] = [{"key": "set", "context": row} for row in self.rows[start : start + BATCH]]
            for answer in self.engine.evaluate_batch(requests):
                found = answer["data"]["result"]
                out += bytes([int(found[name]) for name in self.results])
        return bytes(out)
