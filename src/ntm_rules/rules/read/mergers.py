"""Files of a province's policy on recognitions after mergers (``mergers:``)."""

from collections.abc import Iterable

from ntm_rules.model.citations import Evidence, last_day
from ntm_rules.model.mergers import MergerPolicy, MergerRule
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map


def read_merger_rule(root: Map, provinces: Iterable[str], reader: Reader) -> MergerRule | None:
    """The policy of a file; None where it is unusable, which is noted."""
    what = "a file on mergers"
    found = reader.map(root, what, ("mergers", "policy", "from", "evidence", "source", "note"))
    province = reader.text(found.get("mergers"), "the province")
    if province not in provinces:
        reader.unknown("province.unknown", root.at, "province", province, provinces)
    policy = reader.choice(reader.required(found, "policy", what), "policy", {p.value: p for p in MergerPolicy})
    start = reader.date(reader.required(found, "from", what), "`from`")
    evidence = reader.choice(reader.required(found, "evidence", what), "evidence", {e.value: e for e in Evidence})
    source = reader.text(reader.required(found, "source", what), "the source")
    if not (province and policy and start and evidence and source):
        return None
    note = reader.text(found.get("note"), "the note") or None
    return MergerRule(province, policy, last_day(start), evidence, source, note)
