"""A verdict as plain JSON types, after the schema ``schemas/verdict-1.json``: its keys, most of which are derived."""

from collections.abc import Iterable

from cattrs.gen import override

from ntm_rules._version import __version__
from ntm_rules.model.kept import by_identity
from ntm_rules.model.plain import Json, figure, form, form_of_fields, plain, plain_form, plain_object, which_set
from ntm_rules.model.results import (
    Column,
    Connective,
    CriterionResult,
    IndicatorResult,
    Leaf,
    LeafResult,
    RulesetResult,
)
from ntm_rules.model.rulesets import Layer
from ntm_rules.model.thresholds import Cell

SCHEMA = "ntm-rules/verdict/1"

form_of_fields(Column, missing=override(omit=True))


def verdict_dict(verdict: RulesetResult) -> Json:
    """Return the verdict as plain JSON types."""
    ruleset = verdict.ruleset
    graded = bool(ruleset.grades)
    found = plain_object(
        {
            "schema": SCHEMA,
            "library_version": __version__,
            "unit": verdict.unit,
            **which_set(ruleset),
            "minimum_evidence": ruleset.minimum_evidence,
            "layers": ruleset.layers,
            "outcome": verdict.outcome,
            "provisional": verdict.provisional,
            "grade": verdict.grade,
            **(_grades(verdict) if graded else {}),
            "counts": _counts(verdict),
        }
    )
    # plain already: most of a verdict, and not looked through once more
    found["criteria"] = [_criterion(result, graded) for result in verdict.criteria.values()]
    found["facts"] = {name: _fact(verdict, name) for name in _noted(verdict) if name not in verdict.unread}
    if verdict.unread:
        found["unread"] = {name: _fact(verdict, name) for name in verdict.unread}
    return found


@form
def _layer(layer: Layer) -> Json:
    instrument = layer.instrument
    return {
        "kind": layer.kind,
        "issuer": instrument and instrument.issuer,
        "number": instrument and instrument.number,
        "date": instrument and instrument.date,
        "annex": layer.annex,
        "from": layer.start,
        "to": layer.end,
        "read": "whole" if layer.read_whole else "partly",
    }


def _counts(verdict: RulesetResult) -> Json:
    return {
        "criteria": {
            "total": verdict.criteria_total,
            "met": verdict.criteria_met,
            "not_met": verdict.criteria_not_met,
            "undetermined": verdict.criteria_undetermined,
        },
        "indicators": verdict.indicator_counts,
    }


def _grades(verdict: RulesetResult) -> Json:
    """Return what a set that has grades says beside the grade of the unit."""
    return {
        "possible_grades": verdict.possible_grades,
        "grades": [
            {
                "id": grade.id,
                "title": grade.title,
                "outcome": verdict.by_grade[grade.id].outcome,
                "provisional": verdict.by_grade[grade.id].provisional,
                "criteria": verdict.grade_counts[grade.id],
            }
            for grade in verdict.ruleset.grades
        ],
    }


def _criterion(result: CriterionResult, graded: bool) -> Json:
    found = plain_object(
        {
            "no": result.no,
            "title": result.criterion.title,
            **({} if result.criterion.counted else {"counted": False}),
            "outcome": result.outcome,
            "provisional": result.provisional,
            **({"grade": result.grade, "possible_grades": result.possible_grades} if graded else {}),
            "codes": result.codes,
        }
    )
    found["indicators"] = [_indicator(indicator) for indicator in result.indicators.values()]
    return found


@form
def _indicator(result: IndicatorResult) -> Json:
    return {
        "no": result.no,
        "title": result.indicator.title,
        "outcome": result.outcome,
        "provisional": result.provisional,
        "codes": result.codes,
        "evidence": result.evidence,
        "citation": result.citation,
        "applies": result.applies and result.applies.outcome,
        "condition": result.tree,
    }


@form
def _connective(tree: Connective) -> Json:
    return {
        "kind": tree.kind,
        "outcome": tree.outcome,
        **({} if tree.short is None else {"short": tree.short}),
        "members": tree.members,
    }


@plain_form
def _leaf(leaf: LeafResult) -> Json:
    found = _of_law(leaf.spec, leaf.cell)
    found["outcome"], found["codes"], found["columns"] = leaf.outcome.code, plain(leaf.codes), plain(leaf.columns)
    found["actual"], found["margin"] = plain(leaf.actual), figure(leaf.margin)
    if leaf.part_change is not None:
        found["part_change"] = plain(leaf.part_change)
    if leaf.undecided is not None:
        found["undecided"] = plain(leaf.undecided)
    if leaf.between is not None:
        found["between"] = plain(leaf.between)
    if leaf.prerequisite is not None:
        found["kind"], found["prerequisite"] = "prerequisite", plain(_summary(leaf.prerequisite))
    return found


def _of_law(spec: Leaf, cell: Cell | None) -> Json:
    """Return the keys of a comparison with what the law alone says of it; those of the unit are left open."""
    found = _said(spec, cell).copy()
    if found["citation"] is not None:
        found["citation"] = found["citation"].copy()
    return found


@by_identity(5_000)
def _said(spec: Leaf, cell: Cell | None) -> Json:
    return plain_object(
        {
            "kind": "comparison",
            "address": spec.address,
            "outcome": None,
            "codes": None,
            "fact": spec.fact,
            "op": spec.op,
            "actual": None,
            "required": cell and cell.value,
            "margin": None,
            "part_change": None,
            "unit": spec.fact and spec.fact.unit,
            "columns": None,
            "evidence": cell and cell.level,
            "confidence": cell and cell.confidence,
            "source": cell and cell.source,
            **({} if cell is None or cell.disputed is None else {"disputed": cell.disputed}),
            "citation": cell and cell.citation,
            "prerequisite": None,
        }
    )


def _summary(inner: RulesetResult) -> Json:
    return {
        "ruleset": inner.ruleset.id,
        "content_hash": inner.ruleset.content_hash,
        "outcome": inner.outcome,
        "counts": _counts(inner),
    }


def _noted(verdict: RulesetResult) -> Iterable[str]:
    """Return the facts of which something was said: a value, or only who was asked for it, and when."""
    return dict.fromkeys((*verdict.facts, *verdict.annotations))


def _fact(verdict: RulesetResult, name: str) -> Json:
    note, value = verdict.annotations.get(name), verdict.facts.get(name, verdict.unread.get(name))
    return {"value": None if value is None else figure(value), **({} if note is None else plain(note))}
