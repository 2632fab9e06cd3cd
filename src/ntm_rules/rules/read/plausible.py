"""Files of what figures usually are (``plausible:``), which are no law."""

from collections.abc import Mapping

from ntm_rules.messages.catalogue import Message
from ntm_rules.model.facts import Fact
from ntm_rules.model.plausible import Plausible
from ntm_rules.rules.keys.registers import PLAUSIBLE_ENTRY, PLAUSIBLE_FILE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node


def read_plausible(root: Map, facts: Mapping[str, Fact], reader: Reader) -> dict[str, Plausible]:
    """Return what a file says of figures, by fact; problems are noted."""
    file = Message("what.file")
    found = reader.map(root, file, PLAUSIBLE_FILE.names)
    author = reader.text(reader.required(found, "author", file), "`author`")

    def read(name: str, node: Node) -> Plausible | None:
        what = f"`{name}`"
        entry = reader.map(node, what, PLAUSIBLE_ENTRY.names)
        reason = reader.title(reader.required(entry, "reason", what))
        ends = {key: reader.required(entry, key, what) for key in ("from", "to")}
        numbers = {
            key: reader.number(end, reader.text(end, f"`{key}`"), f"`{key}`") for key, end in ends.items() if end
        }
        per = reader.text(entry.get("per"), "`per`") or None
        for fact in (name, per):
            if fact is not None and fact not in facts:
                reader.unknown("fact.unknown", node.at, Message("kind.fact"), fact, facts)
                return None
            if fact is not None and not facts[fact].type.numeric:
                reader.error("plausible.fact", node.at, fact=fact)
                return None
        low, high = numbers.get("from"), numbers.get("to")
        if low is None or high is None or reason is None:
            return None
        if low > high:
            reader.error("plausible.bounds", node.at, fact=name)
        return Plausible(name, low, high, author, reason, per)

    return {each.fact: each for each in reader.each(found.get("plausible"), "`plausible`", read)}
