"""`check`: everything that must hold for rule files, with one command."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from ntm_rules.check.check import Proved, Report, check
from ntm_rules.check.folder import Folder
from ntm_rules.check.problem import Problem
from ntm_rules.check.sarif import to_sarif
from ntm_rules.cli.exit_codes import ALWAYS
from ntm_rules.cli.output import json_text
from ntm_rules.messages.errors import Severity
from ntm_rules.messages.printable import printable
from ntm_rules.model.plain import Json, keys_of, plain
from ntm_rules.proofs.prove import Status
from ntm_rules.rules.folders import bundled_folder

EXIT_CODES = f"Exit codes: 0 no error and no warning is left; 1 one is; {ALWAYS}"
_MAX_JOBS = 4
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@click.command("check", epilog=EXIT_CODES)
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option("--notes/--no-notes", default=False, help="Show notes too.")
@click.option("--allowed", is_flag=True, help="Show what allow files list too, with the reasons.")
@click.option(
    "--proofs/--no-proofs",
    default=None,
    help="Prove what holds for all facts; needs the extra `verify`  [default: if it is installed]",
)
@click.pass_context
def check_command(
    ctx: click.Context, path: Path | None, form: str, notes: bool, allowed: bool, proofs: bool | None
) -> None:
    """Check the rule files in PATH (the bundled ones without PATH).

    A folder without facts of its own is read over the bundled rulesets. Every ruleset that its files change is
    composed for every day on which a layer begins, and for every province with an overlay. Problems that a file
    `*.allow.yaml` lists with a reason are left out.
    """
    report = check(Folder.read(path or bundled_folder()), proofs, min(os.cpu_count() or 1, _MAX_JOBS))
    if form == "sarif":
        click.echo(json_text(to_sarif(report), indent=1))
    elif form == "json":
        click.echo(json_text(plain(_keys(report)), indent=1))
    else:
        _print(report, notes, allowed)
    ctx.exit(1 if report.failed else 0)


def _print(report: Report, notes: bool, allowed: bool) -> None:
    for problem in report.problems:
        if notes or problem.diagnostic.severity is not Severity.NOTE:
            click.echo(str(problem.diagnostic))
    for problem, reason in report.allowed if allowed else ():
        click.echo(f"{problem.diagnostic}\n    allowed: {printable(reason)}")
    for entry in report.unused:
        place = f"{printable(entry.at.file)}:{entry.at.line}:{entry.at.column}"
        click.echo(f"{place}: note[allow.unused]: nothing needs this entry")
    found = Counter(f.diagnostic.severity for f in report.problems)
    shown = ", ".join(f"{found[s]} {s.value}s" for s in _ORDER)
    click.echo(f"{report.composed} composed rulesets: {shown}, {len(report.allowed)} allowed")
    click.echo(f"no proofs: {printable(str(report.unproved))}" if report.unproved else _of_proofs(report.proved))
    click.echo(f"in {report.seconds:.1f} s")


def _of_proofs(proved: Iterable[Proved]) -> str:
    ended, cells, unknown = Counter[Status](), 0, 0
    for each in proved:
        ended.update(each.counts)
        cells, unknown = cells + each.cells, unknown + each.unknown
    ways = ", ".join(f"{ended[status]} {status.value}" for status in Status)
    return f"{ended.total()} proofs: {ways}; over {cells} cells, {unknown} of them unknown"


def _keys(report: Report) -> Json:
    return {
        "findings": [_problem(problem) for problem in report.problems],
        "allowed": [{**_problem(problem), "reason": why} for problem, why in report.allowed],
        "composed": report.composed,
        "proofs": [_proved(each) for each in report.proved],
        "unproved": report.unproved,
        "seconds": round(report.seconds, 2),
    }


def _problem(problem: Problem) -> Json:
    return {
        **keys_of(problem.diagnostic, "code", "severity", "message", "hint", "file", "line", "column"),
        **keys_of(problem.subject, "ruleset", "period", "province", "address"),
    }


def _proved(proved: Proved) -> Json:
    return {
        **plain(proved.composition),
        **{status.value: proved.counts.get(status, 0) for status in Status},
        **keys_of(proved, "cells", "unknown"),
    }
