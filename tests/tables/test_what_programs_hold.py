"""Dicts, rows and frames are read as files are."""

import datetime as dt
import json
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from command_line import bundled
from ntm_rules.rules.read.mappings import read_mapping
from ntm_rules.yaml.nodes import read_text
from tables.test_cells import FACTS
from vietnamese import in_vietnamese

INCOME = "Thu nhập bình quân đầu người"


@pytest.fixture(scope="module")
def ruleset() -> ntm.Ruleset:
    return bundled().compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")


# -- one dict ------------------------------------------------------------------------------------

CELLS = [
    ("income", "43,2", Decimal("43.2")),
    (INCOME, "43,2 triệu", Decimal("43.2")),
    (f"{INCOME} (nghìn đồng)", "43200", Decimal("43.2")),
    (f"{INCOME} (nghìn đồng)", 43200, Decimal("43.2")),
    ("share", "82,5%", Decimal("82.5")),
    ("share", 82.5, 82.5),
    ("share", Decimal("82.5"), Decimal("82.5")),
    ("share", np.float32(82.1), 82.1),
    ("households", np.int64(7), 7),
    ("plan", "Chưa đạt", False),
    ("plan", True, True),
    ("plan", 1, True),
    ("plan", np.bool_(True), True),
    ("level", "Mức độ II", "2"),
    ("level", 2, "2"),
    ("Vùng", "Tây Nguyên", "S"),
    ("income", {"value": "43,2", "source": "x"}, {"value": Decimal("43.2"), "source": "x"}),
    ("income", {"value": "N/A", "source": "x"}, {"value": None, "source": "x"}),
    (f"{INCOME} (nghìn đồng)", {"value": 43200, "by": "self"}, {"value": Decimal("43.2"), "by": "self"}),
]


@pytest.mark.parametrize(("key", "value", "fact"), CELLS)
def test_a_cell_of_a_dict_is_read(key: str, value: object, fact: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.tables.TableNote)
        found = ntm.tables.read_facts({key: value}, FACTS)
    ((_, read),) = found.facts.items()
    assert read == fact
    assert type(read) is type(fact)
    assert (found.unit, found.kept, found.judgements) == ("", {}, ())


@pytest.mark.parametrize("value", ["", " ", "N/A", "chưa có số liệu", None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_what_is_missing_is_left_out(value: object) -> None:
    assert ntm.tables.read_facts({"income": value, "plan": value, "unit": "A"}, FACTS).facts == {}


def test_nothing_is_no_error() -> None:
    assert ntm.tables.read_facts({}, FACTS) == ntm.tables.UnitFacts("", {}, {}, 1)


def test_the_unit_codes_and_kept_columns() -> None:
    found = ntm.tables.read_facts({"Mã xã": 61, "ten": "A", "plan": "x"}, FACTS, keep=["ten"], unit_width=5)
    assert (found.unit, found.facts, found.kept) == ("00061", {"plan": True}, {"ten": "A"})
    assert ntm.tables.read_facts({"unit": "Tổng cộng", "plan": "x"}, FACTS).unit == "Tổng cộng"
    assert ntm.tables.read_facts({"unit": " ", "plan": "x"}, FACTS).unit == ""


def test_judgements_and_figures_under_numbers(ruleset: ntm.Ruleset) -> None:
    found = ntm.tables.read_facts({"4.2": "đạt", "17.1 [thẩm tra]": "CĐ", "10": "43,2"}, ruleset)
    assert [(j.no, j.outcome.code, j.body.value) for j in found.judgements] == [
        ("4.2", "met", "other"),
        ("17.1", "not_met", "district"),
    ]
    assert found.facts == {"income_per_capita": Decimal("43.2")}
    verdict = ntm.assess(ruleset, found.facts, judgements=found.judgements)
    assert verdict.indicators["10"].outcome.code == "not_met"
    assert verdict.judged.indicators["4.2"].outcome.code == "met"


def test_a_mapping_file_is_of_use_here_too() -> None:
    text = (
        "mapping: x\nunit: ma\nvalues: {yes: 1, no: 2}\ncolumns: {t: {fact: income, factor: 0.001}, p: plan, q: share}"
    )
    own = read_mapping(read_text(text, "m"), FACTS, None)
    with pytest.warns(ntm.tables.TableNote, match="multiplied by 0.001") as notes:
        found = ntm.tables.read_facts({"ma": "A", "t": 43200, "p": 2}, FACTS, mapping=own)
    assert (found.unit, found.facts) == ("A", {"income": Decimal("43.2"), "plan": False})
    assert len(notes) == 1


FAULTS = [
    ({"lạ": 1}, ntm.TableError, "error[table.column]: the column `lạ` is neither the unit nor a fact"),
    ({"income": 1, INCOME: 2}, ntm.TableError, f"error[table.column]: the column `{INCOME}` is there twice"),
    ({"unit": 6001, "plan": "x"}, ntm.TableError, "the codes of units are numbers"),
    ({"income": "khoảng 43"}, ntm.FactError, "fact `income`: got `khoảng 43`, expected a number"),
    ({"income": {"value": "~43"}}, ntm.FactError, "fact `income`: got"),
    ({"unit": "A", "plan": "K"}, ntm.FactError, "unit `A`, fact `plan`: got `K`, expected yes"),
    ({1: "x"}, ntm.BadArgument, "`given`"),
    ([("income", 1)], ntm.BadArgument, "`given`"),
]


@pytest.mark.parametrize(("row", "error", "said"), FAULTS)
def test_what_is_wrong_is_said_without_file_and_line(row: Any, error: type[ntm.NtmRulesError], said: str) -> None:
    with pytest.raises(error) as caught:
        ntm.tables.read_facts(row, FACTS)
    assert said in str(caught.value)
    in_vietnamese(caught.value)
    if error is not ntm.BadArgument:
        assert str(caught.value).startswith(("error[", "fact ", "unit `A`"))
        assert "(line" not in str(caught.value)


def test_all_values_that_cannot_be_read_come_together() -> None:
    with pytest.raises(ntm.FactError) as caught:
        ntm.tables.read_facts({"income": "~1", "plan": "K", "share": "5"}, FACTS)
    assert [(p.fact, p.line, p.column) for p in caught.value.problems] == [("income", 0, ""), ("plan", 0, "")]


# -- rows and frames -----------------------------------------------------------------------------


def test_rows_are_told_apart_and_counted() -> None:
    rows = [{"unit": "A", "income": "43,2"}, {"unit": "B", "plan": "x"}, {"unit": "Tổng số", "income": 90}]
    with pytest.warns(ntm.tables.TableNote, match=r"\Anote\[table.total\]: .* 1 in all, 3"):
        found = list(ntm.tables.read_rows(rows, FACTS))
    assert [(u.unit, u.facts, u.line) for u in found] == [
        ("A", {"income": Decimal("43.2")}, 1),
        ("B", {"plan": True}, 2),
    ]
    with pytest.raises(ntm.TableError, match="the unit `A` is in row 1 and in row 2"):
        list(ntm.tables.read_rows([{"unit": "A", "income": 1}] * 2, FACTS))
    with pytest.raises(ntm.FactError, match="row 2, column `Vùng`"):
        list(ntm.tables.read_rows([{"unit": "A"}, {"unit": "B", "Vùng": "đâu đó"}], FACTS))
    with pytest.raises(ntm.TableError, match="no column names the unit"):
        list(ntm.tables.read_rows([{"income": 1}], FACTS))


HELD = {"unit": ["A", "B"], INCOME: ["43,2", None], "plan": [1, 0], "share": [82.5, None]}
FRAMES = [
    pl.DataFrame(HELD).with_columns(pl.col("share").cast(pl.Float32)),
    pd.DataFrame(HELD),
    pd.DataFrame(HELD).convert_dtypes(),
    pa.table(HELD),
]


@pytest.mark.parametrize("frame", FRAMES, ids=["polars", "pandas", "pandas-nullable", "pyarrow"])
def test_a_frame_with_cells_as_people_write_them(frame: object) -> None:
    found = [(u.unit, u.facts) for u in ntm.tables.read_rows(frame, FACTS)]
    assert found == [("A", {"income": Decimal("43.2"), "plan": True, "share": 82.5}), ("B", {"plan": False})]


def test_float32_is_what_its_text_says() -> None:
    frame = pl.DataFrame({"unit": ["A"], "share": [82.1]}, schema={"unit": pl.String, "share": pl.Float32})
    (unit,) = ntm.tables.read_rows(frame, FACTS)
    assert unit.facts == {"share": 82.1}


# -- law: a row is read as the line of a file ------------------------------------------------------

TEXTS = {
    "income": ["43,2", "43.2", "~43", "12/15", "1.234", "N/A", "43,2 triệu", ""],
    "plan": ["đạt", "CĐ", "K", "x", "cơ bản đạt", "không áp dụng", "-"],
    "level": ["Mức 2", "IV", "3", "7", "…"],
    "region": ["Tây Nguyên", "N", "bắc", ""],
}
ROWS = st.lists(st.fixed_dictionaries({}, optional={f: st.sampled_from(t) for f, t in TEXTS.items()}), max_size=4)


def outcome(read: Any) -> Any:
    """What was read, or what is wrong with it."""
    try:
        return [(u.unit, u.facts) for u in read()]
    except ntm.FactError as error:
        return [(p.unit, p.fact, p.value, p.expected, p.advice_in("vi"), p.line, p.column) for p in error.problems]


@given(ROWS)
def test_a_row_is_read_as_an_object_of_a_file(made: list[dict[str, str]]) -> None:
    rows = [{"unit": f"X{place}", **row} for place, row in enumerate(made)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "u.json"
        path.write_text(json.dumps(rows or [{"unit": "X"}]))
        by_file = outcome(lambda: ntm.tables.read(path, FACTS))
    assert outcome(lambda: ntm.tables.read_rows(rows or [{"unit": "X"}], FACTS)) == by_file
    for place, row in enumerate(rows):
        alone = outcome(lambda row=row: [ntm.tables.read_facts(row, FACTS)])
        same = [told[:5] for told in by_file if told[0] == f"X{place}"]
        assert [told[:5] for told in alone] == same or len(same) == 0


def test_a_ruleset_says_what_columns_may_hold(ruleset: ntm.Ruleset, tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita,4.2\nA,43.2,x\n")
    (by_file,) = ntm.tables.read(path, ruleset)
    assert by_file.facts == {"income_per_capita": Decimal("43.2")}
    assert [j.no for j in by_file.judgements] == ["4.2"]
    later = bundled().compose("commune/ntm", on=dt.date(2026, 10, 1))
    assert ntm.tables.read_facts({"Nhóm xã": "nhom 2"}, later).facts == {"commune_group": "NHOM2"}
