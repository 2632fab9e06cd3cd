"""The JSON of a verdict is compact and loses nothing: all that a verdict says is read back from it."""

import json
import typing

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from ntm_rules import Library, Ruleset, Verdict, assess
from ntm_rules.model.citations import Citation, Instrument
from ntm_rules.model.conditions import Comparison
from ntm_rules.model.plain import Json, figure, plain
from ntm_rules.model.results import Connective, Evaluated, IndicatorResult, LeafResult, RulesetResult
from ntm_rules.model.thresholds import Cell, CellState
from property.comparing import Quiet
from property.strategies import Facts, facts, graded_rulesets, rulesets, seeded_facts
from property.test_engine_is_oracle import FICTION_CASES, bundled_cases, composed
from unit.test_schemas import validator

SCHEMA = validator("verdict-2.json")

# -- what a verdict says, every key of every node, from its attributes ----------------------------


def told(verdict: RulesetResult) -> Json:
    """Every node with all its keys, also those of which there is nothing to say, and each citation where it belongs."""
    ruleset = verdict.ruleset
    names = ("period", "on", "year", "province", "territory", "content_hash", "minimum_evidence")
    return {
        "unit": verdict.unit,
        "ruleset": ruleset.id,
        **{name: plain(getattr(ruleset, name)) for name in names},
        "layers": [plain(layer) for layer in ruleset.layers],
        **outcome_of(verdict),
        "grades": [
            {
                "id": grade.id,
                "title": plain(grade.title),
                **outcome_of(verdict.by_grade[grade.id], "outcome", "provisional"),
                "criteria": verdict.grade_counts[grade.id],
            }
            for grade in ruleset.grades
        ],
        "counts": counts(verdict),
        "criteria": [
            {
                "no": criterion.no,
                "title": plain(criterion.criterion.title),
                "counted": criterion.criterion.counted,
                "must": criterion.no in ruleset.must,
                **outcome_of(criterion),
                "codes": plain(criterion.codes),
                "indicators": [
                    {**indicator(each), "must": each.no in criterion.criterion.must}
                    for each in criterion.indicators.values()
                ],
            }
            for criterion in verdict.criteria.values()
        ],
        "facts": {
            name: fact(verdict, name) for name in {*verdict.facts, *verdict.annotations} if name not in verdict.unread
        },
        "unread": {name: fact(verdict, name) for name in verdict.unread},
    }


def outcome_of(
    result: typing.Any, *names: str, of: tuple[str, ...] = ("outcome", "provisional", "grade", "possible_grades")
) -> Json:
    return {name: plain(getattr(result, name)) for name in names or of}


def counts(verdict: RulesetResult) -> Json:
    names = ("total", "met", "not_met", "undetermined")
    return {
        "criteria": {
            **({} if verdict.ruleset.at_least_n is None else {"needed": verdict.ruleset.at_least_n}),
            **{name: getattr(verdict, f"criteria_{name}") for name in names},
        },
        "indicators": {outcome.code: count for outcome, count in verdict.indicator_counts.items()},
    }


def indicator(result: IndicatorResult) -> Json:
    return {
        "no": result.no,
        "title": plain(result.indicator.title),
        **outcome_of(result, "outcome", "provisional", "codes", "evidence", "citation"),
        "applies": None if result.applies is None else result.applies.outcome.code,
        "condition": condition(result.tree),
    }


def condition(tree: Evaluated) -> Json:
    if isinstance(tree, Connective):
        below = [condition(member) for member in tree.members]
        return {"kind": tree.kind, "outcome": tree.outcome.code, "short": tree.short, "members": below}
    return comparison(tree)


def comparison(leaf: LeafResult) -> Json:
    cell, inner = leaf.cell, leaf.prerequisite
    return {
        **outcome_of(leaf, "address", "outcome", "codes", "fact", "op", "actual", "required"),
        **outcome_of(leaf, "part_change", "undecided", "between"),
        "times": None
        if (times := leaf.times) is None
        else {"fact": times.fact.id, "value": plain(times.value), "of": times.of.id, "base": plain(times.base)},
        "margin": figure(leaf.margin),
        "unit": None if leaf.fact is None else plain(leaf.fact.unit),
        "columns": [{"selector": c.selector, "value": c.value, "why": c.why, "row": c.row} for c in leaf.columns],
        "evidence": None if cell is None else cell.level,
        **{name: None if cell is None else plain(getattr(cell, name)) for name in ("confidence", "source", "disputed")},
        "citation": None if cell is None else plain(cell.citation),
        "prerequisite": None
        if inner is None
        else {
            "ruleset": inner.ruleset.id,
            "content_hash": inner.ruleset.content_hash,
            "outcome": inner.outcome.code,
            "counts": counts(inner),
        },
    }


def fact(verdict: RulesetResult, name: str) -> Json:
    value, note = verdict.facts.get(name, verdict.unread.get(name)), verdict.annotations.get(name)
    said = {key: None if note is None else getattr(note, key) for key in ("source", "as_of", "by")}
    return {"value": None if value is None else figure(value), **said}


# -- the same from the JSON, as the page on it says that its keys are read ------------------------

CITATION = {"annex": None, "point": None}
LAYER = {"issuer": None, "number": None, "date": None, "annex": None, "to": None}
OF_A_UNIT = dict.fromkeys(("actual", "margin", "part_change", "undecided", "between", "times", "prerequisite"))
OF_LAW = dict.fromkeys(("fact", "required", "unit", "evidence", "confidence", "source", "disputed"))


class Reader:
    """Reads one verdict."""

    def __init__(self, data: Json) -> None:
        self.data = data

    def read(self) -> Json:
        data = dict(self.data)
        for name in ("schema", "library_version", "citations", "sources", "columns"):
            data.pop(name, None)
        for name in ("province", "territory", "minimum_evidence", "grade"):
            data.setdefault(name, None)
        data["layers"] = [LAYER | layer for layer in data["layers"]]
        data.setdefault("provisional", False)
        data.setdefault("possible_grades", [])
        data["grades"] = [{"title": None, "provisional": False} | grade for grade in data.get("grades", [])]
        data["criteria"] = [self.criterion(criterion) for criterion in data["criteria"]]
        for name in ("facts", "unread"):
            data[name] = {fact: self.fact(said) for fact, said in data.get(name, {}).items()}
        return data

    def criterion(self, data: Json) -> Json:
        more: Json = {
            "title": None,
            "counted": True,
            "must": False,
            "provisional": False,
            "grade": None,
            "possible_grades": [],
            "codes": [],
        }
        return more | data | {"indicators": [self.indicator(each) for each in data["indicators"]]}

    def indicator(self, data: Json) -> Json:
        cited = self.data["citations"][data["citation"]]
        own = ("no", "title", "outcome", "provisional", "codes", "evidence", "applies", "must")
        found: Json = {"title": None, "provisional": False, "codes": [], "evidence": "pending", "applies": None}
        found["must"] = False
        found |= {name: data[name] for name in own if name in data}
        found["citation"] = CITATION | cited
        if "condition" in data:
            found["condition"] = self.condition(data["condition"], data)
        else:
            shared = ("no", "title", "provisional", "applies", "must")
            leaf = {name: value for name, value in data.items() if name not in shared}
            if data["outcome"] != "undetermined":  # the codes are those of the provisional indicator
                leaf.pop("codes", None)
            found["condition"] = self.comparison(leaf, data)
        return found

    def condition(self, data: Json, above: Json) -> Json:
        if "members" not in data:
            return self.comparison(data, above)
        return {"short": None} | data | {"members": [self.condition(member, above) for member in data["members"]]}

    def comparison(self, data: Json, above: Json) -> Json:
        found = {"address": above["no"], "codes": [], **OF_LAW, **OF_A_UNIT} | data
        found["columns"] = [
            {"selector": name, "value": None, "row": None} | self.data["columns"][name]
            for name in data.get("columns", [])
        ]
        number = data.get("citation", above["citation"])
        found["citation"] = None if found["evidence"] is None else CITATION | self.data["citations"][number]
        found["source"] = None if found["source"] is None else self.data["sources"][found["source"]]
        return found

    def fact(self, data: typing.Any) -> Json:
        said = data if isinstance(data, dict) else {"value": data}
        return {"value": None, "source": None, "as_of": None, "by": None} | said


# -- laws -----------------------------------------------------------------------------------------


def said_for_nothing(node: typing.Any, at: str = "") -> typing.Iterator[str]:
    """Where a key has nothing to say: null, empty, or what its absence means."""
    if isinstance(node, list):
        for each in node:
            yield from said_for_nothing(each, at)
        return
    if not isinstance(node, dict):
        return
    for name, value in node.items():
        here = f"{at}.{name}"
        empty = value is None or value in ([], {}) or (name == "provisional" and value is not True)
        if empty and here not in (".unit", ".facts"):
            yield here
        if name not in ("facts", "unread"):
            yield from said_for_nothing(value, here)


def said_again(data: Json) -> typing.Iterator[str]:
    """Where a node says what another says already."""
    used: set[str] = set()
    for indicator in (each for criterion in data["criteria"] for each in criterion["indicators"]):
        below = list(comparisons(indicator.get("condition", indicator)))
        alone = below == [indicator.get("condition")] and "prerequisite" not in below[0]
        if alone and indicator.get("applies", "met") == "met":
            yield f"{indicator['no']}: a condition of one comparison"
        for leaf in below:
            used |= set(leaf.get("columns", ()))
            if leaf.get("address") == indicator["no"]:
                yield f"{indicator['no']}: its number"
            if leaf is not indicator and leaf.get("citation") == indicator["citation"]:
                yield f"{indicator['no']}: its citation"
            if leaf is not indicator and "citation" in leaf and "evidence" not in leaf:
                yield f"{indicator['no']}: the citation of no cell"
    for name in ("citations", "sources"):
        found = data.get(name, [])
        if any(each in found[:n] for n, each in enumerate(found)):
            yield name
    if used != set(data.get("columns", ())):
        yield "columns"


def comparisons(node: Json) -> typing.Iterator[Json]:
    for member in node.get("members", ()):
        yield from comparisons(member)
    if "members" not in node:
        yield node


def check(verdict: Verdict) -> Json:
    text = verdict.to_json()
    data: Json = json.loads(text)
    assert data == verdict.to_dict()
    assert Reader(data).read() == told(verdict)
    assert list(said_for_nothing(data)) == []
    assert list(said_again(data)) == []
    return data


@st.composite
def noted(draw: st.DrawFn, given_facts: Facts) -> Facts:
    """Some of the facts with what was said of them, one of them without its value."""
    found = dict(given_facts)
    names = draw(st.lists(st.sampled_from(sorted(found)), max_size=3, unique=True)) if found else []
    for n, name in enumerate(names):
        note = draw(st.sampled_from([{"source": "niên giám"}, {"as_of": "2024-06", "by": "self"}, {}]))
        found[name] = {"value": None if n == 2 else found[name], **note}
    return found


@given(st.data())
def test_nothing_that_a_verdict_says_is_lost(data: st.DataObject) -> None:
    ruleset = data.draw(st.one_of(rulesets(), graded_rulesets()))
    found = check(assess(ruleset, data.draw(noted(data.draw(facts(ruleset)))), data.draw(st.sampled_from([None, "x"]))))
    assert [e.message for e in SCHEMA.iter_errors(found)] == []


@pytest.fixture(scope="module")
def real_sets(fiction: Library, bundled: Library) -> Quiet[Ruleset]:
    return Quiet((*composed(fiction, FICTION_CASES), *composed(bundled, bundled_cases(bundled))))


@given(data=st.data())
def test_nothing_is_lost_in_real_sets(real_sets: Quiet[Ruleset], data: st.DataObject) -> None:
    ruleset = data.draw(st.sampled_from(real_sets))
    missing = data.draw(st.sampled_from([2, 15, 1000]))
    check(assess(ruleset, data.draw(noted(data.draw(seeded_facts(ruleset, missing))))))


@pytest.mark.slow
def test_every_set_loses_nothing_and_fits_the_schema(real_sets: Quiet[Ruleset]) -> None:
    for ruleset in real_sets:
        assert [e.message for e in SCHEMA.iter_errors(check(assess(ruleset, {}, "x")))] == [], ruleset
        floored = ruleset.with_minimum_evidence("official")
        check(assess(floored, {}))


def test_what_no_rule_reads_is_in_it(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    given_facts = {"cremation_rate": {"value": 80, "source": "BHXH"}, "deaths": 1800}
    verdict = assess(ruleset, given_facts)
    assert set(check(verdict)["unread"]) == set(verdict.unread) != set()


def test_the_facts_can_be_given_again(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    verdict = assess(ruleset, {"income_per_capita": {"value": 43.2, "by": "self"}, "schools": 4, "cremation_rate": 80})
    data = json.loads(verdict.to_json())
    again = assess(ruleset, data["facts"] | data["unread"])
    assert again.to_dict() == data


def test_who_changes_one_changes_no_other(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02")
    verdict = assess(ruleset, {"income_per_capita": 43.2, "households": 10})
    before = verdict.to_json()

    def spoil(node: typing.Any) -> None:
        for value in list(node.values() if isinstance(node, dict) else node):
            if isinstance(value, dict | list):
                spoil(value)
        node.clear()

    spoil(verdict.to_dict())
    assert verdict.to_json() == before
    assert assess(ruleset, {"income_per_capita": 43.2, "households": 10}).to_json() == before


def changed_income(**keys: object) -> typing.Callable[[Json], object]:
    return lambda data: data["criteria"][9]["indicators"][0].update(keys)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(schema="ntm-rules/verdict/1"),
        lambda data: data.update(province=None),
        lambda data: data.update(provisional=False),
        lambda data: data.update(unread={}),
        lambda data: data.pop("citations"),
        lambda data: data.pop("unit"),
        lambda data: data["layers"][0].pop("number"),
        lambda data: data["criteria"][9]["indicators"][0].pop("op"),
        lambda data: data["criteria"][9]["indicators"][0].pop("citation"),
        lambda data: data["criteria"][9]["indicators"][0].pop("evidence"),
        changed_income(codes=[]),
        changed_income(margin=None),
        changed_income(margin=-1.8),
        changed_income(required=45),
        changed_income(condition={"op": "equals", "outcome": "met"}),
        lambda data: data["facts"].update(schools=4),
        lambda data: data["facts"].update(schools=None),
    ],
)
def test_the_schema_refuses(bundled: Library, change: typing.Callable[[Json], object]) -> None:
    verdict = assess(bundled.compose("commune/ntm", on="2024-07-02", province="lang-son"), {"income_per_capita": 43.2})
    data = verdict.to_dict()
    assert SCHEMA.is_valid(data)
    change(data)
    assert not SCHEMA.is_valid(data)


def test_what_lies_under_a_pending_cell_is_cited(bundled: Library) -> None:
    ruleset = bundled.compose("commune/ntm", on="2024-07-02", province="lang-son")
    (criterion,) = (c for c in ruleset.criteria if c.no == "3")
    first, *rest = criterion.indicators
    assert isinstance(first.require, Comparison)
    assert isinstance(first.require.threshold, Cell)
    cited = Citation(Instrument("xu-mau", "0000/QĐ-UBND", "2023"), point="3")
    floor = evolve(first.require.threshold, citation=cited)
    pending = evolve(floor, state=CellState.PENDING, value=None, evidence=None, citation=first.citation, floor=floor)
    first = evolve(first, require=evolve(first.require, threshold=pending))
    changed = evolve(criterion, indicators=(first, *rest))
    criteria = tuple(changed if c is criterion else c for c in ruleset.criteria)
    data = check(assess(evolve(ruleset, criteria=criteria), {"irrigated_share": 0}))
    (indicator,) = (i for c in data["criteria"] for i in c["indicators"] if i["no"] == first.no)
    assert indicator["outcome"] == "not_met"
    assert data["citations"][indicator["citation"]]["number"] == "0000/QĐ-UBND"
