"""A few faults of each kind are found by what has to find them; `nox -s faults` seeds some hundreds."""

import importlib.util
import random
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("seed_faults", ROOT / "tools" / "seed_faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["seed_faults"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_a_few_of_each_kind(tool: ModuleType) -> None:
    results = tool.seed(20, 7)
    assert {fault.kind for fault, _, _ in results} == set(tool.DEMANDED)
    assert [str(f) for f, by, _ in results if by not in tool.DEMANDED[f.kind]] == []


@pytest.mark.slow
def test_what_is_no_fault_is_not_found(tool: ModuleType, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "rulesets", tmp_path / "rulesets"))
    detectors = tool.Detectors(folder)
    assert [d() for d in (detectors.reading, detectors.lint, detectors.tables, detectors.cases)] == ["", "", "", ""]


def test_there_are_enough_of_each_kind(tool: ModuleType) -> None:
    found = tool.faults(ROOT / "rulesets")
    assert found.keys() == tool.DEMANDED.keys()
    assert sum(map(len, found.values())) > 1000
    few = tool.chosen(found, 200, random.Random(1))
    assert len(few) == len(set(few)) == 200
