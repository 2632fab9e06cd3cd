"""``import ntm_rules`` costs nothing: no file, no thread, no library that is not needed yet."""

import json
import subprocess
import sys
import typing

WATCH = """
import json, sys, threading
opened, loaded = [], set(sys.modules)
def hook(event, args):
    if event == "open":
        opened.append(str(args[0]))
sys.addaudithook(hook)
before = threading.active_count()
import ntm_rules
dir(ntm_rules), ntm_rules.__version__
modules = sorted(set(sys.modules) - loaded)
print(json.dumps({"opened": opened, "modules": modules, "threads": threading.active_count() - before}))
"""


def seen(code: str = WATCH) -> dict[str, typing.Any]:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(json.loads(run.stdout))


def test_import_opens_no_file_and_starts_no_thread() -> None:
    found = seen()
    own = [path for path in found["opened"] if not path.endswith((".py", ".pyc", ".so", ".pth", ".pyd"))]
    assert own == []
    assert found["threads"] == 0


def test_import_brings_no_library_along() -> None:
    roots = {name.partition(".")[0] for name in seen()["modules"]}
    assert not roots & {"yaml", "attr", "attrs", "cattrs", "babel", "click", "rich", "hypothesis", "pandas", "numpy"}
    assert [m for m in seen()["modules"] if m.startswith("ntm_rules.")] == ["ntm_rules._public", "ntm_rules._version"]


def test_every_public_name_is_there() -> None:
    import ntm_rules

    for name in ntm_rules.__all__:
        assert getattr(ntm_rules, name) is not None
    assert dir(ntm_rules) == sorted(ntm_rules.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    import pytest

    import ntm_rules

    with pytest.raises(AttributeError, match="asess"):
        ntm_rules.asess  # noqa: B018
