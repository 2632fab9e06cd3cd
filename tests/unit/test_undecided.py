"""Facts that may still grow by what is undecided, through the front door; outcomes are in the conformance cases."""

import datetime as dt
import json
import typing
import warnings
from importlib import resources
from pathlib import Path

import jsonschema
import polars as pl
import pytest

import ntm_rules as ntm
from ntm_rules import FactError, Library, Ruleset, RulesetError, assess
from ntm_rules.frames import MissingColumns
from ntm_rules.model.canonical import from_canonical, to_canonical
from ntm_rules.verdict.deciding import deciding
from unit.small import BASE, FACTS, changed, codes, load, problems

ON = dt.date(2024, 7, 2)
SHARE = "ratio: {part: water_households, whole: households}\n"
OPEN = "  open: {title: {vi: Hộ chưa rõ, en: Not known}, type: count, unit: million}\n"
GROWING = changed(FACTS, SHARE, f"{SHARE}    undecided: open\n") + OPEN
OPEN_ONE = {"water_households": 7, "households": 10, "open": 1}


def library(folder: Path, facts: str = GROWING) -> Library:
    return load(folder, facts_yaml=facts)


@pytest.fixture
def ruleset(tmp_path: Path) -> Ruleset:
    return library(tmp_path).compose("commune/ntm", on=ON)


def test_it_is_read_right_after_the_share_and_its_parts(ruleset: Ruleset) -> None:
    assert list(ruleset.inputs())[:4] == ["clean_water_share", "water_households", "households", "open"]
    assert ruleset.inputs()["clean_water_share"].undecided == "open"


def test_it_is_in_the_hash_only_where_it_stands(tmp_path: Path, ruleset: Ruleset) -> None:
    plain = load(tmp_path / "plain").compose("commune/ntm", on=ON)
    assert plain.content_hash != ruleset.content_hash
    assert "undecided" not in json.dumps(to_canonical(plain))
    again = from_canonical(to_canonical(ruleset))
    assert again.content_hash == ruleset.content_hash
    assert assess(again, OPEN_ONE).codes == assess(ruleset, OPEN_ONE).codes


def test_words_say_what_is_not_decided(ruleset: Ruleset) -> None:
    (reason,) = (r for r in assess(ruleset, OPEN_ONE).reasons() if r.indicator == "1.1")
    assert [code.value for code in reason.codes] == ["fact_missing"]
    assert "70%, còn có thể tăng (hộ chưa rõ: 1 triệu xu), cần từ 80%" in reason.text("vi")
    assert "70%, may still grow (not known: 1 million xu), at least 80% needed" in reason.text("en")


def test_the_leaf_has_the_value_and_what_is_open(ruleset: Ruleset) -> None:
    leaf = assess(ruleset, OPEN_ONE).indicators["1.1"].single
    assert leaf is not None
    assert (leaf.actual, leaf.margin, leaf.undecided) == (70, None, 1)
    verdict = assess(ruleset, {**OPEN_ONE, "water_households": 6})
    leaf = verdict.indicators["1.1"].single
    assert leaf is not None
    assert (leaf.outcome.code, leaf.margin, leaf.part_change, leaf.undecided) == ("not_met", -20, 2, 1)
    assert assess(ruleset, {**OPEN_ONE, "open": 0}).indicators["1.1"].leaves[0].undecided is None


def test_json_has_it_and_follows_the_schema(ruleset: Ruleset) -> None:
    text = resources.files("ntm_rules").joinpath("schemas", "verdict-2.json").read_text(encoding="utf-8")
    data = assess(ruleset, OPEN_ONE).to_dict()
    jsonschema.Draft202012Validator(json.loads(text)).validate(data)
    found = [i for c in data["criteria"] for i in c["indicators"]]
    assert [leaf.get("undecided") for leaf in found if "op" in leaf][:2] == ["1", None]


def test_no_room_for_it_is_said_with_the_rest(ruleset: Ruleset) -> None:
    with pytest.raises(FactError, match=r"`open`: got `4`, expected at most the rest .*`households`.*, 3"):
        assess(ruleset, {**OPEN_ONE, "open": 4})


def test_no_room_for_one_more_than_there_are(ruleset: Ruleset) -> None:
    facts = {"water_households": 0, "households": 99, "open": 99}
    assert assess(ruleset, facts).indicators["1.1"].outcome.code == "undetermined"
    with pytest.raises(FactError, match="`open`: got `100`"):
        assess(ruleset, {**facts, "open": 100})


def test_a_session_follows_it(ruleset: Ruleset) -> None:
    with ntm.live.Session(ruleset, {**OPEN_ONE, "open": None}) as session:
        heard: list[tuple[str, str, tuple[str, ...]]] = []
        session.on_change(lambda e: heard.append((e.no, e.new.code, e.facts)))
        session.set("open", 1)
        session.set("water_households", 8)
        session.clear("open")
        assert [h for h in heard if h[0] == "1.1"] == [
            ("1.1", "undetermined", ("open",)),
            ("1.1", "met", ("water_households",)),
        ]
        with pytest.raises(FactError, match="`open`"):
            session.set("open", 3)
        assert session.verdict == assess(ruleset, {"water_households": 8, "households": 10})


def test_what_decides_names_it_even_where_it_is_not_given(ruleset: Ruleset) -> None:
    verdict = assess(ruleset, {"water_households": 7, "households": 10})
    assert deciding(verdict, verdict.indicators["1.1"]) == ("water_households", "households", "open")


def test_a_frame_without_its_column_misses_nothing(ruleset: Ruleset) -> None:
    columns = {fact.id: pl.Series([None], dtype=pl.Float64) for fact in ruleset.inputs().values() if fact.type.numeric}
    named = {n: pl.Series([None], dtype=pl.String if n != "planned" else pl.Boolean) for n in ruleset.inputs()}
    frame = pl.DataFrame({**named, **columns, "water_households": [7.0], "households": [10.0]})
    for table in (frame.drop("open"), frame.drop("open").lazy()):
        with warnings.catch_warnings():
            warnings.simplefilter("error", MissingColumns)
            found = ntm.frames.assess(ruleset, table)
        found = found.collect() if isinstance(found, pl.LazyFrame) else found
        assert found["indicator_1.1"].to_list() == [0]


def test_it_does_not_carry_on_where_a_number_is_worked_out(tmp_path: Path) -> None:
    derived = changed(BASE, "derive:\n", "derive:\n  least: {min_of: [clean_water_share]}\n")
    derived = changed(derived, "{fact: clean_water_share,", "{fact: least,")
    (found,) = problems(tmp_path, facts_yaml=GROWING, ntm_yaml=derived)
    assert found.code == "fact.undecided"
    assert "`clean_water_share`" in found.message


def test_a_guard_may_compare_it(tmp_path: Path) -> None:
    guard = changed(
        BASE, '{fact: planned, equals: "false", evidence', '{fact: clean_water_share, at_most: "50", evidence'
    )
    ruleset = load(tmp_path, facts_yaml=GROWING, ntm_yaml=guard).compose("commune/ntm", on=ON)
    facts: dict[str, typing.Any] = {"households": 10, "income": 41, "region": "BIEN"}
    for part, open_, outcome in ((4, 1, "met"), (4, 2, "undetermined"), (6, 2, "not_met")):
        verdict = assess(ruleset, {**facts, "water_households": part, "open": open_})
        assert verdict.indicators["1.2"].outcome.code == outcome


def test_a_part_that_grows_and_its_share_grow_alike(tmp_path: Path) -> None:
    both = changed(GROWING, "water_households: {", "water_households: {undecided: open, ")
    assert library(tmp_path, both).facts["water_households"].undecided == "open"
    wrong = changed(both, "    undecided: open\n", "")
    with pytest.raises(RulesetError) as caught:
        library(tmp_path / "wrong", wrong)
    assert codes(caught.value.diagnostics) == ["fact.undecided"]
