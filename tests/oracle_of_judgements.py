"""The second reading as the semantics tell it, worked out naively; it shares no code with the engines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import define

import oracle
from ntm_rules.model.citations import Evidence
from ntm_rules.model.judgements import Judgement
from ntm_rules.model.rulesets import Criterion, Indicator, Ruleset
from oracle import MET, NOT_APPLICABLE, NOT_MET, UNDETERMINED, Node

if TYPE_CHECKING:
    import datetime as dt

FIGURES, FOLLOWS, OPEN = "figures", "follows", "open"
VOICES = (FIGURES, "province", "district", "commune", "other")
Key = tuple[str, str]
"""``indicator`` or ``criterion``, and the number; two empty texts for the set."""

SET: Key = ("", "")


@define
class Again:
    """What the oracle answers for the second reading of one unit."""

    outcomes: dict[Key, str]
    bases: dict[Key, str]
    provisional: dict[Key, bool]
    unused: list[tuple[Judgement, str]]
    disagreements: list[tuple[Key, str, str]]


class Refused(Exception):  # noqa: N818 - tells of judgements that no engine may take
    """Judgements that contradict each other, or are of a number that nothing has."""


def read_again(
    ruleset: Ruleset,
    facts: Mapping[str, object],
    judgements: Sequence[Judgement],
    voices: Sequence[str] = VOICES,
    *,
    given_with: bool = True,
) -> Again:
    """The second reading of one unit."""
    asked = _Unit(ruleset, facts, ruleset.minimum_evidence, judgements, voices)
    official = _Unit(ruleset, facts, Evidence.OFFICIAL, judgements, voices, settled=True)
    spoken, unused = which_count(ruleset, judgements, given_with=given_with)
    for other in asked.others():
        unused += [u for u in other.unused if u not in unused]
    for key, by in list(spoken):
        indicator = next((i for i in every_indicator(ruleset) if ("indicator", i.no) == key), None)
        if spoken[key, by].outcome.code != NOT_APPLICABLE or indicator is None or indicator.applies_if is None:
            continue
        if asked.node(indicator.applies_if, "").outcome == MET:
            unused.append((spoken.pop((key, by)), "applies"))
    figures = asked.figures()
    first = oracle._Unit(ruleset, facts, ruleset.minimum_evidence)
    by_figures = {("criterion", c.no): first.criterion(c).outcome for c in ruleset.criteria}
    by_figures[SET] = first.whole().outcome
    outcomes, bases = filled(ruleset, figures, spoken, voices)
    follow(ruleset, outcomes, bases, by_figures)
    used = {(key, by): said for (key, by), said in spoken.items() if bases[key] == by}
    floors, _ = filled(ruleset, official.figures(), used, voices)
    unread = oracle.unread(ruleset)
    provisional = {
        key: outcome != UNDETERMINED
        and bases[key] in (FIGURES, FOLLOWS)
        and (floors[key] == UNDETERMINED or (unread and rests_on_unread(ruleset, key, outcomes, bases)))
        for key, outcome in outcomes.items()
    }
    said = [(key, FIGURES, code) for key, code in figures.items() if code != UNDETERMINED]
    said += [(key, by, judgement.outcome.code) for (key, by), judgement in spoken.items()]
    apart = [each for each in said if each[2] != outcomes[each[0]]]
    return Again(outcomes, bases, provisional, unused, apart)


class _Unit(oracle._Unit):
    """The conditions of a unit, in which a prerequisite by finding is what its second reading says."""

    def __init__(
        self,
        ruleset: Ruleset,
        facts: Mapping[str, object],
        floor: Evidence | None,
        judgements: Sequence[Judgement],
        voices: Sequence[str],
        settled: bool = False,
    ) -> None:
        super().__init__(ruleset, facts, floor, settled)
        self.judgements, self.voices = judgements, voices

    def finding(self, other: Ruleset) -> Node:
        found = self.again(other)
        outcome = found.outcomes[SET]
        if self.settled and found.provisional[SET]:
            outcome = UNDETERMINED
        return Node(outcome, (), ())

    def again(self, other: Ruleset) -> Again:
        floor = self.ruleset.minimum_evidence
        other = other if floor is None else other.with_minimum_evidence(floor)
        return read_again(other, self.given, self.judgements, self.voices, given_with=False)

    def others(self) -> list[Again]:
        found = (m.resolved for i in every_indicator(self.ruleset) for m in oracle.below_meets(i))
        return [self.again(other) for other in found if other is not None]

    def figures(self) -> dict[Key, str]:
        """What is computed of each indicator and criterion."""
        found = {("indicator", i.no): self.indicator(i).outcome for i in every_indicator(self.ruleset)}
        return found | {("criterion", c.no): self.criterion(c).outcome for c in self.ruleset.criteria}


def every_indicator(ruleset: Ruleset) -> Iterable[Indicator]:
    return [i for criterion in ruleset.criteria for i in criterion.indicators]


# -- which count ----------------------------------------------------------------------------------


def which_count(
    ruleset: Ruleset, judgements: Sequence[Judgement], *, given_with: bool
) -> tuple[dict[tuple[Key, str], Judgement], list[tuple[Judgement, str]]]:
    """The judgements that count by node and body, and why others do not."""
    nodes = {c.no: ("criterion", c.no) for c in ruleset.criteria}
    nodes |= {i.no: ("indicator", i.no) for i in every_indicator(ruleset)}
    unused: list[tuple[Judgement, str]] = []
    left: list[tuple[Key, Judgement]] = []
    for judgement in judgements:
        if not is_of(judgement, ruleset, given_with):
            if given_with and not any(is_of(judgement, other, False) for other in all_below(ruleset)):
                unused.append((judgement, "other_set"))
            continue
        node = nodes.get(judgement.no)
        if node is None:
            if judgement.no not in {change.no for change in ruleset.changes}:
                raise Refused(judgement.no)
            unused.append((judgement, "removed"))
            continue
        kind = node[0] == "criterion"
        begins = [change.since for change in ruleset.changes if (change.no, change.is_criterion) == (node[1], kind)]
        day = judgement.date or ruleset.on
        if day > ruleset.on:
            unused.append((judgement, "later"))
        elif judgement.date is not None and day < (begins or [ruleset.layers[0].start])[-1]:
            unused.append((judgement, "other_text"))
        else:
            left.append((node, judgement))
    spoken: dict[tuple[Key, str], Judgement] = {}
    for node, judgement in left:
        same = [j for n, j in left if (n, j.body) == (node, judgement.body)]
        days: dict[dt.date, set[object]] = {}
        for each in same:
            days.setdefault(each.date or ruleset.on, set()).add(each.outcome)
        if any(len(outcomes) > 1 for outcomes in days.values()):
            raise Refused(judgement.no)
        latest = next(j for j in same if (j.date or ruleset.on) == max(days))
        if judgement is latest:
            spoken[node, judgement.body.value] = judgement
        else:
            unused.append((judgement, "superseded"))
    return spoken, unused


def is_of(judgement: Judgement, ruleset: Ruleset, given_with: bool) -> bool:
    if judgement.period is not None and judgement.period != ruleset.period:
        return False
    return judgement.tier == ruleset.id if judgement.tier is not None else given_with


def all_below(ruleset: Ruleset) -> list[Ruleset]:
    found: list[Ruleset] = []
    for indicator in every_indicator(ruleset):
        for meets in oracle.below_meets(indicator):
            if meets.resolved is not None:
                found += [meets.resolved, *all_below(meets.resolved)]
    return found


# -- what they fill -------------------------------------------------------------------------------


def filled(
    ruleset: Ruleset,
    figures: Mapping[Key, str],
    spoken: Mapping[tuple[Key, str], Judgement],
    voices: Sequence[str],
) -> tuple[dict[Key, str], dict[Key, str]]:
    """The outcomes when every voice has spoken, and who said each."""
    outcomes: dict[Key, str] = dict.fromkeys(figures, UNDETERMINED)
    bases: dict[Key, str] = dict.fromkeys(figures, OPEN)

    def say(key: Key, outcome: str, basis: str) -> None:
        if outcomes[key] == UNDETERMINED != outcome:
            outcomes[key], bases[key] = outcome, basis

    for voice in voices:
        for indicator in every_indicator(ruleset):
            key = ("indicator", indicator.no)
            if voice == FIGURES:
                say(key, figures[key], FIGURES)
            elif (key, voice) in spoken:
                say(key, spoken[key, voice].outcome.code, voice)
        for criterion in ruleset.criteria:
            key = ("criterion", criterion.no)
            say(key, connective(ruleset, key, outcomes), FOLLOWS)
            if (key, voice) in spoken:
                say(key, spoken[key, voice].outcome.code, voice)
    outcomes[SET] = connective(ruleset, SET, outcomes)
    bases[SET] = OPEN if outcomes[SET] == UNDETERMINED else FOLLOWS
    return outcomes, bases


def connective(ruleset: Ruleset, key: Key, outcomes: Mapping[Key, str]) -> str:
    below, k, must = needs(ruleset, key)
    return oracle.some_of(k, [outcomes[m] for m in below], [m in must for m in below])


def needs(ruleset: Ruleset, key: Key) -> tuple[list[Key], int | None, list[Key]]:
    """The members of a criterion or the set, how many it needs, and which of them must be met."""
    if key == SET:
        must = [("criterion", no) for no in ruleset.must]
        return [("criterion", c.no) for c in ruleset.criteria], ruleset.at_least_n, must
    criterion = next(c for c in ruleset.criteria if ("criterion", c.no) == key)
    return members(criterion), criterion.at_least_n, [("indicator", no) for no in criterion.must]


def members(criterion: Criterion) -> list[Key]:
    return [("indicator", i.no) for i in criterion.indicators]


def decide(ruleset: Ruleset, key: Key, outcomes: Mapping[Key, str]) -> list[Key]:
    """The members that decide a criterion or the set: those without which it would be undetermined or another."""
    below, k, must = needs(ruleset, key)
    if k is None:
        wanted = [NOT_MET] if outcomes[key] == NOT_MET else [MET, NOT_APPLICABLE]
        return [m for m in below if outcomes[m] in wanted]
    if outcomes[key] == MET:
        return [m for m in below if outcomes[m] == MET or m in must]
    enough = oracle.at_least(k, [outcomes[m] for m in below]) != NOT_MET
    failing = [m for m in must if outcomes[m] == NOT_MET]
    return [m for m in below if m in failing or (not enough and outcomes[m] in (NOT_MET, NOT_APPLICABLE))]


def follow(ruleset: Ruleset, outcomes: Mapping[Key, str], bases: dict[Key, str], by_figures: Mapping[Key, str]) -> None:
    """What follows from members none of whom was judged, or is so by figures alone too, is of the figures."""
    for key in [*(("criterion", c.no) for c in ruleset.criteria), SET]:
        if bases[key] == FOLLOWS:
            judged = any(bases[m] not in (FIGURES, OPEN) for m in decide(ruleset, key, outcomes))
            if not judged or by_figures[key] == outcomes[key]:
                bases[key] = FIGURES


def rests_on_unread(ruleset: Ruleset, key: Key, outcomes: Mapping[Key, str], bases: Mapping[Key, str]) -> bool:
    """Whether an outcome other than not met is of figures, or follows from a member that is so."""
    if outcomes[key] == NOT_MET:
        return False
    if bases[key] == FIGURES:
        return True
    return bases[key] == FOLLOWS and any(
        rests_on_unread(ruleset, m, outcomes, bases) for m in decide(ruleset, key, outcomes)
    )
