"""A ruleset as the text of a query, for those who want to own it."""

import warnings
from collections.abc import Sequence

from ntm_rules.frames.assessment import assess
from ntm_rules.frames.base.columns import MissingColumns
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, EngineUnavailable, UnknownName
from ntm_rules.model.arguments import need
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Ruleset

DIALECTS = ("duckdb", "postgres")


def to_sql(
    ruleset: Ruleset,
    dialect: str,
    *,
    table: str = "communes",
    unit_column: str = "code",
    keep: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    shape: str = "wide",
) -> str:
    """Return the query that assesses every row of a table: what ``assess`` gives, as text.

    The table has a text column for the unit, those kept, and one for each fact, named like it: double precision
    for a number, boolean for a yes/no, text for a level or category; null where it is missing. Bad values are
    counted in ``bad_facts``, and what they would decide is undetermined.

    Args:
        dialect: ``duckdb`` or ``postgres``.
        table: name of the table.
        unit_column, keep, shape: as for ``assess``.
        columns: the facts that have a column; all of ``inputs()`` unless given.

    Raises:
        EngineUnavailable: ibis is not installed.
        UnknownName: another dialect, or a fact that the set does not read.
    """
    need("ruleset", ruleset, Ruleset)
    if dialect not in DIALECTS:
        raise UnknownName(Message("kind.dialect"), dialect, DIALECTS)
    try:
        import ibis
    except ImportError as error:
        raise EngineUnavailable(Message("engine.sql"), Message("hint.extra", extra="sql")) from error
    if isinstance(columns, str):
        raise BadArgument(Message("argument.names", argument="columns", value=columns))
    inputs = ruleset.inputs()
    unknown = [name for name in columns or () if name not in inputs]
    if unknown:
        raise UnknownName(Message("kind.fact"), unknown[0], inputs)
    kinds = {name: _kind(inputs[name]) for name in inputs if columns is None or name in columns}
    schema = {unit_column: "string", **dict.fromkeys(keep, "string"), **kinds}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        asked = assess(ruleset, ibis.table(schema, name=table), unit_column=unit_column, keep=keep, shape=shape)
    return str(ibis.to_sql(asked, dialect=dialect))


def _kind(fact: Fact) -> str:
    if fact.type.numeric:
        return "float64"
    return "boolean" if fact.type is FactType.BOOLEAN else "string"
