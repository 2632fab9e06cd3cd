"""What goes wrong, as data first and words second; knows nothing of the law."""

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, FactProblem, Severity

__all__ = [
    "Diagnostic",
    "FactProblem",
    "Message",
    "Severity",
]
