"""The conformance cases of what is undecided, row by row in frames of every kind; the refused ones as bad values."""

import json
import typing
from pathlib import Path

import pytest

from frames.making import EAGER, LAZY, Facts
from frames.test_same_answer import check
from ntm_rules.model.canonical import from_canonical

FOLDER = Path(__file__).parent.parent / "conformance" / "undecided"


def communes_by_ruleset() -> dict[str, list[Facts]]:
    """The facts of all cases of one ruleset together."""
    found: dict[str, list[Facts]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found.setdefault(json.dumps(data["ruleset"]), []).append(data["facts"])
    return found


@pytest.mark.parametrize("kind", [*EAGER, *LAZY])
def test_every_case(kind: str) -> None:
    cases = communes_by_ruleset()
    assert len(cases) > 10
    for text, communes in cases.items():
        ruleset = from_canonical(typing.cast(dict[str, typing.Any], json.loads(text)))
        check(kind, ruleset, communes)
