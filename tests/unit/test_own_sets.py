"""A set that a single province has of its own: which days, which layers, what the nation and others see of it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from ntm_rules import Library, NotInForce, UnknownName, assess
from ntm_rules.check.check import check
from ntm_rules.check.compositions import compositions
from ntm_rules.check.folder import Folder
from ntm_rules.model.rulesets import LayerKind
from ntm_rules.proofs.prove import Kind, Status, prove_in
from ntm_rules.testing.composing_laws import _two_layers
from ntm_rules.testing.coverage import coverage
from ntm_rules.testing.subject import Subject
from ntm_rules.testing.tier_laws import nation_of
from unit.small import BASE, PROVINCES, amendment, changed, load, overlay, problems

ON = dt.date(2024, 7, 2)


def own(
    province: str,
    ruleset: str = "village/ntm",
    period: str = "2021-2025",
    number: str = "7/QD",
    span: str = "{from: 2022-08-01, to: 2025-12-31}",
    condition: str = '{fact: income, at_least: "30", evidence: official, source: bao}',
) -> str:
    """A set of one criterion that a province has of its own."""
    return f"""\
ruleset: {ruleset}
province: {province}
period: {period}
instrument: {{issuer: {province}, number: {number}, date: 2022-08-01}}
in_force: {span}
sources: {{bao: "https://example.org/bao"}}
criteria:
  - no: "1"
    title: {{vi: Một, en: One}}
    indicators:
      - no: "1"
        title: {{vi: Thu nhập, en: Income}}
        require: {condition}
"""


def amended(province: str, number: str, date: str, operation: str, ruleset: str = "village/ntm") -> str:
    """An amendment to a province's own set."""
    return changed(
        amendment(number, date, operation, more=f"province: {province}\n", issuer=province), "commune/ntm", ruleset
    )


@pytest.fixture
def country(tmp_path: Path) -> Callable[..., Library]:
    return lambda **files: load(tmp_path / "rules", **files)


def numbers(library: Library, ruleset: str, on: dt.date = ON, **asked: str) -> list[tuple[str, str]]:
    composed = library.compose(ruleset, on=on, **asked)  # type: ignore[arg-type]
    return [(layer.kind.value, layer.instrument.number) for layer in composed.layers if layer.instrument]


# -- which set ------------------------------------------------------------------------------------


def test_a_province_has_a_set_of_its_own(country: Callable[..., Library]) -> None:
    library = country(a_yaml=own("bac"), b_yaml=own("nam", number="8/QD"))
    bac, nam = (library.compose("village/ntm", on=ON, province=p) for p in ("bac", "Nam"))
    assert bac.layers[0].kind is LayerKind.OWN
    assert [x.layers[0].instrument.number for x in (bac, nam) if x.layers[0].instrument] == ["7/QD", "8/QD"]
    assert dict(bac.bindings) == {"region": "NUI", "year": "2024"}
    assert bac.content_hash != nam.content_hash
    assert assess(bac, {"income": 29}).outcome.code == "not_met"
    assert library.own_rulesets() == (("village/ntm", "2021-2025", "bac"), ("village/ntm", "2021-2025", "nam"))
    assert "village/ntm" not in {name for name, _ in library.rulesets()}
    assert library.overlays() == ()
    assert library.span("village/ntm", "2021-2025", "bac") == (dt.date(2022, 8, 1), dt.date(2025, 12, 31))


def test_the_same_set_of_two_provinces_has_two_hashes(country: Callable[..., Library]) -> None:
    alike = own("cu").replace("issuer: cu", "issuer: bac")  # which `cu` became part of
    library = country(a_yaml=own("bac"), b_yaml=alike)
    bac, cu = (library.compose("village/ntm", on=ON, province=p) for p in ("bac", "cu"))
    assert bac.criteria == cu.criteria
    assert bac.content_hash != cu.content_hash


def test_without_a_province_that_has_one_the_error_names_them(country: Callable[..., Library]) -> None:
    library = country(a_yaml=own("bac"), b_yaml=own("an", number="8/QD"))
    with pytest.raises(NotInForce) as caught:
        library.compose("village/ntm", on=ON)
    assert str(caught.value).splitlines()[0] == "there is no national set `village/ntm`"
    assert "province=, one of `an`, `bac`" in caught.value.hint
    with pytest.raises(NotInForce, match="and `nam` has none of its own"):
        library.compose("village/ntm", on=ON, province="nam", period="2021-2025")
    with pytest.raises(NotInForce, match="no set `village/ntm` is in force on 2021-07-02"):
        library.compose("village/ntm", on=dt.date(2021, 7, 2), province="bac")
    with pytest.raises(UnknownName) as unknown:
        library.compose("village/ntm", on=ON, province="bac", period="2021-2024")
    assert unknown.value.suggestions == ("2021-2025",)
    named = library.compose("village/ntm", on=dt.date(2021, 7, 2), province="bac", period="2021-2025")
    assert [d.code for d in named.diagnostics] == ["ruleset.named"]


def test_an_own_set_stands_in_the_place_of_the_national_one(country: Callable[..., Library]) -> None:
    """While it is in force; before and after, the national set with the province's overlay holds."""
    library = country(
        own_yaml=own("bac", "commune/ntm", span="{from: 2023-01-01, to: 2023-12-31}"),
        over_yaml=overlay("bac", "3/QD", "2022-06-01", '{set: "1.1", at_least: "85", evidence: official}'),
        up_yaml=amendment("4/QD", "2023-05-01", '{set: "1.1", at_least: "81", evidence: official}'),
    )
    before, during, after = (dt.date(year, 7, 2) for year in (2022, 2023, 2024))
    base, law = ("base", "1/QD"), ("overlay", "3/QD")
    assert numbers(library, "commune/ntm", before, province="bac") == [base, law]
    assert numbers(library, "commune/ntm", during, province="bac") == [("own", "7/QD")]
    assert numbers(library, "commune/ntm", after, province="bac") == [base, law, ("amendment", "4/QD")]
    assert numbers(library, "commune/ntm", during, province="nam") == [base, ("amendment", "4/QD")]
    assert numbers(library, "commune/ntm", during) == [base, ("amendment", "4/QD")]
    late = dt.date(2026, 7, 2)
    assert numbers(library, "commune/ntm", late, province="bac", period="2021-2025")[0] == base
    assert library.dates("commune/ntm", "2021-2025", "bac") == (
        dt.date(2022, 6, 1),
        dt.date(2023, 1, 1),
        dt.date(2024, 1, 1),
    )
    assert library.dates("commune/ntm", "2021-2025") == (dt.date(2022, 3, 8), dt.date(2023, 5, 1))
    assert library.span("commune/ntm", "2021-2025", "bac") == (dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    assert library.span("commune/ntm", "2021-2025")[0] == dt.date(2022, 3, 8)


def test_two_own_sets_of_a_province_are_picked_by_date(country: Callable[..., Library], tmp_path: Path) -> None:
    first = own("bac", span="{from: 2022-08-01, to: 2023-06-30}")
    second = own("bac", number="9/QD", span="{from: 2023-07-01, to: 2025-12-31}")
    up = amended("bac", "10/QD", "2023-01-01", '{set: "1", at_least: "35", evidence: official}')
    library = country(a_yaml=second, b_yaml=first, c_yaml=up)
    march, july = dt.date(2023, 3, 1), dt.date(2023, 7, 1)
    assert numbers(library, "village/ntm", march, province="bac") == [("own", "7/QD"), ("amendment", "10/QD")]
    assert numbers(library, "village/ntm", july, province="bac") == [("own", "9/QD")]
    assert numbers(library, "village/ntm", dt.date(2021, 1, 1), province="bac", period="2021-2025")[0][1] == "7/QD"
    days = (dt.date(2022, 8, 1), dt.date(2023, 1, 1), july)
    assert library.dates("village/ntm", "2021-2025", "bac") == days
    assert library.span("village/ntm", "2021-2025", "bac") == (dt.date(2022, 8, 1), dt.date(2025, 12, 31))
    assert [c.on for c in compositions(library) if c.ruleset == "village/ntm"] == list(days)
    (found,) = problems(tmp_path / "two", a_yaml=own("bac"), b_yaml=second)
    assert found.code == "ruleset.duplicate"
    assert "is in `two/a.yaml` and in `two/b.yaml`" in found.message


def test_the_old_set_on_the_callers_word(country: Callable[..., Library]) -> None:
    library = country(a_yaml=own("cu"))
    after = dt.date(2025, 8, 1)
    with pytest.raises(NotInForce, match="territory=`cu`"):
        library.compose("village/ntm", on=after, province="cu")
    with pytest.raises(NotInForce, match="`bac` has none of its own"):
        library.compose("village/ntm", on=after, province="bac")
    kept = library.compose("village/ntm", on=after, province="bac", territory="cu")
    assert kept.layers[0].kind is LayerKind.OWN
    assert "layer.territory" in [d.code for d in kept.diagnostics]


def test_an_unknown_overlay_says_nothing_about_an_own_set(country: Callable[..., Library]) -> None:
    library = country(a_yaml=own("an"))
    assert library.compose("village/ntm", on=ON, province="an").read_whole
    assert not library.compose("commune/ntm", on=ON, province="an").read_whole


# -- layers over it -------------------------------------------------------------------------------


def test_an_amendment_may_loosen_and_a_callers_overlay_may_not(country: Callable[..., Library]) -> None:
    looser = '{set: "1", at_least: "20", evidence: official}'
    library = country(a_yaml=own("bac"), b_yaml=amended("bac", "9/QD", "2023-07-01", looser))
    composed = library.compose("village/ntm", on=ON, province="bac")
    assert assess(composed, {"income": 25}).outcome.code == "met"
    assert composed.diagnostics == ()
    caller = {
        "overlay": "village/ntm",
        "period": "2021-2025",
        "instrument": {"issuer": "toi", "number": "1", "date": "2024-01-01"},
        "operations": [{"set": "1", "at_least": "22", "evidence": "official"}],
    }
    raised = library.compose("village/ntm", on=ON, province="bac", overlay=caller)
    assert assess(raised, {"income": 21}).outcome.code == "not_met"
    caller["operations"] = [{"set": "1", "at_least": "19", "evidence": "official"}]
    with pytest.raises(Exception, match=r"layer\.looser"):
        library.compose("village/ntm", on=ON, province="bac", overlay=caller)


SET = '{set: "1", at_least: "35", evidence: official}'
NATIONAL = "there is no national set `village/ntm`"
BEFORE = "no set `village/ntm` of `bac` is in force on 2022-07-01"


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        (changed(overlay("bac", "9/QD", "2023-07-01", SET), "commune/ntm", "village/ntm"), "layer.base", NATIONAL),
        (changed(amendment("9/QD", "2023-07-01", SET), "commune/ntm", "village/ntm"), "layer.base", NATIONAL),
        (amended("nam", "9/QD", "2023-07-01", SET), "layer.base", "`nam` has no set `village/ntm` of its own"),
        (amended("bac", "9/QD", "2022-07-01", SET), "layer.base", BEFORE),
        (changed(amended("bac", "9/QD", "2023-07-01", SET), "2021-2025", "2021-2024"), "period.unknown", "`2021-2024`"),
        (amended("bax", "9/QD", "2023-07-01", SET), "province.unknown", "`bax`"),
    ],
)  # fmt: skip
def test_a_layer_with_nothing_to_change(tmp_path: Path, text: str, code: str, message: str) -> None:
    found = problems(tmp_path / "rules", a_yaml=own("bac"), b_yaml=text)
    assert (code, message) in [(d.code, message if message in d.message else d.message) for d in found]


def test_an_own_set_of_nobody(tmp_path: Path) -> None:
    (found,) = problems(tmp_path / "rules", a_yaml=own("bax"))
    assert (found.code, found.line) == ("province.unknown", 2)


# -- a check of it --------------------------------------------------------------------------------


def test_a_check_does_not_mix_provinces(tmp_path: Path) -> None:
    """The same finding in two own sets is two, each in its file; an entry for one province allows one."""
    odd = '{fact: planned, equals: "true", evidence: secondary}'
    load(
        tmp_path / "rules",
        ntm_yaml=BASE,
        a_yaml=own("bac", condition=odd),
        b_yaml=own("nam", number="8/QD", condition=odd),
    )
    allow = "allow:\n  - {code: cell.source, ruleset: village/ntm, province: nam, reason: so it is}\n"
    (tmp_path / "rules" / "x.allow.yaml").write_text(allow)
    report = check(Folder.read(tmp_path / "rules", alone=True), proofs=False)
    left, allowed = (
        {(f.subject.province, f.diagnostic.file) for f in found if f.diagnostic.code == "cell.source"}
        for found in (report.problems, [f for f, _ in report.allowed])
    )
    assert ("bac", "rules/a.yaml") in left
    assert not any(province == "nam" for province, _ in left)
    assert allowed == {("nam", "rules/b.yaml")}
    assert report.unused == ()


def test_two_own_sets_in_force_at_once(tmp_path: Path) -> None:
    """Of one province it is an error; the nation and another province have nothing to do with it."""
    later = own("bac", period="2024-2026", number="9/QD", span="{from: 2024-01-01}")
    other = own("nam", period="2024-2026", number="9/QD", span="{from: 2024-01-01}")
    load(tmp_path / "rules", a_yaml=own("bac"), b_yaml=later, c_yaml=other)
    report = check(Folder.read(tmp_path / "rules", alone=True), proofs=False)
    found = [f for f in report.problems if f.diagnostic.code in ("date.overlap", "date.gap")]
    mine = [(f.diagnostic.code, f.subject.province, f.diagnostic.file) for f in found if "village" in f.subject.ruleset]
    assert mine == [("date.overlap", "bac", "rules/b.yaml")]


def test_a_set_that_is_known_to_exist_and_was_not_found(tmp_path: Path) -> None:
    """It is no unknown name; a province that has one which was found is named first."""
    known = changed(PROVINCES, "title: {vi: Nam, en: South}", "title: {vi: Nam, en: South}, unwritten: [village/ntm]")
    alone = load(tmp_path / "one", provinces_yaml=known)
    with pytest.raises(NotInForce) as caught:
        alone.compose("village/ntm", on=ON, province="nam")
    assert str(caught.value) == "there is no national set `village/ntm`, and that of `nam` was not found"
    both = load(tmp_path / "two", provinces_yaml=known, a_yaml=own("bac"))
    with pytest.raises(NotInForce, match=r"say province=, one of `bac`; known to exist and not found: that of `nam`"):
        both.compose("village/ntm", on=ON)
    with pytest.raises(UnknownName):
        both.compose("village/smart", on=ON)


# -- proofs, laws, coverage -----------------------------------------------------------------------


def test_a_callers_overlay_is_held_against_the_own_set(country: Callable[..., Library]) -> None:
    """Not against a national one, which there is none of."""
    library = country(a_yaml=own("bac"))
    caller = {
        "overlay": "village/ntm",
        "period": "2021-2025",
        "instrument": {"issuer": "toi", "number": "1", "date": "2024-01-01"},
        "operations": [{"set": "1", "at_least": "32", "evidence": "official"}],
    }
    composed = library.compose("village/ntm", on=ON, province="bac", overlay=caller)
    proofs = {proof.kind: proof.status for proof in prove_in(library, composed)}
    assert proofs[Kind.OVERLAY] is Status.PROVED
    nation = nation_of(Subject(composed, library))
    assert [layer.kind for layer in nation.layers] == [LayerKind.OWN]


def test_layers_of_the_laws_change_the_own_set(country: Callable[..., Library]) -> None:
    more = """\
      - no: "2"
        title: {vi: Lương, en: Wages}
        require: {fact: wages, at_least: "10", evidence: official, source: bao}
"""
    library = country(a_yaml=own("bac") + more)
    ruleset = library.compose("village/ntm", on=ON, province="bac")
    operations = [{"set": no, "at_least": "40", "evidence": "official"} for no in ("1", "2")]
    layer = {"instrument": {"issuer": "bac", "date": "2024-01-01"}, "operations": operations}
    found = _two_layers(Subject(ruleset, library), layer, in_turn=True)
    assert found is not None
    assert [x.kind for x in found.layers] == [LayerKind.OWN, LayerKind.AMENDMENT, LayerKind.AMENDMENT]


def test_an_own_set_is_no_layer_whose_branches_count(country: Callable[..., Library]) -> None:
    library = country(a_yaml=own("bac"))
    found = coverage([library.compose("village/ntm", on=ON, province="bac")], [])
    assert (found.cells, found.branches) == ((0, 1), (0, 0))
