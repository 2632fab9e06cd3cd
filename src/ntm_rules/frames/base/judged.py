"""Columns of judgements in a frame: of which indicator or criterion, and whose; and what the results are called."""

from collections.abc import Collection, Iterable, Mapping

from attrs import evolve, frozen

from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.judgements import DECIDED, Basis, Body, Judgement
from ntm_rules.model.kept import Recent, kept
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.judging import numbered

_SAID = {**DECIDED, **{str(int(outcome)): outcome for outcome in DECIDED.values()}}
"""What a column may say: the words of an outcome, or its codes."""
JUDGED_COUNTS = (
    "judged_criteria_met",
    "judged_criteria_not_met",
    "judged_criteria_undetermined",
    "judged_criteria_judged",
)


@frozen
class JudgedColumn:
    """A column with the judgements of one body.

    Attributes:
        no: the number that it is about.
        place: of that among the outcome codes.
    """

    name: str
    no: str
    place: int
    basis: Basis

    @property
    def fact(self) -> Fact:
        """The fact like which its values are read and checked."""
        return Fact(self.name, FactType.ORDINAL, values=tuple(_SAID))

    def said(self, value: object) -> Judgement:
        """Return what a value says; without a note, for which a column has no room."""
        body = self.basis.body or Body.OTHER
        return Judgement(self.no, _SAID[str(value)], body, note=self.name)


def judged_columns(ruleset: Ruleset, names: Iterable[str]) -> tuple[JudgedColumn, ...]:
    """Return those of the columns that are judgements: ``judged_4.2``, or of a body ``judged_4.2_province``."""
    known = _known(ruleset)
    return tuple(known[name] for name in names if name in known)


@kept
def _known(ruleset: Ruleset) -> dict[str, JudgedColumn]:
    ends = {"": Basis.OTHER} | {f"_{b.code}": b for b in Basis if b.body not in (None, Body.OTHER)}
    return {
        name: JudgedColumn(name, no, place, basis)
        for no, place in numbered(ruleset).items()
        for end, basis in ends.items()
        for name in (f"judged_{no}{end}",)
    }


@kept
def columns_by_place(ruleset: Ruleset) -> Mapping[tuple[int, Basis], JudgedColumn]:
    """Return the columns of judgements by the place of their node among the outcome codes, and by who judged."""
    return {(column.place, column.basis): column for column in _known(ruleset).values()}


def places_said(outcome: Outcome) -> list[int]:
    """Return which values of a column of judgements, by their place, say an outcome."""
    return [place for place, said in enumerate(_SAID.values()) if said is outcome]


def with_judged(ruleset: Ruleset, judged: Collection[JudgedColumn]) -> Ruleset:
    """Return the ruleset with the columns of judgements among its facts, by which these are read and checked."""
    if not judged:
        return ruleset
    names = tuple(column.name for column in judged)

    def extended() -> Ruleset:
        facts = (*ruleset.facts, *(column.fact for column in judged))
        return evolve(ruleset, facts=facts, catalogue=ruleset.catalogue | set(names))

    return _extended(ruleset).made(names, extended)


@kept
def _extended(_: Ruleset) -> Recent[tuple[str, ...], Ruleset]:
    """Return the last rulesets that columns of judgements were read by, kept with the ruleset."""
    return Recent(8)


def judged_names(ruleset: Ruleset) -> tuple[str, ...]:
    """Return the columns of the second reading in the wide result."""
    criteria = [criterion.no for criterion in ruleset.criteria]
    indicators = [indicator.no for criterion in ruleset.criteria for indicator in criterion.indicators]
    return (
        "judged_outcome",
        *JUDGED_COUNTS,
        *(f"judged_criterion_{no}" for no in criteria),
        *(f"judged_indicator_{no}" for no in indicators),
        *(f"basis_criterion_{no}" for no in criteria),
        *(f"basis_{no}" for no in indicators),
    )
