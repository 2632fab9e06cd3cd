"""What the pages name is public: what somebody copies from a page keeps working when files move."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ntm_rules as ntm

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [path for folder in ("", "docs/**/", "examples/", "rulesets/") for path in sorted(ROOT.glob(f"{folder}*.md"))]
# not in quotes (keys of a file's metadata) and not part of the path of a file
NAMED = re.compile(r"(?<![\"'/\w.-])(?:ntm|ntm_rules)((?:\.\w+)+)")
IMPORTED = re.compile(r"from ntm_rules((?:\.\w+)*) import ([\w, ]+)")


def named(text: str) -> Iterator[tuple[str, ...]]:
    """Every dotted name of the package, without ``ntm_rules``."""
    for found in NAMED.finditer(text):
        yield tuple(found[1].strip(".").split("."))
    for found in IMPORTED.finditer(text):
        for name in found[2].split(","):
            yield (*found[1].strip(".").split("."), name.strip()) if found[1] else (name.strip(),)


def is_public(name: tuple[str, ...]) -> bool:
    """True for a name of ``__all__`` and, where that is a namespace, one of the namespace's."""
    if name[-1] == "__all__":
        return len(name) == 1
    if name[0] not in ntm.__all__:
        return False
    first = getattr(ntm, name[0])
    return not inspect.ismodule(first) or len(name) == 1 or name[1] in first.__all__


@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_every_name_is_public(path: Path) -> None:
    found = dict.fromkeys(named(path.read_text(encoding="utf-8")))
    assert [".".join(name) for name in found if not is_public(name)] == []


@pytest.mark.parametrize(
    "text", ["ntm_rules.model.facts", "from ntm_rules.testing.laws import prove", "from ntm_rules.law import Action"]
)
def test_a_name_that_is_not_is_found(text: str) -> None:
    assert not all(map(is_public, named(text)))
