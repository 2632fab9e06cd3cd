"""What picks the ruleset of a row: tier, date, year and province, each a value or a column."""

import datetime as dt
import typing
from collections.abc import Sequence

from attrs import frozen

from ntm_rules.messages.errors import Diagnostic, TableError
from ntm_rules.model.numbers import unfit, written

if typing.TYPE_CHECKING:
    from ntm_rules.model.rulesets import Ruleset
    from ntm_rules.rules.library import Library


@frozen
class Keys:
    """What picks the ruleset of a row; a text that names a column of the frame means that column."""

    tier: str
    on: dt.date | str
    year: int | str | None = None
    province: str | None = None

    def columns(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that are read."""
        given = (self.tier, self.on, self.year, self.province)
        return tuple(dict.fromkeys(key for key in given if isinstance(key, str) and key in names))

    def compose(self, library: "Library", values: dict[str, object]) -> "Ruleset":
        """Return the ruleset of the rows that have these values in the columns.

        Raises:
            TableError: a value that is not a date or a year, or is missing.
            UnknownName, NotInForce: as ``Library.compose``.
        """
        lacking = [name for name, value in values.items() if value is None and name != self.province]
        if lacking:
            raise TableError([Diagnostic.of("table.key", name=name) for name in lacking])

        def value(key: typing.Any) -> typing.Any:
            return values[key] if isinstance(key, str) and key in values else key

        province = value(self.province)
        return library.compose(
            str(value(self.tier)),
            on=_date(value(self.on)),
            year=_year(value(self.year)),
            province=None if province is None else str(province),
        )


def _date(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise TableError([Diagnostic.of("table.key/date", value=str(value))]) from None


def _year(value: object) -> int | None:
    if value is None:
        return None
    number = written(value if isinstance(value, float) else str(value))
    if number is None or unfit(number) is not None or number != int(number):
        raise TableError([Diagnostic.of("table.key/year", value=str(value))])
    return int(number)
