"""Files with a list of units (``list:``): which commune is of which class, by decision."""

from collections.abc import Iterable, Mapping

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.citations import Confidence, Evidence, last_day
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.lists import CODE, UnitList
from ntm_rules.rules.keys.registers import LIST_FILE
from ntm_rules.rules.keys.shared import IN_FORCE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Scalar

_FILE = Message("what.list_file")
_PENDING = "pending"


def read_list(root: Map, facts: Mapping[str, Fact], provinces: Iterable[str], reader: Reader) -> UnitList | None:
    """Return the list of a file; None where it is unusable, which is noted."""
    found = reader.map(root, _FILE, LIST_FILE.names)
    province = reader.text(found.get("province"), Message("what.province_id")) or None
    if province is not None and province not in provinces:
        reader.unknown("province.unknown", found.at, Message("kind.province"), province, provinces)
    fact = _fact(found, facts, reader)
    instrument = reader.instrument(reader.required(found, "instrument", _FILE))
    span = reader.map(found.get("in_force"), "`in_force`", IN_FORCE.names)
    start, end = reader.date(span.get("from"), "`from`"), reader.date(span.get("to"), "`to`")
    units_of = reader.date(reader.required(found, "units_of", _FILE), "`units_of`")
    levels, sure = {each.value: each for each in Evidence}, {each.value: each for each in Confidence}
    evidence = reader.choice(reader.required(found, "evidence", _FILE), Message("kind.evidence"), levels)
    confidence = reader.choice(found.get("confidence"), Message("kind.confidence"), sure)
    sources = {
        name: reader.text(entry.value, Message("what.source"))
        for name, entry in reader.map(found.get("sources"), "`sources`").entries.items()
    }
    source = reader.choice(found.get("source"), Message("kind.source"), sources)
    note = reader.text(found.get("note"), Message("what.note")) or None
    classes = _classes(reader.required(found, "classes", _FILE), fact, reader)
    complete = reader.flag(found.get("complete"), "`complete`")
    if complete and any(codes is None for codes in classes.values()):
        reader.error("list.complete/pending", found.at)
    if fact is None or instrument is None or units_of is None or evidence is None:
        return None
    first, last = last_day(start or instrument.date), last_day(end) if end else None
    if last is not None and last < first:
        reader.error("file.span", found.at, first=first, last=last)
    units = tuple(sorted((code, name) for name, codes in classes.items() for code in codes or ()))
    day = last_day(units_of)
    known = (confidence if evidence is Evidence.RECALLED else None, province, source, note)
    return UnitList(fact.id, instrument, first, day, evidence, units, last, complete, *known)


def _fact(found: Map, facts: Mapping[str, Fact], reader: Reader) -> Fact | None:
    """Return the category that a list decides."""
    node = reader.required(found, "list", _FILE)
    name = reader.text(node, "`list`")
    if node is None or not name:
        return None
    if name not in facts:
        reader.unknown("fact.unknown", node.at, Message("kind.fact"), name, facts)
        return None
    if facts[name].type is not FactType.CATEGORY:
        reader.error("list.fact", node.at, fact=name)
        return None
    return facts[name]


def _classes(node: Node | None, fact: Fact | None, reader: Reader) -> dict[str, list[str] | None]:
    """Return the codes of each class, each in one class; None where nobody has copied them."""
    found: dict[str, list[str] | None] = {}
    seen: dict[str, str] = {}
    for name, entry in reader.map(node, "`classes`").entries.items() if node is not None else ():
        if fact is not None and name not in fact.values:
            reader.unknown("value.unknown", entry.key.at, Message("kind.value"), name, fact.values)
        if isinstance(entry.value, Scalar) and entry.value.text == _PENDING:
            found[name] = None
            continue
        codes = found[name] = []
        for item in reader.items(entry.value, f"`{name}`"):
            code = reader.text(item, Message("kind.unit_code"))
            if code and not CODE.fullmatch(code):
                reader.error("list.code", item.at, code=code)
            elif code in seen:
                reader.error("list.twice", item.at, code=code, first=seen[code], second=name)
            elif code:
                seen[code] = name
                codes.append(code)
    return found
