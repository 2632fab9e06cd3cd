"""What all tests share: profiles of hypothesis, and the two libraries."""

import os
import runpy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from fiction.communes import FOLDER
from frames.servers import postgres as postgres
from frames.servers import spark as spark
from ntm_rules import Library

# What the tests read are the words of the checkout as they are now.
runpy.run_path(str(Path(__file__).parent.parent / "tools" / "catalogues.py"), run_name="__main__")

COMMON = settings(
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", COMMON, max_examples=15)
settings.register_profile("strong", COMMON, max_examples=200)
settings.register_profile("full", COMMON, max_examples=3000)
# For looking whether a test notices a change of the engine: no time is spent on small examples.
settings.register_profile("mutate", COMMON, max_examples=60, phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a server is slow, and left to one worker: a run starts one of each."""
    for item in items:
        for server in {"postgres", "spark"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group(server))


@pytest.fixture(scope="session")
def bundled() -> Library:
    """The rulesets that come with the package."""
    return Library.bundled()


@pytest.fixture(scope="session")
def fiction() -> Library:
    """The made-up country."""
    return Library.load(FOLDER, bundled=False)
