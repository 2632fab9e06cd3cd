"""The machine over generated rulesets, the made-up country and bundled sets."""

import datetime as dt
import functools
import typing

from hypothesis import settings
from hypothesis import strategies as st

from fiction.communes import FOLDER
from live.machine import machine
from ntm_rules import Library, Ruleset
from property.strategies import rulesets

EXAMPLES = settings().max_examples
LEVELS = st.sampled_from((None, None, None, "secondary", "official"))
FICTION = (
    ("commune/ntm", "2024-07-02", None),
    ("commune/ntm", "2025-07-02", "gia-trung"),
    ("commune/nang-cao", "2024-07-02", "gia-nam"),
    ("commune/kieu-mau", "2024-07-02", "gia-bac"),
    ("commune/lua-chon", "2024-07-02", None),
    ("commune/cham-diem", "2024-07-02", None),
)
BUNDLED = (
    ("commune/ntm", "2019-06-01", None),
    ("commune/ntm", "2024-07-02", "lang-son"),
    ("commune/kieu-mau", "2024-07-02", None),
    ("commune/ntm", "2026-03-01", None),
)


@functools.cache
def sets(bundled: bool) -> tuple[Ruleset, ...]:
    library = Library.bundled() if bundled else Library.load(FOLDER, bundled=False)
    return tuple(
        library.compose(name, on=dt.date.fromisoformat(on), province=province)
        for name, on, province in (BUNDLED if bundled else FICTION)
    )


def with_a_floor(data: typing.Any, ruleset: Ruleset) -> Ruleset:
    level = data.draw(LEVELS)
    return ruleset if level is None else ruleset.with_minimum_evidence(level)


TestGenerated = machine(lambda data: with_a_floor(data, data.draw(rulesets())), EXAMPLES * 4)
TestInTheMadeUpCountry = machine(
    lambda data: with_a_floor(data, sets(bundled=False)[data.draw(st.integers(0, len(FICTION) - 1))]),
    EXAMPLES,
)
TestInBundledSets = machine(
    lambda data: with_a_floor(data, sets(bundled=True)[data.draw(st.integers(0, len(BUNDLED) - 1))]),
    EXAMPLES,
)
