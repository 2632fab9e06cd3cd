"""The changes from one ruleset to another in words, in Vietnamese and English."""

import itertools
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ntm_rules.difference.changes import UNLISTED
from ntm_rules.messages.catalogue import say
from ntm_rules.model.conditions import Comparison, Meets, Open
from ntm_rules.model.facts import FactType
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import CriterionResult, FactValue, IndicatorResult
from ntm_rules.model.rulesets import Indicator, Ruleset
from ntm_rules.model.thresholds import Cell
from ntm_rules.verdict.verdict import Judged, Verdict
from ntm_rules.words.numbers import with_unit
from ntm_rules.words.reason import words_in
from ntm_rules.words.sentences import of_criteria, outcome_word
from ntm_rules.words.sheet import Sheet

if typing.TYPE_CHECKING:
    from ntm_rules.difference.changes import Asked, Change, Columns, GradeChange, Kind, ListChange, Step, Witness
    from ntm_rules.difference.flips import UnitDifference
_UNITS = 10
"""So many units that a list puts into another class are told of."""
_UNDETERMINED = frozenset(code.value for code in ReasonCode)
Values = Iterable[tuple[str | None, str | None]]
Result = CriterionResult | IndicatorResult


class DiffWords:
    """Words in one language for the changes from one ruleset to another.

    Raises:
        UnknownName: a language that is neither ``vi`` nor ``en``.
    """

    def __init__(self, old: Ruleset, new: Ruleset, lang: str = "vi") -> None:
        self.lang = lang
        self.sheets = (Sheet(old, lang), Sheet(new, lang))
        self.words = words_in(lang, {**self.sheets[0].words.facts, **self.sheets[1].words.facts})

    # -- changes -------------------------------------------------------------------------------

    def counts(self, counts: "Mapping[Kind, int]") -> str:
        """How many indicators changed in each way."""
        names = {kind: say(self.lang, f"diff.count.{kind.value}") for kind in counts}
        return "; ".join(
            say(self.lang, "diff.counted", count=count, what=names[kind])
            for kind, count in counts.items()
            if kind not in UNLISTED
        )

    def change(self, change: "Change") -> Iterator[str]:
        """Yield the lines of a change: what it is, then for each step its columns, what is asked, and an example."""
        place = say(self.lang, f"diff.level.{change.level}", no=change.no)
        head = f"{place} {change.title.text(self.lang)}" if change.title else place
        yield f"{head}: {'; '.join(self._kind(kind.value, change) for kind in change.kinds)}"
        for step in change.steps:
            yield from (f"  {line}" for line in self._step(step, change))

    def grade(self, grade: "GradeChange") -> Iterator[str]:
        """Yield the lines of a grade that is not what it was: what it is, then what it asks otherwise than before."""
        title, before = (side and side.title and side.title.text(self.lang) for side in (grade.new, grade.old))
        place = say(self.lang, "diff.level.grade", no=grade.id)
        kinds = [say(self.lang, f"diff.kind.{kind.value}", no="", title=before or "") for kind in grade.kinds]
        told = "; ".join(kinds or [say(self.lang, "diff.grade_changed")])
        yield f"{place} {title or before or ''}".rstrip() + f": {told}"
        for change in grade.changes:
            yield from (f"  {line}" for line in self.change(change))

    def unit_list(self, change: "ListChange") -> str:
        """Return which decisions a list of units is of, and the units that it puts into another class."""
        none = say(self.lang, "diff.list.none")
        old, new = (none if side is None else side.instrument.number for side in (change.old, change.new))
        told = [say(self.lang, "diff.list", fact=change.fact, old=old, new=new)]
        told += [
            say(self.lang, "diff.list.moved", unit=code, old=before or none, new=now or none)
            for code, before, now in change.moved[:_UNITS]
        ]
        left = len(change.moved) - _UNITS
        return "; ".join(told + ([say(self.lang, "diff.list.more", count=left)] if left > 0 else []))

    def _kind(self, kind: str, change: "Change") -> str:
        old = change.old
        title = old.title.text(self.lang) if old is not None and old.title is not None else ""
        return say(self.lang, f"diff.kind.{kind}", no=old.no if old is not None else "", title=title)

    def _step(self, step: "Step", change: "Change") -> Iterator[str]:
        several = len({s.kind for s in change.steps}) > 1
        if step.columns and step.columns[0] and not step.whole:
            columns = say(self.lang, "diff.columns", columns=self._columns(step))
            kind = f": {say(self.lang, f'diff.kind.{step.kind.value}')}" if several else ""
            yield columns + kind
        if change.asked is not None or change.must is not None:
            yield from self._needed(change)
        elif step.asked:
            yield from (self._pair(old, new, change) for old, new in step.asked)
        elif isinstance(change.old, Indicator) and isinstance(change.new, Indicator):
            old, new = (self._whole(i, sheet) for i, sheet in zip((change.old, change.new), self.sheets, strict=True))
            yield say(self.lang, "diff.form", old=old, new=new)
        if step.reasons:
            yield say(self.lang, "diff.reasons", reasons="; ".join(map(self._reason, step.reasons)))
        if step.excluded is not None:
            yield say(self.lang, f"diff.not.{step.excluded.value}")
        yield from (self.witness(witness) for witness in step.witnesses)

    def _needed(self, change: "Change") -> Iterator[str]:
        """How many members have to be met before and after, and which."""
        if change.asked is not None:
            yield say(self.lang, "diff.counts", old=change.asked[0], new=change.asked[1])
        if change.must is not None:
            old, new = (", ".join(numbers) or say(self.lang, "diff.no_must") for numbers in change.must)
            yield say(self.lang, "diff.must", old=old, new=new)

    def _reason(self, reason: str) -> str:
        """Why two conditions were not compared: one of the outcomes is undetermined, or not all was gone through."""
        return say(self.lang, f"why.{reason}" if reason in _UNDETERMINED else f"diff.why.{reason}")

    def _whole(self, indicator: Indicator, sheet: Sheet) -> str:
        """Return the condition of an indicator in one line."""
        text = sheet.one_line(indicator.require)
        return text if indicator.applies_if is None else f"{text} ({self._applies(indicator, sheet)})"

    def _applies(self, indicator: Indicator, sheet: Sheet) -> str:
        return (
            ""
            if indicator.applies_if is None
            else say(self.lang, "sheet.applies", text=sheet.one_line(indicator.applies_if))
        )

    # -- what is asked -------------------------------------------------------------------------

    def _pair(self, old: "Asked | None", new: "Asked | None", change: "Change") -> str:
        said_old, said_new = (a and self._asked(a, sheet) for a, sheet in zip((old, new), self.sheets, strict=True))
        side, sheet = (new, self.sheets[1]) if new is not None else (old, self.sheets[0])
        what = self._about(side, sheet) if side is not None else ""
        if said_old and said_new:
            same = what == f"{change.no} {change.title.text(self.lang) if change.title else ''}"
            return say(self.lang, "diff.form" if same else "diff.changed", what=what, old=said_old, new=said_new)
        if change.old is None or change.new is None:
            return say(self.lang, "diff.only", what=what, asked=said_old or said_new)
        return (
            say(self.lang, "diff.put", what=what, new=said_new)
            if said_new
            else say(self.lang, "diff.taken", what=what, old=said_old)
        )

    def _about(self, asked: "Asked", sheet: Sheet) -> str:
        """Return what a comparison is about, with its number."""
        leaf = asked.leaf
        if leaf.title is not None:
            title = leaf.title.text(self.lang)
        elif isinstance(leaf, Comparison):
            title = ", ".join(sheet.words.fact_title(name) for name in leaf.facts)
        else:
            title = sheet.one_line(leaf) if isinstance(leaf, Meets) else ""
        what = f"{asked.address} {title}".strip()
        return say(self.lang, "diff.applies_if", what=what) if asked.role == "applies_if" else what

    def _asked(self, asked: "Asked", sheet: Sheet) -> str:
        """Return what is asked, with citation and evidence."""
        leaf, cell = asked.leaf, asked.cell
        if cell is None:
            return say(self.lang, "sheet.no_cell")
        text = sheet.asked(leaf, cell) if isinstance(leaf, Comparison | Open) else sheet.one_line(leaf)
        return f"{text} ({self._standing(cell, sheet)})"

    def _standing(self, cell: Cell, sheet: Sheet) -> str:
        parts = [self.words.citation(cell.citation)]
        if cell.blame != cell.citation.instrument:
            parts = [", ".join((cell.blame.number, *parts))]
        return "; ".join([*parts, sheet.evidence(cell)] if cell.evidence else parts)

    # -- columns -------------------------------------------------------------------------------

    def _columns(self, step: "Step") -> str:
        """Return the columns of a step: as ranges where they are all combinations of these, else one by one."""
        ranges = step.ranges
        if ranges is None:
            return " | ".join(self._column(columns) for columns in step.columns)
        return self._joined(ranges)

    def _column(self, columns: "Columns") -> str:
        return self._joined([(column.selector, ((column.old, column.new),)) for column in columns])

    def _joined(self, ranges: Iterable[tuple[str, Values]]) -> str:
        """Selectors with their values; where each set has selectors of its own, by set."""
        found = dict(ranges)
        only_old = {s for s, values in found.items() if all(new is None for _, new in values)}
        only_new = {s for s, values in found.items() if all(old is None for old, _ in values)}
        parts: list[str] = []
        for selector, values in found.items():
            text = self._values(selector, values)
            if only_old and only_new and selector in only_old | only_new:
                text = say(self.lang, "diff.column_before" if selector in only_old else "diff.column_now", column=text)
            parts.append(text)
        return "; ".join(parts)

    def _values(self, selector: str, values: Values) -> str:
        texts = [(self._value(selector, old, 0), self._value(selector, new, 1)) for old, new in values]
        said = [
            say(self.lang, "diff.from_to", old=old, new=new) if old and new and old != new else new or old
            for old, new in texts
        ]
        if selector == "year":
            return say(self.lang, "diff.years", years=", ".join(_spans(said)))
        return ", ".join(dict.fromkeys(said))

    def _value(self, selector: str, value: str | None, side: int) -> str:
        return "" if value is None else self.sheets[side].column((selector,), (value,), bound=True)

    # -- units ---------------------------------------------------------------------------------

    def witness(self, witness: "Witness") -> str:
        """Return the facts of a unit and its outcomes."""
        outcomes = self._outcomes(witness.before, witness.after)
        if not witness.given:
            return say(self.lang, "diff.any_unit", outcomes=outcomes)
        facts = "; ".join(self._fact(name, value) for name, value in witness.given)
        return say(self.lang, "diff.witness", facts=facts, outcomes=outcomes)

    def _fact(self, name: str, value: FactValue) -> str:
        fact = self.words.facts.get(name)
        if isinstance(value, bool):
            text = self.words.yes_no(fact, value)
        else:
            text = self.words.value(fact, value if isinstance(value, str) else Decimal(str(value)))
            if fact is not None and fact.type is not FactType.PERCENT:
                text = with_unit(text, fact, self.lang)
        return say(self.lang, "diff.answer", title=self.words.fact_title(name), value=text)

    def _outcomes(self, before: Outcome | None, after: Outcome | None) -> str:
        if before is None or after is None:
            code = "diff.after" if before is None else "diff.before"
            side, words = (before, self.sheets[0].words) if after is None else (after, self.sheets[1].words)
            return say(self.lang, code, outcome=words.outcome(side) if side is not None else "")
        was, is_ = self.sheets[0].words.outcome(before), self.sheets[1].words.outcome(after)
        return say(self.lang, "diff.before_after", before=was, after=is_)

    def unit(self, unit: "UnitDifference") -> Iterator[str]:
        """Yield the lines of a unit whose outcomes differ: the set, then each indicator, what was there and asked."""
        yield say(
            self.lang, "diff.unit", unit=unit.unit, before=self.counted(unit.before), after=self.counted(unit.after)
        )
        for old, new in unit.criteria:
            place = self._place("criterion", old, new)
            yield f"  {say(self.lang, 'diff.flipped', place=place, outcomes=self._both(old, new))}"
        for was, is_ in unit.indicators:
            yield from (f"  {line}" for line in self._flipped(was, is_))

    def counted(self, verdict: Verdict | Judged) -> str:
        """Return the outcome of a whole set with its criteria."""
        outcome = outcome_word(self.lang, verdict.outcome, verdict.ruleset.met_means)
        return say(self.lang, "diff.with_counts", outcome=outcome, counts=of_criteria(self.lang, verdict))

    def _flipped(self, old: IndicatorResult | None, new: IndicatorResult | None) -> Iterator[str]:
        place, outcomes, *sides = self.flipped(old, new)
        yield say(self.lang, "diff.flipped", place=place, outcomes=outcomes)
        for code, words in zip(("diff.was", "diff.is"), sides, strict=True):
            if words:
                yield f"  {say(self.lang, code, what=words)}"

    def flipped(self, old: IndicatorResult | None, new: IndicatorResult | None) -> tuple[str, str, str, str]:
        """Describe an indicator whose outcome differs: place, outcomes, what was asked and there before and now.

        What a set does not have is empty.
        """
        sides: list[str] = []
        for side, sheet in zip((old, new), self.sheets, strict=True):
            words = ""
            if side is not None:
                applies = side.applies is None or side.applies.outcome is Outcome.MET
                title = side.indicator.title.text(self.lang) if side.indicator.title else ""
                words = sheet.words.tree(side.tree, title) if applies else sheet.words.outcome(side.outcome)
            sides.append(words)
        return self._place("indicator", old, new), self._both(old, new), sides[0], sides[1]

    def _place(self, level: str, old: Result | None, new: Result | None) -> str:
        result = new or old
        if result is None:
            return ""
        about = result.indicator if isinstance(result, IndicatorResult) else result.criterion
        place = say(self.lang, f"diff.level.{level}", no=result.no)
        return f"{place} {about.title.text(self.lang)}" if about.title else place

    def _both(self, old: Result | None, new: Result | None) -> str:
        return self._outcomes(None if old is None else old.outcome, None if new is None else new.outcome)


def _spans(years: Iterable[str]) -> Iterator[str]:
    """Years that follow each other as one span; anything else as it is."""
    plain = sorted(int(year) for year in years if year.isdigit())
    for _, group in itertools.groupby(enumerate(plain), key=lambda pair: pair[1] - pair[0]):
        span = [year for _, year in group]
        yield str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}"
    yield from (year for year in years if not year.isdigit())
