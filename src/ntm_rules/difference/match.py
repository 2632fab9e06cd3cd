"""Which criterion and indicator of one ruleset is which of another."""

import typing
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from attrs import frozen

from ntm_rules.messages.errors import folded
from ntm_rules.model.canonical import to_canonical
from ntm_rules.model.conditions import Comparison, Meets, Open
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.thresholds import CellState
from ntm_rules.model.walk import cells_of, leaves

T = typing.TypeVar("T")
Key = Callable[[T], Hashable]
Pair = tuple[T | None, T | None]

_EMPTY: tuple[Hashable, ...] = (None, "", frozenset())
_NOT_MEANT = {"on", "no", "part", "citation", "blame", "evidence", "confidence", "free", "overtaken"}
"""What of a condition in JSON no outcome depends on."""


@frozen
class Placed:
    """An indicator with its place among all, its criterion, and its condition as JSON.

    Attributes:
        exact: as it is written, with evidence and citations, without its number.
        meaning: only what outcomes depend on.
    """

    place: int
    criterion: Criterion
    indicator: Indicator
    exact: str
    meaning: str

    @property
    def facts(self) -> frozenset[str]:
        """What it measures: facts compared and prerequisites, without selectors."""
        found: set[str] = set()
        for _, leaf in leaves(self.indicator.require):
            if isinstance(leaf, Comparison):
                found.update(leaf.facts)
            if isinstance(leaf, Meets):
                found.add(leaf.ruleset)
        return frozenset(found)


def placed(ruleset: Ruleset) -> tuple[Placed, ...]:
    """All indicators of a ruleset in printed order."""
    found: list[Placed] = []
    for criterion, data in zip(ruleset.criteria, to_canonical(ruleset)["criteria"], strict=True):
        for indicator, json in zip(criterion.indicators, data["indicators"], strict=True):
            exact, meaning = _without(json, {"no", "on"}), _without(json, _NOT_MEANT)
            found.append(Placed(len(found), criterion, indicator, repr(exact), repr(meaning)))
    return tuple(found)


def _without(data: typing.Any, keys: set[str]) -> typing.Any:
    if isinstance(data, dict):
        return {key: _without(value, keys) for key, value in data.items() if key not in keys}
    return [_without(item, keys) for item in data] if isinstance(data, list | tuple) else data


def same_indicators(old: Ruleset, new: Ruleset) -> tuple[list[Pair[Placed]], bool]:
    """Every indicator of the two sets with its twin, and whether the sets are two states of one."""
    kin = (old.id, old.period) == (new.id, new.period)
    keys: list[Key[Placed]] = [
        lambda i: (i.indicator.no, i.meaning),
        lambda i: i.facts and (i.indicator.no, i.facts),
        lambda i: i.indicator.title and (i.indicator.no, _title(i.indicator.title)),
        lambda i: i.facts and i.meaning,
        lambda i: i.facts and i.indicator.title and (i.facts, _title(i.indicator.title)),
        lambda i: i.facts,
        *([lambda i: i.indicator.no] if kin else []),
        lambda i: _title(i.indicator.title),
    ]
    return matched(placed(old), placed(new), keys), kin


def same_criteria(old: Ruleset, new: Ruleset, pairs: Iterable[Pair[Placed]], kin: bool) -> list[Pair[Criterion]]:
    """Every criterion of the two sets with its twin: by title, by the indicators they share, by number."""
    shared = Counter((a.criterion.no, b.criterion.no) for a, b in pairs if a is not None and b is not None)
    mutual = {
        (side, numbers[side]): numbers
        for numbers in shared
        if _most(shared, 0, numbers[0]) == _most(shared, 1, numbers[1]) == [numbers]
        for side in (0, 1)
    }
    keys: list[Key[tuple[int, Criterion]]] = [
        lambda c: c[1].title and (c[1].no, _title(c[1].title)),
        lambda c: _title(c[1].title),
        lambda c: mutual.get((c[0], c[1].no)),
        *([lambda c: c[1].no] if kin else []),
    ]
    found = matched([(0, c) for c in old.criteria], [(1, c) for c in new.criteria], keys)
    return [(a and a[1], b and b[1]) for a, b in found]


@frozen
class Unlisted:
    """Of what only one of two sets has, whether it is known that the other has not.

    A criterion whose only indicator is a placeholder stands for indicators that nobody has copied: they may be any.

    Attributes:
        pending: of the old and of the new set, the numbers of such criteria.
        whole: whether these are all criteria of the set: nobody has read its annex.
        twins: of each side, by number the criterion of the other set.
    """

    pending: tuple[frozenset[str], frozenset[str]]
    whole: tuple[bool, bool]
    twins: tuple[Mapping[str, str], Mapping[str, str]]

    @classmethod
    def of(cls, old: Ruleset, new: Ruleset, criteria: Iterable[Pair[Criterion]]) -> "Unlisted":
        """Return what is not listed of two sets, whose criteria are given in pairs."""
        pairs = [(a.no, b.no) for a, b in criteria if a is not None and b is not None]
        before, after = (frozenset(c.no for c in side.criteria if is_placeholder(c)) for side in (old, new))
        whole = len(before) == len(old.criteria), len(after) == len(new.criteria)
        return cls((before, after), whole, (dict(pairs), {b: a for a, b in pairs}))

    def side_of(self, old: Placed | None, new: Placed | None) -> int | None:
        """Return the same for indicators."""
        return self.side(None if old is None else old.criterion, None if new is None else new.criterion)

    def side(self, old: Criterion | None, new: Criterion | None) -> int | None:
        """Return the set that was not copied, 0 for the old one, so that nothing is known; None where it is known.

        Args:
            old, new: the criterion of what only one of the sets has; None of the other one.
        """
        own, criterion = (0, old) if old is not None else (1, new)
        if criterion is None or (old is not None and new is not None):
            return None
        if True in self.whole:
            return 1 if self.whole[1] else 0
        twin = self.twins[own].get(criterion.no)
        if twin in self.pending[1 - own]:
            return 1 - own
        return own if twin is not None and criterion.no in self.pending[own] else None


def is_placeholder(criterion: Criterion) -> bool:
    """Return whether a criterion holds a placeholder only: nobody has copied what it asks."""
    return all(
        isinstance(i.require, Open) and all(c.state is CellState.PENDING for c in cells_of(i.require))
        for i in criterion.indicators
    )


def _most(shared: Counter[tuple[str, str]], side: int, no: str) -> list[tuple[str, str]]:
    """Return the pairs of criteria that share most of the indicators of one of them."""
    own = {numbers: count for numbers, count in shared.items() if numbers[side] == no}
    return [numbers for numbers, count in own.items() if count == max(own.values())]


def matched(old: Sequence[T], new: Sequence[T], keys: Iterable[Key[T]]) -> list[Pair[T]]:
    """Both sequences in pairs: by the first key that only one of each side has; an empty key matches nothing.

    In the order of *new*, then what is only in *old*.
    """
    twins: dict[int, int] = {}
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    for key in keys:
        mine, theirs = _alone(free_old, key), _alone(free_new, key)
        for name in mine.keys() & theirs.keys():
            twins[theirs[name]] = mine[name]
            del free_old[mine[name]], free_new[theirs[name]]
    found: list[Pair[T]] = [(old[twins[j]] if j in twins else None, item) for j, item in enumerate(new)]
    return found + [(item, None) for item in free_old.values()]


def _alone(items: dict[int, T], key: Key[T]) -> dict[Hashable, int]:
    """Return the place of every item whose key no other one has."""
    names = {place: key(item) for place, item in items.items()}
    counts = Counter(names.values())
    return {name: place for place, name in names.items() if name not in _EMPTY and counts[name] == 1}


def _title(title: Text | None) -> str:
    return folded(title.vi) if title is not None else ""
