"""A cell that lists the criteria that are met: what it says of these, and of the others."""

from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import invoke
from ntm_rules import Body, Library, Outcome
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.lists import body_of_list, listed_in
from vietnamese import english

CRITERIA = ("1", "2", "3", "10")
MET, NOT = Outcome.MET, Outcome.NOT_MET
ALL = {"1": MET, "2": NOT, "3": NOT, "10": MET}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2/4: 1, 10", ALL),
        ("2/4 (1; 10)", ALL),
        ("2/4 tiêu chí: TC1 và TC10", ALL),
        ("2: tiêu chí 10, tiêu chí số 1", ALL),
        ("3/4: 1, 10", {"1": MET, "10": MET}),
        ("1, 10", {"1": MET, "10": MET}),
        ("0/4:", dict.fromkeys(CRITERIA, NOT)),
        ("", {}),
        (None, {}),
        ("chưa đánh giá", {}),
    ],
)
def test_what_a_list_says(cell: object, found: dict[str, Outcome]) -> None:
    assert listed_in(cell, CRITERIA) == found


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2/4", "danh sách tiêu chí đạt, ví dụ `12/19: 1, 2, 3`"),
        (2, "danh sách tiêu chí đạt"),
        ("2/4: 1, 5", "`5` không phải là số của tiêu chí nào trong `1`, `2`, `3`, `10`"),
        ("2/4: 1, 1", "tiêu chí `1` ghi hai lần"),
        ("2/5: 1, 10", "bộ tiêu chí này có 4 tiêu chí"),
        ("1/4: 1, 10", "liệt kê 2 tiêu chí"),
        ("1-3", "`1-3` không phải"),
    ],
)
def test_what_is_no_list(cell: object, said: str) -> None:
    with pytest.raises(BadCell) as caught:
        listed_in(cell, CRITERIA)
    text = caught.value.expected.text("vi")
    assert said in text
    assert not english(text)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Tiêu chí đạt", Body.OTHER),
        ("Các tiêu chí đã đạt", Body.OTHER),
        ("DANH SÁCH TIÊU CHÍ ĐẠT CHUẨN", Body.OTHER),
        ("Số tiêu chí đạt [thẩm định]", Body.PROVINCE),
        ("Tiêu chí đạt [năm 2024]", None),
        ("Tiêu chí đạt năm 2024", None),
        ("Tiêu chí", None),
    ],
)
def test_the_names_of_its_column(name: str, body: Body | None) -> None:
    assert body_of_list(name) is body


def test_a_file_with_lists(tmp_path: Path, bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    path = tmp_path / "xã.csv"
    rows = ["Mã xã;Tiêu chí đạt [thẩm tra];10", "06001;2/19: 1, 10;", "06004;3/19: 1, 10;chưa đạt", "06007;-;"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    first, second, third = ntm.tables.read(path, ruleset)
    assert [judgement.no for judgement in first.judgements] == [criterion.no for criterion in ruleset.criteria]
    assert {judgement.body for judgement in first.judgements} == {Body.DISTRICT}
    assert [j.no for j in first.judgements if j.outcome is MET] == ["1", "10"]
    assert [(j.no, j.outcome, j.body) for j in second.judgements] == [
        ("10", NOT, Body.OTHER),
        ("1", MET, Body.DISTRICT),
        ("10", MET, Body.DISTRICT),
    ]
    assert third.judgements == ()
    judged = ntm.assess(ruleset, {}, judgements=first.judgements).judged
    assert (judged.criteria_met, judged.criteria_not_met, judged.criteria_judged) == (2, 17, 19)


def test_the_command_reads_lists(tmp_path: Path) -> None:
    (tmp_path / "xã.csv").write_text("Mã xã;Tiêu chí đạt\n06001;19/18: 1\n", encoding="utf-8")
    how = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son", "--lang", "vi")
    done = invoke("assess", tmp_path / "xã.csv", *how)
    assert done.exit_code == 3
    assert "bộ tiêu chí này có 19 tiêu chí, không phải 18" in done.stderr
