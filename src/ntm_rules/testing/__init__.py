"""What we give rule authors: strategies of hypothesis, laws that hold for every ruleset, a pytest plugin.

Needs the extra ``testing``. ``pytest --ntm-rulesets FOLDER`` runs everything without a line of Python.
"""

import typing

from ntm_rules._public import lazily

if typing.TYPE_CHECKING:
    from ntm_rules.testing.communes import Commune as Commune
    from ntm_rules.testing.communes import Setting as Setting
    from ntm_rules.testing.coverage import Coverage as Coverage
    from ntm_rules.testing.coverage import CoveragePoint as CoveragePoint
    from ntm_rules.testing.coverage import PointKind as PointKind
    from ntm_rules.testing.coverage import Side as Side
    from ntm_rules.testing.coverage import coverage as coverage
    from ntm_rules.testing.laws import LAWS as LAWS
    from ntm_rules.testing.laws import Law as Law
    from ntm_rules.testing.laws import agreement as agreement
    from ntm_rules.testing.laws import boundaries as boundaries
    from ntm_rules.testing.laws import composing as composing
    from ntm_rules.testing.laws import explanation as explanation
    from ntm_rules.testing.laws import hashing as hashing
    from ntm_rules.testing.laws import knowing_more as knowing_more
    from ntm_rules.testing.laws import monotonicity as monotonicity
    from ntm_rules.testing.laws import order_independence as order_independence
    from ntm_rules.testing.laws import prove as prove
    from ntm_rules.testing.laws import province_implies_nation as province_implies_nation
    from ntm_rules.testing.laws import rewritten as rewritten
    from ntm_rules.testing.laws import tier_ladder as tier_ladder
    from ntm_rules.testing.laws import turning as turning
    from ntm_rules.testing.strategies import changes as changes
    from ntm_rules.testing.strategies import facts as facts
    from ntm_rules.testing.strategies import nearly_passing as nearly_passing
    from ntm_rules.testing.strategies import overlays as overlays
    from ntm_rules.testing.strategies import passing_facts as passing_facts
    from ntm_rules.testing.strategies import rulesets as rulesets
    from ntm_rules.testing.subject import LawBroken as LawBroken
    from ntm_rules.testing.subject import Subject as Subject

_HOMES = {
    "Commune": "ntm_rules.testing.communes",
    "Setting": "ntm_rules.testing.communes",
    "Coverage": "ntm_rules.testing.coverage",
    "PointKind": "ntm_rules.testing.coverage",
    "CoveragePoint": "ntm_rules.testing.coverage",
    "Side": "ntm_rules.testing.coverage",
    "coverage": "ntm_rules.testing.coverage",
    "LAWS": "ntm_rules.testing.laws",
    "Law": "ntm_rules.testing.laws",
    "agreement": "ntm_rules.testing.laws",
    "boundaries": "ntm_rules.testing.laws",
    "composing": "ntm_rules.testing.laws",
    "explanation": "ntm_rules.testing.laws",
    "hashing": "ntm_rules.testing.laws",
    "knowing_more": "ntm_rules.testing.laws",
    "monotonicity": "ntm_rules.testing.laws",
    "order_independence": "ntm_rules.testing.laws",
    "prove": "ntm_rules.testing.laws",
    "province_implies_nation": "ntm_rules.testing.laws",
    "rewritten": "ntm_rules.testing.laws",
    "tier_ladder": "ntm_rules.testing.laws",
    "turning": "ntm_rules.testing.laws",
    "changes": "ntm_rules.testing.strategies",
    "facts": "ntm_rules.testing.strategies",
    "nearly_passing": "ntm_rules.testing.strategies",
    "overlays": "ntm_rules.testing.strategies",
    "passing_facts": "ntm_rules.testing.strategies",
    "rulesets": "ntm_rules.testing.strategies",
    "LawBroken": "ntm_rules.testing.subject",
    "Subject": "ntm_rules.testing.subject",
}

__all__ = [
    "LAWS",
    "Commune",
    "Coverage",
    "CoveragePoint",
    "Law",
    "LawBroken",
    "PointKind",
    "Setting",
    "Side",
    "Subject",
    "agreement",
    "boundaries",
    "changes",
    "composing",
    "coverage",
    "explanation",
    "facts",
    "hashing",
    "knowing_more",
    "monotonicity",
    "nearly_passing",
    "order_independence",
    "overlays",
    "passing_facts",
    "prove",
    "province_implies_nation",
    "rewritten",
    "rulesets",
    "tier_ladder",
    "turning",
]

__getattr__ = lazily(__name__, _HOMES)
