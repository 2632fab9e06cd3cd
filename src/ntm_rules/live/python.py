"""Outcomes kept up to date in plain Python: only what rests on a change is worked out again."""

import typing
from collections.abc import Collection

from ntm_rules.verdict.compare import Slots
from ntm_rules.verdict.dependencies import Dependencies
from ntm_rules.verdict.program import Pass


class LiveEngine(typing.Protocol):
    """What keeps the outcome codes of one unit up to date."""

    name: str

    @property
    def rebuilds(self) -> int:
        """How often the engine had failed and was built again."""

    def follow(self, codes: bytes, slots: Slots, differ: Collection[int]) -> bytes:
        """Return the codes of the set, its criteria and its indicators after a change.

        Args:
            codes: those before.
            slots: the slots after the change.
            differ: which of them may differ from before.

        Raises:
            EngineUnavailable: the engine cannot go on; nothing has changed.
        """

    def close(self) -> None:
        """Free what the engine holds."""


class PythonEngine:
    """Goes from the changed slots to the indicators that read them, their criteria and the set; keeps nothing."""

    name = "python"
    rebuilds = 0

    def __init__(self, rules: Pass, dependencies: Dependencies) -> None:
        self.rules, self.dependencies = rules, dependencies

    def follow(self, codes: bytes, slots: Slots, differ: Collection[int]) -> bytes:
        """Return the codes after a change."""
        rules, criterion_of = self.rules, self.dependencies.criterion
        first = 1 + len(rules.spans)
        found = bytearray(codes)
        criteria: dict[int, None] = {}
        for number in self.dependencies.indicators(differ):
            code = rules.indicators[number](slots)
            if code != found[first + number]:
                found[first + number] = code
                criteria[criterion_of[number]] = None
        for number in criteria:
            found[1 + number] = rules.criterion(number, found[first:])
        if criteria:
            found[0] = rules.whole(found[1:first])
        return bytes(found)

    def close(self) -> None:
        """Nothing to free."""
