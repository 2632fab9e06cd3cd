"""The hook of hatch: no wheel and no editable installation without the catalogues."""

import runpy
import typing
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[typing.Any]):
    """Builds the catalogues in place; `artifacts` in pyproject.toml takes them along although git ignores them."""

    def initialize(self, version: str, build_data: dict[str, typing.Any]) -> None:
        """Before the files of the wheel are gathered."""
        runpy.run_path(str(Path(self.root, "tools", "catalogues.py")), run_name="__main__")
