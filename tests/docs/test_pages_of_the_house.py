"""The pages for those who change the code: what they name is there."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "ntm_rules"
EXPLANATION = ROOT / "docs" / "explanation"
ARCHITECTURE, LANGUAGE = EXPLANATION / "architecture.md", EXPLANATION / "language.md"
PAGES = (ARCHITECTURE, LANGUAGE, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md")
# a file, or a folder with a slash at its end; what holds a <placeholder> is none
PATH = re.compile(r"`((?:[\w.-]+/)+|(?:[\w.-]+/)*[\w.-]+\.(?:py|yaml|yml|toml|po|md|json|csv|cfg))`")
# `file`: `name`, `name` and the names in brackets after a file
STEP = re.compile(r"`([\w./-]+\.py)`(?:: | \()((?:`[\w.]+`(?:, )?)+)")


def found(path: str) -> Path | None:
    """Where a path of the page lies: from the top of the checkout, or below the package."""
    return next((base / path for base in (ROOT, PACKAGE) if (base / path).exists()), None)


def names_of(path: Path) -> Iterator[str]:
    """What a module defines: functions, classes with their methods and attributes, values."""

    def within(body: list[ast.stmt], before: str = "") -> Iterator[str]:
        for node in body:
            match node:
                case ast.FunctionDef(name=name):
                    yield before + name
                    yield from (
                        f"{before}{part.attr}"
                        for part in ast.walk(node)
                        if before and isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
                    )
                case ast.ClassDef(name=name, body=inner):
                    yield before + name
                    yield from within(inner, f"{before}{name}.")
                case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                    yield before + name
                case _:
                    pass

    return within(ast.parse(path.read_text(encoding="utf-8")).body)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_is_there(page: Path) -> None:
    paths = dict.fromkeys(PATH.findall(page.read_text(encoding="utf-8")))
    assert paths
    assert [path for path in paths if found(path) is None] == []


def test_every_step_is_there() -> None:
    text = ARCHITECTURE.read_text(encoding="utf-8")
    steps = [(path, name) for path, names in STEP.findall(text) for name in re.findall(r"`([\w.]+)`", names)]
    assert len(steps) > 60
    known = {path: set(names_of(file)) for path, _ in steps if (file := found(path)) is not None}
    assert [step for step in steps if step[1] not in known.get(step[0], ())] == []
    methods = re.findall(r"`([A-Z][a-z]\w*\.[a-z_]\w+)`", text)
    assert [method for method in methods if not any(method in names for names in known.values())] == []


def test_the_sentences_of_the_language_guide_are_those_of_the_catalogues() -> None:
    rows = re.findall(
        r"^\| `([\w.-]+)` \| .+ \| (.+) \| .+ \| (.+) \|$", LANGUAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == 10
    for lang, place in (("en", 1), ("vi", 2)):
        with (PACKAGE / "messages" / "locale" / lang / "LC_MESSAGES" / "ntm_rules.po").open("rb") as file:
            catalogue = read_po(file, locale=lang)
        assert [row[place] for row in rows] == [catalogue[row[0]].string for row in rows]


def test_every_room_is_in_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    layers = {room for layer in contract["layers"] for room in layer.split(" | ")}
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert layers == rooms | modules
    assert contract["type"] == "layers"
    assert "```{rooms}\n```" in ARCHITECTURE.read_text(encoding="utf-8")
