"""The conformance cases as they stand in the files."""

import json
import typing
from pathlib import Path

HERE = Path(__file__).parent
Json = dict[str, typing.Any]


def cases(file: str = "*") -> dict[str, Json]:
    """Every case, or those of one file, under ``file/name``."""
    found: dict[str, Json] = {}
    for path in sorted(HERE.glob(f"{file}.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                case = json.loads(line)
                found[f"{path.stem}/{case['name']}"] = case
    return found
