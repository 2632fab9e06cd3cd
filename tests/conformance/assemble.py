"""Puts the conformance cases together: rulesets as canonical JSON, expectations written by hand.

    python tests/conformance/assemble.py

No engine is asked here. What is expected was written down from the truth tables and the definitions of the
semantics; only the counts are added up. The output is committed: a file for each kind of node or rule, a case a line.
"""

# ruff: noqa: E501 - a case a line
# fmt: off

import json
import typing
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
Json = dict[str, typing.Any]

LAW: Json = {"issuer": "xu-mau", "number": "1/QĐ-XM", "date": "2022-03-08"}
LATER: Json = {"issuer": "xu-mau", "number": "2/QĐ-XM", "date": "2023-03-08"}
M, N, U, A = "met", "not_met", "undetermined", "not_applicable"
PERCENT: Json = {"type": "percent", "unit": "percent", "minimum": "0", "maximum": "100", "decimals": 2, "direction": "more"}
FACTS: dict[str, Json] = {
    "share": PERCENT,
    "men": PERCENT,
    "women": PERCENT,
    "everyone": PERCENT,
    "income": {"type": "number", "unit": "million", "minimum": "0", "decimals": 3, "direction": "more"},
    "change": {"type": "number", "unit": "million", "minimum": "-50", "maximum": "50", "decimals": 2},
    "schools": {"type": "count", "unit": "school", "minimum": "0"},
    "part": {"type": "count", "unit": "household", "minimum": "0"},
    "whole": {"type": "count", "unit": "household", "minimum": "0"},
    "rate": {**PERCENT, "ratio": {"node": "RatioOf", "part": "part", "whole": "whole"}},
    "stock": {"type": "number", "unit": "tonne", "minimum": "0", "decimals": 1},
    "before": {"type": "number", "unit": "tonne", "minimum": "0", "decimals": 2},
    "per_house": {"type": "number", "unit": "tonne", "minimum": "0", "decimals": 3, "ratio": {"node": "RatioOf", "part": "stock", "whole": "whole"}},
    "plan": {"type": "number", "unit": "point", "minimum": "0", "maximum": "15", "decimals": 2, "direction": "more"},
    "work": {"type": "number", "unit": "point", "minimum": "0", "maximum": "55", "decimals": 1, "direction": "more"},
    "extra": {"type": "number", "unit": "point", "minimum": "-20", "maximum": "60.5", "decimals": 1},
    "meetings": {"type": "count", "unit": "point", "minimum": "0", "maximum": "30", "direction": "more"},
    "reached": {**PERCENT, "ratio": {"node": "RatioOf", "part": "communes_there", "whole": "communes"}, "undecided": "communes_open"},
    "communes_there": {"type": "count", "unit": "commune", "minimum": "0", "undecided": "communes_open"},
    "communes": {"type": "count", "unit": "commune", "minimum": "0"},
    "communes_open": {"type": "count", "unit": "commune", "minimum": "0"},
    "wells_each": {"type": "number", "unit": "well", "minimum": "0", "decimals": 2, "ratio": {"node": "RatioOf", "part": "wells", "whole": "communes"}, "undecided": "wells_open"},
    "wells": {"type": "count", "unit": "well", "minimum": "0"},
    "wells_open": {"type": "count", "unit": "well", "minimum": "0"},
    "yes": {"type": "boolean"},
    "also": {"type": "boolean"},
    "third": {"type": "boolean"},
    "special": {"type": "boolean"},
    "recognised": {"type": "boolean"},
    "level": {"type": "ordinal", "values": ["0", "1", "2", "3"]},
    "area_class": {"type": "ordinal", "values": ["I", "II", "III"]},
    "kind": {"type": "category", "values": ["x", "y", "z"]},
    "region": {"type": "category", "values": ["N", "S"]},
}


# -- rulesets -------------------------------------------------------------------------------------


def cell(value: object = None, evidence: str | None = "official", state: str = "set", **more: object) -> Json:
    """A cell: a text is a number unless it is given as ``{"text": ...}``."""
    found: Json = {"state": state, "citation": {"instrument": LAW}, "blame": LAW, **more}
    if evidence is not None:
        found["evidence"] = evidence
    if value is not None:
        found["value"] = value
    return found


def num(text: str, evidence: str | None = "official", **more: typing.Any) -> Json:
    return cell({"number": text}, evidence, **more)


NONE, DELEGATED = cell(state="none"), cell(state="delegated")
PENDING = cell(None, None, "pending")


def cmp(fact: str | list[str], op: str, threshold: Json, **more: object) -> Json:
    facts = [fact] if isinstance(fact, str) else fact
    return {"node": "Comparison", "facts": facts, "op": op, "threshold": threshold, **more}


def yes(fact: str, **more: typing.Any) -> Json:
    return cmp(fact, "equals", cell(True, **more))


def group(node: str, *members: Json, **more: object) -> Json:
    return {"node": node, "members": list(members), **more}


def table(by: list[str], cells: dict[tuple[str, ...], Json]) -> Json:
    return {"by": by, "cells": [{"key": list(key), "cell": cells[key]} for key in sorted(cells)]}


def facts_in(data: object) -> list[str]:
    """The facts that some JSON names, parts of ratios and what is undecided included, in the order of FACTS."""
    text = json.dumps(data)
    named = {name for name in FACTS if f'"{name}"' in text}
    for name in list(named):
        ratio = FACTS[name].get("ratio", {})
        named |= {ratio[key] for key in ("part", "whole") if key in ratio}
        named |= {FACTS[name]["undecided"]} if "undecided" in FACTS[name] else set()
    return [name for name in FACTS if name in named]


def ruleset(
    criteria: list[Json], derived: list[Json] | None = None, layer: Json | None = None, **more: typing.Any
) -> Json:
    found: Json = {
        "id": "commune/mau",
        "period": "2021-2025",
        "on": "2024-07-02",
        "year": 2024,
        "criteria": criteria,
        "facts": [],
        "layers": [{"kind": "base", "instrument": LAW, "start": "2022-03-08", **(layer or {})}],
        "bindings": [["year", "2024"]],
        **more,
    }
    if derived:
        found["derived"] = derived
    found["facts"] = [{"id": name, **FACTS[name]} for name in facts_in([criteria, derived, found["bindings"]])]
    return found


def indicator(no: str, require: Json, applies_if: Json | None = None) -> Json:
    found = {"no": no, "require": require, "citation": {"instrument": LAW}}
    return found if applies_if is None else {**found, "applies_if": applies_if}


def criterion(no: str, *indicators: Json, **more: object) -> Json:
    return {"no": no, "indicators": list(indicators), **more}


def single(require: Json, applies_if: Json | None = None, **more: typing.Any) -> Json:
    return ruleset([criterion("1", indicator("1", require, applies_if))], **more)


# -- expectations ---------------------------------------------------------------------------------


def says(
    outcome: str,
    *codes: str,
    margin: str | None = None,
    columns: dict[str, str | None] | None = None,
    provisional: bool = False,
) -> Json:
    """What is expected of one indicator."""
    return {"outcome": outcome, "provisional": provisional, "codes": list(codes), "margin": margin, "columns": columns or {}}


def expect(outcome: str, criteria: dict[str, Json], indicators: dict[str, Json], provisional: bool = False) -> Json:
    found = [c["outcome"] for c in criteria.values()]
    own = [i["outcome"] for i in indicators.values()]
    return {
        "outcome": outcome,
        "provisional": provisional,
        "counts": {
            "criteria_total": len(found),
            "criteria_met": found.count(M) + found.count(A),
            "criteria_not_met": found.count(N),
            "criteria_undetermined": found.count(U),
            "indicators": {code: own.count(code) for code in (N, M, U, A)},
        },
        "criteria": criteria,
        "indicators": indicators,
    }


def alone(answer: Json) -> Json:
    """One criterion with one indicator: all levels say the same."""
    outcome, provisional = answer["outcome"], answer["provisional"]
    return expect(outcome, {"1": {"outcome": outcome, "provisional": provisional}}, {"1": answer}, provisional)


CASES: dict[str, list[Json]] = {}


def case(file: str, title: str, rules: Json, facts: Json, expected: Json) -> None:
    CASES.setdefault(file, []).append({"case": title, "ruleset": rules, "facts": facts, "expected": expected})


def one(file: str, title: str, rules: Json, facts: Json, outcome: str, *codes: str, **more: typing.Any) -> None:
    case(file, title, rules, facts, alone(says(outcome, *codes, **more)))


def refused(file: str, title: str, rules: Json, facts: Json, *names: str) -> None:
    case(file, title, rules, facts, {"fact_error": sorted(names)})


# -- comparison -----------------------------------------------------------------------------------


def comparisons() -> None:
    f = "comparison"
    # operator, outcome and margin at 79.5, 80 and 80.5 against 80
    rows: dict[str, tuple[tuple[str, str], ...]] = {
        "at_least": ((N, "-0.5"), (M, "0"), (M, "0.5")),
        "at_most": ((M, "0.5"), (M, "0"), (N, "-0.5")),
        "more_than": ((N, "-0.5"), (N, "0"), (M, "0.5")),
        "less_than": ((M, "0.5"), (N, "0"), (N, "-0.5")),
        "equals": ((N, "-0.5"), (M, "0"), (N, "-0.5")),
    }
    for op, answers in rows.items():
        rules = single(cmp("share", op, num("80")))
        for value, place, (outcome, margin) in zip((79.5, 80, 80.5), ("below", "at", "above"), answers, strict=True):
            one(f, f"{op} {place}", rules, {"share": value}, outcome, margin=margin)
        one(f, f"{op} missing", rules, {}, U, "fact_missing")
        one(f, f"{op} null is missing", rules, {"share": None}, U, "fact_missing")
    rules = single(cmp("share", "at_least", num("80")))
    one(f, "next float below", rules, {"share": 79.99999999999999}, M, margin="0")
    one(f, "next float above", rules, {"share": 80.00000000000001}, M, margin="0")
    one(f, "next of fifteen digits below", rules, {"share": 79.9999999999999}, N, margin="-0.0000000000001")
    one(f, "above the greatest in fifteen digits", rules, {"share": 100.00000000000003}, M, margin="20")
    more = single(cmp("share", "more_than", num("80")))
    one(f, "next float above is not more", more, {"share": 80.00000000000001}, N, margin="0")
    one(f, "next of fifteen digits above is more", more, {"share": 80.0000000000001}, M, margin="0.0000000000001")
    one(f, "decimal text", rules, {"share": "80.00"}, M, margin="0")
    one(f, "text just below", rules, {"share": "79.999999999999"}, N, margin="-0.000000000001")
    third = single(cmp("change", "at_least", num("0.3")))
    one(f, "a tenth is a tenth", third, {"change": 0.3}, M, margin="0")
    one(f, "the sum of two floats is what fifteen digits say", third, {"change": 0.30000000000000004}, M, margin="0")
    negative = single(cmp("change", "more_than", num("-1.5")))
    one(f, "negative threshold", negative, {"change": -1.4}, M, margin="0.1")
    one(f, "negative zero", single(cmp("change", "at_least", num("0"))), {"change": -0.0}, M, margin="0")
    for value, outcome in ((True, M), (False, N)):
        one(f, f"yes is {str(value).lower()}", single(yes("yes")), {"yes": value}, outcome)
    one(f, "no is asked", single(cmp("yes", "equals", cell(False))), {"yes": False}, M)
    one(f, "yes missing", single(yes("yes")), {}, U, "fact_missing")
    for level, outcome, margin in (("1", N, "-1"), ("2", M, "0"), ("3", M, "1")):
        one(f, f"level {level} of at least 2", single(cmp("level", "level_at_least", cell("2"))), {"level": level}, outcome, margin=margin)
    for level, outcome, margin in (("0", N, "-2"), ("2", M, "0"), ("3", N, "-1")):
        one(f, f"level {level} equals 2", single(cmp("level", "equals", cell("2"))), {"level": level}, outcome, margin=margin)
    for level, outcome in (("0", N), ("3", M)):
        one(f, f"level {level} is one of 2 and 3", single(cmp("level", "one_of", cell(["2", "3"]))), {"level": level}, outcome)
    for kind, outcome in (("x", M), ("y", N), ("z", M)):
        one(f, f"category {kind} is one of x and z", single(cmp("kind", "one_of", cell(["x", "z"]))), {"kind": kind}, outcome)
    one(f, "category equals", single(cmp("kind", "equals", cell("x"))), {"kind": "y"}, N)
    one(f, "a none cell asks nothing", single(cmp("share", "at_least", NONE)), {"share": 3}, A)
    one(f, "a none cell needs no fact", single(cmp("share", "at_least", NONE)), {}, A)
    one(f, "a delegated cell", single(cmp("share", "at_least", DELEGATED)), {"share": 3}, U, "delegated")
    one(f, "a pending cell", single(cmp("share", "at_least", PENDING)), {"share": 3}, U, "pending")
    one(f, "a pending cell and no fact", single(cmp("share", "at_least", PENDING)), {}, U, "pending", "fact_missing")
    one(f, "a delegated cell and no fact", single(cmp("share", "at_least", DELEGATED)), {}, U, "delegated", "fact_missing")
    men = single(cmp(["income", "stock"], "at_least", num("5")))
    one(f, "two facts hold", men, {"income": 5, "stock": 6}, M)
    one(f, "one of two facts fails", men, {"income": 5, "stock": 4.9}, N)
    one(f, "one of two facts is missing", men, {"income": 5}, U, "fact_missing")
    one(f, "one of two facts fails, the other is missing", men, {"income": 4}, N)
    both = single({**cmp(["men", "women"], "at_least", num("70")), "total": "everyone"})
    one(f, "a total far below, nothing of the groups", both, {"everyone": 60}, N)
    one(f, "a total far below, one group passes", both, {"everyone": 60, "men": 75}, N)
    one(f, "a total below by a point and a bit", both, {"everyone": "68.99"}, N)
    one(f, "a total below by a point", both, {"everyone": 69}, U, "fact_missing")
    one(f, "a total that reaches the level", both, {"everyone": 90}, U, "fact_missing")
    one(f, "a total that reaches the level, one group passes", both, {"everyone": 90, "men": 95}, U, "fact_missing")
    one(f, "a total that reaches the level, one group fails", both, {"everyone": 90, "men": 65}, N)
    one(f, "a total below by rounding, both groups pass", both, {"everyone": "69.5", "men": 70, "women": 70}, M)
    one(f, "both groups pass, no total", both, {"men": 70, "women": 70}, M)
    upto = single({**cmp(["men", "women"], "less_than", num("30")), "total": "everyone"})
    one(f, "a total above by a point", upto, {"everyone": 31}, N)
    one(f, "a total above by less", upto, {"everyone": "30.99"}, U, "fact_missing")
    unread = single({**cmp(["men", "women"], "at_least", PENDING), "total": "everyone"})
    one(f, "a total under a pending cell", unread, {"everyone": 1}, U, "pending", "fact_missing")
    for title, facts in (
        ("a number as yes or no", {"yes": 1}),
        ("a text as yes or no", {"yes": "true"}),
        ("yes as a number", {"share": True}),
        ("above the bound", {"share": 100.5}),
        ("below the bound", {"share": -1}),
        ("sixteen digits in a text", {"share": "12.34567890123456"}),
        ("a text that is no number", {"share": "trên 99"}),
        ("a decimal comma", {"share": "43,2"}),
        ("an unknown level", {"level": "4"}),
        ("an unknown category", {"kind": "w"}),
        ("half a school", {"schools": 1.5}),
        ("a fact nobody knows", {"shar": 3}),
    ):
        both = single(group("All", cmp("share", "at_least", num("80")), yes("yes"), cmp("level", "equals", cell("1")), cmp("kind", "equals", cell("x")), cmp("schools", "at_least", num("1"))))
        refused(f, f"refused: {title}", both, facts, *facts)


# -- connectives ----------------------------------------------------------------------------------

STATES = {M: (cell(True), True), N: (cell(True), False), U: (cell(True), None), A: (NONE, True)}
FLAGS = ("yes", "also", "third")


def members(*outcomes: str) -> tuple[list[Json], Json]:
    """Members with the given outcomes, and the facts that make them so."""
    found, facts = [], {}
    for flag, outcome in zip(FLAGS, outcomes, strict=False):
        asked, value = STATES[outcome]
        found.append(cmp(flag, "equals", asked))
        if value is not None:
            facts[flag] = value
    return found, facts


def why(outcome: str) -> tuple[str, ...]:
    return ("fact_missing",) if outcome == U else ()


# The two tables of the semantics, row by row: left, right, outcome.
ALL_TABLE = {
    M: {M: M, N: N, U: U, A: M},
    N: {M: N, N: N, U: N, A: N},
    U: {M: U, N: N, U: U, A: U},
    A: {M: M, N: N, U: U, A: A},
}
ANY_TABLE = {
    M: {M: M, N: M, U: M, A: M},
    N: {M: M, N: N, U: U, A: N},
    U: {M: M, N: U, U: U, A: U},
    A: {M: M, N: N, U: U, A: N},
}
# k, members, outcome; k never shrinks
AT_LEAST = (
    (1, (M, N, N), M), (1, (N, N, N), N), (1, (U, N, N), U), (1, (A, A, A), N),
    (2, (M, M, N), M), (2, (M, N, N), N), (2, (M, U, N), U), (2, (U, U, N), U), (2, (U, N, N), N),
    (2, (M, M, U), M), (2, (M, A, A), N), (2, (M, U, A), U), (2, (U, A, A), N), (2, (A, A, A), N),
    (3, (M, M, M), M), (3, (M, M, A), N), (3, (M, M, U), U), (3, (M, U, U), U), (3, (M, N, U), N),
)  # fmt: skip


# two of three members, the first of which must be met: outcome
FIRST_OF_TWO_MUST = (
    ((M, M, N), M), ((N, M, M), N), ((U, M, M), U), ((A, M, M), M), ((M, N, N), N),
    ((M, U, N), U), ((U, U, N), U), ((U, N, N), N), ((A, M, N), N), ((N, U, U), N),
)  # fmt: skip


def connectives() -> None:
    for file, node, rows in (("all", "All", ALL_TABLE), ("any", "Any", ANY_TABLE)):
        for left, columns in rows.items():
            for right, outcome in columns.items():
                found, facts = members(left, right)
                one(file, f"{left} and {right}", single(group(node, *found)), facts, outcome, *why(outcome))
    found, facts = members(M, M, N)
    one("all", "three members", single(group("All", *found)), facts, N)
    mixed = single(group("All", cmp("share", "at_least", PENDING), yes("yes"), cmp("income", "at_least", DELEGATED)))
    one("all", "codes in printed order", mixed, {"share": 1}, U, "pending", "fact_missing", "delegated")
    one("all", "nothing of the decided members", mixed, {"share": 1, "income": 1, "yes": True}, U, "pending", "delegated")
    lone = single(group("All", cmp("share", "at_least", num("80"))))
    one("all", "a single comparison keeps its margin", lone, {"share": 79}, N, margin="-1")
    nested = single(group("Any", group("All", *members(M, U)[0]), cmp("third", "equals", cell(True))))
    one("any", "all inside, undetermined", nested, {"yes": True}, U, "fact_missing")
    one("any", "all inside, the other member decides", nested, {"yes": True, "third": True}, M)
    for k, states, outcome in AT_LEAST:
        found, facts = members(*states)
        one("at_least_n", f"{k} of {', '.join(states)}", single(group("AtLeast", *found, k=k)), facts, outcome, *why(outcome))
    for state, outcome in ((M, N), (N, M), (U, U), (A, A)):
        found, facts = members(state)
        one("not", f"not {state}", single({"node": "Not", "member": found[0]}), facts, outcome, *why(outcome))
    twice = single({"node": "Not", "member": {"node": "Not", "member": yes("yes")}})
    one("not", "twice", twice, {"yes": True}, M)
    one("not", "not keeps the codes", single({"node": "Not", "member": cmp("share", "at_least", PENDING)}), {}, U, "pending", "fact_missing")


# -- prerequisites --------------------------------------------------------------------------------


def prerequisites() -> None:
    f = "meets"
    other = single(cmp("share", "at_least", num("50")), id="commune/khac")

    def meets(by: str, **more: typing.Any) -> Json:
        node: Json = {"node": "Meets", "ruleset": "commune/khac", "by": by, "cell": cell(True)}
        if by != "finding":
            node["recognised"] = "recognised"
        if by != "act":
            node["resolved"] = other
        return single({**node, **more})

    for value, outcome in ((True, M), (False, N), (None, U)):
        facts: Json = {} if value is None else {"recognised": value}
        one(f, f"by act, {value}", meets("act"), facts, outcome, *why(outcome))
    for share, outcome in ((50, M), (49, N), (None, U)):
        facts = {} if share is None else {"share": share}
        one(f, f"by finding, {outcome}", meets("finding"), facts, outcome, *why(outcome))
    for act in (M, N, U):
        for found in (M, N, U):
            given: Json = {"recognised": {M: True, N: False}.get(act), "share": {M: 50, N: 49}.get(found)}
            facts = {k: v for k, v in given.items() if v is not None}
            outcome = ANY_TABLE[act][found]
            one(f, f"by either, act {act}, finding {found}", meets("either"), facts, outcome, *why(outcome))
    weak = cell(True, "recalled")
    one(f, "the demand itself is only recalled", meets("act", cell=weak), {"recognised": True}, M, provisional=True)
    asked = {**meets("act", cell=weak), "minimum_evidence": "official"}
    one(f, "the demand is below the evidence asked", asked, {"recognised": True}, U, "below_minimum_evidence")
    asked = {**meets("finding", cell=weak), "minimum_evidence": "official"}
    one(f, "the demand of a finding is below the evidence asked", asked, {"share": 49}, U, "below_minimum_evidence")
    inner = single(cmp("share", "at_least", num("50", "secondary")), id="commune/khac")
    through = meets("finding", resolved=inner)
    one(f, "the finding rests on a weak number", through, {"share": 60}, M, provisional=True)
    one(f, "weak number below the evidence asked", {**through, "minimum_evidence": "official"}, {"share": 60}, U, "below_minimum_evidence")
    waits = meets("finding", cell=cell(None, None, "pending", floor=cell(True)))
    one(f, "pending over base, not found", waits, {"share": 49}, N)
    one(f, "pending over base, found", waits, {"share": 50}, U, "pending")


# -- placeholders and tables ----------------------------------------------------------------------


def placeholders() -> None:
    f = "open"
    one(f, "pending", single({"node": "Open", "threshold": PENDING}), {}, U, "pending")
    one(f, "delegated", single({"node": "Open", "threshold": DELEGATED}), {}, U, "delegated")
    by_class = {"node": "Open", "threshold": table(["area_class"], {("I",): PENDING, ("II",): DELEGATED})}
    one(f, "by a selector, pending", single(by_class), {"area_class": "I"}, U, "pending", columns={"area_class": "I"})
    one(f, "by a selector, delegated", single(by_class), {"area_class": "II"}, U, "delegated", columns={"area_class": "II"})
    one(f, "by a selector, no cell", single(by_class), {"area_class": "III"}, U, "no_cell", columns={"area_class": "III"})
    one(f, "by a selector that is missing", single(by_class), {}, U, "selector_missing", columns={"area_class": None})
    beside = single(group("Any", {"node": "Open", "threshold": PENDING}, yes("yes")))
    one(f, "any beside a placeholder, met", beside, {"yes": True}, M)
    one(f, "any beside a placeholder, not met", beside, {"yes": False}, U, "pending")
    both = single(group("All", {"node": "Open", "threshold": PENDING}, yes("yes")))
    one(f, "all beside a placeholder, not met", both, {"yes": False}, N)


def tables() -> None:
    f = "table"
    regional = table(["region"], {("ALL",): num("70"), ("N",): num("60"), ("S",): num("80")})
    rules = single(cmp("share", "at_least", regional))
    for region, outcome, margin in (("N", M, "5"), ("S", N, "-15")):
        one(f, f"column {region}", rules, {"share": 65, "region": region}, outcome, margin=margin, columns={"region": region})
    one(f, "selector missing", rules, {"share": 65}, U, "selector_missing", columns={"region": None})
    one(f, "selector and fact missing", rules, {}, U, "selector_missing", "fact_missing", columns={"region": None})
    partly = single(cmp("share", "at_least", table(["region"], {("ALL",): num("70"), ("N",): num("60")})))
    one(f, "the general column binds nobody", partly, {"share": 99, "region": "S"}, U, "no_cell", columns={"region": "S"})
    one(f, "no cell and no fact", partly, {"region": "S"}, U, "no_cell", "fact_missing", columns={"region": "S"})
    rest = single(cmp("share", "at_least", table(["region"], {("*",): num("70"), ("N",): num("60")})))
    one(f, "an own key before the rest", rest, {"share": 65, "region": "N"}, M, margin="5", columns={"region": "N"})
    one(f, "the rest", rest, {"share": 65, "region": "S"}, N, margin="-5", columns={"region": "S"})
    yearly = single(cmp("income", "at_least", table(["year"], {("2023",): num("42"), ("2024",): num("45")})))
    one(f, "the year of the assessment", yearly, {"income": 43.2}, N, margin="-1.8", columns={"year": "2024"})
    missing = single(cmp("income", "at_least", table(["year"], {("2023",): num("42"), ("2025",): num("48")})))
    one(f, "a year without a cell is never worked out", missing, {"income": 99}, U, "no_cell", columns={"year": "2024"})
    bound = single(cmp("share", "at_least", regional), province="gia-bac", bindings=[["region", "N"], ["year", "2024"]])
    one(f, "region bound by the province", bound, {"share": 65}, M, margin="5", columns={"region": "N"})
    refused(f, "refused: another region than the province's", bound, {"share": 65, "region": "S"}, "region")
    two = table(
        ["region", "area_class"],
        {("N", "I"): num("10"), ("N", "*"): num("20"), ("*", "III"): num("30"), ("*", "*"): num("40"), ("S", "II"): NONE},
    )
    rules = single(cmp("share", "at_least", two))
    shares: tuple[tuple[str, str, str, str | None], ...] = (
        ("N", "I", M, "15"), ("N", "II", M, "5"), ("N", "III", M, "5"),
        ("S", "I", N, "-15"), ("S", "III", N, "-5"), ("S", "II", A, None),
    )  # fmt: skip
    for region, klass, outcome, slack in shares:
        columns = {"region": region, "area_class": klass}
        one(f, f"two selectors, {region} {klass}", rules, {"share": 25, **columns}, outcome, margin=slack, columns=columns)
    one(f, "two selectors, one missing", rules, {"share": 25, "region": "N"}, U, "selector_missing", columns={"region": "N", "area_class": None})
    flag = single(cmp("share", "at_least", table(["special"], {("true",): num("10"), ("false",): num("30")})))
    one(f, "a yes/no selector, true", flag, {"share": 25, "special": True}, M, margin="15", columns={"special": "true"})
    one(f, "a yes/no selector, false", flag, {"share": 25, "special": False}, N, margin="-5", columns={"special": "false"})
    open_cells = single(cmp("share", "at_least", table(["region"], {("N",): PENDING, ("S",): DELEGATED})))
    one(f, "a pending column", open_cells, {"share": 25, "region": "N"}, U, "pending", columns={"region": "N"})
    one(f, "a delegated column", open_cells, {"region": "S"}, U, "delegated", "fact_missing", columns={"region": "S"})
    one(f, "columns open for different reasons, selector missing", open_cells, {"share": 25}, U, "selector_missing", columns={"region": None})
    for title, open_, code in (("pending", PENDING, "pending"), ("delegated", DELEGATED, "delegated")):
        same = single(cmp("share", "at_least", table(["region"], {("N",): open_, ("S",): open_})))
        one(f, f"every column {title}, selector missing", same, {"share": 25}, U, code, columns={"region": None})
        one(f, f"every column {title}, nothing known", same, {}, U, code, "fact_missing", columns={"region": None})
        rest = single(cmp("share", "at_least", table(["region"], {("N",): num("60"), ("*",): open_})))
        one(f, f"one column known, one {title}, selector missing", rest, {"share": 25}, U, "selector_missing", columns={"region": None})
    general = single(cmp("share", "at_least", table(["region"], {("ALL",): num("70")})))
    one(f, "no cell in any column, selector missing", general, {"share": 25}, U, "no_cell", columns={"region": None})
    hole = single(cmp("share", "at_least", table(["region"], {("N",): PENDING})))
    one(f, "one column pending, one without a cell, selector missing", hole, {"share": 25}, U, "selector_missing", columns={"region": None})
    nothing = single(cmp("share", "at_least", table(["region"], {("N",): NONE, ("S",): NONE})))
    one(f, "nothing asked in any column, selector missing", nothing, {"share": 25}, U, "selector_missing", columns={"region": None})
    over = cell(None, None, "pending", floor=num("50"))
    base = single(cmp("share", "at_least", table(["region"], {("N",): over, ("S",): over})))
    one(f, "a base value in every column, selector missing", base, {"share": 25}, U, "selector_missing", columns={"region": None})
    half = table(["region", "area_class"], {("N", "*"): PENDING, ("S", "*"): num("80")})
    rules = single(cmp("share", "at_least", half))
    one(f, "two selectors, what is left is pending", rules, {"share": 25, "region": "N"}, U, "pending", columns={"region": "N", "area_class": None})
    one(f, "two selectors, what is left may decide", rules, {"share": 25, "area_class": "I"}, U, "selector_missing", columns={"region": None, "area_class": "I"})
    weak = single(cmp("share", "at_least", table(["region"], {("*",): num("60", "recalled")})), minimum_evidence="official")
    one(f, "no column known well enough, selector missing", weak, {"share": 25}, U, "selector_missing", columns={"region": None})


# -- relative thresholds, ratios, derived facts ---------------------------------------------------


def relatives() -> None:
    f = "relative"
    # 45 x 1.1 = 49.5, multiplied when composed
    rules = single(cmp("income", "at_least", {"times": num("1.1"), "of": "commune/khac#10", "resolved": num("49.5")}))
    for value, outcome, margin in ((49.4, N, "-0.1"), (49.5, M, "0"), (49.6, M, "0.1")):
        one(f, f"against the product, {value}", rules, {"income": value}, outcome, margin=margin)
    by_region = table(["region"], {("N",): num("44", "recalled"), ("S",): cell(None, None, "pending")})
    rules = single(cmp("income", "at_least", {"times": num("1.1"), "of": "commune/khac#10", "resolved": by_region}))
    one(f, "by column, weaker evidence", rules, {"income": 44, "region": "N"}, M, margin="0", columns={"region": "N"}, provisional=True)
    one(f, "by column, pending there", rules, {"income": 44, "region": "S"}, U, "pending", columns={"region": "S"})


def ratios() -> None:
    f = "ratio"
    exact = single(cmp("rate", "at_least", num("66.67")))
    one(f, "two thirds are less than 66.67", exact, {"part": 2, "whole": 3}, N, margin="-1/300")
    one(f, "one third is more than 33.33", single(cmp("rate", "at_least", num("33.33"))), {"part": 1, "whole": 3}, M, margin="1/300")
    tie = single(cmp("rate", "at_least", num("62.5")))
    one(f, "a tie", tie, {"part": 5, "whole": 8}, M, margin="0")
    one(f, "a tie for more_than", single(cmp("rate", "more_than", num("62.5"))), {"part": 5, "whole": 8}, N, margin="0")
    one(f, "at most", single(cmp("rate", "at_most", num("62.5"))), {"part": 6, "whole": 8}, N, margin="-12.5")
    one(f, "all of the whole", single(cmp("rate", "at_least", num("100"))), {"part": 7, "whole": 7}, M, margin="0")
    one(f, "large numbers", single(cmp("rate", "at_least", num("99.99"))), {"part": 999899999, "whole": 1000000000}, N, margin="-0.0000001")
    # No float can tell these ratios from their thresholds: 100 x 1000 < 88.261253309797 x 1133, by 1 in 10^13 of a percent.
    one(f, "below by less than a float", single(cmp("rate", "at_least", num("88.261253309797"))), {"part": 1000, "whole": 1133}, N, margin="-1/1133000000000000")
    one(f, "above by less than a float", single(cmp("rate", "more_than", num("82.6036866359447"))), {"part": 1434, "whole": 1736}, M, margin="1/2170000000000000")
    one(f, "the ratio alone", exact, {"rate": 66.67}, M, margin="0")
    one(f, "the ratio and one part", exact, {"rate": 66.67, "part": 2}, M, margin="0")
    one(f, "ratio and parts agree to the digits written, the parts are used", exact, {"rate": "66.67", "part": 2, "whole": 3}, N, margin="-1/300")
    one(f, "agreement to one digit", single(cmp("rate", "at_least", num("66.7"))), {"rate": "66.7", "part": 2, "whole": 3}, N, margin="-1/30")
    refused(f, "refused: ratio and parts contradict", exact, {"rate": "66.6", "part": 2, "whole": 3}, "rate")
    refused(f, "refused: part above whole", exact, {"part": 4, "whole": 3}, "part")
    one(f, "one part is missing", exact, {"part": 2}, U, "fact_missing")
    one(f, "empty whole", exact, {"part": 0, "whole": 0}, U, "empty_whole")
    for code, outcome in ((0, N), (1, M), (3, A)):
        said = single(cmp("rate", "at_least", num("66.67", when_empty=code)))
        one(f, f"empty whole, the cell says {outcome}", said, {"part": 0, "whole": 0}, outcome)
    per = single(cmp("per_house", "at_least", num("0.3")))
    one(f, "not a percentage", per, {"stock": 2.1, "whole": 7}, M, margin="0")
    one(f, "not a percentage, above its whole", per, {"stock": 8.4, "whole": 7}, M, margin="0.9")
    one(f, "not a percentage, just below", per, {"stock": 2, "whole": 7}, N, margin="-1/70")
    own = {"fact": {"id": "own", **PERCENT, "decimals": 2}, "rule": {"node": "RatioOf", "part": "schools", "whole": "whole"}}
    one(f, "worked out by the ruleset", single(cmp("own", "at_least", num("50")), derived=[own]), {"schools": 3, "whole": 6}, M, margin="0")
    refused(f, "refused: worked out by the ruleset, part above whole", single(cmp("own", "at_least", num("50")), derived=[own]), {"schools": 7, "whole": 6}, "schools")
    fold = {"fact": {"id": "fold", "type": "number", "unit": "times", "minimum": "0", "decimals": 2, "direction": "more"}, "rule": {"node": "RatioOf", "part": "stock", "whole": "before"}}
    times = single(cmp("fold", "at_least", num("1.5")), derived=[fold])
    one(f, "1.5 times another fact", times, {"stock": 45, "before": 30}, M, margin="0")
    one(f, "1.5 times another fact, just below", times, {"stock": 44.9, "before": 30}, N, margin="-1/300")
    one(f, "1.5 times another fact, of which the product has more digits than either", times, {"stock": 45, "before": 30.01}, N, margin="-3/6002")
    one(f, "1.5 times another fact that is missing", times, {"stock": 45}, U, "fact_missing")
    one(f, "1.5 times another fact that is 0", times, {"stock": 45, "before": 0}, U, "empty_whole")
    less = single(cmp("fold", "less_than", num("0.9", when_empty=1)), derived=[fold])
    one(f, "less than 0.9 times another fact, exactly so much", less, {"stock": 2.7, "before": 3}, N, margin="0")
    one(f, "less than 0.9 times another fact that is 0, which the cell says is met", less, {"stock": 2.7, "before": 0}, M)
    refused(f, "refused: another fact of more digits than the catalogue says", times, {"stock": 45, "before": 30.001}, "before")
    for node, outcome, margin in (("MinOf", N, "-10"), ("MaxOf", M, "15")):
        derived = {"fact": {"id": "extreme", **PERCENT}, "rule": {"node": node, "facts": ["share", "rate"]}}
        rules = single(cmp("extreme", "at_least", num("60")), derived=[derived])
        one(f, f"{node} of a number and a ratio", rules, {"share": 50, "part": 3, "whole": 4}, outcome, margin=margin)
        one(f, f"{node} with one missing", rules, {"share": 50}, U, "fact_missing")
        one(f, f"{node} with an empty whole", rules, {"share": 50, "part": 0, "whole": 0}, U, "empty_whole")


def points() -> None:
    f = "points"

    def score(op: str, limit: Json, plan: Json | None = None, work: Json | None = None, out_of: str = "100") -> Json:
        """15 + 55 + 30 points; the first two may have a condition under which they apply."""
        members: list[Json] = [{"fact": "plan", "out_of": "15"}, {"fact": "work", "out_of": "55"}, {"fact": "meetings", "out_of": "30"}]
        for member, applies in zip(members, (plan, work), strict=False):
            if applies is not None:
                member["applies_if"] = applies
        fact = {"id": "score", "type": "number", "unit": "point", "minimum": "0", "maximum": out_of, "decimals": 2, "direction": "more"}
        rule = {"node": "PointsOf", "out_of": out_of, "members": members}
        return single(cmp("score", op, limit), derived=[{"fact": fact, "rule": rule}])

    every = {"plan": 12.25, "work": 47.5, "meetings": 25}
    plain = score("at_least", num("84.75"))
    one(f, "the plain sum", plain, every, M, margin="0")
    one(f, "the plain sum, just below", plain, {**every, "plan": "12.24"}, N, margin="-0.01")
    one(f, "all points", score("at_least", num("100")), {"plan": 15, "work": 55, "meetings": 30}, M, margin="0")
    one(f, "no points", score("at_most", num("0")), {"plan": 0, "work": 0, "meetings": 0}, M, margin="0")
    one(f, "equals the sum", score("equals", num("84.75")), every, M, margin="0")
    one(f, "sums of decimals that floats get wrong", score("more_than", num("0.3")), {"plan": 0.2, "work": 0.1, "meetings": 0}, N, margin="0")
    one(f, "points of one part missing", plain, {"plan": 12.25, "work": 47.5}, U, "fact_missing")
    one(f, "the points of the others are enough", score("at_least", num("50")), {"work": 55, "meetings": 30}, M)
    one(f, "the points of the others are just enough", score("at_least", num("85")), {"work": 55, "meetings": 30}, M)
    one(f, "the points of the others are not quite enough", score("more_than", num("85")), {"work": 55, "meetings": 30}, U, "fact_missing")
    one(f, "all missing points would just be enough", score("at_least", num("60")), {"plan": 15, "work": 15}, U, "fact_missing")
    one(f, "all missing points would not be enough", score("more_than", num("60")), {"plan": 15, "work": 15}, N)
    one(f, "at most, with all missing points", score("at_most", num("60")), {"plan": 15, "work": 15}, M)
    one(f, "missing points are too many or too few to be equal", score("equals", num("61")), {"plan": 15, "work": 15}, N)
    one(f, "missing points may make it equal", score("equals", num("60")), {"plan": 15, "work": 15}, U, "fact_missing")
    spares = score("at_least", num("85"), plan=yes("special"))
    # Without the plan the other 85 points count for all: 72 of 85 is 84.705..., 73 of 85 is 85.882...
    one(f, "a part that does not apply is left out", spares, {"special": False, "work": 43, "meetings": 29}, N, margin="-5/17")
    one(f, "the rest is scaled up", spares, {"special": False, "work": 44, "meetings": 29}, M, margin="15/17")
    one(f, "points of a part that does not apply count for nothing", spares, {"special": False, "plan": 15, "work": 43, "meetings": 29}, N, margin="-5/17")
    one(f, "a part that applies", spares, {"special": True, "plan": 13, "work": 43, "meetings": 29}, M, margin="0")
    one(f, "points of a part that does not apply are not missed", spares, {"special": False, "work": 55}, U, "fact_missing")
    one(f, "not even all missing points of the parts that apply", spares, {"special": False, "work": 42}, N)
    one(f, "not known whether a part applies", spares, {"plan": 13, "work": 43, "meetings": 29}, U, "fact_missing")
    one(f, "what makes a part apply is not applicable itself", score("at_least", num("85"), plan=cmp("special", "equals", NONE)), {"work": 44, "meetings": 29}, M, margin="15/17")
    two = score("at_least", num("60"), plan=yes("special"), work=yes("also"))
    one(f, "one part of three applies", two, {"special": False, "also": False, "meetings": 20}, M, margin="20/3")
    one(f, "out of another total", score("at_least", num("8.5"), plan=yes("special"), out_of="10"), {"special": False, "work": 44, "meetings": 29}, M, margin="3/34")
    alone = {"node": "PointsOf", "out_of": "15", "members": [{"fact": "plan", "out_of": "15", "applies_if": yes("special")}]}
    fact = {"id": "score", "type": "number", "unit": "point", "minimum": "0", "maximum": "15", "decimals": 2, "direction": "more"}
    derived = [{"fact": fact, "rule": alone}]
    one(f, "no part applies", single(cmp("score", "at_least", num("10")), derived=derived), {"special": False}, U, "empty_whole")
    for code, outcome in ((0, N), (1, M), (3, A)):
        said = single(cmp("score", "at_least", num("10", when_empty=code)), derived=derived)
        one(f, f"no part applies, the cell says {outcome}", said, {"special": False}, outcome)
    least = {"fact": {**fact, "id": "least"}, "rule": {"node": "MinOf", "facts": ["score", "meetings"]}}
    both = single(cmp("least", "at_least", num("12.5")), derived=[*derived, least])
    def beyond(op: str, limit: str, plan: Json | None = None) -> Json:
        """15 + 30 points, and up to 20 less or 60.5 more beside them."""
        members: list[Json] = [{"fact": "plan", "out_of": "15"}, {"fact": "meetings", "out_of": "30"}, {"fact": "extra", "out_of": "0"}]
        if plan is not None:
            members[0]["applies_if"] = members[1]["applies_if"] = plan
        rule = {"node": "PointsOf", "out_of": "45", "members": members}
        fact = {"id": "score", "type": "number", "unit": "point", "decimals": 2, "direction": "more"}
        return single(cmp("score", op, num(limit)), derived=[{"fact": fact, "rule": rule}])

    one(f, "a deduction", beyond("at_least", "40"), {"plan": 15, "meetings": 30, "extra": -5.5}, N, margin="-0.5")
    one(f, "a bonus goes above the total", beyond("at_least", "50"), {"plan": 15, "meetings": 30, "extra": 5}, M, margin="0")
    one(f, "a deduction goes below nothing", beyond("less_than", "0"), {"plan": 0, "meetings": 0, "extra": -0.1}, M, margin="0.1")
    one(f, "a deduction that is not known may be enough to fail", beyond("at_least", "30"), {"plan": 15, "meetings": 30}, U, "fact_missing")
    one(f, "the greatest deduction leaves enough", beyond("at_least", "25"), {"plan": 15, "meetings": 30}, M)
    one(f, "a deduction alone is out of nothing", beyond("at_least", "0", yes("special")), {"special": False, "extra": -5}, U, "empty_whole")
    one(f, "the least of points and a number", both, {"special": True, "plan": 12.49, "meetings": 20}, N, margin="-0.01")
    one(f, "the least of points that are missing", both, {"special": True, "meetings": 20}, U, "fact_missing")
    refused(f, "refused: more digits than the points have", plain, {**every, "plan": 12.255}, "plan")
    refused(f, "refused: more points than there are", plain, {**every, "plan": 15.5, "meetings": 31}, "meetings", "plan")
    weak = score("at_least", num("85"), plan=yes("special", evidence="recalled"))
    one(f, "what makes a part apply is of weak evidence", weak, {"special": True, "plan": 13, "work": 43, "meetings": 29}, M, margin="0", provisional=True)


def sums() -> None:
    f = "sum"

    def total(op: str, limit: Json, addends: list[tuple[str, int]], over: int = 1, kind: Json | None = None) -> Json:
        fact = {"id": "total", "type": "number", "unit": "point", "decimals": 2, **(kind or {})}
        rule: Json = {"node": "SumOf", "addends": [{"fact": name, **({} if factor == 1 else {"factor": factor})} for name, factor in addends]}
        return single(cmp("total", op, limit), derived=[{"fact": fact, "rule": rule if over == 1 else {**rule, "over": over}}])

    count: Json = {"type": "count", "unit": "household"}
    two = total("at_most", num("30"), [("part", 1), ("schools", 1)], kind=count)
    one(f, "a sum of two counts", two, {"part": 12, "schools": 18}, M, margin="0")
    one(f, "a sum of two counts, one above", two, {"part": 12, "schools": 19}, N, margin="-1")
    one(f, "a sum of which one fact is missing", two, {"part": 42}, U, "fact_missing")
    fall = total("at_least", num("1"), [("share", 1), ("rate", -1)])
    one(f, "a fall of a share", fall, {"share": "7.5", "rate": "6.5"}, M, margin="0")
    one(f, "a fall of a share, not quite", fall, {"share": "7.5", "rate": "6.51"}, N, margin="-0.01")
    one(f, "a rise is a negative fall", fall, {"share": "6.5", "rate": "7.5"}, N, margin="-2")
    # 1 of 3 is 33.333... per cent: 34.34 less that is 1.00666..., 34.33 less that is 0.99666...
    one(f, "a share that follows from its parts enters exactly", fall, {"share": "34.34", "part": 1, "whole": 3}, M, margin="1/150")
    one(f, "a share that follows from its parts, not quite", fall, {"share": "34.33", "part": 1, "whole": 3}, N, margin="-1/300")
    one(f, "its percentage beside it does not count", fall, {"share": "34.33", "part": 1, "whole": 3, "rate": "33.3"}, N, margin="-1/300")
    one(f, "a share of nothing", fall, {"share": 50, "part": 0, "whole": 0}, U, "empty_whole")
    one(f, "missing before a share of nothing", fall, {"part": 0, "whole": 0}, U, "fact_missing")
    for code, outcome in ((0, N), (1, M), (3, A)):
        said = total("at_least", num("1", when_empty=code), [("share", 1), ("rate", -1)])
        one(f, f"a share of nothing, the cell says {outcome}", said, {"share": 50, "part": 0, "whole": 0}, outcome)
    negative = total("at_least", num("-2"), [("change", 1), ("income", -1)])
    one(f, "a negative threshold", negative, {"change": "-1.5", "income": "0.5"}, M, margin="0")
    one(f, "a negative threshold, one step below", negative, {"change": "-1.5", "income": "0.501"}, N, margin="-0.001")
    mean = total("at_least", num("80"), [("share", 1), ("rate", 1), ("per_house", 1)], over=3)
    one(f, "a mean of three", mean, {"share": "79.99", "rate": "80.01", "per_house": 80}, M, margin="0")
    one(f, "a mean that no decimal can hold", mean, {"share": 80, "rate": "79.99", "per_house": 80}, N, margin="-1/300")
    one(f, "a mean of shares of different wholes", mean, {"share": 80, "part": 8, "whole": 10, "stock": 800}, M, margin="0")
    one(f, "sums of decimals that floats get wrong", total("equals", num("0.3"), [("share", 1), ("income", 1)]), {"share": 0.1, "income": 0.2}, M, margin="0")
    refused(f, "refused: more digits than the fact has", mean, {"share": "79.999", "rate": 80, "per_house": 80}, "share")


def undecided() -> None:
    """Of communes not all are decided: the share lies between there/all and (there + open)/all, the count likewise."""
    f = "undecided"

    def of(there: int, open_: int | None, whole: int | None = 10) -> Json:
        found = {"communes_there": there, "communes_open": open_, "communes": whole}
        return {name: value for name, value in found.items() if value is not None}

    # operator, threshold, there, open of 10, outcome and margin from what is decided
    shares = [
        ("at_least", "80", 8, 2, M, "0"), ("at_least", "80", 7, 1, U, None), ("at_least", "80", 6, 1, N, "-20"),
        ("more_than", "80", 9, 1, M, "10"), ("more_than", "80", 8, 1, U, None), ("more_than", "80", 7, 1, N, "-10"),
        ("at_most", "20", 1, 1, M, "10"), ("at_most", "20", 1, 2, U, None), ("at_most", "20", 3, 4, N, "-10"),
        ("less_than", "20", 0, 1, M, "20"), ("less_than", "20", 1, 1, U, None), ("less_than", "20", 2, 5, N, "0"),
        ("equals", "80", 8, 0, M, "0"), ("equals", "80", 8, 1, U, None), ("equals", "80", 7, 1, U, None),
        ("equals", "80", 7, 3, U, None), ("equals", "80", 6, 1, N, "-20"), ("equals", "80", 9, 1, N, "-10"),
    ]
    for op, limit, there, open_, outcome, margin in shares:
        codes = ("fact_missing",) if outcome == U else ()
        share = single(cmp("reached", op, num(limit)))
        one(f, f"share {op} {limit}, {there} and {open_} open of 10", share, of(there, open_), outcome, *codes, margin=margin)
        count = single(cmp("communes_there", op, num(str(int(limit) // 10))))
        own = None if margin is None else str(int(margin) // 10)
        one(f, f"count {op} {int(limit) // 10}, {there} and {open_} open", count, of(there, open_, None), outcome, *codes, margin=own)
    third = single(cmp("reached", "at_least", num("66.67")))
    one(f, "two thirds with what is open are less than 66.67", third, of(1, 1, 3), N, margin="-10001/300")
    share, count = single(cmp("reached", "at_least", num("80"))), single(cmp("communes_there", "at_least", num("8")))
    one(f, "not given, nothing is open: share", share, of(7, None), N, margin="-10")
    one(f, "not given, nothing is open: count", count, of(7, None, None), N, margin="-1")
    one(f, "the value is missing", share, {"communes_open": 1}, U, "fact_missing")
    one(f, "the share alone may grow to the whole", share, {"reached": 75, "communes_open": 1}, U, "fact_missing")
    one(f, "the share alone is there already", share, {"reached": 80, "communes_open": 1}, M, margin="0")
    one(f, "the share alone, nothing open", share, {"reached": 75, "communes_open": 0}, N, margin="-5")
    low = single(cmp("reached", "at_most", num("20")))
    one(f, "the share alone is above already", low, {"reached": 25, "communes_open": 1}, N, margin="-5")
    one(f, "the share alone may rise above", low, {"reached": 15, "communes_open": 1}, U, "fact_missing")
    one(f, "the share alone cannot rise above the whole", single(cmp("reached", "at_most", num("100"))), {"reached": 15, "communes_open": 1}, M, margin="85")
    one(f, "empty whole", share, of(0, 0, 0), U, "empty_whole")
    vacuous = single(cmp("reached", "at_least", num("80", when_empty=3)))
    one(f, "empty whole, the cell says not applicable", vacuous, of(0, 0, 0), A)
    one(f, "empty whole, the cell says not applicable, equals", single(cmp("reached", "equals", num("80", when_empty=3))), of(0, 0, 0), A)
    refused(f, "refused: fewer than none open", count, {"communes_there": 9, "communes_open": -1}, "communes_open")
    refused(f, "refused: no room for what is open", share, of(9, 2), "communes_open")
    refused(f, "refused: open of an empty whole", share, of(0, 1, 0), "communes_open")
    refused(f, "refused: part above whole is said of the part", share, of(11, 2), "communes_there")
    each = single(cmp("wells_each", "at_least", num("2")))
    one(f, "not a percentage may grow above its whole", each, {"wells": 19, "wells_open": 5, "communes": 10}, U, "fact_missing")
    one(f, "not a percentage grows by one a unit", each, {"wells": 10, "wells_open": 5, "communes": 10}, N, margin="-1")
    one(f, "not a percentage, alone, has no bound", each, {"wells_each": 1, "wells_open": 1}, U, "fact_missing")
    negated = single({"node": "Not", "member": cmp("reached", "at_least", num("80"))})
    one(f, "not what is open", negated, of(7, 1), U, "fact_missing")
    inner = single(cmp("reached", "at_least", num("80")), id="commune/khac")
    found = single({"node": "Meets", "ruleset": "commune/khac", "by": "finding", "cell": cell(True), "resolved": inner})
    one(f, "of a prerequisite, open", found, of(7, 1), U, "fact_missing")
    one(f, "of a prerequisite, decided", found, of(6, 1), N)
    over = cell(None, None, "pending", floor=num("80"))
    one(f, "a pending cell over a base that is not reached", single(cmp("reached", "at_least", over)), of(6, 1), N, margin="-20")
    one(f, "a pending cell over a base that may be reached", single(cmp("reached", "at_least", over)), of(7, 1), U, "pending")


def cases() -> None:
    f = "case"

    def column(rows: Sequence[tuple[Json, object]], otherwise: object = None, exclusive: bool = False) -> Json:
        rule: Json = {"node": "Case", "rows": [{"when": when, "then": then} for when, then in rows]}
        if otherwise is not None:
            rule["otherwise"] = otherwise
        if exclusive:
            rule["exclusive"] = True
        return {"fact": {"id": "column", "type": "category", "values": ["N", "S"]}, "rule": rule}

    needs = cmp("share", "at_least", table(["column"], {("N",): num("60"), ("S",): num("80")}))
    special = [(yes("special"), "N")]

    def go(title: str, derived: Json, facts: Json, outcome: str, *codes: str, value: str | None, margin: str | None = None) -> None:
        one(f, title, single(needs, derived=[derived]), {"share": 70, **facts}, outcome, *codes, margin=margin, columns={"column": value})

    region = column(special, {"fact": "region"})
    go("a row", region, {"special": True, "region": "S"}, M, value="N", margin="10")
    go("the rest is another fact", region, {"special": False, "region": "S"}, N, value="S", margin="-10")
    go("guard undetermined, rows differ", region, {"region": "S"}, U, "selector_missing", value=None)
    go("guard undetermined, rows agree", region, {"region": "N"}, M, value="N", margin="10")
    go("the other fact is missing", region, {"special": False}, U, "selector_missing", value=None)
    go("a row is met, the other fact is not needed", region, {"special": True}, M, value="N", margin="10")
    go("no row and nothing else", column(special), {"special": False}, U, "selector_missing", value=None)
    two: list[tuple[Json, object]] = [(yes("yes"), "N"), (yes("also"), "S")]
    go("the first row that holds", column(two, "S"), {"yes": True, "also": True}, M, value="N", margin="10")
    go("an open guard after the row that holds", column(two, "S"), {"yes": True}, M, value="N", margin="10")
    go("an open guard before the row that holds", column(two, "S"), {"also": True}, U, "selector_missing", value=None)
    go("open guards, all reachable rows agree", column([(yes("yes"), "N"), (yes("also"), "N")], "N"), {}, M, value="N", margin="10")
    exclusive = column(two, "S", exclusive=True)
    go("exclusive, one row", exclusive, {"yes": True, "also": False}, M, value="N", margin="10")
    go("exclusive, two rows", exclusive, {"yes": True, "also": True}, U, "ambiguous_case", value=None)
    go("exclusive, one row and one open", exclusive, {"yes": True}, U, "selector_missing", value=None)
    go("exclusive, none", exclusive, {"yes": False, "also": False}, N, value="S", margin="-10")
    go("exclusive, one open", exclusive, {"yes": False}, N, value="S", margin="-10")
    go("exclusive, the open row differs from the rest", exclusive, {"also": False}, U, "selector_missing", value=None)
    weak = column([(yes("special", evidence="recalled"), "N")], "S")
    one(f, "a guard of weak evidence", single(needs, derived=[weak]), {"share": 70, "special": True}, M, margin="10", columns={"column": "N"}, provisional=True)
    asked = {**single(needs, derived=[weak]), "minimum_evidence": "secondary"}
    waiting = cmp("share", "at_least", table(["column"], {("N",): PENDING, ("S",): PENDING}))
    open_guard = single(waiting, derived=[exclusive])
    one(f, "every column pending, guards open", open_guard, {"share": 70}, U, "pending", columns={"column": None})
    one(f, "every column pending, two rows at once", open_guard, {"share": 70, "yes": True, "also": True}, U, "ambiguous_case", columns={"column": None})
    compared = single(cmp("column", "one_of", cell(["N"], evidence="recalled")), derived=[exclusive])
    weakly = {**compared, "minimum_evidence": "secondary"}
    one(f, "what is compared is ambiguous, every column or none", weakly, {"yes": True, "also": True}, U, "ambiguous_case", "below_minimum_evidence")
    unknown = single(cmp("column", "one_of", PENDING), derived=[exclusive])
    one(f, "what is compared is ambiguous, every column pending", unknown, {"yes": True, "also": True}, U, "ambiguous_case", "pending")
    one(f, "a guard below the evidence asked", asked, {"share": 70, "special": True}, U, "selector_missing", columns={"column": None})


def bands() -> None:
    """From 90 per cent on five points, from 80 on three, else none; alone and as a part of a total."""
    f = "bands"

    def banded(otherwise: str | None = "0", fact: str = "share", high: Json | None = None) -> Json:
        rows = [{"when": cmp(fact, "at_least", high or num("90")), "then": {"number": "5"}}, {"when": cmp(fact, "at_least", num("80")), "then": {"number": "3"}}]
        rule: Json = {"node": "Case", "rows": rows}
        if otherwise is not None:
            rule["otherwise"] = {"number": otherwise}
        least = "3" if otherwise is None else "0"
        found = {"id": "banded", "type": "number", "unit": "point", "minimum": least, "maximum": "5", "direction": "more"}
        return {"fact": found, "rule": rule}

    def go(title: str, facts: Json, outcome: str, *codes: str, margin: str | None = None, derived: Json | None = None, limit: str = "3") -> None:
        one(f, title, single(cmp("banded", "at_least", num(limit)), derived=[derived or banded()]), facts, outcome, *codes, margin=margin)

    go("the highest band", {"share": 90}, M, margin="2")
    go("just below it", {"share": "89.99"}, M, margin="0")
    go("the lower band", {"share": 80}, M, margin="0")
    go("below all bands", {"share": "79.99"}, N, margin="-3")
    go("not known", {}, U, "fact_missing")
    go("below all bands, of which nothing is said", {"share": 50}, U, "fact_missing", derived=banded(None))
    go("a share that just reaches a band", {"part": 9, "whole": 10}, M, margin="0", derived=banded(fact="rate"), limit="5")
    go("a share that just misses it", {"part": 8999999, "whole": 10000000}, N, margin="-2", derived=banded(fact="rate"), limit="5")
    go("a share of nothing", {"part": 0, "whole": 0}, U, "fact_missing", derived=banded(fact="rate"))
    go("the threshold of a band is pending", {"share": 95}, U, "fact_missing", derived=banded(high=PENDING))
    go("a share that may grow and does not, below all bands", {"reached": 50, "communes_open": 0}, N, margin="-3", derived=banded(fact="reached"))
    go("what is undecided may reach the next band", {"communes_there": 8, "communes_open": 1, "communes": 10}, U, "fact_missing", derived=banded(fact="reached"))
    go("what is undecided reaches no other band", {"communes_there": 9, "communes_open": 1, "communes": 10}, M, margin="2", derived=banded(fact="reached"))

    def total(limit: str) -> Json:
        members = [{"fact": "banded", "out_of": "5"}, {"fact": "plan", "out_of": "15"}]
        fact = {"id": "score", "type": "number", "unit": "point", "minimum": "0", "maximum": "20", "decimals": 2, "direction": "more"}
        score = {"fact": fact, "rule": {"node": "PointsOf", "out_of": "20", "members": members}}
        return single(cmp("score", "at_least", num(limit)), derived=[banded(), score])

    one(f, "a part of a total", total("12.5"), {"share": 85, "plan": 9.5}, M, margin="0")
    one(f, "a part of a total, not enough", total("12.5"), {"share": 50, "plan": 9.5}, N, margin="-3")
    one(f, "without the figure the least is enough", total("9.5"), {"plan": 9.5}, M)
    one(f, "without the figure the most is not enough", total("14.51"), {"plan": 9.5}, N)
    one(f, "without the figure it is open", total("14.5"), {"plan": 9.5}, U, "fact_missing")


# -- applicability, evidence, layers --------------------------------------------------------------


def given_cases() -> None:
    """A derived category that is given: it counts where the derivation is open, and has to agree where it is not."""
    f = "given"
    rows: list[Json] = [{"when": yes("yes"), "then": "N"}, {"when": yes("also"), "then": "S"}]
    column: Json = {"fact": {"id": "column", "type": "category", "values": ["N", "S"]}, "rule": {"node": "Case", "rows": rows, "otherwise": "S"}}
    exclusive: Json = {**column, "rule": {**column["rule"], "exclusive": True}}
    needs = cmp("share", "at_least", table(["column"], {("N",): num("60"), ("S",): num("80")}))
    rules, apart = single(needs, derived=[column]), single(needs, derived=[exclusive])

    def go(title: str, rules: Json, facts: Json, value: str, provisional: bool = False) -> None:
        outcome, margin = (M, "10") if value == "N" else (N, "-10")
        one(f, title, rules, {"share": 70, **facts}, outcome, margin=margin, columns={"column": value}, provisional=provisional)

    go("nothing else is known", rules, {"column": "N"}, "N")
    go("one guard is open", rules, {"yes": False, "column": "S"}, "S")
    go("a value that no row that is reachable gives", rules, {"also": True, "yes": None, "column": "N"}, "N")
    go("as it is worked out", rules, {"yes": True, "column": "N"}, "N")
    go("as the rest is", rules, {"yes": False, "also": False, "column": "S"}, "S")
    refused(f, "not what is worked out", rules, {"share": 70, "yes": True, "column": "S"}, "column")
    refused(f, "not what every reachable row gives", rules, {"share": 70, "yes": False, "column": "N"}, "column")
    refused(f, "not one of its values", rules, {"share": 70, "column": "Z"}, "column")
    refused(f, "a yes is none of its values", rules, {"share": 70, "column": True}, "column")
    go("ambiguous", apart, {"yes": True, "also": True, "column": "S"}, "S")
    go("ambiguous, a value of no row that holds is not refused", single(needs, derived=[{**exclusive, "rule": {**exclusive["rule"], "rows": [rows[0], {"when": yes("also"), "then": "N"}]}}]), {"yes": True, "also": True, "column": "S"}, "S")
    go("exclusive, one row and one open", apart, {"yes": True, "column": "S"}, "S")
    one(f, "null is not given", rules, {"share": 70, "column": None}, U, "selector_missing", columns={"column": None})
    weak: Json = {**column, "rule": {**column["rule"], "rows": [{"when": yes("yes", evidence="recalled"), "then": "N"}]}}
    known = single(needs, derived=[weak])
    go("a guard of weak evidence no longer makes it provisional", known, {"yes": True, "column": "N"}, "N")
    refused(f, "contradicted by a guard of weak evidence", known, {"share": 70, "yes": True, "column": "S"}, "column")
    asked = {**known, "minimum_evidence": "secondary"}
    go("a guard below the evidence asked for", asked, {"yes": True, "column": "N"}, "N")
    go("a guard below the evidence asked for contradicts nothing", asked, {"yes": True, "column": "S"}, "S")
    pending: Json = {**column, "rule": {**column["rule"], "rows": [{"when": cmp("yes", "equals", PENDING), "then": "N"}]}}
    go("a guard that is pending", single(needs, derived=[pending]), {"yes": True, "column": "S"}, "S")
    one(f, "compared itself", single(cmp("column", "equals", cell("N")), derived=[column]), {"column": "N"}, M)
    inner = {**single(needs, derived=[column]), "id": "commune/khac"}
    meets: Json = {"node": "Meets", "ruleset": "commune/khac", "by": "finding", "cell": cell(True), "resolved": inner}
    outer = single(meets)
    outer["facts"] = inner["facts"]
    one(f, "it reaches a prerequisite", outer, {"share": 70, "column": "N"}, M)
    one(f, "not given, a prerequisite is open", outer, {"share": 70}, U, "selector_missing")
    refused(f, "contradicted in a prerequisite", outer, {"share": 70, "yes": True, "column": "S"}, "column")


def lists() -> None:
    """What lists say of a unit by its code: a fact as if it was given, with the evidence of the list."""
    f = "lists"
    needs = cmp("share", "at_least", table(["kind"], {("x",): num("60"), ("y",): num("80")}))

    def rules(evidence: str = "official", units: Sequence[Sequence[str]] = (("00001", "x"), ("00002", "y")), **more: object) -> Json:
        found: Json = {"fact": "kind", "instrument": LAW, "start": "2024-01-01", "units_of": "2024-01-01", "evidence": evidence, **more}
        return single(needs, lists=[{**found, "units": [list(pair) for pair in units]} if units else found])

    def go(title: str, rules: Json, unit: str | None, facts: Json, value: str | None, provisional: bool = False) -> None:
        outcome, margin, codes = {"x": (M, "10", ()), "y": (N, "-10", ()), None: (U, None, ("selector_missing",))}[value]
        one(f, title, rules, {"share": 70, **facts}, outcome, *codes, margin=margin, columns={"kind": value}, provisional=provisional)
        CASES[f][-1] |= {} if unit is None else {"unit": unit}

    go("a unit of the first class", rules(), "00001", {}, "x")
    go("a unit of the second class", rules(), "00002", {}, "y")
    go("a unit that is not listed is not known", rules(), "00003", {}, None)
    go("a unit that is not in a complete list is not known either", rules(complete=True), "00003", {}, None)
    go("a unit that is not named", rules(), None, {}, None)
    go("a code without its zeros is another one", rules(), "1", {}, None)
    go("blanks around a code do not matter", rules(), " 00001 ", {}, "x")
    go("a list that nobody has copied", rules(units=()), "00001", {}, None)
    go("what is given of a unit that is not listed counts", rules(), "00003", {"kind": "y"}, "y")
    go("what is given and agrees", rules(), "00001", {"kind": "x"}, "x")
    refused(f, "what is given and does not agree", rules(), {"share": 70, "kind": "y"}, "kind")
    CASES[f][-1]["unit"] = "00001"
    go("a list of weak evidence makes it provisional", rules("secondary"), "00001", {}, "x", provisional=True)
    go("given as well it is not provisional", rules("secondary"), "00001", {"kind": "x"}, "x")
    refused(f, "contradicted by a list of weak evidence", rules("secondary"), {"share": 70, "kind": "y"}, "kind")
    CASES[f][-1]["unit"] = "00001"
    asked = {**rules("recalled"), "minimum_evidence": "secondary"}
    go("a list below the evidence asked for", asked, "00001", {}, None)
    go("a list below the evidence asked for contradicts nothing", asked, "00001", {"kind": "y"}, "y")


def applicability() -> None:
    f = "applies_if"
    for applies in (M, N, U, A):
        for holds in (M, N, U):
            asked, value = STATES[applies]
            facts = {k: v for k, v in {"special": value, "share": {M: 80, N: 79}.get(holds)}.items() if v is not None}
            guard = cmp("special", "equals", asked)
            rules = single(cmp("share", "at_least", num("80")), guard)
            title = f"applies {applies}, condition {holds}"
            margin = {M: "0", N: "-1", U: None}[holds]
            outcome = {M: holds, N: A, U: U, A: A}[applies]
            one(f, title, rules, facts, outcome, *why(outcome), margin=margin if applies == M else None)
    hidden = single(cmp("share", "at_least", PENDING), yes("special"))
    one(f, "an open guard hides the condition", hidden, {"share": 80}, U, "fact_missing")


def evidence() -> None:
    f = "evidence"
    for level, provisional in (("official", False), ("secondary", True), ("recalled", True)):
        rules = single(cmp("share", "at_least", num("80", level)))
        for value, outcome, margin in ((79, N, "-1"), (80, M, "0")):
            one(f, f"{level}, {outcome}", rules, {"share": value}, outcome, margin=margin, provisional=provisional)
        one(f, f"{level}, missing", rules, {}, U, "fact_missing")
    order = ("recalled", "secondary", "official")
    for asked in order:
        for level in order:
            rules = {**single(cmp("share", "at_least", num("80", level))), "minimum_evidence": asked}
            title = f"{asked} asked, {level} there"
            if order.index(level) < order.index(asked):
                one(f, title, rules, {"share": 80}, U, "below_minimum_evidence")
                one(f, f"{title}, missing", rules, {}, U, "below_minimum_evidence", "fact_missing")
            else:
                one(f, title, rules, {"share": 80}, M, margin="0", provisional=level != "official")
    either = single(group("Any", cmp("share", "at_least", num("80", "recalled")), yes("yes")))
    one(f, "an official member decides alone", either, {"share": 80, "yes": True}, M)
    one(f, "only the weak member holds", either, {"share": 80, "yes": False}, M, provisional=True)
    for title, cell_, code in (("delegated", cell(None, "recalled", "delegated"), "delegated"), ("pending", cell(None, "recalled", "pending"), "pending")):
        asked_for = single(cmp("share", "at_least", cell_), minimum_evidence="official")
        one(f, f"what is {title} has no evidence", asked_for, {"share": 80}, U, code)
    weak_none = single(cmp("share", "at_least", cell(None, "recalled", "none")))
    one(f, "a weak none cell", weak_none, {}, A, provisional=True)


def layers() -> None:
    f = "partly-read-layer"
    unread = {"read_whole": False}
    rules = single(cmp("share", "at_least", num("80")), layer=unread)
    one(f, "met is provisional", rules, {"share": 80}, M, "layer_not_read", margin="0", provisional=True)
    one(f, "not met stands", rules, {"share": 79}, N, margin="-1")
    one(f, "undetermined has its own reason", rules, {}, U, "fact_missing")
    one(f, "not applicable is provisional", single(cmp("share", "at_least", NONE), layer=unread), {}, A, "layer_not_read", provisional=True)
    weak = single(cmp("share", "at_least", num("80", "recalled")), layer=unread)
    one(f, "not met on a weak number is provisional for that", weak, {"share": 79}, N, margin="-1", provisional=True)


def floors() -> None:
    f = "pending-over-base"
    waits = cell(None, None, "pending", floor=num("50"))
    rules = single(cmp("share", "at_least", waits))
    one(f, "below the base value", rules, {"share": 49.9}, N, margin="-0.1")
    one(f, "at the base value", rules, {"share": 50}, U, "pending")
    one(f, "above the base value", rules, {"share": 100}, U, "pending")
    one(f, "missing", rules, {}, U, "pending", "fact_missing")
    upper = single(cmp("share", "at_most", cell(None, None, "pending", floor=num("50"))))
    one(f, "above the greatest base value", upper, {"share": 50.1}, N, margin="-0.1")
    weak = cell(None, None, "pending", floor=num("50", "secondary"))
    one(f, "the base value is weak", single(cmp("share", "at_least", weak)), {"share": 49}, N, margin="-1", provisional=True)
    asked = {**single(cmp("share", "at_least", weak)), "minimum_evidence": "official"}
    one(f, "the base value is below the evidence asked", asked, {"share": 49}, U, "pending")
    by_region = table(["region"], {("N",): waits, ("S",): PENDING})
    rules = single(cmp("share", "at_least", by_region))
    one(f, "in a table", rules, {"share": 49, "region": "N"}, N, margin="-1", columns={"region": "N"})
    one(f, "no base value in that column", rules, {"share": 49, "region": "S"}, U, "pending", columns={"region": "S"})


def counts() -> None:
    f = "counts"

    def row(no: str, state: str) -> Json:
        name = FLAGS[int(no.split(".")[0]) - 1] if "." not in no else FLAGS[int(no[-1]) - 1]
        return indicator(no, cmp(name, "equals", STATES[state][0]))

    def result(outcome: str) -> Json:
        return {"outcome": outcome, "provisional": False}

    three = [criterion("1", row("1", M)), criterion("2", row("2", N)), criterion("3", row("3", A))]
    said = {"1": result(M), "2": result(N), "3": result(A)}
    own = {"1": says(M), "2": says(N), "3": says(A)}
    facts = {"yes": True, "also": False}
    case(f, "not applicable counts as met", ruleset(three), facts, expect(N, said, own))
    case(f, "two of three criteria, not applicable leaves", ruleset(three, at_least_n=2), facts, expect(N, said, own))
    case(f, "one of three criteria", ruleset(three, at_least_n=1), facts, expect(M, said, own))
    later = {**said, "2": result(U)}
    open_ = {**own, "2": says(U, "fact_missing")}
    case(f, "the total is the same for every unit", ruleset(three), {"yes": True}, expect(U, later, open_))
    case(f, "two of three criteria, one open", ruleset(three, at_least_n=2), {"yes": True}, expect(U, later, open_))
    beside = [criterion("1", row("1", M)), criterion("2", row("2", N), counted=False), criterion("3", row("3", A))]
    full = expect(N, said, own)
    full["counts"] |= {"criteria_total": 2, "criteria_not_met": 0}
    case(f, "one is not counted and the set rests on it", ruleset(beside), facts, full)
    for states, outcome in FIRST_OF_TWO_MUST:
        rows = [row(f"1.{n}", state) for n, state in enumerate(states, 1)]
        answers = {f"1.{n}": says(s, *(["fact_missing"] if s == U else [])) for n, s in enumerate(states, 1)}
        given = {name: value for name, value in zip(FLAGS, (STATES[s][1] for s in states), strict=False) if value is not None}
        title = f"2 of {', '.join(states)}, the first of which must be met"
        case(f, title, ruleset([criterion("1", *rows, at_least_n=2, must=["1.1"])]), given, expect(outcome, {"1": result(outcome)}, answers))
    for k, outcome in ((1, M), (2, U), (3, N)):
        rows = [row("1.1", M), row("1.2", U), row("1.3", N)]
        title = f"{k} of three indicators"
        answers = {"1.1": says(M), "1.2": says(U, "fact_missing"), "1.3": says(N)}
        case(f, title, ruleset([criterion("1", *rows, at_least_n=k)]), {"yes": True, "third": False}, expect(outcome, {"1": result(outcome)}, answers))


# -- judgements -----------------------------------------------------------------------------------

FIGURES, FOLLOWS, OPEN = "figures", "follows", "open"
PROVINCE, DISTRICT, COMMUNE, OTHER = "province", "district", "commune", "other"


def judged(
    title: str,
    rules: Json,
    facts: Json,
    judgements: list[Json],
    whole: tuple[str, str],
    criteria: dict[str, tuple[str, str]],
    indicators: dict[str, tuple[str, str]],
    unused: dict[int, str] | None = None,
    apart: list[tuple[str, str, str]] | None = None,
    provisional: Sequence[str] = (),
    voices: list[str] | None = None,
) -> None:
    """A second reading: outcome and basis of each node, which judgements do not count, and who says otherwise.

    *provisional* names criteria by their number and indicators by theirs; ``set`` is the set.
    """

    def says(no: str, pair: tuple[str, str]) -> Json:
        return {"outcome": pair[0], "basis": pair[1], "provisional": no in provisional}

    expected = {
        **says("set", whole),
        "criteria": {no: says(f"criterion {no}", pair) for no, pair in criteria.items()},
        "indicators": {no: says(no, pair) for no, pair in indicators.items()},
        "unused": [{"judgement": n, "why": why} for n, why in sorted((unused or {}).items())],
        "disagreements": [{"no": no, "by": by, "said": said} for no, by, said in apart or []],
    }
    found: Json = {"case": title, "ruleset": rules, "facts": facts, "judgements": judgements}
    CASES.setdefault("judgements", []).append(found | ({} if voices is None else {"voices": voices}) | {"expected": {"judged": expected}})


def said(no: str, outcome: str, body: str = COMMUNE, **more: str) -> Json:
    note = {"note": "không có đối tượng"} if outcome == A else {}
    return {"no": no, "outcome": outcome, "body": body, **note, **more}


def judgements() -> None:
    two = ruleset([criterion("1", indicator("1.1", yes("yes")), indicator("1.2", yes("also"))), criterion("2", indicator("2", yes("third")))])
    op = (U, OPEN)
    judged("nobody judged", two, {"yes": True, "also": False}, [], (N, FIGURES), {"1": (N, FIGURES), "2": op}, {"1.1": (M, FIGURES), "1.2": (N, FIGURES), "2": op})
    judged("a body fills what figures leave open", two, {"yes": True, "also": True}, [said("2", M)], (M, FOLLOWS), {"1": (M, FIGURES), "2": (M, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (M, FIGURES), "2": (M, COMMUNE)})
    judged("figures stand against a body", two, {"third": False}, [said("2", M, PROVINCE)], (N, FIGURES), {"1": op, "2": (N, FIGURES)}, {"1.1": op, "1.2": op, "2": (N, FIGURES)}, apart=[("2", PROVINCE, M)])
    judged("the number that an indicator has means the indicator", two, {}, [said("2", N)], (N, FOLLOWS), {"1": op, "2": (N, FOLLOWS)}, {"1.1": op, "1.2": op, "2": (N, COMMUNE)})
    judged("a criterion judged, its indicators open", two, {}, [said("1", M)], (U, OPEN), {"1": (M, COMMUNE), "2": op}, {"1.1": op, "1.2": op, "2": op})
    judged("every criterion judged", two, {}, [said("1", M), said("2", M)], (M, FOLLOWS), {"1": (M, COMMUNE), "2": (M, FOLLOWS)}, {"1.1": op, "1.2": op, "2": (M, COMMUNE)})
    judged("what follows is before what is said of the criterion", two, {"yes": True}, [said("1.2", M), said("1", N)], (U, OPEN), {"1": (M, FOLLOWS), "2": op}, {"1.1": (M, FIGURES), "1.2": (M, COMMUNE), "2": op}, apart=[("1", COMMUNE, N)])
    judged("a higher body on the criterion is before a lower one on its indicators", two, {"yes": True}, [said("1.2", M), said("1", N, DISTRICT)], (N, FOLLOWS), {"1": (N, DISTRICT), "2": op}, {"1.1": (M, FIGURES), "1.2": (M, COMMUNE), "2": op})
    judged("the higher body speaks first", two, {}, [said("2", M), said("2", N, DISTRICT), said("2", M, PROVINCE), said("2", N, OTHER)], (U, OPEN), {"1": op, "2": (M, FOLLOWS)}, {"1.1": op, "1.2": op, "2": (M, PROVINCE)}, apart=[("2", DISTRICT, N), ("2", OTHER, N)])
    judged("another order of the voices, figures last", two, {"third": False}, [said("2", M), said("2", N, PROVINCE)], (U, OPEN), {"1": op, "2": (M, FOLLOWS)}, {"1.1": op, "1.2": op, "2": (M, COMMUNE)}, apart=[("2", FIGURES, N), ("2", FIGURES, N), ("2", PROVINCE, N)], voices=[COMMUNE, DISTRICT, PROVINCE, OTHER, FIGURES])
    judged("the criterion fails by figures whatever follows", two, {"yes": False}, [said("1.2", N)], (N, FIGURES), {"1": (N, FIGURES), "2": op}, {"1.1": (N, FIGURES), "1.2": (N, COMMUNE), "2": op})
    judged("not applicable leaves an all", two, {"yes": True}, [said("1.2", A), said("2", A)], (M, FOLLOWS), {"1": (M, FOLLOWS), "2": (A, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (A, COMMUNE), "2": (A, COMMUNE)})
    of_two = ruleset([criterion("1", indicator("1.1", yes("yes")), indicator("1.2", yes("also")), at_least_n=2)])
    judged("not applicable lowers no k", of_two, {"yes": True}, [said("1.2", A)], (N, FOLLOWS), {"1": (N, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (A, COMMUNE)})
    one_of_two = ruleset([criterion("1", indicator("1.1", yes("yes")), indicator("1.2", yes("also")), at_least_n=1)])
    judged("one of two is met by figures, whoever judged the other", one_of_two, {"yes": True}, [said("1.2", M)], (M, FIGURES), {"1": (M, FIGURES)}, {"1.1": (M, FIGURES), "1.2": (M, COMMUNE)})
    every = {"1.1": op, "1.2": op}
    latest = [said("2", M, date="2024-03-01"), said("2", N, date="2024-05-01"), said("2", M, date="2024-07-03")]
    judged("the latest up to the day counts", two, {}, latest, (N, FOLLOWS), {"1": op, "2": (N, FOLLOWS)}, {**every, "2": (N, COMMUNE)}, {0: "superseded", 2: "later"})
    judged("without a date it is of the day", two, {}, [said("2", M), said("2", N, date="2024-07-01")], (U, OPEN), {"1": op, "2": (M, FOLLOWS)}, {**every, "2": (M, COMMUNE)}, {1: "superseded"})
    judged("the same twice", two, {}, [said("2", M), said("2", M, date="2024-07-02")], (U, OPEN), {"1": op, "2": (M, FOLLOWS)}, {**every, "2": (M, COMMUNE)}, {1: "superseded"})
    CASES["judgements"].append({"case": "two of one day that differ", "ruleset": two, "facts": {}, "judgements": [said("2", M), said("2", N, date="2024-07-02")], "expected": {"fact_error": ["2"]}})
    judged("before the set was in force", two, {}, [said("2", M, date="2022-03-07"), said("1", M, date="2022-03-08")], (U, OPEN), {"1": (M, COMMUNE), "2": op}, {**every, "2": op}, {0: "other_text"})
    elsewhere = [said("2", M, tier="commune/khac"), said("2", M, period="2016-2020"), said("1", M, tier="commune/mau", period="2021-2025")]
    judged("of another tier or period", two, {}, elsewhere, (U, OPEN), {"1": (M, COMMUNE), "2": op}, {**every, "2": op}, {0: "other_set", 1: "other_set"})
    guarded = single(yes("yes"), yes("special"))
    for value, outcome, unused in ((True, op, {0: "applies"}), (None, (A, COMMUNE), None), (False, (A, FIGURES), None)):
        whole = outcome if outcome != (A, COMMUNE) else (A, FOLLOWS)
        judged(f"not applicable where it applies, {value}", guarded, {} if value is None else {"special": value}, [said("1", A)], whole, {"1": whole}, {"1": outcome}, unused)
    waits = single(cmp("share", "at_least", cell(None, None, "pending", floor=num("50"))))
    judged("a pending cell at its base", waits, {"share": 50}, [said("1", M)], (M, FOLLOWS), {"1": (M, FOLLOWS)}, {"1": (M, COMMUNE)})
    judged("a pending cell below its base", waits, {"share": 49}, [said("1", M)], (N, FIGURES), {"1": (N, FIGURES)}, {"1": (N, FIGURES)}, apart=[("1", COMMUNE, M)])
    floored = {**single(cmp("share", "at_least", num("80", "secondary"))), "minimum_evidence": "official"}
    judged("below the evidence asked", floored, {"share": 80}, [said("1", N)], (N, FOLLOWS), {"1": (N, FOLLOWS)}, {"1": (N, COMMUNE)})
    weak = ruleset([criterion("1", indicator("1.1", cmp("share", "at_least", num("80", "secondary"))), indicator("1.2", yes("also")))])
    judged("what rests on a weak number is provisional", weak, {"share": 80}, [said("1.2", M)], (M, FOLLOWS), {"1": (M, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (M, COMMUNE)}, provisional=["set", "criterion 1", "1.1"])
    judged("not met by a judgement is not provisional", weak, {"share": 80}, [said("1.2", N)], (N, FOLLOWS), {"1": (N, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (N, COMMUNE)}, provisional=["1.1"])
    judged("a judgement that was not used does not settle", weak, {"share": 80, "also": True}, [said("1.1", M)], (M, FIGURES), {"1": (M, FIGURES)}, {"1.1": (M, FIGURES), "1.2": (M, FIGURES)}, provisional=["set", "criterion 1", "1.1"])
    partly = ruleset([criterion("1", indicator("1.1", yes("yes")), indicator("1.2", yes("also")))], layer={"read_whole": False})
    judged("a layer read partly, figures and a judgement", partly, {"yes": True}, [said("1.2", M)], (M, FOLLOWS), {"1": (M, FOLLOWS)}, {"1.1": (M, FIGURES), "1.2": (M, COMMUNE)}, provisional=["set", "criterion 1", "1.1"])
    judged("a layer read partly, judged alone", partly, {}, [said("1.1", M), said("1.2", M)], (M, FOLLOWS), {"1": (M, FOLLOWS)}, {"1.1": (M, COMMUNE), "1.2": (M, COMMUNE)})
    other = single(yes("also"), id="commune/khac")
    needs: Json = {"node": "Meets", "ruleset": "commune/khac", "by": "finding", "cell": cell(True), "resolved": other}
    asks = ruleset([criterion("1", indicator("1", needs))])
    judged("a prerequisite takes the judgement that names its set", asks, {}, [said("1", M, tier="commune/khac")], (M, FIGURES), {"1": (M, FIGURES)}, {"1": (M, FIGURES)})
    judged("a judgement of the set does not reach its prerequisite", asks, {}, [said("1", N)], (N, FOLLOWS), {"1": (N, FOLLOWS)}, {"1": (N, COMMUNE)})


def assemble() -> dict[str, list[Json]]:
    """All cases by file."""
    CASES.clear()
    for write in (comparisons, connectives, prerequisites, placeholders, tables, relatives, ratios, undecided, points, sums, cases, bands, given_cases, lists, applicability, evidence, layers, floors, counts, judgements):
        write()
    return CASES


def name_of(title: str) -> str:
    """The words of a title, joined by hyphens."""
    return "-".join("".join(ch if ch.isascii() and ch.isalnum() else " " for ch in title.lower()).split())


def texts() -> dict[str, str]:
    """Every file as it has to stand there, by its name."""
    found: dict[str, str] = {}
    for file, written in assemble().items():
        named = {name_of(data["case"]): data for data in written}
        if len(named) < len(written):
            raise ValueError(f"two cases of {file} have one name")
        lines = (json.dumps({"name": n, **named[n]}, ensure_ascii=False, separators=(",", ":")) for n in named)
        found[f"{file}.jsonl"] = "".join(f"{line}\n" for line in lines)
    return found


def main() -> None:
    wanted = texts()
    for old in HERE.glob("*.jsonl"):
        if old.name not in wanted:
            old.unlink()
    for name, content in wanted.items():
        (HERE / name).write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
