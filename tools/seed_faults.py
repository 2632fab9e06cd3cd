"""Seeds faults into copies of the bundled rule files and reports which detector finds each.

    python tools/seed_faults.py [--count 260] [--seed 2026]

Detectors: reading (the file is refused), lint and proofs (`ntm-rules check`, without the tests beside rules), tables
(the comparison with the source tables in tests/law) and, counted apart, the tests beside rules. What each kind of
fault has to be found by is said in DEMANDED. Fails if a fault is found by something else only, or survives; these are
printed.
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
from decimal import Decimal
from pathlib import Path
from types import ModuleType

from attrs import field, frozen

import ntm_rules as ntm
from ntm_rules.check.check import Report, check
from ntm_rules.check.folder import Folder
from ntm_rules.messages.errors import Severity
from ntm_rules.model.conditions import Comparison, Op
from ntm_rules.model.thresholds import Cell, CellState
from ntm_rules.model.walk import indicators
from ntm_rules.rules import library as library_module
from ntm_rules.testing.cases import find_files, load_cases, run_case

ROOT = Path(__file__).parents[1]
REGIONS = "TDMNPB|DBSH|BTB|DHNTB|TN|DNB|DBSCL"
FLIPPED = {"at_least": "at_most", "at_most": "at_least", "more_than": "less_than", "less_than": "more_than"}

CHECK, TABLES = ("reading", "lint", "proofs"), ("reading", "tables")
DEMANDED = {
    "operator flipped": TABLES,
    "value moved": TABLES,
    "cell dropped": CHECK,
    "column swapped": CHECK,
    "citation lost": CHECK,
    "evidence lost": CHECK,
    "date gap": CHECK,
    "date moved": CHECK,
    "overlay loosened": CHECK,
    "unit unknown": CHECK,
}


@frozen
class Fault:
    """One change of one file.

    Attributes:
        line: from 0; None where the text is put at the end of the file.
        text: the line after the change; empty where it goes.
    """

    kind: str
    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        place = "end" if self.line is None else self.line + 1
        return f"{self.kind}, {self.file}:{place}: {' '.join(self.text.split())[:140] or '(line dropped)'}"


# -- what can be done to the files -------------------------------------------------------------


def lines(folder: Path, pattern: str, within: str = "**/*.yaml") -> Iterator[tuple[str, int, str]]:
    """File, number and text of every line of the rule files that the pattern is found in."""
    for path in sorted(folder.glob(within)):
        if path.name.endswith((".tests.yaml", ".allow.yaml")) or path.parent.name in ("units", "facts"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if re.search(pattern, line) and not line.lstrip().startswith("#"):
                yield path.relative_to(folder).as_posix(), number, line


def changed(folder: Path, kind: str, pattern: str, change: Callable[[re.Match[str]], str]) -> Iterator[Fault]:
    """Yield a fault for each place where the pattern is found."""
    for name, number, line in lines(folder, pattern):
        for match in re.finditer(pattern, line):
            yield Fault(kind, name, number, line[: match.start()] + change(match) + line[match.end() :])


def faults(folder: Path) -> dict[str, list[Fault]]:
    """Every fault that could be seeded, by kind."""

    def lost(kind: str, keys: str) -> Iterator[Fault]:
        yield from changed(folder, kind, rf", (?:{keys}): [^,}}]+", lambda _: "")
        yield from changed(folder, kind, rf"^ +(?:{keys}): \S.*$", lambda _: "")

    def later(kind: str) -> Iterator[Fault]:
        yield from changed(folder, kind, r"(?<=from: )(20\d\d)(?=-\d\d-\d\d)", lambda m: str(int(m[1]) + 1))
        yield from changed(folder, kind, r"(?<= to: )(20\d\d)(?=-\d\d-\d\d)", lambda m: str(int(m[1]) - 1))

    not_a_value = "".join(f"(?<!{key}: )" for key in ("no", "after", "set", "set_pending", "replace", "remove"))
    number = rf'(?<=: ){not_a_value}"(\d+(?:\.\d+)?)"(?=[,}}]|$)'
    every: dict[str, Iterator[Fault]] = {
        "operator flipped": changed(
            folder, "operator flipped", rf"\b({'|'.join(FLIPPED)})(?=:)", lambda m: FLIPPED[m[1]]
        ),
        "value moved": changed(folder, "value moved", number, lambda m: f'"{Decimal(m[1]) + 1}"'),
        "cell dropped": dropped(folder),
        "column swapped": swapped(folder),
        "citation lost": lost("citation lost", "source|cite|point|annex"),
        "evidence lost": lost("evidence lost", "evidence"),
        "date gap": (f for f in later("date gap") if is_base(f.file)),
        "date moved": (f for f in later("date moved") if not is_base(f.file)),
        "overlay loosened": loosened(folder),
        "unit unknown": units(folder),
    }
    return {kind: list(found) for kind, found in every.items()}


def is_base(name: str) -> bool:
    """Return True for the file of a national set, not for an amendment of it."""
    return name.startswith("national") and "amendments" not in name


def dropped(folder: Path) -> Iterator[Fault]:
    """Yield a column less: inside a line, or a line of its own."""
    yield from changed(folder, "cell dropped", rf'\b(?:{REGIONS}|20\d\d|"20\d\d"): (?:"[^"]*"|\w+), ', lambda _: "")
    for name, number, line in lines(folder, rf"^ +(?:{REGIONS}): \S.*$"):
        if line.count("{") == line.count("}"):
            yield Fault("cell dropped", name, number, "")


def swapped(folder: Path) -> Iterator[Fault]:
    """Two columns that stand beside each other under each other's names."""
    column = rf'({REGIONS})(: (?:"[^"]*"|\w+|{{[^{{}}]*}}), )({REGIONS})(?=:)'
    yield from changed(folder, "column swapped", column, lambda m: m[3] + m[2] + m[1])


def loosened(folder: Path) -> Iterator[Fault]:
    """Every overlay asks for half of a national number, or for twice of what is the most."""
    library = ntm.Library.load(folder, bundled=False)
    for listed in library.files:
        if listed.kind != "overlay":
            continue
        on = library.dates(listed.target, listed.period, listed.province)[0]
        base = library.compose(listed.target, on=on, period=listed.period)
        own = listed.path.read_text(encoding="utf-8")
        for _, indicator in indicators(base):
            leaf = indicator.require
            if not isinstance(leaf, Comparison) or not isinstance(leaf.threshold, Cell) or f'"{indicator.no}"' in own:
                continue
            cell, op = leaf.threshold, leaf.op
            if cell.state is CellState.SET and isinstance(cell.value, Decimal) and op in (Op.AT_LEAST, Op.AT_MOST):
                less = cell.value // 2 if op is Op.AT_LEAST else cell.value * 2 + 1
                if less == cell.value:
                    continue
                head = "" if "\noperations:" in own else "operations:\n"
                text = f'  - set: "{indicator.no}"\n    {op.value}: "{less}"\n    evidence: recalled\n'
                yield Fault("overlay loosened", listed.path.relative_to(folder).as_posix(), None, head + text)


def units(folder: Path) -> Iterator[Fault]:
    """Facts with a unit that no file names."""
    for number, line in enumerate((folder / "facts" / "commune.yaml").read_text(encoding="utf-8").splitlines()):
        if re.search(r"\bunit: [\w-]+", line):
            yield Fault("unit unknown", "facts/commune.yaml", number, line.replace("unit: ", "unit: un"))


def seeded(folder: Path, fault: Fault) -> str:
    """Put the fault into the folder; the text that stood there before."""
    path = folder / fault.file
    before = path.read_text(encoding="utf-8")
    all_lines = before.rstrip("\n").split("\n")
    if fault.line is None:
        all_lines.append(fault.text.rstrip("\n"))
    elif fault.text:
        all_lines[fault.line] = fault.text
    else:
        del all_lines[fault.line]
    path.write_text("\n".join(all_lines) + "\n", encoding="utf-8")
    return before


# -- what finds it -----------------------------------------------------------------------------


@frozen
class Detectors:
    """What finds faults in a folder, the cheap ones first; each says what it found, nothing where that is nothing."""

    folder: Path
    law: ModuleType = field(factory=lambda: law_module())

    def found(self, fault: Fault) -> tuple[str, str]:
        """Return the first detector that finds a fault, in the order that its kind demands, and what it says."""
        if refused := self.reading():
            return "reading", refused
        first = [self.lint, self.proofs, self.tables] if DEMANDED[fault.kind] is CHECK else [self.tables, self.lint]
        for detector in (*first, self.tables, self.proofs, self.cases):
            if said := detector():
                return detector.__name__, said
        return "", ""

    def reading(self) -> str:
        """Return the files are refused."""
        try:
            ntm.Library.load(self.folder, bundled=False)
        except ntm.RulesetError as error:
            return error.diagnostics[0].code
        return ""

    def lint(self) -> str:
        """`ntm-rules check --no-proofs`."""
        return self._codes(check(Folder.read(self.folder, alone=True), proofs=False))

    def proofs(self) -> str:
        """`ntm-rules check`."""
        return self._codes(check(Folder.read(self.folder, alone=True), proofs=True))

    def _codes(self, report: Report) -> str:
        codes = {f.diagnostic.code for f in report.problems if f.diagnostic.severity is not Severity.NOTE}
        return ", ".join(sorted(codes | ({"allow.unused"} if report.unused else set())))

    def tables(self) -> str:
        """Return a rule file says something else than its source table."""
        names = vars(library_module)
        original = names["bundled_folder"]
        names["bundled_folder"] = lambda: self.folder
        self.law.library.cache_clear()
        try:
            for entry in self.law.MAPPING["sets"]:
                self.law.test_rows_and_cells_agree(entry)
            for entry in self.law.MAPPING["layers"]:
                self.law.test_instrument_rows_are_layers(entry)
        except (AssertionError, ntm.NtmRulesError) as error:
            return type(error).__name__
        finally:
            names["bundled_folder"] = original
            self.law.library.cache_clear()
        return ""

    def cases(self) -> str:
        """Return a case beside the rules fails."""
        library = ntm.Library.load(self.folder, bundled=False)
        for path in find_files(self.folder):
            for case in load_cases(path):
                try:
                    if run_case(library, case):
                        return case.name
                except ntm.NtmRulesError:
                    return case.name
        return ""


def law_module() -> ModuleType:
    """Return the tests that compare rule files with source tables."""
    sys.path.insert(0, str(ROOT / "tests" / "law"))
    return importlib.import_module("test_law")


# -- the run -----------------------------------------------------------------------------------


def chosen(found: dict[str, list[Fault]], count: int, rng: random.Random) -> list[Fault]:
    """So many faults, the same number of each kind where there are enough."""
    shuffled = {kind: rng.sample(every, len(every)) for kind, every in found.items()}
    rounds = (
        every[n] for n in range(max(map(len, shuffled.values()))) for every in shuffled.values() if n < len(every)
    )
    return [fault for fault, _ in zip(rounds, range(count), strict=False)]


def seed(count: int, number: int) -> list[tuple[Fault, str, str]]:
    """Seed faults one by one into a copy of the bundled files: each with its detector and what that says."""
    results: list[tuple[Fault, str, str]] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(shutil.copytree(ROOT / "rulesets", Path(made) / "rulesets"))
        detectors = Detectors(folder)
        for fault in chosen(faults(folder), count, random.Random(number)):
            before = seeded(folder, fault)
            try:
                results.append((fault, *detectors.found(fault)))
            finally:
                (folder / fault.file).write_text(before, encoding="utf-8")
    return results


def main() -> int:
    """Seed, detect, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=260)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    start = time.perf_counter()
    results = seed(options.count, options.seed)
    short = 0
    for kind, demanded in DEMANDED.items():
        by = Counter(detector or "nothing" for fault, detector, _ in results if fault.kind == kind)
        met = sum(by[detector] for detector in demanded)
        short += by.total() - met
        shown = ", ".join(f"{n} by {detector}" for detector, n in by.most_common())
        codes = Counter(said for f, by_, said in results if f.kind == kind and by_ in ("lint", "proofs"))
        said = f" ({', '.join(f'{code} {n}' for code, n in codes.most_common(3))})" if codes else ""
        print(f"{kind:<17} {met}/{by.total()} as demanded ({' or '.join(demanded)}): {shown}{said}")
    for fault, detector, _ in results:
        if detector not in DEMANDED[fault.kind]:
            print(f"{f'only by {detector}' if detector else 'survivor'}: {fault}")
    beside = sum(detector == "cases" for _, detector, _ in results)
    missed = sum(not detector for _, detector, _ in results)
    print(f"found only by the tests beside the rules: {beside}; by nothing: {missed}")
    print(f"{len(results)} faults, {short} not found as demanded, {time.perf_counter() - start:.0f} s")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
