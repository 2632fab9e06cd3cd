"""``assess_frame``: every unit of a frame at once, whatever library the frame is of."""

import importlib.util
import typing
import warnings
from collections.abc import Sequence

from ntm_rules.frames.base.columns import MissingColumns, layout_of, named
from ntm_rules.messages.errors import EngineUnavailable
from ntm_rules.model.rulesets import Ruleset

if typing.TYPE_CHECKING:
    from ntm_rules.frames.keys import Keys
    from ntm_rules.rules.library import Library

SHAPES = ("wide", "long")
ON_BAD = ("raise", "mark")
NEEDED = "data frames need `{}`: install the extra `frame`, e.g. `pip install ntm-rules[frame]`"


def assess_frame(
    ruleset: Ruleset,
    frame: typing.Any,
    *,
    shape: str = "wide",
    unit: str | None = None,
    keep: Sequence[str] = (),
    on_bad: str | None = None,
    threads: int | None = None,
) -> typing.Any:
    """The findings for every unit of a frame, as a frame of the same kind.

    In memory: a Polars or pandas data frame, a PyArrow table, or a mapping from names to NumPy arrays. Lazy or remote:
    a Polars LazyFrame, a DuckDB relation, an Ibis table, a PySpark data frame; nothing is computed then.

    Columns are named like the facts of ``ruleset.inputs()``; facts of the catalogue that the set does not read are
    left alone. Percentages are numbers from 0 to 100. Null is missing, and so is NaN in NumPy arrays and in pandas
    columns that are such; elsewhere NaN is a bad value.

    Args:
        ruleset: from ``Library.compose``.
        frame: one row a unit.
        shape: ``"wide"``: one row a unit, with the columns ``outcome``, ``provisional``, ``criteria_met``,
            ``criteria_not_met``, ``criteria_undetermined``, then ``criterion_<no>`` and ``indicator_<no>`` in printed
            order; where the set has grades, ``grade`` after ``provisional``: its id, null where none is certain.
            ``"long"``: one row a unit and indicator, with ``criterion``, ``indicator``, ``outcome``,
            ``provisional``, ``actual``, ``required``, ``margin``, ``column``, ``evidence``, ``reason``, ``detail`` and
            ``content_hash``; see ``word``. Outcomes are the codes of ``Outcome``, as integers of one byte.
        unit: the column that names the unit; passed through, and named in messages.
        keep: columns that pass through; they need not be facts.
        on_bad: ``"raise"`` (in memory, and there the default), or ``"mark"``: what a bad value decides is undetermined
            with the reason ``fact_invalid``, and ``bad_facts`` says how many each row has.
        threads: in memory; as many as there are processors unless given.

    Raises:
        TableError: columns that are no facts, or hold another type: all of them.
        FactError: every bad value, with ``"raise"``.
        EngineUnavailable: a library is not installed.
        ValueError: an argument that is none of those above.

    Warns:
        MissingColumns: facts that have no column, once for the frame; they are missing for every unit.
    """
    check_arguments(shape, on_bad)
    if importlib.util.find_spec("pyarrow") is None:
        raise EngineUnavailable(NEEDED.format("pyarrow"))
    try:
        from ntm_rules.frames.base.libraries import source_of
        from ntm_rules.frames.memory import assess_source
        from ntm_rules.frames.query.query import assess_lazily
    except ModuleNotFoundError as error:
        raise EngineUnavailable(NEEDED.format(error.name)) from error
    source = source_of(frame)
    if source is None:
        return assess_lazily(ruleset, frame, shape=shape, unit=unit, keep=keep, on_bad=on_bad)
    layout = layout_of(ruleset, source.names, unit, keep)
    if layout.missing:
        warnings.warn(MissingColumns(layout.missing), stacklevel=2)
    return assess_source(ruleset, source, layout, shape, on_bad or "raise", threads)


def check_arguments(shape: str, on_bad: str | None) -> None:
    """Check what is one of a few texts.

    Raises:
        ValueError: it is none of them.
    """
    named("shape", shape, SHAPES)
    if on_bad is not None:
        named("on_bad", on_bad, ON_BAD)


def assess_by_ruleset(
    library: "Library",
    frame: typing.Any,
    keys: "Keys",
    *,
    shape: str,
    unit: str | None,
    keep: Sequence[str],
    on_bad: str | None,
    threads: int | None,
) -> typing.Any:
    """``Library.assess_frame``: the rows grouped by the ruleset that is in force for them."""
    check_arguments(shape, on_bad)
    try:
        from ntm_rules.frames.groups import assess_groups
    except ModuleNotFoundError as error:
        raise EngineUnavailable(NEEDED.format(error.name)) from error
    return assess_groups(library, frame, keys, shape, unit, keep, on_bad, threads)
