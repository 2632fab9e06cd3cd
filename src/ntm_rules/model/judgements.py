"""Judgements: what a body decided on an indicator or criterion. They are neither figures nor acts."""

import datetime as dt
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction

from attrs import field, fields, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, say, shown
from ntm_rules.messages.errors import BadArgument
from ntm_rules.model.arguments import day_of, name_of, need, tier_of
from ntm_rules.model.outcomes import Outcome


@public()
class Body(Enum):
    """Who judged: the province appraises (thẩm định), the district examines (thẩm tra), the commune assesses itself."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    OTHER = "other"


@public()
class Basis(IntEnum):
    """On what an outcome of the second reading rests."""

    OPEN = 0
    FIGURES = 1
    PROVINCE = 2
    DISTRICT = 3
    COMMUNE = 4
    OTHER = 5
    FOLLOWS = 6

    @property
    def code(self) -> str:
        """The name used in JSON: ``open``, ``figures``, ``province`` ..."""
        return self.name.lower()

    @property
    def body(self) -> Body | None:
        """The body whose judgement it is; None for what no body decided."""
        return _BODIES.get(self)


_BODIES = {basis: Body(basis.code) for basis in Basis if basis.code in {body.value for body in Body}}

VOICES = (Basis.FIGURES, Basis.PROVINCE, Basis.DISTRICT, Basis.COMMUNE, Basis.OTHER)
"""Who fills what is undetermined, in the order in which they speak unless a caller gives another one."""

DECIDED = {outcome.code: outcome for outcome in Outcome if outcome is not Outcome.UNDETERMINED}
"""What may be judged, by its text."""


def _outcome(value: object) -> Outcome:
    text = value.code if isinstance(value, Outcome) else value
    if isinstance(text, str) and text in DECIDED:
        return DECIDED[text]
    raise BadArgument(Message("argument.one_of", argument="outcome", names=tuple(DECIDED), value=shown(value)))


def body_of(value: object) -> Body:
    """Return a body, also by its text.

    Raises:
        BadArgument: it is none.
    """
    names = {body.value: body for body in Body}
    text = value.value if isinstance(value, Body) else value
    if isinstance(text, str) and text in names:
        return names[text]
    raise BadArgument(Message("argument.one_of", argument="body", names=tuple(names), value=shown(value)))


def _number(value: object) -> str:
    if value is None or value == "":
        raise BadArgument(Message("judgement.whole_set"))
    return name_of(value, "no")


def _tier(value: object) -> str | None:
    return None if value is None else tier_of(value)


def day_said(value: object) -> dt.date | None:
    """Return the day of what somebody said, also by its text; None where it is not said.

    Raises:
        BadArgument: it is no day.
    """
    return None if value is None else day_of(value, "date")


def text_said(value: object) -> str | None:
    """Return a name, document or note in one form; None where it is not said.

    Raises:
        BadArgument: it is no text, or an empty one.
    """
    return None if value is None else name_of(value, "name, document, note, period")


@public()
@frozen
class Judgement:
    """What one body decided on one indicator or criterion of one set.

    Attributes:
        no: the printed number: of the indicator that has it, else of the criterion.
        outcome: met, not met or not applicable; an ``Outcome`` or its text.
        body: a ``Body`` or its text.
        tier, period: the set that it is of; None for the set with which it is given.
        date: of the decision; None counts as the day of the assessment.
        name: of who judged, e.g. ``UBND huyện Lộc Bình``.
        document: in which it stands, e.g. its number.
        note: the reason; has to be given for what is not applicable.

    Raises:
        BadArgument: a value of another type or shape, a judgement without a number, not applicable without a note.
    """

    no: str = field(converter=_number)
    outcome: Outcome = field(converter=_outcome)
    body: Body = field(default=Body.OTHER, converter=body_of)
    tier: str | None = field(default=None, converter=_tier)
    period: str | None = field(default=None, converter=text_said)
    date: dt.date | None = field(default=None, converter=day_said)
    name: str | None = field(default=None, converter=text_said)
    document: str | None = field(default=None, converter=text_said)
    note: str | None = field(default=None, converter=text_said)

    def __attrs_post_init__(self) -> None:
        if self.outcome is Outcome.NOT_APPLICABLE and self.note is None:
            raise BadArgument(Message("judgement.note", no=self.no))

    @property
    def basis(self) -> Basis:
        """The basis of an outcome that is this judgement's."""
        return Basis[self.body.name]

    def text(self, lang: str = "vi") -> str:
        """Return what was decided, by whom, when and where it stands, in one line without the number.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        who = say(lang, f"judgement.body.{self.body.value}") if self.name is None else self.name
        parts = [say(lang, f"judgement.by.{self.body.value}", outcome=Message(f"outcome.{self.outcome.code}"), who=who)]
        parts += [say(lang, "judgement.date", date=self.date)] if self.date is not None else []
        parts += [say(lang, "judgement.document", document=self.document)] if self.document is not None else []
        parts += [say(lang, "judgement.reason", note=self.note)] if self.note is not None else []
        return ", ".join(parts)


Judgements = Mapping[str, object] | Iterable[Judgement]
"""Judgements as a caller gives them: in a row, or by number: a judgement, its outcome alone, a mapping of the
fields of a ``Judgement``, or several of these."""

_KEYS = tuple(f.name for f in fields(Judgement))


def judgements_of(given: Judgements) -> tuple[Judgement, ...]:
    """Return judgements as a caller gives them, in their order.

    Raises:
        BadArgument: what is no judgement, or is of another number than the one it is given for.
    """
    need("judgements", given, Iterable)
    if isinstance(given, Mapping):
        found: list[Judgement] = []
        for no, said in given.items():
            several = list(said) if isinstance(said, Sequence) and not isinstance(said, str) else [said]
            found += [_one(no, one) for one in several]
        return tuple(found)
    for one in (made := tuple(given)):
        need("judgements", one, Judgement)
    return made


def arranged(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """Return judgements by number and body, so that the same ones are equal in whatever order they came."""
    return tuple(sorted(judgements, key=_place))


def _place(judgement: Judgement) -> tuple[object, ...]:
    number = [(len(part), part) for part in judgement.no.split(".")]
    others = (judgement.date, judgement.outcome.code, judgement.name, judgement.document, judgement.note)
    of_set = (judgement.tier, judgement.period)
    return (number, judgement.basis, *(str(value or "") for value in (*of_set, *others)))


def numbers_of(given: Judgements) -> frozenset[str]:
    """Return the numbers that judgements are on, those included for which an empty list is given.

    Raises:
        BadArgument: as ``judgements_of``.
    """
    own = map(_number, given) if isinstance(given, Mapping) else ()
    return frozenset((*own, *(judgement.no for judgement in judgements_of(given))))


def judgement_of(data: object) -> Judgement:
    """Return a judgement from plain JSON types: a mapping of its fields.

    Raises:
        BadArgument: it is none.
    """
    no = data.get("no") if isinstance(data, Mapping) else None
    return _one(_number(no), data)


def _one(no: str, said: object) -> Judgement:
    """Return what is said of a number."""
    if isinstance(said, Judgement):
        if said.no == _number(no):
            return said
        raise BadArgument(Message("judgement.number", no=shown(no), other=said.no))
    if isinstance(said, Mapping):
        unknown = [str(key) for key in said if key not in _KEYS]
        if unknown or "outcome" not in said:
            raise BadArgument(Message("judgement.keys", no=shown(no), names=_KEYS, unknown=tuple(unknown)))
        return _one(no, Judgement(**{"no": no, **said}))
    return Judgement(no, typing.cast(Outcome, said))


def in_order(voices: Iterable[Basis | str]) -> tuple[Basis, ...]:
    """Return voices in the order in which they are to speak.

    Raises:
        BadArgument: a voice is left out, named twice, or none.
    """
    names = {voice.code: voice for voice in VOICES}
    found = tuple(names.get(v.code if isinstance(v, Basis) else v, Basis.OPEN) for v in voices)
    if sorted(found) != sorted(VOICES):
        raise BadArgument(Message("judgement.voices", names=tuple(names), value=shown(voices)))
    return found


@public("results")
class Unused(Enum):
    """Why a judgement does not count."""

    LATER = "later"
    SUPERSEDED = "superseded"
    OTHER_SET = "other_set"
    OTHER_TEXT = "other_text"
    REMOVED = "removed"
    APPLIES = "applies"


@public("results")
@frozen
class UnusedJudgement:
    """A judgement that does not count, and why."""

    judgement: Judgement
    why: Unused

    def text(self, lang: str = "vi") -> str:
        """Return the judgement with its number, and why it does not count, in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        why = Message(f"judgement.unused.{self.why.value}")
        return say(lang, "judgement.unused", no=self.judgement.no, judgement=self.judgement, why=why)


@public("results")
@frozen
class Disagreement:
    """Where what somebody says of an indicator or criterion differs from its outcome in the second reading.

    Attributes:
        no: the printed number.
        is_criterion: False for an indicator.
        outcome, basis: in the second reading.
        said: what was said instead.
        by: who said it: a body, or the figures.
        judgement: of the body; None for the figures.
        margin: by how much the figures meet or miss it, where a single comparison says so.
    """

    no: str
    is_criterion: bool
    outcome: Outcome
    basis: Basis
    said: Outcome
    by: Basis
    judgement: Judgement | None
    margin: Decimal | Fraction | int | None

    def text(self, lang: str = "vi") -> str:
        """Return who says what, and what the outcome is, in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        said = self.judgement or Message("judgement.figures", outcome=Message(f"outcome.{self.said.code}"))
        stands = Message(f"judgement.basis.{self.basis.code}", outcome=Message(f"outcome.{self.outcome.code}"))
        return say(lang, "judgement.disagreement", no=self.no, said=said, stands=stands)
