"""One fold, many algebras: a word of the rule language that is new is missed in every one of them."""

import importlib
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ntm_rules
from ntm_rules.model.fold import Conditions

SOURCE = Path(ntm_rules.__file__).parent
ROOT = SOURCE.parents[1]
NODE = '''@frozen
class ExactlyOne:
    """Met when one member is and no other."""

    members: "tuple[Condition, ...]"
    part: str | None = None
    title: Text | None = None


Condition = ExactlyOne | '''
CASE = """            case ExactlyOne():
                return self.exactly_one([self.condition(member, here) for member in node.members])
"""
METHOD = '''    @abstractmethod
    def exactly_one(self, members: Sequence[V]) -> V:
        """Return what is met when one member is."""

'''
SHAPES = ("model/walk.py", "model/rewrite.py", "words/sheet.py", "difference/sides.py", "rules/compose/looser.py")
"""What looks at the shape of a condition only."""


def algebras() -> set[str]:
    """Return the names of the classes that fill the fold."""
    for module in pkgutil.walk_packages([str(SOURCE)], "ntm_rules."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: list[type] = [Conditions]
    for each in found:  # which grows meanwhile
        found += each.__subclasses__()
    return {each.__name__ for each in found if not getattr(each, "__abstractmethods__", None)}


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="an installed package has no sources to copy")
def test_a_new_word_is_missed_in_every_algebra(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    copied = tmp_path / "src" / "ntm_rules"
    shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    replace(copied / "model" / "conditions.py", "Condition = ", NODE)
    said = errors(tmp_path)
    assert {name for name in ("model/fold.py", *SHAPES) if name not in said} == set()
    fold = copied / "model" / "fold.py"
    replace(fold, "            case Open():\n", f"{CASE}            case Open():\n")
    replace(fold, "    @abstractmethod\n    def all(", f"{METHOD}    @abstractmethod\n    def all(")
    replace(fold, "    Derived,\n", "    Derived,\n    ExactlyOne,\n")
    said = errors(tmp_path)
    known = algebras()
    assert {"Compiler", "Explainer", "SymbolicRuleset", "FrameCompiler"} < known
    assert {name for name in known if not re.search(rf"\b{name}\b.*exactly_one", said)} == set()


def replace(path: Path, old: str, new: str) -> None:
    """Change a text that stands once in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def errors(folder: Path) -> str:
    """Return what the type checker says of the sources in a folder."""
    command = [sys.executable, "-m", "mypy", "src", "--cache-dir", str(folder / "cache"), "--no-error-summary"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout
