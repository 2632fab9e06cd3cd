"""Words for the events of live sessions: what became of it, why, and which facts did it."""

import typing
from collections.abc import Container, Iterator, Mapping

from attrs import frozen

from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import CriterionResult, IndicatorResult, Verdict
from ntm_rules.words.reason import reason_of, words_in
from ntm_rules.words.sentences import Words

if typing.TYPE_CHECKING:
    from ntm_rules.live.events import LiveEvent


@frozen
class EventReason:
    """Why an outcome is what it has become.

    Attributes:
        event: what it is about.
    """

    event: "LiveEvent"

    @property
    def result(self) -> IndicatorResult | CriterionResult | Verdict:
        """The evaluated indicator or criterion, or the verdict; what the words are read off."""
        verdict, no = self.event.verdict, self.event.no
        if self.event.level.value == "indicator":
            return verdict.indicators[no]
        return verdict.criteria[no] if self.event.level.value == "criterion" else verdict

    @property
    def codes(self) -> tuple[ReasonCode, ...]:
        """Why it is undetermined, or ``layer_not_read``; none for a tier."""
        return () if isinstance(self.result, Verdict) else self.result.codes

    def text(self, lang: str = "vi") -> str:
        """The event in one line: number, title, old and new outcome, why, and the facts that did it.

        Args:
            lang: ``vi`` or ``en``.

        Raises:
            UnknownName: another language.
        """
        event, verdict = self.event, self.event.verdict
        words = words_in(lang, verdict.ruleset.fact_by_id, verdict.annotations)
        name = "changed_provisional" if event.provisional else "changed"
        change = words.say(name, old=words.outcome(event.old), new=words.outcome(event.new))
        facts = words.say("because", facts=", ".join(map(words.fact_title, event.facts)))
        return "; ".join((f"{self._head(words)}: {change}", *self._why(words), facts))

    def _head(self, words: Words) -> str:
        result = self.result
        title = self.event.title.of(words.lang) if self.event.title else ""
        if isinstance(result, Verdict):
            return title or result.ruleset.id
        no = words.say("criterion", no=result.no) if isinstance(result, CriterionResult) else result.no
        return f"{no} {title}".rstrip()

    def _why(self, words: Words) -> Iterator[str]:
        result, verdict = self.result, self.event.verdict
        if isinstance(result, IndicatorResult):
            criterion = next(c.no for c in verdict.criteria.values() if result.no in c.indicators)
            yield reason_of(verdict, criterion, result).why(words.lang)
        elif isinstance(result, CriterionResult):
            yield from _counts(words, "of_indicators", {no: i.outcome for no, i in result.indicators.items()})
        else:
            beside = {c.no for c in result.ruleset.criteria if not c.counted}
            yield from _counts(words, "of_criteria", {no: c.outcome for no, c in result.criteria.items()}, beside)


def _counts(words: Words, name: str, outcomes: Mapping[str, Outcome], beside: Container[str] = ()) -> Iterator[str]:
    """How many are satisfied, but for those beside the count, and the numbers of all that are not."""
    counted = [outcome for no, outcome in outcomes.items() if no not in beside]
    yield words.say(name, satisfied=sum(o.satisfied for o in counted), total=len(counted))
    for outcome in (Outcome.NOT_MET, Outcome.UNDETERMINED):
        numbers = [no for no, found in outcomes.items() if found is outcome]
        if numbers:
            yield words.say("those", outcome=words.outcome(outcome), numbers=", ".join(numbers))
