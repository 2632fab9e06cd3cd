"""What one changed fact costs: live sessions on both engines against assessing the whole commune anew; and memory.

Run with ``python benchmarks/live.py``. Prints processor time, medians and the 99th of 100; no figure is a test.
"""

import datetime as dt
import platform
import random
import resource
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import ntm_rules as ntm
from ntm_rules.model.results import FactValue
from scalar import facts_for

CHANGES = 100_000
COMMUNES = 3_321
SESSIONS = 40

Change = tuple[str, FactValue]


def changes_for(ruleset: ntm.Ruleset, count: int) -> list[Change]:
    """Facts that change one after another to other plausible values."""
    rng = random.Random(2026)
    pools = [facts_for(ruleset, seed, missing=0.0) for seed in range(50)]
    names = sorted(pools[0])
    found: list[Change] = []
    for _ in range(count):
        name = rng.choice(names)
        value = rng.choice(pools)[name]
        assert isinstance(value, FactValue)
        found.append((name, value))
    return found


def timed(change: Callable[[str, FactValue], object], changes: Sequence[Change]) -> tuple[float, float]:
    """Median and 99th percentile of one change, in µs of processor time."""
    taken = []
    for name, value in changes:
        start = time.thread_time_ns()
        change(name, value)
        taken.append(time.thread_time_ns() - start)
    taken.sort()
    return taken[len(taken) // 2] / 1e3, taken[len(taken) * 99 // 100] / 1e3


def resident() -> float:
    """Memory that the process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def engines() -> list[str]:
    """The engines that can be used here."""
    ruleset = ntm.Library.bundled().compose("commune/hien-dai", on=dt.date(2026, 3, 1))
    try:
        ntm.live.Session(ruleset, engine="durable").close()
    except ntm.EngineUnavailable as error:
        print(error)
        return ["python"]
    return ["python", "durable"]


def latency(name: str, ruleset: ntm.Ruleset) -> None:
    """One change of one fact."""
    changes = changes_for(ruleset, 10_000)
    facts = dict(facts_for(ruleset))
    print(f"{name}: {len(facts)} facts given, one changed at a time")

    def anew(fact: str, value: FactValue) -> None:
        facts[fact] = value
        ntm.assess(ruleset, facts)

    show("assessing anew, which says nothing of what changed", timed(anew, changes))
    for engine in engines():
        events: list[ntm.live.Event] = []
        with ntm.live.Session(ruleset, facts_for(ruleset), engine=engine) as session:
            session.on_change(events.append)
            show(f"live session, {engine}", timed(session.set, changes), f"{len(events)} events")


def show(what: str, figures: tuple[float, float], more: str = "") -> None:
    """One line of the report."""
    median, most = figures
    print(f"  {what:<56} {median:8.1f} µs median {most:8.1f} µs of 99 in 100  {more}")


def memory(ruleset: ntm.Ruleset) -> None:
    """What one session holds, and what many changes leave behind."""
    communes = [facts_for(ruleset, seed) for seed in range(SESSIONS)]
    changes = changes_for(ruleset, CHANGES)
    for engine in engines():
        ntm.live.Session(ruleset, communes[0], engine=engine).close()
        tracemalloc.start()
        before, resident_before = tracemalloc.get_traced_memory()[0], resident()
        sessions = [ntm.live.Session(ruleset, facts, engine=engine) for facts in communes]
        held = (tracemalloc.get_traced_memory()[0] - before) / SESSIONS / 1024
        tracemalloc.stop()
        if engine == "durable":  # its memory is not Python's
            held += (resident() - resident_before) / SESSIONS * 1024
        print(f"  one session, {engine:<43} {held:8.1f} KB")
        for session in sessions:
            session.close()
        with ntm.live.Session(ruleset, communes[0], engine=engine) as session:
            for name, value in changes[: CHANGES // 10]:
                session.set(name, value)
            settled = resident()
            for name, value in changes:
                session.set(name, value)
            print(f"  {CHANGES} changes more, {engine:<40} {resident() - settled:8.1f} MB grown")


def board(ruleset: ntm.Ruleset) -> None:
    """All communes of the country on one board."""
    communes = [facts_for(ruleset, seed) for seed in range(100)]

    def fill(many: ntm.live.Board) -> None:
        for number in range(COMMUNES):
            many.set_many(f"{number:05}", communes[number % 100])

    with ntm.live.Board(ruleset) as many:
        tracemalloc.start()
        fill(many)
        held = tracemalloc.get_traced_memory()[0] / 2**20
        tracemalloc.stop()
        print(f"  {COMMUNES} communes, {many.open_sessions} of them open: {held:.1f} MB held")
    with ntm.live.Board(ruleset) as many:
        start = time.thread_time()
        fill(many)
        print(f"  {(time.thread_time() - start) / COMMUNES * 1e6:.0f} µs to open, fill and put away a unit")
        rng = random.Random(2026)
        shuffled = [(rng.randrange(COMMUNES), change) for change in changes_for(ruleset, 5_000)]
        start = time.thread_time()
        for number, (name, value) in shuffled:
            many.set(f"{number:05}", name, value)
        print(f"  {(time.thread_time() - start) / len(shuffled) * 1e6:.0f} µs a change of any unit, open or put away")


def main() -> None:
    """Print every figure."""
    print(f"Python {platform.python_version()}, {platform.machine()}, ntm-rules {ntm.__version__}")
    library = ntm.Library.bundled()
    for tier in ("commune/ntm", "commune/kieu-mau"):
        latency(f"bundled {tier}", library.compose(tier, on=dt.date(2024, 7, 2), province="lang-son"))
    ruleset = library.compose("commune/ntm", on=dt.date(2024, 7, 2), province="lang-son")
    print("memory, bundled commune/ntm")
    memory(ruleset)
    print("a board, bundled commune/ntm")
    board(ruleset)


if __name__ == "__main__":
    main()
