"""Patterns of real decisions, each written as a rule, composed, assessed in every engine, proved and put in words."""

# ruff: noqa: E501 - a case a line

from pathlib import Path

import duckdb
import polars as pl
import pytest
from attrs import field, frozen

import ntm_rules as ntm
from ntm_rules import Outcome, frames
from ntm_rules.proofs import Kind, Status, prove
from ntm_rules.words.sheet import rows

ON = "2024-07-02"
M, N, U, A = "met", "not_met", "undetermined", "not_applicable"
HEAD = """
ruleset: commune/thu
period: 2021-2025
instrument: {issuer: xu-mau, number: 0000, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
"""
FACTS = """
level: commune
facts:
  income_of_province: {title: {vi: Thu nhập bình quân của tỉnh}, type: number, unit: million-vnd-per-person-year,
    minimum: "0", decimals: 3}
  poverty_before: {title: {vi: Tỷ lệ nghèo đa chiều năm trước}, type: percent, decimals: 2, direction: less,
    earlier: {fact: poverty_rate, years: 1}}
  plan: {title: {vi: Điểm quy hoạch}, type: number, unit: points, minimum: "0", maximum: "5", direction: more}
  works: {title: {vi: Điểm công trình}, type: number, unit: points, minimum: "0", maximum: "5", direction: more}
  fines: {title: {vi: Điểm trừ}, type: number, unit: points, minimum: "-5", maximum: "0", direction: more}
"""


@frozen
class Pattern:
    """A pattern of decisions.

    Attributes:
        text: the rest of the rule file; `ok` stands for the evidence.
        units: the facts of some units, each with the outcome of the set.
        words: what the Vietnamese sheet or a reason says of it.
    """

    text: str
    units: list[tuple[dict[str, object], str]]
    words: str = field(kw_only=True)


def one(require: str, derive: str = "") -> str:
    """Return a set of one indicator."""
    asked = f'      - {{no: "1", title: {{vi: Một}}, require: {require}}}'
    return f'{derive}\ncriteria:\n  - no: "1"\n    title: {{vi: Một}}\n    indicators:\n{asked}\n'


def yes(no: int, fact: str) -> str:
    """Return a criterion that asks for one yes."""
    asked = f'{{no: "{no}", title: {{vi: Số {no}}}, require: {{fact: {fact}, equals: "true", ok}}}}'
    return f'  - {{no: "{no}", title: {{vi: Số {no}}}, indicators: [{asked}]}}\n'


POINTS = """
derive:
  {name}:
    title: {{vi: Điểm tưới tiêu}}
    unit: points
    bands: {{fact: irrigated_share, at_least: {{"90": "5", "80": "3"}}, else: "0", ok}}
  total:
    title: {{vi: Tổng điểm}}
    points: {{out_of: "10", members: [{members}]}}
"""
PATTERNS = {
    "k of n criteria, some of which have to be met": Pattern(
        'at_least_n: 2\nmust: ["1"]\ncriteria:\n'
        + yes(1, "linkage_model") + yes(2, "ocop_product") + yes(3, "free_wifi"),
        [
            ({"linkage_model": True, "ocop_product": True}, M),
            ({"linkage_model": False, "ocop_product": True, "free_wifi": True}, N),
            ({"ocop_product": True, "free_wifi": True}, U),
        ],
        words="trong đó bắt buộc 1",
    ),
    "the difference of two years": Pattern(
        one('{fact: fall, at_least: "1", ok}', "derive:\n  fall: {title: {vi: Mức giảm nghèo}, difference: [poverty_before, poverty_rate]}"),
        [({"poverty_before": 6, "poverty_rate": 5}, M), ({"poverty_before": 6, "poverty_rate": "5.01"}, N), ({"poverty_rate": 5}, U)],
        words="Mức giảm nghèo",
    ),
    "the sum of two counts": Pattern(
        one('{fact: both, at_most: "3", ok}', "derive:\n  both: {title: {vi: Tổng số người}, sum: [insured_men, insured_women]}"),
        [({"insured_men": 1, "insured_women": 2}, M), ({"insured_men": 2, "insured_women": 2}, N)],
        words="Tổng số người",
    ),
    "so many times the income at recognition": Pattern(
        one('{fact: since, at_least: "1.5", ok}', "derive:\n  since: {title: {vi: So với lúc công nhận}, times: {fact: income_per_capita, of: income_at_recognition}}"),
        [
            ({"income_per_capita": 45, "income_at_recognition": 30}, M),
            ({"income_per_capita": "44.999", "income_at_recognition": 30}, N),
            ({"income_per_capita": 45}, U),
        ],
        words="1,5 × 30 = 45",
    ),
    "so many times the province's average, by year": Pattern(
        one(
            '{fact: against, at_least: {by: [year], cells: {"2022": "1.2", "2023": "1.3", "2024": "1.4", "2025": "1.5"}}, ok}',
            "derive:\n  against: {title: {vi: So với tỉnh}, times: {fact: income_per_capita, of: income_of_province}}",
        ),
        [({"income_per_capita": 70, "income_of_province": 50}, M), ({"income_per_capita": 69, "income_of_province": 50}, N)],
        words="1,4 × 50 = 70",
    ),
    "points by band": Pattern(
        one('{fact: total, at_least: "8", ok}', POINTS.format(name="irrigation", members='{fact: irrigation, out_of: "5"}, {fact: plan, out_of: "5"}')),
        [({"irrigated_share": 90, "plan": 3}, M), ({"irrigated_share": "89.99", "plan": "4.9"}, N), ({"plan": 2}, N), ({"plan": 4}, U)],
        words="từ 90% → 5 điểm",
    ),
    "deductions": Pattern(
        one('{fact: total, at_least: "8", ok}', "derive:\n  total:\n    title: {vi: Tổng điểm}\n    points: {out_of: '10', members: [{fact: plan, out_of: '5'}, {fact: works, out_of: '5'}, {fact: fines, out_of: '0'}]}"),
        [({"plan": 5, "works": 5, "fines": -2}, M), ({"plan": 5, "works": 5, "fines": -3}, N), ({"plan": 5, "works": 5}, U)],
        words="Điểm trừ (điểm trừ)",
    ),
    "a share of all points, and a share of each criterion's": Pattern(
        one(
            '{all: [{fact: total, at_least: "8", ok}, {fact: plan, at_least: "2.5", ok}, {fact: works, at_least: "2.5", ok}]}',
            "derive:\n  total:\n    title: {vi: Tổng điểm}\n    points: {out_of: '10', members: [{fact: plan, out_of: '5'}, {fact: works, out_of: '5'}]}",
        ),
        [({"plan": 5, "works": 3}, M), ({"plan": 5, "works": 2}, N)],
        words="Tổng điểm",
    ),
    "a part that is asked if there is any": Pattern(
        one('{all: [{fact: ocop_product, equals: "true", ok}, {fact: craft_village_plan, equals: {by: [craft_village], cells: {"true": "true", "false": none}}, ok}]}'),
        [
            ({"ocop_product": True, "craft_village": False}, M),
            ({"ocop_product": True, "craft_village": True, "craft_village_plan": False}, N),
            ({"ocop_product": True}, U),
        ],
        words="Một",
    ),
    "a column by a number": Pattern(
        one(
            '{fact: irrigated_share, at_least: {by: [size], cells: {large: "90", small: "80"}}, ok}',
            'derive:\n  size:\n    title: {vi: Quy mô}\n    values: {small: {vi: nhỏ}, large: {vi: lớn}}\n    case: [{when: {fact: population, at_least: "5000", ok}, then: large}]\n    else: small',
        ),
        [({"irrigated_share": 85, "population": 4999}, M), ({"irrigated_share": 85, "population": 5000}, N), ({"irrigated_share": 85}, U)],
        words="Quy mô",
    ),
}  # fmt: skip


def frame(units: list[dict[str, object]]) -> pl.DataFrame:
    """Return units as a frame with a column for each fact that one of them has."""
    kinds = {n: pl.Boolean if isinstance(value, bool) else pl.Float64 for facts in units for n, value in facts.items()}

    def cell(value: object) -> object:
        return value if value is None or isinstance(value, bool) else float(str(value))

    return pl.DataFrame([{name: cell(facts.get(name)) for name in kinds} for facts in units], schema=kinds)


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS.keys())
def test_a_pattern_is_said_assessed_proved_and_worded(tmp_path: Path, pattern: Pattern) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + pattern.text.replace(", ok}", ", evidence: official}"), encoding="utf-8")
    (tmp_path / "f.yaml").write_text(FACTS, encoding="utf-8")
    ruleset = ntm.Library.load(tmp_path).compose("commune/thu", on=ON)
    verdicts = [ntm.assess(ruleset, facts) for facts, _ in pattern.units]
    expected = [outcome for _, outcome in pattern.units]
    assert [verdict.outcome.code for verdict in verdicts] == expected

    table = frame([facts for facts, _ in pattern.units])
    codes = [Outcome[outcome.upper()].value for outcome in expected]
    assert frames.assess(ruleset, table)["outcome"].to_list() == codes
    by_sql = frames.assess(ruleset, duckdb.from_arrow(table.to_arrow()))
    assert sorted(by_sql.pl()["outcome"].to_list()) == sorted(codes)

    status = {proof.kind: proof.status for proof in prove(ruleset)}
    assert status[Kind.SATISFIABLE] is Status.PROVED

    said = [f"{row.title} {row.asked}" for row in rows(ruleset, "vi")]
    said += [reason.text("vi") for verdict in verdicts for reason in verdict.reasons()]
    assert any(pattern.words in text for text in said), said
