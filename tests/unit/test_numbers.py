"""One grammar of numbers at every door: what is a number, how many digits it has, how large and how small it is."""

import datetime as dt
import enum
import json
import math
import typing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ntm_rules as ntm
from command_line import invoke
from ntm_rules import FactError, Library, Outcome, Ruleset, assess
from ntm_rules.messages.errors import RulesetError, displayed
from ntm_rules.model.canonical import decimal_text
from ntm_rules.testing.cases import assess_case, load_cases, run_case
from unit.small import BASE, load

ON = dt.date(2024, 7, 2)


class Level(enum.StrEnum):
    """What a caller may have in place of the text."""

    ONE = "1"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load(tmp_path_factory.mktemp("numbers") / "rules")


@pytest.fixture(scope="module")
def ruleset(library: Library) -> Ruleset:
    return library.compose("commune/ntm", on=ON)


LARGE = "at most 1e300 in size, this one is too large"
SMALL = "at least 1e-300 in size, this one is too small"
DIGITS = "at most 15 significant digits"
NUMBER = "a number"

TEXTS = [
    ("1e999999999", LARGE),
    ("-1e999999999", LARGE),
    ("1e9999999999999999999", LARGE),
    ("1e" + "9" * 5000, LARGE),
    ("9" * 5000, LARGE),
    ("1e305", LARGE),
    ("1.00000000000001e300", LARGE),
    ("1e-999999999", SMALL),
    ("1e-9999999999999999999", SMALL),
    ("9.9e-301", SMALL),
    ("44.99999999999999999", DIGITS),
    ("44." + "9" * 40, DIGITS),  # more digits than a context of decimals keeps
    ("９９", NUMBER),
    ("٣", NUMBER),
    ("1_0", NUMBER),
    ("0x10", NUMBER),
    ("1e", NUMBER),
    (".", NUMBER),
    ("sNaN", NUMBER),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[text[:24] for text, _ in TEXTS])
def test_a_text_that_is_refused_is_refused_at_every_door(
    library: Library, ruleset: Ruleset, tmp_path: Path, text: str, expected: str
) -> None:
    """Facts in Python, JSON and live lines, tests beside rules, thresholds of rule files and of overlays."""

    def refused(read: typing.Callable[[], object]) -> str:
        with pytest.raises((FactError, RulesetError)) as caught:
            read()
        assert caught.value.text("vi") != caught.value.text("en")
        return str(caught.value)

    assert expected in refused(lambda: assess(ruleset, {"income": text}))
    if expected is not NUMBER:
        if len(text) < 20:  # more of an exponent Python's own decimals do not take
            assert expected in refused(lambda: assess(ruleset, {"income": Decimal(text)}))
        path = tmp_path / "units.json"
        path.write_text(f'[{{"unit": "A", "income": {text}}}]', encoding="utf-8")
        (unit,) = ntm.tables.read(path, library.facts)
        assert expected in refused(lambda: assess(ruleset, unit.facts))
    cases = tmp_path / "mau.tests.yaml"
    case = f'{{name: a, facts: {{income: "{text}"}}, expect: {{set: met}}}}'
    cases.write_text(f'given: {{ruleset: commune/ntm, on: "2024-07-02"}}\ncases:\n  - {case}\n', encoding="utf-8")
    found = refused(lambda: [assess_case(library, case) for case in load_cases(cases)])
    assert expected in found
    assert "mau.tests.yaml:3:" in found
    said = {LARGE: "is too large, at most 1e30", SMALL: "is too small, 0 or at least 1e-30", DIGITS: "more than 15"}
    wanted = said.get(expected, "not a")
    rules = BASE.replace('at_least: "80"', f'at_least: "{text}"')
    found = refused(lambda: load(tmp_path / "rules", ntm_yaml=rules).compose("commune/ntm", on=ON))
    assert wanted in found
    assert "ntm.yaml:19:" in found
    assert wanted in refused(lambda: library.compose("commune/ntm", on=ON, overlay=overlay(text)))


def overlay(threshold: object, date: str = "2023-01-01") -> dict[str, object]:
    """A caller's overlay that asks for more clean water."""
    operation = {"set": "1.1", "at_least": threshold, "evidence": "official"}
    instrument = {"issuer": "xa", "number": "1/QĐ", "date": date}
    return {"overlay": "commune/ntm", "period": "2021-2025", "instrument": instrument, "operations": [operation]}


VALUES = [
    (10**5000, LARGE, "`1e5000`"),
    (-(10**5000), LARGE, "`-1e5000`"),
    (10**301, LARGE, ""),
    (1e305, LARGE, ""),
    (1.797e308, LARGE, ""),
    (5e-324, SMALL, ""),
    (-5e-324, SMALL, ""),
    (np.float64(1e-301), SMALL, ""),
    (Decimal("1e999999999999999999"), LARGE, ""),
    (Fraction(10**400), LARGE, ""),
    (Fraction(1, 3), NUMBER, "give part and whole as facts of their own, or a decimal"),
    (float("nan"), NUMBER, "missing is `None`; leave the fact out"),
    (np.float64("nan"), NUMBER, "missing is `None`; leave the fact out"),
    (np.float32("nan"), NUMBER, "missing is `None`; leave the fact out"),
    (Decimal("NaN"), NUMBER, "missing is `None`; leave the fact out"),
    ("NaN", NUMBER, "missing is `None`; leave the fact out"),
    (pd.NA, NUMBER, "missing is `None`; leave the fact out"),
    (pd.NaT, NUMBER, "missing is `None`; leave the fact out"),
    (np.datetime64("NaT"), NUMBER, "missing is `None`; leave the fact out"),
    (float("inf"), NUMBER, ""),
    (Outcome.MET, NUMBER, "got `Outcome.MET`, expected a number from 0; a member of an enumeration is not a value"),
    (True, NUMBER, ""),
    (np.bool_(True), NUMBER, ""),
    (1 + 0j, NUMBER, ""),
    (np.array([1.0]), NUMBER, ""),
]


@pytest.mark.parametrize(
    ("value", "expected", "said"), VALUES, ids=[f"{displayed(v[0])[:24]} {type(v[0]).__name__}" for v in VALUES]
)
def test_a_value_that_is_refused(ruleset: Ruleset, value: object, expected: str, said: str) -> None:
    for given in (value, {"value": value}):
        with pytest.raises(FactError) as caught:
            assess(ruleset, {"income": given})
        assert expected in caught.value.expected
        assert said in str(caught.value)
        assert caught.value.text("vi")


READ = [
    ("income", np.int64(80), "80"),
    ("income", np.uint8(80), "80"),
    ("income", np.float64(80.5), "80.5"),
    ("income", np.float32(80.1), "80.1"),
    ("income", np.float16(0.1), "0.1"),
    ("income", np.str_("80.5"), "80.5"),
    ("income", Fraction(161, 2), "80.5"),
    ("income", 0.1 + 0.2, "0.3"),
    ("income", 1e300, "1e300"),
    ("income", 1e-300, "1e-300"),
    ("income", 10**300, "1e300"),
    ("income", "0e99999999999999999999", "0"),
    ("income", "123456789.012345", "123456789.012345"),
    ("income", "1" + "0" * 200, "1e200"),
    ("clean_water_share", 79.99999999999999, "80"),
    ("clean_water_share", 0.1 + 0.7, "0.8"),
    ("clean_water_share", 100.00000000000003, "100"),
    ("clean_water_share", 1e-17 - 1e-17, "0"),
]


@pytest.mark.parametrize(("fact", "value", "exact"), READ, ids=[repr(r[1])[:24] + type(r[1]).__name__ for r in READ])
def test_a_value_that_is_read(ruleset: Ruleset, fact: str, value: object, exact: str) -> None:
    for given in (value, {"value": value}):
        verdict = assess(ruleset, {fact: given})
        leaves = [leaf for i in verdict.indicators.values() for leaf in i.leaves if leaf.fact and leaf.fact.id == fact]
        assert {leaf.actual for leaf in leaves} == {Decimal(exact)}
        for leaf in leaves:
            if isinstance(leaf.required, Decimal) and leaf.margin is not None:
                assert abs(leaf.margin) == abs(Decimal(exact) - leaf.required)
        json.dumps(verdict.to_dict())


def test_other_kinds_of_facts(ruleset: Ruleset) -> None:
    assert assess(ruleset, {"planned": np.bool_(True)}) == assess(ruleset, {"planned": True})
    assert assess(ruleset, {"literacy": np.str_("1")}) == assess(ruleset, {"literacy": "1"})
    assert assess(ruleset, {"literacy": np.int64(1)}) == assess(ruleset, {"literacy": 1})
    row = pd.DataFrame({"planned": [True], "clean_water_share": [80], "literacy": ["1"]}).iloc[0]
    same = {"planned": True, "clean_water_share": 80, "literacy": "1"}
    assert assess(ruleset, {str(name): value for name, value in row.items()}) == assess(ruleset, same)
    for fact, value in (
        ("planned", Outcome.MET),
        ("planned", pd.NA),
        ("literacy", Level.ONE),
        ("literacy", Outcome.MET),
        ("literacy", 10**5000),
        ("region", math.nan),
    ):
        with pytest.raises(FactError) as caught:
            assess(ruleset, {fact: value})
        hint = caught.value.problems[0].hint
        assert ("enumeration" in hint) == isinstance(value, enum.Enum)
        assert ("leave the fact out" in hint) == (value is pd.NA or value is math.nan)


@pytest.mark.parametrize("zero", [-0.0, "-0", "-0.00", Decimal("-0"), np.float64(-0.0)])
def test_minus_zero_is_zero(ruleset: Ruleset, zero: object) -> None:
    verdict = assess(ruleset, {"clean_water_share": zero})
    found = verdict.indicators["1.1"]
    assert (str(found.actual).lstrip("0."), str(found.margin)) in (("", "-80"), ("", "-80.0"))
    assert "-0" not in " ".join(reason.text(lang) for reason in verdict.reasons() for lang in ("vi", "en"))
    assert "-0" not in decimal_text(Decimal("-0.0"))


def test_minus_zero_and_zero_are_one_law(tmp_path: Path) -> None:
    zeros = ("0", "-0", "-0.00", "0e99", "-0e9999999999999999999")
    rules = [BASE.replace('at_least: "80"', f'at_least: "{zero}"') for zero in zeros]
    laws = [load(tmp_path / str(n), ntm_yaml=text).compose("commune/ntm", on=ON) for n, text in enumerate(rules)]
    assert len({law.content_hash for law in laws}) == 1


def test_numbers_of_an_overlay_are_read_alike(library: Library) -> None:
    given = ("85", "85.0", "8.5e1", 85, np.int64(85), Decimal(85), np.str_("85"))
    laws = [library.compose("commune/ntm", on=ON, overlay=overlay(number)) for number in given]
    assert len({law.content_hash for law in laws}) == 1


@pytest.mark.parametrize("date", ["２０２２-09-30", "2022-٠9-30", "２０２２"])
def test_only_ascii_digits_make_a_date(library: Library, date: str) -> None:
    with pytest.raises(RulesetError, match=r"value\.date"):
        library.compose("commune/ntm", on=ON, overlay=overlay("85", date))
    assert invoke("show", "commune/ntm", "--on", date).exit_code == 2


@pytest.mark.parametrize("value", [Outcome.MET, 10**5000, float("inf")], ids=["outcome", "long", "infinity"])
def test_a_value_of_an_overlay_that_is_no_number(library: Library, value: object) -> None:
    with pytest.raises(RulesetError):
        library.compose("commune/ntm", on=ON, overlay=overlay(value))


@pytest.mark.parametrize(("digits", "fits"), [("79.9999999999999", True), ("79.99999999999999", False)])
def test_a_threshold_has_at_most_fifteen_digits(tmp_path: Path, digits: str, fits: bool) -> None:
    rules = BASE.replace('at_least: "80"', f'at_least: "{digits}"')
    if fits:
        ruleset = load(tmp_path / "rules", ntm_yaml=rules).compose("commune/ntm", on=ON)
        (cell,) = assess(ruleset, {}).indicators["1.1"].cells
        assert cell.value == Decimal(digits)
        assert assess(ruleset, {"clean_water_share": float(digits)}).indicators["1.1"].outcome is Outcome.MET
    else:
        with pytest.raises(RulesetError, match=r"value\.digits"):
            load(tmp_path / "rules", ntm_yaml=rules).compose("commune/ntm", on=ON)


def test_a_json_number_is_read_from_its_text_as_in_csv(library: Library, ruleset: Ruleset, tmp_path: Path) -> None:
    for name, text in (
        ("a.json", '[{"unit": "A", "income": 44.99999999999999999}]'),
        ("a.jsonl", '{"unit": "A", "income": {"value": 44.99999999999999999}}'),
        ("a.csv", "unit,income\nA,44.99999999999999999\n"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (unit,) = ntm.tables.read(tmp_path / name, library.facts)
        with pytest.raises(FactError, match=DIGITS):
            assess(ruleset, unit.facts)


def test_a_margin_beside_rules_may_be_any_number_over_another(library: Library, tmp_path: Path) -> None:
    """The fraction of Python takes no decimal point in one."""
    (path := tmp_path / "mau.tests.yaml").write_text(
        'given: {ruleset: commune/ntm, on: "2024-07-02"}\n'
        'cases: [{name: a, facts: {clean_water_share: "79.8"}, expect: {indicators: {"1.1": {margin: "-.5/2.5"}}}}]\n',
        encoding="utf-8",
    )
    (case,) = load_cases(path)
    assert run_case(library, case) == ()


LINES = ("1e999999999", '"1e999999999"', "9" * 5000, "1e-999999999", "44.99999999999999999", '"９９"', "NaN")


def test_a_live_session_answers_and_goes_on() -> None:
    lines = [f'{{"unit": "A", "set": {{"income_per_capita": {value}}}}}' for value in LINES]
    lines.append('{"unit": "A", "set": {"income_per_capita": 43}}')
    law = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
    done = invoke("live", *law, data="\n".join(lines).encode())
    assert (done.exit_code, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["line"] for a in answers if a["type"] == "error"] == list(range(1, len(LINES) + 1))
    assert answers[-1]["type"] == "done"


def test_what_a_spreadsheet_shows_as_80_meets_80(library: Library, ruleset: Ruleset, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["mã", "clean_water_share"])
    book.active.append(["06196", 0.1 + 0.7])
    book.active["B2"].number_format = "0.00000000000%"
    book.save(tmp_path / "a.xlsx")
    (unit,) = ntm.tables.read(tmp_path / "a.xlsx", library.facts)
    verdict = assess(ruleset, unit.facts)
    found = verdict.indicators["1.1"]
    assert (found.outcome, found.actual, found.margin) == (Outcome.MET, Decimal(80), Decimal(0))
    assert verdict.to_dict()["facts"]["clean_water_share"] == "80"


@pytest.mark.parametrize("year", ["２０２４", "1e999999999", "2_024", "nan", "2024.5", ""])
def test_a_year_in_a_frame_is_a_whole_number(library: Library, year: str) -> None:
    frame = pd.DataFrame({"year": [year], "clean_water_share": [80.0]})
    with pytest.raises(ntm.tables.TableError, match=r"table\.key"):
        ntm.frames.assess_mixed(library, frame, tier="commune/ntm", on=ON, year="year")
