"""The shipped JSON Schemas fit what they describe."""

import datetime as dt
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

import ntm_rules as ntm

ROOT = Path(__file__).parents[2]
FOUND = (*ROOT.glob("rulesets/**/*.yaml"), *ROOT.glob("tests/fiction/rulesets/**/*.yaml"))
RULE_FILES = sorted(path for path in FOUND if not path.name.endswith((".tests.yaml", ".allow.yaml")))


def validator(name: str) -> jsonschema.Draft202012Validator:
    text = resources.files("ntm_rules").joinpath("schemas", name).read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def rules() -> jsonschema.Draft202012Validator:
    return validator("rules-1.json")


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_rule_file_fits_the_schema(path: Path, rules: jsonschema.Draft202012Validator) -> None:
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    assert [e.message for e in rules.iter_errors(data)] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(criteria=[]),
        lambda d: d["criteria"][0].pop("no"),
        lambda d: d["criteria"][0]["indicators"][0].update(required=True),
        lambda d: d["instrument"].pop("issuer"),
        lambda d: d.update(read="half"),
    ],
)
def test_the_schema_of_rule_files_refuses(change, rules: jsonschema.Draft202012Validator) -> None:  # type: ignore[no-untyped-def]
    path = ROOT / "rulesets" / "national" / "2021-2025" / "commune-ntm.yaml"
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    change(data)
    assert list(rules.iter_errors(data))


@pytest.mark.parametrize("tier", ["commune/ntm", "commune/nang-cao", "commune/kieu-mau"])
@pytest.mark.parametrize("province", [None, "lang-son", "binh-duong", "nam-dinh"])
def test_every_verdict_fits_the_schema(tier: str, province: str | None) -> None:
    ruleset = ntm.Library.bundled().compose(tier, on=dt.date(2024, 7, 2), province=province)
    facts = {
        "income_per_capita": {"value": "43.2", "source": "niên giám", "as_of": "2024-06-30", "by": "self"},
        "schools": 4,
        "recognised_nang_cao": False,
        "households": 1001,
        "clean_water_households": 299,
    }
    verdict = ntm.assess(ruleset, facts, unit="Cao Lâu")  # type: ignore[arg-type]
    data = json.loads(verdict.to_json())
    assert [e.message for e in validator("verdict-1.json").iter_errors(data)] == []
    assert data == verdict.to_dict()
    assert data["grade"] is None
    assert data["content_hash"] == ruleset.content_hash
    assert data["counts"]["criteria"]["total"] == len(ruleset.criteria)
    assert data["facts"]["income_per_capita"] == {
        "value": "43.2",
        "source": "niên giám",
        "as_of": "2024-06-30",
        "by": "self",
    }
