"""The conformance cases of what is undecided, row by row in frames of every kind; the refused ones as bad values."""

import json
import typing

import pytest

from conformance.cases import cases
from frames.making import EAGER, SLOWER, Facts
from frames.test_same_answer import check
from ntm_rules.model.canonical import from_canonical


def communes_by_ruleset() -> dict[str, list[Facts]]:
    """The facts of all cases of one ruleset together."""
    found: dict[str, list[Facts]] = {}
    for data in cases("undecided").values():
        found.setdefault(json.dumps(data["ruleset"]), []).append(data["facts"])
    return found


@pytest.mark.parametrize("kind", [*EAGER, *SLOWER])
def test_every_case(kind: str) -> None:
    by_ruleset = communes_by_ruleset()
    assert len(by_ruleset) > 10
    for text, communes in by_ruleset.items():
        ruleset = from_canonical(typing.cast(dict[str, typing.Any], json.loads(text)))
        check(kind, ruleset, communes)
