"""What to ask next through the front door: targets, order, what the law leaves open, words, and how long it takes."""

import datetime as dt
import time
import typing
from decimal import Decimal

import pytest
from attrs import evolve

import ntm_rules as ntm
from ntm_rules import Library, Outcome, Ruleset
from ntm_rules.model import conditions as c
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, LayerKind
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import Cell, CellState, Table
from ntm_rules.verdict import reach

LAW = Instrument("xu-mau", "1/QĐ-XM", "2022-03-08")
ON = dt.date(2024, 7, 2)
Bad = typing.Any

FACTS = (
    *(Fact(name, FactType.BOOLEAN, Text(f"Có {name}", f"Has {name}")) for name in ("a", "b", "d", "e", "f", "g", "h")),
    *(Fact(name, FactType.NUMBER, decimals=1) for name in "nm"),
    Fact("share", FactType.PERCENT, decimals=1, ratio=RatioOf("part", "whole")),
    Fact("part", FactType.COUNT, minimum=Decimal(0)),
    Fact("whole", FactType.COUNT, minimum=Decimal(0)),
    Fact("tally", FactType.COUNT, undecided="undecided"),
    Fact("undecided", FactType.COUNT, minimum=Decimal(0)),
    Fact("level", FactType.ORDINAL, values=("0", "1", "2")),
)


def cell(value: object, state: CellState = CellState.SET) -> Cell:
    value = Decimal(value) if type(value) is int else value
    return Cell(state, Citation(LAW), LAW, typing.cast(Bad, value), Evidence.OFFICIAL)


PENDING = cell(None, CellState.PENDING)


def yes(name: str) -> c.Condition:
    return c.Comparison((name,), c.Op.EQUALS, cell(True))


def ruleset(*criteria: Criterion, k: int | None = None, derived: tuple[c.Derived, ...] = ()) -> Ruleset:
    layers = (Layer(LayerKind.BASE, LAW, dt.date(2022, 3, 8)),)
    return Ruleset("commune/mau", "2021-2025", ON, 2024, criteria, FACTS, layers, derived, at_least_n=k)


def criterion(no: str, *conditions: c.Condition, k: int | None = None) -> Criterion:
    own = tuple(Indicator(f"{no}.{n}", condition, Citation(LAW)) for n, condition in enumerate(conditions, 1))
    return Criterion(no, own, at_least_n=k)


def asked(of: Ruleset, given: dict[str, Bad] | None = None, target: str | None = None, **more: Bad) -> list[str]:
    """What is asked, each with its number, those that decide alone with an exclamation mark."""
    found = ntm.relevant_facts(ntm.assess(of, given or {}, **more), target)
    assert found.complete
    return [f"{a.no} {a.fact.id if a.fact else 'judge'}{'!' * a.alone}" for a in found.asked]


def test_each_of_all_may_decide_alone() -> None:
    of = ruleset(criterion("1", yes("a"), yes("b")), criterion("2", yes("d")))
    assert asked(of) == ["1.1 a!", "1.2 b!", "2.1 d!"]
    assert asked(of, {"b": True}) == ["1.1 a!", "2.1 d!"]
    assert asked(of, {"b": False}) == []
    assert asked(of, {"b": False}, "2") == ["2.1 d!"]
    assert asked(of, {"b": False}, "1.1") == ["1.1 a!"]


def test_what_decides_alone_comes_first() -> None:
    """Two of three need two more answers; the criterion behind them needs one."""
    of = ruleset(criterion("1", yes("a"), yes("b"), yes("d"), k=2), criterion("2", yes("e")))
    assert asked(of) == ["2.1 e!", "1.1 a", "1.2 b", "1.3 d"]
    assert asked(of, {"a": False}) == ["1.2 b!", "1.3 d!", "2.1 e!"]
    assert asked(of, {"a": True, "b": True}) == ["2.1 e!"]


def test_what_only_decides_with_others_is_relevant() -> None:
    of = ruleset(criterion("1", c.Any((c.All((yes("a"), yes("b"))), c.All((yes("d"), yes("e")))))))
    assert asked(of) == ["1.1 a!", "1.1 b!", "1.1 d!", "1.1 e!"]
    assert asked(of, {"a": False}) == ["1.1 d!", "1.1 e!"]
    assert asked(of, {"a": True, "d": False, "e": True}) == ["1.1 b!"]


def test_what_hangs_together_is_seen_together() -> None:
    """Whatever `a` is one criterion is not met, so that nothing matters but whether it is given."""
    of = ruleset(criterion("1", yes("a"), yes("b")), criterion("2", c.Not(yes("a")), yes("d")), k=2)
    assert asked(of) == ["1.1 a!", "1.2 b!", "2.2 d!"]
    of = ruleset(criterion("1", c.Any((yes("a"), c.Not(yes("a"))))))
    assert asked(of) == ["1.1 a!"]


def test_an_open_applies_if_is_relevant_though_its_condition_is_met() -> None:
    one = Indicator("1.1", yes("a"), Citation(LAW), applies_if=yes("b"))
    of = ruleset(Criterion("1", (one,)), criterion("2", yes("d")))
    assert asked(of, {"a": True, "d": True}) == ["1.1 b!"]
    assert asked(of, {"b": False}) == ["2.1 d!"]


def test_what_the_law_leaves_open_is_for_a_judgement() -> None:
    pending = c.Comparison(("a",), c.Op.EQUALS, PENDING)
    of = ruleset(criterion("1", pending, yes("b")))
    assert asked(of) == ["1 judge!", "1.1 judge!", "1.2 b!"]
    assert asked(of, {"b": False}) == []
    assert asked(of, {"b": True}) == ["1 judge!", "1.1 judge!"]
    assert asked(of, {"b": True}, judgements={"1.1": "met"}) == []
    assert asked(of, {}, judgements={"1": "met"}) == ["1.2 b!"]  # which may overturn it
    found = ntm.relevant_facts(ntm.assess(of, {"b": True}))
    assert found.open_cells == (("1.1", PENDING),)
    assert (found.facts, found.judgements) == ((), ("1", "1.1"))


def test_the_cells_are_those_of_the_columns_that_are_possible() -> None:
    cells = {"0": cell(True), "1": PENDING, "2": cell(None, CellState.DELEGATED)}
    table = Table(("level",), tuple(((key,), one) for key, one in cells.items()))
    of = ruleset(criterion("1", c.Comparison(("a",), c.Op.EQUALS, table)))
    assert asked(of) == ["1 judge!", "1.1 a!", "1.1 level!", "1.1 judge!"]
    assert [one for _, one in ntm.relevant_facts(ntm.assess(of, {})).open_cells] == [cells["1"], cells["2"]]
    assert asked(of, {"level": "0"}) == ["1.1 a!"]
    assert asked(of, {"level": "1"}) == ["1 judge!", "1.1 judge!"]
    assert ntm.relevant_facts(ntm.assess(of, {"level": "1"})).open_cells == (("1.1", PENDING),)


def test_a_floor_of_evidence_leaves_open_too() -> None:
    weak = evolve(cell(True), evidence=Evidence.SECONDARY)
    of = ruleset(criterion("1", c.Comparison(("a",), c.Op.EQUALS, weak))).with_minimum_evidence("official")
    found = ntm.relevant_facts(ntm.assess(of, {}))
    assert (found.facts, found.judgements, found.open_cells) == ((), ("1", "1.1"), (("1.1", weak),))
    assert "the value is not checked well enough" in found.text("en")


def test_a_share_is_asked_for_itself() -> None:
    at_least = c.Comparison(("share",), c.Op.AT_LEAST, cell(80))
    of = ruleset(criterion("1", at_least))
    assert asked(of) == ["1.1 share!"]
    assert asked(of, {"part": 3}) == ["1.1 share!"]
    assert asked(of, {"part": 3, "whole": 4}) == []
    assert asked(of, {"part": 0, "whole": 0}) == ["1 judge!", "1.1 judge!"]
    many = criterion("2", c.Comparison(("whole",), c.Op.MORE_THAN, cell(5)))
    assert asked(ruleset(criterion("1", at_least), many), {"part": 0}) == ["1.1 share!", "1.1 whole!"]
    of = ruleset(criterion("1", at_least), many, k=1)
    assert asked(of, {"part": 0}) == ["1 judge!", "1.1 share!", "1.1 whole!", "1.1 judge!"]  # it may be one of nothing
    assert asked(of, {"part": 3}) == ["1.1 share!", "1.1 whole!"]


def test_values_between_limits_and_beyond_them_are_tried() -> None:
    """Only there the figures are not met, and overturn what a body judged."""
    limits = ((c.Op.MORE_THAN, 2), (c.Op.LESS_THAN, 3))
    between = c.All(tuple(c.Comparison(("n",), op, cell(limit)) for op, limit in limits))
    for condition in (
        c.Not(between),
        c.Comparison(("n",), c.Op.AT_LEAST, cell(2)),
        c.Comparison(("n",), c.Op.AT_MOST, cell(2)),
    ):
        assert asked(ruleset(criterion("1", condition)), judgements={"1.1": "met"}) == ["1.1 n!"]
    of = ruleset(criterion("1", c.Comparison(("tally",), c.Op.AT_LEAST, cell(10))))
    assert asked(of, {"undecided": 5}, judgements={"1.1": "met"}) == ["1.1 tally!"]
    assert asked(of, {"undecided": 5}) == ["1 judge!", "1.1 tally!", "1.1 judge!"]


def test_what_is_undecided_is_an_input_where_a_condition_reads_it() -> None:
    """It may leave open what is decided without it."""
    tally, undecided = (c.Comparison((name,), c.Op.AT_LEAST, cell(n)) for name, n in (("tally", 10), ("undecided", 1)))
    of = ruleset(criterion("1", tally), criterion("2", undecided), k=1)
    found = ntm.relevant_facts(ntm.assess(of, {"tally": 7}), "1")
    assert (found.facts, found.complete) == ((), True)
    for given in ({"tally": 7}, {}):
        found = ntm.relevant_facts(ntm.assess(of, given))
        assert (set(found.facts), found.complete) == ({"tally", "undecided"} - given.keys(), False)
    both = ruleset(criterion("1", c.Any((tally, c.All((undecided, yes("a")))))))
    assert ntm.relevant_facts(ntm.assess(both, {"tally": 7, "a": False})).facts == ("undecided",)


def test_a_criterion_that_somebody_judged_stays_exact(bundled: Library) -> None:
    """What later voices say of its indicators does not matter any more."""
    of = bundled.compose("commune/ntm", on=ON, province="lang-son")
    said = [ntm.Judgement("17", "met", "province"), ntm.Judgement("17.1", "met", "commune")]
    verdict = ntm.assess(of, {}, judgements=said)
    assert ntm.relevant_facts(verdict).complete
    assert ntm.relevant_facts(verdict, "17").judgements == ()


def test_points_are_not_for_sure() -> None:
    parts = (c.Scored("n", Decimal(5)), c.Scored("m", Decimal(5)))
    score = c.Derived(Fact("score", FactType.NUMBER), c.PointsOf(Decimal(10), parts))
    of = ruleset(criterion("1", c.Comparison(("score",), c.Op.AT_LEAST, cell(8))), derived=(score,))
    found = ntm.relevant_facts(ntm.assess(of, {"m": 5}))
    assert (found.facts, found.complete) == (("n",), False)


def test_a_number_of_an_indicator_means_that() -> None:
    one = Criterion("1", (Indicator("1", c.Open(PENDING), Citation(LAW)),))
    of = ruleset(one, criterion("2", yes("a")))
    found = ntm.relevant_facts(ntm.assess(of, {}), "1")
    assert [(a.no, a.is_criterion) for a in found.asked] == [("1", False)]
    assert found.target == "1"
    with pytest.raises(ntm.UnknownName, match=r"3"):
        ntm.relevant_facts(ntm.assess(of, {}), "3")
    with pytest.raises(ntm.BadArgument):
        ntm.relevant_facts(typing.cast(Bad, None))


def test_points_and_what_is_too_much_to_try_are_named_but_not_for_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    of = ruleset(criterion("1", yes("a"), yes("b")), criterion("2", c.Not(yes("a")), c.Not(yes("b"))), k=1)
    assert ntm.relevant_facts(ntm.assess(of, {})).complete
    monkeypatch.setattr(reach, "MOST_OF_FEW", 1)
    found = ntm.relevant_facts(ntm.assess(of, {}))
    assert (found.facts, found.complete) == (("a", "b"), False)
    assert found.text("en").splitlines()[-1] == (
        "not all of this is sure to matter: too much hangs together to try everything"
    )


def test_in_words() -> None:
    of = ruleset(criterion("1", yes("a"), c.Open(PENDING)))
    found = ntm.relevant_facts(ntm.assess(of, {}))
    assert found.text("vi").splitlines() == [
        "1: kết quả thẩm định, thẩm tra hoặc tự đánh giá tiêu chí",
        "1.1: Có a (`a`)",
        "1.2: kết quả thẩm định, thẩm tra hoặc tự đánh giá chỉ tiêu",
        "1.2: mức quy định chưa được chép từ văn bản, nên có số liệu cũng chưa xác định được",
    ]
    assert found.text("en").splitlines() == [
        "1: a judgement on the criterion",
        "1.1: Has a (`a`)",
        "1.2: a judgement on the indicator",
        "1.2: the value has not been copied from the instrument yet, so that figures leave it open",
    ]
    with pytest.raises(ntm.UnknownName):
        found.text("fr")


def test_every_bundled_set_is_answered_soon(bundled: Library) -> None:
    """Without any fact and without a province, which hangs most together; complete but for one set."""
    for target, period in bundled.rulesets():
        of = bundled.compose(target, on=dt.date(int(period[-4:]), 12, 1), period=period)
        verdict = ntm.assess(of, {})
        start = time.process_time()
        found = ntm.relevant_facts(verdict)
        assert time.process_time() - start < 5, (target, period)
        assert found.outcome is Outcome.UNDETERMINED
        assert found.asked, (target, period)
        assert found.complete is ((target, period) != ("district/nang-cao", "2021-2025")), (target, period)


def test_what_a_commune_still_has_to_say(bundled: Library) -> None:
    of = bundled.compose("commune/ntm", on=ON, province="lang-son")
    assert ntm.relevant_facts(ntm.assess(of, {"disaster_mandatory_items_met": True}), "3").facts == (
        "irrigated_share",
        "disaster_readiness_score",
    )
    assert ntm.relevant_facts(ntm.assess(of, {"income_per_capita": 43.2})).asked == ()
