"""The rooms of the package and their contract, drawn from what the import linter holds the code to."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from ntm_tables import literal, table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "ntm_rules"


class Rooms(SphinxDirective):
    """Every room with its layer, the highest first, and the first sentence of its docstring."""

    def run(self) -> list[nodes.Node]:
        """The name of the contract, then the table."""
        self.env.note_dependency(str(ROOT / "pyproject.toml"))
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        (contract,) = settings["tool"]["importlinter"]["contracts"]
        name = nodes.paragraph("", "", nodes.emphasis(contract["name"], contract["name"]), nodes.Text("."))
        return [name, table(("layer", "room", "what it is for"), _rows(contract["layers"]), (8, 16, 76))]


def _rows(layers: list[str]) -> Iterator[tuple[list[nodes.Node], ...]]:
    """A row for each room; the rooms of one layer do not know each other."""
    for height, layer in zip(range(len(layers), 0, -1), layers, strict=True):
        for room in layer.split(" | "):
            yield [nodes.Text(str(height))], [literal(room)], [nodes.Text(_sentence(room))]


def _sentence(room: str) -> str:
    """The first line of the docstring of a room, which is a package or a single module."""
    path = PACKAGE / room / "__init__.py"
    source = path if path.exists() else PACKAGE / f"{room}.py"
    found = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return found.partition("\n")[0].replace("``", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("rooms", Rooms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
