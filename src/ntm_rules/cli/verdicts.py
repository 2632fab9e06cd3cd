"""Verdicts for people: a table of all units, then the reasons of each."""

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen
from rich.console import Console
from rich.table import Table

from ntm_rules.cli.console import STYLES, console, print_line, print_lines, table, text
from ntm_rules.cli.heading import heading
from ntm_rules.cli.writers import Assessed
from ntm_rules.messages.catalogue import say
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.rulesets import Grade, Ruleset
from ntm_rules.model.walk import indicators
from ntm_rules.reports.report import check_different
from ntm_rules.rules.library import Library
from ntm_rules.verdict.verdict import Judged, Verdict
from ntm_rules.words.reason import BY_LAW, Reason, words_in
from ntm_rules.words.sentences import grade_title, of_criteria, outcome_word


@frozen
class UnitRow:
    """What is printed of one unit.

    Attributes:
        word: the outcome in words, with the grade where there is one.
        graded: how many criteria have each grade.
        not_met, missing: reasons in words.
        open: numbers of the indicators that no figure could decide, since the law has no value here yet.
        judged: the second reading in words, with what was judged, what differs and what does not count.
    """

    unit: str
    outcome: Outcome
    word: str
    provisional: bool
    counts: tuple[int, int, int, int]
    graded: tuple[int, ...]
    kept: Mapping[str, str]
    not_met: tuple[str, ...]
    missing: tuple[str, ...]
    open: tuple[str, ...]
    judged: tuple[str, ...]


def write_table(
    file: typing.TextIO, results: Iterable[Assessed], library: Library, ruleset: Ruleset, lang: str
) -> None:
    """Write the heading, a row a unit, the reasons of each unit, and once what the law leaves open for all."""
    notes: dict[str, str] = {}
    rows = [_row(verdict, kept, notes, lang) for verdict, kept in results]
    summary = _summary(rows, ruleset, lang)
    places = {i.no: place for place, (_, i) in enumerate(indicators(ruleset))}
    out = console(file)
    print_lines(out, heading(library, ruleset, lang))
    out.print(summary)
    for found in rows:
        print_line(out)
        print_line(out, f"{found.unit}: {_outcome(found)}", f"bold {STYLES[found.outcome]}")
        _print_reasons(out, found, ruleset, lang)
    if notes:
        out.print()
        out.print(text(say(lang, "cli.foot_open"), "bold"))
        for note in sorted(notes, key=lambda note: places[notes[note]]):
            print_line(out, note, indent=2)
    if any(found.provisional for found in rows):
        out.print()
        out.print(text(say(lang, "cli.foot_provisional")))


def _row(verdict: Verdict, kept: Mapping[str, str], notes: dict[str, str], lang: str) -> UnitRow:
    """Return what is printed of a verdict; what the law leaves open goes to *notes*, each once, with its number."""
    must = ", ".join(verdict.must_not_met)
    not_met = [say(lang, "words.must_not_met", numbers=must)] if must else []
    missing: list[str] = []
    open_: list[str] = []
    for reason in verdict.reasons():
        if reason.outcome is Outcome.NOT_MET:
            not_met.append(reason.text(lang))
        elif reason.open_by_law:
            open_.append(reason.indicator)
            notes.setdefault(_open_note(reason, lang), reason.indicator)
        else:
            missing.append(reason.text(lang))
    counts = (
        verdict.criteria_met,
        verdict.criteria_not_met,
        verdict.criteria_undetermined,
        verdict.criteria_total,
    )
    return UnitRow(
        verdict.unit or "",
        verdict.outcome,
        graded_word(lang, verdict.ruleset, verdict.outcome, verdict.grade, verdict.possible_grades),
        verdict.provisional,
        counts,
        tuple(verdict.grade_counts.values()),
        kept,
        tuple(not_met),
        tuple(missing),
        tuple(open_),
        tuple(_judged(verdict.judged, lang)) if verdict.has_judgements else (),
    )


def _judged(judged: Judged, lang: str) -> Iterator[str]:
    """Yield what the second reading comes to, and why."""
    word = graded_word(lang, judged.ruleset, judged.outcome, judged.grade, judged.possible_grades)
    yield say(lang, "cli.judged", outcome=word, counts=of_criteria(lang, judged))
    yield from (f"{judgement.no}: {judgement.text(lang)}" for judgement in judged.used_judgements)
    yield from (apart.text(lang) for apart in judged.disagreements)
    yield from (unused.text(lang) for unused in judged.unused_judgements)


def _open_note(reason: Reason, lang: str) -> str:
    """Why an indicator is open for every unit of this column, without the figures of one of them."""
    words = words_in(lang, reason.facts)
    title = f" {reason.title.text(lang)}" if reason.title else ""
    why = "; ".join(say(lang, f"why.{code.value}") for code in reason.codes if code in BY_LAW)
    cells = [cell for cell in reason.result.cells if cell.level != "official"] or reason.result.cells
    cited = dict.fromkeys(words.citation(cell.citation) for cell in cells)
    return "; ".join([f"{reason.indicator}{title}: {why}", *(cited or [words.citation(reason.result.citation)])])


def _summary(rows: list[UnitRow], ruleset: Ruleset, lang: str) -> Table:
    """One row a unit; the criteria of a grade are among those that are not met."""
    kept = rows[0].kept if rows else ()
    heads = ("cli.met", "cli.not_met") if ruleset.met_means is None else ("cli.case", "cli.no_case")
    first = [say(lang, code) for code in ("cli.unit", "cli.outcome", *heads)]
    grades = [say(lang, "cli.thereof", grade=grade_title(lang, grade)) for grade in ruleset.grades]
    headings = (*first, *grades, say(lang, "cli.undetermined"), *kept)
    check_different(headings)
    sheet = table(*headings)
    for found in rows:
        met, not_met, undetermined, total = found.counts
        sheet.add_row(
            text(found.unit),
            text(_outcome(found), STYLES[found.outcome]),
            *(text(count) for count in (f"{met}/{total}", not_met, *found.graded, undetermined)),
            *(text(value) for value in found.kept.values()),
        )
    return sheet


def _outcome(found: UnitRow) -> str:
    return found.word + (" (*)" if found.provisional else "")


def _print_reasons(out: Console, found: UnitRow, ruleset: Ruleset, lang: str) -> None:
    not_met = "cli.head_not_met" if ruleset.met_means is None else "cli.head_no_case"
    for code, reasons in ((not_met, found.not_met), ("cli.head_missing", found.missing)):
        if reasons:
            print_line(out, say(lang, code))
            for reason in reasons:
                print_line(out, reason, indent=2)
    if found.open:
        print_line(out, say(lang, "cli.head_open", numbers=", ".join(found.open)))
    for number, line in enumerate(found.judged):
        print_line(out, line, indent=2 if number else 0)
    if ruleset.met_means is None and not (found.not_met or found.missing or found.open):
        print_line(out, say(lang, "cli.nothing"))


def graded_word(lang: str, ruleset: Ruleset, outcome: Outcome, grade: Grade | None, possible: Sequence[Grade]) -> str:
    """Return an outcome in words, with the grade of what is not met, or the grades that it may have."""
    word = outcome_word(lang, outcome, ruleset.met_means)
    if grade is not None:
        return say(lang, "cli.with_grade", outcome=word, grade=grade_title(lang, grade))
    if outcome is Outcome.NOT_MET and possible:
        titles = say(lang, "cli.or").join(grade_title(lang, g) for g in possible)
        return say(lang, "cli.with_possible", outcome=word, grade=titles)
    return word
