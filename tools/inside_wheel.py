"""Run by `check_wheel.py` in an environment that holds the wheel and its core dependencies, and nothing else.

Every bundled ruleset is composed for every date on which one of its layers starts, for the nation and for every
province that has an overlay or a set of its own, and one empty unit is assessed against each.
"""

import datetime as dt
import importlib.util
import os
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

SOURCE = os.path.realpath(sys.argv[1])


def forbid_source(event: str, arguments: tuple[object, ...]) -> None:
    """Return an audit hook: no file of the source tree may be opened."""
    path = arguments[0] if event in ("open", "os.listdir", "os.scandir") else None
    if isinstance(path, str) and os.path.realpath(path).startswith(SOURCE + os.sep):
        raise SystemExit(f"the installed package reached for {path}")


sys.addaudithook(forbid_source)

import yaml  # noqa: E402

import ntm_rules as ntm  # noqa: E402
from ntm_rules.model.citations import last_day  # noqa: E402


def main() -> None:
    """Check the installation, then compose everything; raises SystemExit with what is wrong."""
    package = Path(ntm.__file__).parent
    if "site-packages" not in package.parts:
        raise SystemExit(f"imported from {package}")
    if metadata.version("ntm-rules") != ntm.__version__:
        raise SystemExit(f"the wheel says {metadata.version('ntm-rules')}, the package {ntm.__version__}")
    extras = [name for name in ("click", "rich", "hypothesis", "pytest") if importlib.util.find_spec(name)]
    if extras:
        raise SystemExit(f"the environment is not empty: {', '.join(extras)}")
    for name in ntm.__all__:
        getattr(ntm, name)

    started = time.perf_counter()
    library = ntm.Library.bundled()
    starts = starting_dates(package / "rulesets")
    listed = [*((target, period, "") for target, period in library.rulesets()), *library.own_rulesets()]
    if {(target, period, own) for target, period, own, _ in starts} != set(listed):
        raise SystemExit("the library lists other rulesets than the files of the package")
    provinces = (None, *sorted({province for _, _, province in library.overlays()}))
    hashes: set[str] = set()
    count = 0
    for target, period, own, start in starts:
        for province in (own,) if own else provinces:
            ruleset = composed(library, target, period, start, province)
            hashes.add(ruleset.content_hash)
            count += 1
    for target, period, own in listed:
        start = min(s for t, p, o, s in starts if (t, p, o) == (target, period, own))
        for province in (own,) if own else provinces:
            verdict = ntm.assess(composed(library, target, period, start, province), {}, unit="nothing known")
            if verdict.outcome is ntm.Outcome.MET or not verdict.to_json():
                raise SystemExit(f"`{target}` of {period} is met by a unit of which nothing is known")
    seconds = time.perf_counter() - started
    print(f"{count} rulesets composed from the wheel alone, {len(hashes)} different ones, in {seconds:.0f} s")


def composed(library: ntm.Library, target: str, period: str, on: dt.date, province: str | None) -> ntm.Ruleset:
    """Return the set; a province that has ended, or does not exist yet, by its own statement."""
    try:
        return library.compose(target, on=on, period=period, province=province)
    except ntm.NotInForce:
        return library.compose(target, on=on, period=period, territory=province)


def starting_dates(folder: Path) -> list[tuple[str, str, str, dt.date]]:
    """Ruleset id, period, the province whose own it is, and date of every layer's start, from the files, each once."""
    return sorted(set(_starts(folder.rglob("*.yaml"))))


def _starts(paths: Iterable[Path]) -> Iterator[tuple[str, str, str, dt.date]]:
    for path in paths:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        target = data.get("ruleset") or data.get("amends") or data.get("overlay")
        if target is not None:
            own = "" if "overlay" in data else data.get("province", "")
            start = last_day(data.get("in_force", {}).get("from") or data["instrument"]["date"])
            yield target, data["period"], own, start


if __name__ == "__main__":
    main()
