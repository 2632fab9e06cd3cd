"""Verdicts for other programs: JSON, JSONL and CSV, written as they come."""

import csv
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ntm_rules.frames.base.columns import BAD_FACTS, grade_names, outcome_names
from ntm_rules.frames.base.judged import JUDGED_COUNTS, judged_names
from ntm_rules.messages.printable import printable
from ntm_rules.model.plain import one_line
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.reports.report import check_different
from ntm_rules.verdict.verdict import Judged, Verdict

Assessed = tuple[Verdict, Mapping[str, str]]
"""A verdict, and the columns that pass through."""

TOTAL = "criteria_total"
COUNTS = ("criteria_met", "criteria_not_met", "criteria_undetermined", TOTAL)

REASONS = "reasons"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def result_names(ruleset: Ruleset, marks: bool = False, judged: bool = False) -> tuple[str, ...]:
    """Return the columns of results, after the unit and what is kept.

    Args:
        marks: with the count of bad facts.
        judged: with the second reading.
    """
    bad, second = (BAD_FACTS,) if marks else (), judged_names(ruleset) if judged else ()
    return ("outcome", "provisional", *grade_names(ruleset), *COUNTS, *outcome_names(ruleset), *bad, *second)


def check_kept(ruleset: Ruleset, keep: Sequence[str]) -> None:
    """Refuse columns to keep that have the name of a result, or are named twice; the same ones in every form.

    Raises:
        TableError: all of them.
    """
    check_different((*keep, "unit", *result_names(ruleset, True, True), REASONS))


def write_json(file: typing.TextIO, results: Iterable[Assessed]) -> None:
    """Return a list of verdicts after the shipped schema; columns kept stand under ``kept``."""
    opening = "[\n"
    for result in results:
        file.write(opening + _line(result))
        opening = ",\n"
    file.write("\n]\n")


def write_jsonl(file: typing.TextIO, results: Iterable[Assessed]) -> None:
    """One verdict a line."""
    for result in results:
        file.write(_line(result) + "\n")


def write_csv(
    file: typing.TextIO,
    results: Iterable[Assessed],
    ruleset: Ruleset,
    keep: Sequence[str],
    lang: str,
    with_reasons: bool = True,
    judged: bool = False,
    marks: bool = False,
) -> None:
    """One row a unit: counts, the outcome of every criterion, and the reasons in one cell.

    Args:
        judged: with the second reading.
        marks: with the count of bad facts.
    """
    numbers = [criterion.no for criterion in ruleset.criteria]
    writer = csv.writer(file, lineterminator="\n")
    header = ("unit", *keep, *csv_names(ruleset, marks, judged), *([REASONS] if with_reasons else []))
    writer.writerow([safe(name) for name in header])
    for verdict, kept in results:
        outcomes = (verdict.criteria[no].outcome.code for no in numbers)
        reasons = [" | ".join(reason.text(lang) for reason in verdict.reasons())] if with_reasons else []
        row = (
            verdict.unit or "",
            *(kept[name] for name in keep),
            verdict.outcome.code,
            "true" if verdict.provisional else "false",
            *([verdict.grade.id if verdict.grade else ""] if ruleset.grades else []),
            *(str(getattr(verdict, name)) for name in COUNTS),
            *outcomes,
            *([str(len(verdict.bad_facts))] if marks else []),
            *(_second(verdict.judged) if judged else ()),
            *reasons,
        )
        writer.writerow([safe(cell) for cell in row])


def _second(judged: Judged) -> Iterator[str]:
    """Yield what ``JUDGED_COUNTS`` and ``judged_names`` say, but for indicators."""
    yield judged.outcome.code
    yield from (str(getattr(judged, name.removeprefix("judged_"))) for name in JUDGED_COUNTS)
    yield from (criterion.outcome.code for criterion in judged.criteria.values())
    yield from (criterion.basis.code for criterion in judged.criteria.values())


def csv_names(ruleset: Ruleset, marks: bool = False, judged: bool = False) -> tuple[str, ...]:
    """Return the columns of results that a CSV has: all but those of indicators."""
    numbers = [indicator.no for criterion in ruleset.criteria for indicator in criterion.indicators]
    left_out = {f"{what}_{no}" for no in numbers for what in ("indicator", "judged_indicator", "basis")}
    return tuple(name for name in result_names(ruleset, marks, judged) if name not in left_out)


def _line(result: Assessed) -> str:
    verdict, kept = result
    if not kept:
        return printable(verdict.to_json())
    return printable(one_line(verdict.to_dict() | {"kept": dict(kept)}))


def safe(cell: str) -> str:
    """Return the cell, with an apostrophe before what a spreadsheet would take for a formula."""
    shown = printable(cell)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
