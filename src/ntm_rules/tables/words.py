"""Words that a cell may hold in place of a value: yes and no, what is not known, and what is none of these."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded
from ntm_rules.model.column_mapping import MISSING, NOT_APPLICABLE, word_of
from ntm_rules.model.column_mapping import NO as OWN_NO
from ntm_rules.model.column_mapping import YES as OWN_YES

YES = ("đạt", "có", "x", "true", "1")
NO = ("chưa đạt", "không đạt", "không", "false", "0")
"""The words that an error names; those below are read as well."""

_YES = (*YES, "đ", "v", "✓", "✔", "√", "☑", "đạt chuẩn", "yes", "1.0", "1,0", "1.00", "1,00")
_NO = (
    *(*NO, "cđ", "chưa", "chưa có", "không có", "chưa đạt chuẩn", "không đạt chuẩn", "no"),
    *("0.0", "0,0", "0.00", "0,00"),
)
_MISSING = (
    *("-", "–", "—", "−", "...", "…", "n/a", "chưa đánh giá", "chưa xác định", "chưa rõ"),
    *(f"{lack} {what}" for lack in ("chưa có", "không có") for what in ("số liệu", "dữ liệu", "thông tin")),
)
_NOT_APPLICABLE = ("không áp dụng", "không thuộc diện áp dụng", "không phải áp dụng")
_BETWEEN = (
    *("cơ bản đạt", "đạt cơ bản", "đạt một phần", "gần đạt", "hoàn thành", "đã hoàn thành", "cơ bản hoàn thành"),
    *("chưa hoàn thành", "đang hoàn thiện", "đang hoàn thành", "đang thực hiện", "đang triển khai"),
)
_CROSSES = tuple("✗✘✕✖×☒")
_LETTERS = 3
"""A word of fewer letters is not known again without its diacritics; but ``co``."""


def _known(words: Iterable[str]) -> frozenset[str]:
    """Return words as they are written, and without any diacritics."""
    return frozenset(form for word in words for form in (word, folded(word)) if form == word or _told(word))


def _told(word: str) -> bool:
    return word == "có" or (len(word) >= _LETTERS and word.replace(" ", "").isalpha())


_FLAGS: Mapping[str, bool] = {word: flag for flag, words in ((True, _YES), (False, _NO)) for word in _known(words)}
_UNKNOWN, _NONE, _HALFWAY = _known(_MISSING), _known(_NOT_APPLICABLE), _known(_BETWEEN)


_WRITTEN = {OWN_YES: YES[0], OWN_NO: NO[0], MISSING: "", NOT_APPLICABLE: _NOT_APPLICABLE[0]}
_LARGEST = 30


def written(meaning: str) -> str:
    """Return how a cell says what an own word stands for: a value of a fact stands for itself."""
    return _WRITTEN.get(meaning, meaning)


def in_place_of(value: object, words: Mapping[str, str]) -> object:
    """Return what a cell says if it holds an own word, as a text or a number; any other value as it is.

    Args:
        words: own words, as ``word_of`` gives them, with the texts that are read in their place.
    """
    if isinstance(value, str):
        return words.get(word_of(value), value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return value
    number = Decimal(str(value))
    if not number.is_finite() or number.adjusted() > _LARGEST:
        return value
    return words.get(f"{number.normalize():f}", value)


def flag(text: str) -> bool | None:
    """Return a yes or no in any case; None for anything else."""
    word = word_of(text)
    return _FLAGS.get(word, _FLAGS.get(word.removesuffix(".").rstrip()))


def is_missing(text: str) -> bool:
    """Return whether a text says that a value is not known."""
    word = word_of(text)
    return word in _UNKNOWN or word.rstrip(".").rstrip() in _UNKNOWN


def is_not_applicable(text: str) -> bool:
    """Return whether a text says that something does not apply."""
    return word_of(text).rstrip(".").rstrip() in _NONE


def advice(text: str, yes_no: bool, number: bool) -> Message | None:
    """Return what to do about a word that is no value, though it may seem to be one; None where nothing is known.

    Args:
        yes_no, number: what is looked for.
    """
    word = word_of(text).rstrip(".").rstrip()
    if is_not_applicable(text):
        return Message("hint.not_applicable")
    if word in _HALFWAY and yes_no:
        return Message("hint.halfway", word=text)
    if yes_no and word in ("k", "kđ"):
        full = ("không", "không áp dụng") if word == "k" else ("không đạt", "không đánh giá")
        return Message("hint.two_readings", text=text, readings=full)
    if yes_no and word in _CROSSES:
        return Message("hint.cross", text=text)
    if number and word in ("không", "không có", "chưa", "chưa có"):
        return Message("hint.two_readings", text=text, readings=("0", "chưa có số liệu"))
    return None
