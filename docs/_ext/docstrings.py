"""Docstrings of the package for autodoc: sections to field lists, and types to links."""

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

SECTIONS = {
    "Args:": "param",
    "Attributes:": "ivar",
    "Raises:": "raises",
    "Warns:": "warns",
    "Returns:": "returns",
    "Yields:": "yields",
}
WITHOUT_NAME = ("returns", "yields")
ENTRY = re.compile(r"    (?P<names>\w+(?:, \w+)*): (?P<text>.*)")
NOT_DOCUMENTED = (
    *("datetime.", "decimal.", "fractions.", "pathlib.", "collections.abc.", "enum.", "typing."),
    *("ntm_rules.model.conditions.", "ntm_rules.rules.folders.Listed", "ntm_rules.yaml.nodes."),
)


def process(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Replace the sections of a docstring by field lists."""
    lines[:] = list(with_fields(lines))


def with_fields(lines: list[str]) -> Iterator[str]:
    """The lines, `Args:`, `Raises:` and the like as fields; several names before a colon get a field each."""
    field = ""
    text: list[str] = []
    names: list[str] = []

    def flush() -> Iterator[str]:
        for one in names:
            yield f":{field}{one}: {' '.join(text)}"
        names.clear()
        text.clear()

    for line in lines:
        if line in SECTIONS:
            yield from flush()
            field = SECTIONS[line]
            names[:] = [""] if field in WITHOUT_NAME else []
            yield ""
        elif not field or (line and not line.startswith("    ")):
            yield from flush()
            field = ""
            yield line
        elif field not in WITHOUT_NAME and (entry := ENTRY.fullmatch(line)):
            yield from flush()
            names[:] = [f" {one}" for one in entry["names"].split(", ")]
            text[:] = [entry["text"]]
        elif line:
            text.append(line.strip())
    yield from flush()
    yield ""


def resolve(app: Sphinx, env: BuildEnvironment, node: Any, contnode: nodes.Node) -> nodes.Node | None:
    """A type named by its module, or by its bare name in a signature, as the documented name it is."""
    target = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py":
        return None
    objects = env.domains["py"].data["objects"]
    last = target.rpartition(".")[2]
    found = [name for name in objects if name.startswith("ntm_rules.") and name.rpartition(".")[2] == last]
    public = [name for name in found if name.count(".") == 1] or found
    if len(public) == 1:
        entry = objects[public[0]]
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contnode, public[0])
    return contnode if target.startswith(NOT_DOCUMENTED) else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the handlers."""
    app.connect("autodoc-process-docstring", process)
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
