"""A column as the different values that it has, and which of them each row has: what tells groups of rows apart."""

import typing
from collections.abc import Sequence

import numpy as np

from ntm_rules.frames.base.column import Array, plain_arrow

Coded = tuple[Array, list[object]]
"""For each row the place of its value in the list; a null is the value None."""


def coded_objects(values: Sequence[object]) -> Coded:
    """Return Python values coded; equal ones are the same where they are of one type, for 1 is not True."""
    known: dict[object, int] = {}
    found: list[object] = []
    places = np.empty(len(values), np.intp)
    for row, value in enumerate(values):
        key = (type(value), value) if getattr(value, "__hash__", None) else id(value)
        place = places[row] = known.setdefault(key, len(found))
        if place == len(found):
            found.append(value)
    return places, found


def coded_arrow(array: typing.Any) -> Coded:
    """Return an Arrow array coded, also one in chunks."""
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        array = array.unify_dictionaries().combine_chunks()
    array = plain_arrow(array)
    if not pa.types.is_dictionary(array.type):
        try:
            array = array.dictionary_encode()
        except pa.ArrowNotImplementedError:  # lists and the like, of which no key is made
            return coded_objects(array.to_pylist())
    values = array.dictionary.to_pylist()
    places = array.indices.cast(pa.int64()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    return places, [*values, None]
