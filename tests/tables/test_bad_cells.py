"""Cells that cannot be used: nothing is known of them, they are listed, and everything else counts."""

import csv
import io
import json
import pickle
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import STRICT, invoke
from ntm_rules.model.outcomes import ReasonCode
from unit.test_schemas import validator
from vietnamese import english, in_vietnamese

LIBRARY = ntm.Library.bundled()
RULESET = LIBRARY.compose("commune/ntm", on="2024-07-02", province="lang-son")
TEXT = """Xã;income_per_capita;irrigated_share;commune_plan_current;poor_and_near_poor_households;households
Xã Một;khoảng 43;82,5%;đạt;9;100
Xã Hai;51,75;180;chưa đạt;;
Xã Ba;51,75;82,5%;?;101;100
Xã Tư;43,2;82,5%;đạt;9;100
"""
BAD = [
    ("Xã Một", "income_per_capita", 2, "khoảng 43"),
    ("Xã Hai", "irrigated_share", 3, "180"),
    ("Xã Ba", "commune_plan_current", 4, "?"),
    ("Xã Ba", "poor_and_near_poor_households", 4, "101"),
]
"""Unit, column, line and value of each bad cell."""


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    path = tmp_path / "u.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def verdicts(path: Path) -> dict[str, ntm.Verdict]:
    rows = ntm.tables.read(path, LIBRARY.facts, on_bad="mark")
    return {row.unit: ntm.assess(RULESET, row.facts, row.unit, on_bad="mark", bad=row.bad) for row in rows}


# -- Python ------------------------------------------------------------------------------------


def test_a_bad_cell_takes_nothing_else_with_it(spoiled: Path) -> None:
    found = verdicts(spoiled)
    assert list(found) == ["Xã Một", "Xã Hai", "Xã Ba", "Xã Tư"]
    one = found["Xã Một"]
    assert one.bad_facts == {"income_per_capita"}
    assert one.indicators["10"].outcome is ntm.Outcome.UNDETERMINED
    assert one.indicators["10"].codes == (ReasonCode.FACT_INVALID,)
    assert one.criteria["10"].codes == (ReasonCode.FACT_INVALID,)
    assert "income_per_capita" not in one.facts
    assert one.indicators["3.1"].outcome is ntm.Outcome.MET
    assert one.indicators["11"].outcome is ntm.Outcome.MET
    assert found["Xã Hai"].indicators["3.1"].codes == (ReasonCode.FACT_INVALID,)
    assert found["Xã Hai"].indicators["11"].codes == (ReasonCode.FACT_MISSING,)
    assert found["Xã Ba"].indicators["1.1"].codes == (ReasonCode.FACT_INVALID,)
    assert found["Xã Ba"].indicators["11"].codes == (ReasonCode.FACT_INVALID,)
    assert found["Xã Tư"].bad == ()
    assert found["Xã Tư"] == ntm.assess(RULESET, dict(found["Xã Tư"].facts), "Xã Tư")


def test_the_reason_says_that_the_figure_cannot_be_used(spoiled: Path) -> None:
    (reason,) = (r for r in verdicts(spoiled)["Xã Một"].reasons() if r.indicator == "10")
    assert "số liệu không hợp lệ" in reason.text("vi")
    assert "chưa có số liệu" not in reason.text("vi")


def test_raise_is_the_default_and_names_all_of_a_row(spoiled: Path) -> None:
    with pytest.raises(ntm.FactError) as caught:
        list(ntm.tables.read(spoiled, LIBRARY.facts))
    in_vietnamese(caught.value)
    assert [(p.unit, p.fact) for p in caught.value.problems] == [
        ("Xã Một", "income_per_capita"),
        ("Xã Ba", "commune_plan_current"),
    ]
    row = next(row for row in ntm.tables.read(spoiled, LIBRARY.facts, on_bad="mark") if row.unit == "Xã Ba")
    with pytest.raises(ntm.FactError) as caught:
        ntm.assess(RULESET, row.facts, row.unit, bad=row.bad)
    assert {p.fact for p in caught.value.problems} == {"commune_plan_current", "poor_and_near_poor_households"}


def test_another_word_is_refused(spoiled: Path) -> None:
    with pytest.raises(ValueError, match="`on_bad` is one of `raise`, `mark`, not `skip`"):
        ntm.assess(RULESET, {}, on_bad="skip")
    with pytest.raises(ValueError, match="`on_bad` is one of"):
        list(ntm.tables.read(spoiled, LIBRARY.facts, on_bad="skip"))


def test_nothing_is_known_of_a_share_whose_part_cannot_be_read() -> None:
    """Neither where the share itself is given: it may rest on the figure that cannot be used."""
    given_too = {"poverty_rate": 9, "poor_and_near_poor_households": "101", "households": 100}
    found = ntm.assess(RULESET, given_too, on_bad="mark")
    assert found.indicators["11"].codes == (ReasonCode.FACT_INVALID,)
    assert "poverty_rate" not in found.facts


def test_a_region_that_contradicts_the_province_is_bad_with_what_reads_it() -> None:
    found = ntm.assess(RULESET, {"region": "DBSH", "income_per_capita": 99, "irrigated_share": 82}, on_bad="mark")
    assert found.bad_facts == {"region"}
    assert found.indicators["10"].codes == (ReasonCode.FACT_INVALID,)
    assert found.indicators["3.1"].outcome is ntm.Outcome.MET


def test_what_is_mended_counts_again(spoiled: Path) -> None:
    found = verdicts(spoiled)["Xã Ba"]
    half = found.with_facts({"commune_plan_current": True})
    assert half.bad_facts == {"poor_and_near_poor_households"}
    assert half.indicators["1.1"].outcome is ntm.Outcome.MET
    whole = half.with_facts({"poor_and_near_poor_households": 9})
    assert whole.bad == ()
    assert whole.indicators["11"].outcome is ntm.Outcome.MET
    with pytest.raises(ntm.FactError, match="irrigated_share"):
        found.with_facts({"irrigated_share": 180})


def test_a_verdict_says_what_was_bad_wherever_it_goes(spoiled: Path) -> None:
    found = verdicts(spoiled)["Xã Ba"]
    assert pickle.loads(pickle.dumps(found)) == found
    data = json.loads(found.to_json())
    assert [each.message for each in validator("verdict-2.json").iter_errors(data)] == []
    assert data["bad"] == [
        {"fact": "commune_plan_current", "value": "?", "expected": "expected.yes_no"},
        {"fact": "poor_and_near_poor_households", "value": "101", "expected": "expected.within_whole"},
    ]
    assert "bad" not in json.loads(ntm.assess(RULESET, {}).to_json())


def test_a_judgement_that_cannot_be_read_is_left_out_alone(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("Xã;4.2;10;income_per_capita\nA;tàm tạm;đạt;43,2\n", encoding="utf-8")
    (row,) = ntm.tables.read(path, LIBRARY.facts, numbers=RULESET.facts_by_number, on_bad="mark")
    assert [(p.fact, p.value, p.column) for p in row.bad] == [("4.2", "tàm tạm", "4.2")]
    found = ntm.assess(RULESET, row.facts, row.unit, judgements=row.judgements, on_bad="mark", bad=row.bad)
    assert found.indicators["10"].outcome is ntm.Outcome.NOT_MET
    assert [judgement.no for judgement in found.judgements] == ["10"]
    assert found.bad == row.bad


def test_a_figure_under_a_number_is_placed_too(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("Xã;10;3.1\nA;43,2;180\n", encoding="utf-8")
    done = invoke("assess", path, *LAW, "--format", "csv")
    assert done.exit_code == 3
    assert "fact `irrigated_share`: got `180`, expected a number from 0 to 100; line 2, column `3.1`" in done.stderr


INPUTS = [fact.id for fact in RULESET.inputs().values()]
NONSENSE = st.sampled_from(["?", -1, 1e400, "180", 101, True, [], {"value": 1, "by": "nobody"}, "NHOM9", {"x": 1}])


@given(st.dictionaries(st.sampled_from([*INPUTS, "health_insurance_share", "không có"]), NONSENSE, max_size=12))
def test_marking_takes_any_facts_and_leaves_what_is_good(facts: dict[str, object]) -> None:
    found = ntm.assess(RULESET, facts, on_bad="mark")
    assert found.bad_facts <= facts.keys()
    assert not found.bad_facts & found.facts.keys()
    alone = ntm.assess(RULESET, dict(found.facts))
    assert alone.codes == found.codes
    if not found.bad:
        assert found == ntm.assess(RULESET, facts)
    else:
        with pytest.raises(ntm.FactError) as caught:
            ntm.assess(RULESET, facts)
        assert tuple(map(str, caught.value.problems)) == tuple(map(str, found.bad))


# -- the command line --------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "no-reasons"])
def test_everything_else_is_written_and_the_cells_are_listed(spoiled: Path, form: str) -> None:
    options = ("--format", "csv", "--no-reasons") if form == "no-reasons" else ("--format", form)
    done = invoke("assess", spoiled, *LAW, *options, "--lang", "vi")
    assert done.exit_code == 3
    assert all(f"Xã {unit}" in done.stdout for unit in ("Một", "Hai", "Ba", "Tư"))
    listed = [line for line in done.stderr.splitlines() if line.startswith("đơn vị")]
    assert len(listed) == len(BAD)
    for (unit, column, line, value), text in zip(BAD, listed, strict=True):
        assert text.startswith(f"đơn vị `{unit}`, số liệu `{column}`: nhận được `{value}`, yêu cầu ")
        assert f"dòng {line}, cột `{column}`" in text
    assert english(done.stderr) == []
    summary = "4 số liệu không hợp lệ; những số liệu này tính là chưa biết, phần còn lại đã ghi đủ"
    assert done.stderr.splitlines()[-1] == summary
    if form == "jsonl":
        found = {data["unit"]: data for data in map(json.loads, done.stdout.splitlines())}
        assert [bad["fact"] for bad in found["Xã Ba"]["bad"]] == [column for unit, column, *_ in BAD if unit == "Xã Ba"]
    if form in ("csv", "no-reasons"):
        rows = csv.DictReader(io.StringIO(done.stdout))
        assert [row["bad_facts"] for row in rows] == ["1", "1", "2", "0"]


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_results_in_files_count_bad_facts(spoiled: Path, form: str) -> None:
    out = spoiled.with_name(f"o.{form}")
    assert invoke("assess", spoiled, *LAW, "--out", out).exit_code == 3
    if form == "parquet":
        rows = pq.read_table(out).to_pylist()
    else:
        header, *cells = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
        rows = [dict(zip(header, row, strict=True)) for row in cells]
    assert [(row["unit"], row["bad_facts"], row["indicator_10"], row["indicator_3.1"]) for row in rows] == [
        ("Xã Một", 1, "undetermined", "met"),
        ("Xã Hai", 1, "met", "undetermined"),
        ("Xã Ba", 2, "met", "met"),
        ("Xã Tư", 0, "not_met", "met"),
    ]
    invoke("assess", spoiled, *LAW, "--out", out, *STRICT)
    assert out.exists()


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "no-reasons", "parquet", "xlsx"])
def test_nothing_is_written_where_bad_cells_are_to_be_raised(spoiled: Path, form: str) -> None:
    out = spoiled.with_name("o")
    options = ("--format", "csv", "--no-reasons") if form == "no-reasons" else ("--format", form)
    done = invoke("assess", spoiled, *LAW, *options, "--out", out, *STRICT)
    assert done.exit_code == 2
    assert not out.exists()
    assert done.stdout == ""
    assert "\n4 bad facts\n" in done.stderr


def test_results_have_no_count_where_nothing_can_be_marked(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita\nA,43.2\n")
    for options in ((), ("--no-reasons",)):
        assert "bad_facts" in invoke("assess", path, *LAW, "--format", "csv", *options).stdout
        assert "bad_facts" not in invoke("assess", path, *LAW, "--format", "csv", *options, *STRICT).stdout


def test_bad_cells_go_before_the_outcomes_that_were_asked_for(spoiled: Path) -> None:
    """What a bad cell leaves open may be the outcome that is looked for: nothing certain is said of that."""
    assert invoke("assess", spoiled, *LAW, "--format", "csv", "--fail-on", "not_met").exit_code == 3
    good = spoiled.with_name("good.csv")
    good.write_text("unit,income_per_capita\nA,43.2\n")
    assert invoke("assess", good, *LAW, "--format", "csv", "--fail-on", "not_met").exit_code == 1


def test_a_file_out_of_shape_gives_no_result(spoiled: Path) -> None:
    twice = spoiled.with_name("twice.csv")
    twice.write_text("unit,income_per_capita\nA,?\nA,43.2\n")
    done = invoke("assess", twice, *LAW, "--format", "csv")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "the unit `A` is in line 2 and in line 3" in done.stderr


def test_after_too_many_bad_cells_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_rules.tables.units.MAX_PROBLEMS", 5)
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita\n" + "".join(f"U{n},?\n" for n in range(9)))
    done = invoke("assess", path, *LAW, "--format", "csv")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("5 bad facts; ")


def test_a_unit_is_explained_with_what_is_bad_of_it_alone(spoiled: Path) -> None:
    done = invoke("explain", spoiled, "--unit", "Xã Ba", *LAW, "--lang", "en")
    assert done.exit_code == 3
    assert "Xã Ba" in done.stdout
    assert "not valid" in done.stdout
    assert "2 bad facts; " in done.stderr
    assert "Xã Một" not in done.stderr
    assert invoke("explain", spoiled, "--unit", "Xã Tư", *LAW).exit_code == 0
    strict = invoke("explain", spoiled, "--unit", "Xã Ba", *LAW, *STRICT)
    assert (strict.exit_code, strict.stdout) == (2, "")


# -- programmes ----------------------------------------------------------------------------------

PROGRESS = (
    "progress",
    "--tier",
    "commune/ntm",
    "--on",
    "2024-07-02",
    "--province",
    "lang-son",
    "--as-of",
    "2024-12-20",
)
REREVIEW = ("rereview", "--from", "commune/ntm@2024-06-03", "--to", "commune/ntm@2024-07-02", "--province", "lang-son")


@pytest.mark.parametrize("command", [PROGRESS, REREVIEW], ids=lambda command: command[0])
def test_reports_count_every_unit_and_list_the_cells(spoiled: Path, command: tuple[str, ...]) -> None:
    done = invoke(*command, spoiled, "--format", "json", "--lang", "vi")
    assert done.exit_code == 3
    told = json.loads(done.stdout)
    counted = sum(told["counts"].values()) if command is REREVIEW else told["tiers"][0]["now"]["units"]
    assert counted == 4
    listed = [line for line in done.stderr.splitlines() if line.startswith("đơn vị")]
    assert len(listed) == len(BAD)
    for (unit, column, line, value), text in zip(BAD, listed, strict=True):
        assert text.startswith(f"đơn vị `{unit}`, số liệu `{column}`: nhận được `{value}`, yêu cầu ")
        assert f"dòng {line}, cột `{column}`" in text
    strict = invoke(*command, spoiled, "--format", "json", *STRICT)
    assert (strict.exit_code, strict.stdout) == (2, "")


def test_a_cell_is_listed_once_however_many_sets_read_it(spoiled: Path) -> None:
    done = invoke(*PROGRESS, "--tier", "commune/nang-cao", spoiled, "--before", spoiled)
    assert done.exit_code == 3
    assert done.stderr.count("unit `Xã Một`") == 1


def test_an_act_that_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,income_per_capita,recognised_ntm\nA,50,đạt\nB,50,hỏi lại\n", encoding="utf-8")
    done = invoke(*PROGRESS, path, "--format", "json")
    assert done.exit_code == 3
    (tier,) = json.loads(done.stdout)["tiers"]
    assert tier["now"]["act"] == {"recognised": 1, "not_recognised": 0, "unknown": 1}


def test_published_counts_are_raised_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_text("unit,criteria_met\nA,nhiều\nB,12\n", encoding="utf-8")
    done = invoke(*PROGRESS, path)
    assert (done.exit_code, done.stdout) == (2, "")


def test_a_reader_that_marks_none_raises(spoiled: Path) -> None:
    rows = list(ntm.tables.read(spoiled, LIBRARY.facts, on_bad="mark"))
    difference = ntm.difference.diff(LIBRARY.compose("commune/ntm", on="2024-06-03", province="lang-son"), RULESET)
    with pytest.raises(ntm.FactError, match="Xã Một"):
        list(difference.on_units(rows))
    with pytest.raises(ntm.FactError, match="Xã Một"):
        ntm.programme.rereview(RULESET, RULESET, rows)
    assert len(ntm.programme.rereview(RULESET, RULESET, rows, on_bad="mark").units) == 4
