"""A hierarchy in one pass: what is found below becomes facts above, and reasons lead down again."""

import datetime as dt
import typing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ntm_rules as ntm
from hierarchy.country import FILES, ON, Facts, Units, country, units

GOOD = {"planned": True, "income": 45, "happy": 90, "orchards": 1}
GREAT = GOOD | {"income": 60}
BAD = GOOD | {"income": 30}
UNKNOWN = {"planned": True, "happy": 90, "orchards": 1}


def assessed(library: ntm.Library, table: Units, facts: Facts, **more: typing.Any) -> ntm.levels.Hierarchy:
    return ntm.levels.assess(library, table, facts, on=ON, **more)


def outcome(hierarchy: ntm.levels.Hierarchy, unit: str, ruleset: str, indicator: str | None = None) -> str:
    verdict = hierarchy.verdicts[unit][ruleset]
    return (verdict if indicator is None else verdict.indicators[indicator]).outcome.code


def test_every_level_is_assessed_from_the_bottom_up(tmp_path: Path) -> None:
    table = units({"a1": "a", "a2": "a", "b1": "b"}, {"t": "a"})
    facts: Facts = {
        "a1": GREAT | {"orchards": 2},
        "a2": GOOD,
        "b1": GREAT | {"orchards": 3},
        "t": {"civil": True},
        "bac": {"scheme": True},
    }
    found = assessed(country(tmp_path), table, facts)
    assert {u: {i: v.outcome.code for i, v in sets.items()} for u, sets in found.verdicts.items()} == {
        "a1": {"commune/one": "met", "commune/two": "met"},
        "a2": {"commune/one": "met", "commune/two": "not_met"},
        "b1": {"commune/one": "met", "commune/two": "met"},
        "t": {},
        "a": {"district/one": "met"},
        "b": {"district/one": "met"},
        "bac": {"province/one": "met"},
    }
    district = found.verdicts["a"]["district/one"]
    assert dict(district.facts) == {
        "good": 2,
        "communes": 2,
        "good_open": 0,
        "great": 1,
        "great_open": 0,
        "civil_townships": 1,
        "townships": 1,
        "civil_open": 0,
        "happy_least": 90,
        "orchards_sum": 3,
    }
    assert (district.criteria_met, district.criteria_total) == (1, 1)
    # A district without a township, in a table that has townships: the condition asks nothing of it.
    assert outcome(found, "b", "district/one", "DK.3") == "not_applicable"


def test_a_commune_that_fails_is_found_from_the_top(tmp_path: Path) -> None:
    table = units({"a1": "a", "a2": "a", "b1": "b"}, {"t": "a"})
    facts: Facts = {
        "a1": GREAT | {"orchards": 3},
        "a2": BAD,
        "b1": GREAT | {"orchards": 3},
        "t": {"civil": False},
        "bac": {"scheme": True},
    }
    found = assessed(country(tmp_path), table, facts)
    assert outcome(found, "bac", "province/one") == "not_met"
    (cause,) = found.causes("bac", "province/one")
    assert cause.reason is not None
    assert cause.reason.indicator == "1"
    assert list(cause.lines("en")) == [
        "1 Good districts: 50%, exactly 100% needed (off by 50 percentage points; 1 units more needed); 4/QD",
        "  a district: Set district/one: not met (1/1 criteria)",
        "    DK.1 Good communes: 50%, at least 100% needed (short by 50 percentage points; 1 units more needed); 3/QD",
        "      Xã số a2: Set commune/one: not met (0/1 criteria)",
        "        1.2 Income: 30 million xu, at least 40 needed (short by 10); 1/QD",
        "    DK.3 Townships: 0%, exactly 100% needed (off by 100 percentage points; 1 units more needed); 3/QD",
        "      t township: not met",
    ]
    assert list(cause.lines("vi", depth=1))[1:] == ["  Huyện a: Bộ district/one: chưa đạt (1/1 tiêu chí)"]


@pytest.mark.parametrize(
    ("share", "states", "expected"),
    [
        ("60", "mmmnn", "met"),  # 3 of 5 is exactly 60 %
        ("60", "mmnnn", "not_met"),
        ("60", "mmunn", "undetermined"),
        ("60", "mmmun", "met"),
        ("60", "muunn", "undetermined"),
        ("60", "munnn", "not_met"),
        ("33.33", "mnn", "met"),  # one third is more than 33.33 %
        ("33.34", "mnn", "not_met"),
        ("100", "mmu", "undetermined"),
        ("100", "mmm", "met"),
    ],
)
def test_a_share_counts_exactly_and_a_commune_undetermined_may_go_either_way(
    tmp_path: Path, share: str, states: str, expected: str
) -> None:
    kinds = {"m": GOOD, "n": BAD, "u": UNKNOWN}
    communes = {f"c{place}": kinds[state] for place, state in enumerate(states)}
    found = assessed(country(tmp_path, share=share), units(dict.fromkeys(communes, "a")), communes)
    assert outcome(found, "a", "district/one", "DK.1") == expected


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(st.sampled_from("mnu"), min_size=1, max_size=9), share=st.integers(0, 100))
def test_the_share_is_that_of_its_definition(
    tmp_path_factory: pytest.TempPathFactory, states: list[str], share: int
) -> None:
    library = _shared(tmp_path_factory, share)
    kinds = {"m": GOOD, "n": BAD, "u": UNKNOWN}
    communes = {f"c{place}": kinds[state] for place, state in enumerate(states)}
    found = assessed(library, units(dict.fromkeys(communes, "a")), communes)
    met, undecided, whole = states.count("m"), states.count("u"), len(states)
    least = Fraction(share, 100) * whole
    expected = "met" if met >= least else "not_met" if met + undecided < least else "undetermined"
    assert outcome(found, "a", "district/one", "DK.1") == expected


_LIBRARIES: dict[int, ntm.Library] = {}


def _shared(factory: pytest.TempPathFactory, share: int) -> ntm.Library:
    if share not in _LIBRARIES:
        _LIBRARIES[share] = country(factory.mktemp(f"share-{share}"), share=str(share))
    return _LIBRARIES[share]


def test_a_count_of_units_is_undetermined_only_while_it_can_still_be_reached(tmp_path: Path) -> None:
    library = country(tmp_path)
    for facts, expected in (
        ({"c": GREAT, "d": UNKNOWN}, "met"),
        ({"c": BAD, "d": UNKNOWN}, "undetermined"),
        ({"c": BAD, "d": BAD}, "not_met"),
    ):
        found = assessed(library, units({"c": "a", "d": "a"}), typing.cast(Facts, facts))
        assert outcome(found, "a", "district/one", "DK.2") == expected


def test_the_least_value_is_missing_where_one_commune_lacks_it(tmp_path: Path) -> None:
    library, table = country(tmp_path), units({"c": "a", "d": "a"})
    low = GOOD | {"happy": "79.9"}
    found = assessed(library, table, {"c": GOOD, "d": low})
    assert outcome(found, "a", "district/one", "DK.4") == "not_met"
    cause = next(c for c in found.causes("a", "district/one") if c.reason and c.reason.indicator == "DK.4")
    assert [c.text("vi") for c in cause.below()] == ["Xã số d: 79,9%"]
    great = GREAT | {"orchards": 3}
    found = assessed(library, table, {"c": great, "d": {k: v for k, v in great.items() if k != "happy"}})
    assert outcome(found, "a", "district/one", "DK.4") == "undetermined"
    cause = next(c for c in found.causes("a", "district/one") if c.reason and c.reason.indicator == "DK.4")
    assert [c.text("vi") for c in cause.below()] == ["Xã số d: chưa có số liệu"]


def test_the_least_over_communes_and_items(tmp_path: Path) -> None:
    text = FILES["district-one.yaml"].replace("{min_of: happy, over", "{min_of: [happy, glad], over")
    facts = FILES["facts.yaml"] + "  glad: {title: {vi: Vui, en: Glad}, type: percent, direction: more}\n"
    library = country(tmp_path, files={"district-one.yaml": text, "facts.yaml": facts})
    table = units({"c": "a", "d": "a"})
    found = assessed(library, table, {"c": GOOD | {"glad": 85.5}, "d": GOOD | {"glad": "79.9"}})
    assert found.verdicts["a"]["district/one"].indicators["DK.4"].actual == Decimal("79.9")
    found = assessed(library, table, {"c": GOOD, "d": GOOD | {"glad": 10}})
    assert outcome(found, "a", "district/one", "DK.4") == "undetermined"


def test_a_finding_above_is_provisional_where_one_below_is(tmp_path: Path) -> None:
    library = country(tmp_path, evidence="recalled")
    found = assessed(library, units({"c": "a"}), {"c": GREAT | {"orchards": 3}})
    assert found.verdicts["c"]["commune/one"].provisional
    verdict = found.verdicts["a"]["district/one"]
    assert verdict.indicators["DK.1"].provisional
    assert not verdict.indicators["DK.4"].provisional


def test_an_act_does_not_rest_on_a_provisional_finding(tmp_path: Path) -> None:
    library = country(tmp_path, by="either", evidence="recalled")
    for recognised, provisional in ((True, False), (False, True)):
        found = assessed(library, units({"c": "a"}), {"c": GOOD | {"recognised_one": recognised}})
        result = found.verdicts["a"]["district/one"].indicators["DK.1"]
        assert (result.outcome.code, result.provisional) == ("met", provisional)


def test_what_is_not_applicable_leaves_the_whole(tmp_path: Path) -> None:
    text = FILES["commune-one.yaml"].replace(
        "        require:", '        applies_if: {fact: scheme, equals: "true", evidence: official}\n        require:'
    )
    library = country(tmp_path, files={"commune-one.yaml": text})
    facts: Facts = {"c": GOOD | {"scheme": True}, "d": BAD | {"scheme": False}}
    found = assessed(library, units({"c": "a", "d": "a"}), facts)
    assert outcome(found, "d", "commune/one") == "not_applicable"
    assert found.verdicts["a"]["district/one"].facts["communes"] == 1
    assert outcome(found, "a", "district/one", "DK.1") == "met"


def test_a_share_that_cannot_say_what_is_undecided_is_missing(tmp_path: Path) -> None:
    facts = FILES["facts.yaml"].replace("    undecided: civil_open\n", "")
    library = country(tmp_path, files={"facts.yaml": facts})
    for civil, expected in ((True, "met"), (False, "not_met"), (None, "undetermined")):
        given_facts: Facts = {"c": GOOD, "t": {"civil": civil}}
        found = assessed(library, units({"c": "a"}, {"t": "a"}), given_facts)
        assert outcome(found, "a", "district/one", "DK.3") == expected


def test_causes_are_the_reasons_that_decide(tmp_path: Path) -> None:
    found = assessed(country(tmp_path), units({"c": "a"}), {"c": {"income": 30}})
    assert [r.indicator for r in found.verdicts["c"]["commune/one"].reasons()] == ["1.1", "1.2"]
    assert [c.reason.indicator for c in found.causes("c", "commune/one") if c.reason] == ["1.2"]


def test_what_the_table_has_none_of_has_to_be_given(tmp_path: Path) -> None:
    library = country(tmp_path)
    found = assessed(library, units({"c": "a"}), {"c": GOOD})
    assert outcome(found, "a", "district/one", "DK.3") == "undetermined"
    found = assessed(library, units({"c": "a"}), {"c": GOOD, "a": {"townships": 0, "civil_townships": 0}})
    assert outcome(found, "a", "district/one", "DK.3") == "not_applicable"


def test_what_is_given_and_follows_from_below_has_to_agree(tmp_path: Path) -> None:
    library, table = country(tmp_path), units({"c": "a"})
    assessed(library, table, {"c": GOOD, "a": {"good": 1, "happy_least": {"value": "90.0", "source": "khảo sát"}}})
    with pytest.raises(ntm.FactError, match="unit `a`, fact `good`: got `2`, expected `1`, as the units below"):
        assessed(library, table, {"c": GOOD, "a": {"good": 2}})


@pytest.mark.parametrize(
    ("by", "given_act", "finding", "expected"),
    [
        ("act", True, BAD, "met"),
        ("act", False, GOOD, "not_met"),
        ("act", None, GOOD, "undetermined"),
        ("either", None, GOOD, "met"),
        ("either", False, BAD, "not_met"),
        ("either", None, BAD, "undetermined"),
        ("finding", True, BAD, "not_met"),
    ],
)
def test_a_unit_counts_by_act_by_finding_or_by_either(
    tmp_path: Path, by: str, given_act: bool | None, finding: dict[str, object], expected: str
) -> None:
    facts = dict(finding) if given_act is None else finding | {"recognised_one": given_act}
    found = assessed(country(tmp_path, by=by), units({"c": "a"}), {"c": facts})
    assert outcome(found, "a", "district/one", "DK.1") == expected


def test_acts_say_what_is_recognised(tmp_path: Path) -> None:
    library, table = country(tmp_path, by="act"), units({"c": "a", "d": "a"})
    made = ntm.law.Act("recognised", "c", "commune/one", None, dt.date(2023, 1, 1))
    facts: Facts = {"c": GREAT | {"income": 59}, "d": GREAT}
    found = assessed(library, table, facts, acts=[made])
    assert dict(found.verdicts["a"]["district/one"].facts)["good"] == 1
    # The prerequisite of the second tier reads the act too.
    assert found.verdicts["d"]["commune/two"].facts["recognised_one"] is False
    undone = ntm.law.Act("withdrawn", "c", "commune/one", None, dt.date(2024, 1, 1))
    later = ntm.law.Act("recognised", "c", "commune/one", None, dt.date(2024, 12, 1))
    other = ntm.law.Act("recognised", "c", "commune/one", None, dt.date(2023, 1, 1), "2016-2020")
    for acts, expected in (([made, undone], 0), ([made, undone, later], 0), ([made, other], 1)):
        found = assessed(library, table, facts, acts=acts)
        assert dict(found.verdicts["a"]["district/one"].facts)["good"] == expected
    with pytest.raises(ntm.FactError, match="recognised_one"):
        assessed(library, table, {"c": GOOD | {"recognised_one": False}, "d": GREAT}, acts=[made])
    clash = ntm.law.Act("withdrawn", "c", "commune/one", None, made.date)
    with pytest.raises(ntm.FactError, match="one act only"):
        assessed(library, table, facts, acts=[made, clash])


def test_only_some_sets(tmp_path: Path) -> None:
    library = country(tmp_path)
    found = assessed(library, units({"c": "a"}), {"c": GOOD}, rulesets=["district/one"])
    assert {u: list(sets) for u, sets in found.verdicts.items()} == {"c": [], "a": ["district/one"], "bac": []}
    assert outcome(found, "a", "district/one", "DK.1") == "met"
    with pytest.raises(ntm.UnknownName, match="district/one"):
        assessed(library, units({"c": "a"}), {"c": GOOD}, rulesets=["district/on"])


def test_villages_have_the_sets_of_their_province(bundled: ntm.Library) -> None:
    on = dt.date(2024, 7, 2)
    for province, expected in (("Yên Bái", ["village/kieu-mau", "village/ntm"]), ("Lai Châu", [])):
        table = [
            {"unit": "t", "level": "province", "name": province},
            {"unit": "x", "level": "commune", "parent": "t"},
            {"unit": "v", "level": "village", "parent": "x"},
        ]
        found = ntm.levels.assess(bundled, table, {}, on=on)
        assert sorted(found.verdicts["v"]) == expected
        assert sorted(found.verdicts["x"]) == ["commune/kieu-mau", "commune/nang-cao", "commune/ntm"]
        assert list(found.verdicts["t"]) == ["province/completed"]


def test_frames_and_rows_of_files_are_units_and_facts_too(tmp_path: Path) -> None:
    import pandas as pd
    import polars as pl

    library, table = country(tmp_path), units({"c": "a", "d": "a"})
    facts: Facts = {"c": GREAT, "d": {"planned": True, "income": 45, "happy": 85, "orchards": 2}}
    expected = assessed(library, table, facts).verdicts["a"]["district/one"]
    rows = [{"unit": unit, **values} for unit, values in facts.items()]
    file = tmp_path / "communes.csv"
    file.write_text("unit,planned,income,happy,orchards\nc,true,60,90,1\nd,true,45,85,2\n", encoding="utf-8")
    read = ntm.tables.read(file, library.facts, unit_column="unit")
    for given_units, given_facts in (
        (pl.DataFrame(table), pl.DataFrame(rows)),
        (pd.DataFrame(table), pd.DataFrame(rows)),
        (table, read),
    ):
        found = ntm.levels.assess(library, given_units, given_facts, on=ON).verdicts["a"]["district/one"]
        assert found.codes == expected.codes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "d", "level": "commune", "parent": "aa"}, "unit `d`, fact `parent`: got `aa`, expected a unit"),
        ({"unit": "d", "level": "comune", "parent": "a"}, "did you mean `commune`"),
        ({"unit": "c", "level": "commune", "parent": "a"}, "is in the table once"),
        ({"unit": "d", "level": "commune", "parent": "d"}, "does not lie in it"),
        ({"unit": "", "level": "commune"}, "the code of the unit"),
        ({"unit": "d", "level": "commune", "parent": "a", "nam": "x"}, "a column among"),
        ({"unit": "d", "level": "commune", "province": "bak"}, "a province by id or name"),
        ({"unit": 4, "level": "commune"}, "expected a text"),
        ({"unit": "d", "level": "commune", "province": 4}, "expected a text"),
    ],
)
def test_a_bad_table_is_refused_by_name(tmp_path: Path, change: dict[str, object], message: str) -> None:
    with pytest.raises(ntm.FactError, match=message):
        assessed(country(tmp_path), [*units({"c": "a"}), change], {})


def test_bad_facts_of_all_units_come_together(tmp_path: Path) -> None:
    facts: Facts = {"c": {"income": "nhiều"}, "d": {"planned": "có"}, "t": {"civil": "rồi"}}
    with pytest.raises(ntm.FactError) as caught:
        assessed(country(tmp_path), units({"c": "a", "d": "a"}, {"t": "a"}), facts)
    assert {(p.unit, p.fact) for p in caught.value.problems} == {("c", "income"), ("d", "planned"), ("t", "civil")}
    with pytest.raises(ntm.FactError, match="unit `x`"):
        assessed(country(tmp_path), units({"c": "a"}), {"x": GOOD})


def test_a_unit_or_set_that_was_not_assessed_is_named(tmp_path: Path) -> None:
    found = assessed(country(tmp_path), units({"c": "a"}), {"c": GOOD})
    with pytest.raises(ntm.UnknownName, match="unit `cc`"):
        found.causes("cc", "commune/one")
    with pytest.raises(ntm.UnknownName, match="commune/one"):
        found.causes("c", "commune/on")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("good_share: {share_of: commune", "good_shar: {share_of: commune", "fact.unknown"),
        ("{share_of: commune, meets", "{share_of: comune, meets", "value.unknown"),
        ("meets: commune/two, by", "meets: commune/to, by", "ruleset.unknown"),
        ("{share_of: township, fact: civil}", "{share_of: township}", "aggregate.kind"),
        ("{share_of: township, fact: civil}", "{share_of: township, fact: income}", "fact.type"),
        ("civil_share: {share_of", "great_open: {share_of", "aggregate.fact"),
        ("happy_least: {min_of: happy", "happy_least: {min_of: income", "aggregate.fact"),
        ("{min_of: happy, over: commune}", "{min_of: happy}", "key.missing"),
        ("{min_of: happy, over: commune}", "{min_of: happy, sum_of: happy, over: commune}", "aggregate.kind"),
        ("by: finding}", "by: act}", "key.missing"),
    ],
)
def test_what_is_wrong_with_an_aggregate_is_said_with_its_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    text = FILES["district-one.yaml"]
    assert old in text
    with pytest.raises(ntm.RulesetError) as caught:
        country(tmp_path, files={"district-one.yaml": text.replace(old, new, 1)})
    found = {d.code: d for d in caught.value.diagnostics}
    assert found[code].file.endswith("district-one.yaml")
    assert found[code].line > 0


def test_what_is_taken_from_below_is_part_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = country(tmp_path / "a", by="finding").compose("district/one", on=ON)
    two = country(tmp_path / "b", by="act").compose("district/one", on=ON)
    assert one.content_hash != two.content_hash


def test_a_fact_taken_from_below_that_nothing_reads_is_a_warning(tmp_path: Path) -> None:
    from ntm_rules.check.lint import lint

    text = FILES["district-one.yaml"]
    ruleset = country(tmp_path).compose("district/one", on=ON)
    assert not [f for f in lint(ruleset) if f.diagnostic.code == "aggregate.unread"]
    start, end = text.index('      - no: "DK.4"'), text.index('  - no: "1"')
    files = {"district-one.yaml": text[:start] + text[end:]}
    found = lint(country(tmp_path, files=files).compose("district/one", on=ON))
    assert [f.diagnostic.message for f in found if f.diagnostic.code == "aggregate.unread"] == [
        "district/one 2021-2025: `happy_least` is taken from below, and no condition reads it"
    ]
