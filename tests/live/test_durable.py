"""The tests of live sessions on durable_rules, in a process of their own."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
INSTALLED = importlib.util.find_spec("durable_rules_engine") is not None

if INSTALLED:

    @pytest.mark.slow
    def test_everything_holds_on_durable_rules() -> None:
        arguments = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(HERE)]
        done = subprocess.run(
            arguments,
            env=os.environ | {"NTM_LIVE_ENGINE": "durable"},
            cwd=HERE.parent.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,  # it can also loop for ever
        )
        assert done.returncode == 0, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert re.search(r"[5-9]\d passed", done.stdout)
        assert "skipped" not in done.stdout


def test_it_is_installed_where_it_can_be() -> None:
    """It cannot be imported from Python 3.13 on."""
    assert INSTALLED or sys.version_info >= (3, 13)
