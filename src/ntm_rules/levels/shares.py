"""From outcomes of units or criteria to the facts that count them."""

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from ntm_rules.model.facts import Fact
from ntm_rules.model.judgements import Judgements, judgements_of
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Facts, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.verdict.program import program_of
from ntm_rules.verdict.verdict import Verdict, judged_too, verdict_from, verdict_of


@frozen
class Taken:
    """Facts taken from below.

    Attributes:
        facts: as they stand.
        settled: as they stand if only what is official and wholly read counts: less is decided, never otherwise.
    """

    facts: Mapping[str, FactValue]
    settled: Mapping[str, FactValue]


def counted(fact: Fact, outcomes: Sequence[int]) -> dict[str, FactValue]:
    """Return the facts behind a share or count: how many are met, of how many, how many are not decided.

    What is not applicable leaves the whole. Where the fact has nothing to say how many are undecided and some are,
    the number met is missing.
    """
    met, undecided = outcomes.count(Outcome.MET), outcomes.count(Outcome.UNDETERMINED)
    found: dict[str, FactValue] = {}
    if fact.undecided is not None:
        found[fact.undecided] = undecided
    if fact.undecided is not None or not undecided:
        found[fact.ratio.part if fact.ratio is not None else fact.id] = met
    if fact.ratio is not None:
        found[fact.ratio.whole] = len(outcomes) - outcomes.count(Outcome.NOT_APPLICABLE)
    return found


def assess_taken(
    ruleset: Ruleset,
    facts: Facts,
    taken: Taken,
    unit: str | None,
    judged: Taken | None = None,
    judgements: Judgements = (),
) -> Verdict:
    """Return the finding on given facts and facts taken from below; provisional too where those are.

    Args:
        judged: what is taken in the second reading; the same unless given.
        judgements: on the unit itself.

    Raises:
        FactError: every bad fact of the unit; judgements that contradict each other.
        UnknownName, BadArgument: as ``assess`` for judgements.
    """
    first = _found(ruleset, facts, taken, unit)
    said = judgements_of(judgements)
    if not said and (judged is None or judged == taken):
        return first
    figures = None if judged is None or judged == taken else _found(ruleset, facts, judged, unit)
    return evolve(judged_too(first, said), figures=figures)


def _found(ruleset: Ruleset, facts: Facts, taken: Taken, unit: str | None) -> Verdict:
    """Return the finding by figures."""
    program = program_of(ruleset)
    checked = program.checker.check({**facts, **taken.facts}, unit)
    if taken.settled == taken.facts:
        return verdict_of(ruleset, checked)
    settled = program.checker.check({**facts, **taken.settled}, unit)
    slots = program.asked.slots(checked.values)
    floors = program.official.codes(program.official.slots(settled.values))
    return verdict_from(ruleset, checked, slots, program.asked.codes(slots), floors)
