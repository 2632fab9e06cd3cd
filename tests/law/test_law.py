"""The bundled rulesets say what their sources say: every row is a cell, every cell has a row.

The sources are the CSV files beside this module; `cells.yaml` says which rows are which cells,
`not-cells.yaml` which are none.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from law_sources import HERE, MAPPING, NOT_CELLS, Row, agrees, chosen, elsewhere, own_rows, read, rows

import ntm_rules as ntm
from ntm_rules.model.walk import CellRef, cells

RULESETS = HERE.parents[1] / "rulesets"

EVIDENCE = {"quoted": "official", "secondary": "secondary", "memory": "recalled"}
OPERATORS = {
    "==": ("equals",),
    ">=": ("at_least", "level_at_least"),
    "<=": ("at_most",),
    ">": ("more_than",),
    "<": ("less_than",),
    "in": ("one_of",),
}
UNITS = {
    "": None,
    "level": None,  # ordinals have no unit
    "rating": None,
    "%": "percent",
    "million VND/person/year": "million-vnd-per-person-year",
    "triệu đồng/người/năm": "million-vnd-per-person-year",
    "points": "points",
    "points of 100": "points",
    "houses": "houses",
    "nhà": "houses",
    "m2/person": "m2-per-person",
    "litre/person/day": "litres-per-person-day",
    "schools": "schools",
    "incidents": "incidents",
    "villages": "villages",
    "fields": "fields",
    "HTX": "cooperatives",
    "lần": "times",
    "hộ": "households",
    "đội/thôn": "groups-per-village",
    "% số tiêu chí": "percent",
    "% số xã": "percent",
    "% số huyện": "percent",
    "ngày": "days",
    "công trình": "works",
    "mô hình": "models",
    "làng nghề": "craft-villages",
    "sự cố": "incidents",
    "m2/người": "m2-per-person",
    "lít/người/ngày đêm": "litres-per-person-day",
    "cấp độ": None,
    "mức độ": None,
}
STARTS = {
    "2016-2020": dt.date(2016, 12, 1),
    "2021-2025": dt.date(2022, 3, 8),
    "2026-2030": dt.date(2026, 2, 15),
}


# ---------------------------------------------------------------- the rulesets


@cache
def library() -> ntm.Library:
    return ntm.Library.bundled()


def day(text: str) -> dt.date:
    """The last day of a date that may be a year or a month only."""
    year, month, date = (*map(int, text.split("-")), 0, 0)[:3]
    if date:
        return dt.date(year, month, date)
    return (
        dt.date(year + 1, 1, 1) - dt.timedelta(1)
        if not month
        else dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
    )


def composed(entry: Mapping[str, Any], on: dt.date | None = None) -> Any:
    extra = {"province": entry["province"]} if "province" in entry else {}
    found = library().compose(entry["ruleset"], on=on or day(entry["on"]), period=entry["period"], **extra)
    return next(g.ruleset for g in found.grades if g.id == entry["grade"]) if "grade" in entry else found


def refs(entry: Mapping[str, Any], on: dt.date | None = None) -> list[CellRef]:
    """The cells of a set; with `instrument` only those which that instrument set."""
    numbers = entry.get("instrument")
    return [r for r in cells(composed(entry, on)) if numbers is None or r.cell.blame.number in numbers]


def name(entry: Mapping[str, Any]) -> str:
    return " ".join(
        [entry["file"], entry["ruleset"], entry["period"], *entry.get("instrument", ()), entry.get("grade", "")]
    )


# ---------------------------------------------------------------- one row against one cell


def value_of(row: Row) -> Any:
    match row["value"]:
        case "dat":
            return True
        case text if "|" in text:
            return frozenset(text.split("|"))
        case text:
            return text


def same_value(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, Decimal):
        return value == Decimal(wanted)
    if isinstance(value, tuple):
        return bool(frozenset(value) == wanted)
    return bool(value == wanted)


def state_of(row: Row) -> str:
    if row["kind"] == "provincial_discretion":
        return "delegated"
    return "set" if row["value"] else "pending"


def text_of(value: Any) -> str | None:
    return None if value is None else str(getattr(value, "value", value))


def differences(
    row: Row,
    ref: CellRef,
    wanted: Any = None,
    operator: str | None = None,
    whole_criterion: bool = False,
    unit: str | None = None,
) -> Iterator[str]:
    """What the cell says otherwise than the row; *wanted* and *operator* where the row has words only."""
    cell, state = ref.cell, state_of(row) if wanted is None else "set"
    if text_of(cell.state) != state:
        yield f"state {text_of(cell.state)}, the row says {state}"
        return
    if state == "set" and not same_value(cell.value, value_of(row) if wanted is None else wanted):
        yield f"value {cell.value}, the row says {row['value']}"
    comparison = ref.comparison
    if comparison is not None and row["kind"] and not whole_criterion:
        allowed = (operator,) if operator else OPERATORS.get(row["operator"])
        if allowed and text_of(comparison.op) not in allowed:
            yield f"operator {text_of(comparison.op)}, the row says {row['operator']}"
        if operator is None:
            yield from unit_differences(row, ref, unit)
    if state != "pending" or cell.evidence is not None:
        evidence = EVIDENCE.get(row["evidence"])
        if text_of(cell.evidence) != (evidence if state != "pending" else None):
            yield f"evidence {text_of(cell.evidence)}, the row says {row['evidence']}"
        confidence = row.confidence if evidence == "recalled" else None
        if text_of(cell.confidence) != confidence:
            yield f"confidence {text_of(cell.confidence)}, the row says {confidence}"
    if (cell.disputed is not None) != ("DISPUTED" in row["note"]):
        yield f"disputed {cell.disputed}, the row says {row['note']}"
    source = None if row["source"] in ("", "memory") else row["source"]
    if cell.source != source and (source or state != "pending"):
        yield f"source {cell.source}, the row says {source}"


def unit_differences(row: Row, ref: CellRef, unit: str | None) -> Iterator[str]:
    if ref.comparison is not None and hasattr(
        ref.comparison.threshold, "times"
    ):  # a multiple of another threshold has the unit of that threshold
        if row["unit"] != "ratio":
            yield f"a multiple of another threshold, the row says {row['unit']}"
    elif row["unit"] not in UNITS:
        yield f"unknown unit {row['unit']}"
    elif ref.unit != (unit or UNITS[row["unit"]]):
        yield f"unit {ref.unit}, the row says {row['unit']}"


# ---------------------------------------------------------------- which cell a row is


def deviation(entry: Mapping[str, Any], row: Row) -> Mapping[str, Any]:
    """What cells.yaml says about this row; later entries add to earlier ones."""
    found: dict[str, Any] = {}
    for one in entry.get("rows", ()):
        if agrees(row, one["where"]):
            found |= {key: value for key, value in one.items() if key != "where"}
    return found


def in_words(printed: str) -> tuple[str, Any]:
    """Operator and value of `operator value`; an empty operator and None where nothing is printed."""
    operator, _, text = printed.partition(" ")
    words: Mapping[str, Any] = {"": None, "true": True, "false": False}
    return operator, words[text] if text in words else frozenset(text.split("|")) if "|" in text else text


def binds(row: Row, ref: CellRef, key: Mapping[str, str]) -> int | None:
    """How closely the key of a cell fits a row: the number of `*`; None where it does not."""
    stars = 0
    for selector, text in zip(ref.by, ref.key, strict=True):
        wanted = key.get(selector) or (row["year"] if selector == "year" else row.region)
        if text == "*" and wanted == "ALL" and row["note"].startswith("uniform"):
            stars += 1
        elif text != wanted:
            return None
    return stars


def place(ref: CellRef) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return ref.address, ref.by, ref.key


def check_rows(entry: Mapping[str, Any], problems: list[str]) -> set[int]:
    """Compares each row with its cell; returns the positions of the cells that have a row."""
    refs_ = refs(entry)
    by_address: dict[str, list[int]] = defaultdict(list)
    for i, ref in enumerate(refs_):
        if ref.role == "require":
            by_address[ref.address].append(i)
    claims: dict[int, list[Row]] = defaultdict(list)
    for row in own_rows(entry):
        says = deviation(entry, row)
        address = says.get("address") or row["indicator_no"] or row["criterion_no"]
        if says.get("removed"):
            check_removed(entry, row, address, problems)
            continue
        operator, wanted = in_words(says.get("says", ""))
        whole = says.get("all")
        if whole:
            mine = [i for i, ref in enumerate(refs_) if getattr(ref, whole) == address and ref.role == "require"]
        elif "addresses" in says:
            mine = [i for one in says["addresses"] for i in by_address[one]]
            claims |= {i: [row] for one in says.get("pending", ()) for i in by_address[one]}
            problems += [
                f"{row}: {one} is no pending cell"
                for one in says.get("pending", ())
                if [text_of(refs_[i].cell.state) for i in by_address[one]] != ["pending"]
            ]
        else:
            fits = {i: n for i in by_address[address] if (n := binds(row, refs_[i], says.get("key", {}))) is not None}
            mine = [i for i, n in fits.items() if n == min(fits.values())]
            if len({place(refs_[i]) for i in mine}) > 1:
                problems.append(f"{row}: several cells at {address}: {[place(refs_[i]) for i in mine]}")
        if not mine:
            problems.append(f"{row}: no cell at {address} {row.region} {row['year']} {row['exception']}")
        for i in mine:
            claims[i].append(row)
            said = differences(
                row, refs_[i], wanted, operator or None, whole_criterion=whole == "criterion", unit=says.get("unit")
            )
            problems += [f"{row}: {refs_[i].address} {refs_[i].key}: {one}" for one in said]
    for i, claimants in claims.items():
        if len(claimants) > 1:
            problems.append(f"{place(refs_[i])}: several rows: {', '.join(map(str, claimants))}")
    return set(claims)


def check_removed(entry: Mapping[str, Any], row: Row, address: str, problems: list[str]) -> None:
    before = {ref.address for ref in cells(composed(entry, day(entry["on"]) - dt.timedelta(1)))}
    after = {ref.address for ref in cells(composed(entry))}
    if address in after or address not in before:
        problems.append(f"{row}: {address} was to go on {entry['on']}")


def check_guards(entry: Mapping[str, Any], problems: list[str]) -> set[int]:
    """Compares guards and conditions of application with the row they rest on."""
    refs_, claimed = refs(entry), set()
    for guard in entry.get("guards", ()):
        resting = chosen(guard, chosen(entry))
        if not resting:
            problems.append(f"guard {guard}: rests on no row")
        facts = guard["facts"] if isinstance(guard["facts"], dict) else dict.fromkeys(guard["facts"], "")
        for fact, printed in facts.items():
            operator, wanted = in_words(printed)
            mine = [
                i
                for i, r in enumerate(refs_)
                if r.comparison is not None and fact in r.comparison.facts and guarded(r, guard)
            ]
            if not mine:
                problems.append(f"guard {guard}: no comparison of {fact}")
            claimed |= set(mine)
            problems += [
                f"{row}: guard on {fact}: {said}"
                for row in resting[:1]
                for i in mine
                for said in differences(row, refs_[i], wanted, operator or None)
            ]
    return claimed


def guarded(ref: CellRef, guard: Mapping[str, Any]) -> bool:
    """True for a comparison that the guard is about."""
    if "derived" in guard:
        return bool(ref.derived == guard["derived"])
    if "part" in guard:
        return bool(ref.address == guard["part"])
    return ref.role == "applies_if" and ref.indicator == guard["applies_if"]


# ---------------------------------------------------------------- the checks


@pytest.mark.parametrize("entry", MAPPING["sets"], ids=name)
def test_rows_and_cells_agree(entry: Mapping[str, Any]) -> None:
    problems: list[str] = []
    claimed = check_rows(entry, problems) | check_guards(entry, problems)
    for i, ref in enumerate(refs(entry)):
        if text_of(ref.cell.state) == "none":
            if i in claimed:
                problems.append(f"{place(ref)}: nothing is asked here, but a row says something")
        elif i not in claimed:
            fact = ref.comparison.fact if ref.comparison else ""
            problems.append(f"{place(ref)} {ref.role} {ref.derived or ''} {fact}: no row")
    for one in entry.get("rows", ()):
        if not chosen(one, own_rows(entry)):
            problems.append(f"cells.yaml: {one} selects no row")
    assert not problems, f"{len(problems)} differences\n" + "\n".join(problems)


def test_every_row_has_one_home() -> None:
    homes: dict[Row, list[str]] = defaultdict(list)
    empty = []
    for kind, entries in (("not a cell", NOT_CELLS), ("layer", MAPPING["layers"])):
        for entry in entries:
            found = chosen(entry)
            if not found:
                empty.append(str(entry))
            for row in found:
                homes[row].append(f"{kind}: {entry.get('reason') or entry['rulesets']}")
    for entry in MAPPING["sets"]:
        mine = [row for row in chosen(entry) if row not in elsewhere()]
        if not mine:
            empty.append(name(entry))
        for row in mine:
            homes[row].append(f"cell of {name(entry)}")
    assert not empty, "entries that select no row:\n" + "\n".join(empty)
    wrong = [f"{row}: {homes[row] or 'nowhere'}" for row in rows() if len(homes[row]) != 1]
    assert not wrong, "\n".join(wrong)


def test_every_reason_is_said() -> None:
    assert all(entry["reason"].strip() for entry in NOT_CELLS)


@pytest.mark.parametrize("entry", MAPPING["layers"], ids=lambda entry: str(entry["where"]))
def test_instrument_rows_are_layers(entry: Mapping[str, Any]) -> None:
    ids = {p["title"]["vi"]: p["id"] for p in read(RULESETS / "units" / "provinces.yaml")["provinces"]}
    period = entry.get("period", "2021-2025")
    for row in chosen(entry):
        number, date = entry.get("decision") or row["decision"], entry.get("date") or row["date"]
        province = ids[row["province"]] if row["province"] else None
        on = day(entry["on"]) if "on" in entry else max(day(date), STARTS[period])
        for ruleset in entry["rulesets"]:
            layers = library().compose(ruleset, on=on, period=period, province=province).layers
            known = [(x.instrument.issuer, x.instrument.number, x.instrument.date) for x in layers if x.instrument]
            assert (province or "thu-tuong", number, date) in known, (str(row), known)


def test_every_file_is_checked() -> None:
    """No ruleset, amendment or overlay is bundled without a row behind it."""
    sets = {(e["ruleset"], e["period"]) for e in MAPPING["sets"] if "province" not in e}
    amendments = {
        (e["ruleset"], e["period"], n) for e in MAPPING["sets"] if "province" not in e for n in e.get("instrument", ())
    }
    listed = {(e["ruleset"], e["period"], n) for e in MAPPING["sets"] if "province" in e for n in e["instrument"]}
    titles: set[tuple[str, str, str]] = set()
    for e in MAPPING["layers"]:
        numbers = [e["decision"]] if "decision" in e else [row["decision"] for row in chosen(e)]
        known = amendments if e["file"] != "provinces.csv" else titles
        known |= {(ruleset, e.get("period", "2021-2025"), n) for ruleset in e["rulesets"] for n in numbers}
    tables = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.csv"))
    for path in sorted(RULESETS.rglob("*.yaml")):
        file = read(path)
        if "list" in file:  # of what was read a row names the decision, and none says who is in the list
            assert file["instrument"]["number"] in tables, path
            assert file["province"] == file["instrument"]["issuer"] == path.parent.parent.name, path
            assert set(file["classes"].values()) == {"pending"}, path
        elif "province" in file:
            kind = "ruleset" if "ruleset" in file else "overlay"
            key = (file[kind], file["period"], file["instrument"]["number"])
            assert key in listed | titles, path
            assert file["province"] == file["instrument"]["issuer"] == path.parent.name, path
            if kind == "ruleset" and key not in listed:
                own = {"province": file["province"], "on": file["in_force"]["from"]}
                states = {text_of(ref.cell.state) for ref in refs({**own, "ruleset": key[0], "period": key[1]})}
                assert states == {"pending"}, path
        elif "ruleset" in file:
            assert (file["ruleset"], file["period"]) in sets, path
        elif "amends" in file:
            assert (file["amends"], file["period"], file["instrument"]["number"]) in amendments, path


def test_the_example_of_points_has_the_weights_of_its_source() -> None:
    """The five parts of criterion 1 in Đắk Lắk's table of 2014; no set of that period is bundled."""
    folder = HERE.parents[1] / "examples" / "points"
    titles = {name: fact["title"]["en"] for name, fact in read(folder / "facts.yaml")["facts"].items()}
    rule = read(folder / "dak-lak-2014.yaml")["derive"]["points_planning"]["points"]
    printed = [row for row in rows() if row["decision"] == "2126/QĐ-UBND" and row["kind"] == "score_weight"]
    assert [member["out_of"] for member in rule["members"]] == [row["value"] for row in printed]
    assert {row["evidence"] for row in printed} == {"quoted"}
    words = ("brief", "scheme", "rules", "publi", "mark")
    for member, row, word in zip(rule["members"], printed, words, strict=True):
        assert word in titles[member["fact"]]
        assert word in row["indicator_label_en"].lower()
    found = ntm.Library.load(folder).compose("commune/cham-diem", on=dt.date(2016, 1, 1), province="dak-lak")
    assert [(x.instrument.number, x.instrument.date) for x in found.layers if x.instrument] == [
        (printed[0]["decision"], printed[0]["date"])
    ]


VILLAGE_TIERS = {
    "thon_ntm": "village/ntm",
    "thon_ban_ntm": "village/ntm",
    "thon_ntm_kieu_mau": "village/kieu-mau",
    "khu_dan_cu_kieu_mau": "village/residential-area",
    "thon_thong_minh": "village/smart",
    "lang_thong_minh": "village/smart",
}


def test_a_village_set_is_bundled_or_listed_as_unwritten() -> None:
    """Of every province and tier in the sources, and of no other."""
    printed = {p["title"]["vi"]: p["id"] for p in read(RULESETS / "units" / "provinces.yaml")["provinces"]}
    found = {(printed[row["province"]], VILLAGE_TIERS[row["tier"]]) for row in rows() if row["tier"] in VILLAGE_TIERS}
    bundled = {(province, ruleset) for ruleset, _, province in library().own_rulesets() if "village/" in ruleset}
    unwritten = {(p.id, ruleset) for p in library().registry.provinces for ruleset in p.unwritten}
    assert bundled | unwritten == found
    assert not bundled & unwritten
