"""The shipped JSON Schemas fit what they describe."""

import datetime as dt
import importlib.util
import json
import re
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

import ntm_rules as ntm

ROOT = Path(__file__).parents[2]
FOUND = (*ROOT.glob("rulesets/**/*.yaml"), *ROOT.glob("tests/fiction/rulesets/**/*.yaml"))
BESIDE = {".tests.yaml": "tests-1.json", ".allow.yaml": "allow-1.json"}
FILES = [
    (path, next((schema for end, schema in BESIDE.items() if path.name.endswith(end)), "rules-1.json"))
    for path in sorted(FOUND)
]


def as_in_an_editor(node: yaml.Node | None) -> object:
    """What an editor reads: numbers and booleans that are not in quotes are such."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: as_in_an_editor(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [as_in_an_editor(each) for each in node.value]
    assert isinstance(node, yaml.ScalarNode)
    typed = node.style is None and re.fullmatch(r"true|false|-?\d+(\.\d+)?", node.value)
    return json.loads(re.sub(r"^(-?)0+(?=\d)", r"\1", node.value)) if typed else node.value


def validator(name: str) -> jsonschema.Draft202012Validator:
    text = resources.files("ntm_rules").joinpath("schemas", name).read_text(encoding="utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def schemas() -> dict[str, jsonschema.Draft202012Validator]:
    return {name: validator(name) for name in ("rules-1.json", *BESIDE.values())}


@pytest.fixture
def rules(schemas: dict[str, jsonschema.Draft202012Validator]) -> jsonschema.Draft202012Validator:
    return schemas["rules-1.json"]


def test_the_schemas_are_what_the_tables_of_keys_give() -> None:
    path = ROOT / "tools" / "write_schemas.py"
    spec = importlib.util.spec_from_file_location("write_schemas", path)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for file, text in tool.schemas().items():
        assert file.read_text(encoding="utf-8") == text, "run tools/write_schemas.py"


@pytest.mark.parametrize(
    ("path", "schema"), FILES, ids=lambda p: p.relative_to(ROOT).as_posix() if isinstance(p, Path) else p
)
def test_every_file_fits_its_schema(
    path: Path, schema: str, schemas: dict[str, jsonschema.Draft202012Validator]
) -> None:
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    texts = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    for data in (texts, as_in_an_editor(node)):
        assert [e.message for e in schemas[schema].iter_errors(data)] == []


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


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("tests-1.json", "given: {ruleset: commune/ntm}"),
        ("tests-1.json", "cases: [{name: x, expect: {}}]"),
        ("tests-1.json", "cases: [{name: x, expect: {set: mett}}]"),
        ("tests-1.json", "cases: [{name: x, expect: {set: {outcome: met, margin: 1}}}]"),
        ("tests-1.json", "cases: [{name: x, expect: {indicators: {'1': {margin: about 1}}}}]"),
        ("allow-1.json", "allow: []"),
        ("allow-1.json", "allow: [{code: table.gap}]"),
        ("allow-1.json", "allow: [{code: table.gap, reason: x, why: y}]"),
    ],
)
def test_the_schemas_of_files_beside_rules_refuse(
    schema: str, text: str, schemas: dict[str, jsonschema.Draft202012Validator]
) -> None:
    assert list(schemas[schema].iter_errors(yaml.load(text, Loader=yaml.CBaseLoader)))


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
    verdict = ntm.assess(ruleset, facts, unit="Cao Lâu")
    data = json.loads(verdict.to_json())
    assert [e.message for e in validator("verdict-2.json").iter_errors(data)] == []
    assert data == verdict.to_dict()
    assert "grade" not in data
    assert data["content_hash"] == ruleset.content_hash
    assert data["counts"]["criteria"]["total"] == len(ruleset.criteria)
    assert data["facts"]["households"] == "1001"
    assert data["facts"]["income_per_capita"] == {
        "value": "43.2",
        "source": "niên giám",
        "as_of": "2024-06-30",
        "by": "self",
    }
