"""LibreOffice, driven from outside by the Python that has its bridge: where Debian puts ``python3-uno``."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from frames.servers import absent

SCRIPT = Path(__file__).with_name("libreoffice_fill.py")
QUESTION = "import importlib.util, sys; sys.exit(importlib.util.find_spec('uno') is None)"
HINT = "`apt-get install libreoffice-calc python3-uno` brings it"


def fill(path: Path, sheets: Mapping[str, Mapping[str, object]]) -> None:
    """Fill in cells of a workbook, and save it."""
    office = shutil.which("soffice") or absent("LibreOffice", HINT)
    words = [bridged(), str(SCRIPT), office, str(path)]
    subprocess.run(words, input=json.dumps(sheets).encode(), check=True, capture_output=True, timeout=300)


def bridged() -> str:
    """The first Python that can talk to LibreOffice."""
    asked = ((python, subprocess.call([python, "-c", QUESTION])) for python in (sys.executable, "/usr/bin/python3"))
    return next((python for python, missing in asked if not missing), None) or absent("a Python with `uno`", HINT)
