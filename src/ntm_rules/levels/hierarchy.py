"""Villages, communes, districts and provinces in one pass: what is found below becomes facts above."""

import datetime as dt
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.levels.nesting import Nesting, Place, facts_by_unit, nesting_of, unknown_unit
from ntm_rules.levels.shares import Taken, assess_taken, counted
from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import MAX_PROBLEMS, FactError, FactProblem, NotInForce, UnknownName
from ntm_rules.model.acts import Act, recognised
from ntm_rules.model.aggregates import Aggregate, How, UnitsThat, ValueOf
from ntm_rules.model.arguments import day_of, name_of, width_of
from ntm_rules.model.conditions import Meets
from ntm_rules.model.facts import Fact
from ntm_rules.model.judgements import Judgement, Judgements, judgements_of
from ntm_rules.model.numbers import written
from ntm_rules.model.outcomes import Outcome, at_least_of
from ntm_rules.model.owned import qualified
from ntm_rules.model.results import FactValue
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.walk import conditions, meets_of, with_prerequisites
from ntm_rules.verdict.facts import BadValue, check_of
from ntm_rules.verdict.given import plain_of
from ntm_rules.verdict.verdict import Verdict

if typing.TYPE_CHECKING:
    from ntm_rules.levels.causes import Cause
    from ntm_rules.rules.library import Library

Facts = Mapping[str, typing.Any]


@public("levels")
@frozen
class Member:
    """What one unit below adds to an aggregated fact.

    Attributes:
        outcome: whether it counts; undetermined where that is not known. Of a least, greatest or sum: met where the
            unit has the value.
        verdict: on the set that it has to meet, where it was evaluated.
        value: of a least, greatest or sum.
        judged: whether it counts in the second reading.
    """

    unit: str
    outcome: Outcome
    verdict: Verdict | None = None
    value: FactValue | None = None
    judged: Outcome | None = None

    @property
    def firm(self) -> Outcome:
        """The outcome, if it is not provisional."""
        provisional = self.verdict is not None and self.verdict.provisional
        return Outcome.UNDETERMINED if provisional else self.outcome

    @property
    def judged_firm(self) -> Outcome:
        """The outcome of the second reading, if it is not provisional."""
        provisional = self.verdict is not None and self.verdict.judged.provisional
        return Outcome.UNDETERMINED if provisional else self.in_second

    @property
    def in_second(self) -> Outcome:
        """Whether it counts in the second reading."""
        return self.outcome if self.judged is None else self.judged


@public("levels")
@frozen
class Hierarchy:
    """The findings of a whole hierarchy.

    Attributes:
        places: the units, those below before those above.
        verdicts: for each unit the verdicts by ruleset id.
        members: for unit, ruleset id and aggregated fact the units that it was taken from.
    """

    places: Mapping[str, Place]
    verdicts: Mapping[str, Mapping[str, Verdict]]
    members: Mapping[tuple[str, str, str], tuple[Member, ...]] = field(repr=False)

    def causes(self, unit: str, ruleset: str) -> "tuple[Cause, ...]":
        """Why a unit does not satisfy a set, down to the units and indicators below that caused it.

        Of a unit that is not met the reasons that are not met, of one that is undetermined those undetermined;
        ``Verdict.reasons`` has both.

        Raises:
            UnknownName: no such unit, or a set that was not assessed for it.
        """
        from ntm_rules.levels.causes import causes

        unit, ruleset = name_of(unit, "unit"), name_of(ruleset, "ruleset")
        if unit not in self.verdicts:
            raise UnknownName(Message("kind.unit"), unit, self.verdicts)
        if ruleset not in self.verdicts[unit]:
            raise UnknownName(Message("kind.ruleset"), ruleset, self.verdicts[unit])
        return causes(self, self.verdicts[unit][ruleset])


def assess(
    library: "Library",
    units: object,
    unit_facts: object,
    *,
    on: dt.date | str,
    year: int | None = None,
    acts: Iterable[Act] | None = None,
    rulesets: Iterable[str] | None = None,
    unit_width: int | None = None,
    judgements: Mapping[str, Judgements] | None = None,
) -> Hierarchy:
    """Every unit against every set of its level in force, from the bottom up.

    What a set takes from the units below (the section ``aggregate`` of its file: shares with a finding or an act,
    counts, the least value) is worked out from the units below it, however deep they lie. A unit whose finding is
    undetermined may still go either way, and a finding that rests on provisional ones is provisional. Of a level that
    the table does not have at all nothing is taken: those facts have to be given. A fact that is given and also
    follows from below has to agree.

    Args:
        library: composes the sets.
        units: a data frame, or mappings: ``unit`` (code), ``level``, ``parent`` (code; None at the top), ``name``,
            ``province`` (id or name; else that of the unit above, or the name of a unit of level ``province``). It
            lists all units of the levels it has.
        unit_facts: for each unit its facts as for ``assess``: a mapping of mappings, what ``tables.read`` gives, or a
            data frame with a column ``unit``.
        on, year: as for ``Library.compose``.
        acts: recognitions and withdrawals up to now. If given, ``recognised_*`` facts follow from them: a unit without
            an act is not recognised. They are on units of the table and on tiers of the library.
        rulesets: only these sets and what they take from below; else every set of the level of each unit.
        unit_width: how many digits codes have; needed where they are numbers, or have lost their zeros.
        judgements: for each unit what bodies decided, as for ``assess``; one without a tier only where the unit is
            assessed against one set. They count in the second reading, there also for the units above.

    Raises:
        FactError: every problem of the table, of the acts, of the facts and of the judgements.
        UnknownName: no such ruleset, or an act on a tier that there is not.
        NotInForce: a set that was asked for, or that another takes from below, is not in force.
    """
    width = width_of(unit_width)
    nesting = nesting_of(units, library.registry, width)
    wanted = None if rulesets is None else tuple(rulesets)
    known = None if acts is None else tuple(acts)
    _check_acts(known or (), nesting, library)
    facts = facts_by_unit(unit_facts, nesting, width)
    said = {} if judgements is None else facts_by_unit(judgements, nesting, width)
    passing = _Pass(library, nesting, facts, day_of(on, "on"), year, known, wanted, said)
    verdicts = {
        unit: {r.id: verdict for r in passing.sets(place) if (verdict := passing.verdict(place, r)) is not None}
        for unit, place in nesting.places.items()
    }
    if passing.problems:
        found = list(dict.fromkeys(passing.problems))
        raise FactError(found[:MAX_PROBLEMS], len(found) <= MAX_PROBLEMS)
    return Hierarchy(nesting.places, verdicts, passing.members)


def _check_acts(acts: Iterable[Act], nesting: Nesting, library: "Library") -> None:
    """Refuse acts that would not count for anybody.

    Raises:
        FactError: acts on units that are not in the table.
        UnknownName: an act on a tier that there is not.
    """
    strange = dict.fromkeys(act.unit for act in acts if act.unit not in nesting.places)
    if strange:
        raise FactError([unknown_unit(unit, "unit", unit, nesting.places) for unit in strange])
    for tier in dict.fromkeys(act.tier for act in acts):
        library.known_tier(tier)


class _Pass:
    """One assessment of a hierarchy: what was worked out is kept."""

    def __init__(
        self,
        library: "Library",
        nesting: Nesting,
        facts: Mapping[str, Facts],
        on: dt.date,
        year: int | None,
        acts: tuple[Act, ...] | None,
        wanted: tuple[str, ...] | None,
        said: Mapping[str, Judgements],
    ) -> None:
        self.library, self.nesting, self.facts = library, nesting, facts
        self.said = {unit: judgements_of(given) for unit, given in said.items()}
        self.on, self.year, self.acts, self.wanted = on, year, acts, wanted
        self.acts_of: dict[str, list[Act]] = {}
        for act in acts or ():
            self.acts_of.setdefault(act.unit, []).append(act)
        self.members: dict[tuple[str, str, str], tuple[Member, ...]] = {}
        self.problems: list[FactProblem] = []
        self._verdicts: dict[tuple[str, str, str], Verdict | None] = {}
        self._rulesets: dict[tuple[str, str | None, str | None], Ruleset] = {}
        self._sets: dict[tuple[str, str | None], list[Ruleset]] = {}

    def ruleset(self, id: str, period: str | None, place: Place) -> Ruleset:
        """Return the set for a unit's province."""
        key = (id, period, place.province)
        if key not in self._rulesets:
            self._rulesets[key] = self.library.compose(
                id, on=self.on, year=self.year, period=period, province=place.province
            )
        return self._rulesets[key]

    def sets(self, place: Place) -> list[Ruleset]:
        """Return the sets that judge a unit: those wanted of its level, else all in force that test no findings."""
        key = (place.level, place.province)
        if key not in self._sets:
            self._sets[key] = self._sets_for(place)
        return self._sets[key]

    def _sets_for(self, place: Place) -> list[Ruleset]:
        if self.wanted is not None:
            found = [self.ruleset(id, None, place) for id in self.wanted]
            return [r for r in found if r.judges == place.level]
        chosen = []
        national = [id for id, _ in self.library.rulesets()]
        own = [id for id, _, province in self.library.own_rulesets() if province == place.province]
        for id in dict.fromkeys((*national, *own)):
            try:
                ruleset = self.ruleset(id, None, place)
            except NotInForce:
                continue
            if ruleset.judges == place.level and not ruleset.tested_against:
                chosen.append(ruleset)
        return chosen

    def verdict(self, place: Place, ruleset: Ruleset) -> Verdict | None:
        """Return the verdict on a unit; None where its facts are bad, which is noted."""
        key = (place.unit, ruleset.id, ruleset.period)
        if key not in self._verdicts:
            self._verdicts[key] = None
            try:
                self._verdicts[key] = self._assessed(place, ruleset)
            except FactError as error:
                self.problems += error.problems
        return self._verdicts[key]

    def _assessed(self, place: Place, ruleset: Ruleset) -> Verdict:
        given = self.facts.get(place.unit, {})
        taken: dict[str, FactValue] = dict(self._recognitions(place, ruleset))
        settled, judged, judged_settled = dict(taken), dict(taken), dict(taken)
        known = {fact.id: fact for fact in ruleset.facts}
        for aggregate in ruleset.aggregates:
            fact, members = known.get(aggregate.fact), self._members(place, aggregate)
            if fact is None or members is None:
                continue
            self.members[place.unit, ruleset.id, fact.id] = members
            if isinstance(aggregate.rule, ValueOf):
                ways = [_value(fact, aggregate.rule.how, members)] * 4
            else:
                ways = [counted(fact, codes) for codes in _readings(members)]
                if any(given.get(name) is not None for name in (fact.id, *ways[0])):
                    ways[2:] = ways[:2]  # what is given is a figure, in both readings
            taken, settled, judged, judged_settled = (
                {**known_so_far, **found}
                for known_so_far, found in zip((taken, settled, judged, judged_settled), ways, strict=True)
            )
        _agree(place.unit, given, taken)
        both = Taken(taken, settled), place.unit, Taken(judged, judged_settled)
        return assess_taken(ruleset, given, *both, self._judgements(place, ruleset))

    def _judgements(self, place: Place, ruleset: Ruleset) -> tuple[Judgement, ...]:
        """Return the judgements of a unit that are about a set, and those that are about none of its sets.

        Raises:
            FactError: one does not say of which set it is, and the unit has several.
        """
        said, sets = self.said.get(place.unit, ()), [each.id for each in self.sets(place)]
        unclear = [judgement for judgement in said if judgement.tier is None and len(sets) > 1]
        if unclear:
            expected = Message("expected.judgement_tier", names=tuple(sets))
            raise FactError([FactProblem(place.unit, j.no, j.outcome.code, expected) for j in unclear])
        mine = {each.id for each in with_prerequisites(ruleset)}
        others = {each.id for known in self.sets(place) for each in with_prerequisites(known)} - mine
        return tuple(judgement for judgement in said if judgement.tier not in others)

    def _recognitions(self, place: Place, ruleset: Ruleset) -> dict[str, bool]:
        """Return the recognition facts that a set and its prerequisites read, by the acts; empty without acts."""
        if self.acts is None:
            return {}
        return {
            node.recognised: self._recognised(place, node.ruleset, node.period)
            for node in _prerequisites(ruleset)
            if node.recognised is not None
        }

    def _recognised(self, place: Place, ruleset: str, period: str | None) -> bool:
        """Whether the acts recognise a unit."""
        return recognised(self.acts_of.get(place.unit, ()), place.unit, ruleset, self.on, period)

    def _members(self, place: Place, aggregate: Aggregate) -> tuple[Member, ...] | None:
        """Return what the units below add; None where the fact is not taken from units of a level of the table."""
        rule = aggregate.rule
        if not isinstance(rule, UnitsThat | ValueOf) or rule.level not in self.nesting.levels:
            return None
        below = [self.nesting.places[u] for u in self.nesting.below[place.unit].get(rule.level, ())]
        if isinstance(rule, ValueOf):
            return tuple(self._valued(p, rule) for p in below)
        return tuple(self._member(p, rule) for p in below)

    def _valued(self, place: Place, rule: ValueOf) -> Member:
        """Return the value that a unit adds: that of its facts, if it has all of them."""
        values = [self._fact(place, name) for name in rule.facts]
        if None in values:
            return Member(place.unit, Outcome.UNDETERMINED)
        return Member(place.unit, Outcome.MET, None, _one(rule.how, values))

    def _member(self, place: Place, rule: UnitsThat) -> Member:
        """Whether a unit counts: by a fact, an act, a finding, or one of act and finding."""
        if rule.ruleset is None or rule.by is None:
            return Member(place.unit, _outcome(self._fact(place, str(rule.fact))))
        ways: list[int] = []
        verdict, judged = None, None
        if rule.by.act and rule.recognised is not None:
            if self.acts is None:
                ways.append(_outcome(self._fact(place, rule.recognised)))
            else:
                ways.append(int(self._recognised(place, rule.ruleset, rule.period)))
        if rule.by.finding:
            verdict = self.verdict(place, self.ruleset(rule.ruleset, rule.period, place))
            found = Outcome.UNDETERMINED if verdict is None else verdict.outcome
            second = found if verdict is None else verdict.judged.outcome
            if not ways:
                return Member(place.unit, found, verdict, judged=second)
            ways.append(found)
            judged = Outcome(at_least_of(1, [ways[0], second]))
        outcome = Outcome(at_least_of(1, ways))
        by_act = ways[0] == Outcome.MET
        return Member(place.unit, outcome, None if by_act else verdict, judged=judged)

    def _fact(self, place: Place, name: str) -> FactValue | None:
        """Return a fact of a unit below as it was given, checked; None where it is missing."""
        facts = self.facts.get(place.unit, {})
        value = facts.get(name, facts.get(qualified(place.province or "", name)))
        if isinstance(value, Mapping):
            value = value.get("value")
        value = plain_of(value)
        if value is None:
            return None
        try:
            check_of(self.library.facts_of(place.province)[name])(value)
        except BadValue as bad:
            self.problems.append(FactProblem(place.unit, name, value, bad.expected, bad.hint))
            return None
        return typing.cast(FactValue, value)


def _readings(members: Sequence[Member]) -> tuple[list[Outcome], ...]:
    """Return the outcomes of units as they stand and if only what is firm counts; both in the second reading too."""
    return (
        [member.outcome for member in members],
        [member.firm for member in members],
        [member.in_second for member in members],
        [member.judged_firm for member in members],
    )


def _prerequisites(ruleset: Ruleset) -> Iterator[Meets]:
    """Yield the prerequisites of a set and of those sets."""
    for asked in with_prerequisites(ruleset):
        for condition in conditions(asked):
            yield from meets_of(condition)


def _outcome(value: FactValue | None) -> Outcome:
    """Of a yes/no fact."""
    return Outcome.UNDETERMINED if value is None else Outcome(bool(value))


def _value(fact: Fact, how: How, members: Iterable[Member]) -> dict[str, FactValue]:
    """Return the least, greatest or sum; nothing where a unit lacks the value, or there is no unit."""
    values = [m.value for m in members]
    return {} if not values or None in values else {fact.id: _one(how, values)}


def _one(how: How, values: Iterable[FactValue | None]) -> Decimal:
    """One value of several, exact."""
    exact = [typing.cast(Decimal, written(value)) for value in values]
    return {How.LEAST: min(exact), How.GREATEST: max(exact), How.SUM: sum(exact, Decimal(0))}[how]


def _agree(unit: str, given: Facts, taken: Mapping[str, FactValue]) -> None:
    """Return what is given and also follows from below has to be the same.

    Raises:
        FactError: it is not.
    """
    problems = []
    for name, value in taken.items():
        own = given.get(name)
        own = own.get("value") if isinstance(own, Mapping) else own
        if own is not None and not _same(own, value):
            problems.append(FactProblem(unit, name, own, Message("expected.as_below", value=str(value))))
    if problems:
        raise FactError(problems)


def _same(own: object, value: FactValue) -> bool:
    if isinstance(value, bool) or isinstance(own, bool):
        return own is value
    number = written(plain_of(own))
    return number is not None and number == written(value)
