"""Bad facts that are bad in the same way, said together: a column with one slip in every row is one sentence."""

import typing
from collections import Counter

from attrs import frozen

from ntm_rules.messages.catalogue import Message, say

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ntm_rules.messages.errors import Diagnostic, FactProblem

_APART = 2
"""So many problems of a kind are said one by one."""
_VALUES = 3
_PLACES = 5


@frozen
class Group:
    """Problems of one kind in one column, or with one fact."""

    problems: "tuple[FactProblem, ...]"

    def text(self, lang: str) -> str:
        """Return one line."""
        first, count = self.problems[0], len(self.problems)
        if count == 1:
            return first.text(lang)
        frequent = Counter(problem.shown for problem in self.problems).most_common(_VALUES)
        values = [Message("error.cells_value", value=value, places=self._places(value)) for value, _ in frequent]
        other = len({problem.shown for problem in self.problems}) - len(values)
        if other:
            values.append(Message("error.cells_other", count=other))
        # what is expected, and the advice, may be of a value: then of the one that is named first
        told = next(problem for problem in self.problems if problem.shown == frequent[0][0])
        code = "error.cells" if first.line else "error.units"
        name = first.column if first.line else first.fact
        text = say(lang, code, name=name, count=count, expected=told.expectation, values=tuple(values))
        advice = told.advice_in(lang)
        return f"{text}; {advice}" if advice else text

    def _places(self, value: str) -> Message:
        """Return where a value stands: the rows, or the units."""
        found = [problem for problem in self.problems if problem.shown == value]
        names = ", ".join(str(p.line) if p.line else f"`{p.unit}`" for p in found[:_PLACES])
        told = {"names": names + (" …" if len(found) > _PLACES else ""), "count": len(found)}
        if not found[0].line:
            return Message("error.cells_units" if len(found) > 1 else "error.cells_unit", **told)
        return Message("error.cells_rows" if len(found) > 1 else "error.cells_row", place=found[0].row_word, **told)


def grouped(problems: "Sequence[FactProblem]") -> list[Group]:
    """Return the problems in groups, in the order in which the first of each comes; a few of a kind stay apart."""
    found = _by_kind([problem.kind for problem in problems], lambda places: True)
    return [Group(tuple(problems[place] for place in places)) for places in found]


def by_rows(diagnostics: "Sequence[Diagnostic]") -> "list[tuple[Diagnostic, ...]]":
    """Return the problems of a file, those together that are of a kind and in different lines."""
    kinds: list[tuple[object, ...]] = []
    for found in diagnostics:
        code = found.told.code if isinstance(found.told, Message) else ""
        kinds.append((found.file, found.severity, code, found.column) if code and found.line else ())
    apart = _by_kind(kinds, lambda places: len({diagnostics[place].line for place in places}) == len(places))
    return [tuple(diagnostics[place] for place in places) for places in apart]


def text_of_rows(diagnostics: "Sequence[Diagnostic]", lang: str) -> str:
    """Return the text of the first of some problems, and in which lines the others are."""
    first, *others = diagnostics
    if not others:
        return first.text(lang)
    rows = ", ".join(str(other.line) for other in others[:_PLACES]) + (" …" if len(others) > _PLACES else "")
    return f"{first.text(lang)}\n    {say(lang, 'error.same_rows', count=len(others), rows=rows)}"


def _by_kind(kinds: "Sequence[tuple[object, ...]]", may: "Callable[[list[int]], bool]") -> list[list[int]]:
    """Return the places of many things of a kind together, in the order of the first; those of no kind stay apart."""
    places_of: dict[tuple[object, ...], list[int]] = {}
    for place, kind in enumerate(kinds):
        places_of.setdefault(kind, []).append(place)
    groups: list[list[int]] = []
    for kind, places in places_of.items():
        together = kind != () and len(places) > _APART and may(places)
        groups += [places] if together else [[place] for place in places]
    return sorted(groups)
