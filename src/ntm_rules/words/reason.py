"""Why a unit does not satisfy a ruleset: one reason an indicator, in the order of the decision."""

from collections.abc import Container, Iterable, Iterator, Mapping

from attrs import field, frozen

from ntm_rules._public import public
from ntm_rules.messages.catalogue import check_language, say
from ntm_rules.model.facts import Fact
from ntm_rules.model.lists import Listed
from ntm_rules.model.outcomes import Outcome, ReasonCode
from ntm_rules.model.results import Annotation, IndicatorResult, LeafResult
from ntm_rules.model.rulesets import Ruleset
from ntm_rules.model.text import Text
from ntm_rules.model.walk import facts_of, given_for
from ntm_rules.words.sentences import Words

BY_LAW = {ReasonCode.PENDING, ReasonCode.DELEGATED, ReasonCode.BELOW_MINIMUM_EVIDENCE}
"""What leaves a comparison open for every unit: nobody knows (well enough) what is asked."""


@public("results")
@frozen
class Reason:
    """Why one indicator is not satisfied, or has another outcome.

    Attributes:
        criterion, indicator: printed numbers.
        outcome: not met or undetermined; of a live session any.
        codes: why it is undetermined.
        result: the evaluated indicator the words are read off.
        derived: the facts that the set works out, of which is said whether they were stated.
        listed: what lists say of the unit that the indicator rests on.
    """

    criterion: str
    indicator: str
    title: Text | None
    outcome: Outcome
    provisional: bool
    codes: tuple[ReasonCode, ...]
    result: IndicatorResult = field(repr=False)
    facts: Mapping[str, Fact] = field(repr=False, eq=False)
    annotations: Mapping[str, Annotation] = field(repr=False)
    met_means: str | None = field(default=None, repr=False)
    derived: frozenset[str] = field(default=frozenset(), repr=False)
    listed: tuple[Listed, ...] = field(default=(), repr=False)

    @property
    def open_by_law(self) -> bool:
        """True if the law alone leaves the indicator open: no figure could decide it, given or not."""
        codes = set(self.codes) - {ReasonCode.FACT_MISSING}
        return self.outcome is Outcome.UNDETERMINED and not self.result.missing and codes <= BY_LAW

    def text(self, lang: str = "vi") -> str:
        """Return the reason in one line: number, title, value against threshold, citation, evidence.

        Args:
            lang: ``vi`` or ``en``.

        Raises:
            UnknownName: another language.
        """
        why = self.why(lang)
        title = f" {self.title.text(lang)}" if self.title else ""
        return f"{self.indicator}{title}: {why}"

    def why(self, lang: str = "vi") -> str:
        """Return the same without number and title.

        Raises:
            UnknownName: another language than ``vi`` or ``en``.
        """
        words = words_in(lang, self.facts, self.annotations, self.met_means)
        if self.result.judgement is not None:
            return "; ".join((self.result.judgement.text(lang), words.citation(self.result.citation)))
        leaves = _deciding(self.result)
        cited = [leaf.cell.citation for leaf in leaves if leaf.cell is not None] or [self.result.citation]
        columns = _columns(words, leaves, self.derived)
        listed = map(words.listed, self.listed)
        parts = [self._what(words), *columns, *listed, *map(words.citation, cited), *words.evidence(leaves)]
        return "; ".join(dict.fromkeys(parts))  # comparisons of one annex have one citation, which is said once

    def _what(self, words: Words) -> str:
        applies = self.result.applies
        if applies is not None and applies.outcome is Outcome.UNDETERMINED:
            return say(words.lang, "words.applies", reason=words.tree(applies))
        if applies is not None and applies.outcome is not Outcome.MET:
            return say(words.lang, "words.applies_not", reason=words.tree(applies))
        return words.tree(self.result.tree, self.title.text(words.lang) if self.title else "")


def _columns(words: Words, leaves: Iterable[LeafResult], derived: Container[str]) -> Iterator[str]:
    """Yield the columns that the unit is in by a derived fact: a reader has to be told, also that it was stated."""
    for leaf in leaves:
        for column in leaf.columns:
            stated = column.why == "given" and column.selector in derived
            if column.value is not None and (stated or column.why == "case"):
                code = "words.column_given" if stated else "words.column"
                yield say(words.lang, code, column=words.column_value(column.selector, column.value))


def _deciding(result: IndicatorResult) -> list[LeafResult]:
    """Return the comparisons whose outcome is the indicator's; all where none is."""
    trees = (result.applies, result.tree) if result.applies is not None else (result.tree,)
    if result.applies is not None and result.applies.outcome is not Outcome.MET:
        trees = (result.applies,)
    leaves = [leaf for tree in trees for leaf in tree.leaves()]
    return [leaf for leaf in leaves if leaf.outcome is result.outcome] or leaves


def words_in(
    lang: str,
    facts: Mapping[str, Fact],
    annotations: Mapping[str, Annotation] | None = None,
    met_means: str | None = None,
) -> Words:
    """Words in a language.

    Raises:
        UnknownName: another language than ``vi`` or ``en``.
    """
    check_language(lang)
    return Words(lang, facts, annotations, met_means)


def reason_of(
    criterion: str,
    result: IndicatorResult,
    ruleset: Ruleset,
    annotations: Mapping[str, Annotation],
    listed: tuple[Listed, ...] = (),
) -> Reason:
    """Why an indicator of a ruleset has its outcome, whatever that is; *listed*: what lists say of the unit."""
    if listed:
        conditions = (result.indicator.applies_if, result.indicator.require)
        read = {name for each in conditions if each is not None for name in facts_of(each)}
        behind = {given for name in read for given in given_for(ruleset, name)}
        listed = tuple(each for each in listed if each.fact in behind)
    return Reason(
        criterion,
        result.no,
        result.indicator.title,
        result.outcome,
        result.provisional,
        result.codes,
        result,
        ruleset.fact_by_id,
        annotations,
        ruleset.met_means,
        frozenset(ruleset.derived_by_id),
        listed,
    )
