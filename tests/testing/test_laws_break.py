"""Every law can fail: a fault is put into a ruleset or into the engine, and the law has to find it."""

import datetime as dt
import typing
from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from attrs import evolve

from ntm_rules import Library, Ruleset, assess
from ntm_rules.model import canonical
from ntm_rules.model import conditions as c
from ntm_rules.model.thresholds import Table
from ntm_rules.rules.compose import compose as authoring_composing
from ntm_rules.rules.compose import operations as layering
from ntm_rules.rules.compose.apply import Tree
from ntm_rules.rules.read.files import Header
from ntm_rules.testing import composing_laws, explaining_laws, tier_laws
from ntm_rules.testing.bench import bench_of
from ntm_rules.testing.engines import ENGINES, agreement, scalar
from ntm_rules.testing.laws import LawBroken, Subject
from ntm_rules.verdict import compare as leaves
from ntm_rules.verdict import compile as compiling
from ntm_rules.verdict import deciding as explain_deciding
from ntm_rules.verdict import explain as explaining
from ntm_rules.yaml.nodes import Items
from testing.faults import ask, asks, broken, cell, fresh, made

ON = dt.date(2024, 7, 2)
GOOD = asks("share", c.Op.AT_LEAST, 50)
Patch = pytest.MonkeyPatch


# -- monotonicity ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        c.Not(asks("share", c.Op.AT_LEAST, 50)),
        asks("share", c.Op.AT_MOST, 50),
        asks("losses", c.Op.AT_LEAST, 50),
        asks("share", c.Op.EQUALS, 50),
        asks("yes", c.Op.EQUALS, False),
        asks("level", c.Op.EQUALS, "b"),
        asks("rate", c.Op.LESS_THAN, 50),
        c.Any((asks("yes", c.Op.EQUALS, False), c.All((GOOD, asks("share", c.Op.AT_MOST, 80))))),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_better_facts_that_worsen_are_found(fault: c.Condition) -> None:
    error = broken("monotonicity", made(asks("amount", c.Op.AT_LEAST, 5), fault, GOOD))
    assert error.place == "1.2"
    before, after = error.communes
    changed = [name for name in after if after[name] != before.get(name)]
    assert len(changed) == 1
    assert "gets better" in error.found


def test_the_message_is_readable_and_the_facts_replay() -> None:
    ruleset = made(GOOD, c.Not(asks("amount", c.Op.AT_LEAST, 50)))
    error = broken("monotonicity", ruleset)
    assert "monotonicity does not hold at 1.2: indicator 1.2 goes from met to not_met when `amount`" in str(error)
    assert "commune: everything met" in str(error)
    assert "không thỏa mãn luật monotonicity tại 1.2: chỉ tiêu 1.2 chuyển từ met" in error.text("vi")
    assert "xã: mọi chỉ tiêu đạt" in error.text("vi")
    outcomes = [assess(ruleset, commune).indicators["1.2"].outcome.code for commune in error.communes]
    assert outcomes == ["met", "not_met"]


def test_what_is_excused_is_not_found() -> None:
    ruleset = made(GOOD, c.Not(asks("amount", c.Op.AT_LEAST, 50)))
    ask("monotonicity", Subject(ruleset, excused=[("monotonicity", "1.2"), ("monotonicity", "")]))


# -- faults in the engine -------------------------------------------------------------------------


def leaf_with(change: Callable[[typing.Any, int], int]) -> Callable[..., typing.Any]:
    """The engine's leaf with its answer changed."""
    real = leaves.leaf_of

    def leaf_of(fact: typing.Any, place: int, op: c.Op, a_cell: typing.Any, may: bool) -> typing.Any:
        code = real(fact, place, op, a_cell, may)
        return lambda slots: change(slots[place], code(slots))

    return leaf_of


def test_a_missing_fact_taken_for_not_met_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    monkeypatch.setattr(compiling, "leaf_of", leaf_with(lambda slot, code: 0 if slot is None else code))
    error = broken("knowing-more", country)
    assert "becomes known" in error.found


def test_a_sharp_threshold_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    real = leaves.leaf_of

    def leaf_of(fact: typing.Any, place: int, op: c.Op, *more: typing.Any) -> typing.Any:
        return real(fact, place, c.Op.MORE_THAN if op is c.Op.AT_LEAST else op, *more)

    monkeypatch.setattr(compiling, "leaf_of", leaf_of)
    assert "is not_met, not met" in broken("boundaries", country).found


def test_a_threshold_compared_with_tolerance_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    from ntm_rules.verdict import compare as leaves

    real = leaves._plain

    def plain(i: int, op: c.Op, limit: float) -> typing.Any:
        return real(i, op, limit - 1e-9 if op is c.Op.AT_LEAST else limit)

    monkeypatch.setattr(leaves, "_plain", plain)
    assert "is met, not not_met" in broken("boundaries", country).found


def test_a_ratio_that_is_divided_is_found(monkeypatch: Patch) -> None:
    from ntm_rules.verdict import compare as leaves

    def ratio(i: int, op: c.Op, limit: Decimal, when_empty: object) -> typing.Any:
        def code(slots: typing.Any) -> int:
            x = slots[i]
            if x is None:
                return 2
            number = round(x[0] / x[1], 1) if type(x) is tuple and x[1] else 0.0 if type(x) is tuple else x
            return leaves.ORDER[op](number, float(limit))

        return code

    monkeypatch.setattr(leaves, "_ratio", ratio)
    broken("boundaries", made(c.Comparison(("rate",), c.Op.AT_LEAST, cell(Decimal("66.67")))))


def test_a_swapped_column_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    monkeypatch.setattr(compiling, "matching", lambda table, key: table.cells[0])
    monkeypatch.setattr(explaining, "matching", lambda table, key: table.cells[0])
    broken("boundaries", country)


def test_an_order_that_matters_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(compiling.Compiler, "all", lambda self, members: members[0])
    ruleset = made(c.All((GOOD, asks("amount", c.Op.AT_LEAST, 5))))
    broken("order", ruleset)


@pytest.mark.slow
def test_an_unnamed_selector_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    real = explain_deciding.deciding

    def deciding(verdict: typing.Any, of: typing.Any = None) -> tuple[str, ...]:
        return tuple(name for name in real(verdict, of) if name not in ("region", "special_commune", "area_class"))

    monkeypatch.setattr(explaining_laws, "deciding", deciding)
    error = broken("explanation", country)
    assert "which it does not name" in error.found


@pytest.mark.parametrize(
    "fault",
    [
        asks("share", c.Op.AT_LEAST, 0),
        asks("losses", c.Op.AT_MOST, 99),
        c.Any((GOOD, asks("share", c.Op.AT_MOST, 60))),
    ],
    ids=("no lower", "no higher", "overlap"),
)
def test_an_indicator_that_nothing_turns_is_found(fault: c.Condition) -> None:
    error = broken("turning", made(GOOD, fault))
    assert error.place == "1.2"


def test_turning_fails_nothing_that_was_not_tried_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nothing turned is a fault; what nothing turned so far is not decided, and said so."""
    ruleset = made(GOOD, asks("share", c.Op.AT_LEAST, 0))
    broken("turning", ruleset)
    monkeypatch.setattr(explaining_laws, "_MAX_TRIES", 1)
    subject = Subject(fresh(ruleset))
    ask("turning", subject)
    assert ("turning", "1.2") in subject.undecided


def test_an_engine_of_its_own_mind_is_found(country: Ruleset) -> None:
    def lying(ruleset: Ruleset, units: Sequence[typing.Any]) -> Sequence[bytes]:
        return [codes[:-1] + b"\x03" for codes in scalar(ruleset, units)]

    with pytest.raises(LawBroken, match="by the engine `lying`"):
        agreement(Subject(country), [bench_of(country).passing()], {**ENGINES, "lying": lying})


def test_an_explanation_of_its_own_mind_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    monkeypatch.setattr(explaining, "negation_of", lambda code: code)
    assert "`explained`" in broken("agreement", country).found


# -- tiers and provinces --------------------------------------------------------------------------


def test_a_prerequisite_that_is_not_evaluated_is_found(monkeypatch: Patch, fiction: Library) -> None:
    monkeypatch.setattr(compiling.Compiler, "found", lambda self, node, other, address: lambda slots: 1)
    ruleset = fresh(fiction.compose("commune/kieu-mau", on=ON))
    assert "prerequisite" in broken("tier-ladder", ruleset).found


def test_a_ladder_the_wrong_way_up_is_found(fiction: Library, country: Ruleset) -> None:
    error = broken("tier-ladder", Subject(country, fiction, tiers=[("commune/ntm", "commune/nang-cao")]))
    assert "asks for nothing more" in error.found


def test_a_looser_overlay_that_composing_did_not_see_is_found(monkeypatch: Patch, fiction: Library) -> None:
    """The overlay of gia-bac is looser at 8.4, which composing warns of."""
    ruleset = fresh(fiction.compose("commune/ntm", on=ON, province="gia-bac"))
    ask("province-implies-nation", Subject(ruleset, fiction))
    monkeypatch.setattr(tier_laws, "compare_indicators", lambda *of: [])
    assert broken("province-implies-nation", Subject(fresh(ruleset), fiction)).place == "8.4"


# -- composing ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_operations_that_do_not_commute_are_found(monkeypatch: Patch, fiction: Library, country: Ruleset) -> None:
    real = layering.apply_operations

    def first_only(tree: Tree, header: Header, operations: typing.Any, *more: typing.Any) -> Tree:
        own = isinstance(operations, Items) and header.instrument.number == "1/QĐ-THU"
        return real(tree, header, Items(operations.items[:1], operations.at) if own else operations, *more)

    monkeypatch.setattr(authoring_composing, "apply_operations", first_only)
    assert "reverse order" in broken("composing", Subject(country, fiction)).found


@pytest.mark.slow
def test_layers_that_do_not_commute_are_found(monkeypatch: Patch, fiction: Library, country: Ruleset) -> None:
    real = layering.apply_operations

    def not_after_the_other(tree: Tree, header: Header, operations: typing.Any, *more: typing.Any) -> Tree:
        after = header.layer.start > country.on + dt.timedelta(days=1)
        later = after and header.instrument.number == "1/QĐ-THU"
        return real(tree, header, Items(operations.items[:0], operations.at) if later else operations, *more)

    monkeypatch.setattr(authoring_composing, "apply_operations", not_after_the_other)
    found = broken("composing", Subject(country, fiction)).found
    assert "the other of two layers" in found or "in reverse order" in found  # two layers show either


def test_a_change_that_keeps_the_hash_is_found(monkeypatch: Patch, country: Ruleset) -> None:
    monkeypatch.setattr(canonical, "content_hash", lambda ruleset: "ntm1:0")
    assert "the same content hash" in broken("hashing", country).found


def test_a_hash_that_depends_on_the_file_is_found(monkeypatch: Patch, fiction: Library) -> None:
    from fiction.communes import FOLDER

    sets = [fiction.compose("commune/ntm", on=ON), fiction.compose("commune/ntm", on=ON, province="gia-trung")]
    composing_laws.rewritten(FOLDER, sets, bundled=False)
    monkeypatch.setattr(canonical, "sorted_cells", lambda table: list(table.cells))
    canonical._converter.cache_clear()
    with pytest.raises(LawBroken, match="another content hash"):
        composing_laws.rewritten(FOLDER, [evolve(r) for r in sets], bundled=False)


def test_the_unit_is_in_the_hash(monkeypatch: Patch, country: Ruleset) -> None:
    composing_laws.hashing(Subject(country), 3, "unit")
    monkeypatch.setattr(canonical, "content_hash", lambda ruleset: "ntm1:0")
    with pytest.raises(LawBroken, match="another unit"):
        composing_laws.hashing(Subject(fresh(country)), 3, "unit")


def test_tables_stand_in_these_sets(country: Ruleset) -> None:
    """What the tests above swap and shuffle is there."""
    tables = [n.threshold for cr in country.criteria for i in cr.indicators if isinstance(n := i.require, c.Comparison)]
    assert sum(isinstance(t, Table) for t in tables) > 5
