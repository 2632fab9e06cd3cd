"""A composed ruleset as the rows of a printed table: what is asked, where, how well known, by whom."""

import typing
from collections.abc import Iterable, Iterator
from decimal import Decimal

from attrs import frozen

from ntm_rules.messages.catalogue import say
from ntm_rules.model.conditions import (
    All,
    Any,
    AtLeast,
    By,
    Case,
    Comparison,
    Condition,
    Derived,
    MaxOf,
    Meets,
    MinOf,
    Not,
    Open,
    PointsOf,
    Ref,
    Scored,
    SumOf,
    Then,
)
from ntm_rules.model.facts import Fact, RatioOf
from ntm_rules.model.rulesets import Criterion, Grade, Indicator, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import GENERAL, REST, Cell, CellState, Key, Relative, Table, Threshold
from ntm_rules.model.walk import grade_changes, guards_of, leaves, threshold_cells
from ntm_rules.words.numbers import number, with_unit
from ntm_rules.words.reason import words_in
from ntm_rules.words.sentences import inside


@frozen
class Row:
    """One row of the table.

    Attributes:
        kind: ``derived``, ``criterion``, ``indicator``, ``part``; ``grade`` comes before what a grade asks otherwise,
            ``set`` says how many criteria are needed, where that is not all.
        no: printed number or address; empty for a column of a table and for a derived fact.
        title: of the criterion or indicator, or the column of the requirement.
        asked: the requirement in words; empty for a heading.
        evidence: how well the number is known; empty for a heading.
        blame: the number of the instrument that set it.
        level: ``official``, ``secondary``, ``recalled`` or ``pending``; empty for a heading.
    """

    kind: str
    no: str
    title: str
    asked: str = ""
    evidence: str = ""
    blame: str = ""
    level: str = ""


def rows(ruleset: Ruleset, lang: str = "vi") -> Iterator[Row]:
    """Yield the rows of a composed ruleset in printed order, after the facts it works out.

    Only columns that the province and the year leave open are listed.

    Raises:
        UnknownName: a language that is neither ``vi`` nor ``en``.
    """
    yield from Sheet(ruleset, lang).rows()


class Sheet:
    """Words for the cells of one ruleset in one language."""

    def __init__(self, ruleset: Ruleset, lang: str) -> None:
        self.ruleset = ruleset
        self.lang = lang
        facts = ruleset.fact_by_id
        self.words = words_in(lang, facts, met_means=ruleset.met_means)
        self.bound = dict(ruleset.bindings)
        self.derived = ruleset.derived_by_id

    def rows(self) -> Iterator[Row]:
        """All rows."""
        for derived in self.ruleset.derived:
            yield self._derived(derived)
        if self.ruleset.at_least_n is not None:
            yield Row("set", "", self._title(self.ruleset.title), self._needed(self.ruleset))
        for criterion in self.ruleset.criteria:
            yield Row("criterion", criterion.no, self._title(criterion.title), self._some_of(criterion))
            for indicator in criterion.indicators:
                yield from self._indicator(indicator)
        for grade in self.ruleset.grades:
            yield from self._grade(grade)

    def _grade(self, grade: Grade) -> Iterator[Row]:
        """Yield what a grade asks otherwise than the set."""
        yield Row("grade", "", self._title(grade.title) or grade.id, say(self.lang, "sheet.grade"))
        theirs = Sheet(grade.ruleset, self.lang)
        if grade.ruleset.needed != self.ruleset.needed:
            yield Row("set", "", say(self.lang, "sheet.needed"), self._needed(grade.ruleset))
        for indicator, asked in grade_changes(self.ruleset, grade):
            if asked is None:
                yield Row("indicator", indicator.no, self._title(indicator.title), say(self.lang, "sheet.state.none"))
            else:
                yield from theirs._indicator(asked)

    # -- criteria and indicators ---------------------------------------------------------------

    def _some_of(self, criterion: Criterion) -> str:
        k, n = criterion.at_least_n, len(criterion.indicators)
        asked = [] if k is None else [self._at_least("sheet.at_least_n", k, n, criterion.must)]
        return "; ".join(asked if criterion.counted else [*asked, say(self.lang, "sheet.not_counted")])

    def _needed(self, ruleset: Ruleset) -> str:
        """Return how many criteria a set needs."""
        n = sum(criterion.counted for criterion in ruleset.criteria)
        k = n if ruleset.at_least_n is None else ruleset.at_least_n
        return self._at_least("sheet.at_least_n/criteria", k, n, ruleset.must)

    def _at_least(self, code: str, k: int, n: int, must: tuple[str, ...]) -> str:
        asked = say(self.lang, code, k=k, n=n)
        return say(self.lang, "sheet.must", asked=asked, numbers=", ".join(must)) if must else asked

    def _indicator(self, indicator: Indicator) -> Iterator[Row]:
        found = list(self._node(indicator.require, indicator.no, alone=True))
        head = Row("indicator", indicator.no, self._title(indicator.title))
        if len(found) == 1:
            only = found.pop()
            asked = f"{only.asked} ({only.title})" if only.title else only.asked
            head = Row("indicator", head.no, head.title, asked, only.evidence, only.blame, only.level)
        yield head
        if indicator.applies_if is not None:
            cells = [cell for _, _, cell in self._cells_of(indicator.applies_if)]
            yield self._row(
                "", say(self.lang, "sheet.applies", text=self.one_line(indicator.applies_if)), "", cells[:1]
            )
        yield from found

    def _node(self, condition: Condition, address: str, alone: bool = False) -> Iterator[Row]:
        """Yield the rows of a condition: one a column of a threshold, and one a connective other than ``all``."""
        here = address + (condition.part or "")
        shown = here if condition.part else ""  # an address is printed where it is new, not again below it
        title = self._title(condition.title)
        match condition:
            case Comparison() | Open():
                yield from self._leaf(condition, shown, title, alone)
            case Meets():
                yield self._row(shown, title, self._meets(condition), [condition.cell])
            case All() | Any() | AtLeast() | Not():
                if not isinstance(condition, All):
                    yield Row("part", shown, title, self._connective(condition))
                members = (condition.member,) if isinstance(condition, Not) else condition.members
                for member in members:
                    yield from self._node(member, here)
            case _:
                typing.assert_never(condition)

    def _leaf(self, leaf: Comparison | Open, address: str, title: str, alone: bool) -> Iterator[Row]:
        if isinstance(leaf, Comparison) and not title and not alone:
            title = ", ".join(self.words.fact_title(f) for f in leaf.facts)
        found = list(self.cells(leaf.threshold))
        if not found:
            yield self._row(address, title, say(self.lang, "sheet.no_cell"), [])
            return
        if len(found) == 1:  # one cell needs no heading: its column is said beside the title
            column, cell = found[0]
            words = f"{title} ({column})" if title and column else title or column
            yield self._row(address, words, self.asked(leaf, cell), [cell])
            return
        if title or address:
            yield Row("part", address, title)
        for column, cell in found:
            yield self._row("", column, self.asked(leaf, cell), [cell])

    def _row(self, address: str, title: str, asked: str, cells: list[Cell]) -> Row:
        cell = cells[0] if cells else None
        if cell is None:
            return Row("part", address, title, asked)
        return Row("part", address, title, asked, self.evidence(cell), self.blame(cell), cell.level)

    def _connective(self, condition: Any | AtLeast | Not) -> str:
        if isinstance(condition, Not):
            return say(self.lang, "sheet.not")
        if isinstance(condition, Any):
            return say(self.lang, "sheet.any")
        return say(self.lang, "sheet.at_least_n", k=condition.k, n=len(condition.members))

    def _meets(self, node: Meets) -> str:
        other = node.resolved
        title = self._title(other.title) if other is not None else ""
        by = node.by if node.recognised else By.FINDING
        return say(self.lang, f"sheet.by.{by.value}", title=title or node.ruleset)

    # -- cells ---------------------------------------------------------------------------------

    def cells(self, threshold: Threshold) -> Iterator[tuple[str, Cell]]:
        """Yield the cells that province and year leave open, each with the words of its column."""
        match threshold:
            case Cell():
                yield "", threshold
            case Table():
                for key, cell in threshold.cells:
                    if self._open(threshold.by, key):
                        yield self.column(threshold.by, key), cell
            case Relative():
                if threshold.resolved is None:
                    yield "", threshold.times
                else:
                    yield from self.cells(threshold.resolved)
            case _:
                typing.assert_never(threshold)

    def column(self, by: Iterable[str], key: Key, bound: bool = False) -> str:
        """Return the words of a column; what province and year fix is left out unless *bound*."""
        named = {GENERAL: say(self.lang, "sheet.general"), REST: say(self.lang, "sheet.rest")}
        parts: list[str] = []
        for selector, value in zip(by, key, strict=True):
            if selector in self.bound and not bound:
                continue
            title = named.get(value) or self.words.column_value(selector, value)
            if value in ("true", "false"):
                answer = say(self.lang, "sheet.is_true" if value == "true" else "sheet.is_false")
                title = f"{self.words.fact_title(selector)}: {answer}"
            parts.append(title)
        return ", ".join(parts)

    def asked(self, leaf: Comparison | Open, cell: Cell) -> str:
        """Return what a cell asks, in words."""
        text = self._asked(leaf, cell)
        threshold = leaf.threshold
        if isinstance(threshold, Relative) and cell.state is CellState.SET:
            times = self.words.value(None, threshold.times.value)
            return say(self.lang, "sheet.times", text=text, times=times, of=threshold.of)
        if cell.floor is not None:
            floor = self._asked(leaf, cell.floor)
            return say(self.lang, "sheet.floor", text=text, number=cell.floor.blame.number, floor=floor)
        return text

    def _asked(self, leaf: Comparison | Open, cell: Cell) -> str:
        if cell.state is not CellState.SET:
            return say(self.lang, f"sheet.state.{cell.state.value}")
        if isinstance(leaf, Open):
            return ""
        return self.words.required(leaf.op, self.words.facts.get(leaf.fact), cell.value, unit=True)

    def evidence(self, cell: Cell) -> str:
        """How well a cell is known, in words."""
        code = "sheet.not_known" if cell.evidence is None else f"sheet.evidence.{cell.evidence.value}"
        found = [say(self.lang, code)]
        if cell.confidence is not None:
            found.append(say(self.lang, f"sheet.confidence.{cell.confidence.value}"))
        if cell.disputed is not None:
            found.append(say(self.lang, "words.disputed", other=cell.disputed))
        return ", ".join(found)

    def blame(self, cell: Cell) -> str:
        """Return the number of the instrument that set the cell."""
        number, cited = cell.blame.number, cell.citation.instrument.number
        if cited != number:
            number = say(self.lang, "sheet.cited", number=number, cited=cited)
        if cell.overtaken is None:
            return number
        return say(self.lang, "sheet.overtaken", number=number, other=cell.overtaken.blame.number)

    def _open(self, by: Iterable[str], key: Key) -> bool:
        """Whether some unit of the province can fall in a column in this year."""
        for selector, value in zip(by, key, strict=True):
            reachable = self._reachable(selector)
            if reachable is not None and value != REST and value not in reachable:
                return False
        return True

    def _reachable(self, selector: str) -> set[str] | None:
        """Return the values a selector can have here; None where that is not known."""
        if selector in self.bound:
            return {self.bound[selector]}
        rule = self.derived[selector].rule if selector in self.derived else None
        if not isinstance(rule, Case):
            return None
        found: set[str] = set()
        for value in (*(row.then for row in rule.rows), rule.otherwise):
            inner = (
                self._reachable(value.fact) if isinstance(value, Ref) else {value} if isinstance(value, str) else set()
            )
            if inner is None:
                return None
            found |= inner
        return found

    # -- one line ------------------------------------------------------------------------------

    def one_line(self, condition: Condition) -> str:
        """Return a condition in one line."""
        match condition:
            case Comparison():
                return self._comparison(condition)
            case Open():
                return "; ".join(self.asked(condition, cell) for _, cell in self.cells(condition.threshold))
            case Meets():
                return self._meets(condition)
            case All():
                return say(self.lang, "sheet.and").join(self._member(m) for m in condition.members)
            case Any():
                return say(self.lang, "sheet.or").join(self._member(m) for m in condition.members)
            case AtLeast():
                return f"{self._connective(condition)}: {'; '.join(self.one_line(m) for m in condition.members)}"
            case Not():
                return say(self.lang, "sheet.no", text=self.one_line(condition.member))
            case _:
                typing.assert_never(condition)

    def _member(self, condition: Condition) -> str:
        """Return a member of a connective in one line, in brackets where it has several parts itself."""
        text = self.one_line(condition)
        match condition:
            case All() | Any() | AtLeast():
                return f"({text})"
            case Comparison():
                return f"({text})" if len(condition.facts) > 1 else text
            case Not() | Meets() | Open():
                return text
            case _:
                typing.assert_never(condition)

    def _comparison(self, node: Comparison) -> str:
        facts = say(self.lang, "sheet.and").join(inside(self.words.fact_title(f)) for f in node.facts)
        found = [cell for _, cell in self.cells(node.threshold)]
        if len(found) == 1 and isinstance(found[0].value, bool):
            return facts if found[0].value else say(self.lang, "sheet.no", text=facts)
        fact = self.words.facts.get(node.fact)
        values = (self.words.value(fact, cell.value) for cell in found)
        where = "; ".join(say(self.lang, f"sheet.where.{node.op.value}", value=value) for value in values)
        return f"{facts} {where}"

    def _derived(self, derived: Derived) -> Row:
        cells = [cell for guard in guards_of(derived) for _, _, cell in self._cells_of(guard)]
        row = self._row("", self.words.fact_title(derived.id), self._rule(derived), cells[:1])
        return Row("derived", "", row.title, row.asked, row.evidence, row.blame, row.level)

    def _rule(self, derived: Derived) -> str:
        """How a fact is worked out, in one line."""
        rule = derived.rule
        match rule:
            case Case():
                return "; ".join(self._cases(derived, rule))
            case RatioOf():
                part, whole = self.words.fact_title(rule.part), self.words.fact_title(rule.whole)
                return say(self.lang, "sheet.ratio", part=part, whole=whole)
            case MinOf() | MaxOf():
                code = "sheet.min_of" if isinstance(rule, MinOf) else "sheet.max_of"
                return say(self.lang, code, facts=", ".join(map(self.words.fact_title, rule.facts)))
            case SumOf():
                return self._sum(rule)
            case PointsOf():
                parts = "; ".join(map(self._part, rule.members))
                return say(self.lang, "sheet.points", out_of=number(rule.out_of, self.lang), parts=parts)
            case _:
                typing.assert_never(rule)

    def _cases(self, derived: Derived, rule: Case) -> Iterator[str]:
        for row in rule.rows:
            yield say(self.lang, "sheet.if", text=self.one_line(row.when), value=self._then(derived, row.then))
        if rule.otherwise is not None:
            yield say(self.lang, "sheet.else", value=self._then(derived, rule.otherwise))

    def _sum(self, rule: SumOf) -> str:
        """Return what is added or taken away, and whether it is divided."""
        titles = [self.words.fact_title(each.fact) for each in rule.addends]
        factors = [each.factor for each in rule.addends]
        if factors == [1, -1] and rule.over == 1:
            return say(self.lang, "sheet.difference", fact=titles[0], other=titles[1])
        counted = (t if factor == 1 else f"{factor} × {t}" for factor, t in zip(factors, titles, strict=True))
        return say(self.lang, "sheet.sum" if rule.over == 1 else "sheet.mean", facts=", ".join(counted))

    def _part(self, member: Scored) -> str:
        """Return a part of a score with its greatest points, and where it applies."""
        title, most = self.words.fact_title(member.fact), number(member.out_of, self.lang)
        if member.out_of == 0:
            title = say(self.lang, _beyond(self.words.facts[member.fact]), title=title)
            if member.applies_if is None:
                return title
            return say(self.lang, "sheet.if_applies", title=title, text=self.one_line(member.applies_if))
        if member.applies_if is None:
            return say(self.lang, "sheet.part", title=title, out_of=most)
        return say(self.lang, "sheet.part_if", title=title, out_of=most, text=self.one_line(member.applies_if))

    def _then(self, derived: Derived, value: Then) -> str:
        if isinstance(value, Decimal):
            return with_unit(number(value, self.lang), derived.fact, self.lang)
        if isinstance(value, Ref):
            bound = self.bound.get(value.fact)
            return self.words.column_value(value.fact, bound) if bound else self.words.fact_title(value.fact)
        return self.words.column_value(derived.id, value)

    def _cells_of(self, condition: Condition) -> Iterator[tuple[tuple[str, ...], Key, Cell]]:
        for _, leaf in leaves(condition):
            yield from threshold_cells(leaf.cell if isinstance(leaf, Meets) else leaf.threshold)

    def _title(self, title: Text | None) -> str:
        return title.text(self.lang) if title is not None else ""


def _beyond(fact: Fact) -> str:
    """Return what points outside the total are called: those of a part that can only deduct, or add."""
    return "sheet.deduction" if fact.maximum is not None and fact.maximum <= 0 else "sheet.bonus"
