"""``ntm-rules test``: the cases of ``*.tests.yaml`` files, and what they leave untested."""

from pathlib import Path

import click
from attrs import define, field

from ntm_rules.check.compositions import compositions
from ntm_rules.cli.console import console, table, text
from ntm_rules.cli.exit_codes import ALWAYS
from ntm_rules.cli.options import form_option, is_alone, lang_option, rulesets_option
from ntm_rules.cli.output import json_text
from ntm_rules.messages.catalogue import say
from ntm_rules.messages.errors import Diagnostic, RulesetError
from ntm_rules.model.plain import Json, plain
from ntm_rules.rules.folders import bundled_folder, left_out, nothing_in, rule_paths
from ntm_rules.rules.library import Library
from ntm_rules.testing.cases import Failure, assess_case, failures, find_files, load_cases
from ntm_rules.testing.coverage import Coverage, Origin, Side, coverage
from ntm_rules.testing.next_case import next_case
from ntm_rules.verdict.verdict import Verdict

EXIT_CODES = f"Exit codes: 0 every case passes; 1 a case fails; {ALWAYS}"
_SIDES = (Side.BELOW, Side.AT, Side.ABOVE, Side.MISSING)
_COLUMNS = (
    "cli.ruleset",
    "cli.period",
    "cli.instrument",
    "cli.test.cells",
    "cli.test.below",
    "cli.test.at",
    "cli.test.above",
    "cli.test.missing",
    "cli.test.branches",
    "cli.test.sum",
)


@define
class Run:
    """What came of some files of cases."""

    files: int = 0
    verdicts: list[Verdict] = field(factory=list)
    failed: list[Failure] = field(factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many there were."""
        return {"cases": len(self.verdicts), "files": self.files, "failed": len({f.case.at for f in self.failed})}


@click.command(epilog=EXIT_CODES)
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--coverage", "measured", is_flag=True, help="Show which thresholds and branches no case has tested.")
@rulesets_option
@lang_option
@form_option
def test(path: Path | None, measured: bool, rulesets: Path | None, lang: str, form: str) -> None:
    """Run the cases of every *.tests.yaml file below PATH, a folder or one file [default: the bundled rulesets].

    The rules are those of the folder over the bundled ones, unless --rulesets names another folder.
    """
    path = path or bundled_folder()
    beside = path if path.is_dir() else path.parent
    library = _library(rulesets or _rules_beside(path, beside), bundled=not is_alone())
    run = _run(library, path, beside)
    rows: dict[Origin, Coverage] = {}
    suggested = ""
    if measured:
        sets = [each.compose(library) for each in compositions(library)]
        origins = _origins(library, beside)
        found = coverage(sets, run.verdicts).only(origins)
        rows = {origin: found.only((origin,)) for origin in origins}
        suggested = next_case(library, sets, found, "en" if form == "json" else lang)
    if form == "json":
        _write_json(run, rows, suggested, lang)
    else:
        _write_table(run, rows, suggested, lang)
    if run.failed:
        click.get_current_context().exit(1)


def _rules_beside(path: Path, beside: Path) -> Path:
    """Return the folder whose rules are tried: the bundled ones where there are only cases.

    Raises:
        RulesetError: there are neither rules nor cases, or what may be rules is left out.
    """
    if rule_paths(beside):
        return beside
    if left_out(beside) or not find_files(path):
        raise nothing_in(beside)
    return bundled_folder()


def _library(folder: Path, bundled: bool) -> Library:
    """Return the rules of a folder; the bundled library for a folder inside it."""
    inside = folder.resolve().is_relative_to(bundled_folder().resolve())
    return Library.bundled() if inside and bundled else Library.load(folder, bundled=bundled)


def _run(library: Library, path: Path, beside: Path) -> Run:
    """Every case of every file.

    Raises:
        RulesetError: what cannot be read or has no meaning, of all files.
    """
    run, problems = Run(), list[Diagnostic]()
    for file in find_files(path):
        run.files += 1
        try:
            cases = load_cases(file, file.relative_to(beside.parent).as_posix())
        except RulesetError as error:
            problems += error.diagnostics
            continue
        for case in cases:
            try:
                verdict = assess_case(library, case)
                run.failed += failures(case, verdict)
                run.verdicts.append(verdict)
            except RulesetError as error:
                problems += error.diagnostics
    if problems:
        raise RulesetError(tuple(dict.fromkeys(problems)))
    return run


def _origins(library: Library, folder: Path) -> list[Origin]:
    """Set and instrument of every rule file of a folder."""
    found: list[Origin] = []
    for listed in library.files:
        if listed.path.resolve().is_relative_to(folder.resolve()) and listed.kind in ("ruleset", "amends", "overlay"):
            found.append((listed.target, listed.period, library.instrument(listed)))
    return found


# -- output ------------------------------------------------------------------------------------


def _write_table(run: Run, rows: dict[Origin, Coverage], suggested: str, lang: str) -> None:
    out = console()
    for failure in run.failed:
        out.print(text(failure.text(lang)))
    out.print(text(say(lang, "cli.test.counts", **run.counts), "red" if run.failed else "green"))
    if not rows:
        return
    sheet = table(*(say(lang, code) for code in _COLUMNS))
    for (ruleset, period, instrument), found in rows.items():
        if found.seen:
            numbers = (found.cells, *map(found.side, _SIDES), found.branches)
            cells = (*(_of(pair) for pair in numbers), f"{_percent(found.total)}%")
            sheet.add_row(*(text(cell) for cell in (ruleset, period, instrument.number, *cells)))
    seen, wanted = (sum(found.total[i] for found in rows.values()) for i in (0, 1))
    out.print()
    out.print(sheet)
    out.print()
    total = say(lang, "cli.test.total", seen=seen, wanted=wanted, percent=_percent((seen, wanted)))
    out.print(text(total, "bold"))
    if suggested:
        out.print()
        out.print(text(say(lang, "cli.test.next"), "bold"))
        out.print(text(suggested.rstrip()))


def _of(pair: tuple[int, int]) -> str:
    return f"{pair[0]}/{pair[1]}" if pair[1] else ""


def _percent(pair: tuple[int, int]) -> int:
    """Round down, so that 100 means all of them."""
    return 100 * pair[0] // pair[1] if pair[1] else 100


def _write_json(run: Run, rows: dict[Origin, Coverage], suggested: str, lang: str) -> None:
    found: Json = {**run.counts, "failures": [_failure(f, lang) for f in run.failed]}
    if rows:
        found["coverage"] = [_row(origin, measure) for origin, measure in rows.items() if measure.seen]
        found["next"] = suggested
    click.echo(json_text(found))


def _failure(failure: Failure, lang: str) -> Json:
    return {
        **plain(failure.at),
        "case": failure.case.name,
        "what": str(failure.what),
        "expected": failure.expected_in("en"),
        "actual": failure.actual_in("en"),
        "reasons": failure.reasons(lang),
    }


def _row(origin: Origin, found: Coverage) -> Json:
    ruleset, period, instrument = origin
    pairs = {"cells": found.cells, "branches": found.branches, "total": found.total}
    pairs |= {side.value: found.side(side) for side in Side}
    return {
        "ruleset": ruleset,
        "period": period,
        "instrument": plain(instrument),
        **{name: {"seen": seen, "wanted": wanted} for name, (seen, wanted) in pairs.items()},
        "gaps": [
            {"address": place.address, "fact": place.fact, "column": list(place.key), "side": side.value}
            for place, side in found.gaps()
        ],
    }
