"""A re-review as plain JSON types; exact numbers are texts."""

import typing

from ntm_rules._version import __version__
from ntm_rules.difference.difference import ruleset_json
from ntm_rules.verdict.verdict_json import Json

if typing.TYPE_CHECKING:
    from ntm_rules.programme.rereview import Rereview, ReviewedUnit

SCHEMA = "ntm-rules/rereview/1"


def to_dict(found: "Rereview") -> Json:
    """The re-review as plain JSON types."""
    return {
        "schema": SCHEMA,
        "library_version": __version__,
        "old": ruleset_json(found.old),
        "new": ruleset_json(found.new),
        "counts": {transition.value: count for transition, count in found.counts.items()},
        "recognised": {transition.value: count for transition, count in found.recognised.items()},
        "units": [_unit(unit) for unit in found.units],
    }


def _unit(unit: "ReviewedUnit") -> Json:
    return {
        **unit.difference.to_dict(),
        "transition": unit.transition.value,
        "provisional": {"before": unit.before.provisional, "after": unit.after.provisional},
        "recognised": unit.recognised,
        "missing": list(unit.missing),
        "kept": dict(unit.kept),
    }
