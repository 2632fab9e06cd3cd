"""Columns of judgements: which number and body a name means, and what a cell says."""

import datetime as dt
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from attrs import evolve, field, frozen

from ntm_rules.messages.catalogue import Message, shown
from ntm_rules.messages.errors import BadArgument, folded
from ntm_rules.model.judgements import Body, Judgement
from ntm_rules.model.names import as_vietnamese, one_form
from ntm_rules.model.outcomes import Outcome
from ntm_rules.tables import words
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.roles import BETWEEN, is_result, judges

_NUMBERED = re.compile(r"(?P<head>[^0-9\[]*?)\s*(?P<no>[0-9][^\s\[]*)\s*(?P<rest>(?:\[[^\[\]]*\]\s*)*)")
_LETTERED = re.compile(r"(?P<head>\D{1,20}?)\s+(?P<no>[^\W\d]\S*)\s*(?P<rest>(?:\[[^\[\]]*\]\s*)*)")
"""A number that begins with a letter, as those of prerequisites do, never stands alone: a word would be one."""
_HEADS = frozenset({"", "tc", "ct", "tieu chi", "chi tieu", "tieu chi so", "chi tieu so", "danh gia", "noi dung"})
BODIES = {"tu danh gia": Body.COMMUNE, "tham tra": Body.DISTRICT, "tham dinh": Body.PROVINCE}
_DETAILS = {
    **dict.fromkeys(("ly do", "ghi chu"), "note"),
    **dict.fromkeys(("van ban", "tai lieu"), "document"),
    **dict.fromkeys(("ngay", "ngay danh gia"), "date"),
    **dict.fromkeys(("co quan", "don vi danh gia"), "name"),
}
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@frozen
class JudgedName:
    """What the name of a column says.

    Attributes:
        detail: the field of a judgement that the column holds; empty where it holds the outcome.
        bare: the number stands alone, so that a spreadsheet may have taken it for a figure.
        words: own words with the texts that are read in their place.
        figures: the column holds figures of the number, and no judgements.
        listed: the column lists the criteria that are met; it has no number of its own.
    """

    no: str
    body: Body = Body.OTHER
    detail: str = ""
    bare: bool = False
    words: Mapping[str, str] = field(factory=dict, eq=False)
    figures: bool = False
    listed: bool = False


def judged_name(name: str, numbers: Mapping[str, Sequence[str]]) -> JudgedName | None:
    """Return which judgement a column holds by its name, such as ``4.2``, ``TC4`` or ``4.2 [thẩm tra]``; None if none.

    A column in a group, ``4.2 / Đánh giá``, is of the number that its group is, else of the one that it is itself.

    Args:
        numbers: the printed numbers of a set, each with the facts that its indicator compares.
    """
    group, _, last = name.rpartition(BETWEEN)
    if group:
        return _in_group(group, last, numbers) or judged_name(last, numbers)
    match = next((m for form in (_NUMBERED, _LETTERED) if (m := _match(name, form)) and m["no"] in numbers), None)
    if match is None:
        return None
    found = JudgedName(match["no"], bare=not match["head"] and not match["rest"])
    for said in re.findall(r"\[([^\[\]]*)\]", match["rest"]):
        fold = folded(said)
        if fold in BODIES and found.body is Body.OTHER:
            found = evolve(found, body=BODIES[fold])
        elif fold in _DETAILS and not found.detail:
            found = evolve(found, detail=_DETAILS[fold])
        else:
            return None
    return found


def _in_group(group: str, last: str, numbers: Mapping[str, Sequence[str]]) -> JudgedName | None:
    """Return which figures or judgements a column holds whose group is a printed number; None if none."""
    found, fold = judged_name(group, numbers), folded(last)
    if found is None or found.detail:
        return None
    body = judges(fold)
    if body is not None:
        return evolve(found, bare=False, body=found.body if body is Body.OTHER else body)
    if fold in _DETAILS:
        return evolve(found, bare=False, detail=_DETAILS[fold])
    return evolve(found, bare=False, figures=True) if is_result(fold) else None


def detail_of(fold: str) -> str | None:
    """Return the field of a judgement that a column of a folded name holds; None where it holds none."""
    return _DETAILS.get(fold)


def meaning_of(text: str) -> Body | str | None:
    """Return the body that a text in brackets names, or the field of a judgement; None where it names neither."""
    fold = folded(text)
    return BODIES.get(fold) or _DETAILS.get(fold)


def is_numbered(name: str) -> bool:
    """Return whether a name is a printed number of some set, as that of a column of judgements is."""
    return _match(name) is not None


def _match(name: str, form: re.Pattern[str] = _NUMBERED) -> re.Match[str] | None:
    match = form.fullmatch(as_vietnamese(one_form(name)))
    return match if match is not None and folded(match["head"]) in _HEADS else None


def twins(no: str, numbers: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the other numbers of a set that are the same as figures: a spreadsheet writes 17.10 as 17.1."""
    value = _as_figure(no)
    if value is not None:
        yield from (other for other in numbers if other != no and _as_figure(other) == value)


def _as_figure(no: str) -> Decimal | None:
    try:
        return Decimal(no)
    except InvalidOperation:
        return None


def outcome_in(value: object) -> Outcome | None:
    """Return what a cell decides; None where it is empty, or says that nobody judged.

    Raises:
        BadCell: it decides nothing, and is not empty.
    """
    if isinstance(value, bool):
        return Outcome.MET if value else Outcome.NOT_MET
    if not isinstance(value, str):
        if value is None:
            return None
        raise BadCell(Message("expected.judgement"))
    text = one_form(value)
    if not text or words.is_missing(text):
        return None
    if words.is_not_applicable(text):
        return Outcome.NOT_APPLICABLE
    said = None if any(sign.isdigit() for sign in text) else words.flag(text)
    if said is None:
        advice = words.advice(text, yes_no=True, number=False)
        raise BadCell(Message("expected.judgement"), advice or "")
    return Outcome.MET if said else Outcome.NOT_MET


def day_in(text: str) -> str:
    """Return a day as a judgement takes it, also one written ``20/5/2024``, or midnight as Excel has days."""
    text = text.strip().removesuffix("T00:00:00")
    match = _DAY.fullmatch(text)
    if match is None:
        return text
    try:
        return dt.date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return text


@frozen
class Draft:
    """The judgement of one body on one number in a row, as its columns have it.

    Attributes:
        details: what is said beside the outcome, by the fields of a judgement.
    """

    outcome: Outcome | None = None
    details: Mapping[str, str] = field(factory=dict)

    def judgement(self, no: str, body: Body) -> Judgement | None:
        """Return the judgement; None where nobody judged.

        Raises:
            BadCell: the outcome needs a reason, or a detail cannot be read.
        """
        if self.outcome is None:
            return None
        if self.outcome is Outcome.NOT_APPLICABLE and "note" not in self.details:
            raise BadCell(Message("expected.judgement_reason", column=f"{no} [lý do]"))
        details: dict[str, typing.Any] = {**self.details}
        if "date" in details:
            details["date"] = day_in(details["date"])
        try:
            return Judgement(no, self.outcome, body, **details)
        except BadArgument as error:
            raise BadCell(Message("expected.judgement_details", problem=error.sentences[0])) from None


def shown_cell(value: object) -> str:
    """Return a cell as a message shows it."""
    return shown(value if isinstance(value, str) else str(value))
