"""``ntm-rules assess``: the units of a file against a ruleset."""

import importlib.util
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
from attrs import define, field
from rich.progress import Progress, TaskID

from ntm_rules.cli.columns import columns_known, derived_told, tell_columns
from ntm_rules.cli.console import progress
from ntm_rules.cli.language import in_error_lang
from ntm_rules.cli.marked import check_marked, marked_copy, marked_option, on_bad_option, tell_marked
from ntm_rules.cli.options import (
    Law,
    Source,
    composed,
    kept_in,
    lang_option,
    law_options,
    library_of,
    mapped,
    source_options,
)
from ntm_rules.cli.output import form_of, output_options, protect_inputs, replaced, text_target, whole_text
from ntm_rules.cli.standard_input import TableFile, input_format_option
from ntm_rules.cli.verdicts import write_table
from ntm_rules.cli.writers import Assessed, check_kept, write_csv, write_json, write_jsonl
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.messages.printable import printable
from ntm_rules.model.arguments import marks_bad
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library
from ntm_rules.tables.header import Header, header_of
from ntm_rules.tables.naming import Numbers
from ntm_rules.tables.rows import Problems
from ntm_rules.tables.sense import Sense
from ntm_rules.tables.units import Reading, UnitFacts
from ntm_rules.tables.units import read as read_units
from ntm_rules.verdict.facts import CheckedFacts
from ntm_rules.verdict.faults import Faults
from ntm_rules.verdict.verdict import judged_too, verdict_of

if typing.TYPE_CHECKING:
    from ntm_rules.frames.files import Batch
    from ntm_rules.reports.marked import Table

FORMS = ("table", "json", "jsonl", "csv", "parquet", "xlsx")
FAIL_ON = ("not_met", "undetermined", "provisional")
COLUMNS = ("csv", "parquet", "xlsx")
"""The forms in which what is kept is beside results."""
_LONG_FILE = 2**18
Checked = tuple[CheckedFacts, UnitFacts]
"""The facts of a unit, checked, and its row."""
_HELD = 5_000
"""The facts of so many units are kept while the rest of a file is checked; of a longer one they are read once more."""


@click.command()
@click.argument("file", type=TableFile())
@click.option("--tier", required=True, metavar="RULESET", help="Ruleset, e.g. commune/ntm.")
@law_options(on_required=True)
@source_options("--unit")
@on_bad_option
@marked_option
@click.option(
    "--compare-with",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Earlier file of the same units: figures that are ten times as large or small are told of.",
)
@input_format_option
@lang_option
@output_options(FORMS)
@click.option(
    "--reasons/--no-reasons", default=True, help="In CSV, a last column with the reasons. [default: --reasons]"
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    multiple=True,
    help="Exit with 1 if a unit has this outcome; may be given again.",
)
def assess(
    file: Path,
    tier: str,
    lang: str,
    form: str | None,
    out: str,
    reasons: bool,
    fail_on: tuple[str, ...],
    on_bad: str,
    marked: str | None,
    compare_with: Path | None,
    **options: typing.Any,
) -> None:
    """Assess the units of FILE (CSV, JSON, JSONL, Excel or Parquet, one row a unit) and say why they fail.

    With - the units come from standard input, and --input-format says what it holds. Columns are fact ids or their
    Vietnamese titles. Of a cell that cannot be used nothing is known: all such cells are listed on standard error, and
    the exit code is 3, unless --on-bad raise asks for no result at all. Figures that are hardly meant as they stand
    (đồng for million đồng, fractions for percentages) are told of and assessed as they are.
    """
    law, source = split(options)
    form = form_of(form, out, FORMS)
    if not reasons and form != "csv":
        raise click.UsageError(in_error_lang(Message("usage.no_reasons", form=form)))
    library = library_of(law["rulesets"])
    protect_inputs(out, library)
    check_marked(marked, file, out, library)
    ruleset = composed(library, tier, law)
    known, numbers = columns_known(library, ruleset), ruleset
    source["keep"] = kept_in(file, known, source, numbers)
    if form in COLUMNS:
        check_kept(ruleset, source["keep"])
    quiet = out == "-" and form != "table" and sys.stdout.isatty()
    with marked_copy(marked, lambda: _table(file, known, source, numbers), lang):
        with derived_told(ruleset), progress(file.stat().st_size > _LONG_FILE and not quiet) as bar:
            task, faults = bar.add_task(printable(file.name), total=None), Faults(ruleset)
            before = () if compare_with is None else _earlier(compare_with, known, source, numbers)
            sense = Sense(library.facts_for(ruleset), library.plausible, before)
            work = _Work(file, library, ruleset, source, bar, task, faults, marks_bad(on_bad), sense)
            work.write(out, form, lang, reasons)
        for odd in sense.found():
            click.echo(say(lang, "cli.note", message=odd.text(lang)), err=True)
        tell_marked(faults.problems)
    if work.seen & set(fail_on):
        click.get_current_context().exit(1)


def _frames() -> bool:
    """Whether all units of a file can be assessed at once here."""
    return all(map(importlib.util.find_spec, ("narwhals", "numpy", "polars", "pyarrow")))


@define
class _Work:
    """A file on its way to a result.

    Attributes:
        faults: takes what is wrong with cells.
        marks: whether they are marked; else nothing is written.
        sense: sees the units, and which figures are hardly meant as they stand.
        seen: the outcomes of units that came up, and ``provisional``.
        given: the facts that the file has.
    """

    file: Path
    library: Library
    ruleset: Ruleset
    source: Source
    bar: Progress
    task: TaskID
    faults: Faults
    marks: bool
    sense: Sense
    seen: set[str] = field(init=False, factory=set)
    given: set[str] = field(init=False, factory=set)

    def write(self, out: str, form: str, lang: str, reasons: bool) -> None:
        """Write what is found in the form asked for."""
        if form in ("parquet", "xlsx"):
            self.write_binary(out, form)
            tell_columns([self.ruleset], self.given, lang)
        elif form == "csv" and not reasons and _frames():
            self.write_wide(out)
            tell_columns([self.ruleset], self.given, lang)
        else:
            self.write_verdicts(out, form, lang, reasons)

    def write_verdicts(self, out: str, form: str, lang: str, reasons: bool) -> None:
        """Whole verdicts, one unit after the other; all rows are read and checked before the first is written."""
        count, held = 0, list[Checked]()
        self.bar.update(self.task, total=self.rows())
        for count, (facts, row) in enumerate(self.checked(self.faults), 1):
            self.sense.look(row)
            self.given |= facts.given.keys() | facts.unread.keys() | {problem.fact for problem in facts.bad}
            if count <= _HELD:
                held.append((facts, row))
            self.bar.update(self.task, completed=count)
        self.stop_unless_marked()
        self.bar.update(self.task, total=count, completed=0)
        tell_columns([self.ruleset], self.given, lang)
        results = self.verdicts(held if count <= _HELD else self.checked(Faults(self.ruleset)))
        judged = form == "csv" and bool(self.header().judged)
        with text_target(out, form) as text:
            if form == "json":
                write_json(text, results)
            elif form == "jsonl":
                write_jsonl(text, results)
            elif form == "csv":
                write_csv(text, results, self.ruleset, self.source["keep"], lang, reasons, judged, self.marks)
            else:
                write_table(text, results, self.library, self.ruleset, lang)

    def checked(self, faults: Faults) -> Iterator[Checked]:
        """Yield the facts of all units, checked, and what is kept; what is bad is marked."""
        known, numbers = columns_known(self.library, self.ruleset), self.ruleset
        return ((faults.check(row), row) for row in units(self.file, known, self.source, numbers, on_bad="mark"))

    def stop_unless_marked(self) -> None:
        """Raise what is wrong with cells, if nothing is to be written therefore."""
        if not self.marks:
            self.faults.stop()

    def verdicts(self, rows: Iterable[Checked]) -> Iterator[Assessed]:
        """Yield the verdicts of all units."""
        for facts, row in rows:
            verdict = judged_too(verdict_of(self.ruleset, facts), row.judgements)
            self.seen.add(verdict.outcome.code)
            if verdict.provisional:
                self.seen.add("provisional")
            yield verdict, row.kept
            self.bar.advance(self.task)
        self.bar.stop()

    def write_wide(self, out: str) -> None:
        """Outcomes in CSV; what goes to standard output is whole before it goes there."""
        from ntm_rules.cli.wide import write_wide_csv

        header = self.header()
        judged = bool(header.judged)
        result = self.batches(header), self.ruleset, self.source["keep"], self.marks, judged
        if out != "-":
            with text_target(out, "csv") as text:
                write_wide_csv(text, *result)
            return
        with whole_text() as text:
            write_wide_csv(text, *result)
            self.bar.stop()

    def write_binary(self, out: str, form: str) -> None:
        """Outcomes in a Parquet or Excel file."""
        if not _frames():
            extra, kind = ("excel", "Excel") if form == "xlsx" else ("frame", "Parquet")
            raise EngineUnavailable(Message("engine.arrays", kind=kind), Message("hint.extra", extra=extra))
        from ntm_rules.cli.wide import write_parquet, write_xlsx
        from ntm_rules.reports.workbook import check_rows

        if form == "xlsx":
            check_rows(self.rows() or 0)
        header = self.header()
        judged = bool(header.judged)
        with replaced(out) as file:
            if form == "parquet":
                write_parquet(file, self.batches(header), self.ruleset, self.marks, judged)
            else:
                write_xlsx(file, self.batches(header), self.ruleset, self.source["keep"], self.marks, judged)

    def header(self) -> Header:
        """Return the columns of the file: with some of judgements results have the second reading."""
        return _header(self.file, columns_known(self.library, self.ruleset), self.source, self.ruleset)

    def rows(self) -> int | None:
        """How many units the file has, where it says so itself."""
        if self.file.suffix.lower() != ".parquet" or self.source["sheet"] is not None:
            return None
        from ntm_rules.tables.parquet import opened

        with opened(self.file, Problems(str(self.file))) as file:
            return int(file.metadata.num_rows)

    def batches(self, header: Header) -> "Iterator[Batch]":
        """Yield the outcomes of all units, a batch after the other."""
        from ntm_rules.frames.files import assess_file

        source, known = self.source, columns_known(self.library, self.ruleset)
        numbers = self.ruleset
        self.bar.update(self.task, total=self.rows())
        for batch in assess_file(
            self.faults,
            self.file,
            known,
            unit=source["unit_column"],
            keep=source["keep"],
            decimal=source["decimal"],
            sheet=source["sheet"],
            unit_width=source["unit_width"],
            header_row=source["header_row"],
            numbers=numbers,
            mapping=mapped(known, numbers),
            judged=bool(header.judged),
            by_row=bool(header.judged or header.said),
            period_column=source["period_column"],
            unit_name=source["unit_name"],
            look=self.sense.look,
        ):
            self.seen |= batch.outcomes
            self.given |= batch.given
            yield batch
            self.bar.advance(self.task, len(batch.units))
        self.stop_unless_marked()


def _table(file: Path, facts: Mapping[str, Fact], source: Source, numbers: Numbers | None) -> "Table":
    """Return the table that was read, for a copy of it."""
    from ntm_rules.reports.marked import Table

    sizes = source["unit_width"], source["header_row"]
    how = source["unit_column"], source["keep"], source["decimal"], *sizes
    rest = numbers, mapped(facts, numbers), source["period_column"], source["unit_name"]
    reading = Reading.of(file, facts, *how, *rest)
    return Table(file, source["sheet"], reading.search, _header(file, facts, source, numbers).places)


def _header(file: Path, facts: Mapping[str, Fact], source: Source, numbers: Numbers | None) -> Header:
    """Return the columns of a file."""
    return header_of(
        file,
        facts,
        unit_column=source["unit_column"],
        keep=source["keep"],
        sheet=source["sheet"],
        header_row=source["header_row"],
        numbers=numbers,
        mapping=mapped(facts, numbers),
        period_column=source["period_column"],
        unit_name=source["unit_name"],
    )


def split(options: dict[str, typing.Any]) -> tuple[Law, Source]:
    """Return the options of the command line, by what they are for."""
    source = {name: options.pop(name) for name in Source.__annotations__}
    return typing.cast(Law, options), typing.cast(Source, source)


def _earlier(file: Path, facts: Mapping[str, Fact], source: Source, numbers: Numbers) -> Iterator[UnitFacts]:
    """Yield the units of an earlier file, whatever other columns it has."""
    earlier: Source = {**source, "keep": (), "keep_rest": True}
    earlier["keep"] = kept_in(file, facts, earlier, numbers)
    return units(file, facts, earlier, numbers, on_bad="mark")


def units(
    file: Path,
    facts: Mapping[str, Fact],
    source: Source,
    numbers: Numbers | None = None,
    on_bad: str = "raise",
) -> Iterator[UnitFacts]:
    """Yield the units of a file; *facts*, and judgements on *numbers*, are what its columns may hold."""
    return read_units(
        file,
        facts,
        unit_column=source["unit_column"],
        keep=source["keep"],
        decimal=source["decimal"],
        sheet=source["sheet"],
        unit_width=source["unit_width"],
        header_row=source["header_row"],
        numbers=numbers,
        mapping=mapped(facts, numbers),
        on_bad=on_bad,
        period_column=source["period_column"],
        unit_name=source["unit_name"],
    )


def check_all(rows: Iterable[UnitFacts], ruleset: Ruleset) -> int:
    """Return how many units there are, all of whose facts a ruleset can take.

    Args:
        rows: read with bad cells marked.

    Raises:
        TableError: the file is out of shape.
        FactError: every cell that cannot be read and every fact that a ruleset cannot take, together.
    """
    faults = Faults(ruleset)
    count = sum(1 for _ in map(faults.check, rows))
    faults.stop()
    return count
