"""How long one unit takes: loading, composing, checking, outcomes, margins, words; fiction first, then the law.

Run with ``python benchmarks/scalar.py``. Prints medians; no figure is a test.
"""

import datetime as dt
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

import ntm_rules as ntm
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.results import Facts, FactValue
from ntm_rules.verdict.program import check_facts, outcome_codes

ROOT = Path(__file__).parent.parent
FICTION = ROOT / "tests" / "fiction" / "rulesets"
REPEATS = 7


def facts_for(ruleset: ntm.Ruleset, seed: int = 2026, missing: float = 0.03) -> Facts:
    """Plausible facts of one unit: most conditions are met, some are not, a few facts are missing."""
    rng = random.Random(seed)
    ratios = [f.ratio for f in ruleset.facts if f.ratio]
    ratios += [d.rule for d in ruleset.derived if isinstance(d.rule, RatioOf)]
    parts = {p for ratio in ratios for p in (ratio.part, ratio.whole)}
    chosen = {f.id: _value(f, rng) for f in ruleset.inputs().values() if f.id not in parts}
    return {name: value for name, value in chosen.items() if rng.random() >= missing}


def _value(fact: Fact, rng: random.Random) -> FactValue:
    if fact.type is FactType.BOOLEAN:
        return rng.random() < 0.9
    if fact.values:
        return rng.choice(fact.values)
    low = float(fact.minimum) if fact.minimum is not None else 0.0
    high = float(fact.maximum) if fact.maximum is not None else low + 100.0
    value = round(rng.uniform(low, high), min(fact.decimals, 2))
    return int(value) if fact.type is FactType.COUNT else value


def median_us(call: Callable[[], object], seconds: float = 0.3) -> float:
    """Median microseconds a call over some repeats of many calls."""
    call()
    start = time.perf_counter()
    call()
    number = max(1, int(seconds / REPEATS / max(time.perf_counter() - start, 1e-7)))
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(number):
            call()
        found.append((time.perf_counter() - start) / number)
    return statistics.median(found) * 1e6


def cold(code: str, repeats: int = 9) -> float:
    """Median milliseconds of a fresh interpreter that runs *code*, less one that runs nothing."""

    def once(source: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", source], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    pairs = [(once(code), once("pass")) for _ in range(repeats)]
    return statistics.median(a - b for a, b in pairs) * 1e3


def show(what: str, value: float, unit: str, aim: str = "") -> None:
    """One line of the report."""
    print(f"  {what:<58} {value:9.1f} {unit:<3} {aim}")


def measure(name: str, ruleset: ntm.Ruleset) -> None:
    """All figures of one ruleset."""
    facts = facts_for(ruleset)
    count = sum(len(c.indicators) for c in ruleset.criteria)
    checked = check_facts(ruleset, facts)
    verdict = ntm.assess(ruleset, facts)
    words = [i for i in verdict.reasons() if i.outcome is ntm.Outcome.NOT_MET] or list(verdict.reasons())
    print(f"{name}: {count} indicators, {len(facts)} facts given, {verdict.criteria_met}/{verdict.criteria_total} met")
    show(
        "outcomes, criteria and set from checked facts",
        median_us(lambda: outcome_codes(ruleset, checked)),
        "µs",
        "aim 15",
    )
    show("checked and with provisional", median_us(lambda: ntm.assess(ruleset, facts)), "µs", "aim 40")
    show("margins and reason codes of all indicators", median_us(lambda: evolve(verdict).criteria), "µs", "aim 150")
    if words:
        each = median_us(lambda: [r.text("vi") for r in words]) / len(words)
        show(f"one reason in words (mean of {len(words)})", each, "µs", "aim 30")
    show("verdict as JSON", median_us(verdict.to_json), "µs")


def main() -> None:
    """Print every figure."""
    print(f"Python {platform.python_version()}, {platform.machine()}, ntm-rules {ntm.__version__}")
    show("import ntm_rules, over a bare interpreter", cold("import ntm_rules"), "ms", "aim 60")
    start = "import datetime as dt, ntm_rules as ntm\nlibrary = ntm.Library.bundled()\n"
    compose = start + "library.compose('commune/ntm', on=dt.date(2024, 7, 2), province='lang-son')"
    show("commune/ntm composed from a cold start", cold(compose), "ms", "aim 300")
    everything = start + "library.read_all()"
    show("everything loaded, from a cold start", cold(everything), "ms", "aim 500")
    if FICTION.is_dir():
        fiction = ntm.Library.load(FICTION, bundled=False)
        for tier in ("commune/ntm", "commune/nang-cao"):
            measure(f"fiction {tier}", fiction.compose(tier, on=dt.date(2024, 7, 2)))
    bundled = ntm.Library.bundled()
    for tier in ("commune/ntm", "commune/nang-cao", "commune/kieu-mau"):
        measure(f"bundled {tier}", bundled.compose(tier, on=dt.date(2024, 7, 2), province="lang-son"))


if __name__ == "__main__":
    main()
