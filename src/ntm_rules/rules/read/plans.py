"""Files of targets (``targets:``): what a province plans for a year."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import RulesetError
from ntm_rules.model.acts import MergerPolicy, MergerRule
from ntm_rules.model.citations import Confidence, Evidence, last_day
from ntm_rules.model.facts import Fact, Measure
from ntm_rules.model.plans import Aim, Figure, Known, Plan, Target
from ntm_rules.rules.folders import Listed
from ntm_rules.rules.keys.registers import FIGURE, MERGERS_FILE, SPAN, TARGET, TARGETS_FILE
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Map, Node, Position, problem

_FILE = Message("what.file")
_AIMS = {aim.value: aim for aim in Aim}
_OPS = ("at_least", "more_than", "at_most", "less_than")
_YEARS = range(1900, 2201)


def plan_of(
    root: Node, rulesets: Iterable[str], provinces: Iterable[str], facts: Mapping[str, Fact], files: Iterable[Listed]
) -> Plan:
    """Return the plan of a file of targets.

    Args:
        rulesets, provinces: the ids that it may name.
        facts: their measures are those of its other figures.
        files: what the library holds; no other file may hold the same plan.

    Raises:
        RulesetError: every problem of the file.
    """
    reader = Reader()
    found = reader.map(root, Message("what.targets_file"))
    reader.required(found, "targets", _FILE)
    measures = {fact.unit.id: fact.unit for fact in facts.values() if fact.unit is not None}
    plan = read_plan(found, reader, rulesets, provinces, measures)
    reader.raise_errors()
    if plan is None:
        raise RulesetError([problem("file.kind/targets", root.at)])
    twins = [f for f in files if f.kind == "targets" and f"{f.target}@{f.year}" == plan.name]
    if len(twins) > 1:
        first, second = twins[0].shown, twins[1].shown
        at = Position(second, 1, 1)
        raise RulesetError([problem("targets.duplicate", at, name=plan.name, first=first, second=second)])
    return plan


def read_plan(
    root: Map, reader: Reader, rulesets: Iterable[str], provinces: Iterable[str], measures: Mapping[str, Measure]
) -> Plan | None:
    """Return the plan of a ``targets:`` file; None where it is unusable, which is noted.

    Args:
        rulesets, provinces: the ids that it may name.
        measures: what its other figures may be measured in.
    """
    reader.map(root, _FILE, TARGETS_FILE.names)
    province = reader.text(root.get("targets"), "`targets`")
    if province and province not in (known := tuple(provinces)):
        reader.unknown("province.unknown", root.entries["targets"].value.at, Message("kind.province"), province, known)
    year = reader.integer(reader.required(root, "year", _FILE), Message("what.year"))
    if year is not None and year not in _YEARS:
        reader.error("targets.value/year", root.entries["year"].value.at, year=year)
    title = reader.title(reader.required(root, "title", _FILE))
    instrument = reader.instrument(node) if (node := root.get("instrument")) is not None else None
    what = Message("what.source")
    sources = dict(reader.each(root.get("sources"), "`sources`", lambda key, node: (key, reader.text(node, what))))
    read = _PlanReader(reader, sources, tuple(rulesets), measures)
    targets = read.targets(root)
    nodes = reader.items(root.get("figures"), "`figures`")
    figures = tuple(figure for node in nodes if (figure := read.figure(node)) is not None)
    if not province or year is None or title is None:
        return None
    note = reader.text(root.get("note"), Message("what.note")) or None
    return Plan(province, year, title, targets, figures, instrument, note)


class _PlanReader:
    """Reads the numbers of one plan."""

    def __init__(
        self, reader: Reader, sources: Mapping[str, str], rulesets: tuple[str, ...], measures: Mapping[str, Measure]
    ) -> None:
        self.reader, self.sources, self.rulesets, self.measures = reader, sources, rulesets, measures

    def targets(self, root: Map) -> tuple[Target, ...]:
        """Return the targets of all tiers, in the order of the file."""
        reader = self.reader
        targets: list[Target] = []
        for tier, entry in reader.map(reader.required(root, "tiers", _FILE), "`tiers`").entries.items():
            if tier not in self.rulesets:
                reader.unknown("ruleset.unknown", entry.key.at, Message("kind.ruleset"), tier, self.rulesets)
            nodes = reader.items(entry.value, Message("what.targets_of", tier=tier))
            targets += [target for node in nodes if (target := self.target(tier, node)) is not None]
        self.twice(targets, root)
        return tuple(targets)

    def target(self, tier: str, node: Node) -> Target | None:
        """One target of a tier."""
        found = self.reader.map(node, Message("what.target"), TARGET.names)
        aims = [name for name in _AIMS if name in found.entries]
        if len(aims) != 1:
            self.reader.error("targets.aim", found.at, tier=tier, names=tuple(_AIMS))
            return None
        aim = _AIMS[aims[0]]
        span = self.span(found.entries[aim.value].value, aim)
        out_of = self.reader.integer(found.get("out_of"), "`out_of`")
        if out_of is not None and aim is not Aim.TOTAL:
            self.reader.error("targets.value/out_of", found.at, aim=aim.value)
        if out_of is not None and span is not None and span[1] > out_of:
            self.reader.error("targets.value/reach", found.at, value=span[1], out_of=out_of)
        known = self.known(found)
        return None if span is None or known is None else Target(tier, aim, *span, known, out_of)

    def span(self, node: Node, aim: Aim) -> tuple[Decimal, Decimal] | None:
        """Return what is to be reached: a number, or for an average also ``{from:, to:}``."""
        if aim is Aim.AVERAGE and isinstance(node, Map):
            what = Message("what.span")
            found = self.reader.map(node, what, SPAN.names)
            ends = [self.number(self.reader.required(found, key, what), aim) for key in ("from", "to")]
            low, high = ends
            if low is not None and high is not None and low > high:
                self.reader.error("targets.value/span", node.at, low=low, high=high)
            return None if low is None or high is None else (low, high)
        value = self.number(node, aim)
        return None if value is None else (value, value)

    def number(self, node: Node | None, aim: Aim) -> Decimal | None:
        """Return a number that the aim can have."""
        text = self.reader.text(node, f"`{aim.value}`")
        value = self.reader.number(node, text, Message("what.target")) if node is not None and text else None
        if value is None or node is None:
            return None
        if value < 0:
            self.reader.error("targets.value/negative", node.at, text=text)
        if aim in (Aim.TOTAL, Aim.NEW) and value != value.to_integral_value():
            self.reader.error("targets.value/whole", node.at, text=text)
        if aim is Aim.SHARE and value > 100:
            self.reader.error("targets.value/share", node.at, text=text)
        return value

    def figure(self, node: Node) -> Figure | None:
        """One more number of the plan."""
        what = Message("what.figure")
        found = self.reader.map(node, what, FIGURE.names)
        title = self.reader.title(self.reader.required(found, "title", what))
        unit = self.reader.choice(
            self.reader.required(found, "unit", what), Message("kind.measure"), dict(self.measures)
        )
        ops = [op for op in _OPS if op in found.entries]
        known = self.known(found)
        if len(ops) != 1:
            self.reader.error("targets.aim/figure", found.at, names=_OPS)
            return None
        value_node = found.entries[ops[0]].value
        what = Message("what.figure_value")
        text = self.reader.text(value_node, what)
        value = self.reader.number(value_node, text, what) if text else None
        if title is None or unit is None or value is None or known is None:
            return None
        return Figure(title, ops[0], value, unit.title, known)

    def known(self, found: Map) -> Known | None:
        """How a number is known; a number that does not say so is noted."""
        evidence = self.reader.choice(found.get("evidence"), Message("kind.evidence"), {e.value: e for e in Evidence})
        if found.get("evidence") is None:
            self.reader.error("cell.evidence/number", found.at)
        confidence = self.reader.choice(
            found.get("confidence"), Message("kind.confidence"), {c.value: c for c in Confidence}
        )
        source = self.reader.choice(found.get("source"), Message("kind.source"), dict(self.sources))
        note = self.reader.text(found.get("note"), Message("what.note")) or None
        if evidence is None:
            return None
        return Known(evidence, confidence if evidence is Evidence.RECALLED else None, source, note)

    def twice(self, targets: list[Target], root: Map) -> None:
        """Note a tier with two targets of one kind."""
        pairs = [(target.tier, target.aim) for target in targets]
        for tier, aim in dict.fromkeys(pair for pair in pairs if pairs.count(pair) > 1):
            self.reader.error("targets.aim/twice", root.at, tier=tier, aim=aim.value)


def read_merger_rule(root: Map, provinces: Iterable[str], reader: Reader) -> MergerRule | None:
    """Return the policy of a file; None where it is unusable, which is noted."""
    what = Message("what.mergers_file")
    found = reader.map(root, what, MERGERS_FILE.names)
    province = reader.text(found.get("mergers"), Message("what.province_id"))
    if province not in provinces:
        reader.unknown("province.unknown", root.at, Message("kind.province"), province, provinces)
    policies = {policy.value: policy for policy in MergerPolicy}
    policy = reader.choice(reader.required(found, "policy", what), Message("kind.policy"), policies)
    start = reader.date(reader.required(found, "from", what), "`from`")
    levels = {level.value: level for level in Evidence}
    evidence = reader.choice(reader.required(found, "evidence", what), Message("kind.evidence"), levels)
    source = reader.text(reader.required(found, "source", what), Message("what.source"))
    if not (province and policy and start and evidence and source):
        return None
    note = reader.text(found.get("note"), Message("what.note")) or None
    return MergerRule(province, policy, last_day(start), evidence, source, note)
