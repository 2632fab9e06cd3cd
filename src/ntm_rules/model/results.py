"""What an assessment answers: a verdict, its criteria, indicators and comparisons."""

import typing
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from attrs import field, fields, frozen

from ntm_rules.model.citations import Citation
from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Fact
from ntm_rules.model.kept import kept
from ntm_rules.model.outcomes import Outcome, ReasonCode, grade_of, possible_grades
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, Value

if typing.TYPE_CHECKING:
    from ntm_rules.words.reason import Reason

Actual = Decimal | Fraction | bool | str
"""The value of a fact, exact: a Fraction where it follows from part and whole."""

FactValue = float | int | str | bool | Decimal
"""What a caller may give for a fact."""


@frozen
class Column:
    """The value of one selector of a table, and where it comes from.

    Attributes:
        why: ``given`` by the caller, ``bound`` by province or year, ``case`` (a row of a derived fact), ``else``.
        row: which row of the case, from 0; None otherwise.
        missing: the facts for want of which the value is not known.
    """

    selector: str
    value: str | None
    why: str
    row: int | None = None
    missing: tuple[str, ...] = ()


@frozen
class Leaf:
    """What a comparison compares: the same for every unit.

    Attributes:
        address: the indicator's number with the part, e.g. ``17.1a``.
        fact: None for a placeholder and for a prerequisite shown by a finding.
    """

    address: str
    fact: Fact | None
    op: Op


@frozen
class LeafResult:
    """One comparison with one fact, evaluated: a leaf of the evaluated tree.

    Attributes:
        actual: the fact's value; a Fraction where it follows from part and whole; None where it is missing.
        margin: slack in the fact's unit, met at 0 or more (above 0 for ``more_than`` and ``less_than``); a Fraction
            of percentage points for a ratio, steps for an ordinal; None for yes/no and where nothing is decided.
        cell: the cell that bound the unit; None where there is none.
        codes: all reasons why it is undetermined.
        part_change: of a ratio, the smallest whole change of the part that turns the outcome, in the part's unit.
        columns: which column of the table was used, and why.
        undecided: by how many units the value may still grow; None where by none, or where the fact cannot.
        prerequisite: the verdict on the other set, where this is a ``meets`` that was evaluated.
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
    prerequisite: "Verdict | None" = None

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


@frozen
class Connective:
    """A connective of the rule tree with its outcome; it has no margin of its own.

    Attributes:
        kind: ``all``, ``any``, ``at_least_n`` or ``not``.
        short: of k-of-n, how many members met are missing (negative: how many are to spare).
    """

    kind: str
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


@frozen
class IndicatorResult:
    """An indicator, evaluated.

    Attributes:
        provisional: decided, and it would be undetermined if only official cells counted, or a layer was not read.
        codes: why it is undetermined, or ``layer_not_read``.
        applies, tree: ``applies_if`` and the condition, evaluated; ``applies`` is None where it always applies.
    """

    indicator: Indicator
    outcome: Outcome
    provisional: bool
    codes: tuple[ReasonCode, ...]
    tree: Evaluated
    applies: Evaluated | None = None

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
        cells = self.cells
        return cells[0].citation if cells else self.indicator.citation

    @property
    def evidence(self) -> str:
        """The weakest evidence of the cells used: ``official``, ``secondary``, ``recalled`` or ``pending``."""
        order = ("pending", "recalled", "secondary", "official")
        return min((cell.level for cell in self.cells), key=order.index, default="pending")


@frozen
class CriterionResult:
    """A criterion, evaluated; ``indicators`` by printed number, in the order of the decision.

    Attributes:
        grade, possible_grades: as of the ``Verdict``, for what the grades ask of this criterion.
    """

    criterion: Criterion
    outcome: Outcome
    provisional: bool
    indicators: Mapping[str, IndicatorResult]
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


@frozen
class Annotation:
    """What a caller said about a fact beside its value; never part of the logic."""

    source: str | None = None
    as_of: str | None = None
    by: str | None = None


@frozen
class Verdict:
    """The finding for one unit. Immutable; can be pickled and compared.

    Attributes:
        unit: the caller's name or code of the unit.
        ruleset: the set it was assessed against.
        facts: the facts as they were given.
        annotations: source, date and author of facts, where the caller gave them.
        values: the facts as the engine read them, one a slot.
        codes, floors: outcome codes of the set, its criteria and its indicators: as asked for, and with official
            cells only.
    """

    ruleset: Ruleset
    unit: str | None
    facts: Mapping[str, FactValue]
    annotations: Mapping[str, Annotation]
    codes: bytes
    floors: bytes = field(repr=False)
    values: tuple[object, ...] = field(eq=False, repr=False)
    _explain: "Callable[[Verdict], tuple[CriterionResult, ...]]" = field(eq=False, repr=False)
    _kept: dict[object, typing.Any] = field(init=False, factory=dict, eq=False, repr=False)

    def __getstate__(self) -> dict[str, object]:
        plain = {name: dict(getattr(self, name)) for name in _MAPPINGS}
        return {name: plain.get(name, getattr(self, name)) for name in _FIELDS}

    def __setstate__(self, state: dict[str, object]) -> None:
        frozen_ = {name: MappingProxyType(typing.cast(dict[str, object], state[name])) for name in _MAPPINGS}
        for name, value in (state | frozen_ | {"_kept": {}}).items():
            object.__setattr__(self, name, value)

    def __hash__(self) -> int:
        return hash((self.ruleset.id, self.unit, self.codes))

    # -- the set -----------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome:
        """Of the whole set."""
        return Outcome(self.codes[0])

    @property
    def provisional(self) -> bool:
        """Decided, but it rests on a number that was not checked against the official text, or on an unread layer."""
        return self.provisional_flags[0]

    @property
    @kept
    def provisional_flags(self) -> tuple[bool, ...]:
        """Whether each outcome of ``codes`` is provisional."""
        unread = not self.ruleset.read_whole
        pairs = zip(self.codes, self.floors, strict=True)
        return tuple([code != 2 and (floor == 2 or (unread and code != 0)) for code, floor in pairs])

    @property
    def criteria_total(self) -> int:
        """Criteria of the composed set that are counted, the same for every unit."""
        return sum(criterion.counted for criterion in self.ruleset.criteria)

    @property
    def criteria_met(self) -> int:
        """Criteria met or not applicable, of those that are counted."""
        codes = self._criteria_codes
        return codes.count(Outcome.MET) + codes.count(Outcome.NOT_APPLICABLE)

    @property
    def criteria_not_met(self) -> int:
        """Criteria not met, of those that are counted."""
        return self._criteria_codes.count(Outcome.NOT_MET)

    @property
    def criteria_undetermined(self) -> int:
        """Criteria undetermined, of those that are counted."""
        return self._criteria_codes.count(Outcome.UNDETERMINED)

    @property
    def indicator_counts(self) -> Mapping[Outcome, int]:
        """How many indicators have each outcome."""
        codes = self.codes[1 + len(self.ruleset.criteria) :]
        return MappingProxyType({outcome: codes.count(outcome) for outcome in Outcome})

    @property
    def _criteria_codes(self) -> bytes:
        """Of the criteria that are counted."""
        criteria = self.ruleset.criteria
        pairs = zip(criteria, self.codes[1 : 1 + len(criteria)], strict=True)
        return bytes([code for criterion, code in pairs if criterion.counted])

    # -- grades ------------------------------------------------------------------------------

    @property
    @kept
    def by_grade(self) -> "Mapping[str, Verdict]":
        """The findings of the same facts against what each declared grade asks, by its id, the highest first."""
        from ntm_rules.verdict.grading import findings

        return MappingProxyType(findings(self))

    @property
    def grade(self) -> Grade | None:
        """The declared grade of a unit that does not meet the whole set: the highest that it reaches.

        None where the set is met, where no grade is reached, and where that is not certain; see ``possible_grades``.
        """
        return grade_of(self.outcome, self._reached)

    @property
    def possible_grades(self) -> tuple[Grade, ...]:
        """The grades that the unit may have while something is open, the highest first; ``grade`` alone if certain.

        Where the outcome of the set is undetermined the unit may meet the whole set as well; where it is not met and
        the last of these grades is not reached for certain, it may have none.
        """
        return possible_grades(self.outcome, self._reached)

    @property
    def grade_counts(self) -> Mapping[str, int]:
        """How many of the criteria that are not met have each grade, by its id; only those that are counted."""
        found = dict.fromkeys((g.id for g in self.ruleset.grades), 0)
        for result in self.criteria.values() if found else ():
            if result.criterion.counted and result.grade is not None:
                found[result.grade.id] += 1
        return MappingProxyType(found)

    @property
    def _reached(self) -> list[tuple[Grade, Outcome]]:
        return [(grade, self.by_grade[grade.id].outcome) for grade in self.ruleset.grades]

    # -- below -------------------------------------------------------------------------------

    @property
    @kept
    def criteria(self) -> Mapping[str, CriterionResult]:
        """The criteria by printed number, in the order of the decision; made when first asked for."""
        return MappingProxyType({c.no: c for c in self._explain(self)})

    @property
    def indicators(self) -> Mapping[str, IndicatorResult]:
        """All indicators by printed number, in the order of the decision."""
        return MappingProxyType({no: i for c in self.criteria.values() for no, i in c.indicators.items()})

    @property
    def provisional_cells(self) -> tuple[tuple[str, Cell], ...]:
        """The cells below official evidence on which provisional outcomes rest, each with its address."""
        found = (
            (leaf.address, leaf.cell)
            for i in self.indicators.values()
            if i.provisional
            for tree in (i.applies, i.tree)
            if tree is not None
            for leaf in tree.leaves()
            if leaf.cell is not None and leaf.cell.level != "official"
        )
        return tuple(dict.fromkeys(found))

    def reasons(self) -> "tuple[Reason, ...]":
        """Why the indicators that are not satisfied are not, in the order of the decision."""
        from ntm_rules.words.reason import reasons

        return reasons(self)

    def with_facts(self, facts: Mapping[str, FactValue | Mapping[str, object] | None]) -> "Verdict":
        """The verdict with some facts changed; None takes a fact away."""
        from ntm_rules.verdict.program import reassess

        return reassess(self, facts)

    def to_dict(self) -> dict[str, typing.Any]:
        """Plain JSON types after the shipped schema ``verdict-1.json``; exact numbers are texts."""
        from ntm_rules.verdict.verdict_json import to_dict

        return to_dict(self)

    def to_json(self) -> str:
        """``to_dict()`` as one line of JSON."""
        from ntm_rules.verdict.verdict_json import to_json

        return to_json(self)


_FIELDS = tuple(f.name for f in fields(Verdict) if f.init)
_MAPPINGS = ("facts", "annotations")
