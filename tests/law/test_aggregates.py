"""Published aggregates, replayed: units that fit what a page prints give what the page states.

A page prints bands and averages, not the count of every commune. Where what it prints leaves several counts possible,
several are tried, and only what all of them have in common is compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_real_cases import cases

import ntm_rules as ntm
from ntm_rules.programme.tally import Span, Tally
from ntm_rules.reports.report import text_of
from ntm_rules.words.numbers import number

NTM, ADVANCED, MODEL = "commune/ntm", "commune/nang-cao", "commune/kieu-mau"
BANDS = ((19, 19), (15, 18), (10, 14), (0, 9))


def facts(case: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = cases()[case]["facts"]
    return found


def tally(counts: Iterable[int], recognised: int | None = None) -> Tally:
    """The counts of communes of 19 criteria; of those recognised, the ones that meet the most."""
    ordered = sorted(counts, reverse=True)
    acts = [None if recognised is None else place < recognised for place in range(len(ordered))]
    records = [
        ntm.programme.UnitRecord.of_counts(str(place), NTM, met, 19, recognised=act)
        for place, (met, act) in enumerate(zip(ordered, acts, strict=True))
    ]
    return ntm.programme.progress(records).tier(NTM).now


def in_bands(sizes: Sequence[int]) -> st.SearchStrategy[list[int]]:
    """Counts of criteria that fit how many communes each band has."""
    members = (st.lists(st.integers(*band), min_size=n, max_size=n) for band, n in zip(BANDS, sizes, strict=True))
    return st.tuples(*members).map(lambda found: [count for band in found for count in band])


def adding_up(sizes: Sequence[int], total: int) -> list[int]:
    """Counts that fit the bands and add up to *total*."""
    counts = [low for (low, _), size in zip(BANDS, sizes, strict=True) for _ in range(size)]
    highs = [high for (_, high), size in zip(BANDS, sizes, strict=True) for _ in range(size)]
    for place, high in enumerate(highs):
        counts[place] += min(high - counts[place], total - sum(counts))
    assert sum(counts) == total
    return counts


def sums_that_print(average: Decimal, units: int, digits: int) -> Iterator[int]:
    """All numbers of criteria whose average over the units is printed so."""
    for total in range(19 * units + 1):
        if Decimal(round(Fraction(total, units) * 10**digits)).scaleb(-digits) == average:
            yield total


AFTER = [facts("DB-40")[key] for key in ("met_19", "met_15_18", "met_10_14", "met_below_10")]
BEFORE = [facts("DB-40")["before_merger"][key] for key in ("communes_ntm", "met_15_18", "met_10_14", "met_below_10")]


@given(in_bands(AFTER))
def test_dien_bien_after_the_merger(counts: list[int]) -> None:
    """42 communes, 3, 7, 23 and 9 by bands. No average is printed, and the bands do not fix one."""
    now = tally(counts)
    assert now.units == facts("DB-40")["communes_total"] == 42
    assert [band.units for band in now.bands] == [Span(n, n) for n in (3, 7, 23, 9)]
    assert now.by_finding == Span(3, 3)
    assert now.under == Span(32, 32)


def test_dien_bien_before_the_merger() -> None:
    """115 communes with 14.74 criteria on the average: 1695 in all, and no other number prints so."""
    printed = facts("DB-40")["before_merger"]
    assert BEFORE == [26, 33, 54, 2]
    (total,) = sums_that_print(printed["avg_criteria_per_commune"], printed["communes_total"], 2)
    assert total == 1695
    now = tally(adding_up(BEFORE, total))
    assert now.units == printed["communes_total"]
    assert [band.units.low for band in now.bands] == BEFORE
    assert now.average == Span(Fraction(1695, 115), Fraction(1695, 115))
    assert text_of(now.average, "vi") == "14,74"
    assert now.by_finding == Span(26, 26)


def test_dien_bien_from_before_to_after() -> None:
    """Other communes: what was there is gone, what is there is new, and nothing counts as gained or lost."""
    earlier = [
        ntm.programme.UnitRecord.of_counts(f"cũ {n}", NTM, met, 19) for n, met in enumerate(adding_up(BEFORE, 1695))
    ]
    counts = [low for (low, _), size in zip(BANDS, AFTER, strict=True) for _ in range(size)]
    now = [ntm.programme.UnitRecord.of_counts(f"mới {n}", NTM, met, 19) for n, met in enumerate(counts)]
    change = ntm.programme.progress(now, before=earlier).tier(NTM).change
    assert change is not None
    assert (len(change.added), len(change.gone)) == (42, 115)
    assert change.gained == change.lost == ()


def test_lao_cai() -> None:
    """37 of 89 communes, 41.57 %, printed as 41.6; one advanced. How many criteria each meets is not printed."""
    printed = facts("LCA-20")
    acts = {NTM: printed["communes_ntm"], ADVANCED: printed["communes_nang_cao"]}
    units = [
        ntm.programme.UnitRecord(str(n), tier, recognised=n < count)
        for tier, count in acts.items()
        for n in range(printed["communes_total"])
    ]
    found = ntm.programme.progress(units)
    now = found.tier(NTM).now
    assert now.by_act == Span(37, 37)
    share = Fraction(100 * now.recognised, now.units)
    assert [number(share, "vi", digits) for digits in (2, 1)] == ["41,57", "41,6"]
    assert Decimal(round(share * 10)).scaleb(-1) == printed["ntm_share_pct"]
    assert (now.by_finding, now.average) == (None, None)
    assert found.tier(ADVANCED).now.by_act == Span(1, 1)


@pytest.mark.parametrize("units", range(10, 26, 2))
def test_cao_loc(units: int) -> None:
    """14.5 criteria on the average, ten communes recognised, two of them advanced.

    How many communes there are is not printed; an even number, or the average would not be exact. One of them is Cao
    Lâu with 8 of 19.
    """
    printed, cao_lau = facts("LS-08"), cases()["LS-06"]["criteria_met"]
    total = int(printed["avg_criteria_per_commune"] * units)
    rest = [(total - cao_lau) // (units - 1)] * (units - 1)
    for place in range(total - cao_lau - sum(rest)):
        rest[place] += 1
    now = tally([cao_lau, *rest], recognised=printed["communes_ntm"])
    assert now.average == Span(Fraction("14.5"), Fraction("14.5"))
    assert text_of(now.average, "vi") == "14,5"
    assert now.by_act == Span(10, 10)
    assert now.under.low >= 1


def bac_giang(day: str) -> list[ntm.programme.UnitRecord]:
    """The communes of Bắc Giang recognised at the end of 2023; with the plan of 2024 reached a year later."""
    printed = facts("BG-12")
    counts = {NTM: ("communes_ntm", 5), ADVANCED: ("communes_nang_cao", 11), MODEL: ("communes_kieu_mau", 5)}
    return [
        ntm.programme.UnitRecord(str(n), tier, recognised=n < printed[key] + (more if day == "2024" else 0))
        for tier, (key, more) in counts.items()
        for n in range(printed["communes_total"])
    ]


def test_bac_giang_at_the_end_of_2023(bundled: ntm.Library) -> None:
    """154, 58 and 12 of 182 recognised; nothing of the plan for 2024 reached yet."""
    start = bac_giang("2023")
    found = ntm.programme.progress(start, bundled.plan("bac-giang@2024"), before=start)
    assert [found.tier(tier).now.recognised for tier in (NTM, ADVANCED, MODEL)] == [154, 58, 12]
    assert text_of(Fraction(15400, 182), "vi") == "84,62"
    left = {
        a.target.tier: a.by_act and (a.by_act.achieved, a.by_act.remaining)
        for a in found.achievements
        if a.target.tier.startswith("commune/")
    }
    assert left == {
        NTM: (Span(0, 0), Span(5, 5)),
        ADVANCED: (Span(0, 0), Span(11, 11)),
        MODEL: (Span(0, 0), Span(5, 5)),
    }


def test_bac_giang_with_its_plan_reached(bundled: ntm.Library) -> None:
    found = ntm.programme.progress(bac_giang("2024"), bundled.plan("bac-giang@2024"), before=bac_giang("2023"))
    reached = [a.by_act for a in found.achievements if a.target.tier.startswith("commune/")]
    assert [r and (r.achieved.low, r.remaining.high) for r in reached] == [(5, 0), (11, 0), (5, 0)]


def test_bac_giang_average() -> None:
    """17.4 criteria on the average of 182 communes: eighteen sums print so, the number is not fixed."""
    printed = facts("BG-12")
    totals = list(sums_that_print(printed["avg_criteria_per_commune"], printed["communes_total"], 1))
    assert len(totals) == 18
    for total in (totals[0], totals[-1]):
        counts = [total // 182 + (place < total % 182) for place in range(182)]
        average = tally(counts).average
        assert average is not None
        assert number(Fraction(average.low), "vi", 1) == "17,4"


def test_vinh_long_after_the_new_set_of_2016() -> None:
    """Mang Thít, re-reviewed in 2017: 13, 12 and 11 of 19, none of them 15."""
    counts = [cases()[name]["criteria_met"] for name in ("VL-01", "VL-04", "VL-06")]
    now = tally(counts)
    assert counts == [13, 12, 11]
    assert now.average == Span(12, 12)
    assert (now.under, now.by_finding) == (Span(3, 3), Span(0, 0))
    assert [band.units.low for band in now.bands] == [0, 0, 3, 0]


@pytest.mark.parametrize("case", ["BG-01", "DB-01", "DB-10", "DB-11"])
def test_recognised_with_criteria_that_are_not_met(case: str) -> None:
    """18 of 19, 14 and 12 of 19, all recognised: an act, and no finding."""
    found = cases()[case]
    assert found["verdict_code"] == "recognised"
    record = ntm.programme.UnitRecord.of_counts(
        "A", NTM, found["criteria_met"], found["criteria_total"], recognised=True
    )
    now = ntm.programme.progress([record]).tier(NTM).now
    assert (now.by_finding, now.by_act) == (Span(0, 0), Span(1, 1))


def test_lang_son_after_the_merger() -> None:
    """17, 4 and 4 of 19."""
    counts = [cases()[name]["criteria_met"] for name in ("LS-20", "LS-22", "LS-24")]
    now = tally(counts)
    assert [band.units.low for band in now.bands] == [0, 1, 0, 2]
    assert text_of(now.average, "vi") == "8,33"
