"""The findings of one unit against the grades that its set declares."""

from collections.abc import Mapping

from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import Verdict
from ntm_rules.verdict.facts import CheckedFacts


def findings(verdict: Verdict) -> dict[str, Verdict]:
    """The verdict on the same facts against what each grade asks; the facts of a grade are those of its set."""
    from ntm_rules.verdict.program import program_of

    values = list(verdict.values[: len(verdict.ruleset.facts)])
    checked = CheckedFacts(verdict.unit, verdict.facts, verdict.annotations, values)  # type: ignore[arg-type]
    return {grade.id: program_of(grade.ruleset).verdict(checked) for grade in verdict.ruleset.grades}


def criterion_outcomes(verdict: Verdict) -> Mapping[str, Outcome]:
    """The outcomes of the criteria of a verdict by printed number, without explaining them."""
    return {c.no: Outcome(code) for c, code in zip(verdict.ruleset.criteria, verdict.codes[1:], strict=False)}
