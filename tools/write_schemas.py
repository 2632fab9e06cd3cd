"""Write the JSON Schemas of the file format from the tables of keys. A test fails where they are out of date."""

import json
from pathlib import Path

from ntm_rules.rules.keys.files import FORMATS
from ntm_rules.rules.keys.schema import json_schema

FOLDER = Path(__file__).resolve().parent.parent / "src" / "ntm_rules" / "schemas"
WIDTH = 120


def main() -> None:
    """Write the files."""
    for path, text in schemas().items():
        path.write_text(text, encoding="utf-8")


def schemas() -> dict[Path, str]:
    """Return the text of every schema, by its file."""
    return {FOLDER / f"{each.name}-{each.version}.json": laid_out(json_schema(each)) + "\n" for each in FORMATS}


def laid_out(value: object, indent: int = 0) -> str:
    """JSON with a line for each key of the format: what is short or holds no other object is not broken."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(line) < WIDTH or '{"' not in line[1:]:
        return line
    inner, end = "\n" + " " * (indent + 1), "\n" + " " * indent
    if isinstance(value, list):
        return f"[{','.join(inner + laid_out(each, indent + 1) for each in value)}{end}]"
    members = (f"{inner}{json.dumps(name)}: {laid_out(each, indent + 1)}" for name, each in value.items())
    return f"{{{','.join(members)}{end}}}"


if __name__ == "__main__":
    main()
