"""What the command line tells beside a result, and in which words: a table of cases for each kind."""

import json
from pathlib import Path

import pytest

from command_line import STRICT, invoke, run

LANG_SON = ("--province", "lang-son", "--lang", "en")
NTM = ("--tier", "commune/ntm", "--on", "2024-07-02", *LANG_SON)


def written(folder: Path, text: str) -> Path:
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    return path


# -- columns -----------------------------------------------------------------------------------

READ_INSTEAD = (
    "Note: the fact village_roads_hardened_share (Share of village and inter-village roads hardened) is known but not "
    "read by this set, which reads `village_roads_equipped_share`"
)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "no-reasons", "parquet", "xlsx"])
def test_every_form_tells_what_no_rule_reads_and_what_has_no_column(tmp_path: Path, form: str) -> None:
    file = written(tmp_path, "unit,income_per_capita,village_roads_hardened_share\nA,43.2,80\n")
    out = ("--out", tmp_path / f"out.{form}") if form in ("parquet", "xlsx") else ()
    options = ("--format", "csv", "--no-reasons") if form == "no-reasons" else ("--format", form)
    done = invoke("assess", file, "--tier", "commune/nang-cao", *NTM[2:], *options, *out)
    notes = done.stderr.splitlines()
    assert done.exit_code == 0
    assert [line for line in notes if "village_roads_hardened" in line.partition(" that the set reads")[0]] == [
        READ_INSTEAD
    ]
    assert any(
        "commune/nang-cao: the file has no column for 51 of the 51 facts that the set reads: " in n for n in notes
    )


@pytest.mark.parametrize("form", ["table", "no-reasons"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_value_that_no_rule_reads_is_checked_in_every_form(tmp_path: Path, form: str, kind: str) -> None:
    file = written(tmp_path, "unit,cremation_rate\nA,500\n")
    if kind == "parquet":
        pq, pa = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
        file = tmp_path / "a.parquet"
        pq.write_table(pa.table({"unit": ["A"], "cremation_rate": [500.0]}), file)
    options = ("--format", "csv", "--no-reasons") if form == "no-reasons" else ()
    err = run("assess", file, *NTM, *options, *STRICT, code=2)
    assert "unit `A`, fact `cremation_rate`: got `500" in err
    assert "expected a number from 0 to 100" in err


def test_progress_and_rereview_tell_the_columns_of_each_tier(tmp_path: Path) -> None:
    file = written(tmp_path, "unit,income_per_capita,recognised_ntm\nA,43.2,có\n")
    found = invoke(
        "progress", file, "--tier", "commune/ntm", "--tier", "commune/nang-cao", *LANG_SON, "--as-of", "2024-12-20"
    )
    told = [line.partition(" facts that")[0] for line in found.stderr.splitlines()]
    assert told == [
        "Note: commune/ntm: the file has no column for 63 of the 64",
        "Note: commune/nang-cao: the file has no column for 51 of the 51",
    ]
    sets = ("--from", "commune/ntm@2024-06-03", "--to", "commune/ntm@2026-06-20")
    found = invoke("rereview", file, *sets, *LANG_SON)
    assert len(found.stderr.splitlines()) == 1  # what could decide nothing of the new set is not asked for


# -- published counts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "open_", "outcome", "right"),
    [
        (12, "", "đạt", "not met"),
        (0, "", "đạt", "not met"),
        (19, "", "chưa đạt", "met"),
        (18, 1, "đạt", "undetermined"),
        (19, "", "chưa đủ căn cứ", "met"),
        (12, "", "chưa đạt", ""),
        (19, "", "đạt", ""),
        (18, 1, "chưa đủ căn cứ", ""),
        (12, "", "chưa đủ căn cứ", ""),  # how many are undetermined is not said
    ],
)
def test_an_outcome_has_to_fit_its_counts(tmp_path: Path, met: int, open_: object, outcome: str, right: str) -> None:
    head = "unit,criteria_met,criteria_undetermined,criteria_total,outcome"
    file = written(tmp_path, f"{head}\nB,{met},{open_},19,{outcome}\n")
    said = run("progress", file, "--tier", "commune/ntm", *LANG_SON, "--as-of", "2024-12-20", code=2 if right else 0)
    assert (f"expected the outcome “{right}”, with {met} criteria met" in said) == bool(right)


def test_only_sentences_that_apply_explain_a_page(tmp_path: Path) -> None:
    plain = written(tmp_path, "unit,criteria_met,criteria_total\nA,19,19\nB,12,19\n")
    out = run("progress", plain, "--tier", "commune/ntm", "--province", "lang-son", "--as-of", "2024-06-20")
    assert "tính từ số liệu" not in out
    assert "a–b" not in out
    spans = written(tmp_path, "unit,criteria_met,criteria_undetermined,criteria_total,recognised_ntm\nA,12,3,19,có\n")
    out = run("progress", spans, "--tier", "commune/ntm", "--province", "lang-son", "--as-of", "2024-06-20")
    assert "“Theo đánh giá” là kết quả đã công bố" in out
    assert "a–b" in out


@pytest.mark.parametrize(("day", "told"), [("2024-06-20", True), ("2021-06-20", False)])
def test_targets_of_another_year_are_told(tmp_path: Path, day: str, told: bool) -> None:
    file = written(tmp_path, "unit,criteria_met,criteria_total\nA,19,19\n")
    command = ("progress", file, "--tier", "commune/ntm", "--targets", "lang-son@2021", "--period", "2021-2025")
    done = invoke(*command, "--as-of", day, "--lang", "en")
    warning = "Warning: the targets are of 2021, the figures of 2024"
    assert done.exit_code == 0
    assert (warning in done.stderr.splitlines(), warning in done.stdout.splitlines()) == (told, told)


# -- withdrawal --------------------------------------------------------------------------------

WITHDRAWN = "unit,criteria_not_met,criteria_of_finding,key_criteria_not_met\nA,1,10,0\nB,6,19,1\nC,,,\n"
AS_WITHDRAWAL = ("--tier", "commune/withdrawal", "--on", "2024-07-02")


@pytest.mark.parametrize(
    "command",
    [
        ("assess", *AS_WITHDRAWAL),
        ("progress", *AS_WITHDRAWAL, "--all-units"),
        ("explain", "--unit", "A", *AS_WITHDRAWAL),
        ("explain", "--unit", "B", *AS_WITHDRAWAL),
    ],
    ids=["assess", "progress", "explain-not", "explain"],
)
def test_withdrawal_is_worded_as_withdrawal(tmp_path: Path, command: tuple[str, ...]) -> None:
    name, *options = command
    out = run(name, written(tmp_path, WITHDRAWN), *options)
    for allowed in ("tiêu chí không đạt", "tiêu chí trọng yếu không đạt", "Đạt theo đánh giá” "):
        out = out.replace(allowed, "")
    assert "thuộc trường hợp xét thu hồi" in out.lower()
    assert [line for line in out.splitlines() if "đạt" in line.lower() and "“" not in line] == []
    assert "cần từ" not in out
    assert "thiếu" not in out


def test_show_says_when_the_case_applies() -> None:
    out = run("show", "commune/withdrawal", "--on", "2024-07-02")
    assert "mức xét: từ 30%" in out
    assert "cần từ" not in out


# -- a set that was not copied -----------------------------------------------------------------

BEFORE, AFTER = "commune/ntm@2024-07-02@lang-son", "commune/ntm@2026-06-20@lang-son"


@pytest.mark.parametrize(("old", "new", "which"), [(BEFORE, AFTER, "mới"), (AFTER, BEFORE, "cũ")], ids=["new", "old"])
def test_diff_claims_nothing_of_a_set_whose_indicators_were_not_copied(old: str, new: str, which: str) -> None:
    out = run("diff", old, new)
    assert f"chưa rõ: chưa có danh mục chỉ tiêu của bộ {which}" in out.splitlines()
    for claim in ("không còn quy định", "bổ sung mới"):
        assert claim not in out
    counts = json.loads(run("diff", old, new, "--format", "json"))["indicators"]
    assert (counts["removed"], counts["added"]) == (0, 0)


def test_rereview_claims_nothing_of_it_either(tmp_path: Path) -> None:
    file = written(tmp_path, "unit,income_per_capita,recognised_ntm\nA,43.2,có\n")
    out = run("rereview", file, "--from", BEFORE, "--to", AFTER)
    assert "chưa rõ: chưa có danh mục chỉ tiêu của bộ mới" in out.splitlines()
    assert "nay không xét" not in out
    assert "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 │ chưa đủ căn cứ │ chưa có mức quy định để so sánh" in out


def test_rereview_says_why_a_recognised_commune_fails_though_nothing_turned(tmp_path: Path) -> None:
    file = written(tmp_path, "unit,income_per_capita,recognised_ntm\nA,43.2,có\nB,43.2,không\n")
    sets = ("--from", "commune/ntm@2024-06-03@lang-son", "--to", BEFORE)
    out = run("rereview", file, *sets)
    failing = [line for line in out.splitlines() if line.startswith("A ") and "10 Thu nhập" in line]
    assert len(failing) == 1
    assert "43,2 triệu đồng/người/năm, cần từ 45 (thiếu 1,8)" in failing[0]
    assert not [line for line in out.splitlines() if line.startswith("B ") and "Thu nhập" in line]
    assert "(*) Kết quả tạm thời" in out
    (unit, other) = json.loads(run("rereview", file, *sets, "--format", "json"))["units"]
    (income,) = (i for i in unit["not_satisfied"] if i["no"] == "10")
    assert (income["outcome"], income["comparisons"][0]["margin"]) == ("not_met", "-1.8")
    assert "not_satisfied" not in other


# -- names and hints ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("province", "words"),
    [("ha-noi", "thành phố Hà Nội"), ("tp-ho-chi-minh", "TP. Hồ Chí Minh"), ("lang-son", "tỉnh Lạng Sơn")],
)
def test_a_city_is_not_called_a_province(province: str, words: str) -> None:
    line = run("show", "commune/ntm", "--on", "2024-07-02", "--province", province).splitlines()[1]
    assert line == f"Áp dụng ngày 02/07/2024, số liệu năm 2024; {words}"


IN_2026 = ("--tier", "commune/ntm", "--on", "2026-10-01", *LANG_SON)


@pytest.mark.parametrize("title", ["commune_group", "Nhóm xã", "NHÓM XÃ"])
@pytest.mark.parametrize("form", ["csv", "jsonl", "table"])
def test_a_column_of_a_derived_category_is_read_by_id_and_title(tmp_path: Path, title: str, form: str) -> None:
    file = written(tmp_path, f"unit,{title}\nA,NHOM1\nB,nhóm 2\n")
    done = invoke("assess", file, *IN_2026, "--format", form)
    assert done.exit_code == 0
    assert "agriculture_share" not in done.stderr  # the group is known: what it is worked out from is not missing
    found = run("explain", file, "--unit", "B", *IN_2026, "--lang", "en")
    assert "column group 2 (as stated)" in found
    live = {"unit": "A", "set": {"commune_group": "NHOM3", "area_class": "I"}}
    assert '"type":"done"' in invoke("live", file, *IN_2026, data=json.dumps(live).encode() + b"\n").stdout


def test_a_derived_category_that_contradicts_is_told_with_what_it_is_worked_out_from(tmp_path: Path) -> None:
    own = "adjacent_to_urban_area,oriented_to_become_urban,agriculture_share,oriented_new_urban_area,area_class"
    rows = "A,NHOM1,false,false,50,false,III\nB,NHOM3,false,false,50,false,III\nC,IV,,,,,\n"
    for form in ("csv", "jsonl"):
        said = run(
            "assess",
            written(tmp_path, f"unit,commune_group,{own}\n{rows}"),
            *IN_2026,
            "--format",
            form,
            *STRICT,
            code=2,
        )
        assert "unit `A`, fact `commune_group`: got `NHOM1`, expected `NHOM3`, which is worked out from" in said
        assert "`area_class = III`" in said
        assert "unit `B`" not in said
        assert "unit `C`, fact `commune_group`: got `IV`, expected one of `NHOM1`" in said


def test_hints_lead_to_what_helps(tmp_path: Path) -> None:
    said = run("assess", written(tmp_path, "unit,nhom\nA,NHOM1\n"), *IN_2026, code=2)
    assert "`nhom`" in said
    assert "commune/ntm" in run("show", "xa/ntm", "--on", "2024-07-02", code=2)
    live = {"unit": "A", "set": {"income_per_capit": 45.5}}
    done = invoke("live", *NTM, data=json.dumps(live).encode() + b"\n")
    assert "did you mean `income_per_capita`" in done.stdout
