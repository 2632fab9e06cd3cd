"""What the names of columns say: which one names the unit, which fact a column holds, and what its figures are in."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from attrs import field, frozen

from ntm_rules.messages.errors import folded
from ntm_rules.model.column_mapping import MappedColumn
from ntm_rules.model.facts import Fact
from ntm_rules.model.kept import kept
from ntm_rules.model.measured import Unit
from ntm_rules.model.owned import owner_of, short_id
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import may_be_given
from ntm_rules.tables.amounts import BadCell, times

UNIT_COLUMNS = (
    *("unit", "code", "mã", "mã xã", "mã đơn vị", "mã ĐVHC", "mã đơn vị hành chính", "mã xã/phường"),
    *("xã", "đơn vị", "tên xã", "tên đơn vị", "xã/phường", "tên xã/phường", "phường/xã", "đơn vị hành chính"),
)
"""Names of the column that names the unit, codes first; the first that a file has is taken."""

_UNITS = frozenset(map(folded, UNIT_COLUMNS))
_ROW_NUMBERS = frozenset({"stt", "tt", "so tt", "so thu tu"})
_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]")
_SAID_BEFORE = re.compile(r"(?:đvt|đơn vị tính|đơn vị)\s*:?\s+|(?:đvt|đơn vị tính|đơn vị)\s*:\s*", re.IGNORECASE)
_PARTS = re.compile(r"\s*[/,;]\s*|\s+(?:hoặc|hay)\s+")


Catalogue = Ruleset | Mapping[str, Fact]
"""What columns may hold: the facts that a ruleset knows, and judgements on its numbers; or facts by id."""

Numbers = Ruleset | Mapping[str, Sequence[str]]
"""What may be judged: the numbers of a ruleset, or printed numbers with the facts that their indicators compare."""


def is_row_number(fold: str) -> bool:
    """Return whether a folded name is that of a column which numbers the rows."""
    return fold in _ROW_NUMBERS


def is_unit(fold: str) -> bool:
    """Return whether a folded name may be that of the column which names the unit."""
    return fold in _UNITS


@frozen
class Named:
    """A fact that a column names.

    Attributes:
        unit: what the column says its figures are in; None where it says nothing.
        power: by which power of ten they become figures of the fact; None where they do not.
        own: what a mapping file says of the column; None where it does not name it.
    """

    fact: str
    unit: Unit | None = None
    power: int | None = 0
    own: MappedColumn | None = None

    @property
    def factor(self) -> Decimal | None:
        """By what the figures are multiplied to become those of the fact; None where they are."""
        if self.own is not None and self.own.factor is not None:
            return self.own.factor
        return Decimal((0, (1,), self.power)) if self.power else None


@frozen
class Names:
    """The facts that there may be, by the names that columns have for them.

    Attributes:
        owner: the province whose own facts may have its id in front.
    """

    facts: Mapping[str, Fact]
    owner: str | None = None
    titles: Mapping[str, Sequence[str]] = field(init=False)

    @titles.default
    def _titles(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for fact in self.facts.values():
            if fact.title is not None:
                found.setdefault(folded(fact.title.vi), []).append(fact.id)
        return found

    def fact(self, name: str, reads: Callable[[str, str], object]) -> Named | None:
        """Return the fact that a column names by id or title, with or without its unit in brackets behind it.

        Args:
            name: the whole name.
            reads: reads a text as a cell of a fact; raises ``BadCell`` where it is none.
        """
        base, unit = in_brackets(name)
        fact = None if unit and not folded(unit) else self._fact(name)  # a sign such as ‰ is left aside in a title
        if fact is not None:
            return Named(fact)
        fact = self._fact(base) if unit else None
        if fact is None:
            return None
        written, own = Unit.of(unit), Unit.of_fact(self.facts[fact])
        if own is not None:
            return Named(fact, written, written.power_to(own))
        values = not self.facts[fact].type.numeric and all(_is_value(part, fact, reads) for part in _PARTS.split(unit))
        return Named(fact) if values else Named(fact, written, None)

    def is_one(self, name: str) -> bool:
        """Return whether a whole name is the id or title of a fact."""
        return self._fact(name) is not None

    def _fact(self, name: str) -> str | None:
        """Return the id of a fact; None where a name is that of none or of several."""
        name = short_id(name, self.owner, self.facts)
        ids = [name] if name in self.facts else self.titles.get(folded(name), ())
        return ids[0] if len(ids) == 1 else None


@kept
def _names_in(ruleset: Ruleset) -> Names:
    known = {fact.id: fact for fact in (*ruleset.facts, *ruleset.unread)}
    return Names({**known, **may_be_given(ruleset)}, owner_of(ruleset))


def names_of(catalogue: Catalogue) -> Names:
    """Return the facts that columns may hold, by their names; those of a ruleset are kept with it."""
    return _names_in(catalogue) if isinstance(catalogue, Ruleset) else Names(catalogue)


def numbers_of(catalogue: Catalogue, judged: Numbers | None = None) -> Mapping[str, Sequence[str]]:
    """Return the printed numbers that may be judged: those said, else those of the catalogue."""
    if judged is None:
        judged = catalogue if isinstance(catalogue, Ruleset) else {}
    return judged.facts_by_number if isinstance(judged, Ruleset) else judged


def criteria_of(catalogue: Catalogue, judged: Numbers | None = None) -> tuple[str, ...]:
    """Return the numbers of the criteria that count; none where they are not known."""
    of = catalogue if judged is None else judged
    return tuple(c.no for c in of.criteria if c.counted) if isinstance(of, Ruleset) else ()


def _is_value(text: str, fact: str, reads: Callable[[str, str], object]) -> bool:
    try:
        return reads(fact, text) is not None
    except BadCell:
        return False


def in_brackets(name: str) -> tuple[str, str]:
    """Return a name and what stands in brackets at its end, without ``ĐVT``; empty where nothing does."""
    match = _BRACKETS.fullmatch(name)
    return (match[1], _SAID_BEFORE.sub("", match[2].strip(), count=1).strip()) if match else (name, "")


def converted(value: object, factor: Decimal) -> object:
    """Return a figure times a factor, exactly; what is no figure as it is."""
    if isinstance(value, dict):
        return value | {"value": converted(value.get("value"), factor)}
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        return value
    return times(value if isinstance(value, Decimal) else Decimal(repr(value)), factor)
