"""What there is to be composed: every day a layer begins, of a province from its own first day on."""

from pathlib import Path

from ntm_rules.check.compositions import compositions
from unit.small import amendment, load, overlay

PENDING = 'set_pending: "2.1"'


def listed(folder: Path, **files: str) -> list[str]:
    found = map(str, compositions(load(folder, **files)))
    return [name for name in found if name.startswith("commune/ntm")]


def test_a_province_begins_with_its_own_first_layer(tmp_path: Path) -> None:
    """Also where that is a day of the nation: here the first of two, the other one is the province's alone."""
    found = listed(
        tmp_path,
        a_yaml=amendment("3/QD", "2023-01-01", 'set_pending: "2.3a"'),
        b_yaml=amendment("4/QD", "2024-02-01", 'set_pending: "2.3b"'),
        c_yaml=overlay("bac", "1/QD", "2023-01-01", PENDING),
        d_yaml=overlay("bac", "2/QD", "2023-06-01", PENDING),
    )
    assert found == [
        "commune/ntm/2021-2025/2022-03-08",
        "commune/ntm/2021-2025/2023-01-01",
        "commune/ntm/2021-2025/2024-02-01",
        "commune/ntm/2021-2025/bac/2023-01-01",
        "commune/ntm/2021-2025/bac/2023-06-01",
        "commune/ntm/2021-2025/bac/2024-02-01",
    ]


def test_a_province_ends(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        a_yaml=amendment("3/QD", "2025-08-01", 'set_pending: "2.3a"'),
        c_yaml=overlay("cu", "1/QD", "2021-01-01", PENDING),
    )
    assert [name for name in found if "/cu/" in name] == ["commune/ntm/2021-2025/cu/2022-03-08"]
