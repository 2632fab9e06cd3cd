"""Units out of a table with one row an indicator: number, figure and judgement, of many units or of one."""

import re
import typing
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import MAX_PROBLEMS, FactError, FactProblem, folded, meant
from ntm_rules.model.judgements import Body, Judgement
from ntm_rules.model.measured import Unit
from ntm_rules.model.names import look_alike, one_form
from ntm_rules.model.outcomes import Outcome
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.cells import own_value
from ntm_rules.tables.judged import Draft, JudgedName, detail_of, outcome_in, twins
from ntm_rules.tables.roles import Roles
from ntm_rules.tables.rows import Record
from ntm_rules.tables.unit import UnitFacts
from ntm_rules.tables.words import in_place_of, is_missing

if typing.TYPE_CHECKING:
    from ntm_rules.tables.shape import Head
    from ntm_rules.tables.units import Reading

MAX_ROWS = 2**20
"""The most rows of such a table, since its units are known only when all are read; a sheet of Excel has no more."""

_KINDS = "xã|phường|thị trấn|đặc khu|thôn|ấp|bản|tổ dân phố"
_OF_VILLAGE = ("thon", "ap", "ban", "to dan pho")
_AUTHORITY = re.compile(rf"(?:UBND|ủy ban nhân dân|uỷ ban nhân dân)\s+((?:{_KINDS})\s+.+)", re.IGNORECASE)
_LABEL = re.compile(rf"(?:(?:tên\s+)?(?:đơn vị|{_KINDS}))(?:\s*:\s*(.*))?", re.IGNORECASE)


@define
class _Unit:
    """What rows have said of a unit so far."""

    name: str
    line: int
    facts: dict[str, object] = field(factory=dict)
    judgements: list[Judgement] = field(factory=list)
    kept: dict[str, str] = field(factory=dict)
    lines: dict[str, int] = field(factory=dict)
    fact_lines: dict[str, int] = field(factory=dict)
    bad: list[FactProblem] = field(factory=list)


@frozen
class LongReading:
    """A table with one row an indicator on its way to units.

    Attributes:
        details: fields of judgements by the places of their columns.
        bare: printed numbers that stand alone, with the row of each.
        numbers: all printed numbers of the rows.
    """

    reading: "Reading"
    head: "Head"
    roles: Roles
    details: Mapping[int, str] = field(init=False)
    found: dict[str, _Unit] = field(init=False, factory=dict)
    bare: dict[str, int] = field(init=False, factory=dict)
    numbers: set[str] = field(init=False, factory=set)

    @details.default
    def _details(self) -> Mapping[int, str]:
        """Return the columns of what is said of a judgement, the first of each kind."""
        places: dict[str, int] = {}
        for place, name in enumerate(self.head.names):
            of = detail_of(folded(name))
            if of is not None and place not in self.head.left_out:
                places.setdefault(of, place)
        return {place: of for of, place in places.items()}

    def units(self, rows: Iterator[Record], marks: bool) -> Iterator[UnitFacts]:
        """Yield the units, in the order in which they come first; each problem is noted.

        Args:
            marks: also units with cells that cannot be read.

        Raises:
            TableError: the table has too many rows, or does not say whose it is.
            FactError: so many bad cells have come together that it is read no further.
        """
        reading = self.reading
        only = self._only()
        self._tell()
        for count, (line, _, values) in enumerate(rows):
            if count == MAX_ROWS:
                reading.problems.fail(Message("table.size/long", most=MAX_ROWS), line)
            cells = [own_value(cell) for cell in typing.cast(Sequence[object], values)]
            self._row(line, [*cells, *[None] * (len(self.head.names) - len(cells))], only)
            if len(reading.bad) >= MAX_PROBLEMS:
                reading.problems.stop()
                raise FactError(reading.bad, complete=False)
        self._twins()
        result = "" if self.roles.result is None else self.head.names[self.roles.result]
        for unit in self.found.values():
            own = (unit.name, unit.facts, unit.kept, unit.line, tuple(unit.judgements), tuple(unit.bad))
            columns = dict.fromkeys(unit.facts, result)
            if marks or not unit.bad:
                yield UnitFacts(*own, columns, reading.place, lines=unit.fact_lines)

    # -- whose it is, and what is told ---------------------------------------------------------

    def _only(self) -> str:
        """Return the unit of all rows; empty where a column names units.

        Raises:
            TableError: nothing says whose the table is, or several things do.
        """
        reading, names = self.reading, self.head.names
        if self.roles.unit is not None:
            if reading.unit_name is not None:
                told = {"name": reading.unit_name, "column": names[self.roles.unit]}
                reading.problems.fail(Message("table.unit_name/column", **told), self.head.first)
            return ""
        if reading.unit_name is not None:
            return reading.unit_name
        found = _nearest({name: row for row, texts in self.head.above.items() for name in _units_in(texts)})
        if len(found) != 1:
            several = Message("table.unit_name/several", names=tuple(found))
            reading.problems.fail(several if found else Message("table.unit_name"), self.head.first)
        name, row = next(iter(found.items()))
        reading.problems.remark(Message("table.unit_name/title", unit=name, row=row), row)
        return name

    def _tell(self) -> None:
        """Tell what the columns are taken for, and which are not read, unless rows say so themselves."""
        roles, names = self.roles, self.head.names
        read = [place for place in (roles.result, *(place for place, _ in roles.judged)) if place is not None]
        told = {"number": names[roles.number], "columns": tuple(names[place] for place in read)}
        if roles.fact is None:
            self.reading.problems.remark(Message("table.long", **told), self.head.first)
        used = {roles.number, roles.unit, roles.content, roles.measure, *read, *self.details, *self.head.left_out}
        others = tuple(
            name
            for place, name in enumerate(names)
            if name and place not in used and folded(name) not in self.reading.keep_folded
        )
        for name in self.reading.keep:
            if folded(name) not in map(folded, names) and name not in self.reading.mapping.keep:
                hint = meant(name, names) or Message("hint.there_is", names=names)
                self.reading.problems.note(Message("table.column/keep", name=name), self.head.first, hint)
        if others and roles.fact is None:
            self.reading.problems.remark(Message("table.long/passed", names=others), self.head.first)
        self.reading.seen.update(names, map(folded, names))

    # -- rows --------------------------------------------------------------------------------

    def _row(self, line: int, cells: Sequence[object], only: str) -> None:
        """Add what a row says to its unit; what is wrong with it is noted."""
        reading, roles = self.reading, self.roles
        told = {"place": reading.place, "line": line}
        if len(cells) > len(self.head.names):
            counts = {"cells": len(cells), "columns": len(self.head.names)}
            code = "table.row/sheet" if reading.typed else "table.row"
            reading.problems.note(Message(code, **told, **counts), line)
            return
        written = _written(cells[roles.number])
        if written and reading.mapping.ignores(written):
            return
        fact = "" if roles.fact is None else _written(cells[roles.fact])
        number = self._number(line, cells, fact)
        if number is None and not fact:
            return
        unit = self._unit(line, None if roles.unit is None else cells[roles.unit], only)
        if unit is None:
            return
        no = "" if number is None else number.no
        self.numbers.add(no)
        if number is not None and number.bare:
            self.bare.setdefault(no, line)
        first = unit.lines.setdefault(fact or no, line)
        if first != line:
            twice = {"unit": unit.name, "no": fact or no, "first": first, **told}
            reading.problems.note(Message("table.long/twice", **twice), line)
            return
        before, had = len(reading.bad), len(unit.facts)
        self._figure(line, unit, no, fact, cells)
        unit.fact_lines |= dict.fromkeys([*unit.facts][had:], line)
        if number is not None:
            self._judgements(line, unit, number, cells)
        unit.bad += reading.bad[before:]
        self._keep(line, unit, cells)

    def _number(self, line: int, cells: Sequence[object], fact: str) -> JudgedName | None:
        """Return the number of a row, or a code of one's own; None where it has none, which is noted if it needs one.

        Args:
            fact: the one that the row names; then its figure needs no number.
        """
        reading, roles = self.reading, self.roles
        written = _written(cells[roles.number])
        bare = written in reading.numbers or reading.is_code(written)
        number = reading.judged(written) or (JudgedName(written) if bare else None)
        if number is not None and not number.detail:
            return number
        told = {"place": reading.place, "line": line}
        read = (None if fact else roles.result, *(place for place, _ in roles.judged))
        if not any(_written(cells[place]) for place in read if place is not None):
            reading.asides.extend(() if roles.fact is not None else (line,))
        elif written:
            reading.problems.note(Message("table.long/number", number=written, **told), line)
        else:
            reading.problems.note(Message("table.long/no_number", **told), line)
        return None

    def _figure(self, line: int, unit: _Unit, no: str, fact: str, cells: Sequence[object]) -> None:
        """Add the figure of a row to its unit; what is wrong with it is noted."""
        reading, place = self.reading, self.roles.result
        if place is None or not _written(cells[place]):
            return
        if fact and fact not in reading.facts:
            reading.problems.note(Message("table.long/fact", fact=fact, place=reading.place, line=line), line)
            return
        name, measure = self.head.names[place], self._measure(cells)
        reading.under_numbers.add_figure(line, unit.name, name, no, cells[place], unit.facts, measure, fact)

    def _judgements(self, line: int, unit: _Unit, number: JudgedName, cells: Sequence[object]) -> None:
        """Add the judgements of a row to its unit; what is wrong with them is noted."""
        reading = self.reading
        for place, body in self.roles.judged:
            if number.no not in reading.numbers and _written(cells[place]):
                told = {"number": number.no, "place": reading.place, "line": line}
                reading.problems.note(Message("table.long/number", **told), line)
                continue
            try:
                judgement = self._judged(number, body if number.body is Body.OTHER else number.body, place, cells)
            except BadCell as bad:
                name, value = self.head.names[place], cells[place]
                at = (line, name, reading.place)
                reading.bad.append(FactProblem(unit.name, name, value, bad.expected, bad.hint, *at))
            else:
                unit.judgements += [] if judgement is None else [judgement]

    def _unit(self, line: int, given: object, only: str) -> _Unit | None:
        """Return the unit of a row; None where it names none, or one that only looks like another."""
        reading = self.reading
        name = only or reading.unit_in(line, given)
        if name is None:
            return None
        unit = self.found.setdefault(look_alike(name), _Unit(name, line))
        reading.lines.setdefault(look_alike(name), (name, line))
        if unit.name == name:
            return unit
        told = {"unit": name, "other": unit.name, "place": reading.place, "first": unit.line, "line": line}
        reading.problems.note(Message("table.unit/alike", **told), line)
        return None

    def _measure(self, cells: Sequence[object]) -> Unit | None:
        """Return what the figure of a row is in, where the row says so."""
        text = "" if self.roles.measure is None else _written(cells[self.roles.measure])
        return None if not text or is_missing(text) else Unit.of(text)

    def _judged(self, said: JudgedName, body: Body, place: int, cells: Sequence[object]) -> Judgement | None:
        """Return what a body decided in a row; None where it did not.

        Raises:
            BadCell: the cell cannot be read, or what is said beside it.
        """
        outcome = outcome_in(in_place_of(cells[place], said.words) if said.words else cells[place])
        details = {of: text for at, of in self.details.items() if (text := _written(cells[at]))}
        if outcome is Outcome.NOT_APPLICABLE and "note" not in details:
            column = next((self.head.names[at] for at, of in self.details.items() if of == "note"), "Ghi chú")
            raise BadCell(Message("expected.judgement_reason", column=column))
        return Draft(outcome, details).judgement(said.no, body)

    def _keep(self, line: int, unit: _Unit, cells: Sequence[object]) -> None:
        """Keep what passes through; that the rows of a unit differ in it is noted."""
        reading, folds = self.reading, [folded(name) for name in self.head.names]
        for name in reading.keep:
            place = folds.index(folded(name)) if folded(name) in folds else None
            text = "" if place is None else reading.text(line, name, cells[place])
            if unit.kept.setdefault(name, text) != text:
                message = Message("table.long/keep", name=name, unit=unit.name, place=reading.place, line=line)
                reading.problems.note(message, line)

    def _twins(self) -> None:
        """Note numbers that a spreadsheet writes like others, where none of these stands in the table."""
        for no, line in self.bare.items():
            others = tuple(twins(no, self.reading.numbers))
            if others and self.numbers.isdisjoint(others):
                self.reading.problems.note(Message("table.column/twins", name=no, others=others), line)


def _nearest(found: Mapping[str, int]) -> Mapping[str, int]:
    """Return the villages among units, if there are any: above a form of theirs stands their commune too."""
    villages = {name: row for name, row in found.items() if folded(name).startswith(_OF_VILLAGE)}
    return villages or found


def _units_in(texts: Sequence[str]) -> Iterator[str]:
    """Yield the units that a row above a table names: ``UBND xã A``, ``Xã: A``, or ``Xã`` with ``A`` beside it."""
    for place, text in enumerate(texts):
        authority, label = _AUTHORITY.fullmatch(text), _LABEL.fullmatch(text)
        if authority is not None:
            yield authority[1]
        elif label is not None:
            name = label[1] or next(iter(texts[place + 1 :]), "")
            if name:
                yield name
            return


def _written(value: object) -> str:
    """Return what stands in a cell, whole numbers without a point."""
    own = int(value) if isinstance(value, float) and value.is_integer() else value
    return "" if own is None else one_form(str(own))
