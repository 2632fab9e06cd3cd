"""A re-review in words: what became of the units, whose recognition is at stake, and which indicators turned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from ntm_rules.difference.words import DiffWords
from ntm_rules.programme.rereview import Rereview, ReviewedUnit, Transition
from ntm_rules.reports.phrases import say
from ntm_rules.reports.report import Report, Table, Value

_NOT_MET = (Transition.LOST, Transition.STILL_NOT_MET, Transition.UNDETERMINED_NOW_NOT_MET)
_UNDETERMINED = (
    Transition.NOW_UNDETERMINED,
    Transition.NOT_MET_NOW_UNDETERMINED,
    Transition.STILL_UNDETERMINED,
)
_OPENED = (Transition.NOW_UNDETERMINED, Transition.NOT_MET_NOW_UNDETERMINED)


def rereview_report(found: Rereview, lang: str = "vi", *, lines: Sequence[str] = ()) -> Report:
    """A re-review as a report.

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

    def say(self, name: str, **values: object) -> str:
        return say(self.words.lang, name, **values)

    def head(self, *names: str) -> tuple[str, ...]:
        return tuple(self.say(name) for name in names)

    def report(self, lines: Sequence[str]) -> Report:
        """The whole report."""
        acts = any(unit.recognised is not None for unit in self.found.units)
        tables = [self.transitions(acts)]
        at_stake = [unit for unit in self.found.units if unit.at_stake]
        if at_stake:
            tables.append(self.units("at_stake_table", at_stake))
        tables += self.hinges()
        tables.append(self.units("each_unit", self.found.units))
        tables += self.missing()
        turned = tuple(row for unit in self.found.units for row in self.turned(unit))
        if turned:
            columns = self.head("unit", "hinge", "transition", "before_set", "after_set")
            tables.append(Table(self.say("why"), columns, turned))
        return Report(self.words.lang, self.say("rereview"), tuple(lines), tuple(tables))

    def transitions(self, acts: bool) -> Table:
        """How many units went which way; those recognised apart."""
        recognised = self.found.recognised
        rows: tuple[tuple[Value, ...], ...] = tuple(
            (self.say(f"to_{transition.value}"), count, *([recognised[transition]] if acts else []))
            for transition, count in self.found.counts.items()
        )
        lost, undetermined = (sum(recognised[each] for each in some) for some in (_NOT_MET, _UNDETERMINED))
        notes = (self.say("at_stake", lost=lost, undetermined=undetermined),) if acts else ()
        columns = self.head("transition", "units", *(["recognised_units"] if acts else []))
        return Table(self.say("transitions"), columns, rows, notes)

    def units(self, title: str, units: Iterable[ReviewedUnit]) -> Table:
        """A line for each unit."""
        chosen = tuple(units)
        kept = tuple(dict.fromkeys(name for unit in chosen for name in unit.kept))
        names = ("recognised", "before_set", "after_set", "transition", "missing")
        columns = (self.say("unit"), *kept, *self.head(*names))
        return Table(self.say(title), columns, tuple(self.unit(unit, kept) for unit in chosen))

    def unit(self, unit: ReviewedUnit, kept: Sequence[str]) -> tuple[Value, ...]:
        act = "" if unit.recognised is None else self.say("yes" if unit.recognised else "no")
        before, after = (
            self.words.counted(verdict) + (" (*)" if verdict.provisional else "")
            for verdict in (unit.before, unit.after)
        )
        missing = len(unit.missing) or None
        passed = (unit.kept.get(name, "") for name in kept)
        return (unit.unit, *passed, act, before, after, self.say(f"to_{unit.transition.value}"), missing)

    def fact(self, name: str) -> str:
        """A fact that is missing, marked where only the new set asks for it."""
        title = self.words.words.fact_title(name)
        asked = {fact.id for fact in self.found.old.facts}
        return title if name in asked else self.say("newly_asked", fact=title)

    def missing(self) -> Iterator[Table]:
        """The facts to collect, with how many units lack them; then those of each unit that was decided before."""
        counted = Counter(name for unit in self.found.units for name in unit.missing)
        if counted:
            columns = self.head("fact", "units")
            rows = tuple((self.fact(name), count) for name, count in counted.most_common())
            yield Table(self.say("missing_facts"), columns, rows)
        opened = (unit for unit in self.found.units if unit.transition in _OPENED)
        each = tuple((unit.unit, self.fact(name)) for unit in opened for name in unit.missing)
        if each:
            yield Table(self.say("missing_each"), self.head("unit", "fact"), each)

    def hinges(self) -> Iterator[Table]:
        """The indicators of the new set that turned, those that turned the most units first."""
        titles = {i.no: i.title for criterion in self.found.new.criteria for i in criterion.indicators}
        counted = sorted(self.found.turned.items(), key=lambda item: -sum(item[1].values()))
        rows = tuple(
            (
                f"{no} {title.of(self.words.lang) if (title := titles[no]) is not None else ''}".strip(),
                counts.get(Transition.LOST, 0),
                counts.get(Transition.NOW_UNDETERMINED, 0),
                counts.get(Transition.GAINED, 0),
            )
            for no, counts in counted
        )
        if rows:
            yield Table(self.say("hinges"), self.head("hinge", "hinge_lost", "hinge_open", "hinge_gained"), rows)

    def turned(self, unit: ReviewedUnit) -> Iterator[tuple[Value, ...]]:
        """A line for each indicator whose outcome differs."""
        for old, new in unit.difference.indicators:
            yield (unit.unit, *self.words.flipped(old, new))
