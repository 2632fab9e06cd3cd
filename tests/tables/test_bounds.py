"""Memory: no file of 4 MB takes more than 1 GB, whatever it is and whoever reads it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tables.bombs import BOMBS, SIZE

BOUND = 2**30
LAW = ("--tier", "commune/ntm", "--on", "2024-07-02", "--province", "lang-son")
DOORS = {
    "read": "for row in ntm.tables.read(path, ntm.Library.bundled().facts, keep=keep): pass",
    "csv": "main(['assess', path, *law, '--format', 'csv', '--no-reasons', *kept, '--out', out + '.csv'])",
    "words": "main(['assess', path, *law, '--format', 'jsonl', *kept, '--out', out + '.jsonl'])",
    "parquet": "main(['assess', path, *law, *kept, '--out', out + '.parquet'])",
    "progress": "main(['progress', path, *law, '--format', 'json', '--out', out + '.json'])",
}
SCRIPT = """
import json, resource, sys, warnings
resource.setrlimit(resource.RLIMIT_AS, (2**32, resource.getrlimit(resource.RLIMIT_AS)[1]))
warnings.simplefilter("ignore")
import ntm_rules as ntm
from ntm_rules.cli.app import commands
def main(arguments):
    code = commands(arguments, standalone_mode=False)
    if code:
        raise SystemExit(code)
path, out, law, keep = json.loads(sys.argv[1])
kept = [part for name in keep for part in ("--keep", name)]
ended = "read"
try:
    {door}
except SystemExit as end:
    ended = f"exit {{end.code}}"
except ntm.NtmRulesError as error:
    ended = f"refused: {{str(error)[:300]}}"
status = open("/proc/self/status").read()  # what getrusage says is at least what the parent had
print(json.dumps([ended, int(status.split("VmHWM:")[1].split()[0]) * 1024]))
"""


def read(door: str, path: Path, out: Path) -> tuple[str, int]:
    """How it ended, and the most memory that it took."""
    keep = ["kept"] if path.suffix == ".parquet" and b"kept" in path.read_bytes() else []
    given = json.dumps([str(path), str(out), LAW, keep])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(door=DOORS[door]), given], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    ended, memory = json.loads(done.stdout.splitlines()[-1])
    return ended, memory


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_no_file_takes_more_than_a_gigabyte(tmp_path: Path, name: str) -> None:
    path = BOMBS[name](tmp_path)
    assert path.stat().st_blocks * 512 <= SIZE + 2**16
    doors = [door for door in DOORS if door != "words" or "many_" not in name]  # a millisecond a unit
    found = {door: read(door, path, tmp_path / "out") for door in doors}
    print(name, {door: (ended[:60], memory // 2**20) for door, (ended, memory) in found.items()})
    assert {door: memory for door, (_, memory) in found.items() if memory > BOUND} == {}
