"""Laws of counting and of re-review, for all records and all facts."""

import datetime as dt
import random
import typing
from collections import Counter
from fractions import Fraction

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import ntm_rules as ntm
from ntm_rules.model.citations import Evidence
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plans import Aim, Known, Plan, Target
from ntm_rules.model.text import Text
from ntm_rules.programme.record import recognition_fact
from ntm_rules.programme.rereview import Transition
from ntm_rules.programme.tally import Span, Tally
from ntm_rules.testing import strategies as ntm_st

TIER = "commune/ntm"
TOTAL = 19
AIMS = (Aim.TOTAL, Aim.NEW, Aim.SHARE, Aim.AVERAGE)
ADDED = (
    "units",
    "met",
    "not_met",
    "undetermined",
    "not_applicable",
    "no_finding",
    "provisional",
    "recognised",
    "not_recognised",
    "recognition_unknown",
    "counted",
)


@st.composite
def records(draw: st.DrawFn) -> list[ntm.programme.UnitRecord]:
    """Units with and without counts, findings and acts."""
    found = []
    for place in range(draw(st.integers(0, 12))):
        groups = {name: draw(st.sampled_from("XYZ")) for name in ("province", "district")}
        act = draw(st.sampled_from([True, False, None]))
        if draw(st.booleans()):
            met = draw(st.integers(0, TOTAL))
            open_ = draw(st.integers(0, TOTAL - met))
            found.append(
                ntm.programme.UnitRecord.of_counts(
                    f"u{place}", TIER, met, TOTAL, criteria_undetermined=open_, groups=groups, recognised=act
                )
            )
        else:
            outcome = draw(st.sampled_from([None, *Outcome]))
            found.append(ntm.programme.UnitRecord(f"u{place}", TIER, groups, outcome, recognised=act))
    return found


def tallies(found: list[ntm.programme.UnitRecord]) -> list[Tally]:
    return [group.now for tier in ntm.programme.progress(found, by=["province"]).tiers for group in tier.groups]


def total(spans: list[Span]) -> tuple[Fraction | int, Fraction | int]:
    return sum(span.low for span in spans), sum(span.high for span in spans)


@given(records())
def test_groups_add_up_to_the_whole(found: list[ntm.programme.UnitRecord]) -> None:
    for tier in ntm.programme.progress(found, by=["province", "district"]).tiers:
        outer = [g.now for g in tier.groups if len(g.path) == 1]
        inner = [g.now for g in tier.groups if len(g.path) == 2]
        for groups in (outer, inner):
            for name in ADDED:
                assert sum(getattr(g, name) for g in groups) == getattr(tier.now, name), name
            assert total([g.criteria for g in groups]) == total([tier.now.criteria])
            assert total([g.under for g in groups]) == total([tier.now.under])
            for place, band in enumerate(tier.now.bands):
                assert total([g.bands[place].units for g in groups]) == total([band.units])
        for group in tier.groups:
            if len(group.path) == 1:
                held = [g.now.units for g in tier.groups if len(g.path) == 2 and g.path[:1] == group.path]
                assert sum(held) == group.now.units


@given(records(), records(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    found: list[ntm.programme.UnitRecord], before: list[ntm.programme.UnitRecord], shuffle: random.Random
) -> None:
    mixed = [list(found), list(before)]
    for rows in mixed:
        shuffle.shuffle(rows)
    for one, other in zip(
        ntm.programme.progress(found, plan("3"), before=before, by=["province"]).tiers,
        ntm.programme.progress(mixed[0], plan("3"), before=mixed[1], by=["province"]).tiers,
        strict=True,
    ):
        assert (one.now, one.groups, one.under) == (other.now, other.groups, other.under)
        assert one.change is not None
        assert other.change is not None
        for name in ("gained", "lost", "recognised", "withdrawn", "added", "gone"):
            assert sorted(getattr(one.change, name)) == sorted(getattr(other.change, name))
    assert (
        ntm.programme.progress(found, plan("3"), before=before).achievements
        == ntm.programme.progress(mixed[0], plan("3"), before=mixed[1]).achievements
    )


@given(records())
def test_every_unit_is_counted_once(found: list[ntm.programme.UnitRecord]) -> None:
    for now in (tier.now for tier in ntm.programme.progress(found).tiers):
        assert now.met + now.not_met + now.undetermined + now.not_applicable + now.no_finding == now.units
        assert now.recognised + now.not_recognised + now.recognition_unknown == now.units
        for bands in (now.bands, now.counts):
            sure, possible = total([band.units for band in bands])
            assert sure <= now.counted <= possible
            if now.criteria.known:
                assert sure == now.counted == possible


@given(records(), st.integers(0, TOTAL + 1), st.lists(st.integers(0, TOTAL), min_size=1, max_size=5))
def test_the_ends_are_those_of_what_could_be(
    found: list[ntm.programme.UnitRecord], under: int, starts: list[int]
) -> None:
    """Every undetermined criterion turned to not met, then to met, gives the two ends of the average."""
    counted = [r for r in found if r.criteria_met is not None]
    if not counted:
        return
    scale = {"bands": [min(s, TOTAL) for s in starts], "under": under}
    span = ntm.programme.progress(counted, **scale).tier(TIER).now.average  # type: ignore[arg-type]
    ends = []
    for met in (False, True):
        settled = [
            ntm.programme.UnitRecord.of_counts(
                r.unit, TIER, (r.criteria_met or 0) + (r.criteria_undetermined if met else 0), r.criteria_total or TOTAL
            )
            for r in counted
        ]
        now = ntm.programme.progress(settled, **scale).tier(TIER).now  # type: ignore[arg-type]
        assert now.average is not None
        assert now.average.known
        ends.append(now.average.low)
        wide = ntm.programme.progress(counted, **scale).tier(TIER).now  # type: ignore[arg-type]
        assert wide.under.low <= now.under.low <= wide.under.high
        for band, exact in zip(wide.bands, now.bands, strict=True):
            assert band.units.low <= exact.units.low <= band.units.high
    assert span == Span(*ends)


def plan(low: str, aim: Aim = Aim.TOTAL) -> Plan:
    wanted = Target(TIER, aim, Fraction(low), Fraction(low), Known(Evidence.OFFICIAL))  # type: ignore[arg-type]
    return Plan("lang-son", 2024, Text("Kế hoạch", "Plan"), (wanted,))


@given(records(), records(), st.integers(0, 20), st.sampled_from(AIMS))
def test_what_remains_is_what_is_not_achieved(
    found: list[ntm.programme.UnitRecord], before: list[ntm.programme.UnitRecord], low: int, aim: Aim
) -> None:
    (reached,) = ntm.programme.progress(found, plan(str(low), aim), before=before).achievements
    for side in (reached.by_finding, reached.by_act):
        if side is not None:
            assert side.achieved.low <= side.achieved.high
            assert side.remaining == Span(max(low - side.achieved.high, 0), max(low - side.achieved.low, 0))
    if aim is Aim.AVERAGE:
        assert reached.by_act is None


@given(records())
def test_nothing_changes_against_itself(found: list[ntm.programme.UnitRecord]) -> None:
    for tier in ntm.programme.progress(found, before=found).tiers:
        assert tier.change is not None
        assert tier.change.before == tier.now
        for name in ("gained", "lost", "recognised", "withdrawn", "added", "gone"):
            assert getattr(tier.change, name) == ()


@given(records(), st.data())
def test_each_reading_is_counted_as_if_it_were_the_only_one(
    found: list[ntm.programme.UnitRecord], data: st.DataObject
) -> None:
    first, second = [], []
    for record in found:
        outcome = data.draw(st.sampled_from([None, *Outcome]))
        counts: typing.Any = {"criteria_met": TOTAL, "criteria_undetermined": 0, "criteria_total": TOTAL}
        judged = None if outcome is None else evolve(record, outcome=outcome, **counts)
        first.append(evolve(record, judged=judged))
        second.append(judged or record)
    both = ntm.programme.progress(first, plan("3"), before=first, by=["province"])
    alone = ntm.programme.progress(found, plan("3"), before=found, by=["province"])
    for tier, other in zip(both.tiers, alone.tiers, strict=True):
        assert (tier.now, tier.groups, tier.change) == (other.now, other.groups, other.change)
    assert both.achievements == alone.achievements
    if all(record.judged is None for record in first):
        assert both.judged is None
    else:
        assert both.judged == ntm.programme.progress(second, plan("3"), before=second, by=["province"])


# -- re-review -----------------------------------------------------------------------------------


@st.composite
def reviewed(draw: st.DrawFn) -> tuple[ntm.Ruleset, ntm.Ruleset, list[ntm.tables.UnitFacts]]:
    """Two generated sets and units with facts of either; some of them recognised."""
    old, new = draw(ntm_st.rulesets()), draw(ntm_st.rulesets())
    units = []
    for place in range(draw(st.integers(0, 4))):
        facts = {**draw(ntm_st.facts(old))}
        if draw(st.booleans()):
            facts[recognition_fact(old.id)] = draw(st.booleans())
        units.append(ntm.tables.UnitFacts(f"u{place}", facts, {}, place + 1))
    return old, new, units


@given(reviewed())
def test_a_set_against_itself_changes_nothing(
    drawn: tuple[ntm.Ruleset, ntm.Ruleset, list[ntm.tables.UnitFacts]],
) -> None:
    old, _, units = drawn
    found = ntm.programme.rereview(old, old, units)
    still = {Transition.KEPT, Transition.STILL_NOT_MET, Transition.STILL_UNDETERMINED}
    assert sum(found.counts[each] for each in still) == len(units)
    assert all(unit.before == unit.after for unit in found.units)
    assert all(not unit.difference.criteria and not unit.difference.indicators for unit in found.units)
    assert found.turned == {}


def test_every_pair_of_outcomes_has_one_transition() -> None:
    made = Counter(Transition.of(before, after) for before in Outcome for after in Outcome)
    assert set(made) == set(Transition)
    assert Transition.of(Outcome.NOT_APPLICABLE, Outcome.MET) is Transition.KEPT


def test_transitions_are_all_units(bundled: ntm.Library) -> None:
    old = bundled.compose(TIER, on=dt.date(2024, 2, 29))
    new = bundled.compose("commune/nang-cao", on=dt.date(2024, 7, 2))

    @given(st.lists(st.one_of(ntm_st.facts(old), ntm_st.nearly_passing(old)), max_size=6))
    def check(facts: list[dict[str, object]]) -> None:
        known = {fact.id for fact in new.facts}
        units = [(str(n), {k: v for k, v in each.items() if k in known}) for n, each in enumerate(facts)]
        found = ntm.programme.rereview(old, new, units)
        assert sum(found.counts.values()) == len(found.units) == len(units)
        assert {unit.unit for unit in found.units} == {name for name, _ in units}
        for name, given_facts in units:
            (unit,) = (each for each in found.units if each.unit == name)
            before = ntm.assess(old, {k: v for k, v in given_facts.items() if k in {f.id for f in old.facts}})
            assert unit.before.outcome is before.outcome
            assert unit.transition is Transition.of(before.outcome, unit.after.outcome)

    check()
