"""What the columns of a table with one row an indicator are called: number, figure, judgement, unit and so on."""

from collections.abc import Callable, Collection, Sequence

from attrs import frozen

from ntm_rules.messages.errors import folded
from ntm_rules.model.judgements import Body
from ntm_rules.tables.naming import is_row_number, is_unit

BETWEEN = " / "
"""Between the name of a group of columns and that of a column of it."""

_NUMBERS = (
    *("ma tieu chi", "ma chi tieu", "ma ct", "ma tc", "ma so", "so tieu chi", "so chi tieu", "tieu chi so"),
    *("chi tieu so", "so hieu", "tt", "stt", "so tt", "so thu tu", "ma", "so", "tieu chi", "chi tieu"),
)
"""Names of the column with printed numbers, the plainest first."""
_CONTENTS = frozenset(
    {"noi dung", "ten tieu chi", "ten chi tieu", "noi dung tieu chi", "noi dung chi tieu", "tieu chi", "chi tieu"}
)
_RESULTS = frozenset({"ket qua", "ket qua thuc hien", "hien trang", "so lieu"})
_FACTS = frozenset({"ma so lieu"})
_MEASURES = frozenset({"dvt", "don vi tinh"})
_JUDGED = {
    **dict.fromkeys(("danh gia", "ket qua danh gia", "trang thai dat"), Body.OTHER),
    "tu danh gia": Body.COMMUNE,
    "tham tra": Body.DISTRICT,
    "tham dinh": Body.PROVINCE,
}


def is_result(fold: str) -> bool:
    """Return whether a folded name is that of a column with the figures of a number."""
    return fold in _RESULTS


def judges(fold: str) -> Body | None:
    """Return whose judgements a column of a folded name holds; None where it holds none."""
    return _JUDGED.get(fold)


def is_role(fold: str) -> bool:
    """Return whether a folded name is that of figures or judgements of a number that stands elsewhere."""
    return is_result(fold) or fold in _JUDGED


def is_beside(fold: str) -> bool:
    """Return whether a folded name is that of numbers, wordings or units of indicators."""
    return fold in _NUMBERS or fold in _CONTENTS or fold in _MEASURES


@frozen
class Roles:
    """Places of the columns of a table with one row an indicator.

    Attributes:
        number: of the printed numbers.
        unit: of the units; None where all rows are of one.
        content: of the wording of the indicator.
        result: of the figures.
        measure: of the units of measurement of the figures.
        fact: of the ids of the facts that the figures are of, where rows say so themselves, as our forms do.
        judged: of judgements, each with whose they are.
    """

    number: int
    unit: int | None
    content: int | None
    result: int | None
    measure: int | None
    judged: tuple[tuple[int, Body], ...]
    fact: int | None = None

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        below: Sequence[Sequence[object]],
        unit_column: str | None,
        numbered: Callable[[object], bool],
        left_out: Collection[int] = (),
    ) -> "Roles | None":
        """Return the columns of a table with one row an indicator; None where a table is none.

        It is one if a column of printed numbers, by its name and its cells, stands beside figures or judgements. A
        column that only numbers rows counts where the wording of the indicators stands beside it.

        Args:
            below: some of the rows below.
            unit_column: the column that the caller says names the unit.
            numbered: tells a printed number of the set.
            left_out: places that are not looked at.
        """
        folds = ["" if place in left_out else folded(name) for place, name in enumerate(names)]
        result = next((place for place, fold in enumerate(folds) if is_result(fold)), None)
        judged = tuple((place, _JUDGED[fold]) for place, fold in enumerate(folds) if fold in _JUDGED)
        if result is None and not judged:
            return None
        number = next((place for place in _candidates(folds) if _holds_numbers(place, below, numbered)), None)
        if number is None:
            return None
        content = next((place for place, fold in enumerate(folds) if fold in _CONTENTS and place != number), None)
        if is_row_number(folds[number]) and content is None:
            return None
        measure = next((place for place, fold in enumerate(folds) if fold in _MEASURES), None)
        wanted = None if unit_column is None else folded(unit_column)
        named = (p for p, fold in enumerate(folds) if p != number and (fold == wanted if wanted else is_unit(fold)))
        fact = next((place for place, fold in enumerate(folds) if fold in _FACTS), None)
        return cls(number, next(named, None), content, result, measure, judged, fact)


def own_codes(names: Sequence[str], below: Sequence[Sequence[object]]) -> tuple[str, tuple[str, ...]] | None:
    """Return the column that holds codes of indicators, beside figures, and these codes; None where none does."""
    folds = [folded(name) for name in names]
    if any(map(is_result, folds)):
        for place in _candidates(folds):
            codes = tuple(dict.fromkeys(text for cells in below if (text := _text(cells, place))))
            if codes and not is_row_number(folds[place]) and all(map(is_code, codes)):
                return names[place], codes
    return None


def is_code(text: str) -> bool:
    """Return whether a text looks like a code: a few letters, then digits, as ``CT01``."""
    letters = text.rstrip("0123456789")
    return letters.isalpha() and letters.isupper() and len(letters) <= len("ABCD") and letters != text


def could_head(names: Sequence[str]) -> int:
    """Return how many columns of a table with one row an indicator some names are those of; 0 where they cannot be."""
    folds = [folded(name) for name in names]
    if not any(map(is_role, folds)) or not list(_candidates(folds)):
        return 0
    return sum(is_beside(fold) or is_role(fold) for fold in folds)


def _candidates(folds: Sequence[str]) -> list[int]:
    return [folds.index(name) for name in _NUMBERS if name in folds]


def _holds_numbers(place: int, below: Sequence[Sequence[object]], numbered: Callable[[object], bool]) -> bool:
    """Return whether at least half of the cells of a column are printed numbers."""
    cells = [cells[place] for cells in below if _text(cells, place)]
    return bool(cells) and 2 * sum(map(numbered, cells)) >= len(cells)


def _text(cells: Sequence[object], place: int) -> str:
    return "" if place >= len(cells) or cells[place] is None else str(cells[place]).strip()
