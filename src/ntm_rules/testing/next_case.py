"""Which case to write next: facts that reach what no case has reached yet, as a file of cases."""

import itertools
import typing
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import yaml

from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import FactError
from ntm_rules.model.canonical import decimal_text
from ntm_rules.model.conditions import Comparison, Condition
from ntm_rules.model.facts import Fact, FactType, RatioOf
from ntm_rules.model.outcomes import Outcome
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import facts_of, facts_of_derived, guards_of, indicators, leaves, threshold_cells
from ntm_rules.rules.library import Library
from ntm_rules.testing.coverage import Coverage, CoveragePoint, Side, exercised, points
from ntm_rules.verdict.verdict import Verdict, assess

MAX_TRIES = 3_000
MAX_PLACES = 12

Facts = dict[str, FactValue]


def next_case(library: Library, rulesets: Iterable[Ruleset], found: Coverage, lang: str = "en") -> str:
    """Return a file with one case that reaches points which no case has reached; empty where none is found.

    Args:
        lang: the language of the comment and of the case's name.
    """
    homes: dict[CoveragePoint, Ruleset] = {}
    for ruleset in rulesets:
        homes.update((point, ruleset) for point in points(ruleset) if point not in homes)
    gaps = [(point, side, homes[point]) for point, side in found.gaps() if point in homes]
    for point, side, home in gaps:
        ruleset = _for_year(library, home, point)
        facts = _reach(ruleset, point, side, {})
        if facts is None:
            continue
        reached = [point]
        for other, wanted, its in gaps:
            if wanted is side and its is home and other != point and len(reached) < MAX_PLACES:
                more = _reach(ruleset, other, side, facts)
                if more is not None and _sees(ruleset, more, reached, side):
                    facts, reached = more, [*reached, other]
        return _written(ruleset, facts, reached, side, lang)
    return ""


def _for_year(library: Library, ruleset: Ruleset, point: CoveragePoint) -> Ruleset:
    """Return the set composed for the year of the point's column."""
    year = dict(zip(point.by, point.key, strict=True)).get("year", "*")
    if not year.isdigit():
        return ruleset
    return library.compose(ruleset.id, on=ruleset.on, year=int(year), period=ruleset.period, province=ruleset.province)


# -- searching ---------------------------------------------------------------------------------


def _reach(ruleset: Ruleset, point: CoveragePoint, side: Side, fixed: Facts) -> Facts | None:
    """Facts, the fixed ones among them, that bring a point to a side."""
    choices = _choices(ruleset, point, side)
    free = {name: values for name, values in choices.items() if name not in fixed}
    for values in itertools.islice(itertools.product(*free.values()), MAX_TRIES):
        facts = fixed | {n: v for n, v in zip(free, values, strict=True) if v is not None}
        if _sees(ruleset, facts, [point], side):
            return facts
    return None


def _sees(ruleset: Ruleset, facts: Facts, wanted: Iterable[CoveragePoint], side: Side) -> bool:
    try:
        verdict = assess(ruleset, facts)
    except FactError:
        return False
    return {(point, side) for point in wanted} <= set(exercised(verdict))


def _choices(ruleset: Ruleset, point: CoveragePoint, side: Side) -> dict[str, list[FactValue | None]]:
    """Values worth trying for each fact that decides about a point."""
    known = ruleset.fact_by_id
    guards = list(_guards(ruleset, point))
    names = [*point.by, *(name for guard in guards for name in facts_of(guard))]
    found: dict[str, list[FactValue | None]] = {}
    for name in _inputs(ruleset, names):
        found[name] = [*_around(known[name], guards), None]
    for name in _inputs(ruleset, [point.fact] if point.fact else []):
        found[name] = [_on_side(known[name], point, side)]
    ratio = next((d.rule for d in ruleset.derived if d.id == point.fact), None)
    if isinstance(ratio, RatioOf) and ratio.whole in found:
        found[ratio.whole] = [known[point.fact].scale]
    return found


def _guards(ruleset: Ruleset, point: CoveragePoint) -> Iterator[Condition]:
    """Yield the conditions that decide whether a verdict comes through a point: ``applies_if``, and its selectors'."""
    for _, indicator in indicators(ruleset):
        if indicator.no == point.root and indicator.applies_if is not None:
            yield indicator.applies_if
        if indicator.no == point.root and not point.fact and point.role == "require":
            yield indicator.require
    names = set(point.by)
    for derived in reversed(ruleset.derived):
        if derived.id in names:
            names.update(facts_of_derived(derived))
            yield from guards_of(derived)


def _inputs(ruleset: Ruleset, names: Iterable[str]) -> Iterator[str]:
    """Yield the facts that a caller gives for these, derived ones taken apart."""
    rules = ruleset.derived_by_id
    for name in names:
        if name in rules:
            yield from _inputs(ruleset, facts_of_derived(rules[name]))
        elif name in ruleset.inputs():
            yield name


def _around(fact: Fact, guards: Iterable[Condition]) -> list[FactValue | None]:
    """All values of a fact that has few; of a number those about the values it is compared with."""
    if fact.type is FactType.BOOLEAN:
        return [False, True]
    if not fact.type.numeric:
        return list(fact.values)
    leaves_ = (leaf for guard in guards for _, leaf in leaves(guard))
    mine = (leaf for leaf in leaves_ if isinstance(leaf, Comparison) and fact.id in leaf.facts)
    values = [cell.value for leaf in mine for _, _, cell in threshold_cells(leaf.threshold)]
    numbers = [v + n * _step(fact) for v in values if isinstance(v, Decimal) for n in (0, -1, 1)]
    return [decimal_text(n) for n in numbers or [fact.minimum or Decimal(0)]]


def _on_side(fact: Fact, point: CoveragePoint, side: Side) -> FactValue | None:
    """Return a value on one side of a cell; None where it is to be missing or none is needed."""
    cell = point.cell.floor or point.cell if point.cell is not None else None
    value = cell.value if cell is not None else None
    ahead = {Side.BELOW: -1, Side.AT: 0, Side.ABOVE: 1}.get(side)
    if value is None or ahead is None:
        return None
    if isinstance(value, Decimal):
        return decimal_text(value + ahead * _step(fact))
    if isinstance(value, bool):
        return value if ahead == 0 else not value
    if isinstance(value, str) and fact.type is FactType.ORDINAL:
        return fact.values[fact.values.index(value) + ahead]
    allowed = value if isinstance(value, tuple) else (value,)
    return next((v for v in fact.values if (v in allowed) is (ahead == 0)), None)


def _step(fact: Fact) -> Decimal:
    return Decimal(1).scaleb(-fact.decimals)


# -- writing -----------------------------------------------------------------------------------


def _written(ruleset: Ruleset, facts: Facts, reached: list[CoveragePoint], side: Side, lang: str) -> str:
    """Return a file of one case whose expectations are what is found."""
    verdict = assess(ruleset, facts)
    law: Mapping[str, object] = {
        "ruleset": ruleset.id,
        "period": ruleset.period,
        "on": ruleset.on,
        "year": ruleset.year,
        "province": ruleset.province,
    }
    column = ", ".join(dict.fromkeys(text for point in reached for text in point.key))
    addresses = ", ".join(dict.fromkeys(point.address for point in reached))
    words = {"side": Message(f"case.side.{side.value}"), "addresses": addresses, "column": column}
    case = {
        "name": say(lang, "case.next_column" if column else "case.next", **words),
        **{key: value for key, value in law.items() if value is not None},
        **({"facts": facts} if facts else {}),
        "expect": _expectations(verdict, reached),
    }
    return f"# {say(lang, 'case.head')}\n" + yaml.safe_dump(
        {"cases": [case]}, allow_unicode=True, sort_keys=False, width=110
    )


def _expectations(verdict: Verdict, reached: list[CoveragePoint]) -> dict[str, typing.Any]:
    found: dict[str, object] = {}
    for no in dict.fromkeys(point.root for point in reached if point.role != "derive"):
        result = verdict.indicators[no]
        undetermined = result.outcome is Outcome.UNDETERMINED
        found[no] = {"reason": result.codes[0].value} if undetermined else result.outcome.code
    return {"indicators": found} if found else {"set": verdict.outcome.code}
