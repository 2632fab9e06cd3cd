"""Drafts of mapping files: what is known of the columns of a table is filled in, the rest is left to a person."""

import json
import re
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from attrs import field, frozen

from ntm_rules.messages.catalogue import check_language, say
from ntm_rules.messages.errors import folded
from ntm_rules.model.arguments import need
from ntm_rules.model.column_mapping import key_of
from ntm_rules.model.judgements import Body
from ntm_rules.model.names import one_form
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.search import nearest_facts
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.cells import Merged
from ntm_rules.tables.judged import JudgedName, outcome_in
from ntm_rules.tables.naming import Named, is_row_number, is_unit
from ntm_rules.tables.roles import is_code
from ntm_rules.tables.rows import Record, records
from ntm_rules.tables.shape import Head
from ntm_rules.tables.units import Reading

_ROWS = 10_000
"""So many rows are looked at."""
_SHOWN = 5
_LONGEST = 200
"""A name with more characters is no key of YAML."""
_PLAIN = re.compile(r"[^\W\d_]\w*(?: \w+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@frozen
class _Column:
    """A column of a table.

    Attributes:
        label: by what facts are looked for: the name, or of a code what stands beside it.
        unread: the texts that are not values of what it holds, with how often each is there.
    """

    name: str
    label: str
    fact: Named | None = None
    judged: JudgedName | None = None
    unread: Counter[str] = field(factory=Counter)


def draft_mapping(
    path: str | Path,
    ruleset: Ruleset,
    *,
    unit_column: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    lang: str = "vi",
) -> str:
    """Return the draft of a mapping file for a table: YAML that ``Library.mapping`` reads as it is.

    Columns that are known by id, title or printed number are filled in. The others stand in comments, each with the
    facts whose titles have words of its name; so do words that are not understood in columns of yes and no, of levels
    and of judgements.

    Args:
        path, unit_column, sheet, header_row: as for ``read``.
        ruleset: whose facts and numbers the columns may hold.
        lang: of the comments: ``vi`` or ``en``.

    Raises:
        TableError, EngineUnavailable, OSError: the table cannot be read.
        UnknownName: another language.
        BadArgument: no ruleset.
    """
    check_language(lang)
    need("ruleset", ruleset, Ruleset)
    reading = Reading.of(path, ruleset, unit_column, header_row=header_row)
    rows = islice(_rows(Path(path), reading, sheet), _ROWS)
    names: dict[str, None] = {}
    texts: dict[str, Counter[str]] = {}
    labels: dict[str, str] = {}
    code: int | None = None
    for _, head, values in rows:
        if isinstance(values, Head) and values.codes is not None:
            code = values.names.index(values.codes[0])
        elif code is not None:
            labels |= _coded(code, values)
            continue
        names |= dict.fromkeys(name for name in head if name and len(name) <= _LONGEST and not _CONTROL.search(name))
        cells = () if isinstance(values, Head) else values
        for name, value in zip(head, cells):  # noqa: B905 - of a row that is too short what there is
            own = value.value if isinstance(value, Merged) else value
            if isinstance(own, str):
                texts.setdefault(name, Counter())[own] += 1
    named = {name: name for name in names} if code is None else labels
    own_codes = len([name for name in named if is_code(name) and not reading.knows(name)]) > 1
    columns = [
        _Column(name, label) if own_codes and is_code(name) else _column(name, reading, texts.get(name, Counter()))
        for name, label in named.items()
    ]
    return "\n".join(_lines(Path(path).name, columns, reading, ruleset, lang)) + "\n"


def _rows(path: Path, reading: Reading, sheet: str | None) -> Iterator[Record]:
    """Yield the rows of a file, whatever its columns are; of a Parquet file without any the names."""
    if path.suffix.lower() != ".parquet" or sheet is not None:
        yield from records(path, reading.problems, reading.search, sheet)
        return
    from ntm_rules.tables import parquet

    with parquet.opened(path, reading.problems) as file:
        names = tuple(file.schema_arrow.names)
        yield 1, names, ()
        found = parquet.batches(file, reading.problems, names)
        yield from ((1, names, row) for row in chain.from_iterable(map(parquet.rows, found)))


def _coded(code: int, cells: object) -> Mapping[str, str]:
    """Return the code of a row of a table that has one row an indicator, with the longest text beside it."""
    texts = [one_form(cell) if isinstance(cell, str) else "" for cell in typing.cast(Sequence[object], cells)]
    name = texts[code] if code < len(texts) else ""
    beside = max((text for place, text in enumerate(texts) if place != code), key=len, default="")
    return {name: beside or name} if is_code(name) else {}


def _column(name: str, reading: Reading, texts: Counter[str]) -> _Column:
    """Return what a column holds, and what of it cannot be read."""
    fact = reading.fact(name)
    if fact is not None and fact.power is not None:
        read = reading.reader(fact)
        words_only = not reading.facts[fact.fact].type.numeric
        return _Column(name, name, fact, None, _unread(read, texts) if words_only else Counter())
    judged = reading.judged(name)
    if judged is None:
        return _Column(name, name)
    figures = reading.numbers[judged.no]
    return _Column(name, name, None, judged, Counter() if judged.detail or figures else _unread(outcome_in, texts))


def _unread(read: Callable[[str], object], texts: Counter[str]) -> Counter[str]:
    """Return the texts that cannot be read, with how often each is there."""
    found: Counter[str] = Counter()
    for text, count in texts.items():
        try:
            read(text)
        except BadCell:
            found[text] = count
    return found


def _lines(table: str, columns: Sequence[_Column], reading: Reading, ruleset: Ruleset, lang: str) -> Iterator[str]:
    """Yield the lines of the file."""
    yield f"# {_comment(say(lang, 'draft.head', table=table, ruleset=ruleset.id))}"
    yield f"# {say(lang, 'draft.how')}"
    yield f"mapping: {_quoted(table)}"
    names = [column.name for column in columns]
    unit, beside = _units(names, reading)
    yield f"unit: {_quoted(unit)}" if unit else f"# unit:  # {say(lang, 'draft.unit')}"
    yield f"# unit_width: 5  # {say(lang, 'draft.width')}"
    if beside:
        yield f"keep: [{', '.join(map(_quoted, beside))}]"
    left = [c for c in columns if c.name not in (unit, *beside) and not is_row_number(folded(c.name))]
    known, others = _told_apart(left, unit)
    if known:
        yield "columns:"
    for column in known:
        yield f"  {_quoted(column.name)}: {_meaning(column, reading)}"
        if column.unread:
            shown = tuple(f"{text} ({count})" for text, count in column.unread.most_common(_SHOWN))
            yield f"  # {_comment(say(lang, 'draft.words', count=len(column.unread), words=shown))}"
    if others:
        yield f"# {say(lang, 'draft.others' if known else 'draft.others/all')}"
    for column in others:
        near = [
            f"{fact.id}  # {fact.title.text(lang) if fact.title else fact.id}"
            for fact in nearest_facts(ruleset, column.label)
        ]
        first, *more = near or [""]
        if column.label != column.name:
            yield f"  # {_comment(column.label)}"
        yield f"  # ? {_quoted(column.name)}: {first}".rstrip()
        yield from (f"  #     {other}" for other in more)


def _units(names: Sequence[str], reading: Reading) -> tuple[str | None, list[str]]:
    """Return the column that names the unit, and others that may."""
    unit = next((name for name in names if reading.unit is not None and folded(name) == folded(reading.unit)), None)
    usual = [name for name in names if is_unit(folded(name))]
    if unit is None:
        place = reading.unit_column(1, tuple(usual), [folded(name) for name in usual])
        unit = None if place is None else usual[place]
    return unit, [name for name in usual if name != unit]


def _told_apart(columns: Sequence[_Column], unit: str | None) -> tuple[list[_Column], list[_Column]]:
    """Return the columns of which it is known what they hold, each thing once, and the others."""
    known: list[_Column] = []
    others: list[_Column] = []
    taken: set[object] = {key_of(unit or "")}
    for column in columns:
        judged = column.judged and (column.judged.no, column.judged.body, column.judged.detail)
        held = column.fact.fact if column.fact else judged
        new = held is not None and held not in taken and key_of(column.name) not in taken
        (known if new else others).append(column)
        if new:
            taken |= {held, key_of(column.name)}
    return known, others


def _meaning(column: _Column, reading: Reading) -> str:
    """Return what stands behind the name of a column."""
    if column.fact is not None:
        unit = column.fact.unit
        inside = f"fact: {column.fact.fact}"
        numeric = unit is not None and reading.facts[column.fact.fact].type.numeric
        return f"{{{inside}, figures_in: {_quoted(unit.text)}}}" if unit and numeric else column.fact.fact
    judged = column.judged
    assert judged is not None  # noqa: S101 - of a column that is known
    inside = f'judgement: "{judged.no}"'
    inside += "" if judged.body is Body.OTHER else f", body: {judged.body.value}"
    inside += f", detail: {judged.detail}" if judged.detail else ""
    return f"{{{inside}}}"


def _quoted(text: str) -> str:
    """Return a text as YAML has it: as it is where that is plain, else in quotes."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Return a text that stays in its line."""
    return _CONTROL.sub(" ", text)
