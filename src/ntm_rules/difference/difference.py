"""What changes from one ruleset to another, by meaning; and which units it turns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from attrs import evolve, frozen

from ntm_rules._public import public
from ntm_rules._version import __version__
from ntm_rules.difference.changes import UNLISTED, Change, GradeChange, Kind, ListChange, Step, kinds_of
from ntm_rules.difference.compare import Comparing, CountedMembers
from ntm_rules.difference.flips import Twins, UnitDifference, differences
from ntm_rules.difference.match import Pair, Placed, Unlisted, same_criteria, same_indicators
from ntm_rules.model.arguments import need
from ntm_rules.model.plain import Json, plain_object
from ntm_rules.model.results import Facts
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import cells
from ntm_rules.tables.units import UnitFacts

SCHEMA = "ntm-rules/diff/1"


@public("difference")
@frozen
class Difference:
    """What changes from one ruleset to another.

    Attributes:
        compared: every criterion and indicator of the two sets in the order of the new one, changed or not.
        grades: the grades that are not what they were, in the order of the new set.
        lists: the lists of units by which some units are of another class, or which another decision has.
    """

    old: Ruleset
    new: Ruleset
    compared: tuple[Change, ...]
    grades: tuple[GradeChange, ...] = ()
    lists: tuple[ListChange, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is not equal."""
        return tuple(change for change in self.compared if change.kinds != (Kind.EQUAL,))

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many indicators changed in each way; one may count several times."""
        found = Counter(kind for c in self.compared if c.level == "indicator" for kind in c.kinds)
        return MappingProxyType({kind: found[kind] for kind in Kind if kind in found})

    def indicator(self, no: str) -> Change:
        """Return the indicator that has the number in the new set, else in the old one.

        Raises:
            KeyError: neither set has the number.
        """
        found = [c for c in self.compared if c.level == "indicator"]
        of_old = {c.old.no: c for c in found if c.old is not None}
        return (of_old | {c.new.no: c for c in found if c.new is not None})[no]

    def on_units(self, unit_facts: Iterable[UnitFacts | tuple[str, Facts]]) -> Iterator[UnitDifference]:
        """Yield the units some of whose outcomes differ, one after the other, each assessed on both sets as they are.

        Args:
            unit_facts: names or codes with facts, or what ``tables.read`` gives.

        Raises:
            FactError: bad facts of a unit.
        """
        pairs = ((u.unit, u.sound()) if isinstance(u, UnitFacts) else u for u in unit_facts)
        return differences(self.old, self.new, self._twins(), pairs)

    def _twins(self) -> Twins:
        def of(level: str) -> tuple[tuple[str | None, str | None], ...]:
            return tuple(c.numbers for c in self.compared if c.level == level and not c.unlisted)

        return Twins(of("criterion"), of("indicator"))

    def text(self, lang: str = "vi") -> str:
        """All changes in words, ``vi`` or ``en``.

        Raises:
            UnknownName: another language.
        """
        from ntm_rules.difference.words import DiffWords

        words = DiffWords(self.old, self.new, lang)
        changes = (line for change in self.changes for line in words.change(change))
        grades = (line for grade in self.grades for line in words.grade(grade))
        lists = map(words.unit_list, self.lists)
        return "\n".join((*changes, *grades, *lists))

    def to_dict(self) -> Json:
        """Plain JSON types; exact numbers are texts."""
        return plain_object(
            {
                "schema": SCHEMA,
                "library_version": __version__,
                "old": self.old,
                "new": self.new,
                "indicators": {kind: self.counts.get(kind, 0) for kind in Kind},
                "changes": self.changes,
                **({"grades": self.grades} if self.grades else {}),
                **({"lists": self.lists} if self.lists else {}),
            }
        )


def diff(old: Ruleset, new: Ruleset) -> Difference:
    """Compare *old* with *new* by meaning.

    Numbers that differ by year are compared for the same year in both sets wherever both print it; else for the years
    for which the sets were composed. Of words only titles are compared.

    Args:
        old, new: from ``Library.compose``; of any tier, period and province.
    """
    need("old", old, Ruleset)
    need("new", new, Ruleset)
    pairs, kin = same_indicators(old, new)
    comparing = Comparing(old, new)
    same_ground = _same_ground(old, new)
    twins = same_criteria(old, new, pairs, kin)
    unlisted = Unlisted.of(old, new, twins)
    indicators = [_indicator(pair, comparing, same_ground, unlisted) for pair in pairs]
    criteria = [_criterion(pair, pairs, comparing, unlisted) for pair in twins]
    whole = _whole(criteria, pairs, comparing)
    compared = (*whole, *_ordered(criteria, indicators, pairs))
    return Difference(old, new, compared, tuple(_grades(old, new, compared)), tuple(_lists(old, new)))


def _lists(old: Ruleset, new: Ruleset) -> Iterator[ListChange]:
    """Yield the lists of units that do not say what they said."""
    before, after = ({each.fact: each for each in side.lists} for side in (old, new))
    for fact in dict.fromkeys((*before, *after)):
        was, is_ = before.get(fact), after.get(fact)
        classes, now = (dict(each.units) if each is not None else {} for each in (was, is_))
        codes = sorted(classes.keys() | now.keys())
        moved = tuple((c, classes.get(c), now.get(c)) for c in codes if classes.get(c) != now.get(c))
        if moved or (was and was.instrument) != (is_ and is_.instrument):
            yield ListChange(was, is_, moved)


def _grades(old: Ruleset, new: Ruleset, compared: tuple[Change, ...]) -> Iterator[GradeChange]:
    """Yield the grades that are not what they were; what is said of the set itself is not said of each again."""
    before, after = ({grade.id: grade for grade in side.grades} for side in (old, new))
    for name in (*after, *(name for name in before if name not in after)):
        was, is_ = before.get(name), after.get(name)
        if was is None or is_ is None:
            yield GradeChange(was, is_, (Kind.ADDED if was is None else Kind.REMOVED,))
            continue
        own = tuple(change for change in diff(was.ruleset, is_.ruleset).changes if change not in compared)
        retitled = (was.title and was.title.vi) != (is_.title and is_.title.vi)
        if own or retitled:
            yield GradeChange(was, is_, (Kind.RETITLED,) if retitled else (), own)


def _same_ground(old: Ruleset, new: Ruleset) -> bool:
    """Return True if equal conditions mean the same in both: same derived facts, nothing bound to different values."""
    bound = dict(old.bindings)
    apart = any(name != "year" and bound.get(name, value) != value for name, value in new.bindings)
    return not apart and old.derived == new.derived and old.minimum_evidence == new.minimum_evidence


def _indicator(pair: Pair[Placed], comparing: Comparing, same_ground: bool, unlisted: Unlisted) -> Change:
    old, new = pair
    before, after = None if old is None else old.indicator, None if new is None else new.indicator
    side = unlisted.side_of(old, new)
    if side is not None:
        return Change("indicator", before, after, (UNLISTED[side],))
    steps: tuple[Step, ...] = ()
    if old is None or new is None or old.exact != new.exact or not same_ground:
        steps = comparing.steps(old, new)
    return _change("indicator", before, after, steps)


def _change(
    level: str,
    old: Criterion | Indicator | None,
    new: Criterion | Indicator | None,
    steps: tuple[Step, ...] = (),
    asked: tuple[int, int] | None = None,
) -> Change:
    more: list[Kind] = []
    if old is None or new is None:
        more.append(Kind.ADDED if old is None else Kind.REMOVED)
    else:
        more += [Kind.RENUMBERED] if old.no != new.no else []
        titles = [side.title and side.title.vi for side in (old, new)]
        more += [Kind.RETITLED] if titles[0] != titles[1] else []
        if isinstance(old, Criterion) and isinstance(new, Criterion) and old.counted != new.counted:
            more.append(Kind.COUNTED if new.counted else Kind.UNCOUNTED)
    return Change(level, old, new, kinds_of(steps, *more), steps, asked)


# -- how many members have to be met -----------------------------------------------------------


def _criterion(
    pair: Pair[Criterion], pairs: Iterable[Pair[Placed]], comparing: Comparing, unlisted: Unlisted
) -> Change:
    old, new = pair
    side = unlisted.side(old, new)
    if side is not None:
        return Change("criterion", old, new, (UNLISTED[side],))
    if old is None or new is None:
        return _change("criterion", old, new)
    own = [(a, b) for a, b in pairs if (a and a.criterion == old) or (b and b.criterion == new)]
    must = _must(
        [(None if a is None else a.indicator, None if b is None else b.indicator) for a, b in own], old.must, new.must
    )
    members = tuple((b,) for _, b in own if b is not None)
    places = (1 + comparing.old.criteria.index(old), 1 + comparing.new.criteria.index(new))
    level = CountedMembers(members, places, must)
    if old.at_least_n == new.at_least_n and not level.must_differ:
        return _change("criterion", old, new)
    same = all(a and b and a.criterion == old and b.criterion == new for a, b in own)
    return _needed(_change("criterion", old, new), comparing, level, same, (old, new))


def _whole(criteria: Sequence[Change], pairs: Iterable[Pair[Placed]], comparing: Comparing) -> Iterator[Change]:
    """Yield a change of how many criteria the set asks for."""
    old, new = comparing.old, comparing.new
    of_old = {change.new: change.old for change in criteria if change.new is not None}
    twins = [(of_old[criterion], criterion) for criterion in new.criteria]
    members = tuple(tuple(b for _, b in pairs if b is not None and b.criterion == c) for c in new.criteria)
    level = CountedMembers(members, (0, 0), _must(twins, old.must, new.must))
    if old.at_least_n == new.at_least_n and not level.must_differ:
        return
    same = all(change.old and change.new for change in criteria)
    yield _needed(Change("ruleset", None, None, ()), comparing, level, same, (old, new))


def _must(
    twins: Sequence[tuple[Criterion | Indicator | None, Criterion | Indicator | None]],
    old: Sequence[str],
    new: Sequence[str],
) -> tuple[frozenset[int], frozenset[int]]:
    """Return the places, among the members of the new set, of those that have to be met in the old and in the new."""
    there = [(a, b) for a, b in twins if b is not None]
    before = frozenset(place for place, (a, _) in enumerate(there) if a is not None and a.no in old)
    return before, frozenset(place for place, (_, b) in enumerate(there) if b.no in new)


def _needed(
    change: Change,
    comparing: Comparing,
    level: CountedMembers,
    same: bool,
    sides: tuple[Criterion, Criterion] | tuple[Ruleset, Ruleset],
) -> Change:
    """Return the change with how many members are needed, and which.

    Stricter or looser where the members are the same and none of them can be not applicable.
    """
    old, new = sides
    total = len(level.members)
    asked = (old.at_least_n or total, new.at_least_n or total)
    witnesses = comparing.count_witnesses(level, asked)
    # where all are needed it does not matter which of them have to be met
    more = asked[1] > asked[0] or (asked[0] < total and bool(level.must[1] - level.must[0]))
    less = asked[1] < asked[0] or (asked[1] < total and bool(level.must[0] - level.must[1]))
    all_of = None in (old.at_least_n, new.at_least_n)
    comparable = same and (more or less) and bool(witnesses) and not (all_of and _may_not_apply(comparing.new, level))
    kind = Kind.INCOMPARABLE if more and less else Kind.STRICTER if more else Kind.LOOSER
    kind = kind if comparable else Kind.EQUAL if same and not more and not less else Kind.NOT_COMPARED
    reasons = ("members",) if kind is Kind.NOT_COMPARED else ()
    step = Step(kind, ((),), True, (), witnesses, reasons)
    kinds = kinds_of((step,), *(k for k in change.kinds if k is not Kind.EQUAL))
    counts = asked if old.at_least_n != new.at_least_n else None
    must = (old.must, new.must) if level.must_differ else None
    return evolve(change, kinds=kinds, steps=(step,), asked=counts, must=must)


def _may_not_apply(ruleset: Ruleset, level: CountedMembers) -> bool:
    numbers = {placed.indicator.no for member in level.members for placed in member}
    guarded = any(p.indicator.applies_if is not None for member in level.members for p in member)
    return guarded or any(r.indicator in numbers and r.cell.state is CellState.NONE for r in cells(ruleset))


# -- order -------------------------------------------------------------------------------------


def _ordered(
    criteria: Iterable[Change], indicators: Sequence[Change], pairs: Sequence[Pair[Placed]]
) -> Iterator[Change]:
    """Each criterion with its indicators; what was removed after what is there."""
    for criterion in criteria:
        yield criterion
        for change, (old, new) in zip(indicators, pairs, strict=True):
            home = new.criterion == criterion.new if new else old is not None and old.criterion == criterion.old
            if home:
                yield change
