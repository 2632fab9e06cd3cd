"""Files of targets: what is read, and what is said of a wrong one."""

# ruff: noqa: E501 - a case a line

from decimal import Decimal
from pathlib import Path

import pytest

from ntm_rules import Evidence, Library, RulesetError, UnknownName
from ntm_rules.model.plans import Aim
from unit.small import load, place

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
    - {new: 5, evidence: official}
    - {share: "41.5", evidence: official}
figures:
  - {title: {vi: Nước, en: Water}, more_than: "99.32", unit: million, evidence: secondary, source: bao}
"""

WRONG = [
    ("unknown tier", "commune/ntm:", "commune/ntn:", "ruleset.unknown", "commune/ntn", "`commune/ntn`", "`commune/ntm`"),
    ("unknown province", "targets: bac", "targets: back", "province.unknown", "back", "`back`", "`bac`"),
    ("unknown key", "out_of", "outof", "key.unknown", "outof", "`outof`", "`out_of`"),
    ("no aim", "new: 5, evidence", "evidence", "targets.aim", "{evidence: official}", "exactly one of `total`", ""),
    ("two aims", "new: 5", "new: 5, share: 2", "targets.aim", "{new: 5", "exactly one of", ""),
    ("a target twice", "new: 5", "total: 5", "targets.aim", "targets:", "two targets of the kind `total`", ""),
    ("a broken count", "total: 75", "total: 75.5", "targets.value", "75.5", "has to be whole", ""),
    ("a count below nought", "new: 5", "new: -5", "targets.value", "-5", "below 0", ""),
    ("too many", "out_of: 181", "out_of: 74", "targets.value", "{total", "75 of 74 units", ""),
    ("out_of alone", "new: 5", "new: 5, out_of: 9", "targets.value", "{new", "goes with `total`", ""),
    ("no share", '"41.5"', '"101"', "targets.value", '"101"', "above 100", ""),
    ("a span backwards", 'to: "14"', 'to: "13"', "targets.value", "{from", "ends at 13", ""),
    ("half a span", ', to: "14"', "", "key.missing", "{from", "`to`", ""),
    ("no number", "total: 75", "total: nhiều", "value.number", "nhiều", "`nhiều`", "decimal point"),
    ("no evidence", "new: 5, evidence: official", "new: 5", "cell.evidence", "{new", "how it was checked", "`secondary`"),
    ("unknown source", "source: bao}\n    - {average", "source: boa}\n    - {average", "value.unknown", "boa", "`boa`", "`bao`"),
    ("not a year", "year: 2024\n", "", "key.missing", "targets:", "`year`", ""),
    ("a strange year", "year: 2024", "year: 24", "targets.value", "24", "not a year", ""),
    ("no tiers", "tiers:", "tier:", "key.unknown", "tier:", "`tier`", "`tiers`"),
    ("a list missing", "figures:\n", "  commune/kieu-mau: 5\nfigures:\n", "shape.list", "5\nfigures", "list", ""),
    ("a figure with two operators", 'more_than: "99.32", ', 'more_than: "99.32", at_least: "1", ', "targets.aim", "{title: {vi: Nước", "exactly one of", ""),
    ("a figure without operator", 'more_than: "99.32", ', "", "targets.aim", "{title: {vi: Nước", "exactly one of", ""),
    ("a figure of no unit", "unit: million", "unit: milion", "value.unknown", "milion", "`milion`", "`million`"),
]  # fmt: skip


def library(folder: Path, plan: str = PLAN) -> Library:
    (folder / "plan.yaml").write_text(plan, encoding="utf-8")
    return load(folder)


def test_a_plan_is_read(tmp_path: Path) -> None:
    found = library(tmp_path).plan("bac@2024")
    assert library(tmp_path).plans() == ("bac@2024",)
    assert (found.name, found.tiers) == ("bac@2024", ("commune/ntm",))
    assert found.instrument is not None
    assert found.instrument.number == "2/KH"
    assert [(t.aim, t.low, t.high, t.out_of) for t in found.targets] == [
        (Aim.TOTAL, 75, 75, 181),
        (Aim.AVERAGE, Decimal("13.5"), 14, None),
        (Aim.NEW, 5, 5, None),
        (Aim.SHARE, Decimal("41.5"), Decimal("41.5"), None),
    ]
    first = found.targets[0].known
    assert (first.evidence, first.source) == (Evidence.SECONDARY, "https://example.org/bao")
    assert found.targets[1].known.note == "heard"
    sure = PLAN.replace("new: 5, evidence: official", "new: 5, evidence: official, confidence: low")
    assert library(tmp_path, sure).plan("bac@2024").targets[2].known.confidence is None
    assert [(f.op, f.value, f.unit.en) for f in found.figures] == [("more_than", Decimal("99.32"), "million xu")]


@pytest.mark.parametrize("case", WRONG, ids=[case[0] for case in WRONG])
def test_a_wrong_plan(case: tuple[str, ...], tmp_path: Path) -> None:
    _, old, new, code, at, words, hint = case
    assert PLAN.count(old) >= 1
    text = PLAN.replace(old, new, 1)
    with pytest.raises(RulesetError) as caught:
        library(tmp_path, text)
    found = [d for d in caught.value.diagnostics if d.code == code and words in d.message]
    assert found, str(caught.value)
    assert found[0].file.endswith("plan.yaml")
    assert (found[0].line, found[0].column) == place(text, at)
    assert hint in found[0].hint
    assert not found[0].message.endswith(".")


def test_two_files_with_one_plan(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(PLAN, encoding="utf-8")
    with pytest.raises(RulesetError, match=r"the plan `bac@2024` is in `.*again.yaml` and in `.*plan.yaml`"):
        library(tmp_path)


def test_a_file_of_targets_by_its_path(tmp_path: Path, bundled: Library) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(PLAN.replace("targets: bac", "targets: lang-son").replace("million", "percent"), encoding="utf-8")
    assert bundled.plan(path).name == bundled.plan(str(path)).name == "lang-son@2024"
    path.write_text("ruleset: commune/ntm\n", encoding="utf-8")
    with pytest.raises(RulesetError, match="`targets`"):
        bundled.plan(path)


@pytest.mark.parametrize("name", ["lang-son@2021", "Lạng Sơn@2021", "lang son@2021"])
def test_a_bundled_plan_by_its_name(name: str, bundled: Library) -> None:
    assert bundled.plan(name).name == "lang-son@2021"


def test_an_unknown_plan(bundled: Library) -> None:
    with pytest.raises(UnknownName, match=r"(?s)unknown plan `lang-son@2022`.*`lang-son@2021`"):
        bundled.plan("lang-son@2022")
    with pytest.raises(UnknownName, match=r"(?s)unknown province `lang-sn`.*`lang-son`"):
        bundled.plan("lang-sn@2021")
    with pytest.raises(UnknownName, match="unknown plan `lang-son`"):
        bundled.plan("lang-son")


def test_what_the_bundled_plans_say(bundled: Library) -> None:
    """Where a page prints a number it is secondary with its source; what no page was found for is recalled, low."""
    found = {
        (plan.name, t.tier, t.aim.value): (t.low, t.high, t.out_of, t.known.evidence)
        for plan in map(bundled.plan, bundled.plans())
        for t in plan.targets
    }
    assert found == {
        ("bac-giang@2024", "commune/ntm", "new"): (5, 5, None, Evidence.SECONDARY),
        ("bac-giang@2024", "commune/nang-cao", "new"): (11, 11, None, Evidence.SECONDARY),
        ("bac-giang@2024", "commune/kieu-mau", "new"): (5, 5, None, Evidence.SECONDARY),
        ("bac-giang@2024", "village/ntm", "new"): (12, 12, None, Evidence.SECONDARY),
        ("bac-giang@2024", "village/kieu-mau", "new"): (72, 72, None, Evidence.SECONDARY),
        ("binh-duong@2024", "commune/nang-cao", "total"): (38, 38, 38, Evidence.RECALLED),
        ("binh-duong@2024", "commune/kieu-mau", "total"): (6, 6, None, Evidence.RECALLED),
        ("lang-son@2021", "commune/ntm", "total"): (75, 75, 181, Evidence.RECALLED),
        ("lang-son@2021", "commune/ntm", "average"): (Decimal("13.5"), 14, None, Evidence.RECALLED),
    }
    for plan in map(bundled.plan, bundled.plans()):
        for known in (*(t.known for t in plan.targets), *(f.known for f in plan.figures)):
            assert known.source if known.evidence is not Evidence.RECALLED else known.confidence
