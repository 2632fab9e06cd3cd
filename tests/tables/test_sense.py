"""Figures that are hardly meant as they stand are told of, and nothing else changes."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

import ntm_rules as ntm
from command_line import invoke

HEAD = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son", "--lang", "en")
FACTS: dict[str, tuple[str, list[object]]] = {
    "đồng": ("income_per_capita", [43_200_000, 51_000_000]),
    "thousand đồng": ("income_per_capita", [43_200, 51_000]),
    "no known scale": ("income_per_capita", [1500]),
    "fractions": ("clean_water_share", ["0.825", "1"]),
    "people for households": ("population", [25_000]),
}
SAID = {
    "đồng": ("sense.dong", "looks like đồng in place of million đồng (units: 2): `A: 43200000`, `B: 51000000`"),
    "thousand đồng": ("sense.thousand", "looks like thousand đồng"),
    "no known scale": ("sense.range", "is not within 3 to 400, as is usual (units: 1): `A: 1500`"),
    "fractions": ("sense.fractions", "as if they were fractions (units: 2)"),
    "people for households": ("sense.per", "is not 1 to 10 for each of `households`"),
}  # fmt: skip


def unit(name: str, **facts: object) -> ntm.tables.UnitFacts:
    return ntm.tables.UnitFacts(name, facts, {}, 1)


def found(
    library: ntm.Library, *units: ntm.tables.UnitFacts, before: tuple[ntm.tables.UnitFacts, ...] = ()
) -> tuple[ntm.tables.Implausible, ...]:
    return ntm.tables.implausible(units, library.facts, library.plausible, before)


@pytest.mark.parametrize("case", FACTS)
def test_what_is_told_of(bundled: ntm.Library, case: str) -> None:
    name, values = FACTS[case]
    code, said = SAID[case]
    (odd,) = found(bundled, *(unit(u, **{name: v, "households": 500}) for u, v in zip("ABC", values, strict=False)))
    assert (odd.fact, odd.code, odd.units) == (name, code, tuple("ABC"[: len(values)]))
    assert said in odd.text("en")
    assert name in odd.text("vi")


USUAL: dict[str, list[Mapping[str, object]]] = {
    "usual figures": [{"income_per_capita": "43.2", "population": 2000, "households": 500}],
    "the ends": [{"income_per_capita": 3}, {"income_per_capita": 400}],
    "one share that is small": [{"clean_water_share": "0.8"}],
    "one that is large among them": [{"clean_water_share": "0.8"}, {"clean_water_share": 1}, {"clean_water_share": 2}],
    "less is better": [{"poverty_rate": "0.8"}, {"poverty_rate": "0.5"}],
    "none at all": [{"clean_water_share": 0}, {"clean_water_share": 0}],
    "no households": [{"population": 2000}],
    "what no rule takes": [{"income_per_capita": "9" * 400}, {"population": Decimal("1e999999"), "households": 500}],
    "what is no number": [{"income_per_capita": "a"}, {"income_per_capita": {"source": "x"}}, {"x": 3}],
}


@pytest.mark.parametrize("units", USUAL.values(), ids=USUAL.keys())
def test_what_is_not(bundled: ntm.Library, units: list[Mapping[str, object]]) -> None:
    assert found(bundled, *(unit(f"Unit {n}", **facts) for n, facts in enumerate(units))) == ()


@pytest.mark.parametrize(("old", "new", "told"), [(10, 100, True), (100, 10, True), (10, 99, False), (0, 100, False)])
def test_a_jump(bundled: ntm.Library, old: int, new: int, told: bool) -> None:
    odd = found(bundled, unit("Xã A", workers_men=new), before=(unit("Xã  A", workers_men=old), unit("B")))
    assert [each.code for each in odd] == (["sense.jump"] if told else [])


def test_an_annotated_figure_is_looked_at(bundled: ntm.Library) -> None:
    (odd,) = found(bundled, unit("A", income_per_capita={"value": 43_200_000, "source": "x"}))
    assert odd.code == "sense.dong"


def test_nothing_is_divided_by_no_household(bundled: ntm.Library) -> None:
    assert [odd.fact for odd in found(bundled, unit("A", population=2000, households=0))] == ["households"]


def test_many_units_are_one_warning(bundled: ntm.Library) -> None:
    (odd,) = found(bundled, *(unit(f"U{n}", income_per_capita=5000) for n in range(9)))
    assert len(odd.units) == 9
    assert odd.text("en").endswith("`U0: 5000`, `U1: 5000`, `U2: 5000`, `…`")


def test_a_folder_of_ones_own_overrules(tmp_path: Path) -> None:
    text = "author: X\nplausible: {income_per_capita: {from: '10', to: '50', reason: {vi: a, en: b}}}\n"
    (tmp_path / "usual.yaml").write_text(text, encoding="utf-8")
    library = ntm.Library.load(tmp_path)
    assert library.plausible["income_per_capita"].author == "X"
    assert library.plausible["households"].author == "ntm-rules"
    assert [each.code for each in found(library, unit("A", income_per_capita=60))] == ["sense.range"]


WRONG = {
    "plausible.bounds": "{income_per_capita: {from: '50', to: '10', reason: {vi: a, en: b}}}",
    "plausible.fact": "{region: {from: '5', to: '10', reason: {vi: a, en: b}}}",
    "fact.unknown": "{income: {from: '5', to: '10', reason: {vi: a, en: b}}}",
    "key.missing": "{income_per_capita: {from: '5', to: '10'}}",
    "value.number": "{income_per_capita: {from: x, to: '10', reason: {vi: a, en: b}}}",
}


@pytest.mark.parametrize(("code", "entry"), WRONG.items())
def test_a_file_that_is_wrong(tmp_path: Path, code: str, entry: str) -> None:
    (tmp_path / "usual.yaml").write_text(f"author: X\nplausible: {entry}\n", encoding="utf-8")
    with pytest.raises(ntm.RulesetError) as raised:
        ntm.Library.load(tmp_path)
    assert code in {diagnostic.code for diagnostic in raised.value.diagnostics}


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_commands_warn_and_change_nothing(tmp_path: Path, form: str) -> None:
    new, old = tmp_path / "new.csv", tmp_path / "old.csv"
    new.write_text("xã,income_per_capita,workers_men\nA,43200000,900\nB,51000000,80\n", encoding="utf-8")
    old.write_text("xã,ghi chú,workers_men\nA,x,90\nB,,80\n", encoding="utf-8")
    reasons = ("--no-reasons",) if form == "csv" else ()
    plain = invoke("assess", new, *HEAD, "--format", form, *reasons)
    told = invoke("assess", new, *HEAD, "--format", form, *reasons, "--compare-with", old)
    assert (plain.exit_code, told.exit_code, plain.stdout) == (0, 0, told.stdout)
    assert "`income_per_capita` looks like đồng" in plain.stderr
    assert "ten times" not in plain.stderr
    assert "`workers_men` is ten times" in told.stderr


def test_it_is_in_no_outcome_and_no_hash(bundled: ntm.Library, tmp_path: Path) -> None:
    text = "author: X\nplausible: {income_per_capita: {from: '1', to: '2', reason: {vi: a, en: b}}}\n"
    (tmp_path / "usual.yaml").write_text(text, encoding="utf-8")
    sets = [each.compose("commune/ntm", on="2024-07-02") for each in (bundled, ntm.Library.load(tmp_path))]
    assert sets[0].content_hash == sets[1].content_hash
