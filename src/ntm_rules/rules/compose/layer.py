"""The criteria while layers are applied: what has been changed, by whom, and what an overlay may not loosen."""

import datetime as dt
from collections.abc import Callable, Mapping

from attrs import define, field, frozen

from ntm_rules.messages.errors import Diagnostic, Severity
from ntm_rules.model import rewrite as rw
from ntm_rules.model.citations import Instrument
from ntm_rules.model.conditions import Condition
from ntm_rules.model.facts import Fact
from ntm_rules.model.rulesets import Indicator, LayerKind
from ntm_rules.model.selectors import Selectors
from ntm_rules.rules.compose.looser import compare_indicators
from ntm_rules.rules.compose.overtaking import set_by
from ntm_rules.rules.read.conditions import ConditionReader
from ntm_rules.rules.read.files import Header
from ntm_rules.rules.read.reader import Reader
from ntm_rules.yaml.nodes import Node

CriteriaChange = Callable[[rw.Criteria], rw.Criteria]
IndicatorChange = Callable[[Indicator, str], Indicator | None]


@frozen
class Touch:
    """A cell that an instrument changed; an empty key is the whole of the address."""

    instrument: Instrument
    start: dt.date
    indicator: str
    address: str
    key: tuple[str, ...]

    def ties(self, other: "Touch") -> bool:
        """True if another instrument of the same issuer changed the same cell from the same day."""
        return (
            self.instrument != other.instrument
            and self.instrument.issuer == other.instrument.issuer
            and (self.start, self.indicator) == (other.start, other.indicator)
            and (self.address == other.address or self.indicator in (self.address, other.address))
            and (self.key == other.key or not self.key or not other.key)
        )


@define
class Tree:
    """The criteria as they stand.

    Attributes:
        national: base and amendments only: what an overlay is compared with.
        composed: with the overlays.
        facts: the catalogue and every derived fact so far.
        overlays: the instruments of the overlays applied so far.
    """

    national: rw.Criteria
    composed: rw.Criteria
    facts: Mapping[str, Fact]
    selectors: Selectors
    diagnostics: list[Diagnostic] = field(factory=list)
    touched: list[Touch] = field(factory=list)
    overlays: set[Instrument] = field(factory=set)


class Layering:
    """One layer being applied to the criteria.

    An amendment changes the national criteria and, with them, the composed ones; an overlay only the composed ones.
    """

    def __init__(self, tree: Tree, header: Header, conditions: ConditionReader, reader: Reader) -> None:
        self.tree = tree
        self.header = header
        self.conditions = conditions
        self.reader = reader
        self.national = header.kind is LayerKind.AMENDMENT
        if not self.national:
            tree.overlays.add(header.instrument)

    @property
    def own(self) -> rw.Criteria:
        """The criteria the layer's numbers refer to."""
        return self.tree.national if self.national else self.tree.composed

    def note(self, severity: Severity, code: str, node: Node, message: str, hint: str = "") -> None:
        """Add a warning or note to the ruleset's diagnostics."""
        at = node.at
        self.tree.diagnostics.append(Diagnostic(code, message, severity, at.file, at.line, at.column, hint))

    def touch(self, target: rw.Target, key: tuple[str, ...], node: Node) -> None:
        """Remember what is changed; a tie is an error."""
        start = self.header.layer.start
        mine = Touch(self.header.instrument, start, target.indicator.no, target.address, key)
        other = next((t for t in self.tree.touched if mine.ties(t)), None)
        self.tree.touched.append(mine)
        if other is not None:
            numbers = f"`{other.instrument.number}` and `{mine.instrument.number}`"
            message = f"{numbers} change `{target.address}` from the same day"
            self.reader.error("layer.tie", node.at, message, "say which one `replaces` the other")

    def change(self, change: CriteriaChange) -> None:
        """Change the composed criteria, and the national ones where this is an amendment."""
        self.tree.composed = change(self.tree.composed)
        if self.national:
            self.tree.national = change(self.tree.national)

    def change_indicator(self, address: str, change: IndicatorChange) -> None:
        """Change the indicator that the address names, wherever it stands."""

        def changed(criteria: rw.Criteria) -> rw.Criteria:
            target = rw.locate(criteria, address)
            if target is None:
                return criteria
            return rw.replace_indicator(criteria, target.indicator.no, change(target.indicator, address))

        self.change(changed)

    def set_by_overlay(self, condition: Condition) -> bool:
        """True if an overlay applied so far set a cell of the condition."""
        return set_by(condition, self.tree.overlays)

    def check_loosening(self, no: str, node: Node) -> None:
        """Compare an overlay's indicator with the base of its own in-force date."""
        base, own = (rw.locate(c, no) for c in (self.tree.national, self.tree.composed))
        if self.national or base is None:
            return
        for looser in compare_indicators(base.indicator, own.indicator if own else None, self.tree.selectors):
            message = f"the overlay is looser at `{no}`: {looser.what}"
            if looser.severity is Severity.ERROR:
                hint = "an official cell cannot be loosened unless the base marks it `free`"
                self.reader.error("layer.looser", node.at, message, hint)
            else:
                self.note(looser.severity, "layer.looser", node, message)
