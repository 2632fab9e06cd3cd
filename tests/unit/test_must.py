"""k of n, some of which must be met: "at least 3 criteria, among them 2"."""

# ruff: noqa: E501 - a case a line

import datetime as dt
import json
import typing
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules import Judgement, Library, Outcome, Ruleset, assess
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.model.outcomes import Needed, joined, that_decide
from ntm_rules.verdict.deciding import deciding
from ntm_rules.words.sheet import rows
from oracle import judge
from unit.small import amendment, changed, codes, load, overlay, problems

ON = dt.date(2024, 7, 2)
HEAD = """\
ruleset: commune/ntm
period: 2021-2025
title: {vi: Bộ mẫu, en: Sample set}
instrument: {issuer: xu-mau, number: 1/QD, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
at_least_n: 3
must: ["2"]
criteria:
"""


def criterion(no: str, condition: str, more: str = "") -> str:
    return f"""\
  - no: "{no}"
    title: {{vi: Tiêu chí, en: Criterion}}
{more}    indicators:
      - {{no: "{no}", title: {{vi: Chỉ tiêu, en: Indicator}}, require: {{{condition}, evidence: official}}}}
"""


FOUR = "".join(
    criterion(no, condition)
    for no, condition in (
        ("1", 'fact: planned, equals: "true"'),
        ("2", 'fact: recognised, equals: "true"'),
        ("3", 'fact: income, at_least: "10"'),
        ("4", 'fact: wages, at_least: "10"'),
    )
)
SOME = HEAD + FOUR
ALL = changed(changed(SOME, "at_least_n: 3\n", ""), 'must: ["2"]\n', "")
OF_ONE = (
    ALL
    + """\
  - no: "5"
    title: {vi: Năm, en: Five}
    at_least_n: 2
    must: ["5.3"]
    indicators:
      - {no: "5.1", title: {vi: a, en: a}, require: {fact: wages, at_least: "20", evidence: official}}
      - {no: "5.2", title: {vi: b, en: b}, require: {fact: income, at_least: "20", evidence: official}}
      - {no: "5.3", title: {vi: c, en: c}, require: {fact: literacy, level_at_least: "1", evidence: official}}
"""
)
MET: dict[str, typing.Any] = {"planned": True, "recognised": True, "income": 10, "wages": 10}
OTHER = (
    "ruleset: commune/khac\nperiod: 2021-2025\ninstrument: {issuer: xu-mau, number: 2/QD, date: 2022-03-08}\ncriteria:\n"
    + criterion("1", 'fact: planned, equals: "true"')
)


def library(folder: Path, **files: str) -> Library:
    return load(folder, **{"ntm_yaml": SOME, "khac_yaml": OTHER, **files})


def wrong(folder: Path, **files: str) -> list[str]:
    return codes(problems(folder, **{"ntm_yaml": SOME, "khac_yaml": OTHER, **files}))


def composed(folder: Path, province: str | None = None, **files: str) -> Ruleset:
    return library(folder, **files).compose("commune/ntm", on=ON, province=province)


@pytest.fixture(scope="module")
def some(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    return composed(tmp_path_factory.mktemp("must") / "rules")


# -- what it comes to -----------------------------------------------------------------------------

# facts changed, outcome, musts not met, facts that decide
CASES: list[tuple[dict[str, typing.Any], Outcome, tuple[str, ...], tuple[str, ...]]] = [
    ({}, Outcome.MET, (), ("planned", "recognised", "income", "wages")),
    ({"planned": False}, Outcome.MET, (), ("recognised", "income", "wages")),
    ({"recognised": False}, Outcome.NOT_MET, ("2",), ("recognised",)),
    ({"recognised": False, "wages": 1}, Outcome.NOT_MET, ("2",), ("recognised", "wages")),
    ({"planned": False, "wages": 1}, Outcome.NOT_MET, (), ("planned", "wages")),
    ({"recognised": None}, Outcome.UNDETERMINED, (), ()),
    ({"recognised": None, "wages": None, "planned": False}, Outcome.UNDETERMINED, (), ()),
    ({"recognised": False, "wages": None}, Outcome.NOT_MET, ("2",), ("recognised",)),
]


@pytest.mark.parametrize(("facts", "outcome", "must", "decides"), CASES, ids=str)
def test_the_outcome(
    some: Ruleset, facts: dict[str, typing.Any], outcome: Outcome, must: tuple[str, ...], decides: tuple[str, ...]
) -> None:
    given = {name: value for name, value in (MET | facts).items() if value is not None}
    verdict = assess(some, given)
    assert verdict.outcome is outcome
    assert verdict.outcome.code == judge(some, given).outcome
    assert verdict.must_not_met == must
    assert deciding(verdict) == decides


@pytest.mark.parametrize(
    ("codes", "decides"),
    [
        ((3, 1, 1, 0), [0, 1, 2]),  # were the first one asked, it might not be met
        ((1, 1, 0, 2), [0, 1]),
        ((0, 1, 1, 2), [0]),
        ((0, 0, 1, 0), [0, 1, 3]),
        ((2, 1, 1, 1), []),
    ],
)
def test_the_members_that_decide(codes: tuple[int, ...], decides: list[int]) -> None:
    needed = Needed(2, (0,))
    assert that_decide(joined(needed, codes), codes, needed) == decides


def test_every_engine_says_the_same(some: Ruleset) -> None:
    units = [MET | facts for facts, *_ in CASES]
    expected = [int(outcome) for _, outcome, *_ in CASES]
    kinds: dict[str, typing.Any] = {
        "planned": pl.Boolean,
        "recognised": pl.Boolean,
        "income": pl.Float64,
        "wages": pl.Float64,
    }
    frame = pl.DataFrame(
        [{"unit": f"Xã {n}", **facts} for n, facts in enumerate(units)], schema={"unit": pl.Utf8} | kinds
    )
    in_memory = ntm.frames.assess(some, frame, unit_column="unit")
    assert in_memory["outcome"].to_list() == expected
    with duckdb.connect() as connection:
        connection.register("facts", frame.to_arrow())
        lazy = ntm.frames.assess(some, connection.table("facts"), unit_column="unit").pl()
    assert lazy.sort("unit")["outcome"].to_list() == expected
    columns = {name: np.array([facts[name] for facts in units[:3]], float) for name in ("income", "wages")}
    flags = {name: np.array([facts[name] for facts in units[:3]]) for name in ("planned", "recognised")}
    assert list(ntm.frames.assess(some, columns | flags)["outcome"]) == expected[:3]
    with ntm.live.Session(some, MET) as session:
        assert session.verdict.outcome is Outcome.MET
        session.set("recognised", False)
        event = session.history()[-1]
    assert event.new is Outcome.NOT_MET
    assert "chưa đạt tiêu chí bắt buộc 2" in event.reason.text("vi").lower()


def test_indicators_of_a_criterion(tmp_path: Path) -> None:
    ruleset = composed(tmp_path / "rules", ntm_yaml=OF_ONE)
    assert ruleset.criteria[-1].must == ("5.3",)
    for facts, outcome in (
        ({"wages": 20, "literacy": "1"}, "met"),
        ({"wages": 20, "income": 20, "literacy": "0"}, "not_met"),
        ({"wages": 20, "income": 20}, "undetermined"),
    ):
        assert assess(ruleset, facts).criteria["5"].outcome.code == outcome
    data = assess(ruleset, {"wages": 20}).to_dict()["criteria"][-1]["indicators"]
    assert [indicator.get("must", False) for indicator in data] == [False, False, True]
    (row,) = [row for row in rows(ruleset) if row.no == "5"]
    assert row.asked == "ít nhất 2 trong 3 nội dung sau, trong đó bắt buộc 5.3"


def test_judgements_follow_too(some: Ruleset) -> None:
    given = {name: value for name, value in MET.items() if name != "recognised"}
    judged = assess(some, given, judgements=[Judgement("2", "not_met", body="province")]).judged
    assert (judged.outcome, judged.must_not_met, judged.bases[0]) == (Outcome.NOT_MET, ("2",), 6)


def test_what_to_ask_next(some: Ruleset) -> None:
    def asked(facts: dict[str, typing.Any]) -> tuple[str, ...]:
        found = ntm.relevant_facts(assess(some, facts))
        assert found.complete
        return found.facts

    assert asked({"recognised": False}) == ()
    assert asked({"planned": True, "income": 10, "wages": 10}) == ("recognised",)
    assert set(asked({})) == set(MET)


# -- words and JSON -------------------------------------------------------------------------------


def test_words_beside_the_count(some: Ruleset, tmp_path: Path) -> None:
    library(tmp_path / "rules")
    table = tmp_path / "xa.csv"
    table.write_text("unit,planned,recognised,income,wages\nXã A,true,false,10,10\n", encoding="utf-8")
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--rulesets", tmp_path / "rules", "--alone")
    for lang, words in (("vi", "chưa đạt tiêu chí bắt buộc 2"), ("en", "not met of the criteria that have to be: 2")):
        assert words in run("assess", table, *law, "--lang", lang)
        assert f"3/4 {'tiêu chí' if lang == 'vi' else 'criteria'}, {words}" in run(
            "explain", table, "--unit", "Xã A", *law, "--lang", lang
        )
    first = next(iter(rows(some)))
    assert (first.kind, first.asked) == ("set", "ít nhất 3 trong 4 tiêu chí, trong đó bắt buộc 2")


def test_json(some: Ruleset) -> None:
    data = json.loads(assess(some, MET | {"recognised": False}).to_json())
    assert data["counts"]["criteria"] == {"total": 4, "needed": 3, "met": 3, "not_met": 1, "undetermined": 0}
    assert [each.get("must", False) for each in data["criteria"]] == [False, True, False, False]


def test_the_hash(some: Ruleset, tmp_path: Path) -> None:
    assert from_canonical(to_canonical(some)).must == some.must
    assert from_canonical(to_canonical(some)).content_hash == some.content_hash
    other = composed(tmp_path / "other", ntm_yaml=changed(SOME, 'must: ["2"]\n', ""))
    assert "must" not in to_canonical(other)
    assert other.content_hash != some.content_hash
    two, turned = (
        composed(tmp_path / name, ntm_yaml=changed(SOME, '["2"]', of))
        for name, of in (("a", '["1", "2"]'), ("b", '["2", "1"]'))
    )
    assert two.content_hash == turned.content_hash


# -- files that are wrong -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ('must: ["2"]', 'must: ["9"]', "must.unknown", "`9`"),
        ("at_least_n: 3\n", "", "must.alone", "all criteria are"),
        ("at_least_n: 3\n", "at_least_n: 1\n", "", ""),
        (
            'must: ["2"]',
            'must: ["2", "1", "3", "4"]',
            "must.more",
            "4 criteria have to be met by `must`, more than the 3",
        ),
        ('must: ["2"]', 'must: ["2", "2"]', "must.twice", "`2` twice"),
        ('must: ["2"]', "must: []", "shape.empty", "`must`"),
        ('must: ["2"]', "must: 2", "shape.list", "`must`"),
        ('  - no: "1"\n', '  - no: "1"\n    counted: false\n', "criterion.counted", "`1` is not counted"),
        ('  - no: "1"\n', '  - no: "1"\n    must: ["1"]\n', "must.alone", "all indicators are"),
        ('  - no: "1"\n', '  - no: "1"\n    at_least_n: 1\n    must: ["2"]\n', "must.unknown", "`2`"),
    ],
)
def test_what_a_file_cannot_say(tmp_path: Path, old: str, new: str, code: str, words: str) -> None:
    found = problems(tmp_path / "rules", ntm_yaml=changed(SOME, old, new), khac_yaml=OTHER)
    assert codes(found) == ([code] if code else [])
    assert not code or words in found[0].message


# -- layers ---------------------------------------------------------------------------------------

ADDED = "{add: {criterion: {no: '5', title: {vi: Năm, en: Five}, indicators: [{no: '5', title: {vi: Năm, en: Five}, require: {fact: wages, at_least: '30', evidence: official}}]}}}"
# base, what the overlay says, its operations, problems, (k, musts) that come of it
LAYERS: list[tuple[str, str, tuple[str, ...], list[str], tuple[int | None, tuple[str, ...]]]] = [
    (SOME, "at_least_n: 4\n", (), [], (4, ("2",))),
    (SOME, 'must: ["1", "2"]\n', (), [], (3, ("1", "2"))),
    (SOME, "at_least_n: 2\n", (), ["layer.looser"], (None, ())),
    (SOME, 'must: ["1"]\n', (), ["layer.looser"], (None, ())),
    (SOME, 'at_least_n: 4\nmust: ["1"]\n', (), [], (4, ("1",))),  # all four are needed: nobody gets away without 2
    (SOME, "", (ADDED,), ["layer.looser"], (None, ())),  # the fifth may be met in the place of another one
    (SOME, 'at_least_n: 4\nmust: ["2", "5"]\n', (ADDED,), [], (4, ("2", "5"))),
    (SOME, 'must: ["2", "9"]\n', (), ["must.unknown"], (None, ())),
    (SOME, "at_least_n: 5\n", (), ["condition.k"], (None, ())),
    (ALL, "at_least_n: 3\n", (), ["layer.looser"], (None, ())),
    (ALL, "at_least_n: 4\n", (), [], (4, ())),
    (ALL, 'must: ["2"]\n', (), ["must.alone"], (None, ())),
    (changed(SOME, "official", "secondary, source: bao").replace("official", "secondary, source: bao").replace("criteria:", 'sources: {bao: "https://example.org/1"}\ncriteria:'), "at_least_n: 2\n", (), [], (2, ("2",))),
]  # fmt: skip


@pytest.mark.parametrize(("base", "says", "operations", "found", "needed"), LAYERS)
def test_an_overlay_over_it(
    tmp_path: Path,
    base: str,
    says: str,
    operations: tuple[str, ...],
    found: list[str],
    needed: tuple[int | None, tuple[str, ...]],
) -> None:
    files = {"ntm_yaml": base, "bac_yaml": overlay("bac", "1/QD", "2024-01-01", *operations, more=says)}
    assert wrong(tmp_path / "rules", **files) == found
    if not found:
        ruleset = composed(tmp_path / "again", "bac", **files)
        assert (ruleset.at_least_n, ruleset.must) == needed


def test_what_is_looser_below_official_is_told_and_stands(tmp_path: Path) -> None:
    base, says, *_ = LAYERS[-1]
    ruleset = composed(
        tmp_path / "rules", "bac", ntm_yaml=base, bac_yaml=overlay("bac", "1/QD", "2024-01-01", more=says)
    )
    (told,) = [d for d in ruleset.diagnostics if d.code == "layer.looser"]
    assert (
        told.message_in("vi")
        == "quy định của tỉnh nới lỏng `commune/ntm`: chỉ cần đạt 2 nội dung trong số đã quy định thay vì 3"
    )
    assert told.line is not None


def test_an_amendment_after_an_overlay_leaves_the_stricter(tmp_path: Path) -> None:
    files = {
        "bac_yaml": overlay("bac", "1/QD", "2023-01-01", more='at_least_n: 4\nmust: ["2", "4"]\n'),
        "sua_yaml": amendment("5/QD", "2024-01-01", more='at_least_n: 2\nmust: ["1"]\n'),
    }
    rules = library(tmp_path / "rules", **files)
    of = {name: rules.compose("commune/ntm", on=ON, province=name) for name in ("bac", "nam")}
    assert (of["nam"].at_least_n, of["nam"].must) == (2, ("1",))
    assert (of["bac"].at_least_n, of["bac"].must) == (4, ("1", "2", "4"))


def test_what_is_taken_out_does_not_have_to_be_met(tmp_path: Path) -> None:
    out = amendment("5/QD", "2024-01-01", "{remove: {criterion: '2'}}")
    ruleset = composed(tmp_path / "rules", ntm_yaml=SOME, sua_yaml=out)
    assert (ruleset.at_least_n, ruleset.must) == (3, ())
    out = amendment("5/QD", "2024-01-01", "{remove: '5.3'}")
    ruleset = composed(tmp_path / "other", ntm_yaml=OF_ONE, sua_yaml=out)
    assert ruleset.criteria[-1].must == ()


# -- grades ---------------------------------------------------------------------------------------

GRADES = """\
grades:
  - {grade: co-ban-dat, title: {vi: Cơ bản đạt, en: Basically}, at_least_n: 3, must: ["2"]}
  - {grade: can-dat, title: {vi: Cận đạt, en: Nearly}, at_least_n: 2, must: ["2"], operations: [{set: "4", at_least: "5", evidence: official}]}
criteria:
"""


def test_a_grade_counts_criteria(tmp_path: Path) -> None:
    ruleset = composed(tmp_path / "rules", ntm_yaml=changed(ALL, "criteria:\n", GRADES))
    assert [(grade.ruleset.at_least_n, grade.ruleset.must) for grade in ruleset.grades] == [(3, ("2",)), (2, ("2",))]
    for facts, outcome, grade in (
        ({}, "met", None),
        ({"planned": False}, "not_met", "co-ban-dat"),
        ({"recognised": False}, "not_met", None),
        ({"planned": False, "income": 1, "wages": 5}, "not_met", "can-dat"),
    ):
        verdict = assess(ruleset, MET | facts)
        assert (verdict.outcome.code, verdict.grade and verdict.grade.id) == (outcome, grade)
    said = [row.asked for row in rows(ruleset) if row.kind == "set"]
    assert said == [
        "ít nhất 3 trong 4 tiêu chí, trong đó bắt buộc 2",
        "ít nhất 2 trong 4 tiêu chí, trong đó bắt buộc 2",
    ]


def test_a_grade_that_needs_more_is_told_of(tmp_path: Path) -> None:
    more = GRADES.replace("at_least_n: 2", "at_least_n: 4")
    ruleset = composed(tmp_path / "rules", ntm_yaml=changed(ALL, "criteria:\n", more))
    assert "grade.stricter" in codes(ruleset.diagnostics)


def test_a_grade_has_to_ask_for_something(tmp_path: Path) -> None:
    nothing = changed(GRADES, ', at_least_n: 3, must: ["2"]', "")
    assert wrong(tmp_path / "rules", ntm_yaml=changed(ALL, "criteria:\n", nothing)) == ["key.missing"]


def test_a_later_file_changes_how_many_a_grade_needs(tmp_path: Path) -> None:
    later = amendment("5/QD", "2024-01-01", '{grade: co-ban-dat, must: ["1"]}')
    ruleset = composed(tmp_path / "rules", ntm_yaml=changed(ALL, "criteria:\n", GRADES), sua_yaml=later)
    assert (ruleset.grades[0].ruleset.at_least_n, ruleset.grades[0].ruleset.must) == (3, ("1",))
    unknown = changed(later, '["1"]', '["9"]')
    assert wrong(tmp_path / "other", ntm_yaml=changed(ALL, "criteria:\n", GRADES), sua_yaml=unknown) == ["must.unknown"]


# -- what changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "kind", "words"),
    [
        ('at_least_n: 3\nmust: ["1", "2"]\n', "stricter", "bắt buộc phải đạt: trước đây 2, nay 1, 2"),
        ("at_least_n: 3\n", "looser", "bắt buộc phải đạt: trước đây 2, nay không có"),
        ('at_least_n: 3\nmust: ["1"]\n', "incomparable", "bắt buộc phải đạt: trước đây 2, nay 1"),
        ('at_least_n: 2\nmust: ["2"]\n', "looser", "số nội dung phải đạt: trước đây 3, nay 2"),
        ('at_least_n: 2\nmust: ["1", "2"]\n', "incomparable", "trước đây 3, nay 2"),
        ('at_least_n: 4\nmust: ["1"]\n', "stricter", "trước đây 3, nay 4"),
    ],
)
def test_the_difference(some: Ruleset, tmp_path: Path, new: str, kind: str, words: str) -> None:
    other = composed(tmp_path / "rules", ntm_yaml=changed(SOME, 'at_least_n: 3\nmust: ["2"]\n', new))
    found = ntm.difference.diff(some, other)
    (change,) = found.changes
    assert (change.level, [each.value for each in change.kinds]) == ("ruleset", [kind])
    assert words in found.text("vi")
    assert change.witnesses
    for witness in change.witnesses:
        assert assess(some, witness.facts).outcome is witness.before
        assert assess(other, witness.facts).outcome is witness.after is not witness.before
    (told,) = found.to_dict()["changes"]
    assert told.get("must") == (None if change.must is None else [list(numbers) for numbers in change.must])
    (back,) = ntm.difference.diff(other, some).changes
    assert back.direction is change.direction.swapped


def test_the_difference_in_a_criterion(tmp_path: Path) -> None:
    old, new = (
        composed(tmp_path / name, ntm_yaml=changed(OF_ONE, '["5.3"]', must))
        for name, must in (("a", '["5.3"]'), ("b", '["5.1", "5.3"]'))
    )
    (change,) = ntm.difference.diff(old, new).changes
    assert (change.level, [each.value for each in change.kinds], change.must) == (
        "criterion",
        ["stricter"],
        (("5.3",), ("5.1", "5.3")),
    )


# -- counts as they are published -----------------------------------------------------------------


def test_published_counts_do_not_say_which_criteria_are_met(tmp_path: Path) -> None:
    two = changed(SOME, "at_least_n: 3", "at_least_n: 2")
    library(tmp_path / "rules", ntm_yaml=two)
    library(tmp_path / "other", ntm_yaml=changed(two, 'must: ["2"]\n', ""))
    table = tmp_path / "xa.csv"
    for counts, outcome, of, code in (
        ("2,1", "met", "rules", 0),
        ("2,1", "undetermined", "rules", 0),
        ("2,1", "undetermined", "other", 2),
        ("2,2", "not_met", "rules", 2),
        ("1,0", "met", "rules", 2),
    ):
        head = "unit,criteria_met,criteria_undetermined,criteria_total,outcome"
        table.write_text(f"{head}\nXã A,{counts},4,{outcome}\n", encoding="utf-8")
        law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--rulesets", tmp_path / of, "--alone")
        run("progress", table, *law, code=code)
