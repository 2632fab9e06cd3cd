"""Which law holds: dates, periods, provinces, layers, and what a layer may do."""

# ruff: noqa: E501 - a case a line

import datetime as dt
import pickle
import typing
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ntm_rules import Evidence, FactError, Library, NotInForce, Outcome, Ruleset, RulesetError, UnknownName, assess
from ntm_rules.model.conditions import Comparison
from ntm_rules.model.rulesets import LayerKind
from ntm_rules.model.thresholds import Cell, Relative, Table
from unit.small import BASE, OTHER, PROVINCES, amendment, changed, codes, load, overlay, problems

ON = dt.date(2024, 7, 2)
SET_85 = '{set: "1.1", at_least: "85", evidence: official}'
SET_90 = '{set: "1.1", at_least: "90", evidence: official}'

Compose = Callable[..., Ruleset]


@pytest.fixture
def country(tmp_path: Path) -> Callable[..., Library]:
    return lambda **files: load(tmp_path / "rules", **files)


def water(ruleset: Ruleset) -> Cell:
    """The cell of 1.1."""
    require = ruleset.criteria[0].indicators[0].require
    assert isinstance(require, Comparison)
    assert isinstance(require.threshold, Cell)
    return require.threshold


def table(ruleset: Ruleset, criterion: int = 0, indicator: int = 1) -> dict[tuple[str, ...], Cell]:
    require = ruleset.criteria[criterion].indicators[indicator].require
    assert isinstance(require, Comparison)
    threshold = require.threshold.resolved if isinstance(require.threshold, Relative) else require.threshold
    assert isinstance(threshold, Table)
    return dict(threshold.cells)


def diagnosed(ruleset: Ruleset) -> list[tuple[str, str]]:
    return [(d.severity.value, d.code) for d in ruleset.diagnostics]


def outcomes(ruleset: Ruleset, **facts: object) -> dict[str, str]:
    return {no: i.outcome.code for no, i in assess(ruleset, facts).indicators.items()}


# -- dates and periods ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "period"),
    [
        (dt.date(2020, 12, 31), "2016-2020"),
        (dt.date(2022, 3, 8), "2021-2025"),
        (dt.date(2025, 12, 31), "2021-2025"),
        (dt.date(2026, 2, 15), "2026-2030"),
        (dt.date(2030, 12, 31), "2026-2030"),
    ],
)
def test_first_and_last_days_of_the_bundled_sets(bundled: Library, on: dt.date, period: str) -> None:
    assert bundled.compose("commune/ntm", on=on).period == period


@pytest.mark.parametrize(
    "on", [dt.date(2021, 1, 1), dt.date(2022, 3, 7), dt.date(2026, 1, 1), dt.date(2026, 2, 14), dt.date(2031, 1, 1)]
)
def test_no_set_is_in_force_between_the_bundled_ones(bundled: Library, on: dt.date) -> None:
    with pytest.raises(NotInForce) as caught:
        bundled.compose("commune/ntm", on=on)
    assert f"no set `commune/ntm` is in force on {on}" in str(caught.value)
    assert "2021-2025 (2022-03-08 to 2025-12-31)" in caught.value.hint
    assert "period=" in caught.value.hint


def test_the_caller_may_name_the_set_where_none_is_in_force(bundled: Library) -> None:
    before = bundled.compose("commune/ntm", on=dt.date(2021, 6, 1), period="2021-2025")
    assert (before.period, before.on, before.year) == ("2021-2025", dt.date(2021, 6, 1), 2021)
    assert ("note", "ruleset.named") in diagnosed(before)
    after = bundled.compose("commune/ntm", on=dt.date(2026, 1, 20), period="2021-2025", year=2025)
    assert after.period == "2021-2025"
    assert after.year == 2025
    assert len(after.layers) == 3
    with pytest.raises(UnknownName) as caught:
        bundled.compose("commune/ntm", on=ON, period="2021-2024")
    assert "2021-2025" in caught.value.suggestions


def test_on_picks_the_law_and_year_the_column(country: Callable[..., Library]) -> None:
    """Results of 2024 appraised in May 2025."""
    library = country()
    on = dt.date(2025, 5, 20)
    facts: dict[str, typing.Any] = {"income": 41, "region": "NUI", "planned": True}
    margins = {
        year: assess(library.compose("commune/ntm", on=on, year=year), facts).indicators["1.2"].margin
        for year in (2024, 2025)
    }
    assert margins == {2024: Decimal(1), 2025: Decimal(-2)}
    assert library.compose("commune/ntm", on=on).year == 2025
    beyond = assess(library.compose("commune/ntm", on=on, year=2023), facts).indicators["1.2"]
    assert [code.value for code in beyond.codes] == ["no_cell"]


def test_unknown_names_have_suggestions(bundled: Library) -> None:
    for name, wanted in (("commune/nmt", "commune/ntm"), ("commune/nangcao", "commune/nang-cao")):
        with pytest.raises(UnknownName) as caught:
            bundled.compose(name, on=ON)
        assert wanted in caught.value.suggestions
    with pytest.raises(UnknownName) as caught:
        bundled.compose("commune/ntm", on=ON, province="lang-sơm")
    assert "lang-son" in caught.value.suggestions
    with pytest.raises(UnknownName) as caught:
        bundled.compose("commune/ntm", on=ON).with_minimum_evidence("oficial")
    assert caught.value.suggestions == ("official",)


def test_a_date_known_to_the_month_or_year_counts_from_its_last_day(country: Callable[..., Library]) -> None:
    library = country(
        a_yaml=overlay("bac", "3/QD", "2023", more="read: partly"),
        b_yaml=overlay("nam", "4/QD", "2024-02", more="read: partly"),
    )
    for province, first, shown in (("bac", dt.date(2023, 12, 31), "2023"), ("nam", dt.date(2024, 2, 29), "2024-02")):
        before = library.compose("commune/ntm", on=first - dt.timedelta(days=1), province=province)
        assert len(before.layers) == 1
        ruleset = library.compose("commune/ntm", on=first, province=province)
        assert ruleset.layers[1].start == first
        assert not ruleset.layers[1].date_known
        (note,) = [d for d in ruleset.diagnostics if d.code == "layer.date"]
        assert f"`{shown}`" in note.message
        assert str(first) in note.message


# -- provinces ------------------------------------------------------------------------------------


def test_a_province_binds_the_region(country: Callable[..., Library]) -> None:
    ruleset = country().compose("commune/ntm", on=ON, province="Bắc")
    assert ruleset.province == "bac"
    assert dict(ruleset.bindings) == {"region": "NUI", "year": "2024"}
    assert "region" not in ruleset.inputs()
    found = assess(ruleset, {"income": 41, "planned": True}).indicators["1.2"]
    assert (found.outcome, found.margin) == (Outcome.MET, Decimal(1))
    assess(ruleset, {"region": "NUI"})
    with pytest.raises(FactError) as caught:
        assess(ruleset, {"region": "BIEN"}, unit="X")
    assert (caught.value.unit, caught.value.fact, caught.value.value) == ("X", "region", "BIEN")
    assert "`NUI`" in caught.value.expected
    assert "`bac`" in caught.value.expected


def test_a_province_that_has_ended_names_its_successor(bundled: Library) -> None:
    with pytest.raises(NotInForce) as caught:
        bundled.compose("commune/ntm", on=dt.date(2025, 7, 1), province="bac-giang")
    assert "ended on 2025-06-30" in str(caught.value)
    assert "`bac-ninh`" in caught.value.hint
    assert "territory=`bac-giang`" in caught.value.hint
    assert bundled.compose("commune/ntm", on=dt.date(2025, 6, 30), province="bac-giang").province == "bac-giang"


def test_the_old_overlay_on_the_callers_word(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=dt.date(2025, 7, 1), province="bac-ninh", territory="bac-giang")
    assert (ruleset.province, ruleset.territory) == ("bac-ninh", "bac-giang")
    assert [x.instrument.issuer for x in ruleset.layers if x.kind is LayerKind.OVERLAY and x.instrument] == [
        "bac-giang"
    ]
    assert dict(ruleset.bindings)["region"] == "TDMNPB"
    (note,) = [d for d in ruleset.diagnostics if d.code == "layer.territory"]
    assert "the caller's statement" in note.message


def test_a_province_of_the_future_and_one_of_two_regions(country: Callable[..., Library]) -> None:
    library = country()
    with pytest.raises(NotInForce, match="does not exist on 2024-07-02 yet"):
        library.compose("commune/ntm", on=ON, province="gop")
    merged = library.compose("commune/ntm", on=dt.date(2025, 7, 1), province="gop")
    assert dict(merged.bindings) == {"year": "2025"}
    assert "region" in merged.inputs()


def test_a_known_province_without_an_overlay_composes_the_base(country: Callable[..., Library]) -> None:
    ruleset = country(a_yaml=overlay("bac", "3/QD", "2024-01-01", SET_85)).compose("commune/ntm", on=ON, province="nam")
    assert [x.kind for x in ruleset.layers] == [LayerKind.BASE]
    assert ruleset.read_whole


def test_overlay_unknown_is_as_good_as_partly_read(country: Callable[..., Library]) -> None:
    ruleset = country().compose("commune/ntm", on=ON, province="an")
    assert [x.kind for x in ruleset.layers] == [LayerKind.BASE, LayerKind.UNKNOWN]
    assert not ruleset.read_whole
    met, failed = (assess(ruleset, {"clean_water_share": n}).indicators["1.1"] for n in (80, 79))
    assert (met.outcome, met.provisional, [c.value for c in met.codes]) == (Outcome.MET, True, ["layer_not_read"])
    assert (failed.outcome, failed.provisional, failed.codes) == (Outcome.NOT_MET, False, ())


# -- order, ties, replaces ------------------------------------------------------------------------


def test_layers_apply_by_date_of_entry_into_force(country: Callable[..., Library]) -> None:
    library = country(
        z_yaml=amendment("3/QD", "2023-06-01", SET_85),
        a_yaml=amendment("4/QD", "2024-01-01", SET_90, more="in_force: {from: 2024-02-01, to: 2024-12-31}"),
    )
    expected = {
        dt.date(2023, 5, 31): ("80", "1/QD"),
        dt.date(2023, 6, 1): ("85", "3/QD"),
        dt.date(2024, 1, 31): ("85", "3/QD"),
        dt.date(2024, 2, 1): ("90", "4/QD"),
        dt.date(2024, 12, 31): ("90", "4/QD"),
        dt.date(2025, 1, 1): ("85", "3/QD"),
    }
    for on, (value, number) in expected.items():
        cell = water(library.compose("commune/ntm", on=on))
        assert (cell.value, cell.blame.number, cell.citation.instrument.number) == (Decimal(value), number, number), on


def test_two_instruments_of_one_issuer_and_day_tie(tmp_path: Path, country: Callable[..., Library]) -> None:
    first, second = (amendment(n, "2024-01-01", op) for n, op in (("3/QD", SET_85), ("4/QD", SET_90)))
    (tie,) = problems(tmp_path / "tie", a_yaml=first, b_yaml=second)
    assert tie.code == "layer.tie"
    for word in ("`3/QD`", "`4/QD`", "`1.1`"):
        assert word in tie.message
    assert "`replaces`" in tie.hint
    other = amendment("4/QD", "2024-01-01", '{set: "2.2", level_at_least: "2", evidence: official}')
    assert problems(tmp_path / "apart", a_yaml=first, b_yaml=other) == ()
    another_issuer = amendment("4/QD", "2024-01-01", SET_90, issuer="bo-mau")
    assert problems(tmp_path / "issuers", a_yaml=first, b_yaml=another_issuer) == ()
    cells = [f'{{set: "1.2", cells: {{NUI: {{"{y}": {{value: "44", evidence: official}}}}}}}}' for y in (2024, 2025)]
    apart = [amendment(f"{n}/QD", "2024-01-01", op) for n, op in zip((3, 4), cells, strict=True)]
    assert problems(tmp_path / "cells", a_yaml=apart[0], b_yaml=apart[1]) == ()
    replacing = amendment(
        "4/QD", "2024-01-01", SET_90, more="replaces: [{issuer: xu-mau, number: 3/QD, date: 2024-01-01}]"
    )
    ruleset = country(a_yaml=first, b_yaml=replacing).compose("commune/ntm", on=ON)
    assert [x.instrument.number for x in ruleset.layers if x.instrument] == ["1/QD", "4/QD"]
    assert water(ruleset).value == 90


# -- operations -----------------------------------------------------------------------------------


def test_every_operation(fiction: Library) -> None:
    before, after = (fiction.compose("commune/ntm", on=dt.date(2024, m, d)) for m, d in ((5, 31), (6, 1)))
    numbers = [[i.no for c in r.criteria for i in c.indicators] for r in (before, after)]
    assert len(numbers[0]) == len(numbers[1]) == 57
    assert set(numbers[0]) - set(numbers[1]) == {"17.12"}
    assert set(numbers[1]) - set(numbers[0]) == {"18.7"}
    assert numbers[1].index("18.7") == numbers[1].index("18.6") + 1
    found = {i.no: i for c in after.criteria for i in c.indicators}
    old = {i.no: i for c in before.criteria for i in c.indicators}
    assert isinstance(found["4.1"].require, Comparison)
    assert isinstance(found["4.1"].require.threshold, Cell)
    assert found["4.1"].require.threshold.value == 92
    assert isinstance(found["12.1"].require, Comparison)
    assert found["12.1"].require.fact == "income_thousand"
    assert found["12.1"].citation.instrument.number == "11/QĐ-XM"
    assert found["18.4"].title != old["18.4"].title
    assert found["18.4"].require == old["18.4"].require
    parts = [m.part for m in found["14.1"].require.members]  # type: ignore[union-attr]
    assert parts == ["a", "b", "c"]
    assert isinstance(found["10"].require, Comparison)
    cells = dict(found["10"].require.threshold.cells)  # type: ignore[union-attr]
    assert {k: c.blame.number for k, c in cells.items() if k[1] == "2025"} == {
        ("ALL", "2025"): "1/QĐ-XM",
        ("NUI", "2025"): "11/QĐ-XM",
        ("BIEN", "2025"): "11/QĐ-XM",
        ("DONG", "2025"): "1/QĐ-XM",
    }
    assert after.title is not None


def test_replace_keeps_where_an_indicator_applies(country: Callable[..., Library]) -> None:
    """Unless it says otherwise, and never when a part is replaced."""
    base = changed(
        BASE,
        "title: {vi: Nước, en: Water}\n",
        'title: {vi: Nước, en: Water}\n        applies_if: {fact: planned, equals: "true", evidence: official}\n',
    )
    own = '{replace: "1.1", require: {fact: wages, at_least: "10", evidence: official}}'
    kept = country(ntm_yaml=base, a_yaml=amendment("3/QD", "2024-01-01", own)).compose("commune/ntm", on=ON)
    assert outcomes(kept, planned=False, wages=3)["1.1"] == "not_applicable"
    assert outcomes(kept, planned=True, wages=3)["1.1"] == "not_met"
    other = own[:-1] + ', applies_if: {fact: recognised, equals: "true", evidence: official}}'
    changed_too = country(ntm_yaml=base, a_yaml=amendment("3/QD", "2024-01-01", other)).compose("commune/ntm", on=ON)
    assert outcomes(changed_too, planned=False, recognised=True, wages=3)["1.1"] == "not_met"


def test_criteria_total_is_that_of_the_composed_set(fiction: Library) -> None:
    ruleset = fiction.compose("commune/ntm", on=ON, province="gia-bac")
    assert assess(ruleset, {}).criteria_total == 20
    assert [c.no for c in ruleset.criteria][-2:] == ["19", "20"]


@pytest.mark.parametrize(
    ("operation", "state"),
    [
        (SET_85, "85"),
        ('{set_pending: "1.1"}', "pending"),
        ('{set_pending: "1.1a"}', "pending"),
        ('{remove: "1.1"}', None),
        ('{remove: "1.1a"}', None),
    ],
)
def test_the_whole_condition_of_an_indicator_may_have_a_part(
    country: Callable[..., Library], operation: str, state: str | None
) -> None:
    """The number of the indicator means its condition, whatever part that has."""
    base = changed(BASE, 'at_least: "80", evidence', 'at_least: "80", part: a, evidence')
    ruleset = country(ntm_yaml=base, a_yaml=amendment("3/QD", "2024-01-01", operation)).compose("commune/ntm", on=ON)
    numbers = [i.no for i in ruleset.criteria[0].indicators]
    assert numbers == (["1.2"] if state is None else ["1.1", "1.2"])
    if state is not None:
        cell = water(ruleset)
        assert (cell.state.value if cell.value is None else str(cell.value)) == state


# -- overlays over amendments ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "value", "number", "loose"), [("82", "85", "3/QD", "4/QD"), ("90", "90", "4/QD", "3/QD")]
)
def test_an_overtaken_overlay_keeps_the_stricter_of_the_two(
    country: Callable[..., Library], later: str, value: str, number: str, loose: str
) -> None:
    library = country(
        a_yaml=overlay("bac", "3/QD", "2023-01-01", SET_85),
        b_yaml=amendment("4/QD", "2024-01-01", f'{{set: "1.1", at_least: "{later}", evidence: official}}'),
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    cell = water(ruleset)
    assert (cell.value, cell.blame.number) == (Decimal(value), number)
    assert cell.overtaken is not None
    assert cell.overtaken.blame.number == loose
    assert diagnosed(ruleset) == [("warning", "layer.overtaken")]
    assert water(library.compose("commune/ntm", on=dt.date(2023, 5, 5), province="bac")).value == 85


def test_an_amendment_holds_in_the_columns_that_the_overlay_left_alone(country: Callable[..., Library]) -> None:
    """The national cells that the province did not set are none of its own, however strict they were."""

    def cells(i: str, others: str) -> str:
        return f'cells: {{I: "{i}", II: "{others}", III: "{others}"}}'

    base = changed(BASE, 'at_least: "80"', f"at_least: {{by: [area], {cells('80', '80')}}}")
    library = country(
        ntm_yaml=base,
        a_yaml=overlay("bac", "3/QD", "2023-01-01", '{set: "1.1", cells: {I: "85"}, evidence: official}'),
        b_yaml=amendment("4/QD", "2024-01-01", f'{{set: "1.1", {cells("70", "70")}, evidence: official}}'),
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    found = {key: (str(cell.value), cell.blame.number) for key, cell in table(ruleset, indicator=0).items()}
    assert found == {("I",): ("85", "3/QD"), ("II",): ("70", "4/QD"), ("III",): ("70", "4/QD")}
    for area, least in (("I", 85), ("II", 70), ("III", 70)):
        below, there = (outcomes(ruleset, area=area, clean_water_share=n)["1.1"] for n in (least - 1, least))
        assert (below, there) == ("not_met", "met")


def test_both_hold_where_the_schemes_differ(country: Callable[..., Library]) -> None:
    own = '{set: "1.1", at_least: {by: [area], cells: {I: "95", "*": "81"}}, evidence: official}'
    library = country(a_yaml=overlay("bac", "3/QD", "2023-01-01", own), b_yaml=amendment("4/QD", "2024-01-01", SET_90))
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    for area, share, outcome in (("I", 94, "not_met"), ("I", 95, "met"), ("II", 89, "not_met"), ("II", 90, "met")):
        assert outcomes(ruleset, area=area, clean_water_share=share)["1.1"] == outcome


@pytest.mark.parametrize(
    "operation", ['{remove: "1.1"}', '{replace: "1.1", require: {fact: planned, equals: "true", evidence: official}}']
)
def test_what_an_overlay_said_lapses_with_the_indicator(country: Callable[..., Library], operation: str) -> None:
    library = country(
        a_yaml=overlay("bac", "3/QD", "2023-01-01", SET_85), b_yaml=amendment("4/QD", "2024-01-01", operation)
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    (warning,) = ruleset.diagnostics
    assert (warning.severity.value, warning.code) == ("warning", "layer.lapsed")
    assert "to be confirmed" in warning.hint


def test_an_overlay_after_an_amendment_is_compared_with_it(tmp_path: Path) -> None:
    """The base of an overlay's own in-force date is what it may not loosen."""
    later = amendment("4/QD", "2024-01-01", SET_90)
    early = problems(tmp_path / "a", a_yaml=overlay("bac", "3/QD", "2023-01-01", SET_85), b_yaml=later)
    late = problems(tmp_path / "b", a_yaml=overlay("bac", "3/QD", "2024-06-01", SET_85), b_yaml=later)
    assert (codes(early), codes(late)) == ([], ["layer.looser"])


# -- looser ---------------------------------------------------------------------------------------

LOOSER = [
    ("official", "", '{set: "1.1", at_least: "75", evidence: official}', "error"),
    ("secondary", "", '{set: "1.1", at_least: "75", evidence: official}', "warning"),
    ("recalled", "", '{set: "1.1", at_least: "75", evidence: recalled}', "warning"),
    ("official", 'free: "true", ', '{set: "1.1", at_least: "75", evidence: official}', None),
    ("official", "", '{set: "1.1", at_least: "80", evidence: recalled}', None),
    ("official", "", '{set: "1.1", at_least: "80.0001", evidence: recalled}', None),
    ("official", "", '{remove: "1.1"}', "error"),
    ("secondary", "", '{remove: "1.1"}', "warning"),
    ("official", "", '{set: "1.1", at_least: none, evidence: official}', "error"),
    ("official", "", '{set: "1.1", at_least: pending}', None),
    ("official", "", '{set: "1.1", at_least: {by: [area], cells: {I: "85", "*": "79"}}, evidence: official}', "error"),
    ("official", "", '{set: "1.1", at_least: {by: [area], cells: {I: "85", "*": "80"}}, evidence: official}', None),
    ("official", "", '{replace: "1.1", require: {any: [{fact: clean_water_share, at_least: "80"}, {fact: planned, equals: "true"}], part: x}, evidence: official}', "key"),
    ("official", "", '{replace: "1.1", require: {any: [{fact: clean_water_share, at_least: "80", evidence: official}, {fact: planned, equals: "true", evidence: official}]}}', "error"),
    ("official", "", '{replace: "1.1", require: {all: [{fact: clean_water_share, at_least: "80", evidence: official}, {fact: planned, equals: "true", evidence: official}]}}', None),
    ("official", "", '{replace: "1.1", require: {fact: clean_water_share, at_least: "80", evidence: official}, applies_if: {fact: planned, equals: "true", evidence: official}}', "error"),
    ("official", "", '{replace: "1.1", require: {fact: planned, equals: "true", evidence: official}}', "error"),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "free", "operation", "grave"), LOOSER)
def test_looser(tmp_path: Path, evidence: str, free: str, operation: str, grave: str | None) -> None:
    base = changed(BASE, 'at_least: "80", evidence: official', f'at_least: "80", {free}evidence: {evidence}')
    files = {"ntm_yaml": base, "layer_yaml": overlay("bac", "3/QD", "2024-01-01", operation)}
    found = problems(tmp_path / "rules", **files)
    if grave == "key":
        assert "key.unknown" in codes(found)
        return
    assert codes(found) == (["layer.looser"] if grave == "error" else [])
    if grave != "error":
        ruleset = load(tmp_path / "rules", **files).compose("commune/ntm", on=ON, province="bac")
        assert diagnosed(ruleset) == ([] if grave is None else [(grave, "layer.looser")])


OPERATORS = [
    ('{fact: wages, at_most: "50", evidence: official}', '"51"', '"49"'),
    ('{fact: wages, less_than: "50", evidence: official}', '"51"', '"49"'),
    ('{fact: wages, more_than: "50", evidence: official}', '"49"', '"51"'),
    ('{fact: wages, at_least: "50", evidence: official}', '"49"', '"51"'),
    ('{fact: wages, equals: "50", evidence: official}', '"51"', '"50.0"'),
    ('{fact: literacy, level_at_least: "1", evidence: official}', '"0"', '"2"'),
    ('{fact: region, one_of: [NUI], evidence: official}', "[NUI, BIEN]", "[NUI]"),
    ('{fact: area, one_of: [I, II], evidence: official}', "[II, III]", "[II]"),
    ('{fact: planned, equals: "true", evidence: official}', '"false"', '"true"'),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "looser", "stricter"), OPERATORS)
def test_looser_for_every_operator(tmp_path: Path, condition: str, looser: str, stricter: str) -> None:
    base = changed(BASE, '{fact: clean_water_share, at_least: "80", evidence: official}', condition)
    op = condition.split(", ")[1].split(":")[0]
    for value, expected in ((looser, ["layer.looser"]), (stricter, [])):
        operation = f'{{set: "1.1", {op}: {value}, evidence: official}}'
        found = problems(
            tmp_path / f"{len(expected)}", ntm_yaml=base, layer_yaml=overlay("bac", "3/QD", "2024-01-01", operation)
        )
        assert codes(found) == expected, value


COUNTED = """\
        require:
          at_least_n: 2
          of:
            - {fact: wages, at_least: "10", evidence: official}
            - {fact: income, at_least: "5", evidence: official}
"""
BOTH = """\
        require:
          all:
            - {fact: wages, at_least: "10", evidence: official}
            - {fact: wages, at_most: "80", evidence: official}
"""


@pytest.mark.parametrize(
    ("condition", "own", "expected"),
    [
        (COUNTED, 'at_least_n: 2, of: [{fact: wages, at_least: "10", evidence: official}, {fact: wages, at_least: "11", evidence: official}, {fact: income, at_least: "5", evidence: official}]', ["layer.looser"]),
        (COUNTED, 'at_least_n: 1, of: [{fact: wages, at_least: "10", evidence: official}]', ["layer.looser"]),
        (COUNTED, 'at_least_n: 2, of: [{fact: wages, at_least: "11", evidence: official}, {fact: income, at_least: "5", evidence: official}]', []),
        (BOTH, 'all: [{fact: wages, at_least: "10", evidence: official}, {fact: wages, at_most: "80", evidence: official}, {fact: planned, equals: "true", evidence: official}]', []),
        (BOTH, 'all: [{fact: wages, at_least: "10", evidence: official}]', ["layer.looser"]),
    ],
)  # fmt: skip
def test_looser_trees(tmp_path: Path, condition: str, own: str, expected: list[str]) -> None:
    base = changed(BASE, '        require: {fact: clean_water_share, at_least: "80", evidence: official}\n', condition)
    layer = overlay("bac", "3/QD", "2024-01-01", f'{{replace: "1.1", require: {{{own}}}}}')
    assert codes(problems(tmp_path / "rules", ntm_yaml=base, layer_yaml=layer)) == expected


def test_a_pending_overlay_under_not(country: Callable[..., Library]) -> None:
    base = changed(
        BASE, "{fact: wages, more_than: pending}", '{not: {fact: wages, more_than: "50", evidence: official}}'
    )
    library = country(
        ntm_yaml=base, a_yaml=overlay("bac", "3/QD", "2024-01-01", '{set_pending: "2.4"}', more="read: partly")
    )
    ruleset = library.compose("commune/ntm", on=ON, province="bac")
    assert outcomes(ruleset, wages=51)["2.4"] != "met"


def test_filling_a_pending_or_delegated_cell_is_not_looser(country: Callable[..., Library]) -> None:
    base = changed(BASE, 'at_least: "80", evidence: official', "at_least: {state: delegated, evidence: official}")
    filled = overlay("bac", "3/QD", "2024-01-01", '{set: "2.4", more_than: "3", evidence: official}', SET_85)
    ruleset = country(ntm_yaml=base, a_yaml=filled).compose("commune/ntm", on=ON, province="bac")
    assert diagnosed(ruleset) == []
    assert water(ruleset).value == 85
    assert water(ruleset).evidence is Evidence.OFFICIAL


# -- pending overlays -----------------------------------------------------------------------------


def test_a_pending_overlay_cell_over_a_set_base_cell(country: Callable[..., Library]) -> None:
    ruleset = country(
        a_yaml=overlay("bac", "3/QD", "2024-01-01", '{set_pending: ["1.1", "1.2", "2.3"]}', more="read: partly")
    ).compose("commune/ntm", on=ON, province="bac")
    assert outcomes(ruleset, clean_water_share=79.9)["1.1"] == "not_met"
    assert outcomes(ruleset, clean_water_share=80)["1.1"] == "undetermined"
    assert outcomes(ruleset, income=39, planned=True)["1.2"] == "not_met"
    assert outcomes(ruleset, income=40, planned=True)["1.2"] == "undetermined"
    assert outcomes(ruleset, wages=81)["2.3"] == "not_met"
    verdict = assess(ruleset, {"clean_water_share": 79.9, "planned": True})
    assert verdict.indicators["1.1"].margin == Decimal("-0.1")
    assert verdict.indicators["1.1"].required == Decimal(80)
    assert [c.value for c in verdict.indicators["1.2"].codes] == ["pending", "fact_missing"]


def test_an_amendment_to_an_unknown_value_has_no_floor(country: Callable[..., Library]) -> None:
    ruleset = country(a_yaml=amendment("3/QD", "2024-01-01", '{set_pending: "1.1"}')).compose("commune/ntm", on=ON)
    assert outcomes(ruleset, clean_water_share=3)["1.1"] == "undetermined"


def test_a_pending_overlay_over_a_relative_threshold(country: Callable[..., Library]) -> None:
    """The floor is the product, not the factor."""
    text = overlay("bac", "3/QD", "2024-01-01", '{set_pending: "2"}').replace("commune/ntm", "commune/khac")
    ruleset = country(a_yaml=text).compose("commune/khac", on=ON, province="bac")
    assert outcomes(ruleset, income=43.9, planned=True)["2"] == "not_met"
    assert outcomes(ruleset, income=44, planned=True)["2"] == "undetermined"


def test_a_pending_overlay_over_a_prerequisite(country: Callable[..., Library]) -> None:
    text = overlay("bac", "3/QD", "2024-01-01", '{set_pending: "1"}').replace("commune/ntm", "commune/khac")
    ruleset = country(a_yaml=text).compose("commune/khac", on=ON, province="bac")
    assert outcomes(ruleset, recognised=False)["1"] == "not_met"
    assert outcomes(ruleset, recognised=True)["1"] == "undetermined"


# -- relative thresholds, prerequisites -----------------------------------------------------------


def test_relative_thresholds_refer_to_the_composed_one(country: Callable[..., Library]) -> None:
    raised = '{set: "1.2", cells: {NUI: {"2024": {value: "42", evidence: recalled, confidence: low}}}}'
    library = country(a_yaml=overlay("bac", "3/QD", "2024-01-01", raised))
    plain = table(library.compose("commune/khac", on=ON))
    assert {k: str(c.value) for k, c in plain.items()} == {
        ("NUI", "2024"): "44.0",
        ("NUI", "2025"): "47.3",
        ("BIEN", "2024"): "49.5",
    }
    assert {c.evidence for c in plain.values()} == {Evidence.OFFICIAL}
    own = table(library.compose("commune/khac", on=ON, province="bac"))
    assert own["NUI", "2024"].value == Decimal("46.2")
    assert own["NUI", "2024"].evidence is Evidence.RECALLED
    assert own["NUI", "2025"].evidence is Evidence.OFFICIAL
    ruleset = library.compose("commune/khac", on=ON, province="nam")
    found = assess(ruleset, {"income": 49.4, "planned": True}).indicators["2"]
    assert (found.outcome, found.margin) == (Outcome.NOT_MET, Decimal("-0.1"))
    assert [(c.selector, c.value) for c in found.columns] == [("column", "BIEN"), ("year", "2024")]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("commune/ntm#9.9", "threshold.relative"),
        ("commune/ntm#1.1", "threshold.relative"),
        ("commune/ntm#2.3", "threshold.relative"),
    ],
)
def test_a_relative_threshold_has_to_fit(tmp_path: Path, target: str, code: str) -> None:
    (found,) = problems(tmp_path / "rules", khac_yaml=changed(OTHER, "commune/ntm#1.2", target))
    assert found.code == code
    assert f"`{target}`" in found.message


@pytest.mark.parametrize("fact", ["households", "wages"])
def test_a_relative_threshold_is_of_the_same_fact(tmp_path: Path, fact: str) -> None:
    (found,) = problems(tmp_path / "rules", khac_yaml=changed(OTHER, "fact: income", f"fact: {fact}"))
    assert found.code == "threshold.relative"
    assert f"`commune/ntm#1.2` is not one comparison of `{fact}`" in found.message


def test_a_product_of_more_than_fifteen_digits_is_refused(tmp_path: Path, country: Callable[..., Library]) -> None:
    longest = country(khac_yaml=changed(OTHER, '"1.1"', '"1.0000000000001"')).compose("commune/khac", on=ON)
    assert table(longest)["BIEN", "2024"].value == Decimal("45.0000000000045")
    assert "value.digits" in codes(
        problems(tmp_path / "rules", khac_yaml=changed(OTHER, '"1.1"', '"1.00000000000001"'))
    )


def test_a_circle_of_prerequisites_is_an_error(tmp_path: Path) -> None:
    back = changed(BASE, "{fact: wages, more_than: pending}", "{meets: commune/khac, by: finding, evidence: official}")
    found = problems(tmp_path / "rules", ntm_yaml=back, khac_yaml=changed(OTHER, "by: act", "by: finding"))
    assert set(codes(found)) == {"ruleset.circle"}
    assert "commune/khac -> commune/ntm -> commune/khac" in found[0].message


def test_prerequisites_by_act_finding_and_either(fiction: Library) -> None:
    ruleset = fiction.compose("commune/kieu-mau", on=ON)
    assert outcomes(ruleset, recognised_nang_cao=True, recognised_ntm=False)["K1"] == "met"
    assert outcomes(ruleset, recognised_ntm=False)["K3"] == "not_met"
    found = assess(ruleset, {"power_share": 1}).indicators["K2"]
    assert found.outcome is Outcome.NOT_MET
    inner = found.leaves[0].prerequisite
    assert inner is not None
    assert inner.ruleset.id == "commune/ntm"
    assert inner.indicators["4.1"].outcome is Outcome.NOT_MET


# -- a caller's own layer, hashes -----------------------------------------------------------------

OWN = {
    "overlay": "commune/ntm",
    "period": "2021-2025",
    "instrument": {"issuer": "toi", "number": "1/TOI", "date": "2024-01-01"},
    "operations": [{"set": "1.1", "at_least": 85, "evidence": "recalled", "confidence": "low"}],
}


def test_a_callers_overlay_as_mapping_and_as_file(tmp_path: Path, country: Callable[..., Library]) -> None:
    import json

    library = country(a_yaml=overlay("bac", "3/QD", "2023-01-01", '{set: "1.1", at_least: "82", evidence: official}'))
    path = tmp_path / "own.yaml"
    path.write_text(json.dumps(OWN))
    made = [library.compose("commune/ntm", on=ON, province="bac", overlay=x) for x in (OWN, path, str(path))]
    for ruleset in made:
        assert [x.kind for x in ruleset.layers] == [LayerKind.BASE, LayerKind.OVERLAY, LayerKind.CALLER]
        assert (water(ruleset).value, water(ruleset).blame.number) == (85, "1/TOI")
        assert water(ruleset).evidence is Evidence.RECALLED
        assert assess(ruleset, {"clean_water_share": 90}).indicators["1.1"].provisional
    assert len({r.content_hash for r in made}) == 1
    assert water(library.compose("commune/ntm", on=ON, province="bac")).value == 82


def test_a_callers_overlay_may_not_loosen(country: Callable[..., Library]) -> None:
    looser = {**OWN, "operations": [{"set": "1.1", "at_least": "75", "evidence": "official"}]}
    with pytest.raises(RulesetError) as caught:
        country().compose("commune/ntm", on=ON, overlay=looser)
    assert codes(caught.value.diagnostics) == ["layer.looser"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"operations": [{"set": "1.1", "at_least": 85.5, "evidence": "official"}]}, "python.value"),
        ({"instrument": {"issuer": "toi", "number": "1/TOI\ud800", "date": "2024-01-01"}}, "yaml.text"),
        ({"period\x1b": "2021-2025"}, "yaml.text"),
        ({"operations": []}, "shape.empty"),
        ({"period": "2026-2030"}, "period.unknown"),
        ({"overlay": "commune/nmt"}, "ruleset.unknown"),
        ({"instrument": {"issuer": "toi", "number": "1/TOI"}}, "key.missing"),
        ({"operatons": []}, "key.unknown"),
    ],
)
def test_a_callers_overlay_with_a_mistake(
    country: Callable[..., Library], change: dict[str, object], code: str
) -> None:
    with pytest.raises(RulesetError) as caught:
        country().compose("commune/ntm", on=ON, overlay={**OWN, **change})
    assert code in codes(caught.value.diagnostics)


def test_expect_hash(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on=ON)
    assert bundled.compose("commune/ntm", on=ON, expect_hash=ruleset.content_hash) == ruleset
    with pytest.raises(RulesetError) as caught:
        bundled.compose("commune/ntm", on=dt.date(2023, 7, 2), expect_hash=ruleset.content_hash)
    (found,) = caught.value.diagnostics
    assert found.code == "ruleset.hash"
    assert ruleset.content_hash in found.message


def test_two_libraries_compose_equal_rulesets(bundled: Library) -> None:
    mine, theirs = (x.compose("commune/kieu-mau", on=ON, province="lang-son") for x in (bundled, Library.bundled()))
    assert mine == theirs
    assert hash(mine) == hash(theirs)
    assert mine.content_hash == theirs.content_hash
    assert pickle.loads(pickle.dumps(mine)) == mine


def test_a_folder_over_the_bundled_rulesets(tmp_path: Path) -> None:
    text = overlay("lang-son", "9/TEST", "2024-12-01", '{set: "1.1", equals: "true", evidence: official}')
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "own.yaml").write_text(text)
    try:
        library = Library.load(tmp_path / "own")
    except RulesetError as error:
        pytest.fail(str(error))
    ruleset = library.compose("commune/ntm", on=dt.date(2024, 12, 1), province="lang-son")
    assert [x.instrument.number for x in ruleset.layers if x.instrument][-1] == "9/TEST"


def test_what_a_library_holds(fiction: Library, bundled: Library) -> None:
    assert ("commune/ntm", "2026-2030") in fiction.rulesets()
    assert ("commune/ntm", "2021-2025", "gia-bac") in fiction.overlays()
    assert bundled.facts["income_per_capita"].type.value == "number"
    assert bundled.registry.resolve("Lạng Sơn") == "lang-son"


def test_a_merged_province_lies_in_the_region_of_its_parts(tmp_path: Path) -> None:
    same = changed(PROVINCES, "title: {vi: Nam, en: South}, region: BIEN", "title: {vi: Nam, en: South}, region: NUI")
    regions = [
        load(tmp_path / name, provinces_yaml=text).registry.latest("gop", dt.date(2025, 8, 1)).region
        for name, text in (("same", same), ("two", PROVINCES))
    ]
    assert regions == ["NUI", None]


def test_a_change_of_a_part_that_ties_with_one_of_the_whole_is_told_where_it_is_made(tmp_path: Path) -> None:
    asked = '{fact: clean_water_share, at_least: "80", evidence: official}'
    parts = f'{{all: [{{part: a, {asked[1:-1]}}}, {{part: b, fact: planned, equals: "true", evidence: official}}]}}'
    base = changed(BASE, f"require: {asked}", f"require: {parts}")
    for operations, address in (
        (('{set_pending: "1.1"}', '{set: "1.1a", at_least: "85", evidence: official}'), "1.1a"),
        (('{set: "1.1a", at_least: "85", evidence: official}', '{set_pending: "1.1"}'), "1.1"),
    ):
        own = overlay("bac", "3/QD", "2023-01-01", *operations)
        found = [d for d in problems(tmp_path / address, ntm_yaml=base, a_yaml=own) if d.code == "operation.twice"]
        assert [d.address for d in found] == [address]
