"""Mapping files: a table with names of its own is the same table as one with the ids of facts."""

import datetime as dt
import json
import tempfile
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from cli.test_commands import LAW
from command_line import bundled, invoke
from ntm_rules.frames.files import assess_file
from ntm_rules.rules.read.mappings import read_mapping
from ntm_rules.verdict.faults import Faults
from ntm_rules.yaml.nodes import read_text
from tables.test_cells import FACTS
from tables.test_files_in import KINDS, book, written
from vietnamese import in_vietnamese

NUMBERS = {"4.2": ("share",), "10": ("income",)}
SHARE = "tỷ lệ"


def mapping(text: str) -> ntm.tables.ColumnMapping:
    return read_mapping(read_text(text, "m.yaml"), FACTS, NUMBERS)


def read(path: Path, text: str = "mapping: x", **options: Any) -> list[ntm.tables.UnitFacts]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.tables.TableNote)
        return list(ntm.tables.read(path, FACTS, numbers=NUMBERS, mapping=mapping(text), **options))


def one(folder: Path, column: str, value: object, kind: str = ".csv", more: str = "", **options: Any) -> Any:
    """What a cell below the own column `c` is read as."""
    path = written(folder, kind, [["A", value]], ["unit", "c"])
    (unit,) = read(path, f"mapping: x\n{more}\ncolumns: {{c: {column}}}", **options)
    return unit.facts.get("income", next(iter(unit.facts.values()), None)), unit.judgements


# -- what a column holds -------------------------------------------------------------------------

VALUES = [
    ("income", "43,2", Decimal("43.2")),
    ("Thu nhập bình quân đầu người", "43,2", Decimal("43.2")),
    ("{fact: income, figures_in: nghìn đồng}", "43200", Decimal("43.2")),
    ("{fact: income, figures_in: nghìn đồng}", "43200 nghìn", Decimal("43.2")),
    ("{fact: income, factor: 0.001}", "43200", Decimal("43.2")),
    ("{fact: income, factor: 1.1}", "0,1", Decimal("0.11")),
    ("{fact: income, factor: 123456789012345}", "123456789012345", Decimal(123456789012345**2)),
    ("{fact: share, factor: 100}", "0,825", Decimal("82.5")),
    ("{fact: plan, values: {yes: [Đ1, hoàn tất], no: K1}}", "đ1", True),
    ("{fact: plan, values: {yes: 0, no: 1}}", "0", True),
    ("{fact: plan, values: {yes: Đ1}}", "chưa đạt", False),
    ("{fact: level, values: {'2': [khá, B]}}", "b", "2"),
    ("{fact: region, values: {N: [1, MNPB], S: 2}}", "1", "N"),
    ("{fact: region, values: {missing: chờ}}", "Chờ", None),
]


@pytest.mark.parametrize(("column", "value", "fact"), VALUES)
def test_a_column_is_the_fact_that_it_is_said_to_be(tmp_path: Path, column: str, value: str, fact: object) -> None:
    found, judgements = one(tmp_path, column, value)
    assert (found, judgements) == (fact, ())
    assert type(found) is type(fact)


TYPED = [
    ("{fact: income, figures_in: nghìn đồng}", 43200, Decimal("43.2")),
    ("{fact: income, factor: 0.5}", 3, Decimal("1.5")),
    ("{fact: income, values: {missing: -1}}", -1, None),
    ("{fact: income, values: {missing: -1}}", -2, -2),
    ("{fact: plan, values: {yes: 1, no: 2}}", 2, False),
    ("{fact: region, values: {N: 1, S: 2}}", 2, "S"),
]


@pytest.mark.parametrize("kind", [".json", ".xlsx", ".parquet"])
@pytest.mark.parametrize(("column", "value", "fact"), TYPED)
def test_numbers_may_be_own_words(tmp_path: Path, kind: str, column: str, value: int, fact: object) -> None:
    assert one(tmp_path, column, value, kind)[0] == fact


def test_figures_are_written_without_an_exponent(tmp_path: Path) -> None:
    assert str(one(tmp_path, "{fact: income, factor: 1000}", "43,2")[0]) == "43200"


def test_the_words_of_a_column_come_first(tmp_path: Path) -> None:
    assert one(tmp_path, "{fact: plan, values: {no: K}}", "K", more="values: {yes: K}")[0] is False


def test_a_number_that_is_far_too_large_is_no_word() -> None:
    own = mapping("mapping: x\nvalues: {missing: -1}\ncolumns: {t: income}")
    huge = Decimal("1e999999999")
    assert ntm.tables.read_facts({"t": huge}, FACTS, mapping=own).facts == {"income": huge}


def test_a_percentage_of_a_spreadsheet_is_not_multiplied(tmp_path: Path) -> None:
    def as_percentage(_: object, sheet: Any) -> None:
        sheet["B2"].number_format = "0.0%"

    path = book(tmp_path, [["unit", "c"], ["A", 0.825]], as_percentage)
    with pytest.raises(ntm.FactError, match=r"got `82\.5%`"):
        read(path, "mapping: x\ncolumns: {c: {fact: share, factor: 100}}")


@pytest.mark.parametrize("text", ["82,5%", "82,5 phần trăm"])
def test_a_figure_that_is_multiplied_has_no_unit_behind_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(ntm.FactError, match="a number such as"):
        one(tmp_path, "{fact: share, factor: 100}", text)


def test_words_of_all_columns_mean_yes_and_no_where_these_are_looked_for(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "1", "1", "?"], ["B", "0", "0", "43"]], ["unit", "p", "households", "t"])
    first, second = read(path, "mapping: x\nvalues: {yes: '0', no: '1', missing: '?'}\ncolumns: {p: plan, t: income}")
    assert first.facts == {"plan": False, "households": 1}
    assert second.facts == {"plan": True, "households": 0, "income": 43}


JUDGED = [
    ("{judgement: '4.2'}", "đạt", ("met", "other")),
    ("{judgement: '4.2', body: district, values: {no: KĐ}}", "kđ", ("not_met", "district")),
    ("{judgement: '4.2', body: commune, values: {yes: 1}}", "1", ("met", "commune")),
]


@pytest.mark.parametrize(("column", "value", "judged"), JUDGED)
def test_a_column_may_hold_judgements(tmp_path: Path, column: str, value: str, judged: tuple[str, str]) -> None:
    fact, (judgement,) = one(tmp_path, column, value)
    assert fact is None
    assert (judgement.no, judgement.outcome.code, judgement.body.value) == ("4.2", *judged)


def test_what_is_said_of_a_judgement_has_a_column_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "kad", "xã không có"]], ["unit", "a", "b"])
    (unit,) = read(
        path,
        "mapping: x\nvalues: {not_applicable: KAD}\n"
        "columns: {a: {judgement: 10, body: province}, b: {judgement: 10, body: province, detail: note}}",
    )
    assert [(j.outcome.code, j.note) for j in unit.judgements] == [("not_applicable", "xã không có")]


# -- the rest of a file --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_unit_codes_kept_and_ignored_columns(tmp_path: Path, kind: str) -> None:
    code = "61" if kind == ".csv" else 61
    path = written(tmp_path, kind, [[code, "Xã A", "x", "1,234"]], ["Mã-Xã", "ten", "nguoi_nhap", "t"])
    text = "mapping: x\nunit: ma xa\nunit_width: 5\nkeep: ten\nignore: Người nhập\ndecimal: comma\ncolumns: {T: income}"
    (unit,) = read(path, text)
    assert (unit.unit, unit.facts, unit.kept) == ("00061", {"income": Decimal("1.234")}, {"ten": "Xã A"})


def test_what_is_said_by_hand_goes_before_the_mapping(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["1", "2", "1,234", "z"]], ["a", "b", "t", "k"])
    text = "mapping: x\nunit: a\nunit_width: 5\ndecimal: comma\nkeep: k\nignore: a\ncolumns: {t: income}"
    with pytest.raises(ntm.RulesetError, match="`a` is there twice"):
        read(path, text)
    (unit,) = read(path, text.replace("ignore: a", "ignore: b"), unit_column="b", keep=["a"], unit_width=3)
    assert (unit.unit, unit.kept, unit.facts) == ("002", {"a": "1", "k": "z"}, {"income": Decimal("1.234")})


def test_columns_that_the_table_has_not_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "1"]], ["unit", "income"])
    with pytest.warns(ntm.tables.TableNote, match="2 in all: `p`, `k`"):
        (unit,) = ntm.tables.read(path, FACTS, mapping=mapping("mapping: x\nkeep: k\ncolumns: {p: plan}"))
    assert unit.facts == {"income": 1}


def test_a_column_that_is_not_in_the_mapping_is_still_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", [["A", "1"]], ["unit", "lạ"])
    with pytest.raises(ntm.TableError, match="`lạ` is neither the unit nor a fact"):
        read(path, "mapping: x\ncolumns: {p: plan}")


# -- law: own names change nothing ---------------------------------------------------------------

OWN = st.text("abcđêxyz_0123456789", min_size=3, max_size=8).map(lambda text: f"cột {text}")
WORDS: dict[str, dict[Any, str]] = {
    "plan": {True: "Ừ", False: "Không phải"},
    "level": {"0": "kém", "3": "tốt"},
    "region": {"N": "bắc", "S": "nam"},
}
HELD = st.sampled_from(["plan", "level", "region", "income", "share", "households"])
FACTORS = st.sampled_from(["0.001", "1000", "0.01", "100", "0.25", "3"])


def as_own(fact: str, value: Any, factor: str) -> tuple[Any, Any]:
    """A value with the id of its fact as column, and with a column of one's own."""
    if value is None:
        return None, "chờ"
    if fact in WORDS:
        return value, WORDS[fact][value]
    return str(Decimal(value) * Decimal(factor)), str(value)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[str], str, list[list[Any]], list[list[Any]]]:
    facts = draw(st.lists(HELD, min_size=1, unique=True))
    names = draw(st.lists(OWN, min_size=len(facts), max_size=len(facts), unique_by=lambda n: n.replace("_", " ")))
    factors = [draw(FACTORS) for _ in facts]
    said = []
    for name, fact, factor in zip(names, facts, factors, strict=True):
        column: dict[str, Any] = {"fact": fact, "values": {"missing": "chờ"}}
        if fact in WORDS:
            meant = {"plan": {True: "yes", False: "no"}}.get(fact, {value: value for value in WORDS[fact]})
            column["values"] |= {meant[value]: word for value, word in WORDS[fact].items()}
        else:
            column["factor"] = factor
        said.append((name, column))
    plain, own = [], []
    for number in range(draw(st.integers(1, 4))):
        values = [
            draw(st.none() | (st.sampled_from(sorted(WORDS[f], key=str)) if f in WORDS else st.integers(0, 5000)))
            for f in facts
        ]
        pairs = [as_own(f, v, factor) for f, v, factor in zip(facts, values, factors, strict=True)]
        plain.append([f"X{number}", *(pair[0] for pair in pairs)])
        own.append([f"X{number}", *(pair[1] for pair in pairs)])
    return facts, names, json.dumps({"mapping": "x", "columns": dict(said)}), plain, own


@settings(max_examples=30)
@given(tables(), st.sampled_from([".csv", ".jsonl", ".xlsx"]))
def test_a_table_with_own_names_is_the_table_with_ids(
    made: tuple[list[str], list[str], str, list[list[Any]], list[list[Any]]], kind: str
) -> None:
    facts, names, text, plain, own = made
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = [(u.unit, u.facts) for u in read(written(folder, kind, plain, ["unit", *facts]), decimal="point")]
        found = [(u.unit, u.facts) for u in read(written(folder, kind, own, ["unit", *names]), text, decimal="point")]
    assert found == wanted


# -- whole files at once -------------------------------------------------------------------------


def test_files_read_by_columns_take_it_alike(tmp_path: Path) -> None:
    ruleset = bundled().compose("commune/ntm", on=dt.date(2024, 7, 2))
    head = ["unit", "t", "s", "p", "d"]
    rows = [["A", 43200, 0.9, 1, "1"], ["B", 52000, 0.5, 2, "9"], ["C", -1, None, 2, ""]]
    path = tmp_path / "m.yaml"
    path.write_text(
        "mapping: x\nvalues: {missing: -1}\ncolumns:\n"
        "  t: {fact: income_per_capita, figures_in: nghìn đồng}\n  s: {fact: irrigated_share, factor: 100}\n"
        "  p: {fact: commune_plan_current, values: {yes: 1, no: 2}}\n"
        "  d: {fact: planning_rules_applied, values: {no: 9}}\n"
    )
    own = bundled().mapping(path, ruleset)
    frames = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ntm.tables.TableNote)
        for kind in (".parquet", ".csv"):
            (batch,) = assess_file(
                Faults(ruleset), written(tmp_path, kind, rows, head), bundled().facts, mapping=own, decimal="point"
            )
            frames.append(batch.found)
    by_columns, by_rows = frames
    assert by_columns.equals(by_rows)
    outcomes = [ntm.Outcome(code).code for code in by_columns["outcome"]]
    assert outcomes == ["undetermined", "not_met", "not_met"]
    assert isinstance(by_columns, pl.DataFrame)


def test_a_word_that_is_none_in_a_column_of_numbers_is_an_error(tmp_path: Path) -> None:
    ruleset = bundled().compose("commune/ntm", on=dt.date(2024, 7, 2))
    text = "mapping: x\ncolumns: {p: {fact: commune_plan_current, values: {yes: 1, no: 2}}}"
    own = read_mapping(read_text(text, "m"), bundled().facts, None)
    path = written(tmp_path, ".parquet", [["A", 1], ["B", 7]], ["unit", "p"])
    faults = Faults(ruleset)
    list(assess_file(faults, path, bundled().facts, mapping=own))
    with pytest.raises(ntm.FactError, match="unit `B`"):
        faults.stop()


# -- what is wrong with a file -------------------------------------------------------------------

FAULTS = [
    ("mapping: x\ncolumns: {a: incom}", "2:14 fact.unknown `incom` `income`"),
    ("mapping: x\ncolumns: {a: Thu nhập bình quân đầu ngừi}", "fact.unknown Thu nhập bình quân đầu người"),
    ("columns: {a: income}", "1:1 key.missing `mapping`"),
    ("mapping: x\ncolums: {a: income}", "2:1 key.unknown columns"),
    ("mapping: x\ncolumns: {a: {fact: income, faktor: 2}}", "2:29 key.unknown factor"),
    ("mapping: x\ncolumns: {a: {factor: 2}}", "2:14 mapping.column `fact` and `judgement`"),
    ("mapping: x\ncolumns: {a: {fact: income, judgement: 10}}", "2:14 mapping.column"),
    ("mapping: x\ncolumns: {a: {judgement: '9.9'}}", "2:26 mapping.number `9.9` 4.2"),
    ("mapping: x\ncolumns: {a: {judgement: 10, body: xa}}", "2:36 value.unknown `xa` commune"),
    ("mapping: x\ncolumns: {a: {judgement: 10, factor: 2}}", "2:30 mapping.beside `factor`"),
    ("mapping: x\ncolumns: {a: {fact: income, detail: note}}", "2:29 mapping.beside `detail`"),
    ("mapping: x\ncolumns: {a: {fact: income, figures_in: ha}}", "2:41 mapping.figures `ha` triệu đồng"),
    ("mapping: x\ncolumns: {a: {fact: income, factor: 0}}", "2:37 mapping.figures `0`"),
    ("mapping: x\ncolumns: {a: {fact: income, factor: 1e99}}", "2:37 value.digits"),
    ("mapping: x\ncolumns: {a: {fact: income, factor: 2, figures_in: đồng}}", "2:29 mapping.figures only one"),
    ("mapping: x\ncolumns: {a: {fact: plan, factor: 2}}", "2:27 mapping.figures `plan`"),
    ("mapping: x\ncolumns: {a: income, b: income}", "2:25 mapping.twice `a` and `b` `income`"),
    ("mapping: x\ncolumns: {a: {judgement: 10}, b: {judgement: 10}}", "mapping.twice `a` and `b` `10`"),
    ("mapping: x\ncolumns: {thu_nhap: income, Thu nhập: plan}", "2:29 mapping.twice `Thu nhập` `thu_nhap`"),
    ("mapping: x\nunit: a\ncolumns: {a: income}", "3:11 mapping.twice `a`"),
    ("mapping: x\nignore: [a, A]", "2:13 mapping.twice `A`"),
    ("mapping: x\nvalues: {yes: [Đ, K], no: [đ]}", "2:28 mapping.word `đ` `yes` `no`"),
    ("mapping: x\nvalues: {maybe: Đ}", "2:10 value.unknown `maybe` yes"),
    ("mapping: x\ncolumns: {a: {fact: income, values: {yes: Đ}}}", "value.unknown `yes`"),
    ("mapping: x\ncolumns: {a: {fact: region, values: {E: 1}}}", "value.unknown `E` N"),
    ("mapping: x\nunit_width: 21", "2:13 mapping.width 21"),
    ("mapping: x\nunit_width: ba", "2:13 value.integer ba"),
    ("mapping: x\ndecimal: dot", "2:10 value.unknown `dot` point"),
    ("mapping: !!python/object:os.system x", "yaml.tag"),
    ("[a]", "1:1 shape.mapping"),
    ("mapping: x\ncolumns: []", "2:10 shape.mapping `columns`"),
]


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_a_fault_is_told_at_its_place(text: str, said: str) -> None:
    with pytest.raises(ntm.RulesetError) as caught:
        mapping(text)
    (problem,) = caught.value.diagnostics
    in_vietnamese(caught.value)
    told = f"{problem.line}:{problem.column} {problem.code} {problem.text()}"
    for word in said.split():
        assert word in told, told


def test_all_faults_come_together_in_the_order_of_the_file() -> None:
    with pytest.raises(ntm.RulesetError) as caught:
        mapping("mapping: x\nignore: [a, a]\nunit_width: 99\ncolumns:\n  a: incom\n  b: {factor: 1}")
    assert [(d.line, d.code) for d in caught.value.diagnostics] == [
        (2, "mapping.twice"),
        (2, "mapping.twice"),
        (3, "mapping.width"),
        (5, "fact.unknown"),
        (6, "mapping.column"),
    ]


def test_a_title_of_several_facts_has_to_be_told_apart() -> None:
    twins = dict.fromkeys(("income",), FACTS["income"]) | {"other": FACTS["debt"]}
    twins["other"] = type(FACTS["income"])("other", FACTS["income"].type, FACTS["income"].title, FACTS["income"].unit)
    text = "mapping: x\ncolumns: {a: Thu nhập bình quân đầu người}"
    with pytest.raises(ntm.RulesetError, match="one of the ids `income`, `other`"):
        read_mapping(read_text(text, "m"), twins, None)


# -- the command line ----------------------------------------------------------------------------


def test_commands_take_a_mapping_file(tmp_path: Path) -> None:
    table, own = tmp_path / "u.csv", tmp_path / "m.yaml"
    table.write_text("ma_xa,ten,thu_nhap,d,bo\n61,Xã A,43200,KĐ,x\n")
    own.write_text(
        "mapping: phần mềm\nunit: ma_xa\nunit_width: 5\nkeep: ten\nignore: bo\nvalues: {no: KĐ}\n"
        "columns: {thu_nhap: {fact: income_per_capita, figures_in: nghìn đồng}, d: {judgement: '4.2', body: district}}"
    )
    done = invoke("assess", table, *LAW, "--mapping", own, "--format", "jsonl")
    verdict = json.loads(done.stdout)
    assert (verdict["unit"], verdict["facts"]) == ("00061", {"income_per_capita": "43.2"})
    assert [(j["no"], j["outcome"], j["body"]) for j in verdict["judgements"]] == [("4.2", "not_met", "district")]
    rows = invoke("assess", table, *LAW, "--mapping", own, "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("unit,ten,outcome")
    assert rows[1].startswith("00061,Xã A,not_met")
    told = invoke(
        "assess", table, *LAW, "--mapping", own, "--format", "jsonl", "--explain-reading", "--lang", "vi"
    ).stderr
    assert "`thu_nhap`: số liệu `income_per_capita`" in told
    assert "`d`: kết quả đánh giá" in told


def test_a_judgement_that_a_command_does_not_read_is_named_by_its_number(tmp_path: Path) -> None:
    table, own = tmp_path / "u.csv", tmp_path / "m.yaml"
    table.write_text("unit,d\nA,x\n")
    own.write_text("mapping: x\ncolumns: {d: {judgement: '4.2'}}")
    done = invoke("explain", table, "--unit", "B", *LAW, "--mapping", own, "--lang", "vi")
    assert done.exit_code == 2
    assert "cột `d`" in done.stderr
    assert "cột đánh giá" in done.stderr


def test_a_faulty_mapping_file_is_told_with_its_place(tmp_path: Path) -> None:
    table, own = tmp_path / "u.csv", tmp_path / "m.yaml"
    table.write_text("unit,d\nA,x\n")
    own.write_text("mapping: x\ncolumns: {d: incom_per_capita}")
    done = invoke("assess", table, *LAW, "--mapping", own, "--lang", "vi")
    assert done.exit_code == 2
    assert f"{own}:2:14: lỗi[fact.unknown]" in done.stderr
    assert "`income_per_capita`" in done.stderr
