"""Records out of files of units: from their facts, or from published counts."""

import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from attrs import evolve, frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import Diagnostic, FactError, FactProblem, TableError
from ntm_rules.model.column_mapping import ColumnMapping
from ntm_rules.model.facts import Fact, FactType, Measure
from ntm_rules.model.outcomes import Needed, Outcome, joined
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text
from ntm_rules.programme.record import UnitRecord, outcome_of, recognition_fact
from ntm_rules.tables.naming import Numbers
from ntm_rules.tables.units import UnitFacts
from ntm_rules.tables.units import read as read_units
from ntm_rules.verdict.facts import BadValue, check_of
from ntm_rules.verdict.verdict import Verdict, assess

Composed = Callable[[str, UnitFacts], Ruleset]
"""The ruleset of a tier for a unit."""

_CRITERIA = Measure("criteria", Text("tiêu chí", "criteria"))
_DECIDED = (Outcome.MET, Outcome.NOT_MET, Outcome.UNDETERMINED)
_OUTCOMES = {
    Outcome.MET: Text("đạt", "met"),
    Outcome.NOT_MET: Text("chưa đạt", "not met"),
    Outcome.UNDETERMINED: Text("chưa đủ căn cứ", "undetermined"),
}

PUBLISHED: Mapping[str, Fact] = {
    fact.id: fact
    for fact in (
        Fact("criteria_met", FactType.COUNT, Text("Số tiêu chí đạt", "Criteria met"), _CRITERIA),
        Fact(
            "criteria_undetermined",
            FactType.COUNT,
            Text("Số tiêu chí chưa đủ căn cứ", "Criteria undetermined"),
            _CRITERIA,
        ),
        Fact("criteria_total", FactType.COUNT, Text("Tổng số tiêu chí", "Criteria in all"), _CRITERIA),
        Fact(
            "outcome",
            FactType.CATEGORY,
            Text("Kết quả", "Outcome"),
            values=tuple(outcome.code for outcome in _DECIDED),
            value_titles={outcome.code: _OUTCOMES[outcome] for outcome in _DECIDED},
        ),
    )
}
"""The columns of a file of published counts, which holds no facts of the rules but acts of recognition."""

_COUNT = check_of(Fact("", FactType.COUNT, minimum=Decimal(0)))


@frozen
class UnitFile:
    """The units of a file, read whole.

    Attributes:
        published: it holds counts, or nothing but acts, instead of facts.
        acts: columns of recognition that are in no catalogue.
    """

    path: str
    units: tuple[UnitFacts, ...]
    published: bool
    acts: frozenset[str]

    @classmethod
    def read(
        cls,
        path: Path,
        facts: Mapping[str, Fact],
        tiers: Iterable[str],
        *,
        unit: str | None = None,
        keep: Sequence[str] = (),
        decimal: str | None = None,
        sheet: str | None = None,
        unit_width: int | None = None,
        header_row: int | None = None,
        numbers: Numbers | None = None,
        mapping: ColumnMapping | None = None,
        period_column: str | None = None,
        unit_name: str | None = None,
    ) -> "UnitFile":
        """Return the units of a file that ``tables.read`` reads, with what is wrong with cells of facts.

        Columns of counts and recognition are known too.

        Args:
            numbers: as for ``tables.read``; judgements are of the first tier.

        Raises:
            TableError, EngineUnavailable, OSError: as ``tables.read``; also a file of facts and counts.
            FactError: there are too many bad cells to go on, or some in a file of published counts.
        """
        known = cls.columns(facts, tiers)
        how: dict[str, typing.Any] = {"decimal": decimal, "sheet": sheet, "unit_width": unit_width, "mapping": mapping}
        how |= {"header_row": header_row, "numbers": numbers, "period_column": period_column, "unit_name": unit_name}
        units = tuple(read_units(path, known, unit_column=unit, keep=keep, on_bad="mark", **how))
        _of_one_body(str(path), units)
        bad = [problem for row in units for problem in row.bad]
        given = dict.fromkeys((*(name for row in units for name in row.facts), *(problem.fact for problem in bad)))
        given |= dict.fromkeys(judgement.no for row in units for judgement in row.judgements)
        acts = frozenset(known.keys() - facts.keys() - PUBLISHED.keys())
        published = _published_only(str(path), given, facts)
        if published and bad:
            raise FactError(bad)
        return cls(str(path), units, published, acts)

    def given(self) -> frozenset[str]:
        """Return the facts that some unit has, be it in a cell that cannot be used."""
        bad = {problem.fact for row in self.units for problem in row.bad}
        return frozenset(bad.union(*(row.facts for row in self.units)))

    @staticmethod
    def columns(facts: Mapping[str, Fact], tiers: Iterable[str]) -> Mapping[str, Fact]:
        """Return what columns of such a file may hold: facts, acts of recognition, published counts."""
        acts = (recognition_fact(tier) for tier in tiers)
        others = {**{name: _act(name) for name in acts}, **PUBLISHED}
        return {**facts, **{name: fact for name, fact in others.items() if name not in facts}}

    def facts(self) -> tuple[UnitFacts, ...]:
        """Return the units with facts.

        Raises:
            TableError: it holds none.
        """
        if self.published:
            raise TableError([evolve(Diagnostic.of("table.facts"), file=self.path, line=1, column=1)])
        return self.units

    def records(
        self,
        tiers: Sequence[str],
        compose: Composed,
        by: Sequence[str] = (),
        bad: list[FactProblem] | None = None,
    ) -> Iterator[UnitRecord]:
        """One record a unit and tier. Published counts are of the first tier; of the others only acts are known.

        Judgements are of the first tier too: a number is one of its set.

        Args:
            compose: gives the ruleset for a unit; asked only where units are assessed, or a total is not given.
            by: kept columns that become groups.
            bad: takes what is wrong with facts, which are marked; they are raised unless it is given.

        Raises:
            FactError: bad facts or counts of all units, together.
        """
        for place, tier in enumerate(tiers):
            if not self.published:
                yield from self._assessed(tier, compose, by, place == 0, bad)
            elif place == 0:
                yield from self._counted(tier, compose, by)
            elif any(recognition_fact(tier) in row.facts for row in self.units):
                yield from (_record(row, tier, by) for row in self.units)

    def _assessed(
        self, tier: str, compose: Composed, by: Sequence[str], judged: bool, bad: list[FactProblem] | None
    ) -> Iterator[UnitRecord]:
        act, on_bad = recognition_fact(tier), "raise" if bad is None else "mark"
        for row, verdict in assessed(((row, compose(tier, row)) for row in self.units), self.acts, judged, on_bad):
            if bad is not None:
                bad += verdict.bad
            yield UnitRecord.of_verdict(verdict, _groups(row, by), yes_no(row.facts.get(act)))

    def _counted(self, tier: str, compose: Composed, by: Sequence[str]) -> Iterator[UnitRecord]:
        problems: list[FactProblem] = []
        records: list[UnitRecord] = []
        for row in self.units:
            record = _published(row, tier, compose, by, problems)
            records += [record] if record is not None else []
        if problems:
            raise FactError(problems)
        yield from records


def _of_one_body(path: str, units: Iterable[UnitFacts]) -> None:
    """Refuse figures of several bodies: a unit is counted once.

    Raises:
        TableError: there are such.
    """
    row = next((row for row in units if row.body is not None), None)
    if row is not None:
        raise TableError([evolve(Diagnostic.of("table.bodies", unit=row.unit), file=path, line=row.line, column=1)])


def _published_only(path: str, given: Iterable[str], facts: Mapping[str, Fact]) -> bool:
    """Whether a file holds counts, or nothing but acts.

    Raises:
        TableError: it holds counts and facts.
    """
    columns = [name for name in given if not name.startswith("recognised_")]
    counts = [name for name in columns if name in PUBLISHED and name not in facts]
    others = [name for name in columns if name not in PUBLISHED]
    if counts and others:
        problem = Diagnostic.of("table.mixed", counts=tuple(counts), facts=tuple(others[:3]))
        raise TableError([evolve(problem, file=path, line=1, column=1)])
    return bool(counts) or not others


def assessed(
    units: Iterable[tuple[UnitFacts, Ruleset]],
    acts: Collection[str] = (),
    judged: bool = True,
    on_bad: str = "raise",
) -> list[tuple[UnitFacts, Verdict]]:
    """Return the verdicts on units, each against its ruleset.

    Args:
        acts: columns of recognition that are not facts, and left out.
        judged: whether the judgements of the units are on these sets.
        on_bad: as for ``assess``.

    Raises:
        FactError: every bad fact of all units, unless these are marked, and judgements that contradict each other.
        UnknownName: a judgement on a number that the set of its unit never had.
    """
    found: list[tuple[UnitFacts, Verdict]] = []
    problems: list[FactProblem] = []
    for row, ruleset in units:
        try:
            facts = {name: value for name, value in row.facts.items() if name not in acts}
            said = row.judgements if judged else ()
            verdict = assess(ruleset, facts, row.unit, judgements=said, on_bad=on_bad, bad=row.bad)
            if verdict.bad:
                verdict = evolve(verdict, bad=tuple(map(row.placed, verdict.bad)))
            found.append((row, verdict))
        except FactError as error:
            problems += map(row.placed, error.problems)
    if problems:
        raise FactError(problems)
    return found


def _act(name: str) -> Fact:
    return Fact(name, FactType.BOOLEAN)


def yes_no(value: object) -> bool | None:
    """Return a yes or no, also of ``{value, source, as_of, by}``."""
    inner = value.get("value") if isinstance(value, Mapping) else value
    return inner if isinstance(inner, bool) else None


def _groups(row: UnitFacts, by: Sequence[str]) -> Mapping[str, str]:
    return {name: row.kept[name] for name in by}


def _record(row: UnitFacts, tier: str, by: Sequence[str]) -> UnitRecord:
    """Return what is known without any count: recognition."""
    return UnitRecord(row.unit, tier, _groups(row, by), recognised=yes_no(row.facts.get(recognition_fact(tier))))


def _published(
    row: UnitFacts, tier: str, compose: Composed, by: Sequence[str], problems: list[FactProblem]
) -> UnitRecord | None:
    """Return the record of published counts; None where they do not fit together, which is noted."""
    given = row.facts
    named = given.get("outcome")
    outcome = next((each for each in _DECIDED if each.code == named), None)
    counts: dict[str, int] = {}
    for name in ("criteria_met", "criteria_undetermined", "criteria_total"):
        if (value := given.get(name)) is not None:
            try:
                counts[name] = int(typing.cast(float, _COUNT(value)))
            except BadValue as bad:
                problems.append(FactProblem(row.unit, name, value, bad.expected, bad.hint))
                return None
    record = _record(row, tier, by)
    if "criteria_met" not in counts:
        if "criteria_undetermined" in counts:
            expected = Message("expected.beside", other="criteria_undetermined")
            problems.append(FactProblem(row.unit, "criteria_met", "", expected))
        return UnitRecord(record.unit, tier, record.groups, outcome, recognised=record.recognised)
    met, open_ = counts["criteria_met"], counts.get("criteria_undetermined", 0)
    total = counts.get("criteria_total") or assess(compose(tier, row), {}).criteria_total
    if met + open_ > total:
        expected = Message("expected.criteria", most=total - open_, total=total)
        problems.append(FactProblem(row.unit, "criteria_met", met, expected))
        return None
    rest_unknown = outcome is Outcome.UNDETERMINED and "criteria_undetermined" not in counts and met < total
    if outcome not in (None, outcome_of(met, open_, total)) and not rest_unknown:
        possible = _possible(compose(tier, row), met, open_, total)
        if outcome not in possible:
            code = possible[0].code
            expected = Message("expected.outcome", outcome=Message(f"outcome.{code}"), met=met, open=open_, total=total)
            problems.append(FactProblem(row.unit, "outcome", named, expected, Message("hint.outcome")))
            return None
    return UnitRecord(
        record.unit,
        tier,
        record.groups,
        outcome if outcome is not None else outcome_of(met, open_, total),
        met,
        open_,
        total,
        record.recognised,
    )


def _possible(ruleset: Ruleset, met: int, undetermined: int, total: int) -> tuple[Outcome, ...]:
    """Return the outcomes that a set may have with so many criteria met, undetermined and not met."""
    codes = bytes((1,)) * met + bytes((2,)) * undetermined + bytes((0,)) * (total - met - undetermined)
    outcome = Outcome(joined(Needed(ruleset.at_least_n), codes))
    if outcome is not Outcome.NOT_MET and ruleset.must:  # which of them are met is not known
        may_be = {Outcome.MET: outcome is Outcome.MET, Outcome.UNDETERMINED: undetermined > 0}
        may_be[Outcome.NOT_MET] = met + undetermined < total
        return tuple(each for each in _DECIDED if may_be[each])
    if outcome is Outcome.NOT_MET or all(criterion.counted for criterion in ruleset.criteria):
        return (outcome,)
    return _DECIDED  # what is beside the numbered criteria may decide
