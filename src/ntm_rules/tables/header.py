"""Which columns a file has, before its rows are read."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.errors import TableError, folded
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.facts import Fact
from ntm_rules.tables.judged import detail_of
from ntm_rules.tables.naming import Numbers
from ntm_rules.tables.roles import Roles
from ntm_rules.tables.rows import records
from ntm_rules.tables.shape import Head
from ntm_rules.tables.units import Reading


@frozen
class Header:
    """The columns of a file.

    Attributes:
        names: all of them, in the order in which they come.
        rest: those that are neither the unit nor a fact.
        unit: that which names the unit; None where none does.
        facts: the ids of the facts that columns hold.
        judged: those that hold judgements.
        roles: those of a table with one row an indicator, each with what it is: ``number``, ``figure``, ``measure``,
            ``detail`` or ``content``.
        places: the names as they stand in the first row of names, also those that are blank or come twice.
        said: those that hold the figures of one body, or what is said of a figure, with the fact.
    """

    names: tuple[str, ...]
    rest: tuple[str, ...]
    unit: str | None = None
    facts: Mapping[str, str] = field(factory=dict)
    judged: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(factory=dict)
    places: tuple[str, ...] = ()
    said: Mapping[str, str] = field(factory=dict)


def header_of(
    path: Path,
    catalogue: Mapping[str, Fact],
    *,
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    sheet: str | None = None,
    header_row: int | None = None,
    numbers: Numbers | None = None,
    mapping: ColumnMapping | None = None,
    period_column: str | None = None,
    unit_name: str | None = None,
) -> Header:
    """Return the columns of a file that ``tables.read`` reads; what is wrong with it is said there.

    Raises:
        EngineUnavailable: what reads Excel or Parquet files is not installed.
        OSError: the file cannot be opened.
    """
    reading = Reading.of(
        path, catalogue, unit_column, keep, None, None, header_row, numbers, mapping, period_column, unit_name
    )
    found: dict[str, bool] = {}
    held: dict[str, str] = {}
    decided: dict[str, None] = {}
    about: dict[str, str] = {}
    named: str | None = None
    places: tuple[str, ...] = ()
    with suppress(TableError):
        for names, head in _headers(path, reading, sheet):
            if head is not None and head.roles is not None:
                return _long(head, head.roles)
            places = places or names
            left_out = frozenset[int]() if head is None else head.left_out
            unit = reading.unit_column(1, names, [folded(name) for name in names])
            named = named if unit is None else names[unit]
            for place, name in enumerate(names):
                if place in left_out:
                    found[name] = False
                    continue
                fact = None if place == unit else reading.fact(name)
                if fact is not None and fact.power is not None:
                    held[name] = fact.fact
                said = None if place == unit else reading.said(name)
                if said is not None:
                    about[name] = said[0].fact
                judged = fact is None and place != unit and reading.judged(name) is not None
                if judged:
                    decided[name] = None
                # a title of several facts is a fact that has to be named by its id
                known = fact or said or judged or reading.mapping.ignores(name)
                other = place != unit and not known
                found[name] = other and folded(name) not in reading.names.titles
    rest = tuple(name for name, other in found.items() if other and name)
    return Header(tuple(found), rest, named, held, tuple(decided), places=places, said=about)


def _long(head: Head, roles: Roles) -> Header:
    """Return the columns of a table with one row an indicator."""
    names = head.names
    said: dict[int | None, str] = {place: "detail" for place, name in enumerate(names) if detail_of(folded(name))}
    said |= {roles.content: "content", roles.measure: "measure", roles.result: "figure", roles.number: "number"}
    judged = {place for place, _ in roles.judged}
    known = {roles.unit, *said, *judged, *head.left_out}
    rest = tuple(name for place, name in enumerate(names) if name and place not in known)
    unit = None if roles.unit is None else names[roles.unit]
    told = {names[place]: what for place, what in said.items() if place is not None and place not in head.left_out}
    return Header(names, rest, unit, {}, tuple(names[place] for place in sorted(judged)), told, names)


def _headers(path: Path, reading: Reading, sheet: str | None) -> Iterable[tuple[tuple[str, ...], Head | None]]:
    """Yield the names of the columns: once, or for each object of a JSON file where they differ."""
    if path.suffix.lower() == ".parquet" and sheet is None:
        from ntm_rules.tables.parquet import opened

        with opened(path, reading.problems) as file:
            yield tuple(file.schema_arrow.names), None
        return
    last: tuple[str, ...] = ()
    for _, names, values in records(path, reading.problems, reading.search, sheet):
        if isinstance(values, Head):
            yield names, values
            return
        if names != last:
            yield (last := names), None
