"""The content hash of every bundled set, on its first day and after each layer; equal on every machine.

python tests/unit/test_golden.py      writes the file anew, after a change of the law that is meant
"""

import datetime as dt
import json
from pathlib import Path

from ntm_rules import Library
from ntm_rules.check.compositions import sets

GOLDEN = Path(__file__).parents[1] / "golden" / "hashes.json"


def days(library: Library, name: str, period: str, province: str | None) -> list[dt.date]:
    """The days on which the set begins or a layer of it does; of a province its overlays, or its own set."""
    last_day = dt.date(int(period[5:]), 12, 31)
    if province is not None:
        version = library.registry.latest(province, last_day)
        last_day = min(last_day, version.end) if version.end else last_day
    ruleset = library.compose(name, on=last_day, period=period, province=province)
    starts = sorted({layer.start for layer in ruleset.layers if layer.kind.value not in ("caller", "unknown")})
    if province is not None and ruleset.layers[0].kind.value == "base":
        starts = [x.start for x in ruleset.layers if x.kind.value == "overlay"]
    return sorted({min(day, last_day) for day in starts})


def hashes(library: Library) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, period, province in sets(library):
        for on in days(library, name, period, province):
            ruleset = library.compose(name, on=on, period=period, province=province)
            key = f"{name} {period} {province or '-'} {on}"
            found[key] = ruleset.content_hash
    return dict(sorted(found.items()))


def test_hashes_of_the_bundled_sets(bundled: Library) -> None:
    """A change here is a change of the law as data: it belongs in rulesets/CHANGELOG.md."""
    assert hashes(bundled) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_hash_is_worked_out_from_the_canonical_text(bundled: Library) -> None:
    import hashlib

    from ntm_rules.model.canonical import canonical_text

    ruleset = bundled.compose("commune/ntm", on=dt.date(2024, 7, 2))
    text = canonical_text(ruleset)
    assert ruleset.content_hash == "ntm1:" + hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False, separators=(",", ":")) == text
    for word in ("title", "note", "source", "https:"):
        assert f'"{word}' not in text


def test_hashes_are_the_same_under_another_hash_seed() -> None:
    import os
    import subprocess
    import sys

    code = (
        "import datetime as dt, ntm_rules as ntm; library = ntm.Library.bundled();"
        "print(library.compose('commune/kieu-mau', on=dt.date(2024, 7, 2), province='lang-son').content_hash)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(seen) == 1


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(hashes(Library.bundled()), indent=1) + "\n", encoding="utf-8")
