"""The bundled sets of districts, towns and provinces take their shares from the units below them."""

import datetime as dt
from typing import Any

import pytest

import ntm_rules as ntm

UNITS = [
    {"unit": "P", "level": "province", "name": "Quảng Nam", "province": "quang-nam"},
    {"unit": "D1", "level": "district", "name": "Huyện Một", "parent": "P"},
    {"unit": "D2", "level": "district", "name": "Huyện Hai", "parent": "P"},
    {"unit": "T", "level": "town", "name": "Thị xã Ba", "parent": "P"},
    *({"unit": f"D1.{n}", "level": "commune", "name": f"Xã {n}", "parent": "D1"} for n in range(1, 4)),
    {"unit": "D1.4", "level": "township", "name": "Thị trấn", "parent": "D1"},
    {"unit": "D2.1", "level": "commune", "name": "Xã Xa", "parent": "D2"},
    {"unit": "T.1", "level": "commune", "name": "Xã Gần", "parent": "T"},
    {"unit": "T.2", "level": "ward", "name": "Phường", "parent": "T"},
]
FACTS: dict[str, dict[str, Any]] = {
    "P": {"province_scheme_approved": True},
    "D1": {"satisfaction": "90", "recognised_district_ntm": True, "recognised_district_nang_cao": False},
    "D2": {"recognised_district_ntm": True, "recognised_district_nang_cao": True},
    "T": {"satisfaction": "90", "district_public_green_land_per_person": "4"},
    "D1.1": {"recognised_ntm": True, "recognised_nang_cao": True, "satisfaction_least_item": "80"},
    "D1.2": {"recognised_ntm": True, "recognised_nang_cao": False, "satisfaction_least_item": "79.99"},
    "D1.3": {"recognised_ntm": True, "satisfaction_least_item": "95"},
    "D1.4": {"civilised_urban": False},
    "D2.1": {"recognised_ntm": True, "recognised_nang_cao": True, "satisfaction_least_item": "99"},
    "T.1": {"recognised_ntm": True, "recognised_nang_cao": True},
    "T.2": {"civilised_urban": True},
}


def outcomes(verdict: ntm.Verdict) -> dict[str, str]:
    return {no: indicator.outcome.code for no, indicator in verdict.indicators.items()}


@pytest.fixture(scope="module")
def found(bundled: ntm.Library) -> Any:
    return ntm.levels.assess(bundled, UNITS, FACTS, on=dt.date(2023, 5, 2))


def test_a_district_counts_its_communes_and_townships(found: Any) -> None:
    verdict = found.verdicts["D1"]["district/ntm"]
    conditions = {no: outcome for no, outcome in outcomes(verdict).items() if no.startswith("DK")}
    # One of three communes is advanced, of the third it is not known: 33 % or 67 %, more than 10 % either way.
    assert conditions == {"DK.1": "met", "DK.2": "met", "DK.3": "not_met", "DK.4": "not_met"}
    assert (verdict.criteria_total, verdict.outcome.code) == (9, "not_met")
    advanced = found.verdicts["D1"]["district/nang-cao"]
    assert advanced.indicators["DK.1"].outcome is ntm.Outcome.MET  # by its recognition
    assert advanced.indicators["DK.2"].outcome is ntm.Outcome.UNDETERMINED  # 50 %: the third commune decides


def test_a_district_without_a_township_is_not_asked_for_one(found: Any) -> None:
    assert found.verdicts["D2"]["district/ntm"].indicators["DK.3"].outcome is ntm.Outcome.NOT_APPLICABLE


def test_a_town_counts_its_communes_and_wards(found: Any) -> None:
    verdict = found.verdicts["T"]["town/completed"]
    assert set(outcomes(verdict).values()) == {"met"}
    assert verdict.provisional


def test_a_province_counts_its_districts_towns_and_all_communes(found: Any) -> None:
    verdict = found.verdicts["P"]["province/completed"]
    assert {no: outcome for no, outcome in outcomes(verdict).items() if no in "12345"} == {
        "1": "met",
        "2": "met",
        "3": "met",  # D2 of two districts; D1 was not recognised and nothing says that it meets the set
        "4": "met",  # three of five communes
        "5": "met",
    }


def test_the_period_before(bundled: ntm.Library) -> None:
    old = ntm.levels.assess(bundled, UNITS, FACTS, on=dt.date(2019, 5, 2))
    assert old.verdicts["D1"]["district/ntm"].indicators["DK.1"].outcome is ntm.Outcome.MET
    assert old.verdicts["T"]["town/completed"].outcome is ntm.Outcome.MET
    assert "P" not in old.verdicts or not old.verdicts["P"]


def test_a_special_district_has_its_own_set(bundled: ntm.Library) -> None:
    units = [{"unit": "S", "level": "special-district", "name": "Đảo"}]
    found = ntm.levels.assess(bundled, units, {"S": {"satisfaction": "90"}}, on=dt.date(2024, 5, 2))
    assert list(found.verdicts["S"]) == ["district/special"]
    assert found.verdicts["S"]["district/special"].indicators["DK.1"].outcome is ntm.Outcome.MET
