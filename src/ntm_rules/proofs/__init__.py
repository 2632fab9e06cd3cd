"""What holds of a ruleset for all facts, proved with z3 (extra ``verify``)."""

from ntm_rules.proofs.prove import Kind, Proof, Status, disjoint, equivalent, implies, prove
from ntm_rules.proofs.shared import Shared
from ntm_rules.proofs.solver import Limits

__all__ = [
    "Kind",
    "Limits",
    "Proof",
    "Shared",
    "Status",
    "disjoint",
    "equivalent",
    "implies",
    "prove",
]
