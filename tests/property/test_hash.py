"""The content hash: stable under what says nothing, changed by everything that bears on an outcome."""

import datetime as dt
import json
import random
import tempfile
import typing
from decimal import Decimal
from pathlib import Path

import yaml
from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fiction.build import files
from ntm_rules import Evidence, Library, Ruleset
from ntm_rules.model import conditions as c
from ntm_rules.model import walk
from ntm_rules.model.canonical import to_canonical
from ntm_rules.model.citations import Citation
from ntm_rules.model.thresholds import Cell, CellState, Relative, Table, Threshold
from property.strategies import LAW, PRESS, rulesets

ON = dt.date(2024, 7, 2)
NAMES = ("commune/kieu-mau", "commune/lua-chon", "commune/con-cho", "commune/ntm", "commune/cham-diem")
FACTS = ("facts/measures.yaml", "facts/commune.yaml", "units/provinces.yaml")
ORDERED = {"derive", "levels", "values", "facts"}


# -- written in another way -----------------------------------------------------------------------


def shuffled(data: object, chance: random.Random, key: str = "") -> object:
    """The same data with the keys of its mappings in another order, where the order says nothing."""
    if isinstance(data, list):
        return [shuffled(item, chance) for item in data]
    if not isinstance(data, dict):
        return respelled(data, chance, key)
    names = list(data)
    if key not in ORDERED:
        chance.shuffle(names)
    return {name: shuffled(data[name], chance, name) for name in names}


def respelled(text: object, chance: random.Random, key: str) -> object:
    """Another spelling of a threshold's number: ``80``, ``80.0``, ``8E+1``, ``080``."""
    numeric = key in ("at_least", "at_most", "more_than", "less_than", "value", "minimum", "maximum")
    if not numeric or not isinstance(text, str):
        return text
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    plain = format(number, "f")
    longer = f"{plain}0" if "." in plain else f"{plain}.0"
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    return chance.choice((text, plain, longer, format(number, "E"), f"{sign}0{digits}"))


def written(data: dict[str, object], chance: random.Random) -> str:
    """The data as YAML with comments and another style."""
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=chance.choice((None, False)))
    return "# một ghi chú\n" + text + "\n\n# another comment\n"


def composed(folder: Path, contents: dict[str, str], name: str) -> Ruleset:
    for path, text in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return Library.load(folder, bundled=False).compose(name, on=ON)


def small(name: str) -> dict[str, dict[str, object]]:
    """The files of the made-up country that one small set needs."""
    wanted = {f"national/2021-2025/{n.replace('/', '-')}.yaml" for n in (name,)}
    if name == "commune/kieu-mau":
        wanted |= {"national/2021-2025/commune-ntm.yaml", "national/2021-2025/commune-nang-cao.yaml"}
    return {path: data for path, data in files().items() if path in wanted or path in FACTS}


HASHES: dict[str, str] = {}


@settings(max_examples=max(12, settings().max_examples // 3))
@given(st.sampled_from(NAMES), st.randoms(use_true_random=True))
def test_writing_a_file_in_another_way_keeps_the_hash(name: str, chance: random.Random) -> None:
    contents = small(name)
    with tempfile.TemporaryDirectory() as folder:
        if name not in HASHES:
            plain = {path: yaml.safe_dump(data, sort_keys=False) for path, data in contents.items()}
            HASHES[name] = composed(Path(folder), plain, name).content_hash
        other = {
            path: written(typing.cast(typing.Any, shuffled(data, chance)), chance) for path, data in contents.items()
        }
        assert composed(Path(folder), other, name).content_hash == HASHES[name]


@settings(max_examples=1)
@given(st.just("commune/lua-chon"))
def test_words_notes_and_addresses_are_not_in_the_hash(name: str) -> None:
    contents = small(name)
    base: typing.Any = contents["national/2021-2025/commune-lua-chon.yaml"]
    with tempfile.TemporaryDirectory() as folder:
        before = composed(Path(folder), {p: yaml.safe_dump(d) for p, d in contents.items()}, name).content_hash
        base["title"] = {"vi": "Tên khác", "en": "Another name"}
        base["sources"] = {"khac": "https://example.org/khac"}
        base["criteria"][0]["note"] = "ghi chú"
        base["criteria"][0]["indicators"][0]["title"] = {"vi": "Khác", "en": "Another"}
        base["criteria"][0]["indicators"][0]["require"]["source"] = "khac"
        base["criteria"][0]["indicators"][0]["require"]["note"] = "ghi chú"
        facts: typing.Any = contents["facts/commune.yaml"]
        facts["facts"]["near_town"]["title"] = {"vi": "Gần phố", "en": "Near"}
        assert composed(Path(folder), {p: yaml.safe_dump(d) for p, d in contents.items()}, name).content_hash == before


def test_the_date_alone_is_not_in_the_hash(fiction: Library) -> None:
    for name in NAMES:
        first, second = (fiction.compose(name, on=dt.date(2024, 8, day)).content_hash for day in (1, 2))
        assert first == second, name


def test_year_and_province_are_in_the_hash(fiction: Library) -> None:
    seen = [fiction.compose("commune/lua-chon", on=ON)]
    seen += [fiction.compose("commune/lua-chon", on=ON, year=2023)]
    seen += [fiction.compose("commune/lua-chon", on=ON, province=p) for p in ("gia-bac", "gia-trung", "gia-an")]
    assert len({r.content_hash for r in seen}) == len(seen)


# -- changed --------------------------------------------------------------------------------------


def changed_cell(cell: Cell, how: str) -> Cell:
    if how == "evidence":
        order = list(Evidence)
        weaker = order[0] if cell.evidence is None else order[(order.index(cell.evidence) + 1) % 3]
        return evolve(cell, evidence=weaker)
    if how == "citation":
        return evolve(cell, citation=Citation(PRESS if cell.citation.instrument == LAW else LAW, "II", "1"))
    if how == "state":
        return evolve(cell, state=CellState.NONE if cell.state is not CellState.NONE else CellState.DELEGATED)
    value = cell.value
    if isinstance(value, bool):
        return evolve(cell, value=not value)
    if isinstance(value, Decimal):
        return evolve(cell, value=value + Decimal("0.001"))
    return evolve(cell, value="another")


def changed_threshold(threshold: Threshold, how: str) -> Threshold:
    if isinstance(threshold, Cell):
        return changed_cell(threshold, how)
    if isinstance(threshold, Relative):
        return evolve(threshold, times=changed_cell(threshold.times, how))
    (key, cell), *rest = threshold.cells
    return Table(threshold.by, ((key, changed_cell(cell, how)), *rest))


def changed(node: c.Condition, how: str) -> c.Condition:
    """The first leaf changed."""
    if isinstance(node, c.All | c.Any | c.AtLeast):
        first, *rest = node.members
        return evolve(node, members=(changed(first, how), *rest))
    if isinstance(node, c.Not):
        return evolve(node, member=changed(node.member, how))
    if isinstance(node, c.Meets):
        return evolve(node, cell=changed_cell(node.cell, how))
    if isinstance(node, c.Comparison) and how == "operator":
        return evolve(node, op=c.Op.AT_MOST if node.op is not c.Op.AT_MOST else c.Op.LESS_THAN)
    if isinstance(node, c.Open):
        return evolve(node, threshold=typing.cast("Cell | Table", changed_threshold(node.threshold, how)))
    return evolve(node, threshold=changed_threshold(node.threshold, how))


@given(rulesets(), st.sampled_from(("value", "evidence", "citation", "state", "operator")), st.data())
def test_a_change_of_any_cell_changes_the_hash(ruleset: Ruleset, how: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ruleset.criteria) - 1))
    criterion = ruleset.criteria[place]
    number = data.draw(st.integers(0, len(criterion.indicators) - 1))
    indicator = criterion.indicators[number]
    require = changed(indicator.require, how)
    assume(require != indicator.require)
    own = list(criterion.indicators)
    own[number] = evolve(indicator, require=require)
    criteria = list(ruleset.criteria)
    criteria[place] = evolve(criterion, indicators=tuple(own))
    assert evolve(ruleset, criteria=tuple(criteria)).content_hash != ruleset.content_hash


@given(rulesets(), st.data())
def test_a_change_of_a_fact_changes_the_hash(ruleset: Ruleset, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(ruleset.facts) - 1))
    fact = ruleset.facts[place]
    choices = [evolve(fact, decimals=(fact.decimals + 1) % 7)]
    if fact.unit is not None:
        choices.append(evolve(fact, unit=evolve(fact.unit, id="another")))
        choices.append(evolve(fact, minimum=Decimal(-99)))
    if fact.values:
        choices.append(evolve(fact, values=fact.values[::-1]))
    other = list(ruleset.facts)
    other[place] = data.draw(st.sampled_from(choices))
    assert evolve(ruleset, facts=tuple(other)).content_hash != ruleset.content_hash


@given(rulesets())
def test_evidence_asked_and_layers_are_in_the_hash(ruleset: Ruleset) -> None:
    seen = [ruleset, *(ruleset.with_minimum_evidence(e.value) for e in Evidence)]
    layer = ruleset.layers[0]
    seen.append(evolve(ruleset, layers=(evolve(layer, read_whole=not layer.read_whole),)))
    seen.append(evolve(ruleset, criteria=tuple(evolve(x, at_least_n=9) for x in ruleset.criteria)))
    seen.append(evolve(ruleset, criteria=(*ruleset.criteria, *ruleset.criteria)))
    assert len({r.content_hash for r in seen}) == len(seen)


def test_every_cell_of_the_made_up_country_is_in_the_hash(fiction: Library) -> None:
    """Each cell of a large set, one by one."""
    ruleset = fiction.compose("commune/ntm", on=ON, province="gia-trung")
    cells = list(walk.cells(ruleset))
    assert len(cells) > 150
    said = json.dumps(to_canonical(ruleset)).count('"evidence"')
    assert said == len(cells) - sum(ref.cell.evidence is None for ref in cells) + sum(
        ref.cell.overtaken is not None for ref in cells
    )
