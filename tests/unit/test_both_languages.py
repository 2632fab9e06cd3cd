"""What reading and composing rule files say: in Vietnamese too, down to the last word.

`unit.small.problems` checks every problem that any test of this folder provokes; here are the sentences themselves,
and what is said without a problem in a file: warnings and notes of a composed set, names and dates that nothing has.
"""

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import ntm_rules as ntm
from ntm_rules import Library, NtmRulesError, RulesetError
from unit.small import BASE, FACTS, MEASURES, OTHER, PROVINCES, amendment, changed, load, overlay, problems, vietnamese
from vietnamese import english

SOURCE = Path(ntm.__file__).parent
ON = dt.date(2024, 7, 2)
DAY = "2024-01-01"


# -- the sentences -------------------------------------------------------------------------------


def sentences(lang: str) -> dict[str, str]:
    with (SOURCE / "messages" / "locale" / lang / "LC_MESSAGES" / "ntm_rules.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale=lang) if entry.id}


def said_by(*rooms: str) -> Iterator[str]:
    """The codes in the source of some rooms, with their hints."""
    known = sentences("en")
    for room in rooms:
        for path in sorted((SOURCE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from (code for code in (node.value, f"{node.value}.hint") if code in known)


def test_every_sentence_of_these_rooms_is_vietnamese() -> None:
    vi, en = sentences("vi"), sentences("en")
    codes = sorted(set(said_by("yaml", "rules")))
    assert len(codes) > 200
    assert [code for code in codes if english(vi[code])] == []
    assert [code for code in codes if vi[code] == en[code] and code != "hint.both"] == []


def test_english_words_are_told_apart_from_what_people_write() -> None:
    assert english("bộ tiêu chí has not `the` {of}") == ["has", "not"]
    assert english("khóa `is not` trong {what}, mã XLSX, do đó") == []


def test_no_sentence_of_these_rooms_is_a_plain_text() -> None:
    """Where a diagnostic or an error is made, or a thing is named: never with a text of several words."""
    making = {"Diagnostic", "NotInForce", "UnknownName", "problem", "placed", "error", "unknown", "told", "fail"}
    reading = {"map", "items", "text", "required", "choice", "flag", "number", "integer", "date", "each"}
    found = []
    for room in ("yaml", "rules"):
        for path in sorted((SOURCE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                for given in node.args if isinstance(node, ast.Call) and name in making | reading else ():
                    text = given.value if isinstance(given, ast.Constant) else None
                    if isinstance(text, str) and " " in text:
                        found.append((path.name, given.lineno, text))
    assert found == []


# -- problems of files that other tests do not provoke -----------------------------------------------

PLACE = "derive:\n"
WRONG = {
    "a share of nothing": {"ntm_yaml": BASE + "aggregate:\n  income: {share_of: commune}\n"},
    "two ways to aggregate": {"ntm_yaml": BASE + "aggregate:\n  income: {sum_of: wages, min_of: wages}\n"},
    "a share that is a number": {"ntm_yaml": BASE + "aggregate:\n  income: {share_of: commune, fact: planned}\n"},
    "a count that is a number": {"ntm_yaml": BASE + "aggregate:\n  income: {count_of: commune, fact: planned}\n"},
    "a tier that is a number": {"ntm_yaml": BASE + "aggregate:\n  income: {finding: tier}\n"},
    "a yes that is a number": {"ntm_yaml": BASE + "aggregate:\n  income: {finding: satisfied}\n"},
    "a sum of another unit": {"ntm_yaml": BASE + "aggregate:\n  clean_water_share: {sum: wages, over: commune}\n"},
    "a sum over criteria": {"ntm_yaml": BASE + "aggregate:\n  income: {sum: wages, over: criteria}\n"},
    "a number of units": {"ntm_yaml": BASE + "aggregate:\n  households: {count_of: commune, fact: income}\n"},
    "an act without a fact": {
        "ntm_yaml": BASE + "aggregate:\n  households: {count_of: commune, meets: commune/khac, by: act}\n"
    },
    "an unknown prerequisite": {
        "ntm_yaml": BASE + "aggregate:\n  households: {count_of: commune, meets: commune/kha, by: finding}\n"
    },
    "criteria that are met": {"ntm_yaml": BASE + "aggregate:\n  households: {count_of: criteria, outcome: met}\n"},
    "a way to merge": {"facts_yaml": changed(FACTS, "type: boolean}", "type: boolean, merge: sum}")},
    "an unknown way to merge": {"facts_yaml": changed(FACTS, "type: boolean}", "type: boolean, merge: anyy}")},
    "a whole that grows": {
        "facts_yaml": changed(
            FACTS,
            "  households: {",
            "  open: {title: {vi: a, en: b}, type: count, unit: million}\n  households: {undecided: open, ",
        )
    },
    "one value for a list": {"facts_yaml": changed(FACTS, "values: [NUI, BIEN]", "values: NUI")},
    "a cell where none is": {
        "ntm_yaml": changed(BASE, "{fact: wages, more_than: pending}", '{pending: {value: "1", evidence: official}}')
    },
    "a state of a pending": {"ntm_yaml": changed(BASE, "{fact: wages, more_than: pending}", "pendin")},
    "an amended part": {"a_yaml": amendment("3/QD", DAY, '{set: "1.9", at_least: "1", evidence: official}')},
    "no comparison": {
        "ntm_yaml": changed(BASE, "{fact: wages, more_than: pending}", "pending"),
        "a_yaml": amendment("3/QD", DAY, '{set: "2.4", at_least: "1", evidence: official}'),
    },
    "measures": {"measures_yaml": MEASURES + "  a: b\n"},
    "provinces": {"provinces_yaml": changed(PROVINCES, "id: bac, title", "id: [], title")},
    "a file that is a list": {"more_yaml": "[]\n"},
    "tested against nothing": {"ntm_yaml": BASE + "tested_against: {ntm: commune/ntmm}\n"},
    "a character": {"more_yaml": "ruleset: \x07\n"},
    "a target": {"more_yaml": "targets: bak\nyear: 24\ntitle: {vi: a}\ntiers: {commune/nt: [{total: -1.5, new: 2}]}\n"},
    "mergers": {"more_yaml": "mergers: bak\npolicy: some\nfrom: x\nevidence: y\nsource: []\n"},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_problem(tmp_path: Path, name: str) -> None:
    assert problems(tmp_path / "rules", **WRONG[name])


def test_problems_of_a_callers_overlay(tmp_path: Path) -> None:
    library = load(tmp_path / "rules")
    wrong: tuple[dict[str, object], ...]
    wrong = ({"overlay": "commune/ntm"}, {"ruleset": "commune/ntm"}, {"x": 1.5}, {"x": [{}]})
    for own in wrong:
        with pytest.raises(RulesetError) as caught:
            library.compose("commune/ntm", on=ON, overlay=own)
        for found in caught.value.diagnostics:
            vietnamese(found)


# -- warnings and notes of a composed set ------------------------------------------------------------

SET_85 = '{set: "1.1", at_least: "85", evidence: official}'
LAYERS: dict[str, tuple[str, dict[str, str]]] = {
    "looser": ("layer.looser", {"a_yaml": overlay("bac", "3/QD", DAY, '{remove: "2.2"}')}),
    "looser in a column": (
        "layer.looser",
        {
            "ntm_yaml": BASE.replace("evidence: official", "evidence: secondary"),
            "a_yaml": overlay("bac", "3/QD", DAY, '{set: "1.2", cells: {NUI: {"2024": "39"}}, evidence: official}'),
        },
    ),
    "not comparable": (
        "layer.looser",
        {"a_yaml": overlay("bac", "3/QD", DAY, '{set: "2.4", more_than: {state: none, evidence: official}}')},
    ),
    "overtaken": (
        "layer.overtaken",
        {"a_yaml": overlay("bac", "3/QD", DAY, SET_85), "b_yaml": amendment("4/QD", "2024-02-01", SET_85)},
    ),
    "overtaken by what is not known": (
        "layer.overtaken",
        {
            "a_yaml": overlay("bac", "3/QD", DAY, SET_85),
            "b_yaml": amendment("4/QD", "2024-02-01", '{set_pending: "1.1"}'),
        },
    ),
    "lapsed": (
        "layer.lapsed",
        {"a_yaml": overlay("bac", "3/QD", DAY, SET_85), "b_yaml": amendment("4/QD", "2024-02-01", '{remove: "1.1"}')},
    ),
    "lapsed before": (
        "layer.lapsed",
        {
            "ntm_yaml": BASE.replace("evidence: official", "evidence: secondary"),
            "a_yaml": overlay("bac", "3/QD", DAY, '{remove: "1.1"}'),
            "b_yaml": amendment("4/QD", "2024-02-01", SET_85),
        },
    ),
    "a date": ("layer.date", {"a_yaml": overlay("bac", "3/QD", "2023", more="read: partly")}),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_warning_or_note(tmp_path: Path, name: str) -> None:
    code, files = LAYERS[name]
    ruleset = load(tmp_path / "rules", **files).compose("commune/ntm", on=ON, province="bac")
    assert code in [found.code for found in ruleset.diagnostics]
    for found in ruleset.diagnostics:
        vietnamese(found)


def test_notes_on_what_the_caller_says(tmp_path: Path) -> None:
    library = load(tmp_path / "rules")
    late = dt.date(2025, 8, 1)
    other = {
        "overlay": "commune/khac",
        "period": "2021-2025",
        "instrument": {"issuer": "toi", "number": "1", "date": "2024-01-01"},
        "read": "partly",
    }
    for ruleset in (
        library.compose("commune/ntm", on=late, province="bac", territory="cu"),
        library.compose("commune/ntm", on=late, territory="cu"),
        library.compose("commune/ntm", on=dt.date(2021, 1, 1), period="2021-2025"),
        library.compose("commune/ntm", on=ON, overlay=other),
    ):
        assert ruleset.diagnostics
        for found in ruleset.diagnostics:
            vietnamese(found)


# -- names and dates that nothing has ----------------------------------------------------------------


def test_what_is_not_there(tmp_path: Path) -> None:
    village = BASE.replace("commune/ntm", "village/ntm").replace("period", "province: bac\nperiod", 1)
    village = village.replace("issuer: xu-mau", "issuer: bac")
    known = changed(PROVINCES, "title: {vi: Nam, en: South}", "title: {vi: Nam, en: South}, unwritten: [village/ntm]")
    library = load(tmp_path / "rules", provinces_yaml=known, village_yaml=village)
    asked: list[tuple[str, dict[str, object]]] = [
        ("commune/nmt", {}),
        ("village/ntm", {}),
        ("village/ntm", {"province": "nam"}),
        ("village/ntm", {"province": "an"}),
        ("commune/ntm", {"on": dt.date(2019, 1, 1)}),
        ("commune/ntm", {"period": "2021"}),
        ("commune/ntm", {"province": "bak"}),
        ("commune/ntm", {"province": "gop"}),
        ("commune/ntm", {"on": dt.date(2025, 8, 1), "province": "cu"}),
        ("commune/ntm", {"expect_hash": "ntm1:0"}),
    ]
    for ruleset, how in asked:
        with pytest.raises(NtmRulesError) as caught:
            library.compose(ruleset, **{"on": ON, **how})  # type: ignore[arg-type]
        assert caught.value.text("vi") != str(caught.value)
        assert english(caught.value.text("vi")) == [], how
    with pytest.raises(NtmRulesError) as caught:
        library.plan("bac@2024")
    assert english(caught.value.text("vi")) == []


def test_a_span_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(ntm.NotInForce) as caught:
        load(tmp_path / "rules").compose("commune/ntm", on=dt.date(2019, 1, 1))
    assert caught.value.text("vi") == (
        "ngày 01/01/2019 không có bộ tiêu chí `commune/ntm` nào có hiệu lực\n"
        "    gợi ý: có 2021-2025 (từ 08/03/2022 đến 31/12/2025); chọn một giai đoạn bằng `--period` (`period=`)"
    )


def test_a_problem_at_the_word_in_vietnamese(tmp_path: Path) -> None:
    (found,) = problems(tmp_path / "rules", khac_yaml=changed(OTHER, "by: act, ", ""))
    assert found.text("vi") == "rules/khac.yaml:11:18: lỗi[key.missing]: điều kiện tiên quyết thiếu khóa `by`"
    layer = overlay("bac", "3/QD", DAY, '{set: "1.1", at_least: "75", evidence: official}')
    (found,) = problems(tmp_path / "rules", layer_yaml=layer)
    assert found.message_in("vi") == "quy định của tỉnh nới lỏng `1.1`: `75` dễ đạt hơn `80`"
    assert found.hint_in("vi") == (
        "không được nới lỏng mức đã đối chiếu văn bản gốc, trừ khi bộ tiêu chí quốc gia ghi `free` cho mức đó"
    )


def test_the_bundled_sets_say_nothing_in_english() -> None:
    library = Library.bundled()
    for province in (None, "lang-son", "dien-bien"):
        for found in library.compose("commune/ntm", on=ON, province=province).diagnostics:
            vietnamese(found)
