"""Words for comparisons, conditions, citations and evidence, read off the evaluated tree."""

import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Context, Decimal
from fractions import Fraction

from ntm_rules.messages.catalogue import say
from ntm_rules.model.citations import Citation, Evidence
from ntm_rules.model.conditions import Op
from ntm_rules.model.facts import Direction, Fact, FactType
from ntm_rules.model.lists import Listed
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import Annotation, Connective, Evaluated, LeafResult, Times
from ntm_rules.model.rulesets import Grade
from ntm_rules.model.thresholds import Cell, Value
from ntm_rules.words.numbers import day, digits_for, number, with_unit

_SHORT = {
    Op.AT_LEAST: "words.short",
    Op.MORE_THAN: "words.short",
    Op.AT_MOST: "words.over",
    Op.LESS_THAN: "words.over",
    Op.EQUALS: "words.off",
}
_LISTED = {
    Evidence.OFFICIAL: "words.listed",
    Evidence.SECONDARY: "words.listed/secondary",
    Evidence.RECALLED: "words.listed/recalled",
}
_CELL_CODES = (ReasonCode.DELEGATED, ReasonCode.PENDING, ReasonCode.BELOW_MINIMUM_EVIDENCE)
"""The cell itself is open: its number is not what will be asked, so no sentence says that it is."""


_EXACT = Context(prec=800)
"""Enough digits for any two numbers of 15."""


class Words:
    """Words in one language for the facts of one ruleset.

    Args:
        lang: ``vi`` or ``en``.
        facts: every fact and derived fact of the ruleset by id.
        annotations: what the caller said about the facts.
        met_means: what it means to meet the ruleset, where that is not good news.
    """

    def __init__(
        self,
        lang: str,
        facts: Mapping[str, Fact],
        annotations: Mapping[str, Annotation] | None = None,
        met_means: str | None = None,
    ) -> None:
        self.lang = lang
        self.met_means = met_means
        self.facts = facts
        self.annotations = annotations or {}

    # -- values ------------------------------------------------------------------------------

    def value(self, fact: Fact | None, value: Value | Fraction | None, digits: int | None = None) -> str:
        """Return a value of a fact as it is printed, with its unit where that is a per cent sign."""
        if isinstance(value, bool):
            return say(self.lang, "words.is_yes" if value else "words.is_no")
        if isinstance(value, tuple):
            return ", ".join(self.value(fact, item) for item in value)
        if isinstance(value, Decimal | Fraction):
            text = number(value, self.lang, digits)
            return with_unit(text, fact, self.lang) if fact and fact.type is FactType.PERCENT else text
        if fact is not None and fact.value_titles and value in fact.value_titles:
            return fact.value_titles[str(value)].text(self.lang)
        return str(value)

    def required(self, op: Op, fact: Fact | None, value: Value | None, unit: bool = False) -> str:
        """Return what is asked, e.g. ``cần từ 45``; with its unit where no value comes before it."""
        if self.met_means is not None:
            return self._case(op, fact, value, unit)
        if isinstance(value, bool):
            return say(self.lang, "asked.yes" if value else "asked.no")
        numeric = fact is not None and fact.type.numeric
        name = op.value if op is not Op.EQUALS or numeric else "category"
        text = self.value(fact, value)
        if unit and fact is not None and fact.type is not FactType.PERCENT:
            text = with_unit(text, fact, self.lang)
        return say(self.lang, f"asked.{name}", required=text)

    def outcome(self, outcome: Outcome) -> str:
        """Return the outcome in words."""
        return outcome_word(self.lang, outcome, self.met_means)

    def _case(self, op: Op, fact: Fact | None, value: Value | None, unit: bool) -> str:
        """Return when the case applies of which a set speaks that nobody wants to meet."""
        if isinstance(value, bool):
            return say(self.lang, "words.case", what=say(self.lang, "words.is_there" if value else "words.is_absent"))
        text = self.value(fact, value)
        if unit and fact is not None and fact.type is not FactType.PERCENT:
            text = with_unit(text, fact, self.lang)
        return say(self.lang, "words.case", what=say(self.lang, f"sheet.where.{op.value}", value=text))

    def yes_no(self, fact: Fact | None, value: bool) -> str:
        """Return an answer: met or not for an achievement, there or not for a mere circumstance."""
        if self.met_means is not None or (fact is not None and fact.direction is Direction.NEITHER):
            return say(self.lang, "words.is_there" if value else "words.is_absent")
        return say(self.lang, "words.is_yes" if value else "words.is_no")

    def date(self, text: str) -> str:
        """Return a date as it is written: day first in Vietnamese."""
        return day(text, self.lang)

    # -- leaves ------------------------------------------------------------------------------

    def leaf(self, leaf: LeafResult) -> str:
        """One comparison: what is there, what is asked, by how much; or why it decides nothing."""
        if leaf.prerequisite is not None:
            return self._prerequisite(leaf)
        if leaf.outcome is Outcome.UNDETERMINED:
            return self._undetermined(leaf)
        if leaf.outcome is Outcome.NOT_APPLICABLE and leaf.required is None:
            return self.outcome(leaf.outcome)
        return self._decided(leaf)

    def _prerequisite(self, leaf: LeafResult) -> str:
        inner = leaf.prerequisite
        if inner is None:
            return ""
        title = inner.ruleset.title.text(self.lang) if inner.ruleset.title else inner.ruleset.id
        outcome = outcome_word(self.lang, inner.outcome, inner.ruleset.met_means)
        return say(self.lang, "words.meets", title=title, outcome=outcome, counts=of_criteria(self.lang, inner))

    def _decided(self, leaf: LeafResult) -> str:
        if isinstance(leaf.actual, bool):
            if leaf.required is True and self.met_means is None:
                return self._noted(leaf, self.yes_no(leaf.fact, leaf.actual))
            there = say(self.lang, "words.is_there" if leaf.actual else "words.is_absent")
            return self._noted(leaf, f"{there}, {self.required(leaf.op, leaf.fact, leaf.required)}")
        text = f"{self._actual(leaf)}, {self._required(leaf)}"
        margin = self._margin(leaf) if leaf.outcome is Outcome.NOT_MET else ""
        text = f"{text} ({margin})" if margin else text
        return say(self.lang, "words.denies", text=text) if leaf.spec.denies else text

    def _required(self, leaf: LeafResult) -> str:
        """Return what is asked; of a number of times also what that comes to."""
        times, factor = leaf.times, leaf.required
        if times is None or not isinstance(factor, Decimal):
            return self.required(leaf.op, leaf.fact, factor)
        amount = with_unit(number(_product(factor, times.base), self.lang), times.of, self.lang)
        factors = {"times": number(factor, self.lang), "base": number(times.base, self.lang)}
        text = say(self.lang, "words.times_asked", amount=amount, **factors)
        if self.met_means is not None:
            return say(self.lang, "words.case", what=say(self.lang, f"sheet.where.{leaf.op.value}", value=text))
        return say(self.lang, f"asked.{leaf.op.value}", required=text)

    def _times(self, leaf: LeafResult, fact: Fact, times: Times, actual: Decimal | Fraction) -> str:
        """Return a fact beside the one of which it is so many times."""
        here, base = (with_unit(number(n, self.lang), times.fact, self.lang) for n in (times.value, times.base))
        count, of = with_unit(self._figure(leaf, fact, actual), fact, self.lang), self.fact_title(times.of.id)
        return say(self.lang, "words.times", value=here, times=count, of=inside(of), base=base)

    def _actual(self, leaf: LeafResult) -> str:
        actual, fact = leaf.actual, leaf.fact
        if fact is not None and leaf.between is not None:
            low, high = (self._figure(leaf, fact, end) for end in leaf.between)
            return say(self.lang, "words.between", least=low, most=with_unit(high, fact, self.lang))
        if actual is None or fact is None:
            return ""
        if isinstance(actual, Decimal | Fraction):
            if leaf.times is not None:
                return self._noted(leaf, self._times(leaf, fact, leaf.times, actual))
            return self._noted(leaf, with_unit(self._figure(leaf, fact, actual), fact, self.lang))
        text = self.value(fact, actual)
        ordinal = fact.type is FactType.ORDINAL and not fact.value_titles
        return self._noted(leaf, say(self.lang, "words.level", actual=text) if ordinal else text)

    def _figure(self, leaf: LeafResult, fact: Fact, value: Decimal | Fraction) -> str:
        """Return a number in as many digits as show how it compares with what is asked."""
        asked = leaf.required if isinstance(leaf.required, Decimal) else Decimal(0)
        return number(value, self.lang, digits_for(value, asked, fact.decimals))

    def _noted(self, leaf: LeafResult, text: str) -> str:
        """Return the text with what the caller said about the fact."""
        note = self.annotations.get(leaf.fact.id) if leaf.fact else None
        if note is None:
            return text
        parts = [say(self.lang, f"words.by.{note.by}")] if note.by else []
        if note.body is not None:
            who = say(self.lang, f"judgement.body.{note.body.value}") if note.name is None else note.name
            parts.append(say(self.lang, f"words.figure.{note.body.value}", who=who))
        elif note.name is not None:
            parts.append(note.name)
        if note.source:
            parts.append(say(self.lang, "words.annotation", source=note.source))
        if note.as_of:
            parts.append(say(self.lang, "words.as_of", date=self.date(note.as_of)))
        parts += [say(self.lang, "judgement.date", date=note.date)] if note.date is not None else []
        parts += [say(self.lang, "judgement.document", document=note.document)] if note.document is not None else []
        parts += [say(self.lang, "words.note", note=note.note)] if note.note is not None else []
        return f"{text} [{'; '.join(parts)}]" if parts else text

    def _margin(self, leaf: LeafResult) -> str:
        """By how much it fails; empty where there is no margin or it is exactly on a bound that is not included."""
        margin, fact = leaf.margin, leaf.fact
        if margin is None or margin == 0 or fact is None or self.met_means is not None:
            return ""
        if isinstance(margin, int):  # steps of an ordinal
            return say(self.lang, "words.short", margin=say(self.lang, "words.steps", margin=abs(margin)))
        if leaf.times is not None and isinstance(leaf.required, Decimal):
            off = abs(_difference(leaf.times.value, _product(leaf.required, leaf.times.base)))
            text = with_unit(number(off, self.lang), leaf.times.fact, self.lang)
            return say(self.lang, _SHORT[leaf.op], margin=text)
        digits = None
        if isinstance(margin, Fraction):
            digits = digits_for(margin, Decimal(0), fact.decimals)
        text = number(-margin if margin < 0 else margin, self.lang, digits)
        if fact.type is FactType.PERCENT:
            text = say(self.lang, "words.points", margin=text)
        found = [say(self.lang, _SHORT[leaf.op], margin=text)]
        if leaf.part_change and fact.ratio is not None:
            part = self.facts[fact.ratio.part]
            count = with_unit(number(abs(leaf.part_change), self.lang), part, self.lang)
            found.append(say(self.lang, "words.part_more" if leaf.part_change > 0 else "words.part_less", count=count))
        return "; ".join(found)

    def _undetermined(self, leaf: LeafResult) -> str:
        """Return what is there, what is missing and what would be asked; then why else nothing can be said."""
        text = ", ".join(filter(None, (self._there(leaf), self._missing(leaf), self._asked(leaf))))
        others = [self._code(c, leaf) for c in leaf.codes if c is not ReasonCode.FACT_MISSING]
        return "; ".join([text, *others] if text else others)

    def _there(self, leaf: LeafResult) -> str:
        if isinstance(leaf.actual, bool):
            return self._noted(leaf, self.yes_no(leaf.fact, leaf.actual))
        return self._actual(leaf)

    def _missing(self, leaf: LeafResult) -> str:
        """Return that the figure is missing, or by what one that is there may still grow."""
        if ReasonCode.FACT_MISSING not in leaf.codes or not leaf.missing or leaf.between is not None:
            return ""
        if leaf.undecided is not None and leaf.actual is not None:
            return self._undecided(leaf.fact, leaf.undecided)
        elsewhere = {name for column in leaf.columns for name in column.missing}
        names = [inside(self.fact_title(name)) for name in leaf.missing if name not in elsewhere]
        if names and leaf.fact is not None and leaf.fact.id not in leaf.missing:  # worked out, from these among others
            return say(self.lang, "words.missing_of", names=", ".join(names))
        boolean = leaf.fact is not None and leaf.fact.type is FactType.BOOLEAN
        return self._noted(leaf, say(self.lang, "words.fact_missing_boolean" if boolean else "why.fact_missing"))

    def _asked(self, leaf: LeafResult) -> str:
        """Return what a number or level has to be, where the cell itself is not what is open."""
        if leaf.required is None or isinstance(leaf.required, bool):
            return ""
        if not set(_CELL_CODES).isdisjoint(leaf.codes):
            return ""
        return self.required(leaf.op, leaf.fact, leaf.required, unit=leaf.actual is None and leaf.between is None)

    def _undecided(self, fact: Fact | None, count: Decimal) -> str:
        """By what a value may still grow."""
        name = fact.undecided if fact is not None and fact.undecided is not None else ""
        title, known = self.fact_title(name), self.facts.get(name)
        text = number(count, self.lang)
        return say(
            self.lang,
            "words.undecided",
            title=inside(title),
            count=text if known is None else with_unit(text, known, self.lang),
        )

    def _code(self, code: ReasonCode, leaf: LeafResult) -> str:
        if code in (ReasonCode.SELECTOR_MISSING, ReasonCode.AMBIGUOUS_CASE):
            unknown = [c for c in leaf.columns if c.value is None]
            names = dict.fromkeys(name for c in unknown for name in c.missing or (c.selector,))
            several = "words.selector_missing" if code is ReasonCode.SELECTOR_MISSING else "words.ambiguous_case"
            return say(self.lang, several, selectors=", ".join(map(self.fact_title, names)))
        if code is ReasonCode.NO_CELL:
            return say(self.lang, "words.no_cell", columns=self.columns(leaf))
        return say(self.lang, f"why.{code.value}")

    def fact_title(self, name: str) -> str:
        """Return the title of a fact, its id where it has none."""
        fact = self.facts.get(name)
        return fact.title.text(self.lang) if fact and fact.title else name

    def columns(self, leaf: LeafResult) -> str:
        """Return the values of the selectors, e.g. ``Trung du miền núi phía Bắc, 2024``."""
        return ", ".join(self.column_value(c.selector, c.value) for c in leaf.columns if c.value is not None)

    def column_value(self, selector: str, value: str) -> str:
        """Return the title of a selector's value, looked up through facts that a derived one passes on."""
        fact = self.facts.get(selector)
        if fact is not None and fact.type is FactType.BOOLEAN:
            answer = say(self.lang, "words.is_there" if value == "true" else "words.is_absent")
            return say(self.lang, "words.column_yes_no", title=self.fact_title(selector), answer=answer)
        for known in (fact, *self.facts.values()):
            if known is not None and known.value_titles and value in known.value_titles:
                return known.value_titles[value].text(self.lang)
        return value

    # -- trees -------------------------------------------------------------------------------

    def tree(self, tree: Evaluated, under: str = "") -> str:
        """Return a condition in words: only the members that decide it; *under* is the title before it."""
        if isinstance(tree, LeafResult):
            return self.leaf(tree)
        match tree.kind:
            case "not":
                return say(self.lang, "words.not", member=self.tree(tree.members[0]))
            case "all":
                return self._deciding(tree, under)
            case "any" | "at_least_n":
                head, parts = self._k_of_n(tree), self._deciding(tree, under)
                return f"{head}: {parts}" if parts else head
            case _:
                typing.assert_never(tree.kind)

    def _deciding(self, tree: Connective, under: str) -> str:
        """Return the members that have the outcome of the whole, each wording once."""
        return "; ".join(dict.fromkeys(self.member(m, under) for m in tree.members if m.outcome is tree.outcome))

    def _k_of_n(self, tree: Connective) -> str:
        """How many members are met, of how many that have to be."""
        met = sum(m.outcome is Outcome.MET for m in tree.members)
        code = "words.k_of_n" if self.met_means is None else "words.k_of_cases"
        return say(self.lang, code, k=(tree.short or 0) + met, n=len(tree.members), met=met)

    def member(self, member: Evaluated, under: str = "") -> str:
        """Return a member of a connective: the title of its fact, then what is there; *under* is the title above it."""
        if not isinstance(member, LeafResult) or member.fact is None or member.fact.title is None:
            return self.tree(member)
        title = member.fact.title.text(self.lang)
        if title == under:
            return self.leaf(member)
        return f"{inside(title)}: {self.leaf(member)}"

    # -- where it is written -----------------------------------------------------------------

    def citation(self, citation: Citation) -> str:
        """Return number of the instrument, annex and point."""
        parts = [citation.instrument.number]
        if citation.annex:
            parts.append(say(self.lang, "words.annex", annex=citation.annex))
        if citation.point:
            parts.append(citation.point)
        return ", ".join(parts)

    def listed(self, listed: Listed) -> str:
        """Return what a list says of the unit: by which decision, and how well that was checked."""
        value = self.column_value(listed.fact, listed.value)
        return say(self.lang, _LISTED[listed.by.evidence], value=value, instrument=listed.by.instrument.number)

    def evidence(self, leaves: Iterable[LeafResult]) -> Iterator[str]:
        """Yield what was not checked against the official text, and what another source says against it."""
        for leaf in leaves:
            cell = leaf.cell
            if cell is not None and cell.evidence is not None and cell.level != "official":
                yield say(self.lang, f"words.evidence.{cell.level}", what=self._what(leaf, cell))
            if cell is not None and cell.disputed is not None:
                yield say(self.lang, "words.disputed", other=cell.disputed)

    def _what(self, leaf: LeafResult, cell: Cell) -> str:
        if cell.value is None or isinstance(cell.value, bool | tuple):
            return say(self.lang, "words.requirement")
        return say(self.lang, "words.level_of", required=self.value(leaf.fact, cell.value))


def _product(factor: Decimal, base: Decimal) -> Decimal:
    """Return a threshold in the unit of its base, exactly."""
    return _EXACT.multiply(factor, base)


def _difference(one: Decimal, other: Decimal) -> Decimal:
    return _EXACT.subtract(one, other)


def outcome_word(lang: str, outcome: Outcome, met_means: str | None = None) -> str:
    """Return an outcome in words.

    Args:
        met_means: of a set that is not good news to meet, what it means: ``withdrawal``.
    """
    return say(lang, f"outcome.{outcome.code}" if met_means is None else f"outcome_of.{met_means}.{outcome.code}")


class Counts(typing.Protocol):
    """How many criteria a unit meets: a verdict, or its second reading."""

    @property
    def criteria_met(self) -> int:
        """Those met or not applicable."""

    @property
    def criteria_total(self) -> int:
        """All that are counted."""

    @property
    def must_not_met(self) -> tuple[str, ...]:
        """Those not met that have to be, by printed number."""


def of_criteria(lang: str, counts: Counts) -> str:
    """Return how many criteria are met, and which of those that have to be are not."""
    met, total = counts.criteria_met, counts.criteria_total
    if not counts.must_not_met:
        return say(lang, "words.of_criteria", met=met, total=total)
    return say(lang, "words.of_criteria/must", met=met, total=total, numbers=", ".join(counts.must_not_met))


def inside(title: str) -> str:
    """Return a title inside a sentence: without its capital, unless it begins with an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def grade_title(lang: str, grade: Grade) -> str:
    """Return the title of a grade inside a sentence; its id where it has none."""
    return inside(grade.title.text(lang) if grade.title is not None else grade.id)
