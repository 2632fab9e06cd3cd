"""The page of diagnostics lists every code of the source, and no other."""

import re
from pathlib import Path

import ntm_rules

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "diagnostics.md"
LITERAL = re.compile(r'"([a-z]+\.[a-z_]+|direction)(?:/[a-z_]+)?"')
PHRASES = re.compile(
    r"(?:kind|what|hint|looser|expected|engine|place|holds|argument|usage|change|output|session|durable|error|words|sheet|levels"
    r"|diff|marked|units|frames|report|cli|check|allowed|proofs|case|law|plugin|sense)\."
)
OF_THIS_KIND = ("Diagnostic(", "Diagnostic.of(", "placed(", "error(", "unknown(", "problem(", "note(", "fail(")


def codes_of_source() -> set[str]:
    homes = set(ntm_rules._HOMES.values())
    found = set()
    for path in (ROOT / "src" / "ntm_rules").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if any(call in text for call in OF_THIS_KIND):
            found |= {code for code in LITERAL.findall(text) if not PHRASES.match(code)} - homes
    return found | {"canonical"}


def test_every_code_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert codes_of_source() == set(rows)
