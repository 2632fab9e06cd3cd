"""Everything that must hold for rule files: lint, evidence, proofs, allowed problems, SARIF."""

from ntm_rules.check.allowed import Allowed
from ntm_rules.check.check import Proved, Report, check
from ntm_rules.check.compositions import Composition, compositions
from ntm_rules.check.folder import Folder
from ntm_rules.check.lint import lint
from ntm_rules.check.problem import Problem

__all__ = [
    "Allowed",
    "Composition",
    "Folder",
    "Problem",
    "Proved",
    "Report",
    "check",
    "compositions",
    "lint",
]
