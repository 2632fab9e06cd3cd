"""What the project says about itself: the front door, the two READMEs, the version."""

import datetime as dt
import importlib
import inspect
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import ntm_rules as ntm
from ntm_rules.model.walk import cells

ROOT = Path(__file__).resolve().parent.parent
BLOCKS = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_importing_loads_no_dependency() -> None:
    heavy = ("attr", "babel", "cattrs", "click", "yaml", "json", "decimal")
    code = f"import sys, ntm_rules; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ntm.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(ntm, name) is not None
    assert name in dir(ntm)


def test_every_public_name_is_documented() -> None:
    page = read("docs/reference/api.md")
    documented = re.findall(r"(?:auto\w+|py:module):: ntm_rules\.([\w.]+)$", page, re.MULTILINE)
    public = {name: getattr(ntm, name) for name in ntm.__all__ if name != "__version__"}
    spaces = {name: space for name, space in public.items() if inspect.ismodule(space)}
    names = [
        f"{name}.{n}" for name, space in spaces.items() for n in space.__all__ if getattr(space, n) is not public.get(n)
    ]
    assert sorted(documented) == sorted((*public, *names))


@pytest.mark.parametrize("name", [name for name in ntm.__all__ if inspect.ismodule(getattr(ntm, name))])
def test_every_type_of_a_namespace_shows_its_public_path(name: str) -> None:
    """In tracebacks and pickles, whatever was imported before."""
    space = getattr(ntm, name)
    for each in space.__all__:
        found = getattr(space, each)
        if isinstance(found, type):
            assert getattr(importlib.import_module(found.__module__), each) is found
            assert found.__module__ in ("ntm_rules", f"ntm_rules.{name}", "ntm_rules.law")


def test_the_readmes_show_the_same() -> None:
    english, vietnamese = BLOCKS.findall(read("README.md")), BLOCKS.findall(read("README.vi.md"))
    assert english == vietnamese


@pytest.mark.parametrize("command", ["bin/ntm-rules assess", "bin/python -m pytest"])
def test_the_gate_finds_the_commands_of_the_readme(command: str) -> None:
    assert f"'{command}'" in read(".ci/run")
    assert sum(command in line for line in read("README.md").splitlines()) == 1


def test_the_changelog_begins_with_the_version() -> None:
    first = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert first is not None
    assert first[1] == ntm.__version__
    assert f'__version__ = "{ntm.__version__}"' in read("src/ntm_rules/_version.py")


def test_only_these_national_thresholds_are_official_as_the_readme_says() -> None:
    """Who makes another cell official changes the sentence in both READMEs, docs/index and docs/rulesets."""
    library = ntm.Library.bundled()
    found = {}
    for target, period in library.rulesets():
        ruleset = library.compose(target, on=dt.date(int(period[-4:]), 12, 31), period=period)
        official = [ref.address for ref in cells(ruleset) if ref.cell.level == "official" and ref.role != "derive"]
        if official:
            found[target, period] = official
    assert found == {
        ("commune/withdrawal", "2021-2025"): ["D.1", "D.1k", "D.2"],
        ("district/ntm", "2021-2025"): ["DK.1", "DK.2", "DK.3", "DK.4a", "DK.4b", "9.5"],
        ("district/recognition", "2021-2025"): ["B.2"],
        ("district/withdrawal", "2021-2025"): ["E.1", "E.2", "E.2k", "E.3"],
        ("province/completed", "2021-2025"): ["1", "2", "3", "4", "5"],
    }
    assert "No threshold has been read in the official annexes" in read("README.md").replace("\n", " ")


def public_functions() -> typing.Iterator[tuple[str, typing.Callable[..., object]]]:
    """Functions of the front door and the namespaces, and the methods of their classes; attrs writes constructors."""
    spaces = [ntm, *(space for name in ntm.__all__ if inspect.ismodule(space := getattr(ntm, name)))]
    for space in spaces:
        for name in space.__all__:
            found = getattr(space, name)
            if inspect.isfunction(found):
                yield f"{space.__name__}.{name}", found
            for part, method in vars(found).items() if isinstance(found, type) else ():
                plain = method.__func__ if isinstance(method, classmethod) else method
                if inspect.isfunction(plain) and not part.startswith("_"):
                    yield f"{space.__name__}.{name}.{part}", plain


@pytest.mark.parametrize(
    ("parameter", "meaning"),
    [
        ("facts", r"\bMapping\[str, "),  # of one unit, by id
        ("unit", r"^str\b"),  # its name or code
        ("units", r"^object$"),  # a table of units
        ("library", r"\bLibrary( \| None)?$"),
        ("on", r"\bdate\b"),  # the day that picks the law
    ],
)
def test_a_parameter_means_one_thing_everywhere(parameter: str, meaning: str) -> None:
    seen = 0
    for name, function in public_functions():
        if parameter in (found := inspect.signature(function).parameters):
            kind = found[parameter].annotation
            assert re.search(meaning, kind if isinstance(kind, str) else inspect.formatannotation(kind)), name
            seen += 1
    assert seen
