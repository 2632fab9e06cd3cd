"""The second reading as plain JSON types: what judgements make of the finding, beside which it stands."""

import typing

from ntm_rules.model.judgements import Basis, Disagreement, Judgement
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.plain import Json, figure, plain
from ntm_rules.model.results import CriterionResult, IndicatorResult

if typing.TYPE_CHECKING:
    from ntm_rules.verdict.verdict import Judged


def judgement_dict(judgement: Judgement) -> Json:
    """Return a judgement; what nobody said of it is left out."""
    return {name: value for name, value in plain(judgement).items() if value is not None}


def judged_dict(judged: "Judged") -> Json:
    """Return the keys that a verdict has for its second reading: the judgements, and what these make of it.

    Of criteria, indicators and facts those are there that the first reading has otherwise. A judgement is named by its
    number in the list.
    """
    said = [judgement_dict(judgement) for judgement in judged.verdict.judgements]
    return {**({"judgements": said} if said else {}), "judged": _second(judged)}


def _second(judged: "Judged") -> Json:
    first, numbers = judged.verdict, {judgement: n for n, judgement in enumerate(judged.verdict.judgements)}

    def node(result: CriterionResult | IndicatorResult) -> Json:
        found: Json = {"no": result.no, "outcome": result.outcome.code, "basis": result.basis.code}
        found |= {"provisional": True} if result.provisional else {}
        return found | ({} if result.judgement is None else {"judgement": numbers[result.judgement]})

    def apart(each: Disagreement) -> Json:
        found: Json = {"of": "criterion" if each.is_criterion else "indicator", "no": each.no}
        found |= {"outcome": each.outcome.code, "basis": each.basis.code, "said": each.said.code, "by": each.by.code}
        found |= {} if each.judgement is None else {"judgement": numbers[each.judgement]}
        return found | ({} if each.margin is None else {"margin": figure(each.margin)})

    found: Json = {"outcome": judged.outcome.code, "basis": judged.basis.code}
    found |= {"provisional": True} if judged.provisional else {}
    if judged.ruleset.grades:
        found |= {} if judged.grade is None else {"grade": judged.grade.id}
        found["possible_grades"] = [grade.id for grade in judged.possible_grades]
    found["counts"] = _counts(judged)
    levels = ("criteria", first.criteria, judged.criteria), ("indicators", first.indicators, judged.indicators)
    for name, before, after in levels:
        found[name] = [node(result) for no, result in after.items() if _differs(before[no], result)]
    found["facts"] = {name: figure(value) for name, value in judged.facts.items() if first.facts.get(name) != value}
    found["disagreements"] = [apart(each) for each in judged.disagreements]
    found["unused"] = [{"judgement": numbers[u.judgement], "why": u.why.value} for u in judged.unused_judgements]
    return {key: value for key, value in found.items() if value not in ([], {})}


def _differs(before: CriterionResult | IndicatorResult, after: CriterionResult | IndicatorResult) -> bool:
    """Return whether a node is another in the second reading, or rests on something else."""
    rests = after.basis not in (Basis.OPEN, Basis.FIGURES)
    return rests or (before.outcome, before.provisional) != (after.outcome, after.provisional)


def _counts(judged: "Judged") -> Json:
    return {
        "criteria": {
            "total": judged.criteria_total,
            "met": judged.criteria_met,
            "not_met": judged.criteria_not_met,
            "undetermined": judged.criteria_undetermined,
            "not_applicable": judged.criteria_not_applicable,
            "judged": judged.criteria_judged,
        },
        "indicators": {outcome.code: judged.indicator_counts[outcome] for outcome in Outcome},
    }
