"""What is worked out once for a value and kept with it: its compiled forms, its look-ups."""

import functools
import typing
from collections.abc import Callable

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
