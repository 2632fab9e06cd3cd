"""The tests of live sessions run twice: here on plain Python, and on durable_rules in a process of their own.

durable_rules can kill its process; `test_durable.py` starts that second run and reports it as one test.
"""

import pytest

from live.machine import ENGINE

collect_ignore = ["test_durable.py"] if ENGINE == "durable" else ["test_pitfalls.py"]


@pytest.fixture
def engine() -> str:
    """The engine of this run."""
    return ENGINE
