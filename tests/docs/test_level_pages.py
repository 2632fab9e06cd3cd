"""Every level of which a set is bundled or known to exist has a page of its own."""

import re
from pathlib import Path

from ntm_rules import Library
from ntm_rules.check.compositions import sets

REFERENCE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference"


def test_every_level_has_a_page(bundled: Library) -> None:
    ids = {ruleset for ruleset, _, _ in sets(bundled)}
    ids |= {ruleset for province in bundled.registry.provinces for ruleset in province.unwritten}
    pages = {
        match[1]: path.stem
        for path in REFERENCE.glob("rulesets-*.md")
        if (match := re.search(r"^```\{level-rulesets\} (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    }
    assert set(pages) == {ruleset.partition("/")[0] for ruleset in ids}
    overview = (REFERENCE / "rulesets.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^rulesets-\w+$", overview, re.MULTILINE)) == set(pages.values())
