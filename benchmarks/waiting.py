"""What a person waits for: whole commands, and the calls behind them, beside the figures before this was looked into.

    python benchmarks/waiting.py
    python benchmarks/waiting.py --only csv,json

Needs the extra `frames`. Commands run as a user runs them, each in a process of its own; the best of some runs counts.
The last columns are ratios to the figures of 2026-11 and to the aims, both of a machine with two cores. No figure is a
test.
"""

import argparse
import csv
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import evolve, frozen

import ntm_rules as ntm
from scalar import facts_for

COMMUNES, COLUMNS = 3321, 80
ON = dt.date(2024, 7, 2)
TIER = "commune/ntm"
OVERLAY = {
    "overlay": TIER,
    "period": "2021-2025",
    "instrument": {"issuer": "nguoi-dung", "number": "0000", "date": "2024-01-01"},
    "operations": [{"set": "3.1", "at_least": "75", "evidence": "official"}],
}
PREFIX = [sys.executable, "-m", "ntm_rules.cli"]


@frozen
class Figure:
    """One line.

    Attributes:
        before, aim: in the unit of what is measured.
        memory: of the process, in MB, before and asked for; None where it is not looked at.
    """

    what: str
    unit: str
    before: float
    aim: float
    measure: Callable[[], tuple[float, float | None]]
    memory: tuple[float, float] | None = None


def command(*words: str, runs: int = 3) -> tuple[float, float | None]:
    """Seconds of a command, and its peak memory in MB; the best of some runs."""
    found: list[tuple[float, float]] = []
    for _ in range(runs):
        start = time.perf_counter()
        with subprocess.Popen([*PREFIX, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(said.decode())
        found.append((time.perf_counter() - start, used.ru_maxrss / 1024))
    return min(found)


def call(again: Callable[[], object], seconds: float = 1.0) -> tuple[float, float | None]:
    """Seconds of a call; the best of many."""
    again()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        again()
        best = min(best, time.perf_counter() - start)
    return best, None


def scaled(found: tuple[float, float | None], factor: float) -> tuple[float, float | None]:
    """The same in another unit."""
    return found[0] * factor, found[1]


def communes(folder: Path, ruleset: ntm.Ruleset) -> Path:
    """A table of made-up communes, with as many columns as there are."""
    names = list(facts_for(ruleset, 1, 0.0))[:COLUMNS]
    path = folder / "communes.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", *names])
        for number in range(COMMUNES):
            facts = facts_for(ruleset, number)
            writer.writerow([f"{number:05}", *(_written(facts.get(name)) for name in names)])
    return path


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def days(ruleset: ntm.Ruleset, library: ntm.Library) -> tuple[float, float | None]:
    """How much longer a frame takes whose rows have a hundred days, beside one day; all of one law."""
    import pandas as pd

    warnings.simplefilter("ignore", ntm.frames.MissingColumns)
    rows = [{**facts_for(ruleset, number % 500), "unit": str(number)} for number in range(10_000)]
    frame = pd.DataFrame(rows)

    def run(count: int) -> float:
        on = [ON + dt.timedelta(number % count) for number in range(len(frame))]
        dated = frame.assign(on=on)
        return call(lambda: ntm.frames.assess_mixed(library, dated, tier=TIER, on="on", unit_column="unit"))[0]

    return run(100) / run(1), None


def figures(folder: Path) -> Mapping[str, Figure]:
    """Every figure by a short name."""
    library = ntm.Library.bundled()
    ruleset = library.compose(TIER, on=ON)
    table = str(communes(folder, ruleset))
    law = ("--tier", TIER, "--on", ON.isoformat())
    out = {form: ("--out", str(folder / f"out.{form}")) for form in ("csv", "jsonl", "txt", "json")}
    verdict = ntm.assess(ruleset, facts_for(ruleset))
    sets = ("--from", f"{TIER}@2024-06-03", "--to", "commune/nang-cao@2024-07-02")
    return {
        "csv": Figure(
            "3,321 communes, CSV to CSV of outcomes", "s", 7.0, 1.5,
            lambda: command("assess", table, *law, "--no-reasons", *out["csv"]),
        ),
        "jsonl": Figure(
            "the same to JSONL with every reason", "s", 14.9, 6.0,
            lambda: command("assess", table, *law, *out["jsonl"]),
        ),
        "table": Figure(
            "the same as a table with reasons", "s", 16.1, 4.0,
            lambda: command("assess", table, *law, "--format", "table", *out["txt"]),
        ),
        "rereview": Figure(
            "re-review under two sets, JSON", "s", 18.4, 4.0,
            lambda: command("rereview", table, *sets, *out["json"]), (806.0, 200.0),
        ),
        "json": Figure(
            "one verdict as JSON", "ms", 2.0, 1.2, lambda: scaled(call(lambda: evolve(verdict).to_json()), 1e3)
        ),
        "compose": Figure(
            "compose again with a province", "µs", 1000.0, 15.0,
            lambda: scaled(call(lambda: library.compose(TIER, on=ON, province="Lạng Sơn")), 1e6),
        ),
        "overlay": Figure(
            "compose again with a caller's overlay", "µs", 11_700.0, 15.0,
            lambda: scaled(call(lambda: library.compose(TIER, on=ON, province="lang-son", overlay=OVERLAY)), 1e6),
        ),
        "days": Figure("a frame with 100 days, beside one day", "x", 4.0, 1.3, lambda: days(ruleset, library)),
        "check": Figure("check of all bundled sets, with proofs", "s", 23.5, 12.0, lambda: command("check", runs=1)),
        "help": Figure("ntm-rules --help", "s", 0.4, 0.25, lambda: command("--help", runs=7)),
    }  # fmt: skip


def main() -> None:
    """Print every figure, or those asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="some of csv, jsonl, table, rereview, json, compose, overlay, days, check, help")
    asked = parser.parse_args().only
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    print(f"Python {platform.python_version()}, {machine}, ntm-rules {ntm.__version__}")
    print(f"  {'':<42}{'before':>9}{'aim':>8}{'now':>10}     {'now/before':>11}{'now/aim':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, figure in figures(Path(folder)).items():
            if asked is not None and name not in asked.split(","):
                continue
            now, memory = figure.measure()
            show(figure.what, figure.before, figure.aim, now, figure.unit)
            if figure.memory is not None and memory is not None:
                show("  its memory", *figure.memory, memory, "MB")


def show(what: str, before: float, aim: float, now: float, unit: str) -> None:
    """One line of the report."""
    ratios = f"{now / before:>11.2f}{now / aim:>9.2f}"
    print(f"  {what:<42}{before:>9,.1f}{aim:>8,.1f}{now:>10,.2f} {unit:<3} {ratios}")


if __name__ == "__main__":
    main()
