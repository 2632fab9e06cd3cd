"""What may be given for a set: found by words, and as a JSON Schema."""

import datetime as dt
import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import ntm_rules as ntm
from command_line import run
from ntm_rules import Library, Ruleset
from property.strategies import Facts, facts, rulesets

ON = dt.date(2024, 7, 2)
LAW = ("--on", "2024-07-02", "--province", "lang-son")


@pytest.fixture(scope="module")
def ruleset(bundled: Library) -> Ruleset:
    return bundled.compose("commune/ntm", on=ON, province="lang-son")


def valid(schema: typing.Any, **data: object) -> bool:
    return bool(Draft202012Validator(schema).is_valid(data))


@given(st.data())
def test_what_assess_takes_follows_the_schema(data: st.DataObject) -> None:
    """Of generated rulesets; what assess refuses for a single value the schema refuses too."""
    ruleset = data.draw(rulesets())
    schema = ntm.input_schema(ruleset)
    Draft202012Validator.check_schema(schema)
    inputs = ruleset.inputs()
    known: Facts = {n: v for n, v in data.draw(facts(ruleset)).items() if n in inputs and v is not None}
    # a float is the decimal of 15 digits nearest to it
    plain = {n: float(format(float(v), ".15g")) if inputs[n].type.numeric else v for n, v in known.items()}
    assert valid(schema, facts=plain)
    for name, fact in inputs.items():
        assert not valid(schema, facts={name: "không rõ"})
        for bound, beyond in ((fact.minimum, -1), (fact.maximum, 1)):
            if bound is not None:
                assert not valid(schema, facts={name: float(bound + beyond)})


def test_judgements_in_the_schema(ruleset: Ruleset) -> None:
    schema = ntm.input_schema(ruleset)
    district = {"outcome": "not_met", "body": "district", "date": "2024-05-02"}
    good = {"4.2": "met", "4": district, "10": [district, {"outcome": "met"}]}
    assert valid(schema, judgements=good)
    ntm.assess(ruleset, {}, judgements=good)
    unreasoned = {"outcome": "not_applicable"}
    bad: tuple[typing.Any, ...] = ("đạt", "not_applicable", unreasoned, {"body": "x"}, {"outcome": "met", "who": 1})
    for one in bad:
        assert not valid(schema, judgements={"4.2": one})
        with pytest.raises(ntm.BadArgument):
            ntm.assess(ruleset, {}, judgements={"4.2": one})
    assert not valid(schema, judgements={"4.22": "met"})
    assert not valid(schema, facts={"thu_nhap": 1})


def test_the_schema_says_what_a_form_needs(ruleset: Ruleset) -> None:
    fields = ntm.input_schema(ruleset)["properties"]
    income = fields["facts"]["properties"]["income_per_capita"]
    assert income["title"] == "Thu nhập bình quân đầu người"
    assert (income["x-unit"], income["x-indicators"]) == ("triệu đồng/người/năm", ["10"])
    assert fields["judgements"]["properties"]["4.2"]["title"].startswith("4.2 ")
    in_english = ntm.input_schema(ruleset, "en")["properties"]["facts"]["properties"]
    assert in_english["income_per_capita"]["title"] == "Income per head"
    with pytest.raises(ntm.UnknownName):
        ntm.input_schema(ruleset, "fr")


def test_the_facts_of_each_number(ruleset: Ruleset) -> None:
    found = ruleset.facts_by_number
    assert found["10"] == ("income_per_capita",)
    assert len(found["3.2"]) > 1
    assert found["4"] == ()
    assert {no for c in ruleset.criteria for no in (c.no, *(i.no for i in c.indicators))} == set(found)


def test_the_numbers_of_each_fact(ruleset: Ruleset) -> None:
    found = ruleset.numbers_by_fact
    assert found["income_per_capita"] == ("10",)
    assert "households" not in found
    pairs = {(fact, no) for no, facts in ruleset.facts_by_number.items() for fact in facts}
    assert {(fact, no) for fact, numbers in found.items() for no in numbers} == pairs


def test_facts_are_found_by_words_with_or_without_diacritics() -> None:
    for words in (("thu nhập",), ("THU", "nhap"), ("income_per",), ("income", "head")):
        assert "income_per_capita" in run("facts", "commune/ntm", *words, *LAW)
    everything = run("facts", "commune/ntm", *LAW)
    assert len(everything.splitlines()) > 100
    assert "income_per_capita" not in run("facts", "commune/ntm", "điện", *LAW)


def test_words_that_nothing_has() -> None:
    assert "unknown fact `không-có-đâu`" in run("facts", "commune/ntm", "không-có-đâu", *LAW, code=2)


def test_the_schema_on_the_command_line() -> None:
    assert json.loads(run("facts", "commune/ntm", *LAW, "--format", "schema"))["properties"]["facts"]
