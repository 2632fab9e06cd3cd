"""Facts of old units to facts of the unit they became: what follows is worked out, the rest is named."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum

from attrs import fields, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.messages.errors import BadArgument, FactError, FactProblem
from ntm_rules.model.arguments import name_of, need
from ntm_rules.model.facts import Fact, FactType, Merge
from ntm_rules.model.names import one_form, units_alike
from ntm_rules.model.numbers import unfit, written
from ntm_rules.model.results import Annotation, Facts, FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.rules.library import Library
from ntm_rules.units.unit import Part
from ntm_rules.verdict.facts import CheckedFacts, Checker

_BETWEEN_SOURCES = "; "


@public("units")
class WhyNot(Enum):
    """Why a fact of the old units does not follow for the new one."""

    NOT_GIVEN = "not_given"
    WITHOUT_PARTS = "without_parts"
    DIFFERS = "differs"
    NO_SUM = "no_sum"


@public("units")
@frozen
class NotMerged:
    """A fact that was given for an old unit and does not follow for the new one.

    Attributes:
        units: the old units because of which it does not follow.
        parts: of a percentage the facts to give instead.
    """

    fact: str
    units: tuple[str, ...]
    why: WhyNot
    parts: tuple[str, ...] = ()

    def text(self, lang: str = "vi") -> str:
        """Return what is the matter, in one sentence.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        return say(lang, f"units.not_merged.{self.why.value}", fact=self.fact, units=self.units, parts=self.parts)


@public("units")
@frozen
class Merged:
    """What is known about a merged unit.

    Attributes:
        facts: ready for ``assess``; annotated where facts of the old units were.
        missing: facts given for an old unit that do not follow, in the order of the catalogue.
    """

    facts: Mapping[str, object]
    missing: tuple[NotMerged, ...]


def merge(
    library: Library,
    unit_facts: Mapping[str, Facts],
    *,
    of: Iterable[Part] = (),
) -> Merged:
    """Return the facts of the unit that several units became.

    Parts and wholes of percentages are added up, and the percentages left to the engines. A percentage without parts,
    a yes/no fact, a level or a category holds for the new unit where all old ones agree; a mean, such as income per
    head, is never worked out. What the catalogue says under ``merge`` goes before that. Nothing is estimated: of a
    unit of which only a part went over, give the facts of that part.

    Args:
        library: with the catalogue of facts.
        unit_facts: name of each old unit to its facts, as ``assess`` takes them.
        of: what the new unit was made of, as ``Units.predecessors`` tells: names the units to be given, those of
            which a part went over as ``Kiên Mộc (một phần)``.

    Raises:
        FactError: a bad fact of one of the units, or two units whose names only look different.
        BadArgument: no units are given, or others than *of* names.
    """
    need("library", library, Library)
    need("unit_facts", unit_facts, Mapping)
    for facts in unit_facts.values():
        need("unit_facts", facts, Mapping)
    units = _named(unit_facts)
    _expect(units, tuple(of))
    catalogue = library.facts
    checked = _checked(units, catalogue)
    ways, undecided = ways_to_merge(catalogue), {fact.undecided for fact in catalogue.values()}
    merged, missing = dict[str, object](), list[tuple[Fact, WhyNot]]()
    for fact in catalogue.values():
        given = [facts for facts in checked.values() if fact.id in facts.given]
        if not given:
            continue
        # a count of what is undecided counts as 0 where it is not given
        complete = len(given) == len(checked) or fact.id in undecided
        value, why = _merged(ways[fact.id], [_value(fact, facts.given[fact.id]) for facts in given], complete)
        if why is None:
            merged[fact.id] = _annotated(value, [facts.annotations.get(fact.id) for facts in given])
        else:
            missing.append((fact, why))
    return Merged(merged, tuple(_gap(f, why, checked) for f, why in missing if not _follows(f, merged)))


def ways_to_merge(catalogue: Mapping[str, Fact]) -> Mapping[str, Merge]:
    """How each fact follows for a merged unit: as the catalogue says, else by what it is."""
    summed = {name for fact in catalogue.values() for name in _parts(fact)}
    undecided = {fact.undecided for fact in catalogue.values()}

    def way(fact: Fact) -> Merge:
        if fact.merge is not None:
            return fact.merge
        if fact.id in summed or fact.id in undecided:
            return Merge.SUM
        return Merge.NONE if fact.type in (FactType.COUNT, FactType.NUMBER) else Merge.SAME

    return {fact.id: way(fact) for fact in catalogue.values()}


def _merged(way: Merge, values: Sequence[FactValue], complete: bool) -> tuple[FactValue, WhyNot | None]:
    """Return the value for the merged unit, or why there is none."""
    if way is Merge.NONE:
        return 0, WhyNot.NO_SUM
    if way is Merge.ANY and True in values:
        return True, None
    if not complete:
        return 0, WhyNot.NOT_GIVEN
    match way:
        case Merge.SUM:
            return _number(sum(map(_exact, values), Decimal())), None
        case Merge.LEAST:
            return _number(min(map(_exact, values))), None
        case Merge.ANY | Merge.SAME:
            return values[0], None if all(value == values[0] for value in values) else WhyNot.DIFFERS
        case _:
            typing.assert_never(way)


def _parts(fact: Fact) -> tuple[str, ...]:
    """Part and whole of a percentage. Those of another ratio may be means, which have no sum."""
    return (fact.ratio.part, fact.ratio.whole) if fact.ratio and fact.type is FactType.PERCENT else ()


def _follows(fact: Fact, merged: Mapping[str, object]) -> bool:
    """Return whether the fact need not be given, since its parts are."""
    return bool(_parts(fact)) and set(_parts(fact)) <= set(merged)


def _gap(fact: Fact, why: WhyNot, checked: Mapping[str, CheckedFacts]) -> NotMerged:
    parts = _parts(fact)
    without = tuple(name for name, facts in checked.items() if not set(parts) <= set(facts.given))
    if parts and without:
        return NotMerged(fact.id, without, WhyNot.WITHOUT_PARTS, parts)
    has = why is not WhyNot.NOT_GIVEN
    return NotMerged(fact.id, tuple(n for n, facts in checked.items() if (fact.id in facts.given) is has), why)


# -- values ------------------------------------------------------------------------------------


def _value(fact: Fact, given: FactValue) -> FactValue:
    if fact.type.numeric:
        return _number(_exact(given))
    return given if isinstance(given, bool) else str(given)


def _exact(value: FactValue) -> Decimal:
    return typing.cast(Decimal, written(value))


def _number(exact: Decimal) -> int | Decimal | float:
    """Return a number as ``assess`` takes it: one of more digits than that was a computed float."""
    if exact == exact.to_integral_value():
        return int(exact)
    plain = exact.normalize()
    return plain if unfit(plain) is None else float(plain)


def _annotated(value: FactValue, notes: Sequence[Annotation | None]) -> object:
    """Return the value with all sources, and with what else is said where it is the same for all."""
    texts = {text for note in notes if note and note.source for text in note.source.split(_BETWEEN_SOURCES)}
    found: dict[str, object] = {"source": _BETWEEN_SOURCES.join(sorted(texts)) or None}
    for key in (field.name for field in fields(Annotation) if field.name != "source"):
        values = {getattr(note, key, None) for note in notes}
        found[key] = values.pop() if len(values) == 1 else None
    said = {key: value for key, value in found.items() if value is not None}
    return {"value": value, **said} if said else value


# -- input -------------------------------------------------------------------------------------


def _named(units: Mapping[str, Facts]) -> dict[str, Facts]:
    """Return the units by their names in one form, each once."""
    if not units:
        raise BadArgument(Message("argument.no_units"))
    named = [(name_of(unit, "unit"), facts) for unit, facts in units.items()]
    found = dict(named)
    problems = units_alike(found)
    if len(found) < len(named):
        twice = [name for name in found if sum(name == other for other, _ in named) > 1]
        problems += [FactProblem(name, "unit", name, Message("expected.facts_once")) for name in twice]
    if problems:
        raise FactError(problems)
    return found


def _checked(units: Mapping[str, Mapping[str, object]], catalogue: Mapping[str, Fact]) -> dict[str, CheckedFacts]:
    """Return the facts of each unit, checked as by a set that reads every fact and asks nothing."""
    everything = tuple(catalogue.values())
    checker = Checker(Ruleset("merge", "", dt.date.min, 1, (), everything, (), catalogue=frozenset(catalogue)))
    checked, problems = {}, list[FactProblem]()
    for name, facts in units.items():
        try:
            checked[name] = checker.check(facts, name)
        except FactError as error:
            problems += error.problems
    if problems:
        raise FactError(problems)
    return checked


def _expect(units: Mapping[str, object], of: Sequence[Part]) -> None:
    labels = [one_form(part.label) for part in of]
    lacking, other = [x for x in labels if x not in units], [x for x in units if x not in labels]
    if labels and (lacking or other):
        wanted = {"parts": tuple(labels), "wanted": tuple(lacking or labels)}
        if other:
            raise BadArgument(Message("argument.parts_others", others=tuple(other), **wanted))
        raise BadArgument(Message("argument.parts", **wanted))
