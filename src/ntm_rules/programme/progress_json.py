"""Progress as plain JSON types: the keys that are not simply the fields of its values."""

from cattrs.gen import override

from ntm_rules._version import __version__
from ntm_rules.model.plain import Json, figure, form, form_of_fields, keys_of, plain
from ntm_rules.model.plans import Figure, Plan
from ntm_rules.programme.progress import Achievement, Progress, TierProgress
from ntm_rules.programme.record import UnitRecord
from ntm_rules.programme.tally import Band, Span, Tally

SCHEMA = "ntm-rules/progress/1"

form_of_fields(Span, low=override(unstruct_hook=figure), high=override(unstruct_hook=figure))
form_of_fields(Band, low=override(rename="from"), high=override(rename="to"))


@form
def to_dict(found: Progress) -> Json:
    """Progress as plain JSON types."""
    return {
        "schema": SCHEMA,
        "library_version": __version__,
        "as_of": found.as_of,
        "by": found.by,
        "plan": found.plan,
        **_counted(found),
        **({} if found.judged is None else {"judged": _counted(found.judged)}),
    }


def _counted(found: Progress) -> Json:
    """Return what is counted in one reading."""
    return {"targets": found.achievements, "tiers": found.tiers}


@form
def _plan(plan: Plan) -> Json:
    instrument = plan.instrument
    return {
        **keys_of(plan, "name", "province", "year", "title"),
        "number": instrument and instrument.number,
        "date": instrument and instrument.date,
        "figures": plan.figures,
    }


@form
def _figure(found: Figure) -> Json:
    return {**keys_of(found, "title", "op", "value", "unit"), **plain(found.known)}


@form
def _achievement(found: Achievement) -> Json:
    target = found.target
    return {
        "tier": target.tier,
        "aim": target.aim,
        "target": {"low": target.low, "high": target.high},
        "out_of": target.out_of,
        **plain(target.known),
        **keys_of(found, "by_finding", "by_act"),
    }


@form
def _tier(tier: TierProgress) -> Json:
    return {
        **keys_of(tier, "tier", "now", "groups", "change"),
        "under": {"criteria": tier.scale.under, "units": [record.unit for record in tier.under]},
        "units": tier.records,
    }


@form
def _tally(found: Tally) -> Json:
    return {
        "units": found.units,
        "finding": {
            **keys_of(found, "met", "not_met", "undetermined", "not_applicable"),
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
            "met": found.criteria,
            **keys_of(found, "average", "counts", "bands", "under"),
        },
    }


@form
def _record(record: UnitRecord) -> Json:
    counts = ("criteria_met", "criteria_undetermined", "criteria_total")
    return keys_of(record, "unit", "groups", "outcome", "provisional", *counts, "recognised", "grade")
