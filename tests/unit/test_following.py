"""Units of an earlier file found again: through mergers, new names and codes that were used again."""

import datetime as dt
import typing
from decimal import Decimal
from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import run
from ntm_rules.model.citations import Evidence
from ntm_rules.model.plans import Aim, Known, Plan, Target
from ntm_rules.model.text import Text
from ntm_rules.programme.tally import Span
from ntm_rules.units.register import Units
from ntm_rules.units.unit import Level, Succession, Unit

TIER = "commune/ntm"
BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
THEN, NOW = dt.date(2025, 6, 20), dt.date(2025, 12, 20)


def unit(code: str, name: str, parent: str = "P", old: bool = True) -> Unit:
    return Unit(code, name, "Xã", Level.COMMUNE, parent, None if old else AFTER, BEFORE if old else None)


DISTRICTS = [
    Unit(code, name, "Huyện", Level.DISTRICT, None, None, BEFORE) for code, name in (("P", "Bắc"), ("Q", "Nam"))
]
AN, BINH, CAN, DINH = unit("00001", "An"), unit("00002", "Bình"), unit("00003", "Cẩn"), unit("00004", "Định")
SAME, OTHER = unit("00006", "Trùng"), unit("00007", "Trùng", "Q")
MERGED = unit("00001", "Hợp Nhất", old=False)  # An and Bình, with the code that An had
MOVED = unit("00005", "Cẩn", old=False)  # Cẩn with another code
TAKEN = unit("00003", "Định", old=False)  # Định with the code that Cẩn had
LEFT = unit("00007", "Trùng", old=False)
REGISTER = Units(
    (*DISTRICTS, AN, BINH, CAN, DINH, SAME, OTHER, MERGED, MOVED, TAKEN, LEFT),
    (
        Succession(AN, MERGED),
        Succession(BINH, MERGED),
        Succession(CAN, MOVED),
        Succession(DINH, TAKEN),
        Succession(OTHER, LEFT, whole=False),
    ),
    BEFORE,
)


def record(unit: str, met: bool, act: bool | None = None, **groups: str) -> ntm.programme.UnitRecord:
    return ntm.programme.UnitRecord.of_counts(unit, TIER, 19 if met else 3, 19, groups=groups, recognised=act)


def change(
    now: list[ntm.programme.UnitRecord],
    before: list[ntm.programme.UnitRecord],
    register: Units | None = REGISTER,
    then: dt.date | str | None = THEN,
) -> ntm.programme.Change:
    found = ntm.programme.progress(now, before=before, as_of=NOW, before_as_of=then, register=register)
    (tier,) = found.tiers
    assert tier.change is not None
    return tier.change


def test_a_code_that_was_used_again_is_another_unit() -> None:
    """Cẩn met and Định did not: now Định meets under the code of Cẩn, and Cẩn does not under another."""
    before = [record("00003", True), record("00004", False)]
    now = [record("00003", True), record("00005", False)]
    found = change(now, before)
    assert (found.gained, found.lost, found.added, found.gone) == (("00003",), ("00005",), (), ())
    assert found.merged == {"00003": ("00004",), "00005": ("00003",)}
    assert (found.unfollowed, found.followed, found.since) == ((), True, BEFORE)
    by_name = change(now, before, None)
    assert (by_name.gained, by_name.added, by_name.gone, by_name.followed) == ((), ("00005",), ("00004",), False)


@pytest.mark.parametrize(
    ("an", "binh", "gained", "lost"),
    [(False, False, ("00001",), ()), (True, True, (), ()), (True, False, (), ()), (False, None, (), ())],
)
def test_a_merged_unit_was_what_its_parts_have_in_common(
    an: bool, binh: bool | None, gained: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    """Where they differ, or one is not in the file, it is not known."""
    before = [record("00001", an, an), *([] if binh is None else [record("Xã Bình", binh, binh)])]
    found = change([record("00001", True, True)], before)
    assert (found.gained, found.lost, found.recognised) == (gained, lost, gained)
    assert (found.added, found.gone) == ((), ())
    assert found.unfollowed == (("00001",) if binh is None else ())
    assert found.merged == ({} if binh is None else {"00001": ("00001", "Xã Bình")})


@pytest.mark.parametrize(("an", "binh", "new"), [(False, False, Span(1, 1)), (True, False, Span(0, 1))])
def test_what_is_new_is_not_known_where_the_parts_differ(an: bool, binh: bool, new: Span) -> None:
    plan = Plan("x", 2025, Text("x", "x"), (Target(TIER, Aim.NEW, Decimal(1), Decimal(1), Known(Evidence.OFFICIAL)),))
    before = [record("00001", an), record("00002", binh)]
    days: dict[str, typing.Any] = {"as_of": NOW, "before_as_of": THEN, "register": REGISTER}
    (found,) = ntm.programme.progress([record("00001", True)], plan, before=before, **days).achievements
    assert found.by_finding is not None
    assert found.by_finding.achieved == new


def test_names_are_followed_too_and_districts_tell_homonyms_apart() -> None:
    found = change(
        [record("Xã Hợp Nhất", True), record("Trùng", True)],
        [record("An", False), record("Bình", False), record("Trùng", False, district="Nam"), record("Xã Lạ", True)],
    )
    assert found.merged == {"Xã Hợp Nhất": ("An", "Bình")}
    assert found.gained == ("Xã Hợp Nhất", "Trùng")
    assert (found.gone, found.unfollowed) == (("Xã Lạ",), ("Xã Lạ",))


def test_what_the_register_does_not_know_is_compared_by_name_and_named() -> None:
    """Without a district the name may be either of two."""
    found = change([record("Trùng", True), record("X", True)], [record("Trùng", False), record("X", False)])
    assert (found.gained, found.added, found.gone) == (("Trùng", "X"), (), ())
    assert found.unfollowed == ("X", "Trùng")


def test_days_on_one_side_of_a_change_have_nothing_to_follow() -> None:
    found = change([record("00001", True)], [record("00001", False)], then=AFTER)
    assert (found.gained, found.merged, found.unfollowed, found.since) == (("00001",), {}, (), None)


def test_a_register_needs_both_days_in_their_order() -> None:
    for then in (None, dt.date(2026, 1, 1)):
        with pytest.raises(ntm.NtmRulesError, match="earlier figures"):
            change([record("A", True)], [record("A", True)], then=then)


def test_the_command_follows_units_and_says_where_it_cannot(tmp_path: Path) -> None:
    """Ba Sơn was made of Cao Lâu, whose code it has, Xuất Lễ and Mẫu Sơn."""
    head = "unit,criteria_met,criteria_total\n"
    (tmp_path / "now.csv").write_text(f"{head}06196,19,19\n", encoding="utf-8")
    (tmp_path / "old.csv").write_text(f"{head}06196,18,19\n6202,18,19\n06238,3,19\n99999,3,19\n", encoding="utf-8")
    days = ("--as-of", "2025-12-20", "--before-as-of", "20/06/2025", "--unit-width", "5")
    law = ("--tier", TIER, "--on", "2024-07-02", "--before", tmp_path / "old.csv")
    out = run("progress", tmp_path / "now.csv", *law, *days, "--lang", "en")
    text = " ".join(out.split())
    assert "The register of units begins on 2025-06-30" in text
    assert "06196 │ met now (not met before)" in out
    assert "06196 │ was `06196`, `06202`, `06238` in the earlier file" in out
    assert "99999 │ compared by name: the register cannot follow it" in out
    out = run("progress", tmp_path / "now.csv", *law, "--lang", "en")
    assert "mergers, new names and codes used again are not followed" in " ".join(out.split())
    err = run("progress", tmp_path / "now.csv", *law, "--before-as-of", "20/06/2025", code=2)
    assert "`--before-as-of` needs `--before` and `--as-of`" in err
