"""Whether what goes wrong is said in Vietnamese, down to the last word."""

import re

from ntm_rules import FactError, NtmRulesError
from ntm_rules.messages import Diagnostic, FactProblem
from ntm_rules.messages.errors import RulesetError, TableError

ENGLISH = {
    "and", "any", "are", "as", "at", "be", "been", "before", "by", "cannot", "cell", "column", "does", "each",
    "either", "else", "expected", "fact", "facts", "false", "file", "for", "from", "given", "got", "had", "has",
    "have", "holds", "into", "is", "it", "its", "key", "layer", "leave", "less", "line", "list", "many", "means",
    "missing", "more", "must", "needs", "neither", "nor", "not", "number", "of", "one", "only", "or", "other",
    "out", "own", "put", "row", "rows", "says", "set", "sheet", "take", "text", "texts", "than", "that", "the",
    "their", "there", "these", "they", "this", "those", "true", "twice", "type", "unit", "units", "unknown",
    "value", "values", "was", "were", "what", "where", "which", "whole", "with", "without", "write", "you",
}  # fmt: skip
"""English words that a Vietnamese sentence has no use for; none is a Vietnamese word too."""

_SAID_AS_IT_IS = re.compile(r"`[^`]*`|\{\w*\}")
_WORD = re.compile(r"[^\W\d_]+")


def english(text: str) -> list[str]:
    """The English words of a Vietnamese text, but for what is in backticks and the places of a sentence."""
    return [word for word in _WORD.findall(_SAID_AS_IT_IS.sub(" ", text)) if word.lower() in ENGLISH]


def in_vietnamese(found: Diagnostic | FactProblem | NtmRulesError) -> None:
    """Check that a problem, or all problems of an error, are said in Vietnamese, with their hints."""
    if isinstance(found, FactError):
        for problem in found.problems:
            in_vietnamese(problem)
    elif isinstance(found, TableError | RulesetError):
        for diagnostic in found.diagnostics:
            in_vietnamese(diagnostic)
    elif isinstance(found, Diagnostic):
        _said(found.message, found.message_in("vi"))
        _said(found.hint, found.hint_in("vi"))
    elif isinstance(found, FactProblem):
        _said(found.expected, found.expected_in("vi"))
        _said(found.hint, found.hint_in("vi"))
        _said(found.text(), found.text("vi"))
    else:
        _said(str(found), found.text("vi"))


def _said(en: str, vi: str) -> None:
    assert english(vi) == [], vi
    assert (vi != en) == bool(_WORD.search(_SAID_AS_IT_IS.sub(" ", en))), vi
