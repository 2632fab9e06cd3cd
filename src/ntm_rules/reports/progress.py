"""Progress in words: heading, targets, and for each tier counts, bands, groups and changes."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from ntm_rules.messages.catalogue import Message, check_language, is_known, say
from ntm_rules.model.plans import Aim, Figure, Known, Target
from ntm_rules.programme.progress import Achievement, Progress, Reached, TierProgress
from ntm_rules.programme.record import UnitRecord
from ntm_rules.programme.tally import Band, Scale, Span, Tally, ends_of
from ntm_rules.reports.report import Report, Table, Value, text_of
from ntm_rules.words.numbers import day
from ntm_rules.words.sentences import outcome_word

_LISTS = ("gained", "lost", "recognised", "withdrawn", "added", "gone", "unfollowed")


def progress_report(
    found: Progress,
    lang: str = "vi",
    *,
    lines: Sequence[str] = (),
    province: str = "",
    every_unit: bool = False,
    published: bool = False,
) -> Report:
    """Progress as a report.

    Args:
        lang: ``vi`` or ``en``.
        lines: more of the heading, e.g. which law was applied.
        province: the name of the province of the plan.
        every_unit: with a table of all units at the end.
        published: the findings are published counts, not worked out from figures.

    Raises:
        UnknownName: another language.
    """
    check_language(lang)
    return _ProgressReport(found, lang).report(lines, province, every_unit, published)


@frozen
class _Row:
    """One line of a summary: the code of its name, and what it says of a tally."""

    code: str
    of: Callable[[Tally], Value]
    always: bool = True


_ROWS = (
    _Row("report.units", lambda t: t.units),
    _Row("report.met", lambda t: None if t.by_finding is None else t.met),
    _Row("report.not_met", lambda t: None if t.by_finding is None else t.not_met),
    _Row("report.undetermined", lambda t: None if t.by_finding is None else t.undetermined, always=False),
    _Row("report.not_applicable", lambda t: t.not_applicable, always=False),
    _Row("report.no_finding", lambda t: t.no_finding, always=False),
    _Row("report.provisional", lambda t: t.provisional, always=False),
    _Row("report.met_share", lambda t: _percent(t.by_finding, t.units)),
    _Row("report.recognised", lambda t: t.by_act),
    _Row("report.recognised_share", lambda t: _percent(t.by_act, t.units)),
    _Row("report.counted", lambda t: 0 if t.counted == t.units else t.counted, always=False),
    _Row("report.average_row", lambda t: t.average),
    _Row("report.under", lambda t: t.under if t.counted else None),
)

_GROUPED = tuple(
    row
    for row in _ROWS
    if row.code
    in (
        "report.units",
        "report.met",
        "report.not_met",
        "report.undetermined",
        "report.recognised",
        "report.average_row",
        "report.under",
    )
)
_OF_CRITERIA = ("report.counted", "report.average_row", "report.under")
"""What says how near units are to meeting a tier: nothing of a tier that nobody wants to meet."""
_CHANGING = ("report.met", "report.recognised", "report.average_row")


@frozen
class _ProgressReport:
    """Writes one report."""

    found: Progress
    lang: str

    def tier(self, tier: str) -> str:
        """Return a tier in words with its id; the id alone where there are no words for it."""
        level, _, name = tier.partition("/")
        codes = f"report.level.{level}", f"report.tier_of.{name}"
        if not all(map(is_known, codes)):
            return tier
        return say(self.lang, "report.tier_named", level=Message(codes[0]), tier=Message(codes[1]), id=tier)

    def report(self, lines: Sequence[str], province: str, every_unit: bool, published: bool) -> Report:
        """Return the whole report."""
        tables = list(self.targets())
        for tier in self.found.tiers:
            tables += self.tables(tier, every_unit)
        head = (*self.heading(province), *lines, *self.explained(tables, published), *self.compared())
        return Report(self.lang, say(self.lang, "report.progress"), head, tuple(tables))

    def explained(self, tables: Sequence[Table], published: bool) -> Iterator[str]:
        """Yield what has to be known to read the tables, as far as it comes up in them."""
        if self.found.plan is not None or any(tier.now.by_act is not None for tier in self.found.tiers):
            yield say(self.lang, "report.two_things_published" if published else "report.two_things")
        values = (value for table in tables for row in table.rows for value in row)
        open_ = any(record.criteria_undetermined for tier in self.found.tiers for record in tier.records)
        if open_ or any(isinstance(value, Span) and not value.known for value in values):
            yield say(self.lang, "report.span")

    def heading(self, province: str) -> Iterator[str]:
        """Yield the day and the plan."""
        if self.found.as_of is not None:
            yield say(self.lang, "report.as_of", date=day(self.found.as_of, self.lang))
        plan = self.found.plan
        if plan is not None:
            instrument = plan.instrument
            values = {"title": plan.title.text(self.lang), "province": province or plan.province}
            if instrument is None:
                yield say(self.lang, "report.plan", **values)
            else:
                number = f"{instrument.number} ({day(instrument.date, self.lang)})"
                yield say(self.lang, "report.plan_number", **values, instrument=number)

    def compared(self) -> Iterator[str]:
        """Say how the units of the earlier file were found again."""
        changes = [tier.change for tier in self.found.tiers if tier.change is not None]
        if any(not change.followed for change in changes):
            yield say(self.lang, "report.by_name")
        for since in dict.fromkeys(change.since for change in changes):
            if since is not None:
                yield say(self.lang, "report.since", date=day(since, self.lang))

    # -- targets -------------------------------------------------------------------------------

    def targets(self) -> Iterator[Table]:
        """Yield what is planned: targets with what is reached, then the other figures."""
        plan = self.found.plan
        if plan is None:
            return
        columns = self.words(
            "report.tier",
            "report.target",
            "report.found",
            "report.found_left",
            "report.acted",
            "report.acted_left",
            "report.known",
        )
        rows = tuple(self.target(each) for each in self.found.achievements)
        notes = tuple(self.other_counts())
        yield Table(say(self.lang, "report.targets"), columns, rows, notes, say(self.lang, "report.tab.targets"))
        if plan.figures:
            rows = tuple(self.figure(figure) for figure in plan.figures)
            columns = self.words("report.figure", "report.value", "report.known")
            yield Table(say(self.lang, "report.figures"), columns, rows, tab=say(self.lang, "report.tab.figures"))

    def tab(self, what: str, tier: TierProgress, **params: object) -> str:
        """Return a short name of a table of a tier, which it says where there are several."""
        name = say(self.lang, f"report.tab.{what}", **params)
        if len(self.found.tiers) == 1:
            return name
        code = f"report.tier_short.{tier.tier.partition('/')[2]}"
        short = say(self.lang, code) if is_known(code) else tier.tier
        return say(self.lang, "report.tab.of_tier", tab=name, tier=short)

    def words(self, *codes: str) -> tuple[str, ...]:
        return tuple(say(self.lang, code) for code in codes)

    def target(self, each: Achievement) -> tuple[Value, ...]:
        """Return a target with what is reached of it."""
        target = each.target
        reached = [
            *self.reached(target, each.by_finding),
            *self.reached(target, each.by_act, target.aim is Aim.AVERAGE),
        ]
        return (self.tier(target.tier), self.aim(target), *reached, self.known(target.known))

    def reached(self, target: Target, reached: Reached | None, never: bool = False) -> tuple[Value, Value]:
        """Achieved and remaining; in words where they cannot be said."""
        if reached is not None:
            return reached.achieved, reached.remaining
        here = any(tier.tier == target.tier for tier in self.found.tiers)
        needs = here and target.aim is Aim.NEW and all(tier.change is None for tier in self.found.tiers)
        if never:
            return say(self.lang, "report.not_said"), None
        return say(self.lang, "report.needs_before" if needs else "report.not_here"), None

    def aim(self, target: Target) -> str:
        """Return what is to be reached, in words."""
        low, high = text_of(target.low, self.lang), text_of(target.high, self.lang)
        if target.out_of is not None:
            return say(self.lang, "report.total_of", count=low, whole=target.out_of)
        if target.low != target.high:
            return say(self.lang, "report.average_span", low=low, high=high)
        return say(self.lang, f"report.aim.{target.aim.value}", count=low)

    def other_counts(self) -> Iterator[str]:
        """Where the plan counts other units than the file has."""
        units = {tier.tier: tier.now.units for tier in self.found.tiers}
        for each in self.found.achievements:
            target = each.target
            if target.out_of is not None and units.get(target.tier, target.out_of) != target.out_of:
                name = self.tier(target.tier)
                yield say(self.lang, "report.other_count", whole=target.out_of, units=units[target.tier], tier=name)

    def figure(self, figure: Figure) -> tuple[Value, ...]:
        unit = figure.unit.text(self.lang)
        value = text_of(figure.value, self.lang) + (unit if unit == "%" else f" {unit}")
        return (
            figure.title.text(self.lang),
            say(self.lang, f"sheet.where.{figure.op}", value=value),
            self.known(figure.known),
        )

    def known(self, known: Known) -> str:
        """How a number is known, in words."""
        parts = [say(self.lang, f"sheet.evidence.{known.evidence.value}")]
        if known.confidence is not None:
            parts.append(say(self.lang, f"sheet.confidence.{known.confidence.value}"))
        parts += [text for text in (known.source, known.note) if text]
        return "; ".join(parts)

    # -- a tier --------------------------------------------------------------------------------

    def tables(self, tier: TierProgress, every_unit: bool) -> Iterator[Table]:
        """Everything about one tier."""
        name = self.tier(tier.tier)
        before = tier.change.before if tier.change is not None else None
        yield self.summary(name, tier, before)
        if tier.now.counted and tier.met_means is None:
            bands = [self.band(band, tier.scale) for band in tier.now.bands]
            yield self.banded(
                say(self.lang, "report.bands", tier=name),
                self.tab("bands", tier),
                bands,
                tier.now.bands,
                None if before is None else before.bands,
            )
            counts = [say(self.lang, "report.band_one", low=band.low) for band in tier.now.counts]
            title = say(self.lang, "report.counts", tier=name)
            yield self.banded(title, self.tab("counts", tier), counts, tier.now.counts, None)
        if tier.groups:
            yield self.groups(name, tier)
        if tier.under and tier.met_means is None:
            title = say(self.lang, "report.listed", tier=name, count=tier.scale.under)
            columns = (*self.words("report.unit"), *self.found.by, *self.words("report.criteria"))
            tab = self.tab("listed", tier, count=tier.scale.under)
            yield Table(title, columns, tuple(self.listed(record) for record in tier.under), tab=tab)
        if tier.change is not None:
            yield from self.turned(name, tier)
        if every_unit:
            columns = (
                *self.words("report.unit"),
                *self.found.by,
                *self.words("report.outcome"),
                self.named("report.criteria", tier),
                *self.words("report.recognised"),
            )
            yield Table(
                say(self.lang, "report.all_units", tier=name),
                columns,
                tuple(self.unit(record) for record in tier.records),
                self.words("cli.foot_provisional") if any(record.provisional for record in tier.records) else (),
                tab=self.tab("all_units", tier),
            )

    def summary(self, name: str, tier: TierProgress, before: Tally | None) -> Table:
        """Return a line for each thing counted; those that are always nought are left out."""
        rows: list[tuple[Value, ...]] = []
        for row in _ROWS:
            now, then = row.of(tier.now), None if before is None else row.of(before)
            known = (tier.now.counted and tier.met_means is None) or row.code not in _OF_CRITERIA
            if known and (row.always or now or then):
                label = self.named(row.code, tier)
                shown: Value = say(self.lang, "report.not_here") if now is None else now
                rows.append((label, shown) if before is None else (label, shown, then, _difference(now, then)))
            if row.code == "report.not_met":
                rows += self.graded(tier.now, before)
        columns = self.words("report.what", "report.now")
        if before is not None:
            columns += self.words("report.before", "report.change")
        title, tab = say(self.lang, "report.summary", tier=name), self.tab("summary", tier)
        return Table(title, columns, tuple(rows), tab=tab)

    def named(self, code: str, tier: TierProgress) -> str:
        """Return the name of a line or column; of a tier that nobody wants to meet it says what meeting it means."""
        special = f"report_of.{tier.met_means}.{code.removeprefix('report.')}"
        return say(self.lang, special if is_known(special) else code, count=tier.scale.under)

    def graded(self, now: Tally, before: Tally | None) -> Iterator[tuple[Value, ...]]:
        """Of those not met, how many have each grade."""
        grades = {grade.id: grade for side in (now, before) if side is not None for grade, _ in side.grades}
        for name, grade in grades.items():
            title = grade.title.text(self.lang) if grade.title is not None else name
            here, then = (
                None if side is None else {g.id: n for g, n in side.grades}.get(name, 0) for side in (now, before)
            )
            row: tuple[Value, ...] = (say(self.lang, "report.graded", grade=title), here)
            yield row if before is None else (*row, then, _difference(here, then))

    def banded(
        self, title: str, tab: str, labels: Sequence[str], now: Sequence[Band], before: Sequence[Band] | None
    ) -> Table:
        """Units by how many criteria they meet."""
        if before is None:
            rows = tuple((label, band.units) for label, band in zip(labels, now, strict=True))
            return Table(title, self.words("report.band", "report.units"), rows, tab=tab)
        three = zip(labels, now, before, strict=True)
        changed = tuple(
            (label, band.units, old.units, _difference(band.units, old.units)) for label, band, old in three
        )
        columns = self.words("report.band", "report.units", "report.before", "report.change")
        return Table(title, columns, changed, tab=tab)

    def band(self, band: Band, scale: Scale) -> str:
        if band.low == band.high:
            return say(self.lang, "report.band_one", low=band.low)
        if band.low == 0 and band.high < scale.total:
            return say(self.lang, "report.band_below", above=band.high + 1)
        return say(self.lang, "report.band_span", low=band.low, high=band.high)

    def groups(self, name: str, tier: TierProgress) -> Table:
        """Return a line for each group, outer ones before what they hold, without columns of which nothing is known."""
        rows_ = [row for row in _GROUPED if tier.met_means is None or row.code not in _OF_CRITERIA]
        shown = [row for row in rows_ if any(row.of(group.now) is not None for group in tier.groups)]
        changing = [row for row in shown if row.code in _CHANGING] if tier.change is not None else []
        columns = [*self.found.by, *(self.named(row.code, tier) for row in shown)]
        change = say(self.lang, "report.change")
        columns += [f"{self.named(row.code, tier)}: {change}" for row in changing]
        rows: list[tuple[Value, ...]] = []
        for group in tier.groups:
            named = (name or say(self.lang, "report.no_group") for name in group.path)
            path = (*named, *[""] * (len(self.found.by) - len(group.path)))
            now = (row.of(group.now) for row in shown)
            then = group.before
            more = (_difference(row.of(group.now), row.of(then)) for row in changing if then is not None)
            rows.append((*path, *now, *more))
        by = ", ".join(self.found.by)
        title, tab = say(self.lang, "report.groups", tier=name, by=by), self.tab("groups", tier, by=by)
        return Table(title, tuple(columns), tuple(rows), tab=tab)

    def listed(self, record: UnitRecord) -> tuple[Value, ...]:
        return (record.unit, *(record.groups.get(name, "") for name in self.found.by), self.criteria(record))

    def criteria(self, record: UnitRecord) -> Value:
        ends = ends_of(record)
        return None if ends is None else f"{'–'.join(dict.fromkeys(map(str, ends)))}/{record.criteria_total}"

    def unit(self, record: UnitRecord) -> tuple[Value, ...]:
        outcome = "" if record.outcome is None else outcome_word(self.lang, record.outcome, record.met_means)
        if record.grade is not None:
            outcome += f", {record.grade.title.text(self.lang) if record.grade.title is not None else record.grade.id}"
        outcome += " (*)" if record.provisional else ""
        act = "" if record.recognised is None else say(self.lang, "report.yes" if record.recognised else "report.no")
        unit, *rest = self.listed(record)
        return (unit, *rest[:-1], outcome, rest[-1], act)

    def turned(self, name: str, tier: TierProgress) -> Iterator[Table]:
        """Yield the units that are not as they were."""
        change = tier.change
        rows = [(unit, self.named(f"report.became.{kind}", tier)) for kind in _LISTS for unit in getattr(change, kind)]
        merged = {} if change is None else change.merged
        rows += [(unit, say(self.lang, "report.became.merged", units=old)) for unit, old in merged.items()]
        if rows:
            title, tab = say(self.lang, "report.turned", tier=name), self.tab("turned", tier)
            yield Table(title, self.words("report.unit", "report.turn"), tuple(rows), tab=tab)


def _percent(part: Span | None, whole: int) -> Span | None:
    return None if part is None or not whole else Span(*(Fraction(100 * end) / whole for end in (part.low, part.high)))


def _difference(now: Value, before: Value) -> Value:
    """How much more there is now, with both ends where one of the two is not known."""
    new, old = _span(now), _span(before)
    return None if new is None or old is None else Span(new.low - old.high, new.high - old.low)


def _span(value: Value) -> Span | None:
    if isinstance(value, Span):
        return value
    return Span(value, value) if isinstance(value, int | Fraction) else None
