"""Does a test notice when the core is wrong? A seeded sample of mutants of it, made by cosmic-ray.

    nox -s mutants
    python tools/mutants.py --count 300 --seed 1 --jobs 2
    python tools/mutants.py --count 300 --seed 1 --skip 120

A mutant that survives the quick tests meets all of them; one that survives these too fails the run unless
tools/mutants.toml lists it with a reason. Every worker has a clone of the commit that is checked out. A change of the
code leaves the rest of the sample as it is, so that a run that was cut short goes on with --skip.
"""

import argparse
import difflib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ("model", "rules", "verdict")
RUN = f"{sys.executable} -m pytest -n0 -x -q -p no:cacheprovider"
QUICK = (
    "tests/conformance tests/unit/test_composing.py tests/unit/test_corners.py tests/unit/test_verdict.py "
    "tests/unit/test_facts.py tests/unit/test_reading.py tests/unit/test_own_sets.py tests/unit/test_golden.py "
    "tests/unit/test_grades.py tests/unit/test_points.py tests/unit/test_undecided.py tests/unit/test_arguments.py"
)
REST = (
    "tests/unit tests/property tests/law tests/check tests/difference tests/testing tests/hierarchy tests/live "
    "tests/test_package.py"
)
TIMEOUT = 900.0
NO_MUTANTS = (
    "core/ReplaceBinaryOperator_BitOr_",  # of types: annotations are never looked at when the program runs
    "core/ReplaceComparisonOperator_Is_Eq",  # None and members of an Enum are equal to nothing but themselves
    "core/ReplaceComparisonOperator_IsNot_NotEq",
)

# run in a clone: cosmic-ray changes the files below the working directory
WORKER = """
import json, sys
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_item import MutationSpec, TestOutcome
path, operator, occurrence, quick, rest, timeout = json.loads(sys.argv[1])
found = MutationSpec(path, operator, occurrence, (1, 0), (2, 0))
result = mutate_and_test([found], quick, timeout)
if result.test_outcome is TestOutcome.SURVIVED:
    result = mutate_and_test([found], rest, timeout)
print(json.dumps([str(result.test_outcome.value if result.test_outcome else "none"), result.diff or ""]))
"""

Spec = tuple[str, str, int]


def specs() -> list[Spec]:
    """Return every mutant of the core: file, operator, and which occurrence of what that changes."""
    from cosmic_ray.work_db import WorkDB, use_db

    with tempfile.TemporaryDirectory() as folder:
        paths = [f"src/ntm_rules/{room}" for room in CORE]
        config = Path(folder, "mutants.toml")
        config.write_text(
            f"[cosmic-ray]\nmodule-path = {paths!r}\ntimeout = 1.0\nexcluded-modules = []\n"
            'test-command = "true"\n[cosmic-ray.distributor]\nname = "local"\n'
        )
        database = str(Path(folder, "mutants.sqlite"))
        subprocess.run([_beside("cosmic-ray"), "init", str(config), database], cwd=ROOT, check=True)
        with use_db(database, WorkDB.Mode.open) as opened:
            found = [
                (str(m.module_path), m.operator_name, m.occurrence) for i in opened.work_items for m in i.mutations
            ]
    return sorted(spec for spec in found if not spec[1].startswith(NO_MUTANTS))


def _beside(command: str) -> str:
    return str(Path(sys.executable).with_name(command))


def _environment(clone: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(clone / "src"), "CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}


def judged(mine: Sequence[Spec], clone: Path) -> Iterator[tuple[Spec, str, str]]:
    """Yield each mutant with what became of it and its diff."""
    env = _environment(clone)
    for spec in mine:
        asked = json.dumps([*spec, f"{RUN} {QUICK}", f"{RUN} {REST}", TIMEOUT])
        done = subprocess.run([sys.executable, "-c", WORKER, asked], cwd=clone, env=env, capture_output=True, text=True)
        outcome, diff = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else ("broken", done.stderr)
        print(f"{outcome:12} {' '.join(map(str, spec))}", flush=True)
        yield spec, outcome, diff


def changed(diff: str) -> str:
    """Return what a diff takes away and puts in, on one line: by this a mutant is known when lines have moved."""
    lines = [line for line in diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    return " ".join(" ".join(line.split()) for line in lines)


def main() -> int:
    """Return 1 if a mutant survived that is not listed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="how many of the sample were tried before")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    every = specs()
    drawn = sorted(every, key=lambda spec: hashlib.sha256(repr((options.seed, spec)).encode()).digest())
    sample = drawn[options.skip : options.count]
    print(f"{len(sample)} of {len(every)} mutants, seed {options.seed}, after {options.skip}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        clones = [Path(folder, str(number)) for number in range(options.jobs)]
        for clone in clones:
            subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
            subprocess.run([sys.executable, "tools/catalogues.py"], cwd=clone, check=True)
        # Where the tests fail by themselves they would kill every mutant.
        subprocess.run([*RUN.split(), *QUICK.split()], cwd=clones[0], env=_environment(clones[0]), check=True)
        with ThreadPoolExecutor(options.jobs) as pool:
            shares = [sample[number :: options.jobs] for number in range(options.jobs)]
            found = [f for part in pool.map(lambda a: list(judged(*a)), zip(shares, clones, strict=True)) for f in part]
    return told(found)


def told(found: Sequence[tuple[Spec, str, str]]) -> int:
    """Print the figures and the survivors; return 1 if one of these is not listed."""
    entries = tomllib.loads((ROOT / "tools/mutants.toml").read_text("utf-8"))["mutant"]
    listed = {entry["change"]: entry.get("file") for entry in entries}
    survived = [(spec, changed(diff)) for spec, outcome, diff in found if outcome == "survived"]
    others = [(spec, outcome, diff) for spec, outcome, diff in found if outcome not in ("survived", "killed")]
    fresh = [(spec, change) for spec, change in survived if listed.get(change, "") not in (None, spec[0])]
    for spec, outcome, diff in others:
        print(f"\n{outcome} {spec}\n{diff}")
    for (path, operator, _), change in fresh:
        near = difflib.get_close_matches(change, listed, n=1, cutoff=0.9)
        print(f"\nsurvived: {path} {operator}\n  {change}" + (f"\n  like the listed {near[0]}" if near else ""))
    print(
        f"\n{len(found)} mutants: {len(found) - len(survived) - len(others)} killed, {len(others)} could not be tried"
    )
    print(f"{len(survived)} survived, {len(survived) - len(fresh)} of them listed with a reason")
    return 1 if fresh else 0


if __name__ == "__main__":
    sys.exit(main())
