"""Tables and trees of every set there is, in both languages: no node type is forgotten, no text is a raw name."""

import datetime as dt
import io
import itertools

import pytest

from ntm_rules import Library, Ruleset, assess
from ntm_rules.check.compositions import sets
from ntm_rules.cli.console import console
from ntm_rules.cli.explain import tree_of
from ntm_rules.cli.heading import heading
from ntm_rules.words.sheet import rows

ON = dt.date(2024, 7, 2)


def composed(library: Library) -> list[Ruleset]:
    """Every set, every set with an overlay, and those that provinces have of their own."""
    return [library.compose(name, on=ON, period=period, territory=province) for name, period, province in sets(library)]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["bundled", "fiction"])
def test_every_set_can_be_shown(name: str, lang: str, request: pytest.FixtureRequest) -> None:
    library = request.getfixturevalue(name)
    for ruleset in composed(library):
        found = list(rows(ruleset, lang))
        before_grades = itertools.takewhile(lambda row: row.kind != "grade", found)
        printed = [row.no for row in before_grades if row.kind == "indicator"]
        assert printed == [i.no for c in ruleset.criteria for i in c.indicators]
        assert {row.level for row in found} <= {"", "official", "secondary", "recalled", "pending"}
        assert not any("{" in row.asked + row.title for row in found)
        assert all(row.evidence and row.blame for row in found if row.level)
        assert list(heading(library, ruleset, lang))


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ["bundled", "fiction"])
def test_every_set_can_be_explained(name: str, lang: str, request: pytest.FixtureRequest) -> None:
    library = request.getfixturevalue(name)
    for ruleset in composed(library):
        out = io.StringIO()
        verdict = assess(ruleset, {}, unit="Xã A")
        console(out).print(tree_of(verdict, lang))
        lines = out.getvalue().splitlines()
        assert len(lines) > len(verdict.indicators)
        assert not any("{" in line for line in lines)
