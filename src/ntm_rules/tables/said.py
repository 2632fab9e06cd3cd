"""What stands in square brackets behind the name of a fact's column: whose figure it is, or what is said of it."""

import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import BadArgument, folded
from ntm_rules.model.judgements import Body
from ntm_rules.model.results import Annotation
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.judged import day_in, meaning_of

_BEHIND = re.compile(r"(.*\S)\s*\[([^\[\]]*)\]")
_OF_FIGURES = {
    **dict.fromkeys(("nguon", "nguon so lieu"), "source"),
    **dict.fromkeys(("so lieu den", "tinh den"), "as_of"),
}
_MENTIONED = re.compile(rb'"(?:by|body)"')
_PIECE = 2**20
_STATED = {**{body.value: body for body in Body}, "self": Body.COMMUNE, "appraised": Body.PROVINCE}
_CALLED = {
    Body.COMMUNE: "tự đánh giá",
    Body.DISTRICT: "thẩm tra",
    Body.PROVINCE: "thẩm định",
    Body.OTHER: "cơ quan khác",
}


@frozen
class Behind:
    """The name of a column, and what stands behind it.

    Attributes:
        name: without that.
        body: whose figures the column holds, or is about; None where it does not say.
        detail: the field of an annotation that it holds; empty where it holds the figures.
    """

    name: str
    body: Body | None = None
    detail: str = ""

    @classmethod
    def of(cls, name: str) -> "Behind":
        """Return what a name says, such as ``Thu nhập [thẩm định] [nguồn]``; other brackets are part of the name."""
        body: Body | None = None
        detail = ""
        while (match := _BEHIND.fullmatch(name)) is not None:
            meaning = _OF_FIGURES.get(folded(match[2])) or meaning_of(match[2])
            if isinstance(meaning, Body) and body is None:
                body = meaning
            elif isinstance(meaning, str) and not detail:
                detail = meaning
            else:
                break
            name = match[1]
        return cls(name, body, detail)


def said_in(detail: str, text: str) -> str:
    """Return what a cell says of a figure, as an annotation takes it.

    Raises:
        BadCell: it cannot be read.
    """
    said = day_in(text) if detail == "date" else text
    try:
        Annotation(**typing.cast(typing.Any, {detail: said}))
    except BadArgument as error:
        raise BadCell(Message("expected.annotation/said", problem=error.sentences[0])) from None
    return said


def noted(value: object, said: Mapping[str, object]) -> dict[str, object]:
    """Return a figure, which may be missing, with what is said of it."""
    return {**(value if isinstance(value, dict) else {"value": value}), **said}


def mentions_bodies(path: Path) -> bool:
    """Return whether a file of objects may say of figures whose they are."""
    with path.open("rb") as file:
        end = b""
        while piece := file.read(_PIECE):
            if _MENTIONED.search(end + piece):
                return True
            end = piece[-len(b'"body"') :]
    return False


def body_stated(values: Iterable[object]) -> Body | None:
    """Return the body whose figures those of a row are, by what is said of them; None where none or several are named.

    A figure says so with ``body``, or with ``by``: ``self`` is the commune's, ``appraised`` the province's.
    """
    named = [value.get("body", value.get("by")) for value in values if isinstance(value, dict)]
    bodies = {_STATED.get(name) if isinstance(name, str) else None for name in named}
    return bodies.pop() if len(bodies) == 1 else None


def of_body(unit: str, body: Body) -> str:
    """Return what a unit is called whose figures are those of one body among several."""
    return f"{unit} [{_CALLED[body]}]"
