"""The rows of the sources, and what the two mapping files say about them."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One row of a source; `line` counts the header as 1."""

    file: str
    line: int
    data: tuple[tuple[str, str], ...]

    def __getitem__(self, column: str) -> str:
        return dict(self.data).get(column, "")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def region(self) -> str:
        return self["region"] or self["area"]

    @property
    def confidence(self) -> str:
        found = re.search(r"conf=(high|medium|low)|\b(high|medium|low)(-medium)? confidence", self["note"].lower())
        return (found[1] or found[2]) if found else "low"


@cache
def rows() -> tuple[Row, ...]:
    found = []
    for path in sorted(HERE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [Row(path.name, line, tuple(data.items())) for line, data in enumerate(csv.DictReader(file), 2)]
    return tuple(found)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


MAPPING = read(HERE / "cells.yaml")
NOT_CELLS = read(HERE / "not-cells.yaml")


def agrees(row: Row, where: Mapping[str, Any]) -> bool:
    for column, wanted in where.items():
        assert column in dict(row.data), f"{row.file} has no column {column}"
        text = row[column]
        match wanted:
            case {"starts": start}:
                same = text.startswith(start)
            case list():
                same = text in wanted
            case _:
                same = text == wanted
        if not same:
            return False
    return True


def chosen(entry: Mapping[str, Any], among: Iterable[Row] | None = None) -> list[Row]:
    pool = (r for r in rows() if r.file == entry["file"]) if among is None else among
    return [r for r in pool if agrees(r, entry.get("where", {}))]


@cache
def elsewhere() -> frozenset[Row]:
    """Rows that are no cell, or a layer."""
    return frozenset(row for entry in (*NOT_CELLS, *MAPPING["layers"]) for row in chosen(entry))


def own_rows(entry: Mapping[str, Any]) -> list[Row]:
    """The rows of a set, without those that only a guard rests on."""
    mine = [row for row in chosen(entry) if row not in elsewhere()]
    guarded = {row for guard in entry.get("guards", ()) if "derived" in guard for row in chosen(guard, mine)}
    return [row for row in mine if row not in guarded or not guard_only(row)]


def guard_only(row: Row) -> bool:
    """True for a row that chooses (an area, a group, a column) and requires nothing itself."""
    return row["kind"] == "area_def" or row["criterion_no"] in ("0", "*")
