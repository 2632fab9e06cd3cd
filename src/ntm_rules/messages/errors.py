"""Everything that can go wrong, as data first and words second.

A message is one sentence, lower case, without a full stop, user input in backticks; the hint is apart.
"""

import math
import typing
import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import lru_cache

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, Sentence, check_language, said, say, shown
from ntm_rules.messages.grouping import by_rows, grouped, text_of_rows
from ntm_rules.messages.printable import printable

MAX_PROBLEMS = 10_000
"""After so many bad facts of a file reading stops."""
_SHOWN = 100
_CANDIDATES = 12
_LONGEST = 200


@public("messages")
class Severity(Enum):
    """How bad a diagnostic is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@public("messages")
@frozen
class Diagnostic:
    """One problem of a file, or one thing worth knowing about a composed ruleset.

    Attributes:
        code: stable name of the kind of problem, e.g. ``fact.unknown``.
        line, column: from 1; 0 where there is no file.
        address: the indicator or part of a composed ruleset that it is about; empty where it is about no single one.
    """

    code: str
    _message: Sentence
    severity: Severity = Severity.ERROR
    file: str = ""
    line: int = 0
    column: int = 0
    _hint: Sentence = ""
    address: str = ""

    @classmethod
    def of(cls, code: str, severity: Severity = Severity.ERROR, /, **params: object) -> typing.Self:
        """Return a diagnostic without a place, said by its code: `code`, or a variant `code/of-what`."""
        return cls(code.partition("/")[0], Message(code, **params), severity)

    @property
    def told(self) -> Sentence:
        """What is the matter, not said in any language yet."""
        return self._message

    @property
    def message(self) -> str:
        """What is the matter, in one English sentence."""
        return self.message_in("en")

    @property
    def hint(self) -> str:
        """What to do, in English; empty where nothing can be said."""
        return self.hint_in("en")

    def message_in(self, lang: str) -> str:
        """Return what is the matter, in one sentence."""
        return said(lang, self._message)

    def hint_in(self, lang: str) -> str:
        """Return what to do; empty where nothing can be said."""
        return said(lang, _hint(self._message, self._hint))

    def text(self, lang: str = "en") -> str:
        """Place, severity, code and what is the matter; the hint in a line of its own.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        place = f"{printable(self.file)}:{self.line}:{self.column}: " if self.file else ""
        severity = say(lang, f"severity.{self.severity.value}")
        return _helped(lang, f"{place}{severity}[{self.code}]: {self.message_in(lang)}", self.hint_in(lang))

    def __str__(self) -> str:
        return self.text()


@public()
class NtmRulesError(Exception):
    """Base class of all errors of the package; ``str()`` is what it says in English."""

    def __init__(self, message: Sentence = "", hint: Sentence = "") -> None:
        self._message, self._hint = message, _hint(message, hint)
        super().__init__(self.text())

    @property
    def sentences(self) -> tuple[Sentence, Sentence]:
        """What went wrong and what to do, each for both languages, so that another error can say them at a place."""
        return self._message, self._hint

    @property
    def hint(self) -> str:
        """What to do, in English; empty where nothing can be said."""
        return said("en", self._hint)

    def text(self, lang: str = "en") -> str:
        """Return what went wrong; the hint in a line of its own.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        check_language(lang)
        return _helped(lang, said(lang, self._message), said(lang, self._hint))

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.args, self.__dict__))


def _restore(cls: type[NtmRulesError], args: tuple[object, ...], state: dict[str, object]) -> NtmRulesError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


def _hint(message: Sentence, hint: Sentence) -> Sentence:
    """Return the hint that was given, else that of the catalogues."""
    return hint or (message.hint if isinstance(message, Message) else None) or ""


def _helped(lang: str, text: str, hint: str) -> str:
    """Return a text with its hint in a line of its own."""
    return f"{text}\n    {say(lang, 'error.help', hint=hint)}" if hint else text


class _ProblemsError(NtmRulesError):
    """Carries every problem found.

    Attributes:
        diagnostics: all problems, those of a file with file and line.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__()

    def text(self, lang: str = "en") -> str:
        """Every problem, one below the other.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        check_language(lang)
        return "\n".join(d.text(lang) for d in self.diagnostics)


@public()
class RulesetError(_ProblemsError):
    """Rule files that cannot be used; carries every problem found.

    Attributes:
        diagnostics: all problems, in the order of the file.
    """


@public()
class TableError(_ProblemsError):
    """A file or frame of units that cannot be read; carries every problem found.

    Attributes:
        diagnostics: all problems, those of a file with file and line.
    """

    def text(self, lang: str = "en") -> str:
        """Every problem, one below the other; of many of a kind in different lines the first, and the other lines.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        check_language(lang)
        return "\n".join(text_of_rows(rows, lang) for rows in by_rows(self.diagnostics))


@public("messages")
@frozen
class FactProblem:
    """One bad fact.

    Attributes:
        unit: the unit it was given for, None where the caller named none.
        value: as it was given.
        line, column: where it stands in a file, from 1, and in a column of which name; 0 and empty where it is in none.
    """

    unit: str | None
    fact: str
    value: object
    _expected: Sentence
    _hint: Sentence = ""
    line: int = 0
    column: str = ""
    row_word: Sentence = ""

    @property
    def code(self) -> str:
        """The code of what was expected, e.g. ``expected.one_act``; empty where that is a plain text."""
        return self._expected.code if isinstance(self._expected, Message) else ""

    @property
    def expectation(self) -> Sentence:
        """What would have been accepted, not said in any language yet."""
        return self._expected

    @property
    def kind(self) -> tuple[object, ...]:
        """What problems of the same kind have in common; empty for one that stands alone."""
        if self.unit is None and not self.line:
            return ()
        advice = _hint(self._expected, self._hint)
        told = advice.code if isinstance(advice, Message) else advice
        return (self.column or self.fact, bool(self.line), self.code or self._expected, told)

    @property
    def shown(self) -> str:
        """The value as errors show it."""
        return _cut(displayed(self.value))

    @property
    def sentences(self) -> tuple[Sentence, Sentence]:
        """What is wrong, without the unit, and what to do, so that a diagnostic can say them at a place."""
        message = Message("error.fact", fact=self.fact, value=self.shown, expected=self._expected)
        advice = _hint(self._expected, self._hint)
        place = self._place()
        return message, Message("place.hinted", hint=advice, place=place) if place and advice else place or advice

    @property
    def expected(self) -> str:
        """What would have been accepted, in English."""
        return self.expected_in("en")

    @property
    def hint(self) -> str:
        """What to do, in English; empty where nothing can be said."""
        return self.hint_in("en")

    def expected_in(self, lang: str) -> str:
        """Return what would have been accepted."""
        return said(lang, self._expected)

    def advice_in(self, lang: str) -> str:
        """Return what to do, without the place; empty where nothing can be said."""
        return said(lang, _hint(self._expected, self._hint))

    def hint_in(self, lang: str) -> str:
        """Return what to do, and the place in a file; empty where nothing can be said."""
        return said(lang, self.sentences[1])

    def _place(self) -> Message | None:
        if not self.line:
            return None
        return Message("place.cell", place=self.row_word, line=self.line, name=self.column)

    def text(self, lang: str = "en") -> str:
        """Return unit, fact, what was given and what was expected, then the hint, in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        values = {"fact": self.fact, "value": self.shown, "expected": self._expected}
        if self.unit is None:
            text = say(lang, "error.fact", **values)
        else:
            text = say(lang, "error.fact_of", unit=self.unit, **values)
        hint = self.hint_in(lang)
        return f"{text}; {hint}" if hint else text

    def __str__(self) -> str:
        return self.text()


@public()
class FactError(NtmRulesError):
    """Facts that cannot be used; carries every problem, the message the first hundred kinds of them.

    Attributes:
        problems: all of them; ``unit``, ``fact``, ``value`` and ``expected`` are those of the first.
        complete: False where reading stopped after these.
    """

    def __init__(self, problems: Sequence[FactProblem], complete: bool = True) -> None:
        self.problems, self.complete = tuple(problems), complete
        first = self.problems[0]
        self.unit, self.fact, self.value, self.expected = first.unit, first.fact, first.value, first.expected
        super().__init__()

    def text(self, lang: str = "en") -> str:
        """Return the first hundred kinds of problems, one a line, and how many problems more there are.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        groups = grouped(self.problems)
        lines = [group.text(lang) for group in groups[:_SHOWN]]
        more = sum(len(group.problems) for group in groups[_SHOWN:])
        if more > 0:
            lines.append(say(lang, "error.more" if self.complete else "error.more_at_least", count=more))
        return "\n".join(lines)


@public()
class NotInForce(NtmRulesError):  # noqa: N818 - the name says what is the case, as the design fixes it
    """No such set is in force on the date, or the province has ended."""


@public()
class UnknownName(NtmRulesError):  # noqa: N818
    """A name that nothing has.

    Attributes:
        kind: what was looked for, e.g. ``province``.
        suggestions: names that are near.
    """

    def __init__(self, kind: Sentence, name: object, known: Iterable[str]) -> None:
        self.kind, self.name = str(kind), shown(name)
        self.suggestions = near(self.name, known)
        super().__init__(Message("error.unknown", kind=kind, name=self.name), _meant(self.suggestions))


@public()
class AmbiguousName(NtmRulesError):  # noqa: N818
    """A name that several things have; nothing is guessed.

    Attributes:
        kind: what was looked for, e.g. ``unit``.
        candidates: what the name may mean, each described.
    """

    def __init__(self, kind: Sentence, name: str, candidates: Sequence[Sentence]) -> None:
        self.kind, self.name, self.candidates = str(kind), name, tuple(map(str, candidates))
        names = tuple(Message("error.candidate", candidate=candidate) for candidate in candidates[:_CANDIDATES])
        more = len(self.candidates) - _CANDIDATES
        if more > 0:
            super().__init__(Message("error.ambiguous/more", kind=kind, name=name, names=names, more=more))
        else:
            super().__init__(Message("error.ambiguous", kind=kind, name=name, names=names))


@public()
class BadArgument(NtmRulesError, ValueError):  # noqa: N818
    """A value that an argument cannot have, said in both languages; a ``ValueError`` for those who catch one."""


@public()
class EngineUnavailable(NtmRulesError):  # noqa: N818
    """An optional engine cannot run here; the message says why and what to install."""


_D = str.maketrans("ĐđÐðƉ", "DdDdD")
"""Đ, which is no D with a mark to Unicode, and the letters that look like it."""


def displayed(value: object) -> str:
    """Return a value as errors show it: a member of an enumeration by name, a number of thousands of digits by size."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    try:
        return str(value)
    except ValueError:  # so many digits of an integer Python does not write out
        if not isinstance(value, int):
            return f"<{type(value).__name__}>"
        return f"{'-' if value < 0 else ''}1e{int(value.bit_length() * math.log10(2))}"


def _cut(text: str) -> str:
    """Return a text, cut where it is so long that the rest of the sentence would be lost."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@lru_cache(2**14)  # the same names of facts and provinces over and over
def folded(text: str) -> str:
    """*text* in lower case without diacritics and punctuation, for comparing names."""
    plain = unicodedata.normalize("NFD", text.translate(_D))
    seen = (c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    kept = "".join(c if c.isalnum() else " " for c in seen)
    return " ".join(kept.casefold().split())


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of *known* that resemble *name*, best first."""
    import difflib

    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(folded(candidate), candidate)
    found = difflib.get_close_matches(folded(name), list(by_fold), n=3, cutoff=0.6)
    if not found and "/" in name:  # the tier may be right where the level is not
        tier = name.rpartition("/")[2]
        found = [f for f, known_name in by_fold.items() if known_name.rpartition("/")[2] == tier][:3]
    return tuple(by_fold[f] for f in found)


def meant(name: str, known: Iterable[str]) -> Sentence:
    """Return the hint that asks whether one of *known* was meant; empty where none resembles *name*."""
    return _meant(near(name, known))


def _meant(names: tuple[str, ...]) -> Sentence:
    return Message("hint.near", names=names) if names else ""
