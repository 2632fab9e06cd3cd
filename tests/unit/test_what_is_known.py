"""What is known of a fact beside its title, with its source; what is not known is listed and never made up."""

from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import invoke
from ntm_rules.law import About
from unit.small import FACTS, changed, load, problems

LAW = ("--on", "2024-07-02", "--province", "lang-son", "--lang", "en")
TOLD = "counting: {vi: Đếm hộ, en: Households are counted, evidence: secondary, source: 'https://example.org/1'}"
PLACE = "water_households: {"


def test_it_is_read_and_in_no_hash(tmp_path: Path) -> None:
    with_it = load(tmp_path / "a", facts_yaml=changed(FACTS, PLACE, f"{PLACE}{TOLD}, "))
    sets = [each.compose("commune/ntm", on="2024-07-02", province="bac") for each in (with_it, load(tmp_path / "b"))]
    assert sets[0].content_hash == sets[1].content_hash
    fact = sets[0].inputs()["water_households"]
    told = fact.told[About.COUNTING]
    assert (told.text.vi, told.evidence.value, told.source) == ("Đếm hộ", "secondary", "https://example.org/1")
    assert fact.unknown == (About.DEFINITION, About.AGENCY, About.GUIDANCE, About.PERIOD)
    assert sets[1].inputs()["water_households"].unknown == tuple(About)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (", evidence: secondary", "", "key.missing"),
        (", source: 'https://example.org/1'", "", "key.missing"),
        ("vi: Đếm hộ, ", "", "key.missing"),
        ("evidence: secondary", "evidence: heard", "value.unknown"),
        ("vi: Đếm hộ", "vi: ''", "shape.text"),
        ("counting:", "couting:", "key.unknown"),
    ],
)
def test_nothing_is_known_without_a_source(tmp_path: Path, old: str, new: str, code: str) -> None:
    told = changed(TOLD, old, new)
    found = problems(tmp_path / "rules", facts_yaml=changed(FACTS, PLACE, f"{PLACE}{told}, "))
    assert code in {problem.code for problem in found}


def test_every_source_of_the_bundled_facts_is_an_address_of_a_rule_file(bundled: ntm.Library) -> None:
    texts = "".join(listed.path.read_text(encoding="utf-8") for listed in bundled.files if listed.kind == "ruleset")
    told = [(fact.id, told) for fact in bundled.facts.values() for told in fact.told.values()]
    assert told
    assert [name for name, each in told if each.source not in texts] == []


def test_the_command_shows_it() -> None:
    shown = invoke("facts", "commune/ntm", "postal", *LAW).stdout
    assert "Way of counting: At least one point, open at least 4 hours a working day (https://sotttt" in shown
    assert "Guiding document: Decision 1127/QĐ-BTTTT" in shown
    assert "Guiding" not in invoke("facts", "commune/ntm", "income", *LAW).stdout


def test_the_command_lists_what_is_not_known() -> None:
    shown = invoke("facts", "commune/ntm", "postal", *LAW, "--unknown").stdout
    assert "definition, period" in shown
    assert "guiding document" not in shown
    assert (
        "definition, way of counting, guiding document, period"
        in invoke("facts", "commune/ntm", "income_per_capita", *LAW, "--unknown").stdout
    )


def test_the_schema_describes_facts_by_it(bundled: ntm.Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    facts = ntm.input_schema(ruleset)["properties"]["facts"]["properties"]
    lines = facts["postal_point"]["description"].splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Cách tính", "Cơ quan cung cấp", "Văn bản hướng dẫn"]
    assert facts["income_per_capita"]["description"] == "Cơ quan cung cấp: Cơ quan thống kê"
    assert "description" not in facts["households"]
