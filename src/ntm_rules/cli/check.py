"""`check`: everything that must hold for rule files, with one command."""

import json
from pathlib import Path

import click

from ntm_rules.authoring.library import Library
from ntm_rules.consistency.checks import Report, check
from ntm_rules.consistency.lint import Finding
from ntm_rules.consistency.sarif import to_sarif
from ntm_rules.model.errors import Severity

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@click.command("check")
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option("--notes/--no-notes", default=False, help="Show notes too.")
@click.pass_context
def check_command(ctx: click.Context, path: Path | None, form: str, notes: bool) -> None:
    """Check the rule files in PATH (the bundled ones without PATH).

    Every ruleset is composed for every day on which a layer begins, and for every province with an overlay. Findings
    that a file `*.allow.yaml` in the folder lists with a reason are left out. Exits with 1 if an error or a warning
    is left.
    """
    report = check(Library.load(path) if path is not None else Library.bundled())
    if form == "sarif":
        click.echo(json.dumps(to_sarif(report), ensure_ascii=False, indent=1))
    elif form == "json":
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=1))
    else:
        _print(report, notes)
    ctx.exit(1 if report.failed else 0)


def _print(report: Report, notes: bool) -> None:
    for finding in report.findings:
        if notes or finding.diagnostic.severity is not Severity.NOTE:
            click.echo(str(finding.diagnostic))
    for entry in report.unused:
        click.echo(f"{entry.at.file}:{entry.at.line}:{entry.at.column}: note[allow.unused]: nothing needs this entry")
    counts = [f.diagnostic.severity for f in report.findings]
    shown = ", ".join(f"{counts.count(s)} {s.value}s" for s in _ORDER)
    click.echo(
        f"{report.composed} composed rulesets: {shown}, {len(report.allowed)} allowed, in {report.seconds:.1f} s"
    )


def _as_json(report: Report) -> dict[str, object]:
    def entry(finding: Finding) -> dict[str, object]:
        subject, diagnostic = finding.subject, finding.diagnostic
        return {
            "code": diagnostic.code,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
            "hint": diagnostic.hint,
            "file": diagnostic.file,
            "line": diagnostic.line,
            "column": diagnostic.column,
            "ruleset": subject.ruleset,
            "period": subject.period,
            "address": subject.address,
        }

    return {
        "findings": [entry(finding) for finding in report.findings],
        "allowed": [{"message": f.diagnostic.message, "reason": why} for f, why in report.allowed],
        "composed": report.composed,
        "seconds": round(report.seconds, 2),
    }
