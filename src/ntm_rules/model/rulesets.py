"""A composed ruleset: criteria, indicators, layers, and what is bound by province and year."""

import datetime as dt
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from attrs import evolve, field, fields, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, UnknownName
from ntm_rules.model.aggregates import Aggregate
from ntm_rules.model.arguments import need
from ntm_rules.model.citations import Citation, Evidence, Instrument
from ntm_rules.model.conditions import Condition, Derived
from ntm_rules.model.facts import Fact
from ntm_rules.model.kept import kept
from ntm_rules.model.lists import UnitList
from ntm_rules.model.outcomes import Needed
from ntm_rules.model.text import Text

MEANINGS = ("withdrawal",)
"""What a set may say when a unit meets it, other than that it is as good as it should be."""


@public("law")
@frozen
class Indicator:
    """An indicator (chỉ tiêu): a condition, and where it applies.

    Attributes:
        no: the printed number, a text.
        require: what has to hold.
        applies_if: "nếu có"; None where it always applies.
        citation: the layer that put the indicator here.
    """

    no: str
    require: Condition
    citation: Citation
    title: Text | None = None
    applies_if: Condition | None = None
    note: str | None = None


@public("law")
@frozen
class Criterion:
    """A criterion (tiêu chí): met when all its indicators are, or ``at_least_n`` of them.

    Attributes:
        counted: False for what is beside the numbered criteria ("điều kiện chung"): the outcome of the set rests on
            it too, the numbers of criteria (x/9) leave it out.
        must: the indicators that have to be met among ``at_least_n`` ("trong đó bắt buộc"), by printed number.
    """

    no: str
    indicators: tuple[Indicator, ...]
    title: Text | None = None
    at_least_n: int | None = None
    note: str | None = None
    counted: bool = True
    must: tuple[str, ...] = ()

    @property
    def needed(self) -> Needed:
        """Which of its indicators it needs."""
        return _needed(self.at_least_n, self.must, self.indicators)


def _needed(k: int | None, must: Sequence[str], members: Sequence[Indicator | Criterion]) -> Needed:
    """Return which members are needed."""
    return Needed(k, tuple(place for place, member in enumerate(members) if member.no in must))


@public("law")
class LayerKind(Enum):
    """Where a layer comes from.

    The first layer is ``BASE``, the national set, or ``OWN``, one that a single province has of its own.
    """

    BASE = "base"
    OWN = "own"
    AMENDMENT = "amendment"
    OVERLAY = "overlay"
    CALLER = "caller"
    UNKNOWN = "unknown"


@public("law")
@frozen
class Layer:
    """One instrument that a composed ruleset rests on.

    Attributes:
        instrument: None where a province has a set of its own whose instrument is not known.
        read_whole: False where parts of its text were not read.
        date_known: False where only the year or month of entry into force is known.
    """

    kind: LayerKind
    instrument: Instrument | None
    start: dt.date
    end: dt.date | None = None
    read_whole: bool = True
    annex: str | None = None
    date_known: bool = True


@public("law")
@frozen
class TextChange:
    """What layers did to an indicator or criterion last: since when its text is what it is, or since when it is gone.

    Attributes:
        since: the first day of the layer.
    """

    no: str
    is_criterion: bool
    since: dt.date


@public("law")
@frozen
class Grade:
    """A middle outcome that a set declares, such as "cơ bản đạt chuẩn".

    Attributes:
        ruleset: the set with what the grade asks: a unit that does not meet the whole set but meets this has the grade.
    """

    id: str
    ruleset: "Ruleset"
    title: Text | None = field(default=None, eq=False)


@public()
@frozen(repr=False)
class Ruleset:
    """The criteria in force for a tier, a date, a year and, where named, a province.

    Made by ``Library.compose``; a frozen value that can be pickled, compared and hashed.

    Attributes:
        on: the date that picked the law.
        year: the column of yearly thresholds.
        province, territory: as they were asked for.
        facts: every fact the set reads, in the order in which it reads them.
        derived: facts worked out from them; those with ``may_be_given`` a caller may give as well.
        bindings: selector facts fixed by the province and the year.
        layers: the instruments applied, in order.
        minimum_evidence: cells below it are as good as pending.
        aggregates: facts that ``levels.assess`` takes from the units below, or ``assess_finding`` from a finding.
        level: of the units that the set judges, where the id does not say it.
        met_means: what it means to meet the set, where that is not good news, for words: one of ``MEANINGS``.
        tested_against: of a set that tests findings, for each tier the set whose finding is tested.
        grades: middle outcomes, the highest first.
        at_least_n: how many criteria have to be met; None for all.
        must: the criteria that have to be met among ``at_least_n`` ("trong đó bắt buộc"), by printed number.
        lists: lists of units in force that decide a fact of the set by the code of the unit.
        diagnostics: warnings and notes of composing.
        catalogue: ids of all facts of the library, also those this set does not read.
        unread: the facts of the library that this set does not read; what is given of them is checked all the same.
        changes: the indicators and criteria that a layer above the first one added, changed or took out.
    """

    id: str
    period: str
    on: dt.date
    year: int
    criteria: tuple[Criterion, ...]
    facts: tuple[Fact, ...]
    layers: tuple[Layer, ...]
    derived: tuple[Derived, ...] = ()
    bindings: tuple[tuple[str, str], ...] = ()
    province: str | None = None
    territory: str | None = None
    at_least_n: int | None = None
    minimum_evidence: Evidence | None = None
    aggregates: tuple[Aggregate, ...] = ()
    level: str | None = None
    tested_against: tuple[tuple[str, str], ...] = ()
    grades: tuple[Grade, ...] = ()
    must: tuple[str, ...] = ()
    lists: tuple[UnitList, ...] = ()
    title: Text | None = field(default=None, eq=False)
    met_means: str | None = field(default=None, eq=False)
    diagnostics: tuple[Diagnostic, ...] = field(default=(), eq=False, repr=False)
    catalogue: frozenset[str] = field(default=frozenset(), eq=False, repr=False)
    unread: tuple[Fact, ...] = field(default=(), eq=False, repr=False)
    changes: tuple[TextChange, ...] = field(default=(), eq=False, repr=False)
    _kept: dict[object, typing.Any] = field(init=False, factory=dict, eq=False, repr=False)

    def __repr__(self) -> str:
        where = self.territory or self.province
        return f"<Ruleset {' '.join(filter(None, (self.id, self.period, where)))} on {self.on}, year {self.year}>"

    def __getstate__(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in _FIELDS}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in (state | {"_kept": {}}).items():
            object.__setattr__(self, name, value)

    @property
    @kept
    def content_hash(self) -> str:
        """``ntm1:`` and the SHA-256 of everything that affects outcomes, margins, reasons and evidence.

        Titles, wording, notes, web addresses and file positions stay out. Equal on every machine.
        """
        from ntm_rules.model.canonical import content_hash

        return content_hash(self)

    @property
    @kept
    def needed(self) -> Needed:
        """Which of its criteria the set needs."""
        return _needed(self.at_least_n, self.must, self.criteria)

    @property
    @kept
    def fact_by_id(self) -> Mapping[str, Fact]:
        """Every fact and every derived fact by id, in the order in which the set reads them."""
        return MappingProxyType({f.id: f for f in (*self.facts, *(d.fact for d in self.derived))})

    @property
    @kept
    def derived_by_id(self) -> Mapping[str, Derived]:
        """The derived facts by id, in the order in which they are worked out."""
        return MappingProxyType({d.id: d for d in self.derived})

    @property
    @kept
    def facts_by_number(self) -> Mapping[str, tuple[str, ...]]:
        """The printed numbers, each with the facts that its indicator compares; of a criterion alone none."""
        from ntm_rules.model.walk import compared_by

        found: dict[str, tuple[str, ...]] = {criterion.no: () for criterion in self.criteria}
        for criterion in self.criteria:
            found |= {indicator.no: compared_by(indicator) for indicator in criterion.indicators}
        return MappingProxyType(found)

    @property
    @kept
    def numbers_by_fact(self) -> Mapping[str, tuple[str, ...]]:
        """The facts that indicators compare, each with the printed numbers of these: ``facts_by_number`` turned."""
        found: dict[str, tuple[str, ...]] = {}
        for no, names in self.facts_by_number.items():
            for name in names:
                found[name] = (*found.get(name, ()), no)
        return MappingProxyType(found)

    def inputs(self) -> Mapping[str, Fact]:
        """Return the facts that a caller may give, by id, in the order in which the set reads them.

        Facts worked out or bound by province and year are left out, also those of ``derived`` that may be given; the
        parts of a ratio are in.
        """
        bound = {name for name, _ in self.bindings}
        return MappingProxyType({f.id: f for f in self.facts if f.id not in bound})

    def with_minimum_evidence(self, level: Evidence | str) -> "Ruleset":
        """Return the same set in which every cell below *level* is as good as pending; a floor is never lowered again.

        Args:
            level: an ``Evidence`` or its text: ``official``, ``secondary`` or ``recalled``.

        Raises:
            UnknownName: *level* is another text.
        """
        need("level", level, Evidence | str)
        known = [e.value for e in Evidence]
        floor, current = next((e for e in Evidence if level in (e, e.value)), None), self.minimum_evidence
        if floor is None:
            raise UnknownName(Message("kind.evidence_level"), str(level), known)
        return evolve(
            self,
            minimum_evidence=current if current and current.rank > floor.rank else floor,
            grades=tuple(evolve(g, ruleset=g.ruleset.with_minimum_evidence(level)) for g in self.grades),
        )

    @property
    def judges(self) -> str:
        """The level of the units that the set judges, e.g. ``commune``."""
        return self.level or self.id.partition("/")[0]

    @property
    def read_whole(self) -> bool:
        """False if a layer was read partly or is not known."""
        return all(layer.read_whole for layer in self.layers)


_FIELDS = tuple(f.name for f in fields(Ruleset) if f.init)
