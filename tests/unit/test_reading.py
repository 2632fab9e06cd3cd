"""A wrong rule file: what is said, where, and what is offered instead."""

# ruff: noqa: E501 - a case a line

import datetime as dt
from pathlib import Path

import pytest

from ntm_rules import Library, RulesetError
from ntm_rules.model.conditions import Open
from unit.small import BASE, FACTS, OTHER, PROVINCES, amendment, changed, codes, load, overlay, place, problems

# name, old text, new text, code, where it points, words of the message, words of the hint
WRONG_BASE = [
    ("unknown key", "sources:", "sauces:", "key.unknown", "sauces:", "`sauces`", "`sources`"),
    ("unknown fact", "fact: clean_water_share", "fact: clean_water_shares", "fact.unknown", "{fact: clean_water_shares", "`clean_water_shares`", "`clean_water_share`"),
    ("unknown fact with diacritics", "fact: income", "fact: íncome", "fact.unknown", "fact: íncome", "`íncome`", "`income`"),
    ("unknown operator", 'at_least: "80"', 'atleast: "80"', "key.unknown", "atleast", "`atleast`", "`at_least`"),
    ("no operator", 'at_least: "80"', 'atleast: "80"', "condition.operator", "{fact: clean_water_share", "no single operator", "`at_least`"),
    ("two operators", 'at_least: "80"', 'at_least: "80", at_most: "90"', "condition.operator", "{fact: clean_water_share", "no single operator", ""),
    ("two kinds of condition", "{fact: clean_water_share,", "{fact: clean_water_share, facts: [income],", "condition.kind", "{fact: clean_water_share", "no single kind", "`all`"),
    ("operator and type", 'equals: "true", evidence', 'at_least: "1", evidence', "condition.operator", '{fact: planned, at_least', "boolean fact `planned`", "`equals`"),
    ("no evidence", 'at_least: "80", evidence: official', 'at_least: "80"', "cell.evidence", '"80"', "how it was checked", "`secondary`"),
    ("unknown evidence", "evidence: recalled", "evidence: recaled", "value.unknown", "recaled", "`recaled`", "`recalled`"),
    ("unknown confidence", "confidence: low", "confidence: lo", "value.unknown", "lo}", "`lo`", "`low`"),
    ("evidence of a pending cell", "more_than: pending", "more_than: {state: pending, evidence: official}", "cell.evidence", "pending, evidence: official", "a pending cell", ""),
    ("disputed and official", 'at_least: "80"', 'at_least: "80", disputed: "85 (báo)"', "cell.disputed", '"85 (báo)"', "beside `official`", "leave out `disputed`"),
    ("disputed in a cell, official beside it", '{"2024": "45"}', '{"2024": {value: "45", disputed: "44"}}', "cell.disputed", '"44"', "beside `official`", ""),
    ("disputed, and empty", 'level_at_least: "1"', 'level_at_least: "1", disputed: ""', "shape.text", '""', "is empty", ""),
    ("value and state", 'at_least: "80"', 'at_least: {value: "80", state: pending}', "cell.value", "{value:", "a value or a state", ""),
    ("neither value nor state", 'at_least: "80"', "at_least: {note: x}", "cell.value", "{note", "needs a value", ""),
    ("no number", 'at_least: "80"', 'at_least: "tám mươi"', "value.number", '"tám mươi"', "`tám mươi`", "decimal point"),
    ("a comma", 'at_least: "80"', 'at_least: "80,5"', "value.number", '"80,5"', "`80,5`", "decimal point"),
    ("an underscore", 'at_least: "80"', 'at_least: "8_0"', "value.number", '"8_0"', "`8_0`", ""),
    ("digits of another script", 'at_least: "80"', 'at_least: "８０"', "value.number", '"８０"', "`８０`", ""),
    ("infinity", 'at_least: "80"', 'at_least: "inf"', "value.number", '"inf"', "finite", ""),
    ("sixteen digits", 'at_least: "80"', 'at_least: "12.34567890123456"', "value.digits", '"12.3', "15 significant", ""),
    ("an empty value", 'at_least: "80"', 'at_least: ""', "shape.text", '""', "is empty", "leave the key out"),
    ("a list as value", 'at_least: "80"', 'at_least: ["80"]', "shape.text", '["80"]', "has to be a text", ""),
    ("yes in Vietnamese", 'equals: "true", evidence', 'equals: "có", evidence', "value.unknown", '"có"', "`có`", "`true`"),
    ("an unknown level", 'level_at_least: "1"', 'level_at_least: "7"', "value.unknown", '"7"', "`7`", "`0`"),
    ("facts of two kinds", "{fact: clean_water_share,", "{facts: [clean_water_share, income],", "fact.type", "{facts", "not of one kind", ""),
    ("an unknown source", "source: bao", "source: baoo", "value.unknown", "baoo", "`baoo`", "`bao`"),
    ("an unknown instrument", 'at_least: "80"', 'at_least: {value: "80", cite: xx}', "value.unknown", "xx", "`xx`", ""),
    ("an unknown column", "BIEN: {", "BIENN: {", "table.column", "BIENN", "`BIENN`", "`BIEN`"),
    ("no year", '"2025": "43"', '"25": "43"', "table.year", '"25"', "`25`", ""),
    ("the general column alone", '{NUI: {"2024": "40", "2025": "43"}, BIEN: {"2024": "45"}}', '{ALL: {"2024": "40"}}', "table.general", "{by: [column", "binds no unit", "`*`"),
    ("a numeric selector", "by: [column, year]", "by: [income, year]", "table.selector", "{by: [income", "`income`", "`case`"),
    ("an unknown selector", "by: [column, year]", "by: [colum, year]", "fact.unknown", "[colum, year", "`colum`", "`column`"),
    ("a duplicate indicator", 'no: "2.1"', 'no: "1.1"', "number.duplicate", "ruleset:", "indicator `1.1`", ""),
    ("a duplicate criterion", 'no: "2"\n', 'no: "1"\n', "number.duplicate", "ruleset:", "criterion `1`", ""),
    ("k above the indicators", "title: {vi: Một, en: One}\n", "title: {vi: Một, en: One}\n    at_least_n: 3\n", "condition.k", 'no: "1"\n', "at least 3 of 2", ""),
    ("k is nought", "title: {vi: Một, en: One}\n", "title: {vi: Một, en: One}\n    at_least_n: 0\n", "value.integer", "0\n    indicators", "from 1", ""),
    ("k above the criteria", "criteria:\n", "at_least_n: 3\ncriteria:\n", "condition.k", "ruleset:", "at least 3 of 2", ""),
    ("k of criteria not all counted", "criteria:\n  - no: \"1\"\n", "at_least_n: 1\ncriteria:\n  - no: \"1\"\n    counted: false\n", "criterion.counted", "ruleset:", "criterion `1` is not counted", ""),
    ("counted neither true nor false", "title: {vi: Một, en: One}\n", "title: {vi: Một, en: One}\n    counted: no\n", "value.unknown", "no\n    indicators", "`no`", ""),
    ("k above the members", "          all:\n", "          at_least_n: 3\n          of:\n", "condition.k", "at_least_n: 3", "at least 3 of 2", ""),
    ("no members", "          all:\n", "          at_least_n: 2\n          note:\n", "key.missing", "at_least_n: 2", "no `of`", ""),
    ("no title", "        title: {vi: Nước, en: Water}\n", "", "key.missing", 'no: "1.1"', "no `title`", ""),
    ("a title in English alone", "{vi: Nước, en: Water}", "{en: Water}", "key.missing", "{en: Water}", "no `vi`", ""),
    ("no date", "date: 2022-03-08", "date: 08/03/2022", "value.date", "08/03/2022", "`08/03/2022`", "2024-06-17"),
    ("a day that does not exist", "from: 2022-03-08", "from: 2022-02-30", "value.date", "2022-02-30", "`2022-02-30`", "2024-06"),
    ("the wrong way round", "to: 2025-12-31", "to: 2021-12-31", "file.span", "ruleset:", "before it begins", ""),
    ("a mapping for a list", "criteria:\n", "criteria: {a: b}\nnote:\n", "shape.list", "{a: b}", "has to be a list", ""),
    ("a list for a mapping", "in_force: {from: 2022-03-08, to: 2025-12-31}", "in_force: [2022]", "shape.mapping", "[2022]", "has to be a mapping", ""),
    ("an empty mapping", 'sources: {bao: "https://example.org/bao"}', "sources: {}", "shape.empty", "{}", "is empty", "leave it out"),
    ("an empty list of members", '            - {fact: wages, at_least: "10", part: a, evidence: official}\n            - {fact: wages, at_most: "80", part: b, evidence: secondary, source: bao}\n', "            []\n", "shape.empty", "[]", "`all` is empty", ""),
    ("an empty list of facts", "{fact: clean_water_share,", "{facts: [],", "shape.empty", "[],", "`facts` is empty", ""),
    ("an empty list of selectors", "by: [column, year]", "by: []", "shape.empty", "[],", "`by` is empty", ""),
    ("a derived fact that exists", "  column:\n", "  income:\n", "fact.duplicate", "case:", "`income` exists", ""),
    ("a derived fact of two kinds", "    case:\n", "    max_of: [income]\n    case:\n", "derive.kind", "max_of", "no single kind", "`min_of`"),
    ("a guard on a finding", "      - when: {fact: planned", "      - {when: {meets: commune/ntm, by: finding, evidence: official}, then: BIEN}\n      - when: {fact: planned", "derive.meets", "{when: {meets", "finding of another set", "`by: act`"),
    ("the least of nothing", "derive:\n", "derive:\n  m: {min_of: []}\n", "shape.empty", "[]", "is empty", ""),
    ("the least of a yes", "derive:\n", "derive:\n  m: {min_of: [planned, income]}\n", "fact.type", "{min_of", "numeric facts", ""),
    ("the least of two units", "derive:\n", "derive:\n  m: {min_of: [clean_water_share, income]}\n", "fact.type", "{min_of", "different units", ""),
    ("a case that passes on a number", "else: {fact: region}", "else: {fact: income}", "fact.type", "{fact: income}", "category or an ordinal", ""),
    # YAML itself
    ("a tag", 'at_least: "80"', 'at_least: !!str "80"', "yaml.tag", '!!str "80"', "not allowed", ""),
    ("a tag that makes an object", 'at_least: "80"', 'at_least: !!python/object/apply:os.system ["true"]', "yaml.tag", "!!python", "not allowed", ""),
    ("an alias before its anchor", 'at_least: "80"', "at_least: *later", "yaml.alias", "*later", "`later`", ""),
    ("a key twice", "period: 2021-2025\n", "period: 2021-2025\nperiod: 2021-2025\n", "yaml.duplicate", "period: 2021-2025\ntitle", "`period`", ""),
    ("a key twice, inside", 'at_least: "80"', 'at_least: "80", at_least: "81"', "yaml.duplicate", 'at_least: "81"', "`at_least`", ""),
    ("two documents", "criteria:", "---\ncriteria:", "yaml.documents", "---", "more than one document", ""),
    ("no YAML", "criteria:\n", "criteria: [}\n", "yaml.syntax", "}\n  - no", "not valid YAML", ""),
    ("a list as key", "sources:", "? [a]\n: b\nsources:", "yaml.key", "[a]", "has to be a text", ""),
    ("too deep", "sources:", "note: " + "[" * 60 + "]" * 60 + "\nsources:", "yaml.depth", "", "deeper than 40", ""),
]  # fmt: skip


def said(folder: Path, name: str, text: str, code: str, marker: str, message: str, hint: str) -> None:
    found = [d for d in problems(folder / "rules", **{name: text}) if d.code == code]
    assert found, code
    first = next((d for d in found if message in d.message), None)
    assert first is not None, found
    assert first.file == f"rules/{name.replace('_yaml', '.yaml')}"
    if marker:
        assert (first.line, first.column) == place(text, marker)
    assert hint in first.hint
    assert first.message[0] in "`abcdefghijklmnopqrstuvwxyz"
    assert not first.message.endswith(".")
    assert str(first).startswith(f"{first.file}:{first.line}:{first.column}: error[{code}]: ")


@pytest.mark.parametrize(
    ("old", "new", "code", "marker", "message", "hint"), [w[1:] for w in WRONG_BASE], ids=[w[0] for w in WRONG_BASE]
)
def test_ruleset_file(tmp_path: Path, old: str, new: str, code: str, marker: str, message: str, hint: str) -> None:
    said(tmp_path, "ntm_yaml", changed(BASE, old, new), code, marker, message, hint)


WRONG_OTHER = [
    ("an unknown prerequisite", "meets: commune/ntm", "meets: commune/nmt", "ruleset.unknown", "{meets", "`commune/nmt`", "`commune/ntm`"),
    ("an act without a fact", "recognised: recognised, ", "", "key.missing", "{meets", "needs `recognised`", ""),
    ("an act that is a number", "recognised: recognised", "recognised: income", "fact.type", "{meets", "yes/no", ""),
    ("no way of meeting", "by: act, ", "", "key.missing", "{meets", "no `by`", ""),
    ("an unknown way", "by: act", "by: acts", "value.unknown", "acts", "`acts`", "`act`"),
    ("relative to no number", "commune/ntm#1.2", "commune/ntm", "threshold.relative", "{times", "names no threshold", "level/tier#number"),
    ("relative to no ruleset", "commune/ntm#1.2", "commune/nmt#1.2", "threshold.relative", "{times", "names no threshold", ""),
    ("a negative factor", '"1.1"', '"-1"', "threshold.relative", "{times", "above 0", ""),
    ("a factor of nothing", '"1.1"', '"0"', "threshold.relative", "{times", "above 0", ""),
    ("a factor just below nothing", '"1.1"', '"-0.5"', "threshold.relative", "{times", "above 0", ""),
    ("relative and yes/no", "fact: income, at_least", "fact: planned, equals", "threshold.relative", "{times", "numeric fact", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "marker", "message", "hint"), [w[1:] for w in WRONG_OTHER], ids=[w[0] for w in WRONG_OTHER]
)
def test_prerequisites_and_relative_thresholds(
    tmp_path: Path, old: str, new: str, code: str, marker: str, message: str, hint: str
) -> None:
    said(tmp_path, "khac_yaml", changed(OTHER, old, new), code, marker, message, hint)


WRONG_FACTS = [
    ("an unknown type", "type: percent", "type: percents", "value.unknown", "percents", "`percents`", "`percent`"),
    ("no type", "type: boolean}", "direction: more}", "key.missing", "{title: {vi: Quy", "no `type`", ""),
    ("an unknown unit", "unit: million, minimum", "unit: milion, minimum", "unit.unknown", "milion", "`milion`", "`million`"),
    ("a unit of a yes/no fact", "type: boolean}", "type: boolean, unit: million}", "fact.unit", "million}\n  recognised", "no unit", ""),
    ("a count without a unit", "type: count, unit: million", "type: count", "key.missing", "{title: {vi: Hộ có", "no `unit`", ""),
    ("too many decimals", "decimals: 2", "decimals: 9", "value.unknown", "9\n", "`9`", "`6`"),
    ("decimals of a count", "type: count, unit: million", "type: count, unit: million, decimals: 1", "fact.decimals", "1}", "no digits", ""),
    ("bounds the wrong way round", 'maximum: "90"', 'maximum: "-90"', "fact.bounds", "{title: {vi: Lương", "wrong way round", ""),
    ("a bound that is no number", 'maximum: "90"', 'maximum: "x"', "value.number", '"x"', "`x`", ""),
    ("a level twice", "[I, II, III]", "[I, II, II]", "fact.values", "[I, II, II]", "duplicate value", ""),
    ("levels of a category", "values: [NUI, BIEN]", "levels: [NUI, BIEN]", "fact.values", "[NUI, BIEN]", "no `levels`", ""),
    ("no values", ", values: [NUI, BIEN]", "", "key.missing", "{title: {vi: Vùng", "no `values`", ""),
    ("an unknown direction", "direction: more", "direction: mor", "value.unknown", "mor\n", "`mor`", "`more`"),
    ("a ratio of an unknown fact", "part: water_households", "part: water_household", "fact.unknown", "clean_water_share", "`water_household`", "`water_households`"),
    ("a ratio of a yes/no fact", "part: water_households", "part: planned", "fact.ratio", "clean_water_share", "plain number", ""),
    ("an unknown fact undecided", "whole: households}", "whole: households}\n    undecided: openn", "fact.unknown", "clean_water_share", "`openn`", ""),
    ("undecided on a plain number", 'minimum: "0", decimals', 'undecided: households, minimum: "0", decimals', "fact.undecided", "income", "neither a count", ""),
    ("undecided by no count", "whole: households}", "whole: households}\n    undecided: income", "fact.undecided", "clean_water_share", "`income`", ""),
    ("undecided by its own whole", "whole: households}", "whole: households}\n    undecided: households", "fact.undecided", "clean_water_share", "another count", ""),
    ("a part that grows and its share", "water_households: {", "open: {title: {vi: Chưa rõ, en: Open}, type: count, unit: million}\n  water_households: {undecided: open, ", "fact.undecided", "clean_water_share", "has to say so too", ""),
    ("a yes/no fact as ratio", "type: boolean}", "type: boolean, ratio: {part: households, whole: households}}", "fact.ratio", "{part: households, w", "cannot be a ratio", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "marker", "message", "hint"), [w[1:] for w in WRONG_FACTS], ids=[w[0] for w in WRONG_FACTS]
)
def test_catalogue(tmp_path: Path, old: str, new: str, code: str, marker: str, message: str, hint: str) -> None:
    said(tmp_path, "facts_yaml", changed(FACTS, old, new), code, marker, message, hint)


WRONG_PROVINCES = [
    ("an unknown successor", "successor: bac", "successor: bak", "province.unknown", "{id: cu", "`bak`", "`bac`"),
    ("an unknown region", "region: NUI}", "region: NOI}", "value.unknown", "NOI", "`NOI`", "`NUI`"),
    ("no id", "id: bac, ", "", "key.missing", "{title: {vi: Bắc", "no `id`", ""),
    ("an overlay that is not unknown", "overlay: unknown", "overlay: none", "value.unknown", "none", "`none`", "`unknown`"),
    ("an unknown part", "[bac, nam]", "[bac, nom]", "province.unknown", "{id: gop", "`nom`", "`nam`"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "marker", "message", "hint"),
    [w[1:] for w in WRONG_PROVINCES],
    ids=[w[0] for w in WRONG_PROVINCES],
)
def test_provinces(tmp_path: Path, old: str, new: str, code: str, marker: str, message: str, hint: str) -> None:
    said(tmp_path, "provinces_yaml", changed(PROVINCES, old, new), code, marker, message, hint)


DAY = "2024-01-01"
TITLE = "title: {vi: a, en: b}"
WRONG_LAYERS = [
    ("no such indicator", amendment("3/QD", DAY, '{remove: "2.33"}'), "operation.target", '"2.33"', "`2.33`", "`2.3`"),
    ("no such criterion", amendment("3/QD", DAY, "{remove: {criterion: '9'}}"), "operation.target", "{remove", "`9`", "`1`"),
    ("no operation", amendment("3/QD", DAY, "{note: x}"), "operation.kind", "{note", "no single kind", "`set`"),
    ("two operations", amendment("3/QD", DAY, '{remove: "1.1", set_pending: "1.1"}'), "operation.kind", "{remove", "no single kind", ""),
    ("an empty list", amendment("3/QD", DAY) + "operations: []\n", "shape.empty", "[]", "`operations` is empty", ""),
    ("no operations", amendment("3/QD", DAY), "key.missing", "amends", "no operations", "`read: partly`"),
    ("set on two comparisons", amendment("3/QD", DAY, '{set: "2.3", at_least: "11", evidence: official}'), "operation.set", "{set", "2 comparisons", "`2.3a`"),
    ("set with another operator", amendment("3/QD", DAY, '{set: "1.1", at_most: "11", evidence: official}'), "operation.set", "{set", "`at_least`", "`replace`"),
    ("set cells where no table is", amendment("3/QD", DAY, '{set: "1.1", cells: {NUI: "11"}, evidence: official}'), "operation.set", "{set", "no table", "whole threshold"),
    ("set an unknown column", amendment("3/QD", DAY, '{set: "1.2", cells: {NUII: {"2024": "44"}}, evidence: official}'), "table.column", "NUII", "`NUII`", "`NUI`"),
    ("replace without a condition", amendment("3/QD", DAY, f'{{replace: "1.1", {TITLE}}}'), "key.missing", "{replace", "`require`", ""),
    ("retitle without a title", amendment("3/QD", DAY, '{retitle: "1.1"}'), "key.missing", "{retitle", "`title`", ""),
    ("add what exists", amendment("3/QD", DAY, f'{{add: {{criterion: "1", indicator: {{no: "1.1", {TITLE}, require: pending}}}}}}'), "number.duplicate", "{add", "`1.1` exists", ""),
    ("add to no criterion", amendment("3/QD", DAY, f'{{add: {{criterion: "7", indicator: {{no: "7.1", {TITLE}, require: pending}}}}}}'), "operation.target", "{add", "`7`", "`1`"),
    ("add after nothing", amendment("3/QD", DAY, f'{{add: {{criterion: "1", after: "9", indicator: {{no: "1.9", {TITLE}, require: pending}}}}}}'), "operation.target", "{add", "`9`", ""),
    ("a layer on nothing", amendment("3/QD", DAY, '{remove: "2.2"}').replace("commune/ntm", "commune/nmt"), "ruleset.unknown", "commune/nmt", "`commune/nmt`", "`commune/ntm`"),
    ("a layer on no period", amendment("3/QD", DAY, '{remove: "2.2"}').replace("2021-2025", "2021-2026"), "period.unknown", "2021-2026", "`2021-2026`", "`2021-2025`"),
    ("an overlay of no province", overlay("bak", "3/QD", DAY, '{remove: "2.2"}'), "province.unknown", "bak", "`bak`", "`bac`"),
    ("an overlay without province", overlay("bac", "3/QD", DAY, '{remove: "2.2"}').replace("province: bac\n", ""), "key.missing", "overlay", "`province`", ""),
    ("an official cell loosened", overlay("bac", "3/QD", DAY, '{set: "1.1", at_least: "75", evidence: official}'), "layer.looser", '"1.1", at', "`75` asks for less than `80`", "`free`"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "marker", "message", "hint"), [w[1:] for w in WRONG_LAYERS], ids=[w[0] for w in WRONG_LAYERS]
)
def test_layers(tmp_path: Path, text: str, code: str, marker: str, message: str, hint: str) -> None:
    said(tmp_path, "layer_yaml", text, code, marker, message, hint)


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    wrong = BASE.replace("evidence: official}", "evidence: oficial}").replace("fact: income", "fact: incom")
    layer = amendment("3/QD", DAY, '{remove: "7"}', '{remove: "8"}')
    found = problems(tmp_path / "rules", ntm_yaml=wrong, layer_yaml=layer)
    ours = [d for d in found if d.file == "rules/ntm.yaml"]
    assert codes(ours) == ["value.unknown", "value.unknown", "fact.unknown", "value.unknown", "value.unknown"]
    assert [d.line for d in ours] == sorted(d.line for d in ours)
    assert problems(tmp_path / "rules", ntm_yaml=BASE, layer_yaml=layer)[1].line == 7


def test_the_error_prints_every_problem(tmp_path: Path) -> None:
    with pytest.raises(RulesetError) as caught:
        load(tmp_path / "rules", ntm_yaml=BASE.replace("evidence: official}", "evidence: oficial}"))
    text = str(caught.value)
    assert text.count("error[value.unknown]") == 4
    assert "help: did you mean `official`?" in text


def test_good_files_have_nothing_to_say(tmp_path: Path) -> None:
    assert problems(tmp_path / "rules") == ()


def test_aliases_are_expanded_and_bounded(tmp_path: Path) -> None:
    anchored = changed(BASE, 'at_least: "80", evidence: official', 'at_least: "80", evidence: &e official, note: *e')
    assert problems(tmp_path / "one", ntm_yaml=anchored) == ()
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    bomb = "ruleset: commune/bom\n" + "\n".join(lines)
    assert codes(problems(tmp_path / "two", bomb_yaml=bomb)) == ["yaml.nodes"]


def test_size_and_encoding_are_bounded(tmp_path: Path) -> None:
    assert "yaml.size" in codes(problems(tmp_path / "a", more_yaml="# " + "x" * 4_100_000))
    assert "yaml.encoding" in codes(problems(tmp_path / "b", ntm_yaml=BASE.encode("utf-16")))
    latin = BASE.encode() + b"# \xff\n"
    (found,) = problems(tmp_path / "c", ntm_yaml=latin)
    assert (found.code, found.line) == ("yaml.encoding", BASE.count("\n") + 1)
    assert problems(tmp_path / "d", ntm_yaml=b"\xef\xbb\xbf" + BASE.encode()) == ()


def test_files_that_hold_nothing_or_something_else(tmp_path: Path) -> None:
    assert codes(problems(tmp_path / "a", more_yaml="# nothing\n")) == ["yaml.empty"]
    (found,) = problems(tmp_path / "b", more_yaml="hello: 1\n")
    assert found.code == "file.kind"
    assert "`ruleset`" in found.hint
    assert codes(problems(tmp_path / "c", more_yaml="- ruleset: commune/ntm\n")) == ["shape.mapping"]
    assert "ruleset.duplicate" in codes(problems(tmp_path / "d", more_yaml=BASE))
    twice = "level: commune\nfacts:\n  income: {title: {vi: a, en: b}, type: boolean}\n"
    assert codes(problems(tmp_path / "e", more_yaml=twice)) == ["fact.duplicate"]
    with pytest.raises(RulesetError, match="not a folder"):
        Library.load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("criteria:\n", "at_least_n: 2\ncriteria:\n"),
        ("title: {vi: Một, en: One}\n", "title: {vi: Một, en: One}\n    at_least_n: 2\n"),
        ("          all:\n", "          at_least_n: 2\n          of:\n"),
    ],
)
def test_k_may_be_all_of_them(tmp_path: Path, old: str, new: str) -> None:
    assert problems(tmp_path / "rules", ntm_yaml=changed(BASE, old, new)) == ()


def test_scalars_stay_text(tmp_path: Path) -> None:
    """``17.10`` keeps its zero, ``on`` and ``no`` are no booleans, a date is a text."""
    text = changed(changed(BASE, 'no: "2.1"', "no: 17.10"), 'no: "2.4"', "no: 2_4")
    ruleset = load(tmp_path / "rules", ntm_yaml=text).compose("commune/ntm", on=dt.date(2024, 1, 1))
    assert [i.no for i in ruleset.criteria[1].indicators] == ["17.10", "2.2", "2.3", "2_4"]


def test_what_layers_take_out_may_not_leave_too_few(tmp_path: Path) -> None:
    text = changed(BASE, "title: {vi: Một, en: One}\n", "title: {vi: Một, en: One}\n    at_least_n: 2\n")
    (found,) = problems(tmp_path / "a", ntm_yaml=text, layer_yaml=amendment("3/QD", DAY, '{remove: "1.1"}'))
    assert found.code == "condition.k"
    twice = f'{{add: {{after: "2", criterion: {{no: "3", {TITLE}, indicators: [{{no: "1.1", {TITLE}, require: pending}}]}}}}}}'
    (found,) = problems(tmp_path / "b", layer_yaml=amendment("3/QD", DAY, twice))
    assert found.code == "number.duplicate"


def test_a_ratio_is_of_plain_numbers(tmp_path: Path) -> None:
    for part in ("clean_water_share", "m"):
        text = changed(
            BASE,
            "derive:\n",
            f"derive:\n  m: {{min_of: [income, wages]}}\n  q: {{ratio: {{part: {part}, whole: income}}}}\n",
        )
        assert codes(problems(tmp_path / part, ntm_yaml=text)) == ["fact.ratio"]


@pytest.mark.parametrize(
    "inner", ["pending", '{by: [region], cells: {NUI: pending, "*": pending}}', "{state: pending}"]
)
@pytest.mark.parametrize("source", ["", ", source: bao"])
def test_what_is_not_copied_yet_may_be_a_word_a_cell_or_a_table(tmp_path: Path, inner: str, source: str) -> None:
    asked = '{fact: clean_water_share, at_least: "80", evidence: official}'
    text = changed(BASE, f"require: {asked}", f"require: {{pending: {inner}{source}}}")
    ruleset = load(tmp_path / "rules", ntm_yaml=text).compose("commune/ntm", on=dt.date(2024, 7, 2))
    (found,) = [i.require for c in ruleset.criteria for i in c.indicators if i.no == "1.1"]
    assert isinstance(found, Open)


def test_a_case_has_no_end_of_rows(tmp_path: Path) -> None:
    row = '      - {when: {fact: planned, equals: "true", evidence: official}, then: BIEN}\n'
    text = changed(BASE, "      - when: {fact: planned", f"{row * 201}      - when: {{fact: planned")
    (found,) = problems(tmp_path / "rules", ntm_yaml=text)
    assert (found.code, "at most 200 rows" in found.message) == ("derive.rows", True)
