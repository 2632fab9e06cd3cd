"""Difference by meaning: made-up sets for every kind of change, laws for all sets, and the real decisions."""

import datetime as dt
import json
import pickle
import typing
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import command_line
import ntm_rules as ntm
from ntm_rules import Evidence, Library, Outcome, Ruleset, assess
from ntm_rules.difference.changes import Change, Kind, Step, Witness
from ntm_rules.difference.difference import Difference, diff
from ntm_rules.difference.sides import in_year
from ntm_rules.difference.trials import points
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState, Table
from property import strategies as made

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


# -- hand-made sets ------------------------------------------------------------------------------


def cell(value: object, **more: typing.Any) -> Cell:
    """A set cell; the name of a state makes an open one."""
    if value in ("none", "delegated", "pending"):
        state = CellState(value)
        return Cell(
            state, Citation(made.LAW), made.LAW, evidence=None if value == "pending" else Evidence.OFFICIAL, **more
        )
    exact = value if isinstance(value, bool | tuple | str) and not str(value)[:1].isdigit() else Decimal(str(value))
    return evolve(Cell(CellState.SET, Citation(made.LAW), made.LAW, exact, Evidence.OFFICIAL), **more)


def asks(fact: str, op: str, value: object, part: str | None = None) -> c.Comparison:
    threshold = value if isinstance(value, Cell | Table) else cell(value)
    return c.Comparison((fact,), c.Op(op), threshold, part)


def indicator(no: str, require: c.Condition, title: str | None = None, applies: c.Condition | None = None) -> Indicator:
    return Indicator(no, require, Citation(made.LAW), Text(title or f"Chỉ tiêu số {no}", no), applies)


def ruleset(
    *indicators: Indicator, k: int | None = None, derived: tuple[c.Derived, ...] = (), **more: typing.Any
) -> Ruleset:
    """A set of one criterion."""
    criterion = Criterion("1", indicators, Text("Một", "One"), k)
    layers = (Layer(LayerKind.BASE, made.LAW, dt.date(2022, 3, 8)),)
    on = dt.date(2024, 7, 2)
    bindings = more.pop("bindings", (("year", "2024"),))
    return Ruleset("commune/a", "2021-2025", on, 2024, (criterion,), made.CATALOGUE, layers, derived, bindings, **more)


def one(old: c.Condition, new: c.Condition) -> Change:
    """The change from one condition to another; every witness is replayed, and the swapped change is looked at."""
    first, second = ruleset(indicator("1", old)), ruleset(indicator("1", new))
    found, back = diff(first, second), diff(second, first)
    replay(found)
    mirrored(found, back)
    return found.indicator("1")


def replay(found: Difference) -> None:
    for change in found.compared:
        for witness in change.witnesses:
            assert witness.before is not witness.after
            for side, ruleset_, outcome, year in (
                (change.old, found.old, witness.before, witness.years[0]),
                (change.new, found.new, witness.after, witness.years[1]),
            ):
                verdict = assess(in_year(ruleset_, year), witness.facts)
                if change.level == "ruleset":
                    assert verdict.outcome is outcome
                elif side is None:
                    assert outcome is None
                else:
                    place = verdict.indicators if change.level == "indicator" else verdict.criteria
                    assert place[side.no].outcome is outcome


def shape(step: Step, swap: bool) -> tuple[object, ...]:
    columns = frozenset(tuple(sorted(((x.swapped if swap else x) for x in cs), key=repr)) for cs in step.columns)
    excluded = step.excluded and (step.excluded.swapped if swap else step.excluded)
    return (step.kind.swapped if swap else step.kind, columns, step.whole, excluded)


def mirrored(found: Difference, back: Difference) -> None:
    """The change from b to a is the change from a to b, the other way round."""

    def seen(difference: Difference, swap: bool) -> set[object]:
        return {
            (
                change.level,
                change.numbers[:: -1 if swap else 1],
                frozenset(kind.swapped if swap else kind for kind in change.kinds),
                frozenset(shape(step, swap) for step in change.steps),
            )
            for change in difference.compared
        }

    assert seen(found, False) == seen(back, True)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (asks("share", "at_least", 80), asks("share", "at_least", 85), Kind.STRICTER),
        (asks("share", "at_least", 80), asks("share", "at_least", 75), Kind.LOOSER),
        (asks("share", "at_least", 80), asks("share", "more_than", 80), Kind.STRICTER),
        (asks("amount", "at_most", 13), asks("amount", "at_most", 10), Kind.STRICTER),
        (asks("amount", "equals", 0), asks("amount", "at_most", 0), Kind.LOOSER),
        (asks("amount", "equals", 0), asks("amount", "equals", 1), Kind.INCOMPARABLE),
        (asks("level", "level_at_least", "b"), asks("level", "level_at_least", "a"), Kind.STRICTER),
        (asks("kind", "one_of", ("x", "y")), asks("kind", "one_of", ("x",)), Kind.STRICTER),
        (asks("kind", "one_of", ("x", "y")), asks("kind", "one_of", ("y", "z")), Kind.INCOMPARABLE),
        (asks("yes", "equals", True), asks("yes", "equals", False), Kind.INCOMPARABLE),
        (asks("yes", "equals", True), asks("also", "equals", True), Kind.INCOMPARABLE),
        (asks("tally", "at_least", 1), asks("tally", "more_than", 0), Kind.EQUAL),
        (asks("share", "at_least", 80), asks("share", "at_least", "none"), Kind.LOOSER),
        (asks("share", "at_least", 0), asks("share", "at_least", "none"), Kind.EQUAL),
        (asks("share", "at_least", 80), asks("share", "at_least", "pending"), Kind.NOT_COMPARED),
        (asks("share", "at_least", "delegated"), asks("share", "at_least", 80), Kind.NOT_COMPARED),
        (asks("share", "at_least", "pending"), asks("share", "at_least", "none"), Kind.NOT_COMPARED),
        (
            c.All((asks("share", "at_least", 80), asks("yes", "equals", True))),
            asks("share", "at_least", 80),
            Kind.LOOSER,
        ),
        (
            c.Any((asks("yes", "equals", True), asks("also", "equals", True))),
            c.All((asks("yes", "equals", True), asks("also", "equals", True))),
            Kind.STRICTER,
        ),
        (
            c.AtLeast(1, (asks("yes", "equals", True), asks("also", "equals", True))),
            c.AtLeast(2, (asks("yes", "equals", True), asks("also", "equals", True))),
            Kind.STRICTER,
        ),
        (c.Not(asks("share", "less_than", 80)), asks("share", "at_least", 80), Kind.EQUAL),
        (
            c.All((asks("share", "at_least", 80), asks("other_share", "at_least", "pending"))),
            c.All((asks("share", "at_least", 90), asks("other_share", "at_least", "pending"))),
            Kind.NOT_COMPARED,
        ),
    ],
)
def test_the_direction_of_two_conditions(old: c.Condition, new: c.Condition, kind: Kind) -> None:
    found = one(old, new)
    assert found.direction is kind
    assert bool(found.witnesses) == (kind is not Kind.EQUAL)
    assert len(found.witnesses) == (2 if kind is Kind.INCOMPARABLE else kind is not Kind.EQUAL)


def test_the_witness_is_at_the_old_threshold() -> None:
    witness = one(asks("amount", "at_least", 39), asks("amount", "at_least", 45)).witnesses[0]
    assert witness == Witness((("amount", Decimal(39)),), (2024, 2024), Outcome.MET, Outcome.NOT_MET)


def test_what_is_open_may_still_rule_out_a_direction() -> None:
    floored = asks("share", "at_least", cell("pending", floor=cell(80)))
    step = one(asks("share", "at_least", 80), floored).steps[0]
    assert (step.kind, step.reasons, step.excluded) == (Kind.NOT_COMPARED, ("pending",), Kind.LOOSER)
    both = c.All((asks("yes", "equals", True), asks("share", "at_least", "pending")))
    assert one(both, asks("yes", "equals", True)).steps[0].excluded is Kind.STRICTER
    assert one(asks("share", "at_least", 80), asks("share", "at_least", "pending")).steps[0].excluded is None
    dropped = one(asks("share", "at_least", "pending"), asks("share", "at_least", "none")).steps[0]
    assert (dropped.kind, dropped.excluded) == (Kind.NOT_COMPARED, Kind.STRICTER)


def test_one_open_value_that_stays_leaves_the_rest_comparable() -> None:
    def both(limit: int) -> c.Condition:
        return c.All((asks("share", "at_least", limit), asks("other_share", "at_least", "pending")))

    step = one(both(80), both(90)).steps[0]
    assert (step.kind, step.excluded) == (Kind.NOT_COMPARED, Kind.LOOSER)


def test_columns_are_pooled_and_years_compared_with_themselves() -> None:
    def table(**rows: tuple[int, int]) -> Table:
        keys = {(region, year): v for region, vs in rows.items() for year, v in zip(("2024", "2025"), vs, strict=True)}
        return Table(("region", "year"), tuple((key, cell(value)) for key, value in keys.items()))

    old, new = table(N=(40, 43), S=(45, 48)), table(N=(41, 43), S=(45, 40))
    found = one(asks("amount", "at_least", old), asks("amount", "at_least", new))
    assert found.kinds == (Kind.STRICTER, Kind.LOOSER)
    assert found.direction is Kind.INCOMPARABLE
    stricter, looser = found.steps
    assert stricter.ranges == (("region", (("N", "N"),)), ("year", (("2024", "2024"),)))
    assert looser.witnesses[0].facts == {"region": "S", "amount": Decimal(40)}
    assert looser.witnesses[0].years == (2025, 2025)
    same = one(asks("amount", "at_least", old), asks("amount", "at_most", old))
    assert [len(step.columns) for step in same.steps] == [1, 1, 1, 1]
    pooled = one(
        asks("amount", "at_least", table(N=(1, 1), S=(1, 1))), asks("amount", "at_least", table(N=(2, 2), S=(2, 2)))
    )
    assert [(len(step.columns), step.whole) for step in pooled.steps] == [(4, True)]


def test_sets_of_two_years_are_not_told_apart_by_the_year() -> None:
    table = Table(("year",), (((("2024",)), cell(40)), (("2025",), cell(43))))
    old = ruleset(indicator("1", asks("amount", "at_least", table)))
    assert diff(old, in_year(old, 2025)).changes == ()


def test_another_scheme_of_columns_is_compared_pair_by_pair() -> None:
    zone = Fact("zone", FactType.CATEGORY, values=("N", "S", "Z"))
    rule = c.Derived(zone, c.Case((c.CaseRow(asks("yes", "equals", True), "Z"),), c.Ref("region")))
    by_region = Table(("region",), ((("N",), cell(40)), (("S",), cell(50))))
    by_zone = Table(("zone",), ((("N",), cell(40)), (("S",), cell(55)), (("Z",), cell(40))))
    old = ruleset(indicator("1", asks("amount", "at_least", by_region)), derived=(rule,))
    new = ruleset(indicator("1", asks("amount", "at_least", by_zone)), derived=(rule,))
    found = diff(old, new)
    replay(found)
    mirrored(found, diff(new, old))
    pairs = {(s.kind, tuple((x.old, x.new) for x in cs)) for s in found.indicator("1").steps for cs in s.columns}
    assert pairs == {
        (Kind.STRICTER, (("S", None), (None, "S"))),
        (Kind.LOOSER, (("S", None), (None, "Z"))),
    }


def test_a_province_is_compared_in_its_own_columns_only() -> None:
    tables = [Table(("region",), ((("N",), cell(40)), (("S",), cell(n)))) for n in (50, 60)]
    old, new = (ruleset(indicator("1", asks("amount", "at_least", t))) for t in tables)
    north = evolve(new, bindings=(("region", "N"), ("year", "2024")))
    south = evolve(new, bindings=(("region", "S"), ("year", "2024")))
    assert diff(old, north).changes == ()
    assert diff(old, south).indicator("1").direction is Kind.STRICTER
    between = diff(north, south).indicator("1")
    assert between.direction is Kind.STRICTER
    assert [(x.old, x.new) for x in between.steps[0].columns[0]] == [("N", "S")]


def test_added_removed_renumbered_retitled() -> None:
    asked = asks("share", "at_least", 80)
    old = ruleset(
        indicator("1", asked),
        indicator("2", asks("yes", "equals", True), "Có"),
        indicator("3", asks("also", "equals", True)),
    )
    new = ruleset(
        indicator("1", asked, "Tên mới"),
        indicator("4", asks("yes", "equals", True), "Có"),
        indicator("5", asks("tally", "at_least", 1)),
    )
    found = diff(old, new)
    replay(found)
    mirrored(found, diff(new, old))
    kinds = {change.numbers: change.kinds for change in found.changes}
    assert kinds == {
        ("1", "1"): (Kind.RETITLED,),
        ("2", "4"): (Kind.RENUMBERED,),
        (None, "5"): (Kind.ADDED,),
        ("3", None): (Kind.REMOVED,),
    }
    assert found.indicator("5").witnesses[0].facts == {"tally": Decimal(0)}
    assert [change.no for change in found.compared] == ["1", "1", "4", "5", "3"]


def test_renumbered_and_stricter_by_facts_and_title() -> None:
    old = ruleset(indicator("1", asks("share", "at_least", 80), "Nước"), indicator("2", asks("yes", "equals", True)))
    new = ruleset(
        indicator("1", asks("yes", "equals", True), "Khác"), indicator("7", asks("share", "at_least", 90), "Nước")
    )
    found = diff(old, new)
    assert found.indicator("7").kinds == (Kind.RENUMBERED, Kind.STRICTER)
    assert found.indicator("1").numbers == ("2", "1")


def test_evidence_and_citation_alone_are_a_kind_of_their_own() -> None:
    official = asks("share", "at_least", 80)
    for changed in (cell(80, evidence=Evidence.SECONDARY), cell(80, citation=Citation(made.PRESS))):
        found = one(official, evolve(official, threshold=changed))
        assert found.kinds == (Kind.EVIDENCE,)
        assert found.direction is Kind.EQUAL
        assert found.witnesses == ()
        assert len(found.steps[0].asked) == 1


def test_where_it_applies_belongs_to_the_condition() -> None:
    asked, guard = asks("share", "at_least", 80), asks("yes", "equals", True)
    old, new = ruleset(indicator("1", asked)), ruleset(indicator("1", asked, applies=guard))
    found = diff(old, new)
    replay(found)
    assert found.indicator("1").kinds == (Kind.LOOSER,)
    assert "điều kiện áp dụng" in found.text()


def test_a_floor_of_evidence_is_part_of_the_meaning() -> None:
    recalled = ruleset(indicator("1", asks("share", "at_least", cell(80, evidence=Evidence.RECALLED))))
    step = diff(recalled, recalled.with_minimum_evidence("official")).indicator("1").steps[0]
    assert (step.kind, step.reasons) == (Kind.NOT_COMPARED, ("below_minimum_evidence",))


def test_how_many_members_are_asked_for() -> None:
    members = [indicator(str(n), asks(f, "equals", True)) for n, f in enumerate(("yes", "also", "act"), 1)]
    two, one_, all_ = (ruleset(*members, k=k) for k in (2, 1, None))
    for old, new, kind in ((two, one_, Kind.LOOSER), (one_, all_, Kind.STRICTER)):
        found = diff(old, new)
        replay(found)
        mirrored(found, diff(new, old))
        (change,) = found.changes
        assert (change.level, change.kinds, len(change.witnesses)) == ("criterion", (kind,), 1)
    guarded = [*members[:2], indicator("3", asks("act", "equals", True), applies=asks("share", "at_least", 1))]
    (change,) = diff(ruleset(*guarded, k=2), ruleset(*guarded)).changes
    assert change.kinds == (Kind.NOT_COMPARED,)
    (change,) = diff(two, ruleset(*members[:2], k=1)).changes[:1]
    assert change.steps[0].reasons == ("members",)


def test_the_whole_set_may_ask_for_some_criteria_only() -> None:
    def of(k: int) -> Ruleset:
        criteria = tuple(
            Criterion(n, (indicator(n, asks(f, "equals", True)),)) for n, f in (("1", "yes"), ("2", "also"))
        )
        return evolve(ruleset(indicator("1", asks("yes", "equals", True))), criteria=criteria, at_least_n=k)

    found = diff(of(1), of(2))
    replay(found)
    assert [(change.level, change.kinds) for change in found.changes] == [("ruleset", (Kind.STRICTER,))]
    assert "Toàn bộ tiêu chí: yêu cầu chặt hơn" in found.text()


def test_a_prerequisite_that_changed_is_sent_to_its_own_comparison() -> None:
    def of(limit: int) -> Ruleset:
        other = evolve(ruleset(indicator("1", asks("share", "at_least", limit))), id="commune/b")
        return ruleset(indicator("1", c.Meets("commune/b", c.By.FINDING, cell(True), resolved=other)))

    assert diff(of(80), of(80)).changes == ()
    step = diff(of(80), of(90)).indicator("1").steps[0]
    assert (step.kind, step.reasons) == (Kind.NOT_COMPARED, ("prerequisite",))
    assert "cần so sánh riêng" in diff(of(80), of(90)).text()


def test_a_ratio_worked_out_by_the_set() -> None:
    rate = c.Derived(
        made.BY_ID["share"].__class__(
            "group_rate", FactType.PERCENT, decimals=2, minimum=Decimal(0), maximum=Decimal(100)
        ),
        RatioOf("group_part", "group_whole"),
    )
    old, new = (ruleset(indicator("1", asks("group_rate", "at_least", n)), derived=(rate,)) for n in ("33.3", "66.7"))
    found = diff(old, new)
    replay(found)
    assert found.indicator("1").kinds == (Kind.STRICTER,)
    assert found.indicator("1").witnesses[0].facts == {"group_part": 3330, "group_whole": 10000}


def test_too_many_combinations_are_said_not_guessed() -> None:
    facts = tuple(Fact(f"f{n}", FactType.BOOLEAN) for n in range(16))
    old, new = (
        evolve(ruleset(indicator("1", c.AtLeast(k, tuple(asks(f.id, "equals", True) for f in facts)))), facts=facts)
        for k in (8, 9)
    )
    found = diff(old, new)
    replay(found)
    step = found.indicator("1").steps[0]
    assert (step.kind, step.reasons) == (Kind.NOT_COMPARED, ("combinations",))
    assert len(step.witnesses) == 1


def test_points_stand_for_all_values() -> None:
    tally, share = made.BY_ID["tally"], made.BY_ID["share"]
    assert points(tally, [Decimal("2.5")]) == (1, 2, 3, 4)
    assert points(share, [Decimal(0), Decimal(100)]) == (0, Decimal("0.01"), 100)
    assert points(share, [Decimal("0.001")]) == (0, Decimal("0.001"), Decimal("0.011"))
    assert points(share, [Decimal(120)]) == points(share, []) == (0,)


# -- laws ----------------------------------------------------------------------------------------


@st.composite
def two_sets(draw: st.DrawFn) -> tuple[Ruleset, Ruleset]:
    """A set, and the same with some indicators redrawn."""
    old = draw(made.rulesets())
    known = made.BY_ID | {d.id: d.fact for d in old.derived}
    criteria = []
    for criterion in old.criteria:
        own = [
            evolve(i, require=draw(made.conditions(known, depth=1))) if draw(st.booleans()) else i
            for i in criterion.indicators
        ]
        criteria.append(evolve(criterion, indicators=tuple(own)))
    return old, evolve(old, criteria=tuple(criteria))


@given(made.rulesets())
def test_a_set_does_not_differ_from_itself(found: Ruleset) -> None:
    assert diff(found, found).changes == ()
    again = evolve(found, criteria=tuple(evolve(criterion) for criterion in found.criteria))
    assert diff(found, again).changes == ()


@given(two_sets())
def test_swapping_swaps_and_every_witness_replays(sets: tuple[Ruleset, Ruleset]) -> None:
    found = diff(*sets)
    replay(found)
    mirrored(found, diff(*reversed(sets)))
    json.dumps(found.to_dict())
    assert found.text("vi")[:1] == found.text("en")[:1] == "" or found.changes
    assert pickle.loads(pickle.dumps(found)) == found


@given(two_sets(), st.data())
def test_no_facts_contradict_a_direction(sets: tuple[Ruleset, Ruleset], data: st.DataObject) -> None:
    old, new = sets
    found = diff(old, new)
    # what is given of a derived fact may contradict the other set, and a difference speaks of the derivation alone
    facts = {n: value for n, value in data.draw(made.facts(old, missing=200)).items() if n in old.inputs()}
    before, after = assess(old, typing.cast(typing.Any, facts)), assess(new, typing.cast(typing.Any, facts))
    for change in found.compared:
        if change.level == "indicator" and change.old is not None and change.new is not None:
            was = before.indicators[change.old.no].outcome
            now = after.indicators[change.new.no].outcome
            excluded = {step.excluded for step in change.steps if step.kind is Kind.NOT_COMPARED}
            direction = change.direction
            if direction is Kind.NOT_COMPARED and len(excluded) == 1 and set(change.kinds) <= {Kind.NOT_COMPARED}:
                direction = {Kind.LOOSER: Kind.STRICTER, Kind.STRICTER: Kind.LOOSER, None: direction}[excluded.pop()]
            if direction in (Kind.STRICTER, Kind.EQUAL):
                assert not (was is Outcome.NOT_MET and now.satisfied)
            if direction in (Kind.LOOSER, Kind.EQUAL):
                assert not (was.satisfied and now is Outcome.NOT_MET)


# -- real decisions ------------------------------------------------------------------------------


def kinds(found: Difference) -> dict[str, tuple[str, ...]]:
    changes = (change for change in found.changes if change.level == "indicator")
    return {change.no: tuple(kind.value for kind in change.kinds) for change in changes}


def test_decision_211_and_1558(bundled: Library) -> None:
    old = bundled.compose("commune/ntm", on=dt.date(2022, 5, 1))
    new = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2))
    found = ntm.difference.diff(old, new)
    replay(found)
    assert kinds(found) == {
        "13.1": ("retitled", "incomparable"),
        "14.1": ("not_compared",),
        "15.4": ("retitled", "incomparable", "not_compared"),
        "17.1": ("not_compared",),
        "18.4": ("retitled", "incomparable"),
    }
    law = found.indicator("18.4")
    assert [w.facts["access_to_law_standard"] for w in law.witnesses] == [True, False]
    centre = found.indicator("14.1").steps[0]
    assert [(a and a.address, b) for a, b in centre.asked] == [("14.1f", None)]
    assert centre.excluded is Kind.STRICTER


def test_decision_1558_alone(bundled: Library) -> None:
    days = (dt.date(2024, 6, 3), dt.date(2024, 6, 4))
    assert list(kinds(diff(*(bundled.compose("commune/ntm", on=day) for day in days)))) == ["14.1"]


def test_lang_son_against_the_nation(bundled: Library) -> None:
    on = dt.date(2024, 7, 2)
    found = diff(bundled.compose("commune/ntm", on=on), bundled.compose("commune/ntm", on=on, province="lang-son"))
    replay(found)
    assert set(kinds(found)) == {"2.1", "2.2", "2.3", "2.4", "5", "6.1", "7", "13.3", "16"}
    assert all(change.direction is Kind.NOT_COMPARED for change in found.changes)
    assert {no for no in kinds(found) if found.indicator(no).steps[0].excluded is Kind.LOOSER} == {
        "5",
        "6.1",
        "7",
        "13.3",
    }


def test_two_periods(bundled: Library) -> None:
    old = bundled.compose("commune/ntm", on=dt.date(2020, 12, 31))
    new = bundled.compose("commune/ntm", on=dt.date(2022, 5, 1))
    found = diff(old, new)
    replay(found)
    mirrored(found, diff(new, old))
    moved = {
        change.numbers for change in found.changes if change.level == "indicator" and Kind.RENUMBERED in change.kinds
    }
    assert moved == MOVED
    income = found.indicator("10")
    assert income.witnesses[0].years == (2020, 2022)
    criteria = {change.numbers: change.kinds for change in found.compared if change.level == "criterion"}
    assert criteria["3", "3"] == (Kind.RETITLED,)


MOVED = {("17.6", "17.8"), ("17.8", "17.10"), ("18.5", "18.4")}


def test_two_tiers(bundled: Library) -> None:
    on = dt.date(2024, 7, 2)
    found = diff(bundled.compose("commune/ntm", on=on), bundled.compose("commune/nang-cao", on=on))
    replay(found)
    power = found.indicator("4")
    assert power.numbers == ("4.2", "4")
    assert power.kinds == (Kind.RENUMBERED, Kind.STRICTER)


@pytest.mark.parametrize("province", ["gia-bac", "gia-trung"])
def test_the_fiction_provinces(fiction: Library, province: str) -> None:
    on = dt.date(2024, 7, 2)
    old = fiction.compose("commune/ntm", on=on)
    found = diff(old, fiction.compose("commune/ntm", on=on, province=province))
    replay(found)
    assert found.changes


# -- units ---------------------------------------------------------------------------------------


def test_units_that_turn() -> None:
    old = ruleset(indicator("1", asks("amount", "at_least", 39)), indicator("2", asks("yes", "equals", True)))
    new = ruleset(indicator("1", asks("amount", "at_least", 45)), indicator("3", asks("also", "equals", True)))
    units: list[tuple[str, dict[str, typing.Any]]] = [
        ("A", {"amount": 43, "yes": True, "also": True}),
        ("B", {"amount": 50, "yes": True, "also": True}),
        ("C", {"amount": 50, "yes": True, "also": False}),
    ]
    found = list(diff(old, new).on_units(units))
    assert [unit.unit for unit in found] == ["A", "C"]
    assert (found[0].before.outcome, found[0].after.outcome) == (Outcome.MET, Outcome.NOT_MET)
    data = json.loads(json.dumps(found[0].to_dict()))
    assert data["outcome"] == {"before": "met", "after": "not_met"}
    (income,) = data["indicators"]
    assert [income["comparisons"][side][0]["margin"] for side in ("before", "after")] == ["4", "-2"]
    assert [(x["old_no"], x["new_no"]) for x in found[1].to_dict()["indicators"]] == [(None, "3")]


# -- words ---------------------------------------------------------------------------------------


def test_words_in_vietnamese(bundled: Library) -> None:
    on = dt.date(2024, 7, 2)
    found = diff(bundled.compose("commune/ntm", on=on), bundled.compose("commune/nang-cao", on=on))
    lines = found.indicator("4").text(found.old, found.new).splitlines()
    title = "Tỷ lệ hộ đăng ký trực tiếp và được sử dụng điện an toàn, ổn định"
    assert lines[0] == f"Chỉ tiêu 4 {title}: đổi số, trước là 4.2; yêu cầu chặt hơn"
    assert lines[4] == "  Trường hợp Đồng bằng sông Hồng, Đông Nam Bộ"
    assert lines[5] == (
        "  trước đây: cần từ 99% (318/QĐ-TTg, Phụ lục I; ghi theo trí nhớ, độ tin cậy vừa); "
        "nay: cần từ 100% (318/QĐ-TTg, Phụ lục II; nguồn thứ cấp)"
    )
    assert lines[6].startswith("  Ví dụ (Vùng: Đồng bằng sông Hồng; Xã thuộc diện áp dụng cột")
    assert lines[6].endswith(f"{title}: 99%): trước đây đạt, nay chưa đạt")


def test_words_of_everything_in_both_languages(bundled: Library, fiction: Library) -> None:
    on = dt.date(2024, 7, 2)
    for library, a, b in ((bundled, "commune/ntm", "commune/nang-cao"), (fiction, "commune/ntm", "commune/nang-cao")):
        found = diff(library.compose(a, on=on), library.compose(b, on=on))
        for lang in ("vi", "en"):
            assert "None" not in found.text(lang)
    with pytest.raises(ntm.UnknownName):
        found.text("fr")


# -- the command ---------------------------------------------------------------------------------


run = partial(command_line.run, "diff")
OLD, NEW = "commune/ntm@2024-02-29@lang-son", "commune/ntm@02/07/2024@Lạng Sơn"


def test_the_command_in_words() -> None:
    out = run(OLD, NEW, "--data", EXAMPLES / "communes-lang-son.csv", "--keep", "ghi_chu")
    lines = out.splitlines()
    assert lines[0] == "Trước:"
    assert "Nay:" in lines
    assert any(line.startswith("Chỉ tiêu 18.4 Tiếp cận pháp luật: đổi tên, trước là") for line in lines)
    assert "4/4 đơn vị có kết quả thay đổi" in lines
    assert any(line.startswith("Xã A: ") for line in lines)
    assert "two sets were composed for figures of different years (2022 and 2024)" in run(
        "commune/ntm@2022-05-01", "commune/ntm@2024-07-02", "--lang", "en"
    )
    assert run(NEW, NEW).splitlines()[-2] == "Không có thay đổi."


def test_the_command_as_json() -> None:
    data = json.loads(
        run(OLD, NEW, "--format", "json", "--data", EXAMPLES / "communes-lang-son.csv", "--keep", "ghi_chu")
    )
    assert data["schema"] == "ntm-rules/diff/1"
    assert data["old"]["on"] == "2024-02-29"
    assert {change["new_no"] for change in data["changes"]} >= {"13.1", "14.1", "15.4", "17.1", "18.4"}
    assert data["units_total"] == len(data["units"]) == 4


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("commune/ntm", "`commune/ntm` names no ruleset with a date; write `commune/ntm@2024-07-02`"),
        ("commune/ntm@2024-13-01", "`2024-13-01` is not a date"),
        ("commune/ntmm@2024-07-02", "unknown ruleset `commune/ntmm`\n    help: did you mean `commune/ntm`"),
        ("commune/ntm@2024-07-02@lang-sn", "unknown province `lang-sn`\n    help: did you mean `lang-son`"),
        ("commune/ntm@2021-07-02", "no set `commune/ntm` is in force on 2021-07-02"),
    ],
)
def test_what_is_written_badly(spec: str, said: str) -> None:
    assert said in run(spec, NEW, code=2)


def test_bad_units_are_all_told(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("unit,income_per_capita,region\nA,-4,\nB,40,DNB\n", encoding="utf-8")
    said = run("commune/ntm@2024-07-02", NEW, "--data", path, code=2)
    assert "unit `A`, fact `income_per_capita`" in said
