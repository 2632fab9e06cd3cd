"""Writes the rule files of a made-up country, "Xứ Mẫu", to ``rulesets/``; nothing in them is law anywhere.

    python tests/fiction/build.py

The output is committed. It is the same on every run: no clock, no random numbers.
"""

import typing
from pathlib import Path

import yaml

HERE = Path(__file__).parent
FOLDER = HERE / "rulesets"
HEADER = "# FICTION / HƯ CẤU: a made-up country for tests and benchmarks. Written by build.py, do not edit.\n"

Data = dict[str, typing.Any]

SIZES_57 = (1, 4, 2, 2, 3, 3, 1, 4, 2, 1, 1, 2, 3, 4, 4, 1, 12, 6, 1)
SIZES_75 = (2, 6, 3, 3, 4, 4, 2, 5, 3, 1, 2, 3, 4, 5, 6, 2, 13, 6, 1)
REGIONS = ("NUI", "BIEN", "DONG")
EVIDENCE = (
    {"evidence": "official"},
    {"evidence": "official"},
    {"evidence": "secondary", "source": "bao-mau"},
    {"evidence": "official", "point": "khoản 2"},
    {"evidence": "recalled", "confidence": "medium"},
)


def text(vi: str, en: str) -> Data:
    return {"vi": vi, "en": en}


# -- measures, facts, provinces -------------------------------------------------------------------

MEASURES: Data = {
    "percent": text("%", "%"),
    "million-per-head": text("triệu xu/người/năm", "million xu/person/year"),
    "thousand-per-head": text("nghìn xu/người/năm", "thousand xu/person/year"),
    "km": text("km", "km"),
    "item": text("cái", "items"),
    "person": text("người", "people"),
    "mbps": text("Mbit/s", "Mbit/s"),
    "point": text("điểm", "points"),
}


def fact(title: str, kind: str, **more: object) -> Data:
    return {"title": text(f"{title} (hư cấu)", f"{title} (fiction)"), "type": kind, **more}


def number(title: str, unit: str, **more: object) -> Data:
    return fact(title, "number", unit=unit, **{"minimum": "0", "decimals": "2", "direction": "more", **more})


def count(title: str, unit: str = "item", **more: object) -> Data:
    return fact(title, "count", unit=unit, **{"direction": "more", **more})


def percent(title: str, **more: object) -> Data:
    return fact(title, "percent", **{"decimals": "2", "direction": "more", **more})


def yes(title: str) -> Data:
    return fact(title, "boolean", direction="more")


def named_facts() -> Data:
    """The facts of the indicators that are written by hand."""
    return {
        "region": fact("region", "category", values={r: text(r, r) for r in REGIONS}),
        "special_commune": yes("special commune"),
        "near_town": yes("near a town"),
        "area_class": fact("area class", "ordinal", levels=["I", "II", "III"]),
        "plan_status": fact("plan", "category", values=["absent", "drafted", "approved"]),
        "literacy": fact("literacy level", "ordinal", levels={n: text(f"mức {n}", f"level {n}") for n in "0123"}),
        "income": number("income per head", "million-per-head", decimals="3"),
        "income_thousand": number("income per head in thousands", "thousand-per-head", decimals="0"),
        "savings": number("savings per head", "million-per-head", minimum="-50", maximum="50", decimals="3"),
        "paved_km": number("paved roads", "km"),
        "road_km": number("roads", "km"),
        "paved_share": percent("paved roads, share", ratio={"part": "paved_km", "whole": "road_km"}),
        "lit_share": percent("lit roads, share", maximum="99.5", minimum="0.5"),
        "swept_share": percent("swept roads, share"),
        "planted_share": percent("planted roads, share"),
        "households": count("households"),
        "water_households": count("households with clean water"),
        "water_share": percent(
            "clean water, share", decimals="3", ratio={"part": "water_households", "whole": "households"}
        ),
        "pupils": count("pupils", "person"),
        "pupils_in_class": count("pupils in class", "person"),
        "class_share": percent("in class, share", ratio={"part": "pupils_in_class", "whole": "pupils"}),
        "teachers": number("teachers", "person", decimals="1"),
        "teachers_per_pupil": number(
            "teachers per pupil", "person", decimals="4", ratio={"part": "teachers", "whole": "pupils"}
        ),
        "schools": count("schools"),
        "schools_standard": count("schools up to standard"),
        "flood_losses": number("flood losses", "million-per-head", direction="less"),
        "power_share": percent("power, share"),
        "heritage": yes("has a heritage site"),
        "heritage_kept": yes("the heritage site is kept"),
        "speed_fixed": number("fixed line speed", "mbps", decimals="1"),
        "speed_mobile": number("mobile speed", "mbps", decimals="1"),
        "poor_men": percent("poor men, share", direction="less"),
        "poor_women": percent("poor women, share", direction="less"),
        "work_share": percent("in work, share"),
        "trained_share": percent("in work with training, share"),
        "farm_share": percent("farming, share", direction="neither"),
        "club_members": count("club members", "person"),
        "adults": count("adults", "person"),
        "score": fact("score", "number", unit="point", minimum="0", maximum="100", decimals="0", direction="more"),
        "points_plan": fact(
            "plan", "number", unit="point", minimum="0", maximum="15.5", decimals="2", direction="more"
        ),
        "points_work": fact(
            "work", "number", unit="point", minimum="0", maximum="59.5", decimals="1", direction="more"
        ),
        "points_meetings": fact("meetings", "count", unit="point", maximum="25", direction="more"),
        "recognised_ntm": yes("recognised: basic tier"),
        "recognised_nang_cao": yes("recognised: advanced tier"),
        "smart_villages": count("smart villages"),
    }


def filler_facts() -> Data:
    """One to three facts for each indicator that is made in bulk."""
    found: Data = {}
    for no, kind in fillers():
        stem = stem_of(no)
        match kind:
            case "yes":
                found[stem] = yes(f"indicator {no}")
            case "number":
                found[stem] = number(f"indicator {no}", "point", direction="less", decimals="1")
            case "count":
                found[stem] = count(f"indicator {no}")
            case "level":
                found[stem] = fact(f"indicator {no}", "ordinal", levels=["kem", "kha", "tot"])
            case "sexes":
                found[f"{stem}_men"] = percent(f"indicator {no}, men")
                found[f"{stem}_women"] = percent(f"indicator {no}, women")
            case "parts":
                found[f"{stem}_a"] = percent(f"indicator {no}, part a")
                found[f"{stem}_b"] = yes(f"indicator {no}, part b")
            case "either":
                found[f"{stem}_a"] = yes(f"indicator {no}, one way")
                found[f"{stem}_b"] = count(f"indicator {no}, another way")
            case _:
                found[stem] = percent(f"indicator {no}")
    return found


def provinces() -> Data:
    def province(name: str, vi: str, region: str, **more: object) -> Data:
        return {"id": name, "title": text(vi, name.replace("-", " ").title()), "region": region, **more}

    return {
        "regions": {r: text(r, r) for r in REGIONS},
        "provinces": [
            province("gia-bac", "Giả Bắc", "NUI"),
            province("gia-trung", "Giả Trung", "BIEN"),
            province("gia-nam", "Giả Nam", "DONG"),
            province("gia-co", "Giả Cổ", "NUI", to="2025-06-30", successor="gia-bac"),
            province("gia-an", "Giả Ẩn", "DONG", overlay="unknown"),
        ],
    }


# -- indicators in bulk ---------------------------------------------------------------------------

KINDS = ("share", "yes", "region", "number", "yearly", "parts", "count", "level", "sexes", "either", "share")


def numbers(sizes: tuple[int, ...]) -> list[list[str]]:
    """Printed numbers by criterion: ``10`` where it has one indicator, else ``2.1``, ``2.2``."""
    return [[str(c)] if size == 1 else [f"{c}.{i}" for i in range(1, size + 1)] for c, size in enumerate(sizes, 1)]


def fillers() -> list[tuple[str, str]]:
    """Every number of the 75 (and of the 57 where it differs) that is made in bulk, with its kind."""
    named = set(by_hand())
    every = dict.fromkeys(n for sizes in (SIZES_57, SIZES_75) for row in numbers(sizes) for n in row)
    return [(no, KINDS[place % len(KINDS)]) for place, no in enumerate(every) if no not in named]


def stem_of(no: str) -> str:
    return "ct_" + no.replace(".", "_")


def evidence(place: int) -> Data:
    return dict(EVIDENCE[place % len(EVIDENCE)])


def filler(no: str, kind: str, place: int, step: int, years: tuple[int, ...]) -> Data:
    """The condition of an indicator made in bulk; *step* makes later tiers and periods harder."""
    stem, mark = stem_of(no), evidence(place)
    base = 40 + (place * 7) % 35 + 5 * step
    if kind == "yes":
        return {"fact": stem, "equals": "true", **mark}
    if kind == "number":
        return {"fact": stem, "at_most": f"{base / 10 - step:.1f}", **mark}
    if kind == "count":
        return {"fact": stem, "at_least": str(1 + place % 4 + step), **mark}
    if kind == "level":
        return {"fact": stem, "level_at_least": ("kha", "tot")[min(step, 1)], **mark}
    if kind == "sexes":
        return {"facts": [f"{stem}_men", f"{stem}_women"], "at_least": f"{base}.5", **mark}
    if kind == "parts":
        share = {"fact": f"{stem}_a", "more_than": str(base), "part": "a", **mark}
        return {"all": [share, {"fact": f"{stem}_b", "equals": "true", "part": "b", **evidence(place + 1)}]}
    if kind == "either":
        return {
            "any": [
                {"fact": f"{stem}_a", "equals": "true", "part": "a", **mark},
                {"fact": f"{stem}_b", "at_least": str(2 + step), "part": "b", **evidence(place + 2)},
            ]
        }
    if kind == "region":
        cells = {r: str(base + 5 * n) for n, r in enumerate(REGIONS)}
        return {"fact": stem, "at_least": {"by": ["region_column"], "cells": cells}, **mark}
    if kind == "yearly":
        table = {
            r: {str(y): cell(f"{base + 5 * n + i}", place + i) for i, y in enumerate(years)}
            for n, r in enumerate(REGIONS)
        }
        return {"fact": stem, "at_least": {"by": ["region_column", "year"], "cells": table}}
    return {"fact": stem, "at_least": str(base), **mark}


def cell(value: str, place: int) -> Data:
    return {"value": value, **evidence(place)}


def indicator(no: str, require: Data, **more: object) -> Data:
    return {"no": no, "title": text(f"Chỉ tiêu {no} (hư cấu)", f"Indicator {no} (fiction)"), "require": require, **more}


# -- indicators by hand ---------------------------------------------------------------------------


def income(first: int, years: tuple[int, ...]) -> Data:
    """Income by regional column and year; the printed general column binds no commune."""
    table: Data = {"ALL": {str(y): cell(str(first + 3 + 3 * i), 4) for i, y in enumerate(years)}}
    for n, region in enumerate(REGIONS):
        table[region] = {str(y): cell(f"{first + 4 * n + 3 * i}", n + i) for i, y in enumerate(years)}
    return {"by": ["region_column", "year"], "cells": table}


def by_hand(step: int = 0, years: tuple[int, ...] = (2021,)) -> dict[str, Data]:
    """The indicators that show one feature each; *step* makes later tiers and periods harder."""
    more = 5 * step
    official, press = {"evidence": "official"}, {"evidence": "secondary", "source": "bao-mau"}
    recalled = {"evidence": "recalled", "confidence": "low"}
    own = {"require": {"fact": "heritage_kept", "equals": "true", **official}}
    made: dict[str, Data] = {
        "1": {"require": {"fact": "plan_status", "one_of": ["drafted", "approved"], **official}},
        "1.1": {"require": {"fact": "plan_status", "equals": "approved", **official}},
        "2.1": {
            "require": {
                "fact": "paved_share",
                "at_least": {
                    "by": ["region_column"],
                    "cells": {r: str(60 + 10 * n + more) for n, r in enumerate(REGIONS)},
                },
                **official,
            }
        },
        "2.2": {
            "require": {
                "at_least_n": "2",
                "of": [
                    {"fact": "lit_share", "at_least": f"{50 + more}", "part": "a", **official},
                    {"fact": "swept_share", "at_least": f"{50 + more}", "part": "b", **press},
                    {"fact": "planted_share", "at_least": f"{50 + more}", "part": "c", **recalled},
                ],
            }
        },
        "3.1": {"require": {"not": {"fact": "flood_losses", "more_than": f"{20 - step}", **official}}},
        "4.1": {"require": {"fact": "power_share", "more_than": f"{90 + step}", **press}},
        "5.1": {
            "require": {
                "fact": "schools_standard",
                "at_least": {
                    "by": ["school_case"],
                    "cells": {"NONE": "none", "ONE": "1", "TWO": cell("1", 2), "MANY": "2"},
                },
                **official,
            }
        },
        "5.2": {
            "require": {
                "fact": "class_share",
                "at_least": f"{70 + more}",
                "when_empty": "not_applicable",
                **official,
            }
        },
        "5.3": {"require": {"fact": "teachers_per_pupil", "at_least": "0.05", **press}},
        "6.2": {"applies_if": {"fact": "heritage", "equals": "true", **official}, **own},
        "6.3": {"require": {"fact": "score", "equals": {"value": "80", **official}}},
        "8.1": {
            "require": {
                "fact": "water_share",
                "at_least": {"by": ["near_town"], "cells": {"true": f"{80 + step}", "false": f"{60 + step}"}},
                **official,
            }
        },
        "8.2": {
            "require": {
                "fact": "literacy",
                "level_at_least": {"by": ["area_class"], "cells": {"III": "1", "*": "2"}},
                **official,
            }
        },
        "8.3": {
            "require": {
                "fact": "swept_share",
                "at_least": {
                    "by": ["region_column", "area_class"],
                    "cells": {
                        "NUI": {"I": "40", "*": cell("30", 2)},
                        "DONG": {"II": {"state": "none", **official}, "*": "50"},
                        "*": {"III": cell("25", 4), "*": "45"},
                    },
                },
                **official,
            }
        },
        "8.4": {"require": {"fact": "planted_share", "at_least": {"value": f"{30 + more}", **recalled}}},
        "9.1": {"require": {"fact": "slowest", "at_least": f"{20 + more}", **official}},
        "9.2": {"require": {"fact": "fastest", "less_than": "50", **press}},
        "10": {"require": {"fact": "income", "at_least": income(40 + 10 * step, years)}},
        "11": {
            "require": {
                "facts": ["poor_men", "poor_women"],
                "at_most": {
                    "by": ["region_column"],
                    "cells": {"NUI": f"{12 - step}", "BIEN": cell(f"{6 - step}", 4), "DONG": f"{4 - step}"},
                },
                **official,
            }
        },
        "12.1": {"require": {"fact": "work_share", "at_least": f"{70 + step}", **official}},
        "14.1": {
            "require": {
                "all": [
                    {"fact": "plan_status", "equals": "approved", "part": "a", **official},
                    {"fact": "literacy", "one_of": ["2", "3"], "part": "b", **press},
                    {"fact": "savings", "at_least": "-1.5", "part": "c", **official},
                    {"fact": "savings", "less_than": "40", "part": "d", **recalled},
                ]
            }
        },
        "14.4": {"require": {"fact": "club_share", "at_least": {"value": "30", "free": "true", **official}}},
        "15.1": {
            "require": {
                "fact": "trained_share",
                "at_least": {"by": ["commune_group"], "cells": {"TOWN": "60", "FARM": "30", "OTHER": cell("40", 2)}},
                **official,
            }
        },
        "17.1": {
            "require": {
                "all": [
                    {"fact": "work_share", "at_least": "50", "part": "a", **official},
                    {"fact": "trained_share", "more_than": "20", "part": "b", **press},
                ]
            }
        },
        "17.2": {"require": {"fact": "farm_share", "at_most": {"value": "90", "free": "true", **official}}},
        "18.4": {
            "require": {
                "not": {
                    "all": [
                        {"fact": "near_town", "equals": "true", **official},
                        {"fact": "heritage", "equals": "false", **press},
                    ]
                }
            }
        },
        "18.5": {
            "require": {
                "any": [
                    {"fact": "literacy", "equals": "3", **official},
                    {"not": {"fact": "region", "one_of": ["BIEN"], **press}},
                ]
            }
        },
    }
    return made


def derive(period: str) -> Data:
    official = {"evidence": "official"}
    first = "NUI" if period == "2021-2025" else "BIEN"
    return {
        "region_column": {
            "title": text("Cột vùng", "Regional column"),
            "case": [{"when": {"fact": "special_commune", "equals": "true", **official}, "then": first}],
            "else": {"fact": "region"},
        },
        "commune_group": {
            "title": text("Nhóm xã", "Commune group"),
            "exclusive": "true",
            "case": [
                {
                    "when": {
                        "any": [
                            {"fact": "near_town", "equals": "true", **official},
                            {"fact": "farm_share", "less_than": "10", "evidence": "secondary"},
                        ]
                    },
                    "then": "TOWN",
                },
                {"when": {"fact": "area_class", "one_of": ["II", "III"], **official}, "then": "FARM"},
            ],
            "else": "OTHER",
        },
        "school_case": {
            "case": [
                {"when": {"fact": "schools", "less_than": "1", **official}, "then": "NONE"},
                {"when": {"fact": "schools", "equals": "1", **official}, "then": "ONE"},
                {"when": {"fact": "schools", "at_most": "2", **official}, "then": "TWO"},
            ],
            "else": "MANY",
        },
        "slowest": {"min_of": ["speed_fixed", "speed_mobile"]},
        "fastest": {"max_of": ["speed_fixed", "speed_mobile"]},
        "club_share": {"ratio": {"part": "club_members", "whole": "adults"}},
    }


# -- rulesets -------------------------------------------------------------------------------------


def instrument(number: str, date: str, issuer: str = "xu-mau", **more: object) -> Data:
    return {"issuer": issuer, "number": number, "date": date, **more}


def head(ruleset: str, period: str, number: str, date: str, span: tuple[str, str], title: str) -> Data:
    return {
        "ruleset": ruleset,
        "period": period,
        "title": text(f"{title} (hư cấu)", f"{title} (fiction)"),
        "instrument": instrument(number, date, annex="I"),
        "in_force": {"from": span[0], "to": span[1]},
        "sources": {"bao-mau": "https://example.org/bao-mau"},
        "instruments": {"so-mau": instrument("9/HD-SM", "2021-03", "so-mau")},
    }


def large(sizes: tuple[int, ...], period: str, step: int, special: dict[str, Data]) -> list[Data]:
    """The criteria of a set of 57 or 75."""
    years = tuple(range(int(period[:4]), int(period[5:]) + 1))
    hand = {**by_hand(step, years), **special}
    kinds = dict(fillers())
    found: list[Data] = []
    place = 0
    for c, row in enumerate(numbers(sizes), 1):
        indicators = []
        for no in row:
            place += 1
            body = hand.get(no) or {"require": filler(no, kinds[no], place, step, years)}
            indicators.append(indicator(no, body["require"], **{k: v for k, v in body.items() if k != "require"}))
        criterion: Data = {"no": str(c), "title": text(f"Tiêu chí {c} (hư cấu)", f"Criterion {c} (fiction)")}
        if c == 17:
            criterion["at_least_n"] = str(len(row) - 2)
        found.append({**criterion, "indicators": indicators})
    return found


def basic(period: str) -> Data:
    early = period == "2021-2025"
    number, date, span = (
        ("1/QĐ-XM", "2022-03-08", ("2022-03-08", "2025-12-31"))
        if early
        else ("2/QĐ-XM", "2025-12-29", ("2026-02-15", "2030-12-31"))
    )
    step = 0 if early else 1
    cited = {
        "6.3": {
            "require": {
                "fact": "score",
                "equals": {"value": "80", "evidence": "official", "cite": "so-mau", "point": "mục 3"},
            }
        }
    }
    return {
        **head("commune/ntm", period, number, date, span, "Bộ tiêu chí mẫu"),
        "derive": derive(period),
        "criteria": large(SIZES_57, period, step, cited),
    }


def advanced(period: str) -> Data:
    early = period == "2021-2025"
    number, date, span = (
        ("1/QĐ-XM", "2022-03-08", ("2022-03-08", "2025-12-31"))
        if early
        else ("2/QĐ-XM", "2025-12-29", ("2026-02-15", "2030-12-31"))
    )
    special: dict[str, Data] = {
        "1.2": {
            "require": {"meets": "commune/ntm", "by": "act", "recognised": "recognised_ntm", "evidence": "official"}
        },
        "11.1": {
            "require": {
                "facts": ["poor_men", "poor_women"],
                "at_most": {"times": {"value": "0.5", "evidence": "secondary"}, "of": "commune/ntm#11"},
            }
        },
    }
    return {
        **head("commune/nang-cao", period, number, date, span, "Bộ tiêu chí mẫu nâng cao"),
        "derive": derive(period),
        "criteria": large(SIZES_75, period, 1 if early else 2, special),
    }


def model() -> Data:
    """Small: prerequisites by act, finding and either, a relative threshold, a delegated and a free cell."""
    official = {"evidence": "official"}
    return {
        **head("commune/kieu-mau", "2021-2025", "3/QĐ-XM", "2022-03-10", ("2022-03-10", "2025-12-31"), "Xã kiểu mẫu"),
        "criteria": [
            {
                "no": "K",
                "title": text("Kiểu mẫu (hư cấu)", "Model (fiction)"),
                "indicators": [
                    indicator(
                        "K1",
                        {"meets": "commune/nang-cao", "by": "either", "recognised": "recognised_nang_cao", **official},
                    ),
                    indicator(
                        "K2", {"meets": "commune/ntm", "by": "finding", "period": "2021-2025", "evidence": "secondary"}
                    ),
                    indicator("K3", {"meets": "commune/ntm", "by": "act", "recognised": "recognised_ntm", **official}),
                    indicator(
                        "K4",
                        {
                            "fact": "income",
                            "at_least": {"times": {"value": "1.1", **official}, "of": "commune/nang-cao#10"},
                        },
                    ),
                    indicator("K5", {"fact": "score", "at_least": {"state": "delegated", **official}}),
                    indicator("K6", {"fact": "smart_villages", "at_least": {"value": "2", "free": "true", **official}}),
                ],
            }
        ],
    }


def choice() -> Data:
    """Small: k of n on the ruleset and on a criterion."""
    official = {"evidence": "official"}

    def criterion(no: str, k: int | None, *requires: Data) -> Data:
        rows = [indicator(f"{no}.{n}", r) for n, r in enumerate(requires, 1)]
        found: Data = {"no": no, "title": text(f"Nhóm {no} (hư cấu)", f"Group {no} (fiction)"), "indicators": rows}
        return found if k is None else {**found, "at_least_n": str(k)}

    ratio = {"fact": "water_share", "at_least": {"value": "50", "when_empty": "met"}, **official}
    return {
        **head("commune/lua-chon", "2021-2025", "4/QĐ-XM", "2022-04-01", ("2022-04-01", "2025-12-31"), "Tự chọn"),
        "at_least_n": "2",
        "criteria": [
            criterion(
                "A",
                2,
                {"fact": "near_town", "equals": "true", **official},
                ratio,
                {"fact": "score", "at_least": "50", "evidence": "recalled", "confidence": "high"},
            ),
            criterion(
                "B",
                None,
                {"fact": "literacy", "level_at_least": "2", **official},
                {"fact": "savings", "more_than": "0", "evidence": "secondary"},
            ),
            criterion(
                "C",
                1,
                {"fact": "heritage", "equals": "false", **official},
                {"fact": "schools", "equals": "3", **official},
            ),
        ],
    }


def scored() -> Data:
    """Small: points of parts, a total beside the numbered criteria, and two grades."""
    official = {"evidence": "official"}

    def criterion(no: str, title: str, *requires: Data, **more: object) -> Data:
        rows = [indicator(f"{no}.{n}", r) for n, r in enumerate(requires, 1)]
        return {"no": no, "title": text(f"{title} (hư cấu)", f"{title} (fiction)"), **more, "indicators": rows}

    return {
        **head("commune/cham-diem", "2021-2025", "6/QĐ-XM", "2022-04-01", ("2022-04-01", "2025-12-31"), "Chấm điểm"),
        "derive": {
            "points": {
                "title": text("Điểm (hư cấu)", "Points (fiction)"),
                "points": {
                    "out_of": "100",
                    "members": [
                        {
                            "fact": "points_plan",
                            "out_of": "15.5",
                            "applies_if": {"fact": "near_town", "equals": "true", **official},
                        },
                        {"fact": "points_work", "out_of": "59.5"},
                        {"fact": "points_meetings", "out_of": "25"},
                    ],
                },
            },
            "least": {"title": text("Điểm thấp nhất (hư cấu)", "Least (fiction)"), "min_of": ["points", "score"]},
        },
        "criteria": [
            criterion("1", "Điểm", {"fact": "points", "at_least": "85", **official}),
            criterion(
                "2",
                "Điểm từng phần",
                {"fact": "least", "at_least": "70", **official},
                {"fact": "points_work", "more_than": "30", "evidence": "recalled", "confidence": "low"},
            ),
            criterion("chung", "Chung", {"fact": "literacy", "level_at_least": "1", **official}, counted="false"),
        ],
        "grades": [
            {
                "grade": "gan-dat",
                "title": text("Gần đạt (hư cấu)", "Nearly there (fiction)"),
                "operations": [{"set": "1.1", "at_least": "75", **official}],
            },
            {
                "grade": "co-ban-dat",
                "title": text("Cơ bản đạt (hư cấu)", "Basically there (fiction)"),
                "operations": [
                    {"set": "1.1", "at_least": "60.5", "evidence": "secondary", "source": "bao-mau"},
                    {"replace": "2.1", "require": {"any": [
                        {"fact": "least", "at_least": "50", **official},
                        {"fact": "literacy", "level_at_least": "2", **official},
                    ]}},
                    {"remove": "2.2"},
                ],
            },
        ],
    }  # fmt: skip


def unwritten() -> Data:
    """Small: what nobody has copied, and what is left to a lower level."""
    official = {"evidence": "official"}
    return {
        **head("commune/con-cho", "2021-2025", "5/QĐ-XM", "2022-05", ("2022-05", "2025-12-31"), "Còn chờ"),
        "criteria": [
            {
                "no": "1",
                "title": text("Còn chờ (hư cấu)", "Waiting (fiction)"),
                "indicators": [
                    indicator("1.1", "pending"),  # type: ignore[arg-type]
                    indicator("1.2", {"delegated": {"state": "delegated", **official}}),
                    indicator("1.3", {"fact": "score", "at_least": "pending"}),
                    indicator(
                        "1.4",
                        {
                            "fact": "score",
                            "at_least": {
                                "by": ["area_class"],
                                "cells": {
                                    "I": "pending",
                                    "II": {"state": "delegated", **official},
                                    "III": {"value": "50", **official},
                                },
                            },
                        },
                    ),
                    indicator("1.5", {"any": ["pending", {"fact": "near_town", "equals": "true", **official}]}),
                ],
            }
        ],
    }


# -- layers ---------------------------------------------------------------------------------------


def amendment() -> Data:
    official = {"evidence": "official"}
    return {
        "amends": "commune/ntm",
        "period": "2021-2025",
        "instrument": instrument("11/QĐ-XM", "2024-05-10"),
        "in_force": {"from": "2024-06-01"},
        "operations": [
            {"set": "4.1", "more_than": "92", **official},
            {
                "set": "10",
                "cells": {"NUI": {"2025": {"value": "54", **official}}, "BIEN": {"2025": {"value": "58", **official}}},
            },
            {
                "replace": "12.1",
                "require": {"fact": "income_thousand", "at_least": "30000", **official},
                "title": text("Chỉ tiêu 12.1 sửa (hư cấu)", "Indicator 12.1, amended (fiction)"),
            },
            {
                "add": {
                    "criterion": "18",
                    "after": "18.6",
                    "indicator": indicator("18.7", {"fact": "smart_villages", "at_least": "1", **official}),
                }
            },
            {"remove": "17.12"},
            {"remove": "14.1d"},
            {"retitle": "18.4", "title": text("Chỉ tiêu 18.4 đổi tên (hư cấu)", "Indicator 18.4, retitled (fiction)")},
        ],
    }


def overlay(ruleset: str, province: str, number: str, date: str, **more: object) -> Data:
    return {
        "overlay": ruleset,
        "province": province,
        "period": "2021-2025",
        "instrument": instrument(number, date, province),
        **more,
    }


def overlays() -> dict[str, Data]:
    official, recalled = {"evidence": "official"}, {"evidence": "recalled", "confidence": "high"}
    extra = {
        "no": "20",
        "title": text("Tiêu chí riêng (hư cấu)", "A criterion of its own (fiction)"),
        "indicators": [
            indicator("20.1", {"fact": "smart_villages", "at_least": "1", **official}),
            indicator("20.2", {"fact": "literacy", "level_at_least": "1", **recalled}),
        ],
    }
    zones = {
        "case": [
            {"when": {"fact": "area_class", "equals": "III", **official}, "then": "Z3"},
            {"when": {"fact": "area_class", "equals": "II", **official}, "then": "Z2"},
        ],
        "else": "Z1",
    }
    return {
        "gia-bac/2022-77-commune-ntm": overlay(
            "commune/ntm",
            "gia-bac",
            "77/QĐ-GB",
            "2022-11-05",
            operations=[
                {
                    "set": "2.1",
                    "at_least": {"by": ["region_column"], "cells": {"NUI": "65", "BIEN": "70", "DONG": "82.5"}},
                    **official,
                },
                {"set": "8.4", "at_least": "25", **official},
                {"add": {"after": "19", "criterion": extra}},
            ],
        ),
        "gia-bac/2022-78-commune-kieu-mau": overlay(
            "commune/kieu-mau",
            "gia-bac",
            "78/QĐ-GB",
            "2022-11-05",
            operations=[{"set": "K5", "at_least": "75", **official}, {"set": "K6", "at_least": "1", **official}],
        ),
        "gia-trung/2024-12-commune-ntm": overlay(
            "commune/ntm",
            "gia-trung",
            "12/QĐ-GT",
            "2024-02",
            derive={"zone": zones},
            operations=[
                {
                    "set": "8.4",
                    "at_least": {"by": ["zone"], "cells": {"Z1": "60", "Z2": "45.5", "Z3": "30"}},
                    **official,
                },
                {"set": "4.1", "more_than": "95", **recalled},
                {
                    "set": "10",
                    "cells": {"BIEN": {"2024": {"value": "57", **official}, "2025": {"value": "60", **official}}},
                },
            ],
        ),
        "gia-nam/2023-5-commune-nang-cao": overlay(
            "commune/nang-cao",
            "gia-nam",
            "5/QĐ-GN",
            "2023",
            read="partly",
            operations=[
                {"set": "17.2", "at_most": "95", **official},
                {
                    "replace": "9.2",
                    "require": {
                        "all": [
                            {"fact": "fastest", "less_than": "50", "part": "a", **official},
                            {"fact": "speed_fixed", "at_least": "10", "part": "b", **recalled},
                        ]
                    },
                },
                {"remove": "14.1d"},
            ],
        ),
        "gia-co/2022-9-commune-ntm": overlay(
            "commune/ntm", "gia-co", "9/QĐ-GC", "2022-12-01", operations=[{"set": "4.1", "more_than": "91", **official}]
        ),
    }


# -- writing --------------------------------------------------------------------------------------


def files() -> dict[str, Data]:
    """Every file of the folder with its data."""
    return {
        "facts/measures.yaml": {"measures": MEASURES},
        "facts/commune.yaml": {"level": "commune", "facts": {**named_facts(), **filler_facts()}},
        "units/provinces.yaml": provinces(),
        "national/2021-2025/commune-ntm.yaml": basic("2021-2025"),
        "national/2021-2025/commune-nang-cao.yaml": advanced("2021-2025"),
        "national/2021-2025/commune-kieu-mau.yaml": model(),
        "national/2021-2025/commune-lua-chon.yaml": choice(),
        "national/2021-2025/commune-cham-diem.yaml": scored(),
        "national/2021-2025/commune-con-cho.yaml": unwritten(),
        "national/2021-2025/amendments/2024-11-commune-ntm.yaml": amendment(),
        "national/2026-2030/commune-ntm.yaml": basic("2026-2030"),
        "national/2026-2030/commune-nang-cao.yaml": advanced("2026-2030"),
        **{f"provinces/{name}.yaml": data for name, data in overlays().items()},
    }


class _Plain(yaml.SafeDumper):
    """Writes repeated values again instead of aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def texts() -> dict[str, str]:
    """Every file of the folder as it has to stand there."""
    return {
        name: HEADER + yaml.dump(data, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
        for name, data in files().items()
    }


def main() -> None:
    for name, content in texts().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
