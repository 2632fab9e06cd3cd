"""The tables of keys: they are sound, the page shows them all, and schema and reader agree about the same files."""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ntm_rules import RulesetError, UnknownName
from ntm_rules.messages import Diagnostic
from ntm_rules.rules.keys.files import FORMATS, RULES
from ntm_rules.rules.keys.kinds import Keys, named
from ntm_rules.rules.keys.schema import json_schema
from unit.small import BASE, FACTS, MEASURES, OTHER, PROVINCES, amendment, changed, load, overlay

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "rule-files.md"
NAMED = named(chain.from_iterable(files.files.values() for files in FORMATS))

# -- the tables --------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [kind for kind in NAMED.values() if isinstance(kind, Keys)], ids=lambda k: k.name)
def test_a_table_is_sound(keys: Keys) -> None:
    assert len(set(keys.names)) == len(keys.names)
    mentioned = {*chain.from_iterable(keys.exactly_one), *(key.beside for key in keys.keys if key.beside)}
    assert mentioned <= set(keys.names)
    for key in keys.keys:
        assert re.fullmatch(r"\d+\.\d+", key.since)
        assert not (key.required and any(key.name in group for group in keys.exactly_one))


def test_every_meaning_is_a_sentence() -> None:
    meanings = [(kind.vi, kind.en) for kind in NAMED.values()]
    meanings += [(key.vi, key.en) for kind in NAMED.values() if isinstance(kind, Keys) for key in kind.keys]
    for text in chain.from_iterable(meanings):
        assert text.endswith(".")
        assert text[0].isupper() or text[0] == "`"


def test_a_name_is_given_once() -> None:
    twin = Keys("cell", "Khác.", "Another.", ())
    with pytest.raises(ValueError, match="two kinds are named `cell`"):
        named([*RULES.files.values(), twin])


@pytest.mark.parametrize("files", FORMATS, ids=lambda f: f.name)
def test_what_a_schema_refers_to_is_there(files: Any) -> None:
    schema = json_schema(files)
    referred = set(re.findall(r'"#/\$defs/([\w-]+)"', json.dumps(schema)))
    assert referred == schema["$defs"].keys()  # type: ignore[attr-defined]


def test_the_page_shows_every_table_once() -> None:
    shown = re.findall(r"^```\{keys\} (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    names = [name for line in shown for name in line.split()]
    assert sorted(names) == sorted(NAMED)


# -- reader and schema -------------------------------------------------------------------------

MORE_FACTS = """\
  plan: {title: {vi: Điểm một, en: First}, type: number, unit: million, minimum: "0", maximum: "15"}
  work: {title: {vi: Điểm hai, en: Second}, type: number, unit: million, minimum: "0", maximum: "85"}
  done_share: {title: {vi: Tỷ lệ, en: Share}, type: percent, ratio: {part: done, whole: villages}, undecided: unclear}
  done: {title: {vi: Xong, en: Done}, type: count, unit: million, direction: more, undecided: unclear}
  villages: {title: {vi: Thôn, en: Villages}, type: count, unit: million, note: x, agency: {vi: Sở, en: Office}}
  unclear: {title: {vi: Chưa rõ, en: Unclear}, type: count, unit: million, merge: sum}
  failed: {title: {vi: Chưa đạt, en: Failed}, type: count, unit: million}
  least: {title: {vi: Ít nhất, en: Least}, type: number, unit: million}
"""
MORE_SETS = """\
aggregate:
  done: {count_of: village, fact: planned}
  done_share: {share_of: village, meets: commune/khac, by: act, recognised: recognised, period: 2021-2025}
  failed: {count_of: criteria, outcome: not_met, among: {commune/khac: ["1"]}}
  least: {min_of: income, over: village}
  planned: {finding: satisfied}
instruments: {qd-5: {issuer: xu-mau, number: 5/QD, date: 2022, title: {vi: Năm, en: Five}}}
read: whole
grades:
  - grade: co-ban
    title: {vi: Cơ bản, en: Basic}
    operations:
      - {set: "1.1", at_least: "75", evidence: official}
      - {remove: "1.2"}
derive:
  score:
    points:
      out_of: "100"
      members:
        - {fact: plan, out_of: "15", applies_if: {fact: planned, equals: "true", evidence: official}}
        - {fact: work, out_of: "85"}
  lower: {title: {vi: Nhỏ nhất, en: Lower}, min_of: [income, wages]}
  share: {ratio: {part: water_households, whole: households}}
"""
CONDITIONS = """\
          at_least_n: 1
          of:
            - {not: {fact: wages, less_than: "20", evidence: recalled, confidence: high, cite: qd-5, point: "1", free: true}}
            - {at_least_n: 1, of: [{facts: [income, wages], at_least: "3", evidence: official, when_empty: met}]}
            - {pending: {by: [column], cells: {NUI: pending, "*": {state: pending, note: x}}}, part: c, title: {vi: C, en: C}}
"""  # noqa: E501
LAYER = overlay(
    "bac",
    "7/QD",
    "2023-01-01",
    '{set: "1.1", at_least: "90", evidence: official}',
    '{set: "1.2", cells: {NUI: {"2025": {value: "50", evidence: official}}}}',
    '{set_pending: ["2.2"], source: web, point: "3", note: x}',
    '{replace: "2.1", require: {fact: planned, equals: "true", evidence: official}, title: {vi: M, en: N}, note: x}',
    '{add: {criterion: "1", after: "1.2", indicator: {no: "1.3", title: {vi: T, en: A}, require: pending}}}',
    '{add: {criterion: {no: "3", title: {vi: T, en: A}, indicators: [{no: "3.1", title: {vi: T, en: A}, require: '
    "delegated}]}}}",
    '{retitle: "1.1", title: {vi: M, en: N}}',
    more="sources: {web: 'https://example.org'}\nreplaces: [{issuer: bac, number: 1/QD, date: 2020}]\n",
)
AMENDMENT = amendment("8/QD", "2024-01-01", '{remove: {criterion: "2"}}', more="in_force: {from: 2024-02-01}\n")
PLAN = """\
targets: bac
year: 2024
title: {vi: Kế hoạch, en: Plan}
instrument: {issuer: bac, number: 2/KH, date: 2024}
sources: {bao: "https://example.org/bao"}
tiers:
  commune/ntm:
    - {total: 75, out_of: 181, evidence: secondary, source: bao}
    - {average: {from: "13.5", to: "14"}, evidence: recalled, confidence: low, note: heard}
figures:
  - {title: {vi: Nước, en: Water}, more_than: "99.32", unit: million, evidence: secondary, source: bao}
"""
MERGERS = """\
mergers: bac
policy: weakest
from: 2025-07-01
evidence: secondary
source: https://example.org
note: x
"""
FILES = {
    "measures_yaml": MEASURES,
    "facts_yaml": FACTS + MORE_FACTS,
    "provinces_yaml": PROVINCES,
    "ntm_yaml": changed(changed(BASE, "derive:\n", MORE_SETS), "          all:\n", CONDITIONS),
    "khac_yaml": OTHER,
    "bac_yaml": LAYER,
    "sua_yaml": AMENDMENT,
    "plan_yaml": PLAN,
    "gop_yaml": MERGERS,
}
READER_KNOWS_MORE = re.compile(
    r"facts\.\w+\.(unit|levels|values) as None"  # needed by some types
    r"|.*\.recognised as None"  # needed by acts
    r"|(province|operations) as None"  # of an overlay in a folder, of a layer that was read whole
    r"|grades\.\d+\.operations as None"  # unless the grade says how many criteria it needs
    r"|.*\.cells\..*"  # a misspelt key of a cell looks like a column
    r"|aggregate\.failed\.among\..*"  # ids of rulesets
)


def read(folder: Path, **files: str) -> Sequence[Diagnostic]:
    """What is wrong with the files."""
    try:
        load(folder, **{**FILES, **files})
    except RulesetError as error:
        return error.diagnostics
    except UnknownName as error:  # the file does not say for which period its set is, and another set asks for it
        return (Diagnostic("name", str(error)),)
    return ()


def written(data: dict[str, Any]) -> str:
    """A file that is quickly written: every key on a line of its own, in JSON."""
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items()) or "{}"


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a file something stands."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


def wrong(data: Any) -> Iterator[tuple[str, Any]]:
    """The file with one key left out or misspelt; a key that stands twice under keys of one name is taken once."""
    done = set()
    for *above, last in places(data):
        parent = next((key for key in reversed(above) if isinstance(key, str)), "")
        if isinstance(last, int) or (parent, last) in done:
            continue
        done.add((parent, last))
        for name in (None, f"x{last}"):
            copied = copy.deepcopy(data)
            inside = copied
            for key in above:
                inside = inside[key]
            value = inside.pop(last)
            if name is not None:
                inside[name] = value
            yield ".".join(map(str, (*above, f"{last} as {name}"))), copied


def test_the_files_are_read(tmp_path: Path) -> None:
    assert read(tmp_path) == ()


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n == "ntm_yaml" else ()) for n in FILES])
def test_reader_and_schema_refuse_the_same_keys(tmp_path: Path, name: str) -> None:
    schema = jsonschema.Draft202012Validator(json_schema(RULES))
    data = yaml.load(FILES[name], Loader=yaml.BaseLoader)
    assert schema.is_valid(data)
    for what, other in wrong(data):
        said = read(tmp_path, **{name: written(other)})
        mine = {d.code for d in said if d.file.endswith(name.replace("_yaml", ".yaml"))}
        if schema.is_valid(other):
            assert not mine & {"key.unknown", "key.missing"} or READER_KNOWS_MORE.fullmatch(what), what
        else:
            assert said, what
