"""JSON Schemas of the file format, for editors: made from the tables of keys."""

from collections.abc import Mapping
from typing import assert_never

from ntm_rules.rules.keys.files import Format
from ntm_rules.rules.keys.kinds import Again, ByKey, Choice, Key, Keys, Kind, ListOf, OneOf, Plain, named

Schema = dict[str, object]


def json_schema(files: Format) -> Schema:
    """Return the JSON Schema (2020-12) of the files; it checks what can be told from one file alone."""
    roots = [_schema(keys) for keys in files.files.values()]
    definitions = named(files.files.values())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:ntm-rules:{files.name}:{files.version}",
        "title": f"ntm-rules {files.name}, version {files.version}",
        "description": _described(files),
        **(roots[0] if len(roots) == 1 else {"anyOf": roots}),
        "$defs": {name: _definition(definitions[name]) for name in sorted(definitions)},
    }


def _schema(kind: Kind) -> Schema:
    """Return the schema of a kind; a kind with a name is referred to."""
    match kind:
        case Plain():
            found: Schema = {"type": list(kind.types) if len(kind.types) > 1 else kind.types[0]}
            pattern = {"pattern": kind.pattern} if kind.pattern else {}
            return found | pattern | ({} if kind.least is None else {"minimum": kind.least})
        case Choice():
            return {"enum": [value for word in kind.words for value in _as_written(word)]}
        case ListOf():
            return {"type": "array", "items": _schema(kind.item), "minItems": 1}
        case ByKey():
            return {"type": "object", "additionalProperties": _schema(kind.value), "minProperties": 1}
        case OneOf() if not kind.name:
            return {"anyOf": [_schema(each) for each in kind.kinds]}
        case OneOf() | Keys() | Again():
            return {"$ref": f"#/$defs/{kind.name}"}
        case _:
            assert_never(kind)


def _definition(kind: Keys | OneOf) -> Schema:
    """Return the schema of what has a name.

    What it is, is a comment: a description here would hide from an editor what the key above it means.
    """
    if isinstance(kind, OneOf):
        return {"$comment": _described(kind), "anyOf": [_schema(each) for each in kind.kinds]}
    found: Schema = {
        "title": kind.name.replace("-", " "),
        "$comment": _described(kind),
        "type": "object",
        "properties": {key.name: {"description": _described(key), **_schema(key.kind)} for key in kind.keys},
        "additionalProperties": False,
    }
    if required := [key.name for key in kind.keys if key.required and not key.beside]:
        found["required"] = required
    if beside := _beside(kind.keys):
        found["dependentRequired"] = beside
    groups = [{"oneOf": [{"required": [name]} for name in group]} for group in kind.exactly_one]
    if groups:
        found |= groups[0] if len(groups) == 1 else {"allOf": groups}
    elif not required:
        found["minProperties"] = 1
    return found


def _beside(keys: tuple[Key, ...]) -> Mapping[str, list[str]]:
    """For each key the keys that have to be there with it."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if key.beside:
            found.setdefault(key.name, []).append(key.beside)
        if key.beside and key.required:
            found.setdefault(key.beside, []).append(key.name)
    return found


def _as_written(word: str) -> tuple[object, ...]:
    """Return a word as an editor may read it: without quotes `true` is a boolean and `2` a number."""
    if word in ("true", "false"):
        return word, word == "true"
    return (word, int(word)) if word.isdigit() else (word,)


def _described(of: Format | Key | Keys | OneOf) -> str:
    """Return what an editor shows: English first, as its own words are."""
    return f"{of.en}\n\n{of.vi}"
