"""Two provinces in one library, each with facts, units of measurement and derived facts of its own."""

# ruff: noqa: E501 - a fact a line

import datetime as dt
import json
import re
from pathlib import Path

import polars as pl
import pytest

import ntm_rules as ntm
from ntm_rules import FactError, Library, Outcome, Ruleset, TableError
from ntm_rules.rules.folders import bundled_folder, rule_paths
from unit.small import PROVINCES, changed, codes, load, overlay, problems

ON = dt.date(2024, 7, 2)
FACTS_OF_BAC = """\
level: commune
province: bac
facts:
  zone: {title: {vi: Khu vực của tỉnh}, type: category, values: {cao: {vi: Vùng cao}, thap: {vi: Vùng thấp}}}
  tea_share: {title: {vi: Tỷ lệ chè đạt chuẩn}, type: percent, ratio: {part: tea_good, whole: tea_all}}
  tea_good: {title: {vi: Chè đạt chuẩn}, type: count, unit: ta, consistency: {part_of: [tea_all]}}
  tea_all: {title: {vi: Chè}, type: count, unit: ta}
"""
FACTS_OF_NAM = """\
level: commune
province: nam
facts:
  zone: {title: {vi: Khu vực của tỉnh}, type: category, values: {bien: {vi: Ven biển}, dong: {vi: Đồng bằng}}}
  tea_all: {title: {vi: Người làm chè}, type: count, unit: ta}
"""
DERIVED = """\
derive:
  band: {{title: {{vi: Nhóm}}, case: [{{when: {{fact: zone, equals: {0}, evidence: official}}, then: {0}}}], else: khac}}
"""
BY_BAND = '{{replace: "2.4", require: {{fact: wages, at_least: {{by: [band], cells: {{{0}: "20", khac: "40"}}}}, evidence: official}}}}'
TEA = '{add: {criterion: "1", indicator: {no: "1.9", title: {vi: Chè}, require: {fact: tea_share, at_least: "50", evidence: official}}}}'
MANY = '{add: {criterion: "1", indicator: {no: "1.9", title: {vi: Người làm chè}, require: {fact: tea_all, at_least: "9", evidence: official}}}}'
BAC = {
    "bac/facts.yaml": FACTS_OF_BAC,
    "bac/measures.yaml": "province: bac\nmeasures: {ta: {vi: tạ}}\n",
    "bac/ntm.yaml": overlay("bac", "3/QD", "2023-01-01", BY_BAND.format("cao"), TEA, more=DERIVED.format("cao")),
}
NAM = {
    "nam/facts.yaml": FACTS_OF_NAM,
    "nam/measures.yaml": "province: nam\nmeasures: {ta: {vi: người}}\n",
    "nam/ntm.yaml": overlay("nam", "3/QD", "2023-01-01", BY_BAND.format("bien"), MANY, more=DERIVED.format("bien")),
}


@pytest.fixture
def both(tmp_path: Path) -> Library:
    return load(tmp_path / "rules", **BAC, **NAM)


def of(library: Library, province: str | None) -> Ruleset:
    return library.compose("commune/ntm", on=ON, province=province)


def outcome(ruleset: Ruleset, no: str, **facts: object) -> Outcome:
    return ntm.assess(ruleset, facts).indicators[no].outcome


def test_the_same_ids_mean_what_each_province_says(both: Library) -> None:
    bac, nam = of(both, "bac"), of(both, "nam")
    assert outcome(bac, "2.4", zone="cao", wages=30) is Outcome.MET
    assert outcome(nam, "2.4", zone="dong", wages=30) is Outcome.NOT_MET
    with pytest.raises(FactError, match="`bien`"):
        ntm.assess(bac, {"zone": "bien"})
    assert (bac.fact_by_id["tea_all"].unit, nam.fact_by_id["tea_all"].unit) != (None, None)
    assert [r.fact_by_id["tea_all"].unit.title.vi for r in (bac, nam) if r.fact_by_id["tea_all"].unit] == [
        "tạ",
        "người",
    ]
    assert outcome(bac, "1.9", tea_good=1, tea_all=2) is Outcome.MET
    assert outcome(nam, "1.9", tea_all=8) is Outcome.NOT_MET


@pytest.mark.parametrize("province", ["bac", "nam"])
def test_what_stands_beside_it_changes_no_hash(both: Library, tmp_path: Path, province: str) -> None:
    alone = load(tmp_path / "alone", **(BAC if province == "bac" else NAM))
    assert of(both, province).content_hash == of(alone, province).content_hash
    assert of(both, province) == of(alone, province)


def test_the_national_set_does_not_know_them(both: Library, tmp_path: Path) -> None:
    plain = load(tmp_path / "plain")
    assert of(both, None).content_hash == of(plain, None).content_hash
    with pytest.raises(FactError, match="zone"):
        ntm.assess(of(both, None), {"zone": "cao"})


def test_the_library_names_them_with_their_province(both: Library) -> None:
    assert {"bac.zone", "nam.zone", "bac.tea_all", "nam.tea_all", "income"} <= both.facts.keys()
    assert "zone" not in both.facts
    ratio = both.facts["bac.tea_share"].ratio
    assert ratio is not None
    assert (ratio.part, ratio.whole) == ("bac.tea_good", "bac.tea_all")
    says = both.facts["bac.tea_good"].consistency
    assert says is not None
    assert says.part_of == ("bac.tea_all",)
    assert both.facts_of("bac")["zone"].values == ("cao", "thap")
    assert both.facts_of("Nam")["zone"].values == ("bien", "dong")
    assert both.facts_of(None) == {name: fact for name, fact in both.facts.items() if "." not in name}


# -- data -----------------------------------------------------------------------------------------


def test_data_may_name_the_province(both: Library) -> None:
    """What is of another province is left aside, as every fact that no rule reads."""
    bac, facts = of(both, "bac"), {"bac.zone": "cao", "nam.zone": "bien", "wages": 30}
    verdict = ntm.assess(bac, facts)
    assert verdict.indicators["2.4"].outcome is Outcome.MET
    assert ntm.assess(of(both, "nam"), facts).indicators["2.4"].outcome is Outcome.MET
    assert json.loads(verdict.to_json())["facts"].keys() == {"zone", "wages"}
    session = ntm.live.Session(bac)
    session.set_many({"bac.zone": "cao", "wages": 30})
    assert session.verdict.indicators["2.4"].outcome is Outcome.MET
    with pytest.raises(FactError, match=r"bac\.zone"):
        ntm.assess(bac, {"bac.zone": "cao", "zone": "cao"})
    with pytest.raises(FactError, match=r"bac\.zoen"):
        ntm.assess(bac, {"bac.zoen": "cao"})
    given = ntm.assess(bac, {"bac.band": "cao", "wages": 30})  # a derived one that may be given
    assert given.indicators["2.4"].outcome is Outcome.MET


@pytest.mark.parametrize("header", ["zone", "bac.zone", "Khu vực của tỉnh"])
def test_columns_of_a_file(both: Library, tmp_path: Path, header: str) -> None:
    bac, path = of(both, "bac"), tmp_path / "xa.csv"
    path.write_text(f"Xã,{header},wages\nA,vung cao,30\n", encoding="utf-8")
    for catalogue in (bac, both.facts_for(bac)):
        (unit,) = ntm.tables.read(path, catalogue)
        assert ntm.assess(bac, unit.facts).indicators["2.4"].outcome is Outcome.MET


def test_columns_of_two_provinces_in_one_file(both: Library, tmp_path: Path) -> None:
    path = tmp_path / "xa.csv"
    path.write_text("Xã,bac.zone,nam.zone,wages\nA,vung cao,,30\nB,,ven bien,30\n", encoding="utf-8")
    first, second = (unit.facts for unit in ntm.tables.read(path, both.facts))
    assert ntm.assess(of(both, "bac"), first).indicators["2.4"].outcome is Outcome.MET
    assert ntm.assess(of(both, "nam"), second).indicators["2.4"].outcome is Outcome.MET
    known = both.facts_for(of(both, "bac"), of(both, "nam"))
    assert "zone" not in known  # each of the two means another fact
    assert {"bac.zone", "nam.zone"} <= known.keys()


@pytest.mark.filterwarnings("ignore:Local categoricals")  # the oldest Polars, of frames that are put together
def test_columns_of_frames_have_short_ids(both: Library) -> None:
    frame = pl.DataFrame({"province": ["bac", "nam"], "zone": ["cao", "dong"], "wages": [30, 30]})
    with pytest.warns(ntm.frames.MissingColumns):
        found = ntm.frames.assess_mixed(both, frame, tier="commune/ntm", on=ON, province="province", keep=["province"])
    assert dict(zip(found["province"], found["indicator_2.4"], strict=True)) == {"bac": 1, "nam": 0}
    with pytest.raises(TableError) as caught:
        ntm.frames.assess(of(both, "bac"), frame.rename({"zone": "bac.zone"}), keep=["province"])
    assert "`zone`" in caught.value.diagnostics[0].hint
    sql = ntm.frames.to_sql(of(both, "bac"), "duckdb", table="xa", unit_column="xa", columns=["zone", "wages"])
    assert '"zone"' in sql


# -- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "code", "words", "hint"),
    [
        ({"bac/facts.yaml": changed(FACTS_OF_BAC, "  zone:", "  area:")}, "fact.duplicate", "`area` is a fact of the whole country", "another id"),
        ({"bac/more.yaml": "province: bac\nfacts: {zone: {title: {vi: a}, type: boolean}}\n"}, "fact.duplicate", "in two files", "`province`"),
        ({"bac/facts.yaml": changed(FACTS_OF_BAC, "province: bac", "province: bca")}, "province.unknown", "`bca`", "`bac`"),
        ({"bac/measures.yaml": "province: bac\nmeasures: {ta: {vi: tạ}, million: {vi: tạ}}\n"}, "unit.duplicate", "`million`", "`province`"),
        ({"bac/facts.yaml": changed(FACTS_OF_BAC, "whole: tea_all", "whole: tea")}, "fact.unknown", "`tea`", "tea_all"),
        ({"nam/facts.yaml": changed(FACTS_OF_NAM, "  zone:", "  khu:")}, "fact.unknown", "`zone`", ""),
        ({"bac/ntm.yaml": changed(BAC["bac/ntm.yaml"], "  band:", "  zone:")}, "fact.duplicate", "`zone`", "another id"),
    ],
)  # fmt: skip
def test_what_is_wrong(tmp_path: Path, files: dict[str, str], code: str, words: str, hint: str) -> None:
    found = problems(tmp_path / "rules", **{**BAC, **NAM, **files})
    assert any(d.code == code and words in d.message and hint in d.hint and d.line for d in found), found


def test_units_of_two_files_that_say_the_same_are_one(tmp_path: Path) -> None:
    assert problems(tmp_path / "same", more_yaml="measures: {million: {vi: triệu xu, en: million xu}}\n") == ()
    assert codes(problems(tmp_path / "other", more_yaml="measures: {million: {vi: tỷ xu}}\n")) == ["unit.duplicate"]


# -- Vietnamese suffices, regions are inherited ---------------------------------------------------


def test_a_title_in_vietnamese_stands_for_both(both: Library) -> None:
    verdict = ntm.assess(of(both, "nam"), {"tea_all": 8})
    reason = next(reason for reason in verdict.reasons() if "Người làm chè" in reason.text("vi"))
    assert "Người làm chè" in reason.text("en")


def test_regions_of_earlier_files_need_not_be_repeated(tmp_path: Path) -> None:
    more = "provinces: [{id: moi, title: {vi: Mới}, region: NUI, merged_from: [bac]}]\n"
    library = load(tmp_path / "rules", z_yaml=more)
    assert dict(of(library, "moi").bindings)["region"] == "NUI"
    wrong = changed(more, "NUI", "NIU")
    assert codes(problems(tmp_path / "wrong", z_yaml=wrong)) == ["value.unknown"]
    assert PROVINCES  # the file before it has the regions


def test_the_bundled_files_have_english_titles() -> None:
    """Vietnamese suffices for a province's own files; what ships is in both languages."""
    for path in rule_paths(bundled_folder()):
        text = path.read_text(encoding="utf-8")
        assert len(re.findall(r"\bvi:", text)) == len(re.findall(r"\ben:", text)), path.name
