"""What to ask next: the facts and judgements that may still change an outcome."""

from attrs import frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import Message, say
from ntm_rules.model.facts import Fact
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.thresholds import Cell, why_open


@public("results")
@frozen
class Asked:
    """A fact or a judgement that may change an outcome.

    Attributes:
        no: the printed number of the indicator for which the fact is asked, the first one that rests on it; of a
            judgement its own number, of an indicator or criterion.
        fact: None for a judgement.
        is_criterion: True for a judgement on a criterion.
        alone: the indicator may decide alone, by answers to what it rests on and nothing else.
        indicators: the printed numbers of all indicators of the target that rest on the fact; none of a judgement.
    """

    no: str
    fact: Fact | None
    is_criterion: bool
    alone: bool
    indicators: tuple[str, ...]

    def text(self, lang: str = "vi") -> str:
        """Return what to ask, in one line.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        if self.fact is None:
            return say(lang, "next.criterion" if self.is_criterion else "next.indicator", no=self.no)
        title = self.fact.title
        return say(lang, "next.fact", no=self.no, title=self.fact.id if title is None else title, name=self.fact.id)


@public("results")
@frozen
class RelevantFacts:
    """What may still change the outcome of a set, a criterion or an indicator.

    Attributes:
        target: the printed number; None for the set.
        outcome: of the target now, in the second reading.
        asked: what may change it, what may decide alone first, then as printed.
        open_cells: for want of which indicators stay open that a judgement is asked for, each with its address.
        complete: True if exactly what is relevant is asked; False if there may be more among it, never less.
    """

    target: str | None
    outcome: Outcome
    asked: tuple[Asked, ...]
    open_cells: tuple[tuple[str, Cell], ...]
    complete: bool

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the facts that are asked for, in this order."""
        return tuple(asked.fact.id for asked in self.asked if asked.fact is not None)

    @property
    def judgements(self) -> tuple[str, ...]:
        """The numbers of which a judgement is asked for, in this order."""
        return tuple(asked.no for asked in self.asked if asked.fact is None)

    def text(self, lang: str = "vi") -> str:
        """Return what to ask, and what the law leaves open, one a line; empty where nothing is relevant.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        lines = [asked.text(lang) for asked in self.asked]
        for address, cell in self.open_cells:
            code = why_open(cell, None) or ReasonCode.BELOW_MINIMUM_EVIDENCE
            lines.append(say(lang, "next.open", address=address, why=Message(f"why.{code.value}")))
        if not self.complete:
            lines.append(say(lang, "next.more"))
        return "\n".join(dict.fromkeys(lines))
