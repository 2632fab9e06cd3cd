"""What an assessment answers: a verdict, its criteria, indicators and comparisons."""

import datetime as dt
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import field, frozen
from attrs.converters import optional

from ntm_rules._public import public
from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.judgements import Basis, Body, Judgement, body_of, day_said, text_said
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, Value

Actual = Decimal | Fraction | bool | str
"""The value of a fact, exact: a Fraction where it follows from part and whole."""

FactValue = float | int | str | bool | Decimal
"""A value of a fact, as a caller may give it."""

Facts = Mapping[str, object]
"""The facts of one unit as a caller gives them: id of the fact to its value (a ``FactValue``), or to a mapping with
``value`` and, for the record, the fields of an ``Annotation``; None where it is missing."""


@public("results")
@frozen
class Column:
    """The value of one selector of a table, and where it comes from.

    Attributes:
        why: ``given`` by the caller, also of a derived fact whose derivation is open; ``bound`` by province or year,
            ``case`` (a row of a derived fact), ``else``.
        row: which row of the case, from 0; None otherwise.
        missing: the facts for want of which the value is not known.
    """

    selector: str
    value: str | None
    why: str
    row: int | None = None
    missing: tuple[str, ...] = ()


@public("results")
@frozen
class Leaf:
    """What a comparison compares: the same for every unit.

    Attributes:
        address: the indicator's number with the part, e.g. ``17.1a``.
        fact: None for a placeholder and for a prerequisite shown by a finding.
        denies: of a share of all people, those of groups that are asked for: as it fails, one of these does.
    """

    address: str
    fact: Fact | None
    op: Op
    denies: tuple[str, ...] = ()


@public("results")
@frozen
class Times:
    """How many times as large a fact is as another one in the same unit: both figures, in that unit.

    Attributes:
        fact, value: what is compared.
        of, base: what is 1 time.
    """

    fact: Fact
    value: Decimal
    of: Fact
    base: Decimal


@public("results")
@frozen
class LeafResult:
    """One comparison with one fact, evaluated: a leaf of the evaluated tree.

    Attributes:
        actual: the fact's value; a Fraction where it follows from part and whole; None where it is missing.
        margin: slack in the fact's unit, met at 0 or more (above 0 for ``more_than`` and ``less_than``); a Fraction
            of percentage points for a ratio, steps for an ordinal; None for yes/no, where nothing is decided, below a
            ``not``, and where the indicator does not apply.
        cell: the cell that bound the unit; None where there is none.
        codes: all reasons why it is undetermined.
        part_change: of a ratio, the smallest whole change of the part that turns the outcome, in the part's unit.
        times: of a number of times, the two figures; None elsewhere, and where one of them is missing.
        columns: which column of the table was used, and why.
        undecided: by how many units the value may still grow; None where by none, or where the fact cannot.
        between: of a score with missing points the least and the most that it may be; None elsewhere.
        prerequisite: the result of the other set, where this is a ``meets`` that was evaluated.
        missing: the facts for want of which it is undetermined; none where no fact could decide it.
    """

    spec: Leaf
    outcome: Outcome
    actual: Actual | None = None
    margin: Decimal | Fraction | int | None = None
    cell: Cell | None = None
    codes: tuple[ReasonCode, ...] = ()
    part_change: Decimal | None = None
    columns: tuple[Column, ...] = ()
    undecided: Decimal | None = None
    between: tuple[Fraction, Fraction] | None = None
    prerequisite: "RulesetResult | None" = None
    missing: tuple[str, ...] = ()
    times: Times | None = None

    @property
    def address(self) -> str:
        """The indicator's number with the part."""
        return self.spec.address

    @property
    def fact(self) -> Fact | None:
        """The fact compared."""
        return self.spec.fact

    @property
    def op(self) -> Op:
        """How it was compared."""
        return self.spec.op

    @property
    def required(self) -> Value | None:
        """The value of the cell; None where it has none."""
        return self.cell.value if self.cell is not None else None

    def leaves(self) -> "Iterator[LeafResult]":
        """Itself."""
        yield self


Joins = typing.Literal["all", "any", "at_least_n", "not"]
"""How a connective joins its members."""


@public("results")
@frozen
class Connective:
    """A connective of the rule tree with its outcome; it has no margin of its own.

    Attributes:
        kind: how it joins its members.
        short: of k-of-n, how many members met are missing (negative: how many are to spare).
    """

    kind: Joins
    outcome: Outcome
    members: "tuple[Evaluated, ...]"
    short: int | None = None

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        """Why it is undetermined: the codes of its undetermined members in printed order; else empty."""
        if self.outcome is not Outcome.UNDETERMINED:
            return ()
        return tuple(dict.fromkeys(c for m in self.members if m.outcome is Outcome.UNDETERMINED for c in m.codes))

    def leaves(self) -> Iterator[LeafResult]:
        """All comparisons below, in printed order."""
        for member in self.members:
            yield from member.leaves()


Evaluated = LeafResult | Connective
"""A node of the rule tree with its outcome: every reason is read off this."""


@public("results")
@frozen
class IndicatorResult:
    """An indicator, evaluated.

    Attributes:
        provisional: decided, and it would be undetermined if only official cells counted, or a layer was not read.
        codes: why it is undetermined, or ``layer_not_read``.
        applies, tree: ``applies_if`` and the condition, evaluated; ``applies`` is None where it always applies.
        basis: on what the outcome rests: figures, or a body that judged.
        judgement: of that body; None where it rests on figures or is open.
    """

    indicator: Indicator
    outcome: Outcome
    provisional: bool
    codes: tuple[ReasonCode, ...]
    tree: Evaluated
    applies: Evaluated | None
    basis: Basis
    judgement: Judgement | None = None

    @property
    def no(self) -> str:
        """The printed number."""
        return self.indicator.no

    @property
    def leaves(self) -> tuple[LeafResult, ...]:
        """All comparisons of the condition, in printed order."""
        return tuple(self.tree.leaves())

    @property
    def single(self) -> LeafResult | None:
        """The comparison, where there is only one; a connective has no margin of its own."""
        found = self.leaves
        return found[0] if len(found) == 1 else None

    @property
    def actual(self) -> Actual | None:
        """The fact's value, of a single comparison."""
        return self.single.actual if self.single else None

    @property
    def required(self) -> Value | None:
        """The threshold, of a single comparison."""
        return self.single.required if self.single else None

    @property
    def margin(self) -> Decimal | Fraction | int | None:
        """The margin, of a single comparison."""
        return self.single.margin if self.single else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which it is undetermined, each once; none where no fact could decide it."""
        if self.outcome is not Outcome.UNDETERMINED:
            return ()
        trees = (self.tree,) if self.applies is None else (self.applies, self.tree)
        return tuple(dict.fromkeys(name for tree in trees for leaf in tree.leaves() for name in leaf.missing))

    @property
    def unit(self) -> str | None:
        """The id of the fact's measure, of a single comparison."""
        leaf = self.single
        return leaf.fact.unit.id if leaf and leaf.fact and leaf.fact.unit else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns used and why, of all comparisons, each once."""
        return tuple(dict.fromkeys(c for leaf in self.leaves for c in leaf.columns))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that bound the unit, each once."""
        return tuple(dict.fromkeys(leaf.cell for leaf in self.leaves if leaf.cell is not None))

    @property
    def citation(self) -> Citation:
        """The place in the law: of the first cell, else of the indicator."""
        return next((leaf.cell.citation for leaf in self.leaves if leaf.cell is not None), self.indicator.citation)

    @property
    def evidence(self) -> str:
        """The weakest evidence of the cells used: ``official``, ``secondary``, ``recalled`` or ``pending``."""
        return weakest(leaf.cell for leaf in self.leaves if leaf.cell is not None)


def weakest(cells: Iterable[Cell]) -> str:
    """Return the weakest evidence of cells; ``pending`` where there are none."""
    order = ("pending", "recalled", "secondary", "official")
    return min((cell.level for cell in cells), key=order.index, default="pending")


@public("results")
@frozen
class CriterionResult:
    """A criterion, evaluated; ``indicators`` by printed number, in the order of the decision.

    Attributes:
        basis, judgement: as of an indicator; it follows where a judgement on an indicator decides it.
        grade, possible_grades: as of the verdict, for what the grades ask of this criterion.
    """

    criterion: Criterion
    outcome: Outcome
    provisional: bool
    indicators: Mapping[str, IndicatorResult]
    basis: Basis
    judgement: Judgement | None = None
    grade: Grade | None = None
    possible_grades: tuple[Grade, ...] = ()

    @property
    def no(self) -> str:
        """The printed number."""
        return self.criterion.no

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        """Why it is undetermined: the codes of its undetermined indicators in printed order; or ``layer_not_read``."""
        if self.outcome is Outcome.UNDETERMINED:
            found = (i for i in self.indicators.values() if i.outcome is Outcome.UNDETERMINED)
            return tuple(dict.fromkeys(code for i in found for code in i.codes))
        unread = self.outcome.satisfied and any(i.codes for i in self.indicators.values() if i.outcome.satisfied)
        return (ReasonCode.LAYER_NOT_READ,) if unread else ()


@public("results")
@frozen
class Annotation:
    """What a caller said about a fact beside its value; never part of the logic.

    Attributes:
        source: where the figure is from.
        as_of: the day or time up to which it counts.
        by: ``self`` or ``appraised``.
        body, name, date, document, note: whose figure it is, when it was said, and where it stands: as of a
            ``Judgement``.

    Raises:
        BadArgument: another body, no day, an empty text.
    """

    source: str | None = None
    as_of: str | None = None
    by: str | None = None
    body: Body | None = field(default=None, converter=optional(body_of))
    name: str | None = field(default=None, converter=text_said)
    date: dt.date | None = field(default=None, converter=day_said)
    document: str | None = field(default=None, converter=text_said)
    note: str | None = field(default=None, converter=text_said)


@public("results")
class RulesetResult(typing.Protocol):
    """What a reader of results needs of a set, evaluated for one unit; ``Verdict`` is one.

    The result of a prerequisite is of this kind: the law is recursive, so a leaf may hold the result of a whole set.
    """

    @property
    def ruleset(self) -> Ruleset:
        """The set."""

    @property
    def unit(self) -> str | None:
        """The caller's name or code of the unit."""

    @property
    def facts(self) -> Mapping[str, FactValue]:
        """The facts as they were given."""

    @property
    def annotations(self) -> Mapping[str, Annotation]:
        """Source, date and author of facts, where the caller gave them."""

    @property
    def unread(self) -> Mapping[str, FactValue]:
        """The facts that were given and that no rule of the set reads."""

    @property
    def values(self) -> tuple[object, ...]:
        """The facts as the engine read them."""

    @property
    def outcome(self) -> Outcome:
        """Of the whole set."""

    @property
    def provisional(self) -> bool:
        """Decided, but it rests on a number that was not checked against the official text, or on an unread layer."""

    @property
    def grade(self) -> Grade | None:
        """The declared grade of a unit that does not meet the whole set; None where that is not certain."""

    @property
    def possible_grades(self) -> tuple[Grade, ...]:
        """The grades that the unit may have while something is open, the highest first."""

    @property
    def by_grade(self) -> "Mapping[str, RulesetResult]":
        """The results against what each declared grade asks, by its id."""

    @property
    def grade_counts(self) -> Mapping[str, int]:
        """How many of the criteria that are not met have each grade, by its id."""

    @property
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision."""

    @property
    def indicators(self) -> Mapping[str, IndicatorResult]:
        """All indicators by printed number, in the order of the decision."""

    @property
    def criteria_total(self) -> int:
        """Criteria of the composed set that are counted."""

    @property
    def criteria_met(self) -> int:
        """Criteria met or not applicable, of those that are counted."""

    @property
    def criteria_not_met(self) -> int:
        """Criteria not met, of those that are counted."""

    @property
    def must_not_met(self) -> tuple[str, ...]:
        """The criteria that have to be met among ``at_least_n`` and are not met, by printed number."""

    @property
    def criteria_undetermined(self) -> int:
        """Criteria undetermined, of those that are counted."""

    @property
    def indicator_counts(self) -> Mapping[Outcome, int]:
        """How many indicators have each outcome."""
