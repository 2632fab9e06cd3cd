"""Every unit of a frame at once, whatever library the frame is of."""

import datetime as dt
import importlib.util
import typing
import warnings
from collections.abc import Sequence

from ntm_rules.frames.base.columns import MissingColumns, layout_of
from ntm_rules.frames.base.question import Question
from ntm_rules.frames.keys import Keys
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.model.arguments import need
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library


def assess(
    ruleset: Ruleset,
    frame: typing.Any,
    *,
    shape: str = "wide",
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    on_bad: str | None = None,
    judged: bool = False,
) -> typing.Any:
    """Return the findings for every unit of a frame, as a frame of the same kind.

    In memory: a Polars or pandas data frame, a PyArrow table, or a mapping from names to NumPy arrays. Lazy or remote:
    a Polars LazyFrame, a DuckDB relation, an Ibis table, a PySpark data frame; nothing is computed then.

    Columns are named like the facts of ``ruleset.inputs()``, or derived ones that may be given; facts of the catalogue
    that the set does not read are left alone. Percentages are numbers from 0 to 100. Null is missing, and so is NaN in
    NumPy arrays and in pandas columns that are such; elsewhere NaN is a bad value. A column without any value is a
    missing fact whatever its type; of a lazy frame, whose values are not here, only where its type says so.

    A column ``judged_4.2`` holds what somebody decided on the indicator or criterion 4.2, ``judged_4.2_province`` (or
    ``_district``, ``_commune``) what that body did: ``met``, ``not_met``, ``not_applicable``, or the codes 1, 0, 3 of
    these; null: nobody. With such a column the wide result has the second reading too: ``judged_outcome``,
    ``judged_criteria_met``, ``_not_met``, ``_undetermined`` and ``_judged``, then for each number
    ``judged_criterion_<no>``, ``judged_indicator_<no>``, and on what these rest, ``basis_criterion_<no>`` and
    ``basis_<no>`` of an indicator: the codes of ``Basis``.

    Args:
        ruleset: from ``Library.compose``.
        frame: one row a unit.
        shape: ``"wide"``: one row a unit, with the columns ``outcome``, ``provisional``, ``criteria_met``,
            ``criteria_not_met``, ``criteria_undetermined``, then ``criterion_<no>`` and ``indicator_<no>`` in printed
            order; where the set has grades, ``grade`` after ``provisional``: its id, null where none is certain.
            ``"long"``: one row a unit and indicator, with ``criterion``, ``indicator``, ``outcome``,
            ``provisional``, ``actual``, ``required``, ``margin``, ``column``, ``evidence``, ``reason``, ``detail`` and
            ``content_hash``; see ``word``. Outcomes are the codes of ``Outcome``, as integers of one byte.
        unit_column: the column that names the unit; passed through, and named in messages.
        keep: columns that pass through; they need not be facts.
        on_bad: ``"raise"`` (in memory, and there the default), or ``"mark"``: what a bad value decides is undetermined
            with the reason ``fact_invalid``, and ``bad_facts`` says how many each row has.
        judged: True for the columns of the second reading, in the wide shape, also where no column has judgements; it
            says then what the first one says.

    Raises:
        TableError: columns that are not facts, or hold another type: all of them.
        FactError: every bad value, with ``"raise"``.
        EngineUnavailable: a library is not installed.
        ValueError: an argument with a value that is not among those above.

    Warns:
        MissingColumns: facts that have no column, once for the frame; they are missing for every unit.
    """
    need("ruleset", ruleset, Ruleset)
    question = Question(shape, unit_column, keep, on_bad, judged)
    if importlib.util.find_spec("pyarrow") is None:
        raise _without("pyarrow")
    try:
        from ntm_rules.frames.base.libraries import source_of
        from ntm_rules.frames.memory import assess_source
        from ntm_rules.frames.query.lazy import assess_lazily
    except ModuleNotFoundError as error:
        raise _without(error.name) from error
    source = source_of(frame)
    if source is None:
        return assess_lazily(ruleset, frame, question)
    layout = layout_of(ruleset, source.names, unit_column, keep, second=judged)
    if layout.missing:
        warnings.warn(MissingColumns(layout.missing), stacklevel=2)
    return assess_source(ruleset, source, layout, question)


def assess_mixed(
    library: Library,
    frame: typing.Any,
    *,
    tier: str,
    on: dt.date | str,
    year: int | str | None = None,
    province: str | None = None,
    shape: str = "wide",
    unit_column: str | None = None,
    keep: Sequence[str] = (),
    on_bad: str | None = None,
    judged: bool = False,
) -> typing.Any:
    """Return the findings for rows of several tiers, dates, years or provinces in one frame; see ``assess``.

    A text that names a column of the frame means that column, which is passed through: dates, texts such as
    ``2024-07-02``, or times that are all midnight without a zone, which is how pandas keeps dates; years as whole
    numbers, also as floats; provinces by id or name, null for none. Rows are grouped by composed ruleset;
    ``content_hash`` says which one. Outcomes of criteria and indicators that a set does not have are null. A frame
    without rows has the columns of every set that its rows could be of. Of a lazy frame the values that tell the groups
    apart are fetched, and for an error the unit that has them; nothing else.

    Args:
        library: composes the rulesets.
        frame, shape, unit_column, keep, on_bad, judged: as for ``assess``.
        tier: ruleset id.
        on, year, province: as for ``compose``.

    Raises:
        UnknownName, NotInForce, BadArgument: as ``compose``, for what is not a column.
        TableError: as ``assess``, and for values in columns that are no key or have no set, with the units.
        FactError, EngineUnavailable, ValueError: as ``assess``.
    """
    need("library", library, Library)
    keys, question = Keys(tier, on, year, province), Question(shape, unit_column, keep, on_bad, judged)
    try:
        from ntm_rules.frames.groups import assess_groups
    except ModuleNotFoundError as error:
        raise _without(error.name) from error
    return assess_groups(library, frame, keys, question)


def _without(package: str | None) -> EngineUnavailable:
    """Return the error that a package is not installed."""
    return EngineUnavailable(Message("engine.frame", package=package), Message("hint.extra", extra="frame"))
