"""The command line, called in this process; in one of its own where that is what a test is about."""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from unittest import mock

from click.testing import CliRunner, Result

from ntm_rules import Library
from ntm_rules.cli.app import commands

SETTINGS = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "PYTHONUTF8", "TTY_COMPATIBLE")
"""What somebody may have set who runs the tests, and what changes the output."""
PLAIN = {name: value for name, value in os.environ.items() if name not in SETTINGS}
STRICT = ("--on-bad", "raise")
NOTES = ("Ghi chú: ", "Note: ", "Cảnh báo: ", "Warning: ")
"""How what is told beside a result begins, on standard error."""
bundled = cache(Library.bundled)  # what one command has read the next need not read again


def invoke(*arguments: object, data: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
    """What becomes of a command; an exception that it does not handle fails the test."""
    runner = CliRunner(env={**dict.fromkeys(SETTINGS), **(env or {})})
    words = [str(word) for word in arguments]
    with mock.patch.object(Library, "bundled", bundled):
        return runner.invoke(commands, words, input=data, prog_name="ntm-rules", catch_exceptions=False)


def run(*arguments: object, code: int = 0, **env: str) -> str:
    """Standard output, or standard error where the exit code is 2; the code is checked."""
    done = invoke(*arguments, env=env)
    return said(done.exit_code, code, done.stdout, done.stderr)


def run_process(*arguments: object, code: int = 0, start: tuple[str, ...] = ("-m", "ntm_rules.cli"), **env: str) -> str:
    """The same in a process of its own, which *start* begins."""
    words = [sys.executable, *start, *map(str, arguments)]
    done = subprocess.run(words, env=PLAIN | env, capture_output=True, check=False)
    return said(done.returncode, code, done.stdout.decode(), done.stderr.decode())


def said(found: int, code: int, out: str, err: str) -> str:
    assert found == code, out + err
    assert "Traceback" not in err
    if code == 2:
        assert out == ""
        return without_notes(err)
    assert all(line.startswith(NOTES) for line in err.splitlines()), err
    return out


def without_notes(err: str) -> str:
    """What a command says on standard error beside what it noticed about the figures."""
    return "".join(line for line in err.splitlines(keepends=True) if not line.startswith(NOTES))
