"""Every commune at once: communes a second and peak memory, ours beside other engines with the same rules by hand.

    python benchmarks/frame.py                                  everything, about half an hour on two cores
    python benchmarks/frame.py --sizes 10000 --engines closures,zen,numpy

Needs the extra `bench`. Each cell runs in a process of its own, the engines in turn, in several rounds; the best run
counts. Before it is timed, each engine's first communes are compared with `assess`, byte for byte, and afterwards all
engines with each other. No figure is a test.
"""

import argparse
import datetime as dt
import gc
import hashlib
import importlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
import typing
from pathlib import Path

import numpy as np

import ntm_rules as ntm
from peers.communes import Columns, columns
from peers.peer import Peer, expected
from peers.terms import Terms, terms_of

FICTION = Path(__file__).parent.parent / "tests" / "fiction" / "rulesets"
ON = dt.date(2024, 7, 2)
TIERS = ("commune/ntm", "commune/nang-cao")
SIZES = (10_000, 1_000_000, 10_000_000)
DRAWN = 1_000_000
"""More communes than these are the same ones over again."""
SAMPLE = 1000
PROCESS = Path("/proc/self")
ENGINES = {
    "closures": "peers.closures:Closures",
    "zen": "peers.by_zen:ByZen",
    "rule-engine": "peers.by_rule_engine:ByRuleEngine",
    "openfisca": "peers.by_openfisca:ByOpenFisca",
    "polars": "peers.by_polars:ByPolarsAlone",
    "polars-2": "peers.by_polars:ByPolars",
    "numpy": "peers.by_numpy:ByNumpy",
    "ours": "peers.ours:Ours",
    "ours-2": "peers.ours:OursTwo",
    "ours-arrow": "peers.ours:OursArrow",
    "ours-arrow-2": "peers.ours:OursArrowTwo",
    "ours-lazy": "peers.ours:OursLazy",
}
Cell = dict[str, typing.Any]


# -- one cell, in its own process ------------------------------------------------------------


def engine(key: str) -> type[Peer]:
    """The class of an engine; imported when it is asked for."""
    module, name = ENGINES[key].split(":")
    return typing.cast(type[Peer], getattr(importlib.import_module(module), name))


def prepared(tier: str, n: int) -> tuple[ntm.Ruleset, Terms, Columns]:
    """A set and its communes."""
    ruleset = ntm.Library.load(FICTION, bundled=False).compose(tier, on=ON)
    terms = terms_of(ruleset)
    made = columns(terms, min(n, DRAWN))
    return ruleset, terms, {name: repeated(column, n // DRAWN) for name, column in made.items()} if n > DRAWN else made


def repeated(column: typing.Any, times: int) -> typing.Any:
    """A column over and over."""
    values = np.tile(np.ma.getdata(column), times)
    return np.ma.MaskedArray(values, np.tile(column.mask, times)) if np.ma.isMA(column) else values


def cell(key: str, tier: str, n: int, seconds: float) -> Cell:
    """Compile, load, compare a sample, measure memory, then time."""
    ruleset, terms, made = prepared(tier, n)
    peer = engine(key)()
    start = time.perf_counter()
    peer.compile(ruleset, terms)
    compiling = time.perf_counter() - start
    sample = expected(ruleset, made, min(n, SAMPLE))
    start = time.perf_counter()
    peer.load(made)
    loading = time.perf_counter() - start
    size = getattr(peer, "input_bytes", None)
    del made
    peer.fresh()
    before = settled()
    best, cpu, result = timed(peer)
    peak = status("VmHWM") - before
    matrix = peer.matrix(result)
    assert np.array_equal(matrix[:, : sample.shape[1]], sample), f"{peer.name} and `assess` differ"
    digest = hashlib.sha256(matrix.tobytes()).hexdigest()
    del result, matrix
    spent = best
    while spent < seconds:
        peer.fresh()
        gc.collect()
        wall, used, _ = timed(peer)
        best, cpu, spent = min(best, wall), min(cpu, used), spent + wall
    return {"best": best, "cpu": cpu, "peak": peak, "compiling": compiling, "loading": loading, "digest": digest,
            "input": size}  # fmt: skip


def timed(peer: Peer) -> tuple[float, float, object]:
    """Seconds and seconds of processor time of a run, and its result."""
    start, used = time.perf_counter(), time.process_time()
    result = peer.run()
    return time.perf_counter() - start, time.process_time() - used, result


def settled() -> float:
    """Forget the peak so far; the resident memory in bytes now."""
    gc.collect()
    if PROCESS.is_dir():
        (PROCESS / "clear_refs").write_text("5", encoding="ascii")
    return status("VmRSS")


def status(name: str) -> float:
    """A figure of this process in bytes, NaN where Linux does not tell: VmRSS is resident now, VmHWM was at most."""
    if not PROCESS.is_dir():
        return float("nan")
    lines = (PROCESS / "status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


# -- all cells -------------------------------------------------------------------------------


def measured(key: str, tier: str, n: int, seconds: float) -> Cell:
    """A cell in a process of its own."""
    command = [sys.executable, __file__, "--cell", key, tier, str(n), "--seconds", str(seconds)]
    environment = os.environ | engine(key).environment
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["died"])[-1]}
    return typing.cast(Cell, json.loads(done.stdout.splitlines()[-1]))


def better(old: Cell | None, new: Cell) -> Cell:
    """The best figures of two rounds."""
    if old is None or "error" in old or "error" in new:
        return new
    least = ("best", "cpu", "peak", "compiling", "loading")
    return new | {name: min(old[name], new[name]) for name in least}


def compare(tier: str, n: int, keys: list[str], rounds: int, seconds: float) -> dict[str, Cell]:
    """All engines on the same communes, in turn."""
    found: dict[str, Cell] = {}
    for number in range(rounds):
        for key in keys if number % 2 == 0 else reversed(keys):
            if "error" not in found.get(key, {}):
                found[key] = better(found.get(key), measured(key, tier, n, seconds))
    return found


def show(tier: str, n: int, found: dict[str, Cell]) -> None:
    """One table."""
    ruleset = ntm.Library.load(FICTION, bundled=False).compose(tier, on=ON)
    count = sum(len(c.indicators) for c in ruleset.criteria)
    print(f"\n{tier}, {count} indicators, {n:,} communes")
    print(f"  {'engine':<38}{'communes/s':>12}{'CPU µs each':>13}{'peak MB':>9}{'compile ms':>12}{'load s':>8}")
    for key, each in found.items():
        name = engine(key).name
        if "error" in each:
            print(f"  {name:<38}  {each['error']}")
            continue
        print(
            f"  {name:<38}{n / each['best']:>12,.0f}{each['cpu'] / n * 1e6:>13.3f}{each['peak'] / 1e6:>9,.0f}"
            f"{each['compiling'] * 1e3:>12.1f}{each['loading']:>8.2f}"
        )
    digests = {each["digest"] for each in found.values() if "digest" in each}
    print(f"  {'all outcomes and counts are equal' if len(digests) == 1 else 'OUTCOMES DIFFER'}")


def aims(tier: str, tables: dict[int, dict[str, Cell]]) -> None:
    """The figures that this project sets itself, beside what was measured."""

    def speed(key: str, n: int = 1_000_000) -> float:
        each = tables.get(n, {}).get(key, {})
        return n / each["best"] if "best" in each else float("nan")

    def share(key: str) -> float:
        each = tables.get(1_000_000, {}).get(key, {})
        return each["peak"] / each["input"] if each.get("input") else float("nan")

    lines = [
        ("time of the query / of Polars by hand", speed("polars-2") / speed("ours-lazy"), "<=", 1.3),
        ("two threads / one, from Arrow", speed("ours-arrow-2") / speed("ours-arrow"), ">=", 1.5),
        ("two threads / one, from NumPy", speed("ours-2") / speed("ours"), ">=", 1.5),
        ("million communes/s from Arrow with nulls", speed("ours-arrow-2") / 1e6, ">=", 1.5),
        ("from Arrow, 1 million / zen-engine, 10 thousand", speed("ours-arrow-2") / speed("zen", 10_000), ">=", 100),
        ("memory of the wide result / of the input", share("ours"), "<=", 1.0),
    ]
    print(f"\n{tier}, aims")
    for what, value, sign, aim in lines:
        reached = value >= aim if sign == ">=" else value <= aim
        word = "not measured" if value != value else "reached" if reached else "missed"
        print(f"  {what:<52}{value:>10.2f}   aim {sign} {aim:<5}{word}")


def versions(keys: list[str]) -> None:
    """What was measured, on what."""
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, ntm-rules {ntm.__version__}"
    )
    for key in keys:
        peer = engine(key)
        version = f"{peer.package} {importlib.metadata.version(peer.package)}" if peer.package else "-"
        print(f"  {peer.name:<38}{version:<24}{peer.form}")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", default=",".join(ENGINES), help="some of " + ", ".join(ENGINES))
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--tiers", default=",".join(TIERS))
    parser.add_argument("--rounds", type=int, default=3, help="processes a cell")
    parser.add_argument("--seconds", type=float, default=2.0, help="of repeats a process")
    parser.add_argument("--cell", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.cell:
        key, tier, n = asked.cell
        print(json.dumps(cell(key, tier, int(n), asked.seconds)))
        return
    keys = asked.engines.split(",")
    versions(keys)
    for tier in asked.tiers.split(","):
        tables: dict[int, dict[str, Cell]] = {}
        for n in map(int, asked.sizes.split(",")):
            tables[n] = compare(tier, n, [k for k in keys if engine(k).largest >= n], asked.rounds, asked.seconds)
            show(tier, n, tables[n])
        aims(tier, tables)


if __name__ == "__main__":
    main()
