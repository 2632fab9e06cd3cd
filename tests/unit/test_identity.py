"""One unit has one name: every door brings it to one form, and refuses what only looks different."""

import contextlib
import datetime as dt
import json
import random
import string
import typing
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from command_line import run
from hierarchy import country
from ntm_rules.model.names import look_alike, one_form
from ntm_rules.units.register import Units
from ntm_rules.units.unit import Level, Unit
from ntm_rules.words.order import order_of
from unit.small import load

ON = dt.date(2024, 7, 2)
TIER = "commune/ntm"
NAME = "Xã Đồng 01"
SPELLINGS = {
    "as it is": NAME,
    "decomposed": unicodedata.normalize("NFD", NAME),
    "outer blanks": f"  {NAME}\t",
    "double blank": "Xã  Đồng 01",
    "no-break space": "Xã\u00a0Đồng 01",
    "zero width": "Xã Đ\u200bồng\ufeff 01",
    "zero width inside a letter": unicodedata.normalize("NFD", NAME).replace("\u0302", "\u200b\u0302"),
}
SLIPS = {
    "zeros": ("06196", "6196"),
    "case": ("Cao Lâu", "cao lâu"),
    "eth": ("Đồng", "Ðồng"),
    "cyrillic": ("Cao Lộc", "Cаo Lộc"),
    "zeros inside": ("Tổ 02", "Tổ 2"),
    "wide": ("A1", "Ａ1"),
}


@cache
def small() -> ntm.Library:
    with TemporaryDirectory() as folder:
        library = load(Path(folder))
        library.compose(TIER, on=ON)
        return library


@cache
def nation() -> ntm.Library:
    folder = TemporaryDirectory()
    library = country.country(Path(folder.name))
    library.compose("commune/one", on=ON, province="bac")
    nation.folder = folder  # type: ignore[attr-defined]  # its files are read when they are needed
    return library


def ruleset() -> ntm.Ruleset:
    return small().compose(TIER, on=ON)


def act(unit: str, tier: str = TIER, kind: str = "recognised") -> ntm.law.Act:
    return ntm.law.Act(kind, unit, tier, None, dt.date(2023, 1, 26))


def record(unit: str, **groups: str) -> ntm.programme.UnitRecord:
    return ntm.programme.UnitRecord.of_counts(unit, TIER, 3, 19, groups=groups)


def file(folder: Path, kind: str, units: list[object]) -> Path:
    """A table of units with one fact, in one of the formats."""
    path = folder / f"units.{kind}"
    rows = [{"unit": unit, "wages": 20} for unit in units]
    if kind == "csv":
        path.write_text("unit;wages\n" + "".join(f'"{unit}";20\n' for unit in units), encoding="utf-8")
    elif kind == "json":
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (["unit", "wages"], *([unit, 20] for unit in units)):
            book.active.append(row)
        book.save(path)
    else:
        pq.write_table(pa.table({"unit": units, "wages": [20] * len(units)}), path)
    return path


FORMATS = ("csv", "json", "jsonl", "xlsx", "parquet")


def read(folder: Path, kind: str, *units: object, **options: typing.Any) -> list[str]:
    return [row.unit for row in ntm.tables.read(file(folder, kind, list(units)), small().facts, **options)]


def table(unit: str) -> list[dict[str, object]]:
    return [{"unit": "dh", "level": "district"}, {"unit": unit, "level": "commune", "parent": "dh"}]


def in_levels(unit: str, facts: object = (), acts: typing.Any = None) -> list[str]:
    found = ntm.levels.assess(nation(), table(unit), facts, on=ON, acts=acts)
    return [place.unit for place in found.places.values() if place.level == "commune"]


# -- one form ------------------------------------------------------------------------------------


def board(spelling: str) -> list[str]:
    with ntm.live.Board(ruleset()) as many:
        many.set(NAME, "wages", 20)
        many.set(spelling, "income", 41)
        assert many.verdict(spelling).facts == {"wages": 20, "income": 41}
        assert spelling in many
        return list(many)


def restored(spelling: str) -> list[str]:
    with ntm.live.Session(ruleset(), {"wages": 20}, NAME) as session:
        snapshot = session.snapshot() | {"unit": spelling}
    with ntm.live.Board(ruleset()) as many:
        many.restore(snapshot)
        return list(many)


def stored(spelling: str) -> list[str]:
    store: dict[str, str] = {}
    with ntm.live.Board(ruleset(), store=store) as many:
        many.set(NAME, "wages", 20)
    store[spelling] = store.pop(NAME)
    with ntm.live.Board(ruleset(), store=store) as many:
        assert many.verdict(NAME).facts == {"wages": 20}
        return list(many)


def session(spelling: str) -> str | None:
    with ntm.live.Session(ruleset(), unit=spelling) as one:
        return one.verdict.unit


def reconciled(spelling: str) -> str:
    found = ntm.levels.reconcile(ntm.assess(ruleset(), {"planned": False}, NAME), [act(spelling)])
    assert found.agreement is ntm.levels.Agreement.ACT_WITHOUT_FINDING
    assert found.act is not None
    return found.act.unit


def changed(spelling: str) -> str:
    """A unit of an earlier file is found again."""
    (tier,) = ntm.programme.progress([record(NAME)], before=[record(spelling)]).tiers
    assert tier.change is not None
    assert (tier.change.added, tier.change.gone) == ((), ())
    return tier.records[0].unit


def grouped(spelling: str) -> str:
    records = [record("A", district=NAME), record("B", district=spelling)]
    (group,) = ntm.programme.progress(records, by=["district"]).tiers[0].groups
    assert group.now.units == 2
    return group.path[0]


def by_act(spelling: str) -> str:
    """An act counts for the unit of the table."""
    facts = {NAME: {"planned": True}}
    found = ntm.levels.assess(nation(), table(NAME), facts, on=ON, acts=[act(spelling, "commune/one")])
    assert found.verdicts[NAME]["commune/two"].facts["recognised_one"] is True
    return NAME


def after_merger(spelling: str) -> list[str]:
    found = ntm.units.recognition_after_merger(None, [spelling], [act(NAME)], tiers=[TIER], on=ON)
    assert found.before == {NAME: TIER}
    return list(found.before)


def merged(spelling: str) -> str:
    found = ntm.units.merge(small(), {spelling: {"income": 4}, "B": {"income": 4}})
    return found.missing[0].units[0]


def registered(spelling: str) -> str:
    own = Units((Unit("1", "Đồng 01", "Xã", Level.COMMUNE, None),))
    return own.find(spelling, level="commune").title


def reviewed(spelling: str) -> str:
    return ntm.programme.rereview(ruleset(), ruleset(), [(spelling, {})]).units[0].unit


DOORS: Mapping[str, Callable[[str], object]] = {
    "assess": lambda s: ntm.assess(ruleset(), {}, s).unit,
    "session": session,
    "board": board,
    "board, restored": restored,
    "board, stored": stored,
    "act": lambda s: act(s).unit,
    "reconcile": reconciled,
    "record": lambda s: record(s).unit,
    "progress, earlier file": changed,
    "progress, group": grouped,
    "levels, table": in_levels,
    "levels, facts": lambda s: in_levels(NAME, {s: {"planned": True}}),
    "levels, acts": by_act,
    "merge": merged,
    "recognition after a merger": after_merger,
    "register": registered,
    "rereview": reviewed,
    "difference": lambda s: next(ntm.difference.diff(ruleset(), ruleset()).on_units([(s, {})]), NAME),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_spelling_of_a_unit_is_one_unit(door: Callable[[str], object], spelling: str) -> None:
    assert door(spelling) in (NAME, [NAME])


@pytest.mark.parametrize("kind", FORMATS)
def test_files_of_every_format_name_units_in_one_form(kind: str, tmp_path: Path) -> None:
    spellings = [spelling.replace(NAME[-2:], f"{n:02}") for n, spelling in enumerate(SPELLINGS.values(), 1)]
    expected = [f"Xã Đồng {n:02}" for n in range(1, len(SPELLINGS) + 1)]
    assert read(tmp_path, kind, *spellings) == expected


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_no_spelling_of_a_fact_a_tier_or_a_province_gives_another_result(spelling: str) -> None:
    def spelled(text: str) -> str:
        """*text* as *spelling* has the name."""
        odd = unicodedata.normalize("NFD", text) if spelling == SPELLINGS["decomposed"] else text
        return spelling.replace(NAME, odd) if NAME in spelling else f"\u200b {odd}\u00a0"

    plain = small().compose(TIER, on=dt.date(2025, 7, 1), province="bac", territory="cu")
    odd = small().compose(spelled(TIER), on=dt.date(2025, 7, 1), province=spelled("Bắc"), territory=spelled("Cũ"))
    assert odd.content_hash == plain.content_hash
    assert small().span(TIER, "2021-2025", spelled("Bắc")) == small().span(TIER, "2021-2025", "bac")
    assert ntm.assess(plain, {spelled("wages"): 20}) == ntm.assess(plain, {"wages": 20})
    assert act("A", spelled(TIER)).tier == TIER
    with pytest.raises(ntm.NtmRulesError, match="`an` never became a part of `bac`"):
        small().compose(TIER, on=ON, province=spelled("Bắc"), territory=spelled("Ẩn"))
    with ntm.live.Session(plain) as one:
        one.set(spelled("wages"), 20)
        assert one.facts == {"wages": 20}


def test_two_spellings_of_one_fact_in_one_call_are_refused() -> None:
    with pytest.raises(ntm.FactError, match=r"did you mean `wages`"):
        ntm.assess(ruleset(), {"wages": 20, "wages ": 30})
    with pytest.raises(ntm.FactError, match=r"did you mean `wages`"):
        ntm.assess(ruleset(), {"\u200bwages": 20, "wages ": 30})


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_one_form_is_one_and_keeps_case_and_digits(text: str) -> None:
    form = one_form(text)
    assert one_form(form) == form
    assert one_form(f" \u200b{unicodedata.normalize('NFD', text)}\ufeff ") == form
    assert form == " ".join(unicodedata.normalize("NFC", form).split())
    digits, letters = (set(map(str, range(10))), set(string.ascii_letters))
    apart = [unicodedata.normalize("NFD", each) for each in (text, form)]
    before, after = ([c for c in each if c in digits | letters] for each in apart)
    assert after == before


def test_letters_and_blanks_that_nobody_sees_do_not_keep_a_cell_from_being_read(tmp_path: Path) -> None:
    """Icelandic eth for the Vietnamese letter, Cyrillic x, zero-width characters and no-break spaces."""
    path = tmp_path / "u.csv"
    path.write_text("\ufeffÐơn vị;plan\u200bned;wages\nXã Một;Ðạt;20\u200b\nXã Hai;х;\u00a020\n", encoding="utf-8")
    rows = list(ntm.tables.read(path, small().facts))
    assert [(row.unit, row.facts) for row in rows] == [
        ("Xã Một", {"planned": True, "wages": 20}),
        ("Xã Hai", {"planned": True, "wages": 20}),
    ]


COMMAND = ("--tier", TIER, "--province", unicodedata.normalize("NFD", "Lạng  Sơn"), "--lang", "en")


def test_the_command_line_takes_every_spelling(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    rows = [f"{n};{group};48" for n, group in enumerate(["Đông", unicodedata.normalize("NFD", "Đông"), " Đông\u00a0"])]
    path.write_text("\n".join(["mã;huyện;income_per_capita", *rows, "X\u200bã 3;;48"]), encoding="utf-8")
    column = unicodedata.normalize("NFD", " huyện ")
    out = run("progress", path, *COMMAND, "--as-of", "2024-12-20", "--by", column)
    table = out[out.index(": by huyện") :].splitlines()
    counts = {cells[0].strip(): cells[1].strip() for line in table if len(cells := line.split("│")) > 2}
    assert (counts["Đông"], counts["(not stated)"]) == ("3", "1")
    out = run("assess", path, *COMMAND, "--on", "2024-07-02", "--keep", column, "--format", "csv", "--no-reasons")
    assert out.splitlines()[0].startswith("unit,huyện,")
    out = run("explain", path, *COMMAND, "--on", "2024-07-02", "--keep", "huyện", "--unit", " Xã\u00a03")
    assert "Xã 3 (" in out
    with path.open("a", encoding="utf-8") as file:
        file.write("\n4;đông;48")
    err = run("progress", path, *COMMAND, "--as-of", "2024-12-20", "--by", column, code=2)
    assert "the groups `đông` and `Đông` of `huyện` differ only in" in err


# -- what only looks different -------------------------------------------------------------------


def two_in_a_board(one: str, other: str) -> None:
    with ntm.live.Board(ruleset()) as many:
        many.set(one, "wages", 20)
        many.set(other, "wages", 20)


def two_in_a_store(one: str, other: str) -> None:
    store: dict[str, str] = {}
    with ntm.live.Board(ruleset(), store=store) as many:
        many.set(one, "wages", 20)
    store[other] = store[one]
    ntm.live.Board(ruleset(), store=store)


def two_in_a_table(one: str, other: str) -> None:
    rows = [*table(one), {"unit": other, "level": "commune", "parent": "dh"}]
    ntm.levels.assess(nation(), rows, {}, on=ON)


PAIRS: Mapping[str, Callable[[str, str], object]] = {
    "reconcile": lambda a, b: ntm.levels.reconcile(ntm.assess(ruleset(), {}, a), [act(b)]),
    "recognition after a merger": lambda a, b: ntm.units.recognition_after_merger(
        None, [a], [act(b)], tiers=[TIER], on=ON
    ),
    "acts of one unit": lambda a, b: ntm.units.recognition_after_merger(
        None, ["X"], [act(a), act(b)], tiers=[TIER], on=ON
    ),
    "merge": lambda a, b: ntm.units.merge(small(), {a: {}, b: {}}),
    "levels, table": two_in_a_table,
    "levels, acts": lambda a, b: in_levels(a, acts=[act(b, "commune/one")]),
    "levels, facts": lambda a, b: in_levels(a, {b: {}}),
    "progress": lambda a, b: ntm.programme.progress([record(a), record(b)]),
    "progress, earlier file": lambda a, b: ntm.programme.progress([record(a)], before=[record(b)]),
    "progress, groups": lambda a, b: ntm.programme.progress(
        [record("A", district=a), record("B", district=b)], by=["district"]
    ),
    "rereview": lambda a, b: ntm.programme.rereview(ruleset(), ruleset(), [(a, {}), (b, {})]),
    "board": two_in_a_board,
    "board, store": two_in_a_store,
}


@pytest.mark.parametrize(("one", "other"), SLIPS.values(), ids=SLIPS)
@pytest.mark.parametrize("door", PAIRS.values(), ids=PAIRS)
def test_what_only_looks_different_is_an_error_naming_both(
    door: Callable[[str, str], object], one: str, other: str
) -> None:
    with pytest.raises(ntm.NtmRulesError) as caught:
        door(one, other)
    for lang in ("vi", "en"):
        assert f"`{one}`" in caught.value.text(lang)
        assert f"`{other}`" in caught.value.text(lang)


@pytest.mark.parametrize(("one", "other"), SLIPS.values(), ids=SLIPS)
@pytest.mark.parametrize("kind", FORMATS)
def test_files_do_not_hold_what_only_looks_different(kind: str, one: str, other: str, tmp_path: Path) -> None:
    with pytest.raises(ntm.TableError, match="only in upper and lower case, zeros in front") as caught:
        read(tmp_path, kind, one, "X", other)
    assert f"`{one}`" in str(caught.value)
    assert f"`{other}`" in str(caught.value)


def test_a_file_that_is_read_by_columns_neither(tmp_path: Path) -> None:
    pq.write_table(pa.table({"unit": ["06196", "X", "6196"], "income_per_capita": [1, 2, 3]}), tmp_path / "u.parquet")
    law = ("--tier", TIER, "--on", "2024-07-02", "--province", "lang-son", "--format", "csv", "--no-reasons")
    err = run("assess", tmp_path / "u.parquet", *law, code=2)
    assert "the unit `6196` in row 3 differs from `06196` in row 1 only in" in err
    out = run("assess", file(tmp_path, "parquet", [6196, 183]), *law, "--unit-width", "5", "--keep", "wages")
    assert [line[:5] for line in out.splitlines()[1:]] == ["06196", "00183"]


def test_a_unit_without_facts_is_not_in_the_way() -> None:
    """What was refused for a slip does not keep the right one out."""
    with ntm.live.Board(ruleset()) as many:
        with pytest.raises(ntm.FactError):
            many.set("6196", "wages", "viel")
        many.set("06196", "wages", 20)
        with pytest.raises(ntm.NtmRulesError, match="`6196` differs from `06196`"):
            many.verdict("6196")
        many.forget("06196")
        many.set("6196", "wages", 20)


@pytest.mark.parametrize(
    ("one", "other"), [("10", "1"), ("Tổ 1.05", "Tổ 1.5"), ("Hòa An", "Hoa An"), ("A1", "A10"), ("O", "0")]
)
def test_what_differs_is_two(one: str, other: str) -> None:
    assert look_alike(one) != look_alike(other)


# -- numbers as ids ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [6196, 6196.0, np.int64(6196)])
@pytest.mark.parametrize(
    "door",
    [
        lambda n: ntm.assess(ruleset(), {}, n),
        lambda n: ntm.live.Session(ruleset(), unit=n),
        lambda n: ntm.live.Board(ruleset()).set(n, "wages", 20),
        act,
        record,
        lambda n: record("A", district=n),
        in_levels,
        lambda n: in_levels("06196", {n: {}}),
        lambda n: ntm.units.merge(small(), {n: {}}),
        lambda n: ntm.units.recognition_after_merger(None, [n], [], tiers=[TIER], on=ON),
        lambda n: Units(()).by_code(n),
        lambda n: small().compose(TIER, on=ON, province=n),
    ],
)
def test_a_number_is_not_an_id(door: Callable[[object], object], number: object) -> None:
    with pytest.raises(ntm.NtmRulesError, match="a code keeps its zeros"):
        door(number)


@pytest.mark.parametrize(("kind", "hint"), [("json", "in quotes"), ("jsonl", "in quotes"), ("xlsx", "format text")])
def test_a_number_in_a_file_is_refused_unless_its_width_is_declared(kind: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(ntm.TableError, match=rf"are numbers, such as `6196`(.|\n)*`--unit-width 5`.*{hint}"):
        read(tmp_path, kind, 6196)
    assert read(tmp_path, kind, 6196, "00183", "X", unit_width=5) == ["06196", "00183", "X"]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_declared_width_gives_codes_their_zeros_back(kind: str, tmp_path: Path) -> None:
    assert read(tmp_path, kind, "6196", "00183", unit_width=5) == ["06196", "00183"]
    with pytest.raises(ntm.TableError, match="more than 5 digits"):
        read(tmp_path, kind, "606196", unit_width=5)
    with pytest.raises(ntm.TableError, match=r"the unit `06196` is in .* and in"):
        read(tmp_path, kind, "06196", "6196", unit_width=5)


@pytest.mark.parametrize("width", [0, -1, True, 5.0, "5"])
def test_a_width_is_a_whole_number(width: typing.Any, tmp_path: Path) -> None:
    with pytest.raises(ntm.NtmRulesError, match=r"`unit_width` is .* whole number from 1"):
        read(tmp_path, "csv", "6196", unit_width=width)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_of_units_have_numbers_with_a_width(frame: Callable[[object], object]) -> None:
    rows = [{"unit": 183, "level": "district", "parent": None}, {"unit": 6196, "level": "commune", "parent": 183}]
    facts = frame([{"unit": 6196, "planned": True}])
    with pytest.raises(ntm.FactError, match="unit_width"):
        ntm.levels.assess(nation(), frame(rows), facts, on=ON)
    found = ntm.levels.assess(nation(), frame(rows), facts, on=ON, unit_width=5)
    assert {unit: place.parent for unit, place in found.places.items()} == {"00183": None, "06196": "00183"}
    assert found.verdicts["06196"]["commune/one"].facts == {"planned": True}


# -- acts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "recognized"}, "`kind` is one of `recognised`, `withdrawn`, not `recognized`"),
        ({"unit": None}, "`unit` is `None`"),
        ({"unit": " \u200b"}, "`unit` is empty"),
        ({"tier": "ntm"}, "`tier` is `ntm`, expected a level and a tier such as `commune/ntm`"),
        ({"tier": None}, "`tier` is `None`"),
        ({"date": "26/01/2023"}, "`date` is `26/01/2023`, expected a day"),
        ({"date": dt.datetime(2023, 1, 26, 8)}, "which has a time of day"),
        ({"date": pd.Timestamp("2023-01-26")}, "which has a time of day"),
        ({"date": None}, "expected a day"),
        ({"period": 2021}, "`period` is the number `2021`"),
    ],
)
def test_an_act_is_checked_when_it_is_made(change: dict[str, typing.Any], message: str) -> None:
    values: dict[str, typing.Any] = {
        "kind": "recognised",
        "unit": "A",
        "tier": TIER,
        "instrument": None,
        "date": dt.date(2023, 1, 26),
    }
    assert ntm.law.Act(**values | {"date": "2023-01-26"}) == ntm.law.Act(**values)
    with pytest.raises(ntm.NtmRulesError) as caught:
        ntm.law.Act(**values | change)
    assert message in str(caught.value)


def test_an_act_on_a_unit_or_tier_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ntm.FactError, match="got `06197`, expected a unit of the table; did you mean `06196`"):
        in_levels("06196", acts=[act("06197", "commune/one")])
    with pytest.raises(ntm.UnknownName, match=r"`commune/onne`\n.*`commune/one`"):
        in_levels("06196", acts=[act("06196", "commune/onne")])
    finding = ntm.assess(ruleset(), {}, "A")
    with pytest.raises(ntm.UnknownName, match=r"`commune/ntmm`\n.*`commune/ntm`"):
        ntm.levels.reconcile(finding, [act("A", "commune/ntmm")], library=small())
    found = ntm.levels.reconcile(ntm.assess(ruleset(), {"planned": False}, "A"), [act("A", "commune/ntmm"), act("B")])
    assert found.agreement is ntm.levels.Agreement.CONSISTENT
    assert [other.tier for other in found.others] == ["commune/ntmm"]
    assert "no act of recognition as `commune/ntm`; the acts on the unit are `commune/ntmm (2023-01-26)`" in found.text(
        "en"
    )
    found = ntm.levels.reconcile(ntm.assess(ruleset(), {"planned": False}, "A"), [act("B")])
    assert "no act of recognition;" in found.text("en")
    with pytest.raises(ntm.NtmRulesError, match="does not name its unit"):
        ntm.levels.reconcile(ntm.assess(ruleset(), {}), [act("A")])


# -- records -------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(1.5, 19), (True, 19), ("3", 19), (3, 19.0), (20, 19), (-1, 19), (None, 19)])
def test_counts_are_whole_numbers_up_to_the_total(counts: tuple[typing.Any, typing.Any]) -> None:
    with pytest.raises(ntm.NtmRulesError, match="unit `A`"):
        ntm.programme.UnitRecord.of_counts("A", TIER, *counts)


def test_a_record_is_checked_when_it_is_made() -> None:
    counts: typing.Any = np.int64(3), np.int64(19)
    made = ntm.programme.UnitRecord.of_counts("A", TIER, *counts)
    assert [type(value) for value in (made.criteria_met, made.criteria_total)] == [int, int]
    bad: Iterator[dict[str, typing.Any]] = iter(
        [{"unit": None}, {"unit": ""}, {"tier": "ntm"}, {"groups": {"district": 3}}, {"recognised": 1}]
    )
    for change in bad:
        with pytest.raises(ntm.NtmRulesError):
            ntm.programme.UnitRecord(**{"unit": "A", "tier": TIER} | change)
    with pytest.raises(ntm.NtmRulesError, match="`unit` is `None`"):
        ntm.programme.UnitRecord.of_verdict(ntm.assess(ruleset(), {}))


# -- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "door",
    [
        lambda day: Units(()).on(day),
        lambda day: Units(()).by_code("1", on=day),
        lambda day: Units(()).find("A", on=day),
        lambda day: Unit("1", "A", "Xã", Level.COMMUNE, None).on(day),
        lambda day: small().registry.find("bac", day),
        lambda day: small().registry.latest("bac", day),
        lambda day: ntm.levels.assess(nation(), table("A"), {}, on=day),
        lambda day: ntm.programme.progress([], as_of=day),
        lambda day: ntm.units.recognition_after_merger(None, ["A"], [], tiers=[TIER], on=day),
    ],
)
@pytest.mark.parametrize("day", [dt.datetime(2024, 7, 2, 8), pd.Timestamp("2024-07-02"), 2024, "02/07/2024"])
def test_a_day_is_a_date_or_its_text(door: Callable[[typing.Any], object], day: object) -> None:
    with pytest.raises(ntm.NtmRulesError, match="expected a day"):
        door(day)
    with contextlib.suppress(ntm.UnknownName):  # the day was read; the register is empty
        door("2024-07-02")


# -- order ---------------------------------------------------------------------------------------


def test_names_are_in_vietnamese_order_with_numbers_by_value() -> None:
    ordered = ["An Biên", "Ăn Hòa", "Ân Thi", "Dương Minh Châu", "Đại Từ", "Hoà", "Hoá", "Hòa An", "Hóa Sơn"]
    ordered += ["Quận 1", "Quận 02", "Quận 2", "Quận 10", "Thôn", "Ức", "Ứng", "Xã 3", "Ý Yên", "Zung"]
    mixed = random.Random(1).sample(ordered, len(ordered))
    assert sorted(mixed, key=order_of) == ordered
    for names in (mixed, ordered):
        names.remove("Quận 02")  # the same group as Quận 2
    found = ntm.programme.progress([record(str(n), d=name) for n, name in enumerate(mixed)], by=["d"])
    assert [group.path for group in found.tiers[0].groups] == [(name,) for name in ordered]
