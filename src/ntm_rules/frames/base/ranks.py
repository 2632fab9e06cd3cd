"""The logic of outcomes on whole arrays.

Outcomes are held as ranks (``model.outcomes.RANK``), so that ``all`` is a minimum and ``any`` a maximum, which a
processor does for many bytes in one instruction; the codes that a caller sees are not in that order. A rank takes a
byte, the least NumPy has: what these functions cost is mostly the memory they go through.

None of them changes what it is given, and some return it as it is.
"""

from collections.abc import Sequence

import numpy as np

from ntm_rules.frames.base.vectors import Array, Bytes, Mask

NOT_MET, UNDETERMINED, MET, NOT_APPLICABLE = range(4)
"""The ranks by the names of their outcomes."""


_ROWS = 6
"""Rows of ranks that ``swap`` handles at once: of a large block they fit in the cache together with their codes."""

# np.where on bytes is many times slower than arithmetic on them, so no choice below is written with it: a mask counts
# as 0 and 1, and a product with it keeps a rank or makes it 0, which is *not met*


def all_of(members: Sequence[Bytes]) -> Bytes:
    """Return the least rank, row by row."""
    found = members[0]
    for member in members[1:]:
        found = np.minimum(found, member)
    return found


def any_of(members: Sequence[Bytes]) -> Bytes:
    """Return the greatest rank; what is not applicable counts as not met."""
    found = members[0] * (members[0] != NOT_APPLICABLE)
    for member in members[1:]:
        found = np.maximum(found, member * (member != NOT_APPLICABLE))
    return found


def at_least_of(k: int, members: Sequence[Bytes]) -> Bytes:
    """Met where *k* members are, not met where no *k* can be."""
    met: Array = np.zeros(members[0].shape, np.uint8 if len(members) < 256 else np.uint16)
    may = met
    for member in members:
        is_met = member == MET
        met = met + is_met
        may = may + (is_met | (member == UNDETERMINED))
    return (met >= k).view(np.uint8) + (may >= k).view(np.uint8)


def negation_of(member: Bytes) -> Bytes:
    """Met and not met change places."""
    # MET less *not applicable* is not a rank, but it is never chosen
    return chosen(member == NOT_APPLICABLE, member, MET - member)


def guarded(applies: Bytes, condition: Bytes) -> Bytes:
    """Return an indicator with ``applies_if``."""
    hidden = NOT_APPLICABLE - (applies == UNDETERMINED) * np.uint8(NOT_APPLICABLE - UNDETERMINED)
    return chosen(applies == MET, condition, hidden)


def capped(member: Bytes) -> Bytes:
    """Return what is not *not met* is undetermined."""
    return np.minimum(member, np.uint8(UNDETERMINED))


def chosen(mask: Mask, there: Bytes, elsewhere: Bytes) -> Bytes:
    """One array where the mask is true, the other elsewhere."""
    # a difference below 0 wraps around, and the sum wraps it back
    return elsewhere + mask * (there - elsewhere)


def swap(ranks: Bytes, out: Bytes) -> None:
    """Write ranks as codes, in which met is 1 and undetermined 2; a few rows at a time, which stay in the cache."""
    for row in range(0, len(ranks), _ROWS):
        some, codes = ranks[row : row + _ROWS], out[row : row + _ROWS]
        np.add(some, some == UNDETERMINED, out=codes)
        np.subtract(codes, some == MET, out=codes)
