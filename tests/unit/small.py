"""A tiny country of rule files as texts, for tests that change one line and see what is said."""

import typing
from collections.abc import Mapping
from pathlib import Path

from ntm_rules import Library, RulesetError
from ntm_rules.messages import Diagnostic
from vietnamese import english

MEASURES = """\
measures:
  percent: {vi: "%", en: "%"}
  million: {vi: triệu xu, en: million xu}
"""

FACTS = """\
level: commune
facts:
  clean_water_share:
    title: {vi: Nước sạch, en: Clean water}
    type: percent
    decimals: 2
    direction: more
    ratio: {part: water_households, whole: households}
  water_households: {title: {vi: Hộ có nước, en: With water}, type: count, unit: million}
  households: {title: {vi: Hộ, en: Households}, type: count, unit: million}
  income: {title: {vi: Thu nhập, en: Income}, type: number, unit: million, minimum: "0", decimals: 1}
  wages: {title: {vi: Lương, en: Wages}, type: number, unit: million, minimum: "0", maximum: "90"}
  planned: {title: {vi: Quy hoạch, en: Planned}, type: boolean}
  recognised: {title: {vi: Công nhận, en: Recognised}, type: boolean}
  literacy: {title: {vi: Xóa mù chữ, en: Literacy}, type: ordinal, levels: ["0", "1", "2"]}
  area: {title: {vi: Khu vực, en: Area}, type: ordinal, levels: [I, II, III]}
  region: {title: {vi: Vùng, en: Region}, type: category, values: [NUI, BIEN]}
"""

PROVINCES = """\
regions: {NUI: {vi: Núi, en: Hills}, BIEN: {vi: Biển, en: Coast}}
provinces:
  - {id: bac, title: {vi: Bắc, en: North}, region: NUI}
  - {id: nam, title: {vi: Nam, en: South}, region: BIEN}
  - {id: cu, title: {vi: Cũ, en: Old}, region: BIEN, to: 2025-06-30, successor: bac}
  - {id: an, title: {vi: Ẩn, en: Hidden}, region: NUI, overlay: unknown}
  - {id: gop, title: {vi: Gộp, en: Merged}, from: 2025-07-01, merged_from: [bac, nam]}
"""

BASE = """\
ruleset: commune/ntm
period: 2021-2025
title: {vi: Bộ mẫu, en: Sample set}
instrument: {issuer: xu-mau, number: 1/QD, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
sources: {bao: "https://example.org/bao"}
derive:
  column:
    case:
      - when: {fact: planned, equals: "false", evidence: official}
        then: NUI
    else: {fact: region}
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1.1"
        title: {vi: Nước, en: Water}
        require: {fact: clean_water_share, at_least: "80", evidence: official}
      - no: "1.2"
        title: {vi: Thu nhập, en: Income}
        require:
          fact: income
          at_least: {by: [column, year], cells: {NUI: {"2024": "40", "2025": "43"}, BIEN: {"2024": "45"}}}
          evidence: official
  - no: "2"
    title: {vi: Hai, en: Two}
    indicators:
      - no: "2.1"
        title: {vi: Quy hoạch, en: Plan}
        require: {fact: planned, equals: "true", evidence: official}
      - no: "2.2"
        title: {vi: Chữ, en: Letters}
        require: {fact: literacy, level_at_least: "1", evidence: recalled, confidence: low}
      - no: "2.3"
        title: {vi: Lương, en: Wages}
        require:
          all:
            - {fact: wages, at_least: "10", part: a, evidence: official}
            - {fact: wages, at_most: "80", part: b, evidence: secondary, source: bao}
      - no: "2.4"
        title: {vi: Khác, en: Other}
        require: {fact: wages, more_than: pending}
"""

OTHER = """\
ruleset: commune/khac
period: 2021-2025
instrument: {issuer: xu-mau, number: 2/QD, date: 2022-03-08}
in_force: {from: 2022-03-08, to: 2025-12-31}
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1"
        title: {vi: Trước, en: Before}
        require: {meets: commune/ntm, by: act, recognised: recognised, evidence: official}
      - no: "2"
        title: {vi: Thu nhập, en: Income}
        require: {fact: income, at_least: {times: {value: "1.1", evidence: official}, of: "commune/ntm#1.2"}}
"""

FILES: dict[str, str] = {
    "measures.yaml": MEASURES,
    "facts.yaml": FACTS,
    "provinces.yaml": PROVINCES,
    "ntm.yaml": BASE,
    "khac.yaml": OTHER,
}


def layer(kind: str, head: str, *operations: str) -> str:
    """A layer on ``commune/ntm`` of 2021-2025."""
    lines = "".join(f"  - {operation}\n" for operation in operations)
    return f"{kind}: commune/ntm\nperiod: 2021-2025\n{head}\n" + (f"operations:\n{lines}" if operations else "")


def overlay(province: str, number: str, date: str, *operations: str, more: str = "") -> str:
    """A province's overlay."""
    head = f"province: {province}\ninstrument: {{issuer: {province}, number: {number}, date: {date}}}\n{more}"
    return layer("overlay", head, *operations)


def amendment(number: str, date: str, *operations: str, more: str = "", issuer: str = "xu-mau") -> str:
    """An amendment."""
    return layer("amends", f"instrument: {{issuer: {issuer}, number: {number}, date: {date}}}\n{more}", *operations)


def head(ruleset: str, number: int) -> str:
    """The beginning of a national set of 2021-2025."""
    return f"""\
ruleset: {ruleset}
period: 2021-2025
title: {{vi: Bộ {ruleset}, en: Set {ruleset}}}
instrument: {{issuer: xu-mau, number: {number}/QD, date: 2022-03-08}}
in_force: {{from: 2022-03-08, to: 2025-12-31}}
"""


def written(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The tiny country with some files changed or added, written to a folder."""
    return put(folder, {**FILES, **files})


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files written to a folder, which is made where there is none."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def load(folder: Path, **files: str | bytes) -> Library:
    """The tiny country with some files changed or added; ``x_yaml`` stands for ``x.yaml``."""
    return Library.load(written(folder, {n.replace("_yaml", ".yaml"): t for n, t in files.items()}), bundled=False)


def problems(folder: Path, **files: str | bytes) -> tuple[Diagnostic, ...]:
    """What is wrong with the files, each of it said in both languages."""
    try:
        load(folder, **files)
    except RulesetError as error:
        for found in error.diagnostics:
            vietnamese(found)
        return error.diagnostics
    return ()


def is_told(folder: Path, files: Mapping[str, str], code: str, message: str, hint: str) -> None:
    """Assert that a problem is told of, at a line, in words of its message and its hint."""
    said = next(d for d in problems(folder, **files) if d.code == code)
    assert message in said.message
    assert hint in said.hint
    assert said.line


def vietnamese(found: Diagnostic) -> None:
    """That it is said in Vietnamese, and in no other words than these."""
    message, hint = found.message_in("vi"), found.hint_in("vi")
    assert message != found.message, message
    assert (hint != found.hint) == bool(hint), hint
    assert english(message) == [], message
    assert english(hint) == [], hint


def place(text: str, marker: str, occurrence: int = 1) -> tuple[int, int]:
    """Line and column of *marker* in *text*, from 1."""
    at = -1
    for _ in range(occurrence):
        at = text.index(marker, at + 1)
    return text[:at].count("\n") + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def codes(found: typing.Iterable[Diagnostic]) -> list[str]:
    return [d.code for d in found]
