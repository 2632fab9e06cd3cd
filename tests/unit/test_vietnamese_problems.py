"""What is wrong with facts, tables, frames and arguments is said in Vietnamese too.

The tests of facts and of files of units check each problem that they provoke; here are the sentences themselves, and
problems that those do not provoke.
"""

import ast
import datetime as dt
import typing
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from babel.messages.pofile import read_po

import ntm_rules as ntm
from ntm_rules import Library, NtmRulesError, Ruleset
from ntm_rules.live.durable import driver
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, FactProblem
from ntm_rules.programme.tally import Scale
from ntm_rules.reports import workbook
from ntm_rules.tables.rows import json_problem, json_value
from unit.small import load
from unit.test_facts import BAD
from vietnamese import english, in_vietnamese

SOURCE = Path(ntm.__file__).parent
ROOMS = ("tables", "verdict", "frames", "units", "levels", "live", "programme", "reports", "cli")
ON = dt.date(2024, 7, 2)


# -- the sentences -----------------------------------------------------------------------------


def sentences(lang: str) -> dict[str, str]:
    with (SOURCE / "messages" / "locale" / lang / "LC_MESSAGES" / "ntm_rules.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file, locale=lang) if entry.id}


def nodes() -> Iterator[ast.AST]:
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def test_every_sentence_of_these_rooms_is_vietnamese() -> None:
    vi, en = sentences("vi"), sentences("en")
    texts = {n.value for n in nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    codes = {code for code in en if code.removesuffix(".hint") in texts}
    assert len(codes) > 300
    assert sorted(code for code in codes if english(vi[code])) == []


TAKES_MESSAGES = {
    "BadArgument",
    "BadCell",
    "BadValue",
    "Diagnostic",
    "EngineUnavailable",
    "FactProblem",
    "NotInForce",
    "NtmRulesError",
    "UnknownName",
    "UsageError",
    "BadParameter",
    "fail",
    "note",
}


def test_no_sentence_of_these_rooms_is_a_plain_text() -> None:
    """What says that something is wrong is given a message, never a text of several words."""
    found = []
    for node in nodes():
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        for given in (*node.args, *(k.value for k in node.keywords)) if name in TAKES_MESSAGES else ():
            if isinstance(given, ast.JoinedStr) or (isinstance(given, ast.Constant) and " " in str(given.value)):
                found.append((name, ast.unparse(given)))
    assert found == []


def test_english_words_are_told_from_names_and_from_vietnamese() -> None:
    assert english("cột `is not the` chứa {value}, tệp CSV, số an toàn") == []
    assert english("cột is `x` the {value}") == ["is", "the"]


@pytest.mark.parametrize(
    "found",
    [
        Diagnostic("a.code", "the text is plain"),
        FactProblem("An", "income", 1, "a number"),
        NtmRulesError("the session is closed"),
        NtmRulesError(Message("session.closed"), "say it again"),
    ],
)
def test_a_plain_text_is_found(found: Diagnostic | FactProblem | NtmRulesError) -> None:
    with pytest.raises(AssertionError):
        in_vietnamese(found)


# -- facts -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load(tmp_path_factory.mktemp("facts") / "rules")


@pytest.fixture(scope="module")
def ruleset(library: Library) -> Ruleset:
    return library.compose("commune/ntm", on=ON)


@pytest.fixture(scope="module")
def lang_son(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def bad_facts(ruleset: Ruleset, facts: typing.Any) -> list[tuple[str, str]]:
    """What is expected of each bad fact, and its hint, in Vietnamese."""
    with pytest.raises(ntm.FactError) as caught:
        ntm.assess(ruleset, facts, unit="Xã Mẫu")
    in_vietnamese(caught.value)
    return [(problem.expected_in("vi"), problem.hint_in("vi")) for problem in caught.value.problems]


@pytest.mark.parametrize(("fact", "value"), [case[:2] for case in BAD], ids=[f"{b[0]}-{b[1]!r}" for b in BAD])
def test_a_bad_fact(ruleset: Ruleset, fact: str, value: object) -> None:
    assert bad_facts(ruleset, {"planned": False, fact: value})


def test_facts_that_do_not_fit_together(ruleset: Ruleset) -> None:
    parts = {"water_households": 2, "households": 3}
    assert bad_facts(ruleset, {**parts, "clean_water_share": 66}) == [
        ("tỷ lệ giữa `water_households` và `households`, tức 2 trên 3", "sửa lại một trong các số, hoặc bỏ tỷ lệ đi")
    ]
    assert bad_facts(ruleset, {"water_households": 4, "households": 3}) == [
        ("không quá tổng số `households`, tức 3", "")
    ]
    assert bad_facts(ruleset, {"income": {"value": 40, "by": "me"}})
    assert bad_facts(ruleset, {"income": {"value": 40, "bý": "self"}}) == [
        (
            "một giá trị, hoặc một nhóm gồm các khóa `value`, `source`, `as_of`, `by`, `body`, `name`, "
            "`date`, `document`, `note`",
            "không có các khóa `bý`",
        )
    ]


def test_what_province_and_set_fix(lang_son: Ruleset) -> None:
    assert bad_facts(lang_son, {"region": "DNB"}) == [
        ("`TDMNPB`, giá trị `region` của `lang-son`", "bỏ `region` đi"),
    ]


def test_a_whole_problem_reads_as_one_sentence(ruleset: Ruleset) -> None:
    with pytest.raises(ntm.FactError) as caught:
        ntm.assess(ruleset, {"clean_water_share": "99,5", "wages": 91}, unit="Xã Mẫu")
    assert caught.value.text("vi") == (
        "đơn vị `Xã Mẫu`, số liệu `clean_water_share`: nhận được `99,5`, yêu cầu một số; "
        "chỉ ghi số, dùng dấu chấm thập phân, ví dụ `43.2`\n"
        "đơn vị `Xã Mẫu`, số liệu `wages`: nhận được `91`, yêu cầu một số từ 0 đến 90"
    )


# -- arguments, frames, units, sessions --------------------------------------------------------


def vectors(**columns: typing.Any) -> dict[str, typing.Any]:
    return {name: np.asarray(values) for name, values in columns.items()}


FRAMES: dict[str, typing.Any] = {
    "texts for numbers": vectors(income=["43,2"]),
    "texts for flags": vectors(planned=["đạt"]),
    "numbers for texts": vectors(region=[1.5]),
    "dates": pl.DataFrame({"income": [ON]}),
    "dates, lazily": pl.LazyFrame({"income": [ON]}),
    "texts, lazily": pl.LazyFrame({"income": ["43,2"], "planned": ["đạt"]}),
    "objects": {"income": np.array([1.5, {}], object)},
    "no array": {"income": [1.0]},
    "two dimensions": {"income": np.ones((2, 2))},
    "lengths": {"income": np.ones(2), "planned": np.ones(3)},
    "names": {1: np.ones(1)},
    "unknown": vectors(incom=[1.0], zzz=[1.0]),
    "bad values": vectors(income=[-1.0, float("inf")]),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_a_frame(ruleset: Ruleset, name: str) -> None:
    with pytest.raises(NtmRulesError) as caught:
        ntm.frames.assess(ruleset, FRAMES[name])
    in_vietnamese(caught.value)


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_columns_that_are_named(ruleset: Ruleset) -> None:
    frame = vectors(outcome=["a"], code=["a"], income=[40.0])
    with pytest.raises(NtmRulesError) as caught:
        ntm.frames.assess(ruleset, frame, unit_column="mã", keep=("outcome", "ghi chú"))
    in_vietnamese(caught.value)


def test_columns_that_are_missing(ruleset: Ruleset) -> None:
    with pytest.warns(ntm.frames.MissingColumns) as told:
        ntm.frames.assess(ruleset, vectors(income=[40.0]))
    warning = told[0].message
    assert isinstance(warning, ntm.frames.MissingColumns)
    assert warning.text("vi").startswith("không có cột cho ")
    assert english(warning.text("vi")) == []


@pytest.mark.filterwarnings("ignore::ntm_rules.frames.MissingColumns")
def test_rows_and_keys_of_frames(library: Library, ruleset: Ruleset) -> None:
    row = ntm.frames.assess(ruleset, pl.DataFrame({"income": [40.0]}), shape="long").row(0, named=True)
    wrong: list[Callable[[], object]] = [
        lambda: ntm.frames.word(ruleset, {}),
        lambda: ntm.frames.word(ruleset, row | {"content_hash": "ntm1:0"}),
        lambda: ntm.frames.word(ruleset, row | {"detail": ";;;;;"}),
        lambda: ntm.frames.word(ruleset, row | {"indicator": "9.9"}),
        lambda: ntm.frames.to_sql(ruleset, "oracle"),
        *(
            lambda year=year: ntm.frames.assess_mixed(
                library, pl.DataFrame({"năm": [year]}), tier="commune/ntm", on="2024-07-02", year="năm"
            )
            for year in (None, "2024,5")
        ),
        lambda: ntm.frames.assess_mixed(
            library, pl.DataFrame({"ngày": ["hôm qua"]}), tier="commune/ntm", on="ngày", year=2024
        ),
    ]
    for attempt in wrong:
        with pytest.raises(NtmRulesError) as caught:
            attempt()
        in_vietnamese(caught.value)


def refusals(ruleset: Ruleset, library: Library) -> Iterator[Callable[[], object]]:
    session, board = ntm.live.Session(ruleset), ntm.live.Board(ruleset)
    snapshot = session.snapshot()
    yield lambda: session.restore({})
    yield lambda: session.restore(snapshot | {"facts": []})
    yield lambda: session.restore(snapshot | {"outcomes": {**snapshot["outcomes"], "tier": {"": "maybe"}}})
    yield lambda: board.restore(snapshot)
    yield lambda: ntm.live.Session(ruleset, engine="durabel")
    yield lambda: ntm.live.Board(ruleset, capacity=0)
    session.close()
    board.close()
    yield lambda: session.set("income", 1)
    yield lambda: board.set("A", "income", 1)
    yield lambda: ntm.units.merge(library, {})
    yield lambda: ntm.units.merge(library, {"A": {"income": "nhiều"}})
    yield lambda: list(ntm.tables.read("a.csv", library.facts, decimal="dot"))
    yield lambda: ntm.frames.assess(ruleset, vectors(income=[1.0]), shape="tall")
    yield lambda: ntm.frames.assess(ruleset, pl.LazyFrame({"income": [1.0]}), on_bad="raise")
    yield lambda: ntm.frames.assess(ruleset, pl.LazyFrame({"income": [1.0]}), shape="long")
    yield lambda: Scale.of(19, (20,))
    yield lambda: ntm.programme.UnitRecord("A", "commune/ntm", criteria_met=3)
    yield lambda: ntm.programme.UnitRecord("A", "commune/ntm", criteria_met=3, criteria_total=2)
    yield lambda: ntm.programme.progress([ntm.programme.UnitRecord("A", "commune/ntm")] * 2)
    yield lambda: ntm.levels.assess(library, [{"unit": 4}, {"unit": "a", "level": "comune", "parent": "b"}], {}, on=ON)
    yield lambda: ntm.levels.assess(library, [{"unit": "a", "level": "commune", "province": "bak"}], {}, on=ON)
    yield lambda: ntm.levels.assess(library, [{"unit": "a", "level": "commune", "nam": 1}] * 2, {}, on=ON)
    yield lambda: ntm.levels.assess(library, [{"unit": "a", "level": "commune", "parent": "a"}], {}, on=ON)
    yield lambda: ntm.levels.assess(library, [{"unit": "a", "level": "commune"}], {"b": {}}, on=ON)
    yield lambda: workbook.check_rows(workbook.MAX_ROWS)
    yield lambda: workbook.check_rows(workbook.MAX_ROWS, "Bảng")
    yield lambda: workbook.write_cell(None, 0, 0, "x" * (workbook.MAX_TEXT + 1))
    yield lambda: driver.check({f"r{n}": [("==", "x", n)] for n in range(driver.MAX_RULES + 1)}, ())
    yield lambda: driver.check({f"r{n}": [("==", "x", n)] for n in range(driver.MAX_TESTS + 1)}, ())
    yield lambda: driver.check({f"r{n}": [("==", "x", 1)] for n in range(driver.MAX_ENDS + 1)}, ())
    yield lambda: driver.check({f"r{n}": [("==", f"x{n}", 1)] for n in range(driver.MAX_MATCHES + 1)}, ())
    yield lambda: driver.check({"r": []}, ())


def test_what_is_refused(ruleset: Ruleset, library: Library) -> None:
    count = 0
    for attempt in refusals(ruleset, library):
        with pytest.raises(NtmRulesError) as caught:
            attempt()
        in_vietnamese(caught.value)
        count += 1
    assert count > 20


def test_a_value_of_an_argument_is_a_value_error_too() -> None:
    with pytest.raises(ValueError, match="begin between 0 and 19, not at 20") as caught:
        Scale.of(19, (20,))
    assert isinstance(caught.value, NtmRulesError)
    assert caught.value.text("vi") == "các khoảng số tiêu chí bắt đầu trong phạm vi từ 0 đến 19, không phải 20"


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "[NaN]", "[" * 100_000])
def test_a_text_that_is_no_json(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)) as caught:
        json_value(text)
    in_vietnamese(NtmRulesError(json_problem(caught.value)))


def test_a_given_value_that_follows_from_below(fiction: Library) -> None:
    in_vietnamese(FactProblem("A", "x", 2, Message("expected.as_below", value=str(Decimal(1)))))
