"""A tiny country of four levels, made up, whose sets take facts from below in every way the rule files know."""

import datetime as dt
import typing
from collections.abc import Mapping
from pathlib import Path

from ntm_rules import Library
from unit.small import PROVINCES, head, put

ON = dt.date(2024, 7, 2)

FACTS = """\
level: all
facts:
  planned: {title: {vi: Quy hoạch, en: Planned}, type: boolean, direction: more}
  income: {title: {vi: Thu nhập, en: Income}, type: number, unit: million, decimals: 1, direction: more}
  happy: {title: {vi: Hài lòng thấp nhất, en: Least satisfaction}, type: percent, direction: more}
  orchards: {title: {vi: Vườn, en: Orchards}, type: count, unit: units, direction: more}
  recognised_one: {title: {vi: Đã công nhận, en: Recognised}, type: boolean, direction: more}
  civil: {title: {vi: Đô thị văn minh, en: Civil}, type: boolean, direction: more}
  scheme: {title: {vi: Đề án, en: Scheme}, type: boolean, direction: more}
  communes: {title: {vi: Số xã, en: Communes}, type: count, unit: units}
  good: {title: {vi: Số xã đạt, en: Good communes}, type: count, unit: units}
  good_open: {title: {vi: Số xã chưa rõ, en: Communes undecided}, type: count, unit: units}
  good_share:
    title: {vi: Tỷ lệ xã đạt, en: Share of good communes}
    type: percent
    ratio: {part: good, whole: communes}
    undecided: good_open
    direction: more
  great: {title: {vi: Số xã giỏi, en: Great communes}, type: count, unit: units, undecided: great_open, direction: more}
  great_open: {title: {vi: Số xã chưa rõ giỏi, en: Great undecided}, type: count, unit: units}
  townships: {title: {vi: Số thị trấn, en: Townships}, type: count, unit: units}
  civil_townships: {title: {vi: Số thị trấn văn minh, en: Civil townships}, type: count, unit: units}
  civil_open: {title: {vi: Số thị trấn chưa rõ, en: Townships undecided}, type: count, unit: units}
  civil_share:
    title: {vi: Tỷ lệ thị trấn văn minh, en: Civil share}
    type: percent
    ratio: {part: civil_townships, whole: townships}
    undecided: civil_open
    direction: more
  happy_least: {title: {vi: Hài lòng thấp nhất các xã, en: Least of all communes}, type: percent, direction: more}
  orchards_sum: {title: {vi: Tổng số vườn, en: All orchards}, type: count, unit: units, direction: more}
  districts: {title: {vi: Số huyện, en: Districts}, type: count, unit: units}
  good_districts: {title: {vi: Số huyện đạt, en: Good districts}, type: count, unit: units}
  districts_open: {title: {vi: Số huyện chưa rõ, en: Districts undecided}, type: count, unit: units}
  good_districts_share:
    title: {vi: Tỷ lệ huyện đạt, en: Share of good districts}
    type: percent
    ratio: {part: good_districts, whole: districts}
    undecided: districts_open
    direction: more
"""

MEASURES = """\
measures:
  percent: {vi: "%", en: "%"}
  million: {vi: triệu xu, en: million xu}
  units: {vi: đơn vị, en: units}
"""

COMMUNE = """\
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1.1"
        title: {vi: Quy hoạch, en: Planned}
        require: {fact: planned, equals: "true", evidence: official}
      - no: "1.2"
        title: {vi: Thu nhập, en: Income}
        require: {fact: income, at_least: {value: "40", evidence: EVIDENCE}}
"""

GREAT = """\
criteria:
  - no: "1"
    title: {vi: Một, en: One}
    indicators:
      - no: "1.1"
        title: {vi: Đạt bậc một, en: Meets the first}
        require: {meets: commune/one, by: either, recognised: recognised_one, evidence: official}
      - no: "1.2"
        title: {vi: Thu nhập, en: Income}
        require: {fact: income, at_least: {value: "60", evidence: official}}
"""

DISTRICT = """\
aggregate:
  good_share: {share_of: commune, meets: commune/one, by: BY, recognised: recognised_one}
  great: {count_of: commune, meets: commune/two, by: finding}
  civil_share: {share_of: township, fact: civil}
  happy_least: {min_of: happy, over: commune}
  orchards_sum: {sum_of: orchards, over: commune}
criteria:
  - no: "DK"
    counted: "false"
    title: {vi: Điều kiện chung, en: Conditions}
    indicators:
      - no: "DK.1"
        title: {vi: Xã đạt, en: Good communes}
        require: {fact: good_share, at_least: {value: "SHARE", evidence: official}}
      - no: "DK.2"
        title: {vi: Xã giỏi, en: Great communes}
        require: {fact: great, at_least: {value: "1", evidence: official}}
      - no: "DK.3"
        title: {vi: Thị trấn, en: Townships}
        require: {fact: civil_share, equals: {value: "100", evidence: official, when_empty: not_applicable}}
      - no: "DK.4"
        title: {vi: Hài lòng, en: Satisfaction}
        require: {fact: happy_least, at_least: {value: "80", evidence: official}}
  - no: "1"
    title: {vi: Vườn, en: Orchards}
    indicators:
      - no: "1"
        title: {vi: Vườn, en: Orchards}
        require: {fact: orchards_sum, at_least: {value: "3", evidence: official}}
"""

PROVINCE = """\
aggregate:
  good_districts_share: {share_of: district, meets: district/one, by: finding}
  good_share: {share_of: commune, meets: commune/one, by: finding}
criteria:
  - no: "1"
    title: {vi: Huyện, en: Districts}
    indicators:
      - no: "1"
        title: {vi: Huyện đạt, en: Good districts}
        require: {fact: good_districts_share, equals: {value: "100", evidence: official}}
      - no: "2"
        title: {vi: Xã đạt, en: Good communes}
        require: {fact: good_share, at_least: {value: "50", evidence: official}}
      - no: "3"
        title: {vi: Đề án, en: Scheme}
        require: {fact: scheme, equals: "true", evidence: official}
"""

FILES = {
    "facts.yaml": FACTS,
    "measures.yaml": MEASURES,
    "provinces.yaml": PROVINCES,
    "commune-one.yaml": head("commune/one", 1) + COMMUNE,
    "commune-two.yaml": head("commune/two", 2) + GREAT,
    "district-one.yaml": head("district/one", 3) + DISTRICT,
    "province-one.yaml": head("province/one", 4) + PROVINCE,
}


def country(
    folder: Path,
    share: str = "100",
    by: str = "finding",
    evidence: str = "official",
    files: Mapping[str, str] | None = None,
) -> Library:
    """The library of the country; *files* replace or add some."""
    texts = {
        name: text.replace("SHARE", share).replace("BY", by).replace("EVIDENCE", evidence)
        for name, text in (FILES | dict(files or {})).items()
    }
    return Library.load(put(folder, texts), bundled=False)


Units = list[dict[str, typing.Any]]
Facts = dict[str, dict[str, typing.Any]]


def units(communes: Mapping[str, str], townships: Mapping[str, str] | None = None) -> Units:
    """One province with districts; *communes* and *townships* name the district each lies in."""
    districts = dict.fromkeys([*communes.values(), *(townships or {}).values()])
    return [
        {"unit": "bac", "level": "province", "name": "Bắc"},
        *({"unit": d, "level": "district", "parent": "bac"} for d in districts),
        *({"unit": c, "level": "commune", "parent": d, "name": f"Xã số {c}"} for c, d in communes.items()),
        *({"unit": t, "level": "township", "parent": d} for t, d in (townships or {}).items()),
    ]
