"""A verdict as plain JSON types, after the schema ``schemas/verdict-1.json``; exact numbers are texts."""

import typing
from decimal import Decimal
from fractions import Fraction

from ntm_rules._version import __version__
from ntm_rules.model.canonical import decimal_text
from ntm_rules.model.citations import Citation
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import (
    CriterionResult,
    Evaluated,
    IndicatorResult,
    LeafResult,
    RulesetResult,
)
from ntm_rules.model.rulesets import Layer
from ntm_rules.model.text import Text

SCHEMA = "ntm-rules/verdict/1"
Json = dict[str, typing.Any]


def verdict_dict(verdict: RulesetResult) -> Json:
    """The verdict as plain JSON types."""
    ruleset = verdict.ruleset
    floor = ruleset.minimum_evidence
    return {
        "schema": SCHEMA,
        "library_version": __version__,
        "unit": verdict.unit,
        "ruleset": ruleset.id,
        "period": ruleset.period,
        "on": ruleset.on.isoformat(),
        "year": ruleset.year,
        "province": ruleset.province,
        "territory": ruleset.territory,
        "content_hash": ruleset.content_hash,
        "minimum_evidence": floor.value if floor else None,
        "layers": [_layer(layer) for layer in ruleset.layers],
        "outcome": verdict.outcome.code,
        "provisional": verdict.provisional,
        "grade": verdict.grade.id if verdict.grade else None,
        **(_grades(verdict) if ruleset.grades else {}),
        "counts": _counts(verdict),
        "criteria": [_criterion(c, bool(ruleset.grades)) for c in verdict.criteria.values()],
        "facts": {name: _fact(verdict, name) for name in verdict.facts},
    }


def exact_text(value: object) -> typing.Any:
    """Numbers as exact texts (a fraction as ``p/q``), everything else as JSON has it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    if isinstance(value, float):
        return decimal_text(Decimal(repr(value)))
    if isinstance(value, tuple):
        return [exact_text(item) for item in value]
    return str(value)


def _layer(layer: Layer) -> Json:
    instrument = layer.instrument
    return {
        "kind": layer.kind.value,
        "issuer": instrument.issuer if instrument else None,
        "number": instrument.number if instrument else None,
        "date": instrument.date if instrument else None,
        "annex": layer.annex,
        "from": layer.start.isoformat(),
        "to": layer.end.isoformat() if layer.end else None,
        "read": "whole" if layer.read_whole else "partly",
    }


def _counts(verdict: RulesetResult) -> Json:
    indicators = verdict.indicator_counts
    return {
        "criteria": {
            "total": verdict.criteria_total,
            "met": verdict.criteria_met,
            "not_met": verdict.criteria_not_met,
            "undetermined": verdict.criteria_undetermined,
        },
        "indicators": {outcome.code: indicators[outcome] for outcome in Outcome},
    }


def _grades(verdict: RulesetResult) -> Json:
    """What a set that has grades says beside the grade of the unit."""
    return {
        "possible_grades": [grade.id for grade in verdict.possible_grades],
        "grades": [
            {
                "id": grade.id,
                "title": title_json(grade.title),
                "outcome": verdict.by_grade[grade.id].outcome.code,
                "provisional": verdict.by_grade[grade.id].provisional,
                "criteria": verdict.grade_counts[grade.id],
            }
            for grade in verdict.ruleset.grades
        ],
    }


def _criterion(result: CriterionResult, graded: bool) -> Json:
    return {
        "no": result.no,
        "title": title_json(result.criterion.title),
        **({} if result.criterion.counted else {"counted": False}),
        "outcome": result.outcome.code,
        "provisional": result.provisional,
        **(_grade(result) if graded else {}),
        "codes": [code.value for code in result.codes],
        "indicators": [_indicator(i) for i in result.indicators.values()],
    }


def _grade(result: CriterionResult) -> Json:
    return {
        "grade": result.grade.id if result.grade else None,
        "possible_grades": [grade.id for grade in result.possible_grades],
    }


def _indicator(result: IndicatorResult) -> Json:
    return {
        "no": result.no,
        "title": title_json(result.indicator.title),
        "outcome": result.outcome.code,
        "provisional": result.provisional,
        "codes": [code.value for code in result.codes],
        "evidence": result.evidence,
        "citation": citation_json(result.citation),
        "applies": None if result.applies is None else result.applies.outcome.code,
        "condition": _node(result.tree),
    }


def _node(tree: Evaluated) -> Json:
    if isinstance(tree, LeafResult):
        return _leaf(tree)
    found: Json = {"kind": tree.kind, "outcome": tree.outcome.code}
    if tree.short is not None:
        found["short"] = tree.short
    return found | {"members": [_node(member) for member in tree.members]}


def _leaf(leaf: LeafResult) -> Json:
    cell, inner = leaf.cell, leaf.prerequisite
    return {
        "kind": "prerequisite" if inner is not None else "comparison",
        "address": leaf.address,
        "outcome": leaf.outcome.code,
        "codes": [code.value for code in leaf.codes],
        "fact": leaf.fact.id if leaf.fact else None,
        "op": leaf.op.value,
        "actual": exact_text(leaf.actual),
        "required": exact_text(leaf.required),
        "margin": exact_text(leaf.margin),
        "part_change": exact_text(leaf.part_change),
        "unit": leaf.fact.unit.id if leaf.fact and leaf.fact.unit else None,
        **({} if leaf.undecided is None else {"undecided": exact_text(leaf.undecided)}),
        "columns": [{"selector": c.selector, "value": c.value, "why": c.why, "row": c.row} for c in leaf.columns],
        "evidence": cell.level if cell else None,
        "confidence": cell.confidence.value if cell and cell.confidence else None,
        "source": cell.source if cell else None,
        "citation": citation_json(cell.citation) if cell else None,
        "prerequisite": _summary(inner) if inner is not None else None,
    }


def _summary(inner: RulesetResult) -> Json:
    return {
        "ruleset": inner.ruleset.id,
        "content_hash": inner.ruleset.content_hash,
        "outcome": inner.outcome.code,
        "counts": _counts(inner),
    }


def citation_json(citation: Citation) -> Json:
    """A citation as plain JSON types."""
    instrument = citation.instrument
    return {
        "issuer": instrument.issuer,
        "number": instrument.number,
        "date": instrument.date,
        "annex": citation.annex,
        "point": citation.point,
    }


def title_json(title: Text | None) -> Json | None:
    """A title in both languages; null where there is none."""
    return None if title is None else {"vi": title.vi, "en": title.en}


def _fact(verdict: RulesetResult, name: str) -> Json:
    note = verdict.annotations.get(name)
    found: Json = {"value": exact_text(verdict.facts[name])}
    if note is not None:
        found |= {"source": note.source, "as_of": note.as_of, "by": note.by}
    return found
