"""Overlays of a caller: what is said to be no looser never is, and the engine stays the oracle's twin."""

import datetime as dt
import random
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_rules import Library, Outcome, Ruleset, RulesetError, assess
from property.comparing import Quiet, check
from property.strategies import Facts, made_facts

ON = dt.date(2023, 5, 1)
Operation = dict[str, typing.Any]
OFFICIAL = {"evidence": "official"}


def number(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low * 2, high * 2).map(lambda n: f"{n / 2:g}")


def comparison(fact: str, op: str, value: object) -> Operation:
    return {"fact": fact, op: value, **OFFICIAL}


SINGLE = {
    "8.4": ("planted_share", "at_least", 25, 35),
    "4.1": ("power_share", "more_than", 88, 92),
    "12.1": ("work_share", "at_least", 68, 72),
    "9.1": ("slowest", "at_least", 18, 22),
    "9.2": ("fastest", "less_than", 48, 52),
    "6.3": ("score", "equals", 79, 81),
    "17.2": ("farm_share", "at_most", 88, 92),
    "14.4": ("club_share", "at_least", 28, 32),
    "2.2a": ("lit_share", "at_least", 49, 51),
    "14.1c": ("savings", "at_least", -3, 0),
    "5.2": ("class_share", "at_least", 69, 71),
}


@st.composite
def values(draw: st.DrawFn, low: int, high: int) -> object:
    """A cell, or a table by a selector of the province's own choice."""
    cell = st.one_of(number(low, high), number(low, high), st.sampled_from(("pending", "none", "delegated")))
    if draw(st.integers(0, 2)):
        return draw(number(low, high))
    selector, columns = draw(
        st.sampled_from(
            (
                ("region_column", ("NUI", "BIEN", "DONG", "*", "ALL")),
                ("area_class", ("I", "II", "III", "*")),
                ("near_town", ("true", "false")),
                ("commune_group", ("TOWN", "FARM", "OTHER")),
            )
        )
    )
    keys = draw(st.lists(st.sampled_from([k for k in columns if k != "ALL"]), min_size=1, unique=True))
    return {"by": [selector], "cells": {k: draw(cell) for k in keys}}


@st.composite
def conditions(draw: st.DrawFn) -> Operation:
    """A condition about the facts of 8.4 and 2.2, looser or stricter than what stands there."""
    leaves = [
        comparison("planted_share", "at_least", draw(number(28, 32))),
        comparison("lit_share", "at_least", draw(number(48, 52))),
        comparison("swept_share", "at_least", draw(number(48, 52))),
        comparison("near_town", "equals", draw(st.sampled_from(("true", "false")))),
    ]
    members = draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=4, unique_by=str))
    kind = draw(st.sampled_from(("all", "any", "at_least_n", "not", "leaf")))
    if kind == "leaf":
        return members[0]
    if kind == "not":
        return {"not": members[0]}
    if kind == "at_least_n":
        parts = [{**m, "part": "abcd"[n]} for n, m in enumerate(members)]
        return {"at_least_n": str(draw(st.integers(1, len(parts)))), "of": parts}
    return {kind: members}


@st.composite
def operations(draw: st.DrawFn) -> Operation:
    """One operation on the made-up set of 57."""
    kind = draw(
        st.sampled_from(("set", "set", "set", "cells", "replace", "replace", "remove", "pending", "add", "named"))
    )
    if kind == "set":
        no = draw(st.sampled_from(sorted(SINGLE)))
        _, op, low, high = SINGLE[no]
        return {"set": no, op: draw(values(low, high)), **OFFICIAL}
    if kind == "cells":
        cell = {"value": draw(number(40, 55)), **OFFICIAL}
        region, year = draw(st.sampled_from(("NUI", "BIEN", "DONG"))), draw(st.sampled_from(("2023", "2024")))
        return {"set": "10", "cells": {region: {year: cell}}}
    if kind == "replace":
        found = {"replace": draw(st.sampled_from(("8.4", "2.2", "1"))), "require": draw(conditions())}
        if draw(st.integers(0, 3)) == 0:
            found["applies_if"] = comparison("heritage", "equals", "true")
        return found
    if kind == "remove":
        return {"remove": draw(st.sampled_from(("14.1c", "14.1d", "17.2", "8.4", "2.2c", "16")))}
    if kind == "pending":
        return {
            "set_pending": draw(
                st.lists(st.sampled_from(("10", "8.1", "2.2", "14.1", "4.1", "18.4")), min_size=1, unique=True)
            )
        }
    if kind == "add":
        title = {"vi": "Thêm", "en": "Added"}
        return {"add": {"criterion": "2", "indicator": {"no": "2.9", "title": title, "require": draw(conditions())}}}
    choices = draw(st.lists(st.sampled_from(("absent", "drafted", "approved")), min_size=1, unique=True))
    return draw(
        st.sampled_from(
            (
                {"set": "1", "one_of": choices, **OFFICIAL},
                {"set": "8.2", "level_at_least": draw(st.sampled_from("0123")), **OFFICIAL},
                {
                    "set": "14.1b",
                    "one_of": draw(st.lists(st.sampled_from("0123"), min_size=1, unique=True)),
                    **OFFICIAL,
                },
                {"set": "11", "at_most": draw(number(3, 13)), **OFFICIAL},
                {"set": "5.1", "at_least": draw(number(0, 2).filter(lambda t: "." not in t)), **OFFICIAL},
            )
        )
    )


def overlay(*of: Operation) -> Operation:
    return {
        "overlay": "commune/ntm",
        "period": "2021-2025",
        "instrument": {"issuer": "gia-bac", "number": "1/QĐ-THU", "date": "2022-12-01"},
        "operations": list(of),
    }


@pytest.fixture(scope="module")
def country(fiction: Library) -> Quiet[Library]:
    return Quiet((fiction,))


def attempt(library: Library, province: str | None, of: list[Operation]) -> Ruleset | set[str]:
    """The set with the overlay, or the codes of what is wrong with it."""
    try:
        return library.compose("commune/ntm", on=ON, province=province, overlay=overlay(*of))
    except RulesetError as error:
        return {d.code for d in error.diagnostics}


@settings(max_examples=settings().max_examples * 2)
@given(st.lists(operations(), min_size=1, max_size=3), st.sampled_from((None, "gia-trung")), st.integers(0, 2**32))
def test_what_is_not_called_looser_is_not(
    country: Quiet[Library], of: list[Operation], province: str | None, seed: int
) -> None:
    """Nothing missing: what the base calls not met, a layer without a warning there does not call satisfied."""
    composed = attempt(country[0], province, of)
    if isinstance(composed, set):
        refused = {"layer.looser", "layer.tie", "operation.target", "operation.set", "operation.twice"}
        assert composed <= {*refused, "number.duplicate"}
        return
    base = country[0].compose("commune/ntm", on=ON, province=province)
    called = {d.message.split("`")[1] for d in composed.diagnostics if d.code == "layer.looser"}
    chance = random.Random(seed)
    for _ in range(4):
        everything = made_facts(composed, chance.choice, 10**3)
        read = base.inputs().keys() - composed.inputs().keys()
        gone = {n: v for n, v in made_facts(base, chance.choice, 10**3).items() if n in read}
        before = {n: v for n, v in everything.items() if n in base.inputs()}
        compare(base, composed, gone | before, everything, called)


def compare(base: Ruleset, composed: Ruleset, before: Facts, after: Facts, called: set[str]) -> None:
    mine = check(composed, after)
    theirs = assess(base, typing.cast(typing.Any, before))
    for no, indicator in theirs.indicators.items():
        own = mine.indicators.get(no)
        if indicator.outcome is not Outcome.NOT_MET or no in called:
            continue
        if any(leaf.cell is not None and leaf.cell.free for leaf in indicator.leaves):
            continue
        assert own is not None, no
        assert not own.outcome.satisfied, (no, own)
