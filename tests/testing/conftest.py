"""What the tests of laws share."""

import datetime as dt

import pytest
from attrs import evolve

from ntm_rules import Library, Ruleset


@pytest.fixture
def country(fiction: Library) -> Ruleset:
    """The largest made-up set, not compiled yet."""
    return evolve(fiction.compose("commune/ntm", on=dt.date(2024, 7, 2)))
