"""What picks the ruleset of a row: tier, date, year and province, each a value or a column."""

import contextlib
import datetime as dt
import math
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import (
    BadArgument,
    Diagnostic,
    NotInForce,
    NtmRulesError,
    RulesetError,
    TableError,
    UnknownName,
)
from ntm_rules.model.arguments import day_of, name_of, year_of

if typing.TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset
    from ntm_rules.rules.library import Lasting, Library

Values = Mapping[str, object]
"""What the columns of keys hold in some rows, by name."""

UnitOf = Callable[[int], str | None]
"""The name of a unit that has the values of a place in a list of them; None where nothing names it."""

_MOST = 10
"""So many rows with bad keys are told: where one is wrong, as a rule all are."""


@frozen
class Keys:
    """What picks the ruleset of a row; a text that names a column of the frame means that column."""

    tier: str
    on: dt.date | str
    year: int | str | None = None
    province: str | None = None

    def columns(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that are read.

        Raises:
            TableError: a text that names no column and is neither a date nor a year.
            BadArgument: anything else that is not.
        """
        given = (self.tier, self.on, self.year, self.province)
        found = tuple(dict.fromkeys(key for key in given if isinstance(key, str) and key in names))
        for code, key, read in (("table.key/date", self.on, day_of), ("table.key/year", self.year, year_of)):
            if key is None or key in found:
                continue
            try:
                read(key, code.partition("/")[2])
            except BadArgument:
                if not isinstance(key, str):
                    raise
                raise TableError([Diagnostic.of(code, value=key)]) from None
        return found

    def read(self, values: Values) -> dict[str, typing.Any]:
        """Return what the columns say, as arguments of ``Library.compose``.

        Raises:
            BadArgument: a value that is missing, or not a name, a day or a year.
        """
        columns = (
            ("ruleset", self.tier, name_of),
            ("on", self.on, _day_in),
            ("year", self.year, _year_in),
            ("province", self.province, name_of),
        )
        found: dict[str, typing.Any] = {}
        for argument, key, read in columns:
            if not isinstance(key, str) or key not in values:
                continue
            value = values[key]
            if value is None and argument != "province":
                raise BadArgument(Message("table.key/missing", name=key))
            found[argument] = None if value is None else read(value, key)
        return found

    def with_those(self, read: Mapping[str, typing.Any]) -> dict[str, typing.Any]:
        """Return all arguments of ``Library.compose``."""
        return {"ruleset": self.tier, "on": self.on, "year": self.year, "province": self.province, **read}


def rulesets_of(library: "Library", keys: Keys, found: Iterable[Values], unit_of: UnitOf) -> "list[Ruleset]":
    """Return the ruleset for each combination of values; the same one for all days on which nothing changes.

    Raises:
        TableError: values of columns for which there is no ruleset, those of the first units.
        UnknownName, NotInForce, BadArgument, RulesetError: as ``Library.compose``, where no column is to blame.
    """
    rulesets: list[Ruleset] = []
    known: dict[object, list[Lasting]] = {}
    problems: dict[str, Diagnostic] = {}
    for place, values in enumerate(found):
        read: dict[str, typing.Any] = {}
        try:
            read = keys.read(values)
            rulesets.append(_ruleset(library, keys.with_those(read), known))
        except NtmRulesError as error:
            of_argument = isinstance(error, UnknownName) and error.name not in read.values()
            if not values or of_argument or isinstance(error, RulesetError):
                raise
            if error.text() not in problems and len(problems) < _MOST:
                problems[error.text()] = _problem(error, unit_of(place))
    if problems:
        raise TableError(list(problems.values()))
    return rulesets


def possible(library: "Library", keys: Keys, columns: Collection[str]) -> "list[Ruleset]":
    """Return the rulesets that rows could have, for a frame without any: its result has the columns that theirs has.

    What a column would say is left open: every tier, every period, no province.

    Raises:
        UnknownName, NotInForce: there is none.
    """
    fixed = {name: value for name, value in keys.with_those({}).items() if value is not None and value not in columns}
    tier, on = fixed.get("ruleset"), fixed.get("on")
    national = {ruleset for ruleset, _ in library.rulesets()}
    own = [each for each in library.own_rulesets() if each[0] not in national]
    found: list[Ruleset] = []
    for ruleset, period, owner in (*((*each, None) for each in library.rulesets()), *own):
        if tier not in (None, ruleset):
            continue
        for day in (on,) if on is not None else library.dates(ruleset, period, owner):
            with contextlib.suppress(NotInForce):
                found.append(library.compose(ruleset, on=day, province=fixed.get("province", owner)))
    return found or [library.compose(tier or min(national), on=on or dt.date.min)]


def _ruleset(library: "Library", asked: Mapping[str, typing.Any], known: "dict[object, list[Lasting]]") -> "Ruleset":
    """Return the ruleset in force, from those known where one of them is the same on that day."""
    on = day_of(asked["on"], "on")
    found = known.setdefault((asked["ruleset"], asked["year"] or on.year, asked["province"]), [])
    lasting = next((each for each in found if each.first <= on <= each.last), None)
    if lasting is None:
        lasting = library.lasting(**asked)
        found.append(lasting)
    return lasting.ruleset


def _problem(error: NtmRulesError, unit: str | None) -> Diagnostic:
    """Return what is wrong with the keys of a unit."""
    message, hint = error.sentences
    if unit is not None:
        message = Message("table.key", unit=unit, problem=message)
    return Diagnostic("table.key", message, hint=hint)


def _day_in(value: object, column: str) -> dt.date:
    """Return the day that a row has in a column: a date or its text; pandas keeps dates as times at midnight.

    Raises:
        BadArgument: it is anything else. Which day a time is depends on the zone, so that nobody else can tell.
    """
    if isinstance(value, dt.datetime):
        midnight = dt.datetime.combine(value.date(), dt.time())
        if value.tzinfo is None and value == midnight:
            return value.date()
        told = {"name": column, "value": str(value), "type": type(value).__name__}
        raise BadArgument(Message("table.key/time", **told))
    return day_of(value, column)


def _year_in(value: object, column: str) -> int:
    """Return the year that a row has in a column: pandas keeps whole numbers as floats where one is missing.

    Raises:
        BadArgument: it is not a year.
    """
    whole = isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value)
    return year_of(int(typing.cast(float, value)) if whole else value, column)
