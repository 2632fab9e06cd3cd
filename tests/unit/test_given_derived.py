"""A derived category that a caller gives: where it counts, what is said of it, and what it takes the place of."""

import datetime as dt
import pickle
import typing
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules import FactError, Outcome, Ruleset, assess
from ntm_rules.frames.base.columns import missing_columns
from ntm_rules.live import Session
from ntm_rules.verdict.deciding import deciding
from unit.small import OTHER, changed, load

ON = dt.date(2024, 7, 2)


@pytest.fixture(scope="module")
def ruleset(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    """``column`` is NUI where nothing is planned, else the region; income has a cell for each."""
    folder: Path = tmp_path_factory.mktemp("given")
    return load(folder / "rules").compose("commune/ntm", on=ON)


@pytest.fixture(scope="module")
def prior(tmp_path_factory: pytest.TempPathFactory) -> Ruleset:
    """A set that derives nothing and evaluates the other one."""
    other = changed(OTHER.partition('      - no: "2"')[0], "by: act, recognised: recognised", "by: finding")
    folder: Path = tmp_path_factory.mktemp("prior")
    return load(folder / "rules", khac_yaml=other).compose("commune/khac", on=ON)


def test_what_may_be_given_is_told_by_the_ruleset(ruleset: Ruleset) -> None:
    assert [derived.id for derived in ruleset.derived if derived.may_be_given] == ["column"]
    assert "column" not in ruleset.inputs()


def test_the_column_is_given_and_lacks_nothing(ruleset: Ruleset) -> None:
    verdict = assess(ruleset, {"income": 41, "column": "NUI"})
    indicator = verdict.indicators["1.2"]
    assert indicator.outcome is Outcome.MET
    (column, _) = indicator.columns
    assert (column.selector, column.value, column.why, column.row, column.missing) == (
        "column",
        "NUI",
        "given",
        None,
        (),
    )
    assert deciding(verdict, indicator) == ("income", "column")
    failed = assess(ruleset, {"income": 41, "column": "BIEN"})
    (reason,) = (r for r in failed.reasons() if r.indicator == "1.2")
    assert "áp dụng cột BIEN (theo khai báo)" in reason.text()
    assert "column BIEN applies, as stated" in reason.text("en")


def test_what_is_missing_names_no_guard(ruleset: Ruleset) -> None:
    assert set(assess(ruleset, {}).indicators["1.2"].missing) == {"planned", "region", "income"}
    assert assess(ruleset, {"column": "NUI"}).indicators["1.2"].missing == ("income",)
    assert "region" in missing_columns(ruleset, set())
    assert "region" not in missing_columns(ruleset, {"column"})


def test_where_it_is_worked_out_that_is_what_is_said(ruleset: Ruleset) -> None:
    verdict = assess(ruleset, {"income": 41, "planned": False, "column": "NUI"})
    (column, _) = verdict.indicators["1.2"].columns
    assert (column.why, column.row) == ("case", 0)
    assert deciding(verdict, verdict.indicators["1.2"]) == ("income", "planned")
    rest = assess(ruleset, {"income": 41, "planned": True, "region": "BIEN", "column": "BIEN"})
    assert rest.indicators["1.2"].columns[0].why == "else"


def test_what_contradicts_names_value_derivation_and_facts(ruleset: Ruleset) -> None:
    facts = {"planned": True, "region": "NUI", "column": "BIEN"}
    with pytest.raises(FactError) as caught:
        assess(ruleset, facts, "Xã Mẫu")
    (problem,) = caught.value.problems
    assert (problem.fact, problem.value, problem.code) == ("column", "BIEN", "expected.derived")
    assert problem.expected == "`NUI`, which is worked out from `planned = True`, `region = NUI`"
    assert problem.expected_in("vi") == "`NUI`, được xác định từ `planned = True`, `region = NUI`"
    assert problem.hint == "correct one, or leave `column` out"
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_a_region_that_the_province_fixes_is_named_too(tmp_path: Path) -> None:
    ruleset = load(tmp_path / "rules").compose("commune/ntm", on=ON, province="bac")
    with pytest.raises(FactError, match=r"`NUI`, which is worked out from `planned = True`, `region = NUI`"):
        assess(ruleset, {"planned": True, "column": "BIEN"})
    with pytest.raises(FactError, match=r"`NUI`, which is worked out from `region = NUI`"):  # whatever is planned
        assess(ruleset, {"column": "BIEN"})


def test_a_bad_fact_contradicts_nothing(ruleset: Ruleset) -> None:
    def refused(planned: object, region: str) -> list[str]:
        with pytest.raises(FactError) as caught:
            assess(ruleset, typing.cast(typing.Any, {"planned": planned, "region": region, "column": "NUI"}))
        return [problem.fact for problem in caught.value.problems]

    assert refused("không", "BIEN") == ["planned"]  # it may not be planned, which would be NUI
    assert refused(True, "BIEN") == ["column"]
    assert refused(True, "biển") == ["region"]


def test_annotations_and_text_are_kept(ruleset: Ruleset) -> None:
    noted = {"value": "NUI", "source": "Quyết định của tỉnh", "as_of": dt.date(2024, 5, 1), "by": "appraised"}
    verdict = assess(ruleset, {"income": 41, "column": noted})
    assert verdict.facts["column"] == "NUI"
    assert verdict.annotations["column"].source == "Quyết định của tỉnh"
    assert verdict.to_dict()["facts"]["column"]["source"] == "Quyết định của tỉnh"
    assert verdict.with_facts({"income": 39}).indicators["1.2"].outcome is Outcome.NOT_MET
    assert verdict.with_facts({"column": None}).indicators["1.2"].outcome is Outcome.UNDETERMINED
    assert pickle.loads(pickle.dumps(verdict)) == verdict


def test_it_reaches_a_prerequisite_and_has_to_agree_there(prior: Ruleset) -> None:
    good = {"clean_water_share": 90, "income": 47, "planned": True, "literacy": "2", "wages": 20}
    assert prior.derived == ()
    verdict = assess(prior, good | {"column": "BIEN"})
    assert verdict.facts["column"] == "BIEN"
    (leaf,) = verdict.indicators["1"].leaves
    assert leaf.prerequisite is not None
    assert leaf.prerequisite.criteria["1"].outcome is Outcome.MET
    assert leaf.prerequisite.criteria["1"].indicators["1.2"].columns[0].why == "given"
    assert "column" in deciding(assess(prior, good | {"income": 44, "column": "BIEN"}))
    with pytest.raises(FactError) as caught:
        assess(prior, good | {"region": "NUI", "column": "BIEN"})
    assert [problem.fact for problem in caught.value.problems] == ["column"]


def test_a_session_takes_it_like_any_fact(ruleset: Ruleset) -> None:
    with Session(ruleset, {"income": 41}) as session:
        session.set("column", "NUI")
        event = session.history()[-1]
        assert session.verdict.indicators["1.2"].outcome is Outcome.MET
        assert event.facts == ("column",)
        with pytest.raises(FactError):
            session.set_many({"planned": True, "region": "BIEN"})
        assert session.verdict == assess(ruleset, {"income": 41, "column": "NUI"})
        kept = session.snapshot()
        session.set_many({"planned": True, "region": "BIEN", "column": None})
        assert session.verdict.indicators["1.2"].outcome.code == "not_met"
        with pytest.raises(FactError):
            session.set("column", "NUI")
        assert session.restore(kept) == ()
        assert session.verdict == assess(ruleset, {"income": 41, "column": "NUI"})


def test_a_column_of_a_frame_and_of_a_table_in_a_database(ruleset: Ruleset) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"code": ["a", "b", "c"], "income": [41.0, 41.0, 41.0], "column": ["NUI", "BIEN", "DONG"]})
    with pytest.warns(ntm.frames.MissingColumns):
        found = ntm.frames.assess(ruleset, frame, unit_column="code", on_bad="mark")
    assert found["indicator_1.2"].to_list() == [1, 0, 2]
    assert found["bad_facts"].to_list() == [0, 0, 1]
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("communes", frame.to_arrow())
    query = ntm.frames.to_sql(ruleset, "duckdb", columns=["income", "column"])
    rows = connection.sql(f'SELECT "indicator_1.2", bad_facts FROM ({query}) ORDER BY code').fetchall()
    assert rows == [(1, 0), (0, 0), (2, 1)]
    assert ntm.frames.to_sql(ruleset, "duckdb") == ntm.frames.to_sql(ruleset, "duckdb", columns=list(ruleset.inputs()))
