"""Units above units: hierarchies, shares, findings on findings, and acts beside findings."""

from ntm_rules.levels.causes import Cause
from ntm_rules.levels.finding import assess_finding
from ntm_rules.levels.hierarchy import Hierarchy, Member, assess
from ntm_rules.levels.nesting import Place
from ntm_rules.levels.reconciliation import Agreement, Reconciliation, reconcile

__all__ = [
    "Agreement",
    "Cause",
    "Hierarchy",
    "Member",
    "Place",
    "Reconciliation",
    "assess",
    "assess_finding",
    "reconcile",
]
