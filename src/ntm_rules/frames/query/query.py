"""The rules as a query over the columns of a table: for Polars and for every database the same one."""

import typing
from collections.abc import Mapping, Sequence

from ntm_rules.frames.base.columns import BAD_FACTS, COUNTS, GRADE, INEXACT, LONG, Layout, wide_names
from ntm_rules.frames.base.details import facts_behind
from ntm_rules.frames.base.floors import differing
from ntm_rules.frames.base.judged import JUDGED_COUNTS, with_judged
from ntm_rules.frames.base.long import LEVELS, REASONS, reads_unread
from ntm_rules.frames.query.compile import FrameCompiler
from ntm_rules.frames.query.describe import FrameDescriber
from ntm_rules.frames.query.expressions import Expr, Kind, choose, first_true, lit, null, some, where
from ntm_rules.frames.query.facts import FrameFacts, read_facts
from ntm_rules.frames.query.judged import Judging, counts_of, judging
from ntm_rules.frames.query.stages import Query, Slot, Stages
from ntm_rules.frames.query.truth import Truth, count
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.citations import Evidence
from ntm_rules.model.kept import Recent, kept
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.stated import evaluated_beside, may_be_given, stated
from ntm_rules.model.walk import indicators

_KINDS = {
    **dict.fromkeys(("provisional", INEXACT), Kind.BOOLEAN),
    GRADE: Kind.TEXT,
    **dict.fromkeys((*COUNTS, *JUDGED_COUNTS, BAD_FACTS), Kind.INT16),
    "actual": Kind.FLOAT,
    "required": Kind.FLOAT,
    "margin": Kind.FLOAT,
    **dict.fromkeys(("criterion", "indicator", "column", "evidence", "reason", "detail", "content_hash"), Kind.TEXT),
}


def kind_of(name: str) -> Kind:
    """Return what the values of a column of a result are; those that are not listed are codes of outcomes."""
    return _KINDS.get(name, Kind.INT8)


def query_of(
    ruleset: Ruleset, schema: Mapping[str, typing.Any], layout: Layout, shape: str, cast: str, told: bool = False
) -> Query:
    """Return what is computed of a table.

    Args:
        schema: the narwhals types of its columns.
        cast: how a column of texts is turned into numbers, with ``{name}`` for its name.
        told: also whether numbers of a row are too large, in a column ``INEXACT``.

    Raises:
        TableError: columns that hold another type than their facts.
        BadArgument: columns of judgements in the long shape, which has no second reading.
    """
    if layout.judged and shape == "long":
        raise BadArgument(Message("argument.judged_wide", names=tuple(column.name for column in layout.judged)))
    unit = () if layout.unit is None else (layout.unit,)
    read = {name: schema[name] for name in (*layout.passed, *unit, *layout.read)}
    key = (tuple(read.items()), layout, shape, told)
    return _queries(ruleset).made(key, lambda: _query(ruleset, read, layout, shape, cast, told))


@kept
def _queries(ruleset: Ruleset) -> Recent[object, Query]:
    """Return the last queries that were made of a ruleset, kept with it."""
    return Recent(8)


def _query(
    ruleset: Ruleset, schema: Mapping[str, typing.Any], layout: Layout, shape: str, cast: str, told: bool
) -> Query:
    stages = Stages(schema, layout.passed)
    facts = read_facts(with_judged(ruleset, layout.judged), stages, layout.read, cast, layout.unit)
    if any(stated(name) in facts.slots for name in may_be_given(ruleset)):
        _agree(ruleset, facts, stages)
    asked = FrameCompiler.of(ruleset, facts.slots, stages, ruleset.minimum_evidence)
    wanted, derived = differing(ruleset, ruleset.minimum_evidence, Evidence.OFFICIAL)
    taken = {d.id for d in ruleset.derived if d.id not in derived}
    slots = asked.slots | facts.checked
    official = FrameCompiler.of(ruleset, slots, stages, Evidence.OFFICIAL, settled=True, taken=taken)
    graded = [_of_grade(grade.ruleset, asked, stages) for grade in ruleset.grades] if shape == "wide" else []
    own = [i for _, i in indicators(ruleset)]
    found = [asked.kept(asked.indicator(i), i.no) for i in own]
    floors = [
        official.kept(official.indicator(i), f"{i.no} official") if i.no in wanted else old
        for i, old in zip(own, found, strict=True)
    ]
    by_grade = [(compiler, _of_grade_too(compiler, own, found)) for compiler in graded]
    bad = stages.add(count(facts.bad.values()), BAD_FACTS)
    stages.step("indicators")
    if shape == "wide":
        names = wide_names(ruleset, layout.second)
        second = judging(asked, layout.judged, facts.slots) if layout.second else None
        rows = [_wide(stages, asked, found, floors, by_grade, second)]
    else:
        names, rows = LONG, _long(stages, asked, found, floors)
    beside = {BAD_FACTS: bad} | ({INEXACT: some(stages.inexact)} if told else {})
    kinds = {name: kind_of(name) for name in (*names, *beside)}
    rows = [row | beside for row in rows]
    return stages.query([{n: _typed(row[n], kind) for n, kind in kinds.items()} for row in rows], kinds)


def _agree(ruleset: Ruleset, facts: FrameFacts, stages: Stages) -> None:
    """Take out what is given of derived facts where they are worked out otherwise, in the set or in one beside it."""

    def work_out(compiler: FrameCompiler) -> None:
        for other in evaluated_beside(compiler.ruleset):
            if may_be_given(other):
                work_out(compiler.inner(other))

    work_out(FrameCompiler.of(ruleset, facts.slots, stages, ruleset.minimum_evidence))
    for name, found in stages.contradicted.items():
        slot = facts.slots[stated(name)]
        wrong = some([*found, *([] if slot.invalid is None else [slot.invalid])])
        facts.bad[name] = stages.add(wrong, f"{name} bad")
    stages.step("agreed")
    for name in stages.contradicted:
        slot, wrong = facts.slots[stated(name)], facts.bad[name]
        facts.slots[stated(name)] = Slot(stages.add(where(~wrong, slot.value, Kind.INT16), name), invalid=wrong)
    stages.step("stated")


def _typed(expression: Expr, kind: Kind) -> Expr:
    """Return a value of a result, which has its type in every library."""
    return expression if kind in (Kind.BOOLEAN, Kind.TEXT) else expression.cast(kind)


def _of_grade(ruleset: Ruleset, asked: FrameCompiler, stages: Stages) -> FrameCompiler:
    """Return the compiler of what a grade asks, over the facts of its set."""
    derived = {d.id for d in ruleset.derived}
    return FrameCompiler.of(ruleset, asked.slots, stages, asked.floor, taken=derived)


def _of_grade_too(compiler: FrameCompiler, own: Sequence[Indicator], found: Sequence[Truth]) -> list[Truth]:
    """Return the outcomes of what a grade asks: those of the set where it asks the same."""
    known = {indicator.no: (indicator, outcome) for indicator, outcome in zip(own, found, strict=True)}
    reached: list[Truth] = []
    for _, indicator in indicators(compiler.ruleset):
        mine, outcome = known.get(indicator.no, (None, None))
        if mine != indicator or outcome is None:
            outcome = compiler.kept(compiler.indicator(indicator), f"{indicator.no} of {compiler.ruleset.id}")
        reached.append(outcome)
    return reached


def _provisional(found: Truth, floor: Truth, unread: bool) -> Expr:
    """As ``Verdict.provisional_flags`` has it."""
    provisional = ~found.open & floor.open
    return provisional | found.holds.known_or(False) if unread else provisional


def _wide(
    stages: Stages,
    asked: FrameCompiler,
    own: Sequence[Truth],
    floors: Sequence[Truth],
    by_grade: Sequence[tuple[FrameCompiler, Sequence[Truth]]],
    second: Judging | None,
) -> dict[str, Expr]:
    """Return the columns of one row a unit."""
    ruleset = asked.ruleset
    criteria, below = asked.kept_criteria(own), asked.kept_criteria(floors, "official")
    stages.step("criteria")
    whole = asked.kept(asked.joined(ruleset.needed, criteria), "whole")
    floor = asked.kept(asked.joined(ruleset.needed, below), "whole official")
    reached = [compiler.kept(compiler.folded(found), compiler.ruleset.id) for compiler, found in by_grade]
    stages.step("whole")
    grade = [_graded(ruleset, whole, reached)] if reached else []
    first = [whole.code, _provisional(whole, floor, not ruleset.read_whole), *grade, *counts_of(ruleset, criteria)]
    found = [*first, *(each.code for each in (*criteria, *own))]
    again = [] if second is None else second.columns(criteria, own)
    return dict(zip(wide_names(ruleset, second is not None), [*found, *again], strict=True))


def _graded(ruleset: Ruleset, whole: Truth, reached: Sequence[Truth]) -> Expr:
    """Return the id of the grade where the set is surely failed and the highest grade that is not is surely reached."""
    found = nothing = null(Kind.TEXT)
    for grade, outcome in reversed(list(zip(ruleset.grades, reached, strict=True))):
        found = first_true([(outcome.holds, lit(grade.id)), (outcome.open, nothing)], found)
    return choose(~whole.holds, found, nothing)


def _long(
    stages: Stages, asked: FrameCompiler, found: Sequence[Truth], floors: Sequence[Truth]
) -> list[dict[str, Expr]]:
    """Return the columns of one row a unit and indicator."""
    describer = FrameDescriber(asked)
    every = zip(indicators(asked.ruleset), found, floors, strict=True)
    rows = [
        _row(describer, criterion.no, indicator, outcome, floor) for (criterion, indicator), outcome, floor in every
    ]
    stages.step("described")
    return rows


def _row(
    describer: FrameDescriber, criterion: str, indicator: Indicator, found: Truth, floor: Truth
) -> dict[str, Expr]:
    """Return what is said of one indicator."""
    ruleset = describer.compiler.ruleset
    here = describer.indicator(indicator)
    provisional = _provisional(found, floor, not ruleset.read_whole)
    reason = choose(found.open, _texts(here.reason, REASONS), null(Kind.TEXT))
    if not ruleset.read_whole or reads_unread(indicator):
        unread = provisional & found.holds.known_or(False)
        reason = choose(unread, lit(ReasonCode.LAYER_NOT_READ.value), reason)
    return {
        "criterion": lit(criterion),
        "indicator": lit(indicator.no),
        "outcome": found.code,
        "provisional": provisional,
        "actual": here.actual,
        "required": here.required,
        "margin": here.margin,
        "column": describer.columns(indicator.require),
        "evidence": _texts(here.level, LEVELS).known_or(LEVELS[0]),
        "reason": reason,
        "detail": describer.detail(facts_behind(ruleset, indicator)),
        "content_hash": lit(ruleset.content_hash),
    }


def _texts(place: Expr, texts: Sequence[str]) -> Expr:
    """Return texts by their place."""
    return first_true([(place == number, lit(text)) for number, text in enumerate(texts)], null(Kind.TEXT))
