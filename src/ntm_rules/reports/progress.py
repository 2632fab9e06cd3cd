"""Progress in words: heading, targets, and for each tier counts, bands, groups and changes."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from attrs import frozen

from ntm_rules.messages.catalogue import Message, check_language, is_known, say
from ntm_rules.model.plans import Aim, Figure, Known, Target
from ntm_rules.programme.progress import Achievement, Group, Progress, Reached, TierProgress
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
_ALIKE = ("report.units", "report.recognised")
"""What no judgement changes."""
_BY_FINDING = ("gained", "lost")

Pair = tuple[Value, Value]
"""A value now, and in the earlier file."""


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
        if self.found.judged is not None:
            yield say(self.lang, "report.judged")
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
        columns = (
            *self.words("report.tier", "report.target"),
            *self.headed(*self.words("report.found", "report.found_left")),
            *self.words("report.acted", "report.acted_left", "report.known"),
        )
        readings = self.found, *([] if self.found.judged is None else [self.found.judged])
        rows = tuple(map(self.target, *(reading.achievements for reading in readings)))
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

    def headed(self, *names: str) -> tuple[str, ...]:
        """Return the names of columns, and of the same ones in the second reading where there is one."""
        return names if self.found.judged is None else (*names, *map(self.with_judgements, names))

    def with_judgements(self, name: str) -> str:
        return say(self.lang, "report.with_judgements", name=name)

    def readings(self, tier: TierProgress) -> tuple[TierProgress, ...]:
        """Return a tier by figures and, where there are judgements, with these."""
        return (tier,) if self.found.judged is None else (tier, self.found.judged.tier(tier.tier))

    def target(self, *each: Achievement) -> tuple[Value, ...]:
        """Return a target with what is reached of it, by finding in every reading."""
        target, act = each[0].target, each[0].by_act
        found = [value for reading in each for value in self.reached(target, reading.by_finding)]
        acted = self.reached(target, act, target.aim is Aim.AVERAGE)
        return (self.tier(target.tier), self.aim(target), *found, *acted, self.known(target.known))

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
        yield self.summary(name, tier)
        if tier.now.counted and tier.met_means is None:
            yield self.bands(name, tier)
            yield self.counts(name, tier)
        if tier.groups:
            yield self.groups(name, tier)
        if tier.under and tier.met_means is None:
            title = say(self.lang, "report.listed", tier=name, count=tier.scale.under)
            columns = (*self.words("report.unit"), *self.found.by, *self.headed(*self.words("report.criteria")))
            tab = self.tab("listed", tier, count=tier.scale.under)
            yield Table(title, columns, tuple(self.listed(record) for record in tier.under), tab=tab)
        if tier.change is not None:
            yield from self.turned(name, tier)
        if every_unit:
            columns = (
                *self.words("report.unit"),
                *self.found.by,
                *self.headed(*self.words("report.outcome"), self.named("report.criteria", tier)),
                *self.words("report.recognised"),
            )
            provisional = any(record.provisional for side in self.readings(tier) for record in side.records)
            yield Table(
                say(self.lang, "report.all_units", tier=name),
                columns,
                tuple(self.unit(record) for record in tier.records),
                self.words("cli.foot_provisional") if provisional else (),
                tab=self.tab("all_units", tier),
            )

    def summary(self, name: str, tier: TierProgress) -> Table:
        """Return a line for each thing counted; those that are always nought are left out."""
        sides = [(side.now, _before(side)) for side in self.readings(tier)]
        rows: list[tuple[Value, ...]] = []
        for row in _ROWS:
            values = [(row.of(now), None if then is None else row.of(then)) for now, then in sides]
            known = (tier.now.counted and tier.met_means is None) or row.code not in _OF_CRITERIA
            if known and (row.always or any(now or then for now, then in values)):
                rows.append((self.named(row.code, tier), *self.side_by_side(tier, values)))
            if row.code == "report.not_met":
                rows += self.graded(tier, sides)
        columns = (*self.words("report.what"), *self.compared_with(tier, "report.now"))
        title, tab = say(self.lang, "report.summary", tier=name), self.tab("summary", tier)
        return Table(title, columns, tuple(rows), tab=tab)

    def side_by_side(self, tier: TierProgress, values: Sequence[Pair]) -> Iterator[Value]:
        """Yield a value of each reading, with the earlier one and the difference where there is an earlier file."""
        for now, then in values:
            yield say(self.lang, "report.not_here") if now is None else now
            if tier.change is not None:
                yield from (then, _difference(now, then))

    def compared_with(self, tier: TierProgress, code: str) -> tuple[str, ...]:
        """Return the names of the columns that ``side_by_side`` fills."""
        return self.headed(*self.words(code, *([] if tier.change is None else ["report.before", "report.change"])))

    def named(self, code: str, tier: TierProgress) -> str:
        """Return the name of a line or column; of a tier that nobody wants to meet it says what meeting it means."""
        special = f"report_of.{tier.met_means}.{code.removeprefix('report.')}"
        return say(self.lang, special if is_known(special) else code, count=tier.scale.under)

    def graded(self, tier: TierProgress, sides: Sequence[tuple[Tally, Tally | None]]) -> Iterator[tuple[Value, ...]]:
        """Of those not met, how many have each grade."""
        given = [side for pair in sides for side in pair if side is not None]
        for name, grade in {grade.id: grade for side in given for grade, _ in side.grades}.items():
            title = grade.title.text(self.lang) if grade.title is not None else name
            values = [(_of_grade(now, name), None if then is None else _of_grade(then, name)) for now, then in sides]
            yield (say(self.lang, "report.graded", grade=title), *self.side_by_side(tier, values))

    def bands(self, name: str, tier: TierProgress) -> Table:
        """Units by the band of how many criteria they meet."""
        sides = [(side.now.bands, _before(side)) for side in self.readings(tier)]
        rows = [
            (
                self.band(band, tier.scale),
                *self.side_by_side(
                    tier, [(now[place].units, None if then is None else then.bands[place].units) for now, then in sides]
                ),
            )
            for place, band in enumerate(tier.now.bands)
        ]
        columns = (*self.words("report.band"), *self.compared_with(tier, "report.units"))
        return Table(say(self.lang, "report.bands", tier=name), columns, tuple(rows), tab=self.tab("bands", tier))

    def counts(self, name: str, tier: TierProgress) -> Table:
        """Units by how many criteria they meet, without counts that none has."""
        sides = [{band.low: band.units for band in side.now.counts} for side in self.readings(tier)]
        rows = tuple(
            (say(self.lang, "report.band_one", low=count), *(side.get(count, 0) for side in sides))
            for count in sorted({count for side in sides for count in side}, reverse=True)
        )
        columns = (*self.words("report.band"), *self.headed(*self.words("report.units")))
        return Table(say(self.lang, "report.counts", tier=name), columns, rows, tab=self.tab("counts", tier))

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
        columns, rows = list(self.found.by), [self.path(group) for group in tier.groups]
        for side in self.readings(tier):
            first = side is tier
            mine, moved = ([r for r in some if first or r.code not in _ALIKE] for some in (shown, changing))
            heads = [self.named(row.code, tier) for row in mine]
            heads += [f"{self.named(row.code, tier)}: {say(self.lang, 'report.change')}" for row in moved]
            columns += heads if first else map(self.with_judgements, heads)
            rows = [(*row, *_grouped(group, mine, moved)) for row, group in zip(rows, side.groups, strict=True)]
        by = ", ".join(self.found.by)
        title, tab = say(self.lang, "report.groups", tier=name, by=by), self.tab("groups", tier, by=by)
        return Table(title, tuple(columns), tuple(rows), tab=tab)

    def path(self, group: Group) -> tuple[Value, ...]:
        """Return the cells that name a group, empty ones for the columns below it."""
        named = (name or say(self.lang, "report.no_group") for name in group.path)
        return (*named, *[""] * (len(self.found.by) - len(group.path)))

    def both(self, record: UnitRecord) -> tuple[UnitRecord, ...]:
        """Return a unit by figures and, where there are judgements on any, with these."""
        return (record,) if self.found.judged is None else (record, record.judged or record)

    def called(self, record: UnitRecord) -> tuple[Value, ...]:
        return (record.unit, *(record.groups.get(name, "") for name in self.found.by))

    def listed(self, record: UnitRecord) -> tuple[Value, ...]:
        return (*self.called(record), *map(self.criteria, self.both(record)))

    def criteria(self, record: UnitRecord) -> Value:
        ends = ends_of(record)
        return None if ends is None else f"{'–'.join(dict.fromkeys(map(str, ends)))}/{record.criteria_total}"

    def unit(self, record: UnitRecord) -> tuple[Value, ...]:
        found = [cell for each in self.both(record) for cell in (self.outcome(each), self.criteria(each))]
        act = "" if record.recognised is None else say(self.lang, "report.yes" if record.recognised else "report.no")
        return (*self.called(record), *found, act)

    def outcome(self, record: UnitRecord) -> str:
        outcome = "" if record.outcome is None else outcome_word(self.lang, record.outcome, record.met_means)
        if record.grade is not None:
            outcome += f", {record.grade.title.text(self.lang) if record.grade.title is not None else record.grade.id}"
        return outcome + (" (*)" if record.provisional else "")

    def turned(self, name: str, tier: TierProgress) -> Iterator[Table]:
        """Yield the units that are not as they were."""
        change = tier.change
        rows = [(unit, self.named(f"report.became.{kind}", tier)) for kind in _LISTS for unit in getattr(change, kind)]
        for side in self.readings(tier)[1:]:
            for kind in _BY_FINDING:
                turned = (unit for unit in getattr(side.change, kind) if unit not in getattr(change, kind))
                rows += [(unit, self.with_judgements(self.named(f"report.became.{kind}", tier))) for unit in turned]
        merged = {} if change is None else change.merged
        rows += [(unit, say(self.lang, "report.became.merged", units=old)) for unit, old in merged.items()]
        if rows:
            title, tab = say(self.lang, "report.turned", tier=name), self.tab("turned", tier)
            yield Table(title, self.words("report.unit", "report.turn"), tuple(rows), tab=tab)


def _before(tier: TierProgress) -> Tally | None:
    """Return the units of the earlier file."""
    return None if tier.change is None else tier.change.before


def _of_grade(found: Tally, grade: str) -> int:
    """How many units have a grade."""
    return {each.id: count for each, count in found.grades}.get(grade, 0)


def _grouped(group: Group, shown: Sequence[_Row], changing: Sequence[_Row]) -> Iterator[Value]:
    """Yield what is counted of a group, then what changed."""
    yield from (row.of(group.now) for row in shown)
    if group.before is not None:
        yield from (_difference(row.of(group.now), row.of(group.before)) for row in changing)


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
