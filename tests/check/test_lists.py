"""Lists of units: what their files may say, and what a check holds against the register."""

import datetime as dt
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules.check.lists import odd_lists
from ntm_rules.difference import diff
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.units import Level, Unit, Units

CHANGE = dt.date(2025, 7, 1)
BEFORE = dt.date(2025, 6, 30)
LIST = """\
list: area_class
province: dien-bien
instrument: {issuer: dien-bien, number: 0000/QĐ-UBND, date: 2026-01-10}
units_of: 2026-01-10
evidence: official
classes:
  II: ["00001", "00002"]
  III: ["00003"]
"""


def unit(code: str, name: str, parent: str, level: Level = Level.COMMUNE, old: bool = False) -> Unit:
    start, end = (None, BEFORE) if old else (CHANGE, None)
    return Unit(code, name, {Level.COMMUNE: "Xã", Level.WARD: "Phường"}[level], level, parent, start, end)


REGISTER = Units(
    (
        Unit("11", "Điện Biên", "Tỉnh", Level.PROVINCE, None),
        Unit("12", "Lai Châu", "Tỉnh", Level.PROVINCE, None),
        unit("00001", "Một", "11"),
        unit("00002", "Hai", "11"),
        unit("00003", "Ba", "11"),
        unit("00004", "Bốn", "11"),
        unit("00005", "Năm", "11", Level.WARD),
        unit("00009", "Chín", "12"),
        unit("00001", "Một cũ", "11", old=True),
        unit("00008", "Tám cũ", "11", old=True),
    ),
    (),
    BEFORE,
)


def folder(tmp_path: Path, text: str, **more: str) -> ntm.check.Folder:
    (tmp_path / "areas.yaml").write_text(text, encoding="utf-8")
    for name, other in more.items():
        (tmp_path / f"{name}.yaml").write_text(other, encoding="utf-8")
    return ntm.check.Folder.read(tmp_path)


def told(tmp_path: Path, text: str) -> list[tuple[str, int, str]]:
    """Code, line and sentence of each problem with a list."""
    found = [each.diagnostic for each in odd_lists(folder(tmp_path, text), REGISTER)]
    return [(each.code, each.line, each.text("en")) for each in found]


def test_a_list_that_fits_the_register_is_in_order(tmp_path: Path) -> None:
    assert told(tmp_path, LIST) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "words"),
    [
        ('"00003"', '"00008"', "list.unknown_code", 8, "no unit with the code `00008` on 2026-01-10"),
        ('"00003"', '"00009"', "list.elsewhere", 8, "`00009` is Xã Chín, which is not in the province `dien-bien`"),
        ("evidence", "complete: true\nevidence", "list.left_out", 1, "communes are not in it (1): `00004 Xã Bốn`"),
        ("evidence", "in_force: {from: 2025-06-01}\nevidence", "list.days", 1, "3 of its codes"),
        ("units_of: 2026-01-10", "units_of: 2020-01-01", "list.day", 1, "it begins on 2025-06-30"),
    ],
)
def test_what_does_not_fit_the_register(tmp_path: Path, old: str, new: str, code: str, line: int, words: str) -> None:
    (found,) = told(tmp_path, LIST.replace(old, new))
    assert found[:2] == (code, line)
    assert words in found[2]


def test_a_complete_list_need_not_have_wards(tmp_path: Path) -> None:
    whole = LIST.replace('["00003"]', '["00003", "00004"]').replace("evidence", "complete: true\nevidence")
    assert told(tmp_path, whole) == []


def test_a_list_of_old_codes_has_to_end_before_the_mergers(tmp_path: Path) -> None:
    old = LIST.replace("units_of: 2026-01-10", "units_of: 2025-06-30\nin_force: {from: 2025-06-30}")
    old = old.replace('["00001", "00002"]', '["00001"]').replace('["00003"]', '["00008"]')
    (found,) = told(tmp_path, old)
    assert found[0] == "list.days"
    assert "2 of its codes" in found[2]
    assert told(tmp_path, old.replace("2025-06-30}", "2025-06-30, to: 2025-06-30}")) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"00003"', '"00001"', "the code `00001` is in two classes or twice in one: `II`, `III`"),
        ('"00003"', "3", "`3` is not the code of a commune"),
        ("  III:", "  IV:", "unknown value `IV`"),
        ("list: area_class", "list: area_clas", "unknown fact `area_clas`"),
        ("list: area_class", "list: households", "`households` is not a category"),
        ("province: dien-bien", "province: dien", "unknown province `dien`"),
        ("evidence: official\n", "", "`evidence`"),
        ("units_of", "unit_of", "unknown key"),
        ("evidence", "in_force: {from: 2026-02-01, to: 2026-01-01}\nevidence", "2026-01-01"),
        ('["00003"]', "pending\ncomplete: true", "a list with a `pending` class is not complete"),
        ('["00003"]', "[]", "empty"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(ntm.RulesetError) as error:
        folder(tmp_path, LIST.replace(old, new))
    assert words in error.value.text("en")


def test_two_lists_that_hold_on_one_day_are_refused(tmp_path: Path) -> None:
    later = LIST.replace("2026-01-10", "2027-01-10")
    with pytest.raises(ntm.RulesetError) as error:
        folder(tmp_path, LIST, later=later)
    assert "are both lists for `area_class` that hold on 2027-01-10" in error.value.text("en")
    ended = LIST.replace("units_of", "in_force: {to: 2027-01-09}\nunits_of")
    assert len(folder(tmp_path, ended, later=later).library.lists("dien-bien")) == 2


def test_each_day_has_its_list(tmp_path: Path) -> None:
    later = LIST.replace("2026-01-10", "2027-01-10").replace('["00001", "00002"]', '["00001"]')
    ended = LIST.replace("units_of", "in_force: {to: 2027-01-09}\nunits_of")
    library = folder(tmp_path, ended, later=later).library

    def kind(on: str, province: str = "dien-bien", unit: str = "00002") -> str | None:
        ruleset = library.compose("commune/ntm", on=on, period="2026-2030", province=province)
        return next((each.value for each in ntm.assess(ruleset, {}, unit).listed), None)

    assert [kind(on) for on in ("2026-01-09", "2026-01-10", "2027-01-09", "2027-01-10")] == [None, "II", "II", None]
    assert kind("2026-03-01", province="lai-chau") is None
    assert kind("2026-03-01", unit="00004") is None
    assert library.lists() == ()


def test_a_list_that_nobody_has_copied_decides_nothing_and_is_law_all_the_same(tmp_path: Path) -> None:
    pending = LIST.replace('["00001", "00002"]', "pending").replace('["00003"]', "pending")
    library = folder(tmp_path, pending).library
    ruleset = library.compose("commune/ntm", on="2026-03-01", province="dien-bien")
    assert [each.units for each in ruleset.lists] == [()]
    assert ntm.assess(ruleset, {}, "00001").listed == ()
    assert list(odd_lists(ntm.check.Folder.read(tmp_path), REGISTER)) == []


def test_a_list_is_in_the_hash_of_the_sets_that_read_its_fact_and_of_no_other(tmp_path: Path) -> None:
    library, bundled = folder(tmp_path, LIST).library, ntm.Library.bundled()

    def same(name: str) -> bool:
        own, before = (each.compose(name, on="2026-03-01", province="dien-bien") for each in (library, bundled))
        return own.content_hash == before.content_hash

    assert not same("commune/ntm")
    assert same("commune/hien-dai")
    ruleset = library.compose("commune/ntm", on="2026-03-01", province="dien-bien")
    read = from_canonical(to_canonical(ruleset))
    assert (read.lists, read.content_hash) == (ruleset.lists, ruleset.content_hash)


def test_what_a_later_list_changes(tmp_path: Path) -> None:
    later = (
        LIST.replace("date: 2026-01-10", "date: 2026-06-01").replace("0000/QĐ", "9/QĐ").replace('"00002"]', '"00004"]')
    )
    library = folder(tmp_path, LIST.replace("units_of", "in_force: {to: 2026-05-31}\nunits_of", 1), later=later).library
    old, new = (library.compose("commune/ntm", on=on, province="dien-bien") for on in ("2026-03-01", "2026-06-01"))
    found = diff(old, new)
    (change,) = found.lists
    assert change.moved == (("00002", "II", None), ("00004", None, "II"))
    text = "danh sách xác định `area_class`: theo 9/QĐ-UBND, trước đây 0000/QĐ-UBND"
    assert (
        found.text("vi").splitlines()[-1]
        == f"{text}; 00002: trước đây II, nay không có; 00004: trước đây không có, nay II"
    )
    assert found.to_dict()["lists"][0]["moved"][0] == {"unit": "00002", "old": "II", "new": None}
    assert diff(old, old).lists == ()
