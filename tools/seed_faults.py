"""Seeds faults into copies of the bundled rule files and reports which detector finds each.

    python tools/seed_faults.py [--count 220] [--seed 2026]

Detectors, in order: reading (the file is refused), check (`ntm-rules check` without tests beside rules), tables (the
comparison with the source tables in tests/law). A fault that none finds is a survivor and is printed.
"""

import argparse
import importlib
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import evolve, frozen

import ntm_rules as ntm
from ntm_rules.authoring import library as library_module
from ntm_rules.consistency.checks import check
from ntm_rules.model.errors import Severity

ROOT = Path(__file__).parents[1]
REGIONS = ("TDMNPB", "DBSH", "BTB", "DHNTB", "TN", "DNB", "DBSCL")


@frozen
class Fault:
    """One change of one file."""

    kind: str
    file: str
    line: int
    text: str


def lines(folder: Path, pattern: str, within: str = "**/*.yaml") -> Iterator[tuple[Path, int, str]]:
    """Every line of the rule files that the pattern is found in."""
    for path in sorted(folder.glob(within)):
        if path.name.endswith((".tests.yaml", ".allow.yaml")) or path.parent.name in ("units", "facts"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if re.search(pattern, line) and not line.lstrip().startswith("#"):
                yield path, number, line


def substitutions(folder: Path, kind: str, pattern: str, change: Callable[[re.Match[str]], str]) -> Iterator[Fault]:
    """A fault for each place where the pattern is found."""
    for path, number, line in lines(folder, pattern):
        for match in re.finditer(pattern, line):
            new = line[: match.start()] + change(match) + line[match.end() :]
            yield Fault(kind, path.relative_to(folder).as_posix(), number, new)


def faults(folder: Path) -> dict[str, list[Fault]]:
    """Every fault that could be seeded, by kind."""
    flip = {"at_least": "at_most", "at_most": "at_least"}
    kinds: dict[str, Iterator[Fault]] = {
        "operator flipped": substitutions(
            folder, "operator flipped", r"\b(at_least|at_most)(?=:)", lambda m: flip[m[1]]
        ),
        "threshold moved": substitutions(
            folder, "threshold moved", r'(?<=[:] )"(\d+(?:\.\d+)?)"(?=[,}])', lambda m: f'"{float(m[1]) + 1:g}"'
        ),
        "cell dropped": substitutions(folder, "cell dropped", rf'\b({"|".join(REGIONS[1:])}): "[^"]*", ', lambda m: ""),
        "column swapped": substitutions(
            folder, "column swapped", r"TDMNPB(: [^,]*, )DBSH(?=:)", lambda m: f"DBSH{m[1]}TDMNPB"
        ),
        "citation lost": substitutions(folder, "citation lost", r", source: [\w.-]+", lambda m: ""),
        "evidence lost": substitutions(folder, "evidence lost", r", evidence: \w+", lambda m: ""),
        "date gap": (f for f in later(folder) if "amendments" not in f.file and f.file.startswith("national")),
        "date moved": (evolve(f, kind="date moved") for f in later(folder) if not f.file.startswith("national")),
        "overlay loosened": overlays(folder),
        "unknown unit": units(folder),
    }
    return {kind: list(found) for kind, found in kinds.items()}


def later(folder: Path) -> Iterator[Fault]:
    """Every file begins, or ends, a year off."""
    yield from substitutions(folder, "date gap", r"(?<=from: )(20\d\d)(?=-\d\d-\d\d)", lambda m: str(int(m[1]) + 1))
    yield from substitutions(folder, "date gap", r"(?<= to: )(20\d\d)(?=-\d\d-\d\d)", lambda m: str(int(m[1]) - 1))


def overlays(folder: Path) -> Iterator[Fault]:
    """Every overlay of the base set asks for less than a national value."""
    for path in sorted(folder.glob("provinces/*/*commune-ntm.yaml")):
        text = path.read_text(encoding="utf-8")
        if "period: 2021-2025" not in text:
            continue
        for address, value in (("3.1", "60"), ("6.3", "90")):
            head = "" if "\noperations:" in text else "\noperations:"
            added = f'{head}\n  - set: "{address}"\n    at_least: "{value}"\n    evidence: official\n'
            name = path.relative_to(folder).as_posix()
            yield Fault("overlay loosened", name, -1, added)


def units(folder: Path) -> Iterator[Fault]:
    """Facts with a unit that no file names."""
    path = folder / "facts" / "commune.yaml"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        if re.search(r"\bunit: [\w-]+", line):
            yield Fault("unknown unit", "facts/commune.yaml", number, re.sub(r"(unit: )", r"\1un", line))


def seeded(folder: Path, fault: Fault) -> str:
    """Put the fault into the folder; the text that stood there before."""
    path = folder / fault.file
    before = path.read_text(encoding="utf-8")
    if fault.line < 0:
        path.write_text(before.rstrip("\n") + "\n" + fault.text.lstrip("\n"), encoding="utf-8")
    else:
        all_lines = before.split("\n")
        all_lines[fault.line] = fault.text
        path.write_text("\n".join(all_lines), encoding="utf-8")
    return before


def detector(folder: Path, sources: "Sources") -> str:
    """The first detector that finds something wrong; empty where none does."""
    try:
        library = ntm.Library.load(folder, bundled=False)
        report = check(library)
    except ntm.RulesetError:
        return "reading"
    if any(f.diagnostic.severity is not Severity.NOTE for f in report.findings) or report.unused:
        return "check"
    return "tables" if sources.differ(folder) else ""


class Sources:
    """The comparison with the source tables, run on another folder than the bundled one."""

    def __init__(self) -> None:
        sys.path.insert(0, str(ROOT / "tests" / "law"))
        self.law = importlib.import_module("test_law")

    def differ(self, folder: Path) -> bool:
        """True if a rule file says something else than its table."""
        names = vars(library_module)
        original = names["bundled_folder"]
        names["bundled_folder"] = lambda: folder
        self.law.library.cache_clear()
        try:
            for entry in self.law.MAPPING["sets"]:
                self.law.test_rows_and_cells_agree(entry)
            for entry in self.law.MAPPING["layers"]:
                self.law.test_instrument_rows_are_layers(entry)
        except (AssertionError, ntm.NtmRulesError):
            return True
        finally:
            names["bundled_folder"] = original
            self.law.library.cache_clear()
        return False


def main() -> None:
    """Seed, detect, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=220)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    start = time.perf_counter()
    rng = random.Random(options.seed)
    sources = Sources()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(ROOT / "rulesets", Path(made) / "rulesets"))
        found = faults(folder)
        share = -(-options.count // len(found))
        chosen = [f for kind in found.values() for f in rng.sample(kind, min(share, len(kind)))]
        rest = [f for kind in found.values() for f in kind if f not in chosen]
        chosen += rng.sample(rest, max(0, min(len(rest), options.count - len(chosen))))
        results: Counter[tuple[str, str]] = Counter()
        survivors: list[Fault] = []
        for fault in chosen:
            before = seeded(folder, fault)
            by = detector(folder, sources)
            (folder / fault.file).write_text(before, encoding="utf-8")
            results[fault.kind, by or "survived"] += 1
            if not by:
                survivors.append(fault)
    for kind in found:
        row = {by: n for (k, by), n in sorted(results.items()) if k == kind}
        print(f"{kind:<18} {sum(row.values()):>4} seeded: " + ", ".join(f"{n} by {by}" for by, n in row.items()))
    for fault in survivors:
        print(f"survivor: {fault.kind}, {fault.file}:{fault.line + 1}: {fault.text.strip()[:140]}")
    print(f"{len(chosen)} faults, {len(survivors)} survived, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
