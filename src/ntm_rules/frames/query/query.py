"""Every unit of a lazy or remote frame: the rules as one query, which the library that owns the data runs."""

import typing
import warnings
from collections.abc import Sequence

import narwhals as nw

from ntm_rules.frames.base.columns import BAD_FACTS, Layout, MissingColumns, layout_of, wide_names
from ntm_rules.frames.base.details import facts_behind
from ntm_rules.frames.base.floors import differing
from ntm_rules.frames.base.long import LEVELS, REASONS, reads_unread
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.query.compile import FrameCompiler
from ntm_rules.frames.query.describe import FrameDescriber
from ntm_rules.frames.query.facts import read_facts
from ntm_rules.frames.query.stages import PREFIX, Stages, null
from ntm_rules.frames.query.truth import Expr, Truth, count, when_any
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.citations import Evidence
from ntm_rules.model.outcomes import ReasonCode
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.walk import indicators

_CASTS = {
    "polars": '`frame.with_columns(pl.col("{name}").cast(pl.Float64))`',
    "pyspark": '`frame.withColumn("{name}", F.col("{name}").cast("double"))`',
    "ibis": '`frame.mutate({name}=frame["{name}"].cast("float64"))`',
}
_MARK, _CODE, _VIEW = f"{PREFIX}mark", f"{PREFIX}code", f"{PREFIX}view"
_SQL_CAST = '`CAST("{name}" AS DOUBLE PRECISION)`'


def assess_lazily(ruleset: Ruleset, frame: typing.Any, question: Question) -> typing.Any:
    """Return the findings as a frame of the same kind; nothing is computed, bad values are marked.

    Raises:
        BadArgument: no frame that can be read.
        ValueError: ``on_bad="raise"``, or the long shape without a unit.
        TableError: columns that are not facts, or hold another type.
    """
    lazy = lazy_of(frame)
    question.check_lazy()
    layout = layout_of(ruleset, lazy.collect_schema().names(), question.unit_column, question.keep)
    if layout.missing:
        warnings.warn(MissingColumns(layout.missing), stacklevel=3)
    return assess_narwhals(ruleset, lazy, layout, question.shape).to_native()


def lazy_of(frame: typing.Any) -> "nw.LazyFrame[typing.Any]":
    """Return a lazy or remote frame for narwhals.

    Raises:
        BadArgument: no frame that can be read.
    """
    try:
        lazy = nw.from_native(frame)
    except TypeError:
        raise BadArgument(Message("argument.frame", type=type(frame).__name__)) from None
    if not isinstance(lazy, nw.LazyFrame):
        raise BadArgument(Message("argument.frame", type=type(frame).__name__))
    return lazy


def assess_narwhals(ruleset: Ruleset, lazy: "nw.LazyFrame[typing.Any]", layout: Layout, shape: str) -> typing.Any:
    """Return the findings for a narwhals frame whose columns are known."""
    columns = tuple(dict.fromkeys((*layout.passed, *layout.facts)))
    stages = Stages(lazy.select(*columns), layout.passed)
    facts = read_facts(ruleset, stages, layout.facts, _CASTS.get(lazy.implementation.value, _SQL_CAST))
    asked = FrameCompiler.of(ruleset, facts.slots, stages, ruleset.minimum_evidence)
    wanted, derived = differing(ruleset, ruleset.minimum_evidence, Evidence.OFFICIAL)
    taken = {d.id for d in ruleset.derived if d.id not in derived}
    official = FrameCompiler.of(ruleset, asked.slots, stages, Evidence.OFFICIAL, settled=True, taken=taken)
    graded = [_of_grade(grade.ruleset, asked, stages) for grade in ruleset.grades] if shape == "wide" else []
    own = [i for _, i in indicators(ruleset)]
    found = [asked.kept(asked.indicator(i)) for i in own]
    floors = [
        official.kept(official.indicator(i)) if i.no in wanted else old for i, old in zip(own, found, strict=True)
    ]
    by_grade = [(compiler, _of_grade_too(compiler, own, found)) for compiler in graded]
    bad = stages.add(count(facts.bad.values(), stages.narrow).cast(nw.Int16))
    stages.step(alone=shape == "wide")
    if shape == "wide":
        return _wide(stages, layout, asked, found, floors, bad, by_grade)
    return _long(stages, layout, asked, found, floors, bad)


def _of_grade(ruleset: Ruleset, asked: FrameCompiler, stages: Stages) -> FrameCompiler:
    """Return the compiler of what a grade asks, over the facts of its set."""
    derived = {d.id for d in ruleset.derived}
    return FrameCompiler.of(ruleset, asked.slots, stages, asked.floor, taken=derived)


def _of_grade_too(compiler: FrameCompiler, own: Sequence[Indicator], found: Sequence[Truth]) -> list[Truth]:
    """Return the outcomes of what a grade asks: those of the set where it asks the same."""
    known = {indicator.no: (indicator, outcome) for indicator, outcome in zip(own, found, strict=True)}
    reached: list[Truth] = []
    for _, indicator in indicators(compiler.ruleset):
        mine = known.get(indicator.no)
        same = mine is not None and mine[0] == indicator
        reached.append(mine[1] if mine is not None and same else compiler.kept(compiler.indicator(indicator)))
    return reached


def _provisional(found: Truth, floor: Truth, unread: bool) -> Expr:
    """As ``Verdict.provisional_flags`` has it."""
    provisional = ~found.open & floor.open
    return provisional | found.holds.fill_null(False) if unread else provisional


def _wide(
    stages: Stages,
    layout: Layout,
    asked: FrameCompiler,
    own: Sequence[Truth],
    floors: Sequence[Truth],
    bad: Expr,
    by_grade: Sequence[tuple[FrameCompiler, Sequence[Truth]]],
) -> typing.Any:
    """One row a unit."""
    ruleset = asked.ruleset
    criteria = [asked.kept(each) for each in asked.criteria(own)]
    below = [asked.kept(each) for each in asked.criteria(floors)]
    stages.step()
    whole = asked.kept(asked.joined(ruleset.at_least_n, criteria))
    floor = asked.kept(asked.joined(ruleset.at_least_n, below))
    reached = [asked.kept(compiler.folded(found)) for compiler, found in by_grade]
    stages.step()
    grade = [_graded(ruleset, whole, reached)] if reached else []
    counted = [found.holds for found, criterion in zip(criteria, ruleset.criteria, strict=True) if criterion.counted]
    kinds = (
        [holds.fill_null(False) for holds in counted],
        [(~holds).fill_null(False) for holds in counted],
        [holds.is_null() for holds in counted],
    )
    counts = [count(kind, stages.narrow).cast(nw.Int16) for kind in kinds]
    narrow = stages.narrow
    first = [whole.code(narrow), _provisional(whole, floor, not ruleset.read_whole), *grade, *counts]
    made = zip(wide_names(ruleset), [*first, *(each.code(narrow) for each in (*criteria, *own))], strict=True)
    columns = [expression.alias(name) for name, expression in made]
    return stages.frame.select(*layout.passed, *columns, bad.alias(BAD_FACTS))


def _graded(ruleset: Ruleset, whole: Truth, reached: Sequence[Truth]) -> Expr:
    """Return the id of the grade where the set is surely failed and the highest grade that is not is surely reached."""
    found: Expr = null(nw.String)
    for grade, outcome in reversed(list(zip(ruleset.grades, reached, strict=True))):
        found = when_any([(outcome.holds, nw.lit(grade.id)), (outcome.open, null(nw.String))], found)
    return when_any([(~whole.holds, found)], null(nw.String))


def _long(
    stages: Stages, layout: Layout, asked: FrameCompiler, found: Sequence[Truth], floors: Sequence[Truth], bad: Expr
) -> typing.Any:
    """One row a unit and indicator.

    Polars evaluates every branch of a choice for all rows, so there it is a union of the indicators; a database
    turns the columns of codes to rows first, and then chooses what is said by the indicator of the row.
    """
    ruleset, describer = asked.ruleset, FrameDescriber(asked)
    rows = [
        _row(describer, criterion.no, indicator, outcome, floor) | {BAD_FACTS: bad}
        for (criterion, indicator), outcome, floor in zip(indicators(ruleset), found, floors, strict=True)
    ]
    stages.step()
    if stages.frame.implementation.is_polars():
        parts = [stages.frame.select(*layout.passed, **row) for row in rows]
        return nw.concat(parts, how="vertical")
    marks = {f"{PREFIX}row_{number}": outcome.code(stages.narrow) for number, outcome in enumerate(found)}
    turned = _turned(stages.frame.with_columns(**marks), list(marks))
    chosen = {
        name: when_any([(nw.col(_MARK) == m, row[name]) for m, row in zip(marks, rows, strict=True)], rows[0][name])
        for name in rows[0]
    }
    if turned.implementation.is_ibis():  # PostgreSQL has numeric constants, and takes a choice of them for numeric
        chosen |= {name: chosen[name].cast(nw.String).cast(nw.Float64) for name in ("actual", "required")}
    return turned.select(*layout.passed, **chosen)


def _turned(frame: typing.Any, marks: list[str]) -> typing.Any:
    """Return a row for each of some columns, beside all others."""
    others = [name for name in frame.collect_schema().names() if name not in marks]
    if not frame.implementation.is_duckdb():
        turned = frame.unpivot(marks, index=others, variable_name=_MARK, value_name=_CODE)
        if not frame.implementation.is_ibis():
            return turned
        # on PostgreSQL Ibis gives the names as JSON has them, in quotes
        return turned.with_columns(nw.col(_MARK).str.replace_all('"', "").alias(_MARK))
    # narwhals looks the relation up in the default connection, to which it need not belong
    names = ", ".join(f'"{name}"' for name in marks)
    query = f"FROM (UNPIVOT {_VIEW} ON {names} INTO NAME {_MARK} VALUE {_CODE})"
    return nw.from_native(frame.to_native().query(_VIEW, query))


def _row(
    describer: FrameDescriber, criterion: str, indicator: Indicator, found: Truth, floor: Truth
) -> dict[str, Expr]:
    """Return what is said of one indicator."""
    ruleset = describer.compiler.ruleset
    here = describer.indicator(indicator)
    provisional = _provisional(found, floor, not ruleset.read_whole)
    reason = nw.when(found.open).then(_texts(here.reason, REASONS)).otherwise(null(nw.String))
    if not ruleset.read_whole or reads_unread(indicator):
        unread = provisional & found.holds.fill_null(False)
        reason = nw.when(unread).then(nw.lit(ReasonCode.LAYER_NOT_READ.value)).otherwise(reason)
    return {
        "criterion": nw.lit(criterion),
        "indicator": nw.lit(indicator.no),
        "outcome": found.code(describer.compiler.stages.narrow),
        "provisional": provisional,
        "actual": here.actual,
        "required": here.required,
        "margin": here.margin,
        "column": describer.columns(indicator.require),
        "evidence": _texts(here.level, LEVELS).fill_null(LEVELS[0]),
        "reason": reason,
        "detail": describer.detail(facts_behind(ruleset, indicator)),
        "content_hash": nw.lit(ruleset.content_hash),
    }


def _texts(place: Expr, texts: Sequence[str]) -> Expr:
    """Texts by their place."""
    chain: typing.Any = nw.when(place == 0).then(nw.lit(texts[0]))
    for number, text in enumerate(texts[1:], 1):
        chain = chain.when(place == number).then(nw.lit(text))
    return typing.cast(Expr, chain.otherwise(null(nw.String)))
