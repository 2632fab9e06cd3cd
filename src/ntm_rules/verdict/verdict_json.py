"""A verdict as plain JSON types, after the schema ``schemas/verdict-2.json``: nothing is said twice, and no null.

What the law says is made plain once a ruleset and copied; what was found of the unit is put beside it.
"""

import typing
from collections.abc import Hashable, Iterable, Iterator, Mapping

from ntm_rules._version import __version__
from ntm_rules.model.conditions import Meets
from ntm_rules.model.kept import by_identity, kept
from ntm_rules.model.lists import UnitList
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.plain import Json, figure, form, plain, plain_object, which_set
from ntm_rules.model.results import (
    Annotation,
    Column,
    Connective,
    CriterionResult,
    Evaluated,
    FactValue,
    IndicatorResult,
    Leaf,
    LeafResult,
    RulesetResult,
    weakest,
)
from ntm_rules.model.rulesets import Criterion, Indicator, Layer, Ruleset
from ntm_rules.model.thresholds import Cell, bound_threshold
from ntm_rules.model.walk import indicators, leaves, threshold_cells
from ntm_rules.verdict.listed import listed_in

SCHEMA = "ntm-rules/verdict/2"

Value = typing.TypeVar("Value", bound=Hashable)

_OUTCOMES = tuple(outcome.code for outcome in Outcome)
_MOST = 5_000  # comparisons of a set with the cells that may bind them: a few hundred


def verdict_dict(verdict: RulesetResult) -> Json:
    """Return the verdict as plain JSON types."""
    law = _law_of(verdict.ruleset)
    found: Json = {"schema": SCHEMA, "library_version": __version__, "unit": verdict.unit}
    found |= law.which_set()
    found |= _Finding(law).of(verdict)
    notes, unread = verdict.annotations, verdict.unread
    found["facts"] = _facts(verdict.facts, {name: note for name, note in notes.items() if name not in unread})
    listed = [_said({"fact": each.fact, "value": each.value, **_of_list(each.by)}) for each in listed_in(verdict)]
    if listed:
        found["listed"] = listed
    if unread:
        found["unread"] = _facts(unread, {name: note for name, note in notes.items() if name in unread})
    return found


# -- the law ---------------------------------------------------------------------------------


@typing.final
class _Copied:
    """Plain keys that are the same in every verdict. Each has a copy of its own, which its reader may change."""

    def __init__(self, keys: Json) -> None:
        self._keys = keys
        self._nested = [name for name, value in keys.items() if isinstance(value, dict | list)]

    def copy(self) -> Json:
        """Return the keys; what is nested in them holds texts and truths alone."""
        found = self._keys.copy()
        for name in self._nested:
            found[name] = found[name].copy()
        return found


@typing.final
class _Law:
    """What a ruleset says in each verdict on it.

    Attributes:
        citations, sources: the places and the addresses where its cells are written, with their numbers in the lists.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        cells = list(_cells(ruleset))
        cited = (*(indicator.citation for _, indicator in indicators(ruleset)), *(cell.citation for cell in cells))
        self.citations = _numbered(cited)
        self.sources = _numbered(cell.source for cell in cells if cell.source is not None)
        self._which = _said({**which_set(ruleset), "minimum_evidence": plain(ruleset.minimum_evidence)})
        self._layers = [_said(plain(layer)) for layer in ruleset.layers]
        self._cited = [_said(plain(citation)) for citation in self.citations]
        self._must = frozenset(no for criterion in ruleset.criteria for no in criterion.must)
        self._criteria = {c.no: _Copied(_of_criterion(c, c.no in ruleset.must)) for c in ruleset.criteria}
        self._conditions = by_identity(_MOST)(self._of_condition)
        self._comparisons = by_identity(_MOST)(self._of_comparison)

    def which_set(self) -> Json:
        """Return which set it is, the instruments that it was composed of, and where its numbers are written."""
        layers, cited = ([each.copy() for each in some] for some in (self._layers, self._cited))
        sources = {"sources": list(self.sources)} if self.sources else {}
        return {**self._which, "layers": layers, "citations": cited, **sources}

    def criterion(self, no: str) -> Json:
        """Return the keys of a criterion; its outcome is left open."""
        return self._criteria[no].copy()

    def condition(self, result: IndicatorResult) -> Json:
        """Return the keys of an indicator that has a condition; its outcome is left open."""
        made: _Copied = self._conditions(result.indicator, *[leaf.cell for leaf in result.tree.leaves()])
        return made.copy()

    def _of_condition(self, indicator: Indicator, *bound: Cell | None) -> _Copied:
        cells = [cell for cell in bound if cell is not None]
        evidence = weakest(cells) if cells else None
        citation = cells[0].citation if cells else indicator.citation
        keys = {"evidence": evidence, "citation": self.citations[citation]}
        return _Copied(_said(self._of_indicator(indicator) | keys))

    def _of_indicator(self, indicator: Indicator) -> Json:
        must = True if indicator.no in self._must else None
        return _said({"no": indicator.no, "title": plain(indicator.title), "outcome": "", "must": must})

    def comparison(self, indicator: Indicator, leaf: LeafResult, alone: bool) -> Json:
        """Return the keys of a comparison; its outcome is left open.

        Args:
            indicator: whose comparison it is.
            leaf: the comparison with the cell that bound the unit.
            alone: it is all that the indicator asks, and its keys are those of the indicator too.
        """
        made: _Copied = self._comparisons(indicator, leaf.spec, leaf.cell, alone)
        return made.copy()

    def _of_comparison(self, indicator: Indicator, spec: Leaf, cell: Cell | None, alone: bool) -> _Copied:
        keys: Json = self._of_indicator(indicator) if alone else {"outcome": ""}
        keys |= {"address": None if spec.address == indicator.no else spec.address, "fact": spec.fact, "op": spec.op}
        keys |= {"required": cell and cell.value, "unit": spec.fact and spec.fact.unit}
        if cell is not None:
            source = None if cell.source is None else self.sources[cell.source]
            keys |= {"evidence": cell.level, "confidence": cell.confidence, "disputed": cell.disputed}
            keys |= {"citation": self.citations[cell.citation], "source": source}
        elif alone:
            keys["citation"] = self.citations[indicator.citation]
        return _Copied(_said(plain_object(keys)))


@kept
def _law_of(ruleset: Ruleset) -> _Law:
    return _Law(ruleset)


def _cells(ruleset: Ruleset) -> Iterator[Cell]:
    """Yield the cells that may bind a unit, in printed order."""
    for _, indicator in indicators(ruleset):
        for _, leaf in leaves(indicator.require):
            threshold = leaf.cell if isinstance(leaf, Meets) else bound_threshold(leaf.threshold)
            for _, _, cell in threshold_cells(threshold):
                yield cell
                if cell.floor is not None:
                    yield cell.floor


def _numbered(values: Iterable[Value]) -> dict[Value, int]:
    """Return the values, each once, with their numbers from 0."""
    return {value: number for number, value in enumerate(dict.fromkeys(values))}


def _said(keys: Json) -> Json:
    """Return the keys of which there is something to say."""
    return {key: value for key, value in keys.items() if value is not None}


def _of_criterion(criterion: Criterion, must: bool) -> Json:
    beside = {"counted": None if criterion.counted else False, "must": must or None}
    return _said({"no": criterion.no, "title": plain(criterion.title), "outcome": "", **beside})


@form
def _layer(layer: Layer) -> Json:
    instrument = layer.instrument
    return {
        "kind": layer.kind,
        "issuer": instrument and instrument.issuer,
        "number": instrument and instrument.number,
        "date": instrument and instrument.date,
        "annex": layer.annex,
        "from": layer.start,
        "to": layer.end,
        "read": "whole" if layer.read_whole else "partly",
    }


# -- the finding -----------------------------------------------------------------------------


@typing.final
class _Finding:
    """What was found of a unit: outcome and grade, counts, and the criteria down to the comparisons.

    A column of a table is that of the unit, whatever is compared: it is written once, and named where it is used.
    """

    def __init__(self, law: _Law) -> None:
        self.law = law
        self.columns: dict[str, Json] = {}

    def of(self, verdict: RulesetResult) -> Json:
        """Return the keys of a finding."""
        found: Json = {}
        _add_outcome(found, verdict.outcome, (), verdict.provisional)
        if verdict.ruleset.grades:
            found |= _graded(verdict)
            found["grades"] = _grades(verdict)
        found["counts"] = _counts(verdict)
        criteria = [self.criterion(result) for result in verdict.criteria.values()]
        if self.columns:
            found["columns"] = self.columns
        found["criteria"] = criteria
        return found

    def criterion(self, result: CriterionResult) -> Json:
        """Return a criterion with its indicators."""
        found = self.law.criterion(result.no)
        _add_outcome(found, result.outcome, result.codes, result.provisional)
        found |= _graded(result)
        found["indicators"] = [self.indicator(indicator) for indicator in result.indicators.values()]
        return found

    def indicator(self, result: IndicatorResult) -> Json:
        """Return an indicator: with the comparison that decides it, or with its condition."""
        leaf = _all_it_asks(result)
        found = self.law.condition(result) if leaf is None else self.law.comparison(result.indicator, leaf, True)
        _add_outcome(found, result.outcome, result.codes, result.provisional)
        if result.applies is not None:
            found["applies"] = _OUTCOMES[result.applies.outcome]
        if leaf is not None:
            self.add_compared(found, leaf)
        else:
            found["condition"] = self.condition(result.tree, result.indicator, found["citation"])
        return found

    def condition(self, tree: Evaluated, indicator: Indicator, citation: int) -> Json:
        """Return a condition; a comparison cites only what is not the place that its indicator cites."""
        if isinstance(tree, Connective):
            found: Json = {"kind": tree.kind, "outcome": _OUTCOMES[tree.outcome]}
            if tree.short is not None:
                found["short"] = tree.short
            found["members"] = [self.condition(member, indicator, citation) for member in tree.members]
            return found
        found = self.law.comparison(indicator, tree, False)
        if found.get("citation") == citation:
            del found["citation"]
        _add_outcome(found, tree.outcome, tree.codes)
        self.add_compared(found, tree)
        if tree.prerequisite is not None:
            found["prerequisite"] = _summary(tree.prerequisite)
        return found

    def add_compared(self, found: Json, leaf: LeafResult) -> None:
        """Add what a comparison found."""
        if leaf.columns:
            found["columns"] = [column.selector for column in leaf.columns]
            for column in leaf.columns:
                if column.selector not in self.columns:
                    self.columns[column.selector] = _column(column)
        if leaf.actual is not None:
            found["actual"] = plain(leaf.actual)
        if leaf.margin is not None:
            found["margin"] = figure(leaf.margin)
        if leaf.part_change is not None:
            found["part_change"] = plain(leaf.part_change)
        if leaf.undecided is not None:
            found["undecided"] = plain(leaf.undecided)
        if leaf.between is not None:
            found["between"] = plain(leaf.between)
        if leaf.times is not None:
            times = leaf.times
            found["times"] = {
                "fact": times.fact.id,
                "value": plain(times.value),
                "of": times.of.id,
                "base": plain(times.base),
            }


def _all_it_asks(result: IndicatorResult) -> LeafResult | None:
    """Return the comparison of an indicator that asks nothing else and applies: both have one outcome and its codes."""
    tree, applies = result.tree, result.applies
    if isinstance(tree, Connective) or tree.prerequisite is not None:
        return None
    return tree if applies is None or applies.outcome is Outcome.MET else None


def _add_outcome(found: Json, outcome: Outcome, codes: Iterable[ReasonCode], provisional: bool = False) -> None:
    found["outcome"] = _OUTCOMES[outcome]
    if provisional:
        found["provisional"] = True
    if codes:
        found["codes"] = [code._value_ for code in codes]


def _counts(verdict: RulesetResult) -> Json:
    needed = verdict.ruleset.at_least_n
    return {
        "criteria": {
            "total": verdict.criteria_total,
            **({} if needed is None else {"needed": needed}),
            "met": verdict.criteria_met,
            "not_met": verdict.criteria_not_met,
            "undetermined": verdict.criteria_undetermined,
        },
        "indicators": {_OUTCOMES[outcome]: count for outcome, count in verdict.indicator_counts.items()},
    }


def _graded(result: RulesetResult | CriterionResult) -> Json:
    found: Json = {}
    if result.grade is not None:
        found["grade"] = result.grade.id
    if result.possible_grades:
        found["possible_grades"] = [grade.id for grade in result.possible_grades]
    return found


def _grades(verdict: RulesetResult) -> list[Json]:
    """Return what the unit makes of each grade of the set."""
    return [
        _said(
            {
                "id": grade.id,
                "title": plain(grade.title),
                "outcome": _OUTCOMES[verdict.by_grade[grade.id].outcome],
                "provisional": verdict.by_grade[grade.id].provisional or None,
                "criteria": verdict.grade_counts[grade.id],
            }
        )
        for grade in verdict.ruleset.grades
    ]


def _column(column: Column) -> Json:
    return _said({"value": column.value, "why": column.why, "row": column.row})


def _summary(inner: RulesetResult) -> Json:
    return {
        "ruleset": inner.ruleset.id,
        "content_hash": inner.ruleset.content_hash,
        "outcome": _OUTCOMES[inner.outcome],
        "counts": _counts(inner),
    }


def _of_list(by: UnitList) -> Json:
    """Return which list decided something."""
    cited = {"issuer": by.instrument.issuer, "number": by.instrument.number, "date": by.instrument.date}
    return {"instrument": cited, "evidence": plain(by.evidence), "confidence": plain(by.confidence)}


# -- the facts -------------------------------------------------------------------------------


def _facts(given: Mapping[str, FactValue], notes: Mapping[str, Annotation]) -> Json:
    """Return facts as a caller may give them: the value alone, or with what was said of it, be it without a value."""
    found = {name: figure(value) for name, value in given.items()}
    for name, note in notes.items():
        found[name] = _said({"value": found.get(name), **plain(note)})
    return found
