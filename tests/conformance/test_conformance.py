"""Our engine and the oracle on the conformance cases that any engine can run."""

import json
import typing
from decimal import Decimal
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator

import ntm_rules
import oracle
import oracle_of_judgements
from conformance.assemble import texts
from conformance.cases import HERE, Json, cases
from ntm_rules import FactError, Judged, Judgement, Ruleset, Verdict, assess, results
from ntm_rules.model.canonical import from_canonical, to_canonical
from oracle_of_judgements import VOICES, Again

CASES = cases()


def exact_text(margin: Decimal | Fraction | int | None) -> str | None:
    """A decimal where there is one, else a fraction in lowest terms."""
    if margin is None:
        return None
    number = Fraction(margin)
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{number.numerator}/{number.denominator}"
    if number.denominator == 1:
        return str(number.numerator)
    digits = next(n for n in range(1, 400) if (number * 10**n).denominator == 1)
    return format(Decimal(int(number * 10**digits)).scaleb(-digits), "f")


def of_engine(verdict: Verdict) -> Json:
    return {
        "outcome": verdict.outcome.code,
        "provisional": verdict.provisional,
        "counts": {
            "criteria_total": verdict.criteria_total,
            "criteria_met": verdict.criteria_met,
            "criteria_not_met": verdict.criteria_not_met,
            "criteria_undetermined": verdict.criteria_undetermined,
            "indicators": {outcome.code: n for outcome, n in verdict.indicator_counts.items()},
        },
        "criteria": {
            no: {"outcome": c.outcome.code, "provisional": c.provisional} for no, c in verdict.criteria.items()
        },
        "indicators": {
            no: {
                "outcome": i.outcome.code,
                "provisional": i.provisional,
                "codes": [code.value for code in i.codes],
                "margin": exact_text(i.margin),
                "columns": {column.selector: column.value for column in i.columns},
            }
            for no, i in verdict.indicators.items()
        },
    }


def second_of_engine(judged: Judged, judgements: list[Judgement]) -> Json:
    def rests(of: Judged | results.CriterionResult | results.IndicatorResult) -> Json:
        return {"outcome": of.outcome.code, "basis": of.basis.code, "provisional": of.provisional}

    unused = [{"judgement": place(judgements, u.judgement), "why": u.why.value} for u in judged.unused_judgements]
    return {
        **rests(judged),
        "criteria": {no: rests(c) for no, c in judged.criteria.items()},
        "indicators": {no: rests(i) for no, i in judged.indicators.items()},
        "unused": sorted(unused, key=lambda each: each["judgement"]),
        "disagreements": [{"no": d.no, "by": d.by.code, "said": d.said.code} for d in judged.disagreements],
    }


def second_of_oracle(ruleset: Ruleset, found: Again, judgements: list[Judgement]) -> Json:
    def rests(key: tuple[str, str]) -> Json:
        return {"outcome": found.outcomes[key], "basis": found.bases[key], "provisional": found.provisional[key]}

    unused = [{"judgement": place(judgements, judgement), "why": why} for judgement, why in found.unused]
    order = {"figures": 0, "province": 1, "district": 2, "commune": 3, "other": 4}
    apart = sorted(found.disagreements, key=lambda each: (each[0][0] == "indicator", each[0][1], order[each[1]]))
    return {
        **rests(("", "")),
        "criteria": {c.no: rests(("criterion", c.no)) for c in ruleset.criteria},
        "indicators": {i.no: rests(("indicator", i.no)) for c in ruleset.criteria for i in c.indicators},
        "unused": sorted(unused, key=lambda each: each["judgement"]),
        "disagreements": [{"no": key[1], "by": by, "said": said} for key, by, said in apart],
    }


def place(judgements: list[Judgement], one: Judgement) -> int:
    """Where in the list a judgement stands."""
    return next(n for n, judgement in enumerate(judgements) if judgement is one)


def of_oracle(finding: oracle.Finding) -> Json:
    return {
        "outcome": finding.outcome,
        "provisional": finding.provisional,
        "counts": {**finding.counts, "indicators": finding.indicator_counts},
        "criteria": {no: {"outcome": code, "provisional": p} for no, (code, p) in finding.criteria.items()},
        "indicators": {
            no: {
                "outcome": i.outcome,
                "provisional": i.provisional,
                "codes": list(i.codes),
                "margin": exact_text(i.margin),
                "columns": dict(column for leaf in i.leaves for column in leaf.columns),
            }
            for no, i in finding.indicators.items()
        },
    }


def test_the_cases_are_what_the_script_writes() -> None:
    """Run ``python tests/conformance/assemble.py`` after a change of it."""
    wanted, found = texts(), {path.name: path.read_text(encoding="utf-8") for path in HERE.glob("*.jsonl")}
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_the_schema_is_one_and_every_case_follows_it() -> None:
    schema = json.loads((HERE / "schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    problems = [(name, error.message) for name, case in CASES.items() for error in validator.iter_errors(case)]
    assert not problems


def test_every_outcome_and_code_occurs() -> None:
    said = [case["expected"] for case in CASES.values()]
    codes = {code for e in said for i in e.get("indicators", {}).values() for code in i["codes"]}
    assert {e.get("outcome") for e in said} >= {"met", "not_met", "undetermined", "not_applicable"}
    assert codes == set(oracle.CODES) - {"fact_invalid"} | {"layer_not_read"}


@pytest.mark.parametrize("data", CASES.values(), ids=CASES)
def test_case(data: Json) -> None:
    ruleset: Ruleset = from_canonical(data["ruleset"])
    expected, unit = data["expected"], data.get("unit")
    if "fact_error" in expected:
        judgements = [ntm_rules.Judgement(**judgement) for judgement in data.get("judgements", ())]
        with pytest.raises(FactError) as caught:
            assess(ruleset, data["facts"], unit, judgements=judgements)
        assert sorted({problem.fact for problem in caught.value.problems}) == expected["fact_error"]
        return
    if "judged" in expected:
        judgements = [ntm_rules.Judgement(**judgement) for judgement in data["judgements"]]
        voices = data.get("voices", VOICES)
        verdict = assess(ruleset, data["facts"], judgements=judgements, voices=voices)
        assert second_of_engine(verdict.judged, judgements) == expected["judged"]
        found = oracle_of_judgements.read_again(ruleset, data["facts"], judgements, voices)
        assert second_of_oracle(ruleset, found, judgements) == expected["judged"]
        return
    assert of_engine(assess(ruleset, data["facts"], unit)) == expected
    assert of_oracle(oracle.judge(ruleset, data["facts"], unit and unit.strip())) == expected
    assert json.loads(json.dumps(to_canonical(ruleset))) == plain(data["ruleset"])


def plain(data: typing.Any) -> typing.Any:
    """The ruleset as canonical JSON leaves it: defaults left out."""
    defaults = {"minimum": None, "direction": "neither", "decimals": 0}
    if isinstance(data, list):
        return [plain(item) for item in data]
    if isinstance(data, dict):
        return {k: plain(v) for k, v in data.items() if k not in defaults or v != defaults[k]}
    return data
