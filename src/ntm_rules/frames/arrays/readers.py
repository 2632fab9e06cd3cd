"""From columns to vectors: the facts of a block of rows, with what is missing and what is a bad value."""

import typing
from collections.abc import Callable, Sequence

import numpy as np
from attrs import evolve

from ntm_rules.frames.base.column import FLAGS, NOTHING, NUMBERS, TEXTS, Column
from ntm_rules.frames.base.vectors import (
    FALSE,
    TRUE,
    UNKNOWN_FLAG,
    Choices,
    Coded,
    Floats,
    Mask,
    Numbers,
    Vector,
    code_type,
    rounded_all,
)
from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic
from ntm_rules.model.facts import Fact, FactType
from ntm_rules.model.numbers import MAX_DIGITS, SMALLEST
from ntm_rules.verdict.facts import BadValue, bounds, check_of

Reader = Callable[[int, int], Vector]
"""The vector of the rows from one place to another."""

_MANY_DIGITS = 10.0**MAX_DIGITS
_FEW = 64
"""Up to so many values are compared with every text one after the other; among more, a text is looked up."""

AS_FLAGS = Message("hint.flags")


def unfit(fact: Fact, column: Column, cast: Callable[[str, Message], str]) -> Diagnostic | None:
    """Return what is wrong with the type of a column; None where it can be read.

    Args:
        cast: words how to turn a column, by its name, into another kind.
    """
    wanted = NUMBERS if fact.type.numeric else FLAGS if fact.type is FactType.BOOLEAN else TEXTS
    kinds = {wanted} | ({NUMBERS} if fact.type in (FactType.BOOLEAN, FactType.ORDINAL) else set())
    if column.kind in kinds or column.kind == NOTHING:
        return None
    message = Message("table.type", name=column.name, held=column.kind, wanted=wanted)
    hint: Sentence = ""
    if column.kind == TEXTS:
        hint = AS_FLAGS if wanted == FLAGS else Message("hint.cast", how=cast(column.name, wanted))
    return Diagnostic("table.type", message, hint=hint)


def reader_of(fact: Fact, column: Column, stepped: bool = False) -> Reader:
    """Return the reader of a column that fits its fact; *stepped* as for ``check_of``."""
    if column.kind == NOTHING:
        return missing_reader(fact)
    if isinstance(column.values, list):
        return _listed(fact, column, stepped)
    if fact.type.numeric:
        return _numbers(fact, column, stepped)
    if fact.type is FactType.BOOLEAN:
        return _flags(column) if column.kind == FLAGS else _flags_of_numbers(column)
    return _choices(fact, column)


def missing_reader(fact: Fact) -> Reader:
    """Return the reader of a fact without a column."""
    if fact.type.numeric:  # one number seen from every row: no memory is filled with what is not there
        return lambda a, b: Numbers(np.broadcast_to(np.nan, b - a), np.broadcast_to(np.uint8(1), b - a))
    code = UNKNOWN_FLAG if fact.type is FactType.BOOLEAN else len(fact.values)
    return lambda a, b: Choices(np.full(b - a, code, code_type(fact.values)))


def bound_reader(fact: Fact, value: str, column: Column | None) -> Reader:
    """Return the reader of a fact that province or year fixes; another value in its column is a bad one."""
    code = fact.values.index(value)
    given = None if column is None else reader_of(fact, column)

    def read(start: int, end: int) -> Vector:
        codes = np.full(end - start, code, code_type(fact.values))
        if given is None:
            return Choices(codes)
        found = typing.cast(Choices, given(start, end))
        wrong = (found.codes != code) & (found.codes != len(fact.values))
        if found.invalid is not None:
            wrong |= found.invalid
        codes[wrong] = len(fact.values)
        return Choices(codes, wrong if wrong.any() else None)

    return read


# -- numbers ---------------------------------------------------------------------------------


def within(fact: Fact) -> Callable[[Floats], Mask]:
    """Return True where a number is one that the fact may have; never for NaN and infinities."""
    low, high = bounds(fact)
    if fact.type is FactType.COUNT:
        return lambda x: (x >= low) & (x <= high) & (np.rint(x) == x)
    return lambda x: (x >= low) & (x <= high) & ((np.abs(x) >= SMALLEST) | (x == 0))


def in_steps(fact: Fact) -> Callable[[Floats], Mask]:
    """Return True where a number is within the bounds of the fact and a whole number of steps of its last digit."""
    inside, power = within(fact), float(10**fact.decimals)

    def check(x: Floats) -> Mask:
        found = inside(x)
        held = np.where(found, x, 0)
        return typing.cast(Mask, found & (np.rint(held * power) / power == held))

    return check


def _numbers(fact: Fact, column: Column, stepped: bool) -> Reader:
    inside = in_steps(fact) if stepped else within(fact)
    nulls, nan_is_missing = column.nulls, column.nan_is_missing
    low, high = bounds(fact)
    least = max(low, SMALLEST)
    simple = fact.type is not FactType.COUNT and not stepped
    # most numbers are positive: 0 and others are looked for where there is something else
    usual = (lambda x: (x >= least) & (x <= high)) if simple else inside
    plain = nan_is_missing and nulls is None and simple
    many = column.values.dtype.kind in "iu" and column.values.size > 0
    many = many and max(int(column.values.max()), -int(column.values.min())) >= 10**MAX_DIGITS

    def read(start: int, end: int) -> Vector:
        x = column.values[start:end]
        if x.dtype != np.float64 or not x.flags.c_contiguous:
            x = np.ascontiguousarray(x, np.float64)
        # as a rule all is well, and least and greatest tell so without making a mask; both pass over NaN, and where
        # there is nothing else they are NaN, which compares false and goes on below
        if plain and least <= np.fmin.reduce(x) and np.fmax.reduce(x) <= high:
            missing = np.isnan(x)
            return Numbers(x, missing.view(np.uint8) if missing.any() else None)
        known = usual(x)
        if nulls is not None:
            missing = nulls(start, end)
            known &= ~missing
        elif nan_is_missing:
            missing = np.isnan(x)
        else:
            missing = None
        if nan_is_missing and nulls is not None:
            missing = missing | np.isnan(x)
        good, gone = np.count_nonzero(known), 0 if missing is None else np.count_nonzero(missing)
        if good + gone != x.size:
            x, known = looked_again(x, missing)
            good = np.count_nonzero(known)
        if good == x.size and not many:
            return Numbers(x)
        if good + gone == x.size and not many:
            return Numbers(x, (~known).view(np.uint8), shown=None if nulls is None else known)
        if many:
            known &= _few_digits(column.values[start:end], x)
        bad = ~known if missing is None else ~(known | missing)
        unknown = (~known).view(np.uint8) if not known.all() else None
        return Numbers(np.where(known, x, np.nan), unknown, None, bad if bad.any() else None)

    def looked_again(x: Floats, missing: Mask | None) -> tuple[Floats, Mask]:
        """Return the numbers, and where there are such: what cannot be one as it is may be one in 15 digits."""
        known = inside(x)
        if missing is not None:
            known &= ~missing
        rows = np.flatnonzero(~known if missing is None else ~(known | missing))
        if rows.size:
            x = x.copy()
            x[rows] = rounded_all(x[rows])
            known[rows] = inside(x[rows])
        return x, known

    return read


def _few_digits(exact: typing.Any, x: Floats) -> Mask:
    """Return True where an integer has at most ``MAX_DIGITS`` significant digits."""
    fits = np.abs(x) < _MANY_DIGITS
    for row in np.flatnonzero(~fits):
        fits[row] = len(str(abs(int(exact[row]))).rstrip("0")) <= MAX_DIGITS
    return fits


def _listed(fact: Fact, column: Column, stepped: bool) -> Reader:
    """Python values, checked one by one as ``assess`` does."""
    check = check_of(fact, stepped)
    found: list[typing.Any] = []
    bad = np.zeros(len(column.values), np.bool_)
    for row, value in enumerate(column.values):
        if fact.type is FactType.BOOLEAN and value in (0, 1):  # a frame may have numbers there
            value = bool(value)
        try:
            found.append(None if value is None else check(value))
        except BadValue:
            bad[row] = True
            found.append(None)
    return _checked(fact, found, bad)


def _checked(fact: Fact, values: Sequence[typing.Any], bad: Mask) -> Reader:
    def invalid(start: int, end: int) -> Mask | None:
        return bad[start:end] if bad[start:end].any() else None

    if fact.type.numeric:
        numbers = np.array([np.nan if value is None else value for value in values], np.float64)
        unknown = np.isnan(numbers).view(np.uint8)
        return lambda a, b: Numbers(numbers[a:b], unknown[a:b], None, invalid(a, b))
    places: dict[object, int] = {value: place for place, value in enumerate((*fact.values, None))}
    if fact.type is FactType.BOOLEAN:
        places = {False: FALSE, None: UNKNOWN_FLAG, True: TRUE}
    codes = np.array([places[value] for value in values], code_type(fact.values))
    return lambda a, b: Choices(codes[a:b], invalid(a, b))


# -- yes/no, levels, categories --------------------------------------------------------------


def _flags(column: Column) -> Reader:
    nulls = column.nulls

    def read(start: int, end: int) -> Vector:
        flags = column.flags(start, end)
        codes = flags + flags  # 0 and 1 to ``FALSE`` and ``TRUE``, the ranks of *not met* and *met*
        if nulls is not None:
            missing = nulls(start, end)
            codes = codes * ~missing + missing
        return Choices(codes)

    return read


def _flags_of_numbers(column: Column) -> Reader:
    """Numbers that are only 0 and 1."""
    nulls = column.nulls

    def read(start: int, end: int) -> Vector:
        x = column.values[start:end]
        is_one = (x == 1).view(np.uint8)
        codes = is_one + is_one
        bad = (codes == 0) & (x != 0)
        missing = np.isnan(x) if column.nan_is_missing and x.dtype.kind == "f" else None
        if nulls is not None:
            missing = nulls(start, end) if missing is None else missing | nulls(start, end)
        if missing is not None:
            codes[missing] = UNKNOWN_FLAG
            bad &= ~missing
        if not bad.any():
            return Choices(codes)
        codes[bad] = UNKNOWN_FLAG
        return Choices(codes, bad)

    return read


def _choices(fact: Fact, column: Column) -> Reader:
    """Texts, or the whole numbers that name the levels of an ordinal."""
    values, nulls = fact.values, column.nulls
    unknown, wrong = len(values), len(values) + 1
    coded = _coder(fact, column)

    def read(start: int, end: int) -> Vector:
        codes = coded(start, end)
        if nulls is not None:
            codes[nulls(start, end)] = unknown
        bad = codes == wrong
        if not bad.any():
            return Choices(codes)
        codes[bad] = unknown
        return Choices(codes, bad)

    return read


Coder = Callable[[int, int], Coded]
"""Of the rows from one place to another the places of their values in ``Fact.values``.

One more than there are values where it is null, two more where it is another text.
"""


def _coder(fact: Fact, column: Column) -> Coder:
    if column.labels is not None:
        return _coder_of_labels(fact.values, column, column.labels)
    if column.kind == NUMBERS:
        return _coder_of_numbers(fact.values, column)
    if isinstance(column.values, np.ndarray) and len(fact.values) <= _FEW:
        return _coder_of_words(fact.values, column.values)
    if isinstance(column.values, np.ndarray):
        labels, places = np.unique(column.values, return_inverse=True)
        return _coder_of_labels(fact.values, evolve(column, values=places), labels.tolist())
    return _coder_of_arrow(fact.values, column.values)


def _coder_of_labels(values: Sequence[str], column: Column, labels: Sequence[str]) -> Coder:
    """Texts that are coded already: each label is looked up once, each row by number."""
    unknown, wrong = len(values), len(values) + 1
    places = {value: place for place, value in enumerate(values)}
    table = np.array([*(places.get(label, wrong) for label in labels), unknown], code_type(values))
    return lambda a, b: table.take(column.values[a:b], mode="wrap")  # null is -1, which is the last entry


def _coder_of_numbers(values: Sequence[str], column: Column) -> Coder:
    """Whole numbers that name levels; ``1`` may be written as 1, but ``01`` may not."""
    unknown, wrong = len(values), len(values) + 1
    digits = ((value, place) for place, value in enumerate(values) if value.isascii() and value.isdigit())
    named = {float(value): place for value, place in digits}
    exact = [(number, place) for number, place in named.items() if values[place] == str(int(number))]

    def codes(start: int, end: int) -> Coded:
        x = column.values[start:end]
        found = np.full(x.size, wrong, code_type(values))
        for number, place in exact if x.dtype.kind in "iu" else ():
            found[x == number] = place
        if column.nan_is_missing and x.dtype.kind == "f":
            found[np.isnan(x)] = unknown
        return found

    return codes


def _coder_of_arrow(values: Sequence[str], texts: typing.Any) -> Coder:
    """Arrow looks texts up without making Python objects of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = texts if isinstance(texts, pa.Array) else pa.array(texts)
    known = pa.array(values, type=whole.type)
    wrong = len(values) + 1

    def codes(start: int, end: int) -> Coded:
        found = pc.index_in(whole.slice(start, end - start), value_set=known).fill_null(wrong)
        return typing.cast(Coded, found.to_numpy().astype(code_type(values)))

    return codes


def _coder_of_words(values: Sequence[str], texts: typing.Any) -> Coder:
    """Texts of a fixed width, compared eight bytes at a time, which is several times faster than as texts."""
    width, kind = texts.dtype.itemsize // 4, code_type(values)
    wrong = kind.type(len(values) + 1)
    keep = [place for place, value in enumerate(values) if len(value) <= width]
    size = max(width + width % 2, 2)
    known = np.array([values[place] for place in keep], f"U{size}")
    words = known.view(np.uint64).reshape(len(keep), size // 2)

    def codes(start: int, end: int) -> Coded:
        block = np.ascontiguousarray(texts[start:end], known.dtype)
        columns = np.ascontiguousarray(block.view(np.uint64).reshape(end - start, -1).T)
        found = np.full(end - start, wrong, kind)
        for place, word in zip(keep, words, strict=True):
            same = columns[0] == word[0]
            for column, part in zip(columns[1:], word[1:], strict=True):
                same &= column == part
            found -= same * kind.type(wrong - place)  # at most one value is the same, so *wrong* is left for once
        return found

    return codes
