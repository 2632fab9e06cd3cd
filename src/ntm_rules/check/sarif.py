"""A report in SARIF 2.1.0, the format in which code hosts show the problems of a check."""

import typing

from ntm_rules._version import __version__
from ntm_rules.check.check import Report
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(report: Report) -> dict[str, typing.Any]:
    """Return the problems of a report, allowed ones as suppressed, as plain JSON types, in English."""
    pairs = [(f.diagnostic, None) for f in report.problems] + [(f.diagnostic, why) for f, why in report.allowed]
    rules = [{"id": code} for code in sorted({d.code for d, _ in pairs})]
    driver = {"name": "ntm-rules", "version": __version__, "rules": rules}
    results = [_result(diagnostic, reason) for diagnostic, reason in pairs]
    untold = [Message("check.unproved", why=report.unproved)] if report.unproved else []
    notices = [{"level": "note", "message": {"text": str(message)}} for message in untold]
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": notices}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic, reason: str | None) -> dict[str, typing.Any]:
    text = diagnostic.message + (f" ({diagnostic.hint})" if diagnostic.hint else "")
    found: dict[str, typing.Any] = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
    }
    if diagnostic.file:
        region = {"startLine": max(diagnostic.line, 1), "startColumn": max(diagnostic.column, 1)}
        place = {"artifactLocation": {"uri": diagnostic.file}, "region": region}
        found["locations"] = [{"physicalLocation": place}]
    if reason is not None:
        found["suppressions"] = [{"kind": "external", "justification": reason}]
    return found
