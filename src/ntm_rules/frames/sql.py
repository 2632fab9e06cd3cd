"""A ruleset as the text of a query, for those who want to own it."""

from collections.abc import Sequence

from ntm_rules.frames.base.columns import layout_of
from ntm_rules.frames.base.judged import judged_columns
from ntm_rules.frames.base.question import Question
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, EngineUnavailable, UnknownName
from ntm_rules.model.arguments import need
from ntm_rules.model.facts import FactType
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.stated import may_be_given

DIALECTS = ("duckdb", "postgres")


def to_sql(
    ruleset: Ruleset,
    dialect: str,
    *,
    table: str = "communes",
    schema: str | None = None,
    unit_column: str = "code",
    keep: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    shape: str = "wide",
    judged: bool = False,
) -> str:
    """Return the query that assesses every row of a table: what ``assess`` gives, as text.

    The table has a text column for the unit, those kept, and one for each fact, named like it: double precision
    for a number, boolean for a yes/no, text for a level or category; null where it is missing. Bad values are
    counted in ``bad_facts``, and what they would decide is undetermined.

    Args:
        dialect: ``duckdb`` or ``postgres``.
        table, schema: name of the table, and of the schema it is in; without one the ``search_path`` finds it.
        unit_column, keep, shape, judged: as for ``assess``.
        columns: the facts that have a column, derived ones that may be given among them; all of ``inputs()`` unless
            given. Columns of judgements, see ``assess``, are those named here; they are texts.

    Raises:
        EngineUnavailable: sqlglot or narwhals is not installed.
        UnknownName: another dialect, or a fact that the set does not read.
    """
    need("ruleset", ruleset, Ruleset)
    if dialect not in DIALECTS:
        raise UnknownName(Message("kind.dialect"), dialect, DIALECTS)
    try:
        import narwhals as nw

        from ntm_rules.frames.query.lazy import sql
        from ntm_rules.frames.query.query import query_of
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            Message("engine.frame", package=error.name), Message("hint.extra", extra="sql")
        ) from error
    if isinstance(columns, str):
        raise BadArgument(Message("argument.names", argument="columns", value=columns))
    inputs = {**ruleset.inputs(), **may_be_given(ruleset)}
    said = [column.name for column in judged_columns(ruleset, columns or ())]
    unknown = [name for name in columns or () if name not in inputs and name not in said]
    if unknown:
        raise UnknownName(Message("kind.fact"), unknown[0], inputs)
    given = [name for name in inputs if name in (ruleset.inputs() if columns is None else columns)]
    types = {FactType.BOOLEAN: nw.Boolean(), FactType.ORDINAL: nw.String(), FactType.CATEGORY: nw.String()}
    question = Question(shape, unit_column, keep, judged=judged)
    question.check_lazy()
    layout = layout_of(ruleset, [unit_column, *keep, *given, *said], unit_column, keep, second=judged)
    known = dict.fromkeys((*layout.passed, *said), nw.String()) | {
        n: types.get(inputs[n].type, nw.Float64()) for n in given
    }
    return str(sql().text(query_of(ruleset, known, layout, shape, ""), dialect, table, schema))
