"""Units and their facts from what a program holds: a dict, rows of a database, a frame; read as a file is."""

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable, FactProblem
from ntm_rules.model.arguments import marks_bad, name_of, need
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.tables.naming import Catalogue, Numbers
from ntm_rules.tables.rows import opened
from ntm_rules.tables.units import Reading, UnitFacts

_FRAMES = ("pandas", "polars", "pyarrow")
_NOTHING = ("NAType", "NaTType")
"""What pandas has in place of a value that is missing."""


def read_facts(
    given: Mapping[str, object],
    catalogue: Catalogue,
    *,
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    decimal: str | None = None,
    unit_width: int | None = None,
    numbers: Numbers | None = None,
    mapping: ColumnMapping | None = None,
    on_bad: str = "raise",
) -> UnitFacts:
    """Return the facts and judgements of one unit, such as a row of a database or the body of a request.

    Keys are what columns of a file are called: ids or titles of facts, printed numbers, names of a mapping file. Values
    are cells as people write them (``"43,2"``, ``"Chưa đạt"``, ``"N/A"``), numbers and truth values, or mappings with
    ``value``, ``source`` and so on. NaN, NaT and NA are missing. Facts and judgements may also
    stand in mappings ``facts`` and ``judgements``, as ``input_schema`` has them.

    Args:
        catalogue, unit_column, keep, decimal, unit_width, numbers, mapping, on_bad: as ``read`` takes them. The unit
            may be left out; then it is empty.

    Raises:
        TableError: keys that are not known, or that are the same fact: all of them.
        FactError: every value that cannot be read, with ``"raise"``.
        BadArgument: *given* is not a mapping with texts as keys.
    """
    how = {"unit": unit_column, "keep": keep, "decimal": decimal, "width": unit_width, "mapping": mapping}
    reading = Reading.of_rows(catalogue, True, numbers=numbers, **how)
    (found,) = reading.units([_record(1, given)], marks_bad(on_bad))
    return found


def read_rows(
    rows: Iterable[Mapping[str, object]] | typing.Any,
    catalogue: Catalogue,
    *,
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    decimal: str | None = None,
    unit_width: int | None = None,
    numbers: Numbers | None = None,
    mapping: ColumnMapping | None = None,
    on_bad: str = "raise",
) -> Iterator[UnitFacts]:
    """Yield the units of rows that a program holds, as ``read`` yields those of a file.

    Args:
        rows: mappings, each as for ``read_facts``, or a frame of pandas, Polars or PyArrow.
        catalogue, unit_column, keep, decimal, unit_width, numbers, mapping, on_bad: as ``read`` takes them.

    Raises:
        TableError, FactError: as ``read``; rows are counted from 1.
        BadArgument: a row is not a mapping with texts as keys.
        EngineUnavailable: what reads frames is not installed.
    """
    how = {"unit": unit_column, "keep": keep, "decimal": decimal, "width": unit_width, "mapping": mapping}
    reading = Reading.of_rows(catalogue, False, numbers=numbers, **how)
    found = _of_frame(rows) if type(rows).__module__.partition(".")[0] in _FRAMES else rows
    yield from reading.units((_record(place, row) for place, row in enumerate(found, 1)), marks_bad(on_bad))


def read_changes(
    unit: str, given: Mapping[str, object], cleared: Sequence[str], reading: Reading
) -> tuple[Mapping[str, object], Sequence[FactProblem]]:
    """Return changes of facts by their ids, None for one that is taken away, and the values that cannot be read.

    Args:
        given: as for ``read_facts``; what is missing is taken away, and a key that names no fact stays as it is.
        cleared: facts that are taken away, as columns are called.
        reading: of one row, used for nothing else.

    Raises:
        TableError: keys that are the same fact.
    """
    named = {name: fact.fact for name in (*given, *cleared) if (fact := reading.fact(name)) is not None}
    _, names, values = _record(1, {name: value for name, value in given.items() if name in named})
    found = reading.facts_of(1, unit, reading.columns(1, names), values)
    reading.problems.stop()
    bad = {problem.fact for problem in reading.bad}
    read = {named.get(name, name): found.get(named[name]) if name in named else given[name] for name in given}
    changes = {name: value for name, value in read.items() if name not in bad}
    return changes | {named.get(name, name): None for name in cleared}, reading.bad


def _record(place: int, row: object) -> tuple[int, tuple[str, ...], Sequence[object]]:
    need("given", row, Mapping)
    items = list(opened(typing.cast(Mapping[str, object], row)))
    return place, tuple(name_of(name, "given") for name, _ in items), tuple(_plain(value) for _, value in items)


def _plain(value: object) -> object:
    """Return a value as Python has it: scalars of NumPy and pandas, also those that are missing."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if type(value).__name__ in _NOTHING:
        return None
    if hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        value = float(str(value)) if str(value.dtype) == "float32" else value.item()  # type: ignore[attr-defined]
    return None if isinstance(value, float) and value != value else value


def _of_frame(frame: typing.Any) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a frame; float32 by its shortest text."""
    try:
        import narwhals as nw
        import numpy as np
    except ImportError as error:
        raise EngineUnavailable(
            Message("engine.frame", package="narwhals"), Message("hint.extra", extra="frame")
        ) from error
    found = nw.from_native(frame, eager_only=True)
    short = [name for name, kind in found.schema.items() if kind == nw.Float32]
    for row in found.iter_rows(named=True):
        yield row | {name: np.float32(row[name]) for name in short if row[name] is not None}
