"""Odd input at every door of the command line: fails on a traceback, on a hang, and on memory above the bound.

    nox -s fuzz
    python tools/fuzz.py --minutes 20 --seed 1 --jobs 2
    python tools/fuzz.py --again rules:1:17          (one case, by the name that is printed)

A case is made from good input by a few changes that depend on its name alone. Each worker tries one after the other;
the one that fails keeps its files.
"""

import argparse
import functools
import io
import json
import multiprocessing
import multiprocessing.pool
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60.0
"""A case that takes longer hangs."""
MEGABYTES = 1_000 + 300
"""For a case, and what the interpreter with its packages takes."""
MAX_BYTES = 4_000_000
LAW = ("--on", "2024-07-02", "--province", "lang-son")
TIER = ("--tier", "commune/ntm")

TOKENS = (
    "", " ", "0", "-0", "1", "80", "100,5", "43.2", "1.234.567", "1e999999999", "-1e-999999999", "9" * 40, "NaN",
    "Infinity", "true", "null", "đạt", "Ðạt", "có", "x", "commune/ntm", "lang-son", "06196", "6196", "2024-07-02",
    "2024-02-30", "２０２４", "\u200b", "\ufeff", "\x00", "\x1b[2J", "\x1b]0;t\x07", "\ud800", "\\ud800", "e\u0302",
    "'", '"', ",", ";", "\t", "\n", "\r\n", "sep=;", "=1+1", "{", "}", "[", "]", "[" * 400, "{a: " * 200, ":", "- ",
    "#", "&a", "*a", "&a [*a, *a]", "!!python/object/apply:os.system", "<<: *a", "---", "|", ">", "? ", "%YAML 9.9",
    "pending", "delegated", "official", "at_least", "one_of", "case", "set", "facts", "unit", "x" * 5_000,
)  # fmt: skip

Case = tuple[list[str], bytes]
"""Arguments of the command, and its standard input."""


def changed(chance: random.Random, text: str) -> bytes:
    """Return a text with some changes: lines and pieces gone, doubled, moved, and odd tokens put in."""
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 3, 20, 200)))
        kind = chance.randrange(5)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:]
        elif kind == 2:
            other = chance.randrange(len(text) + 1)
            text = text[:other] + text[start:end] + text[other:]
        else:
            text = text[:start] + chance.choice(TOKENS) + text[end if kind == 3 else start :]
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        data = bytes(chance.randrange(256) if chance.random() < 0.01 else byte for byte in data)
    return data[:MAX_BYTES]


# -- doors ----------------------------------------------------------------------------------------------


def rules(chance: random.Random, folder: Path) -> Case:
    """Rule files of every kind, over the bundled law and alone."""
    seeds = sorted((ROOT / "rulesets").rglob("*.yaml"))
    for number in range(chance.randint(1, 2)):
        seed = chance.choice(seeds)
        name = seed.name if chance.random() < 0.7 else f"{number}.yaml"
        (folder / name).write_bytes(changed(chance, seed.read_text("utf-8")))
    asked = (
        ["check", str(folder), "--no-proofs"],
        ["test", str(folder)],
        ["show", "commune/ntm", *LAW, "--rulesets", str(folder)],
        ["list", "--rulesets", str(folder)],
    )
    return chance.choice(asked), b""


def _assess(chance: random.Random, path: Path) -> Case:
    how = chance.choice(("table", "csv", "json"))
    command = chance.choice((["assess", str(path), *TIER, *LAW, "--format", how], ["explain", str(path), *TIER, *LAW]))
    return command + (["--lang", "en"] if chance.random() < 0.3 else []), b""


def _table(chance: random.Random) -> list[list[str]]:
    lines = (ROOT / "examples" / "communes-lang-son.csv").read_text("utf-8-sig").splitlines()
    rows = [line.split(",") for line in lines[:6]]
    for _ in range(chance.randint(0, 4)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(TOKENS)
    return rows


def csv(chance: random.Random, folder: Path) -> Case:
    """Facts as text."""
    path = folder / "facts.csv"
    path.write_bytes(changed(chance, "\n".join(",".join(row) for row in _table(chance))))
    return _assess(chance, path)


def jsons(chance: random.Random, folder: Path) -> Case:
    """Facts as JSON, one document or one a line."""
    names, *rows = _table(chance)
    units = [dict(zip(names, row, strict=False)) for row in rows]
    lines = chance.random() < 0.5
    path = folder / ("facts.jsonl" if lines else "facts.json")
    path.write_bytes(changed(chance, "\n".join(map(json.dumps, units)) if lines else json.dumps(units)))
    return _assess(chance, path)


def excel(chance: random.Random, folder: Path) -> Case:
    """Workbooks: odd cells, and files whose XML or whose archive is damaged."""
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook()
    for row, values in enumerate(_table(chance), 1):
        for column, value in enumerate(values, 1):
            try:
                book.active.cell(row, column, float(value) if value.replace(".", "").isdigit() else value)
            except (IllegalCharacterError, ValueError):
                continue
    path, made = folder / "facts.xlsx", io.BytesIO()
    try:
        book.save(made)
    except UnicodeEncodeError:
        return csv(chance, folder)
    data = made.getvalue()
    if chance.random() < 0.5:
        data = _rezipped(chance, data)
    elif chance.random() < 0.4:
        data = _damaged(chance, data)
    path.write_bytes(data)
    return _assess(chance, path)


def _rezipped(chance: random.Random, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        odd = chance.choice(names)
        for name in names:
            content = old.read(name)
            new.writestr(name, changed(chance, content.decode("utf-8")) if name == odd else content)
    return made.getvalue()


def _damaged(chance: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found[: chance.choice((len(found), chance.randrange(1, len(found))))])


def parquet(chance: random.Random, folder: Path) -> Case:
    """Facts as Parquet: columns of odd types, and damaged files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, *rows = _table(chance)
    columns: dict[str, pa.Array] = {}
    for place, name in enumerate(names):
        values = [row[place] if place < len(row) else None for row in rows]
        try:
            columns[name] = pa.array(values).cast(
                chance.choice((pa.string(), pa.large_string(), pa.float32(), pa.int8()))
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeEncodeError):
            columns[name] = pa.nulls(len(values))
    path, made = folder / "facts.parquet", io.BytesIO()
    try:
        pq.write_table(pa.table(columns), made)
    except (pa.ArrowException, UnicodeEncodeError):
        return csv(chance, folder)
    path.write_bytes(_damaged(chance, made.getvalue()) if chance.random() < 0.6 else made.getvalue())
    return _assess(chance, path)


def live(chance: random.Random, folder: Path) -> Case:
    """Lines of changes."""
    names, *rows = _table(chance)
    changes = [{"unit": row[0], "set": dict(zip(names[1:], row[1:], strict=False)), "verdict": True} for row in rows]
    return ["live", *TIER, *LAW], changed(chance, "\n".join(map(json.dumps, changes)))


def words(chance: random.Random, folder: Path) -> Case:
    """Arguments of every command."""
    import click

    from ntm_rules.cli.app import COMMANDS, commands

    name = chance.choice(sorted(COMMANDS))
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    options = [option for parameter in command.params for option in parameter.opts]
    shutil.copy(ROOT / "examples" / "communes-lang-son.csv", folder / "good.csv")
    good = (str(folder / "good.csv"), "commune/ntm", "lang-son", "2024-07-02", "commune/ntm@2024-07-02@lang-son", "vi")
    asked = [name, *([chance.choice(good)] if chance.random() < 0.8 else [])]
    asked += ["--no-proofs"] if name == "check" else []  # those of all bundled sets take a minute
    for _ in range(chance.randint(0, 6)):
        asked.append(chance.choice([*options, *good, *good, chance.choice(TOKENS)]))
    asked = [word.replace("\x00", "") for word in asked if word not in ("--out", "-o", "--write")]
    return asked, b""


DOORS: Mapping[str, Callable[[random.Random, Path], Case]] = {
    "rules": rules,
    "csv": csv,
    "json": jsons,
    "excel": excel,
    "parquet": parquet,
    "live": live,
    "words": words,
}


# -- trying ---------------------------------------------------------------------------------------------


def tried(name: str, folder: Path) -> str:
    """Return what is wrong with a case; empty where it was answered or refused in words."""
    from click.testing import CliRunner

    from ntm_rules.cli.app import commands

    door, _, _ = name.split(":")
    arguments, given = DOORS[door](random.Random(name), folder)
    try:
        os.chdir(folder)
        CliRunner().invoke(commands, arguments, input=given, prog_name="ntm-rules", catch_exceptions=False)
    except Exception:
        return f"{arguments}\n{traceback.format_exc()}"
    finally:
        os.chdir(ROOT)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000
    return f"{arguments}\n{used} MB of memory" if used > MEGABYTES else ""


def worker(seed: str, first: int, kept: Path, told: Connection) -> None:
    """Try one case after the other, and tell before and after each; end when one used too much memory."""
    from ntm_rules import Library

    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - as long as the process
    Library.bundled = staticmethod(functools.cache(Library.bundled))  # type: ignore[method-assign]
    number = first
    while True:
        name = f"{list(DOORS)[number % len(DOORS)]}:{seed}:{number}"
        folder = kept / name.replace(":", "-")
        folder.mkdir(parents=True)
        told.send((number, name, None))
        wrong = tried(name, folder)
        told.send((number, name, wrong))
        if not wrong:
            shutil.rmtree(folder)
        if "MB of memory" in wrong:
            return
        number += 1


def watched(seed: str, minutes: float, kept: Path) -> tuple[dict[str, int], list[str]]:
    """Return how many cases each door had within the time, and what went wrong."""
    counts, failures, number = dict.fromkeys(DOORS, 0), list[str](), 0
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=worker, args=(seed, number, kept, theirs))
        process.start()
        theirs.close()
        name = ""
        while time.monotonic() < end:
            try:
                if not ours.poll(SECONDS):
                    failures.append(f"{name}\nno answer within {SECONDS:.0f} s")
                    break
                number, name, wrong = ours.recv()
            except EOFError:
                break
            if wrong is not None:
                counts[name.partition(":")[0]] += 1
                failures += [f"{name}\n{wrong}"] if wrong else []
        else:
            process.kill()
        if process.is_alive():
            process.kill()
        process.join()
        if process.exitcode not in (0, -9):
            failures.append(f"{name}\nthe process ended with {process.exitcode}")
        number += 1
    return counts, failures


def main() -> int:
    """Return 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", metavar="NAME")
    options = parser.parse_args()
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))
    if options.again:
        print(tried(options.again, kept) or "nothing is wrong", kept, sep="\n")
        return 0
    seeds = [f"{options.seed}.{job}" for job in range(options.jobs)]
    with multiprocessing.pool.ThreadPool(options.jobs) as pool:
        found = pool.starmap(watched, [(seed, options.minutes, kept / seed) for seed in seeds])
    failures = [failure for _, failed in found for failure in failed]
    for failure in failures:
        print(f"\n{failure}")
    counts = {door: sum(counted[door] for counted, _ in found) for door in DOORS}
    print(f"\n{sum(counts.values())} cases: {counts}\n{len(failures)} failures; their files are in {kept}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
