"""What the columns of a frame are, the unit, what is kept, facts; and what the columns of results are called."""

from collections.abc import Collection, Iterator, Sequence

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.frames.base.judged import JudgedColumn, judged_columns, judged_names
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import BadArgument, Diagnostic, TableError, meant, near
from ntm_rules.model.owned import owner_of, short_id
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import given_facts
from ntm_rules.model.walk import conditions, deciding_facts_of, facts_of_derived, given_for, prerequisites

COUNTS = ("criteria_met", "criteria_not_met", "criteria_undetermined")
LONG = (
    "criterion",
    "indicator",
    "outcome",
    "provisional",
    "actual",
    "required",
    "margin",
    "column",
    "evidence",
    "reason",
    "detail",
    "content_hash",
)
BAD_FACTS = "bad_facts"
ROW, INEXACT = "row of the frame", "not exact"
"""Columns beside a result in memory: which row it is about, and whether numbers are too large for a query."""
UNIT = "unit of the row"
"""A column beside the facts in memory, where lists have units: what the unit is called, in one form."""
GRADE = "grade"
_SHOWN = 10


@public("frames")
class MissingColumns(UserWarning):
    """Facts that a ruleset reads and a frame has no column for.

    Attributes:
        facts: their ids.
    """

    def __init__(self, facts: Sequence[str]) -> None:
        self.facts = tuple(facts)
        super().__init__(self.text())

    def text(self, lang: str = "en") -> str:
        """Return how many facts have no column, and which.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return say(lang, "frames.missing_columns", count=len(self.facts), facts=self.facts)


@frozen
class Layout:
    """What the columns of a frame are.

    Attributes:
        passed: the unit and what is kept.
        facts: those that the ruleset reads, and derived ones that are given.
        missing: facts that the ruleset reads and that have no column.
        judged: the columns of judgements.
        second: whether the result has the second reading.
    """

    unit: str | None
    passed: tuple[str, ...]
    facts: tuple[str, ...]
    missing: tuple[str, ...]
    judged: tuple[JudgedColumn, ...] = ()
    second: bool = False

    @property
    def read(self) -> tuple[str, ...]:
        """The columns that hold facts or judgements."""
        return (*self.facts, *(column.name for column in self.judged))


def layout_of(
    ruleset: Ruleset,
    names: Sequence[str],
    unit: str | None,
    keep: Sequence[str],
    extra: Sequence[str] = (),
    second: bool = False,
) -> Layout:
    """Return what the columns of a frame are.

    Args:
        extra: columns with a meaning of their own, neither facts nor kept.
        second: whether the second reading is asked for; with a column of judgements it always is.

    Raises:
        TableError: columns that are nothing, and columns named in the call that are not there: all of them.
    """
    if isinstance(keep, str):
        raise BadArgument(Message("argument.names", argument="keep", value=keep))
    passed = tuple(dict.fromkeys((*((unit,) if unit is not None else ()), *keep)))
    facts = {fact.id for fact in given_facts(ruleset)}
    kept = frozenset(passed)
    judged = judged_columns(ruleset, (name for name in names if name not in kept))
    known = {*facts, *passed, *extra, *ruleset.catalogue, *(column.name for column in judged)}
    known -= {name for name in names if _long(ruleset, name) and name not in passed}
    problems = [
        *_not_to_pass(ruleset, names, unit, passed),
        *(_stray(ruleset, n, facts) for n in names if n not in known),
    ]
    if problems:
        raise TableError(problems)
    own = tuple(name for name in names if name in facts)
    listed = {each.fact for each in ruleset.lists if each.units and unit is not None}
    missing = tuple(missing_columns(ruleset, listed.union(own)))
    return Layout(unit, passed, own, missing, judged, second or bool(judged))


def _not_to_pass(
    ruleset: Ruleset, names: Sequence[str], unit: str | None, passed: Sequence[str]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the columns named in the call: they are not there, or the result has their name."""
    taken, present = result_names(ruleset), frozenset(names)
    for name in passed:
        if name not in present:
            code = "table.column/unit" if name == unit else "table.column/keep"
            yield Diagnostic("table.column", Message(code, name=name), hint=meant(name, names))
        elif name in taken:
            yield Diagnostic.of("table.column/result", name=name)


def _long(ruleset: Ruleset, name: str) -> bool:
    """Return whether a fact is named with its province, which a frame of one province does not do."""
    return short_id(name, owner_of(ruleset), ruleset.catalogue) != name


def _stray(ruleset: Ruleset, name: str, facts: Collection[str]) -> Diagnostic:
    """Say what to do about a column that is nothing: a typing error in a fact would else be a missing fact."""
    if _long(ruleset, name):
        short = Message("hint.near", names=(short_id(name, owner_of(ruleset), ruleset.catalogue),))
        return Diagnostic("table.column", Message("table.column/unknown", name=name), hint=short)
    if name in ruleset.derived_by_id:
        derived = Message("hint.derived", name=name, names=given_for(ruleset, name))
        return Diagnostic("table.column", Message("table.column/unknown", name=name), hint=derived)
    close = near(name, facts)
    hint = Message("hint.pass_through", name=name)
    if close:
        hint = Message("hint.near_or_pass_through", names=close, name=name)
    return Diagnostic("table.column", Message("table.column/unknown", name=name), hint=hint)


def result_names(ruleset: Ruleset) -> frozenset[str]:
    """All names that columns of results may have."""
    return frozenset((*wide_names(ruleset, judged=True), *LONG, BAD_FACTS))


def wide_names(ruleset: Ruleset, judged: bool = False) -> tuple[str, ...]:
    """Return the columns of the wide result after those passed through; *judged*: with the second reading."""
    second = judged_names(ruleset) if judged else ()
    return ("outcome", "provisional", *grade_names(ruleset), *COUNTS, *outcome_names(ruleset), *second)


def grade_names(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the column with the id of the grade, of a set that has grades; null where there is none for certain."""
    return (GRADE,) if ruleset.grades else ()


def outcome_names(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the columns of criteria, then of indicators, in printed order."""
    indicators = (i.no for c in ruleset.criteria for i in c.indicators)
    return (*(f"criterion_{c.no}" for c in ruleset.criteria), *(f"indicator_{no}" for no in indicators))


def missing_columns(ruleset: Ruleset, given: set[str]) -> list[str]:
    """Return the facts without a column that could decide something.

    None that follows from parts that have one, nor parts that only stand for such a fact, nor what is read only where
    the law itself leaves open what is asked.
    """
    read = _read(ruleset, given)
    return [
        fact.id
        for fact in ruleset.inputs().values()
        if fact.id in read
        and fact.id not in given
        and not (fact.ratio is not None and {fact.ratio.part, fact.ratio.whole} <= given)
    ]


def _read(ruleset: Ruleset, given: set[str]) -> set[str]:
    """Return the facts that comparisons read which some facts decide, through derived facts that are not given too."""
    left = [
        name for condition in conditions(ruleset) for name in deciding_facts_of(condition, ruleset.minimum_evidence)
    ]
    found: set[str] = set()
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            derived = None if name in given else ruleset.derived_by_id.get(name)
            left += () if derived is None else facts_of_derived(derived)
    for other in (*prerequisites(ruleset), *(grade.ruleset for grade in ruleset.grades)):
        found |= _read(other, given)
    return found
