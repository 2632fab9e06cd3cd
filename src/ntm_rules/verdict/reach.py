"""Which outcomes a condition can still come to while facts are missing, and which of them a single answer can turn.

A tree of nodes stands for a target. What a node can come to is a set of pairs of outcomes: in one state, and in another
one that differs in a single input, or in none. Members that share no input are independent, so the pairs of a
connective follow from those of its members. Inputs that several members share are fixed, one state after the other,
where these members come together; what is left apart after that is independent again. This is exact. Where there are
too many states an input is not fixed, and more pairs are taken to be possible than are, never fewer.
"""

import functools
import itertools
import math
import operator
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import define, evolve, field, frozen

from ntm_rules.model.outcomes import ALL, Needed, at_least_of

Pairs = int
"""A set of pairs of outcomes: the bit 4·a + b for the pair of a and b."""

Values = list[typing.Any]
Move = tuple[int, int]
Context = Mapping[int, Move]
"""For variables that are fixed the state in the first and in the second outcome of a pair."""

MOST_STATES = 3_000
"""So many states of the inputs of one comparison are gone through."""

MOST_SHARED = 400
"""So many states of inputs that members share are gone through, of all that are fixed one inside the other."""

FEW, MOST_OF_FEW = 8, 7_000
"""So many more where there are few variables: eight of three states each."""

_ANY: Pairs = (1 << 16) - 1
_EQUAL = tuple(1 << 5 * code for code in range(4))
_SAME: Pairs = sum(_EQUAL)
_NOTHING = 3  # what `all` of no members comes to


def pair(one: int, other: int) -> Pairs:
    """Return the set of one pair."""
    return 1 << (4 * one + other)


@functools.lru_cache(1 << 12)
def pairs_in(pairs: Pairs) -> tuple[tuple[int, int], ...]:
    """Return the pairs of a set."""
    return tuple((bit >> 2, bit & 3) for bit in range(16) if pairs >> bit & 1)


def differ(pairs: Pairs) -> bool:
    """Return whether a pair among them is of two outcomes that differ."""
    return bool(pairs & ~_SAME)


def outcomes(pairs: Pairs) -> frozenset[int]:
    """Return the outcomes of pairs of equals."""
    return frozenset(code for code, bit in enumerate(_EQUAL) if pairs & bit)


@functools.lru_cache(1 << 14)
def _all_of(one: Pairs, other: Pairs) -> Pairs:
    found = 0
    for (a, b), (c, d) in itertools.product(pairs_in(one), pairs_in(other)):
        found |= pair(ALL[a][c], ALL[b][d])
    return found


# -- inputs ----------------------------------------------------------------------------------------


@frozen
class State:
    """What a variable is.

    Attributes:
        given: for each of its inputs what is given; None where nothing is.
        slots: what that puts into the places of the values.
        full: every fact is given that can be.
    """

    given: tuple[object, ...]
    slots: tuple[tuple[int, object], ...]
    full: bool


@frozen(eq=False)
class Variable:
    """An input, or several that have to fit together.

    Attributes:
        inputs: their names.
        states: what they can be, nothing given first; empty where that is too much to go through.
        is_judgement: it is a judgement and no fact.
        alike: for each state the first one that no comparison tells from it; None while each stands for itself.
    """

    inputs: tuple[str, ...]
    states: tuple[State, ...]
    is_judgement: bool = False
    alike: tuple[int, ...] | None = None

    def told_apart(self, full: bool = False) -> list[int]:
        """Return the states that comparisons tell apart; *full* for the full ones alone."""
        return sorted({alike for state, alike in zip(self.states, self._alike, strict=True) if state.full or not full})

    def moves(self, name: str) -> list[Move]:
        """Return the pairs of states that differ in one input alone and that comparisons tell apart."""
        place = self.inputs.index(name)
        by_rest: dict[tuple[object, ...], set[int]] = {}
        for state, alike in zip(self.states, self._alike, strict=True):
            by_rest.setdefault(state.given[:place] + state.given[place + 1 :], set()).add(alike)
        moves = (move for same in by_rest.values() for move in itertools.combinations(sorted(same), 2))
        return list(dict.fromkeys(moves))

    @property
    def _alike(self) -> Sequence[int]:
        return range(len(self.states)) if self.alike is None else self.alike


# -- nodes -----------------------------------------------------------------------------------------


@define(eq=False)
class Leaf:
    """What is not taken apart.

    Attributes:
        code: its outcome over the values; None where it may be any.
        members: none.
    """

    code: Callable[[Values], int] | None
    variables: frozenset[int]
    members: "tuple[Node, ...]" = ()


@define(eq=False)
class Mapped:
    """A function of the outcomes of a few members; it has to be one of a module, for what it says is kept."""

    function: Callable[..., int]
    members: "Sequence[Node]"
    variables: frozenset[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.variables = _variables_of(self.members)

    def over(self, members: Sequence[Pairs]) -> Pairs:
        """Return its pairs over those of independent members."""
        return _mapped(self.function, tuple(members))


@functools.lru_cache(1 << 14)
def _mapped(function: Callable[..., int], members: tuple[Pairs, ...]) -> Pairs:
    found = 0
    for chosen in itertools.product(*map(pairs_in, members)):
        found |= pair(function(*(a for a, _ in chosen)), function(*(b for _, b in chosen)))
    return found


@define(eq=False)
class Joined(ABC):
    """Members of which any number come together: what some come to is put together with what others come to."""

    members: "Sequence[Node]"
    variables: frozenset[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.variables = _variables_of(self.members)

    @property
    @abstractmethod
    def nothing(self) -> typing.Any:
        """What no member comes to."""

    @abstractmethod
    def one(self, member: "Node", pairs: Pairs) -> typing.Any:
        """Return what a member with these pairs comes to."""

    @abstractmethod
    def both(self, one: typing.Any, other: typing.Any) -> typing.Any:
        """Return what independent members come to."""

    @abstractmethod
    def pairs(self, found: typing.Any) -> Pairs:
        """Return the pairs of what all members come to."""


@define(eq=False)
class Every(Joined):
    """All members: what they come to is a set of pairs."""

    nothing = _EQUAL[_NOTHING]

    def one(self, member: "Node", pairs: Pairs) -> Pairs:
        """Return the pairs."""
        return pairs

    def both(self, one: Pairs, other: Pairs) -> Pairs:
        """Return the pairs of all of both."""
        return _all_of(one, other)

    def pairs(self, found: Pairs) -> Pairs:
        """Return the pairs."""
        return found


Count = tuple[int, int, int]
"""How many are met, how many met or open, and what those come to that must be met; more than k are as good as k."""


@define(eq=False)
class Some(Joined):
    """*k* of the members: what they come to is a set of counts in the first and in the second state.

    Attributes:
        must: the members that have to be met among the *k*.
    """

    k: int
    must: "frozenset[Node]" = frozenset()

    nothing = frozenset((((0, 0, _NOTHING), (0, 0, _NOTHING)),))

    def one(self, member: "Node", pairs: Pairs) -> frozenset[tuple[Count, Count]]:
        """Return the counts of one member."""
        must = member in self.must

        def count(code: int) -> Count:
            return int(code == 1), int(code in (1, 2)), code if must else _NOTHING

        return frozenset((count(a), count(b)) for a, b in pairs_in(pairs))

    def both(
        self, one: frozenset[tuple[Count, Count]], other: frozenset[tuple[Count, Count]]
    ) -> frozenset[tuple[Count, Count]]:
        """Return the sums of counts."""
        return frozenset((self._sum(a, c), self._sum(b, d)) for (a, b), (c, d) in itertools.product(one, other))

    def _sum(self, one: Count, other: Count) -> Count:
        return min(self.k, one[0] + other[0]), min(self.k, one[1] + other[1]), ALL[one[2]][other[2]]

    def pairs(self, found: frozenset[tuple[Count, Count]]) -> Pairs:
        """Return the pairs of counts."""
        pairs = 0
        for one, other in found:
            pairs |= pair(self._code(*one), self._code(*other))
        return pairs

    def _code(self, met: int, may: int, must: int) -> int:
        return ALL[at_least_of(self.k, [1] * met + [2] * (may - met))][must]


Node = Leaf | Mapped | Joined


def joined(needed: Needed, members: Sequence[Node]) -> Joined:
    """Return all members, or some of them; counted together with those that must be met, so that nothing is shared."""
    if needed.k is None:
        return Every(members)
    return Some(members, needed.k, frozenset(members[place] for place in needed.must))


def constant(outcome: int) -> Leaf:
    """Return a node that has an outcome whatever is given."""
    code = int(outcome)
    return Leaf(lambda _: code, frozenset())


def _variables_of(members: Iterable[Node]) -> frozenset[int]:
    return frozenset(variable for member in members for variable in member.variables)


def leaves(node: Node) -> dict[Leaf, None]:
    """Return the leaves below a node, each once."""
    if isinstance(node, Leaf):
        return {node: None}
    return {leaf: None for member in node.members for leaf in leaves(member)}


# -- what nodes can come to ------------------------------------------------------------------------


@define(eq=False)
class Codes:
    """The outcomes of leaves over states of their variables, each worked out once.

    Attributes:
        values: what is given, in the places of the values.
    """

    variables: list[Variable]
    values: Values
    _known: dict[Leaf, dict[tuple[int, ...], int]] = field(init=False, factory=dict)

    def of(self, leaf: Leaf, states: tuple[int, ...]) -> int:
        """Return the outcome of a leaf; one state for each of its variables, in their order."""
        known = self._known.setdefault(leaf, {})
        if states not in known:
            values = list(self.values)
            for variable, number in zip(sorted(leaf.variables), states, strict=True):
                for place, slot in self.variables[variable].states[number].slots:
                    values[place] = slot
            known[states] = int(typing.cast(Callable[[Values], int], leaf.code)(values))
        return known[states]

    def size(self, leaf: Leaf) -> int:
        """Return how many states the variables of a leaf have; 0 where that is not known."""
        return math.prod(len(self.variables[v].told_apart()) for v in leaf.variables)

    def merge(self, nodes: Iterable[Node]) -> None:
        """Find the states of each variable that no leaf of some nodes tells apart."""
        readers: dict[int, list[Leaf]] = {}
        for leaf in dict.fromkeys(leaf for node in nodes for leaf in leaves(node)):
            for variable in leaf.variables if leaf.code is not None else ():
                readers.setdefault(variable, []).append(leaf)
        for variable, read in readers.items():
            known = [leaf for leaf in read if 0 < self.size(leaf) <= MOST_STATES]
            if len(known) < len(read):
                continue
            first: dict[object, int] = {}
            states = range(len(self.variables[variable].states))
            alike = tuple(first.setdefault(self._seen(variable, number, known), number) for number in states)
            self.variables[variable] = evolve(self.variables[variable], alike=alike)

    def _seen(self, variable: int, number: int, read: Sequence[Leaf]) -> tuple[bytes, ...]:
        """Return what leaves say of a state, whatever the states of their other variables."""
        found = []
        for leaf in read:
            ways = [[number] if v == variable else self.variables[v].told_apart() for v in sorted(leaf.variables)]
            found.append(bytes(self.of(leaf, states) for states in itertools.product(*ways)))
        return tuple(found)


class _TooMany(Exception):  # noqa: N818 - never leaves this module
    """What members share has too many states."""


@define(eq=False)
class Reach:
    """What nodes can come to.

    Attributes:
        full: only states in which every fact is given that can be.
        exact: False as soon as something was taken to be possible that may not be.
    """

    codes: Codes
    full: bool = False
    exact: bool = True
    _few: bool = field(init=False)
    _most: int = field(init=False)
    _states: list[list[Move]] = field(init=False)
    _known: dict[tuple[object, ...], typing.Any] = field(init=False, factory=dict)
    _clear: dict[Leaf, bool] = field(init=False, factory=dict)
    _given_up: set[tuple[Node, tuple[Node, ...]]] = field(init=False, factory=set)

    def __attrs_post_init__(self) -> None:
        self._few = sum(not variable.is_judgement for variable in self.codes.variables) <= FEW
        self._most = MOST_OF_FEW if self._few else MOST_SHARED
        self._states = [[(n, n) for n in variable.told_apart(self.full)] for variable in self.codes.variables]

    def turns(self, node: Node, variable: int, name: str) -> bool:
        """Return whether an input alone may change the outcome of a node, in some state of everything else."""
        of = self.codes.variables[variable]
        return (not of.states or bool(of.moves(name))) and self._turns(node, {}, (variable, name), 1)

    def _turns(self, node: Node, context: Context, moved: tuple[int, str], size: int) -> bool:
        """Return whether a pair differs: where all hangs together it is enough to find one state in which it does."""
        together = [part for part in self._apart(tuple(node.members), context) if len(part) > 1]
        variable = self._next(self._shared(together[0], context), size) if self._few and len(together) == 1 else None
        if variable is None:
            return differ(self.pairs(node, context, moved, size))
        choices = self._choices(variable, moved)
        inner = ({**context, variable: choice} for choice in choices)
        return any(self._turns(node, each, moved, size * len(choices)) for each in inner)

    def pairs(self, node: Node, context: Context, moved: tuple[int, str] | None = None, size: int = 1) -> Pairs:
        """Return the pairs of a node.

        Args:
            context: what is fixed.
            moved: the variable and the input in which the two states of a pair differ; equal states without.
            size: how many states are gone through of what is fixed.
        """
        if moved is not None and (moved[0] not in node.variables or moved[0] in context):
            moved = None
        key = (node, moved, *((v, context[v]) for v in node.variables if v in context))
        if key not in self._known:
            self._known[key] = self._made(node, context, moved, size)
        return typing.cast(Pairs, self._known[key])

    def _made(self, node: Node, context: Context, moved: tuple[int, str] | None, size: int) -> Pairs:
        if isinstance(node, Leaf):
            return self._leaf(node, context, moved)
        if isinstance(node, Joined):
            return node.pairs(self._together(node, tuple(node.members), context, moved, size))
        free = self._shared(node.members, context)
        variable = self._next(free, size)
        if variable is None:
            self.exact = self.exact and not free
            return node.over([self.pairs(member, context, moved, size) for member in node.members])
        choices, found = self._choices(variable, moved), 0
        for choice in choices:
            found |= self.pairs(node, {**context, variable: choice}, moved, size * len(choices))
        return found

    def _leaf(self, leaf: Leaf, context: Context, moved: tuple[int, str] | None) -> Pairs:
        if leaf not in self._clear:
            self._clear[leaf] = leaf.code is not None and 0 < self.codes.size(leaf) <= MOST_STATES
        if not self._clear[leaf]:
            self.exact = False
            one = moved is None and all(a == b for v, (a, b) in context.items() if v in leaf.variables)
            return _SAME if one else _ANY
        found, order = 0, sorted(leaf.variables)
        ways = [[context[v]] if v in context else self._choices(v, moved) for v in order]
        for chosen in itertools.product(*ways):
            first = self.codes.of(leaf, tuple(move[0] for move in chosen))
            found |= pair(first, self.codes.of(leaf, tuple(move[1] for move in chosen)))
        return found

    def _together(
        self,
        node: Joined,
        members: tuple[Node, ...],
        context: Context,
        moved: tuple[int, str] | None,
        size: int,
        begun: bool = False,
    ) -> typing.Any:
        """Return what members of a connective come to, those that share something together.

        Args:
            begun: something that they share is fixed already.

        Raises:
            _TooMany: what they share cannot all be fixed, where that has begun.
        """
        found = node.nothing
        for part in self._apart(members, context):
            shared = self._shared(part, context)
            if shared and not begun and (node, part) not in self._given_up:
                try:
                    more = self._fixed(node, part, context, moved, size)
                except _TooMany:
                    self._given_up.add((node, part))
                    more = None
            else:
                more = self._fixed(node, part, context, moved, size) if shared and begun else None
            if more is None:
                self.exact = self.exact and not shared
                ones = (node.one(member, self.pairs(member, context, moved, size)) for member in part)
                more = functools.reduce(node.both, ones)
            found = node.both(found, more)
        return found

    def _fixed(
        self, node: Joined, members: tuple[Node, ...], context: Context, moved: tuple[int, str] | None, size: int
    ) -> typing.Any:
        """Return what members come to that share something, one state of it after the other.

        Raises:
            _TooMany: there are too many states.
        """
        variable = self._next(self._shared(members, context), size)
        if variable is None:
            raise _TooMany
        inside = frozenset(v for member in members for v in member.variables)
        of = moved if moved and moved[0] in inside and moved[0] not in context else None
        key = (node, members, of, *((v, context[v]) for v in inside if v in context))
        if key not in self._known:
            choices = self._choices(variable, moved)
            inner = ({**context, variable: choice} for choice in choices)
            ways = [self._together(node, members, each, moved, size * len(choices), True) for each in inner]
            self._known[key] = functools.reduce(operator.or_, ways)
        return self._known[key]

    def _apart(self, members: tuple[Node, ...], context: Context) -> Sequence[tuple[Node, ...]]:
        """Return members in groups that share nothing that is not fixed."""
        free = self._shared(members, context)
        key = ("apart", members, frozenset(free))
        if key not in self._known:
            groups: list[tuple[set[int], list[Node]]] = []
            for member in members:
                here = ({*member.variables} & free.keys(), [member])
                for group in [g for g in groups if g[0] & here[0]]:
                    groups.remove(group)
                    here = (group[0] | here[0], [*group[1], *here[1]])
                groups.append(here)
            self._known[key] = [tuple(group) for _, group in groups]
        return typing.cast(Sequence[tuple[Node, ...]], self._known[key])

    def _shared(self, members: Sequence[Node], context: Context) -> Mapping[int, int]:
        """Return the variables that are not fixed and that several members share, with how many do."""
        key = ("shared", *members)
        if key not in self._known:
            counts: dict[int, int] = {}
            for member in members:
                for variable in member.variables:
                    counts[variable] = counts.get(variable, 0) + 1
            self._known[key] = {v: n for v, n in counts.items() if n > 1}
        return {v: n for v, n in self._known[key].items() if v not in context}

    def _next(self, shared: Mapping[int, int], size: int) -> int | None:
        """Return the variable to fix next: the one that most members share; None where none can be."""
        able = [v for v in shared if self._states[v] and size * len(self._states[v]) <= self._most]
        return min(able, key=lambda v: (-shared[v], len(self._states[v]), v), default=None)

    def _choices(self, variable: int, moved: tuple[int, str] | None) -> Sequence[Move]:
        if moved is not None and moved[0] == variable:
            return self.codes.variables[variable].moves(moved[1])
        return self._states[variable]
