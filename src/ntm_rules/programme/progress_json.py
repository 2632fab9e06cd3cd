"""Progress as plain JSON types; exact numbers are texts."""

import typing

from ntm_rules._version import __version__
from ntm_rules.model.plans import Figure, Known, Plan, Target
from ntm_rules.programme.record import UnitRecord
from ntm_rules.programme.tally import Band, Span, Tally
from ntm_rules.verdict.verdict_json import Json, exact_text, title_json

if typing.TYPE_CHECKING:
    from ntm_rules.programme.progress import Achievement, Change, Progress, Reached, TierProgress

SCHEMA = "ntm-rules/progress/1"


def to_dict(found: "Progress") -> Json:
    """Progress as plain JSON types."""
    return {
        "schema": SCHEMA,
        "library_version": __version__,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "by": list(found.by),
        "plan": None if found.plan is None else _plan(found.plan),
        "targets": [_achievement(each) for each in found.achievements],
        "tiers": [_tier(each) for each in found.tiers],
    }


def _plan(plan: Plan) -> Json:
    instrument = plan.instrument
    return {
        "name": plan.name,
        "province": plan.province,
        "year": plan.year,
        "title": title_json(plan.title),
        "number": instrument.number if instrument else None,
        "date": instrument.date if instrument else None,
        "figures": [_figure(figure) for figure in plan.figures],
    }


def _figure(figure: Figure) -> Json:
    return {
        "title": title_json(figure.title),
        "op": figure.op,
        "value": exact_text(figure.value),
        "unit": title_json(figure.unit),
        **_known(figure.known),
    }


def _known(known: Known) -> Json:
    return {
        "evidence": known.evidence.value,
        "confidence": known.confidence.value if known.confidence else None,
        "source": known.source,
        "note": known.note,
    }


def _achievement(found: "Achievement") -> Json:
    target: Target = found.target
    return {
        "tier": target.tier,
        "aim": target.aim.value,
        "target": {"low": exact_text(target.low), "high": exact_text(target.high)},
        "out_of": target.out_of,
        **_known(target.known),
        "by_finding": _reached(found.by_finding),
        "by_act": _reached(found.by_act),
    }


def _reached(reached: "Reached | None") -> Json | None:
    if reached is None:
        return None
    return {"achieved": _span(reached.achieved), "remaining": _span(reached.remaining)}


def _span(span: Span | None) -> Json | None:
    return None if span is None else {"low": exact_text(span.low), "high": exact_text(span.high)}


def _tier(tier: "TierProgress") -> Json:
    return {
        "tier": tier.tier,
        "now": _tally(tier.now),
        "groups": [
            {
                "path": list(group.path),
                "now": _tally(group.now),
                "before": None if group.before is None else _tally(group.before),
            }
            for group in tier.groups
        ],
        "change": None if tier.change is None else _change(tier.change),
        "under": {"criteria": tier.scale.under, "units": [record.unit for record in tier.under]},
        "units": [_record(record) for record in tier.records],
    }


def _tally(found: Tally) -> Json:
    return {
        "units": found.units,
        "finding": {
            "met": found.met,
            "not_met": found.not_met,
            "undetermined": found.undetermined,
            "not_applicable": found.not_applicable,
            "none": found.no_finding,
            "provisional": found.provisional,
            "grades": {grade.id: count for grade, count in found.grades},
        },
        "act": {
            "recognised": found.recognised,
            "not_recognised": found.not_recognised,
            "unknown": found.recognition_unknown,
        },
        "criteria": {
            "units": found.counted,
            "met": _span(found.criteria),
            "average": _span(found.average),
            "counts": [_band(band) for band in found.counts],
            "bands": [_band(band) for band in found.bands],
            "under": _span(found.under),
        },
    }


def _band(band: Band) -> Json:
    return {"from": band.low, "to": band.high, "units": _span(band.units)}


def _change(change: "Change") -> Json:
    return {
        "before": _tally(change.before),
        **{
            name: list(getattr(change, name)) for name in ("gained", "lost", "recognised", "withdrawn", "added", "gone")
        },
    }


def _record(record: UnitRecord) -> Json:
    return {
        "unit": record.unit,
        "groups": dict(record.groups),
        "outcome": None if record.outcome is None else record.outcome.code,
        "provisional": record.provisional,
        "criteria_met": record.criteria_met,
        "criteria_undetermined": record.criteria_undetermined,
        "criteria_total": record.criteria_total,
        "recognised": record.recognised,
        "grade": None if record.grade is None else record.grade.id,
    }
