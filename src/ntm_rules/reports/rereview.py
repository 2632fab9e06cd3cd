"""A re-review in words: what became of the units, whose recognition is at stake, and which indicators turned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from ntm_rules.difference.changes import UNLISTED
from ntm_rules.difference.flips import Twins
from ntm_rules.difference.words import DiffWords
from ntm_rules.messages.catalogue import say
from ntm_rules.model.outcomes import Outcome
from ntm_rules.programme.rereview import Rereview, ReviewedUnit, Transition
from ntm_rules.reports.report import Report, Table, Value
from ntm_rules.words.sentences import outcome_word

_NOT_MET = (Transition.LOST, Transition.STILL_NOT_MET, Transition.UNDETERMINED_NOW_NOT_MET)
_UNDETERMINED = (
    Transition.NOW_UNDETERMINED,
    Transition.NOT_MET_NOW_UNDETERMINED,
    Transition.STILL_UNDETERMINED,
)
_SHOWN = {Transition.LOST, Transition.NOW_UNDETERMINED, Transition.GAINED}
_OPENED = (Transition.NOW_UNDETERMINED, Transition.NOT_MET_NOW_UNDETERMINED)


def rereview_report(found: Rereview, lang: str = "vi", *, lines: Sequence[str] = ()) -> Report:
    """Return a re-review as a report.

    Args:
        lang: ``vi`` or ``en``.
        lines: more of the heading, e.g. which law the two sets are.

    Raises:
        UnknownName: another language.
    """
    return _RereviewReport(found, DiffWords(found.old, found.new, lang)).report(lines)


@frozen
class _RereviewReport:
    """Writes one report."""

    found: Rereview
    words: DiffWords

    def head(self, *codes: str) -> tuple[str, ...]:
        return tuple(say(self.words.lang, code) for code in codes)

    def report(self, lines: Sequence[str]) -> Report:
        """Return the whole report."""
        acts = any(unit.recognised is not None for unit in self.found.units)
        tables = [self.transitions(acts)]
        at_stake = [unit for unit in self.found.units if unit.at_stake]
        if at_stake:
            tables.append(self.units("report.at_stake_table", at_stake))
            tables.append(self.not_satisfied(at_stake))
        tables += self.hinges()
        tables.append(self.units("report.each_unit", self.found.units))
        tables += self.missing()
        turned = tuple(row for unit in self.found.units for row in self.turned(unit))
        if turned:
            columns = self.head(
                "report.unit", "report.hinge", "report.transition", "report.before_set", "report.after_set"
            )
            tables.append(self.table("report.why", columns, turned))
        unlisted = Twins.of(self.found.old, self.found.new).unlisted
        told = (say(self.words.lang, f"diff.kind.{UNLISTED[side].value}") for side in unlisted)
        return Report(self.words.lang, say(self.words.lang, "report.rereview"), (*lines, *told), tuple(tables))

    def transitions(self, acts: bool) -> Table:
        """How many units went which way; those recognised apart."""
        recognised = self.found.recognised
        rows: tuple[tuple[Value, ...], ...] = tuple(
            (say(self.words.lang, f"report.to.{transition.value}"), count, *([recognised[transition]] if acts else []))
            for transition, count in self.found.counts.items()
        )
        lost, undetermined = (sum(recognised[each] for each in some) for some in (_NOT_MET, _UNDETERMINED))
        notes = (say(self.words.lang, "report.at_stake", lost=lost, undetermined=undetermined),) if acts else ()
        columns = self.head("report.transition", "report.units", *(["report.recognised_units"] if acts else []))
        return self.table("report.transitions", columns, rows, notes)

    def table(
        self, code: str, columns: tuple[str, ...], rows: tuple[tuple[Value, ...], ...], notes: tuple[str, ...] = ()
    ) -> Table:
        """Return a table, with its title and its short name."""
        tab = say(self.words.lang, f"report.tab.{code.removeprefix('report.')}")
        return Table(say(self.words.lang, code), columns, rows, notes, tab)

    def units(self, code: str, units: Iterable[ReviewedUnit]) -> Table:
        """Return a line for each unit."""
        chosen = tuple(units)
        kept = tuple(dict.fromkeys(name for unit in chosen for name in unit.kept))
        columns = (
            *self.head("report.unit"),
            *kept,
            *self.head(
                "report.recognised", "report.before_set", "report.after_set", "report.transition", "report.missing"
            ),
        )
        provisional = any(verdict.provisional for unit in chosen for verdict in (unit.before, unit.after))
        notes = self.head("cli.foot_provisional") if provisional else ()
        return self.table(code, columns, tuple(self.unit(unit, kept) for unit in chosen), notes)

    def not_satisfied(self, units: Iterable[ReviewedUnit]) -> Table:
        """Return a line for each indicator of the new set that keeps a recognised unit from it, turned or not."""
        columns = self.head("report.unit", "report.hinge", "report.outcome", "report.figures_asked")
        rows = tuple(row for unit in units for row in self.reasons(unit))
        return self.table("report.not_satisfied", columns, rows)

    def reasons(self, unit: ReviewedUnit) -> Iterator[tuple[Value, ...]]:
        """Yield why a unit does not satisfy the new set; what the law leaves open for every unit on one line."""
        lang, open_ = self.words.lang, [reason.indicator for reason in unit.reasons if reason.open_by_law]
        for reason in unit.reasons:
            if not reason.open_by_law:
                title = f" {reason.title.text(lang)}" if reason.title is not None else ""
                outcome = outcome_word(lang, reason.outcome, reason.met_means)
                yield unit.unit, f"{reason.indicator}{title}", outcome, reason.why(lang)
        if open_:
            outcome = outcome_word(lang, Outcome.UNDETERMINED)
            yield unit.unit, ", ".join(open_), outcome, say(lang, "report.open_by_law")

    def unit(self, unit: ReviewedUnit, kept: Sequence[str]) -> tuple[Value, ...]:
        act = "" if unit.recognised is None else say(self.words.lang, "report.yes" if unit.recognised else "report.no")
        before, after = (
            self.words.counted(verdict) + (" (*)" if verdict.provisional else "")
            for verdict in (unit.before, unit.after)
        )
        if unit.before.has_judgements:
            judged = self.words.counted(unit.before.judged)
            before = say(self.words.lang, "report.before_judged", before=before, judged=judged)
        missing = len(unit.missing) or None
        passed = (unit.kept.get(name, "") for name in kept)
        return (
            unit.unit,
            *passed,
            act,
            before,
            after,
            say(self.words.lang, f"report.to.{unit.transition.value}"),
            missing,
        )

    def fact(self, name: str) -> str:
        """Return a fact that is missing, marked where only the new set asks for it."""
        title = self.words.words.fact_title(name)
        asked = {fact.id for fact in self.found.old.facts}
        return title if name in asked else say(self.words.lang, "report.newly_asked", fact=title)

    def missing(self) -> Iterator[Table]:
        """Yield the facts to collect, with how many units lack them; then those of each unit decided before."""
        counted = Counter(name for unit in self.found.units for name in unit.missing)
        if counted:
            columns = self.head("report.fact", "report.units")
            rows = tuple((self.fact(name), count) for name, count in counted.most_common())
            yield self.table("report.missing_facts", columns, rows)
        opened = (unit for unit in self.found.units if unit.transition in _OPENED)
        each = tuple((unit.unit, self.fact(name)) for unit in opened for name in unit.missing)
        if each:
            yield self.table("report.missing_each", self.head("report.unit", "report.fact"), each)

    def hinges(self) -> Iterator[Table]:
        """Yield the indicators of the new set that turned, those that turned the most units first."""
        titles = {i.no: i.title for criterion in self.found.new.criteria for i in criterion.indicators}
        counted = sorted(self.found.turned.items(), key=lambda item: -sum(item[1].values()))
        rows = tuple(
            (
                f"{no} {title.text(self.words.lang) if (title := titles[no]) is not None else ''}".strip(),
                counts.get(Transition.LOST, 0),
                counts.get(Transition.NOW_UNDETERMINED, 0),
                counts.get(Transition.GAINED, 0),
            )
            for no, counts in counted
            if not _SHOWN.isdisjoint(counts)
        )
        if rows:
            columns = self.head("report.hinge", "report.hinge_lost", "report.hinge_open", "report.hinge_gained")
            yield self.table("report.hinges", columns, rows)

    def turned(self, unit: ReviewedUnit) -> Iterator[tuple[Value, ...]]:
        """Yield a line for each indicator whose outcome differs."""
        for old, new in unit.difference.indicators:
            yield (unit.unit, *self.words.flipped(old, new))
