"""Units and their facts from files, one row a unit: CSV, JSON, JSONL, Excel, Parquet."""

import datetime as dt
import json
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

from attrs import evolve, field, frozen

from ntm_rules.messages.catalogue import Message, Sentence, shown
from ntm_rules.messages.errors import MAX_PROBLEMS, BadArgument, FactError, FactProblem, TableError, folded, meant, near
from ntm_rules.model.arguments import id_of, marks_bad, width_of
from ntm_rules.model.column_mapping import MISSING, NOT_APPLICABLE, UNMAPPED, ColumnMapping, MappedColumn
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.judgements import Body
from ntm_rules.model.measured import Unit
from ntm_rules.model.names import look_alike, one_form
from ntm_rules.tables.amounts import DECIMAL_SEPARATORS, BadCell
from ntm_rules.tables.cells import (
    OwnReader,
    Percent,
    Reader,
    is_filled,
    is_group_number,
    is_note,
    is_total,
    own_value,
    reader_of,
    typed_value,
    unwritable,
)
from ntm_rules.tables.judged import JudgedName, is_numbered, judged_name, twins
from ntm_rules.tables.legacy import readings
from ntm_rules.tables.lists import body_of_list
from ntm_rules.tables.long import LongReading
from ntm_rules.tables.naming import (
    UNIT_COLUMNS,
    Catalogue,
    Named,
    Names,
    Numbers,
    converted,
    criteria_of,
    in_brackets,
    is_row_number,
    is_unit,
    names_of,
    numbers_of,
)
from ntm_rules.tables.roles import BETWEEN, could_head, is_code, is_result
from ntm_rules.tables.rows import MAX_LINE, TYPED, Problems, Record, TableNote, records, rows_listed
from ntm_rules.tables.said import Behind, body_stated, mentions_bodies, noted, of_body, said_in
from ntm_rules.tables.shape import Head, Search
from ntm_rules.tables.under_numbers import UnderNumbers
from ntm_rules.tables.unit import UnitFacts
from ntm_rules.tables.words import written

__all__ = ["UNIT_COLUMNS", "TableError", "TableNote", "UnitFacts", "read"]

MAX_NAME = 200
"""The most characters of the name of a unit."""

GROUP_COLUMN = "Huyện"
"""What is kept under this name, where no column has it: the group rows above units."""

_SHOWN = 40
_OBJECTS = (".json", ".jsonl", ".ndjson")
_NAMED = 10
_CODES = 8
_ROW, _LINE = Message("place.row"), Message("place.line")
_PERIODS = frozenset({"nam", "ky", "ky bao cao", "nam bao cao", "quy", "thang", "thoi diem", "giai doan"})
"""Folded names of columns that say of which period a row is."""


def read(
    path: str | Path,
    catalogue: Catalogue,
    *,
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    decimal: str | None = None,
    sheet: str | None = None,
    unit_width: int | None = None,
    header_row: int | None = None,
    numbers: Numbers | None = None,
    mapping: ColumnMapping | None = None,
    on_bad: str = "raise",
    period_column: str | None = None,
    unit_name: str | None = None,
) -> Iterator[UnitFacts]:
    """Yield the units of a CSV, JSON (a list of objects), JSONL, Excel or Parquet file, one after the other.

    Columns are fact ids or their Vietnamese titles; case, diacritics and punctuation do not matter there.
    CSV is separated by comma, semicolon or tab; texts are in UTF-8, or in UTF-16 with a byte order mark.
    Cells are read as people write them (``43,2``, ``đạt``, the title of a level); in files with types only texts are.

    Args:
        path: the name ends in ``.csv``, ``.tsv``, ``.txt``, ``.json``, ``.jsonl``, ``.ndjson``, ``.xlsx`` or
            ``.parquet``.
        catalogue: what columns may hold: a ruleset, or facts by id, such as ``library.facts``.
        unit_column: the column that names the unit; the first of ``UNIT_COLUMNS`` unless given.
        keep: columns that pass through; they need not be facts.
        decimal: ``"comma"`` or ``"point"``; needed where a number such as ``1.234`` can be read in two ways.
        sheet: the sheet of an Excel file; the first that is not hidden unless given.
        unit_width: how many digits codes of units have; needed where they are numbers, or have lost their zeros.
        header_row: the row of a CSV or Excel file that holds the names of the columns, from 1; found unless given.
        numbers: the ruleset whose printed numbers may be judged, where *catalogue* is none, or its
            ``facts_by_number``. Then a column headed by a printed number
            (``4.2``, ``TC4``, ``Chỉ tiêu 4.2``), if need be with the body (``4.2 [tự đánh giá]``, ``[thẩm tra]``,
            ``[thẩm định]``), holds judgements; ``[lý do]``, ``[văn bản]``, ``[ngày]`` and ``[cơ quan]`` behind these
            what is said of them. Figures in such a column are those of the one fact that its indicator compares. A
            table may also have one row an indicator: unit, printed number, ``Kết quả`` and ``Đánh giá``. Of a ruleset
            a column ``Tiêu chí đạt`` lists the criteria that are met, as in ``12/19: 1, 2, 3``.
            What is said of a figure stands in columns named like that of its fact with ``[nguồn]``, ``[số liệu đến]``,
            ``[cơ quan]``, ``[ngày]``, ``[văn bản]`` or ``[ghi chú]`` behind. Figures of several bodies stand side by
            side, ``Thu nhập [tự đánh giá]`` and ``Thu nhập [thẩm định]``: such a unit comes once for each body.
        mapping: what columns with names of their own hold, see ``Library.mapping``; what is said here goes before it.
        on_bad: ``"raise"``, or ``"mark"``: rows with cells that cannot be read are yielded too, without these, which
            are in ``UnitFacts.bad``, for ``assess``.
        period_column: which of several groups of columns to read, where they repeat the same ones for several periods;
            or the column that says of which period a row is. Then a unit is named with its period, ``06001 (2024)``.
        unit_name: the unit of a table with one row an indicator, where no column or title (``UBND xã A``) names it.

    Yields:
        The rows that can be read, in the order of the file. Rows above the names of the columns, one that numbers the
        columns, and rows without any figure that are a group, a note or a total, such as ``Tổng cộng``, are left out,
        with a warning of the class ``TableNote``.

    Raises:
        TableError: the file or its columns cannot be read, or rows are out of shape: all of them, at the end.
        FactError: every cell that cannot be read, after the last row, with ``"raise"``; the first ten thousand of them,
            where there are as many.
        BadArgument: *decimal* or *on_bad* is another word.
        EngineUnavailable: what reads Excel or Parquet files is not installed.
        OSError: the file cannot be opened.
    """
    marks = marks_bad(on_bad)
    reading = Reading.of(
        path, catalogue, unit_column, keep, decimal, unit_width, header_row, numbers, mapping, period_column, unit_name
    )
    reading.of_bodies.update(_units_by_body(Path(path), reading))
    yield from reading.units(_records(Path(path), reading, sheet), marks)


def _units_by_body(path: Path, reading: "Reading") -> Iterator[str]:
    """Yield the units of a JSON file that have several rows, each with the figures of another body."""
    if path.suffix.lower() not in _OBJECTS or not path.is_file() or not mentions_bodies(path):
        return
    first = evolve(reading, problems=Problems(str(path)))  # what is wrong is said when the rows are read
    found: dict[str, list[Body | None]] = {}
    unit, last = None, tuple[str, ...]()
    with suppress(TableError):
        for line, names, values in records(path, first.problems, first.search):
            if names != last:
                unit, last = first.unit_column(line, names, [folded(name) for name in names]), names
            if unit is not None and not isinstance(values, Head):
                found.setdefault(look_alike(first.named(own_value(values[unit]))), []).append(body_stated(values))
    for name, bodies in found.items():
        if len(bodies) > 1 and None not in bodies and len(set(bodies)) == len(bodies):
            yield name


def _records(path: Path, reading: "Reading", sheet: str | None) -> Iterator[Record]:
    """Yield the rows of a file; types of columns are looked at with what is looked for."""
    if path.suffix.lower() != ".parquet" or sheet is not None:
        return records(path, reading.problems, reading.search, sheet)
    from ntm_rules.tables.parquet import parquet_records

    return parquet_records(path, reading)


@frozen
class Columns:
    """What the columns of a row are: places of the unit, of facts with their readers, and of what is kept.

    Attributes:
        factors: by what figures are multiplied to become those of their facts; of facts in other units only.
        number: the place of the column that numbers the rows.
        judged: the places of judgements, with what their names say.
        of_facts: the names of the columns of facts, by fact.
        period: the place of the column that says of which period a row is.
        said: the places of what is said of figures, with the fact and the field of its annotation.
        apart: the columns of the figures of each body, and of what is said of these.
    """

    names: tuple[str, ...]
    unit: int | None
    facts: tuple[tuple[int, str, Reader], ...]
    kept: tuple[tuple[int | None, str], ...]
    factors: Mapping[str, Decimal]
    number: int | None = None
    judged: tuple[tuple[int, JudgedName], ...] = ()
    of_facts: Mapping[str, str] = field(factory=dict)
    period: int | None = None
    said: tuple[tuple[int, str, str], ...] = ()
    apart: Mapping[Body, "Columns"] = field(factory=dict)


@frozen
class Reading:
    """What a file is read with, and the cells that cannot be read."""

    problems: Problems
    facts: Mapping[str, Fact]
    unit: str | None
    keep: tuple[str, ...]
    decimal: str | None
    typed: bool = False
    width: int | None = None
    header_row: int | None = None
    numbers: Mapping[str, Sequence[str]] = field(factory=dict)
    mapping: ColumnMapping = UNMAPPED
    period: str | None = None
    unit_name: str | None = None
    criteria: tuple[str, ...] = ()
    bad: list[FactProblem] = field(init=False, factory=list)
    readers: dict[tuple[str, str, str], Reader] = field(init=False, factory=dict)
    told: set[Message] = field(init=False, factory=set)
    lines: dict[str, tuple[str, int]] = field(init=False, factory=dict)
    seen: set[str] = field(init=False, factory=set)
    totals: list[int] = field(init=False, factory=list)
    asides: list[int] = field(init=False, factory=list)
    groups: list[tuple[int, str]] = field(init=False, factory=list)
    by_period: list[str] = field(init=False, factory=list)
    of_period: list[str] = field(init=False, factory=list)
    codes: list[tuple[int, str]] = field(init=False, factory=list)
    last: list[Columns] = field(init=False, factory=list)
    of_bodies: set[str] = field(init=False, factory=set)
    names: Names = field()
    alone: bool = False
    keep_as_is: frozenset[str] = field(init=False)
    keep_folded: frozenset[str] = field(init=False)
    under_numbers: UnderNumbers = field(init=False, eq=False, repr=False)

    @keep_as_is.default
    def _as_is(self) -> frozenset[str]:
        return frozenset(self.keep)

    @keep_folded.default
    def _folded(self) -> frozenset[str]:
        return frozenset(map(folded, self.keep))

    @under_numbers.default
    def _under_numbers(self) -> UnderNumbers:
        return UnderNumbers(self)

    @names.default
    def _names(self) -> Names:
        return Names(self.facts)

    @classmethod
    def of(
        cls,
        path: str | Path,
        catalogue: Catalogue,
        unit: str | None = None,
        keep: Sequence[str] = (),
        decimal: str | None = None,
        width: int | None = None,
        header_row: int | None = None,
        numbers: Numbers | None = None,
        mapping: ColumnMapping | None = None,
        period: str | None = None,
        unit_name: str | None = None,
    ) -> "Reading":
        """Return what a file is read with.

        Raises:
            BadArgument: *decimal* is another word, or a number is none.
            TableError: a row of names is said of a file that has none.
        """
        if decimal is not None and decimal not in DECIMAL_SEPARATORS:
            known = tuple(DECIMAL_SEPARATORS)
            raise BadArgument(Message("argument.one_of", argument="decimal", names=known, value=str(decimal)))
        problems, suffix = Problems(str(path)), Path(path).suffix.lower()
        if header_row is not None and suffix == ".parquet":
            problems.fail(Message("table.header/kind", name=Path(path).name), 1)
        own, facts = mapping or UNMAPPED, names_of(catalogue)
        kept = tuple(dict.fromkeys((*keep, *own.keep)))
        sizes = width_of(width) or own.unit_width, width_of(header_row, "header_row")
        how = unit or own.unit, kept, decimal or own.decimal, suffix in TYPED, *sizes
        said = (numbers_of(catalogue, numbers), own, period, unit_name, criteria_of(catalogue, numbers))
        return cls(problems, facts.facts, *how, *said, names=facts)

    @classmethod
    def of_rows(cls, catalogue: Catalogue, alone: bool, **how: typing.Any) -> "Reading":
        """Return what rows that a program holds are read with.

        Args:
            alone: there is one row, which need not name a unit.
            how: as ``of`` takes it.

        Raises:
            BadArgument: as ``of``.
        """
        return evolve(cls.of("", catalogue, **how), typed=True, alone=alone)

    def units(self, records: Iterable[Record], marks: bool = False) -> Iterator[UnitFacts]:
        """Yield the units of the rows that can be read.

        Args:
            marks: also rows with cells that cannot be read, which are not raised then.

        Raises:
            TableError, FactError: as ``tables.read``.
        """
        found = iter(records)
        for line, names, values in found:
            if isinstance(values, Head):
                if values.roles is not None:
                    yield from LongReading(self, values, values.roles).units(found, marks)
                    break
                if self.unit_name is not None:
                    self.problems.fail(Message("table.unit_name/wide", name=self.unit_name), line)
                self.last[:] = [self.columns(line, names, values)]
                continue
            unit = self.row(line, names, values)
            if unit is not None:
                yield from (each for each in self.by_body(unit, values) if marks or not each.bad)
        self.finish()
        if self.bad and not marks:
            raise FactError(self.bad)

    def finish(self) -> None:
        """Raise what is wrong with the shape of the file, after the last row."""
        if not self.alone and not (self.lines or self.bad or self.problems.found or self.codes):
            self.problems.note(Message("table.empty"), 1)
        self.kept()
        self.codes_without_width()
        self.remark_totals()
        self.problems.stop()

    def codes_without_width(self) -> None:
        """Note that codes are numbers, once for all rows: whether they lost zeros is not to be seen."""
        if self.codes:
            first, example = self.codes[0]
            rows = rows_listed([line for line, _ in self.codes])
            told = {"place": self.place, "rows": rows, "example": example, "count": len(self.codes)}
            code = "table.unit/numbers" if self.typed else "table.unit/numbers_bare"
            self.problems.note(Message(code, **told), first)

    def remark_totals(self) -> None:
        """Tell which rows were left out."""
        if self.totals:
            told = {"count": len(self.totals), "rows": rows_listed(self.totals)}
            self.problems.remark(Message("table.total", **told), self.totals[0])
        if self.asides:
            told = {"count": len(self.asides), "rows": rows_listed(self.asides)}
            self.problems.remark(Message("table.aside", **told), self.asides[0])
        if self.groups:
            rows, first = rows_listed([line for line, _ in self.groups]), self.groups[0]
            told = {"count": len(self.groups), "rows": rows, "example": first[1], "name": GROUP_COLUMN}
            self.problems.remark(Message("table.group", **told), first[0])

    def kept(self) -> None:
        """Note the columns to keep that the file has not; of those of a mapping file tell which."""
        if not self.last or self.alone:
            return
        own = (*(column.name for column in self.mapping.columns), *self.mapping.keep)
        absent = tuple(name for name in own if name not in self.seen and folded(name) not in self.seen)
        if absent:
            self.tell(Message("table.mapping", names=absent[:_NAMED], count=len(absent)), 1)
        for name in self.keep:
            if self.groups and folded(name) == folded(GROUP_COLUMN):
                continue
            if name not in self.seen and folded(name) not in self.seen and name not in self.mapping.keep:
                self.problems.note(Message("table.column/keep", name=name), 1, _nearest(name, self.last[0].names))

    # -- rows --------------------------------------------------------------------------------

    def row(self, line: int, names: tuple[str, ...], values: Sequence[object]) -> UnitFacts | None:
        """One unit; None where the row cannot be read, with its problems noted."""
        if not self.last or self.last[0].names != names:
            self.nested(line, names, values)
            self.last[:] = [self.columns(line, names)]
        columns = self.last[0]
        if len(values) > len(names) or (len(values) < len(names) and not self.typed):
            code = "table.row/sheet" if self.typed else "table.row"
            message = Message(code, place=self.place, line=line, cells=len(values), columns=len(names))
            self.problems.note(message, line)
            return None
        values = [*values, *[None] * (len(names) - len(values))]
        if columns.unit is not None and not self.alone and self.is_left_out(line, values, columns):
            return None
        unit = self.unit_named(line, columns, values)
        before = len(self.bad)
        facts = self.facts_of(line, unit, columns, values)
        judgements = self.under_numbers.judgements(line, unit, columns, values, facts) if columns.judged else ()
        if len(self.bad) >= MAX_PROBLEMS:
            self.problems.stop()
            raise FactError(self.bad, complete=False)
        if unit is None:
            return None
        group = self.groups[-1][1] if self.groups else ""
        kept = {name: group if place is None else self.text(line, name, values[place]) for place, name in columns.kept}
        bad = tuple(self.bad[before:])
        found = UnitFacts(unit, facts, kept, line, judgements, bad, columns.of_facts, self.place, group)
        return evolve(found, body=body_stated(values)) if look_alike(unit) in self.of_bodies else found

    def nested(self, line: int, names: tuple[str, ...], values: Sequence[object]) -> None:
        """Raise if an object holds others under names that are not known: figures of one's own system, level by level.

        Raises:
            TableError: it does.
        """
        for name, value in zip(names, values, strict=False):
            if isinstance(value, dict) and not self.knows(name):
                self.problems.fail(Message("table.json/nested", line=line, name=name), line)

    def period_of(self, line: int, given: object) -> str:
        """Return of which period a row is; empty where it does not say, which is noted."""
        text = one_form(kept_text(int(given) if isinstance(given, float) and given.is_integer() else given))
        if not text:
            self.problems.note(Message("table.period/none", place=self.place, line=line), line)
        return text

    def by_body(self, unit: UnitFacts, values: Sequence[object]) -> Sequence[UnitFacts]:
        """Return a unit once for each body with figures of its own; figures of no body belong to each of them."""
        columns, found = self.last[0], list[UnitFacts]()
        values = [*values, *[None] * (len(columns.names) - len(values))]
        for body, own in columns.apart.items():
            before = len(self.bad)
            facts = {**unit.facts}
            for name, value in self.facts_of(unit.line, unit.unit, own, values).items():
                facts[name] = noted(facts.get(name), {**noted(value, {}), "body": body.value})
            bad = tuple(self.bad[before:])
            if bad or facts != unit.facts:
                told = body if len(columns.apart) > 1 else None
                of_facts = {**unit.columns, **own.of_facts}
                found.append(evolve(unit, facts=facts, bad=(*unit.bad, *bad), columns=of_facts, body=told))
        return found or [unit]

    def is_left_out(self, line: int, values: Sequence[object], columns: Columns) -> bool:
        """Whether a row is no unit; it is counted.

        It sums up others, by the name of its unit or, without one, by its first cell; or it has no figure at all, and
        is a note, a group, which has a Roman number or a letter, or has no unit.
        """
        called = own_value(values[columns.unit or 0])
        blank = called is None or (isinstance(called, str) and not called.strip())
        if blank:
            called = next((own for value in values if (own := own_value(value)) is not None and own != ""), None)
        if isinstance(called, str) and is_total(called):
            self.totals.append(line)
            return True
        group = columns.number is not None and is_group_number(own_value(values[columns.number]))
        aside = blank or group or (isinstance(called, str) and is_note(called))
        if aside and called is not None and not self.has_figures(values, columns):
            if group:
                self.groups.append((line, _group_name(values)))
            else:
                self.asides.append(line)
            return True
        return False

    def has_figures(self, values: Sequence[object], columns: Columns) -> bool:
        """Return whether a row holds a figure or a judgement."""
        read = (*(place for place, _, _ in columns.facts), *(place for place, _ in columns.judged))
        return any(is_filled(values[place]) for place in read)

    def text(self, line: int, column: str, value: object) -> str:
        """Return a value that passes through as a text; what cannot be written is noted."""
        text = kept_text(own_value(value))
        flaw = flaw_of_text(text, place=self.place, line=line, name=column)
        if flaw is not None:
            self.problems.note(flaw, line)
        return text

    def facts_of(self, line: int, unit: str | None, columns: Columns, values: Sequence[object]) -> dict[str, object]:
        """Return the facts of a row, without empty cells; bad ones are noted."""
        facts: dict[str, object] = {}
        for place, fact, read in columns.facts:
            value = values[place]
            try:
                value = self.read_cell(fact, value, read)
                if columns.factors and fact in columns.factors:
                    value = converted(value, columns.factors[fact])
            except BadCell as bad:
                at = self.at(line, columns.names[place])
                self.bad.append(FactProblem(unit or None, fact, value, bad.expected, bad.hint, *at))
                value = None
            if isinstance(value, dict):
                self.text(line, columns.names[place], value)
            if value is not None:
                facts[fact] = value
        for place, fact, detail in columns.said:
            text = one_form(self.text(line, columns.names[place], values[place]))
            try:
                facts |= {fact: noted(facts.get(fact), {detail: said_in(detail, text)})} if text else {}
            except BadCell as bad:
                at = self.at(line, columns.names[place])
                self.bad.append(FactProblem(unit or None, fact, text, bad.expected, bad.hint, *at))
        return facts

    def read_cell(self, fact: str, value: object, read: Reader) -> object:
        """Return a cell as a value of a fact, by whether the file has types.

        Raises:
            BadCell: it cannot be read.
        """
        if isinstance(value, dict) and value.get("value") is not None:
            return value | {"value": self.read_cell(fact, value["value"], read)}
        if isinstance(read, OwnReader):
            value = read.cell(value)
        if self.typed:
            return typed_value(value, self.facts[fact], read)
        return read(value) if isinstance(value, str) else value

    def note_bad(self, line: int, unit: str | None, name: str, what: str, value: object, bad: BadCell) -> None:
        """Note a cell that cannot be read; *what* is the fact or number that it is of, *name* that of its column."""
        self.bad.append(FactProblem(unit or None, what, value, bad.expected, bad.hint, *self.at(line, name)))

    def at(self, line: int, name: str) -> tuple[int, str, Sentence]:
        """Return where a cell stands; nowhere in a row that is alone."""
        return (0, "", "") if self.alone else (line, name, self.place)

    def unit_named(self, line: int, columns: Columns, values: Sequence[object]) -> str | None:
        """Return the unit of a row; empty for a row that is alone and names none, None as ``unit_of``."""
        given = None if columns.unit is None else own_value(values[columns.unit])
        if self.alone and not is_filled(given):
            return ""
        of = None if columns.period is None else self.period_of(line, own_value(values[columns.period]))
        body = body_stated(values) if self.of_bodies else None
        return None if columns.unit is None or of == "" else self.unit_of(line, given, of, body)

    def unit_of(self, line: int, given: object, period: str | None = None, body: Body | None = None) -> str | None:
        """Return the unit of a row, with its period if given; None where there is none or another row has it.

        Args:
            body: whose figures the row has, which a unit may have once of each body.
        """
        unit = self.unit_in(line, given)
        if unit is None:
            return None
        unit = unit if period is None else f"{unit} ({period})"
        alike = look_alike(unit)
        key = of_body(alike, body) if body is not None and alike in self.of_bodies else alike
        other, first = self.lines.setdefault(key, (unit, line))
        if first == line:
            return unit
        told = {"unit": unit, "place": self.place, "first": first, "line": line}
        message = Message("table.unit/twice", **told)
        column = next((name for name in self.last[0].names if folded(name) in _PERIODS), None) if self.last else None
        if other != unit:
            message = Message("table.unit/alike", other=other, **told)
        elif column is not None and not self.period:
            message = Message("table.unit/twice_by_period", period=column, **told)
        if not self.by_period:  # which has been noted, and why units come again
            self.problems.note(message, line)
        return None

    def unit_in(self, line: int, given: object) -> str | None:
        """Return the unit that a cell names; None where it names none, which is noted."""
        flaw = flaw_of_name(one_form(given), place=self.place, line=line) if isinstance(given, str) else None
        if flaw is not None:
            self.problems.note(flaw, line)
            return None
        if self.width is None and _is_number(given):
            self.codes.append((line, shown(str(given))))
            return None
        try:
            return id_of(given, "unit", self.width)
        except BadArgument as error:
            self.problems.note(self._nameless(line, given, error), line, self._write_as_text(given))
            return None

    def named(self, given: object) -> str:
        """Return the unit that a cell names; empty where it names none."""
        try:
            return id_of(given, "unit", self.width)
        except BadArgument:
            return ""

    def _nameless(self, line: int, given: object, error: BadArgument) -> Message:
        """Return why a cell does not name a unit."""
        if given is None or (isinstance(given, str) and not one_form(given)):
            return Message("table.unit/none", place=self.place, line=line)
        if self.width is None and not isinstance(given, str):
            return Message("table.unit/text", unit=shown(given), place=self.place, line=line)
        return Message("table.unit/unfit", place=self.place, line=line, problem=error.sentences[0])

    def _write_as_text(self, given: object) -> Sentence:
        if given is None or isinstance(given, str):
            return ""
        return Message("hint.text_cell") if self.typed else Message("hint.quotes")

    @property
    def place(self) -> Message:
        """What the places of a file are called."""
        return _ROW if self.typed else _LINE

    # -- columns -----------------------------------------------------------------------------

    @property
    def search(self) -> Search:
        """How the row with the names of the columns is found."""
        return Search(
            self.knows, self.names_a_value, self.is_number, self.is_unit, self.header_row, self.period, self.unit
        )

    def names_a_value(self, name: str) -> bool:
        """Whether a column of this name is the unit or a fact."""
        return self.is_unit(name) or self.fact(name) is not None

    def is_number(self, name: str) -> bool:
        """Whether a text is a printed number, as cells and columns of indicators have them, or a code of one's own."""
        said = self.judged(name)
        own = self.is_code(name) or (is_code(name) and self.mapping.ignores(name))
        return (said is not None and not said.detail) or name in self.numbers or own

    def is_code(self, text: str) -> bool:
        """Whether a mapping file says that a text stands for a fact."""
        own = self.mapping.column(text)
        return own is not None and own.fact in self.facts

    def is_like_own_code(self, name: str) -> bool:
        """Whether a name is a code as a mapping file has them: beside ``CT01``, ``CT11`` is not a printed number."""
        digits = "0123456789"
        return is_code(name) and any(
            is_code(own.name) and own.name.rstrip(digits) == name.rstrip(digits) for own in self.mapping.columns
        )

    def is_unit(self, name: str) -> bool:
        """Whether a column of this name names the unit."""
        fold = folded(name)
        return is_unit(fold) or (self.unit is not None and fold == folded(self.unit))

    def knows(self, name: str) -> bool:
        """Whether a column of this name is looked for."""
        fold = folded(name)
        passed = fold in self.keep_folded or name in self.keep_as_is
        own = self.mapping.column(name) is not None or self.mapping.ignores(name)
        return passed or own or self.judged(name) is not None or self.names_a_value(name) or self.said(name) is not None

    def fact(self, name: str) -> Named | None:
        """Return the fact that a column names, in a group or alone; None where it does not, or names several."""
        if self.mapping.column(name) is None and self.said(name) is not None:
            return None
        group, _, last = name.rpartition(BETWEEN)
        for text in (name, last, group if is_result(folded(last)) else "") if group else (name,):
            own = self.mapping.column(text)
            found = self.names.fact(text, self.reads) if own is None else self.mapped(own)
            if found is not None or own is not None:
                return found
        return None

    def reads(self, fact: str, text: str) -> object:
        """Read a text as a cell of a fact.

        Raises:
            BadCell: it is none.
        """
        return self.reader(Named(fact))(text)

    def said(self, name: str) -> tuple[Named, Behind] | None:
        """Return the fact of which a column holds what is said, or the figures of one body; None where it does not."""
        behind = Behind.of(name)
        if behind.name == name or self.names.is_one(name):
            return None
        named = self.fact(behind.name)
        return None if named is None else (named, behind)

    def mapped(self, own: MappedColumn) -> Named | None:
        """Return the fact that a mapping file names for a column; None where it names none that there may be."""
        if own.fact is None or own.fact not in self.facts:
            return None
        if own.figures_in is None:
            return Named(own.fact, own=own)
        unit, its_own = Unit.of(own.figures_in), Unit.of_fact(self.facts[own.fact])
        return Named(own.fact, unit, None if its_own is None else unit.power_to(its_own), own)

    def judged(self, name: str) -> JudgedName | None:
        """Return which judgement a column holds; None where it holds none."""
        own = self.mapping.column(name)
        words = {**self.mapping.words, **(own.words if own else {})}
        told = {word: written(meaning) for word, meaning in words.items()}
        if own is None and self.is_like_own_code(name):
            return None
        if own is None:
            found = judged_name(name, self.numbers)
            if found is None and self.criteria and (body := body_of_list(name)):
                return JudgedName("", body, listed=True)
            return evolve(found, words=told) if found and told else found
        known = own.no is not None and own.no in self.numbers
        return JudgedName(own.no, own.body, own.detail, words=told) if known and own.no else None

    def columns(self, line: int, names: tuple[str, ...], head: Head | None = None) -> Columns:
        """Return what the columns are; every problem of the header noted."""
        if head is not None and head.codes is not None:
            self.own_codes(line, *head.codes)
        if not self.numbers and could_head(names) and not any(map(self.fact, names)):
            self.problems.fail(Message("table.long/not_here"), line)
        codes = tuple(name for name in names if is_code(name) and not self.knows(name))
        if len(codes) > 1 or any(map(self.is_like_own_code, codes)):
            self.own_codes(line, "", codes)
        left_out = frozenset[int]() if head is None else head.left_out
        self.of_period.extend(names[place] for place in left_out)
        folds = ["" if place in left_out else folded(name) for place, name in enumerate(names)]
        self.seen.update(names)
        self.seen.update(fold for fold in folds if fold)
        self.old_font(line, names)
        unit = self.unit_column(line, names, folds)
        places = {key: place for place, key in reversed([*enumerate(names), *enumerate(folds)]) if key}
        kept = tuple((places.get(k, places.get(folded(k))), k) for k in self.keep)
        passed = {place for place, _ in kept}
        facts: list[tuple[int, str, Reader]] = []
        factors: dict[str, Decimal] = {}
        taken: dict[str, str] = {}
        judged: list[tuple[int, JudgedName]] = []
        period = self.period_place(names, folds)
        said_of: list[tuple[int, Named, Behind]] = []
        for place, name in enumerate(names):
            ignored = place != unit and place not in passed and self.mapping.ignores(name)
            if ignored or place in left_out or place == period:
                continue
            if place not in (unit, *passed) and (of_fact := self.said(name)) is not None:
                said_of.append((place, *of_fact))
                continue
            named = None if place == unit else self.fact(name)
            if named is not None and named.power is None and place in passed:
                named = None
            said = None if named or place in (unit, *passed) else self.judged(name)
            if said is not None:
                judged.append((place, said))
                self.told_apart(line, name, said, names, taken)
                continue
            key = named.fact if named else (name if name in self.keep_as_is else folds[place])
            if not key:
                self.problems.note(Message("table.column/nameless", number=place + 1), line)
            elif key in taken:
                self.problems.note(_twice(name, taken[key]), line)
            elif named is not None:
                facts.append((place, named.fact, self.reader(named)))
                factor = self.factor(line, name, named)
                if factor is not None:
                    factors[named.fact] = factor
            elif place != unit and place not in passed:
                self.other(line, name, folds[place], None if unit is None else names[unit])
            taken[key] = name
        number = next((place for place, fold in enumerate(folds) if place != unit and is_row_number(fold)), None)
        single = [(self.numbers[said.no], place) for place, said in judged if said.no and not said.detail]
        held = {compared[0]: names[place] for compared, place in single if len(compared) == 1}
        held |= {fact: names[place] for place, fact, _ in facts}
        found = Columns(
            names, unit, tuple(facts), kept, factors, number, tuple(self.whose(line, names, judged)), held, period
        )
        return self.with_said(line, found, said_of) if said_of else found

    def own_codes(self, line: int, column: str, codes: Sequence[str]) -> None:
        """Raise: columns or rows are named by codes that only the file's own system knows.

        Raises:
            TableError: always.
        """
        told = {"names": tuple(codes[:_CODES]), "count": len(codes)}
        message = Message("table.codes/rows", column=column, **told) if column else Message("table.codes", **told)
        self.problems.fail(message, line)

    def period_place(self, names: Sequence[str], folds: Sequence[str]) -> int | None:
        """Return the place of the column that the caller says holds periods; that there is none is noted."""
        if self.period is None or self.of_period:
            return None
        if folded(self.period) in folds:
            return folds.index(folded(self.period))
        self.problems.note(Message("table.period/unknown", name=self.period), 1, _nearest(self.period, names))
        return None

    def whose(
        self, line: int, names: Sequence[str], judged: Sequence[tuple[int, JudgedName]]
    ) -> Iterator[tuple[int, JudgedName]]:
        """Yield the columns of judgements; what says nothing of a body is said of the one that judged the number."""
        bodies: dict[str, list[Body]] = {}
        for _, said in judged:
            if not said.detail and not said.figures:
                bodies.setdefault(said.no, []).append(said.body)
        for place, said in judged:
            own = bodies.get(said.no, [])
            if said.detail and said.body is Body.OTHER and own and Body.OTHER not in own:
                if len(own) > 1:
                    message = Message("table.column/whose", name=names[place], no=said.no)
                    self.problems.note(message, line, Message("hint.whose", no=said.no))
                yield place, evolve(said, body=own[0])
            else:
                yield place, said

    def with_said(self, line: int, columns: Columns, said: Sequence[tuple[int, Named, Behind]]) -> Columns:
        """Return columns with those of figures of bodies and of what is said of figures; every problem noted."""
        names, bodies = columns.names, dict.fromkeys(b.body for _, _, b in said if b.body and not b.detail)
        taken: dict[tuple[str, Body | None, str], str] = {(f, None, ""): names[place] for place, f, _ in columns.facts}
        for place, named, behind in said:
            key, plain = (named.fact, behind.body, behind.detail), (named.fact, None, "")
            if key in taken or (not behind.detail and plain in taken):
                self.problems.note(_twice(names[place], taken.get(key) or taken[plain]), line)
            elif behind.body is not None and behind.body not in bodies:
                self.problems.note(Message("table.column/said", name=names[place]), line)
            taken[key] = names[place]

        def told(body: Body | None) -> tuple[tuple[int, str, str], ...]:
            return tuple((place, n.fact, b.detail) for place, n, b in said if b.detail and b.body is body)

        apart: dict[Body, Columns] = {}
        for body in bodies:
            own = [(place, named) for place, named, behind in said if behind.body is body and not behind.detail]
            factors = {named.fact: self.factor(line, names[place], named) for place, named in own}
            apart[body] = evolve(
                columns,
                facts=tuple((place, named.fact, self.reader(named)) for place, named in own),
                factors={fact: factor for fact, factor in factors.items() if factor is not None},
                of_facts={named.fact: names[place] for place, named in own},
                said=told(body),
            )
        return evolve(columns, said=told(None), apart=apart)

    def told_apart(self, line: int, name: str, said: JudgedName, names: Sequence[str], taken: dict[str, str]) -> None:
        """Note two columns of one judgement, and a number that a spreadsheet writes like another one."""
        key = f"{said.no} {said.figures or said.body.value} {said.detail}"
        if key in taken:
            self.problems.note(_twice(name, taken[key]), line)
        taken[key] = name
        others = tuple(twins(said.no, self.numbers)) if said.bare else ()
        if others and not any(one_form(other) in others for other in names):
            self.problems.note(Message("table.column/twins", name=name, others=others), line)

    def factor(self, line: int, name: str, named: Named) -> Decimal | None:
        """Return by what the figures of a column are multiplied, which is told; that they cannot be is noted."""
        if named.own is not None and named.own.factor is not None:
            self.tell(Message("table.converted/factor", name=name, factor=f"{named.own.factor:f}"), line)
            return named.factor
        own = Unit.of_fact(self.facts[named.fact])
        if named.power is None and named.unit is not None:
            told = {"name": name, "unit": named.unit.text, "fact": named.fact}
            message = Message("table.measure", own=own.text, **told) if own else Message("table.measure/none", **told)
            self.problems.note(message, line)
        if not named.power or named.unit is None or own is None:
            return None
        code = "table.converted" if named.power < 0 else "table.converted/times"
        told = {"name": name, "unit": named.unit.text, "own": own.text, "factor": 10 ** abs(named.power)}
        self.tell(Message(code, **told), line)
        return named.factor

    def tell(self, message: Message, line: int) -> None:
        """Warn once of what is no error."""
        if message not in self.told:
            self.told.add(message)
            self.problems.remark(message, line)

    def old_font(self, line: int, names: Sequence[str]) -> None:
        """Raise if a column has a name in an encoding from before Unicode: then they all have.

        Raises:
            TableError: it has.
        """
        for name in names:
            said = [] if name.isascii() or self.knows(name) else list(readings(name))
            if said:
                known = (found for found in said if self.knows(one_form(found[1])))
                encoding, meaning = next(known, said[0])
                told = {"encoding": encoding, "name": name, "meaning": meaning}
                self.problems.fail(Message("table.encoding/font", **told), line)

    def unit_column(self, line: int, names: tuple[str, ...], folds: list[str]) -> int | None:
        """Return the place of the column that names the unit; its absence is noted."""
        for wanted in UNIT_COLUMNS if self.unit is None else (self.unit,):
            if folded(wanted) in folds:
                return folds.index(folded(wanted))
        if self.alone:
            return None
        if self.unit is not None:
            self.problems.note(Message("table.unit/column", name=self.unit), line, _nearest(self.unit, names))
        else:
            self.problems.note(Message("table.unit/no_column", names=UNIT_COLUMNS), line)
        return None

    def reader(self, named: Named) -> Reader:
        """Return the reader of a fact's cells, made once for each unit that columns give figures in, and own column."""
        key = (named.fact, named.unit.text if named.unit else "", named.own.name if named.own else "")
        if key not in self.readers:
            fact, bare = self.facts[named.fact], named.own is not None and named.own.factor is not None
            read = reader_of(fact, self.decimal, named.unit if named.power else None, bare)
            words = self.own_words(fact, named.own)
            self.readers[key] = OwnReader(read, words, bare) if words or bare else read
        return self.readers[key]

    def own_words(self, fact: Fact, own: MappedColumn | None) -> Mapping[str, str]:
        """Return the own words in a column of a fact, with the texts that are read in their place."""
        fits = fact.type is FactType.BOOLEAN
        common = {w: m for w, m in self.mapping.words.items() if fits or m in (MISSING, NOT_APPLICABLE)}
        return {word: written(meaning) for word, meaning in {**common, **(own.words if own else {})}.items()}

    def other(self, line: int, name: str, fold: str, unit: str | None) -> None:
        """Tell of a column that is passed over; note one that is not a fact, or is the title of several.

        Args:
            unit: the name of the column that names the unit.
        """
        if is_row_number(fold):
            self.tell(Message("table.passed", name=name), line)
            return
        if unit is not None and is_unit(fold):
            self.tell(Message("table.passed/unit", name=name, unit=unit), line)
            return
        if fold in _PERIODS:
            self.by_period.append(name)
            self.problems.note(Message("table.period/column", name=name), line)
            return
        ids = self.names.titles.get(fold, ())
        if ids:
            self.problems.note(Message("table.column/title", name=name, ids=tuple(ids)), line)
            return
        titles = [fact.title.vi for fact in self.facts.values() if fact.title is not None]
        known = [*self.facts, *titles]
        close = near(name, known) or near(in_brackets(name)[0], known)
        hint = Message("hint.near_or_keep", names=close, name=name) if close else Message("hint.keep", name=name)
        own = self.mapping.column(name)
        number = own.no if own is not None else name if is_numbered(name) else None
        if number is not None:
            hint = Message("hint.numbered" if self.numbers else "hint.numbered/not_here", name=number)
        self.problems.note(Message("table.column/unknown", name=name), line, hint)


def _twice(name: str, other: str) -> Message:
    """Return what is wrong with a column whose fact, or name, another column *other* has already."""
    if name == other:
        return Message("table.column/twice", name=name)
    return Message("table.column/twice_as", name=name, other=other)


def _nearest(name: str, names: Sequence[str]) -> Sentence:
    return meant(name, names) or Message("hint.there_is", names=tuple(names))


def flaw_of_name(unit: str, **place: object) -> Message | None:
    """Return why a text cannot be the name of a unit; None where it can."""
    if not unit:
        return Message("table.unit/none", **place)
    if len(unit) > MAX_NAME:
        return Message("table.text/name", unit=unit[:_SHOWN], most=MAX_NAME, **place)
    sign = unwritable(unit)
    return None if sign is None else Message("table.text/unit", unit=unit, sign=sign, **place)


def flaw_of_text(text: str, **place: object) -> Message | None:
    """Return why a text cannot pass through; None where it can."""
    if len(text) > MAX_LINE:
        return Message("table.text/long", most=MAX_LINE, **place)
    sign = unwritable(text)
    return None if sign is None else Message("table.text", sign=sign, **place)


def _is_number(given: object) -> bool:
    """Return whether a code was stored as a whole number."""
    if isinstance(given, bool):
        return False
    return isinstance(given, int) or (isinstance(given, float | Decimal) and given == given // 1)


def _group_name(values: Sequence[object]) -> str:
    """Return what a group of units is called: the first words of its row that are not its number."""
    texts = (one_form(own) for value in values if isinstance(own := own_value(value), str))
    return next((text for text in texts if any(map(str.isalpha, text)) and not is_group_number(text)), "")


def kept_text(value: object) -> str:
    """Return a kept value as a text."""
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, str | Decimal | Percent):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
