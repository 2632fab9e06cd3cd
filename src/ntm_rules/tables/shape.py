"""The shape of a sheet: which one or two rows hold the names of the columns, and what kind of table lies below them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, takewhile, zip_longest

from attrs import evolve, field, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import TableError, folded, meant
from ntm_rules.model.names import one_form
from ntm_rules.tables.cells import Merged
from ntm_rules.tables.legacy import readings
from ntm_rules.tables.naming import is_row_number
from ntm_rules.tables.roles import BETWEEN, Roles, could_head, is_beside, is_code, is_role, own_codes
from ntm_rules.tables.rows import Problems, Record, Rows, rows_listed

Known = Callable[[str], bool]
"""Whether a name is that of a column we look for."""

AHEAD = 30
"""Rows that are looked at for the names of the columns, where the first has none that is known; and rows below them."""
_SURE = 2
"""Rows below the first that name so many columns are taken for those of names."""
_COLUMNS = 3
"""In a table of fewer columns a row is none that numbers them."""
_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SHOWN = 80
_LISTED = 8
_MEASURES = re.compile(r"\b(?:dvt|don vi tinh)\b|(?:\b(?:1 000|1000|nghin|ngan|trieu|ty|ti)|[0-9]) ?(?:dong|d|vnd)\b")
"""What a folded text says that gives the unit of all figures below it."""
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_COUNTED = re.compile(r"(?:xa )?nhom (?:xa )?(?:[0-9]|i{1,3})")

Row = tuple[int, Sequence[object]]


@frozen
class Head:
    """The names of the columns of a sheet, and what is known of the table below them.

    Attributes:
        first, last: the rows that hold the names; the same where it is one.
        names: one a column; ``group / name`` where a row of groups stands above.
        left_out: places of columns that are of another period than the one asked for.
        above: the texts in the cells above, by their rows.
        roles: the columns of a table with one row an indicator; None of one with one row a unit.
        codes: the column of codes of one's own in the place of printed numbers, and some of them.
        grouped: the group of each column.
    """

    first: int
    last: int
    names: tuple[str, ...]
    left_out: frozenset[int] = frozenset()
    above: Mapping[int, tuple[str, ...]] = field(factory=dict)
    roles: Roles | None = None
    codes: tuple[str, tuple[str, ...]] | None = None
    grouped: tuple[str, ...] = ()


@frozen
class Search:
    """How the names of the columns are found.

    Attributes:
        known: tells a name that is looked for.
        named: tells a name of the column that names the unit, or of a fact.
        numbered: tells a printed number of the set, alone or as in ``Tiêu chí 4``.
        unit: tells a name of the column that names the unit.
        row: the row, where the caller knows it.
        period: the group of columns, or the column, that the caller chooses.
        unit_column: the column that names the unit, where the caller knows it.
    """

    known: Known
    named: Known
    numbered: Known
    unit: Known
    row: int | None = None
    period: str | None = None
    unit_column: str | None = None

    def records(self, rows: Callable[[], Rows], problems: Problems) -> Iterator[Record]:
        """Yield rows as records, from those with the names of the columns on.

        Args:
            rows: gives the rows from the first on, each time it is asked.

        Raises:
            TableError: the names of the columns are not found.
        """
        head = self.head(rows(), problems)
        if head is not None:
            yield from below(rows(), head, problems)

    def head(self, rows: Rows, problems: Problems) -> Head | None:
        """Return the names of the columns; None where there is no row. What was decided about them is told.

        Raises:
            TableError: the names are not found, or mean several things.
        """
        seen = self._seen(rows)
        if self.row is not None and not any(line == self.row for line, _ in seen):
            problems.fail(Message("table.header/blank", row=self.row), self.row)
        if not seen:
            return None
        self._no_counts(seen, problems)
        score, place, pair = self._best(seen)
        if score == 0 and self.row is None:
            place, pair = 0, False
        last = place + pair
        above = {line: tuple(filter(None, _names(cells))) for line, cells in seen[:place]}
        self._told(seen[place][0], seen[last][0], above, score, problems)
        names = _names(seen[place][1])
        groups: tuple[str, ...] = ()
        if pair:
            joined = _joined(seen[place][1], seen[last][1])
            groups = tuple(group for group, _ in joined)
            names = tuple(f"{group}{BETWEEN}{name}" if group else name for group, name in joined)
        head = Head(seen[place][0], seen[last][0], names, above=above, grouped=groups)
        head = self._of_period(head, problems)
        return self._of_kind(head, [cells for _, cells in seen[last + 1 :]])

    def score(self, cells: Sequence[object]) -> int:
        """Return how many columns that we look for the cells name; numbers alone do not make a row of names."""
        names = _names(cells)
        found = set(filter(self.known, names))
        sure = any(not _NUMBER.fullmatch(name) for name in found)
        codes = sum(map(is_code, set(names) - found))
        return max(len(found) if sure else 0, could_head(names), codes if codes >= _SURE else 0)

    # -- which rows --------------------------------------------------------------------------

    def _seen(self, rows: Rows) -> list[Row]:
        """Return the rows that are looked at; what is wrong with one is told when it is read."""
        seen: list[Row] = []
        with suppress(TableError, UnicodeError):
            for line, cells in rows:
                seen.append((line, cells))
                if self.row is None and len(seen) > AHEAD:
                    break
                if self.row is not None and line >= self.row:
                    seen.extend(islice(rows, AHEAD))
                    break
                if self.row is not None and len(seen) > AHEAD:
                    del seen[0]
        return seen

    def _best(self, seen: Sequence[Row]) -> tuple[int, int, bool]:
        """Return how many columns the best rows name, the place of the first of them, and whether they are two."""
        best = (0, 0, False)
        for place, (line, cells) in enumerate(seen[: AHEAD + 1]):
            lower = seen[place + 1][1] if place + 1 < len(seen) else ()
            pair = self._pair_score(cells, lower)
            single = self.score(cells)
            if self.row is not None:
                if line == self.row:
                    return (max(pair, single), place, pair > 0)
                if pair and seen[place + 1][0] == self.row:
                    return (pair, place, True)
                continue
            if max(pair, single) > best[0]:
                best = (max(pair, single), place, pair >= single)
            if best[0] and place == 0:
                break
        return best

    def _pair_score(self, upper: Sequence[object], lower: Sequence[object]) -> int:
        """Return how many columns two rows name, one of groups and one of names; 0 where they are not such rows.

        A name below stands in a group, a column without a group has its name above; what names units or facts above is
        no group, so that a row of figures is not taken for names.
        """
        joined = _joined(upper, lower)
        tops, lows = _names(upper), _lower(upper, lower)
        groups = {group for group, _ in joined if group}
        single = [name for (group, name) in joined if name and not group]
        if not groups or not (single or (len(groups) > 1 and not any(tops[:1]))):
            return 0
        if could_head(tops) and any(is_beside(folded(group)) for group in groups):
            return 0  # the first indicator of a table with one row each, which has no result yet
        looked_for = {group for group in groups if self.named(group) or self.numbered(group)}
        if any(_MEASURES.search(folded(group)) for group in groups - looked_for):
            return 0
        if not all(_result_below(group, joined) for group in looked_for):
            return 0
        if any(low and not (self._names_a_column(low) or _is_words(low)) for low in lows):
            return 0
        found = {(group, name) for group, name in joined if self._means(group, name)}
        if not any(group for group, _ in found):
            return 0
        return max(len(found), could_head([name for _, name in joined]))

    def _names_a_column(self, name: str) -> bool:
        return self.known(name) or is_role(folded(name))

    def _means(self, group: str, name: str) -> bool:
        """Return whether a column, in a group or alone, is one that is looked for."""
        return self.known(name) or is_role(folded(name)) or (not group and is_row_number(folded(name)))

    def _told(self, first: int, last: int, above: Mapping[int, Sequence[str]], score: int, problems: Problems) -> None:
        """Tell which rows are left out, and that names are in two; fail where the caller should say so."""
        if above:
            top = next(iter(above))
            if self.row is None and score < _SURE:
                problems.fail(Message("table.header", first=top, seems=first), top)
            for row, text in ((row, " ".join(texts)) for row, texts in above.items() if self.row is None):
                if _MEASURES.search(folded(text)):
                    problems.fail(Message("table.header/measure", row=row, text=text[:_SHOWN], header=first), row)
            problems.remark(Message("table.above", row=first, rows=rows_listed(list(above))), top)
        if first != last:
            problems.remark(Message("table.two_rows", first=first, last=last), first)

    # -- what they say -----------------------------------------------------------------------

    def _no_counts(self, seen: Sequence[Row], problems: Problems) -> None:
        """Raise if a table counts units by their groups, and has none of its own.

        Raises:
            TableError: it does.
        """
        earlier: tuple[str, ...] = ()
        for line, cells in seen:
            names = _names(cells)
            counted = tuple(dict.fromkeys(name for name in names if _COUNTED.fullmatch(folded(name))))
            if len(counted) > 1 and not any(map(self.unit, (*names, *earlier))):
                problems.fail(Message("table.counts", row=line, names=counted), line)
            earlier = names

    def _of_period(self, head: Head, problems: Problems) -> Head:
        """Return the names with the columns of one period; those of others are left out, and told.

        Raises:
            TableError: groups repeat the same columns, and the caller does not say which is meant.
        """
        if not head.grouped:
            return head
        last = [name.removeprefix(f"{group}{BETWEEN}") for group, name in zip(head.grouped, head.names, strict=True)]
        pairs = {
            (group, folded(name)): None
            for group, name in zip(head.grouped, last, strict=True)
            if group and self._names_a_column(name) and not self.known(group)
        }
        often = Counter(name for _, name in pairs)
        periods = tuple(dict.fromkeys(group for group, name in pairs if often[name] > 1))
        if not periods:
            return head
        wanted = [group for group in periods if self.period is not None and folded(group) == folded(self.period)]
        if not wanted:
            shown = periods[:_LISTED]
            if self.period is None:
                hint = Message("hint.period", example=periods[0])
                problems.fail(Message("table.period", names=shown), head.first, hint)
            close = meant(self.period, periods) or Message("hint.there_is", names=shown)
            problems.fail(Message("table.period/unknown", name=self.period), head.first, close)
        others = tuple(group for group in periods if group not in wanted)
        problems.remark(Message("table.period/taken", name=wanted[0], others=others), head.first)
        left_out = {place for place, group in enumerate(head.grouped) if group in others}
        names = tuple(
            name if group in wanted else whole
            for group, name, whole in zip(head.grouped, last, head.names, strict=True)
        )
        return evolve(head, names=names, left_out=frozenset(left_out))

    def _of_kind(self, head: Head, rows: Sequence[Sequence[object]]) -> Head:
        """Return the names, with what the columns are where each row is one of an indicator."""
        read = [name for place, name in enumerate(head.names) if place not in head.left_out and not self.unit(name)]
        wide = any((self.named(name) or self.numbered(name)) and not is_role(folded(name)) for name in read)
        roles = Roles.of(head.names, rows, self.unit_column, lambda cell: self.numbered(str(cell)), head.left_out)
        if roles is not None and not wide:
            return evolve(head, roles=roles)
        names = list(head.names)
        for place, name in enumerate(head.names[1:], 1):
            before = head.names[place - 1]
            if is_role(folded(name)) and self.numbered(before) and BETWEEN not in before:
                names[place - 1 : place + 1] = [f"{before}{BETWEEN}Kết quả", f"{before}{BETWEEN}{name}"]
        codes = None if wide else own_codes(head.names, rows)
        return evolve(head, names=tuple(names), codes=codes)


def below(rows: Rows, head: Head, problems: Problems) -> Iterator[Record]:
    """Yield the names of the columns, and the rows below; one that numbers the columns is left out and told."""
    yield head.last, head.names, head
    exported = bool(head.above) or any(is_row_number(folded(name)) for name in head.names)
    first = True
    for line, cells in rows:
        if line <= head.last:
            continue
        if first and exported and numbers_columns(cells, len(head.names)):
            problems.remark(Message("table.numbering", row=line), line)
        else:
            yield line, head.names, cells
        first = False


def numbers_columns(cells: Sequence[object], width: int) -> bool:
    """Return whether a row numbers all columns: ``A B 1 2 3``, ``1 2 3`` or ``(1) (2) (3)``, with nothing else."""
    texts = ["" if cell is None else one_form(str(cell)).strip("()[]") for cell in cells]
    letters = list(takewhile(lambda text: not text.isdigit(), texts))
    wanted = [*_LETTERS[: len(letters)], *(str(n + 1) for n in range(len(texts) - len(letters)))]
    return len(texts) == width >= _COLUMNS and texts == wanted


# -- names ---------------------------------------------------------------------------------------


def _joined(upper: Sequence[object], lower: Sequence[object]) -> list[tuple[str, str]]:
    """Return group and name of each column of two rows of names; no group where the name stands above.

    A cell of groups that is blank goes on with the one at its left, unless cells are merged: then they say so.
    """
    merged = any(isinstance(cell, Merged) for cell in upper)
    joined: list[tuple[str, str]] = []
    group, before = "", None
    for cell, above, name in zip_longest(upper, _names(upper), _lower(upper, lower)):
        if above:
            group = above if name else ""
        elif merged and not _same(before, cell):
            group = ""
        joined.append((group if name else "", name or above or ""))
        before = cell
    return joined


def _lower(upper: Sequence[object], lower: Sequence[object]) -> tuple[str, ...]:
    """Return the names of the lower row, without those that are merged with the cell above them."""
    return _names([None if _same(above, cell) else cell for above, cell in zip_longest(upper, lower)])


def _same(one: object, other: object) -> bool:
    """Return whether two cells are of one merged range."""
    return isinstance(one, Merged) and isinstance(other, Merged) and one.cells == other.cells


def _result_below(group: str, joined: Sequence[tuple[str, str]]) -> bool:
    """Return whether all names in a group are those of figures or judgements."""
    return all(is_role(folded(name)) for of, name in joined if of == group)


def _is_words(text: str) -> bool:
    """Return whether a text may be a name, and is no figure."""
    return any(sign.isalpha() for sign in text)


def _names(cells: Sequence[object]) -> tuple[str, ...]:
    """Return the names in a row; of cells that are merged the first has it."""
    names = ["" if _same(before, cell) else _name(cell) for before, cell in zip([None, *cells], cells, strict=False)]
    while names and not names[-1] and isinstance(cells[len(names) - 1], Merged):
        names.pop()
    return tuple(names)


def _name(cell: object) -> str:
    """Return the name of a column in one form; of an old font as it is, where an invisible character is a letter."""
    own = cell.value if isinstance(cell, Merged) else cell
    text = "" if own is None else str(own)
    return " ".join(text.split()) if "\u00ad" in text and any(readings(text)) else one_form(text)
