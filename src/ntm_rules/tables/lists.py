"""A cell that lists the criteria that are met, such as ``12/19: 1, 2, 3``."""

import re
from collections.abc import Mapping, Sequence

from ntm_rules.messages.catalogue import Message
from ntm_rules.messages.errors import folded
from ntm_rules.model.judgements import Body
from ntm_rules.model.names import one_form
from ntm_rules.model.outcomes import Outcome
from ntm_rules.tables import words
from ntm_rules.tables.amounts import BadCell
from ntm_rules.tables.judged import BODIES
from ntm_rules.tables.naming import in_brackets

_NAMES = frozenset(
    f"{head}tieu chi {met}" for head in ("", "cac ", "danh sach ", "so ") for met in ("dat", "da dat", "dat chuan")
)
_COUNTED = re.compile(
    r"(?P<met>[0-9]{1,4})(?:\s*/\s*(?P<all>[0-9]{1,4}))?\s*(?:tiêu chí)?\s*[:(]\s*(?P<list>[^()]*)\)?"
)
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+và\s+")
_BEFORE = re.compile(r"(?:tiêu chí số|tiêu chí|tc)\s*", re.IGNORECASE)


def body_of_list(name: str) -> Body | None:
    """Return who judged in a column that lists the criteria that are met, by its name; None where it lists none."""
    base, said = in_brackets(name)
    if folded(base) not in _NAMES:
        return None
    return BODIES.get(folded(said)) if said else Body.OTHER


def listed_in(value: object, criteria: Sequence[str]) -> Mapping[str, Outcome]:
    """Return what a cell says of criteria by printed number; nothing where it is empty, or says that nobody judged.

    Those that it lists are met. The others are not met only where the count before the list is that of the list.

    Args:
        criteria: the numbers of the criteria that count, in printed order.

    Raises:
        BadCell: it lists what is no criterion, or one twice, is a count without a list, or one that the list or the set
            contradicts.
    """
    text = one_form(value) if isinstance(value, str) else value
    if text is None or text == "" or (isinstance(text, str) and words.is_missing(text)):
        return {}
    match = _COUNTED.fullmatch(text) if isinstance(text, str) else None
    listed = match["list"] if match else text
    if not isinstance(listed, str) or "/" in listed:
        raise BadCell(Message("expected.list", all=len(criteria)))
    found = [_BEFORE.sub("", part, count=1) for part in _BETWEEN.split(listed.strip()) if part]
    for place, no in enumerate(found):
        if no not in criteria:
            raise BadCell(Message("expected.list/unknown", no=no, names=tuple(criteria)))
        if no in found[:place]:
            raise BadCell(Message("expected.list/twice", no=no))
    if match is None:
        return dict.fromkeys(found, Outcome.MET)
    if match["all"] is not None and int(match["all"]) != len(criteria):
        raise BadCell(Message("expected.list/all", count=len(criteria), all=match["all"]))
    if int(match["met"]) < len(found):
        raise BadCell(Message("expected.list/more", count=len(found), met=match["met"]))
    met = dict.fromkeys(found, Outcome.MET)
    if int(match["met"]) > len(found):
        return met
    return {no: met.get(no, Outcome.NOT_MET) for no in criteria}
