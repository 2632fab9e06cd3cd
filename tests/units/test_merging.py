"""Facts of merged units: what follows is worked out, the rest is named, nothing is invented."""

import datetime as dt
import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules.model.acts import MergerPolicy, MergerRule
from ntm_rules.rules.library import Library
from ntm_rules.units.merger import WhyNot, ways_to_merge
from ntm_rules.units.unit import Level, Part, Unit

LIBRARY = Library.bundled()
Facts = dict[str, typing.Any]


def merged(*units: Facts) -> ntm.units.Merged:
    return ntm.units.merge(LIBRARY, {f"xã {n}": facts for n, facts in enumerate(units, 1)})


def gaps(found: ntm.units.Merged) -> dict[str, str]:
    return {gap.fact: gap.why.value for gap in found.missing}


def test_parts_and_wholes_are_added_up_and_the_share_follows() -> None:
    ratio = LIBRARY.facts["commune_roads_paved_share"].ratio
    assert ratio is not None
    found = merged(
        {ratio.whole: 8, ratio.part: 2, "commune_roads_paved_share": 25},
        {ratio.whole: 12, ratio.part: 9, "commune_roads_paved_share": 75},
    )
    assert found.facts == {ratio.whole: 20, ratio.part: 11}
    assert found.missing == ()
    ruleset = LIBRARY.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    verdict = ntm.assess(ruleset, found.facts)
    assert verdict.indicators["2.1"].actual == 55


def test_a_bare_percentage_is_refused_and_its_parts_are_named() -> None:
    found = merged({"clean_water_share": 25}, {"households": 1200, "clean_water_households": 900})
    (gap,) = [g for g in found.missing if g.fact == "clean_water_share"]
    assert (gap.why, gap.units) == (WhyNot.WITHOUT_PARTS, ("xã 1",))
    assert gap.parts == ("clean_water_households", "households")
    assert gap.text("vi") == (
        "`clean_water_share` là tỷ lệ phần trăm, không lấy trung bình: "
        "`xã 1` thiếu `clean_water_households`, `households`"
    )
    with pytest.raises(ntm.UnknownName, match="unknown language `fr`"):
        gap.text("fr")
    assert "clean_water_share" not in found.facts


def test_means_are_never_worked_out() -> None:
    found = merged({"income_per_capita": 40}, {"income_per_capita": 40})
    assert found.facts == {}
    assert gaps(found) == {"income_per_capita": "no_sum"}


def test_yes_no_and_levels_hold_where_all_agree() -> None:
    found = merged(
        {"market_or_trade_place": True, "landfill": False}, {"market_or_trade_place": True, "landfill": True}
    )
    assert found.facts == {"market_or_trade_place": True, "landfill": True}
    found = merged({"market_or_trade_place": True}, {"market_or_trade_place": False})
    assert gaps(found) == {"market_or_trade_place": "differs"}
    found = merged({"market_or_trade_place": True}, {})
    assert gaps(found) == {"market_or_trade_place": "not_given"}


def test_recognitions_never_follow() -> None:
    found = merged({"recognised_ntm": True}, {"recognised_ntm": True})
    assert found.facts == {}
    assert set(gaps(found)) == {"recognised_ntm"}


def test_sources_come_along() -> None:
    noted = [
        {"households": {"value": n, "source": f"báo cáo {n}", "as_of": "2025-06-30", "by": "self"}} for n in (800, 1200)
    ]
    assert merged(*noted).facts["households"] == {
        "value": 2000,
        "source": "báo cáo 1200; báo cáo 800",
        "as_of": "2025-06-30",
        "by": "self",
    }


def test_what_is_said_alike_of_all_parts_is_said_of_the_whole() -> None:
    said = {"body": "district", "document": "12/BC", "date": "2025-06-20"}
    noted = [{"households": {"value": 800, "name": name, **said}} for name in ("Phòng A", "Phòng B")]
    found = merged(*noted).facts["households"]
    assert found == {"value": 1600, **said, "body": ntm.Body.DISTRICT, "date": dt.date(2025, 6, 20)}


def test_bad_facts_of_all_units_come_together() -> None:
    with pytest.raises(ntm.FactError) as caught:
        merged({"households": -1}, {"householdz": 3})
    assert {(p.unit, p.fact) for p in caught.value.problems} == {("xã 1", "households"), ("xã 2", "householdz")}
    with pytest.raises(ValueError, match="no units"):
        ntm.units.merge(LIBRARY, {})


def test_the_units_that_a_new_one_was_made_of_have_to_be_given() -> None:
    old = [Unit(str(n), f"A{n}", "Xã", Level.COMMUNE, None) for n in (1, 2)]
    parts = [Part(old[0], True), Part(old[1], False)]
    facts = {"households": 3}
    assert ntm.units.merge(LIBRARY, {"A1": facts, "A2 (một phần)": facts}, of=parts).facts == {"households": 6}
    with pytest.raises(ValueError, match=r"give the facts of `A2 \(một phần\)`, not `A2`"):
        ntm.units.merge(LIBRARY, {"A1": facts, "A2": facts}, of=parts)


WAYS = ways_to_merge(LIBRARY.facts)
RATIOS = [
    f for f in LIBRARY.facts.values() if f.ratio is not None and f.type.value == "percent" and f.undecided is None
]
counts = st.integers(0, 10_000)


@st.composite
def communes(draw: st.DrawFn) -> list[Facts]:
    """Some facts of a few communes: shares by their parts, and yes/no facts."""
    chosen = draw(st.lists(st.sampled_from(RATIOS), min_size=1, max_size=4, unique_by=lambda f: f.id))
    yes = draw(
        st.lists(st.sampled_from([f.id for f in LIBRARY.facts.values() if f.type.value == "boolean"]), max_size=4)
    )
    made = []
    for _ in range(draw(st.integers(1, 4))):
        facts: Facts = {name: draw(st.booleans()) for name in yes}
        for fact in chosen:
            assert fact.ratio is not None
            whole = facts.setdefault(fact.ratio.whole, draw(counts))
            part = draw(st.integers(0, int(whole)))
            facts[fact.ratio.part] = min(facts.get(fact.ratio.part, part), part)
        made.append(facts)
    return made


@given(communes())
def test_sums_are_sums_and_nothing_is_invented(facts: list[Facts]) -> None:
    try:
        found = merged(*facts)
    except ntm.FactError:  # a part of one share that is the whole of another
        return
    for name, value in found.facts.items():
        given_values = [f[name] for f in facts if name in f]
        assert given_values
        if isinstance(value, bool):
            assert value in given_values
        else:
            assert value == sum(given_values)
            assert len(given_values) == len(facts)
    assert not set(found.facts) & set(gaps(found))
    assert {name for f in facts for name in f} == set(found.facts) | set(gaps(found))


@given(communes(), st.randoms(use_true_random=False))
def test_neither_order_nor_steps_matter(facts: list[Facts], random: typing.Any) -> None:
    try:
        at_once = merged(*facts)
    except ntm.FactError:
        return
    shuffled = list(facts)
    random.shuffle(shuffled)
    assert merged(*shuffled).facts == at_once.facts
    if len(facts) > 2:
        first = merged(*facts[:2])
        if not first.missing:
            assert merged(dict(first.facts), *facts[2:]).facts == at_once.facts


# ---------------------------------------------------------------- recognitions

TIERS = ["commune/ntm", "commune/nang-cao", "commune/kieu-mau"]
ON = dt.date(2025, 6, 30)


def act(unit: str, tier: str, kind: str = "recognised", day: dt.date = dt.date(2020, 1, 1)) -> ntm.law.Act:
    return ntm.law.Act(kind, unit, tier, None, day)


def rule(policy: MergerPolicy) -> MergerRule:
    return MergerRule("x", policy, dt.date(2025, 7, 1), ntm.Evidence.SECONDARY, "https://example.org")


def after(policy: MergerPolicy | None, *acts: ntm.law.Act) -> ntm.units.AfterMerger:
    return ntm.units.recognition_after_merger(policy and rule(policy), ["A", "B"], acts, tiers=TIERS, on=ON)


@pytest.mark.parametrize(
    ("policy", "acts", "known", "tier", "why"),
    [
        (MergerPolicy.WEAKEST, [act("A", TIERS[2]), act("B", TIERS[0])], True, TIERS[0], "weakest"),
        (MergerPolicy.WEAKEST, [act("A", TIERS[2])], True, None, "weakest"),
        (MergerPolicy.WEAKEST, [act("A", TIERS[1]), act("A", TIERS[0]), act("B", TIERS[1])], True, TIERS[1], "weakest"),
        (MergerPolicy.RESTART, [act("A", TIERS[0]), act("B", TIERS[0])], True, None, "restart"),
        (MergerPolicy.CARRY_ON, [act("A", TIERS[0]), act("B", TIERS[0])], True, TIERS[0], "carry-on"),
        (MergerPolicy.CARRY_ON, [act("A", TIERS[0])], False, None, "differs"),
        (MergerPolicy.CARRY_ON, [], True, None, "carry-on"),
        (None, [act("A", TIERS[0]), act("B", TIERS[0])], False, None, "undeclared"),
    ],
)
def test_what_a_merged_unit_is_recognised_as(
    policy: MergerPolicy | None, acts: list[ntm.law.Act], known: bool, tier: str | None, why: str
) -> None:
    found = after(policy, *acts)
    assert (found.known, found.tier, found.why) == (known, tier, why)
    assert found.text("vi")
    assert found.text("en")


def test_an_act_that_was_taken_back_does_not_count() -> None:
    both = [act("A", TIERS[0]), act("B", TIERS[0])]
    gone = act("A", TIERS[0], "withdrawn", dt.date(2024, 1, 1))
    assert after(MergerPolicy.WEAKEST, *both, gone).tier is None


def test_a_policy_is_about_the_mergers_since_its_day() -> None:
    found = ntm.units.recognition_after_merger(
        rule(MergerPolicy.RESTART), ["A"], [act("A", TIERS[0])], tiers=TIERS, on=dt.date(2024, 12, 31)
    )
    assert (found.known, found.why) == (False, "undeclared")


def test_wrong_input_is_named() -> None:
    with pytest.raises(ValueError, match="no units"):
        ntm.units.recognition_after_merger(None, [], [], tiers=TIERS, on=ON)
    with pytest.raises(ntm.UnknownName, match="commune/nang-ca"):
        after(MergerPolicy.WEAKEST, act("A", "commune/nang-ca"))
    with pytest.raises(ntm.UnknownName, match="language"):
        after(None).text("fr")


def test_the_policies_of_provinces_are_declared_with_their_source(tmp_path: Path) -> None:
    found = {p.id: LIBRARY.merger_rule(p.id) for p in LIBRARY.registry.provinces}
    assert {p: r.policy.value for p, r in found.items() if r is not None} == {
        "tuyen-quang": "weakest",
        "ca-mau": "restart",
        "tay-ninh": "carry-on",
    }
    for declared in found.values():
        assert declared is None or (declared.source.startswith("https://") and declared.evidence.value == "secondary")
    with pytest.raises(ntm.UnknownName, match="Tuyên Quan"):
        LIBRARY.merger_rule("Tuyên Quanx")
    (tmp_path / "m.yaml").write_text(
        "mergers: tuyen-qang\npolicy: best\nfrom: soon\nevidence: heard\n", encoding="utf-8"
    )
    with pytest.raises(ntm.RulesetError) as caught:
        Library.load(tmp_path)
    assert {d.code for d in caught.value.diagnostics} >= {"value.unknown", "value.date", "key.missing"}
    (tmp_path / "m.yaml").write_text((LIBRARY.folders[0] / "provinces/ca-mau/mergers.yaml").read_text("utf-8"), "utf-8")
    with pytest.raises(ntm.RulesetError, match="two files on mergers"):
        Library.load(tmp_path).merger_rule("ca-mau")


def test_one_unit_alone_keeps_all_but_means_and_recognitions() -> None:
    facts = {"households": 7, "landfill": True, "area_class": "II", "income_per_capita": 41, "recognised_ntm": True}
    assert merged(facts).facts == {"households": 7, "landfill": True, "area_class": "II"}


def test_there_is_one_where_one_has_it() -> None:
    assert merged({"landfill": True}, {}).facts == {"landfill": True}
    assert merged({"landfill": False}, {}).facts == {}
