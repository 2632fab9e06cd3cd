"""What a column holds, and whether it can be that of a fact."""

from ntm_rules.messages.catalogue import Message, Sentence
from ntm_rules.messages.errors import Diagnostic
from ntm_rules.model.facts import Fact, FactType

NUMBERS = Message("holds.numbers")
FLAGS = Message("holds.flags")
TEXTS = Message("holds.texts")
NOTHING = Message("holds.nothing")


def unfit(fact: Fact, held: Message, whole: bool, cast: str) -> Diagnostic | None:
    """Return what is wrong with the column of a fact; None where it can be read.

    Args:
        held: ``NUMBERS``, ``FLAGS``, ``TEXTS`` or ``NOTHING``; for messages what else it holds.
        whole: the numbers are whole ones, which may name levels.
        cast: how a column of texts is turned into numbers, with ``{name}`` for its name.
    """
    wanted = NUMBERS if fact.type.numeric else FLAGS if fact.type is FactType.BOOLEAN else TEXTS
    by_number = fact.type is FactType.BOOLEAN or (fact.type is FactType.ORDINAL and whole)
    if held in (wanted, NOTHING) or (held == NUMBERS and by_number):
        return None
    hint: Sentence = ""
    if held == TEXTS:
        hint = Message("hint.flags") if wanted == FLAGS else Message("hint.cast", how=cast.format(name=fact.id))
    return Diagnostic("table.type", Message("table.type", name=fact.id, held=held, wanted=wanted), hint=hint)
