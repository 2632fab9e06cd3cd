"""How the cost of one commune depends on the number of communes, indicators and cells of tables.

    python benchmarks/frame_growth.py

Prints microseconds of processor time a commune: one at a time, NumPy columns, and a lazy Polars frame. Needs the extra
`frames`. No figure is a test.
"""

import datetime as dt
import itertools
import platform
import time
import typing
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
from attrs import evolve
from numpy.typing import NDArray

import ntm_rules as ntm
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.conditions import Comparison, Op
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.thresholds import Cell, CellState, Table
from ntm_rules.model.walk import facts_of_derived, facts_read
from ntm_rules.verdict.program import check_facts, outcome_codes
from peers.communes import Columns, columns, rows
from peers.ours import arrow
from peers.terms import terms_of

if typing.TYPE_CHECKING:
    from ntm_rules.model.results import Facts

FICTION = Path(__file__).parent.parent / "tests" / "fiction" / "rulesets"
ON = dt.date(2024, 7, 2)
SIZES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
ONE_BY_ONE = 1_000
"""More communes than these take as long each when they are assessed one by one."""
LAZY = 10_000
"""How many communes a query is measured with at least; below that nearly all of its time is that of making it."""
SECONDS = 0.5
OPTIONS = 8
"""Values of a selector of the made-up tables."""


# -- sets ------------------------------------------------------------------------------------


def first(ruleset: Ruleset, count: int) -> Ruleset:
    """The set with its first indicators only."""
    criteria: list[Criterion] = []
    for criterion in ruleset.criteria:
        left = count - sum(len(c.indicators) for c in criteria)
        if left > 0:
            criteria.append(evolve(criterion, indicators=criterion.indicators[:left]))
    read = set(facts_read(criteria))
    for derived in reversed(ruleset.derived):
        if derived.id in read:
            read |= set(facts_of_derived(derived))
    for fact in ruleset.facts:
        if fact.id in read and fact.ratio is not None:
            read |= {fact.ratio.part, fact.ratio.whole}
    return evolve(
        ruleset,
        criteria=tuple(criteria),
        facts=tuple(f for f in ruleset.facts if f.id in read),
        derived=tuple(d for d in ruleset.derived if d.id in read),
        bindings=tuple(b for b in ruleset.bindings if b[0] in read),
    )


def tabled(ruleset: Ruleset, selectors: int, count: int = 57) -> Ruleset:
    """A made-up set: each indicator one percentage against a table by so many selectors of 8 values."""
    instrument = Instrument("thu-nghiem", "0/TN", "2024-01-01")
    citation = Citation(instrument)
    options = tuple(map(str, range(OPTIONS)))
    by = tuple(f"selector_{number}" for number in range(selectors))

    def cell(value: int) -> Cell:
        return Cell(CellState.SET, citation, instrument, Decimal(value), Evidence.OFFICIAL)

    def table(number: int) -> Cell | Table:
        keys = list(itertools.product(options, repeat=selectors))
        found = tuple((key, cell(40 + (number + place) % 40)) for place, key in enumerate(keys))
        return Table(by, found) if by else found[0][1]

    shares = [f"share_{number}" for number in range(count)]
    most = Decimal(100)
    facts = [Fact(n, FactType.PERCENT, minimum=Decimal(0), maximum=most, decimals=1) for n in shares]
    chosen = [Fact(name, FactType.CATEGORY, values=options) for name in by]
    requires = [Comparison((name,), Op.AT_LEAST, table(number)) for number, name in enumerate(shares)]
    indicators = [Indicator(str(number), require, citation) for number, require in enumerate(requires)]
    criteria = tuple(Criterion(i.no, (i,)) for i in indicators)
    return evolve(ruleset, id="commune/thu", criteria=criteria, facts=(*facts, *chosen), derived=(), bindings=())


# -- measuring -------------------------------------------------------------------------------


def cpu(call: Callable[[], object]) -> float:
    """Least seconds of processor time of a call, over some calls."""
    call()
    best, spent = float("inf"), 0.0
    while spent < SECONDS:
        start = time.process_time()
        call()
        took = time.process_time() - start
        best, spent = min(best, took), spent + max(took, 1e-6)
    return best


def one_by_one(ruleset: Ruleset, made: Columns) -> tuple[float, float]:
    """Seconds a commune of `assess`, and of the outcomes alone from facts that were checked before."""
    units: list[Facts] = [{n: v for n, v in row.items() if v is not None} for row in rows(made, ONE_BY_ONE)]
    checked = [check_facts(ruleset, unit) for unit in units]
    whole = cpu(lambda: [ntm.assess(ruleset, unit) for unit in units])
    codes = cpu(lambda: [outcome_codes(ruleset, unit) for unit in checked])
    return whole / len(units), codes / len(units)


def in_memory(ruleset: Ruleset, made: Columns, count: int) -> float:
    """Seconds a commune of NumPy columns."""
    part = {name: column[:count] for name, column in made.items()}
    return cpu(lambda: ntm.frames.assess(ruleset, part)) / count


def lazily(ruleset: Ruleset, made: Columns, count: int) -> float:
    """Seconds a commune of a lazy frame."""
    facts = ruleset.inputs()
    frame = pl.DataFrame({name: arrow(facts[name], column[:count]) for name, column in made.items()}).lazy()
    return cpu(lambda: ntm.frames.assess(ruleset, frame).collect()) / count


def crossing(ruleset: Ruleset, made: Columns, each: float) -> int:
    """From how many communes on columns are faster than one by one."""
    steps: Iterator[int] = (digit * 10**power for power in range(5) for digit in (1, 2, 3, 5, 7))
    return next(count for count in steps if in_memory(ruleset, made, count) < each)


# -- telling ---------------------------------------------------------------------------------


def microseconds(seconds: float | None) -> str:
    """A figure of three digits."""
    if seconds is None:
        return "-"
    value = seconds * 1e6
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def grow_by_rows(name: str, ruleset: Ruleset) -> None:
    """From one commune to a million."""
    made = columns(terms_of(ruleset), max(SIZES))
    whole, codes = one_by_one(ruleset, made)
    count = sum(len(c.indicators) for c in ruleset.criteria)
    print(f"\n{name}: {count} indicators, {len(made)} facts")
    print(f"  one by one: {microseconds(whole)} µs with `assess`, {microseconds(codes)} µs its outcomes alone")
    print(f"  columns are faster from {crossing(ruleset, made, whole)} communes on")
    print(f"  {'communes':>10}{'columns':>12}{'lazy Polars':>14}")
    for size in SIZES:
        query = lazily(ruleset, made, size) if size >= LAZY else None
        print(f"  {size:>10,}{microseconds(in_memory(ruleset, made, size)):>12}{microseconds(query):>14}")


def grow_by_cells(base: Ruleset, size: int = 100_000) -> None:
    """Tables of 1, 8 and 64 cells."""
    print(f"\n57 made-up indicators, each one percentage against a table; {size:,} communes")
    print(f"  {'cells each':>10}{'`assess`':>12}{'columns':>12}{'lazy Polars':>14}")
    for selectors in range(3):
        ruleset = tabled(base, selectors)
        made = {fact.id: drawn(fact, size) for fact in ruleset.facts}
        found = (one_by_one(ruleset, made)[0], in_memory(ruleset, made, size), lazily(ruleset, made, size))
        figures = "".join(f"{microseconds(f):>{width}}" for f, width in zip(found, (12, 12, 14), strict=True))
        print(f"  {OPTIONS**selectors:>10}{figures}")


def drawn(fact: Fact, size: int) -> NDArray[typing.Any]:
    """A column, three in a hundred of its values missing."""
    rng = np.random.default_rng(sum(fact.id.encode()))
    lacking = rng.random(size) < 0.03
    if fact.values:
        return np.ma.MaskedArray(np.array(fact.values)[rng.integers(0, len(fact.values), size)], lacking)
    return np.where(lacking, np.nan, rng.integers(0, 1001, size) / 10)


def main() -> None:
    """Print every figure."""
    warnings.simplefilter("ignore", ntm.frames.MissingColumns)
    print(f"Python {platform.python_version()}, {platform.machine()}, ntm-rules {ntm.__version__}")
    print(f"numpy {np.__version__}, polars {pl.__version__}; microseconds of processor time a commune")
    library = ntm.Library.load(FICTION, bundled=False)
    basic, advanced = (library.compose(f"commune/{tier}", on=ON) for tier in ("ntm", "nang-cao"))
    grow_by_rows("the first of commune/ntm", first(basic, 10))
    grow_by_rows("commune/ntm", basic)
    grow_by_rows("commune/nang-cao", advanced)
    grow_by_cells(basic)


if __name__ == "__main__":
    main()
