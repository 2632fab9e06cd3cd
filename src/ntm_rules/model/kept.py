"""What is worked out once for a value and kept with it: its compiled forms, its look-ups."""

import functools
import typing
from collections import OrderedDict
from collections.abc import Callable, Hashable

Keeps = typing.TypeVar("Keeps")
"""A frozen value with a ``_kept`` of its own that is neither compared, shown nor pickled."""

Made = typing.TypeVar("Made")


def kept(make: Callable[[Keeps], Made]) -> Callable[[Keeps], Made]:
    """*make*, called once for each value: what it makes stays with the value and goes when that goes.

    Works on functions of a value and, below ``property``, on methods.
    """

    @functools.wraps(make)
    def of(owner: Keeps) -> Made:
        store: dict[object, Made] = owner._kept  # type: ignore[attr-defined]
        if make not in store:
            store[make] = make(owner)
        return store[make]

    return of


Key = typing.TypeVar("Key", bound=Hashable)


class Recent(typing.Generic[Key, Made]):
    """What was made last, by what it was made from: the oldest is forgotten when there are more than *most*.

    Threads may share it: each step is one of the interpreter's own.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Key, Made] = OrderedDict()

    def get(self, key: Key) -> Made | None:
        """Return what was made; None where it was not, or is forgotten."""
        return self._made.get(key)

    def made(self, key: Key, make: Callable[[], Made]) -> Made:
        """Return what was made, or what *make* makes now."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def put(self, key: Key, made: Made) -> None:
        """Remember what was made."""
        self._made[key] = made
        if len(self._made) > self._most:
            self._made.popitem(last=False)


def by_identity(most: int) -> Callable[[Callable[..., Made]], Callable[..., Made]]:
    """*make*, called once for the same objects as long as these are among the *most* last ones.

    They live as long as what was made of them, so that no other object has their identity.
    """

    def once(make: Callable[..., Made]) -> Callable[..., Made]:
        known: Recent[tuple[int, ...], tuple[tuple[object, ...], Made]] = Recent(most)

        @functools.wraps(make)
        def of(*values: object) -> Made:
            key = tuple(map(id, values))
            found = known.get(key)
            if found is None:
                found = values, make(*values)
                known.put(key, found)
            return found[1]

        return of

    return once
