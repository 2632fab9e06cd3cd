"""The register of units: found by name, code and day; what came before and after."""

import datetime as dt
import json
import typing
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules.units.register import Units
from ntm_rules.units.unit import Level, Succession, Unit

BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
CASES = json.loads((Path(__file__).parents[1] / "law" / "real-cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def units() -> Units:
    return ntm.units.Units.load()


def test_how_many_there_are(units: Units) -> None:
    old, new = (Counter(u.level.value for u in units.on(day).units) for day in (BEFORE, AFTER))
    assert old["province"] == 63
    assert sum(old[level] for level in ("district", "urban-district", "town", "special-district")) == 696
    assert sum(old[level] for level in ("commune", "township", "ward")) == 10_035
    assert new == {"province": 34, "commune": 2621, "ward": 687, "special-zone": 13}
    assert old["special-district"] == 5  # without commune-level units


@pytest.mark.parametrize(
    ("province", "before", "after", "renamed"),
    [("Lạng Sơn", 194, 65, 27), ("Bắc Giang", 192, 58, 32), ("Bình Dương", 91, 36, 23)],
)
def test_codes_are_used_again_and_for_other_names(
    units: Units, province: str, before: int, after: int, renamed: int
) -> None:
    old = [u for u in units.on(BEFORE).units if u.code.isdigit() and len(u.code) == 5 and _top(units, u) == province]
    names = {u.code: u.name for u in old}
    new = {part.unit for u in old for part in units.successors(u)}
    assert (len(old), len(new)) == (before, after)
    assert {u.code for u in new} <= names.keys()
    assert sum(names[u.code] != u.name for u in new) == renamed


def _top(units: Units, unit: Unit) -> str:
    above = units.parent(unit)
    return unit.name if above is None else _top(units, above)


@pytest.mark.parametrize("on", [dt.date(2019, 1, 1), "2024-07-02", dt.date(2025, 6, 29)])
def test_of_days_before_its_first_state_nothing_is_said(units: Units, on: dt.date | str) -> None:
    """Thủ Đức was made in 2021; the register, which begins later, does not know since when it has had its code."""
    assert units.known_from == units.on(AFTER).known_from == BEFORE
    for asked in (
        lambda: units.on(on),
        lambda: units.by_code("769", on=on),
        lambda: units.find("Thừa Thiên Huế", level="province", on=on),
    ):
        with pytest.raises(ntm.units.NotKnown, match="the register begins on 2025-06-30") as caught:
            asked()
        assert caught.value.known_from == BEFORE
        assert "danh mục chỉ có từ ngày 30/06/2025" in caught.value.text("vi")
    assert units.by_code("769", on=BEFORE).title == units.by_code("769").title == "Thành phố Thủ Đức"


def test_a_code_is_no_identity(units: Units) -> None:
    old, new = units.by_code("06196", on=BEFORE), units.by_code("06196", on=AFTER)
    assert (old.title, new.title) == ("Xã Cao Lâu", "Xã Ba Sơn")
    assert old != new
    assert (old.end, new.start) == (BEFORE, AFTER)
    with pytest.raises(ntm.AmbiguousName) as caught:
        units.by_code("06196")
    assert len(caught.value.candidates) == 2
    assert "until 2025-06-30" in str(caught.value)
    with pytest.raises(ntm.UnknownName):
        units.by_code("99999", on=AFTER)


def test_a_commune_that_became_a_ward(units: Units) -> None:
    tan_lien = units.find("Tân Liên", parent="Cao Lộc", on=BEFORE)
    assert tan_lien.level is Level.COMMUNE
    assert [(p.unit.title, p.whole) for p in units.successors(tan_lien)] == [("Phường Kỳ Lừa", True)]
    quang_chau = units.find("Quang Châu", on=BEFORE)
    assert [p.unit.title for p in units.successors(quang_chau)] == ["Phường Nếnh"]
    assert units.successors(units.by_code("06196", on=AFTER)) == ()


def test_a_unit_made_of_parts_says_so(units: Units) -> None:
    chau_son = units.find("Châu Sơn", parent="Lạng Sơn", on=AFTER)
    labels = [part.label for part in units.predecessors(chau_son)]
    assert "Kiên Mộc (một phần)" in labels
    assert {"Châu Sơn", "Bắc Lãng", "Đồng Thắng", "Cường Lợi"} <= set(labels)


# Units that changed between the case and 30/06/2025: a rural district that became a town, communes merged before.
CHANGED_BEFORE = {"BG-01", "BG-10", "BD-01", "BD-02", "HN-02", "HD-01", "ND-08"}


@pytest.mark.parametrize("case", [c for c in CASES if c.get("register")], ids=lambda c: c["id"])
def test_real_cases_are_found_by_name_within_their_district(units: Units, case: dict[str, object]) -> None:
    register = case["register"]
    assert isinstance(register, dict)
    try:
        found = units.find(str(case["unit_name"]), parent=register["legacy_district"], on=BEFORE)
    except ntm.UnknownName:
        assert case["id"] in CHANGED_BEFORE
        return
    if case["id"] in CHANGED_BEFORE:
        assert found.code != register["legacy_code"]
        return
    assert found.code == register["legacy_code"]
    after = [f"{part.unit.title}, {register['unit_2025'].split(', ')[1]}" for part in units.successors(found)]
    assert register["unit_2025"] in after


# ---------------------------------------------------------------- names, on units of our own


def unit(code: str, name: str, parent: str | None = "01", kind: str = "Xã", level: Level = Level.COMMUNE) -> Unit:
    return Unit(code, name, kind, level, parent, None, None)


OWN = Units(
    (
        unit("01", "Bắc", None, "Tỉnh", Level.PROVINCE),
        unit("02", "Nam", None, "Tỉnh", Level.PROVINCE),
        unit("00001", "Hoà Bình"),
        unit("00002", "Hòa Bình", "02"),
        unit("00003", "Tân Hiệp"),
        unit("00004", "Tân Hiệp", kind="Thị trấn", level=Level.TOWNSHIP),
        unit("00005", "Tan Hiep", "02"),
        unit("00006", "Đắk Ơ", "02"),
    )
)


@pytest.mark.parametrize(
    ("name", "parent", "code"),
    [
        ("Hòa Bình", "Bắc", "00001"),
        ("hoà bình", "Bắc", "00001"),
        ("XÃ HOA BINH", "Nam", "00002"),
        ("Xã Tân Hiệp", "Bắc", "00003"),
        ("TT. Tân Hiệp", "Bắc", "00004"),
        ("dak o", "Nam", "00006"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, parent: str, code: str) -> None:
    assert OWN.find(name, parent=parent).code == code
    assert OWN.find(unicodedata.normalize("NFD", name), parent=parent).code == code


@pytest.mark.parametrize(
    ("name", "more"), [("Hòa Bình", {}), ("Tân Hiệp", {"parent": "Bắc"}), ("Tan Hiep", {"parent": "Bắc"})]
)
def test_homonyms_are_never_guessed(name: str, more: dict[str, typing.Any]) -> None:
    with pytest.raises(ntm.AmbiguousName, match="say which one by parent, level or date"):
        OWN.find(name, **more)


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(ntm.UnknownName, match="did you mean `Hoà Bình`"):
        OWN.find("Hoà Bnh", parent="Bắc")
    with pytest.raises(ntm.UnknownName, match="superior unit `Bàc`"):
        OWN.find("Hoà Bình", parent="Bàc")
    with pytest.raises(ntm.UnknownName):
        OWN.find("Hoá Bình", parent="Bắc")  # a mark that is written has to be right
    with pytest.raises(ValueError, match="hamlet"):
        OWN.find("Hoà Bình", level="hamlet")
    with pytest.raises(ntm.UnknownName):
        OWN.find("x" * 100_000)


@given(st.text(max_size=60))
def test_no_name_is_too_strange(name: str) -> None:
    try:
        found = OWN.find(name)
    except ntm.NtmRulesError:
        return
    assert found in OWN.units


def test_successions_lead_both_ways() -> None:
    old, new = unit("1", "A"), unit("2", "B")
    own = Units((old, new), (Succession(old, new, whole=False),))
    assert [(p.unit, p.whole, p.label) for p in own.predecessors(new)] == [(old, False, "A (một phần)")]
    assert [p.unit for p in own.successors(old)] == [new]


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ntm.EngineUnavailable, match=r'pip install "ntm-rules\[units\]"'):
        ntm.units.Units.load()


# ---------------------------------------------------------------- the whole register


def test_a_homonym_is_not_taken_for_a_predecessor(units: Units) -> None:
    """The package joins by name; `rulesets/units/successions.csv` undoes it."""
    assert [part.unit.name for part in units.successors(units.by_code("11890", on=BEFORE))] == ["Nguyễn Bỉnh Khiêm"]


def test_out_of_scope_is_what_became_of_a_commune_that_is_none(units: Units) -> None:
    tan_lien = units.find("Tân Liên", parent="Cao Lộc", on=BEFORE)
    assert [part.unit.name for part in units.out_of_scope(tan_lien)] == ["Kỳ Lừa"]
    assert units.out_of_scope(units.by_code("06196", on=BEFORE)) == ()


def test_every_unit_is_found_by_its_name_or_named_among_the_candidates(units: Units) -> None:
    for each in units.units[::97]:
        above = units.parent(each)
        try:
            found = [units.find(each.title, level=each.level, parent=above, on=each.end or AFTER).code]
        except ntm.AmbiguousName as error:
            found = [text for text in error.candidates if f"({each.code}" in text]
        assert len(found) == 1
        assert each.code in found[0]


def test_provinces_agree_with_the_registry_of_provinces(units: Units, bundled: ntm.Library) -> None:
    for each in units.units:
        if each.level is Level.PROVINCE and each.name != "Hồ Chí Minh":
            assert bundled.registry.find(each.name, each.end or AFTER).end == each.end
