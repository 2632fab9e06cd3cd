"""A ruleset as the text of a query, for those who want to own it."""

import warnings
from collections.abc import Sequence

from ntm_rules.frames.base.columns import MissingColumns
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable, UnknownName
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Ruleset

DIALECTS = ("duckdb", "postgres")


def to_sql(
    ruleset: Ruleset,
    dialect: str,
    *,
    table: str = "communes",
    unit: str = "code",
    keep: Sequence[str] = (),
    facts: Sequence[str] | None = None,
    shape: str = "wide",
) -> str:
    """The query that assesses every row of a table, see ``Ruleset.to_sql``."""
    from ntm_rules.frames.assessment import assess_frame

    if dialect not in DIALECTS:
        raise UnknownName(Message("kind.dialect"), dialect, DIALECTS)
    try:
        import ibis
    except ImportError as error:
        message = "a query as text needs ibis: install the extra `sql`, e.g. `pip install ntm-rules[sql]`"
        raise EngineUnavailable(message) from error
    if isinstance(facts, str):
        raise TypeError("`facts` is a sequence of names of facts, not a text")
    inputs = ruleset.inputs()
    unknown = [name for name in facts or () if name not in inputs]
    if unknown:
        raise UnknownName(Message("kind.fact"), unknown[0], inputs)
    columns = {name: _kind(inputs[name]) for name in inputs if facts is None or name in facts}
    schema = {unit: "string", **dict.fromkeys(keep, "string"), **columns}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingColumns)
        asked = assess_frame(ruleset, ibis.table(schema, name=table), unit=unit, keep=keep, shape=shape)
    return str(ibis.to_sql(asked, dialect=dialect))


def _kind(fact: Fact) -> str:
    if fact.type.numeric:
        return "float64"
    return "boolean" if fact.type is FactType.BOOLEAN else "string"
