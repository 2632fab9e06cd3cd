"""Everything that can go wrong, as data first and words second.

Messages are one sentence, lower case, without a full stop, user input in backticks; the hint stands apart.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from enum import Enum

from attrs import frozen

from ntm_rules._public import public

MAX_PROBLEMS = 10_000
"""After so many bad facts of a file reading stops."""
_SHOWN = 100
_CANDIDATES = 12


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
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        hint = f"\n    help: {self.hint}" if self.hint else ""
        return f"{place}{self.severity.value}[{self.code}]: {self.message}{hint}"


@public()
class NtmRulesError(Exception):
    """Base class of all errors of the package."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_restore, (type(self), self.args, self.__dict__))


def _restore(cls: type[NtmRulesError], args: tuple[object, ...], state: dict[str, object]) -> NtmRulesError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


@public()
class RulesetError(NtmRulesError):
    """Rule files that cannot be used; carries every problem found.

    Attributes:
        diagnostics: all problems, in the order of the file.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in diagnostics))


@public()
class TableError(NtmRulesError):
    """A file or frame of units that cannot be read; carries every problem found.

    Attributes:
        diagnostics: all problems, those of a file with file and line.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in diagnostics))


@public("messages")
@frozen
class FactProblem:
    """One bad fact.

    Attributes:
        unit: the unit it was given for, None where the caller named none.
        value: as it was given.
        expected: what would have been accepted.
    """

    unit: str | None
    fact: str
    value: object
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        unit = f"unit `{self.unit}`, " if self.unit is not None else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{unit}fact `{self.fact}`: got `{self.value}`, expected {self.expected}{hint}"


@public()
class FactError(NtmRulesError):
    """Facts that cannot be used; carries every problem, the message the first hundred.

    Attributes:
        problems: all of them; ``unit``, ``fact``, ``value`` and ``expected`` are those of the first.
        complete: False where reading stopped after these.
    """

    def __init__(self, problems: Sequence[FactProblem], complete: bool = True) -> None:
        self.problems, self.complete = tuple(problems), complete
        first = self.problems[0]
        self.unit, self.fact, self.value, self.expected = first.unit, first.fact, first.value, first.expected
        lines = [str(p) for p in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"and {'' if complete else 'at least '}{len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(lines))


@public()
class NotInForce(NtmRulesError):  # noqa: N818 - the name says what is the case, as the design fixes it
    """No such set is in force on the date, or the province has ended."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(f"{message}\n    help: {hint}" if hint else message)


@public()
class UnknownName(NtmRulesError):  # noqa: N818
    """A name that nothing bears.

    Attributes:
        kind: what was looked for, e.g. ``province``.
        suggestions: names that are near.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name = kind, name
        self.suggestions = near(name, known)
        message = f"unknown {kind} `{name}`"
        if self.suggestions:
            message += f"\n    help: did you mean {quoted(self.suggestions)}?"
        super().__init__(message)


@public()
class AmbiguousName(NtmRulesError):  # noqa: N818
    """A name that several things bear; nothing is guessed.

    Attributes:
        kind: what was looked for, e.g. ``unit``.
        candidates: what the name may mean, each described.
    """

    def __init__(self, kind: str, name: str, candidates: Sequence[str]) -> None:
        self.kind, self.name, self.candidates = kind, name, tuple(candidates)
        shown = quoted(self.candidates[:_CANDIDATES])
        more = f" and {len(self.candidates) - _CANDIDATES} more" if len(self.candidates) > _CANDIDATES else ""
        super().__init__(f"the {kind} `{name}` may be {shown}{more}\n    help: say which one by parent, level or date")


@public()
class EngineUnavailable(NtmRulesError):  # noqa: N818
    """An optional engine cannot run here; the message says why and what to install."""


def folded(text: str) -> str:
    """*text* in lower case without diacritics and punctuation, for comparing names."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.casefold().split())


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of *known* that resemble *name*, best first."""
    import difflib

    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(folded(candidate), candidate)
    found = difflib.get_close_matches(folded(name), list(by_fold), n=3, cutoff=0.6)
    return tuple(by_fold[f] for f in found)


def quoted(names: Iterable[str]) -> str:
    """The names in backticks, joined with commas."""
    return ", ".join(f"`{n}`" for n in names)
